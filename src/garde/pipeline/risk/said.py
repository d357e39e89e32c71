"""The risk stage: what people say of criticality, matrices, treatments and names is kept as they said it, and which
documents they imported.

Question: where does a scoring, an approval or a treatment go, so that every score can be made again from it?
Reference: DESIGN §5; `garde.risk` computes from what is kept here, nothing is computed on the way in. Who may say it is
the gate's to ask, and whether it answers the grid is asked before it is said (`garde.risk.criticality.checked`,
`garde.risk.treatment.checked`).

Example:
    >>> STAGE.name, [kind.__name__ for kind in STAGE.consumes]
    ('risk', ['Scoring', 'Approval', 'Treatment', 'Naming', 'Decision'])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from garde.model.decision import Decision
from garde.model.message import Message
from garde.model.risk.matrix import Approval
from garde.model.risk.naming import Naming
from garde.model.risk.scoring import Scoring
from garde.model.risk.treatment import Treatment
from garde.model.risk.vulnerability import Shelved
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View

#: What people say about risk.
SAID: Final = (Scoring, Approval, Treatment, Naming)
#: Verb of a decision that says which document was imported; its record is in the store before that is said.
IMPORT: Final = "document.import"


def _keep(batch: Sequence[Message], view: View) -> Iterable[Effect]:
    for message in batch:
        if isinstance(message, SAID):
            yield Put(message)
        elif isinstance(message, Decision) and message.verb == IMPORT:
            yield Put(
                Shelved(
                    id=message.about, format=message.value, person=message.person, at=message.at, file=message.reason
                )
            )


STAGE: Final = Stage(name="risk", consumes=(*SAID, Decision), reads=(), run=_keep)
