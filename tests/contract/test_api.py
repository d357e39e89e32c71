"""The interface gives the same answers over both stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.api.operations import OPERATIONS
from tests.hospital import ABOUT_PUMP, House, staffed
from tests.pages import PUMP
from tests.servers import postgres

VALUES = {
    "device": PUMP, "attribute": "ward", "finding": ABOUT_PUMP, "message": "w-said", "conversation": "c-0",
    "recording": "ct.pcap", "person": "ward", "sensor": "core-1",
}  # fmt: skip
#: What holds ids of people and of tokens, which are random: of lists the length is compared, records are passed over.
LISTS = ("me.tokens", "me.sessions", "tokens.list", "people.list", "messages.list", "decisions.list")
RECORDS = ("people.show", "settings.show")


def told(house: House) -> dict[str, object]:
    """What every operation that reads answers."""
    found: dict[str, object] = {}
    for row in OPERATIONS:
        if row.method == "GET":
            who = "administrator" if row.right.endswith(".manage") else "session"
            answer = house.get(row.path.format(**VALUES), who)
            if row.name not in RECORDS:
                found[row.name] = len(answer["items"]) if row.name in LISTS else answer
    return found


def decided(house: House) -> list[object]:
    """What comes of words, also of those that no database keeps."""
    words: list[tuple[str, dict[str, object]]] = [
        (f"/devices/{PUMP}/decisions", {"verb": "note", "reason": "é\U0001f600\u202e"}),
        (f"/devices/{PUMP}/decisions", {"verb": "merge", "other": "hostname:a\0b", "reason": "x"}),
        (f"/devices/{PUMP}/decisions", {"verb": "merge", "other": "d\0", "reason": "x"}),
        (f"/findings/{ABOUT_PUMP}/decisions", {"verb": "assign", "to": "a\0"}),
        (f"/findings/{ABOUT_PUMP}/decisions", {"verb": "assign", "to": "oncall"}),
        ("/decisions", {"devices": ["d\0"], "verb": "note", "reason": "x"}),
    ]
    answers = [house.send("POST", path, word) for path, word in words]
    statuses: list[object] = [one.status_code for one in answers]
    return [*statuses, house.get(f"/findings/{ABOUT_PUMP}")["holder"], house.ask("GET", "/people/%00").status_code]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], list[object]]:
    with staffed(tmp_path_factory.mktemp("sqlite")) as house:
        return told(house), decided(house)


def test_postgresql_answers_as_sqlite_does(tmp_path: Path, expected: tuple[dict[str, object], list[object]]) -> None:
    with postgres() as url, staffed(tmp_path, url) as house:
        assert told(house) == expected[0]
        assert decided(house) == expected[1]
    assert expected[1] == [200, 422, 422, 422, 200, 422, "oncall", 404]
