"""The live watch: the picture fills, health counts, an acknowledgement of the page reaches the sea."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import selat
from selat.app.pipeline import Pipeline
from selat.app.standing import Standing
from selat.app.watch import FIRST, Watch
from selat.exercise.emit import sentences
from selat.exercise.scene import Scene
from selat.model.clock import SECOND, ReplayClock
from selat.model.picture import FLAG_ALERT, LON_NA
from selat.model.ports import Block
from selat.store.writer import Store


class Source:
    """Three minutes of an exercise, as fast as they are taken, ten seconds a block."""

    def __init__(self) -> None:
        self.scene = Scene(ships=80)

    async def __aiter__(self) -> AsyncIterator[Block]:
        lines: list[bytes] = []
        due = self.scene.start + 10 * SECOND
        for when, line in sentences(self.scene, 180):
            if when >= due:
                yield Block("feed", b"".join(lines), due)
                lines, due = [], due + 10 * SECOND
            lines.append(line)
        yield Block("feed", b"".join(lines), due)


@pytest.fixture
def watched(tmp_path: Path):
    source = Source()
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        watch = Watch(Pipeline(writer), ReplayClock(source.scene.start + 180 * SECOND, 1e-9), replay=True)
        asyncio.run(watch.run(source))
        yield watch, tmp_path / "sea"
    store.close()


def test_picture_health_and_acknowledgement(watched) -> None:
    watch, sea = watched
    picture = watch.picture
    version, rows = picture.rows(0)
    assert len(rows) >= 80 and (rows["lon"] != LON_NA).any()
    assert (rows["mmsi"][1:] > rows["mmsi"][:-1]).all()
    assert len(picture.rows(version)[1]) == 0
    assert sum(label["name"] is not None for label in picture.labels(0)[1]) > 10
    health = picture.health()
    assert health["ships"] > 50 and health["sources"][0]["state"] == "done"
    feed = health["sources"][0]
    assert feed["lines"] == feed["kept"] + feed["duplicates"] + feed["rejected"] > 500

    seen, alerts = picture.alerts(0)
    beacon = next(a for a in alerts if a["rule"] == "distress" and a["priority"] == "emergency")
    assert rows["flags"][rows["mmsi"] == beacon["subjects"][0]] & FLAG_ALERT
    card = picture.ship(beacon["subjects"][0])
    assert card is not None and beacon["id"] in card["alerts"] and card["track"]
    assert picture.ship(1) is None

    assert picture.acknowledge(beacon["id"], "Aminah")
    assert not picture.acknowledge("nonsense", "Aminah")
    assert [a["state"] for a in picture.alerts(seen)[1]] == ["acknowledged"]
    with selat.open(sea) as opened:
        states = dict(zip(*(opened.alerts.arrow()[c].to_pylist() for c in ("id", "state")), strict=True))
    assert states[beacon["id"]] == "acknowledged"


def test_another_console_sees_and_acknowledges(watched) -> None:
    _, sea = watched
    with selat.open(sea) as opened:
        standing = Standing(opened)
        assert len(standing.picture.rows(0)[1]) >= 80
        alert = next(a for a in standing.picture.alerts(0)[1] if a["subjects"])  # not one about a receiver
        assert standing.picture.acknowledge(alert["id"], "Bakar")
        standing.look()
        assert standing.picture.ship(alert["subjects"][0])["track"]
        assert opened.alerts.arrow()["state"].to_pylist().count("acknowledged") == 1
        assert standing.health()["sources"][0]["lines"] > 500


def test_the_first_reports_of_a_new_sea_are_stored_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages about the past show something in the first minute; after that it is the setting that counts."""
    source, times = Source(), [100.0]
    monkeypatch.setattr("selat.app.watch.clocks.monotonic", lambda: times[0])
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        watch = Watch(Pipeline(writer), ReplayClock(source.scene.start + 180 * SECOND, 1e-9), replay=True)

        async def go() -> None:
            held = []  # rows that wait for a commit, after each block
            async for block in source:
                times[0] += 2.0
                watch._take(block)
                held.append(writer.staged_rows)
                if times[0] > 130.0:
                    break
            first = held.index(0)
            assert held[0] > 0 and first * 2.0 < FIRST + 4.0, held
            assert not watch._new, "from then on the setting counts"

        asyncio.run(go())
        watch._thread.shutdown()
        watch.pipeline.commit(wait=True)
        with selat.open(tmp_path / "sea") as sea:
            assert sea.reports.count() > 0
    store.close()
