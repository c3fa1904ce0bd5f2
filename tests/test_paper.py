"""The blocks of reports and their writers: hostile text, fonts, the same bytes, maps and plots."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from paper_tools import HOSTILE, needs_japanese, needs_pdf, pdf_pages, read_html, words_of
from selat.app.land import land
from selat.exporters.paper import chart, fonts, html, pdf, plot, svg, typ, written
from selat.exporters.paper.blocks import Break, Document, Facts, Figure, Figures, Heading, Table, Text, table
from selat.exporters.paper.chart import Chart, box_of
from selat.exporters.paper.ground import Land, clipped
from selat.exporters.paper.words import LANGUAGES, Words, brief, common, review, sea
from selat.model.clock import parse_time
from selat.model.errors import ConfigError
from selat.model.zone import Zone

AT = parse_time("2026-11-21T12:00:00Z")


def document(*texts: str, language: str = "en") -> Document:
    """One of each block, with the texts in all places that take text."""
    rows = tuple((t, t) for t in texts)
    map_ = Chart((101.0, 1.0, 103.0, 3.0)).mark(2.0, 102.0, "ship", name=texts[0]).svg([("ship", texts[-1])], texts[0])
    blocks = (
        Heading(texts[0]), Heading(texts[-1], 2), *(Text(t) for t in texts), Text(texts[0], "note"), Text(texts[0], "warning"),
        Facts(rows), Figures(rows), table(texts, [texts, texts], right=[0], marks=[0]), table(texts, [], empty=texts[0]),
        Figure(map_, texts[0], texts[-1]), Break(), Figure(plot.bars([(t, 3.0) for t in texts]), texts[0]),
    )  # fmt: skip
    return Document(texts[0], texts[-1], language, AT, blocks, rows, texts[0], warning=texts[0], running=texts[0])


@pytest.mark.parametrize("form", ["html", "pdf", "xlsx"])
def test_hostile_text_stays_text_in_every_writer(form: str) -> None:
    if form == "pdf":
        needs_pdf()
    made = written(document(*HOSTILE), form)
    if form == "html":
        words = words_of(read_html(made))
        assert "<script>alert(1)</script>" in words and '#eval("1/0") $x$ *bold*' in words
        assert "\ufffd[31mb\ufffdc\ufffd" in words
    elif form == "pdf":
        pages = pdf_pages(made)
        assert len(pages) == 3 and "a?[31mb?c?" in pages[0]
        assert '#eval("1/0") $x$ *bold* `raw` \\u{41} "q"' in pages[0] and "=HYPERLINK" in pages[0]
    else:
        from openpyxl import load_workbook

        book = load_workbook(io.BytesIO(made))
        cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
        assert all(c.data_type != "f" for c in cells) and '=HYPERLINK("x")' in {c.value for c in cells}


def test_the_same_document_gives_the_same_bytes() -> None:
    needs_pdf()
    d = document("a", "b")
    for form in ("html", "pdf", "xlsx"):
        assert written(d, form) == written(document("a", "b"), form) != written(document("a", "c"), form), form
    assert b"2026-11-21T12:00:00Z" in written(d, "html")
    with zipfile.ZipFile(io.BytesIO(written(d, "xlsx"))) as book:
        assert {i.date_time for i in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-11-21T12:00:00Z" in book.read("docProps/core.xml")


def test_numbers_of_right_columns_are_numbers_in_a_workbook() -> None:
    from openpyxl import load_workbook

    told = Document(
        "t",
        "s",
        "en",
        AT,
        (
            Heading("Money"),
            table(("what", "yen"), [("boats", "400,000,000"), ("-", "-12.50"), ("x", "n/a")], right=[1]),
        ),
    )
    sheet = load_workbook(io.BytesIO(written(told, "xlsx")))["Money"]
    assert [sheet.cell(r, 2).value for r in (2, 3, 4)] == [400_000_000, -12.5, "n/a"]
    assert sheet.cell(2, 2).number_format == "#,##0" and sheet.freeze_panes == "A2"


def test_japanese_is_set_and_read_back() -> None:
    needs_japanese()
    pages = pdf_pages(written(document("海上保安 日報", "未処置の警報", language="ja"), "pdf"))
    assert "海上保安 日報" in pages[0] and "未処置の警報" in pages[0]


def test_letters_without_a_glyph_are_told_by_number_and_missing_japanese_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    have = frozenset("abcdefghijklmnopqrstuvwxyz ")
    assert fonts.readable(["ab\u0e01c"], "en", have) == {"\u0e01": "[U+0E01]"}
    with pytest.raises(ConfigError) as said:
        fonts.readable(["海"], "en", have)
    assert "selat[paper]" in said.value.hint
    needs_pdf()
    bare = fonts.Fonts((fonts.LATIN,), (), False, fonts._LATIN_LETTERS)
    monkeypatch.setattr(fonts, "fonts", lambda: bare)
    monkeypatch.setattr(pdf._fonts, "fonts", lambda: bare)
    with pytest.raises(ConfigError, match="Japanese"):
        written(document("海", language="ja"), "pdf")
    assert "[U+0E01]" in pdf_pages(written(document("x\u0e01", "Selat Melaka → 2°N"), "pdf"))[0]


def test_the_fonts_of_the_extra_have_latin_and_japanese() -> None:
    pytest.importorskip("noto_cjk_sans_jp_regular", reason="the fonts of the extra `paper` are not installed")
    found = fonts.fonts()
    assert found.families == ("Noto Sans CJK JP",) and not found.system
    assert set("Aa0é°'–→·海上監視ー（）、。") <= found.letters and "\u0e01" not in found.letters


def test_without_typst_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ConfigError) as said:
        written(document("a"), "pdf")
    assert "selat[paper]" in said.value.hint and "html" in said.value.hint
    with pytest.raises(ConfigError, match="as 'doc'"):
        written(document("a"), "doc")


def test_string_literals_of_typst_hold_anything() -> None:
    assert typ.quoted('a"b\\c\nd\u200be') == '"a\\"b\\\\c\\nd\\u{200b}e"'
    assert typ._page("Page {n} of {all}.") == ("Page ", " of ", ".")


def test_a_table_holds_its_shape() -> None:
    with pytest.raises(ConfigError):
        Table(("a", "b"), (("1",),))
    with pytest.raises(ConfigError):
        table(("a",), [], widths=(1, 2))
    shown = html.write(Document("t", "s", "en", AT, (table(("a", "b"), [("1", "2")], widths=(3, 1)),)))
    assert '<col style="width:75.0%">' in shown


def test_a_map_is_valid_light_and_true() -> None:
    drawn = (
        Chart(box_of([1.1, 1.5], [103.4, 104.4])).land(land()).zones([Zone.box(103.5, 1.1, 103.9, 1.3, "Lane & <way>")])
    )
    track = np.array([[0.0, 1.2, 103.5], [6e11, 1.25, 103.7], [9e12, 1.3, 104.0], [9.6e12, 1.3, 104.1]])
    text = (
        drawn.track(track, 1_800_000_000_000)
        .mark(1.25, 103.8, "alarm", name="<A&B>")
        .svg([("track", "track")], "credit")
    )
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg") and len(text) < 300_000
    said = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert {"N", "0", "credit", "track", "<A&B>", "Lane & <way>"} <= set(said) and any("nm" in t for t in said if t)
    dashed = [e for e in root.iter() if e.get("stroke-dasharray") == "2 2" and e.get("stroke") == svg.BLUE]
    assert len(dashed) == 1, "one silence, dashed"
    assert Chart.turn(track) == pytest.approx(90, abs=1)


def test_a_place_on_the_map_is_where_mercator_has_it() -> None:
    c = Chart((100.0, 0.0, 104.0, 4.0), width=400.0, tallest=1000.0)
    west, south, east, north = c.box
    assert (
        (west, east) == pytest.approx((100.0, 104.0))
        and south == pytest.approx(0.0, abs=1e-9)
        and north == pytest.approx(4.0)
    )
    assert c.at(0.0, 100.0) == pytest.approx((0.0, c.height)) and c.at(4.0, 104.0) == pytest.approx((400.0, 0.0))
    assert c.at(2.0, 102.0)[0] == pytest.approx(200.0) and c.at(2.0, 462.0)[0] == pytest.approx(200.0)
    over = Chart((179.0, 0.0, 181.0, 1.0))
    assert over.at(0.5, -179.5)[0] > over.at(0.5, 179.5)[0], "a map across the antimeridian is in one piece"


def test_land_is_cut_to_the_paper_and_its_cuts_are_no_coast() -> None:
    square = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])
    inside = clipped(square[:, 0], square[:, 1], 5.0, 5.0, 0.0)
    assert {(round(x), round(y)) for x, y in inside} == {(0, 0), (5, 0), (5, 5), (0, 5)}
    drawn = Chart((-1.0, -1.0, 11.0, 11.0)).land(Land((square,), ((0.0, -5.0, 20.0, 20.0),)))
    coast = [p for p in drawn._ground if 'fill="none"' in p]
    assert len(coast) == 1 and coast[0].count("L") == 3, "the western edge lies on the box: three edges are coast"


def test_box_of_nothing_is_the_strait_and_one_place_has_room() -> None:
    assert box_of([], []) == (99.0, 0.5, 105.0, 6.5)
    w, s, e, n = box_of([2.0, float("nan")], [102.0])
    assert w < 102.0 < e and s < 2.0 < n and e - w >= 0.05
    assert (
        chart._degrees(1.5, "NS") == "1°30'N"
        and chart._degrees(-0.25, "EW") == "0°15'W"
        and chart._degrees(0.0, "NS") == "0°"
    )


def test_plots_begin_at_zero_and_end_above_the_largest() -> None:
    root = ElementTree.fromstring(plot.columns([0, 3, 397], ["a", "b", "c"]))
    assert "400" in {e.text for e in root.iter()} and len([e for e in root.iter() if e.tag.endswith("rect")]) == 2
    for value in (0.4, 1, 3, 5, 11, 99, 101, 12345):
        assert plot._round(value) >= value and (plot._round(value) < 4 or plot._round(value) % 4 == 0), value
    assert (
        ElementTree.fromstring(plot.columns([], [])) is not None and ElementTree.fromstring(plot.bars([])) is not None
    )


@pytest.mark.parametrize("words", [common.COMMON, sea.SEA, brief.BRIEF, review.REVIEW])
def test_every_word_is_there_in_three_languages_with_the_same_places(words: dict[str, tuple[str, str, str]]) -> None:
    import re

    for key, texts in words.items():
        assert len(texts) == len(LANGUAGES) and all(texts), key
        assert len({tuple(sorted(re.findall(r"{\w+}", t))) for t in texts}) == 1, key
    with pytest.raises(ConfigError):
        Words("fr", words)


def test_documents_are_dated_by_what_they_tell() -> None:
    assert replace(document("a"), made=0).texts()[0] == "a"
