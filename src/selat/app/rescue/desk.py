"""The desk of a rescue co-ordinator: cases of a sea, their drifts, plans and searches, all recorded; for pages and scripts.

What takes long is a job (:mod:`selat.app.rescue.jobs`). Called from worker threads, several at once, and beside other
processes on the same sea. Raises :class:`~selat.model.errors.SelatError` with a hint for what cannot be done,
:class:`~selat.app.rescue.form.FormError` for a form with errors, :class:`~selat.app.rescue.form.Conflict` where somebody
else was quicker.
"""

from __future__ import annotations

from typing import Any

from selat.app.rescue.bench import Bench, apply
from selat.app.rescue.form import Conflict, Form, FormError
from selat.app.rescue.plans import Plans
from selat.model.clock import format_time
from selat.model.errors import ConfigError
from selat.model.plan import Plan, from_dict
from selat.readers.track_file import track_of
from selat.store import cases
from selat.store.cases import Record

__all__ = ["FormError", "RescueDesk"]


class RescueDesk(Plans):
    """Cases, drifts, plans, and searches that were in vain."""

    def search(self, wanted: str, given: dict[str, Any], who: str) -> dict[str, Any]:
        """Record that plan ``plan`` was carried out in vain, until ``until`` (all of it without), with the searchers' own
        ``tracks``: ``{name: text of a GPX or CSV file}`` or ``{name: {"mmsi": N}}``. ``seen``: the number of the last search
        that who records this one knew of; raises :class:`Conflict` where there is a newer one of the same plan."""
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
        with bench.lock:
            records = cases.records(self.state, bench.case)
            if isinstance(given.get("seen"), int):
                _alone(records, n, given["seen"])
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


def _alone(records: list[Record], plan: int, seen: int) -> None:
    """Raise :class:`Conflict` where a search of the same plan was recorded after the last one that was seen."""
    newer = [r for r in records if r.kind == "search" and r.n > seen and r.body["plan"] == plan]
    if newer:
        last = newer[-1]
        raise Conflict(
            f"{last.who} recorded at {format_time(last.time)} that this plan was in vain",
            "send it again only if yours is another search: both would count", last.who, last.time / 1e6, last.n,
        )  # fmt: skip
