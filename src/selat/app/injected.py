"""Real days with incidents put in: read a file, write it again with what was put in, and grade the rules on it.

The day itself is not labelled: what is told of it beside what was put in may be false or true, so per vessel-day it is an upper
bound of false alarms.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from selat.app.floor import Floor, detectors
from selat.app.formats import choose_reader
from selat.exercise import splice
from selat.exercise.baselines import context_of, positions_of
from selat.exercise.grade import IN_TRAFFIC, Grade, grade, load
from selat.exercise.inject import Injection, inject
from selat.exercise.sheets import SHEETS, Declared, Sheet
from selat.exercise.staged import Truth
from selat.exercise.trial import compare
from selat.model.clock import HOUR
from selat.model.columns import Columns, concat
from selat.model.errors import ConfigError, FormatError
from selat.model.ports import Batch
from selat.model.schema import I32
from selat.readers.aivdm import AivdmReader
from selat.readers.archive import blocks, open_streams
from selat.tracks import coast, ports
from selat.tracks.coast import Coast
from selat.tracks.kinds import is_ship, kinds_of
from selat.tracks.ports import Ports
from selat.tracks.world import World

_TABLES = ("reports", "statics", "messages", "receptions")


@dataclass(frozen=True, slots=True)
class Day:
    """A file that was read. ``form``: noaa, dma or nmea."""

    path: Path
    form: str
    reports: Columns
    statics: Columns
    messages: Columns
    receptions: Columns


def read_day(path: Path, form: str = "") -> Day:
    """Read a whole file. Raises :class:`FormatError` for one that is neither a NOAA or Danish table nor a log of sentences."""
    name, table = choose_reader(path, form)
    if (table is None and name != "nmea-log") or (table is not None and name not in SHEETS):
        raise FormatError(f"{path}: {name} cannot be written again", hint=f"one of nmea, {', '.join(SHEETS)}")
    parts: dict[str, list[Columns]] = {n: [] for n in _TABLES}
    for batch in _log(path) if table is None else _members(path, table):
        for n in _TABLES:
            parts[n].append(getattr(batch, n))
    tables = (concat(parts[n], n) for n in _TABLES)
    return Day(path, "nmea" if table is None else name, *tables)


def _members(path: Path, table: Any) -> Iterator[Batch]:
    for _, stream in _one(path):
        yield from table(stream)


def _one(path: Path) -> Iterator[tuple[str, Any]]:
    """The stream of a file; of an archive with several members there is no one place to put things."""
    for n, member in enumerate(open_streams(path)):
        if n:
            raise FormatError(f"{path} holds several tables", hint="unpack it, and give one")
        yield member


def _log(path: Path) -> Iterator[Batch]:
    reader = AivdmReader()
    received = int(path.stat().st_mtime_ns)
    for name, stream in _one(path):
        with closing(blocks(name, stream)) as pieces:
            for block in pieces:
                yield reader.feed(bytes(block), received)
    yield reader.flush()


def write_injected(day: Day, out: Path, seed: int, count: int, kinds: tuple[str, ...]) -> Injection:
    """Write the day with incidents to ``out`` (plain, whatever the day was packed in)."""
    if out.exists() and out.samefile(day.path):
        raise ConfigError(f"{out} is the day itself", hint="give another file with --out")
    injection = inject(day.reports, seed, count, kinds)
    _drop_repeats(injection, day.receptions)
    for name, stream in _one(day.path):
        rows, head = splice.rows_of(blocks(name, stream)), b""
        if day.form == "nmea":
            lines = splice.sentence_lines(injection)
        else:
            head, declared = next(rows), Declared()
            declared.take(day.statics)
            lines = splice.table_lines(injection, Sheet(day.form, splice.names_of(head)), declared)
        body = splice.spliced(rows, 0, injection, lines, splice.places(day.reports, lines))
        splice.write(out, chain([head], body))
    return injection


def _drop_repeats(injection: Injection, receptions: Columns) -> None:
    """What is left out must be left out however often it stands in the file: others heard it too."""
    order = np.argsort(injection.drop)
    at = np.minimum(np.searchsorted(injection.drop[order], receptions["first_seq"]), max(len(order) - 1, 0))
    if len(order):
        again = injection.drop[order][at] == receptions["first_seq"]
        injection.drop = np.concatenate([injection.drop, receptions["seq"][again]])
        injection.gone = np.concatenate([injection.gone, injection.gone[order][at[again]]])


def vessel_days(reports: Columns) -> float:
    """Days for which ships were heard, all together: hours in which a ship was heard, over 24."""
    ships = is_ship(kinds_of(reports["mmsi"], reports["msg_type"])) & (reports["lat"] != I32) & (reports["time"] > 0)
    hours = np.stack([reports["mmsi"][ships].astype(np.int64), reports["time"][ships] // HOUR])
    return float(np.unique(hours, axis=1).shape[1] / 24.0)


@dataclass(slots=True)
class Verdicts:
    """Grades on a day: ours by rule, those of others by (our rule, name); hours and vessel-days of the day; alerts an hour."""

    grades: dict[str, Grade]
    others: dict[tuple[str, str], Grade]
    hours: float
    vessel_days: float
    load: dict[str, float]


def judge_day(day: Day, truths: list[Truth], rules: tuple[str, ...] = (), others: bool = True) -> Verdicts:
    """Run the rules over a day with known truth. The shore and ports that come with selat are known, zones are not."""
    mine = [rule for rule in detectors() if not rules or rule.name in rules]
    world = World(coast=Coast(coast.SHIPPED), ports=Ports(ports.SHIPPED))
    floor = Floor(mine, world=world)
    times = day.reports["time"][day.reports["time"] > 0]
    if not times.size:
        raise ConfigError(f"{day.path} has no times", hint="a log needs them (TAG c: or $PGHP)")
    alerts = floor.step(day.reports, day.statics, day.messages, int(times.max()) + 1, final=True)
    hours = float(np.ptp(times) / HOUR)
    names = tuple(r.name for r in mine)
    grades = grade(truths, alerts, hours, names)
    theirs = {}
    if others:
        theirs = compare(truths, positions_of(day.reports, day.statics), context_of(world), hours)
    return Verdicts(grades, theirs, hours, vessel_days(day.reports), dict(load(alerts, hours)))


def unlabelled(g: Grade) -> int:
    """Alerts that are neither about what was put in nor about its look-alikes."""
    return max(g.other, g.fooled.get(IN_TRAFFIC, 0))
