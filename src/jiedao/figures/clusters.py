"""Figures of notebook 03: choice of k, what clusters are about, what they are confounded with."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jiedao import house, pictures, plots
from jiedao.figures import Sheet, drawn_as

# The measure that decides is the darkest.
MEASURES = {
    "bootstrap_ari": "#16324d",
    "seed_ari": "#4f86b0",
    "nmf_seed_ari": "#9a9a9a",
    "silhouette": "#8a6d3b",
}


@drawn_as("fig3-1-choice-of-k")
def draw_choice(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """Lines over the number of clusters: how well clusters come back, and how well they are separated."""
    fig, ax = sheet.figure(72)
    first, fewest = values["k"].min(), values["fewest_k"].iloc[0]
    ax.set(xlim=(first - 0.4, values["k"].max() + 0.2), ylim=(min(0, values["value"].min() - 0.05), 1.03))
    redrawn = values.dropna(subset="se")
    reach = redrawn["value"] - redrawn["se"], redrawn["value"] + redrawn["se"]
    ax.vlines(redrawn["k"], *reach, color=MEASURES["bootstrap_ari"], linewidth=1)
    looks = {measure: (colour, sheet.label(measure)) for measure, colour in MEASURES.items()}
    plots.lines(ax, values, looks, values["chosen_k"].iloc[0])
    if first < fewest <= values["k"].max():
        ax.axvspan(first - 0.4, fewest - 0.5, color="#f0f0f0", zorder=-1)
        room = (fewest - first) / (values["k"].max() - first + 0.6) * (sheet.width - 38)
        said = sheet.wrap(sheet.label("too_few"), room - 2, 7)
        ax.text(first - 0.3, 0.2, said, fontsize=plots.type_size(7), va="bottom", color=plots.QUIET)
    ax.set(xlabel=sheet.label("k"), ylabel=sheet.list(sheet.label("ari"), sheet.label("silhouette")))
    return plots.say_below(fig, sheet.note("", sheet.label("standard_error")))


@drawn_as("fig3-2-cluster-terms")
def draw_terms(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A panel a cluster: the words that set it apart."""
    groups, longest = list(values.groupby("cluster")), values["rank"].max()
    columns = sheet.columns(42 if sheet.lang == "zh" else 56, 4)
    count = -(-len(groups) // columns)
    height = 8 + (8 + 4 * longest) * count
    fig, axes = sheet.figure(height, nrows=count, ncols=columns, sharex=True, squeeze=False)
    for ax, (cluster, mine) in zip(axes.flat, groups, strict=False):
        plots.bars(ax, mine, "difference", [sheet.gloss(term) for term in mine["term"]], _colour(cluster))
        ax.set(title=f"{cluster}   n={mine['sections'].iloc[0]}", xlim=(0, 1.02 * values["difference"].max()))
    return plots.finish_grid(fig, axes, len(groups), sheet.note(sheet.label("tf_idf_difference")))


@drawn_as("fig3-3-map")
def draw_map(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A dot a section; near each other are those that share words."""
    fig, ax = sheet.figure(0.6 * sheet.width if sheet.width > 120 else 1.1 * sheet.width)
    first = values.drop_duplicates("cluster").sort_values("cluster")
    names = {r.cluster: sheet.wrap(sheet.cluster(r.cluster, r.terms), 30) for r in first.itertuples()}
    pictures.section_map(ax, values, {cluster: _colour(cluster) for cluster in names}, names)
    return fig


@drawn_as("fig3-4-confounding")
def draw_mix(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """Two tables: the shares of each cluster that come from each report, and from each part."""
    tables = [(factor, mine) for factor, mine in values.groupby("factor", sort=False)]
    columns = [list(dict.fromkeys(mine["value"])) for _, mine in tables]
    names = sheet.names(marked=True) | {part: sheet.label(part) for part in house.PARTS}
    clusters, left = values["cluster"].nunique(), 50 if sheet.width > 120 else 26
    room = (sheet.width - left - 6) / sum(map(len, columns))
    below = max(plots.extent(line) for _, mine in tables for line in _ami(mine, sheet))
    below *= plots.type_size(8) * 25.4 / 72  # as wide as a table must be for what stands below it
    beside = room > 10 and room * min(map(len, columns)) > below - 6
    grid = {"ncols": 2, "width_ratios": [*map(len, columns)]} if beside else {"nrows": 2}
    height = (22 + (6.5 if beside else 8) * clusters) * (1 if beside else 2)
    fig, axes = sheet.figure(height, dense=True, squeeze=False, **grid)
    for i, (ax, (_, mine), found) in enumerate(zip(axes.flat, tables, columns, strict=True)):
        room = room if beside else (sheet.width - left - 6) / len(found)
        _shares(ax, mine, "value", found, ("{:.0%}" if room > 7 else "").format, 1.0)
        ax.set_yticks(range(clusters), _rows(mine, sheet, left) if not beside or i == 0 else [""] * clusters)
        sheet.head(ax, [names[v] for v in found], room)
        ax.set_xlabel("\n".join(_ami(mine, sheet)), fontweight="bold")
    return fig


@drawn_as("fig3-5-codebook")
def draw_agreement(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A table: how many sections of each cluster have each theme."""
    themes = [theme for theme in house.THEMES if (values["theme"] == theme).any()]
    place = values["theme"].map(themes.index)
    leading = place.loc[values.groupby("cluster")["sections"].idxmax()]
    order = values.loc[leading.sort_values(kind="stable").index, "cluster"]  # so that agreement is a diagonal
    shown = pd.concat([values[values["cluster"] == cluster] for cluster in order])
    left = 50 if sheet.width > 120 else 26
    fig, ax = sheet.figure(26 + (6.5 if sheet.width > 120 else 8.5) * len(order), dense=True)
    _shares(ax, shown, "theme", themes, "{:.0f}".format, None)
    ax.set_yticks(range(len(order)), _rows(shown, sheet, left))
    sheet.head(ax, [sheet.label(f"theme_{theme}") for theme in themes], (sheet.width - left) / len(themes))
    ax.set_xlabel(sheet.list(*_ami(values, sheet)))
    return fig


def _colour(cluster: int) -> str:
    return house.CLUSTERS[(int(cluster) - 1) % len(house.CLUSTERS)]


def _shares(ax: Axes, values: pd.DataFrame, by: str, columns: list[str], text, high: float | None) -> None:
    """Cells of clusters by something; those without a section stay empty."""
    shown = "sections" if high is None else "share"
    order = list(dict.fromkeys(values["cluster"]))
    cells = values.pivot(index="cluster", columns=by).loc[order]
    parts = (cells[key].reindex(columns=columns) for key in (shown, "row"))
    plots.tiles(ax, *parts, text, 0.0, high)


def _rows(values: pd.DataFrame, sheet: Sheet, room: float) -> list[str]:
    """Clusters with their names and sizes; 0 stands for all sections."""
    names = []
    for cluster, mine in values.groupby("cluster", sort=False):
        name = sheet.cluster(cluster, mine["terms"].iloc[0]) if cluster else sheet.label("all_sections")
        names.append(sheet.wrap(f"{name}  n={mine['sections'].sum()}", room, 7))
    return names


def _ami(values: pd.DataFrame, sheet: Sheet) -> tuple[str, str]:
    said = values.iloc[0]
    chance = f"{sheet.label('chance')} {said['chance_low']:z.2f} … {said['chance_high']:z.2f}"
    return f"AMI = {said['ami']:z.2f}", chance
