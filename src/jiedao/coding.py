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
from itertools import accumulate, chain, pairwise
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jiedao import JiedaoError
from jiedao.headings import Section
from jiedao.lexicon import read_rows, read_table
from jiedao.orientation import is_part
from jiedao.words import Words, find_signs

if TYPE_CHECKING:
    import pandas as pd

# In the order in which they win ties: STAB over SAFETY over GOV, CIV over GOV, ENV over URBAN.
CODES = ("STAB", "SAFETY", "CIV", "ENV", "URBAN", "WELFARE", "ECON", "GOV", "PARTY", "FRAME")
HEADING = 0.3  # what the heading's object counts, as a share of the text
SECONDARY = 0.2  # share of the text from which a second theme is named
THIN = 5  # a theme whose words weigh less is unsure, and no second theme
CLOSE = 0.2  # and so is one that leads by less
_STOPS, _PAUSES = "。;!?\r\n", ",、:"
_STOP = re.compile(f"[{_STOPS}]")
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


class _Found(NamedTuple):
    """Words as columns, with the rank of their theme, and which of them each section has, in order."""

    starts: np.ndarray
    ends: np.ndarray
    ranks: np.ndarray
    weights: np.ndarray
    own: list[range]


class _Lexicon(NamedTuple):
    """Words to find, what each says (word, code, weight), and columns of that."""

    words: Words
    senses: list[tuple[str, str, int]]
    ranks: np.ndarray
    weights: np.ndarray


_END, _WEIGHT = itemgetter(1), itemgetter(4)  # of a word
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
    lexicon = _lexicon() if words is None else _look_up(words.to_dict("records"))
    rows, own = _find(text, sections, lexicon.words)
    senses = lexicon.senses
    found = [_word((start, end, *senses[i])) for i, start, end in rows.tolist()]
    return [found[some.start : some.stop] for some in own]


def _find(text: str, sections: Sequence[Section], words: Words) -> tuple[np.ndarray, list[range]]:
    """The words that stand in a text (rows of index, start, end), and which of them each section has."""
    rows = _rows(words.places(text))
    _, starts, ends = rows.T
    begins, stops = np.array([(s.start, _reach(s)) for s in sections], int).reshape(-1, 2).T
    first, last = starts.searchsorted(begins), starts.searchsorted(stops)
    # Where no word lies across its borders, a section by itself has the words that the text has there.
    ends = np.append(ends, 0)  # before the first word, at -1, none ends
    crossed = (ends[first - 1] > begins) | ((first < last) & (ends[last - 1] > stops))
    own, more, size = [*map(range, first.tolist(), last.tolist())], [rows], len(rows)
    for n in crossed.nonzero()[0].tolist():
        more.append(_rows(words.places(text[begins[n] : stops[n]])) + [0, begins[n], begins[n]])
        own[n] = range(size, size := size + len(more[-1]))
    return np.concatenate(more), own


def _rows(places: list[tuple[int, int, int]]) -> np.ndarray:
    return np.fromiter(chain.from_iterable(places), int, 3 * len(places)).reshape(-1, 3)


def _look_up(words: Iterable[Mapping[str, Any]]) -> _Lexicon:
    meaning = {row["word"]: (row["code"], int(row["weight"])) for row in words}
    lexicon = Words(meaning)
    senses = [(word, *meaning[word]) for word in lexicon.words]
    columns = np.array([(_RANK[code], weight) for _, code, weight in senses], int).reshape(-1, 2).T
    return _Lexicon(lexicon, senses, *columns)


@cache
def _lexicon() -> _Lexicon:
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
    words = [*chain.from_iterable(evidence)]
    starts, ends, _, codes, weights = zip(*words, strict=True) if words else [()] * 5
    sizes = [0, *accumulate(map(len, evidence))]
    ranks = [_RANK[code] for code in codes]
    columns = (np.array(column, int) for column in (starts, ends, ranks, weights))
    coded = _code(text, sections, _Found(*columns, [range(*pair) for pair in pairwise(sizes)]))
    return [
        code and code._replace(theme_words=_shown(code, section, own, words[up.start : up.stop]))
        for (code, up), section, own in zip(coded, sections, evidence, strict=True)
    ]


def find_codes(text: str, sections: Sequence[Section]) -> list[Code | None]:
    """The codes of a report as `code_sections` gives them, but without their words, which takes less time.

    Parameters
    ----------
    text : str
        The normalised text.
    sections : sequence of Section
        The outline, oriented.

    Returns
    -------
    list of Code or None
        With empty theme_words.
    """
    lexicon = _lexicon()
    rows, own = _find(text, sections, lexicon.words)
    indexes, starts, ends = rows.T
    found = _Found(starts, ends, lexicon.ranks[indexes], lexicon.weights[indexes], own)
    return [code for code, _ in _code(text, sections, found)]


def _code(text: str, sections: Sequence[Section], found: _Found) -> list[tuple[Code | None, range]]:
    """The code of each section without its words, and the words above whose theme it takes, if it does."""
    objects, n = _objects(text, sections, found), len(sections)
    above: list[range] = []  # the words of the object of the nearest heading above that has any
    for section in sections:
        parent = section.parent
        above.append(range(0) if parent is None else objects[parent] or above[parent])
    borrows = [
        bool(up) and (not own or (section.style == "none" and _is_sentence(text, section)))
        for section, own, up in zip(sections, found.own, above, strict=True)
    ]
    # Words by section, as its own, as those of its object, and as those above it.
    some = [*found.own, *objects, *above]
    indexes, sizes = np.fromiter(chain.from_iterable(some), int), [*map(len, some)]
    cells = np.repeat(np.arange(3 * n), sizes) * len(CODES) + found.ranks[indexes]
    weights, inside, over = _table(cells, found.weights[indexes], 3 * n).reshape(3, n, len(CODES))
    own = slice(sum(sizes[:n]))
    shares = _divide(text, sections, found, indexes[own], cells[own])
    concrete = shares[:, : _RANK["FRAME"]].max(axis=1) > 0.5 + _TINY
    if any(borrows):
        shares[borrows] = _shares(over[borrows])
    named = _shares(inside)
    unnamed = ~named.any(axis=1)
    named[unnamed] = shares[unnamed]
    majority = shares.max(axis=1, keepdims=True) > 0.5 + _TINY
    scores = np.where(majority, shares, (shares + HEADING * named) / (1 + HEADING))
    # What is equal to two decimals is a tie (halves are rounded down); the first of `CODES` wins it.
    ranks, each = np.round(scores - _TINY, 2), np.arange(n)
    first = ranks.argmax(axis=1)
    ranks[each, first] = -1
    second = ranks.argmax(axis=1)
    score, heavy = scores[each, first], weights >= THIN
    margin = np.maximum(0.0, score - scores[each, second])
    also = heavy[each, second] & (shares[each, second] >= SECONDARY) & (second != _RANK["FRAME"])
    sure = heavy[each, first] & (margin >= CLOSE)
    second = np.where(also, second, -1)
    columns = first, second, score, margin, sure, concrete, shares.any(axis=1)
    codes: list[tuple[Code | None, range]] = []
    for section, up, borrowed, row in zip(
        sections, above, borrows, zip(*(c.tolist() for c in columns), strict=True), strict=True
    ):
        first, second, score, lead, is_sure, is_concrete, speaks = row
        code, up = None, up if borrowed else range(0)
        if not section.is_leaf and is_part(section.heading or ""):
            pass
        elif section.orientation in ("preamble", "closing"):
            code, up = Code("FRAME", None, [], 1.0, 1.0, not is_concrete), range(0)
        elif not speaks or section.orientation == "apparatus":
            code = Code(None, None, [], 0.0, 0.0, False)
        else:
            code = Code(CODES[first], None if second < 0 else CODES[second], [], score, lead, is_sure)
        codes.append((code, up))
    return codes


def _is_sentence(text: str, section: Section) -> bool:
    return sum(map(bool, _STOP.split(text[section.start : _reach(section)]))) == 1


def _table(cells: np.ndarray, amounts: np.ndarray, n: int) -> np.ndarray:
    """Amounts summed by section and theme."""
    return np.bincount(cells, amounts, n * len(CODES)).reshape(n, len(CODES))


def _shares(amounts: np.ndarray) -> np.ndarray:
    total = amounts.sum(axis=1, keepdims=True)
    return amounts / np.where(total, total, 1)


def _divide(
    text: str, sections: Sequence[Section], found: _Found, indexes: np.ndarray, cells: np.ndarray
) -> np.ndarray:
    """Each theme's share of the text of each section.

    A clause goes to its words' themes, by their weight; a silent one to those of its sentence.
    """
    owners, weights = cells // len(CODES), found.weights[indexes]
    stops, pauses = (
        np.concatenate([[-1], find_signs(text, signs), [len(text)]]) for signs in (_STOPS, _PAUSES)
    )
    # Of each word: its sentence within its section, and its clause within that.
    stop = stops.searchsorted(found.starts)[indexes]
    pause = pauses.searchsorted(found.starts, side="right")[indexes]
    begin = np.maximum(np.array([s.start for s in sections], int)[owners], stops[stop - 1] + 1)
    end = np.minimum(np.array([_reach(s) for s in sections], int)[owners], stops[stop])
    clause = np.maximum(begin, pauses[pause - 1] + 1)
    length = np.minimum(end, pauses[pause]) - clause
    opens = _is_new(owners) | _is_new(begin)
    parts = opens | _is_new(clause)
    sentence, part, begin, end = opens.cumsum() - 1, parts.cumsum() - 1, begin[opens], end[opens]
    silent = end - begin - pauses.searchsorted(end) + pauses.searchsorted(begin)
    silent = silent - np.bincount(sentence[parts], length[parts])
    # A word has its part of its clause, and of the silent ones around it.
    own = (length[parts] / np.bincount(part, weights))[part]
    around = (silent / np.bincount(sentence, weights))[sentence]
    return _shares(_table(cells, weights * (own + around), len(sections)))


def _is_new(column: np.ndarray) -> np.ndarray:
    """Where a value is not that of the row above."""
    new = np.ones(len(column), bool)
    np.not_equal(column[1:], column[:-1], out=new[1:])
    return new


def _objects(text: str, sections: Sequence[Section], found: _Found) -> list[range]:
    """The words of each heading's object: what stands after its modifier, or else the whole heading."""
    starts, ends, objects = found.starts.tolist(), found.ends.tolist(), []
    for section, own in zip(sections, found.own, strict=True):
        first, last = own.start, bisect_right(ends, section.heading_end, own.start, own.stop)
        modifier = _MODIFIER.match(text, section.start, section.heading_end) if first < last else None
        led = bisect_left(starts, modifier.end(), first, last) if modifier else first
        objects.append(range(led if led < last else first, last))
    return objects


def up_to(end: int, words: list[Word]) -> list[Word]:
    """Those of some words that end by a place."""
    return words[: bisect_right(words, end, key=_END)] if words and words[-1][1] > end else words


def _shown(code: Code, section: Section, own: list[Word], up: list[Word]) -> list[str]:
    """The words that a code rests on."""
    # A heading is coded by all that it holds, but shown with the words of its own text, where it has any.
    some = own if section.is_leaf else up_to(section.own_end, own)
    return _distinct([some, own, up], code.theme, code.theme_secondary)


def _distinct(words: Iterable[list[Word]], *codes: str | None) -> list[str]:
    """The words of some themes, each once, the weightiest first; from the first list that has any."""
    for some in words:
        if ours := [w for w in some if w[3] in codes]:
            ours.sort(key=_WEIGHT, reverse=True)
            return list(dict.fromkeys([word for _, _, word, _, _ in ours]))
    return []
