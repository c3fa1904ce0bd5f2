"""Where compiled kernels are kept: a folder for each module, named by a hash of all the sources it is made of.

Numba looks only at the file of the function that is called. Kernels are compiled into one another and hold constants
of the model's tables, so a change in one file would leave stale machine code of its callers in use. The hash covers a
module and all of selat that it imports, at any remove: a change compiles what depends on it, and nothing else.
``NUMBA_CACHE_DIR`` overrules.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import sys
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = "selat"
KEPT = 2  #: folders of other versions of a module that stay, the newest


@lru_cache(maxsize=256)
def _imports(path: Path) -> frozenset[str]:
    """Names of modules of the package that a file imports, ``selat.kernels.geodesy`` and the like; some are no module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.split(".")[0] == PACKAGE}
    return frozenset(found)


def _file(module: str) -> Path | None:
    """File of a module of the package; None for what is none (a function, a class)."""
    first, *rest = module.split(".")
    if first != PACKAGE:
        return None
    path = HERE.parent.joinpath(*rest)
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def sources(module: str) -> list[Path]:
    """The file of a module and those of all that it imports, at any remove, sorted."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        path = _file(waiting.pop())
        if path is not None and path not in found:
            found.add(path)
            waiting += _imports(path)
    return sorted(found)


def stamp(module: str) -> str:
    """Hash of what a module's kernels are made of, and of the Python they are made by."""
    found = hashlib.sha256(sys.version.encode())
    for path in sources(module):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


@lru_cache(maxsize=256)
def folder(module: str) -> str:
    """The folder for this module's kernels, made when absent; empty where none can be written."""
    family = f"jit-{module.rsplit('.', 1)[-1]}-"
    for base in (HERE / "__pycache__", Path.home() / ".cache" / "selat"):
        try:
            found = base / (family + stamp(module))
            if not found.exists():
                found.mkdir(parents=True, exist_ok=True)
                _tidy(base, family, found)
            if os.access(found, os.W_OK):
                return str(found)
        except OSError:
            continue
    return ""


def cold() -> bool:
    """True where kernels are kept in a folder of ours and none that reads a log is there yet."""
    if os.environ.get("NUMBA_CACHE_DIR"):  # nobody knows: other versions and other programs use it too
        return False
    where = folder("selat.kernels.scan")
    return bool(where) and next(Path(where).rglob("*.nbi"), None) is None  # an import makes an empty folder in it


def _tidy(base: Path, family: str, current: Path) -> None:
    """Throw out the folders of versions long gone."""
    others = [p for p in base.glob(f"{family}*") if p != current and len(p.name) == len(current.name)]
    for old in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
