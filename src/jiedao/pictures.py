"""Pictures of texts rather than of numbers: outlines as strips, word clouds, a map of sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import cycle, product
from random import Random
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Bbox
from PIL import ImageFont
from wordcloud.wordcloud import IntegralOccupancyMap

from jiedao.house import FONTS, MARKERS
from jiedao.plots import legible, tag, type_size


def outline_strip(ax: Axes, sections: pd.DataFrame, colours: Mapping[str, str], row: float) -> Axes:
    """One report as a strip: a box a leaf section, as wide as it is long, coloured by orientation.

    ``sections`` has start and own_end counted from the report's first character, and orientation;
    part headings (level 1) stand as ticks above the strip.
    """
    for section in sections.itertuples():
        if section.level == 1:
            style = {"color": "#111111", "linewidth": 0.9, "solid_capstyle": "butt"}
            (tick,) = ax.plot([section.start] * 2, [row - 0.42, row + 0.3], **style)
            if not section.is_leaf:
                tag(tick, section.row)
        if section.is_leaf:
            look = {"facecolor": colours[section.orientation], "edgecolor": "white", "linewidth": 0.5}
            box = Rectangle((section.start, row - 0.3), section.own_end - section.start, 0.6, **look)
            tag(ax.add_patch(box), section.row)
    return ax


CLOUD = (400, 275)  # width and height of a cloud's canvas, in pixels
BOLD = str(FONTS / "JiedaoSans-Bold.ttf")
Placed = tuple[str, float, float, float]


def cloud_layouts(
    clouds: Mapping[str, Mapping[str, float]], largest_type: float = 50, margin: int = 3
) -> dict[str, list[Placed]]:
    """Lay out word clouds on one scale: type as high as the square root of the frequency, in all alike.

    wordcloud's own layout shrinks words until they fit, so that sizes can be compared neither within a
    cloud nor between clouds, and it keeps ink apart, not words. Here its search for free places gets
    whole words as set, and all clouds shrink together until every word has found its place.

    Parameters
    ----------
    clouds : mapping
        The frequencies of each cloud's words.
    largest_type : float
        Type size of the most frequent word of all, in pixels of the canvas, at the start.
    margin : int
        Pixels between words.

    Returns
    -------
    dict
        For each cloud its words with type size, x and y of the baseline's start.
    """
    most = max(max(words.values()) for words in clouds.values())
    while True:
        scale = largest_type / np.sqrt(most)
        layouts = {}
        for name, words in clouds.items():
            if (packed := _pack(words, scale, margin)) is None:
                break
            layouts[name] = packed
        else:
            return layouts
        largest_type *= 0.95


def _pack(words: Mapping[str, float], scale: float, margin: int, tries: int = 8) -> list[Placed] | None:
    """The first of several random packings that has room for all words; None if none has."""
    packings = (_place(words, scale, margin, seed) for seed in range(tries))
    return next((placed for placed in packings if len(placed) == len(words)), None)


@cache
def _ink(word: str) -> tuple[float, ...]:
    """The box of a word in type of 1,000 pixels."""
    return ImageFont.truetype(BOLD, 1000).getbbox(word, anchor="ls")


def _place(words: Mapping[str, float], scale: float, margin: int, seed: int) -> list[Placed]:
    """Place words by falling frequency until one finds no room."""
    width, height = CLOUD
    space, chance = IntegralOccupancyMap(height, width, None), Random(seed)
    placed: list[Placed] = []
    for word, frequency in sorted(words.items(), key=lambda item: (-item[1], item[0])):
        size = float(scale * np.sqrt(frequency))
        left, top, right, bottom = (edge * size / 1000 for edge in _ink(word))
        box = int(bottom - top) + 1 + margin, int(right - left) + 1 + margin
        found = space.sample_position(*box, chance)
        if found is None:
            break
        row, column = found
        down, right = np.arange(1, height - row + 1), np.arange(1, width - column + 1)
        taken = np.outer(np.minimum(down, box[0]), np.minimum(right, box[1]))  # above and left of each pixel
        space.integral[row:, column:] += taken.astype(np.uint32)
        placed.append((word, size, column + margin / 2 - left, row + margin / 2 - top))
    return placed


def word_cloud(ax: Axes, layout: Iterable[Placed], colour: str, rows: Mapping[str, list[int]]) -> Axes:
    """Draw one of `cloud_layouts`, as text: sharp at any size, selectable, and in the shipped font.

    ``rows`` gives the rows of the figure's values that each word is tagged with.
    """
    width, height = CLOUD
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal", anchor="NW")
    box = ax.get_window_extent()
    scale = min(box.width / width, box.height / height) * 72 / ax.figure.dpi
    style = {"color": legible(colour), "va": "baseline", "ha": "left", "fontweight": "bold"}
    for word, size, x, y in layout:
        tag(ax.text(x, y, word, fontsize=size * scale, **style), rows[word])
    ax.axis("off")
    return ax


def section_map(ax: Axes, points: pd.DataFrame, colours: Mapping[int, str], names: Mapping[int, str]) -> Axes:
    """Sections as dots (x, y, cluster), each cluster named beside its dots."""
    for point in points.itertuples():
        mark = MARKERS[int(point.cluster) % len(MARKERS)]
        look = {"color": colours[point.cluster], "markeredgecolor": "white", "markeredgewidth": 0.4}
        tag(ax.plot(point.x, point.y, mark, markersize=5, **look)[0], point.row)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.margins(0.09)
    ax.set_aspect("equal", adjustable="datalim")
    centre, named = points[["x", "y"]].mean(), []
    for cluster, group in points.groupby("cluster"):
        away = group[["x", "y"]] - centre
        outward = (away @ away.median()).sort_values(ascending=False, kind="stable")
        places = group.loc[outward.index, ["x", "y"]].to_numpy()  # outside there is room for names
        named.append((places, names[cluster], {"color": legible(colours[cluster]), "weight": "bold"}))
    name_points(ax, named, points[["x", "y"]].to_numpy())
    return ax


DASHES = ("-", "--", "-.", ":")  # told apart in grey too


def correspondence_map(
    ax: Axes,
    reports: pd.DataFrame,
    themes: pd.DataFrame,
    looks: Mapping[str, tuple[str, str]],
    names: Mapping[str, str],
) -> Axes:
    """A symmetric map: reports within the outline of their redrawn places, themes as crosses.

    ``reports`` and ``themes`` have name, x and y, reports also outline, an array of corners; ``looks`` has
    the colour and the marker of each report, ``names`` what is written beside a point.
    """
    for report, dashes in zip(reports.itertuples(), cycle(DASHES)):
        colour, mark = looks[report.name]
        outline = {"fill": False, "edgecolor": colour, "linewidth": 0.7, "linestyle": dashes}
        ax.fill(*report.outline.T, **outline)
        tag(
            ax.plot(report.x, report.y, mark, color=colour, markersize=7, markeredgecolor="white")[0],
            report.row,
        )
    for theme in themes.itertuples():
        tag(ax.plot(theme.x, theme.y, "+", color="#111111", markersize=5)[0], theme.row)
    ax.axhline(0, color="#cccccc", linewidth=0.6, zorder=0)
    ax.axvline(0, color="#cccccc", linewidth=0.6, zorder=0)
    ax.margins(0.08)
    ax.set_aspect("equal", adjustable="datalim")
    styles = {d: {"color": legible(c), "weight": "bold"} for d, (c, _) in looks.items()}
    points = [
        ((p.x, p.y), names[p.name], styles.get(p.name, {"color": "#111111"}))
        for p in pd.concat([reports, themes]).itertuples()
        if p.name in names
    ]
    outlines = [np.vstack([corners, corners[:1]]) for corners in reports["outline"]]
    name_points(ax, points, pd.concat([reports, themes])[["x", "y"]].to_numpy(), outlines)
    return ax


DISTANCES = (6, 11, 20, 30, 42, 56, 72)  # points; from the second on a line leads to the name


class _Page(NamedTuple):
    """What names must not cover: points, lines, and the names set so far with the lines that lead to them."""

    inside: Bbox
    spots: np.ndarray
    lines: list[Path]
    labels: list[Bbox]
    leads: list[Path]
    reach: float


def name_points(
    ax: Axes,
    points: list[tuple[np.ndarray, str, Mapping[str, object]]],
    others: np.ndarray | None = None,
    lines: Iterable[np.ndarray] = (),
) -> None:
    """Write names beside points, each where it covers least of points, names, ``others`` and ``lines``.

    A name that stands for several points has them all, and is written beside one of them. What is to stand
    outside the axes must be there already: the names are set in the layout as it is.
    """
    ax.figure.draw_without_rendering()  # settles where the points are
    point, at = ax.figure.dpi / 72, [ax.transData.transform(np.atleast_2d(places)) for places, _, _ in points]
    spots = np.vstack([*at, *([] if others is None else [ax.transData.transform(others)])])
    drawn = [Path(ax.transData.transform(line)) for line in lines]
    page = _Page(ax.get_window_extent(), spots, drawn, [], [], 5 * point)
    for (places, name, style), near in zip(points, at, strict=True):
        style = {"fontsize": type_size(7.5), "textcoords": "offset points", **style}
        style |= {"ha": "left", "va": "bottom"}
        trial = ax.annotate(name, np.atleast_2d(places)[0], (0, 0), **style)
        size, least = trial.get_window_extent().size, None
        trial.remove()
        for distance, (own, here), side in product(DISTANCES, enumerate(near), _sides()):
            box = Bbox.from_bounds(*(here + side * distance * point + size * (side - 1) / 2), *size)
            covered = _covered(page, box, here, near, distance > DISTANCES[0])
            if least is None or covered < least[0]:
                least = covered, distance, own, here, box
            if covered == 0:
                break
        _, distance, own, here, box = least
        if distance > DISTANCES[0]:
            arrow = {"arrowstyle": "-", "linewidth": 0.5, "color": style["color"], "shrinkB": 3}
            style["arrowprops"] = arrow
            page.leads.append(Path([here, np.clip(here, box.min, box.max)]))
        label = ax.annotate(name, np.atleast_2d(places)[own], (box.min - here) / point, **style)
        label.set_multialignment("right" if (box.min + box.max)[0] < 2 * here[0] - size[0] / 2 else "left")
        label.set_in_layout(False)  # or the points would move away from under the names
        page.labels.append(box)


def _covered(page: _Page, box: Bbox, here: np.ndarray, near: np.ndarray, led: bool) -> int:
    """How much a name would cover here, and whether it would seem to belong to another point."""
    end = np.clip(here, box.min, box.max)
    apart = page.spots - np.clip(page.spots, box.min, box.max)
    other = np.abs(page.spots - here).max(axis=1) > page.reach
    covered = 10 * (not (page.inside.contains(*box.min) and page.inside.contains(*box.max)))
    covered += 5 * sum(box.overlaps(label) for label in page.labels)
    covered += 2 * (other & (np.abs(apart).max(axis=1) < page.reach)).sum()
    covered += sum(line.intersects_bbox(box, filled=False) for line in page.lines + page.leads)
    if not led:
        strange = (np.abs(page.spots[:, None] - near).max(axis=2) > 1).all(axis=1)
        unclear = np.linalg.norm(apart, axis=1) < np.linalg.norm(end - here) + page.reach / 2
        return covered + (strange & unclear).any()
    lead = Path([here, end])
    beside = np.clip((page.spots - here) @ (end - here) / ((end - here) @ (end - here)), 0, 1)
    passed = np.linalg.norm(page.spots - here - np.outer(beside, end - here), axis=1) < page.reach
    covered += (other & passed).sum() + sum(lead.intersects_bbox(label) for label in page.labels)
    return covered + sum(lead.intersects_path(one) for one in page.leads)


def _sides(n: int = 16) -> list[np.ndarray]:
    """Directions around a point, above, beside and below it first; their ends lie on a square."""
    turns = sorted(range(n), key=lambda i: (i % (n // 4) > 0, i % (n // 8) > 0, i))
    ends = [np.array([np.sin(2 * np.pi * i / n), np.cos(2 * np.pi * i / n)]) for i in turns]
    return [end / np.abs(end).max() for end in ends]
