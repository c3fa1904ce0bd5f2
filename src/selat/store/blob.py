"""State of a step as bytes and back, without pickle: numbers, texts, bytes, arrays, and lists and dicts of them.

Layout: ``SLTB`` + version u16 + length u32 of a JSON tree + the tree + the bytes of the arrays, each begun at a multiple
of 64; the tree names their types and shapes, and bytes lie among them. (Version 1 had an uncompressed ``.npz`` instead,
version 2 bytes in the tree; both are still read.) The same state gives the same bytes. A picture of 5,000 ships is 37 MB:
each array is copied once, and nothing else is done. :func:`squeeze` makes a fifth of that for the disk, in a thread that
has the time.
"""

from __future__ import annotations

import base64
import io
import json
import math
import struct
import zipfile
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import numpy as np
import zstandard
from pydantic_core import PydanticSerializationError, to_json

from selat.model.errors import StoreError

VERSION = 3
_HEAD = struct.Struct("<4sHI")
_MAGIC = b"SLTB"
_ALIGN = 64
_PLAIN = frozenset({bool, int, float, str, type(None)})
_TEXT = frozenset({str})


def dump(state: Mapping[str, Any]) -> bytes:
    """Bytes of a state; raises :class:`StoreError` for a value of another kind (objects are never stored)."""
    arrays: list[np.ndarray[Any, Any]] = []
    tree = _json(_encode(dict(state), arrays, ()))
    parts: list[Any] = [_HEAD.pack(_MAGIC, VERSION, len(tree)), tree]
    at = _HEAD.size + len(tree)
    for array in arrays:
        parts += [bytes(-at % _ALIGN), array.reshape(-1).view(np.uint8).data if array.size else b""]
        at += -at % _ALIGN + array.nbytes
    return b"".join(parts)


def _json(tree: Any) -> bytes:
    """As :func:`json.dumps`, four times as fast: most of it are the numbers of evidence."""
    try:
        return to_json(tree, inf_nan_mode="constants")
    except PydanticSerializationError:  # half of a pair of surrogates, which is no UTF-8
        return json.dumps(tree, separators=(",", ":")).encode()


def squeeze(data: bytes) -> bytes:
    """The bytes of :func:`dump` for the disk, compressed; :func:`load` takes both. Other threads go on meanwhile."""
    return zstandard.ZstdCompressor(level=1).compress(data)


def load(data: bytes) -> dict[str, Any]:
    """The state of :func:`dump` or :func:`squeeze`.

    Raises :class:`StoreError` for bytes that are not one, or of a newer version.
    """
    if data.startswith(zstandard.FRAME_HEADER):
        try:
            data = zstandard.ZstdDecompressor().decompress(data)
        except zstandard.ZstdError as e:
            raise StoreError(f"a saved state is damaged: {e}", hint="replay the journal from the start") from None
    if len(data) < _HEAD.size or data[:4] != _MAGIC:
        raise StoreError("a saved state is damaged: it does not begin as one", hint="replay the journal from the start")
    _, version, length = _HEAD.unpack_from(data)
    if version > VERSION:
        raise StoreError(f"a saved state has version {version}, newer than {VERSION}", hint="use a newer selat")
    tree = json.loads(data[_HEAD.size : _HEAD.size + length])
    if version == 1:
        arrays = _zipped(data[_HEAD.size + length :])
    else:
        arrays = _plain(data, _HEAD.size + length, _headers(tree))
    out = _decode(tree, arrays)
    assert isinstance(out, dict)
    return out


def _zipped(rest: bytes) -> list[np.ndarray[Any, Any]]:
    """Arrays of version 1."""
    arrays: list[np.ndarray[Any, Any]] = []
    if rest:
        with zipfile.ZipFile(io.BytesIO(rest)) as archive:
            for number in range(len(archive.namelist())):
                with archive.open(f"{number}.npy") as item:
                    arrays.append(np.lib.format.read_array(item, allow_pickle=False))
    return arrays


def _headers(tree: Any) -> dict[int, tuple[Any, int]]:
    """Type and number of values of each array that a tree names, by its number."""
    found: dict[int, tuple[Any, int]] = {}
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict) and "a" in value:
            # Fields without a name are padding; a plain np.dtype would make fields of them.
            found[value["a"]] = np.lib.format.descr_to_dtype(_descr(value["t"])), math.prod(value["s"])
        elif isinstance(value, dict):
            waiting += value.values()
    return found


def _descr(kind: Any) -> Any:
    """What :func:`numpy.lib.format.dtype_to_descr` gave, with the tuples that JSON made lists of."""
    if isinstance(kind, str):
        return kind
    return [(name, _descr(inner), *(tuple(shape) for shape in more)) for name, inner, *more in kind]


def _plain(data: bytes, at: int, headers: dict[int, tuple[Any, int]]) -> list[np.ndarray[Any, Any]]:
    """Arrays since version 2, in the order of their numbers; each may be written to."""
    arrays = []
    for number in range(len(headers)):
        dtype, count = headers[number]
        at += -at % _ALIGN
        if at + dtype.itemsize * count > len(data):
            raise StoreError("a saved state is damaged: its end is missing", hint="replay the journal from the start")
        arrays.append(np.frombuffer(data, dtype, count, at).copy() if count else np.empty(0, dtype))
        at += dtype.itemsize * count
    return arrays


def _encode(value: Any, arrays: list[np.ndarray[Any, Any]], where: tuple[Any, ...]) -> Any:
    """What stands in the tree for a value; ``where`` it is: (where its dict is, its key)."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        if _PLAIN.issuperset(map(type, value)):  # a column of evidence: most of a tree is such
            return value
        return [_encode(v, arrays, where) for v in value]
    if isinstance(value, Mapping):
        if _TEXT.issuperset(map(type, value)):  # nearly everywhere
            pairs = sorted(value.items(), key=itemgetter(0))
            return {"d": [[k, v if type(v) in _PLAIN else _encode(v, arrays, (where, k))] for k, v in pairs]}
        pairs = sorted(value.items(), key=lambda kv: (type(kv[0]).__name__, kv[0]))
        return {"d": [[_encode(k, arrays, where), _encode(v, arrays, (where, k))] for k, v in pairs]}
    if isinstance(value, tuple):
        return {"t": [_encode(v, arrays, where) for v in value]}
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            return {"o": [_encode(v, arrays, where) for v in value.tolist()]}
        arrays.append(np.ascontiguousarray(value))
        kind = np.lib.format.dtype_to_descr(value.dtype)
        return {"a": len(arrays) - 1, "s": list(value.shape), "t": kind}
    if isinstance(value, bytes | bytearray):
        arrays.append(np.frombuffer(value, np.uint8))
        return {"a": len(arrays) - 1, "b": 1, "s": [len(value)], "t": "|u1"}
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item()
    if isinstance(value, bool | int | float | str):  # of a class of their own
        return value
    raise StoreError(
        f"{_path(where)}: a {type(value).__name__} cannot be saved", hint="use numbers, text, bytes and arrays"
    )


def _path(where: tuple[Any, ...]) -> str:
    names: list[str] = []
    while where:
        where, name = where
        names.append(str(name))
    return ".".join(["state", *reversed(names)])


def _decode(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, list):
        return [_decode(v, arrays) for v in value]
    if not isinstance(value, dict):
        return value
    if "a" in value:
        array = arrays[value["a"]]
        return array.tobytes() if "b" in value else array.reshape(value["s"])
    if "b" in value:
        return base64.b64decode(value["b"])
    if "o" in value:
        out = np.empty(len(value["o"]), dtype=object)
        out[:] = [_decode(v, arrays) for v in value["o"]]
        return out
    if "t" in value:
        return tuple(_decode(v, arrays) for v in value["t"])
    return {_decode(k, arrays): _decode(v, arrays) for k, v in value["d"]}
