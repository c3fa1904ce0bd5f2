"""Which reader a file needs: by its first bytes, or by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from selat.model.errors import ConfigError, FormatError
from selat.model.ports import Reader
from selat.readers import csv_dma, csv_noaa
from selat.readers.archive import open_streams, read_some

_HEAD = 1 << 16
_SENTENCE = re.compile(rb"[!$][A-Z]{2,5}[A-Z0-9]*,")

#: formats by name: is it this one (first bytes, file name), and a reader of its rows
TABLES: dict[str, tuple[Callable[[bytes, str], bool], Callable[[], Reader]]] = {
    "noaa": (csv_noaa.sniff, csv_noaa.reader),
    "dma": (csv_dma.sniff, csv_dma.reader),
    "dma22": (csv_dma.sniff_old, lambda: csv_dma.reader(old=True)),
}
LOGS = {"nmea": "nmea-log", "aisstream": "aisstream"}
NAMES = (*LOGS, *TABLES)


def choose_reader(path: Path, form: str = "", mapping: Path | None = None) -> tuple[str, Reader | None]:
    """(kind of source, reader): None for the readers that the pipeline itself keeps, those of logs.

    Raises :class:`FormatError` when the file is of no known format, :class:`ConfigError` for an unknown name.
    """
    if form and form not in NAMES:
        raise ConfigError(f"there is no format {form!r}", hint=f"known: {', '.join(NAMES)}")
    if form in LOGS:
        return LOGS[form], None
    if form:
        return form, TABLES[form][1]()
    head = head_of(path)
    for name, (sniff, reader) in TABLES.items():
        if sniff(head, path.name):
            return name, reader()
    if _SENTENCE.search(head):
        return LOGS["nmea"], None
    if head.lstrip()[:1] == b"{" and b"MessageType" in head:
        return LOGS["aisstream"], None
    raise FormatError(
        f"{path}: neither AIS sentences nor a table that is known",
        hint=f"name it with --format ({', '.join(NAMES)}), or map its columns with --mapping FILE.toml",
    )


def head_of(path: Path) -> bytes:
    """The first 64 KiB of a file, unpacked; of the first member of a zip."""
    for name, stream in open_streams(path):
        return read_some(name, stream, _HEAD)
    return b""
