"""A process that is killed: it forks children that write a sea, and says what each had acknowledged.

Run by test_pipeline_crash.py: ``python crash_child.py SEA LOG KILLS SEED RULES``. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from itertools import pairwise
from pathlib import Path

from selat.app.pipeline import Pipeline
from selat.readers.aivdm import AivdmReader
from selat.store.writer import Store

BLOCK = 2048


def write(sea: Path, log: Path, acks: Path, rules: bool) -> None:
    """Take the log block by block, acknowledge each after its sync, tell alerts, commit and tidy at times; go on after a cut."""
    data = log.read_bytes()
    store = Store(sea)
    with store.writer() as writer:
        pipeline = Pipeline(writer, rules=rules)
        intake = pipeline.source("feed", "nmea-log")
        with acks.open("a") as out:
            while intake.bytes < len(data):
                pipeline.take(intake, data[intake.bytes : intake.bytes + BLOCK], 1_700_000_000_000_000_000)
                pipeline.sync()
                out.write(f"{intake.bytes}\n")
                out.flush()
                if intake.bytes // BLOCK % 8 == 0:
                    pipeline.commit(wait=intake.bytes // BLOCK % 16 == 0)
                elif pipeline.alerts_waiting:
                    pipeline.tell(wait=intake.bytes // BLOCK % 2 == 0)
                if intake.bytes // BLOCK % 48 == 0:
                    writer.compact(min_parts=4, tiers=True, wait=False)
        pipeline.end(intake, 1_700_000_000_000_000_000)
        writer.finish()
    store.close()


def main() -> None:
    sea, log = Path(sys.argv[1]), Path(sys.argv[2])
    kills, rng, rules = int(sys.argv[3]), random.Random(int(sys.argv[4])), sys.argv[5] == "rules"
    acks = sea.parent / "acks"
    acks.write_text("")
    reader = AivdmReader()  # loads the kernels before the first fork
    reader.feed(log.read_bytes()[:4096], 0)
    reader.flush()
    done, ended = 0, False
    while not ended:
        pid = os.fork()
        if pid == 0:
            try:
                write(sea, log, acks, rules)
                os._exit(0)
            finally:
                traceback.print_exc()
                os._exit(9)
        if done < kills:
            time.sleep(rng.uniform(0.02, 0.35))
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            done += 1
        elif os.WEXITSTATUS(status):
            raise SystemExit("the writer failed")
        else:
            ended = True
    lines = [int(x) for x in acks.read_text().split()]
    went_back = sum(b < a for a, b in pairwise(lines))
    print(json.dumps({"kills": done, "lost": went_back, "acked": lines[-1] if lines else 0}))


if __name__ == "__main__":
    main()
