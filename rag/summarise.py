"""An overview in the articles' own words: a few passages, central and different, each cited."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.catalog import Catalog, ChunkRow
from index.embed import Vectors
from index.models import Article, Kind
from index.tokens import fold, tokenize
from rag.article_names import Named, files_named, files_titled, is_title, reference
from rag.authorship import best_file
from rag.claims import Claim, Passage, Statement
from rag.coverage import Limits, Material, choose
from rag.overview import Overview, Scope
from rag.passages import Excerpt, excerpts
from rag.remarks import articles_quoted, no_such_article, several_such_articles
from rag.retrieve import Candidate, Retrieval, Retriever
from rag.topics import probability, search_for

_FEWEST_CLAIMS = 3
_MOST_CLAIMS = 6
_SENTENCES_A_CLAIM = 3  # of an article: a short one needs fewer claims
_ARTICLE_WORDS = 150
_TOPIC_WORDS = 150
_LEAST_GAIN = 0.3  # of what the first claim brought: below it, the topic is exhausted
_MOST_SENTENCES = 400  # of one article that are looked at; a longer one is thinned out
_MOST_ARTICLES = 200  # that an overview of everything looks at, and of their paragraphs

_HEADING_WEIGHT = 2.0  # a heading says what part of the article must not be missing
_QUOTATION = 0.75  # what is said in quotation marks illustrates; what is reported tells
_POOR = 0.5  # a passage that does not stand alone, or is very long
_SAID_BEFORE = 0.7  # share of a passage's words that others quoted hold: it repeats them
_TELLING = 4  # letters of a word that is counted for that
_LEAD = 3  # sentences among which an article's lead is

# A topic's passages fit it by meaning, and somewhat by its words: in a topic of a few words
# each word would count for too much.
_SHARE_OF_WORDS = 0.4
_POOL = 40  # candidates that may be quoted
_LEAST_FIT = 0.2  # of the way from the mean candidate to the best
_FIT_WEIGHT = 0.5


def summarise(
    retriever: Retriever, overview: Overview, files: Sequence[str] = ()
) -> tuple[list[Statement], float]:
    """Sum up what a question wants an overview of.

    Args:
        retriever: over the index to answer from.
        overview: what is wanted.
        files: globs over corpus-relative names; empty for all.

    Returns:
        Claims, and remarks on what is quoted, with a confidence from 0 to 1. An empty list is
        a refusal: the articles do not tell of it. A single remark with confidence 0 is a
        refusal with its reason: there is no such article, or more than one.

    Raises:
        QuestionError: no indexed file matches `files`.
    """
    with retriever.index.reading():
        summary = _Summary(retriever, files)
        if overview.scope is Scope.ARTICLE:
            return summary.of_named_article(overview)
        if overview.scope is Scope.TITLED:
            return summary.of_titled_article(overview)
        if overview.scope is Scope.TOPIC:
            return summary.of_topic(overview)
        return summary.of_everything()


@dataclass(frozen=True, slots=True)
class _Summary:
    """One overview under way, inside a read transaction."""

    retriever: Retriever
    globs: Sequence[str]

    @property
    def catalog(self) -> Catalog:
        return self.retriever.index.catalog

    def files(self) -> list[str]:
        names = self.retriever.matching_files(self.globs)
        return self.catalog.files() if names is None else names

    def of_named_article(self, overview: Overview) -> tuple[list[Statement], float]:
        files = self.files()
        found = files_named(overview.subject, files)
        if len(found) == 1:
            return _certain(self.of_article(found[0]))
        if found:
            return [several_such_articles(overview.subject, found)], 0.0
        # "Article 5" may be one of a treaty that the articles tell of.
        retrieval = search_for(self.retriever, overview.query, self.globs)
        wanted = re.compile(rf"\b{re.escape(fold(overview.query))}\b")
        if any(wanted.search(fold(candidate.text)) for candidate in retrieval.candidates):
            return self.of_retrieval(retrieval)
        return [no_such_article(overview.subject, files)], 0.0

    def of_titled_article(self, overview: Overview) -> tuple[list[Statement], float]:
        found = files_titled(overview.subject, self.files())
        if len(found) == 1:
            return _certain(self.of_article(found[0]))
        retrieval = search_for(self.retriever, overview.query, self.globs)
        for file in dict.fromkeys(candidate.row.file for candidate in retrieval.candidates):
            article = self.catalog.article(file)
            if article is not None and is_title(overview.subject, article.title):
                return _certain(self.of_article(file))
        likely, enough = probability(self.retriever, retrieval)
        if not enough:
            return [], likely
        return self.of_article(best_file(retrieval.candidates)), likely

    def of_topic(self, overview: Overview) -> tuple[list[Statement], float]:
        within = self.globs
        if overview.article:
            found = self._files_meant(overview.article)
            if not found:
                return [no_such_article(overview.article, self.files())], 0.0
            within = [_literally(file) for file in found]
        else:
            # "Summarise the oil crisis", where an article is called so.
            found = files_titled(overview.subject, self.files())
            if len(found) == 1:
                return _certain(self.of_article(found[0]))
        return self.of_retrieval(search_for(self.retriever, overview.query, within))

    def of_everything(self) -> tuple[list[Statement], float]:
        """The headline or the lead of an article for each story."""
        files = self.files()
        if len(files) == 1:
            return _certain(self.of_article(files[0]))
        looked_at = files[:: _step(len(files), _MOST_ARTICLES)]
        leads = self.catalog.first_chunks(looked_at)
        vectors = self.retriever.index.vectors_of([*leads, *self._openings(looked_at)])
        leads = [row for row in leads if row.key in vectors]
        if not leads:
            return [], 0.0
        material = Material(
            vectors=np.stack(list(vectors.values())),
            weights=np.ones(len(vectors)),
            candidates=np.stack([vectors[row.key] for row in leads]),
            fit=np.zeros(len(leads)),
            words=np.ones(len(leads)),
            factor=np.ones(len(leads)),
        )
        chosen = choose(material, Limits(_MOST_CLAIMS, _MOST_CLAIMS))
        claims = [Claim(self._lead(leads[place])) for place in sorted(chosen)]
        return [articles_quoted(len(files), len(claims)), *claims], 1.0

    def of_article(self, file: str) -> list[Statement]:
        """What an article says, in its order."""
        article = self.catalog.article(file)
        assert article is not None, "listed a moment ago, in the same transaction"
        keys = sorted(self.catalog.paragraph_keys([file]))
        rows = self.catalog.chunks_of_paragraphs(keys)
        if (step := _step(len(rows), _MOST_SENTENCES)) > 1:
            rows = self.catalog.chunks_of_paragraphs(keys[::step], _MOST_SENTENCES // 2)
        vectors = self.retriever.index.vectors_of(rows)
        found = excerpts(article, rows)
        lead = next((e for e in found[:_LEAD] if e.stands_alone), None)
        count = min(max(round(len(rows) / _SENTENCES_A_CLAIM), _FEWEST_CLAIMS), _MOST_CLAIMS)
        chosen = _choose(
            found,
            vectors,
            {r.key: _HEADING_WEIGHT if r.kind is Kind.HEADING else 1.0 for r in rows},
            {},
            Limits(count, _ARTICLE_WORDS),
            lead,
        )
        if not chosen:
            return [Claim(_whole_paragraph(article, row)) for row in rows[:1]]
        return [Claim(p) for p in sorted(_join(chosen), key=lambda p: p.start)]

    def of_retrieval(self, retrieval: Retrieval) -> tuple[list[Statement], float]:
        """What is found for a topic: the best first, then what adds most to it."""
        likely, enough = probability(self.retriever, retrieval)
        if not enough:
            return [], likely
        fits = _fits(retrieval.candidates)
        near = [c.row for c in retrieval.candidates[:_POOL] if fits[c.row.key] >= _LEAST_FIT]
        found = [e for e in self._around(near) if fits.get(e.core.key, 0.0) >= _LEAST_FIT]
        vectors = self.retriever.index.vectors_of([c.row for c in retrieval.candidates])
        chosen = _choose(
            found,
            vectors,
            {key: max(0.0, fit) for key, fit in fits.items()},
            {key: _FIT_WEIGHT * fit for key, fit in fits.items()},
            Limits(_MOST_CLAIMS, _TOPIC_WORDS, _LEAST_GAIN),
        )
        if not chosen:
            return [Claim(_passage(retrieval.candidates[0].row))], likely
        return [Claim(passage) for passage in _join(chosen)], likely

    def _openings(self, files: Sequence[str]) -> list[ChunkRow]:
        """The first sentences of paragraphs, of as many as may be looked at."""
        each = max(1, _MOST_ARTICLES // max(1, len(files)))
        keys = [key for f in files for key in sorted(self.catalog.paragraph_keys([f]))[:each]]
        return self.catalog.chunks_of_paragraphs(keys, 1)

    def _around(self, near: Sequence[ChunkRow]) -> list[Excerpt]:
        """The excerpts of the paragraphs that these sentences are of."""
        by_file: dict[str, set[int]] = {}
        for row in near:
            by_file.setdefault(row.file, set()).add(row.paragraph_key)
        found: list[Excerpt] = []
        for file, keys in sorted(by_file.items()):
            article = self.catalog.article(file)
            if article is not None:
                rows = self.catalog.chunks_of_paragraphs(sorted(keys))
                found.extend(excerpts(article, rows))
        return found

    def _files_meant(self, phrase: str) -> list[str]:
        """The one article that a phrase names, by whatever name; else none."""
        meant = reference(phrase)
        name = meant.name if meant else phrase
        found = files_named(name, self.files())
        if meant is not None and meant.named is Named.TITLE and len(found) != 1:
            retrieval = search_for(self.retriever, name, self.globs)
            if probability(self.retriever, retrieval)[1]:
                found = [best_file(retrieval.candidates)]
        return found

    def _lead(self, row: ChunkRow) -> Passage:
        """An article's headline, or else its lead."""
        article = self.catalog.article(row.file)
        assert article is not None
        headline = headline_of(article)
        if headline is not None:
            return headline
        rows = self.catalog.chunks_of_paragraphs([row.paragraph_key])
        return next(e.passage for e in excerpts(article, rows) if e.core.key == row.key)


def _choose(
    found: Sequence[Excerpt],
    vectors: Mapping[int, Vectors],
    weights: Mapping[int, float],
    fits: Mapping[int, float],
    limits: Limits,
    start: Excerpt | None = None,
) -> list[Excerpt]:
    """The excerpts that stand for the sentences weighed; vectors, weights and fits by chunk key."""
    found = [excerpt for excerpt in found if excerpt.core.key in vectors]
    rows = [key for key in weights if key in vectors]
    if not found:
        return []
    words = [_telling_words(excerpt.text) for excerpt in found]

    def repeats(one: int, others: Sequence[int]) -> bool:
        said = frozenset[str]().union(*(words[other] for other in others))
        return any(found[one].overlaps(found[other]) for other in others) or (
            len(words[one] & said) >= _SAID_BEFORE * len(words[one])
        )

    material = Material(
        vectors=np.stack([vectors[key] for key in rows]),
        weights=np.array([weights[key] for key in rows]),
        candidates=np.stack([vectors[excerpt.core.key] for excerpt in found]),
        fit=np.array([fits.get(excerpt.core.key, 0.0) for excerpt in found]),
        words=np.array([float(excerpt.words) for excerpt in found]),
        factor=np.array([_factor(excerpt) for excerpt in found]),
    )
    first = found.index(start) if start in found else None
    return [found[place] for place in choose(material, limits, repeats, first)]


def _telling_words(text: str) -> frozenset[str]:
    return frozenset(token for token in tokenize(text) if len(token) >= _TELLING)


def _certain(statements: list[Statement]) -> tuple[list[Statement], float]:
    """A named article is surely the right one; only one without a sentence says nothing."""
    return statements, 1.0 if statements else 0.0


def _step(count: int, most: int) -> int:
    """Every how many to look at, for no more than `most` of `count`."""
    return max(1, -(-count // most))


def headline_of(article: Article) -> Passage | None:
    """The headline that an article has its title from, if it has one."""
    for paragraph in article.paragraphs:
        if paragraph.kind is Kind.BODY:
            return None
        line = " ".join(article.text[paragraph.start : paragraph.end].split())
        if paragraph.kind is Kind.HEADING and line.startswith(article.title.rstrip("…")):
            return Passage(article.file, paragraph.number, paragraph.start, paragraph.end)
    return None


def _fits(candidates: Sequence[Candidate]) -> dict[int, float]:
    """Chunk key → how well it fits, 1 for the best and 0 for the mean candidate."""
    scores = [c.cosine + _SHARE_OF_WORDS * (c.score - c.cosine) for c in candidates]
    best, mean = max(scores), sum(scores) / len(scores)
    width = max(best - mean, 1e-6)
    return {
        candidate.row.key: (score - mean) / width
        for candidate, score in zip(candidates, scores, strict=True)
    }


def _factor(excerpt: Excerpt) -> float:
    return (1.0 if excerpt.stands_alone else _POOR) * (_QUOTATION if excerpt.is_quotation else 1.0)


def _join(chosen: Sequence[Excerpt]) -> list[Passage]:
    """Excerpts that follow one another in a paragraph become one passage, where the first was."""
    runs: list[list[Excerpt]] = []
    for excerpt in sorted(chosen, key=lambda e: e.first.key):
        if runs and excerpt.first.key == runs[-1][-1].last.key + 1:
            runs[-1].append(excerpt)
        else:
            runs.append([excerpt])
    places = {excerpt.core.key: place for place, excerpt in enumerate(chosen)}
    runs.sort(key=lambda run: min(places[excerpt.core.key] for excerpt in run))
    return [replace(run[0].passage, end=run[-1].passage.end) for run in runs]


def _passage(row: ChunkRow) -> Passage:
    return Passage(row.file, row.paragraph, row.start, row.end)


def _whole_paragraph(article: Article, row: ChunkRow) -> Passage:
    paragraph = article.paragraph(row.paragraph)
    return Passage(row.file, row.paragraph, paragraph.start, paragraph.end)


def _literally(file: str) -> str:
    """A glob that matches this file alone."""
    return re.sub(r"([*?\[])", r"[\1]", file)
