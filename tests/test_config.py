"""selat.toml: declared once; what is not known is an error with the nearest name; and the verb that shows it."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import selat
from selat.cli import main
from selat.detectors.collision import DETECTOR
from selat.model.config import (
    NAMED,
    Section,
    Settings,
    effective,
    lateness,
    override,
    parse_settings,
    problems,
    settings_of,
    template,
)
from selat.model.errors import ConfigError
from selat.model.units import NAUTICAL_MILE
from selat.store.writer import Store

SECTIONS = {n: f.annotation for n, f in Settings.model_fields.items() if n not in NAMED}


def test_every_setting_has_a_unit_and_help():
    for name, section in SECTIONS.items():
        assert issubclass(section, Section)
        for key, field in section.model_fields.items():
            assert field.description and field.json_schema_extra["unit"], f"{name}.{key}"


def test_the_template_says_the_defaults():
    assert settings_of(parse_settings(template())) == Settings()
    uncommented = "\n".join(
        line.removeprefix("# ")
        for line in template().split("# Where radars stand")[0].splitlines()
        if " = " in line or line.startswith("[")
    )
    said = settings_of(tomllib.loads(uncommented))
    for name, section in SECTIONS.items():
        assert getattr(said, name).model_fields_set == set(section.model_fields)
        assert getattr(said, name) == section()


def test_quantities_are_si_inside():
    assert settings_of({"watch": {"commit": "2 min"}}).watch.commit == 120.0
    assert Settings().watch.compact == 1800.0


@pytest.mark.parametrize(
    ("data", "where", "hint"),
    [
        ({"watch": {"comit": "1 min"}}, "watch.comit", "'commit'"),
        ({"wacht": {}}, "wacht", "'watch'"),
        ({"qqqqqq": {}}, "qqqqqq", "known: sources"),
        ({"watch": {"commit": 60}}, "watch.commit", "unit"),
        ({"watch": {"commit": "1 nm"}}, "watch.commit", "min"),
        ({"watch": {"commit": "0 s"}}, "watch.commit", "20 min"),
        ({"watch": {"commit": True}}, "watch.commit", "20 min"),
        ({"web": {"port": 70000}}, "web.port", "default: 8610"),
        ({"web": {"port": "8610"}}, "web.port", "default: 8610"),
        ({"store": {"stage_rows": 0}}, "store.stage_rows", "default: 1000000"),
        ({"store": 3}, "store", "[store]"),
        ({"rules": {"collision": 3}}, "rules.collision", "[rules]"),
        ({"sources": ["tcp://a:1"]}, "sources", "[sources]"),
        ({"notify": {"duty": {"too": "http://a/b"}}}, "notify.duty.too", "'to'"),
        ({"notify": {"duty": {"to": "gopher://a/b"}}}, "notify.duty.to", "https"),
        ({"notify": {"duty": {"to": "nmea+tcp://a"}}}, "notify.duty.to", ":10110"),
        ({"notify": {"duty": {"to": "smtp://a"}}}, "notify.duty.to", "from="),
        ({"notify": {"duty": {"to": "mqtt://a"}}}, "notify.duty.to", "mqtt://host"),
        ({"notify": {"duty": {"to": "https://me:secret@a/b"}}}, "notify.duty.to holds a password", "environment"),
        ({"notify": {"duty": {"to": "https://a/b", "priority": "urgent"}}}, "notify.duty.priority", "caution"),
    ],
)
def test_what_is_wrong_is_told_with_a_way_out(data, where, hint):
    (found,) = problems(data)
    assert found.where == where and hint in found.hint
    with pytest.raises(ConfigError, match=where.replace(".", r"\.")):
        settings_of(data)


def test_several_problems_are_all_told():
    data = {"watch": {"comit": 1}, "web": {"prot": 1}}
    assert [p.where for p in problems(data)] == ["watch.comit", "web.prot"]
    with pytest.raises(ConfigError, match="and 1 more"):
        settings_of(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4),
        lambda v: st.dictionaries(st.sampled_from(["watch", "commit", "rules", "x"]), v, max_size=3),
    )
)
def test_any_values_are_settings_or_problems(data):
    data = data if isinstance(data, dict) else {"watch": data}
    found = problems(data)
    if found:
        assert all(p.text for p in found)
    else:
        assert isinstance(settings_of(data), Settings)


def test_no_password_is_shown():
    for address in ("postgresql+psycopg://u:p@ss/w:rd@host/db", "postgresql://host/db?user=u&password=p%40ssword"):
        settings = settings_of({"store": {"state": address}})
        (shown,) = [s for s in effective(settings) if s.name == "store.state"]
        assert "ss" not in shown.value.replace("password", "").replace("postgres", "") and "host/db" in shown.value
        assert shown.origin == "selat.toml" and settings.store.state == address


def test_parameters_of_a_rule_are_overridden_with_units():
    new = override(
        DETECTOR.p, {"limit": "0.5 nm", "warn": "15 min", "parallel": "20 deg", "reports": 4, "ahead": "5 lengths"}
    )
    assert (new.limit, new.warn, new.parallel, new.reports, new.ahead) == (NAUTICAL_MILE / 2, 900.0, 20.0, 4, 5.0)
    assert new.alarm == DETECTOR.p.alarm and override(DETECTOR.p, {}) == DETECTOR.p


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"limt": "1 nm"}, "'limit'"),
        ({"limit": 0.5}, "unit"),
        ({"warn": "1 nm"}, "min"),
        ({"reports": 2.5}, "3"),
        ({"ahead": "far"}, "4"),
        ({"reports": True}, "3"),
    ],
)
def test_a_wrong_parameter_is_told(change, hint):
    with pytest.raises(ConfigError) as caught:
        override(DETECTOR.p, change, "rules.collision")
    assert hint in caught.value.hint and str(caught.value).startswith(f"rules.collision.{next(iter(change))}")


# -- the verb, and the store that listens to the same truth


@pytest.fixture
def sea(tmp_path):
    selat.open(tmp_path / "sea").close()
    return tmp_path / "sea"


def put(sea, text):
    (sea / "selat.toml").write_text(text)


def test_show_says_where_a_value_comes_from(sea, capsys):
    put(sea, '[web]\nport = 9000\n[rules.collision]\nlimit = "0.5 nm"\n')
    assert main(["config", "show", str(sea), "--json"]) == 0
    shown = {s["name"]: s for s in json.loads(capsys.readouterr().out)}
    assert (shown["web.port"]["value"], shown["web.port"]["origin"]) == ("9000", "selat.toml")
    assert (shown["watch.commit"]["value"], shown["watch.commit"]["origin"]) == ('"1 min"', "default")
    assert shown["rules.collision.limit"]["value"] == '"0.5 nm"'
    assert main(["config", "show"]) == 0
    assert "web.port = 8610" in capsys.readouterr().out


def test_check_lists_all_problems_of_values_sources_and_rules(sea, capsys):
    assert main(["config", "check", str(sea)]) == 0
    assert "all is well" in capsys.readouterr().err
    put(sea, '[sources]\naddresses = ["tpc://a:1"]\n[rules.colision]\nx = 1\n[rules.collision]\nlimit = 5\n')
    assert main(["config", "check", str(sea), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [p["where"] for p in told["problems"]] == ["sources.addresses.0", "rules.colision", "rules.collision.limit"]
    assert all(p["hint"] for p in told["problems"])
    put(sea, "[watch]\ncomit = 1\n")
    assert main(["config", "check", str(sea)]) == 1
    assert "watch.comit: there is no such setting\n  hint: did you mean 'commit'?" in capsys.readouterr().out
    put(sea, "[watch\n")
    assert main(["config", "check", str(sea)]) == 2
    assert "hint:" in capsys.readouterr().err
    assert main(["config", "check"]) == 2 and main(["config", "show", str(sea / "none")]) == 1


def test_schema_is_json_schema_of_the_defaults(capsys):
    assert main(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert set(schema["properties"]) == {*SECTIONS, *NAMED} and schema["additionalProperties"] is False
    assert schema["$defs"]["Watch"]["properties"]["commit"]["default"] == "1 min"


def test_the_store_takes_its_settings_from_here(sea):
    put(sea, "[store]\nstage_rows = 7\n")
    with Store(sea) as store, store.writer() as writer:
        assert writer._stage_rows == 7
    put(sea, "[store]\nstage_row = 7\n")
    with pytest.raises(ConfigError, match="stage_row") as caught:
        selat.open(sea)
    assert "stage_rows" in caught.value.hint


def test_slow_stations_and_sources_are_named_with_their_time():
    settings = settings_of({"watch": {"slower": ["EXACTEARTH: 2 h", "tcp://feed.example:5000: 10 s"], "late": "2 s"}})
    assert lateness(settings) == {"EXACTEARTH": 7200.0, "tcp://feed.example:5000": 10.0} and settings.watch.late == 2.0
    for wrong in ("EXACTEARTH", ": 2 h", "X: soon"):
        (problem,) = problems({"watch": {"slower": [wrong]}})
        assert problem.where == "watch.slower" and "2 h" in problem.hint
