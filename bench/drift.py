"""Drift: selat beside OpenDrift's Leeway, in one run, on the same fields and the same shore.

``python bench/drift.py [speed|agreement|all] [--particles N ...] [--peer PYTHON]``. Made-up wind (0.25 degrees, 3-hourly) and
current (1/12 degree, hourly) over the Strait, class 26, 48 h, steps of 10 minutes, kept hourly. OpenDrift (GPL) is run as an
outside program: ``.venv-bench/bin/python -m pip install opendrift`` first. Its land is roaring-landmask's OpenStreetMap, ours
the grid that selat ships, made from the same polygons. Processor seconds of the run alone: no imports, no seeding, no reading;
ours warm, best of 3.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import time
from datetime import datetime
from pathlib import Path

import numpy as np

from selat.kernels import counter, geodesy
from selat.model.clock import parse_time
from selat.readers.ocean_cf import read_cf
from selat.rescue import fields
from selat.rescue.drift import ASHORE, Drift, Options, Start
from selat.rescue.objects import drift_object
from selat.tracks.coast import SHIPPED, Coast

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "bench" / ".cache" / "drift"
BEGIN = "2026-01-15T00:00:00"
LAT, LON, HOURS, STEP = 3.30, 100.95, 48, 600  # 25 km off Sabak Bernam
BOX = 98.3, 0.6, 103.6, 6.0  # what a case reads: as far as 1.5 m/s and 0.3 degrees reach


def make_fields():
    """The two files, made once: a current along the Strait that turns with the tide, a wind that veers; no land in them."""
    import netCDF4

    CACHE.mkdir(parents=True, exist_ok=True)
    out = []
    for name, step, hours, names, standard in (
        ("current", 1 / 12, 1, ("uo", "vo"), ("x_sea_water_velocity", "y_sea_water_velocity")),
        ("wind", 0.25, 3, ("u10", "v10"), ("x_wind", "y_wind")),
    ):
        path = CACHE / f"{name}.nc"
        out.append(path)
        lon, lat, t = np.arange(95.0, 107.01, step), np.arange(-2.0, 10.01, step), np.arange(0.0, 61.0, hours)
        y, x = np.meshgrid(lat, lon, indexing="ij")
        rng = np.random.default_rng(7)
        u, v = (np.zeros((len(t), *x.shape), np.float32) for _ in range(2))
        for _ in range(6):
            kx, ky, phase = rng.uniform(-3, 3), rng.uniform(-3, 3), rng.uniform(0, 6.28)
            for k, at in enumerate(t):
                wave = np.sin(kx * x + ky * y + phase + 2 * np.pi * at / 36)
                u[k] += wave * (0.05 if name == "current" else 1.2)
                v[k] += np.roll(wave, 5) * (0.05 if name == "current" else 1.2)
        for k, at in enumerate(t):
            tide = np.sin(2 * np.pi * at / 12.42)
            u[k] += -0.10 - 0.35 * tide if name == "current" else 3.0
            v[k] += 0.10 + 0.35 * tide if name == "current" else -1.0
        with netCDF4.Dataset(str(path), "w") as d:
            for dim, values, attributes in (
                ("time", t, {"units": f"hours since {BEGIN}", "standard_name": "time"}),
                ("lat", lat, {"units": "degrees_north", "standard_name": "latitude"}),
                ("lon", lon, {"units": "degrees_east", "standard_name": "longitude"}),
            ):
                d.createDimension(dim, len(values))
                d.createVariable(dim, "f8", (dim,))[:] = values
                d[dim].setncatts(attributes)
            for n, label, values in zip(names, standard, (u, v), strict=True):
                d.createVariable(n, "f4", ("time", "lat", "lon"))[:] = values
                d[n].setncatts({"standard_name": label, "units": "m s-1"})
    return out


def peer(python, **job):
    """Run OpenDrift on a job; its figures and its arrays, or None where it is not installed."""
    path = CACHE / f"job-{os.getpid()}.json"
    base = {
        "begin": BEGIN,
        "lat": LAT,
        "lon": LON,
        "radius": 1000,
        "hours": HOURS,
        "step": STEP,
        "class": 26,
        "seed": 1,
        "jibing": 0.04,
    }
    path.write_text(json.dumps(base | job), encoding="utf-8")
    command = [python, str(ROOT / "bench" / "_drift_peer.py"), str(path)]
    done = subprocess.run(
        command, env={**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": ""}, capture_output=True, text=True
    )
    if done.returncode:
        print(done.stderr[-800:])
        return None
    told = json.loads(Path(f"{path}.out").read_text(encoding="utf-8"))
    with np.load(f"{path}.npz") as z:
        arrays = {k: z[k].astype(np.float64) for k in z.files}
    for left in (path, Path(f"{path}.out"), Path(f"{path}.npz")):
        left.unlink()
    return told, arrays


def ours(flow, n, coast, options, arrays=None, repeat=3):
    """(best wall seconds, its processor seconds, drift) of some runs; ``arrays``: OpenDrift's own beginnings and coefficients."""
    begin = parse_time(BEGIN)
    what = (drift_object(26),)
    best = None
    for _ in range(repeat):
        if arrays is None:
            off = counter.draw(3, 99, 0, n, 2) * 1000.0  # as OpenDrift: the radius is one sigma
            lat, lon = geodesy.moved(LAT, LON, off[:, 0], off[:, 1])
        else:
            lat, lon = arrays["lat"].copy(), arrays["lon"].copy()
        wall, cpu = time.perf_counter(), time.process_time()
        d = Drift(
            Start(lat, lon, np.full(len(lat), begin), np.zeros(len(lat), np.int64), what), flow, begin, options, coast
        )
        if arrays is not None:
            d.fixed[:, 0] = (arrays["downwind_slope"] + arrays["downwind_eps"] / 20) / 100
            d.fixed[:, 1] = (arrays["downwind_offset"] + arrays["downwind_eps"] / 2) / 100
            cross = (
                arrays["crosswind_slope"] + arrays["crosswind_eps"] / 20,
                arrays["crosswind_offset"] + arrays["crosswind_eps"] / 2,
            )
            d.mirrored(cross[0] / 100, cross[1] / 100)
        for _ in d.run(range(6, HOURS * 6 + 1, 6)):
            pass
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if best is None or wall < best[0]:
            best = wall, cpu, d
    return best


def speed(python, counts):
    files = make_fields()
    grids = [read_cf(files[0], "current", BOX), read_cf(files[1], "wind", BOX)]
    plain, full = (
        fields.pack([fields.of_model(g, 0.0) for g in grids]),
        fields.pack([fields.of_model(g) for g in grids]),
    )
    coast = Coast(SHIPPED)
    ours(full, 100, coast, Options(), repeat=1)
    print(
        "| particles | who | wall s | CPU s | ns a particle-step (CPU) | ashore | OpenDrift's CPU / ours | memory MiB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for n in counts:
        theirs = peer(python, n=n, files=[str(f) for f in files]) if n <= 100_000 and python else None
        rows = []
        for name, flow, options in (
            ("selat, what OpenDrift computes", plain, Options(opendrift=True)),
            ("selat, second order, errors of wind and current", full, Options()),
        ):
            wall, cpu, d = ours(flow, n, coast, options, repeat=3 if n <= 100_000 else 1)
            rows.append(
                (
                    name,
                    wall,
                    cpu,
                    int((d.status == ASHORE).sum()),
                    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                )
            )
        if theirs is not None:
            told, arrays = theirs
            rows.append(
                (
                    f"OpenDrift {told['version']}",
                    told["wall"],
                    told["cpu"],
                    int((arrays["active"] == 0).sum()),
                    told["mib"],
                )
            )
        for name, wall, cpu, ashore, memory in rows:
            ratio = f"{theirs[0]['cpu'] / cpu:.0f} x" if theirs and name.startswith("selat") else ""
            each = cpu / n / HOURS / 6 * 1e9
            print(
                f"| {n:,} | {name} | {wall:.2f} | {cpu:.2f} | {each:.0f} | {ashore:,} | {ratio} | {memory:.0f} |",
                flush=True,
            )


def agreement(python, n):
    """The same coefficients, jibing off: metres apart after 48 h, and who ran ashore."""
    files = make_fields()
    grids = [
        fields.of_model(read_cf(files[0], "current", BOX), 0.0),
        fields.of_model(read_cf(files[1], "wind", BOX), 0.0),
    ]
    constant = {
        "x_wind": 6.0,
        "y_wind": -3.0,
        "x_sea_water_velocity": 0.2,
        "y_sea_water_velocity": 0.1,
        "land_binary_mask": 0,
    }
    still = fields.pack(
        [
            fields.typed("wind", "296.565051/6.70820393m/s", 0.0),
            fields.typed("current", "63.4349488/0.223606798m/s", 0.0),
        ]
    )
    options = Options(opendrift=True, jibing=False)
    print("| case | particles | mean m | max m | ashore, OpenDrift | ashore, selat |")
    print("|---|---|---|---|---|---|")
    coast = Coast(SHIPPED)
    for name, job, flow, land in (
        ("constant wind and current", {"constant": constant}, still, None),
        (
            "gridded, no land",
            {"files": [str(f) for f in files], "constant": {"land_binary_mask": 0}},
            fields.pack(grids),
            None,
        ),
        ("gridded, the shore of OpenStreetMap", {"files": [str(f) for f in files]}, fields.pack(grids), coast),
    ):
        count = n if land is not None else min(n, 2000)
        found = peer(python, n=count, jibing=0.0, **job)
        if found is None:
            return
        arrays = found[1]
        _, _, d = ours(flow, count, land, options, arrays, repeat=1)
        afloat = (arrays["active"] == 1) & (d.status == 0)
        away = geodesy.distance(d.lat, d.lon, arrays["end_lat"], arrays["end_lon"])[afloat]
        ashore = int((arrays["active"] == 0).sum()), int((d.status == ASHORE).sum())
        print(
            f"| {name} | {count:,} | {away.mean():.2f} | {away.max():.2f} | {ashore[0]:,} | {ashore[1]:,} |", flush=True
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=("speed", "agreement", "all"), default="all")
    parser.add_argument("--particles", type=int, nargs="+", default=[5000, 100_000])
    parser.add_argument(
        "--peer", default=os.environ.get("SELAT_BENCH_PYTHON", ""), help="the Python that has OpenDrift"
    )
    args = parser.parse_args()
    python = args.peer if Path(args.peer).exists() else ""
    now, load, cores = datetime.now().astimezone(), os.getloadavg()[0], len(os.sched_getaffinity(0))
    print(f"{now:%Y-%m-%d %H:%M}, load {load:.1f}, {cores} cores")
    if not python:
        print("OpenDrift is not here: .venv-bench/bin/python -m pip install opendrift")
    if args.what in ("speed", "all"):
        speed(python, args.particles)
    if args.what in ("agreement", "all") and python:
        agreement(python, 20_000)


if __name__ == "__main__":
    main()
