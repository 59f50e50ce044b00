"""Charts: each takes a table and an axes, draws, and returns the axes.

No statistics here. Labels come in already in the language of the figure; direct labels before
legends; intervals wherever there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

INK = LinearSegmentedColormap.from_list("ink", ["#ffffff", "#cfdfeb", "#7fa6c4", "#2f5d8a", "#16324d"])


def readable(background: str | tuple[float, ...]) -> str:
    """Black or white, whichever reads better on a background."""
    # Relative luminance after WCAG 2; at 0.1915 black and white stand out alike.
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(background)]
    return "#111111" if np.dot(parts, (0.2126, 0.7152, 0.0722)) > 0.1915 else "#ffffff"


def stacked_shares(
    ax: Axes,
    shares: pd.DataFrame,
    colours: Mapping[str, str],
    names: Mapping[str, str],
    fewest: float = 0.045,
) -> Axes:
    """Horizontal bars of shares; rows of the table from top to bottom, columns stacked from left to right."""
    left = np.zeros(len(shares))
    for column in shares.columns:
        values = shares[column].to_numpy()
        ax.barh(
            range(len(shares)),
            values,
            left=left,
            color=colours[column],
            edgecolor="white",
            linewidth=0.8,
            height=0.72,
        )
        for row, (value, start) in enumerate(zip(values, left, strict=True)):
            if value >= fewest:
                ink = readable(colours[column])
                ax.text(
                    start + value / 2, row, f"{value:.0%}", ha="center", va="center", color=ink, fontsize=7
                )
        left += values
    ax.set_yticks(range(len(shares)), shares.index)
    ax.set_ylim(len(shares) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.xaxis.set_visible(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    colour_key(ax, {names[c]: colours[c] for c in shares.columns})
    return ax


def colour_key(owner: Axes | Figure, colours: Mapping[str, str], marks: Sequence[str] = "") -> None:
    """Name colours in one row above an axes, or above all the axes of a figure, with their markers if any."""
    handles = [Rectangle((0, 0), 1, 1, color=c) for c in colours.values()]
    if marks:
        looks = zip(colours.values(), marks, strict=True)
        handles = [Line2D([], [], color=c, marker=m, linestyle="none", markersize=5) for c, m in looks]
    above = {"loc": "lower left", "bbox_to_anchor": (0, 1.0), "borderaxespad": 0.2}
    where = {"loc": "outside upper left"} if isinstance(owner, Figure) else above
    style = {"handlelength": 1, "handleheight": 1, "columnspacing": 1.2}
    owner.legend(handles, list(colours), ncols=len(handles), **where, **style)


def dots(
    ax: Axes,
    table: pd.DataFrame,
    colour: str,
    mark: str = "o",
    value: str = "rate",
    low: str = "low",
    high: str = "high",
    offset: float = 0.0,
) -> Axes:
    """Dots with their intervals, a row of the table each, from top to bottom."""
    at = np.arange(len(table)) + offset
    ax.hlines(at, table[low], table[high], color=colour, linewidth=1.0)
    ax.plot(table[value], at, mark, color=colour, markeredgecolor="white", markeredgewidth=0.5, markersize=5)
    return ax


def say_beside(
    ax: Axes, values: pd.Series, at: pd.Series | float = 0.0, offset: float = 0.0, text: str = "{:.0f}"
) -> Axes:
    """Print a number right of a place in each row; rows without one stay empty."""
    places = at.to_numpy() if isinstance(at, pd.Series) else np.full(len(values), at)
    for row, (value, place) in enumerate(zip(values, places, strict=True)):
        if not pd.isna(value):
            where = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
            ax.annotate(text.format(value), (place, row + offset), fontsize=6, **where)
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


def finish_grid(
    fig: Figure, axes: np.ndarray, used: int, x_label: str = "", note: str = "", foot: str = ""
) -> Figure:
    """Close a grid of small multiples: hide the axes left over, and say below what all share."""
    for ax in axes.flat[used:]:
        ax.axis("off")
    if len(axes) > 1:
        for ax in axes.flat[
            max(0, used - axes.shape[1]) : used
        ]:  # the lowest of each column carries the ticks
            ax.xaxis.set_tick_params(labelbottom=True)
    if x_label:
        said = f"{x_label}  ({note})" if note else x_label
        fig.supxlabel(f"{said}\n{foot}" if foot else said, fontsize=8, color="#333333")
    return fig


def strip_dots(
    ax: Axes,
    table: pd.DataFrame,
    names: Sequence[str],
    marks: Mapping[str, tuple[str, str, str]],
    value: str,
    row: str = "term",
) -> Axes:
    """A row a name, in it a dot with its interval for each report.

    ``marks`` gives each doc_id its colour, marker and name.
    """
    places = {name: i for i, name in enumerate(names)}
    offsets = np.linspace(-0.32, 0.32, len(marks)) if len(marks) > 1 else [0.0]
    for (doc_id, (colour, mark, label)), offset in zip(marks.items(), offsets, strict=True):
        mine = table[table["doc_id"] == doc_id]
        at = mine[row].map(places) + offset
        ax.hlines(at, mine["low"], mine["high"], color=colour, linewidth=0.7)
        ax.plot(
            mine[value],
            at,
            mark,
            color=colour,
            label=label,
            markersize=4,
            markeredgecolor="white",
            markeredgewidth=0.4,
        )
    ax.set_xlim(0, None)
    ax.legend(
        ncols=min(len(marks), 6),
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        handletextpad=0.2,
        columnspacing=1.2,
        borderaxespad=0.2,
    )
    return ax


def right_column(ax: Axes, values: Sequence[str], title: str) -> Axes:
    """Print a value at the right end of each row."""
    for row, value in enumerate(values):
        ax.text(
            1.02, row, value, transform=ax.get_yaxis_transform(), va="center", fontsize=7, color="#333333"
        )
    ax.text(
        1.02,
        len(values) - 0.4,
        title,
        transform=ax.get_yaxis_transform(),
        va="center",
        fontsize=7,
        color="#333333",
    )
    return ax


def tiles(
    ax: Axes,
    matrix: pd.DataFrame,
    text: Callable[[float], str] = "{:.2f}".format,
    low: float | None = None,
    high: float | None = None,
    written: pd.DataFrame | None = None,
) -> Axes:
    """A table of shaded cells with their values printed.

    Cells that are not numbers are not shaded, and with ``high`` infinite no cell is; ``written`` gives
    cells a text of their own.
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
        ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=shade, edgecolor=edge, linewidth=1))
        ax.text(column, row, said, ha="center", va="center", fontsize=7, color=readable(shade[:3]))
    ax.set_xticks(range(matrix.shape[1]), matrix.columns)
    ax.set_yticks(range(matrix.shape[0]), matrix.index)
    ax.set_xlim(-0.5, matrix.shape[1] - 0.5)
    ax.set_ylim(matrix.shape[0] - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def lines(
    ax: Axes,
    table: pd.DataFrame,
    colours: Sequence[str],
    names: Mapping[str, str],
    chosen: float | None = None,
) -> Axes:
    """Lines over the index of a table, named at their right end; a vertical rule marks the value chosen."""
    low, high = ax.get_ylim() if ax.lines else (0.0, float(table.to_numpy().max()))
    ends = apart(table.iloc[-1].to_list(), 0.07 * (high - low))
    for column, colour, end in zip(table.columns, colours, ends, strict=False):
        ax.plot(table.index, table[column], "-o", color=colour, markersize=3)
        ax.annotate(
            names[column],
            (table.index[-1], end),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=7,
            annotation_clip=False,
        )
    if chosen is not None:
        ax.axvline(chosen, color="#bbbbbb", linewidth=4, zorder=0)
    ax.set_xticks(list(table.index))
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


def bars(ax: Axes, values: pd.Series, colour: str) -> Axes:
    """Horizontal bars named by the index, from top to bottom."""
    ax.barh(range(len(values)), values, color=colour, height=0.66)
    return rows(ax, list(values.index), grid=False)


def dumbbells(ax: Axes, table: pd.DataFrame, before: str, after: str, colours: tuple[str, str]) -> Axes:
    """Two dots a row, joined, with their intervals beside the bar: what changes between two parts.

    The table has ``before`` and ``after``, and of each ``low_…`` and ``high_…``.
    """
    at = np.arange(len(table))
    ends = np.array([at - 0.11, at + 0.11])
    ax.plot(table[[before, after]].to_numpy(dtype=float).T, ends, color="#b0b0b0", linewidth=1.6)
    for name, mark, colour, side in ((before, "o", colours[0], -0.22), (after, "D", colours[1], 0.22)):
        ax.hlines(at + side, table[f"low_{name}"], table[f"high_{name}"], color=colour, linewidth=0.8)
        # half way to its interval, so that neither dot hides the other
        ax.plot(
            table[name],
            at + side / 2,
            mark,
            color=colour,
            markersize=5,
            markeredgecolor="white",
            markeredgewidth=0.5,
        )
    return ax


def verdicts(ax: Axes, table: pd.DataFrame, styles: Mapping[str, Mapping[str, object]]) -> Axes:
    """A sign for each cell of a table of verdicts; ``styles`` gives the look of each, NaN stays empty."""
    for row, name in enumerate(table.index):
        for column, verdict in enumerate(table.loc[name]):
            if isinstance(verdict, str):
                ax.plot(column, row, linestyle="none", **styles[verdict])
    ax.set_xticks(range(table.shape[1]), table.columns, rotation=60, ha="left", rotation_mode="anchor")
    ax.xaxis.tick_top()
    rows(ax, list(table.index))
    ax.set_xlim(-0.6, table.shape[1] - 0.4)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def sign_key(fig: Figure, styles: Mapping[str, Mapping[str, object]]) -> None:
    """Name signs in one row below a figure."""
    handles = [Line2D([], [], linestyle="none", **look) for look in styles.values()]
    fig.legend(handles, list(styles), ncols=len(styles), loc="outside lower left", handletextpad=0.2)
