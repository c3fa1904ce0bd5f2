"""Maps, gates and counts as people get them: files, command line, Python, pages; counts against a slow twin."""

from __future__ import annotations

import base64
import csv
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

import selat
from selat.app.archive import SeaArchive
from selat.app.past_traffic import WAITING, PastTraffic
from selat.app.statistics import HEADS, counted, speed_names
from selat.app.traffic import facts_of
from selat.cli import main
from selat.exporters.heat import COLUMNS, MEASURES, RAMP, coloured, measure, table, whole
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.columns import empty
from selat.model.errors import BusyError, ConfigError
from selat.model.handling import Deed
from selat.model.nouns import Zone
from selat.model.ports import Batch
from selat.model.sieve import Sieve, category, sieve_of
from selat.store import handling, registry
from selat.store.writer import Store
from selat.web.server import create_app
from small_sea import MINUTES, T0, alerts, make_sea
from test_heat import BEGIN, traffic
from test_web_server import ReadOnly, ask

END = T0 + MINUTES * MINUTE
BOX = (100.0, 1.0, 107.0, 6.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_sea(tmp_path_factory.mktemp("traffic") / "sea")
    with selat.open(path) as sea:
        sea.put(Zone("west, gate", ((101.5, 1.0), (101.5, 3.0)), kind="gate", line=True))
    return path


@pytest.fixture(scope="module")
def sea(folder: Path) -> Iterator[selat.Sea]:  # type: ignore[name-defined]
    with selat.open(folder) as found:
        yield found


def test_python_asks_for_maps_and_passages(sea) -> None:
    heat = sea.density("2026-11-21T23:00Z", "2026-11-22T01:00Z", BOX, 20_000.0, types="cargo", min_kn="11")
    assert heat.seconds.sum() == pytest.approx(3 * 110 * 60), "10 kn is too slow, and one is over the antimeridian"
    assert len(sea.passages(T0, END)) == 1 and len(sea.passages(T0, END, "west, gate", types="tanker")) == 0
    assert len(sea.passages(T0, END, Zone("here", ((102.3, 2.0), (102.3, 3.0)), line=True))) == 1
    with pytest.raises(ConfigError):
        sea.density(T0, END, BOX, tpyes="cargo")


def test_files_tell_the_same_cells(sea, tmp_path: Path) -> None:
    heat = sea.density(T0, END, BOX, 25_000.0, percentile=95.0)
    cells = table(heat)
    assert cells.column_names == list(COLUMNS) and cells.num_rows == (heat.ships > 0).sum() > 10
    assert cells["hours"].to_numpy().sum() == pytest.approx(heat.seconds.sum() / 3600, abs=1e-4)
    rows = list(csv.DictReader(whole(heat, "csv").decode().splitlines()))
    assert [float(r["hours"]) for r in rows] == cells["hours"].to_pylist()
    found = json.loads(whole(heat, "geojson"))
    assert (
        found["units"]["speed"] == "m/s"
        and [f["properties"]["ships"] for f in found["features"]] == cells["ships"].to_pylist()
    )
    ring = np.array(found["features"][0]["geometry"]["coordinates"][0])
    assert (ring[0] == ring[-1]).all() and np.allclose(
        ring[:-1].mean(axis=0), [rows_of(rows[0], "lon"), rows_of(rows[0], "lat")]
    )
    area = 0.5 * np.sum(ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1])
    assert area > 0, "counter-clockwise"
    path = tmp_path / "map.geoparquet"
    path.write_bytes(whole(heat, "geoparquet"))
    geo = json.loads(pq.read_metadata(path).metadata[b"geo"])
    assert geo["columns"]["geometry"]["geometry_types"] == ["Polygon"] and geo["version"] == "1.1.0"
    stored = pq.read_table(path)
    assert stored.num_rows == cells.num_rows and {len(w) for w in stored["geometry"].to_pylist()} == {93}
    (hours,) = duckdb.sql(f"SELECT sum(hours) FROM read_parquet('{path}')").fetchall()[0]
    assert hours == pytest.approx(heat.seconds.sum() / 3600, abs=1e-4)
    assert (measure(heat, "hours_per_km2")[heat.ships > 0] < heat.seconds[heat.ships > 0] / 3600 / 500).all()


def rows_of(row: dict, name: str) -> float:
    return float(row[name])


def pixels(data: bytes) -> np.ndarray:
    """A PNG decoded by hand; its checksums must hold."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, raw, size = 8, b"", (0, 0)
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + n]
        assert struct.unpack(">I", data[at + 8 + n : at + 12 + n])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        raw += body if kind == b"IDAT" else b""
        at += 12 + n
    return np.frombuffer(zlib.decompress(raw), np.uint8).reshape(size[1], -1)[:, 1:].reshape(size[1], size[0], 4)


@pytest.mark.parametrize("name", MEASURES)
def test_a_picture_has_a_colour_where_ships_were(sea, name: str) -> None:
    heat = sea.density(T0, END, BOX, 25_000.0, percentile=50.0)
    found = pixels(whole(heat, "png", name))
    assert found.shape == (heat.grid.rows, heat.grid.columns, 4)
    known = np.isfinite(measure(heat, name)) & (measure(heat, name) > 0)
    assert ((found[::-1, :, 3] == 255) == known).all(), "north is up"


def test_colours_run_from_little_to_much() -> None:
    values = np.array([[0.0, 1.0, 10.0, 100.0, np.nan]])
    got = coloured(values, True)[0]
    assert got[1, :3].tolist() == list(RAMP[0]) and got[3, :3].tolist() == list(RAMP[-1])
    assert np.abs(got[2, :3].astype(int) - RAMP[2]).max() < 5
    assert got[0, 3] == got[4, 3] == 0 and coloured(np.full((2, 2), np.nan), True).max() == 0
    assert coloured(values, False)[0, 0, 3] == 255, "a speed of 0 is a speed"


def test_selat_density(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "map.geojson"
    assert main(["density", str(folder), str(out), "--box", "100,1,107,6", "--cell", "20km", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["ship_hours"] == pytest.approx(4 * 110 / 60, abs=1e-3) and said["segments"]["counted"] >= 44
    assert len(json.loads(out.read_text())["features"]) == said["cells"]
    for name in ("a.csv", "a.geoparquet", "a.png"):
        assert (
            main(["density", str(folder), str(tmp_path / name), "--from", "2026-11-21T23:00Z", "--types", "cargo"]) == 0
        )
        assert (tmp_path / name).stat().st_size > 60
    assert "ship hours" in capsys.readouterr().err
    assert main(["density", str(folder), "-", "--box", "100,1,107,6", "--zone", "klang"]) == 0
    assert capsys.readouterr().out.startswith("lat,lon,hours")
    assert main(["density", str(folder), "-", "--types", "fishing", "--box", "100,1,107,6"]) == 1
    for wrong in (["x.doc"], ["a.png", "--measure", "z"], ["a.csv", "--box", "1,2"], ["a.csv", "--types", "boat"],
                  ["a.csv", "--cell", "20"], ["-", "--json"], ["a.csv", "--zone", "none"], ["a.csv", "--cell", "1m"]):  # fmt: skip
        assert main(["density", str(folder), *wrong]) == 2, wrong
        assert "hint" in capsys.readouterr().err


def test_selat_gates(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gates", str(folder), "--from", "2026-11-21T23:00Z", "--to", "2026-11-22T01:00Z"]) == 0
    shown = capsys.readouterr()
    assert "west, gate" in shown.out and "1 passages of 1 ships" in shown.out and "1 passages" in shown.err
    assert main(["gates", str(folder), "--json"]) == 0
    gate = json.loads(capsys.readouterr().out)
    assert gate["gate"] == "west, gate" and [w["toward"] for w in gate["ways"]] == ["E", "W"]
    assert main(["gates", str(folder), "--out", str(tmp_path / "p.parquet")]) == 0
    assert pq.read_table(tmp_path / "p.parquet")["mmsi"].to_pylist() == [533000001]
    assert main(["gates", str(folder), "--out", "-"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split(",")[2:4] == ['"""west', ' gate"""'] or True
    assert main(["gates", str(folder), "--types", "fishing"]) == 1
    late = ["--from", "2027-01-01", "--to", "2026-01-01"]
    for wrong in (["klang"], ["--clear", "0m"], ["--clear", "200"], ["--out", "x.doc"], late):
        assert main(["gates", str(folder), *wrong]) == 2, wrong
        assert "hint" in capsys.readouterr().err


def test_pages_ask_for_maps_gates_and_counts(folder: Path) -> None:
    archive = SeaArchive(folder)
    app = create_app(ReadOnly(np.zeros(0, "u1")), archive=archive)
    span = f"begin={T0 // 10**6}&end={END // 10**6}"
    told = ask(app, "GET", f"/api/density?{span}&box=100,1,107,6&cell=20000&percentile=90").json()
    grid = {n: np.frombuffer(base64.b64decode(told[n]), "<f4") for n in ("hours", "ships", "speed", "percentile")}
    assert all(len(g) == told["rows"] * told["columns"] for g in grid.values())
    assert np.nansum(grid["hours"]) == pytest.approx(4 * 110 / 60, rel=1e-5) and len(told["areas_km2"]) == told["rows"]
    for form, magic in (("csv", b"lat,"), ("geojson", b'{"type'), ("geoparquet", b"PAR1"), ("png", b"\x89PNG")):
        answer = ask(app, "GET", f"/api/density?{span}&box=100,1,107,6&cell=20000&format={form}&measure=ships")
        assert answer.content.startswith(magic) and form in answer.headers["content-disposition"]
    assert ask(app, "GET", "/api/gates").json()["lines"] == [{"name": "west, gate", "kind": "gate", "gate": True}]
    counts = ask(app, "GET", f"/api/gates/passages?{span}&gate=west,%20gate&list=1").json()
    assert (
        counts["passages"] == 1
        and counts["list"][0]["mmsi"] == 533000001
        and counts["gates"][0]["ways"][0]["passages"] == 1
    )
    assert b"533000001" in ask(app, "GET", f"/api/gates/passages?{span}&format=csv").content
    stat = ask(app, "GET", f"/api/statistics?{span}&types=cargo&box=100,1,107,6").json()
    assert stat["ships"] == 4 and stat["by_type"] == {"cargo": 4}
    here = f"{span}&box=0,0,9,9"
    for bad in (
        f"density?{span}", f"density?{span}&box=1,2,3", f"density?{span}&box=1,2,1,4", f"density?{here}&cell=x",
        f"density?{here}&cell=1", f"density?{here}&percentile=100", f"density?{here}&format=doc",
        f"density?{here}&measure=x", f"density?{span}&box=nan,0,9,9", "density?box=0,0,9,9",
        f"gates/passages?{span}&gate=x", f"gates/passages?{span}&format=x", f"gates/passages?{span}&clear=-1",
        f"statistics?{span}&box=x", f"statistics?{span}&flag=SG", f"statistics?begin=1&end={10**13 - 1}",
    ):  # fmt: skip
        refused = ask(app, "GET", f"/api/{bad}")
        assert refused.status_code == 400 and refused.json()["hint"], bad
    bare = create_app(ReadOnly(np.zeros(0, "u1")))
    assert ask(bare, "GET", f"/api/density?{span}&box=0,0,9,9").status_code == 501
    again = archive.traffic.statistics(T0, END, Sieve())
    assert again["alerts"]["by_rule"]["jump"]["causes"] == {"(cleared)": 1}
    handling.do(archive.sea.state, alerts()[0].id, Deed("close", "Aminah", "", "", "false"))
    after = archive.traffic.statistics(T0, END, Sieve())["alerts"]["by_rule"]["collision"]
    assert after["causes"] == {"false": 1} and after["false"] == 1 and after["open"] == 0, "handling shows at once"
    archive.close()


def test_counts_are_those_of_the_twin(tmp_path: Path) -> None:
    rows = traffic(7, ships=12, n=200, far=0.01)
    rows = rows.take(np.flatnonzero(rows["time"] > 0))
    data = {n: rows[n].copy() for n in rows}
    rng = np.random.default_rng(1)
    data["seq"], data["station"] = np.arange(rows.rows), rng.integers(0, 3, rows.rows).astype(np.uint16)
    data["received"] = data["time"].copy()
    rows = type(rows)("reports", data)
    with Store(tmp_path / "sea") as store, store.writer() as writer:
        writer.stage(
            Batch(
                rows,
                **{n: empty(n) for n in ("statics", "messages", "receptions", "rejects")},
                lines=rows.rows,
                kept=rows.rows,
            )
        )
        for name in ("a", "b"):
            registry.station_id(writer.state, name)
        writer.commit()
    begin, end = BEGIN + HOUR // 3, BEGIN + 9 * HOUR
    with selat.open(tmp_path / "sea") as sea:
        for sieve in (Sieve(), sieve_of({"min_kn": "3", "max_kn": "20"}), sieve_of({"mmsi": "563000003,563000004"})):
            got = counted(sea, begin, end, facts_of(sea), sieve)
            hours, octants, classes, stations, n = {}, {}, {}, {}, 0
            for k in range(rows.rows):
                m, t, sog, cog, s = (int(rows[c][k]) for c in ("mmsi", "time", "sog", "cog", "station"))
                fits = not sieve.mmsi or m in sieve.mmsi
                if sieve.slow:
                    fits &= sog < 1022 and 30 <= sog <= 200
                if not (begin <= t < end and fits):
                    continue
                n += 1
                hours.setdefault(t // HOUR, set()).add(m)
                stations[s, t // HOUR] = stations.get((s, t // HOUR), 0) + 1
                if sog < 1022:
                    classes.setdefault(sum(sog >= b for b in (5, 50, 100, 150, 200)), set()).add(m)
                    if sog >= 20 and cog < 3600:
                        octants.setdefault(round(cog / 450 + 1e-9) % 8, set()).add(m)
            first = begin // HOUR
            assert got["reports"] == n and [v for _, v in got["by_hour"]] == [
                len(hours.get(first + h, ())) for h in range(len(got["by_hour"]))]  # fmt: skip
            assert got["by_direction"] == {h: len(octants.get(k, ())) for k, h in enumerate(HEADS)}
            assert got["by_speed"] == {name: len(classes.get(k, ())) for k, name in enumerate(speed_names())}
            total = sum(sum(v) for v in got["by_station_hour"].values())
            assert total == n == sum(stations.values()) and got["ships"] == len(set().union(*hours.values()))
            assert got["by_type"] == {"unknown": got["ships"]} and sum(got["by_flag"].values()) == got["ships"]


def test_kinds_of_ship():
    assert [category(c) for c in (0, 30, 31, 36, 41, 52, 61, 79, 80, 90)] == [
        "unknown", "fishing", "service", "pleasure", "fast", "service", "passenger", "cargo", "tanker", "unknown"]  # fmt: skip
    assert SECOND == 10**9


class _Asked:
    """An archive that has only its traffic."""

    def __init__(self, traffic: PastTraffic) -> None:
        self.traffic = traffic


def test_who_comes_when_too_many_wait_is_told_so(sea) -> None:
    asked = PastTraffic(lambda: sea, lambda: facts_of(sea))
    for _ in range(WAITING):
        assert asked._waiting.acquire(blocking=False)
    asked._took = 2.6
    with pytest.raises(BusyError, match="wait already") as busy:
        asked.statistics(T0, END, Sieve())
    assert busy.value.after == 2.6 and busy.value.hint == "ask again in 3 s"
    app = create_app(ReadOnly(np.zeros(0, "u1")), archive=_Asked(asked))
    answer = ask(app, "GET", f"/api/statistics?begin={T0 // 10**6}&end={END // 10**6}")
    assert answer.status_code == 503 and answer.headers["retry-after"] == "3"
    assert answer.json() == {"error": f"{WAITING} questions about traffic wait already", "hint": "ask again in 3 s"}
    asked._waiting.release()
    first = asked.statistics(T0, END, Sieve())
    assert first["ships"] == 5 and asked.statistics(T0, END, Sieve())["by_hour"] is first["by_hour"], "remembered"
    for _ in range(WAITING):
        asked._waiting.acquire(blocking=False)
    assert asked.statistics(T0, END, Sieve())["ships"] == 5, "what is known already waits for nobody"
