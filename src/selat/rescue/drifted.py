"""What a drift gave: particles at each time, kept in a file, and summed up."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.model.errors import FormatError
from selat.rescue.cloud import Cloud
from selat.rescue.drift import ADRIFT, ASHORE, WAITING
from selat.store.disk import DAMAGED_ZIP, write_whole

Array = NDArray[Any]
SEARCHED = "searched in vain"  #: what a note of a search begins with; the others are doubts about the drift
#: what NumPy raises besides about the head of an array that is damaged
_ODD_ARRAY = (SyntaxError, TokenError, TypeError, MemoryError)


@dataclass(frozen=True, slots=True)
class Drifted:
    """``time`` (t,) int64 ns, rising; ``lat``, ``lon`` (t, n) degrees; ``state`` (t, n): 0 adrift, 1 ashore, 2 not yet adrift.

    ``case``: its text, as JSON; ``weight`` (n,), sum 1; ``scenario`` and ``what`` (n,): index of each one's scenario and object.
    """

    case: str
    time: Array
    lat: Array
    lon: Array
    state: Array
    weight: Array
    scenario: Array
    what: Array
    notes: tuple[str, ...] = ()
    searched: tuple[float, ...] = ()  #: probability of success of each search in vain that the weights have taken in

    @property
    def cumulative(self) -> float:
        """Probability that the searches so far would have found it: 1 - prod(1 - POS)."""
        return 1.0 - math.prod(1.0 - pos for pos in self.searched)

    def mean(self, k: int) -> tuple[float, float]:
        """Weighted mean place (lat, lon) at time ``k``."""
        base = float(self.lon[k, 0])
        east = (self.lon[k] - base + 180.0) % 360.0 - 180.0
        lon = base + float(np.sum(self.weight * east) / self.weight.sum())
        return float(np.sum(self.weight * self.lat[k]) / self.weight.sum()), (lon + 180.0) % 360.0 - 180.0

    def summary(self) -> list[dict[str, Any]]:
        """A row for each time: mean place, radii (m) about it that hold 50, 90 and 95 %, shares adrift, ashore, waiting."""
        rows = []
        total = self.weight.sum()
        for k in range(len(self.time)):
            lat, lon = self.mean(k)
            away = geodesy.distance(lat, lon, self.lat[k], self.lon[k])
            order = np.argsort(away)
            held = np.cumsum(self.weight[order]) / total
            radii = [float(away[order[min(int(np.searchsorted(held, p)), len(order) - 1)]]) for p in (0.5, 0.9, 0.95)]
            share = {name: float(self.weight[self.state[k] == code].sum() / total) for name, code in _STATES}
            row = {"time": int(self.time[k]), "lat": lat, "lon": lon}
            rows.append(row | dict(zip(("r50", "r90", "r95"), radii, strict=True)) | share)
        return rows

    def cloud(self) -> Cloud:
        """The particles as plans take them; what is not yet adrift cannot be found, as what is ashore."""
        doubts = tuple(n for n in self.notes if not n.startswith(SEARCHED))
        return Cloud(self.time, self.lat, self.lon, self.weight, self.state, self._objects(), doubts)

    def _objects(self) -> tuple[str, ...]:
        """Keys of the objects that particles with any weight are."""
        try:
            keys = [str(key) for key, _ in json.loads(self.case)["objects"]]
        except (ValueError, KeyError, TypeError):
            return ()
        there = np.unique(self.what[self.weight > 0.0]).tolist()
        return tuple(keys[k] for k in there if k < len(keys))

    def save(self, path: Path) -> None:
        """Write the case and its particles to one file (NumPy's .npz), whole or not at all."""
        out = io.BytesIO()
        np.savez_compressed(
            out, case=np.array(self.case), notes=np.array(list(self.notes), dtype=np.str_), time=self.time,
            lat=self.lat, lon=self.lon, state=self.state, weight=self.weight, scenario=self.scenario, what=self.what,
            searched=np.array(self.searched, np.float64),
        )  # fmt: skip
        write_whole(path, out.getvalue())


_STATES = (("adrift", ADRIFT), ("ashore", ASHORE), ("waiting", WAITING))


def load(path: Path) -> Drifted:
    """The drift of :meth:`Drifted.save`; raises :class:`FormatError` for another file."""
    data = io.BytesIO(path.read_bytes())
    try:
        with np.load(data, allow_pickle=False) as z:
            arrays = {k: z[k] for k in ("time", "lat", "lon", "state", "weight", "scenario", "what")}
            case, notes = str(z["case"]), tuple(str(n) for n in z["notes"])
            searched = tuple(z["searched"].tolist()) if "searched" in z.files else ()  # older files lack it
    except (KeyError, *_ODD_ARRAY, *DAMAGED_ZIP) as e:
        raise FormatError(f"{path} is no drift ({e})", hint="a file that `selat rescue drift` wrote") from None
    if not (np.diff(arrays["time"]) > 0).all() or arrays["lat"].shape != (len(arrays["time"]), len(arrays["weight"])):
        raise FormatError(f"{path} is damaged: its arrays do not fit", hint="drift again")
    return Drifted(case, notes=notes, searched=searched, **arrays)
