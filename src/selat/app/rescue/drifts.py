"""Drifts of cases: begun as jobs, seen while they grow, kept as files whose hashes are in the log."""

from __future__ import annotations

import hashlib
import math
import uuid
from typing import Any

import numpy as np

from selat.app.rescue.bench import FOLDER, Bench, apply, case_id
from selat.app.rescue.cases import Cases
from selat.app.rescue.form import Form, FormError
from selat.app.rescue.jobs import Job
from selat.model.clock import HOUR, format_time
from selat.model.errors import SelatError
from selat.rescue.case import Case, case_of
from selat.store import cases

LONGEST = 240.0  #: hours
MOST_TIMES = 300


class Drifts(Cases):
    """Cases that drift."""

    def drift(self, wanted: str, given: dict[str, Any], who: str) -> Job:
        """Begin to drift a case: ``hours``, ``every`` (minutes); raises :class:`FormError`, also where wind or current do not
        cover it."""
        name = self.name_of(wanted)
        form = Form()
        hours = form.number(given, "hours", "hours", 12.0)
        every = form.number(given, "every", "every", 30.0)
        if not 0.0 < hours <= LONGEST:
            form.wrong("hours", f"a drift of {hours:g} h", f"above 0, at most {LONGEST:g}")
        if not 1.0 <= every <= 720.0:
            form.wrong("every", f"a picture each {every:g} min", "1 to 720")
        if hours * 60.0 / max(every, 1e-9) > MOST_TIMES:
            form.wrong("every", f"more than {MOST_TIMES} times", "keep the particles less often")
        case = case_of(cases.case_body(self.state, name))
        if not form.errors and not case.backward:
            self._covers_searches(name, case, hours, form)
        if not form.errors:
            for row in self.sources(case, None, hours):
                if "error" in row:
                    form.wrong(row["kind"], row["error"], row["hint"])
        if form.errors:
            raise FormError(form)
        return self.jobs.begin("drift", case_id(name), who, lambda job: self._drift(job, case, hours, every, who))

    def _covers_searches(self, name: str, case: Case, hours: float, form: Form) -> None:
        """What was searched in vain counts in a new drift too, so that it must reach as far."""
        ends = [int(r.body["ended"]) for r in cases.records(self.state, name) if r.kind == "search"]
        begin = min(s.begin for s in case.scenarios)
        if ends and begin + hours * HOUR < max(ends):
            least = math.ceil((max(ends) - begin) / HOUR * 10.0) / 10.0
            form.wrong(
                "hours", f"it was searched until {format_time(max(ends))}, and the drift would end before",
                f"{least:g} hours at least, so that this search counts",
            )  # fmt: skip

    def _drift(self, job: Job, case: Case, hours: float, every: float, who: str) -> dict[str, Any]:
        sources = self._rests_on(case, hours)
        growing = case.growing(hours, every=f"{every:g} min", home=self.fields.folder, sea=self.coast)
        bench = Bench(case.name, 0, growing.so_far(), np.sort(growing.times), case.backward)
        self._keep(bench)
        job.grown(1)
        try:
            for known in growing.run(job.told):
                bench.grow(growing.so_far())
                job.grown(known)
            self._record_drift(bench, case, {"hours": hours, "every": every, "sources": sources}, who)
        finally:
            if bench.record == 0:  # broken off: what was recorded before stands
                self._forget(bench)
        return {"record": bench.record}

    def _rests_on(self, case: Case, hours: float) -> list[dict[str, Any]]:
        """Wind and current of a drift for its record: files with the hash of what was read."""
        out = self.sources(case, None, hours)
        for row in out:
            if row["sort"] == "file" and "error" not in row:
                row["sha256"] = self.fields.sha256(row["text"])
        return out

    def _record_drift(self, bench: Bench, case: Case, asked: dict[str, Any], who: str) -> None:
        """Keep a drift that is whole, then take in the searches that there were. The file comes first, under a name of its own:
        whatever happens in between, a record never speaks of a file that is not there."""
        found = bench.drifted
        (self.folder / FOLDER).mkdir(exist_ok=True)
        path = self.folder / FOLDER / f"{case_id(case.name)}-{uuid.uuid4().hex[:12]}.npz"
        found.save(path)
        body = {
            **asked, "particles": len(found.weight), "times": len(found.time), "file": path.name,
            "begin_ms": int(found.time[0]) / 1e6, "end_ms": int(found.time[-1]) / 1e6, "notes": list(found.notes),
            "case_sha256": hashlib.sha256(case.as_json().encode()).hexdigest(),
            "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }  # fmt: skip
        note = f"{asked['hours']:g} h, {len(found.weight)} particles"
        try:
            self._take_in(bench)  # before the record: a drift that cannot take them is none
        except SelatError:
            path.unlink()
            raise
        record = cases.add_record(self.state, case.name, "drift", body, who, note)
        with bench.lock:
            bench.record = record.n
            self._take_in(bench)  # recorded meanwhile

    def _take_in(self, bench: Bench) -> None:
        everything = cases.records(self.state, bench.case)
        with bench.lock:
            for r in everything:
                if r.kind == "search" and r.n not in bench.searches:
                    apply(bench, r, everything)
