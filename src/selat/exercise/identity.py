"""What a ship says of herself: the fields of Messages 5, 24 A and 24 B."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from selat.exercise.ship import Ship


class Identity(NamedTuple):
    """One static message. ``part``: 0 and 1: 24 A and B; 2: Message 5. Sizes in metres from the antenna."""

    part: int
    mmsi: int
    serial: int
    imo: int = 0
    callsign: str = ""
    name: str = ""
    ship_type: int = 0
    to_bow: int = 0
    to_stern: int = 0
    to_port: int = 0
    to_starboard: int = 0
    draught: float = 0.0
    destination: str = ""
    eta: tuple[int, int, int, int] = (0, 0, 24, 60)  #: month, day, hour, minute


def identity(number: int, ship: Ship, leg: int, part: int, other: Mapping[str, Any]) -> Identity:
    """Of the ship with this number on her way out (``leg`` 0) or back; ``other``: what she says instead."""

    def say(name: str, value: Any) -> Any:
        return other.get(name, value)

    mmsi = int(say("mmsi", ship.mmsi))
    if part == 0:
        return Identity(0, mmsi, number, name=say("name", ship.name)[:20])
    length, beam = int(say("length", ship.length)), int(say("beam", ship.beam))
    size = (0, 0, 0, 0)
    if length and "size" not in ship.lacks:
        bow = round(length * (0.3 if ship.kind in ("ferry", "tug") else 0.82))
        size = (bow, length - bow, beam // 2, beam - beam // 2)
    if part == 1:
        return Identity(1, mmsi, number, 0, say("callsign", ship.callsign), "", say("ship_type", ship.ship_type), *size)
    eta = (3, 4 + number % 20, number % 24, 15 * (number % 4)) if ship.kind == "through" else (0, 0, 24, 60)
    return Identity(
        2, mmsi, number, say("imo", ship.imo), say("callsign", ship.callsign), say("name", ship.name)[:20],
        say("ship_type", ship.ship_type), *size, say("draught", ship.draught),
        say("destination", ship.destinations[leg])[:20], eta,
    )  # fmt: skip
