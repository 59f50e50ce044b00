"""Very many reports: the same tables as in memory, whatever the source, the workers, and what is killed."""

import contextlib
import csv
import hashlib
import json
import logging
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster
from pages import make_page

import jiedao
from jiedao import JiedaoError, extract, parts, report
from jiedao.cli import main
from jiedao.corpus import Corpus, read_corpus
from jiedao.extract import SCHEMAS
from jiedao.files import locked
from jiedao.forks import can_fork
from jiedao.parts import TABLES, Part, Record, Settings
from jiedao.scale import scale

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data/raw"
sys.path.insert(0, str(ROOT / "benchmarks"))
from generate import generate  # noqa: E402

JIEDAO = str(Path(sys.executable).with_name("jiedao"))
SIZE = 40_000  # of parts, in bytes: some three reports each
COLUMNS = (
    "doc_id file street district city province genre review_start review_end figures_end plan_start "
    "plan_end title published notes"
).split()
COUNTED = ["documents", "sections", "terms", "errors"]
REPORT = "一、党建工作\n扎实推进网格建设,完成投资3亿元。\n二、下一步计划\n确保全年新增就业200人。\n"
KILLING = f"""
import os, signal, sys
from jiedao import parts
parts.PART_BYTES = {SIZE}
left = int(sys.argv.pop(1))
replace = os.replace
def counted(*paths):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    replace(*paths)
os.replace = counted
from jiedao.cli import main
main(prog_name="jiedao")
"""


@pytest.fixture(scope="module")
def cluster():
    """A real cluster that the tests share."""
    options = {"threads_per_worker": 1, "dashboard_address": None, "memory_limit": 0}
    logger = logging.getLogger("distributed")
    with LocalCluster(n_workers=2, silence_logs=logging.CRITICAL, **options) as cluster:
        yield cluster
    logger.setLevel(logging.NOTSET)


@pytest.fixture(scope="module")
def address(cluster) -> str:
    return cluster.scheduler_address


@pytest.fixture(scope="module", autouse=True)
def parts_are_small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PART_BYTES", SIZE)
        yield


@pytest.fixture(scope="module", autouse=True)
def unanswered(tmp_path_factory):
    """A command that waits for a scheduler that is not there, while the other tests run."""
    folder = tmp_path_factory.mktemp("unanswered")
    (folder / "a.txt").write_text(REPORT, "utf-8")
    began = time.monotonic()
    command = [JIEDAO, "scale", folder / "a.txt", folder / "out", "--scheduler", "tcp://127.0.0.1:9"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        ended = []
        watch = threading.Thread(target=lambda: ended.append((process.wait(), time.monotonic() - began)))
        watch.start()
        yield process, ended, watch
        watch.join()


def call(*arguments):
    return CliRunner().invoke(main, ["scale", *map(str, arguments)], prog_name="jiedao")


def killed_command(replaced, *arguments, **options):
    """The command with small parts, which kills itself when so many files are in place; never if -1."""
    command = [sys.executable, "-c", KILLING, str(replaced), "scale", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def files(target, table):
    return sorted((target / table).glob("part-*.parquet"))


def table(target, name) -> list[dict]:
    """The rows of a table, in the order of its files."""
    return [row for file in files(target, name) for row in pq.read_table(file).to_pylist()]


def tables(target, but=()):
    return {
        name: [{k: v for k, v in row.items() if k not in but} for row in table(target, name)]
        for name in SCHEMAS
    }


def contents(target):
    """All that a run leaves, as bytes."""
    return {
        str(file.relative_to(target)): file.read_bytes()
        for file in sorted(target.rglob("*"))
        if file.is_file() and file.name != ".jiedao-lock"
    }


def write_corpus(folder, documents) -> Path:
    """A corpus folder of (row, bytes)."""
    (folder / "texts").mkdir(parents=True)
    with (folder / "documents.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for row, data in documents:
            writer.writerow(row)
            (folder / "texts" / row["file"]).write_bytes(data)
    return folder


def write_jsonl(file, rows) -> Path:
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return file


def write_as(form, folder, rows) -> Path:
    """Rows with texts, in a format."""
    file = folder / f"reports.{form}"
    if form == "jsonl":
        return write_jsonl(file, rows)
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), file)
        return file
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


# --- the same as in memory


def mixed() -> list[tuple[dict, bytes]]:
    """Pages of all kinds in several encodings, some with facts stated and most without."""
    found = []
    for seed in range(16):
        text = make_page(seed).text
        found.append(({"doc_id": f"page-{seed}", "genre": "page"}, text.encode()))
    for row in generate(8, seed=5):
        found.append(({k: v for k, v in row.items() if k != "text"}, row["text"].encode()))
    text = make_page(99).text
    full = {c: c + 0xFEE0 for c in range(ord("!"), ord("~") + 1)}
    odd = {
        "full-width": text.translate(full).encode(),
        "utf-16": text.replace("社区", "小区").encode("utf-16"),
        "gb18030": text.replace("社区", "街区").encode("gb18030"),
        "mark": ("\ufeff" + text.replace("社区", "园区")).encode(),
        "crlf": text.replace("社区", "城区").replace("\n", "\r\n").encode(),
        "one-line": "没有标题的一句话".encode(),
        "rare": "一、𠮷野\n〇二〇年,完成\u20091\u2009234万元；<U+00A0>增长5%。".encode(),
    }
    found += [({"doc_id": name}, data) for name, data in odd.items()]
    rest = {"file": "", "street": "望城街道", "genre": "plan"}
    return [(rest | row | {"file": f"{row['doc_id']}.txt"}, data) for row, data in found]


@pytest.fixture(scope="module")
def mixed_folder(tmp_path_factory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("mixed") / "corpus", mixed())


@pytest.fixture(scope="module")
def five() -> Corpus:
    return read_corpus(RAW)


@pytest.fixture(scope="module")
def five_rows(five) -> list[dict]:
    """The five reports as rows with all their metadata."""
    documents = pd.read_csv(RAW / "documents.csv", dtype=str, keep_default_na=False).to_dict("records")
    return [row | {"text": five.text(row["doc_id"])} for row in documents]


def bare(frame) -> list[tuple]:
    """Rows without what pandas puts where nothing is."""
    columns = [[None if pd.isna(cell) else cell for cell in frame[name].tolist()] for name in frame]
    return list(zip(*columns, strict=True))


def place(ids) -> list[int | None]:
    """From ids such as a/n003 to places from 0."""
    return [None if pd.isna(key) else int(re.search(r"\d+$", key)[0]) - 1 for key in ids]


def in_memory(corpus) -> dict:
    """What the tables must hold, from those of the notebooks."""
    sections = corpus.sections.assign(section=corpus.sections.groupby("doc_id").cumcount())
    sections["parent"] = place(sections["parent"])
    sizes = {
        key: len("".join(corpus.plain(doc_id)[start:end].split()))
        for key, doc_id, start, end in bare(sections[["section_id", "doc_id", "start", "own_end"]])
    }
    sections["n_chars"] = sections["section_id"].map(sizes)
    of = dict(zip(sections["section_id"], sections["section"], strict=True))
    found = {"sections": bare(sections[list(SCHEMAS["sections"].names)])}
    tokens = corpus.tokens
    found["terms"] = Counter(zip(tokens["doc_id"], tokens["token"], tokens["kind"], strict=True))
    words = tokens[tokens["kind"] != "sign"].groupby("doc_id").size()
    sized = zip(corpus.documents["doc_id"], corpus.documents["n_chars"], strict=True)
    found["documents"] = [(doc_id, n, int(words.get(doc_id, 0))) for doc_id, n in sized]
    indicators = corpus.indicators.assign(section=corpus.indicators["section_id"].map(of))
    for column in ("growth_of", "part_of"):
        indicators[column] = place(indicators[column])
    found["indicators"] = bare(indicators[list(SCHEMAS["indicators"].names)])
    commitments = corpus.commitments.assign(section=corpus.commitments["section_id"].map(of))
    found["commitments"] = bare(commitments[list(SCHEMAS["commitments"].names)])
    leaves = sections[sections["is_leaf"] & sections["theme"].notna()]
    shares = leaves.groupby(["doc_id", "orientation", "theme"])["n_chars"].sum()
    found["themes"] = shares.to_dict()
    return found


def out_of_core(target) -> dict:
    """The same of the tables of a run."""
    found = {
        table_name: [tuple(row.values()) for row in table(target, table_name)]
        for table_name in ("sections", "indicators", "commitments")
    }
    terms = table(target, "terms")
    found["terms"] = {(row["doc_id"], row["term"], row["kind"]): row["n"] for row in terms}
    assert len(found["terms"]) == len(terms)
    found["documents"] = [
        (row["doc_id"], row["n_chars"], row["n_tokens"]) for row in table(target, "documents")
    ]
    shares = table(target, "themes")
    found["themes"] = {(row["doc_id"], row["orientation"], row["theme"]): row["n_chars"] for row in shares}
    assert len(found["themes"]) == len(shares)
    return found


def agree(found, expected):
    for name in expected:
        assert found[name], name
        assert found[name] == expected[name], name


def test_the_five_reports_are_read_as_in_memory(tmp_path, address, five):
    scale(RAW, tmp_path / "out", scheduler=address)
    agree(out_of_core(tmp_path / "out"), in_memory(five))
    assert len(files(tmp_path / "out", "documents")) > 1
    documents = {row["doc_id"]: row for row in table(tmp_path / "out", "documents")}
    for row in five.documents.to_dict("records"):
        found = documents[row["doc_id"]]
        assert found["sha256"] == row["sha256"]
        assert all((found[name] or "") == row[name] for name in ("street", "city", "genre", "plan_start"))
        assert json.loads(found["other"])["notes"] == row["notes"]
        assert found["year"] == int((row["review_start"] or row["plan_start"])[:4])
    assert table(tmp_path / "out", "errors") == []


def test_a_mixed_corpus_is_read_as_in_memory(tmp_path, address, mixed_folder):
    scale(mixed_folder, tmp_path / "out", scheduler=address)
    agree(out_of_core(tmp_path / "out"), in_memory(read_corpus(mixed_folder)))
    assert table(tmp_path / "out", "errors") == []
    assert len(files(tmp_path / "out", "documents")) > 3


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_the_rows_are_the_same_in_any_format(form, tmp_path, address, five_rows):
    scale(RAW, tmp_path / "folder", scheduler=address)
    scale(write_as(form, tmp_path, five_rows), tmp_path / form, scheduler=address)
    expected = tables(tmp_path / "folder", but=["source"])
    assert len(expected["documents"]) == 5
    assert tables(tmp_path / form, but=["source"]) == expected


def test_texts_repeated_under_other_names_give_the_same_rows(tmp_path, address, five, five_rows):
    rows = [row | {"doc_id": f"{row['doc_id']}.{n}"} for n in range(4) for row in five_rows]
    scale(write_jsonl(tmp_path / "a.jsonl", rows), tmp_path / "out", scheduler=address)
    expected = in_memory(five)
    found = out_of_core(tmp_path / "out")
    for n in range(4):
        for name, rows in expected.items():
            mine = found[name]
            if isinstance(mine, dict):
                mine = {(k[0][:-2], *k[1:]): v for k, v in mine.items() if k[0].endswith(f".{n}")}
            else:
                mine = [(row[0][:-2], *row[1:]) for row in mine if row[0].endswith(f".{n}")]
            assert mine == rows, name


# --- engines, workers, and what is counted


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """Reports in some ten parts."""
    return write_jsonl(tmp_path_factory.mktemp("source") / "reports.jsonl", generate(30, seed=1))


@pytest.fixture(scope="module")
def undisturbed(source, address, tmp_path_factory) -> dict[str, bytes]:
    target = tmp_path_factory.mktemp("undisturbed") / "out"
    rows = scale(source, target, scheduler=address)
    assert list(rows) == list(SCHEMAS)
    assert rows == {name: len(table(target, name)) for name in SCHEMAS}
    assert rows["documents"] == 30
    assert len(files(target, "documents")) >= 8
    return contents(target)


def test_the_engines_give_the_same_bytes(source, undisturbed, tmp_path, address):
    scale(source, tmp_path / "out", engine="jieba", scheduler=address)
    assert contents(tmp_path / "out") == undisturbed


def test_counts_only_gives_the_same_terms(source, undisturbed, tmp_path, address):
    rows = scale(source, tmp_path / "out", scheduler=address, counts=True)
    found = contents(tmp_path / "out")
    assert {Path(name).parent.name for name in found} == {"", *COUNTED}
    assert set(rows) == set(COUNTED)
    for name, data in found.items():
        if name.startswith(("documents", "terms", "errors")):
            assert data == undisturbed[name]
    full, themes = [], 0
    for name in sorted(undisturbed):
        if name.startswith("sections"):
            full += pq.read_table(pa.BufferReader(undisturbed[name])).to_pylist()
    none = {"theme": None, "theme_secondary": None, "theme_sure": None}
    assert table(tmp_path / "out", "sections") == [row | none for row in full]
    themes = sum(row["theme"] is not None for row in full)
    assert themes > 100


def test_a_table_has_its_columns_in_every_part(undisturbed):
    for name, data in undisturbed.items():
        if name.endswith(".parquet"):
            assert pq.read_schema(pa.BufferReader(data)) == SCHEMAS[Path(name).parent.name]


def test_the_tables_are_those_of_the_schemas():
    assert tuple(SCHEMAS) == TABLES


def test_what_nobody_foresaw_in_one_text_does_not_touch_the_others(monkeypatch):
    normalise = report.normalise

    def broken(text):
        if "坏" in text:
            raise ZeroDivisionError("of no kind that is known")
        return normalise(text)

    records = [Record(f"r{n}", {}, REPORT + str(n)) for n in range(3)]
    settings = Settings((), "jieba", False)
    _, _, alone = extract.read_part(Part(1, records=(records[0], records[2])), settings)
    monkeypatch.setattr(report, "normalise", broken)
    records[1] = records[1]._replace(text=REPORT + "坏")
    n, _, found = extract.read_part(Part(1, records=tuple(records)), settings)
    rows = {name: pq.read_table(pa.BufferReader(data)).to_pylist() for name, data in found.items()}
    said = "ZeroDivisionError: of no kind that is known"
    assert (n, rows.pop("errors")) == (3, [{"doc_id": "r1", "source": "r1", "reason": said}])
    for name, held in rows.items():
        expected = pq.read_table(pa.BufferReader(alone[name])).to_pylist()
        assert sorted(map(repr, held)) == sorted(map(repr, expected)), name


def test_workers_load_no_pandas():
    code = (
        "import sys; from jiedao import extract, workers; from jiedao.parts import Part, Record, Settings\n"
        f"part = Part(1, records=(Record('r', {{}}, {REPORT!r}),))\n"
        "print(extract.read_part(part, Settings((), 'rjieba', False))[0], 'pandas' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "1 False\n"


@pytest.mark.skipif(not can_fork(), reason="elsewhere Dask does not look for what workers are to load")
def test_the_command_loads_no_pandas(tmp_path):
    (tmp_path / "a.txt").write_text(REPORT, "utf-8")
    code = (
        "import sys; from jiedao.scale import scale\n"
        f"print(scale({str(tmp_path)!r}, {str(tmp_path / 'tables')!r}, workers=1)['documents'])\n"
        "print('pandas' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "1\nFalse\n"


def test_the_dictionary_is_built_once_a_worker(tmp_path, address):
    rows = [({"doc_id": f"d{n}", "file": f"d{n}.txt", "street": "甲街道"}, REPORT * 500) for n in range(12)]
    folder = write_corpus(
        tmp_path / "corpus", [(row, (text + str(n)).encode()) for n, (row, text) in enumerate(rows)]
    )
    (folder / "terms.csv").write_text("term,kind,gloss_en,source\n推进网格,term,grids,test\n", "utf-8")

    def count():
        from jiedao.segment import Segmenter

        Segmenter.built = []
        Segmenter.as_it_was = Segmenter.__init__

        def init(self, terms=None, *more, **options):
            Segmenter.built.append(list(terms or []))
            Segmenter.as_it_was(self, terms, *more, **options)

        Segmenter.__init__ = init

    def end():
        from jiedao.segment import Segmenter

        Segmenter.__init__ = Segmenter.as_it_was
        return Segmenter.built

    with Client(address) as client:
        client.run(count)
        scale(folder, tmp_path / "out", scheduler=address)
        built = client.run(end)
    assert len(files(tmp_path / "out", "documents")) == 12
    mine = [[terms for terms in each if "推进网格" in terms] for each in built.values()]
    assert list(map(len, mine)) == [1, 1]
    assert {row["term"] for row in table(tmp_path / "out", "terms")} >= {"推进网格"}


# --- what cannot be read


def test_what_cannot_be_read_stands_in_errors_with_its_reason(tmp_path, address):
    good = {"doc_id": "good", "text": REPORT}
    faults = [
        ({"doc_id": "empty", "text": ""}, "the text is empty"),
        ({"doc_id": "blank", "text": " \n\u3000\t"}, "the text is empty"),
        ({"doc_id": "unseen", "text": "\u200b\ufeff\u200b"}, "holds no report text"),
        ({"doc_id": "furniture", "text": "扫一扫在手机打开当前页"}, "holds no report text"),
        ({"doc_id": "none"}, "has no text"),
        ({"doc_id": "null", "text": None}, "has no text"),
        ({"doc_id": "number", "text": 5}, "has no text"),
        ({"doc_id": "halves", "text": REPORT + "\ud800"}, "holds halves of characters"),
        ({"doc_id": "long", "text": "一" * 2_000_001}, "longer than 2,000,000 characters"),
        (["text"], "has no text"),
        ('{"doc_id": "cut", "text": "一、', "no line of JSON"),
    ]
    lines = [json.dumps(good | {"doc_id": "first"})]
    for row, _ in faults:
        lines += [row if isinstance(row, str) else json.dumps(row), json.dumps(good)]
    data = "\n".join(lines).encode()
    (tmp_path / "a.jsonl").write_bytes(data)
    rows = scale(tmp_path / "a.jsonl", tmp_path / "out", scheduler=address)
    assert (rows["documents"], rows["errors"]) == (len(faults) + 1, len(faults))
    assert [row["doc_id"] for row in table(tmp_path / "out", "documents")] == ["first"] + ["good"] * len(
        faults
    )
    for (row, said), found in zip(faults, table(tmp_path / "out", "errors"), strict=True):
        assert said in found["reason"]
        place = int(found["source"].removeprefix("a.jsonl:"))
        line = data[place:].split(b"\n")[0].decode()
        assert line == (row if isinstance(row, str) else json.dumps(row))
        assert found["doc_id"] == (row["doc_id"] if isinstance(row, dict) else found["source"])
    assert {row["doc_id"] for row in table(tmp_path / "out", "sections")} == {"first", "good"}


def test_files_that_cannot_be_read_stand_in_errors(tmp_path, address):
    stated = {"street": "甲街道", "genre": "plan"}
    data = {
        "good": REPORT.encode(),
        "binary": b"\x89PNG\r\n\x00\xff",
        "empty": b"",
        "blank": b" \r\n\t",
        "odd": b"\xff\xfe\x00",
        "long": "一".encode() * 2_000_001,
        "gone": b"x",
        "large": b"",
    }
    documents = [({"doc_id": name, "file": f"{name}.txt"} | stated, text) for name, text in data.items()]
    folder = write_corpus(tmp_path / "corpus", documents)
    (folder / "texts/gone.txt").unlink()
    os.truncate(folder / "texts/large.txt", 51 * 2**20)  # takes no space
    rows = scale(folder, tmp_path / "out", scheduler=address)
    assert (rows["documents"], rows["errors"]) == (1, 7)
    said = {
        "binary": "not a text in UTF-8",
        "empty": "is empty",
        "blank": "is empty",
        "odd": "not a text in UTF-8",
        "long": "longer than 2,000,000 characters",
        "gone": "no such file",
        "large": "larger than 50 MB",
    }
    errors = table(tmp_path / "out", "errors")
    assert [(row["doc_id"], row["source"]) for row in errors] == [(name, f"{name}.txt") for name in said]
    for row in errors:
        assert said[row["doc_id"]] in row["reason"]


HOSTILE = [
    "../../etc/passwd",
    "/etc/passwd",
    "=1+1",
    "<script>alert(1)</script>",
    "a\nb\r\n",
    "'; DROP TABLE documents; --",
    "%s{0}$(id)",
    "长" * 5000,
    "part-000000.parquet",
    "\u202eabc",
    "NULL",
    "nan",
]


def test_hostile_names_and_headings_are_only_text(tmp_path, address):
    heading = '=HYPERLINK("http://example.org/")<b>'
    rows = [
        {"doc_id": name, "street": name, "title": name, name: name, "text": f"一、{heading}\n{REPORT}"}
        for name in HOSTILE
    ]
    rows.append({"doc_id": "x\ud800y", "city": "\udfff", "text": REPORT})
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    scale(tmp_path / "a.jsonl", tmp_path / "out", scheduler=address)
    documents = table(tmp_path / "out", "documents")
    assert [row["doc_id"] for row in documents] == [*HOSTILE, "x?y"]
    for row, name in zip(documents, HOSTILE, strict=False):
        assert (row["street"], row["title"]) == (name.strip(), name.strip())
        assert json.loads(row["other"]) == {name: name}
    assert documents[-1]["city"] == "?"
    headings = [row["heading"] for row in table(tmp_path / "out", "sections")]
    assert headings.count(heading) == len(HOSTILE)
    assert {p.name for p in tmp_path.iterdir()} == {"a.jsonl", "out"}
    assert all(
        re.fullmatch(r"manifest\.json|\w+/part-\d{6}\.parquet", name) for name in contents(tmp_path / "out")
    )


# --- broken off and gone on with


def test_a_killed_command_goes_on_and_ends_with_the_same_tables(source, undisturbed, tmp_path, address):
    """Killed before the manifest is in place, before the first table is, then in the midst of parts."""
    target = tmp_path / "out"
    replaced, seen = 0, {}
    for more in (0, 1, 16, 23):
        killed = killed_command(more, source, target, "--scheduler", address)
        killed.communicate(timeout=60)
        assert killed.returncode == -signal.SIGKILL
        replaced += more
        for file, stamp in seen.items():
            assert (file.stat().st_ino, file.stat().st_mtime_ns) == stamp
        done = {file.name for file in files(target, "documents")}
        seen = {
            file: (file.stat().st_ino, file.stat().st_mtime_ns)
            for name in SCHEMAS
            for file in files(target, name)
            if file.name in done
        }
    assert 4 <= len(done) < len([name for name in undisturbed if name.startswith("documents")])
    assert list(target.rglob("*.part"))  # what was being written
    (target / "terms" / ".part-000001.parquet.part").write_bytes(b"half of it")
    shares = []
    scale(source, target, scheduler=address, say=lambda progress: shares.append(progress.share))
    assert len(shares) == len(files(target, "documents")) - len(done)
    for file, stamp in seen.items():
        assert (file.stat().st_ino, file.stat().st_mtime_ns) == stamp
    found = contents(target)
    assert {name: data for name, data in found.items() if not name.endswith(".part")} == undisturbed


def test_a_command_killed_from_outside_leaves_no_processes(source, undisturbed, tmp_path, address):
    target = tmp_path / "out"
    killed = killed_command(-1, source, target, "--workers", 2)
    end = time.monotonic() + 60
    while not files(target, "documents"):
        assert time.monotonic() < end
        assert killed.poll() is None
        time.sleep(0.002)
    workers = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    killed.communicate(timeout=60)
    assert len(workers) >= 2
    assert not psutil.wait_procs(workers, timeout=20)[1]
    scale(source, target, scheduler=address)
    found = contents(target)
    assert {name: data for name, data in found.items() if not name.endswith(".part")} == undisturbed


@pytest.mark.parametrize("size", [0, 3, 300, -1])
@pytest.mark.parametrize("name", ["terms", "documents"])
def test_a_file_cut_short_is_written_anew(name, size, source, undisturbed, tmp_path, address):
    target = tmp_path / "out"
    for file, data in undisturbed.items():
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        (target / file).write_bytes(data)
    whole = {file: (target / file).stat().st_mtime_ns for file in undisturbed}
    file = f"{name}/part-000002.parquet"
    os.truncate(target / file, size if size >= 0 else len(undisturbed[file]) - 1)
    scale(source, target, scheduler=address)
    assert contents(target) == undisturbed
    anew = {file for file, time_ns in whole.items() if (target / file).stat().st_mtime_ns != time_ns}
    assert anew == {f"{table_name}/part-000002.parquet" for table_name in SCHEMAS}


def test_a_finished_run_is_not_repeated(source, undisturbed, tmp_path, address):
    target = tmp_path / "out"
    first = scale(source, target, scheduler=address)
    stamps = {file: file.stat().st_mtime_ns for file in target.rglob("*.parquet")}
    said = []
    assert scale(source, target, scheduler=address, say=said.append) == first
    assert said == []
    assert {file: file.stat().st_mtime_ns for file in target.rglob("*.parquet")} == stamps


def test_tables_may_lie_in_the_folder_of_the_source(tmp_path, address):
    write_jsonl(tmp_path / "a.jsonl", generate(7, seed=1))
    first = scale(tmp_path, tmp_path / "out", scheduler=address)
    before = contents(tmp_path / "out")
    files(tmp_path / "out", "documents")[1].unlink()
    assert scale(tmp_path, tmp_path / "out", scheduler=address) == first
    assert contents(tmp_path / "out") == before


def test_tables_of_something_else_are_not_mixed(source, undisturbed, tmp_path, address):
    target = tmp_path / "out"
    scale(source, target, scheduler=address)
    before = contents(target)
    other = write_jsonl(tmp_path / "other.jsonl", generate(2, seed=2))
    longer = write_jsonl(tmp_path / "reports.jsonl", generate(31, seed=1))
    changed = tmp_path / "changed" / source.name
    changed.parent.mkdir()
    changed.write_bytes(source.read_bytes().replace("一".encode(), "二".encode(), 1))  # as long as before
    for arguments in ([other], [longer], [changed], [source, "--counts"], [RAW]):
        result = call(*arguments[:1], target, *arguments[1:], "--scheduler", address)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == (
            f"jiedao: {target}: holds tables of another source, or of this one before it changed, "
            "or with other settings; name another folder\n"
        )
    assert contents(target) == before
    copied = tmp_path / "copied" / source.name
    copied.parent.mkdir()
    copied.write_bytes(source.read_bytes())
    assert call(copied, target, "--scheduler", address).exit_code == 0
    assert contents(target) == before


def test_foreign_tables_are_left_alone(source, tmp_path, address):
    (tmp_path / "out/terms").mkdir(parents=True)
    (tmp_path / "out/terms/mine.parquet").write_bytes(b"mine")
    result = call(source, tmp_path / "out", "--scheduler", address)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"jiedao: {tmp_path / 'out'}: holds other tables; name another folder\n"
    assert contents(tmp_path / "out") == {"terms/mine.parquet": b"mine"}


def test_two_commands_do_not_write_to_one_folder(source, undisturbed, tmp_path, address):
    target = tmp_path / "out"
    seen = []

    def start_another(_progress):
        if not seen:
            seen.append(call(source, target, "--scheduler", address))

    scale(source, target, scheduler=address, say=start_another)
    assert (seen[0].exit_code, seen[0].stdout) == (1, "")
    assert (
        seen[0].stderr == f"jiedao: {target}: another jiedao command writes here; wait until it has ended\n"
    )
    assert contents(target) == undisturbed
    with locked(target):
        assert call(source, target).exit_code == 1


def test_two_runs_on_one_cluster_keep_their_results_apart(source, undisturbed, tmp_path, address):
    others = write_jsonl(tmp_path / "others.jsonl", generate(12, seed=8))
    runs = [
        threading.Thread(target=scale, args=(path, tmp_path / name), kwargs={"scheduler": address})
        for name, path in (("a", source), ("b", others))
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert contents(tmp_path / "a") == undisturbed
    digests = [hashlib.sha256(row["text"].encode()).hexdigest() for row in generate(12, seed=8)]
    assert [row["sha256"] for row in table(tmp_path / "b", "documents")] == digests


def test_a_killed_worker_changes_nothing(source, undisturbed, tmp_path, cluster, address):
    """Each worker is killed in turn while parts are being read."""
    with Client(address) as client:
        pids = list(client.run(os.getpid).values())
        left = list(pids)

        def kill(_progress):
            if left:
                os.kill(left.pop(), signal.SIGKILL)

        scale(source, tmp_path / "out", scheduler=address, say=kill)
        assert not left
        assert contents(tmp_path / "out") == undisturbed
        client.wait_for_workers(2, timeout=30)
        assert not set(client.run(os.getpid).values()) & set(pids)


# --- the command


def test_the_command_prints_results_and_nothing_else(tmp_path, five):
    """On this machine, without a cluster that runs."""
    command = [JIEDAO, "scale", str(RAW), str(tmp_path / "out"), "--workers", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    counts = dict(line.split("\t") for line in done.stdout.splitlines())
    assert list(counts) == list(SCHEMAS)
    assert counts == {name: str(len(table(tmp_path / "out", name))) for name in SCHEMAS}
    agree(out_of_core(tmp_path / "out"), in_memory(five))


def test_errors_are_counted_on_stderr_and_are_no_failure(tmp_path, address):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": REPORT}) + "\nnonsense\n")
    result = call(tmp_path / "a.jsonl", tmp_path / "out", "--scheduler", address)
    assert result.exit_code == 0
    assert result.stderr == f"1 texts could not be read; see {tmp_path / 'out' / 'errors'}\n"
    assert "errors\t1\n" in result.stdout


def test_a_terminal_sees_the_rate_and_the_time_left(source, undisturbed, tmp_path, address):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", KILLING, "-1", "scale", source, tmp_path / "out", "--scheduler", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # the end of a terminal
            while data := os.read(ours, 1024):
                shown += data
        out = process.stdout.read()
    os.close(ours)
    assert process.returncode == 0
    assert out.splitlines()[-1] == "documents\t30"
    lines = shown.decode().strip().split("\r")
    pattern = r"(\d+) texts, \d+\.\d\d million characters a second, (\d+)%, \d+:\d\d:\d\d left *"
    seen = [re.fullmatch(pattern, line) for line in filter(None, lines)]
    assert all(seen)
    assert len(seen) == sum(name.startswith("documents") for name in undisturbed)
    texts, share = ([int(match[i]) for match in seen] for i in (1, 2))
    assert texts == sorted(texts)
    assert share == sorted(share)
    assert (texts[-1], share[-1]) == (30, 100)
    assert lines[-1].rstrip().endswith("0:00:00 left")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'SRC'"),
        (["a"], "Missing argument 'DST'"),
        (["a", "b", "--engine", "nope"], "'--engine': 'nope' is not one of"),
        (["a", "b", "--workers", "0"], "'--workers': 0 is not in the range"),
    ],
)
def test_a_wrong_call_is_2(arguments, said):
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_source_at_fault_is_1_and_one_line(tmp_path, address):
    (tmp_path / "a.csv").write_text("body\nx\n")
    (tmp_path / "a.parquet").write_bytes(b"nonsense")
    (tmp_path / "in-the-way").write_text("")
    for source, target, said in (
        ("none.jsonl", "out", "none.jsonl: no file that can be read"),
        ("*.txt", "out", "*.txt: no file that can be read"),
        ("a.csv", "out1", "a.csv: has no column text, but body"),
        ("a.parquet", "out2", "a.parquet: no Parquet file that can be read"),
        ("a.csv", "in-the-way", "in-the-way: File exists"),
    ):
        result = call(tmp_path / source, tmp_path / target, "--scheduler", address)
        assert (result.exit_code, result.stdout) == (1, "")
        assert said in result.stderr
        assert result.stderr.startswith(f"jiedao: {tmp_path}")
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("missing", ["pyarrow", "distributed"])
def test_without_the_extra_a_line_says_what_to_install(missing, tmp_path, monkeypatch):
    monkeypatch.delattr(jiedao, "scale")
    for name in ("jiedao.scale", "jiedao.cluster", "jiedao.parts", "pyarrow.parquet"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    (tmp_path / "a.txt").write_text(REPORT, "utf-8")
    result = call(tmp_path, tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"jiedao: {missing} is not installed; pip install 'jiedao[scale]'\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["nonsense://x", "tls://127.0.0.1:9"])  # without certificates
def test_an_address_that_is_none_is_refused(address, tmp_path):
    (tmp_path / "a.txt").write_text(REPORT, "utf-8")
    result = call(tmp_path / "a.txt", tmp_path / "out", "--scheduler", address)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"jiedao: {address}: no Dask scheduler answers there")
    assert result.stderr.count("\n") == 1


def test_a_scheduler_that_does_not_answer_is_1_and_one_line(unanswered):
    process, ended, watch = unanswered
    watch.join(timeout=40)
    assert ended
    ((status, seconds),) = ended
    assert status == 1
    assert seconds < 40
    assert process.stdout.read() == ""
    said = process.stderr.read()
    assert said.startswith("jiedao: tcp://127.0.0.1:9: no Dask scheduler answers there")
    assert said.count("\n") == 1


def test_the_api_raises_what_the_command_says(tmp_path):
    with pytest.raises(JiedaoError, match="no file that can be read"):
        scale(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_was_there_counts_in_the_share_that_is_done(source, undisturbed, tmp_path, address):
    target = tmp_path / "out"
    for name, data in undisturbed.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
    last = files(target, "documents")[-2:]
    for file in last:
        file.unlink()
    said = []
    scale(source, target, scheduler=address, say=said.append)
    assert len(said) == 2
    assert said[0].share > 0.3
    assert said[1].share == pytest.approx(1, abs=0.01)
    assert contents(target) == undisturbed


def test_a_source_that_was_mended_may_use_the_same_folder(tmp_path, address):
    for column, status in (("body", 1), ("text", 0)):
        (tmp_path / "a.csv").write_text(f'{column}\n"{REPORT}"\n', "utf-8")
        assert call(tmp_path / "a.csv", tmp_path / "out", "--scheduler", address).exit_code == status
    assert len(table(tmp_path / "out", "documents")) == 1


def test_a_cluster_without_workers_is_1_and_one_line(source, tmp_path):
    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL) as empty:
        result = call(source, tmp_path / "out", "--scheduler", empty.scheduler_address)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(": has no workers; start some and run it again\n")
    assert result.stderr.count("\n") == 1
