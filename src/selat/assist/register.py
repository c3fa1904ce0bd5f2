"""The register: an append-only, hash-chained log of facts, and the book that they add up to.

Facts are written all or none. A custodian outside the recipient's organisation, or an end of an item, without a consent
of before makes an observation in the same breath, always.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import zstandard
from sqlalchemy.engine import Connection

from selat.assist.book import Book
from selat.assist.facts import GONE, Fact, checked, fact_of, notes_of, read_note
from selat.assist.rules import hold
from selat.model import clock
from selat.model.errors import ConfigError, FormatError
from selat.store import assistlog
from selat.store.engine import reading, writing
from selat.store.layout import open_layout, open_state
from selat.store.state_types import HasEngine

OWN = "register"  #: source of observations that follow from other entries by themselves
#: kinds that cannot be retracted
_STAY = frozenset({
    "retract", "observation", "close", "inspection_due", "opened", "opening_asked", "opening_granted", "consent", "conflict",
    "conflict_resolved",
})  # fmt: skip
SAVE_AFTER = 2_000  #: rows after which the book is saved again


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fact that cannot be written: ``index`` in what was given, what is wrong, and what to do."""

    index: int
    message: str
    hint: str


class Register:
    """The register of one state."""

    def __init__(self, state: HasEngine) -> None:
        self.engine = state.engine

    def book(self, rows: int | None = None) -> Book:
        """What the first ``rows`` rows of the log add up to; all of them when not given."""
        with reading(self.engine) as connection:
            return _book(connection, rows)

    def facts(self, subject: str = "", kind: str = "", before: int | None = None) -> Iterator[Fact]:
        """Entries as they were written, oldest first, retracted ones too."""
        with reading(self.engine) as connection:
            for row in assistlog.read(connection, 0, before, subject, kind):
                yield fact_of(*row)

    def entries(self, begin: int, before: int) -> Iterator[Fact]:
        """Entries by their numbers, as they were written."""
        with reading(self.engine) as connection:
            for row in assistlog.read(connection, begin, before):
                yield fact_of(*row)

    def with_evidence(self, digest: str) -> str | None:
        """The item whose use or photo names a hash; None where no entry does."""
        with reading(self.engine) as connection:
            for row in assistlog.naming(connection, digest):
                fact = fact_of(*row)
                if digest in (
                    fact.data.get("evidence"),
                    fact.data.get("sha256"),
                    fact.data.get("photo"),
                ) and fact.kind in ("use", "photo"):
                    return fact.subject
        return None

    def standing(self, subject: str = "", kind: str = "", before: int | None = None) -> list[Fact]:
        """Entries that were not retracted."""
        with reading(self.engine) as connection:
            gone = _retracted(connection, before)
            return [fact_of(*row) for row in assistlog.read(connection, 0, before, subject, kind) if row[0] not in gone]

    def write(self, facts: Iterable[Fact]) -> list[Fact]:
        """Write facts, all or none; those written, with what followed from them. Raises :class:`ConfigError`.

        A fact whose ``cid`` is in the log already is left out: it was sent twice.
        """
        with writing(self.engine) as connection:
            book = _book(connection)
            made: list[Fact] = []
            for fact in facts:
                if not fact.cid or fact.cid not in book.data["cids"]:
                    made += _taken(connection, book, fact)
            _append(connection, book, made)
        return made

    def sift(self, facts: Iterable[Fact]) -> tuple[list[Fact], list[Trouble]]:
        """Facts that could be written in this order, and what is wrong with the others; writes nothing."""
        good: list[Fact] = []
        bad: list[Trouble] = []
        with reading(self.engine) as connection:
            book = _book(connection)
            for index, fact in enumerate(facts):
                try:
                    _taken(connection, book, fact)
                except ConfigError as error:
                    bad.append(Trouble(index, error.message, error.hint))
                else:
                    good.append(fact)
        return good, bad

    def hashes(self, entries: Iterable[int]) -> dict[int, str]:
        """Hashes of entries of the log."""
        with reading(self.engine) as connection:
            return assistlog.hashes(connection, entries)

    def end(self) -> tuple[int, str]:
        """(number of entries, hash of the last; empty where there is none)."""
        with reading(self.engine) as connection:
            return assistlog.end(connection)

    def hash_at(self, rows: int) -> str:
        """Hash of the last of the first ``rows`` entries; empty where there are not so many."""
        with reading(self.engine) as connection:
            return assistlog.hash_at(connection, rows)

    def rows_at(self, digest: str) -> int | None:
        """Number of entries up to the one whose hash begins with ``digest``; None where there is none, or more than one."""
        with reading(self.engine) as connection:
            return assistlog.rows_at(connection, digest)

    def saved_book_agrees(self) -> bool:
        """True where the saved book is what the log adds up to."""
        with reading(self.engine) as connection:
            rows = assistlog.end(connection)[0]
            whole, quick = _fold(connection, rows).data, _book(connection).data
            return {k: v for k, v in whole.items() if k != "hash"} == {k: v for k, v in quick.items() if k != "hash"}

    def first_break(self) -> int | None:
        """The first row that was altered from outside; None where the whole log holds."""
        with reading(self.engine) as connection:
            return assistlog.first_break(connection)


def open_register(path: str | os.PathLike[str], *, create: bool = False) -> Register:
    """The register of the sea in a folder. Raises :class:`~selat.model.errors.StoreError` where there is none."""
    return Register(open_state(open_layout(path, create=create)))


def _retracted(connection: Connection, before: int | None) -> set[int]:
    rows = assistlog.read(connection, 0, before, "", "retract")
    return {fact_of(*row).data["entry"] for row in rows}


def _book(connection: Connection, rows: int | None = None) -> Book:
    """The saved book and what came after it; from the beginning where it is of another log, or something was retracted."""
    last = assistlog.end(connection)[0]
    rows = last if rows is None else min(rows, last)
    saved = assistlog.saved(connection)
    if saved is not None and saved[0] <= rows:
        book = Book(json.loads(zstandard.decompress(saved[1])))
        if book.data["hash"] == assistlog.hash_at(connection, saved[0]):
            later = [fact_of(*r) for r in assistlog.read(connection, saved[0], rows)]
            if not any(f.kind == "retract" for f in later):
                for fact in later:
                    book.apply(fact)
                return book
    return _fold(connection, rows)


def _fold(connection: Connection, rows: int) -> Book:
    """The book of the first rows of the log, read once; once more where something in them was retracted."""
    book, gone = Book(), set[int]()
    for more in (False, True):
        with _uncollected():
            found = _folded(connection, book, rows, gone)
        if more or not found:
            break
        book, gone = Book(), found
    book.data["rows"] = rows
    return book


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: millions of small objects come and go without one, and to look for it takes half the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _folded(connection: Connection, book: Book, rows: int, gone: set[int]) -> set[int]:
    """Takes the rows into a book, but for those that are gone; the entries that the rows retract."""
    found: set[int] = set()
    for part in assistlog.parts(connection, 0, rows):
        told, n = notes_of([row[5] for row in part]), 0
        try:
            for i, (n, subject, who, time, action, note) in enumerate(part):
                t = read_note(note) if told is None else told[i]
                if n in gone:
                    book.heard(Fact(action, subject, t["at"], n=n, cid=t.get("i", "")))
                elif action == "use":
                    book.used(subject, n, t["at"], t["d"], t.get("i", ""))
                else:
                    book.apply(Fact(action, subject, t["at"], t["d"], t["s"], who, t["c"], time, n, t.get("i", "")))
                    if action == "retract":
                        found.add(t["d"]["entry"])
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(
                f"row {n} of the register's log cannot be read ({error!r})",
                hint="`selat assist audit SEA` says where it was altered",
            ) from None
    return found


def _taken(connection: Connection, book: Book, fact: Fact) -> list[Fact]:
    """A fact, and what follows from it, held against the book and put into it."""
    out = []
    for one in (checked(fact), *_following(book, fact)):
        new = replace(one, n=book.data["rows"], recorded=one.recorded or clock.now())
        if new.kind == "retract":
            _retract(connection, book, new)
        else:
            hold(book, new)
        book.apply(new)
        out.append(new)
    return out


def _retract(connection: Connection, book: Book, fact: Fact) -> None:
    """Refold without the entry; refuse where a later entry rests on it. Only entries of the log, not of the same batch."""
    entry = fact.data["entry"]
    found = [fact_of(*r) for r in assistlog.read(connection, entry, entry + 1)]
    if not found or entry in {r[0] for r in book.data["retracted"]}:
        raise ConfigError(
            f"there is no entry {entry} to retract", hint="`selat assist show SEA ID` lists entries with their numbers"
        )
    if found[0].kind in _STAY:
        raise ConfigError(
            f"an entry of kind {found[0].kind} cannot be retracted",
            hint="observations, inspections and consents stay; answer or close them",
        )
    rows = assistlog.end(connection)[0]
    if book.data["rows"] != rows:
        raise ConfigError("retract alone, not together with other facts", hint="write the others afterwards")
    gone, fresh = _retracted(connection, rows) | {entry}, Book()
    for row in assistlog.read(connection, 0, rows):
        one = fact_of(*row)
        if row[0] in gone:
            fresh.heard(one)
        else:
            try:
                if one.kind != "retract":
                    hold(fresh, one)
            except ConfigError as error:
                raise ConfigError(
                    f"entry {row[0]} rests on it: {error.message}", hint=f"retract entry {row[0]} first"
                ) from None
            fresh.apply(one)
    fresh.data["rows"] = rows
    book.become(fresh)


def _following(book: Book, fact: Fact) -> list[Fact]:
    """Observations that a fact makes by itself: a keeper outside the recipient, or an end, without consent of before."""
    if fact.kind == "custody" or (fact.kind == "item_state" and fact.data.get("state") == "accepted"):
        own = str(book.value("programme", book.value("item", fact.subject, "programme") or "", "recipient") or "")
        other = fact.data.get("organisation") or own
        if other == own or book.consented("transfer", fact.subject, fact.at, str(other)):
            return []
        check, told = (
            "U5",
            f"{fact.subject} went to {fact.data.get('unit')} of {other}, which is not {own}, without prior consent",
        )
    elif (
        fact.kind == "item_state"
        and fact.data.get("state") in GONE
        and not book.consented("disposal", fact.subject, fact.at)
    ):
        check, told = "U11", f"{fact.subject} became {fact.data['state']} without prior consent"
    else:
        return []
    key = f"{check}:{fact.subject}:{fact.at}"
    data = {
        "check": check,
        "target": fact.subject,
        "sentence": told,
        "key": key,
        "evidence": dict(fact.data),
        "began": fact.at,
    }
    return [Fact("observation", f"obs-{key}", fact.at, data, OWN, "selat", "A")]


def _append(connection: Connection, book: Book, made: list[Fact]) -> None:
    entries = [
        {"subject": f.subject, "who": f.who, "time": f.recorded, "action": f.kind, "note": f.note()} for f in made
    ]
    assistlog.append(connection, entries)
    saved = assistlog.saved(connection)
    if (saved[0] if saved else 0) + SAVE_AFTER <= book.data["rows"] or any(f.kind == "retract" for f in made):
        rows, book.data["hash"] = assistlog.end(connection)
        text = json.dumps(book.data, separators=(",", ":")).encode()
        assistlog.save(connection, rows, zstandard.compress(text, 3))
