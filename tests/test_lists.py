"""Watch lists and scrapped hulls: reading, matching, and what is no entry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.model.errors import ConfigError, FormatError, SourceError
from selat.model.watchlist import Entry, imo_valid, plain_name
from selat.readers.lists_csv import read_list
from selat.tracks.lists import Lists, distance

WATCHED = Entry("watch", "list 3", 563012345, 9074729, "Sri Tanjung", "9V1234", "dark in June")
NAMED = Entry("watch", "list 3", name="OCEAN PRIDE", callsign="HP77")
GONE = Entry("scrapped", "yard", imo=8814275, name="OLD LADY", mmsi=563000001)
LISTS = Lists([WATCHED, NAMED, GONE])


@pytest.mark.parametrize(
    ("ship", "expected"),
    [
        ({"imo": 9074729, "mmsi": 1}, [(WATCHED, "IMO 9074729", 1.0)]),
        ({"mmsi": 563012345}, [(WATCHED, "MMSI 563012345", 0.8)]),
        ({"mmsi": 563012345, "imo": 8814275}, [
            (GONE, "IMO 8814275", 1.0), (WATCHED, "MMSI 563012345, but the IMO numbers differ", 0.3),
        ]),
        ({"name": "m/v Océan Pride", "callsign": "hp 77"}, [(NAMED, "name OCEAN PRIDE and call sign HP77", 0.9)]),
        ({"name": "OCEAN PRID", "callsign": "HP77"}, [
            (NAMED, "call sign HP77, and nearly the name OCEAN PRIDE", 0.7),
        ]),
        ({"name": "SOMEBODY ELSE", "callsign": "HP77"}, []),
        ({"name": "OCEAN PRIDE"}, [(NAMED, "name OCEAN PRIDE alone", 0.3)]),
        ({"name": "OCEAN PRIDE", "callsign": "XX1"}, []),
        ({"name": "SRI TANJUNG", "callsign": "9V1234", "imo": 8814275}, [(GONE, "IMO 8814275", 1.0)]),
        ({"name": "OLD LADY", "mmsi": 563000001}, []),  # a scrapped hull is known by its IMO number only
        ({}, []),
    ],
)  # fmt: skip
def test_a_match_says_what_it_rests_on(ship, expected):
    assert LISTS.match(**ship) == expected


def test_numbers_are_found_at_a_glance():
    found = LISTS.numbers(np.array([563012345, 5, 563000001, 0]), np.array([0, 8814275, 0, 0]))
    assert found.tolist() == [True, True, False, False]
    assert not Lists().numbers(np.array([1]), np.array([0])).any()


def test_imo_check_digit():
    assert imo_valid(9074729) and imo_valid(8814275)
    assert [n for n in range(9074720, 9074730) if imo_valid(n)] == [9074729]
    assert not imo_valid(0) and not imo_valid(1234) and not imo_valid(90747290)


@given(st.text("AB1", max_size=6), st.text("AB1", max_size=6))
def test_distance_equals_the_twin(a, b):
    def slow(x, y):
        if not x or not y:
            return len(x) + len(y)
        return min(slow(x[1:], y) + 1, slow(x, y[1:]) + 1, slow(x[1:], y[1:]) + (x[0] != y[0]))

    assert distance(a, b) == slow(a, b)


def test_names_are_compared_without_prefix_accents_and_spaces():
    same = ["MV Sea Star", "M/V SEA-STAR", "M.V. séa star", "SEASTAR"]
    assert {plain_name(n) for n in same} == {"SEASTAR"}
    assert plain_name("MSC ALMA") == "MSCALMA" and plain_name("") == ""


def test_csv_with_other_names_and_marks_is_read_and_bad_rows_are_named(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "IMO Number;Vessel name;Call sign;MMSI;Remarks;extra\n"
        "IMO 9074729;Sri Tanjung;9V1234;563012345;dark;x\n"
        "\n"
        "9074720;Wrong digit;;;;\n"
        ";;;12;;\n"
        "abc;X;;;;\n"
        "-;;;;;\n"
        "0;Ok;;;;\n"
        "1;2;3;4;5;6;7\n",
        encoding="utf-8-sig",
    )
    entries, bad = read_list(path, source="me")
    assert entries == [
        Entry("watch", "me", 563012345, 9074729, "Sri Tanjung", "9V1234", "dark"), Entry("watch", "me", name="Ok"),
    ]  # fmt: skip
    assert [b.where.rsplit(":", 1)[1] for b in bad] == ["4", "5", "6", "7", "9"]
    assert all(b.hint and str(path) in b.where for b in bad)
    assert ["no IMO number" in bad[0].text, "no MMSI" in bad[1].text, "no number" in bad[2].text] == [True] * 3


def test_kind_comes_from_the_file_or_the_caller(tmp_path):
    path = tmp_path / "gone.csv"
    path.write_text("imo,kind,source\n8814275,scrapped,yard 2\n9074729,,\n8814275,what,\n")
    entries, bad = read_list(path, "scrapped")
    assert [(e.kind, e.source) for e in entries] == [("scrapped", "yard 2"), ("scrapped", "gone.csv")]
    assert len(bad) == 1 and "no kind of list" in bad[0].text


def test_what_is_no_list_is_an_error(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FormatError, match=r"x\.csv:1"):
        read_list(path)
    path.write_bytes(b"imo\n\xff\n")
    with pytest.raises(FormatError, match="UTF-8"):
        read_list(path)
    with pytest.raises(SourceError):
        read_list(tmp_path / "none.csv")
    with pytest.raises(ConfigError, match="nothing to know"):
        Entry("watch", "s")
    with pytest.raises(ConfigError, match="scrapped hull without"):
        Entry("scrapped", "s", name="X", callsign="Y")
