"""Sentences and tokens: every character accounted for, and the standard the study follows."""

import os
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao.clean import normalise
from jiedao.segment import Segmenter, split_sentences

SEGMENTER = Segmenter()
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
    assert [(a, b) for a, b, _ in tagged] == SEGMENTER.tokenize(text)
    kinds = {normalise(text)[a:b]: kind for a, b, kind in tagged}
    assert {kinds[t] for t in ("3400余", "1-6月", "1+N")} == {"number"}
    assert {kinds[t] for t in ("“", "”", ",", "、", "——")} == {"sign"}
    assert {kinds[t] for t in ("在", "开展", "服务", "人")} == {"word"}
    assert kinds["党群服务中心"] == "term"
    assert kinds["翠屏里社区"] == "place"
    assert kinds["夜校课堂"] == "name"


def test_known_places_are_places_only_where_they_are_tokens():
    assert [k for *_, k in SEGMENTER.tag("长沙市", places={"长沙市"})] == ["place"]
    assert [k for *_, k in SEGMENTER.tag("长沙市")] == ["word"]
