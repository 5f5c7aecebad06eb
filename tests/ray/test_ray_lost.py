"""Workers that are lost, by a fake Ray: told in bounded time, and what to do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from index import ray_cluster
from index.ray_cluster import Cluster, RayError
from index.ray_tasks import Refusal


class _RayFailureError(Exception):
    pass


class _CrashedError(_RayFailureError):
    pass


class FakeRay:
    """Runs a task when its result is asked for; or, without machines, never."""

    exceptions = SimpleNamespace(
        RayError=_RayFailureError,
        WorkerCrashedError=_CrashedError,
        NodeDiedError=_CrashedError,
        OutOfMemoryError=_CrashedError,
    )

    def __init__(self, *, cores: int = 2) -> None:
        self._cores = cores
        self.under_way = 0
        self.most = 0
        self.cancelled: list[Any] = []

    def nodes(self) -> list[dict[str, Any]]:
        dead = {"Alive": False, "Resources": {"CPU": 8.0}}
        return [dead, {"Alive": True, "Resources": {"CPU": float(self._cores)}}]

    def remote(self, **options: object) -> Any:
        def wrap(function: Any) -> Any:
            def start(*arguments: Any) -> Any:
                self.under_way += 1
                self.most = max(self.most, self.under_way)
                return function, arguments

            return SimpleNamespace(remote=start)

        return wrap

    def wait(
        self, refs: list[Any], num_returns: int, timeout: float
    ) -> tuple[list[Any], list[Any]]:
        return (refs[:num_returns], refs[num_returns:]) if self._cores else ([], refs)

    def get(self, ref: Any) -> Any:
        self.under_way -= 1
        function, arguments = ref
        return function(*arguments)

    def cancel(self, ref: Any) -> None:
        self.cancelled.append(ref)


def test_results_come_in_order_and_few_tasks_are_under_way() -> None:
    ray = FakeRay(cores=2)
    made = list(Cluster(ray).in_order(lambda n: n * n, ((n,) for n in range(100))))
    assert made == [n * n for n in range(100)]
    assert ray.most <= 6
    assert not ray.cancelled


def test_without_a_machine_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_cluster, "_LOST_SECONDS", 0.05)
    ray = FakeRay(cores=0)
    with pytest.raises(RayError, match="no machine left that can work") as error:
        list(Cluster(ray).in_order(abs, [(1,), (2,)]))
    assert error.value.retryable
    with pytest.raises(RayError, match="no machine left that can work"):
        list(Cluster(ray).as_ready(abs, [(3,)]))
    assert len(ray.cancelled) >= 2


def test_a_task_that_kills_its_workers_is_given_up() -> None:
    def crash(n: int) -> int:
        raise _CrashedError

    with pytest.raises(RayError, match="its Ray workers died 4 times"):
        list(Cluster(FakeRay()).in_order(crash, [(1,)]))


def test_a_worker_without_footnote_is_named() -> None:
    def fail(n: int) -> int:
        raise _RayFailureError("Traceback\nModuleNotFoundError: No module named 'index'")

    with pytest.raises(RayError, match=r"No module named 'index' \(fix: install Footnote"):
        list(Cluster(FakeRay()).in_order(fail, [(1,)]))


def test_what_is_ready_is_given_before_a_failure() -> None:
    def refuse(n: int) -> int | Refusal:
        return Refusal("no", "do") if n == 0 else n

    found = []
    ready = Cluster(FakeRay()).as_ready(refuse, [(n,) for n in range(3)])
    with pytest.raises(RayError, match=r"no \(fix: do\)"):
        found.extend(ready)
    assert sorted(found) == [(1, 1), (2, 2)]
