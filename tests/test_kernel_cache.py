"""Machine code is kept under a hash of all that a module is made of: no stale caller stays in use."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from selat.kernels import _cache, motion


@pytest.fixture
def package(tmp_path: Path, monkeypatch) -> Path:
    """A copy of the kernels and the model, which a test may change."""
    copy = tmp_path / "selat"
    for part in ("kernels", "model"):
        shutil.copytree(_cache.HERE.parent / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(_cache, "HERE", copy / "kernels")
    return copy


def _change(path: Path) -> None:
    with path.open("a") as out:
        out.write("# changed\n")


def test_a_change_at_any_remove_is_another_folder(package: Path) -> None:
    before = _cache.stamp("selat.kernels.scan")
    for changed in ("kernels/scan.py", "kernels/_swar.py", "kernels/_jit.py"):
        _change(package / changed)
        after = _cache.stamp("selat.kernels.scan")
        assert after != before, changed
        before = after
    before = _cache.stamp("selat.kernels.fields")
    _change(package / "model/units.py")  # of the model's tables, whose constants are compiled in
    assert _cache.stamp("selat.kernels.fields") != before


def test_a_change_elsewhere_compiles_nothing_anew(package: Path) -> None:
    before = _cache.stamp("selat.kernels.geodesy")
    _change(package / "kernels/csvscan.py")
    assert _cache.stamp("selat.kernels.geodesy") == before


def test_old_folders_do_not_pile_up(tmp_path: Path) -> None:
    for n in range(8):
        (tmp_path / f"jit-a-{n}").mkdir()
    (tmp_path / "jit-a-b-1").mkdir()  # of another module
    _cache._tidy(tmp_path, "jit-a-", tmp_path / "jit-a-7")
    assert len(list(tmp_path.glob("jit-a-?"))) == _cache.KEPT + 1
    assert (tmp_path / "jit-a-7").is_dir() and (tmp_path / "jit-a-b-1").is_dir()


def test_kernels_of_other_packages_have_no_folder_of_ours() -> None:
    assert _cache.sources("numpy") == []


def test_numba_uses_it() -> None:
    kept = Path(motion.strips._cache.cache_path)
    ours = os.environ.get("NUMBA_CACHE_DIR") or _cache.folder("selat.kernels.motion")
    assert kept.is_relative_to(ours)
