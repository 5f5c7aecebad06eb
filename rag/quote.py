"""The keyless answerer: the sentences of the articles themselves, as few as say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.catalog import ArticleCache
from index.tokens import tokenize
from rag.models import Citation
from rag.retrieve import Candidate

# How far below the best sentence another may score and still be shown. Neighbours in the
# paragraph of the best one come before others: half of the answers missed by the best
# sentence stand in the next (docs/quality.md has the curve).
_SECOND_WITHIN = 0.06
_THIRD_WITHIN = 0.02
_SAME_PARAGRAPH = 0.03
_MAX_CITATIONS = 3
_SAME_WORDS = 0.6  # Jaccard similarity from which two sentences say the same


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences of one paragraph, quoted together."""

    file: str
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A passage, and those in other articles that say the same in nearly the same words."""

    passage: Passage
    also: tuple[tuple[Passage, float], ...]
    """Each with its similarity, from 0 to 1."""


def choose(candidates: Sequence[Candidate]) -> list[Claim]:
    """Decide which sentences to show: one to three, the best first.

    Args:
        candidates: of one question, best first; not empty.
    """
    best = candidates[0]
    echoes = [(c, _similarity(best, c)) for c in candidates[1:]]
    also = [(c, s) for c, s in echoes if s >= _SAME_WORDS and c.row.file != best.row.file][
        : _MAX_CITATIONS - 1
    ]
    echoing = {best.row.key, *(c.row.key for c, s in echoes if s >= _SAME_WORDS)}
    shown = [best]
    rest = sorted(
        (c for c in candidates if c.row.key not in echoing),
        key=lambda c: -_closeness(c, best),
    )
    for candidate, within in zip(rest, (_SECOND_WITHIN, _THIRD_WITHIN), strict=False):
        if best.score - _closeness(candidate, best) < within:
            shown.append(candidate)
    passages = _join_neighbours(shown)
    room = _MAX_CITATIONS - len(passages)
    same = tuple((_passage([c]), s) for c, s in also[:room])
    return [Claim(passages[0], same), *(Claim(passage, ()) for passage in passages[1:])]


def cite(claims: Sequence[Claim], articles: ArticleCache) -> tuple[str, list[Citation]]:
    """The text of the answer and its citations, numbered in order."""
    citations: list[Citation] = []
    parts: list[str] = []
    for claim in claims:
        marks = ""
        for passage, support in [(claim.passage, 1.0), *claim.also]:
            article = articles[passage.file]
            number = len(citations) + 1
            citations.append(
                Citation(
                    number=number,
                    file=passage.file,
                    paragraph=passage.paragraph,
                    quote=article.text[passage.start : passage.end],
                    start=passage.start,
                    end=passage.end,
                    title=article.title,
                    support=round(support, 4),
                )
            )
            marks += f"[{number}]"
        text = articles[claim.passage.file].text[claim.passage.start : claim.passage.end]
        parts.append(f"“{' '.join(text.split())}” {marks}")
    return " ".join(parts), citations


def _closeness(candidate: Candidate, best: Candidate) -> float:
    return candidate.score + (_SAME_PARAGRAPH if candidate.row.place == best.row.place else 0.0)


def _similarity(one: Candidate, other: Candidate) -> float:
    a, b = set(tokenize(one.text)), set(tokenize(other.text))
    return len(a & b) / max(1, len(a | b))


def _join_neighbours(shown: Sequence[Candidate]) -> list[Passage]:
    """Sentences that follow one another become one passage; the best one's comes first."""
    runs: list[list[Candidate]] = []
    for candidate in sorted(shown, key=lambda c: c.row.key):
        if (
            runs
            and candidate.row.place == runs[-1][-1].row.place
            and candidate.row.key == runs[-1][-1].row.key + 1
        ):
            runs[-1].append(candidate)
        else:
            runs.append([candidate])
    runs.sort(key=lambda run: -max(candidate.score for candidate in run))
    return [_passage(run) for run in runs]


def _passage(run: Sequence[Candidate]) -> Passage:
    first, last = run[0].row, run[-1].row
    return Passage(first.file, first.paragraph, first.start, last.end)
