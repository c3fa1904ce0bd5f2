"""A piece of a table of text, read by itself: what a thread fills, and what the reader makes batches of.

A :class:`Tray` holds the working space and the outputs of one call of the kernel; it is used again for the next piece.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from selat.kernels import csvadmit, csvcolumns
from selat.kernels import csvscan as scan
from selat.kernels.csvrows import MAX_RECORD
from selat.kernels.csvseen import RING, SLOTS, grow_ships
from selat.model.columns import Array
from selat.model.schema import STATICS
from selat.readers.csv_layout import Plan

_REP = (
    ("time", "i8"), ("mmsi", "i4"), ("msg_type", "u1"), ("lat", "i4"), ("lon", "i4"), ("sog", "u2"), ("cog", "u2"),
    ("heading", "u2"), ("rot", "i2"), ("nav_status", "u1"), ("altitude", "u2"), ("flags", "u2"), ("seq", "i8"),
)  # fmt: skip
_MORE = (("whole", "u8"), ("said", "u8"), ("begin", "i8"))
_STA = (
    "time", "seq", "mmsi", "msg_type", "imo", "ship_type", "to_bow", "to_stern", "to_port", "to_starboard", "epfd",
    "draught", "eta_month", "eta_day", "eta_hour", "eta_minute", "flags",
)  # fmt: skip
_TEXTS = (("callsign", 0, 7), ("name", 7, 34), ("destination", 41, 20))
_REJ = ("seq", "offset", "reason", "length")
_REJECTS = _STATICS = 512  #: rows at a time

Part = dict[str, Array]


def aligned(block: bytes | memoryview) -> Array:
    """The bytes as the kernels take them."""
    data = np.frombuffer(block, dtype=np.uint8)
    if data.ctypes.data % 8:
        data = data.copy()
    data.flags.writeable = False  # one type for the kernel, whatever the block is
    return data


class Work:
    """Working space: the marks of a window, and which are line ends; a row without its quotes: to write, to read, its
    marks; a report.
    """

    def __init__(self) -> None:
        scratch = np.zeros(MAX_RECORD + 8, dtype=np.uint8)
        sealed = scratch.view()
        sealed.flags.writeable = False  # the type of a block: one compiled kernel for both
        marks, ends = np.zeros(scan.WINDOW + 16, dtype=np.int64), np.zeros(scan.WINDOW + 16, dtype=np.int64)
        self.cut = (scratch, sealed, np.zeros(MAX_RECORD + 8, dtype=np.int64))
        self.all = (marks, ends, *self.cut, np.zeros(len(_REP), dtype=np.int64))


class Tray:
    """What the kernel makes of one piece; ``data[:stop]`` was read up to ``end``."""

    def __init__(self) -> None:
        self.state = np.zeros(scan.STATE, dtype=np.int64)
        self.raw = np.zeros(scan.RAW, dtype=np.uint8)  #: head of a long line
        self._seen = np.full(scan.SLOTS, -1, dtype=np.int32), np.zeros(scan.RING, dtype=np.uint64)
        self._cache = np.zeros(40, dtype=np.uint8), np.full(2, -1, dtype=np.int64)  # last time text; its length, value
        self._work = Work()
        self._rej = np.empty((_REJECTS, len(_REJ) + 1), dtype=np.int64)
        self._rows: tuple[Array, ...] = ()
        self._again: tuple[Array, ...] = ()
        self._counts = np.zeros(3, dtype=np.int64)
        self.rejects: list[Part] = []
        self.data = np.empty(0, dtype=np.uint8)
        self.stop = self.end = 0

    @property
    def kept(self) -> int:
        """Rows that are no repeat of one of this piece."""
        return int(self._counts[0])

    @property
    def repeats(self) -> int:
        """Rows that repeat one of this piece."""
        return int(self._counts[1])

    def rows(self, *names: str) -> tuple[Array, ...]:
        """Columns of the rows kept."""
        at = [n for n, _ in (*_REP, *_MORE)]
        return tuple(self._rows[at.index(name)] for name in names)

    @property
    def near(self) -> int:
        """How many kept rows back repeats were looked for."""
        return len(self._seen[1])

    @property
    def again(self) -> tuple[Array, ...]:
        """Numbers of the repeats, and which row each repeats."""
        return self._again

    def scan(self, plan: Plan, data: Array, at: int, stop: int, base: int, final: int) -> int:
        """Read ``data[at:stop]``, whose first byte lies at ``base + at`` in the source; the first byte not read.

        Whoever calls sets the state's ``SKIP`` counters: a piece may begin inside a line that is too long.
        """
        state = self.state
        state[scan.SEQ] = state[scan.KEPT] = state[scan.SINCE] = 0
        self._seen[0][:] = -1
        self._cache[1][:] = -1  # the next table may write times in another way
        self._counts[:] = 0
        self.rejects = []
        self.data, self.stop = data, stop
        self._room((stop - at) // (2 * int(plan.setup[2][csvcolumns.COLUMNS])) + 16)
        kernel = cast(Any, scan.scan)
        while True:
            code, at = kernel(
                data, at, stop, base, final, *plan.setup, state, *self._seen, *self._cache, self.raw,
                *self._work.all, *self._rows, *self._again, self._rej, self._counts,
            )  # fmt: skip
            self._take_rejects()
            if code == scan.DONE:
                self.end = int(at)
                return self.end
            if max(self._counts[:2]) >= len(self._rows[0]):
                self._room(2 * len(self._rows[0]))

    def _room(self, rows: int) -> None:
        """Room for rows and repeats, at least so many of each."""
        if self._rows and len(self._rows[0]) >= rows:
            return
        kinds = [kind for _, kind in (*_REP, *_MORE)]
        old = self._rows, self._again
        self._rows = tuple(np.empty(rows, dtype=k) for k in kinds)
        self._again = tuple(np.empty(rows, dtype="i8") for _ in range(2))
        for before, now, n in zip(old, (self._rows, self._again), self._counts[:2].tolist(), strict=True):
            for a, b in zip(before, now, strict=False):
                b[:n] = a[:n]

    def _take_rejects(self) -> None:
        n = int(self._counts[2])
        if n:
            rows = self._rej[:n]
            part: Part = {name: rows[:, i].copy() for i, name in enumerate(_REJ)}
            part["raw"] = np.empty(n, dtype=object)
            for i, (length, at) in enumerate(rows[:, 3:].tolist()):
                cut = min(length, scan.RAW)
                part["raw"][i] = self.raw[:cut].tobytes() if at < 0 else self.data[at : at + cut].tobytes()
            self.rejects.append(part)
            self._counts[2] = 0


class Past:
    """What is known of the rows before: the last ones kept, and the declared data of each ship."""

    def __init__(self) -> None:
        self.state = np.zeros(scan.STATE, dtype=np.int64)
        self._seen = (
            np.full(SLOTS, -1, dtype=np.int32),
            np.zeros(RING, dtype=np.uint64),
            np.zeros((RING, 3), dtype=np.int64),
        )
        self._ships = np.zeros((4096, 2), dtype=np.uint64)
        self._empty = np.zeros(1, dtype=np.uint64)  # hash of declared data that say nothing
        self._cut = Work().cut
        self._sta = np.empty((_STATICS, len(_STA)), dtype=np.int64)
        self._text = np.empty((_STATICS, 61), dtype=np.uint8)
        self._room: tuple[Array, ...] = ()

    def admit(self, plan: Plan, tray: Tray) -> tuple[Part, Part, list[Part], list[Part]]:
        """Take the rows of the next piece: reports, receptions, statics, rejects, in columns of their own memory."""
        n, m, base = tray.kept, tray.repeats, int(self.state[scan.SEQ])
        if not self._room or len(self._room[0]) < n + m:
            kinds = ("i8", "i8", "i8", "i8", "i8", "i8", "i4")  # number; keep, kept_seq; rec_*
            self._room = tuple(np.empty(n + m + 64, dtype=k) for k in kinds)
        cursor = np.zeros(csvadmit.CURSOR, dtype=np.int64)
        rows = tray.rows("time", "mmsi", "msg_type", "seq", "whole", "said", "begin")
        statics: list[Part] = []
        kernel = cast(Any, csvadmit.admit)
        while True:
            code = kernel(
                tray.data, tray.stop, *plan.setup[:5], self.state, *self._seen, self._ships, self._empty, *self._cut,
                n, *rows, m, *tray.again, tray.near, base, *self._room, self._sta, self._text, cursor,
            )  # fmt: skip
            if cursor[csvadmit.STATIC] and (code in (scan.FULL, scan.DONE)):
                statics.append(self._statics(int(cursor[csvadmit.STATIC])))
                cursor[csvadmit.STATIC] = 0
            if code == scan.GROW:
                wider = np.zeros((2 * len(self._ships), 2), dtype=np.uint64)
                grow_ships(self._ships, wider)
                self._ships = wider
            elif code == scan.DONE:
                break
        self.state[scan.SEQ] += tray.state[scan.SEQ]
        reports = self._reports(tray, int(cursor[csvadmit.KEEP]), bool(cursor[csvadmit.MOVED]))
        repeats = int(cursor[csvadmit.REPEAT])
        names = ("seq", "first_seq", "received", "mmsi")
        receptions = {k: a[:repeats].copy() for k, a in zip(names, self._room[3:], strict=True)} if repeats else {}
        for part in tray.rejects:
            part["seq"] += base
        return reports, receptions, statics, tray.rejects

    def _reports(self, tray: Tray, n: int, moved: bool) -> Part:
        if not n:
            return {}
        names = [name for name, _ in _REP]
        keep = self._room[1][:n]
        part = {
            name: a[keep] if moved else a[:n].copy() for name, a in zip(names[:-1], tray.rows(*names[:-1]), strict=True)
        }
        part["seq"] = self._room[2][:n].copy()
        return part

    def _statics(self, n: int) -> Part:
        part = {name: self._sta[:n, i].astype(STATICS[name].stored) for i, name in enumerate(_STA)}
        for name, at, width in _TEXTS:
            chars = np.array(self._text[:n, at : at + width], order="C")
            part[name] = chars.view(f"S{width}").reshape(n)
        return part

    def change(self) -> None:
        """From now on rows are cut or read in another way: the same bytes may state another time."""
        self.state[scan.NEWEST] = csvadmit.ANY

    def save(self) -> dict[str, Any]:
        """All that is needed to go on later."""
        n = min(int(self.state[scan.KEPT]), RING)
        return {
            "counters": self.state.copy(),
            "rows": tuple(a[:n].copy() for a in self._seen[1:]),
            "ships": self._ships[self._ships[:, 0] != 0],
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Go on from what :meth:`save` gave."""
        self.state = np.array(saved["counters"], dtype=np.int64)
        for mine, old in zip(self._seen[1:], saved["rows"], strict=True):
            mine[: len(old)] = old
        size = 4096
        while size < 4 * len(saved["ships"]):
            size *= 2
        self._ships = np.zeros((size, 2), dtype=np.uint64)
        grow_ships(saved["ships"], self._ships)
