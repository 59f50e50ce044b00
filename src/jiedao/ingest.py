"""From a saved file to the report's text: web pages, PDF, Word documents and plain text.

Files come from strangers. What a file is is told by its content, the libraries that parse it run in a
process of their own within bounds of size, memory and time, and whatever goes wrong becomes one
sentence that names the file and says what to do.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import re
import signal
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from jiedao import JiedaoError
from jiedao.clean import decode, normalise
from jiedao.files import LARGEST_FILE, read_bounded

LARGEST_UNPACKED = 200 * 2**20
LARGEST_RATIO = 200
MEMORY = 2 * 2**30
SECONDS = 120
EXTRA = 'reading html, pdf and docx needs more packages; install them with: pip install "jiedao[ingest]"'
OCR = "run text recognition (OCR) first"

CJK = re.compile(r"[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff]")
# The rest of a wrapped table cell holds few lines; a cell that holds more lays out a page.
LONGEST_CELL = (3, 300)


class Extracted(NamedTuple):
    """A report's text as lines, what the file's own metadata state, warnings for the user, and what the file
    is: ``text``, ``html``, ``mhtml``, ``pdf`` or ``docx``.
    """

    text: str
    stated: dict[str, str]
    warnings: list[str]
    kind: str = ""


def extract(data: bytes, name: str) -> Extracted:
    """Read the report in a file's content.

    Parameters
    ----------
    data : bytes
        The file as it is.
    name : str
        What to call the file in an error; its suffix decides where the content does not.

    Returns
    -------
    Extracted
        ``stated`` may hold title, published (ISO date), index_no, publisher, source and source_url.

    Raises
    ------
    JiedaoError
        If no text can be read: the name, what is wrong and what to do.
    """
    if len(data) > LARGEST_FILE:
        raise JiedaoError(
            f"{name}: larger than {LARGEST_FILE // 2**20} MB; save the report alone, without pictures"
        )
    kind = kind_of(data, name)
    if kind == "text":
        return Extracted(decode(data, name)[0], {}, [], kind)
    try:
        with _quiet():
            text, stated, notes, _ = _read(kind, data, name)
    except ImportError:
        raise JiedaoError(f"{name}: {EXTRA}") from None
    except MemoryError:
        raise JiedaoError(f"{name}: {_bounds(SECONDS)}") from None
    except JiedaoError:
        raise
    except Exception as error:  # parsers raise anything on damaged files
        raise JiedaoError(
            f"{name}: a damaged {kind} file, or too intricate a one; open it and save it again"
        ) from error
    text = _printable(text)
    if not text.strip():
        raise JiedaoError(f"{name}: holds no text; if it holds pictures of pages, {OCR}")
    return Extracted(text, {k: _printable(v) for k, v in stated.items() if v}, notes, kind)


def extract_files(
    paths: Iterable[Path], seconds: float = SECONDS
) -> Iterator[tuple[Path, Extracted | JiedaoError]]:
    """Read many files in a child process with bounds of memory and time.

    A file that breaks the bounds gives an error, and the next one a fresh process.

    Parameters
    ----------
    paths : iterable of Path
        The files, in any number.
    seconds : float
        How long one file may take.

    Yields
    ------
    tuple of Path and (Extracted or JiedaoError)
        One a file, in order.
    """
    process, line = None, None
    try:
        for path in paths:
            if process is None or line is None:
                process, line = _start_worker()
            found = _ask(line, path, seconds)
            if found is None:
                _stop(process, line)
                process = None
                found = JiedaoError(f"{path}: {_bounds(seconds)}")
            yield path, found
    finally:
        if process is not None and line is not None:
            _stop(process, line)


def squeeze(text: str) -> str:
    """A text without blanks and table signs, in plain forms: what two readers of a page agree on."""
    return re.sub(r"[\s|]+", "", normalise(text))


def table_row(cells: list[list[str]]) -> list[str]:
    """A table's row as lines, from the lines of its cells: one line, unless the row lays out a page."""
    cells = [cell for cell in cells if cell]
    most, longest = LONGEST_CELL
    laid_out = any(len(c) > most or sum(map(len, c)) > longest or " | " in "".join(c) for c in cells)
    if laid_out or len(cells) < 2:
        return [line for cell in cells for line in cell]
    return [" | ".join(join_wrapped(cell) for cell in cells)]


def join_wrapped(parts: list[str]) -> str:
    """Parts of one text that was wrapped: with a blank between Latin words, else without."""
    whole = ""
    for part in map(str.strip, parts):
        latin = re.search(r"[A-Za-z,.;:]$", whole) and re.match(r"[A-Za-z]", part)
        whole += (" " if latin else "") + part
    return whole


def own_title(title: str | None, text: str) -> str:
    """The title in a file's properties, if it is the report's: they often keep that of a template."""
    title = " ".join((title or "").split())
    return title if len(CJK.findall(title)) >= 4 and squeeze(title) in squeeze(text) else ""


def check_archive(data: bytes, name: str) -> None:
    """Refuse a ZIP archive that unpacks to too much, or whose XML defines entities.

    No member is ever read beyond the size that the archive declares for it.
    """
    archive = zipfile.ZipFile(BytesIO(data))
    members = archive.infolist()
    bomb = any(m.file_size > max(2**20, LARGEST_RATIO * m.compress_size) for m in members)
    if bomb or sum(m.file_size for m in members) > LARGEST_UNPACKED:
        raise JiedaoError(f"{name}: unpacks to far more than it should; save the report's text in a new file")
    for member in members:
        if re.search(r"\.(?:xml|rels)$", member.filename, re.I):
            part = archive.read(member).replace(b"\0", b"")  # UTF-16 reads alike
            if re.search(rb"<!(?:DOCTYPE|ENTITY)", part, re.I):
                raise JiedaoError(f"{name}: declares XML entities, which no Word program does; save it again")


_PICTURES = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*|RIFF....WEBP|....ftyphei[cx]", re.S)
_ARCHIVES = re.compile(rb"Rar!\x1a|7z\xbc\xaf|\x1f\x8b\x08|BZh\d1AY")
_TAG = r"<(?:!doctype html|html|head|meta|title|body|div|p|table|span|section|article|script|h\d)\b"
_SAVED_PAGE = re.compile(rb"content-type:\s*multipart/related", re.I)


def kind_of(data: bytes, name: str) -> str:
    """``text``, ``html``, ``mhtml``, ``pdf`` or ``docx``; refuses what holds no text to read."""
    suffix = Path(name).suffix.lower()
    head = data[:4096]
    if head[:1024].lstrip().startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in head[:1024]):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(data, name)
    if _PICTURES.match(head) or (head[:2] == b"BM" and head[2:6] == len(data).to_bytes(4, "little")):
        raise JiedaoError(f"{name}: a picture; {OCR}, or copy the report's text into a .txt file")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise JiedaoError(f"{name}: protected by a password; remove the password and save it again")
        raise JiedaoError(
            f"{name}: an old Office file (.doc, .wps, .xls, .ppt); open it and save it as .docx"
        )
    if head.lstrip().startswith(b"{\\rtf"):
        raise JiedaoError(f"{name}: an RTF file; open it and save it as .docx")
    if _ARCHIVES.match(head):
        raise JiedaoError(f"{name}: a packed archive; unpack it and name the report's file")
    if data and suffix in (".pdf", ".docx"):
        raise JiedaoError(f"{name}: damaged, or no {suffix[1:]} file; get it again or save it anew")
    if re.match(rb"[A-Za-z-]+:\s", head.lstrip()) and _SAVED_PAGE.search(head):
        return "mhtml"
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(head[:2], "latin-1")
    start = head.decode(wide, "ignore").lstrip("\ufeff\xef\xbb\xbf \t\r\n\f")
    a_page = start.startswith("<") or suffix in (".html", ".htm", ".shtml", ".xhtml")
    return "html" if a_page and re.search(_TAG, start, re.I) else "text"


def _kind_of_archive(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise JiedaoError(f"{name}: damaged; get the file again, or open it and save it anew") from error
    # Some programs number the main part: word/document2.xml.
    if any(re.fullmatch(r"word/document\d*\.xml", n) for n in names):
        return "docx"
    kinds = {
        "xl/": "a spreadsheet",
        "ppt/": "slides",
        "OFD.xml": "an OFD file",
        "content.xml": "OpenDocument",
    }
    what = next((kind for start, kind in kinds.items() if any(n.startswith(start) for n in names)), None)
    if what is None:
        raise JiedaoError(f"{name}: a packed archive; unpack it and name the report's file")
    raise JiedaoError(f"{name}: {what}, which is not read; save the report as .docx, .pdf or .txt")


def _read(kind: str, data: bytes, name: str) -> Extracted:
    # Imported here, for the packages behind them are an extra.
    if kind == "pdf":
        from jiedao.pdf import read_pdf

        return read_pdf(data, name)
    if kind == "docx":
        from jiedao.word import read_docx

        check_archive(data, name)
        return read_docx(data)
    from jiedao.webpage import read_html, read_mhtml

    return read_html(data, name) if kind == "html" else read_mhtml(data, name)


def _printable(text: str) -> str:
    """Without control characters and halves of characters, which no text file may hold."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the parsers log and warn from the user, who gets our own sentences."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _bounds(seconds: float) -> str:
    return (
        f"could not be read within {MEMORY // 2**30} GiB and {seconds:g} s; "
        "copy the report's text into a .txt file"
    )


def _start_worker() -> tuple[BaseProcess, Connection]:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that the death of the worker ends the line
    return process, ours


def _serve(line: Connection) -> None:
    """The worker: read the files whose paths come in, until the line ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops it
    with suppress(ImportError, ValueError, OSError):  # not every system bounds memory
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        bound = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    with suppress(EOFError, BrokenPipeError):
        while True:
            path = line.recv()
            try:
                found = extract(read_bounded(path), str(path))._asdict()
            except JiedaoError as error:
                found = {"error": str(error)}
            line.send_bytes(json.dumps(found).encode("ascii"))


def _ask(line: Connection, path: Path, seconds: float) -> Extracted | JiedaoError | None:
    """What the worker read or refused; None if it died or takes too long.

    It answers in JSON: a worker that a file has taken over can say something wrong, but make nothing run.
    """
    with suppress(EOFError, OSError):
        line.send(path)
        if line.poll(seconds):
            found = json.loads(line.recv_bytes(LARGEST_UNPACKED))
            return JiedaoError(found["error"]) if "error" in found else Extracted(**found)
    return None


def _stop(process: BaseProcess, line: Connection) -> None:
    line.close()
    process.kill()
    process.join()
