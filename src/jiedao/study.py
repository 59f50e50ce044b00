"""Run the study: execute the notebooks in order, and put their outputs in place together.

Everything happens in a scratch copy of the study beside the outputs. Only when every notebook has run
are the files moved, each in one step, so an interrupted run leaves the previous outputs as they were.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from jiedao import JiedaoError
from jiedao.corpus import read_corpus
from jiedao.lexicon import data_folder

GENERATED = ("data/processed", "figures")
SCRATCH = ".jiedao-"
# What each notebook reads from others; one that is not listed waits for all before it.
NEEDS = {
    "01": (),
    "02": ("01",),
    "03": ("01",),
    "04": ("01",),
    "05": ("01",),
    "06": ("01", "03"),
    "07": ("01", "02", "03"),
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
}
TIMEOUT = 1800


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
        Folder with documents.csv and texts/.
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
        If the corpus is at fault, or a notebook fails.
    """
    corpus, out, only = Path(corpus).resolve(), Path(out).resolve(), tuple(only)
    read_corpus(corpus)
    own = out / "notebooks"
    source = own if any(own.glob("[0-9][0-9]-*.ipynb")) else data_folder("notebooks")
    notebooks = sorted(source.glob("[0-9][0-9]-*.ipynb"))
    chosen = [n for n in notebooks if not only or n.name[:2] in only]
    if missing := set(only) - {n.name[:2] for n in chosen}:
        raise UnknownNotebook(
            f"{source}: there is no notebook {sorted(missing)[0]}; give a number such as 03"
        )
    out.mkdir(parents=True, exist_ok=True)
    for stale in out.glob(f"{SCRATCH}*"):
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=out) as folder:
        scratch = Path(folder)
        _stage(corpus, out, chosen, scratch, keep=bool(only))
        _execute([scratch / "notebooks" / n.name for n in chosen], max(1, jobs), say)
        return _deliver(scratch, out, complete=not only)


def _stage(corpus: Path, out: Path, notebooks: list[Path], scratch: Path, keep: bool) -> None:
    raw = scratch / "data" / "raw"
    shutil.copytree(corpus / "texts", raw / "texts")  # not the whole folder: the outputs may lie in it too
    shutil.copy(corpus / "documents.csv", raw)
    for folder in GENERATED:
        if keep and (out / folder).is_dir():
            shutil.copytree(out / folder, scratch / folder)
        (scratch / folder).mkdir(parents=True, exist_ok=True)
    (scratch / "notebooks").mkdir()
    for notebook in notebooks:
        shutil.copy(notebook, scratch / "notebooks" / notebook.name)


def _execute(notebooks: list[Path], jobs: int, say: Callable[[str], None]) -> None:
    """Run each notebook as soon as those it needs are done."""
    waiting = {n.name[:2]: n for n in notebooks}
    numbers, undone = list(waiting), set(waiting)
    running: dict[Future[float], Path] = {}
    clients: list[NotebookClient] = []
    with ThreadPoolExecutor(jobs) as pool, _killing(clients, running):
        while undone:
            for number in list(waiting):
                needs = NEEDS.get(number, numbers[: numbers.index(number)])
                if len(running) < jobs and undone.isdisjoint(needs):
                    notebook = waiting.pop(number)
                    say(f"{notebook.stem} …")
                    running[pool.submit(execute, notebook, clients)] = notebook
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                notebook = running.pop(future)
                say(f"{notebook.stem}  {future.result():.1f} s")
                undone.remove(notebook.name[:2])


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
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    clients.append(client)
    environment = os.environ | NEUTRAL | {"IPYTHONDIR": str(path.parent.parent / ".ipython")}
    try:
        asyncio.run(client.async_execute(env=environment))  # closes the loop it opens
    except CellExecutionError as error:
        reason = f"{error.ename}: {error.evalue}".strip().splitlines()[0]
        raise JiedaoError(f"{path.name}: {reason}; open it with `make lab` to see where") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise JiedaoError(f"{path.name}: did not finish ({type(error).__name__}); run it again") from None
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, path)
    return time.monotonic() - began


def _deliver(scratch: Path, out: Path, complete: bool) -> list[Path]:
    """Move the outputs into place, file by file; drop generated files that this run no longer writes."""
    written = []
    for folder in (*GENERATED, "notebooks"):
        for file in sorted(p for p in (scratch / folder).rglob("*") if p.is_file()):
            target = out / file.relative_to(scratch)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
            written.append(target)
    if complete:
        for folder in GENERATED:
            for file in (out / folder).rglob("*"):
                if file.is_file() and file not in written:
                    file.unlink()
    return written
