"""A case: what may have happened to which objects, in which wind and current; and where they are now.

::

    case = (
        selat.Case("Port Dickson")
        .adrift("person with life jacket")
        .position(2.45, 101.80, "2026-11-27T18:40Z", error="0.5 nm", span="20 min")
        .wind("230/12kn")
        .current("320/0.8kn")
    )
    cloud = case.drift(hours=6)
    cloud.summary()

A case is never changed: each word returns a new one. It is written to JSON, and kept with a sea (:mod:`selat.store.cases`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from selat.model.clock import HOUR, SECOND, format_time, parse_time
from selat.model.errors import ConfigError, FormatError
from selat.model.units import distance, duration
from selat.rescue.begin import Particles, particles
from selat.rescue.drift import Options
from selat.rescue.drifted import Drifted
from selat.rescue.growing import Growing
from selat.rescue.objects import drift_object
from selat.rescue.scenario import Scenario, scenario_of
from selat.rescue.sources import Source, flow_of
from selat.tracks import coast
from selat.tracks.coast import Coast

VERSION = 1
PARTICLES = 10_000
MOST = 5_000_000
LONGEST = 30 * 24.0  #: hours

Place = tuple[float, float]
Time = int | str


@dataclass(frozen=True, slots=True)
class Case:
    """Objects (key, weight), scenarios, sources of wind and current in their order, and how to drift."""

    name: str = "case"
    objects: tuple[tuple[str, float], ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    sources: tuple[Source, ...] = ()
    particles: int = PARTICLES
    seed: int = 1
    step: float = 600.0
    jibing: bool = True
    capsizing: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.particles <= MOST:
            raise ConfigError(f"{self.particles:,} particles", hint=f"1 to {MOST:,}; {PARTICLES:,} is the default")
        for key, weight in self.objects:
            drift_object(key)
            if not weight > 0.0:
                raise ConfigError(
                    f"a weight of {weight:g} for {key}", hint="above 0; weights are brought to a sum of 1"
                )
        if len({s.backward for s in self.scenarios}) > 1:
            raise ConfigError(
                "what was found goes back in time, the other scenarios go forward", hint="make two cases of it"
            )

    @property
    def backward(self) -> bool:
        """True where the drift goes back in time, from what was found."""
        return any(s.backward for s in self.scenarios)

    def adrift(self, what: str | int, weight: float = 1.0) -> Case:
        """One more kind of object that it may be."""
        return replace(self, objects=(*self.objects, (drift_object(what).key, float(weight))))

    def add(self, scenario: Scenario) -> Case:
        """One more scenario."""
        return replace(self, scenarios=(*self.scenarios, scenario))

    def position(
        self,
        lat: float,
        lon: float,
        time: Time,
        error: str = "1 nm",
        span: str = "0 min",
        weight: float = 1.0,
        name: str = "",
    ) -> Case:
        """A last known position at ``time``, or in the ``span`` after it."""
        begin, end = _between(time, span)
        return self.add(Scenario("position", begin, end, ((lat, lon),), distance(error), weight, name=name))

    def found(
        self,
        lat: float,
        lon: float,
        time: Time,
        error: str = "0.1 nm",
        span: str = "0 min",
        weight: float = 1.0,
        name: str = "",
    ) -> Case:
        """Found adrift: where did it come from?"""
        begin, end = _between(time, span)
        return self.add(Scenario("found", begin, end, ((lat, lon),), distance(error), weight, name=name))

    def route(
        self,
        places: Sequence[Place],
        departure: Time,
        arrival: Time,
        error: str = "2 nm",
        weight: float = 1.0,
        name: str = "",
    ) -> Case:
        """Overdue on a voyage along ``places``: anywhere on the way, at one speed between departure and expected arrival."""
        begin, end = _time(departure), _time(arrival)
        return self.add(Scenario("route", begin, end, tuple(places), distance(error), weight, name=name))

    def track(
        self,
        places: Sequence[Place],
        times: Sequence[Time],
        begin: Time,
        end: Time,
        error: str = "0.1 nm",
        weight: float = 1.0,
        name: str = "",
    ) -> Case:
        """Over the side of a ship whose track is known, between ``begin`` and ``end``."""
        known = tuple(_time(t) for t in times)
        s = Scenario("track", _time(begin), _time(end), tuple(places), distance(error), weight, known, name=name)
        return self.add(s)

    def area(
        self, places: Sequence[Place], time: Time, span: str = "0 min", weight: float = 1.0, name: str = ""
    ) -> Case:
        """Anywhere inside a ring of positions."""
        begin, end = _between(time, span)
        return self.add(Scenario("area", begin, end, tuple(places), 0.0, weight, name=name))

    def bearing(
        self,
        lat: float,
        lon: float,
        bearing: float,
        near: str,
        far: str,
        time: Time,
        bearing_error: float = 2.0,
        span: str = "0 min",
        weight: float = 1.0,
        name: str = "",
    ) -> Case:
        """Seen (a flare, a light) at a true bearing from a place, between ``near`` and ``far`` from it."""
        begin, end = _between(time, span)
        s = Scenario(
            "bearing", begin, end, ((lat, lon),), 0.0, weight, (), bearing % 360.0, bearing_error,
            distance(near), distance(far), name,
        )  # fmt: skip
        return self.add(s)

    def wind(self, text: str, **more: Any) -> Case:
        """A wind: typed (``230/12kn``), a file, or ``climatology``; after those there are. ``more``: see :class:`Source`."""
        return replace(self, sources=(*self.sources, Source("wind", text, **more)))

    def current(self, text: str, **more: Any) -> Case:
        """A current, as :meth:`wind`; its direction is that to which it goes."""
        return replace(self, sources=(*self.sources, Source("current", text, **more)))

    def start(self, sea: Coast | None = None) -> Particles:
        """The particles at their beginnings; raises :class:`ConfigError` for a case that lacks something or begins on land."""
        if not self.scenarios:
            raise ConfigError(
                "a case without a scenario", hint="--position, --route, --area, --bearing, --track or --found"
            )
        if not self.objects:
            raise ConfigError(
                "what is adrift?", hint="--object, such as 'life raft'; `selat rescue objects` lists them"
            )
        return particles(self.scenarios, self.objects, self.particles, self.seed, sea)

    def drift(
        self,
        hours: float | None = None,
        *,
        to: Time | None = None,
        every: str = "1 h",
        home: Path | None = None,
        sea: Coast | None = None,
        threads: int = 0,
        told: Callable[[int, int], None] | None = None,
    ) -> Drifted:
        """The particles from the first beginning to ``hours`` later (or to a time), kept at each ``every``.

        Backward in time for what was found. ``home``: where files are looked for; ``sea``: the coast, that which comes with
        selat unless given; ``told(step, of)`` hears of progress. Raises :class:`ConfigError` with what to do about it.
        """
        growing = self.growing(hours, to=to, every=every, home=home, sea=sea, threads=threads)
        for _ in growing.run(told):
            pass
        return growing.so_far()

    def growing(
        self,
        hours: float | None = None,
        *,
        to: Time | None = None,
        every: str = "1 h",
        home: Path | None = None,
        sea: Coast | None = None,
        threads: int = 0,
    ) -> Growing:
        """The same drift, whose first times can be seen while it goes on; arguments and errors as of :meth:`drift`."""
        land = Coast(coast.SHIPPED) if sea is None else sea
        first = self.start(land)
        way = -1 if self.backward else 1
        begin = max(s.end for s in self.scenarios) if self.backward else min(s.begin for s in self.scenarios)
        steps, marks = _marks(begin, way, hours, to, every, self.step)
        lon = first.start.lon
        box = float(lon.min()), float(first.start.lat.min()), float(lon.max()), float(first.start.lat.max())
        ends = sorted((begin, begin + way * steps * round(self.step * SECOND)))
        flow = flow_of(self.sources, box, ends[0], ends[1], home)
        options = Options(self.step, self.backward, self.jibing, self.capsizing, threads, seed=self.seed)
        return Growing(self.as_json(), first, flow, begin, marks, options, land, tuple(_known(self.sources)))

    def as_json(self) -> str:
        """The case as JSON text."""
        return json.dumps({"selat_case": VERSION, **asdict(self)}, ensure_ascii=False, indent=1)


def case_of(text: str) -> Case:
    """The case of :meth:`Case.as_json`; raises :class:`FormatError` for other text, :class:`ConfigError` for a wrong case."""
    try:
        row = json.loads(text)
        version = row.pop("selat_case")
        sources = tuple(Source(**{**s, "high_waters": tuple(s.get("high_waters", ()))}) for s in row.pop("sources"))
        scenarios = tuple(scenario_of(s) for s in row.pop("scenarios"))
        objects = tuple((str(key), float(weight)) for key, weight in row.pop("objects"))
        made = Case(objects=objects, scenarios=scenarios, sources=sources, **row)
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise FormatError(f"not a case ({e})", hint="a file that `selat rescue new` wrote") from None
    if version != VERSION:
        raise FormatError(f"a case of version {version}", hint=f"this selat knows version {VERSION}")
    return made


def _time(time: Time) -> int:
    return parse_time(time) if isinstance(time, str) else int(time)


def _between(time: Time, span: str) -> tuple[int, int]:
    begin = _time(time)
    return begin, begin + round(duration(span) * SECOND)


def _marks(
    begin: int, way: int, hours: float | None, to: Time | None, every: str, step: float
) -> tuple[int, list[int]]:
    """(steps in all, the steps after which the particles are kept)."""
    if (hours is None) == (to is None):
        raise ConfigError("how long to drift?", hint="--hours N or --to TIME, one of them")
    span = (_time(to) - begin) * way / HOUR if to is not None else float(hours or 0.0)
    if not 0.0 < span <= LONGEST:
        moment = format_time(begin)
        raise ConfigError(
            f"a drift of {span:g} h from {moment}", hint=f"above 0, at most {LONGEST:g} h; backward for what was found"
        )
    steps = max(1, round(span * 3600.0 / step))
    stride = max(1, round(duration(every) / step))
    marks = list(range(stride, steps + 1, stride))
    return steps, marks if marks and marks[-1] == steps else [*marks, steps]


def _known(sources: Sequence[Source]) -> list[str]:
    """What a plan must say of its wind and current."""
    out = []
    for kind in ("wind", "current"):
        mine = [s.text for s in sources if s.kind == kind]
        if not mine:
            out.append(f"no {kind} was given: the climatology stands in, with a wide error")
        elif "climatology" in mine:
            out.append(
                f"{kind} from climatology, with a wide error"
                + (" where nothing else is known" if len(mine) > 1 else "")
            )
    return out
