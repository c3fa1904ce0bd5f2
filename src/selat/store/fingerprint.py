"""A hash of what a sea holds, that does not depend on files, commits or the order of rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from selat.model.columns import Array, Columns
from selat.store.codec import from_storage
from selat.store.history import KEPT, Part, open_part

_SEEDS = (0x243F6A8885A308D3, 0x13198A2E03707344)
_MASK = 2**64 - 1


def content_hash(root: Path, parts: Sequence[Part]) -> str:
    """Hex SHA-256 over, for each table, the number of rows and two 64-bit sums of row hashes.

    A sum does not depend on the order; it finds loss, doubling and damage, not a forger (the files have SHA-256 each).
    """
    digest = hashlib.sha256()
    for table in KEPT:
        rows = 0
        sums = [0, 0]
        for part in parts:
            if part.table == table:
                for columns in _pieces(root, part):
                    rows += columns.rows
                    for k, value in enumerate(rows_hash(columns)):
                        sums[k] = (sums[k] + value) & _MASK
        digest.update(f"{table} {rows} {sums[0]:016x} {sums[1]:016x}\n".encode())
    return digest.hexdigest()


def _pieces(root: Path, part: Part) -> Any:
    file = open_part(root, part)
    for group in range(file.num_row_groups):
        stored = file.read_row_group(group)
        yield Columns(part.table, from_storage(part.table, stored), stored.num_rows)


def rows_hash(columns: Columns) -> tuple[int, int]:
    """Two sums of row hashes of a table in stored layout."""
    out = []
    for seed in _SEEDS:
        h = np.full(columns.rows, seed, dtype=np.uint64)
        for name in columns:
            for words in _words(columns[name]):
                _mix(h, words)
        out.append(int(h.sum(dtype=np.uint64)))
    return out[0], out[1]


def _mix(h: Array, words: Array) -> None:
    """Fold a column into the row hashes (uint64, in place), as splitmix64 does (Steele, Lea and Flood 2014)."""
    h ^= words
    h *= np.uint64(0x9E3779B97F4A7C15)
    h += np.uint64(0xD1B54A32D192ED03)
    h ^= h >> np.uint64(30)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(27)
    h *= np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(31)


def _words(values: Array) -> list[Array]:
    """A column as arrays of 64-bit words."""
    if values.dtype.kind in "iu":
        return [values.astype(np.int64, copy=False).view(np.uint64)]
    if values.dtype.kind == "f":
        return [values.astype(np.float64).view(np.uint64)]
    if values.dtype.kind == "S":
        width = -(-values.dtype.itemsize // 8) * 8
        padded = values.astype(f"S{width}")
        return list(np.ascontiguousarray(padded.view(np.uint64).reshape(len(values), width // 8).T))
    return [np.array([_object_word(v) for v in values], dtype=np.uint64)]


def _object_word(value: Any) -> int:
    if value is None:
        return 1
    kind, data = (b"t", value.encode()) if isinstance(value, str) else (b"b", bytes(value))
    return int.from_bytes(hashlib.blake2b(kind + data, digest_size=8).digest(), "little")
