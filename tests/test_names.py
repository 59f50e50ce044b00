"""Names of places, local bodies and programmes, by rule; the places here are invented or far away."""

import pytest

from jiedao.names import (
    NOUN_ENDS,
    find_all,
    is_dictionary_word,
    is_place,
    longest_first,
    may_be_named,
    noun_name,
    quoted_names,
)
from jiedao.segment import Segmenter

SEGMENTER = Segmenter()


def names(text):
    """The names found in a text, each with its kind."""
    return {text[a:b]: kind for a, b, kind in SEGMENTER.tag(text) if kind in ("place", "name")}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("走进翠屏里社区开展宣讲", "翠屏里社区", "place"),
        ("完成赤岭路社区换届", "赤岭路社区", "place"),
        ("推进桂花坪社区老旧小区改造", "桂花坪社区", "place"),
        ("清溪村入户走访", "清溪村", "place"),
        ("盘活长丰大厦闲置楼层", "长丰大厦", "place"),
        ("云鹤集团落户", "云鹤集团", "name"),
        ("与金穗公司合作", "金穗公司", "name"),
        ("创办“融调解”品牌", "融调解", "name"),
        ("建设“书香翠屏”阵地", "书香翠屏", "name"),
        ("推出“暖心小站”和“邻里食光”", "邻里食光", "name"),
    ],
)
def test_found(text, name, kind):
    assert names(text).get(name) == kind


@pytest.mark.parametrize(
    "text",
    [
        "改造老旧小区和老旧社区",
        "创建示范社区、文明社区、平安小区",
        "建设党群服务中心,提升便民服务中心",
        "实施产业提质工程",
        "各社区、各村和本街道",
        "村(社区)工作者、居民小区、农贸市场",
        "召开街道党工委会议,办事处主任讲话",
        "第一党支部、第二小学",
        "成立志愿者协会",
        "“十四五”规划开局",
        "“不忘初心、牢记使命”主题教育",
        "坚持“两个维护”",
        "“社区”和“工作”两个词",
        "小“洪”帽",
        "“这是一句长得不能当作名称的话”",
        "“APP”和“2024”",
        "",
    ],
)
def test_ordinary_phrases_hold_no_name(text):
    assert names(text) == {}


def test_a_name_once_found_is_one_everywhere():
    text = "打造“书香翠屏”。书香翠屏深入人心。"
    found = [(a, b) for a, b, kind in SEGMENTER.tag(text) if kind == "name"]
    assert found == [(3, 7), (9, 13)]
    assert names("书香翠屏深入人心") == {}


@pytest.mark.parametrize(
    ("words", "known", "found"),
    [
        ("云鹤 集团 有限公司", "", {"云鹤集团有限公司"}),  # two nouns that make up one
        ("云鹤 集团", "云鹤", set()),  # a known term is no part of a name
        ("与 云鹤 集团 ,", "", {"云鹤集团"}),
        ("云鹤 , 集团", "", set()),  # nor is what a sign parts from it
        ("翠 屏 社区", "", {"翠屏社区"}),
        ("老旧 小区", "", set()),
        ("", "", set()),
    ],
)
def test_noun_name(words, known, found):
    words, known = words.split(" "), set(known.split())
    named = [
        noun_name(words[:i], word, "".join(words[i + 1 : i + 2]), known, ())
        for i, word in enumerate(words)
        if word in NOUN_ENDS
    ]
    assert {*named} - {None} == found
    told = [may_be_named(words[i - 1]) for i, word in enumerate(words) if word in NOUN_ENDS]
    assert all(may for may, name in zip(told, named, strict=True) if name)


def test_is_place():
    assert is_place("翠屏社区")
    assert not is_place("云鹤集团")


def test_the_longest_name_wins():
    text = "云鹤集团有限公司与云鹤集团"
    spans = find_all(text, ["云鹤集团", "云鹤集团有限公司", "集团有限"])
    assert sorted(spans) == [(0, 4), (0, 8), (2, 6), (9, 13)]
    assert longest_first(spans) == [(0, 8), (9, 13)]
    assert find_all("啊啊啊", ["啊啊"]) == [(0, 2), (1, 3)]
    assert longest_first([]) == []


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("“融调解”", {"融调解"}),
        ("“一”", set()),
        ("“八个字的名称太长”", set()),
        ("“1+N”", set()),
        ("“党建·红”“书香家”", {"党建·红", "书香家"}),
        ("“安全”", set()),
        ("‘融调解’《融调解》", set()),
    ],
)
def test_quoted_names(text, quoted):
    assert quoted_names(text) == quoted


@pytest.mark.parametrize(
    ("word", "known"), [("社区", True), ("长沙", True), ("融调解", False), ("", False), ("A座 3", False)]
)
def test_is_dictionary_word(word, known):
    assert is_dictionary_word(word) is known
