"""What is done to the built pages: Chinese text marked as such, and unused parts of the theme left out."""

from __future__ import annotations

import re
from pathlib import Path

from markup import HAN

TAG = re.compile(r"""(<!--.*?-->|<(?:"[^"]*"|'[^']*'|[^'">])*>)""", re.S)
NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
RUN = re.compile(rf"[{HAN}](?:[{HAN}，。、；：？！（）《》“”‘’—…·\d]*[{HAN}])?")
LANG = re.compile(r"""\blang\s*=\s*["']?([\w-]+)""")
# Text in here is either no HTML text or not allowed to hold elements.
CLOSED = {"script", "style", "svg", "title", "textarea", "option"}
VOID = set("area base br col embed hr img input link meta source track wbr".split())
COMMENT = re.compile(r"/\*.*?\*/", re.S)
BRACE = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{}]""")
CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
REFERENCE = re.compile(r"""(?:(?:src|href)=|@import )"([^"#?]+)[^"]*"|url\(["']?([^"')#?]+)""")


def mark_chinese(html: str) -> str:
    """Put ``lang="zh"`` around runs of Chinese characters in text that is not yet marked as Chinese."""
    out: list[str] = []
    stack = [("", False, False)]  # of (element, whether its text is none to mark, whether it is Chinese)
    for i, part in enumerate(TAG.split(html)):
        _, closed, chinese = stack[-1]
        if i % 2 == 0:
            out.append(part if closed or chinese else RUN.sub(r'<span lang="zh">\g<0></span>', part))
            continue
        out.append(part)
        name = NAME.match(part)
        if name is None:
            continue
        element = name[1].lower()
        if part.startswith("</"):
            while len(stack) > 1 and stack.pop()[0] != element:
                pass
        elif element not in VOID and not part.endswith("/>"):
            lang = LANG.search(part)
            chinese = lang[1].startswith("zh") if lang else chinese
            stack.append((element, closed or element in CLOSED, chinese))
    return "".join(out)


def thin_style(css: str, used: set[str]) -> str:
    """A style sheet without the rules that no page can match, and without the fonts of icons.

    Parameters
    ----------
    css : str
        A style sheet.
    used : set of str
        Words of the pages and scripts; a class that is not among them is never set.
    """
    out, at = [], 0
    while (opening := css.find("{", at)) >= 0:
        closing = _closing(css, opening)
        selector = COMMENT.sub("", css[at:opening]).strip()
        body = css[opening + 1 : closing]
        if selector.startswith(("@media", "@supports")):
            body = thin_style(body, used)
            out += [f"{selector}{{{body}}}"] if body.strip() else []
        elif selector.startswith("@"):
            out += [] if "awesome" in body.lower() else [f"{selector}{{{body}}}"]
        elif kept := [s for s in _selectors(selector) if _may_match(s, used)]:
            out.append(f"{','.join(kept)}{{{body}}}")
        at = closing + 1
    return "".join(out) + css[at:]


def _closing(css: str, opening: int) -> int:
    """Where the block that opens at a place closes; braces inside of strings do not count."""
    depth = 0
    for sign in BRACE.finditer(css, opening):
        depth += {"{": 1, "}": -1}.get(sign[0], 0)
        if depth == 0:
            return sign.start()
    return len(css)


def _selectors(selector: str) -> list[str]:
    """The selectors of a list, cut at commas that stand in no bracket."""
    parts, depth = [""], 0
    for sign in selector:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _may_match(selector: str, used: set[str]) -> bool:
    """Whether every class that a selector asks for is set somewhere; what stands in brackets is let pass."""
    plain = selector
    while (shorter := re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", plain)) != plain:
        plain = shorter
    return all(name.replace("\\", "") in used for name in CLASS.findall(plain))


def prune(html: Path) -> None:
    """Remove static files that no page, style sheet or script of the site refers to, and Sphinx's traces."""
    static = html / "_static"
    used = set()
    for path in [*html.rglob("*.html"), *static.rglob("*.css")]:
        for groups in REFERENCE.findall(path.read_text(encoding="utf-8")):
            used.add((path.parent / (groups[0] or groups[1])).resolve())
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.resolve() not in used and path.name not in ("OFL.txt", "bootstrap.js.LICENSE.txt"):
            path.unlink()
    for name in (".buildinfo", "objects.inv"):
        (html / name).unlink(missing_ok=True)


def finish(html: Path) -> None:
    """Mark Chinese text in every page, thin the theme's style sheet."""
    for path in sorted(html.rglob("*.html")):
        path.write_text(mark_chinese(path.read_text(encoding="utf-8")), encoding="utf-8")
    scripts = [p for p in (html / "_static").rglob("*.js") if not p.name.startswith("searchindex")]
    used = {
        w
        for p in [*html.rglob("*.html"), *scripts]
        for w in re.findall(r"[\w-]+", p.read_text(encoding="utf-8"))
    }
    for path in (html / "_static").rglob("*.css"):
        if path.name.startswith(("pydata", "mystnb", "pygments", "basic")):
            path.write_text(thin_style(path.read_text(encoding="utf-8"), used), encoding="utf-8")
    for path in (html / "_static").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", text), encoding="utf-8")
    for path in (html / "_static").rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\n?/\*# sourceMappingURL=\S+ ?\*/\s*$", "\n", text), encoding="utf-8")
