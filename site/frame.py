"""What every page needs: the repository, the corpus, figures with links, and where a thing has its page."""

from __future__ import annotations

import csv
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from marks import inline_svg
from markup import raw

from jiedao import house
from jiedao.corpus import Corpus, read_corpus
from jiedao.documents import corpus_folder

# What of the repository is copied into the site, so that its links work offline.
COPIED = (
    "data/README.md", "data/processed/*.csv",
    "data/lexicon/*.csv", "figures/*.csv", "figures/en/*", "figures/zh/*", "notebooks/*.ipynb",
    "CITATION.cff", "LICENSE", "LICENSE-data",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A study, and the folder into which the sources of its site are written."""

    root: Path
    source: Path

    @cached_property
    def corpus(self) -> Corpus:
        """The reports."""
        return read_corpus(self.root)

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """The short names of the reports, by language."""
        return {lang: house.document_labels(self.corpus.documents, lang) for lang in house.LANGUAGES}

    @cached_property
    def files(self) -> list[str]:
        """The files of the study that the site holds, as paths from its root."""
        wanted = (*COPIED, f"{self.texts}documents.csv", f"{self.texts}texts/*.txt")
        found = {p.relative_to(self.root).as_posix() for pattern in wanted for p in self.root.glob(pattern)}
        return sorted(found)

    @cached_property
    def primers(self) -> list[str]:
        """The pages that introduce the reports, in either language; they must come together."""
        names = ["primer", "zh/primer"]
        return names if all((self.root / "site" / f"{name}.md").exists() for name in names) else []

    @cached_property
    def texts(self) -> str:
        """Where the corpus lies in the study: data/raw/, or nothing before its name."""
        folder = corpus_folder(self.root)
        return "" if folder == self.root else f"{folder.relative_to(self.root).as_posix()}/"

    @cached_property
    def figures(self) -> list[str]:
        """The names of the figures, in order."""
        return sorted(Path(f).stem for f in self.files if f.startswith("figures/en/") and f.endswith(".svg"))

    def has_file(self, path: str) -> bool:
        """Whether the site holds a copy of a file."""
        return path in set(self.files)

    @cached_property
    def drawn(self) -> dict[tuple[str, str], str]:
        """Every figure in every language as HTML; they are drawn side by side, which takes longest of all."""
        wanted = [(name, lang) for name in self.figures for lang in house.LANGUAGES]
        with ProcessPoolExecutor() as pool:
            done = [pool.submit(_draw, name, lang, self.root) for name, lang in wanted]
            return dict(zip(wanted, (d.result() for d in done), strict=True))

    def figure(self, name: str, lang: str, root: str) -> str:
        """A figure as HTML with its marks linked; empty if there is none of that name."""
        return self.drawn.get((name, lang), "").replace('="../', f'="{root}')

    def figure_block(self, name: str, lang: str, root: str) -> str:
        """A figure as a block of a Markdown page."""
        html = self.figure(name, lang, root)
        return raw(html) if html else ""

    def quote(self, sentence_id: str) -> str:
        """A sentence as printed, blanks and line ends as single spaces; empty if there is none of that id."""
        rows = self.corpus.sentences[self.corpus.sentences["sentence_id"] == sentence_id]
        return "".join(self.corpus.quote(r.doc_id, r.start, r.end) for r in rows.itertuples())

    def text(self, path: str) -> str:
        """A text file of the study; empty if there is none."""
        file = self.root / path
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def write(self, name: str, text: str) -> None:
        """Write the source of a page."""
        path = self.source / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _draw(name: str, lang: str, study: Path) -> str:
    """A figure as HTML, for a page one folder down."""
    return inline_svg(name, lang, "../", study)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table; none if there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
