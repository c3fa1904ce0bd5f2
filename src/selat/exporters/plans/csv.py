"""CSV: a row for each waypoint; the first lines, which begin with #, are the plan's."""

from __future__ import annotations

import csv
import io

from selat.exporters.plans._text import position
from selat.model.clock import format_time
from selat.model.plan import Plan
from selat.model.units import KNOT, NAUTICAL_MILE

COLUMNS = (
    "task", "searcher", "pattern", "number", "time", "lat", "lon", "position", "course_deg", "turn_deg", "leg_nm", "speed_kn",
    "spacing_nm", "begin", "end",
)  # fmt: skip


def write(plan: Plan) -> str:
    """The plan as text."""
    out = io.StringIO()
    out.write(f"# {' '.join(plan.first_line().split())}\n")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for t in plan.tasks:
        for k, w in enumerate(t.waypoints):
            table.writerow((
                t.name, t.searcher, t.pattern, k + 1, format_time(w.time), f"{w.lat:.7f}", f"{w.lon:.7f}",
                position(w.lat, w.lon), f"{w.course:.1f}", f"{w.turn:.1f}", f"{w.length / NAUTICAL_MILE:.3f}",
                f"{t.speed / KNOT:.1f}", f"{t.spacing / NAUTICAL_MILE:.3f}", format_time(t.begin), format_time(t.end),
            ))  # fmt: skip
    return out.getvalue()
