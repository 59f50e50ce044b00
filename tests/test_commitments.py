"""Commitments and targets: the rules by cases, and their agreement with readers.

The annotation in tests/gold was made by readers who saw no output of the software, but it lay open while
the rules were finished: the agreement shows that the rules do what was meant, not how they do elsewhere.
"""

from pathlib import Path

import pandas as pd
import pytest

from jiedao.commitments import find_commitments
from jiedao.corpus import read_corpus
from jiedao.lexicon import read_commitments
from jiedao.orientation import outlooks
from jiedao.periods import Source
from jiedao.reading import read_policy
from jiedao.report import parse, token_spans
from jiedao.segment import Segmenter

ROOT = Path(__file__).parents[1]
PLAN = "一、2024年工作计划\n(一)重点工作\n{}\n"
REVIEW = "一、2023年工作总结\n(一)重点工作\n{}\n"
PROBLEMS = "一、2023年工作总结\n(一)重点工作\n走访居民。\n二、存在的问题\n{}\n"
CLASSES = {"guarantee": "hard", "stretch": "soft", "effort": "soft", "experiment": "soft"}


def bug(*values, reason):
    return pytest.param(*values)


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(ROOT / "data/raw")


@pytest.fixture(scope="module")
def segmenter():
    return Segmenter()


def commitments(text):
    parsed = parse(text.encode())
    return find_commitments(Source(parsed.plain, parsed.sections, parsed.sentences))


def markers(text):
    return [c.marker for c in commitments(text)]


def test_the_lexicon_is_sound():
    table = pd.DataFrame(read_commitments())
    assert dict(zip(table["class"], table["strength"], strict=True)) == CLASSES
    assert table.groupby("class")["strength"].nunique().eq(1).all()
    for row in table.to_dict("records"):
        assert all(row["marker"] in exception for exception in row["except"].split()), row["marker"]
        assert row["source"], row["marker"]


@pytest.mark.parametrize("row", read_commitments(), ids=lambda r: r["marker"])
def test_each_marker_counts_in_a_plan_only(row):
    [found] = commitments(PLAN.format(f"{row['marker']}化解积案。"))
    assert (found.marker, found.cls, found.strength) == (row["marker"], row["class"], row["strength"])
    for frame in (REVIEW, PROBLEMS):
        assert markers(frame.format(f"{row['marker']}化解积案。")) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("提高居民积极性,培育入党积极分子。", []),
        ("提供思想保证和组织保证,落实工资保证金。", []),
        ("牢记“两个务必”,明确努力方向。", []),
        ("做好试点工作,完成情况每月通报。", []),
        ("加快化解未完成的事项,完成率达到九成。", []),
        ("试点打造示范点位。", ["试点"]),
        ("积极探索新模式。", ["积极", "探索"]),
        ("确保按时完成改造。", ["确保"]),
        ("力争年底前完成改造。", ["力争"]),
        ("力争在年底前,完成改造。", ["力争"]),
        ("确保辖区安全,完成改造。", ["确保", "完成"]),
        ("完成改造,确保辖区安全。", ["完成", "确保"]),
        ("推进小区先行先试。", ["先行先试"]),
        bug("着力促进就业增收。", [], reason="力促 is found inside 着力|促进"),
        bug("全力争取上级资金。", ["争取"], reason="力争 is found inside 全力|争取"),
        bug("大力争创示范街道。", ["争创"], reason="力争 is found inside 大力|争创"),
        bug("通过协商确保了安全。", [], reason="a marker with 了 reports"),
        bug("工作加倍努力。", [], reason="an adjective at the end of a clause promises nothing"),
    ],
)
def test_commitments_of_a_plan(said, expected):
    assert markers(PLAN.format(said)) == expected


def test_offsets_clause_and_sentence():
    text = PLAN.format("美化街巷。化解积案,确保稳定。")
    [found] = commitments(text)
    parsed = parse(text.encode())
    assert text[found.start : found.end] == "确保"
    assert text[found.clause :].startswith("确保稳定")
    start, end, _ = parsed.sentences[found.sentence]
    assert text[start:end] == "化解积案,确保稳定。"


FRAMED = """\
过去一年,街道累计走访居民800户,确保了稳定。
一、2023年工作总结
一年来,努力服务居民。
(一)抓党建
积极走访。
二、2024年工作计划
新的一年,努力服务居民。
(一)抓党建
积极走访。
"""


def test_framing_blocks_look_where_their_part_looks(corpus):
    parsed = parse(FRAMED.encode())
    starts = [s.start for s in parsed.sections]
    looks = dict(zip(starts, outlooks(parsed.plain, parsed.sections), strict=True))
    assert looks[0] == looks[FRAMED.index("一年来")] == "retrospective"
    assert looks[FRAMED.index("新的一年")] == "prospective"
    assert markers(FRAMED) == ["努力", "积极"]
    orientation = corpus.sections.set_index("section_id")["orientation"]
    counted = corpus.commitments["section_id"].map(orientation).value_counts()
    assert set(counted.index) == {"prospective", "preamble", "closing"}


def test_titles_look_nowhere_and_problems_stay_problems():
    parsed = parse(("甲街道2023年工作总结\n" + PROBLEMS.format("力量不足。")).encode())
    looks = outlooks(parsed.plain, parsed.sections)
    assert [look is None for look in looks] == [s.orientation == "apparatus" for s in parsed.sections]
    assert looks[0] is None and "problem-statement" in looks


def targets(text, segmenter):
    """Each target as span|value|deadline|verb|strength|party."""
    parsed = parse(text.encode())
    spans, tokens = parsed.sentences, token_spans(parsed, segmenter)
    reading = read_policy(parsed.plain, parsed.sections, spans, tokens)
    found = []
    for t in reading.targets:
        value = "" if t.indicator is None else reading.indicators[t.indicator].text
        fields = text[t.start : t.end], value, t.deadline, t.verb, t.strength, t.party or ""
        found.append("|".join(map(str, fields)))
    return found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("年底前完成改造5个小区。", ["完成改造5个小区|5个|2024-12|完成|hard|"]),
        ("6月底前力争引进企业3家。", ["力争引进企业3家|3家|2024-06|力争|soft|"]),
        ("“十四五”期间新建公园3个。", ["新建公园3个|3个|2025-12|新建|neutral|"]),
        ("由城管办牵头拆除违建20处。", ["拆除违建20处|20处|2024-12|拆除|neutral|城管办"]),
        ("经济办负责完成税收3万元。", ["完成税收3万元|3万元|2024-12|完成|hard|经济办"]),
        ("辖区现有小区50个。", []),
        ("确保零事故。", ["确保零事故|零事故|2024-12|确保|hard|"]),
        ("确保不发生较大火灾。", ["确保不发生较大火灾||2024-12|确保|hard|"]),
        ("坚决杜绝安全事故。", ["坚决杜绝安全事故||2024-12|杜绝|neutral|"]),
        (
            "确保生产安全,无重大事故,无伤亡事件。",
            ["无重大事故||2024-12|确保|hard|", "无伤亡事件||2024-12|确保|hard|"],
        ),
        bug(
            "建设公园1个、驿站2个。",
            ["建设公园1个|1个|2024-12|建设|neutral|", "建设公园1个、驿站2个|2个|2024-12|建设|neutral|"],
            reason="the first span holds the noun of the second",
        ),
        bug(
            "拆除违建20处(责任单位:城管办)。",
            ["拆除违建20处|20处|2024-12|拆除|neutral|城管办"],
            reason="a clause ends at the colon, so no 责任单位 is ever found",
        ),
        bug(
            "由城管办牵头,拆除违建20处。",
            ["拆除违建20处|20处|2024-12|拆除|neutral|城管办"],
            reason="who is in charge stands a clause before",
        ),
        bug("解决无物业小区管理问题。", [], reason="无 is part of a noun here and promises nothing"),
    ],
)
def test_targets_of_a_plan(said, expected, segmenter):
    assert targets(PLAN.format(said), segmenter) == expected


@pytest.mark.parametrize("frame", [REVIEW, PROBLEMS])
def test_no_targets_elsewhere(frame, segmenter):
    assert targets(frame.format("年底前完成改造5个小区,确保不发生火灾事故。"), segmenter) == []


@pytest.fixture(scope="module")
def gold():
    read = pd.read_csv(ROOT / "tests/gold/commitments.csv")
    return read, read[read["counted"] == 1]


def test_commitments_agree_with_the_readers(corpus, gold):
    table, counted = gold
    ours = corpus.commitments[corpus.commitments["doc_id"].isin(table["doc_id"])]
    both = ours.merge(counted, on=["doc_id", "start", "end"])
    assert 2 * len(both) / (len(ours) + len(counted)) >= 0.92
    assert (both["marker_x"] == both["marker_y"]).all()
    assert (both["class_x"] == both["class_y"]).mean() >= 0.95


def test_targets_agree_with_the_readers(corpus, gold):
    theirs = pd.read_csv(ROOT / "tests/gold/targets.csv")
    ours = corpus.targets[corpus.targets["doc_id"].isin(gold[0]["doc_id"])]
    pairs = ours.merge(theirs, on=["doc_id", "verb", "strength"])
    pairs = pairs[(pairs["start_x"] < pairs["end_y"]) & (pairs["start_y"] < pairs["end_x"])]
    assert len(pairs[["doc_id", "start_y", "end_y"]].drop_duplicates()) >= 0.8 * len(theirs)
    assert len(pairs[["doc_id", "start_x", "end_x"]].drop_duplicates()) >= 0.8 * len(ours)
