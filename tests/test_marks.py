"""Every mark of every committed figure: its row, the sentences behind it, and what was counted in them."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from jiedao import house
from jiedao.comparability import label_parts
from jiedao.corpus import read_corpus
from jiedao.dtm import content, with_components
from jiedao.evidence import KEYS, Evidence
from jiedao.lexicon import stopwords

ROOT = Path(__file__).parents[1]
STEMS = sorted({p.stem for lang in house.LANGUAGES for p in (ROOT / "figures" / lang).glob("fig*.*")})
EACH = pytest.mark.parametrize("stem", STEMS)
SVG = "{http://www.w3.org/2000/svg}"
# Columns that say how much there is: a mark that shows none of it has nothing behind it.
AMOUNTS = ("n", "found", "kept", "slogans", "sections", "share", "rate")
DRAWN = {f"{SVG}{kind}" for kind in ("path", "use", "text", "image")}
ENTRIES = "sentences tokens theme_words indicators commitments targets credit slogans programmes"
# Rows that stand for all that lies somewhere; LEAVES for sections that bear a theme.
WHOLE = ("fig1-2", "fig3-1", "fig3-3", "fig4-1", "fig4-2", "fig4-3", "fig4-7", "fig7-3")
LEAVES = ("fig4-1", "fig4-2", "fig4-7")


@pytest.fixture(scope="module")
def study():
    """The tables of the study, each row with the part, theme and cluster of its section."""
    sections = house.read_table(ROOT / "data/processed/sections.csv")
    clusters = house.read_table(ROOT / "data/processed/clusters.csv")
    sections = sections.merge(clusters[["section_id", "cluster"]], on="section_id", how="left")
    sections["orientation"] = sections["orientation"].where(
        sections["orientation"].isin(house.PARTS), "framing"
    )
    parts = label_parts(sections, sections)[["section_id", "part", "unit"]]
    sections = sections.merge(parts, on="section_id", how="left")
    placed = sections[
        ["section_id", "orientation", "theme", "cluster", "part", "unit", "heading_end", "is_leaf"]
    ]
    tables = {name: house.read_table(ROOT / f"data/processed/{name}.csv") for name in ENTRIES.split()}
    for name, table in tables.items():
        tables[name] = table.rename(columns={"unit": "base"}).merge(placed, on="section_id", how="left")
    return SimpleNamespace(sections=sections, corpus=read_corpus(ROOT), **tables)


def rows(stem, lang="en"):
    """The rows of a figure's values, each without its empty cells."""
    table = house.read_table(ROOT / f"figures/{lang}/{stem}.csv")
    return [{k: v for k, v in row.items() if pd.notna(v)} for row in table.to_dict("records")]


def ids(row):
    """The sentences that a row names, one by one."""
    return Evidence.expand(None, row.get("sentence_ids", ""))


def place(row):
    """What a row says of where it comes from."""
    said = {k: v for k, v in row.items() if k in KEYS and (k != "unit" or "|" in v)}
    if "factor" in row:  # fig3-4: the value of a factor among the sections of a cluster, 0 for all
        said = {row["factor"]: row["value"]} | ({"cluster": row["cluster"]} if row["cluster"] else {})
    if "of" in row:  # fig4-7: a report or a theme
        said = {"doc_id" if row["of"] == "report" else "theme": row["name"]}
    if "touching" in row and not row["share"]:
        del said["theme"]  # no section is about it; named are the sentences with a word of it
    return said


def lying(table, row):
    """The rows of a table that lie where a row of a figure says."""
    for key, value in place(row).items():
        table = table[table[key] == value]
    if pair := {row[k] for k in ("a", "b") if k in row}:
        table = table[table["unit"].isin(pair) | table["doc_id"].isin(pair)]
    return table


# --- what was counted


def occurrences(study, row):
    words = [row["term"]] if row["term"] != "policy verbs" else stopwords(["policy_verb"])
    tokens = lying(study.tokens, row)
    return tokens[tokens["token"].isin(words)]


def verbs(study, row):
    tokens = lying(study.tokens, row).dropna(subset="part")
    tokens = tokens[tokens["token"].isin(stopwords(["policy_verb"]))]
    return tokens if row["headings"] else tokens[tokens["start"] >= tokens["heading_end"]]


def indicators(study, row):
    found = lying(study.indicators, row)
    return (
        found if "counts" not in row else found[(found["counts"] == row["counts"]) & found["part_of"].isna()]
    )


def promises(study, row):
    clauses = study.commitments.drop_duplicates(["doc_id", "clause", "class"])
    targets, what = lying(study.targets, row), row["what"]
    chosen = {
        "targets": targets,
        "own_date": targets[targets["dated"]],
        "party": targets.dropna(subset="party"),
    }
    clauses = lying(clauses, row)
    return chosen.get(what, clauses[clauses["class"] == what])


def claims(study, row):
    found = lying(study.credit, row)
    return found[found["class"] == row["class"]]


def slogans(study, row):
    found = lying(study.slogans.fillna({"level": "unknown"}), row)
    return found[found["level"] == row["level"]].assign(thing=lambda t: t["slogan"])


def kept(study, row):
    """What stands in both parts of a report."""
    things = {"slogans": (study.slogans, "slogan"), "programmes": (study.programmes, "programme")}
    table, name = things.get(row["what"], (study.tokens, "token"))
    found = lying(table, row).dropna(subset="part")
    if row["what"] == "content_words":
        found = found.loc[found.index.intersection(content(study.tokens).index)]
    both = found.groupby(name)["part"].nunique() > 1
    return found[found[name].map(both)].assign(thing=lambda t: t[name])


def digits(study, row):
    """Strings of digits; what kind they are the test of all kinds together does not ask."""
    tokens = lying(study.tokens, row)
    strings = tokens["token"].str.findall(r"\d+(?:[.,]\d+)*")
    return tokens.assign(string=strings).explode("string").dropna(subset="string")


def sections(study, row):
    return lying(study.sections.dropna(subset="cluster"), row)


# How the things behind a row are found, and the columns that say how many there are.
COUNTED = {
    "fig2-1": (occurrences, ["n"]),
    "fig2-2": (occurrences, ["n"]),
    "fig2-3": (occurrences, ["n"]),
    "fig2-4": (occurrences, ["n"]),
    "fig2-5": (occurrences, ["n_target"]),
    "fig3-4": (sections, ["sections"]),
    "fig3-5": (sections, ["sections"]),
    "fig4-4": (occurrences, ["n_a", "n_b"]),
    "fig4-6": (slogans, ["slogans"]),
    "fig5-1": (indicators, ["n"]),
    "fig5-2": (indicators, ["found"]),
    "fig5-3": (promises, ["n"]),
    "fig5-4": (claims, ["n"]),
    "fig5-5": (kept, ["kept"]),
    "fig7-1": (occurrences, ["n"]),
    "fig7-2": (occurrences, ["n"]),
    "fig7-3": (sections, ["sections"]),
    "fig7-4": (digits, ["n"]),
    "fig8-1": (verbs, ["n_review", "n_plan"]),
}


@EACH
@pytest.mark.parametrize("lang", house.LANGUAGES)
def test_the_marks_are_the_rows_each_once(stem, lang):
    picture = ElementTree.parse(ROOT / f"figures/{lang}/{stem}.svg").getroot()
    marks = {g.get("id"): g for g in picture.iter(f"{SVG}g") if g.get("id", "").startswith("row-")}
    shown = Counter(int(n) for name in marks for n in name.removeprefix("row-").split("."))
    assert shown == Counter(range(len(rows(stem, lang))))
    empty = [name for name, g in marks.items() if not any(p.tag in DRAWN for p in g.iter())]
    assert empty == []


@EACH
def test_both_languages_show_the_same_values(stem):
    en, zh = (ROOT / f"figures/{lang}/{stem}.csv" for lang in ("en", "zh"))
    assert en.read_bytes() == zh.read_bytes()


@EACH
def test_every_row_names_sentences_that_exist(stem, study):
    there = set(study.sentences["sentence_id"])
    for row in rows(stem):
        named = ids(row)
        assert set(named) <= there and len(named) == len(set(named)), row
        assert named or any(row.get(amount) == 0 for amount in AMOUNTS), row


@EACH
def test_the_sentences_lie_where_the_row_says(stem, study):
    table = study.sentences.set_index("sentence_id", drop=False)
    for row in rows(stem):
        named = table.loc[ids(row)]
        astray = set(named["sentence_id"]) - set(lying(named, row)["sentence_id"])
        assert not astray, row
        assert set(named["section_id"]) <= set(row.get("section_ids", " ".join(named["section_id"])).split())


@pytest.mark.parametrize("stem", [s for s in STEMS if s[:6] in COUNTED])
def test_what_was_counted_stands_in_the_sentences_and_nowhere_else(stem, study):
    find, columns = COUNTED[stem[:6]]
    counted = [row for row in rows(stem) if columns[0] in row and not (find is digits and "what" in row)]
    assert counted
    for row in counted:
        found = find(study, row)
        number = found["thing"].nunique() if "thing" in found else len(found)
        assert number == sum(row[column] for column in columns), row
        inside = study.sentences["section_id"].isin(found["section_id"])
        where = set(study.sentences["sentence_id"][inside]) if find is sections else set(found["sentence_id"])
        assert where == set(ids(row)), row


@pytest.mark.parametrize("stem", [s for s in STEMS if s.startswith(WHOLE)])
def test_a_row_for_whole_sections_names_all_their_sentences(stem, study):
    for row in rows(stem):
        named = lying(study.sentences, row)
        if stem.startswith(LEAVES):  # what is above other sections has no theme of its own
            named = named[named["is_leaf"]].dropna(subset=["part", "theme"])
        if "touching" in row and not row["share"]:
            clear = study.theme_words[study.theme_words["weight"] > 1]
            named = lying(clear[clear["code"] == row["theme"]], row)
            assert named["sentence_id"].nunique() == row["touching"]
        assert set(named["sentence_id"]) == set(ids(row)), row


def test_the_sentences_behind_the_terms_of_a_cluster_hold_them_as_words_or_parts_of_words(study):
    for row in rows("fig3-2-cluster-terms"):
        found = lying(with_components(content(study.tokens)), row)
        assert set(found["sentence_id"][found["token"] == row["term"]]) == set(ids(row)), row


def test_the_characters_of_a_part_are_those_of_its_sentences(study):
    places = study.sentences.set_index("sentence_id")[["doc_id", "start", "end"]]
    for row in rows("fig1-1-composition"):
        spans = places.loc[ids(row)].itertuples()
        printed = "".join(study.corpus.text(s.doc_id)[s.start : s.end] for s in spans)
        assert len("".join(printed.split())) == row["characters"], row


def test_the_kinds_of_digits_in_a_part_are_all_its_digits(study):
    sorted_out = pd.DataFrame(r for r in rows("fig7-4-digits") if r["panel"] == "corrected")
    for (doc_id, part), mine in sorted_out.groupby(["doc_id", "part"]):
        found = digits(study, {"doc_id": doc_id, "part": part})
        assert len(found) == mine["n"].sum()
        named = [id for row in mine.dropna(subset="sentence_ids").to_dict("records") for id in ids(row)]
        assert set(named) == set(found["sentence_id"])


def test_every_figure_is_looked_into():
    assert {stem[:6] for stem in STEMS} >= set(COUNTED)
