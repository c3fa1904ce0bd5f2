"""Signal K deltas (specification 1.7), one JSON object a line, to rows in the stored layout.

A delta tells of one ship: ``{"context": "vessels.urn:mrn:imo:mmsi:533180000", "updates": [{"timestamp": ..., "values":
[{"path": "navigation.position", "value": {"latitude": ..., "longitude": ...}}, ...]}]}``; SI units and radians. One with a
position becomes a report, one with a name, call sign or size a declaration, both where both are told. A server may tell
position and speed in deltas of their own: what was told of a ship's motion within :data:`TOGETHER` before goes with a
position that tells none. A ship that has no MMSI in its context is known once one is told (``{"path": "", "value":
{"mmsi": ...}}``); ``vessels.self`` is who the server's greeting says.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from selat.model.clock import SECOND, parse_time
from selat.model.errors import Reason, UnitError
from selat.model.schema import DEGREES, TimeQuality
from selat.model.units import KNOT
from selat.readers.aisstream import AisStreamReader
from selat.readers.aisstream_rows import Bad, Message, Row

TOGETHER = 10 * SECOND  #: ns
MOST = 100_000  #: ships that are remembered
_MMSI = re.compile(r"urn:mrn:imo:mmsi:(\d{1,9})$")
_NUMBER = re.compile(r"\s*(?:IMO)?\s*(\d{7})\s*")
#: navigation.state as the specification names it: navigational status of ITU-R M.1371
STATES = {
    "motoring": 0, "anchored": 1, "not under command": 2, "restricted manouverability": 3, "restricted manoeuvrability": 3,
    "constrained by draft": 4, "moored": 5, "aground": 6, "fishing": 7, "sailing": 8, "hazardous material high speed": 9,
    "hazardous material wing in ground": 10, "ais-sart": 14, "undefined": 15, "default": 15,
}  # fmt: skip
_RADIAN = 180.0 / math.pi


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Bad(Reason.NUMBER)
    return float(value)


def _code(value: Any, step: float, most: int, null: int) -> int:
    """A stored integer, or ``null`` outside 0 to ``most``."""
    raw = _number(value) / step
    return round(raw) if 0 <= raw <= most else null


def _angle(step: float) -> Callable[[Any], int]:
    """An angle in radians, of any turn, as a stored integer below 360 degrees."""
    whole = round(360 / step)
    return lambda value: round(_number(value) * _RADIAN % 360.0 / step) % whole


def _text(size: int) -> Callable[[Any], bytes]:
    def read(value: Any) -> bytes:
        if not isinstance(value, str):
            raise Bad(Reason.STRUCTURE)
        return value.split("@", 1)[0].strip().upper().encode("ascii", "replace")[:size]

    return read


def _imo(value: Any) -> int:
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    return int(found[1]) if found else 0


def _state(value: Any) -> int:
    return STATES.get(value.strip().lower(), 255) if isinstance(value, str) else 255


#: path -> (column, how it is read); of a motion, then of a declaration
_MOTION: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "navigation.speedOverGround": ("sog", lambda v: _code(v, 0.1 * KNOT, 1022, 65535)),
    "navigation.courseOverGroundTrue": ("cog", _angle(0.1)),
    "navigation.headingTrue": ("heading", _angle(1.0)),
    "navigation.state": ("nav_status", _state),
}
_STATIC: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", _text(20)),
    "communication.callsignVhf": ("callsign", _text(7)),
    "registrations.imo": ("imo", _imo),
    "navigation.destination.commonName": ("destination", _text(20)),
}


class SignalKReader(AisStreamReader):
    """Reads JSON lines of deltas; implements :class:`selat.model.ports.Reader`. Repetitions as in its base."""

    def __init__(self) -> None:
        super().__init__()
        self._self = ""
        self._who: dict[str, int] = {}  # contexts whose MMSI was told
        self._moves: dict[int, tuple[int, Row]] = {}  # by MMSI: when, what was told of her motion

    def state(self) -> dict[str, Any]:
        """All that is needed to go on: plain numbers, bytes and arrays."""
        moves = {str(m): [t, dict(row)] for m, (t, row) in self._moves.items()}
        return {**super().state(), "self": self._self, "who": dict(self._who), "moves": moves}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        super().restore(state)
        self._self, self._who = str(state["self"]), {str(k): int(v) for k, v in state["who"].items()}
        self._moves = {int(m): (int(t), dict(row)) for m, (t, row) in state["moves"].items()}

    def _message(self, text: bytes) -> Message:
        """Rows of one delta. Raises :class:`Bad`."""
        delta = _object(text)
        if "updates" not in delta:
            self._greeting(delta)
        context = delta.get("context", "vessels.self")
        if not isinstance(context, str) or not isinstance(delta["updates"], list):
            raise Bad(Reason.STRUCTURE)
        told: Row = {}
        when: int | None = None
        for update in delta["updates"]:
            if not isinstance(update, dict) or not isinstance(update.get("values", []), list):
                raise Bad(Reason.STRUCTURE)
            when = _time(update.get("timestamp"), when)
            for value in update.get("values", []):
                _gather(value, told)
        if not told:
            raise Bad(Reason.NOT_AIS)  # wind, depth, engines, notifications
        mmsi = self._mmsi(context, told)
        time = self._received if when is None else when
        message = Message(mmsi, self._received, json.dumps([mmsi, when, told], sort_keys=True, default=str).encode())
        self._rows(message, told, time, when is not None)
        return message

    def _greeting(self, hello: dict[str, Any]) -> None:
        who = hello.get("self")
        if isinstance(who, str):
            self._self = who if who.startswith("vessels.") else f"vessels.{who}"
        raise Bad(Reason.NOT_AIS)

    def _mmsi(self, context: str, told: Row) -> int:
        if context == "vessels.self":
            context = self._self
        found = _MMSI.search(context)
        own = told.pop("mmsi", None)
        mmsi = int(found[1]) if found else own if own is not None else self._who.get(context, 0)
        if not 0 < mmsi <= 999_999_999:
            raise Bad(Reason.MMSI)
        if found is None and own is not None:
            self._who[context] = own
            while len(self._who) > MOST:
                del self._who[next(iter(self._who))]
        return mmsi

    def _rows(self, message: Message, told: Row, time: int, said: bool) -> None:
        base: Row = {
            "received": self._received, "mmsi": message.mmsi, "msg_type": 0, "time": time, "flags": 0,
            "time_quality": TimeQuality.ARCHIVE if said else TimeQuality.CLOCK,
        }  # fmt: skip
        motion = {c: told[c] for c, _ in _MOTION.values() if c in told}
        static = {k: v for k, v in told.items() if k in _DECLARED}
        if "lat" in told:
            then, before = self._moves.get(message.mmsi, (time, {}))
            known = before if 0 <= time - then <= TOGETHER else {}
            message.rows.append(("reports", {**base, **known, **motion, "lat": told["lat"], "lon": told["lon"]}))
        elif motion:
            then, before = self._moves.pop(message.mmsi, (time, {}))
            self._moves[message.mmsi] = (time, {**(before if 0 <= time - then <= TOGETHER else {}), **motion})
            while len(self._moves) > MOST:
                del self._moves[next(iter(self._moves))]
        if static:
            message.rows.append(("statics", {**base, **static}))


_DECLARED = frozenset(
    {c for c, _ in _STATIC.values()} | {"ship_type", "draught", "to_bow", "to_stern", "to_port", "to_starboard"}
)


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except UnicodeDecodeError:
        raise Bad(Reason.ENCODING) from None
    except (ValueError, RecursionError):
        raise Bad(Reason.JSON) from None
    if not isinstance(found, dict):
        raise Bad(Reason.JSON)
    return found


def _time(text: Any, before: int | None) -> int | None:
    """Time of an update, the newest of those of a delta; None where none is told."""
    if text is None:
        return before
    try:
        found = (
            parse_time(text) if isinstance(text, str) and text[:4].isdecimal() and "2000" <= text[:4] < "2200" else None
        )
    except UnitError:
        found = None
    if found is None:
        raise Bad(Reason.TIME)
    return found if before is None else max(found, before)


def _gather(value: Any, told: Row) -> None:
    """One path and value into columns; those that say nothing for us are passed over."""
    if not isinstance(value, dict) or not isinstance(value.get("path"), str):
        raise Bad(Reason.STRUCTURE)
    path, data = value["path"], value.get("value")
    if data is None:
        return
    if path == "" and isinstance(data, dict):
        for name, inner in data.items():  # values of the ship itself: {"name": ..., "mmsi": ...}
            if name == "mmsi" and isinstance(inner, str) and inner.isascii() and inner.isdecimal() and len(inner) <= 9:
                told["mmsi"] = int(inner)
            else:
                _nested(name, inner, told)
    elif path == "navigation.position":
        _position(data, told)
    else:
        _nested(path, data, told)


def _nested(path: str, data: Any, told: Row) -> None:
    """A value, or an object that holds more (``communication: {callsignVhf: ...}``)."""
    known = _MOTION.get(path) or _STATIC.get(path)
    if known is not None:
        told[known[0]] = known[1](data)
    elif path.startswith("design."):
        _design(path, data, told)
    elif isinstance(data, dict) and path in ("communication", "registrations", "design"):
        for name, inner in data.items():
            _nested(f"{path}.{name}", inner, told)


def _position(data: Any, told: Row) -> None:
    if not isinstance(data, dict):
        raise Bad(Reason.STRUCTURE)
    lat, lon = _number(data.get("latitude")), _number(data.get("longitude"))
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise Bad(Reason.RANGE)
    told["lat"], told["lon"] = round(lat / DEGREES), round(lon / DEGREES)


def _design(path: str, data: Any, told: Row) -> None:
    """Type and size. Where the antenna stands is not told with them: forward and to port, as M.1371 has it for unknown."""
    inner: Any = data.get("overall", data.get("maximum", data.get("id"))) if isinstance(data, dict) else data
    if path.startswith("design.length"):
        length = round(_number(inner))
        told["to_bow"], told["to_stern"] = (0, length) if 0 < length <= 511 else (65535, 65535)
    elif path.startswith("design.beam"):
        beam = round(_number(inner))
        told["to_port"], told["to_starboard"] = (0, beam) if 0 < beam <= 63 else (255, 255)
    elif path.startswith("design.draft"):
        told["draught"] = _code(inner, 0.1, 255, 0)
    elif path == "design.aisShipType":
        told["ship_type"] = _code(inner, 1.0, 99, 0)
