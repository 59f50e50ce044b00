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


def test_strip_dots_have_a_row_a_term(ax):
    table = pd.DataFrame(
        {"doc_id": ["a", "b", "a"], "term": ["网格", "网格", "党建"], "per_1000": [1.0, 2.0, 3.0]}
    )
    marks = {"a": ("#111111", "o", "A"), "b": ("#222222", "s", "B")}
    assert plots.strip_dots(ax, table, ["党建", "网格"], marks) is ax
    drawn = [(x.get_label(), x.get_marker(), [*zip(*x.get_data(), strict=True)]) for x in ax.lines]
    assert drawn == [("A", "o", [(1, 1), (3, 0)]), ("B", "s", [(2, 1)])]
    assert ax.get_xlim()[0] == 0


def test_right_column_prints_the_numbers_beside_their_rows(ax):
    assert plots.right_column(ax, [0.126, 1.0], "DPnorm") is ax
    assert texts_of(ax) == ["0.13", "1.00", "DPnorm"]
    assert [t.get_position()[1] for t in ax.texts[:2]] == [0, 1]


def test_tiles_print_and_shade_their_values(ax):
    matrix = pd.DataFrame([[0.0, 0.5], [np.nan, 1.0]], index=["x", "y"], columns=["p", "q"])
    assert plots.tiles(ax, matrix) is ax
    assert texts_of(ax) == ["0.00", "0.50", "1.00"]
    assert [t.get_position() for t in ax.texts] == [(0, 0), (1, 0), (1, 1)]
    assert [b[3] for b in bars_of(ax)] == [to_hex(plots.INK(v)) for v in (0.0, 0.5, 1.0)]
    assert all(contrast(t.get_color(), b[3]) >= 3 for t, b in zip(ax.texts, bars_of(ax), strict=True))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["p", "q"]


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
    for text, centre in zip(ax.texts, (0.05, 1.05), strict=True):
        assert np.hypot(*(np.array(text.get_position()) - centre)) < 0.2


def test_dumbbells_join_before_and_after(ax):
    table = pd.DataFrame({"review": [0.1, 0.4], "plan": [0.3, 0.2]})
    table = table.assign(low_review=0.0, high_review=0.5, low_plan=0.1, high_plan=0.6)
    assert plots.dumbbells(ax, table, "review", "plan", ("#111111", "#222222")) is ax
    assert [(x.get_color(), x.get_xdata().tolist()) for x in ax.lines] == [
        ("#111111", [0.1, 0.4]),
        ("#222222", [0.3, 0.2]),
    ]
    joined, review, plan = (np.array(c.get_segments()) for c in ax.collections)
    assert joined.tolist() == [[[0.1, 0], [0.3, 0]], [[0.4, 1], [0.2, 1]]]
    assert review[:, :, 0].tolist() == [[0.0, 0.5]] * 2 and plan[:, :, 0].tolist() == [[0.1, 0.6]] * 2


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
