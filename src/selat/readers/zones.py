"""Zones from a file of any format that selat reads: by its name, else by its first bytes."""

from __future__ import annotations

import os
from pathlib import Path

from selat.model.errors import ConfigError, FormatError, SourceError
from selat.model.zone import KINDS
from selat.readers.zones_file import Found, Trouble

FORMATS = ("geojson", "overpass", "kml", "enc", "table")


def read_zones(path: str | os.PathLike[str], format: str = "", kind: str = "", source: str = "") -> Found:
    """Zones of a file, and the trouble with it.

    ``format``: one of :data:`FORMATS`; empty: found out. ``kind`` and ``source`` hold where the file does not say. Raises
    :class:`SourceError` for a file that cannot be read, :class:`FormatError` for one that is of no known format.
    """
    path = Path(path)
    if format and format not in FORMATS:
        raise ConfigError(f"{format!r} is no format of zones", hint=f"one of {', '.join(FORMATS)}")
    if kind and kind not in KINDS:
        raise ConfigError(f"{kind!r} is no kind of zone", hint=f"one of {', '.join(KINDS)}")
    try:
        data = path.read_bytes()
    except OSError as e:
        raise SourceError(f"{path} cannot be read ({e.strerror})", hint="is the path right?") from None
    format = format or _format(path, data)
    if format == "enc":
        from selat.readers.zones_enc import read_enc

        return read_enc(path, kind, source)
    if format == "kml":
        from selat.readers.zones_kml import read_kml

        return read_kml(path, data, kind or "area", source)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise FormatError(f"{path}: not UTF-8 text ({e.reason} at byte {e.start})", hint="save it as UTF-8") from None
    if format == "table":
        from selat.readers.zones_table import read_table

        return read_table(path, text, kind or "area", source)
    from selat.readers.zones_json import read_json

    return read_json(path, text, kind or "area", source)


def _format(path: Path, data: bytes) -> str:
    by_name = {".kml": "kml", ".kmz": "kml", ".000": "enc", ".geojson": "geojson", ".json": "geojson", ".txt": "table"}
    known = by_name.get(path.suffix.lower(), "table" if path.suffix.lower() == ".zones" else "")
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if known:
        return known
    if start.startswith(b"{"):
        return "geojson"
    if start.startswith(b"<"):
        return "kml"
    if b"3LE1" in data[:24]:  # leader of ISO/IEC 8211, as S-57 has it
        return "enc"
    if any(line.lstrip().startswith((b"zone ", b"source ")) for line in data.splitlines()[:200]):
        return "table"
    raise FormatError(f"{path}: no format that is known", hint=f"name it with --format: {', '.join(FORMATS)}")


__all__ = ["FORMATS", "Found", "Trouble", "read_zones"]
