"""One report as read: its text, furniture, outline, sentences and tokens.

This is what the corpus, `jiedao inspect` and `jiedao scale` have in common; none of it needs a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from jiedao import JiedaoError
from jiedao.clean import Span, decode, masked, normalise
from jiedao.orientation import orient
from jiedao.outline import Section, read_outline
from jiedao.page import find_furniture
from jiedao.periods import Period
from jiedao.segment import Segmenter, split_sentences

LONGEST = 2_000_000  # characters; the longest reports of this kind have some 40,000
# What is printed of a section, in tables and by `jiedao inspect --json`.
SECTION_COLUMNS = "parent level number heading style start heading_end own_end end orientation".split()


@dataclass(frozen=True)
class Parsed:
    """One report: its text as decoded, and what is read of that, each when it is first asked for."""

    text: str
    encoding: str

    @cached_property
    def plain(self) -> str:
        """The normalised text."""
        return normalise(self.text)

    @cached_property
    def furniture(self) -> list[Span]:
        """What is not the report's but the page's."""
        return find_furniture(self.plain)

    @cached_property
    def sections(self) -> list[Section]:
        """The outline, oriented."""
        return orient(self.plain, read_outline(self.plain, self.furniture))

    @property
    def title(self) -> str | None:
        """Title and subtitle as printed, or None."""
        lines = [s.heading or "" for s in self.sections if s.style in ("title", "subtitle")]
        return "".join(dict.fromkeys(lines)) or None

    @cached_property
    def body(self) -> str:
        """The normalised text with blanks for furniture."""
        return masked(self.plain, [(a, b) for a, b, _ in self.furniture], " ")

    @cached_property
    def sentences(self) -> list[tuple[int, int, int]]:
        """Sentences as (start, end, index of the section); headings are sentences too."""
        spans = []
        for section in self.sections:
            cut = section.heading_end
            if section.heading and cut < section.own_end and self.plain[cut] in "。!?;:,":
                cut += 1
            spans += [(section.start, cut), (cut, section.own_end)]
        return [(a, b, i // 2) for a, b, i in split_sentences(self.plain, spans)]


def parse(data: bytes, name: str = "text") -> Parsed:
    """Read one report: decode, normalise, find furniture and outline."""
    parsed = open_text(*decode(data, name), name)
    check_outline(parsed, name)
    return parsed


def open_text(text: str, encoding: str, name: str) -> Parsed:
    """A report that is decoded, and of which nothing more is read yet."""
    if len(text) > LONGEST:
        raise JiedaoError(f"{name}: longer than {LONGEST:,} characters, no report; keep the report alone")
    return Parsed(text, encoding)


def check_outline(parsed: Parsed, name: str) -> None:
    """See that a text has anything of a report."""
    if not parsed.sections:
        raise JiedaoError(f"{name}: holds no report text; save the page's text in it")


def read_ahead(reports: Sequence[object], *steps: str) -> None:
    """Take some steps of the reading, each for all of some reports before the next.

    A step is a cached property of theirs, and would be taken when it is first asked for; but one after the
    other for each report takes a tenth longer, as the processor's caches hold what one step works with.
    """
    for step in steps:
        for report in reports:
            getattr(report, step)


def token_spans(
    parsed: Parsed, segmenter: Segmenter, places: Iterable[str] = ()
) -> list[tuple[int, int, str, int]]:
    """Tokens of a report as (start, end, kind, index of the sentence); those of furniture are left out."""
    tokens = segmenter.cut([parsed.body], [places]).tokens_in(0, parsed.body)
    first = np.array([start for start, _, _ in parsed.sentences])
    sentences = np.searchsorted(first, tokens.starts, side="right") - 1
    return [(*token, i) for token, i in zip(tokens.rows(), sentences.tolist(), strict=True)]


def stated_periods(document: Mapping[str, str]) -> dict[str, Period]:
    """The periods that a row of documents.csv states, by where the part of the report looks.

    Of a review, the months that its figures cover.
    """
    review_end = document["figures_end"] or document["review_end"]
    ends = {
        "retrospective": (document["review_start"], review_end),
        "prospective": (document["plan_start"], document["plan_end"]),
    }
    return {look: period for look, period in ends.items() if period[0]}
