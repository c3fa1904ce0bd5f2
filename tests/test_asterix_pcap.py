"""Captures of networks: every link and both formats give the same payloads and times; what is no UDP is laid aside."""

from __future__ import annotations

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asterix_tools import block, cat048, n
from selat.model.clock import SECOND, parse_time
from selat.model.columns import concat
from selat.model.errors import Reason
from selat.model.radar import Site
from selat.readers.asterix_pcap import AsterixPcapReader

NOW = parse_time("2026-11-28T03:15:21Z")
SITE = Site("raffles", 1.16, 103.74)


def ip4(payload: bytes, protocol=17, fragment=0) -> bytes:
    body = struct.pack(">HHHH", 5000, 8600, len(payload) + 8, 0) + payload
    return struct.pack(">BBHHHBBH8s", 0x45, 0, 20 + len(body), 1, fragment, 64, protocol, 0, bytes(8)) + body


def ip6(payload: bytes) -> bytes:
    body = struct.pack(">HHHH", 5000, 8600, len(payload) + 8, 0) + payload
    return struct.pack(">IHBB32s", 6 << 28, len(body), 17, 1, bytes(32)) + body


LINKS = {
    "ethernet": (1, lambda d: bytes(12) + b"\x08\x00" + ip4(d)),
    "vlan": (1, lambda d: bytes(12) + b"\x81\x00\x00\x05\x86\xdd" + ip6(d)),
    "cooked": (113, lambda d: bytes(14) + b"\x08\x00" + ip4(d)), "cooked 2": (276, lambda d: b"\x08\x00" + bytes(18) + ip4(d)),
    "raw": (101, ip4), "loopback": (0, lambda d: b"\x02\0\0\0" + ip4(d)),
}  # fmt: skip


def pcap(packets, link=1, order="<", nano=False) -> bytes:
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for time, data in packets:
        out += (
            struct.pack(order + "IIII", time // SECOND, time % SECOND // (1 if nano else 1000), len(data), len(data))
            + data
        )
    return out


def pcapng(packets, link=1, order="<") -> bytes:
    def box(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)

    out = box(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += box(1, struct.pack(order + "HHI", link, 0, 65535) + struct.pack(order + "HHB3x", 9, 1, 9) + bytes(4))
    for time, data in packets:
        out += box(6, struct.pack(order + "IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(data), len(data)) + data)
    return out


def read(data: bytes, cuts=()):
    r = AsterixPcapReader()
    r.know("day.pcap", (SITE,))
    edges = [0, *sorted(min(c, len(data)) for c in cuts), len(data)]
    made = [r.feed(data[a:b], 0) for a, b in pairwise(edges)] + [r.flush()]
    assert sum(b.lines for b in made) == sum(b.kept + b.duplicates + b.rejects.rows for b in made)
    assert sum(b.bytes for b in made) == len(data)
    return {t: concat([getattr(b, t) for b in made], t) for t in ("reports", "rejects")}


def tracks(k):
    return block(48, cat048(11_720 + k, i161=n(k, 2)), cat048(11_720 + k, i161=n(100 + k, 2)))


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize(
    "write", [pcap, pcapng, lambda p, link: pcap(p, link, ">", True), lambda p, link: pcapng(p, link, ">")]
)
def test_all_links_and_formats(name, write):
    link, frame = LINKS[name]
    found = read(write([(NOW + k * SECOND, frame(tracks(k))) for k in range(3)], link=link))
    assert found["reports"]["received"].tolist() == [NOW + k * SECOND for k in (0, 0, 1, 1, 2, 2)]
    assert not found["rejects"].rows


def test_what_is_no_asterix_is_laid_aside_with_its_reason():
    frame = LINKS["ethernet"][1]
    odd = [
        frame(b"$GPGGA"),
        bytes(12) + b"\x08\x00" + ip4(b"x", protocol=6),
        bytes(12) + b"\x08\x06" + bytes(28),
        b"\x01",
    ]
    odd.append(bytes(12) + b"\x08\x00" + ip4(tracks(1), fragment=0x2000))
    good = (NOW, frame(tracks(0)))
    found = read(pcap([good, *((NOW, o) for o in odd), (NOW + SECOND, frame(tracks(1)))]))
    assert found["reports"].rows == 4
    assert found["rejects"]["reason"].tolist() == [Reason.NOISE, *[Reason.NOT_AIS] * 4]
    assert found["rejects"]["raw"].tolist() == odd and found["rejects"]["seq"].tolist() == [2, 3, 4, 5, 6]


def test_a_capture_that_breaks_off_or_is_damaged():
    whole = pcap([(NOW, LINKS["ethernet"][1](tracks(k))) for k in range(2)])
    assert read(whole[:-1])["rejects"]["reason"].tolist() == [Reason.TRUNCATED]
    bad = read(whole + b"\xff" * 40)
    assert bad["rejects"]["reason"].tolist() == [Reason.STRUCTURE] and bad["rejects"]["length"][0] == 40
    assert read(b"no capture at all, but longer than its head")["rejects"].rows == 1


@given(st.binary(max_size=300), st.integers(0, 400), st.lists(st.integers(0, 900), max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_bytes_in_any_cuts_come_to_the_same(noise, place, cuts):
    data = pcap([(NOW + k * SECOND, LINKS["ethernet"][1](tracks(k))) for k in range(4)])
    data = data[:place] + noise + data[place + len(noise) // 2 :]
    one, other = read(data), read(data, cuts)
    for name, table in one.items():
        for column in table:
            assert np.array_equal(table[column], other[name][column]), (name, column)


@pytest.mark.parametrize("kind", ["raw", "pcap"])
def test_a_recorded_day_is_known_by_its_bytes_and_read_into_the_sea(tmp_path, kind):
    from selat.cli import main

    rows = [tracks(k) for k in range(6)]
    path = tmp_path / "day.bin"
    path.write_bytes(
        b"".join(rows)
        if kind == "raw"
        else pcap([(NOW + k * SECOND, LINKS["ethernet"][1](r)) for k, r in enumerate(rows)])
    )
    (tmp_path / "sea").mkdir()
    (tmp_path / "sea" / "selat.toml").write_text("[radar.raffles]\nlat = 1.16\nlon = 103.74\nsac = 17\nsic = 23\n")
    assert main(["read", str(path), "--sea", str(tmp_path / "sea"), "--alerts", "--quiet"]) == 0
    import selat

    with selat.open(tmp_path / "sea") as sea:
        found = sea.reports.stored()
        assert found.rows == 12 and sea.state.rows("radars") == [{"id": 1, "name": "raffles"}]
    assert main(["watch", str(path), "--sea", str(tmp_path / "sea"), "--no-page"]) != 0
