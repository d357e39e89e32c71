"""Gateway: nftables on a Linux machine, here or behind a command such as ssh, with a way back that needs nobody.

Question: how does a ruleset reach the gateway so that a mistake undoes itself, even when Garde cannot be reached?
Reference: domain note 04 §7 (a timer on the enforcement point restores unless confirmed; 30 s at most) and §8.1 (check,
then load in one transaction). The undo is checked before anything is loaded; the timer is a process of the gateway in
a session of its own, so it outlives the connection and Garde. Needs nft, setsid and a POSIX shell there. What is
confirmed lies in ``held.nft`` for the gateway's own start-up, so a gateway that starts before anybody confirmed comes
up with what was there before. Left out: what was decided, which is `garde.zones.enforce`.

Example::

    gateway = Gateway(("ssh", "-o", "BatchMode=yes", "garde@gw-1"))
    made = plan(gateway.read(), ruleset)
    token = gateway.apply(made.apply, made.undo, made.generation, seconds=600)
    gateway.confirm(token)      # or gateway.undo(token), or nothing: it is undone after ten minutes
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from typing import Final

from garde.errors import Conflict, Missing, Refused, Unreachable

#: Codes with which the scripts below end, besides 0.
_PENDING, _UNSOUND, _UNLOADED, _GONE = 75, 65, 70, 69
#: Longest time that a ruleset may wait to be confirmed, in seconds.
LONGEST: Final = 3600
_NO_CHANGE: Final = "0-0"
_READ: Final = """
nft list tables inet | grep -qx 'table inet {table}' || exit 0
exec nft -nn list table inet {table}
"""
_CHECK: Final = """
nft -c -f - <<'{mark}' || exit {unsound}
{apply}{mark}
"""
_APPLY: Final = """
set -u
umask 077
mkdir -p {run} && cd {run} || exit {unloaded}
# One change at a time: the next one's undo would bring back a ruleset that nobody has confirmed.
for other in pending.* reverting.*; do [ -e "$other" ] && {{ echo "$other" >&2; exit {pending}; }}; done
cat > {token}.apply <<'{mark}'
{apply}{mark}
cat > {token}.undo <<'{mark}'
{undo}{mark}
nft -c -f {token}.undo && nft -c -f {token}.apply || {{ rm -f {token}.*; exit {unsound}; }}
: > pending.{token}
setsid sh -c '
sleep {seconds}
mv pending.{token} reverting.{token} 2>/dev/null || exit 0
until nft -f {token}.undo; do sleep 1; done
mv reverting.{token} reverted.{token}
' </dev/null >/dev/null 2>&1 &
nft -f {token}.apply || {{ rm -f pending.{token}; exit {unloaded}; }}
"""
_CONFIRM: Final = """
set -u
umask 077
cd {run} && mv pending.{token} confirmed.{token} 2>/dev/null || exit {gone}
mkdir -p {kept} && cp {token}.apply {kept}/held.next && mv {kept}/held.next {kept}/held.nft || exit {unloaded}
"""
_UNDO: Final = """
set -u
umask 077
cd {run} || exit {gone}
mv pending.{token} reverting.{token} 2>/dev/null || mv confirmed.{token} reverting.{token} 2>/dev/null || exit {gone}
nft -f {token}.undo || exit {unloaded}
mkdir -p {kept} && cp {token}.undo {kept}/held.next && mv {kept}/held.next {kept}/held.nft || exit {unloaded}
mv reverting.{token} reverted.{token}
"""
_STATE: Final = """
cd {run} 2>/dev/null || exit {gone}
for word in pending reverting confirmed reverted; do [ -e $word.{token} ] && {{ echo $word; exit 0; }}; done
exit {gone}
"""


class Gateway:
    """One gateway under nftables.

    Args:
        command: what runs a shell there, for example ssh with its options and the host; empty for this machine.
        run: folder there for a change under way; it should not outlive a restart of the machine.
        kept: folder there for what is to be loaded when it starts.
        table: name of the table, family inet.
        patience: seconds to wait for an answer.
    """

    def __init__(
        self,
        command: Sequence[str] = (),
        *,
        run: str = "/run/garde-gateway",
        kept: str = "/var/lib/garde-gateway",
        table: str = "garde",
        patience: float = 30.0,
    ) -> None:
        self._command = tuple(command)
        self._run, self._kept, self._table, self._patience = shlex.quote(run), shlex.quote(kept), table, patience

    def read(self) -> str:
        """Our table as nft lists it; empty when there is none.

        Raises:
            Unreachable: the gateway does not answer, or has no nft.
        """
        return self._shell(_READ)

    def check(self, apply: str) -> None:
        """Let nft look at a script without loading it: a dry run.

        Raises:
            Refused: nft would not take it.
            Unreachable: the gateway does not answer.
        """
        self._shell(_CHECK, apply=apply)

    def apply(self, apply: str, undo: str, generation: int, *, seconds: int) -> str:
        """Load a ruleset that is taken back unless it is confirmed in time; its token.

        Args:
            apply, undo: scripts for ``nft -f``, one transaction each.
            generation: of the ruleset.
            seconds: until the gateway takes it back by itself, 1 to ``LONGEST``.

        Raises:
            Conflict: another change waits to be confirmed.
            Refused: nft would not take one of the scripts; nothing was changed.
            Unreachable: the gateway does not answer; the change may be under way, and takes itself back.
        """
        if not 1 <= seconds <= LONGEST:
            raise Refused("enforcer.time", f"{seconds} s: a change waits 1 to {LONGEST} s to be confirmed")
        token = f"{int(generation)}-{os.urandom(6).hex()}"
        self._shell(_APPLY, token, apply=apply, undo=undo, seconds=str(int(seconds)))
        return token

    def confirm(self, token: str) -> None:
        """Keep the ruleset, also when the gateway starts again.

        Raises:
            Conflict: it was taken back meanwhile, or is confirmed already.
            Unreachable: the gateway does not answer.
        """
        self._shell(_CONFIRM, token)

    def undo(self, token: str) -> None:
        """Put back what was there before, confirmed or not.

        Raises:
            Conflict: it was taken back already.
            Unreachable: the gateway does not answer; an unconfirmed change takes itself back.
        """
        self._shell(_UNDO, token)

    def state(self, token: str) -> str:
        """``pending``, ``reverting``, ``confirmed`` or ``reverted``.

        Raises:
            Missing: the gateway knows no such change.
            Unreachable: the gateway does not answer.
        """
        try:
            return self._shell(_STATE, token).strip()
        except Conflict:
            raise Missing("enforcer.token", f"The gateway knows no change {token}") from None

    def _shell(
        self, script: str, token: str = _NO_CHANGE, *, apply: str = "", undo: str = "", seconds: str = "0"
    ) -> str:
        if not re.fullmatch(r"\d{1,18}-[0-9a-f]+", token):
            raise Missing("enforcer.token", f"{token!r} is no change of a gateway")
        # A line of the rulesets that ended the text early would be run by the shell.
        mark = f"END-{os.urandom(9).hex()}"
        text = script.format(
            table=self._table, run=self._run, kept=self._kept, token=token, mark=mark, seconds=seconds,
            apply=_ended(apply), undo=_ended(undo), pending=_PENDING, unsound=_UNSOUND, unloaded=_UNLOADED, gone=_GONE,
        )  # fmt: skip
        words = [*self._command, "sh", "-s"]
        try:
            done = subprocess.run(
                words, input=text, capture_output=True, text=True, timeout=self._patience, check=False
            )
        except FileNotFoundError:
            raise Unreachable("enforcer.command", f"There is no command {words[0]}") from None
        except subprocess.TimeoutExpired:
            raise Unreachable("enforcer.silent", f"{' '.join(words)} did not answer in {self._patience:g} s") from None
        if done.returncode:
            raise _failure(done.returncode, done.stderr.strip()[:2000], " ".join(words))
        return done.stdout


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _failure(code: int, said: str, where: str) -> Conflict | Refused | Unreachable:
    if code == _PENDING:
        return Conflict("enforcer.pending", f"Another change waits to be confirmed: {said}", where=where)
    if code == _UNSOUND:
        return Refused("enforcer.unsound", f"nft does not take it: {said}", where=where)
    if code == _GONE:
        return Conflict(
            "enforcer.over", "There is no such change under way: it was taken back or confirmed", where=where
        )
    return Unreachable("enforcer.failed", f"The gateway says ({code}): {said}", where=where)
