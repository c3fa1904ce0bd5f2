"""Ships in trouble: not under command, aground, adrift, stopped dead, gone, overdue; and what only looks so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selat.exercise import names, waters
from selat.exercise.drills import _tools as tools
from selat.exercise.drills.lanes import leave, path, sail_path
from selat.exercise.script import Helm
from selat.exercise.staged import Silence
from selat.exercise.traffic import Shuttle, Swing, metres_per_degree
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _not_under_command(yard)
        _stale(yard, 2, "not_under_command", "stale status, steady passage")
        _aground(yard)
        _stale(yard, 6, "aground", "status typed while under way")
        _drifting(yard)
        _like_drifting(yard, n)
        _stop(yard, n)
        _like_stop(yard, n)
        _loss(yard)
        _switched_off_in_port(yard)
        _overdue(yard, n)


def _passage(
    yard: Yard, lasts: float, low: float = 9.0, high: float = 13.0, size: int = 0, within: float = float("inf"),
    sails: float = 900.0,
) -> tuple[Helm, int]:  # fmt: skip
    """A ship on a straight way, ready to be sailed on, with room for ``sails`` seconds and 3 km ahead; and her length."""
    size = size or round(yard.uniform(80, 220))
    lat, lon = tools.spot(yard, 2500.0, 25_000.0, within=within)
    speed = tools.knots(yard, low, high)
    course = tools.bearing(yard, lat, lon, speed * sails + 3000.0)
    return Helm(lat, lon, tools.start(yard, lasts), speed, course, size=size), size


def _where(helm: Helm) -> tuple[float, float]:
    return tools.off(helm.lat, helm.lon, *helm.place)


def _adrift(yard: Yard, helm: Helm, lasts: float, low: float = 1.2, high: float = 2.4) -> float:
    """Lose way, lie across, and drift; seconds at which the drift began."""
    towards = yard.uniform(0, 360)
    heading = (towards + yard.uniform(65, 115) * (1 if yard.rng.random() < 0.5 else -1)) % 360
    helm.sail(helm.size * 2 + 200.0, 0.7).sail(300.0, 0.6, heading)
    on = helm.now
    helm.drift(lasts, tools.knots(yard, low, high), towards, heading)
    return on


def _not_under_command(yard: Yard) -> None:
    lasts = yard.uniform(25, 40) * 60.0
    helm, size = _passage(yard, lasts + 3000.0)
    helm.sail(900.0)
    place, on = _where(helm), helm.now + 60.0
    adrift = _adrift(yard, helm, lasts)
    end = helm.now
    helm.sail(900.0, 8 * KNOT)
    number, ship = tools.merchant(yard, helm, "nuc", size)
    tools.wrong(yard, number, on, end, "status", 2)
    tools.fact(yard, "not_under_command", (ship,), on, end, place, severity="high", known=on + 30.0)
    tools.fact(yard, "drifting", (ship,), adrift, end, place, severity="high", known=adrift + 600.0)


def _stale(yard: Yard, status: int, rule: str, note: str) -> None:
    """A ship on a steady passage whose status was left, or is mistyped."""
    helm, size = _passage(yard, 3000.0)
    on = helm.now + 600.0
    helm.sail(1500.0)
    number, ship = tools.merchant(yard, helm, "stale", size)
    tools.wrong(yard, number, on, helm.now, "status", status)
    tools.fact(yard, rule, (ship,), on, helm.now, (helm.lat, helm.lon), negative=True, note=note)


def _aground(yard: Yard) -> None:
    """She runs onto a bank near the shore, stops within a minute, and says so some minutes later."""
    lat, lon = tools.spot(yard, 800.0, 4000.0)
    begin = tools.start(yard, 4200.0)
    size, speed, course = round(yard.uniform(60, 180)), tools.knots(yard, 8, 12), yard.uniform(0, 360)
    helm = Helm(*tools.ahead(lat, lon, course + 180.0, speed * 700.0), begin, speed, course, size=size).sail(700.0)
    place, on = _where(helm), helm.now
    helm.sail(60.0, 0.0, brake=speed / 45.0)
    helm.lie(2400.0)
    number, ship = tools.merchant(yard, helm, "aground", size)
    typed = on + yard.uniform(120, 480)
    tools.wrong(yard, number, typed, 1e9, "status", 6)
    tools.fact(yard, "aground", (ship,), on, yard.scene.hours * 3600.0, place, severity="high", known=typed + 60.0)
    tools.fact(yard, "sudden_stop", (ship,), on, helm.now, place, known=on + 120.0)


def _drifting(yard: Yard) -> None:
    """The engine stops; nothing is said of it."""
    lasts = yard.uniform(25, 50) * 60.0
    helm, size = _passage(yard, lasts + 3000.0)
    helm.sail(900.0)
    on = _adrift(yard, helm, lasts)
    place, end = _where(helm), helm.now
    helm.sail(900.0, 8 * KNOT)
    _, ship = tools.merchant(yard, helm, "adrift", size)
    tools.fact(yard, "drifting", (ship,), on, end, place, severity="high", known=on + 600.0)


def _like_drifting(yard: Yard, n: int) -> None:
    """A heading sensor that is off; a trawler across the current; a vessel that holds her place; a ship that yaws at anchor."""
    what = ("heading sensor off", "trawler across the current", "works sideways, restricted", "yaws at anchor")[n % 4]
    if n % 4 == 3:
        lat, lon = tools.spot(yard, 1500.0, 9000.0)
        move = Swing(lat, lon, 150.0, yard.uniform(0, 360), 55.0, 1100.0, 0.0)
        _, ship = tools.craft(
            yard, move, kind="anchored", ship_type=70, length=190, beam=30, draught=9.0, status=1, berthed=1
        )
        end = yard.scene.hours * 3600.0
        tools.fact(yard, "drifting", (ship,), 0.0, end, (lat, lon), negative=True, note=what)
        return
    helm, _ = _passage(yard, 3600.0, 3.5, 4.6, size=70)
    if n % 4 == 1:
        helm._crab = 24.0
    helm.sail(2700.0) if n % 4 != 2 else helm.sail(600.0, 0.6).drift(2000.0, 0.75, helm.heading + 90.0, helm.heading)
    types = (70, 30, 90)
    number, ship = tools.craft(yard, helm.done(), kind="beside", ship_type=types[n % 4], length=70 if n % 4 != 1 else 27,
                               beam=12, draught=4.5, status=(0, 7, 3)[n % 4])  # fmt: skip
    if n % 4 == 0:
        tools.wrong(yard, number, 0.0, 1e9, "heading", 70.0)
    tools.fact(yard, "drifting", (ship,), helm.begin, helm.now, (helm.lat, helm.lon), negative=True, note=what)


def _stop(yard: Yard, n: int) -> None:
    """From cruise to nothing within three minutes: in the lane, or in open water."""
    if n % 2:
        speed, size, begin = tools.knots(yard, 10, 13), round(yard.uniform(90, 200)), tools.start(yard, 3000.0)
        points, _ = path(yard, 900.0, speed, None, middle=200.0, back=False)
        helm = sail_path(points, begin, speed, size)
    else:
        helm, size = _passage(yard, 3600.0, 10, 14)
        speed = helm.sail(900.0).speed
    place, on = _where(helm), helm.now
    helm.sail(240.0, 0.1, brake=speed / yard.uniform(15, 120))
    helm.drift(900.0, 0.42, yard.uniform(0, 360), helm.heading)
    end = helm.now
    leave(helm) if n % 2 else helm.sail(600.0, 7 * KNOT)
    _, ship = tools.merchant(yard, helm, "stopped", size)
    tools.fact(yard, "sudden_stop", (ship,), on, end, place, known=on + 180.0)


def _like_stop(yard: Yard, n: int) -> None:
    """Speed not available; a position that freezes; a pilot boards; a ship that comes to anchor slowly."""
    what = ("speed not available", "satellites lost", "slows for the pilot", "comes to anchor")[n % 4]
    helm, size = _passage(yard, 3600.0, 10, 13)
    helm.sail(900.0)
    on = helm.now
    if n % 4 < 2:
        helm.sail(1200.0)
    elif n % 4 == 2:
        helm.sail(700.0, 6.0 * KNOT, brake=0.012).sail(900.0, 10 * KNOT)
    else:
        helm.sail(900.0, 3.0 * KNOT, brake=0.006).sail(600.0, 0.2, brake=0.005).hold(900.0)
    number, ship = tools.merchant(yard, helm, "beside", size)
    if n % 4 == 0:
        tools.wrong(yard, number, on, on + 200.0, "sog", yard.rng.choice([102.2, 0.0]))
    elif n % 4 == 1:
        tools.wrong(yard, number, on, on + 240.0, "fix", 1)
    tools.fact(yard, "sudden_stop", (ship,), on, helm.now, _where(helm), negative=True, note=what)


def _loss(yard: Yard) -> None:
    """She is there, and then is not: nothing is ever heard again; where others are, whose reports say that it is not the air."""
    # Room for all of her way: who is on the beach when she falls silent has run aground, and nobody could know of a loss.
    helm, size = _passage(yard, 2400.0, 8, 12, size=round(yard.uniform(32, 90)), within=9000.0, sails=1920.0)
    helm.sail(1500.0 + yard.uniform(0, 300))
    on, place = helm.now - 60.0, _where(helm)
    helm.sail(120.0)
    number, ship = tools.merchant(yard, helm, "lost", size, 79)
    yard.staged.silences.append(Silence(number, on, 1e9))
    end = yard.scene.hours * 3600.0
    tools.fact(yard, "sudden_loss", (ship,), on, end, place, severity="high", known=on + 300.0)


def _switched_off_in_port(yard: Yard) -> None:
    """She comes to a berth and switches off."""
    line = waters.BUNKERS[int(yard.rng.integers(len(waters.BUNKERS)))]
    lon, lat = line[0]
    begin = tools.start(yard, 3600.0)
    start = tools.off(lat, lon, yard.uniform(2500, 4000), yard.uniform(-400, 400))
    north, east = metres_per_degree(lat)
    helm = Helm(*start, begin, 7 * KNOT, 270.0, size=80)
    helm.to((lon - start[1]) * float(east), (lat - start[0]) * float(north), 7 * KNOT, near=40.0, most=1800.0).hold(
        600.0
    )
    number, ship = tools.merchant(yard, helm, "moors", 80, 79)
    yard.staged.silences.append(Silence(number, helm.now - 60.0, 1e9))
    for rule in ("sudden_loss", "dark"):
        tools.fact(yard, rule, (ship,), helm.now - 60.0, yard.scene.hours * 3600.0, (lat, lon), negative=True,
                   note="switched off at her berth")  # fmt: skip


def _overdue(yard: Yard, n: int) -> None:
    """A ferry that is on her way, falls silent, and never comes in."""
    line = (0, 2, 4)[n % 3]
    number = yard.lay(waters.FERRIES[line][1], smooth=1600.0)
    speed, dwell = 20.0 * KNOT, 1500.0
    crossing = yard.routes[number].length / speed + speed / 0.15
    half = crossing + dwell
    on = tools.start(yard, crossing + 1800.0, 2400.0)
    move = Shuttle(number, speed, dwell, (dwell + 0.5 * crossing - on) % (2 * half), punctual=True)
    place = waters.FERRIES[line][0]
    yard.launch(563, "9V", name=f"EX MERBAU {n + 1}", kind="ferry", cls="A", ship_type=60, length=40, beam=9, draught=1.6,
                imo=names.imo(60_300 + n), destinations=(place, "SG SIN"), move=move)  # fmt: skip
    at = len(yard.fleet) - 1
    yard.staged.silences.append(Silence(at, on, 1e9))
    due, end = on + 0.5 * crossing + 900.0, yard.scene.hours * 3600.0
    here = waters.FERRIES[line][1][len(waters.FERRIES[line][1]) // 2]
    tools.fact(yard, "overdue", (yard.fleet[at],), due, end, (here[1], here[0]), known=due)
    tools.fact(yard, "sudden_loss", (yard.fleet[at],), on, end, (here[1], here[0]), severity="high", known=on + 300.0)
