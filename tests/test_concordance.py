"""Key word in context: every row can be read off the raw text."""

from pathlib import Path

import pandas as pd
import pytest

from jiedao import JiedaoError
from jiedao.clean import normalise
from jiedao.concordance import IDS, kwic, show_sentences
from jiedao.corpus import read_corpus


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(Path(__file__).parents[1] / "data/raw")


PATTERNS = ["党建引领", "社区", r"\d+(?:\.\d+)?%", "确保|力争", "(?<=养老)服务"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_offsets_print_what_they_say(corpus, pattern):
    found = kwic(corpus, pattern, width=8)
    assert len(found) >= 3
    streets = corpus.documents.set_index("doc_id")["street"]
    sentences = corpus.sentences.set_index("sentence_id")
    for row in found.itertuples():
        text = corpus.text(row.doc_id)
        sentence = sentences.loc[row.sentence_id]
        assert text[row.start : row.end] == row.match
        assert sentence["start"] <= row.start < row.end <= sentence["end"]
        assert row.sentence == corpus.quote(row.doc_id, sentence["start"], sentence["end"])
        assert row.match in row.sentence
        assert row.left == " ".join(text[max(0, row.start - 8) : row.start].split())
        assert row.right == " ".join(text[row.end : row.end + 8].split())
        assert row.street == streets[row.doc_id]
    assert found[["doc_id", "start"]].drop_duplicates().shape[0] == len(found)


def test_all_occurrences_in_text_order(corpus):
    found = kwic(corpus, "社区")
    for doc_id in corpus.documents["doc_id"]:
        furniture = corpus.furniture[corpus.furniture["doc_id"] == doc_id]["text"]
        printed = normalise(corpus.text(doc_id)).count("社区") - sum(t.count("社区") for t in furniture)
        mine = found[found["doc_id"] == doc_id]
        assert len(mine) == printed
        assert mine["start"].is_monotonic_increasing
    assert found["doc_id"].unique().tolist() == corpus.documents["doc_id"].tolist()


def test_orientation_is_that_of_the_section(corpus):
    found = kwic(corpus, "确保")
    orientation = corpus.sections.set_index("section_id")["orientation"]
    section = corpus.sentences.set_index("sentence_id")["section_id"]
    assert found["orientation"].tolist() == [orientation[section[s]] for s in found["sentence_id"]]
    assert "prospective" in set(found["orientation"])


def test_furniture_is_left_out(corpus):
    assert any("扫一扫" in t for t in corpus.furniture["text"])
    assert kwic(corpus, "扫一扫在手机上查看").empty


FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("100%", "100%"),
        ("。", "。"),
        (",", ","),
        ("(", r"\("),
        ("(岳麓区委)", r"\(岳麓区委\)"),
        ("1.19亿", r"1\.19亿"),
    ],
)
def test_full_width_signs_are_meant_literally(corpus, typed, same):
    found = kwic(corpus, typed.translate(FULL_WIDTH))
    assert not found.empty
    pd.testing.assert_frame_equal(found, kwic(corpus, same))


def test_half_width_signs_are_the_expressions(corpus):
    assert kwic(corpus, "(岳麓)区委")["match"].unique().tolist() == ["岳麓区委"]
    assert len(kwic(corpus, "1.1")) > len(kwic(corpus, r"1\.1")) > 0
    assert kwic(corpus, "[" + ",".translate(FULL_WIDTH) + "]").equals(kwic(corpus, ","))


@pytest.mark.parametrize("pattern", ["不存在的词", "", "(?=社区)", "社区x*y"])
def test_nothing_found_is_an_empty_table(corpus, pattern):
    found = kwic(corpus, pattern)
    assert found.empty
    columns = "doc_id street orientation sentence_id start end left match right sentence"
    assert found.columns.tolist() == columns.split()


def test_context_stops_at_the_ends_of_the_text(corpus):
    start, end = (kwic(corpus, p).iloc[i] for p, i in (("年是", 0), ("。", -1)))
    assert (start["start"], start["left"]) == (4, "2024")
    assert corpus.text(end["doc_id"])[end["end"] :].split() == end["right"].split()


def test_no_width(corpus):
    found = kwic(corpus, "社区", width=0)
    assert set(found["left"]) == set(found["right"]) == {""}


@pytest.mark.parametrize("pattern", ["(社区", "[", "*", "社区)", "a{2,1}"])
def test_no_regular_expression(corpus, pattern):
    with pytest.raises(JiedaoError, match="put a backslash before") as caught:
        kwic(corpus, pattern)
    assert repr(pattern) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_ids_of_sentences_show_the_sentences(corpus):
    found = show_sentences(corpus, "huashan-2024/s003-005 bayuehu-2023/s006")
    ids = ["huashan-2024/s003", "huashan-2024/s004", "huashan-2024/s005", "bayuehu-2023/s006"]
    assert found["sentence_id"].tolist() == ids
    assert [corpus.quote(r.doc_id, r.start, r.end) for r in found.itertuples()] == found["sentence"].tolist()
    assert found["sentence"].iloc[-1] == "一是财税任务超额完成。"


def test_ids_that_the_corpus_lacks_are_an_error(corpus):
    with pytest.raises(JiedaoError, match="no such sentence"):
        show_sentences(corpus, "huashan-2024/s903")


@pytest.mark.parametrize(
    ("pattern", "named"), [("a/s001", True), ("a/s001-003 b/s002", True), ("网格", False), ("a/s1", False)]
)
def test_what_counts_as_ids(pattern, named):
    assert bool(IDS.fullmatch(pattern)) is named
