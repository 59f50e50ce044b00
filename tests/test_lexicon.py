"""The word lists people chose: complete, normalised, and never made for these five texts."""

from pathlib import Path

import pytest

from jiedao import JiedaoError
from jiedao.clean import normalise
from jiedao.corpus import read_corpus
from jiedao.documents import local_places
from jiedao.dtm import HIDDEN
from jiedao.lexicon import (
    CATEGORIES,
    default_terms,
    glosses,
    place_names,
    read_labels,
    read_stopwords,
    read_terms,
    stopwords,
)

RAW = Path(__file__).parents[1] / "data/raw"
TERMS = read_terms()
STOP = read_stopwords()


def test_terms_are_complete():
    assert len(TERMS) >= 600
    assert TERMS["term"].is_unique
    assert set(TERMS["kind"]) == {
        *("policy_term", "slogan", "abbreviation", "organisation", "event_or_honour"),
        *("administrative_form", "phrase"),
    }
    for column in TERMS.columns:
        assert not TERMS.loc[TERMS[column].str.strip() == "", "term"].tolist()


def test_glosses_are_english_and_sources_are_stated():
    assert TERMS["gloss_en"].str.contains("[A-Za-z0-9]").all()
    assert not TERMS["gloss_en"].str.contains("[\u4e00-\u9fff]").any()


def test_terms_stand_in_the_normalised_form_without_blanks():
    assert [t for t in TERMS["term"] if normalise(t) != t or t != "".join(t.split()) or len(t) < 2] == []


def test_no_term_is_a_place_of_the_corpus():
    places = set().union(*map(local_places, read_corpus(RAW).documents.to_dict("records")))
    assert {"望月湖", "望月湖街道", "长沙市"} <= places
    streets = {p for p in places if p.endswith("街道")}
    assert places & set(TERMS["term"]) == set()
    assert [t for t in TERMS["term"] if any(s.removesuffix("街道") in t for s in streets)] == []


def test_default_terms_are_the_shipped_ones():
    assert list(default_terms()) == TERMS["term"].tolist()


def test_stop_words_have_a_category_and_a_reason():
    assert STOP["word"].is_unique
    assert set(STOP["category"]) == set(CATEGORIES)
    assert STOP.loc[STOP["reason"].str.len() < 10, "word"].tolist() == []
    assert [w for w in STOP["word"] if normalise(w) != w] == []


VERBS = ["加强", "推进", "落实", "提升", "开展"]


def test_policy_verbs_are_hidden_only_on_request():
    assert not stopwords(HIDDEN) & set(VERBS)
    assert set(VERBS) <= stopwords(["policy_verb"])
    assert stopwords(HIDDEN) | stopwords(["policy_verb"]) == stopwords(CATEGORIES) == set(STOP["word"])
    assert stopwords([]) == set()


@pytest.mark.parametrize(
    ("word", "category"), [("的", "function"), ("工作", "genre"), ("街道", "genre"), ("一", "number")]
)
def test_categories(word, category):
    assert word in stopwords([category])
    assert word not in stopwords(set(CATEGORIES) - {category})


@pytest.mark.parametrize("word", ["养老", "安全", "党建", "企业", "环境"])
def test_matters_are_no_stop_words(word):
    assert word not in stopwords(CATEGORIES)


def test_unknown_category():
    with pytest.raises(ValueError, match=r"\['verbs'\].*policy_verb"):
        stopwords(["genre", "verbs"])


def test_labels_stand_in_both_languages():
    labels = read_labels()
    assert {"per_1000", "cosine"} <= set(labels)
    for key, label in labels.items():
        assert set(label) == {"zh", "en"}, key
        assert label["zh"].strip() and label["en"].strip(), key
        assert not any("\u4e00" <= c <= "\u9fff" for c in label["en"]), key


def test_glosses_cover_the_terms():
    assert all(glosses()[t] == g for t, g in zip(TERMS["term"], TERMS["gloss_en"], strict=True))
    assert all(glosses().values())
    assert glosses()["工作"] == "work"


def test_place_names_are_of_the_whole_country():
    assert {"北京", "北京市", "湖南省", "武汉市", "广州"} <= place_names()
    assert not place_names() & set(TERMS["term"])


HEADER = "term,kind,gloss_en,source\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        ("", "is empty"),
        (b"\xff\xfe\x00", "not a text"),
        (HEADER + '"甲乙,phrase,a,b\n', "not a CSV table"),
        (HEADER + "甲乙,phrase,a\n丙丁,phrase,b,c,d\n", "more cells"),
        (HEADER + "甲乙,phrase,one, two,usage\n", "more cells"),
        ("term,gloss_en,kind,source\n甲乙,a,phrase,b\n", "the columns must begin with term, kind"),
        ("term,kind\n甲乙,phrase\n", "the columns must begin with term, kind"),
        (HEADER + "甲乙,phrase,a,b\n甲乙,phrase,a,b\n", "'甲乙' stands twice"),
    ],
)
def test_a_broken_file_is_named(tmp_path, content, message):
    if content is not None:
        (tmp_path / "terms.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(JiedaoError) as caught:
        read_terms(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "terms.csv"))
    assert message in str(caught.value)


def test_a_lexicon_of_ones_own(tmp_path):
    (tmp_path / "terms.csv").write_text(HEADER + "甲乙,phrase,,NA\n", "utf-8")
    (tmp_path / "stopwords.csv").write_text("word,category,reason\nnull,genre,test\n", "utf-8")
    assert read_terms(tmp_path).to_numpy().tolist() == [["甲乙", "phrase", "", "NA"]]
    assert read_stopwords(tmp_path)["word"].tolist() == ["null"]
