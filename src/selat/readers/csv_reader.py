"""The reader of tables of text: blocks of bytes cut anywhere in, batches of stored columns out.

Lines are *rows*: the header is not one (nor the byte order mark before it), a row whose quoted field holds line ends
is one. ``seq`` is the number of the row. Archives tell no time of reception: ``received`` equals ``time``, and is
null for a reject. Conservation: ``lines == kept + duplicates + rejects.rows``.
"""

from __future__ import annotations

import csv
import logging
from typing import Any

import numpy as np

from selat.kernels import csvscan as scan
from selat.kernels.csvrows import MAX_RECORD
from selat.kernels.csvseen import RING, SLOTS, grow_statics, rebuild_rows
from selat.model.columns import Array, Columns, concat, empty
from selat.model.errors import FormatError
from selat.model.ports import Batch
from selat.model.schema import NO_TIME, TimeQuality
from selat.readers.csv_layout import Layout, Plan, resolve

log = logging.getLogger(__name__)

_REP = ("i8", "i4", "u1", "i4", "i4", "u2", "u2", "u2", "i2", "u1", "u2", "u2", "i8")
_REP_NAMES = (
    "time", "mmsi", "msg_type", "lat", "lon", "sog", "cog", "heading", "rot", "nav_status", "altitude", "flags", "seq",
)  # fmt: skip
_STA = (
    "i8", "i8", "i4", "u1", "u4", "7u1", "34u1", "u1", "u2", "u2", "u1", "u1", "u1", "u1", "20u1",
    "u1", "u1", "u1", "u1", "u2",
)  # fmt: skip
_STA_NAMES = (
    "time", "seq", "mmsi", "msg_type", "imo", "callsign", "name", "ship_type", "to_bow", "to_stern", "to_port",
    "to_starboard", "epfd", "draught", "destination", "eta_month", "eta_day", "eta_hour", "eta_minute", "flags",
)  # fmt: skip
_REC = ("i8", "i8", "i8", "i4")
_REC_NAMES = ("seq", "first_seq", "received", "mmsi")
_REJ = ("i8", "i8", "u1", "i8", "i8")


def _arrays(kinds: tuple[str, ...], n: int) -> tuple[Array, ...]:
    out = []
    for kind in kinds:
        width = kind[:-2]
        out.append(np.empty((n, int(width)), dtype="u1") if width else np.empty(n, dtype=kind))
    return tuple(out)


class _Outputs:
    """Arrays that the kernel fills, and the parts already full."""

    def __init__(self, size: int) -> None:
        self.sizes = (size, size, 1024, 1024)
        self.kinds = (_REP, _REC, _STA, _REJ)
        self.parts: tuple[list[tuple[Array, ...]], ...] = ([], [], [], [])
        self.raws: list[bytes] = []
        self.counts = np.zeros(4, dtype=np.int64)
        self.now = [_arrays(k, n) for k, n in zip(self.kinds, self.sizes, strict=True)]

    def take(self, every: bool = False) -> None:
        """Put away outputs that are full (``every``: all) and begin new ones."""
        for i, n in enumerate(self.counts):
            if n and (every or n >= len(self.now[i][0])):
                self.parts[i].append(tuple(a[:n] for a in self.now[i]))
                self.counts[i] = 0
                self.now[i] = _arrays(self.kinds[i], 0 if every else self.sizes[i])

    def joined(self, i: int) -> tuple[Array, ...]:
        """All rows of output ``i``."""
        parts = self.parts[i]
        if not parts:
            return _arrays(self.kinds[i], 0)
        return parts[0] if len(parts) == 1 else tuple(np.concatenate(c) for c in zip(*parts, strict=True))


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
            np.zeros(RING, dtype=np.int64),
            np.zeros(RING, dtype=np.int64),
            np.zeros(RING, dtype=np.int32),
        )
        self._ships = (np.zeros(4096, dtype=np.int32), np.zeros(4096, dtype=np.uint64))
        self._cache = _cache()
        scratch = np.zeros(MAX_RECORD + 8, dtype=np.uint8)
        self._work = (
            np.zeros(scan.WINDOW + 2, dtype=np.int32),
            scratch,
            scratch.view(np.uint64),
            np.zeros(MAX_RECORD + 8, dtype=np.int32),
        )

    def feed(self, block: bytes, received: int = NO_TIME, seq: int | None = None) -> Batch:
        """Read a block cut anywhere. ``received`` is not used; ``seq`` numbers the next row that is read."""
        if seq is not None:
            self._state[scan.SEQ] = seq
        given = len(block)
        if self._plan is None:
            block = self._header(self._carry + bytes(block), final=False)
            if self._plan is None:
                return _nothing(given)
        out = _Outputs(len(block) // 40 + 256)
        first = int(self._state[scan.SEQ])
        at = self._join(block, out)
        if at < len(block):
            data = _aligned(block)
            at = self._run(data, at, len(block), self._offset - at, 0, out)
            self._carry = bytes(block[at:])
        return self._batch(out, first, given)

    def _join(self, block: bytes, out: _Outputs) -> int:
        """Finish what was left of the last block; how much of this one that took."""
        if not self._carry:
            return 0
        left = len(self._carry)
        head = _aligned(self._carry + bytes(block[: 3 * MAX_RECORD]))
        done = self._run(head, 0, len(head), self._offset, 0, out)
        if done >= left or len(head) - left == len(block):
            whole = len(head) - left == len(block)
            self._carry = head[done:].tobytes() if whole else b""
            return len(block) if whole else done - left
        raise AssertionError("a row did not end within its longest length")

    def _run(self, data: Array, at: int, stop: int, base: int, final: int, out: _Outputs) -> int:
        """Run the kernel over ``data[at:stop]``; the first byte it did not read. ``_offset`` moves along."""
        assert self._plan is not None
        words = data[: len(data) // 8 * 8].view(np.uint64)
        start = at
        while True:
            code, at = scan.scan(
                data, words, at, stop, base, final, self._plan.setup, self._state, self._seen, self._ships, self._cache,
                self._work, out.now[0], out.now[1], out.now[2], out.now[3], out.counts,
            )  # fmt: skip
            self._raws(data, out)
            if code == scan.FULL:
                out.take()
            elif code == scan.GROW:
                size = 4 * len(self._ships[0])
                ships = (np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.uint64))
                grow_statics(*self._ships, *ships)
                self._ships = ships
            elif code == scan.REBUILD:
                rebuild_rows(self._seen[0], self._seen[1], int(self._state[scan.KEPT]))
                self._state[scan.SINCE] = 0
            else:
                self._offset += at - start
                return int(at)

    def _raws(self, data: Array, out: _Outputs) -> None:
        """Bytes of the rejects that came since last time."""
        already = len(out.raws) - sum(len(p[0]) for p in out.parts[3])
        rej = out.now[3]
        for i in range(already, int(out.counts[3])):
            at, length = int(rej[4][i]), int(rej[3][i])
            if at < 0:
                out.raws.append(self._cache[3][: min(length, scan.RAW)].tobytes())
            else:
                out.raws.append(data[at : at + min(length, scan.RAW)].tobytes())

    def flush(self) -> Batch:
        """The last row, when no line end came after it."""
        given = b""
        if self._plan is None:
            given = self._header(self._carry, final=True)
            self._carry = given
        out = _Outputs(len(self._carry) // 40 + 256)
        first = int(self._state[scan.SEQ])
        if self._plan is not None and (self._carry or self._state[scan.SKIP]):
            virtual = not self._carry.endswith(b"\n")
            data = _aligned(self._carry + (b"\n" if virtual else b""))
            self._run(data, 0, len(data), self._offset, 2 if virtual else 1, out)
            self._offset -= int(virtual)
        self._carry = b""
        return self._batch(out, first, 0)

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
        known = np.flatnonzero(self._ships[0])
        return {
            "head": self._head,
            "carry": self._carry,
            "offset": self._offset,
            "counters": self._state.copy(),
            "rows": tuple(a[:n].copy() for a in self._seen[1:]),
            "ships": tuple(a[known] for a in self._ships),
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
        while size < 4 * len(state["ships"][0]):
            size *= 2
        self._ships = (np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.uint64))
        grow_statics(*state["ships"], *self._ships)
        self._cache = _cache()
        self._cache[3][:] = np.frombuffer(state["raw"], dtype=np.uint8)

    def _batch(self, out: _Outputs, first: int, given: int) -> Batch:
        out.take(every=True)
        reports = self._columns("reports", _REP_NAMES, out.joined(0))
        statics = self._columns("statics", _STA_NAMES, out.joined(2))
        receptions = Columns("receptions", dict(zip(_REC_NAMES, out.joined(1), strict=True)))
        if self.layout.zone is not None and receptions.rows:
            receptions = receptions.replace(received=_to_utc(receptions["received"], self.layout.zone))
        rej = out.joined(3)
        raw = np.empty(len(rej[0]), dtype=object)
        raw[:] = out.raws
        names = ("seq", "offset", "reason", "length")
        rejects = Columns("rejects", {**dict(zip(names, rej[:4], strict=True)), "raw": raw}, len(raw))
        lines = int(self._state[scan.SEQ]) - first
        return Batch(
            reports, statics, empty("messages"), receptions, rejects,
            lines, reports.rows, receptions.rows, given,
        )  # fmt: skip

    def _columns(self, table: str, names: tuple[str, ...], arrays: tuple[Array, ...]) -> Columns:
        data: dict[str, Array] = {}
        n = len(arrays[0])
        for name, values in zip(names, arrays, strict=True):
            data[name] = values if values.ndim == 1 else values.view(f"S{values.shape[1]}").reshape(n)
        if self.layout.zone is not None:
            data["time"] = _to_utc(data["time"], self.layout.zone)
        data["received"] = data["time"]
        data["time_quality"] = np.full(n, TimeQuality.ARCHIVE, dtype=np.uint8)
        return Columns(table, data, n)


_NO_TABLE = "is this a table of text? `selat formats` lists what can be read"


def _aligned(block: bytes) -> Array:
    data = np.frombuffer(block, dtype=np.uint8)
    if data.ctypes.data % 8:
        data = data.copy()
    data.flags.writeable = False  # one type for the kernel, whatever the block is
    return data


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
    tables = [empty(t) for t in ("reports", "statics", "messages", "receptions", "rejects")]
    return Batch(*tables, bytes=given)


def join(batches: list[Batch]) -> Batch:
    """Several batches of one source as one."""
    names = ("reports", "statics", "messages", "receptions", "rejects")
    tables = [concat([getattr(b, t) for b in batches], t) for t in names]
    sums = [sum(getattr(b, f) for b in batches) for f in ("lines", "kept", "duplicates", "bytes")]
    return Batch(*tables, *sums)
