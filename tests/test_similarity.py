"""Similarity against SciPy and scikit-learn, the ceiling, and MATTR against a naive loop."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon
from sklearn.metrics.pairwise import cosine_similarity

from jiedao.similarity import as_matrix, cosine, jensen_shannon, similarity
from jiedao.summary import mattr

COUNTS = arrays(np.float64, (2, 6), elements=st.integers(0, 9)).filter(lambda x: x.sum(axis=1).all())


@settings(deadline=None)
@given(COUNTS)
def test_jensen_shannon_is_scipys(pair):
    p, q = pair
    # SciPy takes the root of a rounding error where two distributions are the same
    assert jensen_shannon(p, q) == pytest.approx(np.nan_to_num(jensenshannon(p, q, base=2)), abs=1e-7)
    assert jensen_shannon(p, q) == jensen_shannon(q, p)


@settings(deadline=None)
@given(COUNTS)
def test_cosine_is_scikit_learns(pair):
    assert cosine(*pair) == pytest.approx(cosine_similarity(pair)[0, 1])


@pytest.mark.parametrize(
    ("p", "q", "distance", "angle"),
    [
        ([1, 1, 0], [2, 2, 0], 0, 1),
        ([1, 0], [0, 3], 1, 0),
        ([1, 1, 0], [1, 0, 1], np.sqrt(0.5), 0.5),  # m = ½ ¼ ¼: 1.5 bits, less 1 bit each
        ([[1, 0], [1, 1]], [[0, 1], [1, 1]], [1, 0], [0, 1]),
    ],
)
def test_by_hand(p, q, distance, angle):
    p, q = np.array(p, float), np.array(q, float)
    assert jensen_shannon(p, q) == pytest.approx(distance, abs=1e-7)
    assert cosine(p, q) == pytest.approx(angle)


def tokens(texts):
    rows = [
        (doc, f"{doc}/{i}", word)
        for doc, sentences in texts.items()
        for i, sentence in enumerate(sentences)
        for word in sentence.split()
    ]
    return pd.DataFrame(rows, columns=["doc_id", "sentence_id", "token"])


def test_similarity_by_hand():
    found = similarity(tokens({"a": ["x y"] * 4, "b": ["x z"] * 6}), draws=20)
    assert found[["a", "b"]].to_numpy().tolist() == [["a", "a"], ["a", "b"], ["b", "b"]]
    assert (found["n_tokens"] == 4).all()  # half of the shortest text
    for bound in ("", "_low", "_high"):
        assert found[f"cosine{bound}"].tolist() == pytest.approx([1, 0.5, 1])
        assert found[f"jsd{bound}"].tolist() == pytest.approx([0, np.sqrt(0.5), 0], abs=1e-3)


def invented(seed, sentences=60, words="abcdefghijklmnopqrst"):
    """A text whose sentences are drawn from one and the same distribution."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, len(words) + 1)
    return [" ".join(rng.choice(list(words), 5, p=share / share.sum())) for _ in range(sentences)]


def test_texts_of_one_source_are_as_alike_as_the_ceiling():
    found = similarity(tokens({"a": invented(1), "b": invented(2)}), draws=200).set_index(["a", "b"])
    for value in ("cosine", "jsd"):
        ceiling = (found.loc[("a", "a"), value] + found.loc[("b", "b"), value]) / 2
        assert found.loc[("a", "b"), value] == pytest.approx(ceiling, abs=0.05)
        assert found.loc[("a", "b"), f"{value}_low"] < ceiling < found.loc[("a", "b"), f"{value}_high"]


def test_identical_texts_reach_the_ceiling_and_other_words_do_not():
    same = invented(3)
    other = invented(4, words="UVWXYZabcdef")
    found = similarity(tokens({"a": same, "b": same, "c": other}), draws=200).set_index(["a", "b"])
    assert found.loc[("a", "b"), "cosine"] >= found.loc[("a", "a"), "cosine_low"]
    assert found.loc[("a", "b"), "jsd"] <= found.loc[("a", "a"), "jsd_high"]
    assert found.loc[("a", "c"), "cosine_high"] < found.loc[("a", "a"), "cosine_low"]
    assert found.loc[("a", "c"), "jsd_low"] > found.loc[("a", "a"), "jsd_high"]


def test_bounds_and_seed():
    texts = tokens({"a": invented(1), "b": invented(2, 40), "c": invented(3, 50)})
    found = similarity(texts, draws=50)
    assert len(found) == 6
    for value in ("cosine", "jsd"):
        assert (found[f"{value}_low"] <= found[value]).all()
        assert (found[value] <= found[f"{value}_high"]).all()
        assert found[value].between(0, 1).all()
    pd.testing.assert_frame_equal(found, similarity(texts, draws=50))
    assert not found.equals(similarity(texts, draws=50, seed=1))


def test_groups_of_another_column():
    texts = tokens({"a": invented(1), "b": invented(2)}).rename(columns={"doc_id": "part"})
    assert similarity(texts, by="part", draws=5)["a"].tolist() == ["a", "a", "b"]


def test_the_matrix_is_symmetric_and_in_order():
    texts = tokens({"z": invented(1), "b": invented(2), "m": invented(3)})
    found = similarity(texts, draws=20)
    matrix = as_matrix(found, "jsd")
    assert matrix.index.tolist() == matrix.columns.tolist() == ["z", "b", "m"]
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.diag(matrix).tolist() == found.loc[found["a"] == found["b"], "jsd"].tolist()


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcd"), min_size=1), st.integers(1, 12))
def test_mattr_is_the_naive_loop(words, window):
    shares = [len(set(words[i : i + window])) / window for i in range(len(words) - window + 1)]
    expected = sum(shares) / len(shares) if shares else float("nan")
    assert mattr(np.array(words), window) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("words", "window", "expected"),
    [("abab", 2, 1), ("aaaa", 2, 0.5), ("aab", 2, 0.75), ("abc", 3, 1), ("ab", 3, float("nan"))],
)
def test_mattr_by_hand(words, window, expected):
    assert mattr(np.array(list(words)), window) == pytest.approx(expected, nan_ok=True)
