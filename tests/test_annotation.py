"""Agreement with the outlines that a reader annotated by hand (tests/gold)."""

import json
from pathlib import Path

import pytest

from jiedao.clean import decode, normalise
from jiedao.orientation import orient
from jiedao.outline import read_outline
from jiedao.page import find_furniture

HERE = Path(__file__).parent
GOLD = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(HERE.glob("gold/*.json"))}


@pytest.fixture(params=GOLD)
def report(request):
    """The annotation of a report, and what the software reads in it."""
    data = (HERE.parent / f"data/raw/texts/{request.param}.txt").read_bytes()
    text = normalise(decode(data)[0])
    furniture = find_furniture(text)
    return GOLD[request.param], furniture, orient(text, read_outline(text, furniture))


def test_furniture_is_exactly_what_the_reader_marked(report):
    gold, furniture, _ = report
    assert [(f.start, f.end, f.kind) for f in furniture] == [
        (f["start"], f["end"], f["kind"]) for f in gold["furniture"]
    ]


def test_headings_and_their_levels(report):
    gold, _, sections = report
    expected = {(s["start"], s["heading_end"]): s["level"] for s in gold["sections"] if s["heading"]}
    found = {(s.start, s.heading_end): s.level for s in sections if s.heading}
    both = expected.keys() & found.keys()
    assert 2 * len(both) / (len(expected) + len(found)) >= 0.98  # F1
    assert sum(expected[k] == found[k] for k in both) >= 0.98 * len(both)


def test_orientation_of_the_annotated_characters(report):
    gold, _, sections = report
    expected = {i: s["orientation"] for s in gold["sections"] for i in range(s["start"], s["own_end"])}
    found = {i: s.orientation for s in sections for i in range(s.start, s.own_end)}
    assert sum(found.get(i) == expected[i] for i in expected) >= 0.99 * len(expected)
