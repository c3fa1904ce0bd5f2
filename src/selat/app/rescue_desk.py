"""The desk of a rescue co-ordinator: cases of a sea, their drifts, plans and searches, all recorded; for pages and scripts.

What takes long is a job (:mod:`selat.app.rescue_jobs`). Called from worker threads, several at once. Raises
:class:`~selat.model.errors.SelatError` with a hint for what cannot be done, :class:`FormError` for a form with errors.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from selat.app import rescue_boats
from selat.app.archive import SeaArchive
from selat.app.rescue_bench import FOLDER, Bench, Made, apply, case_id, opened, path_of
from selat.app.rescue_form import Form, case_of_form
from selat.app.rescue_jobs import Job, Jobs
from selat.model import clock
from selat.model.clock import HOUR, format_time
from selat.model.errors import ConfigError, SelatError, StoreError
from selat.model.plan import APPROVAL, Plan, from_dict, to_dict
from selat.readers.track_file import track_of
from selat.rescue.case import Case, case_of
from selat.rescue.plan import plan, setting_of
from selat.rescue.reshape import Shape, reshaped
from selat.store import cases
from selat.store.cases import Record
from selat.tracks import coast
from selat.tracks.coast import Coast

OPEN = 4  #: cases whose particles are kept in memory
TRACK_MARGIN = HOUR  #: ns of a ship's track before and after the time asked for


class FormError(SelatError):
    """A form with errors: ``fields`` are ``{field, error, hint}``."""

    def __init__(self, form: Form) -> None:
        first = form.errors[0]
        super().__init__(first["error"], hint=first["hint"])
        self.fields = form.errors


class RescueDesk:
    """Cases of the sea of an archive; :meth:`close` it before the archive."""

    def __init__(self, archive: SeaArchive) -> None:
        self.archive = archive
        self.state = archive.sea.state
        self.folder: Path = archive.sea.layout.root
        self.jobs = Jobs()
        self.coast = Coast(coast.SHIPPED)
        self._benches: OrderedDict[str, Bench] = OrderedDict()
        self._lock = threading.RLock()

    def close(self) -> None:
        """End all work."""
        self.jobs.close()

    # --- cases -------------------------------------------------------------------------------------------------------
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
        """What is wrong with a form; where nothing is, the beginnings of 500 particles ([lon, lat]) and notes."""
        case, form = case_of_form(given, self.track)
        start: list[list[float]] = []
        notes: list[str] = []
        if not form.errors:
            few = replace(case, particles=500)
            found = form.take("scenarios", lambda: few.start(self.coast), None)
            if found is not None:
                start = np.stack([found.start.lon, found.start.lat], 1).round(5).tolist()
                notes = list(found.notes)
        return {"errors": form.errors, "start": start, "notes": notes}

    def put(self, given: dict[str, Any], who: str, *, new: bool = False) -> str:
        """Keep the case of a form; its id. Raises :class:`FormError`; ``new`` refuses a name that is taken."""
        case, form = case_of_form(given, self.track)
        if new and case.name in {n for n, _, _ in cases.case_names(self.state)}:
            form.wrong("name", f"there is a case {case.name!r} already", "give this one another name, or open that one")
        if not form.errors:
            form.take("scenarios", lambda: case.start(self.coast), None)
        if form.errors:
            raise FormError(form)
        cases.put_case(self.state, case.name, case.as_json(), who)
        cases.add_record(self.state, case.name, "form", {"form": given}, who)
        return case_id(case.name)

    def case(self, wanted: str) -> dict[str, Any]:
        """A case with all that was worked out for it."""
        name = self.name_of(wanted)
        case = case_of(cases.case_body(self.state, name))
        found = cases.records(self.state, name)
        forms = [r for r in found if r.kind == "form"]
        form = forms[-1].body["form"] if forms else rescue_boats.form_of_case(case)
        drifts = [r for r in found if r.kind == "drift"]
        searches = [r for r in found if r.kind == "search"]
        left = 1.0
        curve = []
        for r in searches:
            left *= 1.0 - float(r.body["pos"])
            curve.append(
                {
                    "n": r.n, "plan": r.body["plan"], "pos": r.body["pos"], "cumulative": 1.0 - left, "who": r.who,
                    "until_ms": r.body["ended"] / 1e6, "tracks": [t["name"] for t in r.body["tracks"]],
                }
            )  # fmt: skip
        return {
            "id": case_id(name), "name": name, "form": form, "objects": [k for k, _ in case.objects],
            "begin_ms": min(s.begin for s in case.scenarios) / 1e6, "backward": case.backward,
            "drift": None if not drifts else {"n": drifts[-1].n, **drifts[-1].body},
            "plans": [_told(r) for r in found if r.kind == "plan"], "searches": curve, "cumulative": 1.0 - left,
            "log": [{**e, "time": e["time"] / 1e6} for e in cases.case_log(self.state, name)],
            "approval": APPROVAL, "now_ms": clock.now() / 1e6,
        }  # fmt: skip

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

    # --- drift -------------------------------------------------------------------------------------------------------
    def drift(self, wanted: str, given: dict[str, Any], who: str) -> Job:
        """Begin to drift a case: ``hours``, ``every`` (minutes)."""
        name = self.name_of(wanted)
        form = Form()
        hours = form.number(given, "hours", "hours", 12.0)
        every = form.number(given, "every", "every", 30.0)
        if not 0.0 < hours <= 240.0:
            form.wrong("hours", f"a drift of {hours:g} h", "above 0, at most 240")
        if not 1.0 <= every <= 720.0:
            form.wrong("every", f"a picture each {every:g} min", "1 to 720")
        if hours * 60.0 / max(every, 1e-9) > 300:
            form.wrong("every", "more than 300 times", "keep the particles less often")
        if form.errors:
            raise FormError(form)
        case = case_of(cases.case_body(self.state, name))
        return self.jobs.begin("drift", case_id(name), who, lambda job: self._drift(job, case, hours, every, who))

    def _drift(self, job: Job, case: Case, hours: float, every: float, who: str) -> dict[str, Any]:
        home = self.folder / "fields"
        growing = case.growing(hours, every=f"{every:g} min", home=home, sea=self.coast)
        bench = Bench(case.name, 0, growing.so_far(), np.sort(growing.times), case.backward)
        self._keep(bench)
        job.grown(1)
        try:
            for known in growing.run(job.told):
                bench.grow(growing.so_far())
                job.grown(known)
            self._record_drift(bench, case, hours, every, who)
        finally:
            if bench.record == 0:  # broken off: what was recorded before stands
                self._forget(bench)
        return {"record": bench.record}

    def _record_drift(self, bench: Bench, case: Case, hours: float, every: float, who: str) -> None:
        """Keep a drift that is whole, then take in the searches that there were."""
        found = bench.drifted
        n = len(cases.records(self.state, case.name)) + 1
        path = path_of(self.folder, case.name, n)
        (self.folder / FOLDER).mkdir(exist_ok=True)
        found.save(path)
        body = {
            "hours": hours, "every": every, "particles": len(found.weight), "times": len(found.time),
            "begin_ms": int(found.time[0]) / 1e6, "end_ms": int(found.time[-1]) / 1e6, "notes": list(found.notes),
            "case_sha256": hashlib.sha256(case.as_json().encode()).hexdigest(),
            "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }  # fmt: skip
        record = cases.add_record(
            self.state, case.name, "drift", body, who, f"{hours:g} h, {len(found.weight)} particles"
        )
        if record.n != n:  # somebody else added to the case meanwhile
            path.rename(path_of(self.folder, case.name, record.n))
        bench.record = record.n
        everything = cases.records(self.state, case.name)
        for r in everything:
            if r.kind == "search":
                apply(bench, r, everything)

    def _forget(self, bench: Bench) -> None:
        with self._lock:
            if self._benches.get(case_id(bench.case)) is bench:
                del self._benches[case_id(bench.case)]

    def bench(self, wanted: str) -> Bench:
        """The work on a case; raises :class:`StoreError` where it was not drifted yet."""
        with self._lock:
            if wanted in self._benches:
                self._benches.move_to_end(wanted)
                return self._benches[wanted]
        name = self.name_of(wanted)
        case = case_of(cases.case_body(self.state, name))
        found = opened(self.folder, name, cases.records(self.state, name), backward=case.backward)
        if found is None:
            raise StoreError(f"the case {name!r} has not drifted yet", hint="drift it first")
        return self._keep(found)

    def _keep(self, bench: Bench) -> Bench:
        with self._lock:
            self._benches[case_id(bench.case)] = bench
            self._benches.move_to_end(case_id(bench.case))
            while len(self._benches) > OPEN:
                self._benches.popitem(last=False)
        return bench

    # --- plans -------------------------------------------------------------------------------------------------------
    def plan(self, wanted: str, given: dict[str, Any], who: str) -> Job:
        """Begin to plan a search with the boats and conditions of a form."""
        bench = self.bench(wanted)
        if bench.record == 0:
            raise ConfigError("the drift is not finished", hint="wait for it")
        boats, form = rescue_boats.boats_of_form(given)
        times = bench.drifted.time
        sight, begin, end, more = rescue_boats.conditions_of_form(given, int(times[0]), int(times[-1]))
        form.errors += more.errors
        if form.errors:
            raise FormError(form)
        parts = int(form.number(given, "areas", "areas", 0.0))
        if form.errors or not 0 <= parts <= 3:
            form.wrong("areas", f"{parts} areas for each searcher", "1 to 3, or 0 for as many as pay")
            raise FormError(form)
        known = rescue_boats.given_conditions(given)
        approval = str(given.get("approval", "") or "").strip()[:300] or APPROVAL

        def work(job: Job) -> dict[str, Any]:
            setting, _ = setting_of(bench.cloud(), boats, sight, begin, end, shore_party=bool(given.get("shore_party")))
            made = plan(
                bench.cloud(), boats, sight, begin, end, parts=parts, case=bench.case, made=clock.now(),
                pos_before=bench.cumulative, approval=approval, coast=self.coast, seed=1,
                shore_party=bool(given.get("shore_party")),
            )  # fmt: skip
            job.told(1, 1)
            told = replace(made, conditions={k: v for k, v in made.conditions.items() if k in known})
            n = self._record_plan(bench, told, given, who, str(given.get("title", ""))[:80])
            bench.made[n] = Made(told, setting, sight, bool(given.get("shore_party")))
            return {"plan": n}

        return self.jobs.begin("plan", case_id(bench.case), who, work)

    def _record_plan(self, bench: Bench, made: Plan, given: dict[str, Any], who: str, title: str) -> int:
        body = {
            "plan": to_dict(made), "form": {k: v for k, v in given.items() if k != "who"}, "drift": bench.record,
            "searches": sorted(bench.searches), "title": title,
        }  # fmt: skip
        note = f"probability of success {made.pos:.1%} of at most {made.bound:.1%}"
        return cases.add_record(self.state, bench.case, "plan", body, who, note).n

    def _made(self, bench: Bench, n: int) -> Made:
        """A plan in its setting; made anew where it is not at hand."""
        with bench.lock:
            if n in bench.made:
                return bench.made[n]
        record = self._plan_record(bench.case, n)
        boats, form = rescue_boats.boats_of_form(record.body["form"])
        old = from_dict(record.body["plan"])
        times = bench.drifted.time
        sight, _, _, more = rescue_boats.conditions_of_form(record.body["form"], int(times[0]), int(times[-1]))
        if form.errors or more.errors:
            raise FormError(form if form.errors else more)
        shore = bool(record.body["form"].get("shore_party"))
        setting, _ = setting_of(bench.cloud(), boats, sight, old.begin, old.end, shore_party=shore)
        made = Made(old, setting, sight, shore)
        with bench.lock:
            bench.made[n] = made
        return made

    def _plan_record(self, name: str, n: int) -> Record:
        for r in cases.records(self.state, name):
            if r.n == n and r.kind == "plan":
                return r
        raise StoreError(f"the case has no plan {n}", hint="plan first")

    def plan_record(self, wanted: str, n: int) -> tuple[Plan, str]:
        """(plan ``n`` of a case, the name of the case)."""
        name = self.name_of(wanted)
        return from_dict(self._plan_record(name, n).body["plan"]), name

    def score(self, wanted: str, n: int, shapes: dict[str, Any]) -> dict[str, Any]:
        """What plan ``n`` is worth now with some areas in other shapes (lat, lon, length, width in m, axis); nothing is kept."""
        made, both = self._reshaped(self.bench(wanted), n, shapes)
        return {"plan": to_dict(made), "overlaps": [list(pair) for pair in both]}

    def _reshaped(self, bench: Bench, n: int, shapes: dict[str, Any]) -> tuple[Plan, tuple[tuple[str, str], ...]]:
        made = self._made(bench, n)
        try:
            wanted = {
                str(k): Shape(*(float(v[f]) for f in ("lat", "lon", "length", "width", "axis")))
                for k, v in shapes.items()
            }
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ConfigError("that is no area", hint="lat, lon, length, width, axis: numbers") from None
        plan_, both = reshaped(
            made.setting, made.plan, wanted, made.sight, coast=self.coast, shore_party=made.shore_party
        )
        return replace(plan_, conditions=made.plan.conditions, pos_before=bench.cumulative), both

    def keep(self, wanted: str, n: int, shapes: dict[str, Any], title: str, who: str) -> int:
        """Keep plan ``n`` with areas changed by hand as a plan of its own; its number."""
        bench = self.bench(wanted)
        made, _ = self._reshaped(bench, n, shapes)
        form = self._plan_record(bench.case, n).body["form"]
        number = self._record_plan(bench, replace(made, made=clock.now()), form, who, title or f"{n}, by hand")
        with bench.lock:
            old = bench.made[n]
            bench.made[number] = Made(made, old.setting, old.sight, old.shore_party)
        return number

    # --- searches ----------------------------------------------------------------------------------------------------
    def search(self, wanted: str, given: dict[str, Any], who: str) -> dict[str, Any]:
        """Record that plan ``plan`` was carried out in vain, until ``until`` (all of it without), with the searchers' own
        ``tracks``: ``{name: text of a GPX or CSV file}`` or ``{name: {"mmsi": N}}``."""
        bench = self.bench(wanted)
        form = Form()
        n = int(form.number(given, "plan", "plan", 0.0))
        made = from_dict(self._plan_record(bench.case, n).body["plan"])
        until = form.time(given, "until", "until", made.end)
        if until and not made.begin < until <= made.end:
            form.wrong(
                "until", f"the plan goes from {format_time(made.begin)} to {format_time(made.end)}", "a time within it"
            )
        tracks = []
        asked = given.get("tracks") or {}
        for name, what in asked.items() if isinstance(asked, dict) else ():
            found = form.take(f"tracks.{name}", lambda a=name, w=what: self._sailed(made, a, w, until), None)  # type: ignore[misc]
            tracks += [found] if found is not None else []
        if form.errors:
            raise FormError(form)
        body = {"plan": n, "until": until if until != made.end else 0, "ended": until, "tracks": tracks, "pos": 0.0}
        records = cases.records(self.state, bench.case)
        # the probability goes into the record, so it is worked out before anything is kept
        trial = Bench(bench.case, bench.record, bench.drifted, bench.times)
        body["pos"] = apply(trial, Record(0, "search", 0, who, body), records)
        note = f"plan {n} in vain until {format_time(until)}: {body['pos']:.1%}"
        record = cases.add_record(self.state, bench.case, "search", body, who, note)
        apply(bench, record, records)
        return {"search": record.n, "pos": body["pos"], "cumulative": bench.cumulative}

    def _sailed(self, made: Plan, name: str, what: Any, until: int) -> dict[str, Any]:
        task = next((t for t in made.tasks if t.searcher == name), None)
        if task is None:
            raise ConfigError(f"the plan has no searcher {name!r}", hint="give the track of one that it has")
        if isinstance(what, dict):
            time, lat, lon = self.track(int(what.get("mmsi") or task.mmsi), task.begin, min(until, task.end))
        else:
            time, lat, lon = track_of(str(what), name)
        keep = (time >= made.begin) & (time <= until)
        if keep.sum() < 2:
            raise ConfigError(
                f"the track of {name} has no two positions within the search", hint="is it another day's?"
            )
        return {
            "name": name, "width": task.sweep_width, "speed": task.speed, "time": time[keep].tolist(),
            "lat": lat[keep].round(6).tolist(), "lon": lon[keep].round(6).tolist(),
        }  # fmt: skip


def _told(r: Record) -> dict[str, Any]:
    """A plan as pages are told of it."""
    b = r.body
    return {"n": r.n, "title": b["title"], "time_ms": r.time / 1e6, "who": r.who, "drift": b["drift"],
            "searches": b["searches"], "form": b["form"], "plan": b["plan"]}  # fmt: skip


def text_of(made: Plan) -> str:
    """A plan as text of its file."""
    return json.dumps(to_dict(made), ensure_ascii=False, indent=1) + "\n"
