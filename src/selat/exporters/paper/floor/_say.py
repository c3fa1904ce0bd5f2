"""Values as the reports of a sea write them, and the blocks that several of them have."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from selat.exporters.paper import plot
from selat.exporters.paper.blocks import Block, Document, Figure, Heading, Table, Text, table
from selat.exporters.paper.chart import Chart
from selat.exporters.paper.floor.given import AlertRow, Basis, Cells, Outage, Ship
from selat.exporters.paper.marks import DARK, PALE
from selat.exporters.paper.words import Words
from selat.model.clock import DAY, HOUR, SECOND, format_time
from selat.model.nouns import PRIORITIES
from selat.model.units import knots, nautical_miles
from selat.tracks import say

SHADES = (PALE, "#a9c9d8", "#7fadc5", "#5490b1", DARK)
LONGEST = 60  #: alerts of one kind that are told one by one


def moment(ns: int, *, seconds: bool = False) -> str:
    """``2026-11-21 23:04``; empty for never."""
    return format_time(ns)[: 19 if seconds else 16].replace("T", " ") if ns else ""


def hour(ns: int) -> str:
    """Time of day."""
    return format_time(ns)[11:16]


def lasting(ns: int) -> str:
    """A duration: ``1 h 05 min``, ``2 d 03 h``."""
    minutes = max(ns, 0) // (60 * SECOND)
    if minutes >= 48 * 60:
        return f"{minutes // 1440} d {minutes % 1440 // 60:02d} h"
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def place(lat: float, lon: float) -> str:
    """Degrees and minutes; empty where it is not known."""
    return say.place(lat, lon) if math.isfinite(lat) and math.isfinite(lon) else ""


def kn(speed: float) -> str:
    """Knots with one decimal; empty where not known."""
    return f"{knots(speed):.1f} kn" if math.isfinite(speed) else ""


def nm(metres: float) -> str:
    """Nautical miles, metres below a tenth."""
    return f"{metres:.0f} m" if metres < 185 else f"{nautical_miles(metres):,.1f} nm"


def named(ship: Ship) -> str:
    """Her name and number."""
    return f"{ship.name} ({ship.mmsi:09d})" if ship.name else f"{ship.mmsi:09d}"


def _unsaid(a: AlertRow) -> str:
    """Ships of an alert that its sentence does not name."""
    left = [(m, name) for m, name in a.names if f"{m:09d}" not in a.sentence and not (name and name in a.sentence)]
    return "".join(f"\n{f'{name} ({m:09d})' if name else f'{m:09d}'}" for m, name in left)


def names(alert: AlertRow) -> str:
    """The ships of an alert."""
    return ", ".join(f"{name} ({mmsi:09d})" if name else f"{mmsi:09d}" for mmsi, name in alert.names)


def size(ship: Ship) -> str:
    """``180 × 28 m``."""
    if not ship.length:
        return ""
    return f"{ship.length:.0f} x {ship.beam:.0f} m" if ship.beam else f"{ship.length:.0f} m"


def outcome(a: AlertRow, w: Words) -> str:
    """How an alert stands or ended: state, cause, by whom, with which note."""
    parts = [w(a.state)]
    if a.state == "cleared" and (a.cause or a.closed_by):
        parts = [f"{w('cleared')}: {w(f'cause.{a.cause}')}"]
    who = a.closed_by or a.acknowledged_by
    when = a.closed_at or a.acknowledged_at
    if who:
        parts.append(f"{who}, {moment(when)}")
    if a.assigned:
        parts.append(f"→ {a.assigned}")
    if a.note:
        parts.append(a.note)
    return "; ".join(parts)


def by_gravity(alerts: Sequence[AlertRow]) -> list[AlertRow]:
    """Gravest first, then the oldest."""
    return sorted(alerts, key=lambda a: (PRIORITIES.index(a.priority), a.time, a.id))


def alert_table(
    alerts: Sequence[AlertRow], w: Words, empty: str, *, ended: bool = False, day: bool = False, most: int = LONGEST
) -> list[Block]:
    """Alerts with reason and outcome; the first of very many, and how many more there are. ``day``: times without their date."""
    rows = [
        (w(a.priority), hour(a.time) if day else moment(a.time), a.rule, f"{a.sentence}{_unsaid(a)}", outcome(a, w))
        for a in alerts[:most]
    ]
    grave = [n for n, a in enumerate(alerts[:most]) if not ended and a.priority in ("emergency", "alarm")]
    head = (w("priority"), w("time"), w("rule"), w("reason"), w("outcome"))
    widths = (1.5, 0.8 if day else 1.6, 1.7, 5.5, 2.9)
    out: list[Block] = [table(head, rows, widths=widths, empty=empty, marks=grave)]
    if len(alerts) > most:
        out.append(Text(w("more", n=f"{len(alerts) - most:,}"), "note"))
    return out


def outage_table(outages: Sequence[Outage], w: Words) -> Table:
    """When sources were silent."""
    rows = [
        (o.source, moment(o.began), moment(o.ended) or w("still"), lasting(o.ended - o.began) if o.ended else "")
        for o in outages
    ]
    return table((w("source"), w("from"), w("to"), w("duration")), rows, widths=(3, 2, 2, 1.5), empty=w("outage_none"))


def counts_figure(counts: Mapping[str, int], w: Words, alt: str, prefix: str = "") -> Block:
    """Named counts as bars."""
    rows = [(w(f"{prefix}{k}") if prefix and w.known(f"{prefix}{k}") else w(k), float(v)) for k, v in counts.items()]
    said = ", ".join(f"{name} {value:,.0f}" for name, value in rows)
    return Figure(plot.bars(rows), f"{alt}: {said}", width=0.75) if rows else Text(w("none"), "note")


def hours_figure(by_hour: Sequence[tuple[int, int]], w: Words) -> tuple[str, Figure | None]:
    """(heading, ships heard in each hour, or on each day where the period is long)."""
    if not by_hour:
        return w("by_hour"), None
    times, values = [t for t, _ in by_hour], [float(v) for _, v in by_hour]
    if len(values) > 24 * 8:
        days = sorted({t // DAY for t in times})
        most = [max(v for t, v in zip(times, values, strict=True) if t // DAY == d) for d in days]
        return w("by_day"), Figure(plot.columns(most, [format_time(d * DAY)[5:10] for d in days]), w("by_day"))
    labels = [hour(t) if len(values) <= 26 else format_time(t)[5:13].replace("T", " ") for t in times]
    return w("by_hour"), Figure(plot.columns(values, labels), w("by_hour"))


def shade(chart: Chart, cells: Cells | None) -> Chart:
    """Cells by how many ships were heard in them, on a scale of doublings."""
    if cells is None or not cells.count.size:
        return chart
    most = max(int(cells.count.max()), 1)
    for r in range(cells.count.shape[0]):
        row, k = cells.count[r], 0
        while k < len(row):
            tone = _tone(int(row[k]), most)
            begin = k
            while k < len(row) and _tone(int(row[k]), most) == tone:
                k += 1
            if tone >= 0:
                chart.cell(
                    cells.south + r * cells.side, cells.west + begin * cells.side, cells.side, k - begin, SHADES[tone]
                )
    return chart


def _tone(n: int, most: int) -> int:
    """Of five tones; -1 for none."""
    return -1 if n <= 0 else min(int(math.log1p(n - 1) / math.log1p(max(most - 1, 1)) * len(SHADES)), len(SHADES) - 1)


def alerts_on(chart: Chart, alerts: Sequence[AlertRow]) -> Chart:
    """Alerts as triangles, the gravest on top."""
    for a in reversed(by_gravity(alerts)):
        chart.mark(
            a.lat, a.lon, a.priority, name=(a.names[0][1] or f"{a.names[0][0]:09d}") if a.names and a.open else ""
        )
    return chart


def finished(
    title: str, subtitle: str, basis: Basis, w: Words, blocks: Sequence[Block], *, extra: Sequence[tuple[str, str]] = ()
) -> Document:
    """A document with its foot: what it rests on."""
    log = w("log_said", n=f"{basis.log_rows:,}", hash=basis.log_hash) if basis.log_rows else w("log_empty")
    foot = (
        (w("sea"), basis.sea),
        (w("period"), w("span", begin=moment(basis.begin, seconds=True), end=moment(basis.end, seconds=True))),
        *extra,
        (w("data_hash"), basis.data_hash),
        (w("log_head"), log),
        (w("version"), basis.version),
    )
    running = f"selat {basis.version} · {basis.sea} · {basis.data_hash[:16]}"
    end: list[Block] = [Text(f"{w('utc')} {w('as_written')}", "note")]
    return Document(
        title,
        subtitle,
        w.language,
        basis.end,
        (*blocks, *end),
        foot,
        w("basis"),
        running=running,
        page=w("page"),
    )


def heading(text: str, level: int = 1) -> Heading:
    """A heading."""
    return Heading(text, level)


def legend(w: Words, *kinds: str, alerts: Sequence[AlertRow] = (), cells: Cells | None = None) -> list[tuple[str, str]]:
    """Symbols that stand on the map, with words."""
    out = [(k, w(f"leg.{k}")) for k in kinds]
    if cells is not None and cells.count.any():
        out = [("pale", w("leg.cell", n=1)), ("dark", w("leg.cell", n=int(cells.count.max()))), *out]
    return out + [(p, w(p)) for p in PRIORITIES if any(a.priority == p for a in alerts)]


def span(basis: Basis, w: Words) -> str:
    """The period in words."""
    return w("span", begin=moment(basis.begin), end=moment(basis.end))


def hours_without(by_hour: Sequence[tuple[int, int]]) -> str:
    """Hours in which nothing was heard, in runs: ``03:00-05:00``."""
    runs: list[list[int]] = []
    for at, n in by_hour:
        if n:
            continue
        if runs and runs[-1][1] == at:
            runs[-1][1] = at + HOUR
        else:
            runs.append([at, at + HOUR])
    return ", ".join(f"{format_time(a)[5:16].replace('T', ' ')}-{hour(b)}" for a, b in runs[:12]) + (
        " ..." if len(runs) > 12 else ""
    )


def known(value: Any) -> str:
    """A value as text; empty for nothing."""
    return "" if value in (None, "", 0) else str(value)
