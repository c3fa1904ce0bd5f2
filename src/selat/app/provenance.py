"""From which sources an alert was made, so that it is shown to those who may see all of them.

An alert carries the clauses of every marked source that reported one of its ships from :data:`LOOK_BACK` before it
began, and of every source, station and zone that its evidence names. That is more than the rule may have used: what is
closed is rather shown to too few than to one too many; a supervisor can release it by hand. Ships beside its own (those
nearest to a beacon) close the evidence or the sentence that names them, not the alert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from selat.model import clock
from selat.model.clock import HOUR
from selat.model.columns import Columns
from selat.model.nouns import Alert
from selat.model.release import BETWEEN, EVERYBODY, Clauses, Policy, named_in
from selat.model.schema import NO_TIME

FRESH = 1.0  #: s for which the clauses of zones are good
LOOK_BACK = 2 * HOUR  #: ns: how long a contact remembers its track


class Provenance:
    """Which marked sources heard each ship, and when last. ``stations`` gives the names of the sea's stations by number,
    ``zones`` the clauses of zones by name, ``sources`` the names of sources, ``name`` the name of a ship.
    """

    def __init__(
        self,
        policy: Policy,
        stations: Callable[[], Sequence[str]],
        sources: Callable[[], Iterable[str]],
        zones: Callable[[], dict[str, Clauses]],
        name: Callable[[int], str] = str,
    ) -> None:
        self.policy = policy
        self._stations, self._sources, self._zones, self._name = stations, sources, zones, name
        self._asked = clock.monotonic() - 2 * FRESH
        self._known_zones: dict[str, Clauses] = {}
        self._clauses: list[Clauses] = []
        self._heard: dict[int, dict[Clauses, int]] = {}

    def hear(self, *tables: Columns) -> None:
        """Take rows that came in."""
        if not self.policy:
            return
        for rows in tables:
            for number in np.unique(rows["station"]).tolist() if rows.rows else ():
                clauses = self._of_station(number)
                if clauses:
                    self._note(rows.take(np.flatnonzero(rows["station"] == number)), clauses)

    def _of_station(self, number: int) -> Clauses:
        if number >= len(self._clauses):
            self._clauses = [self.policy.station(name) for name in self._stations()]
        return self._clauses[number] if number < len(self._clauses) else EVERYBODY

    def _note(self, rows: Columns, clauses: Clauses) -> None:
        times = np.where(rows["time"] != NO_TIME, rows["time"], rows["received"])
        order = np.argsort(times, kind="stable")
        for mmsi, when in zip(rows["mmsi"][order].tolist(), times[order].tolist(), strict=True):
            self._heard.setdefault(mmsi, {})[clauses] = when

    def of(self, alerts: Iterable[Alert]) -> dict[str, Clauses]:
        """Clauses by ``alert:ID``, ``evidence:ID`` and ``sentence:ID``; only those that there are."""
        zones = self._closed_zones()
        if not self.policy and not zones:
            return {}
        names = self._named() | zones
        out: dict[str, Clauses] = {}
        for alert in alerts:
            since = alert.time - LOOK_BACK
            own = named_in([alert.evidence, alert.detail], names)
            for mmsi in alert.subjects:
                own |= self._of_ship(mmsi, since)
            others = {m: c for m in self._heard if m not in alert.subjects and (c := self._of_ship(m, since))}
            out[f"alert:{alert.id}"] = own
            out[f"evidence:{alert.id}"] = named_in([alert.evidence, alert.detail], others)
            out[f"sentence:{alert.id}"] = self._said(alert.sentence, others)
        return {subject: clauses for subject, clauses in out.items() if clauses}

    def _closed_zones(self) -> dict[str, Clauses]:
        if clock.monotonic() - self._asked > FRESH:
            self._asked, self._known_zones = clock.monotonic(), self._zones()
        return self._known_zones

    def _of_ship(self, mmsi: int, since: int) -> Clauses:
        """Clauses of the sources that heard a ship since then,."""
        return frozenset(c for clauses, last in self._heard.get(mmsi, {}).items() if last >= since for c in clauses)

    def _said(self, sentence: str, ships: dict[int, Clauses]) -> Clauses:
        said = sentence.upper()
        found: set[frozenset[str]] = set()
        for mmsi, clauses in ships.items():
            name = self._name(mmsi)
            if str(mmsi) in said or (name and name.upper() in said):
                found |= clauses
        return frozenset(found)

    def _named(self) -> dict[str, Clauses]:
        """Clauses by the names of sources and stations; of a station heard through a marked source also its own name."""
        if not self.policy:
            return {}
        out = {name: self.policy.source(name) for name in self._sources()}
        for name in self._stations():
            clauses = self.policy.station(name)
            for said in {name, name.rpartition(BETWEEN)[2]} - {""}:
                out[said] = out.get(said, EVERYBODY) | clauses
        return {name: clauses for name, clauses in out.items() if clauses}

    def forget(self, before: int) -> None:
        """Let go of what was heard before ``before`` (ns)."""
        for mmsi in list(self._heard):
            kept = {c: t for c, t in self._heard[mmsi].items() if t >= before}
            if kept:
                self._heard[mmsi] = kept
            else:
                del self._heard[mmsi]
