"""A clock that is off: of a receiving station, or of a ship.

What it finds
    *Station*: the time at which a station says that it heard a report, against the UTC second that the report itself
    carries, off by more than 5 s in the mean of 30 reports over a minute, or by so much that other stations' reports come
    as 30 s late. Whole minutes cannot be told from seconds: the sentence gives the smallest fit. *Ship*: the second in her
    reports is off by more than 8 s against all others of the same station, in 20 reports in a row. Judged every minute. A
    warning for a station, a caution for a ship.
Why it matters
    Every time of the picture rests on these clocks: speeds, closest approaches, and which report came first.
False alarms
    A network that holds reports back and stamps them when it sends; units of class B that send an old fix. A report
    without a second (60 to 63) tells nothing.
Reference
    ITU-R M.1371-5 Annex 8, time stamp; Global Fishing Watch leaves out hours of satellites with clocks off by 30 s;
    behaviours 2.11.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors._life import Pace
from selat.detectors._rows import RowRule
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.schema import NO_TIME, Flag
from selat.tracks import say
from selat.tracks.kinds import is_ship
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    off: float = param(5.0, "s", "A station's stamps are off by more than", "selat: networks deliver within 2 s")
    late: float = param(30.0, "s", "... or its reports come late by more than", "GFW: 30 s")
    reports: int = param(30, "1", "Reports of a station in a minute", "selat")
    ship: float = param(8.0, "s", "A ship's second is off by more than", "selat: slow units of class B")
    row: int = param(20, "1", "... in so many reports in a row", "selat")
    forget: float = param(1800.0, "s", "A ship that was not heard for so long is left", "selat")


@dataclass(frozen=True)
class ClockOff(RowRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "clock_off"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 3, 900.0, 600.0))

    def take(self, window: Window, memory: Any) -> Any:
        """Memory: by station [reports, sums of cosine and sine of the offset as a part of a minute, late, seq], and by
        suspect ship [reports in a row, cosine, sine, since, seq, station].
        """
        old = memory or {"stations": {}, "usual": {}, "ships": {}}
        r = window.reports
        use = ((r["flags"] & int(Flag.SECOND)) > 0) & (r["received"] != NO_TIME) & (r["time"] != NO_TIME)
        rows = np.flatnonzero(use)
        if not rows.size:
            return old
        off = (r["received"][rows] - r["time"][rows]) / SECOND
        station = r["station"][rows].astype("i8")
        angle = off * (2.0 * math.pi / 60.0)
        late = (window.now - r["time"][rows]) / SECOND > self.p.late
        stations = dict(old["stations"])
        for s in np.unique(station).tolist():
            at = station == s
            n, c, d, w, seq = stations.get(str(s), [0, 0.0, 0.0, 0, 0])
            stations[str(s)] = [
                n + int(at.sum()), c + float(np.cos(angle[at]).sum()), d + float(np.sin(angle[at]).sum()),
                w + int(late[at].sum()), max(seq, int(r["seq"][rows[at]].max())),
            ]  # fmt: skip
        return {**old, "stations": stations, "ships": self._ships(r, rows, off, station, old)}

    def _ships(self, r: Columns, rows: Any, off: Any, station: Any, old: Any) -> dict[str, list[Any]]:
        """Ships whose second is off against what is usual of the station."""
        ships = old["ships"]
        usual = np.array([old["usual"].get(str(s), math.nan) for s in station.tolist()])
        with np.errstate(invalid="ignore"):
            gap = (off - usual + 30.0) % 60.0 - 30.0
            odd = np.abs(gap) > self.p.ship
        mmsi = r["mmsi"][rows]
        known = np.isin(mmsi, [int(k) for k in ships]) if ships else np.zeros(rows.size, bool)
        if not (odd | known).any():
            return dict(ships)
        out = dict(ships)
        for k in np.flatnonzero(odd | known).tolist():
            key = str(int(mmsi[k]))
            if not odd[k]:
                out.pop(key, None)
                continue
            n, total, since, seq, _ = out.get(key, [0, 0.0, int(r["time"][rows[k]]), [], 0])
            seq = [*seq[-19:], int(r["seq"][rows[k]])]
            out[key] = [n + 1, total + float(gap[k]), since, seq, int(r["time"][rows[k]])]
        return out

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Stations by the minute that ended, ships by the reports in a row."""
        m = memory or {"stations": {}, "usual": {}, "ships": {}}
        found, usual = [], dict(m["usual"])
        means = {}
        for name, (n, c, d, late, seq) in sorted(m["stations"].items()):
            if n < 5:
                continue
            mean = math.atan2(d, c) * 60.0 / (2.0 * math.pi)
            usual[name] = round(mean, 3)
            means[name] = (n, mean, math.hypot(c, d) / n, late / n, seq)
        for name, (n, mean, tight, late, seq) in means.items():
            evidence = {
                "seq": [seq], "station": int(name), "ship": None, "offset": round(mean, 2), "tight": round(tight, 3),
                "reports": n, "late": round(late, 3), "now": window.now,
            }  # fmt: skip
            nowhere = float("nan")
            found.append(
                Finding(f"station/{name}", (), window.now - MINUTE + int(name), nowhere, nowhere, evidence, window.now)
            )
        limit = window.now - round(self.p.forget * SECOND)
        ships = {k: v for k, v in m["ships"].items() if v[4] >= limit}
        found += self._off(window, ships)
        good = [f for f in found if self.judge(f.evidence) is not None]
        return good, {"stations": {}, "usual": usual, "ships": ships}

    def _off(self, w: Window, ships: dict[str, list[Any]]) -> list[Finding]:
        c, out = w.contacts, []
        for key, (n, total, since, seq, last) in sorted(ships.items()):
            slots = c.of(int(key))
            if n < self.p.row or not slots.size or not is_ship(c.kind[slots[:1]])[0]:
                continue
            slot = int(slots[0])
            evidence = {
                "seq": seq, "station": int(c.station[slot]), "offset": round(total / n, 2), "tight": 1.0, "reports": n,
                "late": 0.0, "ship": {"mmsi": int(key), "name": c.name(slot)}, "now": w.now,
            }  # fmt: skip
            out.append(
                Finding(
                    str(w.ids([slot])[0]), (int(key),), since, float(c.lat[slot]), float(c.lon[slot]), evidence, last
                )
            )
        return out

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Off, steadily, in enough reports."""
        e, p = evidence, self.p
        way = "ahead" if (e["offset"] > 0) == (e["ship"] is None) else "behind"
        if e["ship"] is not None:
            if e["reports"] < p.row or abs(e["offset"]) <= p.ship:
                return None
            sentence = (
                f"The clock of {e['ship']['name']} is {abs(e['offset']):.0f} s {way} (limit {p.ship:.0f} s): the UTC second of "
                f"{e['reports']} reports in a row (limit {p.row}) against all others of station {e['station']}."
            )
            return Verdict(
                "caution", sentence, {"rows": 0.9}, ("her unit sends old positions",), "Tell her; allow for it in her track.",
            )  # fmt: skip
        steady = e["tight"] > 0.8 and abs(e["offset"]) > p.off
        if e["reports"] < p.reports or not (steady or e["late"] > 0.5):
            return None
        how = (
            f"its stamps are {abs(e['offset']):.0f} s {way} (limit {p.off:.0f} s) of the second in the reports, in the mean of "
            f"{e['reports']} in a minute, if not by whole minutes more"
            if steady
            else f"{100 * e['late']:.0f} % of {e['reports']} reports in a minute come more than {p.late:.0f} s late, against others"
        )
        return Verdict(
            "warning", f"The clock of station {e['station']} is off, or that of the others: {how}.",
            {"steady": 0.9 if steady else 0.6, "reports": 0.95 if e["reports"] > 2 * p.reports else 0.8},
            ("the network holds reports back and stamps them when it sends",),
            "Have its clock set; do not trust its times meanwhile.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when the clock is right again."""
        who = f"station {evidence['station']}" if evidence["ship"] is None else evidence["ship"]["name"]
        return f"The clock of {who} is right again, at {say.clock(evidence['now'])} UTC or soon after."

    def golden(self) -> Golden:
        """Two stations, one of which stamps 20 s ahead; and a ship whose second is 15 s off."""
        parts = []
        for n in range(16):
            rows = made.sail(563520000 + n, 1.2 + 0.02 * n, 104.0, 9.0, 80.0, range(0, 900, 10))
            late = 20 * SECOND * (n >= 8)
            parts.append(_second(rows, 1 + (n >= 8), rows["received"] + late))
        odd = made.sail(563520099, 1.6, 104.0, 9.0, 80.0, range(0, 900, 10))
        parts.append(_second(odd, 1, odd["received"] + 15 * SECOND))
        statics = made.numbered(*[made.ship(563520000 + n, f"GOLDEN TICK {n}", 120, 18, 70) for n in (*range(16), 99)])
        expect = (("warning", ()), ("caution", (563520099,)))
        return Golden(made.numbered(concat(parts, "reports")), statics, empty("messages"), expect)


def _second(rows: Columns, station: int, received: Any) -> Columns:
    return rows.replace(
        station=np.full(rows.rows, station), flags=np.full(rows.rows, int(Flag.SECOND)), received=received
    )


DETECTOR = ClockOff()
