"""Embeddings from OpenAI or any compatible server, for indexing and for questions alike.

One client serves both, not llama-index's `OpenAIEmbedding`: that retries inside the
OpenAI SDK's own retries, loses what is paid for when one request of several fails, takes
vectors in the order they come, reads the environment, and costs seconds to import.
Indexing still runs on llama-index's embedding interface (`index.nodes`).
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.embed import Vectors, clean_text
from index.embedding_endpoint import Endpoint
from index.embeddings_api import (
    CONCURRENT,
    FOR_A_QUESTION,
    FOR_INDEXING,
    EmbeddingsApi,
    EmbeddingServerError,
    Patience,
    TooLongError,
)
from index.errors import ModelMismatchError, SettingsError
from index.pace import Stopped

PROVIDER = "openai"
_REQUEST_TEXTS = 64
_REQUEST_CHARACTERS = 60_000  # far below the 300,000 tokens that OpenAI takes in a request
_SHORTEST = 32  # characters: a text that is too long at this length is not too long
_NOTHING = "."  # stands for a text without any characters to see, which servers refuse
_REMEMBERED = 256  # questions
_KNOWN = {  # OpenAI's own models, so that nothing need be asked to name one
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
_NAME = re.compile(rf"{PROVIDER}/(?P<model>.+)@(?P<dimensions>\d+)(?P<manner>(?: .*)?)")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model wants questions and passages told apart: each a pair, question first.

    Prefixes stand before the text (E5: `query: ` and `passage: `); input types are sent
    beside it, as `input_type`. Both change the vectors, and belong to the model's name.
    """

    prefixes: tuple[str, str] = ("", "")
    input_types: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        pairs = (self.prefixes, self.input_types)
        return "".join(f" {'|'.join(pair)}" for pair in pairs if any(pair))


class OpenAIEmbedder:
    """An `Embedder` and `ConcurrentEmbedder` over HTTP; safe to use from threads.

    Args:
        endpoint: the server.
        model: its name there.
        dimensions: to ask the server for; None for as many as the model has.
        expected: as many as the index has, if that is known; other vectors are an error.
        manner: how questions and passages are told apart.
    """

    window = CONCURRENT * _REQUEST_TEXTS

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        *,
        dimensions: int | None = None,
        expected: int | None = None,
        manner: Manner | None = None,
    ) -> None:
        self._api = EmbeddingsApi(endpoint, model)
        self._model = model
        self._asked = dimensions
        self._expected = dimensions or expected
        if self._expected is None and endpoint.is_openai:
            self._expected = _KNOWN.get(model)
        self._manner = manner or Manner()
        self._questions: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Provider, model, dimensions, manner. Asks the server if it must, once, for the third.

        Raises:
            FootnoteError: it must, and cannot.
        """
        if self._expected is None:
            self._embed(["dimensions"], 1, FOR_A_QUESTION, threading.Event())
        return f"{PROVIDER}/{self._model}@{self._expected}{self._manner}"

    def embed_query(self, text: str) -> Vectors:
        """One question → (dimensions,): one request, or none if it was asked a moment ago."""
        with self._lock:
            if text in self._questions:
                self._questions.move_to_end(text)
                return self._questions[text]
        vector: Vectors = self._embed([_sendable(text)], 0, FOR_A_QUESTION, threading.Event())[0]
        vector.flags.writeable = False  # it is handed out again
        with self._lock:
            self._questions[text] = vector
            while len(self._questions) > _REMEMBERED:
                self._questions.popitem(last=False)
        return vector

    def embed_passages(self, texts: list[str]) -> Vectors:
        parts = [(places, vectors) for places, vectors in self.embed_as_ready(texts)]
        if not parts:
            return np.zeros((0, self._expected or 0), dtype=np.float32)
        made = np.empty((len(texts), parts[0][1].shape[1]), dtype=np.float32)
        for places, vectors in parts:
            made[places] = vectors
        return made

    def embed_as_ready(self, texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
        """The vectors in parts, as they arrive: (places in `texts`, their vectors).

        When a request fails, or the work is interrupted, nothing more is sent; those under
        way are waited for and given, since they are paid for, and then the failure is raised.
        """
        ready = [_sendable(text) for text in texts]
        stop = threading.Event()
        failure: BaseException | None = None
        with ThreadPoolExecutor(CONCURRENT, thread_name_prefix="embed") as pool:
            try:
                work: dict[Future[Vectors], list[int]] = {
                    pool.submit(self._embed, [ready[i] for i in part], 1, FOR_INDEXING, stop): part
                    for part in _requests(ready)
                }
                pending = set(work)
                while pending:
                    try:
                        done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    except KeyboardInterrupt as interrupt:
                        failure = failure or interrupt
                        stop.set()
                        continue
                    for future in done:
                        error = future.exception()
                        if error is None:
                            yield work[future], future.result()
                        elif not isinstance(error, Stopped):
                            failure = failure or error
                            stop.set()
            finally:
                stop.set()  # also when nobody wants the rest
        if failure is not None:
            raise failure

    def close(self) -> None:
        self._api.close()

    def _embed(
        self, texts: list[str], kind: int, patience: Patience, stop: threading.Event
    ) -> Vectors:
        """L2-normalised vectors; `kind` is 0 for questions and 1 for passages."""
        prefix, input_type = self._manner.prefixes[kind], self._manner.input_types[kind]
        options: dict[str, Any] = {"dimensions": self._asked} if self._asked else {}
        if input_type:
            options["input_type"] = input_type
        try:
            rows = self._api.embed([prefix + text for text in texts], options, patience, stop)
        except TooLongError:
            if len(texts) > 1:
                middle = len(texts) // 2
                halves = (texts[:middle], texts[middle:])
                return np.concatenate([self._embed(h, kind, patience, stop) for h in halves])
            if len(texts[0]) <= _SHORTEST:
                raise
            pair = _halves(texts[0])
            parts = [self._embed([half], kind, patience, stop)[0] for half in pair]
            total = sum(len(h) * part for h, part in zip(pair, parts, strict=True))
            return self._normalised(np.asarray([total], dtype=np.float32))
        self._check_dimensions(rows.shape[1])
        return self._normalised(rows)

    def _check_dimensions(self, found: int) -> None:
        if self._asked and found != self._asked:
            raise SettingsError(
                f"the model {self._model} gives {found} numbers a text, not {self._asked}",
                "unset FOOTNOTE_EMBEDDING_DIMENSIONS: this server does not shorten vectors",
            )
        with self._lock:
            if self._expected is None:
                self._expected = found
        if found != self._expected:
            raise ModelMismatchError(
                f"the model {self._model} gives {found} numbers a text, where {self._expected} "
                "were expected: it is not the model that the index was built with",
                "run footnote index --rebuild, or name the model of the index in "
                "FOOTNOTE_EMBEDDING_MODEL",
            )

    def _normalised(self, rows: Vectors) -> Vectors:
        norms = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
        if not np.all(np.isfinite(norms)) or not np.all(norms > 0):
            raise EmbeddingServerError(
                f"the model {self._model} gives a vector of zeros, or of no numbers",
                "look at the server, or choose another FOOTNOTE_EMBEDDING_MODEL",
            )
        return np.asarray(rows / norms, dtype=np.float32)


def dimensions_in(name: str, model: str) -> int | None:
    """The dimensions in a recorded name, if it names this model of a server; else None."""
    match = _NAME.fullmatch(name)
    return int(match["dimensions"]) if match and match["model"] == model else None


def _sendable(text: str) -> str:
    text = clean_text(text)
    return text if text.strip() else _NOTHING


def _requests(texts: list[str]) -> Iterator[list[int]]:
    """Places of texts that go into one request each."""
    part: list[int] = []
    size = 0
    for place, text in enumerate(texts):
        if part and (len(part) == _REQUEST_TEXTS or size + len(text) > _REQUEST_CHARACTERS):
            yield part
            part, size = [], 0
        part.append(place)
        size += len(text)
    if part:
        yield part


def _halves(text: str) -> tuple[str, str]:
    """Two parts of about the same length, cut at white space if there is some near."""
    middle = len(text) // 2
    space = text.rfind(" ", middle // 2, middle)
    at = space + 1 if space >= 0 else middle
    return _sendable(text[:at]), _sendable(text[at:])
