"""The sheet a figure is drawn on: its language, width and type, and how the reports look on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jiedao import JiedaoError, house
from jiedao.plots import BASE, extent, type_size

WIDTHS = Path(__file__).parent / "widths.csv"
PUBLISHED = 174.0  # mm, what the study itself publishes
NARROWEST, WIDEST = 50.0, 600.0


class Sheet:
    """What every figure of a corpus has in common.

    Parameters
    ----------
    documents : DataFrame
        A row a report, in the order of the study: doc_id, street, review_start, plan_start; and marks (†, ‡)
        if the table has them.
    lang : str
        ``zh`` or ``en``.
    width : float
        In millimetres.
    """

    def __init__(self, documents: pd.DataFrame, lang: str, width: float = PUBLISHED) -> None:
        self.documents, self.lang, self.width = documents, lang, width
        self._names: dict[bool, dict[str, str]] = {}

    @cached_property
    def doc_ids(self) -> list[str]:
        """The reports, in the order of the study."""
        return list(self.documents["doc_id"])

    @cached_property
    def marks(self) -> dict[str, str]:
        """The mark of each report that is unlike the others (`jiedao.comparability.mark_documents`)."""
        if "marks" not in self.documents:
            return dict.fromkeys(self.doc_ids, "")
        return self.documents.set_index("doc_id")["marks"].fillna("").to_dict()

    def names(self, marked: bool = False) -> dict[str, str]:
        """Short names of the reports, with their marks or without."""
        if marked not in self._names:
            marks = self.marks if marked else None
            self._names[marked] = house.document_labels(self.documents, self.lang, marks)
        return self._names[marked]

    def look(self, doc_id: str) -> tuple[str, str]:
        """Colour and marker of a report."""
        return house.colour(doc_id, self.doc_ids), house.marker(doc_id, self.doc_ids)

    def label(self, key: str) -> str:
        """A label from data/lexicon/labels.csv."""
        return house.label(key, self.lang)

    def gloss(self, term: str) -> str:
        """A Chinese term; in English with its gloss in front."""
        return house.gloss(term, self.lang)

    def unit(self, unit: str, marked: bool = True, joint: str = " ") -> str:
        """The name of a part of a report (``review|huashan-2024``): the report's, then the part's."""
        part, doc_id = unit.split("|", 1)
        return f"{self.names(marked)[doc_id]}{joint}{self.label(f'{part}_part')}"

    def cluster(self, number: int, terms: str) -> str:
        """The name of a cluster: its number and its first terms, which are given joined by ``·``."""
        words = terms.split("·")
        return f"{number} " + (terms if self.lang == "zh" else ", ".join(map(house.short_gloss, words)))

    def footnote(self, doc_ids: Iterable[str] | None = None) -> str:
        """What the marks of these reports (of all, if none are named) mean."""
        shown = self.doc_ids if doc_ids is None else doc_ids
        return house.footnote({d: self.marks[d] for d in shown}, self.lang)

    def columns(self, least: float, most: int) -> int:
        """How many panels of at least ``least`` millimetres stand side by side, ``most`` at the most.

        Larger type needs wider panels, though not in proportion.
        """
        return max(1, min(most, int(self.width / (least * max(1, 0.5 + 0.5 * type_size(1))))))

    def figure(self, height: float, dense: bool = False, **subplots: object) -> tuple[Figure, object]:
        """A figure of this width; its height in millimetres is that for 8 pt and grows with the type.

        Where rows are full of type (``dense``) it grows as much, else half as much.
        """
        grown = height * (type_size(1) if dense else 0.5 + 0.5 * type_size(1))
        fig, axes = plt.subplots(figsize=(self.width / 25.4, grown / 25.4), **subplots)
        for ax in fig.axes:  # or the settings at the time of saving would choose the ticks
            for side in "xy":
                ax.tick_params(axis=side, labelsize=plt.rcParams[f"{side}tick.labelsize"])
        return fig, axes

    def note(self, what: str, how: str = "", foot: str = "") -> str:
        """What stands below a figure: what the axis measures, how to read it, what the marks mean."""
        bracket = "（{}）" if self.lang == "zh" else "  ({})"
        first = what + bracket.format(how) if how and what else what or how
        return self.wrap("\n".join(filter(None, (first, foot))))

    def list(self, *parts: str) -> str:
        """Parts of a label with the commas of the language."""
        return ("，" if self.lang == "zh" else ", ").join(filter(None, parts))

    def head(self, ax: Axes, names: Sequence[str], room: float, top: bool = True) -> None:
        """Name the columns of a table: broken to ``room`` millimetres, or aslant if a word is longer."""
        ems, broken = self._ems(room, 7), [name.replace(" ", "\n") for name in names]
        tries = [list(names), broken, [self.wrap(name, room, 7) for name in names]]
        fits = [max(extent(line) for name in said for line in name.split("\n")) <= ems for said in tries]
        said, aslant = tries[fits.index(True) if any(fits) else 0], not any(fits)
        turned = {"rotation": 50, "ha": "left" if top else "right", "rotation_mode": "anchor"}
        ax.xaxis.set_ticks_position("top" if top else "bottom")
        ax.set_xticks(range(len(names)), said, **(turned if aslant else {}))
        ax.tick_params(length=0)

    def wrap(self, text: str, room: float | None = None, size: float = BASE) -> str:
        """Break text into lines of ``room`` millimetres (by default the sheet's) in type of ``size`` pt."""
        ems = self._ems(self.width - 4 if room is None else room, size)
        return "\n".join(line for part in text.split("\n") for line in _break(part, ems))

    @staticmethod
    def _ems(room: float, size: float) -> float:
        return room / (type_size(size) * 25.4 / 72)


def millimetres(width: str | float) -> float:
    """A width by its name in widths.csv, in millimetres (84, 84mm) or in centimetres (8.4cm).

    Raises
    ------
    JiedaoError
        If it is neither, or no width that can be printed.
    """
    presets, said = widths(), str(width).strip().lower()
    if said in presets.index:
        return float(presets.loc[said, "mm"])
    measure = re.fullmatch(r"([\d.]*\d)\s*(mm|cm)?", said)
    if not measure or measure[1].count(".") > 1:
        raise JiedaoError(f"{width}: no width; give millimetres or one of {', '.join(presets.index)}")
    asked = float(measure[1]) * (10 if measure[2] == "cm" else 1)
    if not NARROWEST <= asked <= WIDEST:
        raise JiedaoError(f"{width}: a figure is {NARROWEST:.0f} to {WIDEST:.0f} mm wide")
    return asked


def widths() -> pd.DataFrame:
    """The widths that journals print: mm, journal and source, by name."""
    return pd.read_csv(WIDTHS, index_col="name", keep_default_na=False)


# A line may break at a blank or beside a Chinese character, but no closing sign begins a line and no
# opening sign ends one.
_PIECES = re.compile(r"[^\s\u3000-\u9fff\uff00-\uffef]+|\s+|.")
_NO_START = "，。；：、）》”’！？,.;:)%"
_NO_END = "（《“‘("


def _break(text: str, room: float) -> Sequence[str]:
    lines = [""]
    for piece in _PIECES.findall(text):
        full = extent(lines[-1] + piece.rstrip()) > room
        if full and lines[-1].strip() and piece[0] not in _NO_START:
            kept = lines[-1].rstrip()
            carried = kept[-1] if kept[-1] in _NO_END else ""
            lines[-1] = kept.removesuffix(carried).rstrip()
            lines.append(carried + piece.lstrip())
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]
