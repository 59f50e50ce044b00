"""The reading site as built: nothing missing, nothing fetched from elsewhere, and light."""

import json
import re
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from fontTools.ttLib import TTFont
from lxml import html as lxml_html

from jiedao.corpus import read_corpus

STUDY = Path(__file__).parent.parent
SITE = STUDY / "site"
sys.path.append(str(SITE))

import finish  # noqa: E402
import markup  # noqa: E402
import start  # noqa: E402

HEAVIEST = 1_500_000  # bytes of a page with all that it loads
LOADS = (
    "script[@src]",
    "img[@src]",
    "iframe[@src]",
    "source[@src]",
    "video[@src]",
    "audio[@src]",
    "embed[@src]",
)


@pytest.fixture(scope="session")
def corpus():
    return read_corpus(STUDY)


@pytest.fixture(scope="session")
def pages(built: Path) -> dict[Path, lxml_html.HtmlElement]:
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
    return {path: lxml_html.parse(str(path), parser).getroot() for path in sorted(built.rglob("*.html"))}


@pytest.fixture(scope="session")
def index(built: Path) -> dict[str, list[list[object]]]:
    text = (built / "_static" / "searchindex-jiedao.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("window.JIEDAO_INDEX=").removesuffix(";\n"))


def article(page: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    return page.xpath("//article")[0]


def name_of(path: Path, built: Path) -> str:
    return path.relative_to(built).as_posix()


# --- what is there ---


def test_every_page_is_there(built, corpus):
    wanted = "index primer search glossary cite zh/index zh/primer data/index data/card".split()
    wanted += [f"{part}/index" for part in "chapters reading themes terms figures".split()]
    wanted += [f"chapters/{p.stem}" for p in (STUDY / "notebooks").glob("*.ipynb")]
    wanted += [f"reading/{d}" for d in corpus.documents["doc_id"]]
    wanted += [f"figures/{p.stem}" for p in (STUDY / "figures" / "en").glob("*.svg")]
    assert [name for name in wanted if not (built / f"{name}.html").exists()] == []


def test_header_leads_to_every_part(pages, built):
    links = pages[built / "index.html"].xpath("//header//nav//a")
    named = {a.text_content().strip(): a.get("href") for a in links}
    assert list(named) == [
        "Findings",
        "Primer",
        "Chapters",
        "Reading room",
        "Themes & terms",
        "Figures & data",
        "中文",
    ]


def test_traps_are_reached_by_name(pages, built):
    for name in ("index", "chapters/index"):
        hits = pages[built / f"{name}.html"].xpath("//article//a[contains(., 'Traps')]/@href")
        assert any("07-traps.html" in href for href in hits), name


def test_every_finding_has_its_figure_and_a_sentence(pages, built):
    findings = start.read_findings((STUDY / "README.md").read_text(encoding="utf-8"))
    assert findings
    for name in ("index", "zh/index"):
        sections = pages[built / f"{name}.html"].xpath("//article//section[./h3]")
        assert len(sections) == len(findings), name
        for section in sections:
            assert section.xpath(".//figure//svg"), name
            assert section.xpath(".//blockquote//a[contains(@href, 'reading/') and contains(@href, '#s')]"), (
                name
            )


def test_answers_have_their_numbers(pages):
    answers = [box for page in pages.values() for box in page.xpath("//aside[@class='predict']")]
    assert answers
    assert [box.text_content() for box in answers if "{" in box.text_content()] == []


def test_numbers_of_findings_are_those_of_the_readme(pages, built):
    printed = article(pages[built / "index.html"]).text_content()
    claims = re.findall(r"(\S+)<!-- ([\w-]+) -->", (STUDY / "README.md").read_text(encoding="utf-8"))
    assert claims
    assert "<!--" not in printed
    assert [c for c, _ in claims if c.strip("(") not in printed] == []


def cells_of(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_chapters_show_figures_in_place_of_pictures(pages, built):
    for path in (STUDY / "notebooks").glob("*.ipynb"):
        page = pages[built / "chapters" / f"{path.stem}.html"]
        code = "".join("".join(c["source"]) for c in cells_of(path) if c["cell_type"] == "code")
        names = set(re.findall(r'publish\(\s*"(fig\d+-\d+-[\w-]+)', code))
        shown = page.xpath("//article//figure/@id")
        assert {f"{name}-en" for name in names} <= set(shown)
        pictures = [
            o for c in cells_of(path) for o in c.get("outputs", []) if "image/png" in o.get("data", {})
        ]
        left = page.xpath("//article//img/@alt")  # a chart that the notebook draws and does not publish
        assert len(left) == len(pictures) - len(names) and all(a.startswith("Chart: ") for a in left)
        assert page.xpath("//article//details[contains(@class, 'hide')]"), "code is folded"


def test_questions_stand_before_answers(pages, built):
    for page in (pages[p] for p in pages if p.parent.name == "chapters" and p.stem != "index"):
        for box in page.xpath("//aside[@class='predict']"):
            assert box.xpath("./details/summary") and not box.xpath("./details[@open]")


def test_downloads_hold_every_table(pages, built):
    links = pages[built / "data/index.html"].xpath("//article//a/@href")
    for path in (STUDY / "data" / "processed").glob("*.csv"):
        assert f"../files/data/processed/{path.name}" in links
        copy = built / "files" / "data" / "processed" / path.name
        assert copy.read_bytes() == path.read_bytes()
    for row in pages[built / "data/index.html"].xpath("//section[@id='tables-of-the-study']//tbody/tr"):
        assert len(row.xpath("./td[2]")[0].text_content()) > 8, "every table is described"


def test_gallery_has_captions_and_files_in_both_languages(pages, built):
    page = pages[built / "figures/index.html"]
    figures = list((STUDY / "figures" / "en").glob("*.svg"))
    assert len(page.xpath("//article//section/div[@class='thumbnails']")) == len(figures)
    assert len(page.xpath("//article//div[@class='copy-box'][@lang='zh-CN']")) == len(figures)
    for lang in ("en", "zh"):
        assert page.xpath(f"//a[@href='../files/figures/{lang}/{figures[0].stem}.pdf']")


def test_citations_name_authors_and_reports(pages, built, corpus):
    boxes = [e.text_content() for e in pages[built / "cite.html"].xpath("//p[@class='copy-text']")]
    assert len(boxes) == 3 * (1 + len(corpus.documents))
    assert all("The jiedao authors" in box for box in boxes[:3])
    for row, text in zip(corpus.documents.itertuples(), boxes[3::3], strict=True):
        assert row.street in text and "[EB/OL]" in text


# --- soundness ---


def test_every_link_and_place_resolves(pages, built):
    @cache
    def places(path: Path) -> set[str]:
        return set(pages[path].xpath("//@id"))

    broken = []
    for path, page in pages.items():
        for href in page.xpath("//@href"):
            if re.match(r"[a-z]+:", href) or not href:
                continue
            address, _, place = href.partition("#")
            address = unquote(address.partition("?")[0])
            target = (path.parent / address).resolve() if address else path
            if not target.is_file() or (place and target in pages and unquote(place) not in places(target)):
                broken.append((name_of(path, built), href))
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(pages, built):
    far = re.compile(r"\s*(?:https?:)?//")
    found = []
    for path, page in pages.items():
        loaded = [*page.xpath("|".join(f"//{tag}/@src" for tag in (t.partition("[")[0] for t in LOADS)))]
        loaded += page.xpath(
            "//link/@href|//object/@data|//*[local-name()='image']/@href|//*[local-name()='use']/@href"
        )
        loaded += re.findall(r"url\(([^)]*)\)", " ".join(page.xpath("//@style|//style/text()")))
        loaded += page.xpath("//@srcset|//form/@action")
        found += [(name_of(path, built), a) for a in loaded if far.match(a)]
    for path in built.rglob("*.css"):
        css = path.read_text(encoding="utf-8")
        found += [
            (path.name, a) for a in re.findall(r"(?:url\(|@import )[\"']?([^\"')]+)", css) if far.match(a)
        ]
    assert found == []
    assert not re.search(r"mathjax", (built / "index.html").read_text(encoding="utf-8"), re.I)


def test_what_is_loaded_is_there(pages, built):
    missing = []
    for path, page in pages.items():
        for src in page.xpath("//script/@src|//img/@src|//link[@rel='stylesheet']/@href"):
            target = path.parent / src.partition("?")[0]
            missing += [] if target.exists() else [(name_of(path, built), src)]
    for path in built.rglob("*.css"):
        for address in re.findall(r"url\([\"']?(?!data:)([^\"')?#]+)", path.read_text(encoding="utf-8")):
            missing += [] if (path.parent / address).exists() else [(path.name, address)]
    assert missing == []


def weigh(path: Path, page: lxml_html.HtmlElement) -> int:
    """Bytes of a page with style sheets, what they load, scripts, and pictures that are not put off."""
    files = {path}
    loaded = page.xpath("//script/@src|//link[@rel='stylesheet']/@href|//img[not(@loading='lazy')]/@src")
    files |= {(path.parent / a.partition("?")[0]).resolve() for a in loaded}
    for style in [f for f in files if f.suffix == ".css"]:
        css = style.read_text(encoding="utf-8")
        near = re.findall(r"(?:url\(|@import )[\"']?(?!data:)([^\"')?#]+)", css)
        files |= {(style.parent / address).resolve() for address in near}
    return sum(f.stat().st_size for f in files)


def test_pages_are_light(pages, built):
    weights = {name_of(path, built): weigh(path, page) for path, page in pages.items()}
    assert {n: w for n, w in weights.items() if w > HEAVIEST} == {}
    assert min(weights.values()) > 300_000, "the fonts are counted"


def test_pictures_have_descriptions(pages):
    for path, page in pages.items():
        assert [e.get("src") for e in page.xpath("//img") if not (e.get("alt") or "").strip()] == [], path


def test_headings_do_not_skip_levels(pages, built):
    skipped = []
    for path, page in pages.items():
        levels = [int(e.tag[1]) for e in article(page).iter("h1", "h2", "h3", "h4", "h5", "h6")]
        if levels[:1] != [1] or levels.count(1) != 1:
            skipped.append((name_of(path, built), levels[:5]))
        skipped += [(name_of(path, built), pair) for pair in pairwise(levels) if pair[1] > pair[0] + 1]
    assert skipped == []


def test_ids_are_unique_on_a_page(pages, built):
    twice = {}
    for path, page in pages.items():
        again = [i for i, n in Counter(page.xpath("//@id")).items() if n > 1]
        if again:
            twice[name_of(path, built)] = again[:5]
    assert twice == {}


def test_no_handlers_stand_in_the_markup(pages, built):
    found = []
    for path, page in pages.items():
        names = {a for e in page.iter() if isinstance(e.tag, str) for a in e.attrib}
        found += [(name_of(path, built), a) for a in names if a.startswith("on")]
        found += [
            (name_of(path, built), h) for h in page.xpath("//@href") if h.lower().startswith("javascript:")
        ]
    assert found == []


def test_tables_of_chapters_scroll_by_keyboard(pages):
    for path, page in pages.items():
        if path.parent.name in ("chapters", "data"):
            for table in page.xpath("//article//table[not(ancestor::*[contains(@class, 'container')])]"):
                box = table.getparent()
                assert (box.get("tabindex"), box.get("role")) == ("0", "region") and box.get("aria-label"), (
                    path
                )


def test_chinese_is_marked_as_such(pages, built):
    for name in ("zh/index", "zh/primer"):
        assert article(pages[built / f"{name}.html"]).xpath("./div/@lang") == ["zh-CN"]
    for name in ("index", "chapters/02-keywords", "glossary", "data/card"):
        for text in article(pages[built / f"{name}.html"]).xpath(".//text()"):
            holder = text.getparent() if not text.is_tail else text.getparent().getparent()
            above = [holder, *holder.iterancestors()]
            silent = any(e.tag in ("svg", "style", "script") or not isinstance(e.tag, str) for e in above)
            if not silent and re.search(f"[{markup.HAN}]", text):
                assert next((e.get("lang") for e in above if e.get("lang")), "").startswith("zh"), text


def test_fonts_hold_what_the_pages_print(pages, built):
    source = set(TTFont(STUDY / "src/jiedao/fonts/JiedaoSans-Regular.ttf").getBestCmap())
    for weight in ("regular", "bold"):
        held = set(TTFont(built / "_static" / "fonts" / f"jiedao-{weight}.woff2").getBestCmap())
        printed = {ord(c) for page in pages.values() for c in article(page).text_content()}
        assert (printed & source) - held == set()


def test_no_path_of_this_machine_is_told(built):
    for path in [*built.rglob("*.html"), *(built / "_static").rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert str(STUDY) not in text and "/tmp/" not in text, path


# --- search ---


def test_index_holds_every_sentence(index, corpus):
    assert len(index["sentences"]) == len(corpus.sentences)
    reports = [r[0] for r in index["reports"]]
    assert reports == list(corpus.documents["doc_id"])
    for report, number, heading, text in index["sentences"]:
        row = corpus.sentences.set_index("sentence_id").loc[f"{reports[report]}/s{number:03}"]
        assert text == corpus.quote(row.doc_id, row.start, row.end)
        assert isinstance(heading, str)


def test_index_cannot_end_its_script(built):
    text = (built / "_static" / "searchindex-jiedao.js").read_text(encoding="utf-8")
    assert "</" not in text and "\u2028" not in text and text.count("\n") == 1


def test_index_finds_chinese_words_and_glosses(index):
    texts = [row[3] for row in index["sentences"]]
    terms = {row[0]: row for row in index["terms"]}
    assert any("党建引领" in t for t in texts)
    assert all(w in terms for w in ("社区", "网格"))
    assert "community" in terms["社区"][1]
    assert terms["社区"][3] >= sum("社区" in t for t in texts) / 2


def test_index_leads_to_pages(index, built, pages):
    for _, _, url, _ in [*index["terms"], *index["pages"]]:
        path, _, place = url.partition("#")
        assert not path or (built / path).exists(), url
        assert not place or place in pages[built / path].xpath("//@id"), url


def test_search_is_loaded_where_it_is_used(pages, built):
    loaded = {
        name_of(p, built)
        for p, page in pages.items()
        if page.xpath("//script[contains(@src, 'searchindex')]")
    }
    assert loaded == {"search.html"}
    for path, page in pages.items():
        forms = page.xpath("//header//form[@role='search']")
        assert forms and all(
            (path.parent / f.get("action")).resolve() == built / "search.html" or path.name == "search.html"
            for f in forms
        )


# --- the pieces ---


def test_findings_are_read_without_marks():
    readme = (
        "# T\n\n## What is asked\n\n1. A question?\n\n"
        "## What was found\n\nLead.\n\n1. **One thing.** It is 5<!-- a-b -->\n"
        "   of 6.\n2. **Another, with\n   a break.** Text.\n\nAfter.\n\n## Data\n\n1. **No finding.**\n"
    )
    assert start.read_findings(readme) == [
        (1, "One thing", "It is 5 of 6."),
        (2, "Another, with a break", "Text."),
    ]


def test_chinese_lines_are_joined_without_blanks():
    readme = "## 发现\n\n1. **计划更长\u3002** 花山为5<!-- x -->\uff0c\n   金盆岭为6\u3002\n"
    assert start.read_findings(readme) == [(1, "计划更长", "花山为5\uff0c金盆岭为6\u3002")]


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ("<p>the word 网格 here</p>", '<p>the word <span lang="zh">网格</span> here</p>'),
        ('<p lang="zh-CN">网格</p>', '<p lang="zh-CN">网格</p>'),
        (
            '<div lang="zh-Hans"><p lang="en">word 网</p>格</div>',
            '<div lang="zh-Hans"><p lang="en">word <span lang="zh">网</span></p>格</div>',
        ),
        ("<svg><a>网</a></svg><p>城</p>", '<svg><a>网</a></svg><p><span lang="zh">城</span></p>'),
        ('<p title="a > 网">x<br>城</p>', '<p title="a > 网">x<br><span lang="zh">城</span></p>'),
        ("<script>var a = '网格';</script>", "<script>var a = '网格';</script>"),
        ("<p>plain</p>", "<p>plain</p>"),
    ],
)  # fmt: skip
def test_chinese_runs_are_marked(html, marked):
    assert finish.mark_chinese(html) == marked


def test_styles_keep_what_may_match():
    css = (
        '.used,.gone{a:b}.gone .used{c:d}p:not(.gone){e:f}@media x{.gone{g:h}.used{i:"}"}}'
        "@font-face{font-family:Awesome}@media y{.gone{j:k}}"
    )
    assert finish.thin_style(css, {"used"}) == '.used{a:b}p:not(.gone){e:f}@media x{.used{i:"}"}}'


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[01](notebooks/01-corpus.ipynb)", '<a href="../chapters/01-corpus.html">01</a>'),
        ("[a](../notebooks/05-promises.ipynb#x)", '<a href="../chapters/05-promises.html#x">a</a>'),
        ("[card](data/README.md#how-well)", '<a href="../data/card.html#how-well">card</a>'),
        ("[t](figures/claims.csv)", '<a href="../files/figures/claims.csv">t</a>'),
        ("[t](tests/gold)", "t"),
        ("[t](https://example.org/)", "[t](https://example.org/)"),
        ("[t](#here)", "[t](#here)"),
    ],
)
def test_links_of_the_repository_become_links_of_the_site(link, expected):
    assert (
        markup.relink(link, "../", lambda path: path == "figures/claims.csv", lambda name: name) == expected
    )


def test_titles_and_blocks_cannot_break_out():
    assert markup.page("a*b*<script>", "x").startswith("# a\\*b\\*\\<script\\>\n")
    assert markup.raw("``` x").startswith("````{raw} html\n")
    assert markup.anchor('"><script>', "<b>") == '<a href="&quot;&gt;&lt;script&gt;">&lt;b&gt;</a>'
