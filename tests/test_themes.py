"""Clusters of sections: a toy corpus with three plain themes, the rules, and the map."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist, squareform
from sklearn.metrics import adjusted_rand_score

from jiedao.themes import (
    cluster,
    co_assignment,
    consensus_clusters,
    layout,
    leaf_sections,
    nmf_labels,
    section_matrix,
    top_terms,
    typicality,
)

THEMES = {
    "care": "养老 医疗 就业 救助 残疾".split(),
    "economy": "企业 招商 税收 投资 商圈".split(),
    "environment": "垃圾 河道 扬尘 绿化 污水".split(),
}
SIZES = {"care": 7, "economy": 5, "environment": 9}


@pytest.fixture(scope="module")
def toy():
    """Sections × terms, four words of the own theme and one of another, and the themes."""
    rng = np.random.default_rng(3)
    columns = [w for words in THEMES.values() for w in words]
    rows, themes = [], []
    for theme, size in SIZES.items():
        for _ in range(size):
            other = rng.choice([w for t, words in THEMES.items() if t != theme for w in words])
            rows.append(pd.Series([*rng.choice(THEMES[theme], 4, replace=False), other]).value_counts())
            themes.append(theme)
    ids = [f"s{i:02}" for i in rng.permutation(len(rows))]
    dtm = pd.DataFrame(rows, index=ids).reindex(columns=columns).fillna(0).astype(int)
    return dtm.sort_index(), pd.Series(themes, index=ids, name="theme").sort_index()


@pytest.fixture(scope="module")
def together(toy):
    return co_assignment(toy[0], 3, runs=30)


@pytest.fixture(scope="module")
def labels(toy, together):
    return pd.Series(consensus_clusters(together, 3), index=toy[0].index)


def test_the_consensus_recovers_the_themes(toy, labels):
    assert adjusted_rand_score(toy[1], labels) == 1
    assert labels.groupby(toy[1]).first().to_dict() == {"environment": 1, "care": 2, "economy": 3}


def test_co_assignment_holds_shares(together):
    np.testing.assert_array_equal(together, together.T)
    assert (np.diag(together) == 1).all()
    assert together.min() >= 0
    np.testing.assert_allclose(together * 30, np.round(together * 30))


def test_seeds_reproduce(toy, together):
    dtm = toy[0]
    np.testing.assert_array_equal(co_assignment(dtm, 3, runs=30), together)
    assert (co_assignment(dtm, 6, runs=5, seed=1) != co_assignment(dtm, 6, runs=5, seed=2)).any()
    weighted = dtm.to_numpy(float)
    np.testing.assert_array_equal(nmf_labels(weighted, 3, 9), nmf_labels(weighted, 3, 9))


def test_cluster_cuts_the_co_assignment(toy, labels):
    found = cluster(toy[0], 3, seed=5, runs=7)
    np.testing.assert_array_equal(found, consensus_clusters(co_assignment(toy[0], 3, 7, seed=5), 3))
    assert adjusted_rand_score(found, labels) == 1


@pytest.mark.parametrize(
    ("groups", "numbers"),
    [("aabbbc", [2, 2, 1, 1, 1, 3]), ("abc", [1, 2, 3]), ("ccba", [1, 1, 2, 3]), ("abab", [1, 2, 1, 2])],
)
def test_clusters_are_numbered_by_falling_size_then_place(groups, numbers):
    together = np.array([[float(a == b) for a in groups] for b in groups])
    assert consensus_clusters(together, len(set(groups))).tolist() == numbers


def test_top_terms(toy, labels):
    dtm = toy[0]
    found = top_terms(dtm, labels, n=4)
    for number, theme in ((1, "environment"), (2, "care"), (3, "economy")):
        mine = found[found["cluster"] == number]
        assert mine["rank"].tolist() == [1, 2, 3, 4]
        assert set(mine["term"]) <= set(THEMES[theme])
        assert mine["difference"].is_monotonic_decreasing
    np.testing.assert_allclose(found["inside"] - found["outside"], found["difference"])


def test_top_terms_name_a_matter_once():
    dtm = pd.DataFrame({"安全": [2, 2, 0], "安全生产": [1, 1, 0], "养老": [0, 0, 1], "垃圾": [1, 0, 1]})
    found = top_terms(dtm, pd.Series([1, 1, 2]))
    first = found.loc[found["cluster"] == 1, "term"].tolist()
    assert first[0] == "安全"
    assert "安全生产" not in first


def test_typicality(toy, labels):
    found = typicality(toy[0], labels)
    assert found.index.equals(toy[0].index)
    assert found.between(0.3, 1).all()
    same = pd.DataFrame({"x": [1, 2, 0], "y": [0, 0, 3]})
    assert typicality(same, pd.Series([1, 1, 2])).tolist() == pytest.approx([1, 1, 1])


def test_layout(toy, together, labels):
    points = layout(together, toy[0])
    assert points.shape == (len(toy[0]), 2)
    assert np.isfinite(points).all()
    np.testing.assert_array_equal(points, layout(together, toy[0]))
    assert (points.max(axis=0) >= -points.min(axis=0)).all()
    apart = squareform(pdist(points))
    same = labels.to_numpy()[:, None] == labels.to_numpy()
    assert apart[same].max() < apart[~same].min()


def test_layout_lowers_the_stress(toy, together):
    weighted = toy[0].to_numpy() @ toy[0].to_numpy().T  # any similarity will do to compare by
    wanted = 1 - (together + weighted / weighted.max()) / 2
    stress = [((squareform(pdist(layout(together, toy[0], n))) - wanted) ** 2).sum() for n in (0, 300)]
    assert stress[1] < stress[0]


SECTIONS = pd.DataFrame(
    [
        ("a1", "a", None, "养老", 2, "retrospective", False),
        ("a2", "a", "a1", "医疗", 12, "retrospective", True),
        ("a3", "a", "a1", "救助", 22, "prospective", True),
        ("a4", "a", None, None, 30, "preamble", True),
        ("a5", "a", None, None, 40, "closing", True),
        ("a6", "a", None, "工作总结", 54, "apparatus", True),
        ("a7", "a", "a1", "就业", 62, "problem-statement", True),
    ],
    columns="section_id doc_id parent heading heading_end orientation is_leaf".split(),
)


def section_words(section_id, text):
    start = int(section_id[1]) * 10
    rows = [(section_id, start + 2 * i, word, "word") for i, word in enumerate(text.split())]
    return pd.DataFrame(rows, columns=["section_id", "start", "token", "kind"])


WORDS = pd.concat(
    [
        section_words("a1", "养老").assign(start=0),
        section_words("a2", "医疗 残疾 残疾 医疗 加强 工作").assign(start=[10, 12, 14, 16, 18, 20]),
        section_words("a3", "救助 残疾 医疗 医疗 残疾").assign(start=[20, 22, 24, 26, 28]),
        section_words("a4", "残疾 残疾 残疾 残疾 残疾"),
        section_words("a5", "残疾 残疾 残疾 残疾 残疾"),
        section_words("a6", "残疾 残疾 残疾 残疾 残疾"),
        section_words("a7", "就业 工作 残疾"),
    ]
)


def test_leaf_sections_leave_framing_and_scraps_out():
    assert leaf_sections(SECTIONS, WORDS).index.tolist() == ["a2", "a3"]
    assert leaf_sections(SECTIONS, WORDS, fewest=1).index.tolist() == ["a2", "a3", "a7"]
    assert leaf_sections(SECTIONS, WORDS, fewest=6).empty


def test_section_matrix_by_hand():
    found = section_matrix(SECTIONS, WORDS)
    assert found.index.tolist() == ["a2", "a3"]
    # 医疗 heads a2 (counted twice there), 养老 heads the section above both; 救助 stands in one leaf only
    assert found.loc["a2"].to_dict() == {"养老": 1, "医疗": 3, "残疾": 2}
    assert found.loc["a3"].to_dict() == {"养老": 1, "医疗": 2, "残疾": 2}
    everything = section_matrix(SECTIONS, WORDS, fewest=1)
    assert everything.loc["a3", "救助"] == 2
    assert "加强" not in everything  # a policy verb
    assert section_matrix(SECTIONS, WORDS, fewest=1, hide=("genre",)).loc["a2", "加强"] == 1
