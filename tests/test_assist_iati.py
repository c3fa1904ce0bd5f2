"""IATI: every programme validates against the schema of the standard, and goes round."""

from __future__ import annotations

import pytest

from selat.assist.demo import NOW, demo_facts
from selat.assist.iati import read_iati, write_iati
from selat.assist.public import public_record
from selat.assist.register import open_register
from selat.cli import main
from selat.model.errors import FormatError


@pytest.fixture(params=["public", "demo"])
def book(request, tmp_path):
    register = open_register(tmp_path / "sea", create=True)
    register.write(public_record() if request.param == "public" else demo_facts(1))
    yield register.book()
    register.engine.dispose()


def test_every_programme_validates(shared, book):
    etree = pytest.importorskip("lxml.etree", reason="lxml validates")
    schema = etree.XMLSchema(etree.parse(str(shared / "assist" / "iati" / "iati-activities-schema.xsd")))
    for programme in book.ids("programme"):
        document = etree.fromstring(write_iati(book, NOW, [programme]))
        assert schema.validate(document), (programme, schema.error_log)
        assert len(document) == 1
    assert schema.validate(etree.fromstring(write_iati(book, NOW)))


def test_codes_are_of_the_lists(shared, book):
    etree = pytest.importorskip("lxml.etree", reason="lxml reads the lists")
    lists = {
        "ActivityStatus": "//activity-status/@code", "ActivityDateType": "//activity-date/@type",
        "OrganisationRole": "//participating-org/@role", "OrganisationType": "//participating-org/@type",
        "FlowType": "//default-flow-type/@code", "FinanceType": "//default-finance-type/@code",
        "TransactionType": "//transaction-type/@code", "ConditionType": "//condition/@type",
        "ResultType": "//result/@type", "IndicatorMeasure": "//indicator/@measure", "DescriptionType": "//description/@type",
    }  # fmt: skip
    document = etree.fromstring(write_iati(book, NOW))
    for name, path in lists.items():
        known = set(
            etree.parse(str(shared / "assist" / "iati" / f"codelist_{name}.xml")).xpath("//codelist-item/code/text()")
        )
        assert set(document.xpath(path)) <= known, name


def test_it_goes_round(tmp_path, book):
    made = write_iati(book, NOW)
    again = open_register(tmp_path / "again", create=True)
    again.write(read_iati(made, who="x", source="IATI file"))
    other = again.book()
    again.engine.dispose()
    assert other.ids("programme") == book.ids("programme")
    for p in book.ids("programme"):
        for name in ("fiscal_year", "donor", "country", "recipient", "title", "equipment", "signed_on", "amount_jpy"):
            assert other.value("programme", p, name) == book.value("programme", p, name), (p, name)


def test_the_public_tier_tells_no_unit_and_no_serial(book):
    text = write_iati(book, NOW).decode()
    assert "Jugra" not in text and "JE-470-001" not in text and "MY23-BOAT" not in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<iati-activities version='2.03'>", "no XML"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><iati-activities version='2.03'/>", "document type"),
        (b"<iati-activities version='1.05'/>", "version 1.05"),
        (b"<iati-activities version='2.03'><iati-activity/></iati-activities>", "activity 1 has no"),
        (b"<iati-activities version='2.03'><iati-activity>"
         b"<iati-identifier>A</iati-identifier></iati-activity></iati-activities>", "activity A"),
    ],
)  # fmt: skip
def test_what_is_no_iati_is_refused(data, words):
    with pytest.raises(FormatError) as caught:
        read_iati(data, who="x", source="y")
    assert words in str(caught.value)


def test_the_verb(tmp_path, capsys):
    sea = str(tmp_path / "sea")
    main(["assist", "import", sea, "public"])
    assert main(["assist", "iati", sea, str(tmp_path / "a.xml"), "--programme", "OSA-2023-MY-1"]) == 0
    assert b"400000000" in (tmp_path / "a.xml").read_bytes()
    assert main(["assist", "iati", sea, "-", "--programme", "nope"]) == 2
