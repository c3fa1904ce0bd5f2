"""What others install, in dist/: a wheel with the page in it, and the sources.

With ``--offline`` also the wheels of every locked package and extra (requirements/all.txt, checked by hash), for the system,
processor and Python that this runs on: ``pip install --no-index --find-links dist selat``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(*command: object) -> None:
    """One step; its own words are the error."""
    if status := subprocess.call([sys.executable, "-m", *map(str, command)], cwd=ROOT):
        sys.exit(status)


def main(arguments: list[str]) -> int:
    folder = ROOT / "dist"
    if not (ROOT / "src/selat/web/static/index.html").exists():
        print(
            "error: the page is not built, and a wheel without it is of no use\nhint: unset SELAT_NO_PAGE",
            file=sys.stderr,
        )
        return 2
    shutil.rmtree(folder, ignore_errors=True)
    run("hatchling", "build", "-d", folder)
    if "--offline" in arguments:
        flags = ["-q", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:", "-d", folder]
        run("pip", "download", *flags, "-r", ROOT / "requirements" / "all.txt")
    files = list(folder.iterdir())
    print(f"{len(files)} files, {sum(f.stat().st_size for f in files) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
