"""What a report takes credit for: honours and firsts it claims, and programmes with names of their own.

A claim counts in text that looks back; in a plan most of the same words are aims (争创示范街道), and a title
already held (巩固示范街道成果) is not read there. A programme is a
name in quotation marks that stands with the noun of its kind (“育苗”工程, “花漾学堂”), told from slogans
that come from above by data/lexicon/slogans.csv.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from jiedao.lexicon import default_terms, provinces, read_credit, read_slogans
from jiedao.names import any_of, is_ordinary_word
from jiedao.periods import Source
from jiedao.quantities import LONGEST_CLAUSE, clause_start

# What makes of a title an aim, and of a rank a place or a rule.
_AIM = re.compile("争创|力争|争取|争当|打造|培育|申报|参评|评选|选树|目标|为了|努力|建设$|创建(?!了|成)")
_TITLE = "奖|称号|示范|先进|优秀|最佳|最美|赛|集体"
_LEVELS = (
    ("country", "全国|国家|中央|国务院|人民网|新华社|央视"),
    ("province", f"全省|省级|省委|省政府|自治区|{'|'.join(provinces())}|省[^,。]{{0,10}}(?:{_TITLE})"),
    (
        "city",
        f"全市|市级|市委|市政府|(?<![超夜农门集贸])市[^,。场民]{{0,10}}(?:{_TITLE})|[\u4e00-\u9fff]{{2}}(?<![超夜农门集贸])市(?![场民政容])",
    ),
    ("district", f"全[区县]|区级|县级|区委|区政府|(?<![社小])[区县][^,。]{{0,12}}(?:{_TITLE})"),
)
_KIND = (
    "工程 行动 计划 项目 品牌 模式 机制 制度 平台 矩阵 体系 阵地 地图 中心 综合体 驿站 学堂 夜校 "
    "课堂 讲堂 大讲堂 讲坛 学校 书屋 "
    "书房 食堂 厨房 超市 小店 舞台 大舞台 调解室 工作室 议事厅 会客厅 广播站 文化站 服务站 "
    "服务队 巡防队 宣讲队 志愿队 队 联盟 基金会 "
    "基金 管家 合伙人 艺术团 合唱团 论坛 音乐节 文化节 系列 之家 调解 热线 码 云 荟 专班"
).split()
# Kinds with which an ordinary word makes a name too (“育苗”工程, but not “调解”行动).
_FOUNDED = ("工程", "计划", "品牌")
_NAMED = re.compile(
    rf"“(?P<name>[^“”,。;:!?\n]{{2,10}})”(?P<kind>[\u4e00-\u9fff]{{0,8}}?(?:{'|'.join(_KIND)}))?(?P<next>[+、])?"
)
_KINDS = "|".join(sorted(_KIND, key=lambda k: -len(k)))
_ENDS = re.compile(rf"(?:{_KINDS})$")
# What stands after a name, in quotation marks and without; and where to look for one.
_REST = re.compile(rf"(?:{_KINDS})(?!伍)")
_REST_QUOTED = re.compile(rf"(?:{_KINDS})?”(?:{_REST.pattern})?")
_PLACE = re.compile(rf"“|(?=[{''.join(sorted({k[0] for k in _KIND}))}])(?={_KINDS})")
_MARKS = re.compile("[“”、]")
_NO_NAME = re.compile(r"[一二两三四五六七八九十\d+—、]|[式化]$")


class Credit(NamedTuple):
    """A claim of credit: marker, class (award, first, only, model, rank, fulfilled), who conferred it."""

    start: int
    end: int
    marker: str
    cls: str
    level: str | None
    sentence: int


class Programme(NamedTuple):
    """An occurrence of a local programme: the name as printed here, and the one that joins its spellings."""

    start: int
    end: int
    printed: str
    programme: str
    sentence: int


@cache
def _markers() -> tuple[re.Pattern[str], dict[str, tuple[str, re.Pattern[str]]]]:
    known = {row["marker"]: (row["class"], any_of(row["except"].split())) for row in read_credit()}
    return any_of(known), known


def find_credit(source: Source) -> list[Credit]:
    """Find the claims of credit in what looks back; one a clause and class.

    Parameters
    ----------
    source : Source
        The report.

    Returns
    -------
    list of Credit
        In order. ``level`` is country, province, city, district, or None where the clause names none.
    """
    text, looks, ends = source.text, source.looks, source.ends
    pattern, known = _markers()
    found: list[Credit] = []
    for i, (start, end, section) in enumerate(source.sentences):
        if looks[section] != "retrospective":
            continue
        seen = set()
        for match in pattern.finditer(text, start, end):
            cls, exceptions = known[match[0]]
            begin = clause_start(ends, start, match.start())
            n = bisect_right(ends, match.end())
            stop = min(end, ends[n] - 1 if n < len(ends) else end)
            spans = exceptions.finditer(text, max(start, match.start() - 8), match.end() + 8)
            near = max(begin, match.start() - LONGEST_CLAUSE), min(stop, match.end() + LONGEST_CLAUSE)
            level = _level(cls, text[near[0] : match.end()], text[match.start() : near[1]])
            if (
                {(begin, cls), (begin, "award" if cls == "model" else cls)} & seen
                or _AIM.search(text, max(begin, match.start() - 12), match.start())
                or any(m.start() <= match.start() < m.end() for m in spans)
                or (cls in ("first", "only") and not level)  # 首个工作日, 唯一标准: first of what?
            ):
                continue
            seen.add((begin, cls))
            found.append(Credit(*match.span(), match[0], cls, level, i))
    return found


def _level(cls: str, before: str, after: str) -> str | None:
    """Who confers an award stands behind the marker, the field of a first before, a rank's around."""
    if cls == "fulfilled":
        return None
    places = (
        [before]
        if cls in ("first", "only")
        else [before + after]
        if cls == "rank"
        else [after.split("、")[0], before]
    )
    return next((name for place in places for name, words in _LEVELS if re.search(words, place)), None)


@cache
def _general() -> frozenset[str]:
    """Names in general use, without their marks: terms, and slogans whose origin is known."""
    known = [row for row in read_slogans() if row["level"]]
    names = [name for row in known for name in (row["slogan"], *row["variants"].split(";"))]
    return frozenset(_MARKS.sub("", name) for name in [*default_terms(), *names])


def find_programmes(source: Source) -> list[Programme]:
    """Find the programmes that a report names, in all their spellings.

    Parameters
    ----------
    source : Source
        The report.

    Returns
    -------
    list of Programme
        In order, every occurrence of a name that stands once in quotation marks with the noun of its
        kind, with or without the marks (“金福”工程, 金福工程, 金福项目). Terms and slogans in general use
        are no local programmes.
    """
    text, known = source.text, _general()
    named_here = list(_NAMED.finditer(text))
    quoted = {m["name"] for m in named_here}
    stems: dict[str, str] = {}
    for match in named_here:
        name, kind = match["name"], match["kind"] or ""
        bare = _ENDS.sub("", name)
        stem = bare if bare in quoted else name  # “融调解中心” and “融调解” are one
        listed = match["next"] == "+" or text[match.start() - 1 : match.start()] == "+"
        named = not is_ordinary_word(name) or kind in _FOUNDED or kind.endswith("队")
        if (
            (kind or bare != name)
            and named
            and not listed
            and not _NO_NAME.search(name)
            and not {name, stem, name + kind} & known
        ):
            stems.setdefault(stem, name + kind if kind in _KIND else name)
    if not stems:
        return []
    found: list[Programme] = []
    for a, _, b, i, stem in sorted(_spellings(source, stems)):
        if not found or a >= found[-1].end:  # the first at a place is the longest, and none lies over another
            found.append(Programme(a, b, text[a:b], stems[stem], i))
    return found


def _spellings(source: Source, stems: Collection[str]) -> Iterator[tuple[int, int, int, int, str]]:
    """Where names stand: start, minus the length of the name, end, index of the sentence, name."""
    text, lengths = source.text, {len(stem) for stem in stems}
    for place in _PLACE.finditer(text):
        quoted, at = place[0], place.end()
        for n in lengths:
            a = at if quoted else max(0, at - n)  # a name stands before its kind
            if (stem := text[a : a + n]) in stems:
                start = a - len(quoted)
                i = bisect_right(source.sentences, start, key=itemgetter(0)) - 1
                rest = _REST_QUOTED if quoted else _REST
                if i >= 0 and (match := rest.match(text, a + n, source.sentences[i][1])):
                    yield start, -n, match.end(), i, stem
