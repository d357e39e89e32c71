"""Only what was confirmed holds."""

import pytest

from garde.model.zones.force import Force


@pytest.mark.parametrize(("state", "holds"), [("pending", False), ("confirmed", True), ("undone", False)])
def test_only_what_was_confirmed_holds(state: str, holds: bool) -> None:
    one = Force(id="gw", policy="p-1", mode="enforce", generation=2, token="2-a", state=state, at=1, person="k")
    assert one.holds is holds
