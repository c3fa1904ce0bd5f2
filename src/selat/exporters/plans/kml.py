"""KML 2.2 (OGC 07-147r2): a folder for each task with its area, its track and its waypoints."""

from __future__ import annotations

from selat.exporters._cells import xml_text
from selat.exporters.plans._text import Ring, knots, miles, polygons, title
from selat.model.clock import format_time
from selat.model.plan import PATTERNS, Plan, Task

# aabbggrr; told apart by the colour-blind too (Okabe and Ito, 2008)
COLOURS = ("ff00a0e6", "ffe9b456", "ff739e00", "ff42e4f0", "ffb27200", "ff005ed5")


def write(plan: Plan) -> str:
    """The plan as one document."""
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n']
    out.append(f"<name>{xml_text(title(plan))}</name><description>{xml_text(plan.first_line())}</description>\n")
    for k, colour in enumerate(COLOURS):
        out.append(
            f'<Style id="s{k}"><LineStyle><color>{colour}</color><width>3</width></LineStyle>'
            f"<PolyStyle><color>40{colour[2:]}</color></PolyStyle></Style>\n"
        )
    out += [_folder(task, k % len(COLOURS)) for k, task in enumerate(plan.tasks)]
    out.append("</Document></kml>\n")
    return "".join(out)


def _folder(task: Task, style: int) -> str:
    shapes = "".join(_polygon(outline, holes) for outline, holes in polygons(task.area))
    if len(task.area.outlines) > 1:
        shapes = f"<MultiGeometry>{shapes}</MultiGeometry>"
    line = " ".join(f"{w.lon:.7f},{w.lat:.7f},0" for w in task.waypoints)
    span = f"<TimeSpan><begin>{format_time(task.begin)}</begin><end>{format_time(task.end)}</end></TimeSpan>"
    name = xml_text(f"{task.name} {task.searcher}")
    text = xml_text(
        f"{PATTERNS[task.pattern]}, spacing {miles(task.spacing, 2)} nm, {knots(task.speed)} kn, POD {task.pod:.0%}"
    )
    return (
        f"<Folder><name>{name}</name><description>{text}</description>\n"
        f"<Placemark><name>{name}</name>{span}<styleUrl>#s{style}</styleUrl>{shapes}</Placemark>\n"
        f"<Placemark><name>{xml_text(task.name)} track</name><styleUrl>#s{style}</styleUrl><LineString>"
        f"<coordinates>{line}</coordinates></LineString></Placemark>\n</Folder>\n"
    )


def _polygon(outline: Ring, holes: list[Ring]) -> str:
    parts = [("outerBoundaryIs", outline), *(("innerBoundaryIs", hole) for hole in holes)]
    rings = [
        f"<{name}><LinearRing><coordinates>"
        + " ".join(f"{lon:.7f},{lat:.7f},0" for lat, lon in (*ring, ring[0]))
        + f"</coordinates></LinearRing></{name}>"
        for name, ring in parts
    ]
    return f"<Polygon>{''.join(rings)}</Polygon>"
