"""The description of the interface is complete, and whatever it allows can be sent without making the server fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis

# brought in here, not when first used: compiling it (pytest rewrites its asserts) while the server's threads compile
# too trips CPython 3.11's counter of the depth of syntax trees, and fails
import schemathesis.specs.openapi.schemas
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from security_floor import Floor, opened
from selat.web.login import COOKIE
from selat.web.openapi import SAID
from selat.web.openapi_schemas import COMPONENTS, SHAPES

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    yield from opened(tmp_path_factory)


def test_the_description_is_complete(floor: Floor) -> None:
    with floor.client("observer") as c:
        spec = c.get("/api/openapi.json").json()
    names = [o["operationId"] for p in spec["paths"].values() for o in p.values()]
    assert len(names) == len(set(names)), "each has a name of its own, for generated clients"
    described = {k for k in COMPONENTS if f'"#/components/schemas/{k}"' in str(spec).replace("'", '"')}
    assert described == set(COMPONENTS)
    for shape in SHAPES:
        assert shape.split(" ")[1] in SAID, shape


CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


# streams never end and are asked elsewhere
def test_nothing_that_the_description_allows_makes_the_server_fail(floor: Floor) -> None:
    """Schemathesis: valid and invalid requests for every operation, with an account that may do all."""
    headers = {"cookie": f"{COOKIE}={floor.cookies['admin']}"}
    schema = schemathesis.openapi.from_url(floor.server.url + "api/openapi.json", headers=headers)
    operations = [r.ok() for r in schema.get_all_operations()]
    tried = 0
    for operation in operations:
        if operation.path.endswith("/stream"):
            continue

        @given(case=operation.as_strategy())
        @settings(
            max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        def one(case: Any) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(headers=headers, checks=list(CHECKS), timeout=20)

        one()
    assert tried > 200
