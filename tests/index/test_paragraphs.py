"""Paragraphs, against the definition: what a reader of a text editor would count."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import Paragraph
from index.paragraphs import split_paragraphs

WRAPPED = "The committee met for three hours on Monday and it"  # 50 characters, no end
OTHER = "Nobody in the room had expected the vote to be so"  # 49 characters, upper case
SAMPLES = {
    "000_119ab3ac225a8b0c.txt": 13,
    "001_5bc5dbd4b62a0cd8.txt": 19,
    "002_f1c94cd1dbc136bc.txt": 19,
    "003_0d0a706ae6d384e8.txt": 13,
    "004_c6b7aa09887676cd.txt": 12,
}


def split(text: str) -> list[str]:
    return [text[p.start : p.end] for p in split_paragraphs(text)]


# -- blank lines and line ends -------------------------------------------------------------


def test_blank_lines_split() -> None:
    assert split("One.\n\nTwo.\n\n\n\nThree.") == ["One.", "Two.", "Three."]


def test_numbers_start_at_one_and_follow_one_another() -> None:
    assert split_paragraphs("A.\n\nB.") == [Paragraph(1, 0, 2), Paragraph(2, 4, 6)]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\r\n \t\r\n", "\ufeff", "\ufeff\n \u00a0\n"])
def test_nothing_is_no_paragraph(text: str) -> None:
    assert split_paragraphs(text) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_lines_end_at_lf_crlf_and_cr(end: str) -> None:
    text = end.join(["First.", "Second.", "", "Third.", " \t", "Fourth.", ""])
    assert split(text) == ["First.", "Second.", "Third.", "Fourth."]


def test_line_ends_may_be_mixed() -> None:
    assert split("A.\r\nB.\rC.\nD.\n\rE.") == ["A.", "B.", "C.", "D.", "E."]


@pytest.mark.parametrize(
    "mark", ["\u2028", "\u2029", "\x85", "\f", "\v", "\x1c", "\x1d", "\x1e"], ids=ascii
)
def test_other_separators_end_no_line(mark: str) -> None:
    assert split(f"First.{mark}Still first.\nSecond.") == [f"First.{mark}Still first.", "Second."]


@pytest.mark.parametrize(
    "blank", ["\u00a0", " \u00a0 ", "\t", "\u2007\u202f", "\u3000", "\u2028", "\f"], ids=ascii
)
def test_a_line_of_white_space_is_blank(blank: str) -> None:
    wrapped = f"{WRAPPED}\n{blank}\n{OTHER}"
    assert split(wrapped) == [WRAPPED, OTHER]


def test_white_space_around_a_line_is_not_of_the_paragraph() -> None:
    text = "\u00a0 \tIndented.  \n\u3000Wide.\u00a0\n"
    assert split(text) == ["Indented.", "Wide."]


def test_byte_order_mark_counts_as_a_character_and_is_in_no_paragraph() -> None:
    assert split_paragraphs("\ufeffFirst.\n\nSecond.") == [Paragraph(1, 1, 7), Paragraph(2, 9, 16)]


def test_only_a_leading_byte_order_mark_is_special() -> None:
    assert split("First.\n\n\ufeffSecond.") == ["First.", "\ufeffSecond."]


def test_offsets_count_code_points() -> None:
    assert split_paragraphs("😀 é𝒳.\n\nB.") == [Paragraph(1, 0, 5), Paragraph(2, 7, 9)]


# -- hard-wrapped blocks -------------------------------------------------------------------


def test_every_line_of_a_block_is_a_paragraph() -> None:
    lines = ["A headline without an end", "The first sentence.", "The second sentence."]
    assert split("\n".join(lines)) == lines


def test_a_wrapped_block_is_one_paragraph() -> None:
    text = f"{WRAPPED}\nwas late when they left the building by a back\ndoor."
    assert split(text) == [text]


def test_a_wrapped_block_keeps_its_line_ends() -> None:
    text = f"  {WRAPPED}\r\n  was late.\r\n\r\nNext."
    assert split(text) == [f"{WRAPPED}\r\n  was late.", "Next."]


@pytest.mark.parametrize("end", [*".!?…:;。！？", '."', ".”", "?’»", "!”", ".」"])
def test_a_line_with_an_end_is_not_broken(end: str) -> None:
    lines = [f"{WRAPPED}{end}", "and this begins in lower case"]
    assert split("\n".join(lines)) == lines


@pytest.mark.parametrize("end", [",", "-", "”", '"', ")", ".)", "", "–"])
def test_a_line_without_an_end_is_broken(end: str) -> None:
    text = f"{WRAPPED}{end}\nand this begins in lower case"
    assert split(text) == [text]


@pytest.mark.parametrize(
    "start", ["- ", "* ", "• ", "– ", "— ", "+ ", "▪ ", "1. ", "2) ", "(3) ", "4 ", "# "]
)
def test_a_bullet_or_number_begins_a_paragraph(start: str) -> None:
    lines = [WRAPPED, f"{start}item of a list that is long enough to matter"]
    assert split("\n".join(lines)) == lines


def test_lower_case_continues_a_line_of_any_length() -> None:
    assert split("Short\nand continued") == ["Short\nand continued"]


def test_upper_case_continues_only_a_long_line() -> None:
    short, long = "x" * 39, "x" * 40
    assert split(f"{short}\nBerlin") == [short, "Berlin"]
    assert split(f"{long}\nBerlin") == [f"{long}\nBerlin"]


def test_upper_case_continues_only_a_line_nearly_as_long_as_the_longest() -> None:
    # 70 % of 100 is 70; the last line is the longest and ends the block.
    longest = "Y" * 100
    assert split(f"{'x' * 69}\n{longest}") == ["x" * 69, longest]
    assert split(f"{'x' * 70}\n{longest}") == [f"{'x' * 70}\n{longest}"]


def test_lines_longer_than_120_are_not_wrapped_by_an_editor() -> None:
    assert split(f"{'x' * 120}\nBerlin") == [f"{'x' * 120}\nBerlin"]
    assert split(f"{'x' * 121}\nBerlin") == ["x" * 121, "Berlin"]


def test_half_of_the_breaks_decide() -> None:
    wrapped, ended = "Starts here", "A sentence that ends."
    one_of_two = [ended, wrapped, "and goes on."]
    assert split("\n".join(one_of_two)) == ["\n".join(one_of_two)]
    one_of_three = [ended, ended, wrapped, "and goes on."]
    assert split("\n".join(one_of_three)) == one_of_three


def test_lists_stay_lists() -> None:
    lines = ["Agenda:", "- a report on the harbour", "- a report on the bridge", "1. questions"]
    assert split("\n".join(lines)) == lines


# -- properties ----------------------------------------------------------------------------

_ALPHABET = 'aB1-*•.,:!?…。"”» \t\n\n\r\u00a0\u2028\x85\f\ufeff（é'
_pieces = st.sampled_from(
    [
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        " \u00a0\n",
        "The committee met.",
        "the harbour was closed,",
        WRAPPED,
        OTHER,
        "- item",
        "2. item",
        "x" * 121,
        "\ufeff",
        "A",
    ]
)
texts = st.text(alphabet=_ALPHABET, max_size=80) | st.lists(_pieces, max_size=20).map("".join)


@given(texts | st.text(max_size=60))
def test_paragraphs_are_in_order_and_disjoint_and_lose_only_white_space(text: str) -> None:
    paragraphs = split_paragraphs(text)
    assert [p.number for p in paragraphs] == list(range(1, len(paragraphs) + 1))
    end = int(text.startswith("\ufeff"))
    for paragraph in paragraphs:
        assert end <= paragraph.start < paragraph.end
        assert not text[end : paragraph.start].strip()
        inside = text[paragraph.start : paragraph.end]
        assert inside == inside.strip()
        end = paragraph.end
    assert not text[end:].strip()


@given(texts)
def test_agrees_with_the_definition_read_line_by_line(text: str) -> None:
    assert [unix(paragraph) for paragraph in split(text)] == reference(text)


@given(texts)
def test_crlf_and_lf_count_the_same_paragraphs(text: str) -> None:
    with_lf = text.replace("\r", "")
    with_crlf = with_lf.replace("\n", "\r\n")
    assert [unix(paragraph) for paragraph in split(with_crlf)] == split(with_lf)


def unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def reference(text: str) -> list[str]:
    """The definition, written down a second time and as plainly as it reads."""
    lines = unix(text.removeprefix("\ufeff")).split("\n")
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line)
        else:
            blocks.append([])
    paragraphs: list[str] = []
    for block in blocks:
        stripped = [line.strip() for line in block]
        breaks = range(len(block) - 1)
        broken = [i for i in breaks if is_mid_sentence(stripped, i)]
        if len(block) > 1 and len(broken) * 2 >= len(breaks):
            paragraphs.append("\n".join(block).strip())
        else:
            paragraphs.extend(stripped)
    return paragraphs


def is_mid_sentence(lines: list[str], i: int) -> bool:
    line, following = lines[i], lines[i + 1]
    while line and line[-1] in "\"'”’“»›«」』":
        line = line[:-1]
    if line and line[-1] in ".!?…:;。！？":
        return False
    if following[0] in "-*•" or following[0].isdigit():
        return False
    if following[0].islower():
        return True
    longest = max(len(each) for each in lines)
    return len(lines[i]) >= 40 and len(lines[i]) >= 0.7 * longest and longest <= 120


# -- the samples ---------------------------------------------------------------------------


def test_the_samples_have_the_paragraphs_that_a_reader_counts(seeds: Path) -> None:
    assert {
        path.name: len(split_paragraphs(path.read_bytes().decode("utf-8")))
        for path in sorted(seeds.glob("*.txt"))
    } == SAMPLES


@pytest.mark.parametrize(
    ("file", "number", "start"),
    [
        ("002_f1c94cd1dbc136bc.txt", 7, "Zelenskiy Says Ukraine Discussing Possible U.S. Troop"),
        ("002_f1c94cd1dbc136bc.txt", 9, "Ukrainian President Volodymyr Zelenskiy said Kyiv"),
        ("002_f1c94cd1dbc136bc.txt", 19, "Sign up for daily updates for the most important\n"),
        ("001_5bc5dbd4b62a0cd8.txt", 12, "Russian Foreign Minister Sergei Lavrov described"),
        ("004_c6b7aa09887676cd.txt", 12, "However, holding a ballot"),
        ("003_0d0a706ae6d384e8.txt", 13, "By Vafa Guliyeva"),
        ("000_119ab3ac225a8b0c.txt", 2, "John"),
    ],
)
def test_named_paragraphs_of_the_samples(seeds: Path, file: str, number: int, start: str) -> None:
    assert split((seeds / file).read_bytes().decode("utf-8"))[number - 1].startswith(start)
