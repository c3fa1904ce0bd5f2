"""The brief of a search: what the drift of its case tells, beside the plan."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from selat import __version__
from selat.app.land import land
from selat.exporters.paper import written
from selat.exporters.plans import brief
from selat.exporters.plans._text import position
from selat.exporters.plans.brief import Moment, Shown
from selat.model.clock import HOUR, format_time
from selat.model.plan import Plan
from selat.model.units import nautical_miles
from selat.rescue import sun, survival
from selat.rescue.case import case_of
from selat.rescue.objects import drift_object
from selat.rescue.probability import regions

if TYPE_CHECKING:
    from selat.exporters.paper.blocks import Document
    from selat.rescue.case import Case
    from selat.rescue.drifted import Drifted

DRAWN = 4  #: moments whose contours are drawn
TOLD = 13  #: moments in the table
SIMPLE = 0.00005  #: degrees (about 5 m) by which a contour is simplified


def document(
    plan: Plan,
    found: Drifted | None = None,
    *,
    facts: Mapping[str, str] | None = None,
    language: str = "en",
    water: float | None = None,
) -> Document:
    """The brief of a plan; ``found``: the drift that it was made on; ``water``: temperature of the sea, degrees Celsius."""
    return brief.document(plan, shown(plan, found, water), facts=facts, language=language)


def file(
    plan: Plan, form: str, found: Drifted | None = None, *, facts: Mapping[str, str] | None = None, language: str = "en",
    water: float | None = None,
) -> bytes:  # fmt: skip
    """The brief as ``html`` or ``pdf``."""
    return written(document(plan, found, facts=facts, language=language, water=water), form)


def shown(plan: Plan, found: Drifted | None, water: float | None = None) -> Shown:
    """What stands in the brief beside the plan."""
    light = sun.light(*plan.datum, plan.begin, plan.begin + 24 * HOUR)
    told = [(k, format_time(v[0])[:16].replace("T", " ")) for k, v in (
        ("dawn", light.dawn), ("sunrise", light.sunrise), ("sunset", light.sunset), ("dusk", light.dusk),
    ) if v]  # fmt: skip
    told.append(("moon", f"{light.moon_lit:.0%}"))
    if found is None:
        return Shown(light=tuple(told), land=land(), version=__version__)
    case = case_of(found.case)
    return Shown(
        _moments(plan, found),
        _scenarios(case),
        _objects(case),
        tuple((s.kind, s.text) for s in case.sources),
        case.note,
        tuple(told),
        survival.clock(int(found.time[0]), water).sentence if water is not None else "",
        _digest(found),
        land(),
        __version__,
    )


def _moments(plan: Plan, found: Drifted) -> tuple[Moment, ...]:
    """Evenly chosen times; contours at some of them: the begin and end of the search among these where the drift covers them."""
    n = len(found.time)
    told = sorted({*np.linspace(0, n - 1, min(n, TOLD)).astype(int).tolist(), *_near(found, plan.begin, plan.end)})
    drawn = {0, *_near(found, plan.begin, plan.end), n - 1} if n > DRAWN else set(range(n))
    rows, cloud = found.summary(), found.cloud()
    out = []
    for k in told:
        row = rows[k]
        rings: dict[float, tuple[list[list[float]], ...]] = {}
        if k in drawn:
            rings = {r.level: tuple(_simple(ring) for ring in r.rings) for r in regions(cloud, int(found.time[k]))}
        out.append(
            Moment(row["time"], row["lat"], row["lon"], row["r50"], row["r90"], row["r95"], row["ashore"], rings)
        )
    return tuple(out)


def _near(found: Drifted, *times: int) -> list[int]:
    return [int(np.argmin(np.abs(found.time - t))) for t in times]


def _simple(ring: np.ndarray) -> list[list[float]]:
    """A ring without points that hardly leave their neighbours' line."""
    keep = np.r_[True, np.hypot(*np.diff(ring, axis=0).T) > SIMPLE]
    out: list[list[float]] = np.round(ring[keep], 6).tolist()
    return out


def _scenarios(case: Case) -> tuple[tuple[str, str, str, str, str], ...]:
    total = sum(s.weight for s in case.scenarios) or 1.0
    out = []
    for s in case.scenarios:
        when = format_time(s.begin)[:16].replace("T", " ") + (
            f" - {format_time(s.end)[:16].replace('T', ' ')}" if s.end > s.begin else ""
        )
        first = position(*s.places[0]) + (f" + {len(s.places) - 1}" if len(s.places) > 1 else "")
        name = f"{s.name} ({s.kind})" if s.name else s.kind
        out.append((f"{s.weight / total:.0%}", name, first, f"{nautical_miles(s.error):.2f} nm", when))
    return tuple(out)


def _objects(case: Case) -> tuple[tuple[str, str, str], ...]:
    whole = sum(w for _, w in case.objects) or 1.0
    found = [(drift_object(key), weight) for key, weight in case.objects]
    return tuple((f"{weight / whole:.0%}", f"{o.key}: {o.description}", o.source) for o, weight in found)


def _digest(found: Drifted) -> str:
    """Over the case and all particles, whatever file holds them."""
    digest = hashlib.sha256(found.case.encode())
    for array, kind in (
        (found.time, "<i8"), (found.lat, "<f8"), (found.lon, "<f8"), (found.state, "<i4"), (found.weight, "<f8"),
    ):  # fmt: skip
        digest.update(np.ascontiguousarray(array, kind).tobytes())
    return digest.hexdigest()
