"""Features of a stretch of track, of all contacts at once: how far, how fast, how much turning, how confined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels.ring import Stretch, stretch
from selat.kernels.swing import Swing, swing
from selat.model.clock import SECOND
from selat.tracks.contacts import Contacts
from selat.tracks.trail import RECENT, RECENT_EVERY

Array = NDArray[Any]
REACH = RECENT * RECENT_EVERY  #: ns: a stretch up to this long is read from the recent positions (10 min)


@dataclass(frozen=True, slots=True)
class Features:
    """Arrays by contact asked for; NaN where there is nothing to tell (``n`` 0, or nobody said).

    ``n`` positions over ``span`` s; ``net`` m from first to last, ``gross`` m along the path; ``mean``, ``least``,
    ``most`` speed as reported (m/s, the mean over time; from the positions where no speed was reported); ``turned``
    sum of the sizes of the changes of course (deg) and ``turn_std`` their standard deviation, of positions that make
    way (1 knot); ``crab`` mean angle between course and heading (0 to 180 deg), ``across`` the same against heading
    or its reciprocal, whichever is nearer (0 to 90); ``lat``, ``lon`` centre (deg) and ``radius`` greatest distance
    from it (m).
    """

    n: Array
    span: Array
    net: Array
    gross: Array
    mean: Array
    least: Array
    most: Array
    turned: Array
    turn_std: Array
    crab: Array
    across: Array
    lat: Array
    lon: Array
    radius: Array

    def take(self, rows: Array) -> Features:
        """Those of some rows."""
        return Features(*(getattr(self, name)[rows] for name in self.__slots__))


def over(contacts: Contacts, slots: Any, now: int, seconds: float) -> Features:
    """Features of ``slots`` (None: all contacts) over the last ``seconds`` before ``now`` (ns).

    Up to 10 minutes they come from the recent positions (5 s apart at least), else from the track (75 s apart).
    """
    which = np.arange(len(contacts)) if slots is None else np.asarray(slots, "i8")
    n = which.size
    out = Stretch(np.empty(n, "i8"), *(np.empty(n) for _ in Stretch._fields[1:]))
    near, far = contacts.rings()
    stretch(near, far, which, int(now - round(seconds * SECOND)), int(now), REACH, out)
    return Features(*out)


@dataclass(frozen=True, slots=True)
class Swings:
    """How ships lie to an anchor; arrays by contact asked for, NaN where it cannot be told.

    ``n`` positions with a heading at less than 1.5 knots; anchor ``lat``, ``lon`` (deg) and ``radius`` (m) of the
    antenna from it, if the bow pointed at it all the while (negative: the stern did); ``rest`` m that the fit leaves
    (root mean square; without a fit the scatter of the positions); ``spread`` of the headings (deg, as a standard
    deviation).
    """

    n: Array
    lat: Array
    lon: Array
    radius: Array
    rest: Array
    spread: Array


def swings(contacts: Contacts, slots: Any, now: int, seconds: float) -> Swings:
    """Swing circles of ``slots`` (None: all contacts) from the track of the last ``seconds`` before ``now`` (ns)."""
    which = np.arange(len(contacts)) if slots is None else np.asarray(slots, "i8")
    n = which.size
    out = Swing(np.empty(n, "i8"), *(np.empty(n) for _ in Swing._fields[1:]))
    swing(contacts.rings()[1], which, int(now - round(seconds * SECOND)), int(now), out)
    return Swings(*out)
