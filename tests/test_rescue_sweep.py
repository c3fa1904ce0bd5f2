"""Sweep widths: every cell of the published tables, what lies between, and what has no answer."""

from __future__ import annotations

import csv
import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.model.errors import ConfigError
from selat.model.units import FOOT, KNOT, NAUTICAL_MILE
from selat.rescue import sweep

MILE = NAUTICAL_MILE
# Boats, eye 8 ft and 14 ft, visibility 1, 3, 5, 10, 15, 20 nm: typed from the manual's page, not from our table.
BOATS = {
    "person in water": (".2 .2 .3 .3 .3 .3", ".3 .4 .5 .5 .5 .5"),
    "raft 1": (".7 1.3 1.7 2.3 2.6 2.7", ".9 1.8 2.3 3.1 3.4 3.7"),
    "raft 4": (".7 1.7 2.2 3.1 3.5 3.9", "1.0 2.2 3.0 4.0 4.6 5.0"),
    "raft 10": (".8 2.0 2.8 4.0 4.8 5.3", "1.1 2.6 3.6 5.1 6.1 6.7"),
    "raft 25": (".9 2.4 3.5 5.2 6.3 7.0", "1.2 3.1 4.3 6.4 7.8 8.7"),
    "power boat under 15 ft": (".4 .8 1.1 1.5 1.6 1.8", ".5 1.1 1.4 1.9 2.1 2.3"),
    "power boat 20 ft": (".8 1.5 2.2 3.3 4.0 4.5", "1.0 2.0 2.9 4.3 5.2 5.8"),
    "power boat 33 ft": (".8 1.9 2.9 4.7 5.9 6.8", "1.1 2.5 3.8 6.1 7.7 8.8"),
    "sail boat 30 ft": (".9 2.1 3.2 5.3 6.6 7.7", "1.1 2.7 4.1 6.8 8.6 10.0"),
    "ship 120 ft": ("1.4 2.5 4.6 9.3 13.2 16.6", "1.8 3.3 6.0 12.0 17.1 21.5"),
}


def ours(published: str) -> str:
    """A name of the published table as ours."""
    if published.startswith("Raft"):
        return published.lower().replace(" person", "")
    return published.lower().replace("≤ ", "under ").replace("≥ ", "over ").replace("ft", " ft")


@pytest.mark.parametrize("name", BOATS)
def test_boats_as_printed(name):
    for eye, line in zip((8.0, 14.0), BOATS[name], strict=True):
        for miles, width in zip((1, 3, 5, 10, 15, 20), line.split(), strict=True):
            found = sweep.sweep_width(name, "boat", eye=eye * FOOT, visibility=miles * MILE)
            assert found.width == pytest.approx(float(width) * MILE, abs=1e-6)
            assert not found.notes


def test_every_cell_of_the_published_table(shared):
    """All 2,832 rows: each begins at its visibility and goes on until the next of its object, platform and height."""
    with (shared / "rescue" / "sweep_width_visual.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    cells: dict[tuple[str, str, float], dict[float, float]] = {}
    for r in rows:
        key = ours(r["object"]), r["platform"].lower(), float(r["eye_height"][:-2])
        cells.setdefault(key, {})[float(r["visibility_nm_from"])] = float(r["sweep_width_nm"])
    seen = 0
    for (name, platform, eye), given_at in cells.items():
        value = None
        for miles in sweep.VISIBILITIES:
            value = given_at.get(miles, value)
            if miles == 30.0 and platform == "boat":
                assert miles not in given_at
                continue
            got = sweep.sweep_width(name, platform, eye=eye * FOOT, visibility=miles * MILE)
            assert got.table / MILE == pytest.approx(value, abs=1e-9), (name, platform, eye, miles)
            seen += miles in given_at
    assert seen == len(rows) == 2832
    assert {(o, p) for o, p, _ in cells} == {k for k in sweep.table() if k[1] != "ship"}


def test_no_cell_has_changed_since_all_were_held_against_the_published_table():
    """The test above needs the published table, which is no part of the project; this one holds its outcome everywhere."""
    text = "".join(
        f"{name};{platform};{eyes.tolist()};{miles.tolist()};{np.round(widths, 3).tolist()}\n"
        for (name, platform), (eyes, miles, widths) in sorted(sweep.table().items())
    )
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "b6274ad7e3a432425ff7e187e8d425af783c53f15bef9f01c1c1e79b99275cf4"
    )


def test_every_cell_of_speed_weather_and_merchant_ships(shared):
    with (shared / "rescue" / "sweep_width_speed_correction.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for r in rows:
        got = sweep.speed_factor(ours(r["object"]), r["platform"].lower(), float(r["speed_kt"]) * KNOT)
        assert got == pytest.approx(float(r["correction"]))
    assert len(rows) == 148
    told = json.loads((shared / "rescue" / "sweep_width_weather.json").read_text(encoding="utf-8"))
    assert len(told["class_of_object"]) == 25
    for name, kind in told["class_of_object"].items():
        factors = told["corrections"][kind]["IAMSAR"]
        for wind, level in ((10, "low"), (15, "low"), (20, "medium"), (25, "medium"), (26, "high")):
            assert sweep.weather_factor(ours(name), wind * KNOT, 0.0) == factors[level]
        for feet, level in ((2, "low"), (4, "medium"), (6, "high")):
            assert sweep.weather_factor(ours(name), 0.0, feet * FOOT) == factors[level]
    with (shared / "rescue" / "sweep_width_merchant_vessel.csv").open(encoding="utf-8") as file:
        merchant = [[float(r[f"vis{v}"]) for v in (3, 5, 10, 15, 20)] for r in csv.DictReader(file)]
    names = sweep.objects("ship")
    assert len(names) == len(merchant) == 9
    for name, line in zip(names, merchant, strict=True):
        got = [sweep.sweep_width(name, "ship", visibility=v * MILE).width / MILE for v in (3, 5, 10, 15, 20)]
        assert got == pytest.approx(line)


@given(st.sampled_from(sorted(sweep.table())), st.floats(3, 60), st.floats(3, 60), st.floats(0, 1000))
def test_seeing_farther_never_narrows_the_strip(key, one, two, eye):
    name, platform = key
    low, high = sorted((one, two))
    a, b = (sweep.sweep_width(name, platform, eye=eye, visibility=v * MILE).width for v in (low, high))
    assert 0.0 <= a <= b + 1e-9


@given(st.sampled_from(sweep.objects()), st.floats(0, 40), st.floats(0, 10), st.booleans())
def test_width_is_the_product_of_its_factors(name, wind, sea, tired):
    w = sweep.sweep_width(name, wind=wind, sea=sea, tired=tired)
    assert w.width == pytest.approx(w.table * w.weather * w.fatigue * w.speed)
    assert w.fatigue == (0.9 if tired else 1.0)
    assert w.width <= w.table


def test_between_entries_it_is_linear():
    eye = 11.0 * FOOT
    w = sweep.sweep_width("raft 4", eye=eye, visibility=4.0 * MILE).width / MILE
    assert w == pytest.approx(np.mean([1.7, 2.2, 2.2, 3.0]))


def test_out_of_the_table():
    with pytest.raises(ConfigError, match="below the sweep-width table") as error:
        sweep.sweep_width("person in water", visibility=0.5 * MILE)
    assert "by hand" in error.value.hint
    with pytest.raises(ConfigError, match="begins at 3 nm"):
        sweep.sweep_width("raft 4", "ship", visibility=1.0 * MILE)
    with pytest.raises(ConfigError) as error:
        sweep.sweep_width("dinghy")
    assert "raft 4" in error.value.hint
    with pytest.raises(ConfigError, match="no platform"):
        sweep.sweep_width("raft 4", "kite")
    with pytest.raises(ConfigError, match="wind of nan"):
        sweep.sweep_width("raft 4", wind=float("nan"))
    assert "too good" in sweep.sweep_width("raft 4", eye=1.0).notes[0]
    assert "above the table" in sweep.sweep_width("raft 4", eye=9.0).notes[0]
    assert "not seen" in sweep.sweep_width("person in water", "aircraft", eye=900.0, visibility=3 * MILE).notes[0]
