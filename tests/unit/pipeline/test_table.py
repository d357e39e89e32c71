"""The table of stages."""

from __future__ import annotations

from garde.model.codec import KINDS
from garde.pipeline.shapes import SHAPES
from garde.pipeline.table import stages


def test_every_stage_consumes_known_messages_and_reads_kept_nouns() -> None:
    kept = {shape.kind for shape in SHAPES}
    for stage in stages():
        assert set(stage.consumes) <= set(KINDS.values()), stage.name
        assert set(stage.reads) <= kept, stage.name
