"""One device: its record, and the words of people about it."""

from __future__ import annotations

import pytest

from garde.gate import DEMONSTRATION
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.web.pages.device import STATED, device_page
from tests.makers import START
from tests.unit.web.pages.conftest import Desk


def say(desk: Desk, name: str, status: int = 303, **form: str) -> str:
    """Send a decision; where it leads, or the code of the error."""
    answer = desk.client.post(f"/devices/{name}/decisions", data={"reason": "seen on the plate", **form})
    assert answer.status_code == status, answer.text
    return answer.headers.get("location", "") if status == 303 else answer.text


def test_a_claim_is_a_persons_word_and_can_be_taken_back(desk: Desk) -> None:
    device = desk.called("model", "M3")
    assert say(desk, device.id, verb="claim", attribute="ward", value="Réa A", person="k.morel").endswith(device.id)
    page = desk.get(f"/devices/{device.id}")
    assert desk.called("ward", "Réa A").id == device.id
    assert "k.morel" in page.find(id="timeline").parent.text
    say(desk, device.id, verb="withdraw", attribute="ward", person="k.morel")
    assert desk.site.fleet.get(device.id).value("ward") == ""
    assert len(desk.words()) == 2


def test_a_merged_device_answers_to_both_addresses_and_can_be_split(desk: Desk) -> None:
    one, other = desk.called("model", "M3"), desk.called("model", "=1+1")
    say(desk, one.id, verb="merge", other=other.id)
    left = {device.id for device in desk.devices()} & {one.id, other.id}
    assert len(left) == 1
    kept = left.pop()
    gone = other.id if kept == one.id else one.id
    answer = desk.client.get(f"/devices/{gone}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/devices/{kept}")
    whole = desk.site.fleet.get(kept)
    assert {*one.keys, *other.keys} <= set(whole.keys)
    say(desk, kept, verb="split", other=str(whole.keys[-1]))
    holders = {key: device.id for device in desk.devices() for key in device.keys}
    assert holders[whole.keys[-1]] != holders[whole.keys[0]]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"verb": "claim", "attribute": "ward", "value": "X", "reason": " "}, "decision.reason"),
        ({"verb": "claim", "attribute": "shoe", "value": "X"}, "decision.attribute"),
        ({"verb": "claim", "attribute": "ward", "value": " "}, "decision.value"),
        ({"verb": "claim", "attribute": "kind", "value": "toaster"}, "import.kind"),
        ({"verb": "erase"}, "decision.verb"),
        ({"verb": "split", "other": "mac:none"}, "decision.other"),
    ],
)
def test_a_word_that_makes_no_sense_is_named(desk: Desk, form: dict[str, str], code: str) -> None:
    assert code in say(desk, desk.devices()[0].id, 422, **form)
    assert desk.words() == []


def test_nobody_merges_with_nobody(desk: Desk) -> None:
    one = desk.devices()[0].id
    assert "decision.other" in say(desk, one, 422, verb="merge", other="d-none")
    assert "decision.other" in say(desk, one, 422, verb="merge", other=one)
    assert "device.unknown" in desk.get("/devices/d-none", status=404).text


def test_conversations_are_summed_by_whom_and_service(desk: Desk) -> None:
    device = next(one for one in desk.devices() if any(key.kind == "ip" for key in one.keys))
    own = next(key for key in device.keys if key.kind == "ip")
    talks = [
        Conversation(
            id=f"c-{number}",
            at=device.last_at // BUCKET * BUCKET,
            sensor="s",
            source=own,
            target=Key("ip", "192.0.2.9"),
            protocol="tcp",
            port=104,
            service="dicom",
            packets=2,
            octets=1_000_000_000,
            last_at=START,
        )
        for number in range(3)
    ]
    desk.site.bus.publish(talks)
    desk.site.settle()
    page = device_page(desk.site, device, DEMONSTRATION)
    assert (page.peers[0].octets, page.peers[0].service, page.peers[0].outward) == (3_000_000_000, "dicom", True)
    assert sum(page.hours) >= 3_000_000_000
    assert "dicom" in desk.get(f"/devices/{device.id}").find(id="talks").parent.text


def test_the_page_asks_the_store_little(desk: Desk) -> None:
    device = desk.called("model", "M3")
    desk.asked.clear()
    text = desk.client.get(f"/devices/{device.id}").text
    assert len(desk.asked) <= 12
    assert len(text.encode()) <= 80_000


def test_the_record_is_there_for_programs(desk: Desk) -> None:
    device = desk.called("model", "M3")
    body = desk.client.get(f"/devices/{device.id}.json").json()
    assert (body["id"], body["claims"]["model"]["value"]) == (device.id, "M3")


def test_everything_that_may_be_stated_is_offered(desk: Desk) -> None:
    page = desk.get(f"/devices/{desk.devices()[0].id}")
    assert [one["value"] for one in page.select("select[name=attribute] option")] == list(STATED)
