"""What a grant changed, measured from the register and the sea: for the command and for the page, where it is a job.

A run from the page is written into the register: its figures as entries with who asked, the demand, its hash and the seed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.app.rescue.jobs import Job, Jobs
from selat.assist import demo
from selat.assist.capability import agreed, capability, measurements, others_of
from selat.assist.demand import Demand, read_demand
from selat.assist.effect import claim, detectable
from selat.assist.fields import day_ns, ns_day
from selat.assist.response import LAUNCH, REACHED
from selat.assist.seasons import SEASONS
from selat.model import clock
from selat.model.errors import ConfigError
from selat.model.nouns import Asset
from selat.model.units import KNOT
from selat.store import registry

if TYPE_CHECKING:
    from selat.app.session import Sea
    from selat.assist.book import Book
    from selat.assist.desk import Desk

DEMANDS = ("traffic", "file", "example")
MOST_PLACES = 20_000
MOST_BOATS = 50


def traffic(sea: Sea, cell: float, box: Any, begin: int, end: int) -> Demand:
    """Ships of the sea's history as a demand: a place a cell of ``cell`` degrees, its weight the ships that were seen there.

    ``begin``, ``end``: ns UTC. Raises :class:`ConfigError` for cells beyond 0.001 to 5 degrees, and where there are no positions.
    """
    if not 0.001 <= cell <= 5:
        raise ConfigError("cells of which size?", hint="degrees from 0.001 to 5, as in --cell 0.1")
    query = sea.reports.between(begin, end)
    query = query if box is None else query.inside(box)
    table = query.columns("mmsi", "lat", "lon").arrow()
    mmsi, lat, lon = (np.asarray(table[n].to_numpy(), np.float64) for n in ("mmsi", "lat", "lon"))
    known = np.isfinite(lat) & np.isfinite(lon)
    if not known.any():
        raise ConfigError("the sea holds no positions of ships", hint="read a log into it first, or give a CSV file")
    rows = np.unique(np.column_stack([np.floor(lat / cell), np.floor(lon / cell), mmsi])[known], axis=0)
    places, ships = np.unique(rows[:, :2], axis=0, return_counts=True)
    return Demand((places[:, 0] + 0.5) * cell, (places[:, 1] + 0.5) * cell, ships.astype(np.float64))


def counts_of(demand: Demand) -> dict[int, int]:
    """Incidents by year, years without any between the first and the last included. Raises :class:`ConfigError` without dates."""
    years = [int(d[:4]) for d in demand.days if d[:4].isdecimal()]
    if not years:
        raise ConfigError("the incidents have no dates", hint="a column date, as in 2025-12-03")
    return {y: years.count(y) for y in range(min(years), max(years) + 1)}


def first_year(book: Book, programme: str) -> int:
    """The year in which the first item of a programme came into service; of the next to come where none did."""
    began = [
        s[0] for i in book.ids("item", programme=programme) for s in book.item(i)["states"] if s[1] == "in_service"
    ]
    return int(ns_day(min(began))[:4]) if began else 9999


def claim_of(counts: Mapping[int, int], first: int, fall: float | None) -> str:
    """What can be claimed of yearly counts before and after a year. Raises :class:`ConfigError` without an expected fall."""
    before, after = [n for y, n in counts.items() if y < first], [n for y, n in counts.items() if y > first]
    if not before or not after:
        years = len(before) or 3
        least = detectable(max(sum(before) / years, 0.1), years, 3.0)
        told = "not even a full stop" if least is None else f"a fall of {least:.0%} or more"
        return f"No effect is claimed: there are no full years both before and after {first}. After 3 years {told} could be shown."
    if fall is None:
        raise ConfigError("which fall was expected?", hint="--expected-fall 0.1: what could be claimed depends on it")
    return claim(before, after, fall)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks to be measured; times in s, periods as days (the first, and the one after the last)."""

    programme: str
    demand: str
    table: str = ""  #: of a file: its text
    boats: tuple[Asset, ...] = ()
    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None
    within: float = REACHED
    launch: float = LAUNCH
    slowed: tuple[tuple[str, float], ...] = ()
    seed: int = 1


def asked_of(body: Mapping[str, Any]) -> Asked:
    """Of what came as JSON. Raises :class:`ConfigError` for what it does not say, or says wrong."""
    demand = str(body.get("demand", ""))
    if demand not in DEMANDS:
        raise ConfigError("which demand?", hint=f"one of {', '.join(DEMANDS)}")
    boats = body.get("boats") or []
    if not isinstance(boats, list) or len(boats) > MOST_BOATS:
        raise ConfigError("too many boats, or none told", hint=f"a list of {MOST_BOATS} at most")
    slowed = body.get("slowed") or {}
    if not isinstance(slowed, dict) or not set(slowed) <= {"", *SEASONS}:
        raise ConfigError("slowed in which season?", hint=f"one of {', '.join(SEASONS)}")
    table = body.get("table") or ""
    return Asked(
        str(body.get("programme", ""))[:200], demand, table if isinstance(table, str) else "",
        tuple(_boat(b) for b in boats), _period(body, "before"), _period(body, "after"),
        60 * _number(body.get("within_min", REACHED / 60), 1, 100_000, "within_min"),
        60 * _number(body.get("launch_min", LAUNCH / 60), 0, 10_000, "launch_min"),
        tuple((s, _number(v, 0.05, 1, f"slowed {s}")) for s, v in sorted(slowed.items())),
        int(_number(body.get("seed", 1), 0, 2**31, "seed")),
    )  # fmt: skip


def _number(value: Any, least: float, most: float, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ConfigError(f"{name}: not a number from {least:g} to {most:g}", hint="give a number")
    return float(value)


def _boat(told: Any) -> Asset:
    if not isinstance(told, dict) or not isinstance(told.get("name"), str) or not told["name"].strip():
        raise ConfigError("a boat without a name", hint='{"name": "Lumut", "lat": 4.23, "lon": 100.62, "speed_kn": 25}')
    name = told["name"].strip()[:80]
    lat, lon = _number(told.get("lat"), -90, 90, f"{name}, lat"), _number(told.get("lon"), -180, 180, f"{name}, lon")
    return Asset(name, "boat", lat, lon, speed=_number(told.get("speed_kn"), 0.1, 200, f"{name}, knots") * KNOT)


def _period(body: Mapping[str, Any], name: str) -> tuple[str, str] | None:
    told = body.get(name)
    if not told:
        return None
    if not (isinstance(told, list) and len(told) == 2 and all(isinstance(d, str) and len(d) == 10 for d in told)):
        raise ConfigError(
            f"{name}: no period", hint='["2025-01-01", "2026-01-01"]: the first day, and the one after the last'
        )
    begin, end = (day_ns(d) for d in told)
    if begin >= end:
        raise ConfigError(f"{name}: it ends before it begins", hint="the first day, and a later one")
    return told[0], told[1]


class Measuring:
    """Runs that a page asks for, one after the other; :meth:`close` it with the desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._jobs: Jobs | None = None
        desk.at_close(self.close)

    @property
    def jobs(self) -> Jobs:
        """The queue, made when it is first asked for."""
        if self._jobs is None:
            self._jobs = Jobs()
        return self._jobs

    def close(self) -> None:
        """Break off what runs."""
        if self._jobs is not None:
            self._jobs.close()

    def choices(self, programme: str) -> dict[str, Any]:
        """What can be chosen for a programme: demands, craft with a base, others left out, boats of the sea.

        Raises :class:`ConfigError` for an unknown programme.
        """
        book, now = self.desk.book("recipient"), clock.now()
        if programme not in book.data["things"].get("programme", {}):
            raise ConfigError(f"there is no programme {programme[:80]!r}", hint="as the page of its country lists them")
        mine, left = agreed(book, programme, now)
        there = others_of(registry.assets(self.desk.register), programme, [])
        example = programme in demo.examples(book)
        return {
            "programme": programme, "demands": [d for d in DEMANDS if d != "example" or example], "left_out": left,
            "craft": [_told(a) for a in mine], "assets": [_told(a) for a in there if a.kind == "boat" and a.speed > 0],
            "boats": [_told(a) for a in demo.demo_boats()] if example else [], "seasons": list(SEASONS),
        }  # fmt: skip

    def begin(self, asked: Asked, who: str) -> Job:
        """Queue a run. Raises :class:`ConfigError` for an unknown programme, or what cannot be a demand."""
        known = self.choices(asked.programme)
        if asked.demand not in known["demands"]:
            raise ConfigError(f"no demand {asked.demand!r} here", hint=f"one of {', '.join(known['demands'])}")
        return self.jobs.begin("capability", asked.programme, who, lambda job: self._run(asked, who, job.told))

    def _run(self, asked: Asked, who: str, told: Callable[[int, int], None]) -> dict[str, Any]:
        demand = self._demand(asked)
        if len(demand.lat) > MOST_PLACES:
            raise ConfigError(
                f"{len(demand.lat):,} places", hint=f"{MOST_PLACES:,} at most: larger cells, or fewer rows"
            )
        now, book = clock.now(), self.desk.register.book()
        others = others_of(registry.assets(self.desk.register), asked.programme, asked.boats)
        found = capability(
            book, asked.programme, demand, now, others, within=asked.within, launch=asked.launch, slowed=dict(asked.slowed),
            seed=asked.seed, before=asked.before, after=asked.after, told=told,
        )  # fmt: skip
        made_up = ", made up as an example" if asked.demand == "example" else ""
        facts = measurements(found, now, who, f"page, demand: {asked.demand}{made_up}")
        written = self.desk.register.write(facts)
        return {
            **asdict(found), "at": now, "who": who, "source": f"{asked.demand}{made_up}", "unplaced": demand.unplaced,
            "entries": [written[0].n, written[-1].n] if written else [],
        }  # fmt: skip

    def _demand(self, asked: Asked) -> Demand:
        if asked.demand == "example":
            return demo.demo_demand()
        if asked.demand == "traffic":
            from selat.app.session import open as open_sea

            with open_sea(self.desk.folder, create=False) as sea:
                return traffic(sea, 0.1, None, 0, clock.now())
        if not asked.table.strip():
            raise ConfigError("an empty file", hint="a CSV file with lat and lon, and date and weight if you have them")
        with tempfile.TemporaryDirectory(prefix="selat-") as folder:
            path = Path(folder) / "demand.csv"
            path.write_text(asked.table, encoding="utf-8")
            return read_demand(path)


def _told(a: Asset) -> dict[str, Any]:
    return {"name": a.name, "lat": a.lat, "lon": a.lon, "speed_kn": round(a.speed / KNOT, 2)}


def rows_of(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Rows of a run's result, as :class:`selat.assist.capability.Row` has them."""
    rows: Sequence[Mapping[str, Any]] = result["rows"]
    return rows
