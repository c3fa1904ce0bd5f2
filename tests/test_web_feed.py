"""The hub of the feed: one encoding for all, and the law of the slow client."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import numpy as np
import pytest
import websocket
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.model.picture import ROW
from selat.web.feed import KIND_CHANGE, KIND_SNAPSHOT, Client, Hub, pack, text, unpack

LIMIT = 6


class Table:
    """A small versioned picture whose truth is a dictionary."""

    def __init__(self) -> None:
        self.version = 0
        self.truth: dict[int, tuple[int, int]] = {}  # mmsi -> (version, lon)
        self.asked = 0
        self.epoch = 0
        self.broken = False

    def set(self, mmsi: int, lon: int) -> None:
        self.version += 1
        self.truth[mmsi] = (self.version, lon)

    def begin_anew(self) -> None:
        self.version = 0
        self.epoch += 1
        self.truth = {}

    def rows(self, since: int) -> tuple[int, np.ndarray]:
        self.asked += 1
        if self.broken:
            raise RuntimeError("a bad tick")
        picked = [(m, lon, 0, 0, 0, 0, 0, 1) for m, (v, lon) in self.truth.items() if v > since]
        return self.version, np.array(picked, ROW)

    def labels(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        return 0, []

    def ship(self, mmsi: int) -> None:
        return None

    def alerts(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        return 0, []

    def health(self) -> dict[str, Any]:
        return {"clock_ms": 1000.0 * self.version, "epoch": self.epoch}


class Page:
    """What a page makes of the messages it took."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.ships: dict[int, int] = {}
        self.messages = 0

    async def take(self, most: int) -> None:
        for _ in range(most):
            try:
                message = await asyncio.wait_for(self.client.take(), 0.001)
            except TimeoutError:
                return
            self.messages += 1
            if isinstance(message, bytes):
                kind, _, _, rows = unpack(message)
                if kind == KIND_SNAPSHOT:
                    self.ships = {}
                self.ships.update(zip(rows["mmsi"].tolist(), rows["lon"].tolist(), strict=True))


async def turn(hub: Hub, pages: list[Page]) -> None:
    """One turn of the hub, as its task makes it."""
    changes = await asyncio.to_thread(hub.changes)
    for page in pages:
        page.client.offer(changes)
        assert len(page.client._queue) <= LIMIT, "memory of a slow client is bounded"
    await hub._help_those_behind()


def test_pack_and_unpack_are_twins() -> None:
    rows = np.array(
        [(533000001, -1, 2, 3, 4, 5, 6, 7), (2**32 - 1, -(2**31), 2**31 - 1, 1023, 3600, 511, 255, 255)], ROW
    )
    frame = pack(KIND_CHANGE, 2**32 + 5, 1.5e12, rows)
    assert len(frame) == 16 + 2 * 20
    assert frame[16:20] == (533000001).to_bytes(4, "little")
    kind, version, clock_ms, again = unpack(frame)
    assert (kind, version, clock_ms) == (KIND_CHANGE, 5, 1.5e12)
    assert np.array_equal(rows, again)


def test_rows_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="dtype"):
        pack(KIND_CHANGE, 1, 0.0, np.zeros(3))


def test_text_refuses_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="JSON"):
        text("health", 1, {"lag_s": float("nan")})
    assert json.loads(text("alerts", 3, ["é"], everything=True)) == {
        "kind": "alerts",
        "all": True,
        "version": 3,
        "data": ["é"],
    }


steps = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(1, 9), st.integers(0, 99)),
        st.tuples(st.just("anew"), st.just(0), st.just(0)),
        st.tuples(st.just("turn"), st.just(0), st.just(0)),
        st.tuples(st.just("take"), st.integers(0, 2), st.integers(1, 12)),
    ),
    max_size=60,
)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_every_page_ends_with_the_truth_however_slow(script: list[tuple[str, int, int]]) -> None:
    async def go() -> None:
        table = Table()
        hub = Hub(table, queue_limit=LIMIT)
        pages = [Page(Client(LIMIT)) for _ in range(3)]
        hub._clients.update(p.client for p in pages)
        for what, a, b in script:
            if what == "set":
                table.set(a, b)
            elif what == "anew":
                table.begin_anew()
            elif what == "turn":
                await turn(hub, pages)
            else:
                await pages[a].take(b)
        for _ in range(3):  # fetched up and drained, everyone agrees
            await turn(hub, pages)
            for page in pages:
                await page.take(100)
        truth = {m: lon for m, (_, lon) in table.truth.items()}
        for page in pages:
            assert page.ships == truth

    asyncio.run(go())


def test_slow_client_gets_a_snapshot_only_once_it_has_drained() -> None:
    async def go() -> None:
        table = Table()
        hub = Hub(table, queue_limit=LIMIT)
        page = Page(Client(LIMIT))
        hub._clients.add(page.client)
        await turn(hub, [page])
        stuck = await page.client.take()  # in flight: the socket does not take it
        assert unpack(stuck)[0] == KIND_SNAPSHOT
        for k in range(50):
            table.set(1, k)
            await turn(hub, [page])
        assert page.client.overruns == 1
        assert page.client.behind
        await page.take(1)  # the socket has taken it: the client asks for the next and waits
        await turn(hub, [page])
        await page.take(10)
        assert page.ships == {1: 49}

    asyncio.run(go())


def test_same_bytes_for_all_and_one_question_a_tick() -> None:
    async def go() -> None:
        table = Table()
        table.set(1, 1)
        hub = Hub(table, period_s=0.02)
        clients = [hub.join() for _ in range(20)]
        got = [[await asyncio.wait_for(c.take(), 2) for _ in range(8)] for c in clients]
        assert hub.clients == 20
        frames = [[m for m in messages if isinstance(m, bytes)] for messages in got]
        assert all(a is b for a, b in zip(frames[0], frames[7], strict=True)), "the same object, not a copy"
        before = table.asked
        await asyncio.sleep(0.2)
        assert table.asked - before <= 14, "asked once a tick, not once a client"
        for client in clients:
            hub.leave(client)
        await asyncio.sleep(0.05)
        before = table.asked
        await asyncio.sleep(0.1)
        assert table.asked == before, "with nobody looking nothing is asked"

    asyncio.run(go())


def test_one_bad_tick_does_not_end_the_feed(caplog: pytest.LogCaptureFixture) -> None:
    async def go() -> None:
        table = Table()
        table.set(1, 1)
        table.broken = True
        hub = Hub(table, period_s=0.02)
        client = hub.join()
        await asyncio.sleep(0.1)
        table.broken = False
        message = await asyncio.wait_for(client.take(), 2)
        assert unpack(message)[0] == KIND_SNAPSHOT
        hub.leave(client)

    asyncio.run(go())
    assert "could not be read" in caplog.text


def test_a_stuck_socket_harms_nobody() -> None:
    """A client that asks for the feed and never reads: others get every tick, and it costs a bounded queue."""
    import socket as sockets

    from browser.fake_picture import FakePicture
    from selat.web.server import create_app, serve_in_thread

    running = serve_in_thread(create_app(FakePicture(1500), period_s=0.05))
    stuck = sockets.create_connection(("127.0.0.1", running.port))
    stuck.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
    stuck.sendall(
        f"GET /api/feed HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n\r\n".encode()
    )
    try:
        line = websocket.create_connection(running.url.replace("http", "ws") + "api/feed", timeout=5)
        ticks, until = 0, time.monotonic() + 2.0
        while time.monotonic() < until:
            message = line.recv()
            ticks += isinstance(message, bytes)
        line.close()
    finally:
        stuck.close()
        running.stop()
    assert ticks >= 10, "the other page's picture goes on"
