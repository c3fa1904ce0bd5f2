"""NMEA lines of a ship or a VTS: AIS, and the targets of its radar among them.

AIS is read as ever by :class:`~selat.readers.aivdm.AivdmReader`; of what it lays aside, sentences of a radar (TTM, TLL, TTD,
TLB, OSD, RSD) are taken up here, so that AIS costs nothing more. A target becomes a report with ``msg_type`` 0:

* TTM and TTD give range and bearing; the place of the radar is the one that ``[radar.NAME]`` states, else that of own ship
  by RMC, GGA, GNS, GLL or her own AIS (VDO), not older than a minute. A bearing relative to the bow needs her heading.
* Speed and course are kept where they are over ground: those relative to own ship or through the water are not.
* A target that is being acquired (Q) is not yet there; one that is lost (L) ends, and its number then means another one.

Sentences of own ship are counted among the lines that are no AIS, as they were before.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from typing import Any

import numpy as np

from selat.model.clock import SECOND
from selat.model.columns import Array, concat
from selat.model.errors import Reason
from selat.model.ports import Batch
from selat.model.radar import Site, Sites, site_of
from selat.model.schema import DEGREES, I32, NO_TIME, Flag, TimeQuality
from selat.readers import radar_sentences as sentences
from selat.readers import radar_ttd as ttd
from selat.readers.aisstream_rows import Bad
from selat.readers.aivdm import AivdmReader
from selat.readers.radar_lives import Lives
from selat.readers.radar_own import OwnShip, nearest
from selat.readers.radar_rows import Row, TargetRows, rejects_of, tags

SKEW = 60 * SECOND  #: ns: a sentence's own time that is further from when it was heard is of a wrong clock
REPEAT = 30 * SECOND  #: ns: a target's sentence with the same time of day within this is heard again
WAIT_LINES = 1000  #: lines after which a part of TTD waits no longer
GROUPS = 64  #: groups of TTD that may wait at once
_KINDS = "|".join((*sentences.OF_RADAR, *(k for k in sentences.LAYOUTS if k not in sentences.OF_RADAR)))
_SENTENCE = re.compile(rb"[$!]([A-Z][A-Z0-9])(" + _KINDS.encode() + rb"),([^*\\]*)(?:\*([0-9A-Fa-f]{2}))?")
_LOOKED = (int(Reason.NOT_AIS), int(Reason.NOISE))
_COLUMNS = ("seq", "received", "offset", "reason", "length", "raw")


class NmeaReader(AivdmReader):
    """Reads AIS and radar sentences of one source; implements :class:`selat.model.ports.Reader`."""

    def __init__(self, *, live: bool = False) -> None:
        super().__init__(live=live)
        self.radars: list[str] = [""]  #: names by id, 0 none; an empty one is called as the source is
        self._source = ""
        self._sites: Sites = ()
        self._origin = (0.0, 0.0)  # where the range and bearing at hand begin
        self._own, self._lives = OwnShip(), Lives(10_000)
        self._names: dict[int, str] = {}
        self._last: dict[tuple[int, int], tuple[str, int, int]] = {}  # (radar, target): sentence, when, seq
        self._parts: OrderedDict[tuple[str, str, str], dict[int, tuple[ttd.Part, Row]]] = OrderedDict()
        self._told = (-1, NO_TIME)  # seq of the last AIS row with a time, that time

    def know(self, source: str, sites: Sites) -> None:
        """Say what the source is called and which radars the settings describe."""
        self._source, self._sites = source, sites

    def feed(self, block: bytes, received: int, seq: int | None = None) -> Batch:
        """Read a block cut anywhere; see :class:`selat.model.ports.Reader`."""
        return self._with_targets(super().feed(block, received, seq), received)

    def flush(self) -> Batch:
        """Read what is left; parts that still wait are rejected."""
        batch = self._with_targets(super().flush(), int(self._last_time))
        late = [
            row._replace(reason=int(Reason.FRAGMENT_MISSING)) for g in self._parts.values() for _, row in g.values()
        ]
        self._parts.clear()
        if late:
            batch.rejects = concat([batch.rejects, rejects_of(late)], "rejects")
        return batch

    # --- lines that are no AIS ---------------------------------------------------------------------------------------
    def _with_targets(self, batch: Batch, received: int) -> Batch:
        reasons = batch.rejects["reason"] if batch.rejects.rows else np.zeros(0, np.uint8)
        looked = [] if not len(reasons) else np.flatnonzero(np.isin(reasons, _LOOKED)).tolist()
        raw = batch.rejects["raw"] if looked else ()
        found = {i: m for i in looked if (m := _SENTENCE.search(raw[i])) is not None}
        told = self._newest(batch)
        if found:
            self._take_up(batch, found, received)
        else:
            for _, lat, lon, when in self._own_ais(batch):
                self._own.at(lat, lon, when)
        self._told = told
        return batch

    def _take_up(self, batch: Batch, found: dict[int, re.Match[bytes]], received: int) -> None:
        """Give the sentences of ``found`` (by row of the rejects) their fate, in the order of lines."""
        out = TargetRows()
        seqs, times = self._timed(batch)
        own = self._own_ais(batch)
        values = [batch.rejects[c].tolist() for c in _COLUMNS]
        for i, row in enumerate(map(Row._make, zip(*values, strict=True))):
            m = found.get(i)
            if m is None:
                out.rejects.append(row)
                continue
            while own and own[0][0] < row.seq:
                self._own.at(*own.pop(0)[1:])
            at = int(np.searchsorted(seqs, row.seq)) - 1
            self._sentence(m, row, received, int(times[at]) if at >= 0 else self._told[1], out)
        for seq in own:
            self._own.at(*seq[1:])
        out.into(batch)

    def _sentence(self, m: re.Match[bytes], row: Row, received: int, carried: int, out: TargetRows) -> None:
        kind, body = m[2].decode(), m[3].decode("latin-1")
        good = m[4] is not None and _xor(m.string[m.start() + 1 : m.start(4) - 1]) == int(m[4], 16)
        tag = tags(m.string, m.start())
        heard, quality = tag.time, tag.quality
        if not heard and self.live:
            heard, quality = received, TimeQuality.CLOCK
        elif not heard and carried != NO_TIME:
            heard, quality = carried, TimeQuality.CARRIED
        elif not heard and self._own.now:
            heard, quality = self._own.now, TimeQuality.CARRIED
        when = _When(heard or received, received if self.live or not heard else heard, quality, tag.flags, tag.station)
        if kind not in sentences.OF_RADAR:
            out.rejects.append(row)
            if good:
                self._hear(kind, body, when)
            return
        try:
            if not good:
                raise Bad(Reason.CHECKSUM)
            if kind == "TTD":
                self._ttd(m[1].decode(), body, row, when, out)
            else:
                self._whole(kind, body, row, when, out)
        except Bad as e:
            out.rejects.append(row._replace(reason=int(e.reason)))

    def _hear(self, kind: str, body: str, when: _When) -> None:
        """A sentence of own ship; one that cannot be read tells nothing."""
        try:
            self._own.hear(kind, sentences.parse(kind, body), when.time)
        except Bad:
            return

    def _whole(self, kind: str, body: str, row: Row, when: _When, out: TargetRows) -> None:
        if kind == "TLB":
            radar = self._radar(when)
            for number, label in sentences.labels(body):
                if not self._lives.ended(radar, number):
                    self._name(self._lives.number(radar, number, when.time), label, row, when, out)
            out.kept += 1
            return
        f = sentences.parse(kind, body)
        if kind in ("OSD", "RSD"):
            self._own.hear(kind, f, when.time)
            out.kept += 1
            return
        if "clock" in f:
            when = when.at(f["clock"])
            radar = self._radar(when)
            before = self._last.get((radar, f["number"]))
            if before is not None and before[0] == kind + body and abs(when.received - before[1]) <= REPEAT:
                out.again(
                    row,
                    before[2],
                    when.received,
                    self._lives.number(radar, f["number"], when.time),
                    self._station(when),
                )
                return
        place = sentences.place(f) if kind == "TLL" else None
        unit = sentences.UNITS[f.get("units", "N")]
        polar = None if kind == "TLL" else (f["distance"] * unit[0], f["bearing"], f["bearing_of"] == "R")
        over_ground = kind == "TTM" and f.get("course_of") == "T" and "speed" in f and "course" in f
        motion = (f["speed"] * unit[1], f["course"]) if over_ground else None
        number = self._target(f["number"], f.get("status", "T"), place, polar, motion, row, when, out)
        if number and f.get("name"):
            self._name(number, f["name"], row, when, out)
        out.kept += 1
        if "clock" in f:
            self._last[self._radar(when), f["number"]] = (kind + body, when.received, row.seq)

    def _ttd(self, talker: str, body: str, row: Row, when: _When, out: TargetRows) -> None:
        part = ttd.part(body)
        key = (talker, part.sequence, when.station)
        for known, group in list(self._parts.items()):
            oldest = next(iter(group.values()))[1].seq
            other = known == key and (part.number in group or next(iter(group.values()))[0].total != part.total)
            if other or row.seq - oldest > WAIT_LINES or (known != key and len(self._parts) >= GROUPS):
                out.rejects += [
                    r._replace(reason=int(Reason.FRAGMENT_MISSING)) for _, r in self._parts.pop(known).values()
                ]
        group = self._parts.setdefault(key, {})
        group[part.number] = (part, row)
        if len(group) < part.total:
            return
        del self._parts[key]
        parts = [group[n][0] for n in range(1, part.total + 1)]
        try:
            found = ttd.targets("".join(p.payload for p in parts), parts[-1].fill)
            for t in found:
                if not t.test and t.status:
                    polar = (t.distance * sentences.UNITS["N"][0], t.bearing, False)
                    motion = (
                        None if t.speed is None or t.course is None else (t.speed * sentences.UNITS["N"][1], t.course)
                    )
                    self._target(t.number, t.status, None, polar, motion, row, when, out)
        except Bad as e:
            out.rejects += [r._replace(reason=int(e.reason)) for _, r in group.values()]
            return
        out.kept += part.total

    # --- targets -----------------------------------------------------------------------------------------------------
    def _target(
        self, track: int, status: str, place: tuple[float, float] | None, polar: tuple[float, float, bool] | None,
        motion: tuple[float, float] | None, row: Row, when: _When, out: TargetRows,
    ) -> int:  # fmt: skip
        """A report of one target; its number, 0 where it is none (yet, or any more). Raises :class:`Bad`."""
        radar = self._radar(when)
        if status == "Q":
            return 0
        if status == "L":
            if not self._lives.ended(radar, track):
                self._lives.number(radar, track, when.time, last=True)
            return 0
        if polar is not None:
            polar = self._aimed(polar, self._site(when), when)
            place = self._origin
        assert place is not None
        number = self._lives.number(radar, track, when.time)
        out.report(row.seq, number, when, place, polar, motion, self._station(when))
        return number

    def _aimed(self, polar: tuple[float, float, bool], site: Site | None, when: _When) -> tuple[float, float, bool]:
        """Range and true bearing; leaves where they begin in ``_origin``. Raises :class:`Bad` where that is not known."""
        away, bearing, relative = polar
        if site is not None and site.placed:
            self._origin = (site.lat, site.lon)
            return away, (bearing + site.north) % 360.0, False
        own = self._own.place(when.time)
        ahead = self._own.ahead(when.time) if relative else 0.0
        if own is None or math.isnan(ahead):
            raise Bad(Reason.NO_PLACE)
        self._origin = own
        return away, (bearing + ahead) % 360.0, False

    def _name(self, number: int, name: str, row: Row, when: _When, out: TargetRows) -> None:
        """A declaration of a target's name, where it is new."""
        if self._names.get(number) != name:
            self._names[number] = name
            out.name(row.seq, number, when, name, self._station(when))

    def _site(self, when: _When) -> Site | None:
        return site_of(self._sites, self._source) or (site_of(self._sites, when.station) if when.station else None)

    def _radar(self, when: _When) -> int:
        """Number of the radar that sends this: as the settings name it, or by its station, or the source itself."""
        site = self._site(when)
        name = site.name if site is not None else when.station
        if name in self.radars[1:]:
            return self.radars.index(name, 1)
        self.radars.append(name)
        return len(self.radars) - 1

    def _station(self, when: _When) -> int:
        return self.stations.index(when.station) if when.station in self.stations else 0

    # --- times of the lines around -----------------------------------------------------------------------------------
    def _timed(self, batch: Batch) -> tuple[Array, Array]:
        """(seq, when heard) of this batch's AIS rows that have a time, in order; of a log only."""
        if self.live:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        seqs, times = [], []
        for table in (batch.reports, batch.statics, batch.messages):
            if table.rows:
                known = table["time_quality"] > TimeQuality.NONE
                seqs.append(table["seq"][known])
                times.append(table["received"][known])
        seq = np.concatenate(seqs) if seqs else np.zeros(0, np.int64)
        order = np.argsort(seq, kind="stable")
        return seq[order], (np.concatenate(times) if times else seq)[order]

    def _newest(self, batch: Batch) -> tuple[int, int]:
        """(seq, when heard) of the last AIS row that has a time; of a log only."""
        told = self._told
        for table in () if self.live else (batch.reports, batch.statics, batch.messages):
            known = table["time_quality"] > TimeQuality.NONE
            if known.any():
                at = np.flatnonzero(known)
                last = int(at[np.argmax(table["seq"][at])])
                told = max(told, (int(table["seq"][last]), int(table["received"][last])))
        return told

    def _own_ais(self, batch: Batch) -> list[tuple[int, float, float, int]]:
        """(seq, lat, lon, when) of own ship's own reports (VDO) in this batch."""
        if not batch.reports.rows:
            return []
        r = batch.reports
        mine = np.flatnonzero((r["flags"] & Flag.OWN_SHIP != 0) & (r["lat"] != I32) & (r["lon"] != I32))
        rows = zip(
            r["seq"][mine].tolist(),
            r["lat"][mine].tolist(),
            r["lon"][mine].tolist(),
            r["time"][mine].tolist(),
            strict=True,
        )
        return sorted((s, a * DEGREES, o * DEGREES, t) for s, a, o, t in rows)

    # --- saved -------------------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """All that is needed to go on: see :meth:`restore`. Plain numbers, bytes and arrays."""
        parts = [[*key, *part, *row] for key, group in self._parts.items() for part, row in group.values()]
        return super().state() | {
            "radar": {
                "radars": list(self.radars), "own": self._own.state(), "lives": self._lives.state(), "told": list(self._told),
                "names": [[n, t] for n, t in self._names.items()], "parts": parts,
                "last": [[*k, *v] for k, v in self._last.items()],
            }
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`; one of before radars were read has none of theirs."""
        super().restore(state)
        s = state.get("radar")
        if s is None:
            return
        self.radars = [str(n) for n in s["radars"]]
        self._own = OwnShip(**s["own"])
        self._lives.restore(s["lives"])
        self._told = (int(s["told"][0]), int(s["told"][1]))
        self._names = {int(n): str(t) for n, t in s["names"]}
        self._last = {(int(r), int(t)): (str(b), int(w), int(q)) for r, t, b, w, q in s["last"]}
        self._parts = OrderedDict()
        for talker, sequence, station, total, number, of, payload, fill, *row in s["parts"]:
            part = ttd.Part(int(total), int(number), str(of), str(payload), int(fill))
            self._parts.setdefault((str(talker), str(sequence), str(station)), {})[part.number] = (part, Row._make(row))


class _When:
    """When a line was heard, and by whom: ``time`` best known, ``received``, both ns UTC."""

    __slots__ = ("flags", "quality", "received", "station", "time")

    def __init__(self, time: int, received: int, quality: int, flags: int, station: str) -> None:
        self.time, self.received, self.quality, self.flags, self.station = time, received, quality, flags, station

    def at(self, clock: int) -> _When:
        """The same with the time of day that the sentence itself states, where that clock is right."""
        time = nearest(clock, self.time)
        if self.quality > TimeQuality.NONE and abs(time - self.time) > SKEW:
            return self
        return _When(time, self.received, self.quality, self.flags | Flag.SECOND, self.station)


def _xor(data: bytes) -> int:
    x = 0
    for c in data:
        x ^= c
    return x
