"""The figures of the study: each is drawn from the table of its values alone, at any width.

A module a notebook holds the drawing functions. The table that is drawn is the CSV that lies beside the
picture, a row a mark; a mark bears the number of its row (`jiedao.plots.tag`), so that whoever has the
picture finds the values and the sentences behind each bar, dot and cell.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from jiedao import JiedaoError, house
from jiedao.figures.embed import fonts_kept
from jiedao.figures.sheet import PUBLISHED, Sheet, millimetres, widths
from jiedao.files import replacing
from jiedao.plots import BASE, luminance, scaled
from jiedao.tables import choose as choose_names
from jiedao.tables import read_study_table

Draw = Callable[[pd.DataFrame, Sheet], Figure]

# Which module draws the figures of which notebook.
MODULES = {
    "1": "corpus",
    "2": "keywords",
    "3": "clusters",
    "4": "comparison",
    "5": "promises",
    "6": "robustness",
    "7": "traps",
    "8": "robustness",
}
# Dates and versions in a file would make each run's bytes another's.
SILENT = {
    "pdf": ("CreationDate", "Creator", "Producer"),
    "svg": ("Date", "Creator"),
    "png": ("Software",),
    "tiff": (),
}
FORMATS = tuple(SILENT)
NOT_AGAIN = {"figure.constrained_layout.use": False}  # no other layout than that of `draw`
_DRAWN: dict[str, Draw] = {}


def drawn_as(name: str) -> Callable[[Draw], Draw]:
    """Register the function that draws a figure; ``name`` is ``fig<notebook>-<n>-<what>``."""

    def register(draw: Draw) -> Draw:
        _DRAWN[name] = draw
        return draw

    return register


def names() -> list[str]:
    """All figures that can be drawn."""
    for module in dict.fromkeys(MODULES.values()):
        import_module(f"jiedao.figures.{module}")
    return sorted(_DRAWN)


def draw(
    name: str,
    values: pd.DataFrame,
    documents: pd.DataFrame,
    lang: str = "en",
    width: float = PUBLISHED,
    size: float = BASE,
    grey: bool = False,
) -> Figure:
    """Draw a figure from its values.

    Parameters
    ----------
    name : str
        One of `names`.
    values : DataFrame
        The table of its CSV.
    documents : DataFrame
        The reports (data/processed/documents.csv).
    lang : str
        ``zh`` or ``en``.
    width : float
        In millimetres.
    size : float
        Type size in points; titles and labels have it, ticks and numbers seven eighths of it.
    grey : bool
        Without colour.

    Returns
    -------
    Figure
    """
    if name.startswith("fig") and name[3:4] in MODULES:
        import_module(f"jiedao.figures.{MODULES[name[3]]}")
    values = values.assign(row=range(len(values)))
    with plt.rc_context(scaled(size / BASE)):
        sheet, n, before = Sheet(documents, lang, width), len(_reports(values)), plt.get_fignums()
        try:
            figure = _decline(n, sheet) if n > len(house.COLOURS) else _DRAWN[name](values, sheet)
            figure.get_layout_engine().execute(figure)  # once, for all formats alike
            figure.set_layout_engine("none")
        finally:  # pyplot would keep it in memory; it can be saved all the same
            for number in set(plt.get_fignums()) - set(before):
                plt.close(number)
    return _without_colour(figure) if grey else figure


def publish(
    name: str,
    values: pd.DataFrame,
    documents: pd.DataFrame,
    folder: str | Path = "../figures",
    show: str = "en",
) -> Figure:
    """Write a figure of the study in both languages, with its values, and return it in one of them.

    Parameters
    ----------
    name : str
        ``fig<notebook>-<n>-<what>``, the file name without ending.
    values : DataFrame
        What is plotted, a row a mark; written rounded to six decimals.
    documents : DataFrame
        The reports.
    folder : str or Path
        Where the folders zh and en stand.
    show : str
        The language to return.

    Returns
    -------
    Figure
    """
    shown = {}
    for lang in house.LANGUAGES:
        target = Path(folder) / lang
        target.mkdir(parents=True, exist_ok=True)
        house.write_table(values, target / f"{name}.csv")
        # from what was written, so that whoever has the table draws the same
        shown[lang] = draw(name, house.read_table(target / f"{name}.csv"), documents, lang)
        save(shown[lang], target, name, ("pdf", "svg", "png"))
    return shown[show]


def save(figure: Figure, folder: Path, name: str, formats: Iterable[str], dpi: float | None = None) -> None:
    """Write a figure that is laid out in some formats, whole or not at all, the same bytes each time."""
    for form in formats:
        extra = {"dpi": dpi} if dpi else {}
        with replacing(folder / f"{name}.{form}") as path, plt.rc_context(NOT_AGAIN), fonts_kept():
            figure.set_layout_engine(None)  # with any, even "none", matplotlib draws all of it twice
            if form == "tiff":
                dots = dpi or DPI[form]
                _opaque(figure, dots).save(path, form, compression="tiff_lzw", dpi=(dots, dots))
            else:
                figure.savefig(path, format=form, metadata=dict.fromkeys(SILENT[form]) or None, **extra)


def _opaque(figure: Figure, dpi: float) -> Image.Image:
    """A picture without the layer of transparency that printers refuse."""
    with BytesIO() as file:
        figure.savefig(file, format="rgba", dpi=dpi)
        size = tuple(int(inches * dpi) for inches in figure.get_size_inches())
        return Image.frombytes("RGBA", size, file.getvalue()).convert("RGB")


PAGE = 250  # mm, what a page of a journal has for a figure
# Line drawings in pixels are asked for at 1,000 dots per inch by journals that take TIFF.
DPI = {"png": 600, "tiff": 1000, "pdf": None, "svg": None}


def export(
    asked: Sequence[str],
    study: Path,
    out: Path,
    langs: Sequence[str],
    formats: Sequence[str],
    width: float = PUBLISHED,
    size: float = BASE,
    grey: bool = False,
    dpi: float | None = None,
) -> Iterator[Path]:
    """Draw figures of a study anew for a paper, into ``out/zh`` and ``out/en``; gives each file written.

    Parameters
    ----------
    asked : sequence of str
        Names or beginnings of names, as `choose` takes them.
    study : Path
        A folder that the study has been run in.
    out : Path
        Where to write.
    langs, formats : sequence of str
        Of `jiedao.house.LANGUAGES` and `FORMATS`.
    width, size, grey
        As in `draw`.
    dpi : float, optional
        Dots per inch of PNG and TIFF, in place of 600 and 1,000.
    """
    house.use()
    for name in choose(asked, study):
        values, documents = read_values(study, name)
        for lang in langs:
            (out / lang).mkdir(parents=True, exist_ok=True)
            with _meant_to_be_drawn(_table(study, name)):
                figure = draw(name, values, documents, lang, width, size, grey)
            if (high := figure.get_figheight() * 25.4) > PAGE:
                warnings.warn(f"{lang}/{name}: {high:.0f} mm high, more than a page", stacklevel=2)
            for form in formats:
                with _meant_to_be_drawn(_table(study, name)):
                    save(figure, out / lang, name, [form], DPI[form] and (dpi or DPI[form]))
                yield out / lang / f"{name}.{form}"


@contextmanager
def _meant_to_be_drawn(table: Path) -> Iterator[None]:
    """Say of values that cannot be drawn where they stand; those that the study wrote can be."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "constrained_layout not applied")
            yield
    except (JiedaoError, OSError):
        raise
    except UserWarning:
        raise JiedaoError(
            f"{table.stem}: its names leave no room; take a greater width or smaller type"
        ) from None
    except Exception as error:  # whatever stands in a table that was edited by hand
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise JiedaoError(f"{table}: cannot be drawn ({reason}); run the study again") from error


def _table(study: Path, name: str) -> Path:
    return study / f"figures/en/{name}.csv"


def read_values(study: Path, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The values of a figure and the reports of its study.

    Raises
    ------
    JiedaoError
        If the study has not been run, has no such figure, or its tables do not belong together.
    """
    table, reports = _table(study, name), study / "data/processed/documents.csv"
    for path in (reports, table):
        if not path.is_file():
            raise JiedaoError(f"{path}: no such file; run the study first (jiedao run)")
    values, documents = read_study_table(table), read_study_table(reports)
    documents = documents.astype(object).where(documents.notna(), "")
    if missing := {"doc_id", "street", "review_start", "plan_start"} - {*documents}:
        raise JiedaoError(f"{reports}: no column {min(missing)}; run the study again")
    if strange := sorted(_reports(values) - {*documents["doc_id"]}):
        raise JiedaoError(f"{table}: {strange[0]} is no report of {reports}; run the study again")
    if wrong := _unfit(values):
        raise JiedaoError(f"{table}: {wrong}; run the study again")
    return values, documents


def _unfit(values: pd.DataFrame) -> str:
    """What would be drawn as something else than it is; no table of the study has it."""
    if values.empty:
        return "no rows"
    for column in values.columns.difference(house.TEXT):
        cells = values[column].dropna()
        numbers = pd.to_numeric(cells, errors="coerce")
        if numbers.notna().any() and numbers.isna().any():
            return f"{cells[numbers.isna()].iloc[0]!r} in column {column} is no number"
        if np.isinf(numbers).any():
            return f"column {column} is infinite"
    return ""


def choose(asked: Sequence[str], study: Path) -> list[str]:
    """The figures of a study that are asked for by name or its beginning (``fig2``, ``fig2-1``); all if none.

    Raises
    ------
    JiedaoError
        If the study has not been run, or has none of that name (`jiedao.tables.UnknownName`).
    """
    there = sorted(p.stem for p in (study / "figures/en").glob("fig*.csv") if p.stem in names())
    if not there:
        raise JiedaoError(
            f"{study / 'figures/en'}: no figures; run the study first: "
            f"jiedao run --corpus {study} --out {study}"
        )
    return sorted(choose_names(asked, there, "figure")) or there


def _reports(values: pd.DataFrame) -> set[str]:
    """The reports that a figure's values name, in the columns that name reports or their parts."""
    named = [values[c].dropna().astype(str) for c in ("doc_id", "unit", "a", "b") if c in values]
    return {name.rpartition("|")[2] for column in named for name in column}


def _decline(n: int, sheet: Sheet) -> Figure:
    """In place of a figure that nobody could read: there are more reports than colours and markers."""
    figure, ax = sheet.figure(20)
    ax.axis("off")
    said = sheet.label("too_many").format(n=n, most=len(house.COLOURS))
    ax.text(0, 0.5, sheet.wrap(said), va="center")
    return figure


def _without_colour(figure: Figure) -> Figure:
    """Every colour replaced by the grey that is as light."""

    def grey(colour: object) -> tuple[float, ...]:
        *_, alpha = to_rgba(colour)
        level = luminance(colour) ** (1 / 2.2)
        return (level, level, level, alpha)

    texts = figure.findobj(Text)
    framed = [box for text in texts if (box := text.get_bbox_patch())]  # what is no child of the figure
    for artist in [*figure.findobj(), *framed]:
        for part in ("facecolor", "edgecolor", "color", "markerfacecolor", "markeredgecolor"):
            get, put = getattr(artist, f"get_{part}", None), getattr(artist, f"set_{part}", None)
            if get is None or put is None or (part == "color" and hasattr(artist, "get_facecolor")):
                continue
            found = get()
            if isinstance(found, str) or (len(found) and not hasattr(found[0], "__len__")):
                if str(found) not in ("none", "auto", "inherit"):
                    put(grey(found))
            else:
                put([grey(colour) for colour in found])
    return figure


__all__ = [
    "FORMATS",
    "Sheet",
    "choose",
    "draw",
    "drawn_as",
    "export",
    "millimetres",
    "names",
    "publish",
    "read_values",
    "save",
    "widths",
]
