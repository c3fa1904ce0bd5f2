"""The rules of others, run on the same receptions and graded against the same truth.

Definitions and thresholds as published, each with its source; the code is ours. Those that leave out the waters near the shore
are run as they are and once more without that, marked ``, near shore too``: so that what the rule finds and what its exclusion
costs can be told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from selat.exercise.baselines import gaps, meetings
from selat.model.columns import Columns
from selat.model.nouns import Alert
from selat.tracks.world import World

#: name of a baseline -> (our rule that it is compared with, the rule)
BASELINES: dict[str, tuple[str, Callable[[Columns, Columns, World], Sequence[Alert]]]] = {
    **{name: ("rendezvous", rule) for name, rule in meetings.RULES.items()},
    **{name: ("dark", rule) for name, rule in gaps.RULES.items()},
}
