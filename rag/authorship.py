"""Who wrote an article: answered from its byline, and from nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.catalog import ArticleCache
from index.models import Article, Kind, Paragraph
from rag.claims import Claim, Passage
from rag.retrieve import Candidate

_BEFORE_SUBJECT = re.compile(
    r".*?\b(?:about|on|headlined|titled|entitled|called|named|über|mit dem titel|sobre|titulado|"
    r"sur|intitulé|о|об|про)\b\s*",
    re.IGNORECASE,
)
_HEADLINE_BONUS = 0.06  # a headline names its article's subject better than a sentence does


def subject_of(question: str) -> str:
    """What the article that is asked about is about: "Europe-Russia talks"."""
    rest = _BEFORE_SUBJECT.sub("", question, count=1).strip(" ?\"'“”«»")
    return rest or question


def cite_author(candidates: Sequence[Candidate], articles: ArticleCache) -> Claim | None:
    """The byline of the article that fits the subject best, or None if it has none."""
    if not candidates:
        return None
    article = articles[best_file(candidates)]
    byline = byline_of(article)
    if byline is None:
        return None
    return Claim(Passage(article.file, byline.number, byline.start, byline.end))


def best_file(candidates: Sequence[Candidate]) -> str:
    """The article that is about what was searched for; `candidates` are not empty."""
    return max(candidates, key=_fit).row.file


def _fit(candidate: Candidate) -> float:
    return candidate.score + (_HEADLINE_BONUS if candidate.row.kind is Kind.HEADING else 0.0)


def byline_of(article: Article) -> Paragraph | None:
    """The byline that holds the author's name, with its "By" if there is one."""
    bylines = [p for p in article.paragraphs if p.kind is Kind.BYLINE]
    named = [
        p for p in bylines if article.author and article.author in article.text[p.start : p.end]
    ]
    return max(named, key=lambda p: p.end - p.start, default=None)
