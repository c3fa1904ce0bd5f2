"""The sections of selat.toml: each setting with its default, its unit and what it does (:mod:`selat.model.config`)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from selat.model import units
from selat.model.errors import SelatError


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("unit", "not a duration: {value}", {"value": repr(value), "hint": 'as in "20 min"'})
    try:
        seconds = units.duration(value)
    except SelatError as e:
        raise PydanticCustomError("unit", "{text}", {"text": e.message, "hint": e.hint}) from None
    if not seconds > 0:
        raise PydanticCustomError(
            "unit", "a duration of nothing: {value}", {"value": repr(value), "hint": 'as in "20 min"'}
        )
    return seconds


def _length(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("unit", "not a length: {value}", {"value": repr(value), "hint": 'as in "42 m"'})
    try:
        return units.distance(value)
    except SelatError as e:
        raise PydanticCustomError("unit", "{text}", {"text": e.message, "hint": e.hint}) from None


_LENGTH = {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(ms|s|sec|min|h|d)\s*$"}
Duration = Annotated[float, BeforeValidator(_seconds), WithJsonSchema(_LENGTH)]  #: text with a unit; inside seconds


def _setting(default: Any, unit: str, text: str, **limits: Any) -> Any:
    """A setting: its default as one would write it, unit (of the inside), help, and limits."""
    return Field(default, validate_default=True, description=text, json_schema_extra={"unit": unit}, **limits)


class Section(BaseModel):
    """A part of selat.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sources(Section):
    """Where the reports come from."""

    addresses: tuple[str, ...] = _setting(
        (), "address", 'What `selat watch` listens to: "tcp://host:port", "udp://:10110", "serial:///dev/ttyUSB0", ...'
    )


class Store(Section):
    """Where it lies."""

    state: str = _setting(
        "",
        "address",
        "Database of the state. Empty: the file state.db in this folder. For several consoles a PostgreSQL (15 or "
        'later): "postgresql+psycopg://user@host/database"',
    )
    stage_rows: int = _setting(
        1_000_000,
        "rows",
        "How many rows are held in memory before they are written to the history; of tables of archives 4 times as many",
        ge=1,
        strict=True,
    )


class Watch(Section):
    """How the watch keeps what it hears."""

    commit: Duration = _setting("1 min", "s", "How often the history is written; the journal is safe at once")
    alerts: Duration = _setting("500 ms", "s", "After how long others see an alert, at the latest")
    compact: Duration = _setting("30 min", "s", "How often small files of the history are made into large ones")
    late: Duration = _setting(
        "1 s",
        "s",
        "How late reports of a live receiver may come; the picture waits so long, what comes later is marked late",
    )
    slower: tuple[str, ...] = _setting(
        (),
        "names",
        'Stations and sources whose reports come later: "NAME: 10 s", "EXACTEARTH: 2 h"; aisstream has 10 s',
    )


class Web(Section):
    """The page."""

    host: str = _setting("127.0.0.1", "address", "Address to serve on; 127.0.0.1: this machine only", min_length=1)
    port: int = _setting(8610, "port", "Port to serve on; 0: any that is free", ge=0, le=65535, strict=True)
    names: tuple[str, ...] = _setting(
        (), "names", "Names by which browsers know this page where a proxy stands before it: watch.example"
    )


class Notify(Section):
    """Where alerts are sent: one section a channel, ``[notify.NAME]``."""

    to: str = _setting(
        "",
        "address",
        'Address: "https://host/path", "smtp://host?from=A&to=B", "mqtt://host/topic", "nmea+tcp://host:port"',
    )
    priority: str = _setting("warning", "enum", "The least that is sent: emergency, alarm, warning or caution")
    rules: tuple[str, ...] = _setting((), "names", "Only alerts of these rules; empty: of all")
    key: str = _setting("", "name", "Environment variable that holds the password, or the key that signs a webhook")
    groups: tuple[str, ...] = _setting(
        (), "names", "Groups of those who are told, where sources are released to some groups alone"
    )


class Release(Section):
    """Who may see what comes from some sources: one section a mark, ``[release.NAME]``."""

    groups: tuple[str, ...] = _setting((), "names", "Groups that may see it; nobody when empty")
    sources: tuple[str, ...] = _setting(
        (), "names", 'Names of sources, as `selat watch` shows them; * stands for anything: "tcp://192.0.2.7:*"'
    )
    stations: tuple[str, ...] = _setting((), "names", "Receiving stations by the names they send; * as above")


Metres = Annotated[float, BeforeValidator(_length), WithJsonSchema({"type": "string"})]  #: text with a unit; inside m


class Radar(Section):
    """What is known of a radar: one section each, ``[radar.NAME]``."""

    lat: float = _setting(float("nan"), "deg", "Latitude of the antenna; nan: it moves, or says so itself")
    lon: float = _setting(float("nan"), "deg", "Longitude of the antenna")
    height: Metres = _setting("0 m", "m", "Height of the antenna above the sea")
    north: float = _setting(0.0, "deg", "Added to its azimuths: the error of its north mark", ge=-360, le=360)
    sources: tuple[str, ...] = _setting(
        (),
        "names",
        "Names of the sources that carry it, as `selat watch` shows them; * stands for anything; empty: any",
    )
    sac: int = _setting(-1, "code", "Its system area code in ASTERIX; -1: any", ge=-1, le=255, strict=True)
    sic: int = _setting(-1, "code", "Its system identification code in ASTERIX; -1: any", ge=-1, le=255, strict=True)
    sigma_range: Metres = _setting("0 m", "m", "Standard deviation of its range; 0: not known")
    sigma_azimuth: float = _setting(0.0, "deg", "Standard deviation of its azimuth; 0: not known", ge=0, le=90)
    period: Duration = _setting(
        "3 s", "s", "Time of one turn of the antenna; for plots without the number of their turn"
    )
    nearest: Metres = _setting("0 m", "m", "Range below which it sees nothing")
    farthest: Metres = _setting("180 km", "m", "Range beyond which it sees nothing")
    blind: tuple[str, ...] = _setting(
        (),
        "deg",
        'Sectors that it does not see, true and clockwise, as in ["170-195"]: no track ends there for want of plots',
    )


class Oidc(Section):
    """Log-in with an OpenID Connect provider."""

    issuer: str = _setting("", "address", "Address of the provider, as its tokens state it; empty: none")
    client_id: str = _setting("", "name", "Name under which selat is registered there")
    secret: str = _setting("", "name", "Environment variable that holds the client secret; empty: a public client")
    address: str = _setting(
        "",
        "address",
        "Address of this page as browsers know it, https://watch.example; the provider sends them back to it",
    )
    scopes: tuple[str, ...] = _setting(("profile",), "names", "What is asked for beside openid")
    name: str = _setting("preferred_username", "name", "Claim that names the person; her account is issuer and subject")
    role_claim: str = _setting("roles", "name", 'Claim with roles, "a.b" for one inside another')
    roles: tuple[str, ...] = _setting(
        (), "names", 'Role by value of that claim, the first that fits: "watch-officers: officer"; none fits: refused'
    )
    group_claim: str = _setting("groups", "name", "Claim with groups of releasability")
    groups: tuple[str, ...] = _setting(
        (), "names", 'Group by value of that claim: "coastguard-my: coastguard"; empty: the values themselves'
    )
