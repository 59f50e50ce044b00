"""Adding reports: the original kept, its text written, its row filled from the page, or nothing."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from jiedao import JiedaoError, collect, files
from jiedao.collect import Added, AlreadyThere, add, describe, find_files, new_study
from jiedao.corpus import read_corpus
from jiedao.documents import read_documents
from jiedao.report import parse

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data/raw"
SAY = (
    "坚持问题导向,狠抓各项任务落实,群众满意度稳步提高,新建社区食堂{1}处,全年未发生较大以上安全生产责任事故。"
)
REPORT = (
    "{0}2024年工作总结\n一、主要成效\n"
    + SAY
    + "\n二、2025年工作计划\n将进一步加强党的建设,确保完成目标任务。\n"
)
PAGE = (
    "<html><head><title>{0}2024年工作总结</title><script>alert(1)</script></head><body><p>首页 &gt; 公开</p>"
    "<p>索引号:A-1 发布日期:2025-01-05</p><h1>{0}2024年工作总结</h1>"
    "<p>一、主要成效</p><p>" + SAY + "</p><p>" + SAY.replace("{1}", "1{1}") + "</p></body>"
)


def taken(paths, corpus, given=(), ask=None):
    return [outcome for _, outcome in add(paths, corpus, dict(given), ask)]


def contents(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != files.LOCK
    }


@pytest.fixture
def reports(tmp_path):
    """Three reports of different streets, as text."""
    folder = tmp_path / "saved"
    folder.mkdir()
    for n, street in enumerate(("东湖街道", "西江镇", "北城街街道")):
        (folder / f"{n}.txt").write_text(REPORT.format(street, n), "utf-8")
    return sorted(folder.iterdir())


# --- a new study


def test_a_new_study_has_what_a_run_needs(tmp_path):
    new_study(tmp_path / "study")
    made = contents(tmp_path / "study")
    notebooks = sorted(p.name for p in (ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    assert set(made) == {"documents.csv", "terms.csv", *(f"notebooks/{n}" for n in notebooks)}
    # The mark tells spreadsheets on Chinese systems that this is UTF-8.
    assert made["documents.csv"].decode() == "\ufeff" + ",".join(collect.COLUMNS) + "\n"
    assert all(b'"outputs": []' in made[f"notebooks/{n}"] for n in notebooks)
    assert not any(b"image/png" in data for data in made.values())
    with pytest.raises(JiedaoError, match="has no rows; add one for each text"):
        read_documents(tmp_path / "study")


def test_a_new_study_overwrites_nothing(tmp_path, monkeypatch):
    (tmp_path / "mine").write_text("kept")
    for folder in (tmp_path, tmp_path / "mine"):
        with pytest.raises(JiedaoError, match="is there and not empty; name a new folder"):
            new_study(folder)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    new_study(Path("."))
    assert (tmp_path / "empty/documents.csv").is_file()
    assert {p.name for p in tmp_path.iterdir()} == {"mine", "empty"}


# --- what is added


def test_the_original_is_kept_and_the_row_filled(tmp_path, reports):
    page = tmp_path / "saved page.HTML"
    page.write_text(PAGE.format("南山乡", 7), "utf-8")
    added, *_ = taken([page], tmp_path / "corpus")
    row = added.row
    assert (row["doc_id"], row["file"], row["original"]) == ("南山-2024", "南山-2024.txt", "南山-2024.html")
    assert (row["street"], row["genre"]) == ("南山乡", "review")
    assert (row["review_start"], row["review_end"], row["plan_start"]) == ("2024-01", "2024-12", "")
    assert (row["title"], row["published"], row["index_no"]) == ("南山乡2024年工作总结", "2025-01-05", "A-1")
    original = (tmp_path / "corpus/originals/南山-2024.html").read_bytes()
    text = (tmp_path / "corpus/texts/南山-2024.txt").read_bytes()
    assert original == page.read_bytes()
    assert row["original_sha256"] == hashlib.sha256(original).hexdigest()
    assert row["sha256"] == hashlib.sha256(text).hexdigest()
    assert "alert" not in text.decode()
    corpus = read_corpus(tmp_path / "corpus")
    assert corpus.documents["street"].tolist() == ["南山乡"]
    assert not list((tmp_path / "corpus/texts").glob(".*"))


def test_a_text_is_kept_byte_for_byte(tmp_path, reports):
    text = REPORT.format("东湖街道", 1).replace("\n", "\r\n").encode("gb18030")
    reports[0].write_bytes(text)
    taken(reports[:1], tmp_path / "corpus")
    assert (tmp_path / "corpus/texts/东湖-2024.txt").read_bytes() == text
    assert read_corpus(tmp_path / "corpus").text("东湖-2024") == text.decode("gb18030")


def test_several_are_added_and_a_second_time_nothing_happens(tmp_path, reports):
    added = taken(reports, tmp_path / "corpus")
    assert [a.row["doc_id"] for a in added] == ["东湖-2024", "西江-2024", "北城街-2024"]
    before = contents(tmp_path / "corpus")
    again = taken(reports, tmp_path / "corpus")
    assert all(isinstance(outcome, AlreadyThere) for outcome in again)
    assert contents(tmp_path / "corpus") == before
    assert len(read_corpus(tmp_path / "corpus").documents) == 3


def test_the_same_text_in_another_file_is_there_already(tmp_path, reports):
    taken(reports[:1], tmp_path / "corpus")
    table = tmp_path / "corpus/documents.csv"
    digest = hashlib.sha256(reports[0].read_bytes()).hexdigest()
    table.write_text(table.read_text("utf-8").replace(digest, ""), "utf-8")  # a table made by hand has none
    copy = tmp_path / "copy.txt"
    copy.write_bytes(reports[0].read_bytes())
    assert isinstance(taken([copy], tmp_path / "corpus")[0], AlreadyThere)


def test_two_reports_of_one_street_and_year_get_two_ids(tmp_path, reports):
    reports[1].write_text(REPORT.format("东湖街道", 5), "utf-8")
    assert [a.row["doc_id"] for a in taken(reports[:2], tmp_path / "c")] == ["东湖-2024", "东湖-2024-2"]


def test_what_is_given_goes_before_what_the_page_states(tmp_path, reports):
    given = {"street": "某街道", "genre": "plan", "review_start": "2023-01", "review_end": "2023-06"}
    (added,) = taken(reports[:1], tmp_path / "corpus", given)
    assert {k: added.row[k] for k in given} == given


def test_what_is_not_stated_is_asked_for_or_noted(tmp_path):
    text = "一、主要成效\n" + SAY.format("", 3) + "\n二、下一步打算\n将进一步加强党的建设。\n"
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(text + name, "utf-8")
    (noted,) = taken([tmp_path / "a.txt"], tmp_path / "noted")
    assert noted.row["street"] == "a"
    said = (
        "street not stated, named after the file; months reviewed not stated; months planned for not stated"
    )
    assert noted.row["notes"] == said and said in noted.warnings
    answers = {"street": "东湖街道", "review": "2023-01/2023-12", "plan": "soon"}
    (asked,) = taken([tmp_path / "b.txt"], tmp_path / "asked", ask=lambda column, path: answers[column])
    assert (asked.row["street"], asked.row["review_end"], asked.row["plan_end"]) == (
        "东湖街道",
        "2023-12",
        "",
    )
    assert asked.row["notes"] == "months planned for not stated"
    assert len(read_corpus(tmp_path / "asked").documents) == 1


def test_a_text_that_lies_in_the_corpus_already_only_gets_its_row(tmp_path, reports):
    texts = tmp_path / "corpus/texts"
    texts.mkdir(parents=True)
    (texts / "mine.txt").write_bytes(reports[0].read_bytes())
    (added,) = taken([texts / "mine.txt"], tmp_path / "corpus")
    assert (added.row["doc_id"], added.row["file"], added.row["original"]) == ("mine", "mine.txt", "")
    assert [p.name for p in texts.iterdir()] == ["mine.txt"]
    assert read_corpus(tmp_path / "corpus").documents["street"].tolist() == ["东湖街道"]
    (texts / "临江 街道(1).txt").write_bytes(reports[1].read_bytes())
    (other,) = taken([texts / "临江 街道(1).txt"], tmp_path / "corpus")
    assert (other.row["doc_id"], other.row["file"]) == ("临江街道1", "临江 街道(1).txt")
    (texts / "page.txt").write_text(PAGE.format("南山乡", 7), "utf-8")
    (refused,) = taken([texts / "page.txt"], tmp_path / "corpus")
    assert "lies in texts/ but is html; move it out, then" in str(refused)
    (texts / "page.txt").unlink()
    assert len(read_corpus(tmp_path / "corpus").documents) == 2


def test_damage_is_reported_and_not_mended(tmp_path, reports):
    text = REPORT.format("东湖街道", 1).replace("满意度", "满- 3 -意度")
    reports[0].write_text(text, "utf-8")
    (added,) = taken(reports[:1], tmp_path / "corpus")
    assert f"a page number inside a sentence, at {text.index('- 3 -')}" in added.warnings
    assert (tmp_path / "corpus/texts/东湖-2024.txt").read_text("utf-8") == text


def test_a_text_that_was_lost_is_restored_from_its_file(tmp_path, reports):
    corpus = tmp_path / "corpus"
    taken(reports[:1], corpus)
    (corpus / "texts/东湖-2024.txt").unlink()
    (outcome,) = taken(reports[:1], corpus)
    assert isinstance(outcome, AlreadyThere) and "its text was lost and is restored" in str(outcome)
    assert len(read_corpus(corpus).documents) == 1


@pytest.mark.parametrize("text", ["x", "root:x:0:0:root:/root:/bin/bash\n" * 9, "工作总结"])
def test_what_is_no_report_is_refused(tmp_path, text):
    (tmp_path / "a.txt").write_text(text, "utf-8")
    (outcome,) = taken([tmp_path / "a.txt"], tmp_path / "corpus")
    assert "holds hardly any Chinese; name the file" in str(outcome)
    assert not (tmp_path / "corpus/documents.csv").exists()


def test_absurd_lengths_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("说" * 2_000_001, "utf-8")
    (outcome,) = taken([tmp_path / "a.txt"], tmp_path / "corpus")
    assert "longer than 2,000,000 characters, no report" in str(outcome)


# --- what a page states


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        (
            "东湖街道2021年上半年工作总结及下半年工作计划",
            ("东湖街道", "2021-01", "2021-06", "2021-07", "2021-12"),
        ),
        ("中共东湖镇委员会2023年工作总结", ("东湖镇", "2023-01", "2023-12", "", "")),
        # It reviews the year before: what the title says is not enough.
        ("高阳县2023年政府工作报告", ("高阳县", "", "", "", "")),
    ],
)
def test_places_and_periods_of_a_title(title, cells):
    parsed = parse(
        REPORT.replace("{0}2024年工作总结", title).replace("2025年", "下步").format("", 1).encode()
    )
    row = describe(parsed, {})
    assert tuple(row[c] for c in ("street", "review_start", "review_end", "plan_start", "plan_end")) == cells


@pytest.mark.parametrize("doc_id", ["lvxianting-2021", "jinpenling-2021h1", "bayuehu-2023"])
def test_the_shipped_pages_state_what_the_shipped_table_says(doc_id):
    table = read_documents(RAW).set_index("doc_id")
    row = describe(parse((RAW / f"texts/{doc_id}.txt").read_bytes()), {})
    for column in ("street", "genre", "title", "published", "index_no", "review_start", "review_end"):
        assert row[column] == table.loc[doc_id, column], column


# --- the table


def test_the_original_of_another_report_is_never_replaced(tmp_path, reports):
    corpus = tmp_path / "corpus"
    taken(reports[:1], corpus)
    (corpus / "texts/东湖-2024.txt").rename(corpus / "texts/mine.txt")
    table = corpus / "documents.csv"
    renamed = table.read_text("utf-8-sig").replace("东湖-2024,东湖-2024.txt", "mine,mine.txt")
    table.write_text(renamed, "utf-8")
    reports[1].write_text(REPORT.format("东湖街道", 8), "utf-8")
    before = (corpus / "originals/东湖-2024.txt").read_bytes()
    (added,) = taken(reports[1:2], corpus)
    assert added.row["doc_id"] == "东湖-2024-2"
    assert (corpus / "originals/东湖-2024.txt").read_bytes() == before


def test_what_a_spreadsheet_makes_of_the_table_is_read(tmp_path, reports):
    corpus = tmp_path / "corpus"
    taken(reports[:1], corpus, {"review_start": "2024-01", "review_end": "2024-12"})
    table = corpus / "documents.csv"
    text = table.read_text("utf-8-sig").replace("2024-01,2024-12", "2024/1,Dec-24") + ",,,\n"
    saved = text.replace(",", "\t").replace("\n", "\r\n").encode("gb18030")
    table.write_bytes(saved)
    read = read_documents(corpus)
    assert read[["review_start", "review_end"]].to_numpy().tolist() == [["2024-01", "2024-12"]]
    taken(reports[1:2], corpus)
    assert read_documents(corpus)["street"].tolist() == ["东湖街道", "西江镇"]
    assert b"\t" in table.read_bytes()


def test_a_row_with_too_many_cells_stops_the_adding(tmp_path, reports):
    corpus = tmp_path / "corpus"
    (corpus / "texts").mkdir(parents=True)
    bad = ",".join(collect.REQUIRED) + "\na,a.txt,甲街道,乙区,丙市,丁省,review, plan\n"
    (corpus / "documents.csv").write_text(bad, "utf-8")
    with pytest.raises(JiedaoError, match="more cells than there are columns"):
        taken(reports[:1], corpus)
    assert (corpus / "documents.csv").read_text("utf-8") == bad


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_table_made_by_hand_keeps_its_cells_its_columns_and_its_encoding(tmp_path, reports, encoding):
    corpus = tmp_path / "corpus"
    (corpus / "texts").mkdir(parents=True)
    (corpus / "texts/a.txt").write_text(REPORT.format("甲街道", 9), "utf-8")
    cells = {"doc_id": "a", "file": "a.txt", "street": "甲街道", "district": "", "city": "", "province": ""}
    mine = pd.DataFrame([cells | {"genre": "review", "mine": 'a "quoted", cell'}])
    (corpus / "documents.csv").write_bytes(mine.to_csv(index=False).encode(encoding))
    taken(reports[:1], corpus)
    table = pd.read_csv(corpus / "documents.csv", dtype=str, keep_default_na=False, encoding=encoding)
    assert table[mine.columns].iloc[:1].equals(mine)
    assert table["street"].tolist() == ["甲街道", "东湖街道"]
    assert len(read_corpus(corpus).documents) == 2


def test_no_cell_is_a_formula_and_no_name_leaves_the_folder(tmp_path):
    page = PAGE.format("南山乡", 7).replace("<h1>南山乡", "<h1>=HYPERLINK(1)南山乡")
    evil = tmp_path / "..%2f=cmd.html"
    evil.write_text(page, "utf-8")
    (added,) = taken([evil], tmp_path / "corpus", {"street": "../../=x", "district": "=1+1"})
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in added.row.values())
    inside = {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("*") if p.is_file()}
    assert inside == {evil.name, "corpus"}
    assert "/" not in added.row["file"] and not added.row["file"].startswith(".")
    assert len(read_corpus(tmp_path / "corpus").documents) == 1


def test_file_names_that_are_no_utf_8_or_no_words(tmp_path):
    text = "一、主要成效\n" + SAY.format("", 4)
    (tmp_path / os.fsdecode("工作总结".encode("gb18030") + b".txt")).write_text(text, "utf-8")
    (tmp_path / "\U0001f600.txt").write_text(text + "一", "utf-8")
    (tmp_path / f"-{'长' * 60}.txt").write_text(text + "二", "utf-8")
    added = taken(find_files([tmp_path]), tmp_path / "corpus")
    assert {a.row["street"] for a in added} == {"工作总结", "report", "'-" + "长" * 39}
    assert len(read_corpus(tmp_path / "corpus").documents) == 3


# --- files, folders, patterns


def test_what_a_folder_and_a_pattern_mean(tmp_path):
    for name in ("a.html", "b.PDF", "c.png", "a_files/frame.html", "deep/d.txt", ".hidden.txt", "old.doc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = [p.relative_to(tmp_path).as_posix() for p in find_files([tmp_path])]
    assert found == ["a.html", "b.PDF", "deep/d.txt", "old.doc"]
    assert [p.name for p in find_files([tmp_path / "*.html", tmp_path / "a.html"])] == ["a.html"]
    assert find_files([tmp_path / "none.txt"]) == [tmp_path / "none.txt"]


# --- refusals and faults


def test_a_refused_file_leaves_the_corpus_as_it_was_and_the_others_go_on(tmp_path, reports):
    bad = tmp_path / "bad.doc"
    bad.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    first, refused, third = taken([reports[0], bad, reports[1]], tmp_path / "corpus")
    assert isinstance(first, Added) and isinstance(third, Added)
    assert str(refused).startswith(str(bad)) and "save it as .docx" in str(refused)
    assert len(read_corpus(tmp_path / "corpus").documents) == 2


def test_a_corpus_that_another_command_writes_to_is_left_alone(tmp_path, reports):
    with files.locked(tmp_path / "corpus"), pytest.raises(JiedaoError, match="another jiedao command"):
        taken(reports, tmp_path / "corpus")
    assert contents(tmp_path / "corpus") == {}


@pytest.mark.parametrize("stop", range(12))
def test_a_kill_at_any_step_leaves_a_corpus_that_reads_and_a_rerun_completes(
    tmp_path, reports, monkeypatch, stop
):
    corpus = tmp_path / "corpus"
    taken(reports[:1], corpus)
    left, replace = [stop], os.replace

    def killed(source, target):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", killed)
    try:
        taken(reports[1:], corpus)
    except KeyboardInterrupt:
        assert left[0] < 0
    monkeypatch.setattr(os, "replace", replace)
    read = read_corpus(corpus).documents
    assert 1 <= len(read) <= 3 and read["street"].iloc[0] == "东湖街道"
    taken(reports[1:], corpus)
    assert sorted(read_corpus(corpus).documents["street"]) == ["东湖街道", "北城街街道", "西江镇"]
    assert not [p for p in corpus.rglob("*") if p.name.startswith((".part-", ".")) and p.name != files.LOCK]


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_kills_at_any_moment_lose_nothing(tmp_path, reports):
    for n in range(12):
        (tmp_path / f"saved/more{n}.txt").write_text(
            REPORT.format(f"第{'甲乙丙丁戊己庚辛壬癸子丑'[n]}街道", n), "utf-8"
        )
    jiedao = Path(sys.executable).with_name("jiedao")
    command = [str(jiedao), "add", "--corpus", str(tmp_path / "corpus"), str(tmp_path / "saved")]
    whole: dict[str, bytes] = {}
    for n in range(10):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.9 + 0.05 * n)
        process.kill()
        process.wait()
        if (tmp_path / "corpus/documents.csv").is_file():
            read = read_corpus(tmp_path / "corpus")
            assert {"texts/" + f for f in read.documents["file"]} <= set(contents(tmp_path / "corpus"))
            now = contents(tmp_path / "corpus")
            assert all(now.get(name) == data for name, data in whole.items() if name != "documents.csv")
            whole = {f"texts/{f}": now[f"texts/{f}"] for f in read.documents["file"]}
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(read_corpus(tmp_path / "corpus").documents) == 15
