"""Which plot belongs to which track: marginal probabilities by loopy belief propagation.

J. L. Williams, R. A. Lau, *Approximate evaluation of marginal association probabilities with belief propagation*, IEEE
Trans. AES 50 (4), 2014: messages between tracks and plots along the edges within the gates, a few operations for each
edge and sweep, and no list of joint hypotheses. Where the graph of a cluster is a tree the marginals are exact (any
number of plots and one track; one plot and any number of tracks); where it has loops they are near.

A track ``i`` claims plot ``j`` with weight ``w_ij`` = r Pd L_ij / clutter density, against ``w_i0`` = 1 - r Pd that
nothing of it was seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit

SWEEPS = 200  #: at most
CLOSE = 1e-7  #: change of a message below which a cluster is settled


def _root(parent: Any, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


root = inline(_root)


def _clusters(start: Any, plot: Any, plots: int) -> Any:
    """Tracks in order of their clusters: (tracks, first of each cluster); clusters in order of their first track."""
    n = start.size - 1
    parent = np.arange(n + plots)
    for i in range(n):
        for e in range(start[i], start[i + 1]):
            a, b = root(parent, i), root(parent, n + plot[e])
            if a != b:  # the smaller number stands for both: a track, wherever there is one
                if a < b:
                    parent[b] = a
                else:
                    parent[a] = b
    size = np.zeros(n + 1, np.int64)
    for i in range(n):
        size[root(parent, i)] += 1
    first = np.empty(n + 1, np.int64)
    at = np.empty(n, np.int64)
    count, total = 0, 0
    for i in range(n):
        if size[i] > 0:
            at[i] = total
            first[count] = total
            count += 1
            total += size[i]
    first[count] = total
    order = np.empty(n, np.int64)
    for i in range(n):
        r = root(parent, i)
        order[at[r]] = i
        at[r] += 1
    return order, first[: count + 1]


clusters = jit(_clusters)


def _settle(tracks: Any, start: Any, plot: Any, w: Any, w0: Any, to_plot: Any, to_track: Any, heard: Any) -> int:
    """Pass messages within one cluster until they stand still; returns the number of sweeps."""
    for sweep in range(SWEEPS):
        for i in tracks:
            for e in range(start[i], start[i + 1]):
                heard[plot[e]] = 0.0
        for i in tracks:
            total = w0[i]
            for e in range(start[i], start[i + 1]):
                total += w[e] * to_track[e]
            for e in range(start[i], start[i + 1]):
                to_plot[e] = w[e] / max(total - w[e] * to_track[e], 1e-300)
                heard[plot[e]] += to_plot[e]
        change = 0.0
        for i in tracks:
            for e in range(start[i], start[i + 1]):
                new = 1.0 / (1.0 + max(heard[plot[e]] - to_plot[e], 0.0))
                change = max(change, abs(new - to_track[e]))
                to_track[e] = new
        if change < CLOSE:
            return sweep + 1
    return SWEEPS


settle = jit(_settle)


def _marginals(start: Any, plot: Any, w: Any, w0: Any, beta: Any, miss: Any, alone: Any) -> int:
    """Fill ``beta`` (by edge), ``miss`` (by track: no plot is its own) and ``alone`` (by plot: no track's); most sweeps.

    ``start`` (tracks + 1): first edge of each track; ``plot``, ``w`` by edge; ``w0`` by track.
    """
    order, first = clusters(start, plot, alone.size)
    to_plot, to_track = np.zeros(w.size), np.ones(w.size)
    heard = np.zeros(alone.size)
    most = 0
    for c in range(first.size - 1):
        tracks = order[first[c] : first[c + 1]]
        if start[tracks[0]] < start[tracks[0] + 1]:
            most = max(most, settle(tracks, start, plot, w, w0, to_plot, to_track, heard))
    for j in range(alone.size):
        alone[j] = 1.0
    for i in range(start.size - 1):
        total = w0[i]
        for e in range(start[i], start[i + 1]):
            total += w[e] * to_track[e]
        miss[i] = w0[i] / total if total > 0.0 else 1.0
        for e in range(start[i], start[i + 1]):
            beta[e] = w[e] * to_track[e] / total
            alone[plot[e]] += to_plot[e]
    for j in range(alone.size):
        alone[j] = 1.0 / alone[j]
    return most


marginals = jit(_marginals)
