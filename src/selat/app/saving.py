"""A state as bytes: nested dicts, lists, texts, numbers, bytes and arrays. No pickle: loading runs nothing.

The bytes are an uncompressed ``.npz`` with one member ``tree`` (JSON, in which ``{"@": n}`` stands for an array) and
one a numbered array. Arrays of Python objects (texts and binary of ``messages``) are kept as lists.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import numpy as np

from selat.model.errors import StoreError

VERSION = 1


def dumps(state: Any) -> bytes:
    """Bytes of a state; raises :class:`TypeError` for what is no plain value."""
    arrays: list[np.ndarray[Any, Any]] = []
    tree = json.dumps({"version": VERSION, "state": _out(state, arrays)}).encode()
    buffer = io.BytesIO()
    named = {f"a{n}": a for n, a in enumerate(arrays)}
    np.savez(buffer, allow_pickle=False, tree=np.frombuffer(tree, "u1"), **named)
    return buffer.getvalue()


def loads(data: bytes) -> Any:
    """The state of :func:`dumps`; raises :class:`StoreError` where the bytes are no state."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            tree = json.loads(file["tree"].tobytes())
            if tree["version"] != VERSION:
                raise StoreError(f"a state of version {tree['version']}", hint="replay the journal from its beginning")
            return _in(tree["state"], file)
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as e:
        raise StoreError(f"not a saved state: {e}", hint="replay the journal from its beginning") from e


def _out(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            return {"@objects": [_out(v, arrays) for v in value.tolist()]}
        arrays.append(value)
        return {"@": len(arrays) - 1}
    if isinstance(value, bytes):
        return {"@bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        if any(not isinstance(k, str) or k.startswith("@") for k in value):
            raise TypeError("keys of a state are texts that do not begin with '@'")
        return {k: _out(v, arrays) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_out(v, arrays) for v in value]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} is no plain value")


def _in(value: Any, file: Any) -> Any:
    if isinstance(value, list):
        return [_in(v, file) for v in value]
    if not isinstance(value, dict):
        return value
    if "@" in value:
        return file[f"a{value['@']}"]
    if "@bytes" in value:
        return base64.b64decode(value["@bytes"])
    if "@objects" in value:
        items = [_in(v, file) for v in value["@objects"]]
        out = np.empty(len(items), dtype=object)
        out[:] = items
        return out
    return {k: _in(v, file) for k, v in value.items()}
