"""File formats that tables are written to: one file, one format, each with a constant ``EXPORTER``.

``write(batches, out)`` gets Arrow record batches in the given layout (SI units, degrees, null where not available; the
first may be empty, it carries the schema) and a binary stream, and returns how many rows it wrote. It holds no more
than some thousand rows at a time (formats of tracks: one ship), writes the same bytes for the same rows however they
were cut into batches, and leaves the stream open.
"""

from __future__ import annotations

from pathlib import Path

from selat.model.errors import ConfigError
from selat.model.plugins import find
from selat.model.ports import Exporter


def exporters() -> dict[str, Exporter]:
    """All formats by name: the built-in ones and those of extensions."""
    return {e.name: e for e in find("selat.exporters", "EXPORTER")}


def choose_exporter(name: str = "", path: str | Path = "") -> Exporter:
    """The format of that name, or the one of the path's suffix (the longest that fits).

    Raises :class:`ConfigError` when there is none.
    """
    known = exporters()
    if name:
        if name not in known:
            raise ConfigError(f"there is no format {name!r}", hint=f"known: {', '.join(known)}")
        return known[name]
    fits = [(len(s), e) for e in known.values() for s in e.suffixes if Path(path).name.lower().endswith(s)]
    if not fits:
        suffixes = ", ".join(s for e in known.values() for s in e.suffixes)
        raise ConfigError(f"{path}: no format has this suffix", hint=f"one of {suffixes}; or name it with --format")
    return max(fits, key=lambda fit: fit[0])[1]
