"""The life of a rule's alerts: raised after N findings in a row, refreshed, ended after M judgements without one.

The base of rules that look at the whole picture. Memory is plain values by key, so that it can be saved; the old state is
never changed. Hysteresis after DMA AisAbnormal (raised after 3, lowered after 5).
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from selat.model.clock import HOUR, SECOND
from selat.model.nouns import PRIORITIES, Alert
from selat.model.rule import Evidence, Finding, Verdict, conclude, item, seal, unseal, values
from selat.model.schema import NO_TIME
from selat.tracks.window import Window

Entry = dict[str, Any]
FORGET = 6 * HOUR  #: ns: an open alert of somebody who was not heard again for so long is over
_RANK = {name: rank for rank, name in enumerate(PRIORITIES)}


@dataclass(frozen=True, slots=True)
class Pace:
    """Hysteresis: findings in a row before an alert, judgements without one before it ends, s between refreshes,
    s within which the same key goes on with its alert.
    """

    raise_after: int = 3
    clear_after: int = 5
    refresh: float = 60.0
    again: float = 600.0


@dataclass(frozen=True)
class PictureRule(ABC):
    """A rule that looks at the picture every ``every`` ns (a multiple of the 10 s beat).

    A rule fills in :meth:`look` and :meth:`judge`. Keys of findings are lasting numbers of contacts joined by ``-``
    (:meth:`Window.ids`), which may be followed by ``/`` and any text (a zone): an alert ends only when all of its
    contacts were heard again and nothing was found.
    """

    p: Any
    name: str
    version: str = "1"
    every: int = 10 * SECOND
    pace: Pace = Pace()

    def parameters(self) -> dict[str, Any]:
        """Parameters in force."""
        return values(self.p)

    def step(self, window: Window, state: Any) -> tuple[list[Alert], Any]:
        """Alerts of this window; state: the rule's own memory, and the life of its alerts by key."""
        state = state or {"memory": None, "life": {}}
        if not window.at(self.every):
            return [], state
        findings, memory = self.look(window, state["memory"])
        alerts, life = follow(self, state["life"], findings, window)
        return alerts, {"memory": memory, "life": life}

    @abstractmethod
    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Candidates of this moment, and the new memory (plain values; the old one is left alone)."""

    @abstractmethod
    def judge(self, evidence: Evidence) -> Verdict | None:
        """The verdict on one candidate, from its evidence alone; None: it is not so."""

    def ended(self, evidence: Evidence) -> str:
        """The sentence of an alert whose cause is gone; empty: the last one stays."""
        return ""


def follow(
    rule: PictureRule, life: dict[str, Entry], findings: Iterable[Finding], window: Window
) -> tuple[list[Alert], dict[str, Entry]]:
    """Alerts raised, refreshed or ended by what was found now, and the new life."""
    now, alerts, new = window.now, [], {}
    found = {f.key: f for f in findings}
    for key in sorted(found):
        entry, alert = _found(rule, life.get(key), found[key], now)
        new[key] = entry
        alerts += alert
    absent = sorted(life.keys() - found.keys())
    fresh = _heard(window, absent, life)
    for key in absent:
        kept, alert = _absent(rule, life[key], key in fresh, now)
        if kept is not None:
            new[key] = kept
        alerts += alert
    return alerts, new


def _fresh_entry(start: int) -> Entry:
    return {
        "bad": 0,
        "good": 0,
        "start": start,
        "token": None,
        "told": NO_TIME,
        "alert": None,
        "priority": "",
        "open": False,
        "judged": 0,
    }


def _found(rule: PictureRule, old: Entry | None, f: Finding, now: int) -> tuple[Entry, list[Alert]]:
    e = dict(old) if old else _fresh_entry(f.start)
    if e["bad"] == 0 and not e["open"]:
        # The same key soon after goes on with its alert; else another event begins.
        again = e["alert"] is not None and now - e["told"] < rule.pace.again * SECOND
        e["start"] = unseal(e["alert"]).time if again else f.start
    e["bad"] += f.token != e["token"]
    e["good"], e["token"], e["judged"] = 0, f.token, now
    if e["bad"] < rule.pace.raise_after and not e["open"]:
        return e, []
    about = {"subjects": list(f.subjects), "start": e["start"], "last": now, "place": [_real(f.lat), _real(f.lon)]}
    alert = conclude(rule, plain({**f.evidence, "alert": about}))
    if alert is None:
        return e, []
    grown = e["open"] and _RANK[alert.priority] < _RANK[e.get("priority", PRIORITIES[0])]  # older states have none
    if e["open"] and not grown and not f.tell and now - e["told"] < rule.pace.refresh * SECOND:
        return e, []
    e.update(alert=seal(alert), priority=alert.priority, open=True, told=now)
    return e, [alert]


def _absent(rule: PictureRule, old: Entry, heard: bool, now: int) -> tuple[Entry | None, list[Alert]]:
    """A key that was found before and not now; None when it need not be remembered."""
    if not heard and now - old["judged"] <= FORGET:
        return old, []  # no news is neither good nor bad
    e = {**old, "bad": 0, "good": old["good"] + heard}
    if heard:
        e["judged"] = now
    alerts = []
    over = e["good"] >= rule.pace.clear_after or now - e["judged"] > FORGET
    if e["open"] and over:
        alert = unseal(e["alert"], state="rectified")
        alert = replace(alert, sentence=rule.ended(alert.evidence) or alert.sentence)
        alerts.append(alert)
        e.update(open=False, alert=seal(alert), told=now)
    if e["open"] or (e["alert"] is not None and now - e["told"] < rule.pace.again * SECOND):
        return e, alerts
    return None, alerts


def _heard(window: Window, keys: list[str], life: dict[str, Entry]) -> set[str]:
    """Keys all of whose contacts were heard since they were last judged (or are no contacts any more)."""
    if not keys:
        return set()
    ids = window.contacts.ids()
    order = np.argsort(ids, kind="stable")
    out = set()
    for key in keys:
        numbers = contacts_of(key)
        at = np.searchsorted(ids[order], numbers)
        slots = [int(order[a]) for a, n in zip(at, numbers, strict=True) if a < len(order) and ids[order[a]] == n]
        since = life[key]["judged"]
        if all(int(window.contacts.heard[s]) > since for s in slots):
            out.add(key)
    return out


def contacts_of(key: str) -> list[int]:
    """Lasting numbers of the contacts that a key names."""
    return [int(part) for part in key.split("/")[0].split("-") if part.isdigit()]


def plain(evidence: Evidence) -> Evidence:
    """Evidence as it will be stored: what is concluded from it now is what will be concluded from it later."""
    out: Evidence = json.loads(json.dumps(evidence, allow_nan=False, default=item))
    return out


def _real(x: float) -> float | None:
    """A number for JSON: None for NaN."""
    return float(x) if x == x else None
