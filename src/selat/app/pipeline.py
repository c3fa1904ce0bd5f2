"""The one loop of live and batch: source, journal, decode, floor, history, alerts.

A block is in the journal before it is read; rows, reader states, the floor and the alerts reach the sea in one commit
that names the place in the journal up to which they hold. After a crash the loop restores those states and reads the
rest of the journal again, so that nothing acknowledged is lost and the same alerts come out (their ids are hashes).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from selat.app.floor import Floor, detectors
from selat.app.provenance import LOOK_BACK, Provenance
from selat.app.radars import Radars
from selat.app.released import Views
from selat.app.session import Sea
from selat.app.tally import Tally
from selat.app.world import world_of
from selat.app.zoning import Zoning
from selat.model import clock
from selat.model.clock import DAY, SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.config import lateness, policy, sites
from selat.model.errors import ConfigError, StoreError
from selat.model.nouns import Alert
from selat.model.ports import Batch, Reader
from selat.model.radar import KnowsRadars, Sites
from selat.model.release import Clauses, qualified
from selat.model.targets import renumbered
from selat.readers.aisstream import AisStreamReader
from selat.readers.asterix import AsterixReader
from selat.readers.asterix_pcap import AsterixPcapReader
from selat.readers.radar_nmea import NmeaReader
from selat.readers.signalk import SignalKReader
from selat.store import registry, releases
from selat.store.writer import Writer

log = logging.getLogger(__name__)

ARCHIVE = "archive:"  #: kinds of sources that are tables of an archive: named in the journal, not copied into it
FLOOR = 0  #: number under which the floor's state is kept among the states of the sources
TRACKS = -1  #: and that of the trackers of radars
LIVE = ("nmea-live", "asterix-live")  #: kinds of feeds whose blocks come when their rows are heard
_STATIONED = ("reports", "statics", "messages", "receptions")

#: how the bytes of a source are read, by the kind that is noted with it
READERS: dict[str, Callable[[], Reader]] = {
    "nmea-log": NmeaReader,
    "nmea-live": lambda: NmeaReader(live=True),
    "aisstream": AisStreamReader,
    "signalk": SignalKReader,
    "asterix-log": AsterixReader,
    "asterix-live": lambda: AsterixReader(live=True),
    "asterix-pcap": AsterixPcapReader,
}


class Intake:
    """One source on its way in: its reader, and the sea's numbers for the stations that the reader names."""

    def __init__(self, number: int, name: str, kind: str, marked: bool = False, sites: Sites = ()) -> None:
        archive = kind.startswith(ARCHIVE)
        if not archive and kind not in READERS:
            raise ConfigError(f"no reader for a source of kind {kind!r}", hint=f"known: {', '.join(READERS)}")
        self.number, self.name, self.kind = number, name, kind
        self.reader: Reader | None = None if archive else READERS[kind]()
        if isinstance(self.reader, KnowsRadars):
            self.reader.know(name, sites)
        self.radars: list[str] = []  #: of an archive: names of the radars by the numbers in its rows
        self.lines = 0  #: of an archive: rows taken so far, over all sessions
        self.first_seq = -1  #: of an archive: number of its first row
        self.tally = Tally()
        self.bytes = 0  #: bytes taken so far, over all sessions
        self.marked = marked  #: some may not see what it sends: its stations get names of their own in the sea
        self._stations = np.zeros(0 if marked else 1, np.uint16)
        self._radars = np.zeros(1, np.uint16)

    @property
    def station(self) -> int:
        """The sea's number of the station that this source has no name for."""
        return int(self._stations[0]) if len(self._stations) else 0

    def state(self) -> dict[str, Any]:
        """All that is needed to go on later."""
        reader = {} if self.reader is None else self.reader.state()
        return {
            "kind": self.kind, "name": self.name, "bytes": self.bytes, "lines": self.lines, "first_seq": self.first_seq,
            "reader": reader,
        }  # fmt: skip

    @classmethod
    def of(cls, number: int, state: Mapping[str, Any], marked: bool = False, sites: Sites = ()) -> Intake:
        """The intake of a saved :meth:`state`."""
        intake = cls(number, str(state["name"]), str(state["kind"]), marked, sites)
        if intake.reader is not None:
            intake.reader.restore(state["reader"])
        intake.bytes, intake.lines, intake.first_seq = (int(state[k]) for k in ("bytes", "lines", "first_seq"))
        return intake

    def settle(self, batch: Batch, writer: Writer) -> dict[str, int]:
        """Exchange the reader's numbers of stations and radars for the sea's, and name the source of rejects.

        Returns the stations that are new, by name.
        """
        names: list[str] = getattr(self.reader, "stations", [""])
        more = names[len(self._stations) :]
        fresh = {n: registry.station_id(writer.state, qualified(self.name, n) if self.marked else n) for n in more}
        if fresh:
            self._stations = np.concatenate([self._stations, np.array(list(fresh.values()), np.uint16)])
        if len(names) > 1 or self.marked:
            for table in _STATIONED:
                columns: Columns = getattr(batch, table)
                if columns.rows:
                    setattr(batch, table, columns.replace(station=self._stations[columns["station"]]))
        self._settle_radars(batch, writer)
        if batch.rejects.rows:
            number = np.full(batch.rejects.rows, self.number, np.uint16)
            batch.rejects = batch.rejects.replace(source=number)
        return fresh

    def _settle_radars(self, batch: Batch, writer: Writer) -> None:
        """Number the targets and plots of this batch by the sea's numbers of their radars.

        A reader names its radars in ``radars`` (its number 0 is none); one without a name of its own is called as the
        source is.
        """
        names: list[str] = getattr(self.reader, "radars", self.radars)
        if len(names) < 2:
            return
        if len(names) > len(self._radars):
            fresh = [registry.radar_id(writer.state, name or self.name) for name in names[len(self._radars) :]]
            self._radars = np.concatenate([self._radars, np.array(fresh, np.uint16)])
        for table in ("reports", "statics"):
            columns: Columns = getattr(batch, table)
            if columns.rows:
                setattr(batch, table, columns.replace(mmsi=renumbered(columns["mmsi"], self._radars)))
        if batch.plots.rows:
            batch.plots = batch.plots.replace(radar=self._radars[batch.plots["radar"]])


def _floor(writer: Writer) -> tuple[Floor, Zoning]:
    """The floor of a sea with its rules and world, and what keeps its zones up to date."""
    number = registry.zones_number(writer.state)
    floor = Floor(detectors(writer.settings.rules), world=world_of(writer.layout, writer.state, number))
    placed = [s for s in sites(writer.settings) if s.placed]
    floor.fusion.sites = {registry.radar_id(writer.state, s.name): (s.lat, s.lon) for s in placed}
    return floor, Zoning(writer.state, floor, number)


class Pipeline:
    """The loop over one writer. Not thread-safe: one thread at a time calls it.

    ``rules=False`` leaves out the floor (identity, contacts, detectors): a log is only kept. ``on_alerts`` is told of
    every alert that was raised or changed.
    """

    def __init__(
        self, writer: Writer, *, rules: bool = True, on_alerts: Callable[[list[Alert]], None] | None = None
    ) -> None:
        self.writer = writer
        made = _floor(writer) if rules else None
        self.floor: Floor | None = made[0] if made else None
        self._zoning: Zoning | None = made[1] if made else None
        self._late = lateness(writer.settings)
        self.policy = policy(writer.settings)
        self._sites = sites(writer.settings)
        state = writer.state
        self.radars = Radars(state, self._sites)
        self.provenance = Provenance(
            self.policy, partial(registry.station_names, state), lambda: [i.name for i in self.intakes.values()],
            partial(releases.clauses_of, state, "zone"), self._ship_name,
        )  # fmt: skip
        self.views = (
            None if self.floor is None else Views(self.policy, self.floor, partial(registry.station_names, state))
        )
        self._releases: dict[str, Clauses] = {}
        self.intakes: dict[int, Intake] = {}
        self.on_alerts = on_alerts
        self._alerts: dict[str, Alert] = {}
        self._arrival = 0
        self._seq = writer.recovered.next_seq
        self.position = writer.recovered.position
        self._recover()
        self.look()

    @property
    def next_seq(self) -> int:
        """Number that the next line will get."""
        return self._seq

    @property
    def arrival(self) -> int:
        """When the newest block came in, ns UTC; 0 before the first."""
        return self._arrival

    @property
    def alerts_waiting(self) -> bool:
        """True when alerts were raised or changed since the last commit."""
        return bool(self._alerts)

    def _ship_name(self, mmsi: int) -> str:
        if self.floor is None:
            return ""
        slots = self.floor.contacts.of(mmsi)
        return self.floor.contacts.name(int(slots[0])) if len(slots) else ""

    # --- in ----------------------------------------------------------------------------------------------------------
    def source(self, name: str, kind: str, fingerprint: str = "") -> Intake:
        """The intake of a source, made at its first mention."""
        number = self.writer.source(name, kind, fingerprint)
        if number not in self.intakes:
            self.intakes[number] = Intake(number, name, kind, bool(self.policy.source(name)), self._sites)
        return self.intakes[number]

    def take(self, intake: Intake, data: bytes, received: int) -> Batch:
        """Journal a block and read it. It may be acknowledged once :meth:`sync` returned."""
        if data:
            self.position = self.writer.journal(intake.number, data, received)
        return self._read(intake, data, received)

    def sync(self) -> None:
        """Force the journal to the disk: what was taken cannot be lost any more."""
        self.writer.sync()

    def _read(self, intake: Intake, data: bytes, received: int) -> Batch:
        assert intake.reader is not None, "an archive is not fed with bytes"
        intake.bytes += len(data)
        return self.settle(intake, intake.reader.feed(data, received, self._seq), received)

    def settle(self, intake: Intake, batch: Batch, received: int) -> Batch:
        """Take the rows of a batch into the sea and onto the floor."""
        self._seq += batch.lines
        self._expect(intake.settle(batch, self.writer))
        if batch.plots.rows:
            tracked = self.radars.take(batch.plots, *((intake.name, intake.station) if intake.marked else ()))
            batch.reports = concat([batch.reports, tracked], "reports")
        intake.tally.add(batch)
        self.writer.stage(batch, intake.number)
        if self.floor is not None:
            arrival = received
            if intake.kind not in LIVE and batch.reports.rows:
                arrival = int(batch.reports["received"].max())
            if arrival > 0:
                self._arrival = max(self._arrival, arrival)
                late = self._allowance(intake)
                self.provenance.hear(batch.reports, batch.statics, batch.messages)
                if self.views is not None:
                    self.views.step(batch, arrival, allowance=late)
                self._raise(self.floor.step(batch.reports, batch.statics, batch.messages, arrival, allowance=late))
        return batch

    def _allowance(self, intake: Intake) -> int | None:
        """How late (ns) rows of a source may come; None: as long as the floor waits anyway."""
        seconds = self._late.get(intake.name)
        if seconds is None and intake.kind in LIVE:
            seconds = self.writer.settings.watch.late
        return None if seconds is None else round(seconds * SECOND)

    def _expect(self, stations: Mapping[str, int]) -> None:
        """Stations that were met: those that are slower than others are given their time."""
        slow = {number: round(self._late[name] * SECOND) for name, number in stations.items() if name in self._late}
        if slow and self.floor is not None:
            known = self.floor.patience
            self.floor.patience = replace(known, stations={**known.stations, **slow})

    def idle(self, now: int) -> None:
        """Nothing came in: let what waits for its turn on the floor go on. ``now`` ns UTC, in the picture's time."""
        if self.floor is not None and self._arrival > 0 and now > self._arrival:
            self._go_on(self.radars.idle(now) if self.radars.busy else empty("reports"), now)

    def _go_on(self, tracked: Columns, now: int, final: bool = False) -> None:
        """No source brought anything, but time has passed, and trackers of radars may have something to tell."""
        batch = None
        if tracked.rows:
            batch = Batch(tracked, empty("statics"), empty("messages"), empty("receptions"), empty("rejects"))
            self.writer.stage(batch, 0)
            self.provenance.hear(batch.reports, batch.statics, batch.messages)
        if self.floor is not None and now > 0:
            if self.views is not None:
                self.views.step(batch, now, final=final)
            self._raise(self.floor.step(tracked, empty("statics"), empty("messages"), now, final=final))

    def _raise(self, alerts: list[Alert]) -> None:
        if alerts:
            self._alerts.update((a.id, a) for a in alerts)
            found = self.provenance.of(alerts)
            self._releases |= found
            if self.views is not None:
                self.views.note(found)
            if self.on_alerts is not None:
                self.on_alerts(alerts)

    def look(self) -> bool:
        """Take zones that were changed meanwhile; they hold from the next moment on, and the journal says since when."""
        note = None if self._zoning is None else self._zoning.look()
        if note is None:
            return False
        self.position = self.writer.refer(0, note, clock.now())
        self.sync()
        return True

    # --- ends --------------------------------------------------------------------------------------------------------
    def end(self, intake: Intake, received: int) -> None:
        """The source has ended: read what is left of it, settle the floor, and commit."""
        if intake.reader is not None:
            self.settle(intake, intake.reader.flush(), received)
        tracked = self.radars.finish() if self.radars.busy else empty("reports")
        if tracked.rows:
            self._arrival = max(self._arrival, int(tracked["received"].max()))
            intake.tally.rows["reports"] += tracked.rows
        self._go_on(tracked, max(received, self._arrival) if self._arrival > 0 else 0, final=True)
        del self.intakes[intake.number]
        self.commit(ended={intake.number: True}, whole=intake.reader is None, wait=True)

    def commit(
        self, *, outages: Columns | None = None, ended: Mapping[int, bool] | None = None, whole: bool = False,
        wait: bool = True,
    ) -> None:  # fmt: skip
        """Make all that was taken part of the sea. ``whole``: see :meth:`selat.store.writer.Writer.commit`."""
        states: dict[int, dict[str, Any]] = {n: i.state() for n, i in self.intakes.items()}
        for number in ended or {}:
            states[number] = {"kind": "", "reader": {}}
        if self.floor is not None:
            states[FLOOR] = {"kind": "floor", "reader": self.floor.state(copy=False)}
        if self.radars.busy:
            states[TRACKS] = {"kind": "tracks", "reader": self.radars.state()}
        alerts, found = self._told()
        if self.floor is not None:
            self.provenance.forget(self.floor.now - DAY)
        self.writer.commit(
            self.position, states, next_seq=self._seq, alerts=alerts, releases=found, outages=() if outages is None else outages,
            finished=ended, whole=whole, wait=wait,
        )  # fmt: skip

    def tell(self, *, wait: bool = True) -> None:
        """Store the alerts that wait, and nothing else: a state of all ships for each of them would cost too much."""
        self.writer.tell(*self._told(), wait=wait)

    def _told(self) -> tuple[list[Alert], dict[str, Clauses]]:
        """The alerts that wait, and who may see them; nothing waits any more."""
        alerts, found = list(self._alerts.values()), self._releases
        self._alerts, self._releases = {}, {}
        return alerts, found

    # --- after a crash -----------------------------------------------------------------------------------------------
    def _recover(self) -> None:
        found = self.writer.recovered
        for number, state in found.states.items():
            if number == FLOOR:
                if self._zoning is not None and state["reader"]:
                    self._zoning.restore(state["reader"])
            elif number == TRACKS:
                self.radars.restore(state["reader"])
            elif state["kind"]:
                self.intakes[number] = Intake.of(
                    number, state, bool(self.policy.source(str(state["name"]))), self._sites
                )
        if self._zoning is not None and FLOOR not in found.states:
            self._zoning.begin(frame.reference for frame in self.writer.raw.frames(found.position))
        self.writer.recovered = replace(found, states={})  # read once, and large
        frames = 0
        for frame in self.writer.raw.frames(found.position):
            self.position = frame.end
            if frame.reference is not None:
                if self._zoning is not None:
                    self._zoning.noted(frame.reference)
                continue
            self._read(self._of_frame(frame.source), frame.data, frame.received)
            frames += 1
            if self.writer.full:
                self.commit(wait=False)
        if frames:
            log.info("recovered %d blocks from the journal", frames)
            self.commit()
        if self.policy and self.floor is not None and self.floor.now > 0:
            with Sea(self.writer.layout.root, create=False) as sea:
                rows = sea.reports.between(self.floor.now - LOOK_BACK, None)
                self.provenance.hear(rows.columns("mmsi", "time", "received", "station").stored())

    def _of_frame(self, number: int) -> Intake:
        """Intake of a source that is known from the journal only."""
        if number not in self.intakes:
            known = {r["id"]: r for r in self.writer.state.rows("sources")}.get(number)
            if known is None:
                raise StoreError(
                    f"the journal has blocks of a source {number} that the state does not know",
                    hint="the state is older than the journal: bring both back from the same copy",
                )
            marked = bool(self.policy.source(known["name"]))
            self.intakes[number] = Intake(number, known["name"], known["kind"], marked, self._sites)
        return self.intakes[number]
