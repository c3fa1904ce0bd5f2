"""Damaged tables through the kernels with bounds checks on; run by test_csv_bounds in a process of its own."""

from __future__ import annotations

import random
import sys

from conformance.test_readers import READERS, Case

SPICE = [
    b'"',
    b'""',
    b"\n",
    b"\r",
    b"\r\n",
    b",",
    b";",
    b".",
    b"-",
    b"e",
    b"\0",
    b"\xff",
    b" ",
    b"9" * 30,
    b',"',
    b'",',
]


def damaged(case: Case, rnd: random.Random) -> bytes:
    """A table with bytes changed, put in, and cut off."""
    body = bytearray(case.body)
    for _ in range(rnd.choice([0, 1, 5, 50])):
        at = rnd.randrange(len(body) + 1)
        body[at : at + rnd.choice([0, 0, 1, 10])] = rnd.choice([*SPICE, rnd.randbytes(3)])
    if rnd.random() < 0.1:
        body[100:100] = rnd.choice([b"x", b'"', b","]) * rnd.choice([16_300, 16_384, 40_000])
    return case.head + bytes(body[: rnd.randrange(len(body) + 1)])


def main(rounds: int, seed: int) -> None:
    rnd = random.Random(seed)
    cases = [make() for make in READERS.values()]
    for _ in range(rounds):
        case = rnd.choice(cases)
        data = damaged(case, rnd)
        reader = case.make()
        at, batches = 0, []
        while at < len(data):
            step = rnd.choice([1, 7, 100, 5000, 1 << 20])
            batches.append(reader.feed(data[at : at + step], 0))
            at += step
        batches.append(reader.flush())
        total = sum(b.lines for b in batches)
        fates = sum(b.kept + b.duplicates + b.rejects.rows for b in batches)
        assert total == fates, (total, fates)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
