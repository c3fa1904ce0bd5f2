"""ui/src/schema.gen.ts says what the model says, and its way to read a row of the feed is the right one."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest

from selat.exporters import exporters
from selat.model import nouns, picture, schema
from selat.model.arrow import to_arrow
from selat.model.columns import Columns

ROOT = Path(__file__).resolve().parents[1]
_spec = importlib.util.spec_from_file_location("make_types", ROOT / "scripts" / "make_types.py")
make_types = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_types)


def test_types_are_fresh():
    assert not make_types.stale(), "stale: run `python3 dev.py docs` and commit what it wrote"


def test_a_stale_file_is_seen_and_mended(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_types, "OUT", tmp_path / "schema.gen.ts")
    monkeypatch.setattr("sys.argv", ["make_types.py", "--check"])
    assert make_types.main() == 1 and "stale" in capsys.readouterr().out
    assert not make_types.OUT.exists()
    monkeypatch.setattr("sys.argv", ["make_types.py"])
    assert make_types.main() == 0 and not make_types.stale()
    monkeypatch.setattr(picture, "FLAG_LOST", 64)
    assert make_types.stale()


def test_a_row_of_the_feed_is_read_as_it_is_written():
    """The generated reader, run here: each getter with its offset takes the value that NumPy put there."""
    values = (4_000_000_001, -2, -3, 60_001, 3_599, 511, 255, 129)
    data = np.array([values], dtype=picture.ROW).tobytes()
    offsets = {n: int(at) for n, at in re.findall(r"^  (\w+): (\d+),$", make_types.wire(), re.MULTILINE)}
    calls = re.findall(r"view\.get(Uint|Int)(\d+)\(at \+ ROW_AT\.(\w+)(, true)?\)", make_types.wire())
    found = []
    for sign, width, name, little in calls:
        size = int(width) // 8
        assert bool(little) == (size > 1)
        found.append(int.from_bytes(data[offsets[name] : offsets[name] + size], "little", signed=sign == "Int"))
    assert tuple(found) == values and len(data) == picture.ROW.itemsize


def interface(name):
    """Names and types of a generated interface."""
    body = re.search(
        rf"interface {make_types.camel(name)} \{{\n(.*?)^\}}", make_types.page(), re.DOTALL | re.MULTILINE
    )[1]
    return dict(re.findall(r"^  (\w+): (.+);$", body, re.MULTILINE))


@pytest.mark.parametrize("name", [*schema.TABLES, "ships"])
def test_a_row_of_json_is_of_its_type(name, tmp_path):
    import io

    kinds = interface(name)
    if name == "ships":
        from selat.store.ships import ships_schema

        assert list(kinds) == ships_schema().names and kinds["mmsi"] == "number"
        return
    table = schema.TABLES[name]
    objects = {
        c.name: np.array(["{}" if c.unit == "json" else b"x" if c.given == "binary" else "x"], dtype=object)
        for c in table.columns
        if c.stored == "object"
    }
    rows = Columns(table, objects, 1)
    out = io.BytesIO()
    exporters()["ndjson"].write([to_arrow(rows)], out)
    row = json.loads(out.getvalue())
    assert list(kinds) == list(row)
    for column, value in row.items():
        kind = kinds[column]
        if value is None:
            assert "| null" in kind, column
        elif isinstance(value, str):
            assert kind.startswith(("string", "Priority", "AlertState")), column
        elif isinstance(value, int | float):
            assert kind.startswith("number"), column


def test_states_and_priorities_are_those_of_the_model():
    text = make_types.page()
    assert f"PRIORITIES = {json.dumps(nouns.PRIORITIES)} as const" in text
    assert all(f'"{state}"' in text for state in nouns.STATES)
