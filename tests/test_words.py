"""Words found in a text: the same as a pattern of them finds, with the library for it and without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao import words
from jiedao.coding import read_theme_words
from jiedao.names import any_of
from jiedao.words import Words


@pytest.fixture(params=["library", "pattern"])
def finder(request, monkeypatch):
    if request.param == "library":
        pytest.importorskip("ahocorasick_rs")
    else:
        monkeypatch.setattr(words, "ahocorasick_rs", None)


@pytest.mark.usefixtures("finder")
@pytest.mark.parametrize(
    ("known", "text", "found"),
    [
        ("", "安全生产", ""),
        ("生产", "", ""),
        ("安全 生产 安全生产", "抓安全生产,保安全", "安全生产 安全"),  # the longest where several begin
        ("全生产 安全", "安全生产", "安全"),  # the leftmost before a longer one
        ("安全生产月 安全 生产", "安全生产日", "安全 生产"),
        ("一 二 三 四 五 六 七 八 九 十 十一", "十一月十日", "十一 十"),
        ("a.b [x] ^ - \\", "a.b[x]axb^-\\", "a.b [x] ^ - \\"),
        ("\U00020000好", "中\U00020000好", "\U00020000好"),
    ],
)
def test_words(known, text, found):
    matches = Words(known.split()).find(text)
    assert [word for word, _, _ in matches] == found.split()
    assert all(text[start:end] == word for word, start, end in matches)


@pytest.mark.usefixtures("finder")
def test_an_empty_word_stands_nowhere():
    assert Words(["", "安"]).find("安全") == [("安", 0, 1)]
    assert Words([""]).find("安全") == []


def same(known, text):
    return Words(known).find(text) == [(m[0], *m.span()) for m in any_of(known).finditer(text)]


LETTERS = "安全生产ab.^]-\\\n\U00020000"


@given(st.lists(st.text(LETTERS, min_size=1, max_size=5), max_size=20), st.text(LETTERS, max_size=60))
def test_any_words_are_found_as_their_pattern_finds_them(known, text):
    assert same(known, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "ahocorasick_rs", None)
        assert same(known, text)


@pytest.mark.usefixtures("finder")
def test_the_words_of_the_lexicon_are_found_as_their_pattern_finds_them():
    known = list(read_theme_words()["word"])
    assert same(known, "。".join(known) + "".join(known) + "".join(word[:-1] for word in known))
