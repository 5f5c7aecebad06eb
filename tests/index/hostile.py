"""A folder of files such as nobody wishes for: made when the tests run, none kept here.

`FILES` says of each what must come of it: `Indexed`, with words of its paragraphs, or `Named`,
with the reason. What only some systems allow (names that are no text, pipes) is left out there.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

MAX_BYTES = 5_000_000
SECRET = "the secret of the machine"

OPENED = "The harbour of Bath was opened again on Monday by Mayor Carla Ruiz, after the storm."
REPAIRS = "The repairs cost 6,460 pounds and were paid by the city, said Peter Lang on Tuesday."
TEXT = f"Harbour opens again\n\n{OPENED}\n\n{REPAIRS}\n"
RUSSIAN = (
    "Комитет собрался в понедельник и решил снова открыть старую гавань для кораблей.\n\n"
    "Ремонт стоил шесть тысяч фунтов, и его оплатил город, сообщил мэр во вторник.\n"
)
FRENCH = (
    "Le comité s'est réuni à Genève et a décidé de rouvrir le vieux port aux navires.\n\n"
    "Les réparations, payées par la ville, ont coûté plus cher que prévu à l'été.\n"
)
ARABIC = "أعيد افتتاح الميناء القديم يوم الاثنين بعد أربعة أشهر من العاصفة، كما قال رئيس البلدية.\n"
HEBREW = "הנמל הישן נפתח מחדש ביום שני על ידי ראש העירייה, ארבעה חודשים אחרי הסערה הגדולה.\n"
CHINESE = (
    "今天的会议从早上九点一直开到了下午五点半，所有的部长都参加了。"
    "会议结束以后，主席向记者们宣布了新的计划！\n"
)
JAPANESE = "市長は月曜日に港を再び開いた。「修理は終わった。」と市長は記者団に述べた。\n"
HINDI = "पुराना बंदरगाह सोमवार को फिर से खोला गया। मरम्मत का खर्च शहर ने उठाया और सब लोग खुश थे।\n"


@dataclass(frozen=True)
class Indexed:
    """Read rightly: these words in the paragraph of this number."""

    words: dict[int, str]
    without: tuple[str, ...] = ()
    """What must not be in its text."""
    count: int | None = None
    """Of paragraphs."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Title, author, date, url."""
    pages: dict[int, int] = field(default_factory=dict)
    """Paragraph → page."""


@dataclass(frozen=True)
class Named:
    """Left out, with a reason that says this."""

    reason: str


Outcome = Indexed | Named
Maker = Callable[[], bytes]


# -- HTML ----------------------------------------------------------------------------------

PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Harbour opens again | The Bath Times</title>
<meta charset="utf-8"><meta property="og:title" content="Harbour opens again">
<link rel="canonical" href="https://example.org/news/harbour">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "Harbour opens again",
"datePublished": "2025-12-30T23:30:00-05:00", "author": {{"@type": "Person", "name": "Ann Byron"}}}}
</script><style>p {{ color: red }}</style></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<div id="cookie-banner">We use cookies. Accept all cookies?</div>
<article><h1>Harbour opens again</h1><p>{OPENED}</p>
<p>The repairs cost 6,460 pounds<br>and were paid by the <b>city</b>, said
<a href="/lang">Peter Lang</a>.</p><h2>What comes next</h2>
<ul><li>First the quay will be painted, she said.</li><li>Then the lighthouse, in the spring.</li>
</ul><p>{REPAIRS}</p></article>
<aside><h3>Related</h3><a href="/cats">Ten things about cats</a></aside>
<footer>© 2025 The Bath Times. All rights reserved.</footer></body></html>"""

XXE = f"""<?xml version="1.0"?><!DOCTYPE html [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>
<html><body><p>{OPENED} &xxe;</p><p>{REPAIRS}</p></body></html>"""


# -- PDF -----------------------------------------------------------------------------------

LONG_WORDS = (
    "The committee met for three hours on Monday and its members agreed that the harbour will be "
    "opened again before the summer, because the repairs of the old quay were finished earlier "
    "than anybody had expected when the storm was over. "
)


def pdf_report() -> bytes:
    """Two pages and more with running heads, page numbers, and a word broken at a line's end."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles = getSampleStyleSheet()

    def furniture(canvas: Any, document: Any) -> None:
        canvas.drawString(72, 800, "The Bath Times – Harbour report")
        canvas.drawCentredString(300, 30, f"Page {canvas.getPageNumber()} of 3")

    story = [Paragraph("Harbour opens again", styles["Title"])]
    story += [
        Paragraph(f"Paragraph {i} begins here. {LONG_WORDS * 2}", styles["BodyText"])
        for i in range(20)
    ]
    story.insert(3, Paragraph("What comes next", styles["Heading2"]))
    buffer = io.BytesIO()
    document = SimpleDocTemplate(buffer, title="Harbour report", author="Ann Byron")
    document.build(story, onFirstPage=furniture, onLaterPages=furniture)
    return buffer.getvalue()


def pdf_lines(*pages: list[tuple[float, float, str]]) -> bytes:
    """A PDF of lines at places."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for lines in pages:
        canvas.setFont("Helvetica", 10)
        for x, y, text in lines:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def pdf_hyphens() -> bytes:
    """Words broken at the ends of lines: one that is one word, one that has its own hyphen."""
    lines = [
        "The long-term plan of the com-",
        "mittee for the old harbour was shown to all on Monday, and the long-",
        "term costs were read out to the visitors and to everybody else who came.",
    ]
    return pdf_lines([(72, 700 - 12 * i, line) for i, line in enumerate(lines)])


def pdf_columns() -> bytes:
    """Two columns: a paragraph of the first goes on at the top of the second."""
    left = [
        "The harbour of Bath was opened again on",
        "Monday by Mayor Carla Ruiz, four months",
        "after the storm, and a great many people",
    ]
    right = ["came to see it on the first warm day.", "Nobody was hurt on that day."]
    return pdf_lines(
        [
            *((72, 700 - 12 * i, line) for i, line in enumerate(left)),
            *((320, 700 - 24 * i, line) for i, line in enumerate(right)),
        ]
    )


def pdf_scanned() -> bytes:
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, 400, 500)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def pdf_locked(password: str) -> bytes:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(pdf_lines([(72, 700, OPENED)])))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def pdf_with_content(content: bytes) -> bytes:
    """A PDF of one page whose content is this, packed."""
    packed = zlib.compress(content, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return pdf_of(objects)


def pdf_of(objects: list[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, table, len(objects) + 1, len(data))
    )


def pdf_loop() -> bytes:
    """A tree of pages that holds itself."""
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"])


# -- DOCX, EPUB ----------------------------------------------------------------------------


def docx_letter() -> bytes:
    import datetime

    import docx

    document = docx.Document()
    document.core_properties.title = "Harbour report"
    document.core_properties.author = "Ann Byron"
    document.core_properties.created = datetime.datetime(2025, 12, 30, 23, 30)
    document.add_heading("Harbour opens again", 0)
    document.add_paragraph(OPENED)
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, [("Year", "Ships"), ("2024", "120")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("First the quay.", style="List Bullet")
    document.add_paragraph(REPAIRS)
    return _saved(document)


def docx_tracked() -> bytes:
    """An insertion and a deletion that nobody has accepted yet."""
    return docx_with(
        "<w:p><w:r><w:t>The bridge is </w:t></w:r>"
        '<w:ins w:id="1" w:author="a"><w:r><w:t>open again, </w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="a"><w:r><w:delText>closed, </w:delText></w:r></w:del>'
        "<w:r><w:t>said the mayor of the town on Monday.</w:t></w:r></w:p>"
    )


def docx_with(body: str, before: str = "") -> bytes:
    """A DOCX whose body is this XML."""
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f"<w:document {namespace}><w:body>{body}</w:body></w:document>"
    )
    return rezipped(_saved(__import__("docx").Document()), {"word/document.xml": document.encode()})


def _saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def rezipped(data: bytes, changes: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | changes
    return zipped(members)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def zip_bomb(members: dict[str, bytes], name: str) -> bytes:
    """An archive with a member of 300 MB of zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        with archive.open(name, "w") as out:
            block = bytes(10_000_000)
            for _ in range(30):
                out.write(block)
    return buffer.getvalue()


LAUGHS = (
    "<!DOCTYPE lolz ["
    + '<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    + "]>"
)
CONTAINER = b"""<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""


def epub_members(chapters: dict[str, str], extra: str = "") -> dict[str, bytes]:
    """The members of a book with these chapters, in the order of the spine."""
    items = "".join(
        f'<item id="c{i}" href="{name}" media-type="application/xhtml+xml"/>'
        for i, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    package = f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Harbour Book</dc:title>
<dc:creator>Ann Byron</dc:creator><dc:date>2025-12-30</dc:date></metadata>
<manifest>{items}<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml"
 properties="nav"/></manifest><spine><itemref idref="nav"/>{spine}</spine>{extra}</package>"""
    pages = {
        f"OEBPS/{name}": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
        for name, body in chapters.items()
        if ".." not in name
    }
    return {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": package.encode(),
        "OEBPS/nav.xhtml": b"<html><body><p>Contents of the book</p></body></html>",
        **{name: page.encode() for name, page in pages.items()},
    }


CHAPTERS = {
    "z.xhtml": f"<h1>One</h1><p>{OPENED}</p>",
    "a.xhtml": f"<h1>Two</h1><p>{REPAIRS}</p><p>The<br/>end of it.</p>",
}
DRM = b"""<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"
 xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData>
<enc:CipherReference URI="OEBPS/a.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>"""


# -- mail ----------------------------------------------------------------------------------


def mail(
    *, text: str | None = None, page: str | None = None, attachment: bytes | None = None
) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Hafen wieder geöffnet"
    message["From"] = "Änn Byron <ann@example.org>"
    message["Date"] = "Tue, 30 Dec 2025 23:30:00 -0500"
    if text is not None:
        message.set_content(text)
    if page is not None:
        if text is None:
            message.set_content(page, subtype="html")
        else:
            message.add_alternative(page, subtype="html")
    if attachment is not None:
        message.add_attachment(attachment, "application", "octet-stream", filename="a.bin")
    return message.as_bytes()


def mail_nested(depth: int) -> bytes:
    """Parts in parts in parts."""
    head = b"Subject: Deep\nFrom: a@example.org\nMIME-Version: 1.0\n"
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(depth)
    )
    return head + opening + b"Content-Type: text/plain\n\n" + OPENED.encode() + b"\n"


BAD_CHARSET = (
    b"Subject: =?x-no-such?Q?Harbour?=\nFrom: a@example.org\nDate: 30 Dec 2025 10:00 +0000\n"
    b"Content-Type: text/plain; charset=x-no-such\n\n" + OPENED.encode() + b"\n"
)
MARKDOWN = f"""---
title: "Harbour opens again"
date: 2025-12-30
author: Ann Byron
---

{OPENED[:40]}
{OPENED[40:]} **Bold** and [a link](https://example.org/x) ![picture](p.png).

- First the *quay*.
- Then the `lighthouse`.

| Year | Ships |
|------|-------|
| 2024 | 120   |

<script>alert("{SECRET}")</script>

{REPAIRS}
"""
WIRE = "\n".join(
    [
        json.dumps(
            {"id": "a17", "title": "Harbour opens", "date": "2025-12-30", "text": OPENED},
        ),
        "{broken",
        json.dumps({"id": "a17", "title": "Twice", "text": REPAIRS}),
        json.dumps({"title": "No text"}),
        "",
        json.dumps({"text": f"{OPENED}\n\n{REPAIRS}", "author": ["Ann", {"name": "Bea"}]}),
        json.dumps({"id": 5, "date": 1767139200, "text": "Half a character \ud83d is mended."}),
    ]
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4

BODY = Indexed({1: "Harbour opens again", 2: "Mayor Carla Ruiz", 3: "6,460 pounds"}, count=3)

FILES: dict[str, tuple[Maker, Outcome]] = {
    # Plain text.
    "plain.txt": (TEXT.encode, BODY),
    "mark-8.txt": (lambda: TEXT.encode("utf-8-sig"), BODY),
    "mark-16-le.txt": (lambda: b"\xff\xfe" + TEXT.encode("utf-16-le"), BODY),
    "mark-16-be.txt": (lambda: b"\xfe\xff" + TEXT.encode("utf-16-be"), BODY),
    "bare-16-le.txt": (lambda: TEXT.encode("utf-16-le"), BODY),
    "bare-16-be.txt": (
        lambda: RUSSIAN.encode("utf-16-be"),
        Indexed({1: "старую гавань", 2: "шесть тысяч фунтов"}, count=2),
    ),
    "windows-1251.txt": (
        lambda: RUSSIAN.encode("cp1251"),
        Indexed({1: "старую гавань", 2: "шесть тысяч фунтов"}, count=2),
    ),
    "latin-1.txt": (
        lambda: FRENCH.encode("latin-1"),
        Indexed({1: "réuni à Genève", 2: "coûté plus cher"}, count=2),
    ),
    "damaged-utf-8.txt": (
        lambda: RUSSIAN.encode() + b"\xd0\n",
        Indexed({1: "старую гавань", 2: "шесть тысяч фунтов"}),
    ),
    "crlf.txt": (lambda: TEXT.replace("\n", "\r\n").encode(), BODY),
    "cr.txt": (lambda: TEXT.replace("\n", "\r").encode(), BODY),
    "long-line.txt": (
        lambda: f"{OPENED} ".encode() * 20_000 + REPAIRS.encode(),
        Indexed({1: "6,460 pounds"}, count=1),
    ),
    "one-word.txt": (lambda: b"a" * 500_000, Indexed({1: "aaaa"}, count=1)),
    "full-stops.txt": (lambda: b"." * 300_000 + OPENED.encode(), Indexed({1: "Ruiz"}, count=1)),
    "initials.txt": (lambda: b"A. B. " * 50_000 + OPENED.encode(), Indexed({1: "Ruiz"}, count=1)),
    "arabic.txt": (ARABIC.encode, Indexed({1: "الميناء القديم"}, count=1)),
    "hebrew.txt": (HEBREW.encode, Indexed({1: "הנמל הישן"}, count=1)),
    "chinese.txt": (CHINESE.encode, Indexed({1: "所有的部长都参加了"}, count=1)),
    "chinese-gb18030.txt": (
        lambda: (CHINESE * 5).encode("gb18030"),
        Indexed({1: "所有的部长都参加了"}),
    ),
    "japanese.txt": (JAPANESE.encode, Indexed({1: "修理は終わった"}, count=1)),
    "hindi.txt": (HINDI.encode, Indexed({1: "पुराना बंदरगाह"}, count=1)),
    "duplicate-1.txt": (TEXT.encode, BODY),
    "duplicate-2.txt": (TEXT.encode, BODY),
    "2025-12-30_dated.txt": (
        TEXT.encode,
        Indexed({2: "Mayor Carla Ruiz"}, facts={"date": "2025-12-30"}),
    ),
    "a name with spaces.txt": (TEXT.encode, BODY),
    "quotes ' \" and $(true) `x`.txt": (TEXT.encode, BODY),
    "two\nlines.txt": (TEXT.encode, BODY),
    "emoji 😀.txt": (TEXT.encode, BODY),
    "hash#1.txt": (TEXT.encode, BODY),
    "-rf.txt": (TEXT.encode, BODY),
    "CAPITALS.TXT": (TEXT.encode, BODY),
    "escapes.txt": (
        lambda: b"\x1b[31m" + TEXT.encode(),
        Indexed({2: "Mayor Carla Ruiz"}, count=3),
    ),
    "empty.txt": (bytes, Named("is empty")),
    "blank.txt": (lambda: b" \r\n\t \xc2\xa0\n", Named("is empty")),
    "picture.txt": (lambda: _PNG, Named("is not a text file")),
    "nul.txt": (lambda: b"plain text, and then\x00a zero byte", Named("is not a text file")),
    "really-a-pdf.txt": (lambda: pdf_lines([(72, 700, OPENED)]), Named("it holds a PDF")),
    "really-a-zip.txt": (lambda: zipped({"a": b"b"}), Named("it holds a ZIP archive")),
    "really-rtf.txt": (lambda: b"{\\rtf1 Hello}", Named("it holds Rich Text")),
    # Markdown.
    "front-matter.md": (
        MARKDOWN.encode,
        Indexed(
            {1: "Harbour opens again", 2: "Bold and a link", 3: "First the quay.", 5: "Year | "},
            without=("**", "](", "`", SECRET, "date:"),
            facts={"title": "Harbour opens again", "date": "2025-12-30", "author": "Ann Byron"},
            count=7,
        ),
    ),
    "yaml-bomb.md": (
        lambda: (
            "---\na0: &a0 [x, x]\n"
            + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 400))
            + f"author: *a399\n---\n\n{OPENED}\n"
        ).encode(),
        Indexed({1: "Mayor Carla Ruiz"}, count=1),
    ),
    "rule.md": (
        lambda: f"---\n\n{OPENED}\n\n---\n\n{REPAIRS}\n".encode(),
        Indexed({1: "Mayor Carla Ruiz", 2: "6,460 pounds"}, count=2),
    ),
    "nested.md": (lambda: b"> " * 3000 + OPENED.encode(), Named("has no text")),
    "brackets.md": (
        lambda: b"[" * 50_000 + b"\n\n" + OPENED.encode(),
        Indexed({1: "Mayor Carla Ruiz"}),
    ),
    "empty.md": (bytes, Named("is empty")),
    # HTML.
    "page.html": (
        PAGE.encode,
        Indexed(
            {
                1: "Harbour opens again",
                2: "Mayor Carla Ruiz",
                3: "6,460 pounds and were paid by the city, said Peter Lang.",
                4: "What comes next",
                5: "First the quay",
                7: "on Tuesday",
            },
            without=("cookies", "Sport", "cats", "rights reserved", "color", "Bath Times"),
            facts={
                "title": "Harbour opens again",
                "date": "2025-12-30",
                "author": "Ann Byron",
                "url": "https://example.org/news/harbour",
            },
            count=7,
        ),
    ),
    "declared-1251.html": (
        lambda: (
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'
            f"</head><body><p>{RUSSIAN}</p></body></html>"
        ).encode("cp1251"),
        Indexed({1: "старую гавань"}),
    ),
    "utf-16.html": (lambda: PAGE.encode("utf-16"), Indexed({2: "Mayor Carla Ruiz"}, count=7)),
    "short.htm": (lambda: b"<p>Yes, it is open.</p>", Indexed({1: "Yes, it is open."}, count=1)),
    "cut.html": (lambda: PAGE.encode()[:-330], Indexed({2: "Mayor Carla Ruiz"})),
    "deep.html": (
        lambda: b"<div>" * 30_000 + OPENED.encode() + b"</div>" * 30_000,
        Named("has no text"),
    ),
    "entities.html": (XXE.encode, Indexed({1: "Mayor Carla Ruiz"}, without=("root:",), count=2)),
    "no-tags.html": (TEXT.encode, Named("is not HTML")),
    "script.html": (
        lambda: b"<html><body><script>document.write('x')</script></body></html>",
        Named("has no text but what scripts may write"),
    ),
    "empty.html": (bytes, Named("is empty")),
    "really-a-pdf.html": (lambda: pdf_lines([(72, 700, OPENED)]), Named("it holds a PDF")),
    # PDF.
    "report.pdf": (
        pdf_report,
        Indexed(
            {
                1: "Harbour opens again",
                2: "Paragraph 0 begins here.",
                4: "What comes next",
                22: "Paragraph 19 begins here.",
            },
            without=("The Bath Times", "Page 1", "of 3"),
            facts={"title": "Harbour report", "author": "Ann Byron"},
            pages={1: 1, 2: 1, 22: 3},
            count=22,
        ),
    ),
    "hyphens.pdf": (
        pdf_hyphens,
        Indexed({1: "the committee for the old harbour"}, without=("longterm", "com-"), count=1),
    ),
    "columns.pdf": (
        pdf_columns,
        Indexed({1: "a great many people came to see it", 2: "Nobody was hurt"}, count=2),
    ),
    "no-password.pdf": (lambda: pdf_locked(""), Indexed({1: "Mayor Carla Ruiz"}, pages={1: 1})),
    "scanned.pdf": (pdf_scanned, Named("has no text, only pictures of pages")),
    "locked.pdf": (lambda: pdf_locked("secret"), Named("is encrypted")),
    "cut.pdf": (lambda: pdf_lines([(72, 700, OPENED)])[:300], Named("is damaged or cut off")),
    "head-alone.pdf": (lambda: b"%PDF-1.4\n", Named("is damaged or cut off")),
    "really-a-page.pdf": (PAGE.encode, Named("it is no PDF")),
    "really-a-zip.pdf": (lambda: zipped({"a": b"b"}), Named("it holds a ZIP archive")),
    "loop.pdf": (pdf_loop, Named("loop.pdf")),
    "bomb.pdf": (lambda: pdf_with_content(bytes(400_000_000)), Named("bomb.pdf")),
    "slow.pdf": (
        lambda: pdf_with_content(b"BT /F1 9 Tf (a) Tj ET\n" * 2_000_000),
        Named("takes longer than"),
    ),
    "empty.pdf": (bytes, Named("is empty")),
    # DOCX.
    "letter.docx": (
        docx_letter,
        Indexed(
            {
                1: "Harbour opens again",
                2: "Mayor Carla Ruiz",
                3: "Year | Ships",
                4: "2024 | 120",
                5: "First the quay.",
                6: "6,460 pounds",
            },
            facts={"title": "Harbour report", "author": "Ann Byron", "date": "2025-12-30"},
            count=6,
        ),
    ),
    "tracked.docx": (
        docx_tracked,
        Indexed({1: "The bridge is open again, said the mayor"}, without=("closed",), count=1),
    ),
    "entities.docx": (
        lambda: docx_with(
            "<w:p><w:r><w:t>&xxe;</w:t></w:r></w:p>",
            '<!DOCTYPE d [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>',
        ),
        Named("defines XML entities"),
    ),
    "laughs.docx": (
        lambda: docx_with("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", LAUGHS),
        Named("laughs.docx"),
    ),
    "bomb.docx": (
        lambda: zip_bomb({"[Content_Types].xml": b"<Types/>"}, "word/document.xml"),
        Named("unpacks to more than"),
    ),
    "deep.docx": (
        lambda: docx_with("<w:sdt><w:sdtContent>" * 3000 + "</w:sdtContent></w:sdt>" * 3000),
        Named("deep.docx"),
    ),
    "locked.docx": (
        lambda: _OLE + "EncryptedPackage".encode("utf-16-le"),
        Named("is encrypted"),
    ),
    "old.docx": (lambda: _OLE, Named("is an old Word file")),
    "cut.docx": (lambda: docx_letter()[:2000], Named("is damaged or cut off")),
    "archive.docx": (lambda: zipped({"a.txt": b"b"}), Named("it is no Word file")),
    "wordless.docx": (lambda: docx_with("<w:p/>"), Named("has no text")),
    # EPUB.
    "book.epub": (
        lambda: zipped(epub_members(CHAPTERS)),
        Indexed(
            {1: "One", 2: "Mayor Carla Ruiz", 3: "Two", 4: "6,460 pounds", 5: "The end of it."},
            without=("Contents of the book",),
            facts={"title": "The Harbour Book", "author": "Ann Byron", "date": "2025-12-30"},
            count=5,
        ),
    ),
    "entities.epub": (
        lambda: zipped(
            epub_members(CHAPTERS)
            | {"META-INF/container.xml": LAUGHS.encode() + b"<container>&a9;</container>"}
        ),
        Named("entities.epub"),
    ),
    "outside.epub": (
        lambda: zipped(epub_members({"../../../../etc/passwd": "", **CHAPTERS})),
        Indexed({2: "Mayor Carla Ruiz"}, without=("root:",), count=5),
    ),
    "bomb.epub": (
        lambda: zip_bomb(epub_members(CHAPTERS), "OEBPS/bomb.xhtml"),
        Named("unpacks to more than"),
    ),
    "locked.epub": (
        lambda: zipped(epub_members(CHAPTERS) | {"META-INF/encryption.xml": DRM}),
        Named("is encrypted"),
    ),
    "cut.epub": (
        lambda: zipped(epub_members(CHAPTERS))[:900],
        Named("is damaged or cut off"),
    ),
    "pictures.epub": (
        lambda: zipped(epub_members({"a.xhtml": '<img src="a.png"/>'})),
        Named("has no text"),
    ),
    "archive.epub": (lambda: zipped({"a.txt": b"b"}), Named("it is no EPUB")),
    # Mail.
    "plain.eml": (
        lambda: mail(text=f"{OPENED}\n\n{REPAIRS}\n\n-- \nAnn Byron, The Bath Times\n"),
        Indexed(
            {1: "Hafen wieder geöffnet", 2: "Mayor Carla Ruiz", 3: "6,460 pounds"},
            without=("The Bath Times",),
            facts={
                "title": "Hafen wieder geöffnet",
                "author": "Änn Byron",
                "date": "2025-12-30",
            },
            count=3,
        ),
    ),
    "page.eml": (
        lambda: mail(page=PAGE),
        Indexed({1: "Hafen wieder geöffnet", 3: "Mayor Carla Ruiz"}, without=("cookies",)),
    ),
    "both.eml": (
        lambda: mail(text=f"{OPENED}\n", page="<p>Another text than the plain one.</p>"),
        Indexed({2: "Mayor Carla Ruiz"}, count=2),
    ),
    "attachment.eml": (
        lambda: mail(attachment=_PNG),
        Named("has no text, only attachments"),
    ),
    "no-such-charset.eml": (lambda: BAD_CHARSET, Indexed({2: "Mayor Carla Ruiz"}, count=2)),
    "quoted.eml": (
        lambda: mail(text="> " * 30_000 + f"{OPENED}\n"),
        Indexed({2: "Mayor Carla Ruiz"}, count=2),
    ),
    "nested.eml": (lambda: mail_nested(2000), Named("nested.eml")),
    "no-headers.eml": (lambda: OPENED.encode(), Named("is no mail")),
    # JSON.
    "one.json": (
        lambda: json.dumps({"title": "Harbour opens again", "body": [OPENED, REPAIRS]}).encode(),
        BODY,
    ),
    "page.json": (
        lambda: json.dumps({"headline": "Harbour opens again", "articleBody": PAGE}).encode(),
        Indexed({1: "Harbour opens again"}, without=("color", "<p>")),
    ),
    "deep-page.json": (
        lambda: json.dumps({"text": "<div>" * 30_000 + OPENED + "</div>" * 30_000}).encode(),
        Named("has no text"),
    ),
    "deep.json": (lambda: b"[" * 100_000, Named("deep.json")),
    "not.json": (lambda: b"{'a': 1}", Named("is not JSON (line 1)")),
    "number.json": (lambda: b"12", Named("is no JSON object")),
    "nothing.json": (lambda: b"[]", Named("is an empty list")),
    "latin-1.json": (
        lambda: json.dumps({"text": FRENCH}, ensure_ascii=False).encode("latin-1"),
        Named("is not UTF-8"),
    ),
    "empty.jsonl": (lambda: b"\n\n", Named("is empty")),
}

SHARED: dict[str, tuple[Maker, dict[str, Outcome]]] = {
    "wire.jsonl": (
        WIRE.encode,
        {
            "wire.jsonl#a17": Indexed(
                {1: "Harbour opens", 2: "Mayor Carla Ruiz"}, facts={"date": "2025-12-30"}, count=2
            ),
            "wire.jsonl#line-6": Indexed(
                {1: "Mayor Carla Ruiz", 2: "6,460"}, facts={"author": "Ann, Bea"}, count=2
            ),
            "wire.jsonl#5": Indexed({1: "is mended"}, facts={"date": "2025-12-31"}),
        },
    ),
    "list.json": (
        lambda: json.dumps([{"id": "x", "text": OPENED}, {"text": REPAIRS}]).encode(),
        {
            "list.json#x": Indexed({1: "Mayor Carla Ruiz"}, count=1),
            "list.json#item-2": Indexed({1: "6,460 pounds"}, count=1),
        },
    ),
}
"""Files of several articles, and what comes of each article."""

IN_SHARED = (
    "line 2 of wire.jsonl is not JSON (line 1)",
    "wire.jsonl#a17 is there twice: the first is taken",
    "wire.jsonl#line-4 has no text",
)
"""What is said of the articles of `SHARED` that cannot be read."""


def make(folder: Path) -> dict[str, Outcome]:
    """Write all files; what must come of each, those that this system does not allow left out."""
    folder.mkdir(parents=True)
    outcomes: dict[str, Outcome] = {}
    for name, (maker, outcome) in FILES.items():
        with suppress(OSError):  # Windows has no line ends or quotes in names
            (folder / name).write_bytes(maker())
            outcomes[name] = outcome
    for name, (maker, articles) in SHARED.items():
        (folder / name).write_bytes(maker())
        outcomes |= articles
    return outcomes | _make_what_only_some_systems_allow(folder)


def _make_what_only_some_systems_allow(folder: Path) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    with (folder / "huge.txt").open("wb") as huge:
        huge.truncate(3_000_000_000)  # takes no room on the disk, and would not fit in memory
    outcomes["huge.txt"] = Named("huge.txt has 3000 MB, more than the limit of 5 MB")
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(SECRET)
    links = {
        "link-in.txt": (folder / "plain.txt", "its article is read where it lies"),
        "link-out.txt": (outside / "secret.txt", "is a link out of the folder"),
        "link-broken.txt": (folder / "nothing.txt", "is a link to nothing"),
        "link-itself.txt": (folder / "link-itself.txt", "is a link to nothing"),
        "loop": (folder, "its articles are read where they lie"),
        "link-folder": (outside, "is a link out of the folder"),
    }
    with suppress(OSError, NotImplementedError):  # where there are no links, or not for everyone
        for name, (target, reason) in links.items():
            (folder / name).symlink_to(target)
            outcomes[name] = Named(reason)
    with suppress(OSError, AttributeError):
        os.mkfifo(folder / "pipe.txt")
        outcomes["pipe.txt"] = Named("is no regular file")
    with suppress(OSError):
        (Path(os.fsdecode(os.fsencode(folder) + b"/no-text-\xff.txt"))).write_text(TEXT)
        outcomes["no-text-\\udcff.txt"] = Named("its name is not text")
    return outcomes
