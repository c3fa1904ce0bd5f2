"""Replay of recorded logs: times of lines, pace, gaps, and a clock that keeps to what was played."""

from __future__ import annotations

import asyncio
import gzip
import math
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_tools import PATIENCE
from selat.model.clock import HOUR, MINUTE, SECOND, ReplayClock, format_time, monotonic, parse_time
from selat.model.errors import ConfigError, SourceError
from selat.readers.replay import Timeline, line_time, replay

SENTENCE = b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23"
T0 = 1_600_000_000


def ns(text: str) -> int:
    return parse_time(text)


@pytest.mark.parametrize(
    ("line", "time"),
    [
        (b"\\s:42809,c:1635731889,t:1635731965*6A\\" + SENTENCE, 1635731889 * SECOND),
        (b"\\c:1420030798*00\\" + SENTENCE, 1420030798 * SECOND),
        (b"\\c:1628097600123*00\\" + SENTENCE, 1628097600123 * 10**6),
        (b"\\g:1-2-3985,s:rEV02*2D\\\\c:1334337317*2D\\" + SENTENCE, 1334337317 * SECOND),
        (b"\\g:2-2-3985*5A\\" + SENTENCE, None),
        (b"\\c:12345678901*00\\" + SENTENCE, None),  # neither seconds nor milliseconds
        (b"\\c:9999999999*00\\" + SENTENCE, None),  # the year 2286
        (b"\\src:1420030798*00\\" + SENTENCE, None),
        (SENTENCE + b",1327992119173\r\n", 1327992119173 * 10**6),
        (SENTENCE + b",1327664830", 1327664830 * SECOND),
        (SENTENCE + b",d-109,S2105,t050056.00,T56.13718694,r003669946,1325394060,1325394001", 1325394060 * SECOND),
        (SENTENCE + b",003669946\r\n", None),
        (SENTENCE + b"\r\n", None),
        (b"$PGHP,1,2010,6,11,11,46,11,390,231,45,992190934,1,2B*5B", ns("2010-06-11T11:46:11.390Z")),
        (b"$PGHP,1,2012,1,31,5,7,2,151,316,2,316000002,1AIS_S,51*77,1327992119157", 1327992119157 * 10**6),
        (b"$PGHP,1,2010,13,11,11,46,11,390,231,45,992190934,1,2B*5B", None),
        (b"$PGHP,1,2010,6", None),
        (b"2012-01-31T06:41:59.5Z " + SENTENCE, ns("2012-01-31T06:41:59.5Z")),
        (b"[2012-01-31 06:41:59] " + SENTENCE, ns("2012-01-31T06:41:59Z")),
        (b"2012-01-31 14:41:59,5 +08:00 " + SENTENCE, ns("2012-01-31T06:41:59.5Z")),
        (b"2012-13-31T06:41:59Z " + SENTENCE, None),
        (b"1327664830 " + SENTENCE, 1327664830 * SECOND),
        (b"1327664830.5;" + SENTENCE, 1327664830 * SECOND),
        (b'{"MetaData":{"time_utc":"2024-07-30 06:17:43.375540658 +0000 UTC"}}', 1722320263375540658),
        (b'{"MetaData":{}}', None),
        (b"", None),
        (b"\n", None),
        (b"# a comment of 1327664830", None),
    ],
)
def test_time_of_a_line(line, time):
    assert line_time(line) == time


@given(
    st.binary(max_size=80)
    | st.binary(max_size=40).map(lambda b: b"\\c:" + b)
    | st.binary().map(lambda b: b"$PGHP," + b)
)
def test_any_line_has_a_time_or_none(line):
    time = line_time(line)
    assert time is None or 1990 <= datetime.fromtimestamp(time / SECOND, UTC).year < 2101


@given(st.lists(st.none() | st.integers(0, 50 * MINUTE), max_size=30))
def test_timeline_is_the_running_maximum(times):
    timeline, most = Timeline(0), 0
    for time in times:
        most = max(most, time or 0)
        assert timeline.advance(time) == most


def test_one_wild_time_is_not_believed_two_are():
    timeline = Timeline(0)
    day = 24 * HOUR
    said = [1, 300 * day, 2, 400 * day, 900 * day, 3, 2 * day, 2 * day + 1, 5]
    assert [timeline.advance(t) for t in said] == [1, 1, 2, 2, 2, 3, 3, 2 * day + 1, 2 * day + 1]


def log(tmp_path, seconds, name="log.nmea"):
    path = tmp_path / name
    path.write_bytes(b"".join(SENTENCE + b",%d\r\n" % round((T0 + s) * 1000) for s in seconds))
    return path


def play(recorded, pause=0.0):
    """[(received in s after T0, wall s, clock in s after T0, number of lines)] of each block"""

    async def run():
        out, begin = [], monotonic()
        async with asyncio.timeout(PATIENCE):
            async for block in recorded:
                now = recorded.clock.now()
                out.append(
                    (block.received / SECOND - T0, monotonic() - begin, now / SECOND - T0, block.data.count(b"\n"))
                )
                if pause:
                    await asyncio.sleep(pause)
        return out

    return asyncio.run(run())


def test_pace_is_that_of_the_log(tmp_path):
    blocks = play(replay(log(tmp_path, [0, 0, 6, 12, 9, 18, 30]), rate=60))
    assert [(round(r), n) for r, _, _, n in blocks] == [(0, 2), (6, 1), (12, 2), (18, 1), (30, 1)]
    for received, wall, clock, _ in blocks:
        assert wall >= received / 60 - 0.02  # never early; late is the machine's load
        assert received - 0.5 <= clock <= received + 1e-6


def test_clock_does_not_run_ahead_of_a_slow_consumer(tmp_path):
    recorded = replay(log(tmp_path, range(0, 600, 60)), rate=600)
    assert isinstance(recorded.clock, ReplayClock) and recorded.clock.now() == recorded.start == T0 * SECOND
    blocks = play(recorded, pause=0.12)  # a line is due every 0.1 s
    assert len(blocks) == 10 and all(clock <= received + 1e-6 for received, _, clock, _ in blocks)
    assert recorded.clock.now() == (T0 + 540) * SECOND and not recorded.skips


def test_a_long_gap_is_cut_short_and_said(tmp_path, caplog):
    recorded = replay(log(tmp_path, [0, 1, 30_000, 30_001]), rate=10, longest_wait=0.05)
    blocks = play(recorded)
    # the first line after a gap of hours is played with the time before it: only the next one confirms the gap
    assert ([round(r) for r, *_ in blocks] == [0, 1, 30_001] and blocks[-1][3] == 1) or len(blocks) == 3
    assert blocks[-1][1] < 5 and blocks[-1][2] == pytest.approx(30_001)
    (skip,) = [s for s in recorded.skips if s.ends - s.begins > HOUR]
    assert skip.ends == (T0 + 30_001) * SECOND
    assert f"before {format_time(skip.ends)} was cut short" in caplog.text


def test_steps_back_are_never_waited_for(tmp_path):
    blocks = play(replay(log(tmp_path, [100, 101, 50, 0, 99, 102]), rate=100))
    received = [r for r, *_ in blocks]
    assert received == sorted(received) and sum(n for *_, n in blocks) == 6
    assert blocks[-1][1] < 1


def test_a_log_without_times_plays_at_a_constant_rate(tmp_path):
    path = tmp_path / "plain.nmea"
    path.write_bytes((SENTENCE + b"\n") * 100)
    recorded = replay(path, rate=2, per_second=200, start=T0 * SECOND)
    blocks = play(recorded)
    assert not recorded.timed and sum(n for *_, n in blocks) == 100
    assert blocks[-1][0] == pytest.approx(99 / 200) and blocks[-1][1] >= 99 / 400 - 0.02


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.binary(max_size=60) | st.integers(0, 10**6).map(lambda s: SENTENCE + b",%d" % (T0 + s)), max_size=30),
    st.booleans(),
)
def test_blocks_joined_are_the_file(tmp_path_factory, lines, packed):
    path = tmp_path_factory.mktemp("replay") / "log"
    data = b"\n".join(lines)
    path.write_bytes(gzip.compress(data) if packed or data[:2] == b"\x1f\x8b" else data)

    async def run():
        blocks = [block async for block in replay(path, math.inf, batch=200)]
        assert [b.received for b in blocks] == sorted(b.received for b in blocks)
        return b"".join(b.data for b in blocks)

    assert asyncio.run(run()) == data


def test_what_cannot_be_played_says_why(tmp_path):
    with pytest.raises(SourceError, match="cannot be read") as caught:
        replay(tmp_path / "missing")
    assert caught.value.hint
    for wrong in ({"rate": 0}, {"rate": -1}, {"rate": math.nan}, {"per_second": 0}):
        with pytest.raises(ConfigError, match="cannot replay"):
            replay(log(tmp_path, [0]), **wrong)
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(SENTENCE * 5000)[:60])
    with pytest.raises(SourceError, match="damaged"):
        replay(cut)


def test_a_satellite_log_plays_in_the_time_it_should(shared):
    """17.8 minutes of arrivals, of positions out of order by hours; no wait is longer than a watcher bears."""
    recorded = replay(shared / "nmea" / "amsa_exact-earth-augmented.txt", math.inf)

    async def run():
        return [block async for block in recorded]

    blocks = asyncio.run(run())
    assert format_time(recorded.start, 3) == "2012-01-31T06:41:59.157Z"
    times = [b.received for b in blocks]
    assert times == sorted(times) and 1000 < (times[-1] - times[0]) / SECOND < 1100
    assert max(b - a for a, b in pairwise(times)) / 60 / SECOND < 5
    assert sum(len(b.data) for b in blocks) == 512_359
