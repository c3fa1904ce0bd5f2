"""RTZ: the route exchange format of ECDIS (IEC 61174, Annex S), versions 1.0, 1.1 and 1.2; one route for one task.

Elements and attributes are those of all three schemas, so that only the name space, the version and the name of an element
of the schedule differ: the schema of 1.0 spells it ``sheduleElement``. Nautical miles, knots, UTC.
"""

from __future__ import annotations

from selat.exporters._cells import xml_text
from selat.exporters.plans._text import title
from selat.model.clock import format_time
from selat.model.errors import ConfigError
from selat.model.plan import Plan, Task
from selat.model.units import KNOT, NAUTICAL_MILE

VERSIONS = ("1.0", "1.1", "1.2")
MOST_BYTES = 400_000  #: what an ECDIS must accept
RADIUS = 0.05  #: turn radius, nautical miles, at most: a rescue boat's


def write(plan: Plan, task: str, *, version: str = "1.2") -> str:
    """The route of a task (by name). Raises :class:`ConfigError` for versions, tasks and routes that cannot be written."""
    if version not in VERSIONS:
        raise ConfigError(f"there is no RTZ {version}", hint=f"one of {', '.join(VERSIONS)}")
    one = next((t for t in plan.tasks if t.name == task), None)
    if one is None:
        raise ConfigError(f"the plan has no task {task!r}", hint=f"it has {', '.join(t.name for t in plan.tasks)}")
    if len(one.waypoints) < 2:
        raise ConfigError(f"task {task} is one point, and a route needs two", hint="export it as GPX")
    space = f"http://www.cirm.org/RTZ/{version.replace('.', '/')}"
    out = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<route xmlns="{space}" version="{version}">\n',
        _info(plan, one),
        _waypoints(one),
        _schedule(one, "sheduleElement" if version == "1.0" else "scheduleElement"),
        "</route>\n",
    ]
    text = "".join(out)
    if len(text.encode()) > MOST_BYTES:
        raise ConfigError(f"the route of task {task} exceeds 400 kB", hint="take a wider track spacing")
    return text


def _info(plan: Plan, task: Task) -> str:
    given = {
        "routeName": f"{title(plan)} {task.name} {task.pattern}",
        "routeAuthor": "selat",
        "routeStatus": plan.first_line(),
        "validityPeriodStart": format_time(task.begin),
        "validityPeriodStop": format_time(task.end),
        "vesselName": task.searcher,
    }
    if task.mmsi:
        given["vesselMMSI"] = str(task.mmsi)
    return "<routeInfo " + " ".join(f'{k}="{_quoted(v)}"' for k, v in given.items()) + "/>\n"


def _quoted(text: str) -> str:
    return xml_text(text).replace('"', "&quot;")


def _waypoints(task: Task) -> str:
    side = min(max(task.spacing / 2.0 / NAUTICAL_MILE, 0.01), 9.99)
    radius = min(RADIUS, side)
    pace = f'speedMin="0.0" speedMax="{task.speed / KNOT:.2f}"'
    lines = [f'<waypoints>\n<defaultWaypoint radius="{radius:.3f}"/>\n']
    for k, w in enumerate(task.waypoints):
        lon = -180.0 if w.lon >= 180.0 else w.lon
        leg = ""
        if k:  # a leg's facts stand with the waypoint that it leads to
            leg = f'<leg starboardXTD="{side:.3f}" portsideXTD="{side:.3f}" geometryType="Loxodrome" {pace}/>'
        lines.append(
            f'<waypoint id="{k + 1}" revision="0" name="{_quoted(f"{task.name}-{k + 1:02d}")}" radius="{radius:.3f}">'
            f'<position lat="{w.lat:.8f}" lon="{lon:.8f}"/>{leg}</waypoint>\n'
        )
    lines.append("</waypoints>\n")
    return "".join(lines)


def _schedule(task: Task, element: str) -> str:
    lines = ['<schedules>\n<schedule id="1" name="search">\n<manual>\n']
    last = len(task.waypoints) - 1
    for k, w in enumerate(task.waypoints):
        when = f'eta="{format_time(w.time)}"' if k else f'etd="{format_time(w.time)}"'
        speed = f' speed="{task.speed / KNOT:.2f}"' if k <= last and k else ""
        lines.append(f'<{element} waypointId="{k + 1}" {when}{speed}/>\n')
    lines.append("</manual>\n</schedule>\n</schedules>\n")
    return "".join(lines)
