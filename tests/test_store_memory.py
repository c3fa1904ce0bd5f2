"""What was freed goes back."""

from __future__ import annotations

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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_pieces_between_what_is_kept_go_back() -> None:
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, timeout=120, check=True)
    assert float(done.stdout) > 90.0
