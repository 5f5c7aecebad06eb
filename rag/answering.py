"""A question → what answers it: told apart by its kind, searched for, chosen, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from index.catalog import ArticleCache
from rag.about_corpus import about_corpus
from rag.authorship import author_of_named, cite_author, subject_of
from rag.claims import Claim, Remark, Statement, remaining
from rag.comparison import Comparison, compare, comparison_of
from rag.confidence import features
from rag.conversation import leans_on_history, needs_history, with_subject
from rag.describe import describe
from rag.disagree import opposed, other_side
from rag.kinds import kind_of, list_kind
from rag.lists import choose_listed, listed_subject
from rag.models import Message
from rag.overview import overview_of
from rag.parts import split_question
from rag.premise import contradiction, unsupported
from rag.question import Question, Wants, analyse
from rag.quote import choose, with_room
from rag.remarks import not_answered, premise_contradicted
from rag.retrieve import Candidate, Retrieval, Retriever
from rag.sides import asks_for_sides
from rag.sides import sides as what_sides_say
from rag.summarise import summarise
from rag.voice import in_that_voice, voice_of

_PLAINLY_ANSWERED = 0.5  # confidence from which a follow-up is taken to stand alone
_FEW_WORDS = 1  # a question with no more of its own ("and when?") is judged with the one before


@dataclass(frozen=True, slots=True)
class Found:
    """What was retrieved for a question, and what of it answers; no statements: refuse."""

    text: str
    retrieval: Retrieval
    statements: list[Statement]
    confidence: float
    with_history: bool = False
    reasons: tuple[str, ...] = ()
    """Of a refusal, where there is more to say than that the articles do not."""


def find(
    retriever: Retriever, question: str, history: Sequence[Message], files: Sequence[str]
) -> Found:
    """Search for a question, part by part; for a follow-up, with the question before.

    A question that leans on the conversation may still name its own subject: where it is
    plainly answered by itself, the old subject is not dragged in.
    """
    first, *rest = split_question(question)
    with retriever.index.reading():
        found = _find_one(retriever, first, history, files)
        if not rest:
            return found
        parts = [(first, found)]
        for part in rest:
            parts.append((part, _find_part(retriever, part, parts[0][1], files)))
        return _join(parts, retriever.index.articles)


def _find_one(
    retriever: Retriever, question: str, history: Sequence[Message], files: Sequence[str]
) -> Found:
    text = with_subject(question, history)
    if text is None:
        return _search(retriever, question, question, files)
    if needs_history(question):
        return replace(_search(retriever, text, question, files), with_history=True)
    alone = _search(retriever, question, question, files)
    if alone.statements and alone.confidence >= _PLAINLY_ANSWERED:
        return alone
    if _asks_nothing(question, alone.retrieval):
        return alone
    together = _search(retriever, text, question, files)
    if alone.retrieval.question.names:  # "And what is the capital of Wales?"
        together = _by_own_words(retriever, alone, together)
    return replace(together, with_history=True)


def _asks_nothing(text: str, retrieval: Retrieval) -> bool:
    """Whether it is no question, and in words that no article uses: "Hello", "Thanks!"."""
    content = retrieval.question.content
    return (
        bool(content) and set(content) <= set(retrieval.unknown) and not text.rstrip().endswith("?")
    )


def _find_part(retriever: Retriever, part: str, before: Found, files: Sequence[str]) -> Found:
    """A later part: by itself if that is plain, else with the first part's subject."""
    alone = _search(retriever, part, part, files)
    leans = leans_on_history(part)
    if alone.statements and not leans and alone.confidence >= _PLAINLY_ANSWERED:
        return alone
    together = _search(retriever, f"{before.text} {part}", part, files)
    return _by_own_words(retriever, alone, together)


def _by_own_words(retriever: Retriever, alone: Found, together: Found) -> Found:
    """What was found together with an earlier question, if it answers this one.

    The words of the earlier one make anything near it look right. Whether this one is answered
    there, its own words must say, if it has more than one.
    """
    if not together.statements or len(alone.retrieval.question.content) <= _FEW_WORDS:
        return together
    if not together.retrieval.candidates:
        return together
    place = together.retrieval.candidates[0].row.place
    own = tuple(c for c in alone.retrieval.candidates if c.row.place == place)
    fitted = retriever.calibration
    confidence = fitted.probability(features(replace(alone.retrieval, candidates=own)))
    answers = confidence >= fitted.threshold
    return replace(
        together, statements=together.statements if answers else [], confidence=confidence
    )


def _join(parts: Sequence[tuple[str, Found]], articles: ArticleCache) -> Found:
    """One answer of several: nothing said twice, and what is not answered named."""
    answered = [found for _, found in parts if found.statements]
    statements: list[Statement] = []
    remarks: list[Statement] = []
    for part, found in parts:
        if not found.statements:
            remarks.append(not_answered(part))
        for statement in found.statements:
            if isinstance(statement, Claim):
                shown = [s.passage for s in statements if isinstance(s, Claim)]
                statements.extend(remaining(statement, shown, articles))
            else:
                statements.append(statement)
    first = parts[0][1]
    return Found(
        text=first.text,
        retrieval=replace(first.retrieval, candidates=_interleave([f for _, f in parts])),
        statements=[*statements, *remarks] if answered else [],
        confidence=min(found.confidence for found in answered or [first]),
        with_history=first.with_history,
    )


def _interleave(parts: Sequence[Found]) -> tuple[Candidate, ...]:
    """The candidates of all parts: the best of each first."""
    found: dict[int, Candidate] = {}
    for row in zip_longest(*(part.retrieval.candidates for part in parts)):
        for candidate in row:
            if candidate is not None:
                found.setdefault(candidate.row.key, candidate)
    return tuple(found.values())


def _search(retriever: Retriever, text: str, asked: str, files: Sequence[str]) -> Found:
    special = _describe(retriever, asked, files)
    if special is not None:
        return special
    fitted = retriever.calibration
    question = analyse(asked)
    if question.wants is Wants.AUTHOR:
        retrieval = retriever.retrieve(subject_of(text), files)
        confidence = fitted.probability(features(retrieval))
        claim = cite_author(retrieval.candidates, retriever.index.articles)
        statements: list[Statement] = []
        if claim and confidence >= fitted.threshold:
            statements = [replace(claim, asks=question)]
        return Found(text, retrieval, statements, confidence)
    sides = asks_for_sides(asked)
    comparison = comparison_of(asked)
    if comparison is None and sides and len(sides.names) == 2:
        comparison = Comparison((sides.names[0], sides.names[1]), sides.matter)
    if comparison is not None:
        retrieval = retriever.retrieve(comparison.query, files)
        compared, confidence = compare(retriever, comparison, retrieval, files)
        if compared:
            return Found(text, retrieval, compared, confidence)
    subject = sides.query if sides else listed_subject(asked)
    if subject and not sides and (claims := _list(retriever, subject, files)):
        return Found(text, retriever.retrieve(subject, files), [*claims], 1.0)
    retrieval = retriever.retrieve(subject or text, files, subject or asked)
    confidence = fitted.probability(features(retrieval))
    if not retrieval.candidates or confidence < fitted.threshold:
        return Found(text, retrieval, [], confidence)
    articles = retriever.index.articles
    if sides and (views := what_sides_say(sides, retrieval, articles)):
        return Found(text, retrieval, [*views], confidence)
    if subject and not sides:
        several = choose_listed(retrieval.candidates, retrieval.question)
        return Found(text, retrieval, [*several], confidence)
    if (who := voice_of(asked)) is not None:
        heard = in_that_voice(who, text, retrieval.candidates, articles)
        retrieval = replace(retrieval, candidates=heard)
    # What kind is asked for, the question says alone; its subject may be that of one before.
    question = replace(retrieval.question, text=asked)
    return Found(text, retrieval, _answer_fact(question, retrieval, articles), confidence)


def _list(retriever: Retriever, subject: str, files: Sequence[str]) -> list[Claim]:
    """What a list is made of where its members are known by their words."""
    kind = kind_of(subject)
    if kind is None:
        return []
    index = retriever.index
    names = retriever.matching_files(files)
    return list_kind(
        index.catalog, index.articles, kind, set(index.catalog.files() if names is None else names)
    )


def _answer_fact(
    question: Question, retrieval: Retrieval, articles: ArticleCache
) -> list[Statement]:
    """The sentences that answer, and what speaks against them, or against the question."""
    against = contradiction(question.text, retrieval.candidates, articles)
    if against is not None and _is_undisputed(against, retrieval):
        others = [c for c in retrieval.candidates if c is not against]
        shown = choose([against, *others])
        return [premise_contradicted(), *(replace(claim, asks=question) for claim in shown)]
    shown = [replace(claim, asks=question) for claim in choose(retrieval.candidates)]
    best = retrieval.candidates[0].row
    if unsupported(question.text, [articles[best.file].paragraph_text(best.paragraph)]):
        return []
    contrast = other_side(retrieval, shown, articles)
    if contrast is None:
        return [*shown]
    if contrast.claim is None:
        return [*shown, contrast.remark]
    if contrast.leads:
        return [contrast.remark, contrast.claim, *with_room(shown)]
    return [*with_room(shown), contrast.claim, contrast.remark]


def _is_undisputed(sentence: Candidate, retrieval: Retrieval) -> bool:
    """Whether no other article says the opposite of a sentence."""
    return opposed(sentence.text, sentence.row.file, retrieval.candidates) is None


def _describe(retriever: Retriever, asked: str, files: Sequence[str]) -> Found | None:
    """Answer a question about the articles themselves, or for an overview of them."""
    described: tuple[list[Statement], float] | None = None
    if (question := about_corpus(asked)) is not None:
        described = describe(retriever, question, files)
    elif (overview := overview_of(asked)) is not None:
        described = summarise(retriever, overview, files)
    elif analyse(asked).wants is Wants.AUTHOR:
        described = author_of_named(retriever, asked, files)
    if described is None:
        return None
    statements, confidence = described
    if statements and confidence > 0:
        nothing = Retrieval(analyse(asked), (), (), retriever.index.snapshot)
        return Found(asked, nothing, statements, confidence)
    reasons = tuple(s.text for s in statements if isinstance(s, Remark))
    return Found(asked, retriever.retrieve(asked, files), [], confidence, reasons=reasons)
