"""Does the page of a long watch hold more and more? ``python bench/leak.py [--minutes 130] [--ships 1500] [--json FILE]``.

An hour of an invented watch, after the hour that trails reach back, in two minutes (:mod:`browser.leaking`): ships report,
come and go, alerts are raised and clear. A dozen times in that hour the garbage is collected and counted what is left.
Printed: first and last count, and growth an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from browser.leaking import growth, watched  # noqa: E402


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=130.0)
    arguments.add_argument(
        "--settle", type=float, default=70.0, help="minutes before the first count: trails reach back an hour"
    )
    arguments.add_argument("--ships", type=int, default=1500)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    samples = watched(given.minutes, given.settle, given.ships)
    for name in samples[0][1]:
        first, last = samples[0][1][name], samples[-1][1][name]
        print(f"{name}: {first:,.2f} after {samples[0][0]:.0f} min, {last:,.2f} after {samples[-1][0]:.0f}; "
              f"{growth(samples, name):+,.2f} an hour")  # fmt: skip
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    if given.json:
        given.json.write_text(json.dumps(samples, indent=1) + "\n")


if __name__ == "__main__":
    main()
