"""The floor: reorder, identity, contacts and detectors as one object; live and batch run this same code.

Time here is event time only: ticks of a second in which something was heard, and beats every 10 seconds. So the alerts
do not depend on how the input was cut, nor on the order of arrival within the allowance (:mod:`selat.tracks.reorder`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from selat.app.desk import Desk
from selat.model.clock import HOUR, SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.config import override
from selat.model.errors import ConfigError
from selat.model.nouns import Alert
from selat.model.plugins import find
from selat.model.ports import Detector
from selat.model.schema import NO_TIME
from selat.tracks import fuse, motion, reception, reorder, succession
from selat.tracks.contacts import Contacts
from selat.tracks.identity import Gates
from selat.tracks.reception import Reception
from selat.tracks.reorder import FUTURE, Order, Patience, Ready
from selat.tracks.window import Window
from selat.tracks.world import World

BEAT = 10 * SECOND  #: most rules that look at the whole picture do so at multiples of this; the hasty ones more often
IDLE = HOUR  #: after so long without a row the beats stop: nothing is concluded from a dead feed
KEEP = 24 * HOUR  #: contacts that were silent for longer are thrown out; their segments are over then


_NONE = {t: empty(t) for t in reorder.TABLES}


def detectors(changes: Mapping[str, Mapping[str, Any]] | None = None) -> list[Detector]:
    """The rules that are installed: files of ``selat.detectors`` and extensions, by name of the file.

    ``changes``: parameters by rule that differ from their defaults, as in ``[rules.NAME]`` of selat.toml. Raises
    :class:`ConfigError` for a rule or parameter that does not exist.
    """
    found: list[Any] = find("selat.detectors", "DETECTOR")
    changes = changes or {}
    names = [rule.name for rule in found]
    for name in changes:
        if name not in names:
            raise ConfigError(f"rules.{name}: there is no such rule", hint=f"known: {', '.join(names)}")
    return [
        replace(rule, p=override(rule.p, changes[rule.name], f"rules.{rule.name}")) if rule.name in changes else rule
        for rule in found
    ]


class Floor:
    """What the watch sees: feed it batches with :meth:`step`, read :attr:`contacts`; nothing else changes it."""

    def __init__(
        self,
        rules: Sequence[Detector] | None = None,
        patience: Patience | None = None,
        gates: Gates | None = None,
        world: World | None = None,
    ) -> None:
        self.rules = list(detectors() if rules is None else rules)
        self.patience = patience or Patience()
        self.contacts = Contacts(gates)
        self.world = World() if world is None else world
        self.world_number = -1  #: which state of the zones this is: an entry of the audit log
        self._coming: list[tuple[int, int, World]] = []  # worlds that hold from a moment (ns) on
        self.reception = Reception()
        self.fusion = fuse.Fusion()
        self.desk = Desk()
        #: the picture is judged this often: all that its hastiest rule asks for, the same live and in a replay
        self.beat = math.gcd(BEAT, *(int(getattr(rule, "every", BEAT)) for rule in self.rules))
        self._order = Order()
        self._states: dict[str, Any] = {rule.name: None for rule in self.rules}
        self._tick = NO_TIME
        self._heard = NO_TIME
        self._odd: dict[str, tuple[Columns, Any]] = {}

    @property
    def now(self) -> int:
        """The watermark, ns UTC: up to here the picture is complete; ``NO_TIME`` before the first row."""
        return self._order.watermark

    @property
    def next_tick(self) -> int:
        """The first moment (ns UTC) that was not evaluated yet."""
        return 0 if self._tick == NO_TIME else self._tick + 1

    @property
    def last_number(self) -> int:
        """Number of the world that holds when all changes have taken effect."""
        return self._coming[-1][1] if self._coming else self.world_number

    def change(self, since: int, number: int, world: World) -> None:
        """From ``since`` (ns UTC, :attr:`next_tick` or later) on the rules know this world; ``number`` is kept with the state."""
        self._coming.append((since, number, world))
        if since < self.next_tick or self._tick == NO_TIME:
            self._enter(since)

    def _enter(self, tick: int) -> None:
        while self._coming and self._coming[0][0] <= tick:
            _, self.world_number, self.world = self._coming.pop(0)

    def step(
        self,
        reports: Columns,
        statics: Columns,
        messages: Columns,
        arrival_ns: int,
        final: bool = False,
        allowance: int | None = None,
    ) -> list[Alert]:
        """Take what arrived at ``arrival_ns`` into the picture; returns alerts raised or changed, in order.

        Live: ``arrival_ns`` is the clock's, and empty batches are given every second or so, so that rows of a feed that
        falls silent are taken. Replay: the time at which the rows were received, or one moment after all of them: rows
        then wait for later ones only, however long the replay takes. Rows of more than a day after ``arrival_ns`` are
        taken for those of a wrong clock. ``final``: the input has ended; what still waits is taken too. ``allowance``: how
        late (ns) rows of this source may come, else that of the patience.
        """
        if arrival_ns <= 0:
            raise ConfigError("no time of arrival", hint="ns UTC: now, or in a replay when the rows were received")
        batch = {"reports": reports, "statics": statics, "messages": messages}
        ready, self._order = reorder.step(batch, self._order, arrival_ns, self.patience, final, allowance)
        for table, r in ready.items():
            if r.odd.rows:
                rows, mark = self._odd.get(table, (empty(table), np.zeros(0, "u1")))
                self._odd[table] = concat([rows, r.odd], table), np.concatenate([mark, r.mark])
        alerts: list[Alert] = []
        cuts = {t: self._ticks_of(r) for t, r in ready.items()}
        for tick in self._ticks(cuts):
            alerts += self._evaluate(tick, {t: self._rows_at(ready[t], cuts[t], tick) for t in ready})
        if final and self._odd:  # off the beat: no rule judges the picture twice
            last = arrival_ns if self._tick == NO_TIME else self._tick + 1
            alerts += self._evaluate(last, {t: empty(t) for t in ready})
        return alerts

    def _ticks_of(self, r: Ready) -> Any:
        tick = self.patience.tick
        return -(-r.key // tick) * tick

    @staticmethod
    def _rows_at(r: Ready, ticks: Any, tick: int) -> Columns:
        lo, hi = np.searchsorted(ticks, [tick, tick + 1])
        return r.rows.slice(int(lo), int(hi)) if hi > lo else _NONE[r.rows.table.name]

    def _ticks(self, cuts: dict[str, Any]) -> Iterator[int]:
        """Ticks to evaluate up to the watermark: those with rows, and beats until the sea was idle for too long."""
        own = np.unique(np.concatenate(list(cuts.values()))).tolist()
        for tick in own:
            yield from self._beats(tick - 1)
            self._heard = tick
            yield tick
        if self._heard != NO_TIME:
            yield from self._beats(self._order.watermark)

    def _beats(self, until: int) -> Iterator[int]:
        """Beats after the last tick that was evaluated."""
        if self._heard == NO_TIME:
            return
        until = min(until, self._heard + IDLE)
        tick = (self._tick // self.beat + 1) * self.beat
        while tick <= until:
            yield tick
            tick += self.beat

    def _evaluate(self, tick: int, rows: dict[str, Columns]) -> list[Alert]:
        marks = {t: np.zeros(r.rows, "u1") for t, r in rows.items()}
        for table, (odd, mark) in self._odd.items():
            rows[table] = concat([odd, rows[table]], table)
            marks[table] = np.concatenate([mark, marks[table]])
        self._odd = {}
        self._tick = tick
        self._enter(tick)
        if tick % HOUR == 0:  # before the update: afterwards the slots in the window must not move
            self.contacts.drop(tick - KEEP)
        statics = rows["statics"]
        self.contacts.declare(statics if not marks["statics"].any() else statics.take(marks["statics"] < FUTURE))
        traced = self.contacts.update(rows["reports"], marks["reports"])
        if tick % BEAT == 0:
            self.contacts.mark_lost(tick)
        if tick % motion.EVERY == 0:
            motion.settle(self.contacts, tick)
        if tick % fuse.EVERY == 0:
            self.fusion.step(self.contacts, tick)
        known = marks["reports"] < FUTURE
        self.reception.hear(rows["reports"]["station"][known], rows["reports"]["time"][known], tick)
        if tick % reception.EVERY == 0:
            self.reception.learn(self.contacts, tick)
            succession.settle(self.contacts, tick)
        window = Window(
            tick, rows["reports"], marks["reports"], traced, rows["messages"], self.contacts, self.world, self.reception
        )
        alerts: list[Alert] = []
        for rule in self.rules:
            found, self._states[rule.name] = rule.step(window, self._states[rule.name])
            alerts += found
        return self.desk.step(window, alerts)

    def state(self, *, copy: bool = True) -> dict[str, Any]:
        """All that is needed to go on later: plain numbers, texts, lists and arrays, nested in dicts.

        Without ``copy`` the contacts' arrays are views: to be written down before the next step.
        """
        return {
            "order": reorder.save(self._order),
            "contacts": self.contacts.state(copy=copy),
            "reception": self.reception.state(),
            "fusion": self.fusion.state(),
            "rules": dict(self._states),
            "desk": self.desk.state(),
            "tick": self._tick,
            "heard": self._heard,
            "odd": {t: {"rows": dict(rows), "mark": mark} for t, (rows, mark) in self._odd.items()},
            "world": {"number": self.world_number, "coming": [[since, number] for since, number, _ in self._coming]},
        }

    def restore(self, state: Mapping[str, Any], worlds: Callable[[int], World] | None = None) -> None:
        """Go on from a saved :meth:`state`; rules that it does not know begin anew. ``worlds`` gives worlds by their number."""
        if "world" in state and worlds is not None:
            self.world_number = int(state["world"]["number"])
            self.world = worlds(self.world_number)
            self._coming = [(int(since), int(n), worlds(int(n))) for since, n in state["world"]["coming"]]
        self._order = reorder.load(state["order"])
        self.contacts.restore(state["contacts"])
        if "fusion" in state:
            self.fusion.restore(state["fusion"], self.contacts)
        if "reception" in state:
            self.reception.restore(state["reception"])
        self._states = {rule.name: state["rules"].get(rule.name) for rule in self.rules}
        if "desk" in state:
            self.desk.restore(state["desk"])
        self._tick, self._heard = int(state["tick"]), int(state["heard"])
        self._odd = {t: (Columns(t, o["rows"]), np.asarray(o["mark"])) for t, o in state["odd"].items()}
