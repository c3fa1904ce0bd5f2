"""Named things in the state: sources, stations, zones, assets; and the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from selat.model import clock
from selat.model.errors import StoreError
from selat.model.nouns import Asset, Zone
from selat.model.zone import plain, zone_of
from selat.store import chain, tables
from selat.store.engine import reading, upsert, writing
from selat.store.state_types import HasEngine

LAST_ID = 65_535  #: columns ``source`` and ``station`` are 16 bits wide; 0 means unknown


def source_id(state: HasEngine, name: str, kind: str = "", fingerprint: str = "") -> int:
    """Number of a source, given one when it is new (from 1)."""
    return _numbered(state, tables.sources, name, {"kind": kind, "fingerprint": fingerprint, "bytes": 0, "done": False})


def station_id(state: HasEngine, name: str) -> int:
    """Number of a receiving station, given one when it is new (from 1); 0 for an empty name."""
    return _numbered(state, tables.stations, name, {}) if name else 0


def station_names(state: HasEngine) -> list[str]:
    """Names by number; number 0 is the empty name."""
    with reading(state.engine) as connection:
        found = {r.id: r.name for r in connection.execute(sa.select(tables.stations))}
    return [found.get(i, "") for i in range(max(found, default=0) + 1)]


def _numbered(state: HasEngine, table: sa.Table, name: str, more: dict[str, Any]) -> int:
    with writing(state.engine) as connection:
        known = connection.scalar(sa.select(table.c.id).where(table.c.name == name))
        if known is not None:
            return int(known)
        number = int(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))) or 0) + 1
        if number > LAST_ID:
            raise StoreError(f"more than {LAST_ID} {table.name}", hint="names must not hold times or counters")
        connection.execute(sa.insert(table).values(id=number, name=name, **more))
        return number


def find_source(state: HasEngine, fingerprint: str) -> dict[str, Any] | None:
    """The source that was read from the same bytes before, None when there is none."""
    s = tables.sources
    with reading(state.engine) as connection:
        found = connection.execute(sa.select(s).where(s.c.fingerprint == fingerprint, s.c.fingerprint != "")).mappings()
        row = found.first()
        return None if row is None else dict(row)


def put_zones(state: HasEngine, zones: Iterable[Zone], who: str = "selat") -> None:
    """Add or replace zones, all or none; each goes into the audit log with its version."""
    rows = [_zone_row(zone) for zone in zones]
    entries = [
        {"subject": f"zone:{row['name']}", "who": who, "time": clock.now(), "action": "put", "note": json.dumps(row)}
        for row in rows
    ]
    with writing(state.engine) as connection:
        upsert(connection, tables.zones, rows)
        chain.append(connection, tables.audit, entries)


def put_zone(state: HasEngine, zone: Zone, who: str = "selat") -> None:
    """Add or replace a zone; it goes into the audit log."""
    put_zones(state, [zone], who)


def remove_zones(state: HasEngine, names: Iterable[str], who: str = "selat") -> None:
    """Take zones out, all or none; the audit log keeps what they were. Raises :class:`StoreError` for unknown names."""
    known = zones(state)
    names = list(names)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise StoreError(f"there is no zone {unknown[0]!r}", hint=f"known: {', '.join(known) or 'none yet'}")
    entries = [
        {
            "subject": f"zone:{n}",
            "who": who,
            "time": clock.now(),
            "action": "remove",
            "note": json.dumps(plain(known[n])),
        }
        for n in names
    ]
    with writing(state.engine) as connection:
        connection.execute(sa.delete(tables.zones).where(tables.zones.c.name.in_(names)))
        chain.append(connection, tables.audit, entries)


def _zone_row(zone: Zone) -> dict[str, Any]:
    row = plain(zone)
    return row | {name: json.dumps(row[name]) for name in ("ring", "rules", "holes")}


def zones(state: HasEngine) -> dict[str, Zone]:
    """All zones by name."""
    with reading(state.engine) as connection:
        rows = connection.execute(sa.select(tables.zones).order_by(tables.zones.c.name)).mappings().all()
    out = {}
    for r in rows:
        more = {"kind": r["kind"] or "area", "line": bool(r["line"]), "direction": r["direction"], "width": r["width"]}
        parts = {n: json.loads(r[n] or "[]") for n in ("ring", "holes")}
        out[r["name"]] = zone_of(
            {"name": r["name"], "source": r["source"], "rules": json.loads(r["rules"] or "{}"), **more, **parts}
        )
    return out


def put_asset(state: HasEngine, asset: Asset, who: str = "selat") -> None:
    """Add or replace an asset; it goes into the audit log."""
    row = asdict(asset)
    with writing(state.engine) as connection:
        upsert(connection, tables.assets, [row])
        note = json.dumps(row, sort_keys=True)
        entry = {"subject": f"asset:{asset.name}", "who": who, "time": clock.now(), "action": "put", "note": note}
        chain.append(connection, tables.audit, [entry])


def assets(state: HasEngine) -> dict[str, Asset]:
    """All assets by name."""
    with reading(state.engine) as connection:
        rows = connection.execute(sa.select(tables.assets).order_by(tables.assets.c.name)).mappings().all()
    return {r["name"]: Asset(**r) for r in rows}


def record(state: HasEngine, who: str, action: str, subject: str, note: str = "") -> None:
    """Append a line to the audit log."""
    entry = {"subject": subject, "who": who, "time": clock.now(), "action": action, "note": note}
    with writing(state.engine) as connection:
        chain.append(connection, tables.audit, [entry])


def broken_logs(state: HasEngine) -> dict[str, int]:
    """Logs whose chain of hashes does not hold, with the number of the first wrong row."""
    with reading(state.engine) as connection:
        found = {log.name: chain.first_break(connection, log) for log in (tables.audit, tables.alert_log)}
    return {name: n for name, n in found.items() if n is not None}
