"""Ships that keep clear of each other: who gives way to whom, what room is asked for, and what a navigator does about it.

Who gives way follows COLREGs rules 13 to 18; the room is an ellipse of ship lengths (Fujii and Tanaka 1971, halved for a strait),
as the rule ``collision`` has it, and more. All is a function of the arguments.
"""

from __future__ import annotations

import math

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels.ways import (
    AGILE,
    AHEAD,
    BEAM,
    BERTHS,
    LENGTH,
    LOOK,
    MOVES,
    RANK,
    SLOWEST,
    Floats,
    Ints,
    roll,
)

PARALLEL, CROSSING, HEAD_ON, LYING = 0, 1, 2, 3  #: how two meet
HALF = 4  #: head-on, and neither has turned yet: each makes her half of the room
EXTREMIS = 8  #: looks ahead within which who has the right of way acts too: rule 17(b)
_SIDES = np.array((0.0, 90.0, 180.0, 280.0, 400.0, 550.0, 750.0, 1000.0))
_PACES = np.array((0.0, 0.2, 0.4, 0.65, 0.9))


def _dice(seed: int, a: int, b: int) -> float:
    """A number in [0, 1) of the seed and two numbers: splitmix64 (Steele, Lea and Flood 2014)."""
    z = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(a) * np.uint64(0xBF58476D1CE4E5B9)
    z += np.uint64(b) * np.uint64(0x94D049BB133111EB)
    for _ in range(2):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


dice = inline(_dice)


def _heeds(seed: int, i: int, j: int, agile: bool) -> float:
    """Seconds ahead at which ship ``i`` acts for ship ``j``. Some act late, and very few not at all (0)."""
    chance, share = dice(seed, i, j), dice(seed + 1, i, j)
    if chance < 0.002:
        return 0.0
    if chance < 0.04:
        return 260.0 + 60.0 * share
    return 300.0 + 180.0 * share if agile else 420.0 + 300.0 * share


heeds = inline(_heeds)


def _meeting(
    x: float, y: float, ahead_i: tuple[float, float], ahead_j: tuple[float, float], vi: float, vj: float,
) -> tuple[int, int]:  # fmt: skip
    """(how two meet, who gives way: 1 the first, -1 the second, 0 both), by place of the second from the first,
    directions of their ways (unit vectors, east and north) and speeds on them; rules 13, 14, 15.
    """
    if vj < 0.3:
        return LYING, 1
    if vi < 0.3:
        return LYING, -1
    same = ahead_i[0] * ahead_j[0] + ahead_i[1] * ahead_j[1]
    before = x * ahead_i[0] + y * ahead_i[1]  # the second lies so far ahead of the first
    if same > 0.866:
        return PARALLEL, (1 if vi > vj else -1)
    away = max(math.hypot(x, y), 1.0)
    if same > 0.38:
        if before > 0.0 and (x * ahead_j[0] + y * ahead_j[1]) > 0.383 * away and vi > vj:
            return CROSSING, 1  # from more than 22.5 degrees abaft her beam: overtaking
        if before < -0.383 * away and vj > vi:
            return CROSSING, -1
    if same < -0.966:
        return HEAD_ON, 0
    right = x * ahead_i[1] - y * ahead_i[0]
    return CROSSING, (1 if right > 0.0 else -1)


meeting = inline(_meeting)


def _gap(
    x: float, y: float, fi: tuple[float, float], fj: tuple[float, float], li: float, lj: float, bi: float, bj: float,
    how: int, least: float,
) -> float:  # fmt: skip
    """How near two are, in units of the room that each asks for: below 1 it is too near.

    ``x, y``: the second from the first, m; ``fi, fj``: their directions; lengths and beams, m; ``least``: m.
    """
    along, across = x * fi[0] + y * fi[1], x * fi[1] - y * fi[0]
    if how == PARALLEL:
        long, wide = 2.2 * max(li, lj) + 60.0, max(2.3 * max(bi, bj) + 0.5 * (bi + bj) + 15.0, 0.3 * max(li, lj) + 45.0)
        return math.hypot(along / long, across / wide)
    if how == HALF:
        x, y, along, across = 1.8 * x, 1.8 * y, 1.8 * along, 1.8 * across
    out = math.hypot(x, y) / least
    if fi[0] != 0.0 or fi[1] != 0.0:  # who makes no way has no domain ahead of her
        out = min(out, math.hypot(along / (2.35 * li + 50.0), across / (1.0 * li + 50.0)))
    if fj[0] != 0.0 or fj[1] != 0.0:
        along, across = x * fj[0] + y * fj[1], x * fj[1] - y * fj[0]
        out = min(out, math.hypot(along / (2.35 * lj + 50.0), across / (1.0 * lj + 50.0)))
    return out


gap = inline(_gap)


def _least(how: int, li: float, lj: float, agile: bool) -> float:
    """Metres that two ships are apart at least, whatever their course: a quarter of a mile and more among ships under way."""
    if how == LYING or agile:
        return 0.6 * (li + lj) + 60.0
    return 560.0


least = inline(_least)


def _closest(
    mine: Floats, theirs: Floats, looks: int, fast: float, a: Floats, b: Floats, how: int
) -> tuple[float, int]:
    """(least gap, its look) of two tracks within so many looks; ``fast``: m that they can come nearer in one.

    Between two looks both go straight. 9 where they never come near.
    """
    room = least(how, a[LENGTH], b[LENGTH], a[AGILE] + b[AGILE] > 0.0)
    wide = room  # nearer than this it may be too near; who has no direction has no domain
    if mine[0, 2] != 0.0 or mine[0, 3] != 0.0:
        wide = max(wide, 2.35 * a[LENGTH] + 60.0)
    if theirs[0, 2] != 0.0 or theirs[0, 3] != 0.0:
        wide = max(wide, 2.35 * b[LENGTH] + 60.0)
    best, at, s = 9.0, 0, 0
    while s < looks:
        x, y = theirs[s, 0] - mine[s, 0], theirs[s, 1] - mine[s, 1]
        away = math.hypot(x, y)
        if away > wide + fast:
            s += max(1, int((away - wide) / fast))
            continue
        u, v = theirs[s + 1, 0] - mine[s + 1, 0] - x, theirs[s + 1, 1] - mine[s + 1, 1] - y
        share = min(max(-(x * u + y * v) / max(u * u + v * v, 1e-9), 0.0), 1.0)
        fi, fj = (mine[s, 2], mine[s, 3]), (theirs[s, 2], theirs[s, 3])
        g = gap(x, y, fi, fj, a[LENGTH], b[LENGTH], a[BEAM], b[BEAM], how, room)
        if share > 0.0:
            x, y = x + share * u, y + share * v
            g = min(g, gap(x, y, fi, fj, a[LENGTH], b[LENGTH], a[BEAM], b[BEAM], how, room))
        if g < best:
            best, at = g, s
        s += 1
    return best, at


closest = jit(_closest)


def _within(mine: Floats, theirs: Floats, looks: int, fast: float, metres: float) -> bool:
    """Whether two tracks come within so many metres, give or take what they go in one look."""
    s = 0
    while s <= looks:
        away = math.hypot(theirs[s, 0] - mine[s, 0], theirs[s, 1] - mine[s, 1])
        if away <= metres + fast:
            return True
        s += max(1, int((away - metres) / fast))
    return False


within = jit(_within)


def _price(g: float, at: int) -> float:
    """What it costs to come so near."""
    if g >= 1.0:
        return 0.0
    short = 1.0 - g
    return (2.0 * short + 10.0 * short * short) * (1.3 - 0.6 * at / AHEAD)


price = inline(_price)


def _gives(seed: int, i: int, j: int, hulls: Floats, tracks: Floats, vi: float, vj: float) -> tuple[int, int, bool]:
    """(how they meet, looks ahead within which ``i`` acts, whether it is she who gives way)."""
    dx, dy = tracks[j, 0, 0] - tracks[i, 0, 0], tracks[j, 0, 1] - tracks[i, 0, 1]
    how, who = meeting(dx, dy, (tracks[i, 0, 2], tracks[i, 0, 3]), (tracks[j, 0, 2], tracks[j, 0, 3]), vi, vj)
    rank = hulls[i, RANK] - hulls[j, RANK]
    if how != LYING and rank != 0.0:
        who = 1 if rank < 0.0 else -1
    if hulls[j, MOVES] == 0.0:
        who = 1
    small = hulls[i, AGILE] > 0.0
    looks = int((heeds(seed, min(i, j), max(i, j), small) if how == HEAD_ON else heeds(seed, i, j, small)) / LOOK)
    if how == PARALLEL:
        looks = min(looks + 6, AHEAD) if looks > 0 else 0
    if who < 0:
        looks = min(looks, EXTREMIS)
    return how, looks, who >= 0


gives = inline(_gives)


def _nears(mine: Floats, theirs: Floats) -> bool:
    """Whether two come nearer to each other."""
    away = math.hypot(theirs[0, 0] - mine[0, 0], theirs[0, 1] - mine[0, 1])
    return math.hypot(theirs[1, 0] - mine[1, 0], theirs[1, 1] - mine[1, 1]) < away


nears = inline(_nears)


def _turns(i: int, how: int, to: float, now: float, tracks: Floats, j: int) -> float:
    """Cost of the side: to port for who comes from ahead or from starboard is against rules 14, 15 and 17(c)."""
    if to >= now or how == PARALLEL or how == LYING:
        return 0.0
    if how == HEAD_ON or how == HALF:
        return 1.2
    dx, dy = tracks[j, 0, 0] - tracks[i, 0, 0], tracks[j, 0, 1] - tracks[i, 0, 1]
    return 0.5 if dx * tracks[i, 0, 3] - dy * tracks[i, 0, 2] > 0.0 else 0.15


turns = inline(_turns)


def _cost(
    i: int, to: float, slow: float, mine: Floats, rows: Ints, n: int, found: Ints, base: Floats, hulls: Floats, tracks: Floats,
    speeds: Floats, now: float, known: float,
) -> tuple[float, float]:  # fmt: skip
    """(what it costs to come near others on a track, the part of those that lie still or come head-on); ``known``: that part,
    if it is known. Who lies in the way lies there also for who comes later: to be slow is no help against it.
    """
    total, lying = 0.0, 0.0
    for k in range(n):
        j, how = rows[k], found[k, 0]
        fixed = how == LYING or how == HEAD_ON or how == HALF
        if fixed and slow > 0.0:
            continue
        fast = (speeds[i] + speeds[j]) * 1.3 * LOOK + 10.0
        g, at = closest(mine, tracks[j], found[k, 1], fast, hulls[i], hulls[j], how)
        worth = price(g, at)
        if found[k, 2] == 0:  # she keeps clear of us: only that we do not make it worse
            worth = max(0.0, worth - base[k])
        elif found[k, 3] == 1:
            total += turns(i, how, to, now, tracks, j)
        if fixed:
            lying += worth
        total += worth
    return (total + known, known) if slow > 0.0 else (total, lying)


cost = jit(_cost)


def _decide(
    seed: int, i: int, near: Ints, count: int, table: Floats, u: float, state: Floats, plans: Floats, hulls: Floats,
    tracks: Floats, speeds: Floats, bounds: tuple[float, float], work: Floats,
) -> None:  # fmt: skip
    """The plan (side, pace) of one navigator, given what all others do; ``work`` and her track are overwritten."""
    plan = plans[i]
    side, rate, pace = state[0], state[1], state[3]
    off_way = abs(side) > 1.0 or abs(rate) > 0.05 or pace > 0.01 or plan[0] != 0.0 or plan[1] != 0.0
    rows, found, base = np.empty(count, np.int64), np.empty((count, 4), np.int64), np.zeros(count)
    n, threat = 0, False
    for k in range(count):
        j = near[k]
        fast = (speeds[i] + speeds[j]) * 1.3 * LOOK + 10.0
        if not within(tracks[i], tracks[j], AHEAD, fast, 1500.0):
            continue
        how, looks, mine = gives(seed, i, j, hulls, tracks, speeds[i], speeds[j])
        if looks == 0 or (how == LYING and hulls[i, BERTHS] > 0.0 and hulls[j, BERTHS] > 0.0):
            continue  # not heeded; or at the berths that they share
        g = closest(tracks[i], tracks[j], looks, fast, hulls[i], hulls[j], how)[0]
        bad = g < 1.0 and (mine or g < 0.6)
        threat = threat or bad
        if how == HEAD_ON and not off_way and plans[j, 0] == 0.0 and hulls[j, MOVES] > 0.0:
            how = HALF
        rows[n] = j
        found[n, 0], found[n, 1], found[n, 2], found[n, 3] = (
            how,
            looks,
            int(mine or bad),
            int(nears(tracks[i], tracks[j])),
        )
        n += 1
    if speeds[i] < 0.2 or not (threat or off_way):
        return
    for k in range(n):
        if found[k, 2] == 0:  # she keeps clear of us
            found[k, 1] = AHEAD // 2
            j = rows[k]
            fast = (speeds[i] + speeds[j]) * 1.3 * LOOK + 10.0
            base[k] = price(*closest(tracks[i], tracks[j], AHEAD // 2, fast, hulls[i], hulls[j], found[k, 0]))
    best, to, slow = 1e18, plan[0], plan[1]
    for h in range(-_SIDES.size, _SIDES.size + 1):
        want = plan[0] if h == _SIDES.size else math.copysign(_SIDES[h if h >= 0 else -h - 1], float(h) + 0.5)
        if want > max(bounds[1] + 60.0, plan[0]) or want < min(bounds[0] - 60.0, plan[0]) or h == -1:
            continue
        own = 0.00055 * abs(want) + 0.02 * max(want - bounds[1], bounds[0] - want, 0.0)
        lying = 0.0
        for m in range(_PACES.size):
            pays = own + 0.5 * _PACES[m] + (0.0 if want == plan[0] and _PACES[m] == plan[1] else 0.1)
            if _PACES[m] > hulls[i, SLOWEST] + 1e-9 or pays + lying >= best:
                break  # nothing slower can be better
            roll(table, i, u, side, rate, pace, want, _PACES[m], hulls[i], work)
            near_others, lying = cost(
                i, want, _PACES[m], work, rows, n, found, base, hulls, tracks, speeds, side, lying
            )  # fmt: skip
            if pays + near_others < best - 1e-9:
                best, to, slow = pays + near_others, want, _PACES[m]
    plan[0], plan[1] = to, slow
    roll(table, i, u, side, rate, pace, to, slow, hulls[i], tracks[i])


decide = jit(_decide)
