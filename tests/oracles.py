"""Other decoders as oracles, outside this process: they are never imported, and a test without them is skipped.

The interpreter that has pyais and libais is named by the environment variable ``SELAT_ORACLE_PYTHON``, or is
``.venv-bench/bin/python`` in the root of the repository.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

PYAIS = """
import enum, json, sys, pyais
def plain(v):
    if isinstance(v, enum.Enum): return plain(v.value)
    if isinstance(v, bytes): return v.hex()
    if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)): return [plain(x) for x in v]
    return v
out = []
for sentences in json.load(sys.stdin):
    try:
        m = pyais.decode(*sentences)
        d = {k: plain(v) for k, v in m.asdict().items()}
        for extra in ("sub_areas", "waypoints", "reports"):
            if hasattr(m, extra): d[extra] = plain(getattr(m, extra))
        out.append(d)
    except Exception as e:
        out.append({"error": repr(e)})
json.dump(out, sys.stdout)
"""

LIBAIS = """
import json, sys, ais
out = []
for payload, fill in json.load(sys.stdin):
    try: out.append(ais.decode(payload, fill))
    except Exception as e: out.append({"error": repr(e)})
json.dump(out, sys.stdout)
"""


def interpreter() -> str | None:
    """Path of the oracle's Python, or None."""
    named = os.environ.get("SELAT_ORACLE_PYTHON") or str(ROOT / ".venv-bench" / "bin" / "python")
    return named if Path(named).exists() else None


def ask(code: str, question: Any) -> Any:
    """Answer (JSON) of an oracle; skips the test where there is none."""
    python = interpreter()
    if python is None:
        pytest.skip("no oracle: set SELAT_ORACLE_PYTHON to a Python that has pyais and libais")
    done = subprocess.run(
        [python, "-W", "ignore", "-c", code], input=json.dumps(question), capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        if "ModuleNotFoundError" in done.stderr:
            pytest.skip("the oracle's Python lacks the decoder")
        raise AssertionError(done.stderr[-2000:])
    return json.loads(done.stdout)
