"""Charts: the marks stand where the table says, and words do not lie on each other."""

from itertools import combinations, pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgb
from matplotlib.path import Path as MplPath

from jiedao import house, pictures, plots
from jiedao.correspondence import correspondence, place_rows

RATES = pd.DataFrame({"rate": [3.0, 1.0, 2.0], "low": [2.5, 0.5, 1.0], "high": [4.0, 1.5, 3.0]})


@pytest.fixture(autouse=True)
def style():
    house.use()
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return house.figure(60)[1]


def bars_of(ax):
    """Left, width, y of the middle, and colour of the boxes drawn."""
    return [
        (p.get_x(), p.get_width(), p.get_y() + p.get_height() / 2, to_hex(p.get_facecolor()))
        for p in ax.patches
    ]


def texts_of(ax):
    return [t.get_text() for t in ax.texts]


def luminance(colour):
    """Relative luminance after WCAG 2."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "background",
    [
        *house.COLOURS,
        *house.PARTS.values(),
        "#ffffff",
        "#000000",
        *plots.INK([0.0, 0.5, 1.0])[:, :3].tolist(),
    ],
)
def test_print_on_a_colour_can_be_read(background):
    chosen = plots.readable(tuple(background) if isinstance(background, list) else background)
    best = max(("#111111", "#ffffff"), key=lambda colour: contrast(colour, background))
    assert chosen == best
    assert contrast(chosen, background) >= 4


def test_stacked_shares_add_up_from_left_to_right(ax):
    shares = pd.DataFrame({"a": [0.25, 0.5], "b": [0.75, 0.48], "c": [0.0, 0.02]}, index=["x", "y"])
    colours = {"a": "#000000", "b": "#888888", "c": "#ffffff"}
    assert plots.stacked_shares(ax, shares, colours, {c: c.upper() for c in colours}) is ax
    expected = [(0, 0.25, 0), (0, 0.5, 1), (0.25, 0.75, 0), (0.5, 0.48, 1), (1, 0, 0), (0.98, 0.02, 1)]
    assert [b[:3] for b in bars_of(ax)] == [pytest.approx(e) for e in expected]
    assert [b[3] for b in bars_of(ax)] == [c for c in colours.values() for _ in shares.index]
    assert texts_of(ax) == ["25%", "50%", "75%", "48%"]  # too narrow a box has no room for its number
    assert [t.get_text() for t in ax.get_yticklabels()] == ["x", "y"]
    assert ax.yaxis_inverted()
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["A", "B", "C"]


def test_figure_key_names_the_colours():
    fig, _ = house.figure(40)
    assert plots.colour_key(fig, {"review": "#112233", "plan": "#445566"}) is None
    (legend,) = fig.legends
    assert [t.get_text() for t in legend.get_texts()] == ["review", "plan"]
    assert [to_hex(h.get_facecolor()) for h in legend.legend_handles] == ["#112233", "#445566"]


def test_outline_strip_is_as_wide_as_the_sections_are_long(ax):
    sections = pd.DataFrame(
        {
            "start": [0, 10, 16],
            "own_end": [10, 16, 40],
            "level": pd.array([pd.NA, 1, 2], "Int64"),
            "is_leaf": [True, False, True],
            "orientation": ["framing", "prospective", "prospective"],
        }
    )
    assert pictures.outline_strip(ax, sections, house.PARTS, 3) is ax
    preamble, plan = house.PARTS["framing"], house.PARTS["prospective"]
    assert bars_of(ax) == [(0, 10, pytest.approx(3), preamble), (16, 24, pytest.approx(3), plan)]
    assert [list(line.get_xdata()) for line in ax.lines] == [[10, 10]]


@pytest.mark.parametrize("offset", [0, 0.15])
def test_dots_stand_on_their_intervals(ax, offset):
    assert plots.dots(ax, RATES, "#1f5f8b", "D", offset=offset) is ax
    at = np.arange(3) + offset
    (line,) = ax.lines
    assert line.get_xdata().tolist() == RATES["rate"].tolist()
    assert line.get_ydata() == pytest.approx(at)
    assert line.get_marker() == "D"
    segments = ax.collections[0].get_segments()
    assert np.array(segments) == pytest.approx(
        np.array([[[r.low, y], [r.high, y]] for r, y in zip(RATES.itertuples(), at, strict=True)])
    )


def test_rows_run_from_top_to_bottom(ax):
    assert plots.rows(ax, ["first", "second"], "share") is ax
    assert [(t.get_text(), t.get_position()[1]) for t in ax.get_yticklabels()] == [
        ("first", 0),
        ("second", 1),
    ]
    assert ax.yaxis_inverted() and ax.get_xlabel() == "share"


def test_finish_grid_hides_what_is_left_over():
    fig, axes = house.figure(80, nrows=2, ncols=2, squeeze=False)
    assert plots.finish_grid(fig, axes, 3, "per 1,000", "95 % interval") is fig
    assert [ax.axison for ax in axes.flat] == [True, True, True, False]
    assert fig.get_supxlabel() == "per 1,000  (95 % interval)"
    assert plots.finish_grid(*house.figure(80, ncols=2, squeeze=False), 2).get_supxlabel() == ""
    plots.finish_grid(fig, axes, 3, "per 1,000", foot="† another period")
    assert fig.get_supxlabel() == "per 1,000\n† another period"
    assert (
        plots.finish_grid(fig, axes, 3, "per 1,000", "note", "foot").get_supxlabel()
        == "per 1,000  (note)\nfoot"
    )


def segments_of(collection):
    """Lines of a collection as ((x0, y0), (x1, y1))."""
    return [tuple(map(tuple, segment)) for segment in collection.get_segments()]


def test_strip_dots_have_a_row_a_term_and_an_interval_a_dot(ax):
    rows = [("a", "网格", 1.0, 0.5, 1.5), ("b", "网格", 2.0, 1.0, 4.0), ("a", "党建", 3.0, 2.5, 3.5)]
    table = pd.DataFrame(rows, columns=["doc_id", "term", "per_1000", "low", "high"])
    marks = {"a": ("#111111", "o", "A"), "b": ("#222222", "s", "B")}
    assert plots.strip_dots(ax, table, ["党建", "网格"], marks, "per_1000") is ax
    assert [(x.get_label(), x.get_marker(), x.get_color()) for x in ax.lines] == [
        ("A", "o", "#111111"),
        ("B", "s", "#222222"),
    ]
    places = {"网格": 1, "党建": 0}
    for doc_id, line, intervals in zip("ab", ax.lines, ax.collections, strict=True):
        mine = table[table["doc_id"] == doc_id]
        offset = -0.32 if doc_id == "a" else 0.32  # reports stand below each other within a row
        at = [places[t] + offset for t in mine["term"]]
        assert list(line.get_xdata()) == mine["per_1000"].tolist()
        assert list(line.get_ydata()) == pytest.approx(at)
        expected = [((r.low, y), (r.high, y)) for r, y in zip(mine.itertuples(), at, strict=True)]
        assert np.array(segments_of(intervals)) == pytest.approx(np.array(expected))
        assert to_hex(intervals.get_color()[0]) == line.get_color()
    assert ax.get_xlim()[0] == 0
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["A", "B"]


def test_strip_dots_of_one_report_stand_on_their_rows(ax):
    table = pd.DataFrame({"doc_id": ["a"], "word": ["网格"], "n": [2], "low": [1], "high": [3]})
    plots.strip_dots(ax, table, ["党建", "网格"], {"a": ("#111111", "o", "A")}, "n", "word")
    assert ax.lines[0].get_ydata().tolist() == [1]


def test_right_column_prints_the_words_beside_their_rows(ax):
    plots.rows(ax, ["x", "y"])
    assert plots.right_column(ax, ["5/6", "–"], "survives") is ax
    assert texts_of(ax) == ["5/6", "–", "survives"]
    assert [t.get_position()[1] for t in ax.texts[:2]] == [0, 1]
    assert ax.texts[2].get_position()[1] > 1
    ax.figure.draw_without_rendering()
    right = ax.get_window_extent().x1
    assert all(t.get_window_extent().x0 > right for t in ax.texts)


def test_right_column_takes_a_column_of_a_table(ax):
    plots.right_column(ax, pd.Series([0.126, 1.0], index=["党建", "网格"]).map("{:.2f}".format), "DPnorm")
    assert texts_of(ax) == ["0.13", "1.00", "DPnorm"]


def test_tiles_print_and_shade_their_values(ax):
    matrix = pd.DataFrame([[0.0, 0.5], [np.nan, 1.0]], index=["x", "y"], columns=["p", "q"])
    assert plots.tiles(ax, matrix) is ax
    assert texts_of(ax) == ["0.00", "0.50", "", "1.00"]
    assert [t.get_position() for t in ax.texts] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    shades = [to_hex(plots.INK(v)) for v in (0.0, 0.5, 1.0)]
    assert [b[3] for b in bars_of(ax)] == [*shades[:2], "#ffffff", shades[2]]
    assert all(contrast(t.get_color(), b[3]) >= 3 for t, b in zip(ax.texts, bars_of(ax), strict=True))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["p", "q"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["x", "y"]
    assert ax.yaxis_inverted()


def test_tiles_with_a_text_of_their_own(ax):
    matrix = pd.DataFrame([[0.2, np.nan], [0.4, 0.8]])
    written = pd.DataFrame([["0.20", "0.1–0.3"], ["0.40†", ""]])
    plots.tiles(ax, matrix, low=0, high=1, written=written)
    assert texts_of(ax) == ["0.20", "0.1–0.3", "0.40†", ""]  # a cell without a number too
    assert [b[3] for b in bars_of(ax)] == [
        to_hex(plots.INK(0.2)),
        "#ffffff",
        to_hex(plots.INK(0.4)),
        to_hex(plots.INK(0.8)),
    ]
    assert contrast(ax.texts[1].get_color(), "#ffffff") > 15


def test_tiles_of_one_value_or_on_a_given_scale(ax):
    plots.tiles(ax, pd.DataFrame([[0.3, 0.3]]), "{:.0%}".format)
    plots.tiles(ax, pd.DataFrame([[0.3]]), low=0, high=1)
    assert texts_of(ax) == ["30%", "30%", "0.30"]
    assert bars_of(ax)[-1][3] == to_hex(plots.INK(0.3))


def test_lines_run_over_the_index_and_are_named_at_their_end(ax):
    table = pd.DataFrame({"a": [0.2, 0.8], "b": [0.4, 0.79]}, index=[4, 5])
    assert plots.lines(ax, table, ["#111111", "#222222"], {"a": "A", "b": "B"}, chosen=5) is ax
    assert [x.get_ydata().tolist() for x in ax.lines[:2]] == [[0.2, 0.8], [0.4, 0.79]]
    assert ax.lines[2].get_xdata() == [5, 5]
    assert [(t.get_text(), t.get_color()) for t in ax.texts] == [("A", "#111111"), ("B", "#222222")]
    a, b = (t.xy[1] for t in ax.texts)
    assert a - b >= 0.07 * 0.8 - 1e-6


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6), st.floats(0.1, 5))
def test_labels_are_moved_apart_in_their_order(values, gap):
    moved = plots.apart(values, gap)
    order = np.argsort(values, kind="stable")
    assert len(moved) == len(values)
    inorder = sorted(moved)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(inorder))
    assert all(moved[i] < moved[j] for i, j in combinations(order, 2) if values[i] < values[j])


def test_labels_that_are_apart_stay():
    assert plots.apart([3.0, 1.0, 2.0], 1.0) == [3.0, 1.0, 2.0]


def test_bars_are_as_long_as_their_values(ax):
    assert plots.bars(ax, pd.Series({"x": 3.0, "y": 1.0}), "#1f5f8b") is ax
    assert [b[:3] for b in bars_of(ax)] == [pytest.approx((0, 3, 0)), pytest.approx((0, 1, 1))]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["x", "y"]


def test_section_map_names_each_cluster_near_its_dots(ax):
    points = pd.DataFrame({"x": [0, 0.1, 1, 1.1], "y": [0, 0.1, 1, 1.1], "cluster": [1, 1, 2, 2]})
    assert pictures.section_map(ax, points, {1: "#111111", 2: "#222222"}, {1: "one", 2: "two"}) is ax
    assert [x.get_xdata().tolist() for x in ax.lines] == [[0, 0.1], [1, 1.1]]
    assert texts_of(ax) == ["one", "two"]
    for text, outermost in zip(ax.texts, (0, 1.1), strict=True):  # where there is room for a name
        assert text.xy == pytest.approx((outermost, outermost))
        assert np.hypot(*text.xyann) <= np.hypot(42, 42)
    assert [t.get_color() for t in ax.texts] == ["#111111", "#222222"]


def test_names_of_clusters_cover_as_few_sections_as_they_can(ax):
    """Two clusters of sections side by side: the names find room outside both."""
    rng = np.random.default_rng(3)
    points = pd.DataFrame(rng.normal(scale=0.1, size=(40, 2)), columns=["x", "y"])
    points["cluster"] = np.repeat([1, 2], 20)
    points["x"] += points["cluster"]
    pictures.section_map(ax, points, {1: "#111111", 2: "#222222"}, {1: "1 党建·基层", 2: "2 安全·生产"})
    ax.figure.draw_without_rendering()
    at = ax.transData.transform(points[["x", "y"]].to_numpy())
    for text in ax.texts:
        box = text.get_window_extent()
        assert sum(box.contains(x, y) for x, y in at) == 0


def test_dumbbells_join_before_and_after(ax):
    table = pd.DataFrame({"review": [0.1, 0.4], "plan": [0.3, 0.2]})
    table = table.assign(low_review=0.0, high_review=0.5, low_plan=0.1, high_plan=0.6)
    assert plots.dumbbells(ax, table, "review", "plan", ("#111111", "#222222")) is ax
    *joined, review, plan = ax.lines
    assert [(x.get_color(), x.get_xdata().tolist()) for x in (review, plan)] == [
        ("#111111", [0.1, 0.4]),
        ("#222222", [0.3, 0.2]),
    ]
    for row, line in enumerate(joined):  # from dot to dot, neither of which hides the other
        ends = [(x.get_xdata()[row], x.get_ydata()[row]) for x in (review, plan)]
        assert list(zip(line.get_xdata(), line.get_ydata(), strict=True)) == ends
        assert ends[0][1] < row < ends[1][1]
    review, plan = (np.array(c.get_segments()) for c in ax.collections)
    assert review[:, :, 0].tolist() == [[0.0, 0.5]] * 2 and plan[:, :, 0].tolist() == [[0.1, 0.6]] * 2


# --- verdicts


STYLES = {
    "holds": {"marker": "o", "color": "#24496e"},
    "weaker": {"marker": "o", "color": "#24496e", "fillstyle": "none"},
    "fails": {"marker": "X", "color": "#c4515f"},
}


def test_verdicts_are_a_sign_for_each_cell_that_holds_one(ax):
    table = pd.DataFrame(
        [["holds", "fails", np.nan], ["weaker", None, "holds"]], index=["one", "two"], columns=list("abc")
    )
    assert plots.verdicts(ax, table, STYLES) is ax
    drawn = {(x.get_xdata()[0], x.get_ydata()[0]): x for x in ax.lines}
    cells = {(c, r): v for (r, c), v in np.ndenumerate(table.to_numpy()) if isinstance(v, str)}
    assert len(ax.lines) == len(drawn) == 4 and set(drawn) == set(cells)
    for place, verdict in cells.items():
        sign, look = drawn[place], STYLES[verdict]
        assert (sign.get_marker(), sign.get_color()) == (look["marker"], look["color"])
        assert sign.get_fillstyle() == look.get("fillstyle", "full")
        assert sign.get_linestyle() == "None"
    assert [t.get_text() for t in ax.get_xticklabels()] == list("abc")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["one", "two"]
    assert ax.yaxis_inverted()
    (x0, x1), (y1, y0) = ax.get_xlim(), ax.get_ylim()
    assert all(x0 < x < x1 and y0 < y < y1 for x, y in drawn)


def test_a_verdict_without_a_look_is_an_error(ax):
    with pytest.raises(KeyError, match="open"):
        plots.verdicts(ax, pd.DataFrame([["open"]]), STYLES)


def test_sign_key_names_the_signs():
    fig, _ = house.figure(40)
    plots.sign_key(fig, STYLES)
    (legend,) = fig.legends
    assert [t.get_text() for t in legend.get_texts()] == list(STYLES)
    looks = [(h.get_marker(), h.get_color(), h.get_fillstyle()) for h in legend.legend_handles]
    assert looks == [(s["marker"], s["color"], s.get("fillstyle", "full")) for s in STYLES.values()]


# --- names beside points


def boxes_of(ax):
    ax.figure.draw_without_rendering()
    return [t.get_window_extent() for t in ax.texts]


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
    _, ax = house.figure(110)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    pictures.name_points(ax, [(p, "town", {"color": "#111111"}) for p in places])
    assert overlapping(boxes_of(ax)) == []
    plt.close(ax.figure)


def test_names_without_room_are_written_all_the_same(ax):
    ax.set(xlim=(0, 1), ylim=(0, 1))
    pictures.name_points(ax, [((0.5, 0.5), "a rather long name", {"color": "#111111"})] * 16)
    assert len(ax.texts) == 16
    assert overlapping(boxes_of(ax))


# --- the map of reports and themes


@pytest.fixture(scope="module")
def mapped():
    """Three reports over four themes, and redrawn places around each."""
    table = pd.DataFrame([[40, 5, 5, 10], [5, 40, 5, 10], [10, 10, 30, 10]], list("abc"), [1, 2, 3, 4])
    found = correspondence(table)
    rng = np.random.default_rng(4)
    redrawn = {d: place_rows(rng.dirichlet(table.loc[d] + 1, 400), found) for d in table.index}
    return found, redrawn


LOOKS = {"a": ("#112233", "o", "甲 2024"), "b": ("#445566", "s", "乙 2024"), "c": ("#778899", "D", "丙 2024")}
THEMES = {1: "1 党建", 2: "2 安全", 3: "3 民生", 4: "4 环境"}


def test_correspondence_map(ax, mapped):
    found, redrawn = mapped
    assert pictures.correspondence_map(ax, found, redrawn, LOOKS, THEMES) is ax
    reports, themes = ax.lines[:3], ax.lines[3]
    for (doc_id, (colour, mark, _)), line, outline in zip(LOOKS.items(), reports, ax.patches, strict=True):
        assert line.get_xydata()[0] == pytest.approx(found.rows.loc[doc_id])
        assert (line.get_color(), line.get_marker()) == (colour, mark)
        assert to_hex(outline.get_edgecolor()) == colour and outline.get_facecolor()[3] == 0
        corners = outline.get_path().vertices[:-1]
        assert corners == pytest.approx(pictures._nearest(redrawn[doc_id]))
        assert MplPath(corners).contains_point(found.rows.loc[doc_id].to_numpy())
    assert themes.get_marker() == "+"
    assert themes.get_xydata() == pytest.approx(found.columns.to_numpy())
    assert texts_of(ax) == [name for _, _, name in LOOKS.values()] + list(THEMES.values())
    assert [t.get_color() for t in ax.texts[:3]] == [colour for colour, _, _ in LOOKS.values()]
    places = [*found.rows.to_numpy(), *found.columns.to_numpy()]
    assert [t.xy for t in ax.texts] == [pytest.approx(tuple(p)) for p in places]
    assert ax.get_aspect() == 1


@pytest.mark.parametrize("shape", ["round", "long", "turned"])
def test_the_outline_holds_95_percent_of_the_places(shape):
    points = np.random.default_rng(7).normal(size=(1000, 2))
    if shape != "round":
        points *= (8, 0.2)
    if shape == "turned":
        points = points @ np.array([[0.8, 0.6], [-0.6, 0.8]]) + (5, -3)
    outline = pictures._nearest(points)
    share = MplPath(outline).contains_points(points, radius=1e-9).mean()
    edge = len(outline) / len(points)  # corners themselves may count as outside
    assert 0.95 - edge <= share <= 0.955
    assert {tuple(p) for p in outline} <= {tuple(p) for p in points}


@given(st.integers(0, 999), st.floats(0.5, 1))
@settings(max_examples=25, deadline=None)
def test_the_outline_is_convex_and_nested(seed, share):
    points = np.random.default_rng(seed).normal(size=(120, 2)) * (3, 1)
    outline, whole = pictures._nearest(points, share), pictures._nearest(points, 1.0)
    turns = np.roll(outline, -1, axis=0) - outline
    after = np.roll(turns, -1, axis=0)
    assert (turns[:, 0] * after[:, 1] - turns[:, 1] * after[:, 0] > 0).all()
    assert MplPath(whole).contains_points(points.mean(axis=0)[None]).all()
    inside = MplPath(whole).contains_points(outline) | (outline[:, None] == whole).all(axis=2).any(axis=1)
    assert inside.all()


def test_a_far_place_is_left_out_of_the_outline():
    points = np.vstack([np.random.default_rng(2).normal(size=(200, 2)), [[50, 50]]])
    assert np.abs(pictures._nearest(points)).max() < 10


LINE = np.linspace(-1, 3, 41)
ROUNDING = np.where(np.arange(41) % 2, 1e-15, 0)


@pytest.mark.parametrize(
    ("points", "ends"),
    [
        (np.column_stack([LINE, 2 * LINE]), [(-1, -2), (3, 6)]),
        (np.column_stack([LINE, -LINE]), [(3, -3), (-1, 1)]),
        (np.column_stack([LINE, 0 * LINE + 5]), [(-1, 5), (3, 5)]),
        (np.column_stack([0 * LINE + 5, LINE]), [(5, -1), (5, 3)]),
        (np.column_stack([LINE, ROUNDING]), [(-1, 0), (3, 0)]),  # but for rounding
        (np.column_stack([ROUNDING, LINE]), [(0, -1), (0, 3)]),
        (np.full((41, 2), 0.25), [(0.25, 0.25)] * 2),
        (np.full((1, 2), 0.25), [(0.25, 0.25)] * 2),
    ],
)
def test_the_outline_of_places_on_a_line_is_its_ends(points, ends):
    shuffled = np.random.default_rng(6).permutation(points)
    found = sorted(map(tuple, pictures._nearest(shuffled)))
    assert len(found) == 2
    assert found == [pytest.approx(end, abs=1e-12) for end in sorted(ends)]


def test_places_on_a_line_can_be_drawn(ax, mapped):
    found, redrawn = mapped
    flat = {d: places * (1, 0) for d, places in redrawn.items()} | {"b": np.zeros((50, 2))}
    pictures.correspondence_map(ax, found, flat, LOOKS, THEMES)
    ax.figure.draw_without_rendering()
    corners = [outline.get_path().vertices for outline in ax.patches]
    assert np.ptp(corners[0][:, 0]) == pytest.approx(np.ptp(flat["a"][:, 0]))
    assert (corners[1] == 0).all()


# --- clouds


WORDS = pd.read_csv(Path(__file__).parents[1] / "figures/zh/fig2-2-wordclouds.csv")


@pytest.fixture(scope="module", params=house.LANGUAGES)
def clouds(request):
    """Clouds of the real words, laid out as the notebook does."""
    house.use()
    doc_ids = list(WORDS["doc_id"].unique())
    fig, axes = house.figure(92, nrows=2, ncols=3, squeeze=False)
    fig.set_dpi(400)  # fine enough that words which only come close do not share a pixel
    fig.canvas.draw()
    words = {}
    for doc_id in doc_ids:
        words[doc_id] = WORDS[WORDS["doc_id"] == doc_id].set_index("term")["per_1000"]
        if request.param == "en":
            words[doc_id] = words[doc_id].rename(house.short_gloss).groupby(level=0).sum()
    layouts = pictures.cloud_layouts({doc_id: dict(counts) for doc_id, counts in words.items()})
    drawn = []
    for ax, doc_id in zip(axes.flat, doc_ids, strict=False):
        assert pictures.word_cloud(ax, layouts[doc_id], "#1f5f8b") is ax
        drawn.append((ax, words[doc_id]))
    fig.canvas.draw()
    return drawn


def ink(text):
    """Which pixels a text blackens, the lowest row first."""
    renderer = text.figure.canvas.get_renderer()
    renderer.clear()
    text.draw(renderer)
    return np.asarray(renderer.buffer_rgba())[::-1, :, 3] > 127


def test_words_of_a_cloud_lie_inside_and_apart(clouds):
    """Boxes around words may overlap, where a short word sits beside the tail of a y; their ink may not."""
    clashes = []
    for ax, _ in clouds:
        x0, y0, x1, y1 = np.rint(ax.get_window_extent().extents).astype(int)
        owner = np.full((y1 - y0, x1 - x0), -1, np.int16)
        for i, text in enumerate(ax.texts):
            mask = ink(text)
            inside = mask[y0:y1, x0:x1]
            assert inside.any() and inside.sum() == mask.sum(), text.get_text()
            clashes += [(ax.texts[j].get_text(), text.get_text()) for j in np.unique(owner[inside]) if j >= 0]
            owner[inside] = i
    assert clashes == []


def test_clouds_share_one_scale_and_show_their_most_frequent_words(clouds):
    largest = {}
    for ax, words in clouds:
        sizes = {t.get_text(): t.get_fontsize() for t in ax.texts}
        assert set(sizes) == set(words.index)
        shown = words[list(sizes)].sort_values(ascending=False)
        assert all(sizes[a] >= sizes[b] for a, b in pairwise(shown.index) if words[a] > words[b])
        largest[words.max()] = max(sizes.values())
    assert [largest[w] for w in sorted(largest)] == sorted(largest.values())


def test_numbers_beside_rows_and_none_where_there_is_none(ax):
    values = pd.Series([3.0, float("nan"), 12.0])
    assert plots.say_beside(ax, values, pd.Series([0.1, 0.2, 0.3]), 0.1, "n = {:.0f}") is ax
    assert [(t.get_text(), t.xy) for t in ax.texts] == [("n = 3", (0.1, 0.1)), ("n = 12", (0.3, 2.1))]
