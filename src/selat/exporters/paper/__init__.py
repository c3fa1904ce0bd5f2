"""Reports on paper: one model of blocks (:mod:`.blocks`), three writers.

:mod:`.html` (one file, printable, no reference to anything outside), :mod:`.pdf` (Typst, extra ``paper``) and :mod:`.xlsx`
(each table a sheet). The same document gives the same bytes: nothing here asks for the time, the user or the machine.
"""

from __future__ import annotations

from selat.exporters.paper.blocks import Document
from selat.model.errors import ConfigError

FORMATS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}  #: what every report can be: media types
SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def written(document: Document, form: str) -> bytes:
    """The document as ``html``, ``pdf`` or ``xlsx``.

    Raises :class:`ConfigError` for another form, and for PDF where Typst or a font with the needed letters is missing.
    """
    if form == "html":
        from selat.exporters.paper import html

        return html.write(document).encode()
    if form == "pdf":
        from selat.exporters.paper import pdf

        return pdf.write(document)
    if form == "xlsx":
        from selat.exporters.paper import xlsx

        return xlsx.write(document)
    raise ConfigError(f"a report as {form!r}", hint=f"one of {', '.join([*FORMATS, 'xlsx'])}")
