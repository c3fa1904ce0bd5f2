"""A radar as a sensor: how well it measures, how often it turns, and what it cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Radar:
    """What is known of one radar. Errors are one standard deviation, used where a plot does not bring its own.

    Defaults: a range within 30 m or 0.1 degree are what IMO A.823(19) has for the errors of a good shipborne radar (20 m,
    beam shape 0.05, encoder 0.03, quantisation 0.1 degree), and 20 turns a minute.
    """

    sigma_range: float = 20.0  #: m
    sigma_azimuth: float = 0.1  #: deg
    period: float = 3.0  #: s of one turn
    nearest: float = 0.0  #: m: nothing is seen below this range
    farthest: float = 180_000.0  #: m: nothing is seen beyond
    blind: tuple[tuple[float, float], ...] = ()  #: sectors (from, to; deg true, clockwise) that it does not see
    bias_range: float = 0.0  #: m that it measures too much
    bias_azimuth: float = 0.0  #: deg that it measures too much

    def __post_init__(self) -> None:
        positive = ("sigma_range", "sigma_azimuth", "period", "farthest")
        for name in positive:
            if not getattr(self, name) > 0.0:
                raise ConfigError(f"a radar's {name} is above 0, not {getattr(self, name)!r}", hint="see [radar.NAME]")
        if not 0.0 <= self.nearest < self.farthest:
            raise ConfigError("a radar sees from nearest to farthest", hint="nearest is less than farthest")

    def sees(self, away: Any, azimuth: Any) -> NDArray[np.bool_]:
        """True for ranges (m) and azimuths (deg true) within its limits and outside its blind sectors."""
        away, azimuth = np.asarray(away, "f8"), np.asarray(azimuth, "f8")
        out: NDArray[np.bool_] = (away >= self.nearest) & (away <= self.farthest)
        for begin, end in self.blind:
            out &= (azimuth - begin) % 360.0 > (end - begin) % 360.0
        return out

    def state(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "blind": [list(s) for s in self.blind]}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Radar:
        """The radar of a :meth:`state`."""
        blind = tuple((float(a), float(b)) for a, b in state.get("blind", ()))
        return cls(**{**state, "blind": blind})
