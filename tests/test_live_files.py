"""Growing files through rotation, standard input, and a serial port (a pair of pseudo-terminals)."""

from __future__ import annotations

import asyncio
import contextlib
import io
import math
import os
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_tools import FAST, drain, eventually, outages, take
from selat.model.clock import RealClock
from selat.model.errors import ConfigError
from selat.readers.live import Live, parse_source
from selat.readers.live_feed import Feed, OutageLog
from selat.readers.live_files import Tail
from selat.readers.live_queue import ByteQueue

LINE = b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\r\n"
STEP = st.tuples(st.sampled_from(["write", "rename", "cut"]), st.binary(max_size=50) | st.just(b"x" * 9000))


def following(path, *, start="start"):
    """A follower of its own, so that a test can see how far it is."""
    queue = ByteQueue(1 << 24)
    feed = Feed("t", "tail", math.inf, queue, RealClock(), OutageLog())
    return Tail(parse_source(f"tail:{path}?from={start}"), feed, FAST), queue


async def rest(queue):
    queue.close()
    out = b""
    while (block := await queue.get()) is not None:
        out += block.data
    return out


# --- tail --------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.lists(STEP, max_size=8))
def test_tail_delivers_all_that_is_written_through_rotation(tmp_path_factory, steps):
    """Oracle: what was written, with a line end after an unfinished line wherever the file is begun anew."""
    path = tmp_path_factory.mktemp("tail") / "ais.log"

    async def run():
        path.write_bytes(b"")
        tail, queue = following(path)
        task = asyncio.create_task(tail.run())
        await asyncio.sleep(0)
        expected, file = b"", path.open("ab", buffering=0)
        for n, (kind, data) in enumerate(steps):
            if kind == "write":
                expected += data
                file.write(data)
                continue
            expected += b"" if expected.endswith(b"\n") or not expected else b"\n"
            if kind == "rename":  # what was written just before must still be read, from the renamed file
                file.close()
                path.rename(path.with_suffix(f".{n}"))
                file = path.open("ab", buffering=0)
                await eventually(lambda: tail.inode == path.stat().st_ino)
            else:
                await eventually(lambda: tail.at == path.stat().st_size)
                os.truncate(path, 0)
                await eventually(lambda: tail.at == 0)
        await eventually(lambda: tail.at == path.stat().st_size)
        file.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return expected, await rest(queue)

    expected, got = asyncio.run(run())
    assert got == expected


def test_tail_knows_a_file_that_was_cut_and_grew_past_where_it_was(tmp_path):
    path = tmp_path / "ais.log"

    async def run():
        path.write_bytes(b"old 1\nold 2\nhalf")
        tail, queue = following(path)
        task = asyncio.create_task(tail.run())
        await eventually(lambda: tail.at == 16)
        await asyncio.sleep(0.03)  # it must have looked at what it read
        path.write_bytes(b"new 1\nnew 2\nnew 3\nnew 4\n")
        await eventually(lambda: tail.at == 24)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return await rest(queue)

    assert asyncio.run(run()) == b"old 1\nold 2\nhalf\nnew 1\nnew 2\nnew 3\nnew 4\n"


def test_tail_begins_at_the_end_and_waits_for_a_file_that_is_not_there_yet(tmp_path):
    there, missing = tmp_path / "there.log", tmp_path / "missing.log"
    there.write_bytes(b"yesterday\n")

    async def run():
        async with Live([f"tail:{there}?name=there", f"tail:{missing}?name=missing"], tuning=FAST) as live:
            await eventually(lambda: live.feeds["missing"].state == "down" and live.feeds["there"].state == "open")
            first = outages(live)
            with there.open("ab") as file:
                file.write(b"today\n")
            missing.write_bytes(b"all of it\n")
            return first, await take(live, 16), outages(live)

    first, got, later = asyncio.run(run())
    assert got == {"there": b"today\n", "missing": b"all of it\n"}
    assert first == [("missing", "refused", False)] and ("missing", "refused", True) in later


def test_tail_waits_while_the_queue_is_full(tmp_path):
    path = tmp_path / "ais.log"
    data = LINE * 2000
    path.write_bytes(data)

    async def run():
        live = Live([f"tail:{path}?from=start&name=t"], queue_bytes=FAST.batch, tuning=FAST)
        async with live:
            await eventually(lambda: live.queue.size == FAST.batch)
            await asyncio.sleep(0.05)
            assert live.queue.size <= FAST.batch and live.feeds["t"].bytes <= 2 * FAST.batch
            return await take(live, len(data))

    assert asyncio.run(run()) == {"t": data}


# --- standard input ----------------------------------------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=50) | st.just(b"y" * 20_000), max_size=8))
def test_stdin_is_delivered_whole_and_then_ends(chunks):
    async def run():
        ours, theirs = os.pipe()

        def write():
            with os.fdopen(theirs, "wb", buffering=0) as pipe:
                for chunk in chunks:
                    pipe.write(chunk)

        with os.fdopen(ours, "rb") as stdin, pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            live = Live(["-"], queue_bytes=FAST.batch, tuning=FAST)
            writer = asyncio.create_task(asyncio.to_thread(write))
            got = b""
            async for block in live:  # ends by itself
                got += block.data
            await writer
            await live.stop()
            return got, outages(live), live.health()[0].state

    got, rows, state = asyncio.run(run())
    assert got == b"".join(chunks)
    assert rows == [("stdin", "closed", False)] and state == "ended"


def test_stdin_may_be_a_plain_file_or_nothing(tmp_path, monkeypatch):
    async def run():
        live = Live(["-"], tuning=FAST)
        got = b""
        async with live:
            if sys.stdin.name == "none":
                await eventually(lambda: live.feeds["stdin"].state == "down")
                return live.feeds["stdin"].detail
            async for block in live:
                got += block.data
        return got

    path = tmp_path / "in.nmea"
    path.write_bytes(LINE * 300)
    with path.open("rb") as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert asyncio.run(run()) == LINE * 300
    nothing = io.BytesIO()
    nothing.name = "none"
    monkeypatch.setattr(sys, "stdin", nothing)
    assert "no standard input" in asyncio.run(run())


# --- serial ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line():
    """(the other end of the serial line, path of ours)"""
    pytest.importorskip("serial")
    pty = pytest.importorskip("pty")
    tty = pytest.importorskip("tty")
    master, slave = pty.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)
    os.close(slave)
    yield master, name
    with contextlib.suppress(OSError):
        os.close(master)


def test_serial_port_is_read_and_its_loss_is_an_outage(line):
    master, name = line

    async def run():
        async with Live([f"serial:{name}?baud=38400&name=s"], tuning=FAST) as live:
            await eventually(lambda: live.feeds["s"].state == "open")
            for part in (LINE[:20], LINE[20:] + LINE, b"unfinished"):
                os.write(master, part)
                await asyncio.sleep(0.01)
            got = await take(live, 2 * len(LINE))
            await asyncio.sleep(0.02)
            os.close(master)
            await eventually(lambda: live.feeds["s"].state == "down")
        return got["s"] + await drain(live), outages(live)

    got, rows = asyncio.run(run())
    assert got == LINE * 2 + b"unfinished\n"
    assert ("s", "lost", False) in rows


def test_serial_lines_without_room_are_dropped_whole_and_counted(line):
    master, name = line

    async def run():
        live = Live([f"serial:{name}?name=s"], queue_bytes=FAST.batch, tuning=replace(FAST, linger=0.001))
        async with live:
            await eventually(lambda: live.feeds["s"].state == "open")
            for _ in range(400):
                await asyncio.to_thread(os.write, master, LINE)
            await eventually(lambda: live.feeds["s"].dropped > 100)
            got, ends = b"", 0
            while b"end" not in got:  # it comes after all others, kept or dropped, and may be dropped itself
                await asyncio.to_thread(os.write, master, b"end\n")
                ends += 1
                await asyncio.sleep(0.02)
                while live.queue.size:
                    got += (await live.queue.get()).data
        return got + await drain(live), live.feeds["s"].dropped, ends, live.take_outages()

    got, dropped, ends, table = asyncio.run(run())
    lines = got.splitlines(keepends=True)
    assert set(lines) == {LINE, b"end\n"} and lines == sorted(lines)  # whole, and in order
    assert len(lines) + dropped == 400 + ends
    assert any(detail.startswith(f"{dropped} lines dropped") for detail in table["detail"])


def test_serial_without_pyserial_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(ConfigError) as caught:
        Live(["serial:///dev/ttyUSB0"])
    assert "selat[serial]" in caught.value.hint
