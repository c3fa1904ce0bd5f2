"""Captured networks (pcap and pcapng, as tcpdump and Wireshark write them): the UDP payloads, and when they came.

Ethernet (with VLAN tags), Linux cooked, loopback and raw IP; IPv4 and IPv6. What is no UDP, is a fragment or was cut short by
the capture is laid aside with the reason.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from selat.model.errors import Reason

MAGIC = (0xA1B2C3D4, 0xA1B23C4D)  #: times in microseconds, in nanoseconds
NG = 0x0A0D0D0A
KEPT = 4096  #: bytes that are kept of what is no capture
LONGEST = 1 << 20  #: bytes of a packet or a block that is believed
_ETHERNET, _NULL, _RAW, _SLL, _SLL2, _LOOP, _IP4, _IP6 = 1, 0, (12, 14, 101), 113, 276, 108, 228, 229
_VLAN = (0x8100, 0x88A8, 0x9100)
_IPV4, _IPV6, _UDP = 0x0800, 0x86DD, 17


class Packet(NamedTuple):
    """One packet: ``time`` ns UTC, where its record lies in the file, its payload or why it has none (0: it has)."""

    time: int
    offset: int
    data: bytes
    reason: int
    raw: bytes


def is_capture(head: bytes) -> bool:
    """True for the first bytes of a capture."""
    if len(head) < 4:
        return False
    return any(struct.unpack(order + "I", head[:4])[0] in (*MAGIC, NG) for order in "<>")


class Captured:
    """Packets of a capture that comes in pieces. ``take`` gives those that are whole."""

    def __init__(self) -> None:
        self._rest = b""
        self._at = 0  # place in the file of the first byte of _rest
        self._order = ""  # of the numbers: < or >
        self._ng = False
        self._unit = 1000  # ns in a unit of a packet's time
        self._links: list[tuple[int, int]] = []  # of the interfaces: link type, units in a second
        self.broken = False  #: the rest is no capture, or a damaged one
        self.left = 0  #: bytes of it beyond those that wait

    @property
    def waiting(self) -> bytes:
        """Bytes that are not taken yet."""
        return self._rest

    @property
    def offset(self) -> int:
        """Where those lie in the file."""
        return self._at

    def take(self, data: bytes) -> list[Packet]:
        """The packets that are whole now. Nothing comes any more once the file is ``broken``."""
        if self.broken:
            room = max(KEPT - len(self._rest), 0)
            self._rest, self.left = self._rest + data[:room], self.left + len(data[room:])
            return []
        self._rest += data
        out: list[Packet] = []
        p = 0
        while not self.broken:
            q = self._head(p) if not self._order else self._block(p, out) if self._ng else self._record(p, out)
            if q <= p:
                break
            p = q
        self._rest, self._at = self._rest[p:], self._at + p
        return out

    def _head(self, p: int) -> int:
        if len(self._rest) - p < 28:
            return p
        for order in "<>":
            (magic,) = struct.unpack_from(order + "I", self._rest, p)
            if magic in MAGIC:
                self._order, self._unit = order, 1000 if magic == MAGIC[0] else 1
                self._links = [(struct.unpack_from(order + "I", self._rest, p + 20)[0] & 0xFFFF, 0)]
                return p + 24
            if magic == NG:
                (byte_order,) = struct.unpack_from(order + "I", self._rest, p + 8)
                if byte_order == 0x1A2B3C4D:
                    self._order, self._ng = order, True
                    return self._block(p, [])
        self.broken = True
        return p

    def _record(self, p: int, out: list[Packet]) -> int:
        """A packet of a pcap file at ``p``; behind it, or ``p`` where it is not whole."""
        if len(self._rest) - p < 16:
            return p
        seconds: int
        size: int
        seconds, part, size, whole = struct.unpack_from(self._order + "IIII", self._rest, p)
        self.broken = size > LONGEST
        if self.broken or len(self._rest) - p - 16 < size:
            return p
        raw = self._rest[p + 16 : p + 16 + size]
        out.append(self._packet(seconds * 1_000_000_000 + part * self._unit, p, self._links[0][0], raw, size < whole))
        return p + 16 + size

    def _block(self, p: int, out: list[Packet]) -> int:
        """A block of a pcapng file at ``p``; behind it, or ``p`` where it is not whole."""
        if len(self._rest) - p < 12:
            return p
        size: int
        kind, size = struct.unpack_from(self._order + "II", self._rest, p)
        self.broken = size > LONGEST or size < 12 or size % 4 != 0
        if self.broken or len(self._rest) - p < size:
            return p
        body = self._rest[p + 8 : p + size - 4]
        if kind == NG:
            self._links = []
        elif kind == 1 and len(body) >= 8:
            self._links.append((struct.unpack_from(self._order + "H", body)[0], _resolution(self._order, body[8:])))
        elif kind == 6 and len(body) >= 20:
            face, high, low, kept, whole = struct.unpack_from(self._order + "IIIII", body)
            link, units = self._links[face] if face < len(self._links) else (-1, 1_000_000)
            time = (high << 32 | low) * 1_000_000_000 // units
            out.append(self._packet(time, p, link, body[20 : 20 + kept], kept < whole))
        return p + size

    def _packet(self, time: int, p: int, link: int, raw: bytes, cut: bool) -> Packet:
        data = None if cut else udp(link, raw)
        reason = Reason.TRUNCATED if cut else Reason.NOT_AIS if data is None else 0
        return Packet(time, self._at + p, data or b"", int(reason), raw)

    def state(self) -> dict[str, Any]:
        """All that is needed to go on."""
        return {
            "rest": self._rest, "at": self._at, "order": self._order, "ng": int(self._ng), "unit": self._unit,
            "broken": int(self.broken), "left": self.left,
            "links": [list(link) for link in self._links],
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self._rest, self._at, self._order = bytes(state["rest"]), int(state["at"]), str(state["order"])
        self._ng, self._unit = bool(state["ng"]), int(state["unit"])
        self.broken, self.left = bool(state["broken"]), int(state["left"])
        self._links = [(int(kind), int(units)) for kind, units in state["links"]]


def _resolution(order: str, options: bytes) -> int:
    """Units of time in a second, of an interface's options (if_tsresol)."""
    p = 0
    while p + 4 <= len(options):
        code, size = struct.unpack_from(order + "HH", options, p)
        if code == 9 and size == 1 and p + 4 < len(options):
            value = options[p + 4]
            return int(2 ** (value & 127)) if value & 128 else int(10 ** min(value, 18))
        if code == 0:
            break
        p += 4 + (size + 3) // 4 * 4
    return 1_000_000


def udp(link: int, raw: bytes) -> bytes | None:
    """The UDP payload of a packet; None where it has none that is whole."""
    try:
        kind, p = _network(link, raw)
        if kind == _IPV4 and raw[p] >> 4 == 4:
            fragment = struct.unpack_from(">H", raw, p + 6)[0] & 0x3FFF
            protocol, p = raw[p + 9], p + (raw[p] & 15) * 4
        elif kind == _IPV6 and raw[p] >> 4 == 6:
            fragment, protocol, p = 0, raw[p + 6], p + 40
        else:
            return None
        if protocol != _UDP or fragment:
            return None
        (size,) = struct.unpack_from(">H", raw, p + 4)
    except (IndexError, struct.error):
        return None
    return raw[p + 8 : p + size] if size >= 8 and p + size <= len(raw) else None


def _network(link: int, raw: bytes) -> tuple[int, int]:
    """(kind of the network layer, where it begins). Raises IndexError or struct.error for a packet that is too short."""
    if link == _ETHERNET:
        p = 12
        (kind,) = struct.unpack_from(">H", raw, p)
        while kind in _VLAN:
            p += 4
            (kind,) = struct.unpack_from(">H", raw, p)
        return kind, p + 2
    if link in (_SLL, _SLL2):
        p, begin = (14, 16) if link == _SLL else (0, 20)
        return struct.unpack_from(">H", raw, p)[0], begin
    begin = 4 if link in (_NULL, _LOOP) else 0
    if begin or link in _RAW or link in (_IP4, _IP6):
        return (_IPV4 if raw[begin] >> 4 == 4 else _IPV6), begin
    return 0, 0
