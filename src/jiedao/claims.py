"""The numbers that README states, each with the table and row it comes from.

A claim is a place in a table of data/processed and a way to print it, so a test can recompute it and
prose cannot drift from data. In README.md and README.zh-CN.md each number is followed by its claim_id in
a comment; texts of the site name a claim where its number is to stand.
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
    groups = (_verbs, _numbers, _promises, _themes, _clusters, _similarity, _key_terms, _wording, _survival)
    return [claim for group in groups for claim in group(folder)]


def _verbs(folder: Path) -> Iterator[Claim]:
    counted = set(pd.read_csv(folder / "policy_verbs.csv").query("headings")["unit"])
    for doc_id in pd.read_csv(folder / "verb_change.csv")["doc_id"].unique():
        finding = f"verbs-{doc_id}"
        for part in [p for p in ("review", "plan") if f"{p}|{doc_id}" in counted]:
            row = f"unit == '{part}|{doc_id}' and headings"
            said = f"Policy verbs per 1,000 tokens, {doc_id}: {part}"
            yield Claim(f"{finding}-{part}", finding, said, "policy_verbs.csv", row, "per_1000", "{:z.0f}")
        for headings, name in (("headings", ""), ("not headings", "-text")):
            row = f"doc_id == '{doc_id}' and {headings}"
            for column, end in (("difference", ""), ("low", ", lower end"), ("high", ", upper end")):
                said = f"Policy verbs per 1,000 tokens, {doc_id}: plan minus review{end}, {headings}"
                claim_id = f"{finding}{name}-{column}"
                yield Claim(claim_id, finding, said, "verb_change.csv", row, column, "{:z.0f}")


def _numbers(folder: Path) -> Iterator[Claim]:
    for unit in pd.read_csv(folder / "quantification.csv")["unit"]:
        part, doc_id = unit.split("|")
        for column, style in (("n", "{:z.0f}"), ("rate", "{:z.1f}")):
            said = f"Indicators of the {part}, {doc_id}: {column}"
            claim_id = f"numbers-{doc_id}-{part}-{column}"
            yield Claim(claim_id, "counting", said, "quantification.csv", f"unit == '{unit}'", column, style)
    for doc_id in pd.read_csv(folder / "quantification_change.csv")["doc_id"]:
        for column in ("difference", "low", "high"):
            said = f"Indicators per 1,000 characters, {doc_id}: plan minus review, {column}"
            row, claim_id = f"doc_id == '{doc_id}'", f"numbers-{doc_id}-{column}"
            yield Claim(claim_id, "counting", said, "quantification_change.csv", row, column, "{:z.1f}")
    for unit in pd.read_csv(folder / "counted.csv").query("n >= 10")["unit"]:
        part, doc_id = unit.split("|")
        for column in ("n", "outcome"):
            said = f"Indicators that count for something, components left out, {doc_id}, {part}: {column}"
            claim_id, row = f"counted-{doc_id}-{part}-{column}", f"unit == '{unit}'"
            yield Claim(claim_id, "counting", said, "counted.csv", row, column, "{:z.0f}")


def _promises(folder: Path) -> Iterator[Claim]:
    table = pd.read_csv(folder / "promises.csv").set_index("doc_id")
    for doc_id, row in table.iterrows():
        for column in row.index:
            claim_id, where = f"promises-{doc_id}-{column}", f"doc_id == '{doc_id}'"
            said = f"Plan of {doc_id}: {column}"
            yield Claim(claim_id, "promises", said, "promises.csv", where, column, "{:z.0f}")
    carried = pd.read_csv(folder / "carry_over.csv").query("what == 'content_words'")
    for doc_id in carried["doc_id"]:
        row = f"doc_id == '{doc_id}' and what == 'content_words'"
        for column in ("kept", "chance_low", "chance_high"):
            said = f"Content words of the review that return in the plan, {doc_id}: {column}"
            claim_id = f"carried-{doc_id}-{column}"
            yield Claim(claim_id, "carry-over", said, "carry_over.csv", row, column, "{:z.0f}")


def _themes(folder: Path) -> Iterator[Claim]:
    for column in ("ami", "chance_low", "chance_high"):
        said, row = f"AMI of clusters with coded themes: {column}", "factor == 'theme'"
        yield Claim(f"codebook-{column}", "themes-coded", said, "confounding.csv", row, column, "{:z.2f}")


def _clusters(folder: Path) -> Iterator[Claim]:
    row = f"k == {pd.read_csv(folder / 'clusters.csv')['cluster'].max()}"
    styles = {"k": "{:z.0f}", "sections": "{:z.0f}"}
    for column in ("k", "sections", "seed_ari", "bootstrap_ari", "silhouette"):
        said, style = f"Clusters: {column}", styles.get(column, "{:z.2f}")
        yield Claim(f"clusters-{column}", "themes-return", said, "choice_of_k.csv", row, column, style)
    for method in ("k-means", "LSA, k-means"):
        row = f"words == 'as used' and method == '{method}'"
        name, said = method.split(",")[0].lower(), f"Clusters by {method}: bootstrap_ari"
        claim_id = f"clusters-{name}-bootstrap_ari"
        yield Claim(claim_id, "themes-return", said, "cluster_methods.csv", row, "bootstrap_ari", "{:z.2f}")
    for factor, finding in (("doc_id", "themes-street"), ("orientation", "themes-part")):
        for column in ("ami", "chance_low", "chance_high"):
            said, row = f"AMI of clusters with {factor}: {column}", f"factor == '{factor}'"
            claim_id = f"clusters-{column}-{factor}"
            yield Claim(claim_id, finding, said, "confounding.csv", row, column, "{:z.2f}")


def _similarity(folder: Path) -> Iterator[Claim]:
    pairs = pd.read_csv(folder / "review_similarity.csv")
    same = pairs["a"] == pairs["b"]
    if same.all():
        return
    places = [
        ("pairs-smallest", pairs["cosine"][~same].idxmin()),
        ("pairs-largest", pairs["cosine"][~same].idxmax()),
    ]
    places += [
        ("halves-smallest", pairs["cosine"][same].idxmin()),
        ("halves-largest", pairs["cosine"][same].idxmax()),
    ]
    gaps = [("gap-smallest", pairs["gap"][~same].idxmin()), ("gap-largest", pairs["gap"][~same].idxmax())]
    cells = [(name, at, "cosine") for name, at in places]
    cells += [(f"{name}{end}", at, f"gap{end}") for name, at in gaps for end in ("", "_low", "_high")]
    for name, at, column in cells:
        row = f"a == '{pairs['a'][at]}' and b == '{pairs['b'][at]}'"
        said = f"reviews, {name.replace('-', ', ')}"
        yield Claim(f"reviews-{name}", "reviews-apart", said, "review_similarity.csv", row, column, "{:z.2f}")


def _key_terms(folder: Path) -> Iterator[Claim]:
    for column, style in (
        ("texts", "{:z.0f}"),
        ("with_key_terms", "{:z.0f}"),
        ("terms", "{:z.0f}"),
        ("smallest_q", "{:z.2f}"),
    ):
        said = f"Key terms: {column}"
        yield Claim(f"key-{column}", "key-terms", said, "key_summary.csv", "texts == texts", column, style)


def _wording(folder: Path) -> Iterator[Claim]:
    wording = pd.read_csv(folder / "formula.csv").query("wording == 'formula'")
    halves = pd.read_csv(folder / "halves.csv")
    shares = [("formula", "formula.csv", wording, "unit", "share")]
    shares += [(f"{c}-half", "halves.csv", halves, "doc_id", c) for c in ("own", "other")]
    for name, file, table, key, column in shares:
        for run, mine in table.groupby("run"):
            for end, at in (("smallest", mine[column].idxmin()), ("largest", mine[column].idxmax())):
                row = f"{key} == '{mine[key][at]}' and run == {run}"
                row += " and wording == 'formula'" if name == "formula" else ""
                said = f"shared wording, {name}, runs of {run}, {end}"
                yield Claim(f"{name}-{run}-{end}", "shared-wording", said, file, row, column, "{:z.0%}")
    for passage in pd.read_csv(folder / "passages.csv")["passage"][:1]:
        row, said = f"passage == '{passage}'", "characters of the longest shared passage"
        yield Claim("passage-longest", "shared-wording", said, "passages.csv", row, "n_chars", "{:z.0f}")


def _survival(folder: Path) -> Iterator[Claim]:
    for finding in pd.read_csv(folder / "survival.csv")["finding"]:
        row = f"finding == '{finding}'"
        for column in ("survives", "choices"):
            said = f"Robustness of {finding}: {column}"
            yield Claim(f"{column}-{finding}", finding, said, "survival.csv", row, column, "{:z.0f}")


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
        other choices that leave the finding as strong as published, see `jiedao.robustness`; empty for
        plain counts, which were not tried).
    """
    folder = Path(processed)
    survival = pd.read_csv(folder / "survival.csv").set_index("finding")
    rows = []
    for claim in list_claims(folder):
        found = pd.read_csv(folder / claim.table).query(claim.row)
        if len(found) != 1:
            raise ValueError(f"{claim.claim_id}: {len(found)} rows of {claim.table} meet {claim.row!r}")
        value = float(found[claim.column].iloc[0])
        evidence = found["sentence_ids"].fillna("").iloc[0] if "sentence_ids" in found else ""
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

    return re.sub(r"(?:(?:(?<!\d)[−-])?\d(?:[\d.,]*\d)?%?)?<!-- ([\w.-]+) -->", state, text)


def fill_claims(text: str, claims: pd.DataFrame) -> str:
    """Put the numbers of the claims where a text names them: ``{claim:verbs-huashan-2024-plan}``.

    Parameters
    ----------
    text : str
        A text of the site, such as an answer of site/questions.csv.
    claims : DataFrame
        As `claims_table` gives it; ``printed`` must be read as text.

    Raises
    ------
    ValueError
        If the text names a claim that is not in the table.
    """
    printed = dict(zip(claims["claim_id"], claims["printed"], strict=True))

    def fill(match: re.Match[str]) -> str:
        if match[1] not in printed:
            raise ValueError(f"the text names {match[1]!r}, which is no claim")
        return printed[match[1]]

    return re.sub(r"\{claim:([^{}]*)\}", fill, text)
