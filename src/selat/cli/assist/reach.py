"""How soon boats are where help is needed: over water around land, before and after a grant; or where to put them.

DEMAND is a CSV file with lat and lon (or latitude and longitude) and, if given, weight and date. A base is
NAME,LAT,LON,SPEED with the unit of the speed: --base "Johor,1.43,103.90,30 kn". --added gives those of the grant. --best N
chooses N of all of them, exactly, for the most demand within the time, --median N for the least mean response. Land is known
for 97-106 E, 2 S-8 N; elsewhere all is water.

--seasons tells each monsoon season apart: the same boats on the demand of each, slowed as --slowed-in says.

Assumes that boats are at their bases and ready. Sea state only by --slowed. A straight line is told beside each figure.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from selat.cli._asking import box_of, plain
from selat.cli.assist._response import add_response, asset_of, slowed_of
from selat.model.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("demand", metavar="DEMAND", help="CSV file of places")
    parser.add_argument(
        "--base", metavar="NAME,LAT,LON,SPEED", action="append", default=[], help="a boat that is there already"
    )
    parser.add_argument(
        "--added", metavar="NAME,LAT,LON,SPEED", action="append", default=[], help="a boat of the grant"
    )
    add_response(parser, "; with --seasons")
    parser.add_argument(
        "--slowed", type=float, default=1.0, metavar="SHARE", help="share of the speed left by the sea state"
    )
    parser.add_argument(
        "--seasons",
        action="store_true",
        help="each monsoon season apart, by the dates of the demand (north-east, south-west, between)",
    )
    parser.add_argument("--best", type=int, metavar="N", help="choose N bases: the most demand in time")
    parser.add_argument(
        "--backup", type=float, default=0.0, metavar="SHARE",
        help="what a second boat in time adds, as a share of the first; with --best (default %(default)g)",
    )  # fmt: skip
    parser.add_argument("--median", type=int, metavar="N", help="choose N bases: the least mean response")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Read, measure, print."""
    import numpy as np

    from selat.assist.demand import read_demand, straight
    from selat.assist.response import Waters, backup, measures, reaching, times
    from selat.model.units import duration

    assets = [asset_of(text) for text in (*args.base, *args.added)]
    if not assets:
        raise ConfigError("no bases", hint='--base "Johor,1.43,103.90,30 kn"')
    box: Any = box_of(args.box) if args.box else None
    demand = read_demand(args.demand, box=box, begin=args.begin, end=args.end)
    bases = [(a.lat, a.lon) for a in assets]
    lats, lons = np.array([*demand.lat, *(b[0] for b in bases)]), np.array([*demand.lon, *(b[1] for b in bases)])
    if np.ptp(lats) > 15 or np.ptp(lons) > 15:
        raise ConfigError("demand and bases lie more than 15 degrees apart", hint="narrow it with --box W,S,E,N")
    waters = Waters.of_coast((lons.min() - 0.5, lats.min() - 0.5, lons.max() + 0.5, lats.max() + 0.5))
    sea = np.array([waters.travel(b, demand.lat, demand.lon) for b in bases])
    at_sea = ~np.isnan(sea).any(axis=0)
    sea, line = sea[:, at_sea], straight(bases, demand)[:, at_sea]
    launch, within = duration(args.launch), duration(args.within)
    told: dict[str, Any] = {
        "demand": int(at_sea.sum()),
        "not_at_sea": int((~at_sea).sum()),
        "unplaced": demand.unplaced,
        "rows": [],
    }
    sets = [("before", len(args.base))] if args.added and args.base else []
    for season, mine, slowed in _seasons(args, demand, at_sea):
        for name, n in [*sets, ("after" if sets else "all", len(assets))]:
            for way, travel in (("over water", sea), ("straight line", line)):
                seconds = times(assets[:n], travel[:n, mine], launch=launch, slowed=slowed)
                twice = reaching(assets[:n], travel[:n, mine], launch=launch, slowed=slowed) <= within
                more = backup(assets[:n], twice, within=within, seed=args.seed)
                for m in [*measures(assets[:n], seconds, within=within, seed=args.seed), more]:
                    row = {"set": name, "way": way, "measure": m.name, "value": m.value, "low": m.low, "high": m.high}
                    told["rows"].append({**row, **({"season": season, "places": int(mine.sum())} if season else {})})
    if args.best or args.median:
        each = np.array([times([a], sea[i : i + 1], launch=launch, slowed=args.slowed) for i, a in enumerate(assets)]).T
        told |= _chosen(args, [a.name for a in assets], each, within, demand.weight[at_sea])
    _print(told, args)
    return 0


def _chosen(args: argparse.Namespace, names: list[str], each: Any, within: float, weight: Any) -> dict[str, Any]:
    """The best bases for the most demand in time, and those of the least mean response. ``each``: seconds (demand, bases)."""
    import numpy as np

    from selat.assist.basing import covering, median

    out: dict[str, Any] = {}
    if args.best:
        found = covering(each <= within, weight, args.best, backup=args.backup)
        both = (each[:, list(found.chosen)] <= within).sum(axis=1)
        out["best"] = {
            "bases": [names[i] for i in found.chosen], "share": float(weight[both >= 1].sum() / weight.sum()),
            "twice": float(weight[both >= 2].sum() / weight.sum()), "gap": found.gap,
        }  # fmt: skip
    if args.median:
        some = np.isfinite(each).any(axis=1)
        far = 2.0 * float(each[np.isfinite(each)].max())  # what a base cannot reach at all counts twice the farthest
        found = median(np.where(np.isfinite(each), each, far)[some], weight[some], args.median)
        out["median"] = {
            "bases": [names[i] for i in found.chosen], "mean_s": found.value / float(weight[some].sum()), "gap": found.gap,
        }  # fmt: skip
    return out


def _seasons(args: argparse.Namespace, demand: Any, at_sea: Any) -> list[tuple[str, Any, float]]:
    """(season, which of the demand at sea, share of the speed left); without --seasons all of it."""
    import numpy as np

    from selat.assist.seasons import SEASONS

    if not args.seasons:
        return [("", np.ones(int(at_sea.sum()), bool), args.slowed)]
    if not demand.season:
        raise ConfigError("the demand has no dates", hint="a column date, as in 2025-12-03; or leave out --seasons")
    slowed = dict.fromkeys(SEASONS, args.slowed) | slowed_of(args.slowed_in)
    of = np.array(demand.season)[at_sea]
    return [(s, of == s, slowed[s]) for s in SEASONS if (of == s).any()]


def _print(told: dict[str, Any], args: argparse.Namespace) -> None:
    if args.json:
        print(json.dumps(told))
        return
    for r in told["rows"]:
        share = r["measure"].startswith("share")
        low, value, high = (f"{r[k]:.1%}" if share else f"{r[k] / 3600:.2f} h" for k in ("low", "value", "high"))
        season = f"{r['season']:18} " if "season" in r else ""
        print(f"{season}{r['set']:7} {r['way']:14} {r['measure'].removesuffix(', s'):30} {value:>8}  ({low} to {high})")
    if "best" in told:
        b = told["best"]
        told_twice = f", {b['twice']:.1%} by two" if args.backup else ""
        print(
            f"best {args.best}: {plain(', '.join(b['bases']))}: {b['share']:.1%} within {args.within}{told_twice} ({_proof(b)})"
        )
    if "median" in told:
        b = told["median"]
        print(f"least mean {args.median}: {plain(', '.join(b['bases']))}: {b['mean_s'] / 3600:.2f} h ({_proof(b)})")
    print(
        f"{told['demand']:,} places; {told['not_at_sea']} not at sea here, {told['unplaced']} rows without a place",
        file=sys.stderr,
    )


def _proof(found: dict[str, Any]) -> str:
    return "proven best" if found["gap"] <= 1e-6 else f"at most {found['gap']:.1%} from the best"
