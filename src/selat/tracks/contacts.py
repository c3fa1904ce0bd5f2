"""Contacts: what we believe is one vessel now; arrays by slot, one slot a (mmsi, segment).

Columns that people and detectors read are properties: ``lat``, ``lon`` (deg) as last reported, ``sog`` (m/s), ``cog``,
``heading`` (deg), ``status``, ``kind``, ``time`` of the last position, ``heard`` when last heard in event time,
``received``, ``reports``, ``seq``, ``version``, ``lost``. Smoothed, at ``time`` (:mod:`selat.kernels.filter`):
``slat``, ``slon`` (deg), ``vx``, ``vy`` the velocity east and north (m/s, NaN while not known), ``sigma`` (m) and
``vsigma`` (m/s) their standard deviations in any one direction, ``nis`` how well the reports fit (1: as expected).
``motion``, ``motion_since`` (ns) and ``motion_sure`` (0 to 1) what the ship does (:mod:`selat.tracks.motion`).
``successor``, ``predecessor`` (lasting numbers, -1: none) join
contacts of one hull that changed its MMSI (:mod:`selat.tracks.succession`), ``begun`` is the first position's time.
Slots move when :meth:`Contacts.drop` throws out what was long silent: keep :meth:`ids`, not slots.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from selat.kernels import segments
from selat.kernels.belief import Belief, Errors, Told, believe, by_contact
from selat.kernels.filter import Smooth
from selat.kernels.ring import Ring
from selat.kernels.segments import Heads, Traced, Whos
from selat.model.clock import MINUTE
from selat.model.columns import Columns
from selat.model.schema import NO_TIME, STATICS
from selat.model.targets import is_target
from selat.tracks.clean import rows_of
from selat.tracks.identity import Gates
from selat.tracks.kinds import Kind, kinds_of
from selat.tracks.slots import PARTS, STATIC, Array, Slots, grown
from selat.tracks.trail import RECENT_EVERY, RING_EVERY

LOST_MOVING = 6 * MINUTE  #: silent for so long, a ship under way is lost (class A sends every 2 to 10 s)
LOST_TARGET = 1 * MINUTE  #: a target of a radar that is not seen for 20 turns is gone
LOST_STOPPED = 18 * MINUTE  #: six times the 3 minutes of ships that lie still (M.1371 Table 1)

#: Of reports. Position: GNSS with the accuracy flag (<= 10 m, M.1371-5 Table 47), without it, from an archive that
#: has no flag; type 27 (1/10 minute, latency) and dead reckoning are own estimates, as are seconds and velocities
#: (SOG is sent in 0.1 kn, COG wanders by a degree or so; class B and small craft yaw).
ERRORS = Errors(
    accurate=10.0, coarse=50.0, unsaid=20.0, long_range=150.0, reckoned=300.0, second=0.3, late=1.0, speed=0.15,
    share=0.02, q=np.array([0.03, 0.01, 0.05, 1e-6, 1e-4, 10.0, 0.03]),
)  # fmt: skip


class Contacts(Slots):
    """All contacts of the picture. Only the floor changes it; detectors read."""

    def __init__(self, gates: Gates | None = None) -> None:
        super().__init__()
        self.gates = gates or Gates()
        self.gone: deque[tuple[int, int]] = deque(maxlen=100_000)
        self.links: dict[int, dict[str, Any]] = {}  #: by lasting number of the newer contact: why it is the older one
        self.joined = np.zeros((0, 2), "i8")  #: lasting numbers: targets that are known to be ships of AIS, and which
        self.echoes = np.zeros((0, 2), "i8")  #: ... that may be: too young to be known
        self.fusion: Any = None  #: what joins them (:class:`selat.tracks.fuse.Fusion`)

    def update(self, reports: Columns, mark: Array | None = None) -> Traced:
        """Take reports, in order of time, into the picture; returns what became of each (slots are those of now)."""
        mark = np.zeros(reports.rows, "u1") if mark is None else mark
        out = segments.empty_trace(reports.rows)
        self.version += reports.rows > 0
        if 0 < reports.rows <= 8192:
            self._reserve(reports.rows)
            self._take(reports, mark, out)
            return out
        for lo in range(0, reports.rows, 8192):
            part = reports.slice(lo, min(lo + 8192, reports.rows))
            self._reserve(part.rows)
            self._take(part, mark[lo : lo + part.rows], Traced(*(a[lo : lo + part.rows] for a in out)))
        return out

    def _take(self, reports: Columns, mark: Array, out: Traced) -> None:
        rows = rows_of(reports, mark)
        told = Told(
            reports["lat"], reports["lon"], reports["sog"], reports["cog"], reports["heading"], reports["nav_status"],
            kinds_of(reports["mmsi"], reports["msg_type"]), reports["flags"], reports["station"], reports["received"],
            reports["time_quality"],
        )  # fmt: skip
        p = self._parts
        heads, whos = Heads(**p["heads"]), Whos(**self._whos)
        self.n, self._whos_n = segments.assign(
            rows, self._table, whos, heads, self.n, self._whos_n, self.gates.packed(), out
        )
        believe(
            rows, told, out, Belief(**p["belief"]), Smooth(**p["smooth"]), Ring(**p["track"]), Ring(**p["recent"]),
            self.version, ERRORS, RING_EVERY, RECENT_EVERY, by_contact(out.slot, self.n),
        )  # fmt: skip

    def declare(self, statics: Columns) -> None:
        """Take static data into the picture: per MMSI the newest value that was given, field by field."""
        if not statics.rows:
            return
        self.version += 1
        self._reserve(statics.rows)
        whos = Whos(**self._whos)
        said = self._said
        for i, mmsi in enumerate(statics["mmsi"].tolist()):
            k, self._whos_n = segments.meet(self._table, whos, mmsi, self._whos_n)
            if statics["time"][i] < said["time"][k]:
                continue
            said["time"][k], said["seq"][k] = statics["time"][i], statics["seq"][i]
            for name in STATIC:
                value = statics[name][i]
                if value != STATICS[name].null:
                    said[name][k] = value
            self._touch(k)

    def _touch(self, who: int) -> None:
        slot = int(self._whos["first"][who])
        while slot >= 0:
            self._parts["belief"]["version"][slot] = self.version
            slot = int(self.next[slot])

    def _reserve(self, more: int) -> None:
        """Room for ``more`` new contacts and MMSIs."""
        if self.n + more > len(self._parts["heads"]["who"]):
            size = max(1024, (self.n + more) * 3 // 2)
            self._parts = {part: grown(part, old, self.n, size) for part, old in self._parts.items()}
        if self._whos_n + more > len(self._whos["mmsi"]):
            size = max(1024, (self._whos_n + more) * 3 // 2)
            self._whos = grown("whos", self._whos, self._whos_n, size)
            self._said = grown("said", self._said, self._whos_n, size)
        if 2 * (self._whos_n + more) > len(self._table):
            self._table = np.full(1 << (4 * (self._whos_n + more)).bit_length(), -1, dtype="i4")
            segments.rehash(self._table, self._whos["mmsi"], self._whos_n)

    def mark_lost(self, now: int) -> Array:
        """Mark contacts that are silent for too long at ``now`` (ns, event time); returns those that became so."""
        moving = np.hypot(self.vx, self.vy) > 0.25
        limit = np.where(moving & (self.kind != Kind.AIRCRAFT), LOST_MOVING, LOST_STOPPED)
        limit[is_target(self.mmsi)] = LOST_TARGET
        lost = (self.heard != NO_TIME) & (now - self.heard > limit)
        newly = np.flatnonzero(lost & ~self.lost)
        if newly.size:
            self.version += 1
            self._parts["belief"]["lost"][newly] = True
            self._parts["belief"]["version"][newly] = self.version
        return newly

    def drop(self, before: int) -> int:
        """Throw out contacts last heard before ``before`` (ns); returns how many. MMSIs and their statics stay."""
        keep = np.flatnonzero(self.heard >= before)
        dropped = self.n - keep.size
        if not dropped:
            return 0
        self.version += 1
        out = np.setdiff1d(np.arange(self.n), keep)
        self.gone.extend((self.version, int(i)) for i in self.ids()[out])
        for i in self.ids()[out].tolist():
            self.links.pop(i, None)
        moved = np.full(self.n + 1, -1, dtype="i4")
        moved[keep] = np.arange(keep.size)
        old_next, who = self.next.copy(), self.who.copy()
        for columns in self._parts.values():
            for a in columns.values():
                a[: keep.size] = a[keep]
        w, n = self._whos, self._whos_n
        for slot in out.tolist():  # take it out of its MMSI's chain
            k, after = int(who[slot]), int(old_next[slot])
            w["open"][k] -= 1
            if w["first"][k] == slot:
                w["first"][k] = after
            else:
                s = int(w["first"][k])
                while old_next[s] != slot:
                    s = int(old_next[s])
                old_next[s] = after
        self.n = keep.size
        self._parts["heads"]["next"][: self.n] = moved[old_next[keep]]
        w["first"][:n], w["slot"][:n] = moved[w["first"][:n]], moved[w["slot"][:n]]
        return dropped

    def state(self, *, copy: bool = True) -> dict[str, Any]:
        """All of it as plain numbers and arrays; without ``copy`` views, good until the next change."""

        def taken(columns: dict[str, Array], n: int) -> dict[str, Array]:
            return {k: a[:n].copy() if copy else a[:n] for k, a in columns.items()}

        arrays: dict[str, Any] = {part: taken(columns, self.n) for part, columns in self._parts.items()}
        arrays["whos"], arrays["said"] = taken(self._whos, self._whos_n), taken(self._said, self._whos_n)
        gone = np.array(list(self.gone), dtype="i8").reshape(-1, 2)
        return {**arrays, "version": self.version, "gone": gone, "links": {str(k): v for k, v in self.links.items()}}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`; columns that it does not know begin anew."""
        self.n, self._whos_n = len(state["heads"]["who"]), len(state["whos"]["mmsi"])
        self._parts = {part: grown(part, state.get(part, {}), self.n, self.n) for part in PARTS}
        self._whos, self._said = (grown(p, state[p], self._whos_n, self._whos_n) for p in ("whos", "said"))
        self.version = int(state["version"])
        self.links = {int(k): dict(v) for k, v in state.get("links", {}).items()}
        self.gone = deque(((int(v), int(i)) for v, i in state["gone"]), maxlen=100_000)
        self._table = np.full(max(64, 1 << (4 * self._whos_n).bit_length()), -1, dtype="i4")
        segments.rehash(self._table, self._whos["mmsi"], self._whos_n)
