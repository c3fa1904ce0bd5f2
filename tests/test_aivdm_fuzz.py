"""The kernels on dirty input, with every index checked: the same tables, and no byte out of bounds.

``load64`` and ``chars32`` read unchecked, 8 and 32 bytes ahead of a place inside the data: PAD bytes follow it.
"""

from __future__ import annotations

import inspect
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from decoding import TABLES, read, rows, sentence
from selat.kernels.scan import PAD
from selat.model.encode import encode, tag_block
from selat.model.ports import Batch, Reader
from selat.readers.aivdm import AivdmReader
from strategies import JUNK, pghp

ROOT = Path(__file__).resolve().parents[1]


def soup(seed: int, size: int) -> bytes:
    """Sentences of all kinds, cut, glued, damaged and mixed with noise."""
    rnd = random.Random(seed)
    out = []
    while sum(map(len, out)) < size:
        kind = rnd.randrange(12)
        mmsi = rnd.randrange(200_000_000, 780_000_000)
        if kind < 4:
            text = encode(rnd.choice((1, 3, 18)), mmsi=mmsi, lat=rnd.uniform(-90, 90), lon=rnd.uniform(-180, 180))
        elif kind < 7:
            text = encode(5, mmsi=mmsi, shipname="X" * rnd.randrange(20), seq_id=rnd.randrange(10))
        elif kind == 7:
            text = encode(8, mmsi=mmsi, data=rnd.randbytes(rnd.randrange(100)), max_payload=rnd.choice((20, 60, 200)))
        elif kind == 8:
            text = encode(14, mmsi=mmsi, text="MAYDAY " * rnd.randrange(8))
        elif kind == 9:
            text = [rnd.choice(JUNK), pghp((2021, 3, 4, 5, 6, 7, 8), 5, f"{rnd.randrange(256):02X}")]
        elif kind == 10:
            text = [
                tag_block(c=1_700_000_000, s=f"s{rnd.randrange(9)}", g=f"{rnd.randrange(1, 3)}-2-{rnd.randrange(9)}")
            ]
        else:
            text = [
                rnd.randbytes(rnd.randrange(40)).decode("latin-1"),
                "!AIVDM,1,1,,A," + "w" * rnd.choice((5, 31, 32, 33, 64, 1100)),
            ]
        raw = [t.encode("latin-1") for t in text]
        if rnd.randrange(4) == 0:
            raw = [tag_block(c=1_700_000_000 + len(out)).encode() + t for t in raw]
        if rnd.randrange(6) == 0:
            i = rnd.randrange(len(raw))
            at = rnd.randrange(len(raw[i]) + 1)
            raw[i] = raw[i][:at] + rnd.randbytes(rnd.randrange(3)) + raw[i][at + rnd.randrange(3) :]
        out += [t + rnd.choice((b"\n", b"\r\n", b"\r", b"\n", b"")) for t in raw]
    return b"".join(out)


def digest_of(seed: int, size: int, step: int) -> str:
    """All tables of a soup as text."""
    data = soup(seed, size)
    r = read([data[i : i + step] for i in range(0, len(data), step)])
    assert r.balance == 0
    return repr([[rows(r.tables[t]) for t in TABLES], r.lines, r.stations])


_CODE = """
import sys, json, hashlib
sys.path[:0] = {paths!r}
from test_aivdm_fuzz import digest_of
import selat
for seed, size, step in json.loads(sys.argv[1]):
    print(hashlib.sha256(digest_of(seed, size, step).encode()).hexdigest())
d = selat.decode(b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\\n")
print(d.messages(1)["mmsi"].to_pylist(), d.reports["lat"].to_pylist())
"""


def elsewhere(tmp_path: Path, cases: list[tuple[int, int, int]], **env: str) -> list[str]:
    """What another process makes of the soups."""
    code = _CODE.format(paths=[str(ROOT / "src"), str(ROOT / "tests")])
    environ = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), **env}
    done = subprocess.run([sys.executable, "-c", code, json.dumps(cases)], capture_output=True, text=True, env=environ)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def here(cases: list[tuple[int, int, int]]) -> list[str]:
    import hashlib

    return [hashlib.sha256(digest_of(*c).encode()).hexdigest() for c in cases]


@pytest.mark.slow
def test_no_index_is_out_of_bounds(tmp_path):
    cases = [(seed, 60_000, step) for seed in range(8) for step in (100_000, 777, 61)]
    got = elsewhere(tmp_path, cases, NUMBA_BOUNDSCHECK="1")
    assert got[:-1] == here(cases)
    assert got[-1].startswith("[371798000]")


@pytest.mark.parametrize("seed", range(6))
def test_a_soup_in_any_pieces(seed):
    assert len({digest_of(seed, 40_000, step) for step in (50_000, 4096, 333, 64)}) == 1


def test_the_look_ahead_stays_inside():
    """The farthest reads: 32 bytes at the last character of a payload, 8 at the mark behind it, each at most at the end."""
    assert PAD >= 32 + 8


def test_bytes_behind_the_end_never_count():
    """The first line alone, and the same bytes with a continuation at hand that is not yet to be read."""
    first = sentence("AIVDM,1,1,,A,403Ovl@000Htt<tSF0l4Q@100`Pq,0") + b"\r\n"
    for tail in (
        b"",
        b"\r",
        b"!AIVDM,1,1,,A,15RT",
        sentence("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0")[:-1],
        b"1" * 200,
    ):
        buf = np.frombuffer(first + tail + b"\n" * PAD, np.uint8)
        reader = AivdmReader()
        made, stop = reader._digest(buf, 0, len(first), 0, 0, None, final=False)
        assert (sum(x.counts[0] for x in made), stop) == (1, len(first))


def test_the_reader_is_a_reader():
    """What the protocol asks for, by name and by arguments."""
    for name in ("feed", "flush", "state", "restore"):
        ours, asked = (inspect.signature(getattr(c, name)) for c in (AivdmReader, Reader))
        assert list(ours.parameters) == list(asked.parameters)
    batch = AivdmReader().feed(b"", 0)
    assert isinstance(batch, Batch) and (batch.lines, batch.bytes) == (0, 0)
