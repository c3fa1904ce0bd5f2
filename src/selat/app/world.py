"""The world of a sea: its zones, lanes and lists, and the coast and ports that come with selat."""

from __future__ import annotations

import logging
from zipfile import BadZipFile

from selat.model.errors import SelatError, StoreError
from selat.readers.lists_csv import BadRow, read_list
from selat.store import registry
from selat.store.blob import dump, load
from selat.store.disk import write_whole
from selat.store.layout import Layout
from selat.store.state_types import HasEngine
from selat.tracks import coast, ports
from selat.tracks.coast import Coast
from selat.tracks.lanes import Lanes
from selat.tracks.lanes_learn import Counts
from selat.tracks.lists import Entry, Lists
from selat.tracks.ports import Ports
from selat.tracks.world import World
from selat.tracks.zones import Zones

log = logging.getLogger(__name__)


def world_of(layout: Layout, state: HasEngine, number: int | None = None) -> World:
    """What rules know besides ships, as it stands now; zones as after entry ``number`` of the audit log.

    Coast and ports are read when they are first asked.

    A list that cannot be read is left out and its trouble logged: the watch goes on without it.
    """
    entries, bad = lists_of(layout)
    for row in bad:
        log.warning("%s: %s (%s)", row.where, row.text, row.hint)
    zones = Zones(registry.zones_after(state, registry.zones_number(state) if number is None else number))
    try:
        counts = counts_of(layout)
    except SelatError as e:
        log.warning("the learned lanes are left out: %s (%s)", e.message, e.hint)
        counts = Counts()
    return World(
        zones=zones, lanes=Lanes(counts, zones), coast=Coast(coast.SHIPPED), ports=Ports(ports.SHIPPED),
        lists=Lists(entries),
    )  # fmt: skip


def lists_of(layout: Layout) -> tuple[list[Entry], list[BadRow]]:
    """(entries of all files in ``lists/`` of a sea, what of them could not be read).

    A file whose name begins with ``scrapped`` holds hulls that are no more, unless its rows say otherwise.
    """
    entries: list[Entry] = []
    bad: list[BadRow] = []
    for path in sorted(layout.lists.glob("*.csv")) if layout.lists.is_dir() else ():
        try:
            good, wrong = read_list(path, "scrapped" if path.name.startswith("scrapped") else "watch")
        except SelatError as e:
            bad.append(BadRow(path.name, e.message, e.hint))
        else:
            entries += good
            bad += wrong
    return entries, bad


def counts_of(layout: Layout) -> Counts:
    """The traffic that was learned from this sea; raises :class:`StoreError` for a file that cannot be used."""
    if not layout.lanes.exists():
        return Counts()
    try:
        return Counts.of(load(layout.lanes.read_bytes()))
    except (OSError, ValueError, KeyError, BadZipFile, StoreError) as e:
        raise StoreError(
            f"{layout.lanes} cannot be read ({e})", hint="learn them again: selat lanes SEA learn"
        ) from None


def keep_counts(layout: Layout, counts: Counts) -> None:
    """Keep learned traffic with the sea: aside, forced to the disk, renamed."""
    write_whole(layout.lanes, dump(counts.state()))
