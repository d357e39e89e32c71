import pytest

from garde.inventory.lifecycle import DAY, state
from garde.model.device import Device


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(99, 100, "new"), (93, 100, "present"), (94, 100, "new"), (1, 98, "present"), (1, 97, "silent"),
     (99, 97, "silent"),
     (1, 86, "silent"), (1, 85, "gone"), (200, 200, "new")],
)  # fmt: skip
def test_the_state_after_a_hundred_days(first: int, last: int, expected: str) -> None:
    assert state(Device(id="d", keys=(), first_at=first * DAY, last_at=last * DAY), now=100 * DAY) == expected
