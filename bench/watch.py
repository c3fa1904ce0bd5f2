"""Latency and cost of a full watch: ``python bench/watch.py [vessels] [minutes] [settle]``.

5,000 vessels on lanes and at anchor are written as real sentences with TAG blocks (a shore receiver, 0.1 to 0.6 s
late); beacons and near misses among them raise alerts. The whole loop runs over them on one core: journal with fsync,
decoding, floor with all rules, alerts stored, history written and tidied, the picture refreshed twice a second and sent
to a page each second. Each quarter of a second of the feed is one block; the time that each block really takes is
measured, and a block that comes while the loop is busy waits (a queue with one server), so the latencies are those of a
live watch, without waiting for them.

*row*: from when a report was received until the rules had seen it. *alert*: from when the last report that an alert
rests on was received until it was handed to the page; *picture*: from the instant that was judged until then (rules that
look at the picture do so every 10 s). *stored*: as alert, until the alert is in the state database.
"""

from __future__ import annotations

import bisect
import itertools
import math
import multiprocessing
import os
import pickle
import resource
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from selat.app.lean import for_weeks, settled

if __name__ == "__main__":
    for_weeks()  # before Arrow is loaded, as `selat watch` does

from selat.app.picture import LivePicture
from selat.app.pipeline import Pipeline
from selat.app.watch import REFRESH, SETTLED
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.encode import armour, bits, sentences, tag_block
from selat.model.nouns import Alert
from selat.model.units import KNOT
from selat.store import blob
from selat.store.writer import Store
from selat.web import server  # noqa: F401 - what it takes is part of a watch
from selat.web.feed import Hub

START = 1_800_000_000 * SECOND
BLOCK = 0.25  # s
ALERTS = 0.5  # s until alerts that wait are written
COMMIT = 60.0  # s between commits of all
TIDY = 1800.0  # s between tidyings of the history
SENT = 1.0  # s between messages to the page
KEPT = 400_000  # reports of which it is remembered when they came
#: On a machine that others use too, BENCH_CLOCK=cpu leaves out the time in which they ran (and that of the disk).
CLOCK = time.process_time if os.environ.get("BENCH_CLOCK") == "cpu" else time.perf_counter


def fleet(vessels: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Places (m east and north of 1.3 N 100 E), velocities, interval: four of five sail on lanes, one lies at anchor."""
    n = vessels
    sails = np.arange(n) < 0.8 * n
    lane, place = np.arange(n) % 60, np.arange(n) // 60
    north = lane * 1500.0 + rng.uniform(-100, 100, n)
    east = place * 5000.0 + rng.uniform(0, 2000, n)
    speed = np.where(sails, (10.0 + 0.05 * lane) * KNOT, 0.0)
    way = np.where(lane < 30, 1.0, -1.0)
    still = np.flatnonzero(~sails)
    north[still], east[still] = -6000.0 - 900.0 * (still % 20), (still // 20) * 900.0
    return {"x": east, "y": north, "v": speed * way, "every": np.where(sails, 10.0, 180.0), "sails": sails}


def stream(vessels: int, seconds: float, seed: int) -> Iterator[tuple[int, bytes, float]]:
    """Lines of the feed with the time (ns) at which each comes in, in that order."""
    rng = np.random.default_rng(seed)
    f = fleet(vessels, rng)
    out: list[tuple[int, bytes, float]] = []  # what has not come in yet
    due = rng.uniform(0, 1, vessels) * f["every"]
    for second in range(int(seconds)):
        at = np.flatnonzero(due < second + 1)
        t = due[at]
        due[at] += f["every"][at]
        fix = np.floor(t)
        x, y = f["x"][at] + f["v"][at] * fix, f["y"][at]
        lat, lon = geodesy.moved(1.3, 100.0 + np.round(x / 111000.0, 1), x - np.round(x / 111000.0, 1) * 111000.0, y)
        noise = rng.normal(0, 4.0, (2, at.size)) / 111000.0
        for k, i in enumerate(at.tolist()):
            course = 90.0 if f["v"][i] >= 0 else 270.0
            payload = armour(*bits(
                1, mmsi=563000000 + i, lat=float(lat[k] + noise[0, k]), lon=float(lon[k] + noise[1, k]),
                sog=abs(f["v"][i]) / KNOT, cog=course, heading=int(course), nav_status=0 if f["sails"][i] else 1, rot=0,
                second=int(START // SECOND + fix[k]) % 60, accuracy=1, radio=0,
            ))  # fmt: skip
            out.append(_sent(float(t[k]), payload, rng))
        if second % 10 == 3:
            out += _pair(second, seconds, rng)
        if second % 15 == 7:
            out += _beacon(second, rng)
        out.sort()
        came = bisect.bisect_left(out, (START + (second + 1) * SECOND,))
        yield from out[:came]
        del out[:came]
    yield from out


def _beacon(second: int, rng: np.random.Generator) -> list[tuple[int, bytes, float]]:
    """A search and rescue transmitter begins: two of its bursts."""
    number, lines = second // 15, []
    for k in range(8):
        payload = armour(*bits(
            1, mmsi=970_000_000 + number, lat=1.0 + 0.001 * (number % 97), lon=101.0 + 0.01 * (number % 89), sog=0.0, cog=0.0,
            heading=None, nav_status=14, rot=0, second=int(START // SECOND + second + 2 * k) % 60, accuracy=1, radio=0,
        ))  # fmt: skip
        lines.append(_sent(second + 2.0 * k + 0.1, payload, rng))
    return lines


def _pair(second: int, seconds: float, rng: np.random.Generator) -> list[tuple[int, bytes, float]]:
    """Two ships that begin to send now and meet end on after seven minutes."""
    number, lines, speed = second // 10, [], 12.0 * KNOT
    for ship, way in ((0, 1.0), (1, -1.0)):
        for t in np.arange(second + rng.uniform(0, 1), min(second + 400.0, seconds), 10.0):
            run = way * (speed * (np.floor(t) - second) - 420.0 * speed)
            lat, lon = geodesy.moved(3.0 + 0.05 * (number % 40), 100.5 + 0.4 * (number // 40 % 8), run, 30.0 * ship)
            course = 90.0 if way > 0 else 270.0
            payload = armour(*bits(
                1, mmsi=533_000_000 + 2 * number + ship, lat=float(lat), lon=float(lon), sog=12.0, cog=course,
                heading=int(course), nav_status=0, rot=0, second=int(START // SECOND + t) % 60, accuracy=1, radio=0,
            ))  # fmt: skip
            lines.append(_sent(float(t), payload, rng))
    return lines


def _sent(t: float, payload: tuple[str, int], rng: np.random.Generator) -> tuple[int, bytes, float]:
    """When a line comes in (ns), the line, and the second of its position (s)."""
    heard = t + 0.03
    came = heard + 0.1 + min(float(rng.exponential(0.1)), 0.5)
    stamp = (START + int(heard * SECOND)) // (SECOND // 1000)
    (line,) = sentences(*payload, channel="A", tag=tag_block(c=stamp, s="SHORE"))
    return START + int(came * SECOND), line.encode() + b"\r\n", float(np.floor(t))


class Page:
    """The picture and what is sent to a page that is open, as `selat watch` has them. A clock of the feed's time."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.at = START
        self.picture = LivePicture(
            pipeline.floor.contacts, self, threading.RLock(), lambda: {"clock_ms": self.at / 1e6}
        )
        self._hub = Hub(self.picture)
        self._refreshed = self._sent = 0.0

    def now(self) -> int:
        """The feed's time, ns UTC."""
        return self.at

    def block(self, arrived: float) -> None:
        """What is due at this (virtual) second."""
        self.at = START + int(arrived * SECOND)
        if arrived - self._refreshed >= REFRESH:
            self._refreshed = arrived
            self.picture.refresh()
        if arrived - self._sent >= SENT:
            self._sent = arrived
            self._hub.changes()


class Loop:
    """The pipeline as a queue with one server: when blocks come (virtual), and when each is done."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline, self.page = pipeline, Page(pipeline)
        self.free = 0.0  # virtual s when the loop is free again
        self.rows = array("d")
        self.told: list[tuple[float, float, str]] = []  # when the last evidence came, when it was told, rule
        self.judged: list[float] = []
        self.waiting: list[float] = []
        self.stored: list[float] = []
        self.busy = 0.0
        self.came = array("d")  # when each report came, from the first number on
        self.first = pipeline.next_seq
        self.recent: list[tuple[float, float]] = []  # of the reports of late: when they came, second of the position
        self.known: set[str] = set()
        self._committed = self._told = self._tidied = 0.0
        pipeline.on_alerts = self._alerts
        self._begun = self._wall = 0.0
        self.measure = False

    def _alerts(self, alerts) -> None:
        self.page.picture.tell(alerts)
        now = self._begun + CLOCK() - self._wall
        for a in alerts:
            if a.id in self.known:
                continue
            self.known.add(a.id)
            last = max((self.came[s] for s in self._places(a)), default=None)
            if self.measure and last is not None and a.state == "active":
                self.told.append((last, now, a.rule))
                self.judged.append(now - (a.last - START) / SECOND)
                self.waiting.append(last)

    def _places(self, alert: Alert) -> list[int]:
        """Where the evidence of an alert stands among what came."""
        return [s - self.first for s in alert.evidence.get("seq", ()) if 0 <= s - self.first < len(self.came)]

    def block(self, arrived: float, lines: list[tuple[int, bytes, float]], intake) -> None:
        self._begun, self._wall = max(arrived, self.free), CLOCK()
        first = self.pipeline.next_seq - self.first
        if len(self.came) > KEPT:  # what is older than that is no alert's last evidence
            self.first += KEPT // 2
            del self.came[: KEPT // 2]
            first -= KEPT // 2
        del self.came[first:]
        self.came.extend([-math.inf] * (first - len(self.came)))
        self.came.extend((came - START) / SECOND for came, _, _ in lines)
        before = self.pipeline.floor.now
        self.pipeline.take(intake, b"".join(line for _, line, _ in lines), START + int(arrived * SECOND))
        self.pipeline.sync()
        after = self.pipeline.floor.now
        if arrived - self._committed > COMMIT:
            self.pipeline.commit(wait=True)
            self._committed = self._told = arrived
        elif self.pipeline.alerts_waiting and arrived - self._told > ALERTS:
            self.pipeline.tell(wait=True)
            self._told = arrived
        self.page.block(arrived)
        if arrived - self._tidied > TIDY:
            self.pipeline.writer.compact(min_parts=8, tiers=True, wait=False)
            self._tidied = arrived
        took = CLOCK() - self._wall
        self.free = self._begun + took
        if self.measure:
            self.busy += took
            if after > before > 0:
                self.rows.extend(self.free - t for t in self._due(before, after))
            if not self.pipeline.alerts_waiting and self.waiting:
                self.stored += [self.free - t for t in self.waiting]
                self.waiting.clear()

    def _due(self, before: int, after: int) -> list[float]:
        """When the reports came that the watermark has passed now."""
        lo, hi = (before - START) / SECOND, (after - START) / SECOND
        return [came for came, key in self.recent if lo < key <= hi]


def quantiles(values: Sequence[float]) -> str:
    """p50, p95, p99 and the greatest, s."""
    if not len(values):
        return "none"
    p = np.percentile(values, [50, 95, 99, 100])
    return "p50 {:.2f}  p95 {:.2f}  p99 {:.2f}  max {:.2f} s  (n = {})".format(*p, len(values))


def record(path: Path, vessels: int, seconds: float) -> None:
    """Write the feed block by block, in a process of its own: what it takes to make is not what a watch takes."""
    block: list[tuple[int, bytes, float]] = []
    until = BLOCK
    with path.open("wb") as file:
        for line in stream(vessels, seconds, 1):
            while line[0] > START + int(until * SECOND):
                pickle.dump(block, file)
                block, until = [], until + BLOCK
                if until > seconds:
                    return
            block.append(line)


def replayed(path: Path) -> Iterator[tuple[float, list[tuple[int, bytes, float]]]]:
    """When each block comes (virtual s), and its lines."""
    with path.open("rb") as file:
        for step in itertools.count(1):
            try:
                yield step * BLOCK, pickle.load(file)
            except EOFError:
                return


def resident() -> float:
    """Memory of this process now, MB (10^6 bytes)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(vessels: int = 5000, minutes: float = 5.0, settle: float = 12.0) -> None:
    """Run and print."""
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})
    total = (minutes + settle) * 60
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "sea") as store, store.writer() as writer:
        feed = Path(folder) / "feed"
        recorder = multiprocessing.get_context("spawn").Process(target=record, args=(feed, vessels, total))
        recorder.start()
        recorder.join()
        if recorder.exitcode:
            raise SystemExit(f"the feed was not recorded: exit status {recorder.exitcode}")
        print(f"{vessels} vessels, {settle:g} min to settle, {minutes:g} min measured; 1 core")
        pipeline = Pipeline(writer)
        loop = Loop(pipeline)
        intake = pipeline.source("bench", "nmea-live")
        heard, held = 0, [(0.0, resident())]
        for arrived, lines in replayed(feed):
            heard += len(lines)
            loop.recent = (loop.recent + [((c - START) / SECOND, key) for c, _, key in lines])[-40 * vessels // 10 :]
            if not loop.measure and arrived > settle * 60:
                loop.measure, loop.free = True, arrived
            loop.block(arrived, lines, intake)
            if arrived == SETTLED:
                settled()
            if not loop.measure:
                loop.free = 0.0
            if arrived >= (held[-1][0] + total / 60 / 8) * 60:
                held.append((arrived / 60, resident()))
        share = loop.busy / (minutes * 60)
        print(
            f"busy        {share:.1%} of the core; rules: {len(pipeline.floor.rules)}; {heard / total:.0f} sentences/s"
        )
        print("row        ", quantiles(loop.rows))
        print("alert      ", quantiles([b - a for a, b, _ in loop.told]))
        for rule in sorted({r for _, _, r in loop.told}):
            print(f"  {rule:<20}", quantiles([b - a for a, b, r in loop.told if r == rule]))
        print("picture    ", quantiles(loop.judged))
        print("stored     ", quantiles(loop.stored))
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        took, data = [], b""
        for _ in range(5):
            del data
            begun = CLOCK()
            state = pipeline.floor.state(copy=False)
            middle = CLOCK()
            data = blob.dump(state)
            took.append((middle - begun, CLOCK() - begun))
        copied, dumped = np.median(np.array(took), axis=0)
        print(f"state save  {dumped * 1e3:.0f} ms, of which gathered {copied * 1e3:.0f} ms; {len(data) / 1e6:.1f} MB")
        print("resident   ", ", ".join(f"{r:.0f} MB after {m:.0f} min" for m, r in held))
        print(f"memory      {most:.0f} MB at most")


if __name__ == "__main__":
    main(*(float(a) if k else int(a) for k, a in enumerate(sys.argv[1:])))
