"""What is said of one device goes before what is said of many."""

from __future__ import annotations

from garde.model.message import Message
from garde.model.risk.scoring import Reach, Scoring


def test_a_scoring_is_a_message() -> None:
    reach = Reach(ward="Réa")
    one = Scoring(id="s", at=1, grid="G 1", criterion="C1", value=None, person="a", role="rssi", reach=reach)
    assert isinstance(one, Message)


def test_the_narrower_reach_weighs_more() -> None:
    groups = [Reach(), Reach(ward="Réa"), Reach(ward="Réa", model="V500"), Reach("", "V500", "Réa", "VENT")]
    ordered = [*groups, Reach("d-1")]
    assert [reach.narrowness for reach in ordered] == [0, 1, 2, 3, 4]
