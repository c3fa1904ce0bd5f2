"""Search plans for the crews and for other centres: files for plotters, and messages.

One file, one format, each with ``write(plan, ...) -> str``; a plan's first line (:meth:`selat.model.plan.Plan.first_line`)
stands in every one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from selat.model.errors import ConfigError
from selat.model.plan import Plan

#: name: (suffix, what it is)
FORMATS = {
    "gpx": (".gpx", "GPX 1.1: a route for each task"),
    "rtz": (".rtz", "RTZ route of one task, version 1.2"),
    "rtz-1.1": (".rtz", "RTZ route of one task, version 1.1"),
    "rtz-1.0": (".rtz", "RTZ route of one task, version 1.0"),
    "kml": (".kml", "KML 2.2: areas and tracks"),
    "geojson": (".geojson", "GeoJSON: areas, tracks, waypoints"),
    "csv": (".csv", "CSV: a row for each waypoint"),
    "sitrep": (".sitrep.txt", "situation report, letters A to N"),
    "action": (".action.txt", "search action message, six parts"),
    "safetynet": (".safetynet.txt", "distress relay to ships by SafetyNET or NAVTEX"),
}
BY_TASK = ("rtz", "rtz-1.1", "rtz-1.0")  #: one file for each task


def write_plan(plan: Plan, name: str, **more: object) -> dict[str, str]:
    """Texts of a format by the suffix of their file's name; ``more`` as the format's ``write`` takes it.

    Raises :class:`ConfigError` for a format that there is not.
    """
    if name not in FORMATS:
        raise ConfigError(f"there is no format {name!r} for plans", hint=f"known: {', '.join(FORMATS)}")
    suffix = FORMATS[name][0]
    base, _, version = name.partition("-")
    home = base if base in ("gpx", "rtz", "kml", "geojson", "csv") else "messages"
    module = import_module(f"selat.exporters.plans.{home}")
    if base == "rtz":
        return {
            f".{task.name}{suffix}": module.write(plan, task.name, version=version or "1.2")
            for task in plan.tasks
            if len(task.waypoints) > 1
        }
    write: Callable[..., str] = module.write if home != "messages" else getattr(module, base)
    return {suffix: write(plan, **more)}
