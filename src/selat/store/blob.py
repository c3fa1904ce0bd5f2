"""State of a step as bytes and back, without pickle: numbers, texts, bytes, arrays, and lists and dicts of them.

Layout: ``SLTB`` + version u16 + length u32 of a JSON tree + the tree + an uncompressed ``.npz`` of the arrays with
``allow_pickle=False``. The same state gives the same bytes.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from selat.model.errors import StoreError

VERSION = 1
_HEAD = struct.Struct("<4sHI")
_MAGIC = b"SLTB"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def dump(state: Mapping[str, Any]) -> bytes:
    """Bytes of a state; raises :class:`StoreError` for a value of another kind (objects are never stored)."""
    arrays: list[np.ndarray[Any, Any]] = []
    tree = json.dumps(_encode(dict(state), arrays, "state"), sort_keys=True, separators=(",", ":")).encode()
    out = io.BytesIO()
    out.write(_HEAD.pack(_MAGIC, VERSION, len(tree)))
    out.write(tree)
    if arrays:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for number, array in enumerate(arrays):
                item = io.BytesIO()
                np.lib.format.write_array(item, array, version=(2, 0), allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{number}.npy", _EPOCH), item.getvalue())
    return out.getvalue()


def load(data: bytes) -> dict[str, Any]:
    """The state of :func:`dump`; raises :class:`StoreError` for bytes that are not one, or of a newer version."""
    if len(data) < _HEAD.size or data[:4] != _MAGIC:
        raise StoreError("a saved state is damaged: it does not begin as one", hint="replay the journal from the start")
    _, version, length = _HEAD.unpack_from(data)
    if version > VERSION:
        raise StoreError(f"a saved state has version {version}, newer than {VERSION}", hint="use a newer selat")
    tree = json.loads(data[_HEAD.size : _HEAD.size + length])
    rest = data[_HEAD.size + length :]
    arrays: list[np.ndarray[Any, Any]] = []
    if rest:
        with zipfile.ZipFile(io.BytesIO(rest)) as archive:
            for number in range(len(archive.namelist())):
                with archive.open(f"{number}.npy") as item:
                    arrays.append(np.lib.format.read_array(item, allow_pickle=False))
    out = _decode(tree, arrays)
    assert isinstance(out, dict)
    return out


def _encode(value: Any, arrays: list[np.ndarray[Any, Any]], where: str) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        value = value.item()
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes | bytearray):
        return {"b": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            return {"o": [_encode(v, arrays, where) for v in value.tolist()]}
        arrays.append(np.ascontiguousarray(value))
        return {"a": len(arrays) - 1, "s": list(value.shape)}
    if isinstance(value, tuple):
        return {"t": [_encode(v, arrays, where) for v in value]}
    if isinstance(value, list):
        return [_encode(v, arrays, where) for v in value]
    if isinstance(value, Mapping):
        pairs = sorted(value.items(), key=lambda kv: (type(kv[0]).__name__, kv[0]))
        return {"d": [[_encode(k, arrays, where), _encode(v, arrays, f"{where}.{k}")] for k, v in pairs]}
    raise StoreError(f"{where}: a {type(value).__name__} cannot be saved", hint="use numbers, text, bytes and arrays")


def _decode(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, list):
        return [_decode(v, arrays) for v in value]
    if not isinstance(value, dict):
        return value
    if "b" in value:
        return base64.b64decode(value["b"])
    if "a" in value:
        return arrays[value["a"]].reshape(value["s"])
    if "o" in value:
        out = np.empty(len(value["o"]), dtype=object)
        out[:] = [_decode(v, arrays) for v in value["o"]]
        return out
    if "t" in value:
        return tuple(_decode(v, arrays) for v in value["t"])
    return {_decode(k, arrays): _decode(v, arrays) for k, v in value["d"]}
