"""Messages of aisstream.io: one JSON object a line, to rows in the stored layout.

The layout of the messages is that of the service's published type definitions (OpenAPI, ``ais-message-models``): an
envelope ``{"MessageType", "MetaData", "Message": {<MessageType>: {...}}}``, speeds in knots, angles in degrees, codes
and "not available" values as in ITU-R M.1371. ``MetaData.time_utc`` is when the service heard the message.

The service has no archive and hears a part of what is sent: absence means nothing here.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np

from selat.model.clock import SECOND
from selat.model.errors import Reason
from selat.model.ports import Batch
from selat.model.schema import NO_TIME
from selat.readers.aisstream_rows import Bad, Message, Rows, read_message

LONGEST = 1 << 20  #: bytes of a line that is read; the service's messages are below 4 KiB
KEPT = 4096  #: bytes of a rejected line that are kept
REPEAT = (
    30 * SECOND
)  #: the same message within this time is a repetition: another receiver heard it, or it was sent again


class AisStreamReader:
    """Reads JSON lines of aisstream.io; implements :class:`selat.model.ports.Reader`.

    Every line is kept (as rows of ``reports``, ``statics`` or ``messages``), a repetition (a row of ``receptions``) or
    rejected (a row of ``rejects``). A repetition is a message whose part ``Message`` equals that of one kept within 30
    seconds: it may have been heard by another receiver, at a time slightly different. Lines are numbered in the order
    of their ends.
    """

    def __init__(self) -> None:
        self._rest = b""  # a line whose end did not come yet
        self._over = 0  # bytes of a too long line that were let go
        self._seq = 0
        self._offset = 0  # where the line in _rest begins
        self._received = NO_TIME
        self._seen: dict[bytes, tuple[int, int]] = {}  # message: (seq, received)
        self._sweep_at = 1024

    def feed(self, block: bytes, received: int, seq: int | None = None) -> Batch:
        """Read a block cut anywhere; see :class:`selat.model.ports.Reader`."""
        if seq is not None:
            self._seq = seq
        self._received = received
        rows, counts = Rows(), _Counts()
        *lines, rest = (self._rest + block).split(b"\n")
        for line in lines:
            self._line(line, rows, counts, ended=True)
        if len(rest) > LONGEST:
            self._over += len(rest) - KEPT
            rest = rest[:KEPT]
        self._rest = rest
        return _batch(rows, counts, len(block))

    def flush(self) -> Batch:
        """The last line, if the input ended without a line end: kept if it is whole."""
        rows, counts = Rows(), _Counts()
        line, self._rest = self._rest, b""
        if line:
            self._line(line, rows, counts, ended=False)
        return _batch(rows, counts, 0)

    def state(self) -> dict[str, Any]:
        """All that is needed to go on: plain numbers, bytes and arrays."""
        return {
            "rest": self._rest,
            "over": self._over,
            "seq": self._seq,
            "offset": self._offset,
            "received": self._received,
            "sweep_at": self._sweep_at,
            "seen_key": np.array(list(self._seen), dtype="S16"),
            "seen_seq": np.array([s for s, _ in self._seen.values()], dtype="i8"),
            "seen_time": np.array([t for _, t in self._seen.values()], dtype="i8"),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self._rest, self._over = bytes(state["rest"]), int(state["over"])
        self._seq, self._offset, self._received = int(state["seq"]), int(state["offset"]), int(state["received"])
        self._sweep_at = int(state["sweep_at"])
        values = zip(state["seen_seq"].tolist(), state["seen_time"].tolist(), strict=True)
        self._seen = dict(zip(state["seen_key"].tolist(), values, strict=True))

    def _line(self, line: bytes, rows: Rows, counts: _Counts, ended: bool) -> None:
        """One line: kept, repeated or rejected."""
        length, offset, seq = len(line) + self._over, self._offset, self._seq
        self._offset += length + ended
        self._over = 0
        self._seq += 1
        counts.lines += 1
        try:
            if length > LONGEST:
                raise Bad(Reason.TOO_LONG)
            text = line.strip()
            if not text:
                raise Bad(Reason.BLANK)
            message = self._message(text)
        except Bad as e:
            reason = Reason.TRUNCATED if e.reason is Reason.JSON and not ended else e.reason
            length -= ended and line.endswith(b"\r")
            row = {"seq": seq, "received": self._received, "offset": offset, "reason": reason, "length": length}
            rows.add("rejects", {**row, "raw": line.removesuffix(b"\r")[:KEPT]})
            return
        first = self._repeats(blake2b(message.key, digest_size=8).hexdigest().encode(), seq, message.received)
        if first is not None:
            counts.duplicates += 1
            row = {"seq": seq, "first_seq": first, "received": message.received, "mmsi": message.mmsi}
            rows.add("receptions", row)
            return
        counts.kept += 1
        for table, row in message.rows:
            rows.add(table, {**row, "seq": seq})

    def _message(self, text: bytes) -> Message:
        """Rows of one line. Raises :class:`Bad`."""
        return read_message(text, self._received)

    def _repeats(self, key: bytes, seq: int, received: int) -> int | None:
        """The seq of the line that this one repeats; None, and remembered, if it is new."""
        known = self._seen.get(key)
        if known is not None and abs(received - known[1]) <= REPEAT:
            return known[0]
        self._seen.pop(key, None)
        self._seen[key] = (seq, received)
        if len(self._seen) >= self._sweep_at:
            self._seen = {k: v for k, v in self._seen.items() if received - v[1] <= REPEAT}
            self._sweep_at = max(1024, 2 * len(self._seen))
        return None


class _Counts:
    lines = kept = duplicates = 0


def _batch(rows: Rows, counts: _Counts, size: int) -> Batch:
    return Batch(
        rows.columns("reports"),
        rows.columns("statics"),
        rows.columns("messages"),
        rows.columns("receptions"),
        rows.columns("rejects"),
        counts.lines,
        counts.kept,
        counts.duplicates,
        size,
    )
