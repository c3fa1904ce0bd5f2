"""Kernels of the store against slow twins."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from selat.kernels import sort
from selat.kernels.region import points_in_ring
from selat.model.nouns import Zone
from selat.model.schema import NO_TIME
from store_twin import in_zone

small = st.integers(-3, 3)
triples = st.lists(st.tuples(st.sampled_from([-1, 0, 5, 7 << 32, -(2**40)]), small, small), max_size=60)


@given(triples)
def test_rows_are_sorted_as_lexsort_does(rows):
    key, time, seq = (np.array([r[i] for r in rows], dtype=np.int64) for i in range(3))
    order, keys, offsets = sort.sort_rows(key, time, seq)
    assert order.tolist() == np.lexsort((seq, time, key)).tolist()  # lexsort is stable too
    assert keys.tolist() == sorted(set(key.tolist()))
    assert offsets.tolist() == [0, *np.cumsum([np.sum(key == k) for k in keys], dtype=int).tolist()]
    assert sort.in_order(key[order], time[order], seq[order])


def test_many_keys_and_a_group_in_reverse():
    n = 60_000
    key = np.arange(n)[::-1].astype(np.int64) * 1_000_003
    key[: n // 3] = -1
    time = np.arange(n)[::-1].astype(np.int64)
    seq = np.zeros(n, np.int64)
    order, _, _ = sort.sort_rows(key, time, seq)
    assert order.tolist() == np.lexsort((seq, time, key)).tolist()


@given(triples)
def test_newest_row_of_each_key(rows):
    key, time, seq = (np.array([r[i] for r in rows], dtype=np.int64) for i in range(3))
    found = sort.newest_rows(key, time, seq)
    best = {}
    for k, t, s in rows:
        if k >= 0:
            best[k] = max(best.get(k, (t, s)), (t, s))
    assert [(int(key[i]), (int(time[i]), int(seq[i]))) for i in found] == sorted(best.items())


@given(st.lists(st.one_of(st.just(NO_TIME), st.integers(-(2**62), 2**62)), max_size=20), st.data())
def test_times_come_back(times, data):
    received = data.draw(
        st.lists(st.one_of(st.just(NO_TIME), st.integers(-(2**61), 2**61)), min_size=len(times), max_size=len(times))
    )
    t, r = np.array(times, dtype=np.int64), np.array(received, dtype=np.int64)
    time_s, time_ns, delay_s, received_ns = sort.split_times(t, r)
    assert np.array_equal(sort.join_times(time_s, time_ns), t)
    assert np.array_equal(sort.join_times(time_s + delay_s, received_ns), r)


@given(st.lists(st.integers(-1_800_000_000, 1_810_000_000), max_size=50))
def test_degrees_come_back_and_ais_positions_leave_no_rest(values):
    v = np.array(values, dtype=np.int32)
    steps, rest = sort.split_degrees(v)
    assert np.array_equal(sort.join_degrees(steps, rest), v)
    assert (np.abs(rest) <= 9).all()
    sent = np.array([round(s * 50 / 3) for s in steps.tolist()], dtype=np.int32)
    assert not sort.split_degrees(sent)[1].any()


corner = st.tuples(st.integers(-4, 4), st.integers(-4, 4))


@given(st.lists(corner, min_size=3, max_size=8), st.lists(corner, min_size=1, max_size=20))
def test_points_in_ring_equal_the_twin(ring, points):
    zone = Zone("z", tuple((x / 1e7, y / 1e7) for x, y in ring)) if ring[0] != ring[-1] or len(ring) > 3 else None
    if zone is None:
        return
    corners = np.array([(round(x * 1e7), round(y * 1e7)) for x, y in zone.ring], dtype=np.int64)
    xs, ys = (np.array([p[i] for p in points], dtype=np.int64) for i in (0, 1))
    expected = [in_zone(x, y, zone) for x, y in points]
    assert points_in_ring(xs, ys, corners).tolist() == expected
    assert points_in_ring(xs.astype(float), ys.astype(float), corners.astype(float)).tolist() == expected


def test_the_whole_earth_does_not_overflow():
    ring = np.array([(-180, -90), (180, -90), (180, 90), (-180, 90)], dtype=np.int64) * 10_000_000
    x = np.array([-1_800_000_000, 1_800_000_000, 0, 1_799_999_999, 1_800_000_001], dtype=np.int64)
    y = np.array([-900_000_000, 900_000_000, 0, 899_999_999, 0], dtype=np.int64)
    assert points_in_ring(x, y, ring).tolist() == [True, True, True, True, False]
    triangle = np.array([(-180, -90), (180, -90), (180, 90)], dtype=np.int64) * 10_000_000
    assert points_in_ring(x, y, triangle).tolist() == [True, True, True, True, False]
    assert points_in_ring(np.array([-1]), np.array([0]), triangle).tolist() == [False]
