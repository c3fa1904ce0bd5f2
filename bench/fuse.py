"""Association of radar and AIS: how often it is right, what it costs, how wrong it finds the radar to be.

python bench/fuse.py [SEED ...]        1,500 ships, 400 of them without AIS, biases of 50 m and 0.3 degree
python bench/fuse.py --cost            a step at 5,000 contacts
python bench/fuse.py --nobody [SEED ...]  whom the rule uncorrelated tells of, whatever their rank: precision and recall
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from fuse_scene import SITE, START, scene
from selat.app.floor import Floor
from selat.detectors.uncorrelated import Parameters, Uncorrelated
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.tracks.contacts import Contacts
from selat.tracks.fuse import EVERY, Fusion
from selat.tracks.motion import settle


def run(seed: int, warm: int = 300, placed: bool = True, **more: object) -> dict[str, float]:
    """Right, wrong and missed target-minutes after ``warm`` s, and ms a step."""
    s = scene(seed, **more)  # type: ignore[arg-type]
    c, f = Contacts(), Fusion({1: SITE} if placed else {})
    c.declare(s.statics)
    steps, right = [], np.zeros(4, "i8")  # ships right, ships wrong, ships missed; mute taken for a ship
    mute = 0
    last = int(s.reports["time"].max())
    for now in range(START + EVERY, last + 1, EVERY):
        lo, hi = np.searchsorted(s.reports["time"], [now - EVERY + 1, now + 1])
        c.update(s.reports.slice(int(lo), int(hi)))
        if now % (60 * SECOND) == 0:
            settle(c, now)
        begun = time.perf_counter()
        f.step(c, now)
        steps.append(time.perf_counter() - begun)
        second = (now - START) / SECOND
        if second < warm or second % 60:
            continue
        heard = set(c.mmsi[(now - c.time) / SECOND <= 600.0].tolist())  # who AIS does not hear is no pair
        said = {link.target >> 20: link.ship >> 20 for link in f.links()}
        for number, ship in s.truth(second).items():
            got = said.get(number)
            if not s.ais[ship] or int(s.mmsi[ship]) not in heard:
                mute += 1
                right[3] += got is not None
            else:
                right[0 if got == s.mmsi[ship] else 2 if got is None else 1] += 1
    total = int(right[:3].sum()) + mute
    good = right[0] + mute - right[3]
    ms = np.array(steps[12:]) * 1e3
    r = f.registration()[0]
    return {
        "right": good / total, "wrong": right[1] / total, "missed": right[2] / total, "mute_joined": right[3] / max(mute, 1),
        "minutes": total, "swaps": s.swaps, "ms": float(np.median(ms)), "ms95": float(np.quantile(ms, 0.95)),
        "contacts": len(c), "range": r.error[0], "bearing": r.error[1], "time": r.error[2],
    }  # fmt: skip


def nobody(seed: int) -> dict[str, float]:
    """Targets told of by the rule against those that send nothing and that lived long enough, at the same density."""
    s = scene(seed, ships=500, mute=133, size=(30e3, 12e3))
    floor = Floor([Uncorrelated(Parameters(worth=0.0))])
    floor.fusion.sites = {1: SITE}
    last = int(s.reports["time"].max()) + 1
    alerts = floor.step(s.reports, s.statics, empty("messages"), last, True)
    told = {a.subjects[0] for a in alerts}
    heard = set(s.reports["mmsi"].tolist())
    mute = {n for n, ship, _, _ in s.spells if not s.ais[ship] or int(s.mmsi[ship]) not in heard}
    moving = {int(m) for m in s.reports["mmsi"][s.reports["sog"] > 20].tolist()}
    long = {n for n, ship, a, b in s.spells if n in mute & moving and min(b, (last - START) / SECOND) - a > 840.0}
    return {
        "told": len(told),
        "precision": len(told & mute) / max(len(told), 1),
        "recall": len(told & long) / max(len(long), 1),
        "of": len(long),
    }


def main(words: list[str]) -> None:
    """Run."""
    if "--cost" in words:
        tables = [run(1, ships=2900, mute=800, seconds=420, size=(84e3, 25e3))]
    elif "--nobody" in words:
        tables = [nobody(int(w)) for w in words if w.isdigit()]
    else:
        tables = [run(int(w)) for w in words or ["101", "102", "103"]]
    for t in tables:
        print("  ".join(f"{k} {v:.4g}" for k, v in t.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
