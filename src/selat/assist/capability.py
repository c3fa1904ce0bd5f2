"""What a grant changes in how soon help is there: before it, as expected with all its craft, as measured with those that serve.

Before: assets of the sea that are not the grant's. Expected: these and every craft of the grant that has a base, all ready.
Measured: those in service today, each ready as often as it was in the last year, one craft's readiness independent of another's.
Each with its 95 % interval over the demand drawn again (B. Efron, 1979), differences paired; seasons apart.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.assist.aggregates import ready_days
from selat.assist.assets import assets_of
from selat.assist.book import Book
from selat.assist.demand import Demand
from selat.assist.facts import Fact
from selat.assist.fields import day_ns, ns_day
from selat.assist.response import LAUNCH, REACHED, Waters, before_and_after, reaching
from selat.assist.seasons import SEASONS
from selat.model.clock import DAY
from selat.model.errors import ConfigError
from selat.model.nouns import Asset
from selat.model.units import KNOT

Array = NDArray[Any]
Told = Callable[[int, int], None]
BASES = ("baseline", "expected", "measured")
YEAR = 365 * DAY
_DRAWS = 500
_MARGIN = 0.5  # degrees of sea around bases and demand: a way may lead outside


def quiet(done: int, of: int) -> None:
    """Progress that nobody hears of."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Assets of one set with the share of days on which each is ready, and metres by sea from each to the demand."""

    assets: Sequence[Asset]
    ready: Array
    travel: Array


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of one set (baseline, expected, measured) and season ("" for all) with its interval."""

    basis: str
    season: str
    indicator: str
    unit: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Capability:
    """All rows, what each craft adds when it alone is left out, and what the figures rest on."""

    programme: str
    rows: tuple[Row, ...]
    alone: Mapping[str, float]
    fleets: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]
    places: int
    not_at_sea: int
    demand: str
    seed: int
    assumptions: tuple[str, ...]
    ready: Mapping[str, float]  #: share of days in service in the period, of each craft that is measured
    evidence: Mapping[str, float]  #: hours of use of these by grade in the months of the period; never to be added up


def capability(
    book: Book, programme: str, demand: Demand, now: int, others: Sequence[Asset], *, within: float = REACHED,
    launch: float = LAUNCH, slowed: Mapping[str, float] | None = None, seed: int = 1,
    before: tuple[str, str] | None = None, after: tuple[str, str] | None = None, told: Told = quiet,
) -> Capability:  # fmt: skip
    """Measure a programme against a demand. ``slowed``: share of the speed left by season ("" for all of the demand).

    ``before``, ``after``: days ``YYYY-MM-DD``, the first and the one after the last. Of a demand with dates, all three sets are
    also told for that of each period alone; and what is measured are the craft that served at the end of ``after``, each ready as
    often as in it (the last 365 days when not given). ``told(done, of)`` hears of progress.
    Raises :class:`ConfigError` for an unknown programme, and where no craft of it has a base.
    """
    begin, now = (now - YEAR, now) if after is None else _span(after, now)
    if programme not in book.data["things"].get("programme", {}):
        raise ConfigError(f"there is no programme {programme!r}", hint="`selat assist programmes SEA` lists them")
    mine, left = agreed(book, programme, now)
    if not mine:
        raise ConfigError(
            f"no craft of {programme} has a base and a speed",
            hint="custody with a position, and speed_kn in the sheet `model`",
        )
    there = [a for a in others if a.kind == "boat" and a.speed > 0]
    every = [*there, *mine]
    travel = _travel(every, demand, told)
    at_sea = np.asarray(~np.isnan(travel).any(axis=0))
    travel = travel[:, at_sea]
    serving = {a.name for a in assets_of(book, now, {programme})}
    share = np.array([1.0] * len(there) + [ready_share(book, a.name, now, begin) for a in mine])
    n = len(there)
    keep = [i for i, a in enumerate(every) if i < n or a.name in serving]
    fleets = {
        "baseline": Fleet(there, np.ones(n), travel[:n]),
        "expected": Fleet(every, np.ones(len(every)), travel),
        "measured": Fleet([every[i] for i in keep], share[keep], travel[keep]),
    }
    weight = demand.weight[at_sea]
    rows: list[Row] = []
    for season, some in _parts(demand, at_sea, {"demand before": before, "demand after": after}):
        slow = (slowed or {}).get(season, 1.0)
        rows += _rows(fleets, some, weight[some], season, within, launch, slow, seed)
    alone = before_and_after(there, mine, travel, within=within, seed=seed, launch=launch, weight=weight)
    served = [every[i].name for i in keep if i >= n]
    return Capability(
        programme, tuple(rows), alone["with_minus_without"],
        {k: tuple(a.name for a in f.assets) for k, f in fleets.items()}, left, int(at_sea.sum()), int((~at_sea).sum()),
        digest(demand), seed, _assumptions(launch, slowed or {}, n, begin, now, bool(after or before) and not demand.days),
        {every[i].name: float(share[i]) for i in keep if i >= n}, _evidence(book, served, begin, now),
    )  # fmt: skip


def _span(days: tuple[str, str], now: int) -> tuple[int, int]:
    """Begin and end (ns) of a period of days, as far as it is over. Raises :class:`ConfigError`."""
    begin, end = (day_ns(d) for d in days)
    if not begin < min(end, now):
        raise ConfigError(
            f"no period: {days[0]} to {days[1]}", hint="the first day, and a later one; not all in the future"
        )
    return begin, min(end, now)


def _parts(demand: Demand, at_sea: Array, periods: Mapping[str, tuple[str, str] | None]) -> Iterator[tuple[str, Array]]:
    """(name, which of the demand at sea): all of it, each season and each period of which there is any."""
    yield "", np.ones(int(at_sea.sum()), bool)
    if demand.season:
        of = np.array(demand.season)[at_sea]
        yield from ((s, of == s) for s in SEASONS if (of == s).any())
    if demand.days:
        days = np.array(demand.days)[at_sea]
        for name, span in periods.items():
            some = (days >= span[0]) & (days < span[1]) if span else np.zeros(0, bool)
            if some.any():
                yield name, some


def _evidence(book: Book, items: Sequence[str], begin: int, end: int) -> dict[str, float]:
    """Hours of use of some items by grade of evidence, of the months that a period touches."""
    first, last = ns_day(begin)[:7], ns_day(end)[:7]
    out: dict[str, float] = {}
    for item in items:
        for month, hours in book.item(item)["hours"].items():
            if first <= month <= last:
                for grade, spent in hours.items():
                    out[grade] = out.get(grade, 0.0) + spent
    return {grade: round(out[grade], 3) for grade in sorted(out)}


def agreed(book: Book, programme: str, now: int) -> tuple[list[Asset], dict[str, str]]:
    """Craft of a programme at their last bases, whatever their state; and items that are left out, with the reason."""
    found, left = [], {}
    for item in book.ids("item", programme=programme):
        model = book.value("item", item, "model") or ""
        kind, speed = book.value("model", model, "class"), book.value("model", model, "speed_kn")
        places = [c for c in book.item(item)["custody"] if c[4] and c[0] <= now]
        if kind not in ("boat", "vessel"):
            continue
        if not speed or not places:
            left[item] = "no speed" if not speed else "no base"
            continue
        lat, lon = places[-1][4]
        hours = float(book.value("model", model, "endurance_h") or 0.0)
        found.append(Asset(item, "boat", lat, lon, 0, float(speed) * KNOT, hours * 3600, programme))
    return found, left


def ready_share(book: Book, item: str, now: int, begin: int | None = None) -> float:
    """Share of the days of a period (the last year) on which an item that was held was in service; 1 where it never was held."""
    ready, held = ready_days(book, item, now - YEAR if begin is None else begin, now)
    return ready / held if held else 1.0


def digest(demand: Demand) -> str:
    """SHA-256 of the places and weights, the first 16 digits."""
    raw = np.column_stack([demand.lat, demand.lon, demand.weight]).astype("<f8").tobytes()
    return hashlib.sha256(raw).hexdigest()[:16]


def _travel(assets: Sequence[Asset], demand: Demand, told: Told) -> Array:
    lats = np.array([*demand.lat, *(a.lat for a in assets)])
    lons = np.array([*demand.lon, *(a.lon for a in assets)])
    if np.ptp(lats) > 15 or np.ptp(lons) > 15:
        raise ConfigError("demand and bases lie more than 15 degrees apart", hint="narrow it with --box W,S,E,N")
    waters = Waters.of_coast((lons.min() - _MARGIN, lats.min() - _MARGIN, lons.max() + _MARGIN, lats.max() + _MARGIN))
    places = {(a.lat, a.lon): np.empty(0) for a in assets}
    for n, place in enumerate(places):
        told(n, len(places))
        places[place] = waters.travel(place, demand.lat, demand.lon)
    told(len(places), len(places))
    return np.array([places[a.lat, a.lon] for a in assets])


def _rows(
    fleets: Mapping[str, Fleet], some: Array, weight: Array, season: str, within: float, launch: float, slow: float, seed: int
) -> Iterator[Row]:  # fmt: skip
    drawn = np.random.default_rng(seed).multinomial(len(weight), np.full(len(weight), 1 / len(weight)), _DRAWS)
    many = np.vstack([np.ones(len(weight)), drawn]) * weight
    hits = {}
    told = f"{within / 3600:g} h"
    for basis, fleet in fleets.items():
        if not len(fleet.assets):
            hit = np.zeros(len(weight))
        else:
            seconds = reaching(fleet.assets, fleet.travel[:, some], launch=launch, slowed=slow)
            hit, twice = reached(seconds, fleet.ready, within)
            mean, p90 = response(seconds, fleet.ready, many)
            for name, values in (("mean response", mean), ("90th percentile of response", p90)):
                if np.isfinite(values[0]):
                    yield _row(basis, season, name, "h", values / 3600)
            yield _row(basis, season, f"share with a second boat in {told}", "share", many @ twice / many.sum(axis=1))
        hits[basis] = many @ hit / many.sum(axis=1)
        yield _row(basis, season, f"share reached in {told}", "share", hits[basis])
    for basis in ("expected", "measured"):
        yield _row(basis, season, f"gain of share reached in {told}", "share", hits[basis] - hits["baseline"])


def _row(basis: str, season: str, name: str, unit: str, values: Array) -> Row:
    """``values``: the figure, then those of demand drawn again."""
    low, high = np.nanquantile(values[1:], [0.025, 0.975])
    return Row(basis, season, f"{name}, {season}" if season else name, unit, float(values[0]), float(low), float(high))


def reached(seconds: Array, ready: Array, within: float) -> tuple[Array, Array]:
    """Chance that one asset, and that two, are there in time, by demand. ``seconds`` (assets, demand), ``ready`` (assets,)."""
    p = np.where(seconds <= within, ready[:, None], 0.0)
    none = np.prod(1.0 - p, axis=0)
    one = np.zeros(seconds.shape[1])
    for i in range(len(p)):
        one += p[i] * np.prod(np.delete(1.0 - p, i, axis=0), axis=0)
    return 1.0 - none, np.clip(1.0 - none - one, 0.0, 1.0)


def response(seconds: Array, ready: Array, many: Array) -> tuple[Array, Array]:
    """Mean and 90th percentile of the soonest ready asset's time, of demand that is reached at all; by row of weights.

    ``many``: weights of the demand, (draws, demand).
    """
    order = np.argsort(seconds, axis=0)
    times, p = (
        np.take_along_axis(seconds, order, 0),
        np.take_along_axis(np.broadcast_to(ready[:, None], seconds.shape), order, 0),
    )
    p = np.where(np.isfinite(times), p, 0.0)
    before = np.vstack([np.ones(times.shape[1]), np.cumprod(1.0 - p, axis=0)[:-1]])
    chance = before * p  # that it is the soonest that is ready
    total = many @ chance.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = many @ (chance * np.where(np.isfinite(times), times, 0.0)).sum(axis=0) / total
    flat, rank = times.ravel(), np.argsort(times, axis=None, kind="stable")
    place, of = np.tile(np.arange(times.shape[1]), len(times))[rank], chance.ravel()[rank]
    p90 = np.full(len(many), np.nan)
    for n in np.flatnonzero(total > 0):
        sums = np.cumsum(many[n, place] * of)
        p90[n] = flat[rank[np.searchsorted(sums, 0.9 * sums[-1])]]
    return mean, p90


def _assumptions(
    launch: float, slowed: Mapping[str, float], others: int, begin: int, end: int, undated: bool
) -> tuple[str, ...]:
    slow = ", ".join(f"{s or 'all'} {v:g}" for s, v in sorted(slowed.items()) if v != 1.0)
    return (
        f"{others} assets that are not the grant's, all ready",
        f"craft at their bases; {launch / 60:.0f} min to launch; over water around land",
        f"measured: each craft in service is ready as often as from {ns_day(begin)} to {ns_day(end)}, independently of the others",
        f"share of speed left by the sea: {slow}" if slow else "no sea state: calm",
        *(("the demand has no dates: the same before and after",) if undated else ()),
    )


def measurements(found: Capability, now: int, who: str, source: str) -> list[Fact]:
    """The rows as entries of the register, so that pages and the yearly review show them, from the log alone."""
    told = "; ".join((*found.assumptions, f"{found.places} places, demand {found.demand}, seed {found.seed}"))
    alone = ", ".join(f"{i} {v:+.1%}" for i, v in sorted(found.alone.items()))
    day = ns_day(now)
    out = []
    for r in found.rows:
        text = f"{told}; adds when it alone is left out: {alone}" if r.indicator.startswith("gain") and alone else told
        key = re.sub(r"[^a-z0-9]+", "-", r.indicator.lower()).strip("-")
        data = {"programme": found.programme, "indicator": r.indicator, "unit": r.unit, "value": round(r.value, 6),
                "basis": r.basis, "period_to": day, "text": text}  # fmt: skip
        if r.low is not None and r.high is not None:
            data |= {"low": round(r.low, 6), "high": round(r.high, 6)}
        out.append(Fact("measurement", f"{found.programme}/{key}/{r.basis}/{day}", now, data, source, who, "B"))
    return out


def counted(
    counts: Mapping[int, int], programme: str, first: int, now: int, who: str, source: str, fall: float | None = None
) -> list[Fact]:
    """Yearly counts of incidents as entries: before the first year of service, and after it; that year itself is neither.

    ``fall``: the share by which they were expected to fall, by which the review judges what can be claimed.
    """
    out = []
    mean = [n for year, n in counts.items() if year < first]
    rows: list[tuple[str, str, float, tuple[str, str] | None]] = [
        (f"{y}", "baseline" if y < first else "measured", float(n), (f"{y}-01-01", f"{y}-12-31"))
        for y, n in sorted(counts.items()) if y != first
    ]  # fmt: skip
    if mean and fall is not None:
        rows.append(("expected", "expected", sum(mean) / len(mean) * (1.0 - fall), None))
    for key, basis, value, span in rows:
        data: dict[str, Any] = {
            "programme": programme,
            "indicator": "incidents",
            "unit": "a year",
            "value": value,
            "basis": basis,
        }
        if span:
            data |= {"period_from": span[0], "period_to": span[1]}
        out.append(Fact("measurement", f"{programme}/incidents/{key}", now, data, source, who, "B"))
    return out


def others_of(assets: Mapping[str, Asset], programme: str, more: Sequence[Asset]) -> list[Asset]:
    """Assets of the sea that are not the programme's, and those that were named besides."""
    return [*(a for a in assets.values() if a.grant != programme), *(replace(a, grant="") for a in more)]
