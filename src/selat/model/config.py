"""selat.toml: every setting once, with its default, its unit and what it does.

The template of a new sea, ``selat config show``, ``check`` and ``schema`` are all made from these lines. A key that is
not known is an error, since a setting that is silently not heard is worse than none. Quantities are texts with their
unit (``"1 min"``); inside they are SI.
"""

from __future__ import annotations

import difflib
import math
import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from selat.model import units
from selat.model.channel import Channel
from selat.model.errors import ConfigError, SelatError
from selat.model.radar import Site, Sites
from selat.model.release import Mark, Policy, group_names
from selat.model.sections import Notify, Oidc, Radar, Release, Section, Sources, Store, Watch, Web

_SECRET = re.compile(r"(?<=://)([^/:@]*):.*@|(?<=[?&])((?:ssl)?passw(?:or)?d=)[^&]*")


_PARTS: dict[str, Any] = {
    "radar": Radar,
    "notify": Notify,
    "release": Release,
}  #: what is below the names that users choose
Override = str | bool | int | float
NAMED = ("radar", "release", "notify", "rules")  #: sections of sections, whose names are the user's


class Settings(Section):
    """All of selat.toml."""

    sources: Sources = Sources()
    store: Store = Store()
    watch: Watch = Watch()
    web: Web = Web()
    oidc: Oidc = Oidc()
    radar: dict[str, Radar] = Field(
        default_factory=dict,
        description="Where radars stand: a section for each, whose name you choose and which its targets carry.",
    )
    release: dict[str, Release] = Field(
        default_factory=dict,
        description="Who may see what comes from a source: a section for each, whose name you choose. What none names is for all.",
    )
    notify: dict[str, Notify] = Field(
        default_factory=dict,
        description="Who is told of alerts: a section for each, whose name you choose. What cannot be sent is kept and sent later.",
    )
    rules: dict[str, dict[str, Override]] = Field(
        default_factory=dict,
        description='Parameters of rules that differ from their defaults, as text with a unit: limit = "0.25 nm"',
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a selat.toml: where (``watch.commit``), what, and what to do."""

    where: str
    text: str
    hint: str = ""


def lateness(settings: Settings) -> dict[str, float]:
    """Seconds by which reports of single stations and sources may be late. Raises :class:`ConfigError`."""
    out = {}
    for text in settings.watch.slower:
        name, _, value = text.rpartition(":")
        try:
            out[name.strip()] = units.duration(value.strip())
        except SelatError as e:
            raise ConfigError(f"watch.slower: {text!r}: {e.message}", hint='as in "EXACTEARTH: 2 h"') from None
        if not name.strip():
            raise ConfigError(f"watch.slower: {text!r} names no station", hint='as in "EXACTEARTH: 2 h"')
    return out


def channels(settings: Settings) -> tuple[Channel, ...]:
    """The channels of the settings. Raises :class:`ConfigError` for an address that cannot be used."""
    return tuple(
        Channel(name, n.to, n.priority, n.rules, n.key, group_names(n.groups))
        for name, n in sorted(settings.notify.items())
    )


def policy(settings: Settings) -> Policy:
    """Who may see what. Raises :class:`ConfigError`."""
    marks = []
    for name, r in sorted(settings.release.items()):
        try:
            groups = group_names(r.groups)
        except ConfigError as e:
            raise ConfigError(f"release.{name}.groups: {e.message}", hint=e.hint) from None
        if not r.sources and not r.stations:
            raise ConfigError(f"release.{name}: of what?", hint='name sources = ["..."] or stations = ["..."]')
        marks.append(Mark(name, groups, r.sources, r.stations))
    return Policy(tuple(marks))


def sites(settings: Settings) -> Sites:
    """The radars of the settings. Raises :class:`ConfigError` for a place that is none."""
    out = []
    for name, r in sorted(settings.radar.items()):
        if math.isfinite(r.lat) != math.isfinite(r.lon) or abs(r.lat) > 90 or abs(r.lon) > 180:
            raise ConfigError(f"radar.{name}: no such place", hint="lat = 1.2640 and lon = 103.8400, degrees")
        if (r.sac < 0) != (r.sic < 0):
            raise ConfigError(f"radar.{name}: sac and sic belong together", hint="sac = 17 and sic = 23, or neither")
        if not r.nearest < r.farthest:
            raise ConfigError(f"radar.{name}: it sees from nearest to farthest", hint='farthest = "45 km"')
        blind = tuple(_sector(name, text) for text in r.blind)
        out.append(
            Site(
                name, r.lat, r.lon, r.height, r.north, r.sac, r.sic, r.sources, r.sigma_range or math.nan,
                r.sigma_azimuth or math.nan, r.period, r.nearest, r.farthest, blind,
            )
        )  # fmt: skip
    return tuple(out)


def _sector(name: str, text: str) -> tuple[float, float]:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)\s*", text)
    if found is None or not all(float(g) <= 360 for g in found.groups()) or float(found[1]) == float(found[2]):
        raise ConfigError(f"radar.{name}: {text!r} is no sector", hint='from-to in degrees true, clockwise: "350-10"')
    return float(found[1]), float(found[2])


def problems(data: Mapping[str, Any]) -> list[Problem]:
    """All that is wrong with the values of a selat.toml; rules are judged by :func:`override`."""
    return _validated(data)[1]


def settings_of(data: Mapping[str, Any], where: str = "selat.toml") -> Settings:
    """The settings that parsed TOML gives. Raises :class:`ConfigError` with the first problem and how many there are."""
    settings, found = _validated(data)
    if settings is None:
        first = found[0]
        more = f" (and {len(found) - 1} more: `selat config check` lists them)" if len(found) > 1 else ""
        raise ConfigError(f"{where}: {first.where}: {first.text}{more}", hint=first.hint)
    return settings


def parse_settings(text: str, where: str = "selat.toml") -> dict[str, Any]:
    """Text of a selat.toml as plain values, not yet judged. Raises :class:`ConfigError` where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(
            f"{where}: {e}", hint='texts need quotes, as in commit = "1 min"; see https://toml.io'
        ) from None


def _validated(data: Mapping[str, Any]) -> tuple[Settings | None, list[Problem]]:
    try:
        settings = Settings.model_validate(dict(data))
        channels(settings)
        lateness(settings)
        policy(settings)
        sites(settings)
        return settings, []
    except ValidationError as e:
        return None, [_problem(error) for error in e.errors(include_url=False)]
    except ConfigError as e:
        where, _, text = e.message.partition(": ")
        return None, [Problem(where, text or e.message, e.hint)]


def _problem(error: Any) -> Problem:
    path = [str(part) for part in error["loc"]]
    where = ".".join(path)
    if error["type"] == "extra_forbidden":
        known = _known(path[:-1])
        kind = "section" if len(path) == 1 else "setting"
        return Problem(where, f"there is no such {kind}", nearest(path[-1], known))
    hint = (error.get("ctx") or {}).get("hint") or _help(path)
    return Problem(where, str(error["msg"]), str(hint))


def _known(path: list[str]) -> list[str]:
    model: Any = Settings
    for part in path[:1]:
        model = _PARTS.get(part) or model.model_fields[part].annotation
    return list(model.model_fields)


def _help(path: list[str]) -> str:
    if len(path) < 2 or path[0] not in Settings.model_fields or path[0] in NAMED:
        return f"write [{path[0]}] and below it lines of name = value" if path else ""
    section: Any = Settings.model_fields[path[0]].annotation
    field = section.model_fields.get(path[1])
    return f"{field.description}; default: {_toml(field.default)}" if field is not None else ""


def nearest(name: str, known: list[str]) -> str:
    """A hint for a misspelt name."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"


# -- shown


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting in effect: ``value`` as one would write it, ``origin`` ``default`` or the file."""

    name: str
    value: str
    origin: str
    unit: str
    text: str


def effective(settings: Settings, origin: str = "selat.toml") -> Iterator[Shown]:
    """Every setting with its value and where that comes from; passwords are not shown."""
    for name in Settings.model_fields:
        section = getattr(settings, name)
        if name == "rules":
            for rule, changes in sorted(section.items()):
                for parameter, value in changes.items():
                    yield Shown(f"rules.{rule}.{parameter}", _toml(value), origin, "", "")
            continue
        if name in NAMED:
            yield from (
                shown for who, part in sorted(section.items()) for shown in _shown(f"{name}.{who}", part, origin)
            )
            continue
        yield from _shown(name, section, origin)


def _shown(name: str, section: Section, origin: str) -> Iterator[Shown]:
    for key, field in type(section).model_fields.items():
        given = key in section.model_fields_set
        extra: Any = field.json_schema_extra or {}
        unit = str(extra.get("unit", ""))
        value = getattr(section, key) if given else field.default
        text = f"{value:g} s" if given and unit == "s" else value
        yield Shown(f"{name}.{key}", _toml(text), origin if given else "default", unit, field.description or "")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = _SECRET.sub(_hidden, value).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{text}"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return str(value)


def _hidden(found: re.Match[str]) -> str:
    return f"{found[2]}***" if found[2] else f"{found[1]}:***@"


_NOTIFY = (
    "# [notify.duty]",
    '# to = "https://example.org/alerts"',
    '# priority = "warning"',
    '# key = "SELAT_DUTY_KEY"',
)
_RADAR = (
    "# [radar.raffles]",
    "# lat = 1.1603",
    "# lon = 103.7405",
    '# height = "41 m"',
    '# sources = ["udp://239.1.2.3:8600"]',
)
_RELEASE = (
    "# [release.radar]",
    '# sources = ["tcp://192.0.2.7:10110"]',
    '# groups = ["navy", "coastguard"]',
)
_RULES = ("# [rules.collision]", '# limit = "0.25 nm"')


def template() -> str:
    """The selat.toml of a new sea: all settings with their help and defaults, none in force."""
    lines = ["# selat: settings of this sea. Every line that begins with # shows the default.", ""]
    for name, part in Settings.model_fields.items():
        section: Any = part.annotation
        if name in NAMED:
            break
        lines += [f"[{name}]"]
        for key, field in section.model_fields.items():
            lines += [*(f"# {row}" for row in _wrapped(field.description)), f"# {key} = {_toml(field.default)}", ""]
    for name, example in (("radar", _RADAR), ("release", _RELEASE), ("notify", _NOTIFY), ("rules", _RULES)):
        lines += [*(f"# {row}" for row in _wrapped(Settings.model_fields[name].description or "")), *example, ""]
    return "\n".join(lines)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False)


# -- rules

P = TypeVar("P")
_READ = {"m": units.distance, "m/s": units.speed, "s": units.duration, "deg": units.angle}


def override(parameters: P, changes: Mapping[str, Any], where: str = "rules") -> P:
    """Parameters of a rule (a dataclass of :func:`selat.model.rule.param`) with some values changed.

    Quantities are texts with a unit, counts are numbers. Raises :class:`ConfigError` for an unknown name or wrong value.
    """
    known = {f.name: f for f in fields(parameters)}  # type: ignore[arg-type]
    new: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            raise ConfigError(f"{where}.{name}: there is no such parameter", hint=nearest(name, list(known)))
        unit = str(known[name].metadata.get("unit", "1"))
        try:
            new[name] = _converted(value, unit, getattr(parameters, name))
        except SelatError as e:
            raise ConfigError(f"{where}.{name}: {e.message}", hint=e.hint) from None
    return replace(parameters, **new)  # type: ignore[type-var]


def _converted(value: Any, unit: str, default: Any) -> Any:
    """A value of a parameter in SI units, of the type of its default."""
    if isinstance(default, bool) or isinstance(value, bool):
        if isinstance(default, bool) and isinstance(value, bool):
            return value
        raise ConfigError(f"{value!r} is of the wrong kind", hint=f"as in {_toml(default)}")
    if isinstance(default, str):
        return str(value)
    if unit in _READ:
        return _READ[unit](value)
    text = str(value).strip().removesuffix(unit if unit != "1" else "").strip()
    try:
        number = float(text)
    except ValueError:
        raise ConfigError(f"not a number of {unit}: {value!r}", hint=f"as in {default:g}") from None
    if isinstance(default, int) and number != int(number):
        raise ConfigError(f"not a whole number: {value!r}", hint=f"as in {default}")
    return int(number) if isinstance(default, int) else number
