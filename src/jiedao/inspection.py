"""All that is read in one report, as one object: what `jiedao inspect --json` prints."""

from __future__ import annotations

from typing import Any

from jiedao.clean import page_metadata
from jiedao.corpus import parse, sentence_spans
from jiedao.documents import place_forms
from jiedao.lexicon import default_terms
from jiedao.segment import Segmenter


def inspect_report(data: bytes, name: str = "text") -> dict[str, Any]:
    """Read one report.

    Parameters
    ----------
    data : bytes
        The file as it is.
    name : str
        What to call it in an error.

    Returns
    -------
    dict
        Keys as printed by ``jiedao inspect --json``; offsets are code points of the decoded text.
    """
    parsed = parse(data, name)
    text, sections = parsed.text, parsed.sections
    titles = [s for s in sections if s.style == "title"]
    metadata = page_metadata(parsed.plain, parsed.furniture, parsed.title)
    segmenter = Segmenter([*default_terms(), *place_forms(metadata["street"] or "")])
    sentences = sentence_spans(parsed)
    return {
        "encoding": parsed.encoding,
        "n_chars": len(text),
        "furniture": [{"start": s.start, "end": s.end, "kind": s.kind} for s in parsed.furniture],
        "title": {"start": titles[0].start, "end": titles[0].heading_end} if titles else None,
        "metadata": metadata,
        "sections": [
            {
                "id": i,
                "parent": s.parent,
                "level": s.level,
                "number": s.number,
                "heading": s.heading,
                "style": s.style,
                "start": s.start,
                "heading_end": s.heading_end,
                "own_end": s.own_end,
                "end": s.end,
                "orientation": s.orientation,
                "theme": None,
                "theme_secondary": None,
                "theme_evidence": [],
            }
            for i, s in enumerate(sections)
        ],
        "sentences": [{"start": a, "end": b, "section": i} for a, b, i in sentences],
        "tokens": _inside(segmenter.tokenize(parsed.plain), [(a, b) for a, b, _ in sentences]),
        "indicators": [],
        "commitments": [],
        "targets": [],
        "warnings": [] if titles else [{"start": 0, "end": 0, "message": "no title was found on the page"}],
    }


def _inside(tokens: list[tuple[int, int]], spans: list[tuple[int, int]]) -> list[list[int]]:
    """The tokens that lie in the spans; both are in order."""
    kept, at = [], 0
    for start, end in tokens:
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at < len(spans) and spans[at][0] <= start and end <= spans[at][1]:
            kept.append([start, end])
    return kept
