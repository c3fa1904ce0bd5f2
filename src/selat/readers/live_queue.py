"""A queue of blocks that is bounded in bytes: who is too fast waits, and memory stays what was asked for."""

from __future__ import annotations

import asyncio
from collections import deque

from selat.model.ports import Block


class ByteQueue:
    """Blocks in the order they came, at most ``limit`` bytes of data together.

    One block is taken even when it alone is larger than ``limit``, so that nothing can be stuck; the producers here
    cut at :attr:`~selat.readers.live_feed.Tuning.batch`, which is smaller. Not thread-safe: one event loop.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0  #: bytes waiting
        self.peak = 0  #: most bytes that ever waited
        self._blocks: deque[Block] = deque()
        self._turn = asyncio.Lock()  # first come, first served, so that a small source is not starved by a large one
        self._room = asyncio.Event()
        self._some = asyncio.Event()
        self._closed = False

    def fits(self, n: int) -> bool:
        """True if ``n`` bytes can be put now, ahead of nobody who waits."""
        return not self._turn.locked() and (not self._blocks or self.size + n <= self.limit)

    async def put(self, block: Block) -> None:
        """Wait for room, then put. A cancelled put still puts: bytes that were read are not lost on the way out."""
        try:
            async with self._turn:
                while self._blocks and self.size + len(block.data) > self.limit:
                    self._room.clear()
                    await self._room.wait()
        finally:
            self._add(block)

    def put_now(self, block: Block) -> bool:
        """Put without waiting; False if there is no room."""
        if not self.fits(len(block.data)):
            return False
        self._add(block)
        return True

    def put_over(self, block: Block) -> None:
        """Put a block without waiting, even over the limit: for what is left in hand when a source goes."""
        self._add(block)

    async def get(self) -> Block | None:
        """The next block; None when the queue was closed and is empty."""
        while not self._blocks:
            if self._closed:
                return None
            self._some.clear()
            await self._some.wait()
        block = self._blocks.popleft()
        self.size -= len(block.data)
        self._room.set()
        return block

    def close(self) -> None:
        """Let :meth:`get` answer None once all blocks are taken."""
        self._closed = True
        self._some.set()

    def _add(self, block: Block) -> None:
        self._blocks.append(block)
        self.size += len(block.data)
        self.peak = max(self.peak, self.size)
        self._some.set()
