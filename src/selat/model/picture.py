"""What the page needs to know of the world: the port between the application and the web."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np

from selat.model.handling import Deed, Snooze

#: Longitude and latitude in a ROW count in 1/600,000 degree (1/10,000 minute), as in ITU-R M.1371.
POSITION_SCALE = 600_000
LON_NA = 0x6791AC0  # 181 degrees
LAT_NA = 0x3412140  # 91 degrees
SOG_NA = 1023
COG_NA = 3600
HEADING_NA = 511
AGE_OLD = 255

#: One contact on the wire, 20 bytes little-endian. `sog` 0.1 kn, `cog` 0.1 degree, `hdg` degrees,
#: `age` seconds since its last report by the picture's clock (255: that or older), `flags` as below.
#: A row that is lost and has no position tells the page to take the contact off the picture.
ROW = np.dtype(
    [
        ("mmsi", "<u4"),
        ("lon", "<i4"),
        ("lat", "<i4"),
        ("sog", "<u2"),
        ("cog", "<u2"),
        ("hdg", "<u2"),
        ("age", "u1"),
        ("flags", "u1"),
    ]
)

CLASS_MASK = 0b111
CLASS_UNKNOWN, CLASS_A, CLASS_B, CLASS_BASE, CLASS_ATON, CLASS_SAR_AIRCRAFT, CLASS_BEACON = range(7)
FLAG_LOST = 1 << 3
FLAG_ALERT = 1 << 4
FLAG_MOORED = 1 << 5
FLAG_SENSOR = 1 << 6  #: its last position is not from AIS: of class unknown a radar's or camera's target, else both

#: Names of the classes, by number; used in the JSON answers.
CLASS_NAMES = ("unknown", "A", "B", "base", "aton", "sar_aircraft", "beacon", "unknown")


class Picture(Protocol):
    """The present picture, versioned. Called from worker threads, one call at a time from the feed.

    Each of `rows`, `labels` and `alerts` has a version counter of its own that only grows; `since=0` asks
    for everything. When the picture begins anew (a replay is set back), `health()["epoch"]` changes, or at
    the least a version is smaller than the one asked about; the feed then sends everything again.
    """

    def rows(self, since: int) -> tuple[int, np.ndarray]:
        """The new version and the contacts changed after `since`, as an array of dtype `ROW`."""
        ...

    def labels(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        """Names and sizes changed after `since`.

        Each `{id (MMSI), name, callsign, imo, ship_type, length_m, beam_m, cls}`; unknown values are None.
        """
        ...

    def ship(self, mmsi: int) -> dict[str, Any] | None:
        """The whole card of one ship, or None when it is not known.

        Static: `mmsi, name, callsign, imo, ship_type, length_m, beam_m, cls, draught_m, destination, eta`.
        Dynamic: `time_ms, lon, lat, sog_mps, cog, heading, nav_status, source`. `track` is
        `[[time_ms, lon, lat, sog_mps, cog], ...]` in time order over the last hours; `alerts` a list of ids.
        """
        ...

    def alerts(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        """Alerts changed after `since`.

        Each `{id, rule, priority, state, subjects: [mmsi], names: [str], time_ms, last_ms, lat, lon,
        sentence, evidence: {...}}`; priority is `emergency|alarm|warning|caution`, state is
        `active|acknowledged|rectified|cleared|retracted`. Where it says more: `confidence` (0 to 1), `detail`
        (`confidence` parts, `false_if`, `action`, `geometry`), `lead` (id of the alert that stands for it),
        `assigned`, `cause`, `by` (who acknowledged it), `note` (the last one), `snoozed` (true: list it quietly).
        """
        ...

    def health(self) -> dict[str, Any]:
        """How well we hear.

        `{now_ms, sources: [{name, state: ok|silent|down|done, last_heard_ms, lines, kept, duplicates,
        rejected, rate_per_s}], ships, rate_per_s, lag_s, replay: bool, clock_ms}`;
        optional `epoch` (a number or string, another one whenever the picture began anew).
        """
        ...


@runtime_checkable
class Acts(Protocol):
    """A picture whose alerts can be handled from outside. Raises :class:`~selat.model.errors.SelatError` with a hint."""

    def act(self, alert_id: str, deed: Deed) -> bool:
        """Do something with an alert; False when there is no such alert."""
        ...

    def explanation(self, alert_id: str) -> dict[str, Any] | None:
        """All about an alert, the rule asked again included; None when it is not in the sea (yet)."""
        ...

    def snoozes(self) -> list[Snooze]:
        """Snoozes in force."""
        ...

    def snooze(self, snooze: Snooze) -> None:
        """Put a snooze in force."""
        ...

    def unsnooze(self, snooze_id: str, who: str) -> None:
        """End a snooze."""
        ...


@runtime_checkable
class Acknowledges(Protocol):
    """A picture whose alerts can be acknowledged from the page."""

    def acknowledge(self, alert_id: str, who: str) -> bool:
        """Mark the alert as seen by `who`; False when there is no such alert."""
        ...
