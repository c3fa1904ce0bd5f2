"""Labels with a QR code for the goods of a programme: one page of HTML to print, no request to anywhere.

The code holds ``selat:`` and the item's id (ISO/IEC 18004, error correction M: a label at sea is scratched).
"""

from __future__ import annotations

import html
from collections.abc import Iterable

import segno

from selat.assist.book import Book

PREFIX = "selat:"
_STYLE = """
body { font: 11pt sans-serif; margin: 8mm; background: #fff; color: #000 }
main { display: grid; grid-template-columns: repeat(auto-fill, 62mm); gap: 4mm }
figure { margin: 0; padding: 3mm; border: .3mm solid #000; display: grid; grid-template-columns: 26mm 1fr; gap: 3mm;
  align-items: center; break-inside: avoid }
svg { width: 26mm; height: 26mm } figcaption { overflow-wrap: anywhere } b { display: block; font-size: 12pt }
"""


def label(item: str) -> str:
    """The QR code of an item as SVG."""
    svg: str = segno.make(PREFIX + item, error="m", micro=False).svg_inline(border=2, dark="#000", light="#fff")
    return svg


def sheet(book: Book, programmes: Iterable[str]) -> str:
    """HTML with a label for every serial item of some programmes."""
    out = []
    for programme in programmes:
        for item in book.ids("item", programme=programme):
            model = book.value("item", item, "model") or ""
            words = (
                book.value("model", model, "name") or model,
                f"S/N {book.value('item', item, 'serial')}",
                programme,
            )
            told = "<br>".join(html.escape(str(w)) for w in words if w)
            out.append(f"<figure>{label(item)}<figcaption><b>{html.escape(item)}</b>{told}</figcaption></figure>")
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>selat: labels</title>"
        f"<style>{_STYLE}</style><main>{''.join(out)}</main></html>\n"
    )
