"""What forbids a probe, in every state."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.inventory.kinds import kinds
from garde.probing.allow import REASONS, Approval, Never, Policy, Subject, forbidden, parse, reasons
from garde.probing.line import Access
from garde.probing.spec import run
from garde.probing.table import PROBES

TOML = """
[[approval]]
kinds = ["PACS"]
probes = ["dicom-echo"]
by = "DSI"

[[never]]
object = "ip:10.0.3.0/24"
by = "biomed"
reason = "old VxWorks"
"""


def test_a_site_says_what_may_be_probed() -> None:
    policy = parse(TOML, "site.toml")
    pacs = Subject(object="device:d-1", address="10.0.0.9", kind="PACS", group="information", response="RP1")
    assert forbidden(pacs, "dicom-echo", policy) == ""
    assert forbidden(pacs, "tcp", policy) == "RP1"
    assert forbidden(Subject(address="10.0.3.7", kind="PRINT", group="office", response="RP3"), "tcp", policy) == (
        "no-active"
    )
    assert reasons(["in-use", "frozen"]) == "it is in use on a patient, all actions are suspended"


@pytest.mark.parametrize("words", ["ip:10.0.0.300", "wing:B", "device:", "ip:"])
def test_an_exception_that_excepts_nothing_is_an_error(words: str) -> None:
    with pytest.raises(Malformed, match="probe.object"):
        parse(f'[[never]]\nobject = "{words}"\nby = "x"\n', "site.toml")


def test_a_wrong_word_gives_its_line() -> None:
    with pytest.raises(Malformed, match="line 2"):
        parse('[[approval]]\nkind = ["PACS"]\nprobes = []\nby = "x"\n', "site.toml")


KIND_NAMES = sorted(kinds())
SUBJECTS = st.builds(
    lambda kind, response, use, no_active, address: Subject(
        object="device:d-1", address=address, kind=kind, group=kinds()[kind].group if kind in kinds() else "",
        response=response or (kinds()[kind].response if kind in kinds() else "unknown"), use=use, no_active=no_active,
    ),
    st.sampled_from([*KIND_NAMES, "unknown"]),
    st.sampled_from(["", "RP0", "RP1", "RP2", "RP3", "unknown", "outside"]),
    st.sampled_from(["in-use", "idle", "unknown"]),
    st.booleans(),
    st.sampled_from(["127.0.0.1", "127.0.1.1"]),
)  # fmt: skip
POLICIES = st.builds(
    Policy,
    approvals=st.lists(
        st.builds(
            Approval,
            kinds=st.lists(st.sampled_from([*KIND_NAMES, "unknown", "outside"]), max_size=40).map(tuple),
            groups=st.lists(st.sampled_from(["medical", "information", "network", "office"]), max_size=4).map(tuple),
            probes=st.lists(st.sampled_from(PROBES.names), min_size=1, max_size=8).map(tuple),
            by=st.just("x"),
        ),
        max_size=3,
    ).map(tuple),
    never=st.lists(
        st.builds(Never, object=st.sampled_from(["ip:127.0.1.0/24", "kind:PACS", "device:d-1", "device:d-2"]),
                  by=st.just("x")),
        max_size=2,
    ).map(tuple),
    frozen=st.booleans(),
)  # fmt: skip


def must_not(subject: Subject, probe: str, policy: Policy) -> bool:
    """The same rules, said the other way round."""
    excepted = {f"kind:{subject.kind}", subject.object} | (
        {"ip:127.0.1.0/24"} if subject.address == "127.0.1.1" else set()
    )
    by_name = any(probe in row.probes and subject.kind in row.kinds for row in policy.approvals)
    return (
        policy.frozen
        or subject.no_active
        or any(row.object in excepted for row in policy.never)
        or subject.response in ("RP0", "unknown")
        or (subject.response == "RP1" and (subject.group in ("medical", "") or not by_name))
        or (subject.group == "medical" and subject.use != "idle")
        or (subject.use == "in-use" and subject.group == "")
    )


@settings(max_examples=1500, deadline=None)
@given(SUBJECTS, st.sampled_from(PROBES.names), POLICIES, st.booleans())
def test_a_probe_never_reaches_a_device_whose_policy_forbids_it(
    wire: Wire, subject: Subject, probe: str, policy: Policy, by_hand: bool
) -> None:
    """Every probe, on real sockets: whatever the state, no connection and no datagram comes where none may."""
    reason = forbidden(subject, probe, policy, writes=PROBES[probe].writes, by_hand=by_hand)
    assert reason in ("", *REASONS)
    if must_not(subject, probe, policy):
        assert reason
    wire.before = wire.count
    access = Access(lambda *_: reason, packets=1e9, apart=0)

    async def once() -> None:
        await run(PROBES[probe], access, "127.0.0.1", port=wire.port, timeout=0.005)

    if reason:
        with pytest.raises(Refused, match=f"probe.{reason.lower()}"):
            asyncio.run(once())
        assert access.bucket.spent == 0 and wire.count == wire.before
    assert not (must_not(subject, probe, policy) and wire.count != wire.before)


class Wire:
    """Listens on TCP and UDP, and counts who comes."""

    def __init__(self) -> None:
        self.stream = socket.create_server(("127.0.0.1", 0))
        self.port = self.stream.getsockname()[1]
        self.datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagram.bind(("127.0.0.1", self.port))
        self.before = 0

    @property
    def count(self) -> int:
        """Connections that wait; none is ever accepted before it is counted."""
        found = 0
        for one in (self.stream, self.datagram):
            one.setblocking(False)
        while True:
            try:
                self.stream.accept()[0].close()
                found += 1
            except BlockingIOError:
                break
        while True:
            try:
                self.datagram.recv(65536)
                found += 1
            except BlockingIOError:
                break
        self._all = getattr(self, "_all", 0) + found
        return self._all


@pytest.fixture(scope="module")
def wire() -> Any:
    """A peer that hears what reaches it."""
    found = Wire()
    yield found
    found.stream.close()
    found.datagram.close()


def test_the_policy_is_asked_again_where_the_socket_is_opened(wire: Wire) -> None:
    """It became forbidden while the probe waited for its turn."""
    asked: list[str] = []

    def permit(address: str, probe: str) -> str:
        asked.append(address)
        return "" if len(asked) == 1 else "in-use"

    async def once(name: str) -> None:
        await run(PROBES[name], Access(permit, packets=1e9), "127.0.0.1", port=wire.port, timeout=1)

    for probe in PROBES:
        asked.clear()
        before = wire.count
        with pytest.raises(Refused, match="probe.in-use"):
            asyncio.run(once(probe.name))
        assert len(asked) == 2 and wire.count == before
