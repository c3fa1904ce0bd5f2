"""The daily report: open alerts first, then what was done, traffic, reception, notable ships, the map."""

from __future__ import annotations

from collections import Counter

from selat.exporters.paper.blocks import Block, Document, Figure, Figures, Text, table
from selat.exporters.paper.chart import Chart, box_of
from selat.exporters.paper.floor import _say as say
from selat.exporters.paper.floor.given import Cells, Day
from selat.exporters.paper.words import Words
from selat.exporters.paper.words.common import COMMON
from selat.exporters.paper.words.sea import SEA
from selat.model.clock import DAY, format_time
from selat.model.nouns import PRIORITIES

QUIET = 25  #: cautions told one by one


def document(d: Day, language: str = "en") -> Document:
    """The report of a day."""
    w = Words(language, COMMON, SEA)
    one = d.basis.end - d.basis.begin == DAY and d.basis.begin % DAY == 0
    day = format_time(d.basis.begin)[:10] if one else say.span(d.basis, w)
    blocks: list[Block] = [
        *_glance(d, w),
        *_alerts(d, w, one),
        *_map(d, w),
        *_traffic(d, w),
        *_reception(d, w),
        *_notable(d, w),
        *_cautions(d, w, one),
    ]
    return say.finished(w("day.title", day=day), say.span(d.basis, w), d.basis, w, blocks)


def _glance(d: Day, w: Words) -> list[Block]:
    def beside(now: int, key: str) -> str:
        before = None if d.before is None else d.before.get(key)
        return w(f"n.{key}") + ("" if before is None else f" ({w('before', n=f'{before:,}')})")

    open_ = sum(a.open for a in d.alerts)
    rows = (
        (f"{d.counts['ships']:,}", beside(d.counts["ships"], "ships")),
        (f"{d.counts['reports']:,}", beside(d.counts["reports"], "reports")),
        (f"{len(d.alerts):,}", w("n.alerts")), (f"{open_:,}", w("n.open")), (f"{len(d.outages):,}", w("n.outages")),
    )  # fmt: skip
    return [say.heading(w("glance")), Figures(rows)]


def _alerts(d: Day, w: Words, day: bool) -> list[Block]:
    open_ = say.by_gravity([a for a in d.alerts if a.open])
    over = say.by_gravity([a for a in d.alerts if not a.open and a.priority != "caution"])
    out: list[Block] = [say.heading(w("open_first")), *say.alert_table(open_, w, w("open_none"), day=day)]
    out += [say.heading(w("closed")), *say.alert_table(over, w, w("closed_none"), ended=True, day=day)]
    return [*out, *_by_rule(d, w)]


def _cautions(d: Day, w: Words, day: bool) -> list[Block]:
    quiet = sorted((a for a in d.alerts if a.priority == "caution"), key=lambda a: (a.rule, a.time, a.id))
    if not quiet:
        return []
    told = say.alert_table(quiet, w, "", ended=True, day=day, most=QUIET)
    return [say.heading(w("cautions")), Text(w("cautions_how"), "note"), *told]


def _by_rule(d: Day, w: Words) -> list[Block]:
    out: list[Block] = []
    head = (w("rule"), w("raised"), w("acked"), w("true"), w("false"), w("other_end"), w("open"))
    rows = []
    for rule in sorted({a.rule for a in d.alerts}):
        of = [a for a in d.alerts if a.rule == rule]
        true, false, left = (
            sum(f) for f in ([a.cause == "true" for a in of], [a.cause == "false" for a in of], [a.open for a in of])
        )
        acked = sum(bool(a.acknowledged_at) for a in of)
        rows.append([rule, *map(str, (len(of), acked, true, false, len(of) - true - false - left, left))])
    if rows:
        out += [say.heading(w("by_rule"), 2), table(head, rows, right=range(1, 7), widths=(3, 1, 1, 1, 1, 1, 1))]
        by = Counter((a.priority, a.open) for a in d.alerts)
        ranks = [(w(p), str(by[p, True] + by[p, False]), str(by[p, True])) for p in PRIORITIES]
        out += [
            say.heading(w("by_priority"), 2),
            table((w("priority"), w("raised"), w("open")), ranks, right=(1, 2), widths=(3, 1, 1)),
        ]
    waited = sorted(max(a.acknowledged_at - a.time, 0) for a in d.alerts if a.acknowledged_at)
    if waited:
        out.append(Text(w("median_ack", span=say.lasting(waited[len(waited) // 2]))))
    return out


def _map(d: Day, w: Words) -> list[Block]:
    chart = Chart(box_of(*_corners(d.cells, d)))
    chart = say.shade(chart.land(d.place.land).zones(d.place.zones), d.cells)
    chart = say.alerts_on(chart, d.alerts)
    drawn = chart.svg(say.legend(w, *(["lane"] if d.place.zones else []), alerts=d.alerts, cells=d.cells), w("credit"))
    return [say.heading(w("map")), Figure(drawn, w("map.day"), w("map.day"))]


def _corners(cells: Cells | None, d: Day) -> tuple[list[float], list[float]]:
    lats, lons = [a.lat for a in d.alerts], [a.lon for a in d.alerts]
    if cells is not None:
        lats += [cells.south, cells.south + cells.side * cells.count.shape[0]]
        lons += [cells.west, cells.west + cells.side * cells.count.shape[1]]
    return lats, lons


def _traffic(d: Day, w: Words) -> list[Block]:
    out: list[Block] = [say.heading(w("traffic"))]
    title, figure = say.hours_figure(d.counts["by_hour"], w)
    if figure is not None:
        out += [say.heading(title, 2), figure]
    out += [say.heading(w("by_type"), 2), say.counts_figure(d.counts["by_type"], w, w("by_type"), "cat.")]
    out += [say.heading(w("by_flag"), 2), say.counts_figure(d.counts["by_flag"], w, w("by_flag"))]
    out += [say.heading(w("by_heading"), 2), say.counts_figure(d.counts["by_direction"], w, w("by_heading"))]
    return out


def _reception(d: Day, w: Words) -> list[Block]:
    out: list[Block] = [say.heading(w("reception"))]
    silent = say.hours_without(d.counts["by_hour"])
    if silent:
        out.append(Text(w("silent_hours", hours=silent)))
    rows = [(name or w("station_none"), f"{n:,}") for name, n in d.counts["by_station"].items()]
    out.append(table((w("station"), w("reports")), rows, right=(1,), widths=(4, 1), title=w("by_station")))
    if d.rejects is not None:
        out.append(Text(w("rejects", n=f"{d.rejects:,}")))
    out += [say.heading(w("outages"), 2), say.outage_table(d.outages, w)]
    return out


def _notable(d: Day, w: Words) -> list[Block]:
    rows = []
    for ship, why in d.notable:
        said = "; ".join(
            w(key, **{k: w(v) if isinstance(v, str) else v for k, v in values.items()}) for key, values in why
        )
        rows.append((say.named(ship), ship.flag, w(f"cat.{ship.category}"), say.size(ship), said))
    head = (w("ship"), w("flag"), w("type"), w("size"), w("why"))
    return [say.heading(w("notable")), table(head, rows, widths=(3.2, 0.8, 1.6, 1.6, 3.5), empty=w("notable_none"))]
