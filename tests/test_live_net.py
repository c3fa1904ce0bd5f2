"""TCP on loopback, with real sockets: killed, reset, half open, too fast, too many; nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_tools import FAST, Server, drain, eventually, hold, outages, take
from selat.model.clock import RealClock
from selat.model.schema import NO_TIME
from selat.readers.live import Live

LINE = b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\r\n"
CHUNKS = st.lists(st.one_of(st.binary(max_size=40), st.binary(max_size=3).map(lambda b: b * 3000)), max_size=12)
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def whole(data: bytes) -> bytes:
    """What a connection delivers: an unfinished line is ended with it."""
    return data if data.endswith(b"\n") or not data else data + b"\n"


def sending(chunks):
    async def serve(reader, writer):
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0)

    return serve


# --- TCP client --------------------------------------------------------------------------------------------------


@FEW
@given(CHUNKS)
def test_tcp_delivers_what_was_sent_however_it_was_cut(chunks):
    sent = whole(b"".join(chunks))

    async def run():
        done = False

        async def serve(reader, writer):
            nonlocal done
            if not done:
                done = True
                await sending(chunks)(reader, writer)
                writer.close()
            else:
                await hold(reader)

        async with Server(serve) as server:
            live = Live([f"tcp://127.0.0.1:{server.port}?name=a"], tuning=FAST)
            async with live:
                got = await take(live, len(sent))
                await eventually(lambda: live.feeds["a"].attempts > 1)
            return got.get("a", b"") + await drain(live)

    assert asyncio.run(run()) == sent


def test_blocks_are_small_and_say_when_and_from_whom():
    async def run():
        async with Server(sending([LINE * 500])) as server:
            live = Live(
                [f"tcp://127.0.0.1:{server.port}?name=shore"], tuning=replace(FAST, first_delay=9, last_delay=9)
            )
            before = RealClock().now()
            async with live:
                blocks = [await live.queue.get()]
                while sum(len(b.data) for b in blocks) < 500 * len(LINE):
                    blocks.append(await live.queue.get())
            return before, blocks, RealClock().now(), live.health()

    before, blocks, after, health = asyncio.run(run())
    assert {b.source for b in blocks} == {"shore"} and max(len(b.data) for b in blocks) <= FAST.batch
    times = [before, *(b.received for b in blocks), after]
    assert times == sorted(times)
    assert (health[0].bytes, health[0].lines) == (500 * len(LINE), 500)
    assert health[0].last_heard == blocks[-1].received and health[0].rate > 10


def test_small_reads_are_gathered():
    async def serve(reader, writer):
        for _ in range(200):
            writer.write(LINE)
            await writer.drain()
            await asyncio.sleep(0.0005)
        await hold(reader)

    async def run():
        async with (
            Server(serve) as server,
            Live([f"tcp://127.0.0.1:{server.port}"], tuning=replace(FAST, linger=0.05)) as live,
        ):
            count = size = 0
            while size < 200 * len(LINE):
                size += len((await live.queue.get()).data)
                count += 1
            return count

    assert asyncio.run(run()) <= 60  # 200 writes over at least 0.1 s: a block each 50 ms, with room for a slow machine


def test_server_killed_and_restarted_is_an_outage_that_ends():
    async def serve(reader, writer):
        writer.write(LINE)
        await hold(reader)

    async def run():
        seen = []
        async with Server(serve) as server:
            live = Live([f"tcp://127.0.0.1:{server.port}?name=a"], tuning=FAST, on_outage=seen.append)
            live.start()
            await take(live, len(LINE))
        await eventually(lambda: live.health()[0].state == "down" and "refused" in seen[-1].detail)
        assert outages(live) == [("a", "lost", False)] or outages(live) == []
        async with Server(serve, server.port):
            await take(live, len(LINE))
            after = outages(live)
            heard = live.health()[0].last_heard
            await live.stop()
        return seen, after, heard, outages(live)

    seen, after, heard, last = asyncio.run(run())
    assert len(after) == 1 and after[0][0] == "a" and after[0][2]
    ended = [o for o in seen if o.ended != NO_TIME]
    assert len(ended) == 1 and seen[0].began < ended[0].ended <= heard
    assert seen[0].reason in {"lost", "closed"} and "then refused" in ended[0].detail
    assert {o.began for o in seen[:-1]} == {seen[0].began}
    assert last == [("a", "stopped", False)] and seen[-1].began == heard


def test_never_reached_is_refused_since_the_start():
    async def run():
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            live = Live([f"tcp://127.0.0.1:{free.getsockname()[1]}?name=a"], tuning=FAST)
            start = live.feeds["a"].started
            async with live:
                await eventually(lambda: live.feeds["a"].attempts >= 4)
        table = live.take_outages()
        return start, table

    start, table = asyncio.run(run())
    assert table.rows == 1 and table["reason"][0] == "refused" and table["began"][0] == start
    assert table["ended"][0] == NO_TIME and len(table["detail"][0]) < 300


def test_half_open_connection_is_noticed_and_tried_again():
    """The connection stays, nothing comes: as after the other side lost its power, or the well-known silent feed."""

    async def run():
        async def serve(reader, writer):
            writer.write(LINE)
            await hold(reader)

        async with Server(serve) as server:
            live = Live([f"tcp://127.0.0.1:{server.port}?name=a&silence=80ms"], tuning=FAST)
            async with live:
                await take(live, 3 * len(LINE))
                await asyncio.sleep(0)
            return outages(live), len(server.writers)

    rows, connections = asyncio.run(run())
    assert connections >= 3
    assert ("a", "silent", True) in rows and rows[-1][1:] in {("stopped", False), ("silent", False)}


def test_bytes_before_a_reset_are_delivered():
    async def run():
        once = []

        async def serve(reader, writer):
            if once:
                return await hold(reader)
            once.append(1)
            writer.write(LINE * 100)
            await writer.drain()
            await asyncio.sleep(0.05)
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

        async with Server(serve) as server:
            tuning = replace(FAST, batch=512, linger=0.02)
            async with Live([f"tcp://127.0.0.1:{server.port}"], tuning=tuning) as live:
                got = await take(live, 100 * len(LINE))
                await eventually(lambda: live.feeds[next(iter(got))].attempts > 1)
                return next(iter(got.values())), outages(live)

    got, rows = asyncio.run(run())
    assert got == LINE * 100 and rows[0][1] == "lost"


def test_slow_consumer_holds_the_sender_back_and_memory_stays_bounded():
    data = LINE * 400_000  # 20 MB, more than the buffers of two sockets
    limit = 200_000

    async def run():
        sent = 0

        async def serve(reader, writer):
            nonlocal sent
            for at in range(0, len(data), 65_536):
                writer.write(data[at : at + 65_536])
                await writer.drain()
                sent = at
            await hold(reader)

        async with Server(serve) as server:
            tuning = replace(FAST, batch=65_536)
            live = Live([f"tcp://127.0.0.1:{server.port}?silence=50ms"], queue_bytes=limit, tuning=tuning)
            async with live:
                await eventually(lambda: live.queue.size > limit - tuning.batch)
                await asyncio.sleep(0.2)  # longer than the silence: waiting for us is not being silent
                held, size, state = sent, live.queue.size, live.health()[0].state
                got = await take(live, len(data))
            return held, size, live.queue.peak, state, next(iter(got.values())), outages(live)

    held, size, peak, state, got, rows = asyncio.run(run())
    assert size <= peak <= limit and state == "live"
    assert held < len(data) and got == data
    assert [r[1] for r in rows] in (["stopped"], ["silent"], ["silent", "stopped"])


def test_stop_is_clean_with_a_full_queue():
    async def run():
        async with Server(sending([LINE * 40_000])) as server:
            live = Live([f"tcp://127.0.0.1:{server.port}"], queue_bytes=FAST.batch, tuning=FAST)
            live.start()
            await eventually(lambda: live.queue.size == FAST.batch)
            async with asyncio.timeout(5):
                await live.stop()
                await live.stop()
            assert len(asyncio.all_tasks()) <= 2  # this one, and the server's
            return await drain(live)

    got = asyncio.run(run())
    assert len(got) >= FAST.batch and (LINE * 40_000).startswith(got[:-1]) and got.endswith(b"\n")


# --- TCP server --------------------------------------------------------------------------------------------------


def test_senders_are_kept_apart():
    async def run():
        live = Live(["tcp-listen://127.0.0.1:0?name=in"], tuning=FAST)
        async with live:
            await eventually(lambda: live.feeds["in"].address)
            port = int(live.feeds["in"].address.rpartition(":")[2])
            pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            for k in range(40):
                for n, (_, writer) in enumerate(pairs):
                    writer.write(b"%d:%d:" % (n, k))  # halves of lines, interleaved
                    await writer.drain()
                    writer.write(b"end\n")
            for _, writer in pairs:
                await writer.drain()
            size = 3 * len(b"".join(b"%d:%d:end\n" % (0, k) for k in range(40)))
            got = await take(live, size)
            state = {h.name: h.lines for h in live.health()}
            for _, writer in pairs:
                writer.close()
            await eventually(lambda: live.feeds["in/127.0.0.1"].state == "down")
        return got, state, outages(live)

    got, state, rows = asyncio.run(run())
    assert sorted(got) == ["in/127.0.0.1", "in/127.0.0.1#2", "in/127.0.0.1#3"]
    for data in got.values():
        number = data[:1]
        assert data == b"".join(b"%s:%d:end\n" % (number, k) for k in range(40))
    assert state["in"] == 120 and state["in/127.0.0.1#2"] == 40
    assert ("in/127.0.0.1", "closed", False) in rows and ("in", "stopped", False) in rows


def test_a_sender_who_comes_back_takes_up_its_name_and_not_its_half_line():
    async def run():
        live = Live(["tcp-listen://127.0.0.1:0?name=in&clients=1"], tuning=FAST)
        got = b""
        async with live:
            await eventually(lambda: live.feeds["in"].address)
            port = int(live.feeds["in"].address.rpartition(":")[2])
            for text in (b"!AIVDM,1,1,,A,13HO", b"whole\n"):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(text)
                await writer.drain()
                await eventually(
                    lambda text=text: live.feeds.get("in/127.0.0.1") and live.feeds["in/127.0.0.1"].state == "live"
                )
                if text.endswith(b"\n"):  # while this one stays, a second is turned away
                    reader, second = await asyncio.open_connection("127.0.0.1", port)
                    second.write(b"not wanted\n")
                    with contextlib.suppress(ConnectionError):
                        assert await reader.read() == b""
                    second.close()
                writer.close()
                await eventually(lambda: live.feeds["in/127.0.0.1"].state == "down")
        got = await drain(live)
        return got, sorted(live.feeds), outages(live)

    got, names, rows = asyncio.run(run())
    assert got == b"!AIVDM,1,1,,A,13HO\nwhole\n"
    assert names == ["in", "in/127.0.0.1"]
    assert ("in/127.0.0.1", "closed", True) in rows and ("in/127.0.0.1", "closed", False) in rows


def test_a_port_in_use_is_an_outage_until_it_is_free():
    async def run():
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            live = Live([f"tcp-listen://127.0.0.1:{port}?name=in"], tuning=FAST)
            live.start()
            await eventually(lambda: live.feeds["in"].state == "down")
        await eventually(lambda: live.feeds["in"].state == "open")
        await live.stop()
        return live.take_outages()

    table = asyncio.run(run())
    assert table["reason"].tolist() == ["refused"] and "in use" in table["detail"][0]


def test_what_was_taken_from_the_sender_is_in_the_queue_after_a_stop():
    """The system told the sender that it arrived: then it must not be thrown away because we stop."""
    data = LINE * 20_000

    async def run():
        async def serve(reader, writer):
            writer.write(data)
            await hold(reader)

        async with Server(serve) as server:
            tuning = replace(FAST, linger=0.2)
            live = Live([f"tcp://127.0.0.1:{server.port}"], queue_bytes=FAST.batch, tuning=tuning)
            live.start()
            await eventually(lambda: live.queue.size == FAST.batch)
            for _ in range(20):
                await asyncio.sleep(0.002)  # the transport fills its buffer
            await live.stop()
            return await drain(live)

    got = asyncio.run(run())
    assert len(got) > 3 * FAST.batch and (data + b"\n").startswith(got[:-1])
