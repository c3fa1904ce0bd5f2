"""The facts of a ship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from selat.app import dossier
from selat.app.papers import _facts as facts
from selat.app.papers._traffic import placed
from selat.app.seen import alerts_of
from selat.exporters.paper.floor import ship
from selat.exporters.paper.floor.given import Dossier, Gap, Meeting, Outage, Stop
from selat.exporters.paper.floor.ship import SILENCE
from selat.kernels.geodesy import distance
from selat.model.clock import DAY, MINUTE, SECOND
from selat.model.columns import Columns
from selat.model.errors import ConfigError
from selat.model.messages import ship_type_name
from selat.model.nouns import Alert
from selat.model.schema import DEGREES
from selat.tracks import ports
from selat.tracks.ports import Ports

if TYPE_CHECKING:
    from selat.app.archive import SeaArchive
    from selat.exporters.paper.blocks import Document

USUAL, MOST_DAYS = 30 * DAY, 366
BESIDE = 500.0  #: m: closer than this another ship is beside her
BESIDE_LEAST = 20 * MINUTE  #: ns
AT_PORT = 3704.0  #: m from a port (2 nm): there a neighbour is no meeting
GAPS = 25  #: silences told, the longest
_REACH = 0.02  #: degrees about a stop that are looked at
_MS = 1_000_000
Found = tuple[int, int, float, float, int, float | None, str]  #: begin, end, lat, lon, other, nearest (m), rule


def document(archive: SeaArchive, about: str, begin: int | None, end: int | None, language: str) -> Document:
    """The dossier of the ship with an MMSI, over the last 30 days of the history when not told otherwise."""
    if not (about.isdecimal() and 1 <= len(about) <= 9):
        raise ConfigError(f"{about!r} is no MMSI", hint="up to nine digits; `selat ships SEA NAME` finds it")
    mmsi = int(about)
    first, last = facts.whole(archive)
    end = last if end is None else end
    begin = max(first, end - USUAL) if begin is None else begin
    if not 0 < end - begin <= MOST_DAYS * DAY:
        raise ConfigError("that is no period for a report", hint=f"end after begin, by {MOST_DAYS} days or less")
    if not archive.labels([mmsi]):
        raise ConfigError(f"nothing is stored of {mmsi:09d}", hint="`selat ships SEA` lists ships")
    return ship.document(_gathered(archive, mmsi, begin, end), language)


def _gathered(archive: SeaArchive, mmsi: int, begin: int, end: int) -> Dossier:
    sea = archive.sea
    rows, statics = sea.reports.of(mmsi).between(begin, end).stored(), sea.statics.of(mmsi).stored()
    found = alerts_of(sea, begin=begin, end=end, ship=mmsi)
    alerts, sited = facts.alert_rows(archive, found), placed(rows)
    stops = tuple(
        Stop(
            round(s["from_ms"] * _MS),
            round(s["to_ms"] * _MS),
            s["lat"],
            s["lon"],
            s["port"] or "",
            float(s["port_m"] or 0.0),
        )
        for s in dossier.stops(rows, Ports(ports.SHIPPED))
    )
    outages = facts.outages(archive, begin, end)
    return Dossier(
        facts.basis(archive, begin, end, (facts.Hashed("reports", rows), facts.Hashed("statics", statics)), alerts),
        facts.ships(archive, [mmsi])[mmsi],
        _identity(statics),
        facts.track(sited),
        stops,
        _meetings(archive, mmsi, stops, found),
        _gaps(sited, outages),
        alerts,
        tuple((d["day"], d["reports"], d["stations"]) for d in dossier.days(rows)),
        rows.rows,
        facts.place(archive),
    )


def _identity(statics: Columns) -> tuple[tuple[str, str, int, int, int], ...]:
    def text(fact: str, value: Any) -> str:
        if fact == "ship_type":
            return f"{ship_type_name(int(value))} ({value})"
        if fact == "draught":
            return f"{int(value) / 10:.1f} m"
        return f"{value} m" if fact in ("length", "beam") else str(value)

    return tuple(
        (r["fact"], text(r["fact"], r["value"]), round(r["from_ms"] * _MS), round(r["to_ms"] * _MS), r["times"])
        for r in dossier.identity(statics)
        if r["value"] is not None
    )


def _gaps(rows: Columns, outages: tuple[Outage, ...]) -> tuple[Gap, ...]:
    """Silences, the longest of them in order of time."""
    track = facts.track(rows, most=max(rows.rows, 1))
    if len(track) < 2:
        return ()
    time = np.sort(rows["time"])
    cuts = np.flatnonzero(np.diff(time) > SILENCE)
    cuts = np.sort(cuts[np.argsort(-np.diff(time)[cuts], kind="stable")][:GAPS])
    out = []
    for k in cuts.tolist():
        a, b = int(time[k]), int(time[k + 1])
        metres = float(distance(track[k, 1], track[k, 2], track[k + 1, 1], track[k + 1, 2]))
        down = sorted({o.source for o in outages if o.began < b and (not o.ended or o.ended > a)})
        out.append(Gap(a, b, metres, tuple(down)))
    return tuple(out)


def _meetings(archive: SeaArchive, mmsi: int, stops: tuple[Stop, ...], alerts: list[Alert]) -> tuple[Meeting, ...]:
    """Ships beside her while she stood away from ports, and those of alerts on pairs."""
    found: list[Found] = []
    for stop in stops:
        if not stop.port or stop.port_away > AT_PORT:
            found += _beside(archive, mmsi, stop)
    for a in alerts:
        found += [(a.time, a.last, a.lat, a.lon, m, None, a.rule) for m in a.subjects if m != mmsi]
    who = facts.ships(archive, {f[4] for f in found})
    made = [Meeting(a, b, lat, lon, who[m], near, rule) for a, b, lat, lon, m, near, rule in found]
    return tuple(sorted(made, key=lambda m: (-m.begin, m.other.mmsi)))


def _beside(archive: SeaArchive, mmsi: int, stop: Stop) -> list[Found]:
    box = (stop.lon - _REACH, stop.lat - _REACH, stop.lon + _REACH, stop.lat + _REACH)
    rows = placed(
        archive.sea.reports.between(stop.begin, stop.end + SECOND)
        .inside(box)
        .columns("mmsi", "time", "lat", "lon")
        .stored()
    )
    away = np.asarray(distance(stop.lat, stop.lon, rows["lat"] * DEGREES, rows["lon"] * DEGREES))
    out: list[Found] = []
    for other in np.unique(rows["mmsi"]).tolist():
        near = (rows["mmsi"] == other) & (away <= BESIDE)
        if other == mmsi or not near.any():
            continue
        a, b = int(rows["time"][near].min()), int(rows["time"][near].max())
        if b - a >= BESIDE_LEAST:
            out.append((a, b, stop.lat, stop.lon, int(other), float(away[near].min()), ""))
    return out
