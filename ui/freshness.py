"""Whether a file still says what was indexed of it."""

from __future__ import annotations

from typing import Final

from index.errors import FootnoteError
from index.load import SourceFile, digest, read_bytes
from index.models import Article
from index.store import Index, corpus_of, read_marker

_MAX_BYTES: Final = 50_000_000  # a larger file is not read through each time it is opened


def is_stale(index: Index, article: Article) -> bool:
    """Whether the file is there and has changed since it was indexed.

    A file that cannot be read is not called changed: the folder may be elsewhere.
    """
    try:
        marker = read_marker(index.path)
        if marker is None:
            return False
        path = corpus_of(index.path, marker) / article.file
        return digest(read_bytes(SourceFile(article.file, path), _MAX_BYTES)) != article.digest
    except (FootnoteError, OSError):
        return False
