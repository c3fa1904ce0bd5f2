"""A private PostgreSQL cluster for the tests: made in a temporary folder, reached by a Unix socket, ended with them."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    on_path = shutil.which("initdb")
    if on_path and not found:
        found = [Path(on_path).resolve()]
    if not found:
        pytest.skip("PostgreSQL is not installed (no initdb)")
    version = subprocess.run([found[-1], "--version"], capture_output=True, text=True).stdout
    if int(re.search(r"(\d+)", version).group(1)) < 15:
        pytest.skip(f"PostgreSQL is older than 15: {version.strip()}")
    return found[-1].parent


def _as_user() -> dict[str, object]:
    """PostgreSQL refuses to run as root: another user then."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody")


@contextmanager
def cluster() -> Iterator[str]:
    """SQLAlchemy address of a fresh database; skips with its reason where there is no PostgreSQL."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    programs, user = _programs(), _as_user()
    folder = Path(tempfile.mkdtemp(prefix="selat-pg-"))
    try:
        if user:
            os.chown(folder, int(user["user"]), int(user["group"]))
        quiet = {
            "cwd": folder,
            "capture_output": True,
            "text": True,
            "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"},
        }
        made = subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "selat", "-E", "UTF8", "--no-sync"],
            **quiet, **user,
        )  # fmt: skip
        if made.returncode:
            pytest.skip(f"initdb failed: {made.stderr.strip()[-300:]}")
        options = (
            f"-c listen_addresses= -c unix_socket_directories={folder} -c shared_buffers=16MB -c max_connections=20"
        )
        control = [programs / "pg_ctl", "-D", folder / "data", "-w", "-t", "60", "-l", folder / "log"]
        started = subprocess.run([*control, "-o", options, "start"], **quiet, **user)
        if started.returncode:
            pytest.skip(f"PostgreSQL did not start: {started.stdout.strip()[-300:]}")
        try:
            yield f"postgresql+psycopg://selat@/postgres?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet, **user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
