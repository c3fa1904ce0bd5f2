"""The desk between rules and people: one event is one alert, a storm of one rule is one alert, late facts take back.

Runs on the floor, by event time only, so live and batch agree. It never drops anything: what it folds carries the id of the
alert that stands for it in ``lead``. Distress is never folded.

* **Grouping.** Alerts of related rules about the same ship, open at the same time, are one event; the gravest leads.
* **Rule storm.** A rule that makes more than :data:`STORM` alerts in an hour raises one alert about itself; what it says
  further, short of alarms, is folded into that until it calms down (EEMUA 191: one alarm in ten minutes can be borne).
* **Late data.** A report that comes late and lies within a silence that an alert told of takes that alert back: its state is
  ``retracted``, it keeps its place in the log, and an alert ``late_data`` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.handling import silenceable
from selat.model.nouns import PRIORITIES, Alert
from selat.model.rule import seal, unseal
from selat.tracks.reorder import LATE
from selat.tracks.window import Window

VERSION = "1"
STORM = 12  #: alerts of warning and above in an hour
CALM = 4  #: ... and below so many in an hour the storm is over
AGAIN = 30 * MINUTE  #: ns: an event that ended so lately still takes in what belongs to it
KEEP = 12 * HOUR  #: ns that ended absences can be taken back
_GRACE = 60 * SECOND  #: a late report so near the ends of a silence contradicts nothing

#: Rules that speak of one kind of event; a ship's alerts of one family at one time are one event.
FAMILIES: dict[str, tuple[str, ...]] = {
    "close": ("collision", "approach", "follow", "swarm", "robbery_risk"),
    "meeting": ("rendezvous", "ship_to_ship", "tow", "dark_rendezvous", "loitering", "draught_change"),
    "disabled": ("drifting", "not_under_command", "aground", "sudden_stop", "dragging_anchor", "anchored_in_lane", "loitering"),
    "silence": ("dark", "sudden_loss", "dark_fishing", "dark_rendezvous", "overdue", "reporting_rate"),
    "position": ("jump", "impossible_track", "interference"),
    "lane": ("wrong_way", "lane_crossing", "separation_zone", "route_deviation", "manoeuvre", "precautionary_speed", "speed_limit"),
    "cable": ("cable_anchor", "cable_drag", "cable_loiter", "dragging_anchor"),
    "fishing": ("fishing", "closed_area_fishing", "pair_trawl", "dark_fishing"),
    "identity": ("identity_format", "identity_change", "identity_mismatch", "zombie_imo", "watch_list"),
    "craft": ("smuggling_run", "overloaded_boat", "swarm", "uncorrelated"),
}  # fmt: skip
#: Rules that conclude something from silence, which a late report can contradict.
ABSENCE = ("dark", "sudden_loss", "dark_fishing", "dark_rendezvous", "overdue")
_OF = {
    rule: {name for name, rules in FAMILIES.items() if rule in rules} for rules in FAMILIES.values() for rule in rules
}
_LOUD = ("emergency", "alarm", "warning")
Event = dict[str, Any]


class Desk:
    """Memory of what was told: events by the id of their leading alert, storms by rule, ids that were taken back."""

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}
        self._leads: dict[str, str] = {}
        self._told: dict[str, list[tuple[int, str]]] = {}  # alerts of each rule in the last hour
        self._storms: dict[str, Event] = {}
        self._back: dict[str, int] = {}

    def step(self, window: Window, alerts: Sequence[Alert]) -> list[Alert]:
        """The alerts of this window as people shall see them, and what the desk itself has to say."""
        out: list[Alert] = self._taken_back(window)
        for alert in alerts:
            if alert.id in self._back:
                continue
            if not silenceable(alert):
                out.append(alert)
                continue
            out += self._grouped(alert)
        storms: list[Alert] = []
        out = [*(self._stormy(window, a, storms) for a in out), *storms]
        if window.at(MINUTE):
            out += self._calmed(window.now)
            self._forget(window.now)
        return out

    # --- grouping ----------------------------------------------------------------------------------------------------
    def _grouped(self, alert: Alert) -> list[Alert]:
        """The alert with its lead; and the one that led so far where this one is graver."""
        known = self._events.get(alert.id) or self._events.get(self._leads.get(alert.id, ""))
        if alert.id in self._leads:
            return [replace(alert, lead=self._leads[alert.id])]
        more: list[Alert] = []
        if known is None:
            leader = self._leader(alert)
            if leader is not None and _rank(leader["priority"]) <= _rank(alert.priority):
                self._leads[alert.id] = leader["id"]
                return [replace(alert, lead=leader["id"])]
            if leader is not None:
                self._leads[leader["id"]] = alert.id
                del self._events[leader["id"]]
                more = [unseal(leader["alert"], lead=alert.id)]
        self._events[alert.id] = {
            "id": alert.id, "rule": alert.rule, "subjects": sorted(alert.subjects), "priority": alert.priority,
            "start": alert.time, "last": max(alert.last, alert.time), "open": alert.state == "active", "alert": seal(alert),
        }  # fmt: skip
        return [*more, alert]

    def _leader(self, alert: Alert) -> Event | None:
        """The open event that an alert belongs to: related rule, a ship in common, at the same time."""
        families, subjects = _OF.get(alert.rule, set()), set(alert.subjects)
        found = [
            e for e in self._events.values()
            if families & _OF.get(e["rule"], set()) and subjects & set(e["subjects"])
            and (e["rule"] != alert.rule or set(e["subjects"]) != subjects)
            and (e["open"] or alert.time - e["last"] < AGAIN)
        ]  # fmt: skip
        return min(found, key=lambda e: (_rank(e["priority"]), e["start"], e["id"]), default=None)

    # --- storms ------------------------------------------------------------------------------------------------------
    def _stormy(self, window: Window, alert: Alert, storms: list[Alert]) -> Alert:
        """The alert, folded where its rule storms; counts those that ask for a look."""
        if alert.lead or alert.state != "active" or not silenceable(alert) or alert.priority not in _LOUD:
            return alert
        told = self._told.setdefault(alert.rule, [])
        storm = self._storms.get(alert.rule)
        if all(alert.id != other for _, other in told):
            told.append((window.now, alert.id))
            if storm is None and len(told) > STORM:
                storm = self._storms[alert.rule] = self._begin(window.now, alert.rule)
                storms.append(unseal(storm["alert"]))
        if storm is not None and alert.priority == "warning" and alert.id not in storm["before"]:
            self._leads[alert.id] = storm["id"]
            return replace(alert, lead=storm["id"])
        return alert

    def _begin(self, now: int, rule: str) -> Event:
        count = len(self._told[rule])
        ordinal = sorted({*self._storms, rule}).index(rule)  # two storms that begin at once are two alerts
        sentence = (
            f"The rule {rule} made {count} alerts within an hour (limit {STORM}): its further warnings are folded into this one; "
            "alarms and distress are not."
        )
        evidence = {"seq": [], "rule": rule, "count": count, "limit": STORM}
        alert = Alert(
            "rule_storm", VERSION, "warning", (), now + ordinal, now + ordinal, 0.0, 0.0, sentence, "active", evidence,
            {"storm": STORM, "calm": CALM}, 1.0,
            _detail("the traffic really is like that", "Look at the place; tune the rule or snooze it there."),
        )  # fmt: skip
        return {"id": alert.id, "alert": seal(alert), "before": [told for _, told in self._told[rule][:-1]]}

    def _calmed(self, now: int) -> list[Alert]:
        """Ends of storms; the counts of the last hour."""
        out = []
        for rule in sorted(self._told):
            keep = self._told[rule] = [(t, told) for t, told in self._told[rule] if now - t < HOUR]
            if rule in self._storms and len(keep) < CALM:
                out.append(unseal(self._storms.pop(rule)["alert"], state="rectified", last=now))
        return out

    # --- late data ---------------------------------------------------------------------------------------------------
    def _taken_back(self, window: Window) -> list[Alert]:
        """Alerts about a silence in which a late report now lies, as retracted; and one that says so."""
        late = np.flatnonzero(window.mark == LATE)
        absences = [e for e in self._events.values() if e["rule"] in ABSENCE] if late.size else []
        out = []
        for e in absences:
            time, mmsi = window.reports["time"][late], window.reports["mmsi"][late]
            inside = np.isin(mmsi, e["subjects"]) & (time > e["start"] + _GRACE) & (time < e["last"] - _GRACE)
            if inside.any():
                seq = [int(s) for s in window.reports["seq"][late[inside]][:20]]
                del self._events[e["id"]]
                self._back[e["id"]] = window.now
                out += [unseal(e["alert"], state="retracted"), _late(window.now, e, seq)]
        return out

    # --- memory ------------------------------------------------------------------------------------------------------
    def _forget(self, now: int) -> None:
        keep = {k: e for k, e in self._events.items() if now - e["last"] < KEEP}
        for gone in self._events.keys() - keep.keys():
            self._leads = {k: v for k, v in self._leads.items() if v != gone}
        self._events = keep
        self._back = {k: t for k, t in self._back.items() if now - t < KEEP}

    def state(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "events": dict(self._events), "leads": dict(self._leads),
            "told": {k: [list(x) for x in v] for k, v in self._told.items()},
            "storms": dict(self._storms), "back": dict(self._back),
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self._events, self._leads = dict(state["events"]), dict(state["leads"])
        self._told = {k: [(int(t), str(told)) for t, told in v] for k, v in state["told"].items()}
        self._storms, self._back = dict(state["storms"]), {k: int(t) for k, t in state["back"].items()}


def _rank(priority: str) -> int:
    return PRIORITIES.index(priority)


def _detail(false_if: str, action: str) -> dict[str, Any]:
    return {"confidence": {}, "false_if": [false_if], "action": action, "geometry": ""}


def _late(now: int, e: Event, seq: list[int]) -> Alert:
    """Says that an alert was taken back, and by which lines."""
    told = unseal(e["alert"])
    sentence = (
        f"An alert of {e['rule']} is taken back: {len(seq)} report{'s' * (len(seq) != 1)} from within the silence came late. "
        f"It had said: {told.sentence}"
    )
    evidence = {"seq": seq, "retracted": e["id"], "rule": e["rule"]}
    return Alert(
        "late_data", VERSION, "caution", told.subjects, now, now, told.lat, told.lon, sentence[:390], "active", evidence,
        {"grace": _GRACE / SECOND}, 1.0, _detail("the late report carries a wrong time", "None: the silence was the network's."),
    )  # fmt: skip
