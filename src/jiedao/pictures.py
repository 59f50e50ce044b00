"""Pictures of texts rather than of numbers: outlines as strips, word clouds, a map of sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle, product
from random import Random

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox
from PIL import ImageFont
from scipy.spatial import ConvexHull
from wordcloud.wordcloud import IntegralOccupancyMap

from jiedao.correspondence import Correspondence
from jiedao.house import FONTS, MARKERS


def outline_strip(ax: Axes, sections: pd.DataFrame, colours: Mapping[str, str], row: float) -> Axes:
    """One report as a strip: a box a leaf section, as wide as it is long, coloured by orientation.

    ``sections`` has start and own_end counted from the report's first character, and orientation;
    part headings (level 1) stand as ticks above the strip.
    """
    for section in sections[sections["is_leaf"]].itertuples():
        box = (section.start, row - 0.3)
        ax.add_patch(
            Rectangle(
                box,
                section.own_end - section.start,
                0.6,
                facecolor=colours[section.orientation],
                edgecolor="white",
                linewidth=0.5,
            )
        )
    for part in sections[sections["level"] == 1].itertuples():
        ax.plot(
            [part.start, part.start],
            [row - 0.42, row + 0.3],
            color="#111111",
            linewidth=0.9,
            solid_capstyle="butt",
        )
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
        layouts = {name: _pack(words, scale, margin) for name, words in clouds.items()}
        if all(len(layouts[name]) == len(words) for name, words in clouds.items()):
            return layouts
        largest_type *= 0.95


def _pack(words: Mapping[str, float], scale: float, margin: int, tries: int = 8) -> list[Placed]:
    """The fullest of several random packings; words that found no room are missing."""
    best: list[Placed] = []
    for seed in range(tries):
        placed = _place(words, scale, margin, seed)
        if len(placed) == len(words):
            return placed
        best = max(best, placed, key=len)
    return best


def _place(words: Mapping[str, float], scale: float, margin: int, seed: int) -> list[Placed]:
    """Place words by falling frequency until one finds no room."""
    width, height = CLOUD
    taken = np.zeros((height, width), dtype=np.uint32)
    space = IntegralOccupancyMap(height, width, None)
    font, chance = ImageFont.truetype(BOLD, 1000), Random(seed)
    placed: list[Placed] = []
    for word, frequency in sorted(words.items(), key=lambda item: (-item[1], item[0])):
        size = float(scale * np.sqrt(frequency))
        left, top, right, bottom = (edge * size / 1000 for edge in font.getbbox(word, anchor="ls"))
        box = int(bottom - top) + 1 + margin, int(right - left) + 1 + margin
        found = space.sample_position(*box, chance)
        if found is None:
            break
        row, column = found
        taken[row : row + box[0], column : column + box[1]] = 255
        space.update(taken, row, column)
        placed.append((word, size, column + margin / 2 - left, row + margin / 2 - top))
    return placed


def word_cloud(ax: Axes, layout: Iterable[Placed], colour: str) -> Axes:
    """Draw one of `cloud_layouts`, as text: sharp at any size, selectable, and in the shipped font."""
    width, height = CLOUD
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal", anchor="NW")
    box = ax.get_window_extent()
    points = min(box.width / width, box.height / height) * 72 / ax.figure.dpi
    style = {"color": colour, "va": "baseline", "ha": "left", "fontweight": "bold"}
    for word, size, x, y in layout:
        ax.text(x, y, word, fontsize=size * points, **style)
    ax.axis("off")
    return ax


def section_map(ax: Axes, points: pd.DataFrame, colours: Mapping[int, str], names: Mapping[int, str]) -> Axes:
    """Sections as dots (x, y, cluster), each cluster named beside its dots."""
    for cluster, group in points.groupby("cluster"):
        ax.plot(
            group["x"],
            group["y"],
            MARKERS[int(cluster) % len(MARKERS)],
            color=colours[cluster],
            markeredgecolor="white",
            markeredgewidth=0.4,
            markersize=5,
        )
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.set_aspect("equal", adjustable="datalim")
    centre, named = points[["x", "y"]].mean(), []
    for cluster, group in points.groupby("cluster"):
        away = group[["x", "y"]] - centre
        outermost = group.loc[(away @ away.median()).idxmax(), ["x", "y"]]  # outside there is room for names
        named.append((outermost, names[cluster], {"color": colours[cluster], "weight": "bold"}))
    name_points(ax, named, points[["x", "y"]].to_numpy())
    return ax


DASHES = ("-", "--", "-.", ":")  # told apart in grey too


def correspondence_map(
    ax: Axes,
    found: Correspondence,
    redrawn: Mapping[str, np.ndarray],
    looks: Mapping[str, tuple[str, str, str]],
    names: Mapping[str, str],
) -> Axes:
    """A symmetric map: reports within the outline of their redrawn places, themes as crosses.

    ``redrawn`` holds (draws, 2) places of each report, ``looks`` its colour, marker and name.
    """
    for (doc_id, (colour, mark, _)), dashes in zip(looks.items(), cycle(DASHES)):
        outline = {"facecolor": "none", "edgecolor": colour, "linewidth": 0.7, "linestyle": dashes}
        ax.fill(*_nearest(redrawn[doc_id]).T, **outline)
        ax.plot(*found.rows.loc[doc_id], mark, color=colour, markersize=7, markeredgecolor="white")
    ax.plot(found.columns[1], found.columns[2], "+", color="#111111", markersize=5)
    ax.axhline(0, color="#cccccc", linewidth=0.6, zorder=0)
    ax.axvline(0, color="#cccccc", linewidth=0.6, zorder=0)
    ax.set_aspect("equal", adjustable="datalim")
    reports = [(found.rows.loc[d], name, {"color": c, "weight": "bold"}) for d, (c, _, name) in looks.items()]
    themes = [(place, names[theme], {"color": "#111111"}) for theme, place in found.columns.iterrows()]
    name_points(ax, [*reports, *themes])
    return ax


def name_points(
    ax: Axes,
    points: list[tuple[Iterable[float], str, Mapping[str, object]]],
    others: np.ndarray | None = None,
) -> None:
    """Write names beside points, each where it covers least of the points, of the names and of ``others``."""
    ax.figure.draw_without_rendering()  # settles where the points are
    page, at = ax.figure.bbox, [ax.transData.transform(tuple(place)) for place, _, _ in points]
    taken = [Bbox.from_bounds(x - 8, y - 8, 16, 16) for x, y in at]
    if others is not None:
        taken += [Bbox.from_bounds(x - 6, y - 6, 12, 12) for x, y in ax.transData.transform(others)]
    sides = [(0, 1), (1, 0), (-1, 0), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
    for own, (place, name, style) in enumerate(points):
        least = None
        for distance, (x, y) in product((6, 11, 20, 30, 42), sides):
            align = {"ha": ("center", "left", "right")[x], "va": ("center", "bottom", "top")[y]}
            offset = {"xytext": (x * distance, y * distance), "textcoords": "offset points"}
            lead = {"arrowstyle": "-", "linewidth": 0.5, "color": style["color"], "shrinkB": 3}
            offset |= {"arrowprops": lead} if distance > 11 else {}
            label = ax.annotate(name, tuple(place), fontsize=7.5, **offset, **align, **style)
            label.set_in_layout(False)  # or the points would move away from under the names
            box = label.get_window_extent()
            covered = sum(box.overlaps(other) for i, other in enumerate(taken) if i != own)
            covered += 10 * (box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1)
            if least is None or covered < least[0]:
                if least is not None:
                    least[1].remove()
                least = covered, label, box
            else:
                label.remove()
            if least[0] == 0:
                break
        taken.append(least[2])


def _nearest(points: np.ndarray, share: float = 0.95) -> np.ndarray:
    """The outline (convex hull) of the share of points nearest to their mean, in their own covariance."""
    apart = points - points.mean(axis=0)
    if np.linalg.matrix_rank(apart, tol=1e-9) < 2:  # on a line or a point: its ends
        along = apart @ np.linalg.svd(apart)[2][0]
        return points[[along.argmin(), along.argmax()]]
    distance = (apart @ np.linalg.pinv(np.cov(apart.T)) * apart).sum(axis=1)
    near = points[distance <= np.quantile(distance, share)]
    return near[ConvexHull(near).vertices]
