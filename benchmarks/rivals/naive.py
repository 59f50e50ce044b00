"""The script everyone writes: jieba and scikit-learn's CountVectorizer over the pages as they are."""

import json
import sys
from pathlib import Path

import jieba
from scipy.sparse import save_npz
from sklearn.feature_extraction.text import CountVectorizer


def main(source: str, target: str) -> None:
    """Read the pages, count their words, write the matrix and its vocabulary."""
    with Path(source).open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    vectorizer = CountVectorizer(tokenizer=jieba.lcut, token_pattern=None)
    counts = vectorizer.fit_transform(texts)
    Path(target).mkdir(parents=True, exist_ok=True)
    save_npz(Path(target, "counts.npz"), counts)
    Path(target, "vocabulary.txt").write_text("\n".join(vectorizer.get_feature_names_out()), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
