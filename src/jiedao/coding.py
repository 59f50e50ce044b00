"""Coded themes: the ten themes of the codebook, given to sections by words that anyone can check.

A lexicon says which words point to which theme. Each clause of a section is divided among the themes its
words point to, so that the majority of the text decides and not the number of words; where no theme has
it, the object of the heading counts too. The words are kept, so that a code can be disputed word by word.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jiedao import JiedaoError
from jiedao.headings import Section
from jiedao.lexicon import read_rows, read_table
from jiedao.orientation import is_part
from jiedao.words import Words

if TYPE_CHECKING:
    import pandas as pd

# In the order in which they win ties: STAB over SAFETY over GOV, CIV over GOV, ENV over URBAN.
CODES = ("STAB", "SAFETY", "CIV", "ENV", "URBAN", "WELFARE", "ECON", "GOV", "PARTY", "FRAME")
HEADING = 0.3  # what the heading's object counts, as a share of the text
SECONDARY = 0.2  # share of the text from which a second theme is named
THIN = 5  # a theme whose words weigh less is unsure, and no second theme
CLOSE = 0.2  # and so is one that leads by less
_STOP = re.compile(r"[。;!?\r\n]")
_STOPS, _PAUSES = np.zeros((2, 0x110000), bool)  # by code point
_STOPS[[*map(ord, "。;!?\r\n")]] = _PAUSES[[*map(ord, ",、:")]] = True
# What leads is a modifier, what it leads is the object: 党建引领X is X.
_MODIFIER = re.compile(r".*(?:引领|统领|赋能|为(?:抓手|契机|载体|主线|牵引|导向))(?=.)")


class Word(NamedTuple):
    """A word of the lexicon where it stands in a text."""

    start: int
    end: int
    word: str
    code: str
    weight: int


class Code(NamedTuple):
    """The themes of one section, with the words they rest on."""

    theme: str | None
    theme_secondary: str | None
    theme_words: list[str]
    score: float
    margin: float
    sure: bool


_START, _END, _WEIGHT = itemgetter(0), itemgetter(1), itemgetter(4)  # of a word
_word = partial(tuple.__new__, Word)  # as `Word._make`, without its steps; there are hundreds
_RANK = {code: n for n, code in enumerate(CODES)}
_TINY = 1e-9  # more than the order of additions may change


def read_codebook(folder: Path | None = None) -> pd.DataFrame:
    """The ten themes: what each includes and excludes, and the nearest major topics of the CAP codebook."""
    columns = "code zh en include exclude cap_major cap_topic source".split()
    return read_table("codebook.csv", "code", columns, folder)


def read_theme_words(folder: Path | None = None) -> pd.DataFrame:
    """Words that point to a theme: word, code, weight (1 a hint, 2 clear, 3 decisive), source."""
    import pandas as pd  # which those who only read reports need not load

    return pd.DataFrame(_theme_rows(folder)).astype({"weight": int})


def _theme_rows(folder: Path | None = None) -> list[dict[str, str]]:
    rows = read_rows("theme_words.csv", "word", ["word", "code", "weight", "source"], folder)
    for row in rows:
        if row["code"] not in CODES or row["weight"] not in ("1", "2", "3") or not row["word"]:
            what = f"{row['word']}, {row['code']}, {row['weight']}"
            raise JiedaoError(
                f"theme_words.csv: {what}: a word needs a code of the codebook and weight 1, 2 or 3"
            )
    return rows


def find_evidence(
    text: str, sections: Sequence[Section], words: pd.DataFrame | None = None
) -> list[list[Word]]:
    """Find the words of the lexicon; the longest where several stand, so that 安全生产 is not 生产.

    Parameters
    ----------
    text : str
        The normalised text.
    sections : sequence of Section
        The outline; a heading above others is searched with all that it holds.
    words : DataFrame, optional
        As `read_theme_words` gives them, the default.

    Returns
    -------
    list of list of Word
        The words of each section, in order; none reaches over its end.
    """
    lexicon, meaning = _lexicon() if words is None else _look_up(words.to_dict("records"))
    everywhere = [_word((a, b, word, *meaning[word])) for word, a, b in lexicon.find(text)]
    starts = [*map(_START, everywhere)]
    found = []
    for section in sections:
        start, end = section.start, _reach(section)
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        own = everywhere[first:last]
        # Where no word lies across its borders, a section by itself has the words that the text has there.
        if (first and everywhere[first - 1][1] > start) or (own and own[-1][1] > end):
            matches = lexicon.find(text[start:end])
            own = [Word(start + a, start + b, word, *meaning[word]) for word, a, b in matches]
        found.append(own)
    return found


def _look_up(words: Iterable[Mapping[str, Any]]) -> tuple[Words, dict[str, tuple[str, int]]]:
    meaning = {row["word"]: (row["code"], int(row["weight"])) for row in words}
    return Words(meaning), meaning


@cache
def _lexicon() -> tuple[Words, dict[str, tuple[str, int]]]:
    return _look_up(_theme_rows())


def _reach(section: Section) -> int:
    """Where the text ends that a section is coded by: a leaf's own, else all that the heading holds."""
    return section.own_end if section.is_leaf else section.end


def code_sections(
    text: str, sections: Sequence[Section], evidence: Sequence[list[Word]]
) -> list[Code | None]:
    """Give each section a theme, and a second one from a fifth of the text on.

    The tie-break rules of the codebook, in this order: the theme with more than half of the text; else
    the largest share once the object of the heading is added (`HEADING`); of equals the more specific.
    A lead-in of one sentence takes the theme of the heading above, and so does a section without a word
    of the lexicon; otherwise it never counts where a section is filed. Preambles and closings are FRAME;
    titles, signatures and what no word speaks of have no theme.

    Parameters
    ----------
    text : str
        The normalised text.
    sections : sequence of Section
        The outline, oriented.
    evidence : sequence of list of Word
        The words of each section, as `find_evidence` gives them.

    Returns
    -------
    list of Code or None
        One a section, None for the heading of a review or a plan as a whole, which is no theme's: theme,
        theme_secondary (its words weigh `THIN` or more), theme_words (the words of both, weightiest first),
        score (of the theme, 0 to 1), margin (its lead over the next), sure. A code is sure when its words
        weigh `THIN` or more and it leads by `CLOSE` or more; FRAME of a preamble or closing, when no other
        theme has the majority of its text.
    """
    objects = [_object(text, s, own) for s, own in zip(sections, evidence, strict=True)]
    above: list[list[Word]] = []  # the words of the object of the nearest heading above that has any
    for section in sections:
        parent = section.parent
        above.append([] if parent is None else objects[parent] or above[parent])
    borrows = [
        bool(up) and (not own or (section.style == "none" and _is_sentence(text, section)))
        for section, own, up in zip(sections, evidence, above, strict=True)
    ]
    shares, weights = _divide(text, sections, evidence)
    concrete = shares[:, : _RANK["FRAME"]].max(axis=1) > 0.5 + _TINY
    if any(borrows):
        shares[borrows] = _shares(_weigh(above))[borrows]
    named = _shares(_weigh(objects))
    named[~named.any(axis=1)] = shares[~named.any(axis=1)]
    majority = shares.max(axis=1, keepdims=True) > 0.5 + _TINY
    scores = np.where(majority, shares, (shares + HEADING * named) / (1 + HEADING))
    # What is equal to two decimals is a tie (halves are rounded down); the first of `CODES` wins it.
    ranks, each = np.round(scores - _TINY, 2), np.arange(len(sections))
    first = ranks.argmax(axis=1)
    ranks[each, first] = -1
    second = ranks.argmax(axis=1)
    heavy = weights >= THIN
    margin = np.maximum(0.0, scores[each, first] - scores[each, second])
    also = heavy[each, second] & (shares[each, second] >= SECONDARY) & (second != _RANK["FRAME"])
    sure = heavy[each, first] & (margin >= CLOSE)
    second = np.where(also, second, -1)
    columns = first, second, scores[each, first], margin, sure, concrete, shares.any(axis=1)
    codes: list[Code | None] = []
    for section, own, up, borrowed, row in zip(
        sections, evidence, above, borrows, zip(*(c.tolist() for c in columns), strict=True), strict=True
    ):
        first, second, score, lead, is_sure, is_concrete, speaks = row
        # A heading is coded by all that it holds, but shown with the words of its own text, where it has any.
        shown = [own] if section.is_leaf else [up_to(section.own_end, own), own]
        if not section.is_leaf and is_part(section.heading or ""):
            codes.append(None)
        elif section.orientation in ("preamble", "closing"):
            codes.append(Code("FRAME", None, _distinct(shown, "FRAME"), 1.0, 1.0, not is_concrete))
        elif not speaks or section.orientation == "apparatus":
            codes.append(Code(None, None, [], 0.0, 0.0, False))
        else:
            theme, other = CODES[first], None if second < 0 else CODES[second]
            shown += [up] if borrowed else []
            codes.append(Code(theme, other, _distinct(shown, theme, other), score, lead, is_sure))
    return codes


def _is_sentence(text: str, section: Section) -> bool:
    return sum(map(bool, _STOP.split(text[section.start : _reach(section)]))) == 1


def _columns(words: Sequence[list[Word]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of words by section: their starts, their weights, and the place of section and theme in a table."""
    rows = [(start, weight, _RANK[code]) for start, _, _, code, weight in chain.from_iterable(words)]
    starts, weights, ranks = np.fromiter(chain.from_iterable(rows), int, 3 * len(rows)).reshape(-1, 3).T
    owners = np.repeat(np.arange(len(words)), [*map(len, words)])
    return starts, weights, owners * len(CODES) + ranks


def _table(cells: np.ndarray, amounts: np.ndarray, n: int) -> np.ndarray:
    """Amounts summed by section and theme."""
    return np.bincount(cells, amounts, n * len(CODES)).reshape(n, len(CODES))


def _weigh(words: Sequence[list[Word]]) -> np.ndarray:
    """The weight of words by section and theme."""
    _, weights, cells = _columns(words)
    return _table(cells, weights, len(words))


def _shares(amounts: np.ndarray) -> np.ndarray:
    total = amounts.sum(axis=1, keepdims=True)
    return amounts / np.where(total, total, 1)


def _divide(
    text: str, sections: Sequence[Section], evidence: Sequence[list[Word]]
) -> tuple[np.ndarray, np.ndarray]:
    """Each theme's share of the text of each section, and the weight of its words.

    A clause goes to its words' themes, by their weight; a silent one to those of its sentence.
    """
    n = len(sections)
    starts, weights, cells = _columns(evidence)
    owners = cells // len(CODES)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    stops, pauses = (
        np.concatenate([[-1], np.flatnonzero(signs[points]), [len(text)]]) for signs in (_STOPS, _PAUSES)
    )
    # Of each word: its sentence within its section, and its clause within that.
    stop, pause = np.searchsorted(stops, starts), np.searchsorted(pauses, starts, side="right")
    begin = np.maximum(np.array([s.start for s in sections], int)[owners], stops[stop - 1] + 1)
    end = np.minimum(np.array([_reach(s) for s in sections], int)[owners], stops[stop])
    clause = np.maximum(begin, pauses[pause - 1] + 1)
    length = np.minimum(end, pauses[pause]) - clause
    opens = np.diff(owners, prepend=-1).astype(bool) | np.diff(begin, prepend=-1).astype(bool)
    parts = opens | np.diff(clause, prepend=-1).astype(bool)
    sentence, part = np.cumsum(opens) - 1, np.cumsum(parts) - 1
    silent = (end - begin - np.searchsorted(pauses, end) + np.searchsorted(pauses, begin))[opens]
    silent = silent - np.bincount(sentence[parts], length[parts])
    # A word has its part of its clause, and of the silent ones around it.
    own = (length[parts] / np.bincount(part, weights))[part]
    around = (silent / np.bincount(sentence, weights))[sentence]
    return _shares(_table(cells, weights * (own + around), n)), _table(cells, weights, n)


def _object(text: str, section: Section, words: Sequence[Word]) -> list[Word]:
    """The words of a heading's object: what stands after its modifier, or else the whole heading."""
    inside = up_to(section.heading_end, words)
    modifier = _MODIFIER.match(text, section.start, section.heading_end) if inside else None
    return ([w for w in inside if w[0] >= modifier.end()] if modifier else None) or inside


def up_to(end: int, words: list[Word]) -> list[Word]:
    """Those of some words that end by a place."""
    return words[: bisect_right(words, end, key=_END)] if words and words[-1][1] > end else words


def _distinct(words: Iterable[list[Word]], *codes: str | None) -> list[str]:
    """The words of some themes, each once, the weightiest first; from the first list that has any."""
    for some in words:
        if ours := [w for w in some if w[3] in codes]:
            ours.sort(key=_WEIGHT, reverse=True)
            return list(dict.fromkeys([word for _, _, word, _, _ in ours]))
    return []
