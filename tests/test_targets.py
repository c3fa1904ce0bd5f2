"""Numbers of targets: nobody else has them, two targets never share one, the page and the history can hold them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.model import schema, targets
from selat.tracks.kinds import Kind, kinds_of

RADAR, TRACK = st.integers(1, targets.RADARS), st.integers(0, targets.TRACKS - 1)


@given(RADAR, TRACK)
def test_a_number_says_whose_it_is(radar, track):
    number = targets.target_number(radar, track)
    assert [int(v) for v in targets.parts_of(number)] == [radar, track]
    assert targets.is_target(number) and targets.of_nobody(number)
    assert targets.target_number(np.array([radar]), np.array([track])).tolist() == [number]


def test_numbers_of_targets_fit_everywhere_and_have_no_other_meaning():
    edges = np.array([targets.FIRST, targets.LAST])
    assert (edges <= 999_999_999).all(), "nine digits: the page asks for no more"
    assert (edges <= np.iinfo(schema.REPORTS["mmsi"].stored).max).all()
    some = np.random.default_rng(1).integers(targets.FIRST, targets.LAST, 10_000)
    assert (kinds_of(some, np.zeros(len(some), np.uint8)) == Kind.VESSEL).all()
    assert targets.of_nobody(some).all()


@pytest.mark.parametrize(
    "number",
    [
        0, 2_320_011, 23_200_001, 233_000_001, 533_900_001, 799_999_999, 811_000_000 + 42_200_000, 111_232_001, 970_012_345,
        972_012_345, 974_012_345, 979_000_001, 982_320_001, 992_320_001, 1_000_000_000,
    ],
)  # fmt: skip
def test_numbers_of_somebody_are_no_targets(number):
    assert not targets.of_nobody(number)
    assert not targets.is_target(number)


@pytest.mark.parametrize("number", [100_000_010, 199_999_900, 800_000_001, 899_000_001, 123_456_789])
def test_numbers_that_a_table_may_give_its_targets(number):
    assert targets.of_nobody(number)
    assert not targets.is_target(number)


def test_a_reader_counts_its_radars_and_the_sea_has_its_own_numbers():
    mine = targets.target_number(np.array([1, 2, 1]), np.array([5, 5, 99_999]))
    found = targets.renumbered(np.append(mine, 533_900_001), np.array([0, 12, 3]))
    assert found.tolist() == [901_100_005, 900_200_005, 901_199_999, 533_900_001]
    ships = np.array([533_900_001], np.int32)
    assert targets.renumbered(ships, np.array([0])) is ships
