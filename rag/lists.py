"""Questions that ask what the articles name: "Which prime ministers are mentioned?"

Several sentences answer such a question together. "Which three parts did it have?" is no
such question: one sentence says it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.tokens import stem, tokenize, words
from rag.claims import Claim, Passage
from rag.question import Question
from rag.retrieve import Candidate

_KINDS = r"(?:(?:the\s+)?(?:kinds?|types?|sorts?|arten|clases|tipos)\s+(?:of|von|de)\s+)?"
_MENTIONED = r"(?:named|mentioned|quoted|cited|listed|referred to|talked about|spoken of)"
_IN_ARTICLES = (
    r"(?:\s+(?:in|by|throughout|in all|across)\s+(?:the|these|all|all the|any of the)\s+"
    r"(?:articles?|texts?|stories|sources|reports))"
)
_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^\W*(?:which|what)\s+{_KINDS}(?P<what>.+?)\s+(?:are|were|get|is|was)\s+(?:\w+ly\s+)?"
        rf"{_MENTIONED}{_IN_ARTICLES}?(?P<rest>\b.*)",
        rf"^\W*(?:which|what)\s+{_KINDS}(?P<what>.+?)\s+do(?:es)?\s+(?:the|these|all)\s+(?:\w+\s+)?"
        r"(?:articles?|texts?|sources?|reports?|stories|story)\s+(?:name|mention|quote|cite|list)"
        r"(?P<rest>\b.*)",
        r"^\W*(?:please\s+)?(?:list|name|enumerate)\s+(?:all|every)\s+(?:of\s+)?(?:the\s+)?"
        rf"{_KINDS}(?P<what>.+?)(?:\s+(?:that|who|which)\s+(?:are|is|were)\s+{_MENTIONED})?"
        rf"{_IN_ARTICLES}?(?P<rest>)\W*$",
        rf"^\W*welche[rns]?\s+{_KINDS}(?P<what>.+?)\s+(?:werden|wurden|wird|sind)(?P<rest>.*)\s"
        r"(?:genannt|erwähnt|zitiert|aufgezählt)\b",
        rf"^\W*(?:qué|cuáles)\s+{_KINDS}(?P<what>.+?)\s+se\s+(?:mencionan|nombran|citan)"
        r"(?:\s+en\s+los\s+(?:artículos|textos))?(?P<rest>\b.*)",
        r"^\W*quel(?:le)?s\s+(?P<what>.+?)\s+sont\s+(?:nommée?s|mentionnée?s|citée?s)"
        r"(?:\s+dans\s+les\s+(?:articles|textes))?(?P<rest>\b.*)",
        r"^\W*каки(?:е|х)\s+(?P<what>.+?)\s+(?:упоминаются|упомянуты|названы|цитируются)"
        r"(?:\s+в\s+(?:статьях|текстах))?(?P<rest>\b.*)",
    )
]


def listed_subject(question: str) -> str | None:
    """What a question wants a list of ("prime ministers"), or None if it wants none."""
    for pattern in _PATTERNS:
        match = pattern.search(question)
        if match is not None:
            words = f"{match.group('what')} {match.group('rest')}"
            return " ".join(words.strip(" \t?!.").split()) or None
    return None


_MOST = 6  # claims
_WITHIN = 0.12  # of the best score, for a sentence
_ARTICLE_WITHIN = 0.05  # of it, for the best sentence of an article that is about what is listed
_A_NAME = 0.01  # of the score that a name or a number is worth which was not listed before
_MOST_NAMES = 4


def choose_listed(candidates: Sequence[Candidate], question: Question) -> list[Claim]:
    """Sentences that together name what is to be listed: the best, then what adds most to it.

    A sentence that uses a word of the question may come from any article; one that does not,
    from an article whose best sentence is about it ("Federer beat Nadal" of "tennis players").

    Args:
        candidates: of one question, best first; not empty.
        question: it.
    """
    wanted = {token for word in question.content for token in tokenize(word)}
    best = candidates[0].score
    on_subject = {c.row.file for c in candidates if best - c.score < _ARTICLE_WITHIN}
    pool = [
        c
        for c in candidates
        if best - c.score < _WITHIN
        and (c.row.file in on_subject or wanted.intersection(tokenize(c.text)))
    ]
    said = frozenset(question.tokens)
    naming = [c for c in pool if _new(c, said)]
    shown: list[Candidate] = [] if naming else pool[:1] or [candidates[0]]
    while naming and len(shown) < _MOST:
        chosen = max(naming, key=lambda c: c.score + _A_NAME * _new(c, said))
        shown.append(chosen)
        said |= _names_and_numbers(chosen)
        naming = [c for c in naming if _new(c, said)]
    return [Claim(_passage(candidate)) for candidate in shown]


def _new(candidate: Candidate, said: frozenset[str]) -> int:
    return min(_MOST_NAMES, len(_names_and_numbers(candidate) - said))


def _names_and_numbers(candidate: Candidate) -> frozenset[str]:
    """Tokens of the words that name something: capitals inside the sentence, and figures."""
    return frozenset(
        stem(word)
        for place, word in enumerate(words(candidate.text))
        if word[0].isdigit() or (place and word[0].isupper())
    )


def _passage(candidate: Candidate) -> Passage:
    row = candidate.row
    return Passage(row.file, row.paragraph, row.start, row.end)
