"""Which reader a file needs: by its first bytes, or by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from selat.model.errors import ConfigError, FormatError, SourceError
from selat.model.ports import Batch, Format
from selat.readers import csv_mapped, csv_plots
from selat.readers.archive import HEAD, open_streams, read_some
from selat.readers.asterix import is_asterix
from selat.readers.formats import formats
from selat.readers.pcap import is_capture

LOGS = {
    "nmea": "nmea-log",
    "aisstream": "aisstream",
    "asterix": "asterix-log",
    "asterix-pcap": "asterix-pcap",
}  #: logs of lines, read by the readers that the pipeline keeps
_SENTENCE = re.compile(rb"[!$][A-Z]{2,5}[A-Z0-9]*,")

ReadTable = Callable[[BinaryIO], Iterator[Batch]]


def tables() -> dict[str, Format]:
    """Formats of tables by name: those of ``selat.readers`` and of extensions."""
    return {f.name: f for f in formats()}


def choose_reader(path: Path, form: str = "", mapping: Path | None = None) -> tuple[str, ReadTable | None]:
    """(kind of source, how to read it): None for logs of lines, which the pipeline reads itself.

    Raises :class:`FormatError` when the file is of no known format, :class:`ConfigError` for an unknown name.
    """
    if mapping is not None:
        plots = csv_plots.of_file(mapping)
        if plots is not None:
            return "plots", csv_plots.ReadPlots(plots)
        layout = csv_mapped.load(mapping)
        return "mapped", lambda file: csv_mapped.read(file, layout)
    if form in LOGS:
        return LOGS[form], None
    known = tables()
    if form:
        if form not in known:
            raise ConfigError(f"there is no format {form!r}", hint=f"known: {', '.join([*LOGS, *known])}")
        return form, known[form].read
    head = head_of(path)
    for name, found in known.items():
        if found.sniff(head, path.name):
            return name, found.read
    if is_capture(head):
        return LOGS["asterix-pcap"], None
    if is_asterix(head):
        return LOGS["asterix"], None
    if _SENTENCE.search(head):
        return LOGS["nmea"], None
    if head.lstrip()[:1] == b"{" and b"MessageType" in head:
        return LOGS["aisstream"], None
    raise FormatError(
        f"{path}: neither sentences of AIS or radar, nor ASTERIX, nor a table that is known",
        hint=f"name it with --format ({', '.join([*LOGS, *known])}), or map its columns with --mapping FILE.toml",
    )


def head_of(path: Path) -> bytes:
    """The first 64 KiB of a file, unpacked; of the first member of a zip."""
    for name, stream in open_streams(path):
        head = read_some(name, stream, HEAD)
        if not head:
            raise SourceError(f"{name} is empty", hint="was the download finished?")
        return head
    return b""


def kind_of_log(path: Path) -> str:
    """``asterix`` for recorded blocks and captures of networks, else ``nmea``; a file that is not there is ``nmea`` too."""
    if not path.is_file():
        return "nmea"
    with path.open("rb") as file:
        head = file.read(HEAD)
    return "asterix" if is_capture(head) or is_asterix(head) else "nmea"
