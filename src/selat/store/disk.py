"""Files that are whole or absent: write aside, fsync, rename, fsync the folder; and locks between processes."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from types import TracebackType

from selat.model.errors import StoreError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

#: what :mod:`zipfile` raises about bytes in memory that are no whole zip; of a file an odd offset is an OSError besides
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OverflowError)


def fsync_dir(path: Path) -> None:
    """Make a rename or a new file in ``path`` survive a loss of power."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def may(path: Path, mode: int) -> bool:
    """Whether this process, as it runs now, may read (``os.R_OK``) or write (``os.W_OK``) there."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def fsync_file(path: Path) -> None:
    """Force the bytes of a closed file to the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file so that a crash leaves the old one or the new one."""
    aside = path.with_name(path.name + ".tmp")
    aside.write_bytes(data)
    fsync_file(aside)
    aside.replace(path)
    fsync_dir(path.parent)


class Lock:
    """An advisory lock on a file, released when the process ends in any way.

    ``shared=False`` excludes all others. Raises :class:`StoreError` when another process has it.
    """

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path = path
        self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if fcntl is not None:
            try:
                fcntl.flock(self._fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except OSError:
                owner = os.read(self._fd, 200).decode("utf-8", "replace").strip()
                self.close()
                raise StoreError(
                    f"{path.parent} is being written by another process{f' ({owner})' if owner else ''}",
                    hint="one process writes a sea, any number read it; stop the other, or open it to read only",
                ) from None
        if not shared:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, f"pid {os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Let it go."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def is_locked(path: Path) -> bool:
    """True while some process holds a lock on ``path`` (always True where locks are not known)."""
    if fcntl is None:  # pragma: no cover - Windows
        return True
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False
