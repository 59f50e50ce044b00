"""House style: the shipped font, widths, colours, labels in two languages, and writing a figure.

Every figure is drawn by one function of the language, and written as PDF, SVG, PNG and the CSV of its
plotted values, with the same bytes on every run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import font_manager
from matplotlib.figure import Figure

from jiedao.documents import place_forms
from jiedao.files import FORMULA, replacing
from jiedao.lexicon import glosses, read_labels

LANGUAGES = ("zh", "en")
WIDTHS = {"single": 84.0, "double": 174.0}
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

# Dates and versions in a file would make each run's bytes another's.
_SILENT = {"pdf": ("CreationDate", "Creator", "Producer"), "svg": ("Date", "Creator"), "png": ("Software",)}


def use() -> None:
    """Load the shipped fonts and the house style."""
    for path in sorted(FONTS.glob("*.ttf")):
        if not any(Path(f.fname) == path for f in font_manager.fontManager.ttflist):
            font_manager.fontManager.addfont(path)
    plt.style.use(["default", Path(__file__).parent / "house.mplstyle"])
    pd.set_option("display.html.use_mathjax", False)  # a dollar sign in a table is one too


def figure(height: float, width: float | str = "double", **subplots: object) -> tuple[Figure, object]:
    """A figure of a width in millimetres (or ``single``, ``double``) and a height in millimetres."""
    millimetres = WIDTHS[width] if isinstance(width, str) else width
    return plt.subplots(figsize=(millimetres / 25.4, height / 25.4), **subplots)


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


def cluster_names(terms: pd.DataFrame, lang: str, n: int = 2) -> dict[int, str]:
    """Clusters named by their first terms, from the table of `jiedao.themes.top_terms`."""
    first = terms[terms["rank"] <= n].groupby("cluster")["term"]
    return first.agg(lambda ts: "·".join(ts) if lang == "zh" else ", ".join(map(short_gloss, ts))).to_dict()


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


def publish(
    name: str,
    values: pd.DataFrame,
    draw: Callable[[str], Figure],
    folder: str | Path = "../figures",
    show: str = "en",
) -> Figure:
    """Write a figure in both languages, with its values, and return it in one of them.

    Parameters
    ----------
    name : str
        ``fig<notebook>-<n>-<name>``, the file name without ending.
    values : DataFrame
        What is plotted, a row a mark; rounded to six decimals.
    draw : callable
        Takes the language and gives the figure.
    folder : str or Path
        Where the folders zh and en stand.
    show : str
        The language to return.

    Returns
    -------
    Figure
    """
    shown = None
    if (n := _count_reports(values)) > len(COLOURS):
        draw = partial(_decline, n)
    for lang in LANGUAGES:
        target = Path(folder) / lang
        target.mkdir(parents=True, exist_ok=True)
        drawn = draw(lang)
        drawn.draw_without_rendering()  # lay out once, for all formats alike
        drawn.set_layout_engine("none")
        for form, silent in _SILENT.items():
            with replacing(target / f"{name}.{form}") as path:
                drawn.savefig(path, format=form, metadata=dict.fromkeys(silent))
        write_table(values, target / f"{name}.csv")
        plt.close(drawn)
        shown = drawn if lang == show else shown
    assert shown is not None
    return shown


def _count_reports(values: pd.DataFrame) -> int:
    """How many reports a figure's values name, in the columns that name reports or their parts."""
    named = [values[c].dropna().astype(str) for c in ("doc_id", "unit", "a", "b") if c in values]
    return len({name.rpartition("|")[2] for column in named for name in column})


def _decline(n: int, lang: str) -> Figure:
    """In place of a figure that nobody could read: there are more reports than colours and markers."""
    fig, ax = figure(20)
    ax.axis("off")
    ax.text(0, 0.5, label("too_many", lang).format(n=n, most=len(COLOURS)), va="center")
    return fig


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
