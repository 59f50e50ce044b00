"""Where a report's slogans come from: level and year, from data/lexicon/slogans.csv."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from jiedao.clean import normalise
from jiedao.lexicon import read_slogans
from jiedao.names import any_of

LEVELS = ("central", "province", "city", "district", "street")
_QUOTES, _PAUSES = '“”‘’"·', "、,"
SHORT = 3
_SIGNS = re.compile(rf"[{_QUOTES}{_PAUSES}\s]")


class Slogan(NamedTuple):
    """An occurrence of a slogan: its usual form, the level where it came up and the year ('' if unknown)."""

    start: int
    end: int
    slogan: str
    level: str
    year: str
    sentence: int


@cache
def _slogans() -> tuple[re.Pattern[str], dict[str, tuple[int, str, str, str]]]:
    known = {}
    for row in read_slogans().itertuples():
        for form in [row.slogan, *filter(None, normalise(row.variants).split(";"))]:
            plain = normalise(form)
            pauses = sum(c in _PAUSES for c in plain)
            bare = _SIGNS.sub("", plain)
            pauses = max(pauses, known.get(bare, (0,))[0])
            known[bare] = (pauses, row.slogan, row.level, row.year)
    return any_of(known), known


def find_slogans(
    text: str, sentences: Sequence[tuple[int, int, int]], tokens: Sequence[tuple[int, int, str, int]]
) -> list[Slogan]:
    """Find the slogans of a report; quotation marks and pauses inside do not matter, the longest counts.

    Slogans of two or three characters count only from the start of a token to the end of one, so that
    四风险 does not hold 四风.

    Parameters
    ----------
    text : str
        The normalised text.
    sentences : sequence of (int, int, int)
        Start, end, and the index of the section.
    tokens : sequence of (int, int, str, int)
        Start, end, kind, and the index of the sentence.

    Returns
    -------
    list of Slogan
    """
    pattern, known = _slogans()
    begins, stops = {a for a, _, _, _ in tokens}, {b for _, b, _, _ in tokens}
    found = []
    for i, (start, end, _) in enumerate(sentences):
        places = [p for p in range(start, end) if not _SIGNS.match(text[p])]
        bare = "".join(text[p] for p in places)
        for match in pattern.finditer(bare):
            first, last = places[match.start()], places[match.end() - 1] + 1
            pauses, *slogan = known[match[0]]
            # 充电棚、改造小区 does not hold 棚改
            whole = len(match[0]) > SHORT or (first in begins and last in stops)
            if whole and sum(c in _PAUSES for c in text[first:last]) <= pauses:
                found.append(Slogan(first, last, *slogan, i))
    return found
