"""The address of a live source, as people write it: ``tcp://host:5631?silence=2min`` becomes a :class:`SourceSpec`.

===================================  ===================================================================================
``tcp://host:port``                  connect to a server of NMEA lines
``tcp-listen://host:port``           wait for senders; each has a line stream of its own (``clients``: at most, 64)
``udp://host:port``                  receive datagrams; a multicast host is joined (``interface``: by which address)
``serial:///dev/ttyUSB0``            a serial port (``baud``: 38400)
``tail:PATH``                        follow a growing file, through rotation (``from``: ``end`` or ``start``)
``-`` or ``stdin:``                  standard input
``aisstream://``, ``wss://host/...`` aisstream.io, or who speaks the same (``bbox``, ``mmsi``, ``types``, ``key-file``)
``signalk://host:3000``              the deltas of a Signal K server (``signalks://``: by TLS); of a stream of lines
                                     ``tcp://host:8375?format=signalk``
``PATH``                             replay of a recorded log: see :mod:`selat.readers.replay`
===================================  ===================================================================================

Every kind but the last also takes ``name``, ``silence`` (a duration, or ``never``) and ``format`` (``nmea``, ``aisstream``,
``signalk`` or, not of a serial port, ``asterix``: datagrams or a stream of blocks); ``bbox`` is west,south,east,north in degrees.
A key or password is never part of an address: addresses are shown, logged and stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from selat.model import units
from selat.model.errors import ConfigError, UnitError

AISSTREAM_URL = "wss://stream.aisstream.io/v0/stream"
#: message types by the names of aisstream.io (its published type definitions)
AISSTREAM_TYPES = (
    *("PositionReport", "UnknownMessage", "AddressedSafetyMessage", "AddressedBinaryMessage"),
    *("AidsToNavigationReport", "AssignedModeCommand", "BaseStationReport", "BinaryAcknowledge"),
    *("BinaryBroadcastMessage", "ChannelManagement", "CoordinatedUTCInquiry", "DataLinkManagementMessage"),
    *("DataLinkManagementMessageData", "ExtendedClassBPositionReport", "GroupAssignmentCommand"),
    *("GnssBroadcastBinaryMessage", "Interrogation", "LongRangeAisBroadcastMessage", "MultiSlotBinaryMessage"),
    *("SafetyBroadcastMessage", "ShipStaticData", "SingleSlotBinaryMessage", "StandardClassBPositionReport"),
    *("StandardSearchAndRescueAircraftReport", "StaticDataReport"),
)
FORMATS = ("nmea", "aisstream", "signalk", "asterix")
BINARY = ("asterix",)  #: formats that are no lines
NEVER = float("inf")
SHORE_SILENCE = 60.0  #: s: a shore station that says nothing for so long is noted as silent

_COMMON = ("name", "silence", "format")
_OPTIONS: dict[str, tuple[str, ...]] = {
    "tcp": (),
    "tcp-listen": ("clients",),
    "udp": ("interface",),
    "serial": ("baud",),
    "tail": ("from",),
    "stdin": (),
    "aisstream": ("bbox", "mmsi", "types", "key-file"),
    "signalk": (),
}
_GRAMMAR = (
    "tcp://host:port, tcp-listen://host:port, udp://host:port, serial:///dev/ttyUSB0?baud=38400, tail:PATH, -, "
    "aisstream://, signalk://host:3000, or the path of a log"
)

Box = tuple[tuple[float, float], tuple[float, float]]  #: ((lat, lon), (lat, lon)), degrees: the order aisstream wants


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Where bytes come from. ``kind``: tcp, tcp-listen, udp, serial, tail, stdin, aisstream, signalk or file.

    ``name`` is shown and stored; ``silence`` in seconds (``inf``: never noted); ``format`` says which reader decodes.
    """

    kind: str
    name: str
    host: str = ""
    port: int = 0
    path: str = ""
    url: str = ""
    silence: float = SHORE_SILENCE
    format: str = "nmea"
    baud: int = 38400
    clients: int = 64
    interface: str = ""
    start: str = "end"
    boxes: tuple[Box, ...] = (((-90.0, -180.0), (90.0, 180.0)),)
    mmsi: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    key_file: str = ""


def parse_source(text: str) -> SourceSpec:
    """The source that ``text`` names, without touching network or disk.

    >>> parse_source("tcp://10.0.0.5:5631?silence=2min").silence
    120.0

    Raises :class:`ConfigError` with a hint when the text is no such address; a secret in it is not repeated.
    """
    text = text.strip()
    if not text:
        raise ConfigError("a source without an address", hint=f"write one of: {_GRAMMAR}")
    if text == "-":
        return SourceSpec("stdin", "stdin", silence=NEVER)
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if colon and scheme in {"tcp", "tcp-listen", "udp"}:
        return _network(scheme, text)
    if colon and scheme in {"ws", "wss", "aisstream"}:
        return _aisstream(scheme, text)
    if colon and scheme in {"signalk", "signalks"}:
        return _signalk(scheme, text)
    if colon and scheme in {"serial", "tail", "stdin"}:
        return _local(scheme, rest)
    return _path(text, scheme if rest.startswith("//") else "")


def _path(text: str, scheme: str) -> SourceSpec:
    """A plain path: a log to replay, unless it is plainly something else that was misspelt."""
    if scheme:
        raise ConfigError(f"{scheme}:// is no kind of source", hint=f"write one of: {_GRAMMAR}")
    if re.fullmatch(r"[A-Za-z0-9.-]+:\d{1,5}", text):
        raise ConfigError(f"{text!r} does not say how to reach it", hint=f"write tcp://{text} or udp://{text}")
    if re.fullmatch(r"/dev/\S+|COM\d+", text):
        raise ConfigError(f"{text!r} is a device", hint=f"write serial:{text}?baud=38400")
    return SourceSpec("file", text, path=text, silence=NEVER)


def _split(text: str) -> SplitResult:
    """Parts of an address. The message of an error shows neither query nor user part: they may hold a secret."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as e:
        shown = re.sub(r"//[^/@]*@", "//", text.partition("?")[0])
        raise ConfigError(f"not an address: {shown!r}", hint=f"{e}; write one of: {_GRAMMAR}") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            f"the address of {parts.hostname} holds a user or password",
            hint="addresses are logged and stored; put the key in the variable SELAT_AISSTREAM_KEY or a ?key-file=",
        )
    if parts.fragment:
        raise ConfigError("an address has no part after #", hint="write # as %23")
    return parts


def _options(kind: str, query: str) -> dict[str, str]:
    """``a=1&b=2`` as a mapping; :class:`ConfigError` for an option that ``kind`` has not, or one given twice."""
    known = (*_COMMON, *_OPTIONS[kind])
    found: dict[str, str] = {}
    for item in filter(None, query.split("&")):
        key, _, value = item.partition("=")
        key = unquote(key).lower()
        if key in {"key", "apikey", "api-key", "password", "token"}:
            raise ConfigError(
                f"a {key} does not belong in an address: addresses are logged and stored",
                hint="put it in the variable SELAT_AISSTREAM_KEY, or in a file and give ?key-file=PATH",
            )
        if key not in known:
            raise ConfigError(f"{kind} has no option {key!r}", hint=f"it has {', '.join(known)}")
        if key in found or not value:
            raise ConfigError(
                f"option {key!r} is given {'twice' if value else 'no value'}", hint=f"write {key}=VALUE once"
            )
        found[key] = unquote(value)
    return found


def _silence(options: dict[str, str], default: float) -> float:
    text = options.get("silence")
    if text is None:
        return default
    if text in {"never", "off"}:
        return NEVER
    seconds = units.duration(text)
    if seconds <= 0:
        raise UnitError(f"silence of {text!r} is not positive", hint="write 60s, 5min or never")
    return seconds


def _number(options: dict[str, str], key: str, default: int, least: int, most: int) -> int:
    text = options.get(key, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ConfigError(
            f"{key}={text!r} is not a whole number from {least} to {most}", hint=f"as in ?{key}={default}"
        )
    return int(text)


def _format(options: dict[str, str], default: str = "nmea") -> str:
    text = options.get("format", default)
    if text not in FORMATS:
        raise ConfigError(f"there is no live format {text!r}", hint=f"one of {', '.join(FORMATS)}")
    return text


def _network(kind: str, text: str) -> SourceSpec:
    parts = _split(text)
    host, port, options = parts.hostname or "", parts.port, _options(kind, parts.query)
    if port is None or (port == 0 and kind == "tcp"):
        raise ConfigError(f"{kind}://{host} has no port", hint=f"write {kind}://{host or 'host'}:10110")
    if not host and kind == "tcp":
        raise ConfigError(
            f"tcp://:{port} has no host", hint=f"write tcp://host:{port}, or tcp-listen://:{port} to wait for senders"
        )
    if parts.path not in {"", "/"}:
        raise ConfigError(
            f"{kind}://{parts.netloc} goes on with {parts.path!r}", hint="options stand after ?, as in ?silence=60s"
        )
    interface = options.get("interface", "")
    if interface and ":" not in host and not re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", interface):
        hint = "give the address that this machine has on it, as in ?interface=10.0.0.2"
        raise ConfigError(f"interface={interface!r} is not an IPv4 address", hint=hint)
    return SourceSpec(
        kind,
        options.get("name", f"{kind}://{f'[{host}]' if ':' in host else host}:{port}"),
        host=host,
        port=port,
        silence=_silence(options, SHORE_SILENCE),
        format=_format(options),
        clients=_number(options, "clients", 64, 1, 10_000),
        interface=interface,
    )


def _local(kind: str, rest: str) -> SourceSpec:
    path, mark, query = rest.rpartition("?")
    if not mark or "=" not in query:
        path, query = rest, ""
    if path.startswith("//"):
        path = path[2:]
    options = _options(kind, query)
    if kind == "serial" and options.get("format") in BINARY:
        raise ConfigError(f"{options['format']} does not come by a serial port", hint="it comes by udp:// or tcp://")
    if bool(path) == (kind == "stdin"):
        wanted = {"stdin": "stdin:", "serial": "serial:///dev/ttyUSB0?baud=38400", "tail": "tail:/var/log/ais.nmea"}[
            kind
        ]
        raise ConfigError(f"{kind}: {'has a path' if path else 'lacks its path'}", hint=f"write {wanted}")
    start = options.get("from", "end")
    if start not in {"start", "end"}:
        raise ConfigError(f"from={start!r} is neither start nor end", hint="write tail:PATH?from=start")
    return SourceSpec(
        kind,
        options.get("name", f"{kind}:{path}" if path else kind),
        path=path,
        silence=_silence(options, NEVER if kind == "stdin" else SHORE_SILENCE),
        format=_format(options),
        baud=_number(options, "baud", 38400, 50, 4_000_000),
        start=start,
    )


def _aisstream(scheme: str, text: str) -> SourceSpec:
    parts = _split(text)
    options = _options("aisstream", parts.query)
    if scheme == "aisstream" and (parts.netloc or parts.path):
        raise ConfigError(
            "aisstream:// takes no host", hint="write aisstream://?bbox=98,0.5,105,6.5, or wss://host/path"
        )
    if scheme != "aisstream" and not parts.hostname:
        raise ConfigError(f"{scheme}:// lacks a host", hint="write wss://host/path")
    url = AISSTREAM_URL if scheme == "aisstream" else f"{scheme}://{parts.netloc}{parts.path}"
    types = tuple(filter(None, options.get("types", "").split(",")))
    for name in types:
        if name not in AISSTREAM_TYPES:
            raise ConfigError(f"aisstream has no message type {name!r}", hint=f"one of {', '.join(AISSTREAM_TYPES)}")
    ships = tuple(filter(None, options.get("mmsi", "").split(",")))
    for ship in ships:
        if not re.fullmatch(r"[0-9]{9}", ship):
            raise ConfigError(f"{ship!r} is no MMSI", hint="write nine digits, as in ?mmsi=533180000,563012345")
    return SourceSpec(
        "aisstream",
        options.get("name", "aisstream" if scheme == "aisstream" else url),
        url=url,
        silence=_silence(options, SHORE_SILENCE),
        format=_format(options, "aisstream"),
        boxes=_boxes(options["bbox"]) if "bbox" in options else SourceSpec("", "").boxes,
        mmsi=tuple(dict.fromkeys(ships)),
        types=tuple(dict.fromkeys(types)),
        key_file=options.get("key-file", ""),
    )


def _signalk(scheme: str, text: str) -> SourceSpec:
    parts = _split(text)
    if not parts.hostname or parts.path not in {"", "/"}:
        raise ConfigError(f"{scheme}:// lacks a host", hint=f"write {scheme}://host:3000")
    options = _options("signalk", parts.query)
    return SourceSpec(
        "signalk",
        options.get("name", f"{scheme}://{parts.netloc}"),
        url=f"{'wss' if scheme == 'signalks' else 'ws'}://{parts.netloc}/signalk/v1/stream?subscribe=all",
        silence=_silence(options, SHORE_SILENCE),
        format=_format(options, "signalk"),
    )


def _boxes(text: str) -> tuple[Box, ...]:
    """``west,south,east,north`` in degrees, several apart by ``;``; one over the antimeridian becomes two."""
    out: list[Box] = []
    for part in text.split(";"):
        try:
            west, south, east, north = (float(x) for x in part.split(","))
        except ValueError:
            raise ConfigError(
                f"not a box: {part!r}", hint="write west,south,east,north, as in ?bbox=98,0.5,105,6.5"
            ) from None
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90) or west == east:
            raise ConfigError(f"no such box: {part!r}", hint="west,south,east,north in degrees, south below north")
        spans = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
        out += [((south, w), (north, e)) for w, e in spans if w < e]
    return tuple(out)
