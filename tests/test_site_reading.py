"""The reading room, themes and terms: nothing lost, nothing executed, every count and link right."""

import re
import shutil
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import lxml.html
import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "site"))

import concordances  # noqa: E402
import reading  # noqa: E402
from evidence_url import evidence_url, named_sentences, term_slug, term_url, theme_url  # noqa: E402

from jiedao.corpus import read_corpus  # noqa: E402
from jiedao.evidence import Evidence, shorten  # noqa: E402

PROCESSED, FIGURES = ROOT / "data/processed", ROOT / "figures"
DOC_IDS = pd.read_csv(ROOT / "data/raw/documents.csv")["doc_id"].tolist()
VOID = {"br", "input"}
# What no paragraph may hold: a browser would close the paragraph before it.
BLOCKS = {"p", "div", "section", "details", "dl", "ol", "ul", "table", "nav", *(f"h{n}" for n in range(1, 7))}


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(ROOT)


@pytest.fixture(scope="module")
def evidence():
    return Evidence.read(PROCESSED)


@pytest.fixture(scope="module")
def pages(corpus, evidence):
    return {path: body for path, _, body in concordances.all_pages(corpus, evidence, PROCESSED, FIGURES)}


def classes(element):
    return (element.get("class") or "").split()


def printed(page):
    tree = lxml.html.fromstring(page)
    return "".join("".join(e.itertext()) for e in tree.iter() if "printed" in classes(e))


def squeeze(text):
    return "".join(text.split())


def check_html(page):
    """Tags balance in the source itself, ids are unique, links do not nest, paragraphs hold no blocks."""
    open_tags = []
    for close, name, rest in re.findall(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>", page):
        if name in VOID:
            continue
        if close:
            assert open_tags.pop() == name, page[:200]
            continue
        assert name != "script"
        assert not re.search(r"\son[a-z]+=", re.sub(r'"[^"]*"', '""', rest)), rest
        if name == "a":
            assert "a" not in open_tags
        if name in BLOCKS:
            assert "p" not in open_tags
        open_tags.append(name)
    assert not open_tags
    assert page.count("<") == len(re.findall(r"</?[a-z][a-z0-9]*(?:\s+[a-z-]+(?:=\"[^\"<>]*\")?)*>", page))
    tree = lxml.html.fromstring(page)
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for reference in ("aria-labelledby", "aria-describedby"):
        assert {e.get(reference) for e in tree.iter() if e.get(reference)} <= set(ids)
    local = {e.get("href")[1:] for e in tree.iter("a") if e.get("href").startswith("#")}
    assert local <= set(ids)
    return tree


def check_report(corpus, doc_id):
    page = reading.report_page(corpus, doc_id, {})
    assert squeeze(printed(page)) == squeeze(corpus.text(doc_id))
    tree = check_html(page)
    for table, column in ((corpus.sentences, "sentence_id"), (corpus.sections, "section_id")):
        mine = table[table["doc_id"] == doc_id]
        for row in mine.itertuples():
            name = reading.anchor(getattr(row, column))
            element = tree.get_element_by_id(name if column == "sentence_id" else f"sec-{name}")
            if column == "sentence_id":
                rest = [e for e in tree.iter() if e.get("data-of") == name]
                said = "".join("".join(e.itertext()) for e in (element, *rest))
                assert squeeze(said) == squeeze(corpus.text(doc_id)[row.start : row.end])
    return tree


# --- addresses ---


@pytest.mark.parametrize(
    ("ids", "url"),
    [
        ("huashan-2024/s003-017 huashan-2024/s020", "../reading/huashan-2024.html?s=3-17,20#s003"),
        ("b-1/s004 a/s007-008 b-1/s001 a/s009 b-1/s004", "../reading/b-1.html?s=1,4;a:7-9#s001"),
        ("花山_1.2/s1000", "../reading/%E8%8A%B1%E5%B1%B1_1.2.html?s=1000#s1000"),
        ("", ""),
    ],
)
def test_address_of_sentences(ids, url):
    assert evidence_url(ids, "../") == url
    named = named_sentences(url)
    expanded = [s for part in ids.split() for s in Evidence.expand(None, part)]
    assert set(Evidence.expand(None, named)) == set(expanded)


def test_addresses_of_whole_figures_come_back():
    for path in sorted((FIGURES / "en").glob("*.csv")):
        for ids in pd.read_csv(path, dtype=str, keep_default_na=False).get("sentence_ids", []):
            back = Evidence.expand(None, named_sentences(evidence_url(ids, "")))
            assert sorted(back) == sorted(set(Evidence.expand(None, ids)))


def test_rubbish_in_an_address_names_nothing():
    url = "reading/a.html?s=<script>;9x;;-3;b c:4;7;../x:3#s001"
    assert named_sentences(url) == "a/s007"


def test_addresses_of_terms_and_themes():
    assert term_url("党建", "../") == "../terms/t-515a-5efa.html"
    assert term_slug("a/b") == "t-61-2f-62"
    assert theme_url("GOV", "") == "themes/GOV.html"


# --- reports ---


@pytest.mark.parametrize("doc_id", DOC_IDS)
def test_nothing_of_a_report_is_lost(corpus, doc_id):
    tree = check_report(corpus, doc_id)
    page = reading.report_page(corpus, doc_id, {})
    assert len(page.encode()) < 400_000
    ranks = [1, *(int(e.tag[1]) for e in tree.iter() if re.fullmatch("h[1-6]", str(e.tag)))]
    assert min(ranks[1:]) == 2
    assert all(b <= a + 1 for a, b in pairwise(ranks))


@pytest.mark.parametrize("doc_id", DOC_IDS)
def test_every_finding_is_marked_once(corpus, doc_id):
    tree = lxml.html.fromstring(reading.report_page(corpus, doc_id, {}))
    text = next(e for e in tree.iter() if "report-text" in classes(e))
    found = Counter(c for e in text.iter() if "goes-on" not in classes(e) for c in classes(e))
    for kind in ("indicator", "commitment", "target", "credit", "slogan", "programme"):
        table = getattr(corpus, kind if kind == "credit" else f"{kind}s")
        assert found[kind] == (table["doc_id"] == doc_id).sum()


def test_marks_say_what_the_tables_say(corpus):
    tree = lxml.html.fromstring(reading.report_page(corpus, "jinpenling-2021h1", {}))
    titles = {"".join(e.itertext()): e.get("title") for e in tree.iter("mark") if "indicator" in classes(e)}
    row = corpus.indicators.set_index("text").loc["171.07亿元"]
    assert f"{row['number']:,.0f} 元" in titles["171.07亿元"]
    for part in ("measure", "status", "counts"):
        assert row[part] in titles["171.07亿元"]
    assert "2021-01 to 2021-06" in titles["171.07亿元"]


def test_themes_are_named_not_only_coloured(corpus):
    for doc_id in DOC_IDS:
        tree = lxml.html.fromstring(reading.report_page(corpus, doc_id, {}))
        for s in corpus.sections[corpus.sections["doc_id"] == doc_id].itertuples():
            if reading.text_of(s.theme) and reading.part_of(s.orientation) != "framing":
                section = tree.get_element_by_id(f"sec-{reading.anchor(s.section_id)}")
                margin = next(e for e in section.iter() if "margin" in classes(e)).text_content()
                assert reading.theme_name(s.theme) in margin
                assert ("unsure" in margin) == (not s.theme_sure)


def test_two_builds_are_the_same_bytes(corpus, pages, evidence):
    other = read_corpus(ROOT)
    for doc_id in DOC_IDS:
        assert reading.report_page(corpus, doc_id, {}) == reading.report_page(other, doc_id, {})
    assert reading.reading_index(corpus) == reading.reading_index(other)
    for code in ("GOV", "FRAME"):
        terms = concordances.page_terms(other, PROCESSED, FIGURES)
        again = concordances.theme_page(other, code, evidence, PROCESSED, terms)
        assert pages[f"themes/{code}.html"] == again
    term = concordances.key_terms(PROCESSED)[0]
    assert pages[f"terms/{term_slug(term)}.html"] == concordances.term_page(other, term, PROCESSED)


ODD = {
    "script": "一、<script>alert(1)</script>工作回顾\n完成\"引号\"'单引号'&amp;与</p></span><b>投资3亿元。\n",
    "combining": "一、总结\n合字e\u0301\U00020bb7野家\U0001f469\u200d\U0001f467\u200b完成5\u0337个\u00ad。\n"
    "二、计划\n确保\U00020000。\n",
    "one_line": "2024年工作总结。一、加强党建。一是强化学习。确保安全。二、改善民生。力争新增就业100人。",
    "blank_ends": "\ufeff\n\n  \u3000一、总结\u3000\r\n\u3000完成任务\uff1b推进工作\uff01\uff1f\r\n\r\n"
    "扫一扫在手机打开当前页\r\n\u3000二、计划\r\n力争增长5%。  \n\n",
    "furniture_within": "首页 > 政务公开\n一、工作总结\n完成项目3个。\n浏览量:1\n继续推进。\n"
    "来源:某街道 2024-01-01 10:00\n二、计划\n确保完成。\n",
    "wrapped": "一、工作总结\n"
    + "\n".join("今年以来街道认真开展各项工作推进社区治理取得" for _ in range(9))
    + "成绩。\n二、计划\n完成。\n",
    "no_heading": "今年以来我街道认真开展各项工作,取得了成绩。",
    "skipped": "一、总结\n(1)先做小事\n完成。\n1.再做\n①又做\n完成。\n(三)最后\n完成。\n",
}


def small_corpus(folder, texts, street="某<街>道"):
    (folder / "texts").mkdir()
    rows = [
        "doc_id,file,street,district,city,province,genre,title,review_start,review_end,plan_start,plan_end"
    ]
    for n, (doc_id, text) in enumerate(texts.items()):
        (folder / "texts" / f"{doc_id}.txt").write_bytes(text.encode())
        rows.append(f"{doc_id},{doc_id}.txt,{street}{n or ''},,,,,,,,,")
    (folder / "documents.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return read_corpus(folder)


@pytest.mark.parametrize("name", ODD)
def test_one_odd_report_without_metadata(tmp_path, name):
    corpus = small_corpus(tmp_path, {name: ODD[name]})
    check_report(corpus, name)
    check_html(reading.reading_index(corpus))
    ids = shorten(corpus.sentences["sentence_id"])
    assert evidence_url(ids, "../").startswith(f"../reading/{name}.html?s=1")


def test_twenty_reports_with_chinese_names(tmp_path):
    texts = {f"第{n}街道-2024": f"一、工作总结\n完成项目{n}个。\n" for n in range(1, 21)}
    corpus = small_corpus(tmp_path, texts)
    for doc_id in ("第1街道-2024", "第20街道-2024"):
        check_report(corpus, doc_id)
    assert reading.reading_index(corpus).count('scope="row"') == 20
    check_html(concordances.theme_index(corpus))
    check_html(concordances.term_page(corpus, "项目", PROCESSED))


def test_marks_that_cross_are_cut_and_nest():
    mark = reading.Mark
    marks = [
        mark(0, 4, "target", "T"),
        mark(2, 6, "slogan", 'S"'),
        mark(2, 3, "gloss", "<g>"),
        mark(5, 8, "credit", "C"),
    ]
    html = reading.nest("ab<d&fgh", 0, 8, marks)
    assert html == (
        '<span class="target" title="T">ab<span class="slogan" title="S&quot;">'
        '<span class="gloss" title="&lt;g&gt;">&lt;</span>d</span></span>'
        '<span class="slogan goes-on" title="S&quot;">&amp;<span class="credit" title="C">f</span></span>'
        '<span class="credit goes-on" title="C">gh</span>'
    )
    assert lxml.html.fromstring(f"<p>{html}</p>").text_content() == "ab<d&fgh"


def test_translations_are_shown_as_ours(tmp_path):
    table = "doc_id,zh,en\na,加强 党建,Strengthen <Party> building\nb,加强党建,other\na,改善民生,\n"
    (tmp_path / "translations.csv").write_text(table, encoding="utf-8")
    known = reading.read_translations("a", tmp_path)
    assert known == {"加强党建": "Strengthen <Party> building"}
    said = reading._translation(known, "加强党建。")
    assert "Strengthen &lt;Party&gt; building" in said
    assert "our translation" in said
    assert reading._translation(known, "改善民生") == ""
    assert reading.read_translations("a", tmp_path / "nowhere") == {}


# --- themes and terms ---


def test_pages_are_well_formed_and_lead_somewhere(corpus, pages):
    ends = {f"../{path}" for path in pages} | {f"../reading/{d}.html" for d in DOC_IDS}
    ends |= {f"../figures/{p.stem}.html" for p in (ROOT / "figures" / "en").glob("*.svg")}
    for body in pages.values():
        tree = check_html(body)
        for link in tree.iter("a"):
            path, _, rest = link.get("href").partition("#")
            path, _, query = path.partition("?")
            assert path in ends, link.get("href")
            if query:
                named = Evidence.expand(None, named_sentences(link.get("href")))
                assert set(named) <= set(corpus.sentences["sentence_id"])
                assert rest == reading.anchor(
                    sorted(s for s in named if path.endswith(f"{s.split('/')[0]}.html"))[0]
                )


def lines(body, heading):
    tree = lxml.html.fromstring(body)
    inside, found = False, []
    for element in tree:
        if element.tag == "h2":
            inside = element.text_content().startswith(heading)
        elif inside and "kwic" in classes(element):
            found += element.findall("li")
    return found


def test_concordance_holds_every_token(corpus, pages):
    counts = corpus.tokens["token"].value_counts()
    texts = {d: corpus.plain(d) for d in DOC_IDS}
    for term in concordances.page_terms(corpus, PROCESSED, FIGURES):
        body = pages[f"terms/{term_slug(term)}.html"]
        shown = lines(body, "In context")
        assert len(shown) == counts.get(term, 0)
        everything = [*shown, *lines(body, "Within longer words"), *lines(body, "Across words")]
        overlapping = sum(
            len(re.findall(f"(?={re.escape(term)})", texts[s.doc_id][s.start : s.end]))
            for s in corpus.sentences.itertuples()
        )
        assert len(everything) == overlapping
        assert all(e.find("a").text == term for e in shown)
        rows = lxml.html.fromstring(body).findall(".//tbody/tr")
        assert sum(int(row.findall("td")[0].text_content()) for row in rows) == len(shown)


def test_rates_and_intervals_are_those_of_the_table(corpus, pages):
    table = pd.read_csv(PROCESSED / "frequency.csv").set_index(["doc_id", "term"])
    for term in ("服务", "项目"):
        rows = lxml.html.fromstring(pages[f"terms/{term_slug(term)}.html"]).findall(".//tbody/tr")
        for doc_id, row in zip(DOC_IDS, rows, strict=True):
            known = table.loc[doc_id, term]
            cells = [cell.text_content() for cell in row.findall("td")]
            assert cells == [
                f"{known['n']:.0f}",
                f"{known['per_1000']:.1f}",
                f"{known['low']:.1f} to {known['high']:.1f}",
            ]


def test_shares_of_a_theme_are_those_of_the_table(pages):
    table = pd.read_csv(PROCESSED / "prevalence.csv")
    for code in table["theme"].unique():
        tree = lxml.html.fromstring(pages[f"themes/{code}.html"])
        rows = tree.findall(".//table")[0].findall(".//tbody/tr")
        shown = sorted(row.findall("td")[2].text_content() for row in rows)
        assert shown == sorted(f"{share:.1%}" for share in table["share"][table["theme"] == code])


def test_every_leaf_stands_under_its_theme(corpus, pages):
    leaves = corpus.sections[corpus.sections["is_leaf"].astype(bool)]
    for code, mine in leaves.groupby("theme"):
        body = pages[f"themes/{code}.html"]
        for s in mine.itertuples():
            assert f"../reading/{s.doc_id}.html#sec-{reading.anchor(s.section_id)}" in body


def test_key_terms_and_named_terms_have_pages(corpus, pages):
    named = set(concordances.key_terms(PROCESSED))
    assert named == set(pd.read_csv(PROCESSED / "key_terms.csv")["term"])
    shown = pd.read_csv(FIGURES / "en/fig2-3-shared-words.csv")["term"]
    for term in named | set(shown):
        assert f"terms/{term_slug(term)}.html" in pages


# --- in a browser ---


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or pytest.skip("no chromium")
    silent = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=silent.split())
        yield started
        started.close()


@pytest.fixture(scope="module")
def shelf(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reading room")
    static = [f'<link rel="stylesheet" href="{ROOT.as_uri()}/site/static/reading.css">']
    static += [f'<script defer src="{ROOT.as_uri()}/site/static/reading.js"></script>']
    head = f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{"".join(static)}</head><body>'
    for doc_id in DOC_IDS:
        body = reading.report_page(corpus, doc_id, {})
        (folder / f"{doc_id}.html").write_text(f"{head}<h1>{doc_id}</h1>{body}</body></html>", "utf-8")
    return folder.as_uri()


@pytest.fixture
def visit(browser, shelf):
    page = browser.new_page(viewport={"width": 900, "height": 700}, reduced_motion="reduce")
    page.set_default_timeout(5000)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    def go(address):
        page.goto(f"{shelf}/{address}")
        return page

    yield go
    assert not faults
    page.close()


def marked(page):
    return page.eval_on_selector_all(".sentence.evidence", "es => es.map(e => e.id)")


def test_evidence_is_shown_and_walked(visit):
    ids = "huashan-2024/s003-005 huashan-2024/s020 jinpenling-2021h1/s004 bayuehu-2023/s007-008"
    page = visit(evidence_url(ids, "").removeprefix("reading/"))
    assert marked(page) == ["s003", "s004", "s005", "s020"]
    bar = page.locator(".evidence-bar")
    assert "4 sentences here" in bar.inner_text()
    assert "1 of 4" in bar.inner_text()
    for key, place in (("n", "s004"), ("n", "s005"), ("n", "s020"), ("n", "s003"), ("p", "s020")):
        page.keyboard.press(key)
        assert page.locator(".sentence.now").get_attribute("id") == place
        top, bottom, height = page.evaluate(
            "(r => [r.top, r.bottom, innerHeight])(document.querySelector('.now').getBoundingClientRect())"
        )
        assert 0 <= top < bottom <= height
    links = bar.locator("a").evaluate_all("es => es.map(e => e.getAttribute('href'))")
    assert links == [
        "jinpenling-2021h1.html?s=4;bayuehu-2023:7-8;huashan-2024:3-5,20#s004",
        "bayuehu-2023.html?s=7-8;huashan-2024:3-5,20;jinpenling-2021h1:4#s007",
    ]
    bar.locator("a").nth(1).click()
    page.wait_for_selector(".sentence.now")
    assert marked(page) == ["s007", "s008"]
    page.get_by_role("button", name="Close").click()
    assert marked(page) == []
    page.keyboard.press("n")
    assert page.locator(".now").count() == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?s=<img src=x onerror=alert(1)>;javascript:1;__proto__:1", None),
        ("?s=9-3;%E0%A4%A;0;999999", None),
        ("?s=119-99999999;118-900000", ["s118", "s119"]),
        ("?s=2,2,1-2;nobody:3;huashan-2024:4", ["s001", "s002", "s004"]),
        ("?s=", None),
        ("", None),
    ],
)
def test_rubbish_in_the_address_does_nothing(visit, query, expected):
    page = visit(f"huashan-2024.html{query}")
    assert marked(page) == (expected or [])
    assert page.locator(".evidence-bar").count() == (1 if expected else 0)
    assert page.locator("img").count() == 0


def test_switches_hide_and_are_remembered(visit):
    page = visit("huashan-2024.html")
    line = "getComputedStyle(document.querySelector('.report-text .indicator')).textDecorationLine"
    assert page.evaluate(line) == "underline"
    page.locator("input[data-kind=indicator]").uncheck()
    assert page.evaluate(line) == "none"
    page.reload()
    assert not page.locator("input[data-kind=indicator]").is_checked()
    assert page.evaluate(line) == "none"


def test_page_works_where_nothing_can_be_stored(browser, shelf):
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    denied = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('denied'); }})"
    page.add_init_script(denied)
    page.goto(f"{shelf}/huashan-2024.html?s=3#s003")
    page.locator("input[data-kind=indicator]").uncheck()
    assert marked(page) == ["s003"]
    assert not faults
    page.close()


def test_one_tab_stop_and_arrows_lead_through_the_marks(visit):
    page = visit("wangyuehu-2024.html")
    text = page.locator(".report-text")
    assert text.locator("[tabindex]").count() == 1
    text.locator("[tabindex='0']").focus()
    tip = page.get_by_role("tooltip")
    assert tip.is_visible()
    before = tip.inner_text()
    page.keyboard.press("ArrowRight")
    assert tip.inner_text() != before
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "reading-tip"
    assert text.locator("[tabindex]").count() == 1
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    page.locator(".report-text .indicator").first.hover()
    assert "Number: 9" in tip.inner_text()
