"""How fast the stored sea answers the page: 30 M reports of 30 days and 5,000 named ships.

    python bench/archive.py [reports a day] [--days N] [--keep FOLDER] [--json FILE]
    python bench/archive.py 35000000 --days 1      a day of 5,000 ships that send every 10 to 15 s

Goals: search < 100 ms, dossier < 300 ms, any instant of the 30 days < 1 s (the packed reports that the page asks for
when it is taken there: half an hour, one a ship in 20 s). Each question is asked of other ships or instants, so that
nothing is answered from what was remembered; the first question of all is told apart. Maps and gates of the whole
period are timed too, as is the report of a day.
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

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dense_day import START, dense_day
from size import batches

from selat.app.archive import SeaArchive
from selat.model.clock import DAY, HOUR, MINUTE, SECOND
from selat.model.columns import Columns, blank, empty
from selat.model.nouns import Zone
from selat.model.ports import Batch
from selat.model.schema import STATICS
from selat.model.sieve import Sieve
from selat.store import registry
from selat.store.memory import give_back, spare
from selat.store.writer import Store

SHIPS = 5_000
GROUPS = 10  #: of ships, each heard every tenth day: as many numbers as a strait has in a month
NAMES = ("BUNGA", "OCEAN", "STAR", "PACIFIC", "SELAT", "GOLDEN", "EVER", "MSC", "NORD", "MARU")


def statics(mmsi: np.ndarray, day: int, seq: int) -> Columns:
    """Two declarations a day of each ship."""
    ships = np.repeat(np.unique(mmsi), 2)
    n = len(ships)
    data = {c.name: blank(c.stored, c.null, n) for c in STATICS.columns}
    data["mmsi"] = ships.astype(np.int32)
    data["time"] = START + day * DAY + np.tile([6 * HOUR, 18 * HOUR], n // 2)
    data["received"] = data["time"].copy()
    data["seq"] = np.arange(seq, seq + n)
    data["msg_type"][:] = 5
    data["name"] = np.array([f"{NAMES[m % 10]} {m % 100_000}".encode() for m in ships.tolist()], data["name"].dtype)
    data["callsign"] = np.array([f"9V{m % 10_000}".encode() for m in ships.tolist()], data["callsign"].dtype)
    data["imo"] = (9_000_000 + ships % 900_000).astype(np.uint32)
    data["ship_type"][:] = 70 + ships % 20
    data["to_bow"][:], data["to_stern"][:] = 100 + ships % 100, 20
    return Columns("statics", data, n)


def build(path: Path, rows: int, days: int) -> None:
    seq = 0
    with Store(path).writer(grace=0) as writer:
        for day in range(days):
            columns = dense_day(day, rows)
            data = dict(columns)
            data["mmsi"] = (columns["mmsi"] + (day % GROUPS) * 1_000).astype(np.int32)
            data["seq"] = columns["seq"] - int(columns["seq"].min()) + seq
            columns = Columns("reports", data, columns.rows)
            seq += columns.rows
            said = statics(columns["mmsi"], day, seq)
            seq += said.rows
            others = {name: empty(name) for name in ("reports", "messages", "receptions", "rejects")}
            for batch in batches(columns):
                writer.stage(batch)
                if writer.full:
                    writer.commit(wait=False)
            writer.stage(Batch(statics=said, **others, lines=said.rows, kept=said.rows))
            writer.commit()
        writer.finish()


def memory(what: str) -> float:
    """``VmRSS`` or ``VmHWM`` of this process, MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) * 1024 / 1e6


def timed(asked, questions) -> dict[str, float | int]:
    """Median and worst of one answer to each question, ms of the wall and of all cores; the first apart.

    ``more_mb``: what the answers took at most, beyond what was held before.
    """
    took, cpu = [], []
    give_back()
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    before = memory("VmRSS")
    for question in questions:
        began, busy = time.perf_counter(), time.process_time()
        asked(*question)
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
    rest = took[1:] or took
    return {
        "first_ms": round(took[0], 1), "median_ms": round(statistics.median(rest), 1), "worst_ms": round(max(rest), 1),
        "median_cpu_ms": round(statistics.median(cpu[1:] or cpu), 1), "asked": len(took), "load": round(os.getloadavg()[0], 2),
        "more_mb": round(memory("VmHWM") - before),
    }  # fmt: skip


def measure(path: Path) -> dict[str, object]:
    rng = np.random.default_rng(1)
    archive = SeaArchive(path)
    span = archive.span()
    assert span is not None
    ships = np.unique(archive.sea.statics.columns("mmsi").stored()["mmsi"]).tolist()
    chosen = rng.choice(ships, 25, replace=False).tolist()
    instants = rng.integers(span[0] + HOUR, span[1] - HOUR, 25) // MINUTE * MINUTE
    out: dict[str, object] = {"reports": archive.sea.reports.count(), "ships": len(ships)}
    words = [
        "BUN",
        "MARU 1",
        "9V12",
        "5330",
        "OCEAN 4",
        "STAR",
        "SELAT 77",
        "9012",
        "ZZZ",
        "E",
        "EVER 5",
        "PACIFIC",
        "NORD 123",
    ]
    out["search"] = timed(archive.search, [(w,) for w in words])
    out["dossier"] = timed(archive.dossier, [(m,) for m in chosen])
    out["track of 30 days"] = timed(archive.track, [(m, span[0], span[1]) for m in chosen])
    out["jump to an instant"] = timed(archive.rows, [(int(t), int(t) + 30 * MINUTE, 20 * SECOND) for t in instants])
    days = [(t - DAY, t) for t in (instants[:8] // (10 * MINUTE) * (10 * MINUTE)).tolist() if t - DAY > span[0]]
    days = days or [
        (span[0] // DAY * DAY + k * 10 * MINUTE, span[0] // DAY * DAY + DAY + k * 10 * MINUTE) for k in range(3)
    ]
    out["day on the time bar"] = timed(archive.density, [(*day, 144) for day in days])
    box, any_ship = (97.0, 0.0, 106.0, 7.0), Sieve()
    out["map of 30 days"] = timed(
        archive.traffic.density, [(span[0], span[1], box, c, any_ship) for c in (4000.0, 5000.0)]
    )
    out["map of a day in the strait"] = timed(
        archive.traffic.density,
        [(*day, (103.3, 0.9, 104.7, 1.6), 500.0, any_ship) for day in days[:6]],
    )
    registry.put_zone(archive.sea.state, Zone("gate", ((101.0, 2.0), (101.0, 5.0)), kind="gate", line=True))
    out["gate over 30 days"] = timed(archive.traffic.passages, [(span[0], span[1] - k, (), any_ship) for k in range(2)])
    out["counts of 30 days"] = timed(archive.traffic.statistics, [(span[0], span[1] - k, any_ship) for k in range(2)])
    out["report of a day"] = timed(archive.report, [("day", "", *day, "en", "html") for day in days[:2]])
    archive.close()
    return out


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("rows", nargs="?", type=int, default=1_000_000)
    arguments.add_argument("--days", type=int, default=30)
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--keep", type=Path, help="folder of the sea; used again when it is there")
    given = arguments.parse_args()
    spare()  # as `selat watch` does, in whose process this is asked
    with tempfile.TemporaryDirectory() as folder:
        path = given.keep or Path(folder, "sea")
        if not path.exists():
            build(path, given.rows, given.days)
        result = measure(path)
    for name, value in result.items():
        print(f"{name}: {value}")
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
