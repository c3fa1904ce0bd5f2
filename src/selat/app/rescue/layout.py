"""A search as people lay it out: areas that were planned, lines that were drawn, together; and again with others of both.

Lines come first, one after the other: each is worth what it finds of what those before it left, and what all leave is what
the areas are planned on. What all are worth together does not depend on that order, since a particle that both miss is missed
by one after the other.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.app.rescue.boats import Line
from selat.kernels import geodesy
from selat.model.errors import ConfigError
from selat.model.plan import APPROVAL, Plan, SubArea, Task
from selat.rescue import lines
from selat.rescue.cloud import Cloud
from selat.rescue.lines import along
from selat.rescue.plan import Setting, most_of, plan, setting_of
from selat.rescue.probability import Track, exponent_of_track, update
from selat.rescue.reshape import Shape, reshaped
from selat.rescue.searchers import Conditions, Searcher
from selat.tracks.coast import Coast

Array = NDArray[Any]
Drawn = tuple[tuple[str, Line], ...]  #: lines with their searchers, in the order in which they count
STEP = 200.0  #: m between places of a line at which it is asked whether it crosses an area


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: searchers, what some of them sail along, conditions, times (ns)."""

    boats: tuple[Searcher, ...]
    lines: Mapping[str, Line]
    sight: Conditions
    begin: int
    end: int
    shore_party: bool = False
    approval: str = APPROVAL
    case: str = ""

    @property
    def free(self) -> list[Searcher]:
        """Those who get areas."""
        return [b for b in self.boats if b.name not in self.lines]


class Layout:
    """A plan and the setting of its areas, on the particles of ``cloud``; nothing of it changes but what is remembered."""

    def __init__(self, cloud: Cloud, order: Order, coast: Coast, made: Plan | None = None) -> None:
        self.cloud, self.order, self.coast = cloud, order, coast
        self._lines: dict[Drawn, Plan] = {}
        self._clouds: dict[Drawn, Cloud] = {}
        self._settings: dict[tuple[tuple[str, Line], ...], Setting] = {}
        self._all: Setting | None = None
        self.plan = (
            made
            if made is not None
            else Plan(order.case, order.sight.target, 0, order.begin, order.end, (0.0, 0.0), 0.0, 0.0)
        )

    def planned(self, *, parts: int = 0, made: int = 0, pos_before: float = 0.0, seed: int = 1) -> Plan:
        """Plan it; raises :class:`ConfigError` as :func:`selat.rescue.plan.plan` and :func:`selat.rescue.lines.along` do."""
        o = self.order
        areas = None
        if o.free:
            left = self._left(tuple(o.lines.items()))
            areas = plan(
                left, o.free, o.sight, o.begin, o.end, parts=parts, case=o.case, made=made, pos_before=pos_before,
                approval=o.approval, coast=self.coast, seed=seed, shore_party=o.shore_party,
            )  # fmt: skip
        found, _ = self._together(areas, o.lines)
        self.plan = replace(found, made=made, pos_before=pos_before)
        return self.plan

    def changed(self, shapes: Mapping[str, Any]) -> tuple[Plan, tuple[tuple[str, str], ...]]:
        """(the plan with some areas and lines in other shapes, pairs that are in each other's way), by the names of tasks.

        ``shapes``: ``lat, lon, length, width, axis`` and perhaps ``pattern`` for an area, ``places`` ([[lat, lon], ...]) for a
        line. Raises :class:`ConfigError`.
        """
        mine = {t.name: t for t in self.plan.tasks}
        unknown = set(shapes) - set(mine)
        if unknown:
            raise ConfigError(f"the plan has no area {min(unknown)!r}", hint=f"it has {', '.join(mine)}")
        drawn, areas = dict(self.order.lines), {}
        for name, given in shapes.items():
            searcher = mine[name].searcher
            if searcher in drawn:
                drawn[searcher] = _redrawn(drawn[searcher], given)
            else:
                areas[name] = _shape(given)
        rest = replace(self.plan, tasks=tuple(t for t in self.plan.tasks if t.searcher not in drawn))
        found: Plan | None = None
        both: tuple[tuple[str, str], ...] = ()
        if rest.tasks:
            found, both = reshaped(
                self._setting(drawn),
                rest,
                areas,
                self.order.sight,
                coast=self.coast,
                shore_party=self.order.shore_party,
            )
        made, crossed = self._together(found, drawn)
        named = {t.searcher: t.name for t in self.plan.tasks if t.searcher in drawn}
        tasks = tuple(replace(t, name=named.get(t.searcher, t.name)) for t in made.tasks)
        return replace(made, tasks=tasks, made=self.plan.made, pos_before=self.plan.pos_before), both + crossed

    def _last(self, key: Drawn) -> Plan:
        """The plan of the last of these lines, on what the others left."""
        if key not in self._lines:
            o, (name, line) = self.order, key[-1]
            boat = next(b for b in o.boats if b.name == name)
            made = along(
                self._left(key[:-1]), boat, o.sight, line.kind, line.places, o.begin, o.end, spacing=line.spacing, times=line.times,
                port=line.port, case=o.case, approval=o.approval, coast=self.coast,
            )  # fmt: skip
            while len(self._lines) > 20:  # a pull at a line leaves many behind
                self._lines.pop(next(iter(self._lines)))
            self._lines[key] = made
        return self._lines[key]

    def _left(self, key: Drawn) -> Cloud:
        """The particles after the lines were sailed in vain."""
        if not key:
            return self.cloud
        if key not in self._clouds:
            before = self._left(key[:-1])
            left, _ = update(before, exponent_of_track(before, _track(self._last(key).tasks[0])))
            while len(self._clouds) > 10:
                self._clouds.pop(next(iter(self._clouds)))
            self._clouds[key] = left
        return self._clouds[key]

    def _setting(self, drawn: Mapping[str, Line]) -> Setting:
        """The setting in which those search who have areas."""
        o, key = self.order, tuple(drawn.items())
        if key not in self._settings:
            found, _ = setting_of(
                self._left(key), o.free, o.sight, o.begin, o.end, shore_party=o.shore_party, coast=self.coast
            )
            self._settings = {key: found}
        return self._settings[key]

    def _whole(self) -> Setting:
        """The setting of all searchers, for the bound."""
        if self._all is None:
            o = self.order
            self._all = setting_of(
                self.cloud, o.boats, o.sight, o.begin, o.end, shore_party=o.shore_party, coast=self.coast
            )[0]
        return self._all

    def _together(self, areas: Plan | None, drawn: Mapping[str, Line]) -> tuple[Plan, tuple[tuple[str, str], ...]]:
        """(areas and lines as one plan, pairs of them that cross)."""
        o = self.order
        key = tuple(drawn.items())
        laid = [self._last(key[: k + 1]) for k in range(len(key))]
        if not laid:
            assert areas is not None
            return areas, ()
        parts = [*([areas] if areas is not None else []), *laid]
        sailed = tuple(_of(replace(p.tasks[0], name=f"L{k + 1}"), laid[:k]) for k, p in enumerate(laid))
        tasks = (tuple(_of(t, laid) for t in areas.tasks) if areas is not None else ()) + sailed
        pos = _either(parts, "pos")
        setting = self._whole()
        effort = np.array([sum(t.coverage * t.area.size for t in tasks if t.searcher == b.name) for b in o.boats])
        most = max(most_of(setting, (setting.problem.share * effort[:, None]).sum(0)), pos)
        both = tuple(_crossings(tasks, set(drawn)))
        weak = dict.fromkeys(w for p in parts for w in _renamed(p, tasks))
        weak |= dict.fromkeys(f"{one} crosses {two}: keep the two clear of each other" for one, two in both)
        first = parts[0]
        made = replace(
            first, pos=pos, bound=most, pos_ideal=_either(parts, "pos_ideal"), tasks=tasks, weaknesses=tuple(weak),
            begin=o.begin, end=o.end,
        )  # fmt: skip
        return made, both


def _either(parts: Sequence[Plan], what: str) -> float:
    """Probability that at least one of searches one after the other finds it."""
    return 1.0 - math.prod(1.0 - float(getattr(p, what)) for p in parts)


def _of(task: Task, before: Sequence[Plan]) -> Task:
    """A task of what others left: alone it is worth more than what it adds to them."""
    left = 1.0 - _either(before, "pos")
    return replace(task, poc=task.poc * left, pos=task.pos * left)


def _renamed(part: Plan, tasks: Sequence[Task]) -> Iterator[str]:
    """Weaknesses of a line's own plan speak of A1: that is another's name here."""
    one = part.tasks[0] if len(part.tasks) == 1 and part.tasks[0].pattern in lines.KINDS else None
    name = next((t.name for t in tasks if one is not None and t.searcher == one.searcher), "")
    for w in part.weaknesses:
        yield w.replace("A1:", f"{name}:") if name else w


def _shape(given: Any) -> Shape:
    try:
        lat, lon, length, width, axis = (float(given[f]) for f in ("lat", "lon", "length", "width", "axis"))
        return Shape(lat, lon, length, width, axis, str(given.get("pattern", "") or ""))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ConfigError("that is no area", hint="lat, lon, length, width, axis: numbers") from None


def _redrawn(line: Line, given: Any) -> Line:
    try:
        places = tuple((float(lat), float(lon)) for lat, lon in given["places"])
    except (KeyError, TypeError, ValueError):
        raise ConfigError("that is no line", hint='{"places": [[lat, lon], ...]}, degrees') from None
    if not 2 <= len(places) <= 60 or not all(abs(a) <= 89.0 and abs(b) <= 180.0 for a, b in places):
        raise ConfigError(f"a line of {len(places)} places", hint="2 to 60 of them, on the earth")
    return replace(line, places=places)


def _track(task: Task) -> Track:
    way = task.waypoints
    return Track(
        np.array([w.time for w in way], np.int64), np.array([w.lat for w in way]), np.array([w.lon for w in way]),
        task.sweep_width, task.speed, task.searcher,
    )  # fmt: skip


def sailed(task: Task, until: int) -> Track | None:
    """The track of a line as far as it was sailed by a time (ns; 0: all of it); None where it was not begun."""
    whole = _track(task)
    if until <= 0 or until >= int(whole.time[-1]):
        return whole
    if until <= int(whole.time[0]):
        return None
    keep = whole.time < until
    lat, lon = (np.interp(until, whole.time, v) for v in (whole.lat, whole.lon))
    return replace(
        whole,
        time=np.append(whole.time[keep], until),
        lat=np.append(whole.lat[keep], lat),
        lon=np.append(whole.lon[keep], lon),
    )


def _crossings(tasks: Sequence[Task], drawn: set[str]) -> Iterator[tuple[str, str]]:
    """Lines that lead through areas, and through boxes of other lines."""
    for one in tasks:
        if one.searcher not in drawn:
            continue
        for two in tasks:
            after = tasks.index(two) > tasks.index(one)
            if two is one or (two.searcher in drawn and not after) or two.searcher == one.searcher:
                continue
            if min(one.end, two.end) > max(one.begin, two.begin) and _enters(one, two.area):
                yield one.name, two.name


def _enters(task: Task, area: SubArea) -> bool:
    angle = math.radians(90.0 - area.axis)
    c, s = math.cos(angle), math.sin(angle)
    for a, b in itertools.pairwise(task.waypoints):
        part = np.linspace(0.0, 1.0, max(2, math.ceil(a.length / STEP)) + 1)
        east, north = geodesy.plane(area.lat, area.lon, a.lat + part * (b.lat - a.lat), a.lon + part * (b.lon - a.lon))
        within = (abs(c * east + s * north) <= area.length / 2) & (abs(c * north - s * east) <= area.width / 2)
        if within.any():
            return True
    return False
