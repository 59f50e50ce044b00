"""Resampling intervals: what other wordings of equal content might have given.

The five texts are no sample of anything, so an interval here is not a test over a population. It
redraws the sentences of each section (or the sections of each part) with replacement, and shows how
far a figure depends on the sentences that happen to carry it. It is somewhat too narrow: a section of
one sentence does not vary at all, and m sentences drawn from m understate the variance by (m − 1)/m.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

DRAWS = 1000
SEED = 20210805


def draw_weights(strata: pd.Series | np.ndarray, draws: int = DRAWS, seed: int = SEED) -> np.ndarray:
    """How often each unit is drawn, when the units of each stratum are redrawn with replacement.

    Parameters
    ----------
    strata : array of length n_units
        The stratum of each unit, such as the section of each sentence.
    draws : int
        Number of draws.
    seed : int
        Seed of the generator.

    Returns
    -------
    ndarray of int, (draws, n_units)
        Within every stratum each row sums to the stratum's size.
    """
    rng = np.random.default_rng(seed)
    codes = pd.factorize(np.asarray(strata))[0]
    weights = np.zeros((draws, len(codes)), dtype=np.int32)
    for stratum in range(codes.max() + 1 if len(codes) else 0):
        members = np.flatnonzero(codes == stratum)
        size = len(members)
        weights[:, members] = rng.multinomial(size, np.full(size, 1 / size), size=draws)
    return weights


def interval(draws: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper percentile over the first axis; draws that are not numbers are left out."""
    tail = (1 - level) / 2
    low, high = np.nanquantile(draws, [tail, 1 - tail], axis=0)
    return low, high


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
    matrix = sparse.csr_matrix(counted.reindex(units.index, fill_value=0).to_numpy(dtype=float))
    sizes = units[size].to_numpy(dtype=float)
    weights = draw_weights(units[stratum], **resampling)
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = per * np.asarray((matrix.T @ weights.T).T) / (weights @ sizes)[:, None]
    low, high = interval(rates)
    n = np.asarray(matrix.sum(axis=0)).ravel()
    low[n == 0], high[n == 0] = np.nan, np.nan
    total = sizes.sum()
    rate = per * n / total if total else np.full(len(n), np.nan)
    return pd.DataFrame({"n": n, "rate": rate, "low": low, "high": high}, index=counted.columns)
