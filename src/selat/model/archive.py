"""What the page may ask of the past: the port between the stored sea and the web."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from selat.model.sieve import Sieve

#: One past report on the wire, 20 bytes little-endian: units of :data:`selat.model.picture.ROW`. ``at``: 0.1 s since the
#: begin of the answer; ``hdg``: heading in bits 0-8 (511: not known), class in bits 9-11, bit 12 at anchor or moored.
PLAY = np.dtype(
    [("mmsi", "<u4"), ("lon", "<i4"), ("lat", "<i4"), ("at", "<u2"), ("sog", "<u2"), ("cog", "<u2"), ("hdg", "<u2")]
)
PLAY_CLASS = 9  #: first bit of the class
PLAY_MOORED = 1 << 12
PLAY_TICK = 100_000_000  #: ns in one count of ``at``
PLAY_LONGEST = 65_535 * PLAY_TICK  #: ns that one answer can hold


class Desktop(Protocol):
    """What people keep for the page, by owner (an account; empty: the machine), kind (view, list, keys) and name."""

    def all(self, owner: str) -> dict[str, Any]:
        """``view``, ``list``, ``keys``, each by name; ``assets``: boats and aircraft with name, kind, mmsi, lat, lon,
        speed (m/s).
        """
        ...

    def keep(self, owner: str, kind: str, name: str, value: Any) -> None:
        """Keep a value that JSON can hold."""
        ...

    def forget(self, owner: str, kind: str, name: str) -> bool:
        """Take one out; False when there is none."""
        ...


class Archive(Protocol):
    """A stored sea as pages ask it; called from worker threads, several at once. Times are ns UTC.

    Raises :class:`~selat.model.errors.SelatError` with a hint for what cannot be asked.
    """

    def span(self) -> tuple[int, int] | None:
        """(first, last) time of a report; None for an empty sea."""
        ...

    def density(self, begin: int, end: int, bins: int) -> list[int]:
        """Ships heard in each of ``bins`` equal parts of the time."""
        ...

    def rows(self, begin: int, end: int, step: int, known_then: bool = False) -> np.ndarray:
        """Reports as :data:`PLAY`, by ship and time, at most one a ship in each ``step`` ns.

        ``known_then``: by the time they were received instead of when they were so.
        """
        ...

    def alerts(self, begin: int, end: int) -> list[dict[str, Any]]:
        """Alerts that stood at some time between, in the terms of :meth:`selat.model.picture.Picture.alerts`."""
        ...

    def labels(self, ships: list[int]) -> list[dict[str, Any]]:
        """Names and sizes, in the terms of :meth:`selat.model.picture.Picture.labels`."""
        ...

    def search(self, text: str, most: int = 12) -> list[dict[str, Any]]:
        """Ships by part of a name, MMSI, IMO number or call sign, the best first: labels with ``last_ms, lon, lat``."""
        ...

    def dossier(self, mmsi: int) -> dict[str, Any] | None:
        """What is stored of a ship: ``seen``, ``identity``, ``stops``, ``alerts``, ``days``; None when nothing is."""
        ...

    def track(self, mmsi: int, begin: int, end: int) -> list[list[float | None]]:
        """``[[time_ms, lon, lat, sog_mps, cog], ...]``, thinned to some thousand points."""
        ...

    def desktop(self) -> Desktop:
        """What people keep for the page."""
        ...

    def zones(self) -> dict[str, Any]:
        """All zones as a GeoJSON FeatureCollection."""
        ...

    def put_zone(self, feature: dict[str, Any], who: str) -> str:
        """Add or replace a zone given as a GeoJSON feature; its name."""
        ...

    def remove_zone(self, name: str, who: str) -> bool:
        """Take a zone out; False when there is none."""
        ...

    def report(self, kind: str, about: str, begin: int | None, end: int | None, language: str, form: str) -> bytes:
        """A report on paper (``day``, ``ship``, ``alert`` or ``area``; what it is about) as ``html`` or ``pdf``."""
        ...

    @property
    def traffic(self) -> Traffic:
        """Maps, gates and counts of its traffic."""
        ...

    @property
    def weather(self) -> Winds:
        """Wind and current of its fields."""
        ...


class Winds(Protocol):
    """Fields of wind and current that lie with a sea."""

    def fields(self) -> list[dict[str, Any]]:
        """What there is: ``name, kind, begin_ms, end_ms, written_ms``; or ``name, problem``."""
        ...

    def arrows(
        self, kind: str, time: int, box: tuple[float, float, float, float], columns: int, rows: int
    ) -> dict[str, Any]:
        """``lon, lat`` (deg), ``east, north`` (m/s) on places of a box at a time (ns), and the ``sources`` of it."""
        ...


class Traffic(Protocol):
    """Traffic of a stored sea as pages ask it; as :class:`Archive`. ``sieve``: a :class:`selat.model.sieve.Sieve`."""

    def density(
        self, begin: int, end: int, box: tuple[float, float, float, float], cell: float, sieve: Sieve,
        percentile: float | None = None,
    ) -> Any:  # fmt: skip
        """A map on cells of about ``cell`` metres: a :class:`selat.tracks.heat.Heat`."""
        ...

    def passages(
        self, begin: int, end: int, gates: tuple[str, ...], sieve: Sieve, clear: float
    ) -> tuple[Any, list[dict[str, Any]]]:
        """Passages (:class:`selat.tracks.gates.Passages`) of gates by name, none named: all; and their counts."""
        ...

    def lines(self) -> list[dict[str, Any]]:
        """Lines that can be gates: ``name``, ``kind``, ``gate``."""
        ...

    def statistics(
        self, begin: int, end: int, sieve: Sieve, box: tuple[float, float, float, float] | None = None
    ) -> dict[str, Any]:
        """Traffic and alerts between two times, counted."""
        ...
