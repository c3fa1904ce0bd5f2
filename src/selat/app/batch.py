"""Read files into a sea: logs of sentences and tables of archives, through the one loop.

Reading is idempotent: a file that was read is known by its fingerprint and not read twice; one whose reading was cut
off goes on where the journal ends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from selat.app.formats import choose_reader
from selat.app.pipeline import ARCHIVE, Intake, Pipeline
from selat.app.tally import Tally
from selat.model import clock
from selat.model.columns import Columns
from selat.model.errors import Reason, SourceError
from selat.model.ports import Batch
from selat.readers.archive import blocks, open_streams
from selat.store import registry
from selat.store.history import UNKNOWN, block_of

BLOCK = 1 << 20
_SAMPLE = 1 << 16
_TABLES = ("reports", "statics", "messages", "receptions", "rejects", "plots")
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
    if pipeline.floor is not None:  # nobody waits for alerts of files: fewer, larger windows give the same ones
        pipeline.floor.patience = replace(pipeline.floor.patience, tick=pipeline.floor.beat)
    for path in paths:
        _check(path)
        mark = fingerprint(path)
        known = registry.find_source(pipeline.writer.state, mark)
        if known is not None and known["done"] and not again:
            outcome.skipped.append(str(path))
            continue
        name = str(path) if known is None or known["done"] else str(known["name"])
        name = _free_name(pipeline, name, mark, again=known is not None and bool(known["done"]))
        kind, read = choose_reader(path, form, mapping)
        job = _Job(path, name, mark, kind, progress)
        tally = _read_log(pipeline, job) if read is None else _read_table(pipeline, job, read)
        _add(outcome.tally, tally)
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


def _read_log(pipeline: Pipeline, job: _Job) -> Tally:
    """A log of lines: its bytes go into the journal, and through the reader that the pipeline keeps."""
    intake = pipeline.source(job.name, job.kind, job.mark)
    info = job.path.stat()
    for data, taken in _pieces(job.path, intake.bytes):
        pipeline.take(intake, data, info.st_mtime_ns)
        _go_on(pipeline, job, intake, taken, info.st_size)
    pipeline.end(intake, info.st_mtime_ns)
    return intake.tally


def _read_table(pipeline: Pipeline, job: _Job, read: Callable[[BinaryIO], Iterator[Batch]]) -> Tally:
    """A table of an archive: the journal only names it. Reading that was cut off skips the rows that are in the sea.

    Where the table goes on to another block of 6 hours, and enough is held, the blocks before are written as a whole.
    """
    intake = pipeline.source(job.name, ARCHIVE + job.kind, job.mark)
    intake.radars = getattr(read, "radars", [])
    if intake.first_seq < 0:
        intake.first_seq = pipeline.next_seq
        reference = {"path": str(job.path.resolve()), "size": job.path.stat().st_size, "fingerprint": job.mark}
        pipeline.position = pipeline.writer.raw.refer(reference, intake.number, clock.now())
    size = job.path.stat().st_size
    writer = pipeline.writer
    begin, newest = 0, UNKNOWN  # row of the table, block
    with job.path.open("rb") as file:
        for batch in read(file):
            begin += batch.lines
            if begin <= intake.lines and batch.lines:
                continue
            if begin - batch.lines < intake.lines:
                _, batch = split(batch, begin - batch.lines, intake.lines)
            cut, newest = block_cut(batch, newest)
            if cut >= 0 and writer.held(0.25):
                before, batch = split(batch, begin - batch.lines, cut)
                _take(pipeline, intake, before)
                pipeline.commit(whole=True, wait=False)
            _take(pipeline, intake, batch)
            if writer.held():
                pipeline.commit(wait=False)
            if job.progress is not None:
                job.progress(job.path, file.tell(), size, intake.tally.lines)
    pipeline.end(intake, 0)
    return intake.tally


def _take(pipeline: Pipeline, intake: Intake, batch: Batch) -> None:
    intake.lines += batch.lines
    pipeline.settle(intake, _renumber(batch, intake.first_seq), 0)


def block_cut(batch: Batch, newest: int) -> tuple[int, int]:
    """Number of the first row of a new block, after which no row of an older one comes, else -1; the newest block."""
    if not batch.reports.rows:
        return -1, newest
    blocks = block_of(batch.reports)
    top = int(blocks.max())
    if top <= newest or newest == UNKNOWN:
        return -1, max(top, newest)
    first = int(np.argmax(blocks == top))
    return (int(batch.reports["seq"][first]) if (blocks[first:] == top).all() else -1), top


def split(batch: Batch, first: int, cut: int) -> tuple[Batch, Batch]:
    """The rows before number ``cut`` of a batch whose first row is number ``first``, and the others."""
    halves: list[dict[str, Columns]] = [{}, {}]
    for name in _TABLES:
        rows: Columns = getattr(batch, name)
        at = int(np.searchsorted(rows["seq"], cut))
        halves[0][name], halves[1][name] = rows.slice(0, at), rows.slice(at, rows.rows)
    lines = cut - first, batch.lines - (cut - first)
    sizes = 0, batch.bytes
    one, other = (
        Batch(
            **half,
            lines=n,
            kept=half["reports"].rows + half["plots"].rows,
            duplicates=half["receptions"].rows,
            bytes=size,
        )
        for half, n, size in zip(halves, lines, sizes, strict=True)
    )
    return one, other


def _go_on(pipeline: Pipeline, job: _Job, intake: Intake, taken: int, size: int) -> None:
    if pipeline.writer.full:
        pipeline.commit(wait=False)
    if job.progress is not None:
        job.progress(job.path, taken, size, intake.tally.lines)


def _renumber(batch: Batch, first: int) -> Batch:
    """Rows that a table's reader counted from 0, counted on from ``first``."""
    if first:
        for name in _TABLES:
            rows: Columns = getattr(batch, name)
            if rows.rows:
                fresh = {"seq": rows["seq"] + first}
                if name == "receptions":
                    fresh["first_seq"] = np.where(rows["first_seq"] < 0, -1, rows["first_seq"] + first)
                setattr(batch, name, rows.replace(**fresh))
    return batch


def _pieces(path: Path, skip: int) -> Iterator[tuple[bytes, int]]:
    """(block, bytes taken from the disk) of a log, unpacked, from byte ``skip`` on."""
    at = 0
    with path.open("rb") as file:
        for name, stream in open_streams(file):
            with closing(blocks(name, stream, BLOCK)) as pieces:
                for block in pieces:
                    if at + len(block) > skip:
                        yield bytes(block[max(skip - at, 0) :]), file.tell()
                    at += len(block)


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
