"""Grades as tables that can be printed, committed and compared: the same grades make the same text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from selat.exercise.baselines import BASELINES
from selat.exercise.grade import Grade, asks
from selat.exercise.interval import bootstrap, quantile, rate, wilson
from selat.exercise.trial import OPEN, Outcome, others_together, together
from selat.model.clock import HOUR
from selat.model.nouns import PRIORITIES

HEAD = (
    "rule", "staged", "found", "again", "false: warning and above", "false: caution", "precision (95 %)", "recall (95 %)",
    "F1 (95 %)", "told after: median, p95", "since it could be known", "false warnings an officer-hour (95 %)", "fooled by",
)  # fmt: skip
OTHERS = ("instead of", "rule of others", *HEAD[1:4], "false", *HEAD[6:10], "false an officer-hour", "fooled by")
NOTES = """\
*staged*, *found*: incidents; an alert finds one at most. *again*: further alerts about an incident that was found. *false*: about
look-alikes and about traffic that is neither. *told after*: from the start of an incident to its first alert (of high severity: to
the first above caution). Intervals: Wilson for shares, 2,000 draws of whole scenes for F1, Byar for rates."""

OTHERS_NOTES = """\
From their published definitions (`selat.exercise.baselines`). *nowhere left out*: without the waters near the shore, ports or
anchorages that the rule leaves out. *told after* is the earliest that a system which runs the rule all the time could tell."""


def as_dict(g: Grade) -> dict[str, Any]:
    """A grade as JSON."""
    return {
        "rule": g.rule, "staged": g.staged, "found": g.found, "again": g.again, "false": g.false, "false_loud": g.loud,
        "false_caution": g.quiet, "natural": g.natural, "other": g.other, "hours": g.hours,
        "recall": _real(g.recall), "recall_95": _pair(wilson(g.found, g.staged)), "precision": _real(g.precision),
        "precision_95": _pair(wilson(g.found, g.found + g.false)), "f1": _real(g.f1), "f1_95": _pair(bootstrap(g.parts)),
        "delay_s": _real(quantile(g.waits, 0.5)), "delay_p95_s": _real(quantile(g.waits, 0.95)),
        "delay_known_s": _real(quantile(g.delays, 0.5)), "delay_known_p95_s": _real(quantile(g.delays, 0.95)),
        "false_an_hour": _real(g.loud / g.hours if g.hours else math.nan), "false_an_hour_95": _pair(rate(g.loud, g.hours)),
        "fooled_by": dict(sorted(g.fooled.items())), "missed": [list(t.subjects) for t in g.missed],
    }  # fmt: skip


def _real(x: float) -> float | None:
    return round(x, 4) if math.isfinite(x) else None


def _pair(x: tuple[float, float]) -> list[float | None]:
    return [_real(v) for v in x]


def table(grades: Mapping[str, Grade]) -> list[str]:
    """Grades of our rules as a Markdown table; rules for which nothing was staged and that told nothing false are left out."""
    rows = [_row(g) for g in grades.values() if g.staged or g.false]
    return _markdown(HEAD, rows)


def others_table(grades: Mapping[tuple[str, str], Grade]) -> list[str]:
    """Grades of the rules of others."""
    return _markdown(OTHERS, [_other_row(ours, name, g) for (ours, name), g in grades.items()])


def _markdown(head: Sequence[str], rows: list[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def _row(g: Grade) -> tuple[str, ...]:
    per_hour = f"{g.loud / g.hours:.2f} ({_span(rate(g.loud, g.hours))})" if g.hours else "-"
    return (
        g.rule, str(g.staged), str(g.found), str(g.again), str(g.loud), str(g.quiet), share(g.found, g.found + g.false),
        share(g.found, g.staged), _f1(g), _times(g.waits), _times(g.delays), per_hour, _fooled(g),
    )  # fmt: skip


def _other_row(ours: str, name: str, g: Grade) -> tuple[str, ...]:
    baseline = BASELINES[name.removesuffix(OPEN)]
    longer = f"; what it finds lasts {baseline.needs / HOUR:g} h at least" if baseline.needs else ""
    return (
        ours, name + longer, str(g.staged), str(g.found), str(g.again), str(g.false), share(g.found, g.found + g.false),
        share(g.found, g.staged), _f1(g), _times(g.waits), f"{g.false / g.hours:.2f}" if g.hours else "-", _fooled(g),
    )  # fmt: skip


def share(k: int, n: int) -> str:
    """A share with its interval."""
    return f"{k / n:.3f} ({_span(wilson(k, n))})" if n else "-"


def _span(x: tuple[float, float]) -> str:
    return f"{x[0]:.2f} to {x[1]:.2f}"


def _f1(g: Grade) -> str:
    if not g.staged:
        return "-"
    low, high = bootstrap(g.parts)
    return f"{g.f1:.3f}" if math.isnan(low) else f"{g.f1:.3f} ({low:.2f} to {high:.2f})"


def _times(seconds: Sequence[float]) -> str:
    return ", ".join(span_text(quantile(seconds, q)) for q in (0.5, 0.95)) if seconds else "-"


def span_text(seconds: float) -> str:
    """Seconds below three minutes, else minutes."""
    return f"{seconds:.0f} s" if abs(seconds) < 180 else f"{seconds / 60:.1f} min"


def _fooled(g: Grade) -> str:
    return ", ".join(f"{what} {n}" for what, n in sorted(g.fooled.items(), key=lambda x: (-x[1], x[0]))[:4]) or "-"


def headline(outcomes: Sequence[Outcome], hours: float) -> list[str]:
    """What holds for all rules together: load, what of high severity was missed, alerts that explain themselves."""
    rates = {p: sum(o.load.get(p, 0.0) for o in outcomes) / len(outcomes) for p in PRIORITIES}
    loads = [asks(o.load) for o in outcomes]
    grades = together(outcomes).values()
    nobodys = sum((Counter(o.nobodys) for o in outcomes), Counter())
    missed = sum(t.severity == "high" for g in grades for t in g.missed)
    high = missed + sum(t.severity == "high" for g in grades for t in g.hits)
    told = ", ".join(f"{n:.1f} {p}" for p, n in rates.items())
    orphans = ", ".join(f"{rule} {n}" for rule, n in sorted(nobodys.items()))
    return [
        f"- alerts an hour: {told}; warning and above together {asks(rates):.1f} ({min(loads):.1f} to {max(loads):.1f} by scene), "
        f"in {hours:g} officer-hours",
        f"- incidents of high severity: {high} staged, {missed} missed",
        f"- alerts whose rule makes the same of the stored evidence, bit for bit: {sum(o.same for o in outcomes)} of "
        f"{sum(o.asked for o in outcomes)}",
        *([f"- staged, and no rule for it ran: {orphans}"] if orphans else []),
    ]


def document(outcomes: Sequence[Outcome], hours: float, about: str) -> str:
    """The whole report as Markdown: ``about`` says how it was made."""
    lines = ["# Grades of the rules", "", about, "", *headline(outcomes, hours), "", NOTES, "", "## Our rules", ""]
    lines += table(together(outcomes))
    others = others_together(outcomes)
    if others:
        lines += ["", "## Rules of others, on the same receptions", "", OTHERS_NOTES, "", *others_table(others)]
    return "\n".join(lines) + "\n"
