"""Questions that take for granted what the articles say is not so."""

from __future__ import annotations

from typing import cast

import pytest

from index.catalog import ArticleCache
from rag.premise import contradiction, contradicts, presupposes, unsupported
from tests.rag.disputes import DISPUTES, articles_of, retrieval_of

CONTRADICTED = [
    ("Why did the mayor agree to close the harbour?",
     "The mayor said she would never close the harbour while ships still called there."),
    ("When did the museum buy the painting?",
     "The museum has yet to buy the painting, its director said."),
    ("Why did the union accept the pay offer?",
     "The union rejected the pay offer on Friday and called for more talks."),
    ("How did the minister confirm the leak?",
     "The minister denied the leak and said nothing had been stolen."),
    ("Why does the committee oppose the bridge?",
     "The committee is in favour of the bridge, its chairman said."),
    ("Why is Norway unwilling to host the summit?", "Norway is ready to host the summit in Oslo."),
    ("When did the company pay the fine?", "The company has refused to pay the fine."),
    ("Why did the bank support the merger?",
     "The merger was opposed by the bank and two of its rivals."),
    ("Why did the pilots call off the strike?",
     "The pilots will not call off the strike, their union said."),
    ("Warum hat der Minister dem Plan zugestimmt?", "Der Minister hat den Plan abgelehnt."),
    ("¿Por qué aceptó el alcalde el plan?", "El alcalde rechazó el plan el lunes."),
    ("Pourquoi le maire a-t-il accepté le plan ?", "Le maire a refusé le plan lundi."),
    ("Почему министр согласился на план?", "Министр отказался принять план."),
]  # fmt: skip
NOT_CONTRADICTED = [
    ("Why did the union reject the pay offer?",
     "The union rejected the pay offer because it did not match inflation."),
    ("Why was the harbour closed?",
     "The harbour was closed in May, as the pier was no longer safe."),
    ("When did the museum buy the painting?",
     "The museum bought the painting in 1946, although it could not afford the frame."),
    ("Why did the mayor resign?",
     "The mayor resigned on Monday; the council has not named a successor."),
    ("How did the minister respond to the leak?", "The minister denied the leak."),
    ("Why does the committee oppose the bridge?",
     "The committee opposes the bridge because the ground cannot bear it."),
    ("Why did the talks fail?",
     "The talks failed because neither side would accept a ceasefire."),
    ("When did Bath open its harbour?",
     "Bath opened its harbour in June, but Bristol has yet to open its own."),
    ("Why did Smith support the plan?", "Smith supported the plan, while Jones rejected the plan."),
    ("Why did Smith reject the plan?", "Smith rejected the plan, while Jones supported the plan."),
    ("Why did Smith reject the plan?", "Jones is ready to support the plan."),
    ("Why is oxygen needed?", "Without oxygen no cell can live."),
    ("Did the museum buy the painting?", "The museum has yet to buy the painting."),
    ("What did the museum buy?", "The museum has yet to buy the painting."),
]  # fmt: skip


@pytest.mark.parametrize(("question", "sentence"), CONTRADICTED)
def test_a_sentence_says_the_opposite(question: str, sentence: str) -> None:
    assert contradicts(question, sentence)


@pytest.mark.parametrize(("question", "sentence"), NOT_CONTRADICTED)
def test_a_sentence_does_not(question: str, sentence: str) -> None:
    assert not contradicts(question, sentence)


def test_who_speaks_is_the_subject() -> None:
    question = "Why does Carla Ruiz refuse to meet Lang?"
    sentence = "“I am ready for any meeting with Lang.”"
    assert contradicts(question, sentence, "Mayor Carla Ruiz")
    assert not contradicts(question, sentence, "Ann Byron")


@pytest.mark.parametrize(
    "question",
    ["Why did it fall?", "When did it fall?", "Wann fiel es?", "¿Cuándo cayó?", "Когда упал?"],
)
def test_a_question_that_takes_something_for_granted(question: str) -> None:
    assert presupposes(question)


@pytest.mark.parametrize(
    "question", ["Did it fall?", "What fell?", "Why did he say that it fell?", "How was it called?"]
)
def test_a_question_that_does_not(question: str) -> None:
    assert not presupposes(question)


@pytest.mark.parametrize(
    ("question", "best", "contradicted_by"),
    [
        ("When did the museum in Varna buy the portrait?", ["The museum in Varna"], 0),
        ("Why did Petrova agree to sell the gold mask?", ["The price is", "Petrova ruled out"], 1),
        ("Why does Lavonia refuse a joint commission?", ["He said that his country"], 0),
        ("Why did the dockers accept a pay cut?", ["He added that the dockers"], 0),
        ("Why does the council oppose the new wing?", ["Petrova ruled out"], None),
        ("What did the museum buy?", ["The museum in Varna"], None),
    ],
)
def test_the_sentence_that_contradicts_is_found(
    question: str, best: list[str], contradicted_by: int | None
) -> None:
    candidates = retrieval_of(question, DISPUTES, best).candidates
    found = contradiction(question, candidates, cast(ArticleCache, articles_of(DISPUTES)))
    assert found == (None if contradicted_by is None else candidates[contradicted_by])


def test_nothing_found_contradicts_nothing() -> None:
    assert contradiction("Why did it fall?", (), cast(ArticleCache, {})) is None


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Why did Ruiz resign?", "Ruiz said that the bridge is safe.", True),
        ("Why did Ruiz resign?", "Ruiz resigned after the bridge had fallen.", False),
        ("Why did Ruiz resign?", "Ruiz trat nach dem Unglück zurück, wie es heißt.", False),
        ("When did Ruiz resign?", "Ruiz said that the bridge is safe.", False),
        ("Why Ruiz?", "Ruiz said that the bridge is safe.", False),
    ],
)
def test_a_reason_of_what_nobody_speaks_of(question: str, text: str, expected: bool) -> None:
    assert unsupported(question, [text]) is expected
