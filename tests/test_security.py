"""What must be refused is refused, through every route, and written into the log; nothing that is sent makes the server fail."""

from __future__ import annotations

import base64
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websocket
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Mount, Route, WebSocketRoute

from browser.fake_picture import FakePicture
from security_floor import PASSWORD, Floor, opened
from selat.web import sockets, witness
from selat.web.accounts import ROLES, Accounts
from selat.web.guard import SECURITY_HEADERS
from selat.web.login import COOKIE
from selat.web.server import create_app
from small_sea import NAMES, T0
from test_web_server import ask

pytestmark = pytest.mark.long

BEGIN = T0 // 1_000_000
#: deeds that only some roles may do; their paths
DEEDS = {"POST": "act", "DELETE": "act", "PUT": "zones"}
#: tried by test_assist_tiers.py with every tier; and what each account keeps for itself
OWN = ("/api/assist", "/field", "/api/kept")
ASKS = ("/rescue/check", "/rescue/arrows", "/score", "/export")  # a POST that changes nothing
OPEN = {"/login", "/logout", "/oidc/login", "/oidc/back"}


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    yield from opened(tmp_path_factory)


def asked(app: Any) -> list[tuple[str, str]]:
    """Every method and path that there is, with something in place of its parameters."""
    out = []
    for route in app.routes:
        if isinstance(route, Route):
            path = re.sub(r"\{\w+:int\}", str(next(iter(NAMES))), route.path)
            path = re.sub(r"\{kind:str\}", "csv", re.sub(r"\{action:str\}", "ack", path))
            path = re.sub(r"\{\w+:\w+\}", "x", path)
            out += [(m, path) for m in sorted((route.methods or set()) - {"HEAD"})]
        elif isinstance(route, Mount):
            out.append(("GET", f"{route.path}/x"))
    return out


def test_strangers_are_refused_everywhere_and_it_is_logged(floor: Floor) -> None:
    with floor.client() as c:
        for method, path in asked(floor.app):
            since = len(floor.log())
            answer = c.request(method, path, json={} if method in ("POST", "PUT") else None)
            if path in OPEN:
                continue
            if path == "/":
                assert answer.headers["location"] == "/login"
                continue
            assert answer.status_code == 401 and answer.json() == {"error": "log in first"}, path
            assert floor.told(since, 401, "?", f"{method} {path}"), path


def test_a_role_that_may_not_is_refused_and_it_is_logged(floor: Floor) -> None:
    tried = 0
    for role in ("observer", "officer"):
        with floor.client(role) as c:
            for method, path in asked(floor.app):
                deed = "release" if "/releases/" in path else "zones" if "/zones" in path else DEEDS.get(method, "see")
                if deed in ROLES[role] or path in OPEN or path.startswith(OWN) or path.endswith(ASKS):
                    continue
                since, tried = len(floor.log()), tried + 1
                answer = c.request(method, path, json={} if method in ("POST", "PUT") else None)
                if (method, path) == ("GET", "/api/zones"):
                    assert answer.status_code == 200, "zones are seen by all"
                    continue
                assert answer.status_code == 403, (role, method, path, answer.text)
                assert floor.told(since, 403, role, f"{method} {path}"), path
    assert tried > 10


def test_another_site_can_do_nothing(floor: Floor) -> None:
    """Forged: with the cookie, from another origin."""
    with floor.client("admin") as c:
        for method, path in asked(floor.app):
            if method == "GET":
                continue
            for origin in ("https://evil.example", "null", floor.server.url[:-1] + ".evil.example", "http://["):
                since = len(floor.log())
                answer = c.request(method, path, json={}, headers={"origin": origin})
                assert answer.status_code == 403, (method, path, origin)
                assert floor.told(since, 403, "?", f"{method} {path}"), path
        assert c.get("/api/about").status_code == 200, "nor was anybody logged out"
        rebound = c.get("/api/ships.json", headers={"host": "evil.example"})
        assert rebound.status_code == 403 and "answer to the name" in rebound.text


@pytest.mark.parametrize("path", ["/api/feed", "/signalk/v1/stream"])
def test_sockets_of_strangers_and_other_sites_are_refused_and_logged(path: str, floor: Floor) -> None:
    url = floor.server.url.replace("http", "ws")[:-1] + path
    cookie = f"{COOKIE}={floor.cookies['admin']}"
    for more in ({}, {"cookie": f"{COOKIE}=x"}, {"cookie": cookie, "origin": "https://evil.example"}):
        since = len(floor.log())
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(url, timeout=5, **more)
        assert floor.told(since, 403, "?", f"WEBSOCKET {path}")
    assert {r.path for r in floor.app.routes if isinstance(r, WebSocketRoute)} == {"/api/feed", "/signalk/v1/stream"}


def test_a_session_that_ended_is_refused_when_it_is_replayed(floor: Floor) -> None:
    token = floor.enter("officer")
    with httpx.Client(base_url=floor.server.url, cookies={COOKIE: token}) as c:
        assert c.get("/api/about").status_code == 200
        c.post("/logout")
    since = len(floor.log())
    for _ in range(2):
        assert httpx.get(floor.server.url + "api/about", cookies={COOKIE: token}).status_code == 401
    assert floor.told(since, 401, "?", "GET /api/about")


@pytest.mark.parametrize("what", ["logout", "removed", "role", "groups", "nothing", "machine"])
def test_a_socket_ends_with_the_right_to_it(what: str, floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "EVERY", 0.2)
    accounts, name = Accounts(floor.folder), f"someone {what}"
    accounts.put(name, "machine" if what == "machine" else "officer", PASSWORD, ["navy"])
    basic = "Authorization: Basic " + base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
    token = "" if what == "machine" else floor.enter(name)
    more = {"header": [basic]} if what == "machine" else {"cookie": f"{COOKIE}={token}"}
    line = websocket.create_connection(floor.server.url.replace("http", "ws")[:-1] + "/api/feed", timeout=5, **more)
    assert line.recv()
    if what == "logout":
        httpx.post(floor.server.url + "logout", cookies={COOKIE: token})
    elif what in ("removed", "machine"):
        accounts.remove(name)
    elif what == "role":
        accounts.put(name, "observer", PASSWORD, ["navy"])
    elif what == "groups":
        accounts.put(name, "officer", PASSWORD, [])
    code = closing(line, until=time.monotonic() + (1.0 if what == "nothing" else 5.0))
    assert code == (None if what == "nothing" else sockets.POLICY)


def closing(line: websocket.WebSocket, until: float) -> int | None:
    """With what code the server closes it; None when it is open still."""
    try:
        while time.monotonic() < until:
            opcode, data = line.recv_data(control_frame=True)
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2], "big")
        return None
    finally:
        line.shutdown()


TRAVERSALS = (
    "/basemap/../server.py", "/basemap/%2e%2e/server.py", "/basemap/..%2fserver.py", "/basemap/....//server.py",
    "/assets/..\\..\\server.py", "/assets/%2e%2e%5cindex.html", "/basemap//etc/passwd", "/basemap/%00", "/..%2f..%2faccounts",
    "/%2e%2e/accounts.json", "/api/ships.%2e%2e%2fcsv", "/login/../../../accounts.json", "/basemap/%c0%ae%c0%ae/server.py",
)  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out(path: str, floor: Floor) -> None:
    since = len(floor.log())
    with socket.create_connection(("127.0.0.1", floor.server.port)) as line:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIE}={floor.cookies['admin']}\r\nConnection: close\r\n\r\n"
        line.sendall(head.encode())
        got = line.makefile("rb").read()
    status = int(got.split()[1])
    assert status in (400, 404), got[:200]
    assert b"argon2" not in got and b"import" not in got and b"root:" not in got
    assert floor.told(since, status, "admin", "GET /") or status == 400


BODIES: tuple[bytes, ...] = (
    b"{", b"[]", b"null", b"3", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"who": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"who": 3}', b'{"who": null, "note": {}}', b'{"feature": 7, "who": "a"}', b'{"feature": {"type": "Feature"}, "who": "a"}',
    b'{"seconds": 1e400, "who": "a", "reason": "b"}', b'{"seconds": true}', b'{"seconds": 60, "who": "a", "ships": ["x"]}',
    b'{"seconds": NaN, "who": "a"}', b'{"seconds": 60, "who": "a", "reason": "r", "area": [1, 2]}', b'{"groups": {"a": 1}}',
    b'{"feature": {"type": "Feature", "properties": {"name": "x"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0]]]}}}',
    b'{"groups": [["navy"], 3]}', b"a=b&c=d", b"\x00" * 64,
)  # fmt: skip


def test_bodies_that_make_no_sense_are_refused_and_logged(floor: Floor) -> None:
    with floor.client("supervisor") as c:
        alert = c.get("/api/alerts").json()["alerts"][0]["id"]
        for method, path in asked(floor.app):
            if method not in ("POST", "PUT") or path in OPEN:
                continue
            path = path.replace("/alerts/x/ack", f"/alerts/{alert}/close").replace(
                "/releases/csv/x", "/releases/zone/klang"
            )
            for body in (*BODIES, b'{"who": "' + b"x" * 2_000_000 + b'"}'):
                since = len(floor.log())
                answer = c.request(method, path, content=body)
                if answer.status_code == 200:
                    assert path.endswith("/close") is False or b"cause" in body, (path, body[:60])
                    continue
                assert 400 <= answer.status_code < 500, (path, body[:60], answer.text)
                assert answer.json()["error"], "with a reason"
                assert floor.told(since, answer.status_code, "supervisor", f"{method} {path}")


def test_headers_that_are_too_long_or_wrong_are_refused(floor: Floor) -> None:
    for head in (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GE\x00T / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ):
        with socket.create_connection(("127.0.0.1", floor.server.port), timeout=5) as line:
            try:
                line.sendall(head)
                line.shutdown(socket.SHUT_WR)
                got = line.makefile("rb").read()
            except OSError:
                got = b""  # cut off
        assert b" 500 " not in got[:40] and b" 200 " not in got[:40], got[:100]
    assert httpx.get(floor.server.url + "login").status_code == 200


def test_every_answer_has_the_headers(floor: Floor) -> None:
    with floor.client("observer") as c, floor.client() as stranger:
        answers = [c.request(m, p) for m, p in asked(floor.app) if m == "GET" and p != "/api/stream"]
        answers += [
            stranger.get("/"),
            stranger.get("/api/x"),
            c.get("/x/y/z"),
            c.post("/api/about"),
            c.put("/api/zones"),
        ]
        for answer in answers:
            for name, value in SECURITY_HEADERS.items():
                assert answer.headers[name] == value, answer.url
            assert "server" not in answer.headers and "x-powered-by" not in answer.headers
            if answer.url.path.startswith("/api"):
                assert answer.status_code in (404, 405) or "no-store" in answer.headers["cache-control"], answer.url
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe-eval" not in policy and "http" not in policy
    script = re.search(r"script-src[^;]*", policy)
    assert script is None or "unsafe" not in script[0], "no inline script"


def test_cookies_are_for_us_alone_and_secure_behind_tls(floor: Floor) -> None:
    form = {"name": "observer", "password": PASSWORD}
    for proto in ("http", "https"):
        answer = httpx.post(floor.server.url + "login", data=form, headers={"x-forwarded-proto": proto})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie and "domain" not in cookie
        assert ("secure" in cookie) is (proto == "https")
        assert ("strict-transport-security" in answer.headers) is (proto == "https")


def test_there_is_no_password_that_somebody_could_know(tmp_path: Path) -> None:
    words = {Accounts(_new(tmp_path / str(n))).first() for n in range(3)}
    assert len(words) == 3 and all(found and len(found[1]) >= 20 for found in words)
    accounts = Accounts(_new(tmp_path / "x"))
    accounts.first()
    for guess in ("", "admin", "password", "selat", "changeme", "root"):
        assert accounts.check("admin", guess) is None
    for name in ("root", "selat", "guest", "test", "observer", "machine"):
        assert name not in accounts.all()


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_who_saw_what_is_in_the_log(floor: Floor) -> None:
    ship = next(iter(NAMES))
    since = len(floor.log())
    looks = (
        f"/api/ship/{ship}/dossier", f"/api/ship/{ship}/track?begin={BEGIN}&end={BEGIN + 1000}", "/api/ships.csv",
        "/api/search?q=BUNGA", f"/api/history/rows?begin={BEGIN}&end={BEGIN + 1000}",
    )  # fmt: skip
    with floor.client("officer") as c:
        for path in (*looks, *looks, "/api/health", "/api/poll"):
            assert c.get(path).status_code == 200
    url = floor.server.url.replace("http", "ws")[:-1] + "/api/feed"
    websocket.create_connection(url, timeout=5, cookie=f"{COOKIE}={floor.cookies['officer']}").close()
    time.sleep(0.2)
    saw = [s for w, a, s, _ in floor.log()[since:] if (w, a) == ("officer", "saw")]
    assert saw == [*(f"GET {p}" for p in looks), "WEBSOCKET /api/feed"], "each once in a minute, polls not at all"


def test_a_flood_is_counted_and_not_written(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[tuple[str, ...]] = []
    now = [0.0]
    monkeypatch.setattr(witness, "BURST", 5.0)
    monkeypatch.setattr(witness.clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(witness, "run_in_threadpool", _at_once)
    app = create_app(FakePicture(5), audit=lambda *row: rows.append(row))
    for _ in range(40):
        ask(app, "GET", "/api/nothing/here", client="10.0.0.7")
    assert len(rows) == 5 and rows[0] == ("?", "refused", "GET /api/nothing/here", "404 address:10.0.0.7")
    ask(app, "GET", "/api/nothing/here", client="10.0.0.8")
    assert len(rows) == 6, "another address is not silenced by it"
    now[0] += 10
    ask(app, "GET", "/api/nothing/here%0a%1b[31m\u00e9" + "x" * 500, client="10.0.0.7")
    assert rows[-1][3].endswith("; 35 more left out") and rows[-1][2].isprintable() and len(rows[-1][2]) < 220


async def _at_once(f: Any, *args: Any) -> Any:
    return f(*args)


@given(st.binary(max_size=60), st.binary(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_cookie_or_authorization_makes_it_fail(floor: Floor, cookie: bytes, told: bytes) -> None:
    headers = [(b"cookie", COOKIE.encode() + b"=" + cookie), (b"authorization", b"Basic " + told)]
    try:
        answer = httpx.get(floor.server.url + "api/about", headers=headers)
    except (httpx.RemoteProtocolError, httpx.LocalProtocolError):
        return  # no HTTP: our client or the server's parser refuses
    assert answer.status_code in (400, 401, 429)
