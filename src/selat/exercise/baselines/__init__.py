"""The rules of others, from their published definitions, on the same receptions and against the same truth as ours.

One file a peer, with ``RULES``: names and functions ``rule(positions, context) -> rows``. A row carries the name of the rule of
ours that it is compared with. Rules that leave out the waters near the shore, ports or anchorages are also run where nothing is
left out, as ``NAME, nowhere left out``: what a rule finds and what its exclusions cost can so be told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from selat.exercise.baselines import dma, gfw, plain, rtec, skylight, starboard
from selat.exercise.baselines._table import Context, Positions, Row, context_of, positions_of
from selat.model.clock import HOUR

Rule = Callable[[Positions, Context], list[Row]]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A rule of others. ``ours``: the rule of ours it is compared with; ``needs``: ns that what it finds lasts at least.

    ``excludes``: it leaves out waters by its context.
    """

    name: str
    ours: str
    find: Rule
    excludes: bool = False
    needs: int = 0


def _all() -> dict[str, Baseline]:
    ours = {
        "gap": "dark", "encounter": "rendezvous", "standard rendezvous": "rendezvous", "potential dark activity": "dark",
        "drift": "drifting", "sudden speed change": "sudden_stop", "close encounter": "collision", "free flow": "follow",
        "unusual speed": "speed_limit", "high speed near coast": "speed_limit", "tugging": "tow", "trawling": "fishing",
        "search and rescue": "sar_activity", "silence of 15 min": "dark", "port visit": "port_visit",
    }  # fmt: skip
    needs = {"GFW gap": 12 * HOUR, "GFW encounter": 2 * HOUR, "Skylight potential dark activity": 6 * HOUR}
    excludes = {
        "GFW encounter",
        "GFW loitering",
        "Starboard encounter",
        "RTEC gap",
        "RTEC loitering",
        "RTEC rendezvous",
    }
    found = {}
    peers = {"GFW": gfw, "DMA": dma, "RTEC": rtec, "Skylight": skylight, "Starboard": starboard, "Plain": plain}
    for peer, module in peers.items():
        for name, find in module.RULES.items():
            full = f"{peer} {name}"
            found[full] = Baseline(full, ours.get(name, name), find, full in excludes, needs.get(full, 0))
    return found


BASELINES = _all()

__all__ = ["BASELINES", "Baseline", "Context", "Positions", "Row", "context_of", "positions_of"]
