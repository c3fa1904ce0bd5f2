"""A progress bar on a terminal: rows a second, bytes, time left. Silent where nobody sees it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from selat.model.clock import monotonic

_WIDTH = 24


class Bar:
    """Draws on one line of ``stream``, at most five times a second; leaves the line clean."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._on = not quiet and stream.isatty()
        self._path: Path | None = None
        self._began = self._drawn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._on:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def update(self, path: Path, taken: int, total: int, rows: int) -> None:
        """``taken`` of ``total`` bytes of ``path`` were read, ``rows`` lines so far."""
        now = monotonic()
        if path != self._path:
            self._path, self._began, self._drawn = path, now, 0.0
        if self._on and now - self._drawn > 0.2:
            self._drawn = now
            self._write(line(path.name, taken, total, rows, now - self._began))

    def say(self, text: str) -> None:
        """A word instead of the bar."""
        if self._on:
            self._write(text)

    def _write(self, text: str) -> None:
        self._stream.write(f"\r\x1b[K{text}")
        self._stream.flush()


def line(name: str, taken: int, total: int, rows: int, seconds: float) -> str:
    """The bar as text.

    >>> line("log.nmea", 50_000_000, 100_000_000, 1_000_000, 2.0)
    'log.nmea ############............  50 %  50.0 of 100.0 MB  500,000 rows/s  2 s left'
    """
    share = min(taken / total, 1.0) if total else 1.0
    full = int(share * _WIDTH)
    rate = rows / seconds if seconds > 0 else 0.0
    left = f"  {seconds / share - seconds:.0f} s left" if 0 < share < 1 else ""
    bar = "#" * full + "." * (_WIDTH - full)
    return f"{name} {bar} {share * 100:3.0f} %  {taken / 1e6:.1f} of {total / 1e6:.1f} MB  {rate:,.0f} rows/s{left}"
