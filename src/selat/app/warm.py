"""``python -m selat.app.warm``: compile what a watch uses, in a process of its own.

Compiling takes 350 MB that the machine does not get back while the process lives. A watch runs for weeks: at its first
start after an installation, a new version or a change of a kernel it has this done beside it, and loads the finished
kernels.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numba

from selat.app.pipeline import Pipeline
from selat.exercise.play import write_log
from selat.exercise.scene import Scene
from selat.kernels import _cache
from selat.store.writer import Store

log = logging.getLogger(__name__)
_MINUTES = 4.0  #: of a made-up strait: rules that look at the whole picture have looked by then
_BLOCK = 16384
_LOOK = 0.1  #: s between looks whether it is done
_KERNELS = "selat.kernels"


def needed() -> bool:
    """True where kernels can be kept and it was not done since any of them changed."""
    marker = _marker()
    return marker is not None and not marker.exists()


def _marker() -> Path | None:
    """The file that says that it is done, beside the kernels; None where nothing can be kept."""
    own = _cache.folder(f"{_KERNELS}.scan")
    where = os.environ.get("NUMBA_CACHE_DIR") or (own and Path(own).parent)
    return Path(where) / f"compiled-{_stamp()}" if where else None


def _stamp() -> str:
    """A number for all sources of kernels as they lie here: Numba looks at their place, time and size too."""
    modules = [f"{_KERNELS}.{p.stem}" for p in _cache.HERE.glob("*.py")]
    found = hashlib.sha256(f"{sys.version} {numba.__version__}".encode())
    for path in sorted({path for module in modules for path in _cache.sources(module)}):
        about = path.stat()
        found.update(f"{path} {about.st_mtime_ns} {about.st_size}\0".encode())
    return found.hexdigest()[:16]


async def compiled() -> bool:
    """Run this module and wait for it; False where it failed: kernels are then compiled when they are first needed.

    Who is cancelled meanwhile leaves no process behind. (Asked after rather than awaited: a process of asyncio's that is
    cancelled while it begins keeps the loop from ending.)
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([sys.executable, "-m", __name__], stdout=subprocess.DEVNULL, stderr=said)
        try:
            while process.poll() is None:
                await asyncio.sleep(_LOOK)
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            said.seek(0)
            log.warning("the kernels were not compiled ahead: %s", said.read().decode(errors="replace")[-400:])
    return not process.returncode


def main() -> None:
    """Watch a strait that is made up, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "log"
        write_log(path, _MINUTES, Scene(ships=60))
        data = path.read_bytes()
        with Store(Path(place) / "sea") as store, store.writer() as writer:
            pipeline = Pipeline(writer)
            intake = pipeline.source("warm", "nmea-log")
            for at in range(0, len(data), _BLOCK):
                pipeline.take(intake, data[at : at + _BLOCK], 1)
                pipeline.tell()
            pipeline.end(intake, 1)
    marker = _marker()
    if marker is not None:
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
        others = [p for p in marker.parent.glob("compiled-*") if p != marker]
        for old in sorted(others, key=lambda p: p.stat().st_mtime)[: -_cache.KEPT]:
            old.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
