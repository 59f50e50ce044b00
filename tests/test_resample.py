"""Resampling intervals: what is redrawn, and what the bounds hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao.resample import draw_weights, interval, rate_intervals, redrawn_rates


def joined(strata):
    """Positions of the units by stratum, singles joined: plain Python."""
    members = {}
    for i, stratum in enumerate(strata):
        members.setdefault(stratum, []).append(i)
    groups, waiting = [], []
    for units in members.values():
        waiting += units
        if len(waiting) > 1:
            groups.append(waiting)
            waiting = []
    if waiting and groups:
        groups[-1] += waiting
    elif waiting:
        groups.append(waiting)
    return groups


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcdef"), min_size=1), st.integers(1, 20))
def test_every_stratum_keeps_its_size(strata, draws):
    weights = draw_weights(pd.Series(strata), draws)
    assert weights.shape == (draws, len(strata))
    assert weights.min() >= 0
    for group in joined(strata):
        n = len(group)
        np.testing.assert_allclose(weights[:, group].sum(axis=1), n, rtol=1e-12)
        times = weights[:, group] * (n - 1) / n if n > 1 else weights[:, group]
        np.testing.assert_allclose(times, times.round(), atol=1e-9)  # each was drawn a whole number of times


# What varies together: units of one letter are one stratum, those joined sum to their common size.
@pytest.mark.parametrize(
    ("strata", "groups"),
    [
        ("aabb", [[0, 1], [2, 3]]),
        ("abab", [[0, 2], [1, 3]]),
        ("abb", [[0, 1, 2]]),  # a single goes with the next one
        ("aab", [[0, 1, 2]]),  # the last with the one before
        ("aabcc", [[0, 1], [2, 3, 4]]),
        ("aabccd", [[0, 1], [2, 3, 4, 5]]),
        ("abcc", [[0, 1], [2, 3]]),  # two singles are a stratum already
        ("abc", [[0, 1, 2]]),
        ("abcd", [[0, 1], [2, 3]]),
    ],
)
def test_singles_are_joined(strata, groups):
    assert joined(strata) == groups
    weights = draw_weights(list(strata), draws=300)
    for group in groups:
        np.testing.assert_allclose(weights[:, group].sum(axis=1), len(group))
        assert (weights[:, group].std(axis=0) > 0).all()  # every unit can vary
        for part in range(1, len(group)):
            assert weights[:, group[:part]].sum(axis=1).std() > 0  # and no smaller group is kept whole


@pytest.mark.parametrize("strata", [["a"], [7], pd.Series(["a/1"])])
def test_a_lone_unit_is_all_there_is(strata):
    assert draw_weights(strata, draws=4).tolist() == [[1]] * 4


def test_units_are_drawn_alike_and_by_seed():
    weights = draw_weights(["a"] * 4 + ["b"] * 3, draws=4000)
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.1)
    # three of four are drawn, each for four thirds; two of three, each for three halves
    assert np.unique(weights[:, :4]) == pytest.approx([0, 4 / 3, 8 / 3, 4])
    assert np.unique(weights[:, 4:]) == pytest.approx([0, 1.5, 3])
    assert (weights == draw_weights(["a"] * 4 + ["b"] * 3, draws=4000)).all()
    assert (weights != draw_weights(["a"] * 4 + ["b"] * 3, draws=4000, seed=1)).any()


@pytest.mark.parametrize("n", [2, 3, 5, 12])
def test_weights_vary_as_much_as_an_unbiased_variance_needs(n):
    """Variance 1 and covariance −1/(n − 1).

    Then Var(Σ w x) = Σ x² − Σ_{i≠j} x_i x_j / (n − 1) = n s² with s² = Σ (x − x̄)² / (n − 1).
    """
    weights = draw_weights(["a"] * n, draws=40_000)
    expected = np.full((n, n), -1 / (n - 1)) + np.eye(n) * (1 + 1 / (n - 1))
    np.testing.assert_allclose(np.cov(weights.T), expected, atol=0.04)


@pytest.mark.parametrize("sizes", [[2, 3, 5], [2, 2, 2, 2], [3, 9], [5]])
def test_variance_of_the_mean_is_the_stratified_one(sizes):
    """Σ (n_h/n)² s_h²/n_h, s_h² with n_h − 1.

    Drawing n_h of n_h would give s_h² (n_h − 1)/n_h in its place: half in a stratum of two, two thirds in
    one of three, four fifths in one of five, and so intervals that are too short.
    """
    rng = np.random.default_rng(3)
    strata = np.repeat(np.arange(len(sizes)), sizes)
    values = rng.normal(strata * 3.0, 1 + strata)
    n = len(values)
    by_stratum = [values[strata == h] for h in range(len(sizes))]
    analytical = sum((len(v) / n) ** 2 * v.var(ddof=1) / len(v) for v in by_stratum)
    too_small = sum((len(v) / n) ** 2 * v.var(ddof=0) / len(v) for v in by_stratum)
    means = draw_weights(strata, draws=40_000) @ values / n
    assert means.mean() == pytest.approx(values.mean(), abs=4 * np.sqrt(analytical / 40_000))
    assert means.var() == pytest.approx(analytical, rel=0.04)
    assert means.var() > 1.05 * too_small


@pytest.mark.parametrize("sizes", [[2, 3] * 12, [2, 3, 5] * 6])
def test_intervals_of_small_strata_hold_the_truth_about_as_often_as_they_say(sizes):
    """Strata of two to five units; n drawn of n hold it here in 86 and 89 of 100."""
    rng = np.random.default_rng(4)
    strata = np.repeat(np.arange(len(sizes)), sizes)
    centre = rng.normal(0, 5, len(sizes))[strata]
    samples = centre[:, None] + rng.normal(size=(len(strata), 3000))
    low, high = interval(draw_weights(strata, draws=1000) @ samples / len(strata))
    held = (low <= centre.mean()) & (centre.mean() <= high)
    assert 0.92 <= held.mean() <= 0.97


def test_seeds_of_their_own_make_draws_independent():
    strata = ["a"] * 6
    one, again, other = (draw_weights(strata, 3000, seed) for seed in ([5, 0], [5, 0], [5, 1]))
    assert (one == again).all()
    for i in range(6):
        assert abs(np.corrcoef(one[:, i], other[:, i])[0, 1]) < 0.08
    assert (draw_weights(strata, 50, [5]) == draw_weights(strata, 50, 5)).all()


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


@pytest.mark.parametrize("shape", [(7, 0), (7, 0, 3), (7, 2, 0)])
def test_an_interval_of_nothing_is_empty(shape):
    low, high = interval(np.empty(shape))
    assert low.shape == high.shape == shape[1:]
    table = pd.DataFrame(index=["s1", "s2", "s3"])
    found = rate_intervals(table, UNITS, "size", "part", draws=5)
    assert found.empty and found.columns.tolist() == ["n", "rate", "low", "high"]


UNITS = pd.DataFrame({"size": [4, 6, 10], "part": ["p", "p", "q"]}, index=["s1", "s2", "s3"])


def test_rates_by_hand():
    counted = pd.DataFrame({"x": [2, 1], "y": [0, 3]}, index=["s1", "s3"])  # s2 counts nothing
    found = rate_intervals(counted, UNITS, "size", "part")
    assert found["n"].tolist() == [3, 3]
    assert found["rate"].tolist() == [150, 150]
    # s3 is alone in its part and joined to the other two: two of three are drawn, each for one and a half.
    # s1 twice: x 6/12, y 0; s1 and s2: 3/15, 0; s1 and s3: 4.5/21, 4.5/21; s2 twice: 0, 0;
    # s2 and s3: 1.5/24, 4.5/24; s3 twice: 3/30, 9/30
    assert found.loc["x", ["low", "high"]].tolist() == pytest.approx([0, 500])
    assert found.loc["y", ["low", "high"]].tolist() == pytest.approx([0, 300])
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


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_redrawn_rates_are_the_naive_loop(data):
    n = data.draw(st.integers(1, 7))
    cells = st.integers(0, 5)
    counts = data.draw(st.lists(st.tuples(cells, cells), min_size=n, max_size=n))
    sizes = data.draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
    strata = data.draw(st.lists(st.sampled_from("ab"), min_size=n, max_size=n))
    units = pd.DataFrame({"size": sizes, "part": strata}, index=[f"s{i}" for i in range(n)])
    counted = pd.DataFrame(counts, columns=["x", "y"], index=units.index)
    given_rows = counted[counted.sum(axis=1) > 0].iloc[::-1]  # some missing, in another order
    found = redrawn_rates(given_rows, units, "size", "part", per=100, draws=5, seed=[1, 2])
    weights = draw_weights(strata, 5, [1, 2])
    assert found.shape == (5, 2)
    for k in range(5):
        total = sum(w * s for w, s in zip(weights[k], sizes, strict=True))
        for t in range(2):
            hits = sum(w * c[t] for w, c in zip(weights[k], counts, strict=True))
            assert found[k, t] == pytest.approx(100 * hits / total, rel=1e-9, abs=1e-12)


def test_intervals_are_those_of_the_redrawn_rates():
    counted = pd.DataFrame({"x": [2, 0, 1], "y": [0, 5, 3]}, index=UNITS.index)
    found = rate_intervals(counted, UNITS, "size", "part", draws=70, seed=3)
    low, high = interval(redrawn_rates(counted, UNITS, "size", "part", draws=70, seed=3))
    assert found["low"].tolist() == low.tolist() and found["high"].tolist() == high.tolist()


def test_small_sections_do_not_make_rates_look_certain():
    """Sentences of ten tokens in sections of two or three, all sections alike."""
    rng = np.random.default_rng(6)
    sections = np.repeat(np.arange(24), [2, 3] * 12)
    units = pd.DataFrame({"size": 10, "part": sections})
    counted = pd.DataFrame(rng.binomial(10, 0.3, (len(units), 800)))
    found = rate_intervals(counted, units, "size", "part", per=1, draws=400)
    assert 0.91 <= ((found["low"] <= 0.3) & (found["high"] >= 0.3)).mean() <= 0.98
