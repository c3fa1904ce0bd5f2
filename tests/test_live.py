"""Addresses of live sources, the queue, and the books that are kept of each source."""

from __future__ import annotations

import asyncio
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_tools import FAST
from selat.model.errors import ConfigError, SelatError, UnitError
from selat.model.ports import Block
from selat.model.schema import NO_TIME
from selat.readers.live import Backoff, Live, SourceSpec, parse_source
from selat.readers.live_feed import Feed, Lossy, OutageLog, Silence, outage_columns, within
from selat.readers.live_queue import ByteQueue

# --- addresses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "tcp://ais.example:5631",
            {"kind": "tcp", "name": "tcp://ais.example:5631", "host": "ais.example", "port": 5631},
        ),
        ("tcp://[fe80::1]:5631", {"name": "tcp://[fe80::1]:5631", "host": "fe80::1"}),
        ("tcp://10.0.0.5:1?silence=2min&name=north", {"silence": 120.0, "name": "north", "format": "nmea"}),
        ("TCP://10.0.0.5:1?silence=never", {"kind": "tcp", "silence": math.inf}),
        ("tcp-listen://:10110?clients=3", {"kind": "tcp-listen", "host": "", "port": 10110, "clients": 3}),
        ("udp://239.192.0.1:60001?interface=10.0.0.2", {"kind": "udp", "host": "239.192.0.1", "interface": "10.0.0.2"}),
        ("serial:///dev/ttyUSB0?baud=4800", {"kind": "serial", "path": "/dev/ttyUSB0", "baud": 4800}),
        ("serial:COM3", {"kind": "serial", "path": "COM3", "baud": 38400}),
        ("tail:/var/log/ais.nmea", {"kind": "tail", "path": "/var/log/ais.nmea", "start": "end"}),
        ("tail:what?.log?from=start&format=aisstream", {"path": "what?.log", "start": "start", "format": "aisstream"}),
        ("tail:a?b", {"path": "a?b"}),
        ("-", {"kind": "stdin", "name": "stdin", "silence": math.inf}),
        ("stdin:?name=pipe", {"kind": "stdin", "name": "pipe"}),
        ("aisstream://", {"kind": "aisstream", "name": "aisstream", "url": "wss://stream.aisstream.io/v0/stream"}),
        ("aisstream://", {"format": "aisstream", "boxes": (((-90.0, -180.0), (90.0, 180.0)),)}),
        ("aisstream://?bbox=98,0.5,105,6.5", {"boxes": (((0.5, 98.0), (6.5, 105.0)),)}),
        (
            "aisstream://?bbox=170,-5,-170,5",
            {"boxes": (((-5.0, 170.0), (5.0, 180.0)), ((-5.0, -180.0), (5.0, -170.0)))},
        ),
        ("wss://other.example/v0?mmsi=533180000&key-file=/k", {"url": "wss://other.example/v0", "key_file": "/k"}),
        ("logs/2012 01.nmea", {"kind": "file", "path": "logs/2012 01.nmea"}),
        ("C:\\logs\\a.nmea", {"kind": "file", "path": "C:\\logs\\a.nmea"}),
    ],
)
def test_address_is_understood(text, expected):
    spec = parse_source(text)
    assert {key: getattr(spec, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "without an address", "tcp://"),
        ("tcp://host", "no port", "tcp://host:10110"),
        ("tcp://:5631", "no host", "tcp-listen://:5631"),
        ("tcp://host:99999", "not an address", "Port"),
        ("tcp://host:0", "no port", "host:"),
        ("tcp://host:x", "not an address", "tcp://"),
        ("tcp://[::1:5631", "not an address", "tcp://"),
        ("tcp://host:5631/feed", "goes on", "options"),
        ("tcp://host:1?baud=1", "no option 'baud'", "silence"),
        ("tcp://host:1?silence=60", "without a unit", "write the unit"),
        ("tcp://host:1?silence=0s", "not positive", "never"),
        ("tcp://host:1?silence=1s&silence=2s", "twice", "once"),
        ("tcp://host:1?name=", "no value", "name=VALUE"),
        ("tcp://host:1?format=ivef", "no live format", "nmea"),
        ("tcp-listen://:1?clients=0", "whole number", "clients=64"),
        ("udp://:1?interface=eth0", "interface", "10.0.0.2"),
        ("http://host:80/", "no kind of source", "tcp://"),
        ("192.168.1.5:5631", "how to reach", "tcp://192.168.1.5:5631"),
        ("/dev/ttyUSB0", "device", "serial:/dev/ttyUSB0"),
        ("COM3", "device", "serial:COM3"),
        ("serial:", "lacks its path", "serial:///dev/ttyUSB0"),
        ("serial:/dev/x?baud=fast", "whole number", "baud=38400"),
        ("serial:/dev/x?baud=²", "whole number", "baud=38400"),
        ("stdin:file", "has a path", "stdin:"),
        ("tail:x?from=middle", "neither start nor end", "from=start"),
        ("aisstream://host", "no host", "bbox"),
        ("wss:///path", "lacks a host", "wss://"),
        ("aisstream://?bbox=1,2,3", "not a box", "west,south"),
        ("aisstream://?bbox=98,7,105,6", "no such box", "south"),
        ("aisstream://?bbox=nan,0,105,6", "no such box", "south"),
        ("aisstream://?types=Position", "no message type", "PositionReport"),
        ("aisstream://?mmsi=12", "no MMSI", "nine digits"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_and_what_to_write(text, message, hint):
    with pytest.raises(ConfigError) as caught:
        parse_source(text)
    assert message in caught.value.message and hint in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "wss://host/v0?key=s3cret",
        "aisstream://?APIKey=s3cret",
        "aisstream://?bbox=1,2,3,4&token=s3cret",
        "wss://me:s3cret@host/v0",
        "wss://s3cret@host/v0",
        "tcp://me:s3cret@host:x?password=s3cret",
        "tcp://s3cret@[host?key=s3cret",
    ],
)
def test_a_secret_in_an_address_is_refused_and_not_repeated(text):
    with pytest.raises(ConfigError) as caught:
        parse_source(text)
    assert "s3cret" not in caught.value.message + caught.value.hint


@given(st.text(alphabet="tcpudswailstream:/-.?=&@[]#%;, 019XÄ\0", max_size=40))
def test_any_text_is_a_source_or_a_clear_error(text):
    try:
        spec = parse_source(text)
    except SelatError as e:
        assert isinstance(e, (ConfigError, UnitError)) and e.message and e.hint
    else:
        assert isinstance(spec, SourceSpec) and spec.kind and spec.name


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (["tcp://a:1", "tcp://a:1"], "two sources"),
        (["log.nmea"], "not a live source"),
        (["aisstream://"], "needs an API key"),
        (["aisstream://?key-file=/nowhere/key"], "cannot be read"),
    ],
)
def test_what_cannot_work_is_refused_before_the_watch_begins(sources, message, monkeypatch):
    monkeypatch.delenv("SELAT_AISSTREAM_KEY", raising=False)
    with pytest.raises(ConfigError, match=message) as caught:
        Live(sources)
    assert caught.value.hint
    with pytest.raises(ConfigError, match="too small"):
        Live([], queue_bytes=100)


# --- the queue ---------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.binary(max_size=30), max_size=8), max_size=4), st.integers(1, 40), st.randoms())
def test_queue_keeps_order_and_never_holds_more_than_its_limit(sources, limit, chance):
    async def produce(queue, name, parts):
        for part in parts:
            await queue.put(Block(name, part, 0))
            if chance.random() < 0.3:
                await asyncio.sleep(0)

    async def run():
        queue = ByteQueue(limit)
        tasks = [asyncio.create_task(produce(queue, str(n), parts)) for n, parts in enumerate(sources)]
        got = []
        for _ in range(sum(map(len, sources))):
            if chance.random() < 0.3:
                await asyncio.sleep(0)
            block = await queue.get()
            got.append(block)
            assert queue.size <= max(limit, 30)
        await asyncio.gather(*tasks)
        queue.close()
        assert await queue.get() is None and queue.size == 0
        return got, queue.peak

    got, peak = asyncio.run(run())
    for n, parts in enumerate(sources):
        assert [b.data for b in got if b.source == str(n)] == parts
    largest = max((len(part) for parts in sources for part in parts), default=0)
    assert peak <= max(limit, largest)


def test_a_cancelled_put_still_puts():
    async def run():
        queue = ByteQueue(10)
        await queue.put(Block("a", b"0123456789", 0))
        waiting = [asyncio.create_task(queue.put(Block("a", data, 0))) for data in (b"x", b"y")]
        await asyncio.sleep(0)
        assert not queue.put_now(Block("a", b"z", 0))
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        queue.close()
        return [(await queue.get()).data for _ in range(3)], await queue.get()

    assert asyncio.run(run()) == ([b"0123456789", b"x", b"y"], None)


# --- the books ---------------------------------------------------------------------------------------------------


class Hand:
    """A clock that is set by hand."""

    def __init__(self, time=1000):
        self.time = time

    def now(self):
        return self.time


def feed(clock, limit=1000, silence=math.inf):
    outages = OutageLog()
    return Feed("a", "tcp", silence, ByteQueue(limit), clock, outages), outages


def test_an_outage_begins_when_last_heard_and_ends_when_heard_again():
    clock = Hand()
    a, outages = feed(clock)
    clock.time = 1500
    a.down("refused", "no\nroute  to host")
    assert outage_columns(outages.take())["began"].tolist() == [1000]
    clock.time = 2000
    assert a.offer(b"x\n") and a.health().state == "live"
    clock.time = 3000
    a.down("lost", "reset")
    a.down("refused", "1")
    a.down("refused", "2")
    a.down("silent", "3")
    first, second = outages.take()
    assert (first.began, first.ended, first.reason, first.detail) == (1000, 2000, "refused", "no route to host")
    assert (second.began, second.ended, second.reason) == (2000, NO_TIME, "lost")
    assert second.detail == "reset; then refused: 1; then silent: 3"
    a.stop()
    assert [o.reason for o in outages.take()] == ["lost"] and a.health().state == "stopped"


def test_thousand_failures_make_one_short_row():
    a, outages = feed(Hand())
    for n in range(1000):
        a.down(("refused", "lost", "closed")[n % 3], "x" * 300)
    (only,) = outages.take()
    assert len(only.detail) <= 500


def test_overrun_counts_what_is_dropped_and_only_that():
    clock = Hand()
    a, outages = feed(clock, limit=64)
    lossy = Lossy(a, FAST, "datagrams")
    lossy.batch = 64
    for n in range(100):
        clock.time += 1
        lossy.add(b"%07d\n" % n)
    assert a.dropped == 100 - 16 and (a.lines, lossy.flush()) == (8, False)
    lossy.give_up()
    assert a.dropped == 92
    a.tick(calm=0.0)
    (over,) = outages.take()
    assert (over.began, over.ended, over.reason) == (1017, 1100, "overrun")
    assert over.detail == "92 datagrams dropped, 736 bytes"


def test_delays_double_with_jitter_up_to_the_last_and_begin_anew():
    longest = Backoff(1.0, 60.0, chance=lambda: 0.0)
    assert [longest.delay() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    longest.reset()
    assert longest.delay() == 1
    assert Backoff(1.0, 60.0, chance=lambda: 1.0).delay() == 0.5
    several = {Backoff(1.0, 60.0).delay() for _ in range(20)}
    assert len(several) > 10 and all(0.5 <= d <= 1 for d in several)


def test_a_sender_is_not_silent_because_we_stood_still():
    """The machine was suspended past the limit, and data came meanwhile: both are due when it goes on."""

    async def run(comes):
        loop, data = asyncio.get_running_loop(), asyncio.Queue()
        loop.call_soon(time.sleep, 0.1)
        if comes:
            loop.call_later(0.05, data.put_nowait, b"x")
        return await within(data.get, silence=0.02, grace=0.02)

    assert asyncio.run(run(True)) == b"x"
    with pytest.raises(Silence):
        asyncio.run(run(False))


def test_a_broken_connection_is_not_taken_for_silence():
    async def broken():
        raise TimeoutError("keepalive")

    with pytest.raises(TimeoutError, match="keepalive"):
        asyncio.run(within(broken, silence=5, grace=5))
