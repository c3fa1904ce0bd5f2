"""Lines from what the system calls a file: a growing log, standard input, a serial port."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from types import ModuleType

from selat.model.errors import ConfigError, SourceError
from selat.readers.live_feed import Down, Feed, Lossy, Tuning
from selat.readers.live_spec import SourceSpec

HEAD = 256  #: bytes of a followed file by which we know it again
LONGEST = 4096  #: bytes of a serial line that does not end: passed on as it is


async def readable(fd: int) -> None:
    """Wait until reading ``fd`` would not block. At once for a plain file, which always can be read."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(fd, ready.set)
    except PermissionError:  # epoll's answer for plain files
        return
    except NotImplementedError:
        raise SourceError("this event loop cannot wait for a file", hint="use asyncio's selector event loop") from None
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)


async def run_stdin(feed: Feed, tuning: Tuning) -> None:
    """Deliver standard input until it ends, and return then. While the queue is full it is not read."""
    try:
        fd = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError) as e:
        raise SourceError("there is no standard input here", hint="give a file, or tcp://host:port") from e
    feed.opened("stdin")
    while True:
        await readable(fd)
        data = os.read(fd, tuning.batch)
        if not data:
            return
        await feed.deliver(data)
        await asyncio.sleep(tuning.linger if len(data) < tuning.batch else 0)


def pyserial() -> ModuleType:
    """The package pyserial; :class:`ConfigError` where it is not installed."""
    try:
        import serial
    except ImportError:
        raise ConfigError("serial ports need the package pyserial", hint="pip install 'selat[serial]'") from None
    return serial  # type: ignore[no-any-return]


async def run_serial(spec: SourceSpec, feed: Feed, tuning: Tuning) -> None:
    """Deliver what a serial port sends; raises :class:`Down` when it cannot be opened or goes away.

    A serial line cannot be held back (the system keeps 4 KiB): lines that find no room are dropped and counted.
    """
    serial = pyserial()
    try:
        port = serial.Serial(spec.path, spec.baud, timeout=0, exclusive=True)
    except (OSError, ValueError) as e:  # SerialException is an OSError
        raise Down("refused", str(e)) from e
    lossy, rest = Lossy(feed, tuning, "lines"), b""
    feed.opened(f"{spec.path} at {spec.baud} baud")
    try:
        fd, nothing = port.fileno(), 0
        while True:
            try:
                async with asyncio.timeout(None if lossy.flush() else tuning.linger):
                    await readable(fd)
            except TimeoutError:
                continue  # look for room again
            data = os.read(fd, tuning.batch)
            nothing = 0 if data else nothing + 1
            if nothing > 1:  # once may be a false alarm: an empty port (VMIN 0) reads the same
                raise Down("lost", "the port was closed")
            whole, rest = _lines(rest + data)
            if whole:
                lossy.add(whole, whole.count(b"\n"))
                lossy.flush()
            await asyncio.sleep(tuning.linger)
    except BlockingIOError as e:
        raise Down("lost", f"someone else reads the port: {e}") from e
    except OSError as e:
        raise Down("lost", str(e)) from e
    finally:
        if rest:
            lossy.add(rest)
        lossy.give_up()
        port.close()
        feed.end_line()


def _lines(data: bytes) -> tuple[bytes, bytes]:
    """The whole lines of ``data``, and what is left of it."""
    cut = data.rfind(b"\n") + 1
    if len(data) - cut > LONGEST:
        return data, b""
    return data[:cut], data[cut:]


class Tail:
    """Follows a growing file, also when it is renamed away and begun anew, or cut and begun anew.

    A renamed file is read to its end before the new one is begun. A file is known to be begun anew in place when it is
    shorter than what was read, or its first bytes changed; what was cut off unread is lost, as with any follower.
    """

    def __init__(self, spec: SourceSpec, feed: Feed, tuning: Tuning) -> None:
        self.path = Path(spec.path)
        self.feed, self.tuning = feed, tuning
        self._from_end = spec.start == "end"
        self._fd = -1
        self.at = 0  #: bytes of the present file that were read
        self._head = b""

    @property
    def inode(self) -> int:
        """Which file is followed now."""
        return os.fstat(self._fd).st_ino

    async def run(self) -> None:
        """Deliver until cancelled; raises :class:`Down` when the file is not there or cannot be read."""
        try:
            self._open()
        except OSError as e:
            self._from_end = False  # once it comes, all of it is news
            raise Down("refused", str(e)) from e
        try:
            await self._follow()
        except OSError as e:
            raise Down("lost", str(e)) from e
        finally:
            os.close(self._fd)

    def _open(self) -> None:
        """Open the file: at its end the first time if so asked, where we were if it is the same, else at its start."""
        fd = os.open(self.path, os.O_RDONLY)
        size = os.fstat(fd).st_size
        if self._from_end:
            self.at = size
        elif size < self.at or os.pread(fd, len(self._head), 0) != self._head:
            self.at, self._head = 0, b""
        self._from_end = False
        self._fd = fd
        self.feed.opened(str(self.path))

    async def _follow(self) -> None:
        last_look = False
        while True:
            if self._begun_anew():
                self._restart()
            data = os.pread(self._fd, self.tuning.batch, self.at)
            if data:
                self.at += len(data)
                await self.feed.deliver(data)
                await asyncio.sleep(self.tuning.linger if len(data) < self.tuning.batch else 0)
            elif last_look:  # renamed away, and nothing more was written to it since
                os.close(self._fd)
                self._fd = os.open(self.path, os.O_RDONLY)
                self._restart()
                last_look = False
            else:
                last_look = self._replaced()
                await asyncio.sleep(self.tuning.poll)

    def _restart(self) -> None:
        self.at, self._head = 0, b""
        self.feed.end_line()

    def _begun_anew(self) -> bool:
        """True if this same file was cut since we last read."""
        if os.fstat(self._fd).st_size < self.at or os.pread(self._fd, len(self._head), 0) != self._head:
            return True
        if len(self._head) < min(HEAD, self.at):
            self._head = os.pread(self._fd, min(HEAD, self.at), 0)
        return False

    def _replaced(self) -> bool:
        """True if another file has the name now; a missing one may still be on its way."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        here = os.fstat(self._fd)
        return (there.st_ino, there.st_dev) != (here.st_ino, here.st_dev)
