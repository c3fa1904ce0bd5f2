"""How soon before the pass the rule speaks: by what the ships can do; and what is handling near a berth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.detectors import collision
from selat.detectors._collision import Parameters, handled, times
from selat.model.columns import Columns, empty
from selat.model.nouns import Alert
from selat.model.units import KNOT

P = Parameters()
LENGTHS = st.floats(5.0, 400.0)
MOVING = (False, False)


def ship(length: float) -> dict[str, object]:
    return {"length": length, "least": 5.0, "status": 0, "speed": 3.0}


def alerts(*parts: Columns, statics: Columns) -> list[Alert]:
    return Floor([collision.DETECTOR]).step(made.numbered(*parts), statics, empty("messages"), made.START, final=True)


def test_large_ships_have_the_longest_times_and_boats_the_shortest() -> None:
    assert times(P, (300, 150), MOVING) == (P.alarm, P.soon) == (360.0, 240.0)
    assert times(P, (300, 20), MOVING) == (P.agile_alarm, P.agile_soon) == (120.0, 75.0)
    assert times(P, (300, 8), (False, True)) == (180.0, 120.0), "the one that lies still does nothing"


@given(LENGTHS, LENGTHS, LENGTHS)
def test_the_longer_she_is_the_sooner_it_is_told(a: float, b: float, more: float) -> None:
    first, then = times(P, (a, b), MOVING), times(P, (a + more, b + more), MOVING)
    assert first == times(P, (b, a), MOVING), "no matter which is named first"
    assert all(x <= y for x, y in zip(first, then, strict=True)) and first[1] < first[0]


@pytest.mark.parametrize(
    "change, so",
    [
        ({}, True),
        ({"speed": 9 * KNOT}, False),
        ({"least": 5 * KNOT}, False),
        ({"status": 2}, False),
        ({"length": 180.0}, False),
    ],
)
def test_handling_is_slow_and_small_and_in_command(change: dict[str, float], so: bool) -> None:
    one = {**ship(95), "least": 1.0, **change}
    other = {**ship(90), "least": 4 * KNOT}
    assert handled(P, {"ships": [one, other]}) is so
    nobody = {"ships": [{**one, "least": None}, {**other, "least": None}]}
    assert not handled(P, nobody), "who did not say how slow she was is not excused"


@pytest.mark.parametrize("knots, highest", [(4.0, "caution"), (9.0, "alarm")])
def test_a_tanker_that_casts_off_is_a_caution_unless_somebody_comes_fast(knots: float, highest: str) -> None:
    """One lay still until two minutes before, and moves off at four knots; the other comes across her way."""
    lies = made.sail(563100001, 1.2, 103.85, 4.0, 90.0, range(-120, 0, 5))
    rests = made.sail(563100001, 1.2, 103.85, 0.0, 90.0, range(-900, -120, 10))
    rests = rests.replace(lat=rests["lat"] * 0 + lies["lat"][0], lon=rests["lon"] * 0 + lies["lon"][0])
    comes = made.sail(563100002, 1.2, 103.85, knots, 180.0, range(-900, 0, 5))
    statics = made.numbered(*[made.ship(563100001 + n, f"BUNKER {n}", 95, 16, 80, -900.0) for n in range(2)])
    told = alerts(rests, lies, comes, statics=statics)
    assert {"caution": 0, "alarm": 1}[highest] == sum(a.priority == "alarm" for a in told[-1:])
    assert told and {a.priority for a in told} <= {"caution", highest}


def test_two_coasters_are_told_of_later_than_two_large_ships() -> None:
    every = range(-1200, 0, 10)
    pair = (
        made.sail(563100001, 1.22, 103.85, 11.0, 70.0, every),
        made.sail(563100002, 1.2202, 103.8501, 9.0, 160.0, every),
    )
    first = {}
    for length in (80, 200):
        names = [made.ship(563100001 + n, f"SHIP {n}", length, 14, 70, -1300.0) for n in range(2)]
        first[length] = alerts(*pair, statics=made.numbered(*names))[0]
    assert first[80].priority == first[200].priority == "warning"
    assert first[80].evidence["tcpa"] <= times(P, (80, 80), MOVING)[0] < 330 < first[200].evidence["tcpa"]
