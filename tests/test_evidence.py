"""From any row back to its sentences, the tables behind it, and readings of arbitrary text."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiedao import JiedaoError
from jiedao.corpus import read_corpus
from jiedao.evidence import Evidence, shorten
from jiedao.orientation import is_part
from jiedao.reading import read_policy
from jiedao.report import parse, token_spans
from jiedao.segment import Segmenter

RAW = Path(__file__).parents[1] / "data/raw"
PROCESSED = RAW.parent / "processed"
ENTRIES = {
    "indicators": {"indicator_id", "text", "number", "unit", "measure", "kind", "status", "period"},
    "commitments": {"marker", "class", "strength", "clause"},
    "targets": {"indicator_id", "deadline", "verb", "strength", "party", "text"},
    "checks": {"finding", "agrees"},
    "credit": {"marker", "class", "level"},
    "programmes": {"printed", "programme"},
    "slogans": {"slogan", "level", "year"},
}
KEYS = {"doc_id", "section_id", "sentence_id", "start", "end"}
WORDS = {"section_id", "start", "end", "word", "code", "weight", "in_heading"}


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RAW)


@pytest.fixture(scope="module")
def evidence(corpus):
    clusters = corpus.sections.assign(cluster=range(len(corpus.sections)))
    return Evidence(clusters, corpus.sentences, corpus.tokens)


def sentences(evidence, **row):
    return evidence.expand(evidence.name(pd.DataFrame([row])).iloc[0])


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_lies_in_its_sentence(corpus, name):
    table = getattr(corpus, name)
    assert set(table.columns) >= KEYS | ENTRIES[name]
    assert len(table) and table[list(KEYS)].notna().all(axis=None)
    assert table["doc_id"].drop_duplicates().isin(corpus.documents["doc_id"]).all()
    own = corpus.sentences.set_index("sentence_id").loc[table["sentence_id"]]
    assert (own["section_id"].to_numpy() == table["section_id"].to_numpy()).all()
    begins = own["start"].to_numpy()
    # a claim of done work may stand in the sentence before the rate that belies it
    assert (begins <= table["start"].to_numpy()).all() or name == "checks"
    assert (own["end"].to_numpy() >= table["end"].to_numpy()).all()


def test_entries_print_what_they_say(corpus):
    for name, column in [("commitments", "marker"), ("credit", "marker"), ("programmes", "printed")]:
        for row in getattr(corpus, name).itertuples():
            assert corpus.plain(row.doc_id)[row.start : row.end] == getattr(row, column)
    for row in corpus.theme_words.itertuples():
        assert corpus.plain(row.section_id.rpartition("/")[0])[row.start : row.end] == row.word
    assert corpus.indicators["indicator_id"].is_unique
    for name, column in [("indicators", "growth_of"), ("targets", "indicator_id")]:
        assert getattr(corpus, name)[column].dropna().isin(corpus.indicators["indicator_id"]).all()


def test_themes_stand_with_their_words(corpus):
    table, words = corpus.sections, corpus.theme_words
    assert set(words.columns) >= WORDS
    assert set(words["section_id"]) <= set(table["section_id"])
    parts = table["heading"].fillna("").map(is_part).notna() & ~table["is_leaf"]
    assert table.loc[parts, "theme"].isna().all()  # a review as a whole has no theme
    table = table[table["is_leaf"]]
    coded = table.dropna(subset="theme")
    assert len(coded) > 100
    assert set(coded.loc[coded["theme_evidence"] == "", "theme"]) <= {"FRAME"}  # preambles need no words
    assert (coded["theme"] != coded["theme_secondary"]).all()
    for row in coded.itertuples():
        own = [row.section_id, row.parent]  # the heading over a lead-in speaks for it
        mine = words[words["section_id"].isin(own) & words["code"].isin([row.theme, row.theme_secondary])]
        assert set(row.theme_evidence.split()) <= set(mine["word"])


def lost(corpus, table):
    """Rows that lead to no sentence, and sentences that miss the span of their row."""
    table = table[:: max(1, len(table) // 400)]
    end = table["own_end"] if "own_end" in table else table["end"]
    found = corpus.evidence(table)
    assert set(found["sentence_id"]) <= set(corpus.sentences["sentence_id"])
    behind = found.join(pd.DataFrame({"a": table["start"], "b": end}), on="row")
    return (
        len(set(table.index) - set(found["row"]))
        + ((behind["start"] >= behind["b"]) | (behind["end"] <= behind["a"])).sum()
    )


@pytest.mark.parametrize("name", ["sections", "sentences", "tokens", *ENTRIES])
def test_every_row_has_sentences_that_overlap_it(corpus, name):
    assert lost(corpus, getattr(corpus, name)) == 0


def test_every_theme_word_has_a_sentence_that_overlaps_it(corpus):
    assert lost(corpus, corpus.theme_words) == 0


def test_evidence_says_where_and_what(corpus):
    rows = corpus.slogans.head(3).set_axis(["x", "y", "z"])
    found = corpus.evidence(rows)
    columns = ["row", "doc_id", "street", "section_id", "sentence_id", "start", "end", "sentence"]
    assert list(found) == columns and found["row"].tolist() == ["x", "y", "z"]
    assert all(corpus.quote(r.doc_id, r.start, r.end) == r.sentence for r in found.itertuples())
    assert found["street"].isin(corpus.documents["street"]).all()
    assert list(corpus.evidence(rows.head(0))) == columns


DOC = "huashan-2024"


def test_what_a_row_names_narrows_the_sentences(corpus, evidence):
    table, sections = corpus.sentences, corpus.sections.set_index("section_id")
    mine = table[table["doc_id"] == DOC]
    assert sentences(evidence, doc_id=DOC) == mine["sentence_id"].tolist()
    assert sentences(evidence, a=DOC) == mine["sentence_id"].tolist()
    look = mine["section_id"].map(sections["orientation"])
    plan = mine.loc[look == "prospective", "sentence_id"].tolist()
    assert sentences(evidence, doc_id=DOC, part="plan") == plan
    assert sentences(evidence, unit=f"plan|{DOC}") == plan
    assert sentences(evidence, doc_id=DOC, orientation="prospective") == plan
    party = mine.loc[mine["section_id"].map(sections["theme"]) == "PARTY", "sentence_id"].tolist()
    assert sentences(evidence, doc_id=DOC, theme="PARTY") == party != []
    two = [f"{DOC}/003", f"{DOC}/005"]
    expected = mine.loc[mine["section_id"].isin(two), "sentence_id"].tolist()
    assert sentences(evidence, section_ids=" ".join(two)) == expected
    assert (
        sentences(evidence, cluster=7)
        == table.loc[table["section_id"] == sections.index[7], "sentence_id"].tolist()
    )
    first, second = mine.iloc[20], mine.iloc[21]
    touched = sentences(evidence, doc_id=DOC, start=first["end"] - 1, end=second["start"] + 1)
    assert touched == [first["sentence_id"], second["sentence_id"]]
    between = sentences(evidence, doc_id=DOC, start=first["start"], end=first["end"])
    assert between == [first["sentence_id"]]
    assert sentences(evidence, doc_id="nowhere") == []


def test_a_term_narrows_to_the_sentences_that_hold_it(corpus, evidence):
    told = sentences(evidence, doc_id=DOC, term="网格")
    said = corpus.evidence(pd.DataFrame([{"doc_id": DOC, "term": "网格"}]))["sentence"]
    assert len(told) == len(said) > 1
    assert said.str.contains("网格").all()
    assert set(told) < set(sentences(evidence, term="网格"))


def test_ids_are_written_as_ranges_and_read_back(evidence):
    ids = ["a/s001", "a/s002", "a/s003", "a/s005", "b/s006", "a/s1000", "a/s1001"]
    assert shorten(ids) == "a/s001-003 a/s005 b/s006 a/s1000-1001"
    assert evidence.expand(shorten(ids)) == ids
    assert evidence.expand("") == []
    [cited] = evidence.cite(pd.DataFrame([{"doc_id": DOC}]))["sentence_ids"]
    assert cited == f"{DOC}/s001-{len(sentences(evidence, doc_id=DOC)):03}"
    assert sentences(evidence, sentence_ids=cited, doc_id="other") == sentences(evidence, doc_id=DOC)


@pytest.mark.parametrize(
    "row", [{"foo": 1}, {}, {"sentence_ids": ""}, {"term": "无此词", "doc_id": DOC}], ids=str
)
def test_a_row_that_names_nothing_has_no_evidence(evidence, row):
    assert sentences(evidence, **row) == []


PIECES = (
    "一、2023年工作总结|二、下步计划|\n|。|;|,|、|“|”|育苗|工程|完成|确保|力争|年底前|5个|3.2%|零事故|其中|获评全国"
    "|不发生|事件|由|牵头|责任单位:|街道|同比增长|四风"
)
SEGMENTER = Segmenter()


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(PIECES.split("|")) | st.text(max_size=6), max_size=40).map("".join))
def test_any_text_is_read_or_refused(text):
    try:
        parsed = parse(text.encode("utf-8", "replace"))
    except JiedaoError:
        assume(False)
    spans = parsed.sentences
    reading = read_policy(parsed.plain, parsed.sections, spans, token_spans(parsed, SEGMENTER))
    for name, entries in reading._asdict().items():
        for entry in entries:
            start, end, _ = spans[entry.sentence]
            assert entry.start < entry.end <= end
            assert start <= entry.start or name == "checks"
    for referring in [i.growth_of for i in reading.indicators] + [t.indicator for t in reading.targets]:
        assert referring is None or 0 <= referring < len(reading.indicators)


def test_rows_of_a_cluster_need_to_be_told_the_clusters(corpus):
    clusters = pd.read_csv(PROCESSED / "clusters.csv")[["section_id", "cluster"]]
    rows = pd.read_csv(PROCESSED / "cluster_terms.csv").head(3)
    assert corpus.evidence(rows).empty
    found = corpus.evidence(rows, clusters)
    assert set(found["row"]) == {0, 1, 2}
    assert set(found["section_id"].map(clusters.set_index("section_id")["cluster"])) == set(rows["cluster"])
