"""How often terms occur, and how evenly.

A *keyword* is a frequent term (a *key term*, in `jiedao.keyness`, a distinctive one). A frequency
never stands alone: with it go its count, its resampling interval and its dispersion over sections.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from jiedao.dtm import content, count, running
from jiedao.resample import DRAWS, SEED, interval, rate_intervals, redrawn_rates


def frequency(
    tokens: pd.DataFrame, by: str = "doc_id", chosen: pd.DataFrame | None = None, **resampling: int
) -> pd.DataFrame:
    """Frequencies per 1,000 running tokens, with intervals and dispersion.

    Parameters
    ----------
    tokens : DataFrame
        All tokens, with columns doc_id, section_id, sentence_id, token, kind.
    by : str
        Column that names the groups to compare.
    chosen : DataFrame, optional
        The tokens to count; default: `jiedao.dtm.content` of ``tokens``.
    **resampling : int
        ``draws`` and ``seed`` of the intervals, which redraw sentences within sections.

    Returns
    -------
    DataFrame
        Sorted by group in order of appearance, then by falling frequency: the column ``by``, term, n,
        per_1000, low, high (95 % resampling interval), sections (that hold the term), dp, dp_norm (over
        the sections of the group).
    """
    chosen = content(tokens) if chosen is None else chosen
    everything = running(tokens)
    tables = []
    for group, words in everything.groupby(by, sort=False):
        mine = chosen[chosen[by] == group]
        if mine.empty:
            continue
        units = words.groupby("sentence_id", sort=False).agg(
            size=("token", "size"), section_id=("section_id", "first")
        )
        rates = rate_intervals(count(mine, "sentence_id"), units, "size", "section_id", **resampling)
        sizes = words.groupby("section_id", sort=False).size()
        spread = dispersion(count(mine, "section_id").reindex(sizes.index, fill_value=0), sizes)
        table = rates.join(spread[["parts", "dp", "dp_norm"]]).rename_axis("term").reset_index()
        table.insert(0, by, group)
        tables.append(table.sort_values(["n", "term"], ascending=[False, True]))
    if not tables:
        raise ValueError("no group holds a token to count; show more categories or mask fewer kinds")
    out = pd.concat(tables, ignore_index=True).rename(columns={"rate": "per_1000", "parts": "sections"})
    return out.astype({"n": int, "sections": int})


def part_change(
    labelled: pd.DataFrame, chosen: pd.Series, draws: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """How the rate of some tokens changes from the review to the plan of the same report.

    Parameters
    ----------
    labelled : DataFrame
        All tokens of reviews and plans, as `jiedao.comparability.label_parts` gives them.
    chosen : Series of bool
        Which of the tokens to count, indexed like ``labelled``.
    draws, seed : int
        Of the intervals, which redraw sentences within sections.

    Returns
    -------
    DataFrame
        By doc_id, reports that hold both parts only: n_review, n_plan (tokens counted), review, plan (per
        1,000 running tokens), difference (plan minus review) with low and high, its 95 % resampling
        interval (NaN where nothing was counted).
    """
    rows = {}
    everything = running(labelled)
    for doc_id, words in everything.groupby("doc_id", sort=False):
        if words["part"].nunique() < 2:
            continue
        row, drawn = {}, []
        for i, part in enumerate(("review", "plan")):
            mine = words[words["part"] == part]
            units = mine.assign(hit=chosen[mine.index]).groupby("sentence_id", sort=False)
            units = units.agg(size=("hit", "size"), hit=("hit", "sum"), section_id=("section_id", "first"))
            row |= {f"n_{part}": int(units["hit"].sum()), part: 1000 * units["hit"].sum() / len(mine)}
            options = {"draws": draws, "seed": [seed, i]}
            drawn.append(redrawn_rates(units[["hit"]], units, "size", "section_id", **options)[:, 0])
        low, high = interval(drawn[1] - drawn[0]) if row["n_review"] + row["n_plan"] else (np.nan, np.nan)
        rows[doc_id] = row | {"difference": row["plan"] - row["review"], "low": low, "high": high}
    columns = ["n_review", "n_plan", "review", "plan", "difference", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("doc_id")


def dispersion(counts: pd.DataFrame, sizes: pd.Series | None = None) -> pd.DataFrame:
    """Gries's deviation of proportions: how unevenly a term is spread over the parts of a corpus.

    ``DP = ½ Σ |v_i − s_i|``, where v_i is the share of the term's occurrences that lie in part i and s_i
    the share of the corpus that part i makes up. 0 is perfectly even; the maximum is 1 − min s, and
    ``DPnorm = DP / (1 − min s)`` (Lijffijt & Gries 2012).

    Parameters
    ----------
    counts : DataFrame
        Parts × terms, counts.
    sizes : Series, optional
        Size of each part, indexed like ``counts``; default: the row sums of ``counts``. Empty parts are
        left out.

    Returns
    -------
    DataFrame
        By term: n, parts (that contain it), dp, dp_norm. A term that does not occur has NaN for both, and
        with a single part dp is 0 and dp_norm NaN.

    References
    ----------
    Gries, S. T. (2008). Dispersions and adjusted frequencies in corpora. IJCL 13(4), 403–437.
    """
    sizes = counts.sum(axis=1) if sizes is None else sizes.reindex(counts.index)
    counts, sizes = counts[sizes > 0], sizes[sizes > 0]
    shares = (sizes / sizes.sum()).to_numpy(dtype=float)
    n = counts.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        within = counts.to_numpy(dtype=float) / n.to_numpy(dtype=float)
        dp = np.where(n > 0, 0.5 * np.abs(within - shares[:, None]).sum(axis=0), np.nan)
        dp_norm = dp / (1 - shares.min()) if len(shares) > 1 else np.full(len(n), np.nan)
    return pd.DataFrame(
        {"n": n, "parts": (counts > 0).sum(), "dp": dp, "dp_norm": dp_norm}, index=counts.columns
    )
