"""What the tests of the live sources share: short times, and waiting for things instead of sleeping."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable

from selat.model.schema import NO_TIME
from selat.readers.live import Live, Tuning

FAST = Tuning(
    batch=4096, linger=0.005, connect=2.0, first_delay=0.02, last_delay=0.1, good=0.5, poll=0.01, watch=0.02, calm=0.05
)
PATIENCE = 20.0  #: s: a loaded machine may be slow; a test that works never waits for it


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until ``condition()`` is true; TimeoutError if it never is."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.002)


async def take(live: Live, size: int) -> dict[str, bytes]:
    """Blocks until ``size`` bytes came, joined by source."""
    out: dict[str, list[bytes]] = defaultdict(list)
    got = 0
    async with asyncio.timeout(PATIENCE):
        while got < size:
            block = await live.queue.get()
            assert block is not None, f"the end after {got} of {size} bytes"
            out[block.source].append(block.data)
            got += len(block.data)
    return {source: b"".join(parts) for source, parts in out.items()}


async def drain(live: Live) -> bytes:
    """What is left in the queue after a stop, all sources together."""
    out = b""
    while (block := await live.queue.get()) is not None:
        out += block.data
    return out


def outages(live: Live) -> list[tuple[str, str, bool]]:
    """(source, reason, is over) of each outage that changed."""
    table = live.take_outages()
    rows = zip(table["source"], table["reason"], table["ended"], strict=True)
    return [(source, reason, int(ended) != NO_TIME) for source, reason, ended in rows]


class Server:
    """A TCP server on loopback whose connections run ``serve(reader, writer)``; it can be killed and come back."""

    def __init__(self, serve: Callable[..., object], port: int = 0) -> None:
        self.serve, self.port = serve, port
        self.writers: list[asyncio.StreamWriter] = []
        self.tasks: list[asyncio.Task | None] = []

    async def __aenter__(self) -> Server:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.writers.append(writer)
            self.tasks.append(asyncio.current_task())
            try:
                await self.serve(reader, writer)
            except (ConnectionError, asyncio.CancelledError):
                pass  # ended by the other side, or by __aexit__
            finally:
                writer.close()

        self.server = await asyncio.start_server(connected, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for _ in range(3):  # asyncio trips over a server that is closed between accept and the making of the transport
            await asyncio.sleep(0)
        self.server.close()
        for _ in range(4):  # a connection may just be on its way through accept
            await asyncio.sleep(0)
            for writer in self.writers:
                writer.transport.abort()
            for task in filter(None, self.tasks):
                task.cancel()
            await asyncio.gather(*filter(None, self.tasks), return_exceptions=True)
        await self.server.wait_closed()


async def hold(reader: asyncio.StreamReader, _: object = None) -> None:
    """Keep a connection open until the other side ends it."""
    while await reader.read(65536):
        pass
