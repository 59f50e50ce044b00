"""Where the site's furniture stands on a page (breadcrumbs, index blocks, share bars …), and what it states.

Furniture is returned as spans and nothing is removed, so that later steps can leave it out and a reader can
check it. What a line of it looks like is `jiedao.furniture`'s business.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate, pairwise, zip_longest

from jiedao.clean import Span, lines, rstrip
from jiedao.furniture import DATE, LABEL, LONGEST_LINE, is_certain, line_kind, opens_value

# A date as it stands below a signature, the day not always stated.
SIGNED_DATE = (
    r"[〇零○一二三四五六七八九十\d]{4}\s*年\s*[\d元一二三四五六七八九十]{1,3}\s*月"
    r"(?:\s*[\d一二三四五六七八九十]{1,3}\s*日)?"
)
NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|[一二三四五六七八九十]是|\d{1,2}[、.](?!\d))\S"
)
# Lines above a title that belong to the document: its number, its kind, an annex.
_DOCUMENT = re.compile(
    r"[〔\[(](?:19|20)\d\d[〕\])]\s*第?\d+\s*号|(?:街道|政府|办事处|委员会|工委|[镇乡])文件$|^附件"
)
# What a site says of itself above the page's own lines.
_SITE = re.compile(
    r"网站|网$|欢迎|今天是|请输入|IPv6|门户|平台|政府$|访问|搜索|热搜|登录|注册|\d{4}年\d+月\d+日"
)
_NAME = r"[\u4e00-\u9fff](?:[\s·]?[\u4e00-\u9fff]){1,7}"
# What may stand below a title: a dash, a bracket, where it was delivered, or who speaks (镇长 李明).
SUBTITLE = re.compile(
    r"[—–―-]{1,2}.*|\((?![一二三四五六七八九十]{1,3}\)).*\)"
    rf"|(?:{SIGNED_DATE})?(?:在|于).{{4,40}}(?:会议|大会|全会|会)上?的?(?:讲话|报告)?(?:\s+.{{0,12}}{_NAME})?"
    rf"|[\u4e00-\u9fff]{{0,20}}(?:长|主任|书记|总理|主席|负责人)\s+{_NAME}"
    r"|[\u4e00-\u9fff]{0,8}[镇乡区县市省州]长[\u4e00-\u9fff]{2,3}|[\u4e00-\u9fff]\s[\u4e00-\u9fff]{1,2}"
)
TITLE_WORD = r"总结|计划|报告|要点|规划|汇报|安排|思路|打算|述职"
_TITLE_WORD = re.compile(rf"{TITLE_WORD}|讲话|工作")
_NO_TITLE = re.compile(r"[,。;!?>»|]|:$|^[—–―-]")
_NO_TITLE_BEGINNING = re.compile(r"[。;!?>»|:]")
_SECOND_LINE = re.compile(r"[—–―-]{1,2}\S")
_WEAK_DATE = re.compile(SIGNED_DATE)
_ARROW = re.compile(r"[>»›→/\\]+")
_LABEL_WITH_VALUE = re.compile(r"[•·|\s]*[\u4e00-\u9fff]{2,8}\s*:[^。;!?]{1,60}")
_STOP = re.compile(r"[,。;!?]")
_FULL_STOP = re.compile(r"[。;!?]")
_WORD = re.compile(r"\w")
_ANNEX = re.compile(r"附[件表录图]|.*\|")
_SAME_LINE = re.compile(r"[^\S\r\n]*")
# What a scraper puts before the title itself.
_TITLED = re.compile(rf"标题\s*:\s*(?=.{{0,40}}(?:{TITLE_WORD}|讲话|工作).{{0,12}}$)")


def find_furniture(text: str) -> list[Span]:
    """Find the site furniture around a report.

    A page is read in three parts. Above the first running text, what has the form of furniture is taken
    for it, and where some is, so is everything above the title. Below the last running text, everything
    from the first sure line of furniture on is taken. Between, only what can be nothing else on a line of
    its own (a share bar, a copyright notice) and what stands beside such; whatever words it holds, no
    other line is (分享到了…成果; 联系电话 in a section on services).

    Parameters
    ----------
    text : str
        The normalised text.

    Returns
    -------
    list of Span
        In order, line ends and surrounding blanks excluded. Kinds: ``breadcrumb``, ``index block``,
        ``source line``, ``counter``, ``share bar``, ``toolbar``, ``pager``, ``attachment``, ``QR line``,
        ``footer``, and ``navigation``, which is told by its place.
    """
    spans = pieces(text)
    said = [text[a:b] for a, b in spans]
    kinds = [*map(_kind, said)]
    running = [*map(is_running_text, said, kinds)]
    first, last = _bounds(said, kinds, running)
    taken = _above(said[:first], kinds[:first])
    taken += _between(said[first:last], kinds[first:last])
    taken += _below(said, kinds, running, last)
    found = [Span(*span, kind) for span, kind in zip(spans, taken, strict=True) if kind]
    labels = ((a, _TITLED.match(text, a, b)) for a, b in spans[:first])
    found += [Span(a, rstrip(text, a, m.end()), "index block") for a, m in labels if m]
    return _joined(text, sorted(found))


def _kind(line: str) -> str | None:
    """The kind of a line; a label that holds the title is none."""
    kind = line_kind(line)
    return None if kind and _TITLED.match(line) else kind


def pieces(text: str) -> list[tuple[int, int]]:
    """Spans of the non-blank lines; where a whole page stands on one line, its head and foot in pieces.

    The head of a long first line, up to its first sentence, is cut at blanks, and so is what follows the
    last full stop of a long last line.
    """
    found = lines(text)
    if found and found[0][1] - found[0][0] > LONGEST_LINE / 2:
        start, end = found[0]
        head = re.compile(r"\S+").finditer(text, start, end)
        cuts = [start]
        for word in head:
            cuts.append(word.start())
            if len(word[0]) >= 30 or _FULL_STOP.search(word[0]) or NUMBERED.match(word[0]):
                break
        found[:1] = [(a, rstrip(text, a, b)) for a, b in pairwise([*dict.fromkeys(cuts), end])]
    if found and found[-1][1] - found[-1][0] > LONGEST_LINE / 2:
        start, end = found[-1]
        stop = max(text.rfind(mark, start, end) for mark in "。!") + 1
        words = [m.start() for m in re.compile(r"\S+").finditer(text, stop, end)] if stop else []
        found[-1:] = [(a, rstrip(text, a, b)) for a, b in pairwise([start, *words, end])]
    return found


def is_running_text(line: str, kind: str | None) -> bool:
    """Whether a line is part of the report for sure: a numbered heading, or sentences."""
    if kind == "attachment":
        return False
    if kind is None and len(line) >= 25 and _STOP.search(line):
        return True
    return NUMBERED.match(line) is not None


def _bounds(said: list[str], kinds: list[str | None], running: list[bool]) -> tuple[int, int]:
    """The lines at which the report begins and ends, as a half-open range.

    A page may begin with a summary of the report, and end with that of another page: sentences beyond the
    index block, or beyond the foot, are no reason to look for the report there if they are few.
    """
    if not any(running):
        return len(said), len(said)
    weights = [len(line) if runs else 0 for line, runs in zip(said, running, strict=True)]
    few = sum(weights) / 10
    places = [i for i, runs in enumerate(running) if runs]
    first, last = places[0], places[-1] + 1
    passed = accumulate(weights)
    for i, (kind, weight) in enumerate(zip(kinds, passed, strict=True)):
        if weight > few:
            break
        if kind in ("breadcrumb", "index block") and i < places[-1] and is_certain(said[i], kind):
            first = places[bisect_left(places, i)]
    left = accumulate(reversed(weights))
    for i, weight in zip(range(len(said) - 1, first, -1), left, strict=False):
        if weight > few:
            break
        kind = kinds[i]
        if kind in ("footer", "QR line", "share bar") and is_certain(said[i], kind):
            last = max(first, places[bisect_left(places, i) - 1]) + 1
    return first, max(first, last)


def _above(said: list[str], kinds: list[str | None]) -> list[str | None]:
    """The kinds of the lines above the report; None for title, speaker and what else belongs to it."""
    taken, opened = list(kinds), False
    title = _find_title(said, kinds)
    for i, line in enumerate(said):
        if taken[i] is None and _continues(said, taken, i, opened):
            taken[i] = taken[i - 1] if opened else "navigation"
        opens = opens_value(line)
        if taken[i] is None and opens:
            taken[i] = "index block"
        if title is not None and i > title and _is_weak_date(line) and not _has_neighbour(taken, i):
            taken[i] = None
        opened = taken[i] is not None and opens
    sure = [i for i, kind in enumerate(taken) if kind]
    above = title if title is not None else max(sure, default=0)
    known = any(taken[:above])
    beside = above  # the first of the lines that stand right above the title and may be its beginning
    while beside and taken[beside - 1] is None and _may_begin_title(said[beside - 1]):
        beside -= 1
    for i in range(above):
        if taken[i] is None and known and i < beside and not _is_own(said[i]):
            taken[i] = "navigation"
    return taken


def _is_own(line: str) -> bool:
    """Whether a line among the site's is the report's all the same: its number, a title, who speaks."""
    title = _may_be_title(line) and len(line) >= 10
    return title or _DOCUMENT.search(line) is not None or SUBTITLE.fullmatch(line) is not None


def _may_begin_title(line: str) -> bool:
    return 8 <= len(line) <= 40 and not _NO_TITLE_BEGINNING.search(line) and not _SITE.search(line)


def _find_title(said: list[str], kinds: list[str | None]) -> int | None:
    """The line above the report that is its title: above a second line that begins with a dash, or the
    longest that names a kind of report; if none does, the longest that is not about the site.
    """
    free = [i for i, kind in enumerate(kinds) if not kind]
    for i, following in pairwise(free):
        if len(said[i]) >= 6 and _SECOND_LINE.match(said[following]):
            return i
    named = [i for i in free if _may_be_title(said[i])]
    if not named:
        named = [i for i in free if _may_begin_title(said[i])]
    return max(named, key=lambda i: (len(said[i]), -i), default=None)


def _continues(said: list[str], taken: list[str | None], i: int, opened: bool) -> bool:
    """Whether a line that has no form of its own goes on with the furniture above it.

    It does as the value of a label, between the arrows of a path, if it holds nothing but signs, and as one
    more pair of label and value.
    """
    line = said[i]
    if _may_be_title(line) and len(line) > 8:
        return False
    if opened:
        return len(line) <= 40
    arrows = said[i - 1 : i] + said[i + 1 : i + 2]
    if any(map(_ARROW.fullmatch, arrows)):
        return len(line) <= 20
    pair = _LABEL_WITH_VALUE.fullmatch(line)
    return (pair is not None or not _WORD.search(line)) and _has_neighbour(taken, i)


def _has_neighbour(taken: list[str | None], i: int) -> bool:
    return any(taken[max(i - 1, 0) : i]) or any(taken[i + 1 : i + 2])


def _may_be_title(line: str) -> bool:
    fits = 6 <= len(line) <= 60 and not _NO_TITLE.search(line) and _TITLE_WORD.search(line)
    return bool(fits) and len(line.split()) < 4


def _is_weak_date(line: str) -> bool:
    """A date in words without a time of day may be the report's own, below its title."""
    return _WEAK_DATE.fullmatch(line) is not None


def _between(said: list[str], kinds: list[str | None]) -> list[str | None]:
    """The kinds of what is furniture for sure, and of lines of its form that touch such."""
    taken = [k if k and is_certain(line, k) else None for line, k in zip(said, kinds, strict=True)]
    for order in (range(len(said)), range(len(said) - 1, -1, -1)):
        for i in order:
            if taken[i] is None and kinds[i] and _has_neighbour(taken, i) and not _is_weak_date(said[i]):
                taken[i] = kinds[i]
    return taken


def _below(said: list[str], kinds: list[str | None], running: list[bool], last: int) -> list[str | None]:
    """The kinds of the lines below the report; signature and date above the furniture are none."""
    rest = range(last, len(said))
    dated = [i for i in rest if _is_weak_date(said[i])]
    known = [i for i in rest if kinds[i] and i not in dated[:1]]
    if not known:
        return [None for _ in rest]
    # Between the date of the signature and the first sure line there is nothing of the report but annexes.
    signed = dated[0] + 1 if dated and dated[0] < known[0] else known[0]
    annexed = any(_ANNEX.match(line) for line in said[signed : known[0]])
    begin = known[0] if annexed else signed
    above = "".join(said[:last])
    # Sentences that are no repetition may be the report's: nothing of it may be lost.
    sentences = [running[i] and _FULL_STOP.search(said[i]) and not kinds[i] for i in rest]
    lost = [bool(says) and said[i] not in above for i, says in zip(rest, sentences, strict=True)]
    return [None if i < begin or lost[i - last] else kinds[i] or "navigation" for i in rest]


def _joined(text: str, found: list[Span]) -> list[Span]:
    """Furniture on one line as one span."""
    groups: list[list[Span]] = []
    for span in found:
        if groups and _SAME_LINE.fullmatch(text, groups[-1][-1].end, span.start):
            groups[-1].append(span)
        else:
            groups.append([span])
    return [group[0] if len(group) == 1 else _join(text, group) for group in groups]


def _join(text: str, group: list[Span]) -> Span:
    start, end = group[0].start, group[-1].end
    return Span(start, end, line_kind(text[start:end]) or group[0].kind)


_PAIR = re.compile(rf"({LABEL})\s*[:|]\s*((?:(?!{LABEL}\s*[:|])[^。!;|])*)")
_ISO = re.compile(r"((?:19|20)\d\d)\D(0?[1-9]|1[0-2])\D(0?[1-9]|[12]\d|3[01])(?!\d)")
# What a page states, under the labels that sites give it, the surest first.
_PUBLISHED = (
    "发布时间 发布日期 发表时间 发表日期 公开日期 公开时间 生成日期 生成时间 成文日期 成文时间".split()
)
_PUBLISHED += "添加时间 更新时间 更新日期 日期 时间".split()
_PUBLISHERS = "发布机构 发布单位 发文机关 发文机构 发文单位 公开机构".split()
_SOURCES = "来源 信息来源 文章来源 稿件来源 内容来源 稿源 出处".split()
# The name follows the start, a sign or the unit above it (天心区|金盆岭街道), and holds no such unit.
_NAME_SIGN = r"(?![省市区县旗年])[\u4e00-\u9fff]"
STREET = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|[省市区县州旗年])(?:关于)?(?:印发)?(?:中共)?"
    rf"((?:{_NAME_SIGN}){{2,5}}?(?:街道|镇|乡)|(?:{_NAME_SIGN}){{2,4}}?(?=办事处))(?!社区|信息|村)"
)
NO_STREET = ("街道", "全街道", "我街道", "各乡镇", "各街道")


def page_metadata(text: str, furniture: list[Span], title: str | None) -> dict[str, str | None]:
    """Read what a page states about itself, from its furniture and its title.

    Returns
    -------
    dict
        ``street``, ``published`` (ISO date), ``index_no``, ``publisher`` (发布机构), ``source`` (来源);
        None where the page is silent.
    """
    pairs: dict[str, str] = {}
    said = [text[s.start : s.end] for s in furniture]
    for line, following in zip_longest(said, said[1:], fillvalue=""):
        if opens_value(line) and not _PAIR.match(following):  # the value stands on a line of its own
            line = f"{line.rstrip(' :|')}:{following}"
        for label, value in _PAIR.findall(line):
            # A value ends where the next thing on the line begins: two blanks, or a date.
            value = re.split(rf"\s{{2,}}|\s(?={DATE})", value.strip(" •·|【】[]"))[0]
            pairs.setdefault(re.sub(r"\s", "", label), value)

    def stated(*labels: str) -> str | None:
        return next(filter(None, map(pairs.get, labels)), None)

    publisher = stated(*_PUBLISHERS)
    source = stated(*_SOURCES)
    dated = [pairs[k] for k in _PUBLISHED if k in pairs]
    dated += [text[s.start : s.end] for s in furniture if s.kind == "source line"]
    date = next(filter(None, map(_ISO.search, dated)), None)
    naming = [title, source, publisher, *(text[s.start : s.end] for s in furniture if s.kind == "breadcrumb")]
    streets = [name for line in naming if line for name in STREET.findall(line) if name not in NO_STREET]
    return {
        "street": streets[0] if streets else None,
        "published": f"{date[1]}-{date[2]:0>2}-{date[3]:0>2}" if date else None,
        "index_no": stated("索引号", "信息索引号", "信息索引"),
        "publisher": publisher,
        "source": source,
    }
