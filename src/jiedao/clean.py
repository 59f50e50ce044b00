"""From bytes to text: decode, normalise one code point to one, recognise site furniture.

Nothing here changes a length or removes a character. Furniture (breadcrumbs, index blocks, share
bars …) is returned as spans, so that later steps can leave it out and a reader can check it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from jiedao import JiedaoError

ENCODINGS = (("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"))


class Span(NamedTuple):
    """A stretch of the raw text, half-open, with the kind of thing it is."""

    start: int
    end: int
    kind: str


def decode(data: bytes, name: str = "text") -> tuple[str, str]:
    """Decode the bytes of a report.

    A byte-order mark decides; else strict UTF-8, else GB 18030 (which holds GBK and GB 2312). On
    short Chinese texts this order is right more often than statistical detectors.

    Parameters
    ----------
    data : bytes
        The file as it is.
    name : str
        What to call the file in an error.

    Returns
    -------
    tuple of str
        The text, line ends as they stand and without a byte-order mark, and the encoding's name.

    Raises
    ------
    JiedaoError
        If the file is empty, or is not text in one of these encodings.
    """
    if not data.strip():
        raise JiedaoError(f"{name}: the file is empty; save the report's text in it")
    for encoding, mark in ENCODINGS:
        if data.startswith(mark):
            return _checked(data[len(mark) :], encoding, name), encoding
    try:
        return _checked(data, "utf-8", name), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = _checked(data, "gb18030", name)
    except UnicodeDecodeError:
        raise _not_text(name) from None
    # GB 18030 accepts almost any bytes; real text stays mostly within the older, smaller GB 2312.
    foreign = [c for c in text if c > "\x7f"]
    common = sum(_in_gb2312(c) for c in foreign)
    if foreign and common < 0.8 * len(foreign):
        raise _not_text(name)
    return text, "gb18030"


def _checked(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding.startswith("utf-16"):
            raise _not_text(name) from None
        raise
    if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f\v\x85" for c in set(text)):
        raise _not_text(name)
    return text


def _not_text(name: str) -> JiedaoError:
    return JiedaoError(f"{name}: not a text in UTF-8, UTF-16 or GB 18030; save it again as UTF-8 text")


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _one_to_one() -> dict[int, str]:
    """Characters that only look different, each with the one character it stands for."""
    forms = [*range(0xFF00, 0xFFF0), *range(0xFE50, 0xFE70), *range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00)]
    table = {code: unicodedata.normalize("NFKC", chr(code)) for code in forms}
    table = {code: same for code, same in table.items() if len(same) == 1 and same != chr(code)}
    blanks = [c for c in range(0x3001) if unicodedata.category(chr(c)) == "Zs"]
    table |= dict.fromkeys([*blanks, 0x09, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF], " ")
    return table | dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n")


ONE_TO_ONE = _one_to_one()
# A blank that some scraper has written out in letters.
SPELT_BLANK = re.compile(r"<U\+00A0>|&nbsp;|&emsp;|&ensp;")


def normalise(text: str) -> str:
    """Replace variant forms by the plain one, one code point by one code point.

    Full-width and small forms become ASCII, Kangxi radicals and compatibility ideographs the common
    character, every kind of blank a space, every kind of line separator a line feed (a carriage
    return stays). The length does not change, so offsets hold in both texts.
    """
    return SPELT_BLANK.sub(lambda m: " " * len(m[0]), text.translate(ONE_TO_ONE))


def lines(text: str) -> list[tuple[int, int]]:
    """Spans of the non-blank lines of a normalised text, without the blanks around them."""
    return [(m.start(), m.end()) for m in re.finditer(r"[^\s](?:[^\r\n]*[^\s])?", text)]


_LABELS = """索引号 信息索引 统一登记号 发布机构 发布单位 发文机关 发文单位 公开责任部门 责任部门 信息来源 主题分类 体裁分类
组配分类 信息分类 所属分类 公开目录 成文日期 生成日期 公开日期 发布日期 发布时间 发文日期 更新时间 生效日期 废止日期 日期 时间 公开方式
公开范围 公开形式 公开程序 公开时限 公开属性 有效性 信息状态 文号 文件编号 信息名称 名称 标题 主题词 关键词 关键字 来源 稿源 作者 撰稿 供稿
编辑 责任编辑 审核 初审 复审 终审 校对 浏览量 浏览次数 浏览 点击 点击数 点击量 点击率 阅读 阅读量 阅读次数 访问量 访问次数 字体大小
字体 字号 视力保护色 背景色 打印 分享 分享到 分享至 收藏""".split()
_LABEL = "(?:" + "|".join(" *".join(label) for label in sorted(_LABELS, key=len, reverse=True)) + ")"
# One or more "label: value" pairs and nothing else; values are short and hold no sentence.
_PAIRS = re.compile(rf"[\s•·|【\[]*{_LABEL}\s*[:|](?:(?!{_LABEL}\s*[:|])[^。!;])*(?:{_LABEL}\s*[:|](?:(?!{_LABEL}\s*[:|])[^。!;])*)*")
_PAIR = re.compile(rf"({_LABEL})\s*[:|]\s*((?:(?!{_LABEL}\s*[:|])[^。!;|])*)")
_DATE = r"(?:19|20)\d\d[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?"
_SITE_WORDS = "首页|主页|返回|顶部|打印|关闭|关闭窗口|收藏|分享|分享到|微信|微博|新浪微博|QQ空间|QQ好友|朋友圈|大|中|小|默认|下载|无障碍|繁体|简体|登录|注册|搜索|政务公开|政务服务|互动交流|新闻中心|信息公开|走进.{2,4}|网站地图|联系我们|关于我们|站点地图|隐私声明|网站声明|打印本页|关闭本页|保存|字体|字号|纠错|我要纠错|上一页|下一页"
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("breadcrumb", r"(?:(?:您?(?:现在|当前)?的?(?:所在)?位置|当前位置)(?:是|为)?\s*:.*|.*首页\s*(?:>|»|/|-).*|[^>。]{2,12}(?:\s*>+\s*[^>。]{2,20}){2,}>?)"),
        ("QR line", r".{0,6}(?:扫一扫|扫描|扫码|微信扫).{0,12}(?:打开|查看|浏览|关注|分享|二维码|当前页面?|本页).{0,12}"),
        ("share bar", r"[【\[]?分享(?:到|至)?[\]】]?\s*:?(?:\s*(?:微信|微博|新浪微博|腾讯微博|QQ空间|QQ好友|QQ|人人网|朋友圈|更多|打印|收藏|[|/]))*|(?:(?:微信|微博|新浪微博|QQ空间|QQ好友|朋友圈)\s*){2,}"),
        ("footer", r".*(?:版权所有|[ICP]{3}备|公网安备|网站标识码|(?:主办|承办)(?:单位)?\s*:|技术支持\s*:|网站地图|Copyright|All Rights Reserved).*|[【\[(]?(?:上一篇|下一篇|上一条|下一条|相关(?:阅读|链接|新闻|文章)|责任编辑|编辑|审核)\s*[:|].*"),
        ("toolbar", rf"[【\[(<|\s]*(?:{_SITE_WORDS})(?:[】\])>|/\s【\[(<·:]+(?:{_SITE_WORDS})?)*"),
        ("source line", rf"(?:(?:发布|更新)?(?:时间|日期)?\s*:?\s*)?{_DATE}(?:\s+\d{{1,2}}:\d\d(?::\d\d(?:\.\d)?)?)?(?:\s+{_LABEL}\s*[:|].*)?"),
    )
)
_SIGNED_DATE = re.compile(r"[〇零○一二三四五六七八九十\d]{4}\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日")
_LABEL_KIND = re.compile(
    r"(?P<index>索引|发布机构|发布单位|信息索引|登记号|机构|单位|机关|部门|分类|目录|成文|生成|公开|文号|文件编号|有效|主题词|关键|名称|标题|废止|生效)"
    r"|(?P<source>发布|来源|稿源|作者|时间|日期|撰稿|供稿)|(?P<counter>浏览|点击|阅读|访问)|(?P<toolbar>字|打印|收藏|分享|视力|背景)"
)


def _line_kind(line: str) -> str | None:
    """The kind of furniture that a normalised, stripped line is, or None."""
    if len(line) > 300:
        return None
    if _PAIRS.fullmatch(line):
        found = _LABEL_KIND.match(re.sub(r"[\s•·|【\[]", "", line))
        group = found.lastgroup if found else None
        return {"source": "source line", "counter": "counter", "toolbar": "toolbar"}.get(group or "", "index block")
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(line)), None)


def find_furniture(text: str) -> list[Span]:
    """Find the site furniture around a report.

    Furniture stands before the first and after the last line of running text; inside the report no
    line is taken for it, whatever words it holds (分享到了…成果; 联系电话 in a section on services).

    Parameters
    ----------
    text : str
        The normalised text.

    Returns
    -------
    list of Span
        One span a line, in order, line ends and surrounding blanks excluded. Kinds: ``breadcrumb``,
        ``index block``, ``source line``, ``counter``, ``share bar``, ``toolbar``, ``QR line``,
        ``footer``.
    """
    spans = lines(text)
    running = [i for i, (a, b) in enumerate(spans) if _is_running_text(text[a:b])]
    first, last = (running[0], running[-1]) if running else (len(spans), -1)
    found, label_open = [], False
    for i, (start, end) in enumerate(spans):
        if first <= i <= last:
            continue
        line = text[start:end]
        kind = _line_kind(line)
        if kind == "source line" and i > last and _SIGNED_DATE.fullmatch(line):
            kind = None  # the date below a signature belongs to the document
        if kind is None and label_open and len(line) <= 40 and not re.search(r"总结|计划|报告|要点|规划", line):
            kind = "index block"  # the value of a label that stands on the line above
        label_open = kind is not None and re.fullmatch(rf"[\s•·|]*{_LABEL}\s*[:|]?\s*\|?", line) is not None
        if kind is None and label_open:
            kind = "index block"
        if kind:
            found.append(Span(start, end, kind))
    return found


def _is_running_text(line: str) -> bool:
    """Whether a line is part of the report for sure: sentences, or a numbered heading."""
    if _line_kind(line):
        return False
    return (len(line) >= 30 and re.search(r"[。;!?]", line) is not None) or bool(
        re.match(r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|[一二三四五六七八九十]是|\d{1,2}[、.](?!\d))\S", line)
    )


def page_metadata(text: str, furniture: list[Span], title: str | None) -> dict[str, str | None]:
    """Read what a page states about itself, from its furniture and its title.

    Returns
    -------
    dict
        ``street``, ``published`` (ISO date), ``index_no``, ``publisher`` (发布机构), ``source`` (来源);
        None where the page is silent.
    """
    pairs: dict[str, str] = {}
    for span in furniture:
        for label, value in _PAIR.findall(text[span.start : span.end]):
            # A value ends where the next thing on the line begins: two blanks, or a date.
            value = re.split(rf"\s{{2,}}|\s(?={_DATE})", value.strip(" •·|【】[]"))[0]
            pairs.setdefault(re.sub(r"\s", "", label), value)
    publisher = next((pairs[k] for k in ("发布机构", "发布单位", "发文机关", "发文单位") if pairs.get(k)), None)
    source = next((pairs[k] for k in ("来源", "信息来源", "稿源") if pairs.get(k)), None)
    dated = next((pairs[k] for k in ("发布时间", "发布日期", "公开日期", "生成日期", "成文日期", "日期", "时间") if pairs.get(k)), None)
    if dated is None:
        dated = next((text[s.start : s.end] for s in furniture if s.kind == "source line"), None)
    date = re.search(r"((?:19|20)\d\d)\D(\d{1,2})\D(\d{1,2})", dated or "")
    body = [text[s.start : s.end] for s in furniture if s.kind == "breadcrumb"]
    return {
        "street": _street([title, source, publisher, *body]),
        "published": f"{date[1]}-{int(date[2]):02}-{int(date[3]):02}" if date else None,
        "index_no": pairs.get("索引号") or pairs.get("信息索引") or None,
        "publisher": publisher,
        "source": source,
    }


# The name follows the start, a sign or the unit above it (天心区|金盆岭街道).
_STREET = re.compile(r"(?:^|[^\u4e00-\u9fff]|[省市区县州旗])([\u4e00-\u9fff]{2,5}?(?:街道|镇|乡)|[\u4e00-\u9fff]{2,4}?(?=办事处))(?!社区|信息)")


def _street(sources: list[str | None]) -> str | None:
    for stated in filter(None, sources):
        names = [n for n in _STREET.findall(stated) if not re.search(r"[省市区县]|区属|全街|我街", n)]
        if names:
            return names[0]
    return None
