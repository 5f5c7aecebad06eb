"""Answers about the articles themselves: a remark with the fact, and a claim for each mention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.catalog import Catalog, ChunkRow
from index.tokens import fold
from rag.about_corpus import About, CorpusQuestion
from rag.authorship import byline_of
from rag.claims import Claim, Passage, Statement
from rag.confidence import features
from rag.mentions import find_mentions
from rag.passages import excerpts
from rag.remarks import (
    articles_counted,
    articles_listed,
    extreme_article,
    mentioned_in,
    not_mentioned_in,
    signed,
    told_of_in,
)
from rag.retrieve import Candidate, Retriever
from rag.topics import probability, search_for

_MOST_CITED = 8
# How far below the best article's best sentence another's may score: of a set of articles on
# one subject, each has something that is near to it.
_NEAR_THE_BEST = 0.09
_MOST_TITLES = 10  # more than that a remark does not name


def describe(
    retriever: Retriever, question: CorpusQuestion, files: Sequence[str] = ()
) -> tuple[list[Statement], float]:
    """Answer a question about the articles themselves.

    Args:
        retriever: over the index to answer from.
        question: what is asked.
        files: globs over corpus-relative names; empty for all.

    Returns:
        A remark with the fact and, for what is mentioned, a claim an article that shows it, at
        most eight; and a confidence from 0 to 1. A remark alone with confidence 0 is a refusal
        with its reason: no article mentions it.

    Raises:
        QuestionError: no indexed file matches `files`.
    """
    with retriever.index.reading():
        names = retriever.matching_files(files)
        catalog = retriever.index.catalog
        corpus = _Corpus(retriever, tuple(catalog.files() if names is None else names), files)
        return corpus.answer(question)


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The articles asked about, inside a read transaction."""

    retriever: Retriever
    files: tuple[str, ...]
    globs: Sequence[str]

    @property
    def catalog(self) -> Catalog:
        return self.retriever.index.catalog

    def answer(self, question: CorpusQuestion) -> tuple[list[Statement], float]:
        if question.about is About.COUNT:
            return [articles_counted(len(self.files))], 1.0
        if question.about is About.LIST:
            return [articles_listed(self._titles(self.files), len(self.files))], 1.0
        if question.about is About.BYLINE:
            return self._bylines(question.what)
        if question.about in (About.LONGEST, About.SHORTEST):
            return self._extreme(question.about), 1.0
        return self._mentions(question)

    def _mentions(self, question: CorpusQuestion) -> tuple[list[Statement], float]:
        """By the words themselves; what is told of in other words, by meaning."""
        if question.about is About.REPORT:
            return self._reports(question.what)
        found = find_mentions(
            self.catalog, self.retriever.index.articles, question.what, self.files
        )
        if question.negated:
            without = [file for file in self.files if file not in found]
            remark = not_mentioned_in(question.what, self._titles(without), len(self.files))
            return [remark], 1.0
        if not found:
            told, likely = self._reports(question.what)
            if told:
                return told, likely
            return [mentioned_in(question.what, {}, len(self.files))], 0.0
        remark = mentioned_in(question.what, self._titles(found), len(self.files))
        claims = [Claim(_passage(mention.row)) for each in found.values() for mention in each]
        return [remark, *claims[:_MOST_CITED]], 1.0

    def _reports(self, what: str) -> tuple[list[Statement], float]:
        """Each article is judged by its own best sentence, as a question to it alone would be."""
        fitted = self.retriever.calibration
        retrieval = search_for(self.retriever, what, self.globs)
        likely, enough = probability(self.retriever, retrieval)
        if not enough:
            return [], likely
        by_file: dict[str, list[Candidate]] = {}
        for candidate in retrieval.candidates:
            by_file.setdefault(candidate.row.file, []).append(candidate)
        telling: list[ChunkRow] = []
        for candidates in by_file.values():
            if candidates[0].score < retrieval.candidates[0].score - _NEAR_THE_BEST:
                continue
            alone = replace(retrieval, candidates=tuple(candidates))
            if fitted.probability(features(alone)) >= fitted.threshold:
                telling.append(candidates[0].row)
        remark = told_of_in(self._titles(row.file for row in telling), len(self.files))
        claims = [Claim(self._readable(row)) for row in telling[:_MOST_CITED]]
        return [remark, *claims], likely

    def _bylines(self, author: str) -> tuple[list[Statement], float]:
        wanted = fold(author)
        authors: dict[str, str] = {}
        claims: list[Claim] = []
        for row in self.catalog.articles():
            if row.author is None or row.file not in self.files or wanted not in fold(row.author):
                continue
            authors[row.file] = row.author
            article = self.catalog.article(row.file)
            byline = byline_of(article) if article and len(claims) < _MOST_CITED else None
            if byline is not None:
                claims.append(Claim(Passage(row.file, byline.number, byline.start, byline.end)))
        found = bool(claims) or not author
        return [signed(authors, len(self.files)), *claims], 1.0 if found else 0.0

    def _extreme(self, which: About) -> list[Statement]:
        rows = [row for row in self.catalog.articles() if row.file in set(self.files)]
        if not rows:
            return []
        pick = max if which is About.LONGEST else min
        row = pick(rows, key=lambda each: each.characters)
        return [extreme_article(which.value, row.file, row.title, row.characters)]

    def _titles(self, files: Iterable[str]) -> Mapping[str, str]:
        """File → title, of all; past those that a remark names, without looking it up."""
        titles: dict[str, str] = {}
        for file in files:
            article = self.catalog.article(file) if len(titles) < _MOST_TITLES else None
            titles[file] = article.title if article else ""
        return titles

    def _readable(self, row: ChunkRow) -> Passage:
        """A sentence, with those that it leans on."""
        article = self.catalog.article(row.file)
        assert article is not None, "found a moment ago, in the same transaction"
        around = self.catalog.chunks_of_paragraphs([row.paragraph_key])
        found = (e.passage for e in excerpts(article, around) if e.core.key == row.key)
        return next(found, _passage(row))


def _passage(row: ChunkRow) -> Passage:
    return Passage(row.file, row.paragraph, row.start, row.end)
