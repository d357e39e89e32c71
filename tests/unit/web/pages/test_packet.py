"""Why: from a value to the bytes it was read from."""

from __future__ import annotations

import msgspec

from garde.model.device import Device
from garde.model.recording import Recording
from tests.unit.web.pages.conftest import Desk


def seen(desk: Desk) -> tuple[Device, str]:
    """A device and an attribute that was read from the capture."""
    return next(
        (device, name)
        for device in desk.devices()
        for name, claim in device.claims.items()
        if claim.sources
        and claim.sources[0].place
        and claim.sources[0].place.file == "dicom.pcap"
        and claim.sources[0].place.length
    )


def test_the_marked_bytes_are_those_of_the_place(desk: Desk) -> None:
    device, name = seen(desk)
    place = device.claims[name].sources[0].place
    page = desk.get(f"/devices/{device.id}/why/{name}")
    marks = [one.text for one in page.select("table.hex td:nth-of-type(1) mark")]
    assert place is not None and len(marks) == place.length
    assert page.select_one(".tree .chosen")


def test_a_file_that_moved_and_one_that_was_never_kept_are_told(desk: Desk) -> None:
    device, name = seen(desk)
    with desk.site.store.begin() as unit:
        (recording,) = unit.all(Recording)
        unit.put([msgspec.structs.replace(recording, path="/nowhere.pcap")])
    assert "no longer where it was read" in desk.get(f"/devices/{device.id}/why/{name}").text
    live = desk.called("model", "M3")
    assert "was not kept" in desk.get(f"/devices/{live.id}/why/model").text


def test_a_persons_word_has_no_bytes(desk: Desk) -> None:
    device = desk.called("model", "M3")
    form = {"verb": "claim", "attribute": "ward", "value": "Réa A", "reason": "I stood there"}
    desk.client.post(f"/devices/{device.id}/decisions", data=form)
    page = desk.get(f"/devices/{device.id}/why/ward")
    assert "no bytes to show" in page.text and "I stood there" in page.text


def test_an_unknown_source_or_attribute_harms_nothing(desk: Desk) -> None:
    device, name = seen(desk)
    for number in ("99", "-1", "x", "²"):
        assert desk.client.get(f"/devices/{device.id}/why/{name}", params={"source": number}).status_code == 200
    assert "why." in desk.get(f"/devices/{device.id}/why/shoe_size", status=404).find(class_="code").text


def test_programs_read_the_same_reasons(desk: Desk) -> None:
    device, name = seen(desk)
    body = desk.client.get(f"/devices/{device.id}/why/{name}.json").json()
    assert body["claim"]["value"] == device.claims[name].value
