"""Any table of text, by a mapping that the user writes (TOML)::

    [csv]
    delimiter = ","            # "," when left out; "\\t" for tabs
    time = "iso"               # iso, day first, month first, compact; epoch s, epoch ms, epoch us, epoch ns
    timezone = "UTC"           # UTC (times may state their own zone), else +08:00 or Asia/Kuala_Lumpur (they may not)
    decimal = "."
    null = ["NA", "-999"]      # words that mean "not available", beside the usual ones
    msg_type = 1               # of rows without a class; 0: not from AIS

    [csv.columns]
    time = "Time"
    mmsi = "MMSI"
    lat = "Latitude_degrees"
    lon = "Longitude_degrees"
    sog = {column = "SOG_knots", unit = "kn"}
    cog = {column = "COG_degrees", unit = "deg"}

Speeds, courses, headings, turns, lengths and heights need their unit (latitude and longitude are always degrees).
Unknown keys are errors that name the nearest. Local times that a clock change repeats are taken as the first of the
two; those that it leaves out are taken with the offset before it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from selat.kernels import csvcolumns as cc
from selat.kernels import csvnum
from selat.model import units
from selat.model.columns import Array
from selat.model.errors import ConfigError, SourceError, UnitError
from selat.model.ports import Batch
from selat.readers.archive import read_members
from selat.readers.csv_dma import WORDS
from selat.readers.csv_layout import NUMBER_NULLS, REQUIRED, Layout, nearest, plain
from selat.readers.csv_reader import CsvReader

TIMES = {
    "iso": (csvnum.ISO, 9), "day first": (csvnum.DAY_FIRST, 9), "month first": (csvnum.MONTH_FIRST, 9),
    "compact": (csvnum.COMPACT, 9), "epoch s": (csvnum.EPOCH, 9), "epoch ms": (csvnum.EPOCH, 6),
    "epoch us": (csvnum.EPOCH, 3), "epoch ns": (csvnum.EPOCH, 0),
}  # fmt: skip
_KEYS = ("delimiter", "time", "timezone", "decimal", "null", "msg_type", "columns")
_ROT = {"deg/min": cc.ROT_PER_MINUTE, "deg/s": cc.ROT_PER_SECOND, "ais": cc.ROT_AIS}
_ZONE_HINT = "write +08:00, or Asia/Kuala_Lumpur"
_MORE = 6  #: decimals read of a value that is not in the unit of its stored step


def _speed(unit: str) -> Fraction:
    """Stored steps (0.1 kn) in one ``unit``."""
    return _exact(units.speed(f"1 {unit}")) / _exact(units.KNOT) * 10


def _length(unit: str) -> Fraction:
    """Metres in one ``unit``."""
    return _exact(units.distance(f"1 {unit}"))


def _exact(value: float) -> Fraction:
    return Fraction(value).limit_denominator(100_000)


_QUANTITIES = {"sog": "speed", "cog": "angle", "heading": "angle", "rot": "turn", "altitude": "length",
               "length": "length", "width": "length", "draught": "length", "to_bow": "length", "to_stern": "length",
               "to_port": "length", "to_starboard": "length"}  # fmt: skip
_EXAMPLES = {"speed": "kn", "angle": "deg", "turn": "deg/min", "length": "m"}


@dataclass
class _Draft:
    """What a mapping says so far."""

    names: dict[str, str] = field(default_factory=dict)
    units: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    rot: int = cc.ROT_PER_MINUTE


def layout(config: Mapping[str, Any]) -> Layout:
    """The :class:`Layout` of a mapping (the table ``[csv]``, or a document that holds it).

    Raises :class:`ConfigError` for an unknown key or a missing column, :class:`UnitError` for a quantity without unit.
    """
    config = config.get("csv", config)
    for key in config:
        _known(key, _KEYS, "[csv]")
    columns = config.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise ConfigError("[csv] lacks its table [csv.columns]", hint='as in: [csv.columns] time = "Time"')
    draft = _Draft()
    for quantity, value in columns.items():
        _known(quantity, cc.QUANTITIES, "[csv.columns]")
        _column(draft, quantity, value)
    for quantity in REQUIRED:
        if quantity not in columns:
            raise ConfigError(f"[csv.columns] lacks {quantity}", hint=f'as in: {quantity} = "{quantity.upper()}"')
    how, places = TIMES[_choice("time", config.get("time", "iso"), tuple(TIMES))]
    nulls = config.get("null", [])
    if not isinstance(nulls, list) or not all(isinstance(n, str) for n in nulls):
        raise ConfigError("[csv] null is a list of texts", hint='as in: null = ["NA"]')
    kind = config.get("msg_type", 1)
    if not isinstance(kind, int) or not 0 <= kind <= 28:
        raise ConfigError(f"[csv] msg_type is 0 to 28, not {kind!r}", hint="1: class A, 18: class B, 0: not from AIS")
    zone = str(config.get("timezone", "UTC"))
    return Layout(
        name="csv",
        names=draft.names,
        delimiter=_letter("delimiter", config.get("delimiter", ",")),
        point=_letter("decimal", config.get("decimal", ".")),
        time_how=how,
        time_places=places,
        eta_how=how if how != csvnum.EPOCH else csvnum.ISO,
        rot_unit=draft.rot,
        default_type=kind,
        units=draft.units,
        words=WORDS,
        text_nulls=(*nulls, "Unknown", "Undefined", "Unknown value"),
        number_nulls=(*NUMBER_NULLS, *nulls),
        zone=None if how == csvnum.EPOCH else zone_table(zone),
    )


def _known(key: str, known: Iterable[str], where: str) -> None:
    known = tuple(known)
    if key not in known:
        near = nearest(key, known)
        hint = f"nearest: {near}" if near else f"known: {', '.join(known)}"
        raise ConfigError(f"{where} has no key {key!r}", hint=hint)


def _choice(key: str, value: object, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ConfigError(f"[csv] {key} cannot be {value!r}", hint=f"known: {', '.join(known)}")
    return str(value)


def _letter(key: str, value: object) -> str:
    if not isinstance(value, str) or len(value) != 1 or not value.isascii() or value in '"\n\r' or value.isalnum():
        raise ConfigError(f"[csv] {key} is one sign, not {value!r}", hint='as in: delimiter = ";"')
    return value


def _column(draft: _Draft, quantity: str, value: object) -> None:
    unit = None
    if isinstance(value, Mapping):
        for key in value:
            _known(key, ("column", "unit"), f"[csv.columns] {quantity}")
        spec: Mapping[str, Any] = value
        value, unit = spec.get("column"), spec.get("unit")
    if not isinstance(value, str) or not plain(value):
        raise ConfigError(f"[csv.columns] {quantity} names no column: {value!r}", hint='as in: lat = "Latitude"')
    if plain(value) in draft.names:
        raise ConfigError(f"[csv.columns] {value!r} is given to {draft.names[plain(value)]} and to {quantity}")
    draft.names[plain(value)] = quantity
    kind = _QUANTITIES.get(quantity)
    if kind is None:
        if unit not in (None, "deg"):
            raise UnitError(f"[csv.columns] {quantity} takes no unit {unit!r}", hint='write it as a text: "Latitude"')
        return
    if unit is None:
        example = _EXAMPLES[kind]
        raise UnitError(
            f"[csv.columns] {quantity} lacks its unit",
            hint=f'as in: {quantity} = {{column = "{value}", unit = "{example}"}}',
        )
    _unit(draft, quantity, kind, str(unit))


def _unit(draft: _Draft, quantity: str, kind: str, unit: str) -> None:
    if kind == "turn":
        if unit not in _ROT:
            raise UnitError(f"{unit!r} is not a unit of turn", hint=f"known: {', '.join(_ROT)}")
        draft.rot = _ROT[unit]
        draft.units[quantity] = (0, 1, 1) if unit == "ais" else (6, 1, 1)
        return
    if kind == "angle":
        units.angle(f"1 {unit}")
        return
    steps = _speed(unit) if kind == "speed" else _length(unit) * (10 if quantity == "draught" else 1)
    places = {Fraction(1): 0, Fraction(10): 1}.get(steps)
    if places is not None:
        draft.units[quantity] = (places, 1, 1)
    else:
        draft.units[quantity] = (_MORE, steps.numerator, steps.denominator * 10**_MORE)


def zone_table(name: str) -> tuple[Array, Array] | None:
    """(local time of every change, offset after it; one offset more than changes), ns; None for UTC.

    Raises :class:`ConfigError` for an unknown zone.
    """
    if name.upper() in ("UTC", "Z"):
        return None
    if name[:1] in "+-":
        try:
            delta = datetime.strptime(name, "%z").utcoffset()
        except ValueError:
            raise ConfigError(f"[csv] timezone {name!r} cannot be read", hint=_ZONE_HINT) from None
        assert delta is not None
        return np.empty(0, dtype=np.int64), np.array([delta // timedelta(microseconds=1) * 1000], dtype=np.int64)
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(f"[csv] timezone {name!r} is not known here", hint=_ZONE_HINT) from None
    return _changes(zone)


def _changes(zone: ZoneInfo) -> tuple[Array, Array]:
    """Changes from 1970 to 2100, found by halving days; local times before a change keep the old offset."""

    def offset(second: int) -> int:
        delta = datetime.fromtimestamp(second, tz=UTC).astimezone(zone).utcoffset()
        assert delta is not None
        return delta // timedelta(seconds=1)

    begins, offsets, step = [], [offset(0)], 7 * 86_400
    for start in range(0, 4_102_444_800, step):
        if offset(start) == offset(start + step):
            continue
        low, high = start, start + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
        begins.append((high + max(offset(low), offset(high))) * 1_000_000_000)
        offsets.append(offset(high))
    return np.array(begins, dtype=np.int64), np.array(offsets, dtype=np.int64) * 1_000_000_000


def load(path: str | Path) -> Layout:
    """The layout of a TOML file with ``[csv]``; raises :class:`SourceError`, :class:`ConfigError`."""
    try:
        with Path(path).open("rb") as file:
            return layout(tomllib.load(file))
    except OSError as e:
        raise SourceError(f"{path}: {e.strerror}", hint="give the TOML file with the table [csv]") from None
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(f"{path}: not TOML ({e})", hint='texts stand in quotes: lat = "Latitude"') from None


def reader(mapping: Mapping[str, Any] | Layout) -> CsvReader:
    """A reader of one source by a mapping."""
    return CsvReader(mapping if isinstance(mapping, Layout) else layout(mapping))


def read(source: str | Path | BinaryIO, mapping: Mapping[str, Any] | Layout) -> Iterator[Batch]:
    """Batches of a file (plain, zip, gz, zst) or a binary stream."""
    return read_members(source, reader(mapping))
