"""All that is read in one report beyond its words: quantities, promises, credit, slogans, themes.

One function runs the steps in order over one parsed report; `jiedao.corpus` makes tables of what it
gives, `jiedao.inspection` the JSON of one report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from jiedao.arithmetic import Check, check_arithmetic
from jiedao.coding import Code, Word, code_sections, find_evidence, up_to
from jiedao.commitments import Commitment, Target, find_commitments, find_targets
from jiedao.credit import Credit, Programme, find_credit, find_programmes
from jiedao.headings import Section
from jiedao.indicators import Indicator, find_indicators
from jiedao.lexicon import default_terms, read_slogans
from jiedao.periods import Period
from jiedao.provenance import Slogan, find_slogans


class Reading(NamedTuple):
    """What one report counts, promises, claims and cites."""

    indicators: list[Indicator]
    commitments: list[Commitment]
    targets: list[Target]
    checks: list[Check]
    credit: list[Credit]
    programmes: list[Programme]
    slogans: list[Slogan]


def read_policy(
    text: str,
    sections: Sequence[Section],
    sentences: Sequence[tuple[int, int, int]],
    tokens: Sequence[tuple[int, int, str, int]],
    stated: Mapping[str, Period] | None = None,
) -> Reading:
    """Read one report.

    Parameters
    ----------
    text : str
        The normalised text.
    sections : sequence of Section
        The outline, oriented.
    sentences : sequence of (int, int, int)
        Start, end, and the index of the section.
    tokens : sequence of (int, int, str, int)
        Start, end, kind, and the index of the sentence.
    stated : mapping, optional
        The periods of documents.csv by outlook (``retrospective``, ``prospective``).

    Returns
    -------
    Reading
        Every entry with start, end and the index of its sentence.
    """
    indicators = find_indicators(text, sections, sentences, tokens, stated)
    commitments = find_commitments(text, sections, sentences)
    return Reading(
        indicators,
        commitments,
        find_targets(text, sections, sentences, indicators, commitments, stated),
        check_arithmetic(indicators, sentences, text),
        find_credit(text, sections, sentences),
        find_programmes(text, sentences, _general()),
        find_slogans(text, sentences, tokens),
    )


def code_themes(text: str, sections: Sequence[Section]) -> tuple[list[Code | None], list[list[Word]]]:
    """Code the sections of one report: a leaf by its own text, a heading above by all that it holds.

    Parameters
    ----------
    text : str
        The normalised text.
    sections : sequence of Section
        The outline, oriented.

    Returns
    -------
    codes : list of Code or None
        One a section, as `jiedao.coding.code_sections` gives them.
    words : list of list of Word
        The words of the lexicon in each section's own text.
    """
    evidence = find_evidence(text, sections)
    words = [up_to(s.own_end, found) for s, found in zip(sections, evidence, strict=True)]
    return code_sections(text, sections, evidence), words


@cache
def _general() -> frozenset[str]:
    """Names in general use: terms, and slogans whose origin is known."""
    slogans = read_slogans()
    known = slogans[slogans["level"] != ""]
    variants = [v for row in known["variants"] for v in row.split(";")]
    return frozenset([*default_terms(), *known["slogan"], *variants])
