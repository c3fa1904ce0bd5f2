"""The floor: its beats, late rows, and how rules are found."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.model import plugins
from selat.model.clock import SECOND
from selat.model.columns import concat, empty
from selat.model.errors import ConfigError, PluginError
from selat.tracks.identity import Verdict

TWO = made.sail(563100001, 1.2, 103.8, 9.0, 70.0, range(-60, 0, 10)), made.sail(563100002, 1.3, 103.8, 9.0, 0.0, [-10])
NOW = made.START + 86400 * 3 * SECOND


# Plug-ins


def test_built_in_rules_are_found_by_looking():
    names = [r.name for r in plugins.find("selat.detectors", "DETECTOR")]
    assert names == sorted(names) and {"collision", "distress", "jump"} <= set(names)


class Point:
    def __init__(self, name, module):
        self.name, self.module = name, module

    def load(self):
        if isinstance(self.module, Exception):
            raise self.module
        return self.module


def test_extensions_are_found_and_trouble_with_them_is_told(monkeypatch, caplog):
    extra = types.ModuleType("extra")
    extra.DETECTOR = types.SimpleNamespace(name="extra")
    points = [Point("b", extra), Point("a", ImportError("no such thing"))]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)
    assert [r.name for r in plugins.find("selat.detectors", "DETECTOR")][-1] == "extra"
    assert "extension a cannot be loaded" in caplog.text
    extra.DETECTOR.name = "jump"
    with pytest.raises(PluginError, match="jump") as error:
        plugins.find("selat.detectors", "DETECTOR")
    assert error.value.hint
    points[:] = [Point("c", sys.version)]
    with pytest.raises(PluginError, match="no module"):
        plugins.outside()


# The floor


def test_a_floor_without_rules_keeps_the_picture():
    floor = Floor([])
    assert (
        floor.step(
            concat(TWO, "reports"), made.ship(563100001, "ONE", second=-60.0), empty("messages"), made.START, True
        )
        == []
    )
    assert sorted(floor.contacts.mmsi.tolist()) == [563100001, 563100002]
    assert floor.now == made.START - 10 * SECOND


def test_an_arrival_that_is_no_time_is_refused():
    with pytest.raises(ConfigError, match="arrival") as error:
        Floor([]).step(empty("reports"), empty("statics"), empty("messages"), 0)
    assert error.value.hint


def test_the_beats_stop_when_the_sea_is_idle():
    seen = []
    rule = types.SimpleNamespace(
        name="spy", version="1", parameters=dict, step=lambda w, s: (seen.append(w.now) or [], s)
    )
    floor = Floor([rule])
    rows = concat([made.sail(1, 1.0, 103.0, 1.0, 1.0, [0]), made.sail(1, 1.0, 103.0, 1.0, 1.0, [86400 * 3])], "reports")
    floor.step(rows, empty("statics"), empty("messages"), made.START + 86400 * 3 * SECOND, True)
    assert len(seen) == 2 + 360 and (np.diff(seen) > 0).all()


def test_contacts_of_yesterday_are_thrown_out_and_the_window_points_to_the_right_ones():
    wrong = []

    def step(window, state):
        wrong.extend(np.flatnonzero(window.contacts.mmsi[window.traced.slot] != window.reports["mmsi"]))
        return [], state

    floor = Floor([types.SimpleNamespace(name="spy", version="1", parameters=dict, step=step)])
    start = made.START % (3600 * SECOND)
    hours = [24 * 3600 - start // SECOND + k for k in range(0, 7200, 600)]
    parts = [made.sail(563000001 + n, 1.0 + 0.1 * n, 103.0, 0.0, 0.0, [n]) for n in range(5)]
    parts += [made.sail(563000011 + n, 1.5 + 0.1 * n, 103.0, 0.0, 0.0, hours) for n in range(3)]
    floor.step(made.numbered(*parts), empty("statics"), empty("messages"), NOW, True)
    assert wrong == [] and sorted(floor.contacts.mmsi.tolist()) == [563000011, 563000012, 563000013]
    assert len(floor.contacts.gone) == 5


def test_late_rows_reach_the_rules_marked():
    seen = []

    def step(window, state):
        seen.extend(
            zip(window.reports["seq"].tolist(), window.mark.tolist(), window.traced.verdict.tolist(), strict=True)
        )
        return [], state

    floor = Floor([types.SimpleNamespace(name="spy", version="1", parameters=dict, step=step)])
    rows = made.sail(563100001, 1.2, 103.85, 8.0, 90.0, range(0, 100, 10)).replace(seq=np.arange(10))
    floor.step(rows.take(np.arange(5, 10)), empty("statics"), empty("messages"), made.START + 95 * SECOND)
    floor.step(rows.take(np.arange(0, 5)), empty("statics"), empty("messages"), made.START + 96 * SECOND, True)
    late = {s: (m, v) for s, m, v in seen if s < 5}
    assert len(seen) == 10 and set(late.values()) == {(1, int(Verdict.STALE))}
