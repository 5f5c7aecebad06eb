"""Numbers, dates and names among the words of a text, in five languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import Part, find_dates
from rag.numbers import Unit, find_numbers
from rag.proper import find_names
from rag.wording import read_tokens, tell_language


def said(text: str, first: int, last: int) -> str:
    tokens = read_tokens(text)
    return text[tokens[first].start : tokens[last - 1].end]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It holds 4,711 roses.", [("4,711", None)]),
        ("Ein Turm von 1.234,5 Metern", [("1.234,5 Metern", Unit.SIZE)]),
        ("В саду 4 711 роз", [("4 711", None)]),
        ("more than 6.4 million people", [("more than 6.4 million people", Unit.SIZE)]),
        ("£30m a year", [("£30m", Unit.MONEY)]),
        ("US$5 million in cash", [("US$5 million", Unit.MONEY)]),
        ("12 Millionen Euro", [("12 Millionen Euro", Unit.MONEY)]),
        ("some 27-30% of it", [("27-30%", Unit.SHARE)]),
        ("El 56,2 % eran católicos", [("56,2 %", Unit.SHARE)]),
        ("six to nine percent", [("six to nine percent", Unit.SHARE)]),
        ("over half of them", [("over half", Unit.SHARE)]),
        ("two thirds", [("two thirds", Unit.SHARE)]),
        ("at 565 °C", [("565 °C", Unit.SIZE)]),
        ("nicht mehr als 15 Jahre", [("mehr als 15 Jahre", Unit.TIME)]),
        ("около 505 миллионов лет", [("около 505 миллионов лет", Unit.TIME)]),
        ("a 20-point plan", [("20-point", None)]),
        ("a 60-day truce", [("60-day", Unit.TIME)]),
        ("treinta y cinco casas", [("treinta y cinco", None)]),
        ("fünfundzwanzig Häuser", [("fünfundzwanzig", None)]),
        ("twenty-five houses", [("twenty-five", None)]),
        ("hundreds of them, twice", [("hundreds", None), ("twice", Unit.TIMES)]),
        ("an MPEG-4 film [12] about oxygen-18", []),
        ("one of a few", []),
        ("", []),
    ],
)
def test_numbers_with_what_they_count(text: str, numbers: list[tuple[str, Unit | None]]) -> None:
    found = find_numbers(read_tokens(text))
    assert [(said(text, n.first, n.last), n.unit) for n in found] == numbers


@pytest.mark.parametrize(
    ("text", "date", "parts"),
    [
        ("It began on Feb. 24, 2022.", "Feb. 24, 2022", {Part.DAY, Part.MONTH, Part.YEAR}),
        ("on 12 May 1705 it", "12 May 1705", {Part.DAY, Part.MONTH, Part.YEAR}),
        ("on Tuesday, 3 March", "Tuesday, 3 March", {Part.WEEKDAY, Part.DAY, Part.MONTH}),
        ("They meet in early January.", "early January", {Part.MONTH}),
        ("It was founded in 1506.", "1506", {Part.YEAR}),
        ("between 2005 and 2010", "between 2005 and 2010", {Part.YEAR}),
        ("open from 1870 to 1939", "from 1870 to 1939", {Part.YEAR}),
        ("in the war of 1974–75", "1974–75", {Part.YEAR}),
        ("after 1850 it grew", "after 1850", {Part.YEAR}),
        ("in 321 BC", "321 BC", {Part.YEAR}),
        ("the late 1960s", "late 1960s", {Part.DECADE}),
        ("in the 4th century", "4th century", {Part.CENTURY}),
        ("early nineteenth century", "early nineteenth century", {Part.CENTURY}),
        ("66 million years ago", "66 million years ago", {Part.RELATIVE}),
        ("They met last week.", "last week", {Part.RELATIVE}),
        ("in the fall of 2015", "fall of 2015", {Part.YEAR}),
        ("am 3. Oktober 1990", "3. Oktober 1990", {Part.DAY, Part.MONTH, Part.YEAR}),
        ("Anfang der 1970er Jahre", "Anfang der 1970er Jahre", {Part.DECADE}),
        ("im 2. Jahrhundert v. Chr.", "2. Jahrhundert v. Chr", {Part.CENTURY}),
        ("vor zwei Jahren", "vor zwei Jahren", {Part.RELATIVE}),
        ("el 25 de febrero de 2010", "25 de febrero de 2010", {Part.DAY, Part.MONTH, Part.YEAR}),
        ("a principios del siglo XIX", "a principios del siglo XIX", {Part.CENTURY}),
        ("en la década de 1990", "década de 1990", {Part.DECADE}),
        ("le 3 octobre 1990", "3 octobre 1990", {Part.DAY, Part.MONTH, Part.YEAR}),
        ("au XIXe siècle", "XIXe siècle", {Part.CENTURY}),
        ("il y a deux ans", "il y a deux ans", {Part.RELATIVE}),
        ("6 октября 1973 года", "6 октября 1973 года", {Part.DAY, Part.MONTH, Part.YEAR}),
        ("в начале 1980-х годов", "в начале 1980-х годов", {Part.DECADE}),
        ("с 1975 по 1996 год", "с 1975 по 1996 год", {Part.YEAR}),
    ],
)
def test_dates(text: str, date: str, parts: set[Part]) -> None:
    (found,) = find_dates(read_tokens(text))
    assert said(text, found.first, found.last) == date
    assert found.parts == parts


@pytest.mark.parametrize(
    "text",
    ["You may march on.", "State Route 1999", "1500 km", "May he live", "page [1990]", "half past"],
)
def test_what_is_no_date(text: str) -> None:
    assert find_dates(read_tokens(text)) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The bridge was opened by Queen Ada Byron on Monday.", ["Ada Byron"]),
        (
            "However, on that day Vladimir Putin met with Gen. Valery Gerasimov.",
            ["Vladimir Putin", "Valery Gerasimov"],
        ),
        ("It lies near the University of Paris.", ["University of Paris"]),
        ("They were in Lower Norfolk County in May.", ["Lower Norfolk County"]),
        ("El puerto lo abrió Lothar de Maizière en Madrid.", ["Lothar de Maizière", "Madrid"]),
        ("Гавань открыла Карла Руис.", ["Гавань", "Карла Руис"]),
        ("Responding to it, he left.", []),
        ("Big News From The Old Harbour Today", []),
        ("The Prime Minister left.", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert [said(text, n.first, n.last) for n in find_names(read_tokens(text))] == names


def test_what_surrounds_a_name_says_what_it_names() -> None:
    by, placed = find_names(
        read_tokens("It was opened by the Harbour Council in the Garden Street.")
    )
    assert (by.is_by, by.is_group, by.is_placed) == (True, True, False)
    assert (placed.is_by, placed.is_site, placed.is_placed) == (False, True, True)
    (unsure,) = find_names(read_tokens("Byron opened it."))
    assert unsure.is_unsure


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who opened it?", "en"),
        ("In welchem Jahr war das?", "de"),
        ("¿Quién lo abrió?", "es"),
        ("Qui l'a ouvert ?", "fr"),
        ("Кто его открыл?", "ru"),
        ("Quem é que o abriu?", None),
        ("Wie heeft het geopend?", None),
        ("Хто його відкрив і коли?", None),
        ("港口开放了吗？", None),
        ("", None),
    ],
)
def test_the_language_of_a_text(text: str, language: str | None) -> None:
    assert tell_language(read_tokens(text)) == language


PIECES = st.sampled_from(
    "91 4,711 1 000 1990 19 20th century siglo XIX XX e - – to and 's 1970 х годов Feb . , 24 May "
    "BC v Chr million % $ years ago il y a vor St . Ada de of the ( [ \u00a0 hundred y cinco".split(
        " "
    )
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=24), st.sampled_from(["", " "]))
def test_everything_found_lies_among_the_words(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    tokens = read_tokens(text)
    for token in tokens:
        assert text[token.start : token.end] == token.text
    end = 0
    for number in find_numbers(tokens):
        assert 0 <= number.first <= number.core[0] < number.core[1] <= number.last <= len(tokens)
    for date in find_dates(tokens):
        assert 0 <= date.first <= date.core[0] < date.core[1] <= date.last <= len(tokens)
        assert date.parts
    for name in find_names(tokens):
        assert end <= name.first < name.last <= len(tokens)
        end = name.last
