"""What stands around an article on a page: told by its tags, its names, its links, its first words.

A page names its parts for its style sheets: "related-articles", "cookie-banner". Such a name counts
where it is all that the part is: "footer" and "article-footer" do, "footer-note" does not.
"""

from __future__ import annotations

import re
from typing import Any, Final

from index.formats.markup import TextBlock, block_element, name_of

_NAMES: Final = (
    "ads?|advert|adverts|advertisement|advertising|sponsored|outbrain|taboola|promos?|"
    "breadcrumbs?|comments?|respond|disqus|cookies?|consent|gdpr|"
    "footer|login|masthead|menu|nav|navbar|navbox|navigation|subnav|pagination|pager|skip|"
    "newsletters?|sign-up|signup|subscribe|subscription|subscriptions|modal|popup|"
    "most-read|most-popular|popular|trending|recommended|recommendations|recirculation|"
    "related|see-also|also-read|read-more|read-next|up-next|more-on|more-from|more-stories|"
    "share|shares|sharing|sharebar|social|sociable|sidebar|side-bar|tags|taglist|toolbar"
)
_PARTS: Final = (
    "active|app|area|articles?|author|banner|bar|block|body|bottom|box|boxes|btns?|buttons?|"
    "column|col|component|containers?|contents?|count|cta|default|desktop|dialog|element|embed|"
    "feed|fixed|form|grid|group|header|heading|holder|icons?|inner|items?|left|large|links?|"
    "lists?|main|media|meta|mobile|module|nav|news|notice|open|outer|overlay|panel|placement|"
    "posts?|primary|rail|reply|right|root|row|secondary|sections?|set|slot|small|sticky|stories|"
    "strip|thread|title|tools?|top|unit|widget|wrap|wrapper"
)
_NAMED = re.compile(rf"(?:^|-)(?:{_NAMES})(?:-(?:{_PARTS}|\d\w*))*$|^widgets?$")
_HASH = re.compile(r"__(?=[A-Za-z0-9_-]{4,8}$)(?=\S*\d|\S*[a-z][A-Z])\S+$")  # of CSS modules
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST_NAMES = 500  # characters of a class
_ROLES: Final = frozenset("navigation contentinfo search dialog alertdialog menu menubar".split())
_TAGS: Final = frozenset({"nav", "menu", "dialog"})
_BESIDE: Final = frozenset({"aside", "footer", "form", "fieldset"})
_FIELDS: Final = ("input", "textarea", "select")

_OPENS = re.compile(
    r"(?:related|recommended|read (?:more|also|next)\b|see also|most (?:read|popular|viewed)|"
    r"more (?:on this|from|stories|news|in)\b|up next|you (?:may|might) also|don'?t miss|"
    r"leave a (?:comment|reply)|skip to|filed under|posted in|"
    r"mehr zum thema|lesen sie auch|das könnte sie|meistgelesen|lire aussi|à lire|"
    r"sur le même sujet|leer más|lea también|te puede interesar|leggi anche|leia (?:também|mais)|"
    r"читайте также|по теме|相关(?:新闻|阅读|文章)|関連(?:記事|ニュース)|관련 ?기사)"
    r"|(?:top stories|latest news|popular(?: now| stories| posts)?|trending(?: now)?|"
    r"editors?['’]s? picks?|what to read next|keep reading|in other news|"
    r"(?:\d+ )?comments?|share(?: (?:this|on)\b.*)?|newsletter|advertisement|tags?|"
    r"sponsored|kommentare?|teilen|anzeige|commentaires?|partager|publicité|comentarios?|compartir|"
    r"publicidad|commenti|condividi|compartilhe|комментарии|поделиться|реклама)"
    r"\s*(?:\(\d+\)|\d+)?\s*(?:$|:)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:please )?(?:sign up|subscribe|follow us|join our|get (?:the|our) .{0,40}newsletter|"
    r"we (?:and our .{0,20})?use cookies|this (?:web)?site uses cookies|accept (?:all )?cookies|"
    r"all rights reserved|©|abonnieren sie|wir (?:verwenden|nutzen) cookies|abonnez-vous|"
    r"inscrivez-vous|nous utilisons des cookies|suscr[ií]bete|utilizamos cookies|iscriviti|"
    r"мы используем (?:файлы )?cookie|подпи(?:шитесь|сывайтесь))",
    re.IGNORECASE,
)
_LONGEST_ASKING = 30  # words
_SENTENCE_END = re.compile(r"[.!?…。！？．｡؟।։][\"'”’»›)\]」』]*(?:\[[^\]]{1,20}\])*\s*$")
_ANY_SENTENCE = re.compile(r"\w[.!?…]+[\"'”’»›)\]]*(?:\s|$)|\w[。！？．｡؟।։]")
_OPENING_WORDS = 8  # at most, of a line that says what stands below it
_LINKED: Final = 0.5  # of the letters: more than this is a list of links
_FEWEST_WORDS, _FEWEST_LETTERS = 3, 12
_TERSE: Final = frozenset("li dt dd tr td th caption summary h1 h2 h3 h4 h5 h6 pre".split())
"""Where a word or two may be all there is to say."""


def is_named_around(element: Any) -> bool:
    """Whether an element is by its tag, role, class or id what stands around an article."""
    if name_of(element) in _TAGS or (element.get("role") or "").lower() in _ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:_LONGEST_NAMES]
    return any(_NAMED.search(_words(name)) for name in names.split())


def is_beside(element: Any) -> bool:
    """Whether an element may hold a box of the article as well as what stands around it."""
    return name_of(element) in _BESIDE or element.get("role") == "complementary"


def asks_for_input(element: Any) -> bool:
    """Whether a form has a field to be filled in."""
    return name_of(element) == "form" and any(
        (field.get("type") or "").lower() not in ("hidden", "submit", "button", "image")
        for field in element.iter(*_FIELDS)
    )


def opens_what_stands_around(text: str) -> bool:
    """Whether a line says that what follows is no part of the article ("Most read")."""
    return len(text.split()) <= _OPENING_WORDS and bool(_OPENS.match(text.strip()))


def asks_something(text: str) -> bool:
    """Whether a short paragraph speaks to the reader of cookies, letters or rights."""
    return len(text.split()) <= _LONGEST_ASKING and bool(_ASKS.match(text.strip()))


def is_linked(letters: int, linked: int) -> bool:
    return linked > _LINKED * letters


def is_of_an_article(block: TextBlock) -> bool:
    """Whether a block that trafilatura left out reads as a part of the article it stands in."""
    text = block.text.strip()
    letters = sum(map(str.isalnum, text))
    if asks_something(text):
        return False
    ended = bool(_SENTENCE_END.search(text))
    if not ended and (is_linked(letters, block.linked) or opens_what_stands_around(text)):
        return False
    element = block_element(block.element)
    name = name_of(element)
    if name == "figcaption":
        return bool(_ANY_SENTENCE.search(text)) or _is_below_a_quotation(element)
    return (
        ended
        or name in _TERSE
        or letters >= _FEWEST_LETTERS
        or len(text.split()) >= _FEWEST_WORDS
        or any(map(str.isdigit, text))
    )


def _is_below_a_quotation(caption: Any) -> bool:
    """Such a caption says whose words they are."""
    figure = caption.getparent()
    return figure is not None and next(figure.iter("blockquote"), None) is not None


def _words(name: str) -> str:
    return (
        _HUMP.sub("-", _HASH.sub("", name)).replace("_", "-").lower().strip("-").replace("--", "-")
    )
