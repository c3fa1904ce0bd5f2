"""What people do with alerts: states, causes, snoozes that never silence distress, and what closed alerts teach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selat.model import clock
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.errors import ConfigError, StoreError
from selat.model.handling import Deed, Handling, Snooze, covering
from selat.model.nouns import Alert
from selat.store import alertbook, chain, handling, tables
from selat.store.engine import reading, sqlite_url
from selat.store.feedback import Shares, similar
from selat.store.state import Commit, State

T = 1_800_000_000 * SECOND


def alert(rule="loitering", subjects=(563000001,), minute=0, priority="warning", **more):
    time = T + minute * MINUTE
    given = {"time": time, "last": time, "lat": 1.2, "lon": 103.8, "sentence": "So.", "evidence": {"seq": [1]}}
    return Alert(rule, "1", priority, subjects, **{**given, **more})


@pytest.fixture
def state(tmp_path):
    state = State(sqlite_url(tmp_path / "state.db"), create=True)
    yield state
    state.close()


def put(state, *alerts):
    state.commit(Commit(alerts=alerts))
    return alerts[0].id


def test_a_life_with_people(state):
    a = alert()
    put(state, a)
    assert handling.do(state, a.id, Deed("acknowledge", "Aminah")).state == "acknowledged"
    handling.do(state, a.id, Deed("assign", "Aminah", to="Boat 7"))
    handling.do(state, a.id, Deed("handover", "Aminah", "waits for the pilot", to="Razak"))
    assert handling.do(state, a.id, Deed("close", "Razak", "pilot came", cause="benign")).state == "cleared"
    stands = handling.handled(state)[a.id]
    assert (stands.acknowledged_by, stands.assigned, stands.cause, stands.closed_by) == (
        "Aminah",
        "Razak",
        "benign",
        "Razak",
    )
    log = handling.history(state, a.id)
    assert [e["action"] for e in log] == ["raised", "acknowledge", "assign", "handover", "close"]
    assert log[3]["to"] == "Razak" and log[4]["cause"] == "benign"
    with reading(state.engine) as connection:
        assert chain.first_break(connection, tables.alert_log) is None


def test_what_a_person_closed_stays_closed_but_distress_comes_back(state):
    for rule, after in (("loitering", "cleared"), ("distress", "active")):
        a = alert(rule, priority="alarm")
        put(state, a)
        handling.do(state, a.id, Deed("close", "Aminah", cause="false"))
        put(state, replace(a, last=a.last + MINUTE))
        assert alertbook.alert(state, a.id).state == after


def test_reopened_it_goes_on(state):
    a = alert()
    put(state, a)
    handling.do(state, a.id, Deed("close", "Aminah", cause="false"))
    assert handling.do(state, a.id, Deed("reopen", "Razak")).state == "active"
    put(state, replace(a, last=a.last + MINUTE, state="rectified"))
    assert alertbook.alert(state, a.id).state == "rectified"
    assert handling.do(state, a.id, Deed("acknowledge", "Razak")).state == "cleared"


def test_what_was_retracted_stays_so(state):
    a = alert("dark")
    put(state, a, replace(a, state="retracted", last=a.last + SECOND))
    put(state, replace(a, last=a.last + MINUTE))
    assert alertbook.alert(state, a.id).state == "retracted"


@pytest.mark.parametrize(
    "deed",
    [
        {"action": "clear", "who": "A"},
        {"action": "acknowledge", "who": " "},
        {"action": "assign", "who": "A"},
        {"action": "handover", "who": "A", "to": "B"},
        {"action": "note", "who": "A"},
        {"action": "close", "who": "A"},
        {"action": "close", "who": "A", "cause": "boring"},
    ],
)
def test_deeds_that_make_no_sense(deed):
    with pytest.raises(ConfigError) as told:
        Deed(**deed)
    assert told.value.hint


def test_an_unknown_alert_is_an_error(state):
    with pytest.raises(StoreError, match="there is no alert"):
        handling.do(state, "abc", Deed("acknowledge", "A"))


def snooze(**more):
    given = {"id": "s1", "until": T + HOUR, "who": "Aminah", "reason": "dredger at work", "made": T}
    return Snooze(**{**given, **more})


@pytest.mark.parametrize(
    ("scope", "covers"),
    [
        ({"rule": "loitering"}, True),
        ({"rule": "dark"}, False),
        ({"ships": (563000001,)}, True),
        ({"ships": (563000002,)}, False),
        ({"ships": (563000001, 563000002)}, True),
        ({"area": (103.0, 1.0, 104.0, 2.0)}, True),
        ({"area": (100.0, 1.0, 101.0, 2.0)}, False),
        ({"rule": "loitering", "ships": (563000002,)}, False),
    ],
)
def test_scopes(scope, covers):
    assert snooze(**scope).covers(alert(), T + MINUTE) is covers
    assert not snooze(**scope).covers(alert(), T + 2 * HOUR)


def test_a_pair_is_silenced_by_both_names_only():
    pair = alert("rendezvous", (1, 2))
    assert snooze(ships=(1, 2)).covers(pair, T) and not snooze(ships=(1,)).covers(pair, T)


def test_distress_cannot_be_snoozed():
    with pytest.raises(ConfigError, match="distress"):
        snooze(rule="distress")
    everywhere = snooze(area=(-180.0, -90.0, 180.0, 90.0))
    for a in (alert("distress", priority="caution"), alert("loitering", priority="emergency")):
        assert not everywhere.covers(a, T) and covering([everywhere], a, T) is None


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"rule": "x", "until": T},
        {"rule": "x", "until": T + 31 * 24 * HOUR},
        {"rule": "x", "who": ""},
        {"rule": "x", "reason": " "},
        {"area": (0.0, 0.0, 0.0, 200.0)},
    ],
)
def test_snoozes_that_make_no_sense(more):
    with pytest.raises(ConfigError):
        snooze(**more)


def test_snoozes_are_kept_and_ended(state):
    now = clock.now()
    kept = snooze(made=now, until=now + HOUR, ships=(1, 2), area=(1.0, 2.0, 3.0, 4.0))
    handling.put_snooze(state, kept)
    assert handling.snoozes(state, now + MINUTE) == [kept] and handling.snoozes(state, now + 2 * HOUR) == []
    handling.end_snooze(state, kept.id, "Razak")
    assert handling.snoozes(state, clock.now()) == []
    with pytest.raises(StoreError, match="no snooze"):
        handling.end_snooze(state, kept.id, "Razak")
    assert [e["action"] for e in handling.history(state, kept.id)] == ["snooze", "end snooze"]


def test_similar_alerts_say_how_they_ended():
    here = alert(minute=100)
    others = [
        alert(minute=0),  # same ship, same place
        alert(subjects=(7,), minute=10),  # same place
        alert(subjects=(8,), minute=20, lat=5.0),
        alert(minute=200),  # later
        alert("dark", minute=5),
    ]
    found = similar(here, [*others, here], {others[0].id: Handling(others[0].id, cause="benign")})
    assert [(s.alert.id, s.basis, s.cause) for s in found] == [
        (others[0].id, "ship and place", "benign"),
        (others[1].id, "place", ""),
    ]


def test_feedback_reranks():
    past = [alert("loitering", (n % 3,), n) for n in range(12)]
    causes = {a.id: Handling(a.id, cause="false" if a.subjects == (0,) else "true") for a in past}
    shares = Shares(past, causes)
    assert shares.of("loitering") == pytest.approx(9 / 14)
    assert shares.of("loitering", (0,)) < shares.of("loitering", (5,)) < shares.of("loitering", (1,)) or (
        shares.of("loitering", (1,)) == shares.of("loitering")
    )
    assert shares.of("unheard of") == 0.5
    new = [alert("loitering", (s,), 50, sentence=str(s)) for s in (0, 1)]
    assert [a.subjects for a in sorted(new, key=shares.rank)] == [(1,), (0,)]
    grave = alert("loitering", (0,), 60, "alarm")
    assert min([*new, grave], key=shares.rank) is grave


def test_closed_as_a_test_teaches_nothing():
    past = [alert(minute=n) for n in range(5)]
    assert Shares(past, {a.id: Handling(a.id, cause="test") for a in past}).of("loitering") == 0.5
