"""UDP on loopback, with real sockets: what is dropped is counted to the datagram."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest

from live_tools import FAST, eventually, outages, take
from selat.readers.live import Live
from selat.readers.live_udp import DropCounter

LINE = b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\r\n"


async def udp(live: Live, name: str) -> int:
    await eventually(lambda: live.feeds[name].address)
    return int(live.feeds[name].address.rpartition(":")[2])


def test_a_datagram_ends_a_line():
    async def run():
        async with Live(["udp://127.0.0.1:0?name=u"], tuning=FAST) as live:
            port = await udp(live, "u")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                for text in (b"one", b"two\r\n", b"", b"three\nfour"):
                    sock.sendto(text, ("127.0.0.1", port))
            return await take(live, 20)

    assert asyncio.run(run()) == {"u": b"one\ntwo\r\nthree\nfour\n"}


def test_a_binary_datagram_is_taken_as_it_is():
    async def run():
        async with Live(["udp://127.0.0.1:0?name=u&format=asterix"], tuning=FAST) as live:
            port = await udp(live, "u")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                for data in (b"\x30\x00\x04\x00", b"\x22\x00\x05\x80\x01"):
                    sock.sendto(data, ("127.0.0.1", port))
            assert live.format_of("u") == "asterix"
            return await take(live, 9)

    assert asyncio.run(run()) == {"u": b"\x30\x00\x04\x00\x22\x00\x05\x80\x01"}


def test_udp_overrun_is_counted_to_the_datagram():
    total = 3000

    async def run():
        live = Live(["udp://127.0.0.1:0?name=u"], queue_bytes=FAST.batch, tuning=FAST)
        async with live:
            port = await udp(live, "u")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                for k in range(total):
                    sock.sendto(b"%05d" % k, ("127.0.0.1", port))
                    if k % 50 == 0:
                        await asyncio.sleep(0)
                await eventually(lambda: live.feeds["u"].dropped + (live.queue.size + FAST.batch) // 6 >= total)
                got = b""
                while live.queue.size:
                    got += (await live.queue.get()).data
                    await asyncio.sleep(0.03)
                await eventually(lambda: outage(live) is not None)
                sock.sendto(b"again", ("127.0.0.1", port))
                got += (await take(live, 6))["u"]
        return got, live.health()[0].dropped, kept

    kept = []

    def outage(live):
        table = live.take_outages()
        kept.extend(
            d
            for r, d, e in zip(table["reason"], table["detail"], table["ended"], strict=True)
            if r == "overrun" and e > 0
        )
        return kept[-1] if kept and int(kept[-1].split()[0]) == live.feeds["u"].dropped else None

    got, dropped, kept = asyncio.run(run())
    lines = got.split()
    assert lines[-1] == b"again" and len(lines) - 1 + dropped == total and dropped > 1000
    assert [int(x) for x in lines[:-1]] == sorted(int(x) for x in lines[:-1])
    assert kept[-1].startswith(f"{dropped} datagrams dropped")


def test_drops_of_the_system_are_read_from_its_counter():
    counter = DropCounter()
    at = lambda n: [(socket.SOL_SOCKET, 40, struct.pack("=I", n))]  # noqa: E731
    assert [counter.news(x) for x in ([], at(5), at(5), at(7), at(2**32 - 1), at(3))] == [0, 5, 0, 2, 2**32 - 8, 4]


def test_multicast_is_joined():
    async def run():
        async with Live(["udp://239.192.0.77:0?name=m&interface=127.0.0.1"], tuning=FAST) as live:
            port = await udp(live, "m")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
                try:
                    sock.sendto(LINE, ("239.192.0.77", port))
                except OSError as e:
                    pytest.skip(f"no multicast here: {e}")
            return await take(live, len(LINE))

    assert asyncio.run(run()) == {"m": LINE}


def test_udp_silence_is_noted_and_ends():
    async def run():
        async with Live(["udp://127.0.0.1:0?name=u&silence=60ms"], tuning=FAST) as live:
            port = await udp(live, "u")
            await eventually(lambda: live.feeds["u"].state == "silent")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.sendto(LINE, ("127.0.0.1", port))
            await take(live, len(LINE))
            return outages(live)

    assert ("u", "silent", True) in asyncio.run(run())
