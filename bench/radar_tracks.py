"""The radar tracker against known truth and beside Stone Soup, in one run.

``python bench/radar_tracks.py [KIND ...]``: kinds of ``_radar_scenes.KINDS``. selat is given nothing but the plots with
their errors, and learns clutter and detection; Stone Soup (MIT, 1.9.1, in .venv-bench) is given the true noise, for JPDA the
true clutter and Pd, and as many seconds as ``--seconds`` says. ``--own``: the figures of acceptance (delay, false tracks,
swaps, consistency). Seeds from 11: the tracker was tuned on seeds 1 to 9. Times are
processor time of one thread, medians.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _radar_scenes import BEGIN, KINDS, STEP, Scene, draw, scene, score

from selat.kernels import geodesy
from selat.tracks.turning import Engine

HERE = Path(__file__).resolve().parent
PEER = Path(os.environ.get("SELAT_BENCH_PYTHON") or HERE.parent / ".venv-bench" / "bin" / "python")
COLUMNS = (
    ("turns", 6),
    ("ms", 9),
    ("GOSPA", 8),
    ("norm", 7),
    ("missed", 8),
    ("false", 7),
    ("RMSE", 7),
    ("swaps", 6),
    ("delay", 6),
)
HEAD = f"{'scene':8s}{'tracker':16s}" + "".join(f"{name:>{wide}s}" for name, wide in COLUMNS)


def follow(s: Scene, each=None) -> tuple[list, list]:
    """(ids, places) of sure tracks by turn, and seconds a turn took."""
    engine, told, spans, first = Engine(), [], [], 0
    for k in range(len(s.plots)):
        table = s.table(k, first)
        first += table.rows
        start = time.thread_time()
        engine.push(table)
        engine.pull(BEGIN + k * STEP + STEP * 4 // 3)
        spans.append(time.thread_time() - start)
        c, m = engine.columns, engine.mean()
        i = np.flatnonzero((c["alive"] > 0) & (c["sure"] > 0))
        told.append((c["uid"][i], s.plane(m[i, 0], m[i, 1]) if len(i) else np.zeros((0, 2))))
        if each is not None:
            each(k, engine, i, m)
    return told, spans


def peer(kind: str, s: Scene, how: str, seconds: float):
    """The same by Stone Soup; None where it is not there."""
    if not PEER.exists() or s.polar:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        plots = np.empty(len(s.plots), object)
        plots[:] = s.plots
        _, half, clutter, _ = KINDS[kind]
        np.savez(source, plots=plots, density=clutter / (4 * half * half))
        subprocess.run(
            [str(PEER), str(HERE / "_radar_peer.py"), str(source), str(target), how, str(seconds)], check=True
        )
        found = np.load(target, allow_pickle=True)
        return list(zip(found["ids"][:-1], found["places"][:-1], strict=True)), found["spans"].tolist()


def line(name: str, who: str, s: Scene, told: list, spans: list) -> None:
    if len(told) < 15:
        print(f"{name:8s}{who:16s}{len(told):6d}{1e3 * np.median(spans):9.1f}  too few turns", flush=True)
        return
    f = score(s, told)
    print(
        f"{name:8s}{who:16s}{len(told):6d}{1e3 * np.median(spans[2:]):9.2f}{f['gospa']:8.1f}{f['norm']:7.2f}{f['missed']:8.2f}"
        f"{f['false']:7.2f}{f['rmse']:7.2f}{f['switches']:6d}{f['delay']:6.1f}", flush=True,
    )  # fmt: skip


def delay() -> None:
    """Time until 20 boats with Pd 0.9 are sure at 6.25 false plots a km^2 and turn; false tracks of an hour without any."""
    for seed in (11, 12, 13):
        s = draw(20, 2000, 100, False, seed, die=0.0)
        print(
            f"6.25 false plots/km2, seed {seed}: {score(s, follow(s)[0])['delay'] * 3:.0f} s median from birth to sure"
        )
    for name, half, clutter in (
        ("s20", 20e3, 10),
        ("s100", 20e3, 50),
        ("6.25/km2, 16 km2", 2e3, 100),
        ("25/km2, 4 km2", 1e3, 100),
    ):
        uids = []
        for seed in (11, 12):
            told, _ = follow(draw(0, half, clutter, False, seed, scans=1200))
            uids.append(len(np.unique(np.concatenate([ids for ids, _ in told]))))
        print(f"clutter alone as {name}: false sure tracks in an hour: {uids}")


def crossings() -> None:
    """Pairs that pass each other on crossing or parallel ways, 6 to 10 sigma (60 to 100 m) apart at the nearest."""
    rng = np.random.default_rng(11)
    swaps = pairs = 0
    for _ in range(10):
        n, turns = 20, 50
        truth = np.full((turns, n, 4), np.nan)
        for k in range(0, n, 2):
            apart, angle, way = rng.uniform(60, 100), rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
            at = np.array([rng.uniform(-9000, 9000), rng.uniform(-9000, 9000)])
            va, vb = rng.uniform(3, 8, 2)
            ua, ub = (np.array([np.sin(a), np.cos(a)]) for a in (way, way + angle))
            relative = va * ua - vb * ub
            side = np.array([relative[1], -relative[0]]) / max(np.hypot(*relative), 1e-6)
            for t in range(turns):
                s = 3.0 * (t - turns / 2)
                truth[t, k] = [*(at + va * ua * s), *(va * ua)]
                truth[t, k + 1] = [*(at + side * apart + vb * ub * s), *(vb * ub)]
        plots = []
        for t in range(turns):
            seen = np.flatnonzero(rng.random(n) < 0.9)
            plots.append(
                np.concatenate(
                    [truth[t, seen, :2] + rng.normal(0, 10, (len(seen), 2)), rng.uniform(-1e4, 1e4, (10, 2))]
                )
            )
        s = Scene(truth, plots, [], False, (-15000.0, 0.0))
        last, told = {}, follow(s)[0]
        ids_of: dict = {}
        for k, (ids, places) in enumerate(told):
            if k < 8 or not len(places):
                continue
            off = np.hypot(*(truth[k, :, None, :2] - places[None]).transpose(2, 0, 1))
            for i in range(n):
                j = int(off[i].argmin())
                if off[i, j] < 30:
                    ids_of.setdefault(i, []).append(int(ids[j]))
        del last
        for i in range(0, n, 2):
            a, b = ids_of.get(i, [0]), ids_of.get(i + 1, [0])
            pairs += 1
            swaps += (a[0] == b[-1]) or (b[0] == a[-1])
    print(f"passes at 6 to 10 sigma: {swaps} swaps in {pairs} pairs")


def consistency() -> None:
    """Squared error over its covariance (4 for place and velocity), and of one plot against the prediction (1)."""
    for name, polar in (("xy", False), ("range and bearing", True)):
        for seed in (11, 12):
            s, values, fits = draw(40, 15e3, 10, polar, seed, die=0.0), [], []

            def each(k, engine, i, m, s=s, values=values, fits=fits):
                if k < 40:
                    return
                there = np.flatnonzero(np.isfinite(s.truth[k, :, 0]))
                places = s.plane(m[i, 0], m[i, 1])
                off = np.hypot(*(s.truth[k, there, None, :2] - places[None]).transpose(2, 0, 1))
                j = off.argmin(1)
                ok = off.min(1) < 100
                t, c, at = s.truth[k, there][ok], m[i[j[ok]]], places[j[ok]]
                p = engine.columns["p"][i[j[ok]], 0, :4, :4]
                e = np.concatenate([t[:, :2] - at, t[:, 2:] - c[:, 2:4]], 1)
                one = engine.columns["many"][i[j[ok]]] == 0
                values.extend(np.einsum("ij,ijk,ik->i", e, np.linalg.inv(p), e)[one])
                fits.extend(engine.columns["nis"][i])

            follow(s, each)
            print(f"{name}, seed {seed}: NEES {np.mean(values):.2f} of 4, NIS {np.mean(fits):.2f} of 1")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="*", default=["s20", "s100", "d20", "d100"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[11])
    parser.add_argument("--seconds", type=float, default=40.0, help="for each run of Stone Soup")
    parser.add_argument("--alone", action="store_true", help="without Stone Soup")
    parser.add_argument("--own", action="store_true", help="only the figures of acceptance")
    args = parser.parse_args()
    follow(scene("s20", 1, scans=20))  # compile
    geodesy.inverse(1.0, 103.0, 1.0, 104.0)
    if args.own:
        delay()
        crossings()
        consistency()
        return
    print(HEAD)
    for kind in args.kinds:
        for seed in args.seeds:
            s = scene(kind, seed)
            told, spans = follow(s)
            line(kind, "selat", s, told, spans)
            for how, who in (("gnn", "Stone Soup GNN"), ("lbp", "Stone Soup JPDA")):
                found = None if args.alone else peer(kind, s, how, args.seconds)
                if found is not None:
                    line(kind, who, s, *found)
                    if len(found[0]) < len(s.plots):
                        line(kind, "selat, as many", s, told[: len(found[0])], spans[: len(found[0])])


if __name__ == "__main__":
    sys.exit(main())
