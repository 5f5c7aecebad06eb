"""Questions that ask what the articles name: "Which prime ministers are mentioned?"

Several sentences answer such a question together. "Which three parts did it have?" is no
such question: one sentence says it.
"""

from __future__ import annotations

import re

_PATTERN = re.compile(
    r"^\W*(?:(?:in|on|at|from|to|of)\s+)?(?:which|what)\b.*\b(?:are|were|get|is|was)\s+(?:\w+\s+)?"
    r"(?:named|mentioned|quoted|cited|listed|referred to|talked about|spoken of)\b|"
    r"^\W*(?:which|what)\b.*\bdo(?:es)?\b.*\b(?:name|mention|quote|cite|list)\b|"
    r"^\W*(?:please\s+)?(?:list|name|enumerate)\s+(?:all|every|the)\b|"
    r"^\W*welche[rns]?\b.*\b(?:genannt|erwähnt|zitiert|aufgezählt)\b|"
    r"^\W*(?:nenne|zähle|liste)\b.*\balle\b|"
    r"^\W*(?:qué|cuáles)\b.*\bse\s+(?:mencionan|nombran|citan)\b|"
    r"^\W*quel(?:le)?s\b.*\b(?:nommée?s|mentionnée?s|citée?s)\b|"
    r"^\W*каки(?:е|х)\b.*\b(?:упоминаются|упомянуты|названы|цитируются)\b|"
    r"^\W*(?:перечисли|назови)(?:те)?\s+все\w*\b",
    re.IGNORECASE,
)


def asks_for_list(question: str) -> bool:
    """Whether a question asks for all that the articles name of a kind."""
    return _PATTERN.search(question) is not None
