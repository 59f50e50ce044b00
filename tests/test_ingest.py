"""From saved files to text: every kind of file, and files that are damaged or mean harm."""

import io
import logging
import multiprocessing
import random
import re
import socket
import struct
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import docx
import matplotlib as mpl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from pypdf import PdfReader, PdfWriter

from jiedao import JiedaoError, files, ingest, webpage
from jiedao.clean import decode
from jiedao.ingest import Extracted, extract, extract_files, join_wrapped, table_row
from jiedao.word import numeral

FONT = Path(ingest.__file__).parent / "fonts" / "JiedaoSans-Regular.ttf"
TITLE = "某街道2024年工作总结"
# Sentences that differ, so that none is taken for a repetition of another.
SAID = [
    "今年以来，街道坚持党建引领，扎实推进各项工作，经济社会平稳发展，民生持续改善。",
    "全年完成固定资产投资1.2亿元，新增规模以上企业6家，税收收入同比增长百分之八。",
    "老旧小区改造惠及居民三千余户，加装电梯12部，群众的获得感和幸福感不断增强。",
    "平安建设扎实推进，全年化解矛盾纠纷一百余件，信访总量同比下降了两成以上。",
    "明年，街道将继续聚焦产业发展，服务重点项目建设，力争财政收入再上新的台阶。",
]
NEWS = "近日，某区召开全区重点工作推进会议，会议研究部署了下一阶段的各项目标任务。"
SIGNED = ["某街道办事处", "2024年12月28日"]


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Reading a file opens no connection, nor does it try to."""
    tried = []

    class Refused(socket.socket):
        def __init__(self, *_args, **_kwargs):
            tried.append(self)
            raise OSError("a file's reader went to the network")

    monkeypatch.setattr(socket, "socket", Refused)
    monkeypatch.setattr(socket, "getaddrinfo", Refused)
    yield
    assert not tried
    assert webpage  # imported above: a package behind it asks on import whether the system knows IPv6


def lines(data, name="report"):
    return extract(data, name).text.split("\n")


def refusal(data, name="report"):
    with pytest.raises(JiedaoError) as caught:
        extract(data, name)
    message = str(caught.value)
    assert message.startswith(f"{name}: ") and "\n" not in message
    return message


# Plain text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_plain_text_stays_as_it_is(encoding):
    text = f"  {TITLE}\r\n一、<经济>\n\n{SAID[0]}\r"
    assert extract(text.encode(encoding), "report.txt") == Extracted(text, {}, [], "text")


def test_plain_text_needs_no_further_package(monkeypatch):
    for module in ("trafilatura", "lxml", "pypdf", "docx"):
        monkeypatch.setitem(sys.modules, module, None)
    assert extract(SAID[0].encode(), "report.txt").text == SAID[0]


@pytest.mark.parametrize(
    ("kind", "package"), [("webpage", "trafilatura"), ("pdf", "pypdf"), ("word", "docx")]
)
def test_other_kinds_say_which_packages_they_need(kind, package, monkeypatch, samples):
    monkeypatch.delitem(sys.modules, f"jiedao.{kind}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    name = {"webpage": "report.html", "pdf": "report.pdf", "word": "report.docx"}[kind]
    assert refusal(samples[name], name) == (
        f"{name}: reading html, pdf and docx needs more packages; "
        'install them with: pip install "jiedao[ingest]"'
    )


# Kinds of files


def zipped(**members):
    """An archive; two underscores in a name stand for a slash, one for a full stop."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return packed.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
REFUSED = {
    "empty.txt": (b"", "empty"),
    "blank.html": (b" \n", "empty"),
    "old.doc": (OLE, "save it as .docx"),
    "old.docx": (OLE, "save it as .docx"),
    "locked.docx": (OLE + "EncryptedPackage".encode("utf-16-le"), "remove the password"),
    "text.rtf": (rb"{\rtf1\ansi report}", "save it as .docx"),
    "table.xlsx": (zipped(xl__workbook_xml="<a/>"), "a spreadsheet.*save the report as"),
    "talk.pptx": (zipped(ppt__presentation_xml="<a/>"), "slides"),
    "report.odt": (zipped(mimetype="x", content_xml="<a/>"), "OpenDocument"),
    "report.ofd": (zipped(OFD_xml="<a/>"), "OFD"),
    "many.zip": (zipped(a_txt="text"), "unpack it"),
    "many.rar": (b"Rar!\x1a\x07\x00abc", "unpack it"),
    "one.gz": (b"\x1f\x8b\x08\x00abc", "unpack it"),
    "page.png": (b"\x89PNG\r\n\x1a\n\x00\x00", "a picture; run text recognition"),
    "page.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture"),
    "page.tif": (b"II*\x00\x08\x00", "a picture"),
    "page.bmp": (b"BM" + (20).to_bytes(4, "little") + bytes(14), "a picture"),
    "no.pdf": (SAID[0].encode(), "no pdf file"),
    "no.docx": (SAID[0].encode(), "no docx file"),
    "cut.zip": (b"PK\x03\x04\x14\x00", "damaged"),
    "noise": (bytes(range(256)), "not a text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_no_text_is_refused_with_the_reason(name):
    data, reason = REFUSED[name]
    assert re.search(reason, refusal(data, name))


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "report.docx", "report.mhtml"])
@pytest.mark.parametrize("called", ["report", "report.txt", "report.doc"])
def test_content_goes_before_the_suffix(name, called, samples):
    assert extract(samples[name], called).text == extract(samples[name], name).text


def test_a_text_that_speaks_of_tags_is_text():
    text = f"{SAID[0]}\n网页用 <div> 和 <p> 编排。\n"
    assert extract(text.encode(), "report.txt").text == text


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    for module in (ingest, files):
        monkeypatch.setattr(module, "LARGEST_FILE", 100)
    path = tmp_path / "large.txt"
    path.write_bytes(b"a" * 1000)
    with pytest.raises(JiedaoError, match=r"large\.txt: larger than"):
        files.read_bounded(path)
    assert "larger than" in refusal(b"a" * 101)


# Web pages

MENU = "".join(f'<li><a href="/{i}">政务公开栏目{i}</a></li>' for i in range(30))
MORE = "".join(
    f'<li><a href="/{i}">某区召开第{i}次重要会议研究部署重点工作的各项安排。</a></li>' for i in range(20)
)
INDEX = (
    "<table><tr><td>索 引 号：</td><td>000014349/2024-00012</td><td>发布机构：</td><td>某街道办事处</td></tr>"
    "<tr><td>名　　称：</td><td>工作总结</td></tr></table>"
)
ARTICLE = (
    f"<p>　　{SAID[0]}</p><p>一、经济建设</p><p>{SAID[1]}</p>"
    "<table><tr><td>指标</td><td><p>完成</p></td></tr><tr><td>税收</td><td>1.2亿元</td></tr></table>"
    f"<p>（一）民生<b>保障</b></p><p>{SAID[2]}<br>{SAID[3]}</p><p>二、明年打算</p><p>{SAID[4]}</p>"
    f"<p>{SIGNED[0]}</p><p>{SIGNED[1]}</p>"
)
ARTICLE_LINES = [
    SAID[0],
    "一、经济建设",
    SAID[1],
    "指标 | 完成",
    "税收 | 1.2亿元",
    "（一）民生保障",
    *SAID[2:4],
    "二、明年打算",
    SAID[4],
    *SIGNED,
]


def page(article=ARTICLE, head="", charset="utf-8", heading=f"<h1>{TITLE}</h1>"):
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{TITLE}_某某区人民政府</title>{head}'
        f'</head><body><div class="menu"><ul>{MENU}</ul></div>'
        f'<div>当前位置：<a href="/">首页</a> &gt; <a href="/a">政务公开</a></div>{INDEX}{heading}'
        '<div class="info">发布时间：2024-12-30 来源：某街道 浏览次数：<span>12</span></div>'
        f'<div class="content">{article}</div><div>附件：<a href="a.doc">附件1.doc</a></div>'
        f'<div class="more"><p>{NEWS}</p><ul>{MORE}</ul></div>'
        '<div class="footer"><p>主办：某区人民政府 网站标识码：1234567890</p></div></body></html>'
    )


STATED = {
    "title": TITLE,
    "published": "2024-12-30",
    "index_no": "000014349/2024-00012",
    "publisher": "某街道办事处",
    "source": "某街道",
}


def test_the_report_of_a_page_is_read_whole_and_alone():
    found = extract(page().encode(), "report.html")
    assert found.text.split("\n") == [TITLE, *ARTICLE_LINES]
    assert found.stated == STATED
    assert len(found.warnings) == 1 and NEWS[:10] in found.warnings[0]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("gb2312", "gb18030"),
        ("GBK", "gbk"),
        ("utf-8", "utf-8"),
        ("gb2312", "utf-8"),
        ("iso-8859-1", "gb18030"),
        ("iso-8859-1", "utf-8"),
        ("utf-8", "gb18030"),
        ("utf-16", "utf-16"),
        ("no-such-charset", "utf-8-sig"),
        ("big5", "big5"),
    ],
)
def test_a_page_is_decoded_as_it_is_not_as_it_says(charset, encoding):
    big5 = "今年以來，街道堅持黨建引領，紮實推進各項工作，經濟社會平穩發展，民生持續改善。"
    text = f"<p>{big5 if encoding == 'big5' else SAID[0] + '㙍'}</p>"
    html = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head>{text}'
    if encoding == "gbk":
        html = html.replace("㙍", "")
    assert extract(html.encode(encoding), "report").text in html


def test_damaged_characters_of_a_page_are_told():
    data = page().encode()
    at = data.rindex("明年".encode())
    found = extract(data[: at + 1] + b"\xff" + data[at + 3 :], "report.html")
    assert "\ufffd" in found.text and "damaged" in found.warnings[0]
    assert "not a page in" in refusal(b"<html><body>" + b"\xff\xfe\xfd" * 400, "report.html")


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>var a='{}';</script>",
        "<style>p:after {{content:'{}'}}</style>",
        "<noscript><p>{}</p></noscript>",
        "<template><p>{}</p></template>",
        "<p hidden>{}</p>",
        '<p style="color:red; DISPLAY : none">{}</p>',
        '<div style="visibility:hidden"><p>{}</p></div>',
        "<!-- <p>{}</p> -->",
        "<textarea>{}</textarea>",
        "<select><option>{}</option></select>",
        '<input type="hidden" value="{}">',
        "<svg><text>{}</text></svg>",
    ],
)
def test_what_a_page_hides_is_no_text(unseen):
    hidden = "隐藏的句子无论如何都不应该出现在正文里面，一个字都不应该有。"
    article = ARTICLE.replace("<p>一、", unseen.format(hidden) + "<p>一、")
    assert lines(page(article).encode()) == [TITLE, *ARTICLE_LINES]


@pytest.mark.parametrize(
    "inside",
    [
        "<p><a href='/law'>{}</a></p>",
        "<div class='comment sidebar'><p>{}</p></div>",
        "<div><span><font><font>{}</font></font></span></div>",
        "<section><section><p>{}</p></section></section>",
        "<ul><li>{}</li></ul>",
        "<blockquote>{}</blockquote>",
        "<table><tr><td>{}</td></tr></table>",
        "{}",
        "<footer>{}</footer>",
        "<form>{}</form>",
        "<button>打印</button><p>{}</p>",
    ],
)
def test_no_sentence_of_the_article_is_lost(inside):
    sentence = "这一句话无论怎样编排都应当留在正文里面，因为它是报告的一部分。"
    for before in ("<p>一、", "<p>二、", f"<p>{SIGNED[0]}"):
        article = ARTICLE.replace(before, inside.format(sentence) + before)
        found = lines(page(article).encode())
        assert found == [TITLE, *_with(ARTICLE_LINES, sentence, before.removeprefix("<p>"))]


def _with(text, sentence, before):
    at = next(i for i, line in enumerate(text) if line.startswith(before))
    return [*text[:at], sentence, *text[at:]]


LAYOUTS = {
    "one block with breaks": re.sub(r"</?p>", "<br>", ARTICLE),
    "a table for layout": f"<table><tr><td><ul>{MENU}</ul></td><td>{ARTICLE}</td></tr></table>",
    "cells without rows": f"<table><td>{ARTICLE}</td></table>",
    "parts in blocks": ARTICLE.replace("<p>一、", "</div><div><p>一、").replace(
        "<p>二、", "</div><div><p>二、"
    ),
    "spans and fonts": ARTICLE.replace("<p>", "<p><span><font size=3>").replace("</p>", "</font></span></p>"),
    "unclosed paragraphs": ARTICLE.replace("</p>", ""),
    "links unclosed": ARTICLE.replace("<p>", "<p><a name='x'>"),
    "WeChat": f'<div id="js_content" style="visibility: hidden; opacity: 0;">{ARTICLE}</div>',
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_order_and_the_lines_hold_in_any_layout(layout):
    assert lines(page(LAYOUTS[layout]).encode()) == [TITLE, *ARTICLE_LINES]


def test_a_line_broken_in_the_source_gets_no_blank_inside_a_word():
    article = (
        "<p>街道坚持党建\n    引领，扎实推进 GDP\n核算和\n2024 年的<b>各项</b>\n工作，完成了全年任务。</p>"
    )
    told = "街道坚持党建引领，扎实推进 GDP 核算和 2024 年的各项 工作，完成了全年任务。"
    assert told in lines(f"<html><body>{article}".encode())


def test_lines_of_preformatted_text_stay():
    html = f"<html><body><pre>一、经济建设\n{SAID[0]}\n\n{SAID[1]}</pre></body></html>"
    assert lines(html.encode()) == ["一、经济建设", *SAID[:2]]


TITLED = [
    (f'<meta name="ArticleTitle" content="{TITLE}">', "<div>别的</div>", TITLE),
    ("", f"<h1>某街道<br>{TITLE[3:]}</h1>", TITLE),
    ("", f"<h1><a href='/'>某区政府</a></h1><div class='t'>{TITLE}</div>", TITLE),
    ('<meta property="og:title" content="某街道2024年工作总结 - 某区">', f"<div>{TITLE}</div>", TITLE),
]


@pytest.mark.parametrize(("head", "heading", "title"), TITLED)
def test_the_title_is_stated_and_opens_the_text(head, heading, title):
    found = extract(page(head=head, heading=heading).encode(), "report.html")
    assert found.stated["title"] == title
    assert found.text.split("\n")[0] == title
    assert found.text.count(TITLE) == 1


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("某街道2021-2025年工作规划-某区政府", "某街道2021-2025年工作规划"),
        ("某区政府 | 某街道2024年工作总结", "某街道2024年工作总结"),
        ("某街道——2024年工作报告_计划总结_某区", "某街道——2024年工作报告"),
        ("某区人民政府", ""),
    ],
)
def test_a_page_title_is_read_less_the_name_of_the_site(title, told):
    html = f"<html><head><title>{title}</title></head><body><div>{told}</div>{ARTICLE}</body></html>"
    assert extract(html.encode(), "report.html").stated.get("title", "") == told


TAGS = (
    '<meta name="PubDate" content="2025-01-02 08:00"><meta name="ContentSource" content="区政府办">'
    '<meta name="SiteName" content="某某区人民政府"><meta name="IndexNumber" content="K123">'
)
DEFINITIONS = "<dl><dt>索引号</dt><dd>000014349/2024-00012</dd><dt>发布机构：</dt><dd>某街道办事处</dd></dl>"


def test_tags_go_before_the_index_block():
    stated = extract(page(head=TAGS).encode(), "report.html").stated
    assert stated == STATED | {"published": "2025-01-02", "source": "区政府办", "index_no": "K123"}


def test_labels_and_values_on_separate_lines_are_brought_together():
    assert extract(page().replace(INDEX, DEFINITIONS).encode(), "report.html").stated == STATED


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="https://example.org/a.html">', "https://example.org/a.html"),
        ('<meta property="og:url" content="http://example.org/b">', "http://example.org/b"),
        ('<link rel="canonical" href="javascript:alert(1)">', ""),
        ('<link rel="canonical" href="/a.html">', ""),
        ("<!-- saved from url=(0021)https://example.org/c -->", "https://example.org/c"),
    ],
)
def test_the_address_of_a_page(head, url):
    assert extract(page(head=head).encode(), "report.html").stated.get("source_url", "") == url


@pytest.mark.parametrize(
    "html",
    [
        f"<html><body><ul>{MENU}</ul><div id='app'></div><script>load()</script></body></html>",
        "<html></html>",
        "<!DOCTYPE html>",
        f"<html><body><p hidden>{SAID[0]}</p></body></html>",
    ],
)
def test_a_page_without_running_text_is_refused(html):
    assert "holds no running text" in refusal(html.encode(), "report.html")


def mhtml(encoding="quoted-printable", charset="utf-8"):
    from email.message import EmailMessage
    from email.mime.image import MIMEImage

    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = "https://example.org/report.html"
    message.set_content(page(charset=charset), subtype="html", charset=charset, cte=encoding)
    message.make_related()
    message.attach(MIMEImage(b"\x89PNG", "png"))
    return message.as_bytes()


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_page_that_a_browser_saved_whole(encoding, charset):
    found = extract(mhtml(encoding, charset), "report.mhtml")
    assert found.text.split("\n") == [TITLE, *ARTICLE_LINES]
    assert found.stated == STATED | {"source_url": "https://example.org/report.html"}


def test_a_saved_page_without_html_is_refused():
    data = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\n\ntext\n--x--\n'
    assert "without its HTML" in refusal(data, "report.mht")


@pytest.mark.parametrize("depth", [200, 400, 5000, 200_000])
def test_deep_pages_are_read_whole_or_refused(depth):
    html = f"<html><body><p>{SAID[0]}</p>{'<div>' * depth}<p>{SAID[1]}</p>{'</div>' * depth}</body></html>"
    if depth < 500:
        assert lines(html.encode()) == SAID[:2]
    else:
        assert "damaged html" in refusal(html.encode())


# PDF


def printed(*pages, name="Title"):
    """A PDF whose pages hold lines (x, y, text, size)."""
    out = io.BytesIO()
    with mpl.rc_context({"pdf.fonttype": 42}), PdfPages(out, metadata={"Title": name}) as pdf:
        for page in pages:
            figure = Figure(figsize=(595 / 72, 842 / 72))
            for x, y, text, size in page:
                font = FontProperties(fname=FONT, size=size)
                figure.text(x / 595, y / 842, text, fontproperties=font, parse_math=False)
            pdf.savefig(figure)
    return out.getvalue()


def typeset(*paragraphs, width=28, title=TITLE, per_page=12, header="", footer="- {} -"):
    """A PDF of wrapped paragraphs, the first line of each indented by two characters."""
    rows = []
    for paragraph in paragraphs:
        room, x, line = width - 2, 108, ""
        for sign in paragraph:
            if room < (1 if sign > "\xff" else 0.5):
                rows.append((x, line, 14))
                room, x, line = width, 80, ""
            line += sign
            room -= 1 if sign > "\xff" else 0.5
        rows.append((x, line, 14))
    pages = []
    for first in range(0, len(rows), per_page):
        body = [
            (x, 720 - 28 * i, text, size) for i, (x, text, size) in enumerate(rows[first : first + per_page])
        ]
        top = [(250, 800, header, 9)] if header else []
        top += [(180, 760, title, 22)] if title and not first else []
        bottom = [(280, 40, footer.format(len(pages) + 1), 9)] if footer else []
        pages.append(top + body + bottom)
    return printed(*pages)


# As many characters of full width as the lines hold.
PROSE = [
    said.translate({ord(str(i)): c for i, c in enumerate("零一二三四五六七八九")} | {46: "点"})
    for said in SAID
]
PARAGRAPHS = [PROSE[0] + PROSE[1], "一、经济建设", PROSE[2], "（一）民生保障", PROSE[3] + PROSE[4], *SIGNED]


@pytest.mark.parametrize("per_page", [4, 5, 12])
@pytest.mark.parametrize("width", [19, 20, 23, 28, 34])
def test_wrapped_lines_of_a_pdf_are_joined_and_page_numbers_dropped(width, per_page):
    assert lines(typeset(*PARAGRAPHS, width=width, per_page=per_page)) == [TITLE, *PARAGRAPHS]


def test_headers_and_footers_of_a_pdf_are_dropped():
    data = typeset(*PARAGRAPHS, per_page=4, header="某区人民政府公报", footer="第{}页 共3页")
    found = extract(data, "report.pdf")
    assert found.text.split("\n") == [TITLE, *PARAGRAPHS]
    assert re.search("left out .lines: [68].$", found.warnings[0])


def test_a_title_that_only_the_header_holds_stays_once():
    data = typeset(*PARAGRAPHS, per_page=4, header=TITLE, title="")
    assert lines(data) == [TITLE, *PARAGRAPHS]


def test_a_title_on_two_lines_is_joined():
    rows = [(150, 780, "某街道办事处", 22), (120, 750, "年度工作总结暨明年工作计划", 22)]
    rows += [(108, 700 - 28 * i, text, 14) for i, text in enumerate(["一、经济", PROSE[0][:30], "二、民生"])]
    assert lines(printed(rows)) == [
        "某街道办事处年度工作总结暨明年工作计划",
        "一、经济",
        PROSE[0][:30],
        "二、民生",
    ]


def test_short_lines_and_numbered_lines_of_a_pdf_are_not_joined():
    full = "坚持党建引领推动基层治理提质增效全面夯实发展基础强化责任担当"  # a heading that fills the line
    rows = [full[:28], "1.抓学习", "2.抓队伍", PROSE[0][:28], PROSE[0][28:], "名称 数量", "社区 12"]
    data = printed([(80, 780 - 28 * i, text, 14) for i, text in enumerate(rows)])
    assert lines(data) == [*rows[:3], PROSE[0], *rows[5:]]


def test_the_file_s_title_is_stated_only_if_the_text_holds_it():
    rows = [(80, 780 - 28 * i, text, 14) for i, text in enumerate([TITLE, *PROSE])]
    assert extract(printed(rows, name=TITLE), "a.pdf").stated == {"title": TITLE}
    assert extract(printed(rows, name="Microsoft Word - 某街道2019年工作总结.doc"), "a.pdf").stated == {}


def rewritten(data, **encryption):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    if encryption:
        writer.encrypt(**encryption)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_that_needs_a_password_is_refused_and_another_read():
    data = typeset(*PARAGRAPHS)
    locked = rewritten(data, user_password="secret", algorithm="RC4-128")
    assert "remove the password" in refusal(locked, "a.pdf")
    restricted = rewritten(data, user_password="", owner_password="secret", algorithm="RC4-128")
    assert extract(restricted, "a.pdf").text == extract(data, "a.pdf").text


def test_pages_without_text_are_named_and_scans_refused():
    text = [(80, 700, PROSE[0], 10)]
    found = extract(printed(text, [], text[:0], text), "a.pdf")
    assert found.warnings[0] == "no text on pages 2, 3, perhaps pictures"
    assert "text recognition (OCR)" in refusal(printed([], [], []), "a.pdf")
    assert "text recognition (OCR)" in refusal(printed([(280, 40, "1", 9)]), "a.pdf")


@pytest.mark.parametrize("text", ["\ue001\ue002\ue003" * 20, "\ufffd" * 60, "jR8 kT2 wQ7 " * 6])
def test_a_pdf_whose_fonts_hide_the_text_is_refused(text):
    data = printed([(80, 700, PROSE[0][:30], 10)])
    codes = "".join(f"{ord(c):04x}" for c in text[:30].replace(" ", ""))
    reader = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for entry in reader.pages[0]["/Resources"]["/Font"].values():
        font = entry.get_object()
        if "/ToUnicode" in font:
            table = f"1 begincmap 1 beginbfrange <0000> <ffff> <{codes[:4]}> endbfrange endcmap".encode()
            font["/ToUnicode"].get_object().set_data(table)
    out = io.BytesIO()
    reader.write(out)
    shown = "".join(p.extract_text() for p in PdfReader(out).pages)
    assert PROSE[0][:4] not in shown
    assert re.search("fonts hide|OCR", refusal(out.getvalue(), "a.pdf"))


def raw_pdf(content, filters="/FlateDecode"):
    """A PDF of one page with this content stream, written by hand."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(content)} /Filter {filters} >>\nstream\n".encode() + content + b"\nendstream",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        out
        + (
            f"xref\n0 5\n0000000000 65535 f \n{table}trailer << /Size 5 /Root 1 0 R >>\n"
            f"startxref\n{len(out)}\n%%EOF"
        ).encode()
    )


def test_a_pdf_that_unpacks_to_too_much_is_refused():
    once = zlib.compress(b"BT (a) Tj ET " * 20_000_000, 9)
    assert len(raw_pdf(once)) < 2**20
    refusal(raw_pdf(once), "a.pdf")
    refusal(raw_pdf(zlib.compress(once, 9), "[/FlateDecode /FlateDecode]"), "a.pdf")


# Word documents


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def written(*paragraphs):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return document


def insert(document, xml):
    """Add a block of WordprocessingML at the end of the document."""
    spaces = nsdecls("w", "wp", "a") + (
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
        ' xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    document.element.body.insert_element_before(
        parse_xml(re.sub(r"^<([\w:]+)", rf"<\1 {spaces}", xml)), "w:sectPr"
    )


def test_paragraphs_and_tables_of_a_document_come_in_order():
    document = written(TITLE, SAID[0])
    table = document.add_table(rows=2, cols=3)
    for i, cell in enumerate(table._cells):
        cell.text = f"格{i}"
    document.add_paragraph(f"一、经济\n{SAID[1]}")
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    found = extract(saved(document), "report.docx")
    expected = [TITLE, SAID[0], "格0 | 格1 | 格2", "格3 | 格4 | 格5", "一、经济", SAID[1]]
    assert found == Extracted("\n".join(expected), {}, [], "docx")


def test_merged_cells_are_read_once_and_nested_tables_whole():
    document = written(SAID[0])
    table = document.add_table(rows=3, cols=3)
    for i, cell in enumerate(table._cells):
        cell.text = f"格{i}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "横"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "竖"
    inner = table.cell(2, 2).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "内一", "内二"
    assert lines(saved(document)) == [SAID[0], "横 | 格2", "竖 | 格4 | 格5", "格7", "格8", "内一 | 内二"]


RUNS = {
    "<w:r><w:t>党建</w:t><w:br/><w:t>引领</w:t></w:r>": "党建\n引领",
    "<w:r><w:t>表</w:t><w:tab/><w:t>一</w:t></w:r>": "表 一",
    "<w:ins><w:r><w:t>新增</w:t></w:r></w:ins>": "新增",
    "<w:del><w:r><w:delText>删去</w:delText></w:r></w:del><w:r><w:t>留</w:t></w:r>": "留",
    "<w:moveFrom><w:r><w:t>旧处</w:t></w:r></w:moveFrom>"
    "<w:moveTo><w:r><w:t>新处</w:t></w:r></w:moveTo>": "新处",
    "<w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink>": "链接",
    "<w:smartTag><w:r><w:t>标签</w:t></w:r></w:smartTag>": "标签",
    "<w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt>": "控件",
    "<w:fldSimple w:instr='DATE'><w:r><w:t>域</w:t></w:r></w:fldSimple>": "域",
    "<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>文</w:t></w:r>": "文",
    "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:r><w:t>显</w:t></w:r>": "显",
    "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>显</w:t></w:r>": "显",
    "<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t></w:r>": "a-b",
    "<w:r><w:ruby><w:rt><w:r><w:t>jie</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>街</w:t></w:r></w:rubyBase>"
    "</w:ruby></w:r>": "街",
}


@pytest.mark.parametrize(("runs", "text"), RUNS.items())
def test_what_a_paragraph_shows(runs, text):
    document = written(SAID[0])
    insert(document, f"<w:p>{runs}</w:p>")
    assert extract(saved(document), "a.docx").text == f"{SAID[0]}\n{text}"


def test_a_paragraph_whose_end_is_deleted_goes_on_in_the_next():
    document = docx.Document()
    insert(document, "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>坚持</w:t></w:r></w:p>")
    insert(document, "<w:p><w:r><w:t>党建</w:t></w:r></w:p>")
    assert lines(saved(document)) == ["坚持党建"]


def test_text_boxes_are_read_once_and_content_controls_too():
    box = "<w:txbxContent><w:p><w:r><w:t>框内文字</w:t></w:r></w:p></w:txbxContent>"
    document = written(SAID[0])
    insert(
        document,
        "<w:p><w:r><w:t>段落</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>"
        f"<wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox>"
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
    )
    insert(document, "<w:sdt><w:sdtContent><w:p><w:r><w:t>控件段落</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    assert lines(saved(document)) == [SAID[0], "段落", "框内文字", "控件段落"]


def test_the_table_of_contents_is_left_out_with_a_warning():
    document = written(SAID[0])
    insert(
        document,
        "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
        "<w:sdtContent><w:p><w:r><w:t>一、经济 1</w:t></w:r></w:p></w:sdtContent></w:sdt>",
    )
    found = extract(saved(document), "a.docx")
    assert found == Extracted(SAID[0], {}, ["the table of contents is left out (lines: 1)"], "docx")


def numbered(document, levels, num_id=50, override=""):
    """Define a list, by (style, pattern, further elements) a level; returns its numId."""
    root = document.part.numbering_part.element
    lvls = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>{"".join(more)}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for i, (style, pattern, *more) in enumerate(levels)
    )
    spaces = nsdecls("w")
    first = root.find(qn("w:num"))
    first.addprevious(parse_xml(f'<w:abstractNum {spaces} w:abstractNumId="{num_id}">{lvls}</w:abstractNum>'))
    number(document, num_id, num_id, override)


def number(document, num_id, definition, override=""):
    inside = f'<w:abstractNumId w:val="{definition}"/>{override}'
    num = parse_xml(f'<w:num {nsdecls("w")} w:numId="{num_id}">{inside}</w:num>')
    document.part.numbering_part.element.append(num)


def item(document, text, level=0, num_id=50):
    insert(
        document,
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num_id}"/></w:numPr></w:pPr>'
        f"<w:r><w:t>{text}</w:t></w:r></w:p>",
    )


OUTLINE = [
    ("chineseCounting", "%1、"),
    ("chineseCountingThousand", "（%2）"),
    ("decimal", "%3."),
    ("decimal", "%3.%4"),
    ("bullet", "\uf06c"),
]


def test_automatic_numbers_are_counted_as_word_does():
    document = docx.Document()
    numbered(document, OUTLINE)
    for level, text in [
        (0, "经济"),
        (1, "招商"),
        (2, "2024年"),
        (2, "项目"),
        (3, "细目"),
        (1, "财税"),
        (2, "收入"),
    ]:
        item(document, text, level)
    item(document, "民生")
    item(document, "养老", 1)
    item(document, "要点", 4)
    document.add_paragraph("正文")
    item(document, "无号", 0, 0)
    item(document, "治理")
    assert lines(saved(document)) == [
        *("一、经济", "（一）招商", "1. 2024年", "2. 项目", "2.1 细目", "（二）财税", "1. 收入"),
        *("二、民生", "（一）养老", "●要点", "正文", "无号", "三、治理"),
    ]


def test_lists_of_one_definition_go_on_unless_they_start_anew():
    document = docx.Document()
    numbered(document, OUTLINE)
    number(document, 51, 50)
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    number(document, 52, 50, start)
    for num_id, text in [(50, "甲"), (51, "乙"), (52, "丙"), (52, "丁")]:
        item(document, text, 0, num_id)
    assert lines(saved(document)) == ["一、甲", "二、乙", "一、丙", "二、丁"]


def test_levels_that_never_restart_and_numbers_in_digits():
    document = docx.Document()
    levels = [("chineseCounting", "第%1部分", '<w:suff w:val="nothing"/>')]
    levels += [("decimal", "%1.%2", '<w:lvlRestart w:val="0"/><w:isLgl/>')]
    numbered(document, levels)
    for level, text in [(0, "总结"), (1, "甲"), (0, "计划"), (1, "乙")]:
        item(document, text, level)
    assert lines(saved(document)) == ["第一部分总结", "1.1 甲", "第二部分计划", "2.2 乙"]


def test_numbers_that_come_with_a_style():
    document = docx.Document()
    levels = [("chineseCounting", "%1、"), ("chineseCounting", "（%2）", '<w:pStyle w:val="Heading2"/>')]
    numbered(document, levels)
    for style in ("Heading 1", "Heading 2"):
        properties = document.styles[style].element.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="50"/></w:numPr>'))
    based = document.styles.add_style("Mine", 1)
    based.base_style = document.styles["Heading 2"]
    for style, text in [
        ("Heading 1", "经济"),
        ("Heading 2", "招商"),
        ("Mine", "财税"),
        ("Heading 1", "民生"),
    ]:
        document.add_paragraph(text, style)
    assert lines(saved(document)) == ["一、经济", "（一）招商", "（二）财税", "二、民生"]


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ("chineseCounting", "一 十 十一 二十 九十九 一百零一 一千零二十"),
        ("japaneseCounting", "一 十 十一 二十 九十九 一百零一 一千零二十"),
        ("chineseLegalSimplified", "壹 拾 拾壹 贰拾 玖拾玖 壹佰零壹 壹仟零贰拾"),
        ("ideographDigital", "一 一〇 一一 二〇 九九 一〇一 一〇二〇"),
        ("decimal", "1 10 11 20 99 101 1020"),
        ("decimalZero", "01 10 11 20 99 101 1020"),
        ("decimalFullWidth", "１ １０ １１ ２０ ９９ １０１ １０２０"),
        ("upperRoman", "I X XI XX XCIX CI MXX"),
        ("lowerRoman", "i x xi xx xcix ci mxx"),
        ("lowerLetter", "a j k t 99 101 1020"),
        ("decimalEnclosedCircle", "① ⑩ ⑪ ⑳ 99 101 1020"),
        ("ideographTraditional", "甲 癸 11 20 99 101 1020"),
        ("unheardOf", "1 10 11 20 99 101 1020"),
    ],
)
def test_numerals_of_word(style, told):
    assert " ".join(numeral(n, style) for n in (1, 10, 11, 20, 99, 101, 1020)) == told


def test_a_document_without_text_is_refused():
    assert "holds no text" in refusal(saved(docx.Document()), "a.docx")


def test_a_document_s_title_is_stated_only_if_the_text_holds_it():
    for title, stated in [
        (TITLE, {"title": TITLE}),
        ("某街道2019年工作总结", {}),
        ("Word 文档", {}),
        ("", {}),
    ]:
        document = written(TITLE, SAID[0])
        document.core_properties.title = title
        assert extract(saved(document), "a.docx").stated == stated


# Files that mean harm


def repacked(data, **changed):
    """A document with some parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= {name.replace("__", "/").replace("_", "."): content for name, content in changed.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


LAUGHS = '<!DOCTYPE d [<!ENTITY a "哈哈哈哈">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "declared", [LAUGHS + "]>", '<!doctype d [<!ENTITY i SYSTEM "file:///etc/hostname">]>']
)
def test_entities_in_a_document_are_refused(declared, encoding, samples):
    spaces = nsdecls("w")
    body = "<w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body>"
    start = f"<?xml version='1.0' encoding='{encoding}'?>{declared}"
    xml = f"{start}<w:document {spaces}>{body}</w:document>"
    for part in ("word__document_xml", "docProps__core_xml"):
        bomb = repacked(samples["report.docx"], **{part: xml.encode(encoding)})
        assert "XML entities" in refusal(bomb, "a.docx")


@pytest.mark.parametrize("size", [2, 60])
def test_a_document_that_unpacks_to_too_much_is_refused(size, samples):
    bomb = repacked(samples["report.docx"], word__document_xml=b" " * (size * 2**20))
    assert "unpacks to far more" in refusal(bomb, "a.docx")


def test_a_document_of_many_large_parts_is_refused(samples, monkeypatch):
    monkeypatch.setattr(ingest, "LARGEST_UNPACKED", 2**20)
    noise = random.Random(0).randbytes(2**20)
    assert "unpacks to far more" in refusal(
        repacked(samples["report.docx"], word__media__a_bin=noise), "a.docx"
    )


def test_a_document_that_lies_about_its_sizes_is_refused(samples):
    bomb = repacked(samples["report.docx"], word__document_xml=b"<a>" + b" " * 2**22 + b"</a>")
    size = struct.pack("<I", 2**22 + 7)
    assert bomb.count(size) == 2
    assert "damaged docx" in refusal(bomb.replace(size, struct.pack("<I", 1000)), "a.docx")


def test_a_deeply_nested_document_is_refused(samples):
    deep = "<w:p>" * 5000 + "</w:p>" * 5000
    xml = f"<w:document {nsdecls('w')}><w:body>{deep}</w:body></w:document>"
    assert "damaged docx" in refusal(repacked(samples["report.docx"], word__document_xml=xml), "a.docx")


@pytest.fixture(scope="session")
def samples():
    """A good file of each kind, by name."""
    document = written(TITLE, *SAID)
    document.add_table(rows=1, cols=2).cell(0, 0).text = "格"
    return {
        "report.txt": "\n".join(SAID).encode("gb18030"),
        "report.html": page().encode(),
        "report.mhtml": mhtml(),
        "report.pdf": typeset(*PARAGRAPHS),
        "report.docx": saved(document),
    }


def read_or_refused(data, name):
    """Any outcome but another error; what is read can be saved and read again."""
    try:
        found = extract(data, name)
    except JiedaoError as error:
        assert str(error).startswith(f"{name}: ") and "\n" not in str(error)
        return
    assert found.text.strip()
    if not name.endswith(".txt"):
        assert decode(found.text.encode(), name)[0] == found.text
    assert all(value and "\n" not in value for value in found.stated.values())


NAMES = ["report.txt", "report.html", "report.mhtml", "report.pdf", "report.docx"]


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_file_is_read_or_refused(name, samples):
    data = samples[name]
    for part in range(20):
        read_or_refused(data[: len(data) * part // 20], name)


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_read_or_refused(name, samples):
    chance = random.Random(name)
    for _ in range(60):
        data = bytearray(samples[name])
        for _ in range(chance.choice([1, 3, 30])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        read_or_refused(bytes(data), name)


def test_what_the_parsers_log_and_warn_stays_inside(samples, caplog, capfd):
    before = logging.root.manager.disable
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in ("report.pdf", "report.docx", "report.html"):
            read_or_refused(samples[name][: len(samples[name]) // 2] + b"\0" * 99, name)
    assert not caught and not caplog.records and capfd.readouterr() == ("", "")
    assert logging.root.manager.disable == before


# The worker


def test_files_are_read_in_a_process_of_their_own(samples, tmp_path, monkeypatch):
    monkeypatch.undo()  # the line to the worker is no network, but may be a socket
    paths = []
    for name, data in [*samples.items(), ("bad.pdf", b"%PDF-1.4 nothing")]:
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    paths += [tmp_path, tmp_path / "missing.txt"]
    found = dict(extract_files(paths))
    assert list(found) == paths
    for path in paths[:5]:
        assert found[path] == extract(path.read_bytes(), str(path))
    reasons = ["damaged pdf", "a folder", "no such file"]
    for path, reason in zip(paths[5:], reasons, strict=True):
        assert isinstance(found[path], JiedaoError)
        assert str(found[path]).startswith(f"{path}: ") and reason in str(found[path])
    assert not multiprocessing.active_children()


def test_a_worker_that_dies_or_hangs_costs_one_file(tmp_path, monkeypatch):
    monkeypatch.undo()
    path = tmp_path / "report.txt"
    path.write_text(SAID[0], "utf-8")
    several = extract_files([path] * 3)
    assert next(several)[1] == Extracted(SAID[0], {}, [], "text")
    (worker,) = multiprocessing.active_children()
    worker.kill()
    worker.join()
    error = next(several)[1]
    assert isinstance(error, JiedaoError)
    assert str(error).startswith(f"{path}: could not be read within 2 GiB and 120 s")
    assert next(several)[1] == Extracted(SAID[0], {}, [], "text")
    several.close()
    ((_, late),) = extract_files([path], seconds=0)
    assert isinstance(late, JiedaoError)
    assert not multiprocessing.active_children()


def test_the_worker_bounds_its_memory(monkeypatch):
    monkeypatch.undo()
    pytest.importorskip("resource")
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_try_to_allocate, args=(theirs,))
    process.start()
    with ours, theirs:
        assert ours.recv() == "refused"
        process.join()


def _try_to_allocate(line):
    idle, end = multiprocessing.get_context("spawn").Pipe()
    end.close()  # so that the worker sets its bounds and returns at once
    ingest._serve(idle)
    try:
        line.send(len(bytearray(3 * 2**30)))
    except MemoryError:
        line.send("refused")


def test_running_out_of_memory_is_told(monkeypatch, samples):
    def exhaust(*_args):
        raise MemoryError

    monkeypatch.setattr(ingest, "_read", exhaust)
    assert "could not be read within 2 GiB" in refusal(samples["report.pdf"], "a.pdf")


# Small parts


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ([["税收"], ["1.2亿元"]], ["税收 | 1.2亿元"]),
        ([["税收"], [], ["1.2"]], ["税收 | 1.2"]),
        ([["税", "收"], ["1.2"]], ["税收 | 1.2"]),
        ([["一、经济", "二、民生"]], ["一、经济", "二、民生"]),
        ([["a"], ["b"] * 4], ["a", "b", "b", "b", "b"]),
        ([["a"], ["字" * 301]], ["a", "字" * 301]),
        ([["a"], ["b | c"]], ["a", "b | c"]),
        ([[], []], []),
    ],
)
def test_a_row_is_one_line_unless_it_lays_out_a_page(cells, row):
    assert table_row(cells) == row


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["坚持党", "建引领"], "坚持党建引领"),
        (["the work", "report"], "the work report"),
        (["完成投资1", "2亿元"], "完成投资12亿元"),
        (["推进 GDP", "核算"], "推进 GDP核算"),
        (["one,", "two"], "one, two"),
    ],
)
def test_joining_puts_a_blank_between_latin_words_only(parts, whole):
    assert join_wrapped(parts) == whole
