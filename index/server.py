"""A Chroma server: where it is, how it is asked, and what its failures mean.

Every request has a time limit: while the server is away, a question says so within seconds.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from index.errors import FootnoteError, IndexStoreError, SettingsError

if TYPE_CHECKING:
    from index.settings import Settings

T = TypeVar("T")

CONNECT_SECONDS: Final = 2.0
ASK_SECONDS: Final = 5.0  # for the answer to a request of a question
WRITE_SECONDS: Final = 60.0  # for the answer to a request of the indexer

_SUPPORTED: Final = "1"  # the major version of the servers that speak this interface
_COLLECTION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}[A-Za-z0-9]")
_OUR_PARTS: Final = re.compile(r".*(?:-lock|-data-\d+-\w+|-stale-\w+)")
_CLOUD: Final = "trychroma.com"
_MOMENT: Final = 1.0  # seconds
_MOST_TOLD: Final = 200  # characters of what a server says that are repeated


@dataclass(frozen=True, slots=True)
class Server:
    """Where an index is kept on a Chroma server, and by which key it is reached."""

    url: str
    collection: str = "footnote"
    token: SecretStr | None = None
    tenant: str = "default_tenant"
    database: str = "default_database"

    @property
    def is_cloud(self) -> bool:
        """Whether it is Chroma Cloud, which has limits of its own."""
        host = urlsplit(self.url).hostname or ""
        return host == _CLOUD or host.endswith(f".{_CLOUD}")

    @property
    def is_overheard(self) -> bool:
        """Whether what is sent, the token included, can be read on its way."""
        host = urlsplit(self.url).hostname or ""
        is_here = host in ("localhost", "::1") or host.startswith("127.")
        return not is_here and self.url.startswith("http:")

    @property
    def page(self) -> int:
        """How many records are asked for, or sent, in one request."""
        return 300 if self.is_cloud else 1000

    def headers(self) -> dict[str, str]:
        if self.token is None:
            return {}
        token = self.token.get_secret_value()
        if self.is_cloud:
            return {"x-chroma-token": token}
        return {"Authorization": f"Bearer {token}"}

    def __str__(self) -> str:
        return self.url


def server_of(settings: Settings) -> Server | None:
    """The Chroma server that the settings name, or None for the embedded Chroma.

    Raises:
        SettingsError: they name none that can be one.
    """
    url = settings.chroma_url
    if not url:
        for name in ("chroma_token", "chroma_tenant", "chroma_database"):
            if getattr(settings, name):
                raise SettingsError(
                    f"FOOTNOTE_{name.upper()} is set, and FOOTNOTE_CHROMA_URL is not",
                    f"set FOOTNOTE_CHROMA_URL, or unset FOOTNOTE_{name.upper()}",
                )
        return None
    name = settings.chroma_collection
    if not _COLLECTION.fullmatch(name) or _OUR_PARTS.fullmatch(name):
        raise SettingsError(
            f"FOOTNOTE_CHROMA_COLLECTION cannot be {name!r}",
            "use 3 to 64 letters, digits, dots and hyphens, as in footnote",
        )
    token = settings.chroma_token
    if token is not None and not _is_header(token.get_secret_value()):
        raise SettingsError(
            "FOOTNOTE_CHROMA_TOKEN cannot be sent: it has characters that no header may have",
            "copy the token again, without line breaks",
        )
    return Server(
        url=_checked(url),
        collection=name,
        token=token,
        tenant=settings.chroma_tenant or "default_tenant",
        database=settings.chroma_database or "default_database",
    )


def _is_header(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _checked(url: str) -> str:
    fix = "set it to an address such as http://127.0.0.1:8000"
    try:
        parts = urlsplit(url.strip())
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port  # raises if it is none
    except ValueError:
        is_right = False
    if not is_right:
        raise SettingsError("FOOTNOTE_CHROMA_URL is no address of a server", fix)
    if parts.username is not None or parts.password is not None:
        raise SettingsError(
            "FOOTNOTE_CHROMA_URL holds a name or a password",
            "take it out of the address, and set FOOTNOTE_CHROMA_TOKEN",
        )
    if parts.query or parts.fragment:
        raise SettingsError("FOOTNOTE_CHROMA_URL has more than an address", fix)
    return url.strip().rstrip("/")


class _AnswerError(Exception):
    """A status that is not Chroma's own error."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Connection:
    """Requests to one server; safe to use from threads. Connects at the first one.

    Args:
        server: which.
        seconds: how long the answer to a request may take.
    """

    def __init__(self, server: Server, seconds: float = ASK_SECONDS) -> None:
        self.server = server
        self._seconds = seconds
        self._lock = threading.RLock()
        self._client: Any = None
        self._collections: dict[str, Any] = {}
        self._failed = float("-inf")  # when the server could not be reached last

    @property
    def has_just_failed(self) -> bool:
        """Whether the server could not be reached a moment ago: it need not be waited for again."""
        return time.monotonic() - self._failed < _MOMENT

    def ask(self, request: Callable[[Any], T]) -> T:
        """What a request gives, which has to be one that may be sent twice.

        Args:
            request: called with Chroma's client.

        Raises:
            IndexStoreError: the server cannot be reached, refuses, or fails.
            NotFoundError: of Chroma: what is asked for is not there.
        """
        import httpx
        from chromadb.errors import NotFoundError

        dropped = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
        for attempt in (1, 2):
            try:
                return request(self._connected())
            except NotFoundError:
                raise
            except FootnoteError:  # of connecting
                self._failed = time.monotonic()
                raise
            except Exception as error:
                if isinstance(error, httpx.TransportError):
                    self.close()
                    # A connection that was open when the server ended: the next is a new one.
                    if attempt == 1 and isinstance(error, dropped):
                        continue
                    self._failed = time.monotonic()
                raise explain(self.server, error) from None  # its chain may quote headers
        raise AssertionError("the second attempt returns or raises")

    def on(self, name: str, method: str, **arguments: Any) -> Any:
        """What a method of a collection gives; as `ask`, and:

        Raises:
            IndexStoreError: there is no such collection (any more).
        """
        from chromadb.errors import NotFoundError

        for attempt in (1, 2):
            try:
                return self.ask(
                    lambda client: getattr(self._collection(client, name), method)(**arguments)
                )
            except NotFoundError:
                self.forget(name)  # it may have been made anew under its name
                if attempt == 2:
                    raise IndexStoreError(
                        f"the Chroma server at {self.server} has lost the collection {name}",
                        "ask again; if it stays, run footnote index --rebuild",
                        retryable=True,
                    ) from None
        raise AssertionError("the second attempt returns or raises")

    def forget(self, name: str) -> None:
        """Look a collection up anew when it is needed next."""
        self._collections.pop(name, None)

    def _collection(self, client: Any, name: str) -> Any:
        found = self._collections.get(name)
        if found is None:
            found = client.get_collection(name, embedding_function=None)
            self._collections[name] = found
        return found

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                from chromadb.errors import NotFoundError

                probe(self.server)
                try:
                    self._client = _in_time(lambda: _make_client(self.server), ASK_SECONDS)
                except NotFoundError:  # no answer to a request: nothing can be asked there
                    raise _no_database(self.server) from None
                session = self._client._server._session
                import httpx

                session.timeout = httpx.Timeout(self._seconds, connect=CONNECT_SECONDS)
                session.event_hooks = {"response": [_look_at]}
            return self._client

    def close(self) -> None:
        """Let go of the connection; the next request makes another."""
        with self._lock:
            client, self._client = self._client, None
            self._collections.clear()
        if client is not None:
            client._server._session.close()
            client.close()


def probe(server: Server) -> str:
    """Ask a server for its version.

    Raises:
        IndexStoreError: nothing answers there, it refuses, or is no Chroma that is supported.
    """
    import httpx

    timeout = httpx.Timeout(ASK_SECONDS, connect=CONNECT_SECONDS)
    try:
        answer = httpx.get(
            f"{server.url}/api/v2/version", headers=server.headers(), timeout=timeout
        )
        _look_at(answer)
        version = answer.json() if answer.status_code == 200 else None
    except ValueError:
        version = None
    except Exception as error:
        raise explain(server, error) from None
    if not isinstance(version, str) or not re.fullmatch(r"\d+\.\d+[\w.+-]*", version):
        raise IndexStoreError(
            f"what answers at {server} is no Chroma server, or an old one",
            "correct FOOTNOTE_CHROMA_URL, or run a server of Chroma 1: make chroma",
        )
    if version.partition(".")[0] != _SUPPORTED:
        raise IndexStoreError(
            f"the Chroma server at {server} has version {version}, which is not supported",
            f"run a server of Chroma {_SUPPORTED}: make chroma",
        )
    return version


def _make_client(server: Server) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.HttpClient(
        host=server.url,
        ssl=server.url.startswith("https"),
        headers=server.headers(),
        tenant=server.tenant,
        database=server.database,
        settings=Settings(anonymized_telemetry=False),
    )


def _in_time(make: Callable[[], T], seconds: float) -> T:
    """What `make` gives; Chroma sets no limit to the requests that a new client makes.

    Raises:
        TimeoutError: it takes longer.
    """
    made: list[T] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            made.append(make())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not made:
        raise TimeoutError
    return made[0]


def _look_at(response: Any) -> None:
    """Raise where something else than Chroma answers, or a key is wanted."""
    status = response.status_code
    if 300 <= status < 400 or status in (401, 403, 407, 413, 429, 502, 503, 504):
        raise _AnswerError(status)


def explain(server: Server, error: BaseException) -> IndexStoreError:
    """What happened to a request → an error for a person; nothing of the key is in it."""
    import httpx

    if isinstance(error, IndexStoreError):
        return error
    if isinstance(error, _AnswerError):
        return _explain_status(server, error.status)
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError) or (
        isinstance(error, ValueError) and "connect" in str(error)
    ):
        return IndexStoreError(
            f"cannot reach the Chroma server at {server}",
            "start it (make chroma), or correct FOOTNOTE_CHROMA_URL; then try again",
            retryable=True,
        )
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return IndexStoreError(
            f"the Chroma server at {server} does not answer in time",
            "see whether it is well and not overloaded; then try again",
            retryable=True,
        )
    if isinstance(error, httpx.TransportError):
        return IndexStoreError(
            f"the connection to the Chroma server at {server} was cut",
            "try again; what is indexed is kept",
            retryable=True,
        )
    return IndexStoreError(
        f"the Chroma server at {server} reports: {_clean(server, str(error))}",
        "look into its log; if it stays, run footnote index --rebuild",
    )


def _explain_status(server: Server, status: int) -> IndexStoreError:
    if status in (401, 403, 407):
        wrong = "wants a token" if server.token is None else "does not accept the token"
        return IndexStoreError(
            f"the Chroma server at {server} {wrong}",
            "set FOOTNOTE_CHROMA_TOKEN to the server's token"
            + (", and FOOTNOTE_CHROMA_TENANT and _DATABASE to yours" if server.is_cloud else ""),
        )
    if status == 413:
        return IndexStoreError(
            f"the Chroma server at {server} refuses requests of a megabyte",
            "raise the limit of the proxy before it",
        )
    if 300 <= status < 400:
        return IndexStoreError(
            f"{server} leads elsewhere (status {status})",
            "set FOOTNOTE_CHROMA_URL to the address that it leads to",
        )
    return IndexStoreError(
        f"the Chroma server at {server} is not available (status {status})",
        "try again in a moment",
        retryable=True,
    )


def _no_database(server: Server) -> IndexStoreError:
    return IndexStoreError(
        f"the Chroma server at {server} has no database {server.database!r} of a tenant "
        f"{server.tenant!r}",
        "correct FOOTNOTE_CHROMA_TENANT and FOOTNOTE_CHROMA_DATABASE, or unset them, or make the "
        "database on the server",
    )


def _clean(server: Server, text: str) -> str:
    if server.token is not None and (token := server.token.get_secret_value()):
        text = text.replace(token, "…")
    return " ".join(text.split())[:_MOST_TOLD] or "an error without a text"
