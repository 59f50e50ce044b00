"""Coded themes: the ten themes of the codebook, given to sections by words that anyone can check.

A lexicon says which words point to which theme. Each clause of a section is divided among the themes its
words point to, so that the majority of the text decides and not the number of words; where no theme has
it, the object of the heading counts too. The words are kept, so that a code can be disputed word by word.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from jiedao import JiedaoError
from jiedao.headings import Section
from jiedao.lexicon import read_table
from jiedao.orientation import is_part
from jiedao.words import Words

# In the order in which they win ties: STAB over SAFETY over GOV, CIV over GOV, ENV over URBAN.
CODES = ("STAB", "SAFETY", "CIV", "ENV", "URBAN", "WELFARE", "ECON", "GOV", "PARTY", "FRAME")
HEADING = 0.3  # what the heading's object counts, as a share of the text
SECONDARY = 0.2  # share of the text from which a second theme is named
THIN = 5  # a theme whose words weigh less is unsure, and no second theme
CLOSE = 0.2  # and so is one that leads by less
_STOP = re.compile(r"[。;!?\r\n]")
_PAUSE = re.compile(r"[,、:]")
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


_END, _WEIGHT = attrgetter("end"), attrgetter("weight")
_Divided = dict[tuple[int, int], list[tuple[str, float]]]  # theme and characters, by start and end


def read_codebook(folder: Path | None = None) -> pd.DataFrame:
    """The ten themes: what each includes and excludes, and the nearest major topics of the CAP codebook."""
    columns = "code zh en include exclude cap_major cap_topic source".split()
    return read_table("codebook.csv", "code", columns, folder)


def read_theme_words(folder: Path | None = None) -> pd.DataFrame:
    """Words that point to a theme: word, code, weight (1 a hint, 2 clear, 3 decisive), source."""
    table = read_table("theme_words.csv", "word", ["word", "code", "weight", "source"], folder)
    wrong = table[~table["code"].isin(CODES) | ~table["weight"].isin(["1", "2", "3"]) | (table["word"] == "")]
    if len(wrong):
        row = ", ".join(wrong.iloc[0][["word", "code", "weight"]])
        raise JiedaoError(f"theme_words.csv: {row}: a word needs a code of the codebook and weight 1, 2 or 3")
    return table.astype({"weight": int})


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
    lexicon, meaning = _lexicon() if words is None else _look_up(words)
    everywhere = [Word(a, b, word, *meaning[word]) for word, a, b in lexicon.find(text)]
    starts = [w.start for w in everywhere]
    found = []
    for section in sections:
        start, end = section.start, _reach(section)
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        own = everywhere[first:last]
        # Where no word lies across its borders, a section by itself has the words that the text has there.
        if (first and everywhere[first - 1].end > start) or (own and own[-1].end > end):
            matches = lexicon.find(text[start:end])
            own = [Word(start + a, start + b, word, *meaning[word]) for word, a, b in matches]
        found.append(own)
    return found


def _look_up(words: pd.DataFrame) -> tuple[Words, dict[str, tuple[str, int]]]:
    meaning = {w.word: (w.code, w.weight) for w in words.itertuples()}
    return Words(meaning), meaning


@cache
def _lexicon() -> tuple[Words, dict[str, tuple[str, int]]]:
    return _look_up(read_theme_words())


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
    known: _Divided = {}
    return [
        _code(text, section, *words, known) if section.is_leaf or not is_part(section.heading or "") else None
        for section, *words in zip(sections, evidence, objects, above, strict=True)
    ]


def _code(
    text: str, section: Section, own: list[Word], named: list[Word], above: list[Word], known: _Divided
) -> Code:
    """Code one section from its own words, those that its heading names, and those of the heading above."""
    held = text[section.start : _reach(section)]
    shares = _divide(held, section.start, own, known)
    # A heading is coded by all that it holds, but shown with the words of its own text, where it has any.
    shown = [up_to(section.own_end, own), own]
    if section.orientation in ("preamble", "closing"):
        concrete = max((shares[c] for c in shares if c != "FRAME"), default=0)
        return Code("FRAME", None, _distinct(shown, "FRAME"), 1.0, 1.0, concrete <= 0.5)
    lead_in = section.style == "none" and sum(map(bool, _STOP.split(held))) == 1
    if (lead_in or not own) and above:
        shares = _weigh(above)
        shown.append(above)
    if not shares or section.orientation == "apparatus":
        return Code(None, None, [], 0.0, 0.0, False)
    scores = shares if max(shares.values()) > 0.5 else _with_heading(shares, _weigh(named))
    # Sorting keeps equals in the order of `CODES`; what is equal to two decimals is a tie.
    first, second = sorted(CODES, key=lambda c: -round(scores.get(c, 0), 2))[:2]
    margin = max(0.0, scores.get(first, 0) - scores.get(second, 0))
    heavy = {c for c in (first, second) if sum([w.weight for w in own if w.code == c]) >= THIN}
    also = second if shares.get(second, 0) >= SECONDARY and second in heavy - {"FRAME"} else None
    sure = first in heavy and margin >= CLOSE
    return Code(first, also, _distinct(shown, first, also), scores[first], margin, sure)


def _weigh(words: Sequence[Word]) -> dict[str, float]:
    """Each theme's share of the weight of some words."""
    weights: dict[str, int] = {}
    for _, _, _, code, weight in words:
        weights[code] = weights.get(code, 0) + weight
    if len(weights) == 1:
        return dict.fromkeys(weights, 1.0)
    total = sum(weights.values())
    return {code: weight / total for code, weight in weights.items()}


def _divide(text: str, start: int, words: Sequence[Word], known: _Divided) -> dict[str, float]:
    """Each theme's share of the text of a section.

    Words hold no stop, so a sentence is the same in every section that holds it, and ``known`` by its place.
    """
    starts = [w.start for w in words]
    chars: dict[str, float] = {}
    for sentence in _STOP.split(text):
        place = start, start + len(sentence)
        if (divided := known.get(place)) is None:
            inside = words[bisect_left(starts, start) : bisect_left(starts, place[1])]
            known[place] = divided = _divide_sentence(sentence, start, inside) if inside else []
        for code, n in divided:
            chars[code] = chars.get(code, 0) + n
        start = place[1] + 1
    total = sum(chars.values())
    return {code: n / total for code, n in chars.items()}


def _divide_sentence(sentence: str, start: int, words: Sequence[Word]) -> list[tuple[str, float]]:
    """Theme and characters: a clause goes to its words' themes, a silent one to its sentence's."""
    clauses = _PAUSE.split(sentence)
    if len(codes := {w.code for w in words}) == 1:
        return [(*codes, float(len(clause))) for clause in clauses if clause]
    around: dict[str, float] = {}
    divided = []
    n, last = 0, len(words)
    for clause in clauses:
        first, end = n, start + len(clause)
        while n < last and words[n].start < end:
            n += 1
        if n == first + 1:
            divided.append((words[first].code, float(len(clause))))
        elif clause:
            if n == first:
                around = around or _weigh(words)
            shares = around if n == first else _weigh(words[first:n])
            divided += [(code, share * len(clause)) for code, share in shares.items()]
        start = end + 1
    return divided


def _object(text: str, section: Section, words: Sequence[Word]) -> list[Word]:
    """The words of a heading's object: what stands after its modifier, or else the whole heading."""
    inside = up_to(section.heading_end, words)
    modifier = _MODIFIER.match(text, section.start, section.heading_end) if inside else None
    return [w for w in inside if modifier and w.start >= modifier.end()] or inside


def up_to(end: int, words: list[Word]) -> list[Word]:
    """Those of some words that end by a place."""
    return words[: bisect_right(words, end, key=_END)] if words and words[-1].end > end else words


def _with_heading(shares: dict[str, float], heading: dict[str, float]) -> dict[str, float]:
    extra = HEADING if heading else 0
    return {c: (shares.get(c, 0) + extra * heading.get(c, 0)) / (1 + extra) for c in shares | heading}


def _distinct(words: Iterable[list[Word]], *codes: str | None) -> list[str]:
    """The words of some themes, each once, the weightiest first; from the first list that has any."""
    for some in words:
        if ours := [w for w in some if w.code in codes]:
            return list(dict.fromkeys([w.word for w in sorted(ours, key=_WEIGHT, reverse=True)]))
    return []
