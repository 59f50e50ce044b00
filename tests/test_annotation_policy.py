"""What the rules read in four reports, against what two readers marked; the data card states the figures.

The readers saw no output of the rules, but the rules were finished with their marks at hand.
"""

import json
from pathlib import Path

import pandas as pd
import pytest

from jiedao.corpus import read_corpus

ROOT = Path(__file__).parents[1]
CARD = " ".join((ROOT / "data/README.md").read_text("utf-8").split())


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(ROOT / "data/raw")


@pytest.fixture(scope="module")
def both(corpus):
    gold = pd.read_csv(ROOT / "tests/gold/indicators.csv")
    return gold.merge(corpus.indicators, on=["doc_id", "start", "end"], suffixes=("_read", ""))


def test_the_card_states_how_many_quantities_are_found(corpus, both):
    gold = pd.read_csv(ROOT / "tests/gold/indicators.csv")
    found = corpus.indicators["doc_id"].isin(gold["doc_id"]).sum()
    same = (both["number_read"] == both["number"]).sum()
    assert found == same  # none too many
    assert f"span and number | {same} of {len(gold)}, none too many |" in CARD


def test_the_card_states_how_they_are_described(both):
    same = {
        c: (both[f"{c}_read"].fillna("") == both[c].fillna("")).sum()
        for c in ("unit", "kind", "status", "stock_flow", "counts")
    }
    n = len(both)
    assert f"unit; kind | {same['unit']}; {same['kind']} of {n} |" in CARD
    assert f"status; stock, flow or rate | {same['status']}; {same['stock_flow']} of {n} |" in CARD
    assert f"(input, activity, output, outcome) | {same['counts']} of {n};" in CARD
    assert min(same["unit"], same["kind"], same["status"]) / n > 0.95 and same["stock_flow"] / n > 0.9


def test_the_card_states_how_many_commitments_and_targets_are_found(corpus):
    gold = pd.read_csv(ROOT / "tests/gold/commitments.csv").query("counted == 1")
    mine = corpus.commitments[corpus.commitments["doc_id"].isin(gold["doc_id"])]
    same = len(mine.merge(gold, on=["doc_id", "start", "end"]))
    f1 = 2 * same / (len(mine) + len(gold))
    assert f"{same} of {len(gold)} found, {len(mine) - same} too many" in CARD and f1 >= 0.92
    promised = pd.read_csv(ROOT / "tests/gold/targets.csv")
    pairs = corpus.targets.merge(promised, on="doc_id", suffixes=("", "_read"))
    pairs = pairs[(pairs["start"] < pairs["end_read"]) & (pairs["start_read"] < pairs["end"])]
    agreed = pairs[(pairs["verb"] == pairs["verb_read"]) & (pairs["strength"] == pairs["strength_read"])]
    found = agreed.drop_duplicates(["doc_id", "start_read", "end_read"])
    assert f"{len(found)} of {len(promised)}, with verb and strength" in CARD


def test_the_card_states_how_far_the_themes_agree(corpus):
    read = {}
    for path in sorted((ROOT / "tests/gold").glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        leaves = [s for s in gold["sections"] if s["is_leaf"] and s["primary"]]
        read |= {(gold["doc_id"], s["start"]): (s["primary"], s["secondary"]) for s in leaves}
    table = corpus.sections[corpus.sections["is_leaf"]]
    keys = pd.Series(zip(table["doc_id"], table["start"], strict=True), index=table.index)
    table = table[keys.isin(set(read))]
    codes = [read[key] for key in keys[table.index]]
    first = pd.Series([t == c[0] for t, c in zip(table["theme"], codes, strict=True)], index=table.index)
    either = sum(t in c for t, c in zip(table["theme"], codes, strict=True))
    assert (
        f"{first.sum()} of {len(table)}; equal to the primary or secondary of the reader {either} |" in CARD
    )
    assert first.mean() >= 0.75 and either / len(table) >= 0.85
    sure = table["theme_sure"].astype(bool)
    assert f"Of the {sure.sum()} codes called sure {first[sure].sum()} agree" in CARD
    assert f"of the {(~sure).sum()} unsure ones {first[~sure].sum()}." in CARD
