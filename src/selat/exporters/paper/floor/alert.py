"""One alert: its reason, what was measured against which limit, the rows it rests on, the map, what was done with it."""

from __future__ import annotations

import math

from selat.exporters.paper.blocks import Block, Document, Facts, Figure, Text, table
from selat.exporters.paper.chart import Chart, box_of
from selat.exporters.paper.floor import _say as say
from selat.exporters.paper.floor.given import Told
from selat.exporters.paper.floor.ship import SILENCE
from selat.exporters.paper.words import Words
from selat.exporters.paper.words.common import COMMON
from selat.exporters.paper.words.sea import SEA

_TRACKS = ("#14588f", "#7f46a0", "#1e7a4c", "#8a5a00")
_MOST = 80  #: rows of evidence that are told


def document(d: Told, language: str = "en") -> Document:
    """The report of an alert."""
    w = Words(language, COMMON, SEA)
    a = d.alert
    facts = [
        (w("priority"), w(a.priority)), (w("state"), say.outcome(a, w)), (w("rule"), a.rule),
        (w("from"), say.moment(a.time, seconds=True)), (w("to"), say.moment(a.last, seconds=True)),
        (w("position"), say.place(a.lat, a.lon) or w("unknown")), (w("ships"), say.names(a) or w("none")),
    ]  # fmt: skip
    blocks: list[Block] = [
        Text(a.sentence, "warning" if a.priority in ("emergency", "alarm") else "plain"), Facts(tuple(facts)),
        say.heading(w("reasoned")),
        *_reason(d, w),
        say.heading(w("map")),
        _map(d, w),
        say.heading(w("measured")),
        *_measured(d, w),
        *_history(d, w),
        *_evidence(d, w),
    ]  # fmt: skip
    return say.finished(
        w("alert.title", id=a.id[:8], rule=a.rule), say.names(a), d.basis, w, blocks, extra=[(w("alerts"), a.id)]
    )


def _reason(d: Told, w: Words) -> list[Block]:
    parts = ", ".join(f"{name} {value:.2f}" for name, value in d.confidence)
    rows = [(w("sure"), f"{d.alert.confidence:.0%}" + (f" = {parts}" if parts else ""))]
    rows += [(w("false_if"), text) for text in d.false_if]
    rows += [(w(k), v) for k, v in (("to_do", d.action), ("geometry", d.geometry)) if v]
    key, values = d.again
    rows.append((w("asked_again"), w(key, **values)))
    out: list[Block] = [Facts(tuple(rows))]
    if d.text:
        out.append(Text(d.text, "note"))
    if d.missing:
        out.append(Text(w("missing_rows", n=d.missing), "warning"))
    if d.similar:
        head = (w("alerts"), w("outcome"), w("reason"))
        out += [
            say.heading(w("similar"), 2),
            table(head, [(i[:8], w(f"cause.{c}"), s) for i, c, s in d.similar], widths=(1, 1.3, 6)),
        ]
    return out


def _measured(d: Told, w: Words) -> list[Block]:
    out: list[Block] = [
        say.heading(w("inputs"), 2),
        table((w("what"), w("value")), d.measured, widths=(1.6, 3), empty=w("none")),
    ]
    head = (w("what"), w("value"), w("unit"), w("meaning"), w("reference"))
    out.append(say.heading(w("parameters", version=d.alert.version), 2))
    out.append(table(head, d.parameters, widths=(1.6, 1.3, 0.8, 3.4, 2.6), empty=w("none")))
    return out


def _map(d: Told, w: Words) -> Block:
    lats, lons = [d.alert.lat], [d.alert.lon]
    for track in d.tracks.values():
        lats, lons = [*lats, *track[:, 1].tolist()], [*lons, *track[:, 2].tolist()]
    chart = Chart(box_of(lats, lons, margin=0.2, least=0.04)).land(d.place.land).zones(d.place.zones)
    names = {s.mmsi: s.name for s in d.ships}
    for k, (mmsi, track) in enumerate(sorted(d.tracks.items())):
        colour = _TRACKS[k % len(_TRACKS)]
        chart.track(track, SILENCE, stroke=colour)
        if len(track):
            chart.mark(
                float(track[-1, 1]),
                float(track[-1, 2]),
                "ship",
                name=names.get(mmsi) or f"{mmsi:09d}",
                turn=chart.turn(track),
                colour=colour,
            )
    chart.mark(d.alert.lat, d.alert.lon, d.alert.priority)
    kinds = ["track", "ship", *(["lane"] if d.place.zones else [])]
    return Figure(chart.svg(say.legend(w, *kinds, alerts=[d.alert]), w("credit")), w("map.alert"), w("map.alert"))


def _history(d: Told, w: Words) -> list[Block]:
    rows = [
        (str(n), say.moment(t, seconds=True), who, w(action), told, hash_[:20])
        for n, t, who, action, told, hash_ in d.log
    ]
    head = (w("seq"), w("time"), w("who"), w("what"), w("note"), w("hash"))
    chain = Text(w("chain.whole"), "note") if d.broken is None else Text(w("chain.broken", n=d.broken), "warning")
    return [
        say.heading(w("history")),
        chain,
        table(head, rows, right=(0,), widths=(0.6, 2, 1.6, 1.6, 3, 2.1), empty=w("none")),
    ]


def _evidence(d: Told, w: Words) -> list[Block]:
    rows = [
        (f"{seq}", say.moment(t, seconds=True), f"{mmsi:09d}", say.place(lat, lon), say.kn(sog),
         f"{cog:.0f}°" if math.isfinite(cog) else "", f"{heading}°" if heading < 360 else "", station)
        for seq, t, mmsi, lat, lon, sog, cog, heading, station in d.rows[:_MOST]
    ]  # fmt: skip
    head = (w("seq"), w("time"), w("mmsi"), w("position"), w("speed"), w("course"), w("heading"), w("station"))
    out: list[Block] = [
        say.heading(w("evidence")),
        table(head, rows, right=(0, 4, 5, 6), widths=(1, 2.1, 1.2, 3, 1, 1, 1, 1.4), empty=w("evidence_none")),
    ]
    if len(d.rows) > _MOST:
        out.append(Text(w("more", n=f"{len(d.rows) - _MOST:,}"), "note"))
    return out
