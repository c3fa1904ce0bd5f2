"""How fast files become a sea, through the whole pipeline: journal, reading, sorting, Parquet, commit, compaction.

    python bench/read.py [--rows 3000000] [--runs 5] [--gb 0] [--log FILE] [--json FILE]

* a log: the AISHub sample repeated 12 times (``../shared/data``), sentences a second of wall time;
* NOAA and Danish tables beside Polars' plain CSV to Parquet conversion of the same file, turn about;
* with ``--gb N``: a log of N gigabytes, and the most memory that reading it took.

Each run, of Polars too, is a process of its own that did the head of the file before (a fresh sea, warm kernels). Polars
converts the file in three ways: with the types it infers and times left as texts; every column, times read, as selat
does; and nine columns only, which is less than selat reads. Medians, and the load average of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from _recordings import ROOT, recording

CACHE = Path(__file__).parent / ".cache"

#: reads a file twice into fresh seas and reports the second, so that loading kernels is not counted
CHILD = """
import json, resource, shutil, sys, time
from pathlib import Path
from selat.app.batch import read_files
from selat.app.pipeline import Pipeline
from selat.store.writer import Store
path, folder, warm = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
def go(file):
    shutil.rmtree(folder, ignore_errors=True)
    began = time.perf_counter()
    store = Store(folder)
    with store.writer() as writer:
        outcome = read_files(Pipeline(writer, rules=False), [file])
        read = time.perf_counter() - began
        writer.finish()
    store.close()
    return outcome.tally.lines, read, time.perf_counter() - began
if warm != "-":
    go(Path(warm))
lines, read, seconds = go(path)
size = sum(f.stat().st_size for f in folder.rglob("*.parquet"))
print(json.dumps({"lines": lines, "read": read, "seconds": seconds, "parquet": size,
                  "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


def child(path: Path, warm: Path | None) -> dict:
    """Read ``path`` into a sea in a process of its own."""
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, path, Path(folder) / "sea", warm or "-"],
            capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def log_file() -> Path | None:
    sample = recording("nmea/aishub_3min_2015.nmea")
    if sample is None:
        print("no log: its recording is not here", file=sys.stderr)
        return None
    path = CACHE / "aishub12.nmea"
    if not path.exists():
        path.write_bytes(sample.read_bytes() * 12)
    return path


def head(path: Path, lines: int) -> Path:
    """The first lines of a file, to warm up with."""
    out = path.with_name("warm-" + path.name)
    if not out.exists():
        with path.open("rb") as source:
            out.write_bytes(b"".join(source.readline() for _ in range(lines)))
    return out


#: A conversion of Polars' (see read_csv.run_polars) under the same terms as CHILD
PLAIN = """
import sys, time
from pathlib import Path
from read_csv import run_polars
kind, path, target, warm, what = sys.argv[1], *map(Path, sys.argv[2:5]), sys.argv[5]
run_polars(kind, warm, target, what)
target.unlink()
began = time.perf_counter()
run_polars(kind, path, target, what)
print(time.perf_counter() - began)
"""


def polars_plain(kind: str, path: Path, warm: Path, what: str) -> float:
    """Seconds of the conversion in a process of its own, which converted ``warm`` before."""
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        command = [sys.executable, "-c", PLAIN, kind, path, Path(folder) / "polars.parquet", warm, what]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    return float(done.stdout)


def table(kind: str, rows: int, runs: int) -> dict:
    import read_csv

    path = CACHE / f"{kind}-{rows}.csv"
    if not path.exists():
        {"dma": read_csv.make_dma, "noaa": read_csv.make_noaa}[kind](path, rows)
    warm = head(path, 500_000)  # as large as what two threads write
    ours: list[float] = []
    theirs: dict[str, list[float]] = {"inferred": [], "all": [], "nine": []}
    for _ in range(runs):
        ours.append(child(path, warm)["seconds"])
        for what, took in theirs.items():
            took.append(polars_plain(kind, path, warm, what))
    seconds = statistics.median(ours)
    found = {"rows": rows, "runs": runs, "selat_seconds": seconds, "selat_rows_per_s": rows / seconds}
    for what, took in theirs.items():
        found |= {
            f"polars_{what}_seconds": statistics.median(took),
            f"selat_over_polars_{what}": statistics.median(took) / seconds,
        }
    return found


def big(gigabytes: float) -> dict:
    from make_log import make

    path = CACHE / "big.nmea"
    size, lines, _ = make(path, int(gigabytes * 1e9))
    found = child(path, None)
    path.unlink()
    return {"bytes": size, "lines": lines, "read_lines": found["lines"], "seconds": found["seconds"],
            "sentences_per_s": lines / found["seconds"], "max_rss_mib": found["rss"] / 2**20}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--gb", type=float, default=0.0)
    parser.add_argument("--only", choices=["log", "tables", "big"], default="")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    found: dict = {"load_before": os.getloadavg()[0]}
    log = log_file() if args.only in ("", "log") else None
    if log is not None:
        runs = [child(log, head(log, 20_000)) for _ in range(args.runs)]
        seconds = statistics.median(r["seconds"] for r in runs)
        found["log"] = {"lines": runs[0]["lines"], "seconds": seconds, "sentences_per_s": runs[0]["lines"] / seconds,
                        "best_sentences_per_s": runs[0]["lines"] / min(r["seconds"] for r in runs)}  # fmt: skip
    if args.only in ("", "tables"):
        for kind in ("noaa", "dma"):
            found[kind] = table(kind, args.rows, args.runs)
    if args.gb and args.only in ("", "big"):
        found["big"] = big(args.gb)
    found["load_after"] = os.getloadavg()[0]
    print(json.dumps(found, indent=2))
    if args.json:
        args.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
