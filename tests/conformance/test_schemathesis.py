"""The interface under schemathesis: what its description allows is answered as it says, what it forbids is refused.

Bounded: a few examples of each operation, asked in this process by several roles, always the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from garde.api.openapi import document
from tests.hospital import ABOUT_PUMP, House, staffed
from tests.pages import PUMP

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    missing_required_header,
    unsupported_method,
]
#: Things that exist, so that not every generated address leads nowhere.
KNOWN = {"device": PUMP, "attribute": "ward", "finding": ABOUT_PUMP, "message": "w-said", "conversation": "c-0",
         "recording": "ct.pcap", "person": "ward", "ward": "Bloc", "sensor": "core-1"}  # fmt: skip
ROLES = ("rssi", "biomedical-rea", "administrator", "ward", "session", "stranger")
#: Operations each example of which costs a slow hash: fewer suffice.
schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with staffed(tmp_path_factory.mktemp("schemathesis")) as opened:
        yield opened


@pytest.mark.parametrize("who", ROLES)
@schema.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_what_is_described_is_what_is_answered(case: Any, house: House, who: str) -> None:
    for name, value in KNOWN.items():
        # Every other example names something that exists.
        if name in (case.path_parameters or {}) and len(str(case.path_parameters[name])) % 2:
            case.path_parameters[name] = value
    case.operation.app = house.application
    checks = [*CHECKS, negative_data_rejection] if who == "rssi" else CHECKS
    case.call_and_validate(headers=house.secrets[who], checks=checks, base_url="http://garde.test")
