"""Outlines of small made-up reports: headings, levels, styles, spans."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao.clean import normalise
from jiedao.orientation import orient
from jiedao.outline import read_outline
from jiedao.page import find_furniture

SAY = "坚持问题导向,狠抓各项任务落实,群众满意度稳步提高,取得明显成效。"


def outline(report):
    """(level, number, heading) of each heading below the title."""
    text = normalise(report)
    sections = read_outline(text, find_furniture(text))
    return [(s.level, s.number, s.heading) for s in sections if s.heading and s.level]


def styles(report):
    text = normalise(report)
    return [(s.style, s.heading) for s in read_outline(text, find_furniture(text))]


REPORTS = {
    "provincial": (
        f"某省2024年政府工作报告\n——2024年1月23日在省第十四届人民代表大会上\n省长 李明\n各位代表:\n{SAY}\n"
        f"一、2023年工作回顾\n(一)经济稳步向好\n1.产业升级。{SAY}\n2.项目建设。{SAY}\n(二)改革走深走实\n{SAY}\n"
        f"二、2024年工作安排\n(一)扩大内需\n{SAY}",
        [
            (1, "一、", "2023年工作回顾"),
            (2, "(一)", "经济稳步向好"),
            (3, "1.", "产业升级"),
            (3, "2.", "项目建设"),
            (2, "(二)", "改革走深走实"),
            (1, "二、", "2024年工作安排"),
            (2, "(一)", "扩大内需"),
        ],
    ),
    "town, un-numbered lines": (
        f"东湖镇工作总结\n乡村振兴持续推进\n{SAY}\n一是抓产业。{SAY}\n二是抓人才。{SAY}\n平安建设扎实有力\n{SAY}",
        [
            (1, None, "乡村振兴持续推进"),
            (2, "一是", "抓产业"),
            (2, "二是", "抓人才"),
            (1, None, "平安建设扎实有力"),
        ],
    ),
    "一是 above (一)": (
        f"一是抓党建。\n(一)抓队伍。{SAY}\n(二)抓阵地。{SAY}\n二是抓产业。\n(一)抓招商。{SAY}",
        [
            (1, "一是", "抓党建"),
            (2, "(一)", "抓队伍"),
            (2, "(二)", "抓阵地"),
            (1, "二是", "抓产业"),
            (2, "(一)", "抓招商"),
        ],
    ),
    "(一) on top": (
        f"(一)抓党建\n1、队伍。{SAY}\n2、阵地。{SAY}\n(二)抓产业\n{SAY}",
        [(1, "(一)", "抓党建"), (2, "1、", "队伍"), (2, "2、", "阵地"), (1, "(二)", "抓产业")],
    ),
    "skipped numbers": (
        f"一、抓党建\n{SAY}\n三、抓产业\n(二)招商\n{SAY}\n(四)服务\n{SAY}\n七、抓民生\n{SAY}",
        [
            (1, "一、", "抓党建"),
            (1, "三、", "抓产业"),
            (2, "(二)", "招商"),
            (2, "(四)", "服务"),
            (1, "七、", "抓民生"),
        ],
    ),
    "一、 directly under 一、": (
        f"一、工作总结\n一、抓党建\n{SAY}\n二、抓产业\n{SAY}\n三、抓民生\n{SAY}\n二、工作打算\n一、抓作风\n{SAY}",
        [
            (1, "一、", "工作总结"),
            (2, "一、", "抓党建"),
            (2, "二、", "抓产业"),
            (2, "三、", "抓民生"),
            (1, "二、", "工作打算"),
            (2, "一、", "抓作风"),
        ],
    ),
    "the same number again and again": (
        "一、甲乙\n一、丙丁\n一、戊己\n一、庚辛",
        [(1, "一、", "甲乙"), (2, "一、", "丙丁"), (2, "一、", "戊己"), (2, "一、", "庚辛")],
    ),
    "dashes": (
        f"一、抓产业\n——强龙头。{SAY}\n——补链条。{SAY}\n二、抓民生\n{SAY}",
        [(1, "一、", "抓产业"), (2, "——", "强龙头"), (2, "——", "补链条"), (1, "二、", "抓民生")],
    ),
    "decimals and figures at the start of a line": (
        f"一、抓产业\n{SAY}\n3.5亿元项目开工,带动就业。\n12.8%的增速位居前列。\n二、抓民生\n{SAY}",
        [(1, "一、", "抓产业"), (1, "二、", "抓民生")],
    ),
    "lines wrapped by a PDF": (
        "一、抓产业\n坚持项目为王,全年引进项目\n6 个,推动项目\n落地见效,完成第\n一、二季度投资\n任务。\n"
        "二、抓民生\n全年共办实事,\n12 件。",
        [(1, "一、", "抓产业"), (1, "二、", "抓民生")],
    ),
    "wrapped, each paragraph opening with a full line": (
        "一、抓产业\n坚持以推进高质量发展为主题推\n动项目落地,完成投资任务。\n坚持以优化营商环境为抓手推动\n企业发展,服务水平提高。\n"
        "二、抓民生\n全年办实事。",
        [(1, "一、", "抓产业"), (1, "二、", "抓民生")],
    ),
    "page numbers": (
        f"一、抓产业\n坚持项目为王,\n- 3 -\n推动落地。\n二、抓民生\n{SAY}\n— 4 —\n三、抓安全\n{SAY}",
        [(1, "一、", "抓产业"), (1, "二、", "抓民生"), (1, "三、", "抓安全")],
    ),
    "CRLF": (
        f"东湖镇工作总结\r\n\r\n一、抓党建\r\n{SAY}\r\n(一)抓队伍\r\n{SAY}\r\n",
        [(1, "一、", "抓党建"), (2, "(一)", "抓队伍")],
    ),
    "one line": (
        f"东湖镇2023年工作情况如下。{SAY}一、抓党建。(一)抓队伍。{SAY}(二)抓阵地。{SAY}二、抓产业。{SAY}",
        [(1, "一、", "抓党建"), (2, "(一)", "抓队伍"), (2, "(二)", "抓阵地"), (1, "二、", "抓产业")],
    ),
    "one line, blanks for line ends": (
        f"东湖镇工作总结 {SAY} 一、主要成效 (一)抓队伍 {SAY} (二)抓阵地 {SAY} 二、下步打算 {SAY}",
        [(1, "一、", "主要成效"), (2, "(一)", "抓队伍"), (2, "(二)", "抓阵地"), (1, "二、", "下步打算")],
    ),
    "parts": (
        f"第一部分 2023年工作回顾\n一、抓党建\n{SAY}\n第二部分 2024年工作安排\n一、抓产业\n{SAY}",
        [
            (1, "第一部分", "2023年工作回顾"),
            (2, "一、", "抓党建"),
            (1, "第二部分", "2024年工作安排"),
            (2, "一、", "抓产业"),
        ],
    ),
    "a part alone on its line": (
        f"东湖镇工作总结\n第一部分\n一、抓党建\n{SAY}\n第二部分\n一、抓产业\n{SAY}",
        [(1, None, "第一部分"), (2, "一、", "抓党建"), (1, None, "第二部分"), (2, "一、", "抓产业")],
    ),
    "labels of parallel build": (
        f"一、抓党建\n强品牌,精细雕琢一社一品。{SAY}优空间,全力提升党群引力。{SAY}促共建,做精做实共同缔造。{SAY}",
        [
            (1, "一、", "抓党建"),
            (2, None, "强品牌,精细雕琢一社一品"),
            (2, None, "优空间,全力提升党群引力"),
            (2, None, "促共建,做精做实共同缔造"),
        ],
    ),
    "labels of one clause in the paragraph of a heading, with a word in common": (
        f"(一)抓生态。{SAY}能源体系持续优化。{SAY}节能降碳持续加力。{SAY}",
        [(1, "(一)", "抓生态"), (2, None, "能源体系持续优化"), (2, None, "节能降碳持续加力")],
    ),
    "three labels of one length and no other short sentence": (
        f"一、抓开放\n{SAY}深化改革有序推进。{SAY}对外开放多点突破。{SAY}营商环境持续优化。{SAY}",
        [
            (1, "一、", "抓开放"),
            (2, None, "深化改革有序推进"),
            (2, None, "对外开放多点突破"),
            (2, None, "营商环境持续优化"),
        ],
    ),
    "labels that open three paragraphs in a row, of any length": (
        f"一、抓宏观\n{SAY}\n积极的财政政策更加有为。{SAY}\n稳健的货币政策灵活适度。{SAY}\n就业优先全面强化。{SAY}\n{SAY}",
        [
            (1, "一、", "抓宏观"),
            (2, None, "积极的财政政策更加有为"),
            (2, None, "稳健的货币政策灵活适度"),
            (2, None, "就业优先全面强化"),
        ],
    ),
    "short sentences that are no labels": (
        f"(一)抓信用。{SAY}完善社会信用体系。{SAY}搞好普查。{SAY}培育推广优良品种资源。{SAY}",
        [(1, "(一)", "抓信用")],
    ),
    "lines that are one short sentence head the long ones below": (
        f"一、抓城乡\n城乡区域协同融合。\n{SAY * 2}\n产业集群快速壮大。\n{SAY * 2}",
        [(1, "一、", "抓城乡"), (2, None, "城乡区域协同融合"), (2, None, "产业集群快速壮大")],
    ),
    "one such line alone is a paragraph": (
        f"一、抓城乡\n城乡区域协同融合。\n{SAY * 2}",
        [(1, "一、", "抓城乡")],
    ),
    "a colon after a few words": (
        f"(一)水利方面:{SAY}\n(二)产业方面:{SAY}",
        [(1, "(一)", "水利方面"), (1, "(二)", "产业方面")],
    ),
    "numbers skipped inside a line": (
        f"一、抓党建。{SAY}三、抓产业。{SAY}六、抓民生。{SAY}",
        [(1, "一、", "抓党建"), (1, "三、", "抓产业"), (1, "六、", "抓民生")],
    ),
    "a sentence of three points after a colon": (
        f"一、抓安全\n{SAY}做到三个到位:一是思想认识到位,二是组织领导到位,三是措施落实到位。{SAY}",
        [(1, "一、", "抓安全")],
    ),
    "echoing labels closed by a comma": (
        f"一是作风上求实效。{SAY}服务群众求实效,{SAY}项目建设求实效,{SAY}\n二是落实上下功夫。{SAY}",
        [
            (1, "一是", "作风上求实效"),
            (2, None, "服务群众求实效"),
            (2, None, "项目建设求实效"),
            (1, "二是", "落实上下功夫"),
        ],
    ),
    "one long sentence, named by its first clause": (
        f"1.推进项目建设,{SAY}\n2.改善民生福祉,{SAY}",
        [(1, "1.", "推进项目建设"), (1, "2.", "改善民生福祉")],
    ),
    "circled and bracketed numbers": (
        f"一、抓产业\n①引项目。{SAY}\n②强服务。{SAY}\n(1)保要素。{SAY}",
        [(1, "一、", "抓产业"), (2, "①", "引项目"), (2, "②", "强服务"), (2, "(1)", "保要素")],
    ),
    "after a colon: items closed by full stops": (
        f"一、抓产业\n重点做到:一是抓招商。{SAY}二是抓服务。{SAY}",
        [(1, "一、", "抓产业"), (2, "一是", "抓招商"), (2, "二是", "抓服务")],
    ),
    "after a colon: one sentence with semicolons": (
        f"一、抓产业\n重点做到:一是加强招商;二是加强服务;三是加强监管。{SAY}\n二、抓民生\n{SAY}",
        [(1, "一、", "抓产业"), (1, "二、", "抓民生")],
    ),
    "prose only": (f"{SAY}\n{SAY}", []),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("report", "headings"), REPORTS.values(), ids=REPORTS)
def test_headings_and_levels(report, headings):
    assert outline(report) == headings


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (f"东湖镇工作总结\n{SAY}", [("title", "东湖镇工作总结"), ("none", None)]),
        (f"东湖镇工作总结\n东湖镇工作总结\n{SAY}", [("title", "东湖镇工作总结")] * 2 + [("none", None)]),
        (
            f"东湖镇工作总结\n来源:镇政府\n东湖镇工作总结\n{SAY}",
            [("title", "东湖镇工作总结")] * 2 + [("none", None)],
        ),
        (
            f"东湖镇2023年工作总结\n及2024年工作计划\n(2024年1月5日)\n镇长 李明\n{SAY}",
            [
                ("title", "东湖镇2023年工作总结"),
                ("title", "及2024年工作计划"),
                ("subtitle", "(2024年1月5日)"),
                ("subtitle", "镇长 李明"),
                ("none", None),
            ],
        ),
        (
            f"砥砺奋进谱新篇\n——东湖镇工作总结\n{SAY}",
            [("title", "砥砺奋进谱新篇"), ("subtitle", "——东湖镇工作总结"), ("none", None)],
        ),
        (f"{SAY}\n{SAY}", [("none", None)]),
        (f"{SAY}\n一、抓党建\n抓队伍。{SAY}", [("none", None), ("own_line", "抓党建")]),
        (
            f"一、抓党建\n1、队伍。{SAY}\n东湖镇人民政府\n二〇二四年一月五日",
            [("own_line", "抓党建"), ("run_in_numbered", "队伍"), ("none", None), ("none", None)],
        ),
        (f"{SAY}\n东湖镇人民政府 2024年1月5日", [("none", None), ("none", None)]),
        (f"{SAY}\n东湖镇人民政府\n2024年1月\n(此件公开发布)", [("none", None)] * 4),
        (f"{SAY}\n(三)建设美丽城镇", [("none", None), ("own_line", "建设美丽城镇")]),
    ],
)
def test_styles_titles_and_blocks(report, expected):
    assert styles(report) == expected


def test_closing_paragraph_and_signature_stand_outside_the_last_heading():
    report = normalise(
        f"一、抓党建\n{SAY}\n二、抓产业\n{SAY}\n三、抓民生\n{SAY}\n在镇党委领导下,不负重托,砥砺前行。\n东湖镇人民政府\n2024年1月5日"
    )
    *_, closing, office, date = read_outline(report)
    assert (closing.orientation, closing.parent) == ("closing", None)
    assert report[closing.start : closing.own_end] == "在镇党委领导下,不负重托,砥砺前行。"
    assert [report[s.start : s.own_end] for s in (office, date)] == ["东湖镇人民政府", "2024年1月5日"]
    assert {office.orientation, date.orientation} == {"apparatus"}


def test_spans_of_a_nested_report():
    report = f"一、抓党建\n引言在此。\n(一)抓队伍。{SAY}\n二、抓产业\n{SAY}  \n"
    text = normalise(report)
    top, lead, sub, last = read_outline(text)
    assert text[top.start : top.heading_end] == text[top.start : top.own_end] == "一、抓党建"
    assert text[lead.start : lead.own_end] == "引言在此。"
    assert text[sub.start : sub.heading_end] == "(一)抓队伍"  # without its full stop
    assert text[sub.start : sub.own_end] == normalise(f"(一)抓队伍。{SAY}")
    assert top.end == sub.end and last.end == len(text.rstrip())
    assert [s.parent for s in (top, lead, sub, last)] == [None, 0, 0, None]
    assert [s.is_leaf for s in (top, lead, sub, last)] == [False, True, True, True]


PIECES = [
    *(
        "一、",
        "二、",
        "十二、",
        "(一)",
        "(三)",
        "1、",
        "2.",
        "(1)",
        "①",
        "一是",
        "二要",
        "——",
        "第一部分",
        "二一十、",
    ),
    *("抓党建", "强品牌,做精一社一品", "。", ",", ";", ":", "\n", "\r\n", " ", "  ", "- 3 -", "3.5", "6 个"),
    *(
        "东湖镇工作总结",
        "东湖镇人民政府",
        "2024年1月5日",
        "首页 > 政务",
        "来源:",
        "扫一扫查看",
        "新征程",
        SAY,
    ),
]
MADE_UP = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
ANY = st.text("一二十是、()1.2,。;:—①第部分篇年月日镇工作总结 \n\r>", max_size=80)


@settings(deadline=None)
@given(MADE_UP | ANY)
def test_own_spans_cover_the_text_exactly_once(raw):
    text = normalise(raw)
    furniture = find_furniture(text)
    sections = read_outline(text, furniture)
    own = [i for s in sections for i in range(s.start, s.own_end) if not text[i].isspace()]
    away = {i for f in furniture for i in range(f.start, f.end)}
    assert own == [i for i, c in enumerate(text) if not c.isspace() and i not in away]


@settings(deadline=None)
@given(MADE_UP | ANY)
def test_offsets_and_levels_form_a_tree(raw):
    text = normalise(raw)
    sections = read_outline(text, find_furniture(text))
    for i, s in enumerate(sections):
        assert 0 <= s.start <= s.heading_end <= s.own_end <= s.end <= len(text)
        assert s.is_leaf == all(other.parent != i for other in sections)
        if s.parent is None:
            assert s.level in (None, 0, 1)
        else:
            parent = sections[s.parent]
            assert s.parent < i and s.end <= parent.end
            assert s.level is None or s.level == parent.level + 1


UNITS = ["一、a\n", "——好\n", "东湖镇\n", "一、a。", "(一)甲乙 ", "。", " ", ">", "来源:", "1", "工作总结\n"]


@pytest.mark.parametrize("unit", UNITS)
def test_repetition_neither_takes_long_nor_nests_without_end(unit):
    text = normalise(unit * (60_000 // len(unit)))
    began = time.process_time()
    sections = orient(text, read_outline(text, find_furniture(text)))
    assert time.process_time() - began < 5  # about 0.5 s; minutes, were any step quadratic
    assert max((s.level or 0 for s in sections), default=0) <= 2
