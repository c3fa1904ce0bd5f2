"""Single-vessel rules over a day at rest: ``python bench/batch.py [vessels] [minutes] [processes]``.

Reports of the fleet of ``bench/watch.py`` as decoded columns, cut by MMSI between processes, each with a floor of its own
(identity, contacts, motion) and all rules that look at one ship at a time, in windows of the 10 s beat. Rules about pairs
and about absence (which need everybody's reception) are left out. CPU seconds are given beside the wall's, since the
machine may be shared.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import watch

from selat.app.floor import BEAT, Floor, detectors
from selat.model.columns import Columns, empty
from selat.readers.aivdm import AivdmReader
from selat.tracks.reorder import Patience

#: rules that need more ships than one
TOGETHER = {
    "collision", "rendezvous", "ship_to_ship", "dark_rendezvous", "tow", "follow", "approach", "swarm", "pair_trawl",
    "interference", "dark", "sudden_loss", "dark_fishing", "coverage_drop", "receiver_down", "feed_down", "rule_storm",
    "reporting_rate", "overdue", "uncorrelated",
}  # fmt: skip


def run(part: dict[str, np.ndarray]) -> tuple[int, int, float, float]:
    """Rows, alerts, seconds and CPU seconds of one process."""
    reports = Columns("reports", part)
    rules = [r for r in detectors() if r.name not in TOGETHER]
    warm = Floor(rules, patience=Patience(tick=BEAT))
    warm.step(reports.slice(0, 20_000), empty("statics"), empty("messages"), int(reports["received"].max()), True)
    floor = Floor(rules, patience=Patience(tick=BEAT))
    wall, cpu = time.perf_counter(), time.process_time()
    alerts = floor.step(reports, empty("statics"), empty("messages"), int(reports["received"].max()), True)
    return reports.rows, len(alerts), time.perf_counter() - wall, time.process_time() - cpu


def main(vessels: int = 5000, minutes: float = 30.0, processes: int = 2) -> None:
    """Run and print."""
    data = b"".join(line for _, line, _ in watch.stream(vessels, minutes * 60, 1))
    reports = AivdmReader().feed(data, 1, 0).reports
    parts = [dict(reports.take(reports["mmsi"] % processes == k)) for k in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(run, parts))
    rows, alerts = sum(d[0] for d in done), sum(d[1] for d in done)
    names = [r.name for r in detectors() if r.name not in TOGETHER]
    print(f"{rows} positions of {vessels} vessels, {len(names)} rules, {processes} processes, {alerts} alerts")
    print(f"wall  {rows / max(d[2] for d in done):,.0f} positions/s")
    print(f"cpu   {rows / max(d[3] for d in done):,.0f} positions/s")


if __name__ == "__main__":
    main(*(float(a) if k == 1 else int(a) for k, a in enumerate(sys.argv[1:])))
