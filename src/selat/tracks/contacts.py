"""Contacts: what we believe is one vessel now; arrays by slot, one slot a (mmsi, segment).

Columns that people and detectors read are properties (``lat``, ``lon`` in degrees, ``sog`` in m/s, ``cog``, ``heading``
in degrees, ``vx``, ``vy`` the smoothed velocity in m/s, ``status``, ``kind``, ``time`` of the last position, ``heard``
when last heard in event time, ``received``, ``reports``, ``seq``, ``version``, ``lost``). Slots move when
:meth:`Contacts.drop` throws out what was long silent: keep :meth:`ids`, not slots.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import segments
from selat.kernels.belief import Belief, Told, believe
from selat.kernels.segments import Heads, Traced, Whos
from selat.model.clock import MINUTE
from selat.model.columns import Columns
from selat.model.schema import NO_TIME, STATICS
from selat.tracks.clean import rows_of
from selat.tracks.identity import Gates
from selat.tracks.kinds import Kind, kinds_of

RING = 96  #: positions remembered of each contact
RING_EVERY = 75_000_000_000  #: ns between them: two hours in all
SMOOTH = 20.0  #: s over which the velocity is smoothed
LOST_MOVING = 6 * MINUTE  #: silent for so long, a ship under way is lost (class A sends every 2 to 10 s)
LOST_STOPPED = 18 * MINUTE  #: six times the 3 minutes of ships that lie still (M.1371 Table 1)
ID_BITS = 20

Array = NDArray[Any]
# dtype and the value of a fresh slot
_HEADS: dict[str, tuple[str, Any]] = {
    "who": ("i4", -1), "ordinal": ("i4", 0), "next": ("i4", -1), "time": ("i8", NO_TIME), "lat": ("f8", np.nan),
    "lon": ("f8", np.nan), "sog": ("f4", np.nan), "cog": ("f4", np.nan), "reports": ("i8", 0), "heard": ("i8", NO_TIME),
}  # fmt: skip
_BELIEF: dict[str, tuple[str, Any]] = {
    "vx": ("f4", np.nan), "vy": ("f4", np.nan), "heading": ("f4", np.nan), "status": ("u1", 255), "kind": ("u1", 0),
    "msg_type": ("u1", 0), "flags": ("u2", 0), "station": ("u2", 0), "seq": ("i8", -1), "received": ("i8", NO_TIME),
    "version": ("i8", 0), "lost": ("?", False), "ring_time": ("i8", NO_TIME), "ring_lat": ("f8", np.nan),
    "ring_lon": ("f8", np.nan), "ring_n": ("i8", 0),
}  # fmt: skip
_WHOS: dict[str, tuple[str, Any]] = {
    "mmsi": ("i4", 0), "first": ("i4", -1), "given": ("i4", 0), "open": ("i4", 0), "slot": ("i4", -1),
    "time": ("i8", NO_TIME), "lat": ("f8", np.nan), "lon": ("f8", np.nan), "seq": ("i8", -1),
}  # fmt: skip
_STATIC = (
    "imo", "callsign", "name", "ship_type", "to_bow", "to_stern", "to_port", "to_starboard", "draught", "destination",
    "eta_month", "eta_day", "eta_hour", "eta_minute", "mothership",
)  # fmt: skip


def _fresh(spec: dict[str, tuple[str, Any]], size: int) -> dict[str, Array]:
    return {
        k: np.full((size, RING) if k.startswith("ring_") and k != "ring_n" else size, v, dtype=t)
        for k, (t, v) in spec.items()
    }


def _static(size: int) -> dict[str, Array]:
    out = {n: np.full(size, STATICS[n].null, dtype=STATICS[n].stored) for n in _STATIC}
    out["time"] = np.full(size, NO_TIME, dtype="i8")
    out["seq"] = np.full(size, -1, dtype="i8")
    return out


def _grow(old: dict[str, Array], new: dict[str, Array], n: int) -> dict[str, Array]:
    for k, a in old.items():
        new[k][:n] = a[:n]
    return new


class Contacts:
    """All contacts of the picture. Only the floor changes it; detectors read."""

    def __init__(self, gates: Gates | None = None) -> None:
        self.gates = gates or Gates()
        self.n = 0
        self.version = 0
        self.gone: deque[tuple[int, int]] = deque(maxlen=100_000)
        self._whos_n = 0
        self._heads = _fresh(_HEADS, 0)
        self._belief = _fresh(_BELIEF, 0)
        self._whos = _fresh(_WHOS, 0)
        self._said = _static(0)
        self._table = np.full(64, -1, dtype="i4")

    def __len__(self) -> int:
        return self.n

    def __getattr__(self, name: str) -> Array:
        """A column of the contacts, a view; :class:`AttributeError` for other names."""
        for part in ("_heads", "_belief"):
            columns = self.__dict__.get(part, {})
            if name in columns:
                return columns[name][: self.n]  # type: ignore[no-any-return]
        raise AttributeError(name)

    @property
    def mmsi(self) -> Array:
        """MMSI of each contact."""
        return self._whos["mmsi"][self._heads["who"][: self.n]]

    def ids(self) -> Array:
        """Lasting number of each contact: MMSI and ordinal of its segment in one int64."""
        return (self.mmsi.astype("i8") << ID_BITS) | self.ordinal

    def static(self, name: str) -> Array:
        """A column of what the contacts' MMSIs declared, in the stored layout of ``statics``."""
        return self._said[name][self._heads["who"][: self.n]]

    def length(self) -> Array:
        """Length as declared, metres; NaN where it was not."""
        bow, stern = self.static("to_bow").astype("f8"), self.static("to_stern").astype("f8")
        total = np.where((bow == 65535) | (stern == 65535), np.nan, bow + stern)
        return np.where(total > 0, total, np.nan)

    def beam(self) -> Array:
        """Beam as declared, metres; NaN where it was not."""
        port, star = self.static("to_port").astype("f8"), self.static("to_starboard").astype("f8")
        total = np.where((port == 255) | (star == 255), np.nan, port + star)
        return np.where(total > 0, total, np.nan)

    def name(self, slot: int) -> str:
        """Name as declared, or the MMSI in words."""
        raw = bytes(self._said["name"][self._heads["who"][slot]])
        text = raw.decode("ascii", "replace").strip(" @\0")
        return text or f"MMSI {int(self.mmsi[slot]):09d}"

    def of(self, mmsi: int) -> Array:
        """Slots of an MMSI, newest segment first."""
        if not self._whos_n:
            return np.zeros(0, "i4")
        place = segments.find(self._table, self._whos["mmsi"], mmsi)
        who = int(self._table[place])
        out: list[int] = []
        slot = int(self._whos["first"][who]) if who >= 0 else -1
        while slot >= 0:
            out.append(slot)
            slot = int(self._heads["next"][slot])
        return np.array(out, "i4")

    def track(self, slot: int) -> tuple[Array, Array, Array]:
        """Time (ns), latitude and longitude (deg) of the last two hours of a contact, oldest first."""
        count = int(self._belief["ring_n"][slot])
        index = np.arange(max(0, count - RING), count) % RING
        return tuple(self._belief[k][slot, index] for k in ("ring_time", "ring_lat", "ring_lon"))

    def changed_since(self, version: int) -> Array:
        """Slots changed after ``version``; contacts thrown out since then are in :attr:`gone` as (version, id)."""
        return np.flatnonzero(self._belief["version"][: self.n] > version)

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
        heading = reports["heading"].astype("f4")
        heading[reports["heading"] >= 360] = np.nan
        told = Told(
            heading, reports["nav_status"], kinds_of(reports["mmsi"], reports["msg_type"]), reports["flags"],
            reports["station"], reports["received"],
        )  # fmt: skip
        heads, whos = Heads(**self._heads), Whos(**self._whos)
        self.n, self._whos_n = segments.assign(
            rows, self._table, whos, heads, self.n, self._whos_n, self.gates.packed(), out
        )
        believe(rows, told, out, Belief(**self._belief), self.version, SMOOTH, RING_EVERY)

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
            for name in _STATIC:
                value = statics[name][i]
                if value != STATICS[name].null:
                    said[name][k] = value
            self._touch(k)

    def _touch(self, who: int) -> None:
        slot = int(self._whos["first"][who])
        while slot >= 0:
            self._belief["version"][slot] = self.version
            slot = int(self._heads["next"][slot])

    def _reserve(self, more: int) -> None:
        """Room for ``more`` new contacts and MMSIs."""
        if self.n + more > len(self._heads["who"]):
            size = max(1024, (self.n + more) * 3 // 2)
            self._heads = _grow(self._heads, _fresh(_HEADS, size), self.n)
            self._belief = _grow(self._belief, _fresh(_BELIEF, size), self.n)
        if self._whos_n + more > len(self._whos["mmsi"]):
            size = max(1024, (self._whos_n + more) * 3 // 2)
            self._whos = _grow(self._whos, _fresh(_WHOS, size), self._whos_n)
            self._said = _grow(self._said, _static(size), self._whos_n)
        if 2 * (self._whos_n + more) > len(self._table):
            self._table = np.full(1 << (4 * (self._whos_n + more)).bit_length(), -1, dtype="i4")
            segments.rehash(self._table, self._whos["mmsi"], self._whos_n)

    def mark_lost(self, now: int) -> Array:
        """Mark contacts that are silent for too long at ``now`` (ns, event time); returns those that became so."""
        moving = np.hypot(self.vx, self.vy) > 0.25
        limit = np.where(moving & (self.kind != Kind.AIRCRAFT), LOST_MOVING, LOST_STOPPED)
        lost = (self.heard != NO_TIME) & (now - self.heard > limit)
        fresh = np.flatnonzero(lost & ~self.lost)
        if fresh.size:
            self.version += 1
            self._belief["lost"][fresh] = True
            self._belief["version"][fresh] = self.version
        return fresh

    def drop(self, before: int) -> int:
        """Throw out contacts last heard before ``before`` (ns); returns how many. MMSIs and their statics stay."""
        keep = np.flatnonzero(self.heard >= before)
        dropped = self.n - keep.size
        if not dropped:
            return 0
        self.version += 1
        out = np.setdiff1d(np.arange(self.n), keep)
        self.gone.extend((self.version, int(i)) for i in self.ids()[out])
        moved = np.full(self.n + 1, -1, dtype="i4")
        moved[keep] = np.arange(keep.size)
        old_next, who = self.next.copy(), self.who.copy()
        for columns in (self._heads, self._belief):
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
        self._heads["next"][: self.n] = moved[old_next[keep]]
        w["first"][:n], w["slot"][:n] = moved[w["first"][:n]], moved[w["slot"][:n]]
        return dropped

    def state(self) -> dict[str, Any]:
        """All of it as plain numbers and arrays."""
        parts = {"heads": (self._heads, self.n), "belief": (self._belief, self.n), "whos": (self._whos, self._whos_n)}
        parts["said"] = (self._said, self._whos_n)
        arrays = {name: {k: a[:n].copy() for k, a in columns.items()} for name, (columns, n) in parts.items()}
        gone = np.array(list(self.gone), dtype="i8").reshape(-1, 2)
        return {**arrays, "version": self.version, "gone": gone}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self._heads, self._belief, self._whos, self._said = (
            {k: np.array(a) for k, a in state[part].items()} for part in ("heads", "belief", "whos", "said")
        )
        self.n, self._whos_n = len(self._heads["who"]), len(self._whos["mmsi"])
        self.version = int(state["version"])
        self.gone = deque(((int(v), int(i)) for v, i in state["gone"]), maxlen=100_000)
        self._table = np.full(max(64, 1 << (4 * self._whos_n).bit_length()), -1, dtype="i4")
        segments.rehash(self._table, self._whos["mmsi"], self._whos_n)
