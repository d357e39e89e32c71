"""People named in the golden conversations of classic IT are named by no observation: users, passwords, patients."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.captures.golden import observations

CAPTURES = Path(__file__).parents[1] / "captures"
#: Folder → words that its capture holds and nobody may repeat.
PEOPLE = {
    "smb": ("dr.house", "operator"),
    "rdp": ("dr.house",),
    "ftp": ("house", "vicodin"),
    "telnet": ("house", "vicodin"),
    "mqtt": ("nurse", "s3cret", "10045533", "dupont"),
    "coap": ("dupont",),
    "http": ("DUPONT",),
}


def spelt(word: str) -> tuple[bytes, bytes]:
    return word.encode(), word.encode("utf-16-le")


@pytest.mark.parametrize("folder", PEOPLE)
def test_nobody_is_named(folder: str) -> None:
    paths = sorted((CAPTURES / folder).glob("*.pcap"))
    octets = b"".join(path.read_bytes() for path in paths)
    said = " ".join(one.value + str(one.subject) for path in paths for one in observations(path)).lower()
    for word in PEOPLE[folder]:
        assert any(form in octets for form in spelt(word)), (
            f"{word} is not in the capture: the test would prove nothing"
        )
        assert word.lower() not in said
