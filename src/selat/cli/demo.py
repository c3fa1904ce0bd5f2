"""Play a built-in exercise in the Strait and show it on the live page.

Some 340 invented ships, two receivers with loss, and one of each alert: a man overboard beacon, two ships on collision
course, one MMSI in two places. All goes through the real reader, as real NMEA sentences.

The register of given equipment holds the public record of the OSA programmes and, marked as an example, a grant with a made-up
life. It is written into a new folder only, never into a sea that is there already.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from selat.cli import _page

EPILOG = """examples:
  selat demo                                play it, and open the page
  selat demo --no-browser --port 0          only print the page's address
  selat demo --ships 1500 --seed 7          a busier strait
  selat demo --sea exercise/ --for 600      keep what was heard, and stop after ten minutes
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--seed", type=int, default=1, help="another exercise (default %(default)s)")
    parser.add_argument("--ships", type=int, default=340, help="how many ships, 20 to 2000 (default %(default)s)")
    parser.add_argument("--rate", type=float, default=1.0, help="speed of time (default %(default)s)")
    parser.add_argument("--sea", type=Path, metavar="DIR", help="folder to keep it in; default: a temporary one")
    parser.add_argument("--json", action="store_true", help="print the address as JSON")
    _page.add_page_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Play until stopped."""
    with tempfile.TemporaryDirectory(prefix="selat-demo-", ignore_cleanup_errors=True) as folder:
        asyncio.run(_play(args, args.sea or Path(folder) / "sea"))
    return 0


async def _play(args: argparse.Namespace, folder: Path) -> None:
    from selat.app.pipeline import Pipeline
    from selat.app.watch import Watch
    from selat.exercise.play import play
    from selat.exercise.scene import Scene
    from selat.model import clock
    from selat.store.writer import Store

    _page.say_if_first()
    fresh = is_new(folder)  # asked before the store makes its files
    store = Store(folder)
    _page.defaults(args, store.settings.web)
    try:
        with store.writer() as writer:
            start = clock.now() // clock.SECOND * clock.SECOND
            now = clock.RealClock() if args.rate == 1.0 else clock.ReplayClock(start, args.rate)
            watch = Watch(Pipeline(writer), now)
            scene = Scene(seed=args.seed, start=start, ships=args.ships)
            _page.say("selat demo: an exercise, not real ships. Stop with Ctrl-C.")
            up, announce = asyncio.Event(), _page.announcer(args)

            def answers(url: str) -> None:
                announce(url)
                up.set()

            await _page.until_stopped(
                watch.run(play(scene, args.rate)),
                _page.page(watch.picture, args, "selat: exercise", answers, folder),
                *([_register(folder, args.seed, up)] if fresh else []),
                seconds=args.seconds,
            )
    finally:
        store.close()


def is_new(folder: Path) -> bool:
    """Whether nothing lies in a folder yet: only then the example of given equipment is written into it."""
    return not folder.exists() or not any(folder.iterdir())


async def _register(folder: Path, seed: int, up: asyncio.Event) -> None:
    """The example of given equipment; the first screen of the watch does not wait for it."""
    await up.wait()
    await asyncio.to_thread(_example, folder, seed)


def _example(folder: Path, seed: int) -> None:
    from selat.assist.demo import play
    from selat.assist.register import open_register

    register = open_register(folder)
    try:
        play(register, seed)
    finally:
        register.engine.dispose()
