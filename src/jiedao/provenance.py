"""Where a report's slogans come from: level and year, from data/lexicon/slogans.csv."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from jiedao.clean import normalise
from jiedao.lexicon import read_slogans
from jiedao.periods import Source
from jiedao.words import Words

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
def _slogans() -> tuple[Words, dict[str, tuple[int, str, str, str]]]:
    known = {}
    for row in read_slogans():
        for form in [row["slogan"], *filter(None, normalise(row["variants"]).split(";"))]:
            plain = normalise(form)
            pauses = sum(c in _PAUSES for c in plain)
            bare = _SIGNS.sub("", plain)
            pauses = max(pauses, known.get(bare, (0,))[0])
            known[bare] = (pauses, row["slogan"], row["level"], row["year"])
    return Words(known), known


def find_slogans(source: Source) -> list[Slogan]:
    """Find the slogans of a report; quotation marks and pauses inside do not matter, the longest counts.

    Slogans of two or three characters count only from the start of a token to the end of one, so that
    四风险 does not hold 四风.

    Parameters
    ----------
    source : Source
        The report.

    Returns
    -------
    list of Slogan
        In order.
    """
    text, tokens = source.text, source.tokens
    words, known = _slogans()
    found = []
    for i, (start, end, _) in enumerate(source.sentences):
        matches = words.find(_SIGNS.sub("", text[start:end]))
        # How many characters that are no signs stand before each sign.
        signs = (
            [m.start() - start - n for n, m in enumerate(_SIGNS.finditer(text, start, end))]
            if matches
            else []
        )
        for bare, a, b in matches:
            first, last = start + a + bisect_right(signs, a), start + b + bisect_right(signs, b - 1)
            pauses, *slogan = known[bare]
            # 充电棚、改造小区 does not hold 棚改
            whole = len(bare) > SHORT or (_is_among(first, tokens.starts) and _is_among(last, tokens.ends))
            if whole and sum(c in _PAUSES for c in text[first:last]) <= pauses:
                found.append(Slogan(first, last, *slogan, i))
    return found


def _is_among(place: int, places: Sequence[int]) -> bool:
    """Whether a place is one of some in order."""
    i = bisect_left(places, place)
    return i < len(places) and places[i] == place
