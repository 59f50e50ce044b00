"""Which tokens count, and tf-idf against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.feature_extraction.text import TfidfTransformer

from jiedao.dtm import SUFFIXES, components, content, count, idf, running, tf_idf, with_components
from jiedao.names import is_ordinary_word


def table(*rows):
    return pd.DataFrame(rows, columns=["doc_id", "token", "kind"])


TOKENS = table(
    ("a", "养老", "word"),
    ("a", "安全生产", "term"),
    ("a", "翠屏里社区", "place"),
    ("a", "融调解", "name"),
    ("a", "12345", "number"),
    ("a", "——", "sign"),
    ("a", "的", "word"),  # function
    ("a", "以及", "word"),  # function
    ("a", "工作", "word"),  # genre
    ("a", "加强", "word"),  # policy verb
    ("a", "桥", "word"),  # short
)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, "养老 安全生产 加强"),
        ({"hide": ("function", "genre", "policy_verb")}, "养老 安全生产"),
        ({"hide": ()}, "养老 安全生产 以及 工作 加强"),
        ({"mask": ()}, "养老 安全生产 翠屏里社区 融调解 加强"),
        ({"mask": ("place", "term")}, "养老 融调解 加强"),
        ({"shortest": 1}, "养老 安全生产 加强 桥"),
        ({"shortest": 3}, "安全生产"),
        ({"hide": (), "mask": (), "shortest": 1}, "养老 安全生产 翠屏里社区 融调解 的 以及 工作 加强 桥"),
    ],
)
def test_content_hides_and_masks(options, kept):
    assert " ".join(content(TOKENS, **options)["token"]) == kept


def test_content_and_running_leave_the_table_as_it_was():
    before = TOKENS.copy()
    assert len(running(TOKENS)) == len(TOKENS) - 1
    assert "——" not in set(running(TOKENS)["token"])
    assert list(content(TOKENS).columns) == list(TOKENS.columns)
    pd.testing.assert_frame_equal(TOKENS, before)


def test_count():
    tokens = table(("b", "丙", "word"), ("a", "甲", "word"), ("b", "甲", "term"), ("b", "丙", "word"))
    counted = count(tokens)
    assert counted.index.tolist() == ["b", "a"]  # in order of appearance
    assert counted.columns.tolist() == sorted(["丙", "甲"])
    assert counted.loc["b"].to_dict() == {"丙": 2, "甲": 1}
    assert counted.loc["a"].to_dict() == {"丙": 0, "甲": 1}
    assert count(tokens, ["doc_id", "kind"]).loc[("b", "term"), "甲"] == 1
    assert count(tokens, term="kind").loc["b"].to_dict() == {"term": 1, "word": 2}


@pytest.mark.parametrize(
    ("token", "parts"),
    [
        ("信访积案", ["信访", "积案"]),
        ("安全生产", ["安全", "生产"]),
        ("网格化管理", ["网格", "管理"]),
        ("养老", []),
        ("桥", []),
        ("融調解", []),
    ],
)
def test_components(token, parts):
    tokens = table(("a", token, "term")).assign(start=3)
    found = with_components(tokens)
    assert found["token"].tolist() == [token, *parts]
    assert set(found["start"]) == {3}
    assert found["doc_id"].tolist() == ["a"] * (1 + len(parts))


def test_components_of_each_occurrence():
    rows = [("a", "安全生产", "term"), ("b", "安全生产", "term"), ("b", "养老", "word")]
    found = with_components(table(*rows))
    assert count(found).loc["b"].to_dict() == {"养老": 1, "安全": 1, "安全生产": 1, "生产": 1}


def test_tf_idf_by_hand():
    # df: x 2 of 2 rows, y 1 of 2; idf: ln(3/3) + 1 = 1 and ln(3/2) + 1
    found = tf_idf(pd.DataFrame({"x": [3, 1], "y": [0, 2]}, index=["a", "b"]))
    y = 2 * (np.log(1.5) + 1)
    assert found.loc["a"].tolist() == [1, 0]
    assert found.loc["b"].tolist() == pytest.approx([1 / np.hypot(1, y), y / np.hypot(1, y)])


@settings(deadline=None)
@given(arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(0, 4)))
def test_tf_idf_is_scikit_learns(counts):
    theirs = TfidfTransformer(norm="l2", smooth_idf=True, sublinear_tf=False).fit_transform(counts)
    np.testing.assert_allclose(tf_idf(pd.DataFrame(counts)), theirs.toarray(), atol=1e-12)


@pytest.mark.parametrize(
    ("term", "parts"),
    [
        ("信访积案", ["信访", "积案"]),
        ("网格化管理", ["网格", "管理"]),  # blocks from either end
        ("志愿者", ["志愿"]),  # three characters: the first two before a suffix
        ("党组织", []),  # not 党组 and 织
        ("信访", []),
        ("桥", []),
        ("", []),
    ],
)
def test_components_of_a_term(term, parts):
    assert components(term) == parts


@settings(deadline=None)
@given(st.text("安全生产网格化管理志愿者党组织", max_size=8))
def test_components_are_words_of_two_characters_counted_from_either_end(term):
    found = components(term)
    whole = {term[i : i + 2] for i in range(0, len(term) - 1, 2)}
    whole |= {term[i - 2 : i] for i in range(len(term), 1, -2)}
    words = {w for w in whole if is_ordinary_word(w)}
    if len(term) == 3:
        words &= {term[:2]} if term[2] in SUFFIXES else set()
    assert set(found) == (words if len(term) > 2 else set())
    assert [term.find(w) for w in dict.fromkeys(found)] == sorted(term.find(w) for w in set(found))


def test_components_come_after_the_tokens_and_leave_them_as_they_were():
    tokens = table(("a", "安全生产", "term"), ("a", "养老", "word")).assign(start=[3, 9], end=[7, 11])
    before = tokens.copy()
    found = with_components(tokens)
    pd.testing.assert_frame_equal(found.iloc[:2], before)
    assert found.iloc[2:].to_numpy().tolist() == [["a", "安全", "term", 3, 7], ["a", "生产", "term", 3, 7]]
    assert found.index.tolist() == [0, 1, 2, 3]
    pd.testing.assert_frame_equal(tokens, before)


def test_idf_by_hand():
    """ln((1 + N) / (1 + df)) + 1 over three rows; how often a row holds a term plays no part."""
    found = idf(pd.DataFrame({"all": [1, 5, 2], "one": [0, 9, 0], "none": [0, 0, 0]}))
    assert found.to_dict() == pytest.approx({"all": 1, "one": np.log(2) + 1, "none": np.log(4) + 1})


@settings(deadline=None)
@given(arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(0, 4)))
def test_rows_of_tf_idf_have_unit_length_or_none(counts):
    dtm = pd.DataFrame(counts, index=[f"s{i}" for i in range(len(counts))])
    found = tf_idf(dtm)
    assert found.index.equals(dtm.index) and found.columns.equals(dtm.columns)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), (counts.sum(axis=1) > 0).astype(float))
    # the weights themselves: divided by the counts they are idf up to the row's length
    theirs = TfidfTransformer(norm=None).fit(counts)
    np.testing.assert_allclose(idf(dtm), theirs.idf_, rtol=1e-12)


def test_units_of_several_columns_stand_in_order_of_appearance():
    rows = [("b", "s2", "丙"), ("b", "s1", "甲"), ("a", "s9", "甲"), ("a", "s0", "丙"), ("a", "s0", "丙")]
    tokens = pd.DataFrame(rows, columns=["doc_id", "sentence_id", "token"])
    counted = count(tokens, ["doc_id", "sentence_id"])
    assert counted.index.tolist() == [("b", "s2"), ("b", "s1"), ("a", "s9"), ("a", "s0")]
    assert counted["丙"].tolist() == [1, 0, 0, 2]
    assert counted.sum(axis=None) == len(tokens)


def test_an_unknown_category_of_stop_words_is_refused():
    with pytest.raises(ValueError, match=r"unknown categories \['verb'\]"):
        content(TOKENS, hide=("verb",))
