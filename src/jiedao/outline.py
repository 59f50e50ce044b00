"""The outline of a report: headings with their true depth, and un-headed blocks.

Three kinds of heading are told apart: on a line of their own, numbered at the head of a paragraph
(一是加强队伍建设。…), and un-numbered labels at the head of a segment (强品牌,精细雕琢一社一品。…).
Depth comes from how the numbering nests in this document, never from the glyph: 一是 may be the
third level of one report and the first of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from jiedao.clean import Span, lines

NUMERALS = "一二三四五六七八九十"
_CN = rf"[{NUMERALS}]{{1,3}}"
# Families of numbering; an item of one family is a sibling of the last item of that family.
FAMILIES = {
    "part": rf"第{_CN}(?:部分|章|篇)[、:\s]*",
    "一、": rf"{_CN}(?:、|\.(?!\d))",
    "(一)": rf"\({_CN}\)[、.]?",
    "1、": r"\d{1,2}(?:、|\.(?!\d))",
    "(1)": r"\(?\d{1,2}\)(?!\d)[、.]?|[①-⑳]",
    "一是": rf"{_CN}(?:是|要(?=[\u4e00-\u9fff]{{2}}))",
    "dash": r"(?:——|●|■|◆|★)(?=[\u4e00-\u9fff])",
}
_MARKER = re.compile("|".join(f"(?P<f{i}>{p})" for i, p in enumerate(FAMILIES.values())))
_NAMES = list(FAMILIES)
# Inside a line a marker counts only after a full stop, and (below) only in sequence.
_INLINE = re.compile(rf"(?<=[。!?;])\s*(?={_MARKER.pattern})|(?<=\S)\s+(?=(?:{_CN}、|\({_CN}\))\S)")
_STOP = re.compile(r"[。!?;]")
_TITLE_WORD = re.compile(r"总结|计划|报告|要点|规划|安排|汇报|思路|打算|述职|体系|讲话|工作")
_SIGNATURE = re.compile(
    r"(?:中共)?[\u4e00-\u9fff()]{2,24}(?:办事处|委员会|人民政府|管委会|党工委|工委|街道|办公室|乡|镇)"
    r"|[〇零○一二三四五六七八九十\d]{4}\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月(?:\s*[\d一二三四五六七八九十]{1,3}\s*日)?"
)
LONGEST_HEADING = 30
LONGEST_OWN_LINE = 60


@dataclass
class Section:
    """A heading with the text of its own, or an un-headed block; offsets as in the contract."""

    start: int
    heading_end: int
    own_end: int
    end: int
    level: int | None
    number: str | None
    heading: str | None
    style: str
    family: str = ""
    ordinal: int | None = None
    parent: int | None = None
    orientation: str = ""
    is_leaf: bool = True


def read_outline(text: str, furniture: Iterable[Span] = ()) -> list[Section]:
    """Read the outline of a report.

    Parameters
    ----------
    text : str
        The normalised text.
    furniture : iterable of Span
        What to leave out.

    Returns
    -------
    list of Section
        In text order; own spans are disjoint and cover every non-blank character that is not
        furniture. ``parent`` is an index into this list. Orientation is still empty
        (see `jiedao.orientation`).
    """
    away = {(s.start, s.end) for s in furniture}
    body = [span for span in lines(text) if span not in away]
    title, rest = _titles(text, body)
    rest, signature = _signature(text, rest)
    headings = _numbered_and_own_line(text, rest)
    headings = sorted(headings + _labels(text, rest, headings), key=lambda h: h.start)
    _nest(headings)
    blocks = _blocks(text, rest, headings)
    sections = title + sorted(headings + blocks, key=lambda s: s.start) + signature
    _close(text, sections, body)
    return sections


def _heading(text: str, start: int, end: int, style: str, number: str = "", family: str = "") -> Section:
    heading = text[start + len(number) : end].strip() or None
    return Section(start, end, end, end, None, number.strip() or None, heading, style, family, _ordinal(number))


def _ordinal(number: str) -> int | None:
    """The value of a printed number (十二、→ 12), or None."""
    if digits := re.search(r"\d+", number):
        return int(digits[0])
    if circled := re.search(r"[①-⑳]", number):
        return ord(circled[0]) - ord("①") + 1
    if found := re.search(_CN, number):
        tens, ten, units = found[0].rpartition("十")
        value = (NUMERALS.index(tens) + 1 if tens else 1) * 10 if ten else 0
        return value + (NUMERALS.index(units[-1]) + 1 if units else 0)
    return None


def _titles(text: str, body: list[tuple[int, int]]) -> tuple[list[Section], list[tuple[int, int]]]:
    """Title and subtitle at the head of the page; a title printed twice counts twice."""
    found: list[Section] = []
    for i, (start, end) in enumerate(body):
        line = text[start:end]
        subtitle = bool(found) and re.match(r"[—–-]{1,2}|\(.*\)$", line)
        looks = len(line) <= 50 and not re.search(r"[。;!?:]", line) and (_TITLE_WORD.search(line) or subtitle)
        repeated = any(line == text[s.start : s.heading_end] for s in found)
        if (found and not subtitle and not repeated) or not looks or _MARKER.match(line) and not subtitle or i == len(body) - 1:
            return found, body[i:]
        style = "subtitle" if subtitle else "title"
        found.append(Section(start, end, end, end, 0, None, line, style, is_leaf=True, orientation="apparatus"))
    return found, []


def _signature(text: str, body: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], list[Section]]:
    """Lines at the foot that sign and date the report, each a block of its own."""
    cut = len(body)
    while cut > 1 and _SIGNATURE.fullmatch(text[slice(*body[cut - 1])]):
        cut -= 1
    signed = [Section(a, a, b, b, None, None, None, "none", orientation="apparatus") for a, b in body[cut:]]
    return body[:cut], signed


def _numbered_and_own_line(text: str, body: list[tuple[int, int]]) -> list[Section]:
    found: list[Section] = []
    last: dict[str, int | None] = {}
    closed = True  # whether the line before ends a sentence or is a heading
    for i, (start, end) in enumerate(body):
        places = [start, *(m.end() for m in _INLINE.finditer(text, start, end))]
        in_line: list[Section] = []
        for k, place in enumerate(places):
            marker = _MARKER.match(text, place, end)
            if not marker or (place == start and not closed and not found):
                continue
            family, number = _NAMES[int((marker.lastgroup or "f0")[1:])], marker[0]
            ordinal = _ordinal(number)
            if place != start and family != "一是" and ordinal not in (1, (last.get(family) or 0) + 1):
                continue
            stop = next((p for p in places[k + 1 :] if _MARKER.match(text, p, end)), end)
            heading = _numbered(text, place, number, family, end, stop if text[stop - 1] in " 。!?;" else end)
            if heading is None:
                continue
            last[family] = ordinal
            in_line.append(heading)
        if not in_line and closed and i + 1 < len(body) and _is_bare_heading(text[start:end]):
            in_line.append(_heading(text, start, end, "own_line", family="bare"))
        found += in_line
        closed = text[end - 1] in "。!?;:”\")》" or (bool(in_line) and in_line[-1].heading_end >= end - 1)
    return found


def _numbered(text: str, start: int, number: str, family: str, line_end: int, stop: int) -> Section | None:
    """The heading that begins with a number: a line of its own, or the first sentence after it."""
    first = start + len(number)
    sentence = _STOP.search(text, first, stop)
    end = sentence.start() if sentence else len(text[:stop].rstrip())
    if end <= first:
        return None
    alone = end >= line_end - 1 and stop == line_end
    if alone and end - first <= (LONGEST_OWN_LINE if not sentence else LONGEST_HEADING):
        at_line = start == 0 or text[:start].rstrip(" ").endswith("\n") or start == len(text) - len(text.lstrip())
        return _heading(text, start, end, "own_line" if at_line else "run_in_numbered", number, family)
    if end - first > LONGEST_HEADING:  # a list item that is one long sentence: its first clause names it
        clause = re.compile(r"[,:]").search(text, first, end)
        if not clause or clause.start() - first > LONGEST_HEADING or clause.start() - first < 2:
            return None
        end = clause.start()
    return _heading(text, start, end, "run_in_numbered", number, family)


def _is_bare_heading(line: str) -> bool:
    """An un-numbered line that can only be a heading: short, no sentence, not a wrapped rest."""
    return 4 <= len(line) <= LONGEST_HEADING and not re.search(r"[。;!?:,]|\.$|^\d{1,3}\s|^[-—•]", line)


def _labels(text: str, body: list[tuple[int, int]], headings: list[Section]) -> list[Section]:
    """Un-numbered labels that open segments, found by how they are written: in parallel.

    A label is a short clause closed by a full stop. It is taken for one where it has company of the
    same build (equal numbers of characters clause by clause, the isocolon of this prose): further
    sentences of the paragraph, or the openings of the neighbouring paragraphs. Under a run-in heading,
    clauses that repeat the heading's ending (…上求创新: 网格管理求创新, 人员管理求创新,) are labels too.
    """
    found: list[Section] = []
    bounds = [h.start for h in headings] + [body[-1][1] if body else 0]
    for heading, following in zip(headings, bounds[1:], strict=True):
        paragraphs = [(max(a, heading.heading_end), min(b, following)) for a, b in body if a < following and b > heading.heading_end]
        opening = [p for p in paragraphs if text[p[0] : p[1]].strip(" 。!?;:,")]
        if heading.style == "own_line":
            found += _parallel_labels(text, opening)
        elif opening:
            found += _echoing_labels(text, opening[0], heading.heading or "")
    return found


def _shape(sentence: str) -> tuple[int, ...]:
    """Characters of each clause, signs apart."""
    return tuple(len(re.sub(r"[^\w]", "", part)) for part in sentence.split(","))


def _candidates(text: str, span: tuple[int, int]) -> list[tuple[int, int]]:
    """Short sentences of a paragraph that more text follows."""
    start, found = span[0], []
    for stop in re.compile(r"。").finditer(text, *span):
        sentence = text[start : stop.start()]
        shape = _shape(sentence)
        if 4 <= sum(shape) <= 20 and len(shape) <= 2 and not re.search(r"\d|、.*、|^[此该其这]", sentence):
            found.append((start, stop.start()))
        start = stop.end()
    return [(a, b) for a, b in found if len(text[b : span[1]].strip("。 ")) > 10]


def _parallel_labels(text: str, paragraphs: list[tuple[int, int]]) -> list[Section]:
    found: list[tuple[int, int]] = []
    opening, inner = [], []
    for span in paragraphs:
        candidates = _candidates(text, span)
        first = candidates[0] if candidates and candidates[0][0] == span[0] else None
        opening.append(first)
        inner.append(_like(text, first, candidates[1:]) if first else [])
    neighbours = len(paragraphs) > 1 and all(opening)
    for first, others in zip(opening, inner, strict=True):
        if first and (neighbours or others):
            found += [first, *others]
    return [_heading(text, a, b, "run_in_label", family="label") for a, b in found]


def _like(text: str, first: tuple[int, int], others: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those sentences that are built like the first, and are not side by side with it."""
    shape, kept, before = _shape(text[slice(*first)]), [], first
    for span in others:
        other = _shape(text[slice(*span)])
        same = len(other) == len(shape) and all(abs(a - b) <= 1 for a, b in zip(shape, other, strict=True))
        if same and span[0] - before[1] > 5:
            kept.append(span)
            before = span
    return kept


def _echoing_labels(text: str, span: tuple[int, int], heading: str) -> list[Section]:
    tail = re.sub(r"[^\w]", "", heading)[-3:]
    if len(tail) < 3:
        return []
    pattern = re.compile(rf"(?<=[。!?;])[^,。;、:]{{2,12}}{re.escape(tail)}(?=[,。])")
    found = [_heading(text, m.start(), m.end(), "run_in_label", family="label") for m in pattern.finditer(text, *span)]
    return found if len(found) > 1 else []


def _nest(headings: list[Section]) -> None:
    """Set each heading's level from the nesting of the numbering families in this document."""
    stack: list[Section] = []
    for i, heading in enumerate(headings):
        fits = [d for d, h in enumerate(stack) if h.family == heading.family]
        if heading.family == "bare":
            # A bare line names a part; below numbered headings it can only be told by its words.
            depth = fits[0] if fits else (0 if not stack or is_part(heading.heading or "") else len(stack))
        elif not fits:
            depth = len(stack)
        elif heading.ordinal == 1 and headings[i - 1] is stack[-1] and stack[-1].ordinal == 1 and stack[-1].style == "own_line":
            depth = len(stack)  # 一、 directly under 一、: the numbering starts anew, one level down
        else:
            in_order = [d for d in fits if stack[d].ordinal is not None and heading.ordinal == (stack[d].ordinal or 0) + 1]
            depth = (in_order or fits)[-1]
        del stack[depth:]
        heading.level = depth + 1
        stack.append(heading)


_REVIEW = r"(?:总结|回顾|成效|成绩|成果|完成情况|进展情况|开展情况|工作情况|主要做法|工作亮点|所做的?工作)"
_PLAN = r"(?:计划|打算|安排|思路|规划|展望|设想|总体要求|(?:工作|重点|主要)(?:目标|任务|举措|措施|重点|要点))"
_PROBLEM = r"(?:(?:存在|面临)的?.{0,6}(?:问题|不足|困难|短板|挑战)|(?:主要|突出)?(?:问题|困难|不足)(?:和|及|与)?(?:问题|困难|不足)?)"
_PARTS = (
    ("problem-statement", re.compile(rf".{{0,8}}{_PROBLEM}")),
    ("prospective", re.compile(rf".{{0,16}}{_PLAN}|.{{0,6}}(?:下一?步|下阶段|下一阶段|今后|明年|来年|下半年).{{0,12}}")),
    ("retrospective", re.compile(rf".{{0,16}}{_REVIEW}|.{{0,10}}上半年.{{0,6}}工作")),
)


def is_part(heading: str) -> str | None:
    """The orientation a heading announces (一、上半年工作总结 → retrospective), or None."""
    heading = re.sub(r"\(.*\)$", "", heading.strip())
    return next((orientation for orientation, pattern in _PARTS if pattern.fullmatch(heading)), None)


_CLOSING = re.compile(
    r"领导下|新征程|新篇章|新台阶|圆满完成|贡献|奋斗|以更[高强实大加]|坚定信心|砥砺|谱写|不负|再创佳绩|全面完成"
)


def _blocks(text: str, body: list[tuple[int, int]], headings: list[Section]) -> list[Section]:
    """Text under no heading: before the first, leading into sub-headings, and the closing paragraph."""
    starts = [h.start for h in headings]
    blocks: list[Section] = []

    def block(start: int, orientation: str = "") -> None:
        blocks.append(Section(start, start, start, start, None, None, None, "none", orientation=orientation))

    unheaded = [a for a, b in body if not any(a <= s < b and not text[a:s].strip() for s in starts)]
    if unheaded and (not starts or unheaded[0] < starts[0]):
        block(unheaded[0], "preamble" if starts else "")
    for heading, following in zip(headings, headings[1:], strict=False):
        if heading.style == "own_line" and (following.level or 0) > (heading.level or 0):
            lead = [a for a in unheaded if heading.start < a < following.start]
            if lead:
                block(lead[0])
    last = body[-1][0] if body else -1
    if len(starts) >= 3 and last in unheaded and last > starts[-1] and _CLOSING.search(text, *body[-1]):
        before = [h for h in headings if h.start < last]
        if before[-1].style != "own_line" or len([a for a in unheaded if a > before[-1].start]) > 1:
            block(last, "closing")
    return blocks


def _close(text: str, sections: list[Section], body: list[tuple[int, int]]) -> None:
    """Set own_end, end, parent and is_leaf from the order and the levels."""
    stack: list[int] = []
    ends = [b for _, b in body]
    for i, section in enumerate(sections):
        following = sections[i + 1].start if i + 1 < len(sections) else len(text)
        inside = [min(e, following) for (a, _), e in zip(body, ends, strict=True) if a < following and e > section.start]
        section.own_end = len(text[: inside[-1]].rstrip()) if inside else section.heading_end
        if section.level:
            del stack[section.level - 1 :]
            section.parent = stack[-1] if stack else None
            stack.append(i)
        elif section.style == "none" and section.orientation not in ("closing", "apparatus"):
            section.parent = stack[-1] if stack else None
        elif section.orientation == "closing":
            stack = []
    for i in range(len(sections) - 1, -1, -1):
        section = sections[i]
        section.end = max([section.own_end, section.end, *(s.end for s in sections[i + 1 :] if s.parent == i)])
        section.is_leaf = not any(s.parent == i for s in sections)
