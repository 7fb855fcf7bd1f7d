"""The API asked with whatever its document allows, by nobody and by each role: it answers as the document says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.server import Server
from zkdash.web.openapi import build

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ("viewer", "operator", "admin")
CONFIG = (
    """
[access]
sign_in = proxy
proxy_addresses = 127.0.0.1
[alert:hook]
type = command
command = true
"""
    + "".join(f"[grant:{role}]\nusers = {role}\nrole = {role}\n" for role in ROLES)
    + "[grant:elsewhere]\nusers = stranger\nclusters = none\n"
)
DOCUMENT = schemathesis.openapi.from_dict(build())
OPERATIONS = {found.ok().label: found.ok() for found in DOCUMENT.get_all_operations()}
WEBSOCKET = "GET /api/v1/events/stream"


@pytest.fixture(scope="module")
def zkdash(zookeeper: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    """A zkdash behind a proxy that says who asks."""
    process = ZkDashProcess(tmp_path_factory.mktemp("zkdash"), CONFIG, f"up={zookeeper.address}").start()
    try:
        yield process
    finally:
        process.close()


@pytest.mark.parametrize("label", [label for label in OPERATIONS if label != WEBSOCKET])
def test_it_answers_as_the_document_says(zkdash: ZkDashProcess, label: str) -> None:
    cases = OPERATIONS[label].as_strategy(generation_mode=GenerationMode.POSITIVE)

    @settings(
        max_examples=3,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Any) -> None:
        for role in ("", "nobody", "stranger", *ROLES):
            headers = {"X-Forwarded-User": role} if role else {}
            if role in ROLES and "name" in case.path_parameters:
                case.path_parameters["name"] = "up"
            response = case.call(base_url=f"http://127.0.0.1:{zkdash.port}", headers=headers)
            case.validate_response(response, checks=CHECKS)
            if not role:
                assert response.status_code == 401
            if role == "nobody":
                assert response.status_code in (403, 404)

    ask()
