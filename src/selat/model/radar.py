"""Where a radar stands and what is known of it: the sections ``[radar.NAME]`` of selat.toml, as readers get them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Site:
    """A radar that the user described. ``lat`` and ``lon`` degrees, NaN where it moves or says its place itself.

    ``height`` m above the sea; ``north`` degrees to be added to its azimuths (error of its north mark; for TTM with
    relative bearings the heading of its zero); ``sac`` and ``sic`` its ASTERIX code, -1: any; ``sources`` patterns of
    names of sources, none: any; ``sigma_range`` m and ``sigma_azimuth`` degrees, NaN: not known. ``period`` s of one turn;
    it sees from ``nearest`` to ``farthest`` (m), and nothing in the sectors ``blind`` (from, to; degrees true, clockwise).
    """

    name: str
    lat: float = math.nan
    lon: float = math.nan
    height: float = 0.0
    north: float = 0.0
    sac: int = -1
    sic: int = -1
    sources: tuple[str, ...] = ()
    sigma_range: float = math.nan
    sigma_azimuth: float = math.nan
    period: float = 3.0
    nearest: float = 0.0
    farthest: float = 180_000.0
    blind: tuple[tuple[float, float], ...] = ()

    @property
    def placed(self) -> bool:
        """True where the setting says where it stands."""
        return math.isfinite(self.lat) and math.isfinite(self.lon)

    def of(self, source: str, sac: int = -1, sic: int = -1) -> bool:
        """Is this the radar that sends through ``source``, under this code?"""
        heard = not self.sources or any(fnmatchcase(source, p) for p in self.sources)
        return heard and self.sac in (-1, sac) and self.sic in (-1, sic)


Sites = tuple[Site, ...]


def site_of(sites: Iterable[Site], source: str, sac: int = -1, sic: int = -1) -> Site | None:
    """The first of ``sites`` that fits."""
    return next((s for s in sites if s.of(source, sac, sic)), None)


@runtime_checkable
class KnowsRadars(Protocol):
    """A reader of radars. ``radars``: names by the numbers in its rows, 0 none; an empty one is called as the source is."""

    radars: list[str]

    def know(self, source: str, sites: Sites) -> None:
        """Say what the source is called and which radars the settings describe; before the first byte."""
        ...
