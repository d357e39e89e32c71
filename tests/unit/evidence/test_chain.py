"""Walking: what does not follow is named, and the walk goes on behind it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from garde.evidence.chain import Walk, digest_of
from garde.model.chain import GENESIS, follow, item
from garde.ports import Entry


def chained(count: int) -> list[Entry]:
    entries, link = [], GENESIS
    for seq in range(1, count + 1):
        link = follow(link, item(seq, seq, f"m{seq}", "Wakeup", b"body"))
        entries.append(Entry(seq, f"m{seq}", seq, "Wakeup", b"body", link))
    return entries


def walked(entries: list[Entry]) -> list[str]:
    walk = Walk(0, GENESIS)
    return [line for entry in entries if (line := walk.step(entry))]


def test_a_whole_chain_has_no_break() -> None:
    assert walked(chained(9)) == []


@pytest.mark.parametrize(
    "values", [{"at": 7}, {"id": "x"}, {"kind": "x"}, {"body": b""}, {"body": "text"}, {"at": "3"}, {"at": 1 << 70}]
)
def test_every_column_is_bound(values: dict[str, Any]) -> None:
    entries = chained(5)
    entries[2] = msgspec.structs.replace(entries[2], **values)
    (line,) = walked(entries)
    assert line.startswith("message 3 (") and "message 2" in line


def test_a_removed_and_a_moved_message_break_the_chain() -> None:
    entries = chained(5)
    assert walked([*entries[:2], *entries[3:]])[0].startswith("message 4 (m4) does not follow from message 2")
    assert walked([entries[1], entries[0], *entries[2:]])[0].startswith("message 2 (m2) does not follow from message 0")


def test_what_has_not_the_types_of_a_message_has_no_digest() -> None:
    assert digest_of(Entry(1, b"x", 1, "k", b"", b"")) is None  # type: ignore[arg-type]
