"""Tasks over partitions: the same bytes whatever the number of processes, and however often."""

import numpy as np
import pyarrow as pa
import pytest

import selat
from selat.model.errors import PluginError
from selat.store.runner import run_partition, run_partitions, specs_of
from selat.store.writer import Store
from store_twin import some_batch

pytestmark = pytest.mark.long


def rows_of_ships(columns, parameters):
    """A task: rows of each ship, from a number on."""
    ships, counts = np.unique(columns["mmsi"], return_counts=True)
    keep = counts >= parameters["least"]
    return pa.table({"mmsi": ships[keep], "rows": counts[keep]})


def test_results_are_the_same_by_any_runner(tmp_path):
    with Store(tmp_path / "sea") as store, store.writer() as writer:
        for k in range(2):
            writer.stage(some_batch(np.random.default_rng(k), 200, k * 2000))
            writer.commit()
    with selat.open(tmp_path / "sea") as sea:
        function = "test_store_runner:rows_of_ships"
        made = {}
        for out, workers in (("a", 0), ("b", 2)):
            specs = specs_of(sea.layout.history, sea.view.parts, "reports", function, {"least": 1}, tmp_path / out)
            made[out] = [sha for _, sha in run_partitions(specs, workers)]
        assert made["a"] == made["b"] and len(made["a"]) == len(
            {p.block for p in sea.view.parts if p.table == "reports"}
        )
        again = run_partition(specs[0])
        assert again[1] == made["a"][0] and len(list((tmp_path / "b").iterdir())) == len(specs)
        tables = [pa.ipc.open_file(path).read_all() for path, _ in run_partitions(specs, 0)]
        assert sum(t["rows"].to_numpy().sum() for t in tables) == sea.reports.count() == 400
        (other, *_) = specs_of(sea.layout.history, sea.view.parts, "reports", function, {"least": 2}, tmp_path / "a")
        assert other.name != specs[0].name
        (wrong, *_) = specs_of(sea.layout.history, sea.view.parts, "reports", "nowhere:x", {}, tmp_path / "a")
        with pytest.raises(PluginError, match="no function"):
            run_partition(wrong)
