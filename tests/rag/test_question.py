"""What a question wants, in five languages, and which of its words carry its subject."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import words
from rag.question import Wants, analyse, offers

QUESTIONS = {
    Wants.NUMBER: [
        "How many drones were used?",
        "What percentage of the village voted?",
        "At what depth, and how deep exactly, is the wreck?",
        "Wie viele Drohnen wurden eingesetzt?",
        "Wie hoch ist der Turm?",
        "¿Cuántos drones se usaron?",
        "Combien de drones ont été utilisés ?",
        "Сколько дронов было использовано?",
    ],
    Wants.DATE: [
        "When was the harbour opened?",
        "In which year was the garden planted?",
        "On what day do they meet?",
        "Wann wurde der Hafen eröffnet?",
        "In welchem Jahr wurde er eröffnet?",
        "¿Cuándo se abrió el puerto?",
        "Quand le port a-t-il été ouvert ?",
        "Когда открыли гавань?",
        "В каком году открыли гавань?",
    ],
    Wants.PERSON: [
        "Who opened the harbour?",
        "Which minister opened it?",
        "Wer hat den Hafen eröffnet?",
        "¿Quién abrió el puerto?",
        "Qui a ouvert le port ?",
        "Кто открыл гавань?",
    ],
    Wants.PLACE: [
        "Where is the museum?",
        "In which city is the museum?",
        "Wo ist das Museum?",
        "¿Dónde está el museo?",
        "Où est le musée ?",
        "Где находится музей?",
    ],
    Wants.REASON: [
        "Why was the bridge closed?",
        "Warum wurde die Brücke gesperrt?",
        "¿Por qué se cerró el puente?",
        "Pourquoi le pont est-il fermé ?",
        "Почему закрыли мост?",
    ],
    Wants.AUTHOR: [
        "Who wrote the article about the harbour?",
        "Who is the author of the story on the bridge?",
        "By whom was the report about roses written, and by whom is the article?",
        "Wer hat den Artikel über den Hafen geschrieben?",
        "¿Quién escribió el artículo sobre el puerto?",
        "Qui a écrit le texte sur le port ?",
        "Кто написал статью о гавани?",
    ],
    None: [
        "What did the mayor say about the bridge?",
        "Is the harbour open?",
        "Tell me about the garden.",
        "港口开放了吗？",
        "...",
    ],
}
CASES = [(text, kind) for kind, texts in QUESTIONS.items() for text in texts]


@pytest.mark.parametrize(("text", "kind"), CASES, ids=[text for text, _ in CASES])
def test_what_a_question_wants(text: str, kind: Wants | None) -> None:
    assert analyse(text).wants is kind


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Who opened the harbour of Bath?", ("opened", "harbour", "Bath")),
        ("How many roses are there in the garden?", ("roses", "garden")),
        ("Wie viele Rosen hat der Garten?", ("Rosen", "Garten")),
        ("¿Cuántas rosas hay en el jardín?", ("rosas", "jardín")),
        ("Combien de roses y a-t-il dans le jardin ?", ("roses", "jardin")),
        ("Сколько роз в саду?", ("роз", "саду")),
    ],
)
def test_function_words_carry_no_subject(text: str, content: tuple[str, ...]) -> None:
    assert set(content) <= set(analyse(text).content)
    assert len(analyse(text).content) <= len(content) + 2


def test_a_question_of_function_words_keeps_them() -> None:
    assert analyse("Who is it?").content == ("Who", "is", "it")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What did Carla Ruiz tell the Harbour Times?", ("Carla", "Ruiz", "Harbour", "Times")),
        ("Ruiz said what?", ()),  # the first word always has a capital letter
        ("“Who” met Ann in Oslo?", ("Oslo",)),
        ("Wer hat die Rosen im Garten von Bath gezählt?", ()),  # German nouns all have one
        ("who met carla?", ()),
    ],
)
def test_names_are_capitalised_inside_the_question(text: str, names: tuple[str, ...]) -> None:
    assert analyse(text).names == names


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many roses are there?", "The garden has 4,711 of them."),
        ("How many roses are there?", "There are two of them."),
        ("Wie viele Rosen gibt es?", "Es sind zwölf."),
        ("When was it planted?", "It was planted in 1946."),
        ("When was it planted?", "It was done on a Monday."),
        ("Когда её открыли?", "Её открыли в январе."),
        ("Why was it closed?", "It was closed because of the storm."),
        ("Warum?", "Das geschah wegen des Sturms."),
        ("Who opened it?", "It was opened by Carla Ruiz."),
        ("Where is it?", "It lies behind the walls of Bath."),
    ],
)
def test_a_sentence_offers_what_is_wanted(question: str, sentence: str) -> None:
    asked = analyse(question)
    assert asked.wants is not None
    assert offers(asked.wants, sentence, asked)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many roses are there?", "There are some of them."),
        ("How many of the 91 roses are red?", "There are 91 of them."),
        ("When was it planted?", "It was planted long before."),
        ("What did they do in 1946, and when?", "It was in 1946."),
        ("Why was it closed?", "It was closed."),
        ("Who opened it?", "It was opened."),
        ("Who met Carla Ruiz?", "It was Carla Ruiz."),
    ],
)
def test_a_sentence_without_it_or_with_that_of_the_question_does_not(
    question: str, sentence: str
) -> None:
    asked = analyse(question)
    assert asked.wants is not None
    assert not offers(asked.wants, sentence, asked)


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(Wants))
def test_any_text_can_be_analysed(text: str, sentence: str, wants: Wants) -> None:
    question = analyse(text)
    assert set(question.names) <= set(question.content) <= set(words(text))
    assert bool(question.content) == bool(words(text))
    assert offers(wants, sentence, question) in (True, False)
