"""How much a part of a report counts or promises, and what of its review returns in its plan.

Rates are per 1,000 characters of a part and never pooled over streets: reviews count and plans do not, so
a pooled rate would say how much of each stands in a corpus.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from jiedao.comparability import label_parts
from jiedao.evidence import shorten
from jiedao.resample import DRAWS, SEED, interval, rate_intervals, redrawn_rates

# Of something that was counted nought times in n characters, 3/n is the upper 95 % bound of the rate
# (Hanley & Lippman-Hand 1983, "If nothing goes wrong, is everything all right?", JAMA 249).
NOUGHT = 3


def _sized(sentences: pd.DataFrame, sections: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    labelled = label_parts(sentences, sections).set_index("sentence_id")
    counts = entries.groupby("sentence_id").size()
    return labelled.assign(
        size=labelled["end"] - labelled["start"], n=counts.reindex(labelled.index, fill_value=0)
    )


def part_rates(
    entries: pd.DataFrame,
    sentences: pd.DataFrame,
    sections: pd.DataFrame,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Entries per 1,000 characters of each review and plan.

    Parameters
    ----------
    entries : DataFrame
        Rows with sentence_id: indicators, commitments, claims of credit.
    sentences, sections : DataFrame
        As in `jiedao.corpus.Corpus`.
    draws, seed : int
        Of the intervals, which redraw sentences within sections.

    Returns
    -------
    DataFrame
        By unit (``part|doc_id``): doc_id, part, characters, n, rate, low, high (95 % resampling interval;
        where nothing was counted, 0 and the rule of three), sentence_ids.
    """
    rows = []
    for i, (unit, mine) in enumerate(_sized(sentences, sections, entries).groupby("unit", sort=False)):
        rate = rate_intervals(mine[["n"]], mine, "size", "section_id", draws=draws, seed=[seed, i]).iloc[0]
        if not rate["n"]:
            rate["low"], rate["high"] = 0, 1000 * NOUGHT / mine["size"].sum()
        first, behind = mine.iloc[0], shorten(mine.index[mine["n"] > 0])
        row = {
            "unit": unit,
            "doc_id": first["doc_id"],
            "part": first["part"],
            "characters": mine["size"].sum(),
        }
        rows.append(row | rate.to_dict() | {"sentence_ids": behind})
    columns = ["unit", "doc_id", "part", "characters", "n", "rate", "low", "high", "sentence_ids"]
    return pd.DataFrame(rows, columns=columns).set_index("unit")


def rate_change(
    entries: pd.DataFrame,
    sentences: pd.DataFrame,
    sections: pd.DataFrame,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """How the rate of some entries changes from a review to the plan of the same report.

    Returns
    -------
    DataFrame
        By doc_id, reports with both parts only: difference (plan minus review, per 1,000 characters), low,
        high (95 % resampling interval). A part without an entry cannot be redrawn; there its own interval
        runs from 0 to the rule of three, and the bounds of the difference are those of the worst case.
    """
    rows = {}
    for doc_id, mine in _sized(sentences, sections, entries).groupby("doc_id", sort=False):
        if mine["part"].nunique() < 2:
            continue
        rates, drawn = [], []
        for i, part in enumerate(("review", "plan")):
            units = mine[mine["part"] == part]
            rates.append(1000 * units["n"].sum() / units["size"].sum())
            options = {"draws": draws, "seed": [seed, i]}
            drawn.append(redrawn_rates(units[["n"]], units, "size", "section_id", **options)[:, 0])
        low, high = interval(drawn[1] - drawn[0])
        if 0 in rates:
            ends = [
                interval(draws) if rate else (0, 1000 * NOUGHT / mine["size"][mine["part"] == part].sum())
                for part, rate, draws in zip(("review", "plan"), rates, drawn, strict=True)
            ]
            low, high = ends[1][0] - ends[0][1], ends[1][1] - ends[0][0]
        rows[doc_id] = {"difference": rates[1] - rates[0], "low": low, "high": high}
    columns = ["difference", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("doc_id")


def carry_over(
    items: pd.DataFrame, sections: pd.DataFrame, name: str, draws: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """What a report names in its review and its plan: kept, dropped, new.

    A short plan must drop much whatever it says. So the number kept stands beside what is kept when the
    sections of the report are shuffled and a heap is filled from them until it holds as many items as the
    plan does.

    Parameters
    ----------
    items : DataFrame
        Rows with section_id, sentence_id and a column ``name``: tokens, programmes, slogans.
    sections : DataFrame
        As in `jiedao.corpus.Corpus`.
    name : str
        The column to compare.
    draws, seed : int
        Of the shuffles; none give no chance.

    Returns
    -------
    DataFrame
        By doc_id, reports with both parts only: kept, dropped, new (numbers of different names), chance,
        chance_low, chance_high (median and 95 % range of the number kept; NaN without draws),
        sentence_ids (of what is kept).
    """
    rng = np.random.default_rng(seed)
    rows = {}
    for doc_id, mine in label_parts(items, sections).groupby("doc_id", sort=False):
        if mine["part"].nunique() < 2:
            continue
        table = pd.crosstab(mine["section_id"], mine[name])
        in_plan = table.index.isin(mine["section_id"][mine["part"] == "plan"])
        held, sizes = table.to_numpy() > 0, table.sum(axis=1).to_numpy()
        deals = []
        for _ in range(draws):
            order = rng.permutation(len(sizes))
            dealt = np.zeros(len(sizes), dtype=bool)
            dealt[order[: np.searchsorted(np.cumsum(sizes[order]), sizes[in_plan].sum()) + 1]] = True
            deals.append((held[~dealt].any(axis=0) & held[dealt].any(axis=0)).sum())
        low, middle, high = np.quantile(deals, [0.025, 0.5, 0.975]) if deals else (np.nan,) * 3
        review, plan = held[~in_plan].any(axis=0), held[in_plan].any(axis=0)
        kept, dropped, new = ((a & b).sum() for a, b in ((review, plan), (review, ~plan), (~review, plan)))
        behind = mine["sentence_id"][mine[name].isin(table.columns[review & plan])]
        counts = {"kept": kept, "dropped": dropped, "new": new}
        chance = {"chance": middle, "chance_low": low, "chance_high": high}
        rows[doc_id] = counts | chance | {"sentence_ids": shorten(sorted(set(behind)))}
    columns = ["kept", "dropped", "new", "chance", "chance_low", "chance_high", "sentence_ids"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("doc_id")
