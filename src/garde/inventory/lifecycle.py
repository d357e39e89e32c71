"""Lifecycle: is a device new, present, silent or gone?

Question: what does the time since it was last heard say of a device?
Reference: domain note 11 §2 (lost after 14 days), §3 (a loan that stays). Absence of traffic is never proof of$
absence of use: "not in use" needs positive evidence (domain note 11 §1). Left out: whether it is in use.

Example:
    >>> state(Device(id="d", keys=(), first_at=0, last_at=2 * DAY), now=40 * DAY)
    'gone'
"""

from __future__ import annotations

from typing import Final, Literal

from garde.model.device import Device

State = Literal["new", "present", "silent", "gone"]

DAY: Final = 86_400 * 1_000_000_000
#: First seen less than this ago.
NEW: Final = 7 * DAY
#: Not heard for longer than this: a device that is on says something every day.
SILENT: Final = 2 * DAY
#: Domain note 11 §2: no sighting for 14 days is lost.
GONE: Final = 14 * DAY


def state(device: Device, now: int) -> State:
    """The state at ``now``, nanoseconds since 1970. Being unheard weighs more than being new."""
    unheard = now - device.last_at
    if unheard > GONE:
        return "gone"
    if unheard > SILENT:
        return "silent"
    return "new" if now - device.first_at < NEW else "present"
