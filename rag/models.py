"""What an answer is: text made of claims, each with citations that can be checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypedDict

NOT_IN_ARTICLES: Final = "The articles do not say"
"""How the text of every refusal begins."""

MAX_QUESTION_CHARACTERS: Final = 4000


class Message(TypedDict):
    """One message of a conversation, as in Gradio and the OpenAI API."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of an article: `text[start:end] == quote`, inside the paragraph named.

    `start` and `end` count Unicode code points in the text of the file; `support` is how
    far the quote bears the claim out, from 0 to 1. `answer_start` and `answer_end` mark the
    answer phrase inside the quote, counted as `start` is, where the kind of answer is clear.
    `page` is where the quote begins, in a file that has pages; `date` the day that the article
    is of, as YYYY-MM-DD, where that is known.
    """

    number: int
    file: str
    paragraph: int
    quote: str
    start: int
    end: int
    title: str
    support: float
    answer_start: int | None = None
    answer_end: int | None = None
    page: int | None = None
    date: str | None = None

    @property
    def place(self) -> str:
        """File, paragraph and, where there is one, page: "report.pdf, paragraph 8, page 3"."""
        page = "" if self.page is None else f", page {self.page}"
        return f"{self.file}, paragraph {self.paragraph}{page}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, the same object in Python, on the command line and over HTTP."""

    question: str
    answered: bool
    text: str
    mode: Literal["quote", "llm"]
    confidence: float
    citations: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    model: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and dicts, as in the JSON contract; what is optional only if it is known."""
        plain = asdict(self)
        plain["citations"] = [
            {key: value for key, value in citation.items() if value is not None}
            for citation in plain["citations"]
        ]
        plain["notes"] = list(self.notes)
        plain["timings_ms"] = dict(self.timings_ms)
        return plain

    def to_json(self, indent: int | None = 2) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)
