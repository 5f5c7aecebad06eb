"""The fixed list of remarks: all that an answer may say in words of its own.

Remarks are uncited, and repeated in `Answer.notes`. None ends in a full stop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.claims import Remark


def not_answered(part: str) -> Remark:
    """A part of the question that the articles do not answer."""
    return Remark(f"Not said in the articles: {part.rstrip(' ?？¿')}")


def compared(one: str, other: str) -> Remark:
    """In which order the two sides of a comparison are quoted."""
    return Remark(f"First on {one}, then on {other}")


# -- which articles there are ----------------------------------------------------------

_MOST_LISTED = 10  # files that a remark names
_TITLE_CHARACTERS = 60


def articles_counted(count: int) -> Remark:
    """How many articles there are."""
    return Remark(_there_are(count))


def articles_listed(titles: Mapping[str, str], count: int) -> Remark:
    """Which articles there are: the first of them by file and title, and how many in all."""
    return Remark(f"{_there_are(count)}: {_list(titles, count)}" if count else _there_are(0))


def articles_quoted(count: int, quoted: int) -> Remark:
    """How many articles there are, and how many of them an overview of all quotes."""
    are = "is" if quoted == 1 else "are"
    return Remark(f"{_there_are(count)}; {quoted} of them {are} quoted")


def no_such_article(name: str, files: Sequence[str]) -> Remark:
    """No file goes by that number or name."""
    listed = _list(dict.fromkeys(files, ""), len(files))
    return Remark(f"There is no article {_quoted(name)}; the articles are {listed}")


def several_such_articles(name: str, files: Sequence[str]) -> Remark:
    """More than one file goes by that number or name."""
    listed = _list(dict.fromkeys(files, ""), len(files))
    return Remark(f"More than one article is called {_quoted(name)}: {listed}")


def mentioned_in(what: str, titles: Mapping[str, str], count: int) -> Remark:
    """The articles that use a word or a name, of `count` in all."""
    return Remark(f"{_quoted(what)} is mentioned in {_share(titles, count)}")


def not_mentioned_in(what: str, titles: Mapping[str, str], count: int) -> Remark:
    """The articles that do not use a word or a name, of `count` in all."""
    return Remark(f"{_quoted(what)} is not mentioned in {_share(titles, count)}")


def told_of_in(titles: Mapping[str, str], count: int) -> Remark:
    """The articles that tell of what was asked about in other words, of `count` in all."""
    return Remark(f"This is told of in {_share(titles, count)}")


def signed(authors: Mapping[str, str], count: int) -> Remark:
    """The articles with a byline, and whose it is, of `count` in all."""
    return Remark(f"There is a byline in {_share(authors, count)}")


def extreme_article(which: str, file: str, title: str, characters: int) -> Remark:
    """The longest or the shortest article."""
    named = _list({file: title}, 1)
    return Remark(f"The {which} article is {named}, with {characters:,} characters")


def _quoted(words: str) -> str:
    """Words of the question, in quotation marks."""
    bare = words.strip("\"“”„«»‘’' ")
    return f"“{_shorten(bare)}”"


def _there_are(count: int) -> str:
    return f"There is {count} article" if count == 1 else f"There are {count:,} articles"


def _share(found: Mapping[str, str], count: int) -> str:
    share = f"{len(found):,} of {count:,} article{'' if count == 1 else 's'}"
    return f"{share}: {_list(found, len(found))}" if found else share


def _list(titles: Mapping[str, str], count: int) -> str:
    """Files with their titles, the first of them, and how many more there are."""
    shown = [
        f"{file} ({_shorten(title)})" if title else file
        for file, title in list(titles.items())[:_MOST_LISTED]
    ]
    more = count - len(shown)
    return "; ".join([*shown, f"and {more:,} more"] if more > 0 else shown)


def _shorten(title: str) -> str:
    if len(title) <= _TITLE_CHARACTERS:
        return title.rstrip(".")
    return title[:_TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(",;:–—-….") + "…"


def sources_differ(one: str, other: str) -> Remark:
    """Two who say different things: speakers, or files where the text names no speaker."""
    return Remark(f"The sources differ: {one} and {other}")


def premise_contradicted() -> Remark:
    """A question that takes something for granted which the articles say is not so."""
    return Remark("The articles say otherwise than the question assumes")
