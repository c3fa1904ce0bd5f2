"""The exercise as it comes out of the receivers, read by a slow and obvious decoder of its own."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from functools import reduce
from operator import xor

import numpy as np
import pytest

from selat.exercise.air import Air
from selat.exercise.emit import interval, sentences
from selat.exercise.play import play, write_log
from selat.exercise.reception import Reception
from selat.exercise.scene import Scene
from selat.model.clock import SECOND, monotonic
from selat.model.errors import ConfigError

MINUTES = 7


def checksum(text: bytes) -> str:
    return f"{reduce(xor, text):02X}"


def six(c: int) -> str:
    v = c - 48
    return f"{v - 8 if v > 40 else v:06b}"


def field(bits: str, at: int, n: int, signed: bool = False) -> int:
    v = int(bits[at : at + n], 2)
    return v - (1 << n) if signed and bits[at] == "1" else v


def text(bits: str, at: int, n: int) -> str:
    chars = (field(bits, at + 6 * i, 6) for i in range(n // 6))
    return "".join(chr(v + 64) if v < 32 else chr(v) for v in chars).split("@")[0].rstrip()


class Slow:
    """Everything one line at a time: TAG block, sentence, fragments, bits."""

    def __init__(self, lines):
        self.messages, self.broken, self.swapped = [], 0, 0
        parts: dict[tuple, dict[int, tuple]] = defaultdict(dict)
        groups: dict[str, tuple[str, str]] = {}
        orphans = []
        for received, raw in lines:
            assert raw.endswith(b"\r\n") and raw.count(b"\n") == 1
            m = re.fullmatch(rb"\\([^*]+)\*([0-9A-F]{2})\\!([^*]+)\*([0-9A-F]{2})\r\n", raw)
            assert m, raw
            assert checksum(m[1]) == m[2].decode()
            if checksum(m[3]) != m[4].decode():
                self.broken += 1
                continue
            tag = dict(p.split(":", 1) for p in m[1].decode().split(","))
            group = tag.get("g", "0-0-0").split("-")[2]
            if "s" in tag:
                groups[group] = tag["s"], tag["c"]
            station = tag.get("s") or "EXLEDANG"
            talker, count, number, seq, channel, payload, fill = m[3].decode().split(",")
            assert talker == "AIVDM" and channel in "AB" and len(payload) <= 60
            if count == "1":
                self.add(received, station, tag["c"], channel, payload, int(fill))
                continue
            whole = parts[station, seq, channel]
            if int(number) == 2 and 1 not in whole:
                self.swapped += 1
            whole[int(number)] = payload, int(fill), tag.get("c")
            if len(whole) == int(count):
                c = next(x[2] for x in whole.values() if x[2])
                self.add(received, station, c, channel, whole[1][0] + whole[2][0], whole[2][1])
                del parts[station, seq, channel]
        self.orphans = orphans

    def add(self, received, station, c, channel, payload, fill):
        bits = "".join(six(ord(x)) for x in payload)
        bits = bits[: len(bits) - fill]
        stamp = int(c) * (10**9 if len(c) == 10 else 10**6)
        self.messages.append((received, station, stamp, channel, field(bits, 0, 6), field(bits, 8, 30), bits))


@pytest.fixture(scope="module")
def scene():
    return Scene(seed=1)


@pytest.fixture(scope="module")
def lines(scene):
    return list(sentences(scene, MINUTES * 60))


@pytest.fixture(scope="module")
def slow(lines):
    return Slow(lines)


def test_lines_come_in_order_and_on_time(scene, lines):
    times = [t for t, _ in lines]
    assert times == sorted(times)
    assert scene.start <= times[0] and times[-1] < scene.start + MINUTES * 60 * SECOND
    assert times[-1] > scene.start + (MINUTES * 60 - 2) * SECOND


def test_every_message_has_its_length_and_a_valid_type(slow):
    sizes = {1: {168}, 3: {168}, 4: {168}, 5: {424}, 9: {168}, 14: None, 18: {168}, 21: None, 24: {160, 168}}
    seen = Counter()
    for *_, kind, mmsi, bits in slow.messages:
        assert kind in sizes
        assert sizes[kind] is None or len(bits) in sizes[kind], (kind, len(bits))
        assert 1_000_000 < mmsi <= 999_999_999
        seen[kind] += 1
    assert set(seen) == set(sizes), "every kind of message is in the first minutes"


def test_three_hundred_ships_are_heard_within_six_minutes(scene, slow):
    heard = {m[5] for m in slow.messages if m[0] < scene.start + 360 * SECOND and m[4] in (1, 3, 18)}
    assert len(heard) >= 300
    named = {m[5] for m in slow.messages if m[0] < scene.start + 120 * SECOND and m[4] in (5, 24)}
    assert len(named) >= 250, "names come early, so that a person sees them"


def test_loss_duplicates_damage_and_swapped_parts(slow, lines):
    by_message = defaultdict(set)
    for received, station, _, channel, _kind, mmsi, bits in slow.messages:
        by_message[mmsi, channel, bits, received // (20 * SECOND)].add(station)
    both = sum(len(v) == 2 for v in by_message.values()) / len(by_message)
    assert 0.1 < both < 0.6, "the two receivers overlap in part"
    assert {s for v in by_message.values() for s in v} == {"EXPULAI", "EXLEDANG"}
    assert 0.0008 < slow.broken / len(lines) < 0.005
    assert slow.swapped >= 3


def test_receivers_have_their_own_clocks(slow):
    late = {
        s: np.median([(r - c) / SECOND for r, st, c, *_ in slow.messages if st == s]) for s in ("EXPULAI", "EXLEDANG")
    }
    assert 0 < late["EXPULAI"] < 1.0, "its stamps are whole seconds"
    assert -0.9 < late["EXLEDANG"] < -0.4, "it is 0.8 s ahead"


def test_loss_grows_with_distance(scene):
    """Reports heard against reports sent, near and far from the eastern receiver."""
    emitted, heard = Counter(), Counter()
    air, reception = Air(scene), Reception(scene)
    for _ in range(6):
        sent = air.window()
        chance = reception.chances(sent.lat, sent.lon, sent.carries, sent.t)[:, 0]
        for lon, p in zip(sent.lon, chance, strict=True):
            zone = "near" if abs(lon - 103.8) < 0.2 else "far" if lon < 101.8 else None
            emitted[zone] += 1
            heard[zone] += p
    assert heard["near"] / emitted["near"] > 0.85
    assert heard["far"] / emitted["far"] < 0.05


def test_intervals_follow_the_standard(scene, slow):
    """At the transmitter: differences between reports of ships that neither turn nor change are those of the tables."""
    air = Air(scene)
    sent = defaultdict(list)
    for _ in range(MINUTES * 6):
        said = air.window().said
        for ship, t in zip(said.ship.tolist(), said.t.tolist(), strict=True):
            sent[ship].append(t)
    wanted = {("B", "pleasure"): {30, 180}, ("B", "fishing"): {30, 180}, ("A", "anchored"): {180},
              ("A", "through"): {10, 6, 10 / 3, 2}, ("A", "tug"): {10, 10 / 3}, ("S", "aircraft"): {10},
              ("M", "base"): {10}, ("M", "mark"): {180}}  # fmt: skip
    for i, ship in enumerate(scene.fleet):
        for gap in np.diff(sent[i]):
            allowed = wanted.get((ship.cls, ship.kind), {2, 10 / 3, 6, 10, 180})
            near = min(abs(gap - w) for w in allowed)
            assert near < 0.05 or (ship.kind in ("ferry", "pilot", "bunker") and gap < 180), (ship.kind, gap)
    for *_, kind, _mmsi, bits in slow.messages:
        if kind in (1, 3):
            assert 0 <= field(bits, 137, 6) < 60


@pytest.mark.parametrize(
    ("cls", "knots", "turning", "lying", "seconds"),
    [("A", 0.1, 0, 1, 180), ("A", 5, 0, 1, 10), ("A", 12, 0, 0, 10), ("A", 12, 1, 0, 10 / 3), ("A", 14.1, 0, 0, 6),
     ("A", 18, 1, 0, 2), ("A", 24, 0, 0, 2), ("B", 1.9, 0, 0, 180), ("B", 2.1, 0, 0, 30),
     ("BSO", 16, 0, 0, 15), ("BSO", 25, 0, 0, 5), ("BSO", 1.5, 0, 0, 180), ("S", 110, 0, 0, 10),
     ("mark", 0, 0, 0, 180), ("base", 0, 0, 0, 10)],
)  # fmt: skip
def test_table_of_intervals(cls, knots, turning, lying, seconds):
    got = interval(np.array([cls]), np.array([float(knots)]), np.array([bool(turning)]), np.array([bool(lying)]))
    assert got[0] == pytest.approx(seconds)


def test_positions_are_those_of_the_motion(scene, slow):
    """Decoded position, speed and course against the truth at the second that the message names."""
    checked = 0
    number = {s.mmsi: i for i, s in enumerate(scene.fleet)}
    twice = {m for m, n in Counter(s.mmsi for s in scene.fleet).items() if n > 1}
    from selat.exercise.incidents import jumps
    from selat.exercise.traffic import distance

    jumping = {scene.fleet[j.ship].mmsi for j in jumps(scene)}
    for received, _, _, _, kind, mmsi, bits in slow.messages[::7]:
        if kind not in (1, 3) or mmsi not in number or mmsi in twice | jumping:
            continue
        lon, lat = field(bits, 61, 28, True) / 600_000, field(bits, 89, 27, True) / 600_000
        second = field(bits, 137, 6)
        t = (received - scene.start) // SECOND
        t -= (t + scene.start // SECOND - second) % 60
        if t < 0:
            continue
        s = scene.traffic.at(np.array([number[mmsi]]), np.array([float(t)]))
        assert distance(lat, lon, s.lat[0], s.lon[0]) < 12.0
        assert field(bits, 50, 10) / 10 == pytest.approx(s.sog[0] / 0.514444, abs=0.4)
        checked += 1
    assert checked > 500


def test_names_and_identities_are_marked_as_exercise(scene, slow):
    names = {}
    for *_, kind, mmsi, bits in slow.messages:
        if kind == 5:
            names[mmsi] = text(bits, 112, 120)
            imo = f"{field(bits, 40, 30):07d}"
            if imo != "0000000":
                assert imo[0] == "3" and sum(
                    int(d) * w for d, w in zip(imo, range(7, 1, -1), strict=False)
                ) % 10 == int(imo[6])
        elif kind == 24 and field(bits, 38, 2) == 0:
            names[mmsi] = text(bits, 40, 120)
    assert len(names) > 280 and all(n.startswith("EX ") for n in names.values())
    for s in scene.fleet:
        if s.cls in "AB":
            assert str(s.mmsi)[3:5] == "99" and len(str(s.mmsi)) == 9
    types = {field(m[6], 232, 8) for m in slow.messages if m[4] == 5}
    assert types >= {40, 50, 51, 52, 55, 60, 70, 80}


def test_same_seed_same_bytes_other_seed_other_bytes(lines):
    again = list(sentences(Scene(seed=1), 60))
    assert again == lines[: len(again)] and len(again) > 1000
    assert list(sentences(Scene(seed=2), 60)) != again


def test_log_and_play_say_the_same(tmp_path):
    small = Scene(seed=3, ships=60)
    count = write_log(tmp_path / "log.nmea", 0.5, small)
    log = (tmp_path / "log.nmea").read_bytes()
    assert log.count(b"\r\n") == count == len(list(sentences(small, 30)))

    class Clock:
        """Goes on by 50 ms whenever it is asked."""

        t = 0

        def now(self):
            self.t += SECOND // 20
            return self.t

    async def some():
        got = b""
        async for block in play(small, rate=600.0, clock=Clock()):
            assert block.source == "exercise" and block.received >= small.start
            got += block.data
            if len(got) >= len(log):
                return got

    assert asyncio.run(asyncio.wait_for(some(), 20))[: len(log)] == log


def test_faster_than_twenty_times_real_time():
    scene = Scene(seed=5)
    began = monotonic()
    n = sum(1 for _ in sentences(scene, 60))
    assert n > 2000
    assert 60 / (monotonic() - began) > 20, "with the start of the timetable"


def test_a_scene_of_impossible_size_is_refused():
    with pytest.raises(ConfigError) as e:
        Scene(ships=5000)
    assert e.value.hint
    with pytest.raises(ConfigError):
        Scene(seed=-1)
