"""Where very many texts come from: files, JSONL, CSV or Parquet, dealt into parts read on their own."""

from __future__ import annotations

import codecs
import csv
import glob
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from jiedao import JiedaoError
from jiedao.documents import corpus_folder, read_documents
from jiedao.files import read_bounded
from jiedao.lexicon import separator

MANIFEST = "manifest.json"  # of the tables that a run writes
PART_BYTES = 2 * 2**20  # of texts in one part, some 170 reports: what a worker holds at a time
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


# What a part is read into; documents last, as they say that a part is finished.
TABLES = ("sections", "terms", "indicators", "commitments", "themes", "errors", "documents")
POLICY = ("indicators", "commitments", "themes")


class Settings(NamedTuple):
    """How to read: own terms, the engine, and whether to count words only."""

    terms: tuple[str, ...]
    engine: str
    counts: bool

    def tables(self) -> list[str]:
        """The tables to write."""
        return [name for name in TABLES if not (self.counts and name in POLICY)]


class Record(NamedTuple):
    """One text with what is stated of it, and where it stands; ``text`` is bytes where it is a file's, and
    an error where there is none.
    """

    source: str
    stated: Mapping[str, str]
    text: str | bytes | JiedaoError


class Part(NamedTuple):
    """A share of the source: files, a stretch of a JSONL file, or records; ``size`` in bytes, about.

    Files and the lines of one have a name, which is shown, beside the path.
    """

    size: int
    files: tuple[tuple[str, str, Mapping[str, str]], ...] = ()
    lines: tuple[str, str, int, int] | None = None
    records: tuple[Record, ...] = ()

    def carried(self) -> Part:
        """The same part with all its texts in it, for a machine that does not see the files."""
        return Part(self.size, records=tuple(self.read()))

    def read(self) -> Iterator[Record]:
        """Its records."""
        yield from self.records
        for path, name, stated in self.files:
            yield Record(name, stated, _read_file(path))
        if self.lines:
            yield from _json_records(*self.lines)


def find_files(source: str | Path) -> list[Path]:
    """The files of a source: a file, a folder with all that lies in it but such tables, or a pattern."""
    path = Path(source)
    if path.is_file():
        found: Iterable[Path] = [path]
    elif path.is_dir():
        found = path.rglob("*")
    else:
        found = map(Path, glob.glob(str(source), recursive=True))  # noqa: PTH207 (it may be absolute)
    wanted = (f for f in found if f.is_file() and f.suffix.lower() in READERS)
    files = sorted(f for f in wanted if not (f.suffix == ".parquet" and _is_of_a_run(f)))
    if not files:
        raise JiedaoError(f"{source}: no file that can be read; {', '.join(READERS)} are")
    return files


def _is_of_a_run(file: Path) -> bool:
    return (
        re.fullmatch(r"part-\d+", file.stem) is not None and (file.absolute().parents[1] / MANIFEST).is_file()
    )


def source_size(source: str | Path) -> int:
    """About as many bytes as the sizes of all parts add up to."""
    folder = corpus_folder(Path(source))
    if (folder / "documents.csv").is_file():
        return sum(f.stat().st_size for f in (folder / "texts").iterdir())
    return sum(_file_size(f) for f in find_files(source))


def source_digest(source: str | Path) -> str:
    """A digest of the files of a source, names and all that they hold, which tells when it has changed."""
    folder = corpus_folder(Path(source))
    if (folder / "documents.csv").is_file():
        texts = sorted(file for file in (folder / "texts").iterdir() if file.is_file())
        names = {file: file.name for file in [folder / "documents.csv", *texts]}
    else:
        names = _names(find_files(source))
    digest = hashlib.sha256()
    for file, name in names.items():
        digest.update(f"{name}\n".encode())
        with suppress(OSError), file.open("rb") as held:  # what cannot be read is an error of its own
            digest.update(hashlib.file_digest(held, "sha256").digest())
    return digest.hexdigest()


def _file_size(file: Path) -> int:
    if file.suffix.lower() != ".parquet":
        return file.stat().st_size
    meta = _open_parquet(file).metadata
    return sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))


def deal(source: str | Path) -> Iterator[Part]:
    """Deal a source into parts, always the same for the same source.

    Parameters
    ----------
    source : str or Path
        A corpus or study folder (with documents.csv); or a text, JSONL, CSV or Parquet file, a folder or a
        pattern of such. Rows need a column ``text``; of the others those of documents.csv are understood.

    Yields
    ------
    Part
    """
    folder = corpus_folder(Path(source))
    if (folder / "documents.csv").is_file():
        rows = read_documents(folder).to_dict("records")
        yield from _deal_files([(folder / "texts" / row["file"], row["file"], row) for row in rows])
        return
    names = _names(find_files(source))
    texts = [(file, name) for file, name in names.items() if file.suffix.lower() == ".txt"]
    yield from _deal_files([(f, n, {"doc_id": str(PurePosixPath(n).with_suffix(""))}) for f, n in texts])
    for file, name in names.items():
        yield from READERS[file.suffix.lower()](file, name)


def _names(files: list[Path]) -> dict[Path, str]:
    """What to call files, each otherwise: their paths below the folder that holds them all."""
    folder = os.path.commonpath([file.parent for file in files])
    return {file: storable(file.relative_to(folder).as_posix()) for file in files}


def storable(text: str) -> str:
    """Text without halves of characters (lone surrogates), which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _deal_files(files: list[tuple[Path, str, Mapping[str, str]]]) -> Iterator[Part]:
    held: list[tuple[str, str, Mapping[str, str]]] = []
    size = 0
    for path, name, stated in files:
        held.append((str(path), name, stated))
        size += path.stat().st_size if path.is_file() else 0
        if size >= PART_BYTES:
            yield Part(size, files=tuple(held))
            held, size = [], 0
    if held:
        yield Part(size, files=tuple(held))


def _read_file(path: str) -> bytes | JiedaoError:
    try:
        return read_bounded(Path(path))
    except JiedaoError as error:
        return error


def _deal_lines(path: Path, name: str) -> Iterator[Part]:
    """A JSONL file in stretches that end where a line does."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(2) in UTF16:  # as some shells write what a program prints
            raise JiedaoError(f"{path}: lines of JSON in UTF-16; save it again as UTF-8")
        start = 0
        while start < size:
            file.seek(min(start + PART_BYTES, size))
            file.readline()
            yield Part(file.tell() - start, lines=(str(path), name, start, file.tell()))
            start = file.tell()


def _json_records(path: str, name: str, start: int, end: int) -> Iterator[Record]:
    with Path(path).open("rb") as file:
        file.seek(start)
        while start < end:
            line = file.readline()
            source = f"{name}:{start}"  # the byte at which the line begins
            start += len(line)
            if not line.removeprefix(codecs.BOM_UTF8).strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Record(source, {}, JiedaoError(f"no line of JSON ({error})"))
            else:
                yield _record(source, row if isinstance(row, dict) else {})


def _deal_rows(name: str, rows: Iterator[tuple[int, Mapping[str, Any]]]) -> Iterator[Part]:
    """Rows that only one process can read one after the other travel with their part."""
    held: list[Record] = []
    size = 0
    for n, row in rows:
        held.append(_record(f"{name}:{n}", row))
        size += 3 * len(row["text"]) if isinstance(row["text"], str) else 0
        if size >= PART_BYTES:
            yield Part(size, records=tuple(held))
            held, size = [], 0
    if held:
        yield Part(size, records=tuple(held))


def _deal_csv(path: Path, name: str) -> Iterator[Part]:
    with path.open("rb") as file:
        head = file.read(2**20)
    encoding, errors = _encoding(head)
    csv.field_size_limit(sys.maxsize)
    between = separator(head.decode(encoding, "replace"))
    try:
        with path.open(encoding=encoding, newline="", errors=errors) as file:
            rows = csv.DictReader(file, delimiter=between)
            if "text" not in (rows.fieldnames or ()):
                raise JiedaoError(
                    f"{path}: has no column text, but {', '.join(rows.fieldnames or ('none',))}"
                )
            yield from _deal_rows(name, ((rows.line_num, row) for row in rows))
    except UnicodeDecodeError:
        raise JiedaoError(f"{path}: ends in the middle of a character; save it again as UTF-8") from None


def _encoding(head: bytes) -> tuple[str, str]:
    """In what a table is encoded, by how it begins, and how to read what is no text in that.

    It is kept as halves of characters, and refused where a text holds any.
    """
    if head.startswith(UTF16):
        return "utf-16", "surrogatepass"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "gb18030", "surrogateescape"
    return "utf-8-sig", "surrogateescape"


def _open_parquet(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise JiedaoError(f"{path}: no Parquet file that can be read ({error})") from None


def _deal_parquet(path: Path, name: str) -> Iterator[Part]:
    with _open_parquet(path) as file:
        if "text" not in file.schema_arrow.names:
            raise JiedaoError(f"{path}: has no column text, but {', '.join(file.schema_arrow.names)}")
        yield from _deal_rows(name, enumerate(_parquet_rows(file, path), 1))


def _parquet_rows(file: pq.ParquetFile, path: Path) -> Iterator[dict[str, Any]]:
    batches = file.iter_batches(batch_size=64)
    try:
        for batch in batches:
            try:
                yield from batch.to_pylist()
            except UnicodeDecodeError:  # as in CSV
                for i in range(batch.num_rows):
                    yield {column: _cell(batch[column][i]) for column in batch.schema.names}
    except (pa.ArrowException, OSError) as error:
        raise JiedaoError(f"{path}: broken Parquet file ({' '.join(str(error).split())})") from None


def _cell(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.cast(pa.binary()).as_py().decode("utf-8", "surrogateescape")


READERS: dict[str, Callable[[Path, str], Iterator[Part]]] = {
    ".txt": lambda path, name: iter(()),  # dealt together
    ".jsonl": _deal_lines,
    ".ndjson": _deal_lines,
    ".csv": _deal_csv,
    ".parquet": _deal_parquet,
}


def _record(source: str, row: Mapping[str, Any]) -> Record:
    text = row.get("text")
    cells = ((k, v) for k, v in row.items() if k not in ("text", None) and v is not None)
    stated = {storable(str(k)): storable(str(v)) for k, v in cells}
    if not isinstance(text, str):
        return Record(source, stated, JiedaoError("has no text"))
    return Record(source, stated, text)
