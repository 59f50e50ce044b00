"""How far a clustering can be trusted: planted blocks come back, noise does not, and numbers made by hand."""

import inspect
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    normalized_mutual_info_score,
    silhouette_score,
)
from threadpoolctl import threadpool_limits

from jiedao.dtm import tf_idf
from jiedao.stability import (
    METHODS,
    _dealt_ami,
    choose_k,
    coherence,
    compare_methods,
    confounding,
    lsa_k_means,
    most_chapters,
    pick_k,
    stability,
)
from jiedao.themes import cluster

MEASURES = ["seed_ari", "bootstrap_ari", "bootstrap_se", "silhouette", "smallest"]
FAST = {**METHODS, "consensus of NMF": partial(cluster, runs=5)}
SIZES = (9, 7, 8)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tables this small take longer on several threads than on one."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def planted():
    """Three groups of sections without a word in common, in no order, and the group of each."""
    rng = np.random.default_rng(5)
    group = rng.permutation(np.repeat(range(len(SIZES)), SIZES))
    ids = [f"s{i:02}" for i in range(len(group))]
    words = [f"{g}{i}" for g in range(len(SIZES)) for i in range(6)]
    rows = [[rng.integers(1, 4) if int(w[0]) == g else 0 for w in words] for g in group]
    return pd.DataFrame(rows, index=ids, columns=words), pd.Series(group, index=ids, name="group")


@pytest.fixture(scope="module")
def noise():
    """Sections of words drawn by lot."""
    table = np.random.default_rng(8).random((40, 60)) < 0.15
    return pd.DataFrame(table.astype(int)).add_prefix("w").add_prefix("s", axis=0)


# --- one clustering


@pytest.mark.parametrize("method", FAST)
def test_every_method_finds_planted_blocks_again_and_again(planted, method):
    dtm, group = planted
    labels, measures = stability(dtm, 3, FAST[method], repeats=6)
    assert labels.index.equals(dtm.index) and labels.name == "cluster"
    assert adjusted_rand_score(group, labels) == 1
    assert list(measures) == MEASURES
    assert measures["seed_ari"] == measures["bootstrap_ari"] == 1
    assert measures["bootstrap_se"] == 0
    assert measures["silhouette"] > 0.7
    assert measures["smallest"] == min(SIZES)


@pytest.mark.parametrize("method", FAST)
def test_clusters_of_noise_do_not_come_back(noise, method):
    _, measures = stability(noise, 4, FAST[method], repeats=6)
    assert measures["bootstrap_ari"] < 0.5
    assert measures["bootstrap_se"] > 0
    assert measures["silhouette"] < 0.1


def test_stability_by_hand(planted):
    """A method that misplaces the first section of the table whenever its seed is odd."""
    dtm, group = planted
    seen = []

    def method(table, k, seed):
        seen.append((seed, list(table.index), k))
        labels = group[table.index].to_numpy(copy=True)
        labels[0] = (labels[0] + seed % 2) % k
        return labels

    labels, measures = stability(dtm, 3, method, repeats=6, seed=100)
    assert labels.tolist() == group.tolist()
    again, redrawn = seen[:3], seen[3:]
    assert [seed for seed, _, _ in again] == [100, 101, 102]
    assert [seed for seed, _, _ in redrawn] == [101, 102, 103, 104, 105, 106]
    assert all(ids == list(dtm.index) for _, ids, _ in again)
    for _, ids, _ in redrawn:  # each section drawn counts once, and about a third are not drawn
        assert ids == sorted(set(ids)) and 0.4 * len(dtm) < len(ids) < 0.9 * len(dtm)
    assert len({tuple(ids) for _, ids, _ in redrawn}) == 6
    moved = group.copy()
    moved.iloc[0] = (moved.iloc[0] + 1) % 3
    one = adjusted_rand_score(group, moved)
    assert measures["seed_ari"] == pytest.approx((1 + 2 * one) / 3)
    agreement = []
    for seed, ids, _ in redrawn:
        other = group[ids].to_numpy(copy=True)
        other[0] = (other[0] + seed % 2) % 3
        agreement.append(adjusted_rand_score(group[ids], other))
    assert measures["bootstrap_ari"] == pytest.approx(np.mean(agreement)) != 1
    assert measures["bootstrap_se"] == pytest.approx(np.std(agreement, ddof=1) / np.sqrt(6))
    assert measures["silhouette"] == silhouette_score(tf_idf(dtm), group, metric="cosine")
    assert measures["smallest"] == 7


@pytest.mark.parametrize("method", FAST)
def test_seeds_reproduce_the_measures(noise, method):
    first, second, other = (stability(noise, 3, FAST[method], 2, seed) for seed in (1, 1, 2))
    pd.testing.assert_series_equal(first[0], second[0])
    assert first[1] == second[1] != other[1]


def test_lsa_needs_no_more_dimensions_than_there_are():
    dtm = pd.DataFrame([[3, 1, 0], [2, 2, 0], [0, 0, 1], [0, 1, 4]])
    labels = lsa_k_means(dtm, 2, 1)
    assert labels[0] == labels[1] != labels[2] == labels[3]


# --- how many clusters


@pytest.fixture(scope="module")
def toy():
    """Sections of three themes, four words of the own theme and one of another."""
    rng = np.random.default_rng(3)
    rows = []
    for theme, size in zip("abc", (7, 5, 9), strict=True):
        others = [f"{t}{i}" for t in "abc" if t != theme for i in range(5)]
        for _ in range(size):
            own = [f"{theme}{i}" for i in rng.choice(5, 4, replace=False)]
            rows.append(pd.Series([*own, rng.choice(others)]).value_counts())
    return pd.DataFrame(rows).fillna(0).astype(int).sort_index(axis=1).reset_index(drop=True)


def test_choose_k_sees_the_number_of_themes(toy):
    found = choose_k(toy, range(2, 5), repeats=4, runs=5)
    assert found.index.tolist() == [2, 3, 4]
    assert found.index.name == "k"
    assert found.loc[3, ["seed_ari", "smallest"]].tolist() == [1, 5]
    assert found["bootstrap_ari"].idxmax() == found["silhouette"].idxmax() == 3
    assert found["bootstrap_ari"].le(1).all()
    assert found["bootstrap_se"].ge(0).all()
    pd.testing.assert_frame_equal(found, choose_k(toy, range(2, 5), repeats=4, runs=5))


@pytest.mark.parametrize(
    ("ari", "fewest", "tolerance", "k"),
    [
        ({4: 0.9, 5: 0.5}, 4, 0.05, 4),
        ({4: 0.80, 5: 0.84, 6: 0.7}, 4, 0.05, 4),  # near enough to the best, and smaller
        ({4: 0.80, 5: 0.84, 6: 0.7}, 4, 0.01, 5),
        ({4: 0.9, 5: 0.5, 6: 0.6}, 5, 0.05, 6),  # fewer than ``fewest`` do not count
        ({4: 0.9, 5: 0.5, 6: 0.6}, 5, 0.1, 5),
        ({4: 0.9, 5: 0.5}, 12, 0.05, 5),  # more than were tried: the most tried
        ({4: 0.9}, 1, 0.05, 4),
    ],
)
def test_pick_k(ari, fewest, tolerance, k):
    assert pick_k(pd.DataFrame({"bootstrap_ari": ari}), fewest, tolerance) == k


def outline(*rows):
    """Sections from (section_id, parent, heading)."""
    table = pd.DataFrame(rows, columns=["section_id", "parent", "heading"])
    return table.assign(doc_id=table["section_id"].str[0])


@pytest.mark.parametrize(
    ("rows", "most"),
    [
        ([("a1", None, "党建"), ("a2", None, "民生")], 1),  # nothing below any heading
        ([("a1", None, "党建"), ("a2", "a1", "学习"), ("a3", None, "民生"), ("a4", "a3", "养老")], 2),
        (  # the parts are no chapters, and hold one and two of them
            [("a1", None, "2024年工作总结"), ("a2", "a1", "党建"), ("a3", "a2", "学习")]
            + [("a4", None, "2025年工作计划"), ("a5", "a4", "党建"), ("a6", "a5", "学习")]
            + [("a7", "a4", "民生"), ("a8", "a7", "养老")],
            2,
        ),
        (  # the most divided of two reports
            [("a1", None, "党建"), ("a2", "a1", "学习")]
            + [(f"b{i}", None, "民生") for i in (1, 2, 3)]
            + [(f"b{i}{i}", f"b{i}", "养老") for i in (1, 2, 3)],
            3,
        ),
    ],
)
def test_most_chapters(rows, most):
    assert most_chapters(outline(*rows)) == most


# --- coherence


def by_letter(*rows):
    """Sections × words a, b, c, d from strings of the words they hold."""
    return pd.DataFrame([[row.count(word) for word in "abcd"] for row in rows], columns=list("abcd"))


HALF = np.log(0.25 / (0.5 * 0.25)) / -np.log(0.25)


@pytest.mark.parametrize(
    ("rows", "labels", "value"),
    [
        (["ab", "ab", "cd", "cd"], [1, 1, 2, 2], 1),  # never apart
        (["aabbcd", "aabbcd", "abccdd", "abccdd"], [1, 1, 2, 2], 1),  # in every section
        (["a", "b", "c", "d"], [1, 1, 2, 2], -1),  # never together
        (["ab", "ac", "bd", "cd"], [1, 2, 2, 2], 0),  # as by chance
        (["ab", "a", "c", "d"], [1, 1, 2, 2], (HALF - 1) / 2),
        (["ab", "a", "cd", "cd"], [1, 1, 2, 2], (HALF + 1) / 2),
        (["aaab", "a", "cd", "cd"], [1, 1, 2, 2], (HALF + 1) / 2),  # how often in a section is no matter
    ],
)
def test_coherence_by_hand(rows, labels, value):
    assert coherence(by_letter(*rows), pd.Series(labels), n=2) == pytest.approx(value, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9), st.integers(2, 4))
def test_coherence_lies_between_its_bounds_whatever_clusters_are_called(seed, density, k):
    rng = np.random.default_rng(seed)
    dtm = pd.DataFrame((rng.random((12, 15)) < density).astype(int)).add_prefix("w")
    dtm = dtm.loc[:, dtm.sum() > 0]
    labels = pd.Series(rng.permutation(np.arange(12) % k))
    value = coherence(dtm, labels)
    assert -1 <= value <= 1
    assert coherence(dtm, 7 - labels) == pytest.approx(value)


def test_coherence_prefers_the_planted_blocks(planted):
    dtm, group = planted
    shuffled = pd.Series(np.random.default_rng(1).permutation(group), index=group.index)
    assert coherence(dtm, group, n=6) == pytest.approx(1)
    assert coherence(dtm, shuffled, n=6) < 0.9


# --- methods side by side


def test_methods_side_by_side(planted, noise):
    dtm, group = planted
    nothing = pd.DataFrame(noise.to_numpy()[: len(dtm)], index=dtm.index).add_prefix("w")
    other = pd.Series(np.arange(len(dtm)) % 2, index=dtm.index)
    shuffled = {"group": group.sample(frac=1, random_state=1), "other": other}  # looked up by section
    found = compare_methods({"planted": dtm, "noise": nothing}, 3, shuffled, repeats=2, seed=4)
    assert found.columns.tolist() == [
        "words",
        "method",
        "k",
        *MEASURES,
        "coherence",
        "ami_group",
        "ami_other",
    ]
    assert found["words"].tolist() == ["planted"] * 4 + ["noise"] * 4
    assert found["method"].tolist() == list(METHODS) * 2
    assert found["k"].eq(3).all()
    for row in found.itertuples():
        table = {"planted": dtm, "noise": nothing}[row.words]
        labels, measures = stability(table, 3, METHODS[row.method], repeats=2, seed=4)
        assert {m: getattr(row, m) for m in MEASURES} == pytest.approx(measures)
        assert row.coherence == pytest.approx(coherence(table, labels))
        assert row.ami_group == pytest.approx(adjusted_mutual_info_score(group, labels))
        assert row.ami_other == pytest.approx(adjusted_mutual_info_score(other, labels))
    assert found.loc[found["words"] == "planted", "ami_group"].tolist() == pytest.approx([1] * 4)
    assert found.loc[found["words"] == "noise", "ami_group"].lt(0.5).all()


# --- what the clusters coincide with


@pytest.mark.parametrize(
    ("labels", "factor", "nmi"),
    [
        ([1, 1, 2, 2], list("aabb"), 1),
        ([2, 2, 1, 1], list("aabb"), 1),
        ([1, 2, 1, 2], list("aabb"), 0),
        ([1, 1, 1, 1], list("aabb"), 0),
    ],
)
def test_confounding(labels, factor, nmi):
    found = confounding(pd.Series(labels), pd.Series(factor, name="street"))
    assert found.index.tolist() == ["street"]
    assert found.loc["street", "nmi"] == pytest.approx(nmi, abs=1e-12)
    assert found.loc["street", "ami"] <= nmi + 1e-12


def test_confounding_of_several_factors():
    labels = pd.Series([1, 1, 2, 3])
    a, b = pd.Series([1, 1, 2, 2], name="a"), pd.Series([1, 2, 1, 2], name="b")
    found = confounding(labels, a, b)
    assert found.index.name == "factor"
    assert found.columns.tolist() == ["nmi", "ami", "chance_low", "chance_high"]
    assert found["nmi"].to_dict() == {f.name: normalized_mutual_info_score(f, labels) for f in (a, b)}
    assert found["ami"].to_dict() == {f.name: adjusted_mutual_info_score(f, labels) for f in (a, b)}
    for f in (a, b):  # a factor's range is its own, whatever stands beside it
        pd.testing.assert_frame_equal(confounding(labels, f), found.loc[[f.name]])


def deal(n, k, seed):
    return pd.Series(np.random.default_rng(seed).integers(0, k, n), name=f"into {k}")


@pytest.mark.parametrize(
    ("labels", "factor"),
    [
        (deal(40, 3, 1), deal(40, 4, 2)),
        (deal(126, 7, 3), deal(126, 5, 4)),
        (deal(30, 2, 5), deal(30, 2, 6).map({0: "review", 1: "plan"})),
        (pd.Series([1] * 19 + [2]), pd.Series(list("ab" * 10))),
        (pd.Series(range(12)), pd.Series([1, 2, 3] * 4)),  # each section a cluster
    ],
)
def test_dealt_ami_is_that_of_scikit_learn(labels, factor):
    found = _dealt_ami(labels, factor, draws=20, seed=9)
    rng = np.random.default_rng(9)
    dealt = [labels.to_numpy()[rng.permutation(len(labels))] for _ in range(20)]
    expected = [adjusted_mutual_info_score(factor, d) for d in dealt]
    assert found == pytest.approx(expected, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 999))
def test_dealt_ami_lies_about_zero_whatever_the_margins(k, m, seed):
    labels, factor = deal(60, k, seed), deal(60, m, seed + 1)
    found = _dealt_ami(labels, factor, draws=300, seed=seed)
    assert abs(found.mean()) < 5 * found.std() / np.sqrt(300)
    names = labels.map(lambda c: f"cluster {k - c}")  # what clusters are called is no matter
    again = confounding(names, factor, draws=300, seed=seed).iloc[0]
    before = confounding(labels, factor, draws=300, seed=seed).iloc[0]
    assert again.to_numpy() == pytest.approx(before.to_numpy(), abs=1e-9)
    assert before["chance_low"] < 0 < before["chance_high"] < 1


def test_the_range_of_chance_holds_95_percent_of_what_is_dealt():
    labels, factor = deal(120, 6, 1), deal(120, 5, 2)
    found = confounding(labels, factor, draws=2000).loc["into 5"]
    rng = np.random.default_rng(77)  # dealt anew
    dealt = [adjusted_mutual_info_score(factor, rng.permutation(labels)) for _ in range(400)]
    below, above = np.mean(dealt < found["chance_low"]), np.mean(dealt > found["chance_high"])
    assert below == pytest.approx(0.025, abs=0.02) and above == pytest.approx(0.025, abs=0.02)


def test_what_is_planted_lies_above_chance():
    """Two sections in five follow the factor, the others are dealt."""
    factor = deal(120, 5, 2)
    labels = factor.where(np.arange(120) % 5 < 2, deal(120, 5, 8).sample(frac=1, random_state=1).to_numpy())
    found = confounding(labels, factor).iloc[0]
    assert found["ami"] > 0.05 and found["ami"] > 1.5 * found["chance_high"]
    dealt = confounding(deal(120, 5, 8), factor).iloc[0]
    assert dealt["chance_low"] <= dealt["ami"] <= dealt["chance_high"]


def test_the_range_of_chance_is_drawn_by_seed():
    labels, factor = deal(40, 4, 1), deal(40, 3, 2)
    first, second, other = (confounding(labels, factor, seed=seed).loc["into 3"] for seed in (1, 1, 2))
    assert first.equals(second)
    assert (first == other).tolist() == [True, True, False, False]  # nmi and ami draw nothing


@pytest.mark.parametrize("function", [stability, choose_k])
def test_six_bootstrap_samples_unless_asked_for_more(function):
    assert inspect.signature(function).parameters["repeats"].default == 6


@pytest.mark.parametrize("method", FAST)
def test_rounding_errors_do_not_decide(method, monkeypatch):
    """Sections with no word in common are equally far apart: ties that errors of 1e-15 would break."""
    rng = np.random.default_rng(11)
    counts = pd.DataFrame((rng.random((40, 120)) < 0.06).astype(int), index=[f"s{i:02}" for i in range(40)])
    counts = counts.loc[:, counts.sum() > 0]
    exact = [FAST[method](counts, 5, seed) for seed in range(8)]

    def shaken(dtm):
        return tf_idf(dtm) * (1 + 1e-15 * rng.standard_normal(dtm.shape))

    monkeypatch.setattr("jiedao.stability.tf_idf", shaken)
    monkeypatch.setattr("jiedao.themes.tf_idf", shaken)
    for seed, labels in enumerate(exact):
        assert FAST[method](counts, 5, seed).tolist() == labels.tolist()
