"""Figures of notebook 07: charts that mislead, each with one that avoids its trap beside or below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from jiedao import house, pictures, plots
from jiedao.figures import Sheet, drawn_as

PALE = "#d6d6d6"
# The titles of both kinds of panel stand out, and differ at first sight.
BADGES = {
    "naive": {"facecolor": "white", "edgecolor": "#777777", "linestyle": (0, (2, 2))},
    "corrected": {"facecolor": "#cfe0ee", "edgecolor": "#16324d"},
}
KINDS = {"own_name": "#1f1f1f", "in_one_report": "#8c8c8c", "in_more_reports": PALE}
PARTS = {"review": ("retrospective", -0.2), "plan": ("prospective", 0.2)}
ARI = {"half_ari": "random_halves", "redrawn_ari": "redrawn", "k_means_ari": "sections_k_means"}
DIGITS = {"date": "#8c8c8c", "list_number": "#b4b4b4", "name_or_slogan": "#d2d2d2", "bare": "#ebebeb"}


@drawn_as("fig7-1-counts")
def draw_counts(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """Counts of words that all reports share, and the rates of the same words in the same order."""
    names, terms = sheet.names(marked=True), list(dict.fromkeys(values["term"]))
    values, step = _place(values, "term", terms)
    naive, corrected = _panels(values, "naive", "corrected")
    said = dict(zip(naive["at"], naive["doc_id"].map(names), strict=True))
    said |= {step * i: sheet.gloss(term) for i, term in enumerate(terms)}
    rows = [said.get(at, "") for at in range(step * len(terms))]
    fig, left, right = _pair(sheet, 20 + 4.2 * len(rows), sharey=True)
    _count(left, naive)
    for doc_id, mine in corrected.groupby("doc_id", sort=False):
        plots.dots(right, mine, *sheet.look(doc_id), "per_1000")
    for ax, what in ((left, "whole_count"), (right, "per_1000")):
        plots.rows(ax, rows, sheet.label(what), grid=ax is right)
        ax.set_xlim(0, None)
        for tick in ax.get_yticklabels()[::step]:
            tick.set_fontweight("bold")
    plots.say_below(fig, sheet.note(sheet.label("interval"), foot=sheet.footnote(naive["doc_id"])))
    _entitle(sheet, left, "raw_counts", right, "rates_with_intervals")
    return fig


@drawn_as("fig7-2-tf-idf")
def draw_terms(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """The first words of each report by TF-IDF, and those that set it apart from texts of its kind."""
    names, kinds = sheet.names(marked=True), values.groupby("doc_id")["kind"].first()
    like = {d: kinds.get(d) if isinstance(kinds.get(d), str) else "no_like" for d in names}
    values, step = _place(values, "doc_id", sheet.doc_ids)
    naive, keys = _panels(values, "naive", "corrected")
    fig, left, right = _pair(sheet, 18 + 3.5 * step * len(names), sharey=True)
    for ax in (left, right):
        ax.set(ylim=(step * len(names) - 0.5, -0.5), yticks=[])
        ax.spines["left"].set_visible(False)
        for i, (doc_id, name) in enumerate(names.items()):
            said = name if ax is left else sheet.list(name, sheet.label(like[doc_id]))
            ax.text(0, step * i, said, va="center", fontweight="bold", fontsize=plots.type_size(7))
    _list_terms(left, naive, "tf_idf", list(naive["what"].map(KINDS)), sheet)
    above = [sheet.look(key.doc_id)[0] if key.above else PALE for key in keys.itertuples()]
    _list_terms(right, keys, "log_odds_z", above, sheet, keys[["log_odds_z", "bar"]].max().max())
    for (_, bar), at in keys.groupby(["doc_id", "bar"])["at"]:
        right.vlines(bar, at.min() - 0.5, at.max() + 0.5, "#111111", linewidth=1)
    room = sheet.width / sheet.columns(60, 2) - 4
    left.set_xlabel(sheet.wrap(sheet.label("naive_tf_idf"), room), loc="left")
    right.set_xlabel(sheet.wrap(sheet.note(sheet.label("log_odds_z"), sheet.label("bar")), room), loc="left")
    plots.say_below(fig, sheet.wrap(sheet.footnote()))
    plots.colour_key(fig, {sheet.label(kind): colour for kind, colour in KINDS.items()})
    _entitle(sheet, left, "tf_idf_of_wholes", right, "key_terms")
    return fig


@drawn_as("fig7-3-groups")
def draw_groups(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A map of the reports with their groups, how well these come back, and clusters of their sections."""
    points, pairs, sections = _panels(values, "map", "together", "sections")
    names = {d: name for d, name in sheet.names(marked=True).items() if (points["doc_id"] == d).any()}
    first = sections.groupby("cluster")["terms"].first()
    clusters = {c: sheet.cluster(int(c), terms).replace(", ", ",\n") for c, terms in first.items()}
    wide = sheet.columns(60, 2) > 1
    heights = [54, 34 + 7 * len(names), 34 + 10 * len(clusters)]
    fig, _ = sheet.figure(max(heights[0] + heights[1], heights[2]) if wide else sum(heights))
    fig.clear()
    order = [["map", "sections"], ["together", "sections"]] if wide else [["map"], ["together"], ["sections"]]
    ratios = {"height_ratios": heights[: len(order)], "width_ratios": (0.75, 1) if wide else (1,)}
    axes = fig.subplot_mosaic(order, **ratios)
    left, right = _widest(names.values()) + 3, _widest(clusters.values()) + 3
    room = (0.43 * sheet.width - left, 0.57 * sheet.width - right)
    if not wide:
        room = [sheet.width - max(left, right)] * 2
    _shade(axes["together"], pairs, ("a", "b"), names, names, sheet, room[0], high=1)
    _shade(axes["sections"], sections, ("cluster", "doc_id"), clusters, names, sheet, room[1])
    _frame(axes["together"], pairs, list(names))
    check = sheet.wrap(f"{sheet.label('together_in_halves')}\n{sheet.label('framed')}", room[0], 7)
    axes["together"].set_title(check, fontsize=plots.type_size(7), fontweight="normal")
    plots.say_below(fig, sheet.wrap(sheet.footnote(names)))
    _entitle(sheet, axes["map"], "whole_k_means", axes["sections"], "report_shares")
    _map(axes["map"], points, sheet.names())
    return fig


@drawn_as("fig7-4-digits")
def draw_digits(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """How many strings of digits each report holds, and what they are in its review and its plan."""
    total, kinds = _panels(values, "naive", "corrected")
    names, shown = sheet.names(marked=True), list(total["doc_id"])
    fig, left, right = _pair(sheet, 22 + 10 * len(shown), width_ratios=(1, 1.6), dense=True)
    _count(left, total.assign(at=range(len(total))))
    plots.rows(left, [names[d] for d in shown], sheet.label("digit_strings"), grid=False)
    ticks = {}
    for (doc_id, part), mine in kinds.groupby(["doc_id", "part"], sort=False):
        colour, offset = PARTS[part]
        both = kinds.loc[kinds["doc_id"] == doc_id, "part"].nunique() > 1
        at = shown.index(doc_id) + offset * both
        _stack(right, mine, at, {"quantity": house.PARTS[colour]} | DIGITS)
        ticks[at] = sheet.unit(f"{part}|{doc_id}")
    right.set_yticks(list(ticks), list(ticks.values()))
    right.set(ylim=(len(shown) - 0.5, -0.5), xlim=(0, None), xlabel=sheet.label("per_1000_chars"))
    right.spines["left"].set_visible(False)
    quantity = sheet.label("quantity")
    key = {
        sheet.list(quantity, sheet.label(f"{p}_part")): house.PARTS[look] for p, (look, _) in PARTS.items()
    }
    plots.colour_key(fig, key | {sheet.label(what): shade for what, shade in DIGITS.items()})
    plots.say_below(fig, sheet.note(sheet.label("interval"), foot=sheet.footnote(shown)))
    _entitle(sheet, left, "digits_counted", right, "digits_sorted")
    return fig


def _panels(values: pd.DataFrame, *names: str) -> list[pd.DataFrame]:
    return [values[values["panel"] == name] for name in names]


def _pair(sheet: Sheet, height: float, width_ratios: Sequence[float] = (1, 1), **options: bool) -> tuple:
    """A naive panel and a corrected one, side by side where there is room."""
    if sheet.columns(60, 2) > 1:
        fig, axes = sheet.figure(height, ncols=2, width_ratios=width_ratios, **options)
    else:
        fig, axes = sheet.figure(2 * height, nrows=2, **options)
    return fig, *axes


def _entitle(sheet: Sheet, naive: Axes, naive_key: str, corrected: Axes, corrected_key: str) -> None:
    """Title both panels; what is naive and what corrected is to be seen at first sight."""
    columns = sheet.columns(60, 2)
    for which, ax, key in (("naive", naive, naive_key), ("corrected", corrected, corrected_key)):
        aligned = [ax] if columns > 1 else ax.figure.axes  # one above the other they all begin alike
        beside = [tick.get_text() for other in aligned for tick in other.get_yticklabels()]
        said = f"{sheet.label(which)}{'：' if sheet.lang == 'zh' else ': '}{sheet.label(key)}"
        room = sheet.width / columns - _widest(["", *beside]) - 2
        box = {"boxstyle": "square,pad=0.35", "linewidth": 0.7} | BADGES[which]
        ax.set_title(sheet.wrap(said, room), bbox=box, pad=8)


def _place(values: pd.DataFrame, by: str, groups: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """Where each row stands, if each group has as many rows as the longest and one for its heading."""
    inside = values.groupby(["panel", by]).cumcount() + 1
    step = int(inside.max()) + 1
    return values.assign(at=values[by].map(list(groups).index) * step + inside), step


def _count(ax: Axes, table: pd.DataFrame) -> None:
    """Plain bars with their counts, as the naive chart has them."""
    plots.bars(ax, table, "n", [], PALE)
    ax.xaxis.get_major_locator().set_params(integer=True)
    for n, at in zip(table["n"], table["at"], strict=True):
        _say(ax, f"{n:.0f}", n, at)


def _say(ax: Axes, text: str, x: float, at: float) -> None:
    """Write right of a place."""
    style = {"va": "center", "fontsize": plots.type_size(7)}
    ax.annotate(text, (x, at), xytext=(3, 0), textcoords="offset points", **style)


def _list_terms(
    ax: Axes, table: pd.DataFrame, value: str, colours: Sequence[str], sheet: Sheet, column: float = 0.0
) -> None:
    """Bars with their terms at the right end, or all at ``column`` if that lies farther right."""
    if table.empty:
        return
    plots.bars(ax, table, value, [], colours)
    said, reach = table["term"].map(sheet.gloss), table[value].clip(lower=column)
    for text, x, at in zip(said, reach, table["at"], strict=True):
        _say(ax, text, x, at)
    room = sheet.width / sheet.columns(60, 2) - 5
    left = (1 - (said.map(lambda text: _widest([text])) + 2) / room).clip(lower=0.25)
    ax.set_xlim(0, (reach / left).max())
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= reach.max()])
    ax.spines["bottom"].set_bounds(0, reach.max())


def _map(ax: Axes, points: pd.DataFrame, names: Mapping[str, str]) -> None:
    """The reports as points, in the colour and shape of their group."""
    for point in points.itertuples():
        group = int(point.group) - 1
        look = {"color": house.CLUSTERS[group], "marker": house.MARKERS[group], "markersize": 8}
        plots.tag(ax.plot(point.x, point.y, **look)[0], point.row)
    ax.set(xticks=[], yticks=[])
    spot = points[["x", "y"]]
    around = 0.2 * (spot.max() - spot.min()) + 0.01  # room for names, also where equal scales shrink an axis
    ax.update_datalim([spot.min() - around, spot.max() + around])
    ax.set_aspect("equal", adjustable="datalim")
    ax.spines[["top", "right"]].set_visible(True)
    style = {"color": "#111111"}
    pictures.name_points(ax, [((p.x, p.y), names[p.doc_id], style) for p in points.itertuples()])


def _shade(
    ax: Axes,
    table: pd.DataFrame,
    by: tuple[str, str],
    down: Mapping[object, str],
    across: Mapping[str, str],
    sheet: Sheet,
    room: float,
    high: float | None = None,
) -> None:
    """Shaded cells with the shares of a table, and below them how well the groups come back.

    ``room`` is the width of all cells together, in millimetres.
    """
    if table.empty:
        ax.axis("off")
        return
    order = {"index": [d for d in down if d in set(table[by[0]])]}
    order |= {"columns": [d for d in across if d in set(table[by[1]])]}
    matrix, tagged = (
        table.pivot(index=by[0], columns=by[1], values=v).reindex(**order) for v in ("share", "row")
    )
    cell = room / matrix.shape[1]
    short = {d: name.replace(" ", "\n", 1) if cell > 6 else name for d, name in across.items()}
    text = "{:.0%}".format if cell > 8 else lambda share: f"{100 * share:.0f}"
    plots.tiles(ax, matrix.rename(index=down, columns=short), tagged, text, 0, high)
    ax.tick_params(axis="x", rotation=0 if _widest(short.values()) < cell else 90)
    found = table[[c for c in ARI if c in table]].iloc[0].dropna()
    said = [sheet.label("ari"), *(f"{sheet.label(ARI[c])} {value:.2f}" for c, value in found.items())]
    ax.set_xlabel("\n".join(said), fontweight="bold", loc="left")


def _widest(names: Iterable[str]) -> float:
    """The width of names on an axis, in millimetres."""
    lines = (line for name in names for line in name.split("\n"))
    return max(map(plots.extent, lines)) * plots.type_size(7) * 25.4 / 72


def _frame(ax: Axes, pairs: pd.DataFrame, order: Sequence[str]) -> None:
    """Frame the pairs that are one group in the map, in its colour."""
    down, across = ([d for d in order if d in set(pairs[c])] for c in ("a", "b"))
    for pair in pairs.dropna(subset="group").itertuples():
        place = across.index(pair.b) - 0.45, down.index(pair.a) - 0.45
        look = {"fill": False, "edgecolor": house.CLUSTERS[int(pair.group) - 1], "linewidth": 2.2}
        ax.add_patch(Rectangle(place, 0.9, 0.9, **look))


def _stack(ax: Axes, kinds: pd.DataFrame, at: float, colours: Mapping[str, str]) -> None:
    """A bar of what the strings of digits in a part are, candidate quantities first, with their interval."""
    kinds, left = kinds.set_index("what"), 0.0
    for what in (what for what in colours if what in kinds.index):
        kind = kinds.loc[what]
        if kind["n"]:
            (mark,) = ax.barh(at, kind["rate"], left=left, height=0.36, color=colours[what])
        else:
            mark = ax.text(0, at, " 0", va="center", fontsize=plots.type_size(7))
        plots.tag(mark, kind["row"])
        left += kind["rate"]
    if "quantity" in kinds.index:
        for colour, width in (("white", 2), ("#111111", 1)):
            ax.hlines(at, *kinds.loc["quantity", ["low", "high"]], color=colour, linewidth=width)
