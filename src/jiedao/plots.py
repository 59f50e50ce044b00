"""Charts: each takes an axes and a table, draws, and returns the axes.

No statistics here. Labels come in already in the language of the figure; direct labels before
legends; intervals wherever there are any. A table that has a column ``row`` has its marks tagged with it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import ScaledTranslation

INK = LinearSegmentedColormap.from_list("ink", ["#ffffff", "#cfdfeb", "#7fa6c4", "#2f5d8a", "#16324d"])
QUIET = "#333333"
BASE = 8.0  # pt, the type that house.mplstyle is made for
SIZES = (
    "font.size",
    "axes.titlesize",
    "axes.labelsize",
    "xtick.labelsize",
    "ytick.labelsize",
    "legend.fontsize",
)


def type_size(size: float) -> float:
    """A type size that house.mplstyle's 8 pt is the measure of, in the type now chosen."""
    return size * plt.rcParams["font.size"] / BASE


def extent(text: str) -> float:
    """The width of a text in ems, roughly: a full-width sign one, any other a good half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56 for c in text)


def scaled(scale: float) -> dict[str, float]:
    """The settings of matplotlib for type scaled by a factor."""
    return {key: plt.rcParams[key] * scale for key in SIZES}


def luminance(colour: str | tuple[float, ...]) -> float:
    """Relative luminance after WCAG 2, 0 for black and 1 for white."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot(parts, (0.2126, 0.7152, 0.0722)))


def readable(background: str | tuple[float, ...]) -> str:
    """Black or white, whichever reads better on a background."""
    return "#000000" if luminance(background) > 0.1791 else "#ffffff"  # there both stand out alike


def legible(colour: str) -> tuple[float, ...]:
    """A colour darkened until text in it stands out from white (contrast 4.5, WCAG 2)."""
    shade = to_rgb(colour)
    while 1.05 / (luminance(shade) + 0.05) < 4.5:
        shade = tuple(0.97 * part for part in shade)
    return shade


def tag(artist: Artist, row: float | Iterable[int]) -> Artist:
    """Give a mark the row of the figure's values that it shows; it becomes the id of its group in an SVG.

    The id is ``row-7``, or ``row-7.9`` for a mark that stands for several rows; NaN gives none.
    """
    rows = list(row) if isinstance(row, Iterable) else [] if pd.isna(row) else [row]
    if rows:
        artist.set_gid("row-" + ".".join(str(int(n)) for n in rows))
    return artist


def stacked_shares(
    ax: Axes, shares: pd.DataFrame, by: str, part: str, colours: Mapping[str, str], fewest: float = 0.045
) -> Axes:
    """Horizontal bars of shares, a bar each value of ``by``, from top to bottom in the order of the table.

    Parameters
    ----------
    ax : Axes
    shares : DataFrame
        With ``by``, ``part`` and share; a row a piece.
    by, part : str
        The columns that name the bar and the piece.
    colours : mapping
        The colour of each part, in the order of the pieces from left to right.
    fewest : float
        Pieces narrower than this bear no number.
    """
    for place, (_, mine) in enumerate(shares.groupby(by, sort=False)):
        left = 0.0
        for piece in mine.set_index(part).reindex(list(colours)).dropna(subset="share").itertuples():
            look = {"color": colours[piece.Index], "edgecolor": "white", "linewidth": 0.8, "height": 0.72}
            (bar,) = ax.barh(place, piece.share, left=left, **look)
            tag(bar, piece.row)
            if piece.share >= fewest:
                style = {"ha": "center", "va": "center", "fontsize": type_size(7)}
                centre = left + piece.share / 2
                ax.text(centre, place, f"{piece.share:.0%}", color=readable(colours[piece.Index]), **style)
            left += piece.share
    ax.set_ylim(shares[by].nunique() - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.xaxis.set_visible(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def colour_key(fig: Figure, colours: Mapping[str, str], marks: Sequence[str] = "") -> None:
    """Name colours above a figure, with their markers if any, in as many rows as its width needs."""
    handles = [Rectangle((0, 0), 1, 1, color=c) for c in colours.values()]
    if marks:
        looks = zip(colours.values(), marks, strict=True)
        handles = [Line2D([], [], color=c, marker=m, linestyle="none", markersize=5) for c, m in looks]
    _key(fig, handles, list(colours), "outside upper left", handlelength=1, handleheight=1)


def _key(fig: Figure, handles: list[Artist], names: list[str], place: str, **style: float) -> None:
    ems = fig.get_figwidth() * 72 / plt.rcParams["legend.fontsize"]
    wide = [extent(name) + 3 for name in names]
    taken = {
        n: sum(map(max, np.array_split(wide, n))) for n in range(1, len(names) + 1)
    }  # as matplotlib deals
    columns = max((n for n, width in taken.items() if width < ems - 1), default=1)
    fig.legend(handles, names, ncols=columns, loc=place, columnspacing=1.2, **style)


def dots(
    ax: Axes,
    table: pd.DataFrame,
    colour: str,
    mark: str = "o",
    value: str = "rate",
    low: str = "low",
    high: str = "high",
    offset: float = 0.0,
    size: float = 5,
    filled: bool = True,
) -> Axes:
    """Dots with their intervals, a row of the table each, from top to bottom."""
    at = table["at"].to_numpy() if "at" in table else np.arange(len(table))
    at = at + offset
    ax.hlines(at, table[low], table[high], color=colour, linewidth=1.0)
    look = {"color": colour, "markeredgecolor": "white", "markeredgewidth": 0.5, "markersize": size}
    if not filled:
        edge = {"markeredgecolor": colour, "markeredgewidth": 1.0}
        look |= {"markerfacecolor": "white", "markersize": size - 1, **edge}
    for place, number, row in zip(at, table[value], table["row"], strict=True):
        tag(ax.plot(number, place, mark, **look)[0], row)
    return ax


def say_beside(
    ax: Axes, values: pd.Series, at: pd.Series | float = 0.0, offset: float = 0.0, text: str = "{:.0f}"
) -> Axes:
    """Print a number right of a place in each row; rows without one stay empty."""
    places = at.to_numpy() if isinstance(at, pd.Series) else np.full(len(values), at)
    for row, (value, place) in enumerate(zip(values, places, strict=True)):
        if not pd.isna(value):
            where = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
            ax.annotate(text.format(value), (place, row + offset), fontsize=type_size(6.5), **where)
    return ax


def rows(ax: Axes, names: Sequence[str], x_label: str = "", grid: bool = True) -> Axes:
    """Turn the y axis into rows named from top to bottom."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlabel(x_label)
    ax.spines["left"].set_visible(False)
    if grid:
        ax.grid(axis="y")
    return ax


def finish_grid(fig: Figure, axes: np.ndarray, used: int, below: str = "") -> Figure:
    """Close a grid of small multiples: hide the axes left over, and say below what all share."""
    for ax in axes.flat[used:]:
        ax.axis("off")
    if len(axes) > 1:
        for ax in axes.flat[max(0, used - axes.shape[1]) : used]:  # the lowest of each column has the ticks
            ax.xaxis.set_tick_params(labelbottom=True)
    return say_below(fig, below)


def say_below(fig: Figure, text: str) -> Figure:
    """Write below a figure what its axes measure, how to read them and what the marks mean."""
    if text:
        fig.supxlabel(text, fontsize=type_size(8), color=QUIET, wrap=False)
    return fig


def strip_dots(
    ax: Axes, table: pd.DataFrame, names: Sequence[str], looks: Mapping[str, tuple[str, str]], value: str
) -> Axes:
    """A row a term, a dot with its interval for each report; ``looks`` has colour and marker."""
    places = {name: i for i, name in enumerate(names)}
    offsets = np.linspace(-0.32, 0.32, len(looks)) if len(looks) > 1 else [0.0]
    for (doc_id, (colour, mark)), offset in zip(looks.items(), offsets, strict=True):
        mine = table[table["doc_id"] == doc_id]
        mine = mine.assign(at=mine["term"].map(places))
        dots(ax, mine, colour, mark, value, offset=offset, size=4)
    ax.set_xlim(0, None)
    return ax


def right_column(ax: Axes, values: Sequence[str], title: str) -> Axes:
    """Print a value at the right end of each row, below a title."""
    where = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": type_size(7), "color": QUIET}
    for row, value in enumerate(values):
        ax.text(1.02, row, value, **where)
    ax.text(1.02, len(values) - 0.4, title, **where)
    return ax


def tiles(
    ax: Axes,
    matrix: pd.DataFrame,
    rows: pd.DataFrame,
    text: Callable[[float], str] = "{:.2f}".format,
    low: float | None = None,
    high: float | None = None,
    written: pd.DataFrame | None = None,
) -> Axes:
    """A table of shaded cells with their values printed.

    Parameters
    ----------
    ax : Axes
    matrix : DataFrame
        The values; cells that are not numbers are not shaded. Its labels name rows and columns.
    rows : DataFrame
        Of the same shape: the row of the figure's values each cell is tagged with; NaN for none.
    text : callable
        Writes a value.
    low, high : float, optional
        The values of the lightest and the darkest shade; with ``high`` infinite no cell is shaded.
    written : DataFrame, optional
        Texts for the cells, in place of their values.
    """
    values = matrix.to_numpy(dtype=float)
    low = np.nanmin(values) if low is None else low
    high = np.nanmax(values) if high is None else high
    edge = "white" if np.isfinite(high) else "#d9d9d9"
    for (row, column), value in np.ndenumerate(values):
        said = "" if np.isnan(value) else text(value)
        said = said if written is None else written.iat[row, column]
        shade = INK((value - low) / (high - low) if high > low else 0.5)
        if np.isnan(value):
            shade = (1.0, 1.0, 1.0, 1.0)
        cell = Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=shade, edgecolor=edge, linewidth=1)
        tag(ax.add_patch(cell), rows.iat[row, column])
        style = {"ha": "center", "va": "center", "fontsize": type_size(7), "color": readable(shade[:3])}
        ax.text(column, row, said, **style)
    ax.set_xticks(range(matrix.shape[1]), matrix.columns)
    ax.set_yticks(range(matrix.shape[0]), matrix.index)
    ax.set_xlim(-0.5, matrix.shape[1] - 0.5)
    ax.set_ylim(matrix.shape[0] - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def lines(
    ax: Axes, table: pd.DataFrame, looks: Mapping[str, tuple[str, str]], chosen: float | None = None
) -> Axes:
    """Lines of measures over k, each named at its right end; a vertical rule marks the k chosen.

    Parameters
    ----------
    ax : Axes
    table : DataFrame
        k, measure, value; a row a point.
    looks : mapping
        Colour and name of each measure.
    chosen : float, optional
        The k to mark.
    """
    shown = table[table["measure"].isin(looks)]
    last = shown[shown["k"] == shown["k"].max()].set_index("measure")["value"].reindex(list(looks))
    low, high = ax.get_ylim() if ax.get_autoscaley_on() is False else (0.0, float(shown["value"].max()))
    ends = apart(last.to_list(), 0.085 * (high - low))
    for (measure, (colour, name)), end in zip(looks.items(), ends, strict=True):
        mine = shown[shown["measure"] == measure]
        ax.plot(mine["k"], mine["value"], color=colour)
        for point in mine.itertuples():
            tag(ax.plot(point.k, point.value, "o", color=colour, markersize=3.5)[0], point.row)
        where = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
        ax.annotate(name, (mine["k"].max(), end), color=legible(colour), fontsize=type_size(7), **where)
    if chosen is not None:
        ax.axvline(chosen, color="#d0d0d0", linewidth=4, zorder=0)
    ax.set_xticks(sorted(shown["k"].unique()))
    return ax


def apart(values: Sequence[float], gap: float) -> list[float]:
    """Positions for labels near ``values``, in the same order and at least ``gap`` from each other."""
    order = np.argsort(values, kind="stable")
    wanted = np.asarray(values, dtype=float)[order]
    placed = wanted.copy()
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + gap)
    out = np.empty_like(placed)
    out[order] = placed - (placed - wanted).mean()
    return out.tolist()


def bars(
    ax: Axes, table: pd.DataFrame, value: str, names: Sequence[str], colour: str | Sequence[str]
) -> Axes:
    """Horizontal bars, a row of the table each, named from top to bottom if there are names."""
    at = table["at"] if "at" in table else range(len(table))
    drawn = ax.barh(at, table[value], color=colour, height=0.66)
    for bar, row in zip(drawn, table["row"], strict=True):
        tag(bar, row)
    return rows(ax, names, grid=False) if names else ax


# In points: a square of a tally, from one to the next, and the room for the number before them.
SQUARE, PITCH, BEFORE = 3.2, 4.5, 13.0


def squares_in(room: float) -> int:
    """How many squares of a `tally` stand side by side in ``room`` millimetres: ten, up to five, or none."""
    fit = int((room / 25.4 * 72 - type_size(BEFORE)) / type_size(PITCH))
    return 10 if fit > 10 else max(0, min(5, fit))


def tally(ax: Axes, table: pd.DataFrame, per: int) -> Axes:
    """Numbers, each with as many squares beside it; a nought has none, nor has any if there is no room.

    Parameters
    ----------
    ax : Axes
    table : DataFrame
        x and y (where a cell begins, and its middle), n, filled (how many of the squares are), colour.
    per : int
        Squares in a line.
    """
    for cell in table.itertuples():
        n = int(cell.n)
        where = {"xytext": (type_size(BEFORE - 4), 0), "textcoords": "offset points"}
        style = {"ha": "right", "va": "center", "fontsize": type_size(7)}
        said = ax.annotate(n, (cell.x, cell.y), color="#111111" if n else "#767676", **where, **style)
        if not n * per:
            tag(said, cell.row)
            continue
        lines = -(-n // per)
        across = [BEFORE + PITCH * (i % per + 0.4 * (i % per > 4)) for i in range(n)]
        down = [PITCH * ((lines - 1) / 2 - i // per) for i in range(n)]
        inches = np.array([across, down]).T * type_size(1) / 72
        origin = ScaledTranslation(cell.x, cell.y, ax.transData)
        squares = ax.scatter(
            *inches.T,
            s=type_size(SQUARE) ** 2,
            marker="s",
            linewidths=0.6,
            clip_on=False,
            edgecolors=cell.colour,
            facecolors=[cell.colour if i < cell.filled else "none" for i in range(n)],
        )
        squares.set_offset_transform(ax.figure.dpi_scale_trans + origin)
        tag(squares, cell.row)
    ax.set_yticks(np.arange(0.5, table["y"].max()), minor=True)
    ax.grid(axis="y", which="minor")
    ax.tick_params(which="both", length=0)
    ax.xaxis.tick_top()
    ax.spines[:].set_visible(False)
    return ax


def sign_key(fig: Figure, styles: Mapping[str, Mapping[str, object]]) -> None:
    """Name signs above a figure."""
    handles = [Line2D([], [], linestyle="none", **look) for look in styles.values()]
    _key(fig, handles, list(styles), "outside upper left", handletextpad=0.2)
