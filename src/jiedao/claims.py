"""The numbers that README states, each with the table and row it comes from.

A claim is a place in a table of data/processed and a way to print it, so a test can recompute it and
prose cannot drift from data. In README.md each number is followed by its claim_id in a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd


class Claim(NamedTuple):
    """A number, its finding, and where it stands: exactly one row of the table meets ``row``."""

    claim_id: str
    finding: str
    statement: str
    table: str
    row: str
    column: str
    style: str


def list_claims(processed: str | Path) -> list[Claim]:
    """The claims that can be made of the tables in a folder."""
    folder = Path(processed)
    return [*_verbs(folder), *_clusters(folder), *_similarity(folder), *_wording(folder), *_survival(folder)]


def _verbs(folder: Path) -> Iterator[Claim]:
    changes = pd.read_csv(folder / "verb_change.csv")
    for doc_id in changes["doc_id"].unique():
        row = f"doc_id == '{doc_id}' and headings"
        said_of = {
            "review": "review",
            "plan": "plan",
            "difference": "plan minus review",
            "low": "plan minus review, lower end of the interval",
            "high": "plan minus review, upper end of the interval",
        }
        for column, what in said_of.items():
            said = f"Policy verbs per 1,000 tokens, {doc_id}: {what}"
            claim_id = f"verbs-{doc_id}-{column}"
            yield Claim(claim_id, f"verbs-{doc_id}", said, "verb_change.csv", row, column, "{:.0f}")


def _clusters(folder: Path) -> Iterator[Claim]:
    row = f"k == {pd.read_csv(folder / 'clusters.csv')['cluster'].max()}"
    styles = {"k": "{:.0f}", "sections": "{:.0f}"}
    for column in ("k", "sections", "seed_ari", "bootstrap_ari", "silhouette"):
        said, style = f"Clusters: {column}", styles.get(column, "{:.2f}")
        yield Claim(f"clusters-{column}", "themes-return", said, "choice_of_k.csv", row, column, style)
    for factor, finding in (("doc_id", "themes-street"), ("orientation", "themes-part")):
        said, row = f"AMI of clusters with {factor}", f"factor == '{factor}'"
        yield Claim(f"clusters-ami-{factor}", finding, said, "confounding.csv", row, "ami", "{:.2f}")


def _similarity(folder: Path) -> Iterator[Claim]:
    pairs = pd.read_csv(folder / "similarity.csv")
    reviews = pairs[pairs["a"].str.startswith("review|") & pairs["b"].str.startswith("review|")]
    same = reviews["a"] == reviews["b"]
    if same.all():
        return
    for name, table in (("pairs", reviews[~same]), ("halves", reviews[same])):
        for end, at in (("smallest", table["cosine"].idxmin()), ("largest", table["cosine"].idxmax())):
            row = f"a == '{table['a'][at]}' and b == '{table['b'][at]}'"
            said, claim_id = f"{end} cosine, reviews, {name}", f"cosine-{name}-{end}"
            yield Claim(claim_id, "reviews-apart", said, "similarity.csv", row, "cosine", "{:.2f}")


def _wording(folder: Path) -> Iterator[Claim]:
    wording = pd.read_csv(folder / "formula.csv")
    own = wording[wording["wording"] == "own"]
    for run, table in own.groupby("run"):
        for end, at in (("smallest", table["share"].idxmin()), ("largest", table["share"].idxmax())):
            row = f"unit == '{table['unit'][at]}' and run == {run} and wording == 'own'"
            said = f"{end} share of characters in one report only, runs of {run}"
            yield Claim(f"own-{run}-{end}", "own-wording", said, "formula.csv", row, "share", "{:.0%}")
    for passage in pd.read_csv(folder / "passages.csv")["passage"][:1]:
        row, said = f"passage == '{passage}'", "characters of the longest shared passage"
        yield Claim("passage-longest", "own-wording", said, "passages.csv", row, "n_chars", "{:.0f}")


def _survival(folder: Path) -> Iterator[Claim]:
    for finding in pd.read_csv(folder / "survival.csv")["finding"]:
        row = f"finding == '{finding}'"
        for column in ("survives", "choices"):
            said = f"Robustness of {finding}: {column}"
            yield Claim(f"{column}-{finding}", finding, said, "survival.csv", row, column, "{:.0f}")


def claims_table(processed: str | Path) -> pd.DataFrame:
    """Evaluate the claims.

    Parameters
    ----------
    processed : str or Path
        The folder data/processed.

    Returns
    -------
    DataFrame
        claim_id, finding, statement, value, printed (as README prints it), table, row, column, style,
        sentence_ids (the sentences behind the number, where it counts any), survives (``17 of 18``: the
        other choices that leave the finding as strong as published, see `jiedao.robustness`).
    """
    folder = Path(processed)
    survival = pd.read_csv(folder / "survival.csv").set_index("finding")
    rows = []
    for claim in list_claims(folder):
        found = pd.read_csv(folder / claim.table).query(claim.row)
        if len(found) != 1:
            raise ValueError(f"{claim.claim_id}: {len(found)} rows of {claim.table} meet {claim.row!r}")
        value = float(found[claim.column].iloc[0])
        evidence = found["sentence_ids"].iloc[0] if "sentence_ids" in found else ""
        printed = claim.style.format(value).replace("-", "−")
        row = {**claim._asdict(), "value": value, "printed": printed, "sentence_ids": evidence}
        if claim.finding in survival.index:
            counts = survival.loc[claim.finding]
            row["survives"] = f"{counts['survives']} of {counts['choices']}"
        rows.append(row)
    columns = [*Claim._fields[:3], "value", "printed", *Claim._fields[3:], "sentence_ids", "survives"]
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

    return re.sub(r"−?[\d.,]*%?<!-- ([\w.-]+) -->", state, text)
