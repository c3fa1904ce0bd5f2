"""What closed alerts teach: similar ones and how they ended, and how much a new one deserves a look.

Share of true alerts of a rule, and of a rule and ship, as the mean of a Beta posterior: prior Beta(1, 1) for a rule, the rule's
own share worth four alerts for a ship. Benign, false and duplicate count against, true for; tests count for nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selat.kernels import geodesy
from selat.model.handling import Handling
from selat.model.nouns import PRIORITIES, Alert
from selat.model.units import NAUTICAL_MILE

NEAR = 2 * NAUTICAL_MILE  #: m: alerts of one rule that are nearer are similar
WORTH = 4.0  #: alerts that the rule's share counts for in a ship's


@dataclass(frozen=True, slots=True)
class Similar:
    """A past alert that is like another one: ``basis`` says in what (ship, place), ``cause`` how it was closed."""

    alert: Alert
    basis: str
    cause: str


def similar(alert: Alert, others: Iterable[Alert], handling: Mapping[str, Handling], most: int = 5) -> list[Similar]:
    """Earlier alerts of the rule with a ship in common, or within 2 nm; same ships first, then newest."""
    found = []
    for other in others:
        if other.rule != alert.rule or other.id == alert.id or other.time >= alert.time:
            continue
        ship = bool(set(other.subjects) & set(alert.subjects))
        place = _near(alert, other)
        if ship or place:
            basis = " and ".join(name for name, is_so in (("ship", ship), ("place", place)) if is_so)
            cause = handling[other.id].cause if other.id in handling else ""
            found.append((not ship, -other.time, other.id, Similar(other, basis, cause)))
    return [s for *_, s in sorted(found, key=lambda x: x[:3])[:most]]


def _near(a: Alert, b: Alert) -> bool:
    if any(x != x for x in (a.lat, a.lon, b.lat, b.lon)) or abs(a.lat - b.lat) > 0.05:
        return False
    return float(geodesy.distance(a.lat, a.lon, b.lat, b.lon)) <= NEAR


class Shares:
    """Shares of true alerts among those that people closed."""

    def __init__(self, alerts: Iterable[Alert], handling: Mapping[str, Handling]) -> None:
        self._rule: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._ship: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
        for alert in alerts:
            cause = handling[alert.id].cause if alert.id in handling else ""
            if cause in ("", "test"):
                continue
            counts = [self._rule[alert.rule], *(self._ship[alert.rule, m] for m in alert.subjects)]
            for count in counts:
                count[cause != "true"] += 1

    def of(self, rule: str, subjects: Iterable[int] = ()) -> float:
        """Expected share of true alerts of a rule, of ships where some were closed before."""
        true, other = self._rule.get(rule, (0, 0))
        share = (1 + true) / (2 + true + other)
        ships = [self._ship[rule, m] for m in subjects if (rule, m) in self._ship]
        return min([(WORTH * share + t) / (WORTH + t + o) for t, o in ships], default=share)

    def rank(self, alert: Alert) -> tuple[int, float, int]:
        """Sort key: graver first, then by confidence and what was learnt, then older first."""
        return PRIORITIES.index(alert.priority), -alert.confidence * self.of(alert.rule, alert.subjects), alert.time
