"""How fast a sea of 3 days and 30 M reports answers, beside DuckDB's plain read_parquet on the same files.

    python bench/queries.py [rows a day] [--json FILE] [--keep FOLDER]

The rows go through the writer and compaction, as any others; medians of 9 or more warm runs through the public API.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dense_day import START, dense_day
from size import batches

import selat
from selat.model.clock import DAY, HOUR
from selat.store.writer import Store

RUNS = 15
BOX = (100.0, 3.0, 100.5, 3.5)


def build(path: Path, rows: int, days: int) -> None:
    with Store(path).writer(grace=0) as writer:
        for day in range(days):
            columns = dense_day(day, rows)
            began = time.perf_counter()
            for batch in batches(columns):
                writer.stage(batch)
                if writer.full:
                    writer.commit(wait=False)
            writer.commit()
            del columns, batch
            print(f"day {day + 1}: written in {time.perf_counter() - began:.1f} s", file=sys.stderr)
        began = time.perf_counter()
        writer.finish()
        print(f"compacted in {time.perf_counter() - began:.1f} s", file=sys.stderr)


def median_ms(ask) -> tuple[float, float, int]:
    """(median, best, rows) of warm runs."""
    rows = ask()
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        rows = ask()
        took.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(took), 1), round(min(took), 1), rows


def questions(sea, files):
    """Name -> (ours, DuckDB's) that give a number of rows."""
    ships = sea.sql("SELECT mmsi, count(*) AS n FROM reports GROUP BY ALL ORDER BY n DESC").arrow()
    mmsi = ships["mmsi"][ships.num_rows // 4].as_py()
    day = (START + DAY, START + 2 * DAY)
    hours = (START + DAY + 7 * HOUR, START + DAY + 9 * HOUR)
    plain = duckdb.connect()
    source = f"read_parquet({[str(f) for f in files]})"
    w, s, e, n = (round(v * 600_000) for v in BOX)
    seconds = [[t // 10**9 for t in pair] for pair in (day, hours)]

    def arrow(sql):
        return lambda: plain.sql(sql).to_arrow_table().num_rows

    of_ship = f"SELECT * FROM {source} WHERE mmsi = {mmsi} AND time_s >= {seconds[0][0]} AND time_s < {seconds[0][1]}"
    of_box = (
        f"SELECT * FROM {source} WHERE lon_ais BETWEEN {w} AND {e} AND lat_ais BETWEEN {s} AND {n}"
        f" AND time_s >= {seconds[1][0]} AND time_s < {seconds[1][1]}"
    )
    latest = f"SELECT mmsi, arg_max(lat_ais, time_s), arg_max(lon_ais, time_s) FROM {source} GROUP BY mmsi"
    return {
        "one ship, one day": (lambda: sea.reports.of(mmsi).between(*day).arrow().num_rows, arrow(of_ship)),
        "0.5 degree box, 2 h": (lambda: sea.reports.inside(BOX).between(*hours).arrow().num_rows, arrow(of_box)),
        "latest of all ships": (lambda: sea.ships.arrow().num_rows, arrow(latest)),
        "count in the box, 2 h": (
            lambda: sea.reports.inside(BOX).between(*hours).count(),
            lambda: plain.sql(f"SELECT count(*) FROM ({of_box})").fetchall()[0][0],
        ),
        "rows a ship by SQL": (
            lambda: sea.sql("SELECT mmsi, count(*) FROM reports GROUP BY mmsi").arrow().num_rows,
            arrow(f"SELECT mmsi, count(*) FROM {source} GROUP BY mmsi"),
        ),
    }


def measure(path: Path) -> dict[str, object]:
    out: dict[str, object] = {}
    with selat.open(path) as sea:
        files = [sea.layout.history / p.path for p in sea.view.parts if p.table == "reports"]
        out["rows"], out["files"] = sea.reports.count(), len(files)
        for name, (ours, plain) in questions(sea, files).items():
            before = os.getloadavg()[0]
            ms, best, rows = median_ms(ours)
            duck_ms, duck_best, duck_rows = median_ms(plain)
            assert rows == duck_rows, (name, rows, duck_rows)
            out[name] = {
                "rows": rows, "median_ms": ms, "best_ms": best,
                "duckdb_median_ms": duck_ms, "duckdb_best_ms": duck_best, "load": round(before, 2),
            }  # fmt: skip
    return out


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("rows", nargs="?", type=int, default=10_000_000)
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--keep", type=Path, help="folder of the sea; used again when it is there")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.keep or Path(folder, "sea")
        if not path.exists():
            build(path, given.rows, 3)
        result = measure(path)
    for name, value in result.items():
        print(f"{name}: {value}")
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
