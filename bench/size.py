"""Bytes a row at rest, by column: a dense day of 10 M reports through the store, and what it costs to write.

python bench/size.py [rows] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dense_day import dense_day

from selat.model.columns import empty
from selat.model.ports import Batch
from selat.store.history import KEPT
from selat.store.writer import Store

BATCH = 200_000
NOT_COUNTED = ("delay_s", "received_ns", "seq", "flags")


def batches(columns):
    """Batches as a reader would hand them over."""
    others = {name: empty(name) for name in KEPT[1:]}
    for at in range(0, columns.rows, BATCH):
        rows = columns.slice(at, min(at + BATCH, columns.rows))
        yield Batch(rows, **others, lines=rows.rows, kept=rows.rows)


def column_bytes(root: Path, parts) -> Counter[str]:
    """Compressed bytes of each column over all files, and what is left for footers."""
    out: Counter[str] = Counter()
    for part in parts:
        metadata = pq.read_metadata(root / part.path)
        for g in range(metadata.num_row_groups):
            group = metadata.row_group(g)
            for c in range(group.num_columns):
                out[group.column(c).path_in_schema] += group.column(c).total_compressed_size
        out["(footers)"] += part.bytes - sum(
            metadata.row_group(g).column(c).total_compressed_size
            for g in range(metadata.num_row_groups)
            for c in range(metadata.num_columns)
        )
    return out


def measure(rows: int) -> dict[str, object]:
    day = dense_day(rows=rows)
    if rows > 100_000:
        measure(50_000)  # compile
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder, "sea"))
        with store.writer(grace=0) as writer:
            began, cpu = time.perf_counter(), time.process_time()
            for batch in batches(day):
                writer.stage(batch)
                if writer.full:
                    writer.commit(wait=False)
            writer.commit()
            staged, staged_cpu = time.perf_counter() - began, time.process_time() - cpu
            writer.finish()
            finished, finished_cpu = time.perf_counter() - began, time.process_time() - cpu
        _, parts = store.state.parts()
        sizes = column_bytes(store.layout.history, parts)
        store.close()
    total = sum(sizes.values())
    by_column = {name: round(size / day.rows, 3) for name, size in sizes.most_common()}
    return {
        "rows": day.rows,
        "files": len(parts),
        "bytes_per_row": round(total / day.rows, 3),
        "bytes_per_row_without_received_seq_flags": round((total - sum(sizes[n] for n in NOT_COUNTED)) / day.rows, 3),
        "columns": by_column,
        "stage_and_write_rows_per_s": round(day.rows / staged),
        "with_compaction_rows_per_s": round(day.rows / finished),
        "stage_and_write_rows_per_cpu_s": round(day.rows / staged_cpu),
        "with_compaction_rows_per_cpu_s": round(day.rows / finished_cpu),
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "load_average": [round(x, 2) for x in os.getloadavg()],
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("rows", nargs="?", type=int, default=10_000_000)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    result = measure(given.rows)
    for name, value in result["columns"].items():
        print(f"{name:14} {value:7.3f} B/row")
    for name, value in result.items():
        if name != "columns":
            print(f"{name}: {value}")
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
