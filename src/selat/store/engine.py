"""The database of a sea's state: SQLite (WAL, each commit forced to the disk) or PostgreSQL, behind one engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from selat.model.errors import StoreError
from selat.store.tables import SCHEMA_VERSION, meta, metadata

_LOCK = 0x5E1A7  #: number of the advisory lock that all who write a state take
BUSY_MS = 10_000  #: how long SQLite waits for another connection


def sqlite_url(path: Path) -> str:
    """SQLAlchemy address of a SQLite file."""
    return f"sqlite:///{path}"


def sqlite_url_to_read(path: Path) -> str:
    """Address of a SQLite file in a folder that may not be written and that no writer has open (no ``-wal`` file)."""
    return f"sqlite:///file:{path}?mode=ro&immutable=1&uri=true"


def connect(url: str, *, create: bool) -> Engine:
    """Engine of a state, its tables made when ``create``; raises :class:`StoreError` with what to do."""
    engine: Engine | None = None
    try:
        engine = sa.create_engine(url)
        if engine.dialect.name == "sqlite":
            _tune_sqlite(engine)
        elif engine.dialect.name != "postgresql":
            raise StoreError(f"{engine.dialect.name} cannot hold the state", hint="use sqlite or postgresql+psycopg")
        with writing(engine) if create else reading(engine) as connection:
            if create:
                metadata.create_all(connection)
                for index in [i for table in metadata.sorted_tables for i in table.indexes]:
                    index.create(connection, checkfirst=True)  # what a newer version has for tables that were there
            _check_version(connection, create)
    except StoreError:
        if engine is not None:
            engine.dispose()
        raise
    except ModuleNotFoundError as e:
        raise StoreError(f"no driver for {url.split(':')[0]} ({e})", hint="pip install 'selat[postgres]'") from None
    except SQLAlchemyError as e:
        text = str(e.orig) if isinstance(e, DBAPIError) else str(e)
        hint = (
            "is the server running?" if url.startswith("postgresql") else "is it a sea? may you read and write there?"
        )
        raise StoreError(f"the state cannot be opened ({text.strip()})", hint=hint) from None
    return engine


def _check_version(connection: Connection, create: bool) -> None:
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == "schema_version"))
    if found is None and create:
        connection.execute(sa.insert(meta).values(key="schema_version", value=str(SCHEMA_VERSION)))
    elif found is not None and int(found) < SCHEMA_VERSION:
        if not create:
            raise StoreError(
                f"the state is of version {found}; this selat reads version {SCHEMA_VERSION}",
                hint="open it once with this selat for writing (`selat watch` or `selat read`): it is brought up to date",
            )
        _add_columns(connection)
        value = {"value": str(SCHEMA_VERSION)}
        connection.execute(sa.update(meta).where(meta.c.key == "schema_version").values(value))
    elif found is None or int(found) != SCHEMA_VERSION:
        what = "without a version" if found is None else f"of version {found}"
        raise StoreError(
            f"the state is {what}; this selat knows version {SCHEMA_VERSION}",
            hint="use the selat that wrote it, or a newer one",
        )


def _add_columns(connection: Connection) -> None:
    """Columns that an older state lacks, empty; versions so far have only added columns and tables."""
    inspector = sa.inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    for table in metadata.sorted_tables:
        there = {c["name"] for c in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                kind = column.type.compile(connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} ADD COLUMN {quote(column.name)} {kind}")


def _tune_sqlite(engine: Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def on_connect(raw: sqlite3.Connection, _: Any) -> None:
        raw.isolation_level = None  # transactions are begun below, by us
        raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        if "immutable" not in str(engine.url):
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = FULL")

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A transaction that will write takes the lock first: it then never has to give way half done.
        write = connection.get_execution_options().get("selat_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: all of it or nothing."""
    with engine.connect().execution_options(selat_write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":  # as SQLite does by itself: one writes at a time
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads: everything seen is of one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def upsert(
    connection: Connection,
    table: sa.Table,
    rows: Iterable[Mapping[str, Any]],
    *,
    add: bool = False,
    keep: bool = False,
) -> None:
    """Insert rows; where the primary key is there, replace them (``add``: add numbers, ``keep``: leave the old)."""
    rows = list(rows)
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    keys = list(table.primary_key.columns)
    if keep:
        connection.execute(statement.on_conflict_do_nothing(index_elements=keys), rows)
        return
    given = [c for c in table.columns if c.name in rows[0] and not c.primary_key]
    new = {c.name: (c + statement.excluded[c.name]) if add else statement.excluded[c.name] for c in given}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), rows)
