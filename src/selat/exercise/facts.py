"""Truths of a scene or of an injected day as a file beside it: JSON, or CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from selat.exercise.staged import Truth
from selat.model.clock import format_time, parse_time
from selat.model.errors import FormatError

COLUMNS = (
    "rule", "negative", "subjects", "start", "end", "known", "lat", "lon", "severity", "note",
)  # fmt: skip


def as_row(t: Truth) -> dict[str, Any]:
    """A truth as plain values; times as ISO 8601, UTC."""
    return {
        "rule": t.rule, "negative": t.negative, "subjects": list(t.subjects), "start": format_time(t.start),
        "end": format_time(t.end), "known": format_time(t.known or t.start), "lat": round(t.place[0], 6),
        "lon": round(t.place[1], 6), "severity": t.severity, "note": t.note,
    }  # fmt: skip


def of_row(row: Mapping[str, Any]) -> Truth:
    """The truth of such values, as read from JSON or CSV."""
    subjects = row["subjects"].split() if isinstance(row["subjects"], str) else row["subjects"]
    negative = row["negative"] in (True, "true", "True", "1")
    return Truth(
        str(row["rule"]), tuple(sorted(int(m) for m in subjects)), parse_time(row["start"]), parse_time(row["end"]),
        (float(row["lat"]), float(row["lon"])), str(row["severity"]), negative, str(row["note"]),
        parse_time(row["known"]),
    )  # fmt: skip


def text_of(truths: Iterable[Truth], suffix: str, about: Mapping[str, Any]) -> str:
    """The file's text; ``suffix`` .csv or .json. ``about`` (seed and so on) is kept by JSON only."""
    rows = [as_row(t) for t in truths]
    if suffix != ".csv":
        return json.dumps({**about, "truth": rows}, indent=1) + "\n"
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {**row, "subjects": " ".join(map(str, row["subjects"])), "negative": str(row["negative"]).lower()}
        )
    return out.getvalue()


def read(path: str | Path) -> list[Truth]:
    """Truths of a file that :func:`text_of` wrote. Raises :class:`FormatError` for any other."""
    text = Path(path).read_text(encoding="utf-8")
    try:
        rows = list(csv.DictReader(text.splitlines())) if Path(path).suffix == ".csv" else json.loads(text)["truth"]
        return [of_row(row) for row in rows]
    except (KeyError, ValueError, TypeError) as e:
        raise FormatError(
            f"{path} holds no truths ({e})", hint="a file written by selat exercise write or inject"
        ) from None
