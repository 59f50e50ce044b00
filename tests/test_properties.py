"""What holds of any text whatever: spans that lie in it, nothing lost, nothing counted twice, no hang."""

import json
import math
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiedao import JiedaoError
from jiedao.clean import decode, normalise
from jiedao.coding import CODES
from jiedao.inspection import inspect_report
from jiedao.page import find_furniture
from jiedao.reading import code_themes, read_policy
from jiedao.report import parse, token_spans
from jiedao.segment import Segmenter

TEXTS = Path(__file__).parents[1] / "data/raw/texts"
ORIENTATIONS = {"retrospective", "prospective", "problem-statement", "preamble", "closing", "apparatus"}
STYLES = {"own_line", "run_in_numbered", "run_in_label", "title", "subtitle", "none"}
# The signs that the reading of a report turns on, and words that it looks for.
SIGNS = [
    *"一二三十百零第部分章篇是要年月日元万亿个人家户名由占从至的了,.:;!?()[]1290%+-~>|·/、。：；，（）％１“”《》",
    *("\r", "\n", " ", "\t", "\u3000", "\u00a0", "\x0c", "\u2028", "\u200b", "\ufeff", "\r\n", "\n\n", "  "),
    *("——", "……", "●", "■", "①", "(一)", "（二）", "一、", "二、", "1.", "2、", "(1)", "一是", "二是"),
    *("第一部分", "第二部分", "<U+00A0>", "&nbsp;", "首页", "首页 > ", "位置:", "索引号:", "来源:", "打印"),
    *(
        "分享到",
        "微信",
        "发布时间:2024-01-05",
        "浏览次数:",
        "版权所有",
        "2024年",
        "2023年工作总结",
        "工作计划",
    ),
    *("存在的问题", "下一步", "今年以来", "截至6月", "1-10月", "十四五", "党建引领", "加强", "积极", "确保"),
    *("力争", "完成", "不发生", "无事故", "零事故", "新增", "同比增长", "提高到", "其中:", "目标", "分之"),
    *("1.2亿元", "3,400", "100个", "1、2家", "20%", "三五", "社区", "获评全市先进", "“红色”工程", "超额完成"),
    *("责任单位:", "办负责", "a", "G", "GDP", "1+N", "习近平", "四风", "\U00020000"),
]
FEW = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
FEWER = settings(FEW, max_examples=20)

anything = st.text(max_size=200)
signs = st.lists(st.sampled_from(SIGNS), max_size=150).map("".join)


@cache
def reports():
    return [decode(path.read_bytes())[0] for path in sorted(TEXTS.glob("*.txt"))]


@cache
def segmenter():
    return Segmenter()


@st.composite
def mutated(draw):
    """A stretch of one of the real reports, damaged as scrapers, converters and hands damage texts."""
    text = draw(st.sampled_from(reports()))
    start = draw(st.integers(0, len(text) - 1))
    text = text[start if draw(st.booleans()) else 0 :][: draw(st.integers(1, 1500))]
    for change in draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3)):
        text = change(draw, text)
    return text[:4000]


def _lines(draw, text):
    lines = text.splitlines(keepends=True) or [""]
    i = draw(st.integers(0, len(lines) - 1))
    n = draw(st.integers(1, 5))
    return lines, i, n


def delete_lines(draw, text):
    lines, i, n = _lines(draw, text)
    return "".join(lines[:i] + lines[i + n :])


def double_lines(draw, text):
    lines, i, n = _lines(draw, text)
    return "".join(lines[: i + n] + lines[i:])


def shuffle_lines(draw, text):
    return "".join(draw(st.permutations(text.splitlines(keepends=True))))


def splice(draw, text):
    place, other = draw(st.integers(0, len(text))), draw(st.sampled_from(reports()))
    start = draw(st.integers(0, len(other)))
    return text[:place] + other[start : start + 300] + text[place:]


def flip(draw, text):
    chars = list(text)
    for place in draw(st.lists(st.integers(0, max(0, len(chars) - 1)), max_size=20)):
        chars[place : place + 1] = draw(st.sampled_from(SIGNS))
    return "".join(chars)


def wrap(draw, text):
    n = draw(st.integers(1, 45))
    return "\n".join(line[i : i + n] for line in text.splitlines() for i in range(0, len(line), n))


def join(draw, text):
    return draw(st.sampled_from(["", " ", "  "])).join(text.splitlines())


def repeat(draw, text):
    return text[: draw(st.integers(1, 400))] * draw(st.integers(2, 10))


CHANGES = [delete_lines, double_lines, shuffle_lines, splice, flip, wrap, join, repeat]


def read(text):
    """The report parsed, or None where there is none in the text."""
    try:
        return parse(text.encode())
    except JiedaoError:
        return None


def solid(text, spans):
    """The places in some spans that are not blank."""
    return [i for a, b in spans for i in range(a, b) if not text[i].isspace()]


def check_spans(text, spans, stripped=True):
    assert all(0 <= a < b <= len(text) for a, b in spans), spans
    assert all(b <= c for (_, b), (c, _) in pairwise(spans)), spans
    assert not stripped or all(text[a:b].strip() == text[a:b] for a, b in spans), spans


def check_furniture(text):
    found = find_furniture(text)
    check_spans(text, [(s.start, s.end) for s in found])
    assert not any(set(text[s.start : s.end]) & set("\r\n") for s in found)


def check_sections(parsed):
    text, sections = parsed.plain, parsed.sections
    away = set(solid(text, [(s.start, s.end) for s in parsed.furniture]))
    own = [(s.start, s.own_end) for s in sections]
    check_spans(text, own)
    assert solid(text, own) == [i for i in solid(text, [(0, len(text))]) if i not in away]
    for i, s in enumerate(sections):
        assert s.start <= s.heading_end <= s.own_end <= s.end <= len(text)
        assert s.style in STYLES
        assert s.orientation in ORIENTATIONS
        assert (s.level == 0) == (s.style in ("title", "subtitle"))
        assert (s.level is None) == (s.style == "none")
        assert (s.heading_end > s.start) == (s.style != "none")
        above = None if s.parent is None else sections[s.parent]
        if s.level:
            assert (above.level if above else 0) == s.level - 1
        if above:
            assert s.parent < i
            assert above.start < s.start
            assert above.end >= s.end
            assert above.level
            assert not above.is_leaf


def check_sentences(parsed):
    text, sentences = parsed.plain, parsed.sentences
    spans = [(a, b) for a, b, _ in sentences]
    check_spans(text, spans)
    for a, b, i in sentences:
        assert parsed.sections[i].start <= a < b <= parsed.sections[i].own_end
    assert solid(text, spans) == solid(text, [(s.start, s.own_end) for s in parsed.sections])
    return sentences


def check_tokens(parsed):
    tokens = token_spans(parsed, segmenter())
    spans = [(a, b) for a, b, _, _ in tokens]
    check_spans(parsed.plain, spans)
    assert solid(parsed.plain, spans) == solid(parsed.plain, [(s.start, s.own_end) for s in parsed.sections])
    return tokens


def check_reading(parsed, sentences, tokens):
    text, sections = parsed.plain, parsed.sections
    reading = read_policy(text, sections, sentences, tokens)
    found = reading.indicators
    assert [i.start for i in found] == sorted(i.start for i in found)
    for n, i in enumerate(found):
        a, b, _ = sentences[i.sentence]
        assert a <= i.start < i.end <= b
        assert i.text == text[i.start : i.end] == i.text.strip()
        assert math.isfinite(i.number)
        assert i.high is None or i.number <= i.high < math.inf
        assert i.growth_of is None or 0 <= i.growth_of < n
        assert i.part_of is None or 0 <= i.part_of < n
        assert i.period is None or i.period[0] <= i.period[1]
    for c in reading.commitments:
        assert text[c.start : c.end] == c.marker
        assert sentences[c.sentence][0] <= c.clause <= c.start
    for t in reading.targets:
        assert sentences[t.sentence][0] <= t.start < t.end <= sentences[t.sentence][1]
        assert t.indicator is None or 0 <= t.indicator < len(found)
    for entry in [*reading.checks, *reading.credit, *reading.programmes, *reading.slogans]:
        assert 0 <= entry.start < entry.end <= len(text)
        assert 0 <= entry.sentence < len(sentences)
    assert read_policy(text, sections, sentences, tokens) == reading


def check_themes(parsed):
    codes, words = code_themes(parsed.plain, parsed.sections)
    for section, code, own in zip(parsed.sections, codes, words, strict=True):
        assert code or not section.is_leaf
        if code:
            assert {code.theme, code.theme_secondary} <= {*CODES, None}
            assert 0 <= code.score <= 1 + 1e-9 and 0 <= code.margin <= 1 + 1e-9
        check_spans(parsed.plain[: section.own_end], [(w.start, w.end) for w in own])
        assert all(section.start <= w.start and parsed.plain[w.start : w.end] == w.word for w in own)


def check_report(text):
    """All that holds of a text as a report."""
    check_furniture(normalise(text))
    parsed = read(text)
    if parsed:
        check_sections(parsed)
        sentences, tokens = check_sentences(parsed), check_tokens(parsed)
        check_reading(parsed, sentences, tokens)
        check_themes(parsed)


def check_inspection(text):
    """The object that is printed: the same each time, of the raw and the normalised text, and plain JSON."""
    try:
        report = inspect_report(text.encode())
    except JiedaoError:
        return
    raw = decode(text.encode())[0]
    printed = json.dumps(report, allow_nan=False)
    assert json.dumps(inspect_report(text.encode())) == printed
    assert report["n_chars"] == len(raw)
    numbers = [n for i in report["indicators"] for n in _both(i["number"])]
    assert all(math.isfinite(n) for n in numbers)
    assert all(i["text"] == raw[i["start"] : i["end"]] for i in report["indicators"])
    plain = inspect_report(normalise(raw).encode())
    for one in (report, plain):
        for indicator in one["indicators"]:
            del indicator["text"]  # as printed
    assert plain == report


def _both(number):
    return number if isinstance(number, list) else [number]


@given(st.binary(max_size=300) | st.text(max_size=60).map(lambda t: t.encode("gb18030")))
@FEW
def test_any_bytes_are_text_or_an_error(data):
    for mark in (b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x84\x31\x95\x33"):
        try:
            text, encoding = decode(mark + data)
        except JiedaoError:
            continue
        assert (mark + data).endswith(text.encode(encoding))
        assert text.strip()
        check_furniture(normalise(text))
        parsed = parse_or_none(mark + data)
        if parsed:
            check_sections(parsed)


def parse_or_none(data):
    try:
        return parse(data)
    except JiedaoError:
        return None


@given(anything | signs)
@FEW
def test_normalise_keeps_every_place(text):
    plain = normalise(text)
    assert len(plain) == len(text)
    assert normalise(plain) == plain


@given(anything | signs | mutated())
@FEW
def test_tokens_cover_any_text_once(text):
    plain = normalise(text)
    spans = segmenter().tokenize(text)
    check_spans(plain, spans)
    assert solid(plain, spans) == solid(plain, [(0, len(plain))])
    assert segmenter().tokenize(plain) == spans
    assert [(a, b) for a, b, _ in segmenter().tag(text)] == spans


@given(anything)
@FEW
def test_any_text_is_read(text):
    check_report(text)


@given(signs)
@settings(FEW, max_examples=250)
def test_any_row_of_signs_is_read(text):
    check_report(text)


@given(mutated())
@settings(FEW, max_examples=80)
def test_a_damaged_report_is_read(text):
    check_report(text)


@given(anything | signs)
@FEWER
def test_inspection_of_any_text_is_plain_json(text):
    check_inspection(text)


@given(mutated())
@FEWER
def test_inspection_of_a_damaged_report_is_plain_json(text):
    check_inspection(text)


def test_an_indicator_is_quoted_as_printed():
    text = "2024年工作总结\n一、完成情况\n完成１２０个项目，增长１２％。\n"
    found = inspect_report(text.encode())["indicators"]
    assert [i["text"] for i in found] == [text[i["start"] : i["end"]] for i in found] != []


def test_a_number_longer_than_any_is_none():
    for digits in ("1" + ",111" * 200, "9" * 400, "1" + " 111" * 200, "1." + "1" * 400, "九亿" * 200):
        check_inspection(f"2024年工作总结\n一、完成情况\n完成{digits}亿元,增长{digits}%。\n")


# What a page may hold a million times over: signs, and what the patterns of every module begin with.
UNITS = [
    *"一是十年1a(（“《—-、。:·● \u3000\n\r",
    *(
        "一、",
        "(一)",
        "1.",
        "①",
        "。一是",
        "第一部分",
        "第一部分\n",
        "一、是\n",
        "——是",
        "。 ",
        "是 ",
        "\r\n",
    ),
    *("首页>", "首页 > ", "来源:", "来源:\n", "打印 ", "打印|", "微信 ", "> aa ", "索引号 ", "2024年", "1-"),
    *("a+", "1,", "党建引领,", "工作总结\n", "强化党建工作。", "街道办事处\n", "分之", "(a", "1月1日"),
]
# What every module that reads on has to do most with, and what once took it the square of its length.
DENSE = [
    *("是", "年", "a+", "1,", "1 ", "确保", "不发生", "共有", "零事故", "《", "“", "化", "今年"),
    *("1%", "确保100个", "其中1个", "完成任务1%"),
]
# Where parts of a pattern could take each other's characters, in ever more ways.
AMBIGUOUS = [
    *("返回" + "|" * 250 + "x", "关闭" + " " * 250 + "x", "ab" + ">    " * 40 + "x" * 30),
    *("微信公众号" + "|" * 200 + " x", "天心区政府网/" + "a  " * 80 + ",", "分享到" + " |" * 99 + "x"),
    *(
        "共有" * 99 + "人100个",
        "达到了" * 60 + "人100个",
        "(" + "a+" * 9999,
        "1" + " " * 9999 + "月x",
        "一" * 9999,
    ),
]
READ_ALL = """
import json, sys
from jiedao import JiedaoError
from jiedao.report import parse
from jiedao.inspection import inspect_report

for work, texts in json.load(sys.stdin):
    for text in texts:
        try:
            {"parse": parse, "inspect": inspect_report}[work](text.encode())
        except JiedaoError:
            pass
"""


def repeated(unit, size):
    return unit * (size // len(unit.encode()))


def test_no_text_takes_for_ever():
    # Half a minute where time grows with the length; much longer where it grows with its square.
    plan, review = "2024年工作计划\n一、主要任务。", "2024年工作总结\n一、主要成效。"
    dense = [plan + repeated(unit, 50_000) for unit in DENSE] + [review + repeated("获评", 50_000)]
    jobs = [("parse", [repeated(unit, 300_000) for unit in UNITS]), ("inspect", dense + AMBIGUOUS)]
    child = [sys.executable, "-c", READ_ALL]
    done = subprocess.run(child, input=json.dumps(jobs), text=True, timeout=300, capture_output=True)
    assert done.returncode == 0, done.stderr
