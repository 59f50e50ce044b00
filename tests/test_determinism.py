"""Hash seed, locale, time zone, threads and working directory show in no output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORK = """
import hashlib, json, sys
from pathlib import Path
from jiedao import figures, house
from jiedao.collect import add
from jiedao.corpus import read_corpus
from jiedao.frequency import frequency
from jiedao.inspection import inspect_report

root, out = map(Path, sys.argv[1:])
texts = sorted((root / "data/raw/texts").glob("*.txt"))
for path, _ in add(texts, out / "corpus", {}):
    (out / f"{path.stem}.json").write_text(json.dumps(inspect_report(path.read_bytes())), "utf-8")
corpus = read_corpus(root)
for name in ("sections", "sentences", "tokens", "indicators", "commitments", "targets", "slogans"):
    house.write_table(getattr(corpus, name), out / f"{name}.csv")
house.use()
counts = frequency(corpus.tokens).head(8)
house.write_table(counts.reset_index(), out / "frequency.csv")

@figures.drawn_as("fig0-0-counts")
def draw(values, sheet):
    fig, ax = sheet.figure(60)
    ax.barh(list(values["term"]), values["n"])
    return fig

figures.publish("fig0-0-counts", counts.reset_index(), corpus.documents, out)
for path in sorted(p for p in out.rglob("*") if p.is_file()):
    print(path.relative_to(out), hashlib.sha256(path.read_bytes()).hexdigest())
"""
PLAIN = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC", "OMP_NUM_THREADS": "1"}
OTHERS = {
    "hash seed and threads": {"PYTHONHASHSEED": "4711", "OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"},
    "C locale, far east": {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Shanghai"},
    "Turkish locale, far west": {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/Lima"},
}


def digests(folder, environment, cwd):
    folder.mkdir()
    command = [sys.executable, "-c", WORK, str(ROOT), str(folder)]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(command, env=inherited | environment, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return digests(tmp_path_factory.mktemp("plain") / "out", PLAIN, ROOT)


@pytest.mark.parametrize("environment", OTHERS.values(), ids=OTHERS)
def test_the_surroundings_do_not_show(plain, tmp_path, environment):
    assert len(plain) > 25
    assert digests(tmp_path / "out", PLAIN | environment, tmp_path) == plain
