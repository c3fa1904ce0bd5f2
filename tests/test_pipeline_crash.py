"""kill -9 at random moments: nothing acknowledged is lost, and the sea is the same as if nothing had happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import selat
from selat.exercise.play import write_log

pytestmark = pytest.mark.long

CHILD = Path(__file__).with_name("crash_child.py")


def run(sea: Path, log: Path, kills: int, rules: str, seed: int = 5) -> dict[str, int]:
    sea.parent.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, CHILD, sea, log, str(kills), str(seed), rules],
        capture_output=True, text=True, timeout=1200, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return result


def content(sea: Path) -> tuple[str, list[str], list[tuple[str, str]], int]:
    with selat.open(sea) as opened:
        ids = sorted(opened.alerts.arrow()["id"].to_pylist())
        told = sorted((r["subject"], r["action"]) for r in opened.state.rows("alert_log"))
        return opened.content_hash(), ids, told, opened.reports.count()


def crash(tmp_path: Path, minutes: float, kills: int, rules: str) -> None:
    log = tmp_path / "log.nmea"
    write_log(log, minutes)
    quiet = run(tmp_path / "quiet" / "sea", log, 0, rules)
    assert quiet == {"kills": 0, "lost": 0, "acked": log.stat().st_size}
    killed = run(tmp_path / "killed" / "sea", log, kills, rules)
    assert killed["kills"] == kills, f"the log was read after {killed['kills']} kills: make it longer"
    assert killed["lost"] == 0
    assert killed["acked"] == log.stat().st_size
    want, got = content(tmp_path / "quiet" / "sea"), content(tmp_path / "killed" / "sea")
    assert want[3] > 1000
    assert got == want


def test_five_kills(tmp_path: Path) -> None:
    crash(tmp_path, 3, 5, "plain")


@pytest.mark.slow
def test_fifty_kills(tmp_path: Path) -> None:
    crash(tmp_path, 30, 50, "plain")


@pytest.mark.slow
def test_kills_with_rules_make_the_same_alerts(tmp_path: Path) -> None:
    crash(tmp_path, 8, 12, "rules")
