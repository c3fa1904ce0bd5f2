"""Numbers or arrays of any shapes, broadcast, as the rows that kernels take."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def flat(*values: Any) -> tuple[list[NDArray[np.float64]], tuple[int, ...]]:
    """Each value as a contiguous row of float64, all of one length, and the shape to give results back in.

    What is broadcast is copied: a view of one number in many places is nothing that a kernel should be handed.
    """
    arrays = [np.asarray(v, dtype=np.float64) for v in values]
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    whole = (a if a.shape == shape else np.array(np.broadcast_to(a, shape), order="C") for a in arrays)
    return [np.ascontiguousarray(a).reshape(-1) for a in whole], shape
