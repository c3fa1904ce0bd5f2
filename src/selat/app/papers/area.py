"""The facts of an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.app.papers import _facts as facts
from selat.app.papers._counts import Counting
from selat.app.papers._traffic import cells, placed
from selat.app.seen import zones_of
from selat.exporters.paper.floor import area
from selat.exporters.paper.floor.given import Area, Visit
from selat.model.clock import DAY, MINUTE, SECOND
from selat.model.columns import Columns
from selat.model.errors import ConfigError
from selat.model.picture import SOG_NA
from selat.model.units import KNOT
from selat.model.zone import Zone
from selat.tracks.zones import Zones

if TYPE_CHECKING:
    from selat.app.archive import SeaArchive
    from selat.exporters.paper.blocks import Document

MOST_DAYS = 366
APART = 30 * MINUTE  #: ns: a longer step ends a visit


def document(archive: SeaArchive, about: str, begin: int | None, end: int | None, language: str) -> Document:
    """The report of a zone, over all of the history (a year at most) when not told otherwise."""
    known = {z.name: z for z in zones_of(archive.sea)}
    if about not in known:
        raise ConfigError(f"there is no zone {about!r}", hint=f"known: {', '.join(known) or 'none yet'}")
    first, last = facts.whole(archive)
    end = last if end is None else end
    begin = max(first, end - MOST_DAYS * DAY) if begin is None else begin
    if not 0 < end - begin <= MOST_DAYS * DAY:
        raise ConfigError("that is no period for a report", hint=f"end after begin, by {MOST_DAYS} days or less")
    return area.document(_gathered(archive, known[about], begin, end), language)


def _gathered(archive: SeaArchive, zone: Zone, begin: int, end: int) -> Area:
    sea = archive.sea
    inside = sea.reports.between(begin, end).inside(zone)
    rows = inside.stored()
    zones = Zones([zone])
    there = [
        a
        for a in facts.alerts_between(archive, begin, end)
        if a.lat == a.lat and len(zones.members(np.array([a.lat]), np.array([a.lon]))[0])
    ]
    alerts, counting = facts.alert_rows(archive, there), Counting(begin, end)
    counting.take(rows)
    return Area(
        facts.basis(archive, begin, end, (facts.Hashed("reports", rows),), alerts),
        zone,
        counting.counts(archive),
        _visits(archive, placed(rows)),
        alerts,
        facts.outages(archive, begin, end),
        cells(lambda: (rows,)),
        facts.place(archive),
    )


def _visits(archive: SeaArchive, rows: Columns) -> tuple[Visit, ...]:
    """Ships by the time that they spent inside, longest first."""
    rows = rows.take(np.lexsort((rows["time"], rows["mmsi"])))
    ship, time = rows["mmsi"], rows["time"]
    if not len(ship):
        return ()
    starts = np.flatnonzero(np.r_[True, ship[1:] != ship[:-1]])
    ends = np.r_[starts[1:], len(ship)]
    who = facts.ships(archive, ship[starts].tolist())
    out = []
    for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
        step = np.diff(time[a:b])
        sog = rows["sog"][a:b]
        sog = sog[sog < SOG_NA]
        out.append(
            Visit(
                who[int(ship[a])],
                int(time[a]),
                int(time[b - 1]),
                float(step[step <= APART].sum() / SECOND),
                float(sog.max() * (KNOT / 10)) if len(sog) else float("nan"),
                int((step > APART).sum()) + 1,
            )
        )
    return tuple(sorted(out, key=lambda v: (-v.seconds, v.ship.mmsi)))
