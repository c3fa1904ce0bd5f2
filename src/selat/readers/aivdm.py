"""AIVDM/AIVDO sentences (IEC 61162-1, ITU-R M.1371) of any talker, with TAG blocks, $PGHP and epochs, to tables.

Every line ends as kept, duplicate (the same message heard again within 30 s: a row of ``receptions``) or rejected with
a reason. ``lines == kept + duplicates + rejects`` holds for any bytes and any cuts once the reader was flushed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels import assemble as _a
from selat.kernels import nmea as _n
from selat.kernels.scan import PAD, scan
from selat.model.columns import Array, Columns, concat
from selat.model.ports import Batch
from selat.model.schema import NO_TIME
from selat.readers.ais_tables import Messages, messages, reports, statics

LINES = 1 << 16  #: lines worked on at once
KEEP_RAW = 4096  #: bytes of a rejected line that are kept


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
        self._frags = np.zeros((_a.SLOTS, 9), _a.FRAG)
        self._seen = np.zeros(_a.SEEN_SETS * 4, _a.SEEN)
        self._seen["seq"] = -(2**62)
        self._single = np.zeros(1, _a.FRAG)
        self._lines = np.zeros(0, _n.LINE)
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

    _last_time = 0

    def _read(self, block: bytes, received: int, *, final: bool) -> Batch:
        self._last_time = received
        buf, start = self._buffer(block)
        end = len(buf) - PAD
        # one row for a line of two bytes at least is enough for small blocks; big ones are worked on in turns
        self._room(min(LINES, end - start + 1))
        parts: list[tuple[Messages, Array, Array]] = []
        out_kept = out_dup = lines = 0
        p = start
        while True:
            before = int(self._ctx["stations"][0])
            n, p = scan(
                buf, p, end, final, self._lines, self._ctx[0], self._ring, self._groups, self._keys, self._ids, self._news
            )
            self._name_stations(buf, before)
            out = np.zeros(8, np.int64)
            if n:
                parts.append(self._assemble(buf, n, received, self._offset - start, out))
                self._seq += n
                lines += n
                out_kept += int(out[_a.N_KEPT])
                out_dup += int(out[_a.N_DUP])
            if n < len(self._lines):
                break
        if final:
            out = np.zeros(8, np.int64)
            _a.give_up(self._slots, self._frags, self._rejects, out)
            if out[_a.N_REJ]:
                none = Messages(np.zeros(0, _a.MSG), np.zeros(1, np.uint64), received, self.live)
                parts.append((none, self._rejects[: out[_a.N_REJ]].copy(), np.zeros(0, _a.REC)))
        batch = self._batch(buf, parts, received)
        batch.lines, batch.kept, batch.duplicates, batch.bytes = lines, out_kept, out_dup, len(block)
        self._carry(buf, p, end, start)
        return batch

    def _buffer(self, block: bytes) -> tuple[Array, int]:
        """Bytes of waiting parts, then the unfinished line, the block, and line feeds to look ahead into."""
        parts = self._frags[self._frags["present"] != 0]
        held = b"".join(getattr(self, "_held", ()))
        joined = b"".join((held, self._tail, block, b"\n" * PAD))
        del parts
        return np.frombuffer(joined, np.uint8), len(held)

    def _room(self, lines: int) -> None:
        if len(self._lines) < lines:
            size = 64
            while size < lines:
                size *= 2
            self._lines = np.zeros(size, _n.LINE)
            self._rejects = np.zeros(size + 9 * _a.SLOTS, _a.REJ)
            self._recs = np.zeros(size, _a.REC)

    def _name_stations(self, buf: Array, before: int) -> None:
        for k in range(before, int(self._ctx["stations"][0])):
            a, b = self._news[k]
            self.stations.append(buf[a:b].tobytes().decode("latin-1"))

    def _assemble(self, buf: Array, n: int, received: int, offset0: int, out: Array) -> tuple[Messages, Array, Array]:
        chars = int(self._lines["paylen"][:n].sum()) + int(self._frags["paylen"].sum())
        words = np.zeros(chars * 6 // 64 + 3 * n + 64, np.uint64)
        msgs = np.zeros(n + 1, _a.MSG)
        _a.assemble(
            buf, self._lines, n, self._seq, offset0, received, self.live, self._slots, self._frags, self._single,
            self._seen, words, msgs, self._rejects, self._recs, out,
        )  # fmt: skip
        made = Messages(msgs[: out[_a.N_MSG]], words, received, self.live)
        return made, self._rejects[: out[_a.N_REJ]].copy(), self._recs[: out[_a.N_REC]].copy()

    def _batch(self, buf: Array, parts: list[tuple[Messages, Array, Array]], received: int) -> Batch:
        return Batch(
            reports=concat([reports(m) for m, _, _ in parts], "reports"),
            statics=concat([statics(m) for m, _, _ in parts], "statics"),
            messages=concat([messages(m) for m, _, _ in parts], "messages"),
            receptions=concat([self._receptions(m, r) for m, _, r in parts], "receptions"),
            rejects=concat([self._reject_rows(buf, r, received) for _, r, _ in parts], "rejects"),
        )

    def _receptions(self, m: Messages, recs: Array) -> Columns:
        """Duplicates: whole messages (rows of MSG with a fate of 1), and single parts heard again."""
        index = np.flatnonzero(m.rows["fate"] == 1)
        rows = m.rows[index]
        heard = m.heads(index)["received"] if len(index) else np.zeros(0, np.int64)
        data: dict[str, Array] = {
            "seq": np.concatenate([rows["seq"], recs["seq"]]),
            "first_seq": np.concatenate([rows["first_seq"], recs["first_seq"]]),
            "received": np.concatenate([heard, recs["received"]]),
            "mmsi": np.concatenate([rows["mmsi"], recs["mmsi"]]),
            "station": np.concatenate([rows["station"], recs["station"]]),
        }
        out = Columns("receptions", data, len(rows) + len(recs))
        return out.take(np.argsort(out["seq"], kind="stable")) if len(recs) else out

    def _reject_rows(self, buf: Array, rejects: Array, received: int) -> Columns:
        raw = np.empty(len(rejects), dtype=object)
        starts, lengths = rejects["start"].tolist(), np.minimum(rejects["length"], KEEP_RAW).tolist()
        raw[:] = [buf[a : a + k].tobytes() for a, k in zip(starts, lengths, strict=True)]
        heard = np.where((rejects["heard"] != 0) & (not self.live), rejects["heard"], received)
        return Columns("rejects", {
            "seq": rejects["seq"], "received": heard if received or not len(heard) else np.where(heard == 0, NO_TIME, heard),
            "offset": rejects["offset"], "reason": rejects["reason"], "length": rejects["length"], "raw": raw,
        }, len(rejects))  # fmt: skip

    _held: tuple[bytes, ...] = ()

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
        for i, k in zip(*np.nonzero(present), strict=True):
            frag = self._frags[i, k]
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
            "frag_at": np.flatnonzero(self._frags["present"].ravel() != 0),
            "frags": self._frags.ravel()[self._frags["present"].ravel() != 0],
            "seen_at": np.flatnonzero(live), "seen": self._seen[live], "stations": "\n".join(self.stations),
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
        self._frags.ravel()[np.asarray(state["frag_at"])] = state["frags"]
        self._seen[:] = 0
        self._seen["seq"] = -(2**62)
        self._seen[np.asarray(state["seen_at"])] = state["seen"]
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
