"""Times this package beside other ways to count the words of many reports, on made-up reports.

Each contestant is a process of its own over the same file. Prints characters a second, the ratio to the
script everyone writes and to the floor, CPU time and peak memory, and how these grow with the number of
reports; writes results.csv, and the chart of results.svg and results.png. README.md beside this file says
what each contestant does and what the numbers mean.

    .venv/bin/python benchmarks/bench.py --quick --out /tmp/bench
    .venv/bin/python benchmarks/bench.py
"""

from __future__ import annotations

import argparse
import csv
import ctypes
import hashlib
import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

try:
    import psutil
except ImportError:  # then the memory of all processes together is left empty
    psutil = None

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = HERE / ".work"
VENV = HERE / ".venv"
BIN = Path(sys.executable).parent
MB = 1024 * 1024
WARM = 10  # reports that each contestant runs over once, unmeasured: compiled files, jieba's own cache

COLUMNS = (
    "group name engine workers documents characters runs seconds characters_per_second ratio_to_naive "
    "ratio_to_floor cpu_seconds peak_mb peak_mb_all time_growth memory_growth python packages cores corpus"
).split()


# The contestants


@dataclass(frozen=True)
class Contestant:
    """Something to time: how it is called, and on how many reports at most."""

    group: str  # ours, naive, package or floor
    name: str
    engine: str
    workers: int
    command: Callable[[Path, Path], list[str | Path]]
    packages: tuple[str, ...]
    most: int | None = None
    own_venv: bool = False


def scale(source: Path, target: Path, engine: str, workers: int, counts: bool) -> list[str | Path]:
    """The call of ours: a file of reports into a folder of tables."""
    options = ["--engine", engine, "--workers", str(workers)] + ["--counts"] * counts
    return [BIN / "jiedao", "scale", source, target, *options]


def ours(most: int) -> list[Contestant]:
    """All tables and the counts alone, with each engine, one and two workers; jieba on few reports."""
    return [
        Contestant(
            "ours",
            "jiedao scale --counts" if counts else "jiedao scale",
            engine,
            workers,
            lambda s, t, e=engine, w=workers, c=counts: scale(s, t, e, w, c),
            (engine, "dask", "pyarrow"),
            most if engine == "jieba" else None,
        )
        for counts in (False, True)
        for engine in ("jieba", "rjieba")
        for workers in (1, 2)
    ]


def script(python: Path, name: str) -> Callable[[Path, Path], list[str | Path]]:
    """The call of a script in rivals/."""
    return lambda source, target: [python, HERE / "rivals" / name, source, target]


def others(most: int) -> list[Contestant]:
    """The script everyone writes, published packages, and the floor."""
    here, there = Path(sys.executable), VENV / "bin" / "python"
    naive = script(here, "naive.py")
    return [
        Contestant(
            "naive", "jieba + CountVectorizer", "jieba", 1, naive, ("jieba", "scikit-learn"), 10 * most
        ),
        Contestant(
            "package",
            "textacy on spaCy",
            "jieba",
            1,
            script(there, "with_textacy.py"),
            ("textacy", "spacy", "jieba"),
            most,
            True,
        ),
        Contestant(
            "package", "cntext", "jieba", 1, script(there, "with_cntext.py"), ("cntext", "jieba"), most, True
        ),
        Contestant(
            "package", "SnowNLP", "own", 1, script(there, "with_snownlp.py"), ("snownlp",), most // 20, True
        ),
        Contestant("floor", "rjieba alone", "rjieba", 2, script(here, "floor.py"), ("rjieba",)),
    ]


def prepare_venv() -> None:
    """The packages compared with, in an environment of their own; kept while the pins are the same."""
    pins = HERE / "requirements.txt"
    stamp, wanted = VENV / ".ready", hashlib.sha256(pins.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"installing {pins.relative_to(ROOT)} into {VENV.relative_to(ROOT)} …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    subprocess.run([VENV / "bin" / "python", "-m", "pip", "install", "-q", "-r", pins], check=True)
    stamp.write_text(wanted)


def pinned() -> dict[str, str]:
    """The versions in requirements.txt."""
    lines = (HERE / "requirements.txt").read_text("utf-8").splitlines()
    return dict(line.lower().split("==") for line in lines if "==" in line)


# Reports


def reports(n: int, seed: int) -> Path:
    """A file of made-up reports, made once for each state of the generator and what it draws on."""
    digest = hashlib.sha256(f"{n} {seed}".encode())
    sources = [HERE / "generate.py", ROOT / "tests" / "pages.toml"]
    for folder in ("data/raw", "data/lexicon", "src/jiedao"):
        sources += sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".csv", ".txt"))
    for path in sources:
        digest.update(path.read_bytes())
    made = WORK / f"reports-{n}-{digest.hexdigest()[:12]}.jsonl"
    if not made.is_file():
        print(f"making {n:,} reports …", flush=True)
        for old in WORK.glob(f"reports-{n}-*"):
            old.unlink()
        part = made.with_suffix(".part")
        command = [sys.executable, HERE / "generate.py", str(n), "--seed", str(seed), "--out", part]
        subprocess.run(command, check=True)  # not here: this process stays small beside what it measures
        part.rename(made)
    return made


class Source(NamedTuple):
    """The first so many of the reports, in a file."""

    path: Path
    documents: int
    characters: int
    digest: str


def first(made: Path, n: int) -> Source:
    """The first n of the reports, counted."""
    path = WORK / f"first-{n}.jsonl"
    digest, characters = hashlib.sha256(), 0
    with made.open(encoding="utf-8") as whole, path.open("w", encoding="utf-8", newline="\n") as some:
        for line in islice(whole, n):
            some.write(line)
            text = json.loads(line)["text"]
            characters += len(text)
            digest.update(text.encode())
    return Source(path, n, characters, digest.hexdigest()[:12])


# Measuring


class Measured(NamedTuple):
    """One run: wall and CPU seconds, peak memory of the largest process and of all together."""

    seconds: float
    cpu: float
    peak: float
    peak_all: float | None


class Failed(Exception):
    """A contestant that ended with an error."""


def measure(command: list[str | Path]) -> Measured:
    """Run a command to its end."""
    log = WORK / "log.txt"
    with log.open("w", encoding="utf-8") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)), stdout=said, stderr=said, cwd=ROOT, process_group=0
        )
        peaks: list[int] = []
        done = threading.Event()
        watcher = threading.Thread(target=watch, args=(process.pid, done, peaks))
        watcher.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            usages = [usage, *left_behind(process.pid)]
        except KeyboardInterrupt:  # which does not reach the group
            os.killpg(process.pid, signal.SIGKILL)
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        done.set()
        watcher.join()
    if process.returncode:
        raise Failed("\n".join(log.read_text("utf-8", "replace").splitlines()[-5:]))
    largest = max(u.ru_maxrss for u in usages) * (1 if sys.platform == "darwin" else 1024) / MB
    together = max(max(peaks) / MB, largest) if peaks else None
    return Measured(seconds, sum(u.ru_utime + u.ru_stime for u in usages), largest, together)


def adopt() -> None:
    """On Linux, be told of processes that a contestant leaves to end by themselves."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def left_behind(group: int) -> Iterator[resource.struct_rusage]:
    """What those of a group used, with the processes below them; it takes until they have ended."""
    with suppress(ChildProcessError):
        while True:
            yield os.wait4(-group, 0)[2]


def watch(pid: int, done: threading.Event, peaks: list[int]) -> None:
    """Sample the memory of a process and all below it; pages that they share count once for each."""
    while psutil and not done.wait(0.25):  # it takes from what it looks at
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            total = 0
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.Error):
                    total += one.memory_info().rss
            peaks.append(total)


def over_reports(contestant: Contestant, source: Source) -> Measured:
    """Run a contestant over a file of reports, and throw away what it wrote."""
    target = WORK / "out"
    shutil.rmtree(target, ignore_errors=True)
    try:
        found = measure(contestant.command(source.path, target))
        if contestant.group != "floor" and not any(target.rglob("*.*")):
            raise Failed("wrote nothing")
        return found
    finally:
        shutil.rmtree(target, ignore_errors=True)


def middle(runs: list[Measured]) -> Measured:
    """The median of each measure."""
    together = [run.peak_all for run in runs if run.peak_all is not None]
    three = (median(run[i] for run in runs) for i in range(3))
    return Measured(*three, median(together) if together else None)


Row = dict[str, object]


def race(contestants: list[Contestant], made: Path, sizes: list[int], repeat: int | None) -> list[Row]:
    """All contestants at all sizes, in turn and back again, so that a slow spell of the machine hits all."""
    sources = {n: first(made, n) for n in {WARM, *(entry(c, n) for c in contestants for n in sizes)}}
    able = []
    for contestant in contestants:
        try:
            over_reports(contestant, sources[WARM])
            able.append(contestant)
        except Failed as error:
            print(f"skipped: {label(contestant)}: {error}", file=sys.stderr)
    rows, pins = [], pinned()
    for size in sorted(sizes):
        runs: dict[Contestant, list[Measured]] = {
            c: [] for c in able if entry(c, size) == size or size == min(sizes)
        }
        times = repeat or (3 if size <= 10_000 else 1)
        for turn in range(times):
            for contestant in list(runs)[:: -1 if turn % 2 else 1]:
                source = sources[entry(contestant, size)]
                print(f"  {label(contestant)}, {source.documents:,} reports …", flush=True)
                try:
                    runs[contestant].append(over_reports(contestant, source))
                except Failed as error:
                    print(f"failed: {label(contestant)}: {error}", file=sys.stderr)
        for contestant, mine in runs.items():
            if mine:
                source = sources[entry(contestant, size)]
                rows.append(row_of(contestant, source, middle(mine), len(mine), pins))
    return rows


def entry(contestant: Contestant, size: int) -> int:
    """How many reports a contestant gets at a size: all, or as many as it can do in decent time."""
    return min(size, contestant.most or size)


def label(contestant: Contestant) -> str:
    """A contestant in words."""
    return f"{contestant.name} ({contestant.engine}, {contestant.workers})"


def row_of(c: Contestant, source: Source, found: Measured, runs: int, pins: dict[str, str]) -> Row:
    """A row of results.csv, its ratios still to come."""
    versions = [f"{p} {pins[p] if c.own_venv else version(p)}" for p in c.packages]
    versions = [f"jiedao {version('jiedao')}"] * (c.group == "ours") + versions
    return {
        "group": c.group,
        "name": c.name,
        "engine": c.engine,
        "workers": c.workers,
        "documents": source.documents,
        "characters": source.characters,
        "runs": runs,
        "seconds": found.seconds,
        "characters_per_second": source.characters / found.seconds,
        "cpu_seconds": found.cpu,
        "peak_mb": found.peak,
        "peak_mb_all": found.peak_all,
        "packages": "; ".join(versions),
        "corpus": source.digest,
    }


def compare(rows: list[Row]) -> None:
    """Add to each row its ratio to the naive script and the floor, and how it grew since the size before."""
    before: dict[tuple[object, ...], Row] = {}
    for row in rows:
        for group in ("naive", "floor"):
            if peer := peer_of(rows, group, row["documents"]):
                row[f"ratio_to_{group}"] = row["characters_per_second"] / peer["characters_per_second"]
        key = (row["name"], row["engine"], row["workers"])
        if key in before:
            last = before[key]
            row["time_growth"] = last["characters_per_second"] / row["characters_per_second"]
            row["memory_growth"] = row["peak_mb"] / last["peak_mb"]
        before[key] = row


def peer_of(rows: list[Row], group: str, documents: object) -> Row | None:
    """The row of a group at a size; where it was not run, at the size nearest."""
    mine = [row for row in rows if row["group"] == group]
    return min(mine, key=lambda row: (abs(row["documents"] - documents), row["documents"]), default=None)


def start_up(study: bool, runs: int) -> list[Row]:
    """How long the commands take that people wait for: the median of several runs, of the study one."""
    jiedao, out = BIN / "jiedao", WORK / "study"
    text = ROOT / "data" / "raw" / "texts" / "jinpenling-2021h1.txt"
    commands = {
        "jiedao --help": ([jiedao, "--help"], runs),
        "jiedao inspect --json": ([jiedao, "inspect", text, "--json"], runs),
    }
    if study:
        commands["jiedao run --jobs 2"] = ([jiedao, "run", "--jobs", "2", "--out", out], 1)
    rows: list[Row] = []
    for name, (command, times) in commands.items():
        print(f"  {name} …", flush=True)
        try:
            found = middle([measure(command) for _ in range(times)])
        except Failed as error:
            print(f"failed: {name}: {error}", file=sys.stderr)
            continue
        finally:
            shutil.rmtree(out, ignore_errors=True)
        rows.append(
            {
                "group": "start-up",
                "name": name,
                "runs": times,
                "seconds": found.seconds,
                "cpu_seconds": found.cpu,
                "peak_mb": found.peak,
                "peak_mb_all": found.peak_all,
                "packages": f"jiedao {version('jiedao')}",
            }
        )
    return rows


# Saying


def cell(value: object, form: str) -> str:
    """A value as it is printed."""
    return "" if value is None else format(value, form)


def lines_of(rows: list[Row]) -> Iterator[str]:
    """The tables that are printed: speed and memory, growth with size, start-up."""
    wide = max([len(str(row["name"])) for row in rows], default=10)
    yield (
        f"{'what':{wide}}  engine  workers  documents  characters/s  × naive  × floor    CPU s"
        "  peak MB  all MB"
    )
    for row in (row for row in rows if row["group"] != "start-up"):
        yield (
            f"{row['name']:{wide}}  {row['engine']:6}  {row['workers']:7}  {row['documents']:9,}"
            f"  {row['characters_per_second']:12,.0f}  {cell(row.get('ratio_to_naive'), '.2f'):>7}"
            f"  {cell(row.get('ratio_to_floor'), '.4f'):>7}  {row['cpu_seconds']:7.1f}  {row['peak_mb']:7.0f}"
            f"  {cell(row['peak_mb_all'], '.0f'):>6}"
        )
    grown = [row for row in rows if row.get("time_growth")]
    if grown:
        yield f"\n{'growth':{wide}}  engine  workers  documents   seconds  time a character  peak memory"
    for row in grown:
        yield (
            f"{row['name']:{wide}}  {row['engine']:6}  {row['workers']:7}  {row['documents']:9,}"
            f"  {row['seconds']:8.1f}  {'× ' + format(row['time_growth'], '.2f'):>16}"
            f"  {'× ' + format(row['memory_growth'], '.2f'):>11}"
        )
    started = [row for row in rows if row["group"] == "start-up"]
    if started:
        yield f"\n{'start-up':{wide}}  seconds    CPU s  peak MB"
    for row in started:
        yield f"{row['name']:{wide}}  {row['seconds']:7.2f}  {row['cpu_seconds']:7.2f}  {row['peak_mb']:7.0f}"


def write_csv(rows: list[Row], path: Path) -> None:
    """Write the rows, three or four figures of each number, with what they were measured on."""
    machine = {"python": platform.python_version(), "cores": os.cpu_count()}
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow({k: rounded(v) for k, v in (row | machine).items() if v is not None})


def rounded(value: object) -> object:
    """Four figures are more than a rerun confirms."""
    return f"{float(f'{value:.4g}'):.10g}" if isinstance(value, float) else value


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--documents", type=int, nargs="+", default=[1000, 10000], help="sizes (default 1000 10000)"
    )
    parser.add_argument("--repeat", type=int, help="runs of each (default 3 up to 10,000 reports, else 1)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="200 reports once, and no study: to try it")
    parser.add_argument("--no-study", action="store_true", help="leave out `jiedao run`")
    parser.add_argument("--no-packages", action="store_true", help="leave out the published packages")
    parser.add_argument("--out", type=Path, default=HERE, help="folder for results.csv, .svg and .png")
    return parser.parse_args()


def main() -> None:
    """Measure, print, write."""
    args = parse_arguments()
    adopt()
    sizes = [200] if args.quick else args.documents
    repeat = args.repeat or (1 if args.quick else None)
    WORK.mkdir(exist_ok=True)
    args.out.mkdir(parents=True, exist_ok=True)
    few = min(1000, max(sizes))
    contestants = ours(few) + others(few)
    if subprocess.run([BIN / "jiedao", "scale", "--help"], capture_output=True).returncode:
        print("skipped: all of ours: this version has no command `jiedao scale`", file=sys.stderr)
        contestants = [c for c in contestants if c.group != "ours"]
    if args.no_packages:
        contestants = [c for c in contestants if c.group != "package"]
    else:
        prepare_venv()
    rows = race(contestants, reports(max(*sizes, WARM), args.seed), sizes, repeat)
    compare(rows)
    rows += start_up(not (args.no_study or args.quick), 2 if args.quick else 5)
    print("", *lines_of(rows), sep="\n")
    write_csv(rows, args.out / "results.csv")
    subprocess.run([sys.executable, HERE / "chart.py", args.out / "results.csv"], check=True)


if __name__ == "__main__":
    main()
