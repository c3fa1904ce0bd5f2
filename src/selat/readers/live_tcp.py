"""NMEA lines over TCP: as a client, and as a server that several senders may reach at once."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

from selat.readers.live_feed import Down, Feed, Silence, Tuning, within
from selat.readers.live_spec import NEVER, SourceSpec

log = logging.getLogger(__name__)

#: a peer that vanished without a word is noticed after 30 + 3 * 10 seconds, where the system lets us say so
KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


class Intake(asyncio.Protocol):
    """Bytes of one connection. Unlike a StreamReader it hands out what had come before a reset, and then the reset."""

    def __init__(self, limit: int, arrived: Callable[[Intake], None] | None = None) -> None:
        self.peer = ""
        self.transport: asyncio.Transport | None = None
        self._arrived, self._limit = arrived, limit
        self._buffer = bytearray()
        self._some = asyncio.Event()
        self._done = self._paused = False
        self._error: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of :class:`asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if peer else ""
        keep_alive(transport.get_extra_info("socket"))
        if self._arrived is not None:
            self._arrived(self)

    def data_received(self, data: bytes) -> None:
        """Of :class:`asyncio.Protocol`."""
        self._buffer += data
        if len(self._buffer) >= self._limit and not self._paused and self.transport is not None:
            self._paused = True
            self.transport.pause_reading()
        self._some.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Of :class:`asyncio.Protocol`."""
        self._error, self._done = exc, True
        self._some.set()

    async def read(self, n: int) -> bytes:
        """Up to ``n`` bytes; empty at the end. Raises OSError if the connection broke, after the last byte."""
        while not self._buffer:
            if self._error is not None:
                raise self._error
            if self._done:
                return b""
            self._some.clear()
            await self._some.wait()
        data = bytes(self._buffer[:n])
        del self._buffer[:n]
        if self._paused and not self._done and len(self._buffer) < self._limit and self.transport is not None:
            self._paused = False
            self.transport.resume_reading()
        return data

    def close(self) -> bytes:
        """End the connection; what had come and was not read."""
        if self.transport is not None:
            self.transport.abort()
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest


def keep_alive(sock: socket.socket | None) -> None:
    """Let the system notice a peer that vanished."""
    if sock is None or sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def pump(intake: Intake, feed: Feed, tuning: Tuning, silence: float) -> None:
    """Deliver what comes until the connection ends, or says nothing for ``silence`` seconds: raises :class:`Down`."""
    while True:
        try:
            data = await within(lambda: intake.read(tuning.batch), silence, tuning.linger)
        except Silence:
            raise Down("silent", f"connected, but nothing for {silence:g} s") from None
        except OSError as e:
            raise Down("lost", str(e) or type(e).__name__) from e
        if not data:
            raise Down("closed", "the other side closed the connection")
        await feed.deliver(data)
        if len(data) < tuning.batch:
            await asyncio.sleep(tuning.linger)  # what comes meanwhile makes one block


async def run_client(spec: SourceSpec, feed: Feed, tuning: Tuning) -> None:
    """Connect, and deliver until the connection ends, which raises :class:`Down`."""
    loop = asyncio.get_running_loop()
    sock = await _connect(spec.host, spec.port, tuning.connect)
    _, intake = await loop.create_connection(lambda: Intake(tuning.batch), sock=sock)
    feed.opened(intake.peer)
    try:
        await pump(intake, feed, tuning, spec.silence)
    finally:
        feed.keep(intake.close())
        feed.end_line()


async def _connect(host: str, port: int, seconds: float) -> socket.socket:
    """A socket connected to the first address of ``host`` that answers, each given so many seconds."""
    loop = asyncio.get_running_loop()
    said: list[str] = []
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as e:
        raise Down("refused", f"{host}: {e}") from e
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(seconds) as watch:
                await loop.sock_connect(sock, address)
            return sock
        except OSError as e:
            sock.close()
            why = f"no answer within {seconds:g} s" if watch.expired() else str(e) or type(e).__name__
            said.append(f"{address[0]}: {why}")
        except BaseException:
            sock.close()
            raise
    raise Down("refused", "; ".join(said))


async def run_server(spec: SourceSpec, feed: Feed, tuning: Tuning, child: Callable[[str], Feed]) -> None:
    """Wait for senders; never ends but by cancellation, or by :class:`Down` if the port cannot be had.

    A sender's source is named ``NAME/HOST``, a second one at the same time from that host ``NAME/HOST#2``: so names
    stay few when senders come and go, and two connections never share a line stream.
    """
    loop = asyncio.get_running_loop()
    slots: set[str] = set()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(intake: Intake, name: str) -> None:
        own: Feed | None = None
        try:
            first = await intake.read(tuning.batch)
            if not first:
                return  # came and went without a word: a port scan, a health check
            own = child(name)
            own.opened(intake.peer)
            await own.deliver(first)
            await pump(intake, own, tuning, NEVER)
        except Down as e:
            if own is not None:
                own.down(e.reason, e.detail)
        except OSError as e:
            log.info("%s: %s", name, e)
        finally:
            rest = intake.close()
            if own is not None:
                own.keep(rest)
                own.end_line()
            slots.discard(name)

    def arrived(intake: Intake) -> None:
        if len(slots) >= spec.clients:
            log.warning("%s: %s is turned away, there are %d senders already", spec.name, intake.peer, len(slots))
            intake.close()
            return
        base = f"{spec.name}/{intake.peer}"
        name = next(n for n in (base, *(f"{base}#{k}" for k in range(2, spec.clients + 2))) if n not in slots)
        slots.add(name)
        task = loop.create_task(serve(intake, name))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    try:
        server = await loop.create_server(lambda: Intake(tuning.batch, arrived), spec.host or None, spec.port)
    except OSError as e:
        raise Down("refused", str(e)) from e
    feed.opened(address_of(server.sockets[0]))
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def address_of(sock: socket.socket) -> str:
    """``host:port`` of a bound socket."""
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
