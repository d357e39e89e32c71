"""Syslog: every field in its place, whatever a device put into it."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.notify.letter import Facts, visible
from garde.notify.syslog import LARGEST_DATAGRAM, cef, ecs, frame, message
from tests.unit.notify.test_letter import FACTS

#: RFC 5424 §6, as strict as its ABNF.
RFC5424 = re.compile(
    rb"<(?P<pri>[1-9]?\d|1[0-8]\d|19[01])>1 (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) (?P<host>[!-~]{1,255}) "
    rb"(?P<app>[!-~]{1,48}) (?P<proc>[!-~]{1,128}) (?P<msgid>[!-~]{1,32}) "
    rb'(?P<data>\[[!#-<>-\\^-~]{1,32}(?: [!#-<>-\\^-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*\]) \xef\xbb\xbf(?P<text>.*)',
    re.DOTALL,
)
TEXT = st.text(max_size=80) | st.text(alphabet='=|\\]"[\n\r\t\x00 a\u202e', max_size=40)


def hostile(text: str) -> Facts:
    return msgspec.structs.replace(
        FACTS,
        sentence=text,
        ward=text,
        noun=text,
        rule=text or "r",
        device=text,
        site=text,
        reasons=(f"model: {text}",),
    )


def parsed(raw: bytes) -> dict[str, bytes]:
    found = RFC5424.fullmatch(raw)
    assert found, raw
    return found.groupdict()


def parameters(data: bytes) -> dict[str, str]:
    pairs = re.findall(rb' ([a-z]+)="((?:[^"\\\]]|\\["\\\]])*)"', data)
    return {name.decode(): re.sub(r'\\(["\\\]])', r"\1", value.decode()) for name, value in pairs}


def split_cef(text: str) -> tuple[list[str], dict[str, str]]:
    """A reader of CEF of its own: header fields and extension."""
    parts = re.split(r"(?<!\\)((?:\\\\)*)\|", text, maxsplit=7)
    fields = [parts[place] + (parts[place + 1] if place + 1 < len(parts) else "") for place in range(0, len(parts), 2)]
    extension: dict[str, str] = {}
    marks = list(re.finditer(r"(?:^| )(\w+)(?<!\\)=", fields[7]))
    for here, after in zip(marks, [*marks[1:], None], strict=True):
        value = fields[7][here.end() : after.start() if after else None]
        extension[here[1]] = re.sub(r"\\([=\\])", r"\1", value)
    return [re.sub(r"\\([|\\])", r"\1", field) for field in fields[:7]], extension


def test_a_message_names_its_turn_and_its_ids() -> None:
    found = parsed(message(FACTS, "garde-1", "cef"))
    assert (found["pri"], found["host"], found["app"], found["msgid"]) == (
        b"107",
        b"garde-1",
        b"garde",
        b"finding.opened",
    )
    assert parameters(found["data"])["id"] == "n-1" and parameters(found["data"])["finding"] == "f-1"


def test_severities_have_their_levels() -> None:
    for severity, pri in (("low", b"109"), ("medium", b"108"), ("high", b"107"), ("critical", b"106")):
        assert parsed(message(msgspec.structs.replace(FACTS, severity=severity), "h", "cef"))["pri"] == pri
    assert parsed(message(msgspec.structs.replace(FACTS, what="test"), "h", "cef"))["pri"] == b"110"


def test_a_frame_counts_octets_not_characters() -> None:
    assert frame("é".encode()) == b"2 \xc3\xa9"


def test_cef_has_its_fields() -> None:
    facts = msgspec.structs.replace(
        FACTS, addresses=(("ip", "10.0.0.1"), ("ip", "10.0.0.2"), ("ip", "fe80::1"), ("mac", "00:09:fb:00:00:01"))
    )
    head, extension = split_cef(cef(facts))
    assert head[:3] == ["CEF:0", "Garde", "Garde"]
    assert head[4:] == ["certificate.expiry", "Un certificat va expirer", "8"]
    assert (extension["externalId"], extension["dst"], extension["c6a3"], extension["dmac"]) == (
        "n-1",
        "10.0.0.1",
        "fe80::1",
        "00:09:fb:00:00:01",
    )
    assert (extension["cs1Label"], extension["cs1"]) == ("reasons", "model: P-40")
    assert extension["start"] == str(FACTS.since // 1_000_000)


def test_ecs_has_its_fields_and_none_that_is_empty() -> None:
    facts = msgspec.structs.replace(
        FACTS, addresses=(("ip", "10.0.0.1"), ("mac", "00:09:fb:00:00:01"), ("ip", "nonsense"))
    )
    read = json.loads(ecs(facts))
    assert read["event"]["kind"] == "alert" and read["event"]["id"] == "n-1" and read["event"]["type"] == ["start"]
    assert read["host"] == {
        "id": "d-1",
        "type": "pousse-seringue",
        "ip": ["10.0.0.1"],
        "mac": ["00-09-FB-00-00-01"],
        "geo": {"name": "Réa A"},
    }
    assert read["rule"]["id"] == "certificate.expiry" and read["log"]["level"] == "err"
    bare = json.loads(ecs(msgspec.structs.replace(FACTS, device="", noun="", ward="", reasons=(), link="")))
    assert "host" not in bare and "reason" not in bare["event"] and "url" not in bare["event"]


@pytest.mark.parametrize("form", ["cef", "ecs"])
@given(text=TEXT)
def test_any_device_text_is_one_well_formed_message(form: str, text: str) -> None:
    raw = message(hostile(text), text, form)
    found = parsed(raw)
    found["text"].decode("utf-8")
    assert b"\n" not in raw and b"\r" not in raw and b"\x00" not in raw
    assert parameters(found["data"]).get("device", "") == visible(text, 200)
    assert int(frame(raw).split(b" ", 1)[0]) == len(raw)


@given(TEXT)
def test_any_device_text_stays_in_its_cef_field(text: str) -> None:
    head, extension = split_cef(cef(hostile(text)))
    assert head[5] == visible(text, 512) and head[6] == "8"
    assert set(extension) <= {
        *("externalId", "act", "cat", "outcome", "start", "rt", "cnt", "deviceExternalId"),
        *("cs1Label", "cs1", "cs2Label", "cs2", "cs3Label", "cs3", "cs4Label", "cs4"),
    }
    assert extension["externalId"] == "n-1" and extension["cs4"] == FACTS.link


@given(TEXT)
def test_any_device_text_is_a_value_in_ecs(text: str) -> None:
    read = json.loads(ecs(hostile(text)))
    assert set(read) <= {"@timestamp", "ecs", "message", "event", "log", "rule", "observer", "organization", "host"}
    assert read["event"]["url"] == FACTS.link


def test_an_ordinary_message_fits_a_datagram() -> None:
    for form in ("cef", "ecs"):
        assert len(message(FACTS, "garde-1.chu.example", form)) < LARGEST_DATAGRAM
