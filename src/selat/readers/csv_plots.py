"""Plots of a radar from a table of text, by a mapping that the user writes (TOML)::

    [plots]
    radar = "raffles"          # as its section [radar.NAME] in selat.toml, if it has one
    lat = 1.1603               # where the antenna stands, degrees
    lon = 103.7405
    delimiter = ","            # "," when left out
    time = "iso"               # iso (UTC, or with its zone), epoch s, epoch ms, epoch us, epoch ns
    sigma_range = "15 m"       # of columns range and azimuth; when left out, what [radar.NAME] says
    sigma_azimuth = "0.1 deg"
    sigma = "10 m"             # of columns lat and lon, in each direction

    [plots.columns]
    time = "Time"
    range = {column = "Range_m", unit = "m"}
    azimuth = {column = "Azimuth_deg", unit = "deg"}

or, instead of range and azimuth, ``lat`` and ``lon`` (degrees). Also known: ``doppler`` (with its unit), ``amplitude``
(dB) and ``scan``, the number of the turn of the antenna. One line a plot, numbers with a decimal point; a line that
cannot be read is a reject. Conservation: ``lines == kept + rejects.rows``.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from selat.kernels.geodesy import inverse
from selat.model import units
from selat.model.clock import parse_time
from selat.model.columns import Columns, empty
from selat.model.errors import ConfigError, FormatError, Reason, SourceError, UnitError
from selat.model.ports import Batch
from selat.model.schema import DEGREES, NO_TIME, PLOTS
from selat.readers.archive import blocks, open_streams
from selat.readers.csv_layout import nearest, plain

_KEYS = ("radar", "lat", "lon", "delimiter", "time", "sigma_range", "sigma_azimuth", "sigma", "columns")
_COLUMNS = ("time", "range", "azimuth", "lat", "lon", "doppler", "amplitude", "scan")
_UNITS = {"range": units.distance, "azimuth": units.angle, "doppler": units.speed}
_TIMES = {"iso": 0, "epoch s": 1_000_000_000, "epoch ms": 1_000_000, "epoch us": 1000, "epoch ns": 1}
_LONGEST = 4096  #: bytes of a line, and of a reject that are kept
_FARTHEST = 4.0e8  # m / 0.1 in u4


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapping says: ``columns`` name in the table by quantity, ``scales`` SI of one unit there."""

    lat: float
    lon: float
    radar: str = ""
    delimiter: str = ","
    time: int = 0
    sigma_range: float = math.nan
    sigma_azimuth: float = math.nan
    sigma: float = math.nan
    columns: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, float] = field(default_factory=dict)


def mapped(config: Mapping[str, Any]) -> Mapped:
    """The mapping of a document with ``[plots]``. Raises :class:`ConfigError`, :class:`UnitError`."""
    config = config["plots"]
    for key in config:
        _known(key, _KEYS, "[plots]")
    columns = config.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise ConfigError("[plots] lacks its table [plots.columns]", hint='as in: [plots.columns] time = "Time"')
    names, scales = {}, {}
    for quantity, value in columns.items():
        _known(quantity, _COLUMNS, "[plots.columns]")
        names[quantity], scales[quantity] = _column(quantity, value)
    polar, placed = {"range", "azimuth"} <= set(names), {"lat", "lon"} <= set(names)
    if "time" not in names or polar == placed:
        raise ConfigError(
            "[plots.columns] needs time, and range and azimuth or lat and lon", hint="one pair of the two"
        )
    lat, lon = (_degrees(config.get(k)) for k in ("lat", "lon"))
    if not (abs(lat) <= 90 and abs(lon) <= 180):  # NaN is not
        raise ConfigError(
            "[plots] does not say where the antenna stands", hint="lat = 1.1603 and lon = 103.7405, degrees"
        )
    form, delimiter = config.get("time", "iso"), config.get("delimiter", ",")
    if form not in _TIMES:
        raise ConfigError(f"[plots] time cannot be {form!r}", hint=f"known: {', '.join(_TIMES)}")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter.isalnum() or delimiter in '"\n\r.-':
        raise ConfigError(f"[plots] delimiter is one sign, not {delimiter!r}", hint='as in: delimiter = ";"')
    sigmas = {k: _sigma(k, config[k]) for k in ("sigma_range", "sigma_azimuth", "sigma") if k in config}
    if placed and "sigma" not in sigmas:
        raise ConfigError("[plots] lacks sigma: how far off are lat and lon?", hint='as in: sigma = "10 m"')
    radar = str(config.get("radar", ""))
    return Mapped(lat, lon, radar, delimiter, _TIMES[form], columns=names, scales=scales, **sigmas)


def _degrees(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _known(key: str, known: tuple[str, ...], where: str) -> None:
    if key not in known:
        near = nearest(key, known)
        raise ConfigError(
            f"{where} has no key {key!r}", hint=f"nearest: {near}" if near else f"known: {', '.join(known)}"
        )


def _sigma(key: str, value: Any) -> float:
    found = units.angle(value) if key == "sigma_azimuth" else units.distance(value)
    if not 0.0 < found < 6000.0 or (key == "sigma_azimuth" and found > 60.0):
        raise ConfigError(f"[plots] {key} cannot be {value!r}", hint='as in: "15 m", "0.1 deg"')
    return found


def _column(quantity: str, value: Any) -> tuple[str, float]:
    unit = value.get("unit") if isinstance(value, Mapping) else None
    name = value.get("column") if isinstance(value, Mapping) else value
    if not isinstance(name, str) or not plain(name):
        raise ConfigError(f"[plots.columns] {quantity} names no column: {value!r}", hint='as in: time = "Time"')
    if quantity in _UNITS:
        if unit is None:
            text = f'as in: {quantity} = {{column = "{name}", unit = "{"deg" if quantity == "azimuth" else "m"}"}}'
            raise UnitError(f"[plots.columns] {quantity} lacks its unit", hint=text)
        return name, float(_UNITS[quantity](f"1 {unit}"))
    if unit not in (None, "deg" if quantity in ("lat", "lon") else "dB"):
        raise UnitError(f"[plots.columns] {quantity} takes no unit {unit!r}", hint="lat and lon are degrees")
    return name, 1.0


class PlotsReader:
    """Reads one table of plots; see :class:`selat.model.ports.Reader`. Raises :class:`FormatError` for a header without
    the columns."""

    def __init__(self, mapping: Mapped) -> None:
        self.mapping = mapping
        self.radars = ["", mapping.radar]
        self._carry = b""
        self._at: dict[str, int] | None = None  # column number by quantity
        self._width = 0
        self._seq = self._offset = 0

    def feed(self, block: bytes, received: int = NO_TIME, seq: int | None = None) -> Batch:
        """Read a block cut anywhere; tables do not say when they were received."""
        self._seq = self._seq if seq is None else seq
        lines = (self._carry + bytes(block)).split(b"\n")
        self._carry = lines.pop()
        return self._lines([(line, 1) for line in lines], len(block))

    def flush(self) -> Batch:
        """The last line, where it has no end."""
        left, self._carry = self._carry, b""
        return self._lines([(left, 0)] if left else [], 0)

    def next_file(self) -> None:
        """What comes next begins with a header of its own."""
        self._at, self._offset = None, 0

    def _lines(self, lines: list[tuple[bytes, int]], size: int) -> Batch:
        rows: list[tuple[float, ...]] = []
        bad: list[tuple[int, int, int, int, bytes]] = []
        first = self._seq
        for line, ends in lines:
            offset, self._offset = self._offset, self._offset + len(line) + ends
            text = line.rstrip(b"\r")
            if self._at is None:
                self._header(text)
                continue
            found = self._row(text)
            if isinstance(found, Reason):
                bad.append((self._seq, offset, int(found), len(text), text[:_LONGEST]))
            else:
                rows.append((self._seq, *found))
            self._seq += 1
        out = Batch(empty("reports"), empty("statics"), empty("messages"), empty("receptions"), _rejects(bad))
        out.lines, out.kept, out.bytes = self._seq - first, len(rows), size
        out.plots = self._table(rows)
        return out

    def _header(self, line: bytes) -> None:
        try:
            names = [plain(c.strip('"')) for c in line.decode("utf-8-sig").split(self.mapping.delimiter)]
        except UnicodeDecodeError:
            raise FormatError("the first line is not UTF-8 text", hint="it names the columns") from None
        self._at, self._width = {}, len(names)
        for quantity, name in self.mapping.columns.items():
            if plain(name) not in names:
                near = nearest(plain(name), names)
                raise FormatError(
                    f"no column {name!r} for {quantity}", hint=f"nearest: {near}" if near else f"there are: {names}"
                )
            self._at[quantity] = names.index(plain(name))

    def _row(self, line: bytes) -> tuple[float, ...] | Reason:
        """(time ns, range m or latitude, azimuth or longitude, doppler, amplitude, scan) of a line."""
        if not line.strip():
            return Reason.BLANK
        if len(line) > _LONGEST:
            return Reason.TOO_LONG
        try:
            cells = [c.strip().strip('"') for c in line.decode().split(self.mapping.delimiter)]
        except UnicodeDecodeError:
            return Reason.ENCODING
        assert self._at is not None
        if len(cells) != self._width:
            return Reason.COLUMNS
        given = {q: cells[k] for q, k in self._at.items()}
        try:
            time = parse_time(given["time"]) if not self.mapping.time else _epoch(given["time"], self.mapping.time)
        except (UnitError, ValueError):
            return Reason.TIME
        polar = "range" in given
        try:
            pair = [
                float(given[q]) * self.mapping.scales[q] for q in (("range", "azimuth") if polar else ("lat", "lon"))
            ]
            more = [
                float(given[q]) * self.mapping.scales[q] if given.get(q) else math.nan for q in ("doppler", "amplitude")
            ]
            scan = int(given["scan"]) if given.get("scan") else -1
        except ValueError:
            return Reason.NUMBER
        return _checked(time, pair, more, scan, polar)

    def _table(self, rows: list[tuple[float, ...]]) -> Columns:
        if not rows:
            return empty(PLOTS)
        m, n = self.mapping, len(rows)
        a = [np.array(c) for c in zip(*rows, strict=True)]
        away, azimuth = a[2].astype("f8"), a[3].astype("f8")
        sr, sa = np.full(n, m.sigma_range), np.full(n, m.sigma_azimuth)
        if "range" not in m.columns:
            away, azimuth, _ = inverse(m.lat, m.lon, away, azimuth)
            sr, sa = np.full(n, m.sigma), np.degrees(m.sigma / np.maximum(away, m.sigma))
        time = a[1].astype("i8")
        return Columns(
            PLOTS,
            {
                "time": time, "received": time, "seq": a[0],
                "radar": np.ones(n, "u2"), "radar_lat": np.full(n, round(m.lat / DEGREES)),
                "radar_lon": np.full(n, round(m.lon / DEGREES)), "range": np.rint(away * 10),
                "azimuth": np.rint(azimuth % 360.0 * 1e6).astype("i8") % 360_000_000, "doppler": _tenths(a[4]),
                "amplitude": _tenths(a[5]),
                "sigma_range": _steps(sr, 0.1), "sigma_azimuth": _steps(sa, 0.001), "scan": a[6],
            },
        )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """All that is needed to go on later."""
        return {"carry": self._carry, "at": self._at, "width": self._width, "seq": self._seq, "offset": self._offset}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self._carry, self._width = bytes(state["carry"]), int(state["width"])
        self._at = None if state["at"] is None else {str(k): int(v) for k, v in state["at"].items()}
        self._seq, self._offset = int(state["seq"]), int(state["offset"])


def _epoch(text: str, scale: int) -> int:
    whole, _, part = text.partition(".")
    if not (whole.lstrip("-").isdigit() and (part.isdigit() or not part)):
        raise ValueError(text)
    found = int(whole) * scale
    return found + (round(int(part[:9].ljust(9, "0")) * scale / 1e9) if part else 0)


def _checked(time: int, pair: list[float], more: list[float], scan: int, polar: bool) -> tuple[float, ...] | Reason:
    if not 0 < time < 2**62:
        return Reason.TIME
    if not all(math.isfinite(v) for v in pair):
        return Reason.NUMBER
    low, high = ((0.0, -360.0), (_FARTHEST, 360.0)) if polar else ((-90.0, -180.0), (90.0, 180.0))
    if not all(a <= v <= b for v, a, b in zip(pair, low, high, strict=True)) or not -1 <= scan < 2**31:
        return Reason.RANGE
    return time, *pair, *more, scan


def _tenths(values: Any) -> Any:
    values = np.asarray(values, "f8")
    fits = np.abs(values) <= 3276.0  # NaN does not
    return np.where(fits, np.rint(np.where(fits, values, 0.0) * 10), -32768)


def _steps(values: Any, step: float) -> Any:
    known = np.isfinite(values)
    return np.where(known, np.clip(np.rint(np.where(known, values, 0.0) / step), 1, 65534), 65535)


def _rejects(bad: list[tuple[int, int, int, int, bytes]]) -> Columns:
    if not bad:
        return empty("rejects")
    seq, offset, reason, length, raw = zip(*bad, strict=True)
    lines = np.empty(len(bad), dtype=object)
    lines[:] = raw
    given = {
        "seq": np.array(seq),
        "offset": np.array(offset),
        "reason": np.array(reason),
        "length": np.array(length),
        "raw": lines,
    }
    return Columns("rejects", given)


def of_file(path: str | Path) -> Mapped | None:
    """The mapping of a TOML file with ``[plots]``; None where it maps something else.

    Raises :class:`SourceError`, :class:`ConfigError`.
    """
    try:
        with Path(path).open("rb") as file:
            config = tomllib.load(file)
    except OSError as e:
        raise SourceError(f"{path}: {e.strerror}", hint="give the TOML file with the table [plots] or [csv]") from None
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(f"{path}: not TOML ({e})", hint='texts stand in quotes: radar = "raffles"') from None
    return mapped(config) if "plots" in config else None


@dataclass(frozen=True, slots=True)
class ReadPlots:
    """How the tables of a mapping are read; ``radars``: names by the numbers in their rows."""

    mapping: Mapped

    @property
    def radars(self) -> list[str]:
        """No radar, and this one."""
        return ["", self.mapping.radar]

    def __call__(self, source: str | Path | BinaryIO) -> Iterator[Batch]:
        """Batches of a file (plain, zip, gz, zst) or a binary stream."""
        reader = PlotsReader(self.mapping)
        for name, stream in open_streams(source):
            try:
                with closing(blocks(name, stream)) as pieces:
                    for block in pieces:
                        yield reader.feed(bytes(block))
                yield reader.flush()
            except FormatError as e:
                raise FormatError(f"{name}: {e.message}", hint=e.hint) from None
            reader.next_file()
