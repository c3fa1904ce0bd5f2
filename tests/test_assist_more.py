"""Consents as narrow as they say, given goods as assets, seasons apart, what the register measures, the auditor's chain."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from selat.assist.assets import assets_of
from selat.assist.auditing import chain_of, sample
from selat.assist.demo import BOATS, GRANT, NOW, UAVS, demo_facts
from selat.assist.desk import Desk
from selat.assist.facts import Fact
from selat.assist.indicators import HOURS, READY, measured, ratio
from selat.assist.mapping import layers
from selat.assist.pages import country, measures
from selat.assist.register import open_register
from selat.assist.seasons import BETWEEN, NORTH_EAST, SOUTH_WEST, season_of
from selat.assist.tiers import cut_book
from selat.cli import main
from selat.kernels import geodesy
from selat.model.clock import format_time, parse_time
from selat.model.errors import ConfigError
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.store import registry
from test_assist_register import BASIS, fact


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    register = open_register(tmp_path_factory.mktemp("more") / "sea", create=True)
    register.write(demo_facts(1))
    yield register
    register.engine.dispose()


@pytest.fixture
def filled(tmp_path):
    register = open_register(tmp_path / "sea", create=True)
    register.write(BASIS)
    yield register
    register.engine.dispose()


OTHER = [
    fact("programme", "Q", "2023-12-16", fiscal_year=2023, donor="JP", country="MY", recipient="MAF", signed_on="2023-12-16"),
    fact("item", "Z", "2025-01-01", programme="Q", serial="9"),
]  # fmt: skip


@pytest.mark.parametrize(("consent", "observed"), [
    ({"items": ["I"]}, False), ({"programme": "P"}, False), ({"programme": "P", "items": ["I"]}, False),
    ({"items": ["J"]}, True), ({"programme": "Q"}, True), ({"programme": "Q", "items": ["I"]}, True),
    ({"programme": "P", "what": "transfer"}, True), ({"programme": "P", "granted_on": "2025-06-01"}, True),
])  # fmt: skip
def test_a_consent_covers_what_it_names_and_nothing_else(filled, consent, observed):
    filled.write(OTHER)
    filled.write([fact("consent", "C", "2025-01-05", **{"what": "disposal", "granted_on": "2025-02-01", **consent})])
    filled.write([fact("item_state", "I", "2025-03-01", state="disposed")])
    assert any(o["check"] == "U11" for o in filled.book().data["observations"].values()) is observed


def test_a_consent_to_one_taker_is_none_to_another(filled):
    filled.write([fact("consent", "C", "2025-01-05", what="transfer", granted_on="2025-01-05", items=["I"], to="MMEA")])
    filled.write([fact("custody", "I", "2025-02-01", unit="Station 3", organisation="MMEA")])
    assert not filled.book().data["observations"]
    filled.write([fact("custody", "I", "2025-03-01", unit="Squad", organisation="Police")])
    (seen,) = filled.book().data["observations"].values()
    assert seen["check"] == "U5"


def test_a_consent_of_nothing_is_refused(filled):
    with pytest.raises(ConfigError, match="of whom"):
        filled.write([fact("consent", "C", "2025-01-05", what="disposal", granted_on="2025-01-05")])


def test_given_boats_are_assets_while_in_service(played):
    found = {a.name: a for a in assets_of(played.book(), NOW)}
    assert set(BOATS) <= set(found) and UAVS[0] in found
    assert UAVS[1] not in found and UAVS[3] not in found, "under repair; lost"
    boat = found[BOATS[0]]
    assert (boat.kind, boat.grant, boat.speed) == (
        "boat",
        GRANT,
        pytest.approx(25 * KNOT),
    ) and boat.lat == pytest.approx(2.8833)
    assert assets_of(played.book(), NOW, {"OSA-2025-MY-1"}) == []
    before = parse_time("2025-09-20")
    assert assets_of(played.book(), before) == [], "accepted later"


def test_assets_of_the_sea_follow_the_register(tmp_path, capsys):
    sea = tmp_path / "sea"
    assert main(["assist", "demo", str(sea)]) == 0
    register = open_register(sea)
    registry.put_asset(register, registry.Asset("ours", "boat", 1.0, 103.0, speed=10.0))
    assert main(["assist", "assets", str(sea), "--put", "--json"]) == 0
    assert BOATS[0] in registry.assets(register) and "ours" in registry.assets(register)
    register.write([Fact("item_state", BOATS[0], NOW, {"state": "under_repair"}, "form", "Aminah")])
    assert main(["assist", "assets", str(sea), "--put"]) == 0
    assert BOATS[0] not in registry.assets(register) and "ours" in registry.assets(register)
    assert registry.broken_logs(register) == {}
    register.engine.dispose()


def test_seasons_by_month():
    told = [season_of(f"2025-{m:02d}-15") for m in range(1, 13)]
    assert told == [NORTH_EAST] * 3 + [BETWEEN] * 2 + [SOUTH_WEST] * 4 + [BETWEEN] + [NORTH_EAST] * 2
    assert season_of("") == season_of("2025-13-01") == season_of("soon") == ""


def test_what_the_register_measures_with_seasons_apart(played):
    found = {m["indicator"]: m for m in measured(played.book(), GRANT, NOW)}
    ready = found[READY]
    assert 0.9 < ready["value"] < 1.0 and ready["low"] <= ready["value"] <= ready["high"] and ready["items"] == 20
    parts = [found[f"{READY}, {s}"] for s in (NORTH_EAST, SOUTH_WEST, BETWEEN)]
    assert sum(p["months"] for p in parts) == ready["months"] and min(p["value"] for p in parts) < max(
        p["value"] for p in parts
    )
    hours = found[HOURS]
    book, months = played.book(), ready["months"]
    best = 0.0
    for item in [*BOATS, *UAVS[:-1]]:
        for month, grades in book.item(item)["hours"].items():
            best += grades[min(grades)] if month < "2026-07" else 0.0
    assert best / (20 * months) <= hours["value"] < 1.2 * best / (20 * months), "sheets and logs of one hour count once"
    assert measured(played.book(), "OSA-2025-MY-1", NOW) == []
    assert found == {m["indicator"]: m for m in measured(played.book(), GRANT, NOW)}, "same seed, same figures"


def test_the_interval_of_a_ratio_covers():
    """Of 200 draws of 40 items with a true share of 0.8 the interval holds it in 95 %, within chance."""
    rng, held = np.random.default_rng(4), 0
    for n in range(200):
        under = rng.uniform(20, 31, 40)
        over = under * np.clip(rng.normal(0.8, 0.1, 40), 0, 1)
        _, low, high = ratio(over, under, n)
        held += low <= 0.8 <= high
    assert 180 <= held <= 198
    assert ratio(np.zeros(3), np.zeros(3), 1) is None
    assert ratio(np.ones(2), np.ones(2), 1) == (1.0, None, None), "no interval of two items"


def test_expected_beside_measured(played, tmp_path):
    register = open_register(tmp_path / "sea", create=True)
    register.write(demo_facts(1))
    told = {
        "programme": GRANT,
        "indicator": READY,
        "unit": "share",
        "value": 0.7,
        "low": 0.6,
        "high": 0.8,
        "basis": "expected",
    }
    register.write([Fact("measurement", "E1", NOW, told, "plan", "Sato", "A")])
    row = next(m for m in measures(register.book(), GRANT, NOW) if m["indicator"] == READY)
    assert row["expected"]["value"] == 0.7 and row["measured"]["value"] > 0.9 and row["verdict"] == "above"
    page = country(register.book(), "MY", NOW, "recipient")
    assert any(m["indicator"] == READY for m in page["programmes"][0]["measures"])
    register.engine.dispose()


def test_the_map_tells_each_tier_its_own(played):
    book = played.book()
    whole = layers(book, "recipient", NOW)["features"]
    reach = [f for f in whole if f["properties"]["layer"] == "reach"]
    assert {(f["properties"]["craft"], f["properties"]["hours"]) for f in reach} == {
        (c, h) for c in ("boat", "uav") for h in (1.0, 2.0, 3.0)
    }
    (base,) = [f for f in whole if f["properties"]["layer"] == "base"]
    assert base["properties"]["items"] == 19 and base["properties"]["ready"] == 18
    lat, lon = 2.8833, 101.4167
    for f in reach:
        speed, hours = (25 if f["properties"]["craft"] == "boat" else 40), f["properties"]["hours"]
        far = speed * KNOT * (hours * 3600 - 1800)
        points = np.array([p for polygon in f["geometry"]["coordinates"] for ring in polygon for p in ring])
        away = np.asarray(
            geodesy.distance(np.full(len(points), lat), np.full(len(points), lon), points[:, 1], points[:, 0])
        )
        inland = (
            0.0 if f["properties"]["craft"] == "uav" else 0.06 * 60 * NAUTICAL_MILE
        )  # boats leave from the nearest shore
        assert away.max() <= far + inland + 3000, "nobody is faster than the straight line (and a cell)"
        if f["properties"]["craft"] == "uav":
            assert away.min() > far - 3000, "and nothing is in an aircraft's way"
        for polygon in f["geometry"]["coordinates"]:
            assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in polygon)
            turns = [sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) for ring in polygon]
            assert turns[0] > 0 and all(turn < 0 for turn in turns[1:]), (
                "outer rings against the clock, holes with it (RFC 7946)"
            )
    boats = next(f for f in reach if f["properties"]["craft"] == "boat" and f["properties"]["hours"] == 3.0)
    assert not covers(boats, 3.5, 102.5), "no boat goes inland"
    assert covers(boats, 2.6, 101.2)
    donor = layers(cut_book(book, "donor"), "donor", NOW)["features"]
    assert {f["properties"]["layer"] for f in donor} <= {"area", "cell"}
    assert layers(cut_book(book, "public"), "public", NOW)["features"] == []


def covers(feature, lat, lon):
    """Even-odd rule over all rings."""
    inside = False
    for polygon in feature["geometry"]["coordinates"]:
        for ring in polygon:
            for (x0, y0), (x1, y1) in pairwise(ring):
                if (y0 > lat) != (y1 > lat) and lon < (x1 - x0) * (lat - y0) / (y1 - y0) + x0:
                    inside = not inside
    return inside


def test_the_chain_of_an_item(played, capsys):
    told = chain_of(played, played.book(), BOATS[3])
    assert [s["step"] for s in told["steps"]] == ["notes", "lot", "certificate", "custody", "evidence", "inspection"]
    hashes = played.hashes(range(played.end()[0]))
    for step in told["steps"]:
        assert step["entries"] and all(e["hash"] == hashes[e["n"]] for e in step["entries"])
    assert "paper_without_hash" in told["missing"] and "no_inspection" not in told["missing"]
    assert "no_inspection" in chain_of(played, played.book(), BOATS[0])["missing"]
    book = played.book()
    assert sample(book, "review 2026", 4) == sample(book, "review 2026", 4) != sample(book, "review 2027", 4)
    assert set(sample(book, "review 2026", 4)) < set(sample(book, "review 2026", 5))
    with pytest.raises(ConfigError):
        sample(book, " ", 4)


def test_raw_evidence_stays_with_the_holder_and_comes_out_logged(tmp_path, capsys):
    sea = tmp_path / "sea"
    assert main(["assist", "demo", str(sea)]) == 0
    begin = parse_time("2026-07-01")
    points = "".join(
        f"<trkpt lat='{2.9 - n * 0.003}' lon='101.1'><time>{format_time(begin + n * 60 * 10**9)}</time></trkpt>"
        for n in range(90)
    )
    log = tmp_path / "boat.gpx"
    log.write_text(f"<gpx xmlns='http://www.topografix.com/GPX/1/1'><trk><trkseg>{points}</trkseg></trk></gpx>")
    assert (
        main(["assist", "evidence", str(sea), BOATS[0], "--log", str(log), "--mission", "sar", "--who", "Aminah"]) == 0
    )
    desk = Desk(sea)
    use = desk.register.standing(BOATS[0], "use")[-1]
    assert desk.vault.get(use.data["evidence"]) == log.read_bytes() and "2,101" in use.data["cells"]
    out = tmp_path / "out.gpx"
    argv = ["assist", "open", str(sea), use.data["evidence"], "--who", "Sato", "--reason", "U1", "--out", str(out)]
    assert main(argv) == 0 and out.read_bytes() == log.read_bytes()
    assert desk.register.standing(kind="opened")[-1].data["to"] == "Sato"
    capsys.readouterr()
    assert main(["assist", "audit", str(sea), "--item", BOATS[0], "--json"]) == 0
    chain = json.loads(capsys.readouterr().out)
    assert any(e["data"].get("evidence") == use.data["evidence"] for s in chain["steps"] for e in s["entries"])
    assert main(["assist", "audit", str(sea), "--item", BOATS[0]]) == 0
    assert "missing: " in capsys.readouterr().out
    desk.close()


def test_reach_tells_seasons_apart(tmp_path, capsys):
    demand = tmp_path / "d.csv"
    rows = [f"1.2,{104.0 + n * 0.01},2025-{m:02d}-10" for n, m in enumerate((1, 2, 12, 6, 7, 8, 4))]
    demand.write_text("lat,lon,date\n" + "\n".join(rows) + "\n")
    argv = ["assist", "reach", str(demand), "--base", "X,1.25,104.1,20 kn", "--seasons", "--json"]
    assert main([*argv, "--slowed-in", "north-east=0.5"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    told = [r for r in rows if r["measure"].startswith("mean") and r["way"] == "straight line"]
    assert [(r["season"], r["places"]) for r in told] == [(NORTH_EAST, 3), (SOUTH_WEST, 3), (BETWEEN, 1)]
    assert told[0]["value"] > told[1]["value"] - 600
    demand.write_text("lat,lon\n1.2,104.0\n")
    assert main(argv) != 0
    assert "no dates" in capsys.readouterr().err
