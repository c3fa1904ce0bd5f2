"""What a declared application-specific message (ASM) is made of: cells, records that repeat, and the message itself.

The payload of Messages 6, 8, 25 and 26 behind the application identifier (DAC and FI). Raw values become values as
``(raw + offset) * scale`` in ``unit``; a raw value equal to ``na``, or outside ``low`` to ``high``, is "not available"
or reserved, and becomes None.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from selat.model.messages import LAT_NA, LON_NA, MINUTE_1E4, Field

MINUTE_1E3 = 1 / 60_000  #: degrees: 1/1,000 minute


@dataclass(frozen=True, slots=True)
class Cell(Field):
    """A field with what the binary payloads need beyond messages 1 to 28.

    ``offset``: added to the raw value, in raw steps. ``low``, ``high``: raw values that are values (the code for "or
    more" included). ``power``: the value is multiplied by 10 to the power of the record's field ``scale``.
    """

    offset: int = 0
    low: int | None = None
    high: int | None = None
    power: bool = False


@dataclass(frozen=True)
class Record:
    """One kind of record in a list: what its selector is called, and the cells behind selector and common cells."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    """Records that follow the head of a message, each ``bits`` long, at most ``most``.

    ``pick``: selector at the beginning of each record (None: all are of kind 0); ``common``: cells behind it that all
    kinds share; ``count``: cell of the head that says how many there are ("": as many as the bits hold).
    """

    name: str
    bits: int
    most: int
    kinds: dict[int, Record]
    pick: Cell | None = None
    common: tuple[Cell, ...] = ()
    count: str = ""

    def cells(self, kind: int) -> tuple[Cell, ...]:
        """All cells of a record of this kind, in order."""
        head = (self.pick, *self.common) if self.pick is not None else self.common
        return (*head, *self.kinds[kind].cells)


@dataclass(frozen=True)
class Asm:
    """An application-specific message. ``types``: AIS messages that carry it; ``source``: where it is defined."""

    dac: int
    fi: int
    name: str
    source: str
    types: tuple[int, ...]
    cells: tuple[Cell, ...]
    group: Group | None = None
    bits: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bits", sum(c.width for c in self.cells))


def spare(width: int) -> Cell:
    """Bits that mean nothing."""
    return Cell("spare", width, "x")


# --- cells that many of them share ---------------------------------------------------------------------------------
LINKAGE = Cell("linkage", 10, na=0, text="Links a text description (1/29, 1/30) to this message")
MONTH = Cell("month", 4, na=0, low=1, high=12, text="UTC month")
DAY = Cell("day", 5, na=0, low=1, high=31, text="UTC day")
HOUR = Cell("hour", 5, na=24, high=23, unit="h", text="UTC hour")
MINUTE = Cell("minute", 6, na=60, high=59, unit="min", text="UTC minute")
DURATION = Cell("duration", 18, na=262_143, unit="min", text="Valid so long after the start; 0: cancelled")
START = (MONTH, DAY, HOUR, MINUTE, DURATION)
LON4 = Cell("lon", 28, "i", MINUTE_1E4, "deg", LON_NA, "East positive", low=-180 * 600_000, high=180 * 600_000)
LAT4 = Cell("lat", 27, "i", MINUTE_1E4, "deg", LAT_NA, "North positive", low=-90 * 600_000, high=90 * 600_000)
LON3 = Cell("lon", 25, "i", MINUTE_1E3, "deg", 181 * 60_000, "East positive", low=-180 * 60_000, high=180 * 60_000)
LAT3 = Cell("lat", 24, "i", MINUTE_1E3, "deg", 91 * 60_000, "North positive", low=-90 * 60_000, high=90 * 60_000)


def bearing(name: str, text: str = "", na: int = 360) -> Cell:
    """Nine bits of degrees from true north, clockwise."""
    return Cell(name, 9, "u", 1, "deg", na, text, high=359)
