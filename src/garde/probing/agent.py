"""Agent: an SNMP agent that is asked for values and walked, with every request paid for.

Question: what does this agent hold under these names?
Reference: RFC 3416 (GetRequest, GetBulkRequest), RFC 3414 (users). Two methods, so that another library can stand in
for gufo-snmp. A session is opened by `garde.probing.line.Line.agent` only, where the policy is asked.

Example::

    async with line.agent(Credentials(community="public")) as agent:
        values = await agent.get(["1.3.6.1.2.1.1.3.0"])
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec
from gufo.snmp import (
    Aes128Key,
    Aes256Key,
    DesKey,
    Md5Key,
    NoSuchInstance,
    Sha1Key,
    Sha256Key,
    Sha512Key,
    SnmpAuthError,
    SnmpDecodeError,
    SnmpError,
    User,
)
from gufo.snmp.aio import SnmpSession

from garde.errors import Malformed, Unreachable

#: Names of algorithms (RFC 3414, 3826, 7860).
AUTHENTICATION: Final[dict[str, Any]] = {
    "md5": Md5Key, "sha1": Sha1Key, "sha256": Sha256Key, "sha512": Sha512Key
}  # fmt: skip
PRIVACY: Final[dict[str, Any]] = {"des": DesKey, "aes128": Aes128Key, "aes256": Aes256Key}
#: Values of one answer of a walk, and of a whole walk.
REPEATED: Final = 20
MOST: Final = 2000
Value = TypeVar("Value")


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """How an agent is spoken to: a community (v2c), or a user (v3).

    Attributes:
        community: of v2c.
        user: of v3; empty means v2c.
        auth, auth_key: algorithm and password; empty means none.
        priv, priv_key: the same for secrecy.
    """

    community: str = "public"
    user: str = ""
    auth: str = ""
    auth_key: str = ""
    priv: str = ""
    priv_key: str = ""

    def person(self) -> User | None:
        """The user of v3.

        Raises:
            Malformed: an algorithm that nobody knows, or a password shorter than eight octets (RFC 3414 §11.2).
        """
        if not self.user:
            return None
        return User(
            self.user,
            auth_key=_key(AUTHENTICATION, self.auth, self.auth_key),
            priv_key=_key(PRIVACY, self.priv, self.priv_key),
        )


def _key(known: dict[str, Any], name: str, word: str) -> Any:
    if not name:
        return None
    if name not in known or len(word.encode()) < 8:
        raise Malformed(
            "probe.option", f"{name[:20]!r} needs a password of eight octets", hint=f"Known: {', '.join(known)}"
        )
    return known[name](word.encode())


class Agent:
    """An open session.

    Args:
        session: of gufo-snmp.
        pay: pays for packets.
        left: seconds until the deadline.
    """

    def __init__(self, session: SnmpSession, pay: Callable[[int], Awaitable[None]], left: Callable[[], float]) -> None:
        self._session = session
        self._pay = pay
        self._left = left

    async def begin(self) -> None:
        """Find the engine out and sign in; v3 only (RFC 3414 §4)."""
        await self._pay(2)
        await self._asked(self._session.refresh())

    async def get(self, names: Sequence[str]) -> dict[str, Any]:
        """Values by name; a name that the agent does not know is absent.

        Raises:
            Unreachable: silent or refused.
            Malformed: no SNMP.
        """
        await self._pay(1)
        try:
            return dict(await self._asked(self._session.get_many(names)))
        except NoSuchInstance:
            return {}

    async def walk(self, name: str) -> dict[str, Any]:
        """Everything under a name: the rest of each name → value, at most ``MOST`` of them.

        Raises:
            Unreachable: silent or refused.
            Malformed: no SNMP.
        """
        found: dict[str, Any] = {}
        steps = self._session.getbulk(name, REPEATED).__aiter__()
        while len(found) < MOST:
            if len(found) % REPEATED == 0:
                await self._pay(1)
            try:
                oid, value = await self._asked(steps.__anext__())
            except StopAsyncIteration:
                break
            short = oid.removeprefix(name + ".")
            if short in found:
                raise Malformed("snmp.loop", "The agent walks in a circle", where="RFC 3416 §4.2.3")
            found[short] = value
        return found

    async def _asked(self, answer: Awaitable[Value]) -> Value:
        try:
            async with asyncio.timeout(max(self._left(), 1e-3)):
                return await answer
        except NoSuchInstance:
            raise
        except TimeoutError:
            raise Unreachable("probe.silent", "Nothing answers") from None
        except SnmpAuthError:
            raise Unreachable("snmp.authentication", "The agent does not take this user") from None
        except SnmpDecodeError:
            raise Malformed("probe.garbage", "No SNMP comes back", where="RFC 3416 §3") from None
        except SnmpError as error:
            raise Malformed("snmp.error", f"The agent answers with an error: {str(error)[:80]}") from None
