"""Figures of notebooks 06 and 08: which findings survive which choices, and the one about wording."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase

import pandas as pd
from matplotlib.figure import Figure

from jiedao import house, plots
from jiedao.figures import Sheet, drawn_as

# The choices of `jiedao.robustness.read_choices` by what they bear on; the others leave out a report.
GROUPS = {
    "group_words": (
        "lexicon off",
        "HMM off",
        "character pairs",
        "stop words shown",
        "verbs hidden",
        "fewer verbs",
        "names kept",
        "digits only",
    ),
    "group_passages": (
        "headings left out",
        "paragraphs",
        "equal lengths",
        "sentence halves",
        "shorter runs",
        "longer runs",
    ),
    "group_method": ("weak prior", "flat prior", "k-means", "LSA", "fewer clusters", "more clusters"),
}
SIGNS = {
    "holds": {"marker": "o", "color": "#333333", "markersize": 5},
    "weaker": {"marker": "o", "color": "#333333", "markersize": 5, "fillstyle": "none"},
    "fails": {"marker": "X", "color": "#b3261e", "markersize": 6},
}


def name_choice(choice: str, names: Mapping[str, str], lang: str) -> str:
    """A choice in one language; ``names`` are those of the reports."""
    doc_id = choice.removeprefix("without ")
    if doc_id in names:
        return f"{house.label('without', lang)} {names[doc_id]}"
    return house.label(f"choice_{choice}", lang)


def name_finding(finding: str, names: Mapping[str, str], lang: str) -> str:
    """A finding in one language; ``names`` are those of the reports."""
    doc_id = finding.removeprefix("verbs-")
    if doc_id not in names:
        return house.label(f"finding_{finding}", lang)
    colon = "：" if lang == "zh" else ": "
    return f"{names[doc_id]}{colon}{house.label('finding_verbs', lang)}"


@drawn_as("fig6-1-survival")
def draw_survival(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A column a finding, the firmest first; a row a choice, with a sign where it bears on the finding."""
    lines = _list_choices(values, sheet)
    findings = _count_survivals(values)
    em = plots.type_size(7) * 25.4 / 72
    room = (sheet.width - em * max(plots.extent(said) for said, _ in lines) - 5) / len(findings)
    heads, key = _head_columns(findings, sheet, room, em)
    height = 3 * (max(head.count("\n") for head in heads) + key.count("\n")) + 4 * len(lines)
    fig, ax = sheet.figure(20 + height)
    columns, places = list(findings), {choice: y for y, (_, choice) in enumerate(lines)}
    for cell in values.itertuples():
        x, y = columns.index(cell.finding), places[cell.choice]
        (sign,) = ax.plot(x, y, linestyle="none", **SIGNS[cell.verdict])
        sign.set_markersize(min(sign.get_markersize(), room / 25.4 * 72 * 0.8))
        plots.tag(sign, cell.row)
    plots.rows(ax, [said for said, _ in lines])
    for (_, choice), tick in zip(lines, ax.get_yticklabels(), strict=True):
        tick.set_fontweight("normal" if choice else "bold")
    ax.set_xticks(range(len(heads)), heads)
    ax.xaxis.tick_top()
    ax.set_xlim(-0.6, len(heads) - 0.4)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    fig.supxlabel(key, x=0.02, ha="left", fontsize=plots.type_size(7), color=plots.QUIET)
    plots.sign_key(fig, {sheet.label(verdict): look for verdict, look in SIGNS.items()})
    return fig


def _list_choices(values: pd.DataFrame, sheet: Sheet) -> list[tuple[str, str]]:
    """What stands in each row, with its choice; titles of groups have none."""
    tried, names = dict.fromkeys(values["choice"]), sheet.names()
    known = {"published"}.union(*GROUPS.values())
    lines = [(name_choice("published", names, sheet.lang), "published")]
    for title, members in (GROUPS | {"group_reports": [c for c in tried if c not in known]}).items():
        mine = [(name_choice(c, names, sheet.lang), c) for c in members if c in tried]
        lines += [(sheet.label(title), ""), *mine] if mine else []
    return lines


def _count_survivals(values: pd.DataFrame) -> dict[str, str]:
    """How many choices each finding survives, of those that bear on it; the firmest first, the open last."""
    first = values[values["choice"] == "published"].set_index("finding")
    holds = first["verdict"] == "holds"
    share = (first["survives"] / first["choices"]).fillna(1).where(holds, -1)
    first = first.loc[share.sort_values(ascending=False, kind="stable").index]
    return {
        r.Index: f"{r.survives:.0f}/{r.choices:.0f}" if holds[r.Index] else "–" for r in first.itertuples()
    }


def _head_columns(findings: Mapping[str, str], sheet: Sheet, room: float, em: float) -> tuple[list[str], str]:
    """The headings of the columns, and what is said below; where names find no room, letters."""
    names, note = sheet.names(), sheet.wrap(sheet.label("survives"), size=7)
    said = [name_finding(finding, names, sheet.lang) for finding in findings]
    wrapped = [sheet.wrap(name, room - 0.6 * em, 7).split("\n") for name in said]
    widest = max(plots.extent(line) for lines in wrapped for line in lines)
    if 0.9 * em * widest < room and max(map(len, wrapped)) < 11:
        return ["\n".join([*lines, n]) for lines, n in zip(wrapped, findings.values(), strict=True)], note
    key = zip(ascii_lowercase, findings.values(), said, strict=False)
    lines = [sheet.wrap("  ".join(line), size=7) for line in key]
    return list(ascii_lowercase[: len(said)]), "\n".join([*lines, note])


@drawn_as("fig8-1-verb-change")
def draw_change(values: pd.DataFrame, sheet: Sheet) -> Figure:
    """A row a report: how much more its plan urges than its review, with headings and without."""
    names, shown = sheet.names(), [d for d in sheet.doc_ids if (values["doc_id"] == d).any()]
    fig, ax = sheet.figure(24 + 9 * len(shown))
    for at, doc_id in enumerate(shown):
        for headings, offset in ((True, -0.17), (False, 0.17)):
            mine = values[(values["doc_id"] == doc_id) & (values["headings"] == headings)]
            place = {"offset": offset, "filled": headings}
            plots.dots(ax, mine.assign(at=at), *sheet.look(doc_id), "difference", **place)
            said = mine["difference"].map("{:+.0f}".format).str.replace("-", "−")
            plots.say_beside(ax, said, mine["high"], at + offset, "{}")
    ax.axvline(0, color="#777777", linewidth=0.8)
    plots.rows(ax, [names[d] for d in shown])
    low, high = ax.get_xlim()
    ax.set_xlim(low, high + (high - low) * 5 / sheet.width)  # room for the last number
    if sheet.width > 70:
        where = {"xycoords": ax.get_xaxis_transform(), "xytext": (3, 3), "textcoords": "offset points"}
        said = f"{sheet.label('plan_more')} →"
        ax.annotate(said, (0, 1), fontsize=plots.type_size(7), color=plots.QUIET, **where)
    plots.say_below(fig, sheet.note(sheet.label("verb_change"), sheet.label("interval")))
    look = {"marker": "o", "color": "#444444", "markersize": 5}
    signs = {"with_headings": look, "without_headings": look | {"fillstyle": "none"}}
    plots.sign_key(fig, {sheet.label(key): sign for key, sign in signs.items()})
    return fig
