"""Views and lists that people keep: each account its own, bounded, refused to strangers."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.fake_picture import FakePicture
from selat.app.archive import SeaArchive
from selat.model.errors import ConfigError
from selat.model.nouns import Asset
from selat.store import kept, registry
from selat.web.accounts import Accounts
from selat.web.server import create_app
from small_sea import make_sea
from test_web_alerts import body
from test_web_server import ask


@pytest.fixture
def archive(tmp_path: Path):
    found = SeaArchive(make_sea(tmp_path / "sea"))
    yield found
    found.close()


def test_kept_by_the_machine_and_taken_out(archive) -> None:
    app = create_app(FakePicture(40), archive=archive)
    registry.put_asset(archive.sea.state, Asset("Boat 7", "boat", 1.2, 103.9, 533000001, 12.0, 3600.0))
    look = {"query": "palette=night&hide=fishing", "map": "10/1.2/103.8"}
    assert ask(app, "PUT", "/api/kept/view/night%20watch", **body(value=look)).status_code == 200
    assert ask(app, "PUT", "/api/kept/list/tankers", **body(value=[533000001])).status_code == 200
    found = ask(app, "GET", "/api/kept").json()
    assert found["view"] == {"night watch": look} and found["list"] == {"tankers": [533000001]} and found["may"]
    assert [(a["name"], a["mmsi"], a["speed"]) for a in found["assets"]] == [("Boat 7", 533000001, 12.0)]
    assert ask(app, "DELETE", "/api/kept/view/night%20watch").status_code == 200
    assert ask(app, "DELETE", "/api/kept/view/night%20watch").status_code == 404
    assert ask(app, "GET", "/api/kept").json()["view"] == {}


def test_each_owner_has_their_own(archive) -> None:
    state = archive.sea.state
    kept.keep(state, "Aminah", "view", "mine", 1)
    kept.keep(state, "Razak", "view", "mine", 2)
    assert kept.kept(state, "Aminah")["view"] == {"mine": 1} and kept.kept(state, "")["view"] == {}
    assert kept.forget(state, "Aminah", "view", "mine") and kept.kept(state, "Razak")["view"] == {"mine": 2}


def test_with_accounts_an_observer_keeps_views_and_a_stranger_nothing(archive, tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.put("Aminah", "observer", "long enough a word")
    app = create_app(FakePicture(40), archive=archive, accounts=accounts)
    import base64

    token = base64.b64encode(b"Aminah:long enough a word").decode()
    wanted = body(value=3)
    wanted["headers"]["authorization"] = f"Basic {token}"
    assert ask(app, "PUT", "/api/kept/view/mine", **wanted).status_code == 200
    assert kept.kept(archive.sea.state, "Aminah")["view"] == {"mine": 3}
    assert ask(app, "PUT", "/api/kept/view/mine", **body(value=4)).status_code == 401


@pytest.mark.parametrize(("path", "value"), [("spell/x", 1), ("view/" + "n" * 81, 1), ("view/x", "y" * 9000)])
def test_what_cannot_be_kept_is_refused(archive, path, value) -> None:
    app = create_app(FakePicture(40), archive=archive)
    answer = ask(app, "PUT", f"/api/kept/{path}", **body(value=value))
    assert answer.status_code == 400 and answer.json()["hint"]


def test_there_is_an_end_to_it(archive, monkeypatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    for n in range(3):
        kept.keep(archive.sea.state, "", "view", f"v{n}", n)
    kept.keep(archive.sea.state, "", "view", "v0", "again")
    with pytest.raises(ConfigError):
        kept.keep(archive.sea.state, "", "view", "v3", 3)


def test_strangers_and_pictures_without_a_sea(archive) -> None:
    app = create_app(FakePicture(40), archive=archive)
    assert ask(app, "GET", "/api/kept", client="192.0.2.7").json()["may"] is False
    assert ask(app, "PUT", "/api/kept/view/x", client="192.0.2.7", **body(value=1)).status_code == 403
    bare = create_app(FakePicture(40))
    assert ask(bare, "GET", "/api/kept").json() == {"view": {}, "list": {}, "keys": {}, "assets": [], "may": False}
    assert ask(bare, "PUT", "/api/kept/view/x", **body(value=1)).status_code == 501
