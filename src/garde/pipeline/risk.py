"""The risk stage: what people say of criticality, matrices and treatments is kept as they said it.

Question: where does a scoring, an approval or a treatment go, so that every score can be made again from it?
Reference: DESIGN §5; `garde.risk` computes from what is kept here, nothing is computed on the way in. Who may say it is
the gate's to ask, and whether it answers the grid is asked before it is said (`garde.risk.criticality.checked`,
`garde.risk.treatment.checked`).

Example:
    >>> STAGE.name, [kind.__name__ for kind in STAGE.consumes]
    ('risk', ['Scoring', 'Approval', 'Treatment'])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from garde.model.message import Message
from garde.model.risk.matrix import Approval
from garde.model.risk.scoring import Scoring
from garde.model.risk.treatment import Treatment
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View

#: What people say about risk.
SAID: Final = (Scoring, Approval, Treatment)


def _keep(batch: Sequence[Message], view: View) -> Iterable[Effect]:
    return (Put(message) for message in batch if isinstance(message, SAID))


STAGE: Final = Stage(name="risk", consumes=SAID, reads=(), run=_keep)
