"""The raw log: every byte as received, append-only, in segment files; the source of truth for a replay.

A position is the number of bytes of frames before it, over all segments; a segment's file name is its first position.
What was appended counts as received only after :meth:`Journal.sync`. A frame is a header of 32 bytes (little-endian:
magic ``SLJ1``, kind u8, codec u8, 0 u16, raw length u32, stored length u32, source u32, received i64 ns UTC, crc32 u32
of the rest of the header and the stored bytes) and its bytes, raw or zstd.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import zstandard

from selat.model.errors import StoreError
from selat.store.disk import fsync_dir, fsync_file

log = logging.getLogger(__name__)

SEGMENT = 256 << 20  #: bytes after which a new segment is begun
COMPRESS_FROM = 4096  #: bytes from which a block is compressed
MAX_FRAME = 1 << 30  #: bytes; a longer block is cut by :meth:`Journal.append`

_MAGIC = b"SLJ1"
_HEAD = struct.Struct("<4sBBHIIIqI")
_DATA, _REFERENCE = 0, 1
_RAW, _ZSTD = 0, 1


@dataclass(frozen=True, slots=True)
class Frame:
    """One block as received. ``position`` to ``end`` is its place; ``reference`` names a file that was not copied."""

    position: int
    end: int
    source: int
    received: int
    data: bytes
    reference: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes ``start`` to ``end`` (positions) that are no frame; ``aside`` is where they were moved, if they were."""

    start: int
    end: int
    aside: Path | None = None


class Journal:
    """The segment files of a folder. ``write=True`` opens for appending and puts a torn tail aside.

    One writer at a time (the sea's lock sees to it); readers may follow while it writes.
    """

    def __init__(self, path: Path, *, write: bool = False, segment: int = SEGMENT) -> None:
        self.path = path
        self.damage: list[Damage] = []
        self._segment = segment
        self._fd: int | None = None
        self._start = self._end = 0
        self._dirty = False
        self._compress = zstandard.ZstdCompressor(level=1)
        self._expand = zstandard.ZstdDecompressor()
        if write:
            path.mkdir(parents=True, exist_ok=True)
            self._open_tail()

    @property
    def end(self) -> int:
        """Position after the last frame that was appended."""
        if self._fd is not None:
            return self._end
        segments = self._segments()
        return segments[-1] + self._file(segments[-1]).stat().st_size if segments else 0

    def append(self, data: bytes, source: int, received: int) -> int:
        """Append a block; the position after it. It is safe only after :meth:`sync`. Raises OSError (disk full)."""
        if not data:
            return self.end
        for at in range(0, len(data), MAX_FRAME):
            block = data[at : at + MAX_FRAME]
            stored, codec = block, _RAW
            if len(block) >= COMPRESS_FROM:
                packed = self._compress.compress(block)
                if len(packed) < len(block):
                    stored, codec = packed, _ZSTD
            self._write(_DATA, codec, len(block), stored, source, received)
        return self._end

    def refer(self, reference: dict[str, Any], source: int, received: int) -> int:
        """Append the name of a file that stays where it is (``path``, ``size``, ``sha256``); the position after it."""
        stored = json.dumps(reference, sort_keys=True).encode()
        self._write(_REFERENCE, _RAW, len(stored), stored, source, received)
        return self._end

    def sync(self) -> int:
        """Force everything appended to the disk; the position up to which nothing can be lost any more."""
        if self._dirty and self._fd is not None:
            os.fsync(self._fd)
            self._dirty = False
        return self.end

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Frames from position ``start`` on, in order. Damaged stretches are skipped, logged and kept in ``damage``.

        Raises :class:`StoreError` when ``start`` lies after the end or before the first segment.
        """
        segments = self._segments()
        if start > self.end or (segments and start < segments[0]):
            raise StoreError(
                f"the journal has no position {start} (it ends at {self.end})", hint="was the folder journal/ replaced?"
            )
        first = max(bisect_right(segments, start) - 1, 0)
        for segment in segments[first:]:
            yield from self._read_segment(segment, max(start - segment, 0))

    def close(self) -> None:
        """Sync and close."""
        if self._fd is not None:
            self.sync()
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    # -- inside

    def _file(self, start: int) -> Path:
        return self.path / f"{start:020d}.seg"

    def _segments(self) -> list[int]:
        return sorted(int(p.stem) for p in self.path.glob("*.seg"))

    def _open_tail(self) -> None:
        segments = self._segments()
        self._start = segments[-1] if segments else 0
        path = self._file(self._start)
        self._end = self._start
        if segments:
            self._end = self._start + self._check_tail(path)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        if not segments:
            fsync_dir(self.path)

    def _check_tail(self, path: Path) -> int:
        """Length of the last segment that holds good frames; what follows the last good one is moved aside."""
        size = path.stat().st_size
        if not size:
            return 0
        good = 0
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            at: int | None = 0
            while at is not None and at < size:
                head = _parse(view, at)
                if head is not None:
                    good = at = at + _HEAD.size + head[3]
                else:
                    at = _next_frame(view, at + 1)
            torn = view[good:size]
        if not torn:
            return size
        folder = self.path / "torn"
        folder.mkdir(exist_ok=True)
        aside = folder / f"{self._start + good:020d}-{zlib.crc32(torn):08x}.bin"
        aside.write_bytes(torn)
        fsync_file(aside)
        fsync_dir(folder)
        os.truncate(path, good)
        fsync_file(path)
        self.damage.append(Damage(self._start + good, self._start + size, aside))
        log.warning("journal: %d bytes of a torn tail were put aside in %s", len(torn), aside)
        return good

    def _write(self, kind: int, codec: int, raw: int, stored: bytes, source: int, received: int) -> None:
        if self._fd is None:
            raise StoreError("the journal is not open for writing", hint="open the sea with a writer")
        if self._end - self._start >= self._segment:
            self._roll()
        head = _HEAD.pack(_MAGIC, kind, codec, 0, raw, len(stored), source, received, 0)[:-4]
        crc = zlib.crc32(stored, zlib.crc32(head))
        frame = head + struct.pack("<I", crc) + stored
        view = memoryview(frame)
        self._dirty = True
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError:
            os.ftruncate(self._fd, self._end - self._start)  # a full disk must not leave half a frame in the middle
            raise
        self._end += len(frame)

    def _roll(self) -> None:
        assert self._fd is not None
        self.sync()
        os.close(self._fd)
        self._start = self._end
        self._fd = os.open(self._file(self._start), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        fsync_dir(self.path)

    def _read_segment(self, segment: int, at: int) -> Iterator[Frame]:
        path = self._file(segment)
        size = path.stat().st_size
        if at >= size:
            return
        with path.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as view:
            while at < size:
                head = _parse(view, at)
                if head is None:
                    good = _next_frame(view, at + 1)
                    if good is None and self._is_last(segment):
                        return  # the writer is in the middle of a frame, or was
                    self._note_damage(segment + at, segment + (size if good is None else good))
                    if good is None:
                        return
                    at = good
                    continue
                kind, codec, raw, stored, source, received = head
                body = view[at + _HEAD.size : at + _HEAD.size + stored]
                data = self._expand.decompress(body, max_output_size=raw) if codec == _ZSTD else body
                end = at + _HEAD.size + stored
                reference = json.loads(data) if kind == _REFERENCE else None
                yield Frame(segment + at, segment + end, source, received, b"" if reference else data, reference)
                at = end

    def _is_last(self, segment: int) -> bool:
        return segment == self._segments()[-1]

    def _note_damage(self, start: int, end: int) -> None:
        damage = Damage(start, end)
        if damage not in self.damage:
            self.damage.append(damage)
            log.error("journal: bytes %d to %d are damaged and were skipped", start, end)


def _parse(view: mmap.mmap, at: int) -> tuple[int, int, int, int, int, int] | None:
    """Header at ``at`` as (kind, codec, raw, stored, source, received); None where there is no whole good frame."""
    if at + _HEAD.size > len(view) or view[at : at + 4] != _MAGIC:
        return None
    _, kind, codec, _, raw, stored, source, received, crc = _HEAD.unpack_from(view, at)
    body = at + _HEAD.size
    if body + stored > len(view) or kind > _REFERENCE or codec > _ZSTD:
        return None
    if zlib.crc32(view[body : body + stored], zlib.crc32(view[at : body - 4])) != crc:
        return None
    return kind, codec, raw, stored, source, received


def _next_frame(view: mmap.mmap, at: int) -> int | None:
    """Where the next whole good frame begins; None when there is none."""
    while (at := view.find(_MAGIC, at)) >= 0:
        if _parse(view, at) is not None:
            return at
        at += 1
    return None
