"""The reading room: each report as printed, with its outline, its themes and what the study marks in it.

Everything is built from the tables of a `jiedao.corpus.Corpus`. What the report itself says stands in
elements of the class ``printed``, and nothing else does, so that their text put together is the raw text.
Looks are in static/reading.css; static/reading.js adds tooltips, switches and the view of the sentences
behind a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from evidence_url import report_url, theme_url

from jiedao.clean import normalise
from jiedao.corpus import Corpus
from jiedao.house import MARKERS, PARTS, THEMES, colour, document_labels, label, marker
from jiedao.lexicon import data_folder, glosses, read_labels, read_slogans

# Kinds of marking with their name in the legend, outermost first where two cover the same characters.
KINDS = {
    "target": "targets",
    "slogan": "slogans and named policies",
    "programme": "local programmes",
    "credit": "claims of credit",
    "indicator": "numbers",
    "commitment": "commitment markers",
    "gloss": "words with an English gloss",
}
TAGS = {"indicator": "mark", "commitment": "mark"}
NO_THEME = "#8a8a8a"
SHAPES = dict(zip(MARKERS, "●■◆▲▼✚✖▶◀★⬢✱", strict=True))
LINE_END = re.compile(r"[\n\v\f\x85\u2028\u2029]")  # as jiedao.clean.normalise has them
# As jiedao.corpus.Parsed.sentences cuts a heading from what follows it on its line.
HEADING_STOP = "。!?;:,"


class Mark(NamedTuple):
    """A stretch of the text that the study marks: its kind, what a tooltip says, and more classes."""

    start: int
    end: int
    kind: str
    tip: str
    classes: str = ""
    goes_on: bool = False  # the second part of a mark that another one's end has cut


class Piece(NamedTuple):
    """A stretch of the text that is laid out as one thing; ``section`` is the place of its section, or -1."""

    start: int
    end: int
    role: str
    section: int


def report_page(corpus: Corpus, doc_id: str, links: Mapping[str, str]) -> str:
    """One report laid out for reading, as a fragment of HTML for a page that has its h1.

    Parameters
    ----------
    corpus : Corpus
        The reports; the names of the others are needed for links to them.
    doc_id : str
        The report.
    links : mapping
        Addresses as seen from the page: ``root`` of the site (default ``../``), ``raw`` of the raw text,
        ``cite`` of how to cite the study; what is missing is not linked.

    Returns
    -------
    str
    """
    names = document_labels(corpus.documents, "en")
    lengths = corpus.sentences["doc_id"].value_counts()
    reports = json.dumps({d: [name, int(lengths.get(d, 0))] for d, name in names.items()})
    root = links.get("root", "../")
    translations = read_translations(doc_id)
    sections = corpus.sections[corpus.sections["doc_id"] == doc_id].reset_index(drop=True)
    parts = [
        f'<div class="reading" data-report="{esc(doc_id)}" data-reports="{esc(reports)}">',
        _header(corpus, doc_id, links, translations),
        _outline(sections, translations),
        _legend(),
        '<div class="report-text" lang="zh-Hans">',
        *_lay_out(corpus, doc_id, sections, translations, root),
        "</div>",
        "</div>",
    ]
    return "\n".join(parts) + "\n"


def reading_index(corpus: Corpus, root: str = "../") -> str:
    """The list of reports, as a fragment of HTML."""
    rows = []
    doc_ids = list(corpus.documents["doc_id"])
    names = document_labels(corpus.documents, "en")
    sentences = corpus.sentences["doc_id"].value_counts()
    for document in corpus.documents.itertuples():
        doc_id = document.doc_id
        place = " · ".join(filter(None, (document.district, document.city, document.province)))
        link = f'<a href="{esc(report_url(doc_id, root))}">{esc(names[doc_id])}</a>'
        rows.append(
            f'<tr><th scope="row">{report_name(doc_id, doc_ids, link)}<br>'
            f'<span lang="zh-Hans">{esc(document.street)}</span></th>'
            f'<td><span lang="zh-Hans">{esc(place)}</span></td>'
            f"<td>{esc(document.genre)}<br>{_periods(document)}</td>"
            f"<td>{_composition(corpus, doc_id)}</td>"
            f'<td class="number">{document.n_chars:,}</td>'
            f'<td class="number">{sentences.get(doc_id, 0):,}</td></tr>'
        )
    head = "".join(
        f'<th scope="col">{h}</th>'
        for h in ("Report", "Where", "What it is", "Parts, by characters", "Characters", "Sentences")
    )
    return (
        '<div class="reading-index table-frame" tabindex="0" role="region" aria-label="List of reports">\n'
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody></table>\n</div>\n"
    )


def esc(value: object) -> str:
    """A value as text in HTML, safe in attributes too; nothing for a missing one."""
    return escape(text_of(value), quote=True)


def text_of(value: object) -> str:
    """A cell of a table as text; nothing for a missing one."""
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value)


def read_translations(doc_id: str, folder: Path | None = None) -> dict[str, str]:
    """Our English titles and headings of a report, by the letters and digits of the Chinese ones."""
    path = (folder or data_folder("lexicon")) / "translations.csv"
    if not path.is_file():
        return {}
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    mine = table[(table["doc_id"] == doc_id) & (table["en"] != "")]
    return {_bare(zh): en for zh, en in zip(mine["zh"], mine["en"], strict=True)}


def theme_name(code: str, lang: str = "en") -> str:
    """The short name of a theme; its code if the labels have none."""
    return read_labels().get(f"theme_{code}", {}).get(lang, code)


def theme_colour(code: object) -> str:
    """The colour of a theme, the same throughout; grey for none."""
    return THEMES.get(text_of(code), NO_THEME)


def swatch(colour: str) -> str:
    """A small square of a colour, beside a name that says the same."""
    return f'<span class="swatch" style="--colour:{colour}" aria-hidden="true"></span>'


def report_name(doc_id: str, doc_ids: Sequence[str], inner: str) -> str:
    """The name of a report, or a link with it, behind its marker in its colour, as in the figures."""
    shape = SHAPES[marker(doc_id, doc_ids)]
    style = f"--colour:{colour(doc_id, doc_ids)}"
    sign = f'<span class="street-sign" style="{style}" aria-hidden="true">{shape}</span>'
    return f'<span class="nowrap">{sign} {inner}</span>'


def part_of(orientation: object) -> str:
    """The part of a report that an orientation belongs to, as charts show them: a key of `house.PARTS`."""
    return str(orientation) if orientation in PARTS else "framing"


def section_title(section: object) -> str:
    """Number and heading of a section as one line; empty for a block without."""
    return f"{text_of(section.number)}{text_of(section.heading)}"


def same_themes(one: object, other: object) -> bool:
    """Whether two sections have the same theme and secondary theme."""
    return all(text_of(getattr(one, k)) == text_of(getattr(other, k)) for k in ("theme", "theme_secondary"))


def anchor(row_id: str) -> str:
    """The id that a sentence has on its page: ``s003`` of ``huashan-2024/s003``."""
    return row_id.rpartition("/")[2]


# --- what stands above the text ---


def _header(corpus: Corpus, doc_id: str, links: Mapping[str, str], translations: Mapping[str, str]) -> str:
    document = corpus.documents.set_index("doc_id", drop=False).loc[doc_id]
    place = " · ".join(filter(None, (document.district, document.city, document.province)))
    n_sentences = int((corpus.sentences["doc_id"] == doc_id).sum())
    facts = [
        ("Street", f'<span lang="zh-Hans">{esc(document.street)}</span>'),
        ("Where", f'<span lang="zh-Hans">{esc(place)}</span>'),
        ("What it is", esc(document.genre)),
        ("Periods", _periods(document)),
        ("Published", esc(document.published) or "the page does not say"),
        ("Length", f"{document.n_chars:,} characters in {n_sentences:,} sentences"),
    ]
    title = text_of(document.title)
    shown = f'<span lang="zh-Hans">{esc(title)}</span>' + _translation(translations, title)
    facts.insert(0, ("Title", shown if title else "the page gives none"))
    if source := text_of(getattr(document, "source_url", "")):
        known = source.startswith(("https://", "http://"))
        facts.append(("Source", f'<a href="{esc(source)}">{esc(source)}</a>' if known else esc(source)))
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts if value)
    raw = (
        f'The text is shown as in <a href="{esc(links["raw"])}">the raw file</a>. ' if "raw" in links else ""
    )
    cite = f'; and <a href="{esc(links["cite"])}">the study</a>' if "cite" in links else ""
    called = f"《{title}》" if title else "untitled report"
    date = text_of(document.published) or "no date stated"
    return (
        f'<div class="report-head">\n<dl>{rows}</dl>\n'
        f'<p class="cite">{raw}To cite it: <span lang="zh-Hans">{esc(document.street)}</span>, '
        f'<span lang="zh-Hans">{esc(called)}</span> ({esc(date)}), as <code>{esc(doc_id)}</code> in this '
        f"corpus{cite}. A sentence has an address of its own: its number after <code>#</code>, as in "
        f'<a href="#s001"><code>#s001</code></a>.</p>\n</div>'
    )


def _periods(document: object) -> str:
    spans = [("reviews", document.review_period), ("plans for", document.plan_period)]
    said = [f"{what} {esc(span).replace('/', ' to ')}" for what, span in spans if text_of(span)]
    return ", ".join(f'<span class="nowrap">{period}</span>' for period in said) or "no period stated"


def _composition(corpus: Corpus, doc_id: str) -> str:
    """A bar of the shares of a report's parts, with the same in words."""
    sections = corpus.sections[corpus.sections["doc_id"] == doc_id]
    lengths = dict.fromkeys(PARTS, 0)
    for s in sections.itertuples():
        lengths[part_of(s.orientation)] += len("".join(corpus.plain(doc_id)[s.start : s.own_end].split()))
    total = sum(lengths.values()) or 1
    held = {part: n / total for part, n in lengths.items() if n}
    bars = "".join(
        f'<span style="--colour:{PARTS[part]};width:{100 * share:.1f}%"></span>'
        for part, share in held.items()
    )
    words = ", ".join(f"{label(part, 'en')} {share:.0%}" for part, share in held.items())
    return f'<span class="parts-bar" aria-hidden="true">{bars}</span><span class="parts-words">{words}</span>'


def _outline(sections: pd.DataFrame, translations: Mapping[str, str]) -> str:
    """Links to the headed sections, nested as they are."""
    headed = [s for s in sections.itertuples() if text_of(s.heading)]
    items: list[str] = []
    open_depths: list[int] = []
    for section, depth in zip(headed, _depths(headed), strict=True):
        while open_depths and open_depths[-1] > depth:
            items.append("</li></ol>")
            open_depths.pop()
        if open_depths and open_depths[-1] == depth:
            items.append("</li>")
        else:
            items.append("<ol>")
            open_depths.append(depth)
        code = text_of(section.theme)
        theme = (
            f'{swatch(theme_colour(code))}<span class="code">{esc(theme_name(code))}</span>' if code else ""
        )
        link = f'<a href="#sec-{anchor(section.section_id)}" lang="zh-Hans">{esc(section_title(section))}</a>'
        english = _translation(translations, text_of(section.heading), section_title(section), marked=False)
        items.append(f"<li>{link} {theme}{english}")
    if not items:
        return ""
    items += ["</li></ol>"] * len(open_depths)
    ours = "; the English is ours" if translations else ""
    head = f'<p class="small-head">Outline, {len(headed)} headings{ours}</p>'
    return f'<nav class="outline" aria-label="Outline of the report">\n{head}\n{"".join(items)}\n</nav>'


def _depths(headed: Sequence[object]) -> list[int]:
    """Depths of headings from 1 on, none deeper than the one before by more than a step."""
    depths: list[int] = []
    for section in headed:
        level = 0 if pd.isna(section.level) else int(section.level)
        depths.append(max(1, min(level, (depths[-1] if depths else 0) + 1)))
    return depths


def _legend() -> str:
    """What the markings mean, with a switch for each kind; the switches show only where the script runs."""
    samples = [
        f'<label><input type="checkbox" data-kind="{kind}" checked hidden> '
        f'<{TAGS.get(kind, "span")} class="{kind}">{name}</{TAGS.get(kind, "span")}></label>'
        for kind, name in KINDS.items()
    ]
    samples.append(
        '<label class="scripted" hidden><input type="checkbox" data-kind="numbering" hidden> '
        "sentence numbers</label>"
    )
    return (
        '<div class="legend" role="group" aria-label="What is marked in the text">\n'
        f'<p class="small-head">Marked in the text</p>\n<div class="switches">{"".join(samples)}</div>\n'
        '<p class="note">A hard commitment has a solid frame, a soft one a dashed frame. The bar beside the '
        "text is its theme; a label in the margin tells review from plan. Headings that run on within a "
        'paragraph are set on a line of their own. <span class="scripted" hidden>Point at a marked word, or '
        "tap it, for what is known of it; with the keyboard, Tab leads into the text, ← and → from mark to "
        "mark, and Esc closes.</span></p>\n</div>"
    )


def _translation(translations: Mapping[str, str], *forms: str, marked: bool = True) -> str:
    found = next((translations[_bare(f)] for f in forms if _bare(f) in translations), "")
    if not found:
        return ""
    mark = " <small>(our translation)</small>" if marked else ""
    return f'<span class="translation" lang="en">{esc(found)}{mark}</span>'


def _bare(text: str) -> str:
    return "".join(c for c in normalise(text) if c.isalnum())


# --- the text ---


def _lay_out(
    corpus: Corpus, doc_id: str, sections: pd.DataFrame, translations: Mapping[str, str], root: str
) -> Iterator[str]:
    text = corpus.text(doc_id)
    rows = list(sections.itertuples())
    sentences = list(corpus.sentences[corpus.sentences["doc_id"] == doc_id].itertuples())
    marks = find_marks(corpus, doc_id)
    furniture = corpus.furniture[corpus.furniture["doc_id"] == doc_id]
    ranks = dict(zip((r.section_id for r in rows if text_of(r.heading)), _ranks(rows), strict=True))
    printer = _Printer(text, sentences, marks)
    before: object = None
    for place, group in groupby(
        cut_pieces(corpus.plain(doc_id), rows, furniture), key=lambda piece: piece.section
    ):
        pieces = list(group)
        if place < 0:
            yield from _outside(printer, pieces)
            continue
        section = rows[place]
        yield _open_section(corpus.plain(doc_id), section, before, root)
        headed = False
        for role, run in groupby(pieces, key=lambda piece: piece.role):
            alike = list(run)
            if role == "furniture":
                yield _furniture(printer, alike)
                continue
            if role == "heading" and not headed:
                yield _heading(printer, alike.pop(0), section, ranks, translations)
                headed = True
            for piece in alike:
                yield from (f'<p class="printed">{inner}</p>' for inner in printer.paragraphs(piece))
        yield "</div></section>"
        before = section


def _open_section(plain: str, section: object, before: object, root: str) -> str:
    code = text_of(section.theme)
    look = part_of(section.orientation)
    told = before is None or part_of(before.orientation) != look
    notes = []
    if told:
        notes.append(f'<span class="look" style="--colour:{PARTS[look]}">{esc(label(look, "en"))}</span>')
    # What frames a report is coded as framing too; once said is enough.
    if code and not (told and theme_name(code) == label(look, "en")):
        notes.append(_theme_note(section, before, root))
    classes = "part"
    line = plain[plain.rfind("\n", 0, section.start) + 1 : section.start]
    if line.strip():
        classes += " joined"
    if not code:
        classes += " themeless"
    number = anchor(section.section_id)
    named = f' aria-labelledby="head-{number}"' if text_of(section.heading) else ""
    return (
        f'<section class="{classes}" id="sec-{number}" style="--theme:{theme_colour(code)}"{named}>\n'
        f'<div class="margin" lang="en">{" ".join(notes)}</div>\n<div class="body">'
    )


def _theme_note(section: object, before: object, root: str) -> str:
    """The theme of a section by name; linked, and with the secondary one, where it differs from the last."""
    code, second = text_of(section.theme), text_of(section.theme_secondary)
    unsure = "" if str(section.theme_sure) == "True" else " <small>(unsure)</small>"
    sign = swatch(theme_colour(code))
    if before is not None and same_themes(before, section):
        return f'<span class="theme same">{sign}{esc(theme_name(code))}{unsure}</span>'
    also = f" <small>also {esc(theme_name(second))}</small>" if second else ""
    link = f'<a href="{esc(theme_url(code, root))}">{esc(theme_name(code))}</a>'
    return f'<span class="theme">{sign}{link}{unsure}{also}</span>'


def _heading(
    printer: _Printer,
    piece: Piece,
    section: object,
    ranks: Mapping[str, int],
    translations: Mapping[str, str],
) -> str:
    number = anchor(section.section_id)
    english = _translation(translations, text_of(section.heading), section_title(section))
    inner = printer.line(piece.start, piece.end)
    rank = ranks[section.section_id]
    if section.style in ("title", "subtitle"):
        # The page has its h1; what the report prints as title leads the text.
        return f'<p class="printed {section.style}" id="head-{number}">{inner}</p>{english}'
    return f'<h{rank} class="printed" id="head-{number}">{inner}</h{rank}>{english}'


def _ranks(rows: Sequence[object]) -> list[int]:
    """h2 to h6 for the headings, without a gap; titles are paragraphs and leave none."""
    ranks, last = [], 1
    for row in (r for r in rows if text_of(r.heading)):
        level = 0 if pd.isna(row.level) else int(row.level)
        if row.style in ("title", "subtitle"):
            ranks.append(0)
            continue
        last = max(2, min(level + 1, last + 1, 6))
        ranks.append(last)
    return ranks


def _outside(printer: _Printer, pieces: Sequence[Piece]) -> Iterator[str]:
    for role, run in groupby(pieces, key=lambda piece: piece.role):
        if role == "furniture":
            yield f'<div class="outside">{_furniture(printer, list(run))}</div>'
        else:  # no section owns it; shown all the same
            for piece in run:
                yield from (f'<p class="printed outside">{inner}</p>' for inner in printer.paragraphs(piece))


def _furniture(printer: _Printer, pieces: Sequence[Piece]) -> str:
    lines = "".join(
        f'<p class="printed">{inner}</p>' for piece in pieces for inner in printer.paragraphs(piece)
    )
    n = len(pieces)
    what = f"{n} line{'s' if n > 1 else ''} of the web page, no part of the report"
    return f'<details class="furniture"><summary lang="en">{what}</summary>{lines}</details>'


def cut_pieces(plain: str, sections: Sequence[object], furniture: pd.DataFrame) -> list[Piece]:
    """A report's text as pieces in order: headings, bodies, furniture, and what none of them holds.

    Together they hold every character that is not blank, each one once.
    """
    zones = []
    for place, s in enumerate(sections):
        cut = s.start
        if text_of(s.heading):
            cut = s.heading_end + (s.heading_end < s.own_end and plain[s.heading_end] in HEADING_STOP)
        zones += [Piece(s.start, cut, "heading", place), Piece(cut, s.own_end, "body", place)]
    lines = [
        Piece(int(a), int(b), "furniture", -1)
        for a, b in zip(furniture["start"], furniture["end"], strict=True)
    ]
    pieces = sorted(lines)
    for free, owners in ((zones, lines), ([Piece(0, len(plain), "body", -1)], [*lines, *zones])):
        for zone in free:
            pieces += _without(zone, owners)
    pieces = sorted(p for p in pieces if plain[p.start : p.end].strip())
    # Furniture amid a section is shown there, so that the section stays one element.
    last: dict[int, int] = {p.section: i for i, p in enumerate(pieces) if p.section >= 0}
    inside = -1
    for i, piece in enumerate(pieces):
        if piece.section >= 0:
            inside = piece.section
        elif inside >= 0 and i < last[inside]:
            pieces[i] = piece._replace(section=inside)
    return pieces


def _without(zone: Piece, owners: Iterable[Piece]) -> Iterator[Piece]:
    """What is left of a zone beside others."""
    start = zone.start
    for other in sorted(o for o in owners if o.start < zone.end and o.end > zone.start):
        if other.start > start:
            yield zone._replace(start=start, end=other.start)
        start = max(start, other.end)
    if start < zone.end:
        yield zone._replace(start=start)


class _Printer:
    """Prints stretches of one text with its sentences and marks; each sentence has its id once."""

    def __init__(self, text: str, sentences: Sequence[object], marks: Sequence[Mark]) -> None:
        self._text = text
        self._sentences = sentences
        self._marks = sorted(marks, key=_outer_first)
        self._named: set[str] = set()

    def paragraphs(self, piece: Piece) -> Iterator[str]:
        """The lines of a piece; sentences end with them."""
        start = piece.start
        for end in [*(m.start() for m in LINE_END.finditer(self._text, start, piece.end)), piece.end]:
            if self._text[start:end].strip():
                yield self.line(start, end)
            start = end

    def line(self, start: int, end: int) -> str:
        """A stretch of text, its blanks at both ends left out."""
        said = self._text[start:end]
        start, end = start + len(said) - len(said.lstrip()), start + len(said.rstrip())
        out, place = [], start
        for s in self._sentences:
            a, b = max(start, s.start), min(end, s.end)
            if a < b:
                out += [escape(self._text[place:a]), self._sentence(s.sentence_id, a, b)]
                place = b
        return "".join([*out, escape(self._text[place:end])])

    def _sentence(self, sentence_id: str, start: int, end: int) -> str:
        name = anchor(sentence_id)
        named = f'data-of="{name}"' if name in self._named else f'id="{name}"'
        self._named.add(name)
        mine = [
            m._replace(start=max(m.start, start), end=min(m.end, end), goes_on=m.start < start)
            for m in self._marks
            if m.start < end and m.end > start
        ]
        return f'<span class="sentence" {named}>{nest(self._text, start, end, mine)}</span>'


def nest(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    """A stretch of text with its marks as nested elements: a mark that leaves another is cut at its end."""
    out, place = [], start
    waiting = sorted(marks, key=_outer_first)
    while waiting:
        outer, *others = waiting
        inner = [m._replace(end=min(m.end, outer.end)) for m in others if m.start < outer.end]
        waiting = [
            m if m.start >= outer.end else m._replace(start=outer.end, goes_on=True)
            for m in others
            if m.end > outer.end
        ]
        waiting.sort(key=_outer_first)
        tag = TAGS.get(outer.kind, "span")
        classes = " ".join(filter(None, (outer.kind, outer.classes, "goes-on" if outer.goes_on else "")))
        out += [
            escape(text[place : outer.start]),
            f'<{tag} class="{classes}" title="{esc(outer.tip)}">',
            nest(text, outer.start, outer.end, inner),
            f"</{tag}>",
        ]
        place = outer.end
    return "".join([*out, escape(text[place:end])])


def _outer_first(mark: Mark) -> tuple[int, int, int]:
    return mark.start, -mark.end, list(KINDS).index(mark.kind)


# --- what is marked ---


def find_marks(corpus: Corpus, doc_id: str) -> list[Mark]:
    """All that the study marks in a report."""
    tips = {
        "indicator": (corpus.indicators, _say_indicator),
        "commitment": (corpus.commitments, _say_commitment),
        "target": (corpus.targets, _say_target),
        "credit": (corpus.credit, _say_credit),
        "slogan": (corpus.slogans, _say_slogan),
        "programme": (corpus.programmes, lambda row: f"Local programme: {row['programme']}"),
    }
    marks = [
        Mark(row["start"], row["end"], kind, say(row), text_of(row.get("strength")))
        for kind, (table, say) in tips.items()
        for row in table[table["doc_id"] == doc_id].to_dict("records")
    ]
    known = glosses()
    tokens = corpus.tokens[corpus.tokens["doc_id"] == doc_id]
    marks += [
        Mark(t.start, t.end, "gloss", known[t.token], "term" if t.kind == "term" else "")
        for t in tokens.itertuples()
        if known.get(t.token)
    ]
    return [m for m in marks if m.start < m.end]


def _say_indicator(row: Mapping[str, object]) -> str:
    value = _number(row["number"]) + (f" to {_number(row['high'])}" if text_of(row["high"]) else "")
    status = text_of(row["status"]).replace("_", " ")
    return "Number: " + " · ".join(
        filter(
            None,
            (
                f"{value} {text_of(row['unit'])}".strip(),
                text_of(row["measure"]) and f"of {row['measure']}",
                status,
                text_of(row["counts"]),
                text_of(row["period"]).replace("/", " to "),
            ),
        )
    )


def _say_commitment(row: Mapping[str, object]) -> str:
    return f"Commitment marker {row['marker']}: {row['class']}, {row['strength']}"


def _say_target(row: Mapping[str, object]) -> str:
    deadline = text_of(row["deadline"])
    whence = "" if row["dated"] else ", the end of the plan's period"
    return "Target: " + " · ".join(
        filter(
            None,
            (
                text_of(row["strength"]),
                text_of(row["verb"]) and f"verb {row['verb']}",
                deadline and f"by {deadline}{whence}",
                text_of(row["party"]) and f"by whom: {row['party']}",
            ),
        )
    )


def _say_credit(row: Mapping[str, object]) -> str:
    level = text_of(row["level"])
    return f"Claim of credit: {row['class']}" + (f", {level} level" if level else "")


def _say_slogan(row: Mapping[str, object]) -> str:
    origin = ", ".join(
        filter(None, (text_of(row["level"]) and f"{row['level']} level", text_of(row["year"])))
    )
    glosses_en = {slogan["slogan"]: slogan["gloss_en"] for slogan in read_slogans()}
    english = glosses_en.get(row["slogan"], "")
    return (
        f"Slogan {row['slogan']}" + (f" ({english})" if english else "") + f": {origin or 'origin unknown'}"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6f}".rstrip("0")
