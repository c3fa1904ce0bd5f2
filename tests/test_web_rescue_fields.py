"""Fields of wind and current on the rescue page: sent, listed, refused with a remedy, shown as arrows, said of a drift."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from browser.fake_picture import FakePicture
from rescue_floor import FORM, done
from selat.app.archive import SeaArchive
from selat.app.rescue.desk import RescueDesk
from selat.model.clock import HOUR, parse_time
from selat.model.units import KNOT
from selat.web.server import create_app
from small_sea import make_sea
from test_web_alerts import body
from test_web_server import ask

netCDF4 = pytest.importorskip("netCDF4")

BEGIN = "2026-11-27T12:00:00Z"
NAMES = {
    "wind": ("eastward_wind", "northward_wind", "u10", "v10"),
    "current": ("eastward_sea_water_velocity", "northward_sea_water_velocity", "uo", "vo"),
}


def field(
    path: Path, kind: str, hours: list[float], *, east: float = 0.0, north: float = 0.5, west: float = 100.0
) -> Path:
    """A netCDF file of one even wind or current over the Strait at some hours after :data:`BEGIN`."""
    with netCDF4.Dataset(str(path), "w") as d:
        axes = (
            ("time", hours, f"hours since {BEGIN[:10]} {BEGIN[11:19]}"),
            ("lat", np.arange(1.0, 4.05, 0.1), "degrees_north"),
            ("lon", np.arange(west, west + 4.05, 0.1), "degrees_east"),
        )
        for name, values, units in axes:
            d.createDimension(name, len(values))
            d.createVariable(name, "f8", (name,))[:] = values
            d[name].units = units
        first, second, u, v = NAMES[kind]
        for name, standard, value in ((u, first, east), (v, second, north)):
            d.createVariable(name, "f4", ("time", "lat", "lon"))[:] = value
            d[name].setncatts({"standard_name": standard, "units": "m s-1"})
    return path


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[object, Path]]:
    sea = make_sea(tmp_path_factory.mktemp("fields") / "sea")
    archive = SeaArchive(sea)
    desk = RescueDesk(archive)
    yield create_app(FakePicture(20), archive=archive, rescue=desk), sea
    desk.close()
    archive.close()


def send(app, name: str, data: bytes, who: str = "Aminah", **more):
    return ask(app, "POST", f"/api/rescue/fields/{quote(name)}?who={who}", content=data, **more)


@pytest.fixture(scope="module")
def fields(floor, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, Path]:
    """The floor once these fields were sent: some with what a case may lack, and a good one of each kind."""
    folder = tmp_path_factory.mktemp("sent")
    files = {
        "far.nc": field(folder / "f.nc", "current", [0, 6, 12, 18], west=90.0),
        "past.nc": field(folder / "p.nc", "current", [0, 3, 6]),
        "gap.nc": field(folder / "g.nc", "current", [0, 3, 6, 9, 21, 24]),
        "good.nc": field(folder / "o.nc", "current", [0, 6, 12, 18, 24]),
        "wind.nc": field(folder / "w.nc", "wind", [0, 6, 12, 18, 24], east=3.0, north=0.0),
    }
    for name, path in files.items():
        assert send(floor[0], name, path.read_bytes()).status_code == 200
    return floor


def test_a_field_is_sent_listed_and_logged(floor, tmp_path) -> None:
    app, sea = floor
    data = field(tmp_path / "a.nc", "current", [0, 3, 6, 9, 12, 15]).read_bytes()
    told = send(app, "strait now.nc", data)
    assert told.status_code == 200, told.text
    got = told.json()
    assert got["wind"] is None and got["current"]["times"] == 6 and got["current"]["step_s"] == 3 * 3600
    assert got["current"]["begin_ms"] == parse_time(BEGIN) / 1e6 and got["current"]["gaps_ms"] == []
    assert got["current"]["box"] == pytest.approx([100.0, 1.0, 104.0, 4.0])
    assert [f["name"] for f in ask(app, "GET", "/api/rescue/fields").json()["fields"]].count("strait now.nc") == 1
    assert (sea / "fields" / "strait now.nc").read_bytes() == data
    assert send(app, "strait now.nc", data).status_code == 200, "the same again is no error"
    other = send(app, "strait now.nc", field(tmp_path / "b.nc", "current", [0, 3]).read_bytes())
    assert other.status_code == 400 and "another name" in other.json()["hint"]
    assert (sea / "fields" / "strait now.nc").read_bytes() == data, "what is kept stays"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("notes.nc", b"no field at all", "netCDF"),
        ("a.txt", b"x", "not a field by its name"),
        ("empty.nc", b"", ""),
        ("cut.grib2", b"GRIB\0\0\0\2" + bytes(40), ""),
        ("old.grib", b"GRIB\0\0\0\1" + bytes(40), "edition 1"),
        ("x.zarr", b"x", "zarr.zip"),
        ("x.zarr.zip", b"PK no zip", "zip"),
        (".hidden.nc", b"x", "name"),
    ],
)  # fmt: skip
def test_what_is_no_field_is_refused_with_a_remedy_and_leaves_nothing(floor, name, data, says) -> None:
    app, sea = floor
    before = sorted(p.name for p in (sea / "fields").glob("*")) if (sea / "fields").exists() else []
    told = send(app, name, data)
    assert told.status_code == 400 and told.json()["hint"], told.text
    assert says in told.json()["error"] + told.json()["hint"]
    after = sorted(p.name for p in (sea / "fields").glob("*")) if (sea / "fields").exists() else []
    assert after == before


def test_strangers_and_the_nameless_send_nothing(floor, tmp_path) -> None:
    app, _ = floor
    data = field(tmp_path / "a.nc", "wind", [0, 3]).read_bytes()
    assert send(app, "w.nc", data, client="192.0.2.7").status_code == 403
    assert send(app, "w.nc", data, who="").status_code == 400


def test_a_zarr_store_is_sent_as_a_zip_and_nothing_leaves_its_folder(floor, tmp_path) -> None:
    app, sea = floor
    zarr = pytest.importorskip("zarr")
    path = tmp_path / "store.zarr"
    group = zarr.open_group(str(path), mode="w", zarr_format=2)
    axes = {
        "time": np.arange(0, 24.0, 6),
        "latitude": np.arange(1.0, 4.1, 0.5),
        "longitude": np.arange(100.0, 104.1, 0.5),
    }
    units = {"time": "hours since 2026-11-27 12:00:00", "latitude": "degrees_north", "longitude": "degrees_east"}
    for name, values in axes.items():
        made = group.create_array(name, data=values)
        made.attrs.update({"_ARRAY_DIMENSIONS": [name], "units": units[name]})
    shape = tuple(len(v) for v in axes.values())
    for name, standard in (("uo", NAMES["current"][0]), ("vo", NAMES["current"][1])):
        made = group.create_array(name, data=np.full(shape, 0.25, np.float32))
        made.attrs.update({"_ARRAY_DIMENSIONS": list(axes), "units": "m s-1", "standard_name": standard})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for part in sorted(p for p in path.rglob("*") if p.is_file()):
            z.write(part, f"some/store.zarr/{part.relative_to(path)}")
        z.writestr("../../outside.txt", "x")
        z.writestr("some/store.zarr/../../../outside2.txt", "x")
    told = send(app, "store.zarr.zip", out.getvalue())
    assert told.status_code == 200, told.text
    assert told.json()["name"] == "store.zarr" and told.json()["current"]["times"] == 4
    assert not list(sea.parent.rglob("outside*.txt"))
    assert not list((sea / "fields").glob(".sent*"))


def check(app, **change):
    form = {**FORM, **change}
    return ask(app, "POST", "/api/rescue/check", **body(form=form)).json()


def test_what_a_field_lacks_for_a_case_stands_at_its_line(fields) -> None:
    app, _ = fields
    for text, says, remedy in (
        ("far.nc", "does not cover the place", "these waters"),
        ("past.nc", "2026-11-27T18:00:00Z, and the drift is 2026-11-27T18:40:00Z", "these hours"),
        ("gap.nc", "gap from 2026-11-27T21:00:00Z to 2026-11-28T09:00:00Z", "cdo"),
        ("wind.nc", "no current", "holds"),
        ("nowhere.nc", "no field", "list"),
    ):
        found = check(app, current=text)
        assert [e["field"] for e in found["errors"]] == ["current"], text
        assert says in found["errors"][0]["error"] and remedy in found["errors"][0]["hint"], found["errors"]
    found = check(app, current="good.nc\n320/0.8kn", wind="wind.nc")
    assert found["errors"] == [] and len(found["start"]) == 500
    sorts = [(s["kind"], s["sort"]) for s in found["sources"]]
    assert sorts == [("wind", "file"), ("current", "file"), ("current", "typed")]
    assert found["sources"][1]["end_ms"] == (parse_time(BEGIN) + 24 * HOUR) / 1e6
    assert [s["sort"] for s in check(app, wind="", current="climatology")["sources"]] == ["none", "climatology"]


def test_arrows_are_what_the_drift_takes(fields) -> None:
    app, _ = fields
    asked = {
        "time_ms": parse_time("2026-11-27T20:00:00Z") / 1e6,
        "box": [101.0, 2.0, 102.0, 3.0],
        "columns": 5,
        "rows": 4,
    }
    told = ask(
        app, "POST", "/api/rescue/arrows", **body(form={"wind": "230/12kn", "current": "good.nc"}, **asked)
    ).json()
    wind, current = (np.array(told[k]["points"]) for k in ("wind", "current"))
    assert wind.shape == current.shape == (20, 4)
    blows = math.radians(230 + 180)
    assert wind[:, 2:] == pytest.approx(
        np.tile([12 * KNOT * math.sin(blows), 12 * KNOT * math.cos(blows)], (20, 1)), abs=1e-3
    )
    assert current[:, 2:] == pytest.approx(np.tile([0.0, 0.5], (20, 1)), abs=1e-4)
    assert wind[:, 0].min() > 101.0 and wind[:, 0].max() < 102.0
    late = ask(
        app, "POST", "/api/rescue/arrows",
        **body(form={"wind": "12", "current": "good.nc"}, **{**asked, "time_ms": asked["time_ms"] + 40 * 3_600_000}),
    ).json()  # fmt: skip
    assert late["wind"]["points"] == [] and late["wind"]["hint"]
    assert late["current"]["points"] == [] and "holds" in late["current"]["error"]
    for wrong in ({"columns": 1000}, {"box": [1, 2, 3]}, {"time_ms": "x"}, {"box": [5, 5, 4, 6]}):
        answer = ask(app, "POST", "/api/rescue/arrows", **body(form={}, **{**asked, **wrong}))
        assert answer.status_code == 400 and answer.json()["hint"], wrong


def test_a_drift_says_what_it_rested_on_and_is_refused_where_the_field_ends(fields) -> None:
    app, sea = fields
    form = {**FORM, "name": "with fields", "current": "good.nc", "wind": "wind.nc\n230/12kn"}
    made = ask(app, "POST", "/api/rescue/cases", **body(who="A", form=form, new=True)).json()["id"]
    path = f"/api/rescue/cases/{made}"
    long = ask(app, "POST", f"{path}/drift", **body(who="A", hours="36", every="60"))
    assert long.status_code == 422 and [e["field"] for e in long.json()["fields"]] == ["current"]
    assert "fewer hours" in long.json()["fields"][0]["hint"]
    done(app, ask(app, "POST", f"{path}/drift", **body(who="A", hours="6", every="60")))
    told = ask(app, "GET", path).json()["drift"]["sources"]
    assert [(s["kind"], s["sort"], s["text"]) for s in told] == [
        ("wind", "file", "wind.nc"), ("wind", "typed", "230/12kn"), ("current", "file", "good.nc"),
    ]  # fmt: skip
    import hashlib

    assert told[2]["sha256"] == hashlib.sha256((sea / "fields" / "good.nc").read_bytes()).hexdigest()
    rows = ask(app, "GET", f"{path}/times").json()["rows"]
    # half a metre a second to the north for six hours, and what the wind adds
    moved = (rows[-1]["lat"] - rows[0]["lat"]) * 111_000
    assert 0.5 * 6 * 3600 * 0.8 < moved < 0.5 * 6 * 3600 * 1.3


def test_a_case_from_what_was_found_asks_for_the_hours_before(fields) -> None:
    app, _ = fields
    row = {"kind": "found", "place": "02-21.6N 101-42.0E", "at": "2026-11-27T13:00Z"}
    found = check(app, scenarios=[row], current="good.nc")
    assert [e["field"] for e in found["errors"]] == ["current"] and "2026-11-27T01:00:00Z" in found["errors"][0][
        "error"
    ]
    assert check(app, scenarios=[{**row, "at": "2026-11-28T06:00Z"}], current="good.nc")["errors"] == []
