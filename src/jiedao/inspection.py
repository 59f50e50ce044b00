"""All that is read in one report, as one object: what `jiedao inspect --json` prints."""

from __future__ import annotations

from typing import Any

from jiedao.damage import find_damage
from jiedao.documents import local_places
from jiedao.indicators import Indicator
from jiedao.page import page_metadata
from jiedao.reading import code_themes, read_policy
from jiedao.report import SECTION_COLUMNS, Parsed, parse, token_spans
from jiedao.segment import Segmenter, fastest_engine


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
    segmenter = Segmenter(engine=fastest_engine())
    sentences, tokens = parsed.sentences, token_spans(parsed, segmenter, local_places(metadata))
    reading = read_policy(parsed.plain, parsed.sections, sentences, tokens)
    untitled = [{"start": 0, "end": 0, "message": "no title was found on the page"}]
    return {
        "encoding": parsed.encoding,
        "n_chars": len(parsed.text),
        "furniture": [span._asdict() for span in parsed.furniture],
        "title": {"start": title.start, "end": title.heading_end} if title else None,
        "metadata": metadata,
        "sections": [
            {"id": i} | {column: getattr(section, column) for column in SECTION_COLUMNS} | theme
            for i, (section, theme) in enumerate(zip(parsed.sections, _themes(parsed), strict=True))
        ],
        "sentences": [{"start": a, "end": b, "section": i} for a, b, i in sentences],
        "tokens": [[a, b] for a, b, _, _ in tokens],
        "indicators": [_indicator(i) | {"text": parsed.text[i.start : i.end]} for i in reading.indicators],
        "commitments": [
            {"start": c.start, "end": c.end, "marker": c.marker, "class": c.cls, "strength": c.strength}
            for c in reading.commitments
        ],
        "targets": [
            {k: v for k, v in t._asdict().items() if k not in ("sentence", "dated")} for t in reading.targets
        ],
        "warnings": untitled * (title is None)
        + [
            {"start": d.start, "end": d.end, "message": f"damage: {d.kind}"}
            for d in find_damage(parsed.plain, parsed.sections)
        ]
        + [
            {"start": c.start, "end": c.end, "message": f"check: {c.finding}"}
            for c in reading.checks
            if not c.agrees
        ],
    }


def _themes(parsed: Parsed) -> list[dict[str, Any]]:
    """The theme of each section, null where it has none."""
    keys = ("theme", "theme_secondary", "theme_evidence")
    codes, _ = code_themes(parsed.plain, parsed.sections)
    return [dict(zip(keys, code[:3] if code else (None, None, []), strict=True)) for code in codes]


def _indicator(indicator: Indicator) -> dict[str, Any]:
    """An indicator as the contract has it: whole numbers as such, a range as two, a period in ISO months."""
    fields = "start end unit measure kind status stock_flow growth_of counts".split()
    low, high = (_whole(n) for n in (indicator.number, indicator.high))
    period = "/".join(dict.fromkeys(indicator.period)) if indicator.period else None
    number = low if high is None else [low, high]
    return {f: getattr(indicator, f) for f in fields} | {"number": number, "period": period}


def _whole(number: float | None) -> float | int | None:
    return int(number) if number is not None and number == int(number) else number
