"""Frequencies and dispersion, against the formula written as a loop and cases worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from jiedao.frequency import dispersion, frequency, part_change

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


@settings(deadline=None)
@given(st.data())
def test_dispersion_over_parts_of_given_sizes_is_the_formula(data):
    parts = data.draw(st.integers(1, 8))
    counts = data.draw(arrays(np.int64, (parts, 3), elements=st.integers(0, 30)))
    others = data.draw(st.lists(st.integers(0, 500), min_size=parts, max_size=parts))
    sizes = counts.sum(axis=1) + others  # running tokens, of which only some are counted
    assume(sizes.sum())
    found = dispersion(pd.DataFrame(counts, columns=list("xyz")), pd.Series(sizes))
    expected = [dp(column, sizes) for column in counts.T]
    np.testing.assert_allclose(found[["dp", "dp_norm"]], expected, rtol=0, atol=1e-12)
    occurs = found.dropna(subset="dp_norm")
    assert (occurs["dp"].between(0, 1) & occurs["dp_norm"].between(0, 1 + 1e-12)).all()


def test_dispersion_reaches_its_bounds():
    rng = np.random.default_rng(1)
    sizes = pd.Series(rng.integers(5, 200, 30))
    even = sizes * 3
    lumped = pd.Series(0, sizes.index)
    lumped[sizes.idxmin()] = 7
    found = dispersion(pd.DataFrame({"even": even, "lumped": lumped}), sizes)
    assert found["dp"].tolist() == pytest.approx([0, 1 - sizes.min() / sizes.sum()], abs=1e-12)
    assert found["dp_norm"].tolist() == pytest.approx([0, 1], abs=1e-12)


def test_dispersion_of_columns():
    found = dispersion(pd.DataFrame({"x": [1, 2], "y": [0, 3]}))
    assert found.columns.tolist() == ["n", "parts", "dp", "dp_norm"]
    assert found.index.tolist() == ["x", "y"]


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


def test_columns_and_order():
    found = frequency(TOKENS, draws=10)
    columns = ["doc_id", "term", "n", "per_1000", "low", "high", "sections", "dp", "dp_norm"]
    assert found.columns.tolist() == columns
    assert found.index.tolist() == list(range(len(found)))
    assert all(np.issubdtype(found[c].dtype, np.integer) for c in ("n", "sections"))
    assert frequency(TOKENS, by="kind", chosen=TOKENS[TOKENS["token"] == "的"], draws=5).columns[0] == "kind"
    # groups as they appear, not by name
    assert frequency(TOKENS.iloc[::-1], draws=5)["doc_id"].drop_duplicates().tolist() == ["b", "a"]


def test_a_single_section_has_no_normed_dispersion():
    found = frequency(TOKENS[TOKENS["doc_id"] == "b"], draws=5).iloc[0]
    assert found["dp"] == 0 and np.isnan(found["dp_norm"])


def test_the_seed_moves_the_bounds_only():
    one, again, other = (frequency(TOKENS, draws=3, seed=s) for s in (1, 1, 4))
    pd.testing.assert_frame_equal(one, again)
    bounds = ["low", "high"]
    pd.testing.assert_frame_equal(one.drop(columns=bounds), other.drop(columns=bounds))
    assert not one[bounds].equals(other[bounds])


def test_nothing_to_count():
    with pytest.raises(ValueError, match="no group holds a token to count; show more"):
        frequency(TOKENS, chosen=TOKENS.iloc[:0])


def part(doc, name, section, sentence, text):
    return [(*row, name) for row in words(doc, section, sentence, text)]


LABELLED = pd.DataFrame(
    [
        *part("a", "review", 1, 1, "x y y y"),
        *part("a", "review", 1, 2, "x x y y ,"),
        *part("b", "review", 1, 1, "x y"),
        *part("c", "plan", 1, 1, "x x"),
        *part("a", "plan", 2, 1, "y y y x ,"),
        *part("a", "plan", 2, 2, "y y y y"),
    ],
    columns=["doc_id", "section_id", "sentence_id", "token", "kind", "part"],
)
CHANGE = ["n_review", "n_plan", "review", "plan", "difference", "low", "high"]


def test_part_change_by_hand():
    """Review: 3 of 8 (the comma is no token); plan: 1 of 8.

    Of two sentences one is drawn for both: the review has 250 or 500, the plan 250 or 0, so the difference
    is 0, −250 or −500, and each of 0 and −500 comes in a quarter of the draws.
    """
    found = part_change(LABELLED, LABELLED["token"] == "x")
    assert found.index.tolist() == ["a"] and found.index.name == "doc_id"  # b and c lack a part
    assert found.columns.tolist() == CHANGE
    assert found.loc["a"].tolist() == pytest.approx([3, 1, 375, 125, -250, -500, 0])


def test_where_nothing_was_counted_the_difference_has_no_interval():
    found = part_change(LABELLED, LABELLED["token"] == "never", draws=20).loc["a"]
    assert found[CHANGE[:5]].tolist() == [0, 0, 0, 0, 0]
    assert found[["low", "high"]].isna().all()
    # a sign is no running token
    assert part_change(LABELLED, LABELLED["token"] == ",", draws=20).loc["a", ["low", "high"]].isna().all()


@pytest.mark.parametrize(("counted", "low", "high"), [("review", -250, 0), ("plan", 0, 250)])
def test_where_one_part_was_counted_the_difference_has_an_interval(counted, low, high):
    """One sentence of two holds one of its four tokens: a rate of 0 or 250 against one of 0."""
    text = {"review": "y y y y", "plan": "y y y y"} | {counted: "x y y y"}
    rows = [r for p, t in text.items() for r in (*part("a", p, p, 1, t), *part("a", p, p, 2, "y y y y"))]
    table = pd.DataFrame(rows, columns=LABELLED.columns)
    found = part_change(table, table["token"] == "x").loc["a"]
    assert found[["low", "high"]].tolist() == pytest.approx([low, high])
    assert abs(found["difference"]) == pytest.approx(125)


def test_what_is_counted_goes_by_the_index():
    chosen = LABELLED["token"] == "x"
    moved = LABELLED.iloc[::-1]
    pd.testing.assert_frame_equal(part_change(LABELLED, chosen), part_change(LABELLED, chosen.iloc[::-1]))
    counts = part_change(moved, chosen)[["n_review", "n_plan", "difference"]]
    assert counts.loc["a"].tolist() == [3, 1, -250]


@pytest.mark.parametrize(
    "kept",
    [
        LABELLED["doc_id"].isin(["b", "c"]),  # one part each
        LABELLED["doc_id"].eq("never"),
        LABELLED["part"].eq("review") | LABELLED["kind"].eq("sign"),  # a plan of signs only
    ],
)
def test_no_report_with_both_parts(kept):
    found = part_change(LABELLED[kept], LABELLED["token"] == "x")
    assert found.empty
    assert found.columns.tolist() == CHANGE
    assert found.index.name == "doc_id"


def random_parts(seed, rates, sentences=40):
    rng = np.random.default_rng(seed)
    rows = [
        ("a", f"{name}/{i // 4}", f"{name}/s{i}", "x" if rng.random() < rate else "y", "word", name)
        for name, rate in rates.items()
        for i in range(sentences)
        for _ in range(rng.integers(3, 12))
    ]
    return pd.DataFrame(rows, columns=LABELLED.columns)


@pytest.mark.parametrize("seed", range(6))
def test_the_interval_of_a_difference_holds_it(seed):
    table = random_parts(seed, {"plan": 0.3, "review": 0.1})
    found = part_change(table, table["token"] == "x", draws=200).loc["a"]
    assert found["low"] < found["difference"] < found["high"]
    assert found["difference"] == pytest.approx(found["plan"] - found["review"])
    # about as wide as that of two binomial shares
    sizes = table["part"].value_counts()
    variance = sum(found[p] * (1000 - found[p]) / sizes[p] for p in ("review", "plan"))
    assert found["high"] - found["low"] == pytest.approx(3.92 * np.sqrt(variance), rel=0.35)


def test_the_parts_are_redrawn_apart():
    """Two parts of the same sentences: drawn by one seed they would never differ."""
    review = random_parts(1, {"review": 0.3})
    plan = review.assign(part="plan", **{c: "p" + review[c] for c in ("section_id", "sentence_id")})
    table = pd.concat([review, plan], ignore_index=True)
    found = part_change(table, table["token"] == "x", draws=200).loc["a"]
    assert found["difference"] == 0
    assert found["low"] < -30 and found["high"] > 30
    pd.testing.assert_series_equal(found, part_change(table, table["token"] == "x", draws=200).loc["a"])
    assert part_change(table, table["token"] == "x", draws=200, seed=2).loc["a", "low"] != found["low"]
