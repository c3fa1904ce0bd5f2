"""A document as source of Typst. All text goes in as string literals, so nothing in it can be markup or code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from selat.exporters.paper.blocks import Block, Document, Facts, Figure, Figures, Heading, Table, Text, tame
from selat.model.clock import SECOND

_SPARE = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_HEAD = """
#let ink = rgb("#16242b"); #let quiet = rgb("#4c5c64"); #let blue = rgb("#16425f"); #let red = rgb("#8d1323")
#set text(size: 9.5pt, fill: ink, hyphenate: false)
#set par(leading: 0.55em, spacing: 0.75em, justify: false)
#show heading.where(level: 1): it => block(above: 1.5em, below: 0.7em, sticky: true, {
  line(length: 100%, stroke: 1.2pt + blue); v(-0.25em); text(size: 12.5pt, weight: "bold", it.body) })
#show heading.where(level: 2): it => block(above: 1.2em, below: 0.6em, sticky: true, text(size: 10.5pt, weight: "bold", it.body))
#let warning(s) = block(width: 100%, inset: 6pt, stroke: 1.2pt + red, text(fill: red, weight: "bold", s))
#let note(s) = text(size: 8pt, fill: quiet, s)
#let facts(..rows) = grid(columns: (auto, 1fr), column-gutter: 10pt, row-gutter: 5pt, ..rows)
#let key(s) = text(fill: quiet, s)
#let number(n, s) = [#text(size: 17pt, weight: "bold", n)#linebreak()#text(size: 8pt, fill: quiet, s)]
#let th(s) = text(size: 8pt, weight: "bold", s)
#let td(s) = text(size: 8pt, s)
#let tm(s) = text(size: 8pt, weight: "bold", fill: red, s)
#let rows(widths, sides, ..cells) = block(above: 0.6em, below: 1em, table(columns: widths, align: sides, inset: (x: 3pt, y: 3pt),
  stroke: (x, y) => (bottom: if y == 0 { 1pt + blue } else { 0.4pt + rgb("#cfd8dc") }), ..cells))
#let drawing(svg, alt, caption, width) = block(breakable: false, above: 0.8em, below: 1em, {
  image(bytes(svg), format: "svg", width: width, alt: alt); if caption != "" { v(-0.4em); note(caption) } })
"""


def quoted(text: str) -> str:
    """A string literal: quotes, backslashes and everything that is no printable letter escaped."""
    out = []
    for c in tame(text):
        if c in _SPARE:
            out.append(_SPARE[c])
        elif c.isprintable() or c == "\u3000":
            out.append(c)
        else:
            out.append(f"\\u{{{ord(c):x}}}")
    return f'"{"".join(out)}"'


def source(document: Document, families: Sequence[str]) -> str:
    """The source; ``families``: of fonts, in the order in which they are asked for a letter."""
    d, q = document, quoted
    day = datetime.fromtimestamp(d.made // SECOND, tz=UTC)
    date = f"year: {day.year}, month: {day.month}, day: {day.day}"
    when = f"datetime({date}, hour: {day.hour}, minute: {day.minute}, second: {day.second})"
    fonts = ", ".join(q(f) for f in families)
    before, between, after = _page(d.page)
    out = [
        f"#set document(title: {q(d.title)}, author: \"selat\", date: {when})\n{_HEAD}"
        f"#set text(font: ({fonts},), lang: {q(d.language)})\n"
        f"#set page(paper: \"a4\", margin: (x: 16mm, top: {24 if d.warning else 18}mm, bottom: 18mm), header: {_header(d)}, "
        f"footer: context [#note({q(d.running)})#h(1fr)#note({q(before)} + str(counter(page).get().first()) + {q(between)} + "
        f"str(counter(page).final().first()) + {q(after)})])\n"
        f"{f'#warning({q(d.first)})' if d.first else ''}\n"
        f"#block(above: 1.2em, below: 0.6em, text(size: 19pt, weight: \"bold\", {q(d.title)}))\n"
        f"#block(below: 1.4em, text(fill: quiet, {q(d.subtitle)}))\n"
    ]  # fmt: skip
    out += [_block(b) for b in d.blocks]
    if d.foot:
        out.append(
            f"#block(breakable: false)[#heading(level: 2, {q(d.foot_title)})\n#text(size: 7.5pt, {_facts(d.foot)})]\n"
        )
    return "".join(out)


def _page(pattern: str) -> tuple[str, str, str]:
    before, _, rest = pattern.partition("{n}")
    between, _, after = rest.partition("{all}")
    return before, between, after


def _header(d: Document) -> str:
    if not d.warning:
        return "none"
    return f'block(width: 100%, inset: 4pt, fill: red, text(fill: white, size: 7.5pt, weight: "bold", {quoted(d.warning)}))'


def _block(block: Block) -> str:
    q = quoted
    if isinstance(block, Heading):
        return f"#heading(level: {block.level}, {q(block.text)})\n"
    if isinstance(block, Text):
        if block.kind == "plain":
            return f"#par({q(block.text)})\n"
        return f"#{block.kind}({q(block.text)})\n\n"
    if isinstance(block, Facts):
        return f"#block({_facts(block.rows)})\n"
    if isinstance(block, Figures):
        cells = ", ".join(f"number({q(n)}, {q(what)})" for n, what in block.rows)
        return f"#block(above: 1em, below: 1em, grid(columns: {len(block.rows)}, column-gutter: 22pt, {cells}))\n"
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        return f"#drawing({q(block.svg)}, {q(block.alt)}, {q(block.caption)}, {100 * block.width:.0f}%)\n"
    return "#pagebreak()\n"


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    return "facts(" + ", ".join(f"key({quoted(k)}), text({quoted(v)})" for k, v in rows) + ")"


def _table(t: Table) -> str:
    if not t.rows:
        return f"#note({quoted(t.empty)})\n\n" if t.empty else ""
    widths = ", ".join(f"{w:g}fr" for w in t.widths) if t.widths else ", ".join(["auto"] * len(t.head))
    sides = ", ".join("right" if k in t.right else "left" for k in range(len(t.head)))
    head = ", ".join(f"th({quoted(c)})" for c in t.head)
    cells = [
        ", ".join(f"{'tm' if n in t.marks and not k else 'td'}({quoted(c)})" for k, c in enumerate(row))
        for n, row in enumerate(t.rows)
    ]
    return f"#rows(({widths},), ({sides},), table.header({head}),\n" + ",\n".join(cells) + ")\n"
