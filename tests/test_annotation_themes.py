"""Clusters against the themes that a reader gave to the sections of four reports."""

import json
from pathlib import Path

import pandas as pd
import pytest
from sklearn.metrics import adjusted_mutual_info_score

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def coded():
    clusters = pd.read_csv(ROOT / "data/processed/clusters.csv")
    themes = {}
    for path in sorted((ROOT / "tests/gold").glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        themes |= {(gold["doc_id"], s["start"]): s["primary"] for s in gold["sections"] if s["is_leaf"]}
    keys = zip(clusters["doc_id"], clusters["start"], strict=True)
    return clusters.assign(coded=[themes.get(key) for key in keys])


def test_most_leaf_sections_are_clustered(coded):
    assert len(coded) >= 110
    assert coded["coded"].notna().sum() >= 90


def test_clusters_agree_with_the_coded_themes(coded):
    both = coded.dropna(subset="coded")
    ami = adjusted_mutual_info_score(both["coded"], both["cluster"])
    assert ami >= 0.43
    street = adjusted_mutual_info_score(both["doc_id"], both["cluster"])
    assert street < 0.1 < ami  # the themes, not the streets


def test_clusters_agree_within_each_report_too(coded):
    for doc_id, mine in coded.dropna(subset="coded").groupby("doc_id"):
        assert adjusted_mutual_info_score(mine["coded"], mine["cluster"]) > 0.2, doc_id


def test_readme_states_the_agreement(coded):
    both = coded.dropna(subset="coded")
    ami = adjusted_mutual_info_score(both["coded"], both["cluster"])
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert f"mutual information of {ami:.2f} with the themes a reader gave to {len(both)} sections" in readme


def test_the_codebook_agrees_with_the_readers_more_than_the_clusters_do(coded):
    both = coded.dropna(subset=["coded", "theme"])
    by_codebook = adjusted_mutual_info_score(both["coded"], both["theme"])
    assert by_codebook > 0.75 > adjusted_mutual_info_score(both["coded"], both["cluster"])
