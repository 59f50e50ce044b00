"""Where site furniture stands on a page, and what a page states about itself."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao import furniture
from jiedao.clean import normalise
from jiedao.page import find_furniture, page_metadata
from jiedao.report import parse
from jiedao.summary import REASONS

BODY = "今年以来,街道坚持党建引领,扎实推进各项工作,经济社会平稳发展,民生持续改善。"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("首页 > 政务公开 > 计划总结", "breadcrumb"),
        ("您现在的位置:首页 >> 街道 >> 工作总结", "breadcrumb"),
        ("市政府 > 信息公开 > 规划计划", "breadcrumb"),
        ("索 引 号:43001/2024-001", "index block"),
        ("• 发布机构:吕仙亭街道办事处", "index block"),
        ("索引号 | 001 | 发布机构 | 镇政府 | 公开日期 | 2024-01-02", "index block"),
        ("来源:桐湖办事处 2024-01-05 09:30", "source line"),
        ("发布时间:2024-01-05 来源:镇政府 字体大小:", "source line"),
        ("2024年1月5日", "source line"),
        ("2024-01-05 10:20:00", "source line"),
        ("浏览量:1 | | |", "counter"),
        ("阅读次数: 312", "counter"),
        ("分享到: 微信 微博 QQ空间", "share bar"),
        ("【打印】【关闭】", "toolbar"),
        ("字号:[大 中 小]", "toolbar"),
    ],
)
def test_furniture_above_the_text(line, kind):
    text = normalise(f"{line}\n街道2024年工作总结\n{BODY}")
    assert [(text[f.start : f.end], f.kind) for f in find_furniture(text)] == [(normalise(line), kind)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("扫一扫在手机上查看当前页面", "QR line"),
        ("用微信扫描二维码分享", "QR line"),
        ("主办:某某街道办事处 湘ICP备12345678号", "footer"),
        ("版权所有 某某镇人民政府 未经书面许可,任何单位和个人不得转载、摘编或以其他方式使用。", "footer"),
        ("上一篇:街道2023年工作计划", "footer"),
        ("[责任编辑:李明]", "footer"),
        ("打印本页 | 关闭", "toolbar"),
    ],
)
def test_furniture_below_the_text(line, kind):
    text = normalise(f"街道2024年工作总结\n{BODY}\n  {line}  \n")
    assert [(text[f.start : f.end], f.kind) for f in find_furniture(text)] == [(normalise(line), kind)]


@pytest.mark.parametrize(
    "text",
    [
        f"街道2024年工作总结\n{BODY}",
        f"{BODY}\n分享到了改革发展成果\n{BODY}",
        f"{BODY}\n(三)便民服务\n联系电话:0731-85670001\n时间:周一至周五\n来源:群众来信\n{BODY}",
        f"{BODY}\n街道办事处\n2024年1月5日",
        f"{BODY}\n居民们分享到了改革发展成果。",
        f"{BODY}\n依法保护版权所有人的合法权益,全年查处侵权案件5起,群众满意度进一步提高。",
        f"{BODY}\n(三)推行扫码查看办事指南",
        f"{BODY}\n群众可以扫码查看办理进度。",
        "一、党建\n二、民生",
        "",
        " \n ",
    ],
)
def test_text_without_furniture_comes_through(text):
    assert find_furniture(normalise(text)) == []


def test_label_and_value_on_two_lines():
    text = normalise(f"索引号:\nA-01\n发布机构\n东湖镇政府\n打印\n东湖纪事\n{BODY}")
    assert [text[f.start : f.end] for f in find_furniture(text)] == [
        "索引号:",
        "A-01",
        "发布机构",
        "东湖镇政府",
        "打印",
    ]


def test_an_open_label_does_not_swallow_the_title():
    text = normalise(f"来源:\n东湖镇2024年工作总结\n{BODY}")
    assert [text[f.start : f.end] for f in find_furniture(text)] == ["来源:"]


PIECES = [
    "首页 > 街道",
    "来源:",
    "分享",
    "打印|",
    "\n",
    "\r\n",
    " ",
    "\u3000",
    "扫一扫查看",
    "2024-01-05",
    "一、",
    "。",
    BODY,
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_furniture_spans_are_what_is_printed(raw):
    found = find_furniture(normalise(raw))
    assert all(before.end <= after.start for before, after in pairwise(found))
    for start, end, _ in found:
        assert raw[start:end] == raw[start:end].strip() != ""
        assert "\n" not in raw[start:end]


def metadata(page, title=None):
    text = normalise(page)
    return page_metadata(text, find_furniture(text), title)


def test_page_metadata_of_a_full_header():
    page = f"索 引 号:430/2024-1\n发布机构:桐湖办事处\n发布时间:2024年3月5日\n来源:党政办 2024-03-06\n{BODY}"
    assert metadata(page) == {
        "street": "桐湖",
        "published": "2024-03-05",
        "index_no": "430/2024-1",
        "publisher": "桐湖办事处",
        "source": "党政办",
    }


def test_page_metadata_with_values_on_lines_of_their_own():
    page = f"索引号：\nA-7\n更新时间：\n2024-03-05 10:00\n来源：\n东湖日报\n点击数：\n{TITLE}\n{BODY}"
    stated = metadata(page)
    assert (stated["index_no"], stated["published"], stated["source"]) == ("A-7", "2024-03-05", "东湖日报")


def test_a_label_without_a_value_does_not_take_the_next_pair():
    assert metadata(f"来源：\n发布时间：2024-03-05\n{TITLE}\n{BODY}")["source"] is None


def test_page_metadata_of_a_silent_page():
    assert set(metadata(BODY).values()) == {None}


@pytest.mark.parametrize(
    ("title", "street"),
    [
        ("金盆岭街道2021年工作总结", "金盆岭街道"),
        ("北城街街道2023年工作总结", "北城街街道"),
        ("桐湖办事处2023年工作总结", "桐湖"),
        ("天心区金盆岭街道工作报告", "金盆岭街道"),
        ("江城区东湖街道工作报告", "东湖街道"),
        ("关于印发东湖镇2024年工作要点的通知", "东湖镇"),
        ("2024年乡镇工作总结", None),
        ("某省2024年政府工作报告", None),
    ],
)
def test_street_in_the_title(title, street):
    assert metadata(BODY, title)["street"] == street


@pytest.mark.parametrize(
    ("date", "iso"), [("2024/1/5", "2024-01-05"), ("2024-13-45", None), ("2024年1月", None)]
)
def test_published_is_a_date_or_nothing(date, iso):
    assert metadata(f"发布时间:{date}\n{BODY}")["published"] == iso


def test_every_kind_of_furniture_has_its_reason():
    by_form = set(furniture._KINDS) | set(furniture._LABEL_KINDS) | {"index block"}
    assert by_form | {"navigation"} == set(REASONS)


# --- pages as sites give them out: | stands for a line of furniture, the rest is the report

TITLE = "东湖街道2024年工作总结"
PAGES = {
    "controls broken over lines": """
|下载
|打印
|【字号：
|加大
|减小
|】
东湖街道2024年工作总结
——2025年1月5日在街道工作会议上
|来源：东湖日报
|时间：
|2025-02-12
街道办事处主任 欧阳明日
""",
    "a path of one word a line, and a menu": """
|东湖区人民政府门户网站
|政策文件
|领导信息
|当前位置：
|首页
|>
|政务信息
|>
|工作总结
东湖街道2024年工作总结
|浏览次数：
|1234
""",
    "the title under a label": """
|发文单位：东湖区人民政府
|来源URL：http://www.example.cn/a.html?b=1,2
|正文：
东湖街道2024年工作总结
""",
    "a title of two lines above a dash": """
|政务公开 > 街道 > 工作总结
凝心聚力谋发展 实干担当谱新篇
——东湖街道2024年工作总结
|2025-01-05 09:30:00
""",
    "no title": """
|网站支持IPv6 繁體
|位置：首页 > 工作总结
|发布时间：2025-01-05
""",
    "a document with its number, untouched": """
东街发〔2025〕3号
东湖街道2024年工作总结
(2025年1月5日)
""",
}
FEET = {
    "none": """
东湖街道办事处
2025年1月5日
""",
    "signature, then the site": """
东湖街道办事处
2025年1月5日
|【我要纠错】 责任编辑：李明
|扫一扫在手机打开当前页
|相关附件>>
|四川干部群众热议政府工作报告
|abcd39f1fb7f426d9dfb6bd0fa1f2146:
""",
    "annexes stay": """
附：1.重点项目表
2025年1月5日
附表：2024年主要指标
税收收入 | 万元 | 3300
|上一篇：2023年工作总结
|地址：人民路1号
""",
    "the report's opening repeated below the foot": f"""
|主办单位：东湖街道办事处 湘ICP备12345678号
|{TITLE}
|{BODY}
""",
}


def marked(block):
    """Lines of a block, and those of them that are furniture."""
    found = [line for line in block.strip("\n").split("\n") if line]
    return [line.removeprefix("|") for line in found], [line[1:] for line in found if line.startswith("|")]


@pytest.mark.parametrize("foot", FEET.values(), ids=FEET)
@pytest.mark.parametrize("head", PAGES.values(), ids=PAGES)
def test_all_furniture_and_nothing_else_is_found(head, foot):
    above, dropped_above = marked(head)
    below, dropped_below = marked(foot)
    report = [BODY, "一、主要成效", BODY[5:], BODY * 9, "二、下一步打算", BODY[9:] * 3]
    text = "\n".join([*above, *report, *below])
    found = [text[f.start : f.end] for f in find_furniture(normalise(text))]
    assert found == dropped_above + dropped_below


def test_furniture_between_two_pages_of_a_report_is_found():
    inside = ["【字体：大 中 小】", "上一页 1 2 3 下一页", "分享到：微信 微博"]
    text = "\n".join([TITLE, "一、主要成效", BODY * 4, *inside, BODY[5:] * 4, "二、下一步打算", BODY])
    found = [text[f.start : f.end] for f in find_furniture(normalise(text))]
    assert found == inside


def test_a_label_is_furniture_and_the_title_behind_it_is_not():
    text = f"标题：{TITLE}\n来源：东湖日报\n{BODY}\n一、党建\n{BODY}"
    parsed = parse(text.encode())
    assert [text[f.start : f.end] for f in parsed.furniture] == ["标题：", "来源：东湖日报"]
    assert parsed.title == TITLE


def test_a_page_on_one_line():
    text = f"首页 > 公开 > 总结 {TITLE} 发布时间：2025-01-05 来源：东湖街道 {BODY * 4} 责任编辑：李明"
    parsed = parse(text.encode())
    assert [text[f.start : f.end] for f in parsed.furniture] == [
        "首页 > 公开 > 总结",
        "发布时间：2025-01-05 来源：东湖街道",
        "责任编辑：李明",
    ]
    assert parsed.title == TITLE
