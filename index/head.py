"""An index on a Chroma server: its head, its articles, and the right to write.

    NAME                     the head: a collection whose metadata say which data is in force,
                             in which generation, and of which model; replaced in one request
    NAME-data-N-vectors      the vectors
    NAME-data-N-articles     the articles, text and metadata as JSON, in records of bounded size
    NAME-lock                there while somebody writes

An article's record is in force from the generation `since` until the generation `until` (0: not
yet ended). What a writer prepares is of the next generation: nobody reads it before the head
says so, and the next writer clears away what a killed one left.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from index.errors import FootnoteError, IndexStoreError
from index.load import PIPELINE_VERSION
from index.models import Article, Kind, Paragraph
from index.server import WRITE_SECONDS, Connection, Server
from index.server_chroma import batches, remove_collection

HEAD_SCHEMA: Final = 1

BEAT_SECONDS: float = 5.0
"""How often a writer says that it is alive."""

EXPIRY_SECONDS: float = 30.0
"""After so long without a beat a writer counts as dead."""

_PART: Final = 4000  # characters of an article in one record: at most 16 kB
_RECORDS: Final = 100  # in one request
_FETCHED: Final = 32  # articles fetched in one request


@dataclass(frozen=True, slots=True)
class Head:
    """What is in force on the server."""

    data: str
    generation: int
    state: str
    """A random name of exactly this content."""
    model: str
    articles: int
    corpus: str
    """The folder on the machine that indexed it."""
    schema: int = HEAD_SCHEMA
    pipeline: int = PIPELINE_VERSION

    def metadata(self) -> dict[str, str | int | bool]:
        return {
            "footnote": self.schema,
            "pipeline": self.pipeline,
            "data": self.data,
            "generation": self.generation,
            "state": self.state,
            "model": self.model,
            "articles": self.articles,
            "corpus": self.corpus,
            "complete": True,
        }

    @property
    def is_older(self) -> bool:
        """Whether an older Footnote made it."""
        return (self.schema, self.pipeline) < (HEAD_SCHEMA, PIPELINE_VERSION)

    @property
    def is_newer(self) -> bool:
        """Whether a newer Footnote made it."""
        return self.schema > HEAD_SCHEMA or self.pipeline > PIPELINE_VERSION


def new_state() -> str:
    return secrets.token_hex(16)


def new_data() -> str:
    """A name for data that no other machine gives."""
    return f"data-{secrets.randbelow(9 * 10**8)}"


def vectors_name(connection: Connection, data: str) -> str:
    return f"{connection.server.collection}-{data}-vectors"


def articles_name(connection: Connection, data: str) -> str:
    return f"{connection.server.collection}-{data}-articles"


def read_head(connection: Connection) -> Head | None:
    """What is in force, or None if there is no index yet: one request.

    Raises:
        IndexStoreError: the server fails, or the collection is something else.
    """
    from chromadb.errors import NotFoundError

    name = connection.server.collection
    try:
        found = connection.ask(lambda client: client.get_collection(name, embedding_function=None))
    except NotFoundError:
        return None
    metadata: Mapping[str, Any] = found.metadata or {}
    try:
        return Head(
            data=_text(metadata["data"]),
            generation=int(metadata["generation"]),
            state=_text(metadata["state"]),
            model=_text(metadata["model"]),
            articles=int(metadata["articles"]),
            corpus=_text(metadata["corpus"]),
            schema=int(metadata["footnote"]),
            pipeline=int(metadata["pipeline"]),
        )
    except (KeyError, TypeError, ValueError):
        raise IndexStoreError(
            f"the collection {name} of the Chroma server at {connection.server} is no index of "
            "Footnote",
            "set FOOTNOTE_CHROMA_COLLECTION to another name",
        ) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def put_head(connection: Connection, head: Head) -> None:
    """Put a state in force, in one request."""
    from chromadb.errors import NotFoundError

    name = connection.server.collection

    def modify(client: Any) -> None:
        client.get_collection(name, embedding_function=None).modify(metadata=head.metadata())

    try:
        connection.ask(modify)
    except NotFoundError:
        connection.ask(
            lambda client: client.get_or_create_collection(
                name, embedding_function=None, metadata=head.metadata()
            )
        )


def remove_other_data(connection: Connection, keep: str) -> None:
    """Remove the collections of data that are not in force."""
    ours = re.compile(rf"{re.escape(connection.server.collection)}-(data-\d+)-(?:vectors|articles)")
    names = connection.ask(lambda client: [found.name for found in client.list_collections()])
    for name in names:
        match = ours.fullmatch(name)
        if match is not None and match[1] != keep:
            remove_collection(connection, name)


# -- articles --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """An article on the server, without its text."""

    file: str
    digest: str
    key: str
    parts: int


class ServerArticles:
    """The articles of one data.

    Args:
        connection: to the server.
        data: its name.
        before: called before each write; raises if the right to write was lost.
    """

    def __init__(
        self, connection: Connection, data: str, before: Callable[[], None] = lambda: None
    ) -> None:
        self._connection = connection
        self._name = articles_name(connection, data)
        self._before = before

    def create(self) -> None:
        """Make the collection, empty."""
        remove_collection(self._connection, self._name)
        self._before()
        self._connection.ask(
            lambda client: client.get_or_create_collection(self._name, embedding_function=None)
        )

    def listing(self, generation: int) -> dict[str, Listed]:
        """File → its article, of those in force in a generation.

        Raises:
            IndexStoreError: two are of one file.
        """
        found: dict[str, Listed] = {}
        for _, record in self._records({"$and": [{"part": 0}, {"since": {"$lte": generation}}]}):
            if 0 < record["until"] <= generation:
                continue
            file = record["file"]
            if file in found:
                raise IndexStoreError(
                    f"the index on the Chroma server is damaged: {file} is in it twice",
                    "run footnote index --rebuild",
                )
            found[file] = Listed(file, record["digest"], record["key"], record["parts"])
        return found

    def fetch(self, listed: Sequence[Listed]) -> Iterator[Article]:
        """The articles, in their order.

        Raises:
            IndexStoreError: a part of one is missing.
        """
        for start in range(0, len(listed), _FETCHED):
            some = listed[start : start + _FETCHED]
            ids = [f"{one.key}/{part}" for one in some for part in range(one.parts)]
            texts: dict[str, str] = {}
            for part in batches(ids, min(_RECORDS, self._connection.server.page)):
                got = self._connection.on(self._name, "get", ids=part, include=["documents"])
                texts.update(zip(got["ids"], got["documents"] or [], strict=True))
            for one in some:
                try:
                    yield _article(
                        one, "".join(texts[f"{one.key}/{part}"] for part in range(one.parts))
                    )
                except (KeyError, ValueError, TypeError):
                    raise IndexStoreError(
                        f"the Chroma server does not have all of {one.file}",
                        "ask again; if it stays, run footnote index --rebuild",
                        retryable=True,
                    ) from None

    def put(self, articles: Iterable[Article], generation: int) -> None:
        """Write articles that are in force from a generation on."""
        records = (record for article in articles for record in _as_records(article, generation))
        while some := list(islice(records, _RECORDS)):
            self._before()
            self._connection.on(
                self._name,
                "upsert",
                ids=[id_ for id_, _, _ in some],
                documents=[text for _, text, _ in some],
                metadatas=[metadata for _, _, metadata in some],
                # Never searched by: a number each, as Chroma wants a vector.
                embeddings=[[float(int(id_[:6], 16))] for id_, _, _ in some],
            )

    def retire(self, files: Iterable[str], generation: int) -> None:
        """End what is in force of these files with a generation."""
        for some in batches(sorted(files), _RECORDS):
            where = {"$and": [{"part": 0}, {"file": {"$in": some}}, {"since": {"$lt": generation}}]}
            self._end([id_ for id_, record in self._records(where)], generation)

    def clear(self, generation: int) -> None:
        """Take away what ended, and what a killed writer prepared for a later generation."""
        self._delete(id_ for id_, _ in self._records({"since": {"$gt": generation}}))
        self._end([id_ for id_, _ in self._records({"until": {"$gt": generation}})], 0)
        ended = self._records({"until": {"$gt": 0}})
        self._delete(
            f"{record['key']}/{part}" for _, record in ended for part in range(record["parts"])
        )

    def _end(self, ids: Sequence[str], generation: int) -> None:
        for part in batches(ids, self._connection.server.page):
            self._before()
            self._connection.on(
                self._name,
                "update",
                ids=part,
                metadatas=[{"until": generation} for _ in part],
            )

    def _delete(self, ids: Iterable[str]) -> None:
        for part in batches(ids, self._connection.server.page):
            self._before()
            self._connection.on(self._name, "delete", ids=part)

    def _records(self, where: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """(id, metadata) of all records that fulfil a condition."""
        found: dict[str, dict[str, Any]] = {}
        page = self._connection.server.page
        while True:
            start = len(found)
            got = self._connection.on(
                self._name,
                "get",
                where=where,
                include=["metadatas"],
                limit=page,
                offset=start,
            )
            found.update(zip(got["ids"], got["metadatas"] or [], strict=True))
            # What is removed meanwhile shifts the rest: the head's count shows that some are lost.
            if len(got["ids"]) < page or len(found) == start:
                return list(found.items())


def _as_records(article: Article, generation: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(id, text, metadata) of each part of an article."""
    text = json.dumps(
        {
            "text": article.text,
            "title": article.title,
            "author": article.author,
            "date": article.date,
            "url": article.url,
            "pages": article.pages,
            "paragraphs": [[p.number, p.start, p.end, p.kind.value] for p in article.paragraphs],
        },
        ensure_ascii=False,
    )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text))  # lone surrogates, written as escapes
    key = secrets.token_hex(16)
    parts = range(0, len(text), _PART)
    for number, start in enumerate(parts):
        yield (
            f"{key}/{number}",
            text[start : start + _PART],
            {
                "file": article.file,
                "digest": article.digest,
                "key": key,
                "part": number,
                "parts": len(parts),
                "since": generation,
                "until": 0,
            },
        )


def _article(listed: Listed, text: str) -> Article:
    made = json.loads(text)
    return Article(
        file=listed.file,
        text=made["text"],
        digest=listed.digest,
        title=made["title"],
        author=made["author"],
        paragraphs=tuple(Paragraph(n, s, e, Kind(k)) for n, s, e, k in made["paragraphs"]),
        date=made["date"],
        url=made["url"],
        pages=tuple(made["pages"]),
    )


# -- the right to write ----------------------------------------------------------------------


class ServerLock:
    """The right to write to an index on a server: one writer, wherever it runs.

    It is a collection, which the server makes for one of those who want it; its metadata name
    the owner and the last sign of life, by the server's clock. A dead owner's is renamed by its
    identity, so that of two who do so neither takes the other's new one away.

    Args:
        server: which.

    Raises:
        IndexStoreError: on entry: another process is writing.
    """

    def __init__(self, server: Server) -> None:
        self._connection = Connection(server, WRITE_SECONDS)  # its own: it is asked by a thread
        self._name = f"{server.collection}-lock"
        self._owner = secrets.token_hex(16)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._last = 0.0  # when it was surely ours, by this process's clock

    def __enter__(self) -> ServerLock:
        try:
            if not self._take():
                self._bury_the_dead()
                if not self._take():
                    raise self._held()
            self._thread = threading.Thread(target=self._beat_on, daemon=True)
            self._thread.start()
        except FootnoteError:  # refused
            self._connection.close()
            raise
        except BaseException:  # a request to stop, which may come when it is just taken
            self._give_back()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._give_back()

    def _give_back(self) -> None:
        self._stop.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join()
        with suppress(FootnoteError):  # it expires by itself
            if self._is_ours():
                remove_collection(self._connection, self._name)
        self._connection.close()

    def check(self) -> None:
        """See to it that this process may write still.

        Raises:
            IndexStoreError: it could give no sign of life for too long.
        """
        if time.monotonic() - self._last > EXPIRY_SECONDS / 2:
            self._beat()

    def confirm(self) -> None:
        """See to it that this process is the writer still, by asking the server.

        Raises:
            IndexStoreError: it is not.
        """
        self._beat()

    def _take(self) -> bool:
        before = time.monotonic()
        try:
            self._connection.ask(
                lambda client: client.create_collection(
                    self._name, embedding_function=None, metadata=self._sign(client)
                )
            )
        except IndexStoreError:
            if self._find() is None:
                raise  # not because it is there
            if not self._is_ours():
                return False
        self._last = before
        return True

    def _sign(self, client: Any) -> dict[str, str | int]:
        return {"owner": self._owner, "beat": client.heartbeat()}

    def _find(self) -> Any:
        from chromadb.errors import NotFoundError

        try:
            return self._connection.ask(
                lambda client: client.get_collection(self._name, embedding_function=None)
            )
        except NotFoundError:
            return None

    def _is_ours(self) -> bool:
        found = self._find()
        return found is not None and (found.metadata or {}).get("owner") == self._owner

    def _bury_the_dead(self) -> None:
        from chromadb.errors import NotFoundError

        found = self._find()
        if found is None:
            return
        now = self._connection.ask(lambda client: client.heartbeat())
        beat = (found.metadata or {}).get("beat", 0)
        if now - int(beat) <= EXPIRY_SECONDS * 1e9:
            raise self._held()
        stale = f"{self._connection.server.collection}-stale-{secrets.token_hex(8)}"
        with suppress(NotFoundError):
            self._connection.ask(lambda _: found.modify(name=stale))
        remove_collection(self._connection, stale)

    def _held(self) -> IndexStoreError:
        return IndexStoreError(
            "another process is writing to the index on the Chroma server at "
            f"{self._connection.server}",
            "wait until it is done, then try again; if it was killed, its right to write ends "
            f"after {EXPIRY_SECONDS:.0f} seconds",
            retryable=True,
        )

    def _beat(self) -> None:
        before = time.monotonic()
        found = self._find()
        if found is None or (found.metadata or {}).get("owner") != self._owner:
            raise IndexStoreError(
                "another process has taken over the index on the Chroma server at "
                f"{self._connection.server}: this one was not heard of for too long",
                "run footnote index again; nothing is lost",
                retryable=True,
            )
        self._connection.ask(lambda client: found.modify(metadata=self._sign(client)))
        self._last = before

    def _beat_on(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            with suppress(FootnoteError):  # `check` tells it to who writes
                self._beat()
