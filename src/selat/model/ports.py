"""The protocols: what a reader, detector or exporter must be. Built-ins use only what a plug-in may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from selat.model.columns import Columns, empty
from selat.model.nouns import Alert
from selat.model.schema import PLOTS


@dataclass(slots=True)
class Batch:
    """What a reader made of some bytes: tables in stored layout, and the count of lines by fate.

    Conservation: ``lines == kept + duplicates + rejects.rows`` once the reader was flushed. ``plots`` are those of radars
    that send no tracks.
    """

    reports: Columns
    statics: Columns
    messages: Columns
    receptions: Columns
    rejects: Columns
    lines: int = 0
    kept: int = 0
    duplicates: int = 0
    bytes: int = 0
    plots: Columns = field(default_factory=lambda: empty(PLOTS))


class Reader(Protocol):
    """Turns bytes of one source into batches. One instance reads one source, in order."""

    def feed(self, block: bytes, received: int, seq: int | None = None) -> Batch:
        """Read a block cut anywhere; ``received`` (ns UTC) is when it came in, ``seq`` the number of its first line.

        Without ``seq`` the reader goes on counting from the last block.
        """
        ...

    def flush(self) -> Batch:
        """What is left when the input ended: an unfinished line, parts that never met."""
        ...

    def state(self) -> dict[str, Any]:
        """All that is needed to go on later: plain numbers, bytes and arrays."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A file format that can be read: ``sniff`` gets the first 64 KiB and the file's name."""

    name: str
    text: str
    sniff: Callable[[bytes, str], bool]
    read: Callable[..., Iterator[Batch]]


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes of a live source, and when they came (ns UTC). ``data`` is empty for a mere sign of life."""

    source: str
    data: bytes
    received: int


class Detector(Protocol):
    """One rule. ``step`` is pure: contacts and new reports and its own state in, alerts and state out."""

    @property
    def name(self) -> str:
        """Name of the rule, as alerts carry it."""
        ...

    @property
    def version(self) -> str:
        """Version of the rule: another one may judge otherwise."""
        ...

    def parameters(self) -> dict[str, Any]:
        """Parameters in force, SI units, with their names."""
        ...

    def step(self, window: Any, state: Any) -> tuple[list[Alert], Any]:
        """Alerts raised or changed by this window, and the new state (None at the start)."""
        ...


@dataclass(frozen=True, slots=True)
class Exporter:
    """Writes a table to a file format. ``write`` gets Arrow batches in the given layout and a binary stream.

    ``by_ship``: rows of reports must come ship by ship, each in order of time.
    """

    name: str
    suffixes: tuple[str, ...]
    media_type: str
    write: Callable[[Iterable[Any], BinaryIO], int]
    text: str = ""
    tables: tuple[str, ...] = field(default=("reports",))
    by_ship: bool = False
