"""Drills: the truth is what moves, both ways of emitting agree, grades count what they say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.app.drill import Job, run, seeds_of
from selat.exercise.columns import emit_columns, stretches
from selat.exercise.drills import FAMILIES
from selat.exercise.drills._tools import chance, coast
from selat.exercise.emit import sentences
from selat.exercise.grade import Grade, fits, grade, wilson
from selat.exercise.scene import Scene, scenario
from selat.exercise.script import STEP, Helm, Scripts
from selat.exercise.staged import Truth
from selat.exercise.traffic import distance
from selat.model.clock import SECOND
from selat.model.columns import concat
from selat.model.errors import ConfigError
from selat.model.nouns import Alert
from selat.model.units import KNOT
from selat.readers.aivdm import AivdmReader

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def scene():
    return Scene(seed=7, ships=60, incidents=False, drills=tuple(FAMILIES), count=1, hours=3.0)


def place(scene, mmsi, t):
    state = scene.traffic.at(np.full(len(t), scene.number(mmsi)), np.asarray(t, "f8"))
    return state


def seconds(scene, ns):
    return (ns - scene.start) / SECOND


# -- truth


def test_all_is_staged_and_stays_within_the_hours(scene):
    rules = {t.rule for t in scene.staged.truths}
    assert {"rendezvous", "ship_to_ship", "dark", "wrong_way", "receiver_down"} <= rules
    assert all(t.start <= t.end and t.known >= t.start for t in scene.staged.truths)
    assert any(t.negative for t in scene.staged.truths)


@pytest.mark.parametrize("rule", ["rendezvous", "ship_to_ship"])
def test_those_who_meet_do_meet_and_came_from_afar(scene, rule):
    for truth in (t for t in scene.staged.truths if t.rule == rule and not t.negative):
        on, off = seconds(scene, truth.start), seconds(scene, truth.end)
        t = np.arange(on + 60, off - 60, 30.0)
        a, b = (place(scene, m, t) for m in truth.subjects)
        away = distance(a.lat, a.lon, b.lat, b.lon)
        assert away.max() < 250.0 and off - on > 2400 and max(a.sog.max(), b.sog.max()) < 3 * KNOT
        before = np.arange(max(0.0, on - 1800), on - 300, 30.0)
        a, b = (place(scene, m, before) for m in truth.subjects)
        assert distance(a.lat, a.lon, b.lat, b.lon).max() > 1500.0


def test_pilots_meet_for_minutes_only(scene):
    truth = next(t for t in scene.staged.truths if t.note == "pilot boarding")
    assert 120 < seconds(scene, truth.end) - seconds(scene, truth.start) < 600


def test_those_against_the_flow_sail_against_it(scene):
    from selat.exercise.zones import zones
    from selat.tracks.zones import Zones

    lanes = Zones(zones())
    for truth in (t for t in scene.staged.truths if t.rule == "wrong_way"):
        on, off = seconds(scene, truth.start), seconds(scene, truth.end)
        state = place(scene, truth.subjects[0], np.arange(on + 60, off - 60, 20.0))
        point, zone = lanes.members(state.lat, state.lon)
        against = np.abs((state.cog[point] - lanes.direction[zone] + 180) % 360 - 180) > 120
        fast = state.sog[point] > 3 * KNOT
        share = np.unique(point[against & fast]).size / state.lat.size
        assert (share < 0.4) if truth.negative else (share > 0.8), truth.note


def test_the_dark_are_not_heard_and_the_others_are(scene):
    rows = concat([p.reports for p in stretches(scene, 3 * 3600)], "reports")
    for truth in (t for t in scene.staged.truths if t.rule == "dark" and not t.negative):
        mine = rows["mmsi"] == truth.subjects[0]
        inside = (rows["time"] > truth.start + SECOND) & (rows["time"] < truth.end - SECOND)
        assert not (mine & inside).any() and (mine & (rows["time"] < truth.start)).sum() > 50
        assert (mine & (rows["time"] > truth.end)).any()


# -- emission


@pytest.mark.parametrize("live", [True, False])
def test_rows_are_what_the_reader_makes_of_the_sentences(live):
    """All columns of all rows, in order; of static data the reader loses a few whose second part came first."""
    scene = Scene(seed=5, ships=80, drills=("meetings", "silences", "lanes"), count=1)
    until = 300.0
    ours = emit_columns(scene, 0.0, until, live=live)
    reader = AivdmReader(live=live)
    limit = scene.start + round(until * SECOND)
    read = [reader.feed(line, t) for t, line in sentences(scene, until)]
    read.append(reader.flush())
    ids = np.array([reader.stations.index(s.name) for s in scene.stations])
    for name, rows in zip(("reports", "statics", "messages"), ours, strict=True):
        said = concat([getattr(b, name) for b in read], name)
        if live:
            assert (said["received"] < limit).all() and (rows["received"] < limit).all()
        rows = rows.replace(station=ids[rows["station"].astype(int) - 1])
        keys = [k for k in rows if k not in ("seq", "payload", "text")]
        mine = [tuple(rows[k][i] for k in keys) for i in range(rows.rows)]
        theirs = [tuple(said[k][i] for k in keys) for i in range(said.rows)]
        if name == "statics":
            assert len(set(theirs) ^ set(mine)) <= max(4, 0.03 * len(mine))
        else:
            assert mine == theirs and (list(rows["payload"]) == list(said["payload"]) if name == "messages" else True)


def test_a_stretch_is_what_comes_in_then(scene):
    whole = emit_columns(scene, 0.0, 240.0)[0]
    late = emit_columns(scene, 100.0, 240.0)[0]
    assert late.rows < whole.rows and (whole["received"][-late.rows :] == late["received"]).all()
    assert (late["received"] >= scene.start + 100 * SECOND).all()
    parts = concat([p.reports for p in stretches(scene, 240.0, 7.0)], "reports")
    assert all((parts[k] == whole[k]).all() for k in whole)


def test_the_same_seed_gives_the_same_rows_and_arrival_is_in_order():
    one, two = (concat([p.reports for p in stretches(Scene(seed=9, ships=30), 300.0)], "reports") for _ in range(2))
    assert all((one[name] == two[name]).all() for name in one)
    assert (np.diff(one["seq"]) > 0).all()


def test_an_unknown_drill_is_an_error():
    with pytest.raises(ConfigError, match="no drill"):
        Scene(drills=("swimming",))


# -- scripts


def test_a_helm_keeps_her_inertia():
    script = Helm(1.2, 103.8, 100.0, 6.0, 90.0, size=150).sail(300, 0.0).sail(300, 5.0, 0.0).done()
    speed = np.hypot(np.diff(script.east), np.diff(script.north)) / STEP
    assert (np.abs(np.diff(speed)) <= 4.0 / 150 * STEP + 1e-9).all()
    state = Scripts([script]).at(np.zeros(3, int), np.array([0.0, 101.0, 9000.0]))
    assert state[2][0] == 0.0 and state[2][1] > 5.0 and state[2][2] == 0.0


def test_alongside_is_alongside():
    host = Helm(1.2, 103.8, 0.0, 3.0, 40.0, size=100).sail(1200).done()
    guest = Helm(1.2135, 103.8112, 600.0, 3.0, 40.0).follow(host, 30.0, 0.0, 300.0).done()  # edges in from 130 m off
    both = Scripts([host, guest])
    t = np.arange(740.0, 890.0, 10.0)
    a, b = both.at(np.zeros(t.size, int), t), both.at(np.ones(t.size, int), t)
    assert np.allclose(distance(a[0], a[1], b[0], b[1]), 30.0, atol=8.0)


# -- grades

T = 1_800_000_000 * SECOND


def truth(subjects=(1, 2), at=0, lasts=3600, rule="rendezvous", **more):
    return Truth(rule, subjects, T + at * SECOND, T + (at + lasts) * SECOND, (1.0, 103.0), **more)


def alert(subjects=(1, 2), at=1800, rule="rendezvous", **more):
    time = T + at * SECOND
    return Alert(rule, "1", "warning", subjects, time, time, 1.0, 103.0, "So.", **more)


def test_found_once_however_often_it_is_told():
    g = grade([truth()], [alert(), alert(), alert(at=2400)], 1.0)["rendezvous"]
    assert (g.staged, g.found, g.again, g.false) == (1, 1, 1, 0) and g.delays == [1800.0] and g.f1 == 1.0


def test_one_alert_does_not_find_two():
    g = grade([truth(), truth(at=100)], [alert(subjects=(1, 2, 3))], 1.0)["rendezvous"]
    assert (g.found, len(g.missed)) == (1, 1)


def test_look_alikes_and_strangers_are_false():
    g = grade([truth(negative=True, note="pilot"), truth((3, 4))], [alert(), alert((7, 8))], 1.0)["rendezvous"]
    assert (g.false, g.other, g.found) == (2, 1, 0) and g.fooled == {"pilot": 1, "in the traffic": 1}
    assert g.precision == 0.0 and g.recall == 0.0


def test_kin_is_neither_right_nor_false():
    g = grade([truth((3, 4), rule="ship_to_ship")], [alert((3, 4))], 1.0, ["rendezvous"])["rendezvous"]
    assert (g.found, g.false, g.other) == (0, 0, 0) and math.isnan(g.recall)


def test_another_time_or_not_all_ships_is_no_match():
    assert not fits(truth(), alert(at=3600 + 601)) and fits(truth(), alert(at=3600 + 599))
    assert not fits(truth((1, 2)), alert((1,)))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=12), st.lists(st.integers(0, 8), max_size=12))
def test_a_false_alert_never_helps(truths, alerts):
    facts = [truth((n, n + 100), at=2 * n, negative=neg) for n, neg in truths]
    told = [alert((n, n + 100), at=1800 + k) for k, n in enumerate(alerts)]
    before = grade(facts, told, 1.0, ["rendezvous"])["rendezvous"]
    after = grade(facts, [*told, alert((90, 91))], 1.0, ["rendezvous"])["rendezvous"]
    assert after.false == before.false + 1 and after.found == before.found
    assert before.found <= before.staged and before.found + before.again + before.false == len({a.id for a in told})
    if before.found:
        assert after.precision < before.precision and after.f1 < before.f1


def test_wilson_holds_the_share():
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(95, 100)
    assert 0.88 < low < 0.95 < high < 0.98
    assert wilson(10_000, 10_000)[0] > 0.9995


def test_grades_add_up():
    g = Grade("x", staged=2, found=1, hours=1.0)
    g.add(replace(g, hours=2.0))
    assert (g.staged, g.found, g.hours) == (4, 2, 3.0)


@pytest.mark.parametrize("text", ["", "a", "1,1000", "0", "2000", "5-3"])
def test_seeds_are_not_mixed(text):
    with pytest.raises(ConfigError):
        seeds_of(text)
    assert seeds_of("1-3,7") == [1, 2, 3, 7] and seeds_of("1000-1001") == [1000, 1001]


@pytest.mark.slow
def test_meetings_near_the_shore_are_found_on_training_seeds():
    done = [run(Job(seed, ("meetings",), 150, 3, 3.0, ("rendezvous", "ship_to_ship"))) for seed in (11, 12)]
    for rule in ("rendezvous", "ship_to_ship"):
        total = Grade(rule)
        for outcome in done:
            total.add(outcome.grades[rule])
        assert total.f1 >= 0.85, total


def test_no_receiver_that_fails_is_garbled_at_the_same_time():
    """Of one that hears nothing nobody can see that it hears half."""
    for seed in (62, 64, 71):
        faults = Scene(seed, ships=60, incidents=False, drills=("silences", "signals"), count=2).staged.faults
        for deaf in (f for f in faults if f.kind == "deaf"):
            assert all(
                f.off <= deaf.on - 1800.0 or f.on >= deaf.off
                for f in faults
                if f is not deaf and f.station == deaf.station
            )


@pytest.mark.parametrize("seed", [34, 107, 226])
def test_a_ship_that_is_lost_is_not_on_the_beach(seed):
    """Who has run aground has not been lost: her way is clear for as long as she sails it, and for five minutes more."""
    scene = scenario(seed, ("distress", "casualties"), count=2)
    lost = [x for x in scene.staged.silences if scene.fleet[x.ship].kind == "lost"]
    for x in lost:
        s = scene.traffic.planned(np.full(40, x.ship), np.linspace(x.on - 1200.0, x.on + 300.0, 40))
        assert float(coast().distance(s.lat, s.lon).min()) > 300.0
    assert lost


@pytest.mark.parametrize("seed", [22, 27, 205])
def test_no_receiver_fails_that_alone_would_hear_a_ship_that_is_lost(seed):
    scene = scenario(seed, ("distress", "casualties", "silences"), count=2)
    lost = [t for t in scene.staged.truths if t.rule == "sudden_loss" and not t.negative]
    for fault in (f for f in scene.staged.faults if f.kind == "dead"):
        others = tuple(s for s in scene.stations if s.name != fault.station)
        meanwhile = [t for t in lost if fault.on - 600.0 < seconds(scene, t.start) < fault.off]
        assert all(float(chance(others, *t.place)) > 0.8 for t in meanwhile)
    assert lost
