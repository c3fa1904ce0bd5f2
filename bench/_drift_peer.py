"""What bench/drift.py asks of OpenDrift, run by the Python of .venv-bench: one job from a JSON file, results beside it.

OpenDrift is GPL: it is run from outside, never imported by selat.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np


def main(path):
    from opendrift.models.leeway import Leeway

    # its default is GSHHG; both shall have the same land
    from opendrift.readers import reader_global_landmask
    from opendrift.readers.reader_netCDF_CF_generic import Reader
    from roaring_landmask import LandmaskProvider, RoaringLandmask

    reader_global_landmask.__roaring_mask__ = RoaringLandmask.new_with_provider(LandmaskProvider.Osm)

    job = json.loads(Path(path).read_text(encoding="utf-8"))
    np.random.seed(job["seed"])
    o = Leeway(loglevel=50)
    begin = datetime.fromisoformat(job["begin"])
    if job.get("files"):
        o.add_reader([Reader(f) for f in job["files"]])
    for name, value in job.get("constant", {}).items():
        o.set_config(f"environment:constant:{name}", value)
    o.set_config("seed:jibe_probability", job["jibing"])
    started = time.process_time()
    o.seed_elements(
        lon=job["lon"], lat=job["lat"], radius=job["radius"], number=job["n"], time=begin, object_type=job["class"],
        jibe_probability=job["jibing"],
    )  # fmt: skip
    seeding = time.process_time() - started
    names = ["lon", "lat", "orientation"]
    names += [f"{way}_{part}" for way in ("downwind", "crosswind") for part in ("slope", "offset", "eps")]
    first = {name: np.array(getattr(o.elements_scheduled, name)) for name in names}
    wall, cpu = time.perf_counter(), time.process_time()
    o.run(duration=timedelta(hours=job["hours"]), time_step=job["step"], time_step_output=3600)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    order = np.concatenate([np.array(e.ID) for e in (o.elements, o.elements_deactivated)])
    last = {
        name: np.concatenate([np.array(getattr(e, name)) for e in (o.elements, o.elements_deactivated)])
        for name in ("lon", "lat")
    }
    active = np.concatenate([np.ones(len(o.elements.ID), bool), np.zeros(len(o.elements_deactivated.ID), bool)])
    rank = np.argsort(order)
    np.savez(str(path) + ".npz", end_lon=last["lon"][rank], end_lat=last["lat"][rank], active=active[rank], **first)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    import opendrift

    told = {"wall": wall, "cpu": cpu, "seeding": seeding, "mib": memory, "version": opendrift.__version__}
    Path(str(path) + ".out").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
