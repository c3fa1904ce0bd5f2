"""The state as SQL tables, one model for SQLite and PostgreSQL; the facts' tables are made from ``model/schema``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from selat.model.schema import ALERTS, OUTAGES, Column, Table

SCHEMA_VERSION = 7  #: of the state; a newer one is refused, an older one gets the columns that it lacks

BOUNDED = ("time", "mmsi", "lat", "lon", "seq")  #: columns whose bounds the manifest keeps; time in seconds

metadata = sa.MetaData()

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def sql_type(column: Column) -> Any:
    """SQL type of a column in its stored layout."""
    if column.stored == "object":
        return sa.LargeBinary() if column.given == "binary" else sa.Text()
    if column.stored.startswith("S"):
        return sa.Text()
    return sa.Double() if column.stored.startswith("f") else sa.BigInteger()


def sql_columns(table: Table, keys: tuple[str, ...]) -> list[sa.Column[Any]]:
    """SQL columns of a table of ``model/schema``; ``keys`` are its primary key."""
    return [
        sa.Column(c.name, sql_type(c), primary_key=c.name in keys, nullable=c.name not in keys) for c in table.columns
    ]


meta = sa.Table(
    "meta", metadata, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)

manifest = sa.Table(
    "manifest",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("table", sa.Text, nullable=False),
    sa.Column("block", sa.BigInteger, nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    *(sa.Column(f"{end}_{name}", sa.BigInteger) for name in BOUNDED for end in ("min", "max")),
    sa.Column("generation", sa.BigInteger, nullable=False),
    sa.Column("removed", sa.BigInteger),  # generation from which it is no longer part of the sea
    sa.Column("removed_at", sa.BigInteger),  # ns UTC
    sa.Index("manifest_live", "removed", "table", "block"),
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),
)

stations = sa.Table(
    "stations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False, unique=True),
)

radars = sa.Table(
    "radars",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False, unique=True),
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("source", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("next_seq", sa.BigInteger, nullable=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("source", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, primary_key=True),  # lines, kept, duplicates, bytes, reason.<label>, type.<n>
    sa.Column("value", sa.BigInteger, nullable=False),
)

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("generation", sa.BigInteger, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)

outages = sa.Table("outages", metadata, *sql_columns(OUTAGES, ("source", "began")))

alerts = sa.Table("alerts", metadata, *sql_columns(ALERTS, ("id",)), sa.Index("alerts_last", "last"))


handling = sa.Table(
    "handling",  # where alerts stand with people: the last word of alert_log, to be asked quickly
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("acknowledged_by", sa.Text, nullable=False),
    sa.Column("acknowledged_at", sa.BigInteger, nullable=False),
    sa.Column("assigned", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("closed_by", sa.Text, nullable=False),
    sa.Column("closed_at", sa.BigInteger, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

snoozes = sa.Table(
    "snoozes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("ships", sa.Text, nullable=False),  # JSON
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),  # JSON, null: everywhere
)

releases = sa.Table(
    "releases",  # who may see what: of alerts by their sources, of alerts, zones and cases by people
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),  # alert:ID, zone:NAME, case:NAME
    sa.Column("clauses", sa.Text, nullable=False),  # JSON, as selat.model.release writes it
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),
)

outbox = sa.Table(
    "outbox",  # what is still to be sent to whom
    metadata,
    sa.Column("id", _BIG, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("alert", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),  # JSON
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),  # ns UTC of the next try
    sa.Column("sent", sa.BigInteger),  # ns UTC; NULL: not yet
    sa.Column("error", sa.Text, nullable=False),
    sa.Index("outbox_due", "sent", "due"),
)


def _chain(name: str, *columns: sa.Column[Any]) -> sa.Table:
    """An append-only log whose rows each carry the hash of the one before (``store/chain.py``)."""
    return sa.Table(
        name,
        metadata,
        sa.Column("n", _BIG, primary_key=True, autoincrement=False),
        *columns,
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )


alert_log = _chain("alert_log", sa.Column("subject", sa.Text, nullable=False, index=True))
audit = _chain("audit", sa.Column("subject", sa.Text, nullable=False))
assist_log = _chain("assist_log", sa.Column("subject", sa.Text, nullable=False, index=True))

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),  # JSON, as selat.rescue.case writes it
    sa.Column("made", sa.BigInteger, nullable=False),  # ns UTC
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
)

case_records = sa.Table(
    "case_records",  # what was worked out for a case: drifts, plans, searches; never changed, only added to
    metadata,
    sa.Column("case", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),  # ns UTC
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # JSON
)

zones = sa.Table(
    "zones",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("ring", sa.Text, nullable=False),  # JSON [[lon, lat], ...]
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kind", sa.Text),  # from here on NULL in rows of an older state: the default of model/zone.py
    sa.Column("direction", sa.Double),  # deg
    sa.Column("width", sa.Double),  # m
    sa.Column("rules", sa.Text),  # JSON {name: value}, SI
    sa.Column("holes", sa.Text),  # JSON [[[lon, lat], ...], ...]
    sa.Column("line", sa.Boolean),
)

assets = sa.Table(
    "assets",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("lat", sa.Double, nullable=False),
    sa.Column("lon", sa.Double, nullable=False),
    sa.Column("mmsi", sa.BigInteger, nullable=False),
    sa.Column("speed", sa.Double, nullable=False),
    sa.Column("endurance", sa.Double, nullable=False),
    sa.Column("grant", sa.Text, nullable=False),
)
