"""Truth against alerts of one scene: which staged things were found, how soon, and what else was said.

The short way to :mod:`selat.exercise.grade`, which says how things are counted. An alert that was not staged need not be false:
two ferries may really come close. Give ``judge`` (for collision courses :func:`close_quarters`) to tell such alerts, counted
as ``natural``, from false ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from selat.exercise.grade import Judge, grade
from selat.exercise.incidents import JUMP, TEST, TWO_PLACES, approach
from selat.exercise.matching import fits
from selat.exercise.moved import (
    against_the_flow,
    beside_the_way,
    carried,
    crossed_line,
    gets_nowhere,
    heads_for_shoal,
    inside_closed,
    lies_in,
    passed_close,
    through_inshore,
    too_near,
    turned_about,
)
from selat.exercise.scene import Scene
from selat.exercise.staged import Truth
from selat.model.clock import SECOND
from selat.model.nouns import Alert
from selat.model.units import NAUTICAL_MILE

RULES: Mapping[str, Sequence[str]] = {"jump": (JUMP, TWO_PLACES)}  #: one detector finds both


@dataclass(slots=True)
class Score:
    """Of one kind of incident. ``again``: alerts beyond the first of an incident; ``delays``: s from its start to the telling."""

    rule: str
    staged: int = 0
    found: int = 0
    again: int = 0
    natural: int = 0
    false: list[Alert] = field(default_factory=list)
    missed: list[Truth] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    @property
    def hits(self) -> int:
        """Alerts that found something: one for each thing found."""
        return self.found

    @property
    def alerts(self) -> int:
        """Alerts in all."""
        return self.found + self.again + self.natural + len(self.false)

    @property
    def recall(self) -> float:
        """Share of what was staged that was found; 1 where nothing was."""
        return self.found / self.staged if self.staged else 1.0

    @property
    def precision(self) -> float:
        """Share of alerts about different things that were right, staged or natural; 1 where there were none."""
        told = self.found + self.natural + len(self.false)
        return (self.found + self.natural) / told if told else 1.0


def matches(truth: Truth, alert: Alert, slack_s: float = 60.0) -> bool:
    """The alert is about the truth's ships, and falls in its time, give or take ``slack_s``."""
    return fits(truth, alert, round(slack_s * SECOND))


def score(
    truths: Iterable[Truth],
    alerts: Iterable[Alert],
    *,
    names: Mapping[str, Sequence[str]] = RULES,
    judge: Mapping[str, Judge] | None = None,
    slack_s: float = 60.0,
) -> dict[str, Score]:
    """Scores by the truth's rule. ``names``: the truths that a detector is to find, by its name; others keep theirs.

    Emergencies for a beacon under test are false alerts of the rule that raised them, whatever its name.
    """
    truths, alerts = list(truths), list(alerts)
    tests = {t.subjects for t in truths if t.rule == TEST}
    staged = [t for t in truths if t.rule != TEST]
    told = [a for a in alerts if a.subjects not in tests or a.priority == "emergency"]
    finder = {kind: rule for rule, kinds in names.items() for kind in kinds}
    known = [replace(t, rule=finder.get(t.rule, t.rule)) for t in staged]
    origin = {id(k): t for k, t in zip(known, staged, strict=True)}
    judges = {finder.get(rule, rule): test for rule, test in (judge or {}).items()}
    graded = grade(known, told, 0.0, {a.rule for a in told}, judge=judges, slack=round(slack_s * SECOND), found_by={})
    out = {t.rule: Score(t.rule) for t in staged}
    for rule, g in graded.items():
        first = names.get(rule, (rule,))[0]  # what is of no kind is counted there
        if g.again or g.natural or g.fakes:
            s = out.setdefault(first, Score(first))
            s.again, s.natural, s.false = g.again, g.natural, g.fakes
        for truth, wait in zip(g.hits, g.waits, strict=True):
            s = out[origin[id(truth)].rule]
            s.found += 1
            s.delays.append(wait)
        for truth in g.missed:
            out[origin[id(truth)].rule].missed.append(origin[id(truth)])
    for t in staged:
        out[t.rule].staged += not t.negative
    return out


def judges(scene: Scene) -> dict[str, Judge]:
    """Of rules that the traffic itself may fulfil: whether it did, as far as the scene knows."""
    fishing = {s.mmsi for s in scene.fleet if s.kind in ("fishing", "fisher", "trawler", "poacher")}
    return {
        "collision": passed_close(scene), "fishing": lambda alert: set(alert.subjects) <= fishing,
        "sudden_loss": switched_off(scene), "clock_off": held_up(scene),
        "platform": too_near(scene), "grounding": heads_for_shoal(scene), "route_deviation": beside_the_way(scene),
        "zone": inside_closed(scene), "wrong_way": against_the_flow(scene), "manoeuvre": turned_about(scene),
        "loitering": gets_nowhere(scene), "straitrep": crossed_line(scene),
        "inshore_zone": through_inshore(scene), "anchored_in_lane": lies_in(scene, ("lane", "separation_zone")),
        "separation_zone": lies_in(scene, ("separation_zone",), 99.0, 270.0),
        "cable_anchor": lies_in(scene, ("cable", "pipeline"), 1.5, 240.0), "drifting": carried(scene),
    }  # fmt: skip


def held_up(scene: Scene) -> Judge:
    """Judges an alert of a station's times: did a link hold its reports back then? That they come late is true."""
    late = [(n + 1, f.on, f.off + f.value) for n, s in enumerate(scene.stations) for f in scene.staged.faults
            if f.kind == "late" and f.station in ("", s.name)]  # fmt: skip

    def judge(alert: Alert) -> bool:
        at = (alert.time - scene.start) / SECOND
        return any(alert.evidence.get("station") == n and on <= at <= off for n, on, off in late)

    return judge


def switched_off(scene: Scene, least: float = 300.0) -> Judge:
    """Judges an alert of a ship that fell silent: was her transponder off, from then on, for ``least`` s and more?

    Whether she sank or will be back in ten minutes nobody can know after five; that she fell silent is true.
    """
    off = [(scene.fleet[s.ship].mmsi, s.on, s.off) for s in scene.staged.silences if s.off - s.on >= least]

    def judge(alert: Alert) -> bool:
        at = (alert.time - scene.start) / SECOND
        return any(alert.subjects == (mmsi,) and abs(at - on) < 120.0 for mmsi, on, _ in off)

    return judge


def close_quarters(scene: Scene, metres: float = 0.3 * NAUTICAL_MILE, seconds: float = 1200.0) -> Judge:
    """Judges an alert by the motion: from ``time`` to ``last``, did its two ships ever head for less than that?"""

    def judge(alert: Alert) -> bool:
        ships = [i for i, s in enumerate(scene.fleet) if s.mmsi in alert.subjects]
        if len(ships) != 2:
            return False
        begin, end = ((t - scene.start) / SECOND for t in (alert.time, max(alert.time, alert.last)))
        steps = int(min(end - begin, 3600) // 10) + 1
        for k in range(steps):
            miss, ahead = approach(scene, ships, max(0.0, begin + 10 * k))
            if miss < metres and ahead < seconds:
                return True
        return False

    return judge


__all__ = ["RULES", "Judge", "Score", "close_quarters", "held_up", "judges", "matches", "score", "switched_off"]
