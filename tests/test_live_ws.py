"""The feed of aisstream.io, against a server on loopback that speaks its messages and has its faults."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from contextlib import asynccontextmanager
from dataclasses import replace
from random import randbytes

import pytest
from websockets.asyncio.server import serve

from live_tools import FAST, drain, eventually, outages, take
from selat.readers.aisstream import AisStreamReader
from selat.readers.live import Live, parse_source
from selat.readers.live_ws import subscription
from test_aisstream import POSITION, envelope

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("SELAT_AISSTREAM_KEY", KEY)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")


def message(n: int) -> str:
    return json.dumps(envelope("PositionReport", {**POSITION, "CommunicationState": n}))


@asynccontextmanager
async def service(send, *, subscriptions=None):
    """As the service: wants a subscription at once, turns away a wrong key, then ``send(socket, turn)``."""
    turns = []

    async def handler(client):
        async with asyncio.timeout(3):
            wish = json.loads(await client.recv())
        if subscriptions is not None:
            subscriptions.append(wish)
        turns.append(1)
        if wish["APIKey"] != KEY:
            await client.send('{"error": "Api Key Is Not Valid"}')
            return
        await send(client, len(turns))

    logger = logging.getLogger("test.server")
    logger.disabled = True
    sock = socket.create_server(("127.0.0.1", 0))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)  # so that back-pressure is felt soon
    async with serve(handler, sock=sock, logger=logger, close_timeout=0.1) as server:
        yield server.sockets[0].getsockname()[1]


def source(port, options=""):
    return f"ws://127.0.0.1:{port}/v0/stream?name=stream{options}"


def test_subscription_is_what_the_service_documents():
    spec = parse_source("aisstream://?bbox=98,0.5,105,6.5&mmsi=533180000,563012345&types=PositionReport,ShipStaticData")
    assert json.loads(subscription(spec, KEY)) == {
        "APIKey": KEY,
        "BoundingBoxes": [[[0.5, 98.0], [6.5, 105.0]]],
        "FiltersShipMMSI": ["533180000", "563012345"],
        "FilterMessageTypes": ["PositionReport", "ShipStaticData"],
    }
    world = json.loads(subscription(parse_source("aisstream://"), KEY))
    assert world == {"APIKey": KEY, "BoundingBoxes": [[[-90.0, -180.0], [90.0, 180.0]]]}


def test_messages_become_lines_that_the_reader_reads():
    texts = [message(n) for n in range(50)]

    async def run():
        async def send(client, turn):
            for n, text in enumerate(texts):
                pretty = json.dumps(json.loads(text), indent=1) if n % 2 else text
                await client.send(pretty.encode() if n % 3 else pretty)  # text or binary frames
            await client.wait_closed()

        wishes = []
        async with service(send, subscriptions=wishes) as port:
            live = Live([source(port, "&bbox=98,0.5,105,6.5")], tuning=FAST)
            got = b""
            async with live:
                while got.count(b"\n") < 50:
                    got += next(iter((await take(live, 1)).values()))
            return got, wishes

    got, wishes = asyncio.run(run())
    assert [json.loads(line) for line in got.splitlines()] == [json.loads(text) for text in texts]
    batch = AisStreamReader().feed(got, received=0)
    assert (batch.lines, batch.kept, batch.reports.rows) == (50, 50, 50)
    assert wishes[0]["BoundingBoxes"] == [[[0.5, 98.0], [6.5, 105.0]]]


def test_dropped_connection_is_an_outage_and_is_tried_again():
    async def run():
        async def send(client, turn):
            await client.send(message(turn))
            if turn == 1:
                client.transport.abort()  # as it does: 1006, no close frame
            elif turn == 2:
                await client.close(1001, "going away")
            else:
                await client.wait_closed()

        async with service(send) as port:
            live = Live([source(port)], tuning=FAST)
            async with live:
                got = b""
                while got.count(b"\n") < 3:
                    got += next(iter((await take(live, 1)).values()))
                return got, outages(live)

    got, rows = asyncio.run(run())
    assert [json.loads(x)["Message"]["PositionReport"]["CommunicationState"] for x in got.splitlines()] == [1, 2, 3]
    assert [r[1:] for r in rows] == [("lost", True), ("closed", True)]


def test_silent_connection_is_noticed_and_tried_again():
    async def run():
        async def send(client, turn):
            if turn >= 2:
                await client.send(message(turn))
            await client.wait_closed()

        async with service(send) as port:
            live = Live([source(port, "&silence=100ms")], tuning=FAST)
            async with live:
                got = await take(live, len(message(2)) + 1)
                return got, outages(live)

    got, rows = asyncio.run(run())
    assert json.loads(got["stream"])["Message"]["PositionReport"]["CommunicationState"] == 2
    assert rows == [("stream", "silent", True)]


def test_wrong_key_is_refused_said_and_never_logged(monkeypatch, caplog):
    wrong = "fedcba9876543210fedcba9876543210"
    monkeypatch.setenv("SELAT_AISSTREAM_KEY", wrong)
    caplog.set_level(logging.DEBUG)

    async def run():
        async with service(None) as port:
            live = Live([source(port)], tuning=FAST)
            async with live:
                await eventually(lambda: live.feeds["stream"].attempts >= 3)
                health = live.health()[0]
            return health, live.take_outages(), await drain(live)

    health, table, got = asyncio.run(run())
    assert table["reason"].tolist() == ["refused"] and "Api Key Is Not Valid" in table["detail"][0]
    assert "SELAT_AISSTREAM_KEY" in table["detail"][0] and health.bytes == 0 and got == b""
    assert wrong not in caplog.text + str(table["detail"]) + str(health)
    assert len(caplog.records) > 0


def test_a_server_that_echoes_the_key_does_not_get_it_into_the_books(caplog):
    caplog.set_level(logging.DEBUG)

    async def run():
        async def send(client, turn):
            await client.send(json.dumps({"error": f"no such key: {KEY}"}))
            await client.wait_closed()

        async with service(send) as port:
            live = Live([source(port)], tuning=FAST)
            async with live:
                await eventually(lambda: live.feeds["stream"].attempts >= 2)
            return live.take_outages()["detail"][0]

    detail = asyncio.run(run())
    assert "***" in detail and KEY not in detail + caplog.text


def test_key_from_a_file(tmp_path, monkeypatch):
    monkeypatch.delenv("SELAT_AISSTREAM_KEY")
    path = tmp_path / "key"
    path.write_text(KEY + "\n")

    async def run():
        wishes = []

        async def send(client, turn):
            await client.send(message(1))
            await client.wait_closed()

        async with (
            service(send, subscriptions=wishes) as port,
            Live([source(port, f"&key-file={path}")], tuning=FAST) as live,
        ):
            await take(live, 1)
            return wishes

    assert asyncio.run(run())[0]["APIKey"] == KEY


def test_slow_consumer_holds_the_service_back():
    total = 20_000  # more than frames, streams and sockets hold, also compressed: the texts are random
    texts = [message(0)[:-1] + f', "x": "{randbytes(300).hex()}"}}' for _ in range(100)]

    async def run():
        sent = 0

        async def send(client, turn):
            nonlocal sent
            for sent in range(total):
                await client.send(texts[sent * 37 % 100])
                if sent % 20 == 0:
                    await asyncio.sleep(0)
            await client.wait_closed()

        async with service(send) as port:
            tuning = replace(FAST, batch=32_768)
            live = Live([source(port, "&silence=100ms")], queue_bytes=100_000, tuning=tuning)
            async with live:
                await eventually(lambda: live.queue.size > 60_000)
                before = -1
                while before != sent:  # until it stands still
                    before = sent
                    await asyncio.sleep(0.15)
                held = sent
                assert live.queue.size <= 100_000 and live.feeds["stream"].state == "live"
                got = await take(live, (held + 500) * len(texts[0]))
            return held, got["stream"], live.queue.peak

    held, got, peak = asyncio.run(run())
    assert held < total - 1000 and peak <= 100_000
    lines = got.decode().split("\n")[:-1]
    assert lines == [texts[n * 37 % 100] for n in range(len(lines))] and len(lines) > held


def test_the_wire_stays_silent_when_logging_is_configured_anew(caplog):
    import logging.config

    from selat.readers import live_ws

    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})  # as a web server does
    with caplog.at_level("DEBUG"):
        live_ws._wire.critical("a key")
    assert "a key" not in caplog.text
