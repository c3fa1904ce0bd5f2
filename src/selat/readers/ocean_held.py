"""Fields that are not netCDF files, as :mod:`selat.readers.ocean_cf` looks at those: variables with dimensions and attributes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Variable:
    """One variable; ``load(key)`` gives the values of a tuple of slices and indices, masked or NaN where there are none."""

    def __init__(
        self,
        name: str,
        dimensions: tuple[str, ...],
        shape: tuple[int, ...],
        load: Callable[[Any], Any],
        attributes: dict[str, Any],
    ) -> None:
        self.name, self.dimensions, self.shape, self._load, self._attributes = name, dimensions, shape, load, attributes

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.dimensions)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        return self._load(key)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_attributes"][name]
        except KeyError:
            raise AttributeError(name) from None

    def ncattrs(self) -> list[str]:
        """Names of its attributes."""
        return list(self._attributes)

    def getncattr(self, name: str) -> Any:
        """One of them."""
        return self._attributes[name]


@dataclass
class Dataset:
    """Variables by name."""

    variables: dict[str, Variable] = field(default_factory=dict)

    def add(self, name: str, dimensions: tuple[str, ...], values: Array, **attributes: Any) -> None:
        """A variable whose values are at hand."""
        self.variables[name] = Variable(name, dimensions, values.shape, values.__getitem__, attributes)


def unpacked(values: Any, attributes: dict[str, Any], fill: Any = None) -> Array:
    """Packed values as numbers (CF 8.1), NaN where they are the fill value or out of the valid range."""
    raw = np.asarray(values)
    out = raw.astype(np.float64)
    gone = np.zeros(raw.shape, np.bool_)
    for value in (fill, attributes.get("_FillValue"), attributes.get("missing_value")):
        if isinstance(value, int | float | np.number) and np.issubdtype(raw.dtype, np.number):
            number = float(value.real)
            gone |= np.isnan(out) if np.isnan(number) else out == number
    scale, offset = float(attributes.get("scale_factor", 1.0)), float(attributes.get("add_offset", 0.0))
    result: Array = np.where(gone, np.nan, out * scale + offset)
    return result
