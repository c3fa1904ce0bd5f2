"""A sea is a folder: what lies where in it, how it is made, and who may write."""

from __future__ import annotations

import logging
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selat.model import clock
from selat.model.config import Settings, parse_settings, settings_of, template
from selat.model.errors import ConfigError, StoreError
from selat.store.disk import Lock, fsync_dir, is_locked, may, write_whole
from selat.store.engine import sqlite_url, sqlite_url_to_read
from selat.store.history import orphans
from selat.store.state import State

log = logging.getLogger(__name__)

CONFIG = "selat.toml"
STATE = "state.db"
GRACE = 10 * clock.MINUTE  #: how long a replaced file stays, for readers that could not say that they read it


@dataclass(frozen=True, slots=True)
class Layout:
    """Places in the folder of a sea."""

    root: Path

    @property
    def journal(self) -> Path:
        """Raw bytes as received."""
        return self.root / "journal"

    @property
    def history(self) -> Path:
        """Parquet files."""
        return self.root / "history"

    @property
    def lists(self) -> Path:
        """CSV files of ships to watch for (``*.csv``) and of hulls that are no more (``scrapped*.csv``)."""
        return self.root / "lists"

    @property
    def lanes(self) -> Path:
        """Lanes that were learned from the history."""
        return self.root / "lanes.bin"

    @property
    def pins(self) -> Path:
        """One locked file for each reader."""
        return self.root / "pins"

    @property
    def config(self) -> Path:
        """Settings."""
        return self.root / CONFIG


def open_layout(path: str | os.PathLike[str], *, create: bool = True) -> Layout:
    """The folder of a sea, made when it is absent or empty.

    Raises :class:`StoreError` for a file, a folder that holds other things, or one that may not be used.
    """
    root = Path(path)
    layout = Layout(root)
    try:
        if root.exists() and not root.is_dir():
            raise StoreError(
                f"{root} is a file, not the folder of a sea", hint="to read it: selat read FILE --sea sea/"
            )
        if not root.exists() and not create:
            raise StoreError(f"there is no sea at {root}", hint="give the folder of a sea, or let it be made")
        known = root.exists() and (layout.config.exists() or (root / STATE).exists())
        if root.exists() and not known and any(root.iterdir()):
            raise StoreError(
                f"{root} is a folder with other things in it, not a sea", hint="give a new or empty folder"
            )
        if not known:
            if not create:
                raise StoreError(f"{root} is an empty folder, not a sea", hint="give the folder of a sea")
            root.mkdir(parents=True, exist_ok=True)
            write_whole(layout.config, template().encode())
    except OSError as e:
        raise StoreError(f"{root} cannot be used ({e.strerror})", hint="may you read and write there?") from None
    return layout


def settings(layout: Layout) -> Settings:
    """The file selat.toml; raises :class:`ConfigError` where it cannot be read or holds what is not known."""
    return settings_of(settings_data(layout), str(layout.config))


def settings_data(layout: Layout) -> dict[str, Any]:
    """The file selat.toml as plain values, not yet judged; none where there is no file."""
    try:
        if not layout.config.exists():
            return {}
        return parse_settings(layout.config.read_text(encoding="utf-8"), str(layout.config))
    except UnicodeDecodeError as e:
        raise ConfigError(f"{layout.config}: {e}", hint="it must be UTF-8 text") from None
    except OSError as e:
        raise StoreError(f"{layout.config} cannot be read ({e.strerror})", hint="may you read it?") from None


def open_state(layout: Layout) -> State:
    """The state of a sea: the database that selat.toml names, or state.db in the folder."""
    url = settings(layout).store.state
    if url:
        return State(url, create=True)
    path = layout.root / STATE
    if path.exists() and not may(path, os.R_OK):
        raise StoreError(f"{path} cannot be read", hint="may you read and write there?")
    if path.exists() and not may(layout.root, os.W_OK) and not (layout.root / f"{STATE}-wal").exists():
        return State(sqlite_url_to_read(path.resolve()))
    return State(sqlite_url(path), create=not path.exists() or may(path, os.W_OK))


class Pin:
    """Says to writers that a reader uses the files of a generation; let go by :meth:`close` or the process's end."""

    def __init__(self, layout: Layout, generation: int) -> None:
        self.generation = generation
        self._lock: Lock | None = None
        try:
            layout.pins.mkdir(exist_ok=True)
            while self._lock is None:
                path = layout.pins / f"{generation}-{uuid.uuid4().hex}.pin"
                lock = Lock(path)
                if path.exists():
                    self._lock = lock
                else:
                    lock.close()  # a sweep took it away before it was locked
        except OSError as e:
            log.info(
                "no pin in %s (%s): files that are replaced stay %d minutes", layout.pins, e, GRACE // clock.MINUTE
            )

    def close(self) -> None:
        """The files are no longer used."""
        if self._lock is not None:
            path = self._lock.path
            path.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None


def sweep(layout: Layout, state: State, grace: int = GRACE) -> int:
    """Delete replaced files that no reader has pinned and that were replaced ``grace`` ns ago; how many."""
    now = clock.now()
    old = [(path, removed) for path, removed, at in state.removed() if now - at >= grace]
    oldest = _oldest_pin(layout) if old else None
    gone = [path for path, removed in old if oldest is None or oldest >= removed]
    for path in gone:
        (layout.history / path).unlink(missing_ok=True)
    state.forget(gone)
    return len(gone)


def _oldest_pin(layout: Layout) -> int | None:
    pinned = []
    for path in layout.pins.glob("*.pin") if layout.pins.exists() else ():
        try:
            if is_locked(path):
                pinned.append(int(path.name.split("-")[0]))
            else:
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue
    return min(pinned, default=None)


def clear_orphans(layout: Layout, state: State) -> int:
    """Delete history files that no manifest row names: what a crash left between writing and committing."""
    _, parts = state.parts()
    listed = {p.path for p in parts} | {path for path, _, _ in state.removed()}
    lost = orphans(layout.history, listed)
    for path in lost:
        path.unlink()
    for folder in {p.parent for p in lost}:
        fsync_dir(folder)
    if lost:
        log.info("%d unfinished history files were removed", len(lost))
    return len(lost)
