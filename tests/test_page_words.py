"""Words of the statistics page and the fleet table: the same keys and places in all three languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WORDS = Path(__file__).resolve().parents[1] / "ui" / "src" / "stats"
PAIR = re.compile(r'"([^"]+)":\s*"((?:[^"\\]|\\.)*)"')


def book(code: str) -> dict[str, str]:
    text = (WORDS / f"words.{code}.ts").read_text(encoding="utf-8")
    pairs = PAIR.findall(text)
    assert len({k for k, _ in pairs}) == len(pairs), "a key stands twice"
    return dict(pairs)


@pytest.mark.parametrize("code", ["ms", "ja"])
def test_every_word_is_there(code: str) -> None:
    english, other = book("en"), book(code)
    assert english.keys() == other.keys() and len(english) > 90
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", other[key])), key


def test_no_word_is_asked_for_that_is_not_there() -> None:
    english = book("en")
    common = (WORDS.parent / "words.en.ts").read_text(encoding="utf-8")
    known = english.keys() | {k for k, _ in PAIR.findall(common)}
    for file in [*WORDS.glob("*.ts"), *(WORDS.parent / "roster").glob("*.ts")]:
        for key in re.findall(r'\bt\("([^"]+)"', file.read_text(encoding="utf-8")):
            assert key in known, f"{file.name}: {key}"
