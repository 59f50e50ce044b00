"""Statistics by group over the tables of `jiedao scale`: hundreds of thousands of reports on one laptop.

DuckDB adds the tables up out of core: it holds no more than ``memory`` and lays the rest into a folder that
goes when it is done. What comes back is by group, term or document, and small beside the tables.

Throughout, a *document* is a doc_id, and a group a value of one of `GROUPS`; documents of which that is not
known form a group "". A text that stands twice under two doc_ids counts twice; rows that share a doc_id count
as one document, of the first of their groups in code order. `duplicates` lists both: look there first.

Every function takes the tables' folder first, and last ``session``: ``memory`` (of DuckDB alone, such as
"1GB") and ``threads`` (default: all). Results depend on neither, nor on the order or number of the parts:
what is added up are whole numbers, and all else is reckoned from their sums.
"""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.decomposition import NMF
from sklearn.preprocessing import normalize

from jiedao import JiedaoError
from jiedao import keyness as key
from jiedao.dtm import HIDDEN, MASKED
from jiedao.lexicon import stopwords
from jiedao.resample import SEED

GROUPS = ("province", "city", "district", "street", "year", "genre")
SHARE = 20_000_000  # terms of groups that are added up at a time
SWEEPS = 100  # of coordinate descent: on unit vectors it stands still long before


@contextmanager
def _connected(
    folder: str | Path, by: str, tables: Iterable[str] = (), memory: str = "1GB", threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that sees the tables as views, with documents and groups numbered."""
    folder = Path(folder)
    if by not in GROUPS:
        raise JiedaoError(f"{folder}: has no groups by {by}; there are {', '.join(GROUPS)}")
    parts = sorted(file.name for file in folder.glob("documents/part-*.parquet"))
    if not parts:
        raise JiedaoError(
            f"{folder}: holds no tables of documents; write them with jiedao scale SRC {folder}"
        )
    # Beside the tables there is room for as much again; a system's folder for such things may be memory.
    spill = folder if os.access(folder, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=".spill-", dir=spill) as room:
        settings: dict[str, Any] = {"memory_limit": memory, "temp_directory": room}
        settings |= {"preserve_insertion_order": False, "autoinstall_known_extensions": False}
        try:
            with duckdb.connect(config=settings | ({} if threads is None else {"threads": threads})) as db:
                db.execute("SET enable_progress_bar = false")  # it would write among the results
                for table in ("documents", *tables):
                    files = [folder / table / name for name in parts]  # of finished parts only
                    if missing := [file for file in files if not file.is_file()]:
                        raise JiedaoError(f"{missing[0]}: is not there; run jiedao scale without --counts")
                    db.read_parquet([glob.escape(str(file)) for file in files]).create_view(table)
                _number(db, by)
                yield db
        except duckdb.OutOfMemoryException as error:
            raise JiedaoError(f"{folder}: {memory} of memory are too few; allow more ({error})") from None
        except duckdb.Error as error:
            raise JiedaoError(f"{folder}: DuckDB cannot work on these tables ({error})") from None


def _number(db: duckdb.DuckDBPyConnection, by: str) -> None:
    """Number the documents (i) and their groups (g); ``by`` has been checked."""
    db.execute(
        f"""CREATE TEMP TABLE numbered AS
        WITH named AS (
            SELECT doc_id, min(coalesce(CAST({by} AS VARCHAR), '')) AS name,
                sum(n_tokens)::BIGINT AS size, count(*) AS times
            FROM documents GROUP BY doc_id)
        SELECT *, (row_number() OVER (ORDER BY doc_id) - 1)::INTEGER AS i,
            (dense_rank() OVER (ORDER BY name))::INTEGER AS g
        FROM named"""
    )
    db.execute(
        """CREATE TEMP TABLE groups AS
        SELECT g, name, sum(size)::BIGINT AS total, count(*) AS parts, min(size) AS smallest
        FROM numbered WHERE size > 0 GROUP BY g, name"""
    )


def _count_content(
    db: duckdb.DuckDBPyConnection, hide: Iterable[str], mask: Iterable[str], shortest: int
) -> None:
    """Make the view ``held``, of content terms, as `jiedao.dtm.content` keeps them: i, g, term, n.

    It shows a share of the terms, if the variables ``share`` and ``shares`` say so.
    """
    db.execute("SET VARIABLE share = 0")
    db.execute("SET VARIABLE shares = 1")
    db.execute("CREATE TEMP TABLE hidden AS SELECT unnest($1::VARCHAR[]) AS term", [sorted(stopwords(hide))])
    db.execute(
        "CREATE TEMP TABLE masked AS SELECT unnest($1::VARCHAR[]) AS kind", [["sign", "number", *mask]]
    )
    # Rows are added up only where a doc_id stands twice, and never kept: all of them would fill the disk.
    db.execute(
        f"""CREATE TEMP VIEW held AS
        WITH kept AS NOT MATERIALIZED (
            SELECT doc_id, term, n::BIGINT AS n FROM terms
                ANTI JOIN hidden USING (term) ANTI JOIN masked USING (kind)
            WHERE length(term) >= {int(shortest)}
                AND hash(term) % getvariable('shares') = getvariable('share'))
        SELECT i, g, term, n FROM kept JOIN numbered USING (doc_id) WHERE size > 0 AND times = 1
        UNION ALL
        SELECT i, g, term, sum(n)::BIGINT FROM kept JOIN numbered USING (doc_id)
            WHERE size > 0 AND times > 1 GROUP BY i, g, term"""
    )


def duplicates(folder: str | Path, **session: Any) -> pd.DataFrame:
    """List the rows of documents that share their text or their doc_id with another.

    Returns
    -------
    DataFrame
        Sorted by sha256, doc_id and source: doc_id, source, sha256, same_text and same_id (how many rows have
        this text, and this doc_id; 1 is the row itself).
    """
    with _connected(folder, GROUPS[0], **session) as db:
        return db.execute(
            """SELECT doc_id, source, sha256, count(*) OVER (PARTITION BY sha256) AS same_text,
                count(*) OVER (PARTITION BY doc_id) AS same_id
            FROM documents QUALIFY same_text > 1 OR same_id > 1 ORDER BY sha256, doc_id, source"""
        ).df()


def frequency(
    folder: str | Path,
    by: str = "province",
    fewest: int = 20,
    hide: Iterable[str] = HIDDEN,
    mask: Iterable[str] = MASKED,
    shortest: int = 2,
    **session: Any,
) -> pd.DataFrame:
    """How often content terms occur in each group, and how evenly over its documents.

    Parameters
    ----------
    folder : str or Path
        Of the tables.
    by : str
        One of `GROUPS`.
    fewest : int
        Fewest occurrences, in its group, of a term listed. Of 1, the result can be as large as the tables.
    hide, mask, shortest
        As in `jiedao.dtm.content`.
    **session
        ``memory`` and ``threads``.

    Returns
    -------
    DataFrame
        Sorted by group, falling n, and term: the column ``by``, term, n, per_1000 (running tokens of the
        group, as `jiedao.dtm.running` counts them), documents (that hold the term), dp, dp_norm; rounded to
        6 decimals. ``DP = ½ Σ |v_i − s_i|`` as in `jiedao.frequency.dispersion`, over documents: one without
        the term adds its share s_i of the tokens. dp_norm is NaN in a group of one document. Most terms
        stand in few of many documents, so DP is near 1 for most; it tells terms of like n apart.

    References
    ----------
    Gries, S. T. (2008). Dispersions and adjusted frequencies in corpora. IJCL 13(4), 403–437.
    """
    with _connected(folder, by, ["terms"], **session) as db:
        _count_content(db, hide, mask, shortest)
        # Where groups by terms are too many sums for the memory, a share of the terms at a time.
        [(sums,)] = db.execute("SELECT approx_count_distinct(hash(g, term)) FROM held").fetchall()
        shares = 1 + sums // SHARE
        db.execute(
            """CREATE TEMP TABLE found (
            g INTEGER, term VARCHAR, n BIGINT, documents BIGINT, apart HUGEINT, inside HUGEINT)"""
        )
        db.execute(f"SET VARIABLE shares = {shares}")
        for share in range(shares):
            db.execute(f"SET VARIABLE share = {share}")
            db.execute(
                """CREATE OR REPLACE TEMP TABLE sums AS
                SELECT g, term, sum(n)::BIGINT AS n, count(*) AS documents
                FROM held GROUP BY g, term HAVING sum(n) >= $1""",
                [fewest],
            )
            # With c of n occurrences in a document of m of N tokens, |v − s| is |c·N − n·m| / n·N.
            db.execute(
                """INSERT INTO found
                SELECT g, term, any_value(sums.n), any_value(documents),
                    sum(abs(held.n * total - sums.n * size)), sum(size)
                FROM held JOIN sums USING (g, term) JOIN groups USING (g) JOIN numbered USING (i, g)
                GROUP BY g, term"""
            )
        out = db.execute(
            """WITH deviation AS (
                SELECT *, (apart + n::HUGEINT * (total - inside)) / (2.0::DOUBLE * n * total) AS exact
                FROM found JOIN groups USING (g))
            SELECT name, term, n, round(1000.0::DOUBLE * n / total, 6) AS per_1000, documents,
                round(exact, 6) AS dp,
                CASE WHEN parts > 1 THEN round(exact / (1 - smallest::DOUBLE / total), 6) END AS dp_norm
            FROM deviation ORDER BY name, n DESC, term"""
        ).df()
    return out.rename(columns={"name": by})


def keyness(
    folder: str | Path,
    by: str,
    target: str | int,
    reference: str | int | None = None,
    prior: pd.Series | None = None,
    fewest: int = 5,
    hide: Iterable[str] = HIDDEN,
    mask: Iterable[str] = MASKED,
    shortest: int = 2,
    **session: Any,
) -> pd.DataFrame:
    """Which content terms set a group apart from another, or from all others.

    Parameters
    ----------
    folder, by
        As in `frequency`.
    target, reference : str or int
        Values of ``by``; default of the reference: all groups but the target.
    prior : Series, optional
        As in `jiedao.keyness.keyness`.
    fewest : int
        Fewest occurrences, in both together, of a term listed. The rarer count in the totals all the same,
        so only q, which depends on how many terms are tested, changes with it.
    hide, mask, shortest, **session
        As in `frequency`.

    Returns
    -------
    DataFrame
        By term, sorted by falling log_odds_z and term: the columns of `jiedao.keyness.keyness`, not rounded.
        Documents of one group resemble one another, and tokens in them more: p and q are far too small for
        a test over groups, and a single long document can make a key term. See documents and dp in
        `frequency`.
    """
    with _connected(folder, by, ["terms"], **session) as db:
        known = [name for (name,) in db.execute("SELECT name FROM groups ORDER BY name").fetchall()]
        wanted = [str(target)] if reference is None else [str(target), str(reference)]
        if (unknown := [name for name in wanted if name not in known]) or len(set(wanted)) < len(wanted):
            what = f"no {by} {unknown[0]!r}" if unknown else f"twice the same {by}"
            raise JiedaoError(f"{folder}: {what}; name one of {', '.join(map(repr, known[:40]))}")
        _count_content(db, hide, mask, shortest)
        counts = db.execute(
            """SELECT term, coalesce(sum(n) FILTER (name = $target), 0)::BIGINT AS target,
                coalesce(sum(n) FILTER (name <> $target), 0)::BIGINT AS reference
            FROM held JOIN groups USING (g) WHERE name = $target OR $other IS NULL OR name = $other
            GROUP BY term ORDER BY term""",
            {"target": wanted[0], "other": None if reference is None else wanted[1]},
        ).df()
    counts = counts.set_index("term")
    if prior is not None:
        counts["prior"] = prior.reindex(counts.index, fill_value=0)
    rare = counts["target"] + counts["reference"] < fewest
    pooled = counts[rare].sum().rename("")  # no term: keeps the totals what they are
    table = pd.concat([counts[~rare], pooled.to_frame().T.rename_axis("term")]) if rare.any() else counts
    out = key.keyness(table["target"], table["reference"], None if prior is None else table["prior"])
    out = out.drop(index="", errors="ignore")
    if rare.any():
        out["q"] = key._benjamini_hochberg(out["p"].to_numpy())
    return out.rename_axis("term").sort_index().sort_values("log_odds_z", ascending=False, kind="stable")


def prevalence(folder: str | Path, by: str = "province", **session: Any) -> pd.DataFrame:
    """How much of what each group says of its past, and of its plans, goes to each theme.

    Returns
    -------
    DataFrame
        Sorted by group, orientation and theme: the column ``by``, orientation, theme, n_chars (of leaf
        sections coded so, blanks not counted), share (of all coded characters of the group and orientation,
        so that they add up to 1; rounded to 6 decimals), documents (that hold the theme there). Long reports
        weigh more than short ones.
    """
    with _connected(folder, by, ["themes"], **session) as db:
        out = db.execute(
            """WITH sums AS (
                SELECT name, orientation, theme, sum(themes.n_chars)::BIGINT AS n_chars,
                    count(DISTINCT i) AS documents
                FROM themes JOIN numbered USING (doc_id) GROUP BY name, orientation, theme)
            SELECT name, orientation, theme, n_chars,
                round(n_chars / (sum(n_chars) OVER (PARTITION BY name, orientation))::DOUBLE, 6) AS share,
                documents
            FROM sums ORDER BY name, orientation, theme"""
        ).df()
    return out.rename(columns={"name": by})


def cluster(
    folder: str | Path,
    k: int,
    by: str = "province",
    sample: int = 5000,
    seed: int = SEED,
    fewest: int = 5,
    terms: int = 3000,
    runs: int = 3,
    n: int = 12,
    hide: Iterable[str] = (*HIDDEN, "policy_verb"),
    mask: Iterable[str] = MASKED,
    shortest: int = 2,
    **session: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cluster whole documents by NMF of their tf-idf, fit on a sample of every group, assigned to all.

    Sections are clustered in the study (`jiedao.themes`), documents here. A report speaks of every theme, so
    these clusters are no themes: they show emphasis, kinds of office or report, eras and turns of phrase,
    and each document is put where its emphasis is strongest, however little it leads. Nor is there a
    consensus of many runs: that other seeds and k give the like is for the reader to try.

    Parameters
    ----------
    folder, by
        As in `frequency`; ``by`` names the strata.
    k : int
        Number of clusters.
    sample : int
        Documents to fit on: of each group in proportion, but at least one. Which is decided by a hash of
        seed and doc_id.
    seed : int
        Of the sample, and of the starts of NMF.
    fewest, terms : int
        Fewest documents of the sample that hold a term counted, and most terms: those in most documents.
    runs : int
        Starts of NMF, of which the one that fits best is kept.
    n : int
        Terms listed for each cluster.
    hide, mask, shortest, **session
        As in `frequency`.

    Returns
    -------
    DataFrame, DataFrame
        doc_id, the column ``by``, cluster, sampled (whether the fit saw it), sorted by doc_id; clusters are
        numbered from 1 by falling size, and 0 is a document with none of the terms.
        cluster, rank, term, inside, outside, difference: mean tf-idf of the sample, as in
        `jiedao.themes.top_terms`, rounded to 6 decimals.
    """
    with _connected(folder, by, ["terms"], **session) as db:
        _count_content(db, hide, mask, shortest)
        db.execute(
            """CREATE TEMP TABLE sample AS
            WITH placed AS (
                SELECT i, row_number() OVER (PARTITION BY g ORDER BY md5($1 || ':' || doc_id), i) AS place,
                    count(*) OVER (PARTITION BY g) AS size, count(*) OVER () AS total
                FROM numbered)
            SELECT i FROM placed WHERE place <= greatest(1, (2 * $2 * size + total) // (2 * total))""",
            [str(seed), sample],
        )
        db.execute(
            """CREATE TEMP TABLE vocabulary AS
            SELECT term, row_number() OVER (ORDER BY count(*) DESC, term) - 1 AS j
            FROM held SEMI JOIN sample USING (i) GROUP BY term HAVING count(*) >= $1
            ORDER BY j LIMIT $2""",
            [fewest, terms],
        )
        names = [term for (term,) in db.execute("SELECT term FROM vocabulary ORDER BY j").fetchall()]
        out = db.execute(
            """SELECT doc_id, name, i IN (SELECT i FROM sample) AS sampled FROM numbered ORDER BY i"""
        ).df()
        fit_on = np.flatnonzero(out["sampled"])
        if k < 1 or min(len(fit_on), len(names)) < k:
            raise JiedaoError(
                f"{folder}: {len(fit_on)} documents and {len(names)} terms to fit on are too few for {k} "
                "clusters; lower k or fewest"
            )
        rows = db.execute("SELECT i, j, n FROM held SEMI JOIN sample USING (i) JOIN vocabulary USING (term)")
        counts = _matrix(rows.df(), len(out), len(names))[fit_on]
        idf = np.log((1 + len(fit_on)) / (1 + (counts > 0).sum(axis=0).A1)) + 1  # as jiedao.dtm.idf
        weighted = normalize(counts.multiply(idf).tocsr())
        components = _components(weighted, k, seed, runs)
        # Rows of the tables are gone through once, and only what the components catch of each is kept.
        caught = np.zeros((len(out), k))
        rows = db.execute("SELECT i, j, n FROM held JOIN vocabulary USING (term)")
        while len(chunk := rows.fetch_df_chunk(256)):
            caught += _matrix(chunk, len(out), len(names)) @ (components * idf).T
    strength = _strengths(caught, components @ components.T)
    labels = np.where(strength.max(axis=1) > 0, strength.argmax(axis=1), k)
    sizes = np.bincount(labels, minlength=k + 1)[:k]
    number = np.zeros(k + 1, dtype=int)
    number[np.argsort(-sizes, kind="stable")] = np.arange(1, k + 1)
    out.insert(2, "cluster", number[labels])
    return out.rename(columns={"name": by}), _top_terms(weighted, out["cluster"].to_numpy()[fit_on], names, n)


def _matrix(rows: pd.DataFrame, documents: int, terms: int) -> sparse.csr_matrix:
    """Counts of rows i, j, n; what stands twice is added up."""
    return sparse.csr_matrix((rows["n"].astype(float), (rows["i"], rows["j"])), (documents, terms))


def _components(weighted: sparse.csr_matrix, k: int, seed: int, runs: int) -> np.ndarray:
    """Components of the best of some NMF, set as in `jiedao.themes.nmf_labels`, each of unit length."""
    starts = np.random.default_rng([seed, k]).integers(2**31, size=runs)
    models = [NMF(k, init="random", random_state=int(s), max_iter=2000, tol=3e-3) for s in starts]
    best = min((model.fit(weighted) for model in models), key=lambda m: round(m.reconstruction_err_, 9))
    return normalize(best.components_)


def _strengths(caught: np.ndarray, gram: np.ndarray) -> np.ndarray:
    """Non-negative least squares of each document on the components, by coordinate descent.

    A row's outcome does not depend on the rows beside it, as that of ``NMF.transform`` does, which stops
    for all at once.
    """
    largest = caught.max(axis=1, keepdims=True)
    caught = caught / np.where(largest > 0, largest, 1)
    strength = np.zeros_like(caught)
    for at in range(0, len(caught), 4096):
        b, w = caught[at : at + 4096], strength[at : at + 4096]
        for j in [*range(len(gram))] * SWEEPS:
            w[:, j] = np.maximum(0, b[:, j] - w @ gram[:, j] + w[:, j] * gram[j, j])
    return strength.round(9)  # so that the order in which floats were added up decides nothing


def _top_terms(weighted: sparse.csr_matrix, labels: np.ndarray, names: list[str], n: int) -> pd.DataFrame:
    rows = []
    for cluster in sorted(set(labels.tolist()) - {0}):
        member = labels == cluster
        inside, outside = (
            np.asarray(weighted[m].sum(axis=0)).ravel().round(9) / max(1, m.sum()) for m in (member, ~member)
        )
        order = sorted(range(len(names)), key=lambda j: (-round(inside[j] - outside[j], 9), names[j]))[:n]
        rows += [
            (cluster, rank, names[j], inside[j], outside[j], inside[j] - outside[j])
            for rank, j in enumerate(order, 1)
        ]
    columns = ["cluster", "rank", "term", "inside", "outside", "difference"]
    return pd.DataFrame(rows, columns=columns).round(6)
