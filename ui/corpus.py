"""The tab "Articles": what is indexed, how it stands, and asking, searching, adding to it."""

from __future__ import annotations

import glob
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import gradio as gr

from index import store
from index.catalog import ArticleRow, Relation
from index.errors import FootnoteError
from index.models import IN_FILE, RelationKind
from index.states import FileState, FolderStates, State
from index.store import Index
from ui.escape import attributes, escape
from ui.find import MAX_HITS, Hit, find_text
from ui.intake import Intake
from ui.only import Files, choose
from ui.parts import LAST, Panel, Parts, data_of, html, sentence, static
from ui.picture import draw, take_picture
from ui.place import fingerprint
from ui.signs import count
from ui.uploads import FOLDER

MAX_LISTED: Final = 1000  # articles: a longer table is slow to send and of no use to read
_SAID: Final = {
    State.INDEXED: "indexed",
    State.CHANGED: "changed since it was indexed",
    State.NEW: "not indexed yet",
    State.GONE: "no longer in the folder",
    State.UNREADABLE: "cannot be read",
}
_JOINED: Final = {RelationKind.COPY: "copy of", RelationKind.REWRITE: "same story as"}


def corpus_panel(intake: Intake | None, max_file_bytes: int) -> Panel:
    """The tab.

    Args:
        intake: takes articles in; None where that is not allowed.
        max_file_bytes: larger files are not indexed.
    """
    states = FolderStates(max_file_bytes)

    def build(parts: Parts) -> None:
        tools = html(_tools(intake), "corpus-tools", static("corpus.js"))
        hits = html("", "corpus-hits")
        listed = html("", "corpus-list")
        picture = html("", "corpus-picture")

        def look(files: Files) -> tuple[str, str]:
            return _look(parts.index, states, intake, files)

        def search(event: gr.EventData) -> str:
            data = data_of(event, "query", "exact")
            try:
                found = find_text(
                    parts.index, str(data.get("query", "")), exact=data.get("exact") is True
                )
            except FootnoteError as error:
                return f'<p class="is-wrong" role="alert">{escape(sentence(error))}</p>'
            return hit_list(found)

        def restrict(event: gr.EventData) -> tuple[Files, str]:
            return choose(parts.index, data_of(event, "files").get("files"))

        tools.load(look, parts.files, [listed, picture], queue=False, **LAST)
        tools.submit(search, None, hits, queue=False, **LAST)
        tools.change(restrict, None, [parts.files, parts.only], queue=False, **LAST)
        for component in (hits, listed, picture):
            parts.open_from(component)

    return Panel("corpus", "Articles", build)


def _look(
    index: Index, states: FolderStates, intake: Intake | None, files: Files
) -> tuple[str, str]:
    """The table and the picture, as the folder and the index are now."""
    try:
        with index.reading():
            rows = index.catalog.articles()
            relations = index.catalog.relations()
            digests = index.catalog.digests()
        picture = draw(take_picture(index))
        marker = store.read_marker(index.path)
        assert marker is not None, "an index that is open has a marker"
        removable = intake.folder.files() if intake is not None else {}
        try:
            found = states.look(store.corpus_of(index.path, marker), digests)
            notice = ""
        except FootnoteError as error:  # the articles can be asked all the same
            found, notice = {}, sentence(error)
    except FootnoteError as error:
        return f'<p class="is-wrong" role="alert">{escape(sentence(error))}</p>', ""
    chosen = {row.file for row in rows if glob.escape(row.file) in set(files)}
    return article_table(rows, found, relations, removable, chosen, notice), picture


def article_table(
    rows: Sequence[ArticleRow],
    states: Mapping[str, FileState],
    relations: Sequence[Relation],
    removable: Collection[str] = (),
    chosen: Collection[str] = (),
    notice: str = "",
) -> str:
    """The articles as a table: those indexed, and those in the folder that are not.

    Args:
        rows: what is indexed.
        states: by name; empty if the folder cannot be looked at.
        relations: pairs of articles that are one source.
        removable: files that may be removed here.
        chosen: those that are asked now, if not all are.
        notice: why there are no states, say.
    """
    titles = {row.file: row.title or row.file for row in rows}
    joined: dict[str, list[tuple[RelationKind, str]]] = {}
    for relation in relations:
        joined.setdefault(relation.file_a, []).append((relation.kind, relation.file_b))
        joined.setdefault(relation.file_b, []).append((relation.kind, relation.file_a))
    dated = any(row.date for row in rows)
    lines = [
        _row(row, states.get(row.file), joined.get(row.file, ()), titles, removable, chosen, dated)
        for row in rows[:MAX_LISTED]
    ]
    left = [(name, state) for name, state in states.items() if name not in titles]
    lines += [_left(name, state, removable, dated) for name, state in left[:MAX_LISTED]]
    heads = ["Ask", "Article", *(["Date"] if dated else []), "Paragraphs", "Size"]
    heads.append("State")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    more = len(rows) + len(left) - len(lines)
    said = f'<p class="is-wrong" role="status">{escape(notice)}</p>' if notice else ""
    rest = f'<p class="hint">And {more:,} more, which a search finds.</p>' if more > 0 else ""
    paragraphs = count(sum(row.paragraphs for row in rows), "paragraph")
    return (
        f"{said}<h2>{count(len(rows), 'article')}, {paragraphs}</h2>"
        '<div class="wide" tabindex="0" role="region" aria-label="Articles">'
        f'<table class="articles"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>{rest}"
    )


def _row(
    row: ArticleRow,
    state: FileState | None,
    joined: Sequence[tuple[RelationKind, str]],
    titles: Mapping[str, str],
    removable: Collection[str],
    chosen: Collection[str],
    dated: bool,
) -> str:
    title = row.title or row.file
    checked = " checked" if row.file in chosen else ""
    copies = "".join(
        f"<li>{_JOINED[kind]} "
        f'<button type="button" class="opens" data-event="select"'
        f'{attributes({"data-file": other})} dir="auto">{escape(titles.get(other, other))}'
        "</button></li>"
        for kind, other in joined
    )
    size = f"{row.characters:,} characters"
    return (
        f'<tr><td><input type="checkbox" class="choose"'
        f"{attributes({'value': row.file, 'aria-label': f'Ask {title}'})}{checked}></td>"
        f'<th scope="row"><button type="button" class="opens" data-event="select"'
        f'{attributes({"data-file": row.file})} dir="auto">{escape(title)}</button>'
        f'<span class="details"><bdi>{escape(row.file)}</bdi></span>'
        f"{f'<ul>{copies}</ul>' if copies else ''}</th>"
        + (f"<td>{escape(row.date or '')}</td>" if dated else "")
        + f'<td class="n">{row.paragraphs:,}</td><td class="n">{size}</td>'
        f"<td>{_state(row.file, state, removable)}</td></tr>"
    )


def _left(name: str, state: FileState, removable: Collection[str], dated: bool) -> str:
    """A file that is not indexed."""
    return (
        f'<tr class="is-left"><td></td><th scope="row"><bdi>{escape(name)}</bdi></th>'
        f"{'<td></td>' if dated else ''}"
        f'<td></td><td class="n">{state.bytes:,} bytes</td>'
        f"<td>{_state(name, state, removable)}</td></tr>"
    )


def _state(name: str, state: FileState | None, removable: Collection[str]) -> str:
    said = ""
    if state is not None:
        reason = f": {escape(state.reason)}" if state.reason else ""
        said = f'<span class="state is-{state.state.value}">{_SAID[state.state]}{reason}</span>'
    file = name.partition(IN_FILE)[0] if name.startswith(f"{FOLDER}/") else name
    if file not in removable:
        return said
    label = attributes({"data-file": file, "aria-label": f"Remove {file}"})
    return f'{said} <button type="button" class="tool remove"{label}>Remove</button>'


def hit_list(hits: Sequence[Hit]) -> str:
    """What a search has found, each a button that opens the place."""
    if not hits:
        return '<p role="status">No paragraph has these words.</p>'
    items = "".join(
        f'<li><button type="button" class="hit" data-event="select"{_place(hit)}>'
        f'<span class="title" dir="auto">{escape(hit.title or hit.file)}</span>'
        f'<span class="details"><bdi>{escape(hit.file)}</bdi>, paragraph {hit.paragraph}</span>'
        f'<span class="words" dir="auto">{escape(hit.before)}<b>{escape(hit.words)}</b>'
        f"{escape(hit.after)}</span></button></li>"
        for hit in hits
    )
    more = ": the first, there are more" if len(hits) == MAX_HITS else ""
    return (
        f'<p role="status">Found in {count(len(hits), "paragraph")}{more}</p>'
        f'<ol class="hits">{items}</ol>'
    )


def _place(hit: Hit) -> str:
    return attributes(
        {
            "data-file": hit.file,
            "data-paragraph": hit.paragraph,
            "data-start": hit.start,
            "data-end": hit.end,
            "data-fingerprint": fingerprint(hit.words),
        }
    )


def _tools(intake: Intake | None) -> str:
    return static("corpus.html") + (_drop_zone(intake) if intake is not None else "")


def _drop_zone(intake: Intake) -> str:
    suffixes = sorted(intake.folder.suffixes)
    most = intake.folder.max_file_bytes
    limits = attributes({"data-most": most, "data-suffixes": " ".join(suffixes)})
    return (
        f'<div class="drop"{limits}><label>Add articles: drop files here, or choose them'
        f'<input type="file" multiple{attributes({"accept": ",".join(suffixes)})}></label>'
        f'<p class="hint">{escape(", ".join(suffixes))}; at most {most / 1e6:g} MB each. '
        "Everyone who uses this page can ask them and remove them.</p>"
        '<div class="indexing" hidden><progress aria-label="Indexing"></progress> '
        '<span role="status"></span></div><ul class="sent" aria-label="Files sent"></ul></div>'
    )
