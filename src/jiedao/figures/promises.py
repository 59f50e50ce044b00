"""Figures of notebook 05: what is counted, promised and claimed, and what the plan takes up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from jiedao import house, plots
from jiedao.figures import Sheet, drawn_as

PARTS = {"review": ("retrospective", "o", -0.16), "plan": ("prospective", "D", 0.16)}
# From what is put in to what comes of it, ever darker; no street, theme or part has these.
COUNTS = {"input": "#dde3e8", "activity": "#aab8c4", "output": "#6c8091", "outcome": "#2c3e4c"}
CLASSES = ("guarantee", "stretch", "effort", "experiment")
STATED = ("targets", "own_date", "party")  # all targets, and what some of them state
CREDIT = ("award", "first", "only", "model", "rank", "fulfilled")
THINGS = ("content_words", "slogans", "programmes")
INK = "#444444"


@drawn_as("fig5-1-quantification")
def draw_rates(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A row a report: how much its review and its plan count."""
    names = sheet.names(marked=True)
    shown = [d for d in sheet.doc_ids if (values["doc_id"] == d).any()]
    fig, ax = sheet.figure(24 + 9 * len(shown))
    for part, (key, mark, offset) in PARTS.items():
        mine = values[values["part"] == part].set_index("doc_id").reindex(shown)
        plots.dots(ax, mine, house.PARTS[key], mark, offset=offset)
        plots.say_beside(ax, mine["n"], mine[["rate", "high"]].max(axis=1), offset, "n = {:.0f}")
    plots.rows(ax, [names[d] for d in shown])
    most = max(1, values["high"].max())
    ax.set_xlim(-0.01 * most, most * (1 + 16 / sheet.width))  # room for the last number
    foot = sheet.footnote(shown)
    plots.say_below(fig, sheet.note(sheet.label("per_1000_chars"), sheet.label("interval"), foot))
    plots.colour_key(fig, {sheet.label(key): house.PARTS[key] for key, _, _ in PARTS.values()}, "oD")
    return fig


@drawn_as("fig5-2-counted")
def draw_counted(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A bar a part: the shares of what its indicators count, below it the interval of the last."""
    parts = values.drop_duplicates("unit")
    fig, ax = sheet.figure(22 + 10 * len(parts))
    fewest = max(
        0.045, plots.type_size(4.5) / (sheet.width - 30)
    )  # narrower pieces have no room for a number
    plots.stacked_shares(ax, values, "unit", "counts", COUNTS, fewest)
    joint = "  " if sheet.width > 120 else "\n"
    said = [f"{sheet.unit(r.unit)}{joint}n = {r.n:.0f}" for r in parts.itertuples()]
    ax.set_yticks(range(len(parts)), said)
    for place, bounds in enumerate(zip(1 - parts["outcome_high"], 1 - parts["outcome_low"], strict=True)):
        ax.plot(bounds, [place + 0.45] * 2, "-|", color=COUNTS["outcome"], markersize=3)
    foot = sheet.footnote(unit.split("|")[1] for unit in parts["unit"])
    plots.say_below(fig, sheet.note(sheet.label("outcome_interval"), foot=foot))
    plots.colour_key(fig, {sheet.label(what): colour for what, colour in COUNTS.items()})
    return fig


@drawn_as("fig5-3-promises")
def draw_promises(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A row a plan: how many clauses commit it and how firmly, and how many targets it sets."""
    joint = "  " if sheet.width > 120 else "\n"
    sizes = values.groupby("doc_id")["characters"].first().map("{:,.0f}".format)
    panels = {"clauses_marked": CLASSES, "targets": STATED}
    table = values.assign(column=values["what"], filled=values["n"])
    fig = _tallies(table, sheet, panels, {d: f"{joint}{size}" for d, size in sizes.items()})
    return plots.say_below(fig, sheet.note(sheet.label("promises_counted"), foot=sheet.footnote(sizes.index)))


@drawn_as("fig5-4-credit")
def draw_credit(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A row a review: how often it claims credit for what, and how often it says within what field."""
    fig = _tallies(values.assign(column=values["class"], filled=values["backed"]), sheet, {"": CREDIT})
    foot = sheet.footnote(values["doc_id"])
    plots.say_below(fig, sheet.note(sheet.label("credit_counted"), foot=foot))
    square = {"marker": "s", "color": INK, "markersize": 4}
    plots.sign_key(
        fig, {sheet.label("field"): square, sheet.label("no_field"): square | {"fillstyle": "none"}}
    )
    return fig


def _tallies(
    values: pd.DataFrame,
    sheet: Sheet,
    panels: Mapping[str, Sequence[str]],
    beside: Mapping[str, str] | None = None,
) -> Figure:
    """Panels of counts: a row a report, a column for each of a panel's keys; ``beside`` follows the names."""
    names, looks = sheet.names(marked=True), {d: sheet.look(d)[0] for d in values["doc_id"]}
    shown = [d for d in sheet.doc_ids if d in looks]
    said = [names[d] + (beside or {}).get(d, "") for d in shown]
    widths = [len(columns) for columns in panels.values()]
    em = plots.type_size(7) * 25.4 / 72
    free = sheet.width - 6 - em * max(plots.extent(line) for name in said for line in name.split("\n"))
    heads = {key: sheet.label(key) for columns in panels.values() for key in columns}
    heads |= {"targets": sheet.label("all_targets")}
    inner = [word for columns in panels.values() for key in columns[:-1] for word in heads[key].split()]
    needed = 0.9 * em * max(map(plots.extent, inner))  # the last of a panel may stand out
    room, across = (free - 8) / sum(widths), len(panels)
    if room < needed:
        room, across = free / max(widths), 1
    per, most = plots.squares_in(room), values["n"].max()
    per = per if most <= 12 * per else 0  # a heap of squares says less than its number
    upright = room > needed
    lines = max(-(-most // per) if per else 1, 2 if beside else 1)
    options = {"width_ratios": widths} if across > 1 else {}
    height = (10 + (4.5 + 1.7 * lines) * len(shown) + (0 if upright else needed)) * (
        len(panels) // across
    ) + 14
    grid = {"nrows": len(panels) // across, "ncols": across, "squeeze": False, **options}
    fig, axes = sheet.figure(height, **grid)
    for place, (ax, (title, columns)) in enumerate(zip(axes.flat, panels.items(), strict=True)):
        mine = values[values["column"].isin(columns)]
        at = {"x": mine["column"].map(columns.index), "y": mine["doc_id"].map(shown.index)}
        plots.tally(ax, mine.assign(**at, colour=mine["doc_id"].map(looks)), per)
        plots.rows(ax, said if place % across == 0 else [""] * len(said), grid=False)
        named = [
            sheet.wrap(heads[key], room, 7) if upright else heads[key].replace(" ", "\n") for key in columns
        ]
        ax.set_xticks(range(len(columns)), named, ha="left", rotation=0 if upright else 90)
        ax.set_xlim(0, max(widths) if across == 1 else len(columns))
        ax.set_title(sheet.wrap(sheet.label(title), free) if title else "")
    return fig


@drawn_as("fig5-5-carry-over")
def draw_carried(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A panel a kind of thing: how many stand in both parts of a report, and how many chance would leave."""
    names, held = sheet.names(), [d for d in sheet.doc_ids if (values["doc_id"] == d).any()]
    shown = [what for what in THINGS if (values["what"] == what).any()]
    columns = sheet.columns(54, len(shown))
    count = -(-len(shown) // columns)
    fig, axes = sheet.figure(10 + (12 + 7 * len(held)) * count, nrows=count, ncols=columns, squeeze=False)
    for place, (ax, what) in enumerate(zip(axes.flat, shown, strict=False)):
        mine = values[values["what"] == what].set_index("doc_id").reindex(held)
        ax.hlines(range(len(held)), mine["chance_low"], mine["chance_high"], color="#c4c4c4", linewidth=5)
        for row, doc_id in enumerate(held):
            colour, mark = sheet.look(doc_id)
            dot = ax.plot(mine.loc[doc_id, "kept"], row, mark, color=colour, markersize=5)
            plots.tag(dot[0], mine.loc[doc_id, "row"])
        end = mine[["kept", "chance_high"]].max(axis=1)
        of = mine["kept"].map("{:.0f}/".format) + (mine["kept"] + mine["dropped"]).map("{:.0f}".format)
        plots.say_beside(ax, of.where(mine["kept"].notna()), end, text="{}")
        plots.rows(ax, [names[d] for d in held] if place % columns == 0 else [""] * len(held), grid=False)
        ax.set_title(sheet.label(what))
        ax.set_xlim(0, max(1, end.max()) * 1.35)
        ax.xaxis.get_major_locator().set_params(integer=True)
    below = sheet.note(sheet.label("kept"), sheet.label("dealt_range"))
    return plots.finish_grid(fig, axes, len(shown), below)
