"""Probed: one probe of one target, from the command line.

Question: may this target be probed, and what does it answer?
Reference: issue 5 part 9 (contract of ``garde probe``); domain note 01 §11. Part of the composition root, which alone
knows what the store says of an address. A person who types a probe approves it for its kind; the classes RP0 and RP1,
use on a patient, a device that somebody excepted and the switch that suspends all hold for them too. An address of the
site that nobody knows as a device may be a ventilator: it is probed only with the person's word that it is none.

Example::

    print(as_text(probed("10.0.0.9", "dicom-echo", port=11112, options={"called": "PACS"})))
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from garde import config as settings
from garde.app import find, opened
from garde.errors import Malformed, Missing, Unreachable
from garde.inventory.kinds import kinds
from garde.model.device import Device
from garde.model.zones.action import ALL, Freeze
from garde.pipeline.actions.ends import Ends
from garde.ports import Store
from garde.probing.allow import Policy, Subject, forbidden, parse
from garde.probing.line import Access, Permit
from garde.probing.result import Result
from garde.probing.spec import TIMEOUT, run
from garde.probing.table import PROBES

#: Exit code of each state.
EXITS: Final = {"up": 0, "slow": 0, "down": 3, "unknown": 1}


def probed(
    target: str,
    name: str,
    *,
    port: int | None = None,
    options: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    known: bool = False,
    store: str | None = None,
    config: Path | None = None,
) -> Result:
    """Probe a target once.

    Args:
        target: an address, a host name, or a device of the store by any of its names.
        name: of the probe.
        port: in place of the protocol's own.
        options: of the probe.
        timeout: seconds.
        known: the person says that an address nobody knows is not a patient's device.
        store, config: as everywhere.

    Raises:
        Missing: no such probe, or nothing answers to that name.
        Refused: the policy forbids it, and says why.
        Malformed: an option, or the policy of the site.
    """
    if name not in PROBES:
        raise Missing("probe.name", f"No probe is called {name[:40]!r}", hint=f"Probes: {', '.join(PROBES.names)}")
    probe = PROBES[name]
    if not 0.1 <= timeout <= 60 or not 0 <= (1 if port is None else port) <= 65535:
        raise Malformed("probe.option", "A timeout is 0.1 to 60 seconds, a port 0 to 65535")
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        address = addressed(kept, target)
        permit = permits(kept, chosen, by_hand=True, known=known)

        async def once() -> Result:
            access = Access(permit, packets=chosen.probe.packets)
            return await run(probe, access, address, port=port, options=options, timeout=timeout)

        return asyncio.run(once())


def permits(kept: Store, chosen: settings.Config, *, by_hand: bool = False, known: bool = False) -> Permit:
    """The permit of this site: what the store says of an address at the moment it is asked, and the site's policy."""
    policy = site(chosen)

    def permit(address: str, probe: str) -> str:
        subject = about(kept, chosen, address)
        if known and subject.response == "unknown" and not subject.object.startswith("device:"):
            subject = msgspec.structs.replace(subject, response="RP3")
        frozen = kept.get(Freeze, [ALL]).get(ALL, Freeze()).on
        return forbidden(
            subject, probe, msgspec.structs.replace(policy, frozen=frozen), writes=PROBES[probe].writes,
            by_hand=by_hand,
        )  # fmt: skip

    return permit


def site(chosen: settings.Config) -> Policy:
    """The site's own policy; without one, no probe goes by itself.

    Raises:
        Unreachable: the file cannot be read.
        Malformed: with file and line.
    """
    if not chosen.probe.approvals:
        return Policy()
    file = Path(chosen.probe.approvals)
    try:
        return parse(file.read_text("utf-8"), file.name)
    except (OSError, UnicodeDecodeError) as error:
        raise Unreachable("probe.approvals", str(error)[:120], where=file.name) from None


def about(kept: Store, chosen: settings.Config, address: str) -> Subject:
    """What is known of an address now."""
    end = Ends(kept, chosen.site.networks, time.time_ns()).end(address)
    if end is None:
        return Subject(object=f"ip:{address}", address=address)
    own = ipaddress.ip_address(address).is_loopback and not end.device
    return Subject(
        object=end.object if end.device else f"ip:{address}",
        address=address,
        kind=end.kind,
        group=kinds()[end.kind].group if end.kind in kinds() else "",
        # This machine's own address leads to nobody else.
        response="outside" if own else end.response,
        use=end.use.state,
    )


def addressed(kept: Store, target: str) -> str:
    """The address of a target.

    Raises:
        Missing: nobody answers to that name, or the device has no address.
    """
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(target))
    try:
        device: Device = find(kept, target)
    except Missing:
        return _resolved(target)
    for key in device.keys:
        if key.kind == "ip":
            return key.value
    raise Missing("probe.no-address", f"{target} is known, but not its address")


def _resolved(name: str) -> str:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Missing("probe.nobody", f"Neither a device nor a host is called {name[:80]!r}") from None
    return str(found[0][4][0])


def options_of(words: Sequence[str]) -> dict[str, str]:
    """``name=value`` words as options; ``name=file:PATH`` takes the value from a file, as for passwords.

    Raises:
        Malformed: a word without its sign.
        Unreachable: the file cannot be read.
    """
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign:
            raise Malformed("probe.option", f"{word[:40]!r} is not NAME=VALUE")
        if value.startswith("file:"):
            try:
                value = Path(value.removeprefix("file:")).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise Unreachable("probe.option", f"{name} cannot be read: {str(error)[:80]}") from None
        found[name.strip()] = value
    return found


def as_record(result: Result) -> dict[str, Any]:
    """A result of the contract."""
    return {
        "probe": result.probe, "target": result.target, "port": result.port, "at": result.at, "state": result.state,
        "code": result.code, "message": result.text, "metrics": result.metrics, "evidence": result.evidence,
    }  # fmt: skip


def as_text(result: Result) -> str:
    """A result on a few lines."""
    where = f"{result.target} port {result.port}" if result.port else result.target
    lines = [f"{result.state.upper()}  {result.probe}  {where}  {result.text} [{result.code}]"]
    lines += [f"  {name} {value:g}" for name, value in result.metrics.items()]
    lines += [f"  {name} {value}" for name, value in result.evidence.items()]
    return "\n".join(lines)
