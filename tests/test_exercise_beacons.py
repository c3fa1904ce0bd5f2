"""Ten thousand calls for help: what is sent is what is meant, and the rule misses none."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from selat.app.floor import Floor, detectors
from selat.exercise.beacons import KINDS, NEGATIVE, Trials
from selat.model.clock import SECOND
from selat.model.columns import concat


def told(trials):
    """(MMSI -> highest priority that the rule distress gave it) of a floor with that rule alone."""
    floor = Floor([r for r in detectors() if r.name == "distress"])
    rank = {"caution": 0, "warning": 1, "alarm": 2, "emergency": 3}
    best: dict[int, int] = {}
    for part in trials.stretches(600.0):
        for alert in floor.step(part.reports, part.statics, part.messages, part.until):
            for mmsi in alert.subjects:
                best[mmsi] = max(best.get(mmsi, -1), rank[alert.priority])
    return best


def check(trials):
    best, missed, false = told(trials), [], []
    for fact in trials.truths():
        level = best.get(fact.subjects[0], -1)
        if fact.negative and level >= 2:
            false.append(fact)
        if not fact.negative and level < 2:
            missed.append(fact)
    assert not missed, (len(missed), missed[:3])
    assert not false, (len(false), false[:3])


def test_all_are_found_and_no_test_is_taken_for_one():
    check(Trials(seed=3, count=300))


@pytest.mark.slow
def test_none_of_ten_thousand_is_missed():
    check(Trials(seed=1000, count=10_000, every=0.5))


def test_each_trial_is_one_sender_of_its_kind_and_the_seed_says_all():
    trials = Trials(seed=5, count=400)
    truths = trials.truths()
    assert len({t.subjects for t in truths}) == 400 and truths == Trials(seed=5, count=400).truths()
    assert {t.note.split(" ")[0] for t in truths} == {k.split(" ")[0] for k, _ in KINDS}
    assert {t.negative for t in truths if t.note in NEGATIVE} == {True}
    parts = list(trials.stretches())
    reports = concat([p.reports for p in parts], "reports")
    messages = concat([p.messages for p in parts], "messages")
    heard = Counter(reports["mmsi"].tolist()) + Counter(messages["mmsi"].tolist())
    assert set(heard) == {t.subjects[0] for t in truths} and min(heard.values()) == 1
    seq = np.sort(np.concatenate([reports["seq"], messages["seq"]]))
    assert (np.diff(seq) == 1).all() and all(p.until > trials.start for p in parts)
    assert set(reports["nav_status"].tolist()) == {14, 15, 255}
    begun = {t.subjects[0]: t.start for t in truths}
    first = np.array([begun[m] for m in reports["mmsi"].tolist()])
    assert (reports["received"] >= first).all() and ((reports["received"] - first) < 300 * SECOND).all()
