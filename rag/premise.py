"""Questions that take something for granted, and sentences that say it is not so.

"Why did she agree to sell?" takes it that she agreed. A sentence that says she never would,
or that she refused, contradicts the question; it is shown, with a remark, and nothing is
confirmed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.catalog import ArticleCache
from rag.polarity import Clause, clauses, has_cue
from rag.retrieve import Candidate
from rag.speakers import who_at
from rag.terms import distinct, shared, terms
from rag.wording import read_tokens, tell_language

_PRESUPPOSES = re.compile(
    r"\W*(?:(?:and|but|so|und|aber|y|et|а|и)\s+)?(?:since when|for what reason|what made|why|when|"
    r"where|how|warum|weshalb|wieso|wann|seit wann|wo|wie|por qué|cuándo|dónde|cómo|pourquoi|"
    r"quand|où|comment|почему|зачем|когда|где|как)\b",
    re.IGNORECASE,
)
# What is only said or thought by someone is not taken for granted.
_REPORTS = re.compile(
    r"\b(?:say|says|said|think|thinks|thought|believes?|described?|respond(?:ed)?|"
    r"call(?:ed)?(?! off| for| on| up| in)|"
    r"react(?:ed)?|comment(?:ed)?|according to|supposedly|alleged(?:ly)?|reportedly|"
    r"claims? (?:that|to)|"
    r"claimed|laut|angeblich|según|supuestamente|selon|по словам|якобы)\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\W*(?:why|for what reason|warum|weshalb|wieso|por qué|pourquoi|почему|зачем)\b", re.IGNORECASE
)
_LOOKED_AT = 4  # candidates, from the best
_WITHIN = 0.08  # of its score
_ENOUGH = 0.4  # of the question's terms that a clause must hold to be about the same
_MOST = 0.6  # where its cue reaches one of them alone


def presupposes(question: str) -> bool:
    """Whether a question takes for granted that what it names has happened or is so."""
    return bool(_PRESUPPOSES.match(question)) and not _REPORTS.search(question)


def contradicts(question: str, sentence: str, speaker: str = "") -> bool:
    """Whether a sentence says the opposite of what a question takes for granted.

    Args:
        question: as asked.
        sentence: of an article.
        speaker: who says it, for a sentence that names its subject "I" or "he".
    """
    if not presupposes(question) or not has_cue(sentence):
        return False
    asked = _main(question)
    if asked is None or not _same_subject(asked, sentence, speaker):
        return False
    said = clauses(sentence)
    against = [c for c in said if c.says_no != asked.says_no and (c.says_no or c.has_yes)]
    covers = [_cover(asked, c) for c in against if _about_the_same(asked, c)]
    with_it = [_cover(asked, c) for c in said if c.says_no == asked.says_no]
    return bool(covers) and max(covers) > max(with_it, default=0.0)


def contradiction(
    question: str, candidates: Sequence[Candidate], articles: ArticleCache
) -> Candidate | None:
    """The best of the sentences found that contradicts what a question takes for granted.

    Args:
        question: as asked.
        candidates: of the question, best first.
        articles: to tell who speaks.
    """
    if not candidates or not presupposes(question):
        return None
    least = candidates[0].score - _WITHIN
    for candidate in candidates[:_LOOKED_AT]:
        if candidate.score >= least and has_cue(candidate.text):
            row = candidate.row
            who = next(iter(who_at(articles[row.file].text, row.start, row.end)), None)
            if contradicts(question, candidate.text, who.name if who else ""):
                return candidate
    return None


def _main(question: str) -> Clause | None:
    return max(clauses(question), key=lambda clause: len(clause.core), default=None)


def _same_subject(asked: Clause, sentence: str, speaker: str) -> bool:
    subject = next((term for term in asked.core if term.is_name), None)
    if subject is None:
        return True
    return bool(shared([subject], [*terms(sentence), *terms(speaker)]))


def _about_the_same(asked: Clause, clause: Clause) -> bool:
    """Whether a clause speaks of what is asked, and its cues of that part of it."""
    reached = len(shared(asked.core, clause.scope))
    cover = _cover(asked, clause)
    if reached > 1:
        return cover >= _ENOUGH
    if reached == 0:
        return False
    same_verb = clause.head is not None and bool(shared([clause.head], asked.terms))
    takes_side = asked.says_no or asked.has_yes  # "support", "refuse"
    return (same_verb and cover >= _ENOUGH) or (takes_side and cover >= _MOST)


def _cover(asked: Clause, clause: Clause) -> float:
    """The share of the question's terms that a clause holds."""
    return len(shared(asked.core, clause.terms)) / max(1, distinct(asked.core))


def unsupported(question: str, texts: Sequence[str]) -> bool:
    """Whether a "why" asks for the reason of something that none of these texts speaks of.

    "Why did Meloni resign?" of texts that name Meloni and say nothing of resigning. Texts in
    another language than the question's are left to the meaning alone.
    """
    if not _WHY.match(question):
        return False
    language = tell_language(read_tokens(question))
    if language in (None, "de"):  # a capital letter tells no name in German
        return False
    if any(tell_language(read_tokens(text)) != language for text in texts):
        return False
    asked = [term for term in terms(question) if not term.is_name]
    return bool(asked) and not shared(asked, [term for text in texts for term in terms(text)])
