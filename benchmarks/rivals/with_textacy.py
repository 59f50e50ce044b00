"""textacy on spaCy's Chinese tokenizer (jieba): words of the pages, and their document-term matrix."""

import json
import sys
from pathlib import Path

import spacy
from scipy.sparse import save_npz
from textacy import extract, representations


def main(source: str, target: str) -> None:
    """Read the pages, count their words, write the matrix and its vocabulary."""
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    with Path(source).open(encoding="utf-8") as file:
        docs = nlp.pipe(json.loads(line)["text"] for line in file)
        words = ((word.text for word in extract.words(doc, filter_stops=False)) for doc in docs)
        counts, vocabulary = representations.build_doc_term_matrix(words, tf_type="linear")
    Path(target).mkdir(parents=True, exist_ok=True)
    save_npz(Path(target, "counts.npz"), counts)
    Path(target, "vocabulary.txt").write_text("\n".join(sorted(vocabulary)), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
