"""The font, the house style, and every committed figure in both languages."""

import re
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from jiedao import house
from jiedao.comparability import label_parts, list_units, mark_documents
from jiedao.corpus import read_corpus
from jiedao.documents import read_documents
from jiedao.lexicon import glosses

ROOT = Path(__file__).parents[1]
FONTS = sorted(house.FONTS.glob("*.ttf"))
FIGURES = ROOT / "figures"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
ENDINGS = ("pdf", "svg", "png", "csv")
STEMS = sorted({p.stem for lang in house.LANGUAGES for p in (FIGURES / lang).iterdir()})
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# How many of the Chinese terms in figures may stand without an English gloss.
UNGLOSSED = 0.05


@pytest.fixture(autouse=True)
def style():
    """The house style, as a notebook sets it, and no figure left open."""
    house.use()
    yield
    plt.close("all")


# --- the font


def test_two_weights_are_shipped_with_their_licence():
    assert [p.name for p in FONTS] == ["JiedaoSans-Bold.ttf", "JiedaoSans-Regular.ttf"]
    assert "SIL OPEN FONT LICENSE Version 1.1" in (house.FONTS / "OFL.txt").read_text("utf-8")


@pytest.mark.parametrize("path", FONTS, ids=lambda p: p.stem)
def test_the_font_is_static_truetype_of_our_own_name(path):
    font = TTFont(path)
    assert {font["name"].getDebugName(i) for i in (1, 16)} - {None} == {"Jiedao Sans"}
    assert font["name"].getDebugName(2) == path.stem.split("-")[1]
    assert "glyf" in font and "CFF " not in font and "fvar" not in font


@pytest.mark.parametrize("path", FONTS, ids=lambda p: p.stem)
def test_the_font_has_a_glyph_for_every_character_that_is_read(path):
    glyphs = TTFont(path).getBestCmap()
    sources = [*ROOT.glob("data/raw/texts/*.txt"), *ROOT.glob("data/lexicon/*.csv")]
    sources.append(ROOT / "data/raw/documents.csv")
    assert len(sources) >= 10
    missing = {
        p.name: {c for c in p.read_text("utf-8-sig") if ord(c) not in glyphs} - {"\r", "\n", "\t"}
        for p in sources
    }
    assert {name: chars for name, chars in missing.items() if chars} == {}


@pytest.mark.parametrize("ending", ["pdf", "png", "svg"])
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_a_missing_glyph_is_warned_of_and_drawn_all_the_same(ending, weight, tmp_path):
    # A report from elsewhere may hold any character; for the shipped ones no warning may show.
    fig, ax = house.figure(20)
    ax.text(0.5, 0.5, "街道\ue000", fontweight=weight)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fig.savefig(tmp_path / f"a.{ending}")
    assert any(re.match(r"Glyph 57344 .* missing from", str(w.message)) for w in said)
    assert (tmp_path / f"a.{ending}").stat().st_size > 500


@pytest.mark.parametrize("ending", ["pdf", "png", "svg"])
def test_no_sign_in_a_text_is_taken_for_a_formula_or_for_markup(ending, tmp_path):
    fig, ax = house.figure(20)
    ax.text(0.5, 0.5, "街道 $\\frac{$ <script>alert(1)</script> & 一半")
    fig.savefig(tmp_path / f"a.{ending}")
    if ending == "svg":
        drawn = (tmp_path / "a.svg").read_text("utf-8")
        assert "<script" not in drawn and "&lt;script" in drawn


@pytest.mark.parametrize(("n", "declined"), [(12, False), (13, True)])
@pytest.mark.parametrize("column", ["doc_id", "unit"])
def test_more_reports_than_colours_are_not_drawn_and_it_says_so(n, declined, column, tmp_path):
    values = pd.DataFrame({column: [f"review|d{i}" for i in range(n)] * 2, "value": 1.0})
    drawn = []
    house.publish("fig9-9-many", values, lambda lang: drawn.append(lang) or house.figure(20)[0], tmp_path)
    assert drawn == ([] if declined else ["zh", "en"])
    assert len(pd.read_csv(tmp_path / "en/fig9-9-many.csv")) == 2 * n
    notice = "13 reports are too many to draw (at most 12)"
    assert (notice in (tmp_path / "en/fig9-9-many.svg").read_text("utf-8")) == declined


# --- committed figures


def test_there_are_figures_of_every_notebook():
    assert len(STEMS) >= 20
    assert {stem[3] for stem in STEMS} == {p.name[1] for p in NOTEBOOKS}
    assert all(re.fullmatch(r"fig\d-\d-[a-z0-9]+(-[a-z0-9]+)*", stem) for stem in STEMS)
    numbers = sorted(tuple(map(int, re.findall(r"\d", stem)[:2])) for stem in STEMS)
    for notebook in {n for n, _ in numbers}:
        mine = [figure for n, figure in numbers if n == notebook]
        assert mine == list(range(1, len(mine) + 1)), notebook


def test_each_figure_is_published_by_its_notebook():
    published = {}
    for path in NOTEBOOKS:
        code = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells)
        for stem in re.findall(r'house\.publish\(\s*"([\w-]+)', code):
            published[stem] = path.name[1]
    assert sorted(published) == STEMS
    assert all(stem.startswith(f"fig{number}-") for stem, number in published.items())


@pytest.mark.parametrize("lang", house.LANGUAGES)
def test_each_figure_has_its_four_files_and_nothing_else_stands_there(lang):
    expected = {f"{stem}.{ending}" for stem in STEMS for ending in ENDINGS}
    assert {p.name for p in (FIGURES / lang).iterdir()} == expected


@pytest.mark.parametrize("stem", STEMS)
def test_both_languages_plot_the_same_values(stem):
    one, other = ((FIGURES / lang / f"{stem}.csv").read_bytes() for lang in house.LANGUAGES)
    assert one == other
    table = pd.read_csv(FIGURES / "zh" / f"{stem}.csv")
    assert len(table) > 1
    assert not re.search(rb"(?m)(^|,)-0(\.0+)?(,|$)", one)


@pytest.mark.parametrize("lang", house.LANGUAGES)
@pytest.mark.parametrize("stem", STEMS)
def test_pdf_embeds_truetype_and_its_text_can_be_copied(stem, lang):
    reader = PdfReader(FIGURES / lang / f"{stem}.pdf")
    (page,) = reader.pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert inner["/Subtype"] in ("/CIDFontType2", "/TrueType")
        assert "/FontFile2" in inner["/FontDescriptor"].get_object()
        assert "Jiedao" in font["/BaseFont"]
        assert "/ToUnicode" in font
    text = page.extract_text()
    assert len(text.split()) > 3 and "\ufffd" not in text
    assert lang == "en" or CHINESE.search(text)
    assert not {"/CreationDate", "/ModDate"} & set(reader.metadata or {})


@pytest.mark.parametrize("lang", house.LANGUAGES)
@pytest.mark.parametrize("stem", STEMS)
def test_svg_has_text_in_one_family_and_no_date(stem, lang):
    svg = (FIGURES / lang / f"{stem}.svg").read_text("utf-8")
    texts = re.findall(r"<text\b[^>]*>([^<]+)</text>", svg)
    assert len(texts) > 3
    assert lang == "en" or CHINESE.search("".join(texts))
    assert "dc:date" not in svg and not re.search(r"\d{4}-\d\d-\d\dT", svg)
    families = re.findall(r"font-family:\s*([^;\"]+)", svg) + re.findall(r"font:[^;\"]*?('[^;\"]+)", svg)
    assert set(families) == {"'Jiedao Sans'"}


@pytest.mark.parametrize("lang", house.LANGUAGES)
@pytest.mark.parametrize("stem", STEMS)
def test_png_has_300_dpi_and_no_dates(stem, lang):
    from PIL import Image

    with Image.open(FIGURES / lang / f"{stem}.png") as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert set(image.info) == {"dpi"}


def test_the_terms_in_figures_have_an_english_gloss():
    tables = [pd.read_csv(FIGURES / "zh" / f"{stem}.csv") for stem in STEMS]
    terms = {t for table in tables if "term" in table for t in table["term"] if CHINESE.search(t)}
    assert len(terms) > 150
    without = sorted(t for t in terms if CHINESE.search(house.short_gloss(t)))
    assert len(without) <= UNGLOSSED * len(terms), without
    assert not [t for t in terms - set(without) if not glosses()[t].strip()]


# --- writing


TABLE = pd.DataFrame({"term": ["网格", "=1+1", None], "share": [1 / 3, -1e-9, np.nan], "n": [1, -2, 3]})


def draw(lang):
    fig, ax = house.figure(40, "single")
    ax.plot([0, 1], [0, 1])
    ax.set_title("街道" if lang == "zh" else "sub-district")
    return fig


def test_publish_writes_four_files_a_language_and_the_same_bytes_again(tmp_path):
    shown = [house.publish("fig9-1-test", TABLE, draw, tmp_path / run, show="zh") for run in "ab"]
    assert shown[0].axes[0].get_title(loc="left") == "街道"
    assert plt.get_fignums() == []
    written = [
        {str(p.relative_to(tmp_path / r)): p.read_bytes() for p in (tmp_path / r).rglob("*.*")} for r in "ab"
    ]
    assert set(written[0]) == {f"{lang}/fig9-1-test.{e}" for lang in house.LANGUAGES for e in ENDINGS}
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("width", "inches"), [("single", 84 / 25.4), ("double", 174 / 25.4), (90, 90 / 25.4)]
)
def test_widths_are_millimetres(width, inches):
    fig, _ = house.figure(50, width)
    assert fig.get_size_inches() == pytest.approx((inches, 50 / 25.4))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\tx", "\rx"])
def test_inert_disarms_formulas_and_leaves_the_rest(cell):
    table = pd.DataFrame({"a": [cell, "网格", "a=b", ""], "b": [1.0, -2.0, np.nan, 0.0]})
    safe = house.inert(table)
    assert safe["a"].tolist() == [f"'{cell}", "网格", "a=b", ""]
    pd.testing.assert_series_equal(safe["b"], table["b"])
    assert table["a"][0] == cell


@pytest.mark.parametrize("kind", ["object", "str", "string"])
def test_inert_knows_every_kind_of_text_column(kind):
    assert house.inert(pd.DataFrame({"a": pd.Series(["=1", "b"], dtype=kind)}))["a"].tolist() == ["'=1", "b"]


def test_write_table_rounds_to_six_decimals_without_negative_zero(tmp_path):
    house.write_table(TABLE, tmp_path / "new/t.csv")
    assert (tmp_path / "new/t.csv").read_bytes().decode("utf-8") == (
        "term,share,n\n网格,0.333333,1\n'=1+1,0.000000,-2\n,,3\n"
    )


def test_write_table_is_whole_or_not_at_all(tmp_path):
    class Broken:
        def __str__(self):
            raise RuntimeError("in the middle")

    house.write_table(TABLE, tmp_path / "t.csv")
    before = (tmp_path / "t.csv").read_bytes()
    with pytest.raises(RuntimeError, match="in the middle"):
        house.write_table(pd.DataFrame({"a": ["x", Broken()]}, dtype=object), tmp_path / "t.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]
    assert (tmp_path / "t.csv").read_bytes() == before


# --- names and colours


DOCUMENTS = read_documents(ROOT / "data/raw")
IDS = list(DOCUMENTS["doc_id"])


@pytest.mark.parametrize("kind", [house.colour, house.marker])
def test_a_report_keeps_its_colour_and_marker(kind):
    given = [kind(d, IDS) for d in IDS]
    assert len(set(given)) == len(IDS)
    assert given == [kind(d, tuple(IDS)) for d in IDS]
    assert given == [kind(d, [*IDS, "one-more"]) for d in IDS]
    many = [f"d{i}" for i in range(30)]
    assert all(kind(d, many) for d in many)


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("zh", ["望月湖 2024", "花山 2024", "吕仙亭 2021", "金盆岭 2021", "八月湖 2023"]),
        ("en", ["Wangyuehu 2024", "Huashan 2024", "Lvxianting 2021", "Jinpenling 2021", "Bayuehu 2023"]),
    ],
)
def test_reports_are_named_by_street_and_year(lang, names):
    assert list(house.document_labels(DOCUMENTS, lang).items()) == list(zip(IDS, names, strict=True))


@pytest.mark.parametrize("lang", house.LANGUAGES)
def test_marks_are_added_to_the_names(lang):
    plain = house.document_labels(DOCUMENTS, lang)
    marks = {IDS[0]: "‡", IDS[1]: "", IDS[2]: "†‡"}
    named = house.document_labels(DOCUMENTS, lang, marks)
    assert named == {d: name + marks.get(d, "") for d, name in plain.items()}
    twin = DOCUMENTS[:1].assign(doc_id="wangyuehu-2024h2")
    twins = house.document_labels(pd.concat([DOCUMENTS, twin], ignore_index=True), lang, marks)
    assert twins[IDS[0]] == f"{plain[IDS[0]]} ({IDS[0]})‡"


@pytest.mark.parametrize("lang", house.LANGUAGES)
def test_a_footnote_says_what_the_marks_mean(lang):
    period, kind = (f"{mark} {house.label(mark, lang)}" for mark in "†‡")
    assert house.footnote({}, lang) == house.footnote({"a": "", "b": ""}, lang) == ""
    assert house.footnote({"a": "‡", "b": "‡"}, lang) == kind
    assert house.footnote({"a": "‡", "b": "", "c": "†‡"}, lang) == f"{period}  {kind}"
    assert CHINESE.search(kind) if lang == "zh" else kind.isprintable() and not CHINESE.search(kind)


@pytest.mark.parametrize("lang", house.LANGUAGES)
def test_reports_that_are_not_like_most_are_marked_in_figures(lang):
    """What documents.csv says of periods and kinds stands at the names in fig4-1."""
    corpus = read_corpus(ROOT / "data/raw")
    marks = mark_documents(list_units(label_parts(corpus.tokens, corpus.sections), DOCUMENTS))
    assert set(marks.values()) - {""} and "" in marks.values()
    svg = (FIGURES / lang / "fig4-1-prevalence.svg").read_text("utf-8")
    texts = set(re.findall(r"<text\b[^>]*>([^<]+)</text>", svg))
    assert set(house.document_labels(DOCUMENTS, lang, marks).values()) <= texts
    assert any(house.footnote(marks, lang) in text for text in texts)


@pytest.mark.parametrize("lang", house.LANGUAGES)
def test_two_reports_of_one_street_and_year_have_different_names(lang):
    twin = DOCUMENTS[:1].assign(doc_id="wangyuehu-2024h2")
    names = house.document_labels(pd.concat([DOCUMENTS, twin], ignore_index=True), lang)
    assert len(set(names.values())) == len(IDS) + 1
    assert all("wangyuehu-2024" in names[d] for d in ("wangyuehu-2024", "wangyuehu-2024h2"))


def test_a_report_without_period_or_latin_name_is_named_too():
    bare = DOCUMENTS[:1].assign(doc_id="甲-1", street="甲街道", plan_start="", plan_end="")
    assert house.document_labels(bare, "en") == house.document_labels(bare, "zh") == {"甲-1": "甲街道"}


@pytest.mark.parametrize(
    ("term", "zh", "en", "short"),
    [("工作", "工作", "work 工作", "work"), ("没有这个词", "没有这个词", "没有这个词", "没有这个词")],
)
def test_a_term_stands_with_its_gloss_in_english(term, zh, en, short):
    assert (house.gloss(term, "zh"), house.gloss(term, "en"), house.short_gloss(term)) == (zh, en, short)


def test_a_gloss_is_short_without_what_stands_in_brackets():
    long = {t: g for t, g in glosses().items() if re.search(r"\([^)]*\)", g)}
    assert long
    for term in long:
        assert "(" not in house.short_gloss(term) and house.short_gloss(term) != ""


@pytest.mark.parametrize("lang", house.LANGUAGES)
def test_every_orientation_has_a_label(lang):
    labels = [house.label(key, lang) for key in house.PARTS]
    assert all(labels)
    assert all(bool(CHINESE.search(text)) == (lang == "zh") for text in labels)


# --- from marks to sentences


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(ROOT / "data/raw")


# What a mark counts nothing of has nothing behind it.
EMPTY = {
    "n": 0, "share": 0, "rate": 0, "slogans": 0, "sections": 0, "claims": 0, "kept": 0, "characters": 0,
}  # fmt: skip


@pytest.mark.parametrize("stem", STEMS)
def test_every_mark_names_the_sentences_behind_it(stem, corpus):
    table = pd.read_csv(FIGURES / "zh" / f"{stem}.csv")
    named = table["sentence_ids"].notna()
    counts = [c for c in EMPTY if c in table]
    nothing = table[counts].fillna(0).eq(0).any(axis=1) if counts else named & False
    if {"review", "plan"} <= set(table):
        nothing |= (table["review"] == 0) & (table["plan"] == 0)
    assert (named | nothing).all(), table[~named & ~nothing]
    assert named.any()
    found = corpus.evidence(table.loc[named, ["sentence_ids"]])
    assert set(found["row"]) == set(table.index[named])
    assert set(found["sentence_id"]) <= set(corpus.sentences["sentence_id"])


@pytest.mark.parametrize(
    "stem", ["fig2-1-keywords", "fig2-3-shared-words", "fig2-5-key-terms", "fig7-1-counts"]
)
def test_the_sentences_behind_a_term_hold_it(stem, corpus):
    table = pd.read_csv(FIGURES / "zh" / f"{stem}.csv").dropna(subset="sentence_ids")
    found = corpus.evidence(table[["sentence_ids"]])
    terms = found["row"].map(table["term"])
    plain = [corpus.plain(s.doc_id)[s.start : s.end] for s in found.itertuples()]
    assert all(term in sentence for term, sentence in zip(terms, plain, strict=True))
    ids = found.groupby("row")["doc_id"].agg(set)
    assert all(ids[row] == {doc_id} for row, doc_id in table["doc_id"].items())
