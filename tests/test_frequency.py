"""Frequencies and dispersion, against the formula written as a loop and cases worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from jiedao.frequency import dispersion, frequency

NAN = float("nan")


def dp(counts, sizes):
    """DP and DPnorm (Gries 2008; Lijffijt & Gries 2012) of one term in plain Python."""
    parts = [(c, s) for c, s in zip(counts, sizes, strict=True) if s]
    n, total = sum(c for c, _ in parts), sum(s for _, s in parts)
    if not n:
        return NAN, NAN
    found = sum(abs(c / n - s / total) for c, s in parts) / 2
    return found, found / (1 - min(s for _, s in parts) / total) if len(parts) > 1 else NAN


@settings(deadline=None)
@given(arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.integers(0, 5)))
def test_dispersion_is_the_formula(counts):
    assume(counts.sum())
    found = dispersion(pd.DataFrame(counts))
    expected = [dp(column, counts.sum(axis=1)) for column in counts.T]
    np.testing.assert_allclose(found[["dp", "dp_norm"]], expected, atol=1e-12)
    assert found["n"].tolist() == counts.sum(axis=0).tolist()
    assert found["parts"].tolist() == (counts > 0).sum(axis=0).tolist()


# Three parts of 10, 10 and 20 tokens: s = ¼, ¼, ½; the largest DP is ¾.
@pytest.mark.parametrize(
    ("counts", "n", "parts", "expected", "normed"),
    [
        ([1, 1, 2], 4, 3, 0, 0),
        ([3, 0, 0], 3, 1, 0.75, 1),
        ([0, 0, 5], 5, 1, 0.5, 2 / 3),
        ([1, 1, 0], 2, 2, 0.5, 2 / 3),
        ([1, 0, 1], 2, 2, 0.25, 1 / 3),
        ([0, 0, 0], 0, 0, NAN, NAN),
    ],
)
def test_dispersion_by_hand(counts, n, parts, expected, normed):
    sizes = pd.Series([10, 10, 20])
    found = dispersion(pd.DataFrame({"term": counts}), sizes).loc["term"]
    assert found.tolist() == pytest.approx([n, parts, expected, normed], nan_ok=True)


@pytest.mark.parametrize(
    ("counts", "sizes", "expected"),
    [
        ([2], [10], [2, 1, 0, NAN]),  # a single part
        ([0], [10], [0, 0, NAN, NAN]),
        ([2, 0], [10, 0], [2, 1, 0, NAN]),  # an empty part is none
        ([0, 0], [0, 0], [0, 0, NAN, NAN]),
    ],
)
def test_dispersion_at_the_edge(counts, sizes, expected):
    found = dispersion(pd.DataFrame({"term": counts}), pd.Series(sizes))
    assert found.loc["term"].tolist() == pytest.approx(expected, nan_ok=True)


def test_dispersion_takes_sizes_by_name():
    counts = pd.DataFrame({"term": [3, 0]}, index=["a", "b"])
    sizes = pd.Series({"b": 30, "a": 10})
    assert dispersion(counts, sizes).loc["term", "dp"] == pytest.approx(0.75)


def words(doc, section, sentence, text):
    rows = [(doc, f"{doc}/{section}", f"{doc}/{section}/{sentence}", t, "word") for t in text.split()]
    return [r if r[3] != "," else (*r[:4], "sign") for r in rows]


TOKENS = pd.DataFrame(
    [
        *words("a", 1, 1, "养老 , 养老 环境 的"),
        *words("a", 1, 2, "养老 的 的 的"),
        *words("a", 2, 1, "企业 的 的"),
        *words("b", 1, 1, "企业 企业 ,"),
    ],
    columns=["doc_id", "section_id", "sentence_id", "token", "kind"],
)


def test_frequency_by_hand():
    found = frequency(TOKENS, draws=200).set_index(["doc_id", "term"])
    assert found.index.tolist() == [("a", "养老"), ("a", "企业"), ("a", "环境"), ("b", "企业")]
    # report a: 11 running tokens (the comma is none), 8 in section 1 and 3 in section 2
    care = found.loc[("a", "养老")]
    assert care["n"] == 3
    assert care["per_1000"] == pytest.approx(3000 / 11)
    assert care["sections"] == 1
    assert care["dp"] == pytest.approx((abs(1 - 8 / 11) + 3 / 11) / 2)
    assert care["dp_norm"] == pytest.approx(care["dp"] / (1 - 3 / 11))
    assert care["low"] < care["per_1000"] < care["high"]
    # report b has one sentence, which every draw repeats
    only = found.loc[("b", "企业")]
    assert only[["n", "per_1000", "low", "high", "dp"]].tolist() == [2, 1000, 1000, 1000, 0]


def test_frequency_of_chosen_tokens_and_other_groups():
    chosen = TOKENS[TOKENS["token"] == "企业"]
    found = frequency(TOKENS, chosen=chosen, draws=10)
    assert found[["doc_id", "term", "n"]].to_numpy().tolist() == [["a", "企业", 1], ["b", "企业", 2]]
    assert found["per_1000"].tolist() == pytest.approx([1000 / 11, 1000])
    by = frequency(TOKENS.assign(part="all"), by="part", draws=10)
    assert by.loc[by["term"] == "企业", "per_1000"].tolist() == pytest.approx([3000 / 13])
