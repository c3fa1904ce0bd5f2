"""The world that a watch has: what lies in the sea, and what comes with selat."""

import logging

import pytest

import selat
from selat.app.pipeline import Pipeline
from selat.app.world import counts_of, keep_counts, world_of
from selat.cli import main
from selat.model.errors import StoreError
from selat.model.nouns import Zone
from selat.store.writer import Store
from selat.tracks.lanes_learn import learn
from test_lanes import stream

BOX = ((103.0, 1.0), (104.0, 1.0), (104.0, 2.0), (103.0, 2.0))


def test_a_watch_sees_the_zones_and_lists_of_its_sea(tmp_path, caplog):
    with selat.open(tmp_path / "sea") as sea:
        sea.put(Zone("lane", BOX, "chart 5", "lane", 81.0))
        sea.layout.lists.mkdir()
        (sea.layout.lists / "police.csv").write_text("mmsi,name\n563012345,SRI TANJUNG\n12,BAD\n")
        (sea.layout.lists / "scrapped.csv").write_text("imo\n9074729\n")
        (sea.layout.lists / "broken.csv").write_text("no,such,columns\n")
        with caplog.at_level(logging.WARNING):
            world = world_of(sea.layout, sea.state)
    assert [z.name for z in world.zones] == ["lane"] and world.zones.direction.tolist() == [81.0]
    assert {(e.kind, e.source) for e in world.lists.entries} == {("watch", "police.csv"), ("scrapped", "scrapped.csv")}
    assert "police.csv:3" in caplog.text and "broken.csv" in caplog.text
    assert world.coast.land(1.3521, 103.8198) and len(world.ports) > 3000
    with Store(tmp_path / "sea") as store, store.writer() as writer:
        floor = Pipeline(writer).floor
        assert floor is not None and floor.world.zones.version == world.zones.version


def test_learned_lanes_are_kept_with_the_sea_and_a_broken_file_stops_nobody(tmp_path, caplog):
    counts = learn(stream(30))
    with selat.open(tmp_path / "sea") as sea:
        keep_counts(sea.layout, counts)
        assert counts_of(sea.layout).version == counts.version
        assert len(world_of(sea.layout, sea.state).lanes) > 0
        sea.layout.lanes.write_bytes(sea.layout.lanes.read_bytes()[:500])
        with pytest.raises(StoreError, match=r"lanes\.bin") as error:
            counts_of(sea.layout)
        assert "selat lanes SEA learn" in error.value.hint
        assert len(world_of(sea.layout, sea.state).lanes) == 0 and "lanes are left out" in caplog.text


def test_a_new_sea_has_an_empty_world(tmp_path):
    with selat.open(tmp_path / "sea") as sea:
        world = world_of(sea.layout, sea.state)
    assert len(world.zones) == len(world.lists) == len(world.lanes) == 0


def test_check_names_bad_rows_of_lists_and_a_broken_file_of_lanes(tmp_path, capsys):
    path = str(tmp_path / "sea")
    with selat.open(path) as sea:
        sea.layout.lists.mkdir()
        (sea.layout.lists / "a.csv").write_text("mmsi\n563012345\n12\n")
        keep_counts(sea.layout, learn(stream(3)))
    assert main(["check", path]) == 1
    out = capsys.readouterr().out
    assert "a.csv:3: 12 is no MMSI" in out and "1 ships" in out and "learned from" in out
    with selat.open(path) as sea:
        sea.layout.lanes.write_bytes(b"x")
    assert main(["check", path]) == 1 and "lanes.bin" in capsys.readouterr().out
