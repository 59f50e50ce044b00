"""Agreement of the tokens with the sentences and terms that a reader cut by hand (tests/gold)."""

import re
from functools import cache
from pathlib import Path

import jieba
import pandas as pd
import pytest

from jiedao.clean import normalise
from jiedao.corpus import read_corpus
from jiedao.segment import Segmenter

HERE = Path(__file__).parent
SENTENCES = pd.read_csv(HERE / "gold/segmentation.csv", dtype=str)
TERMS = pd.read_csv(HERE / "gold/terms.csv", dtype=str)


@cache
def report(doc_id):
    """The normalised text of a report, and the spans of its tokens."""
    corpus = read_corpus(HERE.parent / "data/raw")
    return normalise(corpus.text(doc_id)), set(corpus.segmenter.tokenize(corpus.text(doc_id)))


def spans(words, start):
    found = []
    for word in words:
        found.append((start, start + len(word)))
        start += len(word)
    return found


def f1(cut):
    """Agreement with the annotated sentences of a function from doc_id to the spans of all its tokens."""
    right = expected = found = 0
    for doc_id, sentence in SENTENCES.itertuples(index=False):
        plain, _ = report(doc_id)
        words = normalise(sentence).split()
        assert plain.count("".join(words)) == 1
        gold = spans(words, plain.index("".join(words)))
        ours = {(a, b) for a, b in cut(doc_id) if a < gold[-1][1] and b > gold[0][0]}
        right, expected, found = right + len(ours & set(gold)), expected + len(gold), found + len(ours)
    assert expected > 1000
    return 2 * right / (expected + found)


@cache
def plain_jieba(doc_id):
    return set(spans(jieba.Tokenizer().cut(report(doc_id)[0]), 0))


@cache
def without_lexicon(doc_id):
    return set(Segmenter(()).tokenize(report(doc_id)[0]))


def test_tokens_of_the_annotated_sentences_and_what_readme_says_of_them():
    ours = f1(lambda doc_id: report(doc_id)[1])
    assert ours >= 0.86
    readme = " ".join((HERE.parent / "README.md").read_text("utf-8").split())
    stated = f"an F1 of {ours:.2f} (plain jieba {f1(plain_jieba):.2f}, this package without its lexicon "
    assert stated + f"{f1(without_lexicon):.2f})" in readme


@pytest.mark.parametrize("doc_id", TERMS["doc_id"].unique())
def test_terms_stay_whole(doc_id):
    plain, tokens = report(doc_id)
    listed = TERMS[TERMS["doc_id"] == doc_id].assign(term=lambda t: t["term"].map(normalise))
    longest_first = sorted(listed["term"], key=lambda t: (-len(t), t))
    found = [m.span() for m in re.finditer("|".join(map(re.escape, longest_first)), plain)]
    whole = pd.DataFrame({"term": [plain[a:b] for a, b in found], "whole": [s in tokens for s in found]})
    shares = whole.groupby("term")["whole"].mean()
    kept = shares[shares.index.isin(listed.loc[listed["keep_whole"] == "true", "term"])]
    assert len(kept) >= 50
    assert kept.mean() >= 0.70
