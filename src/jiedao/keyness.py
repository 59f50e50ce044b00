"""Which terms set one text apart from others: key terms.

Two questions, two kinds of measure. *Is there a difference?* G² and the z of the log-odds say how
surprising it would be by chance. *How large is it?* The log ratio says it in doublings, and its
conservative form LRC how large it is at least.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import betaincinv, chdtrc  # scipy.stats has them too, but takes a second to load

from jiedao.dtm import count
from jiedao.frequency import dispersion
from jiedao.resample import DRAWS, SEED, draw_weights, interval


def keyness(target: pd.Series, reference: pd.Series, prior: pd.Series | None = None) -> pd.DataFrame:
    """Compare the frequencies of terms in two texts.

    With a, b the counts of a term in target and reference, n1, n2 their totals, and α its prior of sum α0:

    - ``g2``: log-likelihood ratio of the four cells, 2 Σ O ln(O/E), unsigned (Dunning 1993);
    - ``p``: of g2, χ² with one degree of freedom; tokens are not independent, so it is too small;
    - ``q``: Benjamini–Hochberg over all terms given;
    - ``log_ratio``: log2 of [max(a, ½)/n1] / [max(b, ½)/n2] (Hardie 2014);
    - ``lrc``: the log ratio at the bound nearest zero of the two-sided 95 % Clopper–Pearson interval of
      a/(a+b), 0 if the interval holds 0; not corrected for many terms (Evert 2022);
    - ``log_odds``: ln[(a+α)/(n1+α0−a−α)] − ln[(b+α)/(n2+α0−b−α)], and ``log_odds_z``: it divided by
      √(1/(a+α) + 1/(b+α)) (Monroe, Colaresi & Quinn 2008).

    Parameters
    ----------
    target, reference : Series
        Counts by term; a term missing in one of them counts as 0 there.
    prior : Series, optional
        Pseudo-counts by term. Default: target + reference, the informative prior. A term without one
        has the prior 0.

    Returns
    -------
    DataFrame
        By term, in the order of target and then of reference: n_target, n_reference, per_1000_target,
        per_1000_reference, g2, p, q, log_ratio, lrc, log_odds, log_odds_z. A term in neither text has
        g2 0, p 1 and the rest NaN; if one of the texts is empty, only its rates are NaN with all that
        needs both.

    Raises
    ------
    ValueError
        If a count is negative or no number, or a term stands twice.

    References
    ----------
    Dunning, T. (1993). Accurate methods for the statistics of surprise and coincidence. CL 19(1), 61–74.
    Evert, S. (2022). Measuring keyness. Digital Humanities 2022.
    Monroe, B., Colaresi, M. & Quinn, K. (2008). Fightin' words. Political Analysis 16(4), 372–403.
    """
    for counts in (target, reference, *([] if prior is None else [prior])):
        if counts.index.has_duplicates or not (counts >= 0).all():
            raise ValueError("counts must be zero or more, and each term may stand only once")
    terms = target.index.append(reference.index.difference(target.index, sort=False))
    a, b = (c.reindex(terms, fill_value=0).to_numpy(dtype=float) for c in (target, reference))
    n1, n2 = a.sum(), b.sum()
    alpha = a + b if prior is None else prior.reindex(terms, fill_value=0).to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = pd.DataFrame(
            {
                "n_target": a.astype(int),
                "n_reference": b.astype(int),
                "per_1000_target": 1000 * a / n1,
                "per_1000_reference": 1000 * b / n2,
                "g2": _g2(a, b, n1, n2),
                "log_ratio": np.log2((np.maximum(a, 0.5) / n1) / (np.maximum(b, 0.5) / n2)),
                "lrc": _lrc(a, b, n1, n2),
                "log_odds": _log_odds(a, alpha) - _log_odds(b, alpha),
            },
            index=terms,
        )
        out["log_odds_z"] = out["log_odds"] / np.sqrt(1 / (a + alpha) + 1 / (b + alpha))
    absent = (a + b) == 0
    out.insert(5, "p", np.where(absent, 1.0, chdtrc(1, out["g2"].to_numpy())))
    out.insert(6, "q", _benjamini_hochberg(out["p"].to_numpy()))
    unknown = absent if n1 and n2 else np.ones(len(terms), dtype=bool)
    if unknown.any():
        out.loc[absent, "g2"] = 0.0
        out.loc[absent, ["per_1000_target", "per_1000_reference", "q"]] = np.nan
        out.loc[unknown, ["log_ratio", "lrc", "log_odds", "log_odds_z"]] = np.nan
    return out


def _g2(a: np.ndarray, b: np.ndarray, n1: float, n2: float) -> np.ndarray:
    """G² of the tables [[a, n1 − a], [b, n2 − b]]; a cell of 0 adds nothing."""
    observed = np.array([a, b, n1 - a, n2 - b])
    rows, columns = (
        np.array([a + b, a + b, n1 + n2 - a - b, n1 + n2 - a - b]),
        np.array([[n1], [n2], [n1], [n2]]),
    )
    expected = rows * columns / (n1 + n2)
    terms = np.where(observed > 0, observed * np.log(observed / expected), 0)
    return np.maximum(2 * terms.sum(axis=0), 0)


def _lrc(a: np.ndarray, b: np.ndarray, n1: float, n2: float, level: float = 0.95) -> np.ndarray:
    tail = (1 - level) / 2
    low = np.where(a > 0, betaincinv(a, b + 1, tail), 0)
    high = np.where(b > 0, betaincinv(a + 1, b, 1 - tail), 1)
    at_low, at_high = (np.log2(x / (1 - x) * n2 / n1) for x in (low, high))
    return np.where(at_low > 0, at_low, np.where(at_high < 0, at_high, 0))


def _log_odds(counts: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Log-odds of terms (last axis) with pseudo-counts alpha."""
    smoothed = counts + alpha
    return np.log(smoothed / (smoothed.sum(axis=-1, keepdims=True) - smoothed))


def _benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Smallest false discovery rate at which each test would count."""
    order = np.argsort(p)[::-1]
    falling = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    q = np.empty_like(p)
    q[order] = np.minimum(falling, 1)
    return q


def informative(pooled: np.ndarray) -> np.ndarray:
    """The prior of Monroe et al. that `keyness` takes by default: the pooled counts themselves."""
    return pooled


def key_terms(
    tokens: pd.DataFrame,
    by: str,
    fewest: int = 3,
    prior: Callable[[np.ndarray], np.ndarray] = informative,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """The key terms of each text against all the others together.

    Parameters
    ----------
    tokens : DataFrame
        The tokens to compare by, such as `jiedao.dtm.content` gives them, with columns section_id,
        sentence_id, token and ``by``.
    by : str
        Column that names the texts.
    fewest : int
        Fewest occurrences in the target of a term listed.
    prior : callable
        Takes the pooled counts of the terms and gives their pseudo-counts.
    draws, seed : int
        Number of draws for the intervals, and seed.

    Returns
    -------
    DataFrame
        Sorted by text and falling log_odds_z, more frequent terms of each target only: the column ``by``,
        term, the columns of `keyness` (reckoned over all terms), log_ratio_low and log_ratio_high (95 %
        resampling interval, sentences redrawn within sections), dp_norm (over the target's sections),
        null_random and null_contiguous (see `split_half_null`), null_dealt (see `dealt_null`), and bar, the
        largest of the three.
    """
    matrix = count(tokens, [by, "section_id", "sentence_id"])
    by_section = matrix.groupby(level=[0, 1], sort=False).sum()
    tables = []
    for group in tokens[by].drop_duplicates():
        inside = matrix.index.get_level_values(0) == group
        mine, rest = matrix[inside], matrix[~inside]
        pooled = matrix.sum()
        table = keyness(mine.sum(), rest.sum(), pd.Series(prior(pooled.to_numpy()), pooled.index))
        table = table[(table["n_target"] >= fewest) & (table["log_odds_z"] > 0)]
        (a, n1), (b, n2) = (_redrawn(m, table.index, draws, [seed, i]) for i, m in enumerate((mine, rest)))
        ratios = np.log2(np.maximum(a, 0.5) / n1[:, None]) - np.log2(np.maximum(b, 0.5) / n2[:, None])
        table["log_ratio_low"], table["log_ratio_high"] = interval(ratios)
        spread = dispersion(mine.groupby(level="section_id", sort=False).sum())
        table["dp_norm"] = spread.loc[table.index, "dp_norm"]
        table["null_random"], table["null_contiguous"] = split_half_null(mine, prior, seed=seed)
        inside = by_section.index.get_level_values(0) == group
        table["null_dealt"] = dealt_null(by_section, int(inside.sum()), prior, fewest, seed=seed)
        table["bar"] = table[["null_random", "null_contiguous", "null_dealt"]].max(axis=1)
        table = table.rename_axis("term").reset_index()
        table.insert(0, by, group)
        tables.append(table.sort_values(["log_odds_z", "term"], ascending=[False, True]))
    return pd.concat(tables, ignore_index=True)


def _redrawn(
    matrix: pd.DataFrame, terms: pd.Index, draws: int, seed: int | list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Counts of terms and total tokens in redrawn texts: (draws, terms) and (draws,)."""
    weights = draw_weights(matrix.index.get_level_values("section_id"), draws, seed)
    return weights @ matrix[terms].to_numpy(), weights @ matrix.to_numpy().sum(axis=1)


def split_half_null(
    matrix: pd.DataFrame,
    prior: Callable[[np.ndarray], np.ndarray] = informative,
    splits: int = 200,
    seed: int = SEED,
) -> tuple[float, float]:
    """How large the largest log-odds z grows between two halves of one text.

    Parameters
    ----------
    matrix : DataFrame
        Sentences × terms of one text, in text order.
    prior : callable
        As in `key_terms`.
    splits : int
        Number of random halvings.

    Returns
    -------
    tuple of float
        The 95th percentile of the largest |z| between random halves of the sentences, and the largest
        |z| between the first and the second half. Halves of one text differ in what they are about, so
        the second is the harder bar: a key term below it could as well tell two pages of one report apart.
    """
    values = matrix.to_numpy(dtype=float)
    rng = np.random.default_rng(seed)
    first = np.arange(len(values)) < len(values) / 2
    halves = np.array([first, *(rng.permutation(first) for _ in range(splits))])
    a, b = halves @ values, ~halves @ values
    largest = np.nanmax(np.abs(_z(a, b, prior(a + b))), axis=1)
    return float(np.quantile(largest[1:], 0.95)), float(largest[0])


def dealt_null(
    sections: pd.DataFrame,
    size: int,
    prior: Callable[[np.ndarray], np.ndarray] = informative,
    fewest: int = 3,
    deals: int = 200,
    seed: int = SEED,
) -> float:
    """How large the largest log-odds z grows when sections are dealt to the texts at random.

    Parameters
    ----------
    sections : DataFrame
        Sections × terms of all the texts compared.
    size : int
        How many sections the target holds.
    prior, fewest
        As in `key_terms`.
    deals, seed : int
        Number of deals, and seed.

    Returns
    -------
    float
        The 95th percentile over the deals: if it made no difference which text a section stands in, one
        list of key terms in twenty would hold a term above it.
    """
    values = sections.to_numpy(dtype=float)
    rng = np.random.default_rng(seed)
    dealt = rng.permuted(np.tile(np.arange(len(values)) < size, (deals, 1)), axis=1)
    a, b = dealt @ values, ~dealt @ values
    z = np.where(a >= fewest, _z(a, b, prior(a + b)), 0)
    return float(np.quantile(np.nanmax(z, axis=1), 0.95))


def _z(a: np.ndarray, b: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return (_log_odds(a, alpha) - _log_odds(b, alpha)) / np.sqrt(1 / (a + alpha) + 1 / (b + alpha))
