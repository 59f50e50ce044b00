"""The reading site in a browser: a student's ways through it, by mouse, finger and keyboard."""

import functools
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect, sync_playwright

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium on this machine: the site is not tried in it"
)
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
FLAGS += " --disable-component-update --disable-sync"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# Each kind of page once.
PAGES = {
    "start": "index.html",
    "primer": "primer.html",
    "chapter": "chapters/04-comparison.html",
    "tables": "chapters/02-keywords.html",
    "report": "reading/huashan-2024.html",
    "evidence": "reading/huashan-2024.html?s=3-5,20;jinpenling-2021h1:4#s003",
    "theme": "themes/PARTY.html",
    "terms": "terms/index.html",
    "gallery": "figures/index.html",
    "figure": "figures/fig4-1-prevalence.html",
    "data": "data/index.html",
    "glossary": "glossary.html",
    "search": "search.html?q=党建引领",
    "Chinese": "zh/index.html",
}
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=BROWSER, args=FLAGS.split())
        yield started
        started.close()


@pytest.fixture(scope="module")
def root(built):
    """Where the site is opened from: its folder."""
    return built.as_uri()


@pytest.fixture(scope="module")
def served(built):
    """The site on a server."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=str(built)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser, root, request):
    """Opens a page of the site; at the end nothing may have been said, missed or fetched from elsewhere."""
    opened, trouble = [], []

    def go(address: str, viewport=DESK, root=root, **how) -> Page:
        context = browser.new_context(viewport=viewport, **how)
        page = context.new_page()
        opened.append(context)
        page.on("console", lambda m: trouble.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: trouble.append(str(e)))
        page.on("requestfailed", lambda r: trouble.append(f"failed: {r.url}"))
        page.on("response", lambda r: trouble.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        page.on("request", lambda r: None if r.url.startswith((root, "data:")) else trouble.append(r.url))
        page.goto(f"{root}/{address}")
        return page

    yield go
    for context in opened:
        context.close()
    assert trouble == []


def in_sight(page: Page, selector: str) -> bool:
    box = page.locator(selector).first.bounding_box()
    height = page.viewport_size["height"]
    return box is not None and box["y"] < height and box["y"] + box["height"] > 0


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_complains_or_scrolls_sideways(visit, address, viewport):
    page = visit(address, viewport)
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert page.locator("h1").first.is_visible()
    assert page.evaluate(
        "document.fonts.ready.then(() => document.fonts.check(\"16px 'Jiedao Sans'\", '街道'))"
    )


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_from_a_server_it_is_the_same(visit, served, address):
    page = visit(address, root=served)
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").first.is_visible()


def test_from_the_start_page_to_the_sentence_behind_a_bar(visit):
    page = visit("index.html")
    mark = page.locator(".chart-wide a.mark").first
    named = mark.locator("title").text_content()
    mark.click(position=None)
    page.wait_for_url("**/reading/**")
    anchor = page.url.rpartition("#")[2]
    assert in_sight(page, f"#{anchor}") and named
    lit = page.locator(".sentence.evidence")
    assert lit.count() >= 1 and lit.first.get_attribute("id") == anchor


@pytest.mark.parametrize(
    "stem", ["fig1-1-composition", "fig2-2-wordclouds", "fig3-3-map", "fig4-3-similarity"]
)
def test_bars_words_dots_and_cells_are_clicked(visit, stem):
    page = visit(f"figures/{stem}.html")
    mark = page.locator(".chart-wide a.mark").nth(1)
    target = mark.get_attribute("href")
    mark.click()
    page.wait_for_url("**/reading/**")
    assert page.url.endswith(target.rpartition("/")[2]) or target.rpartition("#")[2] in page.url


def test_evidence_is_counted_and_walked_through(visit):
    page = visit(PAGES["evidence"])
    assert page.locator(".sentence.evidence").count() == 4
    bar = page.locator("#evidence-bar, .evidence-bar").first
    expect(bar).to_contain_text("4")
    bar.get_by_role("link").first.click()
    page.wait_for_url("**/reading/jinpenling-2021h1.html*")
    assert page.locator(".sentence.evidence").count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "reading/huashan-2024.html?s=99999;..%2F..:3;<script>alert(1)</script>#s001",
        "search.html?q=<img src=x onerror=alert(1)>",
        "search.html?q=" + "党" * 3000,
    ],
)
def test_rubbish_in_the_address_is_no_markup(visit, address):
    page = visit(address)
    page.wait_for_timeout(200)
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("h1").first.is_visible()


def test_evidence_says_what_was_counted_and_leads_back_to_the_figure(visit, root):
    page = visit("figures/fig5-1-quantification.html")
    mark = page.locator(".chart-wide a.mark").first
    label = mark.locator("title").first.text_content()
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reading/**")
    assert label in page.locator(".evidence-bar .counted").text_content()
    back = page.locator(".evidence-bar a").first
    assert back.text_content() == "\u2190 Figure 5.1"
    back.click()
    page.wait_for_url(f"{root}/figures/fig5-1-quantification.html#fig5-1-quantification-en")


@pytest.mark.parametrize("place", ["javascript:alert(1).html", "//example.org/x.html", "../../x.html"])
def test_evidence_leads_back_to_no_other_place(visit, place):
    page = visit(f"reading/huashan-2024.html?s=3&from={place}#s003")
    assert page.locator(".evidence-bar").is_visible()
    assert page.locator(".evidence-bar a").count() == 0


def test_no_text_is_cut_off_on_a_phone(visit):
    page = visit("reading/huashan-2024.html", PHONE)
    edges = page.locator(".report-text .sentence").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().right)"
    )
    assert max(edges) <= PHONE["width"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("党建引领", "党建引领"),
        ("党建 网格", "网格"),
        ("grid", "网格"),
        ("老旧小区改造", "小区"),
        ("Party building", "党建"),
    ],
)
def test_search_finds(visit, query, word):
    page = visit("search.html")
    field = page.locator("main input[type=search], article input[type=search]").first
    field.fill(query)
    field.press("Enter")
    first = page.locator("main a[href*='reading/']").first
    expect(first).to_be_visible()
    expect(page.locator("main")).to_contain_text(word)
    anchor = first.get_attribute("href").rpartition("#")[2]
    first.click()
    page.wait_for_url("**/reading/**")
    assert in_sight(page, f"#{anchor}")


def test_search_says_when_nothing_is_found(visit):
    page = visit("search.html?q=量子色动力学")
    expect(page.locator("[aria-live]").first).to_contain_text("0")
    assert page.locator("main a[href*='reading/']").count() == 0


def test_the_field_above_every_page_leads_to_the_search(visit):
    page = visit("glossary.html")
    field = page.locator("header input[type=search]").first
    field.fill("党建引领")
    field.press("Enter")
    page.wait_for_url("**/search.html?q=**")
    expect(page.locator("main a[href*='reading/']").first).to_be_visible()


def test_a_phone_shows_the_narrow_picture_and_its_marks_are_tapped(visit):
    page = visit("figures/fig2-4-policy-verbs.html", PHONE, has_touch=True)
    assert page.locator(".chart-narrow svg").first.is_visible()
    assert not page.locator(".chart-wide svg").first.is_visible()
    page.locator(".chart-narrow a.mark").first.tap()
    page.wait_for_url("**/reading/**")
    assert page.locator(".sentence.evidence").count() >= 1


def test_a_chapter_is_read_by_keyboard(visit):
    page = visit("figures/fig5-1-quantification.html")
    mark = page.locator(".chart-wide a.mark").first
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reading/**")
    page = visit("chapters/02-keywords.html")
    answer = page.locator(".predict details summary").first
    answer.focus()
    page.keyboard.press("Enter")
    assert page.locator(".predict details[open]").count() == 1
    skip = page.locator(".skip-marks").first
    skip.focus()
    assert skip.is_visible()
    page.keyboard.press("Enter")
    assert page.url.endswith("-after")


def test_code_is_folded_until_it_is_asked_for(visit):
    page = visit("chapters/02-keywords.html")
    assert not page.locator("div.highlight pre").first.is_visible()
    page.locator("details.hide summary").first.click()
    assert page.locator("div.highlight pre").first.is_visible()


def test_print_has_text_and_pictures_and_no_controls(visit):
    page = visit("chapters/04-comparison.html")
    page.emulate_media(media="print")
    assert page.locator(".chart-wide svg").first.is_visible()
    assert not page.locator(".chart-narrow svg").first.is_visible()
    assert not page.locator("header input[type=search]").first.is_visible()


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, address, scheme):
    # Colours that are still on their way from one to another have a contrast that nobody sees for long.
    page = visit(address, color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_load_state()
    page.evaluate(AXE)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate(
        "tags => axe.run(document, {preload: false, runOnly: {type: 'tag', values: tags}})", tags
    )
    serious = [
        (v["id"], v["help"], [n["html"][:120] for n in v["nodes"][:3]])
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert len(found["passes"]) > 10
