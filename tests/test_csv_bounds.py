"""A kernel that reads out of bounds does so silently: run it with bounds checks on damaged tables."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "rounds", [pytest.param(150, marks=pytest.mark.long), pytest.param(4000, marks=pytest.mark.slow)]
)
def test_no_index_out_of_bounds(rounds):
    # compiled once for each state of the sources, as that takes longer than the test
    sources = b"".join(p.read_bytes() for p in sorted((ROOT / "src/selat/kernels").glob("*.py")))
    cache = Path(tempfile.gettempdir()) / f"selat-bounds-{hashlib.sha256(sources).hexdigest()[:16]}"
    env = os.environ | {
        "NUMBA_BOUNDSCHECK": "1",
        "NUMBA_CACHE_DIR": str(cache),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }
    seed = "20260101"
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/csv_fuzz.py"), str(rounds), seed], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
