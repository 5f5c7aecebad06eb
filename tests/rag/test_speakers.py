"""Who says what a sentence says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.speakers import Stance, may_claim, may_deny, speaker_of, speakers_at, speakers_in, who_at

SAID = [
    ("The mayor said the bridge was safe.", "The mayor"),
    ("Mayor Carla Ruiz said on Monday that the bridge was safe.", "Mayor Carla Ruiz"),
    ("Carla Ruiz on Monday said that the bridge was safe.", "Carla Ruiz"),
    ("Speaking in Bath, Carla Ruiz also said the bridge was safe.", "Carla Ruiz"),
    ("In a long talk with Lang, Gen. Ann Lee, the head of the board, said no.", "Gen. Ann Lee"),
    ("“The bridge is safe,” said Mayor Carla Ruiz on Monday.", "Mayor Carla Ruiz"),
    ("“The bridge is safe,” said chief engineer Sam Yates.", "chief engineer Sam Yates"),
    ('"The bridge is safe," the French source said.', "the French source"),
    ("It is safe, according to a source close to the mayor.", "a source close to the mayor"),
    ("According to Ruiz, the bridge is safe.", "Ruiz"),
    ("The news was reported by the Harbour Times at the end of a fair.", "the Harbour Times"),
    ("Kremlin spokesperson Dmitry Peskov said it was so.", "Kremlin spokesperson Dmitry Peskov"),
    ("A source close to President Ann Lee said the bridge was safe.", None),
    ("Ruiz: “The bridge is safe”.", "Ruiz"),
    ("The bridge in the harbour, which was built in 1946, is safe, the town hall said.",
     "the town hall"),
    ("Bürgermeisterin Ruiz sagte, die Brücke sei sicher.", "Bürgermeisterin Ruiz"),
    ("„Die Brücke ist sicher“, sagte Carla Ruiz am Montag.", "Carla Ruiz"),
    ("Laut Carla Ruiz ist die Brücke sicher.", "Carla Ruiz"),
    ("La alcaldesa dijo que el puente es seguro.", "La alcaldesa"),
    ("Según Carla Ruiz, el puente es seguro.", "Carla Ruiz"),
    ("Carla Ruiz a déclaré que le pont est sûr.", "Carla Ruiz"),
    ("Selon Carla Ruiz, le pont est sûr.", "Carla Ruiz"),
    ("Министр Анна Ли заявила, что мост безопасен.", "Министр Анна Ли"),
    ("По словам Анны Ли, мост безопасен.", "Анны Ли"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "name"), SAID, ids=[s for s, _ in SAID])
def test_who_says_it(sentence: str, name: str | None) -> None:
    who = speaker_of(sentence)
    assert who is not None
    if name is not None:
        assert who.name == name
    assert sentence[who.start : who.end] == who.name
    assert not who.in_previous


@pytest.mark.parametrize(
    "sentence",
    [
        "The bridge was closed for three weeks.",
        "The United States and Canada reports of the bridge differ in states and notes.",
        "The stated aim of the added lane is speed.",
        "This can only be confirmed by the mayor.",
        "He said the bridge was safe.",
        "He added: “It is safe.”",
        "Jones added four goals in the second half.",
        "",
    ],
)
def test_who_says_it_is_not_told(sentence: str) -> None:
    assert speaker_of(sentence) is None


@pytest.mark.parametrize(
    ("sentence", "speakers"),
    [
        ("Ruiz denied it.", [("Ruiz", Stance.DENIES)]),
        ("The claim was rejected by Ruiz.", [("Ruiz", Stance.DENIES)]),
        (
            "Lang accused Ruiz of neglect, a charge Ruiz firmly denied.",
            [("Lang", Stance.CLAIMS), ("Ruiz", Stance.DENIES)],
        ),
        (
            "Mayor Ruiz said the bridge was safe, rejecting Lang’s claim.",
            [("Mayor Ruiz", Stance.SAYS), ("Mayor Ruiz", Stance.DENIES), ("Lang", Stance.CLAIMS)],
        ),
        ("Lang's claims were met with doubt.", [("Lang", Stance.CLAIMS)]),
        ("It was caused by Lang's claim on Monday that it fell.", [("Lang", Stance.CLAIMS)]),
        ("Ruiz described it as a complete fabrication.", [("Ruiz", Stance.DENIES)]),
        ("“It is a lie from start to end,” Ruiz responded.", [("Ruiz", Stance.DENIES)]),
        ("Reuters could not independently verify the reports.", [("Reuters", Stance.DENIES)]),
        ("Der Vorstand bestritt die Vorwürfe.", [("Der Vorstand", Stance.DENIES)]),
        ("La empresa negó las acusaciones.", [("La empresa", Stance.DENIES)]),
        ("La ville a démenti les accusations.", [("La ville", Stance.DENIES)]),
        ("Компания отрицает обвинения.", [("Компания", Stance.DENIES)]),
        ("The dockers' union said so.", [("The dockers' union", Stance.SAYS)]),
    ],
)
def test_what_they_do_to_it(sentence: str, speakers: list[tuple[str, Stance]]) -> None:
    assert [(who.name, who.stance) for who in speakers_in(sentence)] == speakers


def test_he_is_whoever_spoke_before() -> None:
    before = "Mayor Carla Ruiz said the bridge was safe."
    who = speaker_of("But she admitted that it was old.", before)
    assert who is not None
    assert (who.name, who.in_previous) == ("Mayor Carla Ruiz", True)
    assert before[who.start : who.end] == who.name
    assert speaker_of("But she admitted that it was old.", "It rained.") is None


ARTICLE = (
    "Mayor Carla Ruiz said the bridge was safe.\n\n"
    "At the same time, she rejected the report.\n\n"
    '"We have looked at it. There is no crack in it. It will stand," Peter Lang said.\n\n'
    "„Wir haben es geprüft. Es hält.“ Niemand war dort.\n\n"
    "It rained."
)


def at(sentence: str) -> tuple[str, int, int]:
    start = ARTICLE.index(sentence)
    return ARTICLE, start, start + len(sentence)


def test_he_is_looked_up_in_the_paragraphs_before() -> None:
    (who,) = speakers_at(*at("At the same time, she rejected the report."))
    assert (who.name, who.stance, who.in_previous) == ("Mayor Carla Ruiz", Stance.DENIES, True)
    assert ARTICLE[who.start : who.end] == who.name


@pytest.mark.parametrize("sentence", ['"We have looked at it.', "There is no crack in it."])
def test_a_sentence_inside_a_quotation_belongs_to_who_is_named_at_its_end(sentence: str) -> None:
    (who,) = speakers_at(*at(sentence))
    assert (who.name, who.in_previous) == ("Peter Lang", True)
    assert ARTICLE[who.start : who.end] == who.name


@pytest.mark.parametrize("sentence", ["Niemand war dort.", "It rained."])
def test_what_stands_outside_of_any_quotation_has_no_speaker(sentence: str) -> None:
    assert speakers_at(*at(sentence)) == []


def test_of_whom_he_is_told() -> None:
    text = "Carla Ruiz said no. She floated another idea. The bridge floats."
    (who,) = who_at(text, 20, 45)
    assert who.name == "Carla Ruiz"
    assert speakers_at(text, 20, 45) == []
    assert who_at(text, 46, len(text)) == []


def test_a_quick_look_for_claims_and_denials() -> None:
    assert may_claim("The board accused him.")
    assert not may_claim("The board met him.")
    assert may_deny("He called it a lie.")
    assert may_deny("He has denied it.")
    assert not may_deny("He has said so.")


@given(st.text(max_size=200), st.text(max_size=80))
def test_any_text_has_speakers_inside_it_or_none(sentence: str, previous: str) -> None:
    for who in speakers_in(sentence, previous):
        where = previous if who.in_previous else sentence
        assert where[who.start : who.end] == who.name
        assert who.name.strip()
        assert 0 <= who.said_at <= len(sentence)


_pieces = st.sampled_from(
    ["Ruiz", "the mayor", "said", "denied", "“", "”", ",", ".", " that ", "he", "claims", "'s",
     "according to", "by", "on Monday", "\n\n", "No", "accused", "a lie", "X."]
)  # fmt: skip


@given(st.lists(_pieces, max_size=30).map(" ".join), st.data())
def test_a_speaker_stands_in_the_article_wherever_the_sentence_does(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for who in who_at(text, start, end):
        assert text[who.start : who.end] == who.name
