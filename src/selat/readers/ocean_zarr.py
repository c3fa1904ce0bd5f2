"""Wind and current of Zarr stores (versions 2 and 3) that follow the Climate and Forecast conventions, as xarray writes them.

Dimensions are those of ``dimension_names`` (version 3) or ``_ARRAY_DIMENSIONS`` (version 2); only the chunks around the case are
read. Needs ``pip install 'selat[ocean]'``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from selat.model.errors import FormatError, SourceError
from selat.readers.ocean_cf import Box, read_dataset
from selat.readers.ocean_grid import Grid
from selat.readers.ocean_held import Dataset, Variable, unpacked


def read_zarr(
    path: Path | str,
    kind: str,
    box: Box | None = None,
    begin: int | None = None,
    end: int | None = None,
    *,
    part: bool = False,
) -> Grid:
    """The ``wind`` or ``current`` of a store; arguments and errors as of :func:`selat.readers.ocean_cf.read_cf`."""
    return read_dataset(held_zarr(path), Path(path).name, kind, box, begin, end, part=part)


def held_zarr(path: Path | str) -> Dataset:
    """The arrays of a store as variables; only what is asked of them is read. Raises as :func:`read_zarr`."""
    try:
        import zarr
    except ModuleNotFoundError:
        raise SourceError("Zarr stores need a package", hint="pip install 'selat[ocean]'") from None
    name = Path(path).name
    try:
        group = zarr.open_group(str(path), mode="r")
        arrays = dict(group.arrays())
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise SourceError(f"{path}: {e}", hint="is it a Zarr store, and may this user read it?") from None
    return Dataset({k: _variable(k, a, name) for k, a in arrays.items()})


def _variable(key: str, array: Any, name: str) -> Variable:
    attributes = array.attrs.asdict()
    named = getattr(array.metadata, "dimension_names", None) or attributes.pop("_ARRAY_DIMENSIONS", None)
    if named is None and array.ndim == 1:
        named = [key]
    if named is None or len(named) != array.ndim:
        if array.ndim > 0:
            raise FormatError(f"{name}: {key} names no dimensions", hint="write the store with xarray")
        named = []
    clean = {
        k: v for k, v in attributes.items() if k not in ("scale_factor", "add_offset", "_FillValue", "missing_value")
    }
    # version 2 keeps _FillValue as the store's own; 0 is what arrays have that never had one, and axes miss nothing
    fill = array.fill_value if array.metadata.zarr_format == 2 and array.ndim > 1 and array.fill_value != 0 else None

    def load(wanted: Any) -> Any:
        values = array[wanted] if array.ndim else array[()]
        return unpacked(values, attributes, fill) if array.dtype.kind in "iuf" else values

    return Variable(key, tuple(str(d) for d in named), tuple(array.shape), load, clean)
