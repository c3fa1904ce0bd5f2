"""selat: watch over a sea lane, go out to rescue on it, account for the equipment given to do both.

Public names are loaded on first use (PEP 562), so that `import selat` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "open": "selat.app.session",
    "decode": "selat.readers.decoded",
    "decode_one": "selat.readers.single",
    "Zone": "selat.model.nouns",
    "Asset": "selat.model.nouns",
    "Grant": "selat.assist.grant",
    "Case": "selat.rescue.case",
    "Alert": "selat.model.nouns",
    "SelatError": "selat.model.errors",
}
__all__ = ["Alert", "Asset", "Case", "Grant", "SelatError", "Zone", "__version__", "decode", "decode_one", "open"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'selat' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
