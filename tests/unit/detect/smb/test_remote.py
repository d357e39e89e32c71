"""Remote execution: programs, services, tasks and accounts from afar."""

from __future__ import annotations

import pytest

from garde.detect.smb.remote import CALLS, REMOTE
from tests.lookouts import Scene, end

CLIENT, SERVER = end("10.0.0.66"), end("10.0.0.9", 445)


@pytest.mark.parametrize(("call", "rule"), [(call, rule) for call, (rule, _) in CALLS.items()], ids=str)
def test_calls_that_administer(call: tuple[str, int], rule: str) -> None:
    scene = Scene(REMOTE)
    scene.tell("rpc.call", CLIENT, SERVER, interface=call[0], operation=call[1])
    assert scene.rules == [rule]
    assert scene.threats[0].subject[-1].value == "10.0.0.9"


def test_calls_that_only_look() -> None:
    scene = Scene(REMOTE)
    for interface, operation in (("svcctl", 15), ("samr", 5), ("srvsvc", 15), ("lsarpc", 44)):
        scene.tell("rpc.call", CLIENT, SERVER, interface=interface, operation=operation)
    assert scene.rules == []


def test_a_program_on_an_administrative_share_and_one_on_an_ordinary_share() -> None:
    scene = Scene(REMOTE)
    scene.tell("smb.write", CLIENT, SERVER, magic="pe", admin="")
    scene.tell("smb.write", CLIENT, SERVER, magic="pdf", admin="C$")
    assert scene.rules == []
    scene.tell("smb.write", CLIENT, SERVER, magic="pe", admin="ADMIN$")
    assert scene.rules == ["remote.tool-transfer"]


def test_the_pipe_that_psexec_leaves() -> None:
    scene = Scene(REMOTE)
    scene.tell("smb.pipe", SERVER, CLIENT, name="psexesvc-ws1-4711-stdin")
    scene.tell("smb.pipe", SERVER, CLIENT, name="spoolss")
    assert [(one.rule, one.subject[-1].value) for one in scene.threats] == [("remote.service", "10.0.0.9")]
