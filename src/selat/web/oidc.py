"""OpenID Connect as a relying party: authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 6749, RFC 7636).

What is checked of an ID token (Core, 3.1.3.7): its signature by a key of the provider, with an asymmetric algorithm and
never ``none``; issuer, audience and, of several, the authorised party; expiry and time of issue; our nonce. ``state`` is
good once, for ten minutes, and in the browser that began (RFC 9700, 4.7). Addresses come from discovery (OpenID Connect
Discovery 1.0) and must use TLS, except on this machine.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from selat.model import clock
from selat.model.errors import ConfigError, ConnectError, SelatError
from selat.model.release import Groups, group_names
from selat.model.sections import Oidc
from selat.web.accounts import ROLES

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  #: s by which clocks may differ
PENDING = 600.0  #: s that a log-in may take
MOST_PENDING = 2000
FRESH = 3600.0  #: s that discovery and keys are good
PAUSE = 10.0  #: s between two looks for a key that is not known
TIMEOUT = 10.0  #: s
LARGEST = 1 << 20  #: bytes of an answer
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Refused(SelatError):
    """Who came from the provider is not let in; the message is for the log."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who logged in there. ``issuer`` and ``subject`` together are the account; ``name`` is how she is called.

    ``token`` is her ID token, which the provider asks for when she leaves.
    """

    issuer: str
    subject: str
    name: str
    role: str
    groups: Groups
    token: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class _Pending:
    verifier: str
    nonce: str
    browser: str
    until: float


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _safe(address: str) -> bool:
    try:
        found = urlsplit(address)
        return bool(found.hostname) and (found.scheme == "https" or found.hostname in _LOOPBACK)
    except ValueError:
        return False


def _fetch(address: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A JSON object. Raises :class:`ConnectError`; the message holds no secret."""
    where = address.partition("?")[0]
    if not _safe(address):
        raise ConnectError(f"{where} is not reached by TLS", hint="the provider must use https")
    request = urllib.request.Request(address, data, {"Accept": "application/json", **(headers or {})})
    try:
        with _OPENER.open(request, timeout=TIMEOUT) as answer:
            raw = answer.read(LARGEST + 1)
        found = json.loads(raw) if len(raw) <= LARGEST else None
    except urllib.error.HTTPError as e:
        with e:
            told = _error_of(e.read(4096))
        raise ConnectError(f"{where} answers {e.code}{told}", hint="is selat registered there?") from None
    except (OSError, ValueError) as e:
        raise ConnectError(f"{where}: {type(e).__name__}", hint="can the provider be reached?") from None
    if not isinstance(found, dict):
        raise ConnectError(f"{where} gives no JSON object", hint="is that the address of an OpenID provider?")
    return found


def _error_of(raw: bytes) -> str:
    try:
        found = json.loads(raw)
        return f" ({str(found['error'])[:80]})"
    except (ValueError, KeyError, TypeError):
        return ""


class Provider:
    """One provider as ``[oidc]`` of selat.toml names it; ``secret`` is the client's, empty for a public client."""

    def __init__(self, settings: Oidc, secret: str = "") -> None:
        try:
            import joserfc  # noqa: F401
        except ModuleNotFoundError:
            raise ConfigError("joserfc is not installed", hint="pip install 'selat[oidc]'") from None
        for name in ("client_id", "address"):
            if not getattr(settings, name):
                raise ConfigError(f"oidc.{name} is empty", hint="the provider needs it")
        if not _safe(settings.issuer) or not _safe(settings.address):
            raise ConfigError("oidc.issuer and oidc.address must use https", hint="only this machine may do without")
        self.settings, self._secret = settings, secret
        self.roles = _mapping("roles", settings.roles)
        for role in self.roles.values():
            if role not in ROLES:
                raise ConfigError(f"oidc.roles: {role!r} is no role", hint=f"one of {', '.join(ROLES)}")
        self.groups = _mapping("groups", settings.groups)
        self.back = settings.address.rstrip("/") + "/oidc/back"
        self.host = urlsplit(settings.issuer).hostname or ""
        self._pending: dict[str, _Pending] = {}
        self._lock = threading.Lock()
        self._found: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, Any] | None = None

    # --- the provider ------------------------------------------------------------------------------------------------
    def discover(self) -> dict[str, Any]:
        """The provider's description, looked at again every hour. Raises :class:`ConnectError`."""
        with self._lock:
            if self._found is None or clock.monotonic() - self._found[0] > FRESH:
                found = _fetch(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
                if found.get("issuer") != self.settings.issuer:
                    raise ConnectError(
                        "the provider says that it is another one", hint="oidc.issuer must be as it says"
                    )
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not isinstance(found.get(name), str) or not _safe(found[name]):
                        raise ConnectError(f"the provider states no usable {name}", hint="the provider must use https")
                self._found = (clock.monotonic(), found)
            return self._found[1]

    def _key_set(self, again: bool = False) -> Any:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        address = self.discover()["jwks_uri"]
        with self._lock:
            age = clock.monotonic() - self._keys[0] if self._keys else FRESH + 1
            if self._keys is None or age > (PAUSE if again else FRESH):
                try:
                    self._keys = (clock.monotonic(), KeySet.import_key_set(_fetch(address)))  # type: ignore[arg-type]
                except (JoseError, KeyError, TypeError, ValueError):
                    raise ConnectError("the provider's keys cannot be read", hint="see its jwks_uri") from None
            return self._keys[1]

    # --- there and back ----------------------------------------------------------------------------------------------
    def begin(self, browser: str) -> str:
        """The address at the provider to send a browser to; ``browser`` is what its cookie holds."""
        found = self.discover()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._lock:
            now = clock.monotonic()
            self._pending = {k: p for k, p in self._pending.items() if p.until > now}
            while len(self._pending) >= MOST_PENDING:
                del self._pending[next(iter(self._pending))]
            self._pending[_digest(state)] = _Pending(verifier, nonce, _digest(browser), now + PENDING)
        asked = {
            "response_type": "code", "client_id": self.settings.client_id, "redirect_uri": self.back,
            "scope": " ".join(dict.fromkeys(["openid", *self.settings.scopes])), "state": state, "nonce": nonce,
            "code_challenge": _challenge(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        where = found["authorization_endpoint"]
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    def end(self, code: str, state: str, browser: str, issuer: str = "") -> Person:
        """Who came back with ``code``. Raises :class:`Refused`, or :class:`ConnectError` where the provider fails."""
        with self._lock:
            pending = self._pending.pop(_digest(state), None)
        if pending is None or pending.until <= clock.monotonic():
            raise Refused("the state is not known: made up, used before or too old", hint="log in again")
        if not secrets.compare_digest(pending.browser, _digest(browser)):
            raise Refused("another browser began this log-in", hint="log in again")
        if issuer and issuer != self.settings.issuer:  # RFC 9207
            raise Refused("another provider sent this answer", hint="log in again")
        told = self._exchange(code, pending.verifier)
        token = told.get("id_token")
        if not isinstance(token, str) or len(token) > LARGEST:
            raise Refused("the provider gave no ID token", hint="it must speak OpenID Connect")
        return replace(self._person(self.claims(token, pending.nonce)), token=token)

    def leave(self, token: str) -> str:
        """The address at the provider that ends the session there too; empty where it has none.

        OpenID Connect RP-Initiated Logout 1.0, section 2. Raises :class:`ConnectError`.
        """
        where = self.discover().get("end_session_endpoint")
        if not isinstance(where, str) or not _safe(where):
            return ""
        back = self.settings.address.rstrip("/") + "/login"
        asked = {"id_token_hint": token, "client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        found = self.discover()
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.back, "code_verifier": verifier,
            "client_id": self.settings.client_id,
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._secret:
            ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            if "client_secret_basic" in ways:
                both = f"{quote(self.settings.client_id, safe='')}:{quote(self._secret, safe='')}"
                headers["Authorization"] = "Basic " + base64.b64encode(both.encode()).decode()
            else:
                form["client_secret"] = self._secret
        try:
            return _fetch(found["token_endpoint"], urlencode(form).encode(), headers)
        except ConnectError as e:
            raise Refused(f"the code was not exchanged: {e.message}", hint=e.hint) from None

    def claims(self, token: str, nonce: str) -> dict[str, Any]:
        """Claims of an ID token that holds. Raises :class:`Refused` with the reason."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError, JoseError

        try:
            try:
                found = jwt.decode(token, self._key_set(), algorithms=list(ALGORITHMS))
            except InvalidKeyIdError:  # the provider changed its keys
                found = jwt.decode(token, self._key_set(again=True), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, TypeError, AttributeError) as e:
            raise Refused(f"the ID token's signature does not hold ({type(e).__name__})", hint="log in again") from None
        claims = found.claims
        wrong = self._wrong(claims, nonce) if isinstance(claims, dict) else "it holds no claims"
        if wrong:
            raise Refused(f"the ID token is refused: {wrong}", hint="log in again")
        return claims

    def _wrong(self, claims: dict[str, Any], nonce: str) -> str:
        """What is wrong with claims; empty when nothing is."""
        now, me = clock.now() / 1e9, self.settings.client_id
        audience = claims.get("aud")
        parties = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
        expires, issued = claims.get("exp"), claims.get("iat")
        times = all(isinstance(t, int | float) and not isinstance(t, bool) for t in (expires, issued))
        tests = {
            "another issuer": claims.get("iss") == self.settings.issuer,
            "another audience": me in parties,
            "another authorised party": claims.get("azp", me if len(parties) == 1 else None) == me,
            "no times": times,
            "it has expired": times and expires + LEEWAY > now,  # type: ignore[operator]
            "it is from the future": times and issued - LEEWAY < now,  # type: ignore[operator]
            "another nonce": isinstance(claims.get("nonce"), str) and secrets.compare_digest(claims["nonce"], nonce),
            "no subject": isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255,
        }
        return next((what for what, holds in tests.items() if not holds), "")

    def _person(self, claims: dict[str, Any]) -> Person:
        values = _values(claims, self.settings.role_claim)
        role = next((role for value, role in self.roles.items() if value in values), "")
        if not role:
            raise Refused(f"no role for {claims['sub']!r}", hint="see oidc.roles")
        said = _values(claims, self.settings.group_claim)
        known = [self.groups[v] for v in said if v in self.groups] if self.groups else said
        name = claims.get(self.settings.name)
        shown = name if isinstance(name, str) and name.strip() and name.isprintable() else claims["sub"]
        return Person(self.settings.issuer, claims["sub"], shown.strip()[:80], role, _usable(known))


def _usable(names: list[str]) -> Groups:
    out: set[str] = set()
    for name in names:
        try:
            out |= group_names([name])
        except ConfigError:
            continue  # a group of the provider that no section of ours can name
    return frozenset(out)


def _mapping(where: str, lines: tuple[str, ...]) -> dict[str, str]:
    out = {}
    for line in lines:
        value, colon, ours = line.rpartition(":")
        if not colon or not value.strip() or not ours.strip():
            raise ConfigError(f"oidc.{where}: {line!r}", hint='as in "value of the claim: officer"')
        out[value.strip()] = ours.strip()
    return out


def _values(claims: dict[str, Any], path: str) -> list[str]:
    """Texts under a claim, ``a.b`` for one inside another; a claim of that whole name comes first (URLs have dots)."""
    here: Any = claims
    if path in claims:
        here = claims[path]
    else:
        for part in path.split("."):
            here = here.get(part) if isinstance(here, dict) else None
    found = [here] if isinstance(here, str) else here if isinstance(here, list) else []
    return [v for v in found if isinstance(v, str)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _challenge(verifier: str) -> str:
    """RFC 7636, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()
