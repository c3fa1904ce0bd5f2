"""Plans of searches: made as jobs, looked at with other areas, patterns and lines, kept by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from selat.app.rescue import boats as forms
from selat.app.rescue.bench import Bench, case_id
from selat.app.rescue.drifts import Drifts
from selat.app.rescue.form import FormError
from selat.app.rescue.jobs import Job
from selat.app.rescue.layout import Layout, Order
from selat.model import clock
from selat.model.errors import ConfigError, StoreError
from selat.model.plan import APPROVAL, Plan, from_dict, to_dict
from selat.store import cases
from selat.store.cases import Record
from selat.tracks.coast import Coast


class Plans(Drifts):
    """Cases whose searches are planned."""

    def plan(self, wanted: str, given: dict[str, Any], who: str) -> Job:
        """Begin to plan a search with the boats and conditions of a form; raises :class:`FormError`."""
        bench = self.bench(wanted)
        if bench.record == 0:
            raise ConfigError("the drift is not finished", hint="wait for it")
        order, parts = _order(bench, given, self.coast)
        known = forms.given_conditions(given)

        def work(job: Job) -> dict[str, Any]:
            layout = Layout(bench.cloud(), order, self.coast)
            made = layout.planned(parts=parts, made=clock.now(), pos_before=bench.cumulative)
            job.told(1, 1)
            told = replace(made, conditions={k: v for k, v in made.conditions.items() if k in known})
            layout.plan = told
            n = self._record_plan(bench, told, given, who, str(given.get("title", ""))[:80])
            with bench.lock:
                bench.made[n] = layout
            return {"plan": n}

        return self.jobs.begin("plan", case_id(bench.case), who, work)

    def _record_plan(self, bench: Bench, made: Plan, given: dict[str, Any], who: str, title: str) -> int:
        body = {
            "plan": to_dict(made), "form": {k: v for k, v in given.items() if k != "who"}, "drift": bench.record,
            "searches": sorted(bench.searches), "title": title,
        }  # fmt: skip
        note = f"probability of success {made.pos:.1%} of at most {made.bound:.1%}"
        return cases.add_record(self.state, bench.case, "plan", body, who, note).n

    def _layout(self, bench: Bench, n: int) -> Layout:
        """A plan in its setting; made anew where it is not at hand."""
        with bench.lock:
            if n in bench.made:
                return bench.made[n]
        record = self._plan_record(bench.case, n)
        old = from_dict(record.body["plan"])
        order, _ = _order(bench, record.body["form"])
        order = replace(order, begin=old.begin, end=old.end, approval=old.approval)
        made = Layout(bench.cloud(), order, self.coast, old)
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
        """What plan ``n`` is worth now with some areas and lines in other shapes
        (:meth:`selat.app.rescue.layout.Layout.changed`); nothing is kept."""
        made, both = self._reshaped(self.bench(wanted), n, shapes)
        return {"plan": to_dict(made), "overlaps": [list(pair) for pair in both]}

    def _reshaped(self, bench: Bench, n: int, shapes: dict[str, Any]) -> tuple[Plan, tuple[tuple[str, str], ...]]:
        layout = self._layout(bench, n)
        with bench.lock:  # its setting is made once
            found, both = layout.changed(shapes)
        return replace(found, conditions=layout.plan.conditions, pos_before=bench.cumulative), both

    def keep(self, wanted: str, n: int, shapes: dict[str, Any], title: str, who: str) -> int:
        """Keep plan ``n`` with areas, patterns and lines changed by hand as a plan of its own; its number."""
        bench = self.bench(wanted)
        made, _ = self._reshaped(bench, n, shapes)
        made = replace(made, made=clock.now())
        form = forms.redrawn(self._plan_record(bench.case, n).body["form"], made, shapes)
        number = self._record_plan(bench, made, form, who, title or f"{n}, by hand")
        with bench.lock:
            old = bench.made[n]
            order, _ = _order(bench, form)
            order = replace(old.order, lines=order.lines)
            bench.made[number] = Layout(old.cloud, order, self.coast, made)
        return number


def _order(bench: Bench, given: dict[str, Any], coast: Coast | None = None) -> tuple[Order, int]:
    """(what a form asks for, areas for each searcher); with a ``coast`` also whether each searcher can take part.

    Raises :class:`FormError`.
    """
    boats, form = forms.boats_of_form(given)
    lines = forms.lines_of_form(given, form)
    times = bench.drifted.time
    sight, begin, end, more = forms.conditions_of_form(given, int(times[0]), int(times[-1]))
    form.errors += more.errors
    parts = int(form.number(given, "areas", "areas", 0.0))
    if not 0 <= parts <= 3:
        form.wrong("areas", f"{parts} areas for each searcher", "1 to 3, or 0 for as many as pay")
    if coast is not None and not form.errors:
        forms.able(bench.cloud(), boats, sight, begin, end, form, coast)
    if form.errors:
        raise FormError(form)
    approval = str(given.get("approval", "") or "").strip()[:300] or APPROVAL
    shore = bool(given.get("shore_party"))
    return Order(tuple(boats), lines, sight, begin, end, shore, approval, bench.case), parts
