"""What the tests of the rescue desk share: the case off Port Dickson as a form, its boats, and how to wait for work."""

from __future__ import annotations

import time
from typing import Any

from test_web_server import ask

FORM: dict[str, Any] = {
    "name": "Port Dickson",
    "particles": "2000",
    "objects": [{"what": "PIW-1", "weight": "1"}],
    "scenarios": [
        {
            "kind": "position",
            "place": "02-21.6N 101-42.0E",
            "at": "2026-11-27T18:40Z",
            "span": "20 min",
            "error": "0.5 nm",
        }
    ],
    "wind": "230/12kn",
    "current": "320/0.8kn",
}
BOATS: list[dict[str, Any]] = [
    {"name": "Penyelamat 7", "platform": "boat", "place": "02-31.2N 101-47.6E", "ready": "2026-11-27T19:10Z",
     "speed": "12 kn", "transit": "25 kn", "endurance": "6 h", "width": "0.25 nm", "mmsi": "533000001"},
    {"name": "Bot Kilat 12", "platform": "boat", "place": "02-12.6N 102-09.0E", "ready": "2026-11-27T19:10Z",
     "speed": "14 kn", "transit": "32 kn", "endurance": "5 h", "width": "0.2 nm"},
]  # fmt: skip
SEARCH = {"boats": BOATS, "target": "person in water", "begin": "2026-11-27T19:10Z", "end": "2026-11-27T23:10Z"}


def done(app: Any, answer: Any, patience: float = 280.0) -> dict[str, Any]:
    """Wait for a job of the server; its result."""
    assert answer.status_code == 202, answer.text
    job = answer.json()
    end = time.monotonic() + patience
    while job["state"] not in ("done", "failed", "cancelled") and time.monotonic() < end:
        time.sleep(0.05)
        job = ask(app, "GET", f"/api/rescue/jobs/{job['id']}").json()
    assert job["state"] == "done", job
    return dict(job["result"])


def ended(job: Any, patience: float = 280.0) -> dict[str, Any]:
    """The same for a job of the desk itself."""
    end = time.monotonic() + patience
    while job.state in ("waiting", "running") and time.monotonic() < end:
        time.sleep(0.05)
    assert job.state == "done", job
    return dict(job.result)
