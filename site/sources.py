"""Every page of the site, written as sources for Sphinx."""

from __future__ import annotations

from chapters import write_chapters
from concordances import all_pages, page_terms
from frame import Site
from gallery import write_figures
from library import write_citations, write_downloads, write_glossary
from markup import page, raw, toctree
from reading import reading_index, report_page
from search import SEARCH_PAGE
from start import write_primers, write_start, write_start_zh

from jiedao.evidence import Evidence


def write_reading(site: Site) -> None:
    """Write the reading room: the list of reports and a page each."""
    doc_ids = list(site.corpus.documents["doc_id"])
    lead = (
        "The reports as printed, each sentence with its place. Words, numbers and promises that the study "
        "reads are marked.\n\n"
    )
    body = lead + raw(reading_index(site.corpus, "../")) + "\n" + toctree(doc_ids)
    site.write("reading/index", page("Reading room", body))
    for row in site.corpus.documents.itertuples():
        links = {"root": "../", "raw": f"../files/{site.texts}texts/{row.file}", "cite": "../cite.html"}
        title = f"{site.names['en'][row.doc_id]} {row.street}"
        site.write(f"reading/{row.doc_id}", page(title, raw(report_page(site.corpus, row.doc_id, links))))


def write_concordances(site: Site) -> set[str]:
    """Write the pages of themes and terms; gives the terms that have one."""
    corpus, processed, figures = site.corpus, site.root / "data" / "processed", site.root / "figures"
    evidence = Evidence(corpus.sections, corpus.sentences, corpus.tokens)
    themes: list[str] = []
    for path, title, html in all_pages(corpus, evidence, processed, figures):
        name = path.removesuffix(".html")
        folder, _, own = name.partition("/")
        if name == "themes/index":
            html = '<p>Words have <a href="../terms/index.html">pages of their own</a>.</p>\n' + html
        if folder == "themes" and own != "index":
            themes.append(own)
        # Hundreds of words in a list of pages would weigh more than the pages.
        meta = {"orphan": "true"} if folder == "terms" and own != "index" else {}
        site.write(name, page(title, raw(html), **meta))
    index = site.source / "themes" / "index.md"
    index.write_text(index.read_text(encoding="utf-8") + "\n" + toctree(themes), encoding="utf-8")
    return set(page_terms(corpus, processed, figures))


def write_pages(site: Site) -> set[str]:
    """Write the sources of all pages; gives the terms that have a page of their own."""
    write_start(site)
    write_start_zh(site)
    write_primers(site)
    write_chapters(site.root, site.source, lambda name: site.figure(name, "en", "../"), site.has_file)
    write_reading(site)
    terms = write_concordances(site)
    write_figures(site)
    write_downloads(site)
    write_glossary(site, terms)
    write_citations(site)
    site.write("search", page("Search", raw(SEARCH_PAGE), orphan="true"))
    return terms
