"""The rhythms stage: conversations in, in which hours each device was used out.

Question: when was this address last at work on a patient, and in which hours of the week is it?
Reference: DESIGN §5 (roll-ups are part of the stage that makes them); `garde.model.rhythm`. Both ends count: a monitor
that is asked for its waveforms is as much in use as one that sends them.

Example:
    >>> STAGE.name
    'rhythms'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from garde.model.flow import Conversation
from garde.model.message import Message
from garde.model.rhythm import Rhythm, used
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View
from garde.respond.use import services


def _effects(batch: Sequence[Message], view: View) -> Iterable[Effect]:
    talks = [one for one in batch if isinstance(one, Conversation) and one.service in services()]
    names = {str(end) for one in talks for end in (one.source, one.target)}
    stored = view.get(Rhythm, names)
    known = dict(stored)
    for talk in talks:
        at = max(talk.at, talk.last_at)
        for name in (str(talk.source), str(talk.target)):
            known[name] = used(known.get(name) or Rhythm(id=name), talk.service, at)
    yield from (Put(one) for name, one in known.items() if one != stored.get(name))


STAGE: Final = Stage(name="rhythms", consumes=(Conversation,), reads=(Rhythm,), run=_effects)
