"""House style: the shipped font, colours, labels in two languages, and writing a table."""

from __future__ import annotations

import gc
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import font_manager

from jiedao.documents import place_forms
from jiedao.files import FORMULA, replacing
from jiedao.lexicon import glosses, read_labels

LANGUAGES = ("zh", "en")
FONTS = Path(__file__).parent / "fonts"
# Distinct in colour, in grey and (with the markers) in shape; one street keeps one of them throughout.
COLOURS = (
    "#1f5f8b #d1495b #3a7d44 #e09f3e #7b4b94 #00a6a6 #8c564b #5b5b5b #b5179e #6a994e #3d5a80 #bc6c25".split()
)
MARKERS = "o s D ^ v P X < > h p *".split()
# The parts of a report as charts show them: title, preambles, closing and signature together frame it.
PARTS = {
    "retrospective": "#24496e",
    "problem-statement": "#c4515f",
    "prospective": "#f0a35e",
    "framing": "#dedede",
}

# Themes keep theirs in every chart and page; what only frames a report is grey.
THEMES = {
    "FRAME": "#8a8a8a",
    "PARTY": "#a3262a",
    "ECON": "#c77d0a",
    "URBAN": "#6b5b3e",
    "ENV": "#4f8a10",
    "WELFARE": "#c2557f",
    "GOV": "#2b6ca3",
    "STAB": "#7a4fa0",
    "SAFETY": "#33475b",
    "CIV": "#0f8a83",
}
# Clusters are found, not given, and no street or theme: colours of their own.
CLUSTERS = (
    "#4a6fa5 #b5651d #4f7942 #8e4585 #a39a1b #3b8ea5 #9c3d54 #5d5d81 #7f6a4d #2e5339 #c08081 #708090".split()
)


def use() -> None:
    """Load the shipped fonts and the house style."""
    gc.set_threshold(100_000, 20, 100)  # a chart is thousands of objects, no garbage until it is written
    for path in sorted(FONTS.glob("*.ttf")):
        if not any(Path(f.fname) == path for f in font_manager.fontManager.ttflist):
            font_manager.fontManager.addfont(path)
    plt.style.use(["default", Path(__file__).parent / "house.mplstyle"])
    pd.set_option("display.html.use_mathjax", False)  # a dollar sign in a table is one too


def label(key: str, lang: str) -> str:
    """A label of the figures in one language, from data/lexicon/labels.csv."""
    return read_labels()[key][lang]


def gloss(term: str, lang: str) -> str:
    """A Chinese term; in English with its gloss in front."""
    english = short_gloss(term)
    return term if lang == "zh" or english == term else f"{english} {term}"


def short_gloss(term: str) -> str:
    """The English gloss of a term without what stands in brackets; the term itself if it has none."""
    return re.sub(r"\s*\([^)]*\)", "", glosses().get(term, "")).strip() or term


def document_labels(
    documents: pd.DataFrame, lang: str, marks: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Short names of the reports: the street and the year its first period begins (望月湖 2024).

    ``marks`` are added to the names, such as `jiedao.comparability.mark_documents` gives them.
    """
    names = {}
    for row in documents.itertuples():
        stem = row.doc_id.split("-")[0]
        stems = sorted(place_forms(row.street), key=len)
        name = (
            stem.capitalize()
            if lang == "en" and stem.isascii() and stem.isalpha()
            else (stems or [row.street])[0]
        )
        year = (row.review_start or row.plan_start)[:4]
        names[row.doc_id] = f"{name} {year}".strip()
    twice = {n for n in names.values() if list(names.values()).count(n) > 1}
    marks = marks or {}
    return {d: (f"{n} ({d})" if n in twice else n) + marks.get(d, "") for d, n in names.items()}


def footnote(marks: Mapping[str, str], lang: str) -> str:
    """What the marks on a chart's names mean; empty if there are none."""
    return "  ".join(f"{m} {label(m, lang)}" for m in sorted(set("".join(marks.values()))))


def colour(doc_id: str, documents: Sequence[str]) -> str:
    """The colour of a report, the same in every figure."""
    return COLOURS[documents.index(doc_id) % len(COLOURS)]


def marker(doc_id: str, documents: Sequence[str]) -> str:
    """The marker of a report, the same in every figure."""
    return MARKERS[documents.index(doc_id) % len(MARKERS)]


def inert(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before cells that a spreadsheet would take for a formula."""
    table = table.copy()
    for column in table.select_dtypes(["object", "string"]):
        table[column] = [
            f"'{v}" if isinstance(v, str) and v.startswith(FORMULA) else v for v in table[column]
        ]
    return table


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV: UTF-8, six decimals, line feeds, no formulas, whole or not at all."""
    path = Path(path)
    safe = inert(table)
    for column in safe.select_dtypes("floating"):
        safe[column] = safe[column].round(6) + 0.0  # no minus sign before a zero
    with replacing(path) as partial:
        safe.to_csv(partial, index=False, float_format="%.6f", lineterminator="\n", encoding="utf-8")


# Text even where it looks like a number.
TEXT = "doc_id doc_ids unit a b term token word text passage slogan measure title index_no name file".split()


def read_table(path: str | Path) -> pd.DataFrame:
    """Read back a table of `write_table`; empty cells are missing values."""
    table = pd.read_csv(path, dtype=dict.fromkeys(TEXT, str), keep_default_na=False, na_values=[""])
    for column in table.select_dtypes(["object", "string"]):
        guarded = [isinstance(v, str) and v[:1] == "'" and v[1:].startswith(FORMULA) for v in table[column]]
        bare = [v[1:] if g else v for v, g in zip(table[column], guarded, strict=True)]
        table[column] = pd.Series(bare, index=table.index, dtype=object)
    return table
