"""The font, the house style, and every committed figure in both languages."""

import re
import subprocess
import sys
import warnings
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from figure_checks import collisions, faint
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.text import Text
from PIL import Image
from pypdf import PdfReader

from jiedao import JiedaoError, figures, house
from jiedao.comparability import label_parts, list_units, mark_documents
from jiedao.corpus import read_corpus
from jiedao.documents import read_documents
from jiedao.figures.embed import fonts_kept
from jiedao.lexicon import glosses
from jiedao.tables import UnknownName

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
    fig, ax = plt.subplots()
    ax.text(0.5, 0.5, "街道\ue000", fontweight=weight)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fig.savefig(tmp_path / f"a.{ending}")
    assert any(re.match(r"Glyph 57344 .* missing from", str(w.message)) for w in said)
    assert (tmp_path / f"a.{ending}").stat().st_size > 500


@pytest.mark.parametrize("ending", ["pdf", "png", "svg"])
def test_no_sign_in_a_text_is_taken_for_a_formula_or_for_markup(ending, tmp_path):
    fig, ax = plt.subplots()
    ax.text(0.5, 0.5, "街道 $\\frac{$ <script>alert(1)</script> & 一半")
    fig.savefig(tmp_path / f"a.{ending}")
    if ending == "svg":
        drawn = (tmp_path / "a.svg").read_text("utf-8")
        assert "<script" not in drawn and "&lt;script" in drawn


REPORTS = pd.DataFrame(
    {"doc_id": ["a", "b"], "street": ["甲街道", "乙街道"], "review_start": "2024-01", "plan_start": ""}
)


@pytest.mark.parametrize(("n", "declined"), [(12, False), (13, True)])
@pytest.mark.parametrize("column", ["doc_id", "unit"])
def test_more_reports_than_colours_are_not_drawn_and_it_says_so(n, declined, column, tmp_path):
    values = pd.DataFrame({column: [f"review|d{i}" for i in range(n)] * 2, "value": 1.0})
    drawn = []

    @figures.drawn_as("fig9-9-many")
    def draw_many(values, sheet):
        drawn.append(sheet.lang)
        return sheet.figure(20)[0]

    figures.publish("fig9-9-many", values, REPORTS, tmp_path)
    assert drawn == ([] if declined else ["zh", "en"])
    assert len(pd.read_csv(tmp_path / "en/fig9-9-many.csv")) == 2 * n
    notice = "13 reports are too many to draw (at most 12)"
    assert (notice in (tmp_path / "en/fig9-9-many.svg").read_text("utf-8")) == declined


# --- committed figures


def test_there_are_figures_of_every_notebook():
    assert len(STEMS) >= 20
    assert {stem[3] for stem in STEMS} == {p.name[1] for p in NOTEBOOKS} - {"0"}
    assert all(re.fullmatch(r"fig\d-\d-[a-z0-9]+(-[a-z0-9]+)*", stem) for stem in STEMS)
    numbers = sorted(tuple(map(int, re.findall(r"\d", stem)[:2])) for stem in STEMS)
    for notebook in {n for n, _ in numbers}:
        mine = [figure for n, figure in numbers if n == notebook]
        assert mine == list(range(1, len(mine) + 1)), notebook


def test_each_figure_is_published_by_its_notebook():
    published = {}
    for path in NOTEBOOKS:
        code = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells)
        for stem in re.findall(r'figures\.publish\(\s*"([\w-]+)', code):
            published[stem] = path.name[1]
    assert sorted(published) == STEMS
    assert all(stem.startswith(f"fig{number}-") for stem, number in published.items())


@pytest.mark.parametrize("path", FONTS, ids=lambda p: p.stem)
def test_a_font_that_is_kept_is_cut_as_one_that_is_read(path):
    def cut(glyphs):
        options = subset.Options(glyph_names=True, recommended_glyphs=True)
        cutter = subset.Subsetter(options)
        cutter.populate(gids=glyphs)
        with subset.load_font(path, options) as font:
            cutter.subset(font)
            font.save(file := BytesIO(), reorderTables=False)
        return file.getvalue(), cutter.glyph_index_map

    wanted = [range(20, 30), range(4000, 4300, 7), range(25, 5000, 333)]
    read = [cut(glyphs) for glyphs in wanted]
    with fonts_kept():
        assert [cut(glyphs) for glyphs in wanted] == read
    assert subset.load_font.__module__ == "fontTools.subset"


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
    with Image.open(FIGURES / lang / f"{stem}.png") as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert set(image.info) == {"dpi"}


def test_the_terms_in_figures_have_an_english_gloss():
    tables = [pd.read_csv(FIGURES / "zh" / f"{stem}.csv") for stem in STEMS]
    terms = {t for table in tables if "term" in table for t in table["term"] if CHINESE.search(t)}
    assert len(terms) > 120
    without = sorted(t for t in terms if CHINESE.search(house.short_gloss(t)))
    assert len(without) <= UNGLOSSED * len(terms), without
    assert not [t for t in terms - set(without) if not glosses()[t].strip()]


# --- writing


TABLE = pd.DataFrame({"term": ["网格", "=1+1", None], "share": [1 / 3, -1e-9, np.nan], "n": [1, -2, 3]})


@figures.drawn_as("fig9-1-test")
def draw_test(values, sheet):
    fig, ax = sheet.figure(40)
    ax.plot([0, 1], [0, 1])
    ax.set_title("街道" if sheet.lang == "zh" else "sub-district")
    return fig


def test_publish_writes_four_files_a_language_and_the_same_bytes_again(tmp_path):
    shown = [figures.publish("fig9-1-test", TABLE, REPORTS, tmp_path / run, show="zh") for run in "ab"]
    assert shown[0].axes[0].get_title(loc="left") == "街道"
    assert plt.get_fignums() == []
    written = [
        {str(p.relative_to(tmp_path / r)): p.read_bytes() for p in (tmp_path / r).rglob("*.*")} for r in "ab"
    ]
    assert set(written[0]) == {f"{lang}/fig9-1-test.{e}" for lang in house.LANGUAGES for e in ENDINGS}
    assert written[0] == written[1]


def test_a_table_is_read_back_as_it_was_written(tmp_path):
    house.write_table(TABLE, tmp_path / "a.csv")
    back = house.read_table(tmp_path / "a.csv")
    assert back["term"].tolist()[:2] == ["网格", "=1+1"] and back["term"].isna().tolist() == [
        False,
        False,
        True,
    ]
    assert back["share"].tolist()[:2] == [0.333333, 0.0] and back["n"].tolist() == [1, -2, 3]


# --- export


@pytest.mark.parametrize(
    ("asked", "mm"),
    [
        ("single", 84),
        ("Double", 174),
        ("elsevier-single", 90),
        ("120", 120),
        (75.5, 75.5),
        ("84mm", 84),
        ("8.4 CM", 84),
    ],
)
def test_widths_are_millimetres_or_names(asked, mm):
    assert figures.millimetres(asked) == mm
    assert figures.draw("fig9-1-test", TABLE, REPORTS, width=mm).get_figwidth() == pytest.approx(mm / 25.4)


@pytest.mark.parametrize("asked", ["wide", "0", "-84", "49.9", "601", "nan", "inf", "", "5in", "8.4.1", "."])
def test_a_width_that_cannot_be_printed_is_refused(asked):
    with pytest.raises(JiedaoError, match=r"mm wide|no width"):
        figures.millimetres(asked)


def test_every_width_of_a_journal_has_its_source():
    table = figures.widths()
    assert {"single", "double"} <= set(table.index) and table.index.is_unique
    assert (table["source"].str.len() > 10).all() and table["mm"].between(50, 250).all()


def test_type_size_is_chosen_and_grey_has_no_colour():
    name = "fig4-1-prevalence"
    values, documents = figures.read_values(ROOT, name)
    sizes = {
        size: sorted(
            {t.get_fontsize() for t in figures.draw(name, values, documents, size=size).findobj(Text)}
        )
        for size in (7, 8, 10)
    }
    assert len(sizes[8]) > 1 and sizes[10] == pytest.approx([10 / 8 * size for size in sizes[8]])
    assert max(sizes[10]) == 10 and max(sizes[7]) == 7
    with BytesIO() as file:
        figures.draw(name, values, documents, grey=True).savefig(file, format="png", dpi=60)
        pixels = np.asarray(Image.open(file).convert("RGB")).astype(int)
    assert (np.ptp(pixels, axis=2) <= 1).all() and np.ptp(pixels) > 150


def test_export_takes_beginnings_of_names_and_refuses_others(tmp_path):
    every = figures.choose([], ROOT)
    assert every == STEMS
    assert figures.choose(["fig4"], ROOT) == [s for s in STEMS if s.startswith("fig4-")]
    assert figures.choose(["fig4-1", "fig1-1-composition"], ROOT) == [
        "fig1-1-composition",
        "fig4-1-prevalence",
    ]
    for said in ("FIG4-1", "fig4-1-prevalence.pdf", "figures/en/fig4-1-prevalence.svg"):
        assert figures.choose([said], ROOT) == ["fig4-1-prevalence"]
    with pytest.raises(UnknownName, match="no figure 'prevalence'; did you mean fig4-1-prevalence"):
        figures.choose(["prevalence"], ROOT)
    with pytest.raises(JiedaoError, match="run the study first"):
        figures.choose([], tmp_path)


def test_export_writes_what_was_asked_for_and_the_same_bytes_again(tmp_path):
    for run in "ab":
        paths = list(
            figures.export(
                ["fig1-1"], ROOT, tmp_path / run, ["en"], ["pdf", "png", "tiff", "svg"], 84, dpi=200
            )
        )
        assert [p.relative_to(tmp_path / run).as_posix() for p in paths] == [
            f"en/fig1-1-composition.{e}" for e in ("pdf", "png", "tiff", "svg")
        ]
    for path in paths:
        assert path.read_bytes() == (tmp_path / "a/en" / path.name).read_bytes()
    for ending in ("png", "tiff"):
        with Image.open(tmp_path / f"a/en/fig1-1-composition.{ending}") as image:
            assert image.width == pytest.approx(84 / 25.4 * 200, abs=1)
            assert image.info["dpi"] == pytest.approx((200, 200), abs=0.1)
            assert ending == "png" or (image.mode, image.info["compression"]) == ("RGB", "tiff_lzw")
    box = PdfReader(tmp_path / "a/en/fig1-1-composition.pdf").pages[0].mediabox
    assert float(box.width) == pytest.approx(84 / 25.4 * 72, abs=0.1)


@pytest.fixture
def study(tmp_path):
    """A study with one figure, which a test may damage."""
    for name in ("data/processed/documents.csv", "figures/en/fig4-1-prevalence.csv"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda t: t[:0], "no rows"),
        (lambda t: t.drop(columns="share"), "cannot be drawn"),
        (lambda t: t.drop(columns="doc_id"), "cannot be drawn"),
        (lambda t: t.assign(low=["abc", *t["low"][1:]]), "'abc' in column low is no number"),
        (lambda t: t.assign(share=np.inf), "column share is infinite"),
        (lambda t: t.assign(doc_id=["else-2020", *t["doc_id"][1:]]), "else-2020 is no report of"),
    ],
)
def test_values_edited_by_hand_are_refused_with_file_and_remedy(damage, said, study):
    path = study / "figures/en/fig4-1-prevalence.csv"
    damage(pd.read_csv(path)).to_csv(path, index=False)
    with pytest.raises(JiedaoError, match="run the study again") as refused:
        list(figures.export([], study, study / "out", ["en"], ["svg"]))
    assert str(path) in str(refused.value) and said in str(refused.value)
    assert not list((study / "out").rglob("*.svg")) and plt.get_fignums() == []


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b'a,b\n1,2,3\n"x'])
@pytest.mark.parametrize("name", ["data/processed/documents.csv", "figures/en/fig4-1-prevalence.csv"])
def test_a_file_that_is_no_table_is_refused(name, content, study):
    (study / name).write_bytes(content)
    with pytest.raises(JiedaoError, match="run the study again") as refused:
        list(figures.export([], study, study / "out", ["en"], ["svg"]))
    assert str(study / name) in str(refused.value)


def test_a_study_whose_reports_have_no_marks_yet_is_drawn(study):
    path = study / "data/processed/documents.csv"
    pd.read_csv(path).drop(columns="marks", errors="ignore").to_csv(path, index=False)
    assert list(figures.export([], study, study / "out", ["en"], ["svg"]))


def test_a_figure_higher_than_a_page_is_said_to_be(study):
    with pytest.warns(UserWarning, match=r"en/fig4-1-prevalence: \d+ mm high, more than a page"):
        list(figures.export([], study, study / "out", ["en"], ["svg"], width=84, size=14))
    with pytest.raises(JiedaoError, match="fig4-1-prevalence: its names leave no room; take a greater width"):
        list(figures.export([], study, study / "out", ["en"], ["svg"], width=50, size=14))


@pytest.mark.parametrize("stem", [s for s in STEMS if s.startswith("fig7")])
def test_grey_leaves_no_colour_in_frames_of_titles(stem):
    figure = figures.draw(stem, *figures.read_values(ROOT, stem), grey=True)
    with StringIO() as file:
        figure.savefig(file, format="svg")
        found = set(re.findall(r"#[0-9a-f]{6}\b", file.getvalue()))
    assert found and not {c for c in found if len({c[1:3], c[3:5], c[5:7]}) > 1}


def test_exported_figures_are_those_of_the_study(tmp_path):
    for path in figures.export(["fig5-3", "fig7-2"], ROOT, tmp_path, ["zh", "en"], ["svg"]):
        assert path.read_bytes() == (FIGURES / path.relative_to(tmp_path)).read_bytes()


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["fig9"], 2, "no figure 'fig9'"),
        (["--format", "eps"], 2, "eps: name one or more of pdf, svg, png, tiff"),
        (["--width", "5in"], 2, "5in: no width; give millimetres or one of single"),
        (["--dpi", "100"], 2, "--dpi is for png and tiff"),
        (["--out", "fig.pdf"], 2, "fig.pdf: name a folder"),
        (["--corpus", "tests"], 1, "run the study first: jiedao run --corpus tests --out tests"),
    ],
)
def test_what_the_command_cannot_do_it_says_in_a_line(args, code, said):
    command = [Path(sys.executable).with_name("jiedao"), "figures", *args]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, "") and said in done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("jiedao: ")


def test_the_command_takes_what_authors_write(tmp_path):
    args = ["FIG5-1", "--lang", "EN", "--format", "PDF, .tif", "--width", "8.4cm", "--dpi", "100"]
    command = [Path(sys.executable).with_name("jiedao"), "figures", *args, "--out", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {p.name for p in (tmp_path / "en").iterdir()} == {
        "fig5-1-quantification.pdf",
        "fig5-1-quantification.tiff",
    }


# --- what a reader sees, at full width and in one column

SHEETS = [(stem, lang, width) for stem in STEMS for lang in house.LANGUAGES for width in (174, 84)]


LARGE = ("fig1-1", "fig2-1", "fig3-4", "fig3-5", "fig4-5", "fig7-2", "fig7-4")


@pytest.mark.parametrize("stem", [s for s in STEMS if s.startswith(LARGE)])
def test_nothing_collides_in_larger_type(stem):
    assert collisions(figures.draw(stem, *figures.read_values(ROOT, stem), "en", 174, 10)) == []


@cache
def drawn(stem, lang, width):
    house.use()
    return figures.draw(stem, *figures.read_values(ROOT, stem), lang, width)


@pytest.mark.parametrize(("stem", "lang", "width"), SHEETS)
def test_nothing_collides_nothing_is_faint_and_every_row_has_its_mark(stem, lang, width):
    figure = drawn(stem, lang, width)  # a missing glyph is an error here
    # the words of a cloud may lie in each other's boxes, not on each other's ink: tests/test_plots.py
    assert collisions(figure) == [] or stem == "fig2-2-wordclouds"
    assert faint(figure) == []
    rows = [
        n for a in figure.findobj() if (g := a.get_gid() or "").startswith("row-") for n in g[4:].split(".")
    ]
    assert sorted(map(int, rows)) == list(range(len(figures.read_values(ROOT, stem)[0])))
    assert figure.get_figheight() * 25.4 <= 250  # a page of a journal


def test_what_is_checked_of_a_figure_can_fail():
    """A figure in which two texts collide, one leaves the sheet and one is faint."""
    fig, ax = plt.subplots(figsize=(3, 2))
    for x, y, word, colour in (
        (0.5, 0.5, "one", "#111111"),
        (0.52, 0.5, "two", "#111111"),
        (0.2, 0.2, "pale", "#bbbbbb"),
    ):
        ax.text(x, y, word, color=colour)
    fig.text(0.95, 0.9, "beyond the edge")
    said = collisions(fig)
    assert any("'one' × 'two'" in s for s in said) and any("leaves the sheet" in s for s in said)
    assert [s.split(":")[0] for s in faint(fig)] == ["'pale'"]


@pytest.mark.parametrize(("stem", "lang", "width"), [s for s in SHEETS if s[1:] in (("en", 174), ("zh", 84))])
@pytest.mark.mpl_image_compare(
    baseline_dir="baseline", style="default", tolerance=3, savefig_kwargs={"dpi": 50}
)
def test_a_figure_looks_as_it_did(stem, lang, width):
    return drawn(stem, lang, width)


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
