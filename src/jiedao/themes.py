"""Clusters of sections: which themes the texts fall into when nobody has coded them.

NMF of the tf-idf matrix, run many times on random parts of the vocabulary; sections that keep falling
together form a cluster (consensus clustering, Monti et al. 2003), so that no single run and no single
word decides. Codes that people gave to sections never enter here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.cluster import AgglomerativeClustering
from sklearn.decomposition import NMF
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    normalized_mutual_info_score,
    silhouette_score,
)

from jiedao.dtm import HIDDEN, content, count, tf_idf, with_components
from jiedao.lexicon import stopwords
from jiedao.orientation import FRAMING, is_part
from jiedao.resample import SEED, draw_weights


def leaf_sections(sections: pd.DataFrame, tokens: pd.DataFrame, fewest: int = 5) -> pd.DataFrame:
    """Sections that speak of one matter: leaves of the outline that do not merely frame the report.

    Parameters
    ----------
    sections, tokens : DataFrame
        As in `jiedao.corpus.Corpus`.
    fewest : int
        Fewest content tokens of a section.

    Returns
    -------
    DataFrame
        Rows of ``sections``, indexed by section_id.
    """
    sizes = content(tokens).groupby("section_id").size()
    leaves = sections[sections["is_leaf"] & ~sections["orientation"].isin(FRAMING)].set_index("section_id")
    return leaves[sizes.reindex(leaves.index, fill_value=0) >= fewest]


def section_matrix(
    sections: pd.DataFrame,
    tokens: pd.DataFrame,
    fewest: int = 2,
    hide: tuple[str, ...] = (*HIDDEN, "policy_verb"),
) -> pd.DataFrame:
    """Count the terms of each leaf section, read under its headings.

    A heading says what its section is about, so its terms count twice, and the terms of the heading
    above count once. Long terms also count as the dictionary words in them.

    Parameters
    ----------
    sections, tokens : DataFrame
        As in `jiedao.corpus.Corpus`.
    fewest : int
        Leave out terms that stand in fewer sections.
    hide : tuple of str
        Categories of the stop list to leave out.

    Returns
    -------
    DataFrame
        Leaf sections × terms, weighted counts.
    """
    leaves = leaf_sections(sections, tokens)
    words = with_components(content(tokens, hide))
    words = words[~words["token"].isin(stopwords(hide))]  # a component may be a stop word again
    heading_end = sections.set_index("section_id")["heading_end"]
    in_heading = words["start"] < words["section_id"].map(heading_end)
    text = count(words, "section_id")
    headings = count(words[in_heading], "section_id").reindex(columns=text.columns, fill_value=0)
    matrix = (
        text.reindex(leaves.index, fill_value=0)
        + headings.reindex(leaves.index, fill_value=0)
        + headings.reindex(leaves["parent"], fill_value=0).set_axis(leaves.index)
    )
    return matrix.loc[:, (matrix > 0).sum() >= fewest]


def nmf_labels(weighted: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Assign each row of a tf-idf matrix to its strongest component of one NMF."""
    model = NMF(k, init="random", random_state=seed, max_iter=2000, tol=1e-3)
    parts = model.fit_transform(sparse.csr_matrix(weighted)) * np.sqrt((model.components_**2).sum(axis=1))
    return parts.argmax(axis=1)


def co_assignment(
    dtm: pd.DataFrame, k: int, runs: int = 50, share: float = 0.8, seed: int = SEED
) -> np.ndarray:
    """How often two sections fall together, over NMF runs on random parts of the vocabulary.

    Returns
    -------
    ndarray, (n, n)
        Shares between 0 and 1.
    """
    weighted = tf_idf(dtm).to_numpy()
    together = np.zeros((len(weighted), len(weighted)))
    for run in range(runs):
        rng = np.random.default_rng([seed, k, run])
        part = weighted[:, rng.random(weighted.shape[1]) < share]
        length = np.linalg.norm(part, axis=1, keepdims=True)
        labels = nmf_labels(part / np.where(length > 0, length, 1), k, int(rng.integers(2**31)))
        together += labels[:, None] == labels[None, :]
    return together / runs


def consensus_clusters(together: np.ndarray, k: int) -> np.ndarray:
    """Cut the co-assignment into k clusters (average linkage), numbered from 1 by falling size."""
    raw = AgglomerativeClustering(k, metric="precomputed", linkage="average").fit_predict(1 - together)
    sizes = np.bincount(raw, minlength=k)
    first = [np.flatnonzero(raw == c)[0] for c in range(k)]
    order = sorted(range(k), key=lambda c: (-sizes[c], first[c]))
    number = np.empty(k, dtype=int)
    number[order] = np.arange(1, k + 1)
    return number[raw]


def choose_k(
    dtm: pd.DataFrame, ks: range = range(4, 13), repeats: int = 8, runs: int = 20, seed: int = SEED
) -> pd.DataFrame:
    """Stability and separation of the clustering for each number of clusters.

    Parameters
    ----------
    dtm : DataFrame
        Sections × terms, as `section_matrix` gives it.
    ks : range
        Numbers of clusters to try.
    repeats : int
        How many subsamples; half as many seeds are compared.
    runs : int
        NMF runs behind each of them.
    seed : int
        Seed of the whole.

    Returns
    -------
    DataFrame
        By k: sections; nmf_seed_ari (adjusted Rand index between single NMF runs of other seeds);
        seed_ari (between consensus clusterings of other seeds); bootstrap_ari (between the first
        consensus and those of bootstrap samples of the sections, each section drawn counting once) and
        bootstrap_se, its standard error; silhouette (cosine, of the first consensus); smallest (sections
        of the smallest cluster).

    References
    ----------
    Hennig, C. (2007). Cluster-wise assessment of cluster stability. CSDA 52(1), 258–271.
    """
    weighted = tf_idf(dtm).to_numpy()
    drawn = [np.flatnonzero(w) for w in draw_weights(np.zeros(len(dtm)), repeats, seed)]
    rows = []
    for k in ks:
        seeds = [seed + r for r in range(max(2, repeats // 2))]
        single = [nmf_labels(weighted, k, s) for s in seeds]
        again = [consensus_clusters(co_assignment(dtm, k, runs, seed=s), k) for s in seeds]
        other = [
            consensus_clusters(co_assignment(dtm.iloc[d], k, runs, seed=seed + 1 + r), k)
            for r, d in enumerate(drawn)
        ]
        agreement = [adjusted_rand_score(again[0][d], o) for d, o in zip(drawn, other, strict=True)]
        rows.append(
            {
                "k": k,
                "sections": len(dtm),
                "nmf_seed_ari": _mean_ari(single),
                "seed_ari": _mean_ari(again),
                "bootstrap_ari": float(np.mean(agreement)),
                "bootstrap_se": float(np.std(agreement, ddof=1) / np.sqrt(repeats)),
                "silhouette": silhouette_score(weighted, again[0], metric="cosine"),
                "smallest": int(np.bincount(again[0])[1:].min()),
            }
        )
    return pd.DataFrame(rows).set_index("k")


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


def _mean_ari(labels: list[np.ndarray]) -> float:
    return float(np.mean([adjusted_rand_score(a, b) for i, a in enumerate(labels) for b in labels[:i]]))


def top_terms(dtm: pd.DataFrame, labels: pd.Series, n: int = 8) -> pd.DataFrame:
    """The terms that set each cluster apart: mean tf-idf inside it minus the mean outside.

    A term that owes most of its weight to a longer one gives way to it (生产 to 安全生产), and of terms
    that hold one another the better placed is listed.

    Returns
    -------
    DataFrame
        cluster, rank (from 1), term, inside, outside, difference.
    """
    weighted = tf_idf(dtm)
    rows = []
    for cluster in sorted(labels.unique()):
        member = (labels == cluster).reindex(weighted.index)
        inside, outside = weighted[member].mean(), weighted[~member].mean()
        difference = (inside - outside).sort_values(ascending=False, kind="stable")
        kept: list[str] = []
        for short in difference.index[: 10 * n]:
            longer = [
                t
                for t in difference.index[: 10 * n]
                if short in t and (t == short or difference[t] >= 0.6 * difference[short] > 0)
            ]
            term = max(longer, key=len)
            if len(kept) < n and not any(term in other or other in term for other in kept):
                kept.append(term)
                rows.append((cluster, len(kept), term, inside[term], outside[term], difference[term]))
    return pd.DataFrame(rows, columns=["cluster", "rank", "term", "inside", "outside", "difference"])


def typicality(dtm: pd.DataFrame, labels: pd.Series) -> pd.Series:
    """Cosine of each section with the mean of its own cluster."""
    weighted = tf_idf(dtm)
    centre = weighted.groupby(labels).mean()
    centre = centre.div(np.sqrt((centre**2).sum(axis=1)), axis=0)
    return (weighted * centre.loc[labels.reindex(weighted.index)].to_numpy()).sum(axis=1)


def confounding(labels: pd.Series, *factors: pd.Series) -> pd.DataFrame:
    """How far the clusters coincide with other groupings of the same sections.

    Returns
    -------
    DataFrame
        By factor: nmi, the normalised mutual information (1: the same grouping; by chance alone it lies
        somewhat above 0), and ami, the mutual information adjusted for chance (0: as by chance).
    """
    rows = {
        f.name: (normalized_mutual_info_score(f, labels), adjusted_mutual_info_score(f, labels))
        for f in factors
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["nmi", "ami"]).rename_axis("factor")


def layout(together: np.ndarray, dtm: pd.DataFrame, steps: int = 300) -> np.ndarray:
    """Place the sections on a plane by metric scaling of 1 − (co-assignment + cosine) / 2.

    Starts from the classical solution and improves its stress by majorisation (SMACOF, de Leeuw 1977), so
    that no seed is involved.

    Returns
    -------
    ndarray, (n, 2)
        Coordinates; each axis points so that its largest value is positive.
    """
    weighted = tf_idf(dtm).to_numpy()
    wanted = 1 - (together + weighted @ weighted.T) / 2
    np.fill_diagonal(wanted, 0)
    n = len(wanted)
    centring = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-0.5 * centring @ wanted**2 @ centring)
    points = vectors[:, [-1, -2]] * np.sqrt(np.maximum(values[[-1, -2]], 0))
    for _ in range(steps):
        apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
        pull = -np.divide(wanted, apart, out=np.zeros_like(wanted), where=apart > 1e-9)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        points = pull @ points / n
    return points * np.sign(points[np.abs(points).argmax(axis=0), [0, 1]])
