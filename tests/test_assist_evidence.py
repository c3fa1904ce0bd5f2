"""Sorties from logs and tracks: hours, rests, gaps, the agreed area, ports of others; and what cannot be read."""

from __future__ import annotations

import numpy as np
import pytest

from selat.assist.evidence import outside, sorties, stays, use_facts
from selat.assist.facts import Fact
from selat.assist.logs import Fixes, read_log
from selat.assist.register import open_register
from selat.cli import main
from selat.model.clock import DAY, HOUR, MINUTE, SECOND, format_time, parse_time
from selat.model.errors import FormatError
from small_sea import T0, make_sea

START = parse_time("2026-03-01")


def moved(minutes, speeds, lat=2.5, lon=101.0):
    """Fixes at the given minutes; between two of them so many knots northward."""
    t = START + np.array(minutes, np.int64) * MINUTE
    run = np.concatenate([[0], np.cumsum(np.diff(minutes) / 60 * np.array(speeds))])
    return Fixes(t, lat + run / 60.0, np.full(len(t), lon), "f" * 64)


def test_a_sortie_ends_with_a_long_rest_or_a_gap():
    minutes = list(range(0, 301, 5))
    speed = [10.0 if m < 60 else 0.0 if m < 140 else 10.0 for m in minutes[:-1]]
    cut = [(int(a), int(b)) for a, b in sorties(moved(minutes, speed))]
    assert cut == [(0, 12), (28, 60)]
    speed = [10.0 if m < 60 else 0.0 if m < 100 else 10.0 for m in minutes[:-1]]  # a short rest is part of it
    assert sorties(moved(minutes, speed)) == [(0, 60)]
    gap = [*range(0, 61, 5), *range(100, 161, 5)]
    assert len(sorties(moved(gap, [10.0] * (len(gap) - 1)))) == 2
    assert sorties(moved(minutes, [0.2] * (len(minutes) - 1))) == []
    assert sorties(moved([0], [])) == []


def test_time_outside_counts_beyond_the_buffer_only():
    fixes = moved(list(range(0, 121, 1)), [10.0] * 120, lat=2.9)  # crosses 3.0 N after 36 min, 1 nm more after 42
    ring = [[100.0, 1.0], [102.0, 1.0], [102.0, 3.0], [100.0, 3.0]]
    assert outside(fixes, ring, 1852.0).sum() / 60 == pytest.approx(120 - 42, abs=1.1)
    assert outside(fixes, ring, 0.0).sum() / 60 == pytest.approx(120 - 36, abs=1.1)


def test_a_stay_in_another_country():
    t = START + np.arange(0, 90) * HOUR
    here = Fixes(t, np.full(90, 1.265), np.full(90, 103.83))  # Singapore
    assert [s[2] for s in stays(here, "MY")] == ["SG"] and stays(here, "SG") == []


def gpx(points):
    body = "".join(f'<trkpt lat="{a}" lon="{b}"><time>{format_time(t)}</time></trkpt>' for t, a, b in points)
    head = '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    return head + f'<trk><trkseg>{body}<trkpt lat="1" lon="2"/></trkseg></trk></gpx>'


def rmc(t, lat, lon, wrong=False):
    text = format_time(t)
    ns, ew = "NS"[lat < 0], "EW"[lon < 0]
    la, lo = divmod(abs(lat) * 60, 60), divmod(abs(lon) * 60, 60)
    body = f"GPRMC,{text[11:19].replace(':', '')}.00,A,{int(la[0]):02d}{la[1]:08.5f},{ns},"
    body += f"{int(lo[0]):03d}{lo[1]:08.5f},{ew},5.0,0.0,{text[8:10]}{text[5:7]}{text[2:4]},,,A"
    total = 0
    for c in body.encode():
        total ^= c
    return f"${body}*{total ^ wrong:02X}"


def test_logs_are_read_alike(tmp_path):
    points = [(START + n * MINUTE, -2.5 + n / 600, 101.25) for n in range(60)]
    (tmp_path / "a.gpx").write_text(gpx(points))
    (tmp_path / "a.nmea").write_text(
        "\n".join(
            [
                "$GPGGA,1*00",
                *(rmc(*p) for p in points),
                rmc(*points[0]),
                rmc(*points[1], wrong=True),
                "$GPRMC,1,A*5A",
                "junk",
            ]
        )
    )
    one, two = read_log(tmp_path / "a.gpx"), read_log(tmp_path / "a.nmea")
    assert (
        np.array_equal(one.time, two.time)
        and np.allclose(one.lat, two.lat, atol=1e-6)
        and np.allclose(one.lon, two.lon, atol=1e-6)
    )
    assert one.left == {"without a time": 1}
    assert two.left["with a wrong checksum"] >= 1 and two.left["of a time that was there"] == 1
    assert one.sha256 != two.sha256 and len(one.sha256) == 64
    for name, text in {
        "b.gpx": "<gpx><trk>",
        "c.gpx": "<html/>",
        "d.nmea": "nothing",
        "e.gpx": "<!DOCTYPE x><gpx/>",
    }.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(FormatError) as caught:
            read_log(tmp_path / name)
        assert caught.value.hint


def fact(kind, subject, at, /, **data):
    return Fact(kind, subject, at, data, "form", "Aminah", "A")


def grant(sea, since):
    register = open_register(sea, create=True)
    area = [[100.0, 1.0], [101.5, 1.0], [101.5, 3.0], [100.0, 3.0]]
    told = {
        "fiscal_year": 2025,
        "donor": "JP",
        "country": "MY",
        "recipient": "R",
        "signed_on": "2025-01-01",
        "area": area,
    }
    register.write(
        [
            fact("programme", "P", since, **told),
            fact("tranche", "T", since, programme="P", quantity=1, delivered_on="2025-02-01"),
            fact("item", "BOAT", since, programme="P", tranche="T", serial="1"),
            *(
                fact("item_state", "BOAT", since + n, state=s, unit="U")
                for n, s in enumerate(("received", "accepted", "in_service"))
            ),
        ]
    )
    return register


def test_from_a_log_to_observation(tmp_path, capsys):
    sea = str(tmp_path / "sea")
    register = grant(sea, START - DAY)
    points = [(START + n * MINUTE, 2.9 + n / 360, 101.0) for n in range(120)]
    (tmp_path / "a.gpx").write_text(gpx(points))
    argv = ["assist", "evidence", sea, "BOAT", "--log", str(tmp_path / "a.gpx"), "--who", "Aminah", "--mission", "sar"]
    assert main([*argv, "--dry"]) == 0 and not register.standing("BOAT", "use")
    assert main(argv) == 0
    assert main(argv) == 0  # the same log twice adds nothing
    uses = register.standing("BOAT", "use")
    assert (
        len(uses) == 1 and uses[0].data["grade"] == "B" and uses[0].data["hours"] == pytest.approx(119 / 60, abs=1e-5)
    )
    assert uses[0].data["outside_s"] > 1800
    capsys.readouterr()
    assert main(["assist", "checks", sea, "--at", format_time(START + DAY), "--dry"]) == 1
    assert "U1" in capsys.readouterr().out
    assert main(["assist", "evidence", sea, "BOAT", "--who", "Aminah"]) == 2  # it has no MMSI
    register.engine.dispose()


def test_from_the_sea_by_mmsi_while_it_was_its_own(tmp_path, capsys):
    sea = make_sea(tmp_path / "sea")
    register = grant(sea, T0 - DAY)
    register.write(
        [
            fact("identity", "BOAT", T0 - HOUR, what="mmsi", value="533000001"),
            fact("identity", "BOAT", T0 + 61 * MINUTE, what="mmsi"),
        ]
    )
    assert main(["assist", "evidence", str(sea), "BOAT", "--who", "Aminah", "--to", format_time(T0 + DAY)]) == 0
    uses = register.standing("BOAT", "use")
    assert len(uses) == 1 and uses[0].data["grade"] == "A"
    assert (uses[0].at, uses[0].data["ended"]) == (T0, T0 + 60 * MINUTE)  # not a minute after the MMSI was another's
    assert uses[0].data["hours"] == pytest.approx(1.0) and len(uses[0].data["evidence"]) == 64
    register.engine.dispose()


def test_facts_of_use_can_be_written_again_from_the_same_fixes(tmp_path):
    register = grant(tmp_path / "sea", START - DAY)
    fixes = moved(list(range(0, 61, 1)), [10.0] * 60)
    a, b = (use_facts(register.book(), "BOAT", fixes, grade="B", mission=None, who="x", source="y") for _ in range(2))
    assert a == b and a[0].data["ended"] - a[0].at == 60 * 60 * SECOND
    register.engine.dispose()
