"""``selat.open("sea/")``: the folder of a sea, opened to be asked.

::

    sea = selat.open("sea/")
    sea.reports.between("2026-11-21", "2026-11-22").inside((100, 2, 102, 4)).arrow()
    sea.sql("SELECT mmsi, count(*) FROM reports GROUP BY mmsi").polars()

What is seen is the sea at one moment, whatever a writer does meanwhile; :meth:`Sea.refresh` goes on to the newest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from selat.app.traffic_asked import AsksTraffic
from selat.model.arrow import to_arrow
from selat.model.config import policy
from selat.model.errors import ConfigError
from selat.model.handling import Deed
from selat.model.nouns import STATES, Alert, Asset, Zone
from selat.model.release import Groups
from selat.store import alertbook, handling, registry, releases
from selat.store.fingerprint import content_hash
from selat.store.layout import open_layout, open_state, settings
from selat.store.query import Query, Result
from selat.store.scan import ANYWHERE, Where
from selat.store.ships import ships_table
from selat.store.view import pin_view
from selat.tracks.zones import Zones

if TYPE_CHECKING:
    from selat.store.sql import SqlSession


class Sea(AsksTraffic):
    """A sea as one reader sees it. Tables are :class:`~selat.store.query.Query`: chain conditions, then one ending.

    Use as a context, or :meth:`close` it: until then, files that a writer replaces stay on the disk. ``groups``: what
    these may see and nothing else (:mod:`selat.model.release`); None: everything.
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = True, groups: Groups | None = None) -> None:
        self.layout = open_layout(path, create=create)
        self.state = open_state(self.layout)
        self.groups = groups
        self.policy = policy(settings(self.layout)) if groups is not None else None
        self.view = pin_view(self.layout, self.state, self._hidden())
        self._sql: SqlSession | None = None

    def _hidden(self) -> tuple[int, ...]:
        """Numbers of the stations whose rows are not for this reader."""
        if not self.policy:
            return ()
        return self.policy.hidden(registry.station_names(self.state), self.groups)

    def _query(self, table: str) -> Query:
        return Query(self.view, table, Where(hidden=self.view.hidden) if self.view.hidden else ANYWHERE)

    @property
    def reports(self) -> Query:
        """Position reports, one row an observation as sent."""
        return self._query("reports")

    @property
    def statics(self) -> Query:
        """Static and voyage data as declared."""
        return self._query("statics")

    @property
    def messages(self) -> Query:
        """All other messages with their payload."""
        return self._query("messages")

    @property
    def receptions(self) -> Query:
        """Who else heard a message that was kept."""
        return self._query("receptions")

    @property
    def rejects(self) -> Query:
        """Lines that were not kept, and why."""
        self._whole("rejects")
        return Query(self.view, "rejects")

    @property
    def ships(self) -> Result:
        """Last position and declared facts of every ship, one row each."""
        view = self.view
        return Result(lambda: ships_table(view.ships()))

    @property
    def alerts(self) -> Result:
        """What needs a look, as it stands now (not pinned), by time."""
        self._whole("the table of alerts")
        return Result(lambda: to_arrow(alertbook.alert_columns(self.state)))

    @property
    def outages(self) -> Result:
        """When sources were silent, as known now (not pinned)."""
        self._whole("outages")
        rows = alertbook.rows_to_columns
        return Result(lambda: to_arrow(rows("outages", self.state.rows("outages", ("began", "source")))))

    @property
    def zones(self) -> Zones:
        """Zones as they stand now (not pinned), by name, as a set that takes arrays of positions."""
        known = registry.zones(self.state)
        return Zones([known[n] for n in releases.seen(self.state, "zone", known, self.groups)])

    def _whole(self, what: str) -> None:
        if self.groups is not None:
            raise ConfigError(f"{what}: not for single groups", hint="open the sea without groups")

    def act(self, alert: str, action: str, who: str, note: str = "", *, to: str = "", cause: str = "") -> Alert:
        """Act on an alert by its id: acknowledge, assign (``to``), handover (``to``, note), note, close (``cause``), reopen.

        It is logged with who did it. The names of states (``acknowledged``, ``cleared``) set the state alone. Raises
        :class:`~selat.model.errors.SelatError` for an unknown alert, action or cause.
        """
        if action in STATES:
            return alertbook.act(self.state, alert, action, who, note)
        return handling.do(self.state, alert, Deed(action, who, note, to, cause))

    def put(self, thing: Zone | Asset, who: str = "selat") -> None:
        """Add or replace a zone or an asset; it is logged with who did it."""
        if isinstance(thing, Zone):
            registry.put_zone(self.state, thing, who)
        else:
            registry.put_asset(self.state, thing, who)

    def sql(self, query: str, parameters: Sequence[object] | None = None) -> Result:
        """Result of a SQL query (DuckDB's dialect) over the views of :data:`selat.store.sql.VIEWS`.

        Times are UTC; ``reports`` is in m/s and degrees, ``reports_kn`` has ``sog_kn`` instead of ``sog``.
        """
        self._whole("SQL")
        from selat.store.sql import SqlSession

        if self._sql is None:
            self._sql = SqlSession(self.view)
        table = self._sql.run(query, parameters)
        return Result(lambda: table)

    def content_hash(self) -> str:
        """Hash of all rows, whatever files and commits they came by."""
        return content_hash(self.layout.history, self.view.parts)

    def refresh(self) -> Sea:
        """See the newest commit from now on; the sea itself. Queries made before it are no longer pinned."""
        old, self.view = self.view, pin_view(self.layout, self.state, self._hidden())
        old.close()
        if self._sql is not None:
            self._sql.close()
            self._sql = None
        return self

    def close(self) -> None:
        """Let everything go."""
        self.view.close()
        if self._sql is not None:
            self._sql.close()
        self.state.close()

    def __enter__(self) -> Sea:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def open(path: str | os.PathLike[str], *, create: bool = True) -> Sea:
    """Open the sea in folder ``path``; an absent or empty folder becomes one, with a commented selat.toml.

    Raises :class:`~selat.model.errors.StoreError` for a file, a folder with other things in it, one that may not be
    read, or a state of another version.
    """
    return Sea(path, create=create)
