"""A writer that is killed at any moment: every acknowledged byte is there, and a replay ends where it would have."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import selat
from selat.store import registry
from selat.store.writer import Store
from store_twin import some_batch

pytestmark = pytest.mark.long

BLOCKS = 60

# Each block of the source is 200 rows made from its number; the reader's state is the number of the next block.
WRITER = """
import sys, time
import numpy as np
from store_twin import some_batch
from selat.store.writer import Store

path, blocks, acknowledged = sys.argv[1], int(sys.argv[2]), sys.argv[3]
ROWS = 40

def decode(number):
    return some_batch(np.random.default_rng(number), ROWS, number * ROWS * 5)

store = Store(path)
with store.writer(grace=0) as writer, open(acknowledged, "a", buffering=1) as ack:
    source = writer.source("feed")
    number = writer.recovered.states.get(source, {"next": 0})["next"]
    position = writer.recovered.position
    frames = list(writer.raw.frames(position))          # replay what was heard and not committed
    for frame in frames:
        assert int(frame.data) == number, (frame.data, number)
        writer.stage(decode(number), source)
        number += 1
        position = frame.end
    print("ready", len(frames), flush=True)
    while number < blocks:
        position = writer.journal(source, b"%d" % number, number)
        writer.sync()
        ack.write(f"{number}\\n")                        # from here on nobody may lose it
        writer.stage(decode(number), source)
        number += 1
        if number % 3 == 0:
            writer.commit(position, {source: {"next": number}}, next_seq=number, wait=number % 2 == 0)
        if number % 20 == 0:
            writer.drain()
            writer.compact(wait=number % 40 == 0)        # else beside the commits that follow
    writer.commit(position, {source: {"next": number}})
    writer.finish()
    print("done", flush=True)
"""


def start(path, acknowledged):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(BLOCKS), str(acknowledged)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def undisturbed(tmp_path):
    store = Store(tmp_path / "calm")
    with store.writer() as writer:
        for number in range(BLOCKS):
            writer.stage(some_batch(np.random.default_rng(number), 40, number * 200), 1)
        writer.commit()
    with selat.open(tmp_path / "calm") as sea:
        return sea.content_hash(), sea.ships.arrow(), store.state.counters()[1]


def kill_until_done(tmp_path, kills, seed):
    """Kill a writer ``kills`` times after a random while, then let it finish; how often it was really killed."""
    rng = random.Random(seed)
    path, acknowledged = tmp_path / "sea", tmp_path / "acknowledged"
    acknowledged.touch()
    killed = 0
    while True:
        process = start(path, acknowledged)
        ready = process.stdout.readline()
        if ready.startswith("ready") and killed < kills:
            time.sleep(rng.random() * 0.25)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
        _, errors = process.communicate(timeout=120)
        if process.returncode == 0:
            return path, acknowledged, killed
        assert process.returncode == -signal.SIGKILL, errors
        check_acknowledged(path, acknowledged)


def check_acknowledged(path, acknowledged):
    store = Store(path)
    position, _ = store.state.progress()
    with store.writer() as writer:
        heard = [int(f.data) for f in writer.raw.frames()]
        waiting = [int(f.data) for f in writer.raw.frames(position)]
        done = writer.recovered.states.get(1, {"next": 0})["next"]
    told = [int(line) for line in acknowledged.read_text().split()]
    assert heard == list(range(len(heard)))
    assert set(told) <= set(heard), "an acknowledged block is lost"
    assert waiting == list(range(done, len(heard))), "the last commit and the journal do not meet"
    with selat.open(path) as sea:
        assert sea.reports.count() == done * 40  # whole commits only


def run(tmp_path, kills, seed):
    expected, ships, counters = undisturbed(tmp_path)
    path, acknowledged, killed = kill_until_done(tmp_path, kills, seed)
    told = [int(line) for line in acknowledged.read_text().split()]
    assert set(told) <= set(range(BLOCKS))  # a block may be safe and its acknowledgement cut off
    check_acknowledged(path, acknowledged)
    with selat.open(path) as sea:
        assert sea.content_hash() == expected
        assert sea.ships.arrow().equals(ships)
        assert sea.state.counters()[registry.source_id(sea.state, "feed")] == counters
    return killed


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_writer_loses_nothing(tmp_path):
    run(tmp_path, 2, 1)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_writer_killed_often_loses_nothing(tmp_path):
    for seed in range(4):
        (tmp_path / str(seed)).mkdir()
        run(tmp_path / str(seed), 6, seed)
