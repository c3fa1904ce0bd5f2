"""A page over a small stored sea with an account of each role, and its audit log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from selat.app.archive import SeaArchive
from selat.app.rescue.desk import RescueDesk
from selat.app.session import Sea
from selat.app.standing import Standing
from selat.assist.desk import Desk
from selat.store import chain, tables
from selat.store.engine import reading
from selat.web import login, witness
from selat.web.accounts import ROLES, Accounts
from selat.web.login import COOKIE
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import make_sea

PASSWORD = "correct horse 7"


class Floor:
    """A page over a stored sea, with an account of each role."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = make_sea(folder)
        accounts = Accounts(self.folder)
        for role in ROLES:
            accounts.put(role, role, PASSWORD)
        self.sea = stack.enter_context(Sea(self.folder, create=False))
        self.archive = SeaArchive(self.folder)
        stack.callback(self.archive.close)
        picture = Standing(self.sea)
        stack.callback(picture.close)
        assist, rescue = Desk(self.folder), RescueDesk(self.archive)
        stack.callback(assist.close)
        stack.callback(rescue.close)
        self.app = create_app(
            picture.picture,
            archive=self.archive,
            assist=assist,
            rescue=rescue,
            accounts=accounts,
            audit=self.archive.record,
            title="t",
            period_s=0.1,
        )
        self.server: Running = serve_in_thread(self.app)
        stack.callback(self.server.stop)
        self.cookies = {role: self.enter(role) for role in ROLES if role != "machine"}

    def enter(self, name: str) -> str:
        answer = httpx.post(self.server.url + "login", data={"name": name, "password": PASSWORD})
        return answer.cookies[COOKIE]

    def client(self, role: str = "") -> httpx.Client:
        return httpx.Client(base_url=self.server.url, timeout=20, cookies={COOKIE: self.cookies[role]} if role else {})

    def log(self) -> list[tuple[str, str, str, str]]:
        with reading(self.archive.sea.state.engine) as connection:
            assert chain.first_break(connection, tables.audit) is None
            rows = connection.execute(tables.audit.select().order_by(tables.audit.c.n)).all()
            return [(r.who, r.action, r.subject, r.note) for r in rows]

    def told(self, since: int, status: int, who: str, subject: str) -> bool:
        """Whether the log has a refusal; it is written just after the answer."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            for w, a, s, n in self.log()[since:]:
                if (w, a) == (who, "refused") and s.startswith(subject) and n.startswith(str(status)):
                    return True
            time.sleep(0.02)
        return False


def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """The floor, without limits that would hide what is tested."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(login, "MANY", 1e9)
        patch.setattr(witness, "BURST", 1e9)
        yield Floor(tmp_path_factory.mktemp("security") / "sea", stack)
