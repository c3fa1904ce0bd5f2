"""A document as a workbook: a first sheet with its words and figures, then each table a sheet; the same bytes each time.

Numbers of columns set to the right become numbers; everything else is text, whatever it begins with: nothing is a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any

from selat.exporters.paper.blocks import Document, Facts, Figure, Figures, Heading, Table, Text, tame
from selat.model.clock import SECOND

_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+(\.\d+)?")
_TITLE = re.compile(r"[\[\]:*?/\\']")
_WIDEST = 70  #: characters of a column
_CELL = 32_000  #: characters that a cell holds (a spreadsheet's limit is 32,767)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write(document: Document) -> bytes:
    """The file."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.properties.creator = "selat"
    book.properties.title = document.title
    made = datetime.fromtimestamp(document.made // SECOND, tz=UTC).replace(tzinfo=None)
    book.properties.created = book.properties.modified = made
    names: set[str] = set()
    first: Any = book.active
    first.title = _name(document.title, names)
    bold = Font(bold=True)
    for cells, strong in _front(document):
        _row(first, cells, (), bold if strong else None)
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 44, _WIDEST
    for title, table in document.tables():
        if table.rows:
            _sheet(book.create_sheet(_name(title, names)), table, bold)
    out = io.BytesIO()
    book.save(out)
    return _fixed(out.getvalue(), made)


def _front(d: Document) -> list[tuple[list[str], bool]]:
    """Rows of the first sheet, and whether they are bold."""
    out: list[tuple[list[str], bool]] = [([d.first or d.warning], True)] if d.first or d.warning else []
    out += [([d.title], True), ([d.subtitle], False), ([], False)]
    for block in d.blocks:
        if isinstance(block, Heading):
            out += [([], False), ([block.text], True)]
        elif isinstance(block, Text):
            out.append(([block.text], block.kind == "warning"))
        elif isinstance(block, Facts):
            out += [(list(row), False) for row in block.rows]
        elif isinstance(block, Figures):
            out += [([what, number], False) for number, what in block.rows]
        elif isinstance(block, Figure):
            out.append(([block.alt], False))
        elif isinstance(block, Table) and not block.rows and block.empty:
            out.append(([block.empty], False))
    return [*out, ([], False), ([d.foot_title], True), *((list(row), False) for row in d.foot)]


def _sheet(sheet: Any, table: Table, bold: Any) -> None:
    _row(sheet, table.head, (), bold)
    for row in table.rows:
        _row(sheet, row, table.right, None)
    sheet.freeze_panes = "A2"
    for k in range(len(table.head)):
        longest = max((len(line) for row in (table.head, *table.rows) for line in row[k].split("\n")), default=8)
        sheet.column_dimensions[sheet.cell(1, k + 1).column_letter].width = min(max(longest + 2, 8), _WIDEST)


def _row(sheet: Any, cells: Any, right: Any, font: Any) -> None:
    at = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value is not None else 1
    if not cells:
        sheet.cell(at, 1, " ")
    for k, text in enumerate(cells):
        cell = sheet.cell(at, k + 1)
        if k in right and _NUMBER.fullmatch(text):
            plain = text.replace(",", "")
            cell.value = float(plain) if "." in plain else int(plain)
            cell.number_format = "#,##0" if "." not in plain else "#,##0." + "0" * len(plain.partition(".")[2])
        else:
            cell.value = tame(text)[:_CELL]
            cell.data_type = "s"
        if font is not None:
            cell.font = font


def _name(title: str, taken: set[str]) -> str:
    """A name for a sheet: at most 31 letters, none of them forbidden, not taken yet."""
    base = _TITLE.sub(" ", tame(title)).strip()[:28] or "-"
    name, n = base, 1
    while name.casefold() in taken:
        n += 1
        name = f"{base[:27]} {n}"
    taken.add(name.casefold())
    return name


def _fixed(data: bytes, made: datetime) -> bytes:
    """The same archive with fixed times inside, and the time of the document where the library put the machine's."""
    out = io.BytesIO()
    stamp = made.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, body)
            new.writestr(zipfile.ZipInfo(name, _ZIP_TIME), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
