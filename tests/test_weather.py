"""Wind and current for the map: values as in the file, the newest file first, nothing where there is none, refusals."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from browser.fake_picture import FakePicture
from selat.app.archive import SeaArchive
from selat.app.weather import Weather
from selat.model.clock import HOUR, MINUTE, parse_time
from selat.model.errors import ConfigError
from selat.tracks import coast
from selat.web.server import create_app
from small_sea import make_sea
from test_web_server import ask
from weather_fields import value, write_field

pytest.importorskip("netCDF4")
T0 = parse_time("2026-11-27T18:00Z")
BOX = (104.5, 1.4, 105.5, 2.4)  # open water east of the strait
AT = T0 // 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_field(tmp_path / "wind.nc", "wind", T0)
    write_field(tmp_path / "flow.nc", "current", T0)
    return tmp_path


@pytest.mark.parametrize("kind", ["wind", "current"])
def test_arrows_are_what_the_file_says_at_place_and_time(folder: Path, kind: str) -> None:
    told = Weather(folder).arrows(kind, T0 + 90 * MINUTE, BOX, 8, 6)
    lon, lat = np.array(told["lon"]), np.array(told["lat"])
    assert len(lon) == 48 and lon.min() > BOX[0] and lat.max() < BOX[3]
    east, north = value(kind, 1.5, lon, lat)
    np.testing.assert_allclose(told["east"], east, atol=0.006)
    np.testing.assert_allclose(told["north"], north, atol=0.006)
    (source,) = told["sources"]
    assert source["name"] == {"wind": "wind.nc", "current": "flow.nc"}[kind]
    assert (source["before_ms"], source["after_ms"]) == (AT + 3_600_000, AT + 7_200_000)
    assert (source["begin_ms"], source["end_ms"]) == (AT, AT + 3 * 3_600_000)
    exact = Weather(folder).arrows(kind, T0 + 2 * HOUR, BOX, 2, 2)["sources"][0]
    assert exact["before_ms"] == exact["after_ms"] == AT + 2 * 3_600_000


def test_a_current_is_said_of_water_alone(folder: Path) -> None:
    weather, box = Weather(folder), (103.2, 1.1, 104.6, 2.4)  # Johor in the middle
    wind, flow = (weather.arrows(kind, T0, box, 20, 20) for kind in ("wind", "current"))
    assert len(wind["lon"]) == 400 and 20 < len(flow["lon"]) < 330
    assert not coast.Coast(coast.SHIPPED).land(np.array(flow["lat"]), np.array(flow["lon"])).any()


def test_the_newest_file_counts_and_the_others_fill_what_it_lacks(folder: Path) -> None:
    newer = write_field(folder / "later.nc", "wind", T0 + HOUR, (0.0, 1.0), plus=3.0)
    os.utime(folder / "wind.nc", (1_000_000_000, 1_000_000_000))
    weather = Weather(folder)
    inside = (103.5, 1.25, 104.5, 1.75)  # towards its edge a field is blended into the next one
    both = weather.arrows("wind", T0 + HOUR, inside, 2, 2)
    assert [s["name"] for s in both["sources"]] == ["later.nc", "wind.nc"]
    assert both["sources"][1]["written_ms"] == 1_000_000_000_000
    east, _ = value("wind", 0.0, np.array(both["lon"]), np.array(both["lat"]))
    np.testing.assert_allclose(both["east"], east + 3.0, atol=0.006)
    alone = weather.arrows("wind", T0 + 30 * MINUTE, BOX, 2, 2)
    assert [s["name"] for s in alone["sources"]] == ["wind.nc"]
    newer.unlink()
    assert [s["name"] for s in weather.arrows("wind", T0 + HOUR, BOX, 2, 2)["sources"]] == ["wind.nc"], (
        "a file that is gone is gone"
    )


@pytest.mark.parametrize("time", [T0 - MINUTE, T0 + 3 * HOUR + MINUTE])
def test_nothing_is_made_up_where_there_is_none(folder: Path, time: int) -> None:
    told = Weather(folder).arrows("wind", time, BOX, 4, 4)
    assert told["lon"] == told["east"] == told["sources"] == [] and [k["name"] for k in told["known"]] == ["wind.nc"]
    far = Weather(folder).arrows("wind", T0, (110.0, 10.0, 111.0, 11.0), 4, 4)
    assert far["lon"] == [] and far["sources"]
    assert Weather(folder / "none").arrows("current", T0, BOX, 4, 4)["known"] == []


def test_fields_are_listed_and_what_is_none_says_why(folder: Path) -> None:
    (folder / "half.nc").write_bytes(b"CDF\x01 that broke off")
    (folder / "notes.txt").write_text("not a field")
    found = {f["name"]: f for f in Weather(folder).fields()}
    assert set(found) == {"wind.nc", "flow.nc", "half.nc"}
    assert (found["wind.nc"]["kind"], found["flow.nc"]["kind"]) == ("wind", "current")
    assert "half.nc" in found["half.nc"]["problem"] and "begin_ms" not in found["half.nc"]
    write_field(folder / "half.nc", "wind", T0)  # it has come whole: read anew without a restart
    assert {f["name"]: f for f in Weather(folder).fields()}["half.nc"]["kind"] == "wind"


def test_many_ask_at_once(folder: Path) -> None:
    weather, told = Weather(folder), []
    threads = [
        threading.Thread(target=lambda k=k: told.append(weather.arrows(("wind", "current")[k % 2], T0, BOX, 9, 9)))
        for k in range(8)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(told) == 8 and all(len(t["lon"]) == 81 for t in told)


@pytest.mark.parametrize(
    ("kind", "box", "columns"),
    [
        ("waves", BOX, 4), ("wind", (105.0, 1.0, 104.0, 2.0), 4), ("wind", (104.0, 1.0, 105.0, 95.0), 4),
        ("wind", BOX, 4001), ("wind", BOX, 0),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(
    folder: Path, kind: str, box: tuple[float, float, float, float], columns: int
) -> None:
    with pytest.raises(ConfigError) as e:
        Weather(folder).arrows(kind, T0, box, columns, 1)
    assert e.value.hint


def test_by_http(tmp_path: Path) -> None:
    archive = SeaArchive(make_sea(tmp_path / "sea"))
    try:
        write_field(tmp_path / "sea" / "fields" / "wind.nc", "wind", T0)
        app = create_app(FakePicture(10), archive=archive)
        assert [f["kind"] for f in ask(app, "GET", "/api/weather").json()["fields"]] == ["wind"]
        told = ask(app, "GET", f"/api/weather/wind?at={AT}&box=104.5,1.4,105.5,2.4&columns=3&rows=2").json()
        assert len(told["lon"]) == 6 and told["sources"][0]["name"] == "wind.nc"
        for query in (
            "at=1",
            f"at={AT}&box=1,2,3",
            f"at={AT}&box=nan,1,2,3",
            "at=-4&box=1,1,2,2",
            f"at={AT}&box=1,1,2,2&rows=x",
        ):
            answer = ask(app, "GET", f"/api/weather/wind?{query}")
            assert answer.status_code == 400 and answer.json()["hint"], query
        assert ask(app, "GET", f"/api/weather/tide?at={AT}&box=1,1,2,2").status_code == 400
    finally:
        archive.close()
    bare = create_app(FakePicture(10))
    assert ask(bare, "GET", "/api/weather").json() == {"fields": []}
    assert ask(bare, "GET", f"/api/weather/wind?at={AT}&box=1,1,2,2").status_code == 501
