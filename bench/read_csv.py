"""CSV archives to columns, side by side: selat's reader alone, Polars' and DuckDB's plain conversion to Parquet.

    python bench/read_csv.py [--rows 5000000] [--runs 5] [--out results.json]

Makes a Danish-style table (26 columns, about 167 bytes a row, 71 % exact repeats within the second) and a NOAA-style
one with a seeded generator into ``bench/.cache``. The runs of the tools alternate, so that a busy machine hurts all
alike; medians and the load average are given. "selat+parquet" hands the batches to a thread that writes all the
report columns as the store does it in kind: sorted by (mmsi, time, seq), DELTA_BINARY_PACKED, zstd.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import resource
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
CACHE = Path(__file__).parent / ".cache"

DMA_HEADER = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,"
    "Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,"
    "A,B,C,D\n"
)
NOAA_HEADER = (
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,"
    "TransceiverClass\n"
)
STATUS = ["Under way using engine"] * 6 + ["Moored", "At anchor", "Engaged in fishing", "Restricted maneuverability"]
KINDS = ["Cargo", "Tanker", "Passenger", "Fishing", "Sailing", "Tug", "Pleasure", "Dredging", "Pilot", "Other"]


def _fleet(rng: random.Random, n: int) -> list[dict]:
    ships = []
    for _ in range(n):
        length, width = rng.randint(12, 380), rng.randint(4, 60)
        a, c = rng.randint(1, length - 1), rng.randint(1, width - 1)
        ships.append(
            {
                "mmsi": rng.randint(200_000_000, 775_999_999), "lat": rng.uniform(54, 58), "lon": rng.uniform(7, 13),
                "cls": "Class B" if rng.random() < 0.2 else "Class A", "status": rng.choice(STATUS),
                "sog": rng.uniform(0, 18), "cog": rng.uniform(0, 359), "imo": rng.randint(9_000_000, 9_999_999),
                "call": "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=5)),
                "name": " ".join("".join(rng.choices("AEIOURSTLNMK", k=rng.randint(4, 8))) for _ in range(2)),
                "kind": rng.choice(KINDS), "length": length, "width": width, "draught": rng.uniform(1, 15),
                "dest": "".join(rng.choices("AEIOURSTLNMK", k=rng.randint(4, 12))),
                "dims": f"{a},{length - a},{c},{width - c}", "eta": f"{rng.randint(1, 28):02d}/03/2024 12:00:00",
            }
        )  # fmt: skip
    return ships


def _move(ship: dict, rng: random.Random) -> None:
    ship["lat"] += rng.uniform(-1e-3, 1e-3)
    ship["lon"] += rng.uniform(-1e-3, 1e-3)
    ship["sog"] = min(max(ship["sog"] + rng.uniform(-0.3, 0.3), 0), 25)
    ship["cog"] = (ship["cog"] + rng.uniform(-3, 3)) % 359.9


def make_dma(path: Path, rows: int) -> None:
    """Rows of about 200 a second; each is heard by 1 to 21 stations, 3.4 on average."""
    rng = random.Random(20240229)
    ships = _fleet(rng, 3000)
    left, second = rows, 0
    with path.open("w", newline="") as out:
        out.write(DMA_HEADER)
        while left > 0:
            stamp = f"29/02/2024 {second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            lines = []
            for _ in range(60):
                s = rng.choice(ships)
                _move(s, rng)
                b = s["cls"] == "Class B"
                status = "Unknown value" if b else s["status"]
                rot = "" if b else f"{rng.choice((0, 0, 0, 1.2, -3.5)):.1f}"
                if rng.random() < 0.25:
                    rest = "Unknown,,,Undefined,,,,Undefined,,,,AIS,,,,"
                else:
                    rest = (
                        f"{s['imo']},{s['call']},{s['name']},{s['kind']},,{s['width']},{s['length']},GPS,"
                        f"{s['draught']:.1f},{s['dest']},{s['eta']},AIS,{s['dims']}"
                    )
                line = (
                    f"{stamp},{s['cls']},{s['mmsi']},{s['lat']:.6f},{s['lon']:.6f},{status},{rot},{s['sog']:.1f},"
                    f"{s['cog']:.1f},{int(s['cog'])},{rest}\n"
                )
                lines += [line] * min(21, 1 + int(rng.expovariate(1 / 2.9)))
            rng.shuffle(lines)
            out.writelines(lines[:left])
            left -= len(lines)
            second = (second + 1) % 86_400


def make_noaa(path: Path, rows: int) -> None:
    """Rows a minute apart for each ship, none repeated."""
    rng = random.Random(20230111)
    ships = _fleet(rng, 12_000)
    with path.open("w", newline="") as out:
        out.write(NOAA_HEADER)
        for i in range(rows):
            s = ships[i % len(ships)]
            _move(s, rng)
            t = i // 200
            kind = 60 + i % len(ships) % 30
            imo = f"IMO{s['imo']}" if kind > 69 else ""
            out.write(
                f"{s['mmsi']},2023-01-11T{t // 3600 % 24:02d}:{t // 60 % 60:02d}:{t % 60:02d},{s['lat']:.5f},"
                f"{-s['lon']:.5f},{s['sog']:.1f},{s['cog']:.1f},{int(s['cog'])}.0,{s['name']},{imo},{s['call']},{kind},"
                f"0.0,{s['length']}.0,{s['width']}.0,{s['draught']:.1f},{kind}.0,{s['cls'][-1]}\n"
            )


def run_selat(kind: str, path: Path, _: Path) -> int:
    from selat.readers import csv_dma, csv_noaa

    return sum(b.lines for b in (csv_dma if kind == "dma" else csv_noaa).read(path))


def run_selat_parquet(kind: str, path: Path, target: Path) -> int:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from selat.readers import csv_dma, csv_noaa

    work: queue.Queue = queue.Queue(maxsize=3)

    def write() -> None:
        writer = None
        while (b := work.get()) is not None:
            r = b.reports
            if not r.rows:
                continue
            order = np.lexsort((r["time"], r["mmsi"]))
            table = pa.table({k: r[k][order] for k in r})
            if writer is None:
                codings = dict.fromkeys(("time", "received", "seq", "mmsi", "lat", "lon"), "DELTA_BINARY_PACKED")
                writer = pq.ParquetWriter(
                    target, table.schema, compression="zstd", use_dictionary=False, column_encoding=codings
                )
            writer.write_table(table)
        if writer is not None:
            writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    lines = 0
    for b in (csv_dma if kind == "dma" else csv_noaa).read(path):
        lines += b.lines
        work.put(b)
    work.put(None)
    thread.join()
    return lines


def run_polars(kind: str, path: Path, target: Path, what: str = "nine") -> int:
    """``nine`` columns of the table, or ``all``: numbers and times cast, texts kept; ``inferred``: as Polars guesses them."""
    import polars as pl

    if what == "inferred":
        pl.scan_csv(path, infer_schema_length=10_000, ignore_errors=True).sink_parquet(target, compression="zstd")
        return -1
    if kind == "dma":
        time_, lat, lon, mmsi, how = "# Timestamp", "Latitude", "Longitude", "MMSI", "%d/%m/%Y %H:%M:%S"
    else:
        time_, lat, lon, mmsi, how = "BaseDateTime", "LAT", "LON", "MMSI", "%Y-%m-%dT%H:%M:%S"
    text = ["Type of mobile", "Navigational status"] if kind == "dma" else ["TransceiverClass", "Status"]
    scan = pl.scan_csv(path, infer_schema=False).select(
        pl.col(time_).str.to_datetime(how, time_unit="ms").alias("time"),
        pl.col(mmsi).cast(pl.Int32),
        pl.col(lat, lon).cast(pl.Float64),
        pl.col("SOG", "COG", "Heading").cast(pl.Float32, strict=False),
        *(_others(kind) if what == "all" else text),
    )
    scan.sink_parquet(target, compression="zstd")
    return -1


def _others(kind: str) -> list:
    import polars as pl

    header = (DMA_HEADER if kind == "dma" else NOAA_HEADER).strip().split(",")
    done = {"# Timestamp", "BaseDateTime", "Latitude", "LAT", "Longitude", "LON", "MMSI", "SOG", "COG", "Heading"}
    numbers = {"ROT", "IMO", "Width", "Length", "Draught", "A", "B", "C", "D", "VesselType", "Status", "Draft", "Cargo"}
    if kind == "noaa":
        numbers.discard("IMO")  # "IMO" stands before the number
    else:
        numbers -= {"Status", "Cargo"}
    return [pl.col(n).cast(pl.Float32, strict=False) if n in numbers else pl.col(n) for n in header if n not in done]


def run_duckdb(kind: str, path: Path, target: Path) -> int:
    import duckdb

    con = duckdb.connect()
    con.execute("SET threads=2")
    if kind == "dma":
        what = (
            "strptime(\"# Timestamp\",'%d/%m/%Y %H:%M:%S') t, MMSI::INT m, Latitude::DOUBLE a, Longitude::DOUBLE o,"
            'TRY_CAST(SOG AS FLOAT) s, TRY_CAST(COG AS FLOAT) c, TRY_CAST(Heading AS FLOAT) h, "Type of mobile",'
            '"Navigational status"'
        )
    else:
        what = (
            "BaseDateTime::TIMESTAMP t, MMSI::INT m, LAT::DOUBLE a, LON::DOUBLE o, TRY_CAST(SOG AS FLOAT) s,"
            "TRY_CAST(COG AS FLOAT) c, TRY_CAST(Heading AS FLOAT) h, TransceiverClass, Status"
        )
    con.execute(
        f"COPY (SELECT {what} FROM read_csv('{path}', all_varchar=true, header=true)) TO '{target}' "
        "(FORMAT parquet, COMPRESSION zstd)"
    ).fetchall()
    con.close()
    return -1


TOOLS = {
    "selat": run_selat,
    "selat+parquet": run_selat_parquet,
    "polars": run_polars,
    "duckdb": run_duckdb,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="names of tools, with commas")
    parser.add_argument("--kinds", default="dma,noaa")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    result: dict = {"rows": args.rows, "cores": os.cpu_count(), "load_before": os.getloadavg(), "tables": {}}
    tools = {k: v for k, v in TOOLS.items() if not args.only or k in args.only.split(",")}
    for kind in args.kinds.split(","):
        path = CACHE / f"{kind}-{args.rows}.csv"
        if not path.exists():
            part = path.with_suffix(".part")
            (make_dma if kind == "dma" else make_noaa)(part, args.rows)
            part.rename(path)
        small = CACHE / f"{kind}-1000.csv"
        if not small.exists():
            (make_dma if kind == "dma" else make_noaa)(small, 1000)
        run_selat(kind, small, small)  # compile
        walls: dict[str, list[float]] = {k: [] for k in tools}
        cpus: dict[str, list[float]] = {k: [] for k in tools}
        for _ in range(args.runs):
            for name, run in tools.items():
                target = CACHE / f"{kind}-{name}.parquet"
                cpu, start = time.process_time(), time.perf_counter()
                run(kind, path, target)
                walls[name].append(time.perf_counter() - start)
                cpus[name].append(time.process_time() - cpu)
        size = path.stat().st_size
        result["tables"][kind] = {
            "bytes_per_row": round(size / args.rows, 1),
            "tools": {
                k: {
                    "wall_s": round(statistics.median(v), 3),
                    "wall_min_s": round(min(v), 3),
                    "cpu_s": round(statistics.median(cpus[k]), 3),
                    "rows_per_s": round(args.rows / statistics.median(v)),
                    "mb_per_s": round(size / 1e6 / statistics.median(v)),
                }
                for k, v in walls.items()
            },
        }
    result["load_after"] = os.getloadavg()
    result["peak_rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    text = json.dumps(result, indent=1)
    print(text)
    if args.out:
        args.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
