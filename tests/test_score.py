"""Grades: one alert finds one incident, against a slow twin; laws; intervals; what counts as false, again, quiet."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.exercise.grade import Grade, asks, grade, load
from selat.exercise.interval import bootstrap, f1_of, quantile, rate, wilson
from selat.exercise.matching import first_told, fits, match, names
from selat.exercise.score import score
from selat.exercise.staged import Truth
from selat.model.clock import SECOND
from selat.model.nouns import Alert

T = 1_800_000_000 * SECOND
RULE = "rendezvous"


def truth(subjects=(1, 2), at=0, lasts=3600, rule=RULE, **more):
    return Truth(rule, subjects, T + at * SECOND, T + (at + lasts) * SECOND, (1.0, 103.0), **more)


def alert(subjects=(1, 2), at=1800, rule=RULE, priority="warning", until=None, **more):
    time = T + at * SECOND
    last = time if until is None else T + until * SECOND
    return Alert(rule, "1", priority, tuple(subjects), time, last, 1.0, 103.0, "So.", **more)


def one(truths, alerts, rule=RULE, **more):
    return grade(truths, alerts, 1.0, [rule], **more)[rule]


truths = st.lists(
    st.builds(
        lambda n, at, lasts, negative, severity: truth((n, n + 10), at, lasts, negative=negative, severity=severity),
        st.integers(1, 3), st.integers(0, 7200), st.integers(60, 3600), st.booleans(), st.sampled_from(["high", "low"]),
    ),
    max_size=5,
)  # fmt: skip
alerts = st.lists(
    st.builds(
        lambda n, at, lasts, priority, more: alert((n, n + 10, *more), at, priority=priority, until=at + lasts),
        st.integers(1, 4), st.integers(0, 9000), st.integers(0, 1200), st.sampled_from(["warning", "caution"]),
        st.lists(st.integers(50, 52), max_size=3, unique=True),
    ),
    max_size=5,
)  # fmt: skip


# -- one to one


def most(staged, events):
    """The most pairs there can be, by trying all orders of the incidents."""
    best = 0
    for order in permutations(range(len(staged))):
        taken, n = set(), 0
        for k in order:
            e = next((i for i, e in enumerate(events) if i not in taken and ok(staged[k], e)), None)
            if e is not None:
                taken.add(e)
                n += 1
        best = max(best, n)
    return best


def ok(t, e):
    return fits(t, e.alert) and (t.severity != "high" or e.loud is not None)


@given(truths, alerts)
def test_as_many_are_paired_as_can_be_and_each_once(staged, told):
    events = first_told(told)
    pairs = match(staged, events)
    assert len(set(pairs.values())) == len(pairs) == most(staged, events)
    assert all(ok(staged[k], events[e]) for e, k in pairs.items())


@given(truths, alerts)
def test_earlier_alerts_come_first(staged, told):
    """The events that are paired are those that a greedy choice keeps: each that can still be added is."""
    events = first_told(told)
    paired = set(match(staged, events))
    kept = []
    for n in range(len(events)):
        if most(staged, [events[k] for k in [*kept, n]]) == len(kept) + 1:
            kept.append(n)
    assert paired == set(kept)


def test_one_alert_does_not_find_two():
    g = one([truth(), truth(at=100)], [alert()])
    assert (g.found, len(g.missed), g.again) == (1, 1, 0) and g.recall == 0.5


def test_twenty_alerts_are_not_twenty_hits():
    g = one([truth()], [alert(at=600 + k) for k in range(20)])
    assert (g.found, g.again, g.false) == (1, 19, 0) and g.precision == 1.0 and g.waits == [600.0]


def test_two_that_overlap_are_both_found_whichever_comes_first():
    early, late = truth(at=0, lasts=3600), truth(at=3000, lasts=3600)
    g = one([late, early], [alert(at=3500), alert(at=100)])
    assert g.found == 2 and sorted(g.waits) == [100.0, 500.0]


def test_an_alert_told_again_is_one():
    first = alert(until=1900)
    g = one([truth()], [first, replace(first, last=T + 3000 * SECOND), replace(first, state="cleared")])
    assert (g.found, g.again) == (1, 0) and g.waits == [1900.0], "told when the rule knew it, not when it began"
    assert one([truth()], [replace(first, state="retracted")]).found == 0


@pytest.mark.parametrize(
    ("staged", "told", "found"),
    [
        ((1,), (1,), True), ((1,), (2,), False), ((1, 2), (1,), False), ((1, 2), (1, 2, 3, 4), True),
        ((1, 2), (1, 2, 3, 4, 5), False), ((1, 2, 3, 4), (1, 2), True), ((1, 2, 3, 4), (1,), False),
        ((1, 2, 3, 4, 5), (1, 2), False), ((1, 2, 3), (1, 2, 7, 8, 9), True), ((1, 2, 3), (1, 2, 6, 7, 8, 9), False),
        ((), (), True), ((), (1,), True),
    ],
)  # fmt: skip
def test_who_must_be_named(staged, told, found):
    assert names(truth(staged), told) is found


def test_time_must_overlap():
    t = truth(at=1000, lasts=1000)
    assert fits(t, alert(at=400)) and not fits(t, alert(at=399))
    assert fits(t, alert(at=2600)) and not fits(t, alert(at=2601))
    assert fits(t, alert(at=0, until=400)), "it began before and is told when the incident does"
    assert not fits(t, alert(at=990), slack=5 * SECOND)


# -- what counts as what


def test_high_severity_is_to_be_told_aloud():
    t = truth(severity="high")
    quiet = alert(priority="caution", at=600)
    g = one([t], [quiet])
    assert (g.found, g.again, g.false) == (0, 1, 0) and g.missed == [t]
    g = one([t], [quiet, replace(quiet, priority="alarm", last=T + 900 * SECOND)])
    assert g.found == 1 and g.waits == [900.0], "found when it was raised above caution"
    assert one([truth(severity="low")], [quiet]).found == 1


def test_delays_run_from_the_start_and_from_when_it_could_be_known():
    g = one([truth(at=100, known=T + 1000 * SECOND)], [alert(at=100, until=1300)])
    assert g.waits == [1200.0] and g.delays == [300.0]


def test_false_alerts_are_counted_by_kind_and_by_what_they_ask():
    staged = [truth((1, 2), negative=True, note="pilot boarding"), truth((3, 4), negative=True)]
    told = [alert((1, 2)), alert((3, 4), priority="caution"), alert((8, 9)), alert((6, 7), priority="caution")]
    g = one(staged, told)
    assert g.fooled == {"pilot boarding": 1, "look-alike": 1, "in the traffic": 2}
    assert (g.false, g.loud, g.quiet, g.other) == (4, 2, 2, 2)
    assert {a.id for a in g.fakes} == {a.id for a in told}


def test_a_look_alike_told_twice_is_false_twice():
    assert one([truth(negative=True)], [alert(), alert(at=1900)]).false == 2


def test_the_traffic_may_be_judged():
    told = [alert((8, 9), rule="collision"), alert((6, 7), rule="collision")]
    g = one([], told, "collision")
    assert (g.false, g.other) == (0, 2), "nobody knows"
    g = one([], told, "collision", judge={"collision": lambda a: 8 in a.subjects})
    assert (g.false, g.natural, g.other) == (1, 1, 1)


def test_kin_and_rules_of_another_name():
    g = one([truth(rule="ship_to_ship")], [alert()])
    assert (g.found, g.false, g.other) == (0, 0, 0)
    assert grade([truth((1,), rule="two_places")], [alert((1,), rule="jump")], 1.0)["jump"].found == 1


def test_a_beacon_under_test_may_be_told_as_a_test():
    staged = [truth((970000001,), rule="distress", negative=True, note="beacon under test")]
    quiet = alert((970000001,), rule="distress", priority="caution")
    assert one(staged, [quiet], "distress").false == 0
    staged = [truth((970000001,), rule="beacon_test", negative=True, note="beacon under test")]
    g = one(staged, [replace(quiet, priority="emergency")], "distress")
    assert (g.false, g.loud) == (1, 1)


def test_load_counts_events_once_and_leaves_out_what_others_stand_for():
    first = alert(priority="alarm")
    told = [
        first,
        replace(first, last=first.last + SECOND),
        alert((3, 4), lead=first.id),
        alert((5, 6), priority="caution"),
    ]
    assert load(told, 2.0) == {"alarm": 0.5, "caution": 0.5} and asks(load(told, 2.0)) == 0.5


# -- laws


@given(truths, alerts)
def test_a_false_alert_never_helps(staged, told):
    before, after = one(staged, told), one(staged, [*told, alert((90, 91))])
    assert after.false == before.false + 1 and (after.found, after.again) == (before.found, before.again)
    if not math.isnan(before.precision):
        assert after.precision <= before.precision
    if not math.isnan(before.f1):
        assert after.f1 <= before.f1


@given(truths, alerts, st.randoms())
def test_the_order_of_telling_different_alerts_does_not_matter(staged, told, random):
    unique = list({a.id: a for a in told}.values())
    mixed = list(unique)
    random.shuffle(mixed)
    one_way, other = one(staged, unique), one(staged, mixed)
    assert (one_way.found, one_way.again, one_way.fooled) == (other.found, other.again, other.fooled)
    assert sorted(one_way.waits) == sorted(other.waits)


@given(truths, alerts)
def test_another_telling_of_what_was_found_changes_nothing_but_its_count(staged, told):
    before = one(staged, told)
    more = []
    if before.hits:
        t = before.hits[0]
        more = [replace(alert(t.subjects), time=t.start + 17 * SECOND + 1, last=T + 20_000 * SECOND)]
    after = one(staged, [*told, *more])
    assert after.found >= before.found and after.false == before.false
    assert after.found + after.again == before.found + before.again + len(more)


@given(truths, alerts)
def test_counts_add_up(staged, told):
    g = one(staged, told)
    positive = [t for t in staged if not t.negative]
    assert g.staged == len(positive) == g.found + len(g.missed)
    assert g.found + g.again + g.false == len({a.id for a in told})
    assert g.false == g.loud + g.quiet == sum(g.fooled.values()) == len(g.fakes)
    assert len(g.hits) == len(g.waits) == len(g.delays) == g.found and g.parts == [(g.found, g.false, len(g.missed))]


# -- intervals


@given(st.integers(0, 300), st.integers(0, 300))
def test_intervals_hold_the_share_and_shrink(k, more):
    n = k + more
    low, high = wilson(k, n)
    assert 0.0 <= low <= high <= 1.0
    if n:
        assert low <= k / n <= high
        assert np.diff(wilson(4 * k, 4 * n))[0] <= high - low + 1e-12
    low, high = rate(k, 2.0)
    assert low <= k / 2.0 <= high


def test_intervals_against_known_values():
    """Wilson: 8 of 10 (Newcombe 1998, Table I style); Byar against exact Poisson limits of 10 events: 4.80 to 18.39."""
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=2e-4)
    assert wilson(0, 0) == (0.0, 1.0) and wilson(10_000, 10_000)[0] > 0.9995
    assert rate(10, 1.0) == pytest.approx((4.80, 18.39), abs=0.03)
    assert rate(0, 10.0) == pytest.approx((0.0, 0.367), abs=0.01) and rate(3, 0.0) == (0.0, math.inf)


def test_the_bootstrap_knows_how_much_scenes_differ():
    alike, unlike = [(9, 1, 1)] * 10, [(10, 0, 0)] * 5 + [(0, 5, 10)] * 5
    low, high = bootstrap(alike)
    assert low == high == pytest.approx(f1_of(9, 1, 1))
    low, high = bootstrap(unlike)
    assert high - low > 0.3 and low < f1_of(50, 25, 50) < high and bootstrap(unlike) == (low, high)
    assert all(math.isnan(x) for x in bootstrap([(1, 0, 0)]))
    assert all(math.isnan(x) for x in bootstrap([(0, 0, 0)] * 3))


def test_quantiles_are_values_that_were_seen():
    assert quantile([3, 1, 2], 0.5) == 2 and quantile(list(range(1, 21)), 0.95) == 19
    assert quantile([5.0], 0.95) == 5.0 and math.isnan(quantile([], 0.5))


def test_grades_of_scenes_add_up():
    g = Grade(RULE)
    for hour in range(3):
        g.add(one([truth(), truth((5, 6))], [alert(), alert((8, 9))]))
        assert g.staged == 2 * (hour + 1)
    assert (g.found, g.false, g.hours, g.parts) == (3, 3, 3.0, [(1, 1, 1)] * 3) and g.f1 == 0.5


def test_the_short_way_tells_kinds_of_one_detector_apart():
    staged = [truth((1,), rule="jump"), truth((2,), rule="two_places"), truth((3,), rule="two_places")]
    told = [
        alert((1,), rule="jump"),
        alert((2,), rule="jump"),
        alert((2,), 1900, rule="jump"),
        alert((7,), rule="jump"),
    ]
    got = score(staged, told)
    assert (got["jump"].found, got["two_places"].found, got["two_places"].staged) == (1, 1, 2)
    assert got["jump"].again == 1 and len(got["jump"].false) == 1 and got["two_places"].missed == [staged[2]]
    assert got["two_places"].delays == [1800.0] and got["jump"].precision == 0.5
