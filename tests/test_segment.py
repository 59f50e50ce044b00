"""Sentences and tokens: every character accounted for, and the standard the study follows."""

import os
import random
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao import JiedaoError, segment
from jiedao.clean import normalise
from jiedao.names import LONGEST_RUN
from jiedao.segment import (
    _FORMS,
    _KNOWN,
    _NUMBER_OR_SIGN,
    _PARTED,
    KINDS,
    Segmenter,
    Vocabulary,
    _traits,
    split_sentences,
)

SEGMENTER = Segmenter()
TEXTS = Path(__file__).parents[1] / "data" / "raw" / "texts"
# Characters of every range, so that both engines meet those that they read differently.
HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子"
HAN += "说产种面而方后多定行学法所民得经〇㐀㛿䶿鿖鿿𠀀𠮷𪜀𫝀"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def words(text, segmenter=SEGMENTER):
    """The tokens of a text as printed, blanks between them."""
    return " ".join(text[a:b] for a, b in segmenter.tokenize(text))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("甲。乙!丙?丁;戊", ["甲。", "乙!", "丙?", "丁;", "戊"]),
        ("甲\uff01乙\uff1f丙\uff1b丁", ["甲\uff01", "乙\uff1f", "丙\uff1b", "丁"]),
        ("他说:“好。”走了。", ["他说:“好。”", "走了。"]),
        ("(甲。)乙。』丙", ["(甲。)", "乙。』", "丙"]),
        ("甲?!乙。。。", ["甲?!", "乙。。。"]),
        ("甲。 !乙", ["甲。 !", "乙"]),
        ("。甲", ["。", "甲"]),
        ("甲\r\n乙\r丙\n\n丁", ["甲", "乙", "丙", "丁"]),
        ("\u3000甲 乙。 \n", ["甲 乙。"]),
        ("甲,乙:丙、丁……戊——己", ["甲,乙:丙、丁……戊——己"]),
        ("增长2.5%(含1.2亿元)", ["增长2.5%(含1.2亿元)"]),
        (" \r\n ", []),
        ("", []),
    ],
)
def test_split_sentences(text, sentences):
    found = split_sentences(normalise(text), [(0, len(text))])
    assert [text[a:b] for a, b, _ in found] == sentences
    assert {i for *_, i in found} <= {0}


def test_headings_end_where_their_span_ends_and_keep_their_marks():
    text = "一、党建。抓学习。促提升"
    assert split_sentences(text, [(0, 5), (5, 12)]) == [(0, 5, 0), (5, 9, 1), (9, 12, 1)]
    assert split_sentences("标题。", [(0, 2), (2, 3)]) == [(0, 2, 0), (2, 3, 1)]


PIECES = [
    *"街道社区工作的了在是一二三十百万亿年月日第余几分之。,;:!?、“”()《》·—…+%‰.-~[]<>&",
    *"0123456789AaGN \t\n\r\u3000\u00a0\u200b\ufeff0A,(\U00020bb7⼯①℃é",
    *["党群服务中心", "“青年夜校”", "1+N+X", "3400余人", "1.19亿元", "2024年", "1-10月", "四分之一"],
    *[
        "翠屏里社区",
        "云鹤集团有限公司",
        "养老服务",
        "15分钟生活圈",
        "一是",
        "服务上求精准",
        "5G网络",
        "&nbsp;",
    ],
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_tokens_hold_every_character_once_and_no_blank(text):
    spans = SEGMENTER.tokenize(text)
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    inside = [i for a, b in spans for i in range(a, b)]
    assert inside == [i for i, c in enumerate(normalise(text)) if not c.isspace()]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_full_width_and_half_width_give_the_same_tokens(text):
    assert SEGMENTER.tokenize(text.translate(FULL_WIDTH)) == SEGMENTER.tokenize(text)


@pytest.mark.parametrize(
    "standard",
    [
        "检查 3400余 人次 , 走访 12 人次",
        "投资 1.19亿 元",
        "投资 1,234.5万 元",
        "建成 20多 个 , 100余 场 , 数百 家",
        "2024年 6月 30日 , 2021年 1-10月",
        "2024-06-30 10:30 发布",
        "第一 党支部",
        "第一 、 第三季度",
        "一 是 加强 管理 , 三 是 推进 整治",
        "四分之一 , 三分之二 , 百分之十",
        "85% 的 居民 , 0.5‰",
        "“ 1+N+X ” 机制",
        "“ 光荣在党50年 ” 纪念章",
        "5G 网络 , 3D 打印 , A4 纸",
        "小 “ 洪 ” 帽",
        "两 个 , 三 件",
        "做实 , 建成 , 摸清",
        "发案率 下降 , 再就业率 , 入户率",
        "门店式 , 楼宇业 , 网格化 , 党建 率先",
        "攻坚克难 , 保驾护航",
        "清渠 导流",
        "服务 上 求 精准",
        "养老服务 , 网格化管理 , 安全生产 , 党群服务中心",
        "全区 , 全街 , 全年 , 市级",
        "社区 —— 网格 …… 楼栋",
    ],
)
def test_the_standard(standard):
    assert words(standard.replace(" ", "")) == standard


@pytest.mark.parametrize(
    ("spaced", "standard"),
    [("服务 3400余\n人", "服务 3400余 人"), ("党 建", "党 建"), ("1 + N + X", "1 + N + X")],
)
def test_a_blank_always_separates(spaced, standard):
    assert words(spaced) == standard


def test_terms():
    text = "党群服务中心推行“1+N”和五色花工作法"
    assert "党群服务中心" in words(text).split()
    assert "党群服务中心" not in words(text, Segmenter(terms=())).split()
    assert Segmenter(terms=()).terms == frozenset()
    own = Segmenter(terms=["五色花工作法", "A+B(试行)".translate(FULL_WIDTH)])
    assert words("五色花工作法", own) == "五色花工作法"
    assert words("按A+B(试行)办", own) == "按 A+B(试行) 办"  # terms too may come full-width
    overlapping = words("在5G云鹤集团落户", Segmenter(terms=["5G云鹤"]))
    assert overlapping == "在 5G云鹤 集团 落户"  # a term, and a name inside and beyond it
    assert "五色花工作法" not in words(text).split()  # one segmenter's terms are not another's


def test_hmm():
    text = "他来到了网易杭研"
    assert words(text, Segmenter(terms=())).endswith(" 杭研")
    assert words(text, Segmenter(terms=(), hmm=False)).endswith(" 杭 研")


@pytest.mark.parametrize("engine", ["pkuseg", "", "JIEBA"])
def test_unknown_engine(engine):
    with pytest.raises(ValueError, match=f"unknown engine '{engine}'.*jieba"):
        Segmenter(engine=engine)


QUIET = """
import jieba
from jiedao.segment import Segmenter
segmenter = Segmenter(["翠屏五步工作法"])
assert segmenter.tokenize("翠屏五步工作法") == [(0, 7)]
assert not jieba.dt.initialized and not jieba.dt.FREQ and not jieba.dt.user_word_tag_tab
assert "翠屏五步工作法" not in jieba.lcut("翠屏五步工作法") if {global_too} else True
"""


def isolated(code, folder):
    """Run code in a Python of its own whose temporary folder is ``folder``."""
    names = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    run = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(run, env=os.environ | names, capture_output=True, text=True, check=False)


def test_quiet_and_without_traces(tmp_path):
    done = isolated(QUIET.format(global_too=False), tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_jiebas_own_tokenizer_learns_nothing(tmp_path):
    done = isolated(QUIET.format(global_too=True), tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_foreign_cache_is_not_trusted(tmp_path):
    (tmp_path / "jieba.cache").write_bytes(b"not a cache")
    done = isolated(QUIET.format(global_too=False), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "jieba.cache").read_bytes() == b"not a cache"


def test_tag_says_what_each_token_is():
    text = "湖滨市党群服务中心在翠屏里社区开展“夜校课堂”,服务3400余人、1-6月1+N——"
    tagged = SEGMENTER.tag(text, places={"湖滨市"})
    spans = SEGMENTER.tokenize(text)
    # 湖滨|市: only who knows the place keeps it whole
    assert [(a, b) for a, b, _ in tagged] == [(0, 3), *spans[2:]]
    kinds = {normalise(text)[a:b]: kind for a, b, kind in tagged}
    assert {kinds[t] for t in ("3400余", "1-6月", "1+N")} == {"number"}
    assert {kinds[t] for t in ("“", "”", ",", "、", "——")} == {"sign"}
    assert {kinds[t] for t in ("在", "开展", "服务", "人")} == {"word"}
    assert kinds["党群服务中心"] == "term"
    assert kinds["翠屏里社区"] == "place"
    assert kinds["夜校课堂"] == "name"


def tagged(text, places):
    """The tokens of a text with their kinds."""
    return " ".join(f"{text[a:b]}/{kind}" for a, b, kind in SEGMENTER.tag(text, places))


@pytest.mark.parametrize(
    ("places", "standard"),
    [
        ((), "长沙/place 市委/term"),
        (("鹿角区", "鹿角"), "鹿角区/place 居民/word"),
        (("鹿角区", "鹿角"), "鹿角/place 区委/term 部署/word"),  # 鹿角区|委 is none
        (("花坪街道", "花坪"), "花坪街道/place 和/word 花坪/place 河/word"),
    ],
)
def test_places_of_the_text_are_kept_whole(places, standard):
    text = "".join(word.partition("/")[0] for word in standard.split())
    assert tagged(text, places) == standard


def test_terms_and_places_do_not_outlive_their_text():
    text = "花坪河与花坪街道"
    before = SEGMENTER.tag(text)
    assert SEGMENTER.tag(text, {"花坪", "花坪街道"}) != before
    assert SEGMENTER.tag(text) == before


@pytest.fixture(scope="module")
def twins():
    """Both engines, with lexicon and without, with HMM and without."""
    options = [{}, {"hmm": False}, {"terms": ()}, {"terms": (), "hmm": False}]
    return [(Segmenter(**o), Segmenter(engine="rjieba", **o)) for o in options]


def test_both_engines_cut_the_corpus_alike(twins):
    texts = [path.read_text("utf-8") for path in sorted(TEXTS.glob("*.txt"))]
    assert len(texts) >= 5
    for text in texts:
        for jieba, rjieba in twins:
            assert jieba.tag(text, {"长沙", "花山"}) == rjieba.tag(text, {"长沙", "花山"})


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.text(HAN, max_size=12)).map("".join) | st.text())
def test_both_engines_cut_any_text_alike(twins, text):
    for jieba, rjieba in twins:
        assert jieba.tag(text) == rjieba.tag(text)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(st.sampled_from(PIECES) | st.text(HAN, max_size=8)).map("".join), max_size=5))
def test_a_text_is_cut_alike_whatever_is_cut_with_it(texts):
    plain = [*map(normalise, texts)]
    places = [{"东门", "东门街道"}, (), {"湖滨市"}] * 2
    cut = SEGMENTER.cut(plain, places[: len(plain)])
    together = [list(cut.tokens_in(i, text).rows()) for i, text in enumerate(plain)]
    assert together == [SEGMENTER.tag(text, stated) for text, stated in zip(plain, places, strict=False)]


def test_how_often_words_stand_in_texts():
    texts, places = ["东门,东门街道。东门", "", "东门大道和2024年"], [{"东门"}, (), ()]
    cut = SEGMENTER.cut(texts, places)
    counts = {
        (int(text), cut.vocabulary[code], KINDS[kind]): int(n)
        for text, code, kind, n in zip(*cut.counts(), strict=True)
    }
    tagged = [
        (i, text[a:b], kind) for i, text in enumerate(texts) for a, b, kind in SEGMENTER.tag(text, places[i])
    ]
    assert counts == Counter(tagged)
    assert counts[0, "东门", "place"] >= 2


FORMS = re.compile(_FORMS, re.VERBOSE | re.DOTALL)
NUMBER_SIGNS = "第0129.,:/+&'=>≥~至—AbZ年月日号度余多几十百千万亿%‰-前个 \0٣"


@settings(max_examples=500)
@given(st.from_regex(FORMS, alphabet=NUMBER_SIGNS) | st.text(NUMBER_SIGNS, min_size=5, max_size=50))
def test_digits_that_are_seen_sooner_are_what_the_forms_of_numbers_say(text):
    for start in range(len(text)):
        assert _NUMBER_OR_SIGN.match(text, start).span() == FORMS.match(text, start).span()


@given(
    st.lists(st.text(st.sampled_from("第一二上化 的社区①A7.٣\0") | st.characters(), min_size=1, max_size=4))
)
def test_what_is_known_of_words_does_not_depend_on_their_company(words):
    words += ["社区", "第一", "上求", "化", "长沙", "党建引领"]
    known = Vocabulary(SEGMENTER.terms)
    codes = known.encode(words)
    assert [known.traits()[code] for code in codes] == [_traits(word, SEGMENTER.terms) for word in words]


def test_a_character_three_times_in_a_row_is_one_word():
    assert words("章新新新章") == "章 新新新 章"
    assert words("新新") == "新新"


def test_a_run_without_a_sign_is_cut_in_pieces_by_both(twins):
    run = "党建引领基层治理" * 90
    for jieba, rjieba in twins:
        assert jieba.tag(run) == rjieba.tag(run)
        assert any(end == LONGEST_RUN for _, end in jieba.tokenize(run))


ASKED = re.findall(f"[{_KNOWN}]", HAN)  # what the engines are asked about


@given(
    st.lists(st.text(ASKED, min_size=1, max_size=12) | st.sampled_from(["\0", "\1", " ", "\n", "。", ","]))
)
def test_words_told_apart_as_numbers(words):
    told, asked = Vocabulary(SEGMENTER.terms), Vocabulary(SEGMENTER.terms)
    codes = told.encode_first("".join(word + _PARTED for word in words))
    assert codes.tolist() == asked.encode(words).tolist()
    assert list(told) == list(asked)
    assert told.traits().tolist() == asked.traits().tolist()


def test_more_words_than_one_slot_each():
    """Of 30,000 words every tenth finds another in its slot of the table."""
    draw = random.Random(0)
    words = ["".join(draw.choices(ASKED, k=draw.randint(1, 6))) for _ in range(40_000)]
    told, asked = Vocabulary(frozenset()), Vocabulary(frozenset())
    codes = told.encode_first("".join(word + _PARTED for word in words))
    assert codes.tolist() == asked.encode(words).tolist()
    assert len(told) > 20_000


def test_rjieba_cuts_the_same_whether_its_package_is_loaded(monkeypatch):
    text = "扎实推进网格建设,完善社区食堂。"
    monkeypatch.delitem(sys.modules, "rjieba", raising=False)
    alone = Segmenter(["为彼例所用"], "rjieba").tag(text)
    assert "rjieba" not in sys.modules
    monkeypatch.setattr(segment, "find_spec", lambda name: None)
    assert Segmenter(["为另一例所用"], "rjieba").tag(text) == alone
    assert "rjieba" in sys.modules


def test_an_engine_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "rjieba", None)
    with pytest.raises(JiedaoError, match=r"rjieba is not installed.*jiedao\[fast\]"):
        Segmenter(terms=["为此例所用"], engine="rjieba")
