"""The brief of a search on paper: first line, case, drift, areas in three ways, tasks, worth; three languages; the same bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paper_tools import needs_japanese, pdf_pages, read_html, words_of
from selat.app.papers import brief
from selat.cli import main
from selat.exporters.paper import written
from selat.exporters.plans import brief as sheet
from selat.kernels.geodesy import distance
from selat.model.clock import HOUR, SECOND
from selat.model.plan import APPROVAL
from selat.rescue.case import Case
from selat.rescue.drifted import Drifted
from test_rescue_exports import T0, plan, task

FACTS = {"osc": "Penyelamat 7", "persons": "1 <&>"}


@pytest.fixture(scope="module")
def drifted() -> Drifted:
    """Four hundred particles that move north-west for six hours, without the kernels of the drift."""
    case = Case(name="Port Dickson", note="seen <last> at dusk").adrift("PIW-1")
    case = (
        case.position(2.41, 101.72, "2026-11-27T18:40Z", error="0.5 nm", name="last seen")
        .wind("230/12kn")
        .current("320/0.8kn")
    )
    rng = np.random.default_rng(1)
    time = T0 + np.arange(7) * HOUR
    spread = 0.01 * np.sqrt(1.0 + np.arange(7))[:, None]
    lat = 2.41 + 0.01 * np.arange(7)[:, None] + rng.normal(size=400) * spread
    lon = 101.72 - 0.01 * np.arange(7)[:, None] + rng.normal(size=400) * spread
    state = np.zeros((7, 400), np.int8)
    state[-1, :40] = 1
    return Drifted(
        case.as_json(), time, lat, lon, state, np.full(400, 1 / 400), np.zeros(400, np.int16), np.zeros(400, np.int16)
    )


def said(drifted: Drifted | None, language: str = "en", **more: object) -> str:
    made = plan(weaknesses=("sweep width given by hand", "dark"), **more)
    return words_of(read_html(brief.file(made, "html", drifted, facts=FACTS, language=language, water=29.0)))


def test_the_first_line_is_the_approval_and_what_the_plan_is_weak_in(drifted: Drifted) -> None:
    text = said(drifted)
    first = f"{APPROVAL} | sweep width given by hand | dark"
    assert text.replace('Search brief: Port Dickson <1> & "2"', "", 1).strip().startswith(first)
    own = said(drifted, approval="Approved by MRCC Port Klang, 27 Nov 18:55")
    assert "Approved by MRCC Port Klang, 27 Nov 18:55 | sweep width" in own and APPROVAL not in own
    pages = pdf_pages(brief.file(plan(), "pdf", drifted))
    assert len(pages) >= 3 and all(APPROVAL in p for p in pages), "at the head of every page"


def test_it_tells_case_drift_areas_in_three_ways_tasks_and_worth(drifted: Drifted) -> None:
    text = said(drifted)
    assert "seen <last> at dusk" in text and "last seen (position)" in text and "PIW-1:" in text and "230/12kn" in text
    assert "Persons at risk 1 <&>" in text and "On-scene co-ordinator Penyelamat 7" in text
    assert "2026-11-27 18:40 02-2" in text and "10%" in text, "times of the drift, shares ashore"
    for name in ("A1", "A2"):
        assert f"Task {name}: " in text and f"{name}-01" in text and f"{name}-08" in text
    assert "02-25.80N 101-45.00E" in text, "a corner"
    assert "02-25.80N 02-24.00N 101-45.00E 101-42.00E" in text, "limits"
    assert "02-24.90N 101-43.50E 3.0 x 1.8 NM AXIS 090" in text, "centre, length, width, axis"
    assert "0.8 kn, 320°" in text and "PS, parallel track" in text and "0.30 nm" in text
    assert "33.0% probability of success 35.0% no plan with this effort exceeds 94% of the bound" in text
    assert "no figure for water of 29 deg C" in text and "Sunrise 2026-11-27 23:" in text
    assert "Plan hash (SHA-256)" in text and "Drift hash (SHA-256)" in text


def test_without_a_drift_it_says_so() -> None:
    text = said(None)
    assert "No drift was given" in text and "Task A1" in text and "Drift hash" not in text


@pytest.mark.parametrize("language", ["ms", "ja"])
def test_other_languages(drifted: Drifted, language: str) -> None:
    text = said(drifted, language)
    for english in ("Summary", "What may have happened", "Search areas", "Waypoints", "Sunrise", APPROVAL, "Plan hash"):
        assert english not in text, english
    assert {"ms": "Taklimat carian", "ja": "捜索計画書"}[language] in text


def test_pdf_in_japanese_has_all_pages_and_the_same_bytes(drifted: Drifted) -> None:
    needs_japanese()
    made = brief.file(plan(), "pdf", drifted, language="ja")
    assert made == brief.file(plan(), "pdf", drifted, language="ja")
    pages = pdf_pages(made)
    assert f"{len(pages)} / {len(pages)} ページ" in pages[-1] and "計画ハッシュ" in " ".join(pages)
    assert brief.file(plan(pos=0.3), "pdf", drifted, language="ja") != made


def test_the_drift_that_is_told_is_the_drift(drifted: Drifted) -> None:
    moments = brief.shown(plan(), drifted).moments
    assert [m.time for m in moments] == drifted.time.tolist()
    lat, lon = drifted.mean(3)
    assert (moments[3].lat, moments[3].lon) == (lat, lon)
    assert moments[-1].ashore == pytest.approx(0.1)
    drawn = [m for m in moments if m.rings]
    assert {T0, T0 + 2 * HOUR, int(drifted.time[-1])} == {m.time for m in drawn} and set(drawn[0].rings) == {
        0.5,
        0.9,
        0.95,
    }


def test_areas_are_moved_to_the_end_of_their_tasks() -> None:
    t = task()
    moved = sheet._moved(t)
    away = t.area.drift_speed * (t.end - t.area.time) / SECOND
    for (a, b), (c, d) in zip(t.area.corners, moved, strict=True):
        assert float(distance(a, b, c, d)) == pytest.approx(away, rel=1e-6)
    still = replace(t, area=replace(t.area, drift_speed=0.0))
    assert np.allclose(sheet._moved(still), t.area.corners)


def test_a_plan_of_nobody_and_a_hostile_name(drifted: Drifted) -> None:
    empty = replace(plan(), tasks=(), case="</title><script>x</script>")
    text = words_of(read_html(brief.file(empty, "html", drifted)))
    assert "<script>x</script>" in text
    assert written(brief.document(empty, drifted), "pdf").startswith(b"%PDF")


def test_the_command_writes_both(tmp_path: Path, drifted: Drifted, capsys: pytest.CaptureFixture[str]) -> None:
    from selat.cli.rescue._plan_file import write_plan_file

    write_plan_file(plan(), tmp_path / "plan.json")
    drifted.save(tmp_path / "pd.npz")
    where = str(tmp_path / "plan.json")
    assert (
        main(
            [
                "rescue",
                "export",
                where,
                "html",
                "--format",
                "pdf",
                "--drift",
                str(tmp_path / "pd.npz"),
                "--language",
                "ms",
            ]
        )
        == 0
    )
    assert capsys.readouterr().out.split() == [str(tmp_path / "plan.html"), str(tmp_path / "plan.pdf")]
    assert "Taklimat carian" in (tmp_path / "plan.html").read_text()
    assert (tmp_path / "plan.pdf").read_bytes() == brief.file(plan(), "pdf", drifted, language="ms")
