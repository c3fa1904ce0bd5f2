"""The picture as plain JSON: GeoJSON for scripts, and the polling twin of the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from selat.model.picture import (
    AGE_OLD,
    CLASS_MASK,
    CLASS_NAMES,
    COG_NA,
    FLAG_ALERT,
    FLAG_LOST,
    FLAG_MOORED,
    FLAG_SENSOR,
    HEADING_NA,
    LAT_NA,
    LON_NA,
    POSITION_SCALE,
    SOG_NA,
    Picture,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What of a label goes into the properties of a feature.
LABEL_KEYS = ("name", "callsign", "imo", "ship_type", "length_m", "beam_m")


def feature_collection(picture: Picture) -> dict[str, Any]:
    """All contacts as a GeoJSON FeatureCollection (RFC 7946); knots, degrees, null: unknown."""
    _, rows = picture.rows(0)
    _, labels = picture.labels(0)
    by_id = {label["id"]: label for label in labels}
    features = []
    for mmsi, lon, lat, sog, cog, heading, age, flags in rows.tolist():
        placed = lon != LON_NA and lat != LAT_NA
        if not placed and flags & FLAG_LOST:
            continue
        label = by_id.get(mmsi, {})
        point = [round(lon / POSITION_SCALE, 6), round(lat / POSITION_SCALE, 6)]
        properties = {
            "mmsi": mmsi,
            "class": CLASS_NAMES[flags & CLASS_MASK],
            "sog_kn": None if sog >= SOG_NA else sog / 10,
            "cog": None if cog >= COG_NA else cog / 10,
            "heading": None if heading >= HEADING_NA else heading,
            "age_s": age,
            "older": age == AGE_OLD,
            "lost": bool(flags & FLAG_LOST),
            "alert": bool(flags & FLAG_ALERT),
            "moored": bool(flags & FLAG_MOORED),
            "sensor": bool(flags & FLAG_SENSOR),
            **{key: label.get(key) for key in LABEL_KEYS},
        }
        geometry = {"type": "Point", "coordinates": point} if placed else None
        features.append({"type": "Feature", "id": mmsi, "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def poll_answer(picture: Picture, query: Mapping[str, str]) -> dict[str, Any]:
    """What changed since the versions in the query (`rows`, `labels`, `alerts`), in the terms of the feed.

    Each row is a list in the order of `ROW`. `all` says that the list is everything, not a change. A query
    with an `epoch` other than the picture's own gets everything.
    """
    health = picture.health()
    epoch = str(health.get("epoch", 0))
    known = query.get("epoch", epoch) == epoch
    answer: dict[str, Any] = {"health": health, "epoch": epoch}
    for kind, ask in (("rows", picture.rows), ("labels", picture.labels), ("alerts", picture.alerts)):
        since = int(query[kind]) if known and query.get(kind, "").isdecimal() else 0
        version, data = ask(since)
        if version < since:
            since = 0
            version, data = ask(0)
        data = data if isinstance(data, list) else data.tolist()
        answer[kind] = {"version": version, "all": since == 0, "data": data}
    return answer
