"""An agent that walks in a circle, and algorithms that nobody knows."""

from __future__ import annotations

import pytest

from garde.errors import Malformed
from garde.probing.agent import Credentials


@pytest.mark.parametrize("auth", ["md4", "sha1"])
def test_a_user_needs_a_known_algorithm_and_a_password(auth: str) -> None:
    with pytest.raises(Malformed, match="probe.option"):
        Credentials(user="x", auth=auth, auth_key="seven77" if auth == "sha1" else "long enough").person()


def test_a_community_has_no_user() -> None:
    assert Credentials().person() is None
    assert Credentials(user="garde").person() is not None
