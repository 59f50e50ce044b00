"""The made-up reports that timings are made on, and how timings are compared. No speed is asserted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jiedao.lexicon import place_names
from jiedao.report import parse

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
import bench  # noqa: E402
import generate  # noqa: E402

N = 40
FIELDS = (
    "doc_id text street district city province genre review_start review_end plan_start plan_end "
    "title published"
).split()


@pytest.fixture(scope="module")
def documents() -> list[dict[str, str]]:
    return list(generate.generate(N, seed=3))


def length(text: str) -> int:
    parsed = parse(text.encode())
    return sum(len("".join(parsed.plain[s.start : s.own_end].split())) for s in parsed.sections)


def test_reports_are_the_same_for_a_seed_whatever_the_hashes(documents, tmp_path):
    for hashes in ("1", "2"):
        out = tmp_path / f"{hashes}.jsonl"
        command = [sys.executable, BENCHMARKS / "generate.py", "3", "--seed", "3", "--out", out]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": hashes})
        assert [json.loads(line) for line in out.read_text("utf-8").splitlines()] == documents[:3]


def test_another_seed_gives_other_reports(documents):
    assert next(generate.generate(1, seed=4))["text"] != documents[0]["text"]


def test_fields_are_those_of_a_table_of_documents(documents):
    assert len({d["doc_id"] for d in documents}) == N
    for document in documents:
        assert list(document) == FIELDS
        assert document["title"] in document["text"]
        assert document["city"] in place_names() and document["province"] in place_names()
        for part in ("review", "plan"):
            start, end = document[f"{part}_start"], document[f"{part}_end"]
            assert bool(start) == bool(end) and start <= end
        assert document["plan_start"] or document["review_start"]
        assert 2015 <= int((document["review_start"] or document["plan_start"])[:4]) <= 2024


def test_reports_are_as_long_as_the_real_ones(documents):
    lengths = [length(d["text"]) for d in documents]
    assert min(lengths) >= 2900 and max(lengths) <= generate.MOST


def test_outlines_and_furniture_are_found_as_put_in(documents):
    put_in = found = titles = 0
    for i, document in enumerate(documents):
        parsed = parse(document["text"].encode())
        assert parsed.text == document["text"]
        assert all(0 <= s.start <= s.own_end <= len(parsed.text) for s in parsed.sections)
        put_in += sum(bool(part.heading) for part in generate.Writer(3, i).skeleton.parts)
        found += sum(s.heading is not None and s.style not in ("title", "subtitle") for s in parsed.sections)
        titles += parsed.title == document["title"]
    assert 0.85 * put_in < found < 1.1 * put_in
    assert titles > 0.9 * N
    assert sum(bool(parse(d["text"].encode()).furniture) for d in documents) > N / 2


def test_sentences_hardly_repeat(documents):
    shares = generate.repeats(generate.sentences_of(d["text"]) for d in documents)
    assert shares["sentences_repeated"] < 0.02
    assert shares["run_characters_repeated"] < 0.2
    again = generate.repeats(generate.sentences_of(d["text"]) for d in documents[:2] * 2)
    assert again["sentences_repeated"] == again["runs_repeated"] == 1


def row(group, name, documents, speed, memory=100.0):
    return {
        "group": group,
        "name": name,
        "engine": "e",
        "workers": 1,
        "documents": documents,
        "characters_per_second": speed,
        "peak_mb": memory,
    }


def test_ratios_are_to_the_same_size_or_the_nearest():
    rows = [row("naive", "n", 10, 2.0), row("package", "p", 5, 1.0), row("ours", "o", 10, 8.0)]
    rows += [row("naive", "n", 100, 4.0, 300.0), row("ours", "o", 100, 8.0, 110.0)]
    bench.compare(rows)
    assert [r["ratio_to_naive"] for r in rows] == [1, 0.5, 4, 1, 2]
    assert "ratio_to_floor" not in rows[0]
    assert rows[3]["time_growth"] == 0.5 and rows[3]["memory_growth"] == 3
    assert rows[4]["time_growth"] == 1 and rows[4]["memory_growth"] == 1.1


def test_slow_contestants_get_a_sample():
    sizes = {c.name: bench.entry(c, 10_000) for c in bench.others(1000)}
    assert sizes["jieba + CountVectorizer"] == sizes["rjieba alone"] == 10_000
    assert sizes["textacy on spaCy"] == 1000 and sizes["SnowNLP"] == 50


def test_a_run_is_measured_and_a_failed_one_told(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "WORK", tmp_path)
    found = bench.measure([sys.executable, "-c", "b = bytearray(80_000_000); sum(range(10**6))"])
    assert found.seconds > 0 and found.cpu > 0 and found.peak > 80
    with pytest.raises(bench.Failed, match="broken"):
        bench.measure([sys.executable, "-c", "raise SystemExit('broken')"])


def test_requirements_are_exact_and_name_no_host():
    lines = (BENCHMARKS / "requirements.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(line.count("==") == 1 and "/" not in line for line in pins)
    packages = {p for c in bench.others(1000) if c.own_venv for p in c.packages}
    assert packages <= set(bench.pinned())
