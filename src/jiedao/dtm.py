"""Document-term matrices: which tokens count, and how they are weighted.

A *document* here is any unit that ``by`` names: a report, a section, a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from jiedao.lexicon import stopwords
from jiedao.names import is_ordinary_word

HIDDEN = ("function", "number", "genre")
MASKED = ("place", "name")


def content(
    tokens: pd.DataFrame, hide: Iterable[str] = HIDDEN, mask: Iterable[str] = MASKED, shortest: int = 2
) -> pd.DataFrame:
    """Keep the tokens that carry content.

    Parameters
    ----------
    tokens : DataFrame
        As `jiedao.corpus.Corpus.tokens`: a row an occurrence, with columns token and kind.
    hide : iterable of str
        Categories of the stop list to leave out; add ``policy_verb`` to leave those out too.
    mask : iterable of str
        Kinds of token to leave out, so that reports do not differ by their own names.
    shortest : int
        Fewest characters of a token.

    Returns
    -------
    DataFrame
        The rows kept; signs and numbers never are.
    """
    kept = ~tokens["kind"].isin(["sign", "number", *mask]) & (tokens["token"].str.len() >= shortest)
    return tokens[kept & ~tokens["token"].isin(stopwords(hide))]


def running(tokens: pd.DataFrame) -> pd.DataFrame:
    """All tokens but signs: the denominator of every rate per 1,000 tokens."""
    return tokens[tokens["kind"] != "sign"]


def count(tokens: pd.DataFrame, by: str | list[str] = "doc_id", term: str = "token") -> pd.DataFrame:
    """Count terms: rows are the units of ``by`` in order of appearance, columns the terms in code order."""
    table = (
        tokens.groupby([*([by] if isinstance(by, str) else by), term], sort=False)
        .size()
        .unstack(fill_value=0)
    )
    return table.sort_index(axis=1)


# Characters that only turn a word into another: 志愿者 is about 志愿, but 党组织 is not about 党组.
SUFFIXES = "员者化性率式型业区会站所件点户"


def components(term: str) -> list[str]:
    """The two-character dictionary words that a longer term is made of.

    Terms are built of two-character words with an odd character now and then, so only blocks counted
    from either end qualify (网格|化|管理), and of three characters only the first two before a suffix.
    """
    if len(term) < 3 or (len(term) == 3 and term[-1] not in SUFFIXES):
        return []
    starts = {0} if len(term) == 3 else {*range(0, len(term) - 1, 2), *range(len(term) - 2, -1, -2)}
    return [term[i : i + 2] for i in sorted(starts) if is_ordinary_word(term[i : i + 2])]


def with_components(tokens: pd.DataFrame) -> pd.DataFrame:
    """Add the components of each long token, as rows of their own at the same offsets.

    A term of the lexicon is one token (信访积案), yet it is about what its parts are about (信访, 积案).
    Without the parts, sections that speak of one matter in terms of different length share nothing.

    Returns
    -------
    DataFrame
        Rows of ``tokens``, and then a row for each component.
    """
    parts = {t: components(t) for t in tokens["token"].unique()}
    inner = tokens.assign(token=tokens["token"].map(parts)).explode("token").dropna(subset="token")
    return pd.concat([tokens, inner], ignore_index=True)


def idf(dtm: pd.DataFrame) -> pd.Series:
    """Inverse document frequency, smoothed as in scikit-learn: ``ln((1 + N) / (1 + df)) + 1`` by term.

    N is the number of rows, df the number of rows that hold the term.
    """
    held = pd.Series((dtm.to_numpy() > 0).sum(axis=0), dtm.columns)
    return np.log((1 + len(dtm)) / (1 + held)) + 1


def tf_idf(dtm: pd.DataFrame) -> pd.DataFrame:
    """Weight a document-term matrix by tf-idf: count × `idf`, each row then scaled to unit length.

    Parameters
    ----------
    dtm : DataFrame
        Units × terms, counts (or weighted counts).

    Returns
    -------
    DataFrame
        The same shape; a row without terms stays zero.
    """
    weighted = dtm.to_numpy(dtype=float) * idf(dtm).to_numpy()
    length = np.linalg.norm(weighted, axis=1, keepdims=True)
    return pd.DataFrame(weighted / np.where(length > 0, length, 1), dtm.index, dtm.columns)
