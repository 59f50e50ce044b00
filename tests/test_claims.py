"""Every number that README states is in the tables, and is what they give."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from jiedao.claims import Claim, claims_table, list_claims, state_claims

ROOT = Path(__file__).parents[1]
PROCESSED = ROOT / "data/processed"
WRITTEN = ROOT / "figures/claims.csv"
COLUMNS = ["claim_id", "statement", "value", "printed", "table", "row", "column", "style", "sentence_ids"]


@pytest.fixture(scope="module")
def written():
    return pd.read_csv(WRITTEN, dtype={"printed": str}, keep_default_na=False)


@pytest.fixture
def processed(tmp_path):
    """A copy of the tables, to spoil."""
    return Path(shutil.copytree(PROCESSED, tmp_path / "processed"))


def test_the_claims_are_what_the_tables_give(written):
    again = claims_table(PROCESSED)
    assert again.columns.tolist() == written.columns.tolist() == COLUMNS
    assert len(again) >= 10
    assert again["claim_id"].is_unique
    for column in COLUMNS:
        if column == "value":
            assert again["value"].tolist() == pytest.approx(written["value"].tolist(), abs=1e-6)
        else:
            assert again[column].fillna("").tolist() == written[column].tolist(), column


def test_each_claim_is_one_cell(written):
    for claim in written.itertuples():
        cells = pd.read_csv(PROCESSED / claim.table).query(claim.row)[claim.column]
        assert len(cells) == 1, claim.claim_id
        assert claim.style.format(cells.iloc[0]).replace("-", "−") == claim.printed
        assert claim.statement


def test_evidence_names_sentences_that_are_there(written):
    there = set(pd.read_csv(PROCESSED / "sentences.csv")["sentence_id"])
    named = written.loc[written["sentence_ids"] != "", "sentence_ids"].str.split()
    assert len(named)
    assert set(named.explode()) <= there


def test_a_changed_table_changes_its_claim(processed):
    table = pd.read_csv(processed / "confounding.csv")
    table["ami"] = 0.5
    table.to_csv(processed / "confounding.csv", index=False)
    claims = claims_table(processed)
    assert set(claims.loc[claims["table"] == "confounding.csv", "printed"]) == {"0.50"}


def spoil_row(folder):
    """Leave out the row of the chosen number of clusters."""
    chosen = pd.read_csv(folder / "clusters.csv")["cluster"].max()
    table = pd.read_csv(folder / "choice_of_k.csv")
    table[table["k"] != chosen].to_csv(folder / "choice_of_k.csv", index=False)


def spoil_twice(folder):
    """Write the rows of a table twice."""
    table = pd.read_csv(folder / "confounding.csv")
    pd.concat([table, table]).to_csv(folder / "confounding.csv", index=False)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [(spoil_row, r"clusters-\w+: 0 rows of choice_of_k"), (spoil_twice, "2 rows of confounding")],
)
def test_a_claim_that_is_not_one_row_is_refused(processed, spoil, message):
    spoil(processed)
    with pytest.raises(ValueError, match=message):
        claims_table(processed)


def test_a_missing_table_is_refused(processed):
    (processed / "confounding.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"confounding\.csv"):
        claims_table(processed)


def test_claims_are_listed_of_reports_with_both_parts_only():
    claims = list_claims(PROCESSED)
    assert all(isinstance(c, Claim) for c in claims)
    verbs = pd.read_csv(PROCESSED / "policy_verbs.csv")
    both = verbs.groupby("doc_id")["orientation"].agg(set).map({"review", "plan"}.issubset)
    assert both.any() and not both.all()
    for doc_id, part in both.items():
        stated = {c.row for c in claims if c.claim_id.startswith(f"verbs-{doc_id}-")}
        assert len(stated) == (2 if part else 0)


def test_readme_states_the_claims_as_they_are(written):
    readme = (ROOT / "README.md").read_text("utf-8")
    assert state_claims(readme, written) == readme
    marked = set(re.findall(r"\d<!-- ([\w-]+) -->", readme))
    assert marked == set(written["claim_id"])


def test_a_text_may_not_state_what_is_no_claim(written):
    with pytest.raises(ValueError, match="no-such-claim"):
        state_claims("7<!-- no-such-claim -->", written)
