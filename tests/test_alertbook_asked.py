"""Alerts that are asked for: by time, ship, rule, id, and the newest; as a filter over all of them gives."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from selat.model.nouns import Alert
from selat.store import alertbook, tables
from selat.store.engine import connect, sqlite_url
from selat.store.state import Commit, State


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    dice = random.Random(3)
    ships = (533000001, 53300000, 5330000011, 42)
    alerts = []
    for t in range(0, 1000, 7):
        about, rule = tuple(dice.sample(ships, dice.randint(1, 3))), dice.choice(["dark", "jump"])
        until = t + dice.randint(0, 50)
        alerts.append(Alert(rule, "1", "warning", about, t, until, 1.0, 103.0, "so", evidence={"n": t}))
    found = State(sqlite_url(tmp_path_factory.mktemp("asked") / "state.db"), create=True)
    found.commit(Commit(alerts=alerts))
    yield found
    found.close()


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, lambda a: True),
        ({"begin": 300}, lambda a: a.last >= 300),
        ({"end": 300}, lambda a: a.time < 300),
        ({"begin": 200, "end": 300}, lambda a: a.last >= 200 and a.time < 300),
        ({"ship": 53300000}, lambda a: 53300000 in a.subjects),
        ({"rule": "dark", "begin": 500}, lambda a: a.rule == "dark" and a.last >= 500),
        ({"starts": "a"}, lambda a: a.id.startswith("a")),
        ({"starts": "%"}, lambda a: False),
    ],
)
def test_as_a_filter(state, asked, wanted):
    every = alertbook.alerts(state)
    assert [(a.time, a.id) for a in every] == sorted((a.time, a.id) for a in every) and len(every) == 143
    assert alertbook.alerts(state, **asked) == [a for a in every if wanted(a)]


def test_the_newest(state):
    every = alertbook.alerts(state)
    assert alertbook.alerts(state, newest=5) == every[-5:]
    assert alertbook.alerts(state, rule="jump", newest=3) == [a for a in every if a.rule == "jump"][-3:]


def test_a_state_of_before_gets_the_index(tmp_path):
    url = sqlite_url(tmp_path / "state.db")
    State(url, create=True).close()
    engine = sa.create_engine(url)
    (index,) = tables.alerts.indexes
    with engine.begin() as connection:
        index.drop(connection)
    engine.dispose()
    engine = connect(url, create=True)
    assert [i["name"] for i in sa.inspect(engine).get_indexes("alerts")] == [index.name]
    engine.dispose()
