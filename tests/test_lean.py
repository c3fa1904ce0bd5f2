"""A watch and its page do without pandas and most of SciPy, and nobody else has to."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("pandas")

WATCH = """
import sys
from selat.app.lean import without_pandas
from selat.app.pipeline import Pipeline

hooks = list(sys.meta_path)
without_pandas()
assert sys.meta_path == hooks
import numpy as np, pyarrow as pa
import selat.web.server
from selat.app.watch import Watch
from selat.exercise.play import write_log
from selat.store.writer import Store

log = sys.argv[1] + "/log"
write_log(log, 1)
with Store(sys.argv[1] + "/sea") as store, store.writer() as writer:
    pipeline = Pipeline(writer)
    pipeline.take(pipeline.source("feed", "nmea-log"), open(log, "rb").read(), 1_700_000_000_000_000_000)
    pipeline.commit()
    assert writer.committed > 10_000
big = {"pandas", "duckdb", "polars", "scipy.ndimage", "scipy.optimize", "scipy.sparse", "scipy.spatial", "scipy.stats"}
print(sorted(big & set(sys.modules)))
print(pa.table({"a": np.arange(3)}).to_pandas()["a"].sum())
import pandas
print(pandas.DataFrame({"a": [1, 2]})["a"].sum(), pa.array(pandas.Series([1, None])).null_count)
"""


def test_a_watch_loads_no_engine_it_does_not_need(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    engines, frame, _ = done.stdout.splitlines()
    assert engines == "[]"
    assert frame == "3", "a frame is made where one is asked for"
