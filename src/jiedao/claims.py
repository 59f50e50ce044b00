"""The numbers that README states, each with the table and row it comes from.

A claim is a place in a table of data/processed and a way to print it, so a test can recompute it and
prose cannot drift from data. In README.md each number is followed by its claim_id in a comment.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd


class Claim(NamedTuple):
    """A number and where it stands: ``row`` is a pandas query that exactly one row of the table meets."""

    claim_id: str
    statement: str
    table: str
    row: str
    column: str
    style: str


def list_claims(processed: str | Path) -> list[Claim]:
    """The claims that can be made of the tables in a folder."""
    folder = Path(processed)
    claims = []
    verbs = pd.read_csv(folder / "policy_verbs.csv")
    parts = verbs.groupby("doc_id", sort=False)["orientation"].agg(set)
    for doc_id in parts.index[parts.map({"review", "plan"}.issubset)]:
        for part in ("review", "plan"):
            row = f"doc_id == '{doc_id}' and orientation == '{part}' and headings"
            for column in ("per_1000", "low", "high"):
                said = f"Policy verbs per 1,000 tokens, {part} of {doc_id}: {column}"
                name = f"verbs-{doc_id}-{part}-{column}"
                claims.append(Claim(name, said, "policy_verbs.csv", row, column, "{:.0f}"))
    row = f"k == {pd.read_csv(folder / 'clusters.csv')['cluster'].max()}"
    styles = {"k": "{:.0f}", "sections": "{:.0f}"}
    for column in ("k", "sections", "seed_ari", "bootstrap_ari", "silhouette"):
        style = styles.get(column, "{:.2f}")
        claims.append(
            Claim(f"clusters-{column}", f"Clusters: {column}", "choice_of_k.csv", row, column, style)
        )
    for factor in ("doc_id", "orientation"):
        said, row = f"AMI of clusters with {factor}", f"factor == '{factor}'"
        claims.append(Claim(f"clusters-ami-{factor}", said, "confounding.csv", row, "ami", "{:.2f}"))
    pairs = pd.read_csv(folder / "similarity.csv")
    for kind, alike in pairs[pairs["like"]].groupby("kind", sort=False):
        same = alike["a"] == alike["b"]
        for name, table in (("pairs", alike[~same]), ("halves", alike[same])):
            for end, at in (("smallest", table["cosine"].idxmin()), ("largest", table["cosine"].idxmax())):
                row = f"a == '{table['a'][at]}' and b == '{table['b'][at]}'"
                said = f"{end} cosine, {kind}s, {name}"
                claims.append(
                    Claim(f"cosine-{kind}-{name}-{end}", said, "similarity.csv", row, "cosine", "{:.2f}")
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
        printed = claim.style.format(value).replace("-", "−")
        rows.append({**claim._asdict(), "value": value, "printed": printed, "sentence_ids": evidence})
    columns = ["claim_id", "statement", "value", "printed", "table", "row", "column", "style", "sentence_ids"]
    return pd.DataFrame(rows, columns=columns)


def state_claims(text: str, claims: pd.DataFrame) -> str:
    """Put the numbers of the claims into a text that marks them: ``140<!-- claim_id -->``.

    Raises
    ------
    ValueError
        If the text marks a claim that is not in the table.
    """
    printed = dict(zip(claims["claim_id"], claims["printed"], strict=True))

    def state(match: re.Match[str]) -> str:
        if match[1] not in printed:
            raise ValueError(f"the text states {match[1]!r}, which is no claim")
        return f"{printed[match[1]]}<!-- {match[1]} -->"

    return re.sub(r"−?[\d.,]*<!-- ([\w-]+) -->", state, text)
