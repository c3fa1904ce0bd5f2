"""Read files into a sea: logs of sentences and tables of archives, through the one loop.

Reading is idempotent: a file that was read is known by its fingerprint and not read twice; one whose reading was cut
off goes on where the journal ends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selat.app.formats import choose_reader
from selat.app.pipeline import ARCHIVE, Intake, Pipeline, Tally
from selat.model import clock
from selat.model.errors import Reason, SourceError
from selat.model.ports import Reader
from selat.readers.archive import blocks, open_streams
from selat.store import registry

BLOCK = 1 << 20
_SAMPLE = 1 << 16
Progress = Callable[[Path, int, int, int], None]  #: (file, bytes taken from the disk, its size, lines so far)


@dataclass(slots=True)
class Outcome:
    """What reading some files came to; ``lines == kept + duplicates + sum(rejected)``."""

    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    files: int = 0
    skipped: list[str] = field(default_factory=list)
    alerts: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON; reasons and types in words and numbers."""
        t = self.tally
        return {
            "files": self.files,
            "skipped": self.skipped,
            "lines": t.lines,
            "kept": t.kept,
            "duplicates": t.duplicates,
            "rejected": {Reason(k).label: n for k, n in sorted(t.rejected.items())},
            "messages": {str(k): n for k, n in sorted(t.types.items())},
            "reports": t.rows["reports"],
            "statics": t.rows["statics"],
            "others": t.rows["messages"],
            "alerts": self.alerts,
            "bytes": t.bytes,
            "seconds": round(self.seconds, 3),
        }


def fingerprint(path: Path) -> str:
    """Hash of a file's size, head and tail: enough to know it again, whatever it is called."""
    size = path.stat().st_size
    with path.open("rb") as f:
        head = f.read(_SAMPLE)
        f.seek(max(size - _SAMPLE, 0))
        tail = f.read(_SAMPLE)
    return hashlib.sha256(b"%d:" % size + head + tail).hexdigest()


def read_files(
    pipeline: Pipeline,
    paths: Iterable[Path],
    *,
    again: bool = False,
    form: str = "",
    mapping: Path | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Read files, one after another; raises :class:`SourceError` or :class:`FormatError` for one that cannot be read.

    ``again``: also those that were read before; ``form``: name of the format instead of finding it out; ``mapping``: a
    TOML file that maps the columns of a table.
    """
    outcome = Outcome()
    began = clock.monotonic()
    for path in paths:
        _check(path)
        mark = fingerprint(path)
        known = registry.find_source(pipeline.writer.state, mark)
        if known is not None and known["done"] and not again:
            outcome.skipped.append(str(path))
            continue
        name = str(path) if known is None or known["done"] else str(known["name"])
        name = _free_name(pipeline, name, mark, again=known is not None and bool(known["done"]))
        kind, reader = choose_reader(path, form, mapping)
        _read(pipeline, _Job(path, name, mark, kind, progress), reader, outcome)
        outcome.files += 1
    pipeline.writer.drain()
    outcome.seconds = clock.monotonic() - began
    return outcome


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    name: str
    mark: str
    kind: str
    progress: Progress | None


def _check(path: Path) -> None:
    if path.is_dir():
        raise SourceError(f"{path} is a folder", hint="give the files in it")
    if not path.exists():
        raise SourceError(f"there is no file {path}", hint="check the path")
    if path.stat().st_size == 0:
        raise SourceError(f"{path} is empty", hint="was the download finished?")


def _free_name(pipeline: Pipeline, name: str, mark: str, *, again: bool) -> str:
    """A source name that no other file has: the path, numbered when another file stood there before."""
    taken = {r["name"]: r["fingerprint"] for r in pipeline.writer.state.rows("sources")}
    number, candidate = 1, name
    while candidate in taken and (again or taken[candidate] != mark):
        number += 1
        candidate = f"{name}#{number}"
    return candidate


def _read(pipeline: Pipeline, job: _Job, reader: Reader | None, outcome: Outcome) -> None:
    if reader is None:
        intake = pipeline.source(job.name, job.kind, job.mark)
    else:
        intake = pipeline.source(job.name, ARCHIVE + job.kind, job.mark, reader)
        kept = pipeline.suspended.pop(intake.number, None)
        if kept is not None:
            reader.restore(kept["reader"])
            intake.bytes = int(kept["bytes"])
        else:
            reference = {"path": str(job.path.resolve()), "size": job.path.stat().st_size, "fingerprint": job.mark}
            pipeline.position = pipeline.writer.raw.refer(reference, intake.number, clock.now())
    received = job.path.stat().st_mtime_ns
    total = job.path.stat().st_size
    for data, ends, taken in _pieces(job.path, intake.bytes):
        if reader is None:
            pipeline.take(intake, data, received)
        else:
            _take_rows(pipeline, intake, data, ends)
        if pipeline.writer.full:
            pipeline.commit(wait=False)
        if job.progress is not None:
            job.progress(job.path, taken, total, intake.tally.lines)
    tally = intake.tally
    pipeline.end(intake, received)
    _add(outcome.tally, tally)


def _take_rows(pipeline: Pipeline, intake: Intake, data: bytes, ends: bool) -> None:
    intake.bytes += len(data)
    pipeline.settle(intake, intake.reader.feed(data, 0, pipeline.next_seq), 0)
    if ends:  # a member of an archive ends where it ends: its last row needs no line feed
        pipeline.settle(intake, intake.reader.flush(), 0)
        intake.reader.next_file()  # type: ignore[attr-defined]


def _pieces(path: Path, skip: int) -> Iterator[tuple[bytes, bool, int]]:
    """(block, it ends a member, bytes taken from the disk) of a file, unpacked, from byte ``skip`` on."""
    at = 0
    with path.open("rb") as file:
        for name, stream in open_streams(file):
            waiting = b""
            for block in blocks(name, stream, BLOCK):
                if waiting and at + len(waiting) > skip:
                    yield waiting[max(skip - at, 0) :], False, file.tell()
                at += len(waiting)
                waiting = block
            if waiting and at + len(waiting) > skip:
                yield waiting[max(skip - at, 0) :], True, file.tell()
            at += len(waiting)


def _add(total: Tally, part: Tally) -> None:
    total.lines += part.lines
    total.kept += part.kept
    total.duplicates += part.duplicates
    total.bytes += part.bytes
    for name, n in part.rows.items():
        total.rows[name] += n
    for into, more in ((total.rejected, part.rejected), (total.types, part.types)):
        for k, n in more.items():
            into[k] = into.get(k, 0) + n


def to_json(outcome: Outcome) -> str:
    """One line of JSON."""
    return json.dumps(outcome.as_dict())
