"""What may be compared with what: parts, periods and marks worked by hand, and the shipped corpus."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao.comparability import (
    KINDS,
    caution_pairs,
    comparability,
    label_parts,
    list_units,
    mark_documents,
    months,
)
from jiedao.corpus import read_corpus

RAW = Path(__file__).parents[1] / "data/raw"


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RAW)


@pytest.fixture(scope="module")
def units(corpus):
    return list_units(label_parts(corpus.tokens, corpus.sections), corpus.documents)


@pytest.mark.parametrize(
    ("start", "end", "n"),
    [
        ("2021-01", "2021-06", 6),
        ("2024-01", "2024-12", 12),
        ("2024-05", "2024-05", 1),
        ("2024-12", "2025-01", 2),
        ("2021-01", "2025-12", 60),
        ("", "", None),
        ("2024-01", "", None),
    ],
)
def test_months(start, end, n):
    assert months(start, end) == n


PERIOD_COLUMNS = ["doc_id", "review_start", "review_end", "plan_start", "plan_end", "published"]
YEAR = ["2024-01", "2024-12"]
HALF = ["2024-01", "2024-06"]


@pytest.mark.parametrize(
    ("cells", "notes"),
    [
        ([["a", *YEAR, "", "", "x"], ["b", *YEAR, "", "", "x"]], []),
        ([["a", "", "", "", "", "x"]], []),
        (
            [["a", *YEAR, "", "", "x"], ["b", "2024-01", "2024-06", "", "", "x"], ["c", *YEAR, "", "", "x"]],
            ["b: its review covers 6 months, the usual here is 12"],
        ),
        ([["a", *YEAR, *YEAR, "x"], ["b", *YEAR, "", "", "x"]], ["without a plan part: b"]),
        ([["a", *YEAR, "", "", ""], ["b", *YEAR, "", "", ""]], ["no date of publication: a, b"]),
        (
            [["a", *YEAR, "2025-01", "2025-12", "x"]],
            ["the periods lie between 2024 and 2025: differences mix place and time"],
        ),
        # of two lengths that are as frequent, the longer is the usual one
        (
            [["a", *HALF, "", "", "x"], ["b", *YEAR, "", "", "x"]],
            ["a: its review covers 6 months, the usual here is 12"],
        ),
    ],
)
def test_comparability(cells, notes):
    documents = pd.DataFrame(cells, columns=PERIOD_COLUMNS)
    assert comparability(documents) == notes
    assert comparability(documents.assign(figures_end="")) == notes


@pytest.mark.parametrize(
    ("figures_end", "notes"),
    [
        (["", ""], []),
        (["2024-12", ""], []),  # figures that cover the whole review
        (["2024-10", ""], ["a: its figures stop in 2024-10, its review ends in 2024-12"]),
        (
            ["2024-10", "2024-11"],
            [
                "a: its figures stop in 2024-10, its review ends in 2024-12",
                "b: its figures stop in 2024-11, its review ends in 2024-12",
            ],
        ),
    ],
)
def test_figures_that_stop_before_their_review(figures_end, notes):
    documents = pd.DataFrame([[d, *YEAR, "", "", "x"] for d in "ab"], columns=PERIOD_COLUMNS)
    assert comparability(documents.assign(figures_end=figures_end)) == notes


def test_the_shipped_corpus_is_hard_to_compare(corpus):
    notes = comparability(corpus.documents)
    assert "jinpenling-2021h1: its review covers 6 months, the usual here is 12" in notes
    assert "lvxianting-2021: its plan covers 60 months, the usual here is 12" in notes
    assert "bayuehu-2023: its figures stop in 2023-10, its review ends in 2023-12" in notes
    assert any(n.startswith("the periods lie between 2021 and 2025") for n in notes)


# Report a: title, review, plan, closing; b: a plan alone; c: problems and a review.
SECTIONS = pd.DataFrame(
    [
        ("a", "a/1", "apparatus"),
        ("a", "a/2", "retrospective"),
        ("a", "a/3", "prospective"),
        ("a", "a/4", "closing"),
        ("b", "b/1", "prospective"),
        ("c", "c/1", "problem-statement"),
        ("c", "c/2", "retrospective"),
    ],
    columns=["doc_id", "section_id", "orientation"],
)
TOKENS = pd.DataFrame(
    [
        ("a", "a/1", "标题", "word"),
        ("a", "a/2", "完成", "word"),
        ("a", "a/2", "金盆岭", "place"),
        ("a", "a/3", "力争", "term"),
        ("a", "a/4", "谢谢", "word"),
        ("b", "b/1", "争取", "word"),
        ("b", "b/1", "。", "sign"),
        ("c", "c/1", "不足", "word"),
        ("c", "c/2", "12", "number"),
    ],
    columns=["doc_id", "section_id", "token", "kind"],
    index=range(100, 109),
)


def test_label_parts_by_hand():
    before = TOKENS.copy()
    found = label_parts(TOKENS, SECTIONS)
    assert found.columns.tolist() == [*TOKENS.columns, "part", "part_kind", "unit"]
    assert found[["token", "part", "part_kind", "unit"]].to_numpy().tolist() == [
        ["完成", "review", "review", "review|a"],
        ["金盆岭", "review", "review", "review|a"],
        ["12", "review", "review", "review|c"],
        ["争取", "plan", "plan", "plan|b"],
        ["。", "plan", "plan", "plan|b"],
        ["力争", "plan", "appended plan", "plan|a"],
    ]
    # index and the tokens' own kind are those of the table given
    assert found.index.tolist() == [101, 102, 108, 105, 106, 103]
    pd.testing.assert_frame_equal(found[TOKENS.columns], before.loc[found.index])
    pd.testing.assert_frame_equal(TOKENS, before)


def test_a_plan_is_appended_by_the_sections_of_the_report_even_if_its_review_is_not_given():
    found = label_parts(TOKENS[TOKENS["section_id"] == "a/3"], SECTIONS)
    assert found["part_kind"].tolist() == ["appended plan"]
    alone = label_parts(TOKENS, SECTIONS[SECTIONS["section_id"] != "a/2"])
    assert alone.loc[alone["doc_id"] == "a", "part_kind"].tolist() == ["plan"]


def test_sections_and_sentences_can_be_labelled_too(corpus):
    sections = label_parts(corpus.sections, corpus.sections)
    oriented = corpus.sections["orientation"].isin(["retrospective", "prospective"])
    assert sorted(sections["section_id"]) == sorted(corpus.sections["section_id"][oriented])
    sentences = label_parts(corpus.sentences, corpus.sections)
    assert set(sentences["section_id"]) <= set(sections["section_id"])
    assert set(sentences["unit"]) == set(sections["unit"])


def test_nothing_to_label():
    found = label_parts(TOKENS[TOKENS["section_id"] == "a/1"], SECTIONS)
    assert found.empty
    assert {"part", "part_kind", "unit"} <= set(found.columns)


@settings(deadline=None)
@given(st.lists(st.sampled_from(SECTIONS["section_id"].tolist()), min_size=1))
def test_labelled_rows_keep_their_order_within_a_kind(ids):
    tokens = pd.DataFrame({"section_id": ids}).assign(doc_id=lambda t: t["section_id"].str[0])
    found = label_parts(tokens, SECTIONS)
    ranks = [KINDS.index(k) for k in found["part_kind"]]
    assert ranks == sorted(ranks)
    for _, rows in found.groupby("part_kind"):
        assert rows.index.is_monotonic_increasing
    assert sorted(found.index) == [i for i, s in enumerate(ids) if s in ("a/2", "a/3", "b/1", "c/2")]


FIVE = ["2021-01", "2025-12"]
NONE = ["", ""]


def labelled(parts):
    rows = [(f"{p}|{d}", d, p, k) for d, p, k in parts]
    return pd.DataFrame(rows, columns=["unit", "doc_id", "part", "part_kind"])


def periods(table):
    rows = [(d, *review, *plan, "x") for d, (review, plan) in table.items()]
    return pd.DataFrame(rows, columns=PERIOD_COLUMNS)


REVIEWS = [(d, "review", "review") for d in "abc"]


@pytest.mark.parametrize(
    ("parts", "stated", "months_found", "marks", "caution"),
    [
        # all alike
        (REVIEWS, dict.fromkeys("abc", (YEAR, NONE)), [12, 12, 12], ["", "", ""], ["", "", ""]),
        # one half-year among years
        (
            REVIEWS,
            {"a": (YEAR, NONE), "b": (HALF, NONE), "c": (YEAR, NONE)},
            [12, 6, 12],
            ["", "†", ""],
            ["", "6 months, usual here 12 months", ""],
        ),
        # one that states no period
        (
            REVIEWS,
            {"a": (YEAR, NONE), "b": (NONE, NONE), "c": (YEAR, NONE)},
            [12, float("nan"), 12],
            ["", "†", ""],
            ["", "no period stated", ""],
        ),
        # none states a period
        (
            REVIEWS[:2],
            dict.fromkeys("ab", (NONE, NONE)),
            [float("nan")] * 2,
            ["†", "†"],
            ["no period stated"] * 2,
        ),
        # two plans of one kind, one of the other; the rarer looks five years ahead
        (
            [("a", "plan", "appended plan"), ("b", "plan", "appended plan"), ("c", "plan", "plan")],
            {"a": (YEAR, YEAR), "b": (YEAR, YEAR), "c": (NONE, FIVE)},
            [12, 12, 60],
            ["", "", "†‡"],
            ["", "", "60 months, usual here 12 months; a plan that stands alone, usual here a plan appended"],
        ),
        # the other way round
        (
            [("a", "plan", "plan"), ("b", "plan", "plan"), ("c", "plan", "appended plan")],
            {"a": (NONE, YEAR), "b": (NONE, YEAR), "c": (YEAR, YEAR)},
            [12, 12, 12],
            ["", "", "‡"],
            ["", "", "a plan appended to a review, usual here a plan that stands alone"],
        ),
        # of two lengths that are as frequent, the longer is the usual one
        (REVIEWS[:2], {"a": (HALF, NONE), "b": (YEAR, NONE)}, [6, 12], ["†", ""], ["6 months", ""]),
        # more of the shorter
        (
            REVIEWS,
            {"a": (HALF, NONE), "b": (YEAR, NONE), "c": (HALF, NONE)},
            [6, 12, 6],
            ["", "†", ""],
            ["", "12 months, usual here 6 months", ""],
        ),
        # of two kinds that are as frequent, the plan that stands alone is the usual one
        (
            [("a", "plan", "plan"), ("b", "plan", "appended plan")],
            {"a": (NONE, YEAR), "b": (YEAR, YEAR)},
            [12, 12],
            ["", "‡"],
            ["", "a plan appended to a review"],
        ),
        # each part is held against its like: a review of a year and plans of half a year
        (
            [("a", "review", "review"), ("a", "plan", "appended plan"), ("b", "plan", "appended plan")],
            {"a": (YEAR, HALF), "b": (YEAR, HALF)},
            [12, 6, 6],
            ["", "", ""],
            ["", "", ""],
        ),
    ],
)
def test_list_units(parts, stated, months_found, marks, caution):
    rows = labelled(parts)
    found = list_units(pd.concat([rows, rows]), periods(stated))  # a unit has many rows
    assert found.index.tolist() == rows["unit"].tolist()
    assert found.columns.tolist() == ["doc_id", "part", "part_kind", "months", "marks", "caution"]
    assert found["months"].tolist() == pytest.approx(months_found, nan_ok=True)
    assert found["marks"].tolist() == marks
    for said, expected in zip(found["caution"], caution, strict=True):
        assert said.startswith(expected) and bool(said) == bool(expected)


@pytest.mark.parametrize(
    ("figures_end", "months_found", "marks"),
    [
        (["", "", ""], [12, 12, 12, 6], ["", "", "", ""]),
        (["2024-10", "", ""], [10, 12, 12, 6], ["†", "", "", ""]),
        (["2024-12", "", ""], [12, 12, 12, 6], ["", "", "", ""]),
        (["2024-01", "2024-01", ""], [1, 1, 12, 6], ["", "", "†", ""]),
        (["2024-10", "2024-11", ""], [10, 11, 12, 6], ["†", "†", "", ""]),  # each once: the longest
    ],
)
def test_a_review_counts_as_long_as_its_figures_go(figures_end, months_found, marks):
    """The plan of a, of half a year, keeps its period whatever the figures of the review cover."""
    rows = labelled([*REVIEWS, ("a", "plan", "appended plan")])
    stated = periods({"a": (YEAR, HALF), "b": (YEAR, NONE), "c": (YEAR, NONE)})
    found = list_units(rows, stated.assign(figures_end=figures_end))
    assert found["months"].tolist() == months_found
    assert found["marks"].tolist() == marks
    assert found["caution"].astype(bool).tolist() == [bool(m) for m in marks]


def test_no_units():
    found = list_units(labelled([]), periods({"a": (YEAR, NONE)}))
    assert found.empty
    assert found.columns.tolist() == ["doc_id", "part", "part_kind", "months", "marks", "caution"]


def test_the_marks_of_a_report_are_those_of_its_parts_each_once():
    table = pd.DataFrame(
        {"doc_id": ["b", "a", "a", "b", "c"], "marks": ["‡", "", "", "†‡", "†"]},
        index=["plan|b", "review|a", "plan|a", "review|b", "review|c"],
    )
    found = mark_documents(table)
    assert found == {"b": "†‡", "a": "", "c": "†"}
    assert list(found) == ["b", "a", "c"]


NAN = float("nan")
UNITS = pd.DataFrame(
    [
        ("review|a", "a", "review", 12.0),
        ("plan|a", "a", "appended plan", 12.0),
        ("review|b", "b", "review", 6.0),
        ("plan|b", "b", "appended plan", 60.0),
        ("plan|c", "c", "plan", 12.0),
        ("plan|d", "d", "plan", NAN),
        ("review|e", "e", "review", 12.0),
        ("plan|f", "f", "plan", NAN),
    ],
    columns=["unit", "doc_id", "part_kind", "months"],
).set_index("unit")


@pytest.mark.parametrize(
    ("a", "b", "marks", "caution"),
    [
        ("review|a", "review|a", "", ""),
        ("review|a", "review|e", "", ""),
        ("review|a", "plan|a", "", ""),  # a review with its own plan: one author, place and year
        ("review|a", "review|b", "†", "12 months with 6 months"),
        ("review|b", "plan|b", "†", "6 months with 60 months"),
        ("review|a", "plan|c", "‡", "a review with a plan that stands alone"),
        ("plan|c", "plan|a", "‡", "a plan that stands alone with a plan appended to a review"),
        ("review|e", "plan|a", "‡", "a review with a plan appended to a review"),
        ("review|b", "plan|c", "†‡", "6 months with 12 months; a review with a plan that stands alone"),
        ("plan|c", "plan|d", "†", "12 months with no period stated"),
        ("plan|d", "plan|f", "†", "no period stated with no period stated"),  # unknown is unlike unknown
        ("plan|d", "plan|d", "", ""),  # but a text is like itself
    ],
)
def test_caution_pairs(a, b, marks, caution):
    pairs = pd.DataFrame({"a": [a, b], "b": [b, a], "jsd": [0.5, 0.5]})
    found = caution_pairs(pairs, UNITS)
    assert found.columns.tolist() == ["a", "b", "jsd", "marks", "caution"]
    assert found["marks"].tolist() == [marks, marks]
    assert found.loc[0, "caution"] == caution
    assert "marks" not in pairs.columns


def test_no_pairs():
    found = caution_pairs(pd.DataFrame({"a": [], "b": []}), UNITS)
    assert found.empty and found.columns.tolist() == ["a", "b", "marks", "caution"]


def test_units_of_the_shipped_corpus(units):
    found = {u: (r.part_kind, r.months, r.marks) for u, r in units.iterrows()}
    assert found == {
        "review|huashan-2024": ("review", 12, ""),
        "review|jinpenling-2021h1": ("review", 6, "†"),
        "review|bayuehu-2023": ("review", 10, "†"),
        "plan|wangyuehu-2024": ("plan", 12, "‡"),
        "plan|lvxianting-2021": ("plan", 60, "†‡"),
        "plan|huashan-2024": ("appended plan", 12, ""),
        "plan|jinpenling-2021h1": ("appended plan", 6, "†"),
        "plan|bayuehu-2023": ("appended plan", 12, ""),
    }
    assert "60 months" in units.loc["plan|lvxianting-2021", "caution"]
    assert "6 months" in units.loc["review|jinpenling-2021h1", "caution"]
    assert "10 months" in units.loc["review|bayuehu-2023", "caution"]
    assert mark_documents(units) == {
        "huashan-2024": "",
        "jinpenling-2021h1": "†",
        "bayuehu-2023": "†",
        "wangyuehu-2024": "‡",
        "lvxianting-2021": "†‡",
    }


@pytest.mark.parametrize(
    ("a", "b", "marks"),
    [
        ("review|huashan-2024", "review|bayuehu-2023", "†"),  # figures of ten months
        ("review|jinpenling-2021h1", "review|bayuehu-2023", "†"),
        ("review|bayuehu-2023", "plan|bayuehu-2023", "†"),
        ("review|huashan-2024", "review|jinpenling-2021h1", "†"),
        ("review|jinpenling-2021h1", "plan|jinpenling-2021h1", ""),
        ("plan|huashan-2024", "plan|bayuehu-2023", ""),
        ("plan|wangyuehu-2024", "plan|huashan-2024", "‡"),
        ("plan|wangyuehu-2024", "plan|lvxianting-2021", "†"),
        ("plan|lvxianting-2021", "plan|jinpenling-2021h1", "†‡"),
    ],
)
def test_pairs_of_the_shipped_corpus(units, a, b, marks):
    assert caution_pairs(pd.DataFrame({"a": [a], "b": [b]}), units)["marks"].tolist() == [marks]


def test_the_kinds_of_token_of_the_shipped_corpus_survive(corpus):
    found = label_parts(corpus.tokens, corpus.sections)
    assert set(found["kind"]) == {"word", "term", "place", "name", "number", "sign"}
    assert (found["kind"] == corpus.tokens["kind"].loc[found.index]).all()
