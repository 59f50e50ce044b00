"""Resampling intervals: what is redrawn, and what the bounds hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao.resample import draw_weights, interval, rate_intervals


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1), st.integers(1, 20))
def test_every_stratum_keeps_its_size(strata, draws):
    weights = draw_weights(pd.Series(strata), draws)
    assert weights.shape == (draws, len(strata))
    assert weights.min() >= 0
    for stratum in set(strata):
        members = [s == stratum for s in strata]
        assert (weights[:, members].sum(axis=1) == sum(members)).all()


def test_units_are_drawn_alike_and_by_seed():
    weights = draw_weights(["a"] * 4 + ["b"], draws=4000)
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.1)
    assert (weights[:, 4] == 1).all()  # a stratum of one
    assert weights[:, :4].max() >= 3  # with replacement
    assert (weights == draw_weights(["a"] * 4 + ["b"], draws=4000)).all()
    assert (weights != draw_weights(["a"] * 4 + ["b"], draws=4000, seed=1)).any()


def test_nothing_to_draw():
    assert draw_weights([], draws=3).shape == (3, 0)


def test_interval_by_hand():
    low, high = interval(np.arange(101.0))
    assert (low, high) == pytest.approx((2.5, 97.5))
    assert interval(np.arange(101.0), level=0.5) == pytest.approx((25, 75))
    assert interval(np.full(50, 7.0)) == (7, 7)
    assert interval(np.array([np.nan, 1, 1])) == (1, 1)
    low, high = interval(np.array([[0.0, 5], [10, 5]]), level=1)
    assert (low.tolist(), high.tolist()) == ([0, 5], [10, 5])


UNITS = pd.DataFrame({"size": [4, 6, 10], "part": ["p", "p", "q"]}, index=["s1", "s2", "s3"])


def test_rates_by_hand():
    counted = pd.DataFrame({"x": [2, 1], "y": [0, 3]}, index=["s1", "s3"])  # s2 counts nothing
    found = rate_intervals(counted, UNITS, "size", "part")
    assert found["n"].tolist() == [3, 3]
    assert found["rate"].tolist() == [150, 150]
    # part p gives s1 twice, both, or s2 twice: x 5/18, 3/20, 1/22 and y 3/18, 3/20, 3/22
    assert found.loc["x", ["low", "high"]].tolist() == pytest.approx([1000 / 22, 5000 / 18])
    assert found.loc["y", ["low", "high"]].tolist() == pytest.approx([3000 / 22, 3000 / 18])
    shares = rate_intervals(counted, UNITS, "size", "part", per=1)
    pd.testing.assert_frame_equal(shares[["rate", "low", "high"]] * 1000, found[["rate", "low", "high"]])


def test_constant_data_have_no_width():
    counted = pd.DataFrame({"x": UNITS["size"] / 2})
    found = rate_intervals(counted, UNITS, "size", "part").loc["x"]
    assert found[["rate", "low", "high"]].tolist() == pytest.approx([500, 500, 500])


def test_random_rates_are_reproducible_and_covered():
    rng = np.random.default_rng(1)
    units = pd.DataFrame({"size": rng.integers(5, 30, 200), "part": rng.integers(0, 5, 200)})
    counted = pd.DataFrame(rng.binomial(units["size"].to_numpy()[:, None], [0.1, 0.3], (200, 2)))
    first, again, other = (rate_intervals(counted, units, "size", "part", seed=s) for s in (5, 5, 6))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    for found in (first, other):
        assert (found["low"] < found["rate"]).all() and (found["rate"] < found["high"]).all()
        # against the width of a binomial share of the same size
        width = 1000 * 3.92 * np.sqrt(found["rate"] / 1000 * (1 - found["rate"] / 1000) / units["size"].sum())
        np.testing.assert_allclose(found["high"] - found["low"], width, rtol=0.25)


def test_interval_holds_the_true_rate_about_as_often_as_it_says():
    rng = np.random.default_rng(2)
    units = pd.DataFrame({"size": np.full(60, 10), "part": np.repeat([0, 1], 30)})
    counted = pd.DataFrame(rng.binomial(10, 0.2, (60, 200)))
    found = rate_intervals(counted, units, "size", "part", per=1, draws=400)
    assert 0.88 <= ((found["low"] <= 0.2) & (found["high"] >= 0.2)).mean() <= 0.99


def test_a_zero_has_no_interval():
    units = pd.DataFrame({"size": [5, 5], "part": ["a", "a"]}, index=["s1", "s2"])
    found = rate_intervals(pd.DataFrame({"x": [0, 0], "y": [1, 2]}, index=units.index), units, "size", "part")
    assert found.loc["x", "rate"] == 0
    assert found.loc["x", ["low", "high"]].isna().all()
    assert found.loc["y", ["low", "high"]].notna().all()
