"""Tables for papers: named for readers, and read back from every form with nothing lost and nothing run."""

import builtins
import csv
import io
import itertools
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from jiedao import JiedaoError
from jiedao.coding import CODES
from jiedao.corpus import read_corpus
from jiedao.files import FORMULA
from jiedao.house import LANGUAGES, document_labels, write_table
from jiedao.lexicon import read_columns, read_table
from jiedao.summary import REASONS
from jiedao.tables import (
    IDS,
    UnknownName,
    choose,
    column_label,
    export,
    find_tables,
    note,
    read_study_table,
    readable,
    title,
)
from jiedao.typeset import FORMATS, markdown, tex

ROOT = Path(__file__).parents[1]
JIEDAO = str(Path(sys.executable).with_name("jiedao"))
STUDY = find_tables(ROOT)
OWN = [name for name in STUDY if not name.startswith("fig")]
DOCUMENTS = read_study_table(STUDY["documents"])
NAMES = {lang: document_labels(read_corpus(ROOT).documents, lang) for lang in LANGUAGES}
CJK = re.compile(r"[\u4e00-\u9fff]")
HOSTILE = [
    "=1+1",
    "@SUM(A1)",
    "-2",
    "+3",
    "\t=1",
    "a|b",
    "<b>x</b> & y",
    r"\input{/etc/passwd} $x^2$ 100% #1 _a_ ~{}",
    '“引号” "x" `y` *z*',
    "[x](http://a)",
    "#N/A",
    "a\nb",
    "x\x00\x0b\x1f\ud800\ufffey",
    "*",
    "",
]
# As objects: the strings of Arrow, which pandas takes where it is installed, hold no half of a character.
HOSTILE_CELLS = pd.Series(HOSTILE, dtype=object)
PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


@pytest.fixture
def table():
    """Text, whole numbers, fractions and gaps; labels in two scripts."""
    return pd.DataFrame(
        {
            "report": ["花山 2024", "Huashan", None],
            "n": [3, 1_200, 0],
            "每千词": [0.5, -1.256, np.nan],
            "share": [0.004, 0.31, 0.0],
        }
    )


def body(path):
    """The cells of a Word table as text, a list a row."""
    (found,) = Document(path).tables
    return [[cell.text for cell in row.cells] for row in found.rows]


def markdown_cells(text):
    """The cells of the one table of a Markdown text, as a reader shows them."""
    tokens = MarkdownIt().enable("table").parse(text)
    rows = []
    for before, token in itertools.pairwise(tokens):
        if token.type == "tr_open":
            rows.append([])
        if before.type in ("th_open", "td_open"):
            assert {child.type for child in token.children} <= {"text", "text_special"}
            rows[-1].append("".join(child.content for child in token.children))
    return rows


def tokens_of(source):
    """Split LaTeX into commands, escaped signs, groups and letters; anything active outside is a failure."""
    pattern = r"\\(?:textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|textasciigrave"
    pattern += r"|dag|ddag|char34)\{\}|\\[&%$#_{}]|\$-\$|\{[-',\[*]\}|[^\\&%$#_{}~^]"
    assert re.fullmatch(f"(?:{pattern})*", source, re.S), source
    return re.findall(pattern, source, re.S)


# --- labels


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", OWN)
def test_every_column_of_the_study_has_a_label_of_its_own(name, lang):
    columns = list(pd.read_csv(STUDY[name], nrows=1).columns)
    labels = [column_label(c, name, NAMES[lang], lang) for c in columns]
    assert all(labels) and len(set(labels)) == len(labels)
    given = {f"{name}.{c}" for c in columns} | {*columns} & read_columns().keys()
    named = {c for c in columns if c in NAMES[lang] or c in CODES}
    assert [c for c in columns if not {c, f"{name}.{c}"} & given and c not in named] == []
    assert not [label for label in labels if "_" in label or (lang == "en" and CJK.search(label))]


@pytest.mark.parametrize("name", sorted(set(STUDY) - set(OWN)))
def test_every_column_of_a_figures_values_has_a_label(name):
    columns = {*pd.read_csv(STUDY[name], nrows=1).columns}
    assert columns - read_columns().keys() - NAMES["zh"].keys() == set()


@pytest.mark.parametrize("name", STUDY)
def test_every_table_has_a_title_in_both_languages(name):
    assert title(name, "en") != name and not CJK.search(title(name, "en"))
    assert CJK.search(title(name, "zh"))


def test_labels_are_complete_and_name_tables_and_columns_that_there_are():
    for key, said in read_columns().items():
        assert said["zh"] and said["en"], key
        table, _, column = key.partition(".")
        if column == "csv":
            assert table in STUDY
        elif column and "=" not in key:
            assert column in pd.read_csv(STUDY[table], nrows=1).columns, key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", OWN)
def test_a_readable_table_has_the_rows_and_numbers_of_the_studys(name, lang):
    table = read_study_table(STUDY[name])
    shown = readable(table, name, DOCUMENTS, lang)
    kept = [c for c in table.columns if c not in IDS]
    assert shown.shape == (len(table), len(kept))
    assert readable(table, name, DOCUMENTS, lang, ids=True).shape == table.shape
    for i, column in enumerate(kept):
        before, after = table[column], shown.iloc[:, i]
        assert (before.isna() == after.isna()).all()
        if pd.api.types.is_numeric_dtype(before) and before.dtype != bool:
            pd.testing.assert_series_equal(before, after, check_names=False)


def test_every_kind_of_furniture_has_its_words():
    assert {f"kind={kind}" for kind in REASONS} <= read_columns().keys()


# Columns that hold words of the texts, names, ids, times: what they say is not ours to translate.
FREE = set(
    "text token term word marker verb clause heading number slogan programme printed measure approx passage "
    "unit party file sha256 notes place_source title published index_no method finding theme_evidence marks "
    "street district city province doc_ids deadline period review_period plan_period indicator_id parent "
    "growth_of part_of review_start review_end figures_end plan_start plan_end".split()
)


@pytest.mark.parametrize("name", OWN)
def test_in_chinese_every_code_is_said_in_chinese(name):
    table = read_study_table(STUDY[name])
    shown = readable(table, name, DOCUMENTS, "zh")
    for i, column in enumerate(c for c in table.columns if c not in IDS):
        if shown.iloc[:, i].dtype == object and column not in FREE:
            said = shown.iloc[:, i].dropna().unique()
            left = [v for v in said if not CJK.search(v) and v not in ("k-means", "NMF")]
            assert left == [], column


APPENDED = "60 months, usual here 12 months; a plan appended to a review, usual here a plan that stands alone"


def test_reports_parts_themes_findings_and_choices_are_named():
    table = pd.DataFrame(
        {
            "doc_id": ["huashan-2024", "elsewhere"],
            "unit": ["review|huashan-2024", "元"],
            "doc_ids": ["huashan-2024 bayuehu-2023", "elsewhere"],
            "theme": ["STAB", "OTHER"],
            "finding": ["verbs-huashan-2024", "counting"],
            "choice": ["without bayuehu-2023", "HMM off"],
            "lost": ["HMM off; k-means", None],
            "agrees": [True, False],
            "caution": ["12 months with 6 months; a review with a plan that stands alone", APPENDED],
        }
    )
    zh = readable(table, "x", DOCUMENTS, "zh")
    assert zh.iloc[0].tolist() == [
        *("花山 2024", "花山 2024 总结", "花山 2024、八月湖 2023", "矛盾信访"),
        *("花山 2024：计划的政策动词多于总结", "去掉 八月湖 2023", "不用HMM；改用k-means", "是"),
        "12个月对6个月；总结对独立计划",
    ]
    assert zh.iloc[1, -1] == "60个月，多数为12个月；附后计划，多数为独立计划"
    en = readable(table, "x", DOCUMENTS, "en")
    assert en.iloc[0].tolist() == [
        *("Huashan 2024", "Huashan 2024 review", "Huashan 2024, Bayuehu 2023", "disputes"),
        *("Huashan 2024: plan has more policy verbs than review", "without Bayuehu 2023", "HMM off; k-means"),
        *("yes", table["caution"][0]),
    ]
    assert en.iloc[1, :4].tolist() == ["elsewhere", "元", "elsewhere", "OTHER"]


def test_terms_are_glossed_in_english_only():
    table = pd.DataFrame({"term": ["党建", "某某"]})
    assert readable(table, "frequency", DOCUMENTS, "zh")["词"].tolist() == ["党建", "某某"]
    said = readable(table, "frequency", DOCUMENTS, "en")["term"].tolist()
    assert said[0].endswith(" 党建") and re.match("[A-Za-z]", said[0]) and said[1] == "某某"


def test_a_report_without_periods_and_with_a_number_for_an_id_keeps_its_name(tmp_path):
    documents = pd.DataFrame(
        {"doc_id": ["001"], "street": ["甲街道"], "review_start": [np.nan], "plan_start": [np.nan]}
    )
    write_table(pd.DataFrame({"doc_id": ["001"], "term": ["=甲"], "n": [1]}), tmp_path / "frequency.csv")
    table = read_study_table(tmp_path / "frequency.csv")
    assert table.iloc[0].tolist() == ["001", "=甲", 1]
    assert readable(table, "frequency", documents, "zh").iloc[0].tolist() == ["甲街道", "=甲", 1]


def test_the_note_says_what_marks_and_bounds_mean():
    table = pd.DataFrame({"marks": ["†", None], "low": [0.1, 0.2], "high": [0.3, 0.4]})
    assert note(table, "en") == "† period of another length than most  low, high: 95 % intervals."
    assert note(table.drop(columns="marks"), "zh") == "下限、上限为95%区间。"
    assert note(table[["low"]].assign(marks=None), "en") == ""


def test_a_damaged_table_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "x.csv").write_bytes(b'a,b\n"1,2\n3')
    (tmp_path / "y.csv").write_bytes(b"")
    for name in ("x.csv", "y.csv"):
        with pytest.raises(JiedaoError, match=r"not a table of this study .*; run the study again"):
            read_study_table(tmp_path / name)


# --- every form


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_table_gives_the_same_bytes(form, table, tmp_path, monkeypatch):
    export(table, tmp_path / f"a.{form}", "标题", "说明", "zh", 2)
    later = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    (tmp_path / "b").mkdir()
    export(table, tmp_path / f"b/a.{form}", "标题", "说明", "zh", 2)
    assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b/a.{form}").read_bytes()


@pytest.mark.parametrize("form", ["xlsx", "docx"])
def test_no_time_of_writing_stands_in_an_office_file(form, table, tmp_path):
    export(table, tmp_path / f"a.{form}")
    with zipfile.ZipFile(tmp_path / f"a.{form}") as archive:
        assert {m.date_time for m in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        times = re.findall(r"T\d\d:\d\d:\d\d", archive.read("docProps/core.xml").decode())
        assert set(times) == {"T00:00:00"}
        assert archive.testzip() is None


@pytest.mark.parametrize("form", FORMATS)
def test_a_failed_export_leaves_what_was_there(form, table, tmp_path, monkeypatch):
    (tmp_path / f"a.{form}").write_text("before")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        export(table, tmp_path / f"a.{form}")
    assert [p.name for p in tmp_path.iterdir()] == [f"a.{form}"]
    assert (tmp_path / f"a.{form}").read_text() == "before"


@pytest.mark.parametrize("form", ["xlsx", "docx"])
def test_a_missing_package_is_an_error_that_names_the_remedy(form, table, tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **extra):
        if name.split(".")[0] in ("openpyxl", "docx"):
            raise ImportError(name)
        return real(name, *args, **extra)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(JiedaoError, match=rf'\.{form} needs more packages; .*pip install "jiedao\[export\]"'):
        export(table, tmp_path / f"a.{form}")
    assert not list(tmp_path.iterdir())


def test_an_unknown_suffix_and_tables_that_do_not_fit_are_refused(table, tmp_path):
    with pytest.raises(JiedaoError, match=r"a\.pdf: no form of a table; end the name in \.csv, \.xlsx"):
        export(table, tmp_path / "a.pdf")
    with pytest.raises(JiedaoError, match="cannot hold 3 rows and 0 columns"):
        export(table[[]], tmp_path / "a.csv")
    with pytest.raises(JiedaoError, match=r"cannot hold 1 rows and 64 columns; write it as \.csv"):
        export(pd.DataFrame([range(64)]), tmp_path / "a.docx")
    with pytest.raises(JiedaoError, match="too long for a cell"):
        export(pd.DataFrame({"a": ["x" * 40_000]}), tmp_path / "a.xlsx")


@pytest.mark.parametrize("form", FORMATS)
def test_a_table_without_rows_is_written(form, table, tmp_path):
    export(table[:0], tmp_path / f"a.{form}")
    assert (tmp_path / f"a.{form}").stat().st_size > 10


def test_columns_of_one_name_are_both_written(tmp_path):
    export(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "a,a\n1,2\n"


@pytest.mark.parametrize(
    ("values", "digits", "written"),
    [
        ([0.5, 0.25], 2, ["0.50", "0.25"]),
        ([0.5, 0.25], None, ["0.500000", "0.250000"]),
        ([1.0, np.nan, 3.0], 2, ["1", "", "3"]),  # counts with gaps
        ([9.0, 4.0, 2.5], 2, ["9", "4", "2.50"]),  # counts among which one is none
        ([0.0045, 0.0], 2, ["0.0045", "0.0000"]),  # a column that would show zeros only
        ([0.036, 0.012], 2, ["0.04", "0.01"]),
        ([-0.001, 0.3], 2, ["0.00", "0.30"]),  # no minus sign before a zero
        ([1e9 + 0.5, 1.25], 0, ["1000000000", "1"]),
        ([np.inf, 0.5], 1, ["", "0.5"]),
        ([True, False], 2, ["True", "False"]),
    ],
)
def test_numbers_are_rounded_by_column(values, digits, written, tmp_path):
    export(pd.DataFrame({"a": values, "b": "x"}), tmp_path / "a.csv", digits=digits)
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert [row["a"] for row in csv.DictReader(lines)] == written


# --- csv


def test_csv_comes_back_and_holds_no_formula(tmp_path):
    export(pd.DataFrame({"=label": HOSTILE_CELLS, "n": -1.5}), tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["'=label", "n"]
    assert not [text for text, _ in rows if text.startswith(FORMULA)]
    assert [text.removeprefix("'") for text, _ in rows][:4] == HOSTILE[:4]
    assert {n for _, n in rows} == {"-1.500000"}


# --- xlsx


def test_xlsx_comes_back_with_numbers_as_numbers(table, tmp_path):
    export(table, tmp_path / "a.xlsx", "标题", "说明", "zh", 2)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book.active
    assert list(sheet.values) == [
        ("report", "n", "每千词", "share"),
        ("花山 2024", 3, 0.5, 0.0),
        ("Huashan", 1200, -1.26, 0.31),
        (None, 0, None, 0),
    ]
    assert (
        sheet.freeze_panes == "A2"
        and sheet["C3"].number_format == "0.00"
        and sheet["B3"].number_format == "0"
    )
    widths = [sheet.column_dimensions[c].width for c in "ABCD"]
    assert widths[0] == 11 and widths[1] == 6 and widths[2] == 8
    assert [row[0] for row in book["about"].values] == ["标题", "注：说明"]
    assert book.properties.creator == "jiedao"


def test_xlsx_takes_no_text_for_a_formula_or_an_error(tmp_path):
    export(pd.DataFrame({"=1": HOSTILE_CELLS}), tmp_path / "[=].xlsx", "=title")
    book = openpyxl.load_workbook(tmp_path / "[=].xlsx")
    cells = [cell for sheet in book for row in sheet.rows for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells if cell.value.startswith(FORMULA))
    shown = [cell.value for (cell,) in book.worksheets[0].iter_rows(min_row=2)]
    assert shown[:12] == HOSTILE[:12] and shown[12] == "xy"
    with zipfile.ZipFile(tmp_path / "[=].xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


# --- docx


def borders(element, tag):
    found = element.find(f".//{qn(tag)}")
    return {} if found is None else {b.tag.split("}")[1]: b.get(qn("w:sz")) for b in found}


def test_docx_is_a_three_line_table(table, tmp_path):
    export(table, tmp_path / "a.docx", "标题 <1>", "说明 & 注", "zh", 2)
    document = Document(tmp_path / "a.docx")
    assert [p.text for p in document.paragraphs] == ["标题 <1>", "注：说明 & 注"]
    assert [e.tag.split("}")[1] for e in document.element.body] == ["p", "tbl", "p", "sectPr"]
    assert body(tmp_path / "a.docx") == [
        ["report", "n", "每千词", "share"],
        ["花山 2024", "3", "0.50", "<0.01"],
        ["Huashan", "1200", "−1.26", "0.31"],
        ["", "0", "", "0.00"],
    ]
    drawn = document.tables[0]._tbl
    assert borders(drawn.tblPr, "w:tblBorders") == {"top": "12", "bottom": "12"}  # eighths of a point
    head, *rows = drawn.tr_lst
    assert [borders(cell, "w:tcBorders") for cell in head.tc_lst] == [{"bottom": "6"}] * 4
    assert not [cell for row in rows for cell in row.tc_lst if borders(cell, "w:tcBorders")]
    assert head.find(f".//{qn('w:tblHeader')}") is not None
    sides = [cell.find(f".//{qn('w:jc')}").get(qn("w:val")) for cell in rows[0].tc_lst]
    assert sides == ["left", "right", "right", "right"]


def test_docx_sets_a_chinese_and_a_latin_font(table, tmp_path):
    export(table, tmp_path / "a.docx")
    fonts = Document(tmp_path / "a.docx").styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "宋体" and fonts.get(qn("w:ascii")) == "Times New Roman"
    hints = Document(tmp_path / "a.docx").tables[0]._tbl.findall(f".//{qn('w:rFonts')}")
    assert [h.get(qn("w:hint")) for h in hints] == ["eastAsia"] * 2  # 每千词 and 花山 2024


def test_docx_lies_across_where_the_table_is_wide(table, tmp_path):
    export(table, tmp_path / "a.docx")
    export(pd.concat([table] * 6, axis=1), tmp_path / "b.docx")
    turned = [Document(tmp_path / f"{n}.docx").sections[0].orientation for n in "ab"]
    assert turned == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]


def test_docx_prints_hostile_text_as_it_is(tmp_path):
    export(pd.DataFrame({"<w:p/>": HOSTILE_CELLS}), tmp_path / "a.docx", "]]></w:p>")
    shown = [text for (text,) in body(tmp_path / "a.docx")]
    assert shown[0] == "<w:p/>"
    clean = [" ".join(re.sub("[\x00\x0b\x1f\ud800\ufffe]", "", text).split()) for text in HOSTILE]
    assert shown[1:] == clean


# --- tex


@pytest.mark.parametrize("rows", [3, 60])
def test_tex_has_booktabs_rules_and_balanced_environments(rows, tmp_path):
    table = pd.DataFrame({"词": ["[x"] * rows, "n": [0.5] * rows, "long": ["y" * 50] * rows})
    export(table, tmp_path / "key_terms.tex", "100 % 的", "a_b", "zh", 2)
    text = (tmp_path / "key_terms.tex").read_text("utf-8")
    opened = re.findall(r"\\(begin|end)\{(\w+)\}", text)
    stack = []
    for what, name in opened:
        if what == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert stack == [] and ("longtable" if rows > 40 else "tabular", "begin") in {(n, w) for w, n in opened}
    assert text.count(r"\begingroup") == text.count(r"\endgroup")
    rules = [
        line for line in text.splitlines() if line.startswith(r"\t") or line in (r"\midrule", r"\bottomrule")
    ]
    assert sorted(rules) == [r"\bottomrule", r"\midrule", r"\toprule"]
    assert r"\caption{100 \% 的}" in text and r"\label{tab:key-terms}" in text and r"注：a\_b" in text
    assert text.startswith("% ") and r"\usepackage{booktabs}" in text and "ctex" in text
    assert (r"\usepackage{longtable}" in text) == (rows > 40)
    assert r"{lrp{0.3\linewidth}}" in text
    written = [line for line in text.splitlines() if line.startswith("{[}x")]
    assert len(written) == rows and all(line.count(" & ") == 2 and line.endswith(r" \\") for line in written)


def test_long_texts_in_tex_share_the_line(tmp_path):
    export(pd.DataFrame({c: ["y" * 50] for c in "abcdef"}), tmp_path / "a.tex")
    text = (tmp_path / "a.tex").read_text("utf-8")
    assert text.count(r"p{0.15\linewidth}") == 6


def test_tex_without_chinese_asks_for_no_chinese_package(tmp_path):
    export(pd.DataFrame({"a": [1]}), tmp_path / "a.tex")
    assert "ctex" not in (tmp_path / "a.tex").read_text()


@given(PLAIN)
def test_no_sign_of_a_text_does_anything_in_tex(text):
    units = tokens_of(tex(text))
    undone = {"\\textbackslash{}": "\\", "\\textasciitilde{}": "~", "\\textasciicircum{}": "^"}
    undone |= {"\\textless{}": "<", "\\textgreater{}": ">", "\\textbar{}": "|", "\\textasciigrave{}": "`"}
    undone |= {"\\dag{}": "†", "\\ddag{}": "‡", "\\char34{}": '"', "$-$": "−"}
    plain = [undone.get(u) or (u[1:-1] if re.fullmatch(r"\{.\}", u) else u.removeprefix("\\")) for u in units]
    assert "".join(plain) == text
    assert not re.search(r"--|''|``|,,", tex(text)) and not tex(text).startswith(("[", "*"))


# --- Markdown


def test_markdown_comes_back(table, tmp_path):
    export(table, tmp_path / "a.md", "*标题*", "a_b_c", "zh", 2)
    text = (tmp_path / "a.md").read_text("utf-8")
    assert text.splitlines()[0] == r"**\*标题\***" and text.splitlines()[-1] == r"注：a\_b\_c"
    assert text.splitlines()[3] == "| --- | ---: | ---: | ---: |"
    assert markdown_cells(text)[1:] == [
        ["花山 2024", "3", "0.50", "<0.01"],
        ["Huashan", "1200", "−1.26", "0.31"],
        ["", "0", "", "0.00"],
    ]


@given(st.lists(PLAIN.map(lambda t: " ".join(t.split())), min_size=1, max_size=4))
def test_no_sign_of_a_text_does_anything_in_markdown(texts):
    table = "\n".join(["| a |", "| --- |", *(f"| {markdown(t)} |" for t in texts)])
    assert [cell for (cell,) in markdown_cells(table)[1:]] == texts


# --- the tables of a study, and the command


def test_tables_are_chosen_by_name_or_its_beginning():
    found = dict.fromkeys(["credit", "credit_evidence", "fig2-1-a", "fig2-2-b"])
    assert choose(["credit", "fig2", "credit.csv"], found) == ["credit", "fig2-1-a", "fig2-2-b"]
    assert choose(["CREDIT.xlsx", "Fig2-1"], found) == ["credit", "fig2-1-a"]
    assert choose(["fig4-1"], ["fig4-1-a", "fig4-10-b"]) == ["fig4-1-a"]
    with pytest.raises(UnknownName, match="there is no table 'credits'; did you mean credit"):
        choose(["credits"], found)
    with pytest.raises(UnknownName, match="`jiedao tables` lists those there are"):
        choose(["zzz"], found)


def jiedao(*args, cwd=ROOT):
    done = subprocess.run(
        [JIEDAO, "tables", *map(str, args)], cwd=cwd, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_without_a_name_the_command_lists_what_there_is():
    code, out, err = jiedao()
    assert code == 0 and err == "name those to export, or say --all\n"
    assert [line.split()[0] for line in out.splitlines()] == list(STUDY)
    rows = len(pd.read_csv(STUDY["frequency"]))
    assert f"frequency{rows:>22,} rows  Frequency of terms by report" in out


def test_the_command_writes_each_form_in_each_language(tmp_path):
    names = ("promises", "fig5-1-quantification")
    code, out, err = jiedao(*names, "--format", "md,csv", "--digits", 1, "--out", tmp_path)
    assert (code, out, err) == (0, "", f"2 tables written to {tmp_path}\n")
    written = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*"))
    assert written == sorted(
        f"{lang}/{n}.{form}" for lang in LANGUAGES for n in names for form in ("md", "csv")
    )
    text = (tmp_path / "zh/fig5-1-quantification.md").read_text("utf-8")
    head, first, *_ = markdown_cells(text)
    assert "每千字个数" in head and "句子编号" not in head
    assert first[head.index("文本（部分）")].endswith("总结")
    assert re.fullmatch(r"\d+\.\d", first[head.index("每千字个数")])
    assert "† " in text and "95%区间" in text
    rates = pd.read_csv(STUDY["fig5-1-quantification"])["rate"]
    assert float(first[head.index("每千字个数")]) == pytest.approx(rates[0], abs=0.05)


def test_all_exports_all_and_ids_keeps_the_ids(tmp_path):
    code, _, err = jiedao("--all", "--ids", "--lang", "en", "--format", "csv", "--out", tmp_path)
    assert code == 0 and err == f"{len(STUDY)} tables written to {tmp_path}\n"
    assert {p.stem for p in (tmp_path / "en").iterdir()} == set(STUDY)
    assert "sentence" in pd.read_csv(tmp_path / "en/targets.csv").columns


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["promise", "x"], 2, "there is no table 'x'"),
        (["promises", "--format", "pdf"], 2, "name one or more of csv, xlsx, docx, tex, md"),
        (["promises", "--format", ","], 2, "name one or more of"),
        (["--corpus", "tests"], 1, "no tables there; run the study first: jiedao run --corpus tests"),
        (["promises", "--out", "LICENSE"], 1, "a file is in the way"),
        (["promises", "--out", "a.xlsx"], 2, "a.xlsx: name a folder"),
    ],
)
def test_what_the_command_cannot_do_it_says_in_a_line(args, code, said):
    got, out, err = jiedao(*args)
    assert (got, out) == (code, "") and said in err and err.count("\n") == 1 and err.startswith("jiedao: ")


def test_a_strangers_study_works_too(tmp_path):
    processed = tmp_path / "data/processed"
    processed.mkdir(parents=True)
    (processed / "documents.csv").write_text(
        "doc_id,street,review_start,plan_start\n临江-2024,临江街道,2024-01,\n", "utf-8"
    )
    (processed / "own.csv").write_text("doc_id,own_column,临江-2024\n临江-2024,甲,0.5\n", "utf-8")
    code, _, _ = jiedao(
        "own", "--corpus", tmp_path, "--format", "csv", "--out", tmp_path / "out", cwd=tmp_path
    )
    assert code == 0
    written = (tmp_path / "out/zh/own.csv").read_text("utf-8")
    assert written == "文本,own_column,临江 2024\n临江 2024,甲,0.50\n"


def test_the_table_of_labels_is_of_the_form_of_the_others():
    table = read_table("columns.csv", "key", ["key", "zh", "en"], None)
    text = (ROOT / "data/lexicon/columns.csv").read_text("utf-8")
    assert len(table) == len(list(csv.reader(io.StringIO(text)))) - 1
    ascii_signs = [
        row.zh for row in table.itertuples() if CJK.search(row.zh) and re.search("[,;:()]", row.zh)
    ]
    assert ascii_signs == []
