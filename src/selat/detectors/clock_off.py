"""A clock that is off: of a receiving station, or of a ship.

What it finds
    *Station*: the times of a station's reports do not fit, by more than 5 s in most of 30 reports and more, those of the
    last minute or of as many minutes (5 at most) as it takes to bring 30, and all alike (scatter below 8 s). Its stamps
    are ahead of the clock here: its reports come from the future. Or its reports come so much later than their own UTC
    second says: its clock is ahead where the log has its stamps, else its link holds them back. Or the seconds that the
    reports carry no longer fit its stamps within 15 s, though they did. *Ship*: the second in her reports is off by more
    than 8 s against all others of the same station, in 20 reports in a row. Judged every minute. A warning for a station,
    a caution for a ship.
Why it matters
    Every time of the picture rests on these clocks: speeds, closest approaches, and which report came first.
False alarms
    A network that holds reports back and stamps them when it sends; a clock here that is off (then all stations are
    told of); units of class B that send an old fix. A report without a second (60 to 63) tells nothing of a ship.
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
    most: float = param(0.7, "1", "... in this share of its reports", "selat")
    scatter: float = param(
        8.0, "s", "... with a scatter below this", "selat: seconds are believed within 15 s of a stamp"
    )
    seconds: float = param(0.3, "1", "Its stamps fit the seconds of fewer of its reports", "selat")
    usual: float = param(0.8, "1", "... than this share, as they did", "selat: 0.95 and more of class A")
    reports: int = param(30, "1", "Reports of a station, of the last minute or of as many as it takes ...", "selat")
    minutes: int = param(
        5, "1", "... but no more minutes than this", "selat: a clock that is off for less is no matter"
    )
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
        """Memory: by station since the last look [reports, those from the future, those too late, their sums and sums of
        squares of s, those whose second fits, seq] and in minutes before; its usual [s, share that fits]; by suspect ship
        [reports in a row, s, since, seq, last, station].
        """
        old = memory or {"stations": {}, "usual": {}, "ships": {}}
        r, p = window.reports, self.p
        rows = np.flatnonzero((r["received"] != NO_TIME) & (r["time"] != NO_TIME) & (r["msg_type"] != 4))
        if not rows.size:
            return old
        off = (r["received"][rows] - r["time"][rows]) / SECOND
        station = r["station"][rows].astype("i8")
        fits = (r["flags"][rows] & int(Flag.SECOND)) > 0
        odd = np.where(np.abs(off) > p.off, np.sign(off), 0.0)
        stations = dict(old["stations"])
        for s in _named(station):
            at = station == s
            ahead, late = off[at & (odd < 0)], off[at & (odd > 0)]
            new = [
                int(at.sum()), len(ahead), float(ahead.sum()), float((ahead**2).sum()), len(late), float(late.sum()),
                float((late**2).sum()), int((at & fits).sum()), float(off[at & fits & (odd == 0)].sum()),
                int((at & fits & (odd == 0)).sum()),
            ]  # fmt: skip
            was = stations.get(str(s), [0] * 11)
            stations[str(s)] = [*(a + b for a, b in zip(was, new, strict=False)), int(r["seq"][rows[at]].max())]
        return {**old, "stations": stations, "ships": self._ships(r, rows[fits], off[fits], station[fits], old)}

    def _ships(self, r: Columns, rows: Any, off: Any, station: Any, old: Any) -> dict[str, list[Any]]:
        """Ships whose second is off against what is usual of the station."""
        ships = old["ships"]
        by_station = np.full(int(station.max(initial=0)) + 1, math.nan)
        for s in _named(station):
            by_station[s] = old["usual"].get(str(s), (math.nan,))[0]
        usual = by_station[station]
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
            n, total, since, seq, *_ = out.get(key, [0, 0.0, int(r["time"][rows[k]]), [], 0, 0])
            seq = [*seq[-19:], int(r["seq"][rows[k]])]
            out[key] = [n + 1, total + float(gap[k]), since, seq, int(r["time"][rows[k]]), int(station[k])]
        return out

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Stations by the minute that ended, ships by the reports in a row."""
        m = memory or {"stations": {}, "usual": {}, "ships": {}}
        found, usual = [], dict(m["usual"])
        past = [m["stations"], *m.get("past", [])][: self.p.minutes]
        for name in sorted(m["stations"]):
            n, ahead, a1, a2, late, l1, l2, fits, on_time, right, seq = _enough(name, past, self.p.reports)
            if n < 5:
                continue
            share = usual[name][1] if name in usual else 0.0
            kind, count, total, square = ("ahead", ahead, a1, a2) if ahead >= late else ("late", late, l1, l2)
            if count < self.p.most * n and fits < self.p.seconds * n and share > self.p.usual:
                kind = "seconds"
            offset = total / count if count else 0.0
            scatter = math.sqrt(max(square / count - offset**2, 0.0)) if count else 0.0
            evidence = {
                "seq": [seq], "station": int(name), "ship": None, "kind": kind, "offset": round(offset, 2), "count": count,
                "scatter": round(scatter, 3), "reports": n, "fits": fits, "usual": round(share, 3), "now": window.now,
            }  # fmt: skip
            nowhere = float("nan")
            found.append(
                Finding(f"station/{name}", (), window.now - MINUTE + int(name), nowhere, nowhere, evidence, window.now)
            )
            if 2 * right > n:  # what is off is not usual
                share = share + 0.1 * (fits / n - share) if name in usual else fits / n
                usual[name] = [round(on_time / right, 3), round(share, 4)]
        limit = window.now - round(self.p.forget * SECOND)
        off = {int(f.evidence["station"]) for f in found if f.evidence["count"] > 0.3 * f.evidence["reports"]}
        ships = {k: v for k, v in m["ships"].items() if v[4] >= limit and v[5] not in off}
        found += self._off(window, ships)
        good = [f for f in found if self.judge(f.evidence) is not None]
        return good, {"stations": {}, "usual": usual, "ships": ships, "past": past[: self.p.minutes - 1]}

    def _off(self, w: Window, ships: dict[str, list[Any]]) -> list[Finding]:
        c, out = w.contacts, []
        for key, (n, total, since, seq, last, _) in sorted(ships.items()):
            slots = c.of(int(key))
            if n < self.p.row or not slots.size or not is_ship(c.kind[slots[:1]])[0]:
                continue
            slot = int(slots[0])
            evidence = {
                "seq": seq, "station": int(c.station[slot]), "kind": "ship", "offset": round(total / n, 2), "reports": n,
                "ship": {"mmsi": int(key), "name": c.name(slot)}, "now": w.now,
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
        if e["kind"] == "ship":
            if e["reports"] < p.row or abs(e["offset"]) <= p.ship:
                return None
            sentence = (
                f"The clock of {e['ship']['name']} is {abs(e['offset']):.0f} s {'behind' if e['offset'] > 0 else 'ahead'} (limit "
                f"{p.ship:.0f} s): the UTC second of {e['reports']} reports in a row (limit {p.row}) against all others of "
                f"station {e['station']}."
            )
            return Verdict(
                "caution", sentence, {"rows": 0.9}, ("her unit sends old positions",), "Tell her; allow for it in her track.",
            )  # fmt: skip
        n = e["reports"]
        if n < p.reports or (e["kind"] == "seconds" and (e["fits"] >= p.seconds * n or e["usual"] <= p.usual)):
            return None
        if e["kind"] != "seconds" and (
            e["count"] < p.most * n or e["scatter"] > p.scatter or abs(e["offset"]) <= p.off
        ):
            return None
        off = f"{abs(e['offset']):.0f} s"
        what = {
            "ahead": f"are stamped {off} after they came in (limit {p.off:.0f} s): its clock is ahead, or that here is behind",
            "late": f"come {off} after the time that they carry (limit {p.off:.0f} s): its clock is ahead, or its link holds "
            "them back",
            "seconds": f"carry seconds that do not fit its stamps within 15 s, all but {e['fits']} (limit {p.seconds:.1f}; usually "
            f"{100 * e['usual']:.0f} % fit): its clock is off",
        }[e["kind"]]
        of = n if e["kind"] == "seconds" else f"{e['count']} of {n}"
        return Verdict(
            "warning", f"The times of station {e['station']} are off: {of} reports in a minute {what}.",
            {"alike": 0.9, "reports": 0.95 if n > 2 * p.reports else 0.8},
            ("the network holds reports back and stamps them when it sends", "the clock of this machine is off"),
            "Have its clock and its link looked at; do not trust its times meanwhile.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when the times are right again."""
        who = f"station {evidence['station']}" if evidence["ship"] is None else evidence["ship"]["name"]
        return f"The time of {who} is right again, at {say.clock(evidence['now'])} UTC or soon after."

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


def _enough(name: str, past: list[dict[str, list[Any]]], reports: int) -> list[Any]:
    """Counts of a station of the last minute, with those of minutes before it until there are so many reports."""
    out = list(past[0][name])
    for minute in past[1:]:
        if out[0] >= reports:
            break
        if name in minute:
            out[:-1] = [a + b for a, b in zip(out[:-1], minute[name][:-1], strict=True)]
    return out


def _named(station: Any) -> list[int]:
    """The stations (small numbers) that are in it, ascending."""
    named: list[int] = np.flatnonzero(np.bincount(station)).tolist()
    return named


def _second(rows: Columns, station: int, received: Any) -> Columns:
    return rows.replace(
        station=np.full(rows.rows, station), flags=np.full(rows.rows, int(Flag.SECOND)), received=received
    )


DETECTOR = ClockOff()
