"""How often the answer is among the words shown, for few words and for many.

    python benchmarks/shown.py SET... [--draw OUT.svg]

A SET is ARTICLES:QUESTIONS[,QUESTIONS]..., where ARTICLES may be an index of them. Shown are
the sentences that `rag.quote.choose` takes, for the answerable questions, before anything is
refused; each line is `choose` with other limits, the one in force is marked. Beside it the
best two, three, four sentences of retrieval, and the whole paragraph of the best.

For a set called xquad-dev, the last column is what the prototype of the first sketch found in
as many words (linear between its points), and --draw draws both curves.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

from common import build, scratch

import rag.quote
from rag.answering import find
from rag.claims import Passage
from rag.judge import holds
from rag.questionset import TestQuestion, read_questions
from rag.retrieve import Candidate
from rag.session import close_indexes, open_retriever

PROTOTYPE = ((27, 0.81), (48, 0.87), (55, 0.91), (68, 0.93), (82, 0.95), (124, 0.99))
"""Words, found: the best sentence; with the one after it; two; two and that; three; paragraph."""
FEWER = (-0.04, -0.02, 0.0, 0.02, 0.035)
"""First limits below the one in force, for as many sentences as an answer may have. Below 0
a sentence must be near in the paragraph, or short, to be shown."""
MORE = (
    (0.07, 4),
    (0.09, 5),
    (0.12, 6),
    (0.16, 8),
    (0.2, 8),
    (0.25, 10),
    (0.3, 12),
    (0.4, 16),
    (0.5, 20),
)
"""First limits above it, and for how many sentences beside the best."""
_FADES = 0.7  # each further limit, by the one before
_MARKER = "footnote.json"  # in an index's folder
_RC: dict[Any, Any] = {
    "svg.hashsalt": "footnote",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans", "sans-serif"],
}

Ranked = tuple[TestQuestion, tuple[Candidate, ...]]
Pick = Callable[[Sequence[Candidate]], list[str]]
"""Candidates of one question, best first → the texts shown."""


@dataclass(frozen=True)
class Point:
    """One way to choose, over a set."""

    name: str
    words: float
    found: float


def rank(articles: Path, questions: Sequence[Path], folder: Path) -> Iterator[Ranked]:
    """Every answerable question with the sentences found for it."""
    index = articles if (articles / _MARKER).exists() else build(articles, folder)
    retriever = open_retriever(index)
    for item in (item for path in questions for item in read_questions(path)):
        found = find(retriever, item.question, item.history, ()).retrieval.candidates
        if item.answerable and found:
            yield item, found
    close_indexes()


def choosing(within: tuple[float, ...], citations: int) -> Pick:
    """`choose` with other limits."""

    def pick(candidates: Sequence[Candidate]) -> list[str]:
        with (
            patch.object(rag.quote, "_WITHIN", within),
            patch.object(rag.quote, "_MAX_CITATIONS", citations),
        ):
            passages = [p for claim in rag.quote.choose(candidates) for p in claim.passages]
        return [_joined(c for c in candidates if _within(c, p)) for p in passages]

    return pick


def _within(candidate: Candidate, passage: Passage) -> bool:
    row = candidate.row
    return (row.file, row.paragraph) == (passage.file, passage.paragraph) and (
        passage.start <= row.start < passage.end
    )


def _joined(candidates: Iterable[Candidate]) -> str:
    """The words of sentences of one paragraph, in order."""
    return " ".join(c.text for c in sorted(candidates, key=lambda c: c.row.start))


def best(count: int) -> Pick:
    """The best sentences of retrieval, that many."""
    return lambda candidates: [c.text for c in candidates[:count]]


def whole(candidates: Sequence[Candidate]) -> list[str]:
    """The paragraph of the best sentence."""
    return [_joined(c for c in candidates if c.row.place == candidates[0].row.place)]


def measure(name: str, ranked: Sequence[Ranked], pick: Pick) -> Point:
    """Mean words, and the share of the questions whose answer is among them."""
    shown = [(item, pick(candidates)) for item, candidates in ranked]
    words = sum(len(text.split()) for _, texts in shown for text in texts)
    found = sum(any(holds(text, item.answers) for text in texts) for item, texts in shown)
    return Point(name, words / len(ranked), found / len(ranked))


def curve(ranked: Sequence[Ranked]) -> list[Point]:
    """Our answers, shorter and longer."""
    force, most = rag.quote._WITHIN, rag.quote._MAX_CITATIONS
    points = [measure("best", ranked, best(1)), measure("in force", ranked, choosing(force, most))]
    for first, count in [*((first, len(force)) for first in FEWER), *MORE]:
        within = tuple(first * _FADES ** (place * (first > 0)) for place in range(count))
        name = f"within {first:g}, {1 + count} at most"
        points.append(measure(name, ranked, choosing(within, max(most, count))))
    return sorted(points, key=lambda point: point.words)


def plain(ranked: Sequence[Ranked]) -> list[Point]:
    """What needs no choice."""
    counted = [measure(f"best {n}", ranked, best(n)) for n in (2, 3, 4)]
    return [*counted, measure("whole paragraph", ranked, whole)]


def of_prototype(words: float) -> float | None:
    """What it found in so many words; None beyond its points."""
    for (low, one), (high, other) in pairwise(PROTOTYPE):
        if low <= words <= high:
            return one + (other - one) * (words - low) / (high - low)
    return None


def at(points: Sequence[Point], words: float) -> float | None:
    """What a curve finds in so many words, linear between its points."""
    for one, other in pairwise(points):
        if one.words <= words <= other.words and other.words > one.words:
            share = (words - one.words) / (other.words - one.words)
            return one.found + share * (other.found - one.found)
    return None


def show(name: str, points: Sequence[Point], others: Sequence[Point], compare: bool) -> None:
    print(f"\n{name}\n\n| shown | found | words |{' prototype there |' if compare else ''}")
    print("|---|---|---|" + ("---|" if compare else ""))
    for point in [*points, *others]:
        there = of_prototype(point.words)
        last = f" {'–' if there is None else f'{there:.3f}'} |" if compare else ""
        print(f"| {point.name} | {point.found:.3f} | {point.words:.1f} |{last}")
    if compare:
        pairs = [(words, found, at(points, words)) for words, found in PROTOTYPE]
        told = (f"{ours:.3f} for {found} in {words}" for words, found, ours in pairs if ours)
        print("\nours for the prototype's:", "; ".join(told))


def draw(points: Sequence[Point], others: Sequence[Point], out: Path) -> None:
    """Both curves."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_RC):
        figure = Figure(figsize=(7, 4.2), layout="constrained", facecolor="white")
        axes = figure.subplots()
        axes.plot(*zip(*PROTOTYPE, strict=True), "s--", color="#8a8d93", label="prototype")
        axes.plot(
            [p.words for p in others],
            [p.found for p in others],
            "^",
            color="#b9520a",
            label="best 2, 3, 4 sentences; whole paragraph",
        )
        axes.plot(
            [p.words for p in points],
            [p.found for p in points],
            "o-",
            color="#1f6fb2",
            label="chosen question by question",
        )
        for point in points:
            if point.name == "in force":
                axes.plot([point.words], [point.found], "o", color="#1f6fb2", markersize=12)
                axes.annotate(
                    f"in force: {point.found:.3f} in {point.words:.0f}",
                    (point.words, point.found),
                    xytext=(-8, 12),
                    textcoords="offset points",
                    ha="right",
                )
        axes.set_xlabel("words shown for a question, mean")
        axes.set_ylabel("answer found among them")
        axes.grid(alpha=0.25)
        axes.legend(loc="lower right", frameon=False)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="+", metavar="SET")
    parser.add_argument("--draw", type=Path, metavar="OUT.svg")
    arguments = parser.parse_args()
    out = None if arguments.draw is None else arguments.draw.resolve()
    sets = []
    for name in arguments.sets:
        articles, _, files = name.rpartition(":")
        sets.append((Path(articles).resolve(), [Path(f).resolve() for f in files.split(",")]))
    with scratch() as folder:
        for number, (articles, files) in enumerate(sets):
            name = files[0].parent.name
            ranked = list(rank(articles, files, folder / str(number)))
            points, others = curve(ranked), plain(ranked)
            show(name, points, others, name == "xquad-dev")
            if out is not None and name == "xquad-dev":
                draw(points, others, out)


if __name__ == "__main__":
    main()
