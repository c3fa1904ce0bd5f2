"""The live picture as single groups may see it.

What is hidden from them never reaches their picture: it has contacts of its own, made from the rows that they may see,
so that no position, name or age of it was ever touched by the rest. Groups from whom nothing is hidden share the
contacts of the watch. The rules run once, on everything; of their alerts each picture is told those it may have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from selat.app.floor import Floor
from selat.app.picture import LivePicture
from selat.app.session import Sea
from selat.model.clock import HOUR
from selat.model.columns import Columns, empty
from selat.model.handling import Deed, Snooze
from selat.model.nouns import Alert
from selat.model.ports import Batch
from selat.model.release import EVERYBODY, Clauses, Groups, Policy, may_see, released_alert, withhold
from selat.tracks.contacts import Contacts

SEED = HOUR  #: ns of the history from which the contacts of a new picture are made
_TABLES = ("reports", "statics", "messages")


class Follower(LivePicture):
    """A picture beside the main one, for who is in ``groups``; ``views`` knows the clauses of alerts."""

    def __init__(
        self, main: LivePicture, contacts: Contacts, groups: Groups, views: Views,
        health: Callable[[], dict[str, Any]], track: Callable[[int], list[list[float | None]]] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(contacts, main.clock, main.lock, health, None, track)
        self.main, self.groups, self._views = main, groups, views
        with self.lock:
            self.follow(list(main.told.values()))

    def _sees(self, alert_id: str) -> bool:
        return may_see(self._views.clauses.get(f"alert:{alert_id}", EVERYBODY), self.groups)

    def follow(self, alerts: Iterable[Alert]) -> None:
        """Take alerts of the main picture, and what people did with them. One that was closed to us meanwhile ends."""
        self._handled = self.main._handled
        if self._snoozes != self.main._snoozes:
            self._snoozes, self._quiet_until = list(self.main._snoozes), 0
        alerts = list(alerts)
        released = [released_alert(a, self._views.clauses, self.groups) for a in alerts]
        self.tell([a for a in released if a is not None])
        self.tell([replace(self.told[a.id], state="cleared") for a in alerts if self._closed(a.id)])

    def _closed(self, alert_id: str) -> bool:
        return alert_id in self.told and not self._sees(alert_id) and self.told[alert_id].state != "cleared"

    def act(self, alert_id: str, deed: Deed) -> bool:
        """Do something with an alert that may be seen."""
        with self.lock:
            known = alert_id in self.told and self._sees(alert_id)
        return known and self.main.act(alert_id, deed)

    def explanation(self, alert_id: str) -> dict[str, Any] | None:
        """All about an alert that may be seen; of similar ones too."""
        found = self.main.explanation(alert_id) if self._sees(alert_id) else None
        return None if found is None else withhold(found, self._views.clauses, self.groups)

    def snoozes(self) -> list[Snooze]:
        """Snoozes in force, except those that name a ship which is not on this picture."""
        with self.lock:
            return [s for s in self.main.snoozes() if all(len(self.contacts.of(m)) for m in s.ships)]

    def snooze(self, snooze: Snooze) -> None:
        """Put a snooze in force."""
        self.main.snooze(snooze)

    def unsnooze(self, snooze_id: str, who: str) -> None:
        """End a snooze."""
        self.main.unsnooze(snooze_id, who)


class View:
    """A floor without rules, for the rows whose stations are not ``hidden``."""

    def __init__(self, floor: Floor, hidden: tuple[int, ...]) -> None:
        self.hidden = hidden
        self.floor = Floor([], patience=floor.patience, gates=floor.contacts.gates)
        self.floor.fusion.sites = floor.fusion.sites

    def seed(self, sea: Sea, now: int, arrival: int) -> None:
        """Begin with what the history has of the last hour before ``now``."""
        known = sea.view.ships().statics
        self.floor.contacts.declare(known.take(known["time"].argsort(kind="stable")))
        rows = sea.reports.between(now - SEED, None).stored()
        if rows.rows and arrival > 0:
            self.floor.step(rows, empty("statics"), empty("messages"), arrival)

    def step(
        self, batch: Mapping[str, Columns], arrival: int, final: bool = False, allowance: int | None = None
    ) -> None:
        """Take what may be seen of a batch."""
        tables = []
        for name in _TABLES:
            rows = batch[name]
            hidden = np.isin(rows["station"], self.hidden)
            tables.append(rows.take(np.flatnonzero(~hidden)) if hidden.any() else rows)
        self.floor.step(tables[0], tables[1], tables[2], arrival, final, allowance)


class Views:
    """Views and pictures by who may see them; the watch feeds them. ``stations`` gives names by number."""

    def __init__(self, policy: Policy, floor: Floor, stations: Callable[[], list[str]]) -> None:
        self.policy, self._floor, self._stations = policy, floor, stations
        self.views: dict[frozenset[str], View] = {}  # by names of what is hidden: numbers come with time
        self.followers: dict[Groups, Follower] = {}
        self.clauses: dict[str, Clauses] = {}  #: of alerts and their parts, by subject
        self.decided: dict[str, Clauses] = {}  #: of them those that people set
        self._groups: set[str] = set(policy.groups())
        self._known = -1

    def step(self, batch: Batch | None, arrival: int, final: bool = False, allowance: int | None = None) -> None:
        """Take a batch into all views; None: nothing came in."""
        if not self.views:
            return
        if batch is not None:
            self._number(batch)
        tables = {n: empty(n) if batch is None else getattr(batch, n) for n in _TABLES}
        for view in self.views.values():
            view.step(tables, arrival, final, allowance)

    def _number(self, batch: Batch) -> None:
        """Look at the stations again when a new one sent something."""
        most = max(
            (int(t["station"].max()) for t in (batch.reports, batch.statics, batch.messages) if t.rows), default=0
        )
        if most > self._known:
            names = self._stations()
            self._known = len(names) - 1
            for groups in list(self.followers):
                view = self.views.get(self._hidden(groups))
                if view is not None:
                    view.hidden = self.policy.hidden(names, groups)

    def _hidden(self, groups: Groups) -> frozenset[str]:
        """What is hidden from them, as marks: these do not change while the watch runs."""
        return frozenset(m.name for m in self.policy.marks if not m.groups & groups)

    def known(self) -> Groups:
        """Groups that make a difference, or once did: who has a picture keeps it."""
        return frozenset(self._groups)

    def take(self, clauses: Mapping[str, Clauses]) -> None:
        """Take clauses of alerts, whoever set them."""
        self.clauses |= clauses
        self._groups |= {g for c in clauses.values() for part in c for g in part}

    def view(self, groups: Groups, sea: Callable[[Groups], Sea], now: int, arrival: int) -> Contacts:
        """The contacts that these groups may see; ``sea`` opens the stored sea for them."""
        key = self._hidden(groups)
        if not key:
            return self._floor.contacts
        if key not in self.views:
            view = View(self._floor, self.policy.hidden(self._stations(), groups))
            with sea(groups) as opened:
                view.seed(opened, now, arrival)
            self.views[key] = view
        return self.views[key].floor.contacts

    def note(self, found: Mapping[str, Clauses]) -> None:
        """Take the clauses of alerts that were raised; what people decided stands."""
        self.take({s: c for s, c in found.items() if s not in self.decided})

    def decide(self, decided: dict[str, Clauses]) -> set[str]:
        """Take what people decided; ids of the alerts for which that is new."""
        self.decided = {f"alert:{i}": c for i, c in decided.items()}
        changed = {s.removeprefix("alert:") for s, c in self.decided.items() if self.clauses.get(s, EVERYBODY) != c}
        self.take(self.decided)
        return changed

    def tell(self, alerts: Iterable[Alert]) -> None:
        """Tell all pictures beside the main one."""
        alerts = list(alerts)
        for follower in self.followers.values():
            follower.follow(alerts)
