"""What a request may see: the picture and the sea, as the groups of who asks may see them.

The gate notes the groups of whoever asks (:func:`asking`); the routes ask a picture and an archive that look at that
note with every call. So a route cannot forget it: what it gets is released already. Without a note nothing is.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from selat.model.release import Groups, Releases

_ASKING: ContextVar[Groups | None] = ContextVar("selat_groups", default=frozenset())


@contextmanager
def asking(groups: Groups | None) -> Generator[None, None, None]:
    """Within it, these groups ask; None: somebody from whom nothing is kept."""
    token = _ASKING.set(groups)
    try:
        yield
    finally:
        _ASKING.reset(token)


def groups() -> Groups | None:
    """The groups of who asks."""
    return _ASKING.get()


class _Scoped:
    """Stands for ``whole``: each call goes to what the groups of who asks may see of it."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def _now(self) -> Any:
        """What the groups of who asks may see."""
        return self._whole.released(_ASKING.get())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now(), name)


def _forward(name: str) -> Any:
    def call(self: _Scoped, *args: Any, **kwargs: Any) -> Any:
        return getattr(self._now(), name)(*args, **kwargs)

    call.__name__ = name
    return call


def scoped(whole: Any) -> Any:
    """``whole`` as who asks may see it; itself where it knows nothing of groups (then nothing in it is kept from any)."""
    if not isinstance(whole, Releases):
        return whole
    # its methods are on the class, so that it is still one of the protocols of model/picture.py
    names = [n for n in dir(type(whole)) if not n.startswith("_") and callable(getattr(type(whole), n))]
    kind = type("Scoped", (_Scoped,), {n: _forward(n) for n in names})
    return kind(whole)
