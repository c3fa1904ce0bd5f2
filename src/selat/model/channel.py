"""Where alerts are sent: a channel is an address with a scheme, and which alerts it wants.

======================================  ==============================================================================
``https://host/path``                   POST of JSON; signed with the key in the header ``X-Selat-Signature``
``smtp://user@host:587?from=A&to=B``    an e-mail (``smtps://``: TLS from the start; ``smtp://``: STARTTLS where offered)
``mqtt://user@host:1883/topic``         a retained message of JSON under ``topic/ID`` (``mqtts://``: TLS)
``nmea+tcp://host:port``                ALF and ALR sentences (IEC 61162-1) to a bridge alert system; ``nmea+udp://`` too
======================================  ==============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from selat.model.errors import ConfigError
from selat.model.nouns import PRIORITIES, Alert

SCHEMES = ("http", "https", "smtp", "smtps", "mqtt", "mqtts", "nmea+tcp", "nmea+udp")
_PORTS = {"nmea+tcp", "nmea+udp"}  # these have no port by custom


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. ``priority``: the least that is sent; ``rules``: only these, all when empty; ``key``: the secret's
    environment variable (a password, or the key that signs); ``groups`` of those who are told. Raises
    :class:`ConfigError` with what to mend.
    """

    name: str
    address: str
    priority: str = "warning"
    rules: tuple[str, ...] = ()
    key: str = ""
    groups: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        where = f"notify.{self.name}"
        try:
            found = urlsplit(self.address)
            port = found.port
        except ValueError as e:
            raise ConfigError(f"{where}.to: {e}", hint='as in "https://host/path"') from None
        if found.scheme not in SCHEMES:
            raise ConfigError(
                f"{where}.to: {found.scheme or 'no scheme'!r} is no way to send", hint=f"one of {', '.join(SCHEMES)}"
            )
        if not found.hostname:
            raise ConfigError(f"{where}.to: no host in {self.address!r}", hint=f"as in {found.scheme}://host")
        if found.scheme in _PORTS and port is None:
            raise ConfigError(f"{where}.to: no port", hint=f"as in {found.scheme}://{found.hostname}:10110")
        if found.password:
            raise ConfigError(
                f"{where}.to holds a password", hint='name an environment variable instead: key = "SELAT_KEY"'
            )
        if found.scheme.startswith("smtp") and not parse_qs(found.query).get("to"):
            raise ConfigError(f"{where}.to: to whom?", hint="smtp://host?from=watch@example.org&to=officer@example.org")
        if found.scheme.startswith("mqtt") and not found.path.strip("/"):
            raise ConfigError(f"{where}.to: under which topic?", hint="mqtt://host/selat/alerts")
        if self.priority not in PRIORITIES:
            raise ConfigError(f"{where}.priority: {self.priority!r}", hint=f"one of {', '.join(PRIORITIES)}")

    @property
    def scheme(self) -> str:
        """How it is sent."""
        return urlsplit(self.address).scheme

    def wants(self, alert: Alert) -> bool:
        """True for alerts that this channel is told of; those that another one stands for are not told."""
        grave = PRIORITIES.index(alert.priority) <= PRIORITIES.index(self.priority)
        return grave and not alert.lead and (not self.rules or alert.rule in self.rules)
