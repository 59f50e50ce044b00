"""The arithmetic of a report held against itself: sums, shares of targets, claims beside rates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from jiedao.indicators import Indicator
from jiedao.periods import Source
from jiedao.quantities import LONGEST_CLAUSE, clause_start

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


def check_arithmetic(source: Source, indicators: Sequence[Indicator]) -> list[Check]:
    """Check the arithmetic of a report against itself.

    After 其中 the components of a total are added up as long as they share a unit; they need not be
    complete, so a sum that falls short is no finding, and one that exceeds the total by more than a tenth is
    taken for a list that goes on. A share of progress is divided out where its parts stand beside it. A rate
    below 100 % is held against a claim that the task was fully done (超额完成 beside 92.99%): one of progress
    in the same sentence or the one before it in the section, any other rate in the same sentence.

    Parameters
    ----------
    source : Source
        The report.
    indicators : sequence of Indicator
        What was found in it.

    Returns
    -------
    list of Check
    """
    text, sentences = source.text, source.sentences
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
    claims = {j: _FULFILLED.search(text, *sentences[j][:2]) for i in groups for j in (i - 1, i) if j >= 0}
    for i, group in groups.items():
        reached = aim = None  # the last amounts before a rate
        for held in group:
            if held.kind == "ratio" and held.unit == "%":
                begin = max(sentences[i][0], held.start - LONGEST_CLAUSE)
                clause = text[clause_start(source.ends, begin, held.start) : held.start]
                before = [i - 1] if i and _PROGRESS.search(clause) else []
                said = [claims[j] for j in [*before, i] if sentences[j][2] == sentences[i][2]]
                checks += [
                    *_check_share(held, reached, aim),
                    *_check_claim(held, next(filter(None, said), None)),
                ]
            if held.stock_flow != "rate":
                reached = held if held.status == "achieved" else reached
                aim = held if held.status == "target" else aim
    return sorted(checks)


def _check_share(rate: Indicator, reached: Indicator | None, aim: Indicator | None) -> list[Check]:
    """A rate of progress against the two numbers that stand before it."""
    if not reached or not aim or not aim.number or aim.unit != reached.unit:
        return []
    share = round(100 * reached.number / aim.number, 2)
    finding = f"{reached.text}/{aim.text}={share:g}%"
    agrees = abs(share - rate.number) < 0.05
    return [Check(aim.start, rate.end, "share", finding, agrees, rate.sentence)]


def _check_claim(rate: Indicator, claim: re.Match[str] | None) -> list[Check]:
    """A rate against the claim that all was done."""
    if not claim or rate.number >= 100:
        return []
    start, end = min(claim.start(), rate.start), max(claim.end(), rate.end)
    return [Check(start, end, "claim", f"{claim[0]} / {rate.text}", False, rate.sentence)]
