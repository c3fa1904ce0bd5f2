"""What a report is made of. Blocks hold finished text (in the report's language, units of the sea); writers add no words.

Text may hold anything that came from the air: each writer escapes it, and nothing in it is markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from selat.model.errors import ConfigError

_WILD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. ``kind``: ``plain``; ``note``, small and grey; ``warning``, what must be read first."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one a line."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """A few large numbers in a row: (number, what it counts)."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; ``right``: columns set to the right; ``widths``: shares of the line (none: as the text asks).

    ``empty``: what is said where there is no row. ``marks``: rows that need the eye (by number): their first cell is bold and red.
    ``title``: of the sheet in a workbook. Raises :class:`ConfigError` for rows that do not fit the head.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    widths: tuple[float, ...] = ()
    empty: str = ""
    marks: frozenset[int] = frozenset()
    title: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.head):
                raise ConfigError(
                    f"a row of {len(row)} cells under a head of {len(self.head)}", hint="one cell a column"
                )
        if self.widths and len(self.widths) != len(self.head):
            raise ConfigError("not as many widths as columns", hint="one share a column")


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing (SVG text of :mod:`.svg`); ``alt`` says in words what it shows, ``width``: share of the line."""

    svg: str
    alt: str
    caption: str = ""
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Break:
    """A new page."""


Block = Heading | Text | Facts | Figures | Table | Figure | Break


@dataclass(frozen=True, slots=True)
class Document:
    """A report. ``made``: the time it is dated (ns UTC), never the machine's; ``foot``: what it rests on, told at its end.

    ``first``: its very first line, above the title (none: the warning). ``warning``: stands at the head of each page.
    ``running``: short text at the foot of each page.
    """

    title: str
    subtitle: str
    language: str
    made: int
    blocks: tuple[Block, ...]
    foot: tuple[tuple[str, str], ...] = ()
    foot_title: str = ""
    warning: str = ""
    running: str = ""
    page: str = "{n} / {all}"
    first: str = ""

    def tables(self) -> list[tuple[str, Table]]:
        """Tables with the heading that they stand under."""
        out, under = [], self.title
        for block in self.blocks:
            if isinstance(block, Heading):
                under = block.text
            elif isinstance(block, Table):
                out.append((block.title or under, block))
        return out

    def texts(self) -> list[str]:
        """All text there is, drawings included: what a font must have letters for."""
        out = [self.title, self.subtitle, self.first, self.warning, self.running, self.foot_title, self.page]
        out += [t for row in self.foot for t in row]
        for block in self.blocks:
            out += _texts(block)
        return out


def _texts(block: Block) -> Sequence[str]:
    if isinstance(block, Heading | Text):
        return [block.text]
    if isinstance(block, Facts | Figures):
        return [t for row in block.rows for t in row]
    if isinstance(block, Table):
        return [*block.head, *(t for row in block.rows for t in row), block.empty]
    if isinstance(block, Figure):
        return [block.svg, block.alt, block.caption]
    return []


def tame(text: str) -> str:
    """Text without what is no letter: control characters, halves of pairs, and marks that turn the direction of writing
    (a name must not read backwards) become U+FFFD."""
    return _WILD.sub("\ufffd", text)


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), widths: Sequence[float] = (),
    empty: str = "", marks: Sequence[int] = (), title: str = "",
) -> Table:  # fmt: skip
    """A table from any sequences."""
    return Table(
        tuple(head), tuple(tuple(str(c) for c in row) for row in rows), frozenset(right), tuple(widths), empty,
        frozenset(marks), title,
    )  # fmt: skip
