"""GPX 1.1: a route for each task, its waypoints with times; elements in the order of the schema."""

from __future__ import annotations

from selat.exporters._cells import gpx_place, xml_text
from selat.exporters.plans._text import knots, miles, title
from selat.model.clock import format_time
from selat.model.plan import PATTERNS, Plan, Task

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="selat" xmlns="http://www.topografix.com/GPX/1/1">\n'


def write(plan: Plan) -> str:
    """The plan as routes. The metadata carry its first line; each route's description the task's figures."""
    out = [_HEAD, f"<metadata><name>{xml_text(title(plan))}</name><desc>{xml_text(plan.first_line())}</desc>"]
    out.append(f"<time>{format_time(plan.made)}</time></metadata>\n")
    out += [_route(plan, task) for task in plan.tasks]
    out.append("</gpx>\n")
    return "".join(out)


def _route(plan: Plan, task: Task) -> str:
    text = (
        f"{PATTERNS[task.pattern]}, track spacing {miles(task.spacing, 2)} nm, {knots(task.speed)} kn, "
        f"coverage {task.coverage:.2f}, POD {task.pod:.0%}. {plan.approval}"
    )
    lines = [f"<rte><name>{xml_text(f'{task.name} {task.searcher}')}</name><desc>{xml_text(text)}</desc>"]
    lines.append(f"<type>{task.pattern}</type>\n")
    for k, w in enumerate(task.waypoints):
        lines.append(f"<rtept {gpx_place(w.lat, w.lon)}><time>{format_time(w.time)}</time>")
        lines.append(f"<name>{task.name}-{k + 1:02d}</name></rtept>\n")
    lines.append("</rte>\n")
    return "".join(lines)
