"""The index of the site's own search: sentences, words with their glosses, and sections of pages.

It is written as a script that sets one variable, because a page opened from a folder may not fetch files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from bs4 import BeautifulSoup, Tag
from evidence_url import term_url

from jiedao.corpus import Corpus
from jiedao.house import document_labels
from jiedao.lexicon import glosses

INDEX = "searchindex-jiedao.js"
VARIABLE = "JIEDAO_INDEX"
# Pages with a search of their own by sentence and word, or with nothing to find.
LEFT_OUT = ("reading/", "terms/", "figures/fig", "search.html")
LINES = ("kwic", "text_html")  # sentences, which have entries of their own, and tables of notebooks
SILENT = ("script", "style", "svg", "pre", "nav", "button", "table")


def sentence_rows(corpus: Corpus) -> list[list[object]]:
    """A row a sentence: place of its report in the list, its number, the heading above it, its text."""
    order = {d: i for i, d in enumerate(corpus.documents["doc_id"])}
    sections = corpus.sections.set_index("section_id")
    rows = []
    for row in corpus.sentences.itertuples():
        number = int(row.sentence_id.rpartition("/s")[2])
        heading = _heading(sections, row.section_id)
        rows.append([order[row.doc_id], number, heading, corpus.quote(row.doc_id, row.start, row.end)])
    return rows


def _heading(sections: pd.DataFrame, section_id: str) -> str:
    """The heading of a section, or of the nearest section above that has one."""
    while isinstance(section_id, str) and section_id in sections.index:
        section = sections.loc[section_id]
        if isinstance(section["heading"], str) and section["heading"]:
            return section["heading"]
        section_id = section["parent"]
    return ""


def term_rows(corpus: Corpus, pages: set[str]) -> list[list[object]]:
    """A row a word of the reports: the word, its gloss, the address of its page, how often it occurs."""
    tokens = corpus.tokens[~corpus.tokens["kind"].isin(["sign", "number"])]
    known = glosses()
    counts = tokens["token"].value_counts()
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [[t, known.get(t, ""), term_url(t, "") if t in pages else "", int(n)] for t, n in ranked]


def page_rows(html: Path) -> list[list[str]]:
    """A row a section of a page: its heading, the title of the page, its address, its text."""
    rows = []
    for path in sorted(html.rglob("*.html")):
        name = path.relative_to(html).as_posix()
        if not name.startswith(LEFT_OUT):
            text = re.sub(r"<svg\b.*?</svg>", "", path.read_text(encoding="utf-8"), flags=re.S)
            rows += _sections(BeautifulSoup(text, "html.parser"), name)
    return rows


def _sections(soup: BeautifulSoup, name: str) -> Iterable[list[str]]:
    article = soup.find("article", class_="bd-article")
    if article is None:
        return
    for link in article.find_all("a", class_="headerlink"):
        link.decompose()
    for silent in [*article.find_all(SILENT), *article.find_all(class_=LINES)]:
        silent.decompose()
    title = None
    for section in article.find_all("section"):
        heading = section.find(["h1", "h2", "h3", "h4"])
        if heading is None or not section.get("id"):
            continue
        said = _text(heading)
        title = title or said
        parts = [_text(child) for child in section.children if _is_own(child, heading)]
        yield [said, title, f"{name}#{section['id']}", " ".join(filter(None, parts))]


def _is_own(child: object, heading: Tag) -> bool:
    """Whether something in a section is its own text: no heading, and no section inside it."""
    return isinstance(child, Tag) and child is not heading and child.name != "section"


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def write_index(corpus: Corpus, pages: set[str], html: Path) -> None:
    """Write the index for a built site; ``pages`` are the terms that have a page."""
    documents = corpus.documents
    english, chinese = (document_labels(documents, lang) for lang in ("en", "zh"))
    index = {
        "reports": [[d, english[d], chinese[d]] for d in documents["doc_id"]],
        "sentences": sentence_rows(corpus),
        "terms": term_rows(corpus, pages),
        "pages": page_rows(html),
    }
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    # Two signs end a line in older scripts, and "</" could end the script where it is inlined.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("</", "<\\/")
    (html / "_static" / INDEX).write_text(f"window.{VARIABLE}={text};\n", encoding="utf-8")


SEARCH_PAGE = """\
<form id="search-form" role="search" action="search.html" method="get">
<label for="search-query">Words in Chinese or English; all of them must be found</label>
<div class="search-line">
<input type="search" id="search-query" name="q" class="form-control" autocomplete="off" spellcheck="false"
 maxlength="200">
<button type="submit" class="btn btn-primary">Search</button>
</div>
</form>
<p class="search-hint">Examples: <a href="?q=党建引领" lang="zh">党建引领</a> ·
<a href="?q=网格 治理" lang="zh">网格 治理</a> · <a href="?q=community">community</a></p>
<noscript><p>The search needs a script. Without it, the <a href="terms/index.html">list of terms</a>
leads to sentences.</p></noscript>
<p id="search-status" role="status" aria-live="polite"></p>
<div id="search-results"></div>
"""
