"""Decoding, one-to-one normalisation, site furniture, and what a page states about itself."""

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiedao import JiedaoError, furniture
from jiedao.clean import decode, lines, normalise
from jiedao.page import find_furniture, page_metadata
from jiedao.summary import REASONS

CHINESE = "街道2024年工作总结:完成1.2亿元。\r\n一、党建"
BODY = "今年以来,街道坚持党建引领,扎实推进各项工作,经济社会平稳发展,民生持续改善。"


MARKED = [
    ("", "utf-8"),
    ("", "gb18030"),
    *(("\ufeff", e) for e in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")),
]


@pytest.mark.parametrize(("mark", "encoding"), MARKED)
def test_decode_names_the_encoding_and_drops_the_mark(mark, encoding):
    assert decode((mark + CHINESE).encode(encoding)) == (CHINESE, encoding)


@pytest.mark.parametrize("encoding", ["gbk", "gb2312"])
def test_decode_reads_the_older_standards_as_gb18030(encoding):
    assert decode(CHINESE.encode(encoding)) == (CHINESE, "gb18030")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_decode_knows_wide_text_without_a_mark_by_its_line_ends(encoding, end):
    text = f"{CHINESE}{end}2024{end}{CHINESE}"
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n\r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("\ufeff \n".encode("utf-16-le"), "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "not a text"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\x00", "not a text"),
        ("Déjà vu, café, à côté".encode("latin-1"), "not a text"),
        (b"\xef\xbb\xbf\xff\xff", "not a text"),
        (b"\xff\xfea", "not a text"),
        ("街道".encode("utf-16-le") + b"\x00\x00", "not a text"),
    ],
)
def test_decode_refuses_with_the_name_and_the_reason(data, message):
    with pytest.raises(JiedaoError, match=f"^report.txt: .*{message}"):
        decode(data, "report.txt")


@settings(deadline=None)
@given(
    st.text("街道工作总结办事处党建引领一二三、。,()0123456789 \n", min_size=1),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_decode_round_trip(text, encoding):
    assume(text.strip())
    data = text.encode(encoding)
    assume(encoding == "utf-8" or not _is_utf8(data))
    assert decode(data)[0] == text


def _is_utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("(一)党建,提升:", "(一)党建,提升:"),
        ("2024年1月", "2024年1月"),
        ("85%", "85%"),
        ("⼯作⾰新", "工作革新"),
        ("﹙一﹚、", "(一)、"),
        ("a\u00a0b\u3000c\td\u200be", "a b c d e"),
        ("街道<U+00A0>办事处", "街道        办事处"),
        ("来源:&nbsp;街道", "来源:      街道"),
        ("一\u2028二\x0b三\x85四", "一\n二\n三\n四"),
    ],
)
def test_normalise(printed, plain):
    assert normalise(printed) == plain


@pytest.mark.parametrize(
    "text",
    [
        "“六稳”、《条例》——‘一核多元’…",
        "①②③ⅠⅡ㎡℃",
        "一、二。三",
        "溁湾镇𠮷",
        "a\r\nb",
        "x < U+00A0 & y",
        "1+N+X≥3",
    ],
)
def test_normalise_leaves_alone(text):
    assert normalise(text) == text


@settings(deadline=None)
@given(st.text())
def test_normalise_keeps_every_offset_and_is_done_after_once(text):
    once = normalise(text)
    assert len(once) == len(text)
    assert normalise(once) == once


def test_lines_are_trimmed_and_never_blank():
    text = "  一 \r\n\r\n 二二\r三\n   "
    assert [text[a:b] for a, b in lines(text)] == ["一", "二二", "三"]


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
