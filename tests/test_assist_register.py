"""The register: the public record, refusals with hints, tampering, retraction, sheets with bad rows."""

from __future__ import annotations

import csv

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from selat.assist.facts import Fact
from selat.assist.public import public_record
from selat.assist.register import open_register
from selat.assist.sheets import read_sheets, write_sheets
from selat.cli import main
from selat.model.clock import parse_time
from selat.model.errors import ConfigError
from selat.store import tables
from selat.store.engine import writing


def fact(kind, subject, at, /, **data):
    return Fact(kind, subject, parse_time(at), data, "form 1", "Aminah", "A")


BASIS = [
    fact("programme", "P", "2023-12-16", fiscal_year=2023, donor="JP", country="MY", recipient="MAF",
         amount_jpy=400, signed_on="2023-12-16"),
    fact("model", "M", "2024-01-01", **{"class": "boat"}, name="rescue boat"),
    fact("lot", "L", "2024-01-01", programme="P", quantity=3, model="M", amount_jpy=300),
    fact("tranche", "T", "2025-01-01", programme="P", lot="L", quantity=2, delivered_on="2025-01-01"),
    fact("item", "I", "2025-01-01", programme="P", tranche="T", model="M", serial="1"),
    fact("item", "J", "2025-01-01", programme="P", tranche="T", model="M", serial="2"),
    fact("item_state", "I", "2025-01-02", state="received"),
    fact("item_state", "I", "2025-01-03", state="accepted", unit="Unit 1"),
    fact("item_state", "I", "2025-01-04", state="in_service"),
    fact("document", "D", "2025-01-04", sha256="0" * 64, title="letter"),
]  # fmt: skip


@pytest.fixture
def register(tmp_path):
    out = open_register(tmp_path / "sea", create=True)
    yield out
    out.engine.dispose()


@pytest.fixture
def filled(register):
    register.write(BASIS)
    return register


def test_the_public_record(register):
    register.write(public_record())
    book = register.book()
    programmes = book.ids("programme")
    assert len(programmes) == 16
    sums = {
        y: sum(book.value("programme", p, "amount_jpy") or 0 for p in book.ids("programme", fiscal_year=y))
        for y in (2023, 2024)
    }
    assert sums == {2023: 1_975_000_000, 2024: 5_000_000_000}
    assert book.value("budget", "JP-OSA-2023", "amount_jpy") == 2_000_000_000
    for kind in ("budget", "programme", "tranche", "lot", "model"):
        for i in book.ids(kind):
            assert all(c[1].strip() for name in book.data["things"][kind][i] for c in book.claims(kind, i, name))
    both = {c[0] for c in book.claims("programme", "OSA-2023-MY-1", "value_local")}
    assert both == {"MYR 12630000", "MYR 12360000"}  # neither source wins by deleting the other
    assert book.value("programme", "OSA-2023-MY-1", "amount_jpy") == 400_000_000
    with pytest.raises(ConfigError, match="more than the budget"):
        register.write([fact("programme", "X", "2024-12-01", fiscal_year=2024, donor="JP", country="XX", amount_jpy=1)])


def test_the_public_record_is_that_of_the_compilation(shared):
    mine = {f.subject: f for f in public_record() if f.kind == "programme" and "fiscal_year" in f.data}
    with (shared / "assist" / "osa_programmes.csv").open(encoding="utf-8") as source:
        for row in csv.DictReader(source):
            told = mine.pop(row["programme_id"])
            assert (
                str(told.data.get("amount_jpy", "")) == row["amount_jpy"]
                and told.data.get("signed_on", "") == row["signed"]
            )
            assert told.source == row["source"] and told.confidence == row["confidence"]
    assert not mine


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (fact("programme", "P", "2024-01-01", amount_jpy=-5), "zero or more"),
        (fact("programme", "P", "2024-01-01", amount_jpy="400.5"), "whole number of yen"),
        (fact("programme", "P", "2024-01-01", amount_jpy=0.1), "whole number of yen"),
        (fact("programme", "P", "2024-01-01", amount_jpy=True), "whole number"),
        (fact("programme", "P", "2024-01-01", amount_jpy=299), "lots sum to 300 yen"),
        (fact("programme", "P", "2024-01-01", signed_on="2023-02-30"), "day of the calendar"),
        (fact("programme", "Q", "2024-01-01", country="MY"), "without fiscal_year, donor"),
        (fact("lot", "L2", "2024-01-01", programme="P", quantity=1, amount_jpy=101), "sum to 401 yen"),
        (fact("lot", "L2", "2024-01-01", programme="nope", quantity=1), "there is no programme"),
        (fact("tranche", "T2", "2025-01-01", programme="P", lot="L", quantity=2), "4 delivered of lot L, but 3 ordered"),
        (fact("tranche", "T2", "2023-01-01", programme="P", delivered_on="2023-12-15"), "was signed on 2023-12-16"),
        (fact("item", "K", "2025-01-01", programme="P", tranche="T", model="M", serial="3"), "would be one more"),
        (fact("item", "K", "2025-01-01", programme="P", model="M", serial="1"), "is item I already"),
        (fact("item_state", "K", "2025-01-01", state="received"), "there is no item"),
        (fact("item_state", "J", "2024-12-31", state="received"), "before its delivery"),
        (fact("item_state", "J", "2025-01-03", state="in_service"), "cannot become in_service"),
        (fact("item_state", "I", "2025-01-03T12:00", state="stored"), "was in_service at"),
        (fact("custody", "J", "2025-01-03", unit="Unit 2"), "nobody keeps it"),
        (fact("custody", "I", "2025-01-03", unit="Unit 2"), "was with Unit 1"),
        (fact("use", "J", "2025-01-05", ended="2025-01-05T01:00", hours=1, grade="B"), "not accepted yet"),
        (fact("use", "I", "2025-01-05", ended="2025-01-05T01:00", hours=2, grade="B"), "hours fit between"),
        (fact("use", "I", "2025-01-05", ended="2025-01-05T01:00", hours=float("nan"), grade="B"), "finite"),
        (fact("use", "I", "2025-01-05", ended="2025-01-05T01:00", hours=1, grade="F"), "is not known"),
        (fact("identity", "I", "2025-01-05", what="mmsi", value="12345"), "no MMSI"),
        (fact("close", "nope", "2025-01-05", reason="r", person="p", document="D"), "no observation"),
        (fact("inspection_done", "nope", "2025-01-05", outcome="found", by="x"), "no inspection"),
        (fact("retract", "I", "2025-01-05", entry=7, reason="x"), "entry 8 rests on it"),
        (fact("nonsense", "I", "2025-01-05"), "no kind of fact"),
        (Fact("document", "E", 0, {"sha256": "0" * 64, "title": "t"}, "", "me"), "without source"),
    ],
)  # fmt: skip
def test_what_may_not_be_is_refused_with_a_hint(filled, bad, words):
    before = filled.end()
    with pytest.raises(ConfigError) as caught:
        filled.write(
            [fact("document", "E", "2025-01-05", sha256="1" * 64, title="t"), bad] if bad.kind != "retract" else [bad]
        )
    assert words in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint
    assert filled.end() == before  # nothing half-written


def test_an_identity_is_one_items_at_a_time(filled):
    filled.write([fact("identity", "I", "2025-01-05", what="mmsi", value="533000001")])
    with pytest.raises(ConfigError, match="that of item I"):
        filled.write([fact("identity", "J", "2025-02-01", what="mmsi", value="533000001")])
    filled.write(
        [
            fact("identity", "I", "2025-03-01", what="mmsi"),
            fact("identity", "J", "2025-03-02", what="mmsi", value="533000001"),
        ]
    )
    book = filled.book()
    assert book.holder_of("mmsi", "533000001", parse_time("2025-02-01")) == "I"
    assert book.holder_of("mmsi", "533000001", parse_time("2025-03-03")) == "J"


def test_a_keeper_outside_the_recipient_makes_an_observation_that_only_a_paper_closes(filled):
    made = filled.write([fact("custody", "I", "2025-02-01", unit="Club", organisation="Yacht Club")])
    seen = made[1]
    assert (seen.kind, seen.data["check"]) == ("observation", "U5")
    for missing in ("reason", "person", "document"):
        told = {"reason": "mistake", "person": "Aminah", "document": "D"}
        with pytest.raises(ConfigError, match=missing):
            filled.write([fact("close", seen.subject, "2025-02-02", **{k: v for k, v in told.items() if k != missing})])
    with pytest.raises(ConfigError, match="cannot be retracted"):
        filled.write([fact("retract", seen.subject, "2025-02-02", entry=seen.n, reason="x")])
    filled.write([fact("close", seen.subject, "2025-02-02", reason="mistake", person="Aminah", document="D")])
    assert filled.book().data["observations"][seen.subject]["state"] == "closed"
    consent = fact("consent", "C", "2025-03-01", what="transfer", granted_on="2025-03-01", items="I")
    made = filled.write([consent, fact("custody", "I", "2025-03-02", unit="Other", organisation="MMEA")])
    assert len(made) == 2  # with consent of before, nothing is asked


def test_any_altered_column_of_any_row_is_located(filled):
    log = tables.assist_log
    changes = {"subject": "x", "who": "x", "time": 1, "action": "use", "note": "{}", "before": "0", "hash": "0"}
    for n in (0, 4, len(BASIS) - 1):
        for column, value in changes.items():
            with writing(filled.engine) as connection:
                old = connection.scalar(sa.select(log.c[column]).where(log.c.n == n))
                connection.execute(sa.update(log).where(log.c.n == n).values({column: value}))
            assert filled.first_break() == n, column
            with writing(filled.engine) as connection:
                connection.execute(sa.update(log).where(log.c.n == n).values({column: old}))
    assert filled.first_break() is None
    with writing(filled.engine) as connection:
        connection.execute(sa.delete(log).where(log.c.n == 3))
    assert filled.first_break() == 4 - 1 or filled.first_break() == 4


def test_every_single_byte_of_a_note_counts(filled):
    log = tables.assist_log
    with writing(filled.engine) as connection:
        note = connection.scalar(sa.select(log.c.note).where(log.c.n == 2))
    for i in range(len(note)):
        changed = note[:i] + chr(ord(note[i]) ^ 1) + note[i + 1 :]
        with writing(filled.engine) as connection:
            connection.execute(sa.update(log).where(log.c.n == 2).values(note=changed))
        assert filled.first_break() == 2


def test_a_retraction_is_an_entry_and_the_past_stays(filled):
    made = filled.write([fact("use", "I", "2025-01-05", ended="2025-01-05T02:00", hours=2, grade="B")])
    rows = filled.end()[0]
    then = filled.book().data
    filled.write([fact("retract", "I", "2025-01-06", entry=made[0].n, reason="of another boat")])
    assert filled.book().item("I")["hours"] == {}
    assert {k: v for k, v in filled.book(rows).data.items() if k != "hash"} == {
        k: v for k, v in then.items() if k != "hash"
    }
    assert len(list(filled.facts("I"))) == len(filled.standing("I")) + 1
    assert filled.saved_book_agrees()


def test_sheets_go_round(register, tmp_path):
    from selat.assist.demo import demo_facts

    register.write(demo_facts(1))
    facts = [f for f in register.standing() if f.source != "register"]
    told = {(f.kind, f.subject, f.at, f.note(), f.who) for f in facts}
    for name in ("folder", "book.xlsx", "book.json"):
        write_sheets(facts, tmp_path / name)
        read = read_sheets(tmp_path / name, who="x")
        assert not read.bad
        assert {(f.kind, f.subject, f.at, f.note(), f.who) for f in read.facts} == told, name
    again = open_register(tmp_path / "again", create=True)
    again.write(read_sheets(tmp_path / "book.xlsx", who="x").facts)
    mine, theirs = register.book(), again.book()
    assert {i: mine.state(i) for i in mine.ids("item")} == {i: theirs.state(i) for i in theirs.ids("item")}
    assert mine.data["observations"].keys() == theirs.data["observations"].keys()
    again.engine.dispose()


def test_formulas_stay_texts(register, tmp_path):
    odd = fact("document", "=1+1", "2025-01-01", sha256="0" * 64, title="=HYPERLINK(1)")
    for name in ("folder", "book.xlsx"):
        write_sheets([odd], tmp_path / name)
        assert read_sheets(tmp_path / name, who="x").facts[0].data["title"] == "=HYPERLINK(1)"
    assert "'=HYPERLINK" in (tmp_path / "folder" / "document.csv").read_text(encoding="utf-8")


@pytest.mark.long
def test_a_large_sheet_with_seven_bad_rows(tmp_path, capsys):
    sea = tmp_path / "sea"
    register = open_register(sea, create=True)
    register.write(BASIS)
    rows = 100_000
    bad = {
        2: ("hours", "-1"),
        777: ("hours", "9"),
        5_000: ("grade", "Z"),
        5_001: ("ended", "soon"),
        60_000: ("id", "K"),
        99_999: ("at", ""),
        100_001: ("at", "2024-01-01T00:00Z"),
    }
    with (tmp_path / "use.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["id", "at", "ended", "hours", "grade"])
        writer.writeheader()
        start = parse_time("2025-01-05")
        from selat.model.clock import HOUR, format_time

        for n in range(2, rows + 2):
            at = start + n * HOUR
            row = {"id": "I", "at": format_time(at), "ended": format_time(at + HOUR), "hours": "1", "grade": "B"}
            if n in bad:
                row[bad[n][0]] = bad[n][1]
            writer.writerow(row)
    before = register.end()
    assert main(["assist", "import", str(sea), str(tmp_path / "use.csv"), "--who", "Aminah"]) == 1
    told = capsys.readouterr().err
    assert [
        int(line.split("row ")[1].split(":")[0]) for line in told.splitlines() if line.startswith("use, row")
    ] == sorted(bad)
    assert "7 of 100,000 rows are wrong; --good-rows brings in the other 99,993" in told
    assert register.end() == before
    assert main(["assist", "import", str(sea), str(tmp_path / "use.csv"), "--good-rows"]) == 1
    assert register.end()[0] == before[0] + 99_993
    register.engine.dispose()


def test_workbooks_with_trouble(tmp_path):
    book = Workbook()
    book.active.title = "programme"
    book.active.append(["id", "at", "amount_jpy", "fiscal_year", "donor", "country"])
    book.active.append(["P", "2024-01-01", 1.5, 2023, "JP", "MY"])
    book.active.append(["P", "2024-01-01", 2.0, 2023.0, "JP", "MY"])
    book.save(tmp_path / "b.xlsx")
    read = read_sheets(tmp_path / "b.xlsx", who="x", source="s")
    assert [(b.line.sheet, b.line.row) for b in read.bad] == [("programme", 2)]
    assert read.facts[0].data["amount_jpy"] == 2
    (tmp_path / "nonsense.csv").write_text("id,at\n")
    with pytest.raises(ConfigError, match="no known kind"):
        read_sheets(tmp_path / "nonsense.csv", who="x")
