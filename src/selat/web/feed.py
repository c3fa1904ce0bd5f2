"""The push feed: what changed, packed once a tick, the same bytes to every page.

Protocol of `/api/feed`. Binary message: header `kind u1, pad u1[3], version u4, clock_ms f8` (little-endian),
then rows of `picture.ROW`. Kind 1 is a change; kind 2 is a snapshot, after which a ship not named is gone.
A change is sent on every tick, also an empty one: it is the heartbeat. Text message: JSON
`{"kind": "labels"|"alerts"|"health", "all": bool, "version": int, "data": ...}`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import struct
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np
from starlette.websockets import WebSocket, WebSocketDisconnect

from selat.model.picture import ROW, Picture
from selat.model.release import Groups, Releases

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

KIND_CHANGE = 1
KIND_SNAPSHOT = 2
HEADER = struct.Struct("<B3xId")

#: Messages that may wait for one client. Beyond it the client gets a fresh snapshot in their place.
QUEUE_LIMIT = 16
#: Health goes out on every nth tick.
HEALTH_TICKS = 2

Message = bytes | str


def pack(kind: int, version: int, clock_ms: float, rows: np.ndarray) -> bytes:
    """One binary frame; `rows` must have dtype `ROW` (ValueError otherwise)."""
    if rows.dtype != ROW:
        raise ValueError(f"rows have dtype {rows.dtype}, the feed sends {ROW}")
    return HEADER.pack(kind, version & 0xFFFFFFFF, clock_ms) + rows.tobytes()


def unpack(frame: bytes) -> tuple[int, int, float, np.ndarray]:
    """Kind, version, clock and rows of a frame; the twin of `pack`, for scripts and tests."""
    kind, version, clock_ms = HEADER.unpack_from(frame)
    return kind, version, clock_ms, np.frombuffer(frame, dtype=ROW, offset=HEADER.size)


def text(kind: str, version: int, data: Any, *, everything: bool = False) -> str:
    """One JSON message."""
    body = {"kind": kind, "all": everything, "version": version, "data": data}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Client:
    """One page: a bounded queue, and whether it must begin with a snapshot."""

    def __init__(self, limit: int = QUEUE_LIMIT) -> None:
        self.behind = True
        self.overruns = 0
        self._limit = limit
        self._sending = False
        self._queue: deque[Message] = deque()
        self._ready = asyncio.Event()

    def offer(self, messages: Sequence[Message]) -> None:
        """Queue the messages of one tick, or, if they do not fit, forget all and fall behind."""
        if self.behind:
            return
        if len(self._queue) + len(messages) > self._limit:
            self._queue.clear()
            self.behind = True
            self.overruns += 1
            return
        self._push(messages)

    def restart(self, snapshot: Sequence[Message]) -> None:
        """Begin again with a snapshot."""
        self._queue.clear()
        self.behind = False
        self._push(snapshot)

    @property
    def idle(self) -> bool:
        """True when nothing is queued and nothing is on its way to the page."""
        return not self._queue and not self._sending

    def _push(self, messages: Sequence[Message]) -> None:
        self._queue.extend(messages)
        if self._queue:
            self._ready.set()

    async def take(self) -> Message:
        """The next message; waits for one. Asking again says that the last one was sent."""
        self._sending = False
        while not self._queue:
            self._ready.clear()
            await self._ready.wait()
        self._sending = True
        return self._queue.popleft()


class Hub:
    """Asks the picture once a tick and hands the same bytes to all clients.

    The task lives while there is a client. A slow client costs at most `queue_limit` references to shared
    bytes: when its queue is full it is emptied, and it gets a snapshot once it has taken what was in flight.
    """

    def __init__(self, picture: Picture, *, period_s: float = 1.0, queue_limit: int = QUEUE_LIMIT) -> None:
        self._picture = picture
        self._period_s = period_s
        self._queue_limit = queue_limit
        self._clients: set[Client] = set()
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._seen = {"rows": 0, "labels": 0, "alerts": 0}
        self._epoch: Any = None
        self._ticks = 0

    @property
    def clients(self) -> int:
        """Pages connected now."""
        return len(self._clients)

    def join(self) -> Client:
        """Add a client; it is served from the next turn on."""
        client = Client(self._queue_limit)
        self._clients.add(client)
        if self._task is None or self._task.done():
            self._wake = asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._run(), name="selat-feed")
        self._wake.set()
        return client

    def leave(self, client: Client) -> None:
        """Remove a client; the last one ends the task."""
        self._clients.discard(client)
        if not self._clients and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            try:
                if loop.time() >= due:
                    due = max(due + self._period_s, loop.time())
                    changes = await asyncio.to_thread(self.changes)
                    for client in self._clients:
                        client.offer(changes)
                await self._help_those_behind()
            except Exception:  # a process boundary: the feed must outlive one bad tick
                log.exception("the picture could not be read; the feed goes on with the next tick")
                due = loop.time() + self._period_s
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), max(0.0, due - loop.time()))
            except TimeoutError:
                continue

    async def _help_those_behind(self) -> None:
        behind = [c for c in self._clients if c.behind and c.idle]
        if behind:
            snapshot = await asyncio.to_thread(self.snapshot)
            for client in behind:
                client.restart(snapshot)

    def changes(self) -> list[Message]:
        """The messages of one tick; a picture that began anew yields a snapshot for everyone."""
        self._ticks += 1
        health = self._picture.health()
        epoch, self._epoch = self._epoch, health.get("epoch", 0)
        asks = {"rows": self._picture.rows, "labels": self._picture.labels, "alerts": self._picture.alerts}
        answers: dict[str, tuple[int, Any]] = {kind: ask(self._seen[kind]) for kind, ask in asks.items()}
        anew = epoch is not None and epoch != self._epoch
        if anew or any(answers[kind][0] < seen for kind, seen in self._seen.items()):
            self._seen = dict.fromkeys(asks, 0)
            return self.snapshot()
        self._seen = {kind: version for kind, (version, _) in answers.items()}
        version, rows = answers.pop("rows")
        out: list[Message] = [pack(KIND_CHANGE, version, float(health["clock_ms"]), rows)]
        out += [text(kind, version, data) for kind, (version, data) in answers.items() if data]
        if self._ticks % HEALTH_TICKS == 0:
            out.append(text("health", self._ticks, health))
        return out

    def snapshot(self) -> list[Message]:
        """Everything, for a client that is new or fell behind. Changes sent later may repeat some of it."""
        health = self._picture.health()
        rows_version, rows = self._picture.rows(0)
        labels_version, labels = self._picture.labels(0)
        alerts_version, alerts = self._picture.alerts(0)
        return [
            pack(KIND_SNAPSHOT, rows_version, float(health["clock_ms"]), rows),
            text("labels", labels_version, labels, everything=True),
            text("alerts", alerts_version, alerts, everything=True),
            text("health", self._ticks, health),
        ]


class Hubs:
    """One hub for each set of groups that sees the same: what goes to them is packed once."""

    def __init__(self, picture: Picture, period_s: float = 1.0) -> None:
        self._picture, self._period_s = picture, period_s
        self._hubs: dict[int, tuple[Picture, Hub]] = {}

    async def of(self, groups: Groups | None) -> Hub:
        """The hub of these groups."""
        picture = self._picture
        if groups is not None and isinstance(picture, Releases):
            picture = await asyncio.to_thread(picture.released, groups)
        for key in [k for k, (_, hub) in self._hubs.items() if not hub.clients]:
            del self._hubs[key]
        return self._hubs.setdefault(id(picture), (picture, Hub(picture, period_s=self._period_s)))[1]


async def serve_feed(hub: Hub, socket: WebSocket) -> None:
    """One WebSocket from accept to close. Whatever the page says is read and ignored."""
    await socket.accept()
    client = hub.join()
    sender = asyncio.create_task(_send(client, socket))
    try:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
    finally:
        hub.leave(client)
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)


async def _send(client: Client, socket: WebSocket) -> None:
    try:
        while True:
            message = await client.take()
            if isinstance(message, bytes):
                await socket.send_bytes(message)
            else:
                await socket.send_text(message)
    except (WebSocketDisconnect, RuntimeError):
        return  # the page went away while we were sending; `serve_feed` sees it too
