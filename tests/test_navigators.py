"""Ships of the exercise keep clear of each other: who gives way by the book, room by slow twins, and the fleet as a whole."""

from __future__ import annotations

import math

import numpy as np
import pytest

from selat.exercise.incidents import truth
from selat.exercise.scene import Scene, scenario
from selat.exercise.score import judges
from selat.exercise.script import Script
from selat.exercise.traffic import Shuttle, distance, metres_per_degree
from selat.exercise.zones import FIRST, LAST, half_width
from selat.kernels import keepclear, ways
from selat.kernels.keepclear import CROSSING, HEAD_ON, LYING, PARALLEL
from selat.model.clock import SECOND
from selat.model.nouns import Alert
from selat.model.units import KNOT

pytestmark = pytest.mark.long


def ahead(course):
    return math.sin(math.radians(course)), math.cos(math.radians(course))


@pytest.mark.parametrize(
    ("bearing", "course", "mine", "theirs", "how", "who"),
    [
        (45.0, 270.0, 6.0, 6.0, CROSSING, 1),  # she comes from starboard: we give way (rule 15)
        (315.0, 90.0, 6.0, 6.0, CROSSING, -1),  # from port: she does
        (0.0, 180.0, 6.0, 6.0, HEAD_ON, 0),  # both turn to starboard (rule 14)
        (5.0, 186.0, 6.0, 6.0, HEAD_ON, 0),
        (0.0, 0.0, 8.0, 5.0, PARALLEL, 1),  # the faster keeps clear of whom she overtakes (rule 13)
        (180.0, 10.0, 5.0, 8.0, PARALLEL, -1),
        (0.0, 45.0, 8.0, 5.0, CROSSING, 1),  # from more than 22.5 degrees abaft her beam: overtaking still
        (200.0, 320.0, 5.0, 9.0, CROSSING, -1),
        (90.0, 0.0, 6.0, 0.1, LYING, 1),  # who makes no way keeps clear of nobody
    ],
)
def test_who_gives_way(bearing, course, mine, theirs, how, who):
    for turned in (0.0, 77.0, 200.0):  # whatever way the whole picture lies
        x, y = (1500.0 * v for v in ahead(bearing + turned))
        got = keepclear.meeting(x, y, ahead(turned), ahead(course + turned), mine, theirs)
        assert got == (how, who)
        # Seen from the other ship it is the same.
        assert keepclear.meeting(-x, -y, ahead(course + turned), ahead(turned), theirs, mine) == (how, -who)


def room_of(x, y, course, length):
    """How far into a ship's ellipse a point lies, slowly: the size of the ellipse through it."""
    low, high = 0.0, 100.0
    c = math.radians(course)
    along, across = x * math.sin(c) + y * math.cos(c), x * math.cos(c) - y * math.sin(c)
    for _ in range(60):
        k = 0.5 * (low + high)
        inside = (along / (k * (2.35 * length + 50.0))) ** 2 + (across / (k * (length + 50.0))) ** 2 > 1.0
        low, high = (k, high) if inside else (low, k)
    return high


def test_room_against_a_slow_twin():
    rng = np.random.default_rng(3)
    for _ in range(200):
        x, y = rng.uniform(-1500, 1500, 2).tolist()
        a, b, la, lb = (float(v) for v in (*rng.uniform(0, 360, 2), *rng.uniform(20, 400, 2)))
        got = keepclear.gap(x, y, ahead(a), ahead(b), la, lb, la / 7, lb / 7, CROSSING, 560.0)
        assert got == pytest.approx(min(math.hypot(x, y) / 560.0, room_of(x, y, a, la), room_of(x, y, b, lb)), rel=1e-6)
        still = keepclear.gap(x, y, ahead(a), (0.0, 0.0), la, lb, la / 7, lb / 7, LYING, 200.0)
        assert still == pytest.approx(min(math.hypot(x, y) / 200.0, room_of(x, y, a, la)), rel=1e-6)
    beside = keepclear.gap(200.0, 0.0, ahead(0.0), ahead(5.0), 250.0, 200.0, 40.0, 32.0, PARALLEL, 560.0)
    assert beside > 1.0, "in a lane 200 m abeam are enough"


def hull(length=150.0, small=0.0, still=0.0):
    row = np.zeros(ways.HULL)
    row[ways.LENGTH], row[ways.BEAM], row[ways.RANK], row[ways.TURN], row[ways.PULL] = (
        length,
        length / 7,
        1.0,
        0.01,
        0.02,
    )
    row[ways.SHARPLY], row[ways.AGILE], row[ways.OFF], row[ways.MOVES], row[ways.SLOWEST] = (
        0.42,
        small,
        1e9,
        1.0 - still,
        0.4,
    )
    row[ways.KEEP], row[ways.KEPT], row[ways.STILL] = np.inf, -np.inf, still
    return row


def straight(x, y, course, speed, rows=140):
    """A table of one body that goes straight on."""
    t, (sx, sy) = ways.ROW * np.arange(rows), ahead(course)
    return np.stack(
        [x + speed * t * sx, y + speed * t * sy, np.full(rows, sy), np.full(rows, -sx), np.full(rows, speed)], axis=1
    )


def sailed(bodies, hulls, minutes=20, seed=5, room=2000.0):
    """Tracks (steps, bodies, 2) of bodies that keep clear of each other, ten minutes at a time; and the last states."""
    from selat.kernels import steer

    n = len(bodies)
    state, plans, out = np.zeros((n, 4)), np.zeros((n, 2)), []
    limits = np.tile(np.array([-room, room]), (240, n, 1))
    for k in range(minutes // 10):
        begin = 600.0 * k - state[:, 2]
        table = np.stack([straight(*b, rows=500)[:, None] for b in bodies], axis=2)[:, 0]
        cut = np.stack([table[round(b / ways.ROW) : round(b / ways.ROW) + 240, i] for i, b in enumerate(begin)], axis=1)
        knots = np.empty((61, n, 4))
        own = ways.ROW * np.round(begin / ways.ROW)
        steer.steer(600.0 * k, seed, np.ascontiguousarray(cut), limits, hulls, own, state, plans, knots)
        for s in range(60):
            at = np.array([ways.moment(cut, i, 600.0 * k + 10.0 * s - knots[s, i, 2] - own[i])[:4] for i in range(n)])
            out.append(at[:, :2] + knots[s, :, :1] * at[:, 2:])
    return np.array(out), state


def nearest(tracks, i=0, j=1):
    return np.hypot(*(tracks[:, i] - tracks[:, j]).T).min()


def test_head_on_both_turn_to_starboard():
    tracks, state = sailed([(0.0, 0.0, 0.0, 6.0), (20.0, 8000.0, 180.0, 6.0)], np.stack([hull(), hull()]), 30)
    assert nearest(tracks) > 500.0
    assert tracks[:, 0, 0].max() > 150.0 and tracks[:, 1, 0].min() < -130.0, "each to her right"
    assert np.abs(state[:, 0]).max() < 5.0, "and back to her line"


def test_who_has_the_other_to_starboard_gives_way_and_the_other_stands_on():
    tracks, state = sailed([(0.0, 0.0, 0.0, 6.0), (4500.0, 4500.0, 270.0, 6.0)], np.stack([hull(), hull()]), 30)
    assert nearest(tracks) > 500.0 and np.abs(tracks[:, 1, 1] - 4500.0).max() < 1e-6
    closest = int(np.hypot(*(tracks[:, 0] - tracks[:, 1]).T).argmin())
    assert tracks[closest, 0, 1] < tracks[closest, 1, 1] + 100.0, "she passes astern, not ahead"
    assert abs(state[0, 0]) < 5.0


def test_who_overtakes_passes_at_a_distance_on_the_side_where_there_is_room():
    hulls = np.stack([hull(200.0), hull(200.0)])
    tracks, _ = sailed([(0.0, 0.0, 0.0, 9.0), (0.0, 3000.0, 0.0, 5.0)], hulls, 30)
    assert nearest(tracks) > 90.0 and np.abs(tracks[:, 1, 0]).max() < 1e-6
    tight, _ = sailed([(0.0, 0.0, 0.0, 9.0), (0.0, 3000.0, 0.0, 5.0)], hulls, 30, room=20.0)
    assert (np.diff(tight[-30:, 0, 1]) < 70.0).all(), "without room she stays behind"


def test_a_ship_at_anchor_is_passed_at_a_distance():
    hulls = np.stack([hull(200.0), hull(200.0, still=1.0)])
    tracks, _ = sailed([(0.0, 0.0, 0.0, 6.0), (30.0, 5000.0, 0.0, 0.0)], hulls)
    assert nearest(tracks) > 250.0


def test_the_same_dice_make_the_same_way():
    bodies, hulls = [(0.0, 0.0, 0.0, 6.0), (4500.0, 4500.0, 270.0, 6.0)], np.stack([hull(), hull()])
    assert (sailed(bodies, hulls)[0] == sailed(bodies, hulls)[0]).all()
    acts = np.array([keepclear.heeds(s, 1, 2, False) for s in range(4000)])
    assert 0.0005 < (acts == 0.0).mean() < 0.006 and 0.02 < ((acts > 0) & (acts < 330)).mean() < 0.07
    assert acts.max() <= 720.0


# --- the fleet ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strait():
    return scenario(33, ("encounters", "company"), ships=700, count=1, hours=1.0, night=False)


def states(scene, t, planned=False):
    ids = np.arange(len(scene.fleet))
    return (scene.traffic.planned if planned else scene.traffic.at)(ids, np.full(len(ids), float(t)))


def close(scene, planned):
    """Pairs of ships of the traffic of which one came, under way, into half the domain of the other in an hour; but for two that
    lie at one berth in turns."""
    ids = np.array([i for i, s in enumerate(scene.fleet) if s.cls in "AB" and s.kind not in ("pilotcraft", "lying")
                    and not isinstance(s.move, Script)])  # fmt: skip
    turns = np.array([isinstance(scene.fleet[i].move, Shuttle) for i in ids])
    length = np.array([scene.fleet[i].length or 12.0 for i in ids])
    north, east = metres_per_degree(1.7)
    found = set()
    for t in range(0, 3600, 15):
        s = (scene.traffic.planned if planned else scene.traffic.at)(ids, np.full(len(ids), float(t)))
        x, y, c = s.lon * east, s.lat * north, np.radians(s.cog)
        i, j = np.nonzero((np.hypot(x - x[:, None], y - y[:, None]) < 420.0) & (s.sog > KNOT)[:, None])
        dx, dy = x[j] - x[i], y[j] - y[i]
        along, across = dx * np.sin(c[i]) + dy * np.cos(c[i]), dx * np.cos(c[i]) - dy * np.sin(c[i])
        into = (np.hypot(along / length[i], across / (0.4 * length[i])) < 1.0) & (i != j) & ~(turns[i] & turns[j])
        found |= {(min(a, b), max(a, b)) for a, b in zip(i[into].tolist(), j[into].tolist(), strict=True)}
    return found


def test_close_passes_are_few_where_there_were_many(strait):
    strait.traffic.at(np.array([0]), np.array([3600.0]))
    rails, clear = close(strait, True), close(strait, False)
    assert len(rails) >= 5 and len(clear) <= 0.2 * len(rails), (len(rails), len(clear))


def test_staged_ships_keep_their_motion_and_others_come_back_to_their_way(strait):
    staged = [i for i, s in enumerate(strait.fleet) if s.kind in ("meets", "passes", "prey", "skiff", "boat", "towed")]
    assert len(staged) > 8
    off = np.zeros(len(strait.fleet), bool)
    for t in range(600, 3600, 300):
        at, way = states(strait, t), states(strait, t, planned=True)
        assert (at.lat[staged] == way.lat[staged]).all() and (at.lon[staged] == way.lon[staged]).all()
        off |= strait.traffic.watch.of(np.arange(len(off)), np.full(len(off), float(t))).side != 0.0
    assert 0.02 < off.mean() < 0.5, "some leave their ways, most do not"


def test_nobody_leaps_and_turns_are_those_of_ships(strait):
    for t in (605.0, 1199.5, 1800.0, 2999.0):
        a, b = states(strait, t), states(strait, t + 1)
        gone = distance(a.lat, a.lon, b.lat, b.lon)
        sails = np.array([not isinstance(s.move, Script) and s.kind != "aircraft" for s in strait.fleet])
        assert np.abs(gone - (a.sog + b.sog) / 2)[sails].max() < 0.7
        change = (b.heading - a.heading + 180) % 360 - 180
        assert np.abs(change - (a.turn + b.turn) / 2)[sails & (a.sog > 1)].max() < 1.0


def test_through_ships_stay_in_their_lane(strait):
    ids = np.array([i for i, s in enumerate(strait.fleet) if s.kind == "through"])
    room = strait.traffic.watch._room
    for t in range(300, 3600, 300):
        s = strait.traffic.at(ids, np.full(len(ids), float(t)))
        d = strait.traffic.watch.of(ids, np.full(len(ids), float(t)))
        there = (s.lon > FIRST) & (s.lon < LAST) & (d.side != 0.0)
        low, high = room.of(ids, s)[there].T
        beyond = np.maximum(d.side[there] - high, low - d.side[there])
        assert (beyond > 60.0).mean() < 0.05, "but for who has no other way out"
        assert (half_width(s.lon[there], s.leg[there] == 0) > 200.0).all()


def test_any_order_of_questions_gives_the_same_answers():
    one, two = (Scene(seed=6, ships=60, incidents=False) for _ in range(2))
    late, early = states(one, 2400.0), states(one, 300.0)
    first, second = states(two, 300.0), states(two, 2400.0)
    for a, b in ((late, second), (early, first)):
        assert all((x == y).all() for x, y in zip(a, b, strict=True))


def test_the_judge_of_collisions_asks_where_they_were_not_where_they_headed(strait):
    judge = judges(strait)["collision"]
    pair = next(t for t in truth(strait) if t.rule == "collision" and t.negative and "miles" in t.note)

    def told(subjects, at):
        return Alert("collision", "6", "warning", tuple(subjects), at, at, 1.0, 103.0, "So.")

    assert not judge(told(pair.subjects, pair.start))
    skiff = next(t for t in truth(strait) if t.rule == "approach" and not t.negative)
    assert judge(told(skiff.subjects, skiff.start)), "a boat alongside is in the domain"
    assert not judge(told((*skiff.subjects, 5), skiff.start)) and not judge(told(skiff.subjects[:1], skiff.start))
    assert pair.end > pair.start + 60 * SECOND
