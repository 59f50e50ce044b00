"""Clusters of sections: which themes the texts fall into when nobody has coded them.

NMF of the tf-idf matrix, run many times on random parts of the vocabulary; sections that keep falling
together form a cluster (consensus clustering, Monti et al. 2003), so that no single run and no single
word decides. Codes that people gave to sections never enter here.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.cluster import AgglomerativeClustering
from sklearn.decomposition import non_negative_factorization

from jiedao.dtm import HIDDEN, MASKED, content, count, tf_idf, with_components
from jiedao.lexicon import stopwords
from jiedao.orientation import FRAMING
from jiedao.resample import SEED


def leaf_sections(
    sections: pd.DataFrame, tokens: pd.DataFrame, fewest: int = 5, **chosen: tuple[str, ...]
) -> pd.DataFrame:
    """Sections that speak of one matter: leaves of the outline that do not merely frame the report.

    Parameters
    ----------
    sections, tokens : DataFrame
        As in `jiedao.corpus.Corpus`.
    fewest : int
        Fewest content tokens of a section.
    **chosen : tuple of str
        ``hide`` and ``mask``, as in `jiedao.dtm.content`.

    Returns
    -------
    DataFrame
        Rows of ``sections``, indexed by section_id.
    """
    sizes = content(tokens, **chosen).groupby("section_id").size()
    leaves = sections[sections["is_leaf"] & ~sections["orientation"].isin(FRAMING)].set_index("section_id")
    return leaves[sizes.reindex(leaves.index, fill_value=0) >= fewest]


def section_matrix(
    sections: pd.DataFrame,
    tokens: pd.DataFrame,
    fewest: int = 2,
    hide: tuple[str, ...] = (*HIDDEN, "policy_verb"),
    mask: tuple[str, ...] = MASKED,
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
    hide, mask : tuple of str
        Categories of the stop list, and kinds of token, to leave out.

    Returns
    -------
    DataFrame
        Leaf sections × terms, weighted counts.
    """
    leaves = leaf_sections(sections, tokens, mask=mask)
    words = with_components(content(tokens, hide, mask))
    words = words[~words["token"].isin(stopwords(hide))]  # a component may be a stop word again
    heading_end = sections.set_index("section_id")["heading_end"]
    in_heading = words["start"] < words["section_id"].map(heading_end)
    text = count(words, "section_id")
    headings = count(words[in_heading], "section_id").reindex(columns=text.columns, fill_value=0)
    headings = headings.copy()  # in one piece, not one a column
    matrix = (
        text.reindex(leaves.index, fill_value=0)
        + headings.reindex(leaves.index, fill_value=0)
        + headings.reindex(leaves["parent"], fill_value=0).set_axis(leaves.index)
    )
    return matrix.loc[:, (matrix.to_numpy() > 0).sum(axis=0) >= fewest].copy()


class _Kept(sparse.csr_array):
    """A sparse matrix that transposes itself once: NMF asks for it at every step."""

    @cached_property
    def T(self) -> sparse.csc_array:
        return self.transpose()


def nmf_labels(weighted: np.ndarray | sparse.csr_array, k: int, seed: int) -> np.ndarray:
    """Assign each row of a tf-idf matrix to its strongest component of one NMF."""
    options = {"n_components": k, "init": "random", "random_state": seed, "max_iter": 2000, "tol": 3e-3}
    rows, components, _ = non_negative_factorization(_Kept(weighted), **options)
    return (rows * np.sqrt((components**2).sum(axis=1))).argmax(axis=1)


def co_assignment(
    dtm: pd.DataFrame, k: int, runs: int = 12, share: float = 0.8, seed: int = SEED
) -> np.ndarray:
    """How often two sections fall together, over NMF runs on random parts of the vocabulary.

    Returns
    -------
    ndarray, (n, n)
        Shares between 0 and 1.
    """
    weighted = sparse.csr_array(tf_idf(dtm).to_numpy())
    together = np.zeros((len(dtm), len(dtm)))
    for run in range(runs):
        rng = np.random.default_rng([seed, k, run])
        part = weighted[:, np.flatnonzero(rng.random(weighted.shape[1]) < share)]
        row = np.repeat(np.arange(len(dtm)), np.diff(part.indptr))
        part.data /= np.sqrt(np.bincount(row, part.data**2))[row]
        labels = nmf_labels(part, k, int(rng.integers(2**31)))
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


def cluster(dtm: pd.DataFrame, k: int, seed: int = SEED, runs: int = 12) -> np.ndarray:
    """The consensus clustering of the sections: `co_assignment`, cut by `consensus_clusters`."""
    return consensus_clusters(co_assignment(dtm, k, runs, seed=seed), k)


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
        difference = (inside - outside).sort_values(ascending=False, kind="stable").head(10 * n).to_dict()
        kept: list[str] = []
        for short, weight in difference.items():
            longer = [
                t for t, w in difference.items() if short in t and (t == short or w >= 0.6 * weight > 0)
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
