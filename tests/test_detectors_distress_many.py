"""Ten thousand beacons through sentences, reader, floor and desk: none is missed, none is folded away."""

from __future__ import annotations

import json

import numpy as np
import pytest

from selat.app.floor import Floor
from selat.detectors import distress, interference, jump
from selat.model.clock import MINUTE, SECOND, parse_time
from selat.model.encode import encode, tag_block
from selat.model.rule import explain
from selat.readers.aivdm import AivdmReader

START = parse_time("2026-11-21T23:00:00Z")
COUNT = 10_000


def injected(seed):
    """(arrival, line, MMSI, active) of beacons that are heard once to eight times, by position or text, in any order."""
    rng = np.random.default_rng(seed)
    lines, active = [], {}
    for n in range(COUNT):
        mmsi = int(rng.choice([970, 972, 974])) * 1_000_000 + n
        test = rng.random() < 0.05
        active[mmsi] = not test
        begin = int(rng.integers(0, 1800))
        for k in range(int(rng.integers(1, 9))):
            t = begin + 2 * k
            late = float(rng.exponential(1.0)) + (60.0 if rng.random() < 0.02 else 0.0)
            if rng.random() < 0.15:
                words = {970: "SART", 972: "MOB", 974: "EPIRB"}[mmsi // 1_000_000] + (" TEST" if test else " ACTIVE")
                said = encode(14, mmsi=mmsi, text=words)
            else:
                status = None if test else (14 if rng.random() < 0.95 else 0)  # None: 15, undefined, the code of a test
                where = (
                    {"lat": float(rng.uniform(-5, 5)), "lon": float(rng.uniform(95, 110))} if rng.random() < 0.9 else {}
                )
                said = encode(1, mmsi=mmsi, nav_status=status, second=t % 60, **where)
            lines += [(t + late, tag_block(c=START // SECOND + t) + line) for line in said]
    return sorted(lines), active


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_none_of_ten_thousand_is_missed_or_folded(seed):
    lines, active = injected(seed)
    reader, floor, alerts = AivdmReader(), Floor([distress.DETECTOR, jump.DETECTOR, interference.DETECTOR]), []
    step, at = 30.0, 0
    for k in range(int(lines[-1][0] // step) + 2):
        end = at
        while end < len(lines) and lines[end][0] < (k + 1) * step:
            end += 1
        arrival = START + round((k + 1) * step * SECOND)
        batch = reader.feed("".join(x + "\r\n" for _, x in lines[at:end]).encode(), arrival, at)
        alerts += floor.step(batch.reports, batch.statics, batch.messages, arrival)
        at = end
    batch = reader.flush()
    alerts += floor.step(batch.reports, batch.statics, batch.messages, START + 60 * MINUTE, True)
    told = [a for a in alerts if a.rule == "distress"]
    assert {a.subjects[0] for a in told if a.priority == "emergency"} == {m for m, on in active.items() if on}
    assert {a.subjects[0] for a in told if a.priority == "caution"} == {m for m, on in active.items() if not on}
    assert all(a.lead == "" for a in told) and all(a.state in ("active", "cleared") for a in told)
    for a in told[::97]:
        again = explain(distress.DETECTOR, json.loads(json.dumps(a.evidence)), a.state)
        assert (again.id, again.sentence, again.priority, again.detail) == (a.id, a.sentence, a.priority, a.detail)
