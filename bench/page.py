"""The page and its server, measured: ``python bench/page.py [first|pixel|wire|fan|many ...]``.

*first*: from the request of the page until land and ships are drawn and nothing is waited for, bytes on the wire
(compressed), hosts asked. The page notes the frame in which that is so; then it is looked whether land is where land is.
*pixel*: from when a ship's new place is in the picture until a screenshot shows other pixels there; 1,500 ships, one
frame a second, headless Chromium with software GL. The screenshots themselves take part of the time, so these are upper bounds.
*wire*: bytes a second to one client, 1,500 and 50,000 ships of which a tenth reports each second.
*fan*: share of one core that the server process takes for 100 clients, less that for one.
*many*: main-thread milliseconds an update of 50,000 ships takes in the page, by the wall and of the processor (they differ
where the threads that draw by software, or others, want the cores too); and processor time of its main thread in a
second, drawing and everything else included.

The ships are invented, moved with NumPy, so that what is measured is the server and the page.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from browser.cdp import Browser  # noqa: E402
from selat.model.picture import CLASS_A, POSITION_SCALE, ROW  # noqa: E402
from selat.web.server import create_app, serve_in_thread  # noqa: E402

WEST, SOUTH, EAST, NORTH = 103.4, 1.0, 104.6, 1.6
REPORTS = 0.1  # share of the ships that reports each second


class Many:
    """A picture of ``n`` ships; the first lies where it is put."""

    def __init__(self, n: int, seed: int = 1) -> None:
        dice = np.random.default_rng(seed)
        self.all = np.zeros(n, ROW)
        self.all["mmsi"] = 533_000_000 + np.arange(n)
        self.all["lon"] = dice.uniform(WEST, EAST, n) * POSITION_SCALE
        self.all["lat"] = dice.uniform(SOUTH, NORTH, n) * POSITION_SCALE
        self.all["sog"], self.all["cog"] = dice.integers(0, 200, n), dice.integers(0, 3600, n)
        self.all["hdg"], self.all["flags"] = self.all["cog"] // 10, CLASS_A
        self.version, self.changed = 1, np.ones(n, np.int64)
        self.dice, self.moved = dice, time.monotonic()

    def put(self, lon: float, lat: float) -> None:
        """Move the first ship."""
        self.all["lon"][0], self.all["lat"][0] = lon * POSITION_SCALE, lat * POSITION_SCALE
        self.all["sog"][0] = 0
        self.version += 1
        self.changed[0] = self.version

    def rows(self, since: int) -> tuple[int, np.ndarray]:
        now = time.monotonic()
        n = int(len(self.all) * REPORTS * min(now - self.moved, 2.0))
        self.moved = now
        who = 1 + self.dice.integers(0, len(self.all) - 1, n)
        self.all["lon"][who] += self.dice.integers(-30, 31, n)
        self.version += 1
        self.changed[who] = self.version
        return self.version, self.all[self.changed > since].copy()

    def labels(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        if since >= 1:
            return 1, []
        more = {"callsign": None, "imo": None, "ship_type": 70, "length_m": 180.0, "beam_m": 30.0, "cls": CLASS_A}
        return 1, [{"id": int(m), "name": f"SHIP {m % 100000}", **more} for m in self.all["mmsi"]]

    def ship(self, mmsi: int) -> None:
        return None

    def alerts(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        return 1, []

    def health(self) -> dict[str, Any]:
        now = time.time() * 1000
        source = {
            "name": "bench",
            "state": "ok",
            "last_heard_ms": now,
            "lines": 0,
            "kept": 0,
            "duplicates": 0,
            "rejected": 0,
            "rate_per_s": 1.0,
        }
        return {
            "now_ms": now,
            "clock_ms": now,
            "replay": False,
            "sources": [source],
            "ships": len(self.all),
            "rate_per_s": 1.0,
            "lag_s": 0.0,
        }


#: notes when the page is usable, looked at on every frame: milliseconds since 1970
USABLE = """(() => {
  const look = () => {
    if (window.selat?.ready()) window.usable = performance.timeOrigin + performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
#: whether land is drawn on Batam and none in the strait before it
LANDED = """[[104.05, 1.06], [103.95, 1.22]].map(([lon, lat]) => {
  const p = selat.project(lon, lat);
  return selat.map().queryRenderedFeatures([p.x, p.y], { layers: ["land"] }).length > 0;
})"""


def first(times_asked: int = 5) -> None:
    server = serve_in_thread(create_app(Many(1500)))
    times, size, hosts = [], 0.0, set()
    for _ in range(times_asked):
        with Browser() as page:
            page.call("Network.setCacheDisabled", cacheDisabled=True)
            page.call("Page.addScriptToEvaluateOnNewDocument", source=USABLE)
            begun = time.time()
            page.open(server.url)
            page.wait("window.usable", 60)
            times.append(page.js("window.usable") / 1000 - begun)
            assert page.js(LANDED) == [True, False], "land is where land is"
            done = [e["params"] for e in page.events if e["method"] == "Network.loadingFinished"]
            size = sum(p["encodedDataLength"] for p in done)
            hosts = {urlsplit(u).netloc for u in page.urls() if u.startswith(("http", "ws"))}
    server.stop()
    told = f"{np.median(times):.2f} s (median of {times_asked}, {min(times):.2f} to {max(times):.2f})"
    print(f"first: {told}, {size / 1e6:.2f} MB compressed, hosts asked: {len(hosts)}")


def pixel(times: int = 30) -> None:
    picture = Many(1500)
    server = serve_in_thread(create_app(picture))
    places = [(103.70, 1.02), (103.72, 1.04)]
    waits = []
    with Browser() as page:
        picture.put(*places[0])
        page.open(server.url + "?zones=off&labels=off")
        page.wait("selat.ready()", 60)
        time.sleep(2)
        origin = page.js(
            "(() => { const r = document.getElementById('map').getBoundingClientRect(); return [r.left, r.top]; })()"
        )
        for k in range(times):
            time.sleep(0.6 + 0.07 * (k % 13))
            to = places[(k + 1) % 2]
            x, y = page.js(f"(() => {{ const p = selat.project({to[0]}, {to[1]}); return [p.x, p.y]; }})()")
            clip = (round(x + origin[0]) - 6, round(y + origin[1]) - 6, 12, 12)
            before = page.screenshot(clip=clip)
            begun = time.perf_counter()
            picture.put(*to)
            while page.screenshot(clip=clip) == before and time.perf_counter() - begun < 10:
                pass
            waits.append(time.perf_counter() - begun)
    server.stop()
    print(f"pixel: median {np.median(waits):.2f} s, p95 {np.quantile(waits, 0.95):.2f} s of {times}, 1,500 ships")


async def listen(url: str, clients: int, seconds: float) -> tuple[float, int]:
    """(bytes a second of one client after its snapshot, messages)."""
    import websockets

    got, frames = [0] * clients, [0] * clients

    async def one(k: int) -> None:
        async with websockets.connect(url.replace("http", "ws") + "api/feed", max_size=None, compression=None) as line:
            begun = time.monotonic()
            async for message in line:
                if time.monotonic() - begun > 3:
                    got[k] += len(message)
                    frames[k] += 1

    tasks = [asyncio.create_task(one(k)) for k in range(clients)]
    await asyncio.sleep(seconds + 3)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return float(np.mean(got)) / seconds, int(np.mean(frames))


def wire() -> None:
    for n in (1500, 50_000):
        server = serve_in_thread(create_app(Many(n)))
        rate, _ = asyncio.run(listen(server.url, 1, 8))
        server.stop()
        print(f"wire: {rate / 1000:.1f} kB/s to one client, {n:,} ships")


def fan() -> None:
    """In a process of its own, so that its CPU time is that of the server alone."""
    code = "import sys; sys.path.insert(0, 'bench'); import page; page.serve_many()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    shares = {}
    for clients in (1, 100):
        begun = cpu_of(process.pid)
        asyncio.run(listen(url, clients, 10))
        shares[clients] = (cpu_of(process.pid) - begun) / 13
    process.terminate()
    process.wait(10)
    print(f"fan: {shares[1]:.1%} of a core for one client, {shares[100]:.1%} for 100, 1,500 ships (joining included)")


def serve_many() -> None:
    server = serve_in_thread(create_app(Many(1500)))
    print(server.url, flush=True)
    time.sleep(120)


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def many() -> None:
    server = serve_in_thread(create_app(Many(50_000)))
    with Browser() as page:
        page.open(server.url + "?labels=off")
        page.wait("selat.ready() && selat.counts().ships === 50000", 60)
        page.call("Performance.enable")
        before, frames = thread_time(page), page.js("selat.counts().frames")
        time.sleep(12)
        costs = page.js("selat.costs()")[2:]
        share = (thread_time(page) - before) / 12
        drawn = (page.js("selat.counts().frames") - frames) / 12
        messages = of_messages(page, 20)
    server.stop()
    middle, late = np.median(costs), np.quantile(costs, 0.95)
    print(
        f"many: {middle:.1f} ms median, {late:.1f} ms p95 of the main thread an update of 5,000 rows among 50,000 ships"
    )
    for name, took in zip(("by the wall", "of the processor"), messages.T, strict=True):
        middle, late = np.median(took), np.quantile(took, 0.95)
        print(f"many: a message, traced, {middle:.1f} ms median, {late:.1f} ms p95 {name} ({len(took)} of them)")
    print(
        f"many: {share * 1000:.0f} ms of the main thread in a second (processor time), {drawn:.1f} frames drawn in it"
    )


def of_messages(page: Browser, seconds: float) -> np.ndarray:
    """(messages, 2): milliseconds by the wall and of the processor of each message of the feed with many rows."""
    page.events.clear()
    page.call("Tracing.start", traceConfig={"includedCategories": ["devtools.timeline"]}, transferMode="ReportEvents")
    time.sleep(seconds)
    page.call("Tracing.end")
    while not any(e["method"] == "Tracing.tracingComplete" for e in page.events):
        page.js("0")  # events are read with the answers
    told = [x for e in page.events if e["method"] == "Tracing.dataCollected" for x in e["params"]["value"]]
    calls = [x for x in told if x["name"] == "FunctionCall" and x.get("dur", 0) > 1000]
    named = [x for x in calls if x["args"]["data"]["functionName"].endswith("onmessage")]
    return np.array([[x["dur"] / 1000, x["tdur"] / 1000] for x in named]).reshape(-1, 2)


def thread_time(page: Browser) -> float:
    """Processor seconds of the page's main thread so far."""
    return {m["name"]: float(m["value"]) for m in page.call("Performance.getMetrics")["metrics"]}["ThreadTime"]


if __name__ == "__main__":
    for name in sys.argv[1:] or ["first", "pixel", "wire", "fan", "many"]:
        {"first": first, "pixel": pixel, "wire": wire, "fan": fan, "many": many}[name]()
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
