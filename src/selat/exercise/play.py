"""Plays a scene: into a file, or in real time as a live source does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from selat.exercise.emit import sentences
from selat.exercise.scene import Scene
from selat.model.clock import SECOND, Clock, RealClock
from selat.model.ports import Block

SOURCE = "exercise"
_BREATH = 0.25  #: seconds of real time between blocks


def write_log(path: str | Path, minutes: float, scene: Scene | None = None) -> int:
    """Write ``minutes`` of a scene as an NMEA log; says how many lines. Nothing is kept in memory."""
    lines = 0
    with Path(path).open("wb") as out:
        for _, line in sentences(scene or Scene(), minutes * 60):
            out.write(line)
            lines += 1
    return lines


async def play(scene: Scene, rate: float = 1.0, clock: Clock | None = None) -> AsyncIterator[Block]:
    """Blocks of the scene at ``rate`` times the speed of ``clock`` (None: the machine's), for ever.

    ``received`` of a block is the time, in the scene, at which its last line came in.
    """
    watch = clock or RealClock()
    began = watch.now()

    def scene_now() -> int:
        return scene.start + round((watch.now() - began) * rate)

    waiting: list[bytes] = []
    last = now = scene.start
    for received, line in sentences(scene):
        while received > now:
            if waiting:
                yield Block(SOURCE, b"".join(waiting), last)
                waiting.clear()
            await asyncio.sleep(
                max(_BREATH, (received - now) / SECOND / rate) if received > (now := scene_now()) else 0
            )
            now = scene_now()
        waiting.append(line)
        last = received
