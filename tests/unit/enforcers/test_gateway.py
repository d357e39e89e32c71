"""A gateway in a network namespace of its own: loaded, confirmed, undone, and taken back by itself."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from garde.enforcers.gateway import Gateway
from garde.errors import Conflict, Missing, Refused, Unreachable

NONE = "add table inet garde\ndelete table inet garde\n"


def table(generation: int) -> str:
    comment = f'comment "garde generation={generation}"'
    return f"{NONE}table inet garde {{\n\t{comment}\n\tchain a {{\n\t\tcounter accept\n\t}}\n}}\n"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Gateway, tuple[str, ...]]]:
    """A gateway in a namespace that lives as long as one sleeping process."""
    keeper = subprocess.Popen(
        ["unshare", "-n", "sh", "-c", "echo ready; exec sleep 300"], stdout=subprocess.PIPE, text=True
    )
    assert keeper.stdout is not None and keeper.stdout.readline() == "ready\n", "no network namespace can be made here"
    command = ("nsenter", "-t", str(keeper.pid), "-n")
    try:
        yield Gateway(command, run=f"{tmp_path}/run folder", kept=f"{tmp_path}/kept"), command
    finally:
        keeper.kill()
        keeper.wait()
        keeper.stdout.close()


def until(gateway: Gateway, token: str, state: str) -> None:
    while gateway.state(token) != state:
        time.sleep(0.05)


def test_what_is_confirmed_stays_and_is_kept_for_the_next_start(
    held: tuple[Gateway, tuple[str, ...]], tmp_path: Path
) -> None:
    gateway, _ = held
    assert gateway.read() == ""
    token = gateway.apply(table(1), NONE, 1, seconds=600)
    assert gateway.state(token) == "pending"
    gateway.confirm(token)
    assert gateway.state(token) == "confirmed"
    assert "generation=1" in gateway.read()
    assert (tmp_path / "kept/held.nft").read_text() == table(1)
    with pytest.raises(Conflict, match=r"enforcer\.over"):
        gateway.confirm(token)


def test_what_nobody_confirms_is_taken_back_by_the_gateway_alone(held: tuple[Gateway, tuple[str, ...]]) -> None:
    gateway, _ = held
    first = gateway.apply(table(1), NONE, 1, seconds=600)
    gateway.confirm(first)
    before = gateway.read()
    # Another process applies it and is gone at once: whoever asked need not be there any more.
    token = gateway.apply(table(2), NONE + before, 2, seconds=1)
    until(gateway, token, "reverted")
    assert gateway.read() == before
    with pytest.raises(Conflict, match=r"enforcer\.over"):
        gateway.confirm(token)


def test_undo_works_before_and_after_confirming(held: tuple[Gateway, tuple[str, ...]], tmp_path: Path) -> None:
    gateway, _ = held
    for confirmed in (False, True):
        token = gateway.apply(table(1), NONE, 1, seconds=600)
        if confirmed:
            gateway.confirm(token)
        gateway.undo(token)
        assert (gateway.read(), gateway.state(token)) == ("", "reverted")
        assert (tmp_path / "kept/held.nft").read_text() == NONE
        with pytest.raises(Conflict, match=r"enforcer\.over"):
            gateway.undo(token)


def test_one_change_at_a_time(held: tuple[Gateway, tuple[str, ...]]) -> None:
    gateway, _ = held
    token = gateway.apply(table(1), NONE, 1, seconds=600)
    with pytest.raises(Conflict, match=r"enforcer\.pending"):
        gateway.apply(table(2), NONE, 2, seconds=600)
    gateway.undo(token)
    assert gateway.apply(table(3), NONE, 3, seconds=600).startswith("3-")


@pytest.mark.parametrize(("apply", "undo"), [("nonsense\n", NONE), (table(1), "nonsense\n")], ids=["apply", "undo"])
def test_without_a_sound_undo_nothing_is_loaded(held: tuple[Gateway, tuple[str, ...]], apply: str, undo: str) -> None:
    gateway, _ = held
    with pytest.raises(Refused, match=r"enforcer\.unsound"):
        gateway.apply(apply, undo, 1, seconds=600)
    assert gateway.read() == ""
    gateway.undo(gateway.apply(table(1), NONE, 1, seconds=600))


def test_a_dry_run_loads_nothing(held: tuple[Gateway, tuple[str, ...]]) -> None:
    gateway, _ = held
    gateway.check(table(1))
    assert gateway.read() == ""
    with pytest.raises(Refused, match=r"enforcer\.unsound"):
        gateway.check("table inet garde { chain a { nonsense } }")


def test_other_tables_of_the_gateway_stay(held: tuple[Gateway, tuple[str, ...]]) -> None:
    gateway, command = held
    subprocess.run([*command, "nft", "add table inet other"], check=True)
    gateway.undo(gateway.apply(table(1), NONE, 1, seconds=600))
    assert (
        "table inet other"
        in subprocess.run([*command, "nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout
    )


def test_a_ruleset_cannot_run_a_command(held: tuple[Gateway, tuple[str, ...]], tmp_path: Path) -> None:
    gateway, _ = held
    hostile = f"{NONE}# $(touch {tmp_path}/a) `touch {tmp_path}/b`\n# ' ; touch {tmp_path}/c\n"
    gateway.undo(gateway.apply(hostile, NONE, 1, seconds=600))
    assert not {"a", "b", "c"} & {path.name for path in tmp_path.iterdir()}


def test_a_change_that_nobody_made_is_missing(held: tuple[Gateway, tuple[str, ...]]) -> None:
    gateway, _ = held
    with pytest.raises(Missing, match=r"enforcer\.token"):
        gateway.state("1-00")
    with pytest.raises(Missing, match=r"enforcer\.token"):
        gateway.undo("1-00; touch x")


@pytest.mark.parametrize("seconds", [0, -1, 3601])
def test_the_time_to_confirm_is_bounded(seconds: int) -> None:
    with pytest.raises(Refused, match=r"enforcer\.time"):
        Gateway().apply(NONE, NONE, 1, seconds=seconds)


def test_a_gateway_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"enforcer\.command"):
        Gateway(("garde-no-such-command",)).read()
    with pytest.raises(Unreachable, match=r"enforcer\.failed"):
        Gateway(("false",)).read()
    with pytest.raises(Unreachable, match=r"enforcer\.silent"):
        Gateway(("sh", "-c", "sleep 60"), patience=0.2).read()
