"""Distress beacons and distress texts.

What it finds
    AIS-SART (MMSI 970...), man overboard (972...) and EPIRB-AIS (974...) transmitters, and safety related texts
    (messages 12, 14) of anybody that speak of distress. One alert a beacon and episode: it is refreshed, not raised
    again, and no setting suppresses it. Navigational status 14 or a text with ACTIVE: active, priority emergency.
    Status 15 or a text with TEST: a test, priority caution, still shown. Any other status, or none (type 27, archives):
    active, since a beacon that was missed costs more than one that was looked at; the sentence says that no status was
    sent. What was once active stays so for the episode. An episode ends after six hours of silence.
Why it matters
    It is the reason for the watch. The evidence names who can be there first, and for a man overboard beacon the ship
    that passed its first position within the two hours before.
False alarms
    Inadvertent activation; beacons under test that send status 14; satellite copies (they only refresh). Silence of a
    beacon does not end its alert: only a person closes it.
Reference
    ITU-R M.1371-5 Annex 8 Table 45 (status 14, 15) and Annex 9 (bursts of 8 messages, one a minute); ITU-R M.585-9
    (970, 972, 974); IEC 61097-14. IMO MSC.302(87) for the priorities.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors._golden import numbered, sail, ship, text
from selat.detectors._life import plain
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.nouns import Alert
from selat.model.rule import Evidence, Golden, Verdict, conclude, param, values
from selat.model.schema import I32, NO_TIME
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import nearby, say
from selat.tracks.kinds import BEACONS
from selat.tracks.window import Window

_TEST = re.compile(r"\b(TEST\w*|DRILL|EXERCISE)\b")
_ACTIVE = re.compile(r"\bACTIVE\b")
_MAYDAY = re.compile(
    r"\b(MAY ?DAY|SOS|DISTRESS|SINKING|ABANDON\w*|(?:MAN )?OVERBOARD|MOB|CAPSIZ\w+|(?:SART|EPIRB) ACTIVE)\b"
)
_URGENT = re.compile(r"\b(FIRE|FLOODING|PIRA(?:TE|TES|CY)|ROBBER\w*|HIJACK\w*|PAN[ -]PAN|AGROUND|EXPLOSION)\b")
_KEPT = 64  # numbers of lines kept as evidence, first and last halves


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters; none of them can silence a beacon."""

    episode: float = param(6 * 3600.0, "s", "Silence after which the next message is a new episode", "selat")
    silent: float = param(600.0, "s", "Silence after which the alert says so", "selat: ten bursts missed")
    refresh: float = param(
        60.0, "s", "Least time between refreshes of an alert", "M.1371-5 Annex 9: one burst a minute"
    )
    burst: float = param(20.0, "s", "Pause that separates bursts", "M.1371-5 Annex 9: a burst lasts 14 s")
    ships: int = param(5, "1", "Ships of opportunity named", "selat")
    reach: float = param(50 * NAUTICAL_MILE, "m", "Ships of opportunity are looked for within", "selat")
    speed: float = param(8 * KNOT, "m/s", "Least speed at which a ship comes to help", "selat")
    before: float = param(7200.0, "s", "A man overboard's ship is looked for so long before", "selat")


Episode = dict[str, Any]


def _episode(mmsi: int, time: int, beacon: bool) -> Episode:
    return {
        "mmsi": mmsi, "first": time, "last": time, "start": time, "active": False, "priority": "caution", "heard": 0,
        "bursts": 0, "burst_at": NO_TIME, "lat": math.nan, "lon": math.nan, "seq": [], "status": None, "text": "",
        "said": NO_TIME, "silent": False, "beacon": beacon, "parents": None, "raised": False,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Distress:
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "distress"
    version: str = "1"

    def parameters(self) -> dict[str, Any]:
        """Parameters in force."""
        return values(self.p)

    def step(self, window: Window, state: Any) -> tuple[list[Alert], Any]:
        """Alerts of the beacons and texts of this window; state: the episodes by MMSI."""
        episodes: dict[str, Episode] = dict(state["episodes"]) if state else {}
        touched: dict[str, None] = {}
        alerts: list[Alert] = []
        for time, kind, i in _mine(window):
            key = self._hear(window, episodes, time, kind, i, alerts)
            touched[key] = None
        if window.at(MINUTE):
            for key, e in episodes.items():
                if e["raised"] and not e["silent"] and window.now - e["last"] > self.p.silent * SECOND:
                    episodes[key] = {**e, "silent": True, "said": NO_TIME}
                    touched[key] = None
        for key in touched:
            e = episodes[key]
            if e["said"] == NO_TIME or window.now - e["said"] >= self.p.refresh * SECOND:
                episodes[key], alert = self._tell(window, e)
                alerts.append(alert)
        if window.at(HOUR):  # what has ended: the next message would begin a new episode anyhow
            limit = window.now - round(self.p.episode * SECOND)
            episodes = {k: e for k, e in episodes.items() if e["last"] >= limit}
        return alerts, {"episodes": episodes}

    def _hear(self, w: Window, episodes: dict[str, Episode], time: int, kind: str, i: int, alerts: list[Alert]) -> str:
        """Take one message into its episode; returns the episode's key."""
        table = w.reports if kind == "report" else w.messages
        mmsi = int(table["mmsi"][i])
        key = str(mmsi)
        old = episodes.get(key)
        if old is None or time - old["last"] > self.p.episode * SECOND:
            old = _episode(mmsi, time, mmsi // 1_000_000 in BEACONS)
        e = {**old, "seq": _kept(old["seq"], int(table["seq"][i]))}
        e["last"], e["heard"], e["silent"] = max(e["last"], time), e["heard"] + 1, False
        if time - e["burst_at"] > self.p.burst * SECOND:
            e["bursts"] += 1
        e["burst_at"] = max(e["burst_at"], time)
        if kind == "report":
            active, priority = _by_status(w, i, e)
        else:
            e["text"] = str(w.messages["text"][i] or "").strip(" @")
            active, priority = _by_text(e["text"], e["beacon"])
            if not e["beacon"]:
                _place_of(w, e)
        if active and not e["active"]:
            if e["raised"]:  # what was a test is none: the test ends, and an alert of its own begins
                alerts.append(self._alert(w, {**e, "active": False}, "cleared", {}))
            e["active"], e["start"], e["said"], e["raised"] = True, time, NO_TIME, False
            e["priority"] = priority
        elif active and priority == "emergency" and e["priority"] != "emergency":
            e["priority"], e["said"] = priority, NO_TIME
        episodes[key] = e
        return key

    def _tell(self, w: Window, e: Episode) -> tuple[Episode, Alert]:
        extra: dict[str, Any] = {}
        if e["parents"] is None and e["mmsi"] // 1_000_000 == 972 and not math.isnan(e["lat"]):
            since = e["first"] - round(self.p.before * SECOND)
            e = {**e, "parents": nearby.passers(w.contacts, e["lat"], e["lon"], since, e["last"])}
        if e["active"]:
            extra["helpers"] = nearby.helpers(
                w.contacts, e["lat"], e["lon"], w.now, self.p.ships, self.p.reach, self.p.speed
            )
        e = {**e, "said": w.now, "raised": True}
        return e, self._alert(w, e, "active", extra)

    def _alert(self, w: Window, e: Episode, state: str, extra: dict[str, Any]) -> Alert:
        about = {
            "subjects": [e["mmsi"]],
            "start": e["start"],
            "last": e["last"],
            "place": [_real(e["lat"]), _real(e["lon"])],
        }
        evidence = {
            "seq": e["seq"], "messages": e["heard"], "bursts": e["bursts"], "first": e["first"], "last": e["last"],
            "nav_status": e["status"], "text": e["text"], "parents": e["parents"] or [], "beacon": e["beacon"],
            "active": e["active"], "priority": e["priority"], "name": _name(w, e["mmsi"]), "cleared": state == "cleared",
            "silent": (w.now - e["last"]) / SECOND if e["silent"] else None, **extra, "alert": about,
        }  # fmt: skip
        alert = conclude(self, plain(evidence), state)
        assert alert is not None  # a beacon or text that was heard is never judged away
        return alert

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Always a verdict: what was heard is told."""
        e = evidence
        near = e.get("helpers") or []
        mmsi = e["alert"]["subjects"][0]
        lat, lon = (math.nan if x is None else x for x in e["alert"]["place"])
        if e["beacon"]:
            sentence = _beacon_sentence(e, mmsi, say.place(lat, lon), near)
        else:
            kind = "sent" if e["active"] else "sent, as a test,"
            sentence = f'{e["name"]} {kind} "{e["text"]}" at {say.clock(e["last"])} UTC from {say.place(lat, lon)}'
            sentence += _first_helper(near, mmsi) + "."
        said = e["nav_status"] == 14 or bool(_ACTIVE.search(e["text"].upper())) or not e["beacon"]
        sure = {"status": 0.95 if said else 0.8, "heard": 0.9 if e["bursts"] < 2 else 0.99}
        if not e["active"]:
            return Verdict(
                e["priority"], sentence, sure, ("it is no test: it sends status 15 by mistake",),
                "Ask who tests; see that it ends.",
            )  # fmt: skip
        return Verdict(
            e["priority"], sentence, sure, ("it was switched on by accident", "a test that is not marked as one"),
            "Treat it as real: alert the rescue co-ordination centre, call the ships nearest, open a rescue case.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Nothing more is said: only a person closes it."""
        return ""

    def golden(self) -> Golden:
        """A man falls overboard from one ship while another is near; a beacon is tested elsewhere; a tanker burns."""
        return _golden()


def _mine(w: Window) -> list[tuple[int, str, int]]:
    """Beacon reports and safety texts of the window in order of time: (time, table, row)."""
    out = []
    for i in np.flatnonzero(_beacons(w.reports["mmsi"])):
        out.append((int(w.reports["time"][i]), int(w.reports["seq"][i]), "report", int(i)))
    types = w.messages["msg_type"]
    for i in np.flatnonzero((types == 12) | (types == 14)):
        said = str(w.messages["text"][i] or "").upper()
        if _beacons(w.messages["mmsi"][i : i + 1])[0] or _MAYDAY.search(said) or _URGENT.search(said):
            out.append((int(w.messages["time"][i]), int(w.messages["seq"][i]), "text", int(i)))
    return [(w.now if t == NO_TIME else min(t, w.now), kind, i) for t, _, kind, i in sorted(out)]


def _beacons(mmsi: Any) -> Any:
    top = mmsi // 1_000_000
    return (top == 970) | (top == 972) | (top == 974)


def _kept(seqs: list[int], seq: int) -> list[int]:
    seqs = [*seqs, seq]
    return seqs if len(seqs) <= _KEPT else seqs[: _KEPT // 2] + seqs[-_KEPT // 2 :]


def _by_status(w: Window, i: int, e: Episode) -> tuple[bool, str]:
    r = w.reports
    if r["lat"][i] != I32 and r["lon"][i] != I32 and int(r["time"][i]) >= e["last"]:
        e["lat"], e["lon"] = int(r["lat"][i]) * 1e-7, int(r["lon"][i]) * 1e-7
    status = int(r["nav_status"][i])
    if status == 14 or (status == 15 and not e["active"]):
        e["status"] = status
    tested = _TEST.search(e["text"].upper()) is not None
    return status == 14 or (status != 15 and not tested), "emergency"


def _by_text(words: str, beacon: bool) -> tuple[bool, str]:
    words = words.upper()
    if _TEST.search(words):
        return False, "caution"
    return True, "emergency" if beacon or _MAYDAY.search(words) else "alarm"


def _place_of(w: Window, e: Episode) -> None:
    slots = w.contacts.of(e["mmsi"])
    slots = slots[~np.isnan(w.contacts.lat[slots])]
    if slots.size:
        slot = slots[np.argmax(w.contacts.time[slots])]
        e["lat"], e["lon"] = float(w.contacts.lat[slot]), float(w.contacts.lon[slot])


def _name(w: Window, mmsi: int) -> str:
    slots = w.contacts.of(mmsi)
    return w.contacts.name(int(slots[0])) if slots.size else f"MMSI {mmsi:09d}"


def _beacon_sentence(e: Evidence, mmsi: int, where: str, near: list[dict[str, Any]]) -> str:
    what = BEACONS[mmsi // 1_000_000]
    how = "active" if e["active"] else "under test"
    out = f"{what[0].upper()}{what[1:]} {mmsi} {how} at {where}, "
    out += f"first heard {say.clock(e['first'])}, last {say.clock(e['last'])} UTC, {e['bursts']} "
    out += "burst" if e["bursts"] == 1 else "bursts"
    if e["active"] and e["nav_status"] is None and not _ACTIVE.search(e["text"].upper()):
        out += ", sent no status"
    if e["silent"] is not None:
        out += f", silent for {say.span(e['silent'])}"
    if e["cleared"]:
        return out + "; now active, see its own alert."
    if e["parents"]:
        ship_ = e["parents"][0]
        ago = say.span((e["first"] - ship_["time"]) / SECOND)
        out += f"; {ship_['name']} passed {say.miles(ship_['range'])} from there {ago} before"
    return out + _first_helper(near, 0) + "."


def _real(x: float) -> float | None:
    return None if math.isnan(x) else x


def _first_helper(helpers: list[dict[str, Any]], but: int) -> str:
    for h in helpers:
        if h["mmsi"] != but:
            away, toward = say.miles(h["range"]), say.bearing(h["bearing"])
            return f"; {h['name']} is {away} away, bearing {toward}, about {say.span(h['eta'])}"
    return ""


def _golden() -> Golden:
    every = range(-3600, 1200, 10)
    reports = numbered(
        sail(563001000, 1.2300, 103.9000, 14.0, 70.0, every),
        sail(563002000, 1.2400, 103.9300, 10.0, 250.0, every),
        *[
            sail(972123456, 1.2297, 103.8992, 0.4, 90.0, [600 + 60 * b + 2 * k for k in range(8)], status=14)
            for b in range(5)
        ],
        sail(970005678, 1.2600, 104.1000, 0.0, 0.0, range(300, 320, 2), status=15),
    )
    statics = numbered(ship(563001000, "STRAIT RUNNER", 180, 28, 70), ship(563002000, "PULAU STAR", 90, 16, 80))
    messages = numbered(text(563002000, "MAYDAY FIRE IN ENGINE ROOM", 900.0), text(563001000, "GOOD WATCH", 30.0))
    messages = messages.replace(seq=messages["seq"] + reports.rows)
    return Golden(
        reports, statics, messages,
        (("emergency", (972123456,)), ("caution", (970005678,)), ("emergency", (563002000,))),
    )  # fmt: skip


DETECTOR = Distress()
