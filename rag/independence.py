"""On how many independent sources an answer rests: copies and rewrites of a story are one.

What is related was found when indexing (`index.relations`); here it is only counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from index.catalog import Catalog

_MOST_NAMED = 3  # files that a note names of one story


def independence_note(files: Iterable[str], catalog: Catalog) -> str | None:
    """What to say about the independence of an answer's sources; None if there is nothing.

    An answer from one article says by its citation where it comes from: no note.

    Args:
        files: those cited, in order; repeats do not matter.
        catalog: inside `reading()`.

    Example:
        >>> independence_note(["001_a.txt", "002_b.txt"], catalog)
        '001_a.txt and 002_b.txt tell the same story: count them as one source'
    """
    cited = list(dict.fromkeys(files))
    if len(cited) < 2:
        return None
    stories = catalog.groups(cited)
    notes = [
        f"{_listed(story)} tell the same story: count them as one source"
        for story in stories
        if len(story) > 1
    ]
    if len(stories) > 1:
        notes.append(f"this answer rests on {len(stories)} independent sources")
    note = "; ".join(notes)
    return note if len(stories) < len(cited) else note.capitalize()


def _listed(files: Sequence[str]) -> str:
    """Names joined as in a sentence: "a and b", "a, b and 5 more"."""
    if len(files) > _MOST_NAMED:
        return f"{', '.join(files[: _MOST_NAMED - 1])} and {len(files) - _MOST_NAMED + 1} more"
    return f"{', '.join(files[:-1])} and {files[-1]}"
