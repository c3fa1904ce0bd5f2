"""Reports of a sea on paper: facts are gathered here, set by :mod:`selat.exporters.paper`.

The same sea gives the same bytes: a report is dated by the end of its period, and nothing in it depends on when, where or by
whom it was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from selat.exporters.paper import written
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.app.archive import SeaArchive
    from selat.exporters.paper.blocks import Document

KINDS = {
    "day": "traffic, alerts with outcome, reception, notable ships of a day or another period",
    "ship": "dossier of a ship: identity, track, stops, meetings, alerts, silences",
    "alert": "one alert: reason, measured against limits, evidence, what was done",
    "area": "traffic and alerts inside a zone",
}


def document(
    archive: SeaArchive,
    kind: str,
    about: str = "",
    *,
    begin: int | None = None,
    end: int | None = None,
    language: str = "en",
) -> Document:
    """A report of the sea behind ``archive``.

    ``about``: the ship's MMSI, the alert's id (or how it begins), the zone's name; nothing for a day. ``begin``, ``end``: ns UTC;
    a day's last whole one, a ship's last 30 days, all of the history for an area when not given. Raises
    :class:`~selat.model.errors.SelatError` for what there is not.
    """
    from selat.app.papers import alert, area, day, ship

    if kind == "day":
        return day.document(archive, begin, end, language)
    if kind == "ship":
        return ship.document(archive, about, begin, end, language)
    if kind == "alert":
        return alert.document(archive, about, language)
    if kind == "area":
        return area.document(archive, about, begin, end, language)
    raise ConfigError(f"there is no report {kind!r}", hint=f"one of {', '.join(KINDS)}")


def report(
    archive: SeaArchive, kind: str, about: str = "", *, begin: int | None = None, end: int | None = None, language: str = "en",
    form: str = "html",
) -> bytes:  # fmt: skip
    """The report as a file: ``html`` or ``pdf``."""
    return written(document(archive, kind, about, begin=begin, end=end, language=language), form)
