"""Sessions, tokens and kiosks: random, kept as digests, and ended by time."""

from __future__ import annotations

from garde.people.secret import IDLE, KIOSK, LONGEST, Session, digest_of, fresh


def test_a_secret_is_never_what_is_kept() -> None:
    made, digest = fresh("gs")
    assert digest == digest_of(made) and made not in digest
    assert fresh("gs")[0] != made and len(made) > 40


def test_a_session_ends_idle_and_ends_at_last() -> None:
    one = Session(id="s", person="p", made_at=0, seen_at=0, ends_at=LONGEST)
    assert one.lives(IDLE - 1) and not one.lives(IDLE)
    busy = Session(id="s", person="p", made_at=0, seen_at=LONGEST - 1, ends_at=LONGEST)
    assert busy.lives(LONGEST - 1) and not busy.lives(LONGEST)


def test_a_kiosk_may_be_idle_over_a_weekend() -> None:
    one = Session(id="s", person="", ward="Réa A", way="kiosk", ends_at=KIOSK)
    assert one.lives(KIOSK - 1) and not one.lives(KIOSK)
