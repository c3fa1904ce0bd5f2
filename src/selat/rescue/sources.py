"""Where a case takes its wind and current from, as people write it; and the fields of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from selat.model.clock import SECOND
from selat.model.errors import ConfigError
from selat.rescue import fields
from selat.rescue.fields import Field, Flow, pack

Box = tuple[float, float, float, float]
NETCDF = (".nc", ".nc4", ".cdf", ".netcdf")
GRIB = (".grib2", ".grb2", ".grib", ".grb")
ZARR = (".zarr",)
KINDS = ("wind", "current")
FOLDER = "fields"  #: of a sea: where its files of wind and current lie
MARGIN = 1.5  #: m/s that fields are read further around, as far as an object may come
LEAST = 0.3  #: degrees around, at least


@dataclass(frozen=True, slots=True)
class Source:
    """``kind`` wind or current; ``text``: a file of netCDF or GRIB2, a Zarr store, ``230/12kn`` (with times), a table
    ``.csv``, or ``climatology``.

    ``spread`` (m/s) and ``memory`` (s) of its error where they are not those of its sort. ``high_waters`` (ns) and ``springs``
    (0 neaps to 1 springs) belong to a table of tidal streams.
    """

    kind: str
    text: str
    spread: float | None = None
    memory: float | None = None
    high_waters: tuple[int, ...] = ()
    springs: float = 0.5

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(f"{self.kind!r} is no field", hint="wind or current")
        for name, value in (("spread", self.spread), ("memory", self.memory)):
            if value is not None and not value >= 0.0:
                raise ConfigError(f"a {name} of {value:g}", hint="not negative; m/s and seconds")
        if not self.is_file and self.text != "climatology":
            fields.typed(self.kind, self.text)  # says what is wrong with it

    @property
    def is_file(self) -> bool:
        """True for a file, of whatever sort."""
        return self.text.lower().rstrip("/").endswith((*NETCDF, *GRIB, *ZARR, ".csv"))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def is_field(path: Path) -> bool:
    """Whether a file's name is that of a field that can be read; hidden ones are still being written."""
    return path.name.lower().endswith((*NETCDF, *GRIB, *ZARR)) and not path.name.startswith(".")


def flow_of(sources: Sequence[Source], box: Box, begin: int, end: int, home: Path | None = None) -> Flow:
    """The fields of a case around a box (west, south, east, north of its particles) from ``begin`` to ``end`` (ns), packed.

    Files are looked for from ``home``. Where there is no wind or no current, its climatology stands in.
    """
    reach = MARGIN * (end - begin) / SECOND / 111_000.0 + LEAST
    around = box[0] - reach, max(-89.0, box[1] - reach), box[2] + reach, min(89.0, box[3] + reach)
    out = []
    for kind in KINDS:
        mine = [s for s in sources if s.kind == kind] or [Source(kind, "climatology")]
        for n, source in enumerate(mine):
            out.append(_field(source, around, begin, end, home, part=n + 1 < len(mine)))
    return pack(out)


def _field(source: Source, box: Box, begin: int, end: int, home: Path | None, *, part: bool) -> Field:
    if source.text == "climatology":
        field = fields.climatology(source.kind)
        spread = field.spread if source.spread is None else source.spread
        return Field(field.grid, spread, field.memory if source.memory is None else source.memory)
    if not source.is_file:
        return fields.typed(source.kind, source.text, source.spread, source.memory)
    path = Path(source.text) if home is None else home / source.text
    if source.text.lower().endswith(".csv"):
        if source.kind == "wind":
            raise ConfigError("a table of tidal streams is no wind", hint="--current FILE.csv")
        spread = 0.2 if source.spread is None else source.spread
        return fields.tidal_stream(path, source.high_waters, source.springs, spread, source.memory)
    grid = reader_of(path)(path, source.kind, box, begin, end, part=part)
    return fields.of_model(grid, source.spread, source.memory)


def reader_of(path: Path) -> Any:
    """What reads a file of that name."""
    suffix = path.suffix.lower()
    if suffix in GRIB:
        from selat.readers.ocean_grib import read_grib

        return read_grib
    if suffix in ZARR:
        from selat.readers.ocean_zarr import read_zarr

        return read_zarr
    from selat.readers.ocean_cf import read_cf

    return read_cf
