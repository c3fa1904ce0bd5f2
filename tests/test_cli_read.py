"""`selat read` and bad input: a clear error or rejects, never a traceback, never a lost good line."""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path

import pytest

from selat.cli import main

GOOD = b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"


def read(capsys: pytest.CaptureFixture[str], tmp_path: Path, *args: object) -> tuple[int, dict, str]:
    status = main(["read", *map(str, args), "--sea", str(tmp_path / "sea"), "--json"])
    out = capsys.readouterr()
    found = json.loads(out.out) if out.out else {}
    assert "Traceback" not in out.err
    if found:
        assert found["lines"] == found["kept"] + found["duplicates"] + sum(found["rejected"].values())
    return status, found, out.err


def test_counts_are_one_json_object(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "log.nmea"
    log.write_bytes(b"\n".join([GOOD, GOOD, GOOD[:-1] + b"B", b"", b"# words"]) + b"\n")
    status, found, _ = read(capsys, tmp_path, log)
    assert status == 0
    want = {
        "lines": 5,
        "kept": 1,
        "duplicates": 1,
        "reports": 1,
        "statics": 0,
        "messages": {"1": 1},
        "bytes": log.stat().st_size,
    }
    assert {k: found[k] for k in want} == want
    assert found["rejected"] == {"blank": 1, "not_ais": 1, "checksum": 1}
    assert found["seconds"] >= 0


def bad_inputs() -> dict[str, bytes]:
    rng = random.Random(3)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("day.csv", "MMSI,BaseDateTime,LAT,LON\n" + "366000001,2020-01-01T00:00:00,1.0,2.0\n" * 5000)
    return {
        "empty.nmea": b"",
        "random.bin": rng.randbytes(20_000),
        "cut.zip": packed.getvalue()[: len(packed.getvalue()) // 2],
        "cut.csv.zst": b"\x28\xb5\x2f\xfd" + rng.randbytes(50),
        "cut.nmea.gz": b"\x1f\x8b\x08\x00" + rng.randbytes(50),
        "columns.csv": b"MMSI,BaseDateTime,LATT\n1,2020-01-01T00:00:00,5\n",
        "words.txt": b"the quick brown fox\n" * 10,
    }


@pytest.mark.parametrize("name", bad_inputs())
def test_bad_file_is_a_clear_error(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(bad_inputs()[name])
    status, _, err = read(capsys, tmp_path, path)
    assert status == 2
    assert err.startswith("error: ")
    assert "hint: " in err


@pytest.mark.parametrize("path", [".", "nowhere.nmea"])
def test_folder_and_missing_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, path: str) -> None:
    status, _, err = read(capsys, tmp_path, tmp_path / path)
    assert status == 2
    assert "hint: " in err


def test_random_bytes_named_nmea_become_rejects(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "noise.nmea"
    path.write_bytes(random.Random(4).randbytes(100_000).replace(b"\n", b"") + b"\n" + GOOD + b"\n")
    status, found, _ = read(capsys, tmp_path, path, "--format", "nmea")
    assert status == 0
    assert found["reports"] == 1


def long_line(path: Path, size: int) -> None:
    with path.open("wb") as out:
        out.write(GOOD + b"\n")
        piece = b"x" * (1 << 20)
        for _ in range(size // len(piece)):
            out.write(piece)
        out.write(
            b"\n"
            + GOOD.replace(b"AIVDM", b"ABVDM").replace(b"4A", b"41")
            + b"\n"
            + GOOD.replace(b",A,", b",B,").replace(b"4A", b"49")
            + b"\n"
        )


@pytest.mark.parametrize("size", [3 << 20, pytest.param(1 << 30, marks=pytest.mark.slow)])
def test_a_line_without_end_costs_no_good_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, size: int) -> None:
    path = tmp_path / "long.nmea"
    long_line(path, size)
    status, found, _ = read(capsys, tmp_path, path)
    assert status == 0
    assert found["rejected"] == {"too_long": 1}
    assert (found["lines"], found["kept"], found["duplicates"]) == (
        4,
        1,
        2,
    )  # the same payload, other talker and channel


def test_unknown_format_and_wrong_sea(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "log.nmea"
    log.write_bytes(GOOD + b"\n")
    status, _, err = read(capsys, tmp_path, log, "--format", "nmae")
    assert status == 2
    assert "nmea" in err
    (tmp_path / "file").write_text("a file")
    assert main(["read", str(log), "--sea", str(tmp_path / "file")]) in (1, 2)
    assert "hint: " in capsys.readouterr().err
