"""Is everything in order? Each finding says what is wrong and how to put it right."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from index.embedders import embedder_for
from index.errors import FootnoteError
from index.llm_server import llm_server
from index.server import probe as probe_server
from index.server import server_of
from index.settings import Embedding, Settings, load_settings
from index.status import read_status
from index.store import Index


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: fine (no `fix`), or wrong with its cure."""

    what: str
    fix: str = ""
    is_error: bool = False

    def __str__(self) -> str:
        if not self.fix:
            return f"ok       {self.what}"
        return f"{'error' if self.is_error else 'warning':8s} {self.what}\nfix      {self.fix}"


def examine() -> list[Finding]:
    """Check Python, settings, model, Chroma server, index and the LLM's server, in this order."""
    try:
        settings = load_settings()
    except FootnoteError as error:
        return [_problem(error)]
    checks: list[Callable[[Settings], Iterator[Finding]]] = [
        _check_python,
        _check_settings,
        _check_model,
        _check_server,
        _check_index,
        _check_llm,
    ]
    findings: list[Finding] = []
    for check in checks:
        try:
            findings.extend(check(settings))
        except FootnoteError as error:
            findings.append(_problem(error))
    return list(dict.fromkeys(findings))  # what stops two checks is told once


def _problem(error: FootnoteError) -> Finding:
    return Finding(error.what, error.fix, is_error=True)


def _check_python(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(f"Python {version}, SQLite {sqlite3.sqlite_version}")


def _check_settings(settings: Settings) -> Iterator[Finding]:
    yield Finding(f"settings: articles in {settings.corpus}, index in {settings.index}")


def _check_model(settings: Settings) -> Iterator[Finding]:
    embedder = embedder_for(settings, settings.index)
    near, far = embedder.embed_passages(["The cat sleeps on the sofa.", "Interest rates rose."])
    query = embedder.embed_query("Where is the cat?")
    if not np.isclose(np.linalg.norm(query), 1.0, atol=1e-3) or query @ near <= query @ far:
        yield Finding(
            f"the model {embedder.name} gives vectors that make no sense",
            "install again: make install"
            if settings.embedding is Embedding.LOCAL
            else "check that FOOTNOTE_EMBEDDING_MODEL names an embedding model",
            is_error=True,
        )
    else:
        yield Finding(f"model {embedder.name}: {len(query)} dimensions")


def _check_llm(settings: Settings) -> Iterator[Finding]:
    server = llm_server(settings)
    if server is None:
        yield Finding("no LLM: answers are quotations")
        return
    if server.is_overheard:
        yield Finding(
            f"articles and the key travel to {server} where others can read them",
            "use an address that begins with https",
        )
    from index.llm_probe import probe  # loads the OpenAI SDK

    yield Finding(probe(server, settings.llm_first_seconds))


def _check_server(settings: Settings) -> Iterator[Finding]:
    server = server_of(settings)
    if server is None:
        return
    from index.mirror import head_of

    version = probe_server(server)
    head = head_of(server)
    found = f"{head.articles} articles" if head is not None else "no index yet"
    yield Finding(f"Chroma server at {server}, version {version}: {server.collection}, {found}")
    if server.is_overheard:
        yield Finding(
            f"articles{' and the token' if server.token else ''} travel to {server} where others "
            "can read them",
            "use an address that begins with https",
        )


def _check_index(settings: Settings) -> Iterator[Finding]:
    server = server_of(settings)
    embedder = embedder_for(settings, settings.index)
    if server is not None:
        from index.mirror import mirrored

        mirrored(settings.index, server, embedder)
    status = read_status(settings.index, settings.max_file_bytes, server)
    if status.is_damaged and status.problem:
        yield Finding(status.problem, "run footnote index --rebuild", is_error=True)
        return
    index = Index(settings.index, embedder, server)
    index.close()
    yield Finding(
        f"index: {status.files} files, {status.paragraphs} paragraphs, {status.chunks} chunks"
    )
    again = f"run footnote index {status.corpus}"
    if status.problem:
        yield Finding(status.problem, "mount or restore the folder, or index another one")
    if not status.complete:
        yield Finding("the index was not finished", again)
    if status.stale:
        yield Finding(f"{len(status.stale)} files have changed since they were indexed", again)
