"""Cases of a sea: their forms, what was worked out for each, who did what; and the particles that are at hand."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from selat.app.archive import SeaArchive
from selat.app.rescue.bench import Bench, apply, case_id, opened
from selat.app.rescue.boats import form_of_case, lines_of_form
from selat.app.rescue.fields import Fields, arrows, sources_told
from selat.app.rescue.form import Conflict, Form, FormError, case_of_form, sources_of_form
from selat.app.rescue.jobs import Jobs
from selat.model import clock
from selat.model.clock import HOUR, format_time
from selat.model.errors import ConfigError, StoreError
from selat.model.plan import APPROVAL
from selat.rescue.case import Case, case_of
from selat.store import cases
from selat.store.cases import Record
from selat.tracks import coast
from selat.tracks.coast import Coast

OPEN = 4  #: cases whose particles are kept in memory
TRACK_MARGIN = HOUR  #: ns of a ship's track before and after the time asked for
USUAL_HOURS = 12.0  #: of a drift, where nobody said yet


class Cases:
    """Cases of the sea of an archive; :meth:`close` it before the archive."""

    def __init__(self, archive: SeaArchive) -> None:
        self.archive = archive
        self.state = archive.sea.state
        self.folder: Path = archive.sea.layout.root
        self.jobs = Jobs()
        self.fields = Fields(self.folder)
        self.coast = Coast(coast.SHIPPED)
        self._benches: OrderedDict[str, Bench] = OrderedDict()
        self._lock = threading.RLock()

    def close(self) -> None:
        """End all work."""
        self.jobs.close()

    def all(self) -> list[dict[str, Any]]:
        """All cases, the newest first."""
        rows = cases.case_names(self.state)
        return [{"id": case_id(n), "name": n, "changed_ms": t / 1e6, "who": w} for n, t, w in rows]

    def name_of(self, wanted: str) -> str:
        """The name of a case by its id; raises :class:`StoreError` where there is none."""
        for name, _, _ in cases.case_names(self.state):
            if wanted in (case_id(name), name):
                return name
        raise StoreError("there is no such case", hint="look at the list of cases")

    def check(self, given: dict[str, Any]) -> dict[str, Any]:
        """What is wrong with a form; where nothing is, the beginnings of 500 particles ([lon, lat]) and notes. ``sources``: what
        its wind and current are (:func:`selat.app.rescue.fields.sources_told`)."""
        case, form = case_of_form(given, self.track)
        start: list[list[float]] = []
        notes: list[str] = []
        sources = self.sources(case, None, USUAL_HOURS)
        if not form.errors:
            few = replace(case, particles=500)
            found = form.take("scenarios", lambda: few.start(self.coast), None)
            if found is not None:
                start = np.stack([found.start.lon, found.start.lat], 1).round(5).tolist()
                notes = list(found.notes)
                sources = self.sources(case, _box_of(start), USUAL_HOURS)
        for row in sources:
            if "error" in row and not any(e["field"] == row["kind"] for e in form.errors):
                form.wrong(row["kind"], row["error"], row["hint"])
        return {"errors": form.errors, "start": start, "notes": notes, "sources": sources}

    def sources(self, case: Case, start: Any, hours: float) -> list[dict[str, Any]]:
        """Wind and current of a case as people read them, with what is wrong for a drift of some hours."""
        begins = [s.end if case.backward else s.begin for s in case.scenarios]
        begin = (max(begins) if case.backward else min(begins)) if begins else 0
        ahead = -hours if case.backward else hours
        return sources_told(self.fields, case.sources, start, begin, ahead) if begins else []

    def arrows(self, given: dict[str, Any]) -> dict[str, Any]:
        """Wind and current of a form on a raster: ``form, time_ms, box`` [west, south, east, north], ``columns, rows``
        (:func:`selat.app.rescue.fields.arrows`)."""
        form = Form()
        sources = sources_of_form(form, given.get("form") or {})
        try:
            west, south, east, north = (float(v) for v in given["box"])
            time, columns, rows = float(given["time_ms"]) * 1e6, int(given["columns"]), int(given["rows"])
            found = arrows(sources, self.fields.folder, int(time), (west, south, east, north), columns, rows)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise ConfigError("arrows where and when?", hint="form, time_ms, box, columns, rows") from None
        for e in form.errors:
            if e["field"] in found:
                found[e["field"]] = {"points": [], "error": e["error"], "hint": e["hint"]}
        return found

    def take_field(self, sent: Path, name: str, who: str) -> dict[str, Any]:
        """Keep a file of wind or current that was sent (:meth:`selat.app.rescue.fields.Fields.take`), and who sent it."""
        told = self.fields.take(sent, name)
        cases.log_field(self.state, told["name"], self.fields.sha256(told["name"]), who)
        return told

    def put(self, given: dict[str, Any], who: str, *, new: bool = False, seen: int = 0) -> str:
        """Keep the case of a form; its id. ``new`` refuses a name that is taken. ``seen``: the number of the form that it was
        begun from.

        Raises :class:`FormError`, and :class:`Conflict` where somebody else kept another form since.
        """
        case, form = case_of_form(given, self.track)
        if new and case.name in {n for n, _, _ in cases.case_names(self.state)}:
            form.wrong("name", f"there is a case {case.name!r} already", "give this one another name, or open that one")
        if not form.errors:
            form.take("scenarios", lambda: case.start(self.coast), None)
        if form.errors:
            raise FormError(form)
        if seen and not new:
            self._unchanged(case.name, given, seen)
        cases.put_case(self.state, case.name, case.as_json(), who, given)
        return case_id(case.name)

    def _unchanged(self, name: str, given: dict[str, Any], seen: int) -> None:
        newest = next((r for r in reversed(cases.records(self.state, name)) if r.kind == "form"), None)
        if newest is not None and newest.n > seen and newest.body["form"] != given:
            raise Conflict(
                f"{newest.who} changed the case at {format_time(newest.time)}",
                "look at theirs, or keep yours over it: both stay in the log", newest.who, newest.time / 1e6, newest.n,
            )  # fmt: skip

    def case(self, wanted: str) -> dict[str, Any]:
        """A case with all that was worked out for it."""
        name = self.name_of(wanted)
        mark = cases.marks(self.state, name)  # before all else: what comes meanwhile is news again
        case = case_of(cases.case_body(self.state, name))
        found = cases.records(self.state, name)
        forms = [r for r in found if r.kind == "form"]
        form = forms[-1].body["form"] if forms else form_of_case(case)
        drifts = [r for r in found if r.kind == "drift"]
        left = 1.0
        curve = []
        for r in found:
            if r.kind == "search":
                left *= 1.0 - float(r.body["pos"])
                curve.append(
                    {
                        "n": r.n, "plan": r.body["plan"], "pos": r.body["pos"], "cumulative": 1.0 - left, "who": r.who,
                        "until_ms": r.body["ended"] / 1e6, "tracks": [t["name"] for t in r.body["tracks"]],
                    }
                )  # fmt: skip
        return {
            "id": case_id(name), "name": name, "form": form, "form_n": forms[-1].n if forms else 0,
            "objects": [k for k, _ in case.objects],
            "begin_ms": min(s.begin for s in case.scenarios) / 1e6, "backward": case.backward,
            "drift": None if not drifts else {"n": drifts[-1].n, "who": drifts[-1].who, **drifts[-1].body},
            "plans": [_told(r) for r in found if r.kind == "plan"], "searches": curve, "cumulative": 1.0 - left,
            "log": [{**e, "time": e["time"] / 1e6} for e in cases.case_log(self.state, name)],
            "approval": APPROVAL, "now_ms": clock.now() / 1e6, "mark": _mark(*mark),
        }  # fmt: skip

    def news(self, wanted: str) -> dict[str, Any]:
        """``mark``, which is another one where anything of the case changed, and the ``jobs`` that are at work on it."""
        name = self.name_of(wanted)
        jobs = [j.as_dict() for j in self.jobs.at_work(case_id(name))]
        return {"mark": _mark(*cases.marks(self.state, name)), "jobs": jobs}

    def decide(self, wanted: str, who: str, note: str) -> None:
        """Write a decision into the log of a case."""
        cases.decide(self.state, self.name_of(wanted), who, note[:2000])

    def track(self, mmsi: int, begin: int, end: int) -> tuple[Any, Any, Any]:
        """(times ns, lat, lon) of a ship in the sea about a span of time."""
        rows = self.archive.track(mmsi, begin - TRACK_MARGIN, end + TRACK_MARGIN)
        table = np.array([[r[0], r[2], r[1]] for r in rows if r[1] is not None], np.float64).reshape(-1, 3)
        times, first = np.unique((table[:, 0] * 1e6).astype(np.int64), return_index=True)
        if len(times) < 2 or times[0] > begin or times[-1] < end:
            raise ConfigError(
                f"the sea has no track of {mmsi} over these times ({len(times)} positions)",
                hint="the history of the ship shows when she was heard",
            )
        return times, table[first, 1], table[first, 2]

    # --- particles ---------------------------------------------------------------------------------------------------
    def bench(self, wanted: str) -> Bench:
        """The work on a case, with what others recorded since; raises :class:`StoreError` where it was not drifted yet."""
        name = self.name_of(wanted)
        with self._lock:
            found = self._benches.get(case_id(name))
            if found is not None:
                self._benches.move_to_end(case_id(name))
        if found is not None and (found.record == 0 or self._current(found)):
            return found
        case = case_of(cases.case_body(self.state, name))
        found = opened(self.folder, name, cases.records(self.state, name), backward=case.backward)
        if found is None:
            raise StoreError(f"the case {name!r} has not drifted yet", hint="drift it first")
        return self._keep(found)

    def _current(self, bench: Bench) -> bool:
        """Whether no other process drifted the case anew; searches that it recorded are taken in."""
        found, _ = cases.marks(self.state, bench.case)
        if max((n for n, kind in found if kind == "drift"), default=0) != bench.record:
            return False
        missing = [n for n, kind in found if kind == "search" and n not in bench.searches]
        if missing:
            records = cases.records(self.state, bench.case)
            with bench.lock:
                for r in records:
                    if r.n in missing and r.n not in bench.searches:
                        apply(bench, r, records)
        return True

    def _keep(self, bench: Bench) -> Bench:
        with self._lock:
            self._benches[case_id(bench.case)] = bench
            self._benches.move_to_end(case_id(bench.case))
            while len(self._benches) > OPEN:
                self._benches.popitem(last=False)
        return bench

    def _forget(self, bench: Bench) -> None:
        with self._lock:
            if self._benches.get(case_id(bench.case)) is bench:
                del self._benches[case_id(bench.case)]


def _mark(records: list[tuple[int, str]], rows: int) -> str:
    return f"{records[-1][0] if records else 0}.{rows}"


def _box_of(start: list[list[float]]) -> tuple[float, float, float, float]:
    lon, lat = np.array(start).T
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _told(r: Record) -> dict[str, Any]:
    """A plan as pages are told of it."""
    b = r.body
    lines = lines_of_form(b["form"], Form())
    drawn = {t["name"]: lines[t["searcher"]].places for t in b["plan"]["tasks"] if t["searcher"] in lines}
    return {"n": r.n, "title": b["title"], "time_ms": r.time / 1e6, "who": r.who, "drift": b["drift"],
            "searches": b["searches"], "form": b["form"], "plan": b["plan"], "lines": drawn}  # fmt: skip
