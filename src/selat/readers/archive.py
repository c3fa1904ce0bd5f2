"""Opens what archives come in: plain files, gzip, Zstandard, zip with several members; streamed, never whole in memory.

:func:`open_streams` gives the members one after another; :func:`blocks` reads one in blocks of 2 MiB, the next ones
being read (and inflated) by a thread meanwhile; :func:`read_members` runs a table reader over all of them, on as many
cores as there are.
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import threading
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from selat.model.errors import FormatError, SourceError
from selat.model.ports import Batch

if TYPE_CHECKING:
    from selat.readers.csv_piece import Tray
    from selat.readers.csv_reader import CsvReader

BLOCK = 1 << 21  #: bytes read at a time: they stay in a core's cache while they are cut and read
WORKERS = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)
HEAD = 1 << 16  #: bytes a format is known by

_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
_DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError)
_EMPTY_ZIP = b"PK\x05\x06"
_TABLES = (".csv", ".txt", ".tsv", ".dat")
_HINT = "the file may be cut short: compare its size with the publisher's, or fetch it again"


def open_streams(source: str | Path | BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """``(member name, stream of its bytes)`` of a file; the stream lives until the next one is asked for.

    Known by their first bytes: gzip, Zstandard, zip; all else is plain. Of a zip that holds ``.csv`` files only those
    are read, in the order they lie. Raises :class:`SourceError` for a file that is missing, a directory, empty,
    unreadable, or damaged.
    """
    name, file, size = _open(source)
    with contextlib.ExitStack() as stack:
        if isinstance(source, (str, Path)):
            stack.enter_context(file)
        head = file.read(4)
        if not head:
            raise SourceError(f"{name}: the file is empty", hint="was the download finished?")
        if head.startswith((_ZIP, _EMPTY_ZIP)) and size:
            file.seek(0)
            yield from _zip(name, file)
            return
        stream: BinaryIO = cast(BinaryIO, _Rest(head, file))
        if head.startswith(_GZIP):
            stream, name = _inflated(stream, "gzip"), name.removesuffix(".gz")
        elif head.startswith(_ZSTD):
            stream, name = _inflated(stream, "zstd"), name.removesuffix(".zst")
        yield name, stream


def _open(source: str | Path | BinaryIO) -> tuple[str, BinaryIO, bool]:
    """Name, file, and whether it can be read from anywhere."""
    if not isinstance(source, (str, Path)):
        return str(getattr(source, "name", "stream")), source, source.seekable()
    path = Path(source)
    if path.is_dir():
        raise SourceError(f"{path} is a directory", hint="give a file; a shell pattern such as DIR/*.csv gives several")
    try:
        return path.name, cast(BinaryIO, path.open("rb", buffering=0)), True
    except FileNotFoundError:
        near = sorted(p.name for p in path.parent.glob(f"{path.stem[:4]}*"))[:3] if path.parent.is_dir() else []
        hint = f"there is: {', '.join(near)}" if near else f"looked in {path.parent.absolute()}"
        raise SourceError(f"{path}: no such file", hint=hint) from None
    except OSError as e:
        raise SourceError(f"{path}: {e.strerror}", hint="check the permissions of the file") from None


def _zip(name: str, file: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    try:
        with zipfile.ZipFile(file) as archive:
            members = [i for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX/")]
            tables = [i for i in members if i.filename.lower().endswith(_TABLES[:1])] or members
            if not tables:
                raise SourceError(f"{name}: the zip holds no file", hint=_HINT)
            for info in tables:
                if info.flag_bits & 1:
                    raise SourceError(f"{name}: {info.filename} is encrypted", hint="unpack it with its password first")
                with archive.open(info) as member:
                    yield f"{name}/{info.filename}", cast(BinaryIO, member)
    except (zipfile.BadZipFile, NotImplementedError) as e:
        raise SourceError(f"{name}: not a whole zip ({e})", hint=_HINT) from None


class _Rest(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._head:
            return self._rest.read(size)
        if size < 0:
            out, self._head = self._head + self._rest.read(), b""
            return out
        out, self._head = self._head[:size], self._head[size:]
        return out + self._rest.read(size - len(out)) if size > len(out) else out

    def readinto(self, buffer: Any) -> int:
        n = len(self._head)
        if n:
            view = memoryview(buffer)
            n = min(n, len(view))
            view[:n], self._head = self._head[:n], self._head[n:]
            return n
        if hasattr(self._rest, "readinto"):
            return cast(int, self._rest.readinto(buffer))
        data = self._rest.read(len(buffer))
        memoryview(buffer)[: len(data)] = data
        return len(data)


def _inflated(stream: BinaryIO, codec: str) -> BinaryIO:
    import pyarrow as pa

    return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(stream, "r"), codec))


def read_some(name: str, stream: BinaryIO, size: int) -> bytes:
    """Up to ``size`` bytes, empty at the end; damage is a :class:`SourceError`."""
    try:
        return stream.read(size)
    except _DAMAGE as e:
        raise SourceError(f"{name}: cannot be read to its end ({e})", hint=_HINT) from None


def blocks(
    name: str, stream: BinaryIO, size: int = BLOCK, *, good: int = 1, lines: bool = False
) -> Generator[memoryview, None, None]:
    """The bytes of a stream in blocks, read ahead by a thread, which ends when the generator is closed.

    Buffers go round: a block is good until ``good`` more have been asked for. ``lines``: a block ends with a line end,
    if it has any.
    """
    free: queue.LifoQueue[bytearray | None] = queue.LifoQueue()  # the last one used is warm; most are never made
    waiting: queue.Queue[tuple[bytearray, int] | Exception] = queue.Queue()
    for _ in range(good + 3):  # one read, two waiting
        free.put(bytearray())

    def work() -> None:
        rest = b""
        while (buffer := free.get()) is not None:
            if not buffer:
                buffer = bytearray(size)  # made only when needed: a small file needs one
            buffer[: len(rest)] = rest
            try:
                n = len(rest) + read_into(name, stream, memoryview(buffer)[len(rest) :])
            except (SourceError, ValueError, OSError) as e:  # who waits for the bytes is told
                waiting.put(e)
                return
            cut = (buffer.rfind(b"\n", 0, n) + 1 or n) if lines and n == size else n
            rest = bytes(memoryview(buffer)[cut:n])
            waiting.put((buffer, cut))
            if not n:
                return

    thread = threading.Thread(target=work, name="selat-read-ahead", daemon=True)
    thread.start()
    given: deque[bytearray] = deque()
    try:
        while True:
            item = waiting.get()
            if isinstance(item, Exception):
                raise item
            buffer, n = item
            if not n:
                return
            given.append(buffer)
            yield memoryview(buffer)[:n]
            if len(given) >= good:
                free.put(given.popleft())
    finally:
        free.put(None)
        thread.join()


def read_into(name: str, stream: BinaryIO, buffer: bytearray | memoryview) -> int:
    """Fill ``buffer``, less only at the end; damage is a :class:`SourceError`."""
    view, n = memoryview(buffer), 0
    try:
        while n < len(buffer):
            got = stream.readinto(view[n:])  # type: ignore[attr-defined]
            if not got:
                break
            n += got
    except _DAMAGE as e:
        raise SourceError(f"{name}: cannot be read to its end ({e})", hint=_HINT) from None
    return n


def read_members(
    source: str | Path | BinaryIO, reader: CsvReader, choose: Callable[[bytes], CsvReader] | None = None
) -> Iterator[Batch]:
    """Batches of every member of ``source``, one reader over all, so that rows count on.

    ``choose`` makes the reader from the first bytes where the format has kinds.
    """
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="selat-table") as pool:
        for name, stream in open_streams(source):
            with contextlib.closing(blocks(name, stream, good=WORKERS + 2, lines=True)) as pieces:
                try:
                    first = next(pieces, None)
                    if first is None:
                        raise SourceError(f"{name}: the file is empty", hint="was the download finished?")
                    if choose is not None:
                        reader, choose = choose(bytes(first[:HEAD])), None
                    yield reader.feed(first, 0)
                    yield from _read_pieces(reader, pieces, pool)
                    yield reader.flush()
                except FormatError as e:
                    raise FormatError(f"{name}: {e.message}", hint=e.hint) from None
                reader.next_file()


def _read_pieces(reader: CsvReader, pieces: Iterator[memoryview], pool: ThreadPoolExecutor) -> Iterator[Batch]:
    """Batches of the blocks after the first: threads read some of them at a time, and they are admitted in order."""
    waiting: deque[tuple[memoryview, Future[Tray]]] = deque()
    try:
        for block in pieces:
            if not reader.begun:
                yield reader.feed(block, 0)
                continue
            waiting.append((block, pool.submit(reader.scan, block)))
            if len(waiting) > WORKERS:
                block, tray = waiting.popleft()
                yield reader.admit(block, tray.result())
        while waiting:
            block, tray = waiting.popleft()
            yield reader.admit(block, tray.result())
    finally:
        for _, tray in waiting:
            tray.cancel()
