"""Maps of traffic from the history of a sea, piece by piece: what needs memory are some pieces and the sums."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.model.clock import HOUR, SECOND
from selat.model.columns import Array, Columns
from selat.model.errors import ConfigError
from selat.model.nouns import Zone
from selat.model.schema import DEGREES
from selat.model.sieve import CATEGORIES, Sieve, category
from selat.store import registry, releases
from selat.store.history import Part
from selat.store.latest import declared
from selat.store.pieces import readings
from selat.store.scan import Region, Where, blocks_of
from selat.tracks.ends import COLUMNS
from selat.tracks.gates import CLEAR, HEADS, Gating, Passages
from selat.tracks.gates import GAP as GATE_GAP
from selat.tracks.heat import FASTEST, GAP, Grid, Heat, Heating

if TYPE_CHECKING:
    from selat.app.session import Sea

AHEAD = 2  #: pieces that are read while one is worked on
Box = tuple[float, float, float, float]
_CODES = np.array([CATEGORIES.index(category(code)) for code in range(256)], np.uint8)


def facts_of(sea: Sea) -> tuple[Array, dict[str, Array]]:
    """(MMSI ascending, declared facts) of the ships that declared themselves."""
    ship, _, facts = declared(sea.view.ships())
    return ship.astype(np.int64), facts


def types_of(mmsi: Array, known: tuple[Array, dict[str, Array]]) -> Array:
    """Place in :data:`~selat.model.sieve.CATEGORIES` of each ship, by what she declared last."""
    place, there = _found(mmsi, known[0])
    out = np.full(len(mmsi), CATEGORIES.index("unknown"), np.uint8)
    if there.any():
        out[there] = _CODES[known[1]["ship_type"][place[there]]]
    return out


def lengths_of(mmsi: Array, known: tuple[Array, dict[str, Array]]) -> Array:
    """Length of each ship in metres, 0 where it is not known."""
    place, there = _found(mmsi, known[0])
    out = np.zeros(len(mmsi), np.int64)
    if there.any():
        bow, stern = (known[1][n][place[there]].astype(np.int64) for n in ("to_bow", "to_stern"))
        out[there] = np.where((bow < 1023) & (stern < 1023), bow + stern, 0)
    return out


def _found(mmsi: Array, everyone: Array) -> tuple[Array, Array]:
    if not len(everyone):
        return np.zeros(len(mmsi), np.int64), np.zeros(len(mmsi), bool)
    place = np.minimum(np.searchsorted(everyone, mmsi), len(everyone) - 1)
    return place, everyone[place] == mmsi


def keeps_of(sieve: Sieve, known: tuple[Array, dict[str, Array]]) -> Callable[[Array], Array]:
    """Which of some ships (MMSI array) a sieve lets pass."""

    def keeps(mmsi: Array) -> Array:
        out = np.ones(len(mmsi), bool)
        if sieve.types:
            wanted = [CATEGORIES.index(t) for t in sieve.types if t in CATEGORIES]
            out &= np.isin(types_of(mmsi, known), wanted)
        if sieve.shortest or math.isfinite(sieve.longest):
            length = lengths_of(mmsi, known)
            out &= (length > 0) & (length >= sieve.shortest) & (length <= sieve.longest)
        if sieve.flags:
            out &= [str(m).startswith(sieve.flags) for m in mmsi.tolist()]
        if sieve.mmsi:
            out &= np.isin(mmsi, sieve.mmsi)
        if sieve.only:
            out &= _named(mmsi, sieve.only, known)
        return out

    return keeps


def _named(mmsi: Array, text: str, known: tuple[Array, dict[str, Array]]) -> Array:
    want = text.upper().encode("ascii", "replace")
    out: Array = np.char.find(mmsi.astype("S10"), want) >= 0
    place, there = _found(mmsi, known[0])
    for name in ("name", "callsign", "imo"):
        if there.any():
            values = known[1][name][place[there]]
            values = values if values.dtype.kind == "S" else values.astype("S10")
            out[there] |= np.char.find(values, want) >= 0
    return out


def around(box: Box, metres: float) -> Region:
    """The box grown by some metres, as the store is asked for it."""
    west, south, east, north = box
    high = metres / 110_000.0
    south, north = max(south - high, -90.0), min(north + high, 90.0)
    lon = metres / (111_000.0 * max(math.cos(math.radians(max(abs(south), abs(north)))), 1e-3))
    wide = (east - west) % 360.0 or 360.0
    if wide + 2 * lon >= 360.0:
        west, east = -180.0, 180.0
    else:
        west, east = ((v + 180.0) % 360.0 - 180.0 for v in (west - lon, east + lon))
    w, s, e, n = (round(v / DEGREES) for v in (west, south, east, north))
    half = round(180.0 / DEGREES)
    return Region(((w, s, e, n),) if w <= e else ((w, s, half, n), (-half, s, e, n)))


def streamed(sea: Sea, where: Where, names: Sequence[str] = COLUMNS, *, placed: bool = False) -> Iterator[Columns]:
    """Reports block by block in order of time, large blocks ship by ship; the next are read while one is worked on.

    Rows without a time may be among them; with ``placed`` also such without a place: who counts leaves them out.
    """
    view = sea.view
    where = replace(where, hidden=view.hidden)
    root = view.layout.history
    todo = (
        piece
        for parts in list(blocks_of(view.parts, "reports", where))
        for piece in readings(root, parts, _eased(parts, where, placed), names)
    )
    with ThreadPoolExecutor(AHEAD) as pool:
        ahead = deque(pool.submit(piece) for piece in islice(todo, AHEAD))
        while ahead:
            rows = ahead.popleft().result()
            for piece in islice(todo, 1):
                ahead.append(pool.submit(piece))
            yield rows


def _eased(parts: Sequence[Part], where: Where, placed: bool) -> Where:
    """What is still to be tested of the rows of some files: a box or a time that holds all of them is not."""
    times = [(p.min_time, p.max_time) for p in parts]
    if all(
        low is not None and high is not None
        and (where.begin is None or where.begin <= low * SECOND) and (where.end is None or (high + 1) * SECOND <= where.end)
        for low, high in times
    ):  # fmt: skip
        where = replace(where, begin=None, end=None)
    if placed:
        where = replace(where, regions=tuple(r for r in where.regions if not all(_inside(p, r) for p in parts)))
    return where


def _inside(part: Part, region: Region) -> bool:
    """Whether one box of a region holds all places of a file."""
    if region.ring is not None or None in (part.min_lon, part.min_lat, part.max_lon, part.max_lat):
        return False
    return any(
        w <= part.min_lon and part.max_lon <= e and s <= part.min_lat and part.max_lat <= n  # type: ignore[operator]
        for w, s, e, n in region.boxes
    )


def density(
    sea: Sea, begin: int, end: int, box: Box, cell: float, sieve: Sieve | None = None,
    percentile: float | None = None, gap: int = GAP, told: Callable[[int], None] | None = None,
) -> Heat:  # fmt: skip
    """Traffic with ``begin <= time < end`` (ns UTC) inside a box (degrees) on cells of about ``cell`` metres.

    ``told(rows read)`` is called after each block of six hours. Raises :class:`~selat.model.errors.ConfigError`.
    """
    if not 0 < gap <= 86_400 * 10**9:
        raise ConfigError("that is no gap", hint="more than 0 and at most a day")
    sieve = sieve or Sieve()
    grid = Grid.of(box, cell)
    heating = Heating(grid, begin, end, keeps_of(sieve, facts_of(sea)), sieve, percentile, gap)
    region = around(box, FASTEST * gap / 1e9)
    whole = (
        region.boxes[0][0] == -1_800_000_000 and region.boxes[0][2] == 1_800_000_000 and box[1] <= -80 and box[3] >= 80
    )
    ships = sieve.mmsi or None
    where = Where(begin - gap, end + gap, ships, () if whole else (region,))
    read = 0
    names = COLUMNS if sieve.course is not None else tuple(n for n in COLUMNS if n != "cog")
    for rows in streamed(sea, where, names, placed=True):
        heating.take(rows)
        read += rows.rows
        if told is not None:
            told(read)
    return heating.done()


def lines_of_sea(sea: Sea) -> list[Zone]:
    """Zones that can be gates: lines of two points or more, of those that may be seen."""
    known = registry.zones(sea.state)
    seen = (known[name] for name in releases.seen(sea.state, "zone", known, sea.groups))
    return [zone for zone in seen if zone.line and len(zone.ring) > 1]


def gates_named(sea: Sea, names: Sequence[str] = ()) -> list[Zone]:
    """Lines of the sea by name; without names all of kind ``gate``. Raises ConfigError for an unknown one."""
    lines = {zone.name: zone for zone in lines_of_sea(sea)}
    if not names:
        return [zone for zone in lines.values() if zone.kind == "gate"]
    for name in names:
        if name not in lines:
            hint = f"lines: {', '.join(lines) or 'none yet; draw one, or selat zones SEA import FILE'}"
            raise ConfigError(f"there is no line {name!r}", hint=hint)
    return [lines[name] for name in dict.fromkeys(names)]


def passages(
    sea: Sea, begin: int, end: int, gates: Sequence[Zone], sieve: Sieve | None = None, gap: int = GATE_GAP,
    clear: float = CLEAR, told: Callable[[int], None] | None = None,
) -> Passages:  # fmt: skip
    """Passages of gates with ``begin <= time < end`` (ns UTC); ``clear`` metres: see :mod:`selat.kernels.gates`.

    Speed and course of a sieve are those at the passage. Only reports near the gates are read: what crosses a line within
    ``gap`` is no farther from it than a hull sails in that time.
    """
    sieve = sieve or Sieve()
    gating = Gating(gates, begin, end, keeps_of(sieve, facts_of(sea)), gap, clear)
    boxes = [around(gate.bounds, FASTEST * gap / 1e9 + clear).boxes for gate in gates]
    region = Region(tuple(dict.fromkeys(box for some in boxes for box in some)))
    where = Where(begin - gap, end + gap, sieve.mmsi or None, (region,))
    read = 0
    for rows in streamed(sea, where, placed=True):
        gating.take(rows)
        read += rows.rows
        if told is not None:
            told(read)
    return sieved(gating.done(), sieve)


def sieved(found: Passages, sieve: Sieve) -> Passages:
    """Those whose speed at the passage, and direction of it, pass."""
    keep = np.ones(len(found), bool)
    if sieve.slow > 0 or math.isfinite(sieve.quick):
        with np.errstate(invalid="ignore"):
            keep &= (found.speed >= sieve.slow - 1e-9) & (found.speed <= sieve.quick + 1e-9)
    if sieve.course is not None:
        first, last = sieve.course
        heads = np.array([HEADS.index(h) * 45.0 for h in found.heading()])
        keep &= (heads - first) % 360.0 <= (last - first) % 360.0
    names = ("gate", "mmsi", "time", "way", "lat", "lon", "speed", "crossings")
    return replace(found, **{n: getattr(found, n)[keep] for n in names})


SIZES = (0, 50, 100, 200, 300)  #: m: lower bounds of the classes of length that are counted


def counted(found: Passages, begin: int, end: int, known: tuple[Array, dict[str, Array]]) -> list[dict[str, Any]]:
    """Passages of each gate by direction, and in each by type, by length and by hour, as plain values."""
    types = types_of(found.mmsi, known)
    length = lengths_of(found.mmsi, known)
    size = np.where(length > 0, np.searchsorted(SIZES, length, side="right"), 0)
    first = begin // HOUR
    hours = max(-(-end // HOUR) - first, 1)
    out = []
    for g, name in enumerate(found.names):
        ways = []
        for way, head in ((1, found.toward[g][0]), (-1, found.toward[g][1])):
            here = (found.gate == g) & (found.way == way)
            by_type = np.bincount(types[here], minlength=len(CATEGORIES))
            by_size = np.bincount(size[here], minlength=len(SIZES) + 1)
            by_hour = np.bincount(found.time[here] // HOUR - first, minlength=hours)
            ways.append({
                "toward": head, "way": way, "passages": int(here.sum()), "ships": len(np.unique(found.mmsi[here])),
                "by_type": {c: int(n) for c, n in zip(CATEGORIES, by_type.tolist(), strict=True) if n},
                "by_size": dict(zip(size_names(), by_size.tolist(), strict=True)),
                "by_hour": by_hour.tolist(),
                "speed_mps": _mean(found.speed[here]),
            })  # fmt: skip
        out.append({"gate": name, "begin_ms": first * HOUR / 1e6, "hours": int(hours), "ways": ways})
    return out


def size_names() -> tuple[str, ...]:
    """Names of the classes of length: not known, then from each bound to the next, in metres."""
    pairs = pairwise(SIZES)
    return ("unknown", *(f"{a}-{b}" for a, b in pairs), f"{SIZES[-1]}+")


def _mean(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
