"""What is the article and what stands around it: menus, bylines, captions, sign-ups."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from index.boilerplate import classify, find_author, find_title
from index.models import Kind, Paragraph
from index.paragraphs import split_paragraphs

B, H, BY, CAP, CR, F = (
    Kind.BODY,
    Kind.HEADING,
    Kind.BYLINE,
    Kind.CAPTION,
    Kind.CREDIT,
    Kind.FURNITURE,
)
BODY = "The committee met on Monday, and its members agreed to open the harbour again."
MORE = "Nobody could say on Tuesday how long the repairs of the old bridge would take."

# Written by reading the articles.
SAMPLES = {
    "000_119ab3ac225a8b0c.txt": [H, BY, BY, B, B, H, B, H, B, H, B, H, B],
    "001_5bc5dbd4b62a0cd8.txt": [
        *(B, B, B, H),
        *(B, B, B, B, H),
        *(B, B, B, B, B, H),
        *(B, B, B, CR),
    ],
    "002_f1c94cd1dbc136bc.txt": [*(F, F, F, F, F, F), H, CAP, *(B,) * 7, *(F, F, F, F)],
    "003_0d0a706ae6d384e8.txt": [H, *(B,) * 11, BY],
    "004_c6b7aa09887676cd.txt": [B] * 12,
}
TITLES = {
    "000_119ab3ac225a8b0c.txt": "Zelensky: “Ready to meet Putin”. Negotiations on US troops and "
    "documents ready in January",
    "001_5bc5dbd4b62a0cd8.txt": "Ukrainian President Volodymyr Zelensky has confirmed that Kiev is "
    "in talks with US President Donald Trump's…",
    "002_f1c94cd1dbc136bc.txt": "Zelenskiy Says Ukraine Discussing Possible U.S. Troop Presence as "
    "Security Guarantee",
    "003_0d0a706ae6d384e8.txt": "Zelenskyy open to Europe-Russia talks, demands concrete US "
    "security guarantees",
    "004_c6b7aa09887676cd.txt": "Details of the security guarantees have not become public, but "
    "Zelenskyy said Monday that they include how a…",
}
AUTHORS = {
    "000_119ab3ac225a8b0c.txt": "John",
    "001_5bc5dbd4b62a0cd8.txt": None,
    "002_f1c94cd1dbc136bc.txt": None,
    "003_0d0a706ae6d384e8.txt": "Vafa Guliyeva",
    "004_c6b7aa09887676cd.txt": None,
}


def read(text: str) -> list[Paragraph]:
    return classify(text, split_paragraphs(text))


def kinds(*lines: str) -> list[Kind]:
    text = "\n\n".join(lines)
    found = read(text)
    assert len(found) == len(lines), "the example is not one paragraph a line"
    return [paragraph.kind for paragraph in found]


# -- the samples ---------------------------------------------------------------------------


@pytest.mark.parametrize("file", SAMPLES)
def test_kinds_of_the_samples(seeds: Path, file: str) -> None:
    text = (seeds / file).read_bytes().decode("utf-8")
    assert [paragraph.kind for paragraph in read(text)] == SAMPLES[file]


@pytest.mark.parametrize("file", SAMPLES)
def test_titles_of_the_samples(seeds: Path, file: str) -> None:
    text = (seeds / file).read_bytes().decode("utf-8")
    assert find_title(text, read(text)) == TITLES[file]


@pytest.mark.parametrize("file", SAMPLES)
def test_authors_of_the_samples(seeds: Path, file: str) -> None:
    text = (seeds / file).read_bytes().decode("utf-8")
    assert find_author(text, read(text)) == AUTHORS[file]


# -- other articles ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("By Ann O'Neill", BY),
        ("By Ann O'Neill and Jean-Luc Picard", BY),
        ("By: Ann O'Neill, staff writer", BY),
        ("Von Jürgen Müller", BY),
        ("Por Ana García", BY),
        ("Автор: Анна Иванова", BY),
        ("(Reuters, abc)", CR),
        ("[Agency/xy]", CR),
        ("Sign up for our newsletter", F),
        ("Subscribe now", F),
        ("Jetzt abonnieren", F),
        ("Home | News | Sport", F),
        ("• Market Data", F),
        ("Photo: Ann O'Neill / Agency", CAP),
        ("© 2024 The Harbour Times", CAP),
    ],
)
def test_what_stands_below_an_article(line: str, kind: Kind) -> None:
    found = kinds(BODY, MORE, line)
    assert found == [B, B, kind]
    assert not kind.is_evidence


@pytest.mark.parametrize(
    "sentence",
    [
        "Jetzt will die Opposition im Bundestag abstimmen lassen.",
        "Related costs will come to 40 million euros, he said.",
        "Advertisement spending fell by 11 percent in March.",
        "Welcome to the harbour, said the sign that the soldiers had left.",
        "Join us or leave, the mayor told the ministers.",
        "See also what the treaty says on page 12.",
        "Подробнее о кредите министр расскажет в четверг.",
        "Подписание договора состоится в марте в Кишиневе.",
        "Nobody signed.",
        "Она отказалась.",
        "反对党要求议会表决。",
        "他四十七岁。",
    ],
)
def test_a_sentence_may_be_short_and_begin_like_a_menu(sentence: str) -> None:
    assert kinds("Harbour To Open Again", sentence, BODY, MORE)[1] is B
    assert kinds(BODY, MORE, sentence)[-1] is B


@pytest.mark.parametrize(
    "line", ["Jetzt Newsletter abonnieren", "Related Articles", "Welcome to us."]
)
def test_what_may_begin_a_sentence_may_be_of_a_menu(line: str) -> None:
    assert kinds(BODY, MORE, line) == [B, B, F]


def test_a_headline_without_spaces_is_one() -> None:
    body = "欧洲联盟委员会星期二批准向摩尔多瓦提供二十四亿欧元贷款，用于修复该国的电网。"
    text = f"摩尔多瓦获得贷款\n\n{body}\n\n船票价格为十二英镑。"
    found = read(text)
    assert [paragraph.kind for paragraph in found] == [H, B, B]
    assert find_title(text, found) == "摩尔多瓦获得贷款"


@pytest.mark.parametrize(
    "above",
    [
        ["Harbour to open again", "Ann Byron in Leeds", "Tue 6 Jan 2026 18.22 GMT"],
        ["Harbour to open again", "By Ann Byron, Reuters", "4 minute read", "6 January 2026"],
        ["Harbour to open again", "The old town has waited for it since the great storm of May"],
        [
            "Home | World",
            "Share",
            "Save",
            "Harbour to open again",
            "Tuesday, 6 January 2026 at 18:22",
        ],
        ["Harbour to open again", "* New cranes for all of the three piers"],
    ],
)
def test_the_headline_among_what_stands_above(above: list[str]) -> None:
    text = "\n\n".join([*above, BODY, MORE])
    assert find_title(text, read(text)) == "Harbour to open again"


def test_an_agency_is_no_author() -> None:
    text = f"Harbour to open again\n\nBy Ann Byron, Reuters\n\n{BODY}"
    assert find_author(text, read(text)) == "Ann Byron"


def test_what_stands_above_an_article() -> None:
    lines = ["Menu", "Search", "Home | News | Sport", "Harbour To Open Again", "By Ann O'Neill"]
    assert kinds(*lines, BODY, MORE) == [F, F, F, H, BY, B, B]


def test_a_short_line_between_paragraphs_is_a_heading() -> None:
    assert kinds(BODY, "What comes next", MORE) == [B, H, B]


def test_a_short_sentence_between_paragraphs_is_of_the_body() -> None:
    assert kinds(BODY, "Nobody knows.", MORE) == [B, B, B]


def test_the_headline_again_with_a_source_is_a_caption() -> None:
    title = "Harbour To Open Again"
    assert kinds(title, f"{title}. Source: City archive", BODY) == [H, CAP, B]


def test_a_sentence_that_begins_like_a_byline_is_of_the_body() -> None:
    sentence = "By Friday the harbour will be open again, the committee said after its meeting."
    assert kinds(BODY, sentence, MORE) == [B, B, B]


@pytest.mark.parametrize(
    "sentence",
    [
        "Follow us to the harbour, the guide said, and we will show you the bridge, the lighthouse "
        "and the old town.",
        "Subscribe to the idea or not: the members of the committee will build the second bridge "
        "in the spring of next year.",
        "The committee named its source: a letter of the mayor, sent on Monday and read out aloud "
        "in the hall.",
        "(The committee had met in the same hall on Monday, but nobody had been willing to speak.)",
    ],
)
def test_sentences_with_the_words_of_furniture_are_of_the_body(sentence: str) -> None:
    assert kinds(BODY, sentence, MORE) == [B, B, B]


def test_body_text_in_other_scripts() -> None:
    chinese = "今天的会议从早上九点一直开到了下午五点半，所有的部长都参加了。"
    russian = "Комитет собрался в понедельник и решил снова открыть старую гавань для кораблей."
    assert kinds(chinese, russian) == [B, B]


def test_a_file_of_short_lines_is_left_alone() -> None:
    assert kinds("Menu", "Soup 3.50", "Bread 2.00", "By the river") == [B, B, B, B]


def test_footnote_marks_do_not_hide_the_end_of_a_sentence() -> None:
    assert kinds(BODY, f"{MORE}[12]", "See also") == [B, B, F]


def test_offsets_and_numbers_stay() -> None:
    text = f"Menu\n\n{BODY}\n\n(abc)"
    plain = split_paragraphs(text)
    assert [(p.number, p.start, p.end) for p in read(text)] == [
        (p.number, p.start, p.end) for p in plain
    ]


def test_no_paragraphs_no_kinds() -> None:
    assert classify("", []) == []
    assert find_title("", []) == ""
    assert find_author("", []) is None


# -- properties ----------------------------------------------------------------------------

_words = st.sampled_from(
    "the harbour committee said on Monday that source photo by Ann subscribe read more © (and) "
    "[12] sign up | Menu: Source: Photo: 1,200 Berlin by: credit/ all rights reserved".split()
)
_long_paragraphs = st.lists(_words, min_size=70, max_size=90).map(" ".join)
_short_lines = st.lists(
    st.sampled_from(["Menu", "By Ann", BODY, "(abc)", "What comes next", "Photo: Ann", MORE]),
    max_size=5,
)


@given(_short_lines, _long_paragraphs, st.sampled_from(["", ".", "?”"]), _short_lines)
@example([], "Menu: " + "the " * 69 + "©", "", ["Menu", MORE])
def test_a_long_paragraph_is_never_dropped(
    above: list[str], paragraph: str, end: str, below: list[str]
) -> None:
    text = "\n\n".join([*above, paragraph + end, *below])
    found = read(text)
    assume(len(found) == len(above) + 1 + len(below))
    assert found[len(above)].kind is Kind.BODY


@given(st.text(max_size=300))
def test_classifying_changes_nothing_but_the_kind(text: str) -> None:
    plain = split_paragraphs(text)
    assert [(p.number, p.start, p.end) for p in classify(text, plain)] == [
        (p.number, p.start, p.end) for p in plain
    ]


@given(st.text(max_size=400))
def test_a_title_is_one_line_that_fits(text: str) -> None:
    title = find_title(text, read(text))
    assert title == " ".join(title.split())
    assert len(title) <= 111
