"""The arithmetic of a report held against itself: sums, shares of targets, claims beside rates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from jiedao.indicators import Indicator
from jiedao.quantities import clause_ends, clause_start

_FULFILLED = re.compile("超额完成|全面完成|圆满完成|提前完成|超目标|全部完成")
_PROGRESS = re.compile("进度|完成率|完成目标|任务")


class Check(NamedTuple):
    """What was held against what: a ``sum`` (89+10=99), a ``share`` of a target, or a ``claim`` of fulfilment
    beside a rate below 100 %, which never agrees.
    """

    start: int
    end: int
    kind: str
    finding: str
    agrees: bool
    sentence: int


def check_arithmetic(
    indicators: Sequence[Indicator], sentences: Sequence[tuple[int, int, int]], text: str
) -> list[Check]:
    """Check the arithmetic of a report against itself.

    After 其中 the components of a total are added up as long as they share a unit; they need not be
    complete, so a sum that falls short is no finding, and one that exceeds the total by more than a tenth is
    taken for a list that goes on. A share of progress is divided out where its parts stand beside it. A rate
    below 100 % is held against a claim that the task was fully done (超额完成 beside 92.99%): one of progress
    in the same sentence or the one before it in the section, any other rate in the same sentence.

    Returns
    -------
    list of Check
    """
    checks: list[Check] = []
    parts: dict[int, list[Indicator]] = {}
    groups: dict[int, list[Indicator]] = {}
    for indicator in indicators:
        groups.setdefault(indicator.sentence, []).append(indicator)
        if indicator.part_of is not None and indicator.stock_flow != "rate":
            parts.setdefault(indicator.part_of, []).append(indicator)
    for n, held in parts.items():
        total, added = indicators[n], round(sum(p.number for p in held), 6)
        if len(held) > 1 and (added == total.number or (added > total.number and not total.approx)):
            sign = "=" if added == total.number else "≠"
            finding = f"{'+'.join(f'{p.number:.12g}' for p in held)}{sign}{total.number:.12g}"
            checks.append(Check(total.start, held[-1].end, "sum", finding, sign == "=", total.sentence))
    for i, group in groups.items():
        for rate in group:
            if rate.kind == "ratio" and rate.unit == "%":
                checks += _check_progress(rate, group, sentences, i, text)
    return sorted(checks)


def _check_progress(
    rate: Indicator, group: list[Indicator], sentences: Sequence[tuple[int, int, int]], i: int, text: str
) -> list[Check]:
    """A rate of progress against the numbers beside it and the claim made for it."""
    clause = text[clause_start(clause_ends(text[: rate.start]), sentences[i][0], rate.start) : rate.start]
    progress = bool(_PROGRESS.search(clause))
    checks = []
    reached = [g for g in group if g.status == "achieved" and g.end <= rate.start and g.stock_flow != "rate"]
    aims = [g for g in group if g.status == "target" and g.end <= rate.start and g.stock_flow != "rate"]
    if reached and aims and aims[-1].number and aims[-1].unit == reached[-1].unit:
        share = round(100 * reached[-1].number / aims[-1].number, 2)
        agrees = abs(share - rate.number) < 0.05
        finding = f"{reached[-1].text}/{aims[-1].text}={share:g}%"
        checks.append(Check(aims[-1].start, rate.end, "share", finding, agrees, i))
    section = sentences[i][2]
    near = [(a, b) for a, b, s in sentences[max(0, i - progress) : i + 1] if s == section]
    claims = [m for a, b in near for m in _FULFILLED.finditer(text, a, b)]
    if claims and rate.number < 100:
        start, end = min(claims[0].start(), rate.start), max(claims[0].end(), rate.end)
        checks.append(Check(start, end, "claim", f"{claims[0][0]} / {rate.text}", False, i))
    return checks
