"""``selat.open``: asking by time, place and ship equals asking row by row; SQL gives the same; errors have hints."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import selat
from selat.model.arrow import arrow_schema, to_arrow
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.columns import Columns
from selat.model.errors import ConfigError, Reason
from selat.model.nouns import Zone
from selat.model.schema import NO_TIME
from selat.store import registry, scan
from selat.store.ships import ships_schema
from selat.store.writer import Store
from store_twin import SHIPS, T0, as_rows, in_order, keep, nothing, some_batch, some_reports, some_statics

pytestmark = pytest.mark.long

ROWS = 600


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """(sea, batch): rows of two commits, half of them compacted."""
    path = tmp_path_factory.mktemp("s") / "sea"
    rng = np.random.default_rng(42)
    first, second = some_batch(rng, ROWS), some_batch(rng, ROWS, 10 * ROWS)
    store = Store(path)
    with store.writer() as writer:
        for batch in (first, second):
            writer.stage(batch)
            writer.commit()
            if batch is first:
                writer.finish()
        station = registry.station_id(writer.state, "MY-Klang")
    assert station == 1
    with selat.open(path) as sea:
        sea.put(Zone("klang", ((100.0, 0.0), (103.0, 0.0), (101.0, 4.0))))
        yield sea, {n: [getattr(b, n) for b in (first, second)] for n in ("reports", "messages", "rejects")}


@pytest.fixture(params=["row groups", "sieve"])
def engine(request, monkeypatch):
    """Both ways to read a file: small ones by row groups, or all through DuckDB."""
    monkeypatch.setattr(scan, "SMALL", 10**9 if request.param == "row groups" else 0)
    monkeypatch.setattr(scan, "_FEW", 1 if request.param == "row groups" else 10**9)


def both(parts):
    return Columns(parts[0].table, {n: np.concatenate([p[n] for p in parts]) for n in parts[0]})


moments = st.one_of(
    st.none(),
    st.integers(-1, 87_000).map(lambda s: T0 + s * SECOND),
    st.sampled_from([T0, T0 + 1, T0 + 86_399 * SECOND + 999_999_999]),
)
zones = st.one_of(
    st.tuples(st.integers(97, 105), st.integers(-6, 6), st.integers(0, 5), st.integers(0, 5)).map(
        lambda b: Zone.box(b[0], b[1], b[0] + b[2], b[1] + b[3]) if b[2] and b[3] else Zone.box(98, -5, 104, 5)
    ),
    st.sampled_from(
        [
            Zone("klang", ((100.0, 0.0), (103.0, 0.0), (101.0, 4.0))),
            Zone("bow tie", ((98.0, -5.0), (104.0, 5.0), (104.0, -5.0), (98.0, 5.0))),
            Zone("notch", ((98.0, -5.0), (104.0, -5.0), (104.0, 5.0), (101.0, 0.0), (98.0, 5.0))),
        ]
    ),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moments,
    moments,
    st.one_of(st.none(), st.sets(st.sampled_from([*SHIPS.tolist(), 1]))),
    st.lists(zones, max_size=2),
    st.data(),
)
def test_any_question_equals_the_twin(asked, engine, begin, end, ships, where, data):
    sea, batches = asked
    steps = []
    if begin is not None or end is not None:
        steps.append(lambda q: q.between(begin, end))
    if ships is not None:
        steps.append(lambda q: q.of(*ships))
    for zone in where:
        steps.append(lambda q, z=zone: q.inside("klang" if z.name == "klang" else z))
    query = sea.reports
    for step in data.draw(st.permutations(steps)):
        query = step(query)
    everything = both(batches["reports"])
    expected = keep(everything, begin, end, ships, where)
    position = {n: i for i, n in enumerate(everything)}
    expected.sort(key=lambda r: (r[position["mmsi"]], r[position["time"]], r[position["seq"]]))
    stored = query.stored()
    assert as_rows(stored) == expected
    assert query.count() == len(expected)
    assert query.arrow().equals(to_arrow(stored))
    assert query.limit(3).count() == min(3, len(expected))
    some = query.columns("lon", "time").arrow()
    assert some.equals(to_arrow(stored).select(["lon", "time"]))
    assert sum(t.num_rows for t in query.batches()) == len(expected)


def test_tables_without_time_are_asked_by_received(asked):
    sea, batches = asked
    rejects = both(batches["rejects"])
    expected = sum(1 for r in rejects["received"] if r != NO_TIME)
    assert sea.rejects.between(T0, T0 + 1).count() == expected > 0
    assert sea.rejects.between(None, T0).count() == 0


def test_a_box_over_the_antimeridian_and_edges_included(tmp_path):
    x = np.array([1799999999, 1800000000, -1800000000, -1790000000, 1780000000, 0], dtype=np.int64)
    batch = nothing()
    batch.reports = Columns(
        "reports", {"time": np.full(6, T0), "seq": np.arange(6), "mmsi": np.full(6, 1), "lon": x, "lat": x * 0}
    )
    with Store(tmp_path / "sea").writer() as writer:
        writer.stage(batch)
        writer.commit()
    with selat.open(tmp_path / "sea") as sea:
        assert sea.reports.inside((179, 0, -179, 0)).stored()["seq"].tolist() == [0, 1, 2, 3]
        assert sea.reports.inside((0, 0, 178, 1)).stored()["seq"].tolist() == [4, 5]


def test_times_as_text_datetime_and_number_are_one(asked):
    sea, _ = asked
    moment = datetime(2026, 11, 18, 12, 0, 0, 250_000, tzinfo=UTC)
    ns = int(moment.timestamp() * 4) * SECOND // 4
    local = moment.astimezone(timezone(timedelta(hours=8)))
    counts = {sea.reports.between(t).where.begin for t in ("2026-11-18T12:00:00.25Z", moment, local, ns, np.int64(ns))}
    assert counts == {ns}
    with pytest.raises(ConfigError, match="no time zone"):
        sea.reports.between(datetime(2026, 11, 18))  # noqa: DTZ001


def test_sql_gives_what_the_table_gives(asked):
    sea, _ = asked
    for name in ("reports", "statics", "messages", "receptions"):
        order = "mmsi, time NULLS FIRST, seq" if name != "receptions" else "seq"
        given_table = getattr(sea, name).arrow()
        by_sql = sea.sql(f"SELECT * FROM {name} ORDER BY {order}").arrow()
        if name == "statics":  # bytes above 127 are kept; Arrow shows them as ?, SQL as Latin-1
            given_table, by_sql = (t.drop_columns(["name"]) for t in (given_table, by_sql))
        assert by_sql.schema.equals(given_table.schema, check_metadata=False)
        assert by_sql.equals(given_table), name
        for field in by_sql.schema:
            assert field.metadata == arrow_schema(name).field(field.name).metadata


def test_sql_views_for_people(asked):
    sea, batches = asked
    rejects = both(batches["rejects"])
    by_reason = sea.sql("SELECT reason, count(*) AS n FROM rejects GROUP BY ALL ORDER BY ALL").arrow().to_pylist()
    numbers, counts = np.unique(rejects["reason"], return_counts=True)
    assert {r["reason"]: r["n"] for r in by_reason} == {
        Reason(int(r)).label: int(n) for r, n in zip(numbers, counts, strict=True)
    }
    knots = sea.sql("SELECT DISTINCT sog_kn FROM reports_kn ORDER BY 1").arrow()["sog_kn"].to_pylist()
    assert knots == pytest.approx([0.0, 0.1, 102.3, None], abs=1e-5)
    assert sea.sql("SELECT name FROM stations WHERE id = 1").arrow()["name"].to_pylist() == ["MY-Klang"]
    assert sea.sql("SELECT * FROM ships ORDER BY mmsi").arrow().equals(sea.ships.arrow())
    one = sea.sql("SELECT max(time) AS time, ? AS n FROM reports", [7]).arrow()
    assert one.schema.field("time").type == pa.timestamp("ns", tz="UTC")
    latest = max(t for t in both(batches["reports"])["time"].tolist())
    assert one["time"].cast(pa.int64()).to_pylist() == [latest]
    assert sea.sql("SELECT now() AS t").arrow().schema.field("t").type == pa.timestamp("us", tz="UTC")


def test_endings(asked):
    sea, _ = asked
    query = sea.reports.of(int(SHIPS[0]))
    assert query.polars().height == query.count() == len(query.pandas())
    assert query.pandas()["lat"].isna().sum() == query.arrow()["lat"].null_count
    assert query.duckdb().aggregate("count(*)").fetchall() == [(query.count(),)]
    assert sea.sql("SELECT 1 AS one").polars()["one"].to_list() == [1]
    assert sea.ships.pandas()["mmsi"].is_unique


@pytest.mark.parametrize(
    "wrong",
    [
        lambda s: s.reports.columns("speed"),
        lambda s: s.reports.inside("nowhere"),
        lambda s: s.reports.inside((1, 2, 3)),
        lambda s: s.reports.inside((1, 5, 3, 4)),
        lambda s: s.statics.inside((1, 2, 3, 4)),
        lambda s: s.rejects.of(1),
        lambda s: s.reports.between("yesterday"),
        lambda s: s.reports.limit(-1),
        lambda s: s.sql("SELECT * FROM ships WHERE"),
        lambda s: s.sql("CREATE TABLE x (y INT)"),
        lambda s: s.sql("SELECT * FROM read_text('/etc/hostname')"),
        lambda s: s.sql("COPY (SELECT 1) TO '/tmp/selat-must-not-be-here.csv'"),
    ],
)
def test_a_wrong_question_is_refused_with_a_hint(asked, wrong):
    with pytest.raises(ConfigError) as caught:
        wrong(asked[0])
    assert caught.value.hint


# -- ships


def ship(tmp_path, *reports, statics=None):
    batch = nothing()
    names = ("time", "seq", "mmsi", "msg_type", "lat", "lon")
    values = np.array(reports, dtype=np.int64).reshape(-1, 6).T
    batch.reports = Columns("reports", dict(zip(names, values, strict=True)))
    if statics is not None:
        batch.statics = statics
    with Store(tmp_path / "sea").writer() as writer:
        for k in range(batch.reports.rows):
            piece = nothing()
            piece.reports = batch.reports.slice(k, k + 1)
            writer.stage(piece)
            writer.commit()
        piece = nothing()
        piece.statics = batch.statics
        writer.stage(piece)
        writer.commit()
    with selat.open(tmp_path / "sea") as sea:
        return sea.ships.arrow()


@pytest.mark.parametrize("late", [0, 1])
@pytest.mark.parametrize(("gap", "shown"), [(10 * MINUTE, 1), (16 * MINUTE, 27), (-1 * MINUTE, 1)])
def test_type_27_never_overrides_a_fresh_position(tmp_path, gap, shown, late):
    rows = [(T0, 1, 533000001, 1, 10, 10), (T0 + gap, 2, 533000001, 27, 20, 20)]
    table = ship(tmp_path, *(rows if late else rows[::-1]))
    assert table["msg_type"].to_pylist() == [shown]


def test_no_position_and_a_time_in_the_future_do_not_count(tmp_path):
    rows = [(T0, 1, 1, 1, 10, 10), (T0 + 5, 2, 1, 1, -(2**31), -(2**31))]
    assert ship(tmp_path, *rows)["seq"].to_pylist() == [1]
    batch = nothing()
    batch.reports = Columns(
        "reports",
        {"time": np.array([T0, T0 + 2 * HOUR]), "received": np.array([T0, T0]), "seq": np.array([1, 2]),
         "mmsi": np.array([7, 7]), "lat": np.array([1, 1]), "lon": np.array([1, 1])},
    )  # fmt: skip
    with Store(tmp_path / "b").writer() as writer:
        writer.stage(batch)
        writer.commit()
    with selat.open(tmp_path / "b") as sea:
        assert sea.ships.arrow()["seq"].to_pylist() == [1]


def test_declared_facts_come_from_the_newest_message_that_states_them(tmp_path):
    statics = Columns(
        "statics",
        {
            "time": np.array([T0, T0 + 1, T0 + 2, T0]),
            "seq": np.arange(4),
            "mmsi": np.array([5, 5, 5, 6]),
            "msg_type": np.array([24, 24, 24, 5]),
            "name": np.array([b"OLD", b"NEW", b"", b"OTHER"], dtype="S34"),
            "callsign": np.array([b"", b"", b"9MX", b""], dtype="S7"),
        },
    )
    table = ship(tmp_path, (T0, 9, 4, 1, 1, 1), statics=statics)
    assert table.schema.equals(ships_schema(), check_metadata=True)
    rows = {r["mmsi"]: r for r in table.to_pylist()}
    assert (rows[5]["name"], rows[5]["callsign"], rows[5]["lat"]) == ("NEW", "9MX", None)
    assert (rows[6]["name"], rows[6]["callsign"]) == ("OTHER", None)
    assert (rows[4]["name"], rows[4]["lat"]) == (None, pytest.approx(1e-7))


@settings(max_examples=8)
@given(st.integers(0, 2**32))
def test_ships_equal_the_twin(tmp_path_factory, seed):
    rng = np.random.default_rng(seed)
    batch = nothing()
    batch.reports, batch.statics = some_reports(rng, 60), some_statics(rng, 20)
    path = tmp_path_factory.mktemp("t") / "sea"
    with Store(path).writer() as writer:
        writer.stage(batch)
        writer.commit()
    rows = [dict(zip(batch.reports, r, strict=True)) for r in as_rows(batch.reports)]
    expected = {}
    for mmsi in {r["mmsi"] for r in rows}:
        best = {}
        for r in rows:
            future = NO_TIME not in (r["time"], r["received"]) and r["time"] > r["received"] + HOUR
            if r["mmsi"] == mmsi and r["lat"] != -(2**31) and r["lon"] != -(2**31) and not future:
                kind = r["msg_type"] == 27
                if kind not in best or (r["time"], r["seq"]) > (best[kind]["time"], best[kind]["seq"]):
                    best[kind] = r
        if True in best and (False not in best or best[True]["time"] > best[False]["time"] + 15 * MINUTE):
            expected[mmsi] = best[True]["seq"]
        elif best:
            expected[mmsi] = best[False]["seq"]
    with selat.open(path) as sea:
        found = {r["mmsi"]: r["seq"] for r in sea.ships.arrow().to_pylist() if r["seq"] is not None}
    assert found == expected


def test_order_is_that_of_the_table(asked):
    sea, batches = asked
    assert as_rows(sea.messages.stored()) == in_order(both(batches["messages"]))
