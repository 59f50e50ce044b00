"""Indicators: what a report counts, with the thing measured, its status, its period and what it stands for.

The quantities come from `jiedao.quantities`; here the clause around each says what it measures. The rules
are listed beside the constants they use, so that a reader can argue with each.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from typing import NamedTuple

from jiedao.lexicon import read_measures
from jiedao.names import is_verb
from jiedao.periods import Period, Source, find_periods
from jiedao.quantities import LONGEST_CLAUSE, Quantity, clause_start
from jiedao.words import Words

_GROWS = re.compile(
    r"(?:同比|环比|比上年|较上年|较去年|比去年|年均|(?<![一二三四五六七八九十\d])年增(?!加))(?!例)|(?:正|负)?增长(?:率|了)?(?!贡献|极|点|动力|方式|目标|预期)|增速|增幅|涨幅|降幅|上升|上涨|提高|提升|增加(?!值)|扩大|下降|减少|降低|回落|下跌|压减|压缩|下调|削减|缩减|缩短|收窄|下滑|[增降]$"
)
_FALLS = re.compile("下降|减少|降低|回落|下跌|压减|压缩|下调|降幅|负增长|削减|缩减|缩短|收窄|下滑|降$")
_SHARE = re.compile(r"占(?!用|道|地|比[^重例])|占比|比重|份额|比例")
# What joins a measure and its number, and says nothing of the measure. Possessive, as its words are made
# of each other (达到, 到): to try every way of parting 达到达到… would take for ever.
_LINK = re.compile(
    # What these begin with stands first, so that most places are passed over at a glance.
    r"(?=[同环分累总合共已约近超逾达高为是在有完实突升降扩增提上力不至计大从由到和及与、每仅的安拟按控稳保维首再应了])"
    r"(?:同比|环比|分别|累计|总计|合计|共计|共有|共|已|约|近|超过|超|逾|达到?了?|高达|(?<!行)为|是|在|有|完成|实现|突破|升至|降至|扩至|增至|增加到|增加至|提高到|提高至|上升到|力争"
    r"|不少于|不低于|不超过|至少|(?<!统)计|了|大约|从|由|到|至|和|及|与|、|每|仅|的|安排|拟按?|按|(?:控制|稳定|保持|维持)(?:在)?|首次|再|应)++$"
)
_OPEN = re.compile(
    r"(?:[、,和及与并]|以[上下内]|左右|其中|力争|力促|确保|争取|努力|保持|目前|现已|先后|已经|已|共计|累计|共|还|又|也|将|以|为(?!民)|对|在(?![册校建岗库职])|把|从(?![业事严优])|由|通过|截[至止]|今年以来|今年至今|今年|全年|年度|年?底前|同期|近?[一二三四五六七八九十\d]+年来?|该[县区市镇乡]|有(?![限关线机效])|上半年|下半年|半年度|去年|现有|预计|成功|妥善|全力|积极|继续|持续|进一步"
    r"|(?:(?:19|20)\d\d年度?)|\d{1,2}(?:[-~至]\d{1,2})?月(?:份|底|末)?|的|于|来|(?:街道|辖区)(?=共|已|现有|内?有|全年|上半年|累计)|组织开展|组织|开展了?|举办了?|举行|召开|进行|实施|落实|下达|下发|出具|签订|发放|印发|分发|完成|实现)+"
)
_HEAD = re.compile(r"(?:辖区内?|全街道|[全我][街区县市镇乡省])+(?=.{2})")
_STOCK = re.compile(
    r"(?=[现原目在截辖下共存总耕常拥户保已入扩建成组])(?:现有|原有|目前|在册|截[至止]|现(?=有|已)|辖(?=\d|$)|[下共]辖|存栏|总面积|辖区面积|耕地|常住人口|拥有|共有|总数|存量|总户数|总人口|户籍|保有|在库|已?入[统库]的|辖区内?有|扩至|(?:建立|成立|组建)[^,]{0,24}$)"
)
_BACKGROUND = re.compile(
    r"现有|原有|以?辖区内?现有|涉及(?!.{0,12}(?:签约|完成|改造))|下[辖设]|辖区内?有|将(?:原有的?|街道|全[街区县])?$|原为"
)
# In a plan: what something is done to (对…进行), and what there is in the area.
_OBJECT = re.compile(
    r"(?:^|[^面])(?:对|针对|依托|围绕)[^,]*$|辖区(?:内|现有)?[^,]{0,4}$|街道$|社区$"
    r"|(?:上述|拥有|已有|共有|运行|全[国省市区县][^,]{0,2}近?)$"
)
_SCOPE = re.compile("(?:提高|提升|加强|规范|强化|优化|增强|管好)(?:全[街区县]|辖区内?)?$")
_LEVELS = re.compile("余额|存款|(?<!固定)资产(?!投资)|负债|债务")
_WATCHED = re.compile("监管|管控|帮教|包保|稳控")
_PERSONS = re.compile(
    "(?:人员|患者|职工|干部|学生|老人|老年人|儿童|党员|志愿者|居民|群众|合伙人|人才|劳动力|对象|户主)$"
)
_PREDICATES = set(
    (
        "进行 开展 参加 参与 提供 采取 彻底 调整 实现 完成 得到 落地 投入 达到 均 全部 已 全面 "
        "等 和 与 及 并 后 被 为 了 在 到 以 "
        "将 共 达 于 予以 分别 实行 前 内 以来 也"
    ).split()
)
_EXPECTED = re.compile("预计|预期(?!目标)|有望|预估")
_INTENDED = re.compile("(?:计划|拟)[^,完]{0,8}$")
_DONE = re.compile("已(?:经)?(?:完成|建成|实现)|截至目前|截止目前")
_MAKES = re.compile(
    "建成|新建|建设|创建|打造|新增|改造|培育|完成|新开|配备|配置|招聘|招募|引进|建立|成立|发放|安装|拆除|开展|组织|举办"
)
# 从A提高到B: A is where it stood, B is of the same sort.
_FROM = re.compile("[从由][^,]{0,24}$")
_TO = re.compile(
    r"(?:[^,。]{0,12}?)(?:提高|提升|增加|增长|上升|扩大|下降|降低|减少|降|升|增|调整|压缩)(?:到|至|为)"
)
_REST = re.compile(r"\W*([\w“”]*)")
_AIM = re.compile(r"(?:目标|任务|计划数?|指标)(?:任务|数|值)?(?:为|是|达)?\s*$")
_DIVIDED = re.compile(r"(?:分为|划分为|分成|综合分为|划分成|整合为)\s*$")
_JOINED = re.compile("(?:左右|以[上下内])?[、和及与]?")  # 分别增长4.3%和7.8%
_RAISED = re.compile(f"(?:分别)?{_TO.pattern}")
_REACHED = re.compile(r"(?:提高|提升|上升|增加|扩大|降低|下降|减少)(?:到|至)\s*$")
_IS_GROWTH = re.compile("[增降]速$|[增降涨]幅$")
_CHANGED = re.compile("(?:[比较同][^,]{0,8})?(?:增加|减少|提高|降低)了?")
_RATE = re.compile("(.*?率)(?:达|占|为)")
_FUNDS = re.compile("(?:资金|金|款|补贴|经费|投资)$")
_QUOTES = re.compile("[“”‘’]")
_MIDDLE = re.compile(r"(?:完成|实现)(?<=.{3})(?=.{2})")
_CUT = re.compile("[、的和与及并等()]")
_BECOMES = re.compile(r"[^,。]{0,8}(?:调整|升级|整合|合并|提升)为")
_REGARDS = re.compile("(?:^|[^面])对")
_TITLED = re.compile("”?(?:成果|称号|社区|街道|村)")
_ADDS = re.compile("新增|新建|新成立|净增")
_PARTS = re.compile("其中|包括|分别为|即")
_LISTED = re.compile(r"\(?\d{1,2}[.、)](?!\d)")
# Words after which a list of components is over, or goes on with something else.
_MORE = re.compile("其中|预计|新增|还有|另有|此外|另外|外加|同时")
LONGEST_MEASURE = 16
LONGEST_NESTED = 64  # with the totals that it is a part of, of which there are many where 其中 follows 其中
_ZERO = re.compile("^零|(?:为|降为|达到?)零$")
NEAR = 40  # of the quantities before one, in a sentence that is a whole list
# Parts that add up to more than this above their total are no parts of it, but a list that goes on.
SLACK = 0.1


class Indicator(NamedTuple):
    """A measured quantity and what the report says of it; fields as in the contract of `jiedao inspect`.

    ``dated``: whether its own sentence names the period; ``part_of``: the total that it is a component of.
    """

    start: int
    end: int
    text: str
    number: float
    high: float | None
    unit: str | None
    approx: str
    measure: str
    kind: str
    status: str | None
    stock_flow: str
    growth_of: int | None
    period: Period | None
    dated: bool
    counts: str | None
    part_of: int | None
    sentence: int


@cache
def _measures() -> tuple[Words, list[str]]:
    """The words of measures.csv, and what a measure counts in which each stands."""
    counts = {row["word"]: row["counts"] for row in read_measures()}
    words = Words(counts)
    return words, [*map(counts.get, words.words)]


def find_indicators(source: Source) -> list[Indicator]:
    """Find the indicators of a report.

    Parameters
    ----------
    source : Source
        The report.

    Returns
    -------
    list of Indicator
        In order. ``growth_of`` is an index in this list, ``sentence`` one in ``sentences``.
    """
    text, sentences = source.text, source.sentences
    found: list[Indicator] = []
    whole: Indicator | None = None
    i = first = 0  # the sentence, and the first indicator in it
    since = sentences[0][0] if sentences else 0  # from where on what is said of time holds
    for quantity in source.quantities:
        while i + 1 < len(sentences) and sentences[i + 1][0] <= quantity.start:
            i, first = i + 1, len(found)
            if not _goes_on(text, sentences[i - 1], sentences[i]):
                since = sentences[i][0]
        start, end, section = sentences[i]
        first = max(first, len(found) - NEAR)
        before = found[first:]
        begin = clause_start(source.ends, max(start, quantity.start - LONGEST_CLAUSE), quantity.start)
        end = min(end, quantity.end + LONGEST_CLAUSE)
        n = bisect_right(source.ends, quantity.end)
        stop = min(end, source.ends[n] - 1) if n < len(source.ends) else end
        near = Near(
            source,
            i,
            section,
            max(since, quantity.start - 2 * LONGEST_CLAUSE),
            text[begin : quantity.start],
            text[max(begin, before[-1].end if before else begin) : quantity.start],
            text[quantity.end : stop],
            before,
            first,
        )
        whole = _whole(text, quantity, before, whole)
        found.append(_describe(quantity, near, whole))
    return found


class Near(NamedTuple):
    """What stands around a quantity."""

    source: Source
    sentence: int  # the index of its sentence
    section: int  # and of its section
    since: int  # from where on what is said of time holds
    clause: str  # its clause up to it
    left: str  # the same from the last indicator on
    after: str  # what follows, up to the end of the clause
    before: list[Indicator]  # the indicators of the sentence so far
    first: int  # the index of the first of them

    def levels(self) -> list[Indicator]:
        """The indicators before it that are amounts and not rates."""
        return [f for f in self.before if f.stock_flow != "rate"]

    def index(self, indicator: Indicator) -> int:
        """The index of one of them among all."""
        return self.first + self.before.index(indicator)


def _describe(quantity: Quantity, near: Near, whole: Indicator | None) -> Indicator:
    """All that the words around a quantity say of it."""
    kind, grown = _kind(quantity, near)
    measure = _measure(quantity, kind, grown, near)
    if quantity.unit in ("个", None) and _PERSONS.search(measure):
        kind = "person"
    status = "forecast" if grown and grown.status == "forecast" else _status(quantity, near)
    flow = _stock_flow(kind, status, near.clause)
    period, dated = _period(quantity, near, flow)
    quoted = status in ("baseline", "planned_scope")
    counts = None if quoted else _counts(quantity, kind, measure, near)
    if whole:  # a component is of its total's sort
        flow, counts = (whole.stock_flow, whole.counts) if flow != "rate" else (flow, counts)
        # 党员(女), but not 党员(党员)
        if whole.unit == quantity.unit and not f"{measure}(".startswith(f"{whole.measure}("):
            both = f"{whole.measure}({measure})"
            measure = both if len(both) <= LONGEST_NESTED else measure
    start, end, number, high, unit, _, approx = quantity
    return Indicator(
        start, end, near.source.text[start:end], number, high, unit, approx, measure, kind, status, flow,
        grown and near.index(grown), period, dated, counts, whole and near.index(whole), near.sentence,
    )  # fmt: skip


def _goes_on(text: str, before: tuple[int, int, int], after: tuple[int, int, int]) -> bool:
    """Whether what one sentence says of time holds in the next: over a semicolon, within a section."""
    return before[2] == after[2] and text[before[1] - 1] == ";"


def _whole(
    text: str, quantity: Quantity, before: list[Indicator], whole: Indicator | None
) -> Indicator | None:
    """The total that a quantity is a component of: what 其中 follows, until unit or sentence changes."""
    if not before:
        return None
    gap = text[before[-1].end : quantity.start]
    if gap.count("(") > gap.count(")"):
        return None  # parts of a part
    if _PARTS.search(gap) and (levels := [f for f in before if f.stock_flow != "rate"]):
        whole = levels[-1]
    elif whole not in before or before[-1].unit != quantity.unit or _MORE.search(gap):
        return None
    parts = [f.number for f in before if f.start > whole.start and f.unit == quantity.unit]
    fits = quantity.number + sum(parts) <= (1 + SLACK) * whole.number
    return whole if fits or whole.unit != quantity.unit else None


def _kind(quantity: Quantity, near: Near) -> tuple[str, Indicator | None]:
    """Growth rate, share or plain ratio, and the indicator that grew."""
    left, before = near.left, near.before
    if quantity.kind not in ("ratio", "share", "growth_rate") or quantity.unit == "分":
        return quantity.kind, None
    opened = near.clause[: len(near.clause) - len(left)]
    joined = _JOINED.fullmatch(left.strip())
    raised = ("从" in opened or "由" in opened) and _RAISED.fullmatch(left.strip())
    if before and ((joined and before[-1].stock_flow == "rate") or raised):
        return before[-1].kind, None
    growth = _GROWS.search(left)
    if growth and not _REACHED.search(left):
        rest = _after(_OPEN, _LINK.sub("", left[: growth.start()])).strip()
        levels = [f for f in near.levels() if f.kind != "duration"]
        grew = before if quantity.unit == "个百分点" else levels
        return "growth_rate", grew[-1] if grew and not rest else None
    if quantity.kind == "growth_rate":
        return "growth_rate", None
    return ("share", None) if quantity.kind == "share" or _SHARE.search(left) else ("ratio", None)


def _measure(quantity: Quantity, kind: str, grown: Indicator | None, near: Near) -> str:
    """The thing measured: the noun that a classifier counts, or what stands before the number."""
    left, last = near.left, near.before[-1].measure if near.before else ""
    if quantity.number == 0 and quantity.unit is None:
        return _shorten(left) + _ZERO.sub("", near.source.text[quantity.start : quantity.end])
    if kind == "growth_rate":
        own = _shorten(_GROWS.split(left)[0]) or _shorten(_GROWS.sub("", left))
        base = grown.measure if grown else own or last
        return base if _IS_GROWTH.search(base) else base + ("降幅" if _FALLS.search(left) else "增速")
    grows = last and _GROWS.search(left)
    noun = "" if kind == "share" else _noun_after(quantity, near)
    counted = quantity.kind in ("count", "person", "duration") and len(noun) > 1
    if counted and not grows:
        return noun
    head = _shorten(left)
    if kind == "share":
        whole = re.sub(r"^.*占", "", _LINK.sub("", left.strip())).removesuffix("比重").removesuffix("比例")
        levels = near.levels()
        base = re.sub(r"占.*$", "", head) or (levels[-1].measure if levels else "")
        return f"{base}占{whole}比重" if whole and "占" in left else head or base
    if grows and _CHANGED.fullmatch(head):
        return last.removesuffix("增减") + "增减"
    if kind == "ratio" and (rate := _RATE.match(head)):
        return rate[1]
    if counted or (quantity.kind == "money" and _FUNDS.search(noun)):
        return noun
    return head or noun or last or _REST.match(near.after)[1][:LONGEST_MEASURE]


def _shorten(left: str) -> str:
    """What stands before a number, without link words; of a long phrase the part next to the number."""
    words = _QUOTES.sub("", _after(_LISTED, left.strip())).strip(" ()")
    words = _after(_OPEN, _after(_OPEN, _LINK.sub("", words).strip()))
    words = _MIDDLE.sub("", _after(_HEAD, words)).removesuffix("等")
    if len(words) > 10:
        cuts = [m.end() for m in _CUT.finditer(words) if len(words) - m.end() > 2]
        words = _after(_OPEN, words[cuts[-1] :]) if cuts else words
    return words[-LONGEST_MEASURE:]


def _after(opening: re.Pattern[str], words: str) -> str:
    match = opening.match(words)
    return words[match.end() :] if match else words


def _noun_after(quantity: Quantity, near: Near) -> str:
    """The noun phrase that a classifier counts: 13座|重点|商务楼宇|资源, up to its predicate or a sign."""
    text, tokens = near.source.text, near.source.tokens
    words, place = "", quantity.end
    first = bisect_left(tokens.starts, quantity.end)
    first -= bool(first and tokens.ends[first - 1] > quantity.end)  # a unit and its noun cut as one
    for start, end, kind in map(tokens.at, range(first, min(first + 12, len(tokens.starts)))):
        if start > place or len(words) >= LONGEST_MEASURE or kind == "number":
            break
        word, place = text[max(start, quantity.end) : end], end
        if word in "“”‘’" or (word in ("的", "以上", "以下", "以内", "左右") and not words):
            continue
        predicate = word in _PREDICATES or word.removesuffix("为") in _PREDICATES
        if kind == "sign" or predicate or (len(words) > 2 and is_verb(word)):
            break
        words += word
    return words.removesuffix("的")


def _status(quantity: Quantity, near: Near) -> str | None:
    """Reached, aimed at, expected, a planned division, or only quoted as background."""
    clause, left, after = near.clause, near.left, near.after
    if _DIVIDED.search(left):
        return "planned_scope"
    if _EXPECTED.search(clause):
        return "forecast"
    if _AIM.search(left):
        return "target"
    look = near.source.looks[near.section]
    if look in (None, "problem-statement"):
        return look and "baseline"
    background = (
        (quantity.kind in ("count", "person") and _SCOPE.search(clause))
        or (_FROM.search(left) and _TO.match(after))
        or _BACKGROUND.search(clause)
        or _BECOMES.match(after)
    )
    if look == "retrospective":
        watched = _REGARDS.search(clause) and _WATCHED.search(after)
        return "target" if _INTENDED.search(left) else "baseline" if background or watched else "achieved"
    if not quantity.number:
        return "baseline" if _TITLED.match(after) else "target"
    if _DONE.search(clause):
        return "achieved"
    # What stands beside a quoted level, without a verb of making, is one too.
    quoted = near.before and near.before[-1].status in ("baseline", "planned_scope")
    level = background or ((_OBJECT.search(left) or quoted) and not _MAKES.search(clause))
    return "baseline" if level else "target"


def _stock_flow(kind: str, status: str | None, clause: str) -> str:
    """A level at a date, an amount over a period, or a rate."""
    if kind in ("growth_rate", "share", "ratio"):
        return "rate"
    if kind == "money":
        return "stock" if _LEVELS.search(clause) else "flow"
    level = status in ("baseline", "planned_scope") or _STOCK.search(clause)
    return "stock" if level and not _ADDS.search(clause) else "flow"


def _period(quantity: Quantity, near: Near, flow: str) -> tuple[Period | None, bool]:
    """The last period named before the number in its sentence, or the section's; and whether it was named."""
    usual = near.source.periods[near.section]
    before = near.source.text[near.since : quantity.start]
    named = find_periods(before, usual and int(usual[1][:4]), usual)
    if not named:
        return usual, False
    if any(n.past for n in named):  # 去年 speaks of its own clause
        clause = clause_start(near.source.ends, near.since, quantity.start) - near.since
        named = [n for n in named if n.end > clause or not n.past or before[n.end] == ","]
    if not named:
        return usual, False
    last = next((n for n in reversed(named) if n.period != usual), named[-1])
    return ((last.period[1], last.period[1]) if last.upto and flow == "stock" else last.period), True


def _counts(quantity: Quantity, kind: str, measure: str, near: Near) -> str | None:
    """Input, activity, output or outcome: by the last word of measures.csv in the measure, then around it."""
    words, counts = _measures()
    if kind == "growth_rate" or not quantity.number:
        return "outcome"
    if kind == "duration":
        return None
    if quantity.unit in ("次", "场", "期", "场次"):
        return "activity"
    for where in (measure, near.clause, near.after):
        if found := words.places(where):
            return counts[found[-1][0]]
    return {"ratio": "outcome", "share": "outcome", "money": "input"}.get(kind, "output")
