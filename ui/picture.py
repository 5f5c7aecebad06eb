"""A picture of the corpus: its articles over time, or by subject where few are dated.

By subject means: the mean of the vectors of an article's first sentences, projected onto the
two directions in which the articles differ most (principal component analysis; Pearson, "On
lines and planes of closest fit to systems of points in space", 1901). Articles that are one
source are joined by a line. All of it is inline SVG made of escaped text; the table beside
it says the same in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.catalog import ArticleRow, Catalog, Relation
from index.rewrites import LEAD
from index.store import Index
from ui.escape import attributes, escape
from ui.signs import count

MAX_DRAWN: Final = 1500  # articles
_MAX_LABELS: Final = 40
_DATED: Final = 0.5  # share of the articles with a date, from which on time tells more
_WIDTH, _HEIGHT, _MARGIN = 640, 440, 50
_CHARACTER: Final = 6.6  # width of a letter of a label, about
_LINE: Final = 15  # height of a label
_STEP: Final = 8.0  # along a line, between two points that labels keep off
_LONGEST: Final = 34  # characters of a label
_RADIUS: Final = 6

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dot:
    """An article in the picture: `x` from the left and `y` from the top, each from 0 to 1."""

    row: ArticleRow
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn; `ticks` are the marks of the time axis, none if it is by subject."""

    dots: tuple[Dot, ...]
    links: tuple[Relation, ...]
    ticks: tuple[tuple[float, str], ...] = ()
    nearest: Mapping[str, str] | None = None
    """File → the file nearest to it by subject."""


def take_picture(index: Index) -> Picture:
    """The picture of what is indexed, of at most `MAX_DRAWN` articles, evenly chosen."""
    with index.reading():
        rows = index.catalog.articles()
        links = index.catalog.relations()
        step = -(-len(rows) // MAX_DRAWN) or 1
        rows = rows[::step]
        vectors = _vectors(index, rows)
    shown = {row.file for row in rows}
    return arrange(
        rows, vectors, [link for link in links if link.file_a in shown and link.file_b in shown]
    )


def arrange(
    rows: Sequence[ArticleRow],
    vectors: Mapping[str, NDArray[np.float32]],
    links: Sequence[Relation],
) -> Picture:
    """Where each article goes.

    Args:
        rows: the articles.
        vectors: file → a vector of shape (dimensions,), of those that have one.
        links: pairs of articles that are one source.
    """
    placed = _project(rows, vectors)
    nearest = _nearest(rows, vectors)
    days = {row.file: day for row in rows if (day := _day(row.date)) is not None}
    first, last = min(days.values(), default=0), max(days.values(), default=0)
    if len(days) < _DATED * len(rows) or first == last:
        dots = tuple(Dot(row, *placed[row.file]) for row in rows)
        return Picture(dots, tuple(links), nearest=nearest)
    span = last - first
    dots = tuple(
        Dot(row, (days[row.file] - first) / span, placed[row.file][0])
        for row in rows
        if row.file in days
    )
    dated = tuple(link for link in links if link.file_a in days and link.file_b in days)
    return Picture(dots, dated, _ticks(first, last), nearest)


def draw(picture: Picture) -> str:
    """The picture as HTML: a figure of inline SVG, and the table that says the same."""
    if not picture.dots:
        return '<p class="hint">There is no article to draw.</p>'
    over_time = bool(picture.ticks)
    what = "over time" if over_time else "by subject"
    dots = count(len(picture.dots), "article")
    copies = f" {count(len(picture.links), 'pair')} of copies or rewrites joined." * bool(
        picture.links
    )
    told = (
        "From left to right by date; nearer in height means nearer in subject."
        if over_time
        else "Nearer means nearer in subject."
    )
    return (
        '<figure class="picture"><div class="wide" tabindex="0" role="region" '
        f'aria-label="Picture of the articles"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f"{attributes({'aria-label': f'{dots} {what}. The table below says the same.'})}>"
        f"{_axis(picture.ticks)}{_links(picture)}{_dots(picture)}{_labels(picture)}</svg></div>"
        f"<figcaption>{told}{copies} Choose a dot to open its article.</figcaption></figure>"
        f"{_table(picture)}"
    )


# -- where things go -----------------------------------------------------------------------


def _vectors(index: Index, rows: Sequence[ArticleRow]) -> dict[str, NDArray[np.float32]]:
    """File → the mean of the vectors of its first sentences."""
    found: dict[str, NDArray[np.float32]] = {}
    catalog: Catalog = index.catalog
    for gist in catalog.gists():
        if gist.lead:
            lead = np.frombuffer(gist.lead, "<f4").reshape(LEAD, -1)
            found[gist.file] = lead.mean(axis=0, dtype=np.float32)
    # Articles of a few sentences are compared by their words alone.
    others = [row.file for row in rows if row.file not in found]
    first = catalog.first_chunks(others)
    vectors = index.vectors_of(first)
    return found | {chunk.file: vectors[chunk.key] for chunk in first if chunk.key in vectors}


def _project(
    rows: Sequence[ArticleRow], vectors: Mapping[str, NDArray[np.float32]]
) -> dict[str, tuple[float, float]]:
    """File → its place by subject; those without a vector are in the middle."""
    files = [row.file for row in rows if row.file in vectors]
    placed = {row.file: (0.5, 0.5) for row in rows}
    if len(files) < 2:
        return placed
    points = np.stack([vectors[file] for file in files]).astype(np.float64)
    points -= points.mean(axis=0)
    _, _, directions = np.linalg.svd(points, full_matrices=False)
    for place, direction in enumerate(directions[:2]):
        # A direction has no sign of its own: the largest of its numbers is made positive.
        directions[place] = direction * np.sign(direction[np.abs(direction).argmax()] or 1.0)
    flat: Points = points @ directions[:2].T
    if flat.shape[1] < 2:
        flat = np.column_stack([flat, np.zeros(len(files))])
    low, span = flat.min(axis=0), np.ptp(flat, axis=0)
    flat = np.where(span > 1e-9, (flat - low) / np.where(span > 1e-9, span, 1.0), 0.5)
    return placed | {file: (float(x), float(y)) for file, (x, y) in zip(files, flat, strict=True)}


def _nearest(
    rows: Sequence[ArticleRow], vectors: Mapping[str, NDArray[np.float32]]
) -> dict[str, str]:
    files = [row.file for row in rows if row.file in vectors]
    if len(files) < 2:
        return {}
    points = np.stack([vectors[file] for file in files])
    points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
    cosines = points @ points.T
    np.fill_diagonal(cosines, -2.0)
    return {file: files[int(best)] for file, best in zip(files, cosines.argmax(1), strict=True)}


def _day(text: str | None) -> int | None:
    try:
        return date.fromisoformat((text or "")[:10]).toordinal()
    except ValueError:
        return None


def _ticks(first: int, last: int) -> tuple[tuple[float, str], ...]:
    """Five marks at most, from the first day to the last."""
    marks = min(5, last - first + 1)
    days = [first + round(place * (last - first) / (marks - 1)) for place in range(marks)]
    return tuple(
        ((day - first) / (last - first), date.fromordinal(day).isoformat()) for day in days
    )


# -- how they look -------------------------------------------------------------------------


def _at(dot: Dot) -> tuple[float, float]:
    return (
        _MARGIN + dot.x * (_WIDTH - 2 * _MARGIN),
        _MARGIN / 2 + dot.y * (_HEIGHT - 2 * _MARGIN),
    )


def _axis(ticks: Sequence[tuple[float, str]]) -> str:
    if not ticks:
        return ""
    bottom = _HEIGHT - _MARGIN
    marks = "".join(
        f'<text class="tick" x="{_MARGIN + at * (_WIDTH - 2 * _MARGIN):.1f}" y="{bottom + 34}"'
        f' text-anchor="middle">{escape(day)}</text>'
        for at, day in ticks
    )
    return (
        f'<line class="axis" x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{bottom + 14}"'
        f' y2="{bottom + 14}"></line>{marks}'
    )


def _links(picture: Picture) -> str:
    at = {dot.row.file: _at(dot) for dot in picture.dots}
    return "".join(
        f'<line class="link is-{link.kind.value}" x1="{at[link.file_a][0]:.1f}"'
        f' y1="{at[link.file_a][1]:.1f}" x2="{at[link.file_b][0]:.1f}"'
        f' y2="{at[link.file_b][1]:.1f}"></line>'
        for link in picture.links
    )


def _dots(picture: Picture) -> str:
    return "".join(
        f'<circle class="dot" data-event="select"{attributes({"data-file": dot.row.file})}'
        f' cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}"><title>{escape(_name(dot.row))}</title></circle>'
        for dot in picture.dots
        for x, y in [_at(dot)]
    )


def _labels(picture: Picture) -> str:
    """Titles, as many as stand clear of one another, of dots, lines and edges."""
    taken = [_around(x, y, _RADIUS) for x, y in map(_at, picture.dots)]
    taken += [_around(x, y, 1.0) for x, y in _along(picture)]
    labels: list[str] = []
    for dot in picture.dots:
        if len(labels) == _MAX_LABELS:
            break
        name = _short(_name(dot.row))
        x, y = _at(dot)
        width = len(name) * _CHARACTER
        aside = _RADIUS + 3
        for left, middle in (
            (x + aside, y),
            (x - aside - width, y),
            (x - width / 2, y - aside - _LINE / 2),
            (x - width / 2, y + aside + _LINE / 2),
        ):
            box = (left, middle - _LINE / 2, left + width, middle + _LINE / 2)
            inside = box[0] >= 0 and box[2] <= _WIDTH and box[1] >= 0
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                labels.append(
                    f'<text class="label" x="{left + width / 2:.1f}" y="{middle + 4:.1f}"'
                    f' text-anchor="middle">{escape(name)}</text>'
                )
                break
    return "".join(labels)


_Box = tuple[float, float, float, float]


def _around(x: float, y: float, radius: float) -> _Box:
    return x - radius, y - radius, x + radius, y + radius


def _along(picture: Picture) -> Iterator[tuple[float, float]]:
    """Points on the lines."""
    at = {dot.row.file: _at(dot) for dot in picture.dots}
    for link in picture.links:
        (x, y), (to_x, to_y) = at[link.file_a], at[link.file_b]
        steps = int(max(abs(to_x - x), abs(to_y - y)) / _STEP) + 1
        for step in range(steps + 1):
            yield x + (to_x - x) * step / steps, y + (to_y - y) * step / steps


def _overlap(one: _Box, other: _Box) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def _table(picture: Picture) -> str:
    names = {dot.row.file: _name(dot.row) for dot in picture.dots}
    same: dict[str, list[str]] = {}
    for link in picture.links:
        same.setdefault(link.file_a, []).append(link.file_b)
        same.setdefault(link.file_b, []).append(link.file_a)
    columns: list[tuple[str, Callable[[ArticleRow], str]]] = [("Article", _button)]
    if picture.ticks:
        columns.append(("Date", lambda row: escape(row.date or "")))
    if picture.nearest:
        nearest: Mapping[str, Any] = picture.nearest
        columns.append(
            ("Nearest by subject", lambda row: escape(names.get(nearest.get(row.file, ""), "")))
        )
    if same:
        columns.append(
            (
                "Copies and rewrites",
                lambda row: escape("; ".join(names[file] for file in same.get(row.file, ()))),
            )
        )
    head = "".join(f'<th scope="col">{title}</th>' for title, _ in columns)
    ordered = sorted(picture.dots, key=lambda dot: (dot.row.date or "", dot.row.file))
    body = "".join(
        f"<tr>{''.join(_cell(cell(dot.row)) for _, cell in columns)}</tr>" for dot in ordered
    )
    return (
        '<details class="picture-table"><summary>The picture as a table</summary>'
        f'<div class="wide" tabindex="0" role="region" aria-label="The picture as a table"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _cell(inner: str) -> str:
    return f'<td dir="auto">{inner}</td>'


def _button(row: ArticleRow) -> str:
    return (
        f'<button type="button" class="opens" data-event="select"'
        f"{attributes({'data-file': row.file})}>{escape(_name(row))}</button>"
    )


def _name(row: ArticleRow) -> str:
    return row.title or row.file


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
