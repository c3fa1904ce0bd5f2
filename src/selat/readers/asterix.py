"""ASTERIX (EUROCONTROL-SPEC-0149): categories 010, 048 and 062 as targets and plots, 034, 063 and 065 as state of the radars.

Each record is a line. A track becomes a report with ``msg_type`` 0 under a number of its radar (by system area and
identification code, or as ``[radar.NAME]`` calls it); a plot without a track becomes a row of ``plots``. A report of an
aircraft (one with a transponder's code, address or flight level) is rejected as such; records of tests, ghosts and tracks
not yet confirmed are kept and make no row. A place in range and bearing needs that of the radar: from its setting, else as
the radar says itself (I034/120).

A time of day is of the day that brings it nearest to when it was received; where a live radar's clock is more than ten
minutes off, the time of receipt is taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels import asterix_blocks as _b
from selat.kernels import asterix_fields as _f
from selat.kernels.asterix import CATEGORY, SUB, UAP
from selat.model.clock import DAY, MINUTE, SECOND
from selat.model.columns import Array, Columns, concat, empty
from selat.model.errors import Reason
from selat.model.ports import Batch
from selat.model.radar import Site, Sites, site_of
from selat.model.schema import NO_TIME, PLOTS, Flag, TimeQuality
from selat.model.targets import TRACKS
from selat.readers.asterix_rows import Moments, declarations, plots, reports, some
from selat.readers.radar_lives import SILENT

TICK = SECOND // 128  #: ns in the unit of a time of day
SKEW = 10 * MINUTE  #: ns: a live radar's clock that is further off is wrong
KEEP_RAW = 4096  #: bytes of a rejected record that are kept
SPANS = {10: 4096, 48: 4096, 62: 65_536}  #: track numbers by category
_TABLES = ("reports", "statics", "receptions", "rejects")


class AsterixReader:
    """Reads blocks of one source; implements :class:`selat.model.ports.Reader`. ``live`` as for AIS."""

    def __init__(self, *, live: bool = False) -> None:
        self.live = live
        self.radars: list[str] = [""]
        self._source = ""
        self._sites: Sites = ()
        self._of: list[Site | None] = [None]  # the setting of each radar
        self._seq = self._offset = 0
        self._tail, self._noise = b"", -1  # what is not read yet, and how much of it is damage already judged
        self._last = NO_TIME
        self._seen = np.zeros(_b.HEARD, _b.SEEN)
        self._known = np.zeros(_b.RADARS, _b.RADAR)
        self._radar_of = np.zeros(65_536, np.int32)
        self._n = 0
        self._rows = np.zeros(0, _f.ROW)
        self._life, self._heard, self._over = _tracks(0)
        self._told: dict[int, tuple[bytes, float]] = {}  # name and length that were declared, by target

    def know(self, source: str, sites: Sites) -> None:
        """Say what the source is called and which radars the settings describe."""
        self._source, self._sites = source, sites

    def feed(self, block: bytes, received: int, seq: int | None = None) -> Batch:
        """Read bytes cut anywhere; see :class:`selat.model.ports.Reader`."""
        return self.feed_timed(block, np.zeros(1, np.int64), np.array([received]), seq)

    def feed_timed(self, block: bytes, begins: Array, received: Array, seq: int | None = None) -> Batch:
        """As :meth:`feed`, of pieces that begin at ``begins`` in the block and came at ``received`` (ns UTC) each."""
        if seq is not None:
            self._seq = seq
        self._last = int(received[-1]) if len(received) else self._last
        return self._read(block, begins, received, final=False)

    def flush(self) -> Batch:
        """What is left when the input ended: a block that broke off is rejected."""
        return self._read(b"", np.zeros(1, np.int64), np.array([self._last]), final=True)

    # --- bytes to rows -----------------------------------------------------------------------------------------------
    def _read(self, block: bytes, begins: Array, received: Array, *, final: bool) -> Batch:
        data = self._tail + block
        buf = np.frombuffer(data + bytes(64), np.uint8)
        e, p = len(data), max(self._noise, 0)
        begins = begins + len(self._tail)
        out = np.array([0, self._n, 0 if self._noise >= 0 else -1, 0], np.int64)
        made: list[Batch] = []
        while True:
            need = min(e - p, 1 << 20) // 8 + _b.ROOM + 64
            if len(self._rows) < need:
                self._rows = np.zeros(need, _f.ROW)
            out[_b.N_ROWS] = out[_b.N_MORE] = 0
            p = int(
                _b.blocks(
                    buf, p, e, final, self._seq, UAP, SUB, CATEGORY, self._rows, self._seen, self._known, self._radar_of, out
                )
            )  # fmt: skip
            self._meet(int(out[_b.N_RADARS]))
            rows = self._rows[: out[_b.N_ROWS]]
            if len(rows):
                made.append(self._batch(data, rows, begins, received))
                self._seq += len(rows)
            if not out[_b.N_MORE]:
                break
        begin = int(out[_b.N_NOISE]) if out[_b.N_NOISE] >= 0 else p
        self._noise = p - begin if out[_b.N_NOISE] >= 0 else -1
        self._tail = data[begin:]
        self._offset += begin
        joined = _joined(made)
        joined.bytes = len(block)
        return joined

    def _meet(self, n: int) -> None:
        """Name the radars that were met, and make room for their tracks."""
        for k in range(self._n + 1, n + 1):
            sac, sic = divmod(int(self._known["code"][k]), 256)
            site = site_of(self._sites, self._source, sac, sic)
            code = f"{sac:03d}/{sic:03d}"
            self._of.append(site)
            self.radars.append(code if site is None else site.name if site.sac >= 0 else f"{site.name} {code}")
        if n > self._n:
            fresh = _tracks(n)
            for old, new in zip((self._life, self._heard, self._over), fresh, strict=True):
                new[: len(old)] = old
            self._life, self._heard, self._over = fresh
            self._n = n

    def _batch(self, data: bytes, rows: Array, begins: Array, received: Array) -> Batch:
        """Tables of some rows; the first has the number ``_seq``."""
        seq = np.arange(self._seq, self._seq + len(rows))
        heard = received[np.maximum(np.searchsorted(begins, rows["at"], side="right") - 1, 0)]
        target = rows["fate"] == _f.TARGET
        self._judge(rows, target)
        moments = self._moments(rows, heard)
        wanted = target & (rows["fate"] == _f.TARGET) & (rows["state"] & (_f.TENTATIVE | _f.TEST) == 0)
        tracked = wanted & (rows["track"] >= 0)
        of_track = np.flatnonzero(tracked)
        tracks = some(rows, of_track)
        number = self._numbers(tracks, moments.time[of_track])
        shown = np.flatnonzero(tracks["state"] & _f.ENDED == 0)
        at, number, tracks = of_track[shown], number[shown], some(tracks, shown)
        made = reports(tracks, seq[at], number, moments.take(at))
        said = declarations(data, tracks, seq[at], made, self._told)
        loose = np.flatnonzero(wanted & ~tracked)
        echoes = plots(some(rows, loose), seq[loose], moments.take(loose), self._of)
        again, bad = rows["fate"] == _f.AGAIN, rows["fate"] == _f.REJECT
        receptions = Columns(
            "receptions",
            {"seq": seq[again], "first_seq": rows["first"][again], "received": heard[again]},
            int(again.sum()),
        )
        n = len(rows)
        refused = self._rejects(data, some(rows, np.flatnonzero(bad)), seq[bad], heard[bad])
        return Batch(
            made, said, empty("messages"), receptions, refused, n,
            int(n - again.sum() - bad.sum()), int(again.sum()), 0, echoes,
        )  # fmt: skip

    def _judge(self, rows: Array, target: Array) -> None:
        """Reject aircraft, and targets whose place cannot be told; give those of a setting its place."""
        for k, site in enumerate(self._of):
            if site is not None:
                mine = target & (rows["radar"] == k)
                rows["theta"][mine] = (rows["theta"][mine] + site.north) % 360.0
                if site.placed:
                    rows["radar_lat"][mine], rows["radar_lon"][mine] = site.lat, site.lon
        aircraft = target & (rows["state"] & _f.AIRCRAFT != 0) & (rows["state"] & _f.TEST == 0)
        polar = np.isfinite(rows["rho"]) | np.isfinite(rows["x"])
        placed = np.isfinite(rows["lat"]) | (polar & np.isfinite(rows["radar_lat"]))
        ending = rows["state"] & _f.ENDED != 0
        nowhere = target & ~aircraft & ~placed & ~ending & (rows["state"] & (_f.TENTATIVE | _f.TEST) == 0)
        nowhere |= target & ~aircraft & (rows["track"] < 0) & ~polar & (rows["state"] & _f.TEST == 0) & ~nowhere
        rows["fate"][aircraft | nowhere] = _f.REJECT
        rows["reason"][aircraft] = Reason.AIRCRAFT
        rows["reason"][nowhere] = Reason.NO_PLACE

    def _moments(self, rows: Array, heard: Array) -> Moments:
        """When each row was so, by its time of day near to when it was heard."""
        tod = rows["tod"].astype(np.int64) * TICK
        off = (tod - heard + DAY // 2) % DAY - DAY // 2
        told = (rows["tod"] >= 0) & (rows["tod"] < 86_400 * 128)
        if self.live:
            told &= np.abs(off) <= SKEW
        flags = np.where(told, int(Flag.SECOND), 0) | np.where(
            rows["state"] & _f.COASTED != 0, int(Flag.DEAD_RECKONED), 0
        )
        quality = np.full(len(rows), TimeQuality.CLOCK if self.live else TimeQuality.CARRIED)
        return Moments(np.where(told, heard + off, heard), heard, flags, quality)

    def _numbers(self, rows: Array, time: Array) -> Array:
        """Numbers of targets, by the reader's own numbers of radars."""
        span = np.full(len(rows), 4096)
        for cat, many in SPANS.items():
            span[rows["cat"] == cat] = many
        number = np.zeros(len(rows), np.int64)
        ended = (rows["state"] & _f.ENDED != 0).astype(np.uint8)
        radar, track = rows["radar"].astype(np.int64), rows["track"].astype(np.int64)
        _b.lives(radar, track, span, time, ended, SILENT, TRACKS, self._life, self._heard, self._over, number)
        return number

    def _rejects(self, data: bytes, rows: Array, seq: Array, heard: Array) -> Columns:
        raw = np.empty(len(rows), dtype=object)
        starts, lengths = rows["at"].tolist(), np.minimum(rows["length"], KEEP_RAW).tolist()
        raw[:] = [data[a : a + k] for a, k in zip(starts, lengths, strict=True)]
        return Columns("rejects", {
            "seq": seq, "received": heard, "offset": rows["at"] + self._offset, "reason": rows["reason"].copy(),
            "length": rows["length"].astype(np.int64), "raw": raw,
        }, len(rows))  # fmt: skip

    # --- saved -------------------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """All that is needed to go on: plain numbers, bytes and arrays."""
        at = np.argwhere(self._heard != 0)
        r, t = at[:, 0], at[:, 1]
        told = [[k, name, size] for k, (name, size) in self._told.items()]
        return {
            "live": int(self.live), "seq": self._seq, "offset": self._offset, "tail": self._tail, "noise": self._noise,
            "last": self._last, "seen": self._seen.copy(), "radars": self._known[1 : self._n + 1].copy(), "track_at": at,
            "life": self._life[r, t], "heard": self._heard[r, t], "over": self._over[r, t], "told": told,
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self.live, self._seq, self._offset = bool(state["live"]), int(state["seq"]), int(state["offset"])
        self._tail, self._noise, self._last = bytes(state["tail"]), int(state["noise"]), int(state["last"])
        self._seen = np.array(state["seen"]).astype(_b.SEEN)
        known = np.array(state["radars"]).astype(_b.RADAR)
        self._known[1 : len(known) + 1] = known
        self._radar_of[known["code"]] = np.arange(1, len(known) + 1)
        self._n, self.radars, self._of = 0, [""], [None]
        self._life, self._heard, self._over = _tracks(0)
        self._meet(len(known))
        r, t = np.asarray(state["track_at"]).reshape(-1, 2).T
        self._life[r, t], self._heard[r, t], self._over[r, t] = state["life"], state["heard"], state["over"]
        self._told = {int(k): (bytes(name), float(size)) for k, name, size in state["told"]}


def _tracks(radars: int) -> tuple[Array, Array, Array]:
    """Life, when last heard, ended: of each track number of some radars, which are counted from 1."""
    shape = (radars + 1, 65_536)
    return np.zeros(shape, np.int16), np.zeros(shape, np.int64), np.zeros(shape, np.uint8)


def _joined(made: list[Batch]) -> Batch:
    if len(made) == 1:
        return made[0]
    tables = {name: concat([getattr(b, name) for b in made], name) for name in _TABLES}
    lines, kept, duplicates = (sum(getattr(b, n) for b in made) for n in ("lines", "kept", "duplicates"))
    echoes = concat([b.plots for b in made], PLOTS)
    return Batch(
        tables["reports"], tables["statics"], empty("messages"), tables["receptions"], tables["rejects"],
        lines, kept, duplicates, 0, echoes,
    )  # fmt: skip


def is_asterix(head: bytes) -> bool:
    """True where a file begins with blocks of categories that are read: three, or as many as there are."""
    p = count = 0
    while p + 3 < len(head) and count < 3:
        length = head[p + 1] << 8 | head[p + 2]
        if CATEGORY[head[p]] == 0 or length < 4:
            return False
        count += int(CATEGORY[head[p]] == 2)
        p += length
    return count == 3 or (count > 0 and p == len(head))
