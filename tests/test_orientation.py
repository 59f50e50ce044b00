"""What a heading announces, the tense of wording, and the orientation of whole small reports."""

import pytest

from jiedao.clean import normalise
from jiedao.orientation import is_part, orient, tense
from jiedao.outline import read_outline


@pytest.mark.parametrize(
    ("heading", "orientation"),
    [
        ("2024年工作总结", "retrospective"),
        ("上半年主要工作", "retrospective"),
        ("过去一年工作回顾", "retrospective"),
        ("工作开展情况(一)", "retrospective"),
        ("2025年工作计划", "prospective"),
        ("下一步工作打算", "prospective"),
        ("下半年重点工作", "prospective"),
        ("2025年总体要求", "prospective"),
        ("主要工作目标", "prospective"),
        ("存在的主要问题", "problem-statement"),
        ("面临的困难和挑战", "problem-statement"),
        ("问题与不足", "problem-statement"),
        ("突出问题", "problem-statement"),
        ("巩固拓展脱贫攻坚成果", None),
        ("着力解决群众反映突出问题", None),
        ("加强城市规划", None),
        ("党建引领基层治理", None),
        ("", None),
    ],
)
def test_is_part(heading, orientation):
    assert is_part(heading) == orientation


@pytest.mark.parametrize(
    ("text", "orientation"),
    [
        ("完成了老旧小区改造12个,累计投入3.5亿元,同比增长8%。", "retrospective"),
        ("先后获评全国文明单位,已建成公园5个。", "retrospective"),
        ("继续加强队伍建设,进一步完善机制,力争年内建成。", "prospective"),
        ("我们将坚持以人民为中心,全力推进改革。", "prospective"),
    ],
)
def test_tense(text, orientation):
    assert tense(text) == orientation


DID = "完成了老旧小区改造12个,累计投入3亿元,同比增长8%,获评先进。"
WILL = "继续加强队伍建设,进一步完善机制,加快推进项目,力争年内建成。"

REPORTS = {
    "the title alone says plan": (
        f"东湖镇2024年工作计划\n一、抓党建\n{DID}\n二、抓产业\n{DID}",
        ["apparatus", "prospective", "prospective"],
    ),
    "the title alone says review": (
        f"东湖镇2023年工作总结\n一、抓党建\n{WILL}\n二、抓产业\n{WILL}",
        ["apparatus", "retrospective", "retrospective"],
    ),
    "title of both, wording decides": (
        f"东湖镇2023年工作总结和2024年工作计划\n一、抓党建\n{DID}\n二、抓产业\n{DID}",
        ["apparatus", "retrospective", "retrospective"],
    ),
    "no title, review": (f"一、抓党建\n{DID}\n二、抓产业\n{DID}", ["retrospective"] * 2),
    "no title, plan": (f"一、抓党建\n{WILL}\n二、抓产业\n{WILL}", ["prospective"] * 2),
    "no heading": (WILL, ["prospective"]),
    "parts, a problem among them": (
        f"东湖镇工作报告\n一、2023年工作总结\n(一)巩固脱贫成果\n{WILL}\n二、存在的问题\n(一)人手不足\n{DID}\n"
        f"三、2024年工作计划\n(一)抓产业\n{DID}",
        ["apparatus", *["retrospective"] * 2, *["problem-statement"] * 2, *["prospective"] * 2],
    ),
    "blocks that open the document and its parts": (
        f"{DID}\n一、2023年工作总结\n{DID}\n(一)抓党建\n{DID}\n1.抓队伍\n{DID}\n二、2024年工作计划\n{WILL}\n(一)抓产业\n{WILL}",
        [
            "preamble",
            "retrospective",
            "preamble",
            *["retrospective"] * 3,
            "prospective",
            "preamble",
            "prospective",
        ],
    ),
    "a lead-in under a theme goes with its part": (
        f"一、2024年工作计划\n(一)抓党建\n{DID}\n1.抓队伍\n{DID}",
        ["prospective"] * 4,
    ),
    "problems inside the review": (
        f"一、工作总结\n(一)工作成效\n{DID}\n(二)存在问题\n{WILL}\n二、工作打算\n{WILL}",
        ["retrospective", "retrospective", "problem-statement", "prospective"],
    ),
    "signature": (
        f"东湖镇2024年工作计划\n一、抓党建\n{WILL}\n东湖镇人民政府\n2024年1月5日",
        ["apparatus", "prospective", "apparatus", "apparatus"],
    ),
}


@pytest.mark.parametrize(("report", "orientations"), REPORTS.values(), ids=REPORTS)
def test_orient(report, orientations):
    text = normalise(report)
    assert [s.orientation for s in orient(text, read_outline(text))] == orientations
