"""Which fonts a PDF is set in, and which letters they have: a letter that no font has is told by its number, never an empty box.

The fonts of the extra ``paper`` (Noto Sans CJK JP, SIL Open Font License: Latin and Japanese) come first; where they are not
installed, one of the machine that has both; else the font that comes with Typst, which has no Japanese.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from selat.model.errors import ConfigError

HINT = "pip install 'selat[paper]' brings Typst and the fonts"
PACKAGES = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
#: families of the machine that have Latin and Japanese letters, in the order in which they are liked
KNOWN = (
    "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Source Han Sans", "BIZ UDPGothic", "Hiragino Sans", "Yu Gothic",
    "IPAexGothic", "IPAPGothic", "IPAGothic", "Takao PGothic", "VL PGothic",
)  # fmt: skip
LATIN = "Libertinus Serif"  #: comes with Typst
#: what the Latin font is known to have; anything else is told by its number
_LATIN_LETTERS = frozenset(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180)])) | frozenset(
    "–—‘’“”•…′″←↑→↓−≈≠≤≥×÷√∞ƒ€\u200b"
)


@dataclass(frozen=True, slots=True)
class Fonts:
    """``families`` to ask for; ``folders`` to look in; ``system``: whether the machine's count; the ``letters`` there are."""

    families: tuple[str, ...]
    folders: tuple[str, ...]
    system: bool
    letters: frozenset[str]


def typst() -> Any:
    """The module; raises :class:`ConfigError` where it is not installed."""
    try:
        import typst as module
    except ModuleNotFoundError:
        raise ConfigError(
            "PDF needs Typst, which is not installed", hint=f"{HINT}; --format html needs nothing"
        ) from None
    return module


@lru_cache(maxsize=1)
def fonts() -> Fonts:
    """The fonts to use on this machine."""
    ours = [Path(str(spec.origin)).parent for name in PACKAGES if (spec := find_spec(name)) and spec.origin]
    if ours:
        files = [f for folder in ours for f in sorted(folder.glob("*.otf"))]
        return Fonts(("Noto Sans CJK JP",), tuple(map(str, ours)), False, _shared(files))
    found = {f.family: (f.path, f.index) for f in typst().Fonts(True, False, []).fonts() if f.path}
    for family in KNOWN:
        if family in found:
            path, index = found[family]
            return Fonts((family,), (), True, letters(Path(path), index))
    return Fonts((LATIN,), (), False, _LATIN_LETTERS)


def _shared(files: Iterable[Path]) -> frozenset[str]:
    return frozenset.intersection(*(letters(f) for f in files))


def readable(texts: Iterable[str], language: str, have: frozenset[str]) -> dict[str, str]:
    """What to put in the place of letters that there are not: ``[U+0E01]``.

    Raises :class:`ConfigError` where Japanese is written and cannot be set: it would be a report of numbers.
    """
    wanted = {c for text in texts for c in text if c.isprintable() or c == "\u3000"} - have - {"\u200b"}
    japanese = sorted(c for c in wanted if 0x3000 <= ord(c) < 0xA000 or 0xFF00 <= ord(c) < 0xFFF0)
    if japanese and (language == "ja" or "あ" not in have):
        raise ConfigError(
            f"no font here has Japanese letters ({''.join(japanese[:8])} ...)", hint=f"{HINT}; --format html needs none"
        )
    return {c: "?" if c == "\ufffd" else f"[U+{ord(c):04X}]" for c in sorted(wanted)}


@lru_cache(maxsize=4)
def letters(path: Path, index: int = 0) -> frozenset[str]:
    """Letters of a font file (OpenType 1.9, table ``cmap``, formats 4 and 12); of the face ``index`` of a collection."""
    data = path.read_bytes()
    start = struct.unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
    (n,) = struct.unpack_from(">H", data, start + 4)
    for k in range(n):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * k)
        if tag == b"cmap":
            return frozenset(map(chr, _mapped(data, offset)))
    return frozenset()


def _mapped(data: bytes, at: int) -> set[int]:
    out: set[int] = set()
    (n,) = struct.unpack_from(">H", data, at + 2)
    for k in range(n):
        sub = at + struct.unpack_from(">HHI", data, at + 4 + 8 * k)[2]
        (form,) = struct.unpack_from(">H", data, sub)
        if form == 12:
            (groups,) = struct.unpack_from(">I", data, sub + 12)
            for first, last, _ in struct.iter_unpack(">III", data[sub + 16 : sub + 16 + 12 * groups]):
                out.update(range(first, last + 1))
        elif form == 4:
            (twice,) = struct.unpack_from(">H", data, sub + 6)
            half = twice // 2
            ends = struct.unpack_from(f">{half}H", data, sub + 14)
            starts = struct.unpack_from(f">{half}H", data, sub + 16 + twice)
            for a, b in zip(starts, ends, strict=True):
                if a != 0xFFFF:
                    out.update(range(a, b + 1))
    return {c for c in out if not 0xD800 <= c < 0xE000}
