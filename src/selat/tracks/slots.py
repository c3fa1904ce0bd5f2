"""Where contacts lie: arrays by slot, and how they are read. What changes them is :mod:`selat.tracks.contacts`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import segments
from selat.kernels.ring import Ring
from selat.model.schema import NO_TIME, STATICS
from selat.tracks import trail
from selat.tracks.trail import RECENT, RING, Trail

ID_BITS = 20

Array = NDArray[Any]
Spec = dict[str, tuple[str, Any]]
# dtype and the value of a fresh slot
HEADS: Spec = {
    "who": ("i4", -1), "ordinal": ("i4", 0), "next": ("i4", -1), "time": ("i8", NO_TIME), "lat": ("f8", np.nan),
    "lon": ("f8", np.nan), "sog": ("f4", np.nan), "cog": ("f4", np.nan), "reports": ("i8", 0), "heard": ("i8", NO_TIME),
    "cls": ("u1", 0), "begun": ("i8", NO_TIME), "exact": ("?", False),
}  # fmt: skip
BELIEF: Spec = {
    "heading": ("f4", np.nan), "status": ("u1", 255), "kind": ("u1", 0), "msg_type": ("u1", 0), "flags": ("u2", 0),
    "station": ("u2", 0), "seq": ("i8", -1), "received": ("i8", NO_TIME), "version": ("i8", 0), "lost": ("?", False),
    "motion": ("u1", 0), "motion_since": ("i8", NO_TIME), "motion_sure": ("f4", 0.0),
    "motion_next": ("u1", 0), "motion_votes": ("u1", 0), "motion_from": ("i8", NO_TIME),
    "successor": ("i8", -1), "predecessor": ("i8", -1),
}  # fmt: skip
SMOOTH: Spec = {
    "slat": ("f8", np.nan), "slon": ("f8", np.nan), "su": ("f8", 0.0), "sv": ("f8", 0.0), "pp": ("f8", 0.0),
    "pv": ("f8", 0.0), "vv": ("f8", 100.0), "vx": ("f4", np.nan), "vy": ("f4", np.nan), "sigma": ("f4", np.nan),
    "vsigma": ("f4", np.nan), "nis": ("f4", 1.0), "odd": ("u1", 0),
}  # fmt: skip
WHOS: Spec = {
    "mmsi": ("i4", 0), "first": ("i4", -1), "given": ("i4", 0), "open": ("i4", 0), "slot": ("i4", -1),
    "time": ("i8", NO_TIME), "lat": ("f8", np.nan), "lon": ("f8", np.nan), "seq": ("i8", -1),
}  # fmt: skip
STATIC = (
    "imo", "callsign", "name", "ship_type", "to_bow", "to_stern", "to_port", "to_starboard", "draught", "destination",
    "eta_month", "eta_day", "eta_hour", "eta_minute", "mothership",
)  # fmt: skip
PARTS = ("heads", "belief", "smooth", "track", "recent")  #: tables by slot; the others are by MMSI


def fresh(part: str, size: int) -> dict[str, Array]:
    """A table of ``size`` fresh rows."""
    if part in ("track", "recent"):
        return trail.fresh(size, RING if part == "track" else RECENT)
    if part == "said":
        out: dict[str, Array] = {n: np.full(size, STATICS[n].null, dtype=STATICS[n].stored) for n in STATIC}
        return {**out, "time": np.full(size, NO_TIME, dtype="i8"), "seq": np.full(size, -1, dtype="i8")}
    spec = {"heads": HEADS, "belief": BELIEF, "smooth": SMOOTH, "whos": WHOS}[part]
    return {k: np.full(size, v, dtype=t) for k, (t, v) in spec.items()}


def grown(part: str, old: dict[str, Array], n: int, size: int) -> dict[str, Array]:
    """A table of ``size`` rows, the first ``n`` of them from ``old`` where that has the column."""
    new = fresh(part, size)
    for k, a in new.items():
        if k in old and old[k].shape[1:] == a.shape[1:]:
            a[:n] = old[k][:n]
    return new


class Slots:
    """The contacts' columns, to be read."""

    def __init__(self) -> None:
        self.n = 0
        self.version = 0
        self._whos_n = 0
        self._parts = {part: fresh(part, 0) for part in PARTS}
        self._whos = fresh("whos", 0)
        self._said = fresh("said", 0)
        self._table = np.full(64, -1, dtype="i4")

    def __len__(self) -> int:
        return self.n

    def __getattr__(self, name: str) -> Array:
        """A column of the contacts, a view; :class:`AttributeError` for other names."""
        parts = self.__dict__.get("_parts", {})
        for part in PARTS[:3]:
            columns = parts.get(part, {})
            if name in columns:
                return columns[name][: self.n]  # type: ignore[no-any-return]
        raise AttributeError(name)

    @property
    def mmsi(self) -> Array:
        """MMSI of each contact."""
        return self._whos["mmsi"][self.who]

    def ids(self) -> Array:
        """Lasting number of each contact: MMSI and ordinal of its segment in one int64."""
        return (self.mmsi.astype("i8") << ID_BITS) | self.ordinal

    def static(self, name: str) -> Array:
        """A column of what the contacts' MMSIs declared, in the stored layout of ``statics``."""
        return self._said[name][self.who]

    def said(self, slot: int) -> dict[str, Any]:
        """All that one contact's MMSI declared, in the stored layout of ``statics``, with its ``mmsi``, ``time``, ``seq``."""
        k = int(self.who[slot])
        return {"mmsi": int(self._whos["mmsi"][k]), **{name: column[k] for name, column in self._said.items()}}

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
        raw = bytes(self._said["name"][self.who[slot]])
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
            slot = int(self.next[slot])
        return np.array(out, "i4")

    def track(self, slot: int) -> Trail:
        """The last two hours of a contact, one position in 75 s."""
        return trail.read(self._parts["track"], slot)

    def recent(self, slot: int) -> Trail:
        """The last ten minutes or more of a contact, positions 5 s apart at least."""
        return trail.read(self._parts["recent"], slot)

    def rings(self) -> tuple[Ring, Ring]:
        """Recent positions and track of all contacts as kernels take them, in the stored layout; to be read only."""
        return Ring(**self._parts["recent"]), Ring(**self._parts["track"])

    def changed_since(self, version: int) -> Array:
        """Slots changed after ``version``."""
        return np.flatnonzero(self._parts["belief"]["version"][: self.n] > version)
