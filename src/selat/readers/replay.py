"""A recorded log played back at the pace of its own times.

::

    play = replay("log.nmea", rate=60)
    clock = play.clock                 # the time of the picture
    async for block in play:           # block.received is the log's time
        ...

The times are those of :func:`line_time`. They may go back (satellite logs do, hours at a time): the pace follows the
running maximum and never waits for a step back. A long gap in the log is waited for a few seconds, then skipped, which
is logged and kept in :attr:`Replay.skips`. The clock never runs ahead of the lines that were taken: a slow consumer
slows the picture's time down and loses nothing.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import math
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from selat.model.clock import HOUR, SECOND, ReplayClock, format_time, monotonic, now, parse_time
from selat.model.errors import ConfigError, SourceError, UnitError
from selat.model.ports import Block

log = logging.getLogger(__name__)

EARLIEST, LATEST = 631_152_000 * SECOND, 4_102_444_800 * SECOND  #: 1990 and 2100: other times are damage
JUMP = HOUR  #: a step forward by more is believed when the next time confirms it
LOOK = 20_000  #: lines that are looked through for a first time
LONGEST = 65_536  #: bytes: a longer line is read in pieces
GRAIN = 0.05  #: s of the machine's clock: lines nearer to each other make one block
SLACK = 0.5  #: s that the playing may be late before the clock is set back to what was played

_TAG = re.compile(rb"[\\,]c:(\d{10,13})(?:\.\d+)?(?=[,*\\])")
_EPOCH = re.compile(rb",\s*(\d{10}|\d{13})(?=[,.\s]|$)")
_ISO = re.compile(rb"\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)\s*(Z|UTC|[+-]\d\d:?\d\d)?")
_LEADING = re.compile(rb"(\d{10}|\d{13})(?=[\s,;:!.])")
_JSON = re.compile(rb'"time_utc"\s*:\s*"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?)')


def line_time(line: bytes) -> int | None:
    """When a line was heard, ns UTC; None if it does not say.

    Looks for: a TAG block's ``c:`` (s or ms), an epoch after the checksum (s or ms: the first such field), a ``$PGHP``
    sentence, ISO 8601 text or an epoch before the sentence, and the ``time_utc`` of an aisstream message. Where a line
    of ``$PGHP`` also has an epoch after its checksum, that is when it arrived, and is taken. Checks no checksum.
    """
    first = line[:1]
    if first == b"{":
        return _text_time(_JSON.search(line))
    if first == b"\\" and (tag := _TAG.search(line)) and (time := _epoch(tag[1])) is not None:
        return time
    star = line.rfind(b"*")
    if star >= 0 and line[star + 3 : star + 4] == b"," and (number := _EPOCH.search(line, star + 3)):
        return _epoch(number[1])
    if line.startswith(b"$PGHP,"):
        return _pghp(line)
    if first.isdigit() or first == b"[":
        number = _LEADING.match(line)
        return _epoch(number[1]) if number else _text_time(_ISO.match(line))
    return None


def _epoch(digits: bytes) -> int | None:
    """Seconds (10 digits) or milliseconds (13) since 1970; 11 or 12 digits are neither."""
    scale = {10: SECOND, 13: SECOND // 1000}.get(len(digits))
    return _plausible(int(digits) * scale) if scale else None


def _plausible(ns: int) -> int | None:
    return ns if EARLIEST <= ns < LATEST else None


def _text_time(found: re.Match[bytes] | None) -> int | None:
    if found is None:
        return None
    zone = found[2] if found.re.groups > 1 and found[2] else b"Z"
    try:
        return _plausible(parse_time((found[1] + zone).decode()))
    except UnitError:
        return None


def _pghp(line: bytes) -> int | None:
    """``$PGHP,1,year,month,day,hour,minute,second,millisecond,...``: Gatehouse's time of the next sentence."""
    try:
        year, month, day, hour, minute, second, milli = (int(x) for x in line.split(b",", 9)[2:9])
        text = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"
        return _plausible(parse_time(text))
    except (ValueError, UnitError):
        return None


class Timeline:
    """The running maximum of a log's times; one wild time far ahead is not believed, two that agree are."""

    def __init__(self, start: int) -> None:
        self.now = start
        self._doubt: int | None = None

    def advance(self, time: int | None) -> int:
        """The time of playing a line with this ``time`` (None: it has none)."""
        if time is None:
            return self.now
        if time > self.now + JUMP and (self._doubt is None or abs(time - self._doubt) > JUMP):
            self._doubt = time
        else:
            self._doubt = None
            self.now = max(self.now, time)
        return self.now


class PacedClock(ReplayClock):
    """A :class:`ReplayClock` that never runs past what was played, and can be set ahead over a gap."""

    def __init__(self, start: int, rate: float) -> None:
        super().__init__(start, rate)
        self._played = start  # the clock stands here until more is due
        self._set_at = monotonic()

    def now(self) -> int:
        """Nanoseconds UTC in the replayed time."""
        return min(self._running(), self._played)

    def _running(self) -> int:
        if math.isinf(self.rate):
            return self._played
        return self.start + int((monotonic() - self._set_at) * self.rate * SECOND)

    def due_in(self, time: int) -> float:
        """Seconds of the machine's clock until ``time``; lets the clock run up to there."""
        self._played = max(self._played, time)
        if math.isinf(self.rate):
            return 0.0
        return (time - self._running()) / (self.rate * SECOND)

    def set(self, time: int) -> None:
        """It is ``time`` now."""
        self.start, self._set_at, self._played = time, monotonic(), max(self._played, time)


@dataclass(frozen=True, slots=True)
class Skip:
    """A gap of the log that was not waited for to its end (ns UTC)."""

    begins: int
    ends: int


class Replay:
    """Blocks of a recorded file, timed by its own times; see the text of the module. Iterate once.

    ``start``: time of the first line (ns UTC) of a file without times, of which ``per_second`` lines are played;
    default: now. ``timed`` tells whether it has times. ``longest_wait``: seconds that a gap of the log is waited for.
    The blocks joined are the file, byte for byte (unpacked, if it is gzip).
    """

    def __init__(
        self,
        path: str | Path,
        rate: float = 1.0,
        *,
        name: str = "",
        per_second: float = 100.0,
        start: int | None = None,
        longest_wait: float = 5.0,
        batch: int = LONGEST,
    ) -> None:
        if not rate > 0 or not per_second > 0 or not longest_wait >= 0:
            raise ConfigError(
                f"cannot replay at {rate:g} times the pace, {per_second:g} sentences a second",
                hint="both must be above 0, as in --rate 60; --rate inf plays as fast as it is read",
            )
        self.path, self.rate, self.batch, self.longest_wait = Path(path), rate, batch, longest_wait
        self.name = name or str(path)
        self.skips: list[Skip] = []
        found = first_time(self.path)
        self.timed = found is not None
        self.start = found if found is not None else start if start is not None else now()
        self._step = SECOND / per_second
        self.clock = PacedClock(self.start, rate)
        if not self.timed:
            log.info("%s has no times: it is played at %g sentences a second", self.name, per_second)

    async def __aiter__(self) -> AsyncIterator[Block]:
        """Blocks, each when it is due; ``received`` never goes back."""
        grain = SECOND if math.isinf(self.rate) else min(SECOND, int(GRAIN * self.rate * SECOND))
        self.clock.set(self.start)
        pieces: list[bytes] = []
        size, begins, due = 0, self.start, self.start
        for line, time in self._lines():
            if pieces and (time - begins >= grain or size + len(line) > self.batch):
                await self._wait(due)
                yield Block(self.name, b"".join(pieces), due)
                pieces, size = [], 0
            if not pieces:
                begins = time
            due = time  # a block is due with its last line: nothing is heard before it was said
            pieces.append(line)
            size += len(line)
        if pieces:
            await self._wait(due)
            yield Block(self.name, b"".join(pieces), due)

    def _lines(self) -> Iterator[tuple[bytes, int]]:
        """Lines with the time to play them."""
        timeline, step, count = Timeline(self.start), self._step, 0
        with _open(self.path) as file:
            for line in _pieces(file):
                if self.timed:
                    yield line, timeline.advance(line_time(line))
                else:
                    yield line, self.start + int(count * step)
                    count += 1

    async def _wait(self, due: int) -> None:
        """Until it is ``due`` in the log's time, at most ``longest_wait``."""
        before = self.clock.now()
        wait = self.clock.due_in(due)
        if wait > self.longest_wait:
            await asyncio.sleep(self.longest_wait)
            self.skips.append(Skip(self.clock.now(), due))
            self.clock.set(due)
            gap = (due - before) / SECOND
            log.warning("%s: a gap of %.0f s before %s was cut short", self.name, gap, format_time(due))
        elif wait > 0:
            await asyncio.sleep(wait)
        else:
            if -wait > SLACK:
                self.clock.set(due)  # we are late: the picture's time waits for us, and does not catch up
            await asyncio.sleep(0)


replay = Replay


def first_time(path: Path) -> int | None:
    """The time of the first line that has one, and whose next agrees within an hour; None if the head has no times."""
    times: list[int] = []
    with _open(path) as file:
        for count, line in enumerate(_pieces(file)):
            time = line_time(line)
            if time is not None:
                if times and abs(time - times[-1]) <= JUMP:
                    return times[-1]
                times.append(time)
            if count >= LOOK:
                break
    return times[0] if times else None


def _open(path: Path) -> BinaryIO:
    try:
        file = path.open("rb")
        if file.read(2) != b"\x1f\x8b":
            file.seek(0)
            return file
        file.close()
        return gzip.open(path)  # type: ignore[return-value]
    except OSError as e:
        raise SourceError(f"{path} cannot be read: {e.strerror or e}", hint="give the path of a recorded log") from e


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends; a very long one in pieces."""
    try:
        while line := file.readline(LONGEST):
            yield line
    except (EOFError, OSError) as e:  # gzip: cut short, or damaged
        raise SourceError(f"the log is damaged: {e}", hint="unpack it with gzip -t to see where") from e
