"""Checks of a sea: is all there, unchanged, and does the count of lines come out?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selat.cli.check._finding import NOTE, OK, Finding, judged
from selat.cli.config import all_problems
from selat.model import clock
from selat.model.errors import SelatError

if TYPE_CHECKING:
    from selat.store.history import Part
    from selat.store.layout import Layout
    from selat.store.state import State

AHEAD = clock.HOUR  #: facts may be dated this far after our clock: other clocks are wrong too
_SHOWN = 3  #: examples named of many


def sea_findings(path: Path, deep: bool) -> Iterator[Finding]:
    """All checks of the sea at ``path``; ``deep`` also reads every file of the history."""
    from selat.store.layout import open_layout, open_state, settings_data

    layout = open_layout(path, create=False)
    try:
        found = all_problems(settings_data(layout))
    except SelatError as e:
        yield judged("settings", False, str(e), e.hint)
        return
    for p in found:
        yield judged("settings", False, f"{p.where}: {p.text}", p.hint)
    if found:
        return
    yield judged("settings", True, layout.config.name)
    try:
        state = open_state(layout)
    except SelatError as e:
        yield judged("state", False, str(e), e.hint)
        return
    try:
        yield from _of_state(layout, state, deep)
    finally:
        state.close()


def _of_state(layout: Layout, state: State, deep: bool) -> Iterator[Finding]:
    yield _database(state)
    from selat.store.layout import Pin

    pin = Pin(layout, state.generation())  # a compaction meanwhile leaves the files that we look at
    try:
        _, parts = state.parts()
        yield from _history(layout, parts, deep)
        yield from _left_over(layout, state, parts)
        yield from _journal(layout, state)
        yield from _logs(state)
        yield from _conservation(state)
        yield from _world(layout)
        yield _clock(parts)
    finally:
        pin.close()


def _world(layout: Layout) -> Iterator[Finding]:
    """Watch lists, and what was learned of the traffic, where there are any."""
    from selat.app.world import counts_of, lists_of

    entries, bad = lists_of(layout)
    for row in bad:
        yield judged("lists", False, f"{row.where}: {row.text}", row.hint)
    if entries:
        yield judged("lists", True, f"{len(entries):,} ships")
    if layout.lanes.exists():
        try:
            yield judged("lanes", True, f"learned from {counts_of(layout).reports:,} reports")
        except SelatError as e:
            yield judged("lanes", False, e.message, e.hint)


def _database(state: State) -> Finding:
    """Is the database itself sound?"""
    import sqlalchemy as sa

    if state.engine.dialect.name != "sqlite":
        return Finding(OK, "state", f"{state.engine.dialect.name} answers, generation {state.generation()}")
    with state.engine.connect() as connection:
        said = [str(row[0]) for row in connection.execute(sa.text("PRAGMA quick_check(3)"))]
    hint = "bring state.db back from a copy; the journal has all that was received"
    return judged(
        "state", said == ["ok"], f"generation {state.generation()}" if said == ["ok"] else "; ".join(said), hint
    )


def _history(layout: Layout, parts: list[Part], deep: bool) -> Iterator[Finding]:
    """Is every file there, of the right size and, when deep, of the right content?"""
    wrong = []
    for part in parts:
        file = layout.history / part.path
        if not file.is_file():
            wrong.append(f"{part.path} is gone")
        elif file.stat().st_size != part.bytes:
            wrong.append(f"{part.path} has {file.stat().st_size} bytes, not {part.bytes}")
        elif deep and _sha256(file) != part.sha256:
            wrong.append(f"{part.path} was changed")
    rows = sum(p.rows for p in parts)
    size = sum(p.bytes for p in parts)
    looked = "sizes and contents" if deep else "sizes; --deep reads them"
    good = f"{len(parts)} files, {rows:,} rows, {size:,} bytes ({looked})"
    hint = "bring the files back from a copy, or read the journal into a new sea"
    yield judged("history", not wrong, _some(wrong) if wrong else good, hint)


def _left_over(layout: Layout, state: State, parts: list[Part]) -> Iterator[Finding]:
    from selat.store.history import orphans

    listed = {p.path for p in parts} | {path for path, _, _ in state.removed()}
    lost = [p for p in orphans(layout.history, listed) if p.exists()]
    if lost and not _is_written(layout):
        yield Finding(NOTE, "history", f"{len(lost)} files that no commit lists", "the next writer takes them away")


def _sha256(file: Path) -> str:
    with file.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _some(texts: list[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return "; ".join(texts[:_SHOWN]) + more


def _is_written(layout: Layout) -> bool:
    from selat.store.disk import is_locked

    lock = layout.root / "writer.lock"
    return lock.exists() and is_locked(lock)


def _journal(layout: Layout, state: State) -> Iterator[Finding]:
    """Can it be read to its end, and does it reach the last commit?"""
    from selat.store.journal import Journal

    position, _ = state.progress()
    journal = Journal(layout.journal)
    segments = sorted(layout.journal.glob("*.seg"))
    first = int(segments[0].stem) if segments else 0
    good, frames, absent = first, 0, []
    holes: list[str] = []
    for frame in journal.frames(first):
        if frame.position != good and not any(d.end == frame.position for d in journal.damage):
            holes.append(f"bytes {good} to {frame.position} are missing")
        good, frames = frame.end, frames + 1
        if frame.reference is not None and "path" in frame.reference:
            file = Path(str(frame.reference["path"]))
            if not file.is_file() or file.stat().st_size != int(frame.reference["size"]):
                absent.append(str(file))
    end = journal.end
    holes += [f"bytes {d.start} to {d.end} are damaged" for d in journal.damage]
    hint = "bring the folder journal/ back from a copy"
    if holes:
        yield judged("journal", False, _some(holes), hint)
    elif good < position:
        yield judged("journal", False, f"ends at {good}, before the last commit at {position}", hint)
    else:
        yield judged("journal", True, f"{frames:,} blocks to position {good:,}; the last commit is at {position:,}")
    if end > good and not holes and not _is_written(layout):
        yield Finding(
            NOTE, "journal", f"{end - good} bytes of a torn tail", "never acknowledged; the next writer puts them aside"
        )
    if absent:
        yield Finding(
            NOTE, "journal", f"archives that are no longer there: {_some(absent)}", "only a rebuild needs them"
        )


def _logs(state: State) -> Iterator[Finding]:
    """Do the chains of hashes hold?"""
    from selat.store import registry

    broken = registry.broken_logs(state)
    for log in ("audit", "alert_log"):
        rows = state.rows(log)
        text = (
            f"{len(rows)} entries, chain whole"
            if log not in broken
            else f"entry {broken[log]} was changed or taken out"
        )
        yield judged(log, log not in broken, text, "compare with a copy: somebody wrote to the database by hand")
    raised = {row["subject"] for row in state.rows("alert_log")}
    lost = [a["id"] for a in state.rows("alerts") if a["id"] not in raised]
    if lost:
        yield judged("alerts", False, f"without an entry in the log: {_some(lost)}", "compare with a copy")


def _conservation(state: State) -> Iterator[Finding]:
    """Lines = kept + duplicates + rejected, for each source; and the history has as many rows as were counted."""
    sources = {r["id"]: r for r in state.rows("sources")}
    wrong, total, waiting = [], 0, 0
    parts, counters = _counted(state)
    for number, counted in sorted(counters.items()):
        lines = counted.get("lines", 0)
        told = counted.get("kept", 0) + counted.get("duplicates", 0) + _sum(counted, "reason.")
        source = sources.get(number, {"name": f"source {number}", "done": False})
        # parts of messages that wait for the others are lines without a fate until the source ends
        if told > lines or (told < lines and source["done"]):
            wrong.append(f"{source['name']}: {lines} lines, of which {told} are accounted for")
        total, waiting = total + lines, waiting + max(lines - told, 0)
    good = f"{total:,} lines = kept + duplicates + rejected" + (f" + {waiting} that wait for more" if waiting else "")
    yield judged("lines", not wrong, _some(wrong) if wrong else good, "report this: a reader lost lines")
    rows = {t: sum(p.rows for p in parts if p.table == t) for t in ("reports", "statics", "messages", "rejects")}
    counted_rows = sum(_sum(c, "type.") for c in counters.values())
    rejected = sum(_sum(c, "reason.") for c in counters.values())
    kept = rows["reports"] + rows["statics"] + rows["messages"]
    same = kept == counted_rows and rows["rejects"] == rejected
    text = f"{kept:,} kept and {rows['rejects']:,} rejects in the history"
    if not same:
        text += f", {counted_rows:,} and {rejected:,} were counted"
    yield judged("rows", same, text, "files of the history were lost or added: compare with a copy")


def _counted(state: State) -> tuple[list[Part], dict[int, dict[str, int]]]:
    """Files and counters of one commit, whatever a writer does meanwhile."""
    while True:
        generation, parts = state.parts()
        counters = state.counters()
        if state.generation() == generation:
            return parts, counters


def _sum(counted: dict[str, Any], prefix: str) -> int:
    return sum(n for name, n in counted.items() if name.startswith(prefix))


def _clock(parts: list[Part]) -> Finding:
    """Is what we hold older than now?"""
    newest = max((p.max_time for p in parts if p.max_time is not None), default=None)
    if newest is None:
        return Finding(OK, "times", "no facts yet")
    late = newest * clock.SECOND - clock.now()
    text = f"the newest fact is of {clock.format_time(newest * clock.SECOND)}"
    if late <= AHEAD:
        return Finding(OK, "times", text)
    return Finding(NOTE, "times", f"{text}, in the future", "is this machine's clock right, or that of a station?")
