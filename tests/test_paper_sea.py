"""Reports of a sea: what stands in them, in three languages, by command line and by HTTP; the same sea, the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from paper_tools import needs_japanese, pdf_pages, read_html, words_of
from selat.app.archive import SeaArchive
from selat.app.papers import KINDS, document, report
from selat.cli import main
from selat.model.clock import DAY, MINUTE
from selat.model.errors import ConfigError
from selat.model.handling import Deed
from selat.model.picture import ROW
from selat.store import alertbook, handling
from selat.web.server import create_app
from small_sea import NAMES, T0, alerts, make_sea
from test_web_server import ReadOnly, ask

pytestmark = pytest.mark.long

EMPTY = ReadOnly(np.zeros(0, ROW))
ABOUT = {"day": "", "ship": "525000003", "alert": alerts()[0].id, "area": "klang"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sea(tmp_path_factory.mktemp("paper") / "sea")


@pytest.fixture(scope="module")
def archive(folder: Path) -> Iterator[SeaArchive]:
    found = SeaArchive(folder)
    handling.do(found.sea.state, alerts()[0].id, Deed("acknowledge", "Lt Aminah", "called on <16>"))
    yield found
    found.close()


def said(archive: SeaArchive, kind: str, language: str = "en", **more: int) -> str:
    return words_of(read_html(report(archive, kind, ABOUT[kind], language=language, **more)))


def test_a_day_tells_open_alerts_before_closed_ones_and_counts_traffic(archive: SeaArchive) -> None:
    day = T0 // DAY * DAY
    text = said(archive, "day", begin=day, end=day + DAY)
    assert "Daily report 2026-11-21" in text
    assert (
        "5 ships heard" in text
        and "30 position reports" in text
        and "2 alerts raised" in text
        and "1 still open" in text
    )
    assert text.index("Open alerts") < text.index("Too close: 0.10 nm < 0.25 nm.") < text.index("Alerts that are over")
    assert text.index("Alerts that are over") < text.index("It \ufffd[31mjumped.")
    assert "acknowledged; Lt Aminah, " in text and "called on <16>" in text
    assert "Hours without any report: 11-21 00:00-23:00. Nothing is known of them." in text
    assert "Lines that were not kept: 2." in text or "Lines that were not kept: 0." in text
    assert "<A&B> (525000003)" in text, "named by an alert, so notable"
    assert (
        "sea (" in text and "Data hash (SHA-256)" in text and "2 entries" not in text and "3 entries, last hash" in text
    )
    assert "MY 1" in text and "SG 1" in text, "flags by country"


def test_a_day_of_two_days_says_its_period(archive: SeaArchive) -> None:
    assert "Daily report 2026-11-21 23:00 to 2026-11-22 01:30 UTC" in said(
        archive, "day", begin=T0, end=T0 + 150 * MINUTE
    )
    with pytest.raises(ConfigError, match="no period"):
        document(archive, "day", begin=T0, end=T0)


def test_a_dossier_tells_identity_track_and_alerts(archive: SeaArchive) -> None:
    text = said(archive, "ship")
    assert (
        "Ship dossier: <A&B>" in text and "525000003" in text and "9074731" in text and "9MAB2" in text and "ID" in text
    )
    assert "Destination KLANG" in text and "12 position reports" in text
    assert "It \ufffd[31mjumped." in text and "jump" in text and "2026-11-21 6 1" in text
    for wrong in ("x", "1234567890", "999000111"):
        with pytest.raises(ConfigError) as e:
            document(archive, "ship", wrong)
        assert e.value.hint


def test_an_alert_tells_reason_history_and_chain(archive: SeaArchive) -> None:
    text = said(archive, "alert")
    assert f"Alert {ABOUT['alert'][:8]}: collision" in text and "Too close: 0.10 nm < 0.25 nm." in text
    assert "BUNGA LAUT (533000001), =CMD() (563000002)" in text
    assert "raised" in text and "Lt Aminah" in text and "note: called on <16>" in text
    assert "the whole log was checked and holds" in text and "Not concluded again:" in text
    row = next(r for r in archive.sea.state.rows("alert_log") if r["who"] == "Lt Aminah")
    assert row["hash"][:20] in text and row["hash"] in text, "in the table, and whole at the foot"
    for wrong in ("", "zz"):
        with pytest.raises(ConfigError):
            document(archive, "alert", wrong)


def test_a_broken_log_is_told(folder: Path, tmp_path: Path) -> None:
    import sqlite3

    other = make_sea(tmp_path / "broken")
    with sqlite3.connect(other / "state.db") as raw:
        raw.execute("UPDATE alert_log SET who = 'nobody' WHERE n = 0")
    broken = SeaArchive(other)
    try:
        assert "THE LOG IS BROKEN at row 0" in said(broken, "alert")
    finally:
        broken.close()


def test_an_area_counts_who_was_inside(archive: SeaArchive) -> None:
    text = said(archive, "area")
    assert "Area report: klang" in text and "2 ships inside" in text
    assert "BUNGA LAUT (533000001)" in text and "SELAT STAR" not in text
    assert "Too close" in text and "jumped" not in text, "the one alert lies inside, the other does not"
    with pytest.raises(ConfigError, match="no zone"):
        document(archive, "area", "nowhere")


@pytest.mark.parametrize("language", ["ms", "ja"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_other_languages_leave_no_english_heading(archive: SeaArchive, kind: str, language: str) -> None:
    text = said(archive, kind, language)
    for english in (
        "At a glance",
        "Open alerts",
        "Traffic",
        "Evidence",
        "Silences",
        "Data hash",
        "What this report",
        "Times are UTC",
        "ships heard",
    ):
        assert english not in text, english
    assert {"ms": "Cincangan data", "ja": "データハッシュ"}[language] in text


@pytest.mark.parametrize("kind", list(KINDS))
def test_pdf_has_all_of_it_and_the_same_bytes_each_time(archive: SeaArchive, folder: Path, kind: str) -> None:
    needs_japanese()
    made = report(archive, kind, ABOUT[kind], language="ja", form="pdf")
    pages = pdf_pages(made)
    whole = " ".join(pages)
    assert f"{len(pages)} / {len(pages)} ページ" in pages[-1] and "データハッシュ" in whole and made.startswith(b"%PDF")
    again = SeaArchive(folder)
    try:
        assert report(again, kind, ABOUT[kind], language="ja", form="pdf") == made
        assert report(again, kind, ABOUT[kind]) == report(archive, kind, ABOUT[kind])
    finally:
        again.close()


def test_the_data_hash_changes_with_the_data_and_not_with_the_files(archive: SeaArchive, tmp_path: Path) -> None:
    other = SeaArchive(make_sea(tmp_path / "sea"))
    try:

        def hash_of(a: SeaArchive) -> str:
            return dict(document(a, "ship", "538000005").foot)["Data hash (SHA-256)"]

        assert hash_of(other) == hash_of(archive), "the same data in another sea"
        before = hash_of(other)
        assert before != dict(document(other, "ship", "533000001").foot)["Data hash (SHA-256)"]
        day = document(other, "day", begin=T0, end=T0 + DAY).foot
        alertbook.act(other.sea.state, alerts()[0].id, "acknowledged", "me")
        assert document(other, "day", begin=T0, end=T0 + DAY).foot != day
        assert hash_of(other) == before
    finally:
        other.close()


def test_the_command_writes_and_names_its_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "day.html"
    assert main(["report", "day", str(folder), "--day", "2026-11-21", "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == str(out) and "Daily report" in out.read_text()
    sea = str(folder)
    twice = ["day", sea, "--day", "2026-11-21", "--from", "2026-11-20"]
    for wrong in (twice, ["ship", sea], ["day", sea, "x"], ["day", sea, "--language", "fr"]):
        assert main(["report", *wrong]) == 2
        assert "hint:" in capsys.readouterr().err


def test_the_server_gives_reports_out_and_refuses_nonsense(archive: SeaArchive) -> None:
    told: list[tuple[str, ...]] = []
    app = create_app(EMPTY, archive=archive, audit=lambda *row: told.append(row))
    answer = ask(app, "GET", f"/api/report/ship?about={ABOUT['ship']}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert "&lt;A&amp;B&gt;" in answer.text and 'filename="selat-ship.html"' in answer.headers["content-disposition"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert told == [("?", "report", f"ship:{ABOUT['ship']}", "html")]
    for wrong in ("/api/report/year", "/api/report/ship?about=x", "/api/report/day?format=doc", "/api/report/day?begin=x",
                  "/api/report/day?language=fr", "/api/report/area?about=../../etc", "/api/report/alert"):  # fmt: skip
        answer = ask(app, "GET", wrong)
        assert answer.status_code == 400 and answer.json()["hint"], wrong
    assert ask(create_app(EMPTY), "GET", "/api/report/day").status_code == 501
    assert len(NAMES) == 5
