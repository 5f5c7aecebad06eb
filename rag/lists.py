"""Questions that ask what the articles name: "Which prime ministers are mentioned?"

Several sentences answer such a question together. "Which three parts did it have?" is no
such question: one sentence says it.
"""

from __future__ import annotations

import re

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
