"""Traffic and alerts inside a zone over a period."""

from __future__ import annotations

from selat.exporters.paper.blocks import Block, Document, Facts, Figure, Figures, Text, table
from selat.exporters.paper.chart import Chart, box_of
from selat.exporters.paper.floor import _say as say
from selat.exporters.paper.floor.given import Area
from selat.exporters.paper.words import Words
from selat.exporters.paper.words.common import COMMON
from selat.exporters.paper.words.sea import SEA
from selat.model.clock import SECOND

_MOST = 60  #: ships told one by one


def document(d: Area, language: str = "en") -> Document:
    """The report of an area."""
    w = Words(language, COMMON, SEA)
    open_ = sum(a.open for a in d.alerts)
    blocks: list[Block] = [
        say.heading(w("glance")),
        Figures(
            (
                (f"{len(d.visits):,}", w("n.inside")),
                (f"{d.counts['reports']:,}", w("n.reports")),
                (f"{len(d.alerts):,}", w("n.alerts")),
                (f"{open_:,}", w("n.open")),
            )
        ),
        say.heading(w("alerts")),
        *say.alert_table(sorted(say.by_gravity(d.alerts), key=lambda a: not a.open), w, w("alerts_none_here")),
        say.heading(w("map")),
        _map(d, w),
        *_traffic(d, w),
        *_ships(d, w),
        say.heading(w("outages")),
        say.outage_table(d.outages, w),
        say.heading(w("zone_facts")),
        Facts(_zone(d, w)),
    ]
    extra = [(w("zone_version"), d.zone.version)]
    return say.finished(w("area.title", name=d.zone.name), say.span(d.basis, w), d.basis, w, blocks, extra=extra)


def _zone(d: Area, w: Words) -> tuple[tuple[str, str], ...]:
    z = d.zone
    rules = "; ".join(f"{k} = {v}" for k, v in z.rules.items())
    rows = [
        (w("name"), z.name),
        (w("kind"), z.kind.replace("_", " ")),
        (w("source"), z.source),
        (w("zone_rules"), rules),
    ]
    return (*((k, v or w("none")) for k, v in rows), (w("zone_version"), z.version))


def _map(d: Area, w: Words) -> Block:
    lons, lats = [p[0] for p in d.zone.ring], [p[1] for p in d.zone.ring]
    chart = Chart(box_of(lats, lons)).land(d.place.land).zones(z for z in d.place.zones if z.name != d.zone.name)
    say.shade(chart, d.cells)
    ring = [(lat, lon) for lon, lat in d.zone.ring]
    chart = chart.line(ring, weight=1.6) if d.zone.line else chart.area(ring, weight=1.6)
    say.alerts_on(chart, d.alerts)
    return Figure(
        chart.svg(say.legend(w, "zone", alerts=d.alerts, cells=d.cells), w("credit")), w("map.day"), w("map.day")
    )


def _traffic(d: Area, w: Words) -> list[Block]:
    out: list[Block] = [say.heading(w("traffic"))]
    title, figure = say.hours_figure(d.counts["by_hour"], w)
    if figure is not None:
        out += [say.heading(title, 2), figure]
    for title, counts, prefix in (
        ("by_type", d.counts["by_type"], "cat."), ("by_flag", d.counts["by_flag"], ""),
        ("by_heading", d.counts["by_direction"], ""),
    ):  # fmt: skip
        out += [say.heading(w(title), 2), say.counts_figure(counts, w, w(title), prefix)]
    return out


def _ships(d: Area, w: Words) -> list[Block]:
    rows = [
        (say.named(v.ship), v.ship.flag, w(f"cat.{v.ship.category}"), say.moment(v.first), say.moment(v.last),
         say.lasting(round(v.seconds * SECOND)), say.kn(v.speed), str(v.visits))
        for v in d.visits[:_MOST]
    ]  # fmt: skip
    head = (w("ship"), w("flag"), w("type"), w("first"), w("last"), w("stay"), w("max_speed"), w("visits"))
    out: list[Block] = [
        say.heading(w("inside")), Text(w("inside_how"), "note"),
        table(head, rows, right=(5, 6, 7), widths=(3, 0.7, 1.3, 1.8, 1.8, 1.4, 1.2, 0.9), empty=w("none")),
    ]  # fmt: skip
    if len(d.visits) > _MOST:
        out.append(Text(w("more", n=f"{len(d.visits) - _MOST:,}"), "note"))
    return out
