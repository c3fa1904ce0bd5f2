"""Invented identities. No ship of the exercise exists; every name begins with ``EX``.

MMSI: a valid country code (MID) and then ``99`` and four digits. Administrations hand numbers out from the low end, so
these are not known to belong to anyone, but nobody can promise that: never mix an exercise with real traffic.
IMO numbers: first digit 3 (never issued to a ship) with a right check digit. Call signs: the flag's prefix and ``X9``.
"""

from __future__ import annotations

import numpy as np

#: MID, prefix of call signs, share of through traffic
FLAGS: tuple[tuple[int, str, float], ...] = (
    (563, "9V", 0.17), (533, "9M", 0.06), (525, "PK", 0.07), (352, "3F", 0.15), (636, "D5", 0.13), (538, "V7", 0.12),
    (477, "VR", 0.09), (413, "BQ", 0.05), (431, "7K", 0.03), (248, "9H", 0.05), (440, "DS", 0.02), (574, "XV", 0.02),
    (419, "AT", 0.02), (567, "HS", 0.02),
)  # fmt: skip
_FIRST = (
    "MERLION", "SUNDA", "RAFFLES", "ANDAMAN", "TEMASEK", "LANGKAWI", "JOHOR", "RIAU", "BINTAN", "MELATI", "SERAYA",
    "KENANGA", "CEMPAKA", "BUNGA RAYA", "SAKURA", "PACIFIC", "ORIENT", "SELAT", "PENYU", "GARUDA", "KESTREL",
    "HARRIER", "CORAL", "AMBER", "INDIGO", "JADE", "NILAM", "DELIMA", "MUTIARA", "SAMUDRA", "NUSA", "TANJUNG",
    "MATAHARI", "PURNAMA", "BAYU", "OMBAK", "LAUT", "HANG TUAH", "FUJI", "ARIAKE",
)  # fmt: skip
_SECOND = (
    "STAR", "PEARL", "SPIRIT", "HORIZON", "GLORY", "VENTURE", "PIONEER", "HARMONY", "TRADER", "EXPRESS", "CREST",
    "JAYA", "INDAH", "BARU", "UTAMA", "MAJU", "DAWN", "BREEZE", "BRIDGE", "WAVE", "CROWN", "LOTUS", "HERON", "ACE",
)  # fmt: skip


def mmsi(mid: int, number: int) -> int:
    """MMSI of the exercise: ``mid`` 99 ``number`` (0 to 9999)."""
    return mid * 1_000_000 + 990_000 + number


def imo(number: int) -> int:
    """An IMO number with a right check digit that no ship has; ``number`` is 0 to 99,999."""
    digits = f"3{number % 100_000:05d}"
    return int(digits + str(sum(int(d) * w for d, w in zip(digits, range(7, 1, -1), strict=True)) % 10))


def call_sign(prefix: str, number: int) -> str:
    """``9VX9`` and up to three characters."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return f"{prefix}X9" + "".join(letters[number // 26**k % 26] for k in (2, 1, 0))


def ship_names(rng: np.random.Generator, n: int) -> list[str]:
    """``n`` different names of at most 20 characters."""
    pairs = [f"EX {a} {b}" for a in _FIRST for b in _SECOND if len(a) + len(b) <= 16]
    order = rng.permutation(len(pairs))
    return [
        pairs[k] if i < len(pairs) else f"{pairs[k][:16]} {i // len(pairs)}" for i, k in enumerate(np.resize(order, n))
    ]


def small_names(rng: np.random.Generator, n: int, prefix: str) -> list[str]:
    """Names such as ``EX JHF 1204`` of small craft."""
    return [f"EX {prefix} {k}" for k in rng.permutation(9000)[:n] + 1000]
