"""Figures of notebook 04: themes, likeness, words and wording of the streets side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jiedao import house, pictures, plots
from jiedao.figures import Sheet, drawn_as
from jiedao.figures.keywords import PARTS
from jiedao.provenance import LEVELS


@drawn_as("fig4-1-prevalence")
def draw_prevalence(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A panel a theme, a row a report: its share of the review and of the plan."""
    shown, themes = _reports(values, sheet), _themes(values)
    columns = sheet.columns(40, 3)
    count = -(-len(themes) // columns)
    height = 24 + (7 + 5.2 * len(shown)) * count
    fig, axes = sheet.figure(height, nrows=count, ncols=columns, sharex=True, sharey=True, squeeze=False)
    for ax, theme in zip(axes.flat, themes, strict=False):
        for mine, offset in _two_parts(ax, values[values["theme"] == theme], shown, sheet):
            elsewhere = mine["touching"].where((mine["share"] == 0) & (mine["touching"] > 0))
            plots.say_beside(ax, elsewhere, offset=2 * offset)  # the type is higher than the marks
        ax.set_title(sheet.wrap(sheet.label(f"theme_{theme}"), (sheet.width - 26) / columns))
    foot = f"{sheet.label('touching')}\n{sheet.footnote(shown)}"
    below = sheet.note(sheet.label("share_chars"), sheet.label("interval"), foot)
    plots.finish_grid(fig, axes, len(themes), below)
    return _key_of_parts(fig, sheet)


@drawn_as("fig4-2-review-and-plan")
def draw_change(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A panel a report, a row a theme: how much more or less of it the plan has than the review."""
    names, shown, themes = sheet.names(), list(dict.fromkeys(values["doc_id"])), _themes(values)
    columns = sheet.columns(54, min(3, len(shown)))
    count = -(-len(shown) // columns)
    height = 22 + (7 + 4.8 * len(themes)) * count
    fig, axes = sheet.figure(height, nrows=count, ncols=columns, sharex=True, sharey=True, squeeze=False)
    for ax, doc_id in zip(axes.flat, shown, strict=False):
        mine = values[values["doc_id"] == doc_id]
        mine = mine.assign(at=mine["theme"].map(themes.index))
        ax.axvline(0, color="#999999", linewidth=0.8)
        for part, sign in (("review", -1), ("plan", 1)):
            key, mark, _ = PARTS[part]
            more = mine[mine["difference"] * sign > 0]
            for known, dots in more.groupby(more["low"].notna()):
                plots.dots(ax, dots, house.PARTS[key], mark, "difference", filled=known)
        plots.rows(ax, [sheet.label(f"theme_{theme}") for theme in themes])
        ax.set_title(names[doc_id])
        ax.xaxis.set_major_formatter("{x:+.0%}")
        ax.locator_params(axis="x", nbins=5)
    far = 1.05 * values[["difference", "low", "high"]].abs().max().max()
    axes[0, 0].set_xlim(-far, far)
    how = sheet.list(sheet.label("interval"), sheet.label("hollow"))
    plots.finish_grid(fig, axes, len(shown), sheet.note(sheet.label("share_difference"), how))
    colours = {sheet.label(f"{part}_more"): house.PARTS[key] for part, (key, _, _) in PARTS.items()}
    plots.colour_key(fig, colours, "oD")
    return fig


@drawn_as("fig4-3-similarity")
def draw_similarity(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A triangle of shaded cells: how alike two parts are; on its edge two halves of one part."""
    order = list(values.loc[values["a"] == values["b"], "a"])
    left = 42 if sheet.width > 120 else 24
    room = (sheet.width - left) / len(order)
    cosine, row = (pd.DataFrame(np.nan, order, order) for _ in range(2))
    written = pd.DataFrame("", order, order)
    for r in values.fillna({"marks": ""}).itertuples():
        first, second = sorted((r.a, r.b), key=order.index)
        cosine.at[second, first], row.at[second, first] = r.cosine, r.row
        ranged = f" {r.marks}\n{r.cosine_low:.2f}–{r.cosine_high:.2f}" if room > 13 else f"\n{r.marks}"
        written.at[second, first] = f"{r.cosine:.2f}{ranged}".replace(" \n", "\n").strip() if room > 7 else ""
    fig, ax = sheet.figure(36 + 8.5 * len(order))
    plots.tiles(ax, cosine, row, low=0, written=written)
    ax.set_yticks(range(len(order)), [sheet.wrap(sheet.unit(u, False), left, 7) for u in order])
    sheet.head(ax, [sheet.unit(u, False) for u in order], room, top=False)
    what = sheet.list(sheet.label("cosine"), f"n = {values['n_tokens'].iloc[0]:.0f} {sheet.label('words')}")
    foot = sheet.label("pair_marks") if values["marks"].notna().any() else ""
    how = sheet.list(sheet.label("ceiling"), sheet.label("samples_range") if room > 13 else "")
    return plots.say_below(fig, sheet.note(what, how, foot))


@drawn_as("fig4-4-divergence")
def draw_divergence(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A panel a pair of parts: the words that make them differ, each on the side that has more of it."""
    names, groups = sheet.names(marked=True), list(values.groupby(["a", "b"], sort=False))
    columns, longest = sheet.columns(70, min(2, len(groups))), max(len(mine) for _, mine in groups)
    count = -(-len(groups) // columns)
    height = 18 + (12 + 4.4 * longest) * count
    fig, axes = sheet.figure(height, nrows=count, ncols=columns, sharex=True, squeeze=False)
    for ax, (pair, mine) in zip(axes.flat, groups, strict=False):
        a, b = (unit.split("|", 1)[1] for unit in pair)
        mine = mine.assign(at=range(len(mine)))
        ax.axvline(0, color="#999999", linewidth=0.8)
        for doc_id, more in ((a, mine["difference"] < 0), (b, mine["difference"] >= 0)):
            plots.dots(ax, mine[more], *sheet.look(doc_id), "difference")
        plots.rows(ax, [f"{sheet.gloss(t.term)}  {t.n_a}:{t.n_b}" for t in mine.itertuples()])
        ax.set_title(f"{sheet.label(mine['kind'].iloc[0])}\n← {names[a]}   {names[b]} →", loc="right")
    foot = sheet.footnote(dict.fromkeys(unit.split("|", 1)[1] for pair, _ in groups for unit in pair))
    below = sheet.note(sheet.label("difference_per_1000"), sheet.label("interval"), foot)
    return plots.finish_grid(fig, axes, len(groups), below)


@drawn_as("fig4-5-formula")
def draw_formula(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A panel a length of runs, a row a report: how much of its wording is shared or a slogan."""
    shown, runs = _reports(values, sheet), sorted(values["run"].unique())
    columns = sheet.columns(54, 3)
    count = -(-len(runs) // columns)
    height = 24 + (8 + 5 * len(shown)) * count
    fig, axes = sheet.figure(height, nrows=count, ncols=columns, sharex=True, sharey=True, squeeze=False)
    for ax, run in zip(axes.flat, runs, strict=False):
        _two_parts(ax, values[values["run"] == run], shown, sheet)
        ax.set_title(sheet.label("run_of").format(run))
        ax.set_xlim(0, None)
    below = sheet.note(sheet.label("formula_share"), sheet.label("interval"), sheet.footnote(shown))
    plots.finish_grid(fig, axes, len(runs), below)
    return _key_of_parts(fig, sheet)


@drawn_as("fig4-6-slogans")
def draw_slogans(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A table: how many different slogans of each level a part has."""
    units = list(dict.fromkeys(values["unit"]))
    levels = [level for level in (*LEVELS, "unknown") if (values["level"] == level).any()]
    left = 42 if sheet.width > 120 else 32
    fig, ax = sheet.figure(28 + 7 * len(units))
    cells = values.pivot(index="unit", columns="level")
    counts, row = (cells[key].reindex(index=units, columns=levels) for key in ("slogans", "row"))
    plots.tiles(ax, counts, row, "{:.0f}".format, 0)
    ax.set_yticks(range(len(units)), [sheet.wrap(sheet.unit(unit), left, 7) for unit in units])
    sheet.head(ax, [sheet.label(f"level_{level}") for level in levels], (sheet.width - left) / len(levels))
    foot = sheet.footnote(dict.fromkeys(unit.split("|", 1)[1] for unit in units))
    return plots.say_below(fig, sheet.note(sheet.label("slogans_counted"), foot=foot))


@drawn_as("fig4-7-map")
def draw_map(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """Reports and themes on one map, each report within the outline of its redrawn places."""
    reports, themes = (values[values["of"] == of] for of in ("report", "theme"))
    corners = [np.array([pair.split(",") for pair in o.split()], dtype=float) for o in reports["outline"]]
    looks, names = {d: sheet.look(d) for d in reports["name"]}, sheet.names(marked=True)
    fig, ax = sheet.figure(132 if sheet.width > 120 else 1.3 * sheet.width)
    said, inertia = values.iloc[0], sheet.label("inertia")
    for axis, share in (("x", said["share_1"]), ("y", said["share_2"])):
        title = f"{sheet.label('axis')} {'xy'.index(axis) + 1}"
        ax.set(**{f"{axis}label": sheet.list(title, f"{inertia} {share:.0%}")})
    chance = f"{sheet.label('chance')} {said['chance_low']:.2f} … {said['chance_high']:.2f}"
    below = sheet.list(f"{inertia} {said['inertia']:.2f}", chance)
    plots.say_below(fig, sheet.note(below, sheet.label("outlines"), sheet.footnote(looks)))
    plots.colour_key(fig, {names[d]: c for d, (c, _) in looks.items()}, [m for _, m in looks.values()])
    labels = {theme: sheet.label(f"theme_{theme}") for theme in themes["name"]}
    pictures.correspondence_map(ax, reports.assign(outline=corners), themes, looks, labels)
    return fig


def _reports(values: pd.DataFrame, sheet: Sheet) -> list[str]:
    return [d for d in sheet.doc_ids if (values["doc_id"] == d).any()]


def _themes(values: pd.DataFrame) -> list[str]:
    return [theme for theme in house.THEMES if (values["theme"] == theme).any()]


def _two_parts(
    ax: Axes, values: pd.DataFrame, shown: Sequence[str], sheet: Sheet
) -> list[tuple[pd.DataFrame, float]]:
    """A row a report: the shares of its review and its plan; gives what is drawn, and where."""
    names, drawn = sheet.names(marked=True), []
    for part, (key, mark, offset) in PARTS.items():
        mine = values[values["part"] == part].set_index("doc_id").reindex(shown)
        plots.dots(ax, mine, house.PARTS[key], mark, "share", offset=offset)
        drawn.append((mine, offset))
    plots.rows(ax, [names[d] for d in shown])
    ax.xaxis.set_major_formatter("{x:.0%}")
    return drawn


def _key_of_parts(fig: Figure, sheet: Sheet) -> Figure:
    plots.colour_key(fig, {sheet.label(key): house.PARTS[key] for key, _, _ in PARTS.values()}, "oD")
    return fig
