"""What a reader of a figure would complain of: labels that collide, leave the sheet or are faint."""

from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.text import Text

from jiedao.plots import luminance

MORE_THAN_TOUCHING = 1.5  # points
LEAST_CONTRAST = 4.45  # WCAG 2, AA: 4.5, less what rounding a colour takes


def written(figure: Figure) -> list[Text]:
    """All texts that are seen."""
    unseen = {text for axes in figure.axes for text in _unseen(axes)}
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in unseen]


def _unseen(axes: Axes) -> set[Text]:
    """Labels of ticks that exist and are not drawn, and all that belongs to an axis switched off."""
    found = set()
    for axis in (axes.xaxis, axes.yaxis):
        ticks = [*axis.majorTicks, *axis.minorTicks]
        shown = axes.axison and axes.get_visible() and axis.get_visible()
        drawn = axis._update_ticks() if shown else []
        found |= {label for tick in ticks if tick not in drawn for label in (tick.label1, tick.label2)}
        found |= set() if shown else {axis.label, axis.offsetText}
    return found


def boxes(figure: Figure) -> list[tuple[Text, object]]:
    return [(t, Text.get_window_extent(t)) for t in written(figure)]


def collisions(figure: Figure) -> list[str]:
    """Pairs of texts that cover each other, and texts that leave the sheet."""
    figure.draw_without_rendering()
    placed, point = boxes(figure), figure.dpi / 72
    said = []
    for (a, first), (b, second) in combinations(placed, 2):
        if a.get_rotation() % 90 or b.get_rotation() % 90:
            continue  # their boxes are larger than they are
        wide = min(first.x1, second.x1) - max(first.x0, second.x0)
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        if min(wide, high) > MORE_THAN_TOUCHING * point:
            said.append(f"{a.get_text()!r} × {b.get_text()!r}")
    for text, box in placed:
        page = figure.bbox
        if min(box.x0, box.y0, page.x1 - box.x1, page.y1 - box.y1) < -0.5 * point:
            said.append(f"{text.get_text()!r} leaves the sheet")
    return said


def faint(figure: Figure) -> list[str]:
    """Texts that do not stand out from what is behind them."""
    figure.draw_without_rendering()
    said = []
    for text, box in boxes(figure):
        ground = "#ffffff"
        centre = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        for patch in text.axes.patches if text.axes else ():
            if isinstance(patch, Patch) and patch.get_fill() and patch.get_window_extent().contains(*centre):
                ground = patch.get_facecolor()
        light, dark = sorted((luminance(ground), luminance(text.get_color())), reverse=True)
        if (light + 0.05) / (dark + 0.05) < LEAST_CONTRAST:
            said.append(f"{text.get_text()!r}: {(light + 0.05) / (dark + 0.05):.1f}")
    return said
