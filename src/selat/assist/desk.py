"""The register of a sea as pages and commands ask it: in the reader's tier, with a book kept between questions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from selat.assist import aggregates
from selat.assist.book import Book
from selat.assist.facts import Fact, checked
from selat.assist.mapping import layers
from selat.assist.register import Register, open_register
from selat.assist.signing import Signer
from selat.assist.tiers import TIERS, WHOLE, cut_book
from selat.assist.vault import Vault, is_digest
from selat.model import clock
from selat.model.errors import ConfigError

#: what a tier may write; "holder" is who sits at the machine itself
MAY_WRITE: dict[str, frozenset[str]] = {
    "recipient": frozenset({
        "tranche", "model", "item", "goods", "item_state", "custody", "identity", "maintenance", "use", "photo", "tracker_silent",
        "report", "answer", "document", "opening_granted", "measurement",
    }),
    "donor": frozenset({
        "budget", "programme", "programme_state", "condition", "lot", "tranche", "model", "document", "consent", "inspection_due",
        "inspection_done", "inspection_waived", "observation", "answer", "close", "opening_asked", "measurement",
    }),
    "auditor": frozenset({"document", "inspection_done", "observation", "answer", "opening_asked"}),
    "public": frozenset(),
}  # fmt: skip
_PREVIEW = {
    "recipient": TIERS,
    "auditor": ("auditor", "donor", "public"),
    "donor": ("donor", "public"),
    "public": ("public",),
}


class Desk:
    """The register, the raw evidence and the key of the sea in ``folder``."""

    def __init__(self, folder: Path, register: Register | None = None) -> None:
        self.folder = folder
        self.register = register or open_register(folder)
        self.vault, self.signer = Vault(folder), Signer(folder)
        self._lock = threading.Lock()
        self._last: list[Callable[[], None]] = []
        self._maps: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._kept: tuple[tuple[int, str], dict[str, Book]] = ((-1, ""), {})

    def close(self) -> None:
        """End the work on it, and let go of the state."""
        for last in self._last:
            last()
        self.register.engine.dispose()

    def at_close(self, last: Callable[[], None]) -> None:
        """Have something done before the state is let go."""
        self._last.append(last)

    def book(self, tier: str) -> Book:
        """The book as a tier sees it; kept until the log grows. Nobody may change it."""
        with self._lock:
            end = self.register.end()
            if self._kept[0] != end:
                self._kept = (end, {"recipient": self.register.book()})
            books = self._kept[1]
            if tier not in books:
                books[tier] = books["recipient"] if tier in WHOLE else cut_book(books["recipient"], tier)
            return books[tier]

    def map(self, tier: str, programmes: Iterable[str] | None = None) -> dict[str, Any]:
        """The map's layers for a tier; the last few are kept until the log grows."""
        chosen = frozenset(programmes or ())
        book, now = self.book(tier), clock.now()
        key = (book.data["rows"], book.data["hash"], tier, chosen)
        if key not in self._maps:
            if len(self._maps) >= 32:
                self._maps.clear()
            self._maps[key] = layers(book, tier, now, set(chosen) or None)
        return self._maps[key]

    def write(self, facts: Iterable[Fact], allowed: frozenset[str] | None) -> list[Fact]:
        """Write facts of the kinds that are allowed (None: all), all or none."""
        given = list(facts)
        for fact in given:
            _allowed(fact, allowed)
        return self.register.write(given)

    def sift(
        self, facts: Iterable[Fact], allowed: frozenset[str] | None
    ) -> tuple[list[Fact], list[tuple[int, str, str]]]:
        """Facts that could be written, and (index, message, hint) of the others; writes nothing."""
        good: list[Fact] = []
        bad: list[tuple[int, str, str]] = []
        given, index = list(facts), []
        for n, fact in enumerate(given):
            try:
                _allowed(fact, allowed)
            except ConfigError as error:
                bad.append((n, error.message, error.hint))
            else:
                index.append(n)
        good, trouble = self.register.sift([given[n] for n in index])
        bad += [(index[t.index], t.message, t.hint) for t in trouble]
        return good, sorted(bad)

    def monthly(self, month: str, programmes: Iterable[str] = ()) -> dict[str, Any]:
        """The aggregates of a month, signed."""
        head = self.register.end()
        uses = self.register.standing(kind="use", before=head[0])
        return self.signer.sign(aggregates.monthly(self.register.book(head[0]), uses, month, head, programmes))

    def open_segment(self, digest: str, tier: str, who: str, reason: str) -> bytes:
        """The raw data behind a segment, after the opening was written into the log. Raises :class:`ConfigError`.

        The recipient may open what it holds; others only what was granted to them by name or to their tier, as long as it lasts.
        """
        if tier == "public" or not reason.strip() or not who.strip():
            raise ConfigError("raw data is opened to whom, and what for?", hint="who and reason; never to the public")
        book, now = self.book("recipient"), clock.now()
        item = self._item_of(digest)
        if tier != "recipient" and not granted(book, digest, {who, tier}, now):
            raise ConfigError(
                "this segment was not opened to you",
                hint="ask for it with a reason; its holder decides, and both are logged",
            )
        data = self.vault.get(digest)
        told = {"evidence": digest, "to": who, "reason": reason}
        self.register.write([Fact("opened", item, now, told, f"tier {tier}", who, "A")])
        return data

    def ask_segment(self, digest: str, tier: str, who: str, reason: str) -> Fact:
        """Write down that somebody asks to see the raw data behind a segment."""
        told = {"evidence": digest, "reason": reason}
        return self.register.write(
            [checked(Fact("opening_asked", self._item_of(digest), clock.now(), told, f"tier {tier}", who))]
        )[0]

    def grant_segment(self, digest: str, to: str, who: str, reason: str, until: int | None) -> Fact:
        """Write down that the holder lets somebody see it: an account's name, or a tier."""
        told = {"evidence": digest, "to": to, "reason": reason, **({} if until is None else {"until": until})}
        return self.register.write(
            [checked(Fact("opening_granted", self._item_of(digest), clock.now(), told, "holder", who))]
        )[0]

    def _item_of(self, digest: str) -> str:
        found = self.register.with_evidence(digest) if is_digest(digest) else None
        if found is None:
            raise ConfigError("no entry names this evidence", hint="the hash as an entry of use or a photo names it")
        return found


def granted(book: Book, digest: str, names: set[str], now: int) -> bool:
    """Whether raw data was opened to one of some names, and still is."""
    return any(
        kind == "opening_granted"
        and evidence == digest
        and to in names
        and at <= now
        and (until is None or now < until)
        for kind, _, evidence, to, at, until, _ in book.data["openings"]
    )


def seen_as(tier: str, asked: str) -> str:
    """The tier that is shown: the own one, or a lower one that was asked for. Raises :class:`ConfigError`."""
    if not asked:
        return tier
    if asked not in _PREVIEW[tier]:
        raise ConfigError(f"not to be seen as {asked[:20]!r}", hint=f"one of {', '.join(_PREVIEW[tier])}")
    return asked


def _allowed(fact: Fact, allowed: frozenset[str] | None) -> None:
    if allowed is not None and fact.kind not in allowed:
        raise ConfigError(
            f"{fact.kind} is not yours to write", hint=f"you write: {', '.join(sorted(allowed)) or 'nothing'}"
        )
