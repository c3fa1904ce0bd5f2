"""Spreadsheets of facts: a folder of CSV files, one XLSX with a sheet a kind, or JSON; and back, with errors by row.

A sheet has the name of its kind and a first row of column names: ``id`` (what it is about), ``at`` (when it was so; a day
or a time), the kind's fields, ``confidence``, ``source``, ``who``. A file ``KIND_anything.csv`` is of KIND too. What is
claimed of things is taken first, in the order of :data:`~selat.assist.facts.KINDS`; then what happened, by its time.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from selat.assist.facts import KINDS, Fact, Kind, checked
from selat.assist.fields import Field, read_value, show_value
from selat.model.errors import ConfigError, FormatError
from selat.store.disk import DAMAGED_ZIP

_FIXED = ("id", "at", "confidence", "source", "who")
_AT = Field("at", "time")
_MOST_UNPACKED = 600_000_000  #: bytes of a workbook
#: what openpyxl raises for a damaged part, besides
_ODD = (KeyError, TypeError, IndexError, AttributeError, SyntaxError)
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Line:
    """Where a fact comes from: ``sheet`` and ``row``, counted as spreadsheets do (the column names are row 1)."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no fact, or cannot be so: what is wrong, and what to do."""

    line: Line
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Sheets:
    """What was read: facts with their lines, and rows that are none."""

    facts: list[Fact]
    lines: list[Line]
    bad: list[BadRow]


def read_sheets(path: str | Path, *, who: str, source: str = "") -> Sheets:
    """Facts of a folder of CSV files, one CSV file, an XLSX workbook or a JSON file.

    ``who`` and ``source`` stand where a row does not say. Raises :class:`FormatError` for a file that is none of these,
    :class:`ConfigError` for a sheet of no known kind or with an unknown column; trouble of rows is in ``bad``.
    """
    path = Path(path)
    out = Sheets([], [], [])
    found = sorted(_rows(path), key=lambda s: list(KINDS).index(_kind_of(s[0]).name))
    for name, rows in found:
        _sheet(out, name, rows, who, source)
    # what is claimed first, then what happened, by time: a custody between two states lies in another sheet than they
    order = sorted(
        range(len(out.facts)), key=lambda i: (0, 0) if KINDS[out.facts[i].kind].claims else (1, out.facts[i].at)
    )
    return Sheets([out.facts[i] for i in order], [out.lines[i] for i in order], out.bad)


def _rows(path: Path) -> Iterator[tuple[str, list[tuple[int, list[Any]]]]]:
    if path.is_dir():
        files = sorted(path.glob("*.csv"))
        if not files:
            raise FormatError(
                f"{path} holds no CSV files", hint="`selat assist export SEA FOLDER --template` writes empty ones"
            )
        for file in files:
            yield file.stem, _csv(file)
    elif path.suffix.lower() == ".csv":
        yield path.stem, _csv(path)
    elif path.suffix.lower() == ".xlsx":
        yield from _xlsx(path)
    elif path.suffix.lower() == ".json":
        yield from _json(path)
    else:
        raise FormatError(f"{path}: neither a folder nor .csv, .xlsx or .json", hint="export one to see its form")


def _csv(path: Path) -> list[tuple[int, list[Any]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise FormatError(f"{path}: not UTF-8 ({e.reason} at byte {e.start})", hint="save it as CSV UTF-8") from None
    try:
        return [(n, [_unmarked(c) for c in row]) for n, row in enumerate(csv.reader(io.StringIO(text)), 1)]
    except csv.Error as e:
        raise FormatError(f"{path}: no CSV ({e})", hint="is a quote missing? save it as CSV UTF-8 again") from None


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:2] in _FORMULA else cell


def _xlsx(path: Path) -> Iterator[tuple[str, list[tuple[int, list[Any]]]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    data = io.BytesIO(path.read_bytes())
    try:
        _small_enough(data)
        book = load_workbook(data, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                if not sheet.title.startswith("_"):
                    sheet.reset_dimensions()  # what a sheet says of its size may be a million empty rows
                    rows = enumerate(sheet.iter_rows(values_only=True), 1)
                    yield sheet.title, [(n, list(row)) for n, row in rows if any(c is not None for c in row)]
        finally:
            book.close()
    except (InvalidFileException, *DAMAGED_ZIP, *_ODD) as e:
        raise FormatError(f"{path}: no XLSX workbook ({e})", hint="save it as .xlsx, not .xls") from None


def _small_enough(data: BinaryIO) -> None:
    """A few kilobytes can hold gigabytes of zeros, and a workbook has no business with a document type."""
    with zipfile.ZipFile(data) as parts:
        if sum(i.file_size for i in parts.infolist()) > _MOST_UNPACKED:
            raise ValueError(f"more than {_MOST_UNPACKED / 1e6:.0f} MB when unpacked")
        for info in parts.infolist():
            if info.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in parts.open(info).read(4096):
                raise ValueError(f"{info.filename} has a document type")


def _json(path: Path) -> Iterator[tuple[str, list[tuple[int, list[Any]]]]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(told, dict) or not all(isinstance(rows, list) for rows in told.values()):
            raise ValueError("not an object of lists")
        if not all(isinstance(r, dict) for rows in told.values() for r in rows):
            raise ValueError("not an object of lists of objects")
    except (ValueError, TypeError, RecursionError) as e:
        raise FormatError(
            f"{path}: {e}", hint='as in {"programme": [{"id": "...", "at": "2023-12-16", ...}]}'
        ) from None
    for kind, rows in told.items():
        names = list(dict.fromkeys(n for r in rows for n in r))
        yield kind, [(1, names), *((i, [r.get(n) for n in names]) for i, r in enumerate(rows, 2))]


def _kind_of(sheet: str) -> Kind:
    name = (
        sheet
        if sheet in KINDS
        else next((k for k in sorted(KINDS, key=len, reverse=True) if sheet.startswith(f"{k}_")), "")
    )
    if not name:
        raise ConfigError(
            f"sheet {sheet!r} is of no known kind",
            hint=f"name it one of {', '.join(KINDS)}; sheets with _ in front are left out",
        )
    return KINDS[name]


def _sheet(out: Sheets, name: str, rows: list[tuple[int, list[Any]]], who: str, source: str) -> None:
    kind = _kind_of(name)
    if not rows:
        return
    head = [str(c or "").strip() for c in rows[0][1]]
    known = kind.by_name
    for column in head:
        if column and column not in known and column not in _FIXED:
            raise ConfigError(
                f"sheet {name} has an unknown column {column!r}", hint=f"known: {', '.join((*_FIXED, *known))}"
            )
    for column in ("id", "at"):
        if column not in head:
            raise ConfigError(f"sheet {name} has no column {column!r}", hint="the first row names the columns")
    for n, cells in rows[1:]:
        if all(c is None or not str(c).strip() for c in cells):
            continue
        line = Line(name, n)
        try:
            if len(cells) > len(head) and any(c is not None and str(c).strip() for c in cells[len(head) :]):
                raise ConfigError("more cells than columns", hint="is there a comma too many, or a quote missing?")
            fact = _fact(kind, dict(zip(head, cells, strict=False)), who, source)
        except ConfigError as e:
            out.bad.append(BadRow(line, e.message, e.hint))
        else:
            out.facts.append(fact)
            out.lines.append(line)


def _fact(kind: Kind, cells: Mapping[str, Any], who: str, source: str) -> Fact:
    told = {n: c for n, c in cells.items() if c is not None and str(c).strip()}
    if "at" not in told:
        raise ConfigError("at: nothing given", hint="the day or time at which it was so")
    at = read_value(_AT, told["at"])
    data = {n: c for n, c in told.items() if n and n not in _FIXED}
    given = {n: str(told[n]) for n in ("source", "who") if n in told}
    made = Fact(
        kind.name,
        str(told.get("id", "")),
        at,
        data,
        given.get("source", source),
        given.get("who", who),
        str(told.get("confidence", "B")),
    )
    return checked(made)


def write_sheets(facts: Iterable[Fact], path: str | Path, *, template: bool = False) -> list[Path]:
    """Facts as a folder of CSV files, or .xlsx or .json by the suffix; the files written.

    ``template``: sheets of all kinds that people fill in, without rows, with a sheet ``_help`` in workbooks.
    """
    path = Path(path)
    by_kind: dict[str, list[Fact]] = {k: [] for k in KINDS} if template else {}
    for fact in facts:
        by_kind.setdefault(fact.kind, []).append(fact)
    sheets = [(k, [_columns(KINDS[k]), *(_cells(KINDS[k], f) for f in by_kind[k])]) for k in KINDS if k in by_kind]
    if path.suffix.lower() == ".xlsx":
        _write_xlsx(path, sheets, template)
        return [path]
    if path.suffix.lower() == ".json":
        told = {k: [{n: c for n, c in zip(rows[0], r, strict=True) if c} for r in rows[1:]] for k, rows in sheets}
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return [path]
    path.mkdir(parents=True, exist_ok=True)
    for kind, rows in sheets:
        with (path / f"{kind}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\r\n").writerows([[_marked(c) for c in row] for row in rows])
    return [path / f"{k}.csv" for k, _ in sheets]


def _marked(cell: str) -> str:
    """A spreadsheet would run a text that looks like a formula: one ``'`` in front, taken off again by the reader."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _columns(kind: Kind) -> list[str]:
    return ["id", "at", *kind.by_name, "confidence", "source", "who"]


def _cells(kind: Kind, fact: Fact) -> list[str]:
    values = [show_value(f, fact.data.get(f.name)) for f in kind.fields]
    return [fact.subject, show_value(_AT, fact.at), *values, fact.confidence, fact.source, fact.who]


def _write_xlsx(path: Path, sheets: list[tuple[str, list[list[str]]]], template: bool) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for kind, rows in sheets:
        sheet = book.create_sheet(kind)
        for row in rows:
            cells = []
            for text in row:
                cell = WriteOnlyCell(sheet, text)
                cell.data_type = "s"  # a text stays a text, whatever it looks like
                cells.append(cell)
            sheet.append(cells)
    if template:
        sheet = book.create_sheet("_help")
        for one in KINDS.values():
            sheet.append([one.name, one.text])
            for f in one.fields:
                sheet.append(["", f.name, f.what, ", ".join(f.choices), "needed" if f.name in one.needs else ""])
    book.save(path)
