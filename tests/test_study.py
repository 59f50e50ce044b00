"""Running the study: outputs move into place together, or not at all."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from jiedao import JiedaoError
from jiedao import study as studies
from jiedao.files import locked
from jiedao.study import NEEDS, OUTPUTS, READY, SCRATCH, _most_urgent_first, execute, run

JIEDAO = str(Path(sys.executable).with_name("jiedao"))
HEADER = "doc_id,file,street,district,city,province,genre\n"
TABLE = "../data/processed/x.csv"
FIGURE = "../figures/y.csv"


def write(value, path=TABLE):
    """A cell that writes a value to a file."""
    return f"from pathlib import Path\nPath({path!r}).write_text({value!r})"


def read(path=TABLE):
    """A cell that fails unless the file is there, and prints it."""
    return f"from pathlib import Path\nprint(Path({path!r}).read_text())"


def notebooks(folder, **sources):
    """Write notebooks named first, second, …, each with the cells given."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, cells) in enumerate(sources.items(), 1):
        made = [new_code_cell(source, id=f"{name}-{i}") for i, source in enumerate(cells)]
        nbformat.write(new_notebook(cells=made), folder / f"{number:02}-{name}.ipynb")


def files(folder):
    """Every file below a folder with its bytes, the study's own notes aside."""
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith(".jiedao-"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def cells(study, name):
    return nbformat.read(study / "notebooks" / name, as_version=4).cells


@pytest.fixture
def corpus(tmp_path):
    """Two small reports."""
    folder = tmp_path / "corpus"
    (folder / "texts").mkdir(parents=True)
    rows = "a-2024,a.txt,甲街道,,,,plan\nb-2024,b.txt,乙街道,,,,plan\n"
    (folder / "documents.csv").write_text(HEADER + rows, "utf-8")
    (folder / "texts/a.txt").write_text("一、党建工作\n扎实推进网格建设。\n", "utf-8")
    (folder / "texts/b.txt").write_text("一、党建工作\n扎实推进社区建设。\n", "utf-8")
    return folder


@pytest.fixture
def study(tmp_path):
    """A study of two notebooks with the outputs of an earlier run, two of them no longer written."""
    folder = tmp_path / "study"
    notebooks(folder / "notebooks", first=[write("new"), "1 + 1"], second=[read(), write("figure", FIGURE)])
    made = ("data/processed/x.csv", "data/processed/stale.csv", "figures/zh/stale.csv")
    for name in (*made, "figures/mine.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("old")
    (folder / OUTPUTS).write_text("".join(f"{name}\n" for name in made))
    (folder / "data/lexicon").mkdir()
    (folder / "data/lexicon/mine.csv").write_text("kept")
    return folder


def test_a_full_run_puts_everything_in_place_and_drops_only_what_an_earlier_one_wrote(corpus, study):
    raw, said = files(corpus), []
    written = run(corpus, study, say=said.append)
    assert set(files(study)) == {
        "data/lexicon/mine.csv",
        "figures/mine.png",
        "data/processed/x.csv",
        "figures/y.csv",
        "notebooks/01-first.ipynb",
        "notebooks/02-second.ipynb",
    }
    mine = {"data/lexicon/mine.csv", "figures/mine.png"}
    assert {p.relative_to(study).as_posix() for p in written} == set(files(study)) - mine
    assert (study / "data/processed/x.csv").read_text() == "new"
    assert (study / "figures/y.csv").read_text() == "figure"
    assert [c.execution_count for c in cells(study, "01-first.ipynb")] == [1, 2]
    assert cells(study, "02-second.ipynb")[0].outputs[0].text == "new\n"
    assert [line.split()[0] for line in said] == ["01-first", "01-first", "02-second", "02-second"]
    assert files(corpus) == raw
    assert not list(study.glob(f"{SCRATCH}*"))


def test_only_runs_that_notebook_on_the_tables_that_stand_and_keeps_the_rest(corpus, study):
    before = files(study)
    run(corpus, study, only=["02"], say=lambda line: None)
    after = files(study)
    assert cells(study, "02-second.ipynb")[0].outputs[0].text == "old\n"
    assert after.keys() - before.keys() == {"figures/y.csv"}
    assert {name for name in before if before[name] != after[name]} == {"notebooks/02-second.ipynb"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failing_notebook_is_named_and_changes_nothing(corpus, study, jobs):
    notebooks(study / "notebooks", first=[write("new")], second=["raise ValueError('no such\\nstreet')"])
    before = files(study)
    with pytest.raises(JiedaoError, match=r"^02-second\.ipynb: ValueError: no such;") as caught:
        run(corpus, study, jobs=jobs, say=lambda line: None)
    assert "\n" not in str(caught.value)
    assert files(study) == before


def test_a_kernel_that_dies_is_an_error_too(corpus, study):
    notebooks(study / "notebooks", first=["import os\nos._exit(1)"], second=["1"])
    before = files(study)
    with pytest.raises(JiedaoError, match=r"^01-first\.ipynb: did not finish"):
        run(corpus, study, say=lambda line: None)
    assert files(study) == before


@pytest.mark.parametrize("number", ["99", "3", "first"])
def test_an_unknown_number_is_refused_before_anything_runs(corpus, study, number):
    before = files(study)
    with pytest.raises(JiedaoError, match=f"there is no notebook {number}; give a number such as 03"):
        run(corpus, study, only=["01", number], say=pytest.fail)
    assert files(study) == before


def test_a_fault_in_the_corpus_stops_before_anything_runs(corpus, study):
    (corpus / "texts/a.txt").unlink()
    before = files(study)
    with pytest.raises(JiedaoError, match=r"a\.txt: no such file"):
        run(corpus, study, say=pytest.fail)
    assert files(study) == before
    with pytest.raises(JiedaoError):
        run(corpus, study / "new", say=pytest.fail)
    assert not (study / "new").exists()


def test_one_report_is_no_comparison(corpus, study):
    (corpus / "documents.csv").write_text(HEADER + "a-2024,a.txt,甲街道,,,,plan\n", "utf-8")
    (corpus / "texts/b.txt").unlink()
    with pytest.raises(JiedaoError, match="holds one report; a comparison needs two or more"):
        run(corpus, study, say=pytest.fail)


def test_two_at_once_give_the_same_files(corpus, tmp_path):
    third = [read(), write("third", "../data/processed/z.csv"), "print({'a', 'b', 'c'}, hash('a'))"]
    for jobs in (1, 2):
        folder = tmp_path / f"jobs{jobs}"
        notebooks(
            folder / "notebooks", first=[write("new")], second=[read(), write("y", FIGURE)], third=third
        )
        run(corpus, folder, jobs=jobs, say=lambda line: None)
    made = files(tmp_path / "jobs1")
    assert len(made) == 6
    assert made == files(tmp_path / "jobs2")


def test_the_environment_of_the_caller_does_not_reach_a_notebook(corpus, tmp_path, monkeypatch):
    names = ("PYTHONHASHSEED", "TZ", "LC_ALL", "OMP_NUM_THREADS")
    for name, value in zip(names, ("7", "Asia/Shanghai", "C", "4"), strict=True):
        monkeypatch.setenv(name, value)
    notebooks(tmp_path / "study/notebooks", first=[f"import os\nprint(*map(os.environ.get, {names}))"])
    run(corpus, tmp_path / "study", say=lambda line: None)
    assert cells(tmp_path / "study", "01-first.ipynb")[0].outputs[0].text == "0 UTC C.UTF-8 1\n"


def test_a_run_of_some_notebooks_lists_what_the_others_made_and_nothing_of_the_users(corpus, study):
    run(corpus, study, only=["02"], say=lambda line: None)
    listed = (study / OUTPUTS).read_text().splitlines()
    assert "figures/mine.png" not in listed
    assert {"figures/y.csv", "data/processed/stale.csv"} <= set(listed)


@pytest.mark.parametrize("stop", range(8))
def test_a_delivery_that_is_broken_off_at_any_step_is_finished_by_the_next_run(
    corpus, study, monkeypatch, stop
):
    left, replace, unlink = [stop], os.replace, Path.unlink

    def stopping(function):
        def wrapped(*args, **kwargs):
            if (study / READY).exists():  # from here on files move
                left[0] -= 1
                if left[0] < 0:
                    raise KeyboardInterrupt
            return function(*args, **kwargs)

        return wrapped

    monkeypatch.setattr(os, "replace", stopping(replace))
    monkeypatch.setattr(Path, "unlink", stopping(unlink))
    try:
        run(corpus, study, say=lambda line: None)
    except KeyboardInterrupt:
        assert left[0] < 0
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(Path, "unlink", unlink)
    assert (study / "data/processed/x.csv").read_text() in ("old", "new")
    assert (study / "figures/mine.png").read_text() == "old"
    studies._deliver(study)
    assert "data/processed/stale.csv" not in files(study)
    assert (study / "figures/y.csv").read_text() == "figure"
    assert (study / "data/processed/x.csv").read_text() == "new"
    assert not (study / READY).exists()


def test_two_runs_on_one_folder_are_told_apart(corpus, study):
    before = files(study)
    with locked(study), pytest.raises(JiedaoError, match="another jiedao command writes here"):
        run(corpus, study, say=pytest.fail)
    assert files(study) == before


def test_a_list_of_outputs_cannot_name_files_elsewhere(corpus, study):
    (study.parent / "precious").write_text("kept")
    (study / OUTPUTS).write_text("../precious\nfigures/../../precious\ndata/lexicon/mine.csv\n")
    run(corpus, study, say=lambda line: None)
    assert (study.parent / "precious").read_text() == "kept"
    assert (study / "data/lexicon/mine.csv").read_text() == "kept"


def test_only_what_the_table_names_is_copied(corpus, study):
    (corpus / "texts/elsewhere").symlink_to("/")
    notebooks(
        study / "notebooks", first=["import os\nprint(sorted(os.listdir('../data/raw/texts')))"], second=["1"]
    )
    run(corpus, study, say=lambda line: None)
    assert cells(study, "01-first.ipynb")[0].outputs[0].text == "['a.txt', 'b.txt']\n"


# --- the order


SHIPPED = sorted(p.name[:2] for p in (Path(__file__).parents[1] / "notebooks").glob("[0-9][0-9]-*.ipynb"))


def test_needs_are_earlier_notebooks_that_are_there():
    assert set(NEEDS) <= set(SHIPPED)
    for number, needs in NEEDS.items():
        assert set(needs) <= set(SHIPPED) and all(n < number for n in needs)


@pytest.mark.parametrize("jobs", [1, 2, 9])
@pytest.mark.parametrize("only", [SHIPPED, ["02", "04"], ["07", "08"]])
def test_a_notebook_starts_when_those_it_needs_are_done(monkeypatch, tmp_path, jobs, only):
    started, done, at_once = [], set(), []
    lock = threading.Lock()

    def execute(path, clients):
        number = path.name[:2]
        needs = set(NEEDS.get(number, SHIPPED[: SHIPPED.index(number)])) & set(only)
        with lock:
            assert needs <= done
            started.append(number)
            at_once.append(len(started) - len(done))
        time.sleep(0.01)
        with lock:
            done.add(number)
        return 1.5

    monkeypatch.setattr(studies, "execute", execute)
    said = []
    studies._execute([tmp_path / f"{n}-x.ipynb" for n in only], jobs, said.append)
    assert sorted(started) == sorted(only)
    assert max(at_once) <= jobs
    assert (
        max(np.cumsum([1 if line.endswith("…") else -1 for line in said])) <= jobs
    )  # none is said too early
    assert sorted(said) == sorted(line for n in only for line in (f"{n}-x …", f"{n}-x  1.5 s"))
    if jobs == 1:
        assert started == list(only)


def test_what_most_others_wait_for_begins_first():
    assert _most_urgent_first({"1": (), "2": ("1",), "3": ("1",), "4": ("3",)}) == ["1", "3", "4", "2"]
    assert _most_urgent_first({"1": ("9",), "2": ()}) == ["1", "2"]  # 9 is not run


def test_execute_hands_its_client_over(tmp_path):
    notebooks(tmp_path, first=["6 * 7"])
    clients = []
    seconds = execute(tmp_path / "01-first.ipynb", clients)
    assert seconds > 0
    (client,) = clients
    assert client.nb.cells[0].outputs[0].data["text/plain"] == "42"
    written = nbformat.read(tmp_path / "01-first.ipynb", as_version=4)
    assert written.cells[0].outputs[0].data["text/plain"] == "42"
    assert set(written.metadata) == {"kernelspec", "language_info"}


# --- interrupts


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 1), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_run_that_is_broken_off_changes_nothing_and_the_next_one_completes(corpus, study, sent, status):
    marker = study.parent / "kernel"
    stop = (  # the first time, says who runs it and waits to be killed
        "import os, time\nfrom pathlib import Path\nmarker = Path('../../../kernel')\n"
        "if not marker.exists():\n"
        "    Path('../../../part').write_text(str(os.getpid()))\n"
        "    os.replace('../../../part', marker)\n"
        "    time.sleep(120)"
    )
    notebooks(study / "notebooks", first=[write("new")], second=[stop, write("figure", FIGURE)])
    before = files(study)
    command = [JIEDAO, "run", "--corpus", str(corpus), "--out", str(study)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while not marker.exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(sent)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == status
    assert out == ""
    assert "Traceback" not in err
    if sent == signal.SIGINT:
        assert err.splitlines()[-1] == "jiedao: interrupted; what was there before is as it was"
        assert not list(study.glob(f"{SCRATCH}*"))
    whole = {name: data for name, data in files(study).items() if not name.startswith(SCRATCH)}
    assert whole == before
    run(corpus, study, say=lambda line: None)
    assert (study / "figures/y.csv").read_text() == "figure"
    assert not list(study.glob(f"{SCRATCH}*"))
