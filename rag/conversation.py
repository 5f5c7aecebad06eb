"""A follow-up → a question that can be searched for on its own, without an LLM.

"And when did it begin?" after "Where is the exhibition?" is searched for together with the
words of the question before it. A question that names its own subject is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.errors import QuestionError
from index.tokens import words
from rag.models import Message
from rag.question import analyse, has_content

# What leans on what was said before: an opening, or a pronoun without a name near it.
_OPENING = re.compile(
    r"(?:and|but|or|what about|how about|und|aber|was ist mit|y|pero|et|mais|а|и|но)\b",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|"
    r"er|sie|es|ihm|ihr|ihnen|ihn|sein|seine|dieser|diese|dieses|das|dort|damals|davon|dazu|"
    r"él|ella|ellos|ellas|eso|esto|su|sus|allí|lui|elle|ils|elles|cela|ça|leur|"
    r"он|она|оно|они|его|её|ему|ей|их|им|это|этот|там|тогда)\b",
    re.IGNORECASE,
)
# Pronouns for a person or a thing; "that" only where it is no conjunction.
_PRONOUN = re.compile(
    r"\b(?:(?P<en>he|she|it|they|him|her|them|his|hers|its|their|theirs|"
    r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )there(?! (?:is|are|was|were)\b)|"
    r"(?:that|this|these|those)(?=\s*[?!.,]|\s*$))|"
    r"er|ihm|ihn|ihnen|seine?[mnrs]?|ihre?[mnrs]?|dessen|deren|davon|dazu|dabei|damit|dafür|dort|"
    r"él|ella|ellos|ellas|(?<!a-t-)(?:il|ils|elle|elles)|lui|leurs?|"
    r"он|она|оно|они|его|её|ему|ей|их|им|нём|нем|ней|них)\b|\bsie\b(?-i:(?<!S..))",
    re.IGNORECASE,
)
# "Is it legal to …?", "How long does it take to …?", "gibt es", "y a-t-il": stands for nothing.
_EXPLETIVE = re.compile(
    r"\bit (?:\w+ ){1,3}(?:to|that|for|if|whether|when)\b|\bgibt es\b|\by a-t-il\b|\bil y a\b|"
    r"\best-il\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:the|which|what|any|how many|who|die|welche|was für)\s+(?:\w+\s+)?"
    r"(?:others?|else|anderen?)\b",
    re.IGNORECASE,
)
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|shall|must|may|might)"
)
# "In which year did …": a thing that is asked for is none that a pronoun stands for.
_ASKED_FOR = re.compile(
    rf"\b(?:who|whom|whose|what|when|where|why|which|how)\b(?! about\b)[^,;:]*?\b{_AUXILIARY}\b|"
    rf"^\W*(?:(?:and|but|so|or)\W+)?(?:who|whose|what|which|how)\b(?! about\b)",
    re.IGNORECASE,
)
_WITH_ARTICLE = re.compile(
    r"\b(?:der|die|das|den|dem|des|eine?[mnrs]?|el|la|los|las|una?|le|les|une)\s+\w{3}|"
    r"(?<=[а-яё] )[А-ЯЁ]\w+|\w+-(?=il|elle)",
    re.IGNORECASE,
)
_FEW_WORDS = 1


def check_history(history: Sequence[Message]) -> list[Message]:
    """The messages before, as plain ones; those of other roles left out.

    Raises:
        QuestionError: one is no message.
    """
    messages: list[Message] = []
    for number, message in enumerate(history, start=1):
        role = message.get("role") if isinstance(message, Mapping) else None
        content = message.get("content") if isinstance(message, Mapping) else None
        if not isinstance(role, str) or not isinstance(content, str):
            raise QuestionError(
                f"message {number} of the history is no message",
                'give each as {"role": "user" or "assistant", "content": "text"}',
            )
        if role == "user" or role == "assistant":
            messages.append(Message(role=role, content=content))
    return messages


def with_subject(question: str, history: Sequence[Message]) -> str | None:
    """A follow-up together with the question that it follows; None if it stands alone.

    Args:
        question: the newest question.
        history: the messages before it, oldest first.
    """
    earlier = [message["content"] for message in history if message["role"] == "user"]
    if not earlier or not leans_on_history(question):
        return None
    return f"{_subject(earlier)} {question}"


def leans_on_history(question: str) -> bool:
    """Whether a question may not be understood without the one before it."""
    content = analyse(question).content
    if _OPENING.match(question.lstrip(" ¿¡\"'“„«")) or needs_history(question):
        return True
    named = _has_name(question)
    return not named and (len(content) <= _FEW_WORDS or bool(_POINTER.search(question)))


def needs_history(question: str) -> bool:
    """Whether a question surely leans on the one before it.

    It has no word of a subject but names ("Why?", "What did he tell Ruiz of that?"), or a
    pronoun for what it has not named itself ("How much did it cost?"); in "When did the museum
    open its doors?" the pronoun has its word before it.
    """
    found = analyse(question)
    own = [word for word in found.content if has_content(word)]
    if not own or (_POINTER.search(question) and set(own) <= set(found.names)):
        return True
    if _EXPLETIVE.search(question):
        return False
    pronoun = _PRONOUN.search(question)
    if pronoun is not None:
        return not _names_something(question[: pronoun.start()], pronoun["en"] is not None)
    return _OTHER.search(question) is not None and not _has_name(question)


def _has_name(question: str) -> bool:
    return any(word[0].isupper() for word in question.split()[1:] if word[0].isalpha())


def _names_something(before: str, is_english: bool) -> bool:
    """Whether words that stand before a pronoun hold what it may stand for."""
    if is_english:
        return any(has_content(word) for word in words(_ASKED_FOR.sub(" ", before)))
    # The verb may stand there too: only what has an article, or a capital, is surely a thing.
    return _WITH_ARTICLE.search(before) is not None


def _subject(earlier: Sequence[str]) -> str:
    """The newest question that stood alone, with the follow-ups since it."""
    parts: list[str] = []
    for text in reversed(earlier):
        parts.append(text.strip())
        if not leans_on_history(text):
            break
    return " ".join(reversed(parts[:2]))
