"""AIS sentences from values: the inverse of the decoder, made from the same lines of :mod:`selat.model.messages`.

Clauses: ITU-R M.1371-5 Annex 8 (bits), IEC 61162-1 (VDM and VDO sentences, six-bit armour), IEC 62320-1 (TAG block).
A message is one big integer until its last step, so that about 100,000 messages a second come out of plain Python.

>>> encode(1, mmsi=533000001, lat=2.5, lon=101.25, sog=12.3, cog=135.0, heading=134, second=7)
['!AIVDM,1,1,,A,17tCg@OP1s7?O5P1KSH5AT<>0000,0*0C']
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, reduce
from operator import xor
from typing import Any

from selat.model.errors import ConfigError
from selat.model.messages import AUXILIARY, BY_TYPE, SIXBIT, Field, Layout

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ARMOUR = bytes(range(48, 88)) + bytes(range(96, 120))  #: IEC 61162-1 Table 11: character of six-bit value 0 to 63
_TO_ARMOUR = bytes.maketrans(_BASE64, _ARMOUR)
_TO_BASE64 = str.maketrans(SIXBIT + SIXBIT[1:27].lower(), _BASE64.decode() + _BASE64[1:27].decode())
_ALPHABET = frozenset(SIXBIT + SIXBIT[1:27].lower())
#: messages that end after the last group that is in use, at a byte boundary (M.1371-5 Tables 56, 64, 66, 71)
_GROUPED = (7, 13, 15, 16, 20)
_IDENTITIES = ("mmsi", "dest_mmsi", "mmsi1", "mmsi2", "mmsi3", "mmsi4", "dest1", "dest2", "mothership_mmsi")
_CODES = {"month": 12, "day": 31, "hour": 24, "minute": 60}
_MOST_SENTENCES = 9

Data = bytes | str | tuple[int, int]
#: name, shift of its lowest bit, mask, steps a unit, default raw, lowest and highest raw by the standard, by the width
_Step = tuple[str, int, int, float, int, tuple[int, int], tuple[int, int]]


def limits(field: Field) -> tuple[int, int]:
    """Lowest and highest raw value of ``field`` by the standard (its code for "not available" may lie outside)."""
    steps = 1 / field.scale
    if field.unit == "deg":
        if field.kind == "u":
            return 0, round(360 * steps) - 1
        top = round((180 if "lon" in field.name else 90) * steps)
        return -top, top
    if field.name in _IDENTITIES:
        return 0, 999_999_999
    if field.name in _CODES:
        return 0, _CODES[field.name]
    return _width_limits(field)


def _width_limits(field: Field) -> tuple[int, int]:
    if field.kind == "i":
        return -(1 << field.width - 1), (1 << field.width - 1) - 1
    return 0, (1 << field.width) - 1


class _Plan:
    """A layout made ready: where each field goes, and the message with nothing but defaults."""

    __slots__ = ("base", "ends", "fields", "fixed", "layout", "steps", "texts")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.fixed = sum(f.width for f in layout.fields)
        self.steps: dict[str, _Step] = {}
        self.texts: dict[str, tuple[int, int]] = {}
        self.ends: dict[str, int] = {}
        self.fields = {f.name: f for f in (*layout.fields, *layout.tail) if f.kind != "x"}
        self.base = 0
        for field, start in zip(layout.fields, layout.starts, strict=True):
            shift = self.fixed - start - field.width
            self.ends[field.name] = start + field.width
            if field.kind == "x" or field.width == 0:
                continue
            if field.kind == "t":
                self.texts[field.name] = (shift, field.width // 6)
                continue
            default = _default(layout, field, start)
            mask = (1 << field.width) - 1
            self.base |= (default & mask) << shift
            self.steps[field.name] = (
                field.name, shift, mask, _per_unit(field), default, limits(field), _width_limits(field)
            )  # fmt: skip


def _per_unit(field: Field) -> float:
    return 1 if field.scale == 1 else round(1 / field.scale)


def _default(layout: Layout, field: Field, start: int) -> int:
    if field.name == "msg_type":
        return layout.type
    for at, width, value in layout.when:
        if (at, width) == (start, field.width):
            return value
    return field.na or 0


@cache
def _plan(layout: Layout) -> _Plan:
    return _Plan(layout)


@lru_cache(maxsize=512)
def _choose(
    msg_type: int, names: tuple[str, ...], variant: str | None, selectors: tuple[tuple[str, int], ...]
) -> _Plan:
    if msg_type not in BY_TYPE:
        raise ConfigError(f"no AIS message of type {msg_type}", hint="message types are 1 to 28")
    layouts = BY_TYPE[msg_type] + ((AUXILIARY,) if msg_type == 24 else ())
    if variant is not None:
        layouts = tuple(x for x in layouts if x.variant == variant)
        if not layouts:
            known = ", ".join(x.variant or "(none)" for x in BY_TYPE[msg_type])
            raise ConfigError(f"message {msg_type} has no variant {variant!r}", hint=f"variants are: {known}")
    plans = [_plan(x) for x in layouts]
    for plan in plans:
        if all(n in plan.fields for n in names) and all(
            plan.steps[n][4] == v for n, v in selectors if _selects(plan.layout, n)
        ):
            return plan
    known_names = {n for p in plans for n in p.fields}
    unknown = [n for n in names if n not in known_names]
    if unknown:
        raise ConfigError(
            f"message {msg_type} has no field {unknown[0]!r}", hint=f"its fields are: {', '.join(plans[0].fields)}"
        )
    raise ConfigError(
        f"message {msg_type}: these fields are never in one message: {', '.join(names)}",
        hint=f"variants are: {', '.join(p.layout.variant for p in plans)}; encode each by itself",
    )


def _selects(layout: Layout, name: str) -> bool:
    at = layout.start(name)
    return any(at == start for start, _, _ in layout.when)


_SELECTORS = ("partno", "addressed", "structured")


def bits(msg_type: int, *, variant: str | None = None, strict: bool = True, **fields: Any) -> tuple[int, int]:
    """The bits of a message as one integer (first bit sent is the highest), and how many they are.

    ``fields`` are values in the field's unit (:mod:`selat.model.messages`), None for "not available"; fields not given
    are "not available", or 0 where there is no such code. Text is upper-cased and padded with ``@``. Fields of raw bits
    (``data``) take bytes, a string of 0 and 1, or ``(value, number of bits)``. The layout (part A or B, addressed or
    not) follows from the fields given, or from ``variant``. ``strict=False`` lets every value pass that fits in its
    bits, to make faulty messages on purpose.

    Raises :class:`ConfigError` for an unknown type or field, and for a value out of range.
    """
    if "mmsi" not in fields:
        raise ConfigError(f"message {msg_type} needs an mmsi", hint="give mmsi=533000001 or another user ID")
    selectors = tuple((n, int(fields[n])) for n in _SELECTORS if n in fields) if msg_type in (22, 24, 25, 26) else ()
    plan = _choose(msg_type, tuple(fields), variant, selectors)
    value, steps = plan.base, plan.steps
    for name, given in fields.items():
        if name in steps:
            if given is not None:
                step = steps[name]
                value += (_raw(given, step, plan, strict) - (step[4] & step[2])) << step[1]
        elif name in plan.texts and given:
            shift, chars = plan.texts[name]
            value |= text_bits(name, given, chars) << shift
    if plan.layout.fields[-1].width == 0:
        return _open_end(plan, value, fields, strict)
    if msg_type in _GROUPED:
        last = max((plan.ends[n] for n, v in fields.items() if v is not None), default=0)
        used = next((n for n in plan.layout.lengths if n % 8 == 0 and n >= last), plan.fixed)
        return value >> (plan.fixed - used), used
    return value, plan.fixed


def _raw(given: Any, step: _Step, plan: _Plan, strict: bool) -> int:
    """Raw value under its mask."""
    name, _, mask, per_unit, _, by_standard, by_width = step
    try:
        scaled = float(given) * per_unit  # float(): a NumPy integer would overflow when scaled or shifted
        raw = round(scaled)
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"{name}: {given!r} is not a number", hint="give None for not available") from None
    low, high = by_standard if strict else by_width
    if low <= raw <= high:
        return raw & mask
    field = plan.fields[name]
    if raw == field.na and abs(scaled - raw) < 1e-6:
        return raw & mask
    if field.unit == "deg" and field.kind == "u" and given < 360:
        return 0  # 359.96 degrees is north, not the code 3600
    unit = "" if field.unit == "1" else f" {field.unit}"
    raise ConfigError(
        f"{name} = {given!r} does not fit in message {plan.layout.type}",
        hint=f"{name} goes from {low / per_unit:.10g} to {high / per_unit:.10g}{unit}; None means not available",
    )


def text_bits(name: str, given: str, chars: int) -> int:
    """Six-bit text of ``chars`` characters as one integer, padded with ``@``; :class:`ConfigError` if it is no fit."""
    if len(given) > chars:
        raise ConfigError(f"{name} = {given!r} is too long", hint=f"{name} has room for {chars} characters")
    if not _ALPHABET.issuperset(given):
        bad = next(c for c in given if c not in _ALPHABET)
        raise ConfigError(f"{name}: {bad!r} is not in the AIS alphabet", hint=f"the alphabet is {SIXBIT}")
    padded = chars + -chars % 4
    packed = a2b_base64(given.translate(_TO_BASE64).ljust(padded, "A"))
    return int.from_bytes(packed, "big") >> 6 * (padded - chars)


def _open_end(plan: _Plan, value: int, fields: Mapping[str, Any], strict: bool) -> tuple[int, int]:
    """A message whose last field takes the rest: the field, and what stands behind it."""
    field, layout = plan.layout.fields[-1], plan.layout
    if field.kind == "t":
        text = fields.get(field.name) or ""
        extra, size = text_bits(field.name, text, len(text)), 6 * len(text)
        if layout.type == 21:  # spare bits up to the byte boundary, Table 72
            extra, size = extra << -size % 8, size + -size % 8
    else:
        extra, size = pack(fields.get(field.name))
    value, total = value << size | extra, plan.fixed + size
    for end in layout.tail:
        given = fields.get(end.name, 0) if end.kind != "x" else 0
        low, high = _width_limits(end)
        if not low <= int(given or 0) <= high:
            raise ConfigError(f"{end.name} = {given!r} does not fit", hint=f"{end.name} goes from {low} to {high}")
        value, total = value << end.width | int(given or 0), total + end.width
    if strict and total > layout.max_bits:
        raise ConfigError(
            f"message {layout.type} would have {total} bits",
            hint=f"{layout.max_bits} are the most; shorten {field.name}",
        )
    return value, total


def pack(data: Data | None) -> tuple[int, int]:
    """Raw bits, given as bytes, as a string of 0 and 1 or as ``(value, nbits)``, as ``(value, nbits)``."""
    if not data:
        return 0, 0
    if isinstance(data, bytes):
        return int.from_bytes(data, "big"), 8 * len(data)
    if isinstance(data, str):
        if set(data) - {"0", "1"}:
            raise ConfigError("data is not a string of 0 and 1", hint="give bytes, '0101' or (value, number of bits)")
        return int(data, 2), len(data)
    value, size = data
    if value < 0 or value >> size:
        raise ConfigError(f"data: {value} does not fit in {size} bits", hint="give (value, number of bits)")
    return value, size


def armour(value: int, nbits: int) -> tuple[str, int]:
    """Payload characters of ``nbits`` bits, and the number of fill bits (0 to 5) behind them (IEC 61162-1)."""
    chars = -(-nbits // 6)
    padded = chars + -chars % 4
    packed = (value << 6 * padded - nbits).to_bytes(padded * 6 // 8, "big")
    return b2a_base64(packed, newline=False).translate(_TO_ARMOUR)[:chars].decode(), 6 * chars - nbits


def checksum(text: str) -> str:
    """Two hexadecimal digits: all characters of ``text`` XORed (what stands between ``!`` and ``*``)."""
    return f"{reduce(xor, text.encode('ascii'), 0):02X}"


def tag_block(
    c: int | str | None = None,
    s: str | None = None,
    g: tuple[int, int, int] | str | None = None,
    **more: object,
) -> str:
    r"""A TAG block (IEC 62320-1): ``\g:1-2-77,s:station,c:1700000000*hh\``.

    ``c``: UNIX time, seconds or milliseconds as given; ``s``: source; ``g``: (sentence, of how many, group); ``more``:
    other one-letter parameters (``d``, ``n``, ``r``, ``t``, ``i``, ``x``).
    """
    group = "-".join(str(x) for x in g) if isinstance(g, tuple) else g
    pairs = {"g": group, "s": s, "c": c, **more}
    text = ",".join(f"{k}:{v}" for k, v in pairs.items() if v is not None)
    return f"\\{text}*{checksum(text)}\\"


def sentences(
    payload: str,
    fill: int,
    *,
    channel: str = "A",
    talker: str = "AI",
    own: bool = False,
    seq_id: int = 0,
    max_payload: int = 60,
    tag: str | Mapping[str, Any] | None = None,
) -> list[str]:
    """VDM sentences (VDO for the ``own`` ship), without line ends.

    ``seq_id``: sequential message identifier 0 to 9 of a message of several sentences. ``tag``: a TAG block that stands
    before each sentence, or the arguments of :func:`tag_block`; there a number ``g`` numbers the sentences as a group,
    with time and source on the first only. Raises :class:`ConfigError` where more than 9 sentences would be needed.
    """
    formatter = "VDO" if own else "VDM"
    prefix = _tagger(tag)
    if len(payload) <= max_payload:
        body = f"{talker}{formatter},1,1,,{channel},{payload},{fill}"
        return [f"{prefix(1, 1)}!{body}*{checksum(body)}"]
    if not 0 <= seq_id <= 9:
        raise ConfigError(f"seq_id = {seq_id} is no sequential message identifier", hint="it goes from 0 to 9")
    if max_payload < 1:
        raise ConfigError(f"max_payload = {max_payload} leaves no room", hint="60 characters a sentence are usual")
    parts = [payload[i : i + max_payload] for i in range(0, len(payload), max_payload)]
    count = len(parts)
    if count > _MOST_SENTENCES:
        raise ConfigError(f"{count} sentences would be needed", hint="9 are the most; raise max_payload")
    out = []
    for i, part in enumerate(parts, 1):
        body = f"{talker}{formatter},{count},{i},{seq_id},{channel},{part},{fill if i == count else 0}"
        out.append(f"{prefix(i, count)}!{body}*{checksum(body)}")
    return out


def _tagger(tag: str | Mapping[str, Any] | None) -> Callable[[int, int], str]:
    if tag is None:
        return lambda i, n: ""
    if isinstance(tag, str):
        return lambda i, n: tag
    group = tag.get("g")
    if not isinstance(group, int):
        return lambda i, n: tag_block(**tag)
    rest = {k: v for k, v in tag.items() if k != "g"}
    return lambda i, n: tag_block(g=(i, n, group), **(rest if i == 1 else {}))


def encode(
    msg_type: int,
    *,
    channel: str = "A",
    talker: str = "AI",
    own: bool = False,
    seq_id: int = 0,
    max_payload: int = 60,
    tag: str | Mapping[str, Any] | None = None,
    variant: str | None = None,
    strict: bool = True,
    **fields: Any,
) -> list[str]:
    """Sentences of one AIS message: :func:`bits`, :func:`armour` and :func:`sentences` in one call.

    >>> encode(14, mmsi=533000001, text="MAN OVERBOARD")
    ['!AIVDM,1,1,,A,>7tCg@@l4r0uHE88t58@,2*26']
    """
    payload, fill = armour(*bits(msg_type, variant=variant, strict=strict, **fields))
    return sentences(
        payload, fill, channel=channel, talker=talker, own=own, seq_id=seq_id, max_payload=max_payload, tag=tag
    )


def rot_code(deg_per_min: float | None) -> int:
    """ROT_AIS of a rate of turn in degrees a minute, starboard positive (M.1371-5 Table 48); None: -128."""
    if deg_per_min is None:
        return -128
    code = round(4.733 * abs(deg_per_min) ** 0.5)
    return int(min(code, 126) if deg_per_min >= 0 else -min(code, 126))


def fields_of(msg_type: int) -> Sequence[str]:
    """Names of all fields that a message of this type can have, in order."""
    if msg_type not in BY_TYPE:
        raise ConfigError(f"no AIS message of type {msg_type}", hint="message types are 1 to 28")
    names = [f.name for x in BY_TYPE[msg_type] for f in (*x.fields, *x.tail) if f.kind != "x"]
    return tuple(dict.fromkeys(names))
