"""Lines that were broken to fit a page, as in text out of a PDF, read as the paragraphs they were."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from jiedao.clean import masked, rstrip
from jiedao.furniture import LONGEST_LINE
from jiedao.page import NUMBERED

# Stands for each character of a line break inside a paragraph; no text holds it, for it is no text.
WRAPPED = "\x01"
_WIDEST = 120  # of a page, in half-widths
_OPENS = re.compile(r"\([一二三四五六七八九十]{1,3}\)|第[一二三四五六七八九十]部分")
_CLOSED = "。!?;:”…)》】"
_NARROW = re.compile(r"[^\u2e80-\U0010ffff“”‘’—…]")

Lines = list[tuple[int, int]]


def unwrap(text: str, body: Lines) -> tuple[str, Lines]:
    """Undo what a page did to paragraphs.

    Where lines were broken to a width, those that fill it are joined to the next; where a whole report
    stands on one line, it is parted at runs of blanks.

    Parameters
    ----------
    text : str
        The normalised text.
    body : list of (int, int)
        Its lines, in order.

    Returns
    -------
    str, list of (int, int)
        The text, as long as before, with line breaks inside paragraphs as `WRAPPED`; the paragraphs.
    """
    # Paragraphs of one line each are long, and no line takes fewer half-widths than it has characters.
    whole = len(body) < 10 or sorted(b - a for a, b in body)[int(0.9 * len(body))] > _WIDEST
    widths = [] if whole else [_width(text[a:b]) for a, b in body]
    full = None if whole else _full_width(text, body, widths)
    if not full:
        return text, [p for a, b in body for p in ([(a, b)] if b - a <= LONGEST_LINE else _split(text, a, b))]
    indents = [_indent(text, a) for a, _ in body]
    usual = Counter(n for n in indents if n).most_common(1)
    indent = usual[0][0] if usual and usual[0][1] < 0.9 * len(body) else 0
    breaks, paragraphs = [], body[:1]
    for i, ((_, end), (start, stop)) in enumerate(pairwise(body)):
        between = text[end:start]
        goes_on = widths[i] >= full and not between.strip() and between.count("\n") <= 1
        if text[end - 1] in _CLOSED:  # a paragraph may end at the margin: only indents tell
            goes_on = goes_on and indents[i + 1] < indent and not NUMBERED.match(text, start, stop)
        elif indents[i + 1] >= indent > indents[i] or _OPENS.match(text, start, stop):
            goes_on = False
        if goes_on:
            paragraphs[-1] = (paragraphs[-1][0], stop)
            breaks.append((end, start))
        else:
            paragraphs.append((start, stop))
    return masked(text, breaks, WRAPPED), paragraphs


def _width(line: str) -> int:
    """Half-widths that a line takes on the page."""
    return 2 * len(line) - len(_NARROW.findall(line))


def _indent(text: str, start: int) -> int:
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    return start - line


def _full_width(text: str, body: Lines, widths: list[int]) -> int | None:
    """The width from which a line counts as full, or None where lines were not broken to a width."""
    usual = sorted(widths)[int(0.9 * len(widths))]
    open_ended = [w for (_, end), w in zip(body, widths, strict=True) if text[end - 1] not in _CLOSED]
    broken = [w for w in open_ended if w >= 0.85 * usual]
    if usual > _WIDEST or len(broken) < 0.3 * len(body) or len(broken) < 0.5 * len(open_ended):
        return None
    return int(0.85 * usual)


def _split(text: str, start: int, end: int) -> Lines:
    """A line so long that it may hold several paragraphs in these."""
    cuts = [start]
    place = text.find("  ", start, end)
    while place != -1:
        while text[place] == " ":
            place += 1
        cuts.append(place)
        place = text.find("  ", place, end)
    return [(a, rstrip(text, a, b)) for a, b in pairwise([*cuts, end])]
