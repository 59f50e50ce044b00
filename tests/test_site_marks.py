"""From every mark of every figure on the site to the sentences behind it, and back."""

import sys
from pathlib import Path

import pytest
from lxml import html as lxml_html

from jiedao import house
from jiedao.corpus import read_corpus
from jiedao.evidence import Evidence

STUDY = Path(__file__).parent.parent
sys.path.append(str(STUDY / "site"))

from evidence_url import named_sentences  # noqa: E402
from marks import link  # noqa: E402

STEMS = sorted(p.stem for p in (STUDY / "figures/en").glob("*.svg"))


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(STUDY)


@pytest.fixture(scope="module")
def behind(corpus):
    return Evidence(corpus.sections, corpus.sentences, corpus.tokens)


@pytest.fixture(scope="module")
def printed(built, corpus):
    """What the reading room prints at the anchor of each sentence, without blanks."""
    found = {}
    for doc_id in corpus.documents["doc_id"]:
        page = lxml_html.parse(str(built / f"reading/{doc_id}.html")).getroot()
        for element in page.xpath('//*[contains(concat(" ", @class, " "), " sentence ")]'):
            assert f"{doc_id}/{element.get('id')}" not in found
            found[f"{doc_id}/{element.get('id')}"] = "".join(element.text_content().split())
    return found


def figures_on(built):
    for path in sorted(built.rglob("*.html")):
        page = lxml_html.parse(str(path), lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)).getroot()
        for figure in page.xpath('//figure[@class="chart"]'):
            yield path.relative_to(built), figure


def test_the_reading_room_prints_each_sentence_at_its_anchor(printed, corpus):
    assert set(printed) == set(corpus.sentences["sentence_id"])
    for row in corpus.sentences.itertuples():
        said = "".join(corpus.quote(row.doc_id, row.start, row.end).split())
        # a heading that runs on is printed with its translation
        assert printed[row.sentence_id].startswith(said), row.sentence_id


def test_every_figure_of_the_study_stands_on_the_site_in_both_languages(built):
    shown = {figure.get("id") for _, figure in figures_on(built)}
    assert {f"{stem}-{lang}" for stem in STEMS for lang in house.LANGUAGES} <= shown


def test_every_mark_leads_to_the_sentences_of_its_row(built, behind, printed):
    tables = {stem: house.read_table(STUDY / f"figures/en/{stem}.csv") for stem in STEMS}
    ids = {
        stem: [set(behind.expand(text)) if isinstance(text, str) else set() for text in table["sentence_ids"]]
        for stem, table in tables.items()
    }
    walked = 0
    for path, figure in figures_on(built):
        stem = figure.get("id").rpartition("-")[0]
        for size in ("wide", "narrow"):
            marks = figure.xpath(f'.//div[@class="chart-{size}"]//a[contains(@class, "mark")]')
            rows = [int(n) for mark in marks for n in mark.get("data-row").split(".")]
            assert len(rows) == len(set(rows)), (path, stem)
            # every row that counts a sentence has a mark, and that is a link
            assert {n for n, held in enumerate(ids[stem]) if held} <= set(rows), (path, stem)
            for mark in marks:
                target = mark.get("href")
                here = (built / path.parent / target.partition("?")[0]).resolve()
                assert here.is_file(), target
                held = set().union(*(ids[stem][int(n)] for n in mark.get("data-row").split(".")))
                named = set(behind.expand(named_sentences(target)))
                assert named == held and named <= set(printed), (path, target)
                assert target.partition("#")[2] == min(
                    i.rpartition("/")[2] for i in named if i.startswith(f"{here.stem}/")
                )
                assert mark.xpath("./*[local-name()='title']")[0].text.strip()
                walked += 1
    assert walked > 4000


# --- a picture made by hand


PICTURE = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="72pt" height="36pt"
 viewBox="0 0 72 36"><metadata>when</metadata>
<defs><path id="dot" d="M 0.123456 1"/><clipPath id="c"><rect/></clipPath></defs>
<g id="row-0" clip-path="url(#c)"><use xlink:href="#dot" x="1.23456"/></g>
<g id="row-1.2"><path d="M 1 1"/></g><g id="row-3"><path/></g>
<g id="text_1"><text>0.123456 &lt;b&gt;</text></g></svg>"""


def test_a_mark_becomes_a_link_and_keeps_its_looks():
    made = link(PICTURE, "p-", ["u0", "u1", "u2", ""], ['"a" & <b>', "one", "two", "none"], "Ti<tle", "What")
    picture = lxml_html.fragment_fromstring(made)
    links = picture.xpath(".//a")
    assert [(a.get("href"), a.get("data-row")) for a in links] == [("u0", "0"), ("u1", "1.2")]
    assert [a.xpath("./title")[0].text for a in links] == ['"a" & <b>', "one; two"]
    assert {e.get("id") for e in picture.iter() if e.get("id")} == {"p-title", "p-desc", "p-dot", "p-c"}
    assert 'clip-path="url(#p-c)"' in made and 'href="#p-dot"' in made and 'd="M 0.12 1"' in made
    assert "0.123456 &lt;b&gt;" in made and "when" not in made and "pt" not in picture.get("style")
    assert picture.get("role") == "group" and "Ti&lt;tle" in made
