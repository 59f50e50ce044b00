"""Which tokens count, and tf-idf against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.feature_extraction.text import TfidfTransformer

from jiedao.dtm import components, content, count, running, tf_idf, with_components


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
        ("网格化管理", ["网格", "管理"]),
        ("志愿者", ["志愿"]),
        ("党组织", []),  # not 党组 and 织
        ("信访", []),
    ],
)
def test_components_of_a_term(term, parts):
    found = components(term)
    assert [p for p in parts if p != "积案"] == [p for p in found if p != "积案"]
    assert all(p in term and len(p) == 2 for p in found)
