"""Where compiled kernels are kept: a folder named by a hash of all their sources.

Numba looks only at the file of the function that is called. Kernels are compiled into one another and hold constants
of the model's tables, so a change in one file would leave stale machine code of its callers in use. A new hash is a new
folder; ``NUMBA_CACHE_DIR`` overrules.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = ("kernels/*.py", "model/messages.py", "model/schema.py", "model/units.py")
KEPT = 3  #: folders of other versions that stay, the newest


def stamp() -> str:
    """Hash of what compiled kernels are made of, and of the Python they are made by."""
    found = hashlib.sha256(sys.version.encode())
    for pattern in SOURCES:
        for path in sorted(HERE.parent.glob(pattern)):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def folder() -> str:
    """The folder for these sources, made when absent; empty where none can be written."""
    for base in (HERE / "__pycache__", Path.home() / ".cache" / "selat"):
        try:
            found = base / f"jit-{stamp()}"
            if not found.exists():
                found.mkdir(parents=True)
                _tidy(base, found)
            if os.access(found, os.W_OK):
                return str(found)
        except OSError:
            continue
    return ""


def _tidy(base: Path, current: Path) -> None:
    """Throw out the folders of versions long gone."""
    others = [p for p in base.glob("jit-*") if p != current]
    for old in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
