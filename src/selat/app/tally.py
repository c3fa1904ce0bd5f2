"""Counts of a source: lines by their fate, messages by type, rows by table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.model.columns import Columns
from selat.model.ports import Batch


@dataclass(slots=True)
class Tally:
    """Counts of one source in this session."""

    lines: int = 0
    kept: int = 0
    duplicates: int = 0
    rejected: dict[int, int] = field(default_factory=dict)
    types: dict[int, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("reports", "statics", "messages"), 0))
    bytes: int = 0

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        self.lines += batch.lines
        self.kept += batch.kept
        self.duplicates += batch.duplicates
        self.bytes += batch.bytes
        for name in self.rows:
            table: Columns = getattr(batch, name)
            self.rows[name] += table.rows
        _count(self.rejected, batch.rejects["reason"])
        counted = batch.reports["msg_type"], batch.statics["msg_type"], batch.messages["msg_type"]
        for types, skip in zip(counted, ((), (19, 21), ()), strict=True):  # 19 and 21 are a report and a static in one
            _count(self.types, types, skip)


def _count(into: dict[int, int], values: Any, skip: tuple[int, ...] = ()) -> None:
    if len(values):
        counts = np.bincount(values)
        for k in np.flatnonzero(counts).tolist():
            if k not in skip:
                into[k] = into.get(k, 0) + int(counts[k])
