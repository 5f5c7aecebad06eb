"""A follow-up → a question that stands alone, by the LLM; what is not to be trusted is not taken.

A rewritten question may only put words of the conversation together: a name or a number from
elsewhere is the model's own, and then the keyless way is taken (`rag.conversation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from index.tokens import stem, words
from rag.drafts import spoken
from rag.llm import Writer
from rag.models import Message
from rag.prompt import rewriting
from rag.question import analyse

_LONGEST: Final = 400  # characters
_MOST_LINES: Final = 4
_MOST_EARLIER: Final = 6  # messages shown
_LEAST_KEPT: Final = 0.5  # of the follow-up's own words
_MOST_NEW: Final = 2  # words that the conversation did not use


def rewrite(question: str, history: Sequence[Message], writer: Writer) -> str | None:
    """The question as one, or as several in a row, that can be understood alone.

    None if what the LLM wrote is none of that.

    Raises:
        LlmError: the server fails.
    """
    earlier = history[-_MOST_EARLIER:]
    reply = ""
    pieces = spoken(writer.write(rewriting(question, earlier), structured=False))
    for piece in pieces:
        reply += piece
        if len(reply) > _LONGEST:
            pieces.close()
            return None
    lines = [" ".join(line.split()) for line in reply.splitlines()]
    lines = [line for line in lines if line]
    if not 1 <= len(lines) <= _MOST_LINES or not all(line.endswith(("?", "？")) for line in lines):
        return None
    rewritten = " ".join(lines)
    return rewritten if is_faithful(rewritten, question, earlier) else None


def is_faithful(rewritten: str, question: str, history: Sequence[Message]) -> bool:
    """Whether a rewritten question asks what was asked, in words of the conversation."""
    talk = " ".join([*(message["content"] for message in history), question])
    known = _stems(words(talk))
    new = [word for word in analyse(rewritten).content if stem(word.casefold()) not in known]
    if len(new) > _MOST_NEW or any(word[0].isupper() or word[0].isdigit() for word in new):
        return False
    own = _stems(analyse(question).content)
    return not own or len(own & _stems(words(rewritten))) >= _LEAST_KEPT * len(own)


def _stems(found: Sequence[str]) -> set[str]:
    return {stem(word.casefold()) for word in found}
