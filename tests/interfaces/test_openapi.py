"""The OpenAPI document, tried on the application that it describes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from index.store import Index
from tests.interfaces.serving import serving
from ui.server import create_app

pytestmark = [pytest.mark.integration, pytest.mark.slow]

_OURS = r"^/(health|api/ask|v1/.*)$"
_EXAMPLES = 30
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


@pytest.fixture(scope="module")
def described(index: Index) -> Iterator[schemathesis.BaseSchema]:
    with serving(create_app(index)) as url:
        yield schemathesis.openapi.from_url(f"{url}/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_what_is_described_is_what_is_served(
    described: schemathesis.BaseSchema, mode: GenerationMode
) -> None:
    tried: Counter[str] = Counter()

    def try_out(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=_CHECKS)
        tried[case.path] += 1

    for operation in described.include(path_regex=_OURS).get_all_operations():
        wanted = operation.ok()
        if mode is GenerationMode.NEGATIVE and not wanted.body:
            continue  # any text is the name of a model, if only of none that there is
        examples = _EXAMPLES if wanted.body else 5
        case = wanted.as_strategy(generation_mode=mode)
        check = settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )(given(case=case)(try_out))
        check()
    assert {"/api/ask", "/v1/chat/completions"} <= set(tried)
    assert min(tried[path] for path in ("/api/ask", "/v1/chat/completions")) >= _EXAMPLES // 2
