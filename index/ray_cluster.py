"""A Ray cluster: one started here for a run, or one that runs already; tasks on it, bounded.

Nothing but the cluster's address is reached for. Ray's usage statistics are off. A cluster
started here listens on the loopback interface alone, and without Ray's dashboard process: even
with the dashboard off, that process asks cloud providers' metadata addresses where it runs.
"""

from __future__ import annotations

import importlib
import logging
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from index.errors import FootnoteError
from index.ray_tasks import Refusal

LOCAL: Final = "local"
_AUTO: Final = "auto"

_LOOPBACK: Final = "127.0.0.1"
_CONNECT_SECONDS: Final = 5.0
_LOST_SECONDS: Final = 30.0  # without one machine that can work
_LOOK: Final = 2.0  # seconds between two looks at whether there is one
_RETRIES: Final = 3  # of a task whose worker is lost: more, and the task is what kills them
_IN_FLIGHT: Final = 3  # tasks for each core: one that runs, two that wait where it runs
_STORE_BYTES: Final = 256_000_000  # of shared memory, for what is under way

Item = TypeVar("Item")
Result = TypeVar("Result")


class RayError(FootnoteError):
    """Ray is not installed, its cluster cannot be used, or its workers are lost."""


class Cluster:
    """A connected Ray cluster; made by `connect`."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._remote: dict[Callable[..., Any], Any] = {}

    @property
    def cores(self) -> int:
        """The cores of the cluster's machines as they are now; 0 if none is left."""
        nodes = [node for node in self._ray.nodes() if node["Alive"]]
        return int(sum(node["Resources"].get("CPU", 0) for node in nodes))

    def in_order(
        self, function: Callable[..., Result | Refusal], items: Iterable[tuple[Any, ...]]
    ) -> Iterator[Result]:
        """The results for some arguments, in their order; a bounded number is under way.

        The arguments are drawn as there is room for them. A task whose worker is lost runs again
        on another.

        Raises:
            RayError: a worker refuses, fails, or is lost again and again; or all are lost.
        """
        waiting: deque[Any] = deque()
        most = _IN_FLIGHT * max(1, self.cores)
        drawn = iter(items)
        try:
            while True:
                while len(waiting) < most and (item := next(drawn, None)) is not None:
                    waiting.append(self._start(function, item))
                if not waiting:
                    return
                self._wait([waiting[0]])
                yield cast(Result, self._get(waiting.popleft()))
        finally:
            self._cancel(waiting)

    def as_ready(
        self, function: Callable[..., Result | Refusal], items: Iterable[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Result]]:
        """(place, result) as each is ready; a failure is raised after what is ready with it.

        Raises:
            RayError: as `in_order`.
        """
        places = {self._start(function, item): place for place, item in enumerate(items)}
        pending = list(places)
        failure: RayError | None = None
        try:
            while pending and failure is None:
                done, pending = self._wait(pending)
                for ref in done:
                    try:
                        made = cast(Result, self._get(ref))
                    except RayError as error:
                        failure = error
                    else:
                        yield places[ref], made
        finally:
            self._cancel(pending)
        if failure is not None:
            raise failure

    def _start(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if function not in self._remote:
            options = {"num_cpus": 1, "max_retries": _RETRIES}
            self._remote[function] = self._ray.remote(**options)(function)
        return self._remote[function].remote(*arguments)

    def _wait(self, refs: list[Any]) -> tuple[list[Any], list[Any]]:
        """Those that are ready, at least one, and the others."""
        lost_since: float | None = None
        while True:
            done, pending = self._ray.wait(refs, num_returns=1, timeout=_LOOK)
            if done:
                more, pending = (
                    self._ray.wait(pending, num_returns=len(pending), timeout=0)
                    if pending
                    else ([], [])
                )
                return done + more, pending
            if self.cores:
                lost_since = None
                continue
            lost_since = lost_since or time.monotonic()
            if time.monotonic() - lost_since > _LOST_SECONDS:
                raise RayError(
                    "the Ray cluster has no machine left that can work",
                    "start its workers, and run the same command again: what was done is kept",
                    retryable=True,
                )

    def _get(self, ref: Any) -> Any:
        failed = self._ray.exceptions
        try:
            made = self._ray.get(ref)
        except (failed.WorkerCrashedError, failed.NodeDiedError, failed.OutOfMemoryError) as error:
            raise RayError(
                f"a task was given up: its Ray workers died {_RETRIES + 1} times",
                "see that their machines have memory (500 MB for each core), and run the same "
                "command again: what was done is kept",
                retryable=True,
            ) from error
        except failed.RayError as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            if "ModuleNotFoundError" in str(error):
                fix = "install Footnote, with its extra [ray], on every machine of the cluster"
            else:
                fix = "see Ray's logs on that machine, and run the same command again"
            raise RayError(f"a Ray worker fails: {lines[-1].strip()}", fix) from error
        if isinstance(made, Refusal):
            raise RayError(made.what, made.fix)
        return made

    def _cancel(self, refs: Iterable[Any]) -> None:
        for ref in refs:
            with suppress(Exception):  # the work is over, or lost: there is nothing to save
                self._ray.cancel(ref)


@contextmanager
def connect(address: str, *, cores: int | None = None) -> Iterator[Cluster]:
    """A cluster for a run: `local` is started here, for this run alone; else it is there.

    Args:
        address: `host:port` of a cluster that this machine belongs to, `ray://host:port` of one
            that it does not, `auto` for what Ray finds, or `local`.
        cores: of a local one; None for all.

    Raises:
        RayError: Ray is not installed, or there is no such cluster, or it cannot be used.
    """
    if find_spec("ray") is None:
        raise RayError("--ray needs Ray, which is not installed", "pip install 'footnote[ray]'")
    is_loopback = address not in {LOCAL, _AUTO} and _check_reachable(address)
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # read when Ray is imported, and by what it starts
    ray = importlib.import_module("ray")
    logging.getLogger("ray").setLevel(logging.CRITICAL)
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    with _quietly():
        try:
            if address == LOCAL:
                _start_here(ray, cores or os.cpu_count() or 1, quiet)
            else:
                with ExitStack() as stack:
                    if is_loopback and not _is_on_network(ray, address):
                        stack.enter_context(_on_loopback())
                        quiet["_node_ip_address"] = _LOOPBACK
                    ray.init(address=address, **quiet)
        except Exception as error:
            ray.shutdown()
            raise _cannot_connect(address, error) from error
        try:
            yield Cluster(ray)
        finally:
            ray.shutdown()


def _start_here(ray: Any, cores: int, quiet: dict[str, Any]) -> None:
    services = importlib.import_module("ray._private.services")
    # Ray goes on without that process, as it does where it cannot be started.
    with _on_loopback(), _replaced(services, "start_api_server", lambda *a, **k: ("", None)):
        ray.init(
            address=LOCAL,
            num_cpus=cores,
            include_dashboard=False,
            object_store_memory=_STORE_BYTES,
            _node_ip_address=_LOOPBACK,
            **quiet,
        )
    found = ray.util.get_node_ip_address()
    if found != _LOOPBACK:
        raise RayError(
            f"this version of Ray would listen on {found}, beyond this machine",
            f"install ray 2.60, not {ray.__version__}, or start a cluster and give its address",
        )


def _is_on_network(ray: Any, address: str) -> bool:
    """Whether a cluster at a loopback address answers at this machine's other one too.

    Ray puts that in the place of a loopback address, and waits for it.
    """
    host, _, port = address.rpartition(":")
    other = ray._private.services.resolve_ip_for_localhost(host)
    with suppress(OSError), socket.create_connection((other, int(port)), _CONNECT_SECONDS):
        return True
    return False


@contextmanager
def _on_loopback() -> Iterator[None]:
    """Ray's own way on desktops, where firewalls ask: 127.0.0.1 is not made another address."""
    constants = importlib.import_module("ray._private.ray_constants")
    with _replaced(constants, "ENABLE_RAY_CLUSTER", False):
        yield


@contextmanager
def _quietly() -> Iterator[None]:
    """What Ray says of lost workers goes to standard output, whatever it is told of logs."""
    worker = importlib.import_module("ray._private.worker")
    with ExitStack() as stack:
        if hasattr(worker, "print_to_stdstream"):
            stack.enter_context(_replaced(worker, "print_to_stdstream", lambda *a, **k: None))
        yield


@contextmanager
def _replaced(module: Any, name: str, value: object) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def _check_reachable(address: str) -> bool:
    """See to it that a gRPC server answers: Ray itself waits for many minutes for one.

    Returns:
        Whether the address is one of the loopback interface.

    Raises:
        RayError: none does, in seconds.
    """
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        has_place = bool(parts.hostname) and parts.port is not None
        is_ours = parts.scheme in {"", "ray"}
    except ValueError:
        has_place = is_ours = False
    if not has_place or not is_ours:
        raise RayError(
            f"{address!r} is no address of a Ray cluster",
            "write it as HOST:6379 or ray://HOST:10001, or write local",
        )
    grpc: Any = importlib.import_module("grpc")  # Chroma and Ray bring it
    # A proxy of the environment is for the web, not for a cluster.
    channel = grpc.insecure_channel(parts.netloc, options=[("grpc.enable_http_proxy", 0)])
    try:
        grpc.channel_ready_future(channel).result(timeout=_CONNECT_SECONDS)
    except grpc.FutureTimeoutError:
        raise RayError(
            f"there is no Ray cluster at {address}: nothing there answers as one in "
            f"{_CONNECT_SECONDS:.0f} s",
            "check the address, and that it runs (ray status); HOST:6379 is for a machine of the "
            "cluster, ray://HOST:10001 for others",
            retryable=True,
        ) from None
    finally:
        channel.close()
    return not parts.scheme and parts.hostname in {_LOOPBACK, "localhost"}


def _cannot_connect(address: str, error: Exception) -> RayError:
    if isinstance(error, RayError):
        return error
    text = " ".join(str(error).split())
    if "version" in text.lower() and "match" in text:
        return RayError(
            f"the Ray cluster at {address} runs other versions: {text[:300]}",
            "use the same versions of Ray and of Python here and on every machine of the cluster",
        )
    what = "cannot start Ray here" if address == LOCAL else f"cannot use the Ray cluster {address}"
    return RayError(
        f"{what}: {text[:300] or type(error).__name__}",
        "see that it runs (ray status) and that RAY_AUTH_MODE is the same on both sides"
        if address != LOCAL
        else "see that there are 1 GB of memory and of temporary space, or leave out --ray",
    )
