"""Weeks of conversations: routine before, and in the last one what was planted, all of it told in the truth."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from garde.model.flow import BUCKET
from garde.twin.fleet import Fleet
from garde.twin.models import models
from garde.twin.week import DAY, MONDAY, Week, planted, routines, v6

FLEET = Fleet(240, seed=5)
WEEK = Week(FLEET, before=7)
TALKS = list(WEEK.talks())


def test_the_same_seed_says_the_same_and_another_does_not() -> None:
    assert list(Week(Fleet(240, seed=5), before=7).talks()) == TALKS
    assert list(Week(FLEET, 2, before=7).talks()) != TALKS


def test_every_conversation_is_in_its_days_and_bucket_and_has_its_own_id() -> None:
    assert all(WEEK.start <= talk.at < WEEK.end and talk.at % BUCKET == 0 for talk in TALKS)
    assert len({talk.id for talk in TALKS}) == len(TALKS)


def test_the_rows_name_what_the_hospital_has() -> None:
    kinds = {model.kind for model in models().values()}
    for row in routines():
        assert {*row.kinds, *row.targets} <= kinds, row.name
        assert not row.server or row.server in models(), row.name
        assert bool(row.server) != bool(row.targets), row.name
    for one in planted():
        assert (one.day is None) != (one.weekday is None) and bool(one.kind) != bool(one.sender), one.name
        assert sum(map(bool, (one.server, one.target, one.address, one.sweep))) == 1, one.name


def test_the_truth_counts_what_was_planted_in_the_last_week() -> None:
    said = Counter((t.source.value, t.target.value, t.protocol, t.port) for t in TALKS if t.at >= MONDAY)
    truth = WEEK.truth()
    assert {row["name"] for row in truth} == {one.name for one in planted()}
    for row in truth:
        if row["target"] == "any":
            assert (
                sum(many for (s, _, _, port), many in said.items() if s == row["source"] and port == 445)
                >= row["times"]
                == 62
            )
        else:
            assert said[row["source"], row["target"], row["protocol"], row["port"]] == row["times"], row["name"]


def test_only_what_comes_every_week_was_there_before() -> None:
    before = {(t.source.value, t.target.value, t.port) for t in TALKS if t.at < MONDAY}
    known = {row["what"] for row in WEEK.truth() if (row["source"], row["target"], row["port"]) in before}
    assert known == {"maintenance"}


def test_backups_run_at_night_and_offices_rest_on_sundays() -> None:
    night = {talk.at % DAY // (DAY // 24) for talk in TALKS if talk.octets > 4_000_000_000}
    assert night == {2}
    work = {
        (talk.at - MONDAY) // DAY % 7
        for talk in TALKS
        if talk.port == 443 and talk.service == "tls" and talk.octets > 500_000
    }
    assert work == {0, 1, 2, 3, 4}


def test_truth_is_written_with_both_addresses_of_a_device(tmp_path: Path) -> None:
    WEEK.write(tmp_path / "truth.json")
    known = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    pacs = FLEET.named("Vue PACS")
    keys = next(row["keys"] for row in known["devices"] if row["id"] == f"t-{pacs.number:05d}")
    assert {pacs.station.ip, v6(pacs)} <= {key["value"] for key in keys}
    assert len(known["planted"]) == len(WEEK.truth())
