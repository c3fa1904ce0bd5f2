"""Releasability: which groups may see what.

A *mark* is a section ``[release.NAME]`` of selat.toml: it names sources or stations and the groups that may see what
comes from them. What carries no mark is for everybody who may see the picture at all. What was made from marked
sources carries their groups as *clauses*: who asks must be in one group of each clause, so that an alert about a ship
that two closed sources heard is for those who may see both. Alerts, zones and cases may be given clauses of their own.
An alert whose evidence or sentence names a closed ship beside its own is shown without these (:func:`released_alert`).

``groups`` of who asks: a set of names; None is somebody from whom nothing is kept (a page on this machine without
accounts).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Protocol, TypeVar, runtime_checkable

from selat.model.errors import ConfigError
from selat.model.nouns import Alert

Groups = frozenset[str]
Clauses = frozenset[Groups]
EVERYBODY: Clauses = frozenset()
KINDS = ("alert", "zone", "case")  #: what people may release by hand
BETWEEN = " | "  #: stands between a marked source and the station that it names
MOST = 40  #: letters of the name of a group
PARTS = ("alert", "evidence", "sentence")  #: of an alert, each with clauses of its own
WITHHELD = "Told in full to those who may see all ships that it names."

T_co = TypeVar("T_co", covariant=True)


@runtime_checkable
class Releases(Protocol[T_co]):
    """A picture or archive that can be asked with the eyes of some groups."""

    def released(self, groups: Groups | None) -> T_co:
        """The same, with what these groups may see and nothing else; None: with everything."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """Sources and stations (names, ``*`` stands for anything) with the groups that may see what comes from them."""

    name: str
    groups: Groups
    sources: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """All marks."""

    marks: tuple[Mark, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.marks)

    def source(self, name: str) -> Clauses:
        """Clauses of a source by its name; its stations may have more."""
        return frozenset(m.groups for m in self.marks if _among(name, m.sources))

    def station(self, name: str) -> Clauses:
        """Clauses of a station by its name in the sea (:func:`qualified` where its source is marked)."""
        source, between, own = name.rpartition(BETWEEN)
        found = {m.groups for m in self.marks if own and _among(own, m.stations)}
        return frozenset(found) | (self.source(source) if between else EVERYBODY)

    def hidden(self, stations: Iterable[str], groups: Groups | None) -> tuple[int, ...]:
        """Numbers (places in ``stations``) of the stations whose rows these groups may not see."""
        if groups is None or not self.marks:
            return ()
        return tuple(k for k, name in enumerate(stations) if not may_see(self.station(name), groups))

    def groups(self) -> Groups:
        """All groups that the marks name."""
        return frozenset(g for m in self.marks for g in m.groups)


def _among(name: str, patterns: tuple[str, ...]) -> bool:
    return any(name == p or fnmatchcase(name, p) for p in patterns)


def qualified(source: str, station: str) -> str:
    """Name in the sea of a station that was heard through a marked source: the row tells who may see it."""
    return f"{source}{BETWEEN}{station}"


def may_see(clauses: Clauses, groups: Groups | None) -> bool:
    """Whether somebody of these groups may see what carries these clauses."""
    return groups is None or all(clause & groups for clause in clauses)


def released_alert(alert: Alert, clauses: Mapping[str, Clauses], groups: Groups | None) -> Alert | None:
    """The alert as these groups may see it, or None. ``clauses`` by ``alert:ID``, ``evidence:ID``, ``sentence:ID``."""
    if groups is None or not clauses:
        return alert
    if not may_see(clauses.get(f"alert:{alert.id}", EVERYBODY), groups):
        return None
    if not may_see(clauses.get(f"evidence:{alert.id}", EVERYBODY), groups):
        alert = replace(alert, evidence={}, detail={})
    if not may_see(clauses.get(f"sentence:{alert.id}", EVERYBODY), groups):
        alert = replace(alert, sentence=WITHHELD)
    return alert


def withhold(told: dict[str, Any], clauses: Mapping[str, Clauses], groups: Groups | None) -> dict[str, Any] | None:
    """The same of an explanation: its JSON without what these groups may not see, or None."""
    name = told["id"]
    if not may_see(clauses.get(f"alert:{name}", EVERYBODY), groups):
        return None
    if not may_see(clauses.get(f"evidence:{name}", EVERYBODY), groups):
        told |= {"evidence": {}, "detail": {}, "note": WITHHELD, "rows": 0, "missing": [], "differs": []}
        told |= {"reports": [], "tracks": [], "limits": []}
    if not may_see(clauses.get(f"sentence:{name}", EVERYBODY), groups):
        told |= {"sentence": WITHHELD, "note": WITHHELD}
    found = told.get("similar", [])
    seen = [s for s in found if may_see(clauses.get(f"alert:{s['id']}", EVERYBODY), groups)]
    closed = {s["id"] for s in seen if not may_see(clauses.get(f"sentence:{s['id']}", EVERYBODY), groups)}
    told["similar"] = [s | ({"sentence": WITHHELD} if s["id"] in closed else {}) for s in seen]
    return told


def group_names(given: Iterable[Any]) -> Groups:
    """Names of groups, checked. Raises :class:`ConfigError`."""
    out = set()
    for name in given:
        good = isinstance(name, str) and 0 < len(name) <= MOST and name.isprintable()
        if not good or any(c in name for c in " ,+&"):
            raise ConfigError(
                f"{str(name)[:MOST]!r} is no name of a group", hint=f"1 to {MOST} letters, no space, comma, + or &"
            )
        out.add(name)
    return frozenset(out)


def dump(clauses: Clauses) -> str:
    """Clauses as text: ``[["navy", "police"], ["coastguard"]]``, in order."""
    return json.dumps(sorted(sorted(c) for c in clauses))


def load(text: str) -> Clauses:
    """Clauses of :func:`dump`."""
    return frozenset(frozenset(c) for c in json.loads(text))


def named_in(told: Any, names: Mapping[Any, Clauses]) -> Clauses:
    """Clauses of all ``names`` (texts, numbers of ships) that stand for themselves anywhere in ``told``."""
    found: set[Groups] = set()
    waiting = [told]
    while waiting and names:
        here = waiting.pop()
        if isinstance(here, str | int):
            found |= names.get(here, EVERYBODY)
        elif isinstance(here, Mapping):
            waiting += [*here.keys(), *here.values()]
        elif isinstance(here, list | tuple):
            waiting += here
    return frozenset(found)
