"""A watch and its page do without pandas and most of SciPy, and nobody else has to."""

from __future__ import annotations

import subprocess
import sys

import pytest

WATCH = """
import sys
from selat.app.lean import for_weeks, without_pandas
for_weeks()
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
assert pa.default_memory_pool().backend_name == ("system" if sys.platform.startswith("linux") else "mimalloc")
print(sorted(big & set(sys.modules)))
print(pa.table({"a": np.arange(3)}).to_pandas()["a"].sum())
import pandas
print(pandas.DataFrame({"a": [1, 2]})["a"].sum(), pa.array(pandas.Series([1, None])).null_count)
"""


def test_a_watch_loads_no_engine_it_does_not_need(tmp_path) -> None:
    pytest.importorskip("pandas")
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    engines, frame, _ = done.stdout.splitlines()
    assert engines == "[]"
    assert frame == "3", "a frame is made where one is asked for"


CLI = """
import sys
from selat.cli import main

log, sea = sys.argv[1] + "/log", sys.argv[1] + "/sea"
open(log, "wb").write(b"!AIVDM,1,1,,A,15MgK45P3@G?fl0E`JbR0OwT0@MS,0*4E\\n")
assert main(["watch", log, "--sea", sea, "--no-page", "--rate", "1000"]) == 0
import pyarrow
print(pyarrow.default_memory_pool().backend_name)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere Arrow's own pool is left")
def test_a_watch_gives_arrow_no_pool_of_its_own(tmp_path, monkeypatch) -> None:
    def pool() -> str:
        told = subprocess.run([sys.executable, "-c", CLI, str(tmp_path)], capture_output=True, text=True, timeout=300)
        assert told.returncode == 0, told.stderr
        return told.stdout.splitlines()[-1]

    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    assert pool() == "system"
    monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", "mimalloc")
    assert pool() == "mimalloc", "who named one keeps it"
