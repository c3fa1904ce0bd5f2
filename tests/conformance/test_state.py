"""One contract for the state, held by SQLite and by PostgreSQL."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent))
from postgres import cluster

import selat
from selat.model.columns import Columns
from selat.model.errors import StoreError
from selat.model.nouns import Alert, Asset, Zone
from selat.model.schema import ALERTS, NO_TIME, OUTAGES
from selat.store import alertbook, registry, tables
from selat.store.engine import connect, sqlite_url, writing
from selat.store.history import Part
from selat.store.state import Checkpoint, Commit, State
from selat.store.writer import Store
from store_twin import some_batch


@pytest.fixture(scope="session")
def postgres_url():
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "state.db")
    address = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return address


@pytest.fixture
def state(url):
    state = State(url, create=True)
    yield state
    state.close()


def part(path, table="reports", block=0, **more):
    return Part(path, table, block, 0, 10, 100, "ab", **more)


def alert(last=200, state="active", **more):
    values = {
        "rule": "dark",
        "version": "1",
        "priority": "alarm",
        "subjects": (1, 2),
        "time": 100,
        "lat": 1.5,
        "lon": 101.0,
    }
    return Alert(**{**values, "last": last, "state": state, "sentence": "silent", **more})


def test_a_new_state_is_empty_and_can_be_opened_again(url, state):
    assert (state.generation(), state.progress(), state.parts(), state.checkpoints()) == (0, (0, 0), (0, []), {})
    State(url, create=True).close()
    again = State(url)
    assert again.counters() == {} and again.snapshot("x") is None
    again.close()


def test_a_commit_is_there_as_one(state):
    change = Commit(
        parts=[part("a", min_time=-5, max_lat=2**31 - 1, min_seq=2**62)],
        checkpoints=[Checkpoint(1, 2**40, 7, b"\x00\xff")],
        counters={1: {"lines": 3, "reason.noise": 1, "type.5": 0}},
        outages=[{"source": "tcp", "began": 2**62, "reason": "lost"}],
        alerts=[alert()],
        snapshots={"latest": bytes(range(256)) * 1000},
        position=2**40,
        next_seq=7,
    )
    assert state.commit(change) == 1
    assert state.progress() == (2**40, 7)
    generation, (found,) = state.parts()
    assert generation == 1 and found.generation == 1
    assert (found.min_time, found.max_time, found.max_lat, found.min_seq) == (-5, None, 2**31 - 1, 2**62)
    assert state.checkpoints() == {1: Checkpoint(1, 2**40, 7, b"\x00\xff")}
    assert state.counters() == {1: {"lines": 3, "reason.noise": 1}}
    assert state.snapshot("latest") == bytes(range(256)) * 1000
    assert [r["source"] for r in state.rows("outages")] == ["tcp"]
    assert state.now(["latest"])[2]["latest"] == state.snapshot("latest")


def test_a_commit_that_fails_leaves_nothing(state):
    state.commit(Commit(parts=[part("a")], counters={1: {"lines": 1}}, position=5))
    bad = Commit(
        parts=[part("b"), part("a")],  # twice the same path
        checkpoints=[Checkpoint(1, 9, 9, b"x")],
        counters={1: {"lines": 1}},
        alerts=[alert()],
        snapshots={"latest": b"new"},
        position=9,
    )
    with pytest.raises(sa.exc.IntegrityError):
        state.commit(bad)
    with pytest.raises(StoreError, match="not in the manifest"):
        state.commit(Commit(parts=[part("c")], removed=["absent"], alerts=[alert()]))
    assert (state.generation(), state.progress()) == (1, (5, 0))
    assert [p.path for p in state.parts()[1]] == ["a"]
    assert state.checkpoints() == {} and state.snapshot("latest") is None
    assert state.counters() == {1: {"lines": 1}} and state.rows("alerts") == [] and state.rows("alert_log") == []


def test_generations_stay_readable_until_files_are_forgotten(state):
    state.commit(Commit(parts=[part("a"), part("b")]))
    state.commit(Commit(parts=[part("ab")], removed=["a", "b"]))
    assert [p.path for p in state.parts(1)[1]] == ["a", "b"]
    assert [p.path for p in state.parts(2)[1]] == ["ab"] == [p.path for p in state.parts()[1]]
    assert [(p, g) for p, g, _ in state.removed()] == [("a", 2), ("b", 2)]
    with pytest.raises(StoreError):
        state.commit(Commit(removed=["a"]))
    state.forget(["a", "b", "ab"])
    assert state.removed() == [] and [p.path for p in state.parts()[1]] == ["ab"]


def test_counters_add_and_checkpoints_replace(state):
    for n in (1, 2):
        state.commit(Commit(counters={1: {"lines": n}, 2: {"lines": 5}}, checkpoints=[Checkpoint(1, n, n, b"%d" % n)]))
    assert state.counters() == {1: {"lines": 3}, 2: {"lines": 10}}
    assert state.checkpoints()[1].state == b"2"


def test_alerts_are_idempotent_and_keep_what_people_did(state):
    def stored():
        return alertbook.alert_columns(state)

    state.commit(Commit(alerts=[alert(200), alert(300)]))
    state.commit(Commit(alerts=[alert(200), alert(300)]))  # a replay
    assert (stored().rows, stored()["last"].tolist(), stored()["state"].tolist()) == (1, [300], ["active"])
    assert [r["action"] for r in state.rows("alert_log")] == ["raised"]
    done = alertbook.act(state, alert().id, "acknowledged", "Siti", "boat sent")
    assert done.state == "acknowledged" and done.subjects == (1, 2)
    state.commit(Commit(alerts=[alert(400)]))
    assert (stored()["state"].tolist(), stored()["last"].tolist()) == (["acknowledged"], [400])
    state.commit(Commit(alerts=[alert(500, "rectified")]))
    assert stored()["state"].tolist() == ["cleared"]
    state.commit(Commit(alerts=[alert(300)]))
    assert stored()["state"].tolist() == ["cleared"]
    log = state.rows("alert_log")
    assert [(r["action"], r["who"]) for r in log] == [
        ("raised", "selat"),
        ("acknowledged", "Siti"),
        ("cleared", "selat"),
    ]
    assert log[1]["note"] == "boat sent" and log[1]["subject"] == alert().id
    row = state.rows("alerts")[0]
    assert alertbook.alert_of(row).parameters == {} and alertbook.alert_of(row).lat == 1.5


def test_an_alert_without_a_place_comes_back(state):
    """NaN is NULL in SQL."""
    nowhere = replace(alert(), lat=float("nan"), lon=float("nan"))
    state.commit(Commit(alerts=[nowhere]))
    (found,) = alertbook.alerts(state)
    assert found.id == nowhere.id and np.isnan([found.lat, found.lon]).all()


def test_acting_on_what_is_not_there(state):
    state.commit(Commit(alerts=[alert()]))
    for arguments, text in [
        (("absent", "cleared", "x"), "no alert"),
        ((alert().id, "done", "x"), "no alert state"),
        ((alert().id, "cleared", " "), "nobody"),
    ]:
        with pytest.raises(StoreError, match=text):
            alertbook.act(state, *arguments)


def test_a_changed_log_is_seen(state):
    for n in range(4):
        registry.record(state, "Ali", "login", f"console {n}", "ü")
    state.commit(Commit(alerts=[alert()]))
    assert registry.broken_logs(state) == {}
    for change in (
        sa.update(tables.audit).where(tables.audit.c.n == 2).values(who="Abu"),
        sa.delete(tables.audit).where(tables.audit.c.n == 1),
    ):
        with writing(state.engine) as connection:
            connection.execute(change)
        assert registry.broken_logs(state) == {"audit": 2 if change.is_update else 1}


def test_names_get_numbers(state):
    assert [registry.source_id(state, n) for n in ("a", "b", "a")] == [1, 2, 1]
    assert [registry.station_id(state, n) for n in ("", "x", "y", "x")] == [0, 1, 2, 1]
    assert registry.station_names(state) == ["", "x", "y"]
    registry.source_id(state, "file.csv", "noaa", "sha:1")
    assert registry.find_source(state, "sha:1")["name"] == "file.csv"
    assert registry.find_source(state, "") is None
    state.commit(Commit(finished={3: True}))
    assert registry.find_source(state, "sha:1")["done"] is True


def test_zones_and_assets_come_back_and_are_audited(state):
    zone = Zone("klang", ((100.0, 0.1), (103.0, 0.0), (101.0, 4.0)), "chart MAL 5305")
    registry.put_zone(state, zone, "Ali")
    registry.put_zone(state, Zone("klang", zone.ring, "newer"))
    boat = Asset("RB-1", "boat", 3.0, 101.3, speed=18.0, endurance=14400.0, grant="OSA-2023")
    registry.put_asset(state, boat)
    assert registry.zones(state) == {"klang": Zone("klang", zone.ring, "newer")}
    assert registry.assets(state) == {"RB-1": boat}
    assert [(r["who"], r["subject"]) for r in state.rows("audit")] == [
        ("Ali", "zone:klang"), ("selat", "zone:klang"), ("selat", "asset:RB-1"),
    ]  # fmt: skip


def test_outages_as_columns(state):
    texts = np.array(["tcp"], dtype=object)
    columns = Columns("outages", {"source": texts, "began": np.array([5]), "ended": np.array([NO_TIME])})
    state.commit(Commit(outages=columns))
    back = alertbook.rows_to_columns("outages", state.rows("outages"))
    assert back["ended"].tolist() == [NO_TIME] and back["source"].tolist() == ["tcp"]


def test_sql_columns_are_those_of_the_schema():
    assert [c.name for c in tables.alerts.columns] == list(ALERTS.names)
    assert [c.name for c in tables.outages.columns] == list(OUTAGES.names)


def test_many_threads_count_right(state):
    def work():
        for _ in range(10):
            state.commit(Commit(counters={1: {"lines": 1}}))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert state.counters() == {1: {"lines": 40}} and state.generation() == 40


def test_a_whole_sea_on_this_state(url, state, tmp_path):
    folder = tmp_path / "sea"
    folder.mkdir()
    (folder / "selat.toml").write_text(f'[store]\nstate = "{url}"\n')
    batch = some_batch(np.random.default_rng(2), 50)
    with Store(folder) as store, store.writer() as writer:
        writer.stage(batch)
        writer.commit()
        writer.finish()
    with selat.open(folder) as sea:
        assert sea.reports.count() == 50
        assert sea.ships.count() > 0
        assert sea.sql("SELECT count(*) AS n FROM reports").arrow()["n"].to_pylist() == [50]
    assert not (folder / "state.db").exists() or url.startswith("sqlite")


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("mysql+pymysql://x/y", "no driver|cannot hold"),
        ("postgresql+psycopg://selat@/none?host=/nowhere-selat", "cannot be opened"),
        ("nonsense", "cannot be opened"),
    ],
)
def test_addresses_that_lead_nowhere(address, text):
    with pytest.raises(StoreError, match=text) as caught:
        State(address)
    assert caught.value.hint


def test_an_older_state_gets_the_columns_that_it_lacks(state):
    with writing(state.engine) as connection:
        for column in ("confidence", "detail", "lead"):
            connection.execute(sa.text(f"ALTER TABLE alerts DROP COLUMN {column}"))
        connection.execute(sa.text("UPDATE meta SET value = '1' WHERE key = 'schema_version'"))
    url = state.engine.url.render_as_string(hide_password=False)
    with pytest.raises(StoreError, match="version 1") as told:
        connect(url, create=False)
    assert "for writing" in told.value.hint
    engine = connect(url, create=True)
    names = {c["name"] for c in sa.inspect(engine).get_columns("alerts")}
    engine.dispose()
    assert names == set(ALERTS.names)
