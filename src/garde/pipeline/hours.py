"""The hours stage: conversations in, how many devices were heard in each hour out.

Question: how many devices spoke in this hour, and in the same hour of other days?
Reference: DESIGN §5 (roll-ups are part of the stage that makes them); `garde.model.hour`. Only who asks is counted: who
is spoken to need not be there.

Example:
    >>> STAGE.name
    'hours'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from garde.model.flow import Conversation
from garde.model.hour import HOUR, Hour, counted, hour_id
from garde.model.message import Message
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View


def _effects(batch: Sequence[Message], view: View) -> Iterable[Effect]:
    heard: dict[int, set[str]] = {}
    for message in batch:
        if isinstance(message, Conversation):
            heard.setdefault(message.at // HOUR * HOUR, set()).add(str(message.source))
    known = view.get(Hour, [hour_id(at) for at in heard])
    for at, names in heard.items():
        before = known.get(hour_id(at)) or Hour(id=hour_id(at), at=at)
        after = counted(before, names)
        if after != before:
            yield Put(after)


STAGE: Final = Stage(name="hours", consumes=(Conversation,), reads=(Hour,), run=_effects)
