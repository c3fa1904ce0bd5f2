"""What every rule must keep: its golden example fires, a quiet sea is silent, and only event time matters.

Rules are found as the floor finds them, so an installed extension is held to the same.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.app.floor import Floor, detectors
from selat.detectors import _golden as made
from selat.model.clock import SECOND
from selat.model.columns import concat, empty
from selat.model.nouns import PRIORITIES, STATES
from selat.model.rule import describe, explain
from selat.store import blob
from selat.tracks.reorder import Patience

RULES = {rule.name: rule for rule in detectors()}
HEADINGS = ("What it finds", "Why it matters", "False alarms", "Reference")
each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


def run(rules, golden, cuts=(), delays=None, save_at=None):
    """Alerts of a golden sea, delivered in the order of arrival and cut into batches at ``cuts`` (shares of it)."""
    floor = Floor(rules, world=golden.world)
    tables = {"reports": golden.reports, "statics": golden.statics, "messages": golden.messages}
    arrival = {}
    for k, rows in tables.items():
        late = (
            np.zeros(rows.rows, "i8") if delays is None else np.round(np.resize(delays, rows.rows) * 1e9).astype("i8")
        )
        arrival[k] = rows["time"] + late
    times = np.concatenate(list(arrival.values()))
    edges = [times.min() - 1, *sorted(int(times.min() + c * np.ptp(times)) for c in cuts), times.max()]
    alerts = []
    for n, (lo, hi) in enumerate(itertools.pairwise(edges)):
        batch = {}
        for k, rows in tables.items():
            here = np.flatnonzero((arrival[k] > lo) & (arrival[k] <= hi))
            batch[k] = rows.take(here[np.argsort(arrival[k][here], kind="stable")])
        if save_at == n:
            state = floor.state()
            floor = Floor(rules, world=golden.world)
            floor.restore(state)
        final = hi == edges[-1] and n == len(edges) - 2
        alerts += floor.step(batch["reports"], batch["statics"], batch["messages"], int(hi), final=final)
    return alerts, floor


def plain(alerts):
    return [
        json.dumps(
            [
                a.id,
                a.rule,
                a.priority,
                a.state,
                a.subjects,
                a.time,
                a.last,
                a.sentence,
                a.evidence,
                a.detail,
                a.confidence,
            ],
            sort_keys=True,
        )
        for a in alerts
    ]


@each_rule
def test_the_golden_example_fires(rule):
    golden = rule.golden()
    alerts, _ = run([rule], golden)
    raised = {(a.priority, tuple(sorted(a.subjects))) for a in alerts if a.state == "active"}
    for priority, subjects in golden.expect:
        assert (priority, tuple(sorted(subjects))) in raised
    assert {s for _, s in raised} == {tuple(sorted(s)) for _, s in golden.expect}


@each_rule
def test_alerts_are_complete(rule):
    golden = rule.golden()
    alerts, _ = run([rule], golden)
    known = set(golden.reports["seq"].tolist()) | set(golden.messages["seq"].tolist())
    first, last = int(golden.reports["time"].min()), int(golden.reports["time"].max()) + SECOND
    for a in alerts:
        assert (a.rule, a.version) == (rule.name, rule.version)
        assert a.priority in PRIORITIES and a.state in STATES
        assert a.parameters == rule.parameters() and a.parameters
        assert a.sentence.endswith(".") and len(a.sentence) < 400 and "nan" not in a.sentence
        assert first <= a.time <= a.last <= last
        assert math.isnan(a.lat) or (-90 <= a.lat <= 90 and -180 <= a.lon <= 180)
        assert a.evidence["seq"] and set(a.evidence["seq"]) <= known
        assert json.loads(json.dumps(a.evidence, allow_nan=False)) == a.evidence


@pytest.mark.parametrize("rule", [r for r in RULES.values() if hasattr(r, "judge")], ids=lambda r: r.name)
def test_an_alert_is_concluded_again_from_its_evidence(rule):
    alerts, _ = run([rule], rule.golden())
    for a in alerts:
        again = explain(rule, json.loads(json.dumps(a.evidence)), a.state)
        assert plain([again]) == plain([a])
        assert 0.0 < a.confidence <= 1.0 and a.detail["false_if"] and a.detail["action"]


@each_rule
def test_a_quiet_sea_is_silent(rule):
    """Ships in two lanes a mile apart, one at anchor, a base station, an aid to navigation; all in order."""
    every = range(0, 2400, 10)
    parts = [
        made.sail(563000100 + n, 1.0 + 0.03 * n, 103.5, 12.0 + n, 80.0 if n % 2 else 260.0, every) for n in range(6)
    ]
    parts.append(made.sail(563000200, 1.3, 103.7, 0.1, 10.0, range(0, 2400, 180), status=1))
    parts.append(made.sail(5630001, 1.31, 103.7, 0.0, 0.0, every, msg_type=4))
    parts.append(made.sail(995630001, 1.32, 103.7, 0.0, 0.0, range(0, 2400, 180), msg_type=21))
    statics = made.numbered(*[made.ship(563000100 + n, f"LANE {n}", 180, 30, 70) for n in range(6)])
    alerts = Floor([rule]).step(
        made.numbered(*parts), statics, made.text(563000101, "GOOD MORNING", 60.0), made.START, True
    )
    assert alerts == []


@pytest.mark.long
@each_rule
@settings(max_examples=12)
@given(
    st.lists(st.floats(0, 1), max_size=8),
    st.lists(st.floats(0, 9.4), min_size=1, max_size=23),
    st.integers(0, 8),
)
def test_batch_is_live(rule, cuts, delays, save_at):
    """Whatever the cuts, the order of arrival within the allowance, and a save and restore between: the same alerts."""
    golden = GOLDEN.setdefault(rule.name, rule.golden())
    if rule.name not in BATCH:
        BATCH[rule.name] = plain(run([rule], golden)[0])
    live, _ = run([rule], golden, cuts, np.array(delays), save_at)
    assert plain(live) == BATCH[rule.name]


@pytest.mark.long
@each_rule
@pytest.mark.parametrize("tick", [5, 10])
def test_alerts_do_not_depend_on_the_tick(rule, tick):
    """Files are read in windows of a whole beat: the same alerts as second by second."""
    golden = GOLDEN.setdefault(rule.name, rule.golden())
    floor = Floor([rule], patience=Patience(tick=tick * SECOND), world=golden.world)
    end = max(int(t["time"].max()) for t in (golden.reports, golden.statics, golden.messages) if t.rows)
    alerts = floor.step(golden.reports, golden.statics, golden.messages, end, final=True)
    assert plain(alerts) == plain(run([rule], golden)[0])


GOLDEN: dict = {}
BATCH: dict = {}


@functools.cache
def _one_sea():
    """All golden seas in one, and what all rules together say of it."""
    parts = [rule.golden() for rule in RULES.values()]
    reports = made.numbered(*[g.reports for g in parts])
    texts = concat([g.messages for g in parts], "messages")
    texts = texts.replace(seq=np.arange(texts.rows) + reports.rows)
    statics = concat([g.statics for g in parts], "statics")
    worlds = [g.world for g in parts if g.world is not None]
    world = worlds[0] if worlds else None
    together = Floor(list(RULES.values()), world=world).step(reports, statics, texts, made.START, True)
    return (reports, statics, texts), world, together


@pytest.mark.parametrize(
    "turn", [pytest.param(0, marks=pytest.mark.long), *(pytest.param(k, marks=pytest.mark.slow) for k in range(1, 8))]
)
def test_rules_do_not_disturb_each_other(turn):
    """Each rule says in company what it says alone; an eighth of the rules in the quick suite, all in the long one."""
    tables, world, together = _one_sea()
    for rule in list(RULES.values())[turn::8]:
        alone = Floor([rule], world=world).step(*tables, made.START, True)
        told = [a for a in together if a.rule == rule.name]
        # As sets: the desk tells an alert again when a graver one of the same event comes to stand for it.
        assert set(plain(a for a in alone if a.rule == rule.name)) == set(plain(told)), rule.name


@each_rule
def test_the_state_is_plain_and_the_old_one_is_left_alone(rule):
    golden = rule.golden()
    _, floor = run([rule], golden)
    state = floor.state()["rules"][rule.name]
    before = blob.dump(state)  # refuses what is not plain
    later = floor.now + 20 * SECOND
    more = golden.reports.take(np.argsort(golden.reports["time"])[-5:])
    more = more.replace(time=np.full(5, later), received=np.full(5, later))
    floor.step(more, empty("statics"), empty("messages"), later, True)
    assert blob.dump(state) == before


@each_rule
def test_the_rule_explains_itself(rule):
    doc = sys.modules[type(rule).__module__].__doc__
    assert all(f"\n{heading}\n    " in doc for heading in HEADINGS)
    for row in describe(rule.p):
        assert row["unit"] and row["text"] and row["source"], row["name"]
