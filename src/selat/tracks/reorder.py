"""Reorder: rows come in as they arrive, and go out in the order of event time.

A row waits until the *watermark* has passed it: the greatest (event time - allowance of the row's source) seen so far,
cut down to a whole tick. Rows go out in the order (time, seq), tick by tick and complete; so what follows does not
depend on how the input was cut, nor on the order of arrival within the allowance. The watermark never goes back. It is
the picture's only clock: when all sources are silent, it stands still.

* A row that comes when the watermark has passed it goes out at once, marked ``LATE``; it is never dropped.
* A row whose time is more than ``ahead`` after it was received is marked ``FUTURE`` and one without any time
  ``UNTIMED``; they go out at once and never move the watermark, so that one wrong clock cannot stop the sea.
* A row that has waited for 2 s more than its allowance by the clock of arrival (``wait`` at most) goes out even if
  nothing else came.

With sources of several classes in one sea, the fastest one moves the watermark: what a satellite brings hours later is
``LATE`` for the picture, and still moves a contact that nobody else has heard since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import DAY, MINUTE, SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.schema import NO_TIME

GRACE = 2 * SECOND  #: by the clock of arrival, above the allowance: a tick, and what clocks are off
ORDERED, LATE, FUTURE, UNTIMED = 0, 1, 2, 3  #: marks of rows
TABLES = ("reports", "statics", "messages")
Keys = NDArray[np.int64]
Marks = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long rows may be late, ns. ``stations`` gives single stations an allowance of their own; else a source's own
    (of :func:`step`) holds, else ``allowance``.
    """

    allowance: int = 10 * SECOND  #: above the delay of a regional feed (99 % below 6 s in one of Denmark)
    stations: Mapping[int, int] = field(default_factory=dict)  #: such as 2 h for a satellite feed
    wait: int = 12 * SECOND  #: by the clock of arrival, at most: else 2 s above the allowance, so that order holds
    ahead: int = MINUTE  #: clock error that is believed
    tick: int = SECOND  #: rows go out in whole ticks of event time


@dataclass(slots=True)
class Waiting:
    """Rows of one table that wait, by arrival: their order key, and when by the clock of arrival they go out (ns)."""

    rows: Columns
    key: Keys
    until: Keys


@dataclass(slots=True)
class Order:
    """State of the reordering: greatest (time - allowance) seen, watermark, and the rows that wait."""

    high: int = NO_TIME
    watermark: int = NO_TIME
    waiting: dict[str, Waiting] = field(default_factory=dict)


@dataclass(slots=True)
class Ready:
    """Rows of one table in order, with their order key; ``odd`` are those that did not wait, with their marks."""

    rows: Columns
    key: Keys
    odd: Columns
    mark: Marks


def _keys(rows: Columns, arrival: int, patience: Patience) -> tuple[Keys, Marks]:
    """Event time of each row and its mark, whatever the watermark."""
    time, received = rows["time"], rows["received"]
    key = np.where(time == NO_TIME, received, time)
    latest = np.where(received == NO_TIME, arrival + DAY, received)
    mark = np.zeros(rows.rows, "u1")
    mark[key > np.minimum(latest, arrival + DAY) + patience.ahead] = FUTURE
    mark[key == NO_TIME] = UNTIMED
    return key, mark


def _allowances(rows: Columns, patience: Patience, allowance: int | None) -> Keys:
    out = np.full(rows.rows, patience.allowance if allowance is None else allowance, "i8")
    for station, allowance in patience.stations.items():
        out[rows["station"] == station] = allowance
    return out


def _ceil(time: int, tick: int) -> int:
    return -(-time // tick) * tick


def _watermark(order: Order, patience: Patience, arrival: int, final: bool) -> int:
    mark = order.watermark
    if order.high != NO_TIME:
        mark = max(mark, order.high // patience.tick * patience.tick)
    for w in order.waiting.values():
        due = w.key if final else w.key[arrival >= w.until]
        if due.size:
            mark = max(mark, _ceil(int(due.max()), patience.tick))
    return mark


def step(
    batch: Mapping[str, Columns],
    order: Order,
    arrival: int,
    patience: Patience,
    final: bool = False,
    allowance: int | None = None,
) -> tuple[dict[str, Ready], Order]:
    """Rows that are ready, by table, and the new state; ``arrival`` (ns) is when the batch came.

    ``final``: the input has ended, all goes out; ``allowance`` (ns): of the batch's source. The rows ready lie in
    (old watermark, new watermark].
    """
    old = order.watermark
    new = Order(order.high, old, {})
    odd: dict[str, tuple[Columns, Marks]] = {}
    for table in TABLES:
        w = order.waiting.get(table) or Waiting(empty(table), np.zeros(0, "i8"), np.zeros(0, "i8"))
        rows = batch.get(table)
        if rows is None or not rows.rows:
            new.waiting[table] = w
            continue
        key, mark = _keys(rows, arrival, patience)
        good = mark == ORDERED
        allowances = _allowances(rows, patience, allowance)
        if good.any():
            new.high = max(new.high, int((key - allowances)[good].max()))
        if old != NO_TIME:
            mark[good & (key <= old)] = LATE
        stay, go = np.flatnonzero(mark == ORDERED), np.flatnonzero(mark)
        go = go[np.lexsort((rows["seq"][go], key[go]))]
        odd[table] = rows.take(go), mark[go]
        joined = concat([w.rows, rows.take(stay)], table)
        longest = arrival + np.minimum(patience.wait, allowances[stay] + GRACE)
        new.waiting[table] = Waiting(joined, np.concatenate([w.key, key[stay]]), np.concatenate([w.until, longest]))
    new.watermark = _watermark(new, patience, arrival, final)
    out: dict[str, Ready] = {}
    for table in TABLES:
        ready, new.waiting[table] = _release(new.waiting[table], new.watermark)
        strange, mark = odd.get(table, (empty(table), np.zeros(0, "u1")))
        out[table] = Ready(ready.rows, ready.key, strange, mark)
    return out, new


def _release(w: Waiting, watermark: int) -> tuple[Waiting, Waiting]:
    """Rows up to the watermark in order, and the rest."""
    go = np.flatnonzero(w.key <= watermark)
    if not go.size:
        return Waiting(empty(w.rows.table), w.key[:0], w.until[:0]), w
    stay = np.flatnonzero(w.key > watermark)
    go = go[np.lexsort((w.rows["seq"][go], w.key[go]))]
    return Waiting(w.rows.take(go), w.key[go], w.until[go]), Waiting(w.rows.take(stay), w.key[stay], w.until[stay])


def save(order: Order) -> dict[str, Any]:
    """The state as plain numbers and arrays."""
    waiting = {t: {"rows": dict(w.rows), "key": w.key, "until": w.until} for t, w in order.waiting.items()}
    return {"high": order.high, "watermark": order.watermark, "waiting": waiting}


def load(state: dict[str, Any]) -> Order:
    """The state from what :func:`save` made."""
    waiting = {
        t: Waiting(Columns(t, w["rows"]), np.asarray(w["key"]), np.asarray(w["until"]))
        for t, w in state["waiting"].items()
    }
    return Order(int(state["high"]), int(state["watermark"]), waiting)
