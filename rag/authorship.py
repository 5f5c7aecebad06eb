"""Who wrote an article: answered from its byline, and from nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.catalog import ArticleCache
from index.models import Article, Kind, Paragraph
from rag.article_names import files_named, name_in
from rag.claims import Claim, Passage, Statement
from rag.remarks import no_such_article, several_such_articles
from rag.retrieve import Candidate, Retriever

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
    return _cite_byline(articles[best_file(candidates)])


def _cite_byline(article: Article) -> Claim | None:
    byline = byline_of(article)
    if byline is None:
        return None
    return Claim(Passage(article.file, byline.number, byline.start, byline.end))


def author_of_named(
    retriever: Retriever, question: str, files: Sequence[str] = ()
) -> tuple[list[Statement], float] | None:
    """Who wrote the article that a question names by its number or its file.

    Args:
        retriever: over the index to answer from.
        question: one that asks for an author.
        files: globs over corpus-relative names; empty for all.

    Returns:
        The byline, with confidence 1; nothing, if the article has none; the reason alone, with
        confidence 0, if there is no such article. None if the question names none so.

    Raises:
        QuestionError: no indexed file matches `files`.
    """
    name = name_in(question)
    if name is None:
        return None
    with retriever.index.reading():
        catalog = retriever.index.catalog
        listed = retriever.matching_files(files)
        names = catalog.files() if listed is None else listed
        found = files_named(name, names)
        if not found:
            return [no_such_article(name, names)], 0.0
        if len(found) > 1:
            return [several_such_articles(name, found)], 0.0
        claim = _cite_byline(retriever.index.articles[found[0]])
    return ([claim], 1.0) if claim else ([], 0.0)


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
