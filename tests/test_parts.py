"""Sources dealt into parts: every text once and in order, whatever the size of a part and the format."""

import codecs
import csv
import io
import json
import os
import re
import string
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiedao import JiedaoError, parts
from jiedao.parts import Record, deal, source_digest, source_size

RAW = Path(__file__).parents[1] / "data/raw"
TEXT = "一、党建工作\n扎实推进网格建设。\n"
CELLS = st.text("党建工作网格，。\"',;\n\r\t 0a\u3000\U00020000", max_size=30)
often = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def small(monkeypatch):
    """Sets the size of a part; the default is so small that each text has its own."""
    monkeypatch.setattr(parts, "PART_BYTES", 1)
    return lambda size: monkeypatch.setattr(parts, "PART_BYTES", size)


def records(source) -> list[Record]:
    """All records, after a look at whether each part carries its own."""
    found = []
    for part in deal(source):
        mine = list(part.read())
        carried = part.carried()
        assert not (carried.files or carried.lines)
        assert list(map(plain, carried.records)) == list(map(plain, mine))
        found += mine
    return found


def plain(record):
    text = str(record.text) if isinstance(record.text, JiedaoError) else record.text
    return record.source, dict(record.stated), text


def texts(source):
    return [record.text for record in records(source)]


def reasons(source):
    return [str(text) if isinstance(text, JiedaoError) else None for text in texts(source)]


# --- JSONL


@often
@given(
    rows=st.lists(st.one_of(st.dictionaries(st.sampled_from(["text", "街道"]), CELLS), st.just(None))),
    end=st.sampled_from([b"\n", b"\r\n"]),
    bom=st.booleans(),
    last=st.booleans(),
    ascii_only=st.booleans(),
    size=st.integers(1, 300),
)
def test_lines_are_each_read_once_in_parts_of_any_size(
    tmp_path, small, rows, end, bom, last, ascii_only, size
):
    small(size)
    lines = [b"" if row is None else json.dumps(row, ensure_ascii=ascii_only).encode() for row in rows]
    data = (codecs.BOM_UTF8 if bom else b"") + end.join(lines) + (end if last and lines else b"")
    file = tmp_path / "reports.jsonl"
    file.write_bytes(data)
    found = records(file)
    kept = [row for row in rows if row is not None]
    assert [dict(r.stated) for r in found] == [{k: v for k, v in row.items() if k != "text"} for row in kept]
    read = [None if isinstance(r.text, JiedaoError) else r.text for r in found]
    assert read == [row.get("text") for row in kept]
    # A source names the byte at which its line begins.
    for record, row in zip(found, kept, strict=True):
        place = int(record.source.removeprefix("reports.jsonl:"))
        line = data[place:].split(b"\n")[0]
        assert json.loads(line) == row
    sizes = [part.size for part in deal(file)]
    assert sum(sizes) == len(data)
    if data:
        assert sum(sizes) == source_size(file)
    longest = max((len(line) + 5 for line in data.split(b"\n")), default=0)
    assert all(part <= size + longest for part in sizes)


def test_a_line_longer_than_many_parts_is_one_record(tmp_path, small):
    small(100)
    file = tmp_path / "a.ndjson"
    long = "网格" * 5000
    file.write_text("".join(json.dumps({"text": t}) + "\n" for t in ("甲", long, "乙", "丙")), "utf-8")
    assert texts(file) == ["甲", long, "乙", "丙"]


NO_LINES = {
    "no JSON": (b"nonsense", "no line of JSON"),
    "cut short": (b'{"text": "a', "no line of JSON"),
    "an array": (b"[1, 2]", "has no text"),
    "a number": (b"3", "has no text"),
    "null": (b"null", "has no text"),
    "no text": (b'{"doc_id": "a"}', "has no text"),
    "text is null": (b'{"text": null}', "has no text"),
    "text is a number": (b'{"text": 5}', "has no text"),
    "text is a list": (b'{"text": ["a"]}', "has no text"),
    "not UTF-8": ('{"text": "街道"}'.encode("gb18030"), "no line of JSON"),
    "nested too deep": (b"[" * 200_000, "no line of JSON"),
    "a number too long": (b'{"text": "a", "n": ' + b"1" * 5000 + b"}", "no line of JSON"),
}


@pytest.mark.parametrize("fault", NO_LINES)
def test_a_line_at_fault_is_an_error_and_the_others_are_read(fault, tmp_path):
    line, said = NO_LINES[fault]
    good = json.dumps({"text": TEXT}).encode()
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"\n".join([good, line, good]))
    first, second, third = reasons(file)
    assert (first, third) == (None, None)
    assert second.startswith(said)
    assert [r.source for r in records(file)][1] == f"a.jsonl:{len(good) + 1}"


def test_a_line_may_hold_a_carriage_return_between_its_tokens(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"text":\r"a"}\r\n{"text":"b"\r}')
    assert texts(file) == ["a", "b"]


def test_cells_are_text_whatever_they_were(tmp_path):
    row = {"text": "a", "year": 2024, "share": 0.5, "yes": True, "none": None, "list": [1], "c": {"d": "e"}}
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(row))
    stated = {"year": "2024", "share": "0.5", "yes": "True", "list": "[1]", "c": "{'d': 'e'}"}
    assert dict(records(file)[0].stated) == stated


def test_halves_of_characters_in_cells_are_replaced(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "a", "doc_id": "x\\ud800", "\\udfff": "\\ud83d\\ude00"}')
    assert dict(records(file)[0].stated) == {"doc_id": "x?", "?": "😀"}


# --- CSV


@often
@given(
    rows=st.lists(
        st.fixed_dictionaries({"doc_id": st.text("ab甲", min_size=1), "text": CELLS, "街道": CELLS})
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    between=st.sampled_from(",;\t"),
    size=st.integers(1, 300),
)
def test_rows_of_csv_are_each_read_once(tmp_path, small, rows, encoding, end, between, size):
    small(size)
    out = io.StringIO()
    writer = csv.DictWriter(
        out, ["doc_id", "text", "街道"], lineterminator=end, delimiter=between, quoting=csv.QUOTE_ALL
    )
    writer.writeheader()
    writer.writerows(rows)
    file = tmp_path / "a.csv"
    file.write_bytes(out.getvalue().encode(encoding))
    found = records(file)
    assert [dict(r.stated) | {"text": r.text} for r in found] == rows
    assert len({r.source for r in found}) == len(rows)


def test_csv_as_a_spreadsheet_writes_it(tmp_path):
    file = tmp_path / "a.csv"
    cells = 'doc_id,text,街道\r\na,"一、党建\r\n说""好"", 也做",甲\r\n\r\nb,短,乙\r\nc,\r\nd,长,丁,多,余\r\n'
    file.write_bytes(cells.encode("gb18030"))
    first, second, third, fourth = records(file)
    assert (first.text, first.stated["街道"]) == ('一、党建\r\n说"好", 也做', "甲")
    assert (first.source, second.source) == ("a.csv:3", "a.csv:5")  # the line on which a row ends
    assert (second.text, third.text) == ("短", "")
    assert dict(third.stated) == {"doc_id": "c"}
    assert dict(fourth.stated) == {"doc_id": "d", "街道": "丁"}


def test_a_text_of_more_than_the_usual_limit_of_a_cell_is_read(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("text\n" + "长" * 200_000, "utf-8")
    assert list(map(len, texts(file))) == [200_000]


def test_what_is_no_text_in_csv_is_not_made_up(tmp_path):
    """Bytes of another encoding stay visible in the text, for the reading to refuse it."""
    file = tmp_path / "a.csv"
    good = ("text,doc_id\n" + "好" * 400_000 + ",a\n").encode()
    file.write_bytes(good + b"x\xffy,b\n")
    first, second = texts(file)
    assert first == "好" * 400_000
    assert re.search("[\ud800-\udfff]", second)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_lines_of_json_in_utf16_are_refused(encoding, tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes('\ufeff{"text": "好"}\n'.encode(encoding))
    with pytest.raises(JiedaoError, match=r"a\.jsonl: lines of JSON in UTF-16; save it again as UTF-8"):
        records(file)


def test_csv_in_utf16_that_breaks_off_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes("doc_id\ttext\na\t好\n".encode("utf-16")[:-1])
    with pytest.raises(JiedaoError, match=r"a\.csv: ends in the middle of a character"):
        records(file)


@pytest.mark.parametrize("data", [b"", b"doc_id,body\na,b\n", "标题,正文\n".encode("gb18030")])
def test_csv_without_a_column_text_is_refused(data, tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(data)
    with pytest.raises(JiedaoError, match=r"a\.csv: has no column text, but .+"):
        records(file)


# --- Parquet


@often
@given(
    rows=st.lists(st.fixed_dictionaries({"text": st.none() | CELLS, "n": st.none() | st.integers(0, 9)})),
    group=st.integers(1, 5),
    size=st.integers(1, 300),
)
def test_rows_of_parquet_are_each_read_once(tmp_path, small, rows, group, size):
    small(size)
    schema = pa.schema([("text", pa.string()), ("n", pa.int64())])
    pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / "a.parquet", row_group_size=group)
    found = records(tmp_path / "a.parquet")
    read = [None if isinstance(r.text, JiedaoError) else r.text for r in found]
    assert read == [row["text"] for row in rows]
    stated = [{"n": str(row["n"])} if row["n"] is not None else {} for row in rows]
    assert [dict(r.stated) for r in found] == stated
    assert [r.source for r in found] == [f"a.parquet:{n}" for n in range(1, len(rows) + 1)]


def test_texts_of_another_type_in_parquet_are_errors(tmp_path):
    for n, column in enumerate(([1, 2], [["a"], ["b"]], [b"a", b"b"], [None, None])):
        pq.write_table(pa.table({"text": column}), tmp_path / f"{n}.parquet")
        assert reasons(tmp_path / f"{n}.parquet") == ["has no text"] * 2
    pq.write_table(pa.table({"text": pa.array(["a", "a"]).dictionary_encode()}), tmp_path / "a.parquet")
    assert texts(tmp_path / "a.parquet") == ["a", "a"]


def test_bytes_that_are_no_text_in_parquet_do_not_end_the_run(tmp_path):
    data = pa.py_buffer("好".encode() + b"\xff\xfe" + "坏".encode())
    offsets = pa.array([0, 3, 5, 8], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 3, [None, offsets, data])
    pq.write_table(pa.table({"text": broken, "doc_id": ["a", "b", "c"]}), tmp_path / "a.parquet")
    found = records(tmp_path / "a.parquet")
    assert [r.text for r in found] == ["好", "\udcff\udcfe", "坏"]
    assert [r.stated["doc_id"] for r in found] == ["a", "b", "c"]


def test_a_parquet_file_at_fault_is_named(tmp_path):
    file = tmp_path / "a.parquet"
    for data in (b"", b"nonsense", b"PAR1nonsensePAR1"):
        file.write_bytes(data)
        with pytest.raises(JiedaoError, match=r"a\.parquet: no Parquet file that can be read"):
            records(file)
    pq.write_table(pa.table({"body": ["a"]}), file)
    with pytest.raises(JiedaoError, match=r"a\.parquet: has no column text, but body"):
        records(file)
    pq.write_table(pa.table({"text": ["一" * 50, "二" * 50]}), file)
    data = bytearray(file.read_bytes())
    data[4:60] = b"\xff" * 56
    file.write_bytes(data)
    with pytest.raises(JiedaoError, match=r"a\.parquet: broken Parquet file") as error:
        records(file)
    assert "\n" not in str(error.value)


# --- files, folders, patterns


def tree(folder, **files):
    """Files with their paths, ``__`` for a slash."""
    for path, data in files.items():
        name, _, suffix = path.rpartition("_")
        file = folder / f"{name.replace('__', '/')}.{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def test_a_folder_is_read_with_all_that_lies_in_it(tmp_path, small):
    line = json.dumps({"text": "丁"})
    tree(tmp_path, b_txt="乙", a_TXT="甲", x__c_txt="丙", x__d_jsonl=line, e_csv="text\n戊\n", f_pdf="%PDF")
    found = records(tmp_path)
    assert [(r.source, r.stated.get("doc_id")) for r in found] == [
        ("a.TXT", "a"),
        ("b.txt", "b"),
        ("x/c.txt", "x/c"),
        ("e.csv:2", None),
        ("x/d.jsonl:0", None),
    ]
    said = [r.text.decode() if isinstance(r.text, bytes) else r.text for r in found]
    assert said == ["甲", "乙", "丙", "戊", "丁"]
    assert [len(list(part.read())) for part in deal(tmp_path)] == [1] * 5


def test_files_of_one_name_in_several_folders_are_told_apart(tmp_path):
    line = json.dumps({"text": "a"})
    tree(tmp_path, 长沙__2024_txt="甲", 武汉__2024_txt="乙", 长沙__r_jsonl=line, 武汉__r_jsonl=line)
    for source in (tmp_path, f"{tmp_path}/*/*", f"{tmp_path}/**/*.*"):
        names = [r.stated.get("doc_id") or r.source for r in records(source)]
        assert names == ["武汉/2024", "长沙/2024", "武汉/r.jsonl:0", "长沙/r.jsonl:0"]
    assert [r.source for r in records(f"{tmp_path}/长沙/*.txt")] == ["2024.txt"]


def test_a_pattern_is_followed_and_a_name_that_looks_like_one_is_not(tmp_path, monkeypatch):
    tree(tmp_path, **{"a[1]_txt": "甲", "a1_txt": "乙", "b_txt": "丙"})
    assert [r.source for r in records(tmp_path / "a*.txt")] == ["a1.txt", "a[1].txt"]
    assert [r.source for r in records(tmp_path / "a[1].txt")] == ["a[1].txt"]
    monkeypatch.chdir(tmp_path)
    assert [r.source for r in records("?[1].txt")] == ["a1.txt"]
    assert [r.source for r in records(".")] == ["a1.txt", "a[1].txt", "b.txt"]


def test_tables_that_a_run_wrote_into_its_source_are_no_source(tmp_path):
    line = json.dumps({"text": "a"})
    tree(tmp_path, a_jsonl=line, **{"out__terms__part-000000_parquet": "tables", "out__manifest_json": "{}"})
    assert [r.source for r in records(tmp_path)] == ["a.jsonl:0"]
    assert [r.source for r in records(f"{tmp_path}/**/*")] == ["a.jsonl:0"]
    (tmp_path / "out/manifest.json").unlink()  # so they are someone else's
    with pytest.raises(JiedaoError, match=r"part-000000\.parquet: no Parquet file"):
        records(tmp_path)


@pytest.mark.parametrize("source", ["none", "*.jsonl", "report.pdf", "empty"])
def test_a_source_with_nothing_to_read_is_refused(source, tmp_path):
    tree(tmp_path, report_pdf="%PDF")
    (tmp_path / "empty").mkdir()
    for ask in (records, source_size):
        with pytest.raises(JiedaoError, match=r"no file that can be read; \.txt, \.jsonl") as error:
            ask(tmp_path / source)
        assert str(tmp_path / source) in str(error.value)


def test_a_name_that_is_no_text_can_be_stored(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.txt")).write_text("a")
    (record,) = records(tmp_path)
    assert (record.source, record.stated["doc_id"], record.text) == ("?.txt", "?", b"a")


def test_a_corpus_is_read_by_its_table(small):
    table = io.StringIO((RAW / "documents.csv").read_text("utf-8-sig"))
    rows = {row["doc_id"]: row for row in csv.DictReader(table)}
    for source in (RAW, RAW.parents[1]):  # or the study folder around it
        found = records(source)
        assert [r.stated["doc_id"] for r in found] == list(rows)
        for record in found:
            row = rows[record.stated["doc_id"]]
            assert record.text == (RAW / "texts" / row["file"]).read_bytes()
            assert dict(record.stated) == row
        assert source_size(source) == sum(part.size for part in deal(source))


def test_a_file_that_cannot_be_read_is_an_error_with_its_reason(tmp_path, monkeypatch):
    head = "doc_id,file,street,district,city,province,genre\n"
    rows = "".join(f"{x},{x}.txt,甲街道,,,,plan\n" for x in "abcd")
    tree(tmp_path, documents_csv=head + rows, texts__a_txt="甲", texts__d_txt="x" * 2000)
    (tmp_path / "texts/b.txt").mkdir()
    monkeypatch.setattr("jiedao.files.LARGEST_FILE", 1000)
    assert [r.stated["doc_id"] for r in records(tmp_path)] == list("abcd")
    first, *others = reasons(tmp_path)
    assert first is None
    for name, said, reason in zip("bcd", ("a folder", "no such file", "larger than"), others, strict=True):
        assert reason.startswith(str(tmp_path / f"texts/{name}.txt"))
        assert said in reason

    def refuse(path, *mode):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    part = parts.Part(1, files=((str(tmp_path / "texts/a.txt"), "a.txt", {}),))
    assert "Permission denied" in str(next(part.read()).text)


@often
@given(sizes=st.lists(st.integers(1, 50), min_size=1, max_size=12), size=st.integers(1, 120))
def test_parts_are_filled_up_to_the_bound_and_always_alike(tmp_path_factory, small, sizes, size):
    small(size)
    folder = tmp_path_factory.mktemp("files")
    for n, length in enumerate(sizes):
        (folder / f"{string.ascii_letters[n]}.txt").write_text("x" * length)
    dealt = list(deal(folder))
    assert [len(r.text) for part in dealt for r in part.read()] == sizes
    assert all(part.size >= size for part in dealt[:-1])
    assert all(part.size - len(list(part.read())[-1].text) < size for part in dealt)
    assert dealt == list(deal(str(folder)))


def test_a_digest_tells_what_a_source_holds(tmp_path):
    def digest(**names):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return source_digest(tree(folder, **names))

    first = digest(a_txt="甲", b_jsonl='{"text": "乙"}')
    assert digest(b_jsonl='{"text": "乙"}', a_txt="甲") == first
    others = [
        digest(a_txt="丙", b_jsonl='{"text": "乙"}'),
        digest(a_txt="甲", c_jsonl='{"text": "乙"}'),
        digest(a_txt="甲", b_jsonl='{"text": "乙"}', c_txt=""),
        digest(a_txt="甲"),
    ]
    assert len({first, *others}) == 5


def test_a_digest_of_a_corpus_holds_what_is_stated_of_its_reports(tmp_path):
    texts = {"texts__a_txt": "甲"}
    first = source_digest(tree(tmp_path / "1", documents_csv="doc_id,file\na,a.txt\n", **texts))
    assert source_digest(tree(tmp_path / "2", documents_csv="doc_id,file\nb,a.txt\n", **texts)) != first
