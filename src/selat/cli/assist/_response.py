"""What the actions that measure how soon help is there share: options, boats as people write them, seasons."""

from __future__ import annotations

import argparse
from typing import Any

from selat.model.errors import ConfigError


def add_response(parser: argparse.ArgumentParser, when: str = "") -> None:
    """Options of a response and of the demand that it answers; ``when`` says when --slowed-in counts."""
    parser.add_argument(
        "--within", metavar="TIME", default="2 h", help="from the call to on scene (default %(default)s)"
    )
    parser.add_argument(
        "--launch", metavar="TIME", default="30 min", help="from the call to under way (default %(default)s)"
    )
    parser.add_argument(
        "--slowed-in", metavar="SEASON=SHARE", action="append", default=[],
        help=f'share of the speed left in a season, as in "north-east=0.7"{when}',
    )  # fmt: skip
    parser.add_argument("--box", metavar="W,S,E,N", help="only demand inside these degrees")
    parser.add_argument("--from", dest="begin", default="", metavar="DATE", help="only demand from this date on")
    parser.add_argument("--to", dest="end", default="~", metavar="DATE", help="only demand before this date")
    parser.add_argument("--seed", type=int, default=1, help="of the intervals (default %(default)s)")


def slowed_of(given: list[str]) -> dict[str, float]:
    """Share of the speed left, by season. Raises :class:`ConfigError` for what is no SEASON=SHARE."""
    from selat.assist.seasons import SEASONS

    out = {}
    for text in given:
        name, _, share = text.partition("=")
        found = [s for s in SEASONS if s.startswith(name.strip())] if name.strip() else []
        try:
            out[found[0]] = float(share)
        except (IndexError, ValueError):
            raise ConfigError(f"no season and share: {text!r}", hint='as in "north-east=0.7"') from None
    return out


def asset_of(text: str) -> Any:
    """An asset of NAME,LAT,LON,SPEED. Raises :class:`ConfigError`."""
    from selat.model.nouns import Asset
    from selat.model.units import speed

    parts = [p.strip() for p in text.split(",")]
    try:
        name, lat, lon = parts[0], float(parts[1]), float(parts[2])
        fast = speed(parts[3])
    except (IndexError, ValueError):
        raise ConfigError(f"no base: {text!r}", hint='NAME,LAT,LON,SPEED as in "Johor,1.43,103.90,30 kn"') from None
    return Asset(name, "boat", lat, lon, speed=fast)
