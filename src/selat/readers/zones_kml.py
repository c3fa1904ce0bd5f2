"""Zones from KML (OGC 12-007r2) and KMZ: each Placemark's polygons, lines and points.

``ExtendedData`` holds kind, direction, width, source and rules by name, as the properties of GeoJSON do; without it the
kind is that of the import. Styles, altitudes, tracks and overlays are left alone.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from selat.model.errors import FormatError, SelatError
from selat.readers.zones_file import Found, Trouble, split_properties
from selat.store.disk import DAMAGED_ZIP

Point = tuple[float, float]
_MOST = 256 * 1024 * 1024  #: bytes of an unpacked KMZ


@dataclass(slots=True)
class _Node:
    tag: str
    line: int
    text: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    below: list[_Node] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[_Node]:
        for node in self.below:
            if node.tag == tag:
                yield node
            yield from node.all(tag)

    def first(self, tag: str) -> str:
        return next(("".join(n.text).strip() for n in self.below if n.tag == tag), "")


def read_kml(path: Path, data: bytes, kind: str = "area", source: str = "") -> Found:
    """Zones of a KML or KMZ file; raises :class:`FormatError` for what is neither, or has a document type (DTD)."""
    found = Found()
    for place in _tree(path, _unpacked(path, data)).all("Placemark"):
        name = place.first("name")
        where = f"{path}:{place.line}" + (f" ({name})" if name else "")
        given = {d.attributes.get("name", ""): d.first("value") for d in place.all("Data")}
        given |= {d.attributes.get("name", ""): "".join(d.text).strip() for d in place.all("SimpleData")}
        try:
            what, rules = split_properties(given)
            parts = list(_shapes(place))
        except SelatError as e:
            found.trouble.append(Trouble(where, e.message, e.hint))
            continue
        except ValueError as e:
            hint = "coordinates are lon,lat[,height] with spaces between positions"
            found.trouble.append(Trouble(where, f"coordinates that cannot be read ({e})", hint))
            continue
        what = {"kind": kind, "source": source or path.name} | what
        if not parts:
            found.skip("placemark without geometry")
        for line, ring, holes in parts:
            found.make(
                where,
                name or f"{what['kind']} {len(found.zones) + 1}",
                ring,
                holes=holes,
                line=line,
                rules=rules,
                **what,
            )
    return found


def _unpacked(path: Path, data: bytes) -> bytes:
    if not data.startswith(b"PK"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name = next(n for n in archive.namelist() if n.lower().endswith(".kml"))
            if archive.getinfo(name).file_size > _MOST:
                raise FormatError(f"{path}: more than {_MOST} bytes of KML", hint="cut it into smaller files")
            return archive.read(name)
    except StopIteration:
        raise FormatError(f"{path}: a KMZ without a .kml in it", hint="export it as KML") from None
    except DAMAGED_ZIP as e:
        raise FormatError(f"{path}: no whole KMZ ({e})", hint="is the file whole?") from None


def _tree(path: Path, data: bytes) -> _Node:
    parser = expat.ParserCreate(namespace_separator=" ")
    root = _Node("", 0)
    stack = [root]

    def start(tag: str, attributes: dict[str, str]) -> None:
        node = _Node(tag.rpartition(" ")[2], parser.CurrentLineNumber, attributes=attributes)
        stack[-1].below.append(node)
        stack.append(node)

    def dtd(*_: Any) -> None:  # entities could grow without bound; KML has no use for them
        raise FormatError(f"{path}:{parser.CurrentLineNumber}: a document type", hint="remove the line <!DOCTYPE ...>")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = lambda text: stack[-1].text.append(text)
    parser.StartDoctypeDeclHandler = dtd
    try:
        parser.Parse(data, True)
    except expat.ExpatError as e:
        raise FormatError(f"{path}:{e.lineno}: not XML ({expat.ErrorString(e.code)})", hint="is it KML?") from None
    if not any(True for _ in root.all("kml")):
        raise FormatError(f"{path}: XML, but not KML", hint="its outermost element is <kml>")
    return root


def _shapes(place: _Node) -> Iterator[tuple[bool, list[Point], tuple[list[Point], ...]]]:
    for polygon in place.all("Polygon"):
        outer = [r for b in polygon.all("outerBoundaryIs") for r in b.all("LinearRing")]
        inner = [r for b in polygon.all("innerBoundaryIs") for r in b.all("LinearRing")]
        if len(outer) != 1:
            raise ValueError(f"a polygon with {len(outer)} outer rings")
        yield False, _points(outer[0]), tuple(_points(r) for r in inner)
    for tag in ("LineString", "Point"):
        for line in place.all(tag):
            yield True, _points(line), ()


def _points(node: _Node) -> list[Point]:
    out = []
    for word in node.first("coordinates").split():
        lon, lat, *_ = word.split(",")
        out.append((float(lon), float(lat)))
    return out
