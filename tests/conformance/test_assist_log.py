"""One contract for the register's log, held by SQLite and by PostgreSQL."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent))
from postgres import cluster

from selat.assist.checks import run_checks
from selat.assist.demo import BOATS, NOW, demo_facts
from selat.assist.facts import Fact
from selat.assist.register import Register
from selat.model.errors import ConfigError
from selat.store import tables
from selat.store.engine import sqlite_url, writing
from selat.store.state import State


@pytest.fixture(scope="module")
def postgres_url():
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def register(request, tmp_path):
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "state.db")
    else:
        url = request.getfixturevalue("postgres_url")
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        engine.dispose()
    state = State(url, create=True)
    yield Register(state)
    state.close()


def paper(n, cid=""):
    return Fact(
        "document", f"D{n}", NOW, {"sha256": f"{n:064x}", "title": f"form {n} – 書簡"}, "form", "Aminah", "A", cid=cid
    )


#: of the demonstration with its times of recording set: both databases must come to the same log
HEAD = {}


def test_the_same_facts_are_the_same_log(request, register):
    facts = [Fact(f.kind, f.subject, f.at, f.data, f.source, f.who, f.confidence, recorded=f.at) for f in demo_facts(1)]
    register.write(facts)
    seen = run_checks(register.book(), register.standing(kind="use"), NOW)
    assert len(seen) >= 10 and register.first_break() is None and register.saved_book_agrees()
    rows, head = register.end()
    book = register.book()
    assert book.state(BOATS[0]) == "in_service" and rows > 2000
    fixed = [
        f for f in register.facts() if f.source != "register"
    ]  # what follows by itself is recorded at its own time
    assert [f.note() for f in fixed] == [f.note() for f in HEAD.setdefault("facts", fixed)]
    before = book.data["programmes"], book.data["items"]
    assert before == HEAD.setdefault("states", before), "what the facts add up to is the same"
    assert register.book(100).data["rows"] == 100 and len(head) == 64


def test_texts_and_searches(register):
    register.write([paper(1), paper(2)])
    (found,) = register.facts("D1", "document")
    assert found.data["title"] == "form 1 – 書簡" and found.who == "Aminah"
    assert [f.subject for f in register.entries(1, 2)] == ["D2"]
    assert len(register.hashes([0, 1, 7])) == 2
    assert register.with_evidence(f"{1:064x}") is None, "a document is no evidence of use"


def test_all_or_none_and_retraction(register):
    with pytest.raises(ConfigError):
        register.write([paper(1), Fact("item_state", "nope", NOW, {"state": "received"}, "x", "y")])
    assert register.end() == (0, "")
    register.write([paper(1, "device-cid-1")])
    register.write([Fact("retract", "D1", NOW, {"entry": 0, "reason": "twice"}, "x", "y")])
    assert register.write([paper(1, "device-cid-1")]) == [], "it was heard, and taken back"
    assert register.standing("D1", "document") == [] and register.book().ids("document") == []


def test_many_writers_at_once_write_each_thing_once(register):
    """Eight consoles send the same twenty deeds: each is in the log once, and the chain holds."""

    def send():
        for n in range(20):
            register.write([paper(n, f"device-cid-{n}")])

    with ThreadPoolExecutor(8) as consoles:
        for done in [consoles.submit(send) for _ in range(8)]:
            done.result()
    assert register.end()[0] == 20 and register.first_break() is None
    assert sorted(f.cid for f in register.facts()) == sorted(f"device-cid-{n}" for n in range(20))


@pytest.mark.parametrize("column", ["note", "who", "subject", "time", "hash"])
def test_an_altered_row_is_found(register, column):
    register.write([paper(n) for n in range(6)])
    with writing(register.engine) as connection:
        log = tables.assist_log
        value = 5 if column == "time" else "x"
        connection.execute(sa.update(log).where(log.c.n == 3).values({column: value}))
    assert register.first_break() == 3
