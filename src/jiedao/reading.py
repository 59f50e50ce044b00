"""All that is read in one report beyond its words: quantities, promises, credit, slogans, themes.

One function runs the steps in order over one parsed report; `jiedao.corpus` makes tables of what it
gives, `jiedao.inspection` the JSON of one report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jiedao.arithmetic import Check, check_arithmetic
from jiedao.coding import Code, Word, code_sections, find_evidence, up_to
from jiedao.commitments import Commitment, Target, find_commitments, find_targets
from jiedao.credit import Credit, Programme, find_credit, find_programmes
from jiedao.headings import Section
from jiedao.indicators import Indicator, find_indicators
from jiedao.periods import Period, Source
from jiedao.provenance import Slogan, find_slogans
from jiedao.segment import Tokens


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
    columns = Tokens.of((start, end, kind) for start, end, kind, _ in tokens)
    source = Source(text, sections, sentences, columns, stated or {})
    indicators, commitments = find_indicators(source), find_commitments(source)
    return Reading(
        indicators,
        commitments,
        find_targets(source, indicators, commitments),
        check_arithmetic(source, indicators),
        find_credit(source),
        find_programmes(source),
        find_slogans(source),
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
