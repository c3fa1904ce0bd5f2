"""The one loop: batch == live, whatever the cuts; files are read once; a sea equals what the decoder says."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

import selat
from selat.app.batch import read_files
from selat.app.pipeline import Pipeline
from selat.exercise.play import write_log
from selat.exercise.scene import Scene
from selat.model import clock
from selat.model.channel import Channel
from selat.model.errors import StoreError
from selat.store import outbox, registry
from selat.store.writer import Store

T0 = 1_700_000_000_000_000_000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "strait.nmea"
    write_log(path, 4, Scene(ships=60))
    return path


def read(sea: Path, *files: Path, rules: bool = False, again: bool = False) -> dict:
    store = Store(sea)
    with store.writer() as writer:
        outcome = read_files(Pipeline(writer, rules=rules), files, again=again)
        writer.finish()
    store.close()
    return outcome.as_dict()


def feed(sea: Path, data: bytes, cuts: list[int], commits: set[int]) -> list[str]:
    """The same bytes as a source that comes in pieces; commits at some of them."""
    alerts: set[str] = set()
    store = Store(sea)
    with store.writer() as writer:
        pipeline = Pipeline(writer, on_alerts=lambda found: alerts.update(a.id for a in found))
        intake = pipeline.source("feed", "nmea-log")
        for n, (a, b) in enumerate(pairwise(cuts)):
            pipeline.take(intake, data[a:b], T0)
            if n in commits:
                pipeline.commit()
        pipeline.end(intake, T0)
        writer.finish()
    store.close()
    return sorted(alerts)


def content(sea: Path) -> tuple[str, list[str]]:
    with selat.open(sea) as opened:
        return opened.content_hash(), sorted(opened.alerts.arrow()["id"].to_pylist())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_live_equals_batch_whatever_the_cuts(tmp_path: Path, log: Path, seed: int) -> None:
    data = log.read_bytes()
    rng = random.Random(seed)
    whole = feed(tmp_path / "whole", data, [0, len(data)], set())
    cuts = sorted({0, len(data), *(rng.randrange(len(data)) for _ in range(150))})
    pieces = feed(tmp_path / "pieces", data, cuts, {n for n in range(len(cuts)) if rng.random() < 0.1})
    assert whole == pieces
    assert whole, "the scene raises alerts"
    assert content(tmp_path / "whole") == content(tmp_path / "pieces")


def test_sea_holds_what_the_decoder_says(tmp_path: Path, log: Path) -> None:
    found = read(tmp_path / "sea", log)
    decoded = selat.decode(log)
    assert found["lines"] == decoded.lines == found["kept"] + found["duplicates"] + sum(found["rejected"].values())
    assert (found["kept"], found["duplicates"]) == (decoded.kept, decoded.duplicates)
    assert found["messages"] == {str(k): n for k, n in decoded.types.items()}
    with selat.open(tmp_path / "sea") as sea:
        want = decoded.reports.sort_by("seq").drop(["station"])
        got = sea.reports.arrow().sort_by("seq").drop(["station"])
        assert got.equals(want)
        assert sea.rejects.count() == sum(found["rejected"].values())
        stations = set(sea.sql("SELECT name FROM stations").arrow()["name"].to_pylist()) - {""}
        assert stations == set(decoded.stations) - {""}


def test_a_file_is_read_once(tmp_path: Path, log: Path) -> None:
    first = read(tmp_path / "sea", log)
    before = content(tmp_path / "sea")
    second = read(tmp_path / "sea", log)
    copy = tmp_path / "renamed.nmea"
    copy.write_bytes(log.read_bytes())
    third = read(tmp_path / "sea", copy)
    assert first["files"] == 1
    assert (second["files"], third["files"]) == (0, 0)
    assert content(tmp_path / "sea") == before
    again = read(tmp_path / "sea", log, again=True)
    assert again["lines"] == first["lines"]


def test_rules_run_over_a_log_find_the_staged_events(tmp_path: Path, log: Path) -> None:
    path = tmp_path / "ten.nmea"
    write_log(path, 10)
    read(tmp_path / "sea", path, rules=True)
    with selat.open(tmp_path / "sea") as sea:
        alerts = sea.alerts.arrow().to_pylist()
    assert {"distress", "collision"} <= {a["rule"] for a in alerts}
    assert all(a["sentence"].endswith(".") and a["evidence"] != "{}" for a in alerts)


class Cut(Exception):
    """The power went."""


def test_an_archive_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    table = tmp_path / "day.csv"
    minutes = [f"2023-01-01T{m // 60:02d}:{m % 60:02d}:{s:02d}" for m in range(1200) for s in (7, 37)]
    with table.open("w") as out:
        out.write("MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName\n")
        for k, when in enumerate(minutes):
            out.writelines(
                f"{366000000 + ship},{when},{29 + ship / 1000 + k / 1e5:.5f},{-90 + ship / 1000:.5f},12.{ship % 10},90,91,S{ship}\n"
                for ship in range(260)
            )

    def attempt(sea: Path, stop_after: int) -> dict:
        calls = 0

        def progress(*_: object) -> None:
            nonlocal calls
            calls += 1
            if calls == stop_after:
                raise Cut

        store = Store(sea)
        (sea / "selat.toml").write_text("[store]\nstage_rows = 1\n")  # every batch is committed
        try:
            with Store(sea).writer() as writer:
                found = read_files(Pipeline(writer, rules=False), [table], progress=progress).as_dict()
                writer.finish()
        finally:
            store.close()
        return found

    attempt(tmp_path / "whole", 0)
    with pytest.raises(Cut):
        attempt(tmp_path / "cut", 2)
    assert attempt(tmp_path / "cut", 0)["lines"] > 0
    assert content(tmp_path / "cut") == content(tmp_path / "whole")
    with selat.open(tmp_path / "cut") as sea:
        assert sea.reports.count() == len(minutes) * 260


def test_a_table_by_a_mapping(tmp_path: Path, shared: Path) -> None:
    mapping = tmp_path / "solent.toml"
    mapping.write_text(
        "[csv.columns]\ntime = 'Time'\nmmsi = 'MMSI'\nlat = 'Latitude_degrees'\nlon = 'Longitude_degrees'\n"
        "cog = {column = 'COG_degrees', unit = 'deg'}\nsog = {column = 'SOG_knots', unit = 'kn'}\n"
    )
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        table = shared / "csv" / "stonesoup_solent_20160112.csv"
        found = read_files(Pipeline(writer, rules=False), [table], mapping=mapping).as_dict()
    store.close()
    assert found["lines"] == 18_623 == found["kept"] + found["duplicates"] + sum(found["rejected"].values())
    assert found["kept"] > 18_000


def test_a_state_older_than_its_journal_is_an_error_with_a_way_out(tmp_path: Path, log: Path) -> None:
    read(tmp_path / "sea", log)
    fresh = Store(tmp_path / "fresh")
    fresh.close()
    for name in ("state.db", "state.db-wal", "state.db-shm"):
        (tmp_path / "sea" / name).unlink(missing_ok=True)
        if (tmp_path / "fresh" / name).exists():
            (tmp_path / "sea" / name).write_bytes((tmp_path / "fresh" / name).read_bytes())
    store = Store(tmp_path / "sea")
    with store.writer() as writer, pytest.raises(StoreError, match="does not know") as caught:
        Pipeline(writer)
    store.close()
    assert "copy" in caught.value.hint


def test_live_sources_wait_less_and_slow_stations_are_given_their_time(tmp_path: Path, log: Path) -> None:
    (tmp_path / "sea").mkdir()
    Store(tmp_path / "sea").close()
    (tmp_path / "sea" / "selat.toml").write_text('[watch]\nslower = ["EXPULAI: 20 s", "other: 3 s"]\n')
    data = log.read_bytes()
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        pipeline = Pipeline(writer)
        pipeline.take(pipeline.source("tcp://here", "nmea-live"), data, T0)
        assert pipeline.floor is not None
        assert pipeline.floor.patience.stations == {registry.station_id(writer.state, "EXPULAI"): 20_000_000_000}
        waits = [
            pipeline._allowance(pipeline.source(name, kind))
            for name, kind in (
                ("tcp://here", "nmea-live"),
                ("other", "nmea-live"),
                ("a.log", "nmea-log"),
                ("wss://x", "aisstream"),
            )
        ]
        assert waits == [1_000_000_000, 3_000_000_000, None, None]
        pipeline.commit()
        writer.finish()
    store.close()


def test_alerts_are_told_ahead_of_the_rows_and_once(tmp_path: Path) -> None:
    """They are in the sea and in the outbox before any commit; a crash then, and the journal makes nothing twice."""
    write_log(tmp_path / "ten.nmea", 10)
    sea, data = tmp_path / "sea", (tmp_path / "ten.nmea").read_bytes()
    count = []
    for cut in (len(data) // 2, len(data)):  # the second time from the journal, and on
        with Store(sea) as store, store.writer() as writer:
            writer.channels = (Channel("duty", "http://127.0.0.1:9/", priority="caution"),)
            assert writer.recovered.position == 0, "all is replayed"
            pipeline = Pipeline(writer)
            intake = pipeline.source("feed", "nmea-log")
            while intake.bytes < cut:
                pipeline.take(intake, data[intake.bytes : min(intake.bytes + 65536, cut)], 1)
                if pipeline.alerts_waiting:
                    pipeline.tell(wait=False)
                assert not pipeline.alerts_waiting
            writer.drain()
            assert store.state.parts()[1] == [] or count, "no rows yet"
            told = Counter((r["subject"], r["action"]) for r in store.state.rows("alert_log"))
            queued = outbox.due(store.state, clock.now(), most=10_000)
            count.append(len(told))
            assert told and max(told.values()) == 1
            assert len(queued) == len({(q.payload["id"], q.payload["action"]) for q in queued}) > 0
    assert count[1] > count[0]
