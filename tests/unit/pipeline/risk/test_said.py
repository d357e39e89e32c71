"""What people say about risk is kept as it was said, once however often it is delivered."""

from __future__ import annotations

from garde.bus.log import LogBus
from garde.model.decision import Decision
from garde.model.risk.matrix import Approval
from garde.model.risk.scoring import Reach, Scoring
from garde.model.risk.treatment import Treatment
from garde.model.risk.vulnerability import Shelved
from garde.pipeline.risk.said import STAGE
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.unit.pipeline.test_runner import HandClock

SCORING = Scoring(
    id="s", at=1, grid="CRIT-DMC 1", criterion="C3", value=4, person="k", role="biomedical", reach=Reach(ward="Réa A")
)
APPROVAL = Approval(id="a", at=2, about="m-1", person="k", name="K. Morel", role="rssi")
TREATMENT = Treatment(id="t", at=3, device="d-1", matrix="m-1", option="avoid", person="k")
IMPORTED = Decision(id="i", at=4, verb="document.import", person="k", about="source-1", value="csaf", reason="a.json")


def test_kept_as_said() -> None:
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    runner = Runner(Registry(STAGE), store, bus, HandClock())
    for _ in range(2):
        bus.publish([SCORING, APPROVAL, TREATMENT, IMPORTED])
        runner.drain()
    assert [(one.id, one.format, one.file) for one in store.all(Shelved)] == [("source-1", "csaf", "a.json")]
    assert list(store.all(Scoring)) == [SCORING]
    assert store.linked(Approval, ["m-1"]) == {"m-1": [APPROVAL]}
    assert store.linked(Treatment, ["d-1"]) == {"d-1": [TREATMENT]}
    store.close()
