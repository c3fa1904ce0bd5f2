"""A register with fourteen goods that are still to come, for the tests of the page on the pier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from selat.assist.facts import Fact
from selat.assist.register import Register, open_register
from selat.model.clock import parse_time

ITEMS = [f"UAV-{n:02d}" for n in range(1, 15)]
START = parse_time("2026-01-05")


def fact(kind: str, subject: str, at: int, /, **data: Any) -> Fact:
    return Fact(kind, subject, at, data, "form 1", "Sato", "A")


def coming(folder: Path, *, delivered: bool = False) -> Register:
    """One programme, one tranche, fourteen serial numbers; nothing was received yet."""
    register = open_register(folder, create=True)
    day = {"delivered_on": "2026-01-04"} if delivered else {}
    register.write([
        fact("programme", "P", START, fiscal_year=2025, donor="JP", country="MY", recipient="MAF", signed_on="2025-06-01",
             purposes=["sar", "surveillance"], title="Flying eyes", area=[[98, 1], [105, 1], [105, 7], [98, 7]]),
        fact("model", "V", START, **{"class": "uav"}, name="VTOL UAV", speed_kn=40.0),
        fact("lot", "L", START, programme="P", model="V", quantity=14),
        fact("tranche", "T", START, programme="P", lot="L", quantity=14, planned_on="2026-02-01", **day),
        *(fact("item", i, START, programme="P", lot="L", model="V", tranche="T", serial=f"S{n:03d}", tag=f"TAG{n}")
          for n, i in enumerate(ITEMS)),
    ])  # fmt: skip
    return register
