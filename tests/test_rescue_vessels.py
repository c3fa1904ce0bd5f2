"""Vessels of opportunity: what ships can make, in which order they would be there, and the verb over a sea."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from selat.cli import main
from selat.model.units import KNOT
from selat.rescue.vessels import ABLE, ABLE_ELSE, able
from small_sea import make_sea


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_sea(tmp_path_factory.mktemp("vessels") / "sea"))


def test_a_ship_makes_what_her_kind_makes_or_what_she_was_seen_to_make() -> None:
    kinds = np.array([70, 70, 30, 0, 255, 52, 40])
    seen = np.array([0.0, 19.0, np.nan, 3.0, 102.2, 5.0, 20.0]) * KNOT
    wanted = np.array([12.0, 19.0, ABLE[30], ABLE_ELSE, ABLE_ELSE, ABLE[52], 25.0]) * KNOT
    np.testing.assert_allclose(able(kinds, seen), wanted)


def test_the_nearest_in_time_comes_first(sea, capsys) -> None:
    assert main(["rescue", "vessels", sea, "--near", "2.5N 102.0E", "--at", "2026-11-22T00:00Z", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {r["mmsi"] for r in rows} <= {533000001, 563000002, 525000003, 412000004, 538000005} and len(rows) >= 4
    afloat = [r for r in rows if not r["land"]]
    assert [r["seconds"] for r in afloat] == sorted(r["seconds"] for r in afloat)
    first = rows[0]
    assert first["seconds"] == pytest.approx(first["away_m"] / first["speed"]) and first["name"]
    assert rows.index(max(rows, key=lambda r: (r["land"], r["seconds"]))) == len(rows) - 1


def test_where_nobody_is_heard_nothing_is_listed(sea, capsys) -> None:
    assert main(["rescue", "vessels", sea, "--near", "2.5N 102.0E", "--at", "2026-11-20T00:00Z"]) == 1
    assert main(["rescue", "vessels", sea, "--near", "2.5 102.0"]) != 0
    assert "hemispheres" in capsys.readouterr().err


def test_an_empty_sea_says_so(tmp_path: Path, capsys) -> None:
    from selat.app.session import open as open_sea

    open_sea(tmp_path / "sea").close()
    assert main(["rescue", "vessels", str(tmp_path / "sea"), "--near", "2.5N 102.0E"]) != 0
    assert "no report" in capsys.readouterr().err
