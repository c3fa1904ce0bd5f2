"""The slow twin of the decoder: a message as a string of 0 and 1, read field by field from the declared layouts.

Nothing is shared with the kernels or the encoder but the tables: it is the oracle of both.
"""

from __future__ import annotations

from selat.model.messages import AUXILIARY, BY_TYPE, SIXBIT, Field, Layout


def dearmour(payload: str, fill: int = 0) -> str:
    """Payload characters as a string of bits, without the fill bits; ValueError for a character that is none."""
    out = ""
    for c in payload:
        code = ord(c) - 48
        if code > 40:
            code -= 8
        if not (0 <= code < 64) or 87 < ord(c) < 96:
            raise ValueError(f"{c!r} is no payload character")
        out += f"{code:06b}"
    return out[: len(out) - fill] if fill else out


def layout_of(bits: str) -> Layout | None:
    """The layout of a message, or None for an unknown type or variant."""
    msg_type = int(bits[:6], 2)
    for layout in BY_TYPE.get(msg_type, ()):
        if all(len(bits) >= at + width and int(bits[at : at + width], 2) == v for at, width, v in layout.when):
            if layout.variant == "B" and int(bits[8:38], 2) // 10_000_000 == 98:
                return AUXILIARY
            return layout
    return None


def raw(field: Field, bits: str) -> int | str:
    """Raw value of a field: an int, or text as it is shown, or the bits of ``d``."""
    if field.kind == "d":
        return bits
    if field.kind == "t":
        chars = [SIXBIT[int(bits[i : i + 6], 2)] for i in range(0, len(bits) - len(bits) % 6, 6)]
        return "".join(chars).split("@")[0].rstrip()
    value = int(bits, 2)
    if field.kind == "i" and bits[0] == "1":
        value -= 1 << len(bits)
    return value


def twin(payload: str, fill: int = 0) -> dict[str, int | str]:
    """``{field: raw}`` of every field that is whole; empty for an unknown type."""
    return twin_bits(dearmour(payload, fill))


def twin_bits(bits: str) -> dict[str, int | str]:
    """The same from a string of bits."""
    layout = layout_of(bits) if len(bits) >= 6 else None
    out: dict[str, int | str] = {}
    if layout is None:
        return out
    end = len(bits) - sum(f.width for f in layout.tail)
    at = 0
    for field in layout.fields:
        width = field.width or max(end - at, 0)
        if at + width > len(bits):
            break
        if field.kind != "x" and (width or field.width == 0):
            out[field.name] = raw(field, bits[at : at + width])
        at += width
    at = end
    for field in layout.tail:
        if field.kind != "x" and at >= 0:
            out[field.name] = raw(field, bits[at : at + field.width])
        at += field.width
    return out


def given(field: Field, value: int | str) -> float | int | str | None:
    """Value of a raw value in the field's unit; None for "not available"."""
    if isinstance(value, str) or field.kind in "td":
        return value
    if value == field.na:
        return None
    return value if field.scale == 1 else value / round(1 / field.scale)


def given_all(payload: str, fill: int = 0) -> dict[str, float | int | str | None]:
    """Every field of a message in its unit; None for "not available"."""
    bits = dearmour(payload, fill)
    layout = layout_of(bits)
    if layout is None:
        return {}
    fields = {f.name: f for f in (*layout.fields, *layout.tail)}
    return {name: given(fields[name], value) for name, value in twin_bits(bits).items()}


def split(sentence: str) -> list[str]:
    """Fields of a VDM or VDO sentence between ``!`` and ``*``."""
    return sentence[sentence.index("!") + 1 : sentence.rindex("*")].split(",")


def join(sentences: list[str]) -> tuple[str, int]:
    """Payload and fill bits of the sentences of one message, in order."""
    parts = [split(s) for s in sentences]
    return "".join(p[5] for p in parts), int(parts[-1][6])
