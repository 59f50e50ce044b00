"""SnowNLP's words of every page, counted, as a long table."""

import csv
import json
import sys
from collections import Counter
from pathlib import Path

from snownlp import SnowNLP


def main(source: str, target: str) -> None:
    """Read the pages, count their words page by page, write a row a word."""
    Path(target).mkdir(parents=True, exist_ok=True)
    with (
        Path(source).open(encoding="utf-8") as file,
        Path(target, "counts.csv").open("w", encoding="utf-8", newline="") as out,
    ):
        rows = csv.writer(out)
        for page in map(json.loads, file):
            counts = Counter(SnowNLP(page["text"]).words)
            rows.writerows((page["doc_id"], word, n) for word, n in counts.items())


if __name__ == "__main__":
    main(*sys.argv[1:])
