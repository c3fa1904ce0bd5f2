"""Watch lists and lists of scrapped hulls from CSV.

One header line; columns in any order, unknown ones are left alone: ``imo, mmsi, name, callsign, reason, source, since,
kind`` (watch or scrapped). UTF-8; comma, semicolon or tab. What is not in a column can be given for the whole file.
"""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass
from pathlib import Path

from selat.model.errors import ConfigError, FormatError, SourceError
from selat.model.watchlist import Entry

_ALIASES = {
    "imono": "imo", "imonumber": "imo", "vesselname": "name", "shipname": "name", "vessel": "name",
    "callsign": "callsign", "ircs": "callsign", "remark": "reason", "remarks": "reason", "date": "since",
    "list": "source",
}  # fmt: skip
_COLUMNS = ("imo", "mmsi", "name", "callsign", "reason", "source", "since", "kind")
_NONE = {"", "-", "0", "n/a", "na", "none", "unknown", "null"}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no entry: ``where`` file and line, what is wrong, what to do."""

    where: str
    text: str
    hint: str


def read_list(path: str | os.PathLike[str], kind: str = "watch", source: str = "") -> tuple[list[Entry], list[BadRow]]:
    """(entries, rows that are none) of a CSV file.

    ``kind`` and ``source`` hold where the file has no such column; without any source the file's name is it.
    Raises :class:`SourceError` for a file that cannot be read, :class:`FormatError` for one without usable columns.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise FormatError(f"{path}: not UTF-8 text ({e.reason} at byte {e.start})", hint="save it as UTF-8") from None
    except OSError as e:
        raise SourceError(f"{path} cannot be read ({e.strerror})", hint="is the path right?") from None
    head = text.split("\n", 1)[0]
    mark = max(",;\t", key=head.count)
    rows = csv.reader(text.splitlines(), delimiter=mark)
    columns = [_column(name) for name in next(rows, [])]
    if not {"imo", "mmsi", "name", "callsign"} & set(columns):
        hint = f"the first line names the columns: {', '.join(_COLUMNS)}; it is {head[:80]!r}"
        raise FormatError(f"{path}:1: no column to know a ship by", hint=hint)
    entries, bad = [], []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        where = f"{path}:{rows.line_num}"
        if len(row) > len(columns):
            bad.append(BadRow(where, f"{len(row)} cells, but {len(columns)} columns", 'put "quotes" round the text'))
            continue
        given = {c: cell.strip() for c, cell in zip(columns, row, strict=False) if c in _COLUMNS and cell.strip()}
        try:
            entries.append(_entry(given, kind, source or path.name))
        except ConfigError as e:
            bad.append(BadRow(where, e.message, e.hint))
    return entries, bad


def _column(name: str) -> str:
    key = re.sub(r"[^a-z]", "", name.lower())
    return _ALIASES.get(key, key)


def _entry(given: dict[str, str], kind: str, source: str) -> Entry:
    numbers = {}
    for name in ("imo", "mmsi"):
        text = re.sub(r"^imo\s*", "", given.pop(name, "").lower())
        if text in _NONE:
            continue
        if not text.isdecimal():
            raise ConfigError(f"{name} {text!r} is no number", hint="digits only")
        numbers[name] = int(text)
    return Entry(
        given.get("kind", kind).lower(), given.get("source", source), numbers.get("mmsi", 0), numbers.get("imo", 0),
        *(given.get(n, "") for n in ("name", "callsign", "reason", "since")),
    )  # fmt: skip
