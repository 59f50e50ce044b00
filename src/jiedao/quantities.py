"""Measured quantities in running text: a number with its unit, and never what only looks like one.

A quantity is a numeral and a unit of data/lexicon/units.csv. Dates, ordinals, ages, models, list markers,
addresses and quoted slogans hold numerals too; they are covered up before the search begins. Counts of the
levels or aspects of something (三级, 五种, 两个机制) describe a structure and measure nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from string import digits
from typing import NamedTuple

import numpy as np

from jiedao.clean import masked
from jiedao.lexicon import read_units
from jiedao.names import MANY
from jiedao.numerals import CHINESE, LONGEST, NUMERAL, SCALE, parse_numeral, parse_pair
from jiedao.segment import KINDS, Tokens
from jiedao.words import find_signs

_CLAUSE_END = ",;。:!?\n\r"
# A sentence may be a whole report on one line; what bears on a quantity or a claim stands near it.
LONGEST_CLAUSE = 200
_TO = r"\s*(?:[-–—~至到]|——)\s*"
_SIGN = "[A-Za-z\\d一二三四五六七八九十]"
# A formula is 1+N, whose + stands within 18 signs. What nothing can follow but all of it is taken whole (++).
_FORMULA = (
    rf"(?=[^+]{{1,18}}+\+)(?<!{_SIGN}){_SIGN}{{1,12}}+[^\s,;。+]{{0,6}}\+\s*{_SIGN}{{1,12}}"
    rf"(?:\+\s*{_SIGN}{{1,12}})*"
)
_AGE = rf"(?<![\d{CHINESE}])[\d{CHINESE}]{{1,5}}+(?:{_TO}[\d{CHINESE}]{{1,5}})?\s*周?岁"
# Circles of so many minutes.
_CIRCLE = (
    r"(?<![\d一二三四五六七八九十])[\d一二三四五六七八九十]{1,4}+\s*(?:分钟|刻钟|小时|公里)[一-鿿]{0,6}圈"
)
# By what they begin with, so that few are tried at any place.
_IN_DIGITS = [
    # dates, spans of years, times of day
    rf"(?:19|20)\d\d(?:年)?{_TO}(?:(?:19|20)?\d\d)年|(?:19|20)\d\d[-/.]\d{{1,2}}(?:[-/.]\d{{1,2}})?(?!\d)",
    r"(?:19|20)\d\d\s*年(?:度|底|末|初)?|(?<!连续|历时|长达|为期|延长|坚持)(?<!\d)\d\d\s*年(?:度|底|末|初)?(?=\D)",
    r"(?:19|20)\d\d(?=年|[上下]半年|$)|\d\d年代|\d++\s*世纪",
    rf"\d{{1,2}}+(?:{_TO}\d{{1,2}})?\s*月(?:份|底|末|初|中旬|上旬|下旬)?(?:\s*\d{{1,2}}(?:{_TO}\d{{1,2}})?\s*[日号])?",
    r"\d{1,2}+\s*[日号](?![一-鿿]线)",
    r"\d{1,2}:\d\d(?::\d\d)?|\d{1,2}[时点](?:\d{1,2}分|半)?(?![一-鿿])|\d++\s*周年",
    # ranks, addresses, models; the clock round
    r"\d++\s*强|\d++\s*号|\d+栋\d+单元",
    r"\d+(?:\.\d+)?(?!(?:km|kg|ml|mL|ML|h?m[²³])(?![A-Za-z]))[A-Za-z]+|\d{11,}",
    _AGE,
    rf"24\s*小时(?!内)|365\s*天|7\s*[x×*]\s*24|{_CIRCLE}",
]
_IN_CHARACTERS = [
    r"[〇零一二三四五六七八九]{4}年|[一二三四五六七八九]{1,2}十年代",
    r"[一二三四五六七八九十]{1,3}月(?:份|底|末|初|[一二三四五六七八九十]{1,3}日)?|[一二三四五六七八九十]周年",
    _AGE,
    _CIRCLE,
    r"[一二三四五六七八九十]位一体|[一二三]次产业",
]
_OTHERS = [
    # quoted: slogans, brands, titles; a bracket that spells out a formula (1个牵头单位+N个…)
    r"“[^”\n,。;]{0,60}”|‘[^’\n,。;]{0,60}’|\"[^\"\n,。;]{0,60}\"|「[^」\n,。;]{0,60}」|《[^》\n]{0,80}》",
    r"\([^()\n+]*+\+[^()\n]*+\)",
    # ordinals, ranks, document numbers
    rf"第\s*[\d{CHINESE}]+(?:[、和至-]\s*(?:第\s*)?[\d{CHINESE}]+)*|前\s*[\d{CHINESE}]+(?:名|位|强)?",
    r"[〔\[]\d{4}[〕\]]\s*\d*号?",
]
# What must stand where any of these does; it is seen sooner than each of them is tried.
_AFTER_DIGITS = (
    rf"\d++[\d{CHINESE}]{{0,4}}+\s*+(?:[年月日号上下世周强栋岁:时点分刻小公天x×*/A-Za-z–—~至到-]|$)"
    r"|(?:19|20)\d\d\.|\d++\.\d++[A-Za-z]|\d{11}"
)
_AFTER_CHARACTERS = rf"[\d{CHINESE}]{{1,5}}+\s*+[年月周岁分刻小公位次–—~至到-]"
_NOT_NUMBERS = re.compile(
    rf"(?=[“‘\"「《(〔\[第前A-Za-z0-9{CHINESE}])(?:"  # with 0-9, as a class that holds \d is a slow one
    rf"(?=\d)(?:{_FORMULA}|(?={_AFTER_DIGITS})(?:{'|'.join(_IN_DIGITS)}))"
    rf"|(?=[“‘\"「《(〔\[第前])(?:{'|'.join(_OTHERS)})"
    rf"|(?=[{CHINESE}])(?:{_FORMULA}|(?={_AFTER_CHARACTERS})(?:{'|'.join(_IN_CHARACTERS)}))"
    rf"|(?=[A-Za-z])(?:{_FORMULA}|(?<![A-Za-z])[A-Za-z][A-Za-z.-]{{0,20}}\d[\d.]*))",
    re.ASCII,  # whether a character is a digit of another script is asked for each of a text
)
# Nouns of which a report claims or promises that there were none.
_NONE = (
    "事故 伤亡 死亡 亡人 上访 非访 信访 进京 越级访 违建 违法 违规 违纪 投诉 举报 案件 发案 差错 "
    "失误 延误 感染 确诊 疫情 火灾 火情 火警 溺水 溺亡 积压 欠薪 拖欠 纠纷 矛盾 隐患 返贫 辍学 "
    "抛荒 撂荒 增量 发生 遗漏 死角 新增 "
)
_ZERO = re.compile(
    rf"零(?:{'|'.join(_NONE.split())})|(?:{'|'.join(_NONE.split())})(?:发生)?(?:数|率)?(?:为|降为|达到?)零"
)
# Chinese numerals join with these only; 三门, 五台 and 二期 are names and ordinals.
_WITH_CN = set(
    (
        "个 家 名 人 位 次 件 起 场 处 户 座 条 项 所 间 片 只 辆 套 份 栋 天 块 批 部 "
        "个月 小时 分钟 倍 成 个百分点 人次 吨 亩 元 美元 % 公里 米"
    ).split()
)
_STRUCTURE = re.compile(
    r"(?:大|重大|基本|重点|主要|核心|关键)?(?:方面|层面|维度|体系|机制|阶段|环节|确立|维护|意识|自信|务必|毫不|一律|结合|转变|统一|原则|聚焦|坚持"
    r"|着力|突出|方针|方向|领域|要素|文明|关键|基本点|百分百|责任|清单|抓手|支撑|能力|作用|关系|制度|底线|红线|防线|主线|路径|举措|措施|战略"
    r"|层次|样子|现代化|面向|服务于|更加|优先|专项|故事|优势|振兴|效益|规律|考验|危险|革命|布局|全面|攻坚|定位|高地|目标|任务|批次|轮次|回合|规定|代表|有利于|一百年|一工程|百分百)"
)
_MONEY = re.compile(
    r"(?:收入|税收|资金|产值|投资|金额|总额|销售额|营业额|营收|税款|贷款|补贴|补助|经费|预算|支出|救助金|慰问金|善款|捐款|罚款|款|额|价值|GDP|生产总值)"
)
_PEOPLE = re.compile(
    "[余多]?(?:名|位)?(?:群众|学生|居民|村民|农民|党员|职工|人民|市民|游客|纳税人|中国人|贫困人口|农牧民|劳动力|考生|老人)"
)
_TOTAL = re.compile(
    r"(?P<noun>人|户|家|件|户主|单位)?(?:数|数量|总数|总量|合计|总计|共计)(?:达到?|为|是|约|超过?|近)?\s*$"
)
_NAMED = np.array([kind in ("place", "name", "term") for kind in KINDS])
_FIRST = f"{digits}{CHINESE}半数几上"  # every quantity begins with one of these
_MAGNITUDE = re.compile("(?:万亿|[万亿])$")
_IN_LATIN, _IN_CHINESE = re.compile(r"[A-Za-z\d.]$"), re.compile(f"[{CHINESE}]点$")
_GOES_ON = re.compile(r"\d个?$")
_HEDGE_AFTER = re.compile("以[上下]|左右|以内")
_HEDGE = re.compile(r"(约|近|超过?|逾|不少于|不低于|至少|高于|突破|大于|上|达到?|不超过|低于|以内)\s*$")
_POINTED = re.compile(r"[这那此其该每下本双]\s*$|(?<!以)上\s*$")
_NO_UNIT = re.compile(r"$|[\s,;。:、!?()]|以[上下]|左右")
_LISTED = re.compile(r"\d+\.(\d+)")
# What stands before units that are no measure there.
_ELAPSED = re.compile("(?:每|过去|过了|还有|剩)[近约]?$")
_SCORE = re.compile(r"(?:得|评|均|绩|值|为|达)分?\s*$")
_RANK = re.compile("(?:上升|前移|后移|下降|提升|跃升|前进|攀升)了?$")
_LASTS = re.compile(
    r"(?:连续|历时|长达|累计|已有|坚持了?|延长|为期|有效期|超过?|近|仅用|时间)(?:了|至|到)?\s*$"
)


def clause_ends(text: str) -> list[int]:
    """Where clauses end, in order, for `clause_start`."""
    return (find_signs(text, _CLAUSE_END) + 1).tolist()


def clause_start(ends: Sequence[int], floor: int, place: int) -> int:
    """Where the clause around a place begins, not before ``floor``."""
    i = bisect_right(ends, place)
    return max(floor, ends[i - 1] if i else 0)


class Quantity(NamedTuple):
    """A measured quantity; ``high`` is set for ranges, ``approx`` is what hedges the number (余, 以上)."""

    start: int
    end: int
    number: float
    high: float | None
    unit: str | None
    kind: str
    approx: str


@cache
def _pattern() -> re.Pattern[str]:
    rows = sorted(read_units(), key=lambda u: -len(u["unit"]))
    units = "|".join(
        re.escape(u["unit"]) + (f"(?!{'|'.join(u['not_before'].split())})" if u["not_before"] else "")
        for u in rows
    )
    initials = re.escape("".join(sorted({u["unit"][0] for u in rows})))
    units = f"(?u:(?>(?=[{initials}])(?:{units})))"  # what follows a unit follows no shorter one
    longest = max(len(u["unit"]) for u in rows)
    to_follows = rf"(?=.{{0,{longest}}}?[\s、–—~至到-])"  # seen sooner than which unit stands before it
    inside = rf"[\d{CHINESE}点余多.,\s]"  # a numeral
    fuzzy = r"[余多]|[几来](?=[万亿个家名人户次件场])"
    return re.compile(
        # As above; and characters without a unit, which count nothing, are followed by none of these.
        rf"(?=[\d半数几上]|[{CHINESE}]{{1,{LONGEST}}}+[{CHINESE}{initials}点分个半余多几来以左、\s–—~至到-])(?:"
        rf"(?={inside}{{1,30}}+(?:分之|个半|{inside}))"
        rf"(?:(?P<fraction>(?P<of>{NUMERAL})分之(?P<part>{NUMERAL}))|(?P<and_half>{NUMERAL})个半(?P<half_of>小时|月))"
        rf"|(?P<much>(?<=[近超过约达占])(?:一半|半数))"
        rf"|(?P<few>(?:[数几]|(?<!以)上)(?=[十百千万亿]))?(?P<low>{NUMERAL})(?P<fuzzy>{fuzzy})?(?P<scale>万亿|[万亿]|个亿)?[余多]?"
        rf"(?:{to_follows}(?P<inner>{units})?(?:{_TO}|(?P<next>、))(?P<high>{NUMERAL})(?P<fuzzy2>[余多])?)?"
        rf"\s?(?P<bound>以[上下]|左右)?\s?(?P<unit>{units})?)",
        re.ASCII,
    )


# What `_quantity` reads of it.
_GROUPS = ("low", "scale", "high", "inner", "next", "bound", "unit", "few", "fuzzy", "fuzzy2")


@cache
def _units() -> dict[str, tuple[str, float, str]]:
    return {u["unit"]: (u["base"], float(u["factor"]), u["kind"]) for u in read_units()}


@lru_cache(MANY)
def _is_numeral(word: str) -> bool:
    """Whether a word as a whole is a numeral, with what it counts or without (九百余户, 一百二十)."""
    return _pattern().fullmatch(word) is not None or parse_numeral(word) is not None


def names_with_numerals(text: str, tokens: Tokens) -> list[tuple[int, int]]:
    """Tokens in which a numeral is part of a name, a term or an idiom (三部曲); 九百余户 is none of them."""
    starts, ends, kinds = map(np.asarray, tokens)
    names = np.flatnonzero(_NAMED[kinds] | ((kinds == KINDS.index("word")) & (ends - starts > 2)))
    numerals = find_signs(text, CHINESE + digits)
    held = numerals.searchsorted(ends[names]) > numerals.searchsorted(starts[names])
    found = map(tokens.at, names[held].tolist())
    return [
        (start, end)
        for start, end, kind in found
        if kind != "word" or not ("分之" in text[start:end] or _is_numeral(text[start:end]))
    ]


def find_quantities(
    text: str, spans: Iterable[tuple[int, int]], names: Iterable[tuple[int, int]] = ()
) -> list[Quantity]:
    """Find the measured quantities of a text.

    Parameters
    ----------
    text : str
        The normalised text.
    spans : iterable of (int, int)
        Where to look, such as its sentences, in order; no quantity crosses an end.
    names : iterable of (int, int)
        Stretches that are names or terms (十四五, 三门峡); numerals in them are no quantities.

    Returns
    -------
    list of Quantity
        In order, disjoint. ``number`` is in the base unit of units.csv (1.19亿元 → 119000000 元).
    """
    # 13|个村公司 and 0.2个|百分点 are no names
    names = [n for n in names if not _GOES_ON.search(text, max(0, n[0] - 2), n[0])]
    hidden = masked(text, sorted([*(m.span() for m in _NOT_NUMBERS.finditer(text)), *names]), "\x00")
    spans, found = list(spans), []
    if "零" in text:
        zeros = (m for a, b in spans if text.find("零", a, b) >= 0 for m in _ZERO.finditer(text, a, b))
        found += [Quantity(*m.span(), 0.0, None, None, "count", "") for m in zeros]
    further, pattern = iter(spans), _pattern()
    start = end = place = 0
    for begin in find_signs(hidden, _FIRST).tolist():
        if begin < place:
            continue
        while end <= begin:  # on to the span that ends beyond it
            start, end = next(further, (len(text), len(text) + 1))
        match = pattern.match(hidden, begin, end) if begin >= start else None
        if not match:
            continue
        place = match.end()
        if match["low"]:
            if quantity := _quantity(match, hidden, text, start):
                found.append(quantity)
            else:
                place = match.end("low")  # what follows may be a quantity of its own
        elif quantity := _odd_quantity(match):
            found.append(quantity)
    return sorted(found)


def _odd_quantity(match: re.Match[str]) -> Quantity | None:
    """The quantity that a fraction (三分之一), a half (一半) or one and a half (一个半小时) makes."""
    if match["fraction"]:
        whole, part = parse_numeral(match["of"]), parse_numeral(match["part"])
        if whole and part is not None:
            return Quantity(*match.span(), round(100 * part / whole, 6), None, "%", "share", "")
    elif match["much"]:
        return Quantity(*match.span(), 50.0, None, "%", "share", "")
    elif (number := parse_numeral(match["and_half"])) is not None:
        unit = "个月" if match["half_of"] == "月" else "小时"
        return Quantity(*match.span(), number + 0.5, None, unit, "duration", "")
    return None


def _quantity(match: re.Match[str], hidden: str, text: str, start: int) -> Quantity | None:
    """The quantity that a numeral and its unit make, or None if they only look like one."""
    low, scale, upper, inner, listed, bound, printed, few, fuzzy, fuzzy2 = match.group(*_GROUPS)
    low, chinese = low.strip(), low[0] in CHINESE
    if chinese and (printed is None or (low in ("一", "二") and not upper)):
        return None  # 一批, 二期
    first, stop = match.span()
    if (_IN_CHINESE if chinese else _IN_LATIN).search(hidden, max(0, first - 2), first):
        return None
    number, high = _values(low, (scale or "").removeprefix("个"), upper, inner)
    if number is None or (listed and (first == start or high != number + 1)):
        return None  # 1、2家 is a range, but 1、 at the start of a sentence numbers a list
    before, after = text[max(0, first - 12) : first], text[stop : stop + 12]
    hedge = few or fuzzy or fuzzy2 or bound or _hedge(before, after)
    if chinese and not _counts(low, printed, hedge, before, after, high is not None):
        return None
    if printed is None:
        implied = _implied_unit(low, scale, upper, before, after)
        if implied is None:
            return None
        (base, kind), factor = implied, 1.0
        stop = match.start("bound") if bound else stop
    else:
        base, factor, kind = _units()[printed]
        if _is_no_measure(printed, kind, before, after):
            return None
    if kind in ("count", "person") and (listed := _LISTED.fullmatch(low)):
        # 2.20个小区: the 2. numbers a list
        number, place = float(listed[1]), first + listed.start(1)
        return Quantity(place, stop, number, None, base, kind, hedge) if first == start else None
    stop = first + len(text[first:stop].rstrip())
    high = None if high is None else round(high * factor, 6)
    return Quantity(first, stop, round(number * factor, 6), high, base, kind, hedge)


def _values(
    low: str, scale: str, upper: str | None, inner: str | None
) -> tuple[float, float | None] | tuple[None, None]:
    """The number, or the two ends of a range, as printed."""
    number = parse_numeral(low + scale)
    if upper is None:
        pair = parse_pair(low + scale) if low[0] in CHINESE else None
        return pair or (number, None)
    high = parse_numeral(upper)
    if number is None or high is None:
        return None, None
    # 1-2万元: a magnitude after the second number goes for both
    shared = _MAGNITUDE.search(upper.strip())
    if shared and inner is None and not _MAGNITUDE.search(low + scale):
        number *= SCALE[shared[0]]
    return (number, high) if number <= high else (None, None)


def _is_no_measure(printed: str, kind: str, before: str, after: str) -> bool:
    """Whether what stands around a number and its unit makes it something else than a measure."""
    return bool(
        (printed in ("年", "秒") and not _LASTS.search(before))
        or after[:2] in ("方面", "维度", "层面")
        or (kind == "duration" and _ELAPSED.search(before))
        or (printed == "分" and not _SCORE.search(before))
        or (printed == "位" and _RANK.search(before))
    )


def _hedge(before: str, after: str) -> str:
    """How the words around a number hedge it."""
    if match := _HEDGE_AFTER.match(after):
        return match[0]
    match = _HEDGE.search(before)
    return match[1] if match and not match[1].startswith("达") else ""


def _counts(low: str, unit: str, hedge: str, before: str, after: str, is_range: bool) -> bool:
    """Whether a Chinese numeral measures something: 两家门店 does, 一批 and 三级 do not."""
    large = any(c in low[1:] for c in "百千万亿点") or (hedge and low[0] in "百千万亿十")
    if (low[0] in "百千万亿" and not hedge) or (unit not in _WITH_CN and not large):
        return False
    if not is_range and low[0] not in "百千万亿" and _POINTED.search(before):
        return False
    return not ((after[:1] in '“‘"' and after) or _STRUCTURE.match(after))


def _implied_unit(
    low: str, scale: str | None, upper: str | None, before: str, after: str
) -> tuple[str | None, str] | None:
    """What a number without a unit counts: 元 (引进税收375万), people (76万群众), or what its noun says."""
    if scale == "个亿":
        return "元", "money"
    magnitude = _MAGNITUDE.search((upper or low).strip()) or scale
    if magnitude and _PEOPLE.match(after):
        return "人", "person"
    if not _NO_UNIT.match(after):
        return None
    tail = re.split(r"[,;。:、!?()]", before)[-1]
    if magnitude:
        if re.search("人口|人数|人员", tail):
            return "人", "person"
        return ("元", "money") if _MONEY.search(tail) else (None, "count")
    bare = _TOTAL.search(tail) and not after.startswith("、") and not upper
    return (None, "count") if bare else None
