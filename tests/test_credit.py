"""Credit claims and local programmes: what is claimed, what only aimed at, and the names of programmes."""

import pytest

from jiedao import credit
from jiedao.credit import find_credit, find_programmes
from jiedao.lexicon import read_credit, read_slogans
from jiedao.periods import Source
from jiedao.reading import read_policy
from jiedao.report import parse

REVIEW = "一、2023年工作总结\n(一)重点工作\n{}\n"
PLAN = "一、2024年工作计划\n(一)重点工作\n{}\n"
CLASSES = {"award", "first", "only", "model", "rank", "fulfilled"}


def bug(*values, reason):
    return pytest.param(*values)


def claims(text):
    parsed = parse(text.encode())
    found = find_credit(Source(parsed.plain, parsed.sections, parsed.sentences))
    assert all(parsed.plain[c.start : c.end] == c.marker for c in found)
    return [(c.marker, c.cls, c.level) for c in found]


def programmes(said):
    """The occurrences as printed with the name that joins them, as a reading gives them."""
    parsed = parse(REVIEW.format(said).encode())
    found = read_policy(parsed.plain, parsed.sections, parsed.sentences, []).programmes
    assert all(parsed.plain[p.start : p.end] == p.printed for p in found)
    return [(p.printed, p.programme) for p in found]


def test_the_lexicon_is_sound():
    assert {row["class"] for row in read_credit()} == CLASSES
    assert all(row["source"] for row in read_credit())


@pytest.mark.parametrize("row", read_credit(), ids=lambda r: r["marker"])
def test_each_marker_counts_in_a_review_only(row):
    [(marker, cls, _)] = claims(REVIEW.format(f"街道在全市的{row['marker']}。"))
    assert (marker, cls) == (row["marker"], row["class"])
    assert claims(PLAN.format(f"街道在全市的{row['marker']}。")) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("社区获评“全国示范性老年友好型社区”。", [("获评", "award", "country")]),
        ("荣获省级先进集体称号。", [("荣获", "award", "province")]),
        ("社区获评长沙市先进基层党组织。", [("获评", "award", "city")]),
        ("获区党建创新项目一等奖。", [("一等奖", "award", "district")]),
        ("建成全区唯一儿童公园。", [("唯一", "only", "district")]),
        ("增速排名全省第三。", [("排名", "rank", "province")]),
        ("成为全市首个试点。", [("首个", "first", "city")]),
        ("获评全区首个儿童友好社区。", [("获评", "award", "district"), ("首个", "first", "district")]),
        ("街道荣获表彰,社区荣获省级表彰。", [("荣获", "award", None), ("荣获", "award", "province")]),
        ("超额完成目标任务。", [("超额完成", "fulfilled", None)]),
        # aims
        ("争创全国示范街道。", []),
        ("着力打造示范样板。", []),
        ("培育标杆、争取位列前茅。", []),
        ("发展目标是走在前列。", []),
        # an aim in the clause before takes nothing away
        ("对标打造,社区获评全市示范点。", [("获评", "award", "city")]),
        bug("增速位居全国前列。", [("位居全", "rank", "country")], reason="the marker ends inside 全国"),
        bug("发扬首创精神。", [], reason="credit.csv itself notes: not 首创精神"),
        bug("首个工作日走访企业。", [], reason="credit.csv itself notes: 首个 needs a scope"),
        bug("启动首批试点小区改造。", [], reason="first to be started, not first among others"),
        bug("争做排头兵,走在前列。", [], reason="走(在)前列 is a slogan, unless 走在全市前列"),
        bug("宣传先进典型。", [], reason="persons held up as models are no honour of the street"),
        bug("该楼被认定为违章建筑。", [], reason="credit.csv itself notes: also plain findings"),
    ],
)
def test_claims_of_a_review(said, expected):
    assert claims(REVIEW.format(said)) == expected


def test_a_clause_claims_once_in_each_class():
    text = REVIEW.format("荣获全省先进集体称号、入选典型案例,位列第一名、榜首。")
    assert claims(text) == [("荣获", "award", "province"), ("位列", "rank", None)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("启动“育苗”工程。", [("“育苗”工程", "育苗工程")]),
        ("共建“花漾学堂”。", [("“花漾学堂”", "花漾学堂")]),
        (
            "推进“金福”工程。金福工程惠民,资源汇入金福项目,“金福”暖心。",
            [
                ("“金福”工程", "金福工程"),
                ("金福工程", "金福工程"),
                ("金福项目", "金福工程"),
                ("“金福”", "金福工程"),
            ],
        ),
        (
            "打造“融调解中心”,深化“融调解”品牌。",
            [("“融调解中心”", "融调解中心"), ("“融调解”品牌", "融调解中心")],
        ),
        ("开展“清风行动”“夜巡行动”。", [("“清风行动”", "清风行动"), ("“夜巡行动”", "夜巡行动")]),
        # no names of their own: never in quotation marks, formulas, slogans, terms, ordinary words
        ("育苗工程启动。", []),
        ("落实“1+N”工程,构建“党建+网格”模式。", []),
        ("落实“三高四新”战略行动,捍卫“两个确立”。", []),
        ("建设“雪亮工程”,推行“河长制”体系、“一站式”平台。", []),
        ("“网格”工程启动。", []),
        ("她说“辛苦了”。", []),
        bug("建设“雪亮”工程,开展“断卡”行动。", [], reason="a slogan is known with its noun, not without"),
        bug("打造“红管家”品牌,红管家队伍壮大。", [("“红管家”品牌", "红管家品牌")], reason="队 cut off 队伍"),
        bug("开展“调解”行动80余次。", [], reason="an ordinary word with 行动 is no name (bayuehu-2023)"),
    ],
)
def test_programmes(said, expected):
    assert programmes(said) == expected


@pytest.mark.parametrize("slogan", ["百千万工程", "雪亮工程", "清廉湖南"])
def test_what_is_known_is_no_programme(slogan, monkeypatch):
    assert slogan in {row["slogan"] for row in read_slogans()}
    text = f"“{slogan}”行动。"
    source = Source(text, [], [(0, len(text), 0)])
    assert find_programmes(source) == []
    monkeypatch.setattr(credit, "_general", frozenset)
    [found] = find_programmes(source)
    assert found.printed == f"“{slogan}”行动"
