"""Which reader reads a table: every module of this folder, and every extension, that has a ``FORMAT`` is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selat.model.errors import FormatError, SourceError
from selat.model.plugins import find
from selat.model.ports import Batch, Format
from selat.readers.archive import HEAD, open_streams, read_some


def formats() -> tuple[Format, ...]:
    """All formats of tables, by name: those of this folder and of extensions."""
    return tuple(sorted(find("selat.readers", "FORMAT"), key=lambda f: f.name))


def detect(path: str | Path) -> Format:
    """The format of a file, by the first 64 KiB of its first member (inside zip, gz, zst).

    Raises :class:`SourceError` for a file that cannot be read, :class:`FormatError` when no format knows it.
    """
    for name, stream in open_streams(path):
        head = read_some(name, stream, HEAD)
        if not head:
            raise SourceError(f"{name}: the file is empty", hint="was the download finished?")
        for form in formats():
            if form.sniff(head, name):
                return form
        break
    known = "; ".join(f"{f.name}: {f.text}" for f in formats())
    raise FormatError(
        f"{path}: no known format",
        hint=f"known: {known}. For another table write a mapping [csv.columns] of its columns",
    )


def read(path: str | Path, name: str = "", **options: Any) -> Iterator[Batch]:
    """Batches of a file; ``name`` of a format, or found by :func:`detect`."""
    if not name:
        return detect(path).read(path, **options)
    for form in formats():
        if form.name == name:
            return form.read(path, **options)
    raise FormatError(f"no format {name!r}", hint=f"known: {', '.join(f.name for f in formats())}")
