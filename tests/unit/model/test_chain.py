"""The chain: every part of a message, and every message before it, is in its link."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.model.chain import GENESIS, follow, item

MESSAGE = st.tuples(st.integers(0, 1 << 62), st.integers(-(1 << 62), 1 << 62), st.text(), st.text(), st.binary())


@given(MESSAGE, MESSAGE)
def test_two_messages_have_two_digests(
    one: tuple[int, int, str, str, bytes], two: tuple[int, int, str, str, bytes]
) -> None:
    assert (item(*one) == item(*two)) == (one == two)


def test_what_one_column_loses_and_the_next_gains_is_seen() -> None:
    assert item(1, 2, "ab", "c", b"d") != item(1, 2, "a", "bc", b"d") != item(1, 2, "a", "b", b"cd")


def test_a_link_binds_all_before_it() -> None:
    digest = item(1, 2, "a", "b", b"")
    assert follow(follow(GENESIS, digest), digest) != follow(GENESIS, digest)
    # An item cannot be taken for a link: they are hashed with another first octet (RFC 9162 §2.1.1).
    assert follow(GENESIS, digest) != digest


def test_the_digests_stay_what_they_are() -> None:
    """A stored chain must verify for ever: these values never change."""
    digest = item(1, 5, "w", "Wakeup", b"body")
    assert digest.hex() == "abd9ab28436d90d7d1a93c9af203bcf7b7ad08357f69e7009c1c1edec597fd4c"
    assert follow(GENESIS, digest).hex() == "2ecc66478cb3d26a81e6add557c822a399d84b2154bd952424ed727d73b28d94"
