"""The wheel that others install holds all that the checkout has, the page too, and its command starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[1]
PAGE = "selat/web/static/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "src" / PAGE / "index.html").exists():
        pytest.skip("the page is not built")
    to = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", to], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return next(to.glob("selat-*.whl"))


def test_it_holds_every_file_of_the_package_and_the_page(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as z:
        names = {n for n in z.namelist() if not n.split("/")[0].endswith(".dist-info")}
        texts = [n for n in z.namelist() if n.endswith("METADATA")]
        told = z.read(texts[0]).decode()
    source = ROOT / "src"
    ours = {
        f.relative_to(source).as_posix()
        for f in (source / "selat").rglob("*")
        if f.is_file() and "__pycache__" not in f.parts
    }
    assert ours == names
    assert {f"{PAGE}{page}.html" for page in ("index", "rescue", "assist", "field", "statistics", "fleet")} <= names
    extras = [line.split(": ")[1] for line in told.splitlines() if line.startswith("Provides-Extra")]
    assert {"paper", "ocean", "serial", "oidc", "postgres"} <= set(extras)
    table = (ROOT / "docs/how-to/install.md").read_text(encoding="utf-8")
    assert all(f"`{e}`" in table for e in extras), "each extra is told of where installing is described"


def test_what_is_installed_from_it_starts(wheel: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(wheel, tmp_path / "there", "zip")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path / "there"), "PYTHONSAFEPATH": "1"}
    say = "import selat, selat.web.server as s; print(selat.__file__); print((s.STATIC / 'index.html').is_file())"
    done = subprocess.run([sys.executable, "-c", say], cwd=tmp_path, env=environ, capture_output=True, text=True)
    where, page = done.stdout.split()
    assert Path(where).is_relative_to(tmp_path / "there") and page == "True", done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "selat", "--version"], cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.startswith("selat "), done
