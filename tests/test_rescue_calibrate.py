"""Calibration on drifters that are made up with a known error: the regions hold what they say, the fit finds the error."""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest

from selat.cli import main
from selat.kernels import geodesy
from selat.model.clock import HOUR, format_time, parse_time
from selat.model.errors import ConfigError, FormatError
from selat.rescue import calibrate
from selat.rescue.objects import drift_object

T0 = parse_time("2026-01-10T00:00:00Z")
S, MEMORY = 0.25, 8 * 3600.0


def drifters(n, seed, days=3, s=S, memory=MEMORY, wind=False):
    """Drifters in a turning current whose model lacks an error that is an Ornstein-Uhlenbeck process, stepped each minute."""
    rng = np.random.default_rng(seed)
    steps = days * 24 * 60
    keep, out = math.exp(-60 / memory), []
    lat, lon = np.full(n, 3.0), np.full(n, 100.0)
    error = rng.normal(0, s, (n, 2))
    phase, kept = rng.uniform(0, 6.28, n), []
    for k in range(steps + 1):
        angle = 2 * math.pi * k / 60 / 12.42 + phase
        current = np.stack([0.4 * np.cos(angle), 0.3 * np.sin(angle)], -1)
        if k % 30 == 0:
            kept.append((lat.copy(), lon.copy(), current))
        later = keep * error + s * math.sqrt(1 - keep**2) * rng.normal(0, 1, (n, 2))
        move = (current + (error + later) / 2) * 60
        error = later
        lat, lon = geodesy.moved(lat, lon, move[:, 0], move[:, 1])
    time = T0 + np.arange(len(kept)) * HOUR // 2
    for i in range(n):
        u = np.array([c[2][i] for c in kept])
        none = np.full(u.shape, np.nan)
        places = np.array([(c[0][i], c[1][i]) for c in kept])
        out.append(
            calibrate.Track(f"d{i:03d}", time, places[:, 0], places[:, 1], u, np.zeros_like(u) if wind else none)
        )
    return out


def measure(tracks, s, memory, **more):
    found = calibrate.windows(tracks, lambda t: calibrate.flow_along(t, s, memory), drift_object("SLDMB"), **more)
    return calibrate.table(found)


@pytest.mark.slow
def test_regions_hold_what_they_say_on_drifters_with_a_lasting_error():
    """The issue asks for 93 to 97 % at 6, 12 and 24 h; 260 drifters of one day and a half, windows that hardly overlap."""
    rows = measure(drifters(260, 5, days=2), S, MEMORY, every=24.0, particles=600)
    assert [r.lead for r in rows] == [6.0, 12.0, 24.0] and all(r.drifters == 260 for r in rows)
    for r in rows:
        (half, low, high), (most, low95, high95) = r.held
        assert 0.93 <= most <= 0.97 and low95 <= most <= high95
        assert abs(half - 0.5) < 0.06 and low <= half <= high


def test_an_error_that_does_not_last_is_seen_to_be_too_small():
    """The same size with a memory of ten minutes, as noise that is drawn afresh: the region holds far too few."""
    rows = measure(drifters(60, 6, days=2), S, 600.0, every=24.0, particles=300)
    assert all(r.held[1][0] < 0.6 for r in rows)


def test_the_fit_finds_size_and_memory_of_the_error():
    s, memory = calibrate.fit(drifters(120, 7), drift_object("SLDMB"))
    assert s == pytest.approx(S, rel=0.12) and memory == pytest.approx(MEMORY, rel=0.3)


def write(path, tracks, columns=("u", "v")):
    with path.open("w", newline="", encoding="utf-8") as f:
        rows = csv.writer(f)
        rows.writerow(["id", "time", "lat", "lon", *columns])
        for t in tracks:
            for k in range(len(t.time)):
                rows.writerow([t.name, format_time(int(t.time[k])), t.lat[k], t.lon[k], *t.current[k][: len(columns)]])


def test_a_file_is_read_cut_at_gaps_and_measured(tmp_path, capsys):
    tracks = drifters(8, 8)
    write(tmp_path / "d.csv", tracks)
    again = calibrate.read_tracks(tmp_path / "d.csv")
    assert (
        len(again) == 8
        and np.allclose(again[3].lat, tracks[3].lat)
        and np.allclose(again[3].current, tracks[3].current)
    )
    assert main(["rescue", "calibrate", str(tmp_path / "d.csv"), "--fit", "--json", "--particles", "200"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (
        told["fitted"] and [r["lead"] for r in told["rows"]] == [6.0, 12.0, 24.0] and told["rows"][0]["drifters"] == 4
    )
    assert (
        main(
            [
                "rescue",
                "calibrate",
                str(tmp_path / "d.csv"),
                "--current-error",
                "0.25 m/s",
                "--memory",
                "8 h",
                "--particles",
                "200",
            ]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert out.count("95 %:") == 3 and "0.250 m/s, memory 8.0 h (as given)" in out
    t = tracks[0]
    holed = calibrate.Track(
        "h",
        np.delete(t.time, range(20, 40)),
        *(np.delete(a, range(20, 40), 0) for a in (t.lat, t.lon, t.current, t.wind)),
    )
    write(tmp_path / "h.csv", [holed])
    assert [len(p.time) for p in calibrate.read_tracks(tmp_path / "h.csv")] == [20, len(t.time) - 40]


def test_wrong_files_are_errors_with_a_hint(tmp_path):
    path = tmp_path / "x.csv"
    for text in (
        "",
        "time,lat\n2026-01-01T00:00Z,1\n",
        "time,lat,lon\nyesterday,1,2\n",
        "time,lat,lon\n2026-01-01T00:00Z,a,2\n",
        "time,lat,lon\n2026-01-01T00:00Z,1,2\n",
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises((FormatError, ConfigError)) as e:
            calibrate.read_tracks(path)
        assert e.value.hint
    write(path, drifters(1, 9, days=1), columns=())
    (track,) = calibrate.read_tracks(path)
    with pytest.raises(ConfigError, match="has no current"):
        calibrate.flow_along(track, 0.3, 3600.0)
    with pytest.raises(ConfigError, match="too little"):
        calibrate.fit(drifters(1, 9, days=1)[:0], drift_object("SLDMB"))
