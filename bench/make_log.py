"""Write a large NMEA log fast: one generated minute of the exercise, repeated with right times, identities, checksums.

    python bench/make_log.py OUT.nmea --gb 10 [--ships 340] [--seed 1] [--fleets 20]

Every copy of the minute is one minute later (TAG ``c:``) and, over ``--fleets`` copies, carries other MMSI: the 30 bits
of the user ID are 5 payload characters, which are rewritten in place, and both checksums with them. Positions repeat
each minute; what is measured with this log is reading, not motion. Damaged lines of the minute stay damaged.
All is done on byte arrays: columns of characters of lines with the same layout, so hundreds of MB/s come out of NumPy.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from selat.exercise.emit import sentences
from selat.exercise.scene import Scene

ARMOUR = np.frombuffer(bytes(range(48, 88)) + bytes(range(96, 120)), dtype=np.uint8)
VALUE = np.zeros(256, dtype=np.int64)
VALUE[ARMOUR] = np.arange(64)
HEX = np.frombuffer(b"0123456789ABCDEF", dtype=np.uint8)
MINUTE = 60


class Minute:
    """One minute of lines as one byte array, and where the things to rewrite are."""

    def __init__(self, lines: list[bytes]) -> None:
        starts = np.cumsum([0, *map(len, lines)])
        self.data = np.frombuffer(b"".join(lines), dtype=np.uint8).copy()
        stamps: dict[int, list[int]] = {}
        tags: list[tuple[int, int]] = []
        ids: list[tuple[int, int]] = []
        for start, line in zip(starts.tolist(), lines, strict=False):
            bang = line.index(b"!")
            star = line.index(b"*")
            c = line.find(b",c:", 0, star)
            if c >= 0:
                stamps.setdefault(star - c - 3, []).append(start + c + 3)
                tags.append((start + star + 1, start + c + 3))
            header = line[bang:].split(b",", 6)
            payload = bang + sum(len(x) + 1 for x in header[:5])
            if header[2] == b"1":
                ids.append((start + payload, start + line.rindex(b"*") + 1))
        #: by number of digits: first digit, first of the two characters of the checksum
        by_start = {b: a for a, b in tags}
        self.stamps = {n: (np.array(at), np.array([by_start[x] for x in at])) for n, at in stamps.items()}
        self.payload, self.sums = (np.array(x) for x in zip(*ids, strict=True))
        head = VALUE[self.data[self.payload[:, None] + np.arange(1, 7)]]
        bits = np.zeros(len(head), dtype=np.int64)
        for k in range(6):  # 36 bits: 2 of the repeat indicator's end, 30 of the MMSI, 4 of what follows
            bits = bits << 6 | head[:, k]
        self.rest_high, self.mmsi, self.rest_low = bits >> 34, bits >> 4 & (1 << 30) - 1, bits & 15
        #: times of the first minute
        self.base = {n: _number(self.data, at, n) for n, (at, _) in self.stamps.items()}

    def shifted(self, minutes: int, fleet: int) -> np.ndarray:
        """The minute, ``minutes`` later, sent by fleet number ``fleet``."""
        out = self.data.copy()
        for n, (at, tag) in self.stamps.items():
            later = self.base[n] + minutes * MINUTE * (1000 if n > 10 else 1)
            digits = at[:, None] + np.arange(n)
            old = np.bitwise_xor.reduce(out[digits], axis=1)
            new = (later[:, None] // 10 ** np.arange(n - 1, -1, -1) % 10 + 48).astype(np.uint8)
            out[digits] = new
            _patch(out, tag, old ^ np.bitwise_xor.reduce(new, axis=1))
        if fleet:
            # stay in the same country: only the last four digits move, 97 a fleet
            mmsi = self.mmsi - self.mmsi % 10_000 + (self.mmsi + 97 * fleet) % 10_000
            bits = self.rest_high << 34 | mmsi << 4 | self.rest_low
            at = self.payload[:, None] + np.arange(1, 7)
            old = np.bitwise_xor.reduce(out[at], axis=1)
            new = ARMOUR[bits[:, None] >> np.arange(30, -1, -6) & 63]
            out[at] = new
            _patch(out, self.sums, old ^ np.bitwise_xor.reduce(new, axis=1))
        return out


def _number(data: np.ndarray, at: np.ndarray, n: int) -> np.ndarray:
    digits = data[at[:, None] + np.arange(n)].astype(np.int64) - 48
    return digits @ 10 ** np.arange(n - 1, -1, -1, dtype=np.int64)


def _patch(out: np.ndarray, at: np.ndarray, change: np.ndarray) -> None:
    """XOR ``change`` into checksums written as two hexadecimal digits at ``at``."""
    high, low = out[at], out[at + 1]
    value = (high - np.where(high > 64, 55, 48)) << 4 | (low - np.where(low > 64, 55, 48))
    value ^= change
    out[at], out[at + 1] = HEX[value >> 4], HEX[value & 15]


def minute_of(ships: int, seed: int) -> list[bytes]:
    """Lines of the second minute of play."""
    scene = Scene(seed=seed, ships=ships)
    begin = scene.start + MINUTE * 1_000_000_000
    return [line for t, line in sentences(scene, 2 * MINUTE) if t >= begin]


def make(path: Path, size: int, *, ships: int = 340, seed: int = 1, fleets: int = 20) -> tuple[int, int, float]:
    """Write at least ``size`` bytes; says how many bytes and lines, and in how many seconds."""
    lines = minute_of(ships, seed)
    minute = Minute(lines)
    written = count = k = 0
    began = time.perf_counter()
    with path.open("wb", buffering=0) as out:
        while written < size:
            data = minute.shifted(k, k % fleets)
            out.write(data)
            written, count, k = written + len(data), count + len(lines), k + 1
    return written, count, time.perf_counter() - began


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--gb", type=float, default=1.0)
    parser.add_argument("--ships", type=int, default=340)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fleets", type=int, default=20)
    a = parser.parse_args()
    size, lines, seconds = make(a.path, round(a.gb * 1e9), ships=a.ships, seed=a.seed, fleets=a.fleets)
    sys.stdout.write(f"{size / 1e9:.3f} GB, {lines:,} lines in {seconds:.1f} s: {size / seconds / 1e6:.0f} MB/s\n")


if __name__ == "__main__":
    main()
