"""The worker that empties the queue: in order for each channel, again after a failure with growing pauses.

A channel that fails holds up nobody else, and the watch never waits for it. What could not be sent stays in the state and is
sent when the other side is back, after a restart too.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from selat.app.notify.send import send
from selat.model import clock
from selat.model.channel import Channel
from selat.model.clock import SECOND
from selat.model.errors import ConnectError
from selat.store import outbox
from selat.store.outbox import Letter
from selat.store.state_types import HasEngine

log = logging.getLogger(__name__)

FIRST, LONGEST = 2.0, 600.0  #: s: pause after the first failure, and the longest
PERIOD = 0.5  #: s between looks at the queue

Send = Callable[..., None]


def pause(tries: int) -> float:
    """Seconds to wait after the ``tries``-th failure in a row."""
    return float(min(FIRST * 2.0 ** min(tries, 20), LONGEST))


class Notifier:
    """Sends what is due. :meth:`start` it for a watch; :meth:`once` does one round, for tests and for ``selat alerts send``."""

    def __init__(self, state: HasEngine, channels: Sequence[Channel], send: Send = send) -> None:
        self._state, self._send = state, send
        self.channels = {c.name: c for c in channels}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Send on a thread of its own until :meth:`stop`; without channels there is none."""
        if self.channels:
            self._thread = threading.Thread(target=self._run, name="selat-notify", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End after the message that is on its way; what still waits is sent by the next watch."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(30.0)

    def _run(self) -> None:
        while not self._stop.wait(PERIOD):
            self.once()

    def once(self) -> dict[str, int]:
        """One round over what is due; how many were ``sent`` and how many ``failed``."""
        now = clock.now()
        counts = {"sent": 0, "failed": 0}
        down: set[str] = set()
        for letter in outbox.due(self._state, now):
            channel = self.channels.get(letter.channel)
            if channel is None or letter.channel in down or self._stop.is_set():
                continue
            if self._deliver(channel, letter):
                counts["sent"] += 1
            else:
                counts["failed"] += 1
                down.add(letter.channel)  # its later messages wait too, so that order is kept
        return counts

    def _deliver(self, channel: Channel, letter: Letter) -> bool:
        try:
            self._send(channel, letter.payload, tries=letter.tries)
        except ConnectError as e:
            wait = pause(letter.tries)
            if letter.tries == 0:
                log.warning("notify.%s: %s; kept, next try in %g s", channel.name, e, wait)
            now = clock.now()
            outbox.mark(self._state, letter, now, error=str(e), again=now + round(wait * SECOND))
            return False
        outbox.mark(self._state, letter, clock.now())
        return True

    def health(self) -> dict[str, dict[str, Any]]:
        """By channel: how many messages wait, since when, and why."""
        found = outbox.waiting(self._state)
        return {name: found.get(name, {"count": 0, "since": 0, "error": ""}) for name in self.channels}
