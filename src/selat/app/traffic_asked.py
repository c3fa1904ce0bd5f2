"""What a sea is asked about its traffic in Python: maps and passages of gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from selat.app import traffic
from selat.model.errors import ConfigError
from selat.model.nouns import Zone
from selat.model.sieve import WORDS, sieve_of
from selat.store.query import Moment, nanoseconds
from selat.tracks.gates import Passages
from selat.tracks.heat import Heat

if TYPE_CHECKING:
    from selat.app.session import Sea


class AsksTraffic:
    """Methods of a sea."""

    def _sea(self) -> Sea:
        return cast("Sea", self)

    def density(
        self, begin: Moment, end: Moment, box: tuple[float, float, float, float], cell: float = 1000.0,
        percentile: float | None = None, **words: str,
    ) -> Heat:  # fmt: skip
        """Traffic on a grid of cells of about ``cell`` metres over a box (west, south, east, north in degrees).

        ``words``: which ships, as in ``types="tanker"``, ``min_kn="0.5"``; see :mod:`selat.model.sieve`. Times as in
        :meth:`~selat.store.query.Query.between`.
        """
        return traffic.density(
            self._sea(), nanoseconds(begin), nanoseconds(end), box, cell, sieve_of(_known(words)), percentile
        )

    def passages(self, begin: Moment, end: Moment, *gates: str | Zone, clear: float = 200.0, **words: str) -> Passages:
        """Who passed gates (names of lines, or lines; none: all of kind gate); ``words`` as in :meth:`density`.

        ``clear`` metres: see :mod:`selat.kernels.gates`.
        """
        named = [g for g in gates if isinstance(g, str)]
        lines = [g for g in gates if isinstance(g, Zone)]
        lines += traffic.gates_named(self._sea(), named) if named or not lines else []
        sieve = sieve_of(_known(words))
        return traffic.passages(self._sea(), nanoseconds(begin), nanoseconds(end), lines, sieve, clear=clear)


def _known(words: dict[str, str]) -> dict[str, str]:
    for name in words:
        if name not in WORDS:
            raise ConfigError(f"{name!r} is no word about ships", hint=f"known: {', '.join(WORDS)}")
    return words
