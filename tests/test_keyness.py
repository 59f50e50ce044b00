"""Key terms against SciPy, a hand-worked case, and plain loops."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency, false_discovery_control

from jiedao.keyness import key_terms, keyness, split_half_null

TERMS = list("abcdefgh")
tables = st.tuples(*[st.lists(st.integers(0, 40), min_size=8, max_size=8)] * 2).filter(
    lambda t: sum(t[0]) > 0 and sum(t[1]) > 0
)


def series(counts):
    return pd.Series(counts, index=TERMS[: len(counts)])


def test_a_case_worked_by_hand():
    """Target: x 3 times of 4; reference: x once of 8."""
    found = keyness(pd.Series({"x": 3, "y": 1}), pd.Series({"x": 1, "y": 7}))
    # Expected: x 4·4/12 and 4·8/12, y 8·4/12 and 8·8/12.
    g2 = 2 * (3 * math.log(9 / 4) + 1 * math.log(3 / 8) + 1 * math.log(3 / 8) + 7 * math.log(21 / 16))
    assert found.loc["x", "g2"] == pytest.approx(g2)
    assert found.loc["x", "log_ratio"] == pytest.approx(math.log2((3 / 4) / (1 / 8)))
    assert found.loc["x", "per_1000_target"] == 750
    assert found.loc["x", "per_1000_reference"] == 125
    # Prior: x 4, y 8, in all 12; (3+4)/(4+12−7) against (1+4)/(8+12−5).
    log_odds = math.log(7 / 9) - math.log(5 / 15)
    assert found.loc["x", "log_odds"] == pytest.approx(log_odds)
    assert found.loc["x", "log_odds_z"] == pytest.approx(log_odds / math.sqrt(1 / 7 + 1 / 5))
    assert found.loc["x", "lrc"] == 0  # 3 of 4 may well be 1 of 3, the share of the target's size


@settings(max_examples=60, deadline=None)
@given(tables)
def test_g2_p_and_q_agree_with_scipy(counts):
    a, b = map(series, counts)
    found = keyness(a, b)
    n1, n2 = a.sum(), b.sum()
    for term in TERMS:
        table = np.array([[a[term], n1 - a[term]], [b[term], n2 - b[term]]])
        if a[term] + b[term] == 0:
            assert found.loc[term, ["g2", "p"]].tolist() == [0, 1]
        elif (table.sum(axis=1) == 0).any():
            assert found.loc[term, "g2"] == pytest.approx(0, abs=1e-9)
        else:
            g2, p, *_ = chi2_contingency(table, lambda_="log-likelihood", correction=False)
            assert found.loc[term, "g2"] == pytest.approx(g2, abs=1e-9)
            assert found.loc[term, "p"] == pytest.approx(p, abs=1e-9)
    occurs = (a + b > 0).to_numpy()
    q = false_discovery_control(found["p"])
    assert found["q"].to_numpy()[occurs] == pytest.approx(q[occurs], abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_lrc_is_the_bound_of_the_exact_binomial_interval_nearest_zero(counts):
    a, b = map(series, counts)
    found = keyness(a, b)
    for term in TERMS:
        n = int(a[term] + b[term])
        if n == 0:
            assert math.isnan(found.loc[term, "lrc"])
            continue
        share = binomtest(int(a[term]), n).proportion_ci(method="exact")
        bounds = [
            math.log2(x / (1 - x) * b.sum() / a.sum()) if 0 < x < 1 else math.copysign(math.inf, x - 0.5)
            for x in (share.low, share.high)
        ]
        expected = 0 if bounds[0] <= 0 <= bounds[1] else min(bounds, key=abs)
        assert found.loc[term, "lrc"] == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(tables, st.lists(st.floats(0.01, 50), min_size=8, max_size=8))
def test_log_odds_agree_with_a_plain_loop(counts, pseudo):
    a, b = map(series, counts)
    prior = series(pseudo)
    found = keyness(a, b, prior)
    for term in TERMS:
        if a[term] + b[term] == 0:
            assert math.isnan(found.loc[term, "log_odds_z"])
            continue
        odds = [(c[term] + prior[term]) / (c.sum() + prior.sum() - c[term] - prior[term]) for c in (a, b)]
        spread = math.sqrt(1 / (a[term] + prior[term]) + 1 / (b[term] + prior[term]))
        assert found.loc[term, "log_odds"] == pytest.approx(math.log(odds[0]) - math.log(odds[1]))
        assert found.loc[term, "log_odds_z"] == pytest.approx(
            (math.log(odds[0]) - math.log(odds[1])) / spread
        )


@settings(max_examples=30, deadline=None)
@given(tables)
def test_exchanging_the_texts_changes_the_signs_only(counts):
    a, b = map(series, counts)
    one, other = keyness(a, b), keyness(b, a)
    for column in ("log_ratio", "lrc", "log_odds", "log_odds_z"):
        assert one[column].to_numpy() == pytest.approx(-other[column].to_numpy(), nan_ok=True, abs=1e-9)
    for column in ("g2", "p", "q"):
        assert one[column].to_numpy() == pytest.approx(other[column].to_numpy(), nan_ok=True, abs=1e-9)


def test_a_term_in_one_text_only_gets_half_an_occurrence_in_the_other():
    found = keyness(pd.Series({"x": 4, "y": 4}), pd.Series({"y": 16}))
    assert found.loc["x", "n_reference"] == 0
    assert found.loc["x", "log_ratio"] == pytest.approx(math.log2((4 / 8) / (0.5 / 16)))


def test_a_term_in_neither_text():
    found = keyness(pd.Series({"x": 1, "y": 1, "z": 0}), pd.Series({"x": 2, "y": 5, "z": 0}))
    assert found.loc["z", ["g2", "p"]].tolist() == [0, 1]
    assert found.loc["z"].drop(["n_target", "n_reference", "g2", "p"]).isna().all()
    assert found.notna().loc["x"].all()


@pytest.mark.parametrize(("target", "reference"), [({"x": 0}, {"x": 3}), ({"x": 3}, {})])
def test_an_empty_text_leaves_nothing_to_compare(target, reference):
    found = keyness(pd.Series(target, dtype=int), pd.Series(reference, dtype=int))
    assert found["g2"].tolist() == [0]
    assert found[["log_ratio", "lrc", "log_odds", "log_odds_z"]].isna().all(axis=None)


@pytest.mark.parametrize(
    "target", [pd.Series({"x": -1}), pd.Series({"x": float("nan")}), pd.Series([1, 2], index=["x", "x"])]
)
def test_counts_that_are_none_are_refused(target):
    with pytest.raises(ValueError, match="counts"):
        keyness(target, pd.Series({"x": 1}))


def tokens_of(texts):
    """A row a token; each text is a list of sentences, each sentence a section of its own."""
    rows = [
        (doc, f"{doc}/{i}", f"{doc}/s{i}", word)
        for doc, sentences in texts.items()
        for i, sentence in enumerate(sentences)
        for word in sentence.split()
    ]
    return pd.DataFrame(rows, columns=["doc_id", "section_id", "sentence_id", "token"])


def test_key_terms_find_what_one_text_alone_repeats():
    shared = ["a b c d", "b c d a"] * 4
    found = key_terms(
        tokens_of({"one": [*shared, *["x y"] * 6], "two": [*shared, *["z"] * 6]}), "doc_id", draws=50
    )
    first = found.groupby("doc_id")["term"].first()
    assert first["one"] in ("x", "y") and first["two"] == "z"
    assert (found["log_ratio_low"] <= found["log_ratio"] + 1e-9).all()
    assert (found["log_ratio"] <= found["log_ratio_high"] + 1e-9).all()
    assert not set(found.loc[found["doc_id"] == "one", "term"]) & {"z"}


def test_halves_of_an_even_text_differ_less_than_those_of_a_text_of_two_halves():
    def matrix(sentences):
        tokens = tokens_of({"t": sentences})
        return tokens.groupby(["sentence_id", "token"], sort=False).size().unstack(fill_value=0)

    even_random, even_halves = split_half_null(matrix(["a b"] * 20))
    turned_random, turned_halves = split_half_null(matrix(["a"] * 10 + ["b"] * 10))
    assert even_random == even_halves == 0
    assert turned_halves > turned_random > 0
