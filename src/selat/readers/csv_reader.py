"""The reader of tables of text: blocks of bytes cut anywhere in, batches of stored columns out.

Lines are *rows*: the header is not one (nor the byte order mark before it), a row whose quoted field holds line ends
is one. ``seq`` is the number of the row. Archives tell no time of reception: ``received`` equals ``time``, and is
null for a reject. Conservation: ``lines == kept + duplicates + rejects.rows``.
"""

from __future__ import annotations

import csv
import logging
from typing import Any, cast

import numpy as np

from selat.kernels import csvscan as scan
from selat.kernels.csvrows import MAX_RECORD
from selat.kernels.csvseen import RING, SLOTS, grow_ships, rebuild_rows
from selat.model.columns import Array, Columns, concat, empty
from selat.model.errors import FormatError
from selat.model.ports import Batch
from selat.model.schema import NO_TIME, STATICS, TimeQuality
from selat.readers.csv_layout import Layout, Plan, resolve

log = logging.getLogger(__name__)

_REP = (
    ("time", "i8"), ("mmsi", "i4"), ("msg_type", "u1"), ("lat", "i4"), ("lon", "i4"), ("sog", "u2"), ("cog", "u2"),
    ("heading", "u2"), ("rot", "i2"), ("nav_status", "u1"), ("altitude", "u2"), ("flags", "u2"), ("seq", "i8"),
)  # fmt: skip
_REC = (("seq", "i8"), ("first_seq", "i8"), ("received", "i8"), ("mmsi", "i4"))
_STA = (
    "time", "seq", "mmsi", "msg_type", "imo", "ship_type", "to_bow", "to_stern", "to_port", "to_starboard", "epfd",
    "draught", "eta_month", "eta_day", "eta_hour", "eta_minute", "flags",
)  # fmt: skip
_TEXTS = (("callsign", 0, 7), ("name", 7, 34), ("destination", 41, 20))
_REJ = ("seq", "offset", "reason", "length")


_SIZES = (2048, 2048, 512, 512)  # rows at a time: the tables stay in the cache of the processor


class _Outputs:
    """Tables that the kernel fills row by row; what is full is put away as columns."""

    def __init__(self) -> None:
        widths = (len(_REP), len(_REC), len(_STA), len(_REJ) + 1)
        self.now = [np.empty((n, w), dtype=np.int64) for n, w in zip(_SIZES, widths, strict=True)]
        self.text = np.empty((_SIZES[2], 61), dtype=np.uint8)
        self.counts = np.zeros(4, dtype=np.int64)
        self.begin()

    def begin(self) -> None:
        """Forget what was put away."""
        self.reports: list[dict[str, Array]] = []
        self.receptions: list[dict[str, Array]] = []
        self.statics: list[dict[str, Array]] = []
        self.rejects: list[dict[str, Array]] = []

    def take(self, data: Array, long: Array, every: bool = False) -> None:
        """Put away rejects, and other tables that are full (``every``: all).

        ``data``: what the kernel read; ``long``: head of a long line.
        """
        n = self.counts.tolist()
        if n[0] and (every or n[0] == _SIZES[0]):
            part = {name: np.empty(n[0], dtype=kind) for name, kind in _REP}
            scan.to_columns(self.now[0][: n[0]], *part.values())
            self.reports.append(part)
            self.counts[0] = 0
        if n[1] and (every or n[1] == _SIZES[1]):
            rows = self.now[1][: n[1]]
            self.receptions.append({name: rows[:, i].astype(kind) for i, (name, kind) in enumerate(_REC)})
            self.counts[1] = 0
        if n[2] and (every or n[2] == _SIZES[2]):
            self.statics.append(self._statics(n[2]))
            self.counts[2] = 0
        if n[3]:
            self.rejects.append(self._rejects(n[3], data, long))
            self.counts[3] = 0

    def _statics(self, n: int) -> dict[str, Array]:
        part = {name: self.now[2][:n, i].astype(STATICS[name].stored) for i, name in enumerate(_STA)}
        for name, at, width in _TEXTS:
            chars = np.array(self.text[:n, at : at + width], order="C")
            part[name] = chars.view(f"S{width}").reshape(n)
        return part

    def _rejects(self, n: int, data: Array, long: Array) -> dict[str, Array]:
        rows = self.now[3][:n]
        part: dict[str, Array] = {name: rows[:, i].copy() for i, name in enumerate(_REJ)}
        part["raw"] = np.empty(n, dtype=object)
        for i, (length, at) in enumerate(rows[:, 3:].tolist()):
            cut = min(length, scan.RAW)
            part["raw"][i] = long[:cut].tobytes() if at < 0 else data[at : at + cut].tobytes()
        return part


class CsvReader:
    """Reads one source of a :class:`Layout`; see :class:`selat.model.ports.Reader`.

    ``notes`` tells what was passed over (columns that nobody asked for). Raises :class:`FormatError` from
    :meth:`feed` or :meth:`flush` when the header lacks a required column.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.notes: list[str] = []
        self._plan: Plan | None = None
        self._head: bytes | None = None
        self._carry = b""
        self._offset = 0  # of the first byte of _carry in the source
        self._state = np.zeros(scan.STATE, dtype=np.int64)
        self._seen: tuple[Array, ...] = (
            np.full(SLOTS, -1, dtype=np.int32),
            np.zeros(RING, dtype=np.uint64),
            np.zeros((RING, 3), dtype=np.int64),
        )
        self._ships = np.zeros((4096, 2), dtype=np.uint64)
        self._cache = _cache()
        self._work = _work()
        self._out = _Outputs()

    def feed(self, block: bytes | memoryview, received: int = NO_TIME, seq: int | None = None) -> Batch:
        """Read a block cut anywhere. ``received`` is not used; ``seq`` numbers the next row that is read."""
        if seq is not None:
            self._state[scan.SEQ] = seq
        given = len(block)
        if self._plan is None:
            block = self._header(self._carry + bytes(block), final=False)  # one copy, of the first block
            if self._plan is None:
                return _nothing(given)
        first = int(self._state[scan.SEQ])
        at = self._join(block)
        if at < len(block):
            data = _aligned(block)
            at = self._run(data, at, len(block), self._offset - at, 0)
            self._carry = bytes(block[at:])
        return self._batch(first, given)

    def _join(self, block: bytes | memoryview) -> int:
        """Finish what was left of the last block; how much of this one that took."""
        if not self._carry:
            return 0
        left = len(self._carry)
        head = _aligned(self._carry + bytes(block[: 3 * MAX_RECORD]))
        done = self._run(head, 0, len(head), self._offset, 0)
        if done >= left or len(head) - left == len(block):
            whole = len(head) - left == len(block)
            self._carry = head[done:].tobytes() if whole else b""
            return len(block) if whole else done - left
        raise AssertionError("a row did not end within its longest length")

    def _run(self, data: Array, at: int, stop: int, base: int, final: int) -> int:
        """Run the kernel over ``data[at:stop]``; the first byte it did not read. ``_offset`` moves along."""
        assert self._plan is not None
        words = data[: len(data) // 8 * 8].view(np.uint64)
        start, out, kernel = at, self._out, cast(Any, scan.scan)
        while True:
            code, at = kernel(
                data, words, at, stop, base, final, *self._plan.setup, self._state, *self._seen, self._ships,
                *self._cache, *self._work, out.now[0], out.now[1], out.now[2], out.text, out.now[3], out.counts,
            )  # fmt: skip
            out.take(data, self._cache[3])
            if code == scan.GROW:
                wider = np.zeros((2 * len(self._ships), 2), dtype=np.uint64)
                grow_ships(self._ships, wider)
                self._ships = wider
            elif code == scan.REBUILD:
                rebuild_rows(self._seen[0], self._seen[1], int(self._state[scan.KEPT]))
                self._state[scan.SINCE] = 0
            elif code == scan.DONE:
                self._offset += at - start
                return int(at)

    def flush(self) -> Batch:
        """The last row, when no line end came after it."""
        given = b""
        if self._plan is None:
            given = self._header(self._carry, final=True)
            self._carry = given
        first = int(self._state[scan.SEQ])
        if self._plan is not None and (self._carry or self._state[scan.SKIP]):
            virtual = not self._carry.endswith(b"\n")
            data = _aligned(self._carry + (b"\n" if virtual else b""))
            self._run(data, 0, len(data), self._offset, 2 if virtual else 1)
            self._offset -= int(virtual)
        self._carry = b""
        return self._batch(first, 0)

    def next_file(self) -> None:
        """Begin another file of the same archive: new header and offsets; rows and ships seen stay known."""
        self._plan, self._head, self._carry, self._offset = None, None, b"", 0

    def _header(self, data: bytes, final: bool) -> bytes:
        """Take the header off ``data``; the bytes after it (kept in ``_carry`` when it is not whole yet)."""
        start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        while data[start : start + 1] in (b"\n", b"\r", b" ") and start < len(data):
            start += 1
        end = data.find(b"\n", start)
        partial = len(data) < 3 or end < 0
        if partial and not final:
            if len(data) > MAX_RECORD:
                raise FormatError(f"{self.layout.name}: no line end in the first {MAX_RECORD} bytes", hint=_NO_TABLE)
            self._carry = data
            return b""
        line = data[start : end if end >= 0 else len(data)]
        self._carry = b""
        if not line.strip():
            return b""
        begin = self._meet(line)
        self._offset = end + 1 if begin and end >= 0 else (start if not begin else len(data))
        return data[self._offset :]

    def _meet(self, line: bytes) -> bool:
        """Resolve the header; False when the line is a row already, of a file without one."""
        self._head = line
        text = line.decode("utf-8", "replace").rstrip("\r")
        layout = self.layout
        if layout.headless and text[:1].isdigit():
            self._plan = resolve(layout, layout.headless)
            return False
        names = tuple(next(csv.reader([text], delimiter=layout.delimiter), []))
        self._plan = resolve(layout, names)
        if self._plan.unknown:
            note = f"{layout.name}: columns not read: {', '.join(self._plan.unknown)}"
            if note not in self.notes:
                self.notes.append(note)
                log.info("%s", note)
        return True

    def state(self) -> dict[str, Any]:
        """All that is needed to go on later."""
        n = min(int(self._state[scan.KEPT]), RING)
        return {
            "head": self._head,
            "carry": self._carry,
            "offset": self._offset,
            "counters": self._state.copy(),
            "rows": tuple(a[:n].copy() for a in self._seen[1:]),
            "ships": self._ships[self._ships[:, 0] != 0],
            "raw": self._cache[3].tobytes(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self._plan = None
        if state["head"] is not None:
            self._meet(state["head"])
        self._carry, self._offset = state["carry"], state["offset"]
        self._state = np.array(state["counters"], dtype=np.int64)
        for mine, saved in zip(self._seen[1:], state["rows"], strict=True):
            mine[: len(saved)] = saved
        rebuild_rows(self._seen[0], self._seen[1], int(self._state[scan.KEPT]))
        self._state[scan.SINCE] = 0
        size = 4096
        while size < 4 * len(state["ships"]):
            size *= 2
        self._ships = np.zeros((size, 2), dtype=np.uint64)
        grow_ships(state["ships"], self._ships)
        self._cache = _cache()
        self._cache[3][:] = np.frombuffer(state["raw"], dtype=np.uint8)

    def _batch(self, first: int, given: int) -> Batch:
        out, zone = self._out, self.layout.zone
        out.take(_NO_BYTES, _NO_BYTES, every=True)
        batch = Batch(
            _dated("reports", out.reports, zone), _dated("statics", out.statics, zone), empty("messages"),
            _joined("receptions", out.receptions), _joined("rejects", out.rejects),
            lines=int(self._state[scan.SEQ]) - first, bytes=given,
        )  # fmt: skip
        if zone is not None and batch.receptions.rows:
            batch.receptions = batch.receptions.replace(received=_to_utc(batch.receptions["received"], zone))
        batch.kept, batch.duplicates = batch.reports.rows, batch.receptions.rows
        out.begin()
        return batch


def _merged(parts: list[dict[str, Array]]) -> dict[str, Array]:
    if len(parts) == 1:
        return parts[0]
    return {k: np.concatenate([p[k] for p in parts]) for k in parts[0]} if parts else {}


def _joined(table: str, parts: list[dict[str, Array]]) -> Columns:
    return Columns(table, _merged(parts))


def _dated(table: str, parts: list[dict[str, Array]], zone: tuple[Array, Array] | None) -> Columns:
    data = _merged(parts)
    if not data:
        return empty(table)
    if zone is not None:
        data["time"] = _to_utc(data["time"], zone)
    data["received"] = data["time"]
    data["time_quality"] = np.full(len(data["time"]), TimeQuality.ARCHIVE, dtype=np.uint8)
    return Columns(table, data)


_NO_BYTES: Array = np.empty(0, dtype=np.uint8)
_NO_TABLE = "is this a table of text? `selat formats` lists what can be read"


def _aligned(block: bytes | memoryview) -> Array:
    data = np.frombuffer(block, dtype=np.uint8)
    if data.ctypes.data % 8:
        data = data.copy()
    data.flags.writeable = False  # one type for the kernel, whatever the block is
    return data


def _work() -> tuple[Array, ...]:
    """Flags of a window, as bytes and words; its marks; a row without its quotes: to write, to read, as words, its
    marks; a report.
    """
    flags = np.zeros(scan.WINDOW + 8, dtype=np.uint8)
    scratch = np.zeros(MAX_RECORD + 8, dtype=np.uint8)
    sealed = scratch.view()
    sealed.flags.writeable = False  # the type of a block: one compiled kernel for both
    marks = np.zeros(scan.WINDOW + 8, dtype=np.int64)
    own = np.zeros(MAX_RECORD + 8, dtype=np.int64)
    row = np.zeros(len(_REP), dtype=np.int64)
    return flags, flags.view(np.uint64), marks, scratch, sealed, sealed.view(np.uint64), own, row


def _cache() -> tuple[Array, ...]:
    """Last time text, its length and value, hash of declared data that say nothing, head of a long line."""
    return (
        np.zeros(40, dtype=np.uint8),
        np.full(2, -1, dtype=np.int64),
        np.zeros(1, dtype=np.uint64),
        np.zeros(scan.RAW, dtype=np.uint8),
    )


def _to_utc(local: Array, zone: tuple[Array, Array]) -> Array:
    begins, offsets = zone
    shift: Array = offsets[np.searchsorted(begins, local, side="right")]
    return local - shift


def _nothing(given: int) -> Batch:
    return Batch(
        empty("reports"), empty("statics"), empty("messages"), empty("receptions"), empty("rejects"), bytes=given
    )


def join(batches: list[Batch]) -> Batch:
    """Several batches of one source as one."""

    def all_of(table: str) -> Columns:
        return concat([getattr(b, table) for b in batches], table)

    return Batch(
        all_of("reports"), all_of("statics"), all_of("messages"), all_of("receptions"), all_of("rejects"),
        lines=sum(b.lines for b in batches), kept=sum(b.kept for b in batches),
        duplicates=sum(b.duplicates for b in batches), bytes=sum(b.bytes for b in batches),
    )  # fmt: skip
