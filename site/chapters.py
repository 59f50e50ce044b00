"""Chapters: the executed notebooks as pages, code folded, figures linked to their sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from frame import read_rows
from markup import mark_tables, page, raw, relink, toctree

from jiedao.claims import fill_claims

FIGURE = re.compile(r"""["'](fig\d+-\d+-[\w-]+)["']""")
TABLE = re.compile(r"(?<!\[)`([a-z_]+\.csv)`")
Cell = dict[str, Any]


def read_questions(root: Path) -> dict[str, list[dict[str, str]]]:
    """The questions that a study asks before a chapter, by the number of its notebook, with their numbers."""
    found: dict[str, list[dict[str, str]]] = {}
    if rows := read_rows(root / "site" / "questions.csv"):
        claims = pd.DataFrame(read_rows(root / "figures" / "claims.csv"))
        for row in rows:
            filled = {key: fill_claims(text, claims) for key, text in row.items()}
            found.setdefault(row["notebook"][:2], []).append(filled)
    return found


def question_box(questions: list[dict[str, str]]) -> str:
    """A box that asks before it answers."""
    parts = [
        '<aside class="predict" aria-label="Predict before you look">',
        "<p><strong>Predict before you look</strong></p>",
    ]
    for row in questions:
        parts.append(f"<p>{escape(row['question_en'])}</p>")
        if row.get("question_zh"):
            parts.append(f'<p lang="zh-CN">{escape(row["question_zh"])}</p>')
        parts.append(f"<details><summary>Answer</summary><p>{escape(row['answer_en'])}</p>")
        if row.get("answer_zh"):
            parts.append(f'<p lang="zh-CN">{escape(row["answer_zh"])}</p>')
        parts.append("</details>")
    return "\n".join([*parts, "</aside>"])


def chapter(
    notebook: Cell,
    questions: list[dict[str, str]],
    show: Callable[[str], str],
    has_file: Callable[[str], bool],
) -> Cell:
    """A notebook as the site shows it.

    Parameters
    ----------
    notebook : dict
        As read from the file; not changed.
    questions : list of dict
        Rows of questions.csv about it.
    show : callable
        Gives the HTML of a figure by its name.
    has_file : callable
        Whether the site holds a copy of a file of the repository.
    """
    cells: list[Cell] = []
    published: set[str] = set()
    heading = ""
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = next(iter(re.findall(r"^#+ (.+)$", text, flags=re.M)[::-1]), heading)
            text = relink(link_tables(text, has_file), "../", has_file, lambda name: raw(show(name)))
            cells.append({**cell, "source": text})
        else:
            cells.append(_code_cell(cell, text, show, published, heading))
        if len(cells) == 1 and questions:
            box = raw(question_box(questions))
            cells.append({"cell_type": "markdown", "id": "predict", "metadata": {}, "source": box})
    return {**notebook, "cells": cells}


def _code_cell(cell: Cell, text: str, show: Callable[[str], str], published: set[str], heading: str) -> Cell:
    """A code cell with its code folded, and its picture replaced by the figure it published."""
    names = [name for name in FIGURE.findall(text) if name not in published]
    outputs = []
    for output in cell["outputs"]:
        data = dict(output.get("data", {}))
        if "image/png" in data and names:
            published.add(names[0])
            data = {"text/html": show(names.pop(0))}
        elif "text/html" in data:
            data = {"text/html": mark_tables("".join(data["text/html"]), f"Table: {heading}")}
        outputs.append({**output, "data": data} if data else output)
    looks = {"tags": [*cell["metadata"].get("tags", []), "hide-input"]}
    looks["mystnb"] = {"image": {"alt": f"Chart: {heading}"}}
    return {**cell, "metadata": {**cell["metadata"], **looks}, "outputs": outputs}


def link_tables(text: str, has_file: Callable[[str], bool]) -> str:
    """Markdown in which the name of a table leads to the table."""

    def link(match: re.Match[str]) -> str:
        path = f"data/processed/{match[1]}"
        return f"[{match[0]}]({path})" if has_file(path) else match[0]

    return TABLE.sub(link, text)


def title_of(notebook: Cell) -> str:
    """The first heading of a notebook."""
    return "".join(notebook["cells"][0]["source"]).partition("\n")[0].lstrip("# ")


def write_chapters(
    root: Path, source: Path, show: Callable[[str], str], has_file: Callable[[str], bool]
) -> list[tuple[str, str, str]]:
    """Write every notebook's page and the list of them; gives name, title and first paragraph of each."""
    questions = read_questions(root)
    folder = source / "chapters"
    folder.mkdir(parents=True)
    found = []
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        shown = chapter(notebook, questions.get(path.stem[:2], []), show, has_file)
        (folder / path.name).write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")
        lead = "".join(notebook["cells"][0]["source"]).split("\n\n")
        found.append((path.stem, title_of(notebook), lead[1].strip() if len(lead) > 1 else ""))
    items = "\n\n".join(
        f"## [{title}]({name}.ipynb)\n\n{relink(lead, '../', has_file, lambda _: '')}"
        for name, title, lead in found
    )
    body = (
        "The study as it was run, one question a chapter. The code of every step is folded; open it where "
        "you want to see how a number came about. Marks of the figures lead to the sentences behind "
        "them.\n\n"
    )
    text = page("Chapters", body + items + "\n\n" + toctree(name for name, _, _ in found))
    (folder / "index.md").write_text(text, encoding="utf-8")
    return found
