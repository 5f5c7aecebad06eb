"""Questions for what somebody says: "What did Ruiz say about it?", "… according to Ruiz".

They are answered with what is said in that voice, where the articles have it: a sentence that
only names the person, or tells what others say of the matter, comes after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.catalog import ArticleCache
from rag.retrieve import Candidate
from rag.sides import with_voice
from rag.terms import terms

_SAY = (
    r"(?:say|said|think|claim|argue|announce|declare|explain|suggest|warn|reply|respond|answer|"
    r"comment|react|tell|demand|propose|believe|predict|promise|describe|accuse|threaten)"
)
_WHO = r"(?P<who>(?:[^\s,?]+\s+){0,4}?[^\s,?]+?)"
_FORMS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:what|how|why|which\s+\w+)\s+(?:did|does|do|has|have|would)\s+{_WHO}\s+{_SAY}\b",
        rf"\b(?:according to|in the (?:view|opinion|words|eyes) of)\s+{_WHO}(?:\s*[,?.!]|$)",
        rf"\bin\s+{_WHO}[’']s?\s+(?:view|opinion|words|eyes|judgement)\b",
        rf"\b(?:laut|nach Ansicht von|nach Meinung von|nach Angaben von)\s+{_WHO}(?:\s*[,?.!]|$)",
        rf"\bwas\s+(?:sagte|sagt|meint|meinte|denkt)\s+{_WHO}(?:\s+(?:über|zu[mr]?|von|dazu)\b|\s*\?)",
        rf"\b(?:según|selon|d[’']après|по словам|по мнению)\s+{_WHO}(?:\s*[,?.!]|$)",
        rf"\bqué\s+(?:dijo|dice|piensa|opina)\s+{_WHO}(?:\s+(?:sobre|de|del|acerca)\b|\s*\?)",
        rf"\bqu[’']a\s+dit\s+{_WHO}(?:\s+(?:sur|de|du|à)\b|\s*\?)",
        rf"\bчто\s+(?:сказал[аи]?|говорит|думает|заявил[аи]?)\s+{_WHO}(?:\s+(?:о|об|про)\b|\s*\?)",
    )
]
_WITHIN = 0.1  # of the best score: what is farther off is about something else


def voice_of(question: str) -> str | None:
    """Whose words a question asks for, if it names them; None for any other question.

    >>> voice_of("What did Carla Ruiz say about the harbour?")
    'Carla Ruiz'
    """
    for form in _FORMS:
        if match := form.search(question):
            who: str = match["who"]
            return who if any(word[0].isupper() for word in who.split()) else None
    return None


def in_that_voice(
    who: str, matter: str, candidates: Sequence[Candidate], articles: ArticleCache
) -> tuple[Candidate, ...]:
    """The candidates, those near the best first in which somebody speaks.

    Args:
        who: as the question names them.
        matter: of what they speak.
        candidates: of the question, best first.
        articles: to tell who speaks.
    """
    if not candidates:
        return ()
    least = candidates[0].score - _WITHIN
    near = [candidate for candidate in candidates if candidate.score >= least]
    found = with_voice(terms(who), matter, near, articles)
    heard = {candidate.row.key for candidate, speaks in found if speaks}
    first = [c for c in near if c.row.key in heard]
    return (*first, *(c for c in candidates if c.row.key not in heard))
