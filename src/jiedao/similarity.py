"""How alike the texts are, at equal length and against a ceiling.

Two samples of one text already differ; the shorter they are, the more. So every pair is compared on
samples of one and the same number of tokens, and beside the pairs stands what two halves of a single
text score: a mark of what can be reached, not a strict bound.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from jiedao.dtm import count
from jiedao.resample import DRAWS, SEED, interval


def jensen_shannon(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Jensen–Shannon distance along the last axis: the square root of the divergence in bits."""
    p, q = (x / x.sum(axis=-1, keepdims=True) for x in (p, q))
    m = (p + q) / 2

    def entropy(x: np.ndarray) -> np.ndarray:
        return -np.sum(x * np.log2(np.where(x > 0, x, 1)), axis=-1)

    return np.sqrt(np.maximum(entropy(m) - (entropy(p) + entropy(q)) / 2, 0))


def cosine(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Cosine of vectors along the last axis."""
    return (p * q).sum(axis=-1) / np.sqrt((p**2).sum(axis=-1) * (q**2).sum(axis=-1))


def similarity(
    tokens: pd.DataFrame, by: str = "doc_id", draws: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """Compare all pairs of texts on subsamples of equal length.

    Each draw shuffles the sentences of each text and takes them until n tokens are reached, n being half
    of the shortest text; of a single text it takes two samples that share no sentence.

    Parameters
    ----------
    tokens : DataFrame
        The tokens to compare by, such as `jiedao.dtm.content` gives them, with columns sentence_id, token
        and ``by``.
    by : str
        Column that names the texts.
    draws, seed : int
        Number of draws, and seed.

    Returns
    -------
    DataFrame
        By pair: a, b, n_tokens, jsd, jsd_low, jsd_high (Jensen–Shannon distance, 0 same, 1 nothing shared)
        and cosine, cosine_low, cosine_high (of term frequencies). The values are medians over the draws,
        the bounds their 2.5th and 97.5th percentile. Rows with a = b are the split-half ceiling.
    """
    groups = list(tokens[by].drop_duplicates())
    matrix = count(tokens, [by, "sentence_id"])
    target = min(tokens[by].value_counts()) // 2
    rng = np.random.default_rng(seed)
    first, second = {}, {}
    for group in groups:
        rows = matrix.loc[group].to_numpy(dtype=np.float32)
        first[group], second[group] = _samples(rows, target, draws, rng)
    out = []
    for a, b in combinations_with_replacement(groups, 2):
        one, other = first[a], second[a] if a == b else first[b]
        row: dict[str, object] = {"a": a, "b": b, "n_tokens": target}
        for name, measure in (("jsd", jensen_shannon), ("cosine", cosine)):
            values = measure(one, other)
            low, high = interval(values)
            row |= {name: float(np.median(values)), f"{name}_low": float(low), f"{name}_high": float(high)}
        out.append(row)
    return pd.DataFrame(out)


def _samples(
    rows: np.ndarray, target: int, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Counts of two samples of whole sentences, about ``target`` tokens each, that share no sentence."""
    sizes = rows.sum(axis=1)
    order = rng.permuted(np.tile(np.arange(len(rows)), (draws, 1)), axis=1)
    before = np.cumsum(sizes[order], axis=1) - sizes[order]
    samples = []
    for lower in (0, target):
        taken = np.zeros((draws, len(rows)), dtype=np.float32)
        np.put_along_axis(
            taken, order, ((before >= lower) & (before < lower + target)).astype(np.float32), axis=1
        )
        samples.append(taken @ rows)
    return samples[0], samples[1]


def as_matrix(pairs: pd.DataFrame, value: str) -> pd.DataFrame:
    """A symmetric table of one column of `similarity`."""
    half = pairs.pivot(index="a", columns="b", values=value)
    order = list(dict.fromkeys(pairs["a"]))
    half = half.reindex(index=order, columns=order)
    return half.combine_first(half.T).loc[order, order]
