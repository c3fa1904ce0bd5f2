"""Wind and current that no model gives: typed, tidal streams, climatology; what they cover, and errors that help."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.model.clock import HOUR, MINUTE, parse_time
from selat.model.errors import ConfigError, FormatError, UnitError
from selat.model.units import KNOT
from selat.rescue import fields
from selat.rescue.drift import Drift, Options, Start
from selat.rescue.objects import drift_object

T0 = parse_time("2026-11-27T18:00:00Z")
TABLE = "# made up\nhour,direction,spring,neap\n" + "\n".join(
    f"{h},{140 if h < 0 else 320},{2.0 * abs(h) / 6},{1.0 * abs(h) / 6}" for h in range(-6, 7)
)


@given(st.integers(0, 360), st.floats(0.1, 60.0))
def test_wind_comes_from_and_current_goes_to(angle, knots):
    text = f"{angle:03d}/{knots:.3f}kn"
    east, north = fields.vector("wind", text)
    assert math.hypot(east, north) == pytest.approx(knots * KNOT, abs=1e-3)
    assert math.degrees(math.atan2(-east, -north)) % 360 == pytest.approx(angle % 360, abs=1e-6) or angle in (0, 360)
    if knots < 9:
        assert fields.vector("current", text) == pytest.approx((-east, -north))


@pytest.mark.parametrize(
    "text",
    ["", "12kn", "230/12", "400/12kn", "230/12kg", "230/-3kn", "wind", "230/12kn 3", "230/200kn", "230/12kn,240/3kn"],
)
def test_what_is_no_wind_is_an_error_with_a_hint(text):
    with pytest.raises((ConfigError, UnitError)) as e:
        fields.typed("wind", text)
    assert e.value.hint


def test_several_typed_values_are_linear_between_and_hold_outside():
    wind = fields.typed("wind", "2026-11-27T18:00Z 180/10m/s, 2026-11-27T20:00Z 270/10m/s")
    flow = fields.pack([wind, fields.typed("current", "90/.8kn")])
    found = np.array([flow.at("wind", T0 + h * HOUR, 3.0, 100.0)[:, 0] for h in (-5, 0, 1, 2, 9)])
    assert found[:, :2] == pytest.approx(np.array([(0, 10), (0, 10), (5, 5), (10, 0), (10, 0)]), abs=1e-5)
    assert found[:, 2] == pytest.approx(5 * KNOT)
    assert flow.at("current", T0, 60.0, -170.0)[:2, 0] == pytest.approx((0.8 * KNOT, 0.0), abs=1e-6)


def test_tidal_streams_follow_the_table_at_springs_neaps_and_between(tmp_path):
    path = tmp_path / "diamond.csv"
    path.write_text(TABLE, encoding="utf-8")
    tides = [T0, T0 + 12 * HOUR + 25 * MINUTE]
    wind = fields.typed("wind", "0/0kn")
    for springs, rate in ((1.0, 1.0), (0.0, 0.5), (0.5, 0.75)):
        flow = fields.pack([wind, fields.tidal_stream(path, tides, springs)])
        for hours, way in ((-3, 140), (3, 320)):
            east, north, spread = flow.at("current", T0 + hours * HOUR, 3.0, 100.0)[:, 0]
            assert math.hypot(east, north) == pytest.approx(rate * KNOT, abs=1e-6) and spread == 0.2
            assert math.degrees(math.atan2(east, north)) % 360 == pytest.approx(way, abs=1e-3)
        before, after = (flow.at("current", t, 3.0, 100.0)[:2, 0] for t in (T0 - 7 * HOUR, T0 + 19 * HOUR))
        assert np.isnan(before).all() and np.isnan(after).all()
        flow.cover(T0 - 6 * HOUR, T0 + 18 * HOUR)


def test_wrong_tables_and_missing_tides_are_errors(tmp_path):
    path = tmp_path / "diamond.csv"
    for text in (
        "",
        "hour,direction\n1,2\n",
        "hour,direction,spring,neap\n1,2,3,x\n",
        "hour,direction,spring,neap\n2,1,1,1\n1,1,1,1\n",
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FormatError):
            fields.tidal_stream(path, [T0])
    path.write_text(TABLE, encoding="utf-8")
    with pytest.raises(ConfigError, match="high water"):
        fields.tidal_stream(path, [])


def test_climatology_goes_north_west_in_the_strait_and_ends_there():
    flow = fields.pack([fields.climatology("wind"), fields.climatology("current")])
    east, north, spread = flow.at("current", T0, 3.0, 100.5)[:, 0]
    assert (east, north) == pytest.approx((-0.2828, 0.2828), abs=1e-3) and spread >= 0.3
    assert np.isnan(flow.at("current", T0, 60.0, 5.0)).all()


def go(flow, lat=3.0, lon=100.0, hours=6):
    s = Start(np.array([lat]), np.array([lon]), np.array([T0]), np.zeros(1, np.int64), (drift_object("PIW-1"),))
    d = Drift(s, flow, T0, Options())
    return [d.lat[0] for _ in d.run(range(6, 6 * hours + 1, 6))]


def test_no_field_a_gap_and_a_field_left_are_errors_that_name_the_remedy(tmp_path):
    wind = fields.typed("wind", "230/12kn")
    with pytest.raises(ConfigError, match="no current is given"):
        go(fields.pack([wind]))
    path = tmp_path / "diamond.csv"
    path.write_text(TABLE, encoding="utf-8")
    with pytest.raises(ConfigError, match="no current at 2026-11-28T0") as e:
        go(fields.pack([wind, fields.tidal_stream(path, [T0])]), hours=9)
    assert "climatology" in e.value.hint
    east = fields.STRAIT[2] - 0.01
    hurried = fields.typed("wind", "270/60kn", 0.0)
    with pytest.raises(ConfigError, match="no current is known") as e:
        go(fields.pack([hurried, fields.climatology("current")]), lon=east, hours=24)
    assert "larger area" in e.value.hint
    both = fields.pack([hurried, fields.climatology("current"), fields.typed("current", "0/1kn")])
    assert len(go(both, lon=east, hours=24)) == 24
