"""What a stretch of a report does: look back, look ahead, name problems, or frame.

A part's heading says it (一、上半年工作总结; 二、存在的问题); where no heading does, the title; where
there is no title, the tense of the words, counted over the whole stretch in question.
"""

from __future__ import annotations

import re

from jiedao.furniture import told_apart
from jiedao.headings import Section

# What only frames a report: it reviews and plans nothing.
FRAMING = ("preamble", "closing", "apparatus")
_REVIEW = r"(?:总结|回顾|成效|成绩|成果|完成情况|进展情况|开展情况|工作情况|主要做法|工作亮点|所做的?工作)"
_PLAN = (
    r"(?:计划|打算|安排|思路|规划|展望|设想|总体要求"
    r"|(?:工作|重点|主要)(?:目标|任务|举措|措施|重点|要点))"
)
_PROBLEM = (
    r"(?:(?:存在|面临)的?.{0,6}(?:问题|不足|困难|短板|挑战)"
    r"|(?:主要|突出)?(?:问题|困难|不足)(?:和|及|与)?(?:问题|困难|不足)?)"
)
_NEXT = r"(?:下一?步|下阶段|下一阶段|今后|明年|来年|下半年)"
_PARTS = {
    "problem-statement": rf".{{0,8}}{_PROBLEM}",
    "prospective": rf".{{0,16}}{_PLAN}|.{{0,6}}{_NEXT}.{{0,12}}",
    "retrospective": rf".{{0,16}}{_REVIEW}|.{{0,10}}上半年.{{0,6}}工作",
}
# A part is named by a noun; what urges (巩固脱贫成果, 解决突出问题, 完善城市规划) is a theme.
_URGES = (
    "巩固|拓展|加强|加快|加大|强化|深化|优化|完善|健全|推进|推动|促进|提升|提高|落实|抓好|做好|做实|科学|编制|制定|实施"
    "|聚焦|突出(?!问题)|统筹|严格|注重|坚持|着力|解决|化解|破解|整改|直面|扩大|保障|实现|确保|全面|全力|切实|大力|扎实"
)
_PART = re.compile(f"(?!{_URGES})(?:{told_apart(_PARTS.values())})")
_PLANS_TITLE = re.compile(r"计划|规划|打算|安排|思路|要点")
_REVIEWS_TITLE = re.compile(r"总结|回顾|汇报|成效")
_PAST = re.compile(
    r"(?<![为除罢])了(?!解)|已(?:经|[\u4e00-\u9fff])|截至|累计|同比|获评|荣获|获得|先后|今年以来|一年来|过去|上半年以来|共(?:计|有|收|开|举|完)"
    r"|(?<![保])完成(?:了|率)?\d|达到?\d|新增\d|\d[\d.]{0,15}(?:余|多)?[万亿]?(?:元|人|次|个|户|件|家|场|起|%)"
)
_FUTURE = re.compile(
    r"将(?=[以继坚全在进从围把会要按])|我们要|要(?=[以在把坚全继切])|力争|争取|争创|力促|确保|进一步|继续|加快|计划|年内|总体要求|目标任务"
    r"|开局之年|关键一年|新的一年|着力|全力|不断|积极|努力|持续|加大|加强|推进|建立|健全|完善|强化|深化"
)


def is_part(heading: str) -> str | None:
    """The orientation a heading announces (一、上半年工作总结 → retrospective), or None."""
    heading = heading.strip()[:100]
    if heading.endswith(")"):
        heading = heading.partition("(")[0]
    found = _PART.fullmatch(heading)
    return list(_PARTS)[found.lastindex - 1] if found else None


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
    open_ended = [s for s in sections if not s.orientation]
    named = [is_part(s.heading or "") if s.parent is None else None for s in open_ended]
    announced = _announced_by_title(sections)
    if announced is None:
        silent = (s for s, part in zip(open_ended, named, strict=True) if s.parent is None and not part)
        announced = tense("".join(text[s.start : s.end] for s in silent))
    for section, part in zip(open_ended, named, strict=True):
        parent = None if section.parent is None else sections[section.parent]
        if parent is None:
            section.orientation = part or announced
        elif section.style == "none" and is_part(parent.heading or "") in ("retrospective", "prospective"):
            section.orientation = "preamble"
        else:
            own = is_part(section.heading or "") if section.style == "own_line" else None
            section.orientation = own or parent.orientation
    return sections


def _announced_by_title(sections: list[Section]) -> str | None:
    """What the title says of the whole text: a plan, a review, or (both, or nothing) None."""
    title = "".join(s.heading or "" for s in sections if s.style in ("title", "subtitle"))
    plan, review = _PLANS_TITLE.search(title) is not None, _REVIEWS_TITLE.search(title) is not None
    if plan == review:
        return None
    return "prospective" if plan else "retrospective"


def outlooks(text: str, sections: list[Section]) -> list[str | None]:
    """Say of each section whether it looks back, looks ahead or names problems, preambles and closings too.

    A preamble under a heading looks where its part looks; one that opens the document where its only part
    does, or else where its wording points. A closing looks ahead after a plan.

    Parameters
    ----------
    text : str
        The normalised text.
    sections : list of Section
        Oriented by `orient`.

    Returns
    -------
    list of str or None
        ``retrospective``, ``prospective`` or ``problem-statement``; None for title and signature.
    """
    parts = {s.orientation for s in sections} & {"retrospective", "prospective"}
    out: list[str | None] = []
    for i, section in enumerate(sections):
        above = None if section.parent is None else sections[section.parent].orientation
        if section.orientation not in FRAMING:
            out.append(section.orientation)
        elif section.orientation == "apparatus":
            out.append(None)
        elif above and above not in FRAMING:
            out.append(above)
        elif len(parts) == 1:
            out.append(next(iter(parts)))
        elif section.orientation == "closing" and "prospective" in out[:i]:
            out.append("prospective")
        else:
            out.append(tense(text[section.start : section.own_end]))
    return out
