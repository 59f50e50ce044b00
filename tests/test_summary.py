"""The sentences below tables and figures: one in each language, the Chinese one with full-width signs."""

import html
import re

import nbformat
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_notebooks import NOTEBOOKS

from jiedao import house
from jiedao.summary import takeaway

# Written as escapes: editors and filters like to turn the signs themselves into ASCII unasked.
WIDE = dict(zip(",;:()", "\uff0c\uff1b\uff1a\uff08\uff09", strict=True))
NARROW = str.maketrans({wide: sign for sign, wide in WIDE.items()})


def chinese(text):
    """The Chinese sentence as it is written."""
    before = "> **English**  \n> "
    written = takeaway("English", text).data
    assert written.startswith(before)
    return written.removeprefix(before)


@pytest.mark.parametrize(
    "marked",  # signs that become full-width stand in square brackets
    [
        "共5份文本[,]正文2,954至4,562字。",
        "取k=7[,]轮廓系数为0.08。",
        "占31%[,]高于20%。",
        "有3个[,]5个在外。",  # before a number
        "原有3[,]今有5。",  # after a number
        "123,456,789字",
        "甲[,]乙[,]丙",
        "LSA, k-means 0.39",  # a comma with a blank is English
        "11, 12",
        "结论[:]成立[;]未定[:]无",
        "民生[(]31%[,]8%–60%[)]",
        "花山 2024[(]7种中的6种[)]。",
        "句末[,]",
        "[,]句首",
        "“项目”、0.15–0.20、−0.02%",
        "没有要改的。",
        "",
    ],
)
def test_chinese_gets_full_width_signs(marked):
    expected = re.sub(r"\[(.)\]", lambda sign: WIDE[sign[1]], marked)
    assert chinese(re.sub(r"\[(.)\]", r"\1", marked)) == expected
    assert chinese(expected) == expected


@pytest.mark.parametrize("english", ["1,140 tokens (5,000 in all); k = 7: none.", "a, b", ""])
def test_the_english_sentence_stays_as_it_is(english):
    assert takeaway(english, "无").data == f"> **{english}**  \n> 无"


@given(st.text("甲0123456789.,;:()% k", max_size=30))
def test_only_signs_change_and_numbers_stay_whole(text):
    written = chinese(text)
    assert written.translate(NARROW) == text
    assert chinese(written) == written
    assert re.findall(r"\d+(?:[.,]\d+)*", written) == re.findall(r"\d+(?:[.,]\d+)*", text)
    assert not set(written) & set(";:()")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_sentences_of_the_notebooks_have_the_signs_of_their_language(path):
    cells = nbformat.read(path, as_version=4).cells
    outputs = [o for c in cells if c.cell_type == "code" for o in c.outputs]
    said = [o["data"]["text/markdown"] for o in outputs if "text/markdown" in o.get("data", {})]
    assert said
    for pair in said:
        english, chinese = re.fullmatch(r"> \*\*(.+)\*\*  \n> (.+)", pair).groups()
        assert not set(english) & {*WIDE.values(), "。"}
        assert re.findall(r"[;:()]|,(?![\d ])|[\u4e00-\u9fff],", chinese) == []
        assert english.endswith(".") and chinese.endswith("。")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_sentences_of_the_notebooks_are_filled_in(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", ()):
            said = output.get("data", {}).get("text/markdown", "")
            assert re.findall(r"\bnan\b|\bNone\b|\binf\b|: ?[.;]|-0\.0+(?!\d)|[;,] ?[;,.]", said) == []


def test_no_sign_in_a_takeaway_is_taken_for_markup():
    said = takeaway("<img src=x onerror=alert(1)> *a* [b](c) $x$ `d` \\(e\\)", "中<b>,_e_").data
    inside = said.removeprefix("> **").replace("**  \n> ", " ", 1)
    assert not set("<>*[]$`\\_") & set(inside)
    assert html.unescape(inside).startswith("<img src=x onerror=alert(1)> *a* [b](c) $x$ `d` \\(e\\)")


def test_a_text_in_a_table_is_shown_and_not_run():
    house.use()
    shown = pd.DataFrame({"heading": ["<script>alert(1)</script>", "$x$"]})._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    assert "mathjax_ignore" in shown
