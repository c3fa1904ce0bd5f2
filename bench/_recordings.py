"""Where the real recordings lie: not part of the project, and no benchmark stands in for them."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def recording(name: str) -> Path | None:
    """A file of them by its path there, or None: looked for in ``SELAT_SHARED`` and beside the checkout."""
    shared = Path(os.environ.get("SELAT_SHARED") or ROOT.parent / "shared")
    return next((p for p in (shared / name, shared / "data" / name) if p.exists()), None)
