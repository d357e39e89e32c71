"""Result: what one probe of one target found, in the words of `garde.monitor.state`.

Question: does it answer, how fast, and if not, how exactly does it fail?
Reference: domain note 08 §2 (common result). A peer that refuses, hangs, drips, closes or talks nonsense gets a code of
its own, because each has another cause. What failed on our side is ``unknown``, which is not ``down``.

Example:
    >>> failed(Unreachable("probe.refused", "Nobody listens"), "tcp", "10.0.0.5", 104).state
    'down'
    >>> failed(Unreachable("prober.permission", "No raw socket"), "icmp", "10.0.0.5", 0).state
    'unknown'
"""

from __future__ import annotations

import msgspec

from garde.errors import GardeError, Unreachable

#: Characters of a peer's word that are kept: what a peer says is hostile.
LONGEST = 200


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe itself says of a peer that answered.

    Attributes:
        code: ``ok``, or a slug for what is wrong though it answered.
        down: that wrong makes it useless.
        metrics: name → value; times in milliseconds.
        evidence: name → what was seen, as text.
    """

    code: str = "ok"
    down: bool = False
    metrics: dict[str, float] = {}
    evidence: dict[str, str] = {}


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What one probe found.

    Attributes:
        probe: name of the row.
        target: address.
        port: 0 where the protocol has none.
        at: when it began; nanoseconds since 1970, 0 where no clock was asked.
        state: one of `garde.monitor.state.STATES`.
        code: a slug: ``ok``, ``slow``, ``probe.refused``…
        text: one sentence in plain words.
        metrics, evidence: as in `Answer`.
    """

    probe: str
    target: str
    port: int = 0
    at: int = 0
    state: str
    code: str
    text: str = ""
    metrics: dict[str, float] = {}
    evidence: dict[str, str] = {}


def failed(error: GardeError, probe: str, target: str, port: int, at: int = 0) -> Result:
    """The result of a probe that ended with a named failure."""
    own = isinstance(error, Unreachable) and error.code.startswith("prober.")
    return Result(
        probe=probe, target=target, port=port, at=at, state="unknown" if own else "down", code=error.code,
        text=error.what, evidence={"where": error.where} if error.where else {},
    )  # fmt: skip


def shown(raw: bytes) -> str:
    """What a peer said, short and printable.

    >>> shown(b"SSH-2.0-x\\r\\n\\x00")
    'SSH-2.0-x...'
    """
    return "".join(chr(octet) if 32 <= octet < 127 else "." for octet in raw[:LONGEST])
