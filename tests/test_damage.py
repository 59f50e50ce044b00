"""Damage is named with its place; a whole text has none."""

from pathlib import Path

import pytest

from jiedao.damage import find_damage
from jiedao.report import parse

REPORTS = sorted((Path(__file__).parents[1] / "data/raw/texts").glob("*.txt"))
SAY = "坚持问题导向,狠抓各项任务落实,群众满意度稳步提高,取得明显成效,全年未发生较大以上安全生产责任事故。"


def damage(text):
    parsed = parse(text.encode())
    return [(text[a:b], kind) for a, b, kind in find_damage(parsed.plain, parsed.sections)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一、党建\n扎实推进社- 12 -区建设。", [("- 12 -", "a page number inside a sentence")]),
        ("一、党建\n扎实推进社\n12\n区建设。", [("\n12\n", "a page number inside a sentence")]),
        ("一、党建\n扎实推进第3页 共10页网格建设。", [("第3页 共10页", "a page number inside a sentence")]),
        ("一、党建\n开展“红色物业行动。\n二、民生", [("“", "a “ without its other half")]),
        ("一、党建\n开展红色物业”行动。", [("”", "a ” without its other half")]),
        ("一、党建\n（含社区。\n" + SAY, [("（", "a ( without its other half")]),
        (
            "一、党建\nXX街道与××社区共建。",
            [("XX", "a name that was masked"), ("××", "a name that was masked")],
        ),
        ("一、党建\n走访，某社区居民反映。", [("某", "a name that was masked")]),
        ("一、党建\n到二\ufffd\ufffd三五年。", [("\ufffd\ufffd", "characters that were lost")]),
        ("一、党建\n建设??社区。", [("??", "characters that were lost")]),
    ],
)
def test_damage_has_a_place(text, expected):
    assert damage(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "一、党建\n1)组织建设。\n2)队伍建设。",
        "一、党建\n开展“我为群众办实\n事”活动。",
        "一、党建\n印发《方案（试行）》,落实“1+N”（含“三长制”）机制。",
        "一、党建\n1-10月新增3个,完成率92%。\n12345热线办结率99%。",
        "一、党建\n某种程度上仍有不足。",
        f"一、党建\n{SAY}\n二、民生\n{SAY[:40]}。",
    ],
)
def test_what_is_no_damage(text):
    assert damage(text) == []


@pytest.mark.parametrize("path", REPORTS, ids=lambda p: p.stem)
def test_the_reports_are_whole(path):
    assert damage(path.read_text("utf-8")) == []


def test_a_passage_that_stands_twice_says_where_it_stood_first():
    text = f"一、党建\n{SAY}\n二、民生\n{SAY}"
    assert damage(text) == [(SAY, f"the same words as at {text.index(SAY)}")]


def test_furniture_is_not_looked_at():
    assert damage(f"首页 > (党建\n街道2024年工作总结\n{SAY}") == []
