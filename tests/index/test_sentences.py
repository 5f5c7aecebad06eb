"""Sentences: a quotation neither starts nor stops in the middle of one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import split_sentences

LONGEST = 900


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


# -- where sentences end -------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentences",
    [
        ["The harbour was closed on Sunday.", "Nobody could say for how long."],
        [
            "Was the harbour closed on Sunday?",
            "Nobody could say for how long!",
            "It was very odd of them all.",
        ],
        ["The union was founded in the spring of 1946.", "They won three elections after that."],
        ["It began with the invasion on Feb. 24, 2022.", "Russian troops crossed the border."],
        ["“This is a very important task.”", "He left the room soon after that."],
        ['He said: "This is an important task."', "Then he left the room with the others."],
        ["«Это очень важная задача для нас всех.»", "Потом он вышел из зала заседаний."],
        ["He waited for the others all night…", "Nobody came to the meeting at all."],
        ["He waited for the others all night...", "Nobody came to the meeting at all."],
        ["(The minister was not in the room.)", "Another meeting follows on Friday."],
        ["The train leaves the city at 10 p.m.", "The bus leaves an hour after that."],
        ["He has lived for years in the U.S.", "However, he never learnt to drive."],
        ["The firm is called Harbour & Sons Inc.", "It was founded in the last century."],
        ["Das Treffen war am 3. Oktober in Berlin.", "Danach fuhren alle wieder nach Hause."],
        ["¿Cuántos drones fueron derribados ayer?", "¡Nadie en la ciudad lo sabe todavía!"],
        ["ਸਭ ਲੋਕ ਸ਼ਾਮ ਨੂੰ ਘਰ ਵਾਪਸ ਆ ਗਏ ਸਨ।", "ਅਗਲੇ ਦਿਨ ਉਹ ਫਿਰ ਬਾਹਰ ਚਲੇ ਗਏ।"],
    ],
)
def test_sentences_are_told_apart(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "The presence of U.S. troops in the country would deter any attack, he said.",
        "In the meeting, Gen. Valery Gerasimov said that the army had moved forward.",
        "Before the war began on Feb. 24, 2022, the two presidents had met only once.",
        "The poem by T. S. Eliot was read aloud, and so was one by J. R. R. Tolkien himself.",
        "The poem by J.R.R. Tolkien was read aloud in the hall on the same evening.",
        "Am 3. Oktober und am 24. Dezember bleibt das Museum in Berlin geschlossen.",
        "Seit dem 19. Jahrhundert steht hier z. B. das Haus der Familie Mann aus Lübeck.",
        "Mr. Smith and Dr. Jones of St. Mary's were received by Lt. Col. Brown at noon.",
        "The offer of Harbour Inc. Chief Anna Berg was refused by the board on Monday.",
        "It rose by 3.5 million to 6.460 units, says harbour.example on its front page.",
        "He waited ... and waited for the others who had promised to come to the meeting.",
        "“Will you really go there again?” he asked the minister for the second time.",
        "«Поедете ли вы туда ещё раз?» спросил он министра во второй раз за этот вечер.",
        "The parcel (approx. 3 kg, cf. No. 10 on the list) was sent to Berlin on Monday.",
        "Об этом сообщил г. Иванов, живущий на ул. Пушкина в городе Москва с детства.",
    ],
)
def test_a_sentence_stays_whole(sentence: str) -> None:
    assert split(sentence) == [sentence]


def test_wide_full_stops_need_no_space_after_them() -> None:
    sentences = [
        "今天的会议从早上九点一直开到了下午五点半，所有的部长都参加了。",
        "会议结束以后，主席在大楼前面向记者们宣布了新的计划和时间表！",
        "记者们问他，这个计划什么时候开始，需要多少钱，由谁来负责呢？",
    ]
    assert split("".join(sentences)) == sentences


def test_wide_full_stops_keep_their_closing_brackets() -> None:
    first = "「今天的会议从早上九点一直开到了下午五点半，所有的部长都参加了。」"
    second = "主席在大楼前面向记者们宣布了新的计划和时间表，然后离开了会场。"
    assert split(first + second) == [first, second]


@pytest.mark.parametrize(
    "sentences",
    [
        ["会议今天结束了。", "市长宣布了新的计划！", "什么时候开始呢？"],
        ["港は月曜日に再び開いた．", "市長はとても喜んだ．"],
        ["항구가 월요일에 다시 열렸다고 시장이 말했다.", "수리비는 도시가 모두 부담하기로 했다."],
        ["港は月曜日に開いた｡", "市長はとても喜んだ｡"],
    ],
)
def test_wide_characters_say_more_than_letters(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "「修理は終わった。」と市長は記者団に述べた。",
        "市長は「港は開いた。」などと語り、記者団を驚かせた。",
    ],
)
def test_a_japanese_quotation_goes_on_after_its_full_stop(sentence: str) -> None:
    assert split(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentences",
    [
        ["पुराना बंदरगाह सोमवार को फिर से खोला गया।", "मरम्मत का खर्च शहर ने उठाया था।"],
        ["پرانی بندرگاہ پیر کے روز دوبارہ کھول دی گئی۔", "مرمت کا خرچ شہر نے ادا کیا تھا۔"],
        ["أعيد افتتاح الميناء القديم يوم الاثنين.", "متى تنتهي أعمال الإصلاح في المدينة؟"],
    ],
)
def test_other_scripts_have_full_stops_of_their_own(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


def test_a_very_short_sentence_is_kept_with_its_neighbour() -> None:
    assert split("He said no. The harbour was closed on Sunday.") == [
        "He said no. The harbour was closed on Sunday."
    ]
    assert split("The harbour was closed on Sunday. Why? Nobody in the city knew it.") == [
        "The harbour was closed on Sunday. Why?",
        "Nobody in the city knew it.",
    ]


def test_white_space_between_sentences_belongs_to_none() -> None:
    text = "  The harbour was closed on Sunday.\r\n  Nobody could say for how long.\u00a0"
    assert split(text) == ["The harbour was closed on Sunday.", "Nobody could say for how long."]


@pytest.mark.parametrize("text", ["", " ", "\u00a0\n"])
def test_nothing_has_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


# -- what no model's window holds ----------------------------------------------------------


def test_a_long_text_without_punctuation_is_cut_at_spaces() -> None:
    words = " ".join(f"word{i}" for i in range(1000))
    pieces = split(words)
    assert max(map(len, pieces)) <= LONGEST
    assert " ".join(pieces) == words


def test_a_long_text_without_spaces_is_cut_anyway() -> None:
    text = "字" * 5000
    pieces = split(text)
    assert max(map(len, pieces)) <= LONGEST
    assert "".join(pieces) == text


def test_a_long_sentence_is_cut_after_a_comma() -> None:
    clause = "одиннадцатьдвенадцать" * 20 + ","  # no space inside
    assert split(clause * 4) == [clause * 2, clause * 2]


# -- properties ----------------------------------------------------------------------------

_pieces = st.sampled_from(
    [
        "The harbour was closed on Sunday. ",
        "U.S. troops ",
        "Gen. ",
        "am 3. Oktober ",
        "1946. ",
        "“No!” ",
        "Why? ",
        "… ",
        "。",
        "会议结束以后，",
        "\n",
        "\u00a0",
        "A. ",
        "word" * 100,
        "lower case, ",
        "(",
        "”",
    ]
)
texts = st.text(max_size=200) | st.lists(_pieces, max_size=40).map("".join)


@given(texts)
def test_spans_are_in_order_and_disjoint_and_lose_only_white_space(text: str) -> None:
    end = 0
    for start, stop in split_sentences(text):
        assert end <= start < stop <= len(text)
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip()
        end = stop
    assert not text[end:].strip()


@given(texts)
def test_no_piece_is_longer_than_a_model_can_read(text: str) -> None:
    assert all(end - start <= LONGEST for start, end in split_sentences(text))


@given(st.lists(st.sampled_from(["the", "harbour", "was", "closed", "again"]), min_size=1))
def test_text_without_any_mark_is_one_sentence(words: list[str]) -> None:
    text = " ".join(words)[:LONGEST].strip()
    assert split(text) == [text]


# -- time ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["A. B. " * 100_000, "." * 400_000 + "a"], ids=["A. B.", "..."])
def test_the_time_grows_with_the_text_and_no_faster(text: str) -> None:
    started = time.process_time()
    split_sentences(text)
    assert time.process_time() - started < 10  # half a second; in quadratic time, minutes
