"""The committed notebooks: executed in order, without a trace of the machine, built to one pattern."""

import ast
import re
from inspect import getsource
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from jiedao import claims
from jiedao.coding import CODES
from jiedao.study import NEEDS

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LONGEST = 25


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda p: p.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def outputs(code):
    return [output for cell in code for output in cell.outputs]


def body(cell):
    return ast.parse(cell.source).body


def tables_of(notebook):
    """The tables of data/processed that a notebook reads, and those that it writes."""
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    reads = set(re.findall(r'read_csv\(f"\{PROCESSED\}/([\w-]+\.csv)"', code))
    writes = set(re.findall(r'write_table\(.*?f"\{PROCESSED\}/([\w-]+\.csv)"', code))
    return reads, writes


ALL = {p.stem: nbformat.read(p, as_version=4) for p in NOTEBOOKS}
# The first notebook writes what is read from the texts in one loop.
CORPUS_TABLES = {
    f"{name}.csv"
    for name in "documents sections sentences tokens furniture theme_words indicators commitments targets "
    "checks credit programmes slogans".split()
}


def test_each_notebook_has_a_number_of_its_own():
    numbers = [p.name[:3] for p in NOTEBOOKS]
    assert all(re.fullmatch(r"\d\d-", n) for n in numbers)
    assert len(numbers) == len(set(numbers))
    assert set(numbers) == {f"0{n}-" for n in range(9)}


def test_it_is_valid_and_its_cell_ids_are_unique(notebook):
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids)) > 0


def test_cells_are_executed_from_1_to_n(code):
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_nothing_went_wrong_when_it_was_executed(outputs):
    assert [o.get("ename") for o in outputs if o.output_type == "error"] == []
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []
    assert any("image/png" in o.get("data", {}) for o in outputs)


def test_no_path_of_a_machine_stands_in_it(notebook, outputs):
    written = [cell.source for cell in notebook.cells] + [o.get("text", "") for o in outputs]
    written += [str(v) for o in outputs for kind, v in o.get("data", {}).items() if kind != "image/png"]
    paths = re.compile(r"(?<![\w.])(?:/(?:work|home|tmp|root|Users|private|var)\b|[A-Z]:\\)[^\s'\"<]*")
    assert [hit for text in written for hit in paths.findall(text)] == []
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert all("execution" not in cell.metadata for cell in notebook.cells)


def test_it_opens_with_question_imports_parameters(notebook):
    question, imports, parameters = notebook.cells[:3]
    assert question.cell_type == "markdown"
    assert re.match(r"# \d\d · .+\?", question.source)
    assert "**In:**" in question.source and "**Out:**" in question.source
    *imported, last = body(imports)
    assert all(isinstance(node, ast.Import | ast.ImportFrom) for node in imported)
    assert isinstance(last, ast.Import | ast.ImportFrom) or ast.unparse(last) == "house.use()"
    assert body(parameters)
    for node in body(parameters):
        assert isinstance(node, ast.Assign)
        assert all(isinstance(t, ast.Name) and t.id.isupper() for t in node.targets)


def test_the_first_cell_says_what_is_read_and_written(notebook):
    into, out = notebook.cells[0].source.split("**In:**")[1].split("**Out:**")
    reads, writes = tables_of(notebook)
    named = re.compile(r"`([\w-]+\.csv)`")
    if "tables" not in into:  # else they are not named one by one
        assert set(named.findall(into)) == reads
    if "tables" not in out:
        assert set(named.findall(out)) - {"claims.csv"} == writes
    code = "\n".join(c.source for c in notebook.cells)
    drawn = sorted(int(n) for n in re.findall(r'figures\.publish\(\s*"fig\d-(\d)', code))
    stated = [int(n) for n in re.findall(r"fig\d-(\d)", out)]
    assert drawn == list(range(1, len(drawn) + 1))
    assert stated == sorted({*drawn[:1], *drawn[-1:]})


def test_every_table_is_written_by_one_notebook():
    writers = [table for notebook in ALL.values() for table in tables_of(notebook)[1]]
    assert len(writers) == len(set(writers)) >= 12
    there = {p.name for p in (NOTEBOOKS[0].parents[1] / "data/processed").iterdir()}
    assert there == set(writers) | CORPUS_TABLES
    assert not set(writers) & CORPUS_TABLES


PROCESSED = NOTEBOOKS[0].parents[1] / "data/processed"
CARD = (PROCESSED.parent / "README.md").read_text("utf-8")


def described():
    """The tables of data/processed as data/README.md lists them: name, writer, what it says of columns."""
    for line in CARD.split("## Processed")[1].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"[\w-]+\.csv", cells[0]) if line.startswith("| ") else ():
            yield name, cells[1], cells[3]


def test_every_table_is_described_with_who_writes_it():
    tables = list(described())
    assert sorted(name for name, _, _ in tables) == sorted(p.name for p in PROCESSED.iterdir())
    for name, writer, _ in tables:
        (mine,) = [stem for stem, n in ALL.items() if name in tables_of(n)[1]] or ["01-corpus"]
        assert writer == mine[:2], name


@pytest.mark.parametrize(("name", "said"), [(n, said) for n, _, said in described()])
def test_every_table_has_the_columns_described(name, said):
    columns = list(pd.read_csv(PROCESSED / name, nrows=1).columns)
    if name == "cluster_themes.csv":
        assert columns[0] == "cluster" and set(columns[1:]) <= set(CODES)
        return
    if name == "cluster_mix.csv":
        sections = pd.read_csv(PROCESSED / "sections.csv")
        kinds = {*sections["doc_id"], *sections["orientation"]}
        assert columns[0] == "cluster" and len(columns) > 2 and set(columns[1:]) <= kinds
        return
    bare = re.sub(r"\([^()]*\)", "", said)
    if name == "documents.csv":
        raw = pd.read_csv(PROCESSED.parent / "raw/documents.csv", nrows=1)
        bare = bare.replace("those of raw/documents.csv", ", ".join(raw.columns))
    stated = [words.split()[0] for words in bare.split(",")]
    if "each" in stated:  # with its bounds
        at = stated.index("each")
        measured = stated[stated.index("n_tokens") + 1 : at]
        stated[stated.index("n_tokens") + 1 : at + 1] = [
            m + e for m in measured for e in ("", "_low", "_high")
        ]
    assert sorted(stated) == sorted(columns)


def test_a_notebook_waits_for_those_whose_tables_it_reads():
    """`jiedao.study.NEEDS`, together with what those need; one that is not listed waits for all."""
    numbers = [stem[:2] for stem in ALL]
    writer = dict.fromkeys(CORPUS_TABLES, "01")
    writer |= {t: stem[:2] for stem, notebook in ALL.items() for t in tables_of(notebook)[1]}
    waits = {}
    for number, notebook in zip(numbers, ALL.values(), strict=True):
        direct = NEEDS.get(number, numbers[: numbers.index(number)])
        waits[number] = set(direct).union(*(waits[n] for n in direct))
        reads, writes = tables_of(notebook)
        assert {writer[t] for t in reads - writes} <= waits[number], number
    # The last one also reads what its claims are made of.
    claimed = {claim.table for claim in claims.list_claims(PROCESSED)}
    claimed |= set(re.findall(r'folder / "([\w-]+\.csv)"', getsource(claims)))
    assert len(claimed) > 10
    assert {writer[t] for t in claimed} <= waits["08"]


def test_imports_stand_in_the_second_cell_only(code):
    nodes = [node for cell in code[1:] for node in ast.walk(ast.parse(cell.source))]
    assert not [ast.unparse(n) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]


def test_parameters_are_set_once_and_used(code):
    parameters = [target.id for node in body(code[1]) for target in node.targets]
    later = [node for cell in code[2:] for node in ast.walk(ast.parse(cell.source))]
    names = [node for node in later if isinstance(node, ast.Name)]
    assert [p for p in parameters if p not in {n.id for n in names}] == []
    assert [n.id for n in names if n.id in parameters and isinstance(n.ctx, ast.Store)] == []


def test_it_ends_with_what_it_does_not_show(notebook):
    assert notebook.cells[-1].cell_type == "markdown"
    assert notebook.cells[-1].source.startswith("## What this does not show\n")
    assert notebook.cells[-1].source.count("\n- ") >= 1


def test_questions_stand_before_code(notebook):
    headings = [c.source.splitlines()[0] for c in notebook.cells if c.source.startswith("## ")]
    assert len(headings) >= 3
    assert any(heading.endswith("?") for heading in headings)


def test_no_warning_is_hidden(code):
    assert not [cell.id for cell in code if re.search(r"filterwarnings|simplefilter|%%capture", cell.source)]


def test_no_code_cell_is_long(code):
    assert {c.id: n for c in code if (n := len(c.source.splitlines())) > LONGEST} == {}
