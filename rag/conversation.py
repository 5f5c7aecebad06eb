"""A follow-up → a question that can be searched for on its own, without an LLM.

"And when did it begin?" after "Where is the exhibition?" is searched for together with the
words of the question before it. A question that names its own subject is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.errors import QuestionError
from rag.models import Message
from rag.question import analyse

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
    """Whether a question cannot be understood without the one before it."""
    content = analyse(question).content
    named = any(word[0].isupper() for word in question.split()[1:] if word[0].isalpha())
    if _OPENING.match(question.lstrip(" ¿¡\"'“„«")):
        return True
    if says_nothing_alone(question) or (len(content) <= _FEW_WORDS and not named):
        return True
    return bool(_POINTER.search(question)) and not named


def says_nothing_alone(question: str) -> bool:
    """Whether a follow-up has no word of a subject but names: "What did he tell Ruiz of that?"."""
    found = analyse(question)
    return _POINTER.search(question) is not None and set(found.content) <= set(found.names)


def _subject(earlier: Sequence[str]) -> str:
    """The newest question that stood alone, with the follow-ups since it."""
    parts: list[str] = []
    for text in reversed(earlier):
        parts.append(text.strip())
        if not leans_on_history(text):
            break
    return " ".join(reversed(parts[:2]))
