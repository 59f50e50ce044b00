"""Every number that README states is in the tables, and is what they give."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.claims import Claim, claims_table, list_claims, state_claims

ROOT = Path(__file__).parents[1]
PROCESSED = ROOT / "data/processed"
WRITTEN = ROOT / "figures/claims.csv"
COLUMNS = ["claim_id", "finding", "statement", "value", "printed", "table", "row", "column", "style"]
COLUMNS += ["sentence_ids", "survives"]


@pytest.fixture(scope="module")
def written():
    return pd.read_csv(WRITTEN, dtype={"printed": str}, keep_default_na=False)


@pytest.fixture
def processed(tmp_path):
    """A copy of the tables, to spoil."""
    return Path(shutil.copytree(PROCESSED, tmp_path / "processed"))


def rewrite(path, keep):
    """Keep some rows of a table only."""
    table = pd.read_csv(path)
    table[keep(table)].to_csv(path, index=False)


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
        assert float(cells.iloc[0]) == pytest.approx(claim.value, abs=1e-6)
        assert claim.statement


def test_claims_are_printed_to_the_digits_their_style_says(written):
    for claim in written.itertuples():
        printed = claim.printed.replace("−", "-")
        number = float(printed.removesuffix("%")) / (100 if printed.endswith("%") else 1)
        digits = {"{:.0f}": 0.5, "{:.2f}": 0.005, "{:.0%}": 0.005}[claim.style]
        assert number == pytest.approx(claim.value, abs=digits + 1e-9), claim.claim_id
        assert not re.fullmatch(r"−0[.0]*%?", claim.printed)


def test_evidence_names_sentences_that_are_there(written):
    there = set(pd.read_csv(PROCESSED / "sentences.csv")["sentence_id"])
    named = written.loc[written["sentence_ids"] != "", "sentence_ids"].str.split()
    assert len(named)
    assert set(named.explode()) <= there
    counted = written["finding"].str.startswith("verbs-") & (written["table"] == "verb_change.csv")
    assert (written.loc[counted | (written["table"] == "formula.csv"), "sentence_ids"] != "").all()
    assert counted.any()


def test_each_claim_says_how_its_finding_survives(written):
    survival = pd.read_csv(PROCESSED / "survival.csv").set_index("finding")
    assert set(written["finding"]) <= set(survival.index)
    for claim in written.itertuples():
        row = survival.loc[claim.finding]
        assert claim.survives == f"{row['survives']} of {row['choices']}"
    own = written.set_index("claim_id")["value"]
    for finding in survival.index:
        assert [own[f"{c}-{finding}"] for c in ("survives", "choices")] == [
            survival.at[finding, "survives"],
            survival.at[finding, "choices"],
        ]


def test_the_ends_of_a_range_are_the_ends(written):
    value = written.set_index("claim_id")["value"]
    wording = pd.read_csv(PROCESSED / "formula.csv").query("wording == 'own'")
    for run, shares in wording.groupby("run")["share"]:
        assert [value[f"own-{run}-smallest"], value[f"own-{run}-largest"]] == [shares.min(), shares.max()]
    pairs = pd.read_csv(PROCESSED / "similarity.csv")
    pairs = pairs[pairs["a"].str.startswith("review|") & pairs["b"].str.startswith("review|")]
    for name, mine in (
        ("halves", pairs[pairs["a"] == pairs["b"]]),
        ("pairs", pairs[pairs["a"] != pairs["b"]]),
    ):
        ends = [value[f"cosine-{name}-{end}"] for end in ("smallest", "largest")]
        assert ends == [mine["cosine"].min(), mine["cosine"].max()]


def test_a_changed_table_changes_its_claim(processed):
    table = pd.read_csv(processed / "confounding.csv")
    table["ami"] = 0.5
    table.to_csv(processed / "confounding.csv", index=False)
    survival = pd.read_csv(processed / "survival.csv")
    survival["survives"] = 1
    survival[survival["finding"] != "own-wording"].to_csv(processed / "survival.csv", index=False)
    claims = claims_table(processed)
    assert set(claims.loc[claims["table"] == "confounding.csv", "printed"]) == {"0.50"}
    own = claims["finding"] == "own-wording"
    assert claims.loc[own, "survives"].isna().all() and own.any()
    assert claims.loc[~own, "survives"].str.startswith("1 of ").all()


def spoil_row(folder):
    """Leave out the row of the chosen number of clusters."""
    chosen = pd.read_csv(folder / "clusters.csv")["cluster"].max()
    rewrite(folder / "choice_of_k.csv", lambda t: t["k"] != chosen)


def spoil_twice(folder):
    """Write the rows of a table twice."""
    table = pd.read_csv(folder / "confounding.csv")
    pd.concat([table, table]).to_csv(folder / "confounding.csv", index=False)


def spoil_headings(folder):
    """Count without headings only."""
    rewrite(folder / "verb_change.csv", lambda t: ~t["headings"])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_row, r"clusters-\w+: 0 rows of choice_of_k"),
        (spoil_twice, "2 rows of confounding"),
        (spoil_headings, "0 rows of verb_change"),
    ],
)
def test_a_claim_that_is_not_one_row_is_refused(processed, spoil, message):
    spoil(processed)
    with pytest.raises(ValueError, match=message):
        claims_table(processed)


@pytest.mark.parametrize("name", ["confounding", "survival", "verb_change", "formula"])
def test_a_missing_table_is_refused(processed, name):
    (processed / f"{name}.csv").unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name}\.csv"):
        claims_table(processed)


def test_claims_are_listed_of_reports_with_both_parts_only():
    claims = list_claims(PROCESSED)
    assert all(isinstance(c, Claim) for c in claims)
    verbs = pd.read_csv(PROCESSED / "policy_verbs.csv")
    both = verbs.groupby("doc_id")["part"].agg(set).map({"review", "plan"}.issubset)
    assert both.any() and not both.all()
    for doc_id, part in both.items():
        mine = [c for c in claims if c.claim_id.startswith(f"verbs-{doc_id}-")]
        assert {c.column for c in mine} == (
            {"review", "plan", "difference", "low", "high"} if part else set()
        )
        assert {c.finding for c in mine} == ({f"verbs-{doc_id}"} if part else set())


@pytest.mark.parametrize(
    ("name", "keep", "lost"),
    [
        ("verb_change", lambda t: t["doc_id"] == "none", "verbs-"),  # no report holds both parts
        ("similarity", lambda t: ~t["a"].str.startswith("review|"), "cosine-"),  # no reviews
        ("similarity", lambda t: t["a"] == t["b"], "cosine-"),  # nothing to set them beside
        ("similarity", lambda t: t["a"] == "none", "cosine-"),
        ("formula", lambda t: t["wording"] != "own", "own-"),
        ("survival", lambda t: t["finding"] == "none", "survives-"),
    ],
)
def test_what_the_corpus_does_not_hold_is_not_claimed(processed, written, name, keep, lost):
    rewrite(processed / f"{name}.csv", keep)
    claims = claims_table(processed)
    left = [c for c in written["claim_id"] if not c.startswith((lost, lost.replace("survives-", "choices-")))]
    assert claims["claim_id"].tolist() == left and len(left) < len(written)
    assert claims.columns.tolist() == COLUMNS


def test_readme_states_the_claims_as_they_are(written):
    readme = (ROOT / "README.md").read_text("utf-8")
    assert state_claims(readme, written) == readme
    marked = set(re.findall(r"[\d%]<!-- ([\w.-]+) -->", readme))
    assert marked == set(written["claim_id"])


CLAIMS = pd.DataFrame(
    {
        "claim_id": ["own-4-smallest", "ami", "n", "verbs-a.b_c-2021h1"],
        "printed": ["75%", "−0.02", "1,140", "56"],
    }
)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("at least 75%<!-- own-4-smallest -->.", "at least 75%<!-- own-4-smallest -->."),
        ("at least 7%<!-- own-4-smallest -->.", "at least 75%<!-- own-4-smallest -->."),
        ("at least 7<!-- own-4-smallest -->.", "at least 75%<!-- own-4-smallest -->."),
        ("<!-- own-4-smallest --> of it", "75%<!-- own-4-smallest --> of it"),  # not filled in yet
        ("AMI −0.03<!-- ami -->", "AMI −0.02<!-- ami -->"),
        ("AMI 0.03<!-- ami -->", "AMI −0.02<!-- ami -->"),
        (
            "of 986<!-- n --> and −9<!-- verbs-a.b_c-2021h1 -->",
            "of 1,140<!-- n --> and 56<!-- verbs-a.b_c-2021h1 -->",
        ),
        ("in 2021, 7.5<!-- n -->", "in 2021, 1,140<!-- n -->"),
        ("共9<!-- n -->项", "共1,140<!-- n -->项"),
        ("a comment <!-- of several words --> stays", "a comment <!-- of several words --> stays"),
        ("no number", "no number"),
    ],
)
def test_numbers_are_put_where_a_text_marks_them(text, stated):
    assert state_claims(text, CLAIMS) == stated
    assert state_claims(stated, CLAIMS) == stated


@given(
    st.lists(
        st.tuples(st.sampled_from(["of ", "in 2021 (", "−", "a\n"]), st.sampled_from(range(4))), max_size=6
    )
)
def test_stating_twice_states_the_same(pieces):
    text = "".join(f"{before}7<!-- {CLAIMS['claim_id'][i]} -->" for before, i in pieces)
    once = state_claims(text, CLAIMS)
    assert state_claims(once, CLAIMS) == once
    for _, i in pieces:
        assert f"{CLAIMS['printed'][i]}<!-- {CLAIMS['claim_id'][i]} -->" in once


@pytest.mark.parametrize("text", ["7<!-- no-such-claim -->", "75%<!-- own-4-largest -->", "<!-- todo -->"])
def test_a_text_may_not_state_what_is_no_claim(text):
    with pytest.raises(ValueError, match=re.escape(repr(re.search(r"[\w-]+(?= -->)", text)[0]))):
        state_claims(text, CLAIMS)
