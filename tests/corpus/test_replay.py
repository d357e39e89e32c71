"""Every capture of the corpus replays without a traceback, and its devices are plausible."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde import app
from garde.model.catalogue import attributes, sources
from garde.model.key import is_group_mac
from garde.report.devices import as_replay
from tests.corpus.place import captures, corpus

ABSENT = "the corpus is not beside this checkout; set GARDE_CORPUS to its folder"

pytestmark = pytest.mark.skipif(not captures(), reason=ABSENT)


def name(path: Path) -> str:
    place = corpus()
    return str(path.relative_to(place)) if place else path.name


@pytest.mark.parametrize("path", captures(), ids=name)
def test_it_replays(path: Path) -> None:
    report = app.replay([path])
    assert report.unreadable == 0, report.trouble
    assert report.stats["packets"] > 0
    record = as_replay(report.devices, report.stats)
    assert len({device["id"] for device in record["devices"]}) == len(record["devices"])
    for device in report.devices:
        assert device.keys, device.id
        assert not any(key.kind == "mac" and is_group_mac(key.value) for key in device.keys), device.keys
        for claim in device.claims.values():
            assert claim.attribute in attributes()
            assert 0 <= claim.confidence <= 1
            assert claim.sources, (device.id, claim.attribute)
            for line in claim.sources:
                assert line.source in sources()
                assert line.place is None or 1 <= line.place.packet <= report.stats["packets"]
