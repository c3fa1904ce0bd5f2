"""The shape of the code: what keeps it readable, and what a reader may rely on. Layers are import-linter's.

Every rule is a function from a syntax tree to the places that break it, and is itself tried on a bad example.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "selat"
PYTHON = sorted(p.relative_to(SOURCES).as_posix() for p in SOURCES.rglob("*.py"))

FILE_LINES = 400
FUNCTION_LINES = 60
KERNEL_LINES = 120  # a compiled kernel cannot be cut as freely: each cut is a call that must inline or be paid for
PUBLIC_METHODS = 15
# Loops at the edge of the process go on after any failure of one source or client; they count and log it.
WIDE_EXCEPT = re.compile(r"app/pipeline\.py|web/feed\.py|readers/live\w*\.py")
HAS_THE_MILE = {"model/units.py"}
HAS_THE_CLOCK = {"model/clock.py"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}

Places = Iterator[tuple[int, str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_functions(tree: ast.Module, name: str) -> Places:
    most = KERNEL_LINES if name.startswith("kernels/") else FUNCTION_LINES
    for node in ast.walk(tree):
        if isinstance(node, Function) and (lines := (node.end_lineno or 0) - node.lineno + 1) > most:
            yield node.lineno, f"{node.name} has {lines} lines, more than {most}"


def wide_classes(tree: ast.Module, name: str) -> Places:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            public = [f.name for f in node.body if isinstance(f, Function) and not f.name.startswith("_")]
            if len(public) > PUBLIC_METHODS:
                yield node.lineno, f"{node.name} has {len(public)} public methods, more than {PUBLIC_METHODS}"


def wide_excepts(tree: ast.Module, name: str) -> Places:
    if WIDE_EXCEPT.fullmatch(name):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            names = {c.id if isinstance(c, ast.Name) else "" if c is None else "-" for c in caught}
            reraises = any(isinstance(n, ast.Raise) and n.exc is None for n in ast.walk(node))
            if names & {"", "Exception", "BaseException"} and not reraises:
                yield node.lineno, "catches everything: name the errors, or let them pass"


def bare_miles(tree: ast.Module, name: str) -> Places:
    if name in HAS_THE_MILE:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == 1852:
            yield node.lineno, "a nautical mile in metres: use selat.model.units"


def bare_clocks(tree: ast.Module, name: str) -> Places:
    if name in HAS_THE_CLOCK:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func).replace("_time.", "time.").replace("datetime.datetime", "datetime")
            if called in CLOCKS:
                yield node.lineno, f"{called}(): ask selat.model.clock"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for alias in node.names:
                if f"time.{alias.name}" in CLOCKS:
                    yield node.lineno, f"time.{alias.name}: ask selat.model.clock"


def prints(tree: ast.Module, name: str) -> Places:
    if name.startswith("cli/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno, "print() outside cli/: return it, or log it"


RULES: list[Callable[[ast.Module, str], Places]] = [
    long_functions,
    wide_classes,
    wide_excepts,
    bare_miles,
    bare_clocks,
    prints,
]
BAD = {
    long_functions: "def f():\n" + "    x = 1\n" * FUNCTION_LINES,
    wide_classes: "class C:\n" + "".join(f"    def m{n}(self): ...\n" for n in range(PUBLIC_METHODS + 1)),
    wide_excepts: "try:\n    f()\nexcept (OSError, Exception):\n    pass\n",
    bare_miles: "x = 2 * 1852.0\n",
    bare_clocks: "import time as _time\nx = _time.time()\n",
    prints: "print('x')\n",
}


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {name: ast.parse((SOURCES / name).read_text(encoding="utf-8")) for name in PYTHON}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_source_keeps_the_rule(rule, trees):
    broken = [f"src/selat/{name}:{line}: {text}" for name, tree in trees.items() for line, text in rule(tree, name)]
    assert not broken, "\n" + "\n".join(broken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_sees_a_bad_example(rule):
    assert list(rule(ast.parse(BAD[rule]), "tracks/clean.py"))


@pytest.mark.parametrize("handler", ["except:", "except Exception as e:", "except BaseException:"])
def test_wide_except_is_seen_unless_it_raises_again_or_stands_at_the_edge(handler):
    swallow = ast.parse(f"try:\n    f()\n{handler}\n    pass\n")
    assert list(wide_excepts(swallow, "tracks/clean.py"))
    assert not list(wide_excepts(swallow, "readers/live_tcp.py"))
    assert not list(wide_excepts(ast.parse(f"try:\n    f()\n{handler}\n    raise\n"), "tracks/clean.py"))


def in_git() -> list[str]:
    """Files of the project: tracked, and new ones that are not ignored."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    return sorted(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file())


def test_files_are_short():
    ours = [f"src/selat/{name}" for name in PYTHON]
    ours += [n for n in in_git() if re.fullmatch(r"(ui/src|tests|bench|scripts)/.*\.(py|ts|svelte)|dev\.py", n)]
    lines = {n: len((ROOT / n).read_text(encoding="utf-8").splitlines()) for n in ours if "/generated/" not in n}
    long = [f"{name}: {count} lines, more than {FILE_LINES}" for name, count in lines.items() if count > FILE_LINES]
    assert not long, "\n" + "\n".join(long)


# Written in pieces, so that this file does not name what it forbids.
HOSTS = re.compile("|".join(["pypi" + r"\.org", "python" + "hosted", "npmjs" + r"\.(?:org|com)", "yarnpkg" + r"\.com"]))
PLACES = re.compile(
    r"(?<![\w.])/(?:" + "|".join(["work" + "/", "opt/" + "pypi", "root" + "/", "home/" + r"\w+/"]) + ")"
)


def test_no_registry_or_machine_is_named():
    """Lock files and scripts work with whatever index and folder the reader has; docs may name a site in words."""
    named = []
    for name in in_git():
        data = (ROOT / name).read_bytes()
        if b"\0" in data[:8000]:
            continue
        text = data.decode("utf-8", errors="replace")
        words = name.endswith(".md") and not name.startswith("requirements/")
        for pattern in [PLACES] if words else [HOSTS, PLACES]:
            named += [f"{name}: {match[0]}" for match in pattern.finditer(text)]
    assert not named, "\n" + "\n".join(named[:20])


def test_no_second_lock():
    assert not [n for n in in_git() if Path(n).name in {"uv.lock", "poetry.lock", "yarn.lock", "pnpm-lock.yaml"}]


def test_npm_lock_names_no_address_and_checks_every_package():
    path = ROOT / "ui" / "package-lock.json"
    if not path.exists():
        pytest.skip("there is no ui/package-lock.json")
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if name and "integrity" not in entry]


def pins(lock: str) -> dict[str, int]:
    """``name==version ; marker`` of a lock file, each with the number of its hashes."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {re.split(r"\s+--hash", line)[0].strip(): line.count("--hash=sha256:") for line in lines}


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt", "uv.txt", "node.txt", "bench.txt", "bench-cpp.txt"])
def test_every_locked_package_is_pinned_and_hashed(lock):
    loose = [pin for pin, hashes in pins(lock).items() if "==" not in pin or hashes == 0]
    assert pins(lock) and not loose


def test_the_locks_agree():
    assert pins("run.txt").keys() <= pins("dev.txt").keys()
    ours, theirs = ({p.split(" ")[0] for p in pins(lock)} for lock in ("run.txt", "all.txt"))
    names = {p.split("==")[0] for p in theirs}
    assert {p for p in ours if p.split("==")[0] in names} <= theirs, "what goes with the wheel is what is tested here"


@pytest.mark.parametrize("package", ["numpy", "pyarrow", "duckdb", "llvmlite", "pydantic-core"])
def test_the_lock_serves_every_platform(package):
    """A wheel a platform and Python version, each with its hash: far more than one machine's."""
    hashes = [count for pin, count in pins("run.txt").items() if pin.startswith(f"{package}==")]
    assert sum(hashes) >= 12
