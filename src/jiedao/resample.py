"""Resampling intervals: what other wordings of equal content might have given.

The five texts are no sample of anything, so an interval here is not a test over a population. It
redraws the sentences of each section (or the sections of each part) with replacement, and shows how
far a figure depends on the sentences that happen to carry it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

DRAWS = 1000
SEED = 20210805


def draw_weights(
    strata: pd.Series | np.ndarray, draws: int = DRAWS, seed: int | list[int] = SEED
) -> np.ndarray:
    """How much each unit counts, when the units of each stratum are redrawn with replacement.

    The rescaled bootstrap: of the n units of a stratum n − 1 are drawn, each counting n / (n − 1), so that
    the variance of a sum is the unbiased one; n drawn of n would understate it by (n − 1)/n, which is half
    in a section of two sentences. A stratum of a single unit, which could not vary, is joined to the
    next one (the last to the one before).

    Parameters
    ----------
    strata : array of length n_units
        The stratum of each unit, such as the section of each sentence.
    draws : int
        Number of draws.
    seed : int or list of int
        Seed of the generator; texts that are compared need seeds of their own.

    Returns
    -------
    ndarray of float, (draws, n_units)
        Within every stratum each row sums to the stratum's size.

    References
    ----------
    Rao, J. N. K. & Wu, C. F. J. (1988). Resampling inference with complex survey data. JASA 83, 231–241.
    """
    rng = np.random.default_rng(seed)
    codes = _join_single(pd.factorize(np.asarray(strata))[0])
    weights = np.ones((draws, len(codes)))
    for stratum in range(codes.max() + 1 if len(codes) else 0):
        members = np.flatnonzero(codes == stratum)
        size = len(members)
        if size > 1:  # a lone unit is all there is
            drawn = rng.multinomial(size - 1, np.full(size, 1 / size), size=draws)
            weights[:, members] = drawn * (size / (size - 1))
    return weights


def _join_single(codes: np.ndarray) -> np.ndarray:
    """Number the strata anew, each single unit joined to the next stratum, the last to the one before."""
    groups, number, held = [], 0, 0
    for size in np.bincount(codes):
        groups.append(number)
        held += size
        if held > 1:
            number, held = number + 1, 0
    return np.minimum(groups, max(number - 1, 0))[codes]


def interval(draws: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper percentile over the first axis; draws that are not numbers are left out."""
    if not draws.size:
        return np.full(draws.shape[1:], np.nan), np.full(draws.shape[1:], np.nan)
    tail = (1 - level) / 2
    quantile = np.nanquantile if np.isnan(draws).any() else np.quantile  # the first goes column by column
    low, high = quantile(draws, [tail, 1 - tail], axis=0)
    return low, high


def redrawn_rates(
    counted: pd.DataFrame, units: pd.DataFrame, size: str, stratum: str, per: float = 1000, **resampling: int
) -> np.ndarray:
    """Rates of redrawn texts, (draws, things); the parameters are those of `rate_intervals`."""
    matrix = sparse.csr_matrix(counted.reindex(units.index, fill_value=0).to_numpy(dtype=float))
    weights = draw_weights(units[stratum], **resampling)
    with np.errstate(invalid="ignore", divide="ignore"):
        return per * (matrix.T @ weights.T).T / (weights @ units[size].to_numpy(dtype=float))[:, None]


def rate_intervals(
    counted: pd.DataFrame, units: pd.DataFrame, size: str, stratum: str, per: float = 1000, **resampling: int
) -> pd.DataFrame:
    """Rates with resampling intervals.

    Parameters
    ----------
    counted : DataFrame
        Units × things, counts; the index names the units (such as sentence_id).
    units : DataFrame
        A row a unit, indexed like ``counted`` (units without a count may be missing there), with the
        columns ``size`` and ``stratum``.
    size : str
        Column with the size of each unit: the denominator (tokens, characters).
    stratum : str
        Column within whose values units are redrawn.
    per : float
        1000 for rates per 1,000, 1 for shares.
    **resampling : int
        ``draws`` and ``seed``.

    Returns
    -------
    DataFrame
        By thing: n, rate, low, high. Where nothing was counted there is nothing to redraw, and the bounds
        are NaN: such a zero is no more certain than a small share.
    """
    low, high = interval(redrawn_rates(counted, units, size, stratum, per, **resampling))
    n = counted.reindex(units.index, fill_value=0).sum().to_numpy(dtype=float)
    low[n == 0], high[n == 0] = np.nan, np.nan
    total = units[size].sum()
    rate = per * n / total if total else np.full(len(n), np.nan)
    return pd.DataFrame({"n": n, "rate": rate, "low": low, "high": high}, index=counted.columns)
