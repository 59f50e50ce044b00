"""The command line: what stands on stdout and on stderr, exit status, and the JSON other programs read."""

import csv
import io
import json
import os
import subprocess
import sys
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from jiedao.cli import main

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data/raw"
REPORTS = sorted((RAW / "texts").glob("*.txt"))
JIEDAO = str(Path(sys.executable).with_name("jiedao"))
HEADER = "doc_id,file,street,district,city,province,genre\n"
TEXT = "一、党建工作\n扎实推进网格建设。\n".encode()


def call(*arguments):
    """Call a command inside this process."""
    return CliRunner().invoke(main, [str(a) for a in arguments], prog_name="jiedao")


def start(*arguments, **environment):
    """Call the installed command; stdout and stderr as bytes."""
    command = [JIEDAO, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=ROOT, env=os.environ | environment, check=False)


def corpus(folder, rows="a,a.txt,甲街道,,,,plan\n", **texts):
    """A corpus folder; each text is given by its name without ending."""
    (folder / "texts").mkdir(parents=True)
    (folder / "documents.csv").write_text(HEADER + rows, "utf-8")
    for name, data in (texts or {"a": TEXT}).items():
        (folder / "texts" / f"{name}.txt").write_bytes(data)
    return folder


@pytest.mark.parametrize("command", [None, *main.commands])
def test_help_has_an_example_that_is_a_command(command):
    result = call(*[command] if command else [], "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    example = next(line.split() for line in result.stdout.splitlines() if "Example: jiedao" in line)
    assert example[2] in main.commands if command is None else example[2] == command


def test_the_version_is_that_of_the_package():
    assert call("--version").stdout == f"jiedao, version {version('jiedao')}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'. See `jiedao --help`."),
        (["run", "--jobs", "0"], "'--jobs': 0 is not in the range x>=1. See `jiedao run --help`."),
        (["run", "--corpus", str(RAW), "--only", "99"], "there is no notebook 99; give a number such as 03"),
        (["check", "--nope"], "--nope"),
        (["inspect"], "Missing argument 'FILE'"),
        (["kwic"], "Missing argument 'PATTERN'"),
        (["kwic", "("], "'PATTERN': missing ), unterminated subpattern"),
        (["kwic", "网格", "--by", "colour"], "'--by': 'colour' is not one of"),
    ],
)
def test_a_wrong_call_is_2_and_one_line(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.startswith("jiedao: ")
    assert result.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


TWO = "a,a.txt,甲街道,,,,plan\nb,b.txt,乙街道,,,,plan\n"
FAULTS = {
    "no corpus": (None, {}, "documents.csv: no such file"),
    "empty text": ("a,a.txt,甲街道,,,,plan\n", {"a": b" \n"}, "a.txt: the file is empty"),
    "unknown encoding": (
        "a,a.txt,甲街道,,,,plan\n",
        {"a": b"\x89PNG\r\n\x00\xff"},
        "a.txt: not a text in UTF-8",
    ),
    "row without file": (TWO, {"a": TEXT}, "b.txt: no such file"),
    "file without row": ("a,a.txt,甲街道,,,,plan\n", {"a": TEXT, "b": TEXT + b"b"}, "b.txt: no row"),
    "duplicate id": (TWO.replace("\nb,", "\na,"), {"a": TEXT, "b": TEXT + b"b"}, "doc_id 'a' stands twice"),
    "duplicate text": (TWO, {"a": TEXT, "b": TEXT}, "b.txt: the same text as a.txt"),
    "file outside": ("a,../a.txt,甲街道,,,,plan\n", {"a": TEXT}, "row 2: file '../a.txt' must be"),
    "no rows": ("", {"a": TEXT}, "documents.csv: has no rows"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", [["check"], ["kwic", "网格"], ["run"]], ids=" ".join)
def test_a_fault_in_the_data_is_1_and_one_line_that_names_the_file(command, fault, tmp_path):
    rows, texts, said = FAULTS[fault]
    folder = tmp_path / "corpus" if rows is None else corpus(tmp_path / "corpus", rows, **texts)
    out = ["--out", tmp_path / "out"] if command == ["run"] else []
    result = call(*command, "--corpus", folder, *out)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert str(folder) in result.stderr
    assert result.stderr.startswith("jiedao: ")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("data", [None, b"", b"\x89PNG\r\n\x00\xff", "扫一扫在手机打开当前页".encode()])
def test_a_file_that_is_no_report_is_1_and_one_line(data, tmp_path):
    file = tmp_path / "report.txt"
    if data is not None:
        file.write_bytes(data)
    for flags in ([], ["--json"]):
        result = call("inspect", file, *flags)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith(f"jiedao: {file}: ")
        assert result.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_a_file_name_that_is_no_text_is_an_error_like_others():
    result = start("inspect", os.fsdecode(b"\xff.txt"))
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr == b"jiedao: \\udcff.txt: no such file\n"


def test_a_file_system_error_is_one_line(tmp_path):
    corpus(tmp_path / "corpus", TWO, a=TEXT, b=TEXT + b"b")
    (tmp_path / "out").write_text("in the way")
    result = call("run", "--corpus", tmp_path / "corpus", "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"jiedao: {tmp_path / 'out'}")
    assert result.stderr.count("\n") == 1
    assert (tmp_path / "out").read_text() == "in the way"


def test_check_lists_the_reports_and_the_cautions():
    result = call("check", "--corpus", RAW)
    assert (result.exit_code, result.stderr) == (0, "")
    reports = [line for line in result.stdout.splitlines() if not line.startswith("note: ")]
    assert sorted(line.split()[0] for line in reports) == [p.stem for p in REPORTS]
    assert "note: jinpenling-2021h1: its review covers 6 months, the usual here is 12\n" in result.stdout
    assert "note: no date of publication: wangyuehu-2024, huashan-2024, bayuehu-2023\n" in result.stdout


# What other programs read: the keys of the object, and of the entries of its lists and objects.
SPAN = {"start", "end"}
CONTRACT = {
    "encoding": None,
    "n_chars": None,
    "furniture": SPAN | {"kind"},
    "title": SPAN,
    "metadata": {"street", "published", "index_no", "publisher", "source"},
    "sections": set(
        "id parent level number heading style start heading_end own_end end orientation theme theme_secondary"
        " theme_evidence".split()
    ),
    "sentences": SPAN | {"section"},
    "tokens": None,
    "indicators": SPAN
    | set("text number unit measure kind status stock_flow growth_of period counts".split()),
    "commitments": SPAN | {"marker", "class", "strength"},
    "targets": SPAN | {"indicator", "deadline", "verb", "strength", "party"},
    "warnings": SPAN | {"message"},
}
STYLES = {"own_line", "run_in_numbered", "run_in_label", "title", "subtitle", "none"}
ORIENTATIONS = {"retrospective", "prospective", "problem-statement", "preamble", "closing", "apparatus"}


@pytest.fixture(scope="module", params=REPORTS, ids=lambda p: p.stem)
def inspected(request):
    """A report and what is read in it."""
    result = call("inspect", request.param, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return request.param.read_bytes().decode("utf-8-sig"), json.loads(result.stdout)


def test_json_has_the_keys_of_the_contract(inspected):
    text, report = inspected
    assert list(report) == list(CONTRACT)
    assert (report["encoding"], report["n_chars"]) == ("utf-8", len(text))
    for key, expected in CONTRACT.items():
        entries = report[key] if isinstance(report[key], list) else [report[key]]
        assert all(entry is None or entry.keys() == expected for entry in entries if expected)


def test_json_spans_are_in_order_disjoint_and_inside_the_text(inspected):
    text, report = inspected
    spans = {
        "furniture": [(f["start"], f["end"]) for f in report["furniture"]],
        "sections": [(s["start"], s["own_end"]) for s in report["sections"]],
        "sentences": [(s["start"], s["end"]) for s in report["sentences"]],
        "tokens": [tuple(t) for t in report["tokens"]],
    }
    for name, found in spans.items():
        assert all(0 <= a < b <= len(text) for a, b in found), name
        assert all(a[1] <= b[0] for a, b in pairwise(found)), name
        assert not any(text[a].isspace() or text[b - 1].isspace() for a, b in found), name
    both = sorted(spans["furniture"] + spans["sections"])
    assert all(a[1] <= b[0] for a, b in pairwise(both))
    covered = {i for span in both for i in range(*span)}
    assert not [i for i, c in enumerate(text) if i not in covered and not c.isspace()]


def test_json_sections_are_a_tree_in_text_order(inspected):
    _, report = inspected
    sections = report["sections"]
    assert [s["id"] for s in sections] == list(range(len(sections)))
    for section in sections:
        assert section["start"] <= section["heading_end"] <= section["own_end"] <= section["end"]
        assert section["style"] in STYLES
        assert section["orientation"] in ORIENTATIONS
        assert (section["heading"] is None) == (section["level"] is None) == (section["style"] == "none")
        if section["parent"] is not None:
            parent = sections[section["parent"]]
            assert parent["id"] < section["id"]
            assert parent["start"] <= section["start"] and section["end"] <= parent["end"]
            assert section["level"] is None or section["level"] == parent["level"] + 1


def test_json_sentences_lie_in_their_sections_and_tokens_in_sentences(inspected):
    text, report = inspected
    for sentence in report["sentences"]:
        section = report["sections"][sentence["section"]]
        assert section["start"] <= sentence["start"] and sentence["end"] <= section["own_end"]
    inside = {i for s in report["sentences"] for i in range(s["start"], s["end"])}
    tokens = {i for token in report["tokens"] for i in range(*token)}
    assert tokens <= inside
    assert {text[i] for i in inside - tokens} <= set(" \t\r\n\u3000\xa0")


def test_json_other_spans_are_inside_the_text(inspected):
    text, report = inspected
    for key in ("indicators", "commitments", "targets"):
        assert all(0 <= e["start"] < e["end"] <= len(text) for e in report[key]), key
    assert all(text[i["start"] : i["end"]] == i["text"] for i in report["indicators"])
    assert all(text[c["start"] : c["end"]] == c["marker"] for c in report["commitments"])
    references = [t["indicator"] for t in report["targets"]] + [i["growth_of"] for i in report["indicators"]]
    assert all(r is None or 0 <= r < len(report["indicators"]) for r in references)


@pytest.mark.parametrize(
    ("name", "title", "metadata"),
    [
        (
            "jinpenling-2021h1",
            "金盆岭街道2021年上半年工作总结及下半年工作计划",
            {
                "street": "金盆岭街道",
                "published": "2021-08-05",
                "index_no": None,
                "publisher": None,
                "source": "天心区金盆岭街道",
            },
        ),
        (
            "lvxianting-2021",
            "吕仙亭街道2021年工作规划计划",
            {
                "street": "吕仙亭街道",
                "published": "2020-12-23",
                "index_no": "410/2020-1778769",
                "publisher": "吕仙亭街道办事处",
                "source": "吕仙亭街道办事处",
            },
        ),
    ],
)
def test_json_states_what_the_page_states(name, title, metadata):
    file = RAW / f"texts/{name}.txt"
    report = json.loads(call("inspect", file, "--json").stdout)
    assert report["metadata"] == metadata
    assert file.read_text("utf-8")[slice(*report["title"].values())] == title
    assert "title" not in str(report["warnings"])


def test_json_offsets_hold_with_a_byte_order_mark_and_carriage_returns(tmp_path):
    text = "一、党建工作\r\n扎实推进网格建设。\r\n"
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        file = tmp_path / "report.txt"
        file.write_bytes(text.encode(encoding))
        report = json.loads(call("inspect", file, "--json").stdout)
        assert report["n_chars"] == len(text)
        assert [text[s["start"] : s["end"]] for s in report["sentences"]] == [
            "一、党建工作",
            "扎实推进网格建设。",
        ]
        assert report["title"] is None
        assert [w["message"] for w in report["warnings"]] == ["no title was found on the page"]


def test_the_view_for_a_person():
    result = call("inspect", RAW / "texts/jinpenling-2021h1.txt")
    assert (result.exit_code, result.stderr) == (0, "warning at 2039: check: 全面完成 / 21%\n")
    first, *rest = result.stdout.splitlines()
    assert rest[-1] == "78 indicators, 5 commitments, 1 targets"
    assert "target (soft, 2021-12): 力争打造三个特色工作示范点" in rest
    assert "utf-8, 4,465 characters" in first and "street: 金盆岭街道" in first and "None" not in first
    assert "  dropped breadcrumb at 0" in rest
    assert any(
        line.startswith("    (一)聚焦基层组织力,着力提高党建工作质量  retrospective, ") for line in rest
    )
    assert "\x1b[" not in result.stdout
    coloured = CliRunner().invoke(main, ["inspect", str(RAW / "texts/jinpenling-2021h1.txt")], color=True)
    assert click.unstyle(coloured.stdout) == result.stdout != coloured.stdout


@pytest.fixture(scope="module")
def found():
    """Every occurrence of 网格 in the raw texts, counted by plain search."""
    return {p.stem: p.read_text("utf-8").count("网格") for p in REPORTS}


def test_kwic_shows_every_occurrence_and_counts_on_stderr(found):
    result = call("kwic", "网格", "--corpus", RAW)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == sum(found.values()) > 0
    assert all("\t" in line and "【网格】" in line for line in lines)
    assert result.stderr == f"{len(lines)} occurrences\n"


@pytest.mark.parametrize("by", ["street", "orientation"])
def test_kwic_groups_hold_as_many_lines_as_they_say(by, found):
    result = call("kwic", "网格", "--corpus", RAW, "--by", by)
    assert result.exit_code == 0
    heads = [line.rsplit("  ", 1) for line in result.stdout.splitlines() if "【" not in line]
    assert sum(int(n) for _, n in heads) == sum(found.values())
    assert len(heads) == len({name for name, _ in heads})
    named = {name for name, _ in heads}
    assert "金盆岭街道" in named if by == "street" else named <= ORIENTATIONS
    assert result.stdout.count("【") == sum(found.values())


def test_kwic_csv_parses_back_to_the_text(found):
    result = call("kwic", "网格", "--corpus", RAW, "--csv")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {d: sum(r["doc_id"] == d for r in rows) for d in found} == found
    for row in rows:
        text = (RAW / f"texts/{row['doc_id']}.txt").read_text("utf-8")
        assert text[int(row["start"]) : int(row["end"])] == row["match"] == "网格"
        assert row["match"] in row["sentence"] and len(row["left"]) <= 20


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_kwic_csv_holds_no_formula(sign, tmp_path):
    text = f"一、党建工作\n{sign}1网格建设。\n".encode()
    result = call("kwic", f"\\{sign}1网格", "--corpus", corpus(tmp_path / "corpus", a=text), "--csv")
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert row["match"] == f"'{sign}1网格"
    assert row["sentence"] == f"'{sign}1网格建设。"
    assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())


@pytest.mark.parametrize(("pattern", "n"), [("没有这个词", 0), ("", 0), ("网格", 1), ("1网格", 1)])
def test_kwic_finds_full_width_and_half_width_alike(pattern, n, tmp_path):
    folder = corpus(tmp_path / "corpus", a="一、党建工作\n1网格建设。\n".encode())
    result = call("kwic", pattern, "--corpus", folder)
    assert (result.exit_code, result.stdout.count("【"), result.stderr) == (0, n, f"{n} occurrences\n")


@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}])
@pytest.mark.parametrize(
    ("arguments", "status", "stream"),
    [(["--help"], 0, "stdout"), (["check"], 0, "stdout"), (["inspect", "街道.txt"], 1, "stderr")],
)
def test_output_is_utf_8_in_any_locale(environment, arguments, status, stream):
    result = start(*arguments, **environment)
    assert result.returncode == status
    assert "街道" in getattr(result, stream).decode("utf-8")


def test_stdout_holds_the_result_and_nothing_else():
    result = start("inspect", REPORTS[0], "--json")
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads(result.stdout)["n_chars"] == len(REPORTS[0].read_text("utf-8"))


def test_a_reader_that_stops_reading_is_no_error_message():
    process = subprocess.Popen(
        [JIEDAO, "kwic", ".", "--corpus", str(RAW)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) in (0, 1)
    assert said == b""


def test_kwic_shows_the_sentences_that_a_table_names():
    result = call("kwic", "huashan-2024/s003-004", "--corpus", RAW)
    assert result.stderr == "2 sentences\n"
    first, second = result.stdout.splitlines()
    assert first.startswith("huashan-2024/s003\t(一)党建引领")
    assert second.startswith("huashan-2024/s004\t强品牌")
