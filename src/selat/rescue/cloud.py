"""Cloud: where the object may be, as weighted particles over time; and the plane that moves with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.model.clock import SECOND, format_time
from selat.model.errors import ConfigError, SchemaError

Array = NDArray[Any]
ADRIFT, ASHORE = 0, 1


@dataclass(frozen=True, slots=True)
class Cloud:
    """Particles: ``time`` (t,) int64 ns UTC, rising; ``lat``, ``lon`` (t, n) degrees; ``weight`` (n,), sum at most 1;
    ``state`` (t, n): 0 adrift, anything else ashore or out of the water.

    A sum below 1 is the probability that is left after searches in vain were taken as found: :func:`normal` undoes it.
    Raises :class:`SchemaError` for shapes that do not fit and for what is not a number.
    """

    time: Array
    lat: Array
    lon: Array
    weight: Array
    state: Array = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    objects: tuple[str, ...] = ()  #: what they may be
    doubts: tuple[str, ...] = ()  #: what a plan on them must say of how they came about

    def __post_init__(self) -> None:
        t, n = self.time.shape[0], self.weight.shape[0]
        if self.state.size == 0 and t * n:
            object.__setattr__(self, "state", np.zeros((t, n), np.uint8))
        for name in ("lat", "lon", "state"):
            if getattr(self, name).shape != (t, n):
                raise SchemaError(
                    f"{name} of a cloud has the shape {getattr(self, name).shape}, not {(t, n)}",
                    hint="one row for each time, one column for each particle",
                )
        if t == 0 or n == 0:
            raise SchemaError("a cloud without times or particles", hint="drift at least one particle to one time")
        if t > 1 and not (np.diff(self.time) > 0).all():
            raise SchemaError("the times of a cloud do not rise", hint="sort its rows by time")
        if not (np.isfinite(self.lat).all() and np.isfinite(self.lon).all() and np.isfinite(self.weight).all()):
            raise SchemaError("a cloud with places or weights that are no numbers", hint="leave those particles out")
        if (self.weight < 0).any() or not 0.0 < self.weight.sum() <= 1.0 + 1e-9:
            raise SchemaError("weights of a cloud are probabilities: not negative, sum above 0, at most 1", hint="")

    def __len__(self) -> int:
        return len(self.weight)

    def normal(self) -> Cloud:
        """The same with weights that sum to 1."""
        return replace(self, weight=self.weight / self.weight.sum())

    def take(self, which: Array) -> Cloud:
        """Some of its particles, with their weights raised so that the sum stays."""
        weight = self.weight[which]
        total = weight.sum()
        if total <= 0.0:
            raise SchemaError("particles without any weight", hint="take others")
        scaled = weight * (self.weight.sum() / total)
        return Cloud(
            self.time, self.lat[:, which], self.lon[:, which], scaled, self.state[:, which], self.objects, self.doubts
        )

    def at(self, time: int) -> tuple[Array, Array, Array]:
        """(latitude, longitude, ashore) (n,) at a time, linear between its steps.

        Raises :class:`ConfigError` outside its times.
        """
        if not self.time[0] <= time <= self.time[-1]:
            raise ConfigError(
                f"the drift goes from {format_time(int(self.time[0]))} to {format_time(int(self.time[-1]))}, "
                f"and {format_time(int(time))} is asked for",
                hint="drift for longer, or plan for an earlier time",
            )
        k = int(np.clip(np.searchsorted(self.time, time, side="right") - 1, 0, max(len(self.time) - 2, 0)))
        if len(self.time) == 1 or time == self.time[k]:
            return self.lat[k], self.lon[k], self.state[k] != ADRIFT
        f = float(time - self.time[k]) / float(self.time[k + 1] - self.time[k])
        lon = self.lon[k] + f * ((self.lon[k + 1] - self.lon[k] + 180.0) % 360.0 - 180.0)
        lat = self.lat[k] + f * (self.lat[k + 1] - self.lat[k])
        return lat, (lon + 180.0) % 360.0 - 180.0, self.state[k if f < 0.5 else k + 1] != ADRIFT


class Frame:
    """A plane whose origin moves with the mean of the particles that are adrift: metres east and north of it.

    An unchanging current moves object and boat alike, so that a pattern sailed through the water is at rest in it.
    With ``still`` the origin stays where it was at ``time``.
    """

    def __init__(self, cloud: Cloud, time: int, *, still: bool = False) -> None:
        self.time = int(time)
        lat, lon, ashore = cloud.at(self.time)
        self.lat, self.lon = _mean(lat, lon, cloud.weight, ashore)
        self._steps = cloud.time.astype(np.float64)
        self._path = np.zeros((len(cloud.time), 2))
        if not still:
            for k in range(len(cloud.time)):
                at = _mean(cloud.lat[k], cloud.lon[k], cloud.weight, cloud.state[k] != ADRIFT)
                east, north = geodesy.plane(self.lat, self.lon, *at)
                self._path[k] = float(east), float(north)
        self._path -= self._shift(np.float64(self.time))

    def _shift(self, time: Any) -> Array:
        t = np.asarray(time, np.float64)
        return np.stack([np.interp(t, self._steps, self._path[:, axis]) for axis in (0, 1)], -1)

    def plane(self, lat: Any, lon: Any, time: Any) -> tuple[Array, Array]:
        """Metres east and north of the origin at ``time`` (ns)."""
        shift = self._shift(time)
        east, north = geodesy.plane(self.lat, self.lon, lat, lon)
        return east - shift[..., 0], north - shift[..., 1]

    def earth(self, east: Any, north: Any, time: Any) -> tuple[Array, Array]:
        """Latitude and longitude (deg) of places of the plane at ``time`` (ns)."""
        shift = self._shift(time)
        return geodesy.moved(self.lat, self.lon, np.asarray(east) + shift[..., 0], np.asarray(north) + shift[..., 1])

    def drift(self, begin: int, end: int) -> tuple[float, float]:
        """(speed in m/s, direction in degrees) of the origin between two times; zero speed where they are the same."""
        if end <= begin:
            return 0.0, 0.0
        east, north = self._shift(np.float64(end)) - self._shift(np.float64(begin))
        seconds = (end - begin) / SECOND
        return float(np.hypot(east, north) / seconds), float(np.degrees(np.arctan2(east, north)) % 360.0)

    def paths(self, cloud: Cloud, times: Array) -> tuple[Array, Array, Array]:
        """(east, north) (g, n) float32 and ashore (g, n) of a cloud's particles at some times."""
        x, y = (np.empty((len(times), len(cloud)), np.float32) for _ in range(2))
        ashore = np.zeros((len(times), len(cloud)), np.bool_)
        for g, time in enumerate(times.tolist()):
            lat, lon, ashore[g] = cloud.at(time)
            x[g], y[g] = self.plane(lat, lon, time)
        return x, y, ashore


def _mean(lat: Array, lon: Array, weight: Array, ashore: Array) -> tuple[float, float]:
    """Weighted mean place of the particles adrift (of all, where none is)."""
    w = np.where(ashore, 0.0, weight)
    w = weight if w.sum() <= 0.0 else w
    w = w / w.sum()
    base = float(lon[np.argmax(w)])
    off = float(np.sum(w * ((lon - base + 180.0) % 360.0 - 180.0)))
    return float(np.sum(w * lat)), (base + off + 180.0) % 360.0 - 180.0
