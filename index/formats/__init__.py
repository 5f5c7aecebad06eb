"""The formats that articles come in: one module each, from a file's bytes to an `Extracted`.

Each has `extract(data: bytes) -> Extracted`, which raises `FormatError` for what it cannot
read. Whoever sent a file may have meant harm, so all but plain text, and JSON without HTML, are
read in a process apart (`index.formats.apart`), and the libraries are loaded there alone.
"""

from __future__ import annotations

from typing import Final

IN_PROCESS: Final = {".txt": "text", ".json": "json_lines", ".jsonl": "json_lines"}
APART: Final = {
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
    ".eml": "eml",
}
SUFFIXES: Final = frozenset(IN_PROCESS | APART)
"""The endings, in lower case, of the files that hold articles."""


def name_of(suffix: str) -> str:
    """The module that reads files of an ending; other files are read as plain text."""
    return APART.get(suffix) or IN_PROCESS.get(suffix, IN_PROCESS[".txt"])


def is_apart(suffix: str, data: bytes) -> bool:
    """Whether a file is read in the process apart: JSON if there may be HTML in its text."""
    if suffix in APART:
        return True
    return name_of(suffix) == "json_lines" and (b"<" in data or b"\\u003" in data)
