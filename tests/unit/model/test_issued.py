"""The trace of a report: its id is what it says."""

from __future__ import annotations

from garde.model.issued import issued


def test_the_same_issue_is_one_message_and_another_is_not() -> None:
    one = issued("board", "fr", document="d", facts="f", at=5, by="k.morel")
    assert one == issued("board", "fr", document="d", facts="f", at=5, by="k.morel")
    assert one.id.startswith("i-")
    others = {
        issued("board", "en", document="d", facts="f", at=5, by="k.morel").id,
        issued("board", "fr", document="e", facts="f", at=5, by="k.morel").id,
        issued("board", "fr", document="d", facts="g", at=5, by="k.morel").id,
        issued("board", "fr", document="d", facts="f", at=5, by="m.roy").id,
        issued("board", "fr", document="d", facts="f", at=5, by="k.morel", ward="Bloc").id,
    }
    assert len(others | {one.id}) == 6
