"""Zones from electronic charts: S-57 ENC (IHO S-57 edition 3.1), through GDAL as pyogrio, fiona or osgeo has it.

GDAL is no dependency of selat. Encrypted charts (S-63) cannot be read. Which edition the lines are of stands in the
source of each zone: ``US5TX51M, edition 12, update 3``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from selat.model.errors import FormatError, SelatError, SourceError
from selat.model.units import KNOT
from selat.readers.wkb import from_wkb
from selat.readers.zones_file import Found, Trouble, joined
from selat.readers.zones_json import shapes

#: object class (S-57 appendix A, chapter 1) -> (kind of an area, kind of a line or point; empty: left)
CLASSES = {
    "TSSLPT": ("lane", ""),
    "TSEZNE": ("separation_zone", ""),
    "TSELNE": ("", "separation_line"),
    "TSSBND": ("", "separation_boundary"),
    "TSSCRS": ("precautionary", ""),
    "TSSRON": ("roundabout", ""),
    "ISTZNE": ("inshore_zone", ""),
    "PRCARE": ("precautionary", "precautionary"),
    "DWRTPT": ("deep_water_route", ""),
    "DWRTCL": ("", "deep_water_route"),
    "TWRTPT": ("two_way_route", ""),
    "ACHARE": ("anchorage", "anchorage"),
    "PILBOP": ("pilot_boarding", "pilot_boarding"),
    "CBLSUB": ("", "cable"),
    "CBLARE": ("cable", ""),
    "PIPSOL": ("", "pipeline"),
    "PIPARE": ("pipeline", ""),
    "OFSPLF": ("platform", "platform"),
    "OSPARE": ("restricted", ""),
    "RESARE": ("restricted", ""),
    "TESARE": ("territorial", ""),
    "EXEZNE": ("eez", ""),
    "DEPARE": ("depth", ""),
}
_DIRECTED = ("lane", "deep_water_route", "roundabout")
#: RESTRN (S-57 appendix A, chapter 2) -> (rule, value)
_RESTRN = {
    1: ("anchoring", False), 2: ("anchoring", False), 3: ("fishing", False), 4: ("fishing", False),
    5: ("fishing", False), 6: ("fishing", False), 7: ("entry", False), 8: ("entry", False),
    9: ("dredging", False), 10: ("dredging", False),
}  # fmt: skip
HINT = (
    "pip install 'selat[enc]' (pyogrio, with GDAL in it), or convert it: ogr2ogr -f GeoJSON zones.json CHART.000 TSSLPT"
)


def read_enc(path: Path, kind: str = "", source: str = "", *, depths: bool = False) -> Found:
    """Zones of an ENC cell (``.000``, its updates beside it are applied); ``kind``: only this one; ``depths``: DEPARE too.

    Raises :class:`SourceError` where GDAL is absent, :class:`FormatError` where it cannot read the file.
    """
    found = Found()
    layers = _layers(path)
    edition = _edition(layers.get("DSID", ()), path)
    for name, features in layers.items():
        if name not in CLASSES or (name == "DEPARE" and not depths):
            for _ in features if name != "DSID" else ():
                found.skip(name)
            continue
        for n, (geometry, given) in enumerate(features, 1):
            where = f"{path}: {name} {n}"
            try:
                _add(found, where, name, geometry, given, kind, joined((source, edition)))
            except (SelatError, ValueError, TypeError) as e:
                hint = getattr(e, "hint", "") or "leave it out, or draw it anew"
                found.trouble.append(Trouble(where, f"cannot be read ({e})", hint))
    return found


def _add(
    found: Found,
    where: str,
    layer: str,
    geometry: Mapping[str, Any] | None,
    given: Mapping[str, Any],
    only: str,
    source: str,
) -> None:
    if geometry is None:
        found.skip(f"{layer} without geometry")
        return
    rules = _rules(given)
    flow = _number(given.get("ORIENT"))
    for line, ring, holes in shapes(geometry):
        kind = CLASSES[layer][1 if line else 0]
        if not kind or (only and kind != only):
            found.skip(layer)
            continue
        if kind == "lane" and flow is None:
            hint = "in an ENC the attribute ORIENT gives it; see the producer's notes"
            found.trouble.append(Trouble(where, "a lane without direction", hint))
            continue
        number = given.get("LNAM") or len(found.zones) + 1
        name = str(given.get("OBJNAM") or f"{layer} {number}").strip()
        direction = flow if kind in _DIRECTED else None
        found.make(
            where, name, ring, holes=holes, line=line, kind=kind, direction=direction, rules=rules, source=source
        )


def _rules(given: Mapping[str, Any]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for code in _codes(given.get("RESTRN")):
        if code in _RESTRN:
            name, value = _RESTRN[code]
            rules[name] = value
        elif code == 27 and (limit := _number(given.get("MAXSPD") or given.get("SPDLIM"))):
            rules["speed_max"] = limit * KNOT
    depth = _number(given.get("DRVAL1"))
    if depth is not None:
        rules["depth"] = depth  # metres
    if given.get("COMCHA"):
        rules["vhf"] = str(given["COMCHA"]).strip("[]")
    if given.get("INFORM"):
        rules["note"] = str(given["INFORM"])
    return rules


def _codes(value: Any) -> list[int]:
    """Numbers of a list attribute: as a list, or as one of the texts that GDAL makes of it: ``1,8``, ``(2:1,8)``."""
    return [int(n) for n in re.findall(r"\d+", re.sub(r"\(\d+:", "", "" if value is None else str(value)))]


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number else None  # NaN: the attribute is absent


def _edition(rows: Any, path: Path) -> str:
    for _, given in rows:
        parts = [str(given.get("DSID_DSNM") or path.name).removesuffix(".000")]
        parts += [f"{w} {given[k]}" for w, k in (("edition", "DSID_EDTN"), ("update", "DSID_UPDN")) if given.get(k)]
        return f"ENC {', '.join(parts)}"
    return f"ENC {path.name}"


Feature = tuple[Mapping[str, Any] | None, Mapping[str, Any]]


def _layers(path: Path) -> dict[str, list[Feature]]:
    """Features (geometry as in GeoJSON, attributes) by layer, from whichever of the three is there."""
    for reader in (_by_pyogrio, _by_fiona, _by_osgeo):
        try:
            return reader(path)
        except ModuleNotFoundError:
            continue
    raise SourceError(f"{path}: reading electronic charts needs GDAL, which is not installed", hint=HINT)


def _by_pyogrio(path: Path) -> dict[str, list[Feature]]:
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    out: dict[str, list[Feature]] = {}
    try:
        for layer in (str(row[0]) for row in pyogrio.list_layers(path)):
            meta, _, geometry, columns = pyogrio.raw.read(path, layer=layer)
            names = [str(n) for n in meta["fields"]]
            rows = zip(*columns, strict=True) if columns else iter([()] * len(geometry))
            blobs = [None] * len(columns[0]) if geometry is None and columns else geometry
            out[layer] = [
                (None if blob is None else from_wkb(blob), dict(zip(names, row, strict=True)))
                for blob, row in zip(blobs, rows, strict=False)
            ]
    except (DataSourceError, DataLayerError) as e:
        raise FormatError(f"{path} cannot be read by GDAL ({e})", hint="is it an S-57 cell, not encrypted?") from None
    return out


def _by_fiona(path: Path) -> dict[str, list[Feature]]:
    import fiona
    from fiona.errors import FionaError

    out: dict[str, list[Feature]] = {}
    try:
        for layer in fiona.listlayers(path):
            with fiona.open(path, layer=layer) as rows:
                out[layer] = [
                    (f["geometry"] and dict(f["geometry"]), {**f["properties"]}) for f in rows
                ]  # fmt: skip
    except FionaError as e:
        raise FormatError(f"{path} cannot be read by GDAL ({e})", hint="is it an S-57 cell, not encrypted?") from None
    return out


def _by_osgeo(path: Path) -> dict[str, list[Feature]]:
    import json

    from osgeo import ogr

    ogr.UseExceptions()
    try:
        data = ogr.Open(str(path))
        out: dict[str, list[Feature]] = {}
        for layer in data:
            rows = [json.loads(f.ExportToJson()) for f in layer]
            out[layer.GetName()] = [(r["geometry"], r["properties"]) for r in rows]
    except RuntimeError as e:
        raise FormatError(f"{path} cannot be read by GDAL ({e})", hint="is it an S-57 cell, not encrypted?") from None
    return out
