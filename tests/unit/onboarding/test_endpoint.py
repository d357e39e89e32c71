"""The endpoint: rlm_rest's JSON in and out, and who may ask."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.zones.place import EAP_TLS, MAB, OTHER, AccessRequest, Placement, placed
from garde.onboarding.endpoint import LARGEST, Attributes, Endpoint, answer, asked, packed, printable, unpacked

MAC = "00:09:fb:01:02:03"


def told(**values: object) -> bytes:
    return json.dumps(
        {name.replace("_", "-"): {"type": "string", "value": [value]} for name, value in values.items()}
    ).encode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (told(User_Name=MAC, Calling_Station_Id="00-09-FB-01-02-03"), MAB),
        (told(User_Name="0009fb010203", Tmp_String_0=MAC), MAB),
        (told(User_Name="bob", Tmp_String_0=MAC), MAB),
        (told(User_Name="02:00:00:00:00:01", Tmp_String_0=MAC), OTHER),
        (told(User_Name=MAC), OTHER),
        (told(Tmp_String_0=MAC, EAP_Message="0x02"), OTHER),
        (told(Tmp_String_0=MAC, EAP_Message="0x02", TLS_Client_Cert_Subject="/CN=x"), EAP_TLS),
        (told(Tmp_String_0=MAC, TLS_Client_Cert_Subject="/CN=x"), MAB),
    ],
    ids=range(8),
)
def test_how_a_station_asks(body: bytes, kind: str) -> None:
    one = asked(body, 5)
    assert (one.kind, one.at) == (kind, 5)
    assert (one.certificate is not None) == (kind == EAP_TLS)


def test_where_a_station_asks() -> None:
    body = told(
        Tmp_String_0=MAC, NAS_Identifier="sw\x1b[1 é", NAS_Port_Id="Gi1/0/7", NAS_Port=7,
        NAS_Port_Type="Wireless-802.11",
        Called_Station_Id="00-11-22-33-44-55:soins",
    )  # fmt: skip
    one = asked(body, 5)
    assert (one.nas, one.port, one.medium) == ("sw [1 é", "Gi1/0/7", "wifi")
    assert one.called == "00-11-22-33-44-55:soins"
    assert asked(told(Tmp_String_0=MAC, NAS_IP_Address="10.0.0.1", NAS_Port=7), 5).port == "7"


def test_the_name_of_a_person_is_not_read() -> None:
    assert "morel" not in str(asked(told(User_Name="k.morel", Tmp_String_0=MAC), 5))


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_request_or_malformed(body: bytes) -> None:
    try:
        asked(body, 0)
    except Malformed as error:
        assert error.code == "radius.json"


@given(
    st.dictionaries(
        st.sampled_from(["User-Name", "Tmp-String-0", "NAS-Port", "EAP-Message", "TLS-Client-Cert-Subject"]),
        st.fixed_dictionaries({"value": st.lists(st.text(max_size=300) | st.integers() | st.none(), max_size=2)}),
    )
)
def test_any_json_of_that_form_is_a_request_of_clean_text(values: dict[str, Any]) -> None:
    one = asked(json.dumps(values).encode(), 0)
    assert printable(one.port) == one.port and len(one.port) <= 253


PLACE = placed(AccessRequest(at=5, mac=MAC, kind=MAB), vlan=120, cisco=("a=%{x}",), reasons=("a: é",))


def test_an_answer_tells_the_server_everything_and_expands_nothing() -> None:
    said = json.loads(answer(PLACE, [("Tunnel-Type", "VLAN"), ("Cisco-AVPair", "a=%{x}"), ("Cisco-AVPair", "b=c")]))
    assert said["reply:Tunnel-Type"] == {"op": ":=", "do_xlat": False, "value": ["VLAN"]}
    assert said["reply:Cisco-AVPair"] == {"op": "+=", "do_xlat": False, "value": ["a=%{x}", "b=c"]}
    assert unpacked(said["control:Tmp-String-2"]["value"][0]) == PLACE
    assert "control:Auth-Type" not in said and not any(one["do_xlat"] for one in said.values())


def test_a_refusal_rejects() -> None:
    said = json.loads(answer(placed(AccessRequest(at=5, mac=MAC, kind=MAB), accepted=False), []))
    assert said["control:Auth-Type"]["value"] == ["Reject"]


def test_a_packed_placement_holds_nothing_that_a_file_of_the_server_reads() -> None:
    assert set(packed(PLACE)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=60))
def test_any_text_is_a_packed_placement_or_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        unpacked(text)


# --- who may ask -----------------------------------------------------------------------------------------------------


def post(
    endpoint: Endpoint, body: bytes, *, token: str = "Bearer t", path: str = "/radius/authorize", method: str = "POST"
) -> tuple[int, bytes]:
    pieces = [body[at : at + 50_000] for at in range(0, len(body) or 1, 50_000)]
    waiting = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"authorization", token.encode())] if token else []
    asyncio.run(endpoint({"type": "http", "path": path, "method": method, "headers": headers}, receive, send))
    return sent[0]["status"], sent[1]["body"]


@pytest.fixture
def endpoint() -> Endpoint:
    def decide(request: AccessRequest) -> tuple[Placement, Attributes]:
        return placed(request, vlan=120), [("Tunnel-Private-Group-Id", "120")]

    return Endpoint(decide, "t", lambda: 7)


def test_a_station_is_decided(endpoint: Endpoint) -> None:
    status, body = post(endpoint, told(Tmp_String_0=MAC))
    assert status == 200 and json.loads(body)["reply:Tunnel-Private-Group-Id"]["value"] == ["120"]


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"token": ""}, 401),
        ({"token": "Bearer"}, 401),
        ({"token": "Bearer T"}, 401),
        ({"token": "Basic t"}, 401),
        ({"token": "bearer t "}, 200),
        ({"path": "/"}, 404),
        ({"method": "GET"}, 405),
        ({"body": b"{"}, 422),
        ({"body": b"x" * (LARGEST + 1)}, 413),
    ],
    ids=range(9),
)
def test_who_may_ask_and_what(endpoint: Endpoint, parts: dict[str, Any], status: int) -> None:
    assert post(endpoint, **{"body": told(Tmp_String_0=MAC), **parts})[0] == status


def test_a_caller_that_goes_away_decides_nothing(endpoint: Endpoint) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "path": "/radius/authorize",
        "method": "POST",
        "headers": [(b"authorization", b"Bearer t")],
    }
    asyncio.run(endpoint(scope, receive, send))
    assert sent[0]["status"] == 400


def test_without_a_token_there_is_no_endpoint() -> None:
    with pytest.raises(ValueError, match="anybody"):
        Endpoint(lambda request: (placed(request), []), "", lambda: 0)
