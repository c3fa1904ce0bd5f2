"""Fingers on a page, over the DevTools protocol: tap, drag, pinch, rest."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from browser.cdp import Browser

Point = tuple[float, float]


@contextmanager
def tablet(browser: Browser, width: int, height: int) -> Iterator[Browser]:
    """The browser as a tablet of that size: coarse pointer, touch events, no hover."""
    browser.resize(width, height, touch=True)
    browser.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=5)
    try:
        yield browser
    finally:
        browser.call("Emulation.setTouchEmulationEnabled", enabled=False)
        browser.resize(1280, 720)


def _send(page: Browser, kind: str, points: Sequence[Point]) -> None:
    page.call(
        "Input.dispatchTouchEvent",
        type=kind,
        touchPoints=[{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)],
    )


def tap(page: Browser, x: float, y: float) -> None:
    """A short press."""
    _send(page, "touchStart", [(x, y)])
    _send(page, "touchEnd", [])


def rest(page: Browser, x: float, y: float, seconds: float = 0.9) -> None:
    """A finger that stays."""
    _send(page, "touchStart", [(x, y)])
    time.sleep(seconds)
    _send(page, "touchEnd", [])


def pinch(page: Browser, at: Point, factor: float) -> None:
    """Two fingers apart (a factor above 1) or together."""
    page.call(
        "Input.synthesizePinchGesture",
        x=at[0],
        y=at[1],
        scaleFactor=factor,
        gestureSourceType="touch",
        relativeSpeed=500,
    )


def slide(page: Browser, *ways: tuple[Point, Point], steps: int = 8) -> float:
    """One finger or several, each from a point to another; seconds that they rested before they moved, on a busy machine."""
    began = time.monotonic()
    _send(page, "touchStart", [a for a, _ in ways])
    rested = 0.0
    for k in range(1, steps + 1):
        f = k / steps
        _send(page, "touchMove", [(a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f) for a, b in ways])
        rested = rested or time.monotonic() - began
        time.sleep(0.03)
    _send(page, "touchEnd", [])
    return rested
