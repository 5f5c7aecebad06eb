"""What each part brings: the answers with one part taken out, in turn.

    python benchmarks/ablation.py ARTICLES:QUESTIONS[,QUESTIONS]... [--only PART]...

Prints a table in Markdown for each set, as it stands in docs/quality.md.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from common import build, scratch

import index.chunk
import rag.answering
import rag.evaluate
import rag.quote
import rag.retrieve
from index.build import build_index
from index.embed import local_embedder
from rag.confidence import Calibration, calibration
from rag.evaluate import evaluate, read_questions
from rag.names import Spellings
from rag.session import close_indexes

_SHOWN = ("right", "first", "found", "answered", "refused", "cites", "words", "recall@1")

_Patch = tuple[Any, str, Any]
# What is put in the place of what: nothing of the part is left then.
_PARTS: dict[str, list[_Patch]] = {
    "all parts": [],
    "words (BM25, cover)": [(rag.retrieve, "_WORDS_WEIGHT", 0.0)],
    "wanted kind": [(rag.retrieve, "_WANTED_WEIGHT", 0.0)],
    "spellings": [(Spellings, "_find_variants", lambda self, word: [])],
    "further sentences": [(rag.quote, "_WITHIN", ())],
    "neighbours first": [
        (rag.quote, "_SAME_PARAGRAPH", 0.0),
        (rag.quote, "_NEIGHBOUR", 0.0),
    ],
    "the price of words": [(rag.quote, "_A_WORD", 0.0)],
    "refusing": [(Calibration, "probability", lambda self, features: 1.0)],
    "parts of a question": [(rag.answering, "split_question", lambda text: [text])],
    "follow-ups": [(rag.answering, "with_subject", lambda question, history: None)],
    "lists, overviews, corpus": [
        (rag.answering, "listed_subject", lambda text: None),
        (rag.answering, "overview_of", lambda text: None),
        (rag.answering, "about_corpus", lambda text: None),
    ],
}
_NO_INTERVALS: _Patch = (
    rag.evaluate,
    "measure_intervals",
    lambda results, names: dict.fromkeys(names),
)
# These change what is embedded: another index.
_OTHER_INDEX: dict[str, list[_Patch]] = {
    "sentences that lean, with context": [
        (index.chunk, "points_back", lambda sentence: False),
        (index.chunk._Quotation, "is_open_at", lambda self, offset: False),
        (index.chunk, "_has_pronoun_for_subject", lambda sentence: False),
    ],
    "subjects of pronouns": [(index.chunk, "_has_pronoun_for_subject", lambda sentence: False)],
}


@contextmanager
def without(patches: list[_Patch]) -> Iterator[None]:
    """Take a part out for a while."""
    with ExitStack() as stack:
        for where, name, value in patches:
            stack.enter_context(patch.object(where, name, value))
        calibration.cache_clear()
        yield
    calibration.cache_clear()


def _build_again(articles: Path, whole: Path, place: Path) -> Path:
    """An index made otherwise, with the vectors of the sentences that it shares with another."""
    shutil.copytree(whole, place)
    build_index(articles, place, local_embedder(), rebuild=True)
    return place


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="+", metavar="ARTICLES:QUESTIONS")
    parser.add_argument("--only", action="append", choices=[*_PARTS, *_OTHER_INDEX])
    arguments = parser.parse_args()
    sets = []
    for name in arguments.sets:
        articles, _, files = name.rpartition(":")
        sets.append((Path(articles).resolve(), [Path(f).resolve() for f in files.split(",")]))
    with scratch() as folder:
        for number, (articles, files) in enumerate(sets):
            questions = [q for file in files for q in read_questions(file)]
            print(f"\n{articles.name}, {len(questions)} questions\n\n| without | ", end="")
            print(" | ".join(_SHOWN), "|\n|" + "---|" * (len(_SHOWN) + 1))
            whole = build(articles, folder / f"index-{number}")
            for part, patches in {**_PARTS, **_OTHER_INDEX}.items():
                if arguments.only and part not in arguments.only:
                    continue
                place = whole
                if part in _OTHER_INDEX:
                    with without(patches):
                        place = _build_again(articles, whole, folder / f"{number}-{len(part)}")
                    patches = []  # the answers from it are made as always
                with without([*patches, _NO_INTERVALS]):
                    metrics = evaluate(questions, place).metrics
                    close_indexes()
                values = (_number(metrics[name]) for name in _SHOWN)
                print(f"| {part} | {' | '.join(values)} |", flush=True)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1f}" if value > 1 else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
