"""The words of a quote that answer the question, by kind and language, and where none do."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import Article
from index.paragraphs import split_paragraphs
from rag.asked import Kind, what_is_asked
from rag.claims import Claim, Passage, Remark, cite
from rag.phrase import Model, Phrase, answer_phrases, find_phrases, models
from rag.question import analyse

MARKED = [
    # Numbers, with what they count.
    (
        "How many roses does the garden hold?",
        "The walled garden holds 4,711 roses and two ponds.",
        "4,711",
    ),
    (
        "How many villages were captured?",
        "Russian forces in 2025 had captured 6,460 square kilometres, including 334 villages.",
        "334",
    ),
    (
        "What percentage of the villagers voted?",
        "At the election of May, more than 62.5% of the villagers voted.",
        "more than 62.5%",
    ),
    (
        "How long must the truce last?",
        "A referendum needs a truce that lasts at least 60 days, the minister said.",
        "at least 60 days",
    ),
    (
        "How much did the bridge cost?",
        "The bridge of 1998 cost about $3.5 million to build.",
        "about $3.5 million",
    ),
    ("How many times did they win the cup?", "They won the cup twice.", "twice"),
    (
        "How long was the theatre open?",
        "The theatre was open from 1870 to 1939.",
        "from 1870 to 1939",
    ),
    (
        "Wie viele Rosen stehen im Garten?",
        "Im Garten der Burg stehen seit 1901 etwa 4.711 Rosen.",
        "etwa 4.711",
    ),
    (
        "¿Cuántas rosas hay en el jardín?",
        "En el jardín del castillo hay 4711 rosas desde 1901.",
        "4711",
    ),
    (
        "Combien de roses y a-t-il dans le jardin ?",
        "Dans le jardin du château il y a 4 711 roses depuis 1901.",
        "4 711",
    ),
    (
        "Сколько роз растёт в саду?",
        "В саду замка с 1901 года растёт около 4 711 роз.",
        "около 4 711",
    ),
    # Dates.
    (
        "When will the allies meet in Paris?",
        "Kyiv's allies will meet in Paris in early January to finalize it.",
        "early January",
    ),
    (
        "When did the Berlin talks take place?",
        "The Berlin talks took place on December 16.",
        "December 16",
    ),
    (
        "In what year was the harbour opened?",
        "The harbour was opened on 12 May 1705 by the queen.",
        "1705",
    ),
    (
        "In which century was the town founded?",
        "The town was founded in the 4th century BC.",
        "4th century BC",
    ),
    (
        "Wann wurde der Hafen eröffnet?",
        "Der Hafen wurde am 3. Oktober 1990 eröffnet.",
        "3. Oktober 1990",
    ),
    (
        "¿Cuándo se abrió el puerto?",
        "El puerto se abrió a principios de enero.",
        "a principios de enero",
    ),
    (
        "Quand le port a-t-il été ouvert ?",
        "Le port a été ouvert le 3 octobre 1990.",
        "3 octobre 1990",
    ),
    ("Когда открыли гавань?", "Гавань открыли 3 октября 1990 года.", "3 октября 1990 года"),
    # Persons, organisations, places.
    (
        "Who is the chief of the Russian General Staff?",
        "Gen. Valery Gerasimov is the chief of the Russian General Staff.",
        "Valery Gerasimov",
    ),
    (
        "Who opened the new harbour?",
        "The new harbour was opened by Carla Ruiz.",
        "Carla Ruiz",
    ),
    (
        "¿Quién abrió el nuevo puerto de la ciudad?",
        "El nuevo puerto de la ciudad lo abrió Carla Ruiz.",
        "Carla Ruiz",
    ),
    ("Кто открыл новую гавань города?", "Новую гавань в городе открыла Карла Руис.", "Карла Руис"),
    (
        "Which university won the award for research?",
        "The award for research was won by Northumbria University.",
        "Northumbria University",
    ),
    (
        "Where was the elected assembly to be set up?",
        "The elected assembly was to be set up in Edinburgh.",
        "Edinburgh",
    ),
]
UNMARKED = [
    ("Was the harbour opened in 1990?", "The harbour was opened in 1990 by Carla Ruiz."),
    ("Why was the harbour closed in 1990?", "The harbour was closed in 1990 by Carla Ruiz."),
    ("How was the harbour opened?", "The harbour was opened in 1990 by Carla Ruiz."),
    ("What did Carla Ruiz open?", "The harbour was opened in 1990 by Carla Ruiz."),
    ("Who is Carla Ruiz?", "Carla Ruiz, who opened the harbour, met Ann Lee."),
    ("How many roses are there?", "There are some of them."),
    ("How many of the 91 roses are red?", "There are 91 roses, and all are red."),
    ("When was it opened in 1990?", "It was opened in 1990."),
    ("Who met Selenskyj?", "It was Zelensky."),
    ("What happens when the harbour closes?", "The harbour closes on Monday."),
    ("Wer hat den Hafen eröffnet?", "Der Hafen wurde von Carla Ruiz eröffnet."),
    ("Куда?", ""),
    ("", "The harbour was opened in 1990."),
]


def marked(question: str, quote: str) -> str | None:
    (span,) = answer_phrases(analyse(question), [quote])
    return None if span is None else quote[slice(*span)]


@pytest.mark.parametrize(("question", "quote", "phrase"), MARKED)
def test_the_phrase_that_answers_is_found(question: str, quote: str, phrase: str) -> None:
    assert marked(question, quote) == phrase


@pytest.mark.parametrize(("question", "quote"), UNMARKED)
def test_nothing_is_marked_where_it_is_not_plain(question: str, quote: str) -> None:
    assert marked(question, quote) is None


@pytest.mark.parametrize(
    ("text", "kind", "focus"),
    [
        ("How many old drones were used?", Kind.COUNT, ("old", "drones")),
        ("How many years did it last?", Kind.SPAN, ()),
        ("How many times did they meet?", Kind.TIMES, ()),
        ("How much does it cost?", Kind.MONEY, ()),
        ("How much higher was it?", Kind.FIGURE, ("higher",)),
        ("How tall is the tower?", Kind.SIZE, ()),
        ("What was the town's population in 1901?", Kind.FIGURE, ()),
        ("Of the voters, what percentage came?", Kind.SHARE, ("percen",)),
        ("On which day did they meet?", Kind.DAY, ("day",)),
        ("In what month did they meet?", Kind.MONTH, ("month",)),
        ("In which decade did they meet?", Kind.DECADE, ("decade",)),
        ("Where was he when it began?", Kind.PLACE, ()),
        ("When it rains, who opens the harbour?", Kind.PERSON, ()),
        ("To which media outlet did she speak?", Kind.ORGANISATION, ("outlet",)),
        ("Where did they meet? And when did it begin?", Kind.DATE, ()),
        ("Who wrote the article about the harbour?", Kind.PERSON, ()),
        ("Wie hoch ist der Anteil der Wähler?", Kind.SHARE, ()),
        ("Wie lange dauerte es?", Kind.SPAN, ()),
        ("In welchem Jahrhundert lebte er?", Kind.CENTURY, ("jahrhu",)),
        ("¿Cuánto tiempo duró?", Kind.SPAN, ()),
        ("¿En qué país está?", Kind.PLACE, ("pais",)),
        ("Combien de temps cela a-t-il duré ?", Kind.SPAN, ()),
        ("En quelle année est-il né ?", Kind.YEAR, ("annee",)),
        ("Какова скорость ветра?", Kind.FIGURE, ()),
        ("В каком году это было?", Kind.YEAR, ("году",)),
    ],
)
def test_what_is_asked(text: str, kind: Kind, focus: tuple[str, ...]) -> None:
    asked = what_is_asked(analyse(text))
    assert asked is not None
    assert (asked.kind, asked.focus) == (kind, focus)


@pytest.mark.parametrize(
    "text",
    [
        "What Doctor Who was written first?",
        "What is the capital letter for?",
        "Is it known when it began?",
        "Quando é que abriu o porto?",
        "Kiedy otwarto port?",
        "...",
    ],
)
def test_what_is_asked_is_not_always_plain(text: str) -> None:
    assert what_is_asked(analyse(text)) is None


def test_one_phrase_is_chosen_among_all_quotes_and_marked_wherever_they_say_it() -> None:
    quotes = [
        "The garden was laid out in 1901.",
        "The walled garden holds 4,711 roses.",
        "In spring, so the gardener said, one can see all 4711 roses there.",
    ]
    spans = answer_phrases(analyse("How many roses does the walled garden hold?"), quotes)
    shown = [span and quote[slice(*span)] for span, quote in zip(spans, quotes, strict=True)]
    assert shown == [None, "4,711", "4711"]


def test_the_phrase_may_stand_in_any_sentence_of_a_quote() -> None:
    quote = "It was long a field. Carla Ruiz planted the rose garden in 1946. It is open daily."
    assert marked("When was the rose garden planted?", quote) == "1946"


def test_names_in_other_languages_are_left_alone_but_not_their_numbers() -> None:
    quote = "W ogrodzie zamku jest 4711 roses, i to jest dużo. Otworzył go Jan Kowalski."
    assert marked("How many roses are there?", quote) == "4711 roses"[:4]
    assert marked("Who opened ogrodzie zamku?", quote) is None


def test_a_model_prefers_none_below_its_threshold() -> None:
    near, far = (Phrase(0, at, at + 1, (str(at),), {"near": 1.0 - at}) for at in (0, 1))
    model = Model(none=0.0, weights={"near": 2.0}, threshold=0.5)
    probability, chosen = model.choose([far, near])
    assert chosen == [near]
    assert probability == pytest.approx(0.7869, abs=1e-4)  # e² / (1 + e⁰ + e²)
    assert model.choose([]) == (0.0, [])


def test_the_models_know_every_feature_and_no_other() -> None:
    seen: dict[str, set[str]] = {}
    for question, quote, _ in MARKED:
        group, phrases = find_phrases(analyse(question), [quote])
        for phrase in phrases:
            seen.setdefault(group, set()).update(phrase.features)
    assert seen == {group: set(model.weights) for group, model in models().items()}


QUESTIONS = st.sampled_from([question for question, *_ in [*MARKED, *UNMARKED]]) | st.text()
WORDS = st.sampled_from(
    "the of In by 91 4,711 60 days % $ million 1990 – - to from December 16, . 20th century early "
    "Carla Ruiz de University … \u00a0 1 000 der am 3. Oktober BC und siglo XIX года".split(" ")
)
QUOTES = st.lists(WORDS | st.text(max_size=8), max_size=20).map(" ".join) | st.text()


@given(QUESTIONS, st.lists(QUOTES, max_size=3))
def test_a_phrase_lies_inside_its_quote_and_says_something(
    question: str, quotes: list[str]
) -> None:
    asked = analyse(question)
    spans = answer_phrases(asked, quotes)
    assert spans == answer_phrases(asked, quotes)
    assert len(spans) == len(quotes)
    for span, quote in zip(spans, quotes, strict=True):
        if span is not None:
            start, end = span
            assert 0 <= start < end <= len(quote)
            assert quote[start:end] == quote[start:end].strip()
            assert any(character.isalnum() for character in quote[start:end])


@given(QUESTIONS, QUOTES.filter(str.strip), st.integers(0, 50))
def test_every_candidate_lies_inside_its_quote(question: str, quote: str, shift: int) -> None:
    _, phrases = find_phrases(analyse(question), ["x" * shift, quote])
    for phrase in phrases:
        text = ("x" * shift, quote)[phrase.quote]
        assert 0 <= phrase.start < phrase.end <= len(text)


@pytest.mark.parametrize(
    "quote", ["1 " * 50_000, "A" * 100_000, "Aa of the " * 10_000, "1" * 100_000]
)
@pytest.mark.parametrize("question", ["How many roses?", "When was it?", "Who was it that came?"])
def test_a_hostile_quote_takes_no_time(question: str, quote: str) -> None:
    started = time.perf_counter()
    answer_phrases(analyse(question), [quote])
    assert time.perf_counter() - started < 1


class _Articles:
    """A fake cache of one article."""

    def __init__(self, text: str) -> None:
        self._article = Article(
            file="a.txt",
            text=text,
            digest="0",
            title="A title",
            author=None,
            paragraphs=tuple(split_paragraphs(text)),
        )

    def __getitem__(self, file: str) -> Article:
        return self._article


TEXT = (
    "Menu\n\nThe walled garden holds 4,711 roses.\r\n\r\n"
    "Its 4711 roses bloom. It was laid out in 1946."
)


def passage(words: str, number: int) -> Passage:
    start = TEXT.index(words)
    return Passage("a.txt", number, start, start + len(words))


def test_citations_mark_the_phrase_in_the_text_of_the_file() -> None:
    many = analyse("How many roses does the walled garden hold?")
    when = analyse("When was it laid out?")
    claims = [
        Claim(
            passage("The walled garden holds 4,711 roses.", 2),
            ((passage("Its 4711 roses bloom.", 3), 0.7),),
            asks=many,
        ),
        Remark("So it is"),
        Claim(passage("It was laid out in 1946.", 3), asks=when),
        Claim(passage("Menu", 1)),
    ]
    text, citations, _ = cite(claims, _Articles(TEXT))  # type: ignore[arg-type]
    shown = [
        None if c.answer_start is None else TEXT[c.answer_start : c.answer_end] for c in citations
    ]
    assert shown == ["4,711", "4711", "1946", None]
    for citation in citations:
        assert TEXT[citation.start : citation.end] == citation.quote
        if citation.answer_start is not None and citation.answer_end is not None:
            inside = (citation.start, citation.answer_start, citation.answer_end, citation.end)
            assert list(inside) == sorted(inside)
    plain = [Claim(c.passage, c.also) if isinstance(c, Claim) else c for c in claims]
    assert cite(plain, _Articles(TEXT))[0] == text  # type: ignore[arg-type]
