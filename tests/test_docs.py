"""What the documentation says, works: its commands and its Python are run, its links lead somewhere.

In README.md and docs/**.md, every fence of ``console`` has its ``$ selat ...`` lines run in order, and every fence of
``python`` is run, file by file in one empty folder, so that a page may build on what it said before. A fence right
after ``<!-- not run: REASON -->`` is left out; one after ``<!-- status: 1 -->`` is expected to end with that status.
A count of lines that a page shows as printed (``3 lines = ...``, and what follows it) must be what is printed.
``python3 dev.py ...`` lines are not run here, but their verb must exist.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(p for p in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if p.name != "CHANGELOG.md")
FENCE = re.compile(
    r"(?:<!--\s*(?P<mark>not run|status):\s*(?P<value>.+?)\s*-->\s*\n)?"
    r"^(?P<indent> *)```(?P<kind>\w*)[^\n]*\n(?P<body>.*?)^ *```",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
COUNT = re.compile(r"[\d,]+ lines = ")
SECONDS = 120


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Step:
    """One thing to run: ``words`` of a command line, or Python source."""

    line: int
    words: list[str] | None
    source: str
    status: int
    says: tuple[str, ...] = ()  #: lines that it must print


def steps(text: str) -> list[Step]:
    """What a page asks its reader to run, in order."""
    found = []
    for fence in FENCE.finditer(text):
        if fence["mark"] == "not run" or fence["kind"] not in {"console", "python"}:
            continue
        line = text.count("\n", 0, fence.start("body")) + 1
        status = int(fence["value"]) if fence["mark"] == "status" else 0
        body = re.sub(rf"^{fence['indent']}", "", fence["body"], flags=re.MULTILINE)
        if fence["kind"] == "python":
            found.append(Step(line, None, "\n" * (line - 1) + body, status))
            continue
        for n, command in commands(body):
            found.append(Step(line + n, shlex.split(command), command, status, counted(body.splitlines()[n + 1 :])))
    return [s for s in found if s.words is None or s.words[0] == "selat"]


def commands(body: str) -> list[tuple[int, str]]:
    """The ``$`` lines of a console fence with their continuations; what is printed in between is for the reader."""
    found: list[tuple[int, str]] = []
    open_line = False
    for n, line in enumerate(body.splitlines()):
        if open_line:
            at, command = found.pop()
            found.append((at, command[:-1] + line.strip()))
        elif line.startswith("$ "):
            found.append((n, line[2:].strip()))
        else:
            continue
        open_line = found[-1][1].endswith("\\")
    return found


def counted(after: list[str]) -> tuple[str, ...]:
    """The count of lines, and what is printed after it, where that is what stands after a command."""
    if not after or not COUNT.match(after[0]):
        return ()
    end = next((k for k, line in enumerate(after) if line.startswith("$ ")), len(after))
    return tuple(after[:end])


def verb_of(step: Step) -> str | None:
    """The verb a command needs, if it does not exist yet."""
    verb = step.words[1] if step.words and len(step.words) > 1 else "-"
    if verb.startswith("-") or verb == "help" or importlib.util.find_spec(f"selat.cli.{verb}"):
        return None
    return verb


@pytest.mark.long
@pytest.mark.parametrize("page", [p for p in PAGES if steps(p.read_text(encoding="utf-8"))], ids=name_of)
def test_page_works_as_written(page, tmp_path):
    todo = steps(page.read_text(encoding="utf-8"))
    launcher = tmp_path / "bin" / "selat"
    launcher.parent.mkdir()
    launcher.write_text(f"#!{sys.executable}\nimport sys\nfrom selat.cli import main\nsys.exit(main())\n")
    launcher.chmod(0o755)
    home = tmp_path / "work"
    home.mkdir()
    path = f"{launcher.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, "PATH": path, "HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "100"}
    for step in todo:
        where = f"{page.relative_to(ROOT)}:{step.line}"
        missing = verb_of(step)
        assert missing is None, f"{where}: there is no verb `selat {missing}`"
        if step.words:
            command = [sys.executable, str(launcher), *step.words[1:]] if plain(step) else ["bash", "-c", step.source]
        else:
            script = tmp_path / f"line{step.line}.py"
            script.write_text(step.source)
            command = [sys.executable, str(script)]
        done = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)
        said = f"{where}: {step.source.strip()}\n{done.stdout[-800:]}{done.stderr[-1500:]}"
        assert done.returncode == step.status, said
        printed = done.stdout.splitlines() + done.stderr.splitlines()
        assert [line for line in step.says if line not in printed] == [], said


def plain(step: Step) -> bool:
    """No pipes, redirections or variables: needs no shell."""
    return not re.search(r"[|<>$*;&`]", step.source)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in LINK.findall(text):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert not broken


def anchors(page: Path) -> set[str]:
    """The names that headings get on the common Markdown sites."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_dev_verbs_exist(page):
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    named = set(re.findall(r"python3? dev\.py ([a-z]\w*)", page.read_text(encoding="utf-8")))
    assert named <= set(dev.VERBS)


PAGE = """
Words `$ selat wrong`.

```console
$ selat read a.nmea \\
    --json
3 reports
$ python3 dev.py test
```

<!-- not run: needs a receiver -->
```console
$ selat watch tcp://x:1
```

1. In a list:

   <!-- status: 2 -->
   ```python
   raise SystemExit(2)
   ```

```toml
x = 1
```
"""


def test_reading_a_page():
    found = [(s.line, s.words, s.source.strip(), s.status, s.says) for s in steps(PAGE)]
    assert found == [
        (5, ["selat", "read", "a.nmea", "--json"], "selat read a.nmea --json", 0, ()),
        (20, None, "raise SystemExit(2)", 2, ()),
    ]
    assert counted(["3 lines = 3 kept", "1 report", "$ selat ships"]) == ("3 lines = 3 kept", "1 report")


def test_there_is_a_shell_for_the_commands_that_need_one():
    if any(s.words and not plain(s) for p in PAGES for s in steps(p.read_text(encoding="utf-8"))):
        assert shutil.which("bash")
