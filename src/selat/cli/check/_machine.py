"""Checks of this machine and installation."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from selat.cli.check._finding import NOTE, Finding, judged
from selat.model import clock

GIB = 1 << 30
LEAST_FREE = 1 * GIB  #: bytes: about a day of a busy shore station, and room to compact
#: what is needed to run, where the installation does not say (a bare checkout)
NEEDED = (
    "duckdb",
    "numba",
    "numpy",
    "pyarrow",
    "pydantic",
    "sqlalchemy",
    "starlette",
    "uvicorn",
    "websockets",
    "zstandard",
)
BUILT = clock.parse_time("2026-01-01T00:00:00Z")  #: no clock that is right shows less
_NEED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\s*(?:\(?>=\s*([0-9.]+))?")


def machine(place: Path) -> Iterator[Finding]:
    """Python, packages, compiler, page, disk and clock; ``place`` is where data would lie."""
    version = platform.python_version()
    yield judged("python", sys.version_info >= (3, 11), version, "selat needs Python 3.11 or later")
    yield packages()
    yield compiler()
    yield page()
    yield disk(place)
    now = clock.now()
    text = f"{clock.format_time(now)} by this machine"
    yield judged("clock", now > BUILT, text, "the clock of this machine is wrong: set it, and keep it right (NTP)")


def packages() -> Finding:
    """Are all there that are needed, and new enough?"""
    try:
        lines = [r for r in importlib.metadata.requires("selat") or () if "extra ==" not in r]
    except importlib.metadata.PackageNotFoundError:
        lines = list(NEEDED)
    wrong, found = [], []
    for line in lines:
        need = _NEED.match(line)
        if need is None:
            continue
        name, least = need.groups()
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        found.append(f"{name} {version}")
        if least and _numbers(version) < _numbers(least):
            wrong.append(f"{name} {version} is older than {least}")
    return judged("packages", not wrong, "; ".join(wrong) or ", ".join(found), "pip install --upgrade selat")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version)[:3])


def compiler() -> Finding:
    """Does a compiled kernel give the right answer?"""
    import numpy as np

    hint = "see NUMBA_DISABLE_JIT and NUMBA_CACHE_DIR; pip install --force-reinstall numba llvmlite"
    try:
        import numba

        from selat.kernels.sort import newest_rows

        rows = newest_rows(np.array([7, 7, 9]), np.array([1, 2, 1]), np.array([0, 0, 0]))
    except (ImportError, OSError, RuntimeError) as e:
        return judged("numba", False, f"cannot compile ({e})", hint)
    if getattr(numba.config, "DISABLE_JIT", 0):
        return Finding(
            NOTE, "numba", "is switched off: all is right, and a hundred times slower", "unset NUMBA_DISABLE_JIT"
        )
    threads = getattr(numba.config, "NUMBA_NUM_THREADS", 1)
    text = f"compiles (numba {numba.__version__}, {threads} threads)"
    right = sorted(rows.tolist()) == [1, 2]
    return judged("numba", right, text if right else "a compiled kernel gives a wrong answer", hint)


def page() -> Finding:
    """Is the web page built?"""
    import selat

    index = Path(selat.__file__).parent / "web" / "static" / "index.html"
    if index.exists():
        return judged("page", True, "is built")
    return Finding(
        NOTE, "page", "is not built: `selat watch` works, the map does not", "python3 dev.py setup builds it"
    )


def disk(place: Path) -> Finding:
    """Is there room?"""
    while not place.exists() and place != place.parent:
        place = place.parent
    usage = shutil.disk_usage(place)
    text = f"{usage.free / GIB:.1f} GiB free of {usage.total / GIB:.1f} GiB"
    return judged("disk", usage.free >= LEAST_FREE, text, "make room: a full disk ends the watch")
