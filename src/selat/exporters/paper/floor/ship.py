"""The dossier of a ship: who she said she was, where she went and stood, whom she met, her alerts, her silences."""

from __future__ import annotations

from selat.exporters.paper.blocks import Block, Document, Facts, Figure, Figures, Text, table
from selat.exporters.paper.chart import Chart, box_of
from selat.exporters.paper.floor import _say as say
from selat.exporters.paper.floor.given import Dossier
from selat.exporters.paper.words import Words
from selat.exporters.paper.words.common import COMMON
from selat.exporters.paper.words.sea import SEA
from selat.model.clock import MINUTE, SECOND

SILENCE = 30 * MINUTE  #: ns: over a longer one the track is dashed


def document(d: Dossier, language: str = "en") -> Document:
    """The dossier."""
    w = Words(language, COMMON, SEA)
    s = d.ship
    facts = [
        (w("mmsi"), f"{s.mmsi:09d}"), (w("imo"), say.known(s.imo)), (w("callsign"), s.callsign), (w("flag"), s.flag),
        (w("type"), s.said or w(f"cat.{s.category}")), (w("size"), say.size(s)),
    ]  # fmt: skip
    blocks: list[Block] = [Facts(tuple((k, v or w("unknown")) for k, v in facts)), _figures(d, w)]
    blocks += [say.heading(w("alerts")), *say.alert_table(say.by_gravity(d.alerts), w, w("alerts_none"))]
    blocks += [
        say.heading(w("map")),
        _map(d, w),
        *_identity(d, w),
        *_stops(d, w),
        *_meetings(d, w),
        *_gaps(d, w),
        *_days(d, w),
    ]
    return say.finished(w("ship.title", name=s.name or f"{s.mmsi:09d}"), say.span(d.basis, w), d.basis, w, blocks)


def _figures(d: Dossier, w: Words) -> Block:
    return Figures((
        (f"{d.reports:,}", w("n.reports")), (f"{len(d.stops):,}", w("stops")), (f"{len(d.meetings):,}", w("meetings")),
        (f"{len(d.alerts):,}", w("alerts")), (f"{len(d.gaps):,}", w("gaps")),
    ))  # fmt: skip


def _map(d: Dossier, w: Words) -> Block:
    lats, lons = (
        [*d.track[:, 1].tolist(), *(a.lat for a in d.alerts)],
        [*d.track[:, 2].tolist(), *(a.lon for a in d.alerts)],
    )
    chart = Chart(box_of(lats, lons)).land(d.place.land).zones(d.place.zones)
    chart.track(d.track, SILENCE)
    for stop in d.stops:
        chart.mark(stop.lat, stop.lon, "stop", name=stop.port)
    for meeting in d.meetings:
        chart.mark(meeting.lat, meeting.lon, "meeting", name=meeting.other.name)
    say.alerts_on(chart, d.alerts)
    if len(d.track):
        chart.mark(float(d.track[0, 1]), float(d.track[0, 2]), "begin")
        chart.mark(float(d.track[-1, 1]), float(d.track[-1, 2]), "ship", name=d.ship.name, turn=chart.turn(d.track))
    kinds = ["track", "gap", "begin", "ship", *(["stop"] if d.stops else []), *(["lane"] if d.place.zones else [])]
    return Figure(chart.svg(say.legend(w, *kinds, alerts=d.alerts), w("credit")), w("map.ship"), w("map.ship"))


def _identity(d: Dossier, w: Words) -> list[Block]:
    rows = [(w(fact), value, say.moment(a), say.moment(b), f"{n:,}") for fact, value, a, b, n in d.identity]
    head = (w("fact"), w("value"), w("first_said"), w("last_said"), w("times"))
    return [
        say.heading(w("identity")),
        table(head, rows, right=(4,), widths=(1.5, 3, 2, 2, 0.8), empty=w("identity_none")),
    ]


def _stops(d: Dossier, w: Words) -> list[Block]:
    rows = [
        (
            say.moment(s.begin),
            say.lasting(s.end - s.begin),
            say.place(s.lat, s.lon),
            f"{s.port}, {say.nm(s.port_away)}" if s.port else "",
        )
        for s in d.stops
    ]
    head = (w("from"), w("duration"), w("position"), w("port"))
    return [say.heading(w("stops")), table(head, rows, widths=(2, 1.5, 3, 3), empty=w("stops_none"))]


def _meetings(d: Dossier, w: Words) -> list[Block]:
    rows = [
        (
            say.moment(m.begin), say.lasting(m.end - m.begin), say.named(m.other), w(f"cat.{m.other.category}"),
            "" if m.nearest is None else say.nm(m.nearest), say.place(m.lat, m.lon), m.rule,
        )
        for m in d.meetings
    ]  # fmt: skip
    head = (w("from"), w("duration"), w("with"), w("type"), w("nearest"), w("position"), w("rule"))
    return [
        say.heading(w("meetings")), Text(w("meetings_how"), "note"),
        table(head, rows, widths=(1.8, 1.2, 2.6, 1.2, 1, 2.4, 1.5), empty=w("meetings_none")),
    ]  # fmt: skip


def _gaps(d: Dossier, w: Words) -> list[Block]:
    rows = [
        (say.moment(g.begin), say.moment(g.end), say.lasting(g.end - g.begin), say.nm(g.metres),
         say.kn(g.metres / ((g.end - g.begin) / SECOND)), ", ".join(g.down))
        for g in d.gaps
    ]  # fmt: skip
    head = (w("from"), w("to"), w("duration"), w("moved"), w("needed"), w("source_down"))
    return [
        say.heading(w("gaps")), Text(w("gaps_how"), "note"),
        table(head, rows, widths=(1.8, 1.8, 1.3, 1.2, 1.2, 2), empty=w("gaps_none")),
    ]  # fmt: skip


def _days(d: Dossier, w: Words) -> list[Block]:
    rows = [(day, f"{reports:,}", str(stations)) for day, reports, stations in d.days]
    return [
        say.heading(w("heard")),
        table((w("time"), w("reports"), w("station")), rows, right=(1, 2), widths=(3, 1, 1)),
    ]
