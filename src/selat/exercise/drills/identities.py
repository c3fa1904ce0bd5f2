"""Who ships say they are: numbers that cannot be, changes under way, sizes that do not fit, ships on lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from selat.exercise import names
from selat.exercise.drills import _tools as tools
from selat.exercise.drills.signals import heard
from selat.exercise.ship import Ship
from selat.model.watchlist import Entry

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

LIST = "exercise list 2026-03"
_BAD = (111_111_111, 123_456_789, 199_999_900, 100_000_010, 999_999_999)


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _format(yard, n)
        _change(yard, n)
        _mismatch(yard, n)
        _listed(yard, n)
        _zombie(yard)


def _whole(yard: Yard) -> tuple[float, float]:
    return 0.0, yard.scene.hours * 3600.0


def _any(yard: Yard, on: float = 0.0) -> tuple[int, Ship, tuple[float, float]]:
    """A through ship with an IMO number and a size that is heard from ``on`` to the end."""
    for _ in range(60):
        number, place = heard(yard, on, tools.last(yard))
        ship = yard.fleet[number]
        if ship.imo and ship.length and "size" not in ship.lacks:
            break
    return number, ship, place


def _note(
    yard: Yard, rule: str, ship: Ship, place: tuple[float, float], note: str = "", on: float = 0.0, **more: Any
) -> None:
    tools.fact(
        yard, rule, (ship,), on, _whole(yard)[1], place, negative=bool(note), note=note, **{"known": on + 720.0, **more}
    )


def _format(yard: Yard, n: int) -> None:
    """An MMSI that nobody can have, or an IMO number whose check digit is wrong; and no IMO number at all."""
    number, ship, place = _any(yard)
    if n % 2 == 0 and _BAD[n // 2 % len(_BAD)] not in {s.mmsi for s in yard.fleet}:
        yard.fleet[number] = replace(ship, mmsi=_BAD[n // 2 % len(_BAD)])
    else:
        yard.fleet[number] = replace(ship, imo=ship.imo // 10 * 10 + (ship.imo + 1) % 10)
    _note(yard, "identity_format", yard.fleet[number], place, severity="low")
    number, ship, place = _any(yard)
    yard.fleet[number] = replace(ship, imo=0)
    _note(yard, "identity_format", yard.fleet[number], place, "says no IMO number")


def _change(yard: Yard, n: int) -> None:
    """Under way she becomes another: name and call sign, MMSI, or IMO number; and what only is typed better."""
    on = tools.start(yard, 2400.0, 2400.0)
    number, ship, place = _any(yard, 0.0)
    other = ship
    if n % 3 == 0:
        tools.wrong(yard, number, on, 1e9, "name", f"EX OTHER {yard.number}"[:20])
        tools.wrong(yard, number, on, 1e9, "callsign", names.call_sign("D6", 9000 + n))
    elif n % 3 == 1:
        mmsi = names.mmsi(613, 9000 + len(yard.staged.wrongs) % 900)
        tools.wrong(yard, number, on, 1e9, "mmsi", mmsi)
        other = replace(ship, mmsi=mmsi)
    else:
        tools.wrong(yard, number, on, 1e9, "imo", names.imo(91_000 + n))
    tools.fact(yard, "identity_change", (other,), on, _whole(yard)[1], place, known=on + 720.0)
    number, ship, place = _any(yard)
    typed = ship.name[:-1] + ("X" if ship.name[-1] != "X" else "Y")
    tools.wrong(yard, number, on, 1e9, ("name", "destination")[n % 2], (typed, "SG SIN PILOT")[n % 2])
    tools.fact(yard, "identity_change", (ship,), on, _whole(yard)[1], place, negative=True,
               note=("one letter corrected", "new destination only")[n % 2])  # fmt: skip


def _mismatch(yard: Yard, n: int) -> None:
    """Her size changes by half while she sails; and sizes that were never set, or change by metres."""
    on = tools.start(yard, 2400.0, 2400.0)
    number, ship, place = _any(yard)
    tools.wrong(yard, number, on, 1e9, "length", round(ship.length * (0.45 if ship.length > 150 else 2.1)))
    tools.fact(yard, "identity_mismatch", (ship,), on, _whole(yard)[1], place, known=on + 720.0)
    number, ship, place = _any(yard)
    if n % 2:
        yard.fleet[number] = replace(ship, lacks=(*ship.lacks, "size"))
    else:
        tools.wrong(yard, number, on, 1e9, "length", ship.length + 4)
    tools.fact(yard, "identity_mismatch", (ship,), on, _whole(yard)[1], place, negative=True,
               note=("length corrected by 4 m", "size never set")[n % 2])  # fmt: skip


def _listed(yard: Yard, n: int) -> None:
    """On a list by IMO number, or by name and call sign; and who only has the number or the name of one that is."""
    _, ship, place = _any(yard)
    entry = (
        Entry("watch", LIST, imo=ship.imo, name=ship.name, reason="exercise")
        if n % 2 == 0
        else Entry("watch", LIST, name=ship.name, callsign=ship.callsign, reason="exercise")
    )
    yard.staged.entries.append(entry)
    _note(yard, "watch_list", ship, place, severity="high", known=400.0)
    _, ship, place = _any(yard)
    yard.staged.entries.append(
        Entry("watch", LIST, mmsi=ship.mmsi, imo=names.imo(92_000 + n), name="EX NOBODY", reason="exercise")
        if n % 2 == 0
        else Entry("watch", LIST, imo=names.imo(93_000 + n), name=ship.name, reason="exercise")
    )
    _note(yard, "watch_list", ship, place, ("MMSI used again by another hull", "namesake")[n % 2])


def _zombie(yard: Yard) -> None:
    """The IMO number of a hull that was broken up; and the name of one."""
    _, ship, place = _any(yard)
    yard.staged.entries.append(Entry("scrapped", LIST, imo=ship.imo, name="EX OLD", reason="broken up 2019"))
    _note(yard, "zombie_imo", ship, place, severity="high", known=400.0)
    number, ship, place = _any(yard)
    yard.staged.entries.append(
        Entry("scrapped", LIST, imo=names.imo(94_000 + number), name=ship.name, reason="broken up 2020")
    )
    _note(yard, "zombie_imo", ship, place, "has the name of a hull that was broken up")
