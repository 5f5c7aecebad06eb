"""The article of a page: where trafilatura finds it, and there all that a reader sees of it.

Trafilatura tells an article from what stands around it, but loses some of its text: what stands in
a `<div>` between paragraphs, lists and headings of pages that name no part, words marked as a time,
captions. So its words only say where the article is. What stands there is read from the page
itself, and left out of it is what the page names, links or words as something else (`around`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from index.formats.around import (
    asks_for_input,
    asks_something,
    is_beside,
    is_linked,
    is_named_around,
    is_of_an_article,
    opens_what_stands_around,
)
from index.formats.extracted import letters_of
from index.formats.markup import TextBlock, block_element, blocks_of, name_of

_SHARE_OF_PLACE: Final = 0.9  # of the letters found, that the element of the article holds
_SHARE_KNOWN: Final = 0.5  # of the letters found, that must be found again in the page
_SHORT = 16  # letters: shorter blocks are found again only as a whole
_LONG = 40  # letters: shorter blocks may stand in a menu too
_MOST_LOOKED_THROUGH: Final = 300_000_000  # letters, for blocks that trafilatura cut or joined
_HEADINGS: Final = frozenset("h1 h2 h3 h4 h5 h6".split())
_LEAVES: Final = _HEADINGS | frozenset("p li dt dd td th tr pre blockquote figcaption".split())
_ABOVE: Final = 40  # blocks between a headline and the text below it
_BETWEEN: Final = 12  # of them, that stand outside the element of the article


def article_blocks(tree: Any, found: Sequence[str], title: str) -> list[str]:
    """The blocks of the article, in the order of the page.

    Args:
        tree: of the page.
        found: the blocks that trafilatura has found.
        title: of the article.
    """
    blocks = blocks_of(tree)
    keys = [letters_of(block.text) for block in blocks]
    known = _known(blocks, keys, found)
    sure = sum(len(key) for key, is_known in zip(keys, known, strict=True) if is_known)
    if sure < max(1, _SHARE_KNOWN * sum(len(letters_of(text)) for text in found)):
        return list(found)  # it may have read the text of a script
    page = _Page(blocks, keys, known)
    kept = page.kept(letters_of(title))
    return [block.text for block, is_kept in zip(blocks, kept, strict=True) if is_kept]


def _known(blocks: Sequence[TextBlock], keys: Sequence[str], found: Sequence[str]) -> list[bool]:
    """Of each block, whether its letters are among those that were found.

    A few words of a menu may well stand in a sentence too.
    """
    whole = {letters_of(text) for text in found}
    joined = "\n".join(letters_of(text) for text in found)
    left = _MOST_LOOKED_THROUGH
    around: dict[Any, bool] = {}
    known: list[bool] = []
    for block, key in zip(blocks, keys, strict=True):
        is_linking = is_linked(len(key), block.linked)
        is_known = bool(key) and key in whole
        if not is_known and len(key) >= _SHORT and left > 0:
            left -= len(joined)
            is_known = key in joined
        if is_known and (is_linking or len(key) < _LONG):
            is_known = not _stands_around(block.element, around)
        known.append(is_known)
    return known


def _stands_around(element: Any, said: dict[Any, bool]) -> bool:
    """Whether an element, or one that holds it, is named as what stands around an article.

    Args:
        element: of the page.
        said: the answers so far.
    """
    chain: list[Any] = []
    while element is not None and element not in said:
        chain.append(element)
        element = element.getparent()
    answer = element is not None and said[element]
    for one in reversed(chain):
        answer = answer or is_named_around(one)
        said[one] = answer
    return answer


class _Page:
    """The blocks of a page, and which of them are known to be of the article."""

    def __init__(
        self, blocks: Sequence[TextBlock], keys: Sequence[str], known: Sequence[bool]
    ) -> None:
        self._blocks = blocks
        self._keys = keys
        self._known = known
        self._holders = self._weigh()
        self._parts: dict[Any, tuple[Any, bool, bool]] = {}
        self._inside: dict[Any, bool] = {}

    def kept(self, title: str) -> list[bool]:
        """Of each block, whether it is of the article."""
        first, last, end, is_open = self._reach(title)
        linked = self._linked_parts(first, end)
        kept = [
            is_known and (first <= i < end or not asks_something(self._blocks[i].text))
            for i, is_known in enumerate(self._known)
        ]
        for i in range(first, end):
            block = self._blocks[i]
            if self._known[i]:
                continue
            part, is_around, is_beside_it = self._part_of(block.element)
            if is_around or part in linked or (is_beside_it and i > last):
                wrong = True
            else:
                wrong = not is_of_an_article(block)
            heading = name_of(block_element(block.element)) in _HEADINGS
            if i > last and wrong and (is_open or heading):
                break
            kept[i] = not wrong
        self._drop_cards(kept, first)
        self._drop_headings_of_nothing(kept, first)
        return kept

    def _weigh(self) -> dict[Any, int]:
        """The elements that hold known blocks, and how many letters of them."""
        holders: dict[Any, int] = {}
        for block, key, is_known in zip(self._blocks, self._keys, self._known, strict=True):
            if is_known:
                element = block_element(block.element)
                while element is not None:
                    holders[element] = holders.get(element, 0) + len(key)
                    element = element.getparent()
        return holders

    def _place(self) -> Any:
        """The innermost element that holds nearly all of what is known, or the article around."""
        enough = _SHARE_OF_PLACE * max(self._holders.values())
        # Of these, each holds the next: more than half of the same letters is in all of them.
        holding = [element for element, weight in self._holders.items() if weight >= enough]
        place = max(holding, key=lambda element: sum(1 for _ in element.iterancestors()))
        around = (
            place if name_of(place) == "article" else next(place.iterancestors("article"), None)
        )
        if around is None and name_of(place) in _LEAVES and place.getparent() is not None:
            return place.getparent()
        return place if around is None else around

    def _reach(self, title: str) -> tuple[int, int, int, bool]:
        """From which block the article goes, its last known block, to where it may go on, and
        whether other things than the article may follow in the same element."""
        place = self._place()
        inside = [i for i, block in enumerate(self._blocks) if self._is_in(block.element, place)]
        known = [i for i in inside if self._known[i]]
        first, last = known[0], known[-1]
        headline = self._headline(title, first)
        is_open = name_of(place) in ("body", "html", "main", "form")
        begin = first if is_open else inside[0]
        if headline is not None and headline >= inside[0] - _BETWEEN:
            begin = headline
        return min(begin, first), last, inside[-1] + 1, is_open

    def _is_in(self, element: Any, place: Any) -> bool:
        known = self._inside
        chain: list[Any] = []
        while element is not None and element not in known:
            chain.append(element)
            if element is place:
                break
            element = element.getparent()
        answer = element is place or (element is not None and known[element])
        for one in chain:
            known[one] = answer
        return answer

    def _headline(self, title: str, first: int) -> int | None:
        """The last heading above the text that says the title, else the last of the first rank."""
        above = range(first, max(-1, first - _ABOVE), -1)
        names = {i: name_of(block_element(self._blocks[i].element)) for i in above}
        same = [i for i in above if title and self._keys[i] == title and names[i] in _HEADINGS]
        first_rank = [i for i in above if names[i] == "h1"]
        return next(iter(same or first_rank), None)

    def _part_of(self, element: Any) -> tuple[Any, bool, bool]:
        """The largest part of the page around an element that holds nothing known; whether it is
        told to stand around the article, and whether it stands beside it."""
        chain: list[Any] = []
        while element is not None and element not in self._parts and element not in self._holders:
            chain.append(element)
            element = element.getparent()
        part, is_around, is_beside_it = self._parts.get(element, (None, False, False))
        for one in reversed(chain):
            part = one if part is None else part
            is_around = is_around or is_named_around(one) or asks_for_input(one)
            is_beside_it = is_beside_it or is_beside(one)
            self._parts[one] = (part, is_around, is_beside_it)
        return part, is_around, is_beside_it

    def _linked_parts(self, first: int, end: int) -> set[Any]:
        """The parts without anything known that are mostly links."""
        sums: dict[Any, list[int]] = {}
        for i in range(first, end):
            if not self._known[i]:
                part = self._part_of(self._blocks[i].element)[0]
                numbers = sums.setdefault(part, [0, 0, 0])
                numbers[0] += len(self._keys[i])
                numbers[1] += self._blocks[i].linked
                numbers[2] += 1
        return {
            part
            for part, (letters, linked, count) in sums.items()
            if part is not None and count > 1 and is_linked(letters, linked)
        }

    def _drop_cards(self, kept: list[bool], first: int) -> None:
        """What stands below "Read more": titles that are links, each with a line about it."""
        is_open, card = False, None
        for i in range(first, len(kept)):
            block = self._blocks[i]
            element = block_element(block.element)
            if opens_what_stands_around(block.text):
                is_open, card = name_of(element) in _HEADINGS, None
            elif is_open and is_linked(len(self._keys[i]), block.linked):
                kept[i] = False
                card = element.getparent() if name_of(element) in _HEADINGS else None
                if card is not None and name_of(card) == "a":
                    card = card.getparent()
            elif is_open and card is not None and card in element.iterancestors():
                # The line stands with the title, and nothing else that is known does.
                both = len(self._keys[i - 1]) + len(self._keys[i])
                kept[i] = kept[i] and self._holders.get(card, 0) > both
                card = None
            else:
                is_open, card = False, None

    def _drop_headings_of_nothing(self, kept: list[bool], first: int) -> None:
        """Headings below which nothing was kept: of known ones, those of what stands around."""
        for i in range(len(kept) - 1, first - 1, -1):
            block = self._blocks[i]
            if kept[i] and name_of(block_element(block.element)) in _HEADINGS:
                is_sure = self._known[i] and not opens_what_stands_around(block.text)
                kept[i] = is_sure or (i + 1 < len(kept) and kept[i + 1])
