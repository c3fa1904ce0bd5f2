"""An alert that a state holds as text comes back as it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.model.nouns import PRIORITIES, Alert
from selat.model.rule import pack, seal, unseal

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
alerts = st.builds(
    Alert, st.text(), st.text(), st.sampled_from(PRIORITIES), st.lists(st.integers(0, 999_999_999)).map(tuple),
    st.integers(0, 2**62), st.integers(0, 2**62), st.floats(-90, 90), st.floats(-180, 180), st.text(),
    evidence=st.dictionaries(st.text(max_size=4), plain, max_size=3), confidence=st.floats(0, 1),
)  # fmt: skip


@given(alerts)
def test_a_sealed_alert_comes_back(alert):
    assert unseal(seal(alert)) == alert == unseal(pack(alert)), "and states of older versions are read"
    assert unseal(seal(alert), state="rectified").state == "rectified"


def test_numbers_of_arrays_are_numbers_and_other_things_are_told():
    alert = Alert(
        "dark", "1", "warning", (1,), 5, 6, np.float64(1.5), 2.0, "So.", evidence={"x": np.arange(3), "n": np.int64(4)}
    )
    back = unseal(seal(alert))
    assert back.lat == 1.5 and back.evidence == {"x": [0, 1, 2], "n": 4} and back.id == alert.id
    with pytest.raises(TypeError, match="set is no evidence"):
        seal(Alert("dark", "1", "warning", (1,), 5, 6, 1.0, 2.0, "So.", evidence={"x": {1}}))
