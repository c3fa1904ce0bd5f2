"""NMEA lines in UDP datagrams, unicast or multicast. A datagram ends a line; of a binary format it is taken as it is.

UDP cannot be held back. What finds no room in the queue is dropped and counted, and so is what the system dropped
before we could read it (Linux tells by SO_RXQ_OVFL): both make an outage with the reason ``overrun``.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
import sys

from selat.model.errors import SourceError
from selat.readers.live_feed import Down, Feed, Lossy, Tuning
from selat.readers.live_spec import SourceSpec
from selat.readers.live_tcp import address_of

LARGEST = 65_536  #: bytes: no datagram is longer
RECEIVE_BUFFER = 4 << 20  #: bytes asked of the system, which may give less
_RXQ_OVFL = 40  # asm-generic/socket.h; Python has no name for it


async def run_udp(spec: SourceSpec, feed: Feed, tuning: Tuning) -> None:
    """Receive until cancelled; raises :class:`Down` if the port cannot be had or the socket breaks."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(spec.host or "0.0.0.0", spec.port, type=socket.SOCK_DGRAM)
        sock = _open(spec, found[0][0], found[0][4])
    except OSError as e:
        raise Down("refused", str(e)) from e
    lossy, some, failure = Lossy(feed, tuning, "datagrams"), asyncio.Event(), Failure()
    counter = DropCounter()

    def receive() -> None:
        for _ in range(64):  # then let the others have their turn
            try:
                data, extra, _, _ = sock.recvmsg(LARGEST, 64)
            except BlockingIOError:
                break
            except OSError as e:
                failure.error = e
                break
            if missed := counter.news(extra):
                feed.overrun(missed, 0)
            if data:
                lossy.add(data if data.endswith(b"\n") or not feed.lined else data + b"\n")
        some.set()

    try:
        _watch(loop, sock, receive)
        feed.opened(address_of(sock))
        while failure.error is None:
            await some.wait()
            if lossy.flush():
                some.clear()
            await asyncio.sleep(tuning.linger)
        raise Down("lost", str(failure.error))
    finally:
        loop.remove_reader(sock)
        sock.close()
        lossy.give_up()


class Failure:
    """Carries an error out of a callback."""

    error: OSError | None = None


class DropCounter:
    """How many datagrams the system dropped at this socket since we last asked."""

    def __init__(self) -> None:
        self._seen = 0

    def news(self, extra: list[tuple[int, int, bytes]]) -> int:
        """New drops by the ancillary data of a datagram; the counter of the system wraps at 2**32."""
        for level, kind, data in extra:
            if level == socket.SOL_SOCKET and kind == _RXQ_OVFL and len(data) >= 4:
                (total,) = struct.unpack("=I", data[:4])
                missed, self._seen = (total - self._seen) % 2**32, total
                return int(missed)
        return 0


def _watch(loop: asyncio.AbstractEventLoop, sock: socket.socket, receive: object) -> None:
    try:
        loop.add_reader(sock, receive)  # type: ignore[arg-type]
    except NotImplementedError:
        raise SourceError("this event loop cannot wait for UDP", hint="use asyncio's selector event loop") from None


def _open(spec: SourceSpec, family: int, address: tuple[object, ...]) -> socket.socket:
    """A bound socket that waits for nothing, member of the group if the address is one. Raises OSError."""
    group = ipaddress.ip_address(str(address[0]).partition("%")[0])
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if sys.platform == "linux":
            sock.setsockopt(socket.SOL_SOCKET, _RXQ_OVFL, 1)
        if group.is_multicast:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if group.is_multicast and sys.platform == "win32":
            sock.bind(("", spec.port))
        else:
            sock.bind(address)
        if group.is_multicast:
            _join(sock, group, spec.interface)
    except OSError:
        sock.close()
        raise
    return sock


def _join(sock: socket.socket, group: ipaddress.IPv4Address | ipaddress.IPv6Address, interface: str) -> None:
    """Become a member of a multicast group: IPv4 by the interface's address, IPv6 by its name."""
    if group.version == 4:
        by = ipaddress.IPv4Address(interface or "0.0.0.0").packed
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group.packed + by)
    else:
        index = socket.if_nametoindex(interface) if interface else 0
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group.packed + struct.pack("@I", index))
