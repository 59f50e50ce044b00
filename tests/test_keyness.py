"""Key terms against SciPy, a hand-worked case, and plain loops."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency, false_discovery_control

from jiedao.dtm import count
from jiedao.frequency import dispersion
from jiedao.keyness import dealt_null, key_terms, keyness, split_half_null

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


def fightin_words(y1, y2, alpha):
    """Log-odds and z of Monroe, Colaresi & Quinn 2008, equations 15, 16, 19 and 22, in plain loops."""
    n1 = n2 = alpha0 = 0.0
    for i in range(len(alpha)):
        n1, n2, alpha0 = n1 + y1[i], n2 + y2[i], alpha0 + alpha[i]
    found = []
    for i in range(len(alpha)):
        if y1[i] + y2[i] == 0:
            found.append((math.nan, math.nan))
            continue
        omega1 = (y1[i] + alpha[i]) / (n1 + alpha0 - y1[i] - alpha[i])
        omega2 = (y2[i] + alpha[i]) / (n2 + alpha0 - y2[i] - alpha[i])
        delta = math.log(omega1) - math.log(omega2)
        variance = 1 / (y1[i] + alpha[i]) + 1 / (y2[i] + alpha[i])
        found.append((delta, delta / math.sqrt(variance)))
    return found


def same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(tables, st.lists(st.floats(0.01, 50), min_size=8, max_size=8))
def test_log_odds_agree_with_a_plain_loop(counts, pseudo):
    a, b = map(series, counts)
    found = keyness(a, b, series(pseudo).iloc[::-1])  # by term, whatever the order
    same(found[["log_odds", "log_odds_z"]], fightin_words(*counts, pseudo))


@settings(max_examples=60, deadline=None)
@given(tables.filter(lambda t: sum(x + y > 0 for x, y in zip(*t, strict=True)) > 1))
def test_the_default_prior_is_the_pooled_counts(counts):
    a, b = map(series, counts)
    found = keyness(a, b)[["log_odds", "log_odds_z"]]
    same(found, fightin_words(*counts, [x + y for x, y in zip(*counts, strict=True)]))
    same(found, keyness(a, b, a + b)[["log_odds", "log_odds_z"]])


@pytest.mark.parametrize("seed", range(3))
def test_a_vocabulary_of_real_size_agrees_with_scipy_and_loops(seed):
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, 301)
    a, b = (pd.Series(rng.poisson(n * share / share.sum())).rename("t{}".format) for n in (900, 2500))
    found = keyness(a, b)
    assert ((a == 0) & (b > 0)).any() and ((a > 0) & (b == 0)).any() and (a + b == 0).any()
    n1, n2 = a.sum(), b.sum()
    absent = (a + b == 0).to_numpy()
    for term in a.index[~absent]:
        table = [[a[term], n1 - a[term]], [b[term], n2 - b[term]]]
        g2, p, *_ = chi2_contingency(table, lambda_="log-likelihood", correction=False)
        same(found.loc[term, ["g2", "p"]].to_list(), [g2, p])
        bound = binomtest(int(a[term]), int(a[term] + b[term])).proportion_ci(method="exact")
        with np.errstate(divide="ignore"):
            low, high = np.log2(np.array(bound)) - np.log2(1 - np.array(bound)) + math.log2(n2 / n1)
        same(found.loc[term, "lrc"], low if low > 0 else min(high, 0))
        half = [max(c[term], 0.5) / n for c, n in ((a, n1), (b, n2))]
        same(found.loc[term, "log_ratio"], math.log2(half[0] / half[1]))
    same(found["q"].to_numpy()[~absent], false_discovery_control(found["p"])[~absent])
    same(found[["log_odds", "log_odds_z"]], fightin_words(a.to_list(), b.to_list(), (a + b).to_list()))
    both = (a > 0) & (b > 0)
    assert (found["lrc"].abs() <= found["log_ratio"].abs() + 1e-9)[both].all()


@settings(max_examples=40, deadline=None)
@given(tables, st.one_of(st.none(), st.lists(st.floats(0.01, 50), min_size=8, max_size=8)))
def test_exchanging_the_texts_changes_the_signs_only(counts, pseudo):
    a, b = map(series, counts)
    prior = None if pseudo is None else series(pseudo)
    one, other = keyness(a, b, prior), keyness(b, a, prior)
    for column in ("log_ratio", "lrc", "log_odds", "log_odds_z"):
        assert one[column].to_numpy() == pytest.approx(-other[column].to_numpy(), nan_ok=True, abs=1e-9)
    for column in ("g2", "p", "q"):
        assert one[column].to_numpy() == pytest.approx(other[column].to_numpy(), nan_ok=True, abs=1e-9)
    for one_side, other_side in (("n_target", "n_reference"), ("per_1000_reference", "per_1000_target")):
        assert one[one_side].to_numpy() == pytest.approx(other[other_side].to_numpy(), nan_ok=True)


def test_columns_and_order_of_terms():
    found = keyness(pd.Series({"y": 1, "x": 2}), pd.Series({"z": 4, "x": 1, "a": 1}))
    assert found.index.tolist() == ["y", "x", "z", "a"]
    assert found.columns.tolist() == [
        *("n_target", "n_reference", "per_1000_target", "per_1000_reference"),
        *("g2", "p", "q", "log_ratio", "lrc", "log_odds", "log_odds_z"),
    ]
    assert found["n_target"].tolist() == [1, 2, 0, 0] and found["n_reference"].tolist() == [0, 1, 4, 1]


def test_q_is_reckoned_over_all_terms_given():
    """Benjamini–Hochberg by hand: p in falling order times m / rank, the smallest so far."""
    target = pd.Series({"x": 9, "y": 4, "z": 2, "absent": 0})
    found = keyness(target, pd.Series({"x": 1, "y": 4, "z": 10}))
    p = sorted(found["p"].tolist(), reverse=True)  # the absent one, with p 1, counts
    assert p[0] == 1
    smallest, q = 1.0, {}
    for rank, value in zip((4, 3, 2, 1), p, strict=True):
        smallest = min(smallest, value * 4 / rank)
        q[value] = smallest
    for term in "xyz":
        assert found.loc[term, "q"] == pytest.approx(q[found.loc[term, "p"]], rel=1e-12)


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


def test_an_empty_target_leaves_the_rates_of_the_reference():
    found = keyness(pd.Series(dtype=int), pd.Series({"x": 1, "y": 3}))
    assert found["n_target"].tolist() == [0, 0]
    assert found["per_1000_target"].isna().all()
    assert found["per_1000_reference"].tolist() == [250, 750]
    assert found[["g2", "p", "q"]].to_numpy().tolist() == [[0, 1, 1]] * 2


@pytest.mark.parametrize(
    "target", [pd.Series({"x": -1}), pd.Series({"x": float("nan")}), pd.Series([1, 2], index=["x", "x"])]
)
def test_counts_that_are_none_are_refused(target):
    with pytest.raises(ValueError, match="counts"):
        keyness(target, pd.Series({"x": 1}))
    with pytest.raises(ValueError, match="counts"):
        keyness(pd.Series({"x": 1}), target)
    with pytest.raises(ValueError, match="counts"):
        keyness(pd.Series({"x": 1}), pd.Series({"x": 2}), target)


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


def random_texts(seed=1, words="abcdefghij"):
    rng = np.random.default_rng(seed)
    texts = {}
    for name in ("one", "two", "three"):
        share = rng.dirichlet(np.ones(len(words)))
        texts[name] = [" ".join(rng.choice(list(words), 6, p=share)) for _ in range(24)]
    return tokens_of(texts)


PRIORS = [lambda pooled: pooled, lambda pooled: 0.1 * pooled, lambda pooled: 0 * pooled + 0.5]


@pytest.mark.parametrize("prior", PRIORS, ids=["pooled", "weak", "flat"])
def test_key_terms_are_those_of_keyness_against_the_rest(prior):
    tokens = random_texts()
    found = key_terms(tokens, "doc_id", fewest=4, prior=prior, draws=20)
    pooled = tokens["token"].value_counts().sort_index()
    assert found["doc_id"].drop_duplicates().tolist() == ["one", "two", "three"]
    for name, rows in found.groupby("doc_id"):
        mine = tokens["doc_id"] == name
        counts = (tokens.loc[m, "token"].value_counts() for m in (mine, ~mine))
        expected = keyness(*counts, prior(pooled))
        kept = expected[(expected["n_target"] >= 4) & (expected["log_odds_z"] > 0)]
        kept = kept.sort_values("log_odds_z", ascending=False)
        assert rows["term"].tolist() == kept.index.tolist()
        same(rows[kept.columns], kept)


def test_a_weaker_prior_shrinks_less_and_leaves_the_other_measures():
    tokens = random_texts(2)
    pooled, weak, flat = (
        key_terms(tokens, "doc_id", prior=p, draws=5).set_index(["doc_id", "term"]) for p in PRIORS
    )
    assert set(pooled.index) == set(weak.index)
    weak = weak.loc[pooled.index]
    assert (weak["log_odds"] > pooled["log_odds"]).all()
    both = pooled.index.intersection(flat.index)
    for column in ("g2", "p", "q", "log_ratio", "lrc", "log_ratio_low", "log_ratio_high", "dp_norm"):
        same(weak[column], pooled[column])
        same(flat.loc[both, column], pooled.loc[both, column])
    assert (weak["null_random"] != pooled["null_random"]).all()


def test_what_key_terms_add():
    tokens = random_texts(3)
    found = key_terms(tokens, "doc_id", fewest=1, draws=200)
    nulls = ["null_random", "null_contiguous", "null_dealt"]
    added = ["log_ratio_low", "log_ratio_high", "dp_norm", *nulls, "bar"]
    assert found.columns[:2].tolist() == ["doc_id", "term"]
    assert found.columns[-7:].tolist() == added
    assert (found["log_ratio_low"] < found["log_ratio"]).all()
    assert (found["log_ratio"] < found["log_ratio_high"]).all()
    for name, rows in found.groupby("doc_id"):
        mine = tokens[tokens["doc_id"] == name]
        matrix = count(mine, "sentence_id")
        spread = dispersion(count(mine, "section_id"))["dp_norm"]
        same(rows["dp_norm"], spread[rows["term"]])
        sections = count(tokens, "section_id")
        dealt = dealt_null(sections, mine["section_id"].nunique(), fewest=1)
        for column, expected in zip(nulls, [*split_half_null(matrix), dealt], strict=True):
            same(rows[column], expected)
        same(rows["bar"], rows[nulls].max(axis=1))
    assert key_terms(tokens, "doc_id", fewest=1, draws=200).equals(found)
    assert not key_terms(tokens, "doc_id", fewest=1, draws=200, seed=1).equals(found)


def sections_of(sizes=(12, 9, 7), seed=5, words="abcdefghij"):
    """Three texts of many sections, each section its own mixture of the same words."""
    rng = np.random.default_rng(seed)
    rows = [
        (d, f"{d}/{i}", f"{d}/{i}/{j}", w)
        for d, n in zip(("one", "two", "three"), sizes, strict=True)
        for i in range(n)
        for share in [rng.dirichlet(np.full(len(words), 0.7))]
        for j in range(3)
        for w in rng.choice(list(words), 5, p=share)
    ]
    return pd.DataFrame(rows, columns=["doc_id", "section_id", "sentence_id", "token"])


def test_the_dealt_null_of_key_terms_deals_as_many_sections_as_the_target_has():
    """With the prior given, and over terms as frequent as those that may be listed."""
    tokens = sections_of()
    sections = count(tokens, "section_id")
    for fewest, prior in ((2, PRIORS[0]), (2, PRIORS[1]), (24, PRIORS[1])):
        found = key_terms(tokens, "doc_id", fewest, prior, draws=5).set_index("doc_id")
        for name, size in (("one", 12), ("two", 9), ("three", 7)):
            (null,) = found.loc[[name], "null_dealt"].unique()
            same(null, dealt_null(sections, size, prior, fewest))
        assert found["null_dealt"].nunique() == 3
        if fewest == 2:  # sections differ more than sentences
            assert (found["null_dealt"] > found["null_random"]).all()


@pytest.mark.parametrize("weight", [1, 0.1, 3])
def test_a_prior_takes_and_gives_arrays(weight):
    """Once over all terms for each text, and over all the splits and deals."""
    tokens, seen = random_texts(), []

    def prior(pooled):
        assert type(pooled) is np.ndarray
        seen.append(pooled.copy())
        return weight * np.asarray(pooled)

    found = key_terms(tokens, "doc_id", prior=prior, draws=5)
    counts = tokens["token"].value_counts().sort_index().tolist()
    whole = [p for p in seen if p.ndim == 1]
    assert len(whole) == 3 and all(sorted(p) == sorted(counts) for p in whole)
    assert {p.ndim for p in seen} == {1, 2}
    assert found.equals(key_terms(tokens, "doc_id", prior=lambda pooled: weight * pooled, draws=5))


@pytest.mark.parametrize(
    ("texts", "fewest", "listed"),
    [
        ({"a": ["x y", "x x x"]}, 1, []),  # a single text: nothing to set it apart from
        ({"a": ["x y"] * 4, "b": ["x y"] * 4}, 1, []),  # texts that are alike
        ({"a": ["x y"] * 4, "b": ["x z"] * 4}, 99, []),
        ({"a": ["x y"] * 2, "b": ["x z"] * 6}, 3, ["b"]),  # y stands twice only
        ({"b": ["x z"] * 6, "a": ["x y"] * 2}, 3, ["b"]),
    ],
)
def test_a_text_without_terms_to_list_gives_no_rows(texts, fewest, listed):
    found = key_terms(tokens_of(texts), "doc_id", fewest, draws=5)
    assert found["doc_id"].unique().tolist() == listed
    full = key_terms(random_texts(), "doc_id", draws=5)
    assert found.columns.tolist() == full.columns.tolist()
    assert (found["n_target"] >= fewest).all()


def naive_dealt(sections, size, prior, fewest, deals, seed):
    """The largest z of each deal by `keyness`, the sections picked as `dealt_null` picks them."""
    picks = np.tile(np.arange(len(sections)) < size, (deals, 1))
    largest = []
    for chosen in np.random.default_rng(seed).permuted(picks, axis=1):
        a, b = sections[chosen].sum(), sections[~chosen].sum()
        table = keyness(a, b, prior(a + b))
        listed = table["log_odds_z"][table["n_target"] >= fewest]
        largest.append(max([*listed, 0]))
    return np.quantile(largest, 0.95)


@pytest.mark.parametrize("prior", PRIORS, ids=["pooled", "weak", "flat"])
@pytest.mark.parametrize(("size", "fewest", "seed"), [(7, 3, 1), (12, 1, 2), (1, 4, 3)])
def test_the_dealt_null_is_the_naive_loop(prior, size, fewest, seed):
    sections = count(sections_of(), "section_id")
    expected = naive_dealt(sections, size, prior, fewest, 40, seed)
    assert expected > 0
    found = dealt_null(sections, size, prior, fewest, deals=40, seed=seed)
    assert found == pytest.approx(expected, rel=1e-9)


def test_a_dealt_null_by_hand():
    """Four sections, x x x in one and y in the others; one is dealt to the target.

    It is x's in a quarter of the deals: a = (3, 0), b = (0, 3), prior (3, 3). Then x has 6 of 9 against
    3 of 9, the log-odds ln 2 − ln ½, and the variance 1/6 + 1/3. Else y, once, is too rare to be listed.
    """
    sections = pd.DataFrame({"x": [3, 0, 0, 0], "y": [0, 1, 1, 1]})
    z = math.log(4) / math.sqrt(1 / 2)
    assert dealt_null(sections, 1) == pytest.approx(z)
    assert dealt_null(sections, 1, fewest=4) == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_dealt_null_falls_as_more_occurrences_are_asked(seed):
    sections = count(sections_of(seed=seed), "section_id")
    nulls = [dealt_null(sections, 9, fewest=n) for n in (1, 2, 4, 8, 16, 32, 10**6)]
    assert nulls == sorted(nulls, reverse=True)
    assert nulls[0] > nulls[-1] == 0


def test_the_dealt_null_is_the_seeds():
    sections = count(sections_of(), "section_id")
    assert dealt_null(sections, 9, seed=3) == dealt_null(sections, 9, seed=3)
    assert dealt_null(sections, 9, seed=3) != dealt_null(sections, 9, seed=4)


def test_one_dealt_target_in_twenty_exceeds_the_null():
    """New deals of the same sections, and texts whose sections are all of one source."""
    rng = np.random.default_rng(11)
    sections = count(sections_of(), "section_id")

    def largest(target, rest):
        table = keyness(target.sum(), rest.sum())
        return max([*table["log_odds_z"][table["n_target"] >= 3], 0])

    null, above = dealt_null(sections, 9, deals=1000), 0
    for _ in range(400):
        chosen = rng.permutation(len(sections)) < 9
        above += largest(sections[chosen], sections[~chosen]) > null
    assert 0.02 <= above / 400 <= 0.09
    above = 0
    for seed in range(100):
        table = count(sections_of(seed=100 + seed), "section_id")
        table = table.loc[sorted(table.index)]
        one = table.index.str.startswith("one")
        above += largest(table[one], table[~one]) > dealt_null(table, int(one.sum()))
    assert 0.0 <= above / 100 <= 0.13


def test_a_term_in_all_sections_of_one_text_only_exceeds_the_bar():
    """Planted twice in each section of the first text."""
    tokens = sections_of()
    of_one = tokens[tokens["doc_id"] == "one"].drop_duplicates("section_id").assign(token="planted")
    found = key_terms(pd.concat([tokens, of_one, of_one]), "doc_id", draws=5)
    assert found.loc[found["term"] == "planted", "doc_id"].tolist() == ["one"]
    above = found[found["log_odds_z"] > found["bar"]]
    assert above.loc[above["doc_id"] == "one", "term"].tolist() == ["planted"]


def test_a_term_in_one_section_only_does_not_exceed_the_bar():
    """As often as above, but where a deal of the sections puts it as well."""
    tokens = sections_of()
    lump = pd.concat([tokens[tokens["section_id"] == "one/0"]] * 2).head(24).assign(token="lump")
    found = key_terms(pd.concat([tokens, lump]), "doc_id", draws=5).set_index(["doc_id", "term"])
    row = found.loc[("one", "lump")]
    assert row["n_target"] == 24 and row["log_odds_z"] == found["log_odds_z"].max()
    assert row["log_odds_z"] <= row["bar"]
    assert row["log_odds_z"] > row[["null_random", "null_contiguous"]].min()


def matrix_of(sentences):
    return count(tokens_of({"t": sentences}), "sentence_id")


@pytest.mark.parametrize(
    ("prior", "n"), list(zip(PRIORS, [24, 23, 23], strict=True)), ids=["pooled", "weak", "flat"]
)
def test_the_null_is_the_largest_z_of_keyness_between_the_halves(prior, n):
    """The first half takes the odd sentence."""
    matrix = count(random_texts().query("doc_id == 'two'"), "sentence_id").iloc[:n]
    first, second = matrix.iloc[:12].sum(), matrix.iloc[12:].sum()
    expected = keyness(first, second, prior(first + second))["log_odds_z"].abs().max()
    random, contiguous = split_half_null(matrix, prior)
    assert contiguous == pytest.approx(expected, rel=1e-9)
    rng = np.random.default_rng(9)
    largest = []
    for _ in range(150):
        chosen = rng.permutation(n) < 12
        a, b = matrix[chosen].sum(), matrix[~chosen].sum()
        largest.append(keyness(a, b, prior(a + b))["log_odds_z"].abs().max())
    assert random == pytest.approx(np.quantile(largest, 0.95), rel=0.2)


def test_the_null_does_not_ask_which_half_comes_first():
    matrix = count(random_texts(4).query("doc_id == 'one'"), "sentence_id")
    random, contiguous = split_half_null(matrix)
    turned_random, turned_contiguous = split_half_null(matrix.iloc[::-1])
    assert turned_contiguous == pytest.approx(contiguous, rel=1e-12)
    assert turned_random == pytest.approx(random, rel=0.25)
    assert random > 0 and contiguous > 0
    swapped = pd.concat([matrix.iloc[12:], matrix.iloc[:12]])
    assert split_half_null(swapped)[1] == pytest.approx(contiguous, rel=1e-12)


def test_terms_the_text_lacks_do_not_touch_the_null():
    matrix = count(random_texts().query("doc_id == 'one'"), "sentence_id")
    assert split_half_null(matrix.assign(never=0)) == pytest.approx(split_half_null(matrix), rel=1e-12)


def test_halves_of_an_even_text_differ_less_than_those_of_a_text_of_two_halves():
    even_random, even_halves = split_half_null(matrix_of(["a b"] * 20))
    turned_random, turned_halves = split_half_null(matrix_of(["a"] * 10 + ["b"] * 10))
    assert even_random == even_halves == 0
    assert turned_halves > turned_random > 0
