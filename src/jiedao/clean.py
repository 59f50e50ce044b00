"""From bytes to text: decode, normalise one code point to one, recognise site furniture.

Nothing here changes a length or removes a character. Furniture (breadcrumbs, index blocks, share
bars …) is returned as spans, so that later steps can leave it out and a reader can check it.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from typing import NamedTuple

from jiedao import JiedaoError
from jiedao.furniture import DATE, LABEL, line_kind, opens_value

MARKS = (
    ("utf-8", b"\xef\xbb\xbf"),
    ("utf-16-le", b"\xff\xfe"),
    ("utf-16-be", b"\xfe\xff"),
    ("gb18030", b"\x84\x31\x95\x33"),
)


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
    marked = [(encoding, mark) for encoding, mark in MARKS if data.startswith(mark)]
    text = None
    for encoding, mark in marked or [("utf-8", b""), ("gb18030", b"")]:
        with suppress(UnicodeDecodeError):
            text = data[len(mark) :].decode(encoding)
            break
    if text is not None and not text.strip():
        raise JiedaoError(f"{name}: the file is empty; save the report's text in it")
    if text is None or _is_binary(text) or (encoding == "gb18030" and not marked and _is_guesswork(text)):
        raise JiedaoError(f"{name}: not a text in UTF-8, UTF-16 or GB 18030; save it again as UTF-8 text")
    return text, encoding


def _is_binary(text: str) -> bool:
    return any(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f\v\x85" for c in set(text))


def _is_guesswork(text: str) -> bool:
    """GB 18030 accepts almost any bytes; real text stays mostly within the older, smaller GB 2312."""
    foreign = re.sub(r"[\0-\x7f]", "", text)
    held = foreign.encode("gb2312", "ignore")  # two bytes a character
    return len(held) / 2 < 0.8 * len(foreign)


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
    return [m.span() for m in re.finditer(r"\S(?:[^\r\n]*\S)?", text)]


# A date as it stands below a signature, the day not always stated.
SIGNED_DATE = (
    r"[〇零○一二三四五六七八九十\d]{4}\s*年\s*[\d元一二三四五六七八九十]{1,3}\s*月"
    r"(?:\s*[\d一二三四五六七八九十]{1,3}\s*日)?"
)
_NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|[一二三四五六七八九十]是|\d{1,2}[、.](?!\d))\S"
)
TITLE_WORD = r"总结|计划|报告|要点|规划|汇报|安排|思路|打算|述职"


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
        kind = line_kind(line)
        if kind == "source line" and i > last and re.fullmatch(SIGNED_DATE, line):
            kind = None  # the date below a signature belongs to the document
        value = label_open and len(line) <= 40 and not re.search(TITLE_WORD, line)
        label_open = opens_value(line)
        kind = kind or ("index block" if value or label_open else None)
        if kind:
            found.append(Span(start, end, kind))
    return found


def _is_running_text(line: str) -> bool:
    """Whether a line is part of the report for sure: a numbered heading, or sentences."""
    if _NUMBERED.match(line):
        return True
    return len(line) >= 30 and re.search(r"[。;!?]", line) is not None and line_kind(line) is None


_PAIR = re.compile(rf"({LABEL})\s*[:|]\s*((?:(?!{LABEL}\s*[:|])[^。!;|])*)")
_ISO = re.compile(r"((?:19|20)\d\d)\D(0?[1-9]|1[0-2])\D(0?[1-9]|[12]\d|3[01])(?!\d)")
_PUBLISHED = ("发布时间", "发布日期", "公开日期", "生成日期", "成文日期", "日期", "时间")
# The name follows the start, a sign or the unit above it (天心区|金盆岭街道), and holds no such unit.
_NAME_SIGN = r"(?![省市区县旗年])[\u4e00-\u9fff]"
_STREET = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|[省市区县州旗年])(?:关于)?(?:印发)?(?:中共)?"
    rf"((?:{_NAME_SIGN}){{2,5}}?(?:街道|镇|乡)|(?:{_NAME_SIGN}){{2,4}}?(?=办事处))(?!社区|信息|村)"
)
_NO_STREET = ("街道", "全街道", "我街道", "各乡镇", "各街道")


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
            value = re.split(rf"\s{{2,}}|\s(?={DATE})", value.strip(" •·|【】[]"))[0]
            pairs.setdefault(re.sub(r"\s", "", label), value)

    def stated(*labels: str) -> str | None:
        return next(filter(None, map(pairs.get, labels)), None)

    publisher = stated("发布机构", "发布单位", "发文机关", "发文单位")
    source = stated("来源", "信息来源", "稿源")
    dated = [pairs[k] for k in _PUBLISHED if k in pairs]
    dated += [text[s.start : s.end] for s in furniture if s.kind == "source line"]
    date = next(filter(None, map(_ISO.search, dated)), None)
    naming = [title, source, publisher, *(text[s.start : s.end] for s in furniture if s.kind == "breadcrumb")]
    streets = [name for line in naming if line for name in _STREET.findall(line) if name not in _NO_STREET]
    return {
        "street": streets[0] if streets else None,
        "published": f"{date[1]}-{date[2]:0>2}-{date[3]:0>2}" if date else None,
        "index_no": stated("索引号", "信息索引"),
        "publisher": publisher,
        "source": source,
    }
