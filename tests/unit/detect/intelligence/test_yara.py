"""YARA rules on files rebuilt from the traffic."""

from __future__ import annotations

import pytest

from garde.detect.intelligence.yara import YARA, compiled
from garde.detect.spec import Setting
from garde.errors import Malformed
from tests.lookouts import Scene, end

RULE = 'rule Ward { meta: confidence = 66 strings: $a = "evil payload" condition: $a }'


def test_a_file_that_matches_and_one_that_does_not() -> None:
    scene = Scene(YARA, Setting(yara=(RULE,)))
    scene.tell("file.seen", end("10.0.0.1"), end("10.0.0.2"), octets=b"good payload", by="smb")
    assert scene.rules == []
    scene.tell("file.seen", end("10.0.0.1"), end("10.0.0.2"), octets=b"an evil payload", by="smb")
    assert scene.rules == ["yara.match"]
    assert scene.threats[0].confidence == 66 and "rule: Ward" in scene.threats[0].reasons


def test_without_rules_nothing_is_scanned() -> None:
    scene = Scene(YARA)
    scene.tell("file.seen", end("10.0.0.1"), end("10.0.0.2"), octets=b"an evil payload", by="smb")
    assert scene.rules == []


@pytest.mark.parametrize("text", ["rule", 'include "/etc/passwd"'])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="rules 1"):
        compiled([text])
