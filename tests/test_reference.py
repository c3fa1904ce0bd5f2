"""The generated pages of docs/reference say what the code says."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

from selat.model import messages, schema

ROOT = Path(__file__).resolve().parents[1]
_spec = importlib.util.spec_from_file_location("make_reference", ROOT / "scripts" / "make_reference.py")
make_reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_reference)


def test_reference_is_fresh():
    assert make_reference.stale() == [], "stale: run `python3 dev.py docs` and commit what it wrote"


def test_every_column_and_message_has_its_row():
    tables, fields = make_reference.tables_page(), make_reference.messages_page()
    for name, one in schema.TABLES.items():
        section = tables.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert section.count("\n| `") == len(one.columns)
    for layout in messages.LAYOUTS:
        assert make_reference.title(layout) in fields


def test_a_stale_page_is_seen_and_mended(tmp_path, monkeypatch):
    monkeypatch.setattr(make_reference, "OUT", tmp_path)
    monkeypatch.setattr("sys.argv", ["make_reference.py"])
    assert make_reference.stale() == list(make_reference.PAGES)
    assert make_reference.main() == 0
    assert make_reference.stale() == []
    page = tmp_path / "tables.md"
    page.write_text(page.read_text().replace("| `mmsi` | int32", "| `mmsi` | int64", 1))
    assert make_reference.stale() == ["tables.md"]


def test_a_command_shows_its_arguments_and_those_of_its_parts():
    parser = argparse.ArgumentParser("selat plan", description="Plan a search.", epilog="examples:\n  selat plan x")
    parser.add_argument("-o", "--out", default="plan.gpx", help="where to")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--secret", help=argparse.SUPPRESS)
    part = parser.add_subparsers(dest="what").add_parser("draw", description="Draw it.")
    part.add_argument("files", nargs="+", metavar="FILE", help="what to read | all of it")
    part.add_argument("--kind", choices=["square", "creep"], default="square", help="pattern (default square)")
    page = make_reference.command(parser, "## ")
    assert "| `FILE...` | what to read \\| all of it |\n" in page
    assert "| `-o, --out OUT` | where to (default: plan.gpx) |\n" in page
    assert "| `--json` | as JSON |\n" in page
    assert "secret" not in page
    assert "```text\nexamples:\n  selat plan x\n```" in page
    assert "### selat plan draw\n\nDraw it.\n" in page
    assert "| `--kind square\\|creep` | pattern (default square) |\n" in page
