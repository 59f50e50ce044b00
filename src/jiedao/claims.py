"""The numbers that README states, each with the table and row it comes from.

A claim is a place in a table of data/processed and a way to print it; so a test can recompute it, and
prose cannot drift from data.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd


class Claim(NamedTuple):
    """A number and where it stands: the row is a pandas query that one row of the table meets."""

    claim_id: str
    statement: str
    table: str
    row: str
    column: str
    style: str


def _verbs(doc_id: str, part: str) -> Claim:
    row = f"doc_id == '{doc_id}' and orientation == '{part}'"
    return Claim(
        f"verbs-{doc_id}-{part}",
        f"Policy verbs per 1,000 tokens in the {part} of {doc_id}",
        "policy_verbs.csv",
        row,
        "per_1000",
        "{:.0f}",
    )


def list_claims(processed: str | Path) -> list[Claim]:
    """The claims that can be made of the tables in a folder: those whose rows are there."""
    folder = Path(processed)
    verbs = pd.read_csv(folder / "policy_verbs.csv")
    both = [
        d
        for d, parts in verbs.groupby("doc_id", sort=False)["orientation"]
        if {"review", "plan"} <= set(parts)
    ]
    claims = [_verbs(doc_id, part) for doc_id in both for part in ("review", "plan")]
    chosen = pd.read_csv(folder / "clusters.csv")["cluster"].max()
    for column, what in (
        ("seed_ari", "between seeds"),
        ("bootstrap_ari", "between bootstrap samples"),
        ("silhouette", "silhouette"),
    ):
        claims.append(
            Claim(
                f"clusters-{column}",
                f"Stability of the clustering: {what}",
                "choice_of_k.csv",
                f"k == {chosen}",
                column,
                "{:.2f}",
            )
        )
    claims.append(
        Claim(
            "clusters-nmi-street",
            "NMI of clusters and streets",
            "confounding.csv",
            "factor == 'doc_id'",
            "nmi",
            "{:.2f}",
        )
    )
    claims.append(
        Claim(
            "clusters-nmi-orientation",
            "NMI of clusters and orientation",
            "confounding.csv",
            "factor == 'orientation'",
            "nmi",
            "{:.2f}",
        )
    )
    pairs = pd.read_csv(folder / "similarity.csv")
    for name, what, table in (
        ("across", "parts of different texts", pairs[pairs["a"] != pairs["b"]]),
        ("ceiling", "two halves of one part", pairs[pairs["a"] == pairs["b"]]),
    ):
        for end, at in (("smallest", table["cosine"].idxmin()), ("largest", table["cosine"].idxmax())):
            a, b = table.loc[at, ["a", "b"]]
            row = f"a == '{a}' and b == '{b}'"
            claims.append(
                Claim(
                    f"cosine-{name}-{end}",
                    f"{end.capitalize()} cosine, {what}",
                    "similarity.csv",
                    row,
                    "cosine",
                    "{:.2f}",
                )
            )
    return claims


def claims_table(processed: str | Path) -> pd.DataFrame:
    """Evaluate the claims.

    Parameters
    ----------
    processed : str or Path
        The folder data/processed.

    Returns
    -------
    DataFrame
        claim_id, statement, value, printed (as README prints it), table, row, column, style and
        sentence_ids (the sentences behind the number, where it counts any).
    """
    folder = Path(processed)
    rows = []
    for claim in list_claims(folder):
        found = pd.read_csv(folder / claim.table).query(claim.row)
        if len(found) != 1:
            raise ValueError(f"{claim.claim_id}: {len(found)} rows of {claim.table} meet {claim.row!r}")
        value = float(found[claim.column].iloc[0])
        evidence = found["sentence_ids"].iloc[0] if "sentence_ids" in found else ""
        rows.append(
            {
                **claim._asdict(),
                "value": value,
                "printed": claim.style.format(value),
                "sentence_ids": evidence,
            }
        )
    columns = ["claim_id", "statement", "value", "printed", "table", "row", "column", "style", "sentence_ids"]
    return pd.DataFrame(rows, columns=columns)
