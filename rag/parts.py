"""A question that asks several things → its parts, each to be answered or not by itself.

"How many villages were captured and who said so?" asks two things; "Who founded the city
and its harbour?" one. A part begins with a question word or an auxiliary verb.
"""

from __future__ import annotations

import re

from rag.question import analyse

_ASKING = (
    r"(?:who|whom|whose|what|when|where|why|which|how|"
    r"wer|wen|wem|wessen|was|wann|wo|wohin|woher|warum|weshalb|wieso|welche[mnrs]?|wie|"
    r"qué|quién|quiénes|cuándo|dónde|adónde|cuál|cuáles|cómo|cuánt\w+|"
    r"qui|quoi|que|quel(?:le)?s?|quand|où|pourquoi|comment|combien|"
    r"кто|кого|кому|что|когда|где|куда|откуда|почему|зачем|как\w{0,3}|сколько|чей|чья)"
)
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|must|"
    r"ist|sind|war|waren|hat|haben|wird|werden|kann|können|est-ce)"
)
# After "and must undertake" comes no subject: there the auxiliary asks nothing.
_SUBJECT = (
    r"(?:the|an?|this|that|these|those|there|it|he|she|they|any|all|der|die|das|ein|eine|es|"
    r"er|sie|(?-i:[A-ZÄÖÜ]))"
)
_PREPOSITION = (
    r"(?:(?:by|in|to|for|from|with|at|on|of|von|mit|seit|bis|por|para|en|con|de|à|par|"
    r"в|на|с|от|о)\s+)?"
)
_AND = r"(?:and|und|y|e|et|и|а)"

_BOUNDARY = re.compile(
    rf"(?:\s*[,;]\s*|\s+){_AND}\s+(?={_PREPOSITION}{_ASKING}\b|{_AUXILIARY}\s+{_SUBJECT})|"
    rf"\s*;\s+(?={_PREPOSITION}{_ASKING}\b)|(?<=[?？])\s*(?=\w)",
    re.IGNORECASE,
)
_BEGINS_ASKING = re.compile(rf"[\s¿]*{_PREPOSITION}(?:{_ASKING}|{_AUXILIARY})\b", re.IGNORECASE)
_BARE = re.compile(rf"[\s¿]*{_PREPOSITION}{_ASKING}\s*", re.IGNORECASE)
_LEAD = re.compile(rf"({_PREPOSITION}{_ASKING}(?:\s+(?:many|much|long|often|far|old))?)\b", re.I)
# "…between rain and where people live", "…say who was there and who was not": one question.
_INDIRECT = re.compile(
    rf"\b(?:between|zwischen|entre|между)\b(?:(?!\b{_AND}\b).)*\b{_AND}\s+{_ASKING}\b|"
    r"\b(?:say|said|know|knew|known|tell|told|explain(?:ed)?|describe[ds]?|show(?:ed|n)?|ask(?:ed)?|"
    rf"decide[ds]?|determine[ds]?|see|saw|sagen|sagt|wissen|weiß)\s+(?:{_ASKING}|whether|if|ob)\b"
    rf".*\b{_AND}\s+(?:{_ASKING}|whether|if|ob)\b",
    re.IGNORECASE,
)
_MOST = 4


def split_question(text: str) -> list[str]:
    """The parts of a question, each a question; itself alone if it asks one thing.

    "Where and when was it signed?" gives "Where was it signed?" and "when was it signed?";
    "Who signed it, and when?" gives "Who signed it?" and "when?", which leans on the first.
    """
    if _INDIRECT.search(text):
        return [text]
    pieces = [piece.strip() for piece in _BOUNDARY.split(text)]
    pieces = [piece for piece in pieces if piece]
    if not 2 <= len(pieces) <= _MOST:
        return [text]
    parts: list[str] = []
    for place, piece in enumerate(pieces):
        if not _BEGINS_ASKING.match(piece):
            return [text]
        if _BARE.fullmatch(piece.rstrip(" ?？")):  # shares what follows the next question word
            rest = _LEAD.sub("", " ".join(pieces[place + 1 :]), count=1).strip()
            if place == 0 and not rest:
                return [text]
            piece = f"{piece} {rest}".strip()  # or, at the end, leans on the first
        elif not _says_something(piece):
            return [text]
        parts.append(piece if piece.endswith(("?", "？")) else f"{piece}?")
    return parts


def _says_something(piece: str) -> bool:
    """Whether a part has a word of its own beside its question word."""
    return len(piece.split()) > 1 and bool(analyse(piece).content)
