"""Named things in the state: sources, stations, zones, assets; and the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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

_ZONE = "zone:"  #: begins the subject of an audit entry about a zone
LAST_ID = 65_535  #: columns ``source`` and ``station`` are 16 bits wide; 0 means unknown


def source_id(state: HasEngine, name: str, kind: str = "", fingerprint: str = "") -> int:
    """Number of a source, given one when it is new (from 1)."""
    return _numbered(state, tables.sources, name, {"kind": kind, "fingerprint": fingerprint, "bytes": 0, "done": False})


def station_id(state: HasEngine, name: str) -> int:
    """Number of a receiving station, given one when it is new (from 1); 0 for an empty name."""
    return _numbered(state, tables.stations, name, {}) if name else 0


def radar_id(state: HasEngine, name: str) -> int:
    """Number of a radar, given one when it is new (from 1): its targets are numbered by it (:mod:`selat.model.targets`)."""
    return _numbered(state, tables.radars, name, {})


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
        {"subject": f"{_ZONE}{row['name']}", "who": who, "time": clock.now(), "action": "put", "note": json.dumps(row)}
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
            "subject": f"{_ZONE}{n}",
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
    return {r["name"]: _zone(r) for r in rows}


def _zone(r: Mapping[Any, Any]) -> Zone:
    more = {"kind": r["kind"] or "area", "line": bool(r["line"]), "direction": r["direction"], "width": r["width"]}
    parts = {n: json.loads(r[n] or "[]") for n in ("ring", "holes")}
    return zone_of({"name": r["name"], "source": r["source"], "rules": json.loads(r["rules"] or "{}"), **more, **parts})


def zones_number(state: HasEngine, since: int = -1) -> int:
    """Number of the audit log's last entry about a zone; ``since`` where none came after that one."""
    log = tables.audit
    asked = sa.select(sa.func.max(log.c.n)).where(log.c.n > since, log.c.subject.like(_ZONE + "%"))
    with reading(state.engine) as connection:
        found = connection.scalar(asked)
    return since if found is None else int(found)


def zones_after(state: HasEngine, number: int) -> list[Zone]:
    """The zones as they were after an entry of the audit log, by name. The newest are those of the table."""
    log = tables.audit
    asked = sa.select(log).where(log.c.subject.like(_ZONE + "%")).order_by(log.c.n)
    with reading(state.engine) as connection:
        entries = connection.execute(asked).mappings().all()
        rows: list[Mapping[Any, Any]] = list(connection.execute(sa.select(tables.zones)).mappings())
    if entries and entries[-1]["n"] > number:
        stood: dict[str, Mapping[Any, Any]] = {}
        for e in entries:
            if e["n"] > number:
                break
            name = e["subject"].removeprefix(_ZONE)
            if e["action"] == "remove":
                stood.pop(name, None)
            else:
                stood[name] = json.loads(e["note"])
        rows = list(stood.values())
    return sorted((_zone(r) for r in rows), key=lambda z: z.name)


def put_asset(state: HasEngine, asset: Asset, who: str = "selat") -> None:
    """Add or replace an asset; it goes into the audit log."""
    row = asdict(asset)
    with writing(state.engine) as connection:
        upsert(connection, tables.assets, [row])
        note = json.dumps(row, sort_keys=True)
        entry = {"subject": f"asset:{asset.name}", "who": who, "time": clock.now(), "action": "put", "note": note}
        chain.append(connection, tables.audit, [entry])


def remove_asset(state: HasEngine, name: str, who: str = "selat") -> bool:
    """Take an asset out; False where there is none. It goes into the audit log."""
    with writing(state.engine) as connection:
        gone = connection.execute(sa.delete(tables.assets).where(tables.assets.c.name == name)).rowcount > 0
        if gone:
            entry = {"subject": f"asset:{name}", "who": who, "time": clock.now(), "action": "remove", "note": ""}
            chain.append(connection, tables.audit, [entry])
    return gone


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
