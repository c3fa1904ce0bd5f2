"""A document as PDF, set by Typst; the same bytes for the same document, fonts and version of Typst."""

from __future__ import annotations

from selat.exporters.paper import fonts as _fonts
from selat.exporters.paper.blocks import Document
from selat.exporters.paper.typ import source
from selat.model.clock import SECOND
from selat.model.errors import FormatError


def write(document: Document) -> bytes:
    """The file. Raises :class:`~selat.model.errors.ConfigError` where Typst or a font is missing."""
    made = _compiled(document, "pdf")
    return made if isinstance(made, bytes) else b"".join(made)


def pictures(document: Document, ppi: float = 96.0) -> list[bytes]:
    """Each page as PNG, for looking at."""
    made = _compiled(document, "png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def _compiled(document: Document, form: str, **more: float) -> bytes | list[bytes]:
    typst, fonts = _fonts.typst(), _fonts.fonts()
    instead = _fonts.readable(document.texts(), document.language, fonts.letters)
    text = source(document, fonts.families)
    for letter, code in instead.items():
        text = text.replace(letter, code)
    compiler = typst.Compiler(text.encode(), font_paths=list(fonts.folders), ignore_system_fonts=not fonts.system)
    try:
        made: bytes | list[bytes] = compiler.compile(format=form, timestamp=document.made // SECOND, **more)
    except typst.TypstError as e:
        raise FormatError(f"the report could not be set: {e}", hint="--format html writes it without Typst") from None
    return made
