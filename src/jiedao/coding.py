"""Coded themes: the ten themes of the codebook, given to sections by words that anyone can check.

A lexicon says which words point to which theme. Each clause of a section is divided among the themes its
words point to, so that the majority of the text decides and not the number of words; where no theme has
it, the object of the heading counts too. The words are kept, so that a code can be disputed word by word.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from jiedao import JiedaoError
from jiedao.lexicon import read_table
from jiedao.names import any_of

# In the order in which they win ties: STAB over SAFETY over GOV, CIV over GOV, ENV over URBAN.
CODES = ("STAB", "SAFETY", "CIV", "ENV", "URBAN", "WELFARE", "ECON", "GOV", "PARTY", "FRAME")
HEADING = 0.3  # what the heading's object counts, as a share of the text
SECONDARY = 0.2  # share of the text from which a second theme is named
THIN = 5  # a theme whose words weigh less is unsure, and no second theme
CLOSE = 0.2  # and so is one that leads by less
_SENTENCE = re.compile(r"[^。;!?\r\n]+")
_CLAUSE = re.compile(r"[^,、:]+")
# What leads is a modifier, what it leads is the object: 党建引领X is X.
_MODIFIER = re.compile(r".*(?:引领|统领|赋能|为(?:抓手|契机|载体|主线|牵引|导向))(?=.)")


class Word(NamedTuple):
    """A word of the lexicon where it stands in a document."""

    section_id: str
    start: int
    end: int
    word: str
    code: str
    weight: int
    in_heading: bool


class Code(NamedTuple):
    """The themes of one section, with the words they rest on."""

    section_id: str
    theme: str | None
    theme_secondary: str | None
    theme_words: list[str]
    score: float
    margin: float
    sure: bool


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


def find_evidence(sections: pd.DataFrame, words: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find the words of the lexicon; the longest where several stand, so that 安全生产 is not 生产.

    Parameters
    ----------
    sections : DataFrame
        Columns section_id, start, heading_end, and text: the normalised text from start to own_end.
    words : DataFrame, optional
        As `read_theme_words` gives them, the default.

    Returns
    -------
    DataFrame
        A row a match: section_id, start, end (in the document), word, code, weight, in_heading.
    """
    words = read_theme_words() if words is None else words
    meaning = {w.word: (w.code, w.weight) for w in words.itertuples()}
    pattern = any_of(meaning)
    found = []
    for section in sections.itertuples():
        for match in pattern.finditer(section.text):
            start, end = section.start + match.start(), section.start + match.end()
            in_heading = end <= section.heading_end
            found.append(Word(section.section_id, start, end, match[0], *meaning[match[0]], in_heading))
    return pd.DataFrame(found, columns=Word._fields)


def code_sections(sections: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Give each section a theme, and a second one from a fifth of the text on.

    The tie-break rules of the codebook, in this order: the theme with more than half of the text; else
    the largest share once the object of the heading is added (`HEADING`); of equals the more specific.
    A lead-in of one sentence takes the theme of the heading above, and so does a section without a word
    of the lexicon; otherwise it never counts where a section is filed. Preambles and closings are FRAME;
    titles, signatures and what no word speaks of have no theme.

    Parameters
    ----------
    sections : DataFrame
        As for `find_evidence`, with parent, style and orientation.
    evidence : DataFrame
        As `find_evidence` gives it.

    Returns
    -------
    DataFrame
        A row a section: section_id, theme, theme_secondary (its words weigh `THIN` or more), theme_words
        (the words of both, weightiest first), score (of the theme, 0 to 1), margin (its lead over the
        next), sure. A code is sure when its words weigh `THIN` or more and it leads by `CLOSE` or more;
        FRAME of a preamble or closing, when no other theme has the majority of its text.
    """
    words: dict[str, list[Word]] = {s: [] for s in sections["section_id"]}
    for word in evidence.sort_values("start", kind="stable").itertuples(index=False):
        words[word.section_id].append(word)
    rows = {s.section_id: s for s in sections.itertuples()}
    codes = [_code(s, words[s.section_id], _above(s, rows, words)) for s in rows.values()]
    return pd.DataFrame(codes, columns=Code._fields)


def _code(section: tuple, own: list[Word], above: list[Word]) -> Code:
    """Code one section from its own words and those of the heading above."""
    shares = _divide(section.text, section.start, own)
    if section.orientation in ("preamble", "closing"):
        concrete = max((shares[c] for c in shares if c != "FRAME"), default=0)
        return Code(section.section_id, "FRAME", None, _distinct(own, "FRAME"), 1.0, 1.0, concrete <= 0.5)
    lead_in = section.style == "none" and len(_SENTENCE.findall(section.text)) == 1
    borrowed = above if lead_in or not own else []
    if borrowed:
        shares = _weigh(borrowed)
    if not shares or section.orientation == "apparatus":
        return Code(section.section_id, None, None, [], 0.0, 0.0, False)
    scores = shares if max(shares.values()) > 0.5 else _with_heading(shares, _weigh(_object(section, own)))
    first, second = sorted(CODES, key=lambda c: (-round(scores.get(c, 0), 2), CODES.index(c)))[:2]
    margin = max(0.0, scores.get(first, 0) - scores.get(second, 0))  # what is equal to two decimals is a tie
    heavy = {c for c in (first, second) if sum(w.weight for w in own if w.code == c) >= THIN}
    named = second if shares.get(second, 0) >= SECONDARY and second in heavy - {"FRAME"} else None
    found = _distinct([*own, *borrowed], first, named)
    sure = first in heavy and margin >= CLOSE
    return Code(section.section_id, first, named, found, scores[first], margin, sure)


def _weigh(words: Sequence[Word]) -> dict[str, float]:
    """Each theme's share of the weight of some words."""
    weights: Counter[str] = Counter()
    for word in words:
        weights[word.code] += word.weight
    return {code: weight / weights.total() for code, weight in weights.items()}


def _divide(text: str, offset: int, words: Sequence[Word]) -> dict[str, float]:
    """Each theme's share of a text: a clause goes to its words' themes, a silent one to its sentence's."""
    starts = [w.start - offset for w in words]

    def within(match: re.Match[str]) -> dict[str, float]:
        return _weigh(words[bisect_left(starts, match.start()) : bisect_left(starts, match.end())])

    chars: Counter[str] = Counter()
    for sentence in _SENTENCE.finditer(text):
        around = within(sentence)
        for clause in _CLAUSE.finditer(text, *sentence.span()):
            for code, share in (within(clause) or around).items():
                chars[code] += share * len(clause[0])
    return {code: n / chars.total() for code, n in chars.items()}


def _object(section: tuple, words: Sequence[Word]) -> list[Word]:
    """The words of a heading's object: what stands after its modifier, or else the whole heading."""
    inside = [w for w in words if w.in_heading]
    modifier = _MODIFIER.match(section.text[: section.heading_end - section.start])
    return [w for w in inside if modifier and w.start >= section.start + modifier.end()] or inside


def _above(section: tuple, rows: dict[str, tuple], words: dict[str, list[Word]]) -> list[Word]:
    """The words of the object of the nearest heading above that has any."""
    parent = rows.get(section.parent)
    while parent is not None:
        if found := _object(parent, words[parent.section_id]):
            return found
        parent = rows.get(parent.parent)
    return []


def _with_heading(shares: dict[str, float], heading: dict[str, float]) -> dict[str, float]:
    extra = HEADING if heading else 0
    return {c: (shares.get(c, 0) + extra * heading.get(c, 0)) / (1 + extra) for c in shares | heading}


def _distinct(words: Sequence[Word], *codes: str | None) -> list[str]:
    """The words of some themes, each once, the weightiest first."""
    ours = sorted((w for w in words if w.code in codes), key=lambda w: -w.weight)
    return list(dict.fromkeys(w.word for w in ours))
