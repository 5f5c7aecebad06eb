"""The keyless answerer: the sentences of the articles themselves, as few as say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.alike import bears_out, similarity
from rag.claims import Claim, Passage
from rag.retrieve import Candidate

# How far below the best sentence another may come and still be shown. Those in its paragraph
# come before others, its neighbours first: half of the answers missed by the best sentence
# stand there. A long sentence costs the reader more, and must be nearer for it
# (docs/quality.md has the curve, and what each of these brings).
_WITHIN = (0.06, 0.042, 0.03)  # the second, the third, the fourth
_SAME_PARAGRAPH = 0.03
_NEIGHBOUR = 0.01
_A_WORD = 0.001
_USUAL_WORDS = 25
_MAX_CITATIONS = 3


def choose(candidates: Sequence[Candidate]) -> list[Claim]:
    """Decide which sentences to show: one to four, the best first, in three places at most.

    Args:
        candidates: of one question, best first; not empty.
    """
    best = candidates[0]
    shown = [best]
    runs = [shown]
    for candidate in sorted(candidates[1:], key=lambda c: -_closeness(c, best)):
        if len(shown) > len(_WITHIN):
            break
        if best.score - _closeness(candidate, best) >= _WITHIN[len(shown) - 1]:
            break
        if any(bears_out(candidate.text, one.text) for one in shown):
            continue
        joined = _join_neighbours([*shown, candidate])
        if len(joined) > _MAX_CITATIONS:
            break
        shown.append(candidate)
        runs = joined
    room = _MAX_CITATIONS - len(runs)
    claims: list[Claim] = []
    for run in runs:
        also = _echoes(run, candidates)[:room]
        room -= len(also)
        claims.append(Claim(_passage(run), also))
    return claims


def with_room(claims: Sequence[Claim]) -> list[Claim]:
    """Claims with a citation to spare: what is left out is what mattered least."""
    kept = list(claims)
    while sum(len(claim.passages) for claim in kept) >= _MAX_CITATIONS:
        last = kept.pop()
        if last.also:
            kept.append(replace(last, also=last.also[:-1]))
    return kept


def _echoes(
    run: Sequence[Candidate], candidates: Sequence[Candidate]
) -> tuple[tuple[Passage, float], ...]:
    """Sentences of other articles that say the same in nearly the same words, one an article.

    Each is cited for what is quoted: one with other numbers or names, or a "not", is none.

    The newest come first, those without a date last.
    """
    found: dict[str, tuple[Passage, float]] = {}
    for candidate in sorted(candidates, key=lambda c: c.date, reverse=True):
        if candidate.row.file == run[0].row.file:
            continue
        same = [
            similarity(one.text, candidate.text)
            for one in run
            if bears_out(one.text, candidate.text)
        ]
        if same:
            found.setdefault(candidate.row.file, (_passage([candidate]), max(same)))
    return tuple(found.values())


def _closeness(candidate: Candidate, best: Candidate) -> float:
    """The score, and what speaks for reading on from the best sentence to this one."""
    close = candidate.score - _A_WORD * (len(candidate.text.split()) - _USUAL_WORDS)
    if candidate.row.place == best.row.place:
        close += _SAME_PARAGRAPH
        if abs(candidate.row.key - best.row.key) == 1:
            close += _NEIGHBOUR
    return close


def _join_neighbours(shown: Sequence[Candidate]) -> list[list[Candidate]]:
    """Sentences that follow one another become one run; the best one's comes first."""
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
    order = {candidate.row.key: place for place, candidate in enumerate(shown)}
    return sorted(runs, key=lambda run: min(order[candidate.row.key] for candidate in run))


def _passage(run: Sequence[Candidate]) -> Passage:
    first, last = run[0].row, run[-1].row
    return Passage(first.file, first.paragraph, first.start, last.end)
