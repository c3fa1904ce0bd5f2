"""Plots from a table: mapping, rejects, any bytes and cuts; a file of plots through the whole loop into contacts."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import _radar_scenes as scenes

import selat
from selat.app.pipeline import Pipeline
from selat.app.session import Sea
from selat.cli import main
from selat.kernels import geodesy
from selat.model.columns import Columns, concat
from selat.model.errors import ConfigError, FormatError, Reason, UnitError
from selat.model.schema import PLOTS
from selat.model.targets import is_target
from selat.readers.csv_plots import PlotsReader, ReadPlots, mapped
from selat.store.writer import Store

POLAR = {
    "radar": "raffles", "lat": 1.25, "lon": 103.8, "time": "epoch ns", "sigma_range": "12.5 m", "sigma_azimuth": "0.12 deg",
    "columns": {"time": "t", "range": {"column": "Range (nm)", "unit": "nm"}, "azimuth": {"column": "az", "unit": "deg"},
                "scan": "turn", "doppler": {"column": "v", "unit": "kn"}},
}  # fmt: skip
LINES = b"t,Range (nm),az,turn,v\r\n1700000000000000000,2.5,359.5,7,10\n1700000000100000000,0.5,0.25,7,\n"


def every(reader: PlotsReader, data: bytes, cuts: list[int]) -> tuple[Columns, Columns, int, int]:
    edges = sorted({0, len(data), *(min(c, len(data)) for c in cuts)})
    batches = [reader.feed(data[a:b]) for a, b in pairwise(edges)] + [reader.flush()]
    plots, rejects = (
        concat([getattr(b, n) for b in batches], t) for n, t in (("plots", PLOTS), ("rejects", "rejects"))
    )
    return plots, rejects, sum(b.lines for b in batches), sum(b.kept for b in batches)


def test_units_and_columns() -> None:
    plots, rejects, lines, kept = every(PlotsReader(mapped({"plots": POLAR})), LINES, [])
    assert (lines, kept, rejects.rows) == (2, 2, 0)
    assert plots["range"].tolist() == [46300, 9260]
    assert plots["azimuth"].tolist() == [359_500_000, 250_000]
    assert plots["doppler"].tolist() == [51, -32768]
    assert plots["scan"].tolist() == [7, 7]
    assert plots["sigma_range"].tolist() == [125, 125]
    assert plots["sigma_azimuth"].tolist() == [120, 120]
    assert plots["time"].tolist() == [1_700_000_000_000_000_000, 1_700_000_000_100_000_000]


def test_places_become_range_and_azimuth_from_the_antenna() -> None:
    columns = {"time": "time", "lat": "lat", "lon": "lon"}
    reader = PlotsReader(mapped({"plots": {"lat": 1.25, "lon": 103.8, "sigma": "10 m", "columns": columns}}))
    plots, _, _, _ = every(reader, b"time,lat,lon\n2026-01-02T03:04:05.5+08:00,1.35,103.9\n", [])
    lat, lon = geodesy.destination(1.25, 103.8, plots["azimuth"] * 1e-6, plots["range"] * 0.1)
    assert geodesy.distance(lat, lon, 1.35, 103.9) < 0.1
    assert plots["sigma_range"][0] == 100
    assert plots["sigma_azimuth"][0] == pytest.approx(np.degrees(10 / (plots["range"][0] * 0.1)) * 1000, abs=0.6)
    assert plots["time"][0] == np.datetime64("2026-01-01T19:04:05.5", "ns").astype("i8")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", Reason.BLANK), (b"1,2", Reason.COLUMNS),
        (b"x,1,1,,", Reason.TIME), (b"1700000000000000000,one,1,,", Reason.NUMBER),
        (b"1700000000000000000,1,400,,", Reason.RANGE), (b"1700000000000000000,-1,4,,", Reason.RANGE),
        (b"\xff,1,1,,", Reason.ENCODING),
        (b"1700000000000000000,nan,1,,", Reason.NUMBER), (b"1" * 5000, Reason.TOO_LONG),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_a_reject(line: bytes, reason: Reason) -> None:
    data = LINES + line + b"\n" + b"1700000000200000000,1,1,8,\n"
    plots, rejects, lines, kept = every(PlotsReader(mapped({"plots": POLAR})), data, [])
    assert (lines, kept) == (4, 3)
    assert rejects["reason"].tolist() == [int(reason)]
    assert rejects["raw"][0] == line[:4096]
    assert data[int(rejects["offset"][0]) :].startswith(line)
    assert sorted([*plots["seq"].tolist(), *rejects["seq"].tolist()]) == [0, 1, 2, 3]


@given(
    st.lists(st.one_of(st.binary(max_size=40), st.just(LINES.split(b"\n")[1])), max_size=8),
    st.lists(st.integers(0, 400)),
)
def test_any_bytes_cut_anywhere(parts: list[bytes], cuts: list[int]) -> None:
    data = LINES + b"\n".join(parts)
    whole = every(PlotsReader(mapped({"plots": POLAR})), data, [])
    cut = every(PlotsReader(mapped({"plots": POLAR})), data, cuts)
    assert whole[2] == whole[3] + whole[1].rows
    for a, b in zip(whole[:2], cut[:2], strict=True):
        assert a.rows == b.rows
        assert all((a[n] == b[n]).all() for n in a)


def test_saved_in_the_middle_of_a_line() -> None:
    first = PlotsReader(mapped({"plots": POLAR}))
    first.feed(LINES[:40])
    other = PlotsReader(mapped({"plots": POLAR}))
    other.restore(first.state())
    assert other.feed(LINES[40:]).plots.rows == 2


def changed(**more: Any) -> dict[str, Any]:
    return {"plots": {k: v for k, v in {**POLAR, **more}.items() if v is not None}}


@pytest.mark.parametrize(
    ("config", "error"),
    [
        (changed(lat=None), ConfigError), (changed(lat=95), ConfigError), (changed(colums={}), ConfigError),
        (changed(time="local"), ConfigError),
        (changed(columns={"time": "t", "range": "r", "azimuth": "a"}), UnitError),
        (changed(columns={"time": "t"}), ConfigError),
        (changed(columns={"time": "t", "lat": "a", "lon": "o"}), ConfigError), (changed(sigma_range="0 m"), ConfigError),
        (changed(delimiter="ab"), ConfigError), (changed(sigma_azimuth="3 m"), UnitError),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused_with_a_hint(config: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        mapped(config)
    assert caught.value.hint  # type: ignore[attr-defined]


def test_a_header_without_the_column_names_the_nearest() -> None:
    with pytest.raises(FormatError) as caught:
        PlotsReader(mapped({"plots": POLAR})).feed(b"t,Rang (nm),az,turn,v\n")
    assert "rangnm" in caught.value.hint


# --- the whole loop ------------------------------------------------------------------------------------------------------
MAPPING = """
[plots]
radar = "raffles"
lat = 1.25
lon = 103.8
time = "epoch ns"
sigma_range = "10 m"
sigma_azimuth = "0.1 deg"

[plots.columns]
time = "time"
range = {column = "range", unit = "m"}
azimuth = {column = "azimuth", unit = "deg"}
scan = "scan"
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("plots")
    scene = scenes.draw(5, 6000, 6, True, 4, scans=80, die=0.0)
    lines, first = ["time,range,azimuth,scan"], 0
    for k in range(80):
        t = scene.table(k, first)
        first += t.rows
        lines += [
            f"{a},{b * 0.1:.1f},{c * 1e-6:.6f},{k}" for a, b, c in zip(t["time"], t["range"], t["azimuth"], strict=True)
        ]
    (folder / "plots.csv").write_text("\n".join([*lines, "not,a,plot,at all"]) + "\n")
    (folder / "plots.toml").write_text(MAPPING)
    return folder / "plots.csv", folder / "plots.toml"


def test_a_file_of_plots_becomes_five_contacts(files: tuple[Path, Path], tmp_path: Path, capsys: Any) -> None:
    """Six false plots a turn beside five boats for four minutes: five targets in the sea, where the boats are."""
    table, mapping = files
    sea = tmp_path / "sea"
    assert main(["read", str(table), "--sea", str(sea), "--mapping", str(mapping), "--alerts", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lines"] == found["kept"] + 1
    assert sum(found["rejected"].values()) == 1
    with selat.open(sea, create=False) as opened:
        rows = opened.reports.arrow().to_pydict()
        ships = opened.ships.arrow().to_pydict()
    assert is_target(np.array(rows["mmsi"])).all()
    assert set(rows["msg_type"]) == {0}
    assert len(set(rows["mmsi"])) == len(ships["mmsi"]) == 5
    assert len(rows["mmsi"]) == found["reports"] > 100
    assert all((b - a).total_seconds() >= 3.0 for m in set(rows["mmsi"]) for a, b in _steps(rows, m))


def _steps(rows: dict[str, list[Any]], mmsi: int) -> list[tuple[Any, Any]]:
    times = sorted(t for t, m in zip(rows["time"], rows["mmsi"], strict=True) if m == mmsi)
    return list(pairwise(times))


def test_a_restart_in_the_middle_gives_the_same_reports(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Half of the batches, commit, another pipeline on the same sea, the rest: as if it had never stopped."""
    table, _ = files
    reader = ReadPlots(mapped({"plots": {**POLAR, "columns": {"time": "time", "range": {"column": "range", "unit": "m"},
                               "azimuth": {"column": "azimuth", "unit": "deg"}, "scan": "scan"}}}))  # fmt: skip
    data = table.read_bytes().split(b"\n")
    head, body = data[0] + b"\n", data[1:-2]

    def sea(name: str, stops: list[int]) -> Any:
        source = PlotsReader(reader.mapping)
        source.feed(head)
        edges = [0, *stops, len(body)]
        for lo, hi in pairwise(edges):
            with Store(tmp_path / name) as store, store.writer() as writer:
                pipeline = Pipeline(writer, rules=False)
                intake = pipeline.source("plots", "archive:plots")
                intake.radars = reader.radars
                for at in range(lo, hi, 50):
                    pipeline.settle(intake, source.feed(b"\n".join([*body[at : min(at + 50, hi)], b""])), 0)
                if hi == len(body):
                    pipeline.end(intake, 0)
                else:
                    pipeline.commit()
        with selat.open(tmp_path / name, create=False) as opened:
            return opened.content_hash()

    assert sea("one", []) == sea("two", [230, 600])


def test_a_silent_radar_s_last_turn_is_judged_by_the_clock_and_marked_plots_stay_marked(tmp_path: Path) -> None:
    """Live: four turns of one boat, then nothing. What came through a source of a group goes under that source's station."""
    toml = tmp_path / "sea" / "selat.toml"
    with Store(tmp_path / "sea"):
        pass
    toml.write_text('[release.navy]\ngroups = ["navy"]\nsources = ["secret"]\n')
    begin = 1_700_000_000_000_000_000
    with Store(tmp_path / "sea") as store, store.writer() as writer:
        pipeline = Pipeline(writer)
        for name, azimuth in (("open", 90.0), ("secret", 270.0)):
            intake = pipeline.source(name, "archive:plots")
            intake.radars = ["", f"radar of {name}"]
            source = PlotsReader(mapped({"plots": {**POLAR, "radar": f"radar of {name}"}}))
            source.feed(LINES.split(b"\n")[0] + b"\n")
            for k in range(4):
                text = f"{begin + k * 3_000_000_000},1.0,{azimuth},{k},\n".encode()
                pipeline.settle(intake, source.feed(text), begin + k * 3_000_000_000)
        assert pipeline.floor is not None
        pipeline.idle(begin + 30_000_000_000)
        pipeline.idle(begin + 60_000_000_000)
        contacts = pipeline.floor.contacts
        assert contacts.n == 2
        assert is_target(contacts.mmsi[:2]).all()
        pipeline.commit()
        stations = {int(s) for s in contacts.station[:2]}
    assert len(stations) == 2
    for groups, seen in ((frozenset[str](), 1), (frozenset({"navy"}), 2)):
        with Sea(tmp_path / "sea", create=False, groups=groups) as sea:
            assert len(set(sea.reports.arrow().to_pydict()["mmsi"])) == seen
