"""Commitments: how firmly a plan promises, by the markers of data/lexicon/commitments.csv, and its targets.

Markers count in text that looks ahead; in a review 完成 reports and 积极 describes. Four classes are kept
apart: a guarantee binds (确保), a stretch aims (力争), an effort promises trying (积极), an experiment
promises a trial (探索). Effort is no weaker guarantee; it is another kind of promise.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from jiedao.indicators import Indicator
from jiedao.lexicon import read_commitments
from jiedao.names import any_of
from jiedao.periods import Period, Source
from jiedao.quantities import LONGEST_CLAUSE, clause_start

_TIME_COMMA = re.compile(",(?<=期间,|年内,|底前,)")  # commas are found sooner than words
_SENTENCE_END = re.compile(r"[;。!?\n\r]")
# 着力|促进, 全力|争取: 力 belongs to the word before.
_OWN_WORD = r"(?<![着大全努聚合借奋竭])(?=力)|(?!力)"
# What was done (探索出), what is only a property (态度积极,), and what describes (必须完成的任务).
_NO_PROMISE = {
    "all": re.compile(r"了(?!解)|出(?!台|发|具|资)|过"),
    "积极": re.compile(r"的|[\u4e00-\u9fff]{2}的|$|[、,;。]"),
    "努力": re.compile(r"$|[、,;。]"),
    "保证": re.compile(r"$|[、,;。]"),
    "必须": re.compile(r"[\u4e00-\u9fff]{2}的|清醒|看到|认识"),
    "完成": re.compile(r"的"),
    "试点": re.compile(r"$|[、,;。”)]|的|经验|示范"),
}
# A promise that something will not happen, without a figure.
_NEVER = re.compile(
    r"(?=[坚不杜防遏无])(?:坚决)?(?P<verb>不发生|不出现|杜绝|(?:防止|遏制)(?=[^,;。]{0,12}(?:发生|事故))"
    r"|(?:(?<![^,;。:、\s])|(?<=确保|实现|保持|做到|辖区|街道|全年|全街))无)"
    r"(?P<what>[^,;。:!?\n\r“”]{0,18}?"
    r"(?:事故|事件|风险|伤亡|上访|案件|疫情|火灾|违建|现象|问题|隐患)(?:事件|事故)?(?:的?发生)?)"
)
_BODY = (
    r"[^,;。:、由()]{0,12}?(?:办公室|办事处|办|局|科|所|站|中心|社区|党委|党工委|工委|委员会|支部|专班"
    r"|部门|单位|公司|街道|成员|干部|领导|负责人)"
)
_PARTY = re.compile(
    rf"由(?P<by>{_BODY})(?=牵头|负责|承担|组织|与|对|挂|带队|包保|落实|具体|统筹)"
    rf"|(?P<named>各?{_BODY})(?:牵头|负责)(?!人)|(?:责任|牵头|配合)(?:单位|部门|人):(?P<listed>[^,;。、\n()]{{2,24}})"
)
_PARTY_HINT = re.compile("由|牵头|负责|[位门人]:")  # one of these is in every match, and found sooner
# How far behind a promise the party may be named: its sentence, or a bracket after it.
_BRACKET = re.compile(r"[。;]?\([^()\n]{0,60}\)")
_RESPONSIBLE = re.compile(r"\((?:责任|牵头|配合|由)")
_VERB = re.compile(
    "完成|达到?|实现|新增|打造|创建|建设|建成|新建|改造|培育|引进|举办|开展|组织|确保|保持|控制|稳定|提高|提升|增长|推进|实施|安装|拆除|化解|发展"
    "|招引|招募|培训|发放|落实|建立|成立|设立|挂点|提供|争取|办好|解决|启动|降低|压减|减少|扩招|发行|安排|增加|改善|整治|修复|治理|开通"
)


class Commitment(NamedTuple):
    """A marker in text that looks ahead; ``clause`` is where its clause begins."""

    start: int
    end: int
    marker: str
    cls: str
    strength: str
    clause: int
    sentence: int


class Target(NamedTuple):
    """A promise with a value, or that something will not happen; ``indicator`` is an index or None."""

    start: int
    end: int
    indicator: int | None
    deadline: str | None
    verb: str | None
    strength: str
    dated: bool
    party: str | None
    sentence: int


@cache
def _markers() -> tuple[re.Pattern[str], dict[str, tuple[str, str, re.Pattern[str]]]]:
    known = {
        row["marker"]: (row["class"], row["strength"], any_of(row["except"].split()))
        for row in read_commitments()
    }
    # What they begin with stands first, so that most places are passed over at a glance.
    first = "".join(sorted({marker[0] for marker in known}))
    return re.compile(f"(?=[{first}])(?:{_OWN_WORD})(?:{any_of(known).pattern})"), known


def _clause_ends(source: Source) -> list[int]:
    """Where clauses end; a comma after words of time ends none: 力争在“十四五”期间,每个社区…"""
    passed = {match.end() for match in _TIME_COMMA.finditer(source.text)}
    return [end for end in source.ends if end not in passed] if passed else source.ends


def find_commitments(source: Source) -> list[Commitment]:
    """Find the commitment markers of a report, in text that looks ahead.

    Parameters
    ----------
    source : Source
        The report.

    Returns
    -------
    list of Commitment
        One an occurrence, in order. 完成 is left out where a guarantee or a stretch of the same clause
        governs it (确保…圆满完成).
    """
    text, looks = source.text, source.looks
    pattern, known = _markers()
    ends = _clause_ends(source)
    found: list[Commitment] = []
    governed = -1  # the clause of the last guarantee or stretch
    for i, (start, end, section) in enumerate(source.sentences):
        if looks[section] != "prospective":
            continue
        for match in pattern.finditer(text, start, end):
            cls, strength, exceptions = known[match[0]]
            spans = exceptions.finditer(text, max(start, match.start() - 8), match.end() + 8)
            after = text[match.end() : min(end, match.end() + 4)]
            if _NO_PROMISE["all"].match(after) or (
                match[0] in _NO_PROMISE and _NO_PROMISE[match[0]].match(after)
            ):
                continue
            if any(m.start() <= match.start() < m.end() for m in spans):
                continue
            clause = clause_start(ends, start, match.start())
            if match[0] == "完成" and governed == clause:
                continue
            governed = clause if cls in ("guarantee", "stretch") else governed
            found.append(Commitment(*match.span(), match[0], cls, strength, clause, i))
    return found


def find_targets(
    source: Source, indicators: Sequence[Indicator], commitments: Sequence[Commitment]
) -> list[Target]:
    """Find the promises that can be checked later: those with a value, and those of no accident at all.

    Parameters
    ----------
    source : Source
        The report.
    indicators, commitments : sequences of Indicator and Commitment
        What was found in it.

    Returns
    -------
    list of Target
        In order. The verb is the marker that governs the promise, else the verb of action; strength is
        that of the marker, ``neutral`` without one; the deadline is the end of the period.
    """
    text, sentences, looks = source.text, source.sentences, source.looks
    ends = _clause_ends(source)
    marked = [c.start for c in commitments]
    targets = []
    for promise in [*_counted(text, indicators, sentences, ends), *_denied(text, sentences, source.periods)]:
        start, stop, section = sentences[promise.sentence]
        if looks[section] != "prospective":
            continue
        begin = clause_start(ends, max(start, promise.start - LONGEST_CLAUSE), promise.start)
        since = begin
        if promise.denies:  # 确保 goes on for the clauses of a list (确保…,无重大事故,无伤亡事件)
            said = _SENTENCE_END.finditer(text, max(start, begin - 60), promise.start)
            since = max([start, *(m.end() for m in said)])
        nearest = range(bisect_left(marked, promise.start) - 1, bisect_left(marked, since) - 1, -1)
        governing = (commitments[n] for n in nearest)
        marker = next((c for c in governing if c.start >= begin or c.cls == "guarantee"), None)
        at, verb, strength = _opening(text, begin, promise, marker)
        end = at + len(text[at : promise.end].rstrip("、 和及("))
        deadline = promise.period and promise.period[1]
        whom = _party(text, start, begin, stop, promise.end)
        targets.append(
            Target(
                at, end, promise.indicator, deadline, verb, strength, promise.dated, whom, promise.sentence
            )
        )
    return sorted(targets, key=lambda t: (t.start, t.end))


class Promise(NamedTuple):
    """What is promised: a quantity (``indicator``, an index), or what ``denies`` that something happens."""

    start: int
    end: int
    sentence: int
    period: Period | None
    dated: bool
    indicator: int | None = None
    is_rate: bool = False
    denies: str = ""


def _counted(
    text: str, indicators: Sequence[Indicator], sentences: Sequence[tuple[int, int, int]], ends: Sequence[int]
) -> Iterator[Promise]:
    """Promises with a figure, each up to the end of its clause, or of its place in a list."""
    for n, indicator in enumerate(indicators):
        if indicator.status != "target":
            continue
        i = bisect_right(ends, indicator.end)
        end = min(sentences[indicator.sentence][1], ends[i] - 1 if i < len(ends) else len(text))
        if n + 1 < len(indicators) and indicators[n + 1].start < end:
            end = indicators[n + 1].start
            parted = max(text.rfind(mark, indicator.end, end) for mark in "、和及")
            end = parted if parted > 0 else end
        bracket = _RESPONSIBLE.search(text, indicator.end, end)
        end = bracket.start() if bracket else end
        rate = indicator.stock_flow == "rate"
        yield Promise(indicator.start, end, indicator.sentence, indicator.period, indicator.dated, n, rate)


def _denied(
    text: str, sentences: Sequence[tuple[int, int, int]], periods: Sequence[Period | None]
) -> Iterator[Promise]:
    """Promises that something will not happen, without a figure."""
    starts = [a for a, _, _ in sentences]
    for match in _NEVER.finditer(text):
        i = bisect_right(starts, match.start()) - 1
        if i >= 0 and match.end() <= sentences[i][1]:
            yield Promise(*match.span(), i, periods[sentences[i][2]], False, denies=match["verb"])


def _opening(
    text: str, begin: int, promise: Promise, marker: Commitment | None
) -> tuple[int, str | None, str]:
    """Where the words of a promise begin, its verb and its strength."""
    if marker:
        return (marker.start if marker.start >= begin else promise.start), marker.marker, marker.strength
    if promise.denies:
        return promise.start, promise.denies, "neutral"
    verbs = list(_VERB.finditer(text, begin, promise.start))
    at = verbs[-1].start() if verbs and not promise.is_rate else begin
    return at, (verbs[-1][0] if verbs else None), "neutral"


def _party(text: str, start: int, begin: int, end: int, promised: int) -> str | None:
    """Who is to see to a promise: named in its sentence, from its clause on or before, or in a bracket."""
    bracket = _BRACKET.match(text, end - 1) or _BRACKET.match(text, end)
    near = (begin, min(end, promised + LONGEST_CLAUSE)), (max(start, begin - LONGEST_CLAUSE), begin)
    places = [*near, *([bracket.span()] if bracket else [])]
    told = (place for place in places if _PARTY_HINT.search(text, *place))
    found = (m for place in told for m in _PARTY.finditer(text, *place))
    return next((m["by"] or m["named"] or m["listed"] for m in found), None)
