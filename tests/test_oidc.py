"""Log-in with an OpenID provider: who is let in, as what, and every way in which nobody is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from oidc_provider import CLIENT, SECRET, Provider, by_another, by_elliptic, challenge, unsigned
from selat.app.archive import SeaArchive
from selat.model.errors import ConfigError, ConnectError
from selat.model.sections import Oidc
from selat.store import chain, tables
from selat.store.engine import reading
from selat.web import login, oidc
from selat.web.accounts import Accounts
from selat.web.login import COOKIE
from selat.web.oidc_login import BROWSER
from selat.web.server import Running, bind, create_app, make_server
from small_sea import make_sea
from test_web_server import FakePicture

ROLES = ("chiefs: supervisor", "watch: officer")
GROUPS = ("navy-my: navy", "police-my: police")


class Page:
    """A page whose people log in with a provider."""

    def __init__(self, folder: Path) -> None:
        self.provider = Provider()
        socket = bind("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
        self.settings = Oidc(
            issuer=self.provider.issuer, client_id=CLIENT, secret="X", address=self.url, roles=ROLES, groups=GROUPS
        )
        self.party = oidc.Provider(self.settings, SECRET)
        self.archive = SeaArchive(folder)
        app = create_app(
            FakePicture(30), archive=self.archive, accounts=Accounts(folder), provider=self.party,
            audit=self.archive.record, title="t",
        )  # fmt: skip
        self.running = Running(make_server(app), socket, "127.0.0.1")

    def stop(self) -> None:
        self.running.stop()
        self.archive.close()
        self.provider.stop()

    def log(self) -> list[tuple[str, str, str]]:
        with reading(self.archive.sea.state.engine) as connection:
            assert chain.first_break(connection, tables.audit) is None
            rows = connection.execute(tables.audit.select().order_by(tables.audit.c.n)).all()
        return [(r.who, r.action, r.note) for r in rows]

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=self.url)

    def there(self, client: httpx.Client) -> str:
        """To the provider and the address that it sends the browser back to."""
        begun = client.get("/oidc/login")
        assert begun.status_code == 303, begun.text
        return httpx.get(begun.headers["location"]).headers["location"]

    def enter(self, client: httpx.Client) -> httpx.Response:
        return client.get(self.there(client))


@pytest.fixture(scope="module")
def one_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    page = Page(make_sea(tmp_path_factory.mktemp("oidc") / "sea"))
    yield page
    page.stop()


@pytest.fixture
def page(one_page: Page, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The page with an honest provider; failures before are forgotten."""
    monkeypatch.setattr(login, "FREE_TRIES", 1000)
    p = one_page.provider
    p.spoil, p.sign, p.lie = (lambda claims: None), p.signed, {}
    p.person = {"sub": "a-1", "preferred_username": "aminah", "roles": ["watch", "other"], "groups": ["navy-my", "x y"]}
    return one_page


def test_who_logs_in_there_is_here_with_role_and_groups(page: Page) -> None:
    with page.browser() as c:
        assert "/oidc/login" in c.get("/login").text
        back = page.enter(c)
        assert back.status_code == 200 and "http-equiv=refresh" in back.text
        cookie = next(v for v in back.headers.get_list("set-cookie") if v.startswith(COOKIE)).lower()
        assert "httponly" in cookie and "samesite=strict" in cookie
        user = c.get("/api/about").json()["user"]
        assert user == {"name": "aminah : 127.0.0.1", "role": "officer", "groups": ["navy"]}
        assert page.log()[-1][:2] == ("aminah : 127.0.0.1", "login")
        assert page.log()[-1][2] == f"{page.provider.issuer} a-1; officer; groups navy"
        asked = page.provider.asked[-1]
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256" and asked["tenant"] == "1"
        assert asked["scope"].split()[0] == "openid" and len(asked["state"]) >= 43 and len(asked["nonce"]) >= 43
        assert asked["state"] != asked["nonce"] != asked["code_challenge"]
        assert c.post("/logout").status_code == 303 and c.get("/api/about").status_code == 401


def test_who_logs_out_here_is_sent_to_log_out_there(page: Page) -> None:
    page.provider.lie = {"end_session_endpoint": f"{page.provider.issuer}/end?tenant=1"}
    page.party._found = None  # asked again
    with page.browser() as c:
        page.enter(c)
        gone = c.post("/logout")
        assert gone.status_code == 200 and c.get("/api/about").status_code == 401
        where = html.unescape(re.search(r'url=([^"]+)"', gone.text)[1])  # type: ignore[index]
        there, asked = where.partition("?")[0], {k: v[0] for k, v in parse_qs(urlsplit(where).query).items()}
        assert there == f"{page.provider.issuer}/end" and asked["tenant"] == "1" and asked["client_id"] == CLIENT
        assert asked["post_logout_redirect_uri"] == f"{page.url}/login"
        assert json.loads(base64.urlsafe_b64decode(asked["id_token_hint"].split(".")[1] + "=="))["sub"] == "a-1"
    page.provider.lie = {"end_session_endpoint": "http://id.example/end"}  # no TLS: the token does not go there
    page.party._found = None
    with page.browser() as c:
        page.enter(c)
        assert c.post("/logout").headers["location"] == "/login"
    page.provider.lie, page.party._found = {}, None


def test_the_same_name_of_another_is_another_name(page: Page) -> None:
    with page.browser() as a, page.browser() as b:
        page.enter(a)
        page.provider.person["sub"] = "b-2"
        page.enter(b)
        names = [c.get("/api/about").json()["user"]["name"] for c in (a, b)]
        assert names[0] != names[1] and "b-2" in names[1]


def test_a_session_from_there_ends_in_time(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "LONGEST", 1.0)
    with page.browser() as c:
        page.enter(c)
        begun, codes = time.monotonic(), []
        while time.monotonic() < begun + 1.2:
            codes.append(c.get("/api/about").status_code)
            time.sleep(0.1)
        assert codes[0] == 200 and codes[-1] == 401, "though somebody asks all the time"


def _without(name: str) -> Any:
    return lambda claims: claims.pop(name)


def _with(**more: Any) -> Any:
    return lambda claims: claims.update(more)


NOW = int(time.time())
SPOILT: dict[str, Any] = {
    "another nonce": _with(nonce="x" * 43),
    "no nonce": _without("nonce"),
    "another issuer": _with(iss="https://elsewhere.example"),
    "no issuer": _without("iss"),
    "another audience": _with(aud="somebody"),
    "an audience beside others without a party": _with(aud=[CLIENT, "other"]),
    "another party": _with(aud=[CLIENT, "other"], azp="other"),
    "no audience": _without("aud"),
    "expired": _with(exp=NOW - 3600),
    "no expiry": _without("exp"),
    "expiry as text": _with(exp="never"),
    "from the future": _with(iat=NOW + 3600),
    "no subject": _without("sub"),
    "an empty subject": _with(sub=""),
    "a role that is not known": _with(roles=["passer-by"]),
    "no role": _without("roles"),
    "a role as a number": _with(roles=7),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_token_that_is_wrong_lets_nobody_in(what: str, page: Page) -> None:
    page.provider.spoil = SPOILT[what]
    refused(page)


def refused(page: Page) -> None:
    before = len(page.log())
    with page.browser() as c:
        answer = page.enter(c)
        assert answer.status_code == 403 and COOKIE not in c.cookies
        assert c.get("/api/about").status_code == 401
    told = page.log()[before:]
    assert [t[:2] for t in told if t[1] == "login refused"] == [("?", "login refused")]
    assert SECRET not in str(told) and "eyJ" not in str(told), "neither secret nor token in the log"


def hs256(claims: dict[str, Any], page: Page) -> str:
    """The classic forgery: a MAC whose key is the provider's public one."""
    import base64

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    key = page.provider.keys[0].as_pem(private=False)
    body = part(json.dumps({"alg": "HS256", "kid": "one"}).encode()) + "." + part(json.dumps(claims).encode())
    return body + "." + part(hmac.new(key, body.encode(), hashlib.sha256).digest())


@pytest.mark.parametrize(
    "how", ["none", "another key", "cut", "changed", "no token", "public key as MAC", "unknown key"]
)
def test_a_signature_that_does_not_hold_lets_nobody_in(how: str, page: Page) -> None:
    def changed(claims: dict[str, Any]) -> str:
        head, _, tail = page.provider.signed(claims).split(".")
        _, body, _ = page.provider.signed(claims | {"roles": ["chiefs"]}).split(".")
        return f"{head}.{body}.{tail}"

    stranger = ECKey.generate_key("P-256", {"kid": "nine"})
    page.provider.sign = {
        "none": unsigned,
        "another key": by_another,
        "cut": lambda claims: page.provider.signed(claims)[:-20],
        "changed": changed,
        "no token": lambda claims: "",
        "public key as MAC": lambda claims: hs256(claims, page),
        "unknown key": lambda claims: by_elliptic(claims, stranger),
    }[how]
    refused(page)


def test_new_keys_of_the_provider_are_taken(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "PAUSE", -1.0)
    key = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
    page.provider.keys.append(key)  # type: ignore[arg-type]
    page.provider.sign = lambda claims: by_elliptic(claims, key)
    try:
        with page.browser() as c:
            assert page.enter(c).status_code == 200
    finally:
        page.provider.keys.pop()


def test_codes_and_states_are_good_once_and_in_one_browser(page: Page) -> None:
    with page.browser() as c, page.browser() as thief, page.browser() as fresh:
        back = page.there(c)
        assert thief.get(back).status_code == 403, "stolen on the way: the thief has not the browser's cookie"
        assert c.get(back).status_code == 403, "and then it is used up"
        back = page.there(c)
        kept = dict(c.cookies)
        assert c.get(back).status_code == 200
        c.cookies.update({BROWSER: kept[BROWSER]})
        assert c.get(back).status_code == 403, "replayed"
        mine, his = page.there(c), page.there(fresh)
        code = httpx.URL(his).params["code"]
        mixed = httpx.URL(mine).copy_set_param("code", code)
        assert c.get(mixed).status_code == 403, "a code that was injected does not fit our verifier"
        for query in ("", "?code=x", "?state=x", "?error=access_denied&state=x", "?code=x&state=" + "y" * 5000):
            assert fresh.get("/oidc/back" + query).status_code == 403
        other = httpx.URL(page.there(c)).copy_set_param("iss", "https://elsewhere.example")
        assert c.get(other).status_code == 403, "an answer of another provider (mix-up)"
    assert sum(t[1] == "login refused" for t in page.log()) >= 10


def test_old_states_are_forgotten(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    with page.browser() as c, monkeypatch.context() as m:
        m.setattr(oidc, "PENDING", 0.01)
        back = page.there(c)
        time.sleep(0.05)
        c.cookies.set(BROWSER, httpx.URL(back).params["state"])
        assert c.get(back).status_code == 403
    monkeypatch.setattr(oidc, "MOST_PENDING", 3)
    for _ in range(9):
        page.party.begin("b")
    assert len(page.party._pending) <= 3


def test_who_fails_again_and_again_waits(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "FREE_TRIES", 3)
    monkeypatch.setattr(login, "LONGEST_WAIT", 0.2)
    with page.browser() as c:
        codes = [c.get("/oidc/back?code=x&state=y").status_code for _ in range(4)]
        assert codes[-1] == 429
        time.sleep(0.3)
        assert page.enter(c).status_code == 200


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": 7},
    ],
)
def test_a_provider_that_contradicts_itself_is_not_used(lie: dict[str, Any], page: Page) -> None:
    page.provider.lie = lie
    with pytest.raises(ConnectError):
        oidc.Provider(page.settings, SECRET).begin("b")


def test_a_provider_that_is_away_is_said_so(page: Page) -> None:
    away = oidc.Provider(page.settings.model_copy(update={"issuer": "http://127.0.0.1:1"}), SECRET)
    with pytest.raises(ConnectError, match="URLError"):
        away.begin("b")
    wrong = oidc.Provider(page.settings, "not it")
    state = httpx.URL(wrong.begin("b")).params["state"]
    with pytest.raises(oidc.Refused, match="invalid_client"):
        wrong.end("x", state, "b")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": ""},
        {"address": ""},
        {"issuer": "http://elsewhere.example"},
        {"address": "http://watch.example"},
        {"roles": ("watch",)},
        {"roles": ("watch: king",)},
        {"groups": (": navy",)},
    ],
)
def test_settings_that_would_not_do(change: dict[str, Any], page: Page) -> None:
    with pytest.raises(ConfigError):
        oidc.Provider(page.settings.model_copy(update=change), SECRET)


def test_claims_inside_others_and_with_dots(page: Page) -> None:
    claims = {"realm": {"roles": ["watch"]}, "https://x.example/groups": "navy-my"}
    assert oidc._values(claims, "realm.roles") == ["watch"]
    assert oidc._values(claims, "https://x.example/groups") == ["navy-my"]
    assert oidc._values(claims, "realm.roles.deeper") == [] == oidc._values(claims, "nothing")


def test_the_challenge_is_that_of_the_standard() -> None:
    """The example of RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert oidc._challenge(verifier) == challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert RSAKey.generate_key(2048).check_use("sig") is None
