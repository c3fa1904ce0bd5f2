"""AIVDM/AIVDO sentences (IEC 61162-1, ITU-R M.1371) of any talker, with TAG blocks, $PGHP and epochs, to tables.

Every line ends as kept, duplicate (the same message heard again within 30 s: a row of ``receptions``) or rejected with
a reason. ``lines == kept + duplicates + rejects`` holds for any bytes and any cuts once the reader was flushed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from selat.kernels import assemble as _a
from selat.kernels import nmea as _n
from selat.kernels.digest import MESSAGE_WORDS, TURN, digest
from selat.kernels.scan import PAD
from selat.model.columns import Array, Columns, concat, empty
from selat.model.ports import Batch
from selat.model.schema import NO_TIME
from selat.readers.ais_tables import Messages, messages, part_receptions, receptions, reports, statics

LINES = 1 << 16  #: lines worked on at once
PIECE = 64 << 20  #: bytes worked on at once when all are at hand
SAMPLE = 1 << 16  #: bytes by which the number of lines in more of them is guessed
_TABLES = ("reports", "statics", "messages", "receptions", "rejects")
KEEP_RAW = 4096  #: bytes of a rejected line that are kept


class _Made(NamedTuple):
    """What came of some lines: the tables by the order of _TABLES; (lines, kept, duplicates)."""

    tables: tuple[Columns, ...]
    counts: tuple[int, int, int]


class AivdmReader:
    """Reader of one source of NMEA bytes.

    ``live=True``: blocks come from a feed, and ``received`` is when they came in. ``live=False``: a log; ``received``
    counts only for lines that carry no time and follow none that does.
    """

    def __init__(self, *, live: bool = False) -> None:
        self.live = live
        self.stations: list[str] = [""]  #: names by id; id 0 is "unknown"
        self._seq = 0
        self._offset = 0  # place in the source of the first byte of _tail
        self._tail = b""
        self._ctx = np.zeros(1, _n.CTX)
        self._ctx["carried"] = 0 if live else 1
        self._ring = np.zeros(_n.RING, _n.PGHP)
        self._groups = np.zeros(_n.GROUPS, _n.GROUP)
        self._groups["id"] = -1
        self._keys = np.zeros(_n.STATIONS, np.uint64)
        self._ids = np.zeros(_n.STATIONS, np.uint16)
        self._news = np.zeros((_n.STATIONS // 2, 2), np.int64)
        self._slots = np.zeros(_a.SLOTS, _a.SLOT)
        self._frags = np.zeros(_a.SLOTS * 9, _a.FRAG)
        self._seen = _aligned(_a.SEEN_SETS * 4, _a.SEEN)
        self._seen["seq"] = -(2**62)
        self._seen_time = np.zeros(_a.SEEN_SETS * 4, np.int64)
        self._words = np.zeros(0, np.uint64)
        self._msgs = np.zeros(0, _a.MSG)
        self._kinds = np.zeros(0, np.uint8)
        self._held: tuple[bytes, ...] = ()
        self._last_time = 0
        self._lines = np.zeros(1, _n.LINE)
        self._rejects = np.zeros(0, _a.REJ)
        self._recs = np.zeros(0, _a.REC)

    @property
    def next_seq(self) -> int:
        """Number that the next line will get."""
        return self._seq

    def feed(self, block: bytes, received: int, seq: int | None = None) -> Batch:
        """Read a block cut anywhere; see :class:`selat.model.ports.Reader`."""
        if seq is not None:
            self._seq = seq
        return self._read(block, received, final=False)

    def flush(self) -> Batch:
        """Read what is left: an unfinished last line; parts that still wait are rejected."""
        return self._read(b"", int(self._last_time), final=True)

    def read_all(self, data: bytes, received: int) -> tuple[list[Messages], Batch]:
        """Read the whole input at once, with a reader that was not used before.

        Returns the messages themselves, not yet as tables: those of the batch are empty, but for rejects and parts
        that were heard again.
        """
        self._last_time = received
        kept: list[Messages] = []
        buf = np.frombuffer(data, np.uint8)
        end = max(len(buf) - PAD, 0)
        made: list[_Made] = []
        p = 0
        while p < end:
            stop = min(p + PIECE, end)
            more, p = self._digest(buf, p, stop, 0, received, kept, final=False)
            made += more
            if stop == end:
                break
        self._carry(buf, p, len(buf), 0)
        buf, start = self._buffer(b"")
        more, p = self._digest(buf, start, len(buf) - PAD, self._offset - start, received, kept, final=True)
        self._carry(buf, p, p, start)
        return kept, self._batch([*made, *more], len(data))

    def _read(self, block: bytes, received: int, *, final: bool) -> Batch:
        self._last_time = received
        buf, start = self._buffer(block)
        end = len(buf) - PAD
        made, p = self._digest(buf, start, end, self._offset - start, received, None, final=final)
        self._carry(buf, p, end, start)
        return self._batch(made, len(block))

    def _digest(
        self, buf: Array, p: int, end: int, origin: int, received: int, kept: list[Messages] | None, *, final: bool
    ) -> tuple[list[_Made], int]:
        """What came of the lines of buf[p:end], and where reading stopped. ``origin``: place in the source of buf[0].

        ``kept`` takes the messages, in memory of their own; without it they become tables at once and their memory is
        used again.
        """
        made: list[_Made] = []
        while True:
            self._room(buf, p, end - p, fresh=kept is not None)
            out = np.zeros(8, np.int64)
            p = digest(
                buf, p, end, final, self._seq, origin, received, self.live, self._lines, self._ctx,
                self._ring, self._groups, self._keys, self._ids, self._news, self._slots, self._frags, self._seen,
                self._seen_time, self._words, self._msgs, self._kinds, self._rejects, self._recs, out,
            )  # fmt: skip
            made.append(self._made(buf, out, received, kept))
            self._seq += int(out[_a.N_LINES])
            if not out[_a.N_MORE]:
                break
        if final:
            out = np.zeros(8, np.int64)
            _a.give_up(self._slots, self._frags, self._rejects, out)
            made.append(self._made(buf, out, received, kept))
        return made, p

    def _batch(self, made: list[_Made], size: int) -> Batch:
        tables = {name: concat([t.tables[i] for t in made], name) for i, name in enumerate(_TABLES)}
        lines, kept, duplicates = (sum(t.counts[i] for t in made) for i in range(3))
        return Batch(**tables, lines=lines, kept=kept, duplicates=duplicates, bytes=size)

    def _buffer(self, block: bytes) -> tuple[Array, int]:
        """Bytes of waiting parts, then the unfinished line, the block, and line feeds to look ahead into."""
        held = b"".join(self._held)
        joined = b"".join((held, self._tail, block, b"\n" * PAD))
        return np.frombuffer(joined, np.uint8), len(held)

    def _room(self, buf: Array, p: int, size: int, *, fresh: bool) -> None:
        """Scratch for the ``size`` bytes at buf[p:]; where it turns out too small, the work is done in several turns.

        ``fresh``: memory of its own for these messages, in few large pieces, for which the system has large pages.
        """
        lines = min(LINES, 64 + size // 24)
        if len(self._rejects) < lines + TURN + 9 * _a.SLOTS:
            self._rejects = np.zeros(lines + TURN + 9 * _a.SLOTS, _a.REJ)
            self._recs = np.zeros(lines + TURN, _a.REC)
        if fresh and size > SAMPLE:
            dense = np.count_nonzero(buf[p : p + SAMPLE] == _n._NL) + 64
            lines = int(dense * 1.2 * size / SAMPLE) + TURN
        if fresh or len(self._msgs) < lines + TURN + 1:
            self._msgs = np.empty(lines + TURN + 1, _a.MSG)
            self._kinds = np.empty(lines + TURN + 1, np.uint8)
        need = size * 6 // 64 + 3 * lines + 2 * MESSAGE_WORDS
        if fresh or len(self._words) < need:
            self._words = np.empty(need, np.uint64)

    def _made(self, buf: Array, out: Array, received: int, kept: list[Messages] | None) -> _Made:
        for a, b in self._news[len(self.stations) - 1 : int(self._ctx["stations"][0])]:
            self.stations.append(buf[a:b].tobytes().decode("latin-1"))
        n = int(out[_a.N_MSG])
        m = Messages(self._msgs[:n], self._words, self._kinds[:n], received, self.live)
        rejected = self._reject_rows(buf, self._rejects[: out[_a.N_REJ]], received)
        again = part_receptions(self._recs[: out[_a.N_REC]])
        counts = (int(out[_a.N_LINES]), int(out[_a.N_KEPT]), int(out[_a.N_DUP]))
        if kept is not None:
            kept += [m] if n else []
            return _Made((empty("reports"), empty("statics"), empty("messages"), again, rejected), counts)
        tables = (reports(m), statics(m), messages(m), concat([receptions(m), again], "receptions"), rejected)
        return _Made(tables, counts)

    def _reject_rows(self, buf: Array, rejects: Array, received: int) -> Columns:
        if not len(rejects):
            return empty("rejects")
        raw = np.empty(len(rejects), dtype=object)
        starts, lengths = rejects["start"].tolist(), np.minimum(rejects["length"], KEEP_RAW).tolist()
        raw[:] = [buf[a : a + k].tobytes() for a, k in zip(starts, lengths, strict=True)]
        heard = np.where((rejects["heard"] != 0) & (not self.live), rejects["heard"], received)
        return Columns("rejects", {
            "seq": rejects["seq"].copy(), "received": np.where(heard == 0, NO_TIME, heard),
            "offset": rejects["offset"].copy(), "reason": rejects["reason"].copy(),
            "length": rejects["length"].copy(), "raw": raw,
        }, len(rejects))  # fmt: skip

    def _carry(self, buf: Array, p: int, end: int, start: int) -> None:
        """Keep the unfinished line, and the bytes of parts that wait for their siblings."""
        self._offset += p - start
        self._tail = buf[p:end].tobytes()
        present = self._frags["present"] != 0
        if not present.any():
            self._held = ()
            return
        held: list[bytes] = []
        at = 0
        for i in np.flatnonzero(present):
            frag = self._frags[i]
            a, length = int(frag["start"]), int(frag["length"])
            held.append(buf[a : a + length].tobytes())
            frag["pay"] = int(frag["pay"]) - a + at
            frag["start"] = at
            at += length
        self._held = tuple(held)

    def state(self) -> dict[str, Any]:
        """All that is needed to go on: see :meth:`restore`. Plain numbers, bytes and arrays."""
        live = self._seen["hash"] != 0
        return {
            "format": 1, "live": int(self.live), "seq": self._seq, "offset": self._offset, "tail": self._tail,
            "last_time": int(self._last_time), "held": b"".join(self._held), "ctx": self._ctx.copy(), "ring": self._ring.copy(),
            "groups": self._groups[self._groups["id"] >= 0], "slots": self._slots.copy(),
            "frag_at": np.flatnonzero(self._frags["present"] != 0),
            "frags": self._frags[self._frags["present"] != 0],
            "seen_at": np.flatnonzero(live), "seen": self._seen[live], "seen_time": self._seen_time[live],
            "stations": "\n".join(self.stations),
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`, as if there had been no break."""
        self.live = bool(state["live"])
        self._seq, self._offset = int(state["seq"]), int(state["offset"])
        self._tail, self._last_time = bytes(state["tail"]), int(state["last_time"])
        held = bytes(state["held"])
        self._held = (held,) if held else ()
        self._ctx = np.array(state["ctx"]).astype(_n.CTX)
        self._ring = np.array(state["ring"]).astype(_n.PGHP)
        self._groups[:] = 0
        self._groups["id"] = -1
        groups = np.asarray(state["groups"])
        self._groups[groups["id"] % _n.GROUPS] = groups
        self._slots = np.array(state["slots"]).astype(_a.SLOT)
        self._frags[:] = 0
        self._frags[np.asarray(state["frag_at"])] = state["frags"]
        self._seen[:] = 0
        self._seen["seq"] = -(2**62)
        self._seen[np.asarray(state["seen_at"])] = state["seen"]
        self._seen_time[:] = 0
        self._seen_time[np.asarray(state["seen_at"])] = state["seen_time"]
        self._restore_stations(str(state["stations"]).split("\n"))

    def _restore_stations(self, names: list[str]) -> None:
        self.stations = [""]
        self._keys[:] = 0
        self._ids[:] = 0
        ctx = np.zeros(1, _n.CTX)
        for name in names[1:]:
            raw = np.frombuffer(name.encode("latin-1") + b"\n", np.uint8)
            _n.station(raw, 0, len(raw) - 1, self._keys, self._ids, self._news, ctx[0])
            self.stations.append(name)


def _aligned(n: int, dtype: np.dtype[Any]) -> Array:
    """Zeros that begin on a cache line."""
    raw = np.zeros(n * dtype.itemsize + 64, np.uint8)
    skip = -raw.ctypes.data % 64
    out: Array = raw[skip : skip + n * dtype.itemsize].view(dtype)
    return out
