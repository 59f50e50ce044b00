"""Find the headings of a report, one kind after the other; how deep each lies is `jiedao.outline`'s business.

Numbered headings and lines of their own are told by their form. Un-numbered labels inside a paragraph
(强品牌,精细雕琢一社一品。…) have no form of their own and are told by the company they keep.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby, islice, pairwise
from operator import attrgetter

from jiedao.clean import lstrip, rstrip
from jiedao.furniture import LONGEST_LINE, told_apart
from jiedao.wrapping import WRAPPED

NUMERALS = "一二三四五六七八九十"
_CN = rf"[{NUMERALS}]{{1,3}}"
# Families of numbering; an item of one family is a sibling of the last item of that family.
FAMILIES = {
    "part": rf"第{_CN}(?:部分|章|篇)[、:\s]*",
    "一、": rf"{_CN}(?:、|\.(?!\d))",
    "(一)": rf"\({_CN}\)[、.]?",
    "1、": r"\d{1,2}(?:、|\.(?!\d))",
    "(1)": r"\(?\d{1,2}\)(?!\d)[、.]?|[①-⑳]",
    "一是": rf"{_CN}(?:是|要(?=[\u4e00-\u9fff]{{2}}))|第{_CN},",
    "dash": r"(?:——|●|■|◆|★)(?=[\u4e00-\u9fff])",
}
MARKER = re.compile(told_apart(FAMILIES.values()))
_NAMES = list(FAMILIES)
_STRICT = ("part", "一、", "(一)")
LONGEST_HEADING = 30
LONGEST_OWN_LINE = 60
# Inside a line a marker counts only after a full stop or a blank, and (below) only in sequence. After
# a colon 一是 counts if a full stop closes it: 一是…;二是…;三是… is one sentence and no outline.
_INLINE = re.compile(  # what begins no marker is passed over at once
    rf"[。!?;: ](?=[ 第{NUMERALS}(\d①-⑳—●■◆★])(?:(?<=[。!?;])\s*(?={'|'.join(FAMILIES.values())})"
    rf"|(?<=\S )\s*(?=(?:{_CN}、|\({_CN}\))\S)"
    r"|(?<=:)(?=一[是要](?:(?!二[是要])[^。;!?:]){2,60}。))"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NOT_BARE = re.compile(r"[。;!?:,]|[.、]$|^\d{1,3}\s|^[-—•]")
_STOP = re.compile(r"[。!?;]")
_SIGN = re.compile(r"\W")
_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"[\d ]")
_NO_CLOSED = re.compile(r"[。;!?:《“了]")
_STOP_OR_BLANK = re.compile(r"[。!?;]|(?<=[\u4e00-\u9fff]{4}) (?=\S)")
# A sentence of two clauses at most, without a figure, and what closes it: at a place, or after a full stop.
_CLAUSE = rf"[^。,0-9\r\n]{{0,{2 * LONGEST_HEADING}}}+"
_SHORT = re.compile(rf"({_CLAUSE}(?:,{_CLAUSE})?+)(?=(。[。 {WRAPPED}]*+))")
_NEXT_SHORT = re.compile(rf"。[ {WRAPPED}]*+(?!。){_SHORT.pattern}")
# 水利方面:辖区有…; a colon after a few words closes a heading as a full stop does.
_COLON_LABEL = re.compile(r"[\u4e00-\u9fff]{2,10}:(?=[^\s])")
_NO_LABEL = ("此", "该", "其", "各位", "同志", "现", "请")
_CLAUSE_END = re.compile(r"[,:]|\s(?=\S)")
_PAIR = re.compile(r"[\u4e00-\u9fff]{2,6}\s*:.{1,60}")  # 联系电话:… ends where its line does
_PAGE_NUMBER = re.compile(r"[-—–]?\s*\d{1,3}\s*[-—–]?|第\s*\d{1,3}\s*页.{0,10}")

Lines = list[tuple[int, int]]


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


def find_headings(text: str, body: Lines) -> list[Section]:
    """All headings in the given lines, in text order, levels still unset."""
    headings = _numbered_and_own_line(text, body)
    return sorted(headings + _labels(text, body, headings), key=attrgetter("start"))


def is_bare_heading(line: str, widest: int) -> bool:
    """Whether an un-numbered line can only be a heading: short, no sentence, not a wrapped rest.

    Where a PDF has wrapped the text, the first line of each paragraph is short too, but fills the
    width; hence the comparison with the widest line of the document.
    """
    if len(line) > min(LONGEST_HEADING, 0.75 * widest):
        return False
    return not _NOT_BARE.search(line) and len(_HAN.findall(line)) >= 4


def _heading(text: str, start: int, end: int, style: str, number: str = "", family: str = "") -> Section:
    heading = text[start + len(number) : end].replace(WRAPPED, "").strip() or None
    ordinal = _ordinal(number)
    return Section(start, end, end, end, None, number.strip() or None, heading, style, family, ordinal)


@lru_cache(maxsize=1000)
def _ordinal(number: str) -> int | None:
    """The value of a printed number (十二、→ 12), or None."""
    if digits := re.search(r"\d+", number):
        return int(digits[0])
    if circled := re.search(r"[①-⑳]", number):
        return ord(circled[0]) - ord("①") + 1
    if found := re.search(_CN, number):
        tens, ten, units = found[0].rpartition("十")
        value = (NUMERALS.index(tens[-1]) + 1 if tens else 1) * 10 if ten else 0
        return value + (NUMERALS.index(units[-1]) + 1 if units else 0)
    return None


def _numbered_and_own_line(text: str, body: Lines) -> list[Section]:
    found: list[Section] = []
    closing = _closed_headings(text, body)
    last: dict[str, int | None] = {}  # the last number seen of each family
    closed = True  # whether the line before ends a sentence or is a heading
    widest = max((b - a for a, b in body), default=0)
    for start, end in body:
        line = text[start:end]
        if _PAGE_NUMBER.fullmatch(line):
            continue  # a PDF prints it anywhere, also in the middle of a sentence
        in_line: list[Section] = []
        place = start
        while place < end:
            further = _INLINE.search(text, place, end)
            stop = further.end() if further else end
            if marker := MARKER.match(text, place, end):
                family, number = _NAMES[marker.lastindex - 1], marker[0]
                ordinal = _ordinal(number)
                follows = _in_sequence(family, ordinal, last, at_line=place == start, closed=closed)
                if follows and (h := _numbered(text, (place, stop), number, family, (start, end))):
                    last[family] = ordinal
                    in_line.append(h)
            place = stop
        if not in_line and closed and end != body[-1][1] and is_bare_heading(line, widest):
            in_line.append(_heading(text, start, end, "own_line", family="bare"))
        elif not in_line and (start, end) in closing:
            in_line.append(_heading(text, start, end - 1, "own_line", family="label"))
        found += in_line
        closed = (
            text[end - 1] in '。!?;:”")》'
            or _PAIR.fullmatch(line) is not None
            or (bool(in_line) and in_line[-1].heading_end >= end - 1)
        )
    return found


def _closed_headings(text: str, body: Lines) -> set[tuple[int, int]]:
    """Lines that are one short sentence, and head a long paragraph each: one alone is a short paragraph."""
    found = set()
    for (start, end), (a, b) in pairwise(body):
        line = text[start : end - 1]
        short = 6 <= end - start <= LONGEST_HEADING and text[end - 1] == "。"
        if short and b - a >= 40 and _may_label(line) and not _NO_CLOSED.search(line):
            found.add((start, end))
    return found if len(found) > 1 else set()


def _may_label(sentence: str) -> bool:
    """Whether a short sentence may name what follows: it counts, lists and announces nothing."""
    announces = sentence.startswith(_NO_LABEL) or sentence.endswith("如下") or "以下" in sentence
    return not (announces or sentence.count("、") > 1 or _DIGIT.search(sentence))


def _in_sequence(
    family: str, ordinal: int | None, last: dict[str, int | None], *, at_line: bool, closed: bool
) -> bool:
    """Whether a marker numbers something here, or is part of a sentence (第 | 一、二季度 over two lines)."""
    follows = family in last and ordinal == (last[family] or 0) + 1
    if at_line:
        # After a line that ends no sentence, only the next number of a series, or the first of one.
        opens = ordinal == 1 and (family in ("part", "(一)") or (family != "一是" and family not in last))
        return closed or follows or opens or (family == "dash" and family in last)
    # A report may skip a number or two; 一是 and bullets stand in sentences too, and may not.
    skips = family in _STRICT and 0 < (ordinal or 0) - (last.get(family) or 0) <= 3
    return ordinal == 1 or follows or skips


def _numbered(
    text: str, span: tuple[int, int], number: str, family: str, line: tuple[int, int]
) -> Section | None:
    """The heading that begins with a number: a line of its own, or the first sentence after it."""
    start, stop = span
    first = lstrip(text, start + len(number), stop)
    if label := _COLON_LABEL.match(text, first, stop):
        return _heading(text, start, label.end() - 1, "run_in_numbered", number, family)
    on_one_line = line[1] - line[0] > LONGEST_LINE  # a whole report: blanks stand for line ends
    sentence = (_STOP_OR_BLANK if on_one_line else _STOP).search(text, first, stop)
    end = sentence.start() if sentence else rstrip(text, first, stop)
    if end <= first:  # 第一部分 alone on its line names the part by itself
        names_itself = family == "part" and span == line
        return _heading(text, start, end, "own_line", family=family) if names_itself else None
    if end >= line[1] - 1 and stop == line[1]:
        # 完成改造3个,惠及2000户。 is what was done
        names = not sentence or (family in _STRICT and not _FIGURE.search(text, first, end))
        if end - first <= (LONGEST_OWN_LINE if names else LONGEST_HEADING):
            style = "own_line" if start == line[0] else "run_in_numbered"
            return _heading(text, start, end, style, number, family)
    if end - first > LONGEST_HEADING:  # a list item that is one long sentence: its first clause names it
        clause = _CLAUSE_END.search(text, first + 1, min(end, first + LONGEST_HEADING + 1))
        if not clause or clause.start() - first < 2:
            return None
        end = clause.start()
    return _heading(text, start, end, "run_in_numbered", number, family)


def _labels(text: str, body: Lines, headings: list[Section]) -> list[Section]:
    """Un-numbered labels that open segments, found by how they are written: in parallel.

    A label is a short clause closed by a full stop. It is taken for one where it has company of the
    same build (equal numbers of characters clause by clause, the isocolon of this prose): further
    sentences of the paragraph, or the openings of the neighbouring paragraphs. Under a run-in heading,
    clauses that repeat the heading's ending (…上求创新: 网格管理求创新, 人员管理求创新,) are labels too.
    """
    found: Lines = []
    if not headings:
        found = _parallel_labels(text, body, [*_candidates(text, body)])
    held = _held(text, body, headings)
    short = _candidates(text, chain(*held))
    for heading, paragraphs in zip(headings, held, strict=True):
        if heading.style != "own_line" and paragraphs:
            ((start, end), *paragraphs), own = paragraphs, next(short)
            found += _echoing_labels(text, start, end, heading.heading or "") or _inner_labels(text, own, 2)
        if not paragraphs:
            continue
        candidates = [*islice(short, len(paragraphs))]
        opening = _parallel_labels(text, paragraphs, candidates)
        begun = {start for start, _ in opening}
        found += opening
        for (start, _), own in zip(paragraphs, candidates, strict=True):
            if start not in begun:
                found += _inner_labels(text, own, 3)
    return [_heading(text, a, b, "run_in_label", family="label") for a, b in found]


def _held(text: str, body: Lines, headings: list[Section]) -> list[Lines]:
    """The paragraphs under each heading, those that say nothing apart."""
    held: list[Lines] = [[]]
    further = iter(headings)
    heading = next(further, None)
    for start, end in body:
        while heading and heading.start < end:
            if start < heading.start:
                held[-1].append((start, heading.start))
            held.append([])
            start, heading = heading.heading_end, next(further, None)
        if start < end:
            held[-1].append((start, end))
    return [[(a, b) for a, b in spans if text[a:b].strip(" 。!?;:,")] for spans in held[1:]]


def _shape(sentence: str) -> tuple[int, ...]:
    """Characters of each clause, signs apart."""
    return tuple(map(_n_words, sentence.split(",")))


def _n_words(clause: str) -> int:
    return len(clause) if clause.isalnum() else len(clause) - len(_SIGN.findall(clause))


def _candidates(text: str, paragraphs: Iterable[tuple[int, int]]) -> Iterator[Lines]:
    """Of each paragraph the short sentences that more text follows; one alone only if it is the first."""
    sentences = _NEXT_SHORT.finditer(text)
    sentence = next(sentences, None)
    for start, end in paragraphs:
        opening = None if text[start] == "。" else _SHORT.match(text, start, end)
        short = [opening] if opening else []
        while sentence and sentence.start(1) < end:
            if sentence.start(1) > start:
                short.append(sentence)
            sentence = next(sentences, None)
        if not opening and len(short) < 2:
            yield []
            continue
        last = start + len(text[start:end].rstrip("。 ")) - 10
        yield [m.span(1) for m in short if m.end(2) < last and _may_be_candidate(m[1])]


def _may_be_candidate(sentence: str) -> bool:
    fits = 4 <= len(sentence) <= 2 * LONGEST_HEADING and 4 <= _n_words(sentence) <= 20
    return fits and _may_label(sentence)


def _parallel_labels(text: str, paragraphs: Lines, candidates: list[Lines]) -> Lines:
    """Labels that open paragraphs, and those built alike further on in the same paragraph."""
    found: list[Lines] = []
    for (start, _), short in zip(paragraphs, candidates, strict=True):
        found.append(_like_the_first(text, short) if short and short[0][0] == start else [])
    opening = [labels[0] for labels in found if labels]
    if not opening:
        return []
    if len(opening) < 2 or len(opening) < len(found) / 2:
        runs = (list(run) for opens, run in groupby(found, bool) if opens)
        in_a_row = [labels[0] for run in map(list, runs) if len(run) > 2 for labels in run]
        opening = in_a_row + _kin(text, opening)
    sure = {*opening}
    return [label for labels in found if len(labels) > 1 or not sure.isdisjoint(labels) for label in labels]


def _kin(text: str, sentences: Lines) -> Lines:
    """Of some sentences the most that are built alike, if they are three or more."""
    if len(sentences) < 3:
        return []
    counts = Counter(_shape(text[slice(*s)]) for s in sentences)
    near = {shape: sum(n for other, n in counts.items() if _alike(shape, other)) for shape in counts}
    shape = max(near, key=lambda s: near[s], default=())
    return [s for s in sentences if near[shape] >= 3 and _alike(shape, _shape(text[slice(*s)]))]


def _alike(shape: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return len(other) == len(shape) and all(abs(a - b) <= 1 for a, b in zip(shape, other, strict=True))


def _like_the_first(text: str, sentences: Lines) -> Lines:
    """The first sentence, and those that are built like it and not side by side."""
    if len(sentences) == 1:
        return sentences
    kept, shape = sentences[:1], _shape(text[slice(*sentences[0])])
    for span in sentences[1:]:
        other = _shape(text[slice(*span)])
        # Sentences of one clause are often of about one length; two clauses are so by intent only.
        same = _alike(shape, other) if len(shape) > 1 else shape == other
        if same and span[0] - kept[-1][1] > 5:
            kept.append(span)
    return kept if len(kept) > 2 or len(shape) > 1 or _share_a_word(text, kept) else kept[:1]


def _share_a_word(text: str, sentences: Lines) -> bool:
    pairs = [{text[i : i + 2] for i in range(a, b - 1)} for a, b in sentences]
    return bool(set.intersection(*pairs))


def _inner_labels(text: str, candidates: Lines, least: int) -> Lines:
    """Labels anywhere in a paragraph: of one clause, at least so many as long as each other and with a word
    in common (…持续改善。 …持续优化。), or two with one beginning (我们始终坚持…。), or three with no other
    short sentence beside them.
    """
    short = [(a, b) for a, b in candidates if "," not in text[a:b]] if len(candidates) > 1 else []
    if len(short) < 2:
        return []
    kin: dict[tuple[str, int], Lines] = defaultdict(list)
    for candidate in short:
        clause = text[slice(*candidate)]
        keys = {(clause[:4], 0)} | {(clause[i : i + 2], len(clause)) for i in range(len(clause) - 1)}
        for key in keys:
            if not kin[key] or candidate[0] - kin[key][-1][1] > 5:
                kin[key].append(candidate)
    if len(short) > 2 and len({b - a for a, b in short}) == 1:
        return short
    enough = (found for (word, _), found in kin.items() if len(found) >= (2 if len(word) > 2 else least))
    return max(enough, key=len, default=[])


_SHORT_CLAUSE = re.compile(r"(?<=[。!?;])[^,。;、:]{5,15}(?=[,。])")


def _echoing_labels(text: str, start: int, end: int, heading: str) -> Lines:
    tail = heading[-3:] if heading[-3:].isalnum() else _SIGN.sub("", heading)[-3:]
    if len(tail) < 3 or text.count(tail, start, end) < 2:
        return []
    found = [m.span() for m in _SHORT_CLAUSE.finditer(text, start, end) if m[0].endswith(tail)]
    return found if len(found) > 1 else []
