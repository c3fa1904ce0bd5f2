"""The rescue desk as single groups may see it: cases that are released to them, and the work on these."""

from __future__ import annotations

from typing import Any

from selat.app.rescue.bench import Bench, case_id
from selat.app.rescue.desk import RescueDesk
from selat.app.rescue.jobs import Job, Jobs
from selat.model.errors import ConfigError, StoreError
from selat.model.release import Groups
from selat.store import cases, releases


class _SeenJobs(Jobs):
    """Jobs on cases that ``desk`` shows; the queue is that of ``whole``."""

    def __init__(self, whole: Jobs, desk: ReleasedDesk) -> None:
        self.__dict__.update(whole.__dict__)
        self._desk = desk

    def get(self, number: str) -> Job | None:
        """A job by its id; None when it is not known, or its case is not ours to see."""
        job = super().get(number)
        return job if job is not None and self._desk.shows(job.case) else None

    def cancel(self, number: str) -> bool:
        """Ask a job to end that may be seen."""
        return self.get(number) is not None and super().cancel(number)


class ReleasedDesk(RescueDesk):
    """The desk ``whole`` for ``groups``; ships' tracks come from the sea as they may see it."""

    def __init__(self, whole: RescueDesk, groups: Groups) -> None:
        self.__dict__.update(whole.__dict__)
        self.groups = groups
        self.archive = whole.archive.released(groups)
        self.jobs = _SeenJobs(whole.jobs, self)

    def _names(self) -> list[str]:
        return releases.seen(self.state, "case", [n for n, _, _ in cases.case_names(self.state)], self.groups)

    def all(self) -> list[dict[str, Any]]:
        """All cases that may be seen, the newest first."""
        seen = set(self._names())
        return [c for c in super().all() if c["name"] in seen]

    def shows(self, wanted: str) -> bool:
        """Whether the case of this id or name may be seen."""
        return any(wanted in (case_id(n), n) for n in self._names())

    def name_of(self, wanted: str) -> str:
        """The name of a case by its id; raises :class:`StoreError` where there is none to be seen."""
        if not self.shows(wanted):
            raise StoreError("there is no such case", hint="look at the list of cases")
        return super().name_of(wanted)

    def bench(self, wanted: str) -> Bench:
        """The work on a case that may be seen."""
        self.name_of(wanted)
        return super().bench(wanted)

    def put(self, given: dict[str, Any], who: str, *, new: bool = False, seen: int = 0) -> str:
        """Keep the case of a form; a name that stands for a case which is closed to us is taken."""
        name = str(given.get("name", "")).strip()
        if not self.shows(name) and name in {n for n, _, _ in cases.case_names(self.state)}:
            raise ConfigError(f"the name {name!r} is taken", hint="give the case another one")
        return super().put(given, who, new=new, seen=seen)


class RescueDesks:
    """Gives the desk by who asks."""

    def __init__(self, whole: RescueDesk) -> None:
        self._whole = whole

    def released(self, groups: Groups | None) -> RescueDesk:
        """The desk as these groups may see it; None: all of it."""
        return self._whole if groups is None else ReleasedDesk(self._whole, groups)
