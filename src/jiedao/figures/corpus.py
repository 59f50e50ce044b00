"""Figures of notebook 01: how each report is built, and how much of it looks back and ahead."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from jiedao import pictures, plots
from jiedao.figures import Sheet, drawn_as
from jiedao.house import PARTS


@drawn_as("fig1-1-composition")
def draw_composition(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A bar a report: the shares of its parts."""
    names, length = sheet.names(), values.groupby("doc_id", sort=False)["characters"].sum()
    fig, ax = sheet.figure(16 + 9 * len(length))
    present = {part: colour for part, colour in PARTS.items() if (values["orientation"] == part).any()}
    # narrower pieces have no room for a number
    fewest = max(0.045, plots.type_size(2.2) / max(1, sheet.width - plots.type_size(40)))
    plots.stacked_shares(ax, values, "doc_id", "orientation", present, fewest)
    joint = "  " if sheet.width > 120 else "\n"
    ax.set_yticks(range(len(length)), [f"{names[d]}{joint}n={n:,}" for d, n in length.items()])
    plots.colour_key(fig, {sheet.label(part): colour for part, colour in present.items()})
    return fig


@drawn_as("fig1-2-outlines")
def draw_outlines(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A strip a report: its leaf sections, coloured by what they look at."""
    names = {d: name for d, name in sheet.names().items() if (values["doc_id"] == d).any()}
    fig, ax = sheet.figure(20 + 11 * len(names))
    for row, doc_id in enumerate(names):
        pictures.outline_strip(ax, values[values["doc_id"] == doc_id], PARTS, row)
    room = sheet.width - 6 - plots.type_size(7) * 25.4 / 72 * max(map(plots.extent, names.values()))
    plots.rows(ax, list(names.values()), sheet.wrap(sheet.label("position"), max(20, room)), grid=False)
    ax.set_xlim(0, values["own_end"].max())
    plots.colour_key(fig, {sheet.label(part): colour for part, colour in PARTS.items()})
    return fig
