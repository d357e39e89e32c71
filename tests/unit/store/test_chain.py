"""The chain in the database: an older store gets its links, and nothing follows a head that is gone."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from garde.errors import Untrusted
from garde.model.chain import GENESIS, follow, item
from garde.model.message import Wakeup
from garde.pipeline.shapes import SHAPES
from garde.store import chain
from garde.store.sqlite import open_sqlite
from garde.store.tables import migrate

#: The step that brought the chain is the one after this.
BEFORE = 1


def test_messages_of_an_older_store_are_linked_in_their_order() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection, BEFORE)
        insert = text("INSERT INTO messages (seq, id, at, kind, body) VALUES (:seq, :id, 5, 'Wakeup', :body)")
        for seq in (1, 2, 7):
            connection.execute(insert, {"seq": seq, "id": f"w{seq}", "body": b"body"})
        migrate(connection)
        link = GENESIS
        for seq, entry in zip((1, 2, 7), chain.entries(connection), strict=True):
            link = follow(link, item(seq, 5, f"w{seq}", "Wakeup", b"body"))
            assert (entry.seq, entry.link) == (seq, link)
        head = chain.head(connection)
        assert head is not None and (head.seq, head.link, head.seals) == (7, link, 0)


def test_many_messages_of_an_older_store_are_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "PAGE", 3)
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection, BEFORE)
        insert = text("INSERT INTO messages (id, at, kind, body) VALUES (:id, 5, 'Wakeup', :body)")
        connection.execute(insert, [{"id": f"w{number}", "body": b""} for number in range(10)])
        migrate(connection)
        entries = list(chain.entries(connection))
        assert len(entries) == 10 and chain.head(connection).link == entries[-1].link  # type: ignore[union-attr]


def test_nothing_follows_a_head_that_is_gone() -> None:
    store = open_sqlite("", SHAPES)
    with store._writer.begin() as connection:
        connection.execute(text("DELETE FROM chain"))
    with store.begin() as unit:
        assert unit.head() is None
        with pytest.raises(Untrusted):
            unit.append([Wakeup(id="w", at=1, stage="s", topic="t")])
