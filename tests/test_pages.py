"""Saved web pages made up together with their annotation (pages.py), and how well they are read."""

from itertools import pairwise

import pytest
from pages import make_page, score

PAGES = [make_page(seed) for seed in range(150)]


def test_a_seed_always_gives_the_same_page():
    assert [make_page(seed) for seed in range(20)] == PAGES[:20]


def test_furniture_is_whole_lines_without_their_blanks():
    for page in PAGES:
        lines, start = set(), 0
        for line in page.text.split("\n"):
            lines.add((start + len(line) - len(line.lstrip()), start + len(line.rstrip())))
            start += len(line) + 1
        assert all(a < b for a, b in page.furniture)
        assert set(page.furniture) <= lines


def test_headings_are_in_order_and_stop_before_their_full_stop():
    for page in PAGES:
        for start, end, level in page.headings:
            heading = page.text[start:end]
            assert heading == heading.strip()
            assert heading[-1] not in "。,，:："
            assert level in (1, 2, 3, 4)
        marked = sorted([h[:2] for h in page.headings] + page.furniture + [page.title] * bool(page.title))
        assert all(before[1] <= after[0] for before, after in pairwise(marked))
        assert [h[:2] for h in page.headings] == [
            span for span in marked if span in {h[:2] for h in page.headings}
        ]


def test_a_good_quarter_of_the_pages_have_no_furniture():
    assert 0.2 < sum(not page.furniture for page in PAGES) / len(PAGES) < 0.4


@pytest.fixture(scope="module")
def agreement():
    return score(PAGES)


def test_furniture_is_found(agreement):
    assert agreement["furniture"].f1 >= 0.95


def test_headings_are_found(agreement):
    assert agreement["headings"].f1 >= 0.90
