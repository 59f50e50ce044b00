"""Pages of themes and of terms: what was counted, where it stands, and every line of it in its context.

All are fragments of HTML built from the corpus and from the tables in data/processed; each line of a
concordance leads to its sentence in the reading room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from evidence_url import evidence_url, report_url, term_slug, term_url, theme_url
from reading import (
    anchor,
    esc,
    part_of,
    report_name,
    section_title,
    swatch,
    text_of,
    theme_colour,
    theme_name,
)

from jiedao.corpus import Corpus
from jiedao.dtm import content, running
from jiedao.evidence import Evidence, shorten
from jiedao.house import document_labels, label
from jiedao.lexicon import glosses, read_slogans, read_table, read_terms

TERM_COLUMNS = ("term", "token", "word")
CONTEXT = 20  # characters on each side of a keyword
FREQUENT = 60  # the most frequent content words, which have a page whether or not a figure names them
THEME_WORDS = 5  # of a theme, shown in context
THEME_LINES = 6  # of a theme word in one report
SHOWN_WORDS = 25  # of a theme's words, before the rest is folded
WEIGHTS = {"1": "a hint", "2": "clear", "3": "decisive"}


class Occurrence(NamedTuple):
    """A stretch of a report, with the sentence it stands in."""

    doc_id: str
    sentence_id: str
    start: int
    end: int


class Shelf(NamedTuple):
    """A corpus as these pages look things up in it."""

    names: dict[str, str]  # of reports
    sections: dict[str, object]
    section_of: dict[str, str]  # sentences
    places: dict[str, list[Occurrence]]  # of tokens


@lru_cache(maxsize=1)
def _shelve(corpus: Corpus) -> Shelf:
    places: dict[str, list[Occurrence]] = {}
    for t in corpus.tokens.itertuples():
        places.setdefault(t.token, []).append(Occurrence(t.doc_id, t.sentence_id, t.start, t.end))
    return Shelf(
        document_labels(corpus.documents, "en"),
        {s.section_id: s for s in corpus.sections.itertuples()},
        dict(zip(corpus.sentences["sentence_id"], corpus.sentences["section_id"], strict=True)),
        places,
    )


# --- which terms have a page ---


def key_terms(processed: str | Path) -> list[str]:
    """The terms that key_terms.csv lists for any report, sorted."""
    return sorted(set(_table(processed, "key_terms")["term"].dropna()))


def page_terms(corpus: Corpus, processed: str | Path, figures: str | Path) -> list[str]:
    """The terms that have a page: those figures name, key terms, and the most frequent content words.

    Parameters
    ----------
    corpus : Corpus
        A term that occurs nowhere in it has no page.
    processed, figures : str or Path
        Folders with the tables, and with the figures (their CSVs are in ``en``).

    Returns
    -------
    list of str
        Sorted.
    """
    wanted = {*key_terms(processed), *terms_of_figures(figures)}
    counts = content(corpus.tokens)["token"].value_counts().reset_index()
    counts = counts.sort_values(["count", "token"], ascending=[False, True])
    wanted |= set(counts["token"].head(FREQUENT))
    said = [corpus.plain(doc_id) for doc_id in corpus.documents["doc_id"]]
    return sorted(term for term in wanted if term and any(term in text for text in said))


def terms_of_figures(figures: str | Path) -> dict[str, list[str]]:
    """The terms that figures show, each with the names of those figures."""
    shown: dict[str, list[str]] = {}
    for path in sorted(Path(figures, "en").glob("*.csv")):
        table = pd.read_csv(path, dtype=str)
        for term in {t for column in TERM_COLUMNS if column in table for t in table[column].dropna()}:
            shown.setdefault(term, []).append(path.stem)
    return shown


def all_pages(
    corpus: Corpus, evidence: Evidence, processed: str | Path, figures: str | Path
) -> Iterator[tuple[str, str, str]]:
    """All pages of this module as (path below the root, title, HTML of the body)."""
    terms = page_terms(corpus, processed, figures)
    yield "themes/index.html", "Themes", theme_index(corpus)
    for row in _codebook().itertuples():
        title = f"{theme_name(row.code).capitalize()} {row.zh}"
        yield f"themes/{row.code}.html", title, theme_page(corpus, row.code, evidence, processed, terms)
    yield "terms/index.html", "Terms", term_index(corpus, terms)
    shown = terms_of_figures(figures)
    for term in terms:
        html = term_page(corpus, term, processed, figures=shown.get(term, ()))
        yield f"terms/{term_slug(term)}.html", term, html


# --- themes ---


def theme_page(
    corpus: Corpus,
    code: str,
    evidence: Evidence,
    processed: str | Path,
    terms: Collection[str] = (),
    root: str = "../",
) -> str:
    """The page of a theme: its definition, its share of each report, its sections, words and lines.

    Parameters
    ----------
    corpus : Corpus
        The reports.
    code : str
        A code of the codebook.
    evidence : Evidence
        Finds the sentences of sections.
    processed : str or Path
        The folder with prevalence.csv.
    terms : collection of str
        Terms that have a page of their own, to link to.
    root : str
        What leads from the page to the root of the site.

    Returns
    -------
    str
    """
    row = _codebook().set_index("code").loc[code]
    facts = [
        ("Name", f'{esc(row["en"])} · <span lang="zh-Hans">{esc(row["zh"])}</span>'),
        ("Code", f"{swatch(theme_colour(code))}<code>{esc(code)}</code>"),
        ("Includes", _mixed(row["include"])),
        ("Excludes", _mixed(row["exclude"])),
    ]
    return _page(
        _facts(facts),
        "<h2>Share of each report</h2>",
        _shares(corpus, code, evidence, processed, root),
        "<h2>Sections</h2>",
        _coded(corpus, code, root),
        "<h2>Words that point to it</h2>",
        _theme_words(corpus, code, terms, root),
        "<h2>Its most frequent words in context</h2>",
        *_theme_lines(corpus, code, terms, root),
    )


def theme_index(corpus: Corpus, root: str = "../") -> str:
    """The list of themes with the sections that each report gives them."""
    doc_ids = list(corpus.documents["doc_id"])
    names = _shelve(corpus).names
    leaves = corpus.sections[_is_true(corpus.sections["is_leaf"])]
    counts = leaves.groupby(["theme", "doc_id"]).size()
    head = ["Theme", "What it holds", *(report_name(d, doc_ids, esc(names[d])) for d in doc_ids)]
    rows = [
        [
            f'{_theme_link(r.code, root)}<br><span lang="zh-Hans">{esc(r.zh)}</span>',
            esc(r.en),
            *(str(counts.get((r.code, d), 0)) for d in doc_ids),
        ]
        for r in _codebook().itertuples()
    ]
    note = '<p class="note">The numbers are sections without sections of their own, by primary theme.</p>'
    table = _tabulate("Sections by theme and report", head, rows, numbers=len(doc_ids))
    return _page(f'<div class="themes-list">{table}</div>', note)


def _shares(corpus: Corpus, code: str, evidence: Evidence, processed: str | Path, root: str) -> str:
    table = _table(processed, "prevalence")
    mine = table[table["theme"] == code]
    if mine.empty:
        return '<p class="note">Shares are taken of reviews and plans; this theme holds what frames them.</p>'
    doc_ids = list(corpus.documents["doc_id"])
    names = _shelve(corpus).names
    rows, cautions = [], {}
    mine = mine[mine["doc_id"].isin(doc_ids) & mine["part"].isin(["review", "plan"])]
    places = {(d, p): i for i, (d, p) in enumerate((d, p) for d in doc_ids for p in ("review", "plan"))}
    for r in sorted(mine.itertuples(), key=lambda r: places[r.doc_id, r.part]):
        ids = evidence.name(pd.DataFrame({"section_ids": [r.section_ids]}))[0] if r.characters else ""
        number = ""
        if caution := text_of(r.caution):
            number = f"<sup>{cautions.setdefault(caution, len(cautions) + 1)}</sup>"
        bounds = f"{r.low:.1%} to {r.high:.1%}" if pd.notna(r.low) else "–"
        link = _count_link(ids, r.characters, "characters", root)
        rows.append(
            [
                report_name(r.doc_id, doc_ids, esc(names[r.doc_id])),
                f"{esc(r.part)}{number}",
                _bar(r.share, r.low, r.high, theme_colour(code)),
                f"{r.share:.1%}",
                bounds,
                link,
            ]
        )
    head = ["Report", "Part", "Share, 0 to 100 %", "Share", "95 % interval", "Characters"]
    notes = "".join(f'<p class="caution"><sup>{n}</sup> {esc(text)}</p>' for text, n in cautions.items())
    return _tabulate("Share of characters given to the theme", head, rows, numbers=3) + notes


def _coded(corpus: Corpus, code: str, root: str) -> str:
    sections = corpus.sections[_is_true(corpus.sections["is_leaf"])]
    out = []
    for doc_id, sign in _reports(corpus):
        mine = sections[sections["doc_id"] == doc_id]
        for title, chosen in (
            ("", mine[mine["theme"] == code]),
            ("As a secondary theme", mine[mine["theme_secondary"] == code]),
        ):
            if not title:
                out.append(f"<h3>{sign} <small>{_plural(len(chosen), 'section')}</small></h3>")
            elif len(chosen):
                out.append(f'<p class="note">{title}:</p>')
            items = "".join(
                f'<li><a lang="zh-Hans" href="{esc(report_url(doc_id, root))}#sec-{anchor(s.section_id)}">'
                f"{esc(_name_section(corpus, s))}</a> "
                f'<span class="where">{esc(label(part_of(s.orientation), "en"))}'
                f"{'' if str(s.theme_sure) == 'True' else ' · unsure'}</span></li>"
                for s in chosen.itertuples()
            )
            out.append(f'<ul class="coded">{items}</ul>' if items else "")
    return "\n".join(filter(None, out))


def _theme_words(corpus: Corpus, code: str, terms: Collection[str], root: str) -> str:
    words = corpus.theme_words[corpus.theme_words["code"] == code]
    theme = corpus.sections.set_index("section_id")["theme"]
    words = words.assign(inside=words["section_id"].map(theme).eq(code))
    counts = words.groupby(["word", "weight"])["inside"].agg(inside="sum", n="size").reset_index()
    counts = counts.sort_values(["inside", "n", "word"], ascending=[False, False, True])
    rows = [
        [
            _term_link(r.word, terms, root),
            esc(glosses().get(r.word, "")),
            WEIGHTS.get(str(r.weight), esc(r.weight)),
            str(r.inside),
            str(r.n - r.inside),
        ]
        for r in counts.itertuples()
    ]
    head = ["Word", "English", "Weight", "In sections coded so", "Elsewhere"]
    if not rows:
        return '<p class="note">None occurs.</p>'
    shown = _tabulate("Words of the theme", head, rows[:SHOWN_WORDS], numbers=2)
    if rest := rows[SHOWN_WORDS:]:
        folded = _tabulate("Further words of the theme", head, rest, numbers=2)
        shown += f"<details><summary>{_plural(len(rest), 'further word')}</summary>{folded}</details>"
    return shown


def _theme_lines(corpus: Corpus, code: str, terms: Collection[str], root: str) -> Iterator[str]:
    words = corpus.theme_words[corpus.theme_words["code"] == code]
    clear = words[words["weight"].astype(int) > 1]
    counts = (clear if len(clear) else words)["word"].value_counts().reset_index()
    frequent = counts.sort_values(["count", "word"], ascending=[False, True])["word"].head(THEME_WORDS)
    yield (
        '<p class="note">The most frequent of its words that are more than a hint, wherever they stand; of '
        f"each at most {THEME_LINES} lines a report.</p>"
    )
    for word in frequent:
        found = _occurrences(words[words["word"] == word])
        yield f"<h3>{_term_link(word, terms, root)} <small>{_plural(len(found), 'occurrence')}</small></h3>"
        for doc_id, sign in _reports(corpus):
            mine = [o for o in found if o.doc_id == doc_id]
            if not mine:
                continue
            more = f", the first {THEME_LINES} shown" if len(mine) > THEME_LINES else ""
            ids = shorten(dict.fromkeys(o.sentence_id for o in mine))
            yield (
                f'<p class="group">{sign}: <a href="{esc(evidence_url(ids, root))}">'
                f"{_plural(len(mine), 'line')}</a>{more}</p>"
            )
            yield _concordance(corpus, mine[:THEME_LINES], root)


# --- terms ---


def term_page(
    corpus: Corpus, term: str, processed: str | Path, root: str = "../", figures: Iterable[str] = ()
) -> str:
    """The page of a term: gloss and source, counts by report, and every line in which it stands.

    Parameters
    ----------
    corpus : Corpus
        The reports.
    term : str
        A token as normalised, or a string that occurs within tokens.
    processed : str or Path
        The folder with frequency.csv.
    root : str
        What leads from the page to the root of the site.
    figures : iterable of str
        Names of the figures that show it.

    Returns
    -------
    str
    """
    found, within, across = find_term(corpus, term)
    facts = _describe(corpus, term, root)
    if links := ", ".join(
        f'<a href="{root}figures/{f}.html">{".".join(f[3:].split("-")[:2])}</a>' for f in figures
    ):
        facts.append(("In figures", links))
    parts = [_facts(facts), "<h2>How often</h2>"]
    parts.append(_counts(corpus, term, found, processed, root))
    parts += [f"<h2>In context <small>{_plural(len(found), 'token')}</small></h2>"]
    if not found:
        parts.append('<p class="note">It is nowhere a token of its own.</p>')
    parts += _by_report(corpus, found, root)
    for title, note, others in (
        ("Within longer words", "Not counted above: here it is a part of a longer token.", within),
        ("Across words", "Not counted above: here its characters belong to several tokens.", across),
    ):
        if others:
            heading = f"<h2>{title} <small>{_plural(len(others), 'line')}</small></h2>"
            parts += [heading, f'<p class="note">{note}</p>', *_by_report(corpus, others, root)]
    return _page(*parts)


def term_index(corpus: Corpus, terms: Iterable[str], root: str = "../") -> str:
    """The list of the terms that have a page, the most frequent first."""
    counts = {term: len(found) for term, found in _shelve(corpus).places.items()}
    listed = sorted(terms, key=lambda term: (-counts.get(term, 0), term))
    items = "".join(
        f'<li><a lang="zh-Hans" href="{esc(term_url(term, root))}">{esc(term)}</a> '
        f'{esc(glosses().get(term, ""))} <span class="where">{counts.get(term, 0)}</span></li>'
        for term in listed
    )
    note = (
        f'<p class="note">{_plural(len(listed), "term")}: those that a figure names, those on the lists of '
        "key terms, and the most frequent content words; behind each its count in all reports.</p>"
    )
    return _page(note, f'<ul class="terms">{items}</ul>')


def find_term(corpus: Corpus, term: str) -> tuple[list[Occurrence], list[Occurrence], list[Occurrence]]:
    """Where a term is a token, where it stands within a longer token, and where across several."""
    places = _shelve(corpus).places
    found = places.get(term, [])
    within = [
        o._replace(start=o.start + at, end=o.start + at + len(term))
        for token, occurrences in places.items()
        if term in token and token != term
        for o in occurrences
        for at in _find_all(token, term, 0, len(token))
    ]
    covered = {(o.doc_id, o.start) for o in [*found, *within]}
    across = [
        Occurrence(s.doc_id, s.sentence_id, at, at + len(term))
        for s in corpus.sentences.itertuples()
        for at in _find_all(corpus.plain(s.doc_id), term, s.start, s.end)
        if (s.doc_id, at) not in covered
    ]
    return found, sorted(within), across


def _find_all(text: str, term: str, start: int, end: int) -> Iterator[int]:
    at = text.find(term, start, end)
    while at >= 0:
        yield at
        at = text.find(term, at + 1, end)


def _describe(corpus: Corpus, term: str, root: str) -> list[tuple[str, str]]:
    facts = []
    known = _lexicon()
    if gloss := glosses().get(term, ""):
        facts.append(("English", f"{esc(gloss)} <small>(our gloss)</small>"))
    if term in known.index:
        row = known.loc[term]
        kind = f"{esc(row['kind']).replace('_', ' ')}, a fixed term of the lexicon"
        facts += [("Kind", kind), ("Source", _mixed(row["source"]))]
    else:
        kinds = sorted(set(corpus.tokens["kind"][corpus.tokens["token"] == term]))
        facts.append(("Kind", ", ".join(kinds) or "no token of its own"))
    slogans = {row["slogan"]: row for row in read_slogans()}
    if term in slogans:
        row = slogans[term]
        said = " ".join(filter(None, (row["level"] and f"{row['level']} level", row["body"], row["year"])))
        facts.append(("Came up", f"{_mixed(said or 'unknown')} <small>{_mixed(row['source'])}</small>"))
    themes = corpus.theme_words[corpus.theme_words["word"] == term].drop_duplicates(["code", "weight"])
    if len(themes):
        links = ", ".join(
            f"{_theme_link(r.code, root)} ({WEIGHTS.get(str(r.weight), esc(r.weight))})"
            for r in themes.itertuples()
        )
        facts.append(("Points to", links))
    return facts


def _counts(corpus: Corpus, term: str, found: list[Occurrence], processed: str | Path, root: str) -> str:
    table = _table(processed, "frequency")
    rates = table[table["term"] == term].set_index("doc_id")
    sizes = running(corpus.tokens)["doc_id"].value_counts()
    names = _shelve(corpus).names
    rows = []
    doc_ids = list(corpus.documents["doc_id"])
    for doc_id in doc_ids:
        ids = [o.sentence_id for o in found if o.doc_id == doc_id]
        n, size = len(ids), int(sizes.get(doc_id, 0))
        rate, bounds = f"{1000 * n / size:.1f}" if size else "–", "–"
        # Another segmentation may have counted otherwise; an interval belongs to its own count.
        if doc_id in rates.index and int(rates.loc[doc_id, "n"]) == n:
            bounds = f"{rates.loc[doc_id, 'low']:.1f} to {rates.loc[doc_id, 'high']:.1f}"
        link = _count_link(shorten(dict.fromkeys(ids)), n, "tokens", root)
        rows.append([report_name(doc_id, doc_ids, esc(names[doc_id])), link, rate, bounds])
    head = ["Report", "Tokens", "Per 1,000 tokens", "95 % interval"]
    total = f'<p class="note">{_plural(len(found), "token")} in all reports.</p>'
    return _tabulate("Frequency by report", head, rows, numbers=3) + total


def _by_report(corpus: Corpus, found: list[Occurrence], root: str) -> Iterator[str]:
    for doc_id, sign in _reports(corpus):
        if mine := [o for o in found if o.doc_id == doc_id]:
            yield f"<h3>{sign} <small>{_plural(len(mine), 'line')}</small></h3>"
            yield _concordance(corpus, mine, root)


# --- lines in context ---


def _concordance(corpus: Corpus, found: Iterable[Occurrence], root: str) -> str:
    """A keyword-in-context list: left context, keyword linked to its sentence, right context, place."""
    shelf = _shelve(corpus)
    items = []
    for o in found:
        section = shelf.sections[shelf.section_of[o.sentence_id]]
        text = corpus.text(o.doc_id)
        left = corpus.quote(o.doc_id, max(0, o.start - CONTEXT), o.start)
        right = corpus.quote(o.doc_id, o.end, o.end + CONTEXT)
        before, after = "…" * (o.start > CONTEXT), "…" * (o.end + CONTEXT < len(text))
        place = " · ".join(
            (
                esc(label(part_of(section.orientation), "en")),
                f'<span lang="zh-Hans">{esc(_name_section(corpus, section))}</span>',
                esc(anchor(o.sentence_id)),
            )
        )
        items.append(
            f'<li><span class="left" lang="zh-Hans">{before}{esc(left)}</span>'
            f'<a class="key" lang="zh-Hans" href="{esc(evidence_url(o.sentence_id, root))}">'
            f"{esc(text[o.start : o.end])}</a>"
            f'<span class="right" lang="zh-Hans">{esc(right)}{after}</span>'
            f'<span class="where">{place}</span></li>'
        )
    return f'<ul class="kwic">{"".join(items)}</ul>'


def _occurrences(table: pd.DataFrame) -> list[Occurrence]:
    """Rows with a place, each place once."""
    columns = list(Occurrence._fields)
    unique = table[columns].drop_duplicates()
    return [Occurrence(*row) for row in unique.itertuples(index=False)]


def _name_section(corpus: Corpus, section: object) -> str:
    """A section's heading; of a block without one the heading above it, or its first words."""
    while True:
        if text_of(section.heading):
            return section_title(section)
        parent = text_of(section.parent)
        if not parent:
            return f"{corpus.quote(section.doc_id, section.start, section.own_end)[:12]}…"
        section = _shelve(corpus).sections[parent]


def _reports(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """The reports in their order, each with its name as HTML."""
    names = _shelve(corpus).names
    doc_ids = list(corpus.documents["doc_id"])
    for doc_id, street in zip(doc_ids, corpus.documents["street"], strict=True):
        name = report_name(doc_id, doc_ids, esc(names[doc_id]))
        yield doc_id, f'{name} <span lang="zh-Hans">{esc(street)}</span>'


# --- pieces of HTML ---


def _page(*parts: str) -> str:
    return '<div class="concordance">\n' + "\n".join(filter(None, parts)) + "\n</div>\n"


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return f'<dl class="facts">{"".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in facts if v)}</dl>'


def _mixed(text: str) -> str:
    """Prose in which Chinese and English mix, escaped; runs of Chinese say that they are Chinese."""
    out, run = [], ""
    for c in f"{text_of(text)}\0":
        if "\u2e80" <= c <= "\u9fff" or "\U00020000" <= c <= "\U0003ffff" or (run and c in "“”‘’·、。，；："):
            run += c
            continue
        if run:
            out.append(f'<span lang="zh-Hans">{esc(run)}</span>')
            run = ""
        out.append(esc(c) if c != "\0" else "")
    return "".join(out)


def _theme_link(code: str, root: str) -> str:
    return f'{swatch(theme_colour(code))}<a href="{esc(theme_url(code, root))}">{esc(theme_name(code))}</a>'


def _count_link(ids: str, n: float, what: str, root: str) -> str:
    """A number in a table that leads to its sentences."""
    if not ids:
        return f"{n:,.0f}"
    name = f"{n:,.0f} {what}: the sentences"
    return f'<a href="{esc(evidence_url(ids, root))}" aria-label="{name}">{n:,.0f}</a>'


def _term_link(term: str, terms: Collection[str], root: str) -> str:
    shown = f'<span lang="zh-Hans">{esc(term)}</span>'
    return f'<a href="{esc(term_url(term, root))}">{shown}</a>' if term in terms else shown


def _bar(share: float, low: float, high: float, colour: str) -> str:
    whisker = ""
    if pd.notna(low):
        whisker = f'<i style="left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"></i>'
    share_bar = f'<span style="--colour:{colour};width:{100 * share:.1f}%"></span>'
    return f'<span class="bar" aria-hidden="true">{share_bar}{whisker}</span>'


def _tabulate(name: str, head: list[str], rows: list[list[str]], numbers: int) -> str:
    """A table whose first column heads its rows and whose last ``numbers`` columns are numbers."""
    first = len(head) - numbers
    kinds = ["" if i < first else ' class="number"' for i in range(len(head))]
    heads = "".join(f'<th scope="col"{kind}>{h}</th>' for h, kind in zip(head, kinds, strict=True))
    body = "\n".join(
        "<tr>"
        + f'<th scope="row">{row[0]}</th>'
        + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row[1:], kinds[1:], strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="table-frame" tabindex="0" role="region" aria-label="{esc(name)}">\n'
        f"<table><thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody></table>\n</div>"
    )


def _plural(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def _is_true(column: pd.Series) -> pd.Series:
    return column.astype(str).eq("True")


@cache
def _table(folder: str | Path, name: str) -> pd.DataFrame:
    return pd.read_csv(Path(folder) / f"{name}.csv")


@cache
def _lexicon() -> pd.DataFrame:
    return read_terms().set_index("term")


@cache
def _codebook() -> pd.DataFrame:
    return read_table("codebook.csv", "code", ["code", "zh", "en", "include", "exclude"], None)
