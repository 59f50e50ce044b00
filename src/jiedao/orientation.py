"""What a stretch of a report does: look back, look ahead, name problems, or frame.

A part's heading says it (一、上半年工作总结; 二、存在的问题); where no heading does, the title; where
there is no title, the tense of the words, counted over the whole stretch in question.
"""

from __future__ import annotations

import re

from jiedao.outline import Section, is_part

_PAST = re.compile(
    r"(?<![为除罢])了(?!解)|已(?:经|[\u4e00-\u9fff])|截至|累计|同比|获评|荣获|获得|先后|今年以来|一年来|过去|上半年以来|共(?:计|有|收|开|举|完)"
    r"|(?<![保])完成(?:了|率)?\d|达到?\d|新增\d|\d[\d.]*(?:余|多)?[万亿]?(?:元|人|次|个|户|件|家|场|起|%)"
)
_FUTURE = re.compile(
    r"将(?=[以继坚全在进从围把会要按])|我们要|要(?=[以在把坚全继切])|力争|争取|争创|力促|确保|进一步|继续|加快|计划|年内|总体要求|目标任务"
    r"|开局之年|关键一年|新的一年|着力|全力|不断|积极|努力|持续|加大|加强|推进|建立|健全|完善|强化|深化"
)


def tense(text: str) -> str:
    """Tell a review from a plan by its wording.

    Reviews count what was done: figures with units, 了, 已, 同比, 获评. Plans urge: bare policy verbs,
    力争, 确保, 进一步. The two cue lists differ in frequency, so a review is called when past cues make
    up more than a quarter of all cues.

    Returns
    -------
    str
        ``retrospective`` or ``prospective``.
    """
    past, future = len(_PAST.findall(text)), len(_FUTURE.findall(text))
    return "retrospective" if past > 0.25 * (past + future) else "prospective"


def orient(text: str, sections: list[Section]) -> list[Section]:
    """Set the orientation of each section, in place, and return the list.

    Parameters
    ----------
    text : str
        The normalised text.
    sections : list of Section
        As `jiedao.outline.read_outline` gives them.

    Returns
    -------
    list of Section
        With ``orientation`` one of ``retrospective``, ``prospective``, ``problem-statement``,
        ``preamble``, ``closing``, ``apparatus``. A block that opens the document, or opens its review
        or plan part, is a preamble; one under a thematic heading is oriented like its part.
    """
    announced = _announced_by_title(sections)
    tops = [i for i, s in enumerate(sections) if s.parent is None and not s.orientation]
    said = {i: is_part(sections[i].heading or "") for i in tops}
    silent = [i for i in tops if said[i] is None]
    if silent:
        default = announced or tense("".join(text[sections[i].start : sections[i].end] for i in silent))
        said |= dict.fromkeys(silent, default)
    for i, section in enumerate(sections):
        if section.orientation:
            continue
        if section.parent is None:
            section.orientation = said[i] or ""
            continue
        parent = sections[section.parent]
        opens_part = section.style == "none" and is_part(parent.heading or "") in ("retrospective", "prospective")
        own = is_part(section.heading or "") if section.style == "own_line" else None
        section.orientation = "preamble" if opens_part else own or parent.orientation
    return sections


def _announced_by_title(sections: list[Section]) -> str | None:
    """What the title says of the whole text: a plan, a review, or (both, or nothing) None."""
    title = "".join(s.heading or "" for s in sections if s.style in ("title", "subtitle"))
    plan = re.search(r"计划|规划|打算|安排|思路|要点", title)
    review = re.search(r"总结|回顾|汇报|成效", title)
    if plan and not review:
        return "prospective"
    return "retrospective" if review and not plan else None
