"""Web pages: all that a reader sees of the article, and nothing of what stands around it."""

from __future__ import annotations

import time

import pytest
from lxml import html as lxml_html

from index.dates import parse_date
from index.formats.around import is_named_around
from index.formats.extracted import Extracted
from index.formats.html import from_page
from index.paragraphs import split_paragraphs

TOWNS = "Balti Cahul Comrat Drochia Edinet Falesti Glodeni Hincesti Orhei Soroca".split()
TEXT = [
    f"In the {town} district the outages lasted for {n} hours, and {n + 9} schools were closed, "
    "the mayor of the town told a local station in an interview."
    for n, town in enumerate(TOWNS, 2)
]
FACT = "The bridge will be 312 metres long and cost 41 million euros, the engineer said."
CARDS = "".join(
    f'<li><a href="/{n}">{title}</a></li>'
    for n, title in enumerate(["Storm closes Alpine passes", "A second pipeline across the Prut"])
)


def ps(*texts: str) -> str:
    return "".join(f"<p>{text}</p>\n" for text in texts)


def read(body: str, *, title: str = "Bridge over the Prut", head: str = "") -> Extracted:
    return from_page(f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>")


def paragraphs(found: Extracted) -> list[str]:
    return [found.text[p.start : p.end] for p in split_paragraphs(found.text)]


def article(*parts: str) -> str:
    """Paragraphs with these parts among them."""
    return f"<article><h1>Bridge over the Prut</h1>{ps(*TEXT[:8])}{''.join(parts)}{ps(*TEXT[8:])}"


def inner(body: str, **facts: str) -> list[str]:
    """What stands in the page between the paragraphs of `article`."""
    found = paragraphs(read(body, **facts))
    assert found[0] == "Bridge over the Prut"
    assert found[1:9] == TEXT[:8]
    assert found[-2:] == TEXT[8:]
    return found[9:-2]


# -- what is kept --------------------------------------------------------------------------


def test_words_marked_within_a_sentence_stay_in_it() -> None:
    said = (
        'The council voted on <time datetime="2026-01-05">Monday</time> and votes again on '
        "<output>3 February</output>, <label>as planned</label>, when "
        "<math><mi>x</mi><mo>=</mo><mn>2</mn></math>, <cite>Edith Crane</cite> said."
    )
    words = (
        "The council voted on Monday and votes again on 3 February, as planned, when x=2, "
        "Edith Crane said."
    )
    assert inner(article(ps(said))) == [words]
    last = read(f"<article><h1>Vote</h1>{ps(*TEXT, said)}</article>")
    assert paragraphs(last)[-1] == words


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (f"<div>{FACT}</div>", [FACT]),
        (f'<div class="pullquote"><div>{FACT}</div><div>Ana Lupu, keeper</div></div>', None),
        (f'<aside class="factbox"><h3>In figures</h3><div>{FACT}</div></aside>', None),
        (f'<p class="teaser">{FACT}</p>', [FACT]),
        (f'<div class="footer-note"><p>{FACT}</p></div>', [FACT]),
        (f"<section>{FACT}</section>", [FACT]),
        (f"<form><fieldset>{FACT}</fieldset></form>", [FACT]),
        ("<dl><dt>Length</dt><dd>312 m</dd></dl>", ["Length", "312 m"]),
        ("<h2>And then?</h2><ul><li>One</li><li>Two</li></ul>", ["And then?", "One", "Two"]),
        (f"<figure><img src=a><figcaption>{FACT}</figcaption></figure>", [FACT]),
        ("<figure><img src=a><figcaption>The bridge by night</figcaption></figure>", []),
        (
            f"<figure><blockquote>{FACT}</blockquote><figcaption>Ana Lupu</figcaption></figure>",
            [FACT, "Ana Lupu"],
        ),
        ("<p>No.</p><div>He left.</div>", ["No.", "He left."]),
    ],
)
def test_text_of_the_article_is_kept_whatever_it_stands_in(
    part: str, expected: list[str] | None
) -> None:
    found = inner(article(part))
    assert found == expected if expected is not None else FACT in found


@pytest.mark.parametrize(
    "opening", ["<div class='css-1x'><div class='css-2y'>", "<div id=app>", ""]
)
def test_a_page_that_names_no_part_loses_nothing_of_its_article(opening: str) -> None:
    lead = "The loan is the largest that the country ever took, and the poorest pay for it."
    body = (
        f"{opening}<h1>Bridge over the Prut</h1><h2>{lead}</h2>{ps(*TEXT[:6])}"
        "<h2>Where is the seal kept?</h2><p>In a safe, behind two doors of steel.</p>"
        f"<dl><dt>Weight</dt><dd>4.2 kilograms</dd></dl>{ps(*TEXT[6:])}<div>{FACT}</div>"
        "<ul><li>Its keeper since 2019 is Ana Lupu.</li><li>It is made of bronze.</li></ul>"
    )
    assert paragraphs(read(body)) == [
        "Bridge over the Prut",
        lead,
        *TEXT[:6],
        "Where is the seal kept?",
        "In a safe, behind two doors of steel.",
        "Weight",
        "4.2 kilograms",
        *TEXT[6:],
        FACT,
        "Its keeper since 2019 is Ana Lupu.",
        "It is made of bronze.",
    ]


def test_an_introduction_above_the_text_is_kept() -> None:
    intro = "Brussels lends Chisinau 2.4 billion euros for pylons and substations."
    body = (
        '<main><header><div class="kicker"><a href="/p">Politics</a></div><h1>Loan agreed</h1>'
        f'<div class="standfirst">{intro}</div></header><div class="body">{ps(*TEXT)}</div></main>'
    )
    assert paragraphs(read(body, title="Loan agreed")) == ["Loan agreed", intro, *TEXT]


def test_a_page_in_a_form_is_read() -> None:
    short = f"<form id=f><input type=hidden><h1>Loan agreed</h1><p>{TEXT[0]}</p><div>{FACT}</div>"
    assert paragraphs(read(short, title="Loan agreed")) == ["Loan agreed", TEXT[0], FACT]


@pytest.mark.parametrize(
    "opening", ["<body style='visibility: hidden'>", "<body><div hidden id=app>", "<body hidden>"]
)
def test_a_page_that_a_script_shows_is_read(opening: str) -> None:
    page = f"<html style='display:none'><title>Bridge</title>{opening}{article()}"
    assert paragraphs(from_page(page)) == ["Bridge over the Prut", *TEXT]


# -- what is left out ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    [
        f'<aside class="related"><h3>Read more</h3><ul>{CARDS}</ul></aside>',
        f'<div class="css-9"><h3>Related</h3><ul>{CARDS}</ul></div>',
        f"<h3>Most read</h3><ul>{CARDS}</ul>",
        '<div class="newsletter-signup"><p>Our letter First Edition comes every day.</p></div>',
        '<div class="css-8">Sign up to our newsletter and never miss a story.</div>',
        '<div id="cookie-banner"><p>We use cookies to make this site work for you.</p></div>',
        '<div class="Share_root__3xYz2"><span>Share this article on</span></div>',
        '<div class="sharedaddy"><h3>Share this:</h3><ul><li><a>X</a></li></ul></div>',
        "<div><button>Save</button><span>Share</span></div>",
        '<div class="css-7"><h2>More from Politics</h2><div><a href="/x"><h3>A storm</h3></a>'
        "<p>Thousands of skiers spent the night in gyms after avalanches cut off three valleys.</p>"
        '</div><div><h3><a href="/y">A pipeline</a></h3><p>Bucharest wants to double the gas that '
        "it sells to its neighbour by the year 2028.</p></div></div>",
        "<nav><p>You are here: the world, and in it Moldova.</p></nav>",
        '<form><p>Your address will never be published.</p><input type="email"></form>',
        "<p hidden>No reader ever sees this sentence on the page.</p>",
        '<div style="display: none"><p>No reader ever sees this sentence.</p></div>',
    ],
)
def test_what_stands_among_the_paragraphs_but_is_no_article_is_left_out(part: str) -> None:
    assert inner(article(part)) == []


def test_a_notice_above_the_article_is_left_out_though_no_name_says_what_it_is() -> None:
    notice = "We use cookies to give you the best of our site, and you can refuse them here."
    body = (
        f'<div class="css-1"><p>{notice}</p><button>OK</button></div>'
        f'<div class="css-2"><h1>Bridge over the Prut</h1>{ps(*TEXT)}</div>'
    )
    assert paragraphs(read(body))[1:] == TEXT


def test_a_paragraph_below_a_list_of_links_is_kept() -> None:
    for links in (f"<ul>{CARDS}</ul>", '<h4><a href="/x">Storm closes Alpine passes</a></h4>'):
        assert inner(article(f"<h3>Read more</h3>{links}{ps(FACT)}")) == [FACT]


def test_what_follows_the_article_is_left_out() -> None:
    around = (
        '<section class="comments"><h2>Comments (2)</h2><div class="comment"><p>Great, more of '
        "our taxes wasted abroad again, says Bob from Leeds.</p></div></section>"
        f'<section class="most-read"><h2>Most read</h2><ol>{CARDS}</ol></section>'
        "<footer><p>© 2026 The Daily Post. All rights reserved.</p></footer>"
    )
    for opening, closing in (("<main><article>", "</article>"), ("<div id=app>", ""), ("", "")):
        body = (
            f"{opening}<h1>Bridge over the Prut</h1>{ps(*TEXT)}<div>{FACT}</div>{closing}{around}"
        )
        assert paragraphs(read(body))[1:] == [*TEXT, FACT]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("related-articles", True),
        ("c-relatedArticles__list", True),
        ("Newsletter_box__a1B2c", True),
        ("article-footer large", True),
        ("widget widget_recent", True),
        ("related-text", False),
        ("footer-note", False),
        ("elementor-widget elementor-widget-text-editor", False),
        ("shareholders", False),
        ("adage", False),
    ],
)
def test_names_say_what_stands_around_where_they_are_all_that_a_part_is(
    names: str, expected: bool
) -> None:
    assert is_named_around(lxml_html.fromstring(f'<div class="{names}">x</div>')) is expected


# -- paragraphs ----------------------------------------------------------------------------


def test_two_line_breaks_end_a_paragraph_and_one_does_not() -> None:
    one, two, three = TEXT[:3]
    body = f"<article><h1>Loan</h1><p>{one}<br/> <br/>{two}</p><p>{three}<br>{FACT}</p></article>"
    assert paragraphs(read(body, title="Loan")) == ["Loan", one, two, f"{three} {FACT}"]


@pytest.mark.parametrize("between", ["<br><br>", "<p>"])
def test_a_table_that_lays_out_the_page_gives_paragraphs(between: str) -> None:
    body = (
        '<table width="760"><tr><td width="120"><a href="a">Home</a><br><a href="b">Archive</a>'
        f"</td><td><b>Bridge over the Prut</b>{between}{between.join(TEXT)}</td></tr></table>"
    )
    assert paragraphs(read(body))[-10:] == TEXT
    one_column = f"<table><tr><td>{ps(*TEXT[:3])}</td></tr></table>"
    assert paragraphs(read(one_column))[-3:] == TEXT[:3]


def test_a_row_of_data_is_a_paragraph_its_cells_and_their_blocks_apart() -> None:
    table = (
        "<table><tr><th>Party</th><th>Seats<br>2025</th></tr><tr><td>PAS<br>(Sandu)</td>"
        "<td>55</td></tr><tr><td><p>BEP</p><p>(Dodon)</p></td>"
        "<td><ul><li>26</li><li>of 101</li></ul></td></tr></table>"
    )
    rows = ["Party | Seats 2025", "PAS (Sandu) | 55", "BEP (Dodon) | 26 of 101"]
    assert inner(article(table)) == rows


def test_items_within_items_are_paragraphs_of_their_own() -> None:
    items = (
        f"<ul><li><p>First point.</p><p>{FACT}</p></li><li>Second point<ul><li>about pylons</li>"
        "<li>about cables</li></ul></li></ul>"
    )
    assert inner(article(items)) == [
        "First point.",
        FACT,
        "Second point",
        "about pylons",
        "about cables",
    ]


def test_words_for_programs_that_read_aloud_are_no_part_of_a_sentence() -> None:
    said = (
        'The <a href="/t">treaty<span class="sr-only"> (opens in a new window)</span></a> says '
        '<span class="katex"><span class="katex-mathml"><math><mi>x</mi><annotation>\\x'
        '</annotation></math></span><span class="katex-html" aria-hidden="true">x</span></span>.'
    )
    heading = '<h2>Terms<span class="mw-editsection">[<a href="/e">edit</a>]</span></h2>'
    assert inner(article(heading, ps(said))) == ["Terms", "The treaty says x."]


def test_how_a_word_is_said_is_no_part_of_the_sentence() -> None:
    said = "<ruby>財務相<rp>(</rp><rt>ざいむしょう</rt><rp>)</rp></ruby>は条約に署名したと述べた。"
    assert inner(article(ps(said))) == ["財務相は条約に署名したと述べた。"]


# -- dates, titles, authors ----------------------------------------------------------------

PUBLISHED = '{"@type": ["NewsArticle"], "datePublished": "2026-01-06T23:30:00-05:00"}'
RELATED = '{"@type": "WebPage", "datePublished": "2020-01-01"}'


@pytest.mark.parametrize(
    ("head", "above", "expected"),
    [
        (f'<script type="application/ld+json">[{RELATED}, {PUBLISHED}]</script>', "", "2026-01-06"),
        (f'<script type="application/ld+json">{PUBLISHED},}}</script>', "", "2026-01-06"),
        ('<meta property="article:published_time" content="2026-01-06T01:00Z">', "", "2026-01-06"),
        ('<meta name="DC.date.issued" content="2026-01-06">', "", "2026-01-06"),
        ("", '<time itemprop="datePublished" datetime="2026-01-06">x</time>', "2026-01-06"),
        ("", '<p>Posted <time datetime="2026-01-06T18:22">on Tuesday</time></p>', "2026-01-06"),
        ('<meta name="date" content="6 January 2026">', "", "2026-01-06"),
        ('<meta name="date" content="06/01/2026">', "", ""),
        ("", '<span class="published">06/01/2026</span>', ""),
        ('<meta property="article:modified_time" content="2026-01-09">', "", ""),
        ('<meta property="og:updated_time" content="2026-01-09">', "", ""),
        ("", '<p>Updated <time datetime="2026-01-09">on Friday</time></p>', ""),
        ("", f'<p>{FACT} It opens on <time datetime="2026-02-03">3 February</time>.</p>', ""),
        ("", f'<p>Open since <time datetime="1931-06-14">14 June 1931</time>, {TEXT[0]}</p>', ""),
        ("", "", ""),
    ],
)
def test_a_date_is_what_the_page_states_as_that_of_publication(
    head: str, above: str, expected: str
) -> None:
    related = '<div class="related"><time datetime="2025-11-30">30 Nov</time><a>Other</a></div>'
    body = f"<article><h1>Loan agreed</h1>{above}{ps(*TEXT)}</article>{related}"
    day = parse_date(read(body, title="Loan", head=head).date)
    assert (day.isoformat() if day else "") == expected


@pytest.mark.parametrize(
    "logo", ["<header><h1>The Daily Post</h1></header>", "<h1>The Daily Post</h1>"]
)
def test_the_name_of_the_site_is_no_title(logo: str) -> None:
    body = f"{logo}<article><h2>Loan agreed after long night</h2>{ps(*TEXT)}</article>"
    found = read(body, title="Loan agreed after long night - The Daily Post")
    assert found.title == "Loan agreed after long night"
    assert paragraphs(found) == ["Loan agreed after long night", *TEXT]


def test_a_title_that_is_a_heading_further_down_is_not_put_above() -> None:
    body = f"<div>{ps(*TEXT)}<h2>Also today</h2><p>{FACT}</p></div>"
    found = from_page(f"<html><body>{body}</body></html>")
    assert paragraphs(found) == [*TEXT, "Also today", FACT]


def test_a_title_that_stands_before_a_section_stays() -> None:
    body = f"<article><h1>Loan agreed</h1>{ps(*TEXT)}<h2>Politics</h2><p>{FACT}</p></article>"
    assert read(body, title="Loan agreed | Politics").title == "Loan agreed"


def test_a_day_beside_the_author_is_no_part_of_the_name() -> None:
    above = '<p class="byline">By John Carter | Jan. 6, 2026 6:22 pm ET</p>'
    assert read(f"<article><h1>Loan</h1>{above}{ps(*TEXT)}</article>").author == "John Carter"


def test_the_address_of_a_page_is_the_one_from_which_a_browser_saved_it() -> None:
    saved = "<!-- saved from url=(0033)https://dailypost.example/2026/01 -->"
    page = f"<!DOCTYPE html>\n{saved}\n<html><body>{article()}</body></html>"
    assert from_page(page).url == "https://dailypost.example/2026/01"


# -- bounds --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "<p>" + "<time datetime=2026-01-01>x</time>" * 20_000,
        "<table><tr><td>a<td>" * 100 + ps(*TEXT * 200),
        "<table>" + "<tr><td><div>x</div><td><div>" * 3000 + TEXT[0],
        "".join(f"<p>{FACT}{n}</p><div>{FACT}{n}</div>" for n in range(5000)),
        "<ul><li>a" * 20_000 + TEXT[0],
        '<script type="application/ld+json">' + "[" * 200_000 + "</script>" + ps(*TEXT),
        "".join(f'<div class="{"nav-" * 120}x">{FACT}{n}</div>' for n in range(3000)),
    ],
    ids=["times", "tables", "rows", "paragraphs", "items", "json", "names"],
)
def test_pages_made_to_be_slow_are_not(body: str) -> None:
    started = time.process_time()
    read(body)
    assert time.process_time() - started < 8
