"""All that is read in one report, as one object: what `jiedao inspect --json` prints."""

from __future__ import annotations

from typing import Any

from jiedao.clean import page_metadata
from jiedao.corpus import SECTION_COLUMNS, parse, sentence_spans, token_spans
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
    title = next((s for s in parsed.sections if s.style == "title"), None)
    metadata = page_metadata(parsed.plain, parsed.furniture, parsed.title)
    segmenter = Segmenter([*default_terms(), *place_forms(metadata["street"] or "")])
    no_theme = {"theme": None, "theme_secondary": None, "theme_evidence": []}
    return {
        "encoding": parsed.encoding,
        "n_chars": len(parsed.text),
        "furniture": [span._asdict() for span in parsed.furniture],
        "title": {"start": title.start, "end": title.heading_end} if title else None,
        "metadata": metadata,
        "sections": [
            {"id": i} | {column: getattr(section, column) for column in SECTION_COLUMNS} | no_theme
            for i, section in enumerate(parsed.sections)
        ],
        "sentences": [{"start": a, "end": b, "section": i} for a, b, i in sentence_spans(parsed)],
        "tokens": [[a, b] for a, b, _, _ in token_spans(parsed, segmenter)],
        "indicators": [],
        "commitments": [],
        "targets": [],
        "warnings": [] if title else [{"start": 0, "end": 0, "message": "no title was found on the page"}],
    }
