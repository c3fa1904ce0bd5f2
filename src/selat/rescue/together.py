"""Plans in which some searchers go along a line that people chose and the others share the areas.

Lines come first: what they find is taken from the particles, and the areas are laid on what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from selat.model.errors import ConfigError
from selat.model.plan import Plan, Task
from selat.rescue.cloud import Cloud
from selat.rescue.lines import along
from selat.rescue.plan import most_of, plan, setting_of
from selat.rescue.probability import exponent_planned, update
from selat.rescue.searchers import Conditions, Searcher
from selat.rescue.shores import inside

_ALONG = ("case", "approval", "coast", "pos_before")  #: what searches along a line are given too
APART = 60.0  #: s between the moments at which a line is looked at


def together(
    cloud: Cloud, searchers: Sequence[Searcher], conditions: Conditions, begin: int, end: int, **more: Any
) -> Plan:
    """A plan of all: who has a ``line`` goes along it (:func:`selat.rescue.lines.along`), the others as
    :func:`selat.rescue.plan.plan` says, whose options ``more`` are. Raises as both do."""
    liners = [s for s in searchers if s.line]
    others = [s for s in searchers if not s.line]
    if not liners:
        return plan(cloud, searchers, conditions, begin, end, **more)
    names = [s.name for s in searchers]
    if len(set(names)) < len(names):
        raise ConfigError("two searchers have the same name", hint="give each a name of its own")
    given = {k: v for k, v in more.items() if k in _ALONG}
    left = cloud.normal()
    plans: list[Plan] = []
    for who in liners:
        one = along(left, who, conditions, who.pattern, who.line, begin, end, spacing=who.spacing, **given)
        left, _ = update(left, exponent_planned(left, one.tasks[0]))
        plans.append(one)
    if others:
        plans.append(plan(left, others, conditions, begin, end, **more))
    return _joined(cloud, searchers, conditions, begin, end, plans, more)


def _joined(
    cloud: Cloud, searchers: Sequence[Searcher], conditions: Conditions, begin: int, end: int, plans: list[Plan],
    more: dict[str, Any],
) -> Plan:  # fmt: skip
    """One plan of several, each worth what it finds of what those before it left."""
    tasks = tuple(replace(t, name=f"A{k + 1}") for k, t in enumerate(t for p in plans for t in p.tasks))
    miss = float(np.prod([1.0 - p.pos for p in plans]))
    ideal = float(np.prod([1.0 - max(p.pos_ideal, p.pos) for p in plans]))
    setting, ashore = setting_of(
        cloud, searchers, conditions, begin, end, shore_party=bool(more.get("shore_party")), coast=more.get("coast")
    )
    effort = (setting.problem.share * setting.problem.effort[:, None]).sum(0)
    most = most_of(setting, effort)
    weak = []
    for p, first in zip(plans, np.cumsum([0, *(len(p.tasks) for p in plans)]).tolist(), strict=False):
        names = {t.name: tasks[first + k].name for k, t in enumerate(p.tasks)}
        for w in p.weaknesses:  # some begin with the name of a task
            head, colon, rest = w.partition(":")
            weak.append(names.get(head, head) + colon + rest)
    weak += _meetings(tasks)
    last = plans[-1]
    return replace(
        last, tasks=tasks, pos=1.0 - miss, bound=max(most, 1.0 - miss), pos_ideal=1.0 - ideal, ashore=ashore,
        weaknesses=tuple(dict.fromkeys(weak)), begin=begin, end=end, conditions={**last.conditions, "particles": len(cloud)},
    )  # fmt: skip


def _meetings(tasks: Sequence[Task]) -> list[str]:
    """A sentence for each line that passes through an area while somebody searches there."""
    out = []
    for line in (t for t in tasks if t.pattern not in ("PS", "CS", "SS", "VS")):
        times = np.array([w.time for w in line.waypoints], np.float64)
        at = np.arange(times[0], times[-1], APART * 1e9)
        lat, lon = (np.interp(at, times, [getattr(w, k) for w in line.waypoints]) for k in ("lat", "lon"))
        for other in tasks:
            if other is line or other.searcher == line.searcher:
                continue
            now = (at >= other.begin) & (at <= other.end)
            if now.any() and inside(lat[now], lon[now], (other.area.corners,)).any():
                out.append(
                    f"{line.name} passes through {other.name} while {other.searcher} is there: keep apart by radio"
                )
    return out
