"""Check a question set against an index: what in it can never come out right, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.models import Article
from index.store import Index
from rag.judge import holds
from rag.questionset import TestQuestion


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one question of a set."""

    line: int
    id: str
    what: str
    is_error: bool
    """Whether it spoils a metric; if not, it is worth a look."""

    def __str__(self) -> str:
        return f"line {self.line}, {self.id}: {'' if self.is_error else 'note: '}{self.what}"


def check_questions(questions: Sequence[tuple[int, TestQuestion]], index: Index) -> list[Finding]:
    """What is wrong with the questions of a set, in the order of their lines.

    Args:
        questions: each with the number of its line.
        index: of the articles that the set asks about.
    """
    findings: list[Finding] = []
    lines_of_ids: dict[str, int] = {}
    lines_of_texts: dict[tuple[str, ...], int] = {}
    with index.reading():
        articles = {
            file: index.catalog.article(file)
            for file in sorted({file for _, q in questions for file, _ in q.evidence})
        }
    for line, question in questions:
        told = [(what, True) for what in _errors(question, articles)]
        if not told:
            told = [(what, False) for what in _notes(question, articles)]
        if (first := lines_of_ids.setdefault(question.id, line)) != line:
            told.append((f"the id is that of line {first} too", True))
        asked = (question.question.strip().lower(), *(m["content"] for m in question.history))
        if (first := lines_of_texts.setdefault(asked, line)) != line:
            told.append((f"line {first} asks the same", False))
        findings.extend(Finding(line, question.id, what, is_error) for what, is_error in told)
    return findings


def _errors(question: TestQuestion, articles: dict[str, Article | None]) -> list[str]:
    if not question.question.strip():
        return ["the question is empty"]
    if not question.answerable:
        return ["an unanswerable question has no evidence"] if question.evidence else []
    wrong: list[str] = []
    for file, number in sorted(question.evidence):
        article = articles[file]
        if article is None:
            wrong.append(f"the index has no article {file}")
        elif not 1 <= number <= len(article.paragraphs):
            wrong.append(f"{file} has {len(article.paragraphs)} paragraphs, and no {number}")
    if not question.answers:
        wrong.append("an answerable question needs an accepted answer")
    wrong.extend("an accepted answer is empty" for a in question.answers if not a.strip())
    if wrong or not question.evidence:
        return wrong
    if not any(_is_in(answer, question, articles) for answer in question.answers):
        return ["no accepted answer is in the evidence: copy the words of the article"]
    return []


def _notes(question: TestQuestion, articles: dict[str, Article | None]) -> list[str]:
    if not question.answerable:
        return ["an unanswerable question needs no answers"] if question.answers else []
    if not question.evidence:
        return ["no evidence: only a remark about the articles can answer it"]
    return [
        f"the accepted answer “{answer}” is in none of the evidence paragraphs"
        for answer in question.answers
        if not _is_in(answer, question, articles)
    ]


def _is_in(answer: str, question: TestQuestion, articles: dict[str, Article | None]) -> bool:
    """Whether an answer is in an evidence paragraph, or names an article of the evidence."""
    return any(
        answer == file
        or ((article := articles[file]) and holds(article.paragraph_text(number), [answer]))
        for file, number in question.evidence
    )
