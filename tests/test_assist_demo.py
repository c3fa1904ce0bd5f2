"""The grant of 16 December 2023 end to end, and each check with its look-alike that asks nothing."""

from __future__ import annotations

import json

import pytest

from selat.assist.checks import run_checks
from selat.assist.demo import AREA, BOATS, GRANT, MADE_UP, NOW, demo_facts
from selat.assist.facts import CHECKS, Fact
from selat.assist.grant import Grant, country_page
from selat.assist.register import open_register
from selat.cli import main


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    register = open_register(tmp_path_factory.mktemp("demo") / "sea", create=True)
    register.write(demo_facts(1))
    register.write(run_checks(register.book(), register.standing(kind="use"), NOW))
    yield register
    register.engine.dispose()


def test_each_check_asks_once_and_explains(played):
    seen = played.book().data["observations"].values()
    assert sorted(o["check"] for o in seen) == sorted(CHECKS)
    for one in seen:
        assert one["state"] == "open" and len(one["sentence"]) > 30 and one["evidence"], one
        assert not any(word in one["sentence"] for word in ("violat", "breach", "illegal", "guilty"))


def test_checks_are_idempotent(played):
    assert run_checks(played.book(), played.standing(kind="use"), NOW) == []


def test_the_grant_as_it_was_published(played):
    page = Grant(played.book(), GRANT).page(NOW)
    assert page["amount_jpy"] == 400_000_000 and page["signed_on"] == "2023-12-16"
    assert page["days_to_delivery"] == [646, 655]
    assert (page["agreed"], page["delivered"]) == (23, 21)
    assert sum(page["items"].values()) == 20 and page["items"]["lost"] == 1
    assert page["hours"].keys() == {"B", "C", "D"}
    assert {p["programme"] for p in country_page(played.book(), "MY", NOW)} == {GRANT, "OSA-2025-MY-1"}
    assert len(AREA) == 4 and len(BOATS) == 7


def test_what_is_made_up_says_so(played):
    for f in played.facts(BOATS[0]):
        assert f.source == MADE_UP and f.confidence == "U"


def test_the_example_is_written_into_a_new_register_only(tmp_path):
    from selat.assist.demo import examples, play
    from selat.cli.demo import _example, is_new
    from selat.model.errors import ConfigError
    from selat.store.writer import Store

    sea = tmp_path / "sea"
    assert is_new(sea)
    Store(sea).close()
    assert not is_new(sea), "a sea that is there keeps its register as it is"
    _example(sea, 1)
    register = open_register(sea)
    assert examples(register.book()) == [GRANT]
    assert len(register.book().ids("programme")) == 16
    with pytest.raises(ConfigError):
        play(register)
    register.engine.dispose()


def test_a_quiet_life_asks_nothing(tmp_path):
    """The same grant without the causes: only what is missing in it is asked for."""
    from selat.assist import demo

    register = open_register(tmp_path / "sea", create=True)
    facts = [f for f in demo_facts(1) if f.kind != "use" or f.subject not in (BOATS[1], BOATS[2])]
    causes = {(f.kind, f.subject, f.at) for f in demo._causes()}
    register.write([f for f in facts if (f.kind, f.subject, f.at) not in causes])
    found = run_checks(register.book(), register.standing(kind="use"), demo.day_ns("2026-01-06"))
    register.engine.dispose()
    assert {f.data["check"] for f in found} == {"U2", "U6"}  # two boats without any use; one serial number missing


def test_the_verb(tmp_path, capsys):
    sea = str(tmp_path / "sea")
    assert main(["assist", "demo", sea]) == 0
    told = capsys.readouterr().out
    assert "400,000,000 yen" in told and all(f"  {c} " in told for c in CHECKS)
    assert main(["assist", "demo", sea]) == 2
    assert main(["assist", "programmes", sea, "--country", "my", "--json"]) == 0
    pages = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(pages) == 2
    assert main(["assist", "due", sea]) == 1
    assert "demo-2" in capsys.readouterr().out
    deed = ["--who", "Sato", "--source", "letter"]
    one = f"obs-U11:{'MY23-UAV-04'}"
    found = next(i for i in open_register(sea).book().data["observations"] if i.startswith(one))
    assert main(["assist", "observe", sea, found, "--answer", "it fell into the sea", *deed]) == 0
    assert main(["assist", "observe", sea, found, "--close", "search ended", "--person", "Sato", *deed]) == 2
    assert (
        main(
            [
                "assist",
                "observe",
                sea,
                found,
                "--close",
                "search ended",
                "--person",
                "Sato",
                "--document",
                "demo-letter",
                *deed,
            ]
        )
        == 0
    )
    assert main(["assist", "custody", sea, "MY23-BOAT-1", "--unit", "PASKAU Subang", *deed]) == 0
    assert main(["assist", "use", sea, "MY23-BOAT-1", "--at", "2026-07-01", "--ended", "2026-07-01T02:00", *deed]) == 0
    assert main(["assist", "items", sea, "--state", "lost"]) == 0
    capsys.readouterr()
    assert main(["assist", "audit", sea, "--seed", "2026", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["sample"]) == 10
    assert main(["assist", "show", sea, GRANT]) == 0
    assert "MYR 12360000" in capsys.readouterr().out
    assert main(["assist", "export", sea, str(tmp_path / "out.xlsx")]) == 0
    assert main(["assist", "import", str(tmp_path / "copy"), str(tmp_path / "out.xlsx")]) == 0


def test_facts_are_the_same_for_the_same_seed():
    assert demo_facts(3) == demo_facts(3)
    assert isinstance(demo_facts(3)[0], Fact)
