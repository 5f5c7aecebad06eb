"""Small articles for tests."""

from __future__ import annotations

from pathlib import Path

from index.catalog import Catalog
from index.chunk import chunk_article
from index.load import SourceFile
from index.models import Article
from index.scan import read_article

Articles = dict[str, str]
"""File → text."""

HARBOUR = """The Harbour Opens Again

By Ann Byron

The harbour of Bath was opened again on Monday by Mayor Carla Ruiz, four months after the storm.

The repairs cost 6,460 pounds and were paid by the city. They took longer than planned.

(abc, xy)
"""
BRIDGE = """The old bridge over the river will be closed for three weeks, the committee said.

“We want a bridge that lasts,” Peter Lang told the reporters. “It has stood for 120 years.”
"""
GARDEN = """The garden behind the museum has 4,711 roses, and visitors may enter it for free.

It was planted in 1946. The gardeners water it twice a day in the summer.
"""
TOWN = {"harbour.txt": HARBOUR, "bridge.txt": BRIDGE, "garden.txt": GARDEN}


def write_articles(folder: Path, articles: Articles) -> Path:
    """Make a folder hold these articles and no other text files."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.rglob("*.txt"):
        if path.relative_to(folder).as_posix() not in articles:
            path.unlink()
    for name, text in articles.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return folder


def make_article(text: str, file: str = "a.txt") -> Article:
    return read_article(SourceFile(file, Path(file)), text.encode("utf-8"))


def fill(catalog: Catalog, articles: Articles) -> None:
    """Put articles into a catalogue, without vectors."""
    catalog.begin()
    for file, text in articles.items():
        article = make_article(text, file)
        catalog.put_article(article, chunk_article(article))
    catalog.commit()
