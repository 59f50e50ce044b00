"""Addresses on the site: the sentences behind a number, the page of a theme, the page of a term."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from urllib.parse import quote, unquote

# What reading.js takes for a group of sentences: 3-17,20 of the page's own report, or of one named first.
GROUP = re.compile(r"(?:(?P<doc>[\w%-][\w.%-]*):)?(?P<places>\d{1,6}(?:-\d{1,6})?(?:,\d{1,6}(?:-\d{1,6})?)*)")


def sentence_places(ids: str) -> dict[str, list[int]]:
    """The places that a text of ids names, by report: ``huashan-2024/s003-004`` is places 3 and 4.

    Reports come in the order of their first mention, places sorted and each one once.
    """
    places: dict[str, set[int]] = {}
    for part in ids.split():
        doc_id, _, numbers = part.rpartition("/s")
        first, _, last = numbers.partition("-")
        places.setdefault(doc_id, set()).update(range(int(first), int(last or first) + 1))
    return {doc_id: sorted(numbers) for doc_id, numbers in places.items()}


def evidence_url(ids: str, root: str) -> str:
    """The address at which the reading room shows some sentences.

    Parameters
    ----------
    ids : str
        Ids of sentences joined by blanks, with ranges: ``huashan-2024/s003-017 bayuehu-2023/s006``.
    root : str
        What leads from the page that links to the root of the site: ``../`` or empty.

    Returns
    -------
    str
        ``../reading/huashan-2024.html?s=3-17;bayuehu-2023:6#s003``; empty if no sentence is named. Without
        its script the page opens at the first sentence.
    """
    places = sentence_places(ids)
    if not places:
        return ""
    own, *others = places
    groups = [_ranges(places[own]), *(f"{quote(d, safe='')}:{_ranges(places[d])}" for d in others)]
    return f"{report_url(own, root)}?s={';'.join(groups)}#s{places[own][0]:03}"


def named_sentences(url: str) -> str:
    """The ids that an address of `evidence_url` names; what is no group of sentences is ignored."""
    path, _, query = url.partition("#")[0].partition("?s=")
    own = unquote(path.rpartition("/")[2].removesuffix(".html"))
    found = []
    for group in filter(None, map(GROUP.fullmatch, query.split(";"))):
        doc_id = unquote(group["doc"] or "") or own
        for places in group["places"].split(","):
            first, _, last = places.partition("-")
            found.append(f"{doc_id}/s{int(first):03}" + (f"-{int(last):03}" if last else ""))
    return " ".join(found)


def report_url(doc_id: str, root: str) -> str:
    """The address of a report in the reading room."""
    return f"{root}reading/{quote(doc_id, safe='')}.html"


def term_slug(term: str) -> str:
    """The name of a term's page: ``t-`` and its code points in hexadecimal."""
    return "t-" + "-".join(f"{ord(c):x}" for c in term)


def term_url(term: str, root: str) -> str:
    """The address of a term's page."""
    return f"{root}terms/{term_slug(term)}.html"


def theme_url(code: str, root: str) -> str:
    """The address of a theme's page."""
    return f"{root}themes/{quote(code, safe='')}.html"


def _ranges(numbers: Iterable[int]) -> str:
    """Sorted numbers as text, neighbours as a range: 3-17,20."""
    runs = []
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        members = [n for _, n in run]
        runs.append(f"{members[0]}-{members[-1]}" if len(members) > 1 else f"{members[0]}")
    return ",".join(runs)
