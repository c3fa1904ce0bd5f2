"""The stored sea as pages ask it; see :class:`selat.model.archive.Archive`.

It reads what was committed, also while a watch in this or another process writes the sea.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from selat.app import dossier, papers
from selat.app.past import COLUMNS, packed
from selat.app.past_heard import Heard
from selat.app.past_traffic import PastTraffic
from selat.app.releasing import Releasing
from selat.app.seen import alerts_of, sees, zones_of
from selat.app.session import Sea
from selat.exporters import _zones
from selat.model import clock
from selat.model.clock import DAY, HOUR, SECOND
from selat.model.columns import Array
from selat.model.errors import ConfigError, StoreError
from selat.model.handling import standing
from selat.model.nouns import Alert
from selat.model.release import Clauses, Groups
from selat.model.schema import I32, NO_TIME
from selat.readers.zones_json import read_json
from selat.store import handling, registry, releases
from selat.store.footers import warm
from selat.store.latest import declared, last_positions
from selat.store.view import View
from selat.tracks import ports
from selat.tracks.kinds import kinds_of
from selat.tracks.ports import Ports

FRESH = 2.0  #: s for which a look at the manifest is good
LATE = HOUR  #: ns by which a report may come late and still be found by the time it was received
DOSSIER = 30 * DAY  #: ns of reports looked at for stops and days
KEPT = 64  #: answers about density that are remembered
_MS = 1_000_000


class SeaArchive(Releasing):
    """Asks the sea in ``folder``; :meth:`close` it. ``groups``: what they may see and nothing else; None: everything."""

    def __init__(self, folder: Path, groups: Groups | None = None) -> None:
        super().__init__(folder, groups)
        self._looked = clock.monotonic()
        self._ports = Ports(ports.SHIPPED)
        self._names: tuple[int, Array, dict[str, Array], dict[str, Array]] | None = None
        self.traffic = PastTraffic(self._newest, lambda: self._known()[:2])
        self._heard = Heard()
        self._counts: OrderedDict[tuple[int, ...], list[int]] = OrderedDict()
        self._over = threading.Event()
        self._warming = threading.Thread(target=self._warm, name="selat-warm", daemon=True)
        self._warming.start()

    def _warm(self) -> None:
        """Know the ships, then read the footers of the files: the first search and the first dossier wait for nothing."""
        view = self.sea.view
        with suppress(StoreError):  # a file that is gone or damaged is told of when it is asked for
            if not view.hidden:
                view.ships()  # what takes seconds is loading the compiled kernels: here nobody waits for the lock meanwhile
            self._known()
            warm(view.layout.history, [p for p in view.parts if p.table in ("reports", "statics")], self._over)

    def close(self) -> None:
        """Let go of the sea."""
        everyone: list[SeaArchive] = [self, *self._others.values()]
        for one in everyone:
            one._over.set()
            one._warming.join()
        with self._lock:
            self.close_others()
            self.sea.close()

    def _view(self) -> View:
        """The newest commit, looked at again every two seconds. Old files stay pinned until the sea is refreshed."""
        with self._lock:
            if clock.monotonic() - self._looked > FRESH:
                self._looked = clock.monotonic()
                if self.sea.state.generation() != self.sea.view.generation:
                    self.sea.refresh()
            return self.sea.view

    def _newest(self) -> Sea:
        self._view()
        return self.sea

    # --- time --------------------------------------------------------------------------------------------------------
    def span(self) -> tuple[int, int] | None:
        """(first, last) time of a report."""
        bounds = [(p.min_time, p.max_time) for p in self._view().parts if p.table == "reports"]
        known = [(a, b) for a, b in bounds if a is not None and b is not None]
        if not known:
            return None
        return min(a for a, _ in known) * SECOND, max(b for _, b in known) * SECOND  # the manifest keeps whole seconds

    def density(self, begin: int, end: int, bins: int) -> list[int]:
        """Ships heard in each part of the time."""
        _check(begin, end, 366 * DAY)
        if not 1 <= bins <= 2000:
            raise ConfigError(f"{bins} parts", hint="1 to 2000")
        key = (self._view().generation, begin, end, bins)
        if key not in self._counts:
            self._counts[key] = self._heard.count(self.sea.reports, begin, end, bins).tolist()
            while len(self._counts) > KEPT:
                self._counts.popitem(last=False)
        return self._counts[key]

    def rows(self, begin: int, end: int, step: int, known_then: bool = False) -> Array:
        """Reports as they are played."""
        _check(begin, end, 3 * HOUR)
        self._view()
        if not known_then:
            return packed(self.sea.reports.between(begin, end).columns(*COLUMNS).stored(), begin, end, step)
        late = self.sea.reports.between(begin - LATE, end).columns(*COLUMNS, "received").stored()
        return packed(late, begin, end, step, "received")

    # --- alerts ------------------------------------------------------------------------------------------------------
    def alerts(self, begin: int, end: int) -> list[dict[str, Any]]:
        """Alerts that stood at some time between."""
        _check(begin, end, 366 * DAY)
        stands = handling.handled(self.sea.state)
        found = alerts_of(self.sea, begin=begin, end=end)
        return [self._alert(a, standing(a, stands[a.id]) if a.id in stands else a.state) for a in found]

    def _alert(self, alert: Alert, state: str) -> dict[str, Any]:
        names = {label["id"]: label["name"] for label in self.labels(list(alert.subjects))}
        placed = alert.lat == alert.lat and alert.lon == alert.lon
        return {
            "id": alert.id, "rule": alert.rule, "version": alert.version, "priority": alert.priority, "state": state,
            "subjects": list(alert.subjects), "names": [names.get(m) or f"MMSI {m:09d}" for m in alert.subjects],
            "time_ms": alert.time / _MS, "last_ms": alert.last / _MS, "lat": alert.lat if placed else None,
            "lon": alert.lon if placed else None, "sentence": alert.sentence, "evidence": alert.evidence,
            "confidence": alert.confidence, "lead": alert.lead,
        }  # fmt: skip

    # --- ships -------------------------------------------------------------------------------------------------------
    def _known(self) -> tuple[Array, dict[str, Array], dict[str, Array]]:
        """(MMSI ascending, declared facts, last positions) of all ships ever heard."""
        view = self._view()
        with self._lock:
            if self._names is None or self._names[0] != view.generation:
                latest = view.ships()
                last, (ship, _, facts) = last_positions(latest), declared(latest)
                everyone = np.union1d(last["mmsi"], ship).astype(np.int64)
                self._names = (
                    view.generation,
                    everyone,
                    _spread(everyone, ship, facts),
                    _spread(everyone, last["mmsi"], dict(last)),
                )
            return self._names[1:]

    def labels(self, ships: list[int]) -> list[dict[str, Any]]:
        """Names and sizes of those that are known."""
        everyone, facts, last = self._known()
        if not len(everyone):
            return []
        at = np.minimum(np.searchsorted(everyone, ships), len(everyone) - 1)
        return [_label(everyone, facts, last, int(k)) for k, m in zip(at, ships, strict=True) if everyone[k] == m]

    def search(self, text: str, most: int = 12) -> list[dict[str, Any]]:
        """Ships by part of a name, number or call sign: those that begin with it first."""
        everyone, facts, last = self._known()
        want = text.strip().upper().encode("ascii", "replace")[:34]
        if not want or not len(everyone):
            return []
        score = np.zeros(len(everyone), np.int64)
        for weight, values in (
            (0, facts["name"]), (1, everyone.astype("S9")), (2, facts["callsign"]), (3, facts["imo"].astype("S10")),
        ):  # fmt: skip
            found = np.char.find(values, want)
            score = np.maximum(score, np.where(found == 0, 20 - weight, np.where(found > 0, 10 - weight, 0)))
        hits = np.flatnonzero(score)
        order = hits[np.lexsort((facts["name"][hits], -score[hits]))][:most]
        out = []
        for k in order.tolist():
            heard_at = int(last["time"][k])
            placed = bool(last["lat"][k] != I32 and last["lon"][k] != I32)
            out.append(_label(everyone, facts, last, k) | {
                "last_ms": heard_at / _MS if heard_at != NO_TIME and placed else None,
                "lon": float(last["lon"][k]) * 1e-7 if placed else None, "lat": float(last["lat"][k]) * 1e-7 if placed else None,
            })  # fmt: skip
        return out

    def dossier(self, mmsi: int) -> dict[str, Any] | None:
        """What is stored of a ship."""
        self._view()
        label = self.labels([mmsi])
        if not label:
            return None
        span = self.span()
        until = span[1] + SECOND if span else clock.now()
        reports = self.sea.reports.of(mmsi).between(until - DOSSIER, until)
        reports_ = reports.columns("mmsi", "time", "lat", "lon", "sog", "station").stored()
        times = reports_["time"][reports_["time"] != NO_TIME]
        alerts = alerts_of(self.sea, ship=mmsi)
        return {
            "mmsi": mmsi, "label": label[0], "identity": dossier.identity(self.sea.statics.of(mmsi).stored()),
            "stops": dossier.stops(reports_, self._ports), "days": dossier.days(reports_), "reports": len(times),
            "seen": [int(times.min()) / _MS, int(times.max()) / _MS] if len(times) else None,
            "alerts": [self._alert(a, a.state) for a in alerts[-50:][::-1]], "over_days": DOSSIER // DAY,
        }  # fmt: skip

    def track(self, mmsi: int, begin: int, end: int) -> list[list[float | None]]:
        """Her track between two times."""
        _check(begin, end, 366 * DAY)
        self._view()
        query = self.sea.reports.of(mmsi).between(begin, end)
        return dossier.line(query.columns("mmsi", "time", "lat", "lon", "sog", "cog").stored())

    # --- zones -------------------------------------------------------------------------------------------------------
    def zones(self) -> dict[str, Any]:
        """All zones."""
        found: dict[str, Any] = json.loads(_zones.geojson(zones_of(self.sea)))
        for feature, clauses in self._clauses(found["features"]):
            feature["properties"]["release"] = sorted(sorted(c) for c in clauses)
        return found

    def _clauses(self, features: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Clauses]]:
        known = releases.clauses_of(self.sea.state, "zone")
        return [(f, known[f["properties"]["name"]]) for f in features if known.get(f["properties"]["name"])]

    def put_zone(self, feature: dict[str, Any], who: str) -> str:
        """Add or replace a zone."""
        found = read_json(Path("the page"), json.dumps(feature), source=f"drawn by {who}")
        if found.trouble or len(found.zones) != 1:
            said = found.trouble[0] if found.trouble else None
            raise ConfigError(
                said.text if said else "not one zone", hint=said.hint if said else "one feature with one shape"
            )
        name = found.zones[0].name
        self._may_change(name)
        groups = (feature.get("properties") or {}).get("release")
        if groups is not None:  # first: a zone that is closed was never open
            self._release("zone", name, groups, who)
        registry.put_zones(self.sea.state, found.zones, who)
        return name

    def remove_zone(self, name: str, who: str) -> bool:
        """Take a zone out."""
        if name not in registry.zones(self.sea.state) or not sees(self.sea, "zone", name):
            return False
        registry.remove_zones(self.sea.state, [name], who)
        return True

    def record(self, who: str, action: str, subject: str, note: str = "") -> None:
        """Append to the sea's audit log, whose rows are chained by their hashes."""
        registry.record(self.sea.state, who, action, subject, note)

    # --- paper -------------------------------------------------------------------------------------------------------
    def known(self) -> tuple[Array, dict[str, Array]]:
        """(MMSI ascending, declared facts) of all ships ever heard."""
        return self._known()[:2]

    def report(self, kind: str, about: str, begin: int | None, end: int | None, language: str, form: str) -> bytes:
        """A report on paper."""
        self._view()
        return papers.report(self, kind, about, begin=begin, end=end, language=language, form=form)


def _check(begin: int, end: int, most: int) -> None:
    if not 0 < end - begin <= most:
        raise ConfigError("that is no time to ask about", hint=f"end after begin, by {most / DAY:g} days or less")


def _spread(everyone: Array, ship: Array, columns: dict[str, Array]) -> dict[str, Array]:
    """Columns of some ships as columns of all; the rest have zeros, and no time and place."""
    at = np.searchsorted(everyone, ship)
    out = {}
    for name, values in columns.items():
        whole = np.zeros(len(everyone), values.dtype)
        if name in ("lat", "lon"):
            whole[:] = I32
        elif name == "time":
            whole[:] = NO_TIME
        whole[at] = values
        out[name] = whole
    return out


def _label(everyone: Array, facts: dict[str, Array], last: dict[str, Array], k: int) -> dict[str, Any]:
    length = int(facts["to_bow"][k]) + int(facts["to_stern"][k]) if facts["to_bow"][k] != 65535 else 0
    beam = int(facts["to_port"][k]) + int(facts["to_starboard"][k]) if facts["to_port"][k] != 255 else 0
    kind = kinds_of(everyone[k : k + 1], last["msg_type"][k : k + 1])
    return {
        "id": int(everyone[k]), "name": dossier.text(facts["name"][k]), "callsign": dossier.text(facts["callsign"][k]),
        "imo": int(facts["imo"][k]) or None, "ship_type": int(facts["ship_type"][k]) or None,
        "length_m": float(length) if 0 < length < 1023 else None, "beam_m": float(beam) if 0 < beam < 127 else None,
        "cls": int(kind[0]),
    }  # fmt: skip
