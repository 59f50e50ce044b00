"""How a corpus and a report show themselves: in a line, as an outline, and as HTML that does nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from jiedao import JiedaoError
from jiedao.corpus import read_corpus
from jiedao.display import Report, corpus_html, outline_html
from jiedao.house import PARTS

ROOT = Path(__file__).parents[1]
HEADER = "doc_id,file,street,district,city,province,genre\n"
HOSTILE = '<img src=x onerror="alert(1)">\'&lt;$x$'


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(ROOT)


@pytest.fixture
def hostile(tmp_path):
    """Two reports whose metadata and headings hold markup."""
    (tmp_path / "texts").mkdir()
    cell = HOSTILE.replace('"', '""')
    (tmp_path / "documents.csv").write_text(
        HEADER + f'a-2024,a.txt,"{cell}",,,,"{cell}"\nb-2024,b.txt,乙街道,,,,plan\n', "utf-8"
    )
    (tmp_path / "texts/a.txt").write_text(
        f"一、党建{HOSTILE}\n推进<script>alert(1)</script>建设。\n", "utf-8"
    )
    (tmp_path / "texts/b.txt").write_text("<b>推进</b>社区建设。\n", "utf-8")
    return read_corpus(tmp_path)


class Page(HTMLParser):
    """The tags and attributes of a page, its text, and whether every tag is closed in order."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], "", []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def rows(page):
    return page.tags.count("tr") - 1


def test_a_corpus_says_in_a_line_what_it_holds(corpus):
    n = len(corpus.documents)
    assert repr(corpus) == f"Corpus of {n} reports, {corpus.documents['n_chars'].sum():,} characters"
    assert len(corpus) == n and corpus


def test_a_corpus_gives_its_reports_by_id_and_in_order(corpus):
    ids = list(corpus.documents["doc_id"])
    assert [report.doc_id for report in corpus] == ids == corpus._ipython_key_completions_()
    assert corpus[ids[1]] == Report(ids[1], corpus)


@pytest.mark.parametrize("table", ["sections", "sentences", "tokens", "indicators", "commitments", "targets"])
def test_the_reports_together_have_the_rows_of_the_corpus(corpus, table):
    parts = [getattr(report, table) for report in corpus]
    assert sum(map(len, parts)) == len(getattr(corpus, table))
    assert all((part["doc_id"] == report.doc_id).all() for part, report in zip(parts, corpus, strict=True))


def test_a_report_has_its_raw_text(corpus):
    for report in corpus:
        assert report.text == (ROOT / f"data/raw/texts/{report.doc_id}.txt").read_bytes().decode("utf-8-sig")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("huashan2024", "did you mean 'huashan-2024'?"),
        ("xyz", "there are wangyuehu-2024, huashan-2024"),
        (0, ""),
    ],
)
def test_an_unknown_id_is_an_error_that_names_the_ids(corpus, asked, said):
    for kind in (JiedaoError, KeyError):
        with pytest.raises(kind) as caught:
            corpus[asked]
        assert str(caught.value).startswith(f"no report {asked!r} in this corpus; ")
        assert said in str(caught.value)


def test_a_corpus_is_a_table_with_a_row_a_report(corpus):
    page = Page(corpus._repr_html_())
    assert rows(page) == len(corpus)
    for d in corpus.documents.itertuples():
        assert d.doc_id in page.text and d.street in page.text and f"{d.n_chars:,}" in page.text
    for report in corpus:
        assert f"{len(report.sentences):,}" in page.text


def test_the_bar_of_a_report_is_as_wide_for_all_and_says_its_shares(corpus):
    html = corpus_html(corpus)
    bars = re.findall(r'<span role="img" aria-label="([^"]*)"[^>]*>(.*?)</span></td>', html)
    assert len(bars) == len(corpus)
    for said, bar in bars:
        widths = [float(w) for w in re.findall(r"width:([\d.]+)em", bar)]
        assert sum(widths) == pytest.approx(10, abs=0.03)
        assert abs(sum(map(int, re.findall(r"(\d+)%", said))) - 100) <= 2
        assert set(re.findall(r"background:(#\w+)", bar)) <= set(PARTS.values())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_outline_names_every_heading_with_orientation_and_theme(corpus, lang):
    for report in corpus:
        page = Page(outline_html(report, lang))
        headed = report.sections[report.sections["heading"].notna()]
        assert all(heading in page.text for heading in headed["heading"])
        assert (
            page.text.count({"en": "review", "zh": "工作总结"}[lang])
            >= report.sections["orientation"].eq("retrospective").sum()
        )
        assert str(report).splitlines()[0] == f"{report.doc_id}:"
        assert repr(report) == str(report)


def test_a_block_is_indented_below_its_heading(corpus):
    html = outline_html(corpus["wangyuehu-2024"])
    indents = [float(i) for i in re.findall(r"padding-left:([\d.]+)em", html)]
    assert indents[:4] == pytest.approx([0.5, 1.9, 3.3, 3.3])


def test_nothing_of_a_text_becomes_markup(hostile):
    for html in (hostile._repr_html_(), hostile["a-2024"]._repr_html_(), hostile["b-2024"]._repr_html_()):
        page = Page(html)
        assert set(page.tags) <= {"div", "table", "thead", "tbody", "tr", "th", "td", "span", "b"}
        assert {name for name, _ in page.attributes} <= {"class", "style", "role", "aria-label", "title"}
        assert "tex2jax_ignore" in html
    assert HOSTILE in Page(hostile._repr_html_()).text
    assert "一、党建<img" in Page(hostile["a-2024"]._repr_html_()).text


def test_nothing_is_fetched_and_text_keeps_the_colours_of_its_theme(corpus):
    for html in (corpus._repr_html_(), next(iter(corpus))._repr_html_()):
        assert not re.search(r"https?:|url\(|@import|<style|<script|src=", html)
        assert not re.search(r"(?<![-\w])color:", html)
        swatches = re.findall(r"background:([^;']+)", html)
        assert set(swatches) <= set(PARTS.values())


def test_a_corpus_shows_itself_the_same_way_twice(corpus):
    again = read_corpus(ROOT)
    assert again._repr_html_() == corpus._repr_html_()
    assert next(iter(again))._repr_html_() == next(iter(corpus))._repr_html_()
