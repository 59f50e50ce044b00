"""How far a clustering can be trusted: whether it comes back, how well it separates, what it coincides with.

Five reports cut into some hundred short sections do not fall into clusters that everyone would find. So
each clustering is repeated under other seeds and on redrawn sections, and other methods are run beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import entropy
from sklearn import config_context
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    normalized_mutual_info_score,
    silhouette_score,
)
from sklearn.metrics.cluster import expected_mutual_information
from sklearn.preprocessing import normalize

from jiedao.dtm import tf_idf
from jiedao.orientation import is_part
from jiedao.resample import DRAWS, SEED, draw_weights, interval
from jiedao.themes import cluster, nmf_labels, top_terms

Clusterer = Callable[[pd.DataFrame, int, int], np.ndarray]


def k_means(dtm: pd.DataFrame, k: int, seed: int) -> np.ndarray:
    """k-means of the tf-idf rows, the best of ten starts: what most studies do."""
    points = _without_ties(tf_idf(dtm).to_numpy(), seed)
    return KMeans(k, n_init=10, random_state=seed).fit_predict(points)


def lsa_k_means(dtm: pd.DataFrame, k: int, seed: int, dimensions: int = 20) -> np.ndarray:
    """k-means after latent semantic analysis: tf-idf rows on their first singular vectors, to unit length."""
    dimensions = min(dimensions, *(n - 1 for n in dtm.shape))
    model = TruncatedSVD(dimensions, algorithm="arpack", random_state=seed)
    points = _without_ties(normalize(model.fit_transform(tf_idf(dtm).to_numpy())), seed)
    return KMeans(k, n_init=10, random_state=seed).fit_predict(points)


def _without_ties(points: np.ndarray, seed: int) -> np.ndarray:
    """Points moved by next to nothing.

    Sections that share no word with some centre are all equally far from it; rounding errors, which differ
    from machine to machine, would choose between them.
    """
    return points + 1e-8 * np.random.default_rng(seed).random(points.shape)


def single_nmf(dtm: pd.DataFrame, k: int, seed: int) -> np.ndarray:
    """One run of NMF on the tf-idf rows, each row in its strongest component."""
    return nmf_labels(tf_idf(dtm).to_numpy(), k, seed)


METHODS: Mapping[str, Clusterer] = {
    "k-means": k_means,
    "LSA, k-means": lsa_k_means,
    "NMF": single_nmf,
    "consensus of NMF": cluster,
}


# Scikit-learn looks whether its input is fit for use: of thousands of small fits that is a good part.
_unchecked = partial(config_context, assume_finite=True, skip_parameter_validation=True)


def stability(
    dtm: pd.DataFrame, k: int, method: Clusterer = cluster, repeats: int = 6, seed: int = SEED
) -> tuple[pd.Series, dict[str, float]]:
    """Whether one clustering comes back, and how well its clusters are apart.

    Parameters
    ----------
    dtm : DataFrame
        Sections × terms, as `jiedao.themes.section_matrix` gives it.
    k : int
        Number of clusters.
    method : callable
        Takes dtm, k and a seed, gives a label for each section.
    repeats : int
        How many bootstrap samples; half as many seeds are compared.
    seed : int
        Seed of the whole.

    Returns
    -------
    labels : Series
        The cluster of each section, with the seed given.
    measures : dict
        seed_ari: mean adjusted Rand index between clusterings of other seeds. bootstrap_ari: between the
        first and those of bootstrap samples of the sections, each section drawn counting once, with
        bootstrap_se, its standard error. silhouette: mean over sections, cosine, of the first. smallest:
        sections of its smallest cluster.

    References
    ----------
    Hennig, C. (2007). Cluster-wise assessment of cluster stability. CSDA 52(1), 258–271.
    """
    drawn = [np.flatnonzero(w) for w in draw_weights(np.zeros(len(dtm)), repeats, seed)]
    with _unchecked():
        again = [method(dtm, k, seed + r) for r in range(max(2, repeats // 2))]
        redrawn = [method(dtm.iloc[d], k, seed + 1 + r) for r, d in enumerate(drawn)]
    agreement = [adjusted_rand_score(again[0][d], other) for d, other in zip(drawn, redrawn, strict=True)]
    measures = {
        "seed_ari": float(np.mean([adjusted_rand_score(a, b) for a, b in combinations(again, 2)])),
        "bootstrap_ari": float(np.mean(agreement)),
        "bootstrap_se": float(np.std(agreement, ddof=1) / np.sqrt(repeats)),
        "silhouette": float(silhouette_score(tf_idf(dtm).to_numpy(), again[0], metric="cosine")),
        "smallest": int(np.unique(again[0], return_counts=True)[1].min()),
    }
    return pd.Series(again[0], index=dtm.index, name="cluster"), measures


def choose_k(
    dtm: pd.DataFrame, ks: range = range(4, 13), repeats: int = 6, runs: int = 12, seed: int = SEED
) -> pd.DataFrame:
    """`stability` of the consensus clustering for each number of clusters.

    Returns
    -------
    DataFrame
        By k: sections, nmf_seed_ari (adjusted Rand index between single NMF runs of other seeds), and what
        `stability` gives. ``runs`` is the number of NMF runs behind each consensus.
    """
    rows = {}
    for k in ks:
        single = [single_nmf(dtm, k, seed + r) for r in range(max(2, repeats // 2))]
        among = np.mean([adjusted_rand_score(a, b) for a, b in combinations(single, 2)])
        _, found = stability(dtm, k, partial(cluster, runs=runs), repeats, seed)
        rows[k] = {"sections": len(dtm), "nmf_seed_ari": float(among), **found}
    return (
        pd.DataFrame.from_dict(rows, orient="index")
        .rename_axis("k")
        .astype({"sections": int, "smallest": int})
    )


def most_chapters(sections: pd.DataFrame) -> int:
    """How many chapters the most divided report distinguishes: headings with headings below, parts apart."""
    parents = set(sections["parent"].dropna())
    chapters = sections[
        sections["section_id"].isin(parents) & sections["heading"].map(lambda h: not is_part(str(h)))
    ]
    return (
        int(chapters.fillna({"parent": ""}).groupby(["doc_id", "parent"]).size().max())
        if len(chapters)
        else 1
    )


def pick_k(choice: pd.DataFrame, fewest: int, tolerance: float = 0.05) -> int:
    """The smallest k, from ``fewest`` on, whose bootstrap_ari is within ``tolerance`` of the best of them."""
    open_to = choice[choice.index >= min(fewest, choice.index.max())]
    return int(open_to.index[open_to["bootstrap_ari"] >= open_to["bootstrap_ari"].max() - tolerance].min())


def coherence(dtm: pd.DataFrame, labels: pd.Series, n: int = 8) -> float:
    """Whether the words that mark a cluster stand together: mean NPMI of their pairs over sections.

    Normalised pointwise mutual information, ln[p(v, w) / p(v) p(w)] / −ln p(v, w), with p the shares of
    sections that hold the words: −1 never together, 0 as by chance, 1 never apart. The sections are those
    clustered, so it flatters every method alike.

    References
    ----------
    Lau, J. H., Newman, D. & Baldwin, T. (2014). Machine reading tea leaves. EACL 2014, 530–539.
    """
    values = []
    for _, terms in top_terms(dtm, labels, n).groupby("cluster")["term"]:
        holds = (dtm[list(terms)].to_numpy() > 0).astype(float)
        together = holds.T @ holds / len(holds)
        for v, w in combinations(range(len(terms)), 2):
            both, alone = together[v, w], together[v, v] * together[w, w]
            values.append(-1.0 if both == 0 else 1.0 if both == 1 else np.log(both / alone) / -np.log(both))
    return float(np.mean(values))


def compare_methods(
    matrices: Mapping[str, pd.DataFrame], k: int, factors: Mapping[str, pd.Series], **resampling: int
) -> pd.DataFrame:
    """All `METHODS` side by side.

    Parameters
    ----------
    matrices : mapping
        Sections × terms by the name of what was done to the words.
    k : int
        Number of clusters.
    factors : mapping
        Other groupings of the sections, such as the report, by name.
    **resampling : int
        ``repeats`` and ``seed``, as in `stability`.

    Returns
    -------
    DataFrame
        words, method, k, what `stability` gives, coherence, and for each factor ami_…, the mutual
        information of the clusters with it, adjusted for chance.
    """
    rows = []
    for (words, dtm), (name, method) in ((m, n) for m in matrices.items() for n in METHODS.items()):
        labels, measures = stability(dtm, k, method, **resampling)
        row = {"words": words, "method": name, "k": k, **measures, "coherence": coherence(dtm, labels)}
        against = {f"ami_{f}": adjusted_mutual_info_score(v[dtm.index], labels) for f, v in factors.items()}
        rows.append(row | against)
    return pd.DataFrame(rows)


def confounding(labels: pd.Series, *factors: pd.Series, draws: int = DRAWS, seed: int = SEED) -> pd.DataFrame:
    """How far the clusters coincide with other groupings of the same sections.

    Returns
    -------
    DataFrame
        By factor: nmi, the normalised mutual information (1: the same grouping; by chance alone it lies
        somewhat above 0); ami, the mutual information adjusted for chance (0: as by chance, on average);
        chance_low and chance_high, between which 95 % of ami lie when the clusters are dealt to the
        sections at random.
    """
    rows = {}
    for factor in factors:
        ami, nmi = (f(factor, labels) for f in (adjusted_mutual_info_score, normalized_mutual_info_score))
        low, high = interval(_dealt_ami(labels, factor, draws, seed))
        rows[factor.name] = {"nmi": nmi, "ami": ami, "chance_low": float(low), "chance_high": float(high)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("factor")


def _dealt_ami(labels: pd.Series, factor: pd.Series, draws: int, seed: int) -> np.ndarray:
    """Adjusted mutual information of shuffled labels with a factor; the margins stay as they are."""
    one, other = (pd.get_dummies(x).to_numpy(dtype=float) for x in (labels, factor))
    rng = np.random.default_rng(seed)
    together = np.array([one[rng.permutation(len(one))].T @ other for _ in range(draws)])
    p, n = together / len(one), len(one)
    expected = np.outer(one.mean(axis=0), other.mean(axis=0))
    information = (p * np.log(np.where(p > 0, p / expected, 1))).sum(axis=(1, 2))
    by_chance = expected_mutual_information(together[0].astype(np.int64), n)
    most = np.mean([entropy(x.mean(axis=0)) for x in (one, other)])
    return (information - by_chance) / (most - by_chance)
