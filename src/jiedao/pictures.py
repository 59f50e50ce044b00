"""Pictures of texts rather than of numbers: outlines as strips, word clouds, a map of sections."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from PIL import ImageFont
from wordcloud import WordCloud

from jiedao.house import FONTS


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


def word_cloud(
    ax: Axes,
    frequencies: Mapping[str, float],
    largest: float,
    colour: str,
    width_px: int = 600,
    height_px: int = 413,
) -> Axes:
    """A word cloud whose type sizes are comparable with other clouds of the same ``largest``.

    wordcloud scales the commonest word to the largest type; a scale shared by several clouds therefore
    needs the type size set from the commonest word of all of them.
    """
    frequencies = dict(frequencies)
    mine = max(frequencies.values())
    biggest = 100 * np.sqrt(mine / largest)
    cloud = WordCloud(
        font_path=str(FONTS / "JiedaoSans-Bold.ttf"),
        width=width_px,
        height=height_px,
        background_color="white",
        random_state=1,
        max_font_size=int(biggest),
        min_font_size=9,
        relative_scaling=0.5,
        prefer_horizontal=1.0,
        margin=3,
        color_func=lambda *_, **__: colour,
    ).generate_from_frequencies(frequencies)
    # Drawn as text, not as an image: sharp at any size, selectable, and in the shipped font.
    ax.set(xlim=(0, width_px), ylim=(height_px, 0), aspect="equal", anchor="NW")
    box = ax.get_window_extent()
    scale = min(box.width / width_px, box.height / height_px) * 72 / ax.figure.dpi
    for (word, _), size, (y, x), *_rest in cloud.layout_:
        left, top, *_ = ImageFont.truetype(cloud.font_path, size).getbbox(word, anchor="ls")
        ax.text(
            x - left,
            y - top,
            word,
            fontsize=0.95 * size * scale,
            color=colour,
            va="baseline",
            ha="left",
            fontweight="bold",
        )
    ax.axis("off")
    return ax


def section_map(ax: Axes, points: pd.DataFrame, colours: Mapping[int, str], names: Mapping[int, str]) -> Axes:
    """Sections as dots (x, y, cluster), each cluster named at its centre."""
    for cluster, group in points.groupby("cluster"):
        ax.plot(
            group["x"],
            group["y"],
            "o",
            color=colours[cluster],
            markeredgecolor="white",
            markeredgewidth=0.4,
            markersize=5,
        )
    middle, reach = points[["x", "y"]].mean(), points[["x", "y"]].abs().to_numpy().max()
    for cluster, group in points.groupby("cluster"):
        centre = group[["x", "y"]].median()
        away = (
            (centre - middle) / max(np.hypot(*(centre - middle)), 1e-9) * 0.09 * reach
        )  # outwards, off the dots
        ax.text(
            *(centre + away),
            names[cluster],
            ha="center",
            va="center",
            fontsize=7.5,
            fontweight="bold",
            bbox={
                "facecolor": "white",
                "edgecolor": colours[cluster],
                "linewidth": 0.8,
                "boxstyle": "round,pad=0.2",
            },
        )
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.set_aspect("equal", adjustable="datalim")
    return ax
