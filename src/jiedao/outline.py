"""The outline of a report: headings with their true depth, and un-headed blocks.

Depth comes from how the numbering nests in this document, never from the glyph: 一是 may be the third
level of one report and the first of the next. `jiedao.headings` finds the headings.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import pairwise
from operator import attrgetter

from jiedao.clean import Span, lines, masked, rstrip
from jiedao.headings import MARKER, Lines, Section, find_headings, is_bare_heading
from jiedao.orientation import is_part
from jiedao.page import SIGNED_DATE, SUBTITLE, TITLE_WORD
from jiedao.wrapping import unwrap

_TITLE_WORD = re.compile(rf"{TITLE_WORD}|讲话|工作")
_TITLE_STOP = re.compile(r"[。;!?:]|^[—–―-]")
_HEAD = 6  # how many lines may stand above a title
_SECOND_LINE = re.compile(r"[及和暨与]|\d{4}年.{0,12}(?:计划|打算|思路|安排|要点)")
_DASHED = re.compile(r"[—–―-]{1,2}\S")
_STOP = re.compile(r"[。;!?]")
_OFFICE = re.compile(
    r"(?:中共)?[\u4e00-\u9fff()]{2,24}"
    r"(?:办事处|委员会|人民政府|管委会|党工委|工委|街道|办公室|乡|镇)"
)
_SIGNATURE = re.compile(
    rf"(?!{MARKER.pattern})"
    rf"(?:{_OFFICE.pattern}(?:\s+{SIGNED_DATE}(?:\s*印发)?)?|{SIGNED_DATE}|抄[送报]\s*:.*|\(此件.{{1,10}}\))"
)
_CLOSING = re.compile(
    r"领导下|新征程|新篇章|新台阶|圆满完成|贡献|奋斗|以更[高强实大加]|坚定信心|砥砺|谱写|不负|再创佳绩|全面完成"
)


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
        furniture, and no other. ``parent`` is an index into this list. Orientation is still empty
        (see `jiedao.orientation`).
    """
    away = sorted((a, b) for a, b, _ in furniture)
    body = lines(masked(text, away, "\n"))
    title, rest = _titles(text, body)
    rest, signature = _signature(text, rest)
    flat, rest = unwrap(text, rest)
    headings = find_headings(flat, rest)
    _nest(text, headings)
    blocks = _blocks(text, rest, headings, away)
    sections = sorted(title + headings + blocks + signature, key=attrgetter("start"))
    _close(text, sections, body)
    return sections


def _block(start: int, orientation: str) -> Section:
    return Section(start, start, start, start, None, None, None, "none", orientation=orientation)


def _titles(text: str, body: Lines) -> tuple[list[Section], Lines]:
    """Title and subtitle at the head of the page, and the lines that are left; a title printed twice counts
    twice. Lines above the title, such as the number of the document, are blocks.
    """
    found: list[Section] = []
    seen: set[str] = set()
    first, body = _find_title(text, body)
    if first is None:
        return [], body
    for start, end in body[first:-1]:  # what stands alone on a page is its text
        if end - start > 60:
            break
        line = text[start:end]
        subtitle = bool(found) and SUBTITLE.fullmatch(line) is not None
        named = _TITLE_WORD.search(line) is not None
        unfinished = not any(map(_TITLE_WORD.search, seen))  # XX街道 alone on the line above
        second = line in seen or (
            named and (unfinished or _SECOND_LINE.match(line) or any(line in t for t in seen))
        )
        if found and not subtitle and not second:
            break
        seen.add(line)
        style = "subtitle" if subtitle else "title"
        found.append(Section(start, end, end, end, 0, None, line, style, orientation="apparatus"))
    above = [_block(start, "apparatus") for start, _ in body[:first]]
    return above + found, body[first + len(found) :]


def _find_title(text: str, body: Lines) -> tuple[int | None, Lines]:
    """The index of the first line of the title, or None; a title that opens a longer line is set apart."""
    for i, (start, end) in enumerate(body[:_HEAD]):
        opening = text[start : start + 60].split(" ")[0] if end - start > 60 else ""
        if opening and _may_be_title(opening) and "  " in text[start:end]:
            end = start + len(opening)
            rest = end + len(text[end : body[i][1]]) - len(text[end : body[i][1]].lstrip())
            return i, [*body[:i], (start, end), (rest, body[i][1]), *body[i + 1 :]]
        line = text[start:end]
        if _may_be_title(line) or _may_be_bare_title(text, body, i):
            above = text[slice(*body[i - 1])] if i else ""
            return (i - 1 if _OFFICE.fullmatch(above) else i), body
        caption = line.endswith(("摄", "摄)"))
        if len(line) > 80 or (_STOP.search(line) and not caption) or MARKER.match(line):
            break
    return None, body


def _may_be_title(line: str) -> bool:
    named = _TITLE_WORD.search(line) is not None and not MARKER.match(line)
    return named and len(line) <= 50 and not _TITLE_STOP.search(line)


def _may_be_bare_title(text: str, body: Lines, i: int) -> bool:
    """Whether a line that does not say what it heads stands where a title does: first, or above a dash."""
    line = text[slice(*body[i])]
    if _TITLE_STOP.search(line) or MARKER.match(line):
        return False
    dashed = i + 1 < len(body) and _DASHED.match(text, *body[i + 1]) is not None
    return dashed or (i == 0 and is_bare_heading(line, max(b - a for a, b in body)))


def _signature(text: str, body: Lines) -> tuple[Lines, list[Section]]:
    """Lines at the foot that sign and date the report, each a block of its own."""
    cut = len(body)
    while cut > 1 and _SIGNATURE.fullmatch(text, *body[cut - 1]):
        cut -= 1
    return body[:cut], [_block(start, "apparatus") for start, _ in body[cut:]]


def _nest(text: str, headings: list[Section]) -> None:
    """Set each heading's level from the nesting of the numbering families in this document."""
    stack: list[Section] = []
    families: list[str] = []
    for heading in headings:
        fits = families.count(heading.family)
        depth = families.index(heading.family) if fits else len(stack)
        if heading.family == "bare":
            # A bare line names a part; below numbered headings it can only be told by its words.
            if stack and not fits and is_part(heading.heading or ""):
                depth = 0
        elif fits == 1 and _starts_anew(text, stack[-1], heading):
            depth = len(stack)
        elif fits > 1:
            same = [d for d, family in enumerate(families) if family == heading.family]
            in_order = [d for d in same if heading.ordinal and stack[d].ordinal == heading.ordinal - 1]
            depth = (in_order or same)[-1]
        del stack[depth:], families[depth:]
        heading.level = depth + 1
        stack.append(heading)
        families.append(heading.family)


def _starts_anew(text: str, before: Section, heading: Section) -> bool:
    """一、 directly under 一、 (or under 二、 with no text between): the same numbering, one level down."""
    if heading.family != before.family or heading.ordinal != 1 or before.style != "own_line":
        return False
    return before.ordinal == 1 or not text[before.heading_end : heading.start].strip(" \r\n。:")


def _blocks(text: str, body: Lines, headings: list[Section], away: Lines) -> list[Section]:
    """Text under no heading: before the first, leading into sub-headings, and the closing paragraph.

    Furniture in the middle of such text parts it in two.
    """
    starts, lines_at = [h.start for h in headings], [start for start, _ in body]
    after_furniture = {bisect_right(lines_at, start) for start, _ in away}
    openings = {lines_at[i] for i in {0} | after_furniture if i < len(body)}
    for heading, following in pairwise(headings):
        if heading.style == "own_line" and (following.level or 0) > (heading.level or 0):
            openings.add(lines_at[bisect_right(lines_at, heading.start)])
    openings -= set(starts)
    found = {a: "preamble" if starts and a < starts[0] else "" for a in openings}
    if len(starts) >= 3 and starts[-1] < lines_at[-1] and _CLOSING.search(text, *body[-1]):
        several = starts[-1] < lines_at[-2]
        if headings[-1].style != "own_line" or several:
            found[lines_at[-1]] = "closing"
    return [_block(start, orientation) for start, orientation in found.items()]


def _close(text: str, sections: list[Section], body: Lines) -> None:
    """Set own_end, end, parent and is_leaf from the order and the levels."""
    stack: list[int] = []
    starts, ends = [a for a, _ in body], [b for _, b in body]
    bounds = [*(s.start for s in sections[1:]), len(text)]
    for i, (section, following) in enumerate(zip(sections, bounds, strict=False)):
        end = ends[bisect_left(starts, following) - 1]  # of the last line that begins before the next section
        section.own_end = end if end <= following else rstrip(text, section.start, following)
        if section.level:
            del stack[section.level - 1 :]
            section.parent = stack[-1] if stack else None
            stack.append(i)
        elif section.orientation == "closing":
            stack = []
        elif section.orientation != "apparatus":
            section.parent = stack[-1] if stack else None
    for section in reversed(sections):
        if section.own_end > section.end:
            section.end = section.own_end
        if section.parent is not None:
            parent = sections[section.parent]
            parent.is_leaf = False
            if section.end > parent.end:
                parent.end = section.end
