"""The yearly review of grants: what it tells, that it hides no observation, and that it is rebuilt from the log byte for byte."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from paper_tools import needs_japanese, needs_pdf, pdf_pages, read_html, words_of
from selat.app.papers import review
from selat.app.papers.review import Period, gathered, period_of
from selat.assist.checks import run_checks
from selat.assist.demo import GRANT, NOW, demo_facts
from selat.assist.effect import claim, judged
from selat.assist.facts import Fact
from selat.assist.fields import day_ns
from selat.assist.register import Register, open_register
from selat.cli import main
from selat.exporters.paper import written
from selat.model.clock import DAY
from selat.model.errors import ConfigError

MEASURED = (
    (
        "share-before",
        {"indicator": "share reached in 2 h", "value": 0.42, "low": 0.37, "high": 0.47, "basis": "baseline"},
    ),
    (
        "share-after",
        {"indicator": "share reached in 2 h", "value": 0.58, "low": 0.52, "high": 0.63, "basis": "measured"},
    ),
    ("share-want", {"indicator": "share reached in 2 h", "value": 0.6, "basis": "expected"}),
    (
        "mean-before",
        {"indicator": "mean response", "unit": "min", "value": 95, "low": 70, "high": 120, "basis": "baseline"},
    ),
    (
        "mean-after",
        {"indicator": "mean response", "unit": "min", "value": 88, "low": 66, "high": 110, "basis": "measured"},
    ),
    ("i22", {"indicator": "incidents", "value": 7, "basis": "baseline", "period_from": "2022-01-01"}),
    ("i23", {"indicator": "incidents", "value": 9, "basis": "baseline", "period_from": "2023-01-01"}),
    ("i25", {"indicator": "incidents", "value": 5, "basis": "measured", "period_from": "2025-10-01"}),
    ("iw", {"indicator": "incidents", "value": 6, "basis": "expected"}),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration with its observations; one of them closed, one answered; work on a boat; measurements."""
    path = tmp_path_factory.mktemp("review") / "grant"
    register = open_register(path, create=True)
    register.write(demo_facts())
    register.write(run_checks(register.book(), register.standing(kind="use"), NOW))
    seen = {o["check"]: i for i, o in register.book().data["observations"].items()}
    measured = [
        Fact("measurement", f"{GRANT}/{i}", day_ns("2026-07-01"), {**d, "programme": GRANT}, "survey", "me", "B")
        for i, d in MEASURED
    ]
    began = day_ns("2026-05-10")
    work = {"job": "<J1>", "text": "new propeller", "part": "propeller", "part_awaited_from": "2026-05-11"}
    register.write([
        Fact("answer", seen["U1"], day_ns("2026-06-01"), {"text": "a rescue <outside>"}, "letter", "Lt Aminah", "B"),
        Fact("close", seen["U5"], day_ns("2026-06-02"),
             {"reason": "renamed by order", "person": "Sato", "document": "demo-letter"}, "letter", "Sato", "A"),
        Fact("maintenance", "MY23-BOAT-6", began, work, "yard", "yard", "B"), *measured,
    ])  # fmt: skip
    return path


@pytest.fixture(scope="module")
def register(folder: Path) -> Register:
    return open_register(folder)


def said(register: Register, period: str = "2025-10/2026-07", **more: object) -> str:
    told = review.document(register, period, "grant", **{"programmes": [GRANT], **more})
    return words_of(read_html(written(told, "html")))


def test_it_tells_what_was_agreed_delivered_kept_and_used(register: Register) -> None:
    text = said(register)
    assert "Review of equipment grants, 2025-10/2026-07" in text and "400,000,000 yen, as far as known" in text
    assert (
        f"{GRANT}/boats rescue boat JE-470 7 7 180,000,000" in text
        and f"{GRANT}/trucks road cleaning truck 2 0 70,000,000" in text
    )
    assert "VTOL UAV AS-VT02A 14 2025-09-22 646" in text and "rescue boat JE-470 7 2025-10-01 655" in text
    assert "Median days to acceptance 5" in text and "Median days to service 7" in text
    assert "in service 18" in text and "under repair 1" in text and "lost 1" in text
    assert "PASKAU Jugra Jugra 7" in text and "B, h C, h D, h" in text
    assert "<J1>: new propeller 2026-05-10 still open propeller awaited since 2026-05-11" in text
    assert "surveillance, search and rescue, training" in text and "made up for a demonstration" in text


def test_hours_are_those_of_the_months_and_grades_are_not_added_up(register: Register) -> None:
    told = gathered(register, "2026-02/2026-02", "grant", programmes=[GRANT]).programmes[0]
    book = register.book()
    boat = next(i for i in told.items if i.id == "MY23-BOAT-3")
    assert boat.hours == pytest.approx(book.item(boat.id)["hours"]["2026-02"]) and boat.hours["C"] > boat.hours["B"]
    assert boat.days == 28 and boat.months == 1
    lost = next(
        i
        for i in gathered(register, "2026-06/2026-07", "grant", programmes=[GRANT]).programmes[0].items
        if i.id == "MY23-UAV-04"
    )
    assert (lost.state, lost.days, lost.keeper) == ("lost", 19, "")


def test_no_open_observation_is_hidden_whenever_it_was_made(register: Register) -> None:
    every = register.book().data["observations"].values()
    mine = [o for o in every if o["state"] == "open"]
    assert len(mine) == 11
    for period in ("2020", "2025", "FY2025", "2026-07/2026-07", "2030"):
        for tier in ("recipient", "donor", "auditor"):
            text = said(register, period, tier=tier)
            assert "11 open observations" in text
            for o in mine:
                assert o["sentence"] in text, (period, tier, o["check"])
    assert "2026-05-04, after the period" in said(register, "FY2025") and "Lt Aminah: a rescue <outside>" in said(
        register
    )
    assert "renamed by order" in said(register) and "renamed by order" not in said(register, "FY2025"), (
        "closed after the year"
    )


def test_what_is_due_and_done(register: Register) -> None:
    text = said(register, "2025-10/2026-06")
    assert "inspection MY23-UAV-03 2026-06-15 overdue by 15 days" in text and "1 inspections overdue" in text
    assert f"report {GRANT} 2026-07-01 in 1 days" in text
    assert "MY23-BOAT-4 2026-03-30 at another place Embassy" in text


def test_effects_are_told_with_intervals_and_refused_where_too_little_is_known(register: Register) -> None:
    text = said(register)
    assert (
        "share reached in 2 h" in text
        and "0.42 (0.37 – 0.47) 0.6 0.58 (0.52 – 0.63) the intervals lie apart; as expected" in text
    )
    assert "95 (70 – 120) – 88 (66 – 110) the intervals overlap: no change is claimed" in text
    assert "Yearly counts before: 7, 9; after: 5." in text
    assert "No effect is claimed from these counts: a fall below 92% could not be seen, and 25% is expected." in text
    early = register.end()[0] - len(MEASURED)
    without = said(register, entry=early)
    assert (
        "mean response" not in without
        and "ready days share – – 0." in without
        and "no interval: no change" in without
        and "no effect on incidents is claimed" in without
    )


def test_the_claim_is_one_sentence_of_each_judgement() -> None:
    for before, after, fall in (([7, 9], [5], 0.25), ([100, 110, 90], [95, 99, 100], 0.05), ([400, 50, 900], [10, 10, 10], 0.9),
                                ([100, 110, 90], [50, 52, 49], 0.5)):  # fmt: skip
        key, told = judged(before, after, fall)
        assert claim(before, after, fall).count(".") >= 1 and all(
            v in claim(before, after, fall) for k, v in told.items() if k not in ("expected", "least")
        )
        assert key in ("not_even", "too_few", "varies", "fell")
    assert [judged(*c)[0] for c in (([7, 9], [5], 0.25), ([100, 110, 90], [95, 99, 100], 0.05), ([400, 50, 900], [10] * 3, 0.9),
                                    ([100, 110, 90], [50, 52, 49], 0.5), ([0, 0], [1], 0.5))] == [
        "too_few", "too_few", "varies", "fell", "not_even"]  # fmt: skip


def test_last_years_review_is_rebuilt_byte_for_byte(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs_pdf()
    folder = Path(shutil.copytree(folder, tmp_path / "grant"))
    register = open_register(folder)
    rows, head = register.end()
    first = {f: written(review.document(register, "2025", "grant"), f) for f in ("html", "pdf", "xlsx")}
    at = day_ns("2026-07-25")
    register.write([
        Fact("programme", GRANT, at, {"title": "Another title", "amount_jpy": 410_000_000}, "a letter", "me", "A"),
        Fact("item_state", "MY23-BOAT-1", at, {"state": "lost", "reason": "storm"}, "a letter", "me", "A"),
    ])  # fmt: skip
    assert written(review.document(register, "2025", "grant"), "html") != first["html"]
    for form, data in first.items():
        assert written(review.document(register, "2025", "grant", entry=rows), form) == data, form
    out = tmp_path / "again.html"
    assert main(["assist", "review", str(folder), "2025", "--head", head[:12], "--out", str(out)]) == 0
    assert out.read_bytes() == first["html"] and capsys.readouterr().out.strip() == str(out)
    assert head in out.read_text() and f"--entry {rows}" in out.read_text()


def test_the_donor_is_told_no_place(register: Register) -> None:
    assert "PASKAU Jugra Jugra 7" in said(register, tier="recipient")
    donor = said(register, tier="donor")
    assert "PASKAU Jugra 7" in donor and "Jugra Jugra" not in donor
    with pytest.raises(ConfigError):
        said(register, tier="public")


@pytest.mark.parametrize("language", ["ms", "ja"])
def test_other_languages(register: Register, language: str) -> None:
    text = said(register, language=language)
    for english in (
        "Overview",
        "Lead times",
        "Custody",
        "Open observations",
        "Days in service",
        "no change is claimed",
        "No effect",
    ):
        assert english not in text, english
    assert {"ms": "Tiada kesan didakwa", "ja": "効果を主張しない"}[language] in text


def test_pdf_and_workbook_in_japanese(register: Register) -> None:
    from openpyxl import load_workbook

    needs_japanese()
    told = review.document(register, "FY2025", "grant", language="ja")
    pages = pdf_pages(written(told, "pdf"))
    assert f"{len(pages)} / {len(pages)} ページ" in pages[-1] and "未解決の所見" in " ".join(pages)
    book = load_workbook(io.BytesIO(written(told, "xlsx")))
    sheet = book["総括"]
    assert sheet.max_row == 17 and 400_000_000 in {sheet.cell(r, 5).value for r in range(2, 18)}, (
        "sixteen programmes, yen as numbers"
    )


def test_periods() -> None:
    assert period_of("2026") == Period("2026", "2026-01-01", "2027-01-01")
    assert period_of("FY2025") == Period("FY2025", "2025-04-01", "2026-04-01")
    assert period_of("2025-10/2025-12") == Period("2025-10/2025-12", "2025-10-01", "2026-01-01")
    assert period_of("2025-10/2026-03").holds(day_ns("2026-04-01") - 1) and not period_of("2025").holds(
        day_ns("2025-01-01") - DAY
    )
    for wrong in ("", "25", "2026-13/2026-14", "2026-03/2026-01", "2026/2027", "FY25"):
        with pytest.raises(ConfigError):
            period_of(wrong)


def test_wrong_questions_have_a_hint(register: Register, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more in ({"programmes": ["nothing"]}, {"country": "XX", "programmes": []}, {"entry": 0}, {"entry": 10**9}):
        with pytest.raises(ConfigError) as e:
            said(register, **more)
        assert e.value.hint
    for wrong in (
        ["--head", "zz"],
        ["--head", "00000000"],
        ["--head", "00000000", "--entry", "3"],
        ["--programme", "x"],
    ):
        assert main(["assist", "review", str(folder), "2025", *wrong]) == 2
        assert "hint:" in capsys.readouterr().err


def test_the_server_gives_reviews_out_in_the_readers_tier(folder: Path) -> None:
    from browser.fake_picture import FakePicture
    from selat.assist.desk import Desk
    from selat.web.server import create_app
    from test_web_server import ask

    desk = Desk(folder)
    app = create_app(FakePicture(3), assist=desk)
    asked = f"/api/assist/review?period=FY2025&programme={GRANT}"
    try:
        answer = ask(app, "GET", asked)
        assert (
            answer.status_code == 200
            and "PASKAU Jugra" in answer.text
            and "inline" in answer.headers["content-disposition"]
        )
        book = ask(app, "GET", f"{asked}&format=xlsx&language=ja&as=donor")
        assert book.content.startswith(b"PK") and 'filename="review-FY2025.xlsx"' in book.headers["content-disposition"]
        assert ask(app, "GET", f"{asked}&as=public").status_code == 403
        assert ask(app, "GET", asked, client="192.0.2.1").status_code == 403, "who is not at this machine is the public"
        for wrong in (
            "period=x",
            "period=2025&format=doc",
            "period=2025&entry=-1",
            "period=2025&language=fr",
            "period=2025&country=XX",
        ):
            answer = ask(app, "GET", f"/api/assist/review?{wrong}")
            assert answer.status_code == 400 and answer.json()["hint"], wrong
    finally:
        desk.close()
