"""The yearly review of grants: per programme what was agreed and delivered, kept and used, what is asked, what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from selat.exporters.paper.blocks import Block, Break, Document, Facts, Figures, Heading, Text, table
from selat.exporters.paper.words import Words
from selat.exporters.paper.words.common import COMMON
from selat.exporters.paper.words.review import REVIEW

GRADES = ("A", "B", "C", "D", "E")


@dataclass(frozen=True, slots=True)
class Item:
    """An item: its state at the end, days in service in the period, hours by grade, months with use."""

    id: str
    serial: str
    state: str
    keeper: str
    days: int
    hours: Mapping[str, float]
    months: int


@dataclass(frozen=True, slots=True)
class Asked:
    """An observation: ``closed`` by (day, person, document, reason) where it is."""

    check: str
    target: str
    made: str
    sentence: str
    answers: tuple[str, ...]
    closed: tuple[str, str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator: (value, low, high) before, expected, measured; None where there is none.

    ``judgement``: key of a word, before against measured.
    """

    indicator: str
    unit: str
    baseline: tuple[float, float | None, float | None] | None
    expected: tuple[float, float | None, float | None] | None
    measured: tuple[float, float | None, float | None] | None
    judgement: str
    verdict: str = ""  #: measured against expected: ``below``, ``within``, ``above``


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme at the end of the period. Days are ``YYYY-MM-DD``, money whole yen, None where it is not recorded."""

    id: str
    facts: tuple[tuple[str, str], ...]  #: (word key, text)
    country: str
    recipient: str
    signed: str
    yen: int | None
    state: str
    lots: tuple[tuple[str, str, int | None, int, int | None], ...]  #: id, model, agreed, delivered, yen
    tranches: tuple[tuple[str, str, str, str], ...]  #: what, quantity, day, days since the notes
    to_accept: float | None
    to_service: float | None
    states: tuple[tuple[str, int], ...]
    custody: tuple[tuple[str, str, str, int], ...]  #: unit, organisation, place, items
    moves: int
    items: tuple[Item, ...]
    jobs: tuple[tuple[str, str, str, str, str, str], ...]  #: item, job, began, ended, part, awaited since
    asked: tuple[Asked, ...]
    due: tuple[tuple[str, str, str, int], ...]  #: what, target, day, days left at the end of the period
    done: tuple[tuple[str, str, str, str], ...]  #: target, day, outcome, by
    measures: tuple[Measured, ...]
    counts: tuple[tuple[str, int], ...]  #: incidents a year: (baseline or measured, count)
    claim: tuple[str, Mapping[str, str]] | None

    @property
    def agreed(self) -> int:
        """Things agreed, over all lots."""
        return sum(lot[2] or 0 for lot in self.lots)

    @property
    def delivered(self) -> int:
        """Things delivered, over all lots."""
        return sum(lot[3] for lot in self.lots)

    @property
    def open(self) -> tuple[Asked, ...]:
        """Observations that are open."""
        return tuple(a for a in self.asked if a.closed is None)


@dataclass(frozen=True, slots=True)
class Review:
    """A review over a period, as known after ``rows`` entries of the log, whose last has the hash ``digest``."""

    period: str
    begin: int
    end: int
    begin_day: str
    last_day: str
    tier: str
    programmes: tuple[Programme, ...]
    rows: int
    digest: str
    sea: str
    version: str
    made_up: bool = False


def document(r: Review, language: str = "en") -> Document:
    """The review."""
    w = Words(language, COMMON, REVIEW)
    blocks: list[Block] = [*([Text(w("made_up"), "note")] if r.made_up else []), *_overview(r, w)]
    for k, p in enumerate(r.programmes):
        blocks += [Break()] if p.items and (k or len(r.programmes) > 1) else []
        blocks += _programme(p, w, r.last_day)
    blocks.append(Text(w("again", period=r.period, n=r.rows), "note"))
    told = w("entries_said", n=f"{r.rows:,}", hash=r.digest)
    foot = (
        (w("sea"), r.sea), (w("period"), f"{r.begin_day} – {r.last_day}"), (w("tier", tier="").rstrip(":： "), w(f"tier.{r.tier}")),
        (w("entries"), told), (w("version"), r.version),
    )  # fmt: skip
    return Document(
        w("review.title", period=r.period),
        w("review.sub", n=len(r.programmes), rows=f"{r.rows:,}"),
        language,
        r.end,
        tuple(blocks),
        foot,
        w("basis"),
        running=f"{r.period} · {r.rows:,} · {r.digest[:16]}",
        page=w("page"),
    )


def yen(value: int | None, w: Words) -> str:
    """Whole yen with separators."""
    return w("not_recorded") if value is None else f"{value:,}"


def _overview(r: Review, w: Words) -> list[Block]:
    known = [p.yen for p in r.programmes if p.yen is not None]
    figures = [
        (str(len(r.programmes)), w("n.programmes")),
        (f"{sum(known):,}", w("n.yen")),
        (f"{sum(len(p.items) for p in r.programmes):,}", w("n.items")),
        (str(sum(len(p.open) for p in r.programmes)), w("n.observations")),
        (str(sum(d[0] == "inspection" and d[3] < 0 for p in r.programmes for d in p.due)), w("n.overdue")),
    ]
    rows = [
        (
            p.id,
            p.country,
            p.recipient,
            p.signed,
            yen(p.yen, w),
            w(_state(p.state, w)),
            f"{p.delivered:,}",
            f"{p.agreed:,}" if p.lots else w("not_recorded"),
            str(len(p.open)),
        )
        for p in r.programmes
    ]
    head = tuple(
        w(k) for k in ("programme", "country", "recipient", "signed", "yen", "state", "delivered", "agreed", "open_obs")
    )
    return [
        Heading(w("overview")), Figures(tuple(figures)),
        table(head, rows, right=(4, 6, 7, 8), widths=(2.1, 1.2, 2.4, 1.5, 1.8, 1.4, 1.3, 1.4, 1.6), empty=w("none")),
    ]  # fmt: skip


def _state(state: str, w: Words) -> str:
    return f"p.{state}" if w.known(f"p.{state}") else state


def _programme(p: Programme, w: Words, last_day: str) -> list[Block]:
    facts = [(w(k), ", ".join(w(x) for x in v.split(", ")) if k == "purposes" else v) for k, v in p.facts]
    out: list[Block] = [Heading(p.id), Facts((*facts, (w("yen"), yen(p.yen, w)), (w("state"), w(_state(p.state, w)))))]
    if not (p.lots or p.tranches or p.items or p.measures or p.claim):
        told = _asked(p, w, last_day) if p.asked else []
        return [*out, Text(w("bare"), "note"), *told, *(_due(p, w) if p.due or p.done else [])]
    lots = [
        (i, model, w("not_recorded") if n is None else f"{n:,}", f"{got:,}", yen(money, w))
        for i, model, n, got, money in p.lots
    ]
    head = tuple(w(k) for k in ("lot", "model", "agreed", "delivered", "yen"))
    out += [
        Heading(w("goods"), 2),
        table(head, lots, right=(2, 3, 4), widths=(3, 3, 1.2, 1.2, 1.8), empty=w("lot_none")),
    ]
    out += [
        Heading(w("lead"), 2),
        table(
            tuple(w(k) for k in ("tranche", "quantity", "day", "from_signing")),
            p.tranches,
            right=(1, 3),
            widths=(4, 1, 1.5, 2),
            empty=w("lead_none"),
        ),
    ]
    lead = [(w(k), f"{v:g}") for k, v in (("to_accept", p.to_accept), ("to_service", p.to_service)) if v is not None]
    out += [Facts(tuple(lead))] if lead else []
    return [*out, *_kept(p, w), *_used(p, w), *_worked(p, w), *_asked(p, w, last_day), *_due(p, w), *_changed(p, w)]


def _kept(p: Programme, w: Words) -> list[Block]:
    if not p.items:
        return []
    states = [(w(s), str(n)) for s, n in p.states]
    rows = [(unit, organisation, place, str(n)) for unit, organisation, place, n in p.custody]
    return [
        Heading(w("states"), 2),
        table((w("state"), w("items")), states, right=(1,), widths=(4, 1)),
        Heading(w("custody"), 2),
        table(
            tuple(w(k) for k in ("unit", "organisation", "place", "items")),
            rows,
            right=(3,),
            widths=(3, 2.4, 2.4, 1),
            empty=w("custody_none"),
        ),
        Text(w("moves", n=p.moves)),
    ]


def _used(p: Programme, w: Words) -> list[Block]:
    if not p.items:
        return []
    grades = [g for g in GRADES if any(i.hours.get(g) for i in p.items)]

    def told(hours: float) -> str:
        return f"{hours:,.1f}" if hours else ""

    rows = [
        (i.id, i.serial, w(i.state), i.keeper, str(i.days), str(i.months), *(told(i.hours.get(g, 0.0)) for g in grades))
        for i in p.items
    ]
    sums = (w("all"), "", "", "", "", "", *(told(sum(i.hours.get(g, 0.0) for i in p.items)) for g in grades))
    head = (
        *(w(k) for k in ("item", "serial", "state", "custody_short", "service_days", "months_used")),
        *(f"{g}, h" for g in grades),
    )
    widths = (2, 1.8, 1.6, 2.2, 1, 1, *(1.0 for _ in grades))
    out: list[Block] = [Heading(w("use"), 2), Text(w("use_how"), "note")]
    if not grades:
        out.append(Text(w("use_none")))
    return [
        *out,
        table(
            head,
            [*rows, sums] if grades else rows,
            right=range(4, 6 + len(grades)),
            widths=widths,
            title=f"{p.id} {w('items')}",
        ),
    ]


def _worked(p: Programme, w: Words) -> list[Block]:
    rows = [
        (item, job, began, ended or w("still_open"), part, w("awaited", day=awaited) if awaited else "")
        for item, job, began, ended, part, awaited in p.jobs
    ]
    head = (w("item"), w("job"), w("began"), w("ended"), w("part"), "")
    return [Heading(w("maintenance"), 2), table(head, rows, widths=(2, 2, 1.4, 1.4, 2, 2), empty=w("maintenance_none"))]


def _asked(p: Programme, w: Words, last_day: str) -> list[Block]:
    rows = [
        (a.check, a.target, a.made if a.made <= last_day else w("later", day=a.made), a.sentence, "\n".join(a.answers))
        for a in p.open
    ]
    head = tuple(w(k) for k in ("check", "target", "made", "question", "answers"))
    closed = [(a.check, a.target, a.sentence, *a.closed) for a in p.asked if a.closed is not None]
    ends = tuple(w(k) for k in ("check", "target", "question", "closed_on", "person", "document", "reason"))
    return [
        Heading(w("observations"), 2), Text(w("observations_how"), "note"),
        table(head, rows, widths=(0.8, 1.8, 1.3, 4.6, 2.4), empty=w("observations_none"), title=f"{p.id} {w('observations')}"),
        Heading(w("closed_obs"), 2), table(ends, closed, widths=(0.8, 1.6, 3, 1.3, 1.4, 1.5, 2), empty=w("closed_none")),
    ]  # fmt: skip


def _due(p: Programme, w: Words) -> list[Block]:
    rows = [
        (w(what), target, day, w("overdue", n=-left) if left < 0 else w("in_days", n=left))
        for what, target, day, left in p.due
    ]
    late = [n for n, d in enumerate(p.due) if d[3] < 0]
    head = (w("what"), w("target"), w("due"), "")
    done = [(target, day, w(outcome), by) for target, day, outcome, by in p.done]
    return [
        Heading(w("next"), 2),
        table(head, rows, widths=(1.4, 3, 1.5, 2.2), empty=w("next_none"), marks=late),
        Heading(w("done"), 2),
        table(
            tuple(w(k) for k in ("target", "day", "outcome", "by")), done, widths=(3, 1.5, 2, 2.4), empty=w("done_none")
        ),
    ]


def _changed(p: Programme, w: Words) -> list[Block]:
    rows = [
        (
            m.indicator,
            m.unit,
            *(_interval(v) for v in (m.baseline, m.expected, m.measured)),
            "; ".join(w(k) for k in (m.judgement, f"v.{m.verdict}" if m.verdict else "") if k),
        )
        for m in p.measures
    ]
    head = (*(w(k) for k in ("indicator", "unit_of", "baseline", "expected", "measured", "judgement")),)
    out: list[Block] = [
        Heading(w("capability"), 2),
        table(head, rows, widths=(2.4, 1, 2, 2, 2, 2.6), empty=w("capability_none")),
    ]
    if rows:
        out.append(Text(w("intervals"), "note"))
    out.append(Heading(w("incidents"), 2))
    if p.claim is None:
        return [*out, Text(w("incidents_none"))]
    counts = {basis: ", ".join(str(n) for b, n in p.counts if b == basis) for basis in ("baseline", "measured")}
    key, values = p.claim
    return [*out, Text(w("counts", before=counts["baseline"], after=counts["measured"])), Text(w(key, **values))]


def _interval(value: tuple[float, float | None, float | None] | None) -> str:
    if value is None:
        return "–"
    middle, low, high = value
    return f"{middle:,.4g}" + (f" ({low:,.4g} – {high:,.4g})" if low is not None and high is not None else "")
