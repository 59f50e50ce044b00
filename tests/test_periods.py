"""The months that words name, and the period that each section speaks of."""

import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao.clean import normalise
from jiedao.orientation import outlooks
from jiedao.periods import find_periods, section_periods
from jiedao.report import parse


def months(raw, year=2021, usual=("2021-01", "2021-06")):
    """The periods a text names, as first/last month; * where only the end is named."""
    found = find_periods(normalise(raw), year, usual)
    return " ".join("/".join(period) + "*" * end_only for _, period, end_only, _ in found)


@pytest.mark.parametrize(("text", "expected"), [
    ("2021年上半年", "2021-01/2021-06"), ("2022年下半年", "2022-07/2022-12"), ("2020年", "2020-01/2020-12"),
    ("２０２０年度", "2020-01/2020-12"), ("2023年1-10月", "2023-01/2023-10"), ("1—10月", "2021-01/2021-10"),
    ("1至9月", "2021-01/2021-09"), ("7月至8月", "2021-07/2021-08"), ("9月-12月", "2021-09/2021-12"),
    ("7月份", "2021-07/2021-07"), ("2022年3月5日", "2022-03/2022-03"), ("截至6月底", "2021-01/2021-06*"),
    ("年底前", "2021-01/2021-12"), ("年内", "2021-01/2021-12"), ("全年", "2021-01/2021-12"),
    ("去年", "2020-01/2020-12"), ("去年上半年", "2020-01/2020-06"), ("明年", "2022-01/2022-12"),
    ("来年一季度", "2022-01/2022-03"), ("前三季度", "2021-01/2021-09"), ("前两个季度", "2021-01/2021-06"),
    ("首季度", "2021-01/2021-03"), ("四季度", "2021-10/2021-12"), ("2020年第二季度", "2020-04/2020-06"),
    ("今年以来", "2021-01/2021-06"), ("今年", "2021-01/2021-06"), ("今年上半年", "2021-01/2021-06"),
    ("“十四五”期间", "2021-01/2025-12"), ("十三五时期", "2016-01/2020-12"), ("十五五规划", "2026-01/2030-12"),
    ("2020年建成2个,2021年3月建成1个", "2020-01/2020-12 2021-03/2021-03"),
])  # fmt: skip
def test_named(text, expected):
    assert months(text) == expected


NAMELESS = """
比上年增长 较去年增长 截至目前 全年目标任务 13月 0月 近三年 五年来 本月 八月湖街道 三月三 3个月 月 年 12-1月
第2021号 12345年
"""


@pytest.mark.parametrize("text", ["", *NAMELESS.split()])
def test_unnamed(text):
    assert months(text) == ""


@pytest.mark.parametrize(("text", "expected"), [
    ("2021年至2023年", "2021-01/2023-12"), ("2021—2025年", "2021-01/2025-12"),
    ("2020年10月至2021年3月", "2020-10/2021-03"), ("2024年1月1日至6月30日", "2024-01/2024-06"),
    ("截至2023年6月", "2023-01/2023-06*"), ("截至2023年底", "2023-01/2023-12*"),
    ("到2025年底", "2025-01/2025-12*"), ("前5月", "2021-01/2021-05"),
    ("前10个月", "2021-01/2021-10"), ("二三季度", "2021-04/2021-09"),
    ("2024年7月开展3次,8月开展2次", "2024-07/2024-07 2024-08/2024-08"),
])  # fmt: skip
def test_named_but_misread_so_far(text, expected):
    assert months(text) == expected


def test_what_depends_on_the_report_is_unnamed_without_it():
    assert months("今年以来", None, None) == months("全年", None, None) == months("3月", None, None) == ""
    assert months("2020年3月", None, None) == "2020-03/2020-03"
    assert months("去年", None) == ""


PIECES = "0123456789年月季度上下半截至到-—今去明第前一二三四十五“”期间底"


@settings(deadline=None, max_examples=200)
@given(st.text() | st.text(PIECES, max_size=30), st.none() | st.integers(1990, 2050))
def test_any_text_is_read(raw, year):
    text, last = normalise(raw), 0
    for end, (first_month, last_month), *_ in find_periods(text, year, ("2021-01", "2021-06")):
        assert last < end <= len(text)
        assert first_month <= last_month
        assert all(1 <= int(m[5:]) <= 12 and m[4] == "-" for m in (first_month, last_month))
        last = end


def seconds(text, repeat):
    return min(timeit.repeat(lambda: find_periods(text, 2021), number=1, repeat=repeat))


@pytest.mark.parametrize("unit", ["1", "年", "2021", "1月", "1-", "截至", "十五", " ", "1 ", "至"])
def test_time_grows_with_the_text_not_its_square(unit):
    short, long = (seconds((unit * n)[:n], 3) for n in (1000, 4000))
    assert long < 9 * short + 0.002  # four times as long; a square would be sixteen
    assert seconds((unit * 200_000)[:200_000], 1) < 20


def of_sections(report, stated=()):
    """The period of each heading that is no title."""
    parsed = parse(report.encode())
    looks = outlooks(parsed.plain, parsed.sections)
    periods = section_periods(parsed.plain, parsed.sections, looks, dict(stated))
    pairs = zip(parsed.sections, periods, strict=True)
    return {s.heading: p and "/".join(p) for s, p in pairs if s.heading and s.style != "title"}


REPORT = """{}
一、工作总结
(一)党建工作
开展学习12次。
(二)2022年经济工作
完成税收3亿元。
二、存在的问题
三、下一步工作计划
(一)民生工作
新建公园2个。
"""


def test_the_title_names_a_period_for_each_part():
    periods = of_sections(REPORT.format("青山街道2023年工作总结及2024年工作计划"))
    assert periods["工作总结"] == periods["党建工作"] == "2023-01/2023-12"
    assert periods["下一步工作计划"] == periods["民生工作"] == "2024-01/2024-12"
    periods = of_sections(REPORT.format("青山街道2023年上半年工作总结和下半年工作计划"))
    assert periods["党建工作"] == "2023-01/2023-06"
    assert periods["民生工作"] == "2023-07/2023-12"


def test_the_nearest_heading_goes_before_what_is_stated_and_that_before_the_title():
    title = REPORT.format("青山街道2023年工作总结及2024年工作计划")
    stated = {"retrospective": ("2023-01", "2023-10")}
    periods = of_sections(title, stated)
    assert periods["2022年经济工作"] == "2022-01/2022-12"
    assert periods["工作总结"] == periods["党建工作"] == "2023-01/2023-10"
    assert periods["民生工作"] == "2024-01/2024-12"


def test_without_title_or_statement_nothing_is_known():
    periods = of_sections(REPORT.format("青山街道工作情况"))
    assert periods["党建工作"] is None
    assert periods["2022年经济工作"] == "2022-01/2022-12"
