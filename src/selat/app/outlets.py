"""Our picture, sent on: AIS sentences to whoever connects or to an address, Cursor on Target to an address.

=============================  ====================================================================================
``aivdm-tcp://host:10110``     serve AIS sentences to any number of clients (OpenCPN: *Network, TCP*)
``aivdm-udp://host:10110``     send them as datagrams
``cot-udp://239.2.3.1:6969``   send Cursor-on-Target events as datagrams, one each (types a-u and a-n alone)
=============================  ====================================================================================

Positions go out for ships that changed, all of them again every minute, names every five minutes. A client that does not
read is cut off once a megabyte waits for it: it harms nobody. ``?groups=navy+police`` says who listens there: without it
only what is released to everybody is sent.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from selat.exporters import _live
from selat.model import clock
from selat.model.errors import ConfigError, ConnectError
from selat.model.release import Groups, group_names

KINDS = ("aivdm-tcp", "aivdm-udp", "cot-udp")
PERIOD = 1.0  #: s between two looks
AGAIN = 60  #: looks after which all positions go out again
NAMES = 300  #: looks after which all names do
WAITING = 1_000_000  #: bytes that may wait for one client
DATAGRAM = 1400  #: bytes of sentences in one datagram, at most

Ships = Callable[[], list[_live.Ship]]


def parse(text: str) -> tuple[str, str, int, Groups]:
    """(kind, host, port, groups) of an address. Raises :class:`ConfigError`."""
    hint = f"as in aivdm-tcp://127.0.0.1:10110; kinds: {', '.join(KINDS)}"
    try:
        found = urlsplit(text)
        host, port = found.hostname or "", found.port
    except ValueError:
        raise ConfigError(f"{text!r} is no address to send to", hint=hint) from None
    key, _, named = found.query.partition("=")
    wrong = found.scheme not in KINDS or not host or port is None or found.path.strip("/")
    if wrong or (found.query and (key != "groups" or not named)):
        raise ConfigError(f"{text!r} is no address to send to", hint=hint)
    assert port is not None
    return found.scheme, host, port, group_names(named.split("+") if named else ())


class Outlet:
    """One address; ``ships`` gives features as :mod:`selat.exporters._live` takes them, of what some groups may see;
    called in a thread.
    """

    def __init__(self, address: str, ships: Callable[[Groups], list[_live.Ship]]) -> None:
        self.kind, self.host, self.port, groups = parse(address)
        self._ships: Ships = lambda: ships(groups)
        self._clients: set[asyncio.StreamWriter] = set()
        self._sent: dict[int, tuple[object, ...]] = {}
        self._looks = 0
        self.dropped = 0  #: clients that were cut off
        self.ready = asyncio.Event()  #: set once it listens or may send

    async def run(self) -> None:
        """Send until cancelled. Raises :class:`ConnectError` where the address cannot be had."""
        try:
            if self.kind == "aivdm-tcp":
                await self._serve()
            else:
                await self._send()
        except OSError as e:
            raise ConnectError(
                f"cannot send to {self.host}:{self.port} ({e.strerror or e})", hint="is the port free?"
            ) from e

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._come, self.host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        try:
            while True:
                if self._clients:
                    data = "".join(await asyncio.to_thread(self._sentences)).encode("ascii")
                    for writer in tuple(self._clients):
                        self._give(writer, data)
                await asyncio.sleep(PERIOD)
        finally:
            server.close()
            for writer in tuple(self._clients):
                writer.close()

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ships = await asyncio.to_thread(self._ships)
        now = clock.now()
        self._give(writer, "".join([*_live.statics(ships), *_live.positions(ships, now)]).encode("ascii"))
        self._clients.add(writer)
        try:
            while await reader.read(1024):
                pass  # what they say is not heard
        except OSError:
            pass  # gone
        finally:
            self._clients.discard(writer)
            writer.close()

    def _give(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if writer.transport.get_write_buffer_size() > WAITING:
            self._clients.discard(writer)
            self.dropped += 1
            writer.transport.abort()
        elif not writer.is_closing():
            writer.write(data)

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)
        family, kind, proto, _, address = found[0]
        with socket.socket(family, kind, proto) as out:
            out.setblocking(False)
            if family == socket.AF_INET:
                out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            self.ready.set()
            while True:
                for datagram in await asyncio.to_thread(lambda: list(self._datagrams())):
                    await loop.sock_sendto(out, datagram, address)
                await asyncio.sleep(PERIOD)

    def _datagrams(self) -> Iterator[bytes]:
        if self.kind == "cot-udp":
            for event in _live.cot(self._fresh(), clock.now()):
                yield event.encode()
            return
        waiting = b""
        for line in self._sentences():
            if waiting and len(waiting) + len(line) > DATAGRAM:
                yield waiting
                waiting = b""
            waiting += line.encode("ascii")
        if waiting:
            yield waiting

    def _sentences(self) -> list[str]:
        names = self._looks % NAMES == 0
        ships = self._fresh()
        return [*(_live.statics(self._ships()) if names else ()), *_live.positions(ships, clock.now())]

    def _fresh(self) -> list[_live.Ship]:
        """Ships that changed since the last look; every minute all."""
        everybody = self._ships()
        again = self._looks % AGAIN == 0
        self._looks += 1
        told = {s["id"]: _state(s) for s in everybody}
        out = [s for s in everybody if again or self._sent.get(s["id"]) != told[s["id"]]]
        self._sent = told
        return out


def _state(ship: _live.Ship) -> tuple[object, ...]:
    p = ship["properties"]
    return (
        *(ship["geometry"]["coordinates"] if ship["geometry"] else ()),
        p["sog_kn"],
        p["cog"],
        p["heading"],
        p["lost"],
    )
