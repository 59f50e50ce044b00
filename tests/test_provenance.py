"""Slogans: every one is found in every spelling, the longest wins, and a pause may separate two things."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.clean import normalise
from jiedao.lexicon import read_slogans
from jiedao.periods import Source
from jiedao.provenance import LEVELS, find_slogans
from jiedao.segment import Segmenter, Tokens

ROWS = read_slogans()
SEGMENTER = Segmenter()


def find(text, sentences=None):
    tokens = Tokens.of(SEGMENTER.tag(text))
    return find_slogans(Source(text, [], sentences or [(0, len(text), 0)], tokens))


def slogans(text):
    text = normalise(text)
    return [(text[s.start : s.end], s.slogan) for s in find(text)]


def plain(form):
    """A slogan without the signs that do not matter."""
    return re.sub(r"[“”‘’\"·、,\s]", "", normalise(form))


def variants(row):
    return [v for v in normalise(row["variants"]).split(";") if v]


def test_levels_and_years_are_of_a_closed_set():
    assert {r["level"] for r in ROWS} <= {*LEVELS, ""}
    for row in ROWS:
        assert re.fullmatch(r"(?:(?:19|20)\d\d)?", row["year"]), row["slogan"]
        assert not (row["year"] and not row["level"]), row["slogan"]
        assert row["gloss_en"], row["slogan"]


def test_no_form_is_given_twice():
    seen = {}
    for row in ROWS:
        for form in {plain(f) for f in [row["slogan"], *variants(row)]}:
            assert seen.setdefault(form, row["slogan"]) == row["slogan"], form
            assert len(form) > 1


def test_every_slogan_is_found_in_every_form_without_pauses():
    for row in ROWS:
        for form in {plain(f) for f in [row["slogan"], *variants(row)]}:
            assert slogans(f"深入学习{form}。") == [(form, row["slogan"])], form


def test_every_slogan_is_found_as_it_is_usually_written():
    lost = [r["slogan"] for r in ROWS if [s for _, s in slogans(f"深入学习{r['slogan']}。")] != [r["slogan"]]]
    assert lost == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("捍卫“两个确立”、做到“两个维护”。", [("两个确立", "两个确立"), ("两个维护", "两个维护")]),
        ("增强四个“意识”。", [("四个“意识", "四个意识")]),
        ("新时代“枫桥经验”。", [("新时代“枫桥经验", "新时代枫桥经验")]),
        ("三 高 四 新", [("三 高 四 新", "三高四新")]),
        # the longest
        ("党建引领基层治理", [("党建引领基层治理", "党建引领基层治理")]),
        ("党建引领", [("党建引领", "党建引领")]),
        ("绿色完整社区", [("绿色完整社区", "绿色完整社区")]),
        # a pause that the slogan has not parts two things
        ("充电棚、改造小区", []),
        ("实现双,减负增效", []),
        ("棚改工作", [("棚改", "棚户区改造")]),
        ("好天气", []),
        ("不忘初心,牢记使命", [("不忘初心,牢记使命", "不忘初心、牢记使命")]),
        ("防范四风险点", []),
    ],
)
def test_slogans(said, expected):
    assert slogans(said) == expected


def test_level_and_year_come_from_the_table():
    [found] = find("落实三高四新。")
    row = next(r for r in ROWS if r["slogan"] == found.slogan)
    assert (found.level, found.year, found.sentence) == (row["level"], row["year"], 0)


def test_no_slogan_runs_over_the_end_of_a_sentence():
    assert find("做到两个。维护稳定。", [(0, 5, 0), (5, 10, 0)]) == []


@given(st.lists(st.sampled_from(["两个确立", "“", "、", " ", "四风", "枫桥经验", "街道", "\n"]), max_size=12))
def test_spans_lie_in_order_inside_the_text(parts):
    text = "".join(parts)
    found = find(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(not re.match(r"[“、\s]", text[s.start]) for s in found)
    assert all(0 <= s.start < s.end <= len(text) for s in found)
