"""Distress: beacons, texts, ships that search; and tests, routine texts, rescue craft that only go somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selat.exercise.drills import _tools as tools
from selat.exercise.drills.signals import heard
from selat.exercise.incidents import Beacon
from selat.exercise.script import Helm
from selat.exercise.staged import Text, Truth
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

PREFIXES = (970, 972, 974)
WORDS = {970: "SART", 972: "MOB", 974: "EPIRB"}
CALLS = ("MAYDAY MAYDAY ENGINE ROOM FIRE", "MAYDAY SINKING 12 POB", "DISTRESS MAN OVERBOARD", "PIRATE ATTACK MAYDAY")
ROUTINE = ("NAVTEX WARNING BUOY UNLIT", "WILL KEEP CLEAR OF YOU", "SAFE VOYAGE CAPTAIN", "CALLING ON CH 14")
AIRCRAFT = 111_533_990


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _beacon(yard, n)
        _test(yard, n)
        _text(yard, n)
        _search(yard)
        _errand(yard)
    for ship in yard.fleet:
        if ship.mmsi == AIRCRAFT:
            tools.fact(yard, "sar_activity", (ship,), 0.0, yard.scene.hours * 3600.0, (1.3, 104.2), severity="low")


def identity(yard: Yard, prefix: int) -> int:
    """MMSI of the next beacon: prefix, maker and serial number."""
    return prefix * 1_000_000 + 539_000 + 10 + len(yard.staged.beacons)


def _beacon(yard: Yard, n: int) -> None:
    """A device in the water, active for half an hour to an hour."""
    prefix = PREFIXES[n % 3]
    lat, lon = tools.spot(yard, 1500.0, 25_000.0)
    on = tools.start(yard, 3600.0)
    beacon = Beacon(
        identity(yard, prefix), lat, lon, on, on + yard.uniform(1800, 3600), f"{WORDS[prefix]} ACTIVE", False
    )
    _note(yard, beacon, "distress")


def _note(yard: Yard, beacon: Beacon, rule: str, negative: bool = False, note: str = "") -> None:
    def ns(t: float) -> int:
        return yard.scene.start + round(t * 1e9)

    yard.staged.beacons.append(beacon)
    yard.staged.truths.append(
        Truth(rule, (beacon.mmsi,), ns(beacon.on), ns(beacon.off), (beacon.lat, beacon.lon), "high", negative, note,
              ns(beacon.on))
    )  # fmt: skip


def _test(yard: Yard, n: int) -> None:
    """A device under test on a ship: two bursts, marked as such."""
    prefix = PREFIXES[(n + 1) % 3]
    lat, lon = tools.spot(yard, 1500.0, 25_000.0)
    on = tools.start(yard, 300.0)
    beacon = Beacon(identity(yard, prefix), lat, lon, on, on + 76.0, f"{WORDS[prefix]} TEST", True)
    _note(yard, beacon, "beacon_test", True, "beacon under test")


def _text(yard: Yard, n: int) -> None:
    """A ship calls for help by a safety related text, three times; another sends a routine text."""
    on = tools.start(yard, 900.0)
    (caller, here), (other, there) = heard(yard, on, on + 400.0), heard(yard, on, on + 400.0)
    yard.staged.texts += [Text(caller, on + 75.0 * k, CALLS[n % len(CALLS)]) for k in range(4)]
    yard.staged.texts += [Text(other, on + 100.0 + 75.0 * k, ROUTINE[n % len(ROUTINE)]) for k in range(2)]
    tools.fact(yard, "distress", (yard.fleet[caller],), on, on + 300.0, here, severity="high", note="text")
    tools.fact(
        yard, "distress", (yard.fleet[other],), on + 100.0, on + 200.0, there, negative=True, note="routine text"
    )


def _search(yard: Yard) -> None:
    """A rescue craft searches: an expanding square of half a mile (IAMSAR volume II, 5)."""
    lat, lon = tools.spot(yard, 4500.0, 25_000.0)
    begin = tools.start(yard, 4800.0)
    speed, course = tools.knots(yard, 10, 13), yard.uniform(0, 360)
    helm = Helm(*tools.ahead(lat, lon, course + 180.0, 4000.0), begin, speed, course, size=28).sail(4000.0 / speed)
    on = helm.now
    for leg in range(10):
        helm.sail((1 + leg // 2) * 926.0 / speed, speed, (course + 90.0 * (leg + 1)) % 360.0)
    end = helm.now
    helm.sail(600.0, speed, course)
    _, ship = tools.craft(yard, helm.done(), kind="searcher", ship_type=51, length=28, beam=6, draught=1.8)
    tools.fact(yard, "sar_activity", (ship,), on, end, (lat, lon), severity="low", known=on + 1800.0)


def _errand(yard: Yard) -> None:
    """A rescue craft that goes from one place to another."""
    lat, lon = tools.spot(yard, 3000.0, 25_000.0)
    begin = tools.start(yard, 3000.0)
    speed = yard.uniform(14, 20) * KNOT
    helm = Helm(lat, lon, begin, speed, tools.bearing(yard, lat, lon, 14_000.0), size=28).sail(14_000.0 / speed)
    _, ship = tools.craft(yard, helm.done(), kind="errand", ship_type=51, length=28, beam=6, draught=1.8)
    tools.fact(
        yard, "sar_activity", (ship,), begin, helm.now, (lat, lon), negative=True, note="rescue craft on passage"
    )
