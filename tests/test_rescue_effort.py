"""Effort: the laws of detection, and water filling against Koopman's closed form and a slow twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.kernels import effort

masses = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30).filter(lambda m: sum(m) > 1e-3)


def slow_fill(mass, area, total, step):
    """Greedy: hand out small portions, each where it adds most."""
    z = np.zeros(len(mass))
    for _ in range(round(total / step)):
        gain = mass * (np.exp(-z / area) - np.exp(-(z + step) / area))
        z[np.argmax(gain)] += step
    return z, float(np.sum(mass * (1 - np.exp(-z / area))))


def normal_cells(sigma, n, reach):
    """Masses of a circular normal in n x n cells of a square of half-side reach."""
    edges = np.linspace(-reach, reach, n + 1)
    line = np.diff([0.5 * (1 + math.erf(e / sigma / math.sqrt(2))) for e in edges])
    return np.outer(line, line).ravel(), (2 * reach / n) ** 2


@pytest.mark.parametrize("total, pos", [(20.0, 0.09161), (100.0, 0.31135), (400.0, 0.65905)])
def test_water_filling_is_koopmans_closed_form(total, pos):
    mass, area = normal_cells(5.0, 400, 40.0)
    z, found = effort.water_fill(mass, area, total)
    radius, closed = effort.circular_normal(total, 5.0)
    assert closed == pytest.approx(pos, abs=5e-6)
    assert found == pytest.approx(closed, abs=1e-4)
    assert z.sum() == pytest.approx(total)
    assert np.count_nonzero(z) * area == pytest.approx(math.pi * radius**2, rel=0.01)


@given(masses, st.floats(0.1, 20.0), st.integers(0, 1000))
def test_water_filling_beats_every_other_division(mass, total, seed):
    p = np.array(mass) / sum(mass)
    rng = np.random.default_rng(seed)
    area = rng.uniform(0.2, 3.0, p.size)
    z, best = effort.water_fill(p, area, total)
    assert (z >= 0).all() and z.sum() == pytest.approx(total)
    for _ in range(20):
        other = rng.dirichlet(np.ones(p.size)) * total
        assert np.sum(p * effort.exponential(other / area)) <= best + 1e-12
    # the condition of Karush, Kuhn and Tucker: the same marginal return where there is effort, less elsewhere
    rate = p / area * np.exp(-z / area)
    used = z > 1e-9
    assert np.ptp(rate[used]) <= 1e-9 * max(rate)
    assert (rate[~used] <= rate[used].min() * (1 + 1e-9)).all()


@given(masses, st.floats(0.5, 5.0))
def test_water_filling_is_its_slow_twin(mass, total):
    p = np.array(mass) / sum(mass)
    z, best = effort.water_fill(p, np.ones(p.size), total)
    twin, nearly = slow_fill(p, np.ones(p.size), total, total / 400)
    assert nearly <= best + 1e-12
    assert nearly == pytest.approx(best, abs=2e-4)
    assert np.abs(z - twin).max() < total / 400 * 3 + 1e-9 or best - nearly < 1e-5


@given(masses, st.floats(0.0, 10.0), st.floats(0.0, 10.0))
def test_more_effort_never_finds_less(mass, one, two):
    p = np.array(mass) / sum(mass)
    low, high = sorted((one, two))
    for fill in (effort.water_fill, effort.fill_inverse_cube):
        assert fill(p, 1.0, low)[1] <= fill(p, 1.0, high)[1] + 1e-9


def test_no_probability_no_effort():
    z, pos = effort.water_fill(np.zeros(4), 1.0, 3.0)
    assert pos == 0.0 and not z.any()
    assert effort.fill_inverse_cube(np.zeros(4), 1.0, 3.0)[1] == 0.0
    assert effort.water_fill(np.ones(4) / 4, 1.0, 0.0)[1] == 0.0


def test_inverse_cube_filling_beats_other_divisions():
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.full(50, 0.4))
    z, best = effort.fill_inverse_cube(p, 1.0, 12.0)
    assert z.sum() == pytest.approx(12.0)
    for _ in range(200):
        other = np.maximum(z + rng.normal(0, 0.1, 50), 0)
        other *= 12.0 / other.sum()
        assert np.sum(p * effort.inverse_cube(other)) <= best + 1e-9


def test_laws_at_known_coverages():
    # Koopman's values, as all manuals print them
    assert effort.exponential([0.5, 1.0, 1.5, 2.0]) == pytest.approx([0.393, 0.632, 0.777, 0.865], abs=5e-4)
    assert effort.inverse_cube([0.5, 1.0, 1.5, 2.0]) == pytest.approx([0.469, 0.790, 0.940, 0.988], abs=7e-4)
    assert effort.m_beta([0.25, 1.0, 3.0]) == pytest.approx([0.25, 1.0, 1.0])
    assert effort.m_beta(0.5, 0.5) == pytest.approx(0.5)
    assert effort.m_beta(1.0, 0.5) == pytest.approx(0.75)
    assert effort.exponential(effort.coverage_for(0.8)) == pytest.approx(0.8)


@given(st.floats(0.0, 6.0), st.floats(0.0, 6.0), st.floats(0.05, 1.0))
def test_laws_are_ordered_and_rise(one, two, beta):
    low, high = sorted((one, two))
    for law in (*effort.LAWS.values(), lambda c: effort.m_beta(c, beta)):
        assert -1e-12 <= law(low) <= law(high) + 1e-12 <= 1.0 + 2e-12
    # no law finds more than the definite range, none of parallel sweeps less than random search
    assert effort.exponential(low) <= effort.m_beta(low, beta) + 1e-12 <= effort.m_beta(low) + 2e-12
    assert effort.exponential(low) <= effort.inverse_cube(low) + 1e-12 <= effort.m_beta(low) + 2e-12


def test_m_beta_is_its_simulation():
    """Parallel tracks a spacing apart, an object anywhere between them, found with beta by each within M."""
    beta, reach, spacing = 0.6, 0.9, 0.7
    x = (np.arange(100_000) + 0.5) / 100_000 * spacing
    passes = sum(np.abs(x - k * spacing) <= reach for k in range(-5, 7))
    assert effort.m_beta(2 * reach * beta / spacing, beta) == pytest.approx(np.mean(1 - (1 - beta) ** passes), abs=1e-4)
