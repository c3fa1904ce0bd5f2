"""The reader of tables of text: blocks of bytes cut anywhere in, batches of stored columns out.

Lines are *rows*: the header is not one (nor the byte order mark before it), a row whose quoted field holds line ends
is one. ``seq`` is the number of the row. Archives tell no time of reception: ``received`` equals ``time``, and is
null for a reject. Conservation: ``lines == kept + duplicates + rejects.rows``.
"""

from __future__ import annotations

import csv
import logging
from collections import deque
from typing import Any

import numpy as np

from selat.kernels import csvscan as scan
from selat.kernels.csvrows import MAX_RECORD
from selat.model.columns import Array, Columns, concat, empty
from selat.model.errors import FormatError
from selat.model.ports import Batch
from selat.model.schema import NO_TIME, TimeQuality
from selat.readers.csv_layout import Layout, Plan, resolve
from selat.readers.csv_piece import Part, Past, Tray, aligned

log = logging.getLogger(__name__)

_SKIP = slice(scan.SKIP, scan.STATE)


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
        self._columns: list[int] | None = None  # of the last header
        self._carry = b""
        self._offset = 0  # of the first byte of _carry in the source
        self._past = Past()
        self._tray = Tray()
        self._trays: deque[Tray] = deque()
        self._parts: tuple[list[Part], ...] = ([], [], [], [])

    def feed(self, block: bytes | memoryview, received: int = NO_TIME, seq: int | None = None) -> Batch:
        """Read a block cut anywhere. ``received`` is not used; ``seq`` numbers the next row that is read."""
        if seq is not None:
            self._past.state[scan.SEQ] = seq
        given = len(block)
        if self._plan is None:
            block = self._header(self._carry + bytes(block), final=False)  # one copy, of the first block
            if self._plan is None:
                return _nothing(given)
        first = int(self._past.state[scan.SEQ])
        at = self._join(block)
        if at < len(block):
            data = aligned(block)
            at = self._run(data, at, len(block), self._offset - at, 0)
            self._carry = bytes(block[at:])
        return self._batch(first, given)

    def _join(self, block: bytes | memoryview) -> int:
        """Finish what was left of the last block; how much of this one that took."""
        if not self._carry:
            return 0
        left = len(self._carry)
        head = aligned(self._carry + bytes(block[: 3 * MAX_RECORD]))
        done = self._run(head, 0, len(head), self._offset, 0)
        if done >= left or len(head) - left == len(block):
            whole = len(head) - left == len(block)
            self._carry = head[done:].tobytes() if whole else b""
            return len(block) if whole else done - left
        raise AssertionError("a row did not end within its longest length")

    def _run(self, data: Array, at: int, stop: int, base: int, final: int) -> int:
        """Read ``data[at:stop]`` after all that was read before; the first byte not read. ``_offset`` moves along."""
        assert self._plan is not None
        tray, state = self._tray, self._past.state
        tray.state[_SKIP] = state[_SKIP]
        end = tray.scan(self._plan, data, at, stop, base, final)
        state[_SKIP] = tray.state[_SKIP]
        self._admit(tray)
        self._offset += end - at
        return end

    def _admit(self, tray: Tray) -> None:
        assert self._plan is not None
        reports, receptions, statics, rejects = self._past.admit(self._plan, tray)
        for into, parts in zip(self._parts, ([reports], [receptions], statics, rejects), strict=True):
            into += [p for p in parts if p]

    @property
    def begun(self) -> bool:
        """True once the header is known: then :meth:`scan` can be used."""
        return self._plan is not None

    def scan(self, block: bytes | memoryview) -> Tray:
        """Read a block by itself, as if it began with a row; changes nothing here, any thread may do it.

        What comes of it is for :meth:`admit`, block by block in order.
        """
        assert self._plan is not None
        try:
            tray = self._trays.pop()
        except IndexError:
            tray = Tray()
        tray.state[_SKIP] = 0
        data = aligned(block)
        tray.scan(self._plan, data, 0, len(data), 0, 0)
        return tray

    def admit(self, block: bytes | memoryview, tray: Tray) -> Batch:
        """As :meth:`feed` of a block that was read by :meth:`scan` already.

        If the block does not begin with a row after all (a quoted line end, a line that is too long) it is read anew.
        """
        try:
            if self._carry or self._past.state[scan.SKIP]:
                return self.feed(block)
            first = int(self._past.state[scan.SEQ])
            for part in tray.rejects:
                part["offset"] += self._offset
            self._past.state[_SKIP] = tray.state[_SKIP]
            if tray.state[scan.SKIP]:
                self._past.state[scan.SKIP_AT] += self._offset
                self._tray.raw[:] = tray.raw
            self._admit(tray)
            self._offset += tray.end
            self._carry = bytes(block[tray.end :])
            return self._batch(first, len(block))
        finally:
            self._trays.append(tray)

    def flush(self) -> Batch:
        """The last row, when no line end came after it."""
        given = b""
        if self._plan is None:
            given = self._header(self._carry, final=True)
            self._carry = given
        first = int(self._past.state[scan.SEQ])
        if self._plan is not None and (self._carry or self._past.state[scan.SKIP]):
            virtual = not self._carry.endswith(b"\n")
            data = aligned(self._carry + (b"\n" if virtual else b""))
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
        headless = bool(layout.headless) and text[:1].isdigit()
        names = layout.headless if headless else tuple(next(csv.reader([text], delimiter=layout.delimiter), []))
        self._plan = resolve(layout, names)
        columns = self._plan.setup[0].tolist()
        if self._columns not in (None, columns):
            self._past.change()
        self._columns = columns
        if headless:
            return False
        if self._plan.unknown:
            note = f"{layout.name}: columns not read: {', '.join(self._plan.unknown)}"
            if note not in self.notes:
                self.notes.append(note)
                log.info("%s", note)
        return True

    def state(self) -> dict[str, Any]:
        """All that is needed to go on later."""
        mine = {"head": self._head, "carry": self._carry, "offset": self._offset, "raw": self._tray.raw.tobytes()}
        return mine | self._past.save()

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self._plan = None
        if state["head"] is not None:
            self._meet(state["head"])
        self._carry, self._offset = state["carry"], state["offset"]
        self._past.restore(state)
        self._tray.raw[:] = np.frombuffer(state["raw"], dtype=np.uint8)

    def _batch(self, first: int, given: int) -> Batch:
        zone = self.layout.zone
        reports, receptions, statics, rejects = self._parts
        batch = Batch(
            _dated("reports", reports, zone), _dated("statics", statics, zone), empty("messages"),
            _joined("receptions", receptions), _joined("rejects", rejects),
            lines=int(self._past.state[scan.SEQ]) - first, bytes=given,
        )  # fmt: skip
        if zone is not None and batch.receptions.rows:
            batch.receptions = batch.receptions.replace(received=_to_utc(batch.receptions["received"], zone))
        batch.kept, batch.duplicates = batch.reports.rows, batch.receptions.rows
        self._parts = ([], [], [], [])
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


_NO_TABLE = "is this a table of text? `selat formats` lists what can be read"


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
