"""Given boats, aircraft and radars as assets of the sea: what a search plan or a measure of reach can count on.

An item is an asset while it is in service, kept at a place that is known, and of a model whose speed or radar is known.
"""

from __future__ import annotations

from selat.assist.book import Book
from selat.model.clock import HOUR, SECOND
from selat.model.nouns import Asset
from selat.model.units import KNOT

KINDS = {"boat": "boat", "vessel": "boat", "uav": "uav", "radar": "radar"}  #: class of a model: kind of an asset


def assets_of(book: Book, now: int, programmes: set[str] | None = None) -> list[Asset]:
    """Assets at ``now`` (ns UTC), by their item's id; ``grant`` is the programme that they came from."""
    out = []
    for item in book.ids("item"):
        programme = str(book.value("item", item, "programme"))
        keeper = book.keeper(item, now)
        model = book.value("item", item, "model") or ""
        kind = KINDS.get(str(book.value("model", model, "class")))
        if keeper is None or not keeper[4] or kind is None or book.state(item, now) != "in_service":
            continue
        speed, endurance = book.value("model", model, "speed_kn"), book.value("model", model, "endurance_h")
        if (programmes and programme not in programmes) or (kind != "radar" and not speed):
            continue
        mmsi = next(
            (i[1] for i in book.item(item)["ids"].get("mmsi", ()) if i[0] <= now and (i[2] is None or now < i[2])), 0
        )
        lat, lon = keeper[4]
        out.append(
            Asset(
                item,
                kind,
                lat,
                lon,
                int(mmsi),
                float(speed or 0.0) * KNOT,
                float(endurance or 0.0) * HOUR / SECOND,
                programme,
            )
        )
    return out
