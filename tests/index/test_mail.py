"""Mail as programs write it: encodings that nothing declares, parts, quoted and forwarded lines."""

from __future__ import annotations

import textwrap
import time
from email.message import EmailMessage

import pytest

from index.formats import mail_lines
from index.formats.eml import extract
from index.formats.extracted import Extracted, FormatError
from index.paragraphs import split_paragraphs
from tests.index.hostile import OPENED, REPAIRS

HEAD = "From: Ann Byron <ann@x.example>\nSubject: Harbour\nDate: Tue, 30 Dec 2025 10:00:00 +0000\n"
LATER = "The lighthouse will follow in the spring, as soon as there is money for it, she said."
FORWARDED = (
    "From: Bea <bea@x.example>\nDate: Mon, 29 Dec 2025 at 9:00\nSubject: Hall\nTo: <ann@x.example>"
)


def paragraphs(found: Extracted) -> list[str]:
    """Below the subject, each on one line."""
    parts = [" ".join(found.text[p.start : p.end].split()) for p in split_paragraphs(found.text)]
    assert parts[0] == found.title
    return parts[1:]


def read(body: str | bytes, kind: str = "text/plain; charset=utf-8") -> list[str]:
    data = body if isinstance(body, bytes) else body.encode()
    head = f"{HEAD}Content-Type: {kind}\n" if kind else HEAD
    return paragraphs(extract(f"{head}\n".encode() + data))


def multipart(kind: str, *parts: tuple[str, str]) -> list[str]:
    body = "".join(f"--zz\nContent-Type: {head}\n\n{text}\n" for head, text in parts)
    return read(f"{body}--zz--\n", f"multipart/{kind}; boundary=zz")


# -- encodings -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["", "text/plain", "text/plain; charset=us-ascii"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_an_encoding_that_nothing_declares_is_told(kind: str, encoding: str) -> None:
    words = "Die Kommission hat am Dienstag einen Kredit über zwölf Milliarden für März gebilligt."
    assert read(words.encode(encoding), kind) == [words]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("iso-8859-1", "cp1252"), ("iso-8859-1", "utf-8"), ("utf-8", "cp1252"), ("gb2312", "gbk")],
)
def test_an_encoding_is_what_browsers_take_it_for(charset: str, encoding: str) -> None:
    words = "“Quotes” and £5, he said. " * 3 if encoding != "gbk" else "镕基今天宣布了新的计划。"
    assert read(words.encode(encoding), f"text/plain; charset={charset}") == [words.strip()]


def test_headers_in_an_encoding_that_nothing_declares() -> None:
    head = "From: Jürgen Müller <j@x.example>\nSubject: Kredit für März\n"
    for encoding, kind in (
        ("utf-8", ""),
        ("latin-1", "Content-Type: text/plain; charset=latin1\n"),
    ):
        found = extract(f"{head}{kind}\n{OPENED}\n".encode(encoding))
        assert (found.title, found.author) == ("Kredit für März", "Jürgen Müller")
    quoted = extract(f"From: a@x.example\nSubject: =?iso-8859-1?Q?=93A=94?=\n\n{OPENED}".encode())
    assert quoted.title == "“A”"


def test_a_byte_order_mark_is_no_header() -> None:
    found = extract(b"\xef\xbb\xbf" + f"{HEAD}\n{OPENED}\n".encode())
    assert (found.title, paragraphs(found)) == ("Harbour", [OPENED])


# -- parts ---------------------------------------------------------------------------------

PAGE = f"<html><body><p>{OPENED}</p><p>{REPAIRS}</p></body></html>"


@pytest.mark.parametrize(
    "plain",
    [
        "\n",
        "Your program shows no HTML. View this mail in your browser:\nhttps://x.example/v",
        f"Read it at https://x.example/{'v' * 900}",
    ],
)
def test_html_is_read_where_the_plain_part_says_nothing(plain: str) -> None:
    parts = (("text/plain", plain), ("text/html", PAGE))
    assert multipart("alternative", *parts) == [OPENED, REPAIRS]


def test_the_plain_part_is_read_where_it_says_about_as_much() -> None:
    parts = (("text/plain", f"{OPENED}\n"), ("text/html", f"<p>{REPAIRS}</p>"))
    assert multipart("alternative", *parts) == [OPENED]


def test_every_part_that_is_no_attachment_is_read() -> None:
    assert multipart(
        "mixed",
        ("text/plain", OPENED),
        ('text/plain; name="a.txt"\nContent-Disposition: attachment', "Not this."),
        ("text/calendar", "BEGIN:VCALENDAR"),
        ("text/html", f"<p>{REPAIRS}</p>"),
        ("text/plain", f"{'_' * 40}\nThe mailing list of x.example\nhttps://x.example/listinfo/a"),
    ) == [OPENED, REPAIRS]


def test_what_is_said_twice_is_read_once() -> None:
    parts = (("text/plain", f"{OPENED}\n\n{REPAIRS}"), ("text/html", PAGE))
    assert multipart("mixed", *parts) == [OPENED, REPAIRS]


def test_html_without_a_tag_is_text() -> None:
    assert read(f"{OPENED} AT&amp;T", "text/html; charset=utf-8") == [f"{OPENED} AT&T"]


def test_a_mail_that_holds_only_another_is_read_as_that() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Bea <bea@x.example>", "Hall"
    inner["Date"] = "Mon, 29 Dec 2025 09:00:00 +0000"
    inner.set_content(OPENED)
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "Ann <ann@x.example>", "Fwd: Hall"
    outer.add_attachment(inner)
    found = extract(outer.as_bytes())
    assert (found.title, found.author) == ("Fwd: Hall", "Bea")
    assert found.date.startswith("Mon, 29 Dec 2025")
    assert paragraphs(found) == ["Hall", OPENED]
    outer.set_payload([])
    with pytest.raises(FormatError, match="has no text"):
        extract(outer.as_bytes())


# -- lines ---------------------------------------------------------------------------------


def test_flowed_lines_are_joined() -> None:
    flowed = [textwrap.fill(words, 40).replace("\n", " \n") for words in (OPENED, REPAIRS)]
    kind = "text/plain; charset=utf-8; format=flowed"
    quoted = "\n".join(
        f"> {line}" for line in textwrap.fill(LATER, 40).replace("\n", " \n").split("\n")
    )
    body = "\n".join([*flowed, quoted, " From here.", "-- ", "Ann"])
    assert read(body, kind) == [OPENED, REPAIRS, LATER, "From here."]
    joined = "今天的会议从早上 \n九点开始。\n"
    assert read(joined, f"{kind}; delsp=yes") == ["今天的会议从早上九点开始。"]


def test_lines_that_do_not_flow_are_read_as_they_are() -> None:
    kind = "text/plain; charset=utf-8; format=flowed"
    assert read(f"{textwrap.fill(OPENED, 60)}\n\n{REPAIRS}", kind) == [OPENED, REPAIRS]


def test_quoted_lines_are_a_passage_of_their_own() -> None:
    quoted = "\n".join(f"> {line}" for line in textwrap.fill(REPAIRS, 60).split("\n"))
    deeper = "\n".join(f">> {line}" for line in textwrap.fill(LATER, 60).split("\n"))
    body = f"That is wrong.\nBea wrote:\n{quoted}\n>\n> Bea\n{deeper}\nI was there."
    expected = ["That is wrong.", "Bea wrote:", REPAIRS, "Bea", LATER, "I was there."]
    assert read(body) == expected


@pytest.mark.parametrize("line", [">50 percent of them came.", "> 5 of them came."])
def test_more_than_is_no_quotation(line: str) -> None:
    assert read(f"Of these,\n{line}\n") == [*["Of these,"], line]


def test_from_at_the_start_of_a_line_is_no_quotation() -> None:
    assert read(">From the harbour one sees all.") == ["From the harbour one sees all."]


@pytest.mark.parametrize(
    "head",
    [
        f"---------- Forwarded message ---------\n{FORWARDED}\n\n",
        f"Begin forwarded message:\n\n> {FORWARDED}\n".replace("\n", "\n> ").removesuffix("> "),
        f"{'_' * 32}\n{FORWARDED.replace('Date', 'Sent')}\n",
        "-----Ursprüngliche Nachricht-----\nVon: Bea\nGesendet: Montag\nAn: Ann\nBetreff: Saal\n\n",
        "*From:* Bea\n*Sent:* Monday\n*To:* Ann; Carl;\n Dora\n*Subject:* Hall\n",
    ],
)
def test_the_head_of_a_forwarded_mail_is_left_out(head: str) -> None:
    found = read(f"FYI\n-- \nAnn, The Bath Times\n\n{head}{OPENED}\n")
    assert [words for words in found if "_" not in words] in (["FYI", OPENED], ["FYI"], [OPENED])
    found = read(f"For you.\n\n{head}{OPENED}\n\n{REPAIRS}")
    assert [words for words in found if "_" not in words][-2:] == [OPENED, REPAIRS]
    assert not any("Subject" in words or "Betreff" in words or "Bea" in words for words in found)


def test_lines_like_a_head_are_kept() -> None:
    for body in ("From: the harbour\nTo: the hall", "To: Ann\nSubject: Hall\nDate: Monday"):
        assert len(read(f"{body}\n\n{OPENED}")) == body.count("\n") + 2


def test_what_follows_a_rule_is_no_signature() -> None:
    assert read(f"{OPENED}\n--\n" + f"{REPAIRS}\n\n" * 15)[-1] == REPAIRS
    assert read(f"{OPENED}\n--\nAnn\nThe Bath Times") == [OPENED]


@pytest.mark.parametrize(
    "lines",
    [
        "--\n",
        "> " * 50 + "\n",
        "From: a\nTo: b\nDate: c\n\n",
        "a \n",
        "_" * 30 + "\n",
        "--a-\n",
        ">",
    ],
)
def test_lines_without_end_are_read_in_time(lines: str) -> None:
    started = time.process_time()
    mail_lines.text_of(lines * (200_000 // len(lines)), flowed=True)
    assert time.process_time() - started < 5
