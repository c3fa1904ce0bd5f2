"""An encoder of ASTERIX for tests, written anew from the specification: it shares nothing with the reader."""

from __future__ import annotations

NAMES = {
    10: "010 000 020 140 041 040 042 200 202 161 170 060 220 245 250 300 090 091 270 550 310 500 280 131 210 - SP RE",
    34: "010 000 030 020 041 050 060 070 100 110 120 090 RE SP",
    48: "010 140 020 040 070 090 130 220 240 250 161 042 200 170 210 030 080 100 110 120 230 260 055 050 065 060 SP RE",
    62: "010 - 015 070 105 100 185 210 060 245 380 040 080 290 200 295 136 130 135 220 390 270 300 110 120 510 500 340 "
        "- - - - - RE SP",
    63: "010 015 030 050 060 070 080 081 090 091 092 - RE SP",
    65: "010 000 015 030 020 040 050 - - - - - RE SP",
}  # fmt: skip


def n(value: int, size: int) -> bytes:
    """A number of ``size`` octets, negative ones in two's complement."""
    return (int(value) % (1 << 8 * size)).to_bytes(size, "big")


def record(cat: int, items: dict[str, bytes]) -> bytes:
    """A record of these items, by their numbers."""
    order = NAMES[cat].split()
    last = max(order.index(name) for name in items)
    octets = last // 7 + 1
    spec = [0] * octets
    body = b""
    for i, name in enumerate(order):
        if name in items and name != "-":
            spec[i // 7] |= 0x80 >> (i % 7)
            body += items[name]
    for i in range(octets - 1):
        spec[i] |= 1
    return bytes(spec) + body


def block(cat: int, *records: bytes) -> bytes:
    """A data block."""
    body = b"".join(records)
    return bytes([cat]) + n(len(body) + 3, 2) + body


def six(text: str) -> bytes:
    """Eight characters of six bits."""
    value = 0
    for c in text.ljust(8):
        value = value << 6 | (ord(c) - 64 if c.isalpha() else ord(c))
    return n(value, 6)


def compound(*parts: bytes | None) -> bytes:
    """A compound item: its parts in order, None for those that are not there."""
    last = max(i for i, p in enumerate(parts) if p is not None)
    spec = [0] * (last // 7 + 1)
    for i, p in enumerate(parts):
        if p is not None:
            spec[i // 7] |= 0x80 >> (i % 7)
    for i in range(len(spec) - 1):
        spec[i] |= 1
    return bytes(spec) + b"".join(p for p in parts if p is not None)


def tod(seconds: float) -> bytes:
    """A time of day."""
    return n(round(seconds * 128) % (86_400 * 128), 3)


def cat048(
    seconds: float = 11_720.0, rho: float = 5.0, theta: float = 45.0, code: int = 0x1117, **more: bytes
) -> bytes:
    """A primary plot at ``rho`` nautical miles and ``theta`` degrees; ``more`` items as ``i161``."""
    items = {
        "010": n(code, 2), "140": tod(seconds), "020": b"\x20", "040": n(round(rho * 256), 2) + n(round(theta / 360 * 65536), 2),
    }  # fmt: skip
    return record(48, items | {k[1:]: v for k, v in more.items() if v})


def cat010(seconds: float = 11_720.0, code: int = 0x1117, **more: bytes) -> bytes:
    """A target report of a coastal radar."""
    items = {"010": n(code, 2), "000": b"\x01", "020": b"\x61\x00", "140": tod(seconds)}
    return record(10, items | {k[1:]: v for k, v in more.items() if v})


def cat062(
    seconds: float = 11_720.0,
    lat: float = 1.25,
    lon: float = 103.85,
    track: int = 500,
    code: int = 0x2201,
    **more: bytes,
) -> bytes:
    """A system track."""
    items = {
        "010": n(code, 2), "015": b"\x01", "070": tod(seconds), "040": n(track, 2),
        "105": n(round(lat / 180 * 2**25), 4) + n(round(lon / 180 * 2**25), 4), "080": b"\x00",
    }  # fmt: skip
    return record(62, items | {k[1:]: v for k, v in more.items() if v})


def north(seconds: float = 11_719.0, code: int = 0x1117, **more: bytes) -> bytes:
    """A north mark."""
    return record(34, {"010": n(code, 2), "000": b"\x01", "030": tod(seconds)} | {k[1:]: v for k, v in more.items()})


def place(lat: float, lon: float, height: int = 0) -> bytes:
    """I034/120."""
    return n(height, 2) + n(round(lat / 180 * 2**23), 3) + n(round(lon / 180 * 2**23), 3)
