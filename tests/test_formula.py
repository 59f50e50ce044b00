"""Formula and local content: runs of characters, and shared wording against naive searches."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao.corpus import read_corpus
from jiedao.formula import (
    WORDINGS,
    _grams,
    _shared,
    _take,
    compare_halves,
    find_formula,
    list_characters,
    shared_passages,
)
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
        ("加强「建设」『工作』", ["加强建设工作"]),
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
        ("学习〈条例〉精神", ["学习", "条例", "精神"]),
        ("建设【工作】好", ["建设", "工作", "好"]),
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


@pytest.mark.parametrize(
    ("name", "code_point", "character"),
    [
        ("zero", 0x3007, True),
        ("extension A, first", 0x3400, True),
        ("extension A, last", 0x4DBF, True),
        ("hexagram, first", 0x4DC0, False),
        ("hexagram, last", 0x4DFF, False),
        ("unified, first", 0x4E00, True),
        ("unified, last", 0x9FFF, True),
        ("Yi", 0xA000, False),
        ("private use", 0xE000, False),
        ("compatibility, first", 0xF900, True),
        ("compatibility, last", 0xFAFF, True),
        ("Latin ligature", 0xFB00, False),
        ("extension B, first", 0x20000, True),
        ("compatibility supplement", 0x2F800, True),
        ("extension H", 0x31350, True),
        ("a tag", 0xE0041, False),
        ("radical", 0x2F00, False),
        ("radical supplement", 0x2E80, False),
        ("iteration mark", 0x3005, False),
        ("hiragana", 0x3042, False),
        ("hangul", 0xAC00, False),
        ("number in a circle", 0x3280, False),
    ],
)
def test_what_is_a_character(name, code_point, character):
    sign = chr(code_point)
    assert runs_of(characters_of(f"甲{sign}乙")) == ([f"甲{sign}乙"] if character else ["甲", "乙"]), name


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


HAN = "甲乙丙丁〇㐀𠀀\uf900"
KEPT = " \n\u3000、·“”‘’「」『』《》\"'"
OTHER = "，。；（）1aＡ—😀々䷀〈"
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
        # slogans that overlap are covered both, and so is one that overlaps itself
        (["甲乙丙丁", "戊己"], 4, ["甲乙丙", "乙丙丁"], "ssss" + "oo"),
        (["甲乙丙丁", "戊己"], 4, ["甲乙", "乙丙丁"], "ssss" + "oo"),
        (["甲乙丙丁戊", "己庚"], 4, ["乙丙", "甲乙丙丁"], "sssso" + "oo"),
        (["甲乙甲乙甲丙", "戊己"], 4, ["甲乙甲"], "ssssso" + "oo"),
        # what is shared is shared even where it is a slogan
        (["甲乙丙丁戊", "甲乙丙丁"], 4, ["丙丁戊"], "hhhhs" + "hhhh"),
    ],
)
def test_wordings_by_hand(given_texts, shortest, slogans, expected):
    assert wordings(characters_of(*given_texts), shortest, slogans) == expected


@pytest.mark.parametrize("given_texts", [[], [""], ["123, abc。", "，"]])
def test_nothing_to_spread(given_texts):
    characters = characters_of(*given_texts)
    assert characters.empty and characters.columns.tolist() == COLUMNS
    assert find_formula(characters, 4, ["甲乙"]).empty
    passages = shared_passages(characters)
    assert passages.empty and passages.columns.tolist() == PASSAGES
    halves = compare_halves(characters)
    assert halves.empty and halves.columns.tolist() == HALVES and halves.index.name == "doc_id"


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


reports = st.lists(st.text("甲乙丙，。", max_size=14), min_size=2, max_size=4)
SLOGANS = [[], ["丙甲"], ["甲乙丙"], ["甲乙甲"], ["甲乙", "乙丙"], ["丙", "甲甲乙", "乙丙甲"]]


@settings(deadline=None)
@given(reports, st.integers(1, 4), st.sampled_from(SLOGANS))
def test_wordings_are_the_naive_search(given_texts, shortest, slogans):
    runs = [text.replace("。", "，").split("，") for text in given_texts]
    expected = ""
    for mine in range(len(runs)):
        others = {g for i, theirs in enumerate(runs) if i != mine for r in theirs for g in grams(r, shortest)}
        for run in runs[mine]:
            kinds = ["o"] * len(run)
            for slogan in slogans:
                for at in range(len(run)):
                    if run.startswith(slogan, at):
                        kinds[at : at + len(slogan)] = "s" * len(slogan)
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


HALVES = ["own", "other", "difference", "low", "high"]


def sections_of(**texts):
    """Each report a list of sections."""
    rows, whole = [], {}
    for doc_id, sections in texts.items():
        whole[doc_id] = "".join(sections)
        start = 0
        for i, section in enumerate(sections):
            rows.append((f"{doc_id}/{i}/s", f"{doc_id}/{i}", doc_id, start, start + len(section)))
            start += len(section)
    table = pd.DataFrame(rows, columns=["sentence_id", "section_id", "doc_id", "start", "end"])
    return list_characters(table, whole.get)


def shared(text, others, shortest):
    """The share that a text, a report's only section, has in common with others."""
    owners, found = _grams(characters_of(text, others), shortest)
    held = dict(zip(owners, found, strict=True)).get("b", np.array([], dtype=int))
    return _shared(found[0], held, shortest)


@pytest.mark.parametrize(
    ("text", "others", "shortest", "share"),
    [
        ("甲乙丙丁", "甲乙丙丁", 4, 1),
        ("甲乙丙丁", "甲乙丙戊", 4, 0),
        ("甲乙丙丁", "甲乙丙戊", 3, 3 / 4),
        ("甲乙丙丁", "甲乙丙戊", 1, 3 / 4),
        ("甲乙丙丁戊己庚辛", "戊己庚辛", 4, 1 / 2),
        ("甲乙丙丁戊", "甲乙丙丁，乙丙丁戊", 4, 1),  # two that overlap: five characters, not eight
        ("甲乙丙丁戊己庚", "甲乙丙，戊己庚", 3, 6 / 7),  # two apart
        ("甲乙丙丁戊己", "甲乙丙，丁戊己", 3, 1),  # two that touch
        ("甲甲甲甲甲", "甲甲", 2, 1),
        ("甲乙丙丁，甲乙丙丁", "甲乙丙丁", 4, 1),  # each time it stands
        ("甲乙丙丁，戊己庚辛，壬癸", "甲乙丙丁", 4, 4 / 10),
        ("甲乙，丙丁", "甲乙丙丁", 4, 0),  # runs of their own are too short
        ("甲乙丙丁", "甲乙，丙丁", 4, 0),
        ("甲乙丙丁", "", 4, 0),
        ("甲乙", "甲乙", 4, 0),
    ],
)
def test_shares_by_hand(text, others, shortest, share):
    assert shared(text, others, shortest) == pytest.approx(share)


@settings(deadline=None)
@given(st.text("甲乙丙，", max_size=16), st.text("甲乙丙，", max_size=16), st.integers(1, 4))
def test_shares_are_the_naive_search(text, others, shortest):
    text += "丁"  # there is something to share
    held = {g for run in others.split("，") for g in grams(run, shortest)}
    covered = set()
    for i in range(len(text)):
        if text[i : i + shortest] in held:
            covered |= set(range(i, i + shortest))
    share = len(covered) / len(text.replace("，", ""))
    assert shared(text, others, shortest) == pytest.approx(share)


def cut(lengths, size):
    """Lengths of the sections before and after the cut."""
    sections = [np.full(n, i) for i, n in enumerate(lengths)]
    before, after = _take(sections, size)
    assert [*before, *after] == [i for section in sections for i in section]
    return [np.unique(part, return_counts=True)[1].tolist() for part in (before, after)]


@pytest.mark.parametrize(
    ("lengths", "size", "before"),
    [
        # half of all of them
        ([4, 4], 0.5, [4]),
        ([4, 4, 4, 4], 0.5, [4, 4]),
        ([1, 9], 0.5, [1]),  # at least one is left
        ([9, 1], 0.5, [9]),
        ([1, 1, 9], 0.5, [1, 1]),
        ([3, 4, 5], 0.5, [3, 4]),  # 7 of 12 is nearer than 3
        ([4, 4, 4], 0.5, [4]),  # as near: the fewer
        # a number of characters
        ([4, 4, 4], 8, [4, 4]),
        ([4, 4, 4], 5, [4]),
        ([4, 4, 4], 7, [4, 4]),
        ([4, 4, 4], 1, [4]),  # at least one is taken
        ([4, 4, 4], 12, [4, 4, 4]),
        ([4, 4, 4], 99, [4, 4, 4]),  # all there is
        ([4], 4, [4]),
    ],
)
def test_whole_sections_are_taken(lengths, size, before):
    assert cut(lengths, size) == [before, lengths[len(before) :]]


@given(st.lists(st.integers(1, 20), min_size=2, max_size=8), st.one_of(st.just(0.5), st.integers(1, 99)))
def test_no_other_cut_comes_nearer(lengths, size):
    before, after = cut(lengths, size)
    wanted, cuts = (sum(lengths) / 2, len(lengths) - 1) if size == 0.5 else (size, len(lengths))
    nearest = min(abs(sum(lengths[: n + 1]) - wanted) for n in range(cuts))
    assert before and (after or size != 0.5)
    assert abs(sum(before) - wanted) == nearest


def test_a_report_that_repeats_itself():
    found = compare_halves(sections_of(a=["甲乙丙丁戊己"] * 5, b=["子丑寅卯", "辰巳午未"]))
    assert found.columns.tolist() == HALVES and found.index.name == "doc_id"
    assert found.loc["a"].tolist() == [1, 0, 1, 1, 1]
    assert found.loc["b"].tolist() == [0, 0, 0, 0, 0]


FOUR = ["甲乙丙丁", "戊己庚辛", "子丑寅卯", "辰巳午未"]


def test_reports_that_are_copies_of_each_other():
    """Four sections that share nothing, two to a half; of the copy two are drawn for as many characters.

    The two hold none of the half in one case of six, one in four, both in one.
    """
    found = compare_halves(sections_of(a=FOUR, b=FOUR), draws=400)
    for doc_id in "ab":
        assert found.loc[doc_id].tolist() == [0, 0.5, -0.5, -1, 0]


def test_the_others_are_cut_to_the_size_of_the_half():
    """One of two sections against one of two of the copy: the same one half of the time."""
    found = compare_halves(sections_of(a=FOUR[:2], b=FOUR[:2], c=["壬癸" * 20]), draws=400).loc["a"]
    assert [found["own"], found["other"], found["low"], found["high"]] == [0, 0, -1, 0]


def test_both_halves_take_their_turn():
    """The first section lies in the second, which it covers by half; the other report has its other half."""
    characters = sections_of(a=["甲乙丙丁", "甲乙丙丁戊己庚辛"], b=["戊己庚辛"])
    found = compare_halves(characters, draws=101)
    assert found.index.tolist() == ["a"]  # b has a single section and no halves
    # own 1 and other 0, or own ½ and other ½
    own, other, difference, low, high = found.loc["a"]
    assert (own, other, difference) in ((1, 0, 1), (0.5, 0.5, 0))
    assert (low, high) == (0, 1)
    assert compare_halves(characters, shortest=5).loc["a"].tolist() == [0] * 5


def test_sections_are_the_units_not_sentences():
    """Each section repeats its own sentence and no other section's, so halves share nothing."""
    table = pd.DataFrame(
        [
            (f"{d}/{i}/{j}", f"{d}/{i}", d, 4 * (4 * i + j), 4 * (4 * i + j) + 4)
            for d in "ab"
            for i in range(4)
            for j in range(4)
        ],
        columns=["sentence_id", "section_id", "doc_id", "start", "end"],
    )
    whole = "".join(s * 4 for s in FOUR)
    found = compare_halves(list_characters(table, {"a": whole, "b": whole}.get))
    assert (found["own"] == 0).all() and (found["other"] > 0).all() and (found["high"] <= 0).all()


@pytest.mark.parametrize("texts", [{"a": FOUR}, {"a": FOUR[:1]}, {"a": FOUR[:1], "b": FOUR[1:2]}])
def test_nothing_to_halve_or_nothing_beside_it(texts):
    found = compare_halves(sections_of(**texts))
    assert found.empty and found.columns.tolist() == HALVES and found.index.name == "doc_id"


def test_halves_go_by_the_seed():
    rng = np.random.default_rng(1)
    characters = sections_of(
        **{d: ["".join(rng.choice(list("甲乙丙丁戊"), 12)) for _ in range(6)] for d in "abc"}
    )
    found = compare_halves(characters, 3, draws=15)
    pd.testing.assert_frame_equal(found, compare_halves(characters, 3, draws=15))
    assert not found.equals(compare_halves(characters, 3, draws=15, seed=1))
    assert found[["own", "other"]].stack().between(0, 1).all()
    assert (found["low"] < found["high"]).all()
    assert found["difference"].between(found["low"], found["high"]).all()
    # the longer the run asked for, the less is shared
    assert (compare_halves(characters, 5, draws=15)["own"] < found["own"]).all()


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
