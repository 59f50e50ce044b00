"""Figures of notebook 02: frequent words, shared words, policy verbs, key terms."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from jiedao import house, pictures, plots
from jiedao.figures import Sheet, drawn_as

PARTS = {"review": ("retrospective", "o", -0.14), "plan": ("prospective", "D", 0.14)}


@drawn_as("fig2-1-keywords")
def draw_keywords(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A panel a report: its most frequent words, with intervals."""
    names, groups = sheet.names(), list(values.groupby("doc_id", sort=False))
    columns = sheet.columns(54, 3)
    count = -(-len(groups) // columns)
    longest = max(len(mine) for _, mine in groups)
    panel = 8 + 4.8 * longest if columns > 1 else 6.5 + 3.8 * longest
    fig, axes = sheet.figure(12 + panel * count, nrows=count, ncols=columns, sharex=True, squeeze=False)
    for ax, (doc_id, mine) in zip(axes.flat, groups, strict=False):
        plots.dots(ax, mine, *sheet.look(doc_id), "per_1000")
        plots.rows(ax, [sheet.gloss(term) for term in mine["term"]])
        ax.set(title=names[doc_id], xlim=(0, None))
    below = sheet.note(sheet.label("per_1000"), sheet.label("interval"))
    return plots.finish_grid(fig, axes, len(groups), below)


@drawn_as("fig2-2-wordclouds")
def draw_clouds(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A cloud a report, all on one scale."""
    names, doc_ids = sheet.names(), list(dict.fromkeys(values["doc_id"]))
    columns = sheet.columns(54, 3)
    count = -(-len(doc_ids) // columns)
    height = (5 + min(43, 41 * sheet.width / columns / 58)) * count
    fig, axes = sheet.figure(height, nrows=count, ncols=columns, squeeze=False)
    for ax, doc_id in zip(axes.flat, doc_ids, strict=False):
        ax.set_title(names[doc_id])
    plots.finish_grid(fig, axes, len(doc_ids))
    fig.draw_without_rendering()  # settles how large the axes are, and with them the type
    short = values["term"].map(house.short_gloss) if sheet.lang == "en" else values["term"]
    # words that share a gloss become one
    shown = values.assign(word=short).groupby(["doc_id", "word"]).agg({"per_1000": "sum", "row": list})
    layouts = pictures.cloud_layouts({d: shown.loc[d, "per_1000"].to_dict() for d in doc_ids})
    for ax, doc_id in zip(axes.flat, doc_ids, strict=False):
        pictures.word_cloud(ax, layouts[doc_id], sheet.look(doc_id)[0], shown.loc[doc_id, "row"].to_dict())
    return fig


@drawn_as("fig2-3-shared-words")
def draw_shared(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A row a word that all reports share, in it a dot a report."""
    names, terms = sheet.names(marked=True), list(dict.fromkeys(values["term"]))
    looks = {d: sheet.look(d) for d in dict.fromkeys(values["doc_id"])}
    fig, ax = sheet.figure(24 + (2.4 + 1.1 * len(looks)) * len(terms))
    plots.strip_dots(ax, values, terms, looks, "per_1000")
    dispersion = values.groupby("term")["dp_norm"].mean().reindex(terms)
    plots.right_column(ax, dispersion.map("{:.2f}".format), "DPnorm")
    below = sheet.note(sheet.label("per_1000"), sheet.label("interval"), sheet.footnote(looks))
    plots.rows(ax, [sheet.gloss(term) for term in terms])
    plots.say_below(fig, below)
    plots.colour_key(fig, {names[d]: c for d, (c, _) in looks.items()}, [m for _, m in looks.values()])
    return fig


@drawn_as("fig2-4-policy-verbs")
def draw_verbs(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A row a report: how often its review and its plan use policy verbs."""
    names = sheet.names(marked=True)
    shown = [d for d in sheet.doc_ids if (values["doc_id"] == d).any()]
    fig, ax = sheet.figure(24 + 8 * len(shown))
    for part, (key, mark, offset) in PARTS.items():
        mine = values[values["part"] == part].set_index("doc_id").reindex(shown)
        plots.dots(ax, mine, house.PARTS[key], mark, "per_1000", offset=offset)
    plots.rows(ax, [names[d] for d in shown])
    what = sheet.list(sheet.label("policy_verbs"), sheet.label("per_1000"))
    below = sheet.note(what, sheet.label("interval"), sheet.footnote(shown))
    plots.say_below(fig, below)
    plots.colour_key(fig, {sheet.label(key): house.PARTS[key] for key, _, _ in PARTS.values()}, "oD")
    return fig


@drawn_as("fig2-5-key-terms")
def draw_keys(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A panel a text: its most distinctive words among its like, with the bar that chance sets."""
    names, groups = sheet.names(), list(values.groupby(["kind", "doc_id"], sort=False))
    columns, longest = sheet.columns(70, 2), max(len(mine) for _, mine in groups)
    count = -(-len(groups) // columns)
    panel = 7 + 4.2 * longest if columns > 1 else 5.5 + 3.3 * longest
    fig, axes = sheet.figure(16 + panel * count, nrows=count, ncols=columns, sharex=True, squeeze=False)
    for ax, ((kind, doc_id), mine) in zip(axes.flat, groups, strict=False):
        said = [f"{sheet.gloss(r.term)}  {r.n_target}:{r.n_reference}" for r in mine.itertuples()]
        plots.bars(ax, mine, "log_odds_z", said, sheet.look(doc_id)[0])
        ax.axvline(mine["bar"].iloc[0], color="#111111", linewidth=1)
        unlike = "†" if mine["unlike"].iloc[0] else ""
        ax.set_title(sheet.list(names[doc_id], sheet.label(kind)) + unlike, loc="right")
        ax.set(xlim=(0, 1.05 * values[["log_odds_z", "bar"]].max().max()), ylim=(longest - 0.5, -0.5))
    foot = f"† {sheet.label('unlike_periods')}" if values["unlike"].any() else ""
    how = sheet.list(sheet.label("bar"), sheet.label("counts"))
    below = sheet.note(sheet.label("log_odds_z"), how, foot)
    return plots.finish_grid(fig, axes, len(groups), below)
