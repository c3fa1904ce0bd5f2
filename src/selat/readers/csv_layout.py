"""What a table of text looks like: names of its columns, units, how times are written, words for codes.

A :class:`Layout` is declared by each format; :func:`resolve` meets it with the header of a file and makes the arrays
that the kernel reads.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from selat.kernels import csvcolumns as cc
from selat.kernels import csvnum
from selat.model.columns import Array
from selat.model.errors import FormatError

REQUIRED = ("time", "mmsi", "lat", "lon")

#: quantity: (decimals read, num, den): stored step = read integer * num / den
STORED: dict[str, tuple[int, int, int]] = {
    "lat": (7, 1, 1), "lon": (7, 1, 1), "sog": (1, 1, 1), "cog": (1, 1, 1), "rot": (6, 1, 1), "draught": (1, 1, 1),
}  # fmt: skip

NUMBER_NULLS = ("nan", "null", "none", "na", "n/a", "unknown", "undefined", "unknown value")


@dataclass(frozen=True)
class Layout:
    """How one kind of table is written.

    ``names``: quantity of :data:`selat.kernels.csvcolumns.QUANTITIES` by plain column name (:func:`plain`).
    ``words``: texts that stand for codes, by quantity. ``headless``: column names of files without a header line.
    ``zone``: (local time of change in ns, offset in ns) where times are local, else None.
    """

    name: str
    names: Mapping[str, str]
    delimiter: str = ","
    point: str = "."
    time_how: int = csvnum.ISO
    time_places: int = 9
    eta_how: int = csvnum.ISO
    rot_unit: int = cc.ROT_PER_MINUTE
    default_type: int = 1
    units: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    text_nulls: tuple[str, ...] = ()
    number_nulls: tuple[str, ...] = NUMBER_NULLS
    headless: tuple[str, ...] = ()
    zone: tuple[Array, Array] | None = None


class Plan(NamedTuple):
    """A layout met with a header: the arrays of the kernel, and the columns that nobody asked for."""

    setup: tuple[Array, Array, Array, Array, Array, Array]
    unknown: tuple[str, ...]


def plain(name: str) -> str:
    """A column name without case, blanks and signs: ``# Timestamp`` and ``timestamp`` are the same."""
    return "".join(c for c in name.lower() if c.isalnum())


def nearest(name: str, known: Iterable[str]) -> str:
    """The names like ``name``, or nothing."""
    by_plain = {plain(k): k for k in known}
    found = difflib.get_close_matches(plain(name), by_plain, n=3, cutoff=0.5)
    return ", ".join(by_plain[f] for f in found)


def resolve(layout: Layout, header: tuple[str, ...]) -> Plan:
    """Meet ``layout`` with a header.

    Raises :class:`FormatError` when a required column (time, mmsi, lat, lon) is missing or named twice.
    """
    col = np.full(len(cc.QUANTITIES), -1, dtype=np.int64)
    unknown = []
    for i, name in enumerate(header):
        quantity = layout.names.get(plain(name))
        if quantity is None:
            unknown.append(name.strip())
            continue
        at = cc.QUANTITIES.index(quantity)
        if col[at] >= 0:
            raise FormatError(
                f"{layout.name}: columns {header[col[at]].strip()!r} and {name.strip()!r} both hold {quantity}",
                hint="delete or rename one of them",
            )
        col[at] = i
    _require(layout, col, header)
    units = np.array([layout.units.get(q) or STORED.get(q, (0, 1, 1)) for q in cc.QUANTITIES], dtype=np.int64)
    params = np.zeros(cc.PARAMS, dtype=np.int64)
    params[cc.DELIM], params[cc.COLUMNS], params[cc.POINT] = ord(layout.delimiter), len(header), ord(layout.point)
    params[cc.TIME_HOW] = layout.time_how + (csvnum.LOCAL if layout.zone is not None else 0)
    params[cc.TIME_PLACES] = layout.time_places
    params[cc.DEFAULT_TYPE], params[cc.ROT_UNIT], params[cc.ETA_HOW] = (
        layout.default_type,
        layout.rot_unit,
        layout.eta_how,
    )
    keys, values = _tables(layout)
    return Plan((col, units, params, keys, values, _runs(col)), tuple(unknown))


def _require(layout: Layout, col: Array, header: tuple[str, ...]) -> None:
    for quantity in REQUIRED:
        if col[cc.QUANTITIES.index(quantity)] >= 0:
            continue
        wanted = [k for k, v in layout.names.items() if v == quantity]
        near = nearest(wanted[0], [h.strip() for h in header]) if wanted else ""
        seen = ", ".join(h.strip() for h in header[:40])
        raise FormatError(
            f"{layout.name}: no column for {quantity} (looked for {', '.join(wanted) or 'nothing'})",
            hint=(f"nearest: {near}; " if near else "") + f"columns of the file: {seen}",
        )


def _runs(col: Array) -> Array:
    """First and last column of each run of neighbouring columns with declared data."""
    runs: list[list[int]] = []
    for c in sorted(int(c) for c in col[cc.IMO :] if c >= 0):
        if runs and runs[-1][1] == c - 1:
            runs[-1][1] = c
        else:
            runs.append([c, c])
    return np.array(runs, dtype=np.int64).reshape(-1, 2)


def _tables(layout: Layout) -> tuple[Array, Array]:
    """Words as open-addressed tables of hashes, one row a kind of word."""
    coded = ("msg_type", "nav_status", "ship_type", "cargo", "epfd")
    kinds: list[Mapping[str, int]] = [layout.words.get(q, {}) for q in coded]
    kinds += [dict.fromkeys(layout.number_nulls, 0), dict.fromkeys(layout.text_nulls, 0)]
    size = 256
    while any(2 * len(k) >= size for k in kinds):
        size *= 2
    keys = np.zeros((len(kinds), size), dtype=np.uint64)
    values = np.zeros((len(kinds), size), dtype=np.int16)
    for row, words in enumerate(kinds):
        for text, value in words.items():
            h = word_hash(text)
            i = (h >> 32) & (size - 1)
            while keys[row, i] not in (0, h):
                i = (i + 1) & (size - 1)
            keys[row, i], values[row, i] = h, value
    return keys, values


def word_hash(text: str) -> int:
    """The hash of a word as :func:`selat.kernels.csvnum.word` makes it."""
    h = 0xCBF29CE484222325
    for c in text.lower().encode("ascii", "ignore"):
        if chr(c).isalnum():
            h = ((h ^ c) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h
