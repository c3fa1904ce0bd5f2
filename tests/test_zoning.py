"""Zones that change while a watch runs: taken without a restart, from one moment on, the same after a crash and in a replay."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from selat.app.floor import Floor
from selat.app.pipeline import Pipeline
from selat.app.watch import Watch
from selat.detectors import zone as zone_rule
from selat.model import clock
from selat.model.clock import MINUTE, SECOND, ReplayClock, parse_time
from selat.model.columns import empty
from selat.model.encode import encode, tag_block
from selat.model.handling import Deed, Snooze
from selat.model.nouns import Zone
from selat.model.ports import Block
from selat.readers.aivdm import AivdmReader
from selat.store import alertbook, handling, registry
from selat.store.writer import Store
from selat.tracks.lanes import Lanes
from selat.tracks.world import World
from selat.tracks.zones import Zones

pytestmark = pytest.mark.long

T0 = parse_time("2026-11-21T23:00:00Z")
SHIP, OTHER = 533000001, 563000002
CLOSED = {"entry": False}


@pytest.fixture(autouse=True)
def only_zones(monkeypatch) -> None:
    """The rule about zones alone: starting again and again with all rules takes its time."""
    monkeypatch.setattr("selat.app.pipeline.detectors", lambda changes=None: [zone_rule.DETECTOR])


def closed(name: str, west: float) -> Zone:
    return Zone(
        name, ((west, 1.0), (west + 0.02, 1.0), (west + 0.02, 1.04), (west, 1.04)), "drawn by Aminah", rules=CLOSED
    )


def line(minute: float, mmsi: int, lon: float) -> bytes:
    when = T0 + round(minute * MINUTE)
    said = encode(1, mmsi=mmsi, lat=1.02, lon=lon, sog=10.0, cog=90.0, heading=90, second=round(minute * 60) % 60)
    return b"".join(
        (tag_block(c=when // SECOND) + text).encode() + b"\r\n" if isinstance(text, str) else text for text in said
    )


def blocks(minutes: int = 40) -> list[tuple[bytes, int]]:
    """Two ships that sail east, one behind the other, a report each ten seconds; a block each half minute."""
    out, lines = [], b""
    for step in range(minutes * 6):
        minute = step / 6
        lines += line(minute, SHIP, 103.60 + minute * 0.00278) + line(minute, OTHER, 103.58 + minute * 0.00278)
        if step % 3 == 2:
            out.append((lines, T0 + round(minute * MINUTE) + SECOND))
            lines = b""
    return out


def told(sea: Path) -> list[tuple[str, str, int, int, str]]:
    store = Store(sea)
    try:
        found = [a for a in alertbook.alerts(store.state) if a.rule == "zone"]
        return sorted((a.id, a.state, a.time, a.last, a.sentence) for a in found)
    finally:
        store.close()


def fed(
    sea: Path, changes: dict[int, object], crashes: tuple[int, ...] = (), commits: int = 7, idle: bool = False
) -> list[object]:
    """Feeds the blocks; before block n the change of n is made. A crash loses what was not committed."""
    every = blocks()
    at = 0
    while at < len(every):
        store = Store(sea)
        with store.writer() as writer:
            pipeline = Pipeline(writer)
            intake = pipeline.source("feed", "nmea-live")
            while at < len(every):
                if at in changes:
                    changes[at](store.state)
                    assert pipeline.look() and not pipeline.look()
                data, received = every[at]
                pipeline.take(intake, data, received)
                pipeline.sync()
                if idle:
                    pipeline.idle(received + 20 * SECOND)
                at += 1
                if at in crashes:
                    break  # kill -9: the journal is there, what came after the last commit is not
                if at % commits == 0:
                    pipeline.commit()
            if at == len(every):
                pipeline.end(intake, every[-1][1])
        store.close()
    return told(sea)


PUT = {
    20: lambda s: registry.put_zone(s, closed("works", 103.64), "Aminah"),
    50: lambda s: registry.put_zone(s, closed("works", 103.68), "Aminah"),
    66: lambda s: registry.remove_zones(s, ["works"], "Razak"),
}


def test_a_running_watch_takes_a_zone_that_is_drawn_moved_and_taken_out(tmp_path: Path) -> None:
    found = fed(tmp_path / "sea", PUT)
    assert len(found) >= 2 and all("works" in sentence for *_, sentence in found)
    assert {state for _, state, *_ in found} == {"rectified"}, "what is no zone any more holds nobody"
    assert min(time for _, _, time, *_ in found) >= T0 + 10 * MINUTE, (
        "nothing is judged by a zone that was not there yet"
    )
    assert fed(tmp_path / "none", {}) == []


@pytest.mark.parametrize(("crashes", "idle"), [((51, 52), False), ((20, 30, 50, 66, 70), True)])
def test_after_a_crash_every_moment_is_judged_by_the_zones_it_was_judged_by(tmp_path: Path, crashes, idle) -> None:
    quiet = fed(tmp_path / "quiet", PUT, idle=idle)
    assert fed(tmp_path / "killed", PUT, crashes, idle=idle) == quiet
    assert fed(tmp_path / "often", PUT, crashes, commits=1, idle=idle) == quiet


def test_a_crash_before_the_first_commit_begins_in_the_world_of_then(tmp_path: Path) -> None:
    quiet = fed(tmp_path / "quiet", PUT, commits=1000)
    assert fed(tmp_path / "killed", PUT, (70,), commits=1000) == quiet


@pytest.mark.parametrize("cuts", [1, 7, 40, 1000])
def test_batch_and_live_agree_about_a_change(cuts: int) -> None:
    """The floor alone: a change holds from its moment on, however the input is cut."""
    old, new = (World(zones=z, lanes=Lanes(None, z)) for z in (Zones(), Zones([closed("works", 103.64)])))
    reader = AivdmReader()
    parts = [reader.feed(data, received) for data, received in blocks()]
    floor = Floor([zone_rule.DETECTOR], world=old)
    floor.change(T0 + 14 * MINUTE, 1, new) if cuts == 1000 else None
    found = []
    for k in range(0, len(parts), cuts):
        for part, (_, received) in zip(parts[k : k + cuts], blocks()[k : k + cuts], strict=True):
            if cuts != 1000 and floor.last_number != 1 and received > T0 + 10 * MINUTE:
                floor.change(T0 + 14 * MINUTE, 1, new)
            found += floor.step(part.reports, part.statics, part.messages, received)
    found += floor.step(empty("reports"), empty("statics"), empty("messages"), T0 + 41 * MINUTE, final=True)
    last = {a.id: (a.state, a.time, a.last, a.sentence) for a in found}
    assert len(last) == 2
    reference = test_batch_and_live_agree_about_a_change.__dict__.setdefault("reference", last)
    assert last == reference


class Live:
    """Blocks of a feed; between two of them somebody draws a zone."""

    def __init__(self, sea: Path, watch: list[Watch]) -> None:
        self.sea, self.watch = sea, watch

    async def __aiter__(self):
        for n, (data, received) in enumerate(blocks()):
            if n == 20:
                other = Store(self.sea)
                registry.put_zone(other.state, closed("works", 103.64), "Aminah")
                other.close()
                self.watch[0]._looked = -1e9  # a second has passed
                await asyncio.sleep(0.6)
            yield Block("feed", data, received)


def test_the_watch_sees_what_another_process_draws_and_does(tmp_path: Path) -> None:
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        made: list[Watch] = []
        made.append(Watch(Pipeline(writer), ReplayClock(T0 + 40 * MINUTE, 1e-9), replay=True))
        asyncio.run(made[0].run(Live(tmp_path / "sea", made)))
        alerts = [a for a in made[0].picture.alerts(0)[1] if a["rule"] == "zone"]
        assert alerts and "works" in alerts[0]["sentence"]
        handling.do(writer.state, alerts[0]["id"], Deed("assign", "Razak", to="Boat 7"))
        now = clock.now()
        handling.put_snooze(writer.state, Snooze("s1", now + 60 * SECOND, "Razak", "works", now, rule="zone"))
        made[0]._look()
        seen = next(a for a in made[0].picture.alerts(0)[1] if a["id"] == alerts[0]["id"])
        assert seen["assigned"] == "Boat 7" and seen["snoozed"]
    store.close()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[object]:
    store = Store(tmp_path / "sea")
    yield store.state
    store.close()


def test_zones_after_any_entry_of_the_log(state) -> None:
    assert registry.zones_number(state) == -1 and registry.zones_after(state, -1) == []
    stood: dict[int, list[str]] = {-1: []}
    for change in (
        lambda: registry.put_zones(state, [closed("b", 103.6), closed("a", 103.7)], "A"),
        lambda: registry.record(state, "A", "login", "address:x"),
        lambda: registry.put_zone(state, closed("c", 103.8), "A"),
        lambda: registry.remove_zones(state, ["b"], "A"),
        lambda: registry.put_zone(state, closed("a", 103.9), "A"),
    ):
        change()
        stood[registry.zones_number(state)] = [z.version for z in registry.zones(state).values()]
    assert len(stood) == 5
    for number, versions in stood.items():
        assert [z.version for z in registry.zones_after(state, number)] == versions
    assert registry.zones_number(state, max(stood)) == max(stood)
