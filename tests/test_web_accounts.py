"""Accounts: nobody comes in without one, roles hold, guesses slow down, and all of it is in a log that shows tampering."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import numpy as np
import pytest
import websocket

from browser.fake_picture import FakePicture
from selat.app.archive import SeaArchive
from selat.cli import main
from selat.model import clock
from selat.model.errors import ConfigError, StoreError
from selat.store import chain, tables
from selat.store.engine import reading
from selat.web import login
from selat.web.accounts import ROLES, Accounts
from selat.web.login import COOKIE, FREE_TRIES
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import make_sea
from test_web_server import ReadOnly, ask

PASSWORD = "correct horse 7"


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_sea(tmp_path_factory.mktemp("accounts") / "sea")
    accounts = Accounts(folder)
    for role in ROLES:
        accounts.put(f"the {role}", role, PASSWORD)
    return folder


@pytest.fixture(scope="module")
def archive(sea: Path) -> Iterator[SeaArchive]:
    found = SeaArchive(sea)
    yield found
    found.close()


@pytest.fixture(scope="module")
def server(sea: Path, archive: SeaArchive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    static = tmp_path_factory.mktemp("static")
    (static / "index.html").write_text("<title>built</title>")
    app = create_app(
        FakePicture(60), archive=archive, accounts=Accounts(sea), audit=archive.record, title="<floor>", static=static,
        period_s=0.1,
    )  # fmt: skip
    running = serve_in_thread(app)
    yield running
    running.stop()


def client(server: Running, role: str = "") -> httpx.Client:
    found = httpx.Client(base_url=server.url)
    if role:
        answer = found.post("/login", data={"name": f"the {role}", "password": PASSWORD})
        assert answer.status_code == 303 and answer.headers["location"] == "/"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie
    return found


def log_of(archive: SeaArchive) -> list[tuple[str, str, str]]:
    with reading(archive.sea.state.engine) as connection:
        assert chain.first_break(connection, tables.audit) is None
        return [
            (r.who, r.action, r.subject) for r in connection.execute(tables.audit.select().order_by(tables.audit.c.n))
        ]


def test_strangers_see_the_log_in_alone(server: Running) -> None:
    with closing(client(server)) as stranger:
        assert stranger.get("/").headers["location"] == "/login"
        page = stranger.get("/login")
        assert (
            "&lt;floor&gt;" in page.text and "<script" not in page.text and page.headers["cache-control"] == "no-store"
        )
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        for path in ("/api/ships.json", "/api/about", "/api/zones", "/api/search?q=a", "/assets/x.js", "/basemap/land.json",
                     "/api/ship/533000001/dossier", "/login/../api/health", "/api/nothing"):  # fmt: skip
            assert stranger.get(path).status_code == 401, path
        assert stranger.post("/api/alerts/x/ack", json={"who": "A"}).status_code == 401
        assert stranger.put("/api/zones", json={}).status_code == 401
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(server.url.replace("http", "ws") + "api/feed", timeout=5)


def test_what_each_role_may_do(server: Running) -> None:
    feature = {"type": "Feature", "properties": {"name": "box"}, "geometry": {
        "type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}}  # fmt: skip
    for role, allowed in ROLES.items():
        if "see" not in allowed:
            continue
        with closing(client(server, role)) as c:
            assert c.get("/api/about").json()["user"] == {"name": f"the {role}", "role": role, "groups": []}
            assert c.get("/api/about").json()["can_acknowledge"] is ("act" in allowed)
            alert = c.get("/api/alerts").json()["alerts"][0]["id"]
            ack = c.post(f"/api/alerts/{alert}/ack", json={"who": "somebody else"})
            assert ack.status_code == (200 if "act" in allowed else 403), role
            if ack.status_code == 200:
                assert ack.json()["who"] == f"the {role}", "one acts in one's own name"
            zone = c.put("/api/zones", json={"who": "x", "feature": feature})
            assert zone.status_code == (200 if "zones" in allowed else 403), role


@pytest.mark.parametrize("role", [r for r, may in ROLES.items() if "see" not in may])
def test_roles_of_the_register_see_nothing_of_the_watch(server: Running, role: str) -> None:
    with closing(client(server, role)) as c:
        assert c.get("/api/about").json()["user"]["role"] == role
        home = c.get("/", follow_redirects=False)
        assert (home.status_code, home.headers["location"]) == (303, "/assist")
        for path in ("/api/ships.json", "/api/alerts", "/api/zones", "/api/history", "/api/poll", "/metrics", "/ogc/",
                     "/api/openapi.json", "/signalk", "/api/assistant", "/api/assist/../ships.json"):  # fmt: skip
            assert c.get(path).status_code in (403, 404), path
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(
                server.url.replace("http", "ws") + "api/feed", timeout=5, cookie=f"{COOKIE}={c.cookies[COOKIE]}"
            )


def test_a_session_ends_and_cannot_be_made_up(server: Running, sea: Path) -> None:
    with closing(client(server, "officer")) as c:
        token = c.cookies[COOKIE]
        feed = websocket.create_connection(
            server.url.replace("http", "ws") + "api/feed", timeout=5, cookie=f"{COOKIE}={token}"
        )
        assert feed.recv()
        feed.close()
        foreign = c.post("/logout", headers={"origin": "http://elsewhere.example"})
        assert foreign.status_code == 403, "another site cannot act"
        assert c.post("/logout").status_code == 303
        assert httpx.get(server.url + "api/about", cookies={COOKIE: token}).status_code == 401, "replayed"
    for made_up in ("x", token[:-1] + "A", "=;;\x7f", "a" * 3000):
        assert httpx.get(server.url + "api/about", headers={"cookie": f"{COOKIE}={made_up}"}).status_code in (400, 401)
    accounts = Accounts(sea)
    accounts.put("leaver", "officer", PASSWORD)
    with httpx.Client(base_url=server.url) as c:
        c.post("/login", data={"name": "leaver", "password": PASSWORD})
        assert c.get("/api/about").status_code == 200
        accounts.remove("leaver")
        assert c.get("/api/about").status_code == 401, "taken out while logged in"


def test_machines_use_basic_authentication(server: Running) -> None:
    url = server.url + "api/health"
    assert httpx.get(url, auth=("the machine", PASSWORD)).status_code == 200
    assert httpx.get(url, auth=("the machine", "wrong wrong wrong")).status_code == 401
    for told in ("Basic", "Basic ???", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Bearer x"):
        assert httpx.get(url, headers={"authorization": told}).status_code == 401


def test_guesses_slow_down_and_are_logged(sea: Path, archive: SeaArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(login.clock, "monotonic", lambda: now[0])
    app = create_app(ReadOnly(np.zeros(0, "u1")), archive=archive, accounts=Accounts(sea), audit=archive.record)

    def enter(password: str) -> int:
        form = {
            "content": f"name=the+officer&password={password}",
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        }
        return ask(app, "POST", "/login", client="10.0.0.7", **form).status_code

    before = len(log_of(archive))
    assert [enter("guess") for _ in range(FREE_TRIES)] == [401] * (FREE_TRIES - 1) + [429]
    assert enter(PASSWORD.replace(" ", "+")) == 429, "while one has to wait, the right one is not looked at either"
    now[0] += 2
    assert enter(PASSWORD.replace(" ", "+")) == 303
    told = log_of(archive)[before:]
    assert told.count(("the officer", "login refused", "address:10.0.0.7")) == FREE_TRIES
    assert told[-1] == ("the officer", "login", "address:10.0.0.7")
    assert enter("x" * 5000) == 413


def test_too_many_requests_are_refused(sea: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "REFILL", 0.0)
    app = create_app(ReadOnly(np.zeros(0, "u1")), accounts=Accounts(sea))
    codes = [ask(app, "GET", "/api/about", client="10.0.0.8").status_code for _ in range(int(login.MANY) + 40)]
    assert set(codes[:200]) == {401} and codes[-1] == 429
    assert ask(app, "GET", "/api/about", client="10.0.0.9").status_code == 401, "others are not"


def test_the_file_and_the_first_account(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    name, password = accounts.first() or ("", "")
    assert name == "admin" and len(password) >= 20 and accounts.first() is None
    text = accounts.path.read_text()
    assert password not in text and "$argon2id$" in text
    if os.name == "posix":
        assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    assert (
        accounts.check("admin", password) and not accounts.check("admin", password + "x") and not accounts.check("", "")
    )
    for bad in (
        ("a:b", "officer", PASSWORD),
        ("", "officer", PASSWORD),
        ("a", "king", PASSWORD),
        ("a", "officer", "short"),
    ):
        with pytest.raises(ConfigError):
            accounts.put(*bad)
    with pytest.raises(ConfigError, match="nobody could make accounts"):
        accounts.remove("admin")
    assert not accounts.remove("nobody")
    accounts.path.write_text("{broken")
    with pytest.raises(StoreError):
        accounts.check("admin", password)


def test_the_verb(
    sea: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], archive: SeaArchive
) -> None:
    monkeypatch.setenv("SELAT_PASSWORD", PASSWORD)
    assert main(["accounts", str(sea), "add", "Lt Aminah", "--role", "supervisor"]) == 0
    assert main(["accounts", str(sea)]) == 0
    assert "supervisor Lt Aminah" in capsys.readouterr().out
    assert main(["accounts", str(sea), "remove", "Lt Aminah"]) == 0
    assert main(["accounts", str(sea), "remove", "Lt Aminah"]) == 2
    assert main(["accounts", str(sea), "add"]) == 2
    assert [t[1:] for t in log_of(archive)][-2:] == [("put", "account:Lt Aminah"), ("remove", "account:Lt Aminah")]
    assert clock.now() > 0
