"""What people do with alerts: acknowledge, assign, hand over, note, close with a cause, snooze.

Alerts of distress can be acknowledged and closed, never snoozed (:data:`NEVER`), and one that is still sent after it was
closed is active again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from selat.model.errors import ConfigError
from selat.model.nouns import Alert, Zone

ACTIONS = ("acknowledge", "assign", "handover", "note", "close", "reopen")
CAUSES = ("true", "false", "benign", "duplicate", "test")  #: how an alert was closed
OVER = ("cleared", "retracted")  #: states of alerts that ask nothing any more
NEVER = frozenset({"distress"})  #: rules that no snooze and no grouping silences
LONGEST = 30 * 24 * 3600.0  #: s: a snooze that lasts longer is a setting, and belongs into selat.toml


def silenceable(alert: Alert) -> bool:
    """False for distress: it is shown until a person closes it."""
    return alert.rule not in NEVER and alert.priority != "emergency"


@dataclass(frozen=True, slots=True)
class Snooze:
    """Alerts that match are listed quietly until ``until`` (ns). All that is given must fit; something must be given.

    ``ships``: all subjects must be among them (one: a ship; two: a pair); ``rule``; ``area``: (west, south, east, north) in
    degrees. Raises :class:`ConfigError` for a snooze without expiry, of nothing, or of distress.
    """

    id: str
    until: int
    who: str
    reason: str
    made: int
    ships: tuple[int, ...] = ()
    rule: str = ""
    area: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        if not self.ships and not self.rule and self.area is None:
            raise ConfigError("snooze what?", hint="name ships, a rule or an area")
        if self.rule in NEVER:
            raise ConfigError(
                f"alerts of {self.rule} cannot be snoozed", hint="acknowledge them, or close them with a cause"
            )
        if not self.who.strip() or not self.reason.strip():
            raise ConfigError("a snooze needs a name and a reason", hint="who, and why")
        if self.until <= self.made:
            raise ConfigError("a snooze needs an end that is still to come", hint='as in "30 min"')
        if self.until - self.made > LONGEST * 1e9:
            raise ConfigError(
                "a snooze of more than 30 days", hint="change the rule's parameters in selat.toml instead"
            )
        if self.area is not None:
            Zone.box(*self.area)

    def covers(self, alert: Alert, at: int) -> bool:
        """True where this snooze silences the alert at ``at`` (ns)."""
        if not self.made <= at < self.until or not silenceable(alert):
            return False
        if self.ships and not set(alert.subjects) <= set(self.ships):
            return False
        if self.rule and alert.rule != self.rule:
            return False
        if self.area is not None:
            w, s, e, n = self.area
            return w <= alert.lon <= e and s <= alert.lat <= n
        return True


def covering(snoozes: Iterable[Snooze], alert: Alert, at: int) -> Snooze | None:
    """The snooze that silences an alert, the longest one; None where it is shown."""
    found = [s for s in snoozes if s.covers(alert, at)]
    return max(found, key=lambda s: (s.until, s.id), default=None)


@dataclass(frozen=True, slots=True)
class Handling:
    """Where an alert stands with people; empty where nobody did anything yet. Times in ns UTC, 0: never."""

    id: str
    acknowledged_by: str = ""
    acknowledged_at: int = 0
    assigned: str = ""
    cause: str = ""
    closed_by: str = ""
    closed_at: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that somebody does with an alert. Raises :class:`ConfigError` for what makes no sense.

    ``to``: to whom it is assigned or handed over; ``cause``: one of :data:`CAUSES` when it is closed.
    """

    action: str
    who: str
    note: str = ""
    to: str = ""
    cause: str = ""

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ConfigError(f"{self.action!r} is nothing to do with an alert", hint=f"one of {', '.join(ACTIONS)}")
        if not self.who.strip():
            raise ConfigError("nobody named: an alert is acted on by someone", hint="give who")
        if self.action in ("assign", "handover") and not self.to.strip():
            raise ConfigError(f"{self.action} to whom?", hint="give to")
        if self.action in ("handover", "note") and not self.note.strip():
            raise ConfigError(f"{self.action} without a note", hint="say what the next officer has to know")
        if self.action == "close" and self.cause not in CAUSES:
            raise ConfigError(f"closed with cause {self.cause!r}", hint=f"one of {', '.join(CAUSES)}")

    @property
    def told(self) -> dict[str, Any]:
        """What the log keeps beside who and when."""
        given = {"note": self.note, "to": self.to, "cause": self.cause}
        return {name: value for name, value in given.items() if value}


def state_after(old: str, deed: Deed) -> str:
    """State of an alert after a deed (IEC 62923-1: rectified and acknowledged is over)."""
    if deed.action == "acknowledge":
        return {"active": "acknowledged", "rectified": "cleared"}.get(old, old)
    if deed.action == "close":
        return "cleared"
    if deed.action == "reopen":
        return "active" if old == "cleared" else old
    return old


def after(old: Handling, deed: Deed, now: int) -> Handling:
    """Where an alert stands with people after a deed at ``now`` (ns)."""
    new = replace(old, note=deed.note or old.note)
    if deed.action == "acknowledge":
        return replace(new, acknowledged_by=deed.who, acknowledged_at=now)
    if deed.action in ("assign", "handover"):
        return replace(new, assigned=deed.to)
    if deed.action == "close":
        return replace(new, cause=deed.cause, closed_by=deed.who, closed_at=now)
    if deed.action == "reopen":
        return replace(new, cause="", closed_by="", closed_at=0, acknowledged_by="", acknowledged_at=0)
    return new


def standing(alert: Alert, handling: Handling) -> str:
    """State to show of an alert as its rule tells it, after all that people did."""
    if alert.state == "retracted":
        return "retracted"
    if handling.cause and (silenceable(alert) or alert.last <= handling.closed_at):
        return "cleared"
    if handling.acknowledged_by:
        return {"active": "acknowledged", "rectified": "cleared"}.get(alert.state, alert.state)
    return alert.state
