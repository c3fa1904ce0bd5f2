"""One scan of a radar against all tracks: when each is looked at, where it is then, which plots lie in its gate, what they tell.

The four kernels are called in this order, with the association (:mod:`selat.kernels.loopy`) between the last two. Tracks are
slots; one that is not alive is passed over. Places are on WGS 84: an innovation is measured in the plane of the pair.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from selat.kernels._jit import jit
from selat.kernels.geodesy import delta, metres, offset
from selat.kernels.motion import first
from selat.kernels.radarmodes import DIM, MODES, Model, advance, gather

#: squared distance: 99.97 % of what is measured of a target lies within (chi squared, 2 degrees of freedom)
GATE = 16.0
_WIDER = 1.1  #: the box in which the nearest plot is looked for


class Tracks(NamedTuple):
    """Arrays by slot: ``lat``, ``lon`` (deg) origin; ``x`` (n, 3, 5), ``p`` (n, 3, 5, 5), ``mu`` (n, 3) modes; ``many`` 1: all
    modes; ``time`` ns of the state; ``r`` probability that there is a target; ``nis`` mean of the squared innovation over its
    expectation; ``hits`` plots in all; ``seen`` ns of the last one; ``best`` number (seq) of the likeliest last plot; ``alive``.
    """

    lat: Any
    lon: Any
    x: Any
    p: Any
    mu: Any
    many: Any
    time: Any
    r: Any
    nis: Any
    hits: Any
    seen: Any
    best: Any
    alive: Any


class Plots(NamedTuple):
    """Arrays by plot, in order of latitude: place (deg), covariance (m^2), time (ns), number."""

    lat: Any
    lon: Any
    ee: Any
    en: Any
    nn: Any
    time: Any
    seq: Any


def _aim(t: Tracks, z: Plots, when: int, most: float, at: Any, reach: Any) -> None:
    """``at``: ns at which each track is looked at (time of the nearest plot, else ``when``); ``reach``: m of its gate, at most.

    ``most``: greatest standard deviation of a plot (m).
    """
    for i in range(t.alive.size):
        at[i] = when
        if not t.alive[i]:
            continue
        s = (when - t.time[i]) * 1e-9
        u = v = ee = ev = vv = 0.0
        for m in range(MODES if t.many[i] else 1):
            share = t.mu[i, m] if t.many[i] else 1.0
            u += share * t.x[i, m, 2]
            v += share * t.x[i, m, 3]
            ee = max(ee, t.p[i, m, 0, 0] + t.p[i, m, 1, 1])
            ev = max(ev, abs(t.p[i, m, 0, 2]) + abs(t.p[i, m, 1, 3]))
            vv = max(vv, t.p[i, m, 2, 2] + t.p[i, m, 3, 3])
        span = abs(s)
        wide = ee + 2.0 * span * ev + span * span * vv
        if t.many[i]:  # what the restless mode adds, and a turn
            wide += span * span * span * 2.0 + (span * span * 0.5 * math.hypot(u, v) * 0.05) ** 2
        reach[i] = 4.0 * math.sqrt(wide + 2.0 * most * most) + 5.0
        lat, lon = offset(t.lat[i], t.lon[i], u * s, v * s)
        my, _ = metres(lat)
        box = _WIDER * reach[i]
        nearest = box * box
        k = first(z.lat, 0, z.lat.size, lat - box / my)
        while k < z.lat.size and z.lat[k] <= lat + box / my:
            e, n = delta(lat, lon, z.lat[k], z.lon[k])
            late = (z.time[k] - when) * 1e-9
            e, n = e - u * late, n - v * late
            if e * e + n * n < nearest:
                nearest = e * e + n * n
                at[i] = z.time[k]
            k += 1


aim = jit(_aim)


def _predict(t: Tracks, at: Any, model: Model, life: float) -> None:
    """All tracks to their time ``at``; ``life``: mean s for which a target stays."""
    y, r, nu = np.empty((MODES, DIM)), np.empty((MODES, DIM, DIM)), np.empty(MODES)
    for i in range(t.alive.size):
        if not t.alive[i] or at[i] == t.time[i]:
            continue
        s = (at[i] - t.time[i]) * 1e-9
        advance(t.x[i], t.p[i], t.mu[i], t.many[i], s, model, y, r, nu)
        t.time[i] = at[i]
        t.r[i] *= math.exp(-abs(s) / life)


predict = jit(_predict)


def _gate(t: Tracks, z: Plots, reach: Any, start: Any, plot: Any, like: Any, modes: Any, dist: Any) -> int:
    """Edges within the gates: ``start`` (n + 1), and by edge ``plot``, ``like`` (1/m^2), ``modes`` (3) its parts, ``dist`` d^2.

    Returns how many there are; where that is more than there is room, call again with more room.
    """
    count = 0
    y, r = np.empty(DIM), np.empty((DIM, DIM))
    one = np.zeros(MODES)
    one[0] = 1.0
    for i in range(t.alive.size):
        start[i] = count
        if not t.alive[i]:
            continue
        mu = t.mu[i] if t.many[i] else one
        if t.many[i]:
            gather(t.x[i], t.p[i], mu, y, r)
        else:
            y[:], r[:] = t.x[i, 0], t.p[i, 0]
        lat, lon = offset(t.lat[i], t.lon[i], y[0], y[1])
        my, _ = metres(lat)
        k = first(z.lat, 0, z.lat.size, lat - reach[i] / my)
        while k < z.lat.size and z.lat[k] <= lat + reach[i] / my:
            e, n = delta(lat, lon, z.lat[k], z.lon[k])
            late = (z.time[k] - t.time[i]) * 1e-9
            e, n = e - y[2] * late, n - y[3] * late
            a, b, c = r[0, 0] + z.ee[k], r[0, 1] + z.en[k], r[1, 1] + z.nn[k]
            det = a * c - b * b
            d2 = (c * e * e - 2.0 * b * e * n + a * n * n) / det
            if d2 <= GATE:
                if count < plot.size:
                    plot[count], dist[count], like[count] = k, d2, 0.0
                    for m in range(MODES):
                        modes[count, m] = 0.0
                    for m in range(MODES if t.many[i] else 1):
                        em, nm = e + y[0] - t.x[i, m, 0], n + y[1] - t.x[i, m, 1]
                        a, b, c = t.p[i, m, 0, 0] + z.ee[k], t.p[i, m, 0, 1] + z.en[k], t.p[i, m, 1, 1] + z.nn[k]
                        det = a * c - b * b
                        d2 = (c * em * em - 2.0 * b * em * nm + a * nm * nm) / det
                        part = mu[m] * math.exp(-0.5 * d2) / (2.0 * math.pi * math.sqrt(det))
                        modes[count, m] = part
                        like[count] += part
                count += 1
            k += 1
    start[t.alive.size] = count
    return count


gate = jit(_gate)


def _absorb(t: Tracks, z: Plots, i: int, m: int, lo: int, hi: int, plot: Any, share: Any, rest: float, e0: float,
            n0: float, work: Any, second: Any) -> None:  # fmt: skip
    """Mode ``m`` of track ``i`` becomes the mean of "unchanged" (``rest``) and of its updates by each plot (``share``)."""
    x, p = t.x[i, m], t.p[i, m]
    total = rest
    first = work[0]
    gain = work[1:3]
    shift = work[3]
    for k in range(DIM):
        first[k] = 0.0
        for n in range(DIM):
            second[k, n] = rest * p[k, n]
    for e in range(lo, hi):
        g = share[e - lo]
        if g <= 1e-12:
            continue
        j = plot[e]
        total += g
        a, b, c = p[0, 0] + z.ee[j], p[0, 1] + z.en[j], p[1, 1] + z.nn[j]
        det = a * c - b * b
        east, north = delta(e0, n0, z.lat[j], z.lon[j])
        late = (z.time[j] - t.time[i]) * 1e-9
        de, dn = east - x[0] - x[2] * late, north - x[1] - x[3] * late
        for k in range(DIM):
            gain[0, k] = (p[k, 0] * c - p[k, 1] * b) / det
            gain[1, k] = (p[k, 1] * a - p[k, 0] * b) / det
            shift[k] = gain[0, k] * de + gain[1, k] * dn
            first[k] += g * shift[k]
        for k in range(DIM):
            for n in range(DIM):
                second[k, n] += g * (p[k, n] - gain[0, k] * p[0, n] - gain[1, k] * p[1, n] + shift[k] * shift[n])
    if total <= 1e-12:
        return
    for k in range(DIM):
        first[k] /= total
    for k in range(DIM):
        x[k] += first[k]
        for n in range(k, DIM):
            value = 0.5 * (second[k, n] + second[n, k]) / total - first[k] * first[n]
            p[k, n] = p[n, k] = value


absorb = jit(_absorb)


def _update(t: Tracks, z: Plots, start: Any, plot: Any, like: Any, modes: Any, dist: Any, beta: Any, miss: Any,
            pd: Any) -> None:  # fmt: skip
    """What the plots tell of each track that could be seen (``pd`` > 0): existence, state, modes.

    ``beta`` by edge, ``miss`` by track: marginals of the association.
    """
    work, second = np.empty((4, DIM)), np.empty((DIM, DIM))
    widest = 1
    for i in range(t.alive.size):
        widest = max(widest, start[i + 1] - start[i])
    share = np.empty(widest)
    y = np.empty(DIM)
    for i in range(t.alive.size):
        if not t.alive[i] or pd[i] <= 0.0:
            continue
        lo, hi = start[i], start[i + 1]
        hidden = miss[i] * t.r[i] * (1.0 - pd[i]) / (1.0 - t.r[i] * pd[i])
        seen, top = 0.0, -1
        for e in range(lo, hi):
            seen += beta[e]
            if top < 0 or beta[e] > beta[top]:
                top = e
        r = hidden + seen
        t.r[i] = min(max(r, 0.0), 1.0 - 1e-9)
        if r <= 1e-300 or lo == hi:
            continue
        many = MODES if t.many[i] else 1
        lat, lon = t.lat[i], t.lon[i]
        weight = 0.0
        for m in range(many):
            old = t.mu[i, m] if many > 1 else 1.0
            rest = hidden / r * old
            total = rest
            for e in range(lo, hi):
                share[e - lo] = beta[e] / r * modes[e, m] / max(like[e], 1e-300)
                total += share[e - lo]
            absorb(t, z, i, m, lo, hi, plot, share, rest, lat, lon, work, second)
            t.mu[i, m] = total
            weight += total
        for k in range(DIM):
            y[k] = 0.0
        for m in range(many):
            t.mu[i, m] /= weight
            for k in range(2):
                y[k] += t.mu[i, m] * t.x[i, m, k]
        t.lat[i], t.lon[i] = offset(lat, lon, y[0], y[1])
        for m in range(many):
            t.x[i, m, 0] -= y[0]
            t.x[i, m, 1] -= y[1]
        if seen > 0.5:
            t.hits[i] += 1
            t.seen[i], t.best[i] = t.time[i], z.seq[plot[top]]
            if beta[top] > 0.9:
                t.nis[i] += (0.5 * dist[top] - t.nis[i]) / 16.0


update = jit(_update)
