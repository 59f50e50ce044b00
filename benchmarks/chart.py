"""Draws results.svg and .png beside a results.csv: speed as a multiple of the script everyone writes."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from jiedao import house
from jiedao.plots import QUIET, rows, say_below, type_size

WIDTH = 174 / 25.4
INK, SOFT, OTHERS = "#16324d", "#7fa6c4", "#b9b9b9"
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


def shown(results: pd.DataFrame) -> pd.DataFrame:
    """A row a contestant, at the largest size that the naive script was run at or the nearest below."""
    size = results.loc[results["group"] == "naive", "documents"].max()
    table = results[results["documents"] <= size].sort_values("documents", kind="stable")
    table = table.drop_duplicates(["name", "engine", "workers"], keep="last").copy()
    order = ["floor", "ours", "naive", "package"]
    table["order"] = table["group"].map(order.index)
    by = ["order", "ratio_to_naive"]
    return table.sort_values(by, ascending=[True, False], kind="stable").reset_index(drop=True)


def name_of(row: pd.Series, size: int) -> str:
    """What stands beside a bar on the left."""
    what = {"jiedao scale": "jiedao, all tables", "jiedao scale --counts": "jiedao, counts"}
    parts = [what.get(row["name"], row["name"])]
    if row["group"] == "ours":
        parts.append(row["engine"])
    parts += [f"{row['workers']:.0f} processes"] * bool(row["workers"] > 1)
    parts += [f"on {row['documents']:,.0f} reports"] * bool(row["documents"] != size)
    return ", ".join(parts)


def draw(ax: Axes, table: pd.DataFrame, size: int) -> None:
    """Bars from the naive script's speed to each contestant's, on a log scale."""
    for place, row in table.iterrows():
        ours, ratio = row["group"] == "ours", row["ratio_to_naive"]
        colour = (SOFT if row["name"].endswith("--counts") else INK) if ours else OTHERS
        look = {"color": colour, "height": 0.66}
        if row["group"] == "floor":
            look = {"color": "white", "edgecolor": QUIET, "hatch": "////", "linewidth": 0.6, "height": 0.66}
        ax.barh(place, ratio - 1, left=1, **look)
        rate = row["characters_per_second"]
        speed = f"{rate / 1e6:.2f} M" if rate >= 1e6 else f"{rate / 1e3:,.{rate < 1e4:d}f} k"
        multiple = f"{ratio:.{1 if ratio >= 9.95 else 2}f} ×"
        where = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": type_size(7)}
        ax.annotate(f"{multiple}   {speed}", (max(ratio, 1), place), **where)
    low, high = table["ratio_to_naive"].min(), table["ratio_to_naive"].max()
    ax.set_xscale("log")
    ax.set_xlim(min(low, 1) / 1.15, max(high, 1) * (max(high, 1) / min(low, 1)) ** 0.3)
    ax.xaxis.set_major_locator(FixedLocator([t for t in TICKS if low / 1.15 <= t <= high * 1.15]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g} ×"))
    ax.axvline(1, color=QUIET, linewidth=0.8)
    rows(ax, [name_of(row, size) for _, row in table.iterrows()], grid=False)


def main(path: str) -> None:
    """Read results.csv, draw, write."""
    results = pd.read_csv(path)
    if not (results["group"] == "naive").any():
        sys.exit("no chart: the naive script was not run")
    house.use()
    table = shown(results)
    naive = table[table["group"] == "naive"].iloc[0]
    fig, ax = plt.subplots(figsize=(WIDTH, 0.24 * len(table) + 0.75))
    draw(ax, table, naive["documents"])
    size = f"{naive['documents']:,.0f}"
    below = (
        f"Speed over {size} reports, start-up included: as a multiple of the script everyone writes\n"
        "(log scale), and in characters a second"
    )
    say_below(fig, below)
    for kind in ("svg", "png"):
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        fig.savefig(Path(path).with_suffix(f".{kind}"), metadata=metadata)


if __name__ == "__main__":
    main(*sys.argv[1:])
