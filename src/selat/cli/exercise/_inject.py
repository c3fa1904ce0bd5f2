"""`selat exercise inject` and `score --day`: a real day with incidents put in, and grades on it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.app.injected import Verdicts
    from selat.exercise.grade import Grade


def inject(args: argparse.Namespace) -> int:
    """Write the day with incidents, and their truth beside it."""
    from selat.app.injected import read_day, write_injected
    from selat.exercise.facts import text_of
    from selat.exercise.inject import KINDS
    from selat.store.disk import write_whole

    if not args.file:
        raise ConfigError("put incidents into which file?", hint="selat exercise inject AIS_2024_01_01.csv")
    path = Path(args.file)
    kinds = tuple(args.rules.split(",")) if args.rules else tuple(KINDS)
    day = read_day(path)
    plain = path.name.split(".")[0] + (".nmea" if day.form == "nmea" else ".csv")
    out = args.out or path.with_name(f"injected-{plain}")
    beside = args.truth or out.with_suffix(".truth.json")
    found = write_injected(day, out, args.seed, args.count, kinds)
    write_whole(
        beside,
        text_of(found.truths, beside.suffix, {"day": path.name, "seed": args.seed, "count": args.count}).encode(),
    )
    told = {
        "path": str(out), "truth": str(beside), "facts": len(found.truths), "dropped": len(found.drop),
        "added": found.reports.rows, "short": found.short,
    }  # fmt: skip
    if args.json:
        print(json.dumps(told))
        return 0
    print(f"{out}: {len(found.drop):,} rows left out, {found.reports.rows:,} added; {beside}: {len(found.truths)} facts",
          file=sys.stderr)  # fmt: skip
    for kind, missing in found.short.items():
        print(f"{missing} fewer than asked, the day has no ship for it: {kind}", file=sys.stderr)
    print(f"grade the rules on it: selat exercise score --day {out} --truth {beside}", file=sys.stderr)
    return 0


def score_day(args: argparse.Namespace) -> int:
    """Grades on a day with known truth."""
    from selat.app.injected import judge_day, read_day
    from selat.exercise.facts import read
    from selat.store.disk import write_whole

    if not args.truth:
        raise ConfigError("what is true of that day?", hint="--truth FILE, as selat exercise inject wrote it")
    rules = tuple(args.rules.split(",")) if args.rules else ()
    found = judge_day(read_day(args.day), read(args.truth), rules, not args.ours)
    text = document(found, f"`selat exercise score --day {args.day.name} --truth {args.truth.name}`")
    if args.out:
        write_whole(args.out, text.encode())
    print(json.dumps(summary(found)) if args.json else text, end="\n" if args.json else "")
    return 0


def summary(v: Verdicts) -> dict[str, Any]:
    """All figures as one JSON object."""
    from selat.app.injected import unlabelled
    from selat.exercise.report import as_dict

    def row(g: Grade) -> dict[str, Any]:
        per_day = unlabelled(g) / v.vessel_days if v.vessel_days else None
        return {**as_dict(g), "unlabelled": unlabelled(g), "unlabelled_a_vessel_day": per_day}

    return {
        "hours": v.hours, "vessel_days": v.vessel_days, "load": v.load, "rules": [row(g) for g in v.grades.values()],
        "others": [{"instead_of": ours, "name": name, **row(g)} for (ours, name), g in v.others.items()],
    }  # fmt: skip


def document(v: Verdicts, how: str) -> str:
    """The report as Markdown."""
    from selat.app.injected import unlabelled
    from selat.exercise.grade import IN_TRAFFIC
    from selat.exercise.interval import quantile, rate
    from selat.exercise.report import share, span_text

    head = ("rule", "put in", "found", "recall (95 %)", "told after, median", "fooled by look-alikes", "told of the day itself",
            "a vessel-day, at most (95 %)")  # fmt: skip
    lines = [
        "# Grades on a day with incidents put in", "",
        f"{how}: {v.hours:.1f} hours, {v.vessel_days:,.1f} vessel-days. What was put in is known; the day itself is not",
        "labelled, so what is told of it is an upper bound of false alarms.", "",
        "| " + " | ".join(head) + " |", "|" + "---|" * len(head),
    ]  # fmt: skip
    rows = [(g.rule, g) for g in v.grades.values()] + [(f"{ours}: {name}", g) for (ours, name), g in v.others.items()]
    for name, g in rows:
        n = unlabelled(g)
        if not g.staged and not n and not g.false:
            continue
        low, high = rate(n, v.vessel_days)
        per_day = f"{n / v.vessel_days:.3f} ({low:.3f} to {high:.3f})" if v.vessel_days else "-"
        after = span_text(quantile(g.waits, 0.5)) if g.waits else "-"
        fooled = g.false - g.fooled.get(IN_TRAFFIC, 0)
        cells = name, str(g.staged), str(g.found), share(g.found, g.staged), after, str(fooled), str(n), per_day
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
