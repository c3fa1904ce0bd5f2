"""The rows of a block by ship, some ships at a time: for counting over blocks that memory does not hold as a whole.

A block of 6 hours of 5,000 ships are 9 million rows. Files are sorted by ship, so that the bounds of their row groups
say which of them hold a range of ships.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import compress
from pathlib import Path

import numpy as np

from selat.model.columns import Array, Columns, concat, empty
from selat.model.schema import TABLES
from selat.store.footers import Footer, footer
from selat.store.history import Part
from selat.store.scan import (
    Where,
    asked_columns,
    groups_of,
    in_table_order,
    read_file,
    read_groups,
    read_rows,
    tested,
)

PIECE = 262_144  #: rows in memory at once, about
HELD = 4 * PIECE  #: rows of small files that are held meanwhile: half an hour of 5,000 ships and more
_LOW, _HIGH = np.iinfo(np.int64).min, np.iinfo(np.int64).max


def readings(
    root: Path, parts: Sequence[Part], where: Where, names: Sequence[str], most: int = PIECE
) -> list[Callable[[], Columns]]:
    """What reads the rows asked for of the files of one block, piece by piece: each ship is in one piece, lower ships come
    first, and a piece is in the order of the table. Nothing is read before it is called.
    """
    of = [footer(root, p) for p in parts]
    groups = [groups_of(f, where) for f in of]
    rows = sum(int(f.rows[g].sum()) for f, g in zip(of, groups, strict=True))
    table = parts[0].table
    by_ship = TABLES[table].order[0] == "mmsi"
    if not by_ship or rows <= 2 * most or where.ships is not None or _expected(of, groups, where) <= 2 * most:
        if len(parts) == 1 and not where.regions and where.ships is None:  # a file is in the order of its table
            return [partial(read_file, root, parts[0], where, names)]
        return [partial(read_rows, root, parts, table, where, names)]
    # A file of one row group, as a commit of a watch writes it, holds all ships: those are read once, and each piece takes
    # its ships out of them, unless they are most of the rows.
    wide = [len(f.rows) == 1 for f in of]
    if sum(p.rows for p in compress(parts, wide)) > min(HELD, rows // 2):
        wide = [False] * len(parts)
    kept = [(f, g) for f, g, w in zip(of, groups, wide, strict=True) if not w]
    needed = list(names) if len(parts) == 1 else list(dict.fromkeys([*names, "mmsi", *TABLES[table].order]))
    share = sum(int(f.rows[g].sum()) for f, g in kept) / rows
    cuts = _cuts([f for f, _ in kept], [g for _, g in kept], max(int(most * share), 1))
    ranges = zip([_LOW, *cuts.tolist()], [*cuts.tolist(), _HIGH], strict=True)
    narrow = [p for p, w in zip(parts, wide, strict=True) if not w]
    held = (
        lru_cache(1)(partial(read_rows, root, list(compress(parts, wide)), table, where, needed)) if any(wide) else None
    )
    return [partial(_read, root, narrow, held, where, needed, low, high) for low, high in ranges]


def _expected(of: Sequence[Footer], groups: Sequence[Array], where: Where) -> float:
    """About how many rows lie in the places asked for: of each row group the share of its extent that does."""
    found = 0.0
    for f, g in zip(of, groups, strict=True):
        share = np.ones(len(g))
        for region in where.regions:
            boxes = np.array(region.boxes)
            part = [_overlap(f.bounds(name)[g], boxes[:, k], boxes[:, k + 2]) for k, name in ((0, "lon"), (1, "lat"))]
            share *= np.minimum((part[0] * part[1]).sum(axis=0), 1.0)
        found += float((f.rows[g] * share).sum())
    return found


def _overlap(bounds: Array, low: Array, high: Array) -> Array:
    """Share of each stretch of ``bounds`` (groups, 2) between each ``low`` and ``high``: (boxes, groups)."""
    bounds = bounds.astype(float)  # where nothing is known they are as far apart as numbers go
    begin, end = np.maximum(bounds[None, :, 0], low[:, None]), np.minimum(bounds[None, :, 1], high[:, None])
    out: Array = np.clip((end - begin + 1) / (bounds[:, 1] - bounds[:, 0] + 1.0), 0.0, 1.0)
    return out


def _cuts(of: Sequence[Footer], groups: Sequence[Array], most: int) -> Array:
    """Ships that part the rows into pieces of about ``most``: half of a group's rows stand for each of its bounds."""
    bounds = np.concatenate([f.bounds("mmsi")[g] for f, g in zip(of, groups, strict=True)])
    weight = np.concatenate([f.rows[g] for f, g in zip(of, groups, strict=True)]).repeat(2) / 2
    ship = bounds.ravel()
    order = np.argsort(ship, kind="stable")
    total = np.cumsum(weight[order])
    at = np.searchsorted(total, np.arange(most, total[-1], most))
    cuts: Array = np.unique(ship[order][at])
    return cuts


def _read(
    root: Path, parts: Sequence[Part], held: Callable[[], Columns] | None, where: Where, needed: Sequence[str],
    low: int, high: int,
) -> Columns:  # fmt: skip
    """Rows of ships from ``low`` to below ``high``, of files and of rows that are ``held``."""
    table = parts[0].table
    wanted = (*needed, "mmsi", *asked_columns(table, where))
    pieces = []
    for part in parts:
        of = footer(root, part)
        ships, groups = of.bounds("mmsi"), groups_of(of, where)
        groups = groups[(ships[groups, 1] >= low) & (ships[groups, 0] < high)]
        if len(groups):
            stored = read_groups(root, part, groups, wanted)
            a, b = _stretch(stored.column("mmsi").to_numpy(), low, high)
            pieces.append(tested(table, stored.slice(a, b - a), where, needed))
    if held is not None:
        rows = held()
        pieces.append(rows.slice(*_stretch(rows["mmsi"], low, high)))
    if held is None and len(parts) == 1:  # a file is in the order of its table
        return pieces[0] if pieces else empty(table)
    return in_table_order(concat(pieces, table))


def _stretch(ships: Array, low: int, high: int) -> tuple[int, int]:
    """Where those from ``low`` to below ``high`` begin and end among sorted ships."""
    a, b = np.searchsorted(ships.astype(np.int64), [low, high])
    return int(a), len(ships) if high == _HIGH else int(b)
