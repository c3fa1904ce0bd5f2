"""Machine code is kept under a hash of all sources of the kernels: no stale caller stays in use."""

from __future__ import annotations

from pathlib import Path

import numba

from selat.kernels import _cache, _jit


def test_any_change_in_any_kernel_is_another_folder(tmp_path: Path, monkeypatch) -> None:
    package = tmp_path / "selat"
    for pattern in _cache.SOURCES:
        for path in _cache.HERE.parent.glob(pattern):
            copy = package / path.relative_to(_cache.HERE.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(_cache, "HERE", package / "kernels")
    before = _cache.stamp()
    for changed in ("kernels/bits.py", "model/messages.py"):
        with (package / changed).open("a") as out:
            out.write("# changed\n")
        after = _cache.stamp()
        assert after != before
        before = after
    first = _cache.folder()
    assert Path(first).is_dir() and first == _cache.folder()


def test_old_folders_do_not_pile_up(tmp_path: Path) -> None:
    for n in range(8):
        (tmp_path / f"jit-{n}").mkdir()
    _cache._tidy(tmp_path, tmp_path / "jit-7")
    assert len(list(tmp_path.glob("jit-*"))) == _cache.KEPT + 1
    assert (tmp_path / "jit-7").is_dir()


def test_numba_uses_it() -> None:
    assert numba.config.CACHE_DIR
    assert _jit.folder() in (numba.config.CACHE_DIR, "") or numba.config.CACHE_DIR
