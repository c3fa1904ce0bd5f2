"""The first start after an installation: another process compiles, the watch holds what comes until then."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from selat.app import warm
from selat.app.pipeline import Pipeline
from selat.app.watch import Watch
from selat.cli import _page, main
from selat.exercise.emit import sentences
from selat.exercise.scene import Scene
from selat.kernels import _cache
from selat.model.clock import SECOND, ReplayClock
from selat.model.ports import Block
from selat.store.writer import Store
from test_asterix_pcap import tracks


@pytest.mark.long
def test_it_is_done_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert warm.needed()
    assert asyncio.run(warm.compiled())
    assert not warm.needed() and len(list(tmp_path.rglob("*.nbi"))) > 50


def test_a_failure_is_told_and_nothing_more(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert not asyncio.run(warm.compiled())
    assert "not compiled ahead" in caplog.text


@pytest.mark.parametrize("after", [0.0, 0.001, 0.5])
def test_who_stops_meanwhile_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: float
) -> None:
    """However early: before the process began, while it did, while it runs."""
    program, began = tmp_path / "python", tmp_path / "began"
    program.write_text(f"#!/bin/sh\necho $$ > {began}\nexec sleep 100\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))

    async def watch() -> None:
        task = asyncio.create_task(warm.compiled())
        if after:
            await asyncio.sleep(after)
        assert not task.done()
        raise KeyError("something else is wrong")

    begun = time.monotonic()
    with pytest.raises(KeyError):
        asyncio.run(watch())
    assert time.monotonic() - begun < 10
    if began.exists() and began.read_text().strip():
        with pytest.raises(ProcessLookupError):
            os.kill(int(began.read_text()), 0)


def test_an_error_ends_a_first_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hung where the source failed while the process that compiles was about to begin."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 100\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(warm, "needed", lambda: True)
    log = tmp_path / "day.bin"
    log.write_bytes(b"".join(tracks(k) for k in range(6)))  # of a radar: it is read, not watched
    begun = time.monotonic()
    assert main(["watch", str(log), "--sea", str(tmp_path / "sea"), "--no-page"]) != 0
    assert time.monotonic() - begun < 20


def test_the_watch_holds_what_comes_until_it_is_ready(tmp_path: Path) -> None:
    scene = Scene(ships=20)
    data = b"".join(line for _, line in sentences(scene, 20))
    order: list[str] = []

    class Source:
        async def __aiter__(self):
            order.append("open")
            yield Block("feed", data[:2000], scene.start + 10 * SECOND)
            order.append("taken")
            yield Block("feed", data[2000:], scene.start + 20 * SECOND)

    async def ready() -> None:
        await asyncio.sleep(0.05)
        order.append("ready")

    with Store(tmp_path / "sea") as store, store.writer() as writer:
        watch = Watch(Pipeline(writer), ReplayClock(scene.start + 20 * SECOND, 1e-9), replay=True)
        asyncio.run(watch.run(Source(), ready()))
    assert order == ["open", "ready", "taken"] and watch.blocks == 2


def test_a_first_run_is_one_without_machine_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_cache, "folder", lambda module: str(tmp_path))
    (tmp_path / "kernels_1").mkdir()  # as an import leaves it
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    _page.say_if_first()
    assert "first run" in capsys.readouterr().err
    (tmp_path / "kernels_1" / "scan.nbi").touch()
    _page.say_if_first()
    assert not capsys.readouterr().err


def test_it_is_done_again_when_a_kernel_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba looks at the time of a file as well: a copy of the sources, or a checkout, is compiled anew."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    shutil.copytree(_cache.HERE, tmp_path / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(_cache, "HERE", tmp_path / "kernels")
    monkeypatch.setattr(_cache, "folder", lambda module: str(tmp_path / "kept" / "jit-scan-1"))
    marker = warm._marker()
    assert marker is not None and marker.parent == tmp_path / "kept" and warm.needed()
    marker.parent.mkdir()
    marker.touch()
    assert not warm.needed()
    os.utime(tmp_path / "kernels" / "ring.py", (1, 1))
    assert warm.needed()
    monkeypatch.setattr(_cache, "folder", lambda module: "")
    assert not warm.needed(), "what cannot be kept need not be made ahead"
