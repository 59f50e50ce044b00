"""Rates of entries by part, their change, and what a plan takes up of its review, worked by hand."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from jiedao.quantification import NOUGHT, carry_over, part_rates, rate_change

# Two reviews and one plan, sections of two sentences of ten characters each.
SECTIONS = pd.DataFrame(
    [
        ("a/1", "a", "retrospective"), ("a/2", "a", "retrospective"), ("a/3", "a", "prospective"),
        ("a/4", "a", "closing"), ("b/1", "b", "retrospective"),
    ],
    columns=["section_id", "doc_id", "orientation"],
)  # fmt: skip
SENTENCES = pd.DataFrame(
    [
        (f"{s.doc_id}/s{2 * i + j + 1:03}", s.section_id, s.doc_id, 20 * i + 10 * j, 20 * i + 10 * j + 10)
        for i, s in enumerate(SECTIONS.itertuples())
        for j in (0, 1)
    ],
    columns=["sentence_id", "section_id", "doc_id", "start", "end"],
)


def entries(*sentence_ids):
    return pd.DataFrame({"sentence_id": list(sentence_ids)})


def test_rates_are_per_thousand_characters_of_the_part():
    rates = part_rates(entries("a/s001", "a/s001", "a/s004", "a/s008", "b/s009"), SENTENCES, SECTIONS)
    assert rates["characters"].to_dict() == {"review|a": 40, "review|b": 20, "plan|a": 20}
    assert rates["n"].to_dict() == {"review|a": 3, "review|b": 1, "plan|a": 0}  # the closing is no plan
    assert rates["rate"].to_dict() == {"review|a": 75, "review|b": 50, "plan|a": 0}
    assert rates["sentence_ids"].to_dict() == {
        "review|a": "a/s001 a/s004",
        "review|b": "b/s009",
        "plan|a": "",
    }
    assert (rates["low"] <= rates["rate"]).all() and (rates["rate"] <= rates["high"]).all()


def test_a_zero_gets_the_rule_of_three():
    zero = part_rates(entries("a/s001"), SENTENCES, SECTIONS).loc["plan|a"]
    assert (zero["low"], zero["high"]) == (0, 1000 * NOUGHT / 20)
    # of 3/n the chance to see nothing in n is about 5 %
    assert pytest.approx(0.05, abs=0.001) == (1 - NOUGHT / 1000) ** 1000


def test_change_is_plan_minus_review_of_reports_with_both():
    change = rate_change(entries("a/s001", "a/s002", "a/s003", "a/s005", "b/s009"), SENTENCES, SECTIONS)
    assert change.index.tolist() == ["a"]
    assert change.at["a", "difference"] == 50 - 75
    assert change.at["a", "low"] <= -25 <= change.at["a", "high"]


def test_change_from_a_zero_takes_the_worst_case():
    found = entries("a/s001", "a/s002", "a/s003", "a/s004")
    change, rates = (f(found, SENTENCES, SECTIONS).iloc[0] for f in (rate_change, part_rates))
    assert change["difference"] == -100
    assert change["high"] == pytest.approx(150 - rates["low"])
    assert change["low"] == pytest.approx(0 - rates["high"])


def test_no_report_with_both_parts_gives_an_empty_table():
    alone = SECTIONS[SECTIONS["doc_id"] == "b"]
    sentences = SENTENCES[SENTENCES["doc_id"] == "b"]
    assert rate_change(entries("b/s009"), sentences, alone).empty
    items = pd.DataFrame([("b/1", "b", "b/s009", "x")], columns=["section_id", "doc_id", "sentence_id", "w"])
    assert carry_over(items, alone, "w").columns.tolist()[:3] == ["kept", "dropped", "new"]


ITEMS = pd.DataFrame(
    [
        ("a/1", "a", "a/s001", "x"), ("a/1", "a", "a/s001", "y"), ("a/2", "a", "a/s003", "y"),
        ("a/2", "a", "a/s003", "z"), ("a/3", "a", "a/s005", "x"), ("a/3", "a", "a/s006", "v"),
    ],
    columns=["section_id", "doc_id", "sentence_id", "w"],
)  # fmt: skip


def test_what_is_kept_dropped_and_new():
    found = carry_over(ITEMS, SECTIONS, "w", draws=300).loc["a"]
    assert found[["kept", "dropped", "new"]].tolist() == [1, 2, 1]  # x; y, z; v
    assert found["sentence_ids"] == "a/s001 a/s005"
    # Each section holds two items, as the plan does, so any one of the three may be the heap.
    sets = [{"x", "y"}, {"y", "z"}, {"x", "v"}]
    shared = [len(sets[i] & set().union(*(sets[j] for j in range(3) if j != i))) for i in range(3)]
    assert sorted(shared) == [1, 1, 2]
    assert found["chance"] == np.median(shared) and found["chance_high"] == 2


def test_the_heap_holds_as_many_items_as_the_plan():
    rows = [(f"a/{i}", "a", f"a/s{i:03}", w) for i in range(1, 9) for w in ("x", f"own{i}")]
    items = pd.DataFrame(rows, columns=["section_id", "doc_id", "sentence_id", "w"])
    sections = pd.DataFrame(
        [(f"a/{i}", "a", "prospective" if i > 6 else "retrospective") for i in range(1, 9)],
        columns=["section_id", "doc_id", "orientation"],
    )
    found = carry_over(items, sections, "w", draws=50).loc["a"]
    assert found[["kept", "chance_low", "chance", "chance_high"]].tolist() == [1, 1, 1, 1]
    assert len(list(combinations(range(8), 2))) == 28  # every heap of two sections shares x alone


def test_without_draws_there_is_no_chance():
    assert carry_over(ITEMS, SECTIONS, "w", draws=0).loc["a", ["chance", "chance_low"]].isna().all()
