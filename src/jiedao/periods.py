"""The months that words name: 2021年上半年, 1-10月, 截至6月, 今年以来, 十四五期间."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from jiedao.headings import Section
from jiedao.numerals import parse_numeral
from jiedao.orientation import outlooks
from jiedao.quantities import Quantity, clause_ends, find_quantities, names_with_numerals
from jiedao.segment import Tokens

_MONTH = r"\d{1,2}\s*月(?:份|底|末|初|\d{1,2}日)?"
_PERIOD = re.compile(
    # What a period begins with, so that most places are passed over at a glance.
    r"(?=[\d截到目去上明来今本当前半下第首一二三四全年底末以至“十])"
    r"(?=[\d到首二底末“]|截[至止]|目前|[去上明来今本当]年|[上下]半年|半年度|前[\d一二两三四五六七八九十]|第?[一二三四]季"
    r"|全年|年[度内底末]|以来|至今|十[一二三四五六]五)(?:"
    r"(?P<y1>(?:19|20)\d\d)年?(?:(?P<m1>\d{1,2})月)?\s*[-–—~至到]+\s*(?P<y2>(?:19|20)\d\d)年(?:(?P<m2>\d{1,2})月)?"
    # Without this, each place would match as empty.
    r"|(?=[截到目去上明来今本当前半下第首一二三四全年底末以至“十]|(?:19|20)\d\d[年上下]"
    r"|\d{1,2}\s*+(?:[月–—~至到-]|\d{1,2}日))"
    r"(?P<upto>截[至止]到?|到)?(?:目前)?"
    r"(?:(?P<year>(?:19|20)\d\d)(?:年度?|(?=[上下]半年))|(?<![比较由从])(?P<last>去年|上年)|(?P<next>明年|来年)"
    r"|今年|本年度?|当年)?"
    rf"(?:(?P<from>\d{{1,2}})\s*+(?:月份?)?(?:\d{{1,2}}日)?\s*+[-–—~至到]\s*(?P<to>{_MONTH})|(?P<month>{_MONTH})"
    r"|前(?P<first>\d{1,2}|[一二三四五六七八九十]{1,2})个?月"
    r"|(?P<half>上半年|半年度|下半年)|(?P<quarter>前[二三两]个?季度|(?:第?[一二三四]|首)季度|二三季度)"
    r"|(?P<whole>全年(?!进度|目标|任务|计划|工作)|年度|年内|年底前?|年末|(?<=年)[底末])"
    r"|(?P<since>以来|至今))?"
    r"|“?(?P<plan>十[一二三四五六])五”?(?:期间|时期|规划|末)?)"
)
_NO_PERIOD = re.compile("(?:截[至止]到?|到|目前)*")
_HINT = re.compile("[年月季今来五]")  # one of these is in every period
_FIRST_PLAN = 2006  # the first year of 十一五
_REVIEW = re.compile("总结|回顾|成效|情况|成绩|完成")
_PLAN = re.compile("计划|打算|安排|思路|要点|规划|目标|任务|展望|举措|措施")

Period = tuple[str, str]


class Named(NamedTuple):
    """A period that words name: where they end, its first and last month (ISO, ``2021-06``), whether they
    name the end of it only (截至6月), and whether they look back from it (去年).
    """

    end: int
    period: Period
    upto: bool = False
    past: bool = False


def find_periods(text: str, year: int | None = None, usual: Period | None = None) -> list[Named]:
    """Find the periods that a text names.

    Parameters
    ----------
    text : str
        The normalised text.
    year : int, optional
        The year that 今年 means here; a year that is named holds for what follows.
    usual : (str, str), optional
        The period that 今年以来 means here.

    Returns
    -------
    list of Named
    """
    found: list[Named] = []
    for match in _PERIOD.finditer(text) if _HINT.search(text) else ():
        if _NO_PERIOD.fullmatch(match[0]):
            continue
        if match["plan"]:
            first = _FIRST_PLAN + 5 * "一二三四五六".index(match["plan"][1])
            found.append(Named(match.end(), (f"{first}-01", f"{first + 4}-12")))
            continue
        if match["y1"]:
            start, end = int(match["m1"] or 1), int(match["m2"] or 12)
            if 1 <= start <= 12 and 1 <= end <= 12 and match["y1"] <= match["y2"]:
                found.append(Named(match.end(), (f"{match['y1']}-{start:02}", f"{match['y2']}-{end:02}")))
            continue
        year = int(match["year"]) if match["year"] else year
        named = year and year - bool(match["last"]) + bool(match["next"])
        if match["since"] or match[0] in ("今年", "本年", "本年度", "当年"):
            if usual:
                found.append(Named(match.end(), usual))
        elif named and (months := _months(match)):
            period = (f"{named}-{months[0]:02}", f"{named}-{months[1]:02}")
            found.append(Named(match.end(), period, bool(match["upto"]), bool(match["last"])))
    return found


def _months(match: re.Match[str]) -> tuple[int, int] | None:
    if match["month"] or match["to"]:
        last = int(re.match(r"\d+", match["month"] or match["to"])[0])
        first = int(match["from"] or (1 if match["upto"] else last))
        return (first, last) if 1 <= first <= last <= 12 else None
    if match["first"]:
        last = parse_numeral(match["first"])
        return (1, int(last)) if last and last <= 12 else None
    if match["half"]:
        return (7, 12) if match["half"] == "下半年" else (1, 6)
    if quarter := match["quarter"]:
        n = next(
            i for i, cs in ((4, "四"), (3, "三"), (2, "二两"), (1, "一首")) if any(c in quarter for c in cs)
        )
        return (1 if quarter[0] == "前" else 4 if quarter == "二三季度" else 3 * n - 2), 3 * n
    return (1, 12)


@dataclass(frozen=True)
class Source:
    """A report to be read, and what more than one step of the reading asks of it.

    Attributes
    ----------
    text : str
        The normalised text.
    sections : sequence of Section
        The outline, oriented.
    sentences : sequence of (int, int, int)
        Start, end, and the index of the section.
    tokens : Tokens
        Its tokens.
    stated : mapping
        The periods of documents.csv by outlook (``retrospective``, ``prospective``).
    """

    text: str
    sections: Sequence[Section]
    sentences: Sequence[tuple[int, int, int]]
    tokens: Tokens = field(default_factory=Tokens)
    stated: Mapping[str, Period] = field(default_factory=dict)

    @cached_property
    def looks(self) -> list[str | None]:
        """Where each section looks."""
        return outlooks(self.text, list(self.sections))

    @cached_property
    def periods(self) -> list[Period | None]:
        """The period that each section speaks of."""
        return section_periods(self.text, self.sections, self.looks, self.stated)

    @cached_property
    def names(self) -> list[tuple[int, int]]:
        """Where numerals are part of a name."""
        return names_with_numerals(self.text, self.tokens)

    @cached_property
    def quantities(self) -> list[Quantity]:
        """What it measures."""
        return find_quantities(self.text, [(a, b) for a, b, _ in self.sentences], self.names)

    @cached_property
    def ends(self) -> list[int]:
        """Where its clauses end."""
        return clause_ends(self.text)


def section_periods(
    text: str, sections: Sequence[Section], looks: Sequence[str | None], stated: Mapping[str, Period]
) -> list[Period | None]:
    """The period that each section speaks of.

    The nearest heading around it that names one decides, then what is stated of its part, then the title:
    2023年工作总结及2024年工作计划 names one for each part.

    Parameters
    ----------
    text : str
        The normalised text.
    sections : sequence of Section
        The outline, oriented.
    looks : sequence of str or None
        Where each section looks, as `jiedao.orientation.outlooks` says.
    stated : mapping
        The periods of documents.csv by outlook (``retrospective``, ``prospective``); may be empty.

    Returns
    -------
    list of (str, str) or None
    """
    known = _title_periods(text, sections) | dict(stated)
    periods: list[Period | None] = []
    for section, look in zip(sections, looks, strict=True):
        above = None if section.parent is None else periods[section.parent]
        usual = known.get(look or "")
        own = find_periods(section.heading or "", usual and int(usual[1][:4]))
        periods.append((own[0].period if own else above) or usual)
    return periods


def _title_periods(text: str, sections: Sequence[Section]) -> dict[str, Period]:
    """By orientation, the period that the title names; without one, the year in which the opening speaks."""
    found: dict[str, Period] = {}
    title = "".join(s.heading or "" for s in sections if s.style in ("title", "subtitle"))
    year = re.search(r"(?:19|20)\d\d", title)
    periods = find_periods(title, int(year[0]) if year else None)
    ends = [named.end for named in periods]
    for (end, period, *_), following in zip(periods, [*ends[1:], len(title)], strict=False):
        for orientation, pattern in (("retrospective", _REVIEW), ("prospective", _PLAN)):
            if pattern.search(title[end:following]):
                found.setdefault(orientation, period)
    if not title:
        opening = next((s for s in sections if s.orientation == "preamble"), None)
        spoken = [n.period for n in find_periods(text[opening.start : opening.own_end])] if opening else []
        plans = {s.orientation for s in sections} & {"retrospective", "prospective"}
        if spoken and len(plans) == 1:
            found[plans.pop()] = spoken[0]
    return found
