"""The grant of 16 December 2023 end to end: public facts as they are, and a made-up life of the goods after delivery.

Everything from serial numbers on is invented and says so in its source (:data:`MADE_UP`): units, hours, places, papers.
The invented life contains one cause for each of the checks U1 to U12.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from selat.assist.book import Book
from selat.assist.checks import run_checks
from selat.assist.demand import Demand
from selat.assist.facts import Fact
from selat.assist.fields import day_ns, ns_day
from selat.assist.public import public_record
from selat.assist.register import Register
from selat.assist.seasons import season_of
from selat.model.clock import DAY, HOUR, MINUTE
from selat.model.errors import ConfigError
from selat.model.nouns import Asset
from selat.model.units import KNOT

GRANT = "OSA-2023-MY-1"
MADE_UP = "synthetic demonstration"
NOW = day_ns("2026-07-20")
AREA = [[98.0, 1.0], [105.0, 1.0], [105.0, 7.0], [98.0, 7.0]]
BASE, FAR = [2.8833, 101.4167], [5.85, 118.1]
BOATS = [f"MY23-BOAT-{n}" for n in range(1, 8)]
UAVS = [f"MY23-UAV-{n:02d}" for n in range(1, 15)]
_LAST = {UAVS[1]: day_ns("2026-04-10"), UAVS[3]: day_ns("2026-06-20")}  # when they left service


def demo_facts(seed: int = 1) -> list[Fact]:
    """All entries of the demonstration, in the order in which they are written; the same for the same seed."""
    return [*public_record(), *_agreed(), *_received(), *_used(np.random.default_rng(seed)), *_causes()]


def play(register: Register, seed: int = 1) -> None:
    """Write the example and what the checks ask of it into a register that is empty. Raises :class:`ConfigError` for another."""
    if register.end()[0]:
        raise ConfigError("there is a register already", hint="name a new folder")
    register.write(demo_facts(seed))
    register.write(run_checks(register.book(), register.standing(kind="use"), NOW))


def examples(book: Book) -> list[str]:
    """Programmes of a whole book with something in them that was made up."""
    told = book.data["things"].get("programme", {})
    return [p for p in sorted(told) if any(MADE_UP in str(claims) for claims in told[p].values())]


def demo_boats() -> list[Asset]:
    """Two boats that were there before, made up."""
    return [
        Asset("Lumut (made up)", "boat", 4.23, 100.62, speed=25 * KNOT),
        Asset("Kuala Linggi (made up)", "boat", 2.39, 101.98, speed=20 * KNOT),
    ]


def demo_demand(seed: int = 1) -> Demand:
    """Three years of made-up calls for help along the west coast of the peninsula, (places, dates), the same for a seed."""
    rng = np.random.default_rng(seed)
    line = np.array([(5.4, 100.1), (4.1, 100.3), (2.9, 101.0), (2.1, 102.0), (1.4, 103.2)])
    along = rng.uniform(0.0, 4.0, 400)
    lat, lon = (np.interp(along, range(5), line[:, k]) + rng.normal(0.0, 0.12, 400) for k in (0, 1))
    days = [ns_day(day_ns("2023-07-01") + int(d) * DAY) for d in rng.integers(0, 1096, 400)]
    return Demand(lat, lon, np.ones(400), season=tuple(season_of(d) for d in days), days=tuple(days))


def _fact(kind: str, subject: str, at: str | int, /, **data: Any) -> Fact:
    when = day_ns(at) if isinstance(at, str) else at
    return Fact(kind, subject, when, data, MADE_UP, "demo", "U")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _agreed() -> Iterator[Fact]:
    yield _fact(
        "programme",
        GRANT,
        "2023-12-16",
        purposes=["surveillance", "sar", "training"],
        area=AREA,
        buffer_nm=1.0,
        monitoring="enhanced",
    )
    yield _fact(
        "document", "demo-letter", "2026-06-01", sha256=_hash("letter"), title="Letter of the recipient", kind="letter"
    )
    for what in ("purpose", "no_transfer", "access"):
        yield _fact("condition", f"{GRANT}/{what}", "2023-12-16", programme=GRANT, what=what)
    yield _fact(
        "condition",
        f"{GRANT}/report",
        "2025-10-01",
        programme=GRANT,
        what="report",
        period_days=182,
        first_due="2025-12-31",
    )
    for model, knots in (("JE-470", 25.0), ("AS-VT02A", 40.0)):  # nobody published a speed: these are made up
        yield _fact("model", model, "2023-12-16", speed_kn=knots)
    for lot, amount in (("boats", 180_000_000), ("uav", 150_000_000), ("trucks", 70_000_000)):
        yield _fact("lot", f"{GRANT}/{lot}", "2024-06-01", amount_jpy=amount)


def _received() -> Iterator[Fact]:
    units = ["Army"] * 6 + ["Navy"] * 6 + ["Cyber and Electromagnetic Division"] * 2
    for tranche, model, lot, delivered, items, keepers in (
        (f"{GRANT}/T2", "JE-470", "boats", "2025-10-01", BOATS, ["PASKAU Jugra"] * 7),
        (f"{GRANT}/T1", "AS-VT02A", "uav", "2025-09-22", UAVS, units),
    ):
        base = day_ns(delivered)
        for n, (item, unit) in enumerate(zip(items, keepers, strict=True)):
            if item == UAVS[-1]:
                continue  # U6: delivered, but its serial number was never registered
            yield _fact(
                "item",
                item,
                base,
                programme=GRANT,
                lot=f"{GRANT}/{lot}",
                model=model,
                tranche=tranche,
                serial=f"{model}-{n + 1:03d}",
            )
            yield _fact(
                "item_state",
                item,
                base + HOUR,
                state="received",
                place="Jugra" if model == "JE-470" else "Kuala Lumpur",
            )
            yield _fact(
                "item_state",
                item,
                base + 5 * DAY,
                state="accepted",
                unit=unit,
                place="Jugra",
                position=BASE,
                certificate=f"A-{n + 1}",
            )
            yield _fact("item_state", item, base + 7 * DAY, state="in_service")
    yield _fact("programme_state", GRANT, "2025-10-08", state="delivering")
    yield _fact("report", GRANT, "2026-01-05", period_ended="2025-12-31")


def _used(rng: np.random.Generator) -> Iterator[Fact]:
    """Two or three sorties a week of each item; boats by log sheet and logger, UAVs by flight log."""
    for item in [*BOATS, *UAVS[:-1]]:
        boat, start = item in BOATS, day_ns("2025-10-09")
        for day in np.flatnonzero(rng.random(273) < 0.35):
            began = int(start + day * DAY + int(rng.integers(0, 18)) * HOUR)
            if began > _LAST.get(item, NOW) - 2 * DAY or (item == BOATS[1] and began > day_ns("2026-03-01")):
                continue  # U2: the second boat lies idle from March on
            hours = round(float(rng.uniform(0.5, 4.0 if boat else 0.9)), 2)
            ended = began + int(hours * HOUR) + MINUTE
            mission = ("surveillance", "sar", "training")[int(rng.integers(0, 3))]
            log = _hash(f"{item} {began}")
            yield _fact(
                "use",
                item,
                began,
                ended=ended,
                hours=hours,
                mission=mission,
                grade="B",
                evidence=log,
                holder="recipient",
            )
            if boat:
                told = hours * (
                    1.5 if item == BOATS[2] and "2026-02" in _month(began) else 1.0
                )  # U7: the third boat in February
                yield _fact(
                    "use", item, began, ended=began + int(told * HOUR) + MINUTE, hours=told, mission=mission, grade="C"
                )


def _month(at: int) -> str:
    return np.datetime_as_string(np.datetime64(at, "ns"), unit="M")


def _causes() -> Iterator[Fact]:
    """One cause each for the checks that the life above gives none; U2, U6 and U7 lie in it, U3 and U10 in what is missing."""
    began = day_ns("2026-05-04") + 8 * HOUR
    yield _fact(
        "use", BOATS[0], began, ended=began + 4 * HOUR, hours=3.5, mission="sar", grade="B", outside_s=2700.0
    )  # U1
    yield _fact("inspection_due", "demo-1", "2026-01-10", target=BOATS[3], due="2026-04-01")
    yield _fact(
        "inspection_done",
        "demo-1",
        "2026-03-30",
        outcome="wrong_place",
        by="Embassy",
        unit="PASKAU Subang",
        place="Subang",
    )  # U4
    yield _fact("identity", BOATS[4], "2025-10-10", what="name", value="JUGRA 5")
    yield _fact("identity", BOATS[4], "2026-04-02", what="name", value="SETIA 1")  # U5
    began = day_ns("2026-05-20") + 2 * HOUR
    yield _fact("use", UAVS[0], began, ended=began + HOUR, hours=0.8, mission="parade", grade="D")  # U8
    yield _fact(
        "item_state", UAVS[1], "2026-04-10", state="under_repair", reason="motor"
    )  # U9: the rest of the quarter
    yield _fact("inspection_due", "demo-2", "2026-01-10", target=UAVS[2], due="2026-06-15")  # U10
    yield _fact("item_state", UAVS[3], "2026-06-20", state="lost", reason="did not return")  # U11
    for item, day in ((BOATS[5], "2026-02-01"), (BOATS[6], "2026-05-01")):
        yield _fact("photo", item, day, sha256=_hash("one photo"), position=BASE)  # U12
