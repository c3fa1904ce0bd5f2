"""bench/make_log.py: the large logs are as good as the minute they are made of."""

from __future__ import annotations

import sys
from functools import reduce
from operator import xor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from make_log import Minute, make, minute_of

from test_exercise import Slow


@pytest.fixture(scope="module")
def lines():
    return minute_of(60, 1)


def test_first_copy_is_the_minute_itself(lines):
    assert Minute(lines).shifted(0, 0).tobytes() == b"".join(lines)


def test_a_later_copy_differs_in_time_and_identity_only(lines):
    before = Slow((0, x) for x in lines)
    later = Slow((0, x + b"\n") for x in Minute(lines).shifted(90, 3).tobytes().split(b"\n")[:-1])
    assert (later.broken, later.swapped) == (before.broken, before.swapped)
    assert len(later.messages) == len(before.messages) > 100
    moved = 0
    for a, b in zip(before.messages, later.messages, strict=True):
        assert b[2] - a[2] == 90 * 60 * 10**9
        assert a[1] == b[1] and a[3:5] == b[3:5]
        assert a[6][:8] + a[6][38:] == b[6][:8] + b[6][38:]
        moved += a[5] != b[5]
        assert a[5] // 10_000 == b[5] // 10_000
    assert moved > 0.8 * len(before.messages)


def test_it_is_fast_and_of_the_size_asked_for(tmp_path):
    size, lines, seconds = make(tmp_path / "big.nmea", 60_000_000, ships=340)
    assert (tmp_path / "big.nmea").stat().st_size == size >= 60_000_000
    assert size / seconds > 50e6
    tail = (tmp_path / "big.nmea").read_bytes()[-200_000:].split(b"\r\n")[1:-1]
    fits = [reduce(xor, x.split(b"!")[1].split(b"*")[0]) == int(x[-2:], 16) for x in tail]
    assert sum(fits) / len(fits) > 0.98 and lines > 500_000
