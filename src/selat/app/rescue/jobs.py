"""Long work of the rescue page: one after the other on one thread, with progress, an end on demand, and errors that are kept."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from selat.model import clock
from selat.model.errors import SelatError

KEPT = 50  #: jobs that are remembered
WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
MOST_WAITING = 8


class Cancelled(SelatError):
    """Somebody broke the work off."""


@dataclass
class Job:
    """One piece of work. ``version`` grows with every change, so that who looks sees whether there is news."""

    id: str
    kind: str
    case: str
    who: str
    state: str = WAITING
    done: int = 0
    of: int = 0
    known: int = 0  #: times of a drift that can be looked at
    error: str = ""
    hint: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    began: float = 0.0
    seconds: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    def told(self, done: int, of: int) -> None:
        """Progress; raises :class:`Cancelled` where the work is to end."""
        if self.stop.is_set():
            raise Cancelled("broken off", hint="begin it again")
        self.done, self.of = done, of
        self.version += 1

    def grown(self, known: int) -> None:
        """There is more to look at."""
        self.known = known
        self.version += 1

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        names = ("id", "kind", "case", "who", "state", "done", "of", "known", "error", "hint", "result", "version")
        return {n: getattr(self, n) for n in names} | {"seconds": round(self.seconds, 3)}


class Jobs:
    """The queue; :meth:`close` it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="selat-rescue")
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._numbers = itertools.count(1)
        self._run_of = secrets.token_hex(3)  # a page that asks for the work of an earlier run is told that it is gone
        self._lock = threading.Lock()

    def begin(self, kind: str, case: str, who: str, work: Callable[[Job], dict[str, Any]]) -> Job:
        """Queue ``work``; what it returns becomes the job's result, a :class:`SelatError` its error.

        Raises :class:`Cancelled` where too much waits already.
        """
        with self._lock:
            if sum(j.state in (WAITING, RUNNING) for j in self._jobs.values()) >= MOST_WAITING:
                raise Cancelled(f"{MOST_WAITING} pieces of work wait already", hint="wait, or cancel one")
            job = Job(f"{self._run_of}-{next(self._numbers)}", kind, case, who)
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)
        self._pool.submit(self._run, job, work)
        return job

    def get(self, number: str) -> Job | None:
        """A job by its id; None when it is not known (any more)."""
        return self._jobs.get(number)

    def at_work(self, case: str) -> list[Job]:
        """What waits or runs for a case, by its id, in order."""
        return [j for j in list(self._jobs.values()) if j.case == case and j.state in (WAITING, RUNNING)]

    def cancel(self, number: str) -> bool:
        """Ask a job to end; False when it is not known or has ended."""
        job = self._jobs.get(number)
        if job is None or job.state not in (WAITING, RUNNING):
            return False
        job.stop.set()
        return True

    def close(self) -> None:
        """Break off all work and let the thread end."""
        for job in list(self._jobs.values()):
            job.stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @staticmethod
    def _run(job: Job, work: Callable[[Job], dict[str, Any]]) -> None:
        job.began = clock.monotonic()
        job.state = RUNNING
        job.version += 1
        state = FAILED
        job.error = "the work ended unexpectedly"  # stands only where the next lines do not replace it
        try:
            job.told(0, 0)
            job.result = work(job)
            state, job.error = DONE, ""
        except Cancelled as e:
            state, job.error, job.hint = CANCELLED, e.message, e.hint
        except SelatError as e:
            job.error, job.hint = e.message, e.hint
        finally:
            job.seconds = clock.monotonic() - job.began
            job.state = state
            job.version += 1
