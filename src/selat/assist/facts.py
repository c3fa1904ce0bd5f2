"""Facts of the register: what can be said about programmes, goods and people's deeds, and who said it.

One fact is one entry of the log. It has a kind (a row of :data:`KINDS`), a subject (the id of what it is about), a time at
which it was so, and always a source, a person and a confidence. Values are plain JSON: yen are integers, days are
``YYYY-MM-DD``, times are int64 nanoseconds UTC, positions are ``[lat, lon]``.

Confidence: ``A`` official, or two independent sources; ``B`` one source, or one field inferred; ``C`` planned or announced;
``U`` unverified.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from selat.assist.fields import Field, choice, plain_text, read_value
from selat.model.errors import ConfigError

CONFIDENCE = ("A", "B", "C", "U")  #: best first
GRADES = ("A", "B", "C", "D", "E")  #: of evidence: own track; signed log; log sheet; statement; inspection
PURPOSES = ("surveillance", "sar", "hadr", "pko", "training")
PROGRAMME_STATES = (
    "proposed", "signed", "procurement", "delivering", "in_use", "under_review", "closed", "suspended", "cancelled",
)  # fmt: skip
ITEM_STATES = (
    "ordered", "in_transit", "received", "accepted", "in_service", "under_repair", "stored",
    "lost", "damaged_beyond_repair", "returned", "disposed",
)  # fmt: skip
GONE = frozenset({"lost", "damaged_beyond_repair", "returned", "disposed"})  #: nobody keeps the item any more
HELD = frozenset({"accepted", "in_service", "under_repair", "stored"})  #: somebody must keep it
CLASSES = ("boat", "vessel", "uav", "radar", "vehicle", "infrastructure", "kit", "consumable")
IDENTIFIERS = ("mmsi", "call_sign", "name", "tracker", "icao24", "flag")
UNIQUE = frozenset({"mmsi", "tracker", "icao24"})  #: at most one item has it at a time
CHECKS = tuple(f"U{n}" for n in range(1, 13))


_AT = Field("at", "time")
_decode = json.JSONDecoder().decode


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fact: ``prefix`` of its subjects' ids in messages, its fields, and whether it is a set of claims.

    Claims about one field by several sources stand side by side; other kinds are things that happened.
    """

    name: str
    text: str
    fields: tuple[Field, ...]
    claims: bool = False
    needs: tuple[str, ...] = ()

    @property
    def by_name(self) -> dict[str, Field]:
        """Fields by their name."""
        return {f.name: f for f in self.fields}


def _kind(
    name: str, text: str, fields: str, *, needs: str = "", claims: bool = False, **choices: tuple[str, ...]
) -> Kind:
    made = []
    for word in fields.split():
        label, _, what = word.partition(":")
        made.append(choice(label, choices[label]) if what == "choice" else Field(label, what or "text"))
    return Kind(name, text, tuple(made), claims, tuple(needs.split()))


_ALL = (
    _kind(
        "budget", "what a donor set aside for a fiscal year",
        "fiscal_year:int donor amount_jpy:yen countries", needs="fiscal_year donor amount_jpy", claims=True,
    ),
    _kind(
        "programme", "a grant: what two governments agreed",
        "fiscal_year:int donor country recipient title signed_on:day amount_jpy:yen equipment purposes:list "
        "area:ring buffer_nm:number value_local monitoring:choice notes_document",
        needs="fiscal_year donor country", claims=True, monitoring=("routine", "enhanced"),
    ),
    _kind(
        "condition", "what the recipient bound itself to",
        "programme:id what:choice text period_days:int first_due:day", needs="programme what", claims=True,
        what=("purpose", "no_transfer", "report", "access", "disclosure"),
    ),
    _kind(
        "lot", "goods of one model that are bought together",
        "programme:id model:id quantity:int amount_jpy:yen agent supplier tender ordered_on:day",
        needs="programme quantity", claims=True,
    ),
    _kind(
        "tranche", "goods of a lot that arrive together",
        "programme:id lot:id what quantity:int planned_on:day delivered_on:day receiver place certificate",
        needs="programme", claims=True,
    ),
    _kind(
        "model", "a type of equipment",
        "class:choice maker name length_m:number speed_kn:number endurance_h:number crew:int range_km:number "
        "radar_height_m:number hs nsn ais:bool", needs="class name", claims=True, **{"class": CLASSES},
    ),
    _kind(
        "item", "one thing with a serial number",
        "programme:id lot:id model:id tranche:id serial hin engine_serials:list tag", needs="programme serial", claims=True,
    ),
    _kind(
        "goods", "things without serial numbers, by quantity",
        "programme:id lot:id model:id tranche:id quantity:int unit", needs="programme quantity", claims=True,
    ),
    _kind("programme_state", "a programme goes on to another state", "state:choice reason", needs="state", state=PROGRAMME_STATES),
    _kind(
        "item_state", "an item goes on to another state",
        "state:choice unit organisation place position:position certificate consent reason",
        needs="state", state=ITEM_STATES,
    ),
    _kind(
        "custody", "another unit keeps an item from now on", "unit organisation place position:position consent reason",
        needs="unit",
    ),
    _kind("identity", "an item goes by an identifier from now on", "what:choice value", needs="what", what=IDENTIFIERS),
    _kind(
        "maintenance", "work on an item", "job:id ended:time text part part_awaited_from:day cannibalised:bool consent",
        needs="job",
    ),
    _kind(
        "use", "an item was in use",
        "ended:time hours:number mission grade:choice evidence holder fuel_l:number rescued:int engine_from:number "
        "engine_to:number position:position outside_s:number photo port_country stay_h:number cells:json",
        needs="ended hours grade", grade=GRADES,
    ),
    _kind(
        "photo", "a picture of an item", "sha256:sha256 position:position text", needs="sha256",
    ),
    _kind("inspection_due", "an item or a programme is to be inspected", "target:id due:day", needs="target due"),
    _kind(
        "inspection_done", "an inspection took place", "outcome:choice by unit place position:position serial counted:int document",
        needs="outcome by", outcome=("found", "not_found", "wrong_place"),
    ),
    _kind("inspection_waived", "an inspection will not take place", "reason", needs="reason"),
    _kind("report", "the recipient reported", "period_ended:day document", needs="period_ended"),
    _kind(
        "observation", "something that asks for an explanation, never a verdict",
        "check:choice target:id sentence evidence:json key began:time", needs="check target sentence",
        check=(*CHECKS, "allegation"),
    ),
    _kind("answer", "somebody explains an observation", "text document", needs="text"),
    _kind("close", "an observation is closed", "reason person document", needs="reason person document"),
    _kind(
        "consent", "the donor agrees to a transfer, a disposal or another purpose",
        "programme:id items:list what:choice to granted_on:day document", needs="what granted_on",
        what=("transfer", "disposal", "purpose"),
    ),
    _kind("document", "a paper or file, by its hash", "sha256:sha256 title kind language place", needs="sha256 title", claims=True),
    _kind("tracker_silent", "a tracker was silent", "ended:time", needs="ended"),
    _kind("opening_asked", "somebody asks to see the raw data behind a segment", "evidence:sha256 reason", needs="evidence reason"),
    _kind(
        "opening_granted", "the holder lets somebody see the raw data behind a segment", "evidence:sha256 to reason until:time",
        needs="evidence to reason",
    ),
    _kind("opened", "raw data behind a segment was shown to somebody", "evidence to reason", needs="evidence to reason"),
    _kind(
        "conflict", "a deed from a device that does not fit what stands", "deed:json message hint standing:int device",
        needs="deed message",
    ),
    _kind(
        "conflict_resolved", "somebody decides between a deed and what stands", "choice:choice reason person",
        needs="choice reason person", choice=("keep", "replace"),
    ),
    _kind("retract", "an earlier entry does not hold any more", "entry:int reason", needs="entry reason"),
    _kind(
        "measurement", "an indicator, expected or measured",
        "programme:id indicator unit value:number low:number high:number basis:choice period_from:day period_to:day text",
        needs="programme indicator value basis", claims=True, basis=("baseline", "expected", "measured"),
    ),
)  # fmt: skip
_FIRST = ("budget", "document", "model", "programme", "lot", "tranche", "item")  # what others refer to comes first
KINDS = {k.name: k for k in sorted(_ALL, key=lambda k: _FIRST.index(k.name) if k.name in _FIRST else len(_FIRST))}
ITEM_DEEDS = frozenset({"item_state", "custody", "identity", "maintenance", "use", "photo", "tracker_silent"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry. ``at``: when it was so; ``recorded``: when it was written down, both ns UTC; ``n``: its row in the log.

    ``cid``: the id that a device gave it, so that what is sent twice is written once; empty for others.
    """

    kind: str
    subject: str
    at: int
    data: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    who: str = ""
    confidence: str = "B"
    recorded: int = 0
    n: int = -1
    cid: str = ""

    def note(self) -> str:
        """What the log keeps beside subject, who, time and kind: canonical JSON."""
        told = {"at": self.at, "c": self.confidence, "d": dict(self.data), "s": self.source}
        if self.cid:
            told["i"] = self.cid
        return json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def read_note(note: str) -> dict[str, Any]:
    """What :meth:`Fact.note` told. Raises :class:`ValueError` for a text that is none."""
    told = _decode(note)
    if type(told) is not dict:
        raise ValueError("no object")
    return told


def fact_of(n: int, subject: str, who: str, time: int, action: str, note: str) -> Fact:
    """A fact from a row of the log."""
    told = _decode(note)
    return Fact(action, subject, told["at"], told["d"], told["s"], who, told["c"], time, n, told.get("i", ""))


def notes_of(notes: list[str]) -> list[dict[str, Any]] | None:
    """What :meth:`Fact.note` told, of many rows at once: one reading of them all costs half of one a row.

    None where one of them is no JSON object; read them one by one then, to see which.
    """
    try:
        told: list[dict[str, Any]] = _decode(f"[{','.join(notes)}]")
    except ValueError:
        return None
    return told if len(told) == len(notes) and all(type(t) is dict for t in told) else None


def fact_of_deed(deed: Mapping[str, Any], who: str, source: str) -> Fact:
    """A fact from what a page or a device sent: ``kind``, ``subject``, ``at`` (ns, or a text) and ``data``.

    Raises :class:`ConfigError` for a shape that is none; values are read by :func:`checked`.
    """
    kind, subject, data, at = (deed.get(n) for n in ("kind", "subject", "data", "at"))
    if not isinstance(kind, str) or not isinstance(subject, str) or not subject.strip() or len(subject) > 200:
        raise ConfigError("a deed without kind or subject", hint='as in {"kind": "custody", "subject": "BOAT-1", ...}')
    if not isinstance(data, dict) or len(data) > 40 or len(json.dumps(data)) > 20_000:
        raise ConfigError("a deed without data", hint='as in "data": {"unit": "Base 4"}')
    if isinstance(at, bool) or not isinstance(at, (int, str)):
        raise ConfigError("a deed without its time", hint='"at": ns UTC, or as in "2026-11-22T03:04:05Z"')
    time = read_value(Field("at", "time"), at)
    if time is None or not 0 < time < 2**62:
        raise ConfigError("a deed without its time", hint='"at": ns UTC, or as in "2026-11-22T03:04:05Z"')
    return Fact(kind, subject, time, data, source, who, "B")


def checked(fact: Fact) -> Fact:
    """The fact with its values read and in the types of its kind.

    Raises :class:`ConfigError` for an unknown kind or field, a value that does not fit, or one that is missing.
    """
    kind = KINDS.get(fact.kind)
    if kind is None:
        raise ConfigError(f"{fact.kind!r} is no kind of fact", hint=f"one of {', '.join(KINDS)}")
    for name in ("subject", "source", "who"):
        if not str(getattr(fact, name)).strip():
            raise ConfigError(
                f"{kind.name} without {name}", hint="every fact says what it is about, whose it is, and who wrote it"
            )
        plain_text(name, str(getattr(fact, name)))
    if fact.confidence not in CONFIDENCE:
        raise ConfigError(f"a confidence of {fact.confidence!r}", hint=f"one of {', '.join(CONFIDENCE)}")
    known, data = kind.by_name, {}
    for name, value in fact.data.items():
        if name not in known:
            raise ConfigError(f"{kind.name} has no field {name!r}", hint=f"its fields: {', '.join(known)}")
        read = read_value(known[name], value)
        if read is not None:
            data[name] = read
    if not kind.claims:
        _all_there(kind, data)
    at = read_value(_AT, fact.at)
    return Fact(
        kind.name,
        fact.subject.strip(),
        int(at),
        data,
        fact.source,
        fact.who,
        fact.confidence,
        fact.recorded,
        fact.n,
        fact.cid,
    )


def _all_there(kind: Kind, data: Mapping[str, Any]) -> None:
    missing = [name for name in kind.needs if name not in data]
    if missing:
        raise ConfigError(f"{kind.name} without {', '.join(missing)}", hint=f"it needs {', '.join(kind.needs)}")
