"""Correspondence analysis against Greenacre's smoking table, SciPy's χ² and χ² distances."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.path import Path as MplPath
from scipy.stats import chi2_contingency

from jiedao.correspondence import correspondence, outline, place_rows

# Staff of a firm by how much they smoke (Greenacre, Correspondence analysis in practice, chapter 9).
SMOKING = pd.DataFrame(
    [[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]],
    index=["SM", "JM", "SE", "JE", "SC"],
    columns=["none", "light", "medium", "heavy"],
)
TABLES = arrays(
    np.int64, st.tuples(st.integers(2, 6), st.integers(2, 5)), elements=st.integers(0, 20)
).filter(lambda x: x.sum(axis=0).all() and x.sum(axis=1).all())


def chi2_distances(table):
    """χ² distances between row profiles, in plain loops."""
    table = np.asarray(table, dtype=float)
    masses, profiles = table.sum(axis=0) / table.sum(), table / table.sum(axis=1, keepdims=True)
    return [
        [np.sqrt(sum((a - b) ** 2 / m for a, b, m in zip(p, q, masses, strict=True))) for q in profiles]
        for p in profiles
    ]


def distances(places):
    places = np.asarray(places)
    return np.linalg.norm(places[:, None] - places, axis=-1)


def up_to_sign(found, expected, **tolerance):
    """Compare places whose axes may be mirrored."""
    found, expected = np.asarray(found), np.asarray(expected)
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * signs, expected, **tolerance)


def test_the_smoking_table():
    found = correspondence(SMOKING)
    assert found.inertia.tolist() == pytest.approx([0.07476, 0.01002], abs=5e-6)
    assert found.total == pytest.approx(0.08519, abs=5e-6)
    assert found.rows.index.tolist() == SMOKING.index.tolist()
    assert found.columns.index.tolist() == SMOKING.columns.tolist()
    rows = [[-0.0658, 0.1937], [0.2590, 0.2433], [-0.3806, 0.0107], [0.2330, -0.0577], [-0.2011, -0.0789]]
    columns = [[-0.3933, 0.0305], [0.0995, -0.1411], [0.1963, -0.0074], [0.2938, 0.1978]]
    up_to_sign(found.rows, rows, atol=6e-5)
    up_to_sign(found.columns, columns, atol=6e-5)
    # rows and columns are mirrored together: non-smokers beside the senior employees on the first axis
    assert found.rows.loc["SE", 1] * found.columns.loc["none", 1] > 0
    assert found.rows.loc["JM", 2] * found.columns.loc["heavy", 2] > 0


@settings(deadline=None, max_examples=60)
@given(TABLES)
def test_the_inertias_add_up_to_chi_squared_by_n(counts):
    found = correspondence(pd.DataFrame(counts), axes=9)
    chi2 = chi2_contingency(counts, correction=False).statistic
    assert found.total == pytest.approx(chi2 / counts.sum(), abs=1e-12)
    assert found.inertia.sum() == pytest.approx(found.total, abs=1e-12)
    assert found.inertia.is_monotonic_decreasing
    # as many axes as there are independent rows besides the average
    axes = np.linalg.matrix_rank(counts) - 1
    assert len(found.inertia) == found.rows.shape[1] == found.columns.shape[1] == axes
    assert (found.inertia > 0).all()


@settings(deadline=None, max_examples=60)
@given(TABLES)
def test_the_row_farthest_from_the_middle_lies_on_the_positive_side(counts):
    rows = correspondence(pd.DataFrame(counts), axes=9).rows.to_numpy()
    # where two rows lie equally far on either side, either may be the farthest
    assert (rows.max(axis=0) >= -rows.min(axis=0) - 1e-7).all()


def test_the_sign_is_by_the_coordinate_not_by_its_share_of_the_inertia():
    """The third row lies farthest out, but the heavier first row carries more of the axis."""
    found = correspondence(pd.DataFrame([[9, 9, 7], [9, 8, 1], [2, 8, 1]]), 1).rows[1]
    assert found[found.abs().idxmax()] > 0


def test_axes_without_inertia_are_left_out():
    """Two rows of one profile and one of another: whatever is placed lies on a line."""
    table = pd.DataFrame([[1, 2, 3], [2, 4, 6], [3, 1, 1]])
    found = correspondence(table, axes=2)
    assert (
        found.rows.columns.tolist() == found.columns.columns.tolist() == found.inertia.index.tolist() == [1]
    )
    assert found.inertia.sum() == pytest.approx(found.total, rel=1e-12)
    assert found.rows.loc[0, 1] == pytest.approx(found.rows.loc[1, 1])
    places = place_rows(np.array([[5.0, 0, 1], [1, 2, 3]]), found)
    assert places.shape == (2, 1)
    assert places[1, 0] == pytest.approx(found.rows.loc[0, 1])


@settings(deadline=None, max_examples=60)
@given(TABLES)
def test_distances_on_the_full_map_are_chi_squared_distances(counts):
    found = correspondence(pd.DataFrame(counts), axes=9)
    np.testing.assert_allclose(distances(found.rows), chi2_distances(counts), atol=1e-7)
    np.testing.assert_allclose(distances(found.columns), chi2_distances(counts.T), atol=1e-7)


@settings(deadline=None, max_examples=60)
@given(TABLES)
def test_each_axis_has_its_mean_in_the_middle_and_its_inertia_as_variance(counts):
    found = correspondence(pd.DataFrame(counts), axes=9)
    for places, masses in (
        (found.rows, counts.sum(axis=1) / counts.sum()),
        (found.columns, counts.sum(axis=0) / counts.sum()),
    ):
        np.testing.assert_allclose(masses @ places, 0, atol=1e-7)
        np.testing.assert_allclose(masses @ places**2, found.inertia, atol=1e-12)


def test_rows_and_columns_change_places_with_the_table():
    found, turned = correspondence(SMOKING, 3), correspondence(SMOKING.T, 3)
    np.testing.assert_allclose(turned.inertia, found.inertia, atol=1e-12)
    up_to_sign(turned.rows, found.columns, atol=1e-9)
    up_to_sign(turned.columns, found.rows, atol=1e-9)


def test_shares_give_the_map_of_the_counts():
    found, shares = correspondence(SMOKING), correspondence(SMOKING / 193)
    np.testing.assert_allclose(shares.rows, found.rows, atol=1e-12)
    assert shares.total == pytest.approx(found.total)


def test_fewer_axes_are_the_first_of_more():
    two, three = correspondence(SMOKING), correspondence(SMOKING, axes=3)
    assert two.rows.columns.tolist() == two.columns.columns.tolist() == two.inertia.index.tolist() == [1, 2]
    pd.testing.assert_frame_equal(two.rows, three.rows[[1, 2]])
    assert two.total == three.total == pytest.approx(three.inertia.sum())
    assert correspondence(SMOKING, axes=9).rows.shape == (5, 3)


def test_two_rows_by_hand():
    """Profiles 1 0 and ⅓ ⅔, masses ¼ and ¾ (columns ½ and ½): the distance is √(2 · (⅔)² / ½) = 4/3.

    It is shared out in inverse proportion to the masses: 1 and −⅓; the inertia is ¼ · 1 + ¾ · ⅑ = ⅓.
    """
    table = pd.DataFrame([[2, 0], [2, 4]], index=["a", "b"], columns=["x", "y"])
    found = correspondence(table)
    assert found.rows.to_numpy().tolist() == [pytest.approx([1]), pytest.approx([-1 / 3])]
    assert found.inertia.tolist() == pytest.approx([1 / 3])
    # columns: profiles ½ ½ and 0 1, masses ½ and ½: √(½² / ¼ + ½² / ¾) = 2/√3, shared out evenly
    assert found.columns[1].tolist() == pytest.approx([1 / np.sqrt(3), -1 / np.sqrt(3)])


@pytest.mark.parametrize("shape", [(2, 4), (4, 2), (2, 2)])
def test_a_side_of_two_leaves_one_axis(shape):
    counts = np.random.default_rng(1).integers(1, 20, shape)
    found = correspondence(pd.DataFrame(counts), axes=2)
    assert found.rows.shape == (shape[0], 1) and found.columns.shape == (shape[1], 1)
    assert found.inertia.sum() == pytest.approx(found.total)
    np.testing.assert_allclose(place_rows(counts.astype(float), found), found.rows, atol=1e-12)


@pytest.mark.parametrize(
    "cells",
    [
        [[1, 2], [0, 0]],
        [[1, 0], [2, 0]],
        [[0, 1, 2], [0, 3, 4]],
        [[0, 0, 0], [1, 2, 3], [3, 2, 1]],
        [[0, 0], [0, 0]],  # a sum of nothing, without a warning of a division
    ],
)
def test_a_row_or_column_of_zeros_is_refused(cells):
    with pytest.raises(ValueError, match="row or column of the table is empty; leave it out"):
        correspondence(pd.DataFrame(cells))


def test_independent_rows_lie_in_the_middle():
    table = pd.DataFrame(np.outer([1, 2, 5], [3, 1, 4]), index=list("abc"), columns=list("xyz"))
    found = correspondence(table)
    assert found.total == pytest.approx(0, abs=1e-15)
    # no axis has inertia, so nothing is left to place on
    assert found.rows.shape == found.columns.shape == (3, 0) and found.inertia.empty
    assert found.rows.index.tolist() == list("abc") and found.columns.index.tolist() == list("xyz")
    assert place_rows(np.ones((4, 3)), found).shape == (4, 0)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]])
def test_axes_do_not_turn_with_the_order_of_rows_and_columns(order):
    found = correspondence(SMOKING, 3)
    moved = correspondence(SMOKING.iloc[order, [3, 1, 0, 2]], 3)
    np.testing.assert_allclose(moved.rows.loc[SMOKING.index], found.rows, atol=1e-9)
    np.testing.assert_allclose(moved.columns.loc[SMOKING.columns], found.columns, atol=1e-9)
    for axis in (1, 2):
        assert found.rows.loc[found.rows[axis].abs().idxmax(), axis] > 0


def test_the_rows_of_the_table_are_placed_where_they_are():
    for axes in (1, 2, 3):
        found = correspondence(SMOKING, axes)
        np.testing.assert_allclose(place_rows(SMOKING.to_numpy(float), found), found.rows, atol=1e-12)


def test_other_rows():
    found = correspondence(SMOKING, axes=3)
    average = SMOKING.sum().to_numpy(float)
    np.testing.assert_allclose(place_rows(average, found), 0, atol=1e-12)
    # a row in one column alone lies at that column's standard coordinates
    np.testing.assert_allclose(
        place_rows(np.eye(4) * 7, found), found.columns / np.sqrt(found.inertia), atol=1e-12
    )
    # the places of many redrawn tables at once, whatever their size
    draws = np.stack([SMOKING.to_numpy(float), 3 * SMOKING.to_numpy(float)[::-1]])
    placed = place_rows(draws, found)
    assert placed.shape == (2, 5, 3)
    np.testing.assert_allclose(placed, [found.rows, found.rows[::-1]], atol=1e-12)
    # and a row added to the table with next to no mass changes nothing and lies where it is placed
    more = pd.concat([SMOKING, pd.DataFrame([[1e-9, 2e-9, 0, 3e-9]], ["new"], SMOKING.columns)])
    np.testing.assert_allclose(
        np.abs(correspondence(more, 3).rows.loc["new"]),
        np.abs(place_rows(np.array([1.0, 2, 0, 3]), found)),
        rtol=1e-5,
    )


# --- the outline of redrawn places


@pytest.mark.parametrize("shape", ["round", "long", "turned"])
def test_the_outline_holds_95_percent_of_the_places(shape):
    points = np.random.default_rng(7).normal(size=(1000, 2))
    if shape != "round":
        points *= (8, 0.2)
    if shape == "turned":
        points = points @ np.array([[0.8, 0.6], [-0.6, 0.8]]) + (5, -3)
    corners = outline(points)
    share = MplPath(corners).contains_points(points, radius=1e-9).mean()
    edge = len(corners) / len(points)  # corners themselves may count as outside
    assert 0.95 - edge <= share <= 0.955
    assert {tuple(p) for p in corners} <= {tuple(p) for p in points}


@given(st.integers(0, 999), st.floats(0.5, 1))
@settings(max_examples=25, deadline=None)
def test_the_outline_is_convex_and_nested(seed, share):
    points = np.random.default_rng(seed).normal(size=(120, 2)) * (3, 1)
    corners, whole = outline(points, share), outline(points, 1.0)
    turns = np.roll(corners, -1, axis=0) - corners
    after = np.roll(turns, -1, axis=0)
    assert (turns[:, 0] * after[:, 1] - turns[:, 1] * after[:, 0] > 0).all()
    assert MplPath(whole).contains_points(points.mean(axis=0)[None]).all()
    inside = MplPath(whole).contains_points(corners) | (corners[:, None] == whole).all(axis=2).any(axis=1)
    assert inside.all()


def test_a_far_place_is_left_out_of_the_outline():
    points = np.vstack([np.random.default_rng(2).normal(size=(200, 2)), [[50, 50]]])
    assert np.abs(outline(points)).max() < 10


LINE = np.linspace(-1, 3, 41)
ROUNDING = np.where(np.arange(41) % 2, 1e-15, 0)


@pytest.mark.parametrize(
    ("points", "ends"),
    [
        (np.column_stack([LINE, 2 * LINE]), [(-1, -2), (3, 6)]),
        (np.column_stack([LINE, -LINE]), [(3, -3), (-1, 1)]),
        (np.column_stack([LINE, 0 * LINE + 5]), [(-1, 5), (3, 5)]),
        (np.column_stack([0 * LINE + 5, LINE]), [(5, -1), (5, 3)]),
        (np.column_stack([LINE, ROUNDING]), [(-1, 0), (3, 0)]),  # but for rounding
        (np.column_stack([ROUNDING, LINE]), [(0, -1), (0, 3)]),
        (np.full((41, 2), 0.25), [(0.25, 0.25)] * 2),
        (np.full((1, 2), 0.25), [(0.25, 0.25)] * 2),
    ],
)
def test_the_outline_of_places_on_a_line_is_its_ends(points, ends):
    shuffled = np.random.default_rng(6).permutation(points)
    found = sorted(map(tuple, outline(shuffled)))
    assert len(found) == 2
    assert found == [pytest.approx(end, abs=1e-12) for end in sorted(ends)]
