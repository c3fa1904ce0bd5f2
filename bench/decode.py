"""Decode the AISHub sample, repeated: selat against pyais, libais and aiscat, each in a process of its own.

    python3 dev.py bench decode [--times 12] [--rounds 5] [--sample FILE] [--write]

All figures are sentences a second of one core: CPU time (user and system) and wall, medians of interleaved rounds; the
slow peers read the sample once in each round. What is compared is the same for all: every field of every message, of
all types, single and multipart. ``--write`` puts the table into bench/decode.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

from _recordings import ROOT, recording

HEAD = """
import json, resource, sys, time
def cpu():
    r = resource.getrusage(resource.RUSAGE_SELF)
    return r.ru_utime + r.ru_stime
def measure(work):
    c, w = cpu(), time.perf_counter()
    n = work()
    return [n, cpu() - c, time.perf_counter() - w]
data = open(sys.argv[1], "rb").read()
lines = [x.encode() for x in data.decode("latin-1").splitlines() if x.startswith("!")]
data = b"".join(x + b"\\n" for x in lines)
times = int(sys.argv[2])
"""
LOOP = """
for line in sys.stdin:
    print(json.dumps(measure({work})), flush=True)
"""
SELAT = """
import selat
from selat.readers.aivdm import AivdmReader
from selat.readers.decoded import decode
big = data * times
def fields():
    d = decode(big)
    return sum(len(d.messages(n)) for n in d.types)
def tables():
    d = decode(big)
    return sum(map(len, (d.reports, d.statics, d.others, d.receptions, d.rejects)))
def feed():
    r, n = AivdmReader(), 0
    for i in range(0, len(big), 1 << 20):
        n += r.feed(big[i:i + (1 << 20)], 0).kept
    return n + r.flush().kept
def one():
    f, s = selat.decode_one, "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"
    for _ in range(20000): f(s)
    return 20000
def json_lines():
    import pyarrow.compute as pc
    d, n = decode(data), 0
    for k in d.types:
        n += len([json.dumps(row, default=str) for row in d.messages(k).to_pylist()])
    return n
"""
#: parts of a message are joined by the same few lines for the peers that leave this to their caller
JOIN = """
def joined():
    waiting = {}
    for line in lines:
        f = line.split(b",")
        if f[1] == b"1":
            yield (line,)
            continue
        key = (f[1], f[3], f[4])
        parts = waiting.setdefault(key, [])
        parts.append(line)
        if len(parts) == int(f[1]):
            yield tuple(waiting.pop(key))
"""
PYAIS = (
    JOIN
    + """
import pyais
def asdict():
    n = 0
    for parts in joined():
        try: pyais.decode(*parts).asdict(); n += 1
        except Exception: pass
    return n
def plain():
    n = 0
    for parts in joined():
        try: pyais.decode(*parts); n += 1
        except Exception: pass
    return n
"""
)
LIBAIS = (
    JOIN
    + """
import ais
def every():
    n = 0
    for parts in joined():
        f = [p.split(b",") for p in parts]
        try: ais.decode(b"".join(x[5] for x in f).decode(), int(f[-1][6][:1])); n += 1
        except Exception: pass
    return n
"""
)
AISCAT = """
import aiscat
big = data * times
def chunks(d):
    for i in range(0, len(d), 65536): yield d[i:i + 65536]
def dicts():
    n = 0
    for _ in aiscat.iter_decode(chunks(big)): n += 1
    return n
def json_lines():
    n = 0
    for _ in aiscat.iter_decode(chunks(data), format="json"): n += 1
    return n
def one():
    f, s = aiscat.decode, "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"
    for _ in range(20000): f(s)
    return 20000
"""
for _name, _call in (
    ("PYAIS", "pyais.decode(s).asdict()"),
    ("LIBAIS", "ais.decode('15RTgt0PAso;90TKcjM8h6g208CQ', 0)"),
):
    _one = f"""
def one():
    s = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"
    for _ in range(20000): {_call}
    return 20000
"""
    globals()[_name] += _one
#: (what, who, code, work, peer, the sample is read so often: 0 for the number of --times, -1: one sentence)
CASES = (
    ("every field", "selat decode + messages(n)", SELAT, "fields", "selat", 0),
    ("every field", "aiscat dict", AISCAT, "dicts", "aiscat", 0),
    ("every field", "libais ais.decode", LIBAIS, "every", "libais", 1),
    ("every field", "pyais decode", PYAIS, "plain", "pyais", 1),
    ("every field", "pyais decode asdict", PYAIS, "asdict", "pyais", 1),
    ("tables", "selat decode + reports, statics, others, receptions, rejects", SELAT, "tables", "selat", 0),
    ("tables", "selat AivdmReader.feed, blocks of 1 MiB", SELAT, "feed", "selat", 0),
    ("JSON", "selat messages(n), json.dumps a row", SELAT, "json_lines", "selat", 1),
    ("JSON", "aiscat json", AISCAT, "json_lines", "aiscat", 1),
    ("one sentence", "selat.decode_one", SELAT, "one", "selat", -1),
    ("one sentence", "aiscat.decode", AISCAT, "one", "aiscat", -1),
    ("one sentence", "libais ais.decode (payload only, no checksum)", LIBAIS, "one", "libais", -1),
    ("one sentence", "pyais decode asdict", PYAIS, "one", "pyais", -1),
)


class Peer:
    """A process that waits for a word and then does its work once."""

    def __init__(self, name: str, python: str, code: str, work: str, sample: Path, times: int, base: int) -> None:
        self.name, self.base = name, base
        environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")} if base else dict(os.environ)
        text = HEAD + code + LOOP.format(work=work)
        self.process = subprocess.Popen(
            [python, "-W", "ignore", "-c", text, str(sample), str(times)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=environ,
        )  # fmt: skip
        self.results: list[tuple[float, float, float]] = []

    def go(self) -> bool:
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.write("go\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return False
        answer = self.process.stdout.readline()
        if answer:
            self.results.append(tuple(json.loads(answer)))
        return bool(answer)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def median(self, at: int) -> float:
        return statistics.median(r[at] for r in self.results)


def run(sample: Path, times: int, rounds: int) -> list[tuple[str, str, str, float, float, float]]:
    """(what, who, peer, sentences or messages a round, CPU s, wall s): medians of interleaved rounds."""
    peers_python = os.environ.get("SELAT_BENCH_PYTHON", "")
    sentences = sum(line.startswith(b"!") for line in sample.read_bytes().splitlines())
    found = []
    for what, who, code, work, peer, repeat in CASES:
        python = sys.executable if peer == "selat" else peers_python
        if not python:
            continue
        p = Peer(who, python, code, work, sample, times, peer == "selat")
        p.go()  # warm: compiled, caches filled
        p.results.clear()
        found.append((what, who, peer, repeat, p))
    for k in range(rounds):
        print(f"round {k + 1} of {rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        for *_, p in found:
            p.go()
    out = []
    for what, who, peer, repeat, p in found:
        p.stop()
        if p.results:
            n = 20_000 if repeat < 0 else sentences * (repeat or times)
            out.append((what, who, peer, n, p.median(1), p.median(2)))
        else:
            print(f"left out: {who}", file=sys.stderr)
    return out


def report(results: list[tuple[str, str, str, float, float, float]], times: int, rounds: int) -> str:
    lines = [
        f"{platform.machine()}, Python {platform.python_version()}, one core of {os.cpu_count()}, load {os.getloadavg()[0]:.1f}.",
        f"AISHub sample, {times} times for the fast, once for the slow; medians of {rounds} interleaved rounds.",
        "",
        "| what | who | sentences/s (CPU) | sentences/s (wall) | selat is faster by (CPU) |",
        "|---|---|---|---|---|",
    ]
    ours = {}
    for what, who, peer, n, cpu, wall in results:
        ours.setdefault(what, n / cpu) if peer == "selat" else None
        factor = "" if peer == "selat" or what not in ours else f"{ours[what] * cpu / n:.1f} x"
        unit = f" ({1e6 * cpu / n:.1f} us each)" if what == "one sentence" else ""
        lines.append(f"| {what} | {who} | {n / cpu:,.0f}{unit} | {n / wall:,.0f} | {factor} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sample")
    parser.add_argument("--write", action="store_true", help="put the table into bench/decode.md")
    options = parser.parse_args()
    sample = Path(options.sample) if options.sample else recording("nmea/aishub_3min_2015.nmea")
    if sample is None:
        print("no sample: give --sample FILE (AISHub's nmea-sample), or set SELAT_SHARED", file=sys.stderr)
        return 2
    text = report(run(sample, options.times, options.rounds), options.times, options.rounds)
    print(text)
    if options.write:
        (ROOT / "bench" / "decode.md").write_text("# Decoding AIS sentences\n\n" + text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
