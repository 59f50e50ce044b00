"""Charts: the marks stand where the table says, and words do not lie on each other."""

from itertools import combinations, pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgb

from jiedao import house, pictures, plots

RATES = pd.DataFrame(
    {"rate": [3.0, 1.0, 2.0], "low": [2.5, 0.5, 1.0], "high": [4.0, 1.5, 3.0], "row": [4, 5, 7]}
)


@pytest.fixture(autouse=True)
def style():
    house.use()
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return plt.subplots(figsize=(6.85, 2.4))[1]


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
    best = max(("#000000", "#ffffff"), key=lambda colour: contrast(colour, background))
    assert chosen == best
    assert contrast(chosen, background) >= 4


def test_stacked_shares_add_up_from_left_to_right(ax):
    pieces = [("x", "b", 0.75), ("x", "a", 0.25), ("y", "a", 0.5), ("y", "b", 0.48), ("y", "c", 0.02)]
    shares = pd.DataFrame(pieces, columns=["bar", "piece", "share"]).assign(row=range(5))
    colours = {"a": "#000000", "b": "#888888", "c": "#ffffff"}
    assert plots.stacked_shares(ax, shares, "bar", "piece", colours) is ax
    expected = [(0, 0.25, 0), (0.25, 0.75, 0), (0, 0.5, 1), (0.5, 0.48, 1), (0.98, 0.02, 1)]
    assert [b[:3] for b in bars_of(ax)] == [pytest.approx(e) for e in expected]
    assert [b[3] for b in bars_of(ax)] == [colours[c] for c in "ababc"]
    assert [p.get_gid() for p in ax.patches] == ["row-1", "row-0", "row-2", "row-3", "row-4"]
    assert texts_of(ax) == ["25%", "75%", "50%", "48%"]  # too narrow a box has no room for its number
    assert ax.yaxis_inverted()


def test_figure_key_names_the_colours():
    fig, _ = plt.subplots(figsize=(6.85, 1.6))
    assert plots.colour_key(fig, {"review": "#112233", "plan": "#445566"}) is None
    (legend,) = fig.legends
    assert [t.get_text() for t in legend.get_texts()] == ["review", "plan"]
    assert [to_hex(h.get_facecolor()) for h in legend.legend_handles] == ["#112233", "#445566"]


def test_outline_strip_is_as_wide_as_the_sections_are_long(ax):
    sections = pd.DataFrame(
        {
            "start": [0, 10, 16],
            "own_end": [10, 16, 40],
            "level": [np.nan, 1, 2],
            "is_leaf": [True, False, True],
            "orientation": ["framing", "prospective", "prospective"],
            "row": [0, 1, 2],
        }
    )
    assert pictures.outline_strip(ax, sections, house.PARTS, 3) is ax
    preamble, plan = house.PARTS["framing"], house.PARTS["prospective"]
    assert bars_of(ax) == [(0, 10, pytest.approx(3), preamble), (16, 24, pytest.approx(3), plan)]
    assert [list(line.get_xdata()) for line in ax.lines] == [[10, 10]]
    assert [a.get_gid() for a in (*ax.patches, *ax.lines)] == ["row-0", "row-2", "row-1"]


@pytest.mark.parametrize("offset", [0, 0.15])
def test_dots_stand_on_their_intervals(ax, offset):
    assert plots.dots(ax, RATES, "#1f5f8b", "D", offset=offset) is ax
    at = np.arange(3) + offset
    assert [line.get_xdata().tolist() for line in ax.lines] == [[rate] for rate in RATES["rate"]]
    assert [line.get_ydata()[0] for line in ax.lines] == pytest.approx(at)
    assert {line.get_marker() for line in ax.lines} == {"D"}
    assert [line.get_gid() for line in ax.lines] == ["row-4", "row-5", "row-7"]
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
    fig, axes = plt.subplots(nrows=2, ncols=2, squeeze=False)
    assert plots.finish_grid(fig, axes, 3, "per 1,000") is fig
    assert [ax.axison for ax in axes.flat] == [True, True, True, False]
    assert fig.get_supxlabel() == "per 1,000"
    assert plots.finish_grid(*plt.subplots(ncols=2, squeeze=False), 2).get_supxlabel() == ""


@pytest.mark.parametrize("row", [3, 3.0, np.int64(3)])
def test_a_mark_bears_its_row(row):
    assert plots.tag(plt.Line2D([], []), row).get_gid() == "row-3"
    assert plots.tag(plt.Line2D([], []), [row, 7]).get_gid() == "row-3.7"
    assert plots.tag(plt.Line2D([], []), float("nan")).get_gid() is None


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_text_in_any_colour_is_made_to_stand_out_from_white(rgb):
    colour = to_hex([part / 255 for part in rgb])
    shade = plots.legible(colour)
    assert contrast(shade, "#ffffff") >= 4.5
    if contrast(colour, "#ffffff") >= 4.5:
        assert to_hex(shade) == colour


def segments_of(collection):
    """Lines of a collection as ((x0, y0), (x1, y1))."""
    return [tuple(map(tuple, segment)) for segment in collection.get_segments()]


def test_strip_dots_have_a_row_a_term_and_an_interval_a_dot(ax):
    rows = [("a", "网格", 1.0, 0.5, 1.5), ("b", "网格", 2.0, 1.0, 4.0), ("a", "党建", 3.0, 2.5, 3.5)]
    table = pd.DataFrame(rows, columns=["doc_id", "term", "per_1000", "low", "high"]).assign(row=range(3))
    looks = {"a": ("#111111", "o"), "b": ("#222222", "s")}
    assert plots.strip_dots(ax, table, ["党建", "网格"], looks, "per_1000") is ax
    drawn = [(x.get_gid(), x.get_marker(), x.get_color(), x.get_xdata()[0]) for x in ax.lines]
    assert drawn == [("row-0", "o", "#111111", 1), ("row-2", "o", "#111111", 3), ("row-1", "s", "#222222", 2)]
    # reports stand below each other within a row
    assert [x.get_ydata()[0] for x in ax.lines] == pytest.approx([1 - 0.32, -0.32, 1 + 0.32])
    intervals = [segment for c in ax.collections for segment in segments_of(c)]
    ends = [((0.5, 0.68), (1.5, 0.68)), ((2.5, -0.32), (3.5, -0.32)), ((1, 1.32), (4, 1.32))]
    assert np.array(intervals) == pytest.approx(np.array(ends))
    assert ax.get_xlim()[0] == 0


def test_strip_dots_of_one_report_stand_on_their_rows(ax):
    table = pd.DataFrame({"doc_id": ["a"], "term": ["网格"], "n": [2], "low": [1], "high": [3], "row": [0]})
    plots.strip_dots(ax, table, ["党建", "网格"], {"a": ("#111111", "o")}, "n")
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
    rows = pd.DataFrame([[0, 1], [np.nan, 3]])
    assert plots.tiles(ax, matrix, rows) is ax
    assert [p.get_gid() for p in ax.patches] == ["row-0", "row-1", None, "row-3"]
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
    plots.tiles(ax, matrix, matrix * np.nan, low=0, high=1, written=written)
    assert texts_of(ax) == ["0.20", "0.1–0.3", "0.40†", ""]  # a cell without a number too
    assert [b[3] for b in bars_of(ax)] == [
        to_hex(plots.INK(0.2)),
        "#ffffff",
        to_hex(plots.INK(0.4)),
        to_hex(plots.INK(0.8)),
    ]
    assert contrast(ax.texts[1].get_color(), "#ffffff") > 15


def test_tiles_of_one_value_or_on_a_given_scale(ax):
    plots.tiles(ax, pd.DataFrame([[0.3, 0.3]]), pd.DataFrame([[0, 1]]), "{:.0%}".format)
    plots.tiles(ax, pd.DataFrame([[0.3]]), pd.DataFrame([[2]]), low=0, high=1)
    assert texts_of(ax) == ["30%", "30%", "0.30"]
    assert bars_of(ax)[-1][3] == to_hex(plots.INK(0.3))


def test_lines_run_over_k_and_are_named_at_their_end(ax):
    points = [(4, "a", 0.2), (4, "b", 0.4), (5, "a", 0.8), (5, "b", 0.79), (4, "c", 9.0)]
    table = pd.DataFrame(points, columns=["k", "measure", "value"]).assign(row=range(5))
    looks = {"a": ("#111111", "A"), "b": ("#222222", "B")}
    assert plots.lines(ax, table, looks, chosen=5) is ax
    lines = [
        x.get_ydata().tolist()
        for x in ax.lines
        if len(x.get_xdata()) == 2 and x.get_color() in looks["a"] + looks["b"]
    ]
    assert lines == [[0.2, 0.8], [0.4, 0.79]]
    dots = {x.get_gid(): (x.get_xdata()[0], x.get_ydata()[0]) for x in ax.lines if x.get_gid()}
    assert dots == {f"row-{i}": (k, value) for i, (k, what, value) in enumerate(points) if what != "c"}
    assert [(t.get_text(), to_hex(t.get_color())) for t in ax.texts] == [("A", "#111111"), ("B", "#222222")]
    a, b = (t.xy[1] for t in ax.texts)
    assert a - b >= 0.07 * 0.8 - 1e-6
    assert list(ax.get_xticks()) == [4, 5]


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
    table = pd.DataFrame({"z": [3.0, 1.0], "row": [8, 9]})
    assert plots.bars(ax, table, "z", ["x", "y"], "#1f5f8b") is ax
    assert [p.get_gid() for p in ax.patches] == ["row-8", "row-9"]
    assert [b[:3] for b in bars_of(ax)] == [pytest.approx((0, 3, 0)), pytest.approx((0, 1, 1))]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["x", "y"]


# --- tallies and signs


STYLES = {
    "holds": {"marker": "o", "color": "#24496e"},
    "weaker": {"marker": "o", "color": "#24496e", "fillstyle": "none"},
    "fails": {"marker": "X", "color": "#c4515f"},
}
CELLS = pd.DataFrame(
    {"x": [0, 1, 0, 1], "y": [0, 0, 1, 1], "n": [7, 0, 1, 5], "filled": [7, 0, 0, 3], "row": [3, 2, 1, 0]}
).assign(colour=["#1f5f8b", "#1f5f8b", "#d1495b", "#d1495b"])


def test_a_tally_has_a_number_and_as_many_squares(ax):
    assert plots.tally(ax, CELLS, 5) is ax
    assert [t.get_text() for t in ax.texts] == ["7", "0", "1", "5"]
    squares = {c.get_gid(): c for c in ax.collections}
    assert {gid: len(c.get_offsets()) for gid, c in squares.items()} == {"row-3": 7, "row-1": 1, "row-0": 5}
    assert [t.get_gid() for t in ax.texts] == [None, "row-2", None, None]  # a nought is its own mark
    filled = {gid: int((c.get_facecolor()[:, 3] > 0).sum()) for gid, c in squares.items()}
    assert filled == {"row-3": 7, "row-1": 0, "row-0": 3}


def test_squares_of_a_tally_stand_beside_their_cell_in_lines(ax):
    plots.tally(ax, CELLS, 5)
    plots.rows(ax, ["one", "two"], grid=False)
    ax.set_xlim(0, 2)
    ax.figure.draw_without_rendering()
    for squares, cell in zip(ax.collections, CELLS[CELLS["n"] > 0].itertuples(), strict=True):
        places = squares.get_offset_transform().transform(squares.get_offsets())
        x, y = ax.transData.transform((cell.x, cell.y))
        assert (places[:, 0] > x).all()
        assert np.unique(places[:, 1].round(3)).size == -(-cell.n // 5)
        assert (places[:, 1].max() + places[:, 1].min()) / 2 == pytest.approx(y)


@pytest.mark.parametrize(("room", "squares"), [(3, 0), (10, 3), (16, 5), (20, 5), (24, 10), (80, 10)])
def test_as_many_squares_stand_in_a_line_as_there_is_room_for(room, squares):
    assert plots.squares_in(room) == squares


def test_open_dots_have_a_white_middle(ax):
    plots.dots(ax, RATES.assign(row=range(3)), "#1f5f8b", filled=False)
    assert {line.get_markerfacecolor() for line in ax.lines} == {"white"}
    assert {line.get_markeredgecolor() for line in ax.lines} == {"#1f5f8b"}


def test_sign_key_names_the_signs():
    fig, _ = plt.subplots(figsize=(6.85, 1.6))
    plots.sign_key(fig, STYLES)
    (legend,) = fig.legends
    assert [t.get_text() for t in legend.get_texts()] == list(STYLES)
    looks = [(h.get_marker(), h.get_color(), h.get_fillstyle()) for h in legend.legend_handles]
    assert looks == [(s["marker"], s["color"], s.get("fillstyle", "full")) for s in STYLES.values()]


# --- clouds


WORDS = pd.read_csv(Path(__file__).parents[1] / "figures/zh/fig2-2-wordclouds.csv")


@pytest.fixture(scope="module", params=house.LANGUAGES)
def clouds(request):
    """Clouds of the real words, laid out as the notebook does."""
    house.use()
    doc_ids = list(WORDS["doc_id"].unique())
    fig, axes = plt.subplots(nrows=2, ncols=3, squeeze=False, figsize=(6.85, 3.6))
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
        rows = {word: [i] for i, word in enumerate(words[doc_id].index)}
        assert pictures.word_cloud(ax, layouts[doc_id], "#1f5f8b", rows) is ax
        assert {t.get_text(): t.get_gid() for t in ax.texts} == {w: f"row-{i}" for w, (i,) in rows.items()}
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
