"""A seal: one form of its statement, and no other is read."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.seal import Seal

SEAL = Seal(number=2, first=4, last=9, count=6, head="00" * 32, at=5, key="11" * 32, previous="22" * 32)


def test_the_statement_is_what_any_json_library_writes() -> None:
    values = json.loads(SEAL.statement())
    assert json.dumps(values, sort_keys=True, separators=(",", ":")).encode() == SEAL.statement()
    assert Seal.read(SEAL.statement()) == SEAL


@pytest.mark.parametrize("value", [{"count": 7}, {"head": "01" * 32}, {"pruned": 1}, {"successor": "33" * 32}])
def test_every_value_is_in_the_digest(value: dict[str, Any]) -> None:
    assert msgspec.structs.replace(SEAL, **value).digest() != SEAL.digest()


@pytest.mark.parametrize(
    "statement", [b"", b"{}", b" " + SEAL.statement(), SEAL.statement().replace(b"}", b',"more":1}')]
)
def test_what_is_no_statement_is_malformed(statement: bytes) -> None:
    with pytest.raises(Malformed):
        Seal.read(statement)


@given(st.binary(max_size=60))
def test_any_octets_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        Seal.read(data)
