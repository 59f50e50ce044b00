"""Lines broken to a width are read as paragraphs; offsets stay those of the text."""

from textwrap import wrap

import pytest

from jiedao.clean import lines, normalise
from jiedao.report import parse
from jiedao.wrapping import WRAPPED, unwrap

SAY = "坚持问题导向狠抓各项任务落实群众满意度稳步提高取得明显成效全年未发生较大以上安全生产责任事故"
PARAGRAPHS = [f"{SAY}{n},{SAY[::-1]},{SAY[5:]}。" for n in "甲乙丙丁戊己"]


def broken(paragraphs, width, indent="", end="\n"):
    return end.join(end.join(wrap(indent + p, width)) for p in paragraphs)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", ["", "\u3000\u3000"])
@pytest.mark.parametrize("width", [24, 35, 44])
def test_broken_paragraphs_are_joined_and_nothing_else_changes(width, indent, end):
    text = normalise(broken(PARAGRAPHS, width, indent, end))
    flat, found = unwrap(text, lines(text))
    assert len(flat) == len(text)
    assert [flat[a:b].replace(WRAPPED, "") for a, b in found] == PARAGRAPHS
    assert all(old == new or new == WRAPPED for old, new in zip(text, flat, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(PARAGRAPHS),
        "\n".join(f"一、抓党建{n}\n{SAY}。" for n in "甲乙丙丁戊己"),
        "短句。\n" * 20,
        "",
        "一、党建",
    ],
)
def test_paragraphs_as_they_were_written_stay(text):
    flat, found = unwrap(text, lines(text))
    assert flat == text
    assert found == lines(text)


def test_a_heading_over_two_lines_is_one_heading():
    heading = "(一)聚焦基层组织建设着力提高党建工作质量夯实基层治理根基推动"
    page = broken(["一、主要工作", heading, *PARAGRAPHS, "(二)抓好民生实事", *PARAGRAPHS], 28, "  ")
    found = [(s.number, s.heading) for s in parse(page.encode()).sections if s.heading]
    assert found == [("一、", "主要工作"), ("(一)", heading[3:]), ("(二)", "抓好民生实事")]


def test_a_number_that_goes_on_with_a_sentence_is_no_heading():
    page = broken(
        ["一、主要工作", *PARAGRAPHS, f"{SAY}第一、二季度完成率达到九成,{SAY}第三、四季度。", *PARAGRAPHS], 30
    )
    assert [s.heading for s in parse(page.encode()).sections if s.heading] == ["主要工作"]


def test_a_report_on_one_line_is_parted_at_its_blanks():
    page = "东湖街道2024年工作总结  一、抓党建  " + PARAGRAPHS[0] + "  二、抓产业  " + PARAGRAPHS[1] * 3
    found = [(s.level, s.number, s.heading) for s in parse(page.encode()).sections if s.heading]
    assert found == [(0, None, "东湖街道2024年工作总结"), (1, "一、", "抓党建"), (1, "二、", "抓产业")]
