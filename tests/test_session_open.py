"""Opening a sea: what becomes one, what is refused and why, who may write and who may read."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import selat
from selat.model.errors import ConfigError, StoreError
from selat.store.tables import meta
from selat.store.writer import Store
from store_twin import SHIPS, some_batch


def test_a_new_sea_is_a_folder_with_commented_settings(tmp_path):
    with selat.open(tmp_path / "deep" / "sea") as sea:
        assert sea.reports.count() == 0
    text = (tmp_path / "deep" / "sea" / "selat.toml").read_text()
    assert "postgresql" in text and "[store]" in text
    with pytest.raises(StoreError, match="there is no sea"):
        selat.open(tmp_path / "absent", create=False)


def test_what_is_no_sea_is_refused(tmp_path):
    file = tmp_path / "log.nmea"
    file.write_text("!AIVDM")
    with pytest.raises(StoreError, match="is a file"):
        selat.open(file)
    with pytest.raises(StoreError, match="other things in it"):
        selat.open(tmp_path)
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "state.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(StoreError, match="cannot be opened"):
        selat.open(tmp_path / "db")
    (tmp_path / "cfg").mkdir()
    (tmp_path / "cfg" / "selat.toml").write_text("[store\n")
    with pytest.raises(ConfigError, match=r"selat\.toml"):
        selat.open(tmp_path / "cfg")


def test_a_newer_version_is_refused(tmp_path):
    with selat.open(tmp_path / "sea") as sea, sea.state.engine.connect() as connection:
        connection.execute(meta.update().where(meta.c.key == "schema_version").values(value="99"))
        connection.commit()
    with pytest.raises(StoreError, match="version 99") as caught:
        selat.open(tmp_path / "sea")
    assert "newer" in caught.value.hint


def test_two_writers_are_refused_and_readers_are_not(tmp_path):
    store = Store(tmp_path / "sea")
    code = "import sys; from selat.store.writer import Store; Store(sys.argv[1]).writer()"
    with store.writer(), selat.open(tmp_path / "sea"), selat.open(tmp_path / "sea") as sea:
        with pytest.raises(StoreError, match="another process") as caught:
            Store(tmp_path / "sea").writer()
        assert str(os.getpid()) in str(caught.value)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        other = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "sea")], capture_output=True, text=True, env=environment
        )
        assert other.returncode == 1 and "another process" in other.stderr
        assert sea.reports.count() == 0
    Store(tmp_path / "sea").writer().close()


@pytest.fixture
def nobody():
    """Rights of nobody in particular, where the tests run as root."""
    if not hasattr(os, "seteuid"):
        pytest.skip("no users here")
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    yield
    os.seteuid(me)


@pytest.fixture
def public():
    """A folder that others may reach."""
    with tempfile.TemporaryDirectory(prefix="selat-public-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_no_permission_is_told(public, request):
    public.chmod(0o555)
    request.getfixturevalue("nobody")
    with pytest.raises(StoreError, match="cannot be used") as caught:
        selat.open(public / "sea")
    assert caught.value.hint


def test_a_sea_that_may_only_be_read_is_read(public, request):
    batch = some_batch(np.random.default_rng(1), 30)
    with Store(public / "sea") as store, store.writer() as writer:
        writer.stage(batch)
        writer.commit()
    (public / "sea").chmod(0o555)
    request.getfixturevalue("nobody")
    with selat.open(public / "sea") as sea:
        assert (sea.reports.count(), len(sea.reports.of(int(SHIPS[0])).stored())) == (30, 16)
        assert sea.sql("SELECT count(*) AS n FROM reports").arrow()["n"].to_pylist() == [30]
    with pytest.raises(StoreError, match=r"cannot be (written|opened)") as caught:
        Store(public / "sea").writer()
    assert caught.value.hint
