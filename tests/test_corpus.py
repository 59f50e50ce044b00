"""The corpus: tables that know their place in the raw text, and every fault of the input on its own."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jiedao import JiedaoError
from jiedao.clean import normalise
from jiedao.corpus import read_corpus
from jiedao.documents import iso_month, local_places

RAW = Path(__file__).parents[1] / "data/raw"
TABLES = {
    "documents": {"doc_id", "file", "street", "review_period", "plan_period", "figures_end", "n_chars"},
    "sections": {"section_id", "doc_id", "parent", "level", "number", "heading", "style", "start"}
    | {"heading_end", "own_end", "end", "orientation", "is_leaf"},
    "furniture": {"doc_id", "start", "end", "kind", "text"},
    "sentences": {"sentence_id", "section_id", "doc_id", "start", "end"},
    "tokens": {"doc_id", "section_id", "sentence_id", "start", "end", "token", "kind"},
}


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RAW)


@pytest.fixture(scope="module")
def doc_ids(corpus):
    return corpus.documents["doc_id"].tolist()


@pytest.mark.parametrize(("name", "columns"), TABLES.items())
def test_tables_have_their_columns_and_no_holes(corpus, name, columns):
    table = getattr(corpus, name)
    assert columns <= set(table.columns)
    assert len(table)
    assert table[list(columns - {"parent", "level", "number", "heading"})].notna().all(axis=None)


@pytest.mark.parametrize(
    ("name", "key"), [("documents", "doc_id"), ("sections", "section_id"), ("sentences", "sentence_id")]
)
def test_keys_are_unique(corpus, name, key):
    assert getattr(corpus, name)[key].is_unique


def test_every_reference_is_there(corpus):
    sections, sentences = set(corpus.sections["section_id"]), set(corpus.sentences["sentence_id"])
    assert set(corpus.sections["parent"].dropna()) <= sections
    assert set(corpus.sentences["section_id"]) <= sections
    assert set(corpus.tokens["section_id"]) <= sections
    assert set(corpus.tokens["sentence_id"]) <= sentences
    for table in (corpus.sections, corpus.tokens):
        assert list(table["doc_id"].unique()) == corpus.documents["doc_id"].tolist()


def test_parents_hold_their_children(corpus):
    sections = corpus.sections.set_index("section_id")
    children = sections.dropna(subset="parent")
    parents = sections.loc[children["parent"]]
    assert (parents["start"].to_numpy() < children["start"].to_numpy()).all()
    assert (parents["end"].to_numpy() >= children["end"].to_numpy()).all()
    assert (parents["doc_id"].to_numpy() == children["doc_id"].to_numpy()).all()
    assert set(sections.index[~sections["is_leaf"]]) == set(children["parent"])


@pytest.mark.parametrize(
    ("doc_id", "n"),
    [
        ("wangyuehu-2024", 2954),
        ("huashan-2024", 4562),
        ("lvxianting-2021", 4547),
        ("jinpenling-2021h1", 4311),
        ("bayuehu-2023", 4008),
    ],
)
def test_n_chars(corpus, doc_id, n):
    assert corpus.documents.set_index("doc_id").loc[doc_id, "n_chars"] == n


def test_offsets_give_what_is_printed(corpus):
    printed = [corpus.text(t.doc_id)[t.start : t.end] for t in corpus.tokens.itertuples()]
    assert [normalise(p) for p in printed] == corpus.tokens["token"].tolist()
    furniture = corpus.furniture
    assert all(corpus.text(f.doc_id)[f.start : f.end] == f.text for f in furniture.itertuples())
    headed = corpus.sections.dropna(subset="heading")
    assert len(headed) > 100
    for s in headed.itertuples():
        assert normalise(corpus.text(s.doc_id)[s.start : s.heading_end]).endswith(normalise(s.heading))


def body(corpus, doc_id):
    """Offsets of the characters that are neither blank nor furniture."""
    dropped = corpus.furniture[corpus.furniture["doc_id"] == doc_id]
    outside = {i for f in dropped.itertuples() for i in range(f.start, f.end)}
    return [i for i, c in enumerate(normalise(corpus.text(doc_id))) if not c.isspace() and i not in outside]


@pytest.mark.parametrize(("table", "end"), [("sections", "own_end"), ("sentences", "end"), ("tokens", "end")])
def test_each_character_of_the_body_stands_in_exactly_one(corpus, doc_ids, table, end):
    for doc_id in doc_ids:
        plain = normalise(corpus.text(doc_id))
        rows = getattr(corpus, table)
        rows = rows[rows["doc_id"] == doc_id]
        inside = [i for a, b in zip(rows["start"], rows[end], strict=True) for i in range(a, b)]
        assert [i for i in inside if not plain[i].isspace()] == body(corpus, doc_id)


def test_tokens_lie_in_their_sentence_and_section(corpus):
    sentence = corpus.sentences.set_index("sentence_id").loc[corpus.tokens["sentence_id"]]
    assert (sentence["start"].to_numpy() <= corpus.tokens["start"].to_numpy()).all()
    assert (sentence["end"].to_numpy() >= corpus.tokens["end"].to_numpy()).all()
    assert (sentence["section_id"].to_numpy() == corpus.tokens["section_id"].to_numpy()).all()


def test_no_street_survives_as_a_plain_word(corpus):
    places = set().union(*map(local_places, corpus.documents.to_dict("records")))
    own = corpus.tokens[corpus.tokens["token"].isin(places)]
    assert {"金盆岭街道", "八月湖街道"} <= set(own["token"])
    assert set(own["kind"]) == {"place"}


def test_quote_is_one_line(corpus):
    assert "\n" in corpus.text("huashan-2024")[:400]
    assert "\n" not in corpus.quote("huashan-2024", 0, 400)


# A small corpus of its own, made wrong in one way at a time.
TEXT = "一、经济\n今年引进企业5家。\n二、民生\n明年将办好实事{}件。\n"
ROW = {"district": "乙区", "city": "丙市", "province": "丁省", "genre": "review"}


def write(folder, rows, texts):
    (folder / "texts").mkdir(parents=True)
    pd.DataFrame(rows).to_csv(folder / "documents.csv", index=False)
    for name, data in texts.items():
        (folder / "texts" / name).write_bytes(data if isinstance(data, bytes) else data.encode())


@pytest.fixture
def rows():
    return [{"doc_id": d, "file": f"{d}.txt", "street": f"{d}街道"} | ROW for d in ("a", "b")]


@pytest.fixture
def texts():
    return {"a.txt": TEXT.format(1), "b.txt": TEXT.format(2)}


def test_a_corpus_without_the_optional_columns(tmp_path, rows, texts):
    write(tmp_path, rows, texts)
    corpus = read_corpus(tmp_path)
    assert corpus.documents["doc_id"].tolist() == ["a", "b"]
    assert corpus.documents["review_period"].tolist() == ["", ""]
    assert corpus.documents["figures_end"].tolist() == ["", ""]
    assert corpus.sections["heading"].tolist() == ["经济", "民生"] * 2
    assert corpus.furniture.empty


def test_what_is_no_fault(tmp_path, rows, texts):
    rows[0] |= {"sha256": hashlib.sha256(texts["a.txt"].encode()).hexdigest(), "notes": "NA, nil"}
    rows[0] |= {"review_start": "2024-01", "review_end": "2024-01", "street": " a街道 "}
    rows[0] |= {"figures_end": " 2024-01"}
    write(tmp_path, rows, texts | {"b.txt": TEXT.format(2).encode("gb18030"), "notes.md": "no text"})
    corpus = read_corpus(str(tmp_path))
    first = corpus.documents.iloc[0]
    assert first[["street", "notes"]].tolist() == ["a街道", "NA, nil"]
    assert first["review_period"] == "2024-01/2024-01"
    assert corpus.documents["figures_end"].tolist() == ["2024-01", ""]
    assert corpus.text("b") == TEXT.format(2)


def test_a_table_saved_by_a_chinese_spreadsheet(tmp_path, rows, texts):
    write(tmp_path, rows, texts)
    table = (tmp_path / "documents.csv").read_text("utf-8")
    for encoding in ("gb18030", "utf-8-sig", "utf-16"):
        (tmp_path / "documents.csv").write_bytes(table.encode(encoding))
        assert read_corpus(tmp_path).documents["street"].tolist() == [r["street"] for r in rows]


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        *(
            (c, "2024-01")
            for c in ("2024-01", "2024/1", "2024.1", "2024年1月", "2024/1/1", "2024-01-01", "Jan-24")
        ),
        *((c, c) for c in ("2024-13", "2024-01-31", "Foo-24", "1-24", "")),
    ],
)
def test_months_as_spreadsheets_write_them(cell, month):
    assert iso_month(cell) == month


def test_a_study_folder_stands_for_the_corpus_in_it(tmp_path, rows, texts):
    write(tmp_path / "data/raw", rows, texts)
    assert read_corpus(tmp_path).documents["doc_id"].tolist() == ["a", "b"]


def test_own_terms_are_kept_whole(tmp_path, rows, texts):
    write(tmp_path, rows, texts | {"b.txt": "一、工作\n推行乐邻议事制度。"})
    assert "乐邻议事" not in set(read_corpus(tmp_path).tokens["token"])
    (tmp_path / "terms.csv").write_text("term,kind,gloss_en,source\n乐邻议事,policy_term,,own\n", "utf-8")
    assert "乐邻议事" in set(read_corpus(tmp_path).tokens["token"])


def test_a_text_being_added_is_not_yet_part_of_the_corpus(tmp_path, rows, texts):
    write(tmp_path, rows, texts | {"c.txt": TEXT.format(3), ".c.txt.pending": ""})
    assert len(read_corpus(tmp_path).documents) == 2


def test_a_text_may_not_lie_elsewhere(tmp_path, rows, texts):
    write(tmp_path, rows, texts)
    elsewhere = tmp_path / "elsewhere.txt"
    (tmp_path / "texts/b.txt").rename(elsewhere)
    (tmp_path / "texts/b.txt").symlink_to(elsewhere)
    with pytest.raises(JiedaoError, match=r"b\.txt: leads out of the folder; put the text itself there"):
        read_corpus(tmp_path)


def edit(i, **cells):
    return lambda rows, texts: rows[i].update(cells)


def put(name, data):
    return lambda rows, texts: texts.update({name: data})


FAULTS = {
    "no rows": (lambda rows, texts: rows.clear(), "documents.csv", "column|no rows|is empty"),
    "missing column": (lambda rows, texts: [r.pop("genre") for r in rows], "documents.csv", "column genre"),
    "missing file": (lambda rows, texts: texts.pop("b.txt"), "b.txt", "no such file.*add it or drop"),
    "empty text": (put("b.txt", " \n"), "b.txt", "empty.*save"),
    "binary text": (put("b.txt", b"\x89PNG\r\n\x00\x00"), "b.txt", "not a text.*save"),
    "duplicate id": (edit(1, doc_id="a"), "documents.csv", "'a' stands twice.*unique"),
    "duplicate file": (edit(1, file="a.txt"), "documents.csv", "'a.txt' stands twice.*unique"),
    "duplicate text": (put("b.txt", TEXT.format(1)), "b.txt", "same text as a.txt.*keep one"),
    "orphan text": (put("c.txt", TEXT.format(3)), "c.txt", "no row in documents.csv.*add one or remove"),
    "changed text": (edit(0, sha256="0" * 64), "a.txt", "changed.*restore it or update"),
    "path up": (edit(0, file="../a.txt"), "documents.csv, row 2", "'../a.txt' must be the plain name"),
    "absolute path": (edit(1, file="/etc/hosts"), "documents.csv, row 3", "must be the plain name"),
    "hidden file": (edit(0, file=".a.txt"), "documents.csv, row 2", "must be the plain name"),
    "no file named": (edit(0, file=""), "documents.csv, row 2", "must be the plain name"),
    "bad id": (edit(0, doc_id="a/b"), "documents.csv, row 2", "'a/b' may hold"),
    "bad month": (edit(1, review_start="2024-13"), "documents.csv, row 3", "'2024-13' is no month; write"),
    "day for month": (edit(0, plan_end="2024-01-31"), "documents.csv, row 2", "no month; write it like"),
    "day for the last month of figures": (
        edit(1, figures_end="2023-10-31"),
        "documents.csv, row 3",
        "figures_end '2023-10-31' is no month; write it like",
    ),
    "half a period": (edit(0, review_start="2024-01"), "documents.csv, row 2", "review_end must both"),
    "other half": (edit(0, plan_end="2024-01"), "documents.csv, row 2", "plan_start and plan_end must both"),
    "period backwards": (
        edit(1, plan_start="2024-06", plan_end="2024-01"),
        "documents.csv, row 3",
        "plan_end must both",
    ),
    "empty street": (edit(1, street=" "), "documents.csv, row 3", "street is empty"),
}


@pytest.mark.parametrize(("spoil", "where", "says"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_one_line_that_names_file_and_remedy(tmp_path, rows, texts, spoil, where, says):
    spoil(rows, texts)
    write(tmp_path, rows, texts)
    with pytest.raises(JiedaoError, match=says) as caught:
        read_corpus(tmp_path)
    message = str(caught.value)
    assert where in message.split(": ")[0]
    assert message.startswith(str(tmp_path))
    assert "\n" not in message


HEADER = "doc_id,file,street,district,city,province,genre\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file; a corpus is a folder with documents.csv and texts/"),
        (b" \n", "is empty; `jiedao new` makes one"),
        (b"\x89PNG\r\n\x00\x00", "not a text in UTF-8, UTF-16 or GB 18030"),
        (HEADER.encode(), "has no rows; add one for each text"),
        ("街道,乙区\n".encode("gb18030"), "column doc_id is missing"),
        ((HEADER + "a,a.txt,甲街道,乙区,丙市,丁省,review, plan\n").encode(), "quote cells that hold commas"),
        ("file,street\na.txt,甲街道\n".encode(), "column doc_id is missing"),
    ],
)
def test_a_broken_documents_csv(tmp_path, content, says):
    if content is not None:
        (tmp_path / "documents.csv").write_bytes(content)
    with pytest.raises(JiedaoError) as caught:
        read_corpus(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'documents.csv'}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_shipped_figures_stop_before_their_review_in_one_report(corpus):
    stated = corpus.documents.set_index("doc_id")["figures_end"]
    assert stated[stated != ""].to_dict() == {"bayuehu-2023": "2023-10"}


@pytest.mark.parametrize(
    ("row", "places"),
    [
        (["青螺街道", "江城区", "湖滨市", "丁省"], "青螺街道 青螺 江城区 江城 湖滨市 湖滨 丁省"),
        (["桐镇", "", "湘西自治州", None], "桐镇 湘西自治州 湘西"),
        # Everyday words are places only with the word for what they are.
        (["建设街道", "城北区", "", "北京市"], "建设街道 城北区 北京市 北京"),
    ],
)
def test_local_places(row, places):
    columns = ["street", "district", "city", "province"]
    assert local_places(dict(zip(columns, row, strict=True))) == set(places.split())


def test_numbers_are_numbers(corpus):
    for table, columns in (("sections", ["start", "own_end"]), ("tokens", ["start", "end"])):
        assert all(np.issubdtype(getattr(corpus, table)[c].dtype, np.integer) for c in columns)
