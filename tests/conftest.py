"""What all tests share: where the real recordings lie, and how Hypothesis behaves.

Environment: ``SELAT_SHARED`` names the folder of real recordings; ``HYPOTHESIS_PROFILE=ci`` (the default where ``CI``
is set) draws the same examples every time, ``long`` draws many; ``NUMBA_DISABLE_JIT=1`` runs the kernels as plain
Python, for coverage and for a debugger (not those of AIS sentences: they hold records, which plain NumPy lacks);
``NUMBA_BOUNDSCHECK=1`` makes an index out of bounds an error.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.register_profile("long", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


def find_shared() -> Path | None:
    """The folder of real recordings, or None: they are not part of the project."""
    named = os.environ.get("SELAT_SHARED")
    folders = [Path(named), Path(named, "data")] if named else [p / "shared" / "data" for p in ROOT.parents[:3]]
    return next((folder for folder in folders if (folder / "MANIFEST.md").exists()), None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real recordings; a test that asks for it is skipped where it is absent."""
    folder = find_shared()
    if folder is None:
        pytest.skip("the real recordings are not here (looked in $SELAT_SHARED and ../shared/data)")
    return folder


def pytest_report_header() -> str:
    off = os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}
    return f"selat: recordings {'found' if find_shared() else 'absent'}; kernels {'interpreted' if off else 'compiled'}"
