"""Run the study: execute the notebooks in order, and put their outputs in place together.

Everything happens in a scratch copy of the study beside the outputs. When every notebook has run, the scratch
copy gets the name `READY` in one step, and its files are moved, each in one step. A run that is broken off
before leaves the previous outputs as they were; one that is broken off while files move is finished by the
next.
"""

from __future__ import annotations

import asyncio
import filecmp
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from jiedao import JiedaoError
from jiedao.corpus import read_corpus
from jiedao.documents import TERMS, corpus_folder
from jiedao.files import locked, move
from jiedao.lexicon import data_folder

GENERATED = ("data/processed", "figures")
SCRATCH, READY = ".jiedao-run-", ".jiedao-ready"
OUTPUTS = ".jiedao-outputs"  # what the last run wrote, a name a line: nothing else is ever removed
# What each notebook reads from others; one that is not listed waits for all before it.
NEEDS = {
    "00": (),
    "01": (),
    "02": ("01",),
    "03": ("01",),
    "04": ("01",),
    "05": ("01",),
    "06": ("01", "03"),
    "07": ("01", "02", "03"),
    "08": ("01", "02", "03", "04", "05", "06"),
}
# What must not show in any output: threads change the last bits of sums, the rest changes order or text.
NEUTRAL = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONUTF8": "1",
    "PYTHONWARNINGS": "",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
# What notebooks make is hardly ever garbage that goes in circles; looking for it takes a part of the time.
RARELY = "--IPKernelApp.exec_lines=__import__('gc').set_threshold(100_000, 20, 100)"
TIMEOUT = 6 * 3600  # seconds a cell: the work grows with the square of the number of reports


class UnknownNotebook(JiedaoError):
    """A number was given that no notebook has."""


def run(
    corpus: str | Path,
    out: str | Path,
    only: Iterable[str] = (),
    jobs: int = 1,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Execute the notebooks on a corpus and write tables, figures and executed notebooks.

    Parameters
    ----------
    corpus : str or Path
        Folder with documents.csv and texts/, or a study folder.
    out : str or Path
        Study folder. Its own notebooks are run if it has any, else those shipped with the package.
    only : iterable of str
        Numbers of notebooks to run (``03``); default: all. The others' outputs must be there.
    jobs : int
        How many notebooks may run at once.
    say : callable
        Takes each line of progress.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    JiedaoError
        If the corpus is at fault, a notebook fails, or another run is writing to the same folder.
    """
    corpus, out, only = corpus_folder(Path(corpus)).resolve(), Path(out).resolve(), tuple(only)
    texts = list(read_corpus(corpus).documents["file"])
    if len(texts) < 2:
        raise JiedaoError(f"{corpus}: holds one report; a comparison needs two or more, so add another")
    own = out / "notebooks"
    source = own if any(own.glob("[0-9][0-9]-*.ipynb")) else data_folder("notebooks")
    notebooks = sorted(source.glob("[0-9][0-9]-*.ipynb"))
    chosen = [n for n in notebooks if not only or n.name[:2] in only]
    if missing := set(only) - {n.name[:2] for n in chosen}:
        raise UnknownNotebook(
            f"{source}: there is no notebook {sorted(missing)[0]}; give a number such as 03"
        )
    with locked(out):
        _deliver(out)
        for stale in out.glob(f"{SCRATCH}*"):
            shutil.rmtree(stale, ignore_errors=True)
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=out))
        try:
            _stage(corpus, texts, out, chosen, scratch, keep=bool(only))
            _execute([scratch / "notebooks" / n.name for n in chosen], max(1, jobs), say)
            _list_outputs(scratch, out, complete=not only)
            os.replace(scratch, out / READY)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return _deliver(out)


def _stage(
    corpus: Path, texts: list[str], out: Path, notebooks: list[Path], scratch: Path, keep: bool
) -> None:
    """Copy what a run reads: of the corpus only what documents.csv names."""
    raw = scratch / "data" / "raw"
    (raw / "texts").mkdir(parents=True)
    for name in texts:
        shutil.copyfile(corpus / "texts" / name, raw / "texts" / name)
    for name in ("documents.csv", TERMS):
        if (corpus / name).is_file():
            shutil.copyfile(corpus / name, raw / name)
    for folder in GENERATED:
        (scratch / folder).mkdir(parents=True)
        for file in (out / folder).rglob("*") if keep else ():
            if file.is_file() and not file.is_symlink():
                copy = scratch / file.relative_to(out)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
    (scratch / "notebooks").mkdir()
    for notebook in notebooks:
        shutil.copyfile(notebook, scratch / "notebooks" / notebook.name)


def _execute(notebooks: list[Path], jobs: int, say: Callable[[str], None]) -> None:
    """Run each notebook as soon as those it needs are done, one at a time in their order."""
    by_number = {n.name[:2]: n for n in notebooks}
    needs = {n: NEEDS.get(n, tuple(by_number)[:i]) for i, n in enumerate(by_number)}
    waiting = {n: by_number[n] for n in (_most_urgent_first(needs) if jobs > 1 else by_number)}
    undone = set(waiting)
    running: dict[Future[float], Path] = {}
    clients: list[NotebookClient] = []
    with ThreadPoolExecutor(jobs) as pool, _killing(clients, running):
        while undone:
            for number in list(waiting):
                if len(running) < jobs and undone.isdisjoint(needs[number]):
                    notebook = waiting.pop(number)
                    say(f"{notebook.stem} …")
                    running[pool.submit(execute, notebook, clients)] = notebook
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                notebook = running.pop(future)
                say(f"{notebook.stem}  {future.result():.1f} s")
                undone.remove(notebook.name[:2])


def _most_urgent_first(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Notebooks that most others wait for; of equals, those that wait for the longest chain themselves."""
    waited_for = Counter(other for others in needs.values() for other in others)
    chain: dict[str, int] = {}
    for number, others in needs.items():
        chain[number] = 1 + max((chain.get(other, 0) for other in others), default=0)
    return sorted(needs, key=lambda number: (-waited_for[number], -chain[number], number))


@contextmanager
def _killing(clients: list[NotebookClient], running: Mapping[Future[float], str]) -> Iterator[None]:
    """On an interrupt, end the kernels, which it does not reach, and so the threads that wait for them."""
    try:
        yield
    except KeyboardInterrupt:
        while wait(running, timeout=0.2).not_done:
            for client in clients:
                process = getattr(getattr(client.km, "provisioner", None), "process", None)
                if process is not None:  # a kernel that is only starting has none yet
                    process.kill()
        raise


def execute(path: Path, clients: list[NotebookClient]) -> float:
    """Execute one notebook in place, in a neutral environment; returns the seconds it took.

    The client that runs it is put into ``clients``, so that a caller can end it.
    """
    began = time.monotonic()
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # of many kinds, by what is wrong with it
        raise JiedaoError(
            f"{path.name}: no notebook that can be read ({type(error).__name__}); restore it"
        ) from None
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR", RARELY],
        shutdown_kernel="immediate",  # what it has to write is written
        resources={"metadata": {"path": str(path.parent)}},
    )
    clients.append(client)
    environment = os.environ | NEUTRAL | {"IPYTHONDIR": str(path.parent.parent / ".ipython")}
    try:
        asyncio.run(client.async_execute(env=environment))  # closes the loop it opens
    except CellExecutionError as error:
        reason = f"{error.ename}: {error.evalue}".strip().splitlines()[0][:200]
        missing = error.ename == "FileNotFoundError" and "data/processed" in error.evalue
        remedy = "run the whole study first" if missing else "open it with `make lab` to see where"
        raise JiedaoError(f"{path.name}: {reason}; {remedy}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise JiedaoError(f"{path.name}: did not finish ({type(error).__name__}); run it again") from None
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, path)
    return time.monotonic() - began


def _list_outputs(scratch: Path, out: Path, complete: bool) -> None:
    """Write down which files this run has made; a run of some notebooks keeps what the others had made."""
    made = [
        file.relative_to(scratch).as_posix()
        for folder in (*GENERATED, "notebooks")
        for file in sorted((scratch / folder).rglob("*"))
        if file.is_file()
    ]
    if not complete:  # what lay there before was copied in, and may be the user's own
        made = [n for n in made if not (out / n).is_file() or not filecmp.cmp(scratch / n, out / n, False)]
        made = sorted({*made, *_listed(out / OUTPUTS)})
    (scratch / OUTPUTS).write_text("".join(f"{name}\n" for name in made), "utf-8")


def _listed(file: Path) -> list[str]:
    """The names in a list of outputs; only names that lie where a run writes."""
    names = file.read_text("utf-8").splitlines() if file.is_file() else []
    return [n for n in names if n.startswith((*GENERATED, "notebooks/")) and ".." not in n]


def _deliver(out: Path) -> list[Path]:
    """Move a finished run's files into place and drop those of earlier runs that it did not make again.

    Each step may be repeated, so that a delivery that was broken off can be finished later.
    """
    ready = out / READY
    made = _listed(ready / OUTPUTS)
    for name in made:
        if (ready / name).is_file():
            move(ready / name, out / name)
    if made:
        for name in set(_listed(out / OUTPUTS)) - set(made):
            if not name.startswith("notebooks/"):
                (out / name).unlink(missing_ok=True)
        os.replace(ready / OUTPUTS, out / OUTPUTS)
    shutil.rmtree(ready, ignore_errors=True)
    return [out / name for name in made]
