"""Which article a question means: by its number, by its file name, or by its title.

What an article may be called is told from the words alone, in English, German, Spanish,
French and Russian: "article 003", "the article about the harbour", "003_harbour.txt",
"all articles". Which file that is, the index knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.tokens import fold, words

ONE_ARTICLE = (
    r"(?:article|artikels?|artículo|articulo|стат(?:ья|ьи|ье|ью|ьей)|"
    r"story|document|text|file|dokument|datei|documento|texto|noticia|texte|fichier|"
    r"(?:текст|документ|файл)(?:а|е|у|ом)?)"
)
"""One of the articles, as a reader may call it."""
ARTICLES = (
    r"(?:articles|stories|texts|files|news items|artikeln?|texten?|"
    r"dateien|artículos|articulos|textos|noticias|textes|fichiers|"
    r"стат(?:ьи|ей|ьях|ьями)|(?:текст|файл)(?:ы|ов|ах))"
)
"""All of them. ("Documents" may be those that the articles tell of.)"""
COLLECTION = (
    r"(?:corpus|collection|index|folder|data ?set|database|archive|library|"
    r"korpus|sammlung|ordner|datenbank|archiv|bibliothek|"
    r"colección|índice|carpeta|base de datos|archivo|dossier|"
    r"индекс\w*|корпус\w*|коллекци\w+|баз\w+|папк\w+|архив\w*)"
)
"""What holds them."""

_THE = (
    r"(?:(?:the|this|that|these|those|your|our|der|die|das|den|dem|des|diese[rmns]?|im|"
    r"el|la|los|las|este|esta|estos|del|al|le|les|cet|cette|ce|ces|du|des|"
    r"эт(?:а|от|ой|ом|и|их|у))\s+|l['’])"
)
_ALL = (
    r"(?:(?:all|each|every one|all of|any of|each of|alle[nr]?|todos|toutes?|tous|все|всех|всём|"
    r"here|hier)\s+)"
)
_NUMBER_SIGN = r"(?:(?:number|no\.?|nummer|nr\.?|número|núm\.?|numéro|n[°º]\.?|номер|№|#)\s*)"
_FILE_NAME = r"[^\s?]*\w\.(?:txt|text|md|markdown|rst|html?|pdf|docx?|odt|rtf|json|csv|xml|eml)"
_NUMBER = r"(?:[\w.-]+/)*\d[\w.-]*"
_ABOUT = (
    r"(?:that (?:is|are) about|about|on|titled|entitled|headlined|called|named|"
    r"with the (?:title|headline)|über|zum thema|zu[mr]?|mit (?:dem|der) (?:titel|überschrift)|"
    r"sobre|acerca de|titulado|titulada|con el título|sur|à propos de|intitulé|"
    r"о(?:бо?)?|про|на тему|под названием|под заголовком)"
)
_QUOTED = r"[\"“„«‘'](?P<title>.+)[\"”“»’']"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_NAMED = [
    _pattern(rf"{_THE}?(?:{ONE_ARTICLE}\s+)?(?P<name>{_FILE_NAME})"),
    _pattern(rf"{_THE}?{ONE_ARTICLE}\s+{_NUMBER_SIGN}?(?P<name>{_NUMBER})"),
    _pattern(r"(?:#\s*)?(?P<name>\d{1,3}|0\d+|\d+_\w+)"),
]
_NAME_INSIDE = _pattern(
    rf"(?P<file>{_FILE_NAME})\b|"
    rf"\b{ONE_ARTICLE}\s+{_NUMBER_SIGN}?(?P<number>{_NUMBER})\b(?!\s+(?:of|der|des|de|du)\b)"
)
_TITLED = [
    _pattern(rf"{_THE}?(?:{ONE_ARTICLE}\s+)?(?:{_ABOUT}\s+)?{_QUOTED}"),
    _pattern(
        rf"{_THE}?(?:{ONE_ARTICLE}|report|piece|bericht|meldung|nota)\s+{_ABOUT}\s+(?P<title>.+)"
    ),
    _pattern(r"the\s+(?P<title>.+)\s+article"),
]
_EVERYTHING = _pattern(
    rf"{_ALL}?{_THE}*{_ALL}?{ARTICLES}|{_ALL}?{_THE}{COLLECTION}|{_THE}?(?:whole |entire "
    rf")?{COLLECTION}"
    rf"|(?:the |this |der |el |cet |)(?:article|artikel|artículo)|l['’]article|{_THE}(?:news)|the "
    r"news|"
    rf"(?:this|diese[rsn]?|este|эта|этот) {ONE_ARTICLE}|стать[яюе]|"
    r"everything|it all|alles|todo|tout|вс[её]"
)


class Named(StrEnum):
    """How a question names what it is about."""

    NAME = "name"
    """One article, by its number or its file name."""
    TITLE = "title"
    """One article, by its title, or by what it is about."""
    ALL = "all"
    """All articles that are asked about; the only one, where there is one."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An article, or all of them, as a question names them."""

    named: Named
    name: str = ""


def reference(phrase: str) -> Reference | None:
    """What articles a phrase names; None if it names something else.

    >>> reference("article 003")
    Reference(named=<Named.NAME: 'name'>, name='003')
    >>> reference("article 5 of the treaty") is None
    True
    """
    text = " ".join(phrase.split())
    for pattern in _NAMED:
        if match := pattern.fullmatch(text):
            return Reference(Named.NAME, match["name"])
    if _EVERYTHING.fullmatch(text):
        return Reference(Named.ALL)
    for pattern in _TITLED:
        if match := pattern.fullmatch(text):
            return Reference(Named.TITLE, match["title"].strip())
    return None


def name_in(question: str) -> str | None:
    """The number or file name of the article that a question speaks of, if it names one so.

    >>> name_in("Who wrote article 003?")
    '003'
    """
    match = _NAME_INSIDE.search(question)
    return match["file"] or match["number"] if match else None


def files_named(name: str, files: Sequence[str]) -> list[str]:
    """The files that go by a number or a name; the closest kind of match alone.

    A number is that at the beginning of a file's name, whatever zeros stand before it:
    "003" and "3" are both `003_harbour.txt`, but "003" is not `3.txt` if there is a `003.txt`.
    """
    if not name:
        return []
    stems = {file: _stem(file) for file in files}
    lower = name.lower()
    ways: list[Callable[[str], bool]] = [
        lambda file: file == name,
        lambda file: lower in (file.lower(), file.rpartition("/")[2].lower()),
        lambda file: lower in (file.rpartition(".")[0].lower(), stems[file].lower()),
        lambda file: _leading_number(stems[file]) == name,
        lambda file: name.isdecimal() and _same_number(_leading_number(stems[file]), name),
        lambda file: lower in stems[file].lower() and lower in _parts(stems[file]),
    ]
    for matches in ways:
        if found := [file for file in files if matches(file)]:
            return found
    return files_titled(name, files)


def files_titled(title: str, files: Sequence[str]) -> list[str]:
    """The files whose whole name, but for a number before it, is a title."""
    wanted = _normal(title)
    if not wanted or wanted.isdecimal():
        return []
    first = wanted.split()[0]
    likely = {file: _normal(_stem(file)) for file in files if first in fold(file)}
    return [
        file
        for file, stem in likely.items()
        if wanted == stem or wanted == re.sub(r"^\d+ ", "", stem)
    ]


def is_title(phrase: str, title: str) -> bool:
    """Whether a phrase is an article's title, or the beginning of one that was shortened."""
    wanted, whole = _normal(phrase), _normal(title)
    return bool(wanted) and (wanted == whole or (title.endswith("…") and wanted.startswith(whole)))


def _normal(text: str) -> str:
    """Words alone, folded; a leading "the" says nothing."""
    found = [fold(word) for part in text.split("_") for word in words(part)]
    return " ".join(found[1:] if len(found) > 1 and found[0] == "the" else found)


def _stem(file: str) -> str:
    name = file.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _parts(stem: str) -> list[str]:
    return re.split(r"[\s_-]+", stem.lower())


def _leading_number(stem: str) -> str:
    match = re.match(r"\d+", stem)
    return match.group() if match else ""


def _same_number(one: str, other: str) -> bool:
    return bool(one) and int(one) == int(other)
