"""Files of wind and current beside the cases of a sea (``SEA/fields/``): taken in, looked at, and what they say on the map."""

from __future__ import annotations

import hashlib
import shutil
import threading
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from selat.model.clock import HOUR, format_time
from selat.model.errors import ConfigError, FormatError, SelatError
from selat.readers.ocean_about import About, about
from selat.rescue.fields import raster
from selat.rescue.sources import FOLDER, GRIB, KINDS, NETCDF, ZARR, Box, Source, flow_of, is_field
from selat.store.disk import fsync_dir, fsync_file

MOST = 1_000_000_000  #: bytes of a file that is sent, and of what a zipped store may hold
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._- ")
ARROWS = 900  #: places at which a page may ask for arrows
STORE = ("zarr.json", ".zgroup", ".zmetadata")  #: one of them lies in the folder that is a Zarr store
_MS = 1_000_000


class Fields:
    """The fields of a sea in ``folder``; what was looked at is remembered until the file changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self._known: dict[tuple[str, str, int, int], About | SelatError] = {}
        self._sums: dict[tuple[str, int, int], str] = {}
        self._lock = threading.Lock()

    def all(self) -> list[dict[str, Any]]:
        """All files, the newest first: name, bytes, changed_ms, and ``wind`` and ``current``, what each covers or None; ``error``
        and ``hint`` where it holds neither."""
        found = [p for p in self.folder.iterdir() if is_field(p)] if self.folder.is_dir() else []
        return [self.told(p.name) for p in sorted(found, key=lambda p: (-p.stat().st_mtime_ns, p.name))]

    def told(self, name: str) -> dict[str, Any]:
        """One of :meth:`all`."""
        path = self.folder / name
        out: dict[str, Any] = {"name": name, "bytes": _size(path), "changed_ms": path.stat().st_mtime_ns / _MS}
        errors: list[SelatError] = []
        for kind in KINDS:
            try:
                out[kind] = _covers(self.about(name, kind))
            except SelatError as e:
                out[kind] = None
                errors.append(e)
        if len(errors) == len(KINDS):
            worst = next((e for e in errors if not isinstance(e, FormatError)), errors[0])
            out |= {"error": worst.message, "hint": worst.hint}
        return out

    def about(self, name: str, kind: str) -> About:
        """What a file covers; raises as :func:`selat.readers.ocean_about.about`, :class:`ConfigError` where it is not there."""
        path = self.folder / name
        if not path.exists():
            raise ConfigError(f"there is no field {name!r}", hint="choose one of the list, or send it with Upload")
        state = path.stat()
        key = name, kind, state.st_mtime_ns, state.st_size
        with self._lock:
            found = self._known.get(key)
        if found is None:
            try:
                found = about(path, kind)
            except SelatError as e:
                found = e
            with self._lock:
                self._known[key] = found
        if isinstance(found, SelatError):
            raise found
        return found

    def sha256(self, name: str) -> str:
        """Hash of a file's bytes; of a store, of all its files in the order of their names."""
        path = self.folder / name
        state = path.stat()
        key = name, state.st_mtime_ns, state.st_size
        with self._lock:
            known = self._sums.get(key)
        if known is None:
            known = _sum(path)
            with self._lock:
                self._sums[key] = known
        return known

    # --- a file that is sent -----------------------------------------------------------------------------------------
    def place(self) -> Path:
        """Where to write what is being sent, before :meth:`take`."""
        self.folder.mkdir(exist_ok=True)
        return self.folder / f".sent-{uuid.uuid4().hex}"

    def take(self, sent: Path, name: str) -> dict[str, Any]:
        """Keep the file ``sent`` under a name, once it was read as wind or current; a zip is unpacked as a Zarr store.

        What is kept stays: the same again is no error, another file of that name is. Raises :class:`SelatError`; the file
        that was sent is gone then.
        """
        try:
            return self._take(sent, name)
        finally:
            sent.unlink(missing_ok=True)

    def _take(self, sent: Path, given: str) -> dict[str, Any]:
        name = PurePosixPath(given.replace("\\", "/")).name.strip()
        zipped = name.lower().endswith(".zip")
        if zipped:
            name = name[:-4] if name.lower().endswith(".zarr.zip") else f"{name[:-4]}.zarr"
        known = (*NETCDF, *GRIB, *ZARR)
        if not (0 < len(name) <= 80 and set(name) <= LETTERS and not name.startswith(".")):
            raise ConfigError(
                f"{given[:80]!r} is no name for a field", hint="letters, digits, . _ - and spaces, 80 at most"
            )
        if not name.lower().endswith(known) or (name.lower().endswith(ZARR) and not zipped):
            raise ConfigError(
                f"{name}: not a field by its name", hint=".nc (netCDF), .grib2, or a Zarr store as .zarr.zip"
            )
        fresh = sent.with_name(f"{sent.name}{Path(name).suffix}")
        try:
            if zipped:
                _unzip(sent, fresh)
            else:
                sent.replace(fresh)
            kinds, errors = [], []
            for kind in KINDS:
                try:
                    about(fresh, kind)
                    kinds.append(kind)
                except SelatError as e:
                    errors.append(e)
            if not kinds:
                worst = next((e for e in errors if not isinstance(e, FormatError)), errors[0])
                raise ConfigError(worst.message.replace(fresh.name, name), hint=worst.hint)
            return self._keep(fresh, name)
        finally:
            _gone(fresh)

    def _keep(self, fresh: Path, name: str) -> dict[str, Any]:
        target = self.folder / name
        if target.exists():
            if _sum(fresh) != self.sha256(name):
                raise ConfigError(
                    f"there is another field {name!r} already",
                    hint="give the file another name: what cases rest on stays",
                )
        else:
            for part in _files(fresh):
                fsync_file(part)
            fresh.replace(target)
            fsync_dir(self.folder)
        return self.told(name)


def sources_told(
    fields: Fields, sources: Sequence[Source], start: Box | None, begin: int, hours: float
) -> list[dict[str, Any]]:
    """What a case takes its wind and current from, in order: ``kind, text, sort`` (typed, table, file, climatology, none), what
    files cover, and ``error`` with ``hint`` where one does not cover the place and the time of the drift."""
    out = []
    for kind in KINDS:
        mine = [s for s in sources if s.kind == kind]
        if not mine:
            out.append({"kind": kind, "text": "", "sort": "none"})
        for n, source in enumerate(mine):
            row: dict[str, Any] = {"kind": kind, "text": source.text, "sort": _sort(source)}
            if row["sort"] == "file":
                try:
                    found = fields.about(source.text, kind)
                    row |= _covers(found) | _short(found, source.text, start, begin, hours, last=n + 1 == len(mine))
                except SelatError as e:
                    row |= {"error": e.message, "hint": e.hint}
            out.append(row)
    return out


def _sort(source: Source) -> str:
    if source.text == "climatology":
        return "climatology"
    return "typed" if not source.is_file else "table" if source.text.lower().endswith(".csv") else "file"


def _short(found: About, name: str, start: Box | None, begin: int, hours: float, *, last: bool) -> dict[str, str]:
    """Error and hint where a field falls short of a drift; ``last``: nothing stands in after it."""
    ends = sorted((begin, begin + round(hours * HOUR)))
    first, final = int(found.times[0]), int(found.times[-1])
    if start is not None:
        west, south, east, north = found.box
        middle = (start[0] + start[2]) / 2.0
        turn = 360.0 * round(((west + east) / 2.0 - middle) / 360.0)
        if start[0] + turn < west or start[2] + turn > east or start[1] < south or start[3] > north:
            return {
                "error": f"{name} does not cover the place: it is {_box(found.box)}",
                "hint": "take a field of these waters, or type the values",
            }
    span, asked = (f"{format_time(a)} to {format_time(b)}" for a, b in ((first, final), ends))
    if final < ends[0] or first > ends[1]:
        return {
            "error": f"{name} covers {span}, and the drift is {asked}",
            "hint": "take a field of these hours, or type the values",
        }
    if last and (first > ends[0] or final < ends[1]):
        return {
            "error": f"{name} covers {span}, and the drift is {asked}",
            "hint": "drift for fewer hours, take another field, or type what holds where it ends on the line after it",
        }
    gap = next(((a, b) for a, b in found.gaps() if b > ends[0] and a < ends[1]), None)
    if last and gap is not None:  # else what stands on the next line fills it
        return {
            "error": f"{name} has a gap from {format_time(gap[0])} to {format_time(gap[1])}",
            "hint": "take a field without it, fill it (cdo inttime), or type what holds in these hours on the line after it",
        }
    return {}


def _box(box: Box) -> str:
    lon = [f"{abs(v):.1f}{'WE'[v >= 0]}" for v in box[::2]]
    lat = [f"{abs(v):.1f}{'SN'[v >= 0]}" for v in box[1::2]]
    return f"{lat[0]} to {lat[1]}, {lon[0]} to {lon[1]}"


def _covers(found: About) -> dict[str, Any]:
    return {
        "begin_ms": int(found.times[0]) / _MS, "end_ms": int(found.times[-1]) / _MS, "times": len(found.times),
        "step_s": found.step / 1e9, "box": list(found.box), "gaps_ms": [[a / _MS, b / _MS] for a, b in found.gaps()],
    }  # fmt: skip


def arrows(sources: Sequence[Source], home: Path, time: int, box: Box, columns: int, rows: int) -> dict[str, Any]:
    """Wind and current on a raster over a box at a time (ns), as a drift would take them: ``{kind: {points: [[lon, lat, east,
    north], ...]}}`` in m/s, or ``error`` and ``hint``. A wind's vector is where it blows to. Raises :class:`ConfigError`."""
    west, south, east, north = box
    if not (columns >= 2 and rows >= 2 and columns * rows <= ARROWS):
        raise ConfigError(f"{columns} x {rows} arrows", hint=f"at least 2 x 2, at most {ARROWS} in all")
    if not (-360.0 <= west < east <= 360.0 and east - west <= 360.0 and -90.0 <= south < north <= 90.0):
        raise ConfigError("that is no box", hint="west, south, east, north in degrees")
    lat, lon = raster(box, columns, rows)
    out: dict[str, Any] = {}
    for kind in KINDS:
        other = Source("current" if kind == "wind" else "wind", "climatology")
        try:
            flow = flow_of([*(s for s in sources if s.kind == kind), other], box, time, time, home)
            found = flow.at(kind, time, lat, lon)
        except SelatError as e:
            out[kind] = {"points": [], "error": e.message, "hint": e.hint}
            continue
        known = np.isfinite(found[:2]).all(0)
        points = np.stack([lon, lat, found[0], found[1]], 1)[known]
        out[kind] = {"points": points.round(5).tolist()}
    return out


def _unzip(path: Path, to: Path) -> None:
    """A Zarr store out of a zip, whatever folder it lies in there; raises :class:`FormatError` for another zip."""
    try:
        with zipfile.ZipFile(path) as z:
            names = [i for i in z.infolist() if not i.is_dir()]
            roots = sorted(
                (PurePosixPath(i.filename).parent for i in names if PurePosixPath(i.filename).name in STORE),
                key=lambda p: len(p.parts),
            )
            if not roots:
                raise FormatError("no Zarr store in the zip", hint="zip the folder that holds zarr.json or .zgroup")
            if sum(i.file_size for i in names) > MOST or len(names) > 200_000:
                raise FormatError(
                    "the store is too large", hint=f"at most {MOST // 10**6} MB: cut it to the case's waters"
                )
            for one in names:
                inner = PurePosixPath(one.filename)
                if not inner.is_relative_to(roots[0]) or ".." in inner.parts or inner.is_absolute():
                    continue
                target = to / inner.relative_to(roots[0])
                target.parent.mkdir(parents=True, exist_ok=True)
                with z.open(one) as source, target.open("wb") as out:
                    shutil.copyfileobj(source, out)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as e:
        raise FormatError(f"the zip cannot be read ({e})", hint="is it whole? send it again") from None


def _files(path: Path) -> list[Path]:
    """The file itself, or all files of a store in the order of their names."""
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _size(path: Path) -> int:
    return sum(p.stat().st_size for p in _files(path))


def _sum(path: Path) -> str:
    total = hashlib.sha256()
    for part in _files(path):
        if part != path:
            total.update(part.relative_to(path).as_posix().encode() + b"\0")
        with part.open("rb") as f:
            while block := f.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def _gone(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
