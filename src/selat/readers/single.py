"""Decode one message in plain Python, without any warm-up: ``selat.decode_one(…)``. For many, use ``selat.decode``."""

from __future__ import annotations

import binascii
from functools import cache

from selat.model.encode import armour
from selat.model.errors import FormatError
from selat.model.messages import AUXILIARY, BY_TYPE, MOTHERSHIP, SIXBIT, Field, Layout

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ARMOUR = "".join(armour(v, 6)[0] for v in range(64)).encode()
#: payload characters to base 64; every other byte to one that base 64 does not have
_TO_BASE64 = bytes(_BASE64[_ARMOUR.index(c)] if c in _ARMOUR else 33 for c in range(256))
_FROM_BASE64 = bytes.maketrans(_BASE64, SIXBIT.encode())

#: name, its last bit + 1, mask, sign bit, raw value of "not available", steps a unit (1: an integer)
_Number = tuple[str, int, int, int, int | None, int]
Value = int | float | str | bytes | None


class _Plan:
    """A layout made ready: its numeric fields in ``numbers``, texts, raw bits and fields at the end apart."""

    __slots__ = ("last", "min_bits", "numbers", "order", "others", "plain", "tail")

    def __init__(self, layout: Layout) -> None:
        self.min_bits = layout.min_bits
        self.numbers: list[_Number] = []
        self.others: list[tuple[Field, int]] = []
        fields = list(zip(layout.fields, layout.starts, strict=True))
        for f, start in fields:
            if f.kind in "uib" and f.width:
                steps = 1 if f.scale == 1 else round(1 / f.scale)
                sign = 1 << (f.width - 1) if f.kind == "i" else 0
                self.numbers.append((f.name, start + f.width, (1 << f.width) - 1, sign, f.na, steps))
            elif f.kind in "td":
                self.others.append((f, start))
        names = [f.name for f, _ in fields if f.kind != "x"]
        if layout.variant in ("B", AUXILIARY.variant):  # as in a table: a column for each, one or the other is null
            names = [*(f.name for f in BY_TYPE[24][1].fields if f.kind != "x"), MOTHERSHIP.name]
        self.order = dict.fromkeys(names)
        self.tail = layout.tail
        self.plain = not self.others  # numbers alone, in order
        self.last = max(n[1] for n in self.numbers)


@cache
def _plans(kind: int) -> tuple[tuple[Layout, _Plan], ...]:
    return tuple((x, _Plan(x)) for x in (*BY_TYPE.get(kind, ()), *((AUXILIARY,) if kind == 24 else ())))


def decode_one(*sentences: bytes | str) -> dict[str, Value]:
    """All fields of one message by name, in the units of the standard; None for "not available" or not sent.

    ``sentences``: the one sentence, or all parts of a message in any order; a TAG block before and anything behind the
    checksum is passed over. Raw bits (``data``) are bytes, the last one filled up with zeros. Raises
    :class:`FormatError` for a wrong checksum, a part that is missing, and what is no AIS message.

    >>> decode_one("!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A")["mmsi"]
    371798000
    """
    if len(sentences) == 1:
        total, _, payload, fill = _open(sentences[0])
        if total != 1:
            raise FormatError(f"one of {total} parts of a message", hint="give all its sentences in one call")
    else:
        payload, fill = _join(sentences)
    chars = len(payload)
    try:
        packed = binascii.a2b_base64(payload.translate(_TO_BASE64) + b"AAA"[: -chars % 4], strict_mode=True)
    except binascii.Error:
        text = payload.decode("latin-1")
        raise FormatError(f"not a payload: {text!r}", hint="it is made of the characters 0 to W and ` to w") from None
    nbits = chars * 6 - fill
    value = int.from_bytes(packed, "big") >> (len(packed) * 8 - nbits) if nbits > 0 else 0
    plan = _choose(value, nbits)
    out: dict[str, Value] = {} if plan.plain and nbits >= plan.last else dict(plan.order)
    for name, end, mask, sign, na, steps in plan.numbers:
        if end > nbits:
            break
        v = (value >> (nbits - end)) & mask
        if sign:
            v = (v ^ sign) - sign
        out[name] = None if v == na else v if steps == 1 else v / steps
    if not plan.plain:
        _rest(out, plan, value, nbits)
    return out


def _open(sentence: bytes | str) -> tuple[int, int, bytes, int]:
    """(total, number, payload, fill bits) of a sentence whose checksum is right."""
    line = sentence.encode("latin-1", "replace") if isinstance(sentence, str) else bytes(sentence)
    start = line.find(b"!")
    star = line.find(b"*", start)
    body = line[start + 1 : star]
    parts = body.split(b",")
    if start < 0 or star < 0 or len(parts) != 7 or parts[0][2:] not in (b"VDM", b"VDO"):
        raise FormatError(f"not an AIS sentence: {sentence!r:.100}", hint="it looks like !AIVDM,1,1,,A,payload,0*hh")
    try:
        given = int(line[star + 1 : star + 3], 16)
        total, number, fill = int(parts[1]), int(parts[2]), int(parts[6])
    except ValueError:
        raise FormatError(
            f"not an AIS sentence: {sentence!r:.100}", hint="checksum or a count is not a number"
        ) from None
    x = _xor(body)
    if x != given:
        raise FormatError(
            f"wrong checksum: {line[star + 1 : star + 3].decode('latin-1')} stands there, {x:02X} is right",
            hint="the sentence was damaged on its way; ask for it again",
        )
    if not (1 <= number <= total <= 9 and 0 <= fill <= 5):
        raise FormatError(f"part {number} of {total}, {fill} fill bits", hint="1 to 9 parts, and 0 to 5 fill bits")
    return total, number, parts[5], fill


def _xor(body: bytes) -> int:
    """All bytes XORed: halves of one integer folded onto each other."""
    x = int.from_bytes(body, "big")
    shift = 8 << max(len(body) - 1, 1).bit_length()
    while shift >= 8:
        x ^= x >> shift
        shift >>= 1
    return x & 255


def _join(sentences: tuple[bytes | str, ...]) -> tuple[bytes, int]:
    """Payload and fill bits of the parts of one message."""
    parts = sorted((_open(s) for s in sentences), key=lambda p: p[1])
    if not parts or [p[1] for p in parts] != list(range(1, parts[0][0] + 1)) or len({p[0] for p in parts}) != 1:
        raise FormatError(
            f"{len(parts)} sentences are not the parts of one message", hint="give each part of one message once"
        )
    return b"".join(p[2] for p in parts), parts[-1][3]


def _choose(value: int, nbits: int) -> _Plan:
    """Plan of the layout of a message."""
    kind = value >> (nbits - 6) if nbits >= 6 else 0
    for layout, plan in _plans(kind):
        for at, width, v in layout.when:
            if nbits < at + width or (value >> (nbits - at - width)) & ((1 << width) - 1) != v:
                break
        else:
            if nbits < plan.min_bits:
                least = f"it needs {plan.min_bits} at least"
                raise FormatError(f"message {kind} has only {nbits} bits", hint=least)
            if layout.variant == "B" and ((value >> (nbits - 38)) & 0x3FFFFFFF) // 10_000_000 == 98:
                return _plans(kind)[-1][1]
            return plan
    raise FormatError(f"message {kind} of an unknown kind", hint="types are 1 to 28; Message 24 has parts A and B")


def _rest(out: dict[str, Value], plan: _Plan, value: int, nbits: int) -> None:
    """Texts, raw bits, and the fields that stand at the very end."""
    back = sum(f.width for f in plan.tail)
    for f, start in plan.others:
        if f.kind == "t":
            have = nbits - start
            chars = min(f.width or have, have) // 6
            bits = (value >> (have - 6 * chars)) & ((1 << 6 * chars) - 1) if chars > 0 else 0
            out[f.name] = _text(bits, max(chars, 0)) or None
        else:
            size = max(nbits - back - start, 0)
            bits = (value >> back) & ((1 << size) - 1)
            out[f.name] = (bits << (-size % 8)).to_bytes((size + 7) // 8, "big")
    at = back
    for f in plan.tail:
        at -= f.width
        if f.kind != "x":
            out[f.name] = (value >> at) & ((1 << f.width) - 1)


def _text(bits: int, chars: int) -> str:
    """Six-bit text (M.1371-5 Table 47): ends at ``@``, no blanks at its end."""
    padded = chars + -chars % 4
    packed = (bits << 6 * (padded - chars)).to_bytes(padded * 6 // 8, "big")
    coded = binascii.b2a_base64(packed, newline=False)[:chars]
    return coded.translate(_FROM_BASE64).split(b"@")[0].rstrip(b" ").decode("ascii")
