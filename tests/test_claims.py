"""Every number that README states is in the tables, and is what they give."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.claims import Claim, claims_table, fill_claims, list_claims, state_claims
from jiedao.evidence import Evidence
from jiedao.lexicon import stopwords

ROOT = Path(__file__).parents[1]
PROCESSED = ROOT / "data/processed"
WRITTEN = ROOT / "figures/claims.csv"
README = " ".join((ROOT / "README.md").read_text("utf-8").split())
COLUMNS = ["claim_id", "finding", "statement", "value", "printed", "table", "row", "column", "style"]
COLUMNS += ["sentence_ids", "survives"]
# Findings that are plain counts, and were not tried under other choices.
UNTRIED = {"promises", "carry-over", "themes-coded"}


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
        digits = {"0f": 0.5, "1f": 0.05, "2f": 0.005, "0%": 0.005}[
            re.fullmatch(r"{:z?\.(..)}", claim.style)[1]
        ]
        assert number == pytest.approx(claim.value, abs=digits + 1e-9), claim.claim_id
        assert not re.fullmatch(r"−0[.0]*%?", claim.printed)


def test_evidence_names_sentences_that_are_there(written):
    behind = Evidence.read(PROCESSED)
    there = set(behind.sentences["sentence_id"])
    named = written.loc[written["sentence_ids"] != "", "sentence_ids"].map(behind.expand)
    assert len(named)
    assert set(named.explode()) <= there


@pytest.mark.parametrize("table", ["verb_change.csv", "policy_verbs.csv", "formula.csv", "passages.csv"])
def test_what_is_counted_has_evidence(table, written):
    mine = written[written["table"] == table]
    assert len(mine) and mine.loc[mine["sentence_ids"] == "", "claim_id"].tolist() == []


def test_evidence_of_a_part_stands_in_that_part(written):
    """The sentences behind a review's rate are the review's, those behind a difference both parts'."""
    sections = pd.read_csv(PROCESSED / "sections.csv").set_index("section_id")["orientation"]
    of = pd.read_csv(PROCESSED / "sentences.csv").set_index("sentence_id")["section_id"].map(sections)
    claims = written.set_index("claim_id")["sentence_ids"].str.split()
    both = [c.removesuffix("-difference") for c in claims.index if c.endswith("-difference")]
    both = [c for c in both if c.startswith("verbs-") and not c.endswith("-text")]
    assert len(both) == 3
    for verbs in both:
        review, plan = (claims[f"{verbs}-{part}"] for part in ("review", "plan"))
        assert set(of[review]) == {"retrospective"} and set(of[plan]) == {"prospective"}
        assert claims[f"{verbs}-difference"] == review + plan
        assert set(claims[f"{verbs}-text-difference"]) < {*review, *plan}  # headings are sentences, too


def test_evidence_of_a_part_holds_its_verbs(written):
    tokens = pd.read_csv(PROCESSED / "tokens.csv", keep_default_na=False)
    verbs = tokens[tokens["token"].isin(stopwords(["policy_verb"]))]
    rates = pd.read_csv(PROCESSED / "policy_verbs.csv").query("headings").set_index("unit")
    mine = written[written["table"] == "policy_verbs.csv"]
    assert len(mine) == 6
    for claim in mine.itertuples():
        unit = re.match("unit == '(.+)' and headings", claim.row)[1]
        assert claim.value == pytest.approx(rates.at[unit, "per_1000"])
        held = verbs["sentence_id"].isin(claim.sentence_ids.split())
        assert held.sum() == rates.at[unit, "n"]
        assert set(verbs["sentence_id"][held]) == set(claim.sentence_ids.split())


def test_the_longest_passage_is_as_long_as_it_says(written):
    (claim,) = written[written["claim_id"] == "passage-longest"].itertuples()
    passages = pd.read_csv(PROCESSED / "passages.csv")
    assert claim.value == passages["n_chars"].max() == passages["passage"].str.len().max()
    assert len(claim.sentence_ids.split()) > 1


def test_each_claim_says_how_its_finding_survives(written):
    survival = pd.read_csv(PROCESSED / "survival.csv").set_index("finding")
    tried = written["finding"].isin(survival.index)
    assert set(written["finding"][~tried]) == UNTRIED
    assert (written["survives"][~tried] == "").all()
    for claim in written[tried].itertuples():
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
    formula = pd.read_csv(PROCESSED / "formula.csv").query("wording == 'formula'").set_index("run")
    halves = pd.read_csv(PROCESSED / "halves.csv").set_index("run")
    shares = {"formula": formula["share"], "own-half": halves["own"], "other-half": halves["other"]}
    for name, column in shares.items():
        for run, mine in column.groupby(level=0):
            ends = [value[f"{name}-{run}-{end}"] for end in ("smallest", "largest")]
            assert ends == [mine.min(), mine.max()]
    pairs = pd.read_csv(PROCESSED / "review_similarity.csv")
    same = pairs["a"] == pairs["b"]
    for name, mine in (("halves", pairs[same]), ("pairs", pairs[~same])):
        ends = [value[f"reviews-{name}-{end}"] for end in ("smallest", "largest")]
        assert ends == [mine["cosine"].min(), mine["cosine"].max()]
    ordered = pairs[~same].sort_values("gap")[["gap", "gap_low", "gap_high"]]
    for end, row in (("smallest", ordered.iloc[0]), ("largest", ordered.iloc[-1])):
        assert [value[f"reviews-gap-{end}{c}"] for c in ("", "_low", "_high")] == row.tolist()


def test_claims_about_clusters_are_those_of_the_chosen_number(written):
    value = written.set_index("claim_id")["value"]
    clusters = pd.read_csv(PROCESSED / "clusters.csv")
    choice = pd.read_csv(PROCESSED / "choice_of_k.csv", index_col="k").loc[clusters["cluster"].max()]
    assert [value["clusters-k"], value["clusters-sections"]] == [choice.name, len(clusters)]
    for column in ("seed_ari", "bootstrap_ari", "silhouette"):
        assert value[f"clusters-{column}"] == choice[column]
    methods = pd.read_csv(PROCESSED / "cluster_methods.csv").query("words == 'as used'").set_index("method")
    for name, method in (("k-means", "k-means"), ("lsa", "LSA, k-means")):
        assert value[f"clusters-{name}-bootstrap_ari"] == methods.at[method, "bootstrap_ari"]
    columns = ["ami", "chance_low", "chance_high"]
    for factor, row in pd.read_csv(PROCESSED / "confounding.csv", index_col="factor").iterrows():
        of = [f"codebook-{c}" if factor == "theme" else f"clusters-{c}-{factor}" for c in columns]
        assert [value[c] for c in of] == row[columns].tolist()


def test_a_changed_table_changes_its_claim(processed):
    table = pd.read_csv(processed / "confounding.csv")
    table["ami"] = 0.5
    table.to_csv(processed / "confounding.csv", index=False)
    survival = pd.read_csv(processed / "survival.csv")
    survival["survives"] = 1
    survival[survival["finding"] != "shared-wording"].to_csv(processed / "survival.csv", index=False)
    claims = claims_table(processed)
    assert set(claims.loc[claims["column"] == "ami", "printed"]) == {"0.50"}
    wording = claims["finding"] == "shared-wording"
    assert claims.loc[wording, "survives"].isna().all() and wording.any()
    tried = ~wording & ~claims["finding"].isin(UNTRIED)
    assert claims.loc[tried, "survives"].str.startswith("1 of ").all()


@pytest.mark.parametrize(
    ("name", "column", "printed"),
    [
        ("confounding", "ami", "0.00"),
        ("review_similarity", "gap", "0.00"),
        ("choice_of_k", "silhouette", "0.00"),
        ("cluster_methods", "bootstrap_ari", "0.00"),
        ("verb_change", "low", "0"),
    ],
)
def test_there_is_no_negative_zero(processed, name, column, printed):
    table = pd.read_csv(processed / f"{name}.csv")
    table[column] = -0.0004
    table.to_csv(processed / f"{name}.csv", index=False)
    claims = claims_table(processed)
    mine = (claims["table"] == f"{name}.csv") & (claims["column"] == column)
    assert set(claims.loc[mine, "printed"]) == {printed}


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


TABLES = ["choice_of_k", "cluster_methods", "clusters", "confounding", "formula", "halves", "key_summary"]
TABLES += ["passages", "policy_verbs", "review_similarity", "survival", "verb_change"]


@pytest.mark.parametrize("name", TABLES)
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
    ends = ("difference", "low", "high")
    names = ["review", "plan", *ends, *(f"text-{end}" for end in ends)]
    for doc_id, held in both.items():
        mine = [c for c in claims if c.claim_id.startswith(f"verbs-{doc_id}-")]
        assert [c.claim_id for c in mine] == ([f"verbs-{doc_id}-{n}" for n in names] if held else [])
        assert {c.finding for c in mine} == ({f"verbs-{doc_id}"} if held else set())


@pytest.mark.parametrize(
    ("name", "keep", "lost"),
    [
        ("verb_change", lambda t: t["doc_id"] == "none", "verbs-"),  # no report holds both parts
        ("review_similarity", lambda t: t["a"] == "none", "reviews-"),  # no reviews
        ("review_similarity", lambda t: t["a"] == t["b"], "reviews-"),  # nothing to set them beside
        ("formula", lambda t: t["wording"] != "formula", "formula-"),
        ("halves", lambda t: t["run"] != 6, ("own-half-6", "other-half-6")),
        ("passages", lambda t: t["n_chars"] > 99, "passage-"),
        ("survival", lambda t: t["finding"] == "none", ("survives-", "choices-")),
    ],
)
def test_what_the_corpus_does_not_hold_is_not_claimed(processed, written, name, keep, lost):
    rewrite(processed / f"{name}.csv", keep)
    claims = claims_table(processed)
    left = [c for c in written["claim_id"] if not c.startswith(lost)]
    assert claims["claim_id"].tolist() == left and len(left) < len(written)
    assert claims.columns.tolist() == COLUMNS


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_states_the_claims_as_they_are(written, name):
    readme = (ROOT / name).read_text("utf-8")
    assert state_claims(readme, written) == readme
    marked = set(re.findall(r"[\d%]<!-- ([\w.-]+) -->", readme))
    assert marked == set(re.findall(r"<!-- ([\w.-]+) -->", readme))  # each stands behind a number
    assert marked <= set(written["claim_id"]) and len(marked) >= 30


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
        ("words, 7<!-- n -->; words,7<!-- n -->", "words, 1,140<!-- n -->; words,1,140<!-- n -->"),
        ("words, <!-- n -->", "words, 1,140<!-- n -->"),  # the comma stays
        ("words.<!-- n -->", "words.1,140<!-- n -->"),
        ("9,140<!-- n -->", "1,140<!-- n -->"),
        ("-0.5<!-- ami --> to 0.5<!-- n -->", "−0.02<!-- ami --> to 1,140<!-- n -->"),
        ("20–30%<!-- own-4-smallest -->", "20–75%<!-- own-4-smallest -->"),
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


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{claim:own-4-smallest} of it", "75% of it"),
        ("共{claim:n}项，{claim:ami}", "共1,140项，−0.02"),
        ("{claim:verbs-a.b_c-2021h1}{claim:n}", "561,140"),
        ("no {claim} and no {number}", "no {claim} and no {number}"),
        ("", ""),
    ],
)
def test_numbers_are_put_where_a_text_names_a_claim(text, filled):
    assert fill_claims(text, CLAIMS) == filled


@pytest.mark.parametrize("name", ["no-such-claim", "", "n ", "N"])
def test_a_text_may_not_name_what_is_no_claim(name):
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        fill_claims(f"7 and {{claim:{name}}}", CLAIMS)


def test_what_readme_says_in_words_is_so():
    """Counts and names that README writes out stand in the tables too."""
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    changes = pd.read_csv(PROCESSED / "verb_change.csv")
    above = changes[changes["low"] > 0].groupby("headings").size().reindex([True, False], fill_value=0)
    assert (changes["difference"] > 0).all() and changes["headings"].sum() == 3
    assert above.tolist() == [2, 1]
    assert "lies above zero in two of three reports, without headings in one" in readme

    terms = pd.read_csv(PROCESSED / "key_terms.csv")
    above = terms[terms["log_odds_z"] > terms["bar"]]
    assert list(zip(above["doc_id"], above["term"], strict=True)) == [
        ("lvxianting-2021", "居民"),
        ("jinpenling-2021h1", "企业"),
    ]
    assert "居民 residents in 吕仙亭, 企业 enterprises in 金盆岭's plan" in readme

    lost = pd.read_csv(PROCESSED / "survival.csv", keep_default_na=False).set_index("finding")["lost"]
    assert set(lost["verbs-jinpenling-2021h1"].split("; ")) == {"character pairs", "fewer verbs"}
    assert "in 金盆岭 not with a shorter list of verbs or pairs of characters" in readme
    assert {"k-means", "LSA"} <= set(lost["themes-return"].split("; "))

    months = pd.read_csv(PROCESSED / "policy_verbs.csv").query("part == 'review' and headings")["months"]
    assert months.is_unique
    assert "No two reviews cover periods of one length" in readme


def test_readme_says_of_the_words_kept_what_the_table_says():
    carried = pd.read_csv(PROCESSED / "carry_over.csv").query("what == 'content_words'")
    assert "no more of its review's words than shuffled sections would share" in README
    assert (carried["kept"] <= carried["chance_high"]).all()
    promises = pd.read_csv(PROCESSED / "promises.csv").set_index("doc_id")
    assert "all in 吕仙亭" in README and "there too" in README
    for column in ("own_date", "party"):
        assert promises.index[promises[column] > 0].tolist() == ["lvxianting-2021"]
    change = pd.read_csv(PROCESSED / "quantification_change.csv")
    assert "Reviews count, plans hardly do" in README and (change["high"] < 0).all()
