"""Five sentences from figures, and the short list."""

from __future__ import annotations

import msgspec

from garde.model.finding import judgement
from garde.model.hour import HOUR, Hour, counted, hour_id
from garde.model.key import Key
from garde.model.sensor import Pulse
from garde.web.pages.situation import SituationPage
from garde.web.site import Site
from tests.pages import STRANGER, Reader, documented

HERE = {"sec-fetch-site": "same-origin"}


def sentences(reader: Reader) -> list[str]:
    return [item.text for item in reader.page("/").select(".sentences li")]


def test_the_record_is_documented() -> None:
    assert documented(SituationPage)


def test_five_sentences_each_lead_somewhere(reader: Reader) -> None:
    links = [link["href"] for link in reader.page("/").select(".sentences a")]
    assert len(links) == 5
    assert all(reader.get(str(link)).status_code == 200 for link in links)


def test_a_quiet_day_is_normal_and_a_critical_finding_is_not(own: Site, writer: Reader) -> None:
    assert sentences(writer)[0].startswith("Today is almost normal: 1 findings")
    own.say(
        judgement("identity.conflict", own.now(), severity="medium", device=STRANGER, identifier="model", over=True)
    )
    assert sentences(writer)[0] == "Today is normal: nothing waits for a decision."
    own.say(judgement("made.up", 9, severity="critical", identifier="x"))
    assert sentences(writer)[0] == "Today is not normal: 1 findings wait for a decision, 1 of them critical."
    assert writer.page("/").select_one(".sentences .asks") is not None


def test_what_is_usual_needs_three_days(own: Site, writer: Reader) -> None:
    present = own.now() // HOUR * HOUR
    names = [f"10.0.0.{number}" for number in range(40)]
    for day in range(4):
        at = present - HOUR - day * 24 * HOUR
        with own.store.begin() as unit:
            unit.put([counted(Hour(id=hour_id(at), at=at), names[: 30 + day])])
        usual = "usual at this hour" in sentences(writer)[1]
        assert usual == (day == 3)
    assert sentences(writer)[1] == "30 devices spoke in the last full hour; usual at this hour are 31 to 33."


def test_sensors_are_counted(own: Site, writer: Reader) -> None:
    assert "No sensor listens" in sentences(writer)[3]
    own.say(Pulse(id="p1", at=own.now(), sensor="core-1", place="eth1", live=True))
    own.say(Pulse(id="p2", at=own.now() - 10**12, sensor="lab", place="eth2", live=True))
    assert sentences(writer)[3] == "1 of 2 sensors hear."


def test_new_devices_are_named(own: Site, writer: Reader) -> None:
    device = next(iter(own.store.all(type(own.fleet.get(STRANGER)))))  # type: ignore[arg-type]
    fresh = msgspec.structs.replace(
        device, id="d-new", keys=(Key("ip", "10.9.9.9"),), first_at=own.now() - 5, last_at=own.now()
    )
    own.fleet.put(fresh)
    assert (
        sentences(writer)[2].startswith("3 devices are new")
        or "devices are new since yesterday" in sentences(writer)[2]
    )
    assert writer.page("/").select_one("a[href='/devices/d-new']") is not None


def test_the_note_of_the_shift_is_seen_by_all(writer: Reader) -> None:
    assert writer.post("/shift", data={"text": "Scanner 3 until 18:00"}, headers=HERE).status_code == 303
    assert "Scanner 3 until 18:00" in writer.page("/").text
    answer = writer.post("/shift", data={"text": "two\nlines"}, headers={**HERE, "accept": "application/json"})
    assert answer.json()["code"] == "shift.line"


def test_an_empty_hospital_teaches_one_thing(own: Site, writer: Reader) -> None:
    for name in own.fleet.ids():
        own.fleet.drop(name)
    assert "Nothing was heard yet" in writer.page("/").text
