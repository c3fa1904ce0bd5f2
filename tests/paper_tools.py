"""What the tests of reports share: a hostile document, plain text of files, whether anything points outside."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest

from selat.exporters.paper import fonts

VOID = {"meta", "col", "br", "img", "link", "hr", "input"}
SHAPES = {"path", "rect", "circle"}  # written as empty elements
HOSTILE = (
    "</title><script>alert(1)</script>",
    '#eval("1/0") $x$ *bold* `raw` \\u{41} "q"',
    '=HYPERLINK("x")',
    "a\x1b[31mb\x00c\ud800",
    "]]>&amp;",
)


class Reader(HTMLParser):
    """Text of a page; fails where elements do not close or one is repeated that may stand once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SHAPES | VOID, tag
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


def read_html(page: bytes) -> Reader:
    """The page read; whole, of one document, and pointing nowhere outside."""
    text = page.decode()
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open and text.startswith("<!DOCTYPE html>")
    tags = [t for t, _ in reader.seen]
    assert tags.count("html") == tags.count("title") == tags.count("main") == 1
    assert not {"script", "link", "iframe", "object", "img", "base", "form"} & set(tags)
    ids = [a["id"] for _, a in reader.seen if a.get("id")]
    assert len(ids) == len(set(ids)), "two elements have one id"
    for _, attributes in reader.seen:
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in ("src", "href", "xlink:href"), name
            if name != "xmlns" and name != "aria-label":
                assert not re.search(r"https?:|//", value or ""), (name, value)
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style and "@import" not in style
    return reader


def words_of(reader: Reader) -> str:
    """All words of a page, with single spaces."""
    return " ".join(" ".join(reader.text).split())


def needs_pdf() -> None:
    """Skip where Typst is not installed; the fonts are asked for by their own test."""
    pytest.importorskip("typst", reason="PDF needs the extra `paper`")


def needs_japanese() -> None:
    """Skip where no font of this machine has Japanese letters."""
    needs_pdf()
    if "海" not in fonts.fonts().letters:
        pytest.skip("no font with Japanese letters is installed")


def pdf_pages(data: bytes) -> list[str]:
    """Text of each page."""
    pypdf = pytest.importorskip("pypdf", reason="reading a PDF back needs pypdf")
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]
