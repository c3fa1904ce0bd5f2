"""The world of a sea: its zones, lanes and lists, and the coast and ports that come with selat."""

from __future__ import annotations

import logging

from selat.model.errors import SelatError
from selat.readers.lists_csv import BadRow, read_list
from selat.store import registry
from selat.store.layout import Layout
from selat.store.state_types import HasEngine
from selat.tracks import coast, ports
from selat.tracks.coast import Coast
from selat.tracks.lists import Entry, Lists
from selat.tracks.ports import Ports
from selat.tracks.world import World
from selat.tracks.zones import Zones

log = logging.getLogger(__name__)


def world_of(layout: Layout, state: HasEngine) -> World:
    """What rules know besides ships, as it stands now. Coast and ports are read when they are first asked.

    A list that cannot be read is left out and its trouble logged: the watch goes on without it.
    """
    entries, bad = lists_of(layout)
    for row in bad:
        log.warning("%s: %s (%s)", row.where, row.text, row.hint)
    return World(
        zones=Zones(registry.zones(state).values()), coast=Coast(coast.SHIPPED), ports=Ports(ports.SHIPPED),
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
