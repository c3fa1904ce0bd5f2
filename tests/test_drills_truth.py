"""Truths of the drills hold against the motion: what is labelled is so, what is not so is near, nobody jumps."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from selat.exercise.columns import emit_columns
from selat.exercise.drills import FAMILIES, GROUPS, families
from selat.exercise.incidents import truth
from selat.exercise.scene import Scene, scenario
from selat.exercise.script import STEP, Script
from selat.exercise.traffic import Loop, distance, metres_per_degree
from selat.exercise.world import world_of
from selat.exercise.zones import declared
from selat.model.clock import SECOND
from selat.model.errors import ConfigError
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks.zones import Zones

pytestmark = pytest.mark.long

#: staged where a scene lasts five hours; needs a radar for small targets; a count of other alerts
ELSEWHERE = {"sand_dredging", "robbery_risk", "rule_storm"}
RULES = """distress sar_activity not_under_command aground drifting sudden_stop sudden_loss overdue identity_format
identity_change identity_mismatch watch_list zombie_imo dark reporting_rate jump interference impossible_track speed_limit
loitering manoeuvre route_deviation destination_mismatch draught_change dragging_anchor rendezvous ship_to_ship
dark_rendezvous tow follow approach swarm zone wrong_way lane_crossing separation_zone anchored_in_lane inshore_zone
precautionary_speed straitrep deep_draught collision grounding cable_anchor cable_drag cable_loiter platform fishing
closed_area_fishing pair_trawl dark_fishing robbery_risk sand_dredging smuggling_run overloaded_boat feed_down receiver_down
clock_off coverage_drop late_data rule_storm two_places""".split()


@pytest.fixture(scope="module")
def scene():
    return scenario(11, ships=150, count=4, hours=3.5, night=True)


class Moves:
    """What the subjects of a truth do from ``on`` to ``off`` (s, cut to the scene), every 10 s."""

    def __init__(self, scene, fact, before=0.0, after=0.0):
        self.on, self.off = ((t - scene.start) / SECOND for t in (fact.start, fact.end))
        self.off = min(self.off, scene.hours * 3600)
        self.t = np.arange(max(0.0, self.on - before), self.off + after, 10.0)
        self.ships = [scene.number(m, hull=hull_of(scene, fact, m)) for m in fact.subjects]
        self.s = [scene.traffic.planned(np.full(len(self.t), i), self.t) for i in self.ships]

    def __getattr__(self, name):
        return getattr(self.s[0], name)

    @property
    def apart(self):
        a, b = self.s
        return distance(a.lat, a.lon, b.lat, b.lon)


def hull_of(scene, fact, mmsi):
    return sum(s.mmsi == mmsi for s in scene.fleet) - 1


def of(scene, rule, negative=False, note=None):
    found = [
        t
        for t in scene.staged.truths
        if t.rule == rule and t.negative == negative and t.subjects and (note is None or t.note == note)
    ]
    assert found, (rule, note)
    return found


def share_in(moves, *kinds, source=None):
    """Share of the time in a zone of these kinds."""
    zones = Zones(declared()).of(*kinds)
    point, _ = zones.members(moves.lat, moves.lon)
    return len(np.unique(point)) / len(moves.t)


def off_course(s):
    return np.abs((s.cog - s.heading + 180) % 360 - 180)


def test_every_rule_has_incidents_and_most_have_look_alikes(scene):
    staged = Counter((t.rule, t.negative) for t in truth(scene))
    missing = [r for r in RULES if not staged[r, False] and r not in ELSEWHERE]
    assert not missing
    alone = {
        "interference",
        "two_places",
        "straitrep",
        "overdue",
        "feed_down",
        "clock_off",
        "coverage_drop",
        "late_data",
    }
    assert not [r for r in RULES if not staged[r, True] and r not in ELSEWHERE | alone]
    assert {t.rule for t in scene.staged.truths} - {"beacon_test"} <= set(RULES)
    for t in scene.staged.truths:
        assert t.start <= t.known and t.start <= t.end and (t.note or not t.negative)
        assert set(t.subjects) <= said_by(scene), t


def said_by(scene):
    own = {s.mmsi for s in scene.fleet} | {b.mmsi for b in scene.staged.beacons}
    return own | {w.value for w in scene.staged.wrongs if w.name == "mmsi"}


def test_nobody_jumps_and_nobody_flies(scene):
    ids = np.array([i for i, s in enumerate(scene.fleet) if s.kind != "aircraft"])
    for t in np.arange(5.0, scene.hours * 3600, 1213.0):
        a, b = (scene.traffic.at(ids, np.full(len(ids), t + k)) for k in (0.0, 5.0))
        gone = distance(a.lat, a.lon, b.lat, b.lon) / 5.0
        worst = int(np.argmax(gone))
        assert gone.max() < 37 * KNOT, (scene.fleet[ids[worst]].kind, t)


def test_no_script_leaps(scene):
    """Every step of every scripted craft, 5 s apart, but for the one that is made up."""
    for ship in scene.fleet:
        if isinstance(ship.move, Script) and len(ship.move.east) > 1:
            step = np.hypot(np.diff(ship.move.east), np.diff(ship.move.north)) / STEP
            assert step.max() < 37 * KNOT, (ship.kind, step.max(), int(step.argmax()), len(step))


def test_drifters_lie_across_their_way_and_the_others_do_not(scene):
    for fact in of(scene, "drifting"):
        m = Moves(scene, fact)
        gross = m.sog.sum() * 10
        off = off_course(m.s[0])
        assert m.off - m.on > 1200 and gross > 900 and 1.0 * KNOT < m.sog.mean() < 3 * KNOT
        assert np.mean((off > 45) & (off < 135)) > 0.9
    for fact in of(scene, "drifting", True):
        m = Moves(scene, fact)
        assert m.sog.mean() < 5 * KNOT


def test_those_who_stop_stop(scene):
    for fact in of(scene, "sudden_stop"):
        m = Moves(scene, fact, before=120)
        assert m.sog[m.t < m.on].min() > 7 * KNOT
        assert (m.sog[(m.t > m.on + 320) & (m.t < m.on + 800)] < 1.05 * KNOT).all()
    for fact in of(scene, "sudden_stop", True, "slows for the pilot"):
        assert Moves(scene, fact).sog.min() > 5 * KNOT
    for fact in of(scene, "aground"):
        m = Moves(scene, fact)
        assert m.sog[m.t > m.on + 120].max() < 0.1


def test_loiterers_get_nowhere_and_those_beside_them_do(scene):
    for fact in of(scene, "loitering"):
        m = Moves(scene, fact)
        ends = range(180, len(m.sog), 6)  # of half hours: in one of them, at least, she gets nowhere
        net = [float(distance(m.lat[k - 180], m.lon[k - 180], m.lat[k], m.lon[k])) for k in ends]
        share = [n / (m.sog[k - 180 : k].sum() * 10) for n, k in zip(net, ends, strict=True)]
        assert m.sog.mean() < 2 * KNOT and m.off - m.on > 2400 and min(share) < 0.3
        assert share_in(m, "anchorage", "port", "pilot_boarding") == 0
    for fact in of(scene, "loitering", True, "drifts with a slow current"):
        m = Moves(scene, fact)
        assert distance(m.lat[0], m.lon[0], m.lat[-1], m.lon[-1]) > 0.9 * m.sog.sum() * 10


def test_anchors_that_drag_and_anchors_that_hold(scene):
    for fact in of(scene, "dragging_anchor"):
        m = Moves(scene, fact)
        assert 150 < distance(m.lat[0], m.lon[0], m.lat[-1], m.lon[-1]) < 1200 and m.sog.max() < 1.6 * KNOT
    for fact in of(scene, "dragging_anchor", True, "tide turns her"):
        m = Moves(scene, fact)
        away = distance(m.lat[0], m.lon[0], m.lat, m.lon)
        assert 150 < away.max() < 345, "twice the chain, not more"


def test_crossers_and_their_angles(scene):
    lanes = Zones(declared()).of("lane")
    for negative, note in (
        (False, None),
        (True, "crosses at right angles"),
        (True, "headed square, set by the current"),
    ):
        for fact in of(scene, "lane_crossing", negative, note):
            m = Moves(scene, fact)
            point, zone = lanes.members(m.lat, m.lon)
            assert len(point) > 10
            angle = np.abs((m.heading[point] - lanes.direction[zone] + 180) % 360 - 180)
            angle = np.minimum(angle, 180 - angle).mean()
            assert (angle < 47) if not negative else (angle > 70), (note, angle)


@pytest.mark.parametrize(
    ("rule", "kind", "least"),
    [("separation_zone", "separation_zone", 0.8), ("inshore_zone", "inshore_zone", 0.8), ("anchored_in_lane", "lane", 0.95),
     ("precautionary_speed", "precautionary", 0.3), ("speed_limit", "speed_segment", 0.15), ("zone", "restricted", 0.6),
     ("closed_area_fishing", "closed_area", 0.9), ("cable_loiter", "cable pipeline", 0.7),
     ("cable_anchor", "cable pipeline", 0.95), ("cable_drag", "cable pipeline", 0.01), ("grounding", "depth", 0.0)],
)  # fmt: skip
def test_incidents_of_places_are_in_them(scene, rule, kind, least):
    for fact in of(scene, rule):
        assert share_in(Moves(scene, fact), *kind.split()) >= least


@pytest.mark.parametrize(
    ("rule", "note", "kind"),
    [("zone", "passes outside", "restricted"), ("platform", "passes outside", "platform"),
     ("closed_area_fishing", "fishes outside the closed area", "closed_area"), ("grounding", "passes the shoal", "depth"),
     ("cable_anchor", "anchors a mile and a half off", "cable pipeline"), ("wrong_way", "inshore of the lane's edge", "lane")],
)  # fmt: skip
def test_look_alikes_of_places_are_outside_and_near(scene, rule, note, kind):
    for fact in of(scene, rule, True, note):
        m = Moves(scene, fact)
        assert share_in(m, *kind.split()) < 0.1
        zones = Zones(declared()).of(*kind.split())
        near = min(float(zones.distance(m.lat, m.lon, np.full(len(m.t), k)).min()) for k in range(len(zones)))
        assert near < 3000.0


def test_deep_ships_beside_the_deep_water_and_in_it(scene):
    for fact in of(scene, "deep_draught"):
        assert share_in(Moves(scene, fact), "deep_water_route") == 0
    for fact in of(scene, "deep_draught", True, "in the deep-water route"):
        assert share_in(Moves(scene, fact), "deep_water_route") > 0.6


def test_speeds_against_their_limits(scene):
    for fact in of(scene, "speed_limit"):
        m = Moves(scene, fact)
        assert scene.fleet[m.ships[0]].draught >= 15 and np.median(m.sog) > 13 * KNOT
    for fact in of(scene, "speed_limit", True):
        m = Moves(scene, fact)
        assert scene.fleet[m.ships[0]].draught < 15 or m.sog.max() < 12 * KNOT
    for fact in of(scene, "precautionary_speed"):
        assert np.median(Moves(scene, fact).sog) > 21 * KNOT


def test_platforms_are_come_near(scene):
    for fact in of(scene, "platform"):
        m = Moves(scene, fact)
        assert distance(m.lat, m.lon, *fact.place).min() < 300.0


def test_collision_courses(scene):
    for negative in (False, True):
        for fact in of(scene, "collision", negative):
            m = Moves(scene, fact)
            k = (len(m.t) - 1) // 2
            a, b = m.s
            per_lat, per_lon = metres_per_degree(a.lat[k])
            north, east = (b.lat[k] - a.lat[k]) * per_lat, (b.lon[k] - a.lon[k]) * per_lon
            u, v = (b.sog[k] * f(np.radians(b.cog[k])) - a.sog[k] * f(np.radians(a.cog[k])) for f in (np.sin, np.cos))
            ahead = -(east * u + north * v) / (u * u + v * v)
            miss = np.hypot(east + u * ahead, north + v * ahead)
            assert (miss < 130.0 and ahead > 200.0) if not negative else (miss > 550.0)


def test_those_in_company_keep_it(scene):
    for fact in of(scene, "tow"):
        assert 100 < np.median(Moves(scene, fact).apart) < 300
    for fact in of(scene, "follow"):
        m = Moves(scene, fact)
        assert m.off - m.on > 1500 and np.percentile(m.apart, 95) < NAUTICAL_MILE
    for fact in of(scene, "pair_trawl"):
        m = Moves(scene, fact)
        assert m.apart.min() > 180 and m.apart.max() < 0.5 * NAUTICAL_MILE and m.sog.mean() < 4 * KNOT
    for fact in of(scene, "pair_trawl", True, "trawl a mile apart"):
        assert Moves(scene, fact).apart.min() > 0.8 * NAUTICAL_MILE


def test_boats_that_come_up_come_up(scene):
    for fact in of(scene, "approach"):
        m = Moves(scene, fact, before=120)
        assert m.apart[m.t > m.on + 200].max() < 250 and m.apart[0] > 800
    for fact in of(scene, "approach", True, "overtakes and goes on"):
        assert Moves(scene, fact).apart[-1] > 1500


def test_those_who_turn_turn(scene):
    for fact in of(scene, "manoeuvre"):
        m = Moves(scene, fact)
        turned = np.abs((np.diff(m.heading) + 180) % 360 - 180).sum()
        assert turned > 165 and m.sog.min() > 4 * KNOT


def test_two_places_are_far_apart(scene):
    for fact in of(scene, "two_places"):
        t = np.arange((fact.start - scene.start) / SECOND, (fact.end - scene.start) / SECOND, 300.0)
        one, two = (scene.traffic.planned(np.full(len(t), scene.number(fact.subjects[0], hull=k)), t) for k in (0, 1))
        assert distance(one.lat, one.lon, two.lat, two.lon).min() > 25_000


def test_night_runs_are_fast_and_cross_the_strait(scene):
    for fact in of(scene, "smuggling_run"):
        m = Moves(scene, fact)
        assert np.median(m.sog) > 25 * KNOT and distance(m.lat[0], m.lon[0], m.lat[-1], m.lon[-1]) > 20_000
    with pytest.raises(AssertionError):
        of(scenario(11, ("crime",), ships=60, count=1), "smuggling_run")


def test_the_lists_know_who_they_are_about(scene):
    lists = world_of(scene).lists
    for rule, least in (("watch_list", 0.8), ("zombie_imo", 1.0)):
        for fact in of(scene, rule):
            s = scene.fleet[scene.number(fact.subjects[0])]
            assert max(x for _, _, x in lists.match(s.mmsi, s.imo, s.name, s.callsign)) >= least
        for fact in of(scene, rule, True):
            s = scene.fleet[scene.number(fact.subjects[0])]
            assert all(x < 0.5 for _, _, x in lists.match(s.mmsi, s.imo, s.name, s.callsign))


def test_numbers_that_cannot_be(scene):
    from selat.model.watchlist import imo_valid

    for fact in of(scene, "identity_format"):
        s = scene.fleet[scene.number(fact.subjects[0])]
        assert not imo_valid(s.imo) or not 2 <= s.mmsi // 100_000_000 <= 7
    for fact in of(scene, "identity_format", True):
        s = scene.fleet[scene.number(fact.subjects[0])]
        assert s.imo == 0 and 2 <= s.mmsi // 100_000_000 <= 7


def test_a_ship_takes_part_in_one_incident_only(scene):
    through = {s.mmsi for s in scene.fleet if s.kind == "through" and isinstance(s.move, Loop)}
    kin = {"straitrep", "two_places", "jump", "interference"}
    found: dict[int, set[str]] = {}
    for t in scene.staged.truths:
        for mmsi in set(t.subjects) & through:
            if t.rule not in kin and t.note not in ("sails out of reach", "text", "routine text"):
                found.setdefault(mmsi, set()).add(t.rule)
    assert not {m: r for m, r in found.items() if len(r) > 1}


def test_what_is_emitted_shows_it():
    """Feeds that fail, silences, wrong numbers, texts and beacons arrive as they were staged."""
    scene = scenario(12, ("distress", "signals", "identities", "feeds"), ships=80, count=1, hours=2.0)
    reports, statics, messages = emit_columns(scene, 0.0, scene.hours * 3600)
    by = {t.rule: t for t in scene.staged.truths if not t.negative}
    down = by["feed_down"]
    between = (reports["received"] > down.start + 5 * SECOND) & (reports["received"] < down.end)
    assert not between.any() and (reports["received"] > down.end).any()
    late = by["late_data"]
    delay = (reports["received"] - reports["time"])[
        (reports["time"] > late.start) & (reports["time"] < late.end)
    ] / SECOND
    assert delay.max() > 190
    clock = by["clock_off"]
    inside = (reports["received"] > clock.start + 10 * SECOND) & (reports["received"] < clock.end)
    assert (reports["time"] - reports["received"])[inside].max() > 40 * SECOND
    assert set(by["identity_format"].subjects) <= set(statics["mmsi"].tolist())
    changed = scene.fleet[scene.number(by["identity_change"].subjects[0])]
    names = set(statics["name"][statics["mmsi"] == changed.mmsi].tolist())
    assert len(names) == 2
    assert any("MAYDAY" in (t or "") for t in messages["text"]) and (reports["nav_status"] == 14).any()
    fast = by["reporting_rate"]
    mine = reports["time"][(reports["mmsi"] == fast.subjects[0])]
    gaps = np.diff(mine) / SECOND
    at = mine[1:]
    assert np.median(gaps[(at > fast.start) & (at < fast.end)]) > 3 * np.median(gaps[at < fast.start])


def test_the_same_seed_gives_the_same_truth():
    a, b = (scenario(5, ("motion", "cables"), ships=60, count=1) for _ in range(2))
    assert truth(a) == truth(b) and [s.mmsi for s in a.fleet] == [s.mmsi for s in b.fleet]
    assert truth(scenario(6, ("motion", "cables"), ships=60, count=1)) != truth(a)


def test_groups_are_families():
    assert families(("pairs", "lanes")) == ("meetings", "company", "lanes")
    assert set(sum(GROUPS.values(), ())) <= set(FAMILIES)
    with pytest.raises(ConfigError, match="no drill"):
        Scene(drills=("pears",))
