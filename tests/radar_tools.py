"""Sentences of radars for tests, written anew: an encoder of TTD that shares nothing with the reader."""

from __future__ import annotations

ALPHABET = "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"


def sentence(body: str, start: str = "$") -> bytes:
    """``body`` with its start, checksum and line end."""
    x = 0
    for c in body.encode():
        x ^= c
    return f"{start}{body}*{x:02X}\r\n".encode()


def tagged(line: bytes, seconds: int, station: str = "") -> bytes:
    """The line with a TAG block before it."""
    block = (f"s:{station}," if station else "") + f"c:{seconds}"
    x = 0
    for c in block.encode():
        x ^= c
    return f"\\{block}*{x:02X}\\".encode() + line


def ttd_bits(
    number=7, bearing=900, speed=125, course=2700, heading=4095, status=4, operation=0, distance=250, relative=0, water=0,
    associated=0, version=0,
) -> str:  # fmt: skip
    """The 90 bits of one target, as text of 0 and 1."""
    fields = (
        (version, 2), (number, 10), (bearing, 12), (speed, 12), (course, 12), (heading, 12), (status, 3), (operation, 2),
        (distance, 14), (relative, 1), (water, 1), (0, 1), (associated, 8),
    )  # fmt: skip
    return "".join(f"{v:0{w}b}" for v, w in fields)


def ttd(targets: list[str], per_sentence: int = 2, sequence: str = "3", talker: str = "RA") -> list[bytes]:
    """The sentences of some targets."""
    groups = [targets[i : i + per_sentence] for i in range(0, len(targets), per_sentence)]
    out = []
    for n, group in enumerate(groups, 1):
        bits = "".join(group)
        fill = -len(bits) % 6
        bits += "0" * fill
        payload = "".join(ALPHABET[int(bits[i : i + 6], 2)] for i in range(0, len(bits), 6))
        out.append(sentence(f"{talker}TTD,{len(groups):02X},{n:02X},{sequence},{payload},{fill}", "!"))
    return out
