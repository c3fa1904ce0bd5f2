"""Which reader reads a file: every module of this folder that has a ``FORMAT`` is asked."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import selat.readers
from selat.model.errors import FormatError, SourceError
from selat.model.ports import Batch, Format
from selat.readers.archive import HEAD, open_streams, read_some


@cache
def formats() -> tuple[Format, ...]:
    """All formats, by name."""
    found = []
    for module in pkgutil.iter_modules(selat.readers.__path__):
        value = getattr(importlib.import_module(f"selat.readers.{module.name}"), "FORMAT", None)
        if isinstance(value, Format):
            found.append(value)
    return tuple(sorted(found, key=lambda f: f.name))


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
