"""A document as one HTML file: style and drawings inside, no script, no reference to anything outside; made to be printed."""

from __future__ import annotations

import html as _html

from selat.exporters.paper.blocks import Block, Document, Facts, Figure, Figures, Heading, Table, Text, tame
from selat.model.clock import format_time

_STYLE = """
@page { size: A4; margin: 16mm 15mm 18mm }
* { box-sizing: border-box }
body { font: 10.5pt/1.4 "Noto Sans", "Noto Sans JP", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", system-ui, sans-serif;
  color: #16242b; background: #fff; max-width: 190mm; margin: 8mm auto; padding: 0 5mm }
h1 { font-size: 19pt; line-height: 1.2; margin: 0 } .sub { color: #4c5c64; margin: .2em 0 1em }
h2 { font-size: 13pt; margin: 1.5em 0 .4em; padding-top: .3em; border-top: 1.5pt solid #16425f; break-after: avoid }
h3 { font-size: 11pt; margin: 1.1em 0 .3em; break-after: avoid } p { margin: .4em 0; overflow-wrap: anywhere }
.warning { font-weight: 700; border: 1.5pt solid #a3192b; color: #8d1323; padding: .4em .7em }
.note { color: #4c5c64; font-size: 9pt }
table { border-collapse: collapse; width: 100%; font-size: 9pt; margin: .4em 0 .8em }
th { text-align: left; border-bottom: 1pt solid #16425f; padding: .2em .5em .2em 0; vertical-align: bottom }
td { border-bottom: .5pt solid #cfd8dc; padding: .2em .5em .2em 0; vertical-align: top; overflow-wrap: break-word }
tr { break-inside: avoid } thead { display: table-header-group } .r { text-align: right; font-variant-numeric: tabular-nums }
tr.mark td:first-child { font-weight: 700; color: #a3192b }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15em 1em; margin: .4em 0 }
dt { color: #4c5c64 } dd { margin: 0; overflow-wrap: anywhere }
ul.figures { display: flex; flex-wrap: wrap; gap: 1.6em; list-style: none; padding: 0; margin: .6em 0 }
ul.figures b { display: block; font-size: 17pt; line-height: 1.1 } ul.figures span { color: #4c5c64; font-size: 9pt }
figure { margin: .6em 0; break-inside: avoid } figure svg { width: 100%; height: auto; display: block }
figcaption { color: #4c5c64; font-size: 9pt } .break { break-after: page }
footer { border-top: .5pt solid #8a979d; margin-top: 2em; padding-top: .5em; font-size: 8.5pt }
footer h2 { border: 0; font-size: 10pt; margin: 0 }
@media print { body { margin: 0; max-width: none; padding: 0 } }
"""


def escape(text: str) -> str:
    """Text for an element or an attribute; what HTML cannot hold becomes U+FFFD."""
    return _html.escape(tame(text), quote=True)


def write(document: Document) -> str:
    """The file's text."""
    d, e = document, escape
    out = [
        f'<!DOCTYPE html>\n<html lang="{e(d.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="date" content="{format_time(d.made)}">\n<meta name="generator" content="selat">\n'
        f"<title>{e(d.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<header>\n"
    ]
    if d.first or d.warning:
        out.append(f'<p class="warning" role="note">{e(d.first or d.warning)}</p>\n')
    out.append(f'<h1>{e(d.title)}</h1>\n<p class="sub">{e(d.subtitle)}</p>\n</header>\n<main>\n')
    out += [_block(b) for b in d.blocks]
    out.append("</main>\n")
    if d.foot:
        out.append(f"<footer>\n<h2>{e(d.foot_title)}</h2>\n{_facts(d.foot)}</footer>\n")
    out.append("</body>\n</html>\n")
    return "".join(out)


def _block(block: Block) -> str:
    e = escape
    if isinstance(block, Heading):
        return f"<h{block.level + 1}>{e(block.text)}</h{block.level + 1}>\n"
    if isinstance(block, Text):
        kind = "" if block.kind == "plain" else f' class="{e(block.kind)}"'
        return f"<p{kind}>{e(block.text)}</p>\n"
    if isinstance(block, Facts):
        return _facts(block.rows)
    if isinstance(block, Figures):
        rows = "".join(f"<li><b>{e(number)}</b><span>{e(what)}</span></li>" for number, what in block.rows)
        return f'<ul class="figures">{rows}</ul>\n'
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        caption = f"<figcaption>{e(block.caption)}</figcaption>" if block.caption else ""
        drawing = block.svg.replace("<svg ", f'<svg role="img" aria-label="{e(block.alt)}" ', 1)
        return f'<figure style="width:{100 * block.width:.0f}%">{drawing}{caption}</figure>\n'
    return '<div class="break"></div>\n'


def _facts(rows: tuple[tuple[str, str], ...]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in rows) + "</dl>\n"


def _table(t: Table) -> str:
    if not t.rows:
        return f'<p class="note">{escape(t.empty)}</p>\n' if t.empty else ""
    whole = sum(t.widths)
    columns = "".join(f'<col style="width:{100 * w / whole:.1f}%">' for w in t.widths)
    side = ["" if k not in t.right else ' class="r"' for k in range(len(t.head))]
    head = "".join(f'<th scope="col"{side[k]}>{escape(c)}</th>' for k, c in enumerate(t.head))
    rows = []
    for n, row in enumerate(t.rows):
        cells = "".join(f"<td{side[k]}>{escape(c)}</td>" for k, c in enumerate(row))
        marked = ' class="mark"' if n in t.marks else ""
        rows.append(f"<tr{marked}>{cells}</tr>\n")
    group = f"<colgroup>{columns}</colgroup>" if columns else ""
    return f"<table>{group}<thead><tr>{head}</tr></thead><tbody>\n{''.join(rows)}</tbody></table>\n"
