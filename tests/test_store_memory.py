"""What was freed goes back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

HOLES = """
import numpy as np
from selat.store.memory import give_back

def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

many = [np.ones(4000) for _ in range(4000)]  # 128 MB in pieces that malloc takes from its heap
keep = many[::100]
full = held()
del many
give_back()
print(full - held())
"""


LARGE = """
import sys
import numpy as np
from selat.store import memory

def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

if sys.argv[1] == "spare":
    memory.spare()
np.ones(3_000_000)  # freed at once: from now on malloc takes pieces of this size from its heap
before, large, behind = held(), [], []
for _ in range(10):
    large.append(np.ones(2_000_000))
    behind.append(np.ones(40_000))
del large
print(held() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_pieces_between_what_is_kept_go_back() -> None:
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, timeout=120, check=True)
    assert float(done.stdout) > 90.0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_what_is_large_goes_back_at_once() -> None:
    def left(how: str) -> float:
        done = subprocess.run(
            [sys.executable, "-c", LARGE, how], capture_output=True, text=True, timeout=120, check=True
        )
        return float(done.stdout)

    assert left("spare") < 10.0
    if platform.libc_ver()[0] == "glibc":
        assert left("plain") > 100.0, "what it is for"
