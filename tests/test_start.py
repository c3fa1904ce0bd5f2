"""The command line starts fast, and says what is wrong in two lines."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

import selat.cli
from selat.cli import main

ROOT = Path(__file__).resolve().parents[1]
ENGINES = {"numba", "pyarrow", "duckdb", "numpy", "sqlalchemy", "pydantic", "starlette", "uvicorn", "polars", "pandas"}
SECONDS = 0.3


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh interpreter that finds this checkout."""
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_help_is_fast():
    best = SECONDS
    for _ in range(5):
        start = time.perf_counter()
        done = python("from selat.cli import main; sys.exit(main(['--help']))")
        best = min(best, time.perf_counter() - start)
        assert done.returncode == 0, done.stderr
    assert best < SECONDS


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["nonesuch"], []])
def test_no_engine_is_imported_before_a_verb_runs(argv):
    done = python(f"from selat.cli import main; main({argv!r}); print('modules:', *sys.modules)")
    loaded = {name.partition(".")[0] for name in done.stdout.rpartition("modules:")[2].split()}
    assert "selat" in loaded
    assert not loaded & ENGINES


def test_importing_selat_imports_no_engine():
    done = python("import selat; print(*sys.modules)")
    assert not {name.partition(".")[0] for name in done.stdout.split()} & ENGINES


@pytest.fixture
def verbs(tmp_path, monkeypatch):
    """A command line with verbs of the tests' own instead of the real ones; gives the folder they lie in."""
    monkeypatch.setattr(selat.cli, "__path__", [str(tmp_path)])
    before = set(sys.modules)

    def write(name: str, body: str = "return 0", arguments: str = "pass", title: str = "A verb of the tests.") -> None:
        text = f'"""{title}\n\nMore of it.\n"""\n\nfrom selat.model.errors import *\n\n'
        text += f'EPILOG = "examples:\\n  selat {name}"\n'
        text += f"\n\ndef add_arguments(parser):\n    {arguments}\n\n\ndef run(args):\n    {body}\n"
        (tmp_path / f"{name}.py").write_text(text)

    write.folder = tmp_path
    yield write
    for name in set(sys.modules) - before:
        if name.startswith("selat.cli."):
            del sys.modules[name]
            delattr(selat.cli, name.rpartition(".")[2])


def test_verbs_are_listed_without_being_imported(verbs, capsys):
    verbs("watch", title="Follow live sources.")
    verbs("zulu", title="Last.")
    (verbs.folder / "alerts.py").write_text(
        '#!/x\n# comment\n\nr"""Alerts, newest first."""\nraise SystemExit("imported")\n'
    )
    (verbs.folder / "_help.py").write_text('"""Not a verb."""\n')
    (verbs.folder / "bare.py").write_text("x = 1\n")
    assert selat.cli.verbs() == {
        "watch": "Follow live sources",
        "alerts": "Alerts, newest first",
        "bare": "",
        "zulu": "Last",
    }
    assert main(["--help"]) == 0
    assert "  watch   Follow live sources\n  alerts  Alerts, newest first\n" in capsys.readouterr().out


def test_a_verb_gets_its_arguments_and_gives_the_exit_status(verbs, capsys):
    verbs("count", "print(args.n)\n    return args.n", "parser.add_argument('n', type=int)")
    assert main(["count", "1"]) == 1
    assert main(["-v", "count", "0"]) == 0
    assert capsys.readouterr().out == "1\n0\n"


@pytest.mark.parametrize("argv", [["count", "--help"], ["help", "count"]])
def test_a_verb_shows_its_examples(verbs, capsys, argv):
    verbs("count")
    assert main(argv) == 0
    out = capsys.readouterr().out
    assert "usage: selat count" in out and "More of it." in out and "examples:\n  selat count" in out


@pytest.mark.parametrize(
    ("argv", "error", "hint"),
    [
        (["wacth"], "there is no verb 'wacth'", "did you mean `selat watch`?"),
        (["qqqqq"], "there is no verb 'qqqqq'", "`selat --help` lists the verbs"),
        (["plain", "--speed"], "unrecognized arguments: --speed", "see `selat plain --help`"),
        (["--wrong", "watch"], "unrecognized arguments: --wrong", "see `selat --help`"),
    ],
)
def test_wrong_use_is_status_2_with_a_hint(verbs, capsys, argv, error, hint):
    verbs("watch")
    verbs("plain")
    assert main(argv) == 2
    said = capsys.readouterr()
    assert said.err == f"error: {error}\nhint: {hint}\n"
    assert said.out == ""


def test_no_verb_shows_the_help_on_stderr(capsys):
    assert main([]) == 2
    said = capsys.readouterr()
    assert "usage: selat" in said.err and not said.out


@pytest.mark.parametrize(
    ("body", "status", "err"),
    [
        ("raise FormatError('no AIS in it', hint='is it NMEA?')", 2, "error: no AIS in it\nhint: is it NMEA?\n"),
        ("raise ConnectError('refused')", 1, "error: refused\n"),
        ("open('/no/such/file')", 2, "error: /no/such/file: No such file or directory\nhint: "),
        ("raise KeyboardInterrupt", 130, ""),
        ("raise SystemExit('words')", 1, ""),
    ],
)
def test_expected_trouble_is_no_traceback(verbs, capsys, body, status, err):
    verbs("fail", body)
    assert main(["fail"]) == status
    assert capsys.readouterr().err.startswith(err)


def test_a_bug_is_a_traceback(verbs):
    verbs("fail", "return 1 / 0")
    with pytest.raises(ZeroDivisionError):
        main(["fail"])


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close differently on Windows")
def test_a_closed_pipe_is_quiet(verbs):
    verbs("flood", "print('x\\n' * 1_000_000)\n    return 0")
    code = f"import selat.cli; selat.cli.__path__[:] = [{str(verbs.folder)!r}]; sys.exit(selat.cli.main(['flood']))"
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n{code}"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


def every_action() -> list[list[str]]:
    """Each verb, and each action of those that have them."""
    found = []
    for verb in selat.cli.verbs():
        found.append([verb])
        for group in (
            selat.cli.parser_of(verb)._subparsers._group_actions if selat.cli.parser_of(verb)._subparsers else ()
        ):
            found += [[verb, action] for action in group.choices]
    return found


@pytest.mark.parametrize("words", every_action(), ids=" ".join)
def test_every_verb_and_action_tells_how_it_is_used(words, capsys):
    assert main([*words, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: selat {' '.join(words)}") and "%%" not in said and "==SUPPRESS==" not in said
