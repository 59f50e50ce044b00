"""Build the reading site of a study: write the sources, run Sphinx, add files, fonts and the search index.

    .venv/bin/python site/build.py [--root STUDY] [--out FOLDER]

STUDY is a folder with a corpus (documents.csv and texts/, or both in data/raw) that `jiedao run` has written
its tables and figures to. Its README.md and site/ may hold findings, questions and a primer of its own.

Nothing is fetched, nothing is executed, and the same study gives the same bytes. The site stands in
FOLDER/html and opens from there without a server.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from finish import finish, prune
from fonts import write_fonts
from frame import Site
from search import write_index
from sources import write_pages
from sphinx.cmd.build import build_main

from jiedao import JiedaoError, house

HERE = Path(__file__).resolve().parent


def build(root: Path, out: Path) -> Path:
    """Build the site of the study in ``root`` and give the folder of its pages."""
    source, html, done = out / "source", out / "html.partial", out / "html"
    for folder in (source, html):
        shutil.rmtree(folder, ignore_errors=True)
    site = Site(root.resolve(), source)
    if not site.figures or not (site.root / "data" / "processed").is_dir():
        raise JiedaoError(f"{root}: has no figures or tables; `jiedao run --out {root}` writes them")
    terms = write_pages(site)
    run_sphinx(source, html, out / "doctrees")
    shutil.copytree(source / "thumbnails", html / "thumbnails")
    for name in site.files:
        target = html / "files" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((site.root / name).read_bytes())
    finish(html)
    write_index(site.corpus, terms, html)
    write_fonts(house.FONTS, html)
    prune(html)
    shutil.rmtree(done, ignore_errors=True)  # the site of the last run stands until this one is whole
    return html.rename(done)


def run_sphinx(source: Path, html: Path, doctrees: Path) -> None:
    """Run Sphinx, with warnings as errors; what went wrong goes to stderr."""
    # Sphinx takes dates from here if it prints any, and its order must not depend on the run.
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    arguments = ["-b", "html", "-q", "-W", "--keep-going", "-E", "-c", str(HERE), "-d", str(doctrees)]
    if build_main([*arguments, str(source), str(html)]):
        raise SystemExit("site: Sphinx could not build the pages; see the messages above")


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--root", type=Path, default=HERE.parent, help="the study (default: this repository)")
    parser.add_argument(
        "--out", type=Path, default=HERE / "_build", help="where to build (default: site/_build)"
    )
    options = parser.parse_args(arguments)
    try:
        sys.stdout.write(f"{build(options.root, options.out)}\n")
    except JiedaoError as error:
        raise SystemExit(f"site: {error}") from None


if __name__ == "__main__":
    main()
