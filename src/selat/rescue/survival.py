"""How long to go on: a policy clock that the mission co-ordinator sets, not a prediction.

In water below 20 deg C the common table of expected survival (IAMSAR Manual, Volume II, as widely quoted; its page was not at hand)
gives hours for persons without protective clothing. Above it says "indefinite": what ends a life there is drowning without a
life-jacket, exhaustion, thirst, injury, and no formula says when. Hayward's fit of 1975 has a pole at 23.1 deg C and is not used.
So in warm water the clock has no end of its own: only the times at which the decision to go on is due, until the co-ordinator
sets an end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from selat.model.clock import HOUR, SECOND, format_time
from selat.model.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Policy:
    """``hours``: (water below this temperature, hours of expected survival) pairs, rising; above the last there is no figure.

    ``factor``: search for so many times the expected hours; ``review``: hours between decisions; ``limit``: hours after which
    the search ends where the co-ordinator has said so (0: not said).
    """

    hours: tuple[tuple[float, float], ...] = ((2.0, 0.75), (4.0, 1.5), (10.0, 3.0), (15.0, 6.0), (20.0, 12.0))
    factor: float = 1.0
    review: float = 24.0
    limit: float = 0.0

    def __post_init__(self) -> None:
        rising = all(a[0] < b[0] and a[1] <= b[1] for a, b in zip(self.hours, self.hours[1:], strict=False))
        if not rising or any(h <= 0 for _, h in self.hours):
            raise ConfigError(
                "a survival policy whose table does not rise", hint="temperatures and hours rise, row by row"
            )
        if self.factor <= 0 or self.review <= 0 or self.limit < 0:
            raise ConfigError("a survival policy with a factor or an interval of zero", hint="give numbers above zero")


@dataclass(frozen=True, slots=True)
class Clock:
    """``end``: ns UTC, 0 where there is none; ``reviews``: when the decision is due, ten days at most; ``sentence``: for people."""

    end: int
    reviews: tuple[int, ...]
    sentence: str


def clock(begin: int, water: float, policy: Policy | None = None) -> Clock:
    """The clock of someone in the water since ``begin`` (ns) at ``water`` degrees Celsius.

    Raises :class:`ConfigError` for water that is none (below -2 or above 40).
    """
    rule = policy or Policy()
    if not (math.isfinite(water) and -2.0 <= water <= 40.0):
        raise ConfigError(f"sea water of {water} deg C", hint="give its temperature in degrees Celsius, -2 to 40")
    expected = next((h for below, h in rule.hours if water < below), None)
    hours = rule.limit or (expected * rule.factor if expected is not None else 0.0)
    end = begin + int(hours * 3600) * SECOND if hours else 0
    last = end or begin + 240 * HOUR
    step = int(rule.review * 3600) * SECOND
    reviews = tuple(range(begin + step, last, step))
    if rule.limit:
        text = f"ends {format_time(end)}, as the co-ordinator has set"
    elif expected is not None:
        text = f"expected survival {expected:g} h in water of {water:g} deg C: ends {format_time(end)} by this policy"
    else:
        first = format_time(reviews[0]) if reviews else format_time(last)
        text = f"no figure for water of {water:g} deg C: decide anew at {first} and every {rule.review:g} h"
    return Clock(end, reviews, text)
