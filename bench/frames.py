"""Frames a second of the page on real graphics hardware: ``python bench/frames.py [--software] [--ships N ...]``.

Run it on the machine that the floor uses, from a checkout whose page is built (``python3 dev.py``). It opens the page in
the machine's own Chromium without a window, with graphics hardware where Chromium finds some, says by which renderer it
was drawn, and moves the map for ten seconds with every ship on it, at 1,500 and at 50,000 ships:

* *as shown*: frames a second as a screen of 60 Hz shows them; the share of frames that came a frame late or more;
* *as fast as it can*: the same without waiting for a screen, which says how much is in reserve;
* *a still map*: while ships move on a map that stands, milliseconds of processor time of the main thread in a second.

``--flags`` takes flags of Chromium for a driver that needs some (``--flags=--use-angle=vulkan`` on a Linux server with a
card but no screen). Where it says SwiftShader or llvmpipe, the processor drew and not a card: these figures say nothing
of the card, and the run ends with status 1 (``--software`` asks for just that).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "bench")]

from page import Many, thread_time  # noqa: E402

from browser.cdp import SOFTWARE, Browser  # noqa: E402
from selat.web.server import create_app, serve_in_thread  # noqa: E402

SECONDS = 10
UNBOUND = ["--disable-gpu-vsync", "--disable-frame-rate-limit"]
ON_CPU = ("swiftshader", "llvmpipe", "software", "basic render")
RENDERER = """(() => {
  const gl = document.querySelector('canvas.maplibregl-canvas').getContext('webgl2');
  const told = gl.getExtension('WEBGL_debug_renderer_info');
  return told ? gl.getParameter(told.UNMASKED_RENDERER_WEBGL) : gl.getParameter(gl.RENDERER);
})()"""
# Moves the map a little on every frame, round and round; when each frame was drawn is asked of the map itself.
MOVING = """new Promise((done) => {
  const map = selat.map(), times = [], begun = performance.now();
  const note = () => times.push(performance.now());
  const move = () => {
    const t = (performance.now() - begun) / 1000;
    if (t > %d) { map.off('render', note); done(times); return; }
    map.jumpTo({ center: [103.95 + 0.15 * Math.sin(t), 1.22 + 0.04 * Math.cos(1.3 * t)] });
    requestAnimationFrame(move);
  };
  map.on('render', note);
  requestAnimationFrame(move);
})"""


def measure(ships: int, graphics: list[str], binary: str | None) -> dict[str, object]:
    """One browser: renderer, times between frames while the map moves, main thread while it stands."""
    server = serve_in_thread(create_app(Many(ships)))
    try:
        with Browser(1920, 1080, graphics, binary) as page:
            page.call("Performance.enable")
            page.open(server.url)
            page.wait(f"selat.ready() && selat.counts().ships === {ships}", 120)
            time.sleep(2)
            gaps = np.diff(page.js(MOVING % SECONDS))
            before = thread_time(page)
            time.sleep(SECONDS)
            return {
                "renderer": page.js(RENDERER),
                "gaps": gaps,
                "still_ms": (thread_time(page) - before) / SECONDS * 1000,
            }
    finally:
        server.stop()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--ships", type=int, nargs="+", default=[1500, 50_000])
    arguments.add_argument("--software", action="store_true", help="by the processor, as the tests do")
    arguments.add_argument("--flags", nargs="*", default=[], help="further flags of Chromium")
    arguments.add_argument("--browser", help="path of Chromium or Chrome; else the one on the path")
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    graphics = [*(SOFTWARE if given.software else ["--enable-gpu"]), *given.flags]
    told: list[dict[str, object]] = []
    for ships in given.ships:
        for how, more in (("as shown", []), ("as fast as it can", UNBOUND)):
            got = measure(ships, graphics + more, given.browser)
            gaps = np.asarray(got["gaps"])
            row = {
                "ships": ships, "how": how, "renderer": got["renderer"], "frames_a_second": round(1000 / gaps.mean(), 1),
                "median_ms": round(float(np.median(gaps)), 1), "p95_ms": round(float(np.quantile(gaps, 0.95)), 1),
                "late_share": round(float((gaps > 25).mean()), 3),
                "still_main_thread_ms_a_second": round(float(str(got["still_ms"])), 1),
            }  # fmt: skip
            told.append(row)
            print(f"{ships:,} ships, {how}: {row['frames_a_second']} frames/s, median {row['median_ms']} ms, p95 "
                  f"{row['p95_ms']} ms, {row['late_share']:.1%} late; still map {row['still_main_thread_ms_a_second']} ms/s "
                  "of the main thread")  # fmt: skip
    renderer = str(told[0]["renderer"])
    print(f"renderer: {renderer}; 1920 x 1080; load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    if given.json:
        given.json.write_text(json.dumps(told, indent=1) + "\n")
    if any(word in renderer.lower() for word in ON_CPU) and not given.software:
        print(
            "the processor drew this, not a graphics card: is its driver there? try --flags=--use-angle=vulkan",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
