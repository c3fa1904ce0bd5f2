"""The present picture for the page: contacts, names, alerts and health, each with a version that only grows.

The loop's thread calls :meth:`LivePicture.refresh`; the server's threads read what it left. Nothing here changes the
floor.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from selat.app.both import by_radar, joined, sensors, source, whole
from selat.app.remembered import Remembered
from selat.app.versioned import Versioned
from selat.model import clock as clocks
from selat.model.clock import SECOND, Clock
from selat.model.columns import Array
from selat.model.handling import Deed, Handling, Snooze, after, covering, standing
from selat.model.nouns import Alert
from selat.model.picture import (
    AGE_OLD,
    COG_NA,
    FLAG_ALERT,
    FLAG_LOST,
    FLAG_MOORED,
    FLAG_SENSOR,
    HEADING_NA,
    LAT_NA,
    LON_NA,
    POSITION_SCALE,
    ROW,
    SOG_NA,
)
from selat.model.release import Groups
from selat.model.schema import NO_TIME
from selat.model.targets import of_nobody
from selat.model.units import KNOT
from selat.tracks.contacts import Contacts
from selat.tracks.kinds import Kind

_LABEL = np.dtype(
    [
        ("mmsi", "i8"),
        ("name", "S34"),
        ("callsign", "S7"),
        ("imo", "u4"),
        ("type", "u1"),
        ("l", "f4"),
        ("b", "f4"),
        ("cls", "u1"),
    ]
)
_AT_REST = (1, 5)  #: navigational status: at anchor, moored
_OPEN = ("active", "acknowledged")
_MS = 1_000_000


class Handler(Protocol):
    """Stores what people do with alerts."""

    def act(self, alert_id: str, deed: Deed) -> None:
        """Store a deed."""
        ...

    def explanation(self, alert_id: str) -> dict[str, Any] | None:
        """All about an alert, as JSON; None when it is not stored."""
        ...

    def snooze(self, snooze: Snooze) -> None:
        """Store a snooze."""
        ...

    def unsnooze(self, snooze_id: str, who: str) -> None:
        """End a snooze."""
        ...


class LivePicture:
    """What the page asks for; see :class:`selat.model.picture.Picture`.

    ``lock`` must be held by whoever changes the contacts. ``health`` tells of the sources; ``act`` stores an
    acknowledgement; ``track`` gives a longer track than the contacts remember.
    """

    def __init__(
        self,
        contacts: Contacts,
        clock: Clock,
        lock: threading.RLock,
        health: Callable[[], dict[str, Any]],
        handler: Handler | None = None,
        track: Callable[[int], list[list[float | None]]] | None = None,
    ) -> None:
        self.contacts, self.clock, self.lock = contacts, clock, lock
        self._health, self._handler, self._track = health, handler, track
        self._ships = Versioned(ROW, ignore=("age",))
        self._heard = np.zeros(0, np.int64)
        self._labels = Versioned(_LABEL)
        self._alerts: dict[str, tuple[int, dict[str, Any]]] = {}  # what their list needs; the rest is in `told`
        self.told = Remembered()  #: alerts that are remembered, by id
        self._alert_version = 0
        self._handled: dict[str, Handling] = {}
        self._snoozes: list[Snooze] = []
        self._quiet_until = 0  # until then (ns) no snooze ends
        self.ended = False  #: the replay is over: the picture's clock stands still
        self.views: Callable[[Groups], LivePicture] | None = None  #: makes the picture of single groups
        self.on_tell: Callable[[list[Alert]], None] | None = None  #: told of alerts after the page's own copy is made

    def released(self, groups: Groups | None) -> LivePicture:
        """The picture as these groups may see it; None: all of it."""
        return self if groups is None or self.views is None else self.views(groups)

    # --- told by the loop --------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Take the contacts as they are now."""
        with self.lock:
            if self._snoozes and clocks.now() >= self._quiet_until:
                self._look_at_snoozes()
            slots, both = joined(self.contacts, _newest(self.contacts))
            rows = _rows(self.contacts, slots, self._alerted())
            time = by_radar(self.contacts, slots, both, rows)
            gone = np.setdiff1d(self._ships.rows["mmsi"], rows["mmsi"])
            if len(gone):
                rows = _with_gone(rows, gone)
            heard = np.full(len(rows), NO_TIME, np.int64)
            heard[np.searchsorted(rows["mmsi"], self.contacts.mmsi[slots].astype("u4"))] = time
            self._ships.update(rows)
            self._heard = heard
            self._labels.update(_labels(self.contacts, slots))

    def tell(self, alerts: Iterable[Alert]) -> None:
        """Take alerts that were raised or changed."""
        alerts = list(alerts)
        with self.lock:
            for alert in alerts:
                self._alert_version += 1
                self._alerts[alert.id] = (self._alert_version, self._alert(alert))
                self.told[alert.id] = alert
            self._forget()
            if self.on_tell is not None:
                self.on_tell(alerts)

    def hand(self, handled: Mapping[str, Handling], snoozes: Sequence[Snooze], but: Collection[str] = ()) -> None:
        """Take what people did, as the sea has it: at the start, and when another console acted; ``but`` what waits here."""
        with self.lock:
            handled = {**handled, **{i: self._handled[i] for i in but if i in self._handled}}
            changed = [self.told[i] for i in self.told if handled.get(i) != self._handled.get(i)]
            self._handled = dict(handled)
            if list(snoozes) != self._snoozes:
                self._snoozes = list(snoozes)
                self._look_at_snoozes()
            self.tell(changed)

    def _alert(self, alert: Alert) -> dict[str, Any]:
        stands = self._handled.get(alert.id) or Handling(alert.id)
        state = standing(alert, stands)
        names = [self._name(m) for m in alert.subjects]
        return {
            "id": alert.id, "rule": alert.rule, "version": alert.version, "priority": alert.priority, "state": state,
            "subjects": list(alert.subjects), "names": names, "time_ms": alert.time // _MS, "last_ms": alert.last // _MS,
            "lat": _placed(alert.lat), "lon": _placed(alert.lon), "sentence": alert.sentence,
            "confidence": alert.confidence, "lead": alert.lead,
            "assigned": stands.assigned, "cause": stands.cause, "by": stands.acknowledged_by, "note": stands.note,
            "snoozed": covering(self._snoozes, alert, clocks.now()) is not None,
        }  # fmt: skip

    def _name(self, mmsi: int) -> str:
        slots = self.contacts.of(mmsi)
        return self.contacts.name(int(slots[0])) if len(slots) else f"MMSI {mmsi:09d}"

    def _forget(self) -> None:
        """Keep the newest 500 of the alerts that are over: the sea has them all."""
        over = [k for k, (_, a) in self._alerts.items() if a["state"] not in _OPEN]
        for k in over[: max(len(over) - 500, 0)]:
            del self._alerts[k], self.told[k]

    def _look_at_snoozes(self) -> None:
        """Tell again of alerts that a snooze covers now, or no longer: by the officers' clock, in a replay too."""
        now = clocks.now()
        self._snoozes = [s for s in self._snoozes if now < s.until]
        self._quiet_until = min((s.until for s in self._snoozes), default=2**62)
        self.tell(
            [
                a
                for i, a in self.told.items()
                if self._alerts[i][1]["snoozed"] != (covering(self._snoozes, a, now) is not None)
            ]
        )

    def _alerted(self) -> set[int]:
        return {m for _, a in self._alerts.values() if a["state"] in _OPEN and not a["snoozed"] for m in a["subjects"]}

    # --- asked by the page -------------------------------------------------------------------------------------------
    def rows(self, since: int) -> tuple[int, Array]:
        """The new version and the contacts changed after ``since``."""
        with self.lock:
            index = self._ships.since(since)
            rows = self._ships.rows[index].copy()
            age = (self.clock.now() - self._heard[index]) // SECOND
            rows["age"] = np.where(self._heard[index] == NO_TIME, AGE_OLD, np.clip(age, 0, AGE_OLD))
            return self._ships.version, rows

    def labels(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        """Names and sizes changed after ``since``."""
        with self.lock:
            found = self._labels.rows[self._labels.since(since)]
            return self._labels.version, [_label(r) for r in found]

    def alerts(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        """Alerts changed after ``since``."""
        with self.lock:
            found = [(self.told[i], row) for i, (version, row) in self._alerts.items() if version > since]
            return self._alert_version, [
                row | {"evidence": a.evidence, "parameters": a.parameters, "detail": a.detail} for a, row in found
            ]

    def acknowledge(self, alert_id: str, who: str) -> bool:
        """Mark an alert as seen; False when there is no such alert."""
        return self.act(alert_id, Deed("acknowledge", who))

    def act(self, alert_id: str, deed: Deed) -> bool:
        """Do something with an alert, shown at once and stored with the next commit; False when there is none."""
        with self.lock:
            alert = self.told.get(alert_id)
            if alert is None:
                return False
            self._handled[alert_id] = after(self._handled.get(alert_id) or Handling(alert_id), deed, self.clock.now())
            self.tell([alert])
        if self._handler is not None:
            self._handler.act(alert_id, deed)
        return True

    def explanation(self, alert_id: str) -> dict[str, Any] | None:
        """All about an alert; None when it is not in the sea yet."""
        return None if self._handler is None else self._handler.explanation(alert_id)

    def snoozes(self) -> list[Snooze]:
        """Snoozes in force."""
        with self.lock:
            return list(self._snoozes)

    def snooze(self, snooze: Snooze) -> None:
        """Put a snooze in force."""
        if self._handler is not None:
            self._handler.snooze(snooze)
        with self.lock:
            self._snoozes = [s for s in self._snoozes if s.id != snooze.id] + [snooze]
            self._look_at_snoozes()

    def unsnooze(self, snooze_id: str, who: str) -> None:
        """End a snooze."""
        if self._handler is not None:
            self._handler.unsnooze(snooze_id, who)
        with self.lock:
            self._snoozes = [s for s in self._snoozes if s.id != snooze_id]
            self._look_at_snoozes()

    def health(self) -> dict[str, Any]:
        """How well we hear."""
        told = self._health()
        with self.lock:
            told["ships"] = int((self._ships.rows["flags"] & FLAG_LOST == 0).sum())
        return told

    def ship(self, mmsi: int) -> dict[str, Any] | None:
        """The whole card of one ship."""
        with self.lock:
            slots = self.contacts.of(mmsi)
            if not len(slots):
                return None
            slot = int(slots[np.argmax(self.contacts.heard[slots])])
            alerts = [k for k, (_, a) in self._alerts.items() if mmsi in a["subjects"]]
            card = _card(self.contacts, slot, alerts, len(slots))
        if self._track is not None:
            card["track"] = self._track(mmsi)
        return card


def _placed(degrees: float) -> float | None:
    """A coordinate for JSON: None for an alert that has no place (a silent receiver, a text from nowhere)."""
    return degrees if degrees == degrees else None


def _newest(contacts: Contacts) -> Array:
    """Slot of every MMSI: of its segments the one heard last; in order of MMSI."""
    order = np.lexsort((contacts.heard, contacts.mmsi))
    mmsi = contacts.mmsi[order]
    last = np.ones(len(order), bool)
    last[:-1] = mmsi[1:] != mmsi[:-1]
    found: Array = order[last]
    return found


def _rows(c: Contacts, slots: Array, alerted: set[int]) -> Array:
    rows = np.zeros(len(slots), ROW)
    mmsi, lat, lon = c.mmsi[slots], c.lat[slots], c.lon[slots]
    known = np.isfinite(lat) & np.isfinite(lon)
    rows["mmsi"] = mmsi
    rows["lon"] = np.where(known, np.rint(np.nan_to_num(lon) * POSITION_SCALE), LON_NA)
    rows["lat"] = np.where(known, np.rint(np.nan_to_num(lat) * POSITION_SCALE), LAT_NA)
    rows["sog"] = whole(c.sog[slots] / (0.1 * KNOT), SOG_NA)
    rows["cog"] = whole(c.cog[slots] * 10, COG_NA)
    rows["hdg"] = whole(c.heading[slots], HEADING_NA)
    at_rest = np.isin(c.status[slots], _AT_REST) & ~(c.sog[slots] > 1.0)
    with_alert = np.isin(mmsi, np.fromiter(alerted, np.int64, len(alerted)))
    kind, sensor = _sources(c, slots)
    rows["flags"] = (
        kind | c.lost[slots] * FLAG_LOST | with_alert * FLAG_ALERT | at_rest * FLAG_MOORED | sensor * FLAG_SENSOR
    )
    return rows


def _sources(c: Contacts, slots: Array) -> tuple[Array, Array]:
    """(kind for the page, is the last position of a radar or a camera?) of contacts.

    A target alone has a number that nobody has (as :func:`selat.detectors._boats.unseen` has it; an archive of AIS has
    none of its messages' types either, but numbers of ships). One that AIS named before keeps the class it had there.
    """
    other = c.msg_type[slots] == 0
    named = (c.cls[slots] > 0) & (c.kind[slots] == int(Kind.VESSEL)) & other
    alone = (c.kind[slots] == int(Kind.VESSEL)) & other & of_nobody(c.mmsi[slots]) & (c.cls[slots] == 0)
    return np.where(named, c.cls[slots], c.kind[slots]).astype("u1"), named | alone


def _with_gone(rows: Array, gone: Array) -> Array:
    """A row that is lost and has no position takes a contact off the page."""
    more = np.zeros(len(gone), ROW)
    more["mmsi"], more["lon"], more["lat"] = gone, LON_NA, LAT_NA
    more["sog"], more["cog"], more["hdg"], more["flags"] = SOG_NA, COG_NA, HEADING_NA, FLAG_LOST
    both = np.concatenate([rows, more])
    out: Array = both[np.argsort(both["mmsi"], kind="stable")]
    return out


def _labels(c: Contacts, slots: Array) -> Array:
    out = np.zeros(len(slots), _LABEL)
    out["mmsi"] = c.mmsi[slots]
    for name, column in (("name", "name"), ("callsign", "callsign"), ("imo", "imo"), ("type", "ship_type")):
        out[name] = c.static(column)[slots]
    out["l"], out["b"], out["cls"] = c.length()[slots], c.beam()[slots], c.kind[slots]
    return out


def _label(row: Any) -> dict[str, Any]:
    length, beam = float(row["l"]), float(row["b"])
    return {
        "id": int(row["mmsi"]), "name": _text(row["name"]), "callsign": _text(row["callsign"]),
        "imo": int(row["imo"]) or None, "ship_type": int(row["type"]) or None, "length_m": length if length > 0 else None,
        "beam_m": beam if beam > 0 else None, "cls": int(row["cls"]),
    }  # fmt: skip


def _text(raw: bytes) -> str | None:
    return bytes(raw).decode("ascii", "replace").strip(" @\0") or None


def _card(c: Contacts, slot: int, alerts: list[str], segments: int) -> dict[str, Any]:
    def number(value: Any) -> float | None:
        return float(value) if np.isfinite(value) else None

    trail, seen = c.track(slot), sensors(c, slot)
    label = _label(_labels(c, np.array([slot]))[0])
    said = {n: c.static(n)[slot] for n in ("eta_month", "eta_day", "eta_hour", "eta_minute", "draught", "destination")}
    eta = None
    if said["eta_month"] and said["eta_day"]:
        hour = f" {said['eta_hour']:02d}:{said['eta_minute'] % 60:02d}" if said["eta_hour"] < 24 else ""
        eta = f"{said['eta_month']:02d}-{said['eta_day']:02d}{hour}"
    status = int(c.status[slot])
    fix = int(c.time[slot])
    return {
        **label,
        "mmsi": label["id"],
        "draught_m": float(said["draught"]) / 10 or None,
        "destination": _text(said["destination"]),
        "eta": eta,
        "nav_status": status if status <= 15 else None,
        "time_ms": fix / _MS if fix != NO_TIME else None,
        "lat": number(c.lat[slot]),
        "lon": number(c.lon[slot]),
        "sog_mps": number(c.sog[slot]),
        "cog": number(c.cog[slot]),
        "heading": number(c.heading[slot]),
        "source": source(c, slot, seen),
        "sensors": seen,
        "reports": int(c.reports[slot]),
        "segments": segments,
        "track": [
            [t / _MS, lon, lat, number(sog), number(cog)]
            for t, lat, lon, sog, cog in zip(*(a.tolist() for a in trail[:5]), strict=True)
        ],
        "alerts": alerts,
    }
