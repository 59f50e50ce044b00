"""Maps: names lie beside their points, and neither on each other nor on lines."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.path import Path as MplPath
from matplotlib.text import Text

from jiedao import house, pictures
from jiedao.correspondence import correspondence, outline, place_rows
from jiedao.plots import legible


@pytest.fixture(autouse=True)
def style():
    house.use()
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return drawing(60)


def drawing(height):
    return plt.subplots(figsize=(174 / 25.4, height / 25.4))[1]


def texts_of(ax):
    return [t.get_text() for t in ax.texts]


def tags_of(artists):
    return [artist.get_gid() for artist in artists]


# --- the map of sections


def test_section_map_names_each_cluster_near_its_dots(ax):
    points = pd.DataFrame({"x": [0, 0.1, 1, 1.1], "y": [0, 0.1, 1, 1.1], "cluster": [1, 1, 2, 2]})
    points["row"] = [4, 5, 6, 7]
    assert pictures.section_map(ax, points, {1: "#111111", 2: "#222222"}, {1: "one", 2: "two"}) is ax
    assert np.vstack([x.get_xydata() for x in ax.lines]) == pytest.approx(points[["x", "y"]].to_numpy())
    assert tags_of(ax.lines) == ["row-4", "row-5", "row-6", "row-7"]
    assert len({x.get_marker() for x in ax.lines[:2]}) == 1
    assert texts_of(ax) == ["one", "two"]
    for text, outermost in zip(ax.texts, (0, 1.1), strict=True):  # where there is room for a name
        assert text.xy == pytest.approx((outermost, outermost))
    assert [to_hex(t.get_color()) for t in ax.texts] == ["#111111", "#222222"]


def test_names_of_clusters_cover_as_few_sections_as_they_can(ax):
    """Two clusters of sections side by side: the names find room outside both."""
    rng = np.random.default_rng(3)
    points = pd.DataFrame(rng.normal(scale=0.1, size=(40, 2)), columns=["x", "y"])
    points["cluster"] = np.repeat([1, 2], 20)
    points["x"] += points["cluster"]
    points["row"] = range(40)
    pictures.section_map(ax, points, {1: "#111111", 2: "#222222"}, {1: "1 党建·基层", 2: "2 安全·生产"})
    ax.figure.draw_without_rendering()
    at = ax.transData.transform(points[["x", "y"]].to_numpy())
    for text in ax.texts:
        box = Text.get_window_extent(text)
        assert sum(box.contains(x, y) for x, y in at) == 0


# --- names beside points


def boxes_of(ax):
    ax.figure.draw_without_rendering()
    return [Text.get_window_extent(t) for t in ax.texts]


def overlapping(boxes):
    return [(a, b) for (a, one), (b, other) in combinations(enumerate(boxes), 2) if one.overlaps(other)]


@pytest.mark.parametrize(
    "places",
    [
        [(0.5, 0.5)],
        [(0.5, 0.5), (0.5, 0.56)],
        [(0.5, 0.5), (0.53, 0.5), (0.5, 0.55), (0.53, 0.55)],
        [(x / 10, 0.5) for x in range(10)],
        [(0.2, 0.2), (0.2, 0.2)],
    ],
)
def test_names_beside_points_cover_no_name_and_no_point(ax, places):
    ax.set(xlim=(0, 1), ylim=(0, 1))
    names = [f"花山 20{i:02}" for i in range(len(places))]
    points = [(p, n, {"color": "#123456", "weight": "bold"}) for p, n in zip(places, names, strict=True)]
    pictures.name_points(ax, points)
    assert texts_of(ax) == names  # one each, and no attempt left behind
    assert [t.xy for t in ax.texts] == places
    assert {(t.get_color(), t.get_weight()) for t in ax.texts} == {("#123456", "bold")}
    boxes = boxes_of(ax)
    assert overlapping(boxes) == []
    at = ax.transData.transform(places)
    for i, box in enumerate(boxes):
        others = [p for j, p in enumerate(at) if places[j] != places[i]]
        assert not any(box.contains(*p) for p in others)
        assert np.hypot(*(np.clip(at[i], box.min, box.max) - at[i])) < 45 * ax.figure.dpi / 72  # near its own


@given(st.lists(st.tuples(st.floats(0.15, 0.85), st.floats(0.15, 0.85)), min_size=1, max_size=5))
@settings(max_examples=8, deadline=None)
def test_a_few_names_never_lie_on_each_other(places):
    ax = drawing(110)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    pictures.name_points(ax, [(p, "town", {"color": "#111111"}) for p in places])
    assert overlapping(boxes_of(ax)) == []
    plt.close(ax.figure)


def test_names_without_room_are_written_all_the_same(ax):
    ax.set(xlim=(0, 1), ylim=(0, 1))
    pictures.name_points(ax, [((0.5, 0.5), "a rather long name", {"color": "#111111"})] * 16)
    assert len(ax.texts) == 16
    assert overlapping(boxes_of(ax))


def test_names_cross_no_line_where_there_is_room(ax):
    ax.set(xlim=(0, 1), ylim=(0, 1))
    square = np.array([(0.45, 0.4), (0.55, 0.4), (0.55, 0.6), (0.45, 0.6), (0.45, 0.4)])
    pictures.name_points(
        ax, [(np.array([0.5, 0.5]), "a rather long name", {"color": "#111111"})], None, [square]
    )
    (text,) = ax.texts
    box, line = Text.get_window_extent(text), MplPath(ax.transData.transform(square))
    assert not line.intersects_bbox(box, filled=False)
    assert text.arrow_patch is not None  # a line leads to it


# --- the map of reports and themes


LOOKS = {"a": ("#112233", "o"), "b": ("#445566", "s"), "c": ("#778899", "D")}
THEMES = {"1": "1 党建", "2": "2 安全", "3": "3 民生", "4": "4 环境"}


@pytest.fixture(scope="module")
def mapped():
    """Three reports over four themes, with the outlines of redrawn places."""
    table = pd.DataFrame([[40, 5, 5, 10], [5, 40, 5, 10], [10, 10, 30, 10]], list("abc"), list("1234"))
    found = correspondence(table)
    rng = np.random.default_rng(4)
    corners = [outline(place_rows(rng.dirichlet(table.loc[d] + 1, 400), found)) for d in table.index]
    points = pd.concat([found.rows, found.columns]).set_axis(["x", "y"], axis=1).rename_axis("name")
    points = points.reset_index().assign(row=range(7))
    return points[:3].assign(outline=corners), points[3:]


def test_correspondence_map(ax, mapped):
    reports, themes = mapped
    assert pictures.correspondence_map(ax, reports, themes, LOOKS, THEMES) is ax
    marks, crosses = ax.lines[:3], ax.lines[3:7]
    for (colour, mark), line, drawn, row in zip(
        LOOKS.values(), marks, ax.patches, reports.itertuples(), strict=True
    ):
        assert line.get_xydata()[0] == pytest.approx((row.x, row.y))
        assert (line.get_color(), line.get_marker()) == (colour, mark)
        assert to_hex(drawn.get_edgecolor()) == colour and not drawn.get_fill()
        assert drawn.get_path().vertices[:-1] == pytest.approx(row.outline)
    assert {line.get_marker() for line in crosses} == {"+"}
    assert np.vstack([line.get_xydata() for line in crosses]) == pytest.approx(themes[["x", "y"]].to_numpy())
    assert tags_of([*marks, *crosses]) == [f"row-{n}" for n in range(7)]
    assert texts_of(ax) == list(THEMES.values())
    assert [t.xy for t in ax.texts] == [pytest.approx(tuple(p)) for p in themes[["x", "y"]].to_numpy()]
    assert ax.get_aspect() == 1


def test_reports_are_named_on_the_map_where_names_are_given(ax, mapped):
    pictures.correspondence_map(ax, *mapped, LOOKS, {"a": "甲 2024"} | THEMES)
    assert texts_of(ax)[0] == "甲 2024"
    assert to_hex(ax.texts[0].get_color()) == to_hex(legible("#112233"))


def test_outlines_that_are_lines_can_be_drawn(ax, mapped):
    reports, themes = mapped
    flat = [corners[:2] * (1, 0) for corners in reports["outline"]]
    pictures.correspondence_map(ax, reports.assign(outline=flat), themes, LOOKS, THEMES)
    ax.figure.draw_without_rendering()
    assert [np.ptp(drawn.get_path().vertices[:, 1]) for drawn in ax.patches] == [0, 0, 0]
