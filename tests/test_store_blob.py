"""Saved states come back, without pickle, and the same state is the same bytes."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.kernels import nmea
from selat.model.errors import StoreError
from selat.store import blob

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text(), st.binary()
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=5), st.integers(0, 9)), inner, max_size=4),
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), values, max_size=5))
def test_states_come_back(state):
    data = blob.dump(state)
    assert blob.load(data) == state == blob.load(blob.squeeze(data))
    assert blob.dump(dict(reversed(list(state.items())))) == data


def test_what_json_hardly_knows_comes_back():
    state = {"half": "\ud800", "far": [math.inf, -math.inf], "wide": 2**90, "deep": {"none": math.nan}}
    back = blob.load(blob.dump(state))
    assert math.isnan(back.pop("deep")["none"]) and math.isnan(state.pop("deep")["none"])
    assert back == state
    assert math.isnan(blob.load(blob.dump({"n": math.nan}))["n"])


def test_states_of_version_2_are_read():
    """Bytes lay in the tree then."""
    tree = b'{"d":[["a",{"a":0,"s":[3],"t":"<i4"}],["b",{"b":"AP8="}],["c",{"t":[1,"x"]}]]}'
    head = struct.pack("<4sHI", b"SLTB", 2, len(tree)) + tree
    back = blob.load(head + bytes(-len(head) % 64) + np.arange(3, dtype="i4").tobytes())
    assert back.pop("a").tolist() == [0, 1, 2] and back == {"b": b"\x00\xff", "c": (1, "x")}


@pytest.mark.parametrize(
    "array",
    [
        np.arange(3),
        np.array([], dtype="S7"),
        np.array([b"a", b"bc"]),
        np.float64([[np.nan, 1]]),
        np.array(5),
        np.zeros(2, bool),
    ],
)
def test_arrays_come_back(array):
    back = blob.load(blob.dump({"x": {"deep": array}}))["x"]["deep"]
    assert back.dtype == array.dtype and back.shape == array.shape
    np.testing.assert_array_equal(back, array)
    back.reshape(-1)[:1] = back.reshape(-1)[:1]  # writable: a step goes on with it


def test_object_arrays_come_back_value_by_value():
    array = np.empty(3, dtype=object)
    array[:] = [None, b"\xff", "text"]
    back = blob.load(blob.dump({"x": array}))["x"]
    assert back.dtype == object and back.tolist() == [None, b"\xff", "text"]


def test_numpy_scalars_become_numbers():
    assert blob.load(blob.dump({"n": np.int64(3), "f": np.float32(0.5), "b": np.True_})) == {
        "n": 3,
        "f": 0.5,
        "b": True,
    }


def test_objects_are_refused():
    with pytest.raises(StoreError, match=r"state\.a: a object cannot be saved"):
        blob.dump({"a": object()})


def test_other_bytes_are_refused():
    with pytest.raises(StoreError, match="damaged"):
        blob.load(b"\x80\x04pickle")
    newer = bytearray(blob.dump({}))
    newer[4] = 9
    with pytest.raises(StoreError, match="version 9"):
        blob.load(bytes(newer))


@pytest.mark.parametrize(
    "dtype", [nmea.CTX, nmea.PGHP, nmea.GROUP, np.dtype([("at", "<f8", (2, 3)), ("who", "u1")], align=True)]
)
def test_records_come_back_with_their_padding(dtype):
    """A reader's state holds records that are aligned as in C: what is between their fields is no field."""
    array = np.zeros(2, dtype)
    array[dtype.names[0]] = 7
    back = blob.load(blob.dump({"a": array}))["a"]
    assert back.dtype == array.dtype and back.dtype.names == dtype.names
    assert (np.array(back).astype(dtype) == array).all()


def test_a_squeezed_state_that_was_cut_is_damaged():
    data = blob.squeeze(blob.dump({"x": np.arange(5000) % 7}))
    assert len(data) < 4000
    for bad in (data[:40], data[:5] + b"\x00" * 30):
        with pytest.raises(StoreError, match="damaged"):
            blob.load(bad)
