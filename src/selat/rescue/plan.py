"""From particles and searchers to a plan: who searches which area, in which pattern, and what it is worth.

Areas lie on a plane that moves with the mean drift (an unchanging current moves object and boat alike); they never overlap.
The planner sees four particles in five; the plan's probability of success is that on the fifth, or on fresh ones. Beside it
stands the bound: what no division of the same effort in time and place can exceed (:mod:`selat.kernels.effort_moving`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import areas_search, detect
from selat.kernels.effort_moving import bound, cell_side
from selat.model.clock import HOUR, MINUTE, SECOND, format_time
from selat.model.errors import ConfigError
from selat.model.plan import APPROVAL, Plan
from selat.rescue import patterns, sun
from selat.rescue.allocate import Areas, Problem, allocate
from selat.rescue.cloud import Cloud, Frame
from selat.rescue.searchers import NO_WAY, SEARCHING, Conditions, Searcher, Span, span_of
from selat.rescue.shores import land_of
from selat.rescue.tasks import Sortie, aground, sorties, tasks_of
from selat.tracks.coast import Coast

Array = NDArray[Any]
MOMENTS = 8  #: at most so many moments stand for a search
HOLDOUT = 5  #: one particle in so many is kept for the score
PER_CELL = 100.0  #: particles in the cells of the bound, on average over the particles
WORTH = 1.003  #: an area more for a searcher must find so much more
CLOSE_VS, CLOSE_SS = 2.0, 5.0  #: sweep widths from the datum that hold 90 %: up to these VS and SS suit
SIZES = (0.5, 0.65, 0.8, 1.0, 1.2, 1.5)  #: half sides that are tried about a datum, of the radius that holds 90 %
NEARLY = 0.95  #: what VS and SS must be worth, of the best that there is


@dataclass(frozen=True, slots=True)
class Setting:
    """What all attempts at a plan share."""

    frame: Frame
    times: Array  #: (g,) ns, middle of equal slices from begin to end
    begin: int
    end: int
    searchers: tuple[Searcher, ...]
    spans: tuple[Span, ...]
    problem: Problem
    fresh: tuple[Array, Array, Array]  #: east, north (g, n) and weight (n,) for the score
    coast: Coast | None = None  #: where there is land among the particles
    objects: tuple[str, ...] = ()  #: what the particles may be
    doubts: tuple[str, ...] = ()  #: of how they came about


def plan(
    cloud: Cloud,
    searchers: Sequence[Searcher],
    conditions: Conditions,
    begin: int,
    end: int,
    *,
    fresh: Cloud | None = None,
    parts: int = 0,
    seed: int = 0,
    follow: bool = True,
    case: str = "",
    made: int = 0,
    pos_before: float = 0.0,
    approval: str = APPROVAL,
    shore_party: bool = False,
    coast: Coast | None = None,
) -> Plan:
    """Plan a search between two times (ns).

    ``parts``: areas for each searcher (0: as many as pay, three at most); ``follow``: areas move with the drift; ``fresh``:
    particles for the score; ``shore_party``: particles ashore count as any other (else no searcher finds them); ``coast``:
    areas have their legs cut at it, no time goes to land, and boats go round it. Raises :class:`ConfigError` where a
    searcher cannot take part (see :func:`selat.rescue.searchers.span_of`), where the drift does not cover the time, and
    without searchers.
    """
    if not searchers:
        raise ConfigError("a plan without searchers", hint="give at least one boat or aircraft")
    names = [s.name for s in searchers]
    if len(set(names)) < len(names):
        raise ConfigError("two searchers have the same name", hint="give each a name of its own")
    if end <= begin:
        raise ConfigError("the search ends before it begins", hint="give an end after the begin")
    setting, ashore = setting_of(cloud, searchers, conditions, begin, end, fresh, follow, shore_party, coast)
    best: tuple[float, list[Sortie]] | None = None
    # at a shore also as if there was none: legs that no shore breaks may find more
    problems = [setting.problem, *([replace(setting.problem, land=None)] if setting.coast else [])]
    for count, problem in itertools.product([parts] if parts else _counts(len(searchers)), problems):
        laid = _sorties(setting, allocate(problem, count, seed=seed))
        worth = _found(setting, laid, setting.problem.x, setting.problem.y, setting.problem.weight)[0]
        if best is None or worth > best[0] * WORTH:
            best = worth, laid
    assert best is not None
    laid = _about_datum(setting, best[0]) or best[1]
    return assembled(
        setting, laid, conditions, ashore=ashore, case=case, made=made or begin, pos_before=pos_before,
        approval=approval, shore_party=shore_party, coast=coast, particles=len(cloud),
    )  # fmt: skip


def assembled(
    setting: Setting, laid: list[Sortie], conditions: Conditions, *, ashore: float, case: str, made: int,
    pos_before: float, approval: str, shore_party: bool, coast: Coast | None, particles: int,
) -> Plan:  # fmt: skip
    """The plan of areas that are laid, whoever laid them: what each and all are worth, and what the plan is weak in."""
    effort = (setting.problem.share * setting.problem.effort[:, None]).sum(0)
    pos, _ = _found(setting, laid, *setting.fresh)
    # cells of few particles are coarse, and an area may cut them finer: what this plan finds can be found
    most = max(most_of(setting, effort), pos)
    tasks = tasks_of(setting.frame, laid, setting.spans, setting.problem.share, setting.fresh, setting.coast)
    lat, lon = setting.frame.earth(0.0, 0.0, setting.times[len(setting.times) // 2])
    weak = _weaknesses(setting, conditions, ashore, pos, most, shore_party) + (aground(tasks, coast) if coast else ())
    told = {
        "visibility": conditions.visibility, "wind": conditions.wind, "sea": conditions.sea, "particles": particles,
    }  # fmt: skip
    return Plan(
        case, conditions.target, made, setting.begin, setting.end, (float(lat), float(lon)), pos, most,
        _ideal(setting, laid), pos_before, ashore, tasks, weak, told, {}, approval,
    )  # fmt: skip


def most_of(setting: Setting, effort: Array) -> float:
    """The bound for an effort (g,) m2 at each moment, on all particles that there are: the more, the less a cell's luck counts."""
    parts = [setting.fresh]
    if setting.fresh[0] is not setting.problem.x:
        parts.append((setting.problem.x, setting.problem.y, setting.problem.weight))
    counts = np.array([len(p[2]) for p in parts], np.float64)
    x, y = (np.concatenate([p[k] for p in parts], axis=1) for k in (0, 1))
    # weights of each part sum to what is afloat of it
    weight = np.concatenate([p[2] * (c / counts.sum()) for p, c in zip(parts, counts, strict=True)])
    land = setting.problem.land
    middle = len(x) // 2
    side = cell_side(x[middle : middle + 1], y[middle : middle + 1], weight, PER_CELL)
    return bound(x, y, weight, effort, side, land=(land.x, land.y, land.cell) if land else None)[1]


def _about_datum(setting: Setting, best: float) -> list[Sortie] | None:
    """A sector or expanding square search, where one searcher is alone and the datum is well known; None elsewhere.

    As IAMSAR Volume II (5.5) advises: VS where the datum is close and the area small, SS where it is known within relatively close
    limits, for one unit only. Close is, here, 90 % within 2 and 5 sweep widths: at two, the spokes of two passes of VS are as
    far apart as the unit sees. Both begin where the object is likeliest, and so find it sooner than legs from a corner
    do; each must be worth nearly as much.
    """
    if len(setting.searchers) != 1 or setting.searchers[0].pattern:
        return None
    middle = len(setting.times) // 2
    x, y, weight = setting.problem.x[middle], setting.problem.y[middle], setting.problem.weight
    there = np.isfinite(x)
    centre = [float(np.average(v[there], weights=weight[there])) for v in (x, y)]
    away = np.hypot(x[there] - centre[0], y[there] - centre[1])
    order = np.argsort(away)
    held = np.cumsum(weight[there][order])
    reach = float(away[order[int(np.searchsorted(held, 0.9 * held[-1]))]]) / setting.spans[0].seen.width
    for pattern, limit in (("VS", CLOSE_VS), ("SS", CLOSE_SS)):
        if reach <= limit:
            asked = replace(setting, searchers=(replace(setting.searchers[0], pattern=pattern),))
            sized = [_square_about(asked, centre, k * reach * setting.spans[0].seen.width) for k in SIZES]
            laid = max(sized, key=lambda s: _worth(setting, s))
            if _worth(setting, laid) >= NEARLY * best:
                return laid
    return None


def _square_about(setting: Setting, centre: list[float], half: float) -> list[Sortie]:
    half = max(half, setting.problem.floor)
    about = Areas(np.array([[*centre, half, half, 0.0]]), setting.problem.effort, np.zeros(1, np.int64), 0.0)
    return _sorties(setting, about)


def _counts(searchers: int) -> list[int]:
    return [1, 2, 3] if searchers <= 2 else [1, 2] if searchers <= 4 else [1]


def setting_of(
    cloud: Cloud, searchers: Sequence[Searcher], conditions: Conditions, begin: int, end: int,
    fresh: Cloud | None = None, follow: bool = True, shore_party: bool = False, coast: Coast | None = None,
) -> tuple[Setting, float]:  # fmt: skip
    """Spans, moments, particles on the plane; and the probability that the object is ashore in the middle.

    Raises as :func:`plan`.
    """
    cloud = cloud.normal()
    ready = tuple(s.in_sea(conditions.sea) for s in searchers)
    middle = (begin + end) // 2
    for time in (begin, end):
        cloud.at(time)
    frame = Frame(cloud, middle, still=not follow)
    lat, lon = frame.earth(0.0, 0.0, middle)
    spans = tuple(span_of(s, float(lat), float(lon), begin, end, conditions, coast) for s in ready)
    first, last = min(s.begin for s in spans), max(s.end for s in spans)
    g = int(min(max(math.ceil((last - first) / (30 * MINUTE)), 1), MOMENTS))
    edges = np.linspace(first, last, g + 1)
    times = ((edges[1:] + edges[:-1]) / 2).astype(np.int64)
    share = np.array([np.maximum(np.minimum(edges[1:], s.end) - np.maximum(edges[:-1], s.begin), 0.0) for s in spans])
    share /= share.sum(1)[:, None]
    keep = np.arange(len(cloud)) % HOLDOUT != 0
    if fresh is None and len(cloud) >= 50 * HOLDOUT:
        fresh, cloud = cloud.take(~keep), cloud.take(keep)
    x, y, dry = frame.paths(cloud, times)
    weight = cloud.weight / cloud.weight.sum()
    ashore = float(np.sum(weight * dry[g // 2]))
    if not shore_party:
        x = np.where(dry, np.float32(np.nan), x)
    fx, fy, fdry = frame.paths(fresh, times) if fresh is not None else (x, y, dry)
    if not shore_party:
        fx = np.where(fdry, np.float32(np.nan), fx)
    fw = fresh.weight / fresh.weight.sum() if fresh is not None else weight
    x, y, weight = _afloat(x, y, weight)
    fx, fy, fw = _afloat(fx, fy, fw)
    speed = np.array([s.speed for s in ready])
    seconds = np.array([(s.end - s.begin) / SECOND * SEARCHING for s in spans])
    width = np.array([s.seen.width for s in spans])
    land = land_of(frame, coast, x, y, times)
    problem = Problem(
        x, y, weight, share, width * speed * seconds, speed * seconds, floor=float(width.min()) / 4.0, land=land
    )
    at_coast = coast if land.any else None
    return Setting(
        frame, times, begin, end, ready, spans, problem, (fx, fy, fw), at_coast, cloud.objects, cloud.doubts
    ), ashore


def _afloat(x: Array, y: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Without particles that are ashore at all moments; the others stay NaN, in no area, while they are."""
    keep = np.isfinite(x).any(0)
    if not np.isfinite(x).any(1).all():
        raise ConfigError(
            "at a moment of the search no particle is adrift: all are ashore, or not yet in the water",
            hint="begin later, send a shore party, or check the datum: it may lie on land",
        )
    return np.ascontiguousarray(x[:, keep]), np.ascontiguousarray(y[:, keep]), weight[keep]


def _sorties(setting: Setting, found: Areas) -> list[Sortie]:
    """The areas as they can be sailed: whole legs, the way between two areas taken off the effort."""
    return sorties(
        setting.searchers, setting.spans, setting.frame, found, lambda laid: _worth(setting, laid), setting.coast
    )


def _worth(setting: Setting, laid: list[Sortie]) -> float:
    return _found(setting, laid, setting.problem.x, setting.problem.y, setting.problem.weight)[0]


def _found(setting: Setting, laid: list[Sortie], x: Array, y: Array, weight: Array) -> tuple[float, Array]:
    """(probability of success, weights left). The coverage of a searcher's areas counts as spread over its time on scene,
    be it one area or three: when within it each leg is sailed is followed by the track's own figure only."""
    parts = [patterns.layers(s.rect, s.pattern, s.coverage) for s in laid]
    rects, coverage = (np.concatenate([p[k] for p in parts]) for k in (0, 1))
    share = setting.problem.share[[s.searcher for s, p in zip(laid, parts, strict=True) for _ in p[1]]]
    effort = 4.0 * rects[:, 2] * rects[:, 3] * coverage
    left = np.empty(len(weight))
    return float(areas_search.found(x, y, weight, share, rects, effort, left)), left


def _ideal(setting: Setting, laid: list[Sortie]) -> float:
    """Probability of success if all tracks are sailed exactly, by the inverse-cube law."""
    x, y, weight = setting.fresh
    zero = int(setting.times[0])
    steps = (setting.times - zero) / SECOND
    exponent = np.zeros(len(weight))
    for s in laid:
        lengths = np.concatenate([[0.0], np.hypot(*np.diff(s.points, axis=0).T)]) if len(s.points) > 1 else np.zeros(1)
        time = (s.begin - zero) / SECOND + np.cumsum(lengths) / s.speed
        exponent += detect.seen(steps, x, y, time, s.points[:, 0], s.points[:, 1], s.width, s.speed)
    return float(np.sum(weight * -np.expm1(-exponent)))


def _weaknesses(
    setting: Setting, conditions: Conditions, ashore: float, pos: float, most: float, shore_party: bool
) -> tuple[str, ...]:
    out = list(setting.doubts)
    by_hand = [s.name for s, span in zip(setting.searchers, setting.spans, strict=True) if s.width > 0 and span]
    if by_hand:
        out.append(f"sweep width given by hand: {', '.join(by_hand)}")
    if len(setting.objects) > 1:
        out.append(f"{conditions.target}: its sweep width is taken for all of {', '.join(setting.objects)}")
    cut_off = [s.name for s, span in zip(setting.searchers, setting.spans, strict=True) if NO_WAY in span.notes]
    if cut_off:
        out.append(f"{', '.join(cut_off)}: {NO_WAY}")
    if ashore >= 0.05 and not shore_party:
        out.append(f"{ashore:.0%} of the probability is ashore, where no boat searches: send a shore party")
    if pos < 0.1:
        out.append(f"probability of success only {pos:.0%}: more or wider-seeing searchers are needed")
    if most > 0 and pos < 0.85 * most:
        out.append(f"the plan reaches {pos / most:.0%} of what its effort could")
    lat, lon = setting.frame.earth(0.0, 0.0, setting.times[0])
    fall = sun.crossings(
        lambda t: sun.sun_altitude(t, float(lat), float(lon)), sun.SUNRISE, setting.begin, setting.end
    )[1]
    if fall and any(s.width <= 0 for s in setting.searchers):
        out.append(f"the sun sets at {format_time(fall[0])}")
    if len(setting.problem.weight) < 1000:
        out.append(f"only {len(setting.problem.weight)} particles: the figures are rough")
    if setting.end - setting.begin > 12 * HOUR:
        out.append("more than 12 h ahead: plan again before each watch")
    return tuple(out)
