"""Formula and local content: runs of characters, and shared wording against naive searches."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao.corpus import read_corpus
from jiedao.formula import WORDINGS, find_formula, list_characters, shared_passages
from jiedao.lexicon import read_terms

RAW = Path(__file__).parents[1] / "data/raw"
COLUMNS = ["doc_id", "section_id", "sentence_id", "run", "start", "character"]


def sentences(texts, cut="。"):
    """Sentences that end at a full stop, as offsets into their texts."""
    rows = []
    for doc_id, text in texts.items():
        start = 0
        while start < len(text):
            end = text.find(cut, start) + 1 or len(text)
            rows.append((f"{doc_id}/s{len(rows)}", f"{doc_id}/1", doc_id, start, end))
            start = end
    return pd.DataFrame(rows, columns=["sentence_id", "section_id", "doc_id", "start", "end"])


def characters_of(*texts):
    """The texts as reports a, b, c …"""
    named = dict(zip("abcdefgh", texts, strict=False))
    return list_characters(sentences(named), named.get)


def runs_of(characters):
    return characters.groupby("run", sort=False)["character"].agg("".join).tolist()


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("加强建设", ["加强建设"]),
        # no end: blanks, line ends, quotation marks, the mark in a list
        ("加强 建设", ["加强建设"]),
        ("加强\u3000\n  建设", ["加强建设"]),
        ("加强“建设”工作", ["加强建设工作"]),
        ("加强‘建设’工作", ["加强建设工作"]),
        ("加强\"建设\"'工作'", ["加强建设工作"]),
        ("学习《条例》精神", ["学习条例精神"]),
        ("养老、托幼、助残", ["养老托幼助残"]),
        ("习近平·新时代", ["习近平新时代"]),
        ("老、 “旧”", ["老旧"]),
        # an end: every other sign
        ("加强，建设", ["加强", "建设"]),
        ("加强。建设", ["加强", "建设"]),
        ("加强；建设：工作！好？", ["加强", "建设", "工作", "好"]),
        ("加强,建设;工作:好", ["加强", "建设", "工作", "好"]),
        ("建设（工作）好", ["建设", "工作", "好"]),
        ("建设(工作)好", ["建设", "工作", "好"]),
        ("建设——工作…好", ["建设", "工作", "好"]),
        ("建设+工作%好", ["建设", "工作", "好"]),
        ("养老、，托幼", ["养老", "托幼"]),
        # an end: figures and Latin letters, of either width
        ("引进企业5家", ["引进企业", "家"]),
        ("引进 5 家", ["引进", "家"]),
        ("完成１２项", ["完成", "项"]),
        ("党建APP平台", ["党建", "平台"]),
        ("党建Ａ平台", ["党建", "平台"]),
        ("一5“6”二", ["一", "二"]),
        # figures in Chinese are characters
        ("一是二〇二四", ["一是二〇二四"]),
        ("㐀𠀀龥", ["㐀𠀀龥"]),
        ("、“建设", ["建设"]),
        ("123, abc。", []),
        ("", []),
    ],
)
def test_what_ends_a_run(text, runs):
    found = characters_of(text)
    assert found.columns.tolist() == COLUMNS
    assert runs_of(found) == runs


def test_a_run_ends_with_its_sentence():
    table = pd.DataFrame(
        [("s1", "a/1", "a", 0, 4), ("s2", "a/1", "a", 4, 8), ("s3", "b/1", "b", 2, 4)],
        columns=["sentence_id", "section_id", "doc_id", "start", "end"],
    )
    found = list_characters(table, {"a": "加强建设推进工作", "b": "加强建设推进工作"}.get)
    assert runs_of(found) == ["加强建设", "推进工作", "建设"]
    assert found["run"].drop_duplicates().tolist() == [0, 1, 2]
    assert found["sentence_id"].tolist() == ["s1"] * 4 + ["s2"] * 4 + ["s3"] * 2
    assert found["start"].tolist() == [*range(8), 2, 3]


HAN = "甲乙丙丁〇㐀𠀀"
KEPT = " \n\u3000、·“”‘’《》\"'"
OTHER = "，。；（）1aＡ—😀々"
texts = st.lists(st.text(HAN + KEPT + OTHER, max_size=30), min_size=1, max_size=3)


@settings(deadline=None)
@given(texts)
def test_every_character_stands_once_at_its_place_and_in_its_run(given_texts):
    named = dict(zip("abc", given_texts, strict=False))
    table = sentences(named)
    found = list_characters(table, named.get)
    assert all(named[r.doc_id][r.start] == r.character for r in found.itertuples())
    expected = [(d, i) for d, text in named.items() for i, c in enumerate(text) if c in HAN]
    assert list(zip(found["doc_id"], found["start"], strict=True)) == expected
    runs = []
    for s in table.itertuples():
        runs.append("")
        for c in named[s.doc_id][s.start : s.end]:
            if c in HAN:
                runs[-1] += c
            elif c not in KEPT:
                runs.append("")
        inside = found[found["sentence_id"] == s.sentence_id]
        assert inside["start"].between(s.start, s.end - 1).all()
    assert runs_of(found) == [r for r in runs if r]


def wordings(characters, *options, **named):
    """The wording of each character as one letter: h(eld by others), s(logan), o(wn)."""
    letters = dict(zip(WORDINGS, "hso", strict=True))
    found = find_formula(characters, *options, **named)
    assert found.index.equals(characters.index)
    return "".join(found.map(letters))


@pytest.mark.parametrize(
    ("given_texts", "shortest", "slogans", "expected"),
    [
        # 甲乙丙丁 in both; 戊 and 己 not
        (["甲乙丙丁戊", "己甲乙丙丁"], 4, [], "hhhho" + "ohhhh"),
        (["甲乙丙丁戊", "己甲乙丙丁"], 5, [], "ooooo" + "ooooo"),
        (["甲乙丙", "甲乙丙"], 4, [], "ooo" + "ooo"),  # too short a run
        (["甲乙丙", "甲乙丙"], 1, [], "hhh" + "hhh"),
        (["甲乙丙丁甲乙丙丁", "戊己"], 4, [], "oooooooo" + "oo"),  # twice in the same report only
        (["甲乙丙丁。甲乙丙丁", "戊己"], 4, [], "oooooooo" + "oo"),
        (["甲乙丙丁", "甲乙，丙丁"], 4, [], "oooo" + "oooo"),  # a comma ends a run
        (["甲乙丙丁", "“甲乙”、丙丁"], 4, [], "hhhh" + "hhhh"),  # these signs do not
        (["甲乙丙丁戊己", "甲乙丙丁", "丙丁戊己"], 4, [], "hhhhhh" + "hhhh" + "hhhh"),  # overlapping
        (["甲乙丙丁戊己", "甲乙丙丁戊庚"], 4, [], "hhhhho" + "hhhhho"),
        # slogans: in one report only, of any length, over marks that end no run
        (["甲乙丙丁", "戊己"], 4, ["乙丙"], "osso" + "oo"),
        (["甲“乙”丙丁", "戊己"], 4, ["乙丙"], "osso" + "oo"),
        (["甲乙，丙丁", "戊己"], 4, ["乙丙"], "oooo" + "oo"),
        (["甲乙丙丁", "戊己"], 4, ["乙、“丙”"], "osso" + "oo"),  # as printed in the lexicon
        (["甲乙丙丁", "戊己"], 4, ["乙", "乙丙丁"], "osss" + "oo"),  # the longer first
        (["甲乙甲乙", "戊己"], 4, ["甲乙"], "ssss" + "oo"),
        (["甲乙丙丁", "戊己"], 4, ["APP", ""], "oooo" + "oo"),  # nothing in it to find
        # what is shared is shared even where it is a slogan
        (["甲乙丙丁戊", "甲乙丙丁"], 4, ["丙丁戊"], "hhhhs" + "hhhh"),
    ],
)
def test_wordings_by_hand(given_texts, shortest, slogans, expected):
    assert wordings(characters_of(*given_texts), shortest, slogans) == expected


def test_four_in_a_row_unless_told():
    assert wordings(characters_of("甲乙丙丁", "甲乙丙丁"), slogans=[]) == "hhhhhhhh"
    assert wordings(characters_of("甲乙丙", "甲乙丙"), slogans=[]) == "oooooo"


def test_slogans_are_those_of_the_lexicon_unless_told():
    terms = read_terms().set_index("term")["kind"]
    assert terms["不忘初心"] == "slogan" and terms["安全生产"] != "slogan"
    assert wordings(characters_of("我们不忘初心", "安全生产")) == "oossss" + "oooo"


def test_the_index_of_the_table_is_kept():
    characters = characters_of("甲乙丙丁", "甲乙丙丁戊")
    moved = characters.set_axis(range(70, 79), axis=0)
    found = find_formula(moved, 4, [])
    assert found.index.tolist() == list(range(70, 79)) and found.name == "wording"
    assert set(found) <= set(WORDINGS)
    # the second report alone shares nothing
    assert set(find_formula(moved[moved["doc_id"] == "b"], 4, [])) == {"own"}


def grams(run, n):
    return [run[i : i + n] for i in range(len(run) - n + 1)]


reports = st.lists(st.text("甲乙丙，。", max_size=14), min_size=2, max_size=4).filter(
    lambda found: any(c not in "，。" for text in found for c in text)
)


@settings(deadline=None)
@given(reports, st.integers(1, 4), st.sampled_from([[], ["丙甲"], ["甲乙丙"]]))
def test_wordings_are_the_naive_search(given_texts, shortest, slogans):
    runs = [text.replace("。", "，").split("，") for text in given_texts]
    expected = ""
    for mine in range(len(runs)):
        others = {g for i, theirs in enumerate(runs) if i != mine for r in theirs for g in grams(r, shortest)}
        for run in runs[mine]:
            kinds = ["o"] * len(run)
            if slogans:
                at = 0
                while (at := run.find(slogans[0], at)) >= 0:
                    kinds[at : at + len(slogans[0])] = "s" * len(slogans[0])
                    at += len(slogans[0])
            for i, g in enumerate(grams(run, shortest)):
                if g in others:
                    kinds[i : i + shortest] = "h" * shortest
            expected += "".join(kinds)
    assert wordings(characters_of(*given_texts), shortest, slogans) == expected


PASSAGES = ["passage", "n_chars", "reports", "doc_ids", "sentence_ids"]


@pytest.mark.parametrize(
    ("given_texts", "shortest", "expected"),
    [
        (["甲乙丙丁戊", "己甲乙丙丁"], 4, [("甲乙丙丁", 4, 2, "a b", "a/s0 b/s1")]),
        # as long as it goes, none of its parts
        (["甲乙丙丁戊", "甲乙丙丁戊"], 2, [("甲乙丙丁戊", 5, 2, "a b", "a/s0 b/s1")]),
        # a part that a third report holds too
        (
            ["甲乙丙丁戊", "甲乙丙丁戊", "丙丁"],
            2,
            [("甲乙丙丁戊", 5, 2, "a b", "a/s0 b/s1"), ("丙丁", 2, 3, "a b c", "a/s0 b/s1 c/s2")],
        ),
        # a part that stands once more in a report that holds the whole: no more reports
        (["甲乙丙丁。丙丁", "甲乙丙丁"], 2, [("甲乙丙丁", 4, 2, "a b", "a/s0 b/s2")]),
        # a part of two passages, each shared with another report: more reports than either
        (
            ["甲乙丙丁戊", "甲乙丙丁", "乙丙丁戊"],
            3,
            [
                ("乙丙丁戊", 4, 2, "a c", "a/s0 c/s2"),
                ("甲乙丙丁", 4, 2, "a b", "a/s0 b/s1"),
                ("乙丙丁", 3, 3, "a b c", "a/s0 b/s1 c/s2"),
            ],
        ),
        # two sentences of one report
        (["甲乙丙。乙丙甲乙丙", "甲乙丙"], 3, [("甲乙丙", 3, 2, "a b", "a/s0 a/s1 b/s2")]),
        (["甲甲甲甲", "甲甲甲"], 2, [("甲甲甲", 3, 2, "a b", "a/s0 b/s1")]),
        # nothing shared
        (["甲乙丙丁", "戊己庚辛"], 2, []),
        (["甲乙丙丁甲乙丙丁"], 2, []),
        (["甲乙，丙丁", "甲乙丙丁"], 3, []),
        (["甲乙", "甲乙"], 3, []),
    ],
)
def test_passages_by_hand(given_texts, shortest, expected):
    found = shared_passages(characters_of(*given_texts), shortest)
    assert found.columns.tolist() == PASSAGES
    assert list(found.itertuples(index=False, name=None)) == expected
    assert found.index.tolist() == list(range(len(expected)))


def test_six_in_a_row_unless_told():
    assert shared_passages(characters_of("甲乙丙丁戊", "甲乙丙丁戊")).empty
    assert len(shared_passages(characters_of("甲乙丙丁戊己", "甲乙丙丁戊己"))) == 1


@settings(deadline=None)
@given(reports, st.integers(1, 4))
def test_passages_are_the_naive_search(given_texts, shortest):
    """All strings of all runs; those of two reports; without those in a longer one of as many reports."""
    holders = {}
    for doc_id, text in zip("abcd", given_texts, strict=False):
        for run in text.replace("。", "，").split("，"):
            for n in range(shortest, len(run) + 1):
                for g in grams(run, n):
                    holders.setdefault(g, set()).add(doc_id)
    shared = {g: found for g, found in holders.items() if len(found) > 1}
    expected = {
        g: " ".join(sorted(found))
        for g, found in shared.items()
        if not any(g != longer and g in longer and len(shared[longer]) == len(found) for longer in shared)
    }
    found = shared_passages(characters_of(*given_texts), shortest)
    assert dict(zip(found["passage"], found["doc_ids"], strict=True)) == expected
    assert found["passage"].is_unique
    assert found["n_chars"].tolist() == [len(p) for p in found["passage"]]
    assert found["reports"].tolist() == [len(d.split()) for d in found["doc_ids"]]
    assert found["n_chars"].is_monotonic_decreasing


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RAW)


@pytest.fixture(scope="module")
def characters(corpus):
    return list_characters(corpus.sentences, corpus.text)


def test_characters_of_the_shipped_corpus(corpus, characters):
    assert all(corpus.text(c.doc_id)[c.start] == c.character for c in characters.itertuples())
    assert not characters.duplicated(["doc_id", "start"]).any()
    assert characters.groupby("doc_id", sort=False)["start"].is_monotonic_increasing.all()
    assert set(characters["sentence_id"]) <= set(corpus.sentences["sentence_id"])


def test_wordings_of_the_shipped_corpus_fall_with_the_length_asked(characters):
    shares = [find_formula(characters, n).value_counts(normalize=True) for n in (3, 4, 6)]
    assert shares[0]["shared"] > shares[1]["shared"] > shares[2]["shared"] > 0
    for found in shares:
        assert set(found.index) == set(WORDINGS)


def test_passages_of_the_shipped_corpus_stand_in_their_reports(corpus, characters):
    found = shared_passages(characters)
    assert len(found) > 10 and (found["n_chars"] >= 6).all() and (found["reports"] >= 2).all()
    strings = {d: runs_of(rows) for d, rows in characters.groupby("doc_id")}
    for row in found.itertuples():
        assert [d for d in corpus.documents["doc_id"] if any(row.passage in r for r in strings[d])] == (
            row.doc_ids.split()
        )
    # each character of a passage is shared wording, at any length up to that of the passage
    shared = characters[(find_formula(characters, 6) == "shared").to_numpy()]
    assert set("".join(found["passage"])) == set(shared["character"])
