"""Areas moved, turned and resized by hand: what the plan is worth then.

A searcher's effort in an area stays what it was, so that a larger area is searched with wider spacing. The figures are made
as those of the planner are, on the particles that it did not see.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import areas
from selat.model.errors import ConfigError
from selat.model.plan import Plan, Task
from selat.rescue.patterns import SQUARE
from selat.rescue.plan import Setting, assembled
from selat.rescue.searchers import Conditions
from selat.rescue.shapes import SECTOR, Ground, drawn
from selat.rescue.shores import Sea, track
from selat.rescue.tasks import Sortie
from selat.tracks.coast import Coast

Array = NDArray[Any]
LONGEST = 200_000.0  #: m, of a side
SHORTEST = 50.0
PATTERNS = ("PS", "CS", "SS", "VS")


@dataclass(frozen=True, slots=True)
class Shape:
    """An area as it was drawn: its middle (deg), its length and width (m), the direction of its length (deg), and its pattern
    (PS, CS, SS, VS; "": as it was)."""

    lat: float
    lon: float
    length: float
    width: float
    axis: float
    pattern: str = ""

    def __post_init__(self) -> None:
        if self.pattern not in ("", *PATTERNS):
            raise ConfigError(f"{self.pattern!r} is no pattern of an area", hint=f"one of {', '.join(PATTERNS)}")
        if not (abs(self.lat) <= 89.0 and abs(self.lon) <= 180.0 and math.isfinite(self.axis)):
            raise ConfigError("an area that leaves the earth", hint="its middle in degrees, latitude and longitude")
        if not all(SHORTEST <= side <= LONGEST for side in (self.length, self.width)):
            raise ConfigError(
                f"an area of {self.length:.0f} by {self.width:.0f} m", hint=f"sides of {SHORTEST:g} m to 200 km"
            )


def reshaped(
    setting: Setting, plan: Plan, shapes: Mapping[str, Shape], conditions: Conditions, *, coast: Coast | None = None,
    shore_party: bool = False,
) -> tuple[Plan, tuple[tuple[str, str], ...]]:  # fmt: skip
    """(the plan with some of its areas in other shapes, pairs of areas that overlap), by the names of its tasks.

    ``setting`` is that in which the plan was made (:func:`selat.rescue.plan.setting_of`). Raises :class:`ConfigError` for a
    name or a searcher that the plan does not have.
    """
    unknown = set(shapes) - {t.name for t in plan.tasks}
    if unknown:
        known = ", ".join(t.name for t in plan.tasks)
        raise ConfigError(f"the plan has no area {min(unknown)!r}", hint=f"it has {known}")
    laid = [_sortie(setting, task, shapes.get(task.name)) for task in plan.tasks]
    made = assembled(
        setting, laid, conditions, ashore=plan.ashore, case=plan.case, made=plan.made, pos_before=plan.pos_before,
        approval=plan.approval, shore_party=shore_party, coast=coast, particles=int(plan.conditions.get("particles", 0)),
    )  # fmt: skip
    both = _overlaps([s.rect for s in laid], [t.name for t in plan.tasks])
    weak = made.weaknesses + tuple(f"{one} and {two} overlap" for one, two in both)
    tasks = tuple(_named(new, old) for new, old in zip(made.tasks, plan.tasks, strict=True))
    return replace(made, tasks=tasks, weaknesses=weak), both


def _named(new: Task, old: Task) -> Task:
    """The new task under the old one's name and height: crews were told these."""
    return replace(
        new, name=old.name, altitude=old.altitude, notes=old.notes if new.pattern == old.pattern else new.notes
    )


def _sortie(setting: Setting, task: Task, shape: Shape | None) -> Sortie:
    who = next((k for k, s in enumerate(setting.searchers) if s.name == task.searcher), -1)
    if who < 0:
        names = ", ".join(s.name for s in setting.searchers)
        raise ConfigError(f"{task.searcher} is not among the searchers", hint=f"they are {names}")
    searcher, width = setting.searchers[who], task.sweep_width
    area = task.area
    effort = task.coverage * area.size
    s = shape or Shape(area.lat, area.lon, area.length, area.width, area.axis)
    east, north = setting.frame.plane(s.lat, s.lon, area.time)
    pattern = s.pattern or task.pattern
    half = 0.5 * math.sqrt(s.length * s.width)
    if pattern == "VS":  # no wider than one pass that the effort pays for
        half = min(half, effort / width / SECTOR * math.sqrt(math.pi) / 2.0)
    sides = (half, half) if pattern in SQUARE else (s.length / 2.0, s.width / 2.0)
    rect = np.array([float(east), float(north), *sides, math.radians(90.0 - s.axis)])
    spacing = task.spacing if shape is None else _spacing(rect, pattern, effort, width)
    at = setting.frame.plane(searcher.lat, searcher.lon, task.begin)
    points = drawn(rect, pattern, spacing, (float(at[0]), float(at[1])))
    dry = 0.0
    if setting.coast is not None:
        ground = Ground(setting.frame, setting.coast, task.begin, task.end)
        part, near = ground.dry_share(rect)
        if near:
            size = 4.0 * float(rect[2] * rect[3])
            dry = part * size
            sea = Sea(setting.frame, setting.coast, task.begin, task.speed, task.platform in ("boat", "ship"))
            cut, wider = track(sea, rect, pattern, effort, width, drawn, at, max(size - dry, 0.02 * size))
            if len(cut) > 1:
                points, spacing = cut, wider
            else:  # on land altogether: drawn as on the open sea, and the plan says which legs cross land
                dry = 0.0
    return Sortie(who, searcher, rect, pattern, spacing, width, task.speed, points, task.begin, task.end, dry)


def _spacing(rect: Array, pattern: str, effort: float, width: float) -> float:
    """Whole legs, and never more track than the effort pays for."""
    size = 4.0 * float(rect[2] * rect[3])
    exact = width * size / effort
    if pattern in SQUARE:
        return exact
    across = 2.0 * float(rect[3] if pattern != "CS" else rect[2])
    return max(across / max(1, round(across / exact)), exact)


def _overlaps(rects: Sequence[Array], names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    box = np.empty(4)
    return tuple(
        (names[i], names[j]) for j in range(len(rects)) for i in range(j) if areas.common(rects[i], rects[j], box)
    )
