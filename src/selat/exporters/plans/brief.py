"""The brief of a search on paper: what may have happened, where the object drifts, who searches where and when, what it is worth.

Its first line says that it is not approved (or carries the user's own approval) and what the plan is weak in; it stands at the
head of every page. What the plan does not know comes beside it: the drift (:class:`Shown`), facts, land for the maps.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from selat.exporters.paper.blocks import Block, Document, Facts, Figure, Figures, Heading, Text, table
from selat.exporters.paper.chart import Chart, box_of
from selat.exporters.paper.ground import Land
from selat.exporters.paper.words import Words
from selat.exporters.paper.words.brief import BRIEF
from selat.exporters.paper.words.common import COMMON
from selat.exporters.plans import _text as text
from selat.exporters.plans.words import words as message_words
from selat.kernels.geodesy import destination
from selat.model.clock import SECOND, format_time
from selat.model.plan import APPROVAL, Plan, Task, to_dict

Ring = Sequence[Sequence[float]]  #: of (lat, lon)
CONTOUR = {0.5: "#14588f", 0.9: "#4c86b8", 0.95: "#8db3d3"}
TASKS = ("#1e7a4c", "#7f46a0", "#8a5a00", "#b03060", "#0b7f92", "#5b5b00")


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the object may be at a time: mean place, radii (m), share ashore, rings by level (0.5, 0.9, 0.95)."""

    time: int
    lat: float
    lon: float
    r50: float
    r90: float
    r95: float
    ashore: float
    rings: Mapping[float, Sequence[Ring]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a brief tells beside the plan. ``scenarios``: (weight, name, place, probable error, time); ``objects``: (weight, name,
    source); ``fields``: (wind or current, as given). ``light``: (word, time as text). ``digest``: of the drift's file."""

    moments: tuple[Moment, ...] = ()
    scenarios: tuple[tuple[str, str, str, str, str], ...] = ()
    objects: tuple[tuple[str, str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    note: str = ""
    light: tuple[tuple[str, str], ...] = ()
    survival: str = ""
    digest: str = ""
    land: Land = field(default_factory=Land)
    version: str = ""


def document(
    plan: Plan, shown: Shown | None = None, *, facts: Mapping[str, str] | None = None, language: str = "en"
) -> Document:
    """The brief."""
    w = Words(language, COMMON, BRIEF)
    shown = shown or Shown()
    approval = message_words(language)["approval"] if plan.approval == APPROVAL else plan.approval
    blocks: list[Block] = [
        *_summary(plan, w),
        *_case(shown, w),
        *_facts(facts or {}, w),
        *_drift(shown, w),
        *_areas(plan, shown, w),
    ]
    for k, task in enumerate(plan.tasks):
        blocks += _task(task, k, w)
    blocks += [*_effort(plan, w), *_light(shown, w), Text(w("utc"), "note")]
    body = json.dumps(to_dict(plan), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    digest = hashlib.sha256(body.encode()).hexdigest()
    foot = [(w("case"), text.title(plan)), (w("period"), _span(plan.begin, plan.end, w)), (w("plan_hash"), digest)]
    foot += [(w("drift_hash"), shown.digest)] if shown.digest else []
    foot += [(w("version"), shown.version)] if shown.version else []
    return Document(
        w("brief.title", case=text.title(plan)),
        f"{plan.target}; {_span(plan.begin, plan.end, w)}",
        language,
        plan.made,
        tuple(blocks),
        tuple(foot),
        w("basis"),
        approval,
        f"{text.title(plan)} · {digest[:16]}",
        w("page"),
        " | ".join(t for t in (approval, *plan.weaknesses) if t),
    )


def _span(begin: int, end: int, w: Words) -> str:
    return w("span", begin=_when(begin), end=_when(end))


def _when(time: int) -> str:
    return format_time(time)[:16].replace("T", " ")


def _nm(metres: float) -> str:
    return f"{text.miles(metres, 2 if metres < 18_520 else 1)} nm"


def _summary(plan: Plan, w: Words) -> list[Block]:
    rows = [(f"{plan.pos:.1%}", w("pos")), (f"{plan.bound:.1%}", w("bound")), (f"{plan.share:.0%}", w("share"))]
    rows += [(f"{plan.pos_ideal:.1%}", w("ideal"))] if plan.pos_ideal else []
    if plan.pos_before > 0:
        rows.append((f"{1 - (1 - plan.pos_before) * (1 - plan.pos):.1%}", w("pos_all")))
    rows.append((str(len(plan.tasks)), w("tasks")))
    told = [
        (w("target"), plan.target), (w("datum"), text.position(*plan.datum)), (w("search_time"), _span(plan.begin, plan.end, w)),
        (w("made"), _when(plan.made)), (w("ashore"), f"{plan.ashore:.0%}"),
    ]  # fmt: skip
    c = plan.conditions
    told += [(w("wind"), f"{text.knots(float(c['wind']))} kn")] if "wind" in c else []
    told += [(w("sea_state"), f"{float(c['sea']):.1f} m")] if "sea" in c else []
    told += [(w("visibility"), f"{text.miles(float(c['visibility']), 0)} nm")] if "visibility" in c else []
    told += [(w("particles"), f"{int(c['particles']):,}")] if c.get("particles") else []
    return [Heading(w("summary")), Figures(tuple(rows)), Facts(tuple(told))]


def _case(s: Shown, w: Words) -> list[Block]:
    if not (s.scenarios or s.objects or s.fields or s.note):
        return []
    out: list[Block] = [Heading(w("scenarios"))]
    if s.note:
        out.append(Text(s.note))
    head = (w("weight"), w("scenario"), w("position"), w("error"), w("time"))
    out.append(table(head, s.scenarios, right=(0,), widths=(0.8, 2, 2.6, 1.4, 3)))
    out.append(table((w("weight"), w("object"), w("reference")), s.objects, right=(0,), widths=(0.8, 4.6, 4.4)))
    return [*out, table((w("field"), w("given")), [(w(k), v) for k, v in s.fields], widths=(1.5, 8))]


def _facts(facts: Mapping[str, str], w: Words) -> list[Block]:
    rows = tuple((w(f"fact.{k}"), v) for k, v in facts.items() if v)
    return [Heading(w("messages")), Facts(rows)] if rows else []


def _drift(s: Shown, w: Words) -> list[Block]:
    if not s.moments:
        return [Text(w("no_drift"), "note")]
    lats, lons = _reach(s.moments, 0.9)
    chart = Chart(box_of(lats, lons, margin=0.08)).land(s.land)
    drawn = [m for m in s.moments if m.rings]
    for k, m in enumerate(drawn):
        strength = 0.35 + 0.65 * (k + 1) / len(drawn)
        for level, dash in ((0.9, "3 2"), (0.5, "")):
            for ring in m.rings.get(level, ()):
                chart.area(ring, stroke=CONTOUR[level], dash=dash, weight=1.1, strength=strength)
    chart.line([(m.lat, m.lon) for m in s.moments], stroke="#16242b", dash="1 2", weight=0.9)
    for m in s.moments:
        chart.mark(m.lat, m.lon, "begin", name=f"{format_time(m.time)[11:16]}Z" if m.rings else "")
    times = ", ".join(f"{format_time(m.time)[11:16]}Z" for m in drawn)
    legend = [(k, w(f"leg.{k}")) for k in ("contour50", "contour90", "path")]
    caption = w("drift_map", times=times)
    rows = [
        (_when(m.time), text.position(m.lat, m.lon), _nm(m.r50), _nm(m.r90), _nm(m.r95), f"{m.ashore:.0%}")
        for m in s.moments
    ]
    head = (w("time"), w("mean"), w("r50"), w("r90"), w("r95"), w("on_shore"))
    return [
        Heading(w("drift")), Figure(chart.svg(legend, w("credit")), caption, caption),
        table(head, rows, right=(2, 3, 4, 5), widths=(2, 3, 1.3, 1.3, 1.3, 1)),
    ]  # fmt: skip


def _reach(moments: Sequence[Moment], level: float) -> tuple[list[float], list[float]]:
    places = [(m.lat, m.lon) for m in moments]
    places += [(p[0], p[1]) for m in moments for ring in m.rings.get(level, ()) for p in ring]
    return [float(p[0]) for p in places], [float(p[1]) for p in places]


def _areas(plan: Plan, s: Shown, w: Words) -> list[Block]:
    if not plan.tasks:
        return []
    places = [(w_.lat, w_.lon) for t in plan.tasks for w_ in t.waypoints] + [
        c for t in plan.tasks for ring in t.area.outlines for c in ring
    ]
    near = min((m for m in s.moments if m.rings), key=lambda m: abs(m.time - plan.begin), default=None)
    lats, lons = [p[0] for p in places], [p[1] for p in places]
    if near is not None:
        more = _reach([near], 0.9)
        lats, lons = lats + more[0], lons + more[1]
    chart = Chart(box_of(lats, lons, margin=0.1), tallest=400.0).land(s.land)
    if near is not None:
        for level in (0.95, 0.9, 0.5):
            for ring in near.rings.get(level, ()):
                chart.area(ring, stroke=CONTOUR[level], weight=0.9, fill=CONTOUR[level], opacity=0.06)
    for k, t in enumerate(plan.tasks):
        colour = TASKS[k % len(TASKS)]
        for n, ring in enumerate((*t.area.outlines, *t.area.holes)):
            chart.area(ring, stroke=colour, weight=1.5, name="" if n else f"{t.name} {t.searcher}")
        if t.area.drift_speed > 0 and not t.area.water:
            chart.area(_moved(t), stroke=colour, weight=1.0, dash="4 3", strength=0.8)
        chart.line([(p.lat, p.lon) for p in t.waypoints], stroke=colour, weight=0.7)
        if t.waypoints:
            chart.mark(t.waypoints[0].lat, t.waypoints[0].lon, "begin", name="CSP", colour=colour)
    chart.mark(*plan.datum, "datum")
    kinds = ["task", "datum", *(["contour50", "contour90", "contour95"] if near is not None else [])]
    caption = w("areas_map", time=_when(near.time) if near is not None else "-")
    caption = caption if near is not None else w("areas")
    return [Heading(w("areas")), Figure(chart.svg([(k, w(f"leg.{k}")) for k in kinds], w("credit")), caption, caption)]


def _moves(t: Task) -> str:
    a = t.area
    return f"{text.knots(a.drift_speed)} kn, {a.drift_direction:03.0f}°" if a.drift_speed > 0.005 else ""


def _moved(t: Task) -> list[tuple[float, float]]:
    """Corners of an area at the end of its task."""
    lats, lons = zip(*t.area.corners, strict=True)
    away = t.area.drift_speed * (t.end - t.area.time) / SECOND
    lat, lon = destination(lats, lons, t.area.drift_direction, away)
    return list(zip(lat.tolist(), lon.tolist(), strict=True))


def _task(t: Task, k: int, w: Words) -> list[Block]:
    name = f"{t.searcher} ({t.callsign})" if t.callsign else t.searcher
    rows = [
        (w("agency"), t.agency),
        (w("mmsi"), f"{t.mmsi:09d}" if t.mmsi else ""),
        (w("pattern"), f"{t.pattern}, {w(t.pattern)}"),
        (w("on_scene"), _span(t.begin, t.end, w)),
        (w("search_speed"), f"{text.knots(t.speed)} kn"),
        (w("altitude"), f"{t.altitude:.0f} m" if t.altitude else ""),
        (w("sweep"), _nm(t.sweep_width)),
        (w("spacing"), _nm(t.spacing)),
        (w("coverage"), f"{t.coverage:.2f}"),
        (w("creep"), f"{t.creep:03.0f}°"),
        (w("csp"), text.position(t.waypoints[0].lat, t.waypoints[0].lon) if t.waypoints else ""),
        (w("corners"), "\n\n".join("\n".join(text.position(*c) for c in ring) for ring in t.area.outlines)),
        (w("limits"), text.limits(t)),
        (w("centre"), text.centre_form(t)),
        (w("moves"), _moves(t) or w("still")),
        (w("area_size"), f"{text.square_miles(t.area.size)} nm²"),
        ("POC, POD, POS", f"{t.poc:.1%}, {t.pod:.1%}, {t.pos:.1%}"),
    ]
    legs = [
        (f"{t.name}-{n + 1:02d}", _when(p.time), text.position(p.lat, p.lon), f"{p.course:03.0f}°" if p.length else "",
         _nm(p.length) if p.length else "", f"{p.turn:+.0f}°" if n and p.length else "")
        for n, p in enumerate(t.waypoints)
    ]  # fmt: skip
    head = (w("waypoints"), w("time"), w("position"), w("course"), w("leg"), w("turn"))
    return [
        Heading(w("task", name=t.name, searcher=name)),
        Facts(tuple((k_, v) for k_, v in rows if v)),
        *(Text(note, "note") for note in t.notes),
        table(head, legs, right=(3, 4, 5), widths=(1.2, 1.8, 3, 1, 1, 1), title=t.name),
    ]


def _effort(plan: Plan, w: Words) -> list[Block]:
    rows, hours, long, swept = [], 0.0, 0.0, 0.0
    for t in plan.tasks:
        h = (t.end - t.begin) / SECOND / 3600
        length = sum(p.length for p in t.waypoints)
        rows.append(
            (
                t.name,
                t.searcher,
                f"{h:.1f}",
                _nm(length),
                f"{text.square_miles(length * t.sweep_width)} nm²",
                f"{t.poc:.1%}",
                f"{t.pod:.1%}",
                f"{t.pos:.1%}",
            )
        )
        hours, long, swept = hours + h, long + length, swept + length * t.sweep_width
    rows.append((w("all"), "", f"{hours:.1f}", _nm(long), f"{text.square_miles(swept)} nm²", "", "", f"{plan.pos:.1%}"))
    head = (w("area_name"), w("unit"), w("hours"), w("track_length"), w("swept"), w("poc"), w("pod"), w("pos_task"))
    return [
        Heading(w("effort")),
        table(head, rows, right=(2, 3, 4, 5, 6, 7), widths=(1.4, 2.4, 1, 1.2, 1.4, 1, 1, 1)),
        Facts(((w("bound"), f"{plan.bound:.1%}"), (w("share"), f"{plan.share:.1%}"))),
        Text(w("terms"), "note"),
    ]


def _light(s: Shown, w: Words) -> list[Block]:
    rows = [(w(k), v) for k, v in s.light]
    rows += [(w("survival"), s.survival)] if s.survival else []
    return [Heading(w("light")), Facts(tuple(rows))] if rows else []
