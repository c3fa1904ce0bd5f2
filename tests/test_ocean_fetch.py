"""Fetchers, against a server on this machine that speaks the services' documented answers."""

from __future__ import annotations

import json
import sys
import threading
import types
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from grib2_write import U10, V10, message
from selat.cli import main
from selat.model.clock import HOUR, parse_time
from selat.model.errors import ConfigError, ConnectError, FormatError, SourceError
from selat.readers import ocean_fetch
from selat.readers.ocean_cf import read_cf
from selat.readers.ocean_fetch import Wish, fetch
from selat.readers.ocean_grib import read_grib

pytest.importorskip("netCDF4")
T0 = parse_time("2026-11-27T12:00Z")
BOX = (101.0, 2.0, 102.0, 2.5)
RUN = datetime(2026, 11, 27, 0, tzinfo=UTC)
LAT, LON = np.arange(5.0, -0.1, -0.25), np.arange(99.0, 105.1, 0.25)


class Service(BaseHTTPRequestHandler):
    """Answers as Open-Meteo, ECMWF's open data and a NetCDF Subset Service do."""

    asked: list[str]
    netcdf: bytes
    whole: bool

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        type(self).asked.append(self.path)
        query = parse_qs(where.query)
        if where.path in ("/forecast", "/marine"):
            self._json(self._points(query, where.path == "/marine"))
        elif where.path.endswith((".index", ".grib2")):
            self._ecmwf(where.path)
        elif where.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://192.0.2.1/x")
            self.end_headers()
        elif where.path == "/ncss":
            self._send(
                200,
                type(self).netcdf if query.get("var") == ["water_u", "water_v"] else b"<html>unknown variable</html>",
            )
        else:
            self._json({"error": True, "reason": "Data not available"}, 400)

    def _points(self, query: dict[str, list[str]], sea: bool) -> list[dict] | dict:
        lat, lon = ([float(v) for v in query[k][0].split(",")] for k in ("latitude", "longitude"))
        speed, way = query["hourly"][0].split(",")
        first = T0 // 10**9 - 12 * 3600
        out = []
        for y, x in zip(lat, lon, strict=True):
            land = sea and x > 101.9
            hourly = {
                "time": [first + 3600 * k for k in range(48)],
                speed: [None if land else 3.6 * (y + k / 10) for k in range(48)],
                way: [None if land else 90.0 + 0 * x for _ in range(48)],
            }
            units = {"time": "unixtime", speed: "km/h", way: "°"}
            out.append({"latitude": y, "longitude": x, "hourly_units": units, "hourly": hourly})
        return out if len(out) > 1 else out[0]

    def _ecmwf(self, path: str) -> None:
        step = int(path.split("-")[1].removesuffix("h"))
        x, y = np.meshgrid(LON, LAT)
        fields = [message(x * 0 + 9.0, LAT, LON, (0, 0, 0), RUN, step), message(x * 0.1 + step, LAT, LON, U10, RUN, step),
                  message(y - step, LAT, LON, V10, RUN, step)]  # fmt: skip
        at = np.cumsum([0, *map(len, fields)])
        if path.endswith(".index"):
            shared = {"domain": "g", "type": "fc", "stream": "oper", "step": str(step), "levtype": "sfc"}
            names = zip(("2t", "10u", "10v"), at, fields, strict=False)
            rows = [{**shared, "param": p, "_offset": int(a), "_length": len(f)} for p, a, f in names]
            self._send(200, "\n".join(map(json.dumps, rows)).encode())
            return
        low, high = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
        data = b"".join(fields)
        self._send(200, data) if type(self).whole else self._send(206, data[low : high + 1])

    def _json(self, what: object, status: int = 200) -> None:
        self._send(status, json.dumps(what).encode())

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def base() -> Iterator[str]:
    Service.asked, Service.netcdf, Service.whole = [], b"", False
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_open_meteo_wind_comes_from_and_current_goes_to_its_direction(base: str, tmp_path: Path) -> None:
    wish = Wish("wind", BOX, T0, T0 + 6 * HOUR, f"{base}/forecast")
    wind = read_cf(fetch("open-meteo", wish, tmp_path / "w.nc"), "wind", None, T0, T0 + 6 * HOUR)
    # from 90 degrees: to the west; 1 m/s for each degree of latitude, 0.1 more each hour
    k = int(np.flatnonzero(wind.time == T0)[0])
    np.testing.assert_allclose(wind.data[k, 0, :, 0], -(2.0 + 1.2), atol=1e-4)
    np.testing.assert_allclose(wind.data[..., 1], 0.0, atol=1e-5)
    wish = Wish("current", BOX, T0, T0 + 6 * HOUR, f"{base}/marine")
    current = read_cf(fetch("open-meteo", wish, tmp_path / "c.nc"), "current")
    k = int(np.flatnonzero(current.time == T0)[0])
    np.testing.assert_allclose(current.data[k, 0, 0, 0], 2.0 + 1.2, atol=1e-4)
    asked = parse_qs(urlsplit(Service.asked[0]).query)
    assert asked["start_date"] == ["2026-11-27"] and asked["timeformat"] == ["unixtime"]


def test_many_places_are_asked_in_several_requests(base: str, tmp_path: Path) -> None:
    wish = Wish("wind", (101.0, 2.0, 104.0, 4.0), T0, T0 + HOUR, f"{base}/forecast")
    grid = read_cf(fetch("open-meteo", wish, tmp_path / "w.nc"), "wind")
    assert len(Service.asked) == 2 and grid.data.shape[1:3] == (9, 13)
    with pytest.raises(ConfigError, match="places"):
        fetch(
            "open-meteo", Wish("wind", (90.0, -10.0, 120.0, 10.0), T0, T0 + HOUR, f"{base}/forecast"), tmp_path / "w.nc"
        )


@pytest.mark.parametrize("whole", [False, True])
def test_ecmwf_only_the_two_messages_of_each_step(base: str, tmp_path: Path, whole: bool) -> None:
    pytest.importorskip("gribberish")
    Service.whole = whole
    wish = Wish("wind", BOX, T0, T0 + 5 * HOUR, base, now=T0)
    path = fetch("ecmwf", wish, tmp_path / "w.grib2")
    grid = read_grib(path, "wind", BOX, T0, T0 + 5 * HOUR)
    np.testing.assert_array_equal(grid.time, T0 + np.array([0, 3, 6]) * HOUR)
    np.testing.assert_allclose(grid.data[0, :, :, 0].mean(), 0.1 * 101.5 + 12.0, atol=0.05)
    assert (
        next(a for a in Service.asked if a.endswith(".index"))
        == "/20261127/00z/ifs/0p25/oper/20261127000000-12h-oper-fc.index"
    )
    with pytest.raises(ConfigError, match="no current"):
        fetch("ecmwf", Wish("current", BOX, T0, T0 + HOUR, base), tmp_path / "c.grib2")
    with pytest.raises(ConfigError, match="ahead"):
        fetch("ecmwf", Wish("wind", BOX, T0, T0 + 200 * HOUR, base, now=T0), tmp_path / "c.grib2")


def test_thredds_a_subset_in_netcdf(base: str, tmp_path: Path) -> None:
    made = fetch("open-meteo", Wish("current", BOX, T0, T0 + HOUR, f"{base}/marine"), tmp_path / "made.nc")
    Service.netcdf = made.read_bytes()
    path = fetch("thredds", Wish("current", BOX, T0, T0 + HOUR, f"{base}/ncss#water_u,water_v"), tmp_path / "t.nc")
    assert read_cf(path, "current").data.shape == read_cf(made, "current").data.shape
    asked = parse_qs(urlsplit(Service.asked[-1]).query)
    assert (
        asked["north"] == ["2.5000"] and asked["time_start"] == ["2026-11-27T09:00:00Z"] and asked["vertCoord"] == ["0"]
    )
    with pytest.raises(FormatError, match="no netCDF"):
        fetch("thredds", Wish("current", BOX, T0, T0 + HOUR, f"{base}/ncss#u,v"), tmp_path / "t.nc")
    with pytest.raises(ConfigError, match="which data set"):
        fetch("thredds", Wish("current", BOX, T0, T0 + HOUR), tmp_path / "t.nc")


def test_cmems_by_its_package(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "copernicusmarine", None)
    wish = Wish("current", BOX, T0, T0 + HOUR)
    with pytest.raises(SourceError, match="package"):
        fetch("cmems", wish, tmp_path / "c.nc")
    told: dict[str, object] = {}
    fake = types.ModuleType("copernicusmarine")

    def subset(**more: object) -> None:
        told.update(more)
        Path(str(more["output_directory"]), str(more["output_filename"])).write_bytes(b"CDF")

    fake.subset = subset  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "copernicusmarine", fake)
    fetch("cmems", wish, tmp_path / "c.nc")
    assert told["variables"] == ["utotal", "vtotal"] and told["minimum_longitude"] == 101.0
    with pytest.raises(ConfigError, match="currents alone"):
        fetch("cmems", Wish("wind", BOX, T0, T0 + HOUR), tmp_path / "c.nc")


def test_what_does_not_work_is_said(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConnectError, match=r"answers 400: .*not available"):
        fetch("open-meteo", Wish("wind", BOX, T0, T0 + HOUR, f"{base}/other"), tmp_path / "w.nc")
    monkeypatch.setattr(ocean_fetch, "PATIENCE", 0.5)
    with pytest.raises(ConnectError, match="not reached") as told:
        fetch("open-meteo", Wish("wind", BOX, T0, T0 + HOUR, "http://127.0.0.1:9/forecast"), tmp_path / "w.nc")
    assert "by hand" in told.value.hint
    for url in ("http://example.org/x", "file:///etc/passwd", "ftp://127.0.0.1/x"):
        with pytest.raises(ConfigError, match="not spoken"):
            fetch("open-meteo", Wish("wind", BOX, T0, T0 + HOUR, url), tmp_path / "w.nc")
    with pytest.raises(ConfigError, match="not spoken"):  # sent on to where nobody would have been asked
        fetch("open-meteo", Wish("wind", BOX, T0, T0 + HOUR, f"{base}/away"), tmp_path / "w.nc")
    with pytest.raises(ConfigError, match="no service"):
        fetch("weather.example", Wish("wind", BOX, T0, T0 + HOUR), tmp_path / "w.nc")
    with pytest.raises(ConfigError, match="from when"):
        fetch("ecmwf", Wish("wind", BOX, T0, T0 - HOUR), tmp_path / "w.nc")


def test_the_verb_fetches_what_a_case_takes(base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "rescue",
        "fetch",
        "open-meteo",
        "current",
        str(tmp_path / "c.nc"),
        "--near",
        "02-15.0N 101-30.0E",
        "--reach",
        "30 nm",
    ]
    assert main([*words, "--begin", "2026-11-27T12:00Z", "--hours", "6", "--url", f"{base}/marine"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kind"] == "current" and told["shape"][0] == 48
    assert main([*words[:4], str(tmp_path / "c.txt"), *words[5:], "--begin", "2026-11-27T12:00Z"]) != 0
    assert "ends so" in capsys.readouterr().err
