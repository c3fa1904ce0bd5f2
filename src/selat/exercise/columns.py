"""The same receptions as tables: what the reader makes of the sentences, without making the sentences.

For measuring rules on many hours. The messages, who hears them, and when they come in are those of
:mod:`selat.exercise.emit`, row by row; a test reads the sentences and compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from selat.exercise.air import (
    NO_COG,
    NO_HEADING,
    NO_LAT,
    NO_LON,
    NO_ROT,
    NO_SOG,
    REPORT,
    STATIC,
    TEXT,
    WINDOW,
    Air,
    Said,
    Sent,
)
from selat.exercise.identity import Identity
from selat.exercise.reception import APART, Heard, Reception
from selat.exercise.scene import Scene
from selat.exercise.traffic import Ints
from selat.model.clock import SECOND
from selat.model.columns import Array, Columns, concat, empty
from selat.model.encode import bits
from selat.model.schema import I32, Flag, TimeQuality

_NAMES = ("reports", "statics", "messages")
_SAME = 30 * SECOND  #: ns in which the same bits are the same message, heard again
_LATE = 15  #: s: a report is heard within this of its fix, else its second tells nothing (as the reader has it)


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows of a stretch of time, by time of arrival; ``seq`` counts on over all of them. ``until``: ns UTC."""

    reports: Columns
    statics: Columns
    messages: Columns
    until: int


def emit_columns(scene: Scene, begin_s: float, end_s: float, *, live: bool = True) -> tuple[Columns, Columns, Columns]:
    """(reports, statics, messages) that come in from ``begin_s`` to ``end_s`` seconds, stored layout, by arrival.

    ``live``: ``received`` is when they came to us, else the stamp of the receiver, as in a log. What comes before
    ``begin_s`` is made and thrown away. For many hours use :func:`stretches`.
    """
    parts = [p for p in stretches(scene, end_s, 60.0, live=live, begin_s=begin_s) if p.until > scene.start]
    one, two, three = (concat([getattr(p, n) for p in parts], n) for n in _NAMES)
    return one, two, three


def stretches(
    scene: Scene, until_s: float, every_s: float = 60.0, *, live: bool = True, begin_s: float = 0.0
) -> Iterator[Tables]:
    """The tables of ``every_s`` seconds at a time, from ``begin_s`` to ``until_s``."""
    maker = _Maker(scene, live)
    maker.made(begin_s)
    at = begin_s
    while at < until_s:
        at = min(at + every_s, until_s)
        yield maker.made(at)


class _Maker:
    """Windows in, tables out."""

    def __init__(self, scene: Scene, live: bool) -> None:
        self.scene, self.live = scene, live
        self.air, self.reception = Air(scene), Reception(scene)
        self.milliseconds = np.array([s.milliseconds for s in scene.stations])
        self.seq = 0
        self._seen: dict[Any, int] = {}
        self._wait: dict[str, list[tuple[Array, Columns]]] = {n: [] for n in _NAMES}

    def made(self, end: float) -> Tables:
        """What comes in before ``end`` seconds and was not yet given."""
        while self.air.window_number * WINDOW < end:
            sent = self.air.window()
            self._take(sent, self.reception.hear(sent))
        limit = self.scene.start + round(end * SECOND)
        out: dict[str, Columns] = {}
        keys: list[Array] = []
        for name, parts in self._wait.items():
            arrives = np.concatenate([a for a, _ in parts]) if parts else np.zeros(0, np.int64)
            rows = concat([c for _, c in parts], name) if parts else empty(name)
            order = np.argsort(arrives, kind="stable")
            n = int(np.searchsorted(arrives[order], limit))
            out[name] = rows.take(order[:n])
            keys.append(arrives[order[:n]])
            self._wait[name] = [(arrives[order[n:]], rows.take(order[n:]))] if n < len(order) else []
        every = np.concatenate(keys)
        rank = np.empty(len(every), np.int64)
        rank[np.argsort(every, kind="stable")] = np.arange(len(every)) + self.seq
        self.seq += len(every)
        at = 0
        for name in _NAMES:
            n = out[name].rows
            out[name] = out[name].replace(seq=rank[at : at + n])
            at += n
        return Tables(out["reports"], out["statics"], out["messages"], limit)

    def _take(self, sent: Sent, heard: Heard) -> None:
        """Of each message the reception that is whole first; into the tables."""
        whole = np.flatnonzero(heard.broken == 0)
        two = (sent.slots > 1) & (sent.sort == STATIC)  # an aid's report is long in the air, and one line
        arrives = heard.arrives + two[heard.message] * round(APART * SECOND)
        order = whole[np.lexsort((arrives[whole], heard.message[whole]))]
        message = heard.message[order]
        first = order[np.concatenate([[True], np.diff(message) > 0])] if len(order) else order
        message, station, arrives = heard.message[first], heard.station[first], arrives[first]
        ms = self.milliseconds[station]
        stamp = np.where(ms, heard.stamp[first] // 1_000_000 * 1_000_000, heard.stamp[first] // SECOND * SECOND)
        common: dict[str, Array] = {
            "received": arrives if self.live else stamp, "time": stamp, "station": station + 1,
            "time_quality": np.where(ms, int(TimeQuality.TAG_MS), int(TimeQuality.TAG_S)),
        }  # fmt: skip
        new = self._new(sent, message, common["received"])
        message, arrives, common = message[new], arrives[new], {c: v[new] for c, v in common.items()}
        sort = sent.sort[message]
        for what, name in ((REPORT, "reports"), (STATIC, "statics"), (TEXT, "messages")):
            k = np.flatnonzero(sort == what)
            if not len(k):
                continue
            rows, heads = sent.row[message[k]], {c: v[k] for c, v in common.items()}
            if what == REPORT:
                table = _reports(sent.said, rows, heads)
                marks = np.flatnonzero(table["msg_type"] == 21)
                if len(marks):
                    self._wait["statics"].append((arrives[k][marks], self._marks(sent.said, rows[marks], heads, marks)))
            elif what == STATIC:
                table = _statics([sent.identities[i] for i in rows.tolist()], heads)
            else:
                table = _texts([sent.texts[i] for i in rows.tolist()], heads)
            self._wait[name].append((arrives[k], table))

    def _new(self, sent: Sent, message: Ints, when: Ints) -> Array:
        """False where the same static data or text came less than 30 s before: the reader takes them for one message."""
        out = np.ones(len(message), bool)
        sort = sent.sort[message]
        for k in np.flatnonzero(sort != REPORT).tolist():
            index = int(sent.row[message[k]])
            key: Any = sent.identities[index] if sort[k] == STATIC else sent.texts[index]
            if abs(int(when[k]) - self._seen.get(key, -_SAME - 1)) <= _SAME:
                out[k] = False
            else:
                self._seen[key] = int(when[k])
        return out

    def _marks(self, said: Said, rows: Ints, heads: dict[str, Array], at: Ints) -> Columns:
        """Static data of aids to navigation, which come with their position."""
        ships = [self.scene.fleet[i] for i in said.ship[rows].tolist()]
        data = {c: v[at] for c, v in heads.items()}
        data |= {
            "mmsi": said.mmsi[rows], "msg_type": np.full(len(rows), 21), "name": np.array([s.name.encode() for s in ships]),
            "ship_type": np.ones(len(rows)), "epfd": np.full(len(rows), 7),
        }  # fmt: skip
        return Columns("statics", data, len(rows))


def _reports(said: Said, rows: Ints, heads: dict[str, Array]) -> Columns:
    f = Said(*(column[rows] for column in said))
    kind = np.where((f.kind == 1) & ((f.radio & 7) == 0) & (f.ship >= 0), 3, f.kind)
    stamp = heads["time"]
    behind = (stamp // SECOND - f.second) % 60
    whole = stamp // SECOND
    fix = np.where(behind <= _LATE, (whole - behind) * SECOND, 0)
    fix = np.where((behind == 59) & (stamp % SECOND == 0), (whole + 1) * SECOND, fix)
    fix = np.where(kind == 4, 0, fix)
    fixed = (kind == 4) | (kind == 21)
    lost = (f.lat == NO_LAT) | (f.lon == NO_LON)
    accurate = (f.ship >= 0) & (kind != 18)
    flags = accurate * int(Flag.ACCURATE) | (fix > 0) * int(Flag.SECOND) | (kind == 21) * int(Flag.VIRTUAL)
    a = (kind == 1) | (kind == 3)
    data = heads | {
        "time": np.where(fix > 0, fix, stamp), "mmsi": f.mmsi, "msg_type": kind,
        "lat": np.where(lost, I32, _stored(f.lat)), "lon": np.where(lost, I32, _stored(f.lon)),
        "sog": np.where(fixed | (f.sog == NO_SOG), 65535, f.sog * np.where(kind == 9, 10, 1)),
        "cog": np.where(fixed | (f.cog == NO_COG), 65535, f.cog),
        "heading": np.where(f.heading == NO_HEADING, 65535, f.heading),
        "rot": np.where(f.rot == NO_ROT, -32768, f.rot), "nav_status": np.where(a, f.status, 255), "flags": flags,
        "altitude": np.where(kind == 9, 300 + 5 * (f.radio & 3), 65535),
    }  # fmt: skip
    return Columns("reports", data, len(rows))


def _stored(raw: Ints) -> Ints:
    """1e-7 degree of 1/600,000 degree, to the nearest, as the reader rounds."""
    v = raw * 50
    return np.asarray(np.where(v >= 0, (v + 1) // 3, -((1 - v) // 3)))


def _statics(who: list[Identity], heads: dict[str, Array]) -> Columns:
    part = np.array([i.part for i in who])
    sizes = {n: np.array([getattr(i, n) for i in who]) for n in ("to_bow", "to_stern", "to_port", "to_starboard")}
    none = sum(sizes.values()) == 0
    data: dict[str, Any] = heads | {
        n: np.where(none, 65535 if n in ("to_bow", "to_stern") else 255, v) for n, v in sizes.items()
    }
    eta = np.array([i.eta for i in who])
    data |= {
        "mmsi": np.array([i.mmsi for i in who]), "msg_type": np.where(part == 2, 5, 24),
        "imo": np.array([i.imo for i in who]), "callsign": _text([i.callsign for i in who]),
        "name": _text([i.name for i in who]), "ship_type": np.array([i.ship_type for i in who]),
        "epfd": np.where(part == 2, 1, 255), "draught": np.array([round(i.draught * 10) for i in who]),
        "destination": _text([i.destination for i in who]), "vendor": _text(["EXA" * (i.part == 1) for i in who]),
        "eta_month": eta[:, 0], "eta_day": eta[:, 1], "eta_hour": eta[:, 2], "eta_minute": eta[:, 3],
    }  # fmt: skip
    return Columns("statics", data, len(who))


def _text(values: list[str]) -> Array:
    return np.array([v.encode("ascii") for v in values])


def _texts(rows: list[tuple[int, str]], heads: dict[str, Array]) -> Columns:
    """Safety related broadcasts, with their bits."""
    packed = [bits(14, mmsi=mmsi, text=text) for mmsi, text in rows]
    payload, words = np.empty(len(rows), dtype=object), np.empty(len(rows), dtype=object)
    payload[:] = [(value << -n % 8).to_bytes((n + 7) // 8, "big") for value, n in packed]
    words[:] = [text for _, text in rows]
    data = heads | {
        "mmsi": np.array([m for m, _ in rows]), "msg_type": np.full(len(rows), 14), "text": words,
        "nbits": np.array([n for _, n in packed]), "payload": payload,
    }  # fmt: skip
    return Columns("messages", data, len(rows))


__all__ = ["Tables", "emit_columns", "stretches"]
