"""Find what was plugged in: modules of a package with a given constant, and the entry points ``selat.plugins``.

A built-in is a file; an extension is an installed package with an entry point in the group ``selat.plugins`` that names
a module with the same constant. Both are found by :func:`find`, so a built-in uses only what an extension may use.
"""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from selat.model.errors import PluginError

GROUP = "selat.plugins"
_log = logging.getLogger(__name__)


def modules(package: str) -> list[ModuleType]:
    """Modules of a package by name, without those whose name begins with an underscore, nor its sub-packages."""
    home = import_module(package)
    names = sorted(m.name for m in iter_modules(home.__path__) if not m.name.startswith("_") and not m.ispkg)
    return [import_module(f"{package}.{name}") for name in names]


def outside() -> list[ModuleType]:
    """Modules that installed packages offer, by name; one that fails to load is logged and left out."""
    found = []
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        try:
            module = point.load()
        except (ImportError, AttributeError) as e:
            _log.warning("extension %s cannot be loaded: %s", point.name, e)
            continue
        if not isinstance(module, ModuleType):
            raise PluginError(f"entry point {point.name!r} is no module", hint="name the module, without a colon")
        found.append(module)
    return found


def find(package: str, constant: str) -> list[Any]:
    """Values of ``constant`` in the modules of ``package`` and in the extensions, in a fixed order.

    Raises :class:`PluginError` where two have the same ``name``.
    """
    found = [getattr(m, constant) for m in [*modules(package), *outside()] if hasattr(m, constant)]
    names = [getattr(value, "name", None) for value in found]
    for name in names:
        if name is not None and names.count(name) > 1:
            raise PluginError(f"two extensions of {package} are named {name!r}", hint="rename or uninstall one")
    return found
