"""The command line: results on stdout, everything else on stderr; 1 where the data is at fault."""

from __future__ import annotations

import errno
import gc
import json
import os
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jiedao import JiedaoError, __version__

if TYPE_CHECKING:
    from jiedao import collect

PATH = click.Path(path_type=Path, readable=False)  # what cannot be read gets a sentence of our own
CORPUS = click.option(
    "--corpus",
    type=PATH,
    default=".",
    show_default=True,
    help="Folder with documents.csv and texts/, or a study folder.",
)
COLOURS = {"retrospective": "blue", "prospective": "yellow", "problem-statement": "red"}

_WAYS_OUT = {
    errno.ENOSPC: "; free some space and run it again",
    getattr(errno, "EDQUOT", errno.ENOSPC): "; free some space and run it again",
    errno.EACCES: "; it cannot be written, so name another folder",
    errno.EROFS: "; it cannot be written, so name another folder",
    errno.EEXIST: "; a file is in the way, so name another folder",
    errno.ENOTDIR: "; a file is in the way, so name another folder",
}


def _say_of(error: OSError) -> None:
    what = f"{error.filename or 'file system'}: {error.strerror or error}"
    click.echo(f"jiedao: {what}{_WAYS_OUT.get(error.errno or 0, '')}", err=True)


class Group(click.Group):
    """Turns every error into one line: exit status 2 where the call is at fault, else 1."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Write UTF-8 in any locale, and help too."""
        for stream in filter(None, (sys.stdout, sys.stderr)):  # None where the caller closed it
            # A file name may hold bytes that are no text.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        try:
            return super().main(*args, **extra)
        except OSError as error:  # of help, or of what was still to be written at the end
            _say_of(error)
            os._exit(1)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            where = error.ctx.command_path if error.ctx else ctx.command_path
            click.echo(f"jiedao: {error.format_message()} See `{where} --help`.", err=True)
            ctx.exit(2)
        except JiedaoError as error:
            click.echo(f"jiedao: {error}", err=True)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            _say_of(error)
        except UnicodeEncodeError as error:
            click.echo(f"jiedao: {error.object!r}: no name for a file here; set LC_ALL=C.UTF-8", err=True)
        except KeyboardInterrupt:
            click.echo("jiedao: interrupted; what was there before is as it was", err=True)
        ctx.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Compare Chinese sub-district (街道) work reports.

    Example: jiedao inspect data/raw/texts/jinpenling-2021h1.txt
    """


@main.command()
@CORPUS
@click.option("--out", type=PATH, default=".", show_default=True, help="Study folder to write to.")
@click.option("--only", multiple=True, metavar="NN", help="Run this notebook alone (may be repeated).")
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Notebooks to run at once."
)
def run(corpus: Path, out: Path, only: tuple[str, ...], jobs: int) -> None:
    """Run the whole study: execute the notebooks, write tables and figures.

    Example: jiedao run --only 03
    """
    # With it the library that checks notebooks would build a grammar of web addresses, which takes a second.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from jiedao import study

    try:
        written = study.run(corpus, out, only, jobs, say=lambda line: click.echo(line, err=True))
    except study.UnknownNotebook as error:
        raise click.UsageError(f"{error}.") from None
    click.echo(f"{len(written)} files written to {out}", err=True)


@main.command()
@CORPUS
def check(corpus: Path) -> None:
    """Validate a corpus and say what in it cannot be compared.

    Example: jiedao check --corpus data/raw
    """
    from jiedao.comparability import comparability
    from jiedao.corpus import read_corpus

    read = read_corpus(corpus)
    for row in read.documents.itertuples():
        click.echo(f"{row.doc_id}  {row.street}  {row.genre}  {row.n_chars:,} characters")
    for note in comparability(read.documents):
        click.echo(f"note: {note}")
    for doc_id in read.documents["doc_id"]:
        for found in read.damage(doc_id):
            click.echo(f"note: {doc_id}: {found.kind}, at {found.start}")


@main.command()
@click.argument("folder", type=PATH)
def new(folder: Path) -> None:
    """Make an empty study folder: documents.csv, a list for terms of your own, and the notebooks.

    Example: jiedao new my-study
    """
    from jiedao.collect import new_study

    new_study(folder)
    click.echo(f"{folder}: made; next: jiedao add --corpus {folder} FILE…", err=True)


def _months(_ctx: click.Context, _param: click.Parameter, period: str | None) -> str | None:
    from jiedao.collect import MONTHS

    if period and not (re.fullmatch(MONTHS, period) and period[:7] <= period[8:]):
        raise click.BadParameter("write the first and the last month like 2024-01/2024-12.")
    return period


@main.command()
@click.argument("files", type=PATH, nargs=-1, required=True)
@CORPUS
@click.option("--street", help="Name of the sub-district, town or county.")
@click.option("--district", help="District or county above it.")
@click.option("--city", help="City above that.")
@click.option("--province", help="Province.")
@click.option("--genre", help="What the text is, such as 'review with plan appended'.")
@click.option("--review", callback=_months, help="Months reviewed: 2024-01/2024-12.")
@click.option("--plan", callback=_months, help="Months planned for.")
@click.option("--source-url", help="Address of the page.")
def add(files: tuple[Path, ...], corpus: Path, **cells: str | None) -> None:
    """Put reports into a corpus: txt, html, pdf, docx; files, folders or patterns.

    What the options do not say is filled from what each page itself states; what it leaves open is asked
    for at a terminal, and else noted in documents.csv.

    Example: jiedao add --corpus my-study pages/*.html
    """
    from jiedao import collect

    given = {k: v for k, v in cells.items() if v}
    for part in ("review", "plan"):
        if period := given.pop(part, None):
            given |= {f"{part}_start": period[:7], f"{part}_end": period[8:]}
    paths = collect.find_files(files)
    if not paths:
        raise JiedaoError(
            f"{files[0]}: no file that may be a report; {', '.join(collect.SUFFIXES[:9])} are read"
        )
    few = len(paths) <= 5
    ask = _ask if few and sys.stdin and sys.stdin.isatty() else None
    outcomes = collect.add(paths, corpus, given, ask)
    quiet = few or not sys.stderr or not sys.stderr.isatty()
    shown = click.progressbar(outcomes, length=len(paths), file=sys.stderr, label="reading", hidden=quiet)
    results: list[collect.Added | JiedaoError] = []
    later: list[tuple[Path, collect.Added | JiedaoError]] = []  # what would break the bar
    try:
        with shown as bar:
            for path, outcome in bar:
                results.append(outcome)
                later.append((path, outcome))
                if quiet:
                    _show(*later.pop())
    finally:  # what was added stays so, whatever came after
        for path, outcome in later:
            _show(path, outcome)
        added = sum(isinstance(outcome, collect.Added) for outcome in results)
        click.echo(f"{added} of {len(paths)} added to {corpus}", err=True)
    if any(isinstance(o, JiedaoError) and not isinstance(o, collect.AlreadyThere) for o in results):
        sys.exit(1)


def _show(path: Path, outcome: collect.Added | JiedaoError) -> None:
    """Say of one file that it was added, and with what facts, or why not."""
    if isinstance(outcome, JiedaoError):
        click.echo(f"jiedao: {outcome}", err=True)
        return
    row = outcome.row
    stated = ((part, row[f"{part}_start"], row[f"{part}_end"]) for part in ("review", "plan"))
    months = "".join(f"  {part} {start}/{end}" for part, start, end in stated if start)
    click.echo(f"{row['doc_id']}  {row['street']}  {row['genre']}{months}  <- {path.name}")
    for warning in outcome.warnings:
        click.echo(f"{path.name}: {warning}", err=True)


def _ask(column: str, path: Path) -> str:
    """Ask for a cell that a page leaves open; an empty answer leaves it so."""
    form = " (first/last month, like 2024-01/2024-12)" if column in ("review", "plan") else ""
    return click.prompt(f"{path.name}: {column}{form}, empty if unknown", default="", err=True)


@main.command()
@click.argument("file", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of the coloured view.")
def inspect(file: Path, as_json: bool) -> None:
    """Show everything that is read in one report.

    Example: jiedao inspect report.txt --json
    """
    from jiedao.clean import decode
    from jiedao.files import read_bounded
    from jiedao.ingest import extract_files, kind_of
    from jiedao.inspection import inspect_report

    data = read_bounded(file)
    if kind_of(data, str(file)) != "text":
        ((_, read),) = extract_files([file])
        if isinstance(read, JiedaoError):
            raise read
        click.echo(f"{file}: {read.kind}; offsets are those of the text taken from it", err=True)
        data = read.text.encode("utf-8")
    report = inspect_report(data, str(file))
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, separators=(",", ":")))
        return
    text, _ = decode(data, str(file))
    meta = "  ".join(f"{k}: {v}" for k, v in report["metadata"].items() if v)
    size = f"{report['n_chars']:,} characters, {len(report['tokens']):,} tokens"
    click.echo(f"{file}: {report['encoding']}, {size}  {meta}")
    for dropped in report["furniture"]:
        click.secho(f"  dropped {dropped['kind']} at {dropped['start']}", dim=True)
    for section in report["sections"]:
        name = f"{section['number'] or ''}{section['heading'] or '…'}"
        size = section["own_end"] - section["start"]
        indent = "  " * (section["level"] or 1)
        click.secho(f"{indent}{name}", fg=COLOURS.get(section["orientation"]), nl=False)
        themes = "/".join(filter(None, (section["theme"], section["theme_secondary"])))
        click.secho(f"  {section['orientation']}, {size}  {themes}".rstrip(), dim=True)
    for target in report["targets"]:
        span = text[target["start"] : target["end"]]
        click.echo(f"target ({target['strength']}, {target['deadline'] or 'no date'}): {span}")
    counts = ", ".join(f"{len(report[what])} {what}" for what in ("indicators", "commitments", "targets"))
    click.echo(counts)
    for warning in report["warnings"]:
        click.echo(f"warning at {warning['start']}: {warning['message']}", err=True)


@main.command()
@click.argument("source", type=PATH, metavar="SRC")
@click.argument("target", type=PATH, metavar="DST")
@click.option(
    "--engine",
    type=click.Choice(["rjieba", "jieba"]),
    default="rjieba",
    show_default=True,
    help="Same tables.",
)
@click.option("--workers", type=click.IntRange(1), help="Processes; default: one for each processor.")
@click.option("--scheduler", metavar="ADDRESS", help="A running Dask cluster, such as tcp://10.0.0.1:8786.")
@click.option("--counts", is_flag=True, help="Documents, sections and terms only: faster.")
def scale(
    source: Path, target: Path, engine: str, workers: int | None, scheduler: str | None, counts: bool
) -> None:
    """Read very many reports: SRC a folder, pattern, JSONL, CSV or Parquet; DST a folder of Parquet tables.

    Each row or line has the report in text, and may state what documents.csv does. What cannot be read stands
    in the table errors. Broken off, it goes on with the same command.

    Example: jiedao scale reports.jsonl tables
    """
    terminal = sys.stderr is not None and sys.stderr.isatty()

    def say(progress: object) -> None:
        if terminal:
            click.echo(f"\r{progress}  ", nl=False, err=True)

    if not scheduler:
        from jiedao.forks import start_fork_server

        start_fork_server()
    try:
        from jiedao import scale as scaling

        rows = scaling.scale(source, target, engine, workers, scheduler, counts, say)
    except ImportError as error:
        raise JiedaoError(f"{error.name} is not installed; pip install 'jiedao[scale]'") from None
    if terminal:
        click.echo(err=True)
    for table, n in rows.items():
        click.echo(f"{table}\t{n}")
    if rows["errors"]:
        click.echo(f"{rows['errors']:,} texts could not be read; see {target / 'errors'}", err=True)
    gc.freeze()  # a process that ends need not look for garbage


def _regex(_ctx: click.Context, _param: click.Parameter, pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise click.BadParameter(f"{error}; put a backslash before signs that are meant literally.") from None
    return pattern


@main.command()
@click.argument("pattern", callback=_regex)
@CORPUS
@click.option("--by", type=click.Choice(["street", "orientation"]), help="Group the lines.")
@click.option("--csv", "as_csv", is_flag=True, help="A CSV table with offsets and whole sentences.")
def kwic(pattern: str, corpus: Path, by: str | None, as_csv: bool) -> None:
    """Show every occurrence of PATTERN (a word or a regular expression) in its context.

    Where PATTERN is the ids of sentences, as tables name them in sentence_id and sentence_ids, show those.

    Example: jiedao kwic 网格 --by street

    Example: jiedao kwic "huashan-2024/s003-005 bayuehu-2023/s006"
    """
    from jiedao import concordance
    from jiedao.corpus import read_corpus
    from jiedao.house import inert

    read = read_corpus(corpus)
    named = concordance.IDS.fullmatch(pattern)
    lines = concordance.show_sentences(read, pattern) if named else concordance.kwic(read, pattern)
    if as_csv:
        click.echo(inert(lines).to_csv(index=False, lineterminator="\n"), nl=False)
        return
    groups = lines.groupby(by, sort=False) if by else [("", lines)]
    for name, group in groups:
        if by:
            click.secho(f"{name}  {len(group)}", bold=True)
        for line in group.itertuples():
            where = "" if by == "street" else f"{line.street}\t"
            if named:
                click.echo(f"{line.sentence_id}\t{line.sentence}")
                continue
            click.echo(f"{where}{line.left}【{click.style(line.match, bold=True)}】{line.right}")
    click.echo(f"{len(lines)} {'sentences' if named else 'occurrences'}", err=True)


def _millimetres(_ctx: click.Context, _param: click.Parameter, width: str) -> float:
    from jiedao.figures.sheet import millimetres

    try:
        return millimetres(width)
    except JiedaoError as error:
        raise click.BadParameter(f"{error}.") from None


def _formats(ctx: click.Context, _param: click.Parameter, named: str) -> list[str]:
    from jiedao import figures, typeset

    known = figures.FORMATS if ctx.command.name == "figures" else typeset.FORMATS
    plain = (form.strip(" .").lower() for form in named.split(","))
    chosen = list(dict.fromkeys("tiff" if form == "tif" else form for form in plain if form))
    if not chosen or not {*chosen} <= {*known}:
        raise click.BadParameter(f"{named}: name one or more of {', '.join(known)}, with commas between.")
    return chosen


def _folder(_ctx: click.Context, _param: click.Parameter, out: Path) -> Path:
    from jiedao.tables import ENDING

    if ENDING.search(out.name.lower()) and not out.is_dir():
        raise click.BadParameter(f"{out}: name a folder; the files in it get the names of what they show.")
    return out


LANG = click.option(
    "--lang", type=click.Choice(["zh", "en"], case_sensitive=False), help="One language; both if left out."
)
STUDY = click.option(
    "--corpus", type=PATH, default=".", show_default=True, help="Study folder that has been run."
)
OUT = click.option(
    "--out", type=PATH, default="exported", show_default=True, callback=_folder, help="Folder to write to."
)


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@STUDY
@LANG
@click.option(
    "--width",
    default="double",
    show_default=True,
    metavar="MM|NAME",
    callback=_millimetres,
    help="Millimetres (84, 8.4cm), single, double, or a journal's width (see --widths).",
)
@click.option(
    "--format",
    "formats",
    default="pdf",
    show_default=True,
    callback=_formats,
    help="pdf, svg, png, tiff; several with commas between.",
)
@click.option(
    "--size", type=click.FloatRange(5, 14), default=8, show_default=True, help="Type size in points."
)
@click.option("--grey", is_flag=True, help="Without colour.")
@click.option("--dpi", type=click.IntRange(72, 2400), help="Of PNG (600) and TIFF (1000).")
@OUT
@click.option("--widths", is_flag=True, help="List the journals' widths, and stop.")
def figures(
    names: tuple[str, ...], corpus: Path, out: Path, lang: str | None, widths: bool, **how: Any
) -> None:
    """Export figures of a study that has been run, for a paper: all, or those of these NAMES.

    Example: jiedao figures fig2-1 --lang en --width single --format pdf,svg
    """
    from jiedao import figures
    from jiedao.tables import UnknownName

    if widths:
        for name, row in figures.widths().iterrows():
            click.echo(f"{name}\t{row.mm:g} mm\t{row.journal} ({row.source})")
        return
    if how["dpi"] and not {"png", "tiff"} & {*how["formats"]}:
        raise click.UsageError("--dpi is for png and tiff; name one with --format.")
    langs = [lang] if lang else ["zh", "en"]
    with warnings.catch_warnings():  # of a sign that the font has not, for one
        warnings.showwarning = lambda message, *_, **__: click.echo(f"note: {message}", err=True)
        try:
            for path in figures.export(names, corpus, out, langs, **how):
                click.echo(path)
        except UnknownName as error:
            raise click.UsageError(f"{error}.") from None


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--all", "every", is_flag=True, help="Export every table.")
@LANG
@click.option(
    "--format",
    "formats",
    callback=_formats,
    default="xlsx",
    show_default=True,
    help="csv, xlsx, docx (three-line table), tex (booktabs), md; several with commas between.",
)
@click.option("--digits", type=click.IntRange(0, 6), default=2, show_default=True, help="Decimals.")
@click.option("--ids", is_flag=True, help="Keep the ids of sentences and sections.")
@STUDY
@OUT
def tables(
    names: tuple[str, ...],
    every: bool,
    lang: str | None,
    formats: list[str],
    digits: int,
    ids: bool,
    corpus: Path,
    out: Path,
) -> None:
    """Export tables for a paper: the study's own by name, and the values of any figure.

    Columns, codes and reports get readable names in the language asked for. Without NAME it lists what there
    is.

    Example: jiedao tables promises fig2-1-keywords --lang zh --format docx,tex
    """
    from jiedao import tables as study_tables

    found = study_tables.find_tables(corpus)
    if not names and not every:
        for name, path in found.items():
            rows = len(study_tables.read_study_table(path))
            click.echo(f"{name:<24}{rows:>7,} rows  {study_tables.title(name, lang or 'en')}")
        click.echo("name those to export, or say --all", err=True)
        return
    try:
        wanted = list(found) if every else study_tables.choose(names, found)
    except study_tables.UnknownName as error:
        raise click.UsageError(f"{error}.") from None
    documents = study_tables.read_study_table(found["documents"])
    hidden = len(wanted) < 5 or not sys.stderr or not sys.stderr.isatty()
    with click.progressbar(wanted, file=sys.stderr, label="writing", hidden=hidden) as bar:
        for name in bar:
            table = study_tables.read_study_table(found[name])
            for language in [lang] if lang else ["zh", "en"]:
                shown = study_tables.readable(table, name, documents, language, ids)
                said = (study_tables.title(name, language), study_tables.note(table, language))
                for form in formats:
                    study_tables.export(shown, out / language / f"{name}.{form}", *said, language, digits)
    click.echo(f"{len(wanted)} table{'s'[: len(wanted) > 1]} written to {out}", err=True)
