"""Codec: messages as bytes and back, tagged with their kind.

Question: how does a message lie in the log and travel on the bus, and how is its kind known again?
Reference: MessagePack; msgspec's tagged unions. Left out: compression, which the store or the bus may add.

Example:
    >>> from garde.model.message import Wakeup
    >>> decode(encode(Wakeup(id="w", at=5, stage="inventory", topic="silence"))).topic
    'silence'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.model.decision import Access, Decision
from garde.model.finding import Changed, Judgement
from garde.model.flow import Conversation
from garde.model.issued import Issued
from garde.model.message import Message, Wakeup
from garde.model.observation import Observation
from garde.model.risk.matrix import Approval
from garde.model.risk.naming import Naming
from garde.model.risk.scoring import Scoring
from garde.model.risk.treatment import Treatment
from garde.model.sensor import Pulse
from garde.model.threat import Threat
from garde.model.zones.action import Proposed, Ran
from garde.model.zones.place import Landing, Placement

#: Every kind of message, by the name that stands in the log.
KINDS: Final[dict[str, type[Message]]] = {
    kind.__name__: kind
    for kind in (
        *(Observation, Conversation, Decision, Access, Judgement, Changed, Pulse, Issued, Wakeup),
        *(Scoring, Approval, Treatment, Naming, Proposed, Ran, Placement, Landing, Threat),
    )
}

_Any = (
    Observation | Conversation | Decision | Access | Judgement | Changed | Pulse | Issued | Wakeup
    | Scoring | Approval | Treatment | Naming | Proposed | Ran | Placement | Landing | Threat
)  # fmt: skip
_encoder = msgspec.msgpack.Encoder()
_one = msgspec.msgpack.Decoder(_Any)
_many = msgspec.msgpack.Decoder(list[_Any])


def encode(message: Message) -> bytes:
    """One message as MessagePack."""
    return _encoder.encode(message)


def decode(data: bytes) -> Message:
    """One message.

    Raises:
        Malformed: not a message, or of a kind this version does not know.
    """
    try:
        message: Message = _one.decode(data)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Malformed("model.message", f"These bytes are no message: {error}") from None
    return message


def encode_many(messages: Iterable[Message]) -> bytes:
    """Many messages in one piece, as a bus carries them."""
    return _encoder.encode(list(messages))


def decode_many(data: bytes) -> list[Message]:
    """The messages of one piece.

    Raises:
        Malformed: not a list of messages.
    """
    try:
        return list(_many.decode(data))
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Malformed("model.message", f"These bytes are no messages: {error}") from None
