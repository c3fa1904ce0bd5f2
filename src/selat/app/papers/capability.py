"""What a run told of a grant's capability, to take along: a paper (HTML, PDF, XLSX) and a table (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from selat import __version__
from selat.exporters.paper import written
from selat.exporters.paper.blocks import Block, Document, Facts, Heading, Table, Text
from selat.model.clock import format_time

BASES = ("baseline", "expected", "measured")
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "What a grant changed",
        "before": "before",
        "expected": "expected",
        "measured": "measured",
        "interval": "95 % intervals in brackets",
        "alone": "What each craft adds when it alone is left out",
        "share": "share of the demand in time",
        "rests": "Rests on",
        "assumption": "assumption",
        "hours": "hours of use by grade of evidence, never added up",
        "ready": "ready",
        "left": "left out",
        "example": "Example: boats, places and use are made up.",
        "programme": "programme",
        "who": "measured by",
        "demand": "demand",
        "places": "places",
    },
    "ms": {
        "title": "Apa yang diubah oleh geran",
        "before": "sebelum",
        "expected": "dijangka",
        "measured": "diukur",
        "interval": "selang 95 % dalam kurungan",
        "alone": "Tambahan setiap bot apabila ia sahaja ditinggalkan",
        "share": "bahagian permintaan pada masanya",
        "rests": "Berdasarkan",
        "assumption": "andaian",
        "hours": "jam guna mengikut gred bukti, tidak dijumlahkan",
        "ready": "sedia",
        "left": "ditinggalkan",
        "example": "Contoh: bot, tempat dan penggunaan adalah rekaan.",
        "programme": "program",
        "who": "diukur oleh",
        "demand": "permintaan",
        "places": "tempat",
    },
    "ja": {
        "title": "供与が変えたもの",
        "before": "以前",
        "expected": "期待",
        "measured": "実測",
        "interval": "括弧内は95%区間",
        "alone": "その艇だけを除いたときとの差",
        "share": "時間内に届く需要の割合",
        "rests": "根拠",
        "assumption": "仮定",
        "hours": "証拠の等級別使用時間(合算しない)",
        "ready": "稼働",
        "left": "除外",
        "example": "例:艇、場所、使用は架空です。",
        "programme": "案件",
        "who": "測定者",
        "demand": "需要",
        "places": "地点",
    },
}


def figure(row: Mapping[str, Any] | None) -> str:
    """A figure with its interval, shares in percent."""
    if row is None:
        return "–"
    many = 100.0 if row["unit"] == "share" else 1.0
    unit = " %" if row["unit"] == "share" else f" {row['unit']}"
    digits = 1 if row["unit"] == "share" else 2
    value, low, high = (None if row[k] is None else f"{many * row[k]:.{digits}f}" for k in ("value", "low", "high"))
    return f"{value}{unit}" if low is None else f"{value}{unit} ({low} – {high})"


def document(result: Mapping[str, Any], language: str = "en") -> Document:
    """The paper of a run's result; ``language``: en, ms or ja (names of indicators are those of the register)."""
    w = _WORDS.get(language, _WORDS["en"])
    by = {(r["indicator"], r["basis"]): r for r in result["rows"]}
    names = list(dict.fromkeys(r["indicator"] for r in result["rows"]))
    rows = tuple((n, *(figure(by.get((n, b))) for b in BASES)) for n in names)
    blocks: list[Block] = [
        Facts((
            (w["programme"], result["programme"]),
            (w["who"], f"{result['who']}, {format_time(result['at'])[:16]}"), (w["demand"], result["source"]),
            (w["places"], str(result["places"])),
        )),
        Table(("", w["before"], w["expected"], w["measured"]), rows, frozenset({1, 2, 3}), (0.4, 0.2, 0.2, 0.2)),
        Text(w["interval"], "note"),
    ]  # fmt: skip
    if result["alone"]:
        alone = tuple((k, f"{100 * v:+.1f} %", _ready(result, k)) for k, v in sorted(result["alone"].items()))
        blocks += [Heading(w["alone"], 2), Table(("", w["share"], w["ready"]), alone, frozenset({1, 2}))]
    blocks.append(Heading(w["rests"], 2))
    grades = ", ".join(f"{g} {h:.1f} h" for g, h in result["evidence"].items()) or "–"
    rests = [*((w["assumption"], a) for a in result["assumptions"]), (w["hours"], grades)]
    rests += [(w["left"], f"{k}: {v}") for k, v in sorted(result["left_out"].items())]
    blocks.append(Facts(tuple(rests)))
    foot = (("demand", result["demand"]), ("seed", str(result["seed"])), ("entries", " – ".join(map(str, result["entries"]))),
            ("selat", __version__))  # fmt: skip
    warning = w["example"] if "made up" in result["source"] else ""
    return Document(w["title"], result["programme"], language, result["at"], tuple(blocks), foot, warning=warning)


def _ready(result: Mapping[str, Any], craft: str) -> str:
    share = result["ready"].get(craft)
    return "–" if share is None else f"{100 * share:.0f} %"


def table(result: Mapping[str, Any]) -> bytes:
    """The rows as CSV (UTF-8 with a mark for spreadsheets), then what they rest on in rows of their own."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(("programme", "basis", "season", "indicator", "unit", "value", "low", "high"))
    name = _plain(result["programme"])
    for r in result["rows"]:
        lines.writerow((name, r["basis"], r["season"], r["indicator"], r["unit"], r["value"], r["low"], r["high"]))
    for k, v in sorted(result["alone"].items()):
        lines.writerow((name, "expected", "", _plain(f"adds when left out alone: {k}"), "share", v, "", ""))
    for k, v in sorted(result["ready"].items()):
        lines.writerow((name, "measured", "", _plain(f"ready: {k}"), "share", v, "", ""))
    for k, v in result["evidence"].items():
        lines.writerow((name, "evidence", "", f"hours of use, grade {k}", "h", v, "", ""))
    for text in (*result["assumptions"], f"demand {result['source']}, {result['demand']}, seed {result['seed']}"):
        lines.writerow((name, "rests on", "", _plain(text), "", "", "", ""))
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """A spreadsheet must take no text for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def file(result: Mapping[str, Any], form: str, language: str = "en") -> bytes:
    """``csv``, ``html``, ``pdf`` or ``xlsx``. Raises :class:`~selat.model.errors.ConfigError` for another form."""
    return table(result) if form == "csv" else written(document(result, language), form)
