"""How alike the texts are, at equal length and against a ceiling, and which words set two of them apart.

Two samples of one text already differ; the shorter they are, the more. So every pair is compared on
samples of one and the same number of tokens, and beside the pairs stands what two halves of a single
text score: a mark of what can be reached, not a strict bound.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from jiedao.dtm import count, idf
from jiedao.resample import DRAWS, SEED, interval, redrawn_rates


def jensen_shannon(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Jensen–Shannon distance along the last axis: the square root of the divergence in bits."""
    return np.sqrt(np.maximum(_divergence(p, q).sum(axis=-1), 0))


def _divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """What each term adds to the divergence, in bits: ½ p log2(p/m) + ½ q log2(q/m), m the mean of both."""
    return _bits(*(x / x.sum(axis=-1, keepdims=True) for x in (p, q)))


def _bits(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    m = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return sum(np.where(x > 0, x * np.log2(x / m), 0) for x in (p, q)) / 2


def _sample_distance(one: np.ndarray, other: np.ndarray, n: int) -> np.ndarray:
    """`jensen_shannon` of samples of n tokens each, by reckoning each pair of counts only once."""
    counts = int(max(one.max(), other.max())) + 1
    p, q = np.divmod(np.arange(counts**2), counts)
    bits = _bits(p / n, q / n)[one * np.intp(counts) + other]
    return np.sqrt(np.maximum(bits.sum(axis=-1), 0))


def cosine(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Cosine of vectors along the last axis."""
    return (p * q).sum(axis=-1) / np.sqrt((p**2).sum(axis=-1) * (q**2).sum(axis=-1))


def sample_size(tokens: pd.DataFrame, by: str = "doc_id", block: str = "section_id") -> pd.Series:
    """How many tokens each of two samples of a text may hold without sharing a block, wherever it falls.

    At most 0 for a text of a single block.
    """
    longest = tokens.groupby([by, block], sort=False).size().groupby(level=0, sort=False).max()
    return (tokens.groupby(by, sort=False).size() - longest + 1) // 2


def similarity(
    tokens: pd.DataFrame, by: str = "doc_id", block: str = "section_id", draws: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """Compare all pairs of texts on subsamples of equal length.

    Each draw shuffles the blocks of each text and takes the first n tokens, and for the ceiling also the
    last n. Blocks are sections: halves made of single sentences would share sections, and so matters and
    wording, as two texts never can.

    Parameters
    ----------
    tokens : DataFrame
        The tokens to compare by, such as `jiedao.dtm.content` gives them, with columns section_id, token,
        ``by`` and ``block``.
    by : str
        Column that names the texts.
    block : str
        Column that names what is shuffled; the samples of one text share no block.
    draws, seed : int
        Number of draws, and seed.

    Returns
    -------
    DataFrame
        By pair: a, b, n_tokens (the smallest `sample_size`), jsd, jsd_low, jsd_high (Jensen–Shannon
        distance of term frequencies: 0 same, 1 nothing shared), cosine, cosine_low, cosine_high (of tf-idf,
        with idf over the sections of all the texts: 1 same, 0 nothing shared), and gap, gap_low, gap_high
        (mean cosine of the halves of a and of b, minus that of a and b). The values are medians over the
        draws, the bounds their 2.5th and 97.5th percentile. Rows with a = b are the split-half ceiling.

    Raises
    ------
    ValueError
        If a text is a single block.
    """
    groups = list(tokens[by].drop_duplicates())
    codes, terms = pd.factorize(tokens["token"])
    weight = idf(count(tokens, "section_id"))[terms].to_numpy()
    n = int(sample_size(tokens, by, block).min())
    if n < 1:
        raise ValueError("a text of a single block has no halves; leave it out")
    rng = np.random.default_rng(seed)
    first, second = {}, {}
    for group in groups:
        mine = (tokens[by] == group).to_numpy()
        blocks = pd.factorize(tokens[block][mine])[0]
        order = rng.random((draws, blocks.max() + 1))[:, blocks].argsort(axis=1, kind="stable")
        shuffled = codes[mine][order]
        first[group], second[group] = (_tally(s, len(terms)) for s in (shuffled[:, :n], shuffled[:, -n:]))
    halves = {g: cosine(first[g] * weight, second[g] * weight) for g in groups}
    out = []
    for a, b in combinations_with_replacement(groups, 2):
        one, other = first[a], second[a] if a == b else first[b]
        cosines = halves[a] if a == b else cosine(one * weight, other * weight)
        drawn = {"jsd": _sample_distance(one, other, n), "cosine": cosines}
        drawn["gap"] = (halves[a] + halves[b]) / 2 - cosines
        row: dict[str, object] = {"a": a, "b": b, "n_tokens": n}
        for name, values in drawn.items():
            low, high = interval(values)
            row |= {name: float(np.median(values)), f"{name}_low": float(low), f"{name}_high": float(high)}
        out.append(row)
    return pd.DataFrame(out)


def _tally(codes: np.ndarray, n_terms: int) -> np.ndarray:
    """Count the codes in each row."""
    at = codes + n_terms * np.arange(len(codes))[:, None]
    counts = np.bincount(at.ravel(), minlength=len(codes) * n_terms)
    return counts.reshape(len(codes), n_terms).astype(np.min_scalar_type(codes.shape[1]))


def contributions(
    tokens: pd.DataFrame, by: str, a: str, b: str, top: int = 20, draws: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """Which words make two texts differ: what each term adds to their Jensen–Shannon divergence.

    Parameters
    ----------
    tokens : DataFrame
        As for `similarity`; all of both texts is used.
    by : str
        Column that names the texts.
    a, b : str
        The two texts.
    top : int
        Number of terms.
    draws, seed : int
        Of the intervals, which redraw sentences within sections.

    Returns
    -------
    DataFrame
        By falling contribution: a, b, term, n_a, n_b, bits (the contribution; over all terms they sum to the
        divergence), share (of the divergence), difference (of the rates per 1,000 tokens given, b minus a)
        with low and high, its 95 % resampling interval.
    """
    texts = [tokens[tokens[by] == name] for name in (a, b)]
    counts = count(pd.concat(texts), by).loc[[a, b]]
    bits = pd.Series(_divergence(*counts.to_numpy(dtype=float)), counts.columns)
    table = bits.sort_values(ascending=False, kind="stable").head(top).rename_axis("term").to_frame("bits")
    rates = []
    for i, text in enumerate(texts):
        units = text.groupby("sentence_id", sort=False).agg(
            size=("token", "size"), section_id=("section_id", "first")
        )
        counted = count(text, "sentence_id").reindex(columns=table.index, fill_value=0)
        rates.append(redrawn_rates(counted, units, "size", "section_id", draws=draws, seed=[seed, i]))
    shown = counts[table.index]
    table["share"] = table["bits"] / bits.sum()
    per_1000 = 1000 * shown.div(counts.sum(axis=1), axis=0)
    table["difference"] = per_1000.loc[b] - per_1000.loc[a]
    table["low"], table["high"] = interval(rates[1] - rates[0])
    table.insert(0, "n_b", shown.loc[b])
    table.insert(0, "n_a", shown.loc[a])
    table = table.reset_index()
    table.insert(0, "b", b)
    table.insert(0, "a", a)
    return table


def as_matrix(pairs: pd.DataFrame, value: str) -> pd.DataFrame:
    """A symmetric table of one column of `similarity`."""
    half = pairs.pivot(index="a", columns="b", values=value)
    order = list(dict.fromkeys(pairs["a"]))
    half = half.reindex(index=order, columns=order)
    return half.combine_first(half.T).loc[order, order]


def order_alike(matrix: pd.DataFrame) -> list[str]:
    """Names of a symmetric table of similarities, so ordered that like stands beside like.

    The leaves of an average-linkage tree, turned so that neighbours are as similar as the tree allows.
    """
    if len(matrix) < 3:
        return list(matrix.index)
    apart = squareform(matrix.to_numpy().max() - matrix.to_numpy(), checks=False)
    return list(matrix.index[leaves_list(linkage(apart, "average", optimal_ordering=True))])
